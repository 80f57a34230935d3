"""Whether the industry became more concentrated in its segments."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import paths
from kr_industry.bio.segments import MEASURES, values
from kr_industry.concentration import concentration_by_year
from kr_industry.tables import Exhibit, concentrations_for_readers
from kr_industry.wording import Wording, names


def concentrations(segments: pd.DataFrame) -> pd.DataFrame:
    """The measures of concentration of production and exports in both years, indexed by (measure, year)."""
    return concentration_by_year({measure: values(segments, measure) for measure in MEASURES})


def concentration_sentences(table: pd.DataFrame, segments: pd.DataFrame, say: Wording) -> list[str]:
    """The indices before and after against equal segments, and why they moved as they did."""
    index, least = table["herfindahl"], table["least"].iloc[0]
    move = {measure: index[measure, 2020] - index[measure, 2019] for measure in MEASURES}
    told = [
        say(
            "concentration",
            **{f"{m}_before": f"{index[m, 2019]:.3f}" for m in MEASURES},
            **{f"{m}_after": f"{index[m, 2020]:.3f}" for m in MEASURES},
            least=least,
            count=round(1 / least),
            effective_before=table.at[("production", 2019), "effective"],
            effective_after=table.at[("production", 2020), "effective"],
        )
    ]
    if all(change < 0 for change in move.values()):
        parts = values(segments, "production")
        fast = (parts[2020] / parts[2019]).idxmax()
        rank = {year: int(parts[year].rank(ascending=False)[fast]) for year in (2019, 2020)}
        rest = concentration_by_year({m: values(segments, m).drop(index=fast) for m in MEASURES})["herfindahl"]
        told.append(
            say(
                "concentration_fell",
                **{f"rest_{m}_before": rest[m, 2019] for m in MEASURES},
                **{f"rest_{m}_after": rest[m, 2020] for m in MEASURES},
                fast=names("bio_segment", say.language, inline=True)[fast],
                rank_before=rank[2019],
                rank_after=rank[2020],
                largest_two_before=table.at[("production", 2019), "largest_two"],
                largest_two_after=table.at[("production", 2020), "largest_two"],
            )
        )
    return told


def exhibit(table: pd.DataFrame, segments: pd.DataFrame, say: Wording) -> Exhibit:
    """The index by production and by exports in both years."""
    labels, least = names("bio_measure", say.language), table["least"].iloc[0]
    drawn = table["herfindahl"].unstack(level=0)[list(MEASURES)].rename(columns=labels)
    line = (say("least", count=round(1 / least), least=least), least)
    return (
        paths.levels(drawn, say("axis_concentration"), line),
        concentration_sentences(table, segments, say)[0],
        say("table_segments"),
        concentrations_for_readers(table, labels, say),
    )


def results(table: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """The index by measure and year."""
    for (measure, year), value in table["herfindahl"].items():
        yield f"hhi_{measure}_{year}", value, "index"
