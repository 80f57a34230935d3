"""Which figures may have been exchanged: two cells, rows, years or columns, or a column that slipped by a row.

To enter two figures in each other's place is one slip, whatever the number of figures that are then wrong. Such a slip
explains a conflict where putting the figures back lets every relation hold; it is then as likely as one misprint.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations

from kr_industry.audit.network import Network
from kr_industry.audit.system import System
from kr_industry.data import key_parts

Moved = dict[str, str | None]
"""Which figure's print belongs in which place, by place; None for a place whose print is lost."""

Key = tuple[tuple[str, str], ...]
"""Columns of a primary key with what stands in them."""


class Sheets:
    """Printed figures where they stand in their tables, and what could have been exchanged there."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.figures = {name: f for name, f in (network.figures | network.beside).items() if f.text}
        self.rows: dict[str, dict[Key, dict[str, str]]] = {}
        for name, figure in self.figures.items():
            if figure.row >= 0:
                row = self.rows.setdefault(figure.table, {}).setdefault(_key(figure.key), {})
                row[figure.column] = name
        self._intervals: dict[tuple[str, str | None], tuple[float, float]] = {}

    def exchanges(self, failing: Collection[int]) -> list[Moved]:
        """Every exchange after which some failing relations hold and no other that it touches fails.

        Parameters
        ----------
        failing : collection of int
            Relations of the network that do not hold. Each of them must have a figure that is exchanged.

        Returns
        -------
        list of dict
            What belongs where, the fewest figures first.
        """
        found: list[Moved] = []
        for moved in self._candidates(failing):
            changed = {
                place: other
                for place, other in moved.items()
                if other is None or self.figures[other].text != self.figures[place].text
            }
            lost = self.touched(place for place, other in changed.items() if other is None)
            if len(changed) < 2 or not set(failing) <= self.touched(changed) or lost.issuperset(failing):
                continue
            if changed not in found and self._hold(changed, failing):
                found.append(changed)
        return sorted(found, key=len)

    def texts(self, moved: Moved) -> dict[str, str]:
        """What places print when figures are put where they belong, but for those whose print is lost."""
        return {place: self.figures[other].text for place, other in moved.items() if other is not None}

    def touched(self, names: Iterable[str]) -> set[int]:
        """Numbers of the relations that touch figures."""
        network = self.network
        return {i for name in names if name in network.root for i in network.touching.get(network.root[name], ())}

    def _hold(self, moved: Moved, failing: Collection[int]) -> bool:
        """Whether each relation that touches some figures holds once these are where they belong."""
        numbers = (*failing, *self.touched(moved).difference(failing))
        relations = (self.network.relations[number] for number in numbers)
        return all(r.holds({name: self._end(name, moved) for name in r.cells}) for r in relations)

    def _end(self, name: str, moved: Moved) -> tuple[float, float]:
        """The interval of a cell, which where it is not printed is that of the first print of its quantity."""
        network = self.network
        printed = name if network.figures[name].text else next(iter(network.prints[network.root[name]]), name)
        return self._interval(printed, moved[printed]) if printed in moved else network.intervals[name]

    def _interval(self, place: str, other: str | None) -> tuple[float, float]:
        """What a place stands for when it prints another figure, or one that is lost."""
        if (place, other) not in self._intervals:
            figure = self.figures[place]
            lost = (-math.inf if figure.low < 0 else 0.0, math.inf)
            right = figure.reprinted(self.figures[other].text) if other is not None else None
            self._intervals[place, other] = (right.low, right.high) if right else lost
        return self._intervals[place, other]

    def _candidates(self, failing: Collection[int]) -> Iterator[Moved]:
        """Exchanges with a figure of the failing relation that has the fewest, the smaller ones first."""
        network = self.network
        inside = [network.prints_in(number) for number in failing]
        names = [name for name in min(inside, key=len, default=[]) if self.figures[name].row >= 0]
        for name in names:
            yield from self._of_cells(name)
        for table, key in dict.fromkeys((self.figures[n].table, _key(self.figures[n].key)) for n in names):
            for other in self._neighbours(table, key):
                yield self.swapped([(table, key, other)])
        for table, column in dict.fromkeys((self.figures[n].table, self.figures[n].column) for n in names):
            yield from self._of_blocks(table, column, names)

    def _of_cells(self, name: str) -> Iterator[Moved]:
        """A cell and another of its column, in a row that differs in one part of the key, or of its row."""
        figure = self.figures[name]
        row, table = _key(figure.key), self.rows[figure.table]
        column = [table[key].get(figure.column) for key in self._neighbours(figure.table, row)]
        alike = [other for other in column if other and self.figures[other].unit == figure.unit]
        for other in [*alike, *(other for other in table[row].values() if other != name)]:
            yield {name: other, other: name}

    def _neighbours(self, table: str, key: Key) -> list[Key]:
        """Rows whose key differs in one column."""
        return [other for other in self.rows[table] if sum(a != b for a, b in zip(key, other, strict=True)) == 1]

    def swapped(self, pairs: list[tuple[str, Key, Key]], columns: Collection[str] = ()) -> Moved:
        """Figures of rows exchanged with those of other rows, in some or all columns that print both."""
        moved = {}
        for table, one, other in pairs:
            first, second = self.rows[table][one], self.rows[table][other]
            for column in (c for c in first if c in second and (not columns or c in columns)):
                moved |= {first[column]: second[column], second[column]: first[column]}
        return moved

    def _of_blocks(self, table: str, column: str, names: list[str]) -> Iterator[Moved]:
        """Two values of a part of the key, two columns, and a column that slipped up or down by a row."""
        keys = [_key(self.figures[name].key) for name in names if self.figures[name].table == table]
        for part, blocks in enumerate(self._blocks(table)):
            yield from self._of_values(table, part, keys, column)
            for block in (blocks[rest] for rest in dict.fromkeys(key[:part] + key[part + 1 :] for key in keys)):
                lines = [self.rows[table][key] for key in block]
                for other in sorted({c for line in lines for c in line} - {column}):
                    both = [(line[column], line[other]) for line in lines if column in line and other in line]
                    yield {place: moved for a, b in both for place, moved in ((a, b), (b, a))}
                cells = [line[column] for line in lines if column in line]
                for start in range(len(cells) - 1):  # the column slipped from here on
                    run = cells[start:]
                    yield dict(zip(run, [*run[1:], None], strict=True))
                    yield dict(zip(run, [None, *run[:-1]], strict=True))
                yield dict(zip(cells, cells[1:] + cells[:1], strict=True))
                yield dict(zip(cells, cells[-1:] + cells[:-1], strict=True))

    def _blocks(self, table: str) -> list[dict[Key, list[Key]]]:
        """For each part of the key the rows that differ in nothing else, by what they share."""
        parts = []
        for part in range(len(next(iter(self.rows[table])))):
            blocks: dict[Key, list[Key]] = {}
            for key in self.rows[table]:
                blocks.setdefault(key[:part] + key[part + 1 :], []).append(key)
            parts.append(blocks)
        return parts

    def runs(self) -> Iterator[list[str]]:
        """Cells of one column, one below the other, in rows whose keys differ in one part only, from any of them on."""
        for table in self.rows:
            for block in (keys for blocks in self._blocks(table) for keys in blocks.values()):
                lines = [self.rows[table][key] for key in block]
                for column in dict.fromkeys(column for line in lines for column in line):
                    cells = [line[column] for line in lines if column in line]
                    yield from (cells[start:] for start in range(len(cells) - 1))

    def _of_values(self, table: str, part: int, keys: list[Key], column: str) -> Iterator[Moved]:
        """All rows, or a column, of one value of a part of the key exchanged with those of another, as of two years."""
        values = list(dict.fromkeys(key[part] for key in self.rows[table]))
        others = [other for other in range(len(keys[0])) if other != part]
        shared = dict.fromkeys([None, *((other, key[other]) for key in keys for other in others)])
        within = {share: [k for k in self.rows[table] if share is None or k[share[0]] == share[1]] for share in shared}
        touched = {key[part] for key in keys}
        for one, other in combinations(values, 2):
            if one not in touched and other not in touched:
                continue
            for rows in within.values():
                pairs = [(table, key, (*key[:part], other, *key[part + 1 :])) for key in rows if key[part] == one]
                pairs = [pair for pair in pairs if pair[2] in self.rows[table]]
                if len(pairs) > 1:
                    yield self.swapped(pairs)
                    yield self.swapped(pairs, [column])


def _key(text: str) -> Key:
    return tuple(key_parts(text).items())


def reconciled(network: Network, texts: Mapping[str, str], freed: Collection[str]) -> System | None:
    """The system near some figures once they print other digits, where all but the freed can be kept; else None."""
    changed = network.reprinted(texts)
    near = sorted(changed.around(changed.of_figures(name for name in {*texts, *freed} if name in changed.root)))
    system = System(changed, near)
    return system if system.contradiction(freed) is None else None
