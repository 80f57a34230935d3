"""Which figure of a year is current, where a survey is published every year and revises the years before.

The first figure and a revised one are separate facts, as in the archives of real-time data (ALFRED; the OECD's Original
Release Data). A release prints some years: the last for the first time, earlier ones revised. Growth is taken inside
one release, because two releases may count differently.
"""

import re
from datetime import date

import pandas as pd

from kr_industry.reading import DataError

VIEWS = ("latest", "first")
"""Views of figures besides a day: the newest release that prints a year, or the one that printed it first."""


def known(releases: pd.DataFrame, view: str = "latest") -> pd.DataFrame:
    """The releases that a view may take figures from, in the order of their publication.

    Parameters
    ----------
    releases : pandas.DataFrame
        The table ``releases``.
    view : str
        ``latest``, ``first``, or a day such as ``2022-12-31``, up to which releases were published.

    Raises
    ------
    DataError
        The view is none of these, or nothing was published by that day.
    """
    rows = releases.sort_values("published", kind="stable", ignore_index=True)
    if view in VIEWS:
        return rows
    try:
        day = date.fromisoformat(view if re.fullmatch(r"\d{4}-\d{2}-\d{2}", view) else "")
    except ValueError:
        raise DataError(
            f"release is {view!r}; expected {', '.join(VIEWS)} or a day such as {rows['published'].iloc[-1]}"
        ) from None
    # A month alone is over on its last day.
    ended = rows["published"].where(rows["published"].str.len() > 7, rows["published"] + "-31")
    found = rows[ended <= day.isoformat()].reset_index(drop=True)
    if found.empty:
        first = rows.iloc[0]
        raise DataError(f"release is {view}; the first release, {first['id']}, is of {first['published']}")
    return found


def seen(rows: pd.DataFrame, releases: pd.DataFrame, keys: list[str], view: str = "latest") -> pd.DataFrame:
    """One figure for each year: that of the release which a view takes.

    Parameters
    ----------
    rows : pandas.DataFrame
        A table with ``year`` and ``release``.
    releases : pandas.DataFrame
        The table ``releases``.
    keys : list of str
        The columns that tell rows apart, ``release`` among them.
    view : str
        As for :func:`known`. ``first`` leaves out a year whose first release is not held.

    Returns
    -------
    pandas.DataFrame
        The rows chosen, in their order.
    """
    usable = known(releases, view)
    order = pd.Series(range(len(usable)), index=usable["id"])
    place = rows["release"].map(order)
    chosen = rows[place.notna()]
    if view == "first":
        newest = chosen["release"].map(usable.set_index("id")["year"])
        return chosen[(newest == chosen["year"]).to_numpy()].reset_index(drop=True)
    others = [key for key in keys if key != "release"]
    last = place[chosen.index].groupby([chosen[key] for key in others], sort=False).transform("max")
    return chosen[place[chosen.index] == last].reset_index(drop=True)


def rates(rows: pd.DataFrame, releases: pd.DataFrame, value: str = "value") -> pd.DataFrame:
    """Growth on the year before, each year's in the release that first prints both.

    Parameters
    ----------
    rows : pandas.DataFrame
        One series: ``year``, ``release`` and its value, of all releases that a view may use.
    releases : pandas.DataFrame
        The table ``releases``.
    value : str
        The column of values.

    Returns
    -------
    pandas.DataFrame
        Indexed by year: ``release``, ``before``, ``value`` (both as that release prints them), ``rate`` (percent).
        A year that no release prints together with the year before it, or whose year before is zero, has no row.

    Examples
    --------
    >>> releases = pd.DataFrame({"id": ["a", "b"], "published": ["2021-12-20", "2022-12-15"]})
    >>> rows = pd.DataFrame({"year": [2019, 2020, 2020, 2021], "release": ["a", "a", "b", "b"],
    ...                      "value": [126586, 174923, 171983, 209983]})
    >>> rates(rows, releases)["rate"].round(1).to_dict()
    {2020: 38.2, 2021: 22.1}
    """
    order = known(releases)["id"]
    tables = {name: table.set_index("year")[value].astype(float).dropna() for name, table in rows.groupby("release")}
    found: dict[int, tuple[str, float, float, float]] = {}
    for name in (name for name in order if name in tables):
        values = tables[name]
        for year in values.index:
            before = values.get(year - 1, 0.0)
            if year not in found and before > 0:
                found[int(year)] = name, before, values[year], 100 * (values[year] / before - 1)
    table = pd.DataFrame.from_dict(found, orient="index", columns=["release", "before", "value", "rate"])
    return table.sort_index().rename_axis("year")


def revisions(rows: pd.DataFrame, releases: pd.DataFrame, value: str = "value") -> pd.DataFrame:
    """How far the first figure of each year was off from the latest one, for years that were revised.

    Parameters
    ----------
    rows, releases, value
        As for :func:`rates`.

    Returns
    -------
    pandas.DataFrame
        Indexed by year: ``first``, ``first_release``, ``latest``, ``latest_release``, ``change`` (percent of the
        first). A year whose first figure is not held, or that only one release prints, has no row.

    Examples
    --------
    >>> releases = pd.DataFrame({"id": ["a", "b"], "year": [2020, 2021], "published": ["2021-12-20", "2022-12-15"]})
    >>> rows = pd.DataFrame({"year": [2020, 2020, 2021], "release": ["a", "b", "b"], "value": [174923, 171983, 209983]})
    >>> revisions(rows, releases)["change"].round(1).to_dict()
    {2020: -1.7}
    """
    views = [
        seen(rows, releases, ["year", "release"], view)
        .set_index("year")[[value, "release"]]
        .set_axis([view, f"{view}_release"], axis=1)
        for view in ("first", "latest")
    ]
    table = views[0].join(views[1])
    table = table[table["first_release"] != table["latest_release"]].astype({"first": float, "latest": float})
    return table.assign(change=100 * (table["latest"] / table["first"] - 1)).sort_index()
