"""Which figures must be wrong: the least sets whose change lets every relation hold, and what would be right.

Error localisation after Fellegi and Holt (1976); de Waal, Pannekoek and Scholtus (2011), chapter 3.
"""

from dataclasses import dataclass

from kr_industry.audit.network import Network
from kr_industry.audit.relations import Relation
from kr_industry.audit.system import Choice, System
from kr_industry.audit.writing import Reading, nearest
from kr_industry.data import DataError

LIMIT = 30
"""How many least sets are listed at most for one conflict."""


@dataclass(frozen=True)
class Suspect:
    """A figure that one least set calls wrong: where its true value must lie, and what is nearest in writing."""

    figure: str
    low: float
    high: float
    reading: Reading | None


@dataclass(frozen=True)
class Conflict:
    """Figures that contradict each other.

    ``alternatives`` are the least sets that would each reconcile them; where there is more than one, the source
    alone cannot tell which is wrong. ``complete`` is False where there are more than are listed. ``relations`` are
    ids of the relations that do not hold.
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
        """Whether one least set alone remains."""
        return self.complete and len(self.alternatives) == 1


def localise(network: Network) -> list[Conflict]:
    """All conflicts of a network, each with every least set of figures that may be wrong.

    Only relations near those that fail are put before the solver: leaving out the others can only make a set
    smaller, so a least set that also satisfies the relations left out is a least set of the whole. Relations are
    added until that is so, and until no relations contradict each other that would each hold alone.
    """
    failed = set(network.violated)
    failed |= {i for group in network.unprinted_groups if System(network, group).core() is not None for i in group}
    while True:
        located = _located(network, network.around(failed))
        freed = {name for _, choices, _ in located for choice in choices for name in choice.first}
        joint = _contradicting_together(network, freed, failed)
        if not joint:
            return [c for system, choices, violated in located for c in _conflicts(system, choices, violated)]
        failed |= joint


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


def _suspect(system: System, name: str, freed: set[str]) -> Suspect:
    low, high = system.bounds(name, freed)
    return Suspect(name, low, high, nearest(system.network.figures[name], low, high))
