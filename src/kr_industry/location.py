"""What industry provinces have, against the nation's: location quotients and what moved employment.

Figures are those of the Census on Establishments (the table ``census``): years, provinces and ``national``, and
industries, of which ``all`` are all together. The first and the last year are those of the table.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kr_industry.memory import remembered

NATION, ALL = "national", "all"
FEW = 2
"""In cells of so few establishments nothing is derived (Statistics Act, article 33: protection of secrets)."""

SECTIONS = {"manufacturing": ("c", "other_manufacturing"), "j": ("j", "other_information")}
"""Industries that hold others of the table: the letter with which the codes of those begin, and what they leave."""

_KEYS = ["year", "region", "industry"]


def location_quotients(census: pd.DataFrame, by: str = "employees") -> pd.DataFrame:
    """The location quotient of each industry in each province and year.

    It is the province's share of the industry over its share of all industries: 1 where it has as much of the industry
    as the nation, for its size (Florence 1939; Isard 1960). It says where an industry is, not how good it is, and is
    unstable where establishments are few.

    Parameters
    ----------
    census : pandas.DataFrame
        The table ``census``: ``year``, ``region``, ``industry``, ``employees``, ``establishments``.
    by : str
        What is counted, ``employees`` or ``establishments``.

    Returns
    -------
    pandas.DataFrame
        By (year, region, industry), without the nation: ``employees``, ``establishments``; ``nation_share``, the
        percentage of the nation's, ``region_share``, the percentage of the province's; ``quotient``; ``few``, whether
        there are one or two establishments. Shares and quotients are missing there, where nothing is known, and where
        a whole is zero; an industry that a province has not has 0.

    Raises
    ------
    ValueError
        A year has no row of the nation or of all industries, a figure is below zero, or a row stands twice.

    Examples
    --------
    >>> rows = [(2020, region, industry, people, 9) for region, industry, people in [
    ...     ("national", "all", 1000), ("national", "c31", 100), ("ulsan", "all", 50), ("ulsan", "c31", 20)]]
    >>> census = pd.DataFrame(rows, columns=["year", "region", "industry", "employees", "establishments"])
    >>> location_quotients(census).loc[(2020, "ulsan", "c31"), ["nation_share", "region_share", "quotient"]].tolist()
    [20.0, 40.0, 4.0]
    """
    rows = census.set_index(_KEYS)[["employees", "establishments"]].astype(float)
    _check(rows)
    counted = rows[by]
    few = rows["establishments"].between(1, FEW)
    counted = counted.mask(few)

    def over(**fixed: str) -> pd.Series:
        """Each figure over that of the same row with one of its keys exchanged."""
        keys = rows.index.to_frame().assign(**fixed)
        whole = rows[by].reindex(pd.MultiIndex.from_frame(keys)).to_numpy()
        return counted / np.where(whole > 0, whole, np.nan)

    of_nation, of_region = over(region=NATION), over(industry=ALL)
    whole = of_nation.xs(ALL, level="industry").reindex(rows.index.droplevel("industry")).to_numpy()
    found = rows.assign(
        nation_share=100 * of_nation,
        region_share=100 * of_region,
        quotient=of_nation / np.where(whole > 0, whole, np.nan),
        few=few,
    )
    return found[found.index.get_level_values("region") != NATION]


def _check(rows: pd.DataFrame) -> None:
    if rows.index.has_duplicates:
        raise ValueError(f"census: {rows.index[rows.index.duplicated()][0]} stands twice")
    if (low := rows[(rows < 0).any(axis=1)]).size:
        raise ValueError(f"census: a figure of {low.index[0]} is below zero")
    keys = set(rows.index)
    for year, region, industry in rows.index:
        if (year, region, ALL) not in keys:
            raise ValueError(f"census: {region} has no row {ALL} in {year}")
        if (year, NATION, industry) not in keys:
            raise ValueError(f"census: {industry} has no row {NATION} in {year}")


@remembered
def changes(census: pd.DataFrame) -> pd.DataFrame:
    """How employment and location quotients changed from the first year of the table to the last.

    Parameters
    ----------
    census : pandas.DataFrame
        As for :func:`location_quotients`.

    Returns
    -------
    pandas.DataFrame
        By (region, industry): of the last year ``employees``, ``nation_share``, ``quotient`` and ``few``, of the first
        ``employees_before`` and ``quotient_before``; ``employees_change`` in people and ``employees_growth`` in
        percent (missing from zero); ``establishments`` of the newest year for which they are known, and that year,
        ``counted_in``.
    """
    found = location_quotients(census)
    years = found.index.get_level_values("year")
    old, new = found.loc[years.min()], found.loc[years.max()]
    old = old.reindex(new.index)
    change = (new["employees"] - old["employees"]).mask(old["few"].eq(True) | new["few"])
    counted = found["establishments"].dropna().reset_index("year")
    counted = counted[~counted.index.duplicated(keep="last")].reindex(new.index)
    return pd.DataFrame(
        {
            "employees_before": old["employees"],
            "employees": new["employees"],
            "employees_change": change,
            "employees_growth": 100 * change / old["employees"].where(old["employees"] > 0),
            "nation_share": new["nation_share"],
            "quotient_before": old["quotient"],
            "quotient": new["quotient"],
            "establishments": counted["establishments"],
            "counted_in": counted["year"].astype("Int64"),
            "few": new["few"],
        }
    )


def sectors(census: pd.DataFrame, year: int) -> pd.DataFrame:
    """Employees of one year by sector (rows) and region (columns, the nation among them), each counted once.

    Sectors are the divisions of the table and what they leave of their section (``other_manufacturing``,
    ``other_information``) and of all industries (``other``), computed here because no source prints it. ValueError
    where the parts of a region exceed its whole.
    """
    table = census[census["year"] == year].pivot(index="industry", columns="region", values="employees").astype(float)
    inside = {
        section: [name for name in table.index if name.startswith(letter) and name[1:].isdigit()]
        for section, (letter, _) in SECTIONS.items()
    }
    held = [name for names in inside.values() for name in names]
    rest = table.index.difference([ALL, *SECTIONS, *held], sort=False)
    parts = [table.loc[names] for names in (*inside.values(), rest)]
    left = {other: table.loc[name] - table.loc[inside[name]].sum() for name, (_, other) in SECTIONS.items()}
    left["other"] = table.loc[ALL] - table.loc[[*SECTIONS, *rest]].sum()
    whole = pd.concat([*parts, pd.DataFrame(left).T]).rename_axis(index="sector", columns="region")
    if (whole < 0).any(axis=None):
        raise ValueError(
            f"census: the industries of {whole.columns[(whole < 0).any()][0]} exceed their whole in {year}"
        )
    return whole


def shift_share(before: pd.DataFrame, after: pd.DataFrame, nation: str = NATION) -> pd.DataFrame:
    """The change of each sector in each region, as the nation's growth, its industry's, and its own.

    With e the region's employment, g the nation's growth and g_i that of its sector i: *national* is e·g, *industry
    mix* e·(g_i − g), and *regional* what is left, e·(g_ri − g_i) (Dunn 1960; Farhauer and Kröll 2013). The three add up
    exactly. It is accounting and gives no reasons.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Sectors as rows, regions as columns, one of them the nation. Sectors that count everything once make the sums
        over them a region's.
    nation : str, optional
        The column of the nation.

    Returns
    -------
    pandas.DataFrame
        By (region, sector): ``change``, ``national``, ``industry_mix``, ``regional``.

    Raises
    ------
    ValueError
        The tables have other sectors or regions, no column of the nation, a figure that is missing or below zero, or
        a sector that the nation did not have before.

    Examples
    --------
    >>> before = pd.DataFrame({"national": [400, 150, 150, 400], "A": [90, 20, 10, 60]})
    >>> after = pd.DataFrame({"national": [440, 210, 135, 480], "A": [100, 40, 10, 55]})
    >>> shift_share(before, after).groupby(level="region").sum().round(6).loc["A"].tolist()
    [25.0, 27.0, 1.0, -3.0]
    """
    if nation not in before or list(before.index) != list(after.index) or list(before) != list(after):
        raise ValueError(f"shift-share needs the same sectors and regions twice, {nation} among them")
    old, new = before.astype(float), after.astype(float)
    for table in (old, new):
        if wrong := [name for name in table if not np.isfinite(table[name]).all() or (table[name] < 0).any()]:
            raise ValueError(f"shift-share: a figure of {wrong[0]} is missing or below zero")
    if not (old[nation] > 0).all():
        raise ValueError(f"shift-share: {nation} has no {old.index[~(old[nation] > 0)][0]} before")
    growth = new[nation].sum() / old[nation].sum() - 1
    by_sector = new[nation] / old[nation] - 1
    regions = [name for name in old if name != nation]
    own, expected = old[regions], old[regions].mul(1 + by_sector, axis=0)
    parts = {
        "change": new[regions] - own,
        "national": own * growth,
        "industry_mix": own.mul(by_sector - growth, axis=0),
        "regional": new[regions] - expected,
    }
    found = pd.concat({name: table.unstack() for name, table in parts.items()}, axis=1)
    return found.rename_axis(index=["region", "sector"])


def beside(
    census: pd.DataFrame, nearest: pd.DataFrame, technologies: Sequence[str], region: str = NATION
) -> pd.DataFrame:
    """The nearest industry of each technology in a province, or in all of them.

    Parameters
    ----------
    census, nearest : pandas.DataFrame
        The tables of these names.
    technologies : sequence of str
        The technologies in the order wanted; one without a row in ``nearest`` has no near industry.
    region : str, optional
        A province, or ``national`` for all.

    Returns
    -------
    pandas.DataFrame
        For each technology and province ``region``, ``technology``, ``industry`` (empty where none is near),
        ``nearness``, ``reason_ko``, ``reason_en`` (what the industry holds and leaves out), and the columns of
        :func:`changes`, missing without an industry. ValueError for a province that the census has not.
    """
    found = changes(census)
    known = list(found.index.get_level_values("region").unique())
    if region not in (NATION, *known):
        raise ValueError(f"region is {region!r}; expected one of {', '.join([NATION, *known])}")
    near = nearest.set_index("technology").reindex(list(technologies))
    near = near.fillna({"industry": "", "nearness": "none", "reason_ko": "", "reason_en": ""}).reset_index()
    provinces = pd.DataFrame({"region": known if region == NATION else [region]})
    rows = near.merge(provinces, how="cross").join(found, on=["region", "industry"])
    first = ["region", "technology", "industry", "nearness", "reason_ko", "reason_en"]
    return rows[first + list(found.columns)].astype({"few": "boolean"})
