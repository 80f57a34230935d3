"""Whether the industry became more concentrated in its segments."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import paths
from kr_industry.bio.segments import MEASURES, last_two, values
from kr_industry.bio.survey import cited
from kr_industry.concentration import concentration_by_year
from kr_industry.tables import Exhibit, concentrations_for_readers
from kr_industry.wording import Wording, names


def concentrations(segments: pd.DataFrame) -> pd.DataFrame:
    """The measures of concentration of production and exports by year, indexed by (measure, year)."""
    return concentration_by_year({measure: values(segments, measure) for measure in MEASURES})


def concentration_sentences(table: pd.DataFrame, segments: pd.DataFrame, say: Wording) -> list[str]:
    """The indices of the last year and the one before against equal segments, and why they moved as they did."""
    index, least, (before, after) = table["herfindahl"], table["least"].iloc[0], last_two(segments)
    told = [
        say(
            "concentration",
            before_year=before,
            year=after,
            **{f"{m}_before": f"{index[m, before]:.3f}" for m in MEASURES},
            **{f"{m}_after": f"{index[m, after]:.3f}" for m in MEASURES},
            least=least,
            count=round(1 / least),
            effective_before=table.at[("production", before), "effective"],
            effective_after=table.at[("production", after), "effective"],
        )
    ]
    if all(index[m, after] < index[m, before] for m in MEASURES):
        parts = values(segments, "production")
        fast = (parts[after] / parts[before]).idxmax()
        rank = {year: int(parts[year].rank(ascending=False)[fast]) for year in (before, after)}
        rest = concentration_by_year({m: values(segments, m).drop(index=fast) for m in MEASURES})["herfindahl"]
        told.append(
            say(
                "concentration_fell" if rank[after] < rank[before] else "concentration_fell_alike",
                before_year=before,
                **{f"rest_{m}_before": rest[m, before] for m in MEASURES},
                **{f"rest_{m}_after": rest[m, after] for m in MEASURES},
                fast=names("bio_segment", say.language, inline=True)[fast],
                rank_before=rank[before],
                rank_after=rank[after],
                largest_two_before=table.at[("production", before), "largest_two"],
                largest_two_after=table.at[("production", after), "largest_two"],
            )
        )
    return told


def exhibit(table: pd.DataFrame, segments: pd.DataFrame, say: Wording) -> Exhibit:
    """The index by production and by exports, by year."""
    labels, least = names("bio_measure", say.language), table["least"].iloc[0]
    drawn = table["herfindahl"].unstack(level=0)[list(MEASURES)].rename(columns=labels)
    line = (say("least", count=round(1 / least), least=least), least)
    return (
        paths.levels(drawn, say("axis_concentration"), line),
        concentration_sentences(table, segments, say)[0],
        cited("table_segments", segments, say),
        concentrations_for_readers(table, labels, say),
    )


def results(table: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """The index by measure and year."""
    for (measure, year), value in table["herfindahl"].items():
        yield f"hhi_{measure}_{year}", value, "index"
