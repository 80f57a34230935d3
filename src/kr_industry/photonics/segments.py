"""Which segment grew, which shrank, and what each added to the whole."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kr_industry import charts, growth
from kr_industry.korean import listing
from kr_industry.photonics.stages import quantity
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, moved, names, points

SOURCES = {"sales": "table_57", "firms": "table_34"}
"""Where the figures of each measure come from, as a key of the wording."""


@dataclass(frozen=True)
class ByYear:
    """One measure of the six segments, and of the total, by year.

    Attributes
    ----------
    measure : str
        ``sales`` or ``firms``.
    values, low, high : pandas.DataFrame
        Segments, ``total`` last, by year; the bounds differ from the values in the derived year only.
    printed : pandas.DataFrame
        Growth in percent as the source prints it.
    derived : int
        The first year, which no table prints: it follows from the growth printed for the year after.
    outlooks : list of int
        Years that are outlooks.
    """

    measure: str
    values: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    printed: pd.DataFrame
    derived: int
    outlooks: list[int]

    def label(self, year: int, say: Wording) -> str:
        """A year as a chart or a table writes it: derived ones and outlooks are named as such."""
        if year == self.derived:
            return say("year_derived", year=year)
        return say("year_outlook", year=year) if year in self.outlooks else str(year)


def sales_by_year(sales: pd.DataFrame, totals: pd.DataFrame) -> ByYear:
    """Sales (억 원): 2016 derived, 2017 and 2018, and the outlook for 2019 (tables 5 and 7)."""
    rows = sales[sales["scope"] == "whole"]
    whole = totals[totals["scope"] == "whole"].set_index("year")["sales"]
    return _by_year("sales", rows, float(whole[2016]), sorted(rows.loc[rows["status"] == "outlook", "year"].unique()))


def firms_by_year(firms: pd.DataFrame, annual: pd.DataFrame) -> ByYear:
    """Firms: 2015 derived, as only one whole number fits each rate, and 2016 to 2018 (tables 3 and 4)."""
    return _by_year("firms", firms, float(annual.set_index("year").at[2015, "firms"]), [])


def _by_year(measure: str, rows: pd.DataFrame, total: float, outlooks: list[int]) -> ByYear:
    values = rows.pivot(index="segment", columns="year", values=measure).astype(float)
    first = values.columns[0]
    values = values.loc[[*(s for s in rows["segment"].unique() if s != "total"), "total"]]
    rates = rows[rows["year"] == first].set_index("segment")["growth"].reindex(values.index)
    step = 0 if measure == "firms" else 1  # sales are rounded to whole 억 원
    bases = [growth.implied_base(values.at[name, first], rates[name], value_step=step) for name in values.index[:-1]]
    if measure == "firms":
        bases = [_whole(*base) for base in bases]
    frames = []
    for column in zip(*bases, (total,) * 3, strict=True):
        frame = values.copy()
        frame.insert(0, first - 1, column)
        frames.append(frame)
    printed = rows.pivot(index="segment", columns="year", values="growth").reindex(values.index)
    return ByYear(measure, *frames, printed, derived=int(first - 1), outlooks=[int(year) for year in outlooks])


def _whole(base: float, low: float, high: float) -> tuple[float, float, float]:
    """The one whole number within the bounds, where there is just one."""
    numbers = np.arange(np.ceil(low), np.floor(high) + 1)
    return (float(numbers[0]),) * 3 if len(numbers) == 1 else (base, low, high)


def contributions_by_year(by_year: ByYear) -> pd.DataFrame:
    """Contribution of each segment to the growth of the total, in percentage points, a column for each year."""
    values = by_year.values
    columns = {}
    for before, after in zip(values.columns, values.columns[1:], strict=False):
        total = (values.at["total", before], values.at["total", after])
        parts = values.drop(index="total")
        columns[after] = growth.contributions(parts[before], parts[after], total).drop(growth.RESIDUAL, errors="ignore")
    return pd.DataFrame(columns)


def actuals(by_year: ByYear, segment: str) -> pd.Series:
    """One segment by year without outlooks."""
    return by_year.values.loc[segment].drop(by_year.outlooks)


def own_sentence(by_year: ByYear, segment: str, say: Wording) -> str:
    """One segment year by year, with the bounds of the derived year."""
    values = by_year.values.loc[segment]
    write = {year: quantity(value, by_year.measure, say.language) for year, value in values.items()}
    years = [year for year in values.index if year != by_year.derived and year not in by_year.outlooks]
    low, high = (frame.at[segment, by_year.derived] for frame in (by_year.low, by_year.high))
    digits = int(round(low) == round(high))  # a range of whole numbers that is none says less than its decimals
    return say(
        f"own_{by_year.measure}",
        segment=names("photonics_segment", say.language, inline=True)[segment],
        years=listing([say("own_year", year=year, value=write[year]) for year in years], say.language),
        derived_year=by_year.derived,
        derived=write[by_year.derived],
        low=f"{low:,.{digits}f}",
        high=f"{high:,.{digits}f}",
        outlook_year=max(by_year.outlooks, default=0),
        outlook=write[max(by_year.outlooks)] if by_year.outlooks else "",
    )


def driver_sentence(by_year: ByYear, segment: str, say: Wording) -> str:
    """Which segments moved the total most in 2018, or what one segment added to it."""
    labels = names("photonics_segment", say.language, inline=True)
    measure = names("photonics_measure", say.language, inline=True)[by_year.measure]
    values, parts = by_year.values, contributions_by_year(by_year)[2018].sort_values()
    total = 100 * (values.at["total", 2018] / values.at["total", 2017] - 1)
    if segment == "total":
        top, bottom = parts.index[-1], parts.index[0]
        return say(
            "driver",
            measure=measure,
            moved=moved(total, say),
            top=labels[top],
            gain=parts[top],
            bottom=labels[bottom],
            loss=parts[bottom],
        )
    before, after = values.at[segment, 2017], values.at[segment, 2018]
    key = "driver_flat" if before == after else "driver_moved"
    return say(
        key,
        segment=labels[segment],
        measure=measure,
        share=100 * after / values.at["total", 2018],
        moved=moved(100 * (after / before - 1), say),
        contribution=points(parts[segment]),
        total=total,
    )


def hidden_sentence(contributions: pd.DataFrame, year: int, say: Wording) -> str:
    """Whether rises and falls of segments cancelled out in one year, and who hid whom."""
    labels = names("photonics_segment", say.language, inline=True)
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


def firms_sentence(by_year: ByYear, segment: str, say: Wording) -> str:
    """How the number of firms changed from 2016 to 2018, by segment or in one of them."""
    labels = names("photonics_segment", say.language, inline=True)
    before, after = by_year.values[2016], by_year.values[2018]
    if segment != "total":
        share = 100 * after[segment] / after["total"]
        return say("firms_segment", segment=labels[segment], before=before[segment], after=after[segment], share=share)
    net = (after - before).drop("total")
    top, bottom = (
        listing([labels[name] for name in net.index[net == end]], say.language) for end in (net.max(), net.min())
    )
    return say(
        "firms", before=before["total"], after=after["total"], top=top, gain=net.max(), bottom=bottom, loss=-net.min()
    )


def for_readers(by_year: ByYear, say: Wording) -> pd.DataFrame:
    """Segments in 2017 and 2018: values, growth recomputed and as printed, contribution and share."""
    values = by_year.values
    before, after = values[2017], values[2018]
    contributions = contributions_by_year(by_year)[2018]
    contributions["total"] = contributions.sum()
    unit = say(f"unit_{by_year.measure}")
    return pd.DataFrame(
        {
            say("col_segment"): [names("photonics_segment", say.language)[segment] for segment in values.index],
            say("col_of_year", year=2017, unit=unit): before.to_numpy(),
            say("col_of_year", year=2018, unit=unit): after.to_numpy(),
            say("col_growth"): (100 * (after / before - 1)).to_numpy(),
            say("col_printed"): by_year.printed[2018].to_numpy(),
            say("col_contribution"): contributions.reindex(values.index).to_numpy(),
            say("col_share"): (100 * after / after["total"]).to_numpy(),
        }
    )


def own_exhibit(by_year: ByYear, segment: str, say: Wording) -> Exhibit:
    """One segment by year; all segments as numbers."""
    named = names("photonics_segment", say.language)
    wide = by_year.values.rename(index=named, columns=lambda year: by_year.label(year, say))
    hatched = [by_year.label(year, say) for year in by_year.outlooks]
    unit = say(f"axis_own_{by_year.measure}", segment=named[segment])
    numbers = wide.rename_axis(index=None, columns=None).round(0).reset_index(names=say("col_segment"))
    return (
        charts.columns(wide.loc[named[segment]], unit, hatched),
        own_sentence(by_year, segment, say),
        say(SOURCES[by_year.measure]),
        numbers,
    )


def contribution_exhibit(by_year: ByYear, segment: str, words: str, say: Wording) -> Exhibit:
    """Contributions by segment and year, the largest of the last actual year first."""
    table = contributions_by_year(by_year)
    last = max(year for year in table.columns if year not in by_year.outlooks)
    named = names("photonics_segment", say.language)
    drawn = table.sort_values(last, ascending=False).rename(index=named, columns=lambda year: by_year.label(year, say))
    drawn.columns.name = drawn.index.name = None
    hatched = [by_year.label(year, say) for year in by_year.outlooks]
    highlight = None if segment == "total" else named[segment]
    return (
        charts.bar_panels(drawn, say(f"axis_contributions_{by_year.measure}"), highlight, hatched),
        words,
        say(SOURCES[by_year.measure]),
        drawn.reset_index(names=say("col_segment")),
    )


def derived_sentence(by_year: ByYear, say: Wording) -> str:
    """What the derived year rests on, and how exact contributions are that start from it."""
    width = (by_year.high - by_year.low)[by_year.derived].max() / by_year.values.at["total", by_year.derived]
    key = "derived" if width else "derived_exact"
    return say(key, year=by_year.derived, error=100 * width / 2)


def results(by_sales: ByYear, by_firms: ByYear, segment: str) -> Iterator[tuple[str, float, str]]:
    """Contributions to the growth of sales in 2018, that growth, and where the report's own segment or total stands."""
    parts = contributions_by_year(by_sales)[2018]
    for name, value in parts.items():
        yield f"contribution_{name}_2018", value, "percentage points"
    yield "sales_growth_2018", parts.sum(), "percent"
    before, after = by_sales.values[2017], by_sales.values[2018]
    yield "segment_sales_2018", after[segment], "100 million won"
    yield "segment_sales_growth_2018", 100 * (after[segment] / before[segment] - 1), "percent"
    yield "segment_sales_share_2018", 100 * after[segment] / after["total"], "percent"
    yield "segment_contribution_2018", parts.sum() if segment == "total" else parts[segment], "percentage points"
    yield "segment_firms_2018", by_firms.values.at[segment, 2018], "firms"
