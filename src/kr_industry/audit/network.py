"""Figures joined to the quantities they print, and the linear system that their relations make.

Two figures that print the same quantity (relation ``same``) are two observations of it. A relation speaks of
quantities; a figure that is kept holds its quantity, or the quotient that a rate stands for, inside its interval.
"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array

from kr_industry.audit.cells import Figure
from kr_industry.audit.relations import Interval, Model, Relation

_LEAST = 2e-7
"""Sum of violations, in units of the figures' sizes, below which the solver's tolerance explains them."""


class Network:
    """A model with its figures grouped by quantity, and with the relations that touch each quantity.

    A relation ``same`` with an unprinted cell only gives that cell a name; it is not among ``relations``.
    """

    def __init__(self, model: Model) -> None:
        self.figures = model.figures
        self.relations = [r for r in model.relations if r.kind != "same" or all(model.figures[n].text for n in r.cells)]
        self.root = {name: name for name in model.figures}
        for relation in model.relations:
            if relation.kind == "same":
                first, second = (self._find(name) for name in relation.cells)
                self.root[max(first, second)] = min(first, second)
        self.root = {name: self._find(name) for name in self.root}
        self.prints: dict[str, list[str]] = {}
        for name, root in self.root.items():
            self.prints.setdefault(root, [])
            if self.figures[name].text:
                self.prints[root].append(name)
        self.touching: dict[str, list[int]] = {}
        for index, relation in enumerate(self.relations):
            for root in dict.fromkeys(self.root[name] for name in relation.cells):
                self.touching.setdefault(root, []).append(index)
        self.intervals: dict[str, Interval] = {
            name: (self.printed(name).low, self.printed(name).high) for name in self.figures
        }
        self.points: dict[str, Interval] = {name: self._point(name) for name in self.figures}

    def printed(self, name: str) -> Figure:
        """A figure, or for an unprinted cell another print of its quantity, if there is one."""
        if self.figures[name].text or not self.prints[self.root[name]]:
            return self.figures[name]
        return self.figures[self.prints[self.root[name]][0]]

    def _point(self, name: str) -> Interval:
        """The printed value as an interval without width; anything where nothing is printed."""
        printed = self.printed(name)
        return (printed.value, printed.value) if printed.text else (printed.low, printed.high)

    def known(self, name: str) -> bool:
        """Whether the quantity of a cell is printed anywhere."""
        return bool(self.prints[self.root[name]])

    def _find(self, name: str) -> str:
        while self.root[name] != name:
            name = self.root[name]
        return name

    def with_text(self, name: str, text: str) -> "Network":
        """The same network with one figure printed otherwise."""
        other = object.__new__(Network)
        other.__dict__.update({k: v for k, v in self.__dict__.items() if k != "violated"})
        figure = self.figures[name].printed_as(text)
        other.figures = {**self.figures, name: figure}
        other.intervals, other.points = dict(self.intervals), dict(self.points)
        for cell in (
            c for c in self.root if self.root[c] == self.root[name] and (c == name or not self.figures[c].text)
        ):
            other.intervals[cell], other.points[cell] = (figure.low, figure.high), (figure.value, figure.value)
        if "violated" in self.__dict__:
            touched = set(self.touching[self.root[name]])
            kept = [i for i in self.violated if i not in touched]
            other.violated = sorted(kept + [i for i in touched if not self.relations[i].holds(other.intervals)])
        return other

    @cached_property
    def violated(self) -> list[int]:
        """Relations that cannot hold while every figure in them is as printed."""
        return [i for i, relation in enumerate(self.relations) if not relation.holds(self.intervals)]

    @cached_property
    def unprinted_groups(self) -> list[list[int]]:
        """Relations joined by quantities that no source prints: only together do they say something."""
        joining = [root for root, names in self.prints.items() if not names and root in self.touching]
        return components([self.touching[root] for root in joining])

    def around(self, relations: Iterable[int]) -> set[int]:
        """Relations that touch any quantity of the given ones, with those joined by unprinted quantities."""
        roots = {self.root[name] for i in relations for name in self.relations[i].cells}
        return self.closed(i for root in roots for i in self.touching[root])

    def of_figures(self, names: Iterable[str]) -> set[int]:
        """Relations that touch the quantities of figures, with those joined by unprinted quantities."""
        return self.closed(i for name in names for i in self.touching[self.root[name]])

    def closed(self, relations: Iterable[int]) -> set[int]:
        """Relations with those that unprinted quantities join to them."""
        found = set(relations)
        for group in self.unprinted_groups:
            if found.intersection(group):
                found.update(group)
        return found

    def clusters(self, relations: Collection[int]) -> list[list[int]]:
        """Relations in groups that share no quantity."""
        by_root: dict[str, list[int]] = {}
        for i in sorted(relations):
            for name in self.relations[i].cells:
                by_root.setdefault(self.root[name], []).append(i)
        return components(by_root.values())


def components(groups: Iterable[Collection[int]]) -> list[list[int]]:
    """Numbers joined wherever they stand together in a group: sorted groups that share none."""
    leader: dict[int, int] = {}

    def find(i: int) -> int:
        while leader.setdefault(i, i) != i:
            i = leader[i]
        return i

    for group in groups:
        first, *rest = [find(i) for i in group]
        for other in rest:
            low, high = sorted((find(first), find(other)))
            leader[high] = low
            first = low
    found: dict[int, list[int]] = {}
    for i in sorted(leader):
        found.setdefault(find(i), []).append(i)
    return list(found.values())


class System:
    """The linear system of some relations: which figures it could keep, and what values it leaves the others.

    Unknowns are the quantities, each in units of its printed size, so that a tolerance of the solver means the same
    for sales in thousands and a share of one percent. Counts are in ones, as they are whole numbers.
    """

    def __init__(self, network: Network, relations: Iterable[int]) -> None:
        self.network = network
        self.relations: list[Relation] = [network.relations[i] for i in relations]
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
            prints = {name: _finite(self.network.intervals[name]) for name in relation.cells}
            for name, printed in prints.items():
                place = self.quantities.get(self.network.root[name])
                if place is not None:
                    sizes[place] = max(sizes[place], printed if self.network.known(name) else max(prints.values()))
        return np.where(self.whole | (sizes == 0), 1.0, sizes)

    def _coefficients(self, expression) -> dict[int, float]:
        found: dict[int, float] = {}
        for weight, name in expression.terms:
            place = self.quantities[self.network.root[name]]
            found[place] = found.get(place, 0.0) + weight
        return found

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
        """Figures that cannot all be kept when the freed ones may be anything; None where the rest can be kept.

        The least sum of violations is found by linear programming; where it is above zero, the figures whose rows
        have a price prove that (a Farkas certificate).
        """
        rows = [row for row in self._rows if row.cell is None or row.cell not in freed]
        kept = [row for row in rows if row.cell is not None]
        if not kept:
            return None
        sides, limits, owners = [], [], []
        for number, row in enumerate(kept):
            for sign, end in ((1.0, row.high), (-1.0, -row.low)):
                if math.isfinite(end):
                    sides.append((number, sign, row))
                    limits.append(end)
                    owners.append(row.cell)
        count = len(self.quantities)
        entries = [(i, p, sign * w) for i, (_, sign, row) in enumerate(sides) for p, w in row.weights.items()]
        entries += [(i, count + number, -1.0) for i, (number, _, _) in enumerate(sides)]
        given = [row for row in rows if row.cell is None]
        equal, less = ([row for row in given if bool(row.low == row.high) is same] for same in (True, False))
        for row in less:
            entries += [(len(limits), p, w) for p, w in row.weights.items()]
            limits.append(row.high)
        outcome = linprog(
            np.append(np.zeros(count), np.ones(len(kept))),
            A_ub=_matrix(entries, len(limits), count + len(kept)),
            b_ub=limits,
            A_eq=_matrix(_entries(equal), len(equal), count + len(kept)) if equal else None,
            b_eq=[row.low for row in equal] if equal else None,
            bounds=np.array([*((low, np.inf) for low in self.floor), *((0.0, np.inf) for _ in kept)]),
            method="highs",
        )
        if outcome.status != 0:
            rules = "; ".join(relation.id for relation in self.relations)
            raise ArithmeticError(f"no values at all fulfil these relations ({outcome.message}): {rules}")
        if outcome.fun > _LEAST:
            prices = np.abs(outcome.ineqlin.marginals[: len(owners)])
            return frozenset(owner for owner, price in zip(owners, prices, strict=True) if price > 1e-9)
        if (self.whole & self._touched(freed)).any() and not self._whole(rows, freed):
            return frozenset(self.cells) - frozenset(freed)
        return None

    def _whole(self, rows: list["_Row"], freed: Collection[str]) -> bool:
        """Whether the freed counts can be whole numbers."""
        outcome = milp(
            np.zeros(len(self.quantities)),
            constraints=LinearConstraint(
                _matrix(_entries(rows), len(rows), len(self.quantities)), [r.low for r in rows], [r.high for r in rows]
            ),
            bounds=Bounds(self.floor, np.inf),
            integrality=self.whole & self._touched(freed),
        )
        return _solved(outcome)

    def _touched(self, cells: Collection[str]) -> np.ndarray:
        roots = {self.network.root[cell] for cell in cells}
        return np.array([name in roots for name in self.quantities], dtype=bool)

    def bounds(self, cell: str, freed: Collection[str]) -> Interval:
        """The interval that a figure's true value must lie in when the freed figures may be anything.

        A quotient of sums is bounded by a linear program after Charnes and Cooper (1962).
        """
        rows = [row for row in self._rows if row.cell is None or row.cell not in freed]
        root = self.network.root[cell]
        if root in self.quantities:
            place = self.quantities[root]
            low, high = self._extremes({place: self.size[place]}, 0.0, {}, 1.0, rows)
            return low, high
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
        ends = []
        for sign in (1.0, -1.0):
            outcome = milp(
                sign * objective,
                constraints=LinearConstraint(
                    _matrix(_entries(joined), len(joined), count + 1), [r.low for r in joined], [r.high for r in joined]
                ),
                bounds=Bounds(np.append(self.floor, 0.0), np.inf),
            )
            ends.append(sign * outcome.fun if outcome.status == 0 else -sign * math.inf)  # else without an end
        return ends[0], ends[1]

    def least_sets(self, violated: Iterable[Relation], limit: int) -> tuple[list[frozenset[str]], bool]:
        """Every set of figures of least weight whose change lets all relations hold, and whether that is all of them.

        A set must take a figure from every core, that is from all that cannot be kept together. The mixed-integer
        program that chooses the set of least weight knows the cores found so far; the linear program either finds
        that the rest can be kept or gives another core (Fellegi and Holt 1976; combinatorial Benders cuts after
        Codato and Fischetti 2006).
        """
        places = {name: i for i, name in enumerate(self.cells)}
        weights = np.array([self.network.figures[name].weight for name in self.cells])
        printed = self.network.printed
        cuts = [({places[n.id]: 1.0 for n in map(printed, r.cells) if n.text}, 1.0) for r in violated]
        found: list[frozenset[str]] = []
        best = math.inf
        while len(found) < limit:
            chosen = _lightest(weights, cuts)
            if chosen is None or weights[chosen].sum() > best + 1e-9:
                return found, True
            names = frozenset(self.cells[i] for i in chosen)
            core = self.core(names)
            if core is None:
                best = weights[chosen].sum()
                found.append(names)
                cuts.append((dict.fromkeys(chosen, -1.0), 1.0 - len(chosen)))
            else:
                cuts.append(({places[name]: 1.0 for name in core}, 1.0))
        return found, False


@dataclass(frozen=True)
class _Row:
    """A row of the linear system: a weighted sum of unknowns between two ends, and the figure that it keeps."""

    weights: dict[int, float]
    low: float
    high: float
    cell: str | None


def _lightest(weights: np.ndarray, cuts: list[tuple[dict[int, float], float]]) -> list[int] | None:
    """Places of the lightest choice that fulfils every cut; None where there is none."""
    if not cuts:
        return []
    entries = [(i, place, weight) for i, (cut, _) in enumerate(cuts) for place, weight in cut.items()]
    outcome = milp(
        weights,
        integrality=np.ones(len(weights)),
        constraints=LinearConstraint(_matrix(entries, len(cuts), len(weights)), [least for _, least in cuts], np.inf),
        bounds=Bounds(0, 1),
    )
    return list(map(int, np.flatnonzero(outcome.x > 0.5))) if _solved(outcome) else None


def _entries(rows: list[_Row]) -> list[tuple[int, int, float]]:
    return [(i, place, weight) for i, row in enumerate(rows) for place, weight in row.weights.items()]


def _matrix(entries: list[tuple[int, int, float]], rows: int, columns: int) -> coo_array:
    at, places, weights = zip(*entries, strict=True) if entries else ((), (), ())
    return coo_array((weights, (at, places)), shape=(rows, columns))


def _solved(outcome) -> bool:
    """Whether the solver found a solution; False where it proved that there is none."""
    if outcome.status not in (0, 2):
        raise ArithmeticError(f"the solver stopped without an answer: {outcome.message}")
    return outcome.status == 0


def _finite(interval: Interval) -> float:
    return max((abs(end) for end in interval if math.isfinite(end)), default=0.0)
