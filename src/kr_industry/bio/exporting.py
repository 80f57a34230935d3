"""Whether it is an export industry: exports over production, and what changed them."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts, spans
from kr_industry.bio.segments import last_two, rows, years
from kr_industry.bio.survey import REFERENCE, cited
from kr_industry.korean import listing
from kr_industry.ratios import within_between
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names, points

PARTS = ("within", "between")
"""Change of intensity within segments, and through their weights."""


def export_intensity(segments: pd.DataFrame) -> pd.DataFrame:
    """Exports over production in percent, by segment and for the printed total, one column a year."""
    tables = {year: rows(segments, year) for year in years(segments)}
    return pd.DataFrame({year: 100 * table["exports"] / table["production"] for year, table in tables.items()})


def change(segments: pd.DataFrame, year: int | None = None) -> pd.DataFrame:
    """The change of export intensity by segment on the year before, in percentage points: ``within``, ``between``.

    Of the last year where none is given.
    """
    year = year or last_two(segments)[1]
    before, after = (rows(segments, each)[["exports", "production"]].drop(index="total") for each in (year - 1, year))
    return 100 * within_between(before, after)


def discrepancy(segments: pd.DataFrame, year: int) -> float:
    """What the segments miss of the change of the printed totals' ratio, in percentage points."""
    total = export_intensity(segments).loc["total"]
    return float(total[year] - total[year - 1] - change(segments, year).to_numpy().sum())


def intensity_sentence(segments: pd.DataFrame, segment: str, say: Wording) -> str:
    """What part of production is exported, and where that changed most."""
    labels = names("bio_segment", say.language, inline=True)
    intensity, (before, after) = export_intensity(segments), last_two(segments)
    total = intensity.loc["total"]
    if segment != "total":
        return say(
            "intensity_segment",
            segment=labels[segment],
            before_year=before,
            year=after,
            before=intensity.at[segment, before],
            after=intensity.at[segment, after],
            total=total[after],
        )
    parts = intensity.drop(index="total")
    moves = parts[after] - parts[before]
    fallen = [labels[name] for name in parts.index if moves[name] < 0]
    return say(
        "intensity" if fallen else "intensity_none_fell",
        before_year=before,
        year=after,
        before=total[before],
        after=total[after],
        top=labels[parts[after].idxmax()],
        top_value=parts[after].max(),
        fallen=listing(fallen, say.language),
        count=len(fallen),
        of=len(parts),
    )


def change_sentence(segments: pd.DataFrame, segment: str, say: Wording) -> str:
    """How much of the change happened within segments and how much between them."""
    labels = names("bio_segment", say.language, inline=True)
    moved = change(segments)
    within, between = (moved[part].sum() for part in PARTS)
    if segment != "total":
        own = moved.loc[segment].map(points)
        told = say("change_segment", segment=labels[segment], total=within + between, **own)
        made = pd.DataFrame({year: rows(segments, year)["production"] for year in last_two(segments)})
        before, after = (made / made.loc["total"]).loc[segment]
        against = (after - before) * moved.at[segment, "between"] < 0
        return f"{told} {say('change_shrank' if after < before else 'change_grew')}" if against else told
    # Of a part that fell, the segment that took most from it; of one that rose, the one that added most.
    most = {part: moved[part].idxmax() if moved[part].sum() >= 0 else moved[part].idxmin() for part in PARTS}
    return say(
        "change" if within * between > 0 else "change_against",
        total=within + between,
        within=within,
        between=between,
        part=100 * within / (within + between),
        weighed=say("added" if within >= 0 else "took"),
        **{f"top_{part}": labels[most[part]] for part in PARTS},
        **{f"most_{part}": moved.at[most[part], part] for part in PARTS},
    )


def intensity_exhibit(segments: pd.DataFrame, segment: str, say: Wording) -> Exhibit:
    """Export intensity of every segment and of the total in the last year and the one before."""
    labels = names("bio_segment", say.language)
    intensity, (before, after) = export_intensity(segments), last_two(segments)
    named = intensity.rename(index=labels)
    highlight = None if segment == "total" else labels[segment]
    return (
        charts.change(named[before], named[after], (str(before), str(after)), say("axis_intensity"), highlight),
        intensity_sentence(segments, segment, say),
        cited("table_segments", segments, say),
        named.rename(columns=str).rename_axis(index=None, columns=None).reset_index(names=say("col_segment")),
    )


def change_exhibit(segments: pd.DataFrame, segment: str, say: Wording) -> Exhibit:
    """The change of export intensity by segment, within and between, the largest first."""
    labels = names("bio_segment", say.language)
    moved, (before, after) = change(segments), last_two(segments)
    moved = moved.loc[moved.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    whole = pd.DataFrame({part: [moved[part].sum()] for part in PARTS}, index=[labels["total"]])
    drawn = pd.concat([whole, moved.rename(index=labels)])[list(PARTS)]
    drawn = drawn.rename(columns={part: say(f"part_{part}") for part in PARTS})
    return (
        spans.stacked(drawn, say("axis_change", before_year=before, year=after), say("part_sum")),
        change_sentence(segments, segment, say),
        cited("table_segments", segments, say),
        drawn.reset_index(names=say("col_segment")),
    )


def results(segments: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """Export intensity of the total, and its change within, between and unexplained: together the whole change.

    The change of 2020 was recorded under names without a year and keeps them; a later year is named.
    """
    for year, value in export_intensity(segments).loc["total"].items():
        yield f"export_intensity_{year}", value, "percent"
    for year in years(segments)[1:]:
        ending = "" if year == REFERENCE else f"_{year}"
        for part in PARTS:
            yield f"export_intensity_{part}{ending}", change(segments, year)[part].sum(), "percentage points"
        yield f"export_intensity_discrepancy{ending}", discrepancy(segments, year), "percentage points"
