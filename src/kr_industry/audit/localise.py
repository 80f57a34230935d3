"""Which figures must be wrong: the least sets whose change lets every relation hold, and what would be right.

Error localisation after Fellegi and Holt (1976); de Waal, Pannekoek and Scholtus (2011), chapter 3.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kr_industry.audit.network import Network, System, components
from kr_industry.audit.writing import Reading, nearest
from kr_industry.data import DataError

LIMIT = 100
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
    added until that is so.
    """
    failed = set(network.violated)
    failed |= {i for group in network.unprinted_groups if System(network, group).core() is not None for i in group}
    if not failed:
        return []
    active = network.around(failed)
    while True:
        found = []
        missing: set[int] = set()
        for cluster in network.clusters(active):
            system = System(network, cluster)
            violated = [network.relations[i] for i in cluster if i in network.violated]
            sets, complete = system.least_sets(violated, LIMIT)
            touched = network.of_figures(name for least in sets for name in least)
            missing |= touched - set(cluster)
            found.append((system, sets, complete, violated))
        if not missing:
            break
        active |= missing
    return [
        conflict
        for system, sets, complete, violated in found
        for conflict in _conflicts(system, sets, complete, violated)
    ]


def _conflicts(system: System, sets: list[frozenset[str]], complete: bool, violated: Iterable) -> list[Conflict]:
    """The least sets of one cluster, taken apart into choices that do not depend on each other."""
    if not sets:
        rules = "; ".join(relation.id for relation in system.relations)
        raise DataError(f"no change of printed figures lets these relations hold together: {rules}")
    order = {name: i for i, name in enumerate(system.network.figures)}
    conflicts = []
    for names in _independent(sets):
        choices = dict.fromkeys(tuple(sorted(names & least, key=order.get)) for least in sets)
        others = next(iter(sets)) - names
        alternatives = tuple(
            tuple(_suspect(system, name, {*choice, *others}) for name in choice) for choice in sorted(choices)
        )
        failing = tuple(r.id for r in violated if names.intersection(r.cells))
        conflicts.append(Conflict(alternatives, failing, complete))
    return sorted(conflicts, key=lambda conflict: order[conflict.figures[0]])


def _independent(sets: list[frozenset[str]]) -> list[frozenset[str]]:
    """Figures grouped so that the sets are every combination of one choice a group.

    Two figures belong together unless they occur together exactly as often as independent choices would; a figure
    that is in every set is a group of its own.
    """
    names = sorted(set().union(*sets))
    count = {name: sum(name in least for least in sets) for name in names}
    groups = [[i] for i in range(len(names))]
    for i, a in enumerate(names):
        for j in range(i):
            together = sum(a in least and names[j] in least for least in sets)
            if together * len(sets) != count[a] * count[names[j]]:
                groups.append([i, j])
    return [frozenset(names[i] for i in group) for group in components(groups)]


def _suspect(system: System, name: str, freed: set[str]) -> Suspect:
    low, high = system.bounds(name, freed)
    return Suspect(name, low, high, nearest(system.network.figures[name], low, high))
