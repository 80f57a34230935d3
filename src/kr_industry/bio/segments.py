"""Which segment drove production and exports: contributions, shares, growth against size."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts, growth, paths, spans
from kr_industry.korean import amount
from kr_industry.subjects import noun
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, moved, names, points

YEARS = (2019, 2020)
"""The years that the table of segments prints."""
MEASURES = ("production", "exports")
"""What it counts, in 억 원."""
COARSE = 1
"""Growth is called coarse where rounding alone moves it by more than so many points to either side."""


def rows(segments: pd.DataFrame, year: int) -> pd.DataFrame:
    """Production and exports (억 원) by segment in one year, the printed total last."""
    own = segments["year"] == year
    columns = {measure: segments[measure][own].to_numpy(float) for measure in MEASURES}
    return pd.DataFrame(columns, index=pd.Index(segments["segment"][own], name="segment"))


def values(segments: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure by segment (rows, without the total) and year (columns)."""
    return pd.DataFrame({year: rows(segments, year)[measure] for year in YEARS}).drop(index="total")


def series(segments: pd.DataFrame, measure: str, segment: str) -> pd.Series:
    """One measure of a segment, or the printed total, by year."""
    return pd.Series({year: rows(segments, year).at[segment, measure] for year in YEARS})


def segment_table(segments: pd.DataFrame, measure: str) -> pd.DataFrame:
    """2019 and 2020, growth, contribution and share of each segment, the printed total last.

    Parameters
    ----------
    segments : pandas.DataFrame
        The table of production and exports by segment.
    measure : str
        ``production`` or ``exports``.

    Returns
    -------
    pandas.DataFrame
        Indexed by segment: ``before`` and ``after`` (억 원), ``growth`` (percent), ``contribution``
        (percentage points), ``share_before`` and ``share`` (percent). A row ``residual`` where the segments
        do not add up to the printed total; the printed total last.
    """
    whole, parts = series(segments, measure, "total"), values(segments, measure)
    shares = growth.contributions(parts[2019], parts[2020], tuple(whole))
    before, after = (
        growth.with_residual(parts[year], whole[year]).reindex(shares.index, fill_value=0.0) for year in YEARS
    )
    before["total"], after["total"] = whole
    shares["total"] = shares.sum()
    return pd.DataFrame(
        {
            "before": before,
            "after": after,
            "growth": (100 * (after / before - 1)).where(before.index != growth.RESIDUAL),
            "contribution": shares,
            "share_before": 100 * before / whole[2019],
            "share": 100 * after / whole[2020],
        }
    )


def parts(table: pd.DataFrame) -> pd.DataFrame:
    """The segments of a table alone, without residual and total, the largest contribution first."""
    alone = table.drop(index=["total", growth.RESIDUAL], errors="ignore")
    return alone.sort_values("contribution", ascending=False)


def driver_sentence(table: pd.DataFrame, measure: str, segment: str, say: Wording) -> str:
    """Which segment drove the growth of 2020, or what one segment added to it."""
    labels = names("bio_segment", say.language, inline=True)
    measured = names("bio_measure", say.language, inline=True)[measure]
    total = table.loc["total", "growth"]
    if segment == "total":
        gains = parts(table)["contribution"]
        return say(
            "driver",
            measure=measured,
            growth=total,
            top=labels[gains.index[0]],
            gain=gains.iloc[0],
            part=100 * gains.iloc[0] / total,
            second=labels[gains.index[1]],
            gain2=gains.iloc[1],
        )
    row = table.loc[segment]
    return say(
        "driver_segment",
        measure=measured,
        segment=labels[segment],
        before=amount(row["before"], say.language),
        after=amount(row["after"], say.language),
        moved=moved(row["growth"], say),
        contribution=points(row["contribution"]),
        total=total,
        share_before=row["share_before"],
        share=row["share"],
    )


def level_sentence(segments: pd.DataFrame, measure: str, segment: str, say: Wording) -> str:
    """The total, or one segment, in both years."""
    before, after = series(segments, measure, segment)
    return say(
        "level",
        measure=noun("bio", measure, segment, say),
        before=amount(before, say.language),
        after=amount(after, say.language),
        moved=moved(100 * (after / before - 1), say),
    )


def part_sentence(table: pd.DataFrame, measure: str, segment: str, say: Wording) -> str:
    """Which segment drove the growth of 2020, or what part of it was one segment's."""
    if segment == "total":
        return driver_sentence(table, measure, segment, say)
    row = table.loc[segment]
    return say(
        "driver_part",
        measure=names("bio_measure", say.language, inline=True)[measure],
        segment=names("bio_segment", say.language, inline=True)[segment],
        total=table.loc["total", "growth"],
        contribution=points(row["contribution"]),
        share_before=row["share_before"],
        share=row["share"],
    )


def size_sentence(table: pd.DataFrame, measure: str, say: Wording) -> str:
    """Whether the fastest segment or the largest one added more, and how large each was."""
    labels = names("bio_segment", say.language, inline=True)
    alone = parts(table)
    fast, large = alone["growth"].idxmax(), alone["before"].idxmax()
    return say(
        "size",
        measure=names("bio_measure", say.language, inline=True)[measure],
        fast=labels[fast],
        fast_growth=alone.at[fast, "growth"],
        fast_share=alone.at[fast, "share_before"],
        fast_gain=alone.at[fast, "contribution"],
        large=labels[large],
        large_growth=alone.at[large, "growth"],
        large_share=alone.at[large, "share_before"],
        large_gain=alone.at[large, "contribution"],
    )


def growth_bounds(table: pd.DataFrame) -> pd.DataFrame:
    """Growth in percent that values rounded to whole 억 원 leave possible: ``low`` and ``high`` by segment."""
    alone = parts(table)
    before, after = alone["before"], alone["after"]
    return pd.DataFrame(
        {
            "low": 100 * ((after - 0.5) / (before + 0.5) - 1),
            "high": 100 * ((after + 0.5) / (before - 0.5) - 1),
        }
    )


def coarse(table: pd.DataFrame) -> pd.DataFrame:
    """The bounds of :func:`growth_bounds` for segments so small that rounding alone moves their growth."""
    reach = growth_bounds(table)
    return reach[reach["high"] - reach["low"] > 2 * COARSE]


def rounding_sentences(table: pd.DataFrame, measure: str, say: Wording) -> list[str]:
    """Segments so small that rounding alone moves their growth."""
    labels = names("bio_segment", say.language, inline=True)
    return [
        say(
            "rounding",
            segment=labels[name],
            measure=names("bio_measure", say.language, inline=True)[measure],
            before=amount(table.at[name, "before"], say.language),
            after=amount(table.at[name, "after"], say.language),
            low=row["low"],
            high=row["high"],
        )
        for name, row in coarse(table).iterrows()
    ]


def discrepancy_sentence(segments: pd.DataFrame, say: Wording) -> str:
    """What the segments miss of the printed totals, where they do."""
    missing = {
        measure: series(segments, measure, "total")[year] - values(segments, measure)[year].sum()
        for measure, year in (("production", 2020), ("exports", 2019))
    }
    return say("discrepancy", **{measure: amount(value, say.language) for measure, value in missing.items()})


def waterfall_exhibit(table: pd.DataFrame, measure: str, segment: str, say: Wording) -> Exhibit:
    """Contributions of the segments, one after another, to the growth of the total."""
    labels = names("bio_segment", say.language) | {growth.RESIDUAL: say("residual")}
    order = [*parts(table).index, *(name for name in table.index if name == growth.RESIDUAL)]
    drawn = table.loc[order, "contribution"].rename(index=labels)
    unit = say("axis_contribution", measure=names("bio_measure", say.language, inline=True)[measure])
    highlight = None if segment == "total" else labels[segment]
    return (
        spans.waterfall(drawn, unit, labels["total"], highlight, digits=2),
        part_sentence(table, measure, segment, say),
        say("table_segments"),
        drawn.rename(say("col_contribution")).rename_axis(say("col_segment")).reset_index(),
    )


def size_exhibit(table: pd.DataFrame, measure: str, segment: str, say: Wording) -> Exhibit:
    """Growth against size."""
    labels = names("bio_segment", say.language)
    measured = names("bio_measure", say.language, inline=True)[measure]
    alone = parts(table).rename(index=labels)
    drawn = alone[["before", "growth", "contribution"]].rename(columns={"before": "size"})
    highlight = None if segment == "total" else labels[segment]
    units = (say("axis_size", measure=measured), say("axis_growth", measure=measured))
    columns = {"size": say("col_2019"), "growth": say("col_growth"), "contribution": say("col_contribution")}
    return (
        paths.bubbles(drawn, units, highlight),
        size_sentence(table, measure, say),
        say("table_segments"),
        drawn.rename(columns=columns).rename_axis(say("col_segment")).reset_index(),
    )


def levels_exhibit(table: pd.DataFrame, segments: pd.DataFrame, measure: str, segment: str, say: Wording) -> Exhibit:
    """Every segment in both years."""
    labels = names("bio_segment", say.language)
    drawn = parts(table).sort_values("after", ascending=False).rename(index=labels)
    highlight = None if segment == "total" else labels[segment]
    unit = say("axis_levels", measure=names("bio_measure", say.language)[measure])
    return (
        charts.change(drawn["before"], drawn["after"], ("2019", "2020"), unit, highlight, digits=0),
        level_sentence(segments, measure, segment, say),
        say("table_segments"),
        drawn[["before", "after"]]
        .set_axis([say("col_2019"), say("col_2020")], axis=1)
        .rename_axis(say("col_segment"))
        .reset_index(),
    )


def for_readers(table: pd.DataFrame, segments: pd.DataFrame, measure: str, say: Wording) -> pd.DataFrame:
    """The segment table, with the growth that the source prints beside the recomputed one."""
    printed = segments[segments["year"] == 2020].set_index("segment")[f"{measure}_growth"]
    labels = names("bio_segment", say.language) | {growth.RESIDUAL: say("residual")}
    return pd.DataFrame(
        {
            say("col_segment"): [labels[segment] for segment in table.index],
            say("col_2019"): table["before"].to_numpy(),
            say("col_2020"): table["after"].to_numpy(),
            say("col_growth"): table["growth"].to_numpy(),
            say("col_printed"): printed.reindex(table.index).to_numpy(),
            say("col_contribution"): table["contribution"].to_numpy(),
            say("col_share_2019"): table["share_before"].to_numpy(),
            say("col_share_2020"): table["share"].to_numpy(),
        }
    )


def results(segments: pd.DataFrame, segment: str) -> Iterator[tuple]:
    """Growth of exports, contributions to the growth of both measures, and both for the report's segment or total.

    Growth of a segment carries the bounds that values rounded to whole 억 원 leave possible.
    """
    yield "exports_growth_2020", segment_table(segments, "exports").at["total", "growth"], "percent"
    for measure in MEASURES:
        for name, value in segment_table(segments, measure)["contribution"].drop(index="total").items():
            yield f"contribution_{name}_{measure}_2020", value, "percentage points"
    for measure in MEASURES:
        table = segment_table(segments, measure)
        reach = growth_bounds(table)
        yield f"segment_{measure}_2020", table.at[segment, "after"], "100 million won"
        bounds = reach.loc[segment] if segment in reach.index else ()
        yield f"segment_{measure}_growth_2020", table.at[segment, "growth"], "percent", *bounds
    produced, exported = (series(segments, measure, segment)[2020] for measure in MEASURES)
    yield "segment_export_intensity_2020", 100 * exported / produced, "percent"
