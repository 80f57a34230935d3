"""Figures joined to the quantities they print, and the linear system that their relations make.

Two figures that print the same quantity (relation ``same``) are two observations of it. A relation speaks of
quantities; a figure that is trusted holds its quantity, or the quotient that a rate stands for, inside its interval.
"""

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from functools import cached_property

from kr_industry.audit.cells import Figure
from kr_industry.audit.relations import Interval, Model, Relation


class Network:
    """A model with its figures grouped by quantity, and with the relations that touch each quantity.

    A relation ``same`` with an unprinted cell only gives that cell a name, and a rate on a printed zero cannot be
    tested: they are not among ``relations``, and the latter are ``untestable``. ``beside`` are figures that no
    relation touches; they may have been exchanged with others.
    """

    def __init__(self, model: Model) -> None:
        self.figures = model.figures
        self.beside = {name: figure for name, figure in model.beside.items() if name not in model.figures}
        self.untestable = [r for r in model.relations if on_zero(r, model.figures)]
        self.relations = [
            r
            for r in model.relations
            if r not in self.untestable and (r.kind != "same" or all(model.figures[n].text for n in r.cells))
        ]
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

    def prints_in(self, relation: int) -> list[str]:
        """Every printed figure of the quantities that a relation speaks of, each once; relations are counted from 0."""
        cells = self.relations[relation].cells
        return list(dict.fromkeys(print_ for name in cells for print_ in self.prints[self.root[name]]))

    def reprinted(self, texts: Mapping[str, str]) -> "Network":
        """The same network with some figures printed otherwise."""
        other = copy(self)
        other.figures, other.beside = dict(self.figures), dict(self.beside)
        other.intervals, other.points = dict(self.intervals), dict(self.points)
        touched: set[int] = set()
        for name, text in texts.items():
            if name in self.beside:
                other.beside[name] = self.beside[name].reprinted(text)
                continue
            root, figure = self.root[name], self.figures[name].reprinted(text)
            other.figures[name] = figure
            unprinted = [cell for cell in self.named[root] if not self.figures[cell].text]
            for cell in [name, *(unprinted if self.prints[root][0] == name else [])]:
                other.intervals[cell], other.points[cell] = (figure.low, figure.high), (figure.value, figure.value)
            touched |= set(self.touching.get(root, ()))
        untouched = [i for i in self.violated if i not in touched]
        other.violated = sorted(untouched + [i for i in touched if not other.relations[i].holds(other.intervals)])
        return other

    @cached_property
    def named(self) -> dict[str, list[str]]:
        """Names of cells, printed or not, by quantity."""
        names: dict[str, list[str]] = {}
        for name, root in self.root.items():
            names.setdefault(root, []).append(name)
        return names

    def _find(self, name: str) -> str:
        while self.root[name] != name:
            name = self.root[name]
        return name

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
        return self.closed(i for name in names for i in self.touching.get(self.root[name], ()))

    def closed(self, relations: Iterable[int]) -> set[int]:
        """Relations with those that unprinted quantities join to them."""
        chosen = set(relations)
        return chosen.union(*(group for group in self.unprinted_groups if chosen.intersection(group)))

    def clusters(self, relations: Collection[int]) -> list[list[int]]:
        """Relations in groups that share no quantity."""
        by_root: dict[str, list[int]] = {}
        for i in sorted(relations):
            for name in self.relations[i].cells:
                by_root.setdefault(self.root[name], []).append(i)
        return components(by_root.values())


def on_zero(relation: Relation, figures: Mapping[str, Figure]) -> bool:
    """Whether a rate is on figures that are all printed as zero, so that it says nothing."""
    if relation.rate is None or relation.kind == "product" or relation.denominator.constant:
        return False
    below = [figures[name] for _, name in relation.denominator.terms]
    return bool(below) and all(figure.text and figure.value == 0 for figure in below)


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
    joined: dict[int, list[int]] = {}
    for i in sorted(leader):
        joined.setdefault(find(i), []).append(i)
    return list(joined.values())
