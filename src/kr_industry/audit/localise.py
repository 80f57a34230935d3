"""Which figures must be wrong: the least sets whose change lets every relation hold, and what would be right.

Error localisation after Fellegi and Holt (1976); de Waal, Pannekoek and Scholtus (2011), chapter 3.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

from kr_industry.audit.cells import Figure
from kr_industry.audit.exchange import Sheets, reconciled
from kr_industry.audit.network import Network
from kr_industry.audit.relations import Relation
from kr_industry.audit.system import Choice, System
from kr_industry.audit.writing import Reading, nearest
from kr_industry.data import DataError

LIMIT = 30
"""How many least sets are listed at most for one conflict."""

MANY = 3
"""So many misprints are less likely than one exchange that explains them all."""


@dataclass(frozen=True)
class Suspect:
    """A figure that an explanation calls wrong: where its true value must lie, and what is nearest in writing.

    ``place_of`` is the figure whose print belongs here, where the explanation is that figures were exchanged.
    """

    figure: str
    low: float
    high: float
    reading: Reading | None
    place_of: str = ""


@dataclass(frozen=True)
class Conflict:
    """Figures that contradict each other.

    ``alternatives`` are the explanations that would each reconcile them: the least sets of misprints, exchanges of
    figures, and sets of one misprint more within a row. Where there is more than one, the source alone cannot tell
    which is right. ``complete`` is False where there are more than are listed. ``relations`` are ids of the relations
    that do not hold.
    """

    alternatives: tuple[tuple[Suspect, ...], ...]
    relations: tuple[str, ...]
    complete: bool

    @property
    def figures(self) -> tuple[str, ...]:
        """Every figure that may be wrong, each once."""
        return tuple(dict.fromkeys(suspect.figure for least in self.alternatives for suspect in least))

    @property
    def certain(self) -> bool:
        """Whether one explanation alone remains."""
        return self.complete and len(self.alternatives) == 1


def localise(network: Network) -> list[Conflict]:
    """All conflicts of a network, each with every least set of figures that may be wrong.

    Only relations near those that fail are put before the solver: leaving out the others can only make a set
    smaller, so a least set that also satisfies the relations left out is a least set of the whole. Relations are
    added until that is so, and until no relations contradict each other that would each hold alone.

    Where one exchange of figures explains what would take three misprints or more, it is put right first.
    """
    for cluster in network.clusters(network.around(network.violated)):
        violated = frozenset(cluster).intersection(network.violated)
        if violated and (found := _whole_exchanges(network, violated)) and _many(network, cluster, violated):
            relations = tuple(network.relations[i].id for i in sorted(violated))
            texts = {suspect.figure: suspect.reading.text for suspect in found[0]}
            return [Conflict(tuple(found), relations, True), *localise(network.reprinted(texts))]
    failed = set(network.violated)
    failed |= {i for group in network.unprinted_groups if System(network, group).core() is not None for i in group}
    while True:
        located = _located(network, network.around(failed))
        freed = {name for _, choices, _ in located for choice in choices for name in choice.first}
        joint = _contradicting_together(network, freed, failed)
        if not joint:
            return explained(network, [conflict for each in located for conflict in _conflicts(*each)])
        failed |= joint


def _many(network: Network, cluster: list[int], violated: Collection[int]) -> bool:
    """Whether no two misprints reconcile a cluster of relations, so that three or more would be needed."""
    cells = [set(network.prints_in(number)) for number in violated]
    pairs = set()
    for name in min(cells, key=len):
        rest = [others for others in cells if name not in others]
        pairs |= {frozenset([name, other]) for other in (set.intersection(*rest) if rest else [name])}
    system = System(network, cluster)
    return len(pairs) <= LIMIT and all(system.contradiction(pair) is not None for pair in pairs)


def _whole_exchanges(network: Network, violated: frozenset[int]) -> list[tuple[Suspect, ...]]:
    """Exchanges that alone reconcile all violated relations of a cluster."""
    sheets = Sheets(network)
    moves = [moved for moved in sheets.exchanges(violated) if None not in moved.values()]
    return [
        tuple(_returned(sheets.figures[place], sheets.figures[other]) for place, other in moved.items())
        for moved in moves
        if reconciled(network, sheets.texts(moved), ())
    ]


def _contradicting_together(network: Network, freed: set[str], seen: set[int]) -> set[int]:
    """Relations not yet seen to fail that contradict each other even when the freed figures may be anything."""
    joint: set[int] = set()
    for cluster in network.clusters(range(len(network.relations))):
        if core := System(network, cluster).contradiction(freed):
            joint |= network.of_figures(core) - seen or set(cluster) - seen
    return joint


def _located(network: Network, active: set[int]) -> list[tuple[System, list[Choice], list[Relation]]]:
    """The least sets of each cluster of the relations looked at, to which more are added where a set touches them."""
    while True:
        located, missing = [], set()
        for cluster in network.clusters(active):
            system = System(network, cluster)
            violated = [network.relations[i] for i in cluster if i in network.violated]
            choices = system.least_sets(violated, LIMIT)
            names = {name for choice in choices for least in choice.alternatives for name in least}
            missing |= network.of_figures(names) - set(cluster)
            located.append((system, choices, violated))
        if not missing:
            return located
        active |= missing


def _conflicts(system: System, choices: list[Choice], violated: list[Relation]) -> list[Conflict]:
    """The choices of one cluster, with what each suspect should have read, in the order of the figures.

    Figures that are in every alternative of a choice are surely wrong and each stand alone.
    """
    order = {name: i for i, name in enumerate(system.network.figures)}
    conflicts = []
    for choice in choices:
        if not choice.alternatives:
            rules = "; ".join(relation.id for relation in system.relations)
            raise DataError(f"no change of printed figures lets these relations hold together: {rules}")
        others = frozenset().union(*(other.alternatives[0] for other in choices if other is not choice))
        sure = frozenset.intersection(*choice.alternatives) if choice.complete else frozenset()
        groups = [frozenset([name]) for name in sure]
        groups += [group for group in [frozenset().union(*choice.alternatives) - sure] if group]
        for group in groups:
            alternatives = []
            for least in choice.alternatives:
                names = tuple(sorted(group & least, key=order.get))
                suspects = tuple(_suspect(system, name, {*least, *others}) for name in names)
                if names not in [tuple(s.figure for s in other) for other in alternatives]:
                    alternatives.append(suspects)
            failing = tuple(r.id for r in violated if group.intersection(r.cells))
            conflicts.append(Conflict(tuple(alternatives), failing, choice.complete))
    return sorted(conflicts, key=lambda conflict: min(order[name] for name in conflict.figures))


def _suspect(system: System, name: str, freed: Collection[str]) -> Suspect:
    if name not in system.network.figures:  # no relation touches it
        return Suspect(name, -math.inf, math.inf, None)
    low, high = system.bounds(name, freed)
    return Suspect(name, low, high, nearest(system.network.figures[name], low, high))


def explained(network: Network, conflicts: list[Conflict]) -> list[Conflict]:
    """Conflicts with further explanations: figures that were exchanged, or two misprints within one row."""
    if not conflicts:
        return []
    numbers: dict[str, set[int]] = {}
    for number in network.violated:
        numbers.setdefault(network.relations[number].id, set()).add(number)
    failing = [frozenset().union(*(numbers[name] for name in c.relations)) for c in conflicts]
    exchanges = _exchanges(network, conflicts, failing)
    whole, done = [], set()
    for place, conflict in enumerate(conflicts):
        group = next((group for group in exchanges if place in group), None)
        if group is None:
            others = _freed(conflicts, {place})
            alone = conflict.certain and len(conflict.figures) == 1
            more = _of_one_row(network, conflict, failing[place], others) if alone else []
            whole.append(replace(conflict, alternatives=(*conflict.alternatives, *more)))
        elif group not in done:
            done.add(group)
            whole.append(_joined([conflicts[i] for i in sorted(group)], exchanges[group]))
    return whole


def _freed(conflicts: list[Conflict], leaving_out: Collection[int]) -> set[str]:
    """Figures that the first explanations of conflicts call wrong."""
    firsts = [c.alternatives[0] for place, c in enumerate(conflicts) if place not in leaving_out]
    return {suspect.figure for first in firsts for suspect in first}


def _exchanges(
    network: Network, conflicts: list[Conflict], failing: list[frozenset[int]]
) -> dict[frozenset[int], list[tuple[Suspect, ...]]]:
    """Exchanges by the places of the conflicts that they reconcile; one that reconciles more goes before others."""
    sheets, found = Sheets(network), []
    for place in range(len(conflicts)):
        smaller: list[dict] = []
        for moved in sheets.exchanges(failing[place]):
            if any(each.items() < moved.items() for each in smaller):
                continue
            touched = sheets.touched(moved)
            group = frozenset(i for i, numbers in enumerate(failing) if numbers and numbers <= touched)
            lost = {name for name, other in moved.items() if other is None}
            freed = lost | _freed(conflicts, group)
            if system := reconciled(network, sheets.texts(moved), freed):
                smaller.append(moved)
                returned = [_returned(sheets.figures[n], sheets.figures[other]) for n, other in moved.items() if other]
                left = [_suspect(system, name, freed) for name in lost]
                left = [s for s in left if not _within(sheets.figures[s.figure], s)]
                found.append((group, (*returned, *left)))
    exchanges: dict[frozenset[int], list[tuple[Suspect, ...]]] = {}
    for group, suspects in sorted(found, key=lambda each: -len(each[0])):
        if group in exchanges or not any(group & other for other in exchanges):
            known = exchanges.setdefault(group, [])
            known += [suspects] if set(suspects) not in map(set, known) else []
    return exchanges


def _returned(figure: Figure, other: Figure) -> Suspect:
    """A figure whose place should hold the print of another."""
    right = figure.reprinted(other.text)
    return Suspect(figure.id, right.low, right.high, Reading(right.text, right.value), other.id)


def _within(figure: Figure, suspect: Suspect) -> bool:
    """Whether what a figure prints lies where its true value must lie."""
    return figure.low <= suspect.high + 1e-9 and figure.high >= suspect.low - 1e-9


def _joined(conflicts: list[Conflict], exchanges: list[tuple[Suspect, ...]]) -> Conflict:
    """One conflict of those that exchanges reconcile at once.

    An exchange is one slip. Misprints are named beside it where they are no more than two; where they are the same
    figures, the exchange says what each should read.
    """
    sets = [sum(choice, ()) for choice in islice(product(*(c.alternatives for c in conflicts)), LIMIT)]
    fewest = min(map(len, sets))
    same = [{s.figure for s in exchange} for exchange in exchanges]
    kept = [least for least in sets if fewest < MANY and {s.figure for s in least} not in same]
    relations = tuple(dict.fromkeys(name for c in conflicts for name in c.relations))
    alternatives = (*kept, *exchanges) if fewest == 1 else (*exchanges, *kept)
    return Conflict(alternatives, relations, fewest >= MANY or all(c.complete for c in conflicts))


def _of_one_row(
    network: Network, conflict: Conflict, failing: Collection[int], others: Collection[str]
) -> list[tuple[Suspect, ...]]:
    """Pairs of figures of one row that would reconcile a conflict as well as the one called wrong.

    Either without that one, or with it: a figure that nothing else checks may be wrong beside it.
    """
    ((wrong,),) = conflict.alternatives
    inside = [set(network.prints_in(number)) for number in failing]
    rows: dict[tuple[str, int], list[str]] = {}
    for name in sorted(set().union(*inside) - {wrong.figure}):
        rows.setdefault((network.figures[name].table, network.figures[name].row), []).append(name)
    hitting = [
        pair
        for names in rows.values()
        for pair in combinations(names, 2)
        if all(cells.intersection(pair) for cells in inside)
    ]
    figure = network.figures[wrong.figure]
    beside = [(wrong.figure, name) for name in rows.get((figure.table, figure.row), [])]
    if not (hitting or beside):
        return []
    system = System(network, sorted(network.around(network.of_figures(set().union(*inside)))))
    found = [pair for pair in hitting if system.core({*pair, *others}) is None]
    found += [pair for pair in beside if _loose(system, pair[1], {*pair, *others})]
    return [tuple(_suspect(system, name, {*pair, *others}) for name in pair) for pair in found]


def _loose(system: System, name: str, freed: Collection[str]) -> bool:
    """Whether a figure could be a tenth less and a tenth more without anything to contradict it."""
    (low, high), value = system.bounds(name, freed), system.network.figures[name].value
    return value != 0 and low <= value - abs(value) / 10 and high >= value + abs(value) / 10
