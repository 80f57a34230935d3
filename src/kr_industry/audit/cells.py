"""Printed figures as intervals, and patterns that select them.

A figure is a number that a source prints: a cell of a column with a unit. What it says is not a point but an
interval, the values that would be printed with these digits: 5.3 is anything from 5.25 to 5.35, a count of
280 firms is 280. data/audit/precision.csv tells where the digits alone do not show how a figure was rounded.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kr_industry.data import DataError

UNITS = {"%": "percent", "억 원": "eok_won", "조 원": "trillion_won", "명": "persons", "개사": "firms"}
"""Units of columns in datapackage.json, which begin with the Korean word, as identifiers of data/labels.csv."""

_PATTERN = re.compile(r"(\??)([\w/]+)\[([^\]]*)\](?:\.(\w+))?")
VARIABLE = re.compile(r"\{(\w+?)([+-]\d+)?\}")


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
    text: str = ""
    value: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    step: float = 0.0
    unit: str = ""
    weight: float = 1.0
    by_digits: bool = False
    """Whether its own last digit tells how it was rounded, and not a row of precision.csv."""

    def reprinted(self, text: str) -> "Figure":
        """The figure with other digits in its place."""
        value, step = float(text), 10.0 ** -decimals(text) if self.by_digits else self.step
        low, high = (self.low + value - self.value, self.high + value - self.value)
        if self.by_digits and math.isclose(self.high - self.low, self.step):
            low, high = interval_of(value, step, "")
        return replace(self, text=text, value=value, low=low, high=high, step=step)


def figure_of(place: tuple[str, int, str, str], text: str, unit: str, step: float | None, qualifier: str = "",
            weight: float = 1.0) -> Figure:  # fmt: skip
    """The figure that a text stands for in a place (table, row, key, column); ValueError where it is no number.

    Without a ``step`` its last digit tells how it was rounded.
    """
    table, row, key, column = place
    value, given = float(text), 10.0 ** -decimals(text) if step is None else step
    low, high = interval_of(value, given, qualifier)
    return Figure(
        f"{table}[{key}].{column}", table, row, key, column, text, value, low, high, given, unit, weight, step is None
    )


@dataclass(frozen=True)
class Pattern:
    """A selection of cells, ``table[column=value column=value].column``.

    A value may be ``a|b`` (one of these), ``!a`` (any but a) or ``{name}``, which a result's pattern binds to
    what stands there and an operand's pattern repeats, also as ``{year-1}``. A question mark in front allows
    that there is no such row: it then stands for an unknown quantity, as an empty cell does.
    """

    text: str
    table: str
    conditions: tuple[tuple[str, str], ...]
    column: str | None
    optional: bool

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """The pattern that a text writes; DataError where it is none."""
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
        """The pattern with its variables replaced by what a result's pattern found; DataError for others."""

        def filled(match: re.Match) -> str:
            name, offset = match[1], match[2]
            if name not in bindings:
                raise DataError(f"{self.text!r}: {{{name}}} is not bound by the pattern of the result")
            if not offset:
                return bindings[name]
            if not re.fullmatch(r"-?\d+", bindings[name]):
                raise DataError(f"{self.text!r}: {match[0]} needs a whole number, {name} is {bindings[name]!r}")
            return str(int(bindings[name]) + int(offset))

        conditions = tuple((column, VARIABLE.sub(filled, value)) for column, value in self.conditions)
        return Pattern(self.text, self.table, conditions, self.column, self.optional)


def rounding_step(text: str) -> float:
    """A step as precision.csv writes it: ``exact`` is 0; DataError where it is no step."""
    if text == "exact":
        return 0.0
    step = float(text)
    if not (math.isfinite(step) and step > 0):
        raise DataError(f"an impossible rounding: {text!r}; expected exact or a step above zero, such as 0.1")
    return step


def decimals(text: str) -> int:
    """How many decimals a number is printed with."""
    return len(text.partition(".")[2])


def interval_of(value: float, step: float, qualifier: str) -> tuple[float, float]:
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
