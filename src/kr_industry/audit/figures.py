"""All figures of a data folder, as printed or as corrected, and the cells that a pattern selects."""

import math
from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from kr_industry import DATA
from kr_industry.audit.cells import (
    UNITS,
    VARIABLE,
    Figure,
    Pattern,
    conditions,
    decimals,
    interval_of,
    is_multiple,
    rounding_step,
)
from kr_industry.audit.scope import named, rules, tied
from kr_industry.data import DataError, corrected, fields, locate, primary_key, retrieved, tables, texts


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
        self.folder = Path(folder)
        self.values = values
        self.topic = topic
        known = set(tables(self.folder))
        self._known = tied(topic, self.folder) if topic else known
        self._tables: dict[str, pd.DataFrame] = {}
        self._columns: dict[tuple[str, str], list[str]] = {}
        self._groups: dict[tuple[str, str], dict[str, list[int]]] = {}
        self._fields: dict[str, dict[str, dict]] = {}
        self._keys: dict[str, list[str]] = {}
        self._cache: dict[tuple[str, int, str], Figure | None] = {}
        self._aside: set[tuple[str, int, str]] = set()
        if values == "corrected" and "corrections" in known:
            self._aside = self._acknowledged()
        self._steps = self._precision() if "audit/precision" in known else {}

    def table(self, name: str) -> pd.DataFrame:
        """A table as texts, printed or corrected."""
        if name not in self._tables:
            frame = texts(name, self.folder)
            self._tables[name] = corrected(frame, name, self.folder) if self.values == "corrected" else frame
        return self._tables[name]

    def cell(self, name: str, row: int, column: str) -> str:
        """The text of any cell; empty where the table has no such column."""
        return self._texts(name, column)[row] if column in self.table(name).columns else ""

    def _texts(self, name: str, column: str) -> list[str]:
        if (name, column) not in self._columns:
            self._columns[name, column] = self.table(name)[column].tolist()
        return self._columns[name, column]

    def rules(self, name: str) -> Iterator[tuple[int, tuple]]:
        """Rows of a file of data/audit/ about the tables looked at, each with its number in the file."""
        for number, rule, lent in rules(name, self.folder, self.topic):
            looked_at = not self.topic or not named(rule).isdisjoint(self._known)
            if looked_at and not (lent and self._finds_nothing(rule)):
                yield number, rule

    def _finds_nothing(self, rule) -> bool:
        """Whether a table has none of the figures that a rule written for any industry is about."""
        pattern = Pattern.parse(getattr(rule, "result", "") or rule.cells)
        column = pattern.column or ""
        return not any(self.cell(pattern.table, row, column) for row in self.rows(pattern))

    def audited(self) -> list[str]:
        """Tables that hold transcribed figures: not the audit's own, lists of names, or what a program retrieved."""
        return [name for name in self._known_in_order() if self.columns(name)]

    def columns(self, name: str) -> list[str]:
        """Columns of a table that hold figures: numbers with a unit of their own or in a column ``unit``."""
        if name not in self._fields:
            self._fields[name] = fields(name, self.folder)
        described = self._fields[name]
        return [
            column
            for column, field in described.items()
            if field["type"] in ("integer", "number")
            and ("unit" in field or (column == "value" and "unit" in described))
        ]

    def all(self) -> dict[str, Figure]:
        """Every printed figure, by id, in the order of the tables."""
        found = {}
        for name in self.audited():
            for column in self.columns(name):
                for row in range(len(self.table(name))):
                    figure = self.at(name, row, column)
                    if figure is not None:
                        found[figure.id] = figure
        return found

    def at(self, name: str, row: int, column: str) -> Figure | None:
        """The figure in a cell; None where nothing is printed, or where what is printed is set aside."""
        place = (name, row, column)
        if place not in self._cache:
            self._cache[place] = self._figure(*place)
        return self._cache[place]

    def rows(self, pattern: Pattern) -> list[int]:
        """Rows that a pattern without variables, or with ones that may be anything, selects.

        Counted from 0 in the order of the file. DataError for a table or a column that is not there.
        """
        if pattern.table not in self._known:
            raise DataError(f"{pattern.text!r}: there is no table {pattern.table!r}")
        frame = self.table(pattern.table)
        chosen: set[int] | None = None
        for column, value in pattern.conditions:
            if column not in frame.columns:
                raise DataError(f"{pattern.text!r}: {pattern.table} has no column {column!r}")
            if VARIABLE.fullmatch(value):
                continue
            groups = self._group(pattern.table, column)
            wanted = groups.keys() - {value[1:]} if value.startswith("!") else value.split("|")
            here = {row for text in wanted for row in groups.get(text, ())}
            chosen = here if chosen is None else chosen & here
        return sorted(range(len(frame)) if chosen is None else chosen)

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
        self._check_column(pattern)
        rows = [row for row in self.rows(pattern) if self.cell(pattern.table, row, pattern.column)]
        if not rows:
            raise DataError(f"{pattern.text!r} names a missing cell: nothing is printed there")
        return [(row, self.at(pattern.table, row, pattern.column)) for row in rows]

    def select(self, pattern: Pattern) -> list[Figure]:
        """The figures that a bound pattern selects, in the order of the file; unknown quantities where allowed.

        Raises
        ------
        DataError
            The table or column is not there or holds no figures, no row is selected, or a cell is empty and the
            pattern does not allow it.
        """
        self._check_column(pattern)
        rows = self.rows(pattern)
        found = [(row, self.at(pattern.table, row, pattern.column)) for row in rows]
        if pattern.optional:
            printed = {figure.id: figure for _, figure in found if figure is not None}
            return [printed.get(figure.id, figure) for figure in self._unprinted(pattern, printed)]
        if not rows:
            raise DataError(f"{pattern.text!r} names a missing cell: no row has {conditions(pattern)}")
        for row, figure in found:
            if figure is None and not self._set_aside(pattern.table, row, pattern.column):
                raise DataError(
                    f"{pattern.text!r} names a missing cell: {pattern.table}.csv, row {row + 2}, column "
                    f"{pattern.column} is empty"
                )
        return [figure or self._unknown(pattern.table, self._key(pattern.table, row), pattern.column, row)
                for row, figure in found]  # fmt: skip

    def _check_column(self, pattern: Pattern) -> None:
        if pattern.table not in self._known:
            raise DataError(f"{pattern.text!r}: there is no table {pattern.table!r}")
        if pattern.column not in self.columns(pattern.table):
            raise DataError(
                f"{pattern.text!r}: {pattern.table} has no figures in a column {pattern.column!r}; "
                f"it has them in {', '.join(self.columns(pattern.table)) or 'none'}"
            )

    def _unprinted(self, pattern: Pattern, printed: Collection[str] = ()) -> list[Figure]:
        """Unknown quantities for every key that a pattern spells out in full.

        Where further conditions go with the key, one that no printed figure fulfils is another quantity than
        whatever stands under that key, and is named with them.
        """
        keys = primary_key(pattern.table, self.folder)
        given = dict(pattern.conditions)
        if not set(keys) <= set(given):
            raise DataError(f"{pattern.text!r}: a cell that may be unprinted needs all of {', '.join(keys)}")
        combined = [""]
        for column in keys:
            values = given[column].split("|")
            strange = [v for v in values if v not in self._group(pattern.table, column) and not v.isdigit()]
            if strange:
                raise DataError(f"{pattern.text!r} names a missing cell: no row has {column}={strange[0]}")
            combined = [f"{key} {column}={value}".strip() for key in combined for value in values]
        further = "".join(f" {column}={value}" for column, value in pattern.conditions if column not in keys)
        names = {key: f"{pattern.table}[{key}].{pattern.column}" for key in combined}
        combined = [key if names[key] in printed else f"{key}{further}" for key in combined]
        return [self._unknown(pattern.table, key, pattern.column) for key in combined]

    def _unknown(self, table: str, key: str, column: str, row: int = -1) -> Figure:
        unit = self._unit(table, row, column)
        return Figure(f"{table}[{key}].{column}", table, row, key, column, "", math.nan, -math.inf, math.inf, 0.0, unit)

    def _figure(self, table: str, row: int, column: str) -> Figure | None:
        text = self.cell(table, row, column)
        if not text or self._set_aside(table, row, column):
            return None
        try:
            value = float(text)
        except ValueError:
            raise DataError(f"{table}.csv, row {row + 2}, column {column}: {text!r} is not a number") from None
        step, weight = self._steps.get((table, row, column), (None, 1.0))
        if step is None:
            step = 10.0 ** -decimals(text)
        low, high = interval_of(value, step, self.cell(table, row, "qualifier"))
        key = self._key(table, row)
        unit = self._unit(table, row, column)
        return Figure(f"{table}[{key}].{column}", table, row, key, column, text, value, low, high, step, unit, weight)

    def _unit(self, table: str, row: int, column: str) -> str:
        self.columns(table)  # reads the description once
        field = self._fields[table][column]
        if "unit" in field:
            return UNITS.get(field["unit"].split(" (")[0], field["unit"])
        return self.cell(table, row, "unit") if row >= 0 else ""

    def _key(self, table: str, row: int) -> str:
        if table not in self._keys:
            self._keys[table] = primary_key(table, self.folder)
        return " ".join(f"{column}={self.cell(table, row, column)}" for column in self._keys[table])

    def _group(self, table: str, column: str) -> dict[str, list[int]]:
        if (table, column) not in self._groups:
            groups: dict[str, list[int]] = {}
            for row, text in enumerate(self._texts(table, column)):
                groups.setdefault(text, []).append(row)
            self._groups[table, column] = groups
        return self._groups[table, column]

    def _known_in_order(self) -> list[str]:
        known = [name for name in tables(self.folder) if name in self._known and not name.startswith("audit/")]
        return [name for name in known if not retrieved(name, self.folder)]

    def _set_aside(self, table: str, row: int, column: str) -> bool:
        return (table, row, column) in self._aside

    def _acknowledged(self) -> set[tuple[str, int, str]]:
        frame = texts("corrections", self.folder)
        path = self.folder / "corrections.csv"
        found = set()
        for number, row in enumerate(frame.itertuples(), start=2):
            table = row.file.removesuffix(".csv")
            if not row.corrected and table in self._known:
                found.add((table, locate(self.table(table), row.key, f"{path}, row {number}"), row.column))
        return found

    def _precision(self) -> dict[tuple[str, int, str], tuple[float, float]]:
        steps = {}
        for number, rule in self.rules("audit/precision"):
            place = f"{self.folder / 'audit/precision.csv'}, row {number}"
            try:
                pattern = Pattern.parse(rule.cells)
                self._check_column(pattern)
                rows = self.rows(pattern)
                if not rows:
                    raise DataError(f"{rule.cells!r} selects no row")
                step, weight = rounding_step(rule.step), float(rule.weight)
            except (DataError, ValueError) as error:
                raise DataError(f"{place}: {error}") from None
            for row in rows:
                text = self.cell(pattern.table, row, pattern.column)
                if text and step and not is_multiple(text, rule.step):
                    raise DataError(
                        f"{place}: an impossible rounding: {pattern.table}.csv, row {row + 2}, column "
                        f"{pattern.column} prints {text}, which is no multiple of {rule.step}"
                    )
                if text and not step and decimals(text):
                    raise DataError(
                        f"{place}: an impossible rounding: {pattern.table}.csv, row {row + 2}, column "
                        f"{pattern.column} prints {text}, which is no whole number"
                    )
                steps[pattern.table, row, pattern.column] = (step, weight)
        return steps
