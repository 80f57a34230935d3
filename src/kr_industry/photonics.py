"""What only an industry counted by segment asks for, such as Gwangju’s photonics: stages, factors, parts, outlooks."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from kr_industry import growth
from kr_industry.data import DataError, Tables
from kr_industry.kinks import Kink

UNITS = {"sales": "100 million won", "employment": "persons", "firms": "firms"}
"""The measures of the table by year, with their units as recorded results name them."""

SIZE_CLASSES = ["sales_100_up", "sales_50_100", "sales_10_50", "sales_1_10", "sales_under_1"]
"""Classes of firms by sales (억 원), the largest first."""


def stage_ends(annual: pd.DataFrame) -> list[int]:
    """The first and last year, those in which a stage of the programme ends, and that of the highest sales.

    Parameters
    ----------
    annual : pandas.DataFrame
        The table by year, indexed by year; ``stage`` names the stage that ends in a year.

    Examples
    --------
    >>> stage_ends(Tables("photonics")("annual").set_index("year"))
    [1999, 2003, 2008, 2012, 2013, 2018]
    """
    stages = annual.index[annual["stage"] != ""]
    return sorted({int(year) for year in (annual.index[0], annual.index[-1], *stages, annual["sales"].idxmax())})


def factors(annual: pd.DataFrame) -> pd.DataFrame:
    """Firms, employees per firm and sales per employee (억 원) by year; their product is sales."""
    table = annual[["sales", "employment", "firms"]].astype(float)
    size, productivity = table["employment"] / table["firms"], table["sales"] / table["employment"]
    parts = pd.DataFrame({"firms": table["firms"], "size": size, "productivity": productivity})
    return parts.rename_axis(columns="factor")


def decompositions(parts: pd.DataFrame, ends: list[int]) -> pd.DataFrame:
    """The growth of a product taken apart into its factors, in log points a year.

    Parameters
    ----------
    parts : pandas.DataFrame
        The factors by year, as :func:`factors` gives them.
    ends : list of int
        Years at which intervals begin and end.

    Returns
    -------
    pandas.DataFrame
        A column a factor, indexed by (``first_year``, ``last_year``); a row adds up to the growth of the product.
    """
    rows = {
        (first, last): 100 * growth.decomposition(parts.loc[first], parts.loc[last])["log_change"] / (last - first)
        for first, last in pairwise(ends)
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(columns="factor")
    return table.set_axis(pd.MultiIndex.from_tuples(rows, names=["first_year", "last_year"]))


@dataclass(frozen=True)
class BySegment:
    """One measure of the segments, and of the total, by year.

    Attributes
    ----------
    measure : str
        ``sales`` or ``firms``.
    levels, low, high : pandas.DataFrame
        Segments, ``total`` last, by year; the bounds differ from the levels in the derived year only.
    printed_growth : pandas.DataFrame
        Growth in percent as the source prints it.
    derived : int, optional
        The first year, which no table prints, where it follows from the growth printed for the year after.
    outlooks : list of int
        Years that are outlooks.
    """

    measure: str
    levels: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    printed_growth: pd.DataFrame
    derived: int | None
    outlooks: list[int]

    @property
    def printed_years(self) -> list[int]:
        """The actual years that a table prints."""
        return [int(year) for year in self.levels if year != self.derived and year not in self.outlooks]

    @property
    def last(self) -> int:
        """The last actual year."""
        return self.printed_years[-1]

    @property
    def before(self) -> int:
        """The year before the last actual one."""
        return self.last - 1

    def actual(self, segment: str) -> pd.Series:
        """One segment by year without outlooks."""
        return self.levels.loc[segment].drop(self.outlooks)


def by_segment(read: Tables) -> dict[str, BySegment]:
    """Sales (억 원) and firms by segment and year, as far as the tables have two years in a row.

    The year before the first one printed is derived from the growth printed for the first, where all segments have it:
    sales with the bounds that rounding leaves, firms as the one whole number that fits, if just one does.
    """
    tables = {}
    if read.has("segment_sales"):
        rows = read("segment_sales").query("coverage == 'whole'")
        totals = read("sales").query("coverage == 'whole'") if read.has("sales") else read("annual")
        outlooks = sorted(int(year) for year in rows.loc[rows["status"] == "outlook", "year"].unique())
        tables["sales"] = _by_segment("sales", rows, totals.set_index("year")["sales"], outlooks)
    if read.has("segment_firms"):
        totals = read("annual").set_index("year")["firms"]
        tables["firms"] = _by_segment("firms", read("segment_firms"), totals, [])
    return {measure: table for measure, table in tables.items() if table.before in table.levels}


def _by_segment(measure: str, rows: pd.DataFrame, totals: pd.Series, outlooks: list[int]) -> BySegment:
    levels = rows.pivot(index="segment", columns="year", values=measure).astype(float)
    levels = levels.loc[[*(name for name in rows["segment"].unique() if name != "total"), "total"]]
    levels.columns = pd.Index([int(year) for year in levels], name="year")
    printed = rows.pivot(index="segment", columns="year", values="growth").reindex(levels.index)
    first, bounds, derived = levels.columns[0], [levels] * 3, None
    rates = printed[first].drop("total")
    if rates.notna().all() and first - 1 in totals.index:
        step = 0 if measure == "firms" else 1  # sales are rounded to whole 억 원
        bases = [growth.implied_base(levels.at[name, first], rate, value_step=step) for name, rate in rates.items()]
        bases = [_whole(*base) for base in bases] if measure == "firms" else bases
        derived, whole = first - 1, float(totals[first - 1])
        columns = [pd.Series([*column, whole], levels.index, name=derived) for column in zip(*bases, strict=True)]
        bounds = [pd.concat([column, levels], axis=1).rename_axis(columns="year") for column in columns]
    return BySegment(measure, *(table.rename_axis("segment") for table in bounds), printed, derived, outlooks)


def _whole(base: float, low: float, high: float) -> tuple[float, float, float]:
    """The one whole number within the bounds, where there is just one."""
    numbers = np.arange(np.ceil(low), np.floor(high) + 1)
    return (float(numbers[0]),) * 3 if len(numbers) == 1 else (base, low, high)


def segment_tables(read: Tables, measure: str) -> list[str]:
    """The tables that the levels of segments come from, as far as there are any."""
    tables = {"sales": ["segment_sales", "sales"], "firms": ["annual", "segment_firms"]}[measure]
    return [table for table in tables if read.has(table)]


def measure_shown(by: dict[str, BySegment], measure: str, segment: str) -> str:
    """The measure that is shown: the one asked for, or for a segment the one that there is of it.

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


def contributions(levels: pd.DataFrame) -> pd.DataFrame:
    """What each segment adds to the growth of the total on the year before, in percentage points, by year.

    Parameters
    ----------
    levels : pandas.DataFrame
        Segments and ``total`` by year. A year that follows a gap has no column.
    """
    points = 100 * levels.drop(index="total").diff(axis=1).div(levels.loc["total"].shift(), axis=1)
    return points.loc[:, points.columns.to_series().diff() == 1]


def sales_per_firm(by: dict[str, BySegment]) -> pd.DataFrame:
    """Sales per firm (억 원) by segment in the last two years that both tables print; empty where there are none."""
    printed = [set(by[measure].printed_years) for measure in UNITS if measure in by]
    years = sorted(set.intersection(*printed))[-2:] if len(printed) == 2 else []
    return by["sales"].levels[years] / by["firms"].levels[years] if len(years) == 2 else pd.DataFrame()


def outlook_table(read: Tables, measure: str) -> list[str]:
    """The table that may hold an outlook for the total of a measure, if there is one."""
    table = {"firms": "size_classes"}.get(measure, measure)
    return [table] if read.has(table) else []


def outlook(read: Tables, by: dict[str, BySegment], measure: str, segment: str) -> pd.Series:
    """What the source expected of a measure, by year; empty where its tables hold no outlook."""
    if segment != "total":
        return by[measure].levels.loc[segment, by[measure].outlooks]
    whole = "size_class == 'total'" if measure == "firms" else "coverage == 'whole'"
    rows = [read(table).query(f"{whole} and status == 'outlook'") for table in outlook_table(read, measure)]
    return rows[0].set_index("year")[measure].astype(float) if rows else pd.Series(dtype=float)


def outlook_totals(read: Tables) -> pd.DataFrame:
    """Where two tables give two totals for sales of a year ahead, and the segment in which the gap seems to lie.

    Returns
    -------
    pandas.DataFrame
        A row a ``year`` ahead: ``total`` of the table of totals and ``summed`` of that by segment, the growth that each
        means and ``growth_printed`` beside them; and of the one segment that fits its printed ``growth`` and ``share``
        with the gap added and not without: ``segment`` (empty where none or several do), ``sales`` and ``implied``.
    """
    if not (read.has("sales") and read.has("segment_sales")):
        return pd.DataFrame()
    totals = read("sales").query("coverage == 'whole'").set_index("year")
    rows = read("segment_sales").query("coverage == 'whole'").set_index(["year", "segment"])
    sales, summed = totals["sales"].astype(float), rows["sales"].astype(float).xs("total", level="segment")
    table = pd.DataFrame({"total": sales[totals["status"] == "outlook"], "summed": summed}).dropna()
    table = table[table["total"] != table["summed"]]
    before = sales.reindex(table.index - 1).to_numpy()
    table["growth_printed"] = totals["growth"].reindex(table.index)
    table["growth_total"], table["growth_summed"] = (100 * (table[name] / before - 1) for name in ("total", "summed"))
    cells = [_doubtful(rows.loc[year], rows.loc[year - 1], total, sum_) for year, total, sum_, *_ in table.itertuples()]
    doubtful = pd.DataFrame(cells, index=table.index, columns=["segment", "sales", "growth", "share", "implied"])
    return table.join(doubtful).rename_axis("year").reset_index()


def _doubtful(rows: pd.DataFrame, before: pd.DataFrame, total: float, summed: float) -> dict:
    """The segment that would explain the gap between two totals, as printed beside it and as implied."""
    table = rows.join(before["sales"].rename("before"), how="inner").drop(index="total")

    def fits(sales: pd.Series) -> pd.Series:
        growing, share = 100 * (sales / table["before"] - 1), 100 * sales / total
        return ((growing - table["growth"]).abs() <= 0.05) & ((share - table["share"]).abs() <= 0.05)

    table = table.assign(implied=table["sales"] + total - summed)
    fitting = table[fits(table["implied"]) & ~fits(table["sales"])]
    return fitting.reset_index(names="segment").iloc[0].to_dict() if len(fitting) == 1 else {"segment": ""}


def results(
    rates: pd.DataFrame,
    parts: pd.DataFrame,
    productivity: pd.Series,
    spread: pd.DataFrame,
    by: dict[str, BySegment],
    segment: str,
) -> Iterator[tuple[str, float, str]]:
    """What a report on an industry records of its growth, its factors and its segments: name, value, unit.

    From rates by ``measure`` and interval, the last row of :func:`decompositions`, sales per employee by year, measures
    of concentration by measure and year, :func:`by_segment`, and the segment that the report is about.
    """
    for row in rates.itertuples():
        yield f"{row.measure}_cagr_{row.first_year}_{row.last_year}", row.rate, "percent a year"
    first, last = parts.index[-1]
    for name, value in parts.iloc[-1].items():
        yield f"decomposition_{first}_{last}_{name}", value, "log points a year"
    for year, value in productivity.items():
        yield f"sales_per_employee_{year}", value, "100 million won"
    for measure, table in by.items():
        for year in table.printed_years:
            yield f"hhi_{measure}_{year}", spread.at[(measure, year), "herfindahl"], "index"
    if sales := by.get("sales"):
        points, last = contributions(sales.levels)[sales.last], sales.last
        before, after = sales.levels[sales.before], sales.levels[last]
        for name, value in points.items():
            yield f"contribution_{name}_{last}", value, "percentage points"
        yield f"sales_growth_{last}", points.sum(), "percent"
        yield f"segment_sales_{last}", after[segment], "100 million won"
        yield f"segment_sales_growth_{last}", 100 * (after[segment] / before[segment] - 1), "percent"
        yield f"segment_sales_share_{last}", 100 * after[segment] / after["total"], "percent"
        own = points.sum() if segment == "total" else points[segment]
        yield f"segment_contribution_{last}", own, "percentage points"
    if firms := by.get("firms"):
        yield f"segment_firms_{firms.last}", firms.levels.at[segment, firms.last], "firms"


def estimates(
    measure: str, kink: Kink | None, paths: dict[str, pd.DataFrame]
) -> Iterator[tuple[str, float, str, float, float]]:
    """What a report records of the kink, where the data support one, and of forecasts: name, value, unit, low, high."""
    if kink and kink.supported:
        yield f"{measure}_kink_year", kink.year, "year", kink.low, kink.high
        for side, slope in (("before", kink.before), ("after", kink.after)):
            yield f"{measure}_slope_{side}", slope.value, "log points a year", slope.low, slope.high
    for name, path in paths.items():
        for year, row in path.iterrows():
            yield f"{name}_{measure}_{year}", row["value"], UNITS[measure], row["low"], row["high"]
