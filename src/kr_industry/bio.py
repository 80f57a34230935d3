"""What Korea's bio-industry makes, exports and employs, release by release.

The survey is published every year and revises the years before, so that growth, comparisons of segments, and ratios
are taken inside one release.
"""

import numpy as np
import pandas as pd

from kr_industry import growth
from kr_industry.releases import known, rates

MEASURES = ("production", "exports")
PRODUCTS = {
    "antibodies": "biopharmaceuticals",
    "diagnostics": "bio_medical_devices",
    "contract_services": "bio_services",
    "feed_additives": "bio_food",
}
"""The segment that each product of the table ``items`` is counted in."""


def in_order(rows: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order in which their releases were published."""
    order = list(known(releases)["id"])
    return rows.sort_values("release", key=lambda names: names.map(order.index), kind="stable")


def levels(rows: pd.DataFrame, series: str) -> pd.Series:
    """The values of one series of the survey by year, of rows that hold one release a year."""
    return rows[rows["series"] == series].set_index("year")["value"].astype(float).rename(series)


def growths(rows: pd.DataFrame, releases: pd.DataFrame, series: str, view: str = "latest") -> pd.DataFrame:
    """Growth of one series on the year before, each year's in the release that first prints it.

    Parameters
    ----------
    rows : pandas.DataFrame
        The table ``survey`` with all releases that a view may use.
    releases : pandas.DataFrame
        The table ``releases``.
    series : str
        One of its series, such as ``production``.
    view : str
        ``first`` keeps the rates of releases that print the year for the first time.

    Returns
    -------
    pandas.DataFrame
        By year: ``release``; ``before`` and ``value`` as it prints both, and their ``rate`` in percent, missing where
        it prints only one of the years; ``growth_printed``, the rate in its own words; ``told``, the rate or else that.
    """
    own = rows[rows["series"] == series]
    stated = in_order(own[own["growth"].notna()], releases).drop_duplicates("year").set_index("year")
    table = rates(own, releases).join(stated["growth"].rename("growth_printed"), how="outer")
    table["release"] = table["release"].fillna(stated["release"])
    if view == "first":
        table = table[table["release"].map(releases.set_index("id")["year"]) == table.index]
    return table.assign(told=table["rate"].fillna(table["growth_printed"])).rename_axis("year")


def by_segment(segments: pd.DataFrame) -> pd.DataFrame:
    """Production and exports in 억 원 by segment and year.

    Parameters
    ----------
    segments : pandas.DataFrame
        ``year``, ``segment`` and the measures, the printed total among the segments, one row for each year and segment.

    Returns
    -------
    pandas.DataFrame
        Years as columns, rows by (measure, segment): the segments in their order, ``residual``, what they miss of the
        printed total, left out where they miss nothing, and ``total`` as printed; a year that prints no such measure
        has no values there.
    """
    order = [name for name in segments["segment"].unique() if name != "total"]
    tables = {}
    for measure in MEASURES:
        rows = segments.astype({"year": int}).pivot(index="segment", columns="year", values=measure).astype(float)
        rows = rows.reindex([*order, "total"])
        missing = (rows.loc[["total"]] - rows.loc[order].sum(min_count=1)).rename({"total": "residual"})
        tables[measure] = pd.concat([rows.loc[order], missing[missing.fillna(0).any(axis=1)], rows.loc[["total"]]])
    return pd.concat(tables, names=["measure", "segment"])


def moves(segments: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """How segments moved on the year before, for each year that a release prints beside it, in the first such release.

    Parameters
    ----------
    segments : pandas.DataFrame
        The table ``segments`` with all releases that a view may use.
    releases : pandas.DataFrame
        The table ``releases``.

    Returns
    -------
    pandas.DataFrame
        By (year, measure, segment), ``residual`` and ``total`` among the segments: ``release``; ``before`` and
        ``after`` in 억 원; ``growth`` in percent, of the residual and from nothing missing, with ``low`` and ``high``,
        what values rounded to whole 억 원 leave possible; ``contribution`` to the growth of the total in percentage
        points; ``share_before`` and ``share_after`` in percent. No rows where no release prints two years.
    """
    found: dict[tuple[int, str], pd.DataFrame] = {}
    for name in in_order(segments, releases)["release"].unique():
        table = by_segment(segments[segments["release"] == name])
        for year in (each for each in table if each - 1 in table):
            for measure in MEASURES:
                pair = table.loc[measure, [year - 1, year]].set_axis(["before", "after"], axis=1)
                if (year, measure) not in found and pair.loc["total"].notna().all() and pair.at["total", "before"] > 0:
                    found[year, measure] = _moved(pair).assign(release=name)
    if not found:
        names = ["release", "before", "after", "growth", "low", "high", "contribution", "share_before", "share_after"]
        none = pd.MultiIndex.from_arrays([[], [], []], names=["year", "measure", "segment"])
        return pd.DataFrame(columns=names, index=none)
    return pd.concat(found, names=["year", "measure", "segment"]).sort_index(level="year", sort_remaining=False)


def _moved(pair: pd.DataFrame) -> pd.DataFrame:
    """One comparison of :func:`moves`."""
    before, after = pair["before"], pair["after"]
    base = before.where(before > 0)
    change = pd.DataFrame({
        "growth": 100 * (after / base - 1),
        "low": 100 * ((after - 0.5) / (base + 0.5) - 1),
        "high": 100 * ((after + 0.5) / (base - 0.5) - 1),
    })  # fmt: skip
    change.loc[change.index == "residual"] = np.nan
    parts = {
        "contribution": 100 * (after - before) / before["total"],
        "share_before": 100 * before / before["total"],
        "share_after": 100 * after / after["total"] if after["total"] else np.nan,
    }
    return pd.concat([pair, change, pd.DataFrame(parts)], axis=1)


def from_shares(rates: pd.DataFrame, survey: pd.DataFrame) -> pd.DataFrame:
    """Levels of segments that printed shares leave of the total which the same release prints.

    Parameters
    ----------
    rates : pandas.DataFrame
        The table ``segment_rates`` with all releases that a view may use, in their order.
    survey : pandas.DataFrame
        The table ``survey`` with the same releases.

    Returns
    -------
    pandas.DataFrame
        By (measure, segment, year), the last release that prints it: ``share`` and ``growth`` as printed (percent),
        ``release``, and ``value`` with ``low`` and ``high``, what a share rounded to 0.1 leaves (억 원), missing where
        no share or no total is printed.
    """
    totals = survey[survey["series"].isin(MEASURES)].set_index(["series", "year", "release"])["value"].astype(float)
    keys = pd.MultiIndex.from_frame(rates[["measure", "year", "release"]])
    whole = totals.reindex(keys).to_numpy()
    table = rates[["measure", "segment", "year", "release", "share", "growth"]].astype(
        {"share": float, "growth": float}
    )
    for name, step in (("value", 0.0), ("low", -0.05), ("high", 0.05)):
        table[name] = whole * (table["share"] + step) / 100
    keys = ["measure", "segment", "year"]
    return table.drop_duplicates(keys, keep="last").set_index(keys)


def standing(moved: pd.DataFrame, measure: str, segment: str) -> pd.DataFrame:
    """One segment beside the whole, in each year that a release prints beside the year before.

    Parameters
    ----------
    moved : pandas.DataFrame
        What :func:`moves` gives.
    measure, segment : str
        Production or exports, and one of the segments.

    Returns
    -------
    pandas.DataFrame
        By year: the columns of :func:`moves`, ``whole_growth``, that of the total, and ``rank_before``, ``rank_after``
        and ``rank``, the segment's places by size in both years and by contribution, 1 being the highest.
    """
    own = moved[moved.index.get_level_values("measure") == measure].droplevel("measure")
    parts = alone(own).astype(dict.fromkeys(("before", "after", "contribution"), float))
    for name, column in (("rank_before", "before"), ("rank_after", "after"), ("rank", "contribution")):
        parts[name] = parts.groupby("year")[column].rank(ascending=False, method="min")
    parts = parts[parts.index.get_level_values("segment") == segment].droplevel("segment")
    return parts.join(
        own[own.index.get_level_values("segment") == "total"].droplevel("segment")["growth"].rename("whole_growth")
    ).astype({"whole_growth": float, "growth": float})


def alone(table: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """The segments of a table without the rows ``residual`` and ``total``."""
    return table[~table.index.get_level_values("segment").isin(["residual", "total"])]


def per_head(survey: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """Production per head, each value inside one release.

    Parameters
    ----------
    survey : pandas.DataFrame
        The table ``survey`` with all releases that a view may use.
    releases : pandas.DataFrame
        The table ``releases``.

    Returns
    -------
    pandas.DataFrame
        ``year``, ``release``, ``workforce`` (people), ``value``, ``low`` and ``high`` (억 원 a head), in the order of
        release. Where a release prints by how much the workforce grew and not from what, the year before is what the
        rounded rate leaves; elsewhere the bounds are alike.
    """
    rows = []
    for name in known(releases)["id"]:
        own = survey[survey["release"] == name]
        made, people = levels(own, "production"), levels(own, "workforce")
        rate = own[own["series"] == "workforce"].set_index("year")["growth"]
        for year in people.index[people > 0]:
            if year - 1 in made and year - 1 not in people and not np.isnan(rate[year]):
                step = 1 if float(rate[year]).is_integer() else 0.1
                base = growth.implied_base(people[year], rate[year], step)
                rows.append((year - 1, name, base[0], *(made[year - 1] / base[end] for end in (0, 2, 1))))
            if year in made:
                rows.append((year, name, people[year], *(made[year] / people[year],) * 3))
    return pd.DataFrame(rows, columns=["year", "release", "workforce", "value", "low", "high"])


def export_ratio(survey: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """Exports over production in percent, each inside one release: ``year``, ``release``, ``ratio``, in their order."""
    wide = survey[survey["series"].isin(MEASURES)].pivot(index=["release", "year"], columns="series", values="value")
    wide = wide.reindex(columns=list(MEASURES)).astype(float).dropna()
    ratio = 100 * wide["exports"] / wide["production"].where(wide["production"] > 0)
    return in_order(ratio.dropna().rename("ratio").reset_index(), releases)


def averages(figures: pd.DataFrame, survey: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """The averages over "five years" that releases print of production, and what they come to.

    Parameters
    ----------
    figures : pandas.DataFrame
        The table ``figures``: its averages have names that begin ``production_growth_average``, and a period of years.
    survey : pandas.DataFrame
        The table ``survey`` with all releases that a view may use.
    releases : pandas.DataFrame
        The table ``releases``; an average is that of the release of its last year.

    Returns
    -------
    pandas.DataFrame
        ``first_year``, ``last_year``, ``printed``, and the compound rate over the intervals between those years
        (``over_intervals``) and over one more (``over_years``), by the values of that release; averages of which a
        view has not both years are left out.
    """
    rows = figures[figures["id"].str.startswith("production_growth_average")]
    table = rows["period"].str.extract(r"(\d{4})-(\d{4})").astype(int).set_axis(["first_year", "last_year"], axis=1)
    table["printed"], table["release"] = rows["value"], table["last_year"].map(releases.set_index("year")["id"])
    made = survey[survey["series"] == "production"].set_index(["release", "year"])["value"].astype(float)
    first, last = (
        made.reindex(pd.MultiIndex.from_frame(table[["release", end]])).to_numpy()
        for end in ("first_year", "last_year")
    )
    gaps = table["last_year"] - table["first_year"]
    for name, years in (("over_intervals", gaps), ("over_years", gaps + 1)):
        table[name] = 100 * ((last / np.where(first > 0, first, np.nan)) ** (1 / years) - 1)
    return table.dropna().drop(columns="release").sort_values("last_year", ignore_index=True)


def deviations(run: pd.Series) -> pd.Series:
    """Percent of the squared changes behind a random walk's interval that come from each year, in which it ended."""
    squares = np.log(run).diff().dropna() ** 2
    return 100 * squares / squares.sum()


def named(values: pd.Series | pd.DataFrame, pattern: str, unit: str) -> pd.DataFrame:
    """Numbers as results: ``result``, named by the labels of each, ``value``, ``unit``, and bounds if there are any.

    What is missing or infinite is left out.

    Parameters
    ----------
    values : pandas.Series or pandas.DataFrame
        Numbers by label; of a table with the columns ``value``, ``low`` and ``high`` a row each, of any other a cell.
    pattern : str
        The name of a result, with fields for the labels in their order.
    unit : str
        Their unit.

    Examples
    --------
    >>> named(pd.Series({2019: 0.25, 2020: 0.22}), "index_{}", "index")["result"].tolist()
    ['index_2019', 'index_2020']
    """
    if isinstance(values, pd.DataFrame) and "value" not in values:
        values = values.stack()
    given = {"value": values} if isinstance(values, pd.Series) else values
    columns = (given.get(name) for name in ("value", "low", "high"))
    numbers = [np.nan if column is None else column.to_numpy(float, na_value=np.nan) for column in columns]
    value, low, high = np.broadcast_arrays(*(np.where(np.isinf(each), np.nan, each) for each in numbers))
    told = ~np.isnan(value)
    bounded = low < high  # others are known exactly
    labels = [label if isinstance(label, tuple) else (label,) for label in values.index[told]]
    return pd.DataFrame({
        "value": value[told],
        "low": np.where(bounded, low, np.nan)[told],
        "high": np.where(bounded, high, np.nan)[told],
        "result": [pattern.format(*label) for label in labels],
        "unit": unit,
    })  # fmt: skip
