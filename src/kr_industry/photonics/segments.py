"""Which segment grew, which shrank, and what each added to the whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from kr_industry import charts, growth
from kr_industry.data import DataError
from kr_industry.korean import listing
from kr_industry.photonics.industry import Industry
from kr_industry.photonics.stages import quantity
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, moved, names, points

SOURCES = {"sales": ("segment_sales", "sales"), "firms": ("annual", "segment_firms")}
"""The tables that the figures of each measure come from."""


@dataclass(frozen=True)
class ByYear:
    """One measure of the segments, and of the total, by year.

    Attributes
    ----------
    measure : str
        ``sales`` or ``firms``.
    values, low, high : pandas.DataFrame
        Segments, ``total`` last, by year; the bounds differ from the values in the derived year only.
    printed : pandas.DataFrame
        Growth in percent as the source prints it.
    derived : int, optional
        The first year, which no table prints, where it follows from the growth printed for the year after.
    outlooks : list of int
        Years that are outlooks.
    """

    measure: str
    values: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    printed: pd.DataFrame
    derived: int | None
    outlooks: list[int]

    @property
    def printed_years(self) -> list[int]:
        """The actual years that a table prints."""
        return [int(year) for year in self.values if year != self.derived and year not in self.outlooks]

    @property
    def last(self) -> int:
        """The last actual year."""
        return self.printed_years[-1]

    @property
    def before(self) -> int:
        """The year before the last actual one."""
        return self.last - 1

    def label(self, year: int, say: Wording) -> str:
        """A year as a chart or a table writes it: derived ones and outlooks are named as such."""
        if year == self.derived:
            return say("year_derived", year=year)
        return say("year_outlook", year=year) if year in self.outlooks else str(year)


def by_measure(say: Industry) -> dict[str, ByYear]:
    """Sales and firms by segment and year, those of them of which the industry's tables have two years in a row."""
    sales, firms, annual = (say.table(name) for name in ("segment_sales", "segment_firms", "annual"))
    totals = say.table("sales") if say.has("sales") else annual.assign(scope="whole")
    found = {
        "sales": None if sales is None else sales_by_year(sales, totals),
        "firms": None if firms is None else firms_by_year(firms, annual),
    }
    return {name: by_year for name, by_year in found.items() if by_year and by_year.before in by_year.values}


def shown(by: dict[str, ByYear], measure: str, segment: str) -> str:
    """The measure that a report shows: the one asked for, or for a segment the one that there is of it.

    Raises
    ------
    DataError
        A segment is asked for, and the industry has no table by segment.
    """
    if segment == "total" or measure in by:
        return measure
    if not by:
        raise DataError(f"segment {segment!r}: the industry has no segment_sales.csv or segment_firms.csv of two years")
    return next(iter(by))


def sales_by_year(sales: pd.DataFrame, totals: pd.DataFrame) -> ByYear:
    """Sales (억 원) of the years printed, actual or outlook, and of the one before them where it can be derived."""
    rows = sales[sales["scope"] == "whole"]
    whole = totals[totals["scope"] == "whole"].set_index("year")["sales"]
    return _by_year("sales", rows, whole, sorted(rows.loc[rows["status"] == "outlook", "year"].unique()))


def firms_by_year(firms: pd.DataFrame, annual: pd.DataFrame) -> ByYear:
    """Firms of the years printed, and of the one before, where only one whole number fits each rate."""
    return _by_year("firms", firms, annual.set_index("year")["firms"], [])


def _by_year(measure: str, rows: pd.DataFrame, totals: pd.Series, outlooks: list[int]) -> ByYear:
    values = rows.pivot(index="segment", columns="year", values=measure).astype(float)
    first = values.columns[0]
    values = values.loc[[*(s for s in rows["segment"].unique() if s != "total"), "total"]]
    rates = rows[rows["year"] == first].set_index("segment")["growth"].reindex(values.index)
    printed = rows.pivot(index="segment", columns="year", values="growth").reindex(values.index)
    whole = totals.get(first - 1)
    if rates.iloc[:-1].isna().any() or whole is None:
        return ByYear(measure, values, values, values, printed, derived=None, outlooks=[int(y) for y in outlooks])
    step = 0 if measure == "firms" else 1  # sales are rounded to whole 억 원
    bases = [growth.implied_base(values.at[name, first], rates[name], value_step=step) for name in values.index[:-1]]
    if measure == "firms":
        bases = [_whole(*base) for base in bases]
    frames = []
    for column in zip(*bases, (float(whole),) * 3, strict=True):
        frame = values.copy()
        frame.insert(0, first - 1, column)
        frames.append(frame)
    return ByYear(measure, *frames, printed, derived=int(first - 1), outlooks=[int(year) for year in outlooks])


def _whole(base: float, low: float, high: float) -> tuple[float, float, float]:
    """The one whole number within the bounds, where there is just one."""
    numbers = np.arange(np.ceil(low), np.floor(high) + 1)
    return (float(numbers[0]),) * 3 if len(numbers) == 1 else (base, low, high)


def contributions_by_year(by_year: ByYear) -> pd.DataFrame:
    """Contribution of each segment to the growth of the total, in percentage points, a column for each year.

    Only growth on the year before counts: after a gap between years there is no column.
    """
    values = by_year.values
    columns = {}
    for before, after in pairwise(values.columns):
        if after - before > 1:
            continue
        total = (values.at["total", before], values.at["total", after])
        parts = values.drop(index="total")
        columns[after] = growth.contributions(parts[before], parts[after], total).drop(growth.RESIDUAL, errors="ignore")
    return pd.DataFrame(columns)


def actuals(by_year: ByYear, segment: str) -> pd.Series:
    """One segment by year without outlooks."""
    return by_year.values.loc[segment].drop(by_year.outlooks)


def own_sentence(by_year: ByYear, segment: str, say: Industry) -> str:
    """One segment year by year, with the bounds of the derived year, and what was expected of it."""
    values, measure = by_year.values.loc[segment], by_year.measure
    write = {year: quantity(value, measure, say.language) for year, value in values.items()}
    years = [say("own_year", year=year, value=write[year]) for year in by_year.printed_years]
    told = [say(f"own_{measure}", segment=say.segments(inline=True)[segment], years=listing(years, say.language))]
    if by_year.derived is not None:
        low, high = (frame.at[segment, by_year.derived] for frame in (by_year.low, by_year.high))
        digits = int(round(low) == round(high))  # a range of whole numbers that is none says less than its decimals
        told.append(
            say(
                f"own_derived_{measure}" if low < high else "own_derived_exact",
                year=by_year.derived,
                value=write[by_year.derived],
                low=f"{low:,.{digits}f}",
                high=f"{high:,.{digits}f}",
            )
        )
    if by_year.outlooks:
        year = max(by_year.outlooks)
        told.append(say("own_outlook", year=year, value=write[year]))
    return " ".join(told)


def driver_sentence(by_year: ByYear, segment: str, say: Industry) -> str:
    """Which segments moved the total most in the last year, or what one segment added to it."""
    labels = say.segments(inline=True)
    measure = names("photonics_measure", say.language, inline=True)[by_year.measure]
    values, parts = by_year.values, contributions_by_year(by_year)[by_year.last].sort_values()
    total = 100 * (values.at["total", by_year.last] / values.at["total", by_year.before] - 1)
    if segment == "total":
        top, bottom = parts.index[-1], parts.index[0]
        return say(
            "driver",
            year=by_year.last,
            measure=measure,
            moved=moved(total, say),
            top=labels[top],
            gain=parts[top],
            bottom=labels[bottom],
            loss=parts[bottom],
        )
    before, after = values.at[segment, by_year.before], values.at[segment, by_year.last]
    key = "driver_flat" if before == after else "driver_moved"
    return say(
        key,
        year=by_year.last,
        segment=labels[segment],
        measure=measure,
        share=100 * after / values.at["total", by_year.last],
        moved=moved(100 * (after / before - 1), say),
        contribution=points(parts[segment]),
        total=total,
    )


def hidden_sentence(contributions: pd.DataFrame, year: int, say: Industry) -> str:
    """Whether rises and falls of segments cancelled out in one year, and who hid whom."""
    labels = say.segments(inline=True)
    parts = contributions[year].sort_values()
    gains, losses = parts[parts > 0].sum(), -parts[parts < 0].sum()
    if not losses or not gains:
        return say("hidden_none", year=year)
    fallen = gains >= losses
    return say(
        "hidden" if fallen else "hidden_rise",
        year=year,
        total=parts.sum(),
        gains=gains,
        losses=losses,
        bottom=labels[parts.index[0]],
        top=labels[parts.index[-1]],
        part=100 * min(gains, losses) / max(gains, losses),
    )


def firms_sentence(by_year: ByYear, segment: str, say: Industry) -> str:
    """How the number of firms changed over the years that the table prints, by segment or in one of them."""
    labels, first, last = say.segments(inline=True), by_year.printed_years[0], by_year.last
    if first == last:
        first = by_year.before
    before, after = by_year.values[first], by_year.values[last]
    years = {"first_year": first, "last_year": last}
    if segment != "total":
        share = 100 * after[segment] / after["total"]
        counts = {"before": before[segment], "after": after[segment]}
        return say("firms_segment", segment=labels[segment], share=share, **years, **counts)
    net = (after - before).drop("total")
    ends = {"gain": net.max(), "loss": net.min()}
    top, bottom = (listing([labels[name] for name in net.index[net == end]], say.language) for end in ends.values())
    key = "firms" if ends["gain"] > 0 > ends["loss"] else "firms_one_way"
    sizes = {"gain": f"{ends['gain']:.0f}", "loss": f"{-ends['loss']:.0f}"}
    if key == "firms_one_way":
        sizes = {name: f"{end:+.0f}" for name, end in ends.items()}
    return say(key, before=before["total"], after=after["total"], top=top, bottom=bottom, **sizes, **years)


def for_readers(by_year: ByYear, say: Industry) -> pd.DataFrame:
    """Segments in the last two years: values, growth recomputed and as printed, contribution and share."""
    values = by_year.values
    before, after = values[by_year.before], values[by_year.last]
    contributions = contributions_by_year(by_year)[by_year.last]
    contributions["total"] = contributions.sum()
    unit = say(f"unit_{by_year.measure}")
    return pd.DataFrame(
        {
            say("col_segment"): [say.segments()[segment] for segment in values.index],
            say("col_of_year", year=by_year.before, unit=unit): before.to_numpy(),
            say("col_of_year", year=by_year.last, unit=unit): after.to_numpy(),
            say("col_growth"): (100 * (after / before - 1)).to_numpy(),
            say("col_printed"): by_year.printed[by_year.last].to_numpy(),
            say("col_contribution"): contributions.reindex(values.index).to_numpy(),
            say("col_share"): (100 * after / after["total"]).to_numpy(),
        }
    )


def table(by_year: ByYear, say: Industry) -> tuple[pd.DataFrame, str, str, dict[str, int]]:
    """The table of :func:`for_readers` with its caption, its source and the decimals of its columns."""
    source = say.cite(*SOURCES[by_year.measure])
    return for_readers(by_year, say), say("caption_segments"), source, {say("col_contribution"): 2}


def own_exhibit(by_year: ByYear, segment: str, say: Industry) -> Exhibit:
    """One segment by year; all segments as numbers."""
    named = say.segments()
    wide = by_year.values.rename(index=named, columns=lambda year: by_year.label(year, say))
    hatched = [by_year.label(year, say) for year in by_year.outlooks]
    note = say("note_hatched") if hatched else ""
    unit = say(f"axis_own_{by_year.measure}", segment=named[segment], note=note)
    numbers = wide.rename_axis(index=None, columns=None).round(0).reset_index(names=say("col_segment"))
    return (
        charts.columns(wide.loc[named[segment]], unit, hatched),
        own_sentence(by_year, segment, say),
        say.cite(*SOURCES[by_year.measure]),
        numbers,
    )


def contribution_exhibit(by_year: ByYear, segment: str, words: str, say: Industry) -> Exhibit:
    """Contributions by segment and year, the largest of the last actual year first."""
    named = say.segments()
    drawn = contributions_by_year(by_year).sort_values(by_year.last, ascending=False)
    drawn = drawn.rename(index=named, columns=lambda year: by_year.label(year, say))
    drawn.columns.name = drawn.index.name = None
    hatched = [by_year.label(year, say) for year in by_year.outlooks]
    highlight, note = None if segment == "total" else named[segment], say("note_hatched") if hatched else ""
    return (
        charts.bar_panels(drawn, say(f"axis_contributions_{by_year.measure}", note=note), highlight, hatched),
        words,
        say.cite(*SOURCES[by_year.measure]),
        drawn.reset_index(names=say("col_segment")),
    )


def derived_sentences(by_year: ByYear, say: Wording) -> list[str]:
    """What the derived year rests on, and how exact contributions are that start from it; nothing without one."""
    if by_year.derived is None:
        return []
    width = (by_year.high - by_year.low)[by_year.derived].max() / by_year.values.at["total", by_year.derived]
    key = "derived" if width else "derived_exact"
    return [say(key, year=by_year.derived, error=100 * width / 2)]


def results(by: dict[str, ByYear], segment: str) -> Iterator[tuple[str, float, str]]:
    """Contributions to the growth of sales in the last year, that growth, and where the report's own segment stands."""
    if sales := by.get("sales"):
        parts, last = contributions_by_year(sales)[sales.last], sales.last
        for name, value in parts.items():
            yield f"contribution_{name}_{last}", value, "percentage points"
        yield f"sales_growth_{last}", parts.sum(), "percent"
        before, after = sales.values[sales.before], sales.values[last]
        yield f"segment_sales_{last}", after[segment], "100 million won"
        yield f"segment_sales_growth_{last}", 100 * (after[segment] / before[segment] - 1), "percent"
        yield f"segment_sales_share_{last}", 100 * after[segment] / after["total"], "percent"
        own = parts.sum() if segment == "total" else parts[segment]
        yield f"segment_contribution_{last}", own, "percentage points"
    if firms := by.get("firms"):
        yield f"segment_firms_{firms.last}", firms.values.at[segment, firms.last], "firms"
