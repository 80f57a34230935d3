"""Which segment drove production and exports: contributions, shares, growth against size."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts, growth, paths, spans
from kr_industry.bio.survey import cited
from kr_industry.korean import amount, count, listing
from kr_industry.prospects import Prospects
from kr_industry.subjects import noun
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, moved, names, points

MEASURES = ("production", "exports")
"""What it counts, in 억 원."""
COARSE = 1
"""Growth is called coarse where rounding alone moves it by more than so many points to either side."""


def rows(segments: pd.DataFrame, year: int) -> pd.DataFrame:
    """Production and exports (억 원) by segment in one year, the printed total last."""
    own = segments["year"] == year
    columns = {measure: segments[measure][own].to_numpy(float) for measure in MEASURES}
    return pd.DataFrame(columns, index=pd.Index(segments["segment"][own], name="segment"))


def years(segments: pd.DataFrame) -> list[int]:
    """The years of the table of segments.

    Raises
    ------
    ValueError
        There are fewer than two, or one is missing in between: no year would be the year before.
    """
    found = sorted({int(year) for year in segments["year"]})
    if len(found) < 2 or found != list(range(found[0], found[-1] + 1)):
        raise ValueError(f"segments are compared over years that follow one another, got {found}")
    return found


def last_two(segments: pd.DataFrame) -> tuple[int, int]:
    """The last year of the table of segments and the one before, earlier first; ValueError as :func:`years`."""
    before, after = years(segments)[-2:]
    return before, after


def values(segments: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure by segment (rows, without the total) and year (columns)."""
    return pd.DataFrame({year: rows(segments, year)[measure] for year in years(segments)}).drop(index="total")


def series(segments: pd.DataFrame, measure: str, segment: str) -> pd.Series:
    """One measure of a segment, or the printed total, by year."""
    return pd.Series({year: rows(segments, year).at[segment, measure] for year in years(segments)})


def segment_table(segments: pd.DataFrame, measure: str, year: int | None = None) -> pd.DataFrame:
    """A year and the one before, growth, contribution and share of each segment, the printed total last.

    Parameters
    ----------
    segments : pandas.DataFrame
        The table of production and exports by segment.
    measure : str
        ``production`` or ``exports``.
    year : int, optional
        The year; the last one where left out.

    Returns
    -------
    pandas.DataFrame
        Indexed by segment: ``before`` and ``after`` (억 원), ``growth`` (percent), ``contribution``
        (percentage points), ``share_before`` and ``share`` (percent). A row ``residual`` where the segments
        do not add up to the printed total; the printed total last.
    """
    year = year or last_two(segments)[1]
    pair = [year - 1, year]
    whole, parts = series(segments, measure, "total")[pair], values(segments, measure)[pair]
    shares = growth.contributions(parts[year - 1], parts[year], tuple(whole))
    before, after = (growth.with_residual(parts[y], whole[y]).reindex(shares.index, fill_value=0.0) for y in pair)
    before["total"], after["total"] = whole
    shares["total"] = shares.sum()
    return pd.DataFrame(
        {
            "before": before,
            "after": after,
            "growth": (100 * (after / before - 1)).where(before.index != growth.RESIDUAL),
            "contribution": shares,
            "share_before": 100 * before / whole[year - 1],
            "share": 100 * after / whole[year],
        }
    )


def parts(table: pd.DataFrame) -> pd.DataFrame:
    """The segments of a table alone, without residual and total, the largest contribution first."""
    alone = table.drop(index=["total", growth.RESIDUAL], errors="ignore")
    return alone.sort_values("contribution", ascending=False)


def driver_sentence(segments: pd.DataFrame, measure: str, segment: str, say: Wording) -> str:
    """Which segment drove the growth of the last year, or what one segment added to it."""
    labels = names("bio_segment", say.language, inline=True)
    measured = names("bio_measure", say.language, inline=True)[measure]
    table, (before, after) = segment_table(segments, measure), last_two(segments)
    total = table.loc["total", "growth"]
    if segment == "total":
        gains = parts(table)["contribution"]
        if not 0 < gains.iloc[0] <= total:  # no segment's part of a growth that others undid
            return say(
                "driver_mixed",
                year=after,
                measure=measured,
                moved=moved(total, say),
                top=labels[gains.index[0]],
                gain=points(gains.iloc[0]),
                bottom=labels[gains.index[-1]],
                least=points(gains.iloc[-1]),
            )
        return say(
            "driver",
            year=after,
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
        before_year=before,
        year=after,
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
    """The total, or one segment, in the last year and the one before."""
    (before_year, year), (before, after) = last_two(segments), series(segments, measure, segment).iloc[-2:]
    return say(
        "level",
        before_year=before_year,
        year=year,
        measure=noun("bio", measure, segment, say),
        before=amount(before, say.language),
        after=amount(after, say.language),
        moved=moved(100 * (after / before - 1), say),
    )


def short_sentences(segments: pd.DataFrame, ahead: Prospects, say: Wording) -> list[str]:
    """That so few years of segments make no trend; nothing where they suffice for a forecast."""
    if ahead.possible:
        return []
    found = years(segments)
    return [
        say(
            "two_years" if len(found) == 2 else "few_years",
            noun=ahead.noun,
            first_year=found[0],
            last_year=found[-1],
            count=count(len(found), say.language),
        )
    ]


def part_sentence(segments: pd.DataFrame, measure: str, segment: str, say: Wording) -> str:
    """Which segment drove the growth of the last year, or what part of it was one segment's."""
    if segment == "total":
        return driver_sentence(segments, measure, segment, say)
    table = segment_table(segments, measure)
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


def size_sentence(segments: pd.DataFrame, measure: str, say: Wording) -> str:
    """Whether the fastest segment or the largest one added more, and how large each was.

    A segment so small that rounding alone moves its growth is not called the fastest.
    """
    labels = names("bio_segment", say.language, inline=True)
    table = segment_table(segments, measure)
    alone, unsure = parts(table), coarse(table).index
    fast, large = alone["growth"].drop(unsure).idxmax(), alone["before"].idxmax()
    above = [labels[name] for name in unsure if alone.at[name, "growth"] > alone.at[fast, "growth"]]
    return say(
        "size" if fast != large else "size_same",
        apart=say("apart", segments=listing(above, say.language)) if above else "",
        before_year=last_two(segments)[0],
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


def rounding_sentences(segments: pd.DataFrame, measure: str, say: Wording) -> list[str]:
    """Segments so small that rounding alone moves their growth."""
    table = segment_table(segments, measure)
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


def discrepancy_sentences(segments: pd.DataFrame, measure: str, say: Wording) -> list[str]:
    """What the segments miss of the printed totals of the last two years; nothing where the table misses nothing."""
    if growth.RESIDUAL not in segment_table(segments, measure).index:
        return []
    labels = names("bio_measure", say.language, inline=True)
    missing = {
        (each, year): series(segments, each, "total")[year] - values(segments, each)[year].sum()
        for each in MEASURES
        for year in last_two(segments)
    }
    told = [
        say("discrepancy_part", year=year, measure=labels[each], value=amount(value, say.language))
        for (each, year), value in missing.items()
        if value
    ]
    return [say("discrepancy", parts=", ".join(told))]


def waterfall_exhibit(segments: pd.DataFrame, measure: str, segment: str, say: Wording) -> Exhibit:
    """Contributions of the segments, one after another, to the growth of the total."""
    table, year = segment_table(segments, measure), last_two(segments)[1]
    labels = names("bio_segment", say.language) | {growth.RESIDUAL: say("residual")}
    order = [*parts(table).index, *(name for name in table.index if name == growth.RESIDUAL)]
    drawn = table.loc[order, "contribution"].rename(index=labels)
    unit = say("axis_contribution", year=year, measure=names("bio_measure", say.language, inline=True)[measure])
    highlight = None if segment == "total" else labels[segment]
    return (
        spans.waterfall(drawn, unit, labels["total"], highlight, digits=2),
        part_sentence(segments, measure, segment, say),
        cited("table_segments", segments, say),
        drawn.rename(say("col_contribution")).rename_axis(say("col_segment")).reset_index(),
    )


def size_exhibit(segments: pd.DataFrame, measure: str, segment: str, say: Wording) -> Exhibit:
    """Growth against size."""
    labels = names("bio_segment", say.language)
    measured = names("bio_measure", say.language, inline=True)[measure]
    alone, year = parts(segment_table(segments, measure)).rename(index=labels), last_two(segments)[0]
    drawn = alone[["before", "growth", "contribution"]].rename(columns={"before": "size"})
    highlight = None if segment == "total" else labels[segment]
    units = (say("axis_size", year=year, measure=measured), say("axis_growth", measure=measured))
    columns = {
        "size": say("col_amount", year=year),
        "growth": say("col_growth"),
        "contribution": say("col_contribution"),
    }
    return (
        paths.bubbles(drawn, units, highlight),
        size_sentence(segments, measure, say),
        cited("table_segments", segments, say),
        drawn.rename(columns=columns).rename_axis(say("col_segment")).reset_index(),
    )


def levels_exhibit(segments: pd.DataFrame, measure: str, segment: str, say: Wording) -> Exhibit:
    """Every segment in the last year and the one before."""
    labels, pair = names("bio_segment", say.language), last_two(segments)
    drawn = parts(segment_table(segments, measure)).sort_values("after", ascending=False).rename(index=labels)
    highlight = None if segment == "total" else labels[segment]
    unit = say("axis_levels", measure=names("bio_measure", say.language)[measure])
    return (
        charts.change(drawn["before"], drawn["after"], tuple(map(str, pair)), unit, highlight, digits=0),
        level_sentence(segments, measure, segment, say),
        cited("table_segments", segments, say),
        drawn[["before", "after"]]
        .set_axis([say("col_amount", year=year) for year in pair], axis=1)
        .rename_axis(say("col_segment"))
        .reset_index(),
    )


def for_readers(segments: pd.DataFrame, measure: str, say: Wording) -> tuple[pd.DataFrame, str, str]:
    """The segment table with the growth that the source prints beside the recomputed one, its caption and source."""
    table, (before, after) = segment_table(segments, measure), last_two(segments)
    printed = segments[segments["year"] == after].set_index("segment")[f"{measure}_growth"]
    labels = names("bio_segment", say.language) | {growth.RESIDUAL: say("residual")}
    caption = say("caption_segments", measure=noun("bio", measure, "total", say), before_year=before, year=after)
    shown = pd.DataFrame(
        {
            say("col_segment"): [labels[segment] for segment in table.index],
            say("col_amount", year=before): table["before"].to_numpy(),
            say("col_amount", year=after): table["after"].to_numpy(),
            say("col_growth"): table["growth"].to_numpy(),
            say("col_printed"): printed.reindex(table.index).to_numpy(),
            say("col_contribution"): table["contribution"].to_numpy(),
            say("col_share", year=before): table["share_before"].to_numpy(),
            say("col_share", year=after): table["share"].to_numpy(),
        }
    )
    return shown, caption, cited("table_segments", segments, say)


def results(segments: pd.DataFrame, segment: str) -> Iterator[tuple]:
    """Growth of exports, contributions to the growth of both measures, and both for the report's segment or total.

    All of every year that has one before, under names that carry the year. Growth of a segment carries the bounds
    that values rounded to whole 억 원 leave possible.
    """
    for year in years(segments)[1:]:
        tables = {measure: segment_table(segments, measure, year) for measure in MEASURES}
        yield f"exports_growth_{year}", tables["exports"].at["total", "growth"], "percent"
        for measure, table in tables.items():
            for name, value in table["contribution"].drop(index="total").items():
                yield f"contribution_{name}_{measure}_{year}", value, "percentage points"
        for measure, table in tables.items():
            reach = growth_bounds(table)
            yield f"segment_{measure}_{year}", table.at[segment, "after"], "100 million won"
            bounds = reach.loc[segment] if segment in reach.index else ()
            yield f"segment_{measure}_growth_{year}", table.at[segment, "growth"], "percent", *bounds
        produced, exported = (tables[measure].at[segment, "after"] for measure in MEASURES)
        yield f"segment_export_intensity_{year}", 100 * exported / produced, "percent"
