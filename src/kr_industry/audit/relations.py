"""Relations between printed figures, read from data/audit/relations.csv and claims.csv.

A row states a rule once (the segments of a year add up to its total) and is expanded over the rows its pattern
selects. Every relation takes one of two forms, both linear in the quantities once a printed rate is given:

- linear: a weighted sum of figures is 0, or at most 0;
- rate: a numerator is a factor times a denominator, where the factor follows from a printed share, growth rate,
  compound rate or quotient.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from kr_industry.audit.cells import Figure, Pattern
from kr_industry.audit.figures import Figures
from kr_industry.data import DataError

LINEAR = ("sum", "difference", "same", "at_most", "at_least", "count")
RATES = ("share", "growth", "compound", "ratio", "product")
KINDS = (*LINEAR, *RATES)
ALIKE = ("sum", "difference", "same", "at_most", "at_least", "rank")
"""Kinds whose figures must all have one unit."""

Interval = tuple[float, float]
_EDGE = 1e-9
"""Relative width of an interval's edge: decimals such as 0.15 are not exact in binary."""


@dataclass(frozen=True)
class Expression:
    """A weighted sum of figures (by id) and a constant."""

    terms: tuple[tuple[float, str], ...]
    constant: float = 0.0

    def interval(self, intervals: Mapping[str, Interval]) -> Interval:
        """The values it can take while every figure stays in its interval, each figure counted once."""
        low = high = self.constant
        for weight, name in self.terms:
            here = intervals[name]
            ends = (weight * here[0], weight * here[1])
            low, high = low + min(ends), high + max(ends)
        return low, high


@dataclass(frozen=True)
class Relation:
    """One relation between figures, from one row of a file.

    ``result`` is the figure it recomputes (or a bound, for ``at_most`` and ``at_least``). For a linear relation
    ``numerator`` is the sum that is 0 (or at most 0); for a rate, ``rate`` is the figure whose factor times
    ``denominator`` is ``numerator``.
    """

    id: str
    rule: str
    file: str
    row: int
    kind: str
    result: str
    numerator: Expression
    denominator: Expression | None = None
    rate: str | None = None
    years: float = 1.0

    @property
    def cells(self) -> tuple[str, ...]:
        """Ids of all figures in the relation."""
        terms = self.numerator.terms + (self.denominator.terms if self.denominator else ())
        return tuple(dict.fromkeys([*([self.rate] if self.rate else []), *(name for _, name in terms)]))

    def factor(self, rate: float) -> float:
        """Numerator over denominator that a printed rate stands for."""
        match self.kind:
            case "share":
                return rate / 100
            case "growth":
                return 1 + rate / 100
            case "compound":
                return math.copysign(abs(1 + rate / 100) ** self.years, 1 + rate / 100)
            case _:
                return rate

    def printed(self, factor: float) -> float:
        """The rate that a quotient of numerator and denominator would be printed as: the inverse of ``factor``."""
        match self.kind:
            case "share":
                return 100 * factor
            case "growth":
                return 100 * (factor - 1)
            case "compound":
                return 100 * (math.copysign(abs(factor) ** (1 / self.years), factor) - 1)
            case _:
                return factor

    def holds(self, intervals: Mapping[str, Interval]) -> bool:
        """Whether values inside the figures' intervals can fulfil the relation, each figure taken by itself."""
        if self.rate is None:
            low, high = self.numerator.interval(intervals)
            edge = _EDGE * (1 + sum(abs(w) * largest(intervals[name]) for w, name in self.numerator.terms))
            return low <= edge and (high >= -edge or self.kind in ("at_most", "at_least"))
        (low, high), (least, most) = self.quotient(intervals), intervals[self.rate]
        edge = _EDGE * (1 + largest((least, most)) + largest((low, high)))
        return low <= most + edge and high >= least - edge

    def quotient(self, intervals: Mapping[str, Interval]) -> Interval:
        """The rates, as they would be printed, that the numerator and the denominator allow."""
        if self.numerator == self.denominator:
            return self.printed(1.0), self.printed(1.0)
        low, high = _over(self.numerator.interval(intervals), self.denominator.interval(intervals))
        return (
            self.printed(low) if math.isfinite(low) else low,
            self.printed(high) if math.isfinite(high) else high,
        )

    def recomputed(self, intervals: Mapping[str, Interval]) -> Interval:
        """The values of the result that the other figures' intervals allow."""
        if self.kind == "product" and self.rate is not None:
            return _times(intervals[self.rate], self.denominator.interval(intervals))
        if self.rate is not None:
            return self.quotient(intervals)
        weight = sum(w for w, name in self.numerator.terms if name == self.result)
        others = tuple((w, name) for w, name in self.numerator.terms if name != self.result)
        low, high = Expression(others, self.numerator.constant).interval(intervals)
        match self.kind:
            case "at_most":
                return -math.inf, -low
            case "at_least":
                return low, math.inf
            case _:
                return min(-low / weight, -high / weight), max(-low / weight, -high / weight)


def largest(interval: Interval) -> float:
    """The larger end of an interval without its sign; 0 where it has none."""
    return max((abs(end) for end in interval if math.isfinite(end)), default=0.0)


def _times(a: Interval, b: Interval) -> Interval:
    products = [0.0 if x == 0 or y == 0 else x * y for x in a for y in b]
    return min(products), max(products)


def _over(a: Interval, b: Interval) -> Interval:
    """Quotients of two intervals, the second of quantities above zero."""
    low, high = max(b[0], 0.0), b[1]
    if not high > 0:
        return -math.inf, math.inf
    inverse = (0.0 if math.isinf(high) else 1 / high, math.inf if low == 0 else 1 / low)
    return _times(a, inverse)


@dataclass
class Model:
    """Figures by id, printed or unknown, and the relations between them; ``beside`` are figures that none touches."""

    figures: dict[str, Figure] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    beside: dict[str, Figure] = field(default_factory=dict)


def read(figures: Figures) -> Model:
    """The relations that the rules of relations.csv state, with the figures in them.

    Raises
    ------
    DataError
        A rule names a missing cell, mixes units, is of an unknown kind, defines a figure by itself, or adds up
        rates; the message names file and row.
    """
    model, file = Model(), "audit/relations"
    for number, rule in figures.rules(file):
        with naming(figures, file, number, rule.id):
            for relation, cells in expand(rule, figures, file, number):
                model.relations.append(relation)
                model.figures.update({cell.id: cell for cell in cells})
    check(model, figures)
    model.beside = {name: figure for name, figure in figures.all().items() if name not in model.figures}
    return model


@contextmanager
def naming(figures: Figures, file: str, row: int, rule: str) -> Iterator[None]:
    """Put file, row and rule before the message of a DataError."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{figures.folder / file}.csv, row {row} ({rule}): {error}") from None


def expand(
    rule, figures: Figures, file: str, row: int, stated: Figure | None = None
) -> Iterator[tuple[Relation, list[Figure]]]:
    """The relations of one rule with their figures, one for each printed figure that its result selects.

    ``stated`` is the figure that stands for a result given as a number in a claim; elsewhere such a number is exact.
    DataError for a kind that is not known, a compound rate without years, or cells that it cannot use.
    """
    if rule.kind not in KINDS:
        raise DataError(f"kind {rule.kind!r} is not known; expected one of {', '.join(KINDS)}")
    if rule.kind == "compound" and not _number(rule.years):
        raise DataError("a compound rate needs years, the number of intervals between its ends")
    constant = _number(rule.result)
    if constant is not None:
        yield _relation(rule, figures, file, row, stated, constant, {})
        return
    pattern = Pattern.parse(rule.result)
    for at, result in figures.printed(pattern):
        if result is not None:
            yield _relation(rule, figures, file, row, result, None, figures.bindings(pattern, at))


def _relation(
    rule, figures: Figures, file: str, row: int, result: Figure | None, constant: float | None, bindings
) -> tuple[Relation, list[Figure]]:
    whole = Expression(((1.0, result.id),)) if result else Expression((), constant)
    cells = [result] if result else []
    if rule.kind == "count":
        rows = len(figures.rows(Pattern.parse(rule.of).bound(bindings)))
        first, second = Expression((), float(rows)), None
    else:
        first, second = (_operand(text, figures, bindings, cells) for text in (rule.of, rule.by))
    two = rule.kind in ("difference", *RATES)
    if first is None or (second is not None) != two:
        raise DataError(f"kind {rule.kind} takes {'of and by' if two else 'of only'}")
    if rule.kind == "same" and len(first.terms) != 1:
        raise DataError(f"kind same takes one figure in of, {rule.of!r} selects {len(first.terms)}")
    if result and any(cell.id == result.id for cell in cells[1:]):
        raise DataError(f"a cycle: {result.id} is computed from itself")
    _check_units(rule, result, cells)
    name = result.id if result else ""
    common = {"id": f"{rule.id}: {name}" if name else rule.id, "rule": rule.id, "file": file, "row": row}
    common |= {"kind": rule.kind, "result": name, "years": _number(rule.years) or 1.0}
    match rule.kind:
        case "sum" | "same" | "count" | "at_most":
            return Relation(**common, numerator=_plus(whole, first, -1.0)), cells
        case "at_least":
            return Relation(**common, numerator=_plus(first, whole, -1.0)), cells
        case "difference":
            return Relation(**common, numerator=_plus(_plus(whole, first, -1.0), second, 1.0)), cells
        case "product":
            return _product(common, whole, first, second), cells
    if not second.terms and rule.kind == "ratio":  # a quotient with a constant below is linear
        return Relation(**common, numerator=_plus(first, whole, -second.constant)), cells
    if result is None:
        bare = Relation(**common, numerator=first, denominator=second)
        return Relation(**common, numerator=_plus(first, second, -bare.factor(constant))), cells
    return Relation(**common, numerator=first, denominator=second, rate=name), cells


def _product(common: dict, whole: Expression, first: Expression, second: Expression) -> Relation:
    if not first.terms:
        first, second = second, first
    if not second.terms:
        return Relation(**common, numerator=_plus(whole, first, -second.constant))
    if len(first.terms) != 1 or first.constant:
        raise DataError("kind product takes one figure in of, which multiplies the sum in by")
    return Relation(**common, numerator=whole, denominator=second, rate=first.terms[0][1])


def _operand(text: str, figures: Figures, bindings: Mapping[str, str], cells: list[Figure]) -> Expression | None:
    """The sum that a column of a rule stands for; the figures in it are added to ``cells``."""
    if not text:
        return None
    terms, constant = [], 0.0
    for part in text.split(" + "):
        number = _number(part)
        if number is not None:
            constant += number
            continue
        weight, times, pattern = part.rpartition(" * ")
        if times and _number(weight) is None:
            raise DataError(f"{part!r}: {weight!r} is not a number; expected a pattern or number * pattern")
        chosen = figures.select(Pattern.parse(pattern).bound(bindings))
        # A weight converts a unit, so that what it stands before need not have the unit of the rest.
        cells += [replace(cell, unit="") for cell in chosen] if times else chosen
        terms += [(float(weight) if times else 1.0, cell.id) for cell in chosen]
    return Expression(tuple(terms), constant)


def _plus(a: Expression, b: Expression, weight: float) -> Expression:
    terms: dict[str, float] = {}
    for w, name in (*a.terms, *((weight * w, name) for w, name in b.terms)):
        terms[name] = terms.get(name, 0.0) + w
    return Expression(tuple((w, name) for name, w in terms.items()), a.constant + weight * b.constant)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _check_units(rule, result: Figure | None, cells: list[Figure]) -> None:
    operands = cells[1:] if result else cells
    compared = cells if rule.kind in ALIKE else operands if rule.kind in ("share", "growth", "compound") else []
    units = list(dict.fromkeys(cell.unit for cell in compared if cell.unit))
    if len(units) > 1:
        raise DataError(f"a unit mismatch: {' and '.join(units)} in one {rule.kind}")
    if rule.kind in ("share", "growth", "compound") and result and result.unit != "percent":
        raise DataError(f"a unit mismatch: {result.id} is in {result.unit}, a {rule.kind} is in percent")


def check(model: Model, figures: Figures) -> None:
    """DataError for figures that are computed from themselves, and for rates used as if they were amounts."""
    summed = {name for r in model.relations for _, name in amounts(r)}
    inside: dict[str, set[str]] = {}
    for relation in model.relations:
        with naming(figures, relation.file, relation.row, relation.rule):
            if relation.rate in summed:
                raise DataError(
                    f"{relation.rate} is a rate here and an amount in another relation; leave one of them out"
                )
            if relation.result and relation.kind not in ("same", "at_most", "at_least", "count"):
                operands = inside.setdefault(relation.result, set())
                operands |= {name for name in relation.cells if name != relation.result}
                if _reaches(inside, relation.result):
                    raise DataError(f"a cycle: {relation.result} is computed from itself")


def amounts(relation: Relation) -> tuple[tuple[float, str], ...]:
    """Weights and ids of the figures that a relation adds up or divides."""
    if relation.kind == "same":
        return ()
    return relation.numerator.terms + (relation.denominator.terms if relation.denominator else ())


def _reaches(inside: Mapping[str, set[str]], start: str) -> bool:
    """Whether a figure can be reached from what it is computed from."""
    waiting, seen = list(inside[start]), set()
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            waiting += inside.get(name, ())
    return False
