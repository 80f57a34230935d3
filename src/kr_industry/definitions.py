"""The table by year of an industry, whose definition may change: one at a time, beside each other, or linked.

Figures of different definitions have no line, rate or model in common, unless they are linked at a year in both,
as statistics offices link series at a break: the older ones times what the newer definition is of them in that year.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kr_industry.data import DataError, Tables

UNITS = {"sales": "100 million won", "employment": "persons", "firms": "firms"}
"""The measures of the table by year, with their units as recorded results name them."""


@dataclass(frozen=True)
class ByYear:
    """The table by year of one definition, with those that count otherwise beside it.

    Attributes
    ----------
    table : pandas.DataFrame
        By year: ``stage`` and the measures (:data:`UNITS`) as numbers, missing where none is printed or it is zero.
    scope : str
        The definition of the table; of linked ones the newest.
    scopes : list of str
        All definitions of the industry, the oldest first.
    beside : dict of str to pandas.DataFrame
        Tables of other definitions, which no line, rate or model joins to the first.
    ended : int, optional
        The last year of the definition, where a later one has taken its place.
    links : pandas.DataFrame
        Of linked definitions, a row a ``measure`` and overlap: ``older``, ``newer``, ``year``, ``ratio``.
    zeros : list of int
        Years that print a zero, of which there is neither a rate nor a logarithm.
    """

    table: pd.DataFrame
    scope: str
    scopes: list[str]
    beside: dict[str, pd.DataFrame]
    ended: int | None
    links: pd.DataFrame
    zeros: list[int]

    @property
    def reaches_back(self) -> bool:
        """Whether the oldest definition, which tables by segment and by size have, is the one shown or part of it."""
        return self.scope == self.scopes[0] or len(self.links) > 0

    def missing(self, measure: str) -> list[int]:
        """Years that print another measure and not this one."""
        values = self.table[measure]
        return [int(year) for year in values.index[values.isna()] if year not in self.zeros]


def by_year(read: Tables, view: str = "apart", first_year: int = 0, last_year: int = 9999) -> ByYear:
    """The table by year as definitions allow it to be read.

    Parameters
    ----------
    read : Tables
        The tables of an industry.
    view : str
        ``apart``: the definition with most years, the others beside it; ``linked``: older ones multiplied by what the
        newer one is of them in the first year that both print; or one definition by itself.
    first_year, last_year : int
        Years to cut to.

    Raises
    ------
    DataError
        There is no such definition, two that are to be linked have no year in common, or no year is left.
    """
    tables = definitions(read)
    zeros = sorted({int(year) for table in tables.values() for year in table.index[(table[[*UNITS]] == 0).any(axis=1)]})
    tables = {scope: table.assign(**table[[*UNITS]].where(table[[*UNITS]] > 0)) for scope, table in tables.items()}
    scopes, last, links = list(tables), {scope: int(table.index[-1]) for scope, table in tables.items()}, pd.DataFrame()
    if view == "linked":
        linked, links = _linked(tables)
        tables = {scopes[-1]: linked}
    elif view != "apart":
        if view not in tables:
            raise DataError(f"{read.topic}/annual.csv: no scope {view!r}; it has {', '.join(tables)}")
        tables = {view: tables[view]}
    cut = {scope: table.loc[first_year:last_year] for scope, table in tables.items()}
    cut = {scope: table for scope, table in cut.items() if len(table)}
    if not cut:
        raise DataError(f"{read.topic}/annual.csv: no year of {view} from {first_year} to {last_year}")
    scope = max(cut, key=lambda name: len(cut[name]))
    ended = last[scope] if last[scope] < max(last.values()) else None
    zeros = [year for year in zeros if first_year <= year <= last_year]
    return ByYear(cut.pop(scope), scope, scopes, cut, ended, links, zeros)


def definitions(read: Tables) -> dict[str, pd.DataFrame]:
    """The table by year of each definition, the one that begins first in front."""
    rows = read("annual").astype(dict.fromkeys(UNITS, float))
    groups = rows.groupby("scope", sort=False)
    return {str(scope): table.drop(columns="scope").set_index("year") for scope, table in groups}


def oldest(read: Tables) -> pd.DataFrame:
    """The table by year with each year in the oldest definition that prints it, the one of outlooks made before."""
    table = pd.concat(list(definitions(read).values()))
    return table[~table.index.duplicated()].sort_index()


def _linked(tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    (newer, whole), links = list(tables.items())[-1], []
    for older, table in list(tables.items())[-2::-1]:
        common = table[[*UNITS]].dropna().index.intersection(whole[[*UNITS]].dropna().index)
        if not len(common):
            raise DataError(f"{older} and {newer} cannot be linked: they have no year in common")
        year = int(common[0])
        ratio = whole.loc[year, [*UNITS]].astype(float) / table.loc[year, [*UNITS]].astype(float)
        before = table.loc[: year - 1]
        whole = pd.concat([before.assign(**before[[*UNITS]] * ratio), whole.loc[year:]])
        links += [
            {"measure": name, "older": older, "newer": newer, "year": year, "ratio": ratio[name]} for name in UNITS
        ]
        newer = older
    return whole, pd.DataFrame(links)
