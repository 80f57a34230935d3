"""Figures of all tables that are of a year, in one form: what is measured, where, by which release and scope."""

from dataclasses import dataclass

from kr_industry.audit import Figures
from kr_industry.audit.cells import Figure

WHOLES = ("total", "whole")
"""What a column of a key holds where a row is of all together, as in a table without that column."""

EXPECTED = ("outlook", "target", "forecast")
"""What a column ``status`` or ``qualifier`` says of a figure that is no outcome."""

_NAMES = ("measure", "series")
"""Columns that name what the column ``value`` holds."""


@dataclass(frozen=True)
class Fact:
    """A figure of a year.

    ``keys`` are the parts of its row's key other than year, measure, release and scope, without those that say that
    it is of the whole, so that a total of one table has the keys of another table's figure.
    """

    figure: Figure
    measure: str
    year: int
    keys: frozenset[tuple[str, str]]
    release: str
    scope: str
    outlook: bool

    @property
    def topic(self) -> str:
        """The folder of its table."""
        return self.figure.table.partition("/")[0]

    @property
    def about(self) -> tuple:
        """What it measures: topic, measure, year and parts of the key, but neither release nor scope."""
        return self.topic, self.measure, self.year, self.keys


def facts(figures: Figures) -> list[Fact]:
    """Every figure in a table that has a column ``year``, in the order of the tables and columns.

    DataError where a table is not as datapackage.json says.
    """
    found = []
    for figure in figures.all().values():
        year = figures.cell(figure.table, figure.row, "year")
        if not year.isdigit():
            continue
        parts = {column: figures.cell(figure.table, figure.row, column) for column in figures.keys(figure.table)}
        named = next((parts[name] for name in _NAMES if name in parts), None)
        said = {figures.cell(figure.table, figure.row, column) for column in ("status", "qualifier")}
        keys = {(c, v) for c, v in parts.items() if c not in (*_NAMES, "year", "release", "scope") and v not in WHOLES}
        measure = named if named and figure.column == "value" else figure.column
        release, scope = (figures.cell(figure.table, figure.row, column) for column in ("release", "scope"))
        found.append(Fact(figure, measure, int(year), frozenset(keys), release, scope, not said.isdisjoint(EXPECTED)))
    return found
