"""All figures of a data folder, as printed or as corrected, and the cells that a pattern selects."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pandas as pd

from kr_industry import DATA
from kr_industry.audit.cells import UNITS, VARIABLE, Figure, Pattern, decimals, figure_of, rounding_step
from kr_industry.audit.scope import named, rules, tied
from kr_industry.data import DataError, corrected, fields, locate, primary_key, retrieved, tables, texts


class _Table:
    """One table as texts, read when it is first asked for, with what datapackage.json says of it."""

    def __init__(self, name: str, folder: Path, values: str) -> None:
        self.name, self._folder, self._values = name, folder, values
        self.fields, self.keys = fields(name, folder), primary_key(name, folder)
        self.numbers = [
            column
            for column, field in self.fields.items()
            if field["type"] in ("integer", "number")
            and ("unit" in field or (column == "value" and "unit" in self.fields))
        ]
        """Columns that hold figures: numbers with a unit of their own or in a column ``unit``."""
        self._columns: dict[str, list[str]] = {}
        self._groups: dict[str, dict[str, list[int]]] = {}

    @cached_property
    def frame(self) -> pd.DataFrame:
        frame = texts(self.name, self._folder)
        return corrected(frame, self.name, self._folder) if self._values == "corrected" else frame

    def cell(self, row: int, column: str) -> str:
        """The text of a cell; empty where the table has no such column."""
        return self.texts(column)[row] if column in self.fields else ""

    def texts(self, column: str) -> list[str]:
        if column not in self._columns:
            self._columns[column] = self.frame[column].tolist()
        return self._columns[column]

    def groups(self, column: str) -> dict[str, list[int]]:
        """Rows by what stands in a column."""
        if column not in self._groups:
            groups = self._groups[column] = {}
            for row, text in enumerate(self.texts(column)):
                groups.setdefault(text, []).append(row)
        return self._groups[column]

    def key(self, row: int) -> str:
        return " ".join(f"{column}={self.cell(row, column)}" for column in self.keys)

    def unit(self, column: str, row: int | None = None) -> str:
        field = self.fields[column]
        if "unit" in field:
            return UNITS.get(field["unit"].split(" (")[0], field["unit"])
        return "" if row is None else self.cell(row, "unit")


class Figures:
    """All tables of a folder as texts, and the figures in them.

    Parameters
    ----------
    folder : Path
        A folder with the layout of data/.
    values : str
        ``printed``, or ``corrected`` to apply data/corrections.csv and set aside what it only acknowledges.
    topic : str
        Where the names of tables begin, such as ``photonics/``: only these tables, and those that relations or
        claims tie to them, are looked at and read.

    Raises
    ------
    DataError
        A table is not as datapackage.json says, or precision.csv gives a figure an impossible rounding.
    """

    def __init__(self, folder: Path = DATA, values: str = "printed", topic: str = "") -> None:
        self.folder, self.values, self.topic = Path(folder), values, topic
        there = tables(self.folder)
        self._known = tied(topic, self.folder) if topic else set(there)
        self._tables: dict[str, _Table] = {}
        self._figures: dict[tuple[str, int, str], Figure | None] = {}
        self._aside = self._acknowledged() if values == "corrected" and "corrections" in there else set()
        self._steps = self._precision() if "audit/precision" in there else {}

    def _table(self, name: str) -> _Table:
        if name not in self._tables:
            self._tables[name] = _Table(name, self.folder, self.values)
        return self._tables[name]

    def table(self, name: str) -> pd.DataFrame:
        """A table as texts, printed or corrected."""
        return self._table(name).frame

    def cell(self, name: str, row: int, column: str) -> str:
        """The text of any cell; empty where the table has no such column."""
        return self._table(name).cell(row, column)

    def columns(self, name: str) -> list[str]:
        """The columns of a table that hold figures."""
        return self._table(name).numbers

    def keys(self, name: str) -> list[str]:
        """The columns that tell the rows of a table apart."""
        return self._table(name).keys

    def rules(self, name: str) -> Iterator[tuple[int, tuple]]:
        """Rows of a file of data/audit/ about the tables looked at, each with its number in the file."""
        for number, rule, lent in rules(name, self.folder, self.topic):
            looked_at = not self.topic or not named(rule).isdisjoint(self._known)
            if looked_at and not (lent and self._selects_nothing(rule)):
                yield number, rule

    def _selects_nothing(self, rule) -> bool:
        """Whether a table has none of the figures that a rule written for any industry is about."""
        pattern = Pattern.parse(getattr(rule, "result", "") or rule.cells)
        return not any(self.cell(pattern.table, row, pattern.column or "") for row in self.rows(pattern))

    def all(self) -> dict[str, Figure]:
        """Every transcribed figure by id, in the order of the tables; not what a program retrieved."""
        names = [name for name in tables(self.folder) if name in self._known and not name.startswith("audit/")]
        figures = (
            self.at(name, row, column)
            for name in names
            if not retrieved(name, self.folder)
            for column in self._table(name).numbers
            for row in range(len(self.table(name)))
        )
        return {figure.id: figure for figure in figures if figure is not None}

    def at(self, name: str, row: int, column: str) -> Figure | None:
        """The figure in a cell; None where nothing is printed, or where what is printed is set aside."""
        place = (name, row, column)
        if place not in self._figures:
            self._figures[place] = self._figure(*place)
        return self._figures[place]

    def _figure(self, name: str, row: int, column: str) -> Figure | None:
        table = self._table(name)
        text = table.cell(row, column)
        if not text or (name, row, column) in self._aside:
            return None
        step, weight = self._steps.get((name, row, column), (None, 1.0))
        place, qualifier = (name, row, table.key(row), column), table.cell(row, "qualifier")
        try:
            return figure_of(place, text, table.unit(column, row), step, qualifier, weight)
        except ValueError:
            raise DataError(f"{name}.csv, row {row + 2}, column {column}: {text!r} is not a number") from None

    def rows(self, pattern: Pattern) -> list[int]:
        """Rows that a pattern without variables, or with ones that may be anything, selects.

        Counted from 0 in the order of the file. DataError for a table or a column that is not there.
        """
        table = self._known_table(pattern)
        chosen: set[int] | None = None
        for column, value in pattern.conditions:
            if column not in table.fields:
                raise DataError(f"{pattern.text!r}: {pattern.table} has no column {column!r}")
            if not VARIABLE.fullmatch(value):
                groups = table.groups(column)
                wanted = groups.keys() - {value[1:]} if value.startswith("!") else value.split("|")
                rows = [row for text in wanted for row in groups.get(text, ())]
                chosen = set(rows) if chosen is None else chosen.intersection(rows)
        return list(range(len(table.frame))) if chosen is None else sorted(chosen)

    def bindings(self, pattern: Pattern, row: int) -> dict[str, str]:
        """What the variables of a result's pattern stand for in one row."""
        return {
            match[1]: self.cell(pattern.table, row, column)
            for column, value in pattern.conditions
            if (match := VARIABLE.fullmatch(value))
        }

    def printed(self, pattern: Pattern) -> list[tuple[int, Figure | None]]:
        """Rows with the figure printed in each, where a pattern may bind variables; None for one that is set aside.

        Raises
        ------
        DataError
            The table or column is not there or holds no figures, or nothing is printed in any row selected.
        """
        table = self._with_figures(pattern)
        rows = [row for row in self.rows(pattern) if table.cell(row, pattern.column)]
        if not rows:
            raise DataError(f"{pattern.text!r} names a missing cell: nothing is printed there")
        return [(row, self.at(pattern.table, row, pattern.column)) for row in rows]

    def select(self, pattern: Pattern) -> list[Figure]:
        """The figures that a bound pattern selects, in the order of the file; an empty cell is an unknown quantity.

        Raises
        ------
        DataError
            The table or column is not there or holds no figures, or no row is selected and the pattern does not
            allow that.
        """
        table, column = self._with_figures(pattern), pattern.column
        rows = [(row, self.at(pattern.table, row, column)) for row in self.rows(pattern)]
        if pattern.optional:
            there = {figure.id: figure for _, figure in rows if figure is not None}
            return [there.get(figure.id, figure) for figure in self._unprinted(pattern, there)]
        if not rows:
            conditions = " ".join(f"{column}={value}" for column, value in pattern.conditions) or "any row"
            raise DataError(f"{pattern.text!r} names a missing cell: no row has {conditions}")
        return [figure or _unknown(table, table.key(row), column, row) for row, figure in rows]

    def _known_table(self, pattern: Pattern) -> _Table:
        if pattern.table not in self._known:
            raise DataError(f"{pattern.text!r}: there is no table {pattern.table!r}")
        return self._table(pattern.table)

    def _with_figures(self, pattern: Pattern) -> _Table:
        table = self._known_table(pattern)
        if pattern.column not in table.numbers:
            raise DataError(
                f"{pattern.text!r}: {pattern.table} has no figures in a column {pattern.column!r}; "
                f"it has them in {', '.join(table.numbers) or 'none'}"
            )
        return table

    def _unprinted(self, pattern: Pattern, there: Collection[str]) -> list[Figure]:
        """Unknown quantities for every key that a pattern spells out in full.

        Where further conditions go with the key, one that no printed figure fulfils is another quantity than
        whatever stands under that key, and is named with them.
        """
        table, given = self._table(pattern.table), dict(pattern.conditions)
        if not set(table.keys) <= set(given):
            raise DataError(f"{pattern.text!r}: a cell that may be unprinted needs all of {', '.join(table.keys)}")
        combined = [""]
        for column in table.keys:
            values = given[column].split("|")
            strange = [value for value in values if value not in table.groups(column) and not value.isdigit()]
            if strange:
                raise DataError(f"{pattern.text!r} names a missing cell: no row has {column}={strange[0]}")
            combined = [f"{key} {column}={value}".strip() for key in combined for value in values]
        further = "".join(f" {column}={value}" for column, value in pattern.conditions if column not in table.keys)
        named_with = [key if f"{pattern.table}[{key}].{pattern.column}" in there else key + further for key in combined]
        return [_unknown(table, key, pattern.column) for key in named_with]

    def _acknowledged(self) -> set[tuple[str, int, str]]:
        """Cells whose figure a correction only acknowledges to be wrong."""
        path, cells = self.folder / "corrections.csv", set()
        for number, row in enumerate(texts("corrections", self.folder).itertuples(), start=2):
            table = row.file.removesuffix(".csv")
            if not row.corrected and table in self._known:
                cells.add((table, locate(self.table(table), row.key, f"{path}, row {number}"), row.column))
        return cells

    def _precision(self) -> dict[tuple[str, int, str], tuple[float, float]]:
        """Steps of rounding and weights of the cells that precision.csv has rules for."""
        steps = {}
        for number, rule in self.rules("audit/precision"):
            try:
                pattern = Pattern.parse(rule.cells)
                self._with_figures(pattern)
                rows, step = self.rows(pattern), rounding_step(rule.step)
                if not rows:
                    raise DataError(f"{rule.cells!r} selects no row")
                for row in rows:
                    _check_rounding(pattern, row, self.cell(pattern.table, row, pattern.column), rule.step)
                    steps[pattern.table, row, pattern.column] = (step, float(rule.weight))
            except (DataError, ValueError) as error:
                raise DataError(f"{self.folder / 'audit/precision'}.csv, row {number}: {error}") from None
        return steps


def _unknown(table: _Table, key: str, column: str, row: int | None = None) -> Figure:
    number = -1 if row is None else row
    return Figure(f"{table.name}[{key}].{column}", table.name, number, key, column, unit=table.unit(column, row))


def _check_rounding(pattern: Pattern, row: int, text: str, step: str) -> None:
    """DataError where a number is not one that rounding to steps, or ``exact`` counting, can give."""
    exact = step == "exact"
    if text and (decimals(text) if exact else Decimal(text) % Decimal(step)):
        raise DataError(
            f"an impossible rounding: {pattern.table}.csv, row {row + 2}, column {pattern.column} prints {text}, "
            f"which is no {'whole number' if exact else f'multiple of {step}'}"
        )
