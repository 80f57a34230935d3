"""Printed figures as intervals, and patterns that select them.

A figure is a number that a source prints: a cell of a column with a unit. What it says is not a point but an
interval, the values that would be printed with these digits: 5.3 is anything from 5.25 to 5.35, a count of
280 firms is 280. data/audit/precision.csv tells where the digits alone do not show how a figure was rounded.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from kr_industry import DATA
from kr_industry.data import DataError, corrected, fields, locate, primary_key, tables, texts

UNITS = {"%": "percent", "억 원": "eok_won", "조 원": "trillion_won", "명": "persons", "개사": "firms"}
"""Units of columns in datapackage.json, which begin with the Korean word, as identifiers of data/labels.csv."""

_PATTERN = re.compile(r"(\??)([\w/]+)\[([^\]]*)\](?:\.(\w+))?")
_VARIABLE = re.compile(r"\{(\w+?)([+-]\d+)?\}")


@dataclass(frozen=True)
class Figure:
    """A printed number: where it stands, its text, and the interval it stands for.

    ``step`` is the unit of its last printed place, 0 for an exact count. ``weight`` is what it costs, when
    figures conflict, to suppose that this one is wrong. ``text`` is empty for a quantity that no source prints.
    """

    id: str
    table: str
    row: int
    key: str
    column: str
    text: str
    value: float
    low: float
    high: float
    step: float
    unit: str
    weight: float = 1.0

    def printed_as(self, text: str) -> "Figure":
        """The same figure with other digits, rounded alike."""
        value = float(text)
        shift = value - self.value
        return Figure(
            **{**self.__dict__, "text": text, "value": value, "low": self.low + shift, "high": self.high + shift}
        )


@dataclass(frozen=True)
class Pattern:
    """A selection of cells, ``table[column=value column=value].column``.

    A value may be ``a|b`` (one of these), ``!a`` (any but a) or ``{name}``, which a result's pattern binds to
    what stands there and an operand's pattern repeats, also as ``{year-1}``. A question mark in front allows
    that the source does not print the cell: it then stands for an unknown quantity.
    """

    text: str
    table: str
    conditions: tuple[tuple[str, str], ...]
    column: str | None
    optional: bool

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Read a pattern; DataError where it is not one."""
        match = _PATTERN.fullmatch(text.strip())
        if not match:
            raise DataError(f"{text!r} is not a pattern; expected table[column=value column=value].column")
        conditions = []
        for condition in match[3].split():
            column, equals, value = condition.partition("=")
            if not equals or not value:
                raise DataError(f"{text!r}: {condition!r} is not column=value")
            conditions.append((column, value))
        return cls(text.strip(), match[2], tuple(conditions), match[4], bool(match[1]))

    def bound(self, bindings: Mapping[str, str]) -> "Pattern":
        """The pattern with its variables replaced by what a result's pattern found."""

        def replace(match: re.Match) -> str:
            name, offset = match[1], match[2]
            if name not in bindings:
                raise DataError(f"{self.text!r}: {{{name}}} is not bound by the pattern of the result")
            if not offset:
                return bindings[name]
            if not re.fullmatch(r"-?\d+", bindings[name]):
                raise DataError(f"{self.text!r}: {match[0]} needs a whole number, {name} is {bindings[name]!r}")
            return str(int(bindings[name]) + int(offset))

        conditions = tuple((column, _VARIABLE.sub(replace, value)) for column, value in self.conditions)
        return Pattern(self.text, self.table, conditions, self.column, self.optional)


class Figures:
    """All tables of a folder as texts, and the figures in them.

    Parameters
    ----------
    folder : Path
        A folder with the layout of data/.
    values : str
        ``printed``, or ``corrected`` to apply data/corrections.csv and set aside what it only acknowledges.

    Raises
    ------
    DataError
        A table is not as datapackage.json says, or precision.csv gives a figure an impossible rounding.
    """

    def __init__(self, folder: Path = DATA, values: str = "printed") -> None:
        self.folder = Path(folder)
        self.values = values
        known = set(tables(self.folder))
        self._known = known
        self._tables: dict[str, pd.DataFrame] = {}
        self._groups: dict[tuple[str, str], dict[str, list[int]]] = {}
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
        frame = self.table(name)
        return frame.at[row, column] if column in frame.columns else ""

    def audited(self) -> list[str]:
        """Tables that hold figures: all but the audit's own and the lists of names."""
        return [name for name in self._known_in_order() if self.columns(name)]

    def columns(self, name: str) -> list[str]:
        """Columns of a table that hold figures: numbers with a unit of their own or in a column ``unit``."""
        described = fields(name, self.folder)
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
        """Rows that a pattern without variables, or with ones that may be anything, selects."""
        if pattern.table not in self._known:
            raise DataError(f"{pattern.text!r}: there is no table {pattern.table!r}")
        frame = self.table(pattern.table)
        chosen: set[int] | None = None
        for column, value in pattern.conditions:
            if column not in frame.columns:
                raise DataError(f"{pattern.text!r}: {pattern.table} has no column {column!r}")
            if _VARIABLE.fullmatch(value):
                continue
            groups = self._group(pattern.table, column)
            wanted = groups.keys() - {value[1:]} if value.startswith("!") else value.split("|")
            here = {row for text in wanted for row in groups.get(text, ())}
            chosen = here if chosen is None else chosen & here
        return sorted(range(len(frame)) if chosen is None else chosen)

    def bindings(self, pattern: Pattern, row: int) -> dict[str, str]:
        """What the variables of a result's pattern stand for in one row."""
        frame = self.table(pattern.table)
        found = {}
        for column, value in pattern.conditions:
            if match := _VARIABLE.fullmatch(value):
                found[match[1]] = frame.at[row, column]
        return found

    def printed(self, pattern: Pattern) -> list[tuple[int, Figure | None]]:
        """Rows with the figure printed in each, where a pattern may bind variables; None for one that is set aside.

        Raises
        ------
        DataError
            The table or column is not there or holds no figures, or nothing is printed in any row selected.
        """
        self._check_column(pattern)
        rows = [row for row in self.rows(pattern) if self.table(pattern.table).at[row, pattern.column]]
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
            return [printed.get(figure.id, figure) for figure in self._unprinted(pattern)]
        if not rows:
            raise DataError(f"{pattern.text!r} names a missing cell: no row has {_conditions(pattern)}")
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

    def _unprinted(self, pattern: Pattern) -> list[Figure]:
        """Unknown quantities for every key that a pattern spells out in full."""
        keys = primary_key(pattern.table, self.folder)
        given = dict(pattern.conditions)
        if set(keys) != set(given):
            raise DataError(f"{pattern.text!r}: a cell that may be unprinted needs all of {', '.join(keys)}")
        combined = [""]
        for column in keys:
            values = given[column].split("|")
            strange = [v for v in values if v not in self._group(pattern.table, column) and not v.isdigit()]
            if strange:
                raise DataError(f"{pattern.text!r} names a missing cell: no row has {column}={strange[0]}")
            combined = [f"{key} {column}={value}".strip() for key in combined for value in values]
        return [self._unknown(pattern.table, key, pattern.column) for key in combined]

    def _unknown(self, table: str, key: str, column: str, row: int = -1) -> Figure:
        unit = self._unit(table, row, column)
        return Figure(f"{table}[{key}].{column}", table, row, key, column, "", math.nan, -math.inf, math.inf, 0.0, unit)

    def _figure(self, table: str, row: int, column: str) -> Figure | None:
        frame = self.table(table)
        text = frame.at[row, column]
        if not text or self._set_aside(table, row, column):
            return None
        try:
            value = float(text)
        except ValueError:
            raise DataError(f"{table}.csv, row {row + 2}, column {column}: {text!r} is not a number") from None
        step, weight = self._steps.get((table, row, column), (None, 1.0))
        if step is None:
            step = 10.0 ** -_decimals(text)
        low, high = _interval(value, step, frame.at[row, "qualifier"] if "qualifier" in frame.columns else "exact")
        key = self._key(table, row)
        unit = self._unit(table, row, column)
        return Figure(f"{table}[{key}].{column}", table, row, key, column, text, value, low, high, step, unit, weight)

    def _unit(self, table: str, row: int, column: str) -> str:
        field = fields(table, self.folder)[column]
        if "unit" in field:
            return UNITS.get(field["unit"].split(" (")[0], field["unit"])
        return self.table(table).at[row, "unit"] if row >= 0 else ""

    def _key(self, table: str, row: int) -> str:
        frame = self.table(table)
        return " ".join(f"{column}={frame.at[row, column]}" for column in primary_key(table, self.folder))

    def _group(self, table: str, column: str) -> dict[str, list[int]]:
        if (table, column) not in self._groups:
            groups: dict[str, list[int]] = {}
            for row, text in enumerate(self.table(table)[column]):
                groups.setdefault(text, []).append(row)
            self._groups[table, column] = groups
        return self._groups[table, column]

    def _known_in_order(self) -> list[str]:
        return [name for name in tables(self.folder) if not name.startswith("audit/")]

    def _set_aside(self, table: str, row: int, column: str) -> bool:
        return (table, row, column) in self._aside

    def _acknowledged(self) -> set[tuple[str, int, str]]:
        frame = texts("corrections", self.folder)
        path = self.folder / "corrections.csv"
        found = set()
        for number, row in enumerate(frame.itertuples(), start=2):
            if not row.corrected:
                table = row.file.removesuffix(".csv")
                found.add((table, locate(self.table(table), row.key, f"{path}, row {number}"), row.column))
        return found

    def _precision(self) -> dict[tuple[str, int, str], tuple[float, float]]:
        steps = {}
        for number, rule in enumerate(texts("audit/precision", self.folder).itertuples(), start=2):
            place = f"{self.folder / 'audit/precision.csv'}, row {number}"
            try:
                pattern = Pattern.parse(rule.cells)
                self._check_column(pattern)
                rows = self.rows(pattern)
                if not rows:
                    raise DataError(f"{rule.cells!r} selects no row")
                step, weight = _step(rule.step), float(rule.weight)
            except (DataError, ValueError) as error:
                raise DataError(f"{place}: {error}") from None
            for row in rows:
                text = self.table(pattern.table).at[row, pattern.column]
                if text and step and not _multiple(text, rule.step):
                    raise DataError(
                        f"{place}: an impossible rounding: {pattern.table}.csv, row {row + 2}, column "
                        f"{pattern.column} prints {text}, which is no multiple of {rule.step}"
                    )
                if text and not step and _decimals(text):
                    raise DataError(
                        f"{place}: an impossible rounding: {pattern.table}.csv, row {row + 2}, column "
                        f"{pattern.column} prints {text}, which is no whole number"
                    )
                steps[pattern.table, row, pattern.column] = (step, weight)
        return steps


def _step(text: str) -> float:
    if text == "exact":
        return 0.0
    step = float(text)
    if not (math.isfinite(step) and step > 0):
        raise DataError(f"an impossible rounding: {text!r}; expected exact or a step above zero, such as 0.1")
    return step


def _multiple(text: str, step: str) -> bool:
    return Decimal(text) % Decimal(step) == 0


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _interval(value: float, step: float, qualifier: str) -> tuple[float, float]:
    """Values that a figure allows, given how the source qualifies it.

    ``slightly_over`` is Korean 여: up to the next unit of the last digit that is not zero (20여 is 20 to 30).
    """
    match qualifier:
        case "at_least" | "over":
            return value, math.inf
        case "up_to":
            return -math.inf, value
        case "slightly_over":
            digits = f"{value:.0f}"
            return value, value + 10.0 ** (len(digits) - len(digits.rstrip("0")))
        case _:
            return value - step / 2, value + step / 2


def _conditions(pattern: Pattern) -> str:
    return " ".join(f"{column}={value}" for column, value in pattern.conditions) or "any row"
