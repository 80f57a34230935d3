"""The linear system of some relations: which figures it could keep, which must be wrong, what values it leaves them."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from kr_industry.audit.network import Network, components
from kr_industry.audit.relations import Interval, Relation, largest
from kr_industry.data import DataError

_LEAST = 2e-7
"""Sum of violations, in units of the figures' sizes, below which the solver's tolerance explains them."""

_ALMOST = 0.999
_LARGE = 40
_TRIES = 50
"""How many contradictions are looked at for least sets; where that is not enough, any set that reconciles is taken."""


class System:
    """The linear system of some relations: which figures it could keep, and what values it leaves the others.

    Unknowns are the quantities, each in units of its printed size, so that a tolerance of the solver means the same
    for sales in thousands and a share of one percent. Counts are in ones, as they are whole numbers.
    """

    def __init__(self, network: Network, relations: Iterable[int]) -> None:
        self.network = network
        numbers = list(relations)
        self.relations: list[Relation] = [network.relations[i] for i in numbers]
        root, prints = network.root, network.prints
        rates = {root[r.rate] for r in self.relations if r.rate is not None}
        touched = dict.fromkeys(root[name] for r in self.relations for name in r.cells)
        self.cells = [name for q in touched for name in prints[q]]
        self.quantities = {name: i for i, name in enumerate(q for q in touched if q not in rates)}
        self.whole = np.array(
            [any(network.figures[c].step == 0 for c in prints[q]) for q in self.quantities], dtype=bool
        )
        self.size = self._sizes()
        signed = [any(network.figures[c].low < 0 for c in prints[q]) for q in self.quantities]
        self.floor = np.where(signed, -np.inf, 0.0)  # amounts are not negative unless one is printed so
        self._inside = [set(network.prints_in(i)) for i in numbers]
        self._rows: list[_Row] = []
        for name in self.quantities:
            for cell in prints[name]:
                figure = network.figures[cell]
                self._add({self.quantities[name]: 1.0}, figure.low, figure.high, cell)
        for relation in self.relations:
            if relation.rate is not None:
                for cell in prints[root[relation.rate]]:
                    self._add_rate(relation, cell)
            elif relation.kind != "same":
                low = -math.inf if relation.kind in ("at_most", "at_least") else -relation.numerator.constant
                self._add(self._coefficients(relation.numerator), low, -relation.numerator.constant, None)

    def _sizes(self) -> np.ndarray:
        """The unit of each quantity: its largest print, for an unprinted one the largest in its relations."""
        sizes = np.zeros(len(self.quantities))
        for relation in self.relations:
            prints = {name: largest(self.network.intervals[name]) for name in relation.cells}
            for name, printed in prints.items():
                place = self.quantities.get(self.network.root[name])
                if place is not None:
                    sizes[place] = max(sizes[place], printed if self.network.known(name) else max(prints.values()))
        return np.where(self.whole | (sizes == 0), 1.0, sizes)

    def _coefficients(self, expression) -> dict[int, float]:
        coefficients: dict[int, float] = {}
        for weight, name in expression.terms:
            place = self.quantities[self.network.root[name]]
            coefficients[place] = coefficients.get(place, 0.0) + weight
        return coefficients

    def _add(self, coefficients: dict[int, float], low: float, high: float, cell: str | None) -> None:
        scaled = {place: weight * self.size[place] for place, weight in coefficients.items()}
        unit = max((abs(weight) for weight in scaled.values()), default=1.0) or 1.0
        self._rows.append(_Row({p: w / unit for p, w in scaled.items()}, low / unit, high / unit, cell))

    def _add_rate(self, relation: Relation, cell: str) -> None:
        figure = self.network.figures[cell]
        top, bottom = (self._coefficients(e) for e in (relation.numerator, relation.denominator))
        for end, lower in ((figure.low, True), (figure.high, False)):
            if not math.isfinite(end):
                continue
            factor = relation.factor(end)
            coefficients = {p: top.get(p, 0.0) - factor * bottom.get(p, 0.0) for p in {**top, **bottom}}
            rest = factor * relation.denominator.constant - relation.numerator.constant
            self._add(coefficients, rest if lower else -math.inf, math.inf if lower else rest, cell)

    def core(self, freed: Collection[str] = ()) -> frozenset[str] | None:
        """Figures that cannot all be kept when the freed ones may be anything, as few as may be; None where all can.

        A large core, as of a total of many parts, and one inside a relation are seldom larger than they must be and
        are taken as they are.
        """
        core = self._proof(frozenset(self.cells).difference(freed))
        if core is None:
            return self._split_count(freed)
        if len(core) <= _LARGE and not any(core <= inside for inside in self._inside):
            for name in sorted(core):
                if name in core:
                    core = self._proof(core - {name}) or core
        return core

    def _proof(self, cells: Collection[str]) -> frozenset[str] | None:
        """Those of some figures that already prove that not all of them can be kept; None where they can.

        The least sum of violations is found by linear programming; where it is above zero, the figures whose rows
        have a price prove that (a Farkas certificate).
        """
        printed = [row for row in self._rows if row.cell in cells]
        given = [row for row in self._rows if row.cell is None]
        if not (printed or given):
            return None
        count, entries, limits, owners = len(self.quantities), [], [], []
        for number, row in enumerate(printed, start=count):  # each may be violated, at a price
            for sign, end in ((1.0, row.high), (-1.0, -row.low)):
                if math.isfinite(end):
                    entries += [(len(limits), p, sign * w) for p, w in row.weights.items()]
                    entries.append((len(limits), number, -1.0))
                    limits.append(end)
                    owners.append(row.cell)
        equal = [row for row in given if row.low == row.high]
        for row in given:
            if row.low != row.high:
                entries += [(len(limits), p, w) for p, w in row.weights.items()]
                limits.append(row.high)
        width = count + len(printed)
        outcome = linprog(
            np.append(np.zeros(count), np.ones(len(printed))),
            A_ub=_matrix(entries, len(limits), width) if limits else None,
            b_ub=limits or None,
            A_eq=_matrix(_entries(equal), len(equal), width) if equal else None,
            b_eq=[row.low for row in equal] if equal else None,
            bounds=np.array([*((low, np.inf) for low in self.floor), *((0.0, np.inf) for _ in printed)]),
            method="highs",
        )
        if outcome.status != 0:
            rules = "; ".join(relation.id for relation in self.relations)
            raise DataError(f"no values at all fulfil these relations together: {rules}")
        if outcome.fun > _LEAST:
            prices = np.abs(outcome.ineqlin.marginals[: len(owners)])
            return frozenset(owner for owner, price in zip(owners, prices, strict=True) if price > 1e-9)
        return None

    def contradiction(self, freed: Collection[str]) -> frozenset[str] | None:
        """Figures that contradict each other when the freed ones may be anything; None where none do.

        As :meth:`core`, but quick where nothing contradicts and not as few figures as may be.
        """
        rows = self._without(freed)
        if self._solvable(rows, np.zeros(len(self.quantities), dtype=bool)):
            return None
        return self._proof(frozenset(self.cells).difference(freed))

    def _split_count(self, freed: Collection[str]) -> frozenset[str] | None:
        """Figures that cannot all be kept because a freed count would have to be a fraction."""
        roots = {self.network.root[cell] for cell in freed}
        whole = self.whole & np.array([name in roots for name in self.quantities], dtype=bool)
        if not whole.any():
            return None
        rows = self._without(freed)
        near = [row for row in rows if any(whole[place] for place in row.weights)]
        touched = {place for row in near for place in row.weights}
        near += [row for row in rows if row.cell is not None and touched.issuperset(row.weights) and row not in near]
        for some in (near, rows):
            if not self._solvable(some, whole):
                return frozenset(row.cell for row in some if row.cell is not None)
        return None

    def _solvable(self, rows: list["_Row"], whole: np.ndarray) -> bool:
        """Whether some values fulfil all rows, of which some quantities must be whole numbers."""
        if not whole.any() and self._as_printed(rows):
            return True
        count = len(self.quantities)
        constraints, bounds = _between(rows, count), Bounds(self.floor, np.inf)
        return _solved(milp(np.zeros(count), constraints=constraints, bounds=bounds, integrality=whole))

    def _as_printed(self, rows: list["_Row"]) -> bool:
        """Whether the printed values themselves fulfil all rows, as they do where sums are exact."""
        prints = [self.network.prints[name] for name in self.quantities]
        if not all(prints):
            return False
        values = [self.network.figures[names[0]].value for names in prints] / self.size
        for row in rows:
            total = sum(weight * values[place] for place, weight in row.weights.items())
            if not row.low - 1e-9 <= total <= row.high + 1e-9:
                return False
        return bool(np.all(values >= self.floor))

    def _without(self, freed: Collection[str]) -> list["_Row"]:
        return [row for row in self._rows if row.cell is None or row.cell not in freed]

    def bounds(self, cell: str, freed: Collection[str]) -> Interval:
        """The interval that a figure's true value must lie in when the freed figures may be anything.

        A quotient of sums is bounded by a linear program after Charnes and Cooper (1962).
        """
        rows = self._without(freed)
        root = self.network.root[cell]
        if root in self.quantities:
            place = self.quantities[root]
            return self._extremes({place: self.size[place]}, 0.0, {}, 1.0, rows)
        low, high = -math.inf, math.inf
        for relation in self.relations:
            if relation.rate is not None and self.network.root[relation.rate] == root:
                top, bottom = (
                    {p: w * self.size[p] for p, w in self._coefficients(e).items()}
                    for e in (relation.numerator, relation.denominator)
                )
                ends = self._extremes(top, relation.numerator.constant, bottom, relation.denominator.constant, rows)
                least, most = (relation.printed(end) if math.isfinite(end) else end for end in ends)
                low, high = max(low, least), min(high, most)
        return low, high

    def _extremes(self, top: dict, above: float, bottom: dict, below: float, rows: list["_Row"]) -> Interval:
        """Least and largest quotient of two sums, as a linear program in the unknowns over the lower sum."""
        count = len(self.quantities)
        scale = max([abs(w) for w in bottom.values()], default=0.0) or 1.0
        joined = [_Row({**{p: w / scale for p, w in bottom.items()}, count: below / scale}, 1.0, 1.0, None)]
        for row in rows:
            if math.isfinite(row.low):
                joined.append(_Row({**row.weights, count: -row.low}, 0.0, np.inf, None))
            if math.isfinite(row.high):
                joined.append(_Row({**row.weights, count: -row.high}, -np.inf, 0.0, None))
        objective = np.zeros(count + 1)
        for place, weight in top.items():
            objective[place] += weight / scale
        objective[count] += above / scale
        constraints, bounds = _between(joined, count + 1), Bounds(np.append(self.floor, 0.0), np.inf)
        least, most = (milp(sign * objective, constraints=constraints, bounds=bounds) for sign in (1.0, -1.0))
        return least.fun if least.status == 0 else -math.inf, -most.fun if most.status == 0 else math.inf

    def least_sets(self, violated: Iterable[Relation], limit: int) -> list["Choice"]:
        """The sets of figures of least weight whose change lets all relations hold, as independent choices.

        A set must take a figure from every core, that is from all that cannot be kept together. A mixed-integer
        program chooses the lightest sets for the cores found so far; the linear program either finds that the rest
        can be kept or gives another core (Fellegi and Holt 1976; combinatorial Benders cuts after Codato and
        Fischetti 2006). Cores that share no figure are separate choices. Each alternative of a choice is checked
        beside the first alternatives of the others.
        """
        cores = [frozenset(f.id for f in map(self.network.printed, r.cells) if f.text) for r in violated]
        known: dict[frozenset, frozenset[str] | None] = {}
        enough = len(cores) + _TRIES
        while True:
            groups = _joined(cores)
            for group in groups:
                if frozenset(group) not in known:
                    known[frozenset(group)] = next(_lightest_sets(self._weights(), group), None)
            firsts = [known[frozenset(group)] for group in groups]
            if None in firsts:
                return [Choice((), True)]
            core = self.core(frozenset().union(*firsts))
            if core is not None and len(cores) > enough:
                return [Choice((self._reconciling(frozenset().union(*firsts)),), False)]
            if core is not None:
                cores.append(core)
                continue
            choices = []
            for group, own in zip(groups, firsts, strict=True):
                others = frozenset().union(*(first for first in firsts if first is not own))
                outside = frozenset().union(*(core for other in groups if other is not group for core in other))
                choice = self._choice(own_cores := list(group), others, outside, limit)
                if choice is None:
                    cores += [core for core in own_cores if core not in cores]
                    break
                choices.append(choice)
            else:
                return choices

    def _reconciling(self, freed: frozenset[str]) -> frozenset[str]:
        """Figures whose change lets all relations hold, some given ones and others, not as few as may be."""
        while (core := self.core(freed)) is not None:
            freed |= {min(core, key=lambda name: (self.network.figures[name].weight, name))}
        return freed

    def _weights(self) -> dict[str, float]:
        return {name: self.network.figures[name].weight for name in self.cells}

    def _choice(
        self, cores: list[frozenset], others: frozenset[str], outside: frozenset[str], limit: int
    ) -> "Choice | None":
        """Every lightest set of one choice; None where a core, then added to ``cores``, joins it to another choice."""
        alternatives: list[frozenset[str]] = []
        enough = len(cores) + _TRIES
        for chosen in _lightest_sets(self._weights(), cores):
            if len(cores) > enough:
                found = alternatives or [self._reconciling(chosen | others) - others]
                return Choice(tuple(sorted(found, key=sorted)), False)
            core = self.core(chosen | others)
            if core is not None:
                cores.append(core)
                if core & outside:
                    return None
                continue
            alternatives.append(chosen)
            if len(alternatives) == limit:
                break
        return Choice(tuple(sorted(alternatives, key=sorted)), len(alternatives) < limit)


@dataclass(frozen=True)
class Choice:
    """Sets of figures of which one must be wrong; ``complete`` is False where there are more than are listed."""

    alternatives: tuple[frozenset[str], ...]
    complete: bool

    @property
    def first(self) -> frozenset[str]:
        """The first alternative; empty where there is none."""
        return self.alternatives[0] if self.alternatives else frozenset()


def _joined(cores: list[frozenset[str]]) -> list[list[frozenset[str]]]:
    """Cores in groups that share no figure, without those that contain another."""
    least = [core for core in dict.fromkeys(cores) if not any(other < core for other in cores)]
    by_name: dict[str, list[int]] = {}
    for i, core in enumerate(least):
        for name in core:
            by_name.setdefault(name, []).append(i)
    return [[least[i] for i in group] for group in components(by_name.values())]


@dataclass(frozen=True)
class _Row:
    """A row of the linear system: a weighted sum of unknowns between two ends, and the figure that it keeps."""

    weights: dict[int, float]
    low: float
    high: float
    cell: str | None


def _lightest_sets(weights: Mapping[str, float], cores: list[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Every set of least weight that takes a figure from each core; cores may be added to the list meanwhile."""
    seen: list[frozenset[str]] = []
    best = math.inf
    while True:
        names = sorted(frozenset().union(*cores))
        places = {name: i for i, name in enumerate(names)}
        entries = [(i, places[name], 1.0) for i, core in enumerate(cores) for name in core]
        entries += [(len(cores) + i, places[name], -1.0) for i, chosen in enumerate(seen) for name in chosen]
        cost = np.array([weights[name] for name in names])
        outcome = milp(
            cost,
            integrality=np.ones(len(names)),
            constraints=LinearConstraint(
                _matrix(entries, len(cores) + len(seen), len(names)),
                # A little less than one, so that rounding in the solver never leaves a row just short.
                [_ALMOST] * len(cores) + [_ALMOST - len(chosen) for chosen in seen],
                np.inf,
            ),
            bounds=Bounds(0, 1),
        )
        if not _solved(outcome):
            return
        chosen = frozenset(name for name, i in places.items() if outcome.x[i] > 0.5)
        weight = sum(weights[name] for name in chosen)
        if weight > best + 1e-9:
            return
        count = len(cores)
        yield chosen
        if len(cores) == count:
            best = weight
            seen.append(chosen)


def _entries(rows: list[_Row]) -> list[tuple[int, int, float]]:
    return [(i, place, weight) for i, row in enumerate(rows) for place, weight in row.weights.items()]


def _matrix(entries: list[tuple[int, int, float]], rows: int, columns: int) -> np.ndarray:
    matrix = np.zeros((rows, columns))
    for row, column, weight in entries:
        matrix[row, column] += weight
    return matrix


def _between(rows: list[_Row], width: int) -> LinearConstraint:
    return LinearConstraint(
        _matrix(_entries(rows), len(rows), width), [row.low for row in rows], [row.high for row in rows]
    )


def _solved(outcome) -> bool:
    """Whether the solver found a solution; False where it proved that there is none."""
    if outcome.status not in (0, 2):
        raise ArithmeticError(f"the solver stopped without an answer: {outcome.message}")
    return outcome.status == 0
