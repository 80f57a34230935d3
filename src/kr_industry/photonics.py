"""What only an industry counted by segment asks for, such as Gwangju’s photonics: stages, factors, parts, outlooks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from kr_industry import growth
from kr_industry.concentration import concentration
from kr_industry.data import DataError, Tables
from kr_industry.definitions import UNITS, ByYear, definitions, oldest
from kr_industry.kinks import Kink

SIZE_CLASSES = ["sales_100_up", "sales_50_100", "sales_10_50", "sales_1_10", "sales_under_1"]
"""Classes of firms by sales (억 원), the largest first."""

FEW = 2
"""Of so few firms nothing is derived: what a source does not print of one or two firms stays theirs."""


def stage_ends(table: pd.DataFrame) -> list[int]:
    """The first and last year, those in which a stage of the programme ends, and that of the highest sales.

    Parameters
    ----------
    table : pandas.DataFrame
        The table by year of a :class:`ByYear`; ``stage`` names the stage that ends in a year. Only years of which all
        measures are printed count.

    Examples
    --------
    >>> from kr_industry.definitions import by_year
    >>> stage_ends(by_year(Tables("photonics")).table)
    [1999, 2003, 2008, 2012, 2013, 2019]
    """
    table = table.dropna(subset=[*UNITS])
    if table.empty:
        return []
    stages = table.index[table["stage"] != ""]
    return sorted({int(year) for year in (table.index[0], table.index[-1], *stages, table["sales"].idxmax())})


def phases(values: pd.Series, near: float = 0.9) -> list[int]:
    """Years between which a series rose, stood, fell and rose again, as far as it did.

    The first; the first that comes near its highest value (a part of it); the last of its highest; the lowest after
    that; the last.

    Examples
    --------
    >>> phases(pd.Series({2003: 32, 2008: 131, 2010: 254, 2013: 271, 2016: 215, 2019: 248}))
    [2003, 2010, 2013, 2016, 2019]
    """
    values = values.dropna()
    peak = values.index[values == values.max()][-1]
    years = (
        values.index[0],
        (values >= near * values.max()).idxmax(),
        peak,
        values.loc[peak:].idxmin(),
        values.index[-1],
    )
    return sorted({int(year) for year in years})


def way(rates: pd.Series) -> str:
    """How a series went, by its growth on the year before in percent.

    ``rising`` or ``falling`` (every year), ``again`` (rose in the last year after a fall), ``back`` (fell in the last
    year after a rise), ``level`` (no change in the last year), or ``none`` (no two years in a row).

    Examples
    --------
    >>> [way(pd.Series(rates)) for rates in ([8.5, 20.0], [-9.0, -0.5, 17.1], [6.3, -11.8], [0.0], [])]
    ['rising', 'again', 'back', 'level', 'none']
    """
    if rates.empty:
        return "none"
    up, down = rates > 0, rates < 0
    if up.all() or down.all():
        return "rising" if up.all() else "falling"
    return "again" if up.iloc[-1] else "back" if down.iloc[-1] else "level"


def swing(rates: pd.Series) -> dict[str, float]:
    """The last, the highest and the lowest of yearly rates (``last``, ``high``, ``low``), each with its ``_year``.

    Examples
    --------
    >>> found = swing(pd.Series({2017: -9.0, 2018: -0.5, 2019: 17.1}))
    >>> found["low_year"], found["last"]
    (2017, 17.1)
    >>> swing(pd.Series(dtype=float))
    {}
    """
    if rates.empty:
        return {}
    years = {"last": rates.index[-1], "high": rates.idxmax(), "low": rates.idxmin()}
    return {name: float(rates[year]) for name, year in years.items()} | {
        f"{name}_year": int(year) for name, year in years.items()
    }


def programme(read: Tables, stages: pd.DataFrame, sales: pd.Series) -> pd.DataFrame:
    """The stages of a programme with the money of each (억 원, missing where none is given) and sales at its end.

    Parameters
    ----------
    read : Tables
        With single figures named ``programme_money_<stage>``.
    stages : pandas.DataFrame
        ``stage``, its names ``ko`` and ``en``, ``first_year``, ``last_year``.
    sales : pandas.Series
        By year.
    """
    money = [read.figure(f"programme_money_{stage}", default=np.nan) for stage in stages["stage"]]
    years = stages["last_year"] - stages["first_year"] + 1
    ends = sales.reindex(stages["last_year"]).to_numpy()
    table = stages[["stage", "ko", "en", "first_year", "last_year"]].assign(years=years, money=money)
    return table.assign(money_a_year=table["money"] / years, sales=ends).reset_index(drop=True)


def yearly_figures(read: Tables, name: str) -> pd.Series:
    """Single figures by year, those named ``<name>_<year>``; empty where there are none."""
    if not read.has("figures"):
        return pd.Series(dtype=float)
    rows = read("figures").set_index("id")["value"]
    rows = rows[rows.index.str.fullmatch(rf"{name}_\d{{4}}")]
    return rows.set_axis(rows.index.str[-4:].astype(int)).sort_index()


def factors(table: pd.DataFrame) -> pd.DataFrame:
    """Firms, employees per firm and sales per employee (억 원) by year; their product is sales.

    Years of which not all measures are there, or one is zero, are left out.
    """
    table = table[[*UNITS]].astype(float)
    table = table[(table > 0).all(axis=1)]
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
    if not rows:
        return pd.DataFrame(columns=parts.columns)
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
        """One segment by year without outlooks, and without a value that is not derived."""
        return self.levels.loc[segment].drop(self.outlooks).dropna()


def by_segment(read: Tables) -> dict[str, BySegment]:
    """Sales (억 원) and firms by segment and year, as far as the tables have two years in a row.

    The year before the first one printed is derived from the growth printed for the first, where all segments have it:
    sales with the bounds that rounding leaves, firms as the one whole number that fits, if just one does. Sales of
    :data:`FEW` firms are not derived.
    """
    tables, annual = {}, next(iter(definitions(read).values()))
    if read.has("segment_firms"):
        tables["firms"] = _by_segment("firms", read("segment_firms"), annual["firms"], [])
    if read.has("segment_sales"):
        rows = read("segment_sales").query("coverage == 'whole'")
        totals = read("sales").query("coverage == 'whole'").set_index("year") if read.has("sales") else annual
        outlooks = sorted(int(year) for year in rows.loc[rows["status"] == "outlook", "year"].unique())
        found = _by_segment("sales", rows, totals["sales"].dropna(), outlooks)
        tables = {"sales": _without_few(found, tables.get("firms")), **tables}
    return {measure: table for measure, table in tables.items() if table.before in table.levels}


def _by_segment(measure: str, rows: pd.DataFrame, totals: pd.Series, outlooks: list[int]) -> BySegment:
    levels = rows.pivot(index="segment", columns="year", values=measure).astype(float)
    levels = levels.loc[[*(name for name in rows["segment"].unique() if name != "total"), "total"]]
    levels.columns = pd.Index([int(year) for year in levels], name="year")
    printed = rows.pivot(index="segment", columns="year", values="growth").reindex(levels.index)
    first, bounds, derived = levels.columns[0], [levels] * 3, None
    rates = printed[first].drop("total")
    if rates.notna().all() and (levels[first] > 0).all() and first - 1 in totals.index:
        step = 0 if measure == "firms" else 1  # sales are rounded to whole 억 원
        bases = [growth.implied_base(levels.at[name, first], rate, value_step=step) for name, rate in rates.items()]
        bases = [_whole(*base) for base in bases] if measure == "firms" else bases
        derived, whole = first - 1, float(totals[first - 1])
        columns = [pd.Series([*column, whole], levels.index, name=derived) for column in zip(*bases, strict=True)]
        bounds = [pd.concat([column, levels], axis=1).rename_axis(columns="year") for column in columns]
    return BySegment(measure, *(table.rename_axis("segment") for table in bounds), printed, derived, outlooks)


def _without_few(sales: BySegment, firms: BySegment | None) -> BySegment:
    """Sales by segment without those derived ones of which the table of firms shows that they are of few."""
    year = sales.derived
    if year is None or firms is None or year not in firms.levels:
        return sales
    few = firms.levels.index[firms.levels[year] <= FEW]
    masked = [
        table.mask((table.columns == year) & table.index.isin(few)[:, None])
        for table in (sales.levels, sales.low, sales.high)
    ]
    return replace(sales, **dict(zip(("levels", "low", "high"), masked, strict=True)))


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
    """Sales per firm (억 원) by segment in the last two years that both tables print; empty where there are none.

    A segment has none where it has :data:`FEW` firms or fewer.
    """
    printed = [set(by[measure].printed_years) for measure in UNITS if measure in by]
    years = sorted(set.intersection(*printed))[-2:] if len(printed) == 2 else []
    if len(years) < 2:
        return pd.DataFrame()
    firms = by["firms"].levels[years]
    return by["sales"].levels[years] / firms.where(firms > FEW)


def outlooks(read: Tables, measure: str) -> pd.DataFrame:
    """What was expected of a measure of the whole industry, and what came of it.

    From the table ``outlooks`` and from the outlooks of the table of totals. What came is that of the oldest definition
    which prints the year, the one in use when the outlook was made.

    Returns
    -------
    pandas.DataFrame
        By ``year``: ``expected``, ``qualifier`` (``outlook``, ``target`` or ``about``), ``source``, ``place``,
        ``outcome`` (missing where none is printed), ``difference`` (how far it was above, in percent).
    """
    columns, rows = ["year", "expected", "qualifier", "source", "place"], []
    if read.has("outlooks"):
        rows.append(read("outlooks").query("measure == @measure").rename(columns={"value": "expected"}))
    if tables := outlook_table(read, measure):
        whole = "size_class == 'total'" if measure == "firms" else "coverage == 'whole'"
        found = read(tables[0]).query(f"{whole} and status == 'outlook'").rename(columns={measure: "expected"})
        rows.append(found.assign(qualifier="outlook"))
    table = pd.concat([found[columns] for found in rows]) if rows else pd.DataFrame(columns=columns)
    table = table.set_index("year").sort_index().astype({"expected": float})
    table["outcome"] = oldest(read)[measure].reindex(table.index).astype(float)
    return table.assign(difference=100 * (table["outcome"] / table["expected"] - 1))


def outlook_table(read: Tables, measure: str) -> list[str]:
    """The table that may hold an outlook for the total of a measure, if there is one."""
    table = {"firms": "size_classes"}.get(measure, measure)
    return [table] if read.has(table) else []


def national_share(read: Tables) -> pd.DataFrame:
    """What part of the industry nationwide is the region’s, in percent, where the nation’s figure is printed.

    Returns
    -------
    pandas.DataFrame
        By ``year`` and ``measure``: ``region_value``, ``nation_value``, ``share``; the region’s figure is that of the
        oldest definition which prints the year. Empty where there is no table ``national``.
    """
    if not read.has("national"):
        none = pd.MultiIndex.from_tuples([], names=["year", "measure"])
        return pd.DataFrame(columns=["region_value", "nation_value", "share"], index=none, dtype=float)
    own, nation = oldest(read), read("national").set_index("year")
    names = [name for name in UNITS if name in nation]
    pairs = {"region_value": own.reindex(nation.index)[names], "nation_value": nation[names].astype(float)}
    table = pd.concat({side: frame.rename_axis(columns="measure").stack() for side, frame in pairs.items()}, axis=1)
    return table.dropna().assign(share=lambda rows: 100 * rows["region_value"] / rows["nation_value"])


def results(
    rates: pd.DataFrame,
    parts: pd.DataFrame,
    productivity: pd.Series,
    by: dict[str, BySegment],
    segment: str,
) -> Iterator[tuple[str, float, str]]:
    """What a report on an industry records of its growth, its factors and its segments: name, value, unit.

    From rates by ``measure`` and interval, the last row of :func:`decompositions`, sales per employee by year,
    :func:`by_segment`, and the segment that the report is about.
    """
    for row in rates.itertuples():
        yield f"{row.measure}_cagr_{row.first_year}_{row.last_year}", row.rate, "percent a year"
    for (first, last), row in parts.tail(1).iterrows():
        for name, value in row.items():
            yield f"decomposition_{first}_{last}_{name}", value, "log points a year"
    for year, value in productivity.dropna().items():
        yield f"sales_per_employee_{year}", value, "100 million won"
    for measure, table in by.items():
        for year in (year for year in table.printed_years if table.levels.at["total", year] > 0):
            spread = concentration(table.levels[year].drop("total"))
            yield f"hhi_{measure}_{year}", spread["herfindahl"], "index"
    if sales := by.get("sales"):
        points, last = contributions(sales.levels)[sales.last], sales.last
        before, after = sales.levels[sales.before], sales.levels[last]
        for name, value in points.items():
            yield f"contribution_{name}_{last}", value, "percentage points"
        yield f"sales_growth_{last}", points.sum(), "percent"
        yield f"segment_sales_{last}", after[segment], "100 million won"
        if before[segment] > 0:
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


def beside(shown: ByYear, national: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """What a report records of other definitions, of their links, and of the nation: name, value, unit."""
    for scope, table in shown.beside.items():
        for measure in UNITS:
            for year, rate in growth.yearly(table[measure].dropna()).items():
                yield f"{scope}_{measure}_growth_{year}", rate, "percent"
    for row in shown.links.itertuples():
        yield f"link_{row.measure}_{row.year}", row.ratio, "ratio"
    for (year, measure), share in national["share"].items():
        yield f"national_share_{measure}_{year}", share, "percent"
