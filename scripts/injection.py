"""How well the audit finds misprints: corrupt clean figures on purpose and see what it says.

scripts/injection.py          every kind of slip of a spreadsheet or a copyist, some of each (a few minutes)
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np

from kr_industry.audit import Figures, relations
from kr_industry.audit.cells import Figure, decimals
from kr_industry.audit.exchange import Key, Sheets
from kr_industry.audit.localise import Conflict, localise
from kr_industry.audit.network import Network
from kr_industry.audit.system import System

WAYS = ("digit", "swapped", "dropped", "doubled", "tenfold")
"""One digit another; two unequal neighbours swapped; a digit left out; a digit twice; ten times too large."""


@dataclass(frozen=True)
class Trial:
    """One corruption and what the audit made of it.

    ``detectable``: the figure as corrupted lies outside what all other figures leave it. ``detected``: the audit
    found a conflict. ``among``: the corrupted figures that a relation touches are among those that it names.
    ``alone``: they are all that it names. ``restored``: one of its explanations, alone for single misprints, gives
    the values that were there before. ``amiss``: it was certain and yet did not name them all.
    """

    figures: tuple[str, ...]
    way: str
    detectable: bool
    detected: bool
    among: bool
    alone: bool
    restored: bool
    amiss: bool = False


def corrupted(text: str, way: str, random: np.random.Generator) -> str | None:
    """A number as text with one misprint, or None where there is none of that kind (no leading nought is made).

    ValueError for a way that is none of ``WAYS``.
    """
    places = [i for i, c in enumerate(text) if c.isdigit()]
    match way:
        case "digit":
            options = [text[:i] + d + text[i + 1 :] for i in places for d in "0123456789"]
        case "swapped":
            options = [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in places if i + 1 in places]
        case "dropped":
            options = [text[:i] + text[i + 1 :] for i in places]
        case "doubled":
            options = [text[: i + 1] + text[i:] for i in places]
        case "tenfold":
            options = [f"{float(text) * 10:.{len(text.partition('.')[2])}f}"]
        case _:
            raise ValueError(f"way is {way!r}; expected one of {', '.join(WAYS)}")
    options = [option for option in options if _is_number(option) and float(option) != float(text)]
    return options[random.integers(len(options))] if options else None


def _is_number(text: str) -> bool:
    whole, point, part = text.removeprefix("-").partition(".")
    return whole.isdigit() and part.isdigit() == bool(point) and (whole == "0" or not whole.startswith("0"))


def singles(network: Network, count: int, seed: int = 0) -> Iterator[Trial]:
    """Corrupt figures of a clean network that a relation touches, drawn at random, one at a time, in each way."""
    names = np.random.default_rng([seed, 3]).permutation(checkable(network))[:count]
    for number, name in enumerate(map(str, names)):
        low, high = left_by_others(network, name)
        for way in WAYS:
            random = np.random.default_rng([seed, number, WAYS.index(way)])
            text = corrupted(network.figures[name].text, way, random)
            if text is not None:
                figure = network.figures[name].reprinted(text)
                edge = 1e-6 * max(1.0, abs(figure.value))
                detectable = figure.low > high + edge or figure.high < low - edge
                yield _trial(network, {name: text}, way, detectable)


def pairs(network: Network, count: int, seed: int = 0) -> Iterator[Trial]:
    """Corrupt two figures at once, drawn at random, each in a way drawn at random."""
    names = checkable(network)
    random = np.random.default_rng([seed, 2])
    for _ in range(count):
        chosen = random.choice(len(names), size=2, replace=False)
        texts = {}
        for place in chosen:
            name = names[place]
            ways = [corrupted(network.figures[name].text, way, random) for way in WAYS]
            options = [text for text in ways if text is not None]
            texts[name] = options[random.integers(len(options))]
        yield _trial(network, texts, "two at once", True)


def checkable(network: Network) -> list[str]:
    """Printed figures that some relation touches."""
    return [name for name, f in network.figures.items() if f.text and network.touching.get(network.root[name])]


def left_by_others(network: Network, name: str) -> tuple[float, float]:
    """The interval that all figures but one leave to that one, by linear programming over its neighbourhood."""
    members = network.around(network.of_figures([name]))
    return System(network, sorted(members)).bounds(name, {name})


def _trial(network: Network, texts: dict[str, str], way: str, detectable: bool) -> Trial:
    conflicts = localise(network.reprinted(texts))
    named = {name for conflict in conflicts for name in conflict.figures}
    true = {name for name in texts if network.touching.get(network.root.get(name, ""))}
    certain = bool(conflicts) and all(conflict.certain for conflict in conflicts)
    alone = certain and named - network.beside.keys() == true
    restored = {name for conflict in conflicts for name in _restored(network, conflict, texts)}
    return Trial(
        figures=tuple(texts),
        way=way,
        detectable=detectable,
        detected=bool(conflicts),
        among=bool(conflicts) and named >= true,
        alone=alone,
        restored=restored >= true and (alone or way in SLIPS),
        amiss=certain and not named >= true,
    )


def _restored(network: Network, conflict: Conflict, texts: dict[str, str]) -> set[str]:
    """The figures that an explanation of a conflict restores, where one restores all that it names."""
    printed = network.figures | network.beside
    for explanation in conflict.alternatives:
        if all(s.figure in texts and s.reading and s.reading.value == printed[s.figure].value for s in explanation):
            return {suspect.figure for suspect in explanation}
    return set()


def slips(network: Network, way: str, count: int, seed: int = 0) -> Iterator[Trial]:
    """Trials of one kind of slip on a clean network, drawn at random from all that change a figure under a relation.

    ValueError for a way that is none of ``SLIPS``.
    """
    if way not in SLIPS:
        raise ValueError(f"way is {way!r}; expected one of {', '.join(SLIPS)}")
    random = np.random.default_rng([seed, 5, list(SLIPS).index(way)])
    printed, found = network.figures | network.beside, {}
    for texts in SLIPS[way](Sheets(network), random):
        texts = {name: text for name, text in texts.items() if float(text) != printed[name].value}
        if any(network.touching.get(network.root.get(name, "")) for name in texts):
            found.setdefault(tuple(sorted(texts.items())), texts)
    made = list(found.values())
    for place in sorted(random.permutation(len(made))[:count]):
        yield _trial(network, made[place], way, True)


def _pairs_of_rows(sheets: Sheets, years: bool) -> Iterator[tuple[str, Key, Key]]:
    """Rows of a table whose keys differ in the year alone, or in another part alone."""
    for table, rows in sheets.rows.items():
        for one, other in combinations(rows, 2):
            parts = [a[0] for a, b in zip(one, other, strict=True) if a != b]
            if len(parts) == 1 and (parts[0] == "year") == years:
                yield table, one, other


def _exchanged(sheets: Sheets, years: bool) -> Iterator[dict[str, str]]:
    for table, one, other in _pairs_of_rows(sheets, years):
        yield sheets.texts(sheets.swapped([(table, one, other)]))


def _columns_exchanged(sheets: Sheets, random: np.random.Generator) -> Iterator[dict[str, str]]:
    for rows in sheets.rows.values():
        for row in rows.values():
            for one, other in combinations(row.values(), 2):
                yield sheets.texts({one: other, other: one})


def _shifted_down(sheets: Sheets, random: np.random.Generator) -> Iterator[dict[str, str]]:
    """A column from some row on: each cell holds the one above, the last print is lost."""
    for cells in sheets.runs():
        yield {below: sheets.figures[above].text for above, below in pairwise(cells)}


def _copied(sheets: Sheets, random: np.random.Generator) -> Iterator[dict[str, str]]:
    for table, one, other in _pairs_of_rows(sheets, years=True):
        years = [int(dict(key)["year"]) for key in (one, other)]
        if years[1] == years[0] + 1:
            before, row = sheets.rows[table][one], sheets.rows[table][other]
            yield {row[column]: sheets.figures[before[column]].text for column in row.keys() & before.keys()}


def _of_each(change: Callable[[Figure, np.random.Generator], str | None]):
    """A slip that changes one figure."""

    def texts(sheets: Sheets, random: np.random.Generator) -> Iterator[dict[str, str]]:
        for name, figure in sheets.figures.items():
            text = change(figure, random)
            if text is not None and (figure.step or "." not in text):
                yield {name: text}

    return texts


def _sign(figure: Figure, random: np.random.Generator) -> str | None:
    return figure.text.removeprefix("-") if figure.value < 0 else f"-{figure.text}" if figure.value else None


def _point(figure: Figure, random: np.random.Generator) -> str | None:
    """12,345 read as 12.345, and a decimal point that is lost."""
    if "." in figure.text:
        return f"{float(figure.text.replace('.', '')):.0f}"
    return f"{figure.text[:-3]}.{figure.text[-3:]}" if len(figure.text) > 3 and figure.value > 0 else None


def _scaled(figure: Figure, random: np.random.Generator) -> str | None:
    power = random.choice([2, -1])
    return f"{Decimal(figure.text).scaleb(int(power)).normalize():f}" if figure.value else None


def _cut(figure: Figure, random: np.random.Generator) -> str | None:
    """The last digit cut or rounded away; in a whole number a nought stands there."""
    place, rounding = 1 - decimals(figure.text), [ROUND_DOWN, ROUND_HALF_UP][random.integers(2)]
    return f"{Decimal(figure.text).quantize(Decimal(1).scaleb(place), rounding) + Decimal(0):f}"


def _two_of_a_row(sheets: Sheets, random: np.random.Generator) -> Iterator[dict[str, str]]:
    for rows in sheets.rows.values():
        for row in rows.values():
            for pair in combinations(row.values(), 2):
                texts = {name: corrupted(sheets.figures[name].text, "digit", random) for name in pair}
                if None not in texts.values():
                    yield texts


SLIPS: dict[str, Callable[[Sheets, np.random.Generator], Iterator[dict[str, str]]]] = {
    "rows exchanged": lambda sheets, random: _exchanged(sheets, years=False),
    "years exchanged": lambda sheets, random: _exchanged(sheets, years=True),
    "columns exchanged": _columns_exchanged,
    "column shifted by a row": _shifted_down,
    "row copied from the year before": _copied,
    "sign flipped": _of_each(_sign),
    "point lost or added": _of_each(_point),
    "x100 or x0.1": _of_each(_scaled),
    "rounded or cut otherwise": _of_each(_cut),
    "two figures of a row": _two_of_a_row,
}
"""Slips of a copyist or a spreadsheet: what each may print instead, by place."""


def with_errors(clean: Network, count: int, seed: int = 0) -> Network:
    """A network with some figures, drawn at random, each with one digit changed."""
    names = checkable(clean)
    random = np.random.default_rng([seed, 3])
    for place in random.choice(len(names), size=count, replace=False):
        text = corrupted(clean.figures[names[place]].text, "digit", random)
        if text is not None:
            clean = clean.reprinted({names[place]: text})
    return clean


def write_tables(folder: Path, segments: int, seed: int = 0) -> None:
    """Write a data folder with one consistent table of segments over four years: sales, shares and growth.

    It has about ten figures a segment, with totals, shares of the total and growth on the year before.
    """
    random = np.random.default_rng([seed, 4])
    sales = np.round(
        np.exp(random.normal(7, 1.2, segments))[None] * np.cumprod(random.uniform(0.8, 1.3, (4, segments)), 0)
    )
    sales = np.column_stack([np.maximum(sales, 20), np.maximum(sales, 20).sum(axis=1)]).astype(int)
    rows = ["year,segment,sales,share,growth"]
    for year in range(4):
        for number, value in enumerate(sales[year]):
            name = f"s{number}" if number < segments else "total"
            share = f"{100 * value / sales[year, -1]:.2f}" if year else ""
            growth = f"{100 * (value / sales[year - 1, number] - 1):.1f}" if year else ""
            rows.append(f"{2016 + year},{name},{value},{share},{growth}")
    cells = "segments[year={year} segment={segment}]"
    rules = [
        "id,kind,result,of,by,years",
        "total,sum,segments[year={year} segment=total].sales,segments[year={year} segment=!total].sales,,",
        f"share,share,{cells}.share,{cells}.sales,segments[year={{year}} segment=total].sales,",
        f"growth,growth,{cells}.growth,{cells}.sales,segments[year={{year-1}} segment={{segment}}].sales,",
    ]
    won, percent = {"type": "number", "unit": "억 원"}, {"type": "number", "unit": "%"}
    columns = {"year": {"type": "integer"}, "segment": {}, "sales": won, "share": percent, "growth": percent}
    listing = [
        resource("segments", columns, ["year", "segment"]),
        resource("audit/relations", {column: {} for column in rules[0].split(",")}, ["id"]),
    ]
    (folder / "audit").mkdir()
    (folder / "segments.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "audit" / "relations.csv").write_text("\n".join(rules) + "\n", encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps({"resources": listing}), encoding="utf-8")


def resource(name: str, columns: dict[str, dict], key: list[str]) -> dict:
    """What a datapackage.json says of one table."""
    fields = [{"name": column, "type": "string"} | field for column, field in columns.items()]
    return {"path": f"{name}.csv", "schema": {"fields": fields, "primaryKey": key}}


def main(arguments: list[str] | None = None) -> int:
    """Make slips of every kind and print what the audit made of them; the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--count", type=int, default=60, metavar="N", help="slips of each kind at most (default: 60)")
    words.add_argument("--seed", type=int, default=0, metavar="N", help="seed of what is drawn at random (default: 0)")
    chosen = words.parse_args(arguments)
    clean = Network(relations.read(Figures(values="corrected")))
    print(f"{len(checkable(clean))} figures, {len(clean.relations)} relations, {len(localise(clean))} false alarms")
    print(f"{'':32}{'made':>6}{'detected':>10}{'among':>7}{'alone':>7}{'restored':>10}{'amiss':>7}")
    for way in SLIPS:
        trials = list(slips(clean, way, chosen.count, chosen.seed))
        counts = [sum(getattr(t, what) for t in trials) for what in ("detected", "among", "alone", "restored", "amiss")]
        print(f"{way:32}{len(trials):6}" + "".join(f"{n:{w}}" for n, w in zip(counts, (10, 7, 7, 10, 7), strict=True)))
    print("among: all true figures among those named; amiss: certain, but not all true figures named")
    return 0


if __name__ == "__main__":
    sys.exit(main())
