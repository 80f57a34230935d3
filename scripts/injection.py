"""How well the audit finds misprints: corrupt clean figures on purpose and see what it says."""

import json
import math
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kr_industry.audit.cells import Figure
from kr_industry.audit.localise import Conflict, localise
from kr_industry.audit.network import Network
from kr_industry.audit.system import System

WAYS = ("digit", "swapped", "dropped", "doubled", "tenfold")
"""One digit another; two unequal neighbours swapped; a digit left out; a digit twice; ten times too large."""


@dataclass(frozen=True)
class Trial:
    """One corruption and what the audit made of it.

    ``detectable``: the figure as corrupted lies outside what all other figures leave it. ``detected``: the audit
    found a conflict. ``among``: the corrupted figures are in its least sets. ``alone``: they are all that it names.
    ``restored``: and it proposes the values that were there before.
    """

    figures: tuple[str, ...]
    way: str
    detectable: bool
    detected: bool
    among: bool
    alone: bool
    restored: bool


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


def printed_as(figure: Figure, text: str) -> Figure:
    """A figure with other digits, rounded alike."""
    shift = float(text) - figure.value
    return replace(figure, text=text, value=float(text), low=figure.low + shift, high=figure.high + shift)


def with_text(network: Network, name: str, text: str) -> Network:
    """The same network with one figure printed otherwise."""
    other = copy(network)
    figure, root = printed_as(network.figures[name], text), network.root[name]
    other.figures = {**network.figures, name: figure}
    other.intervals, other.points = dict(network.intervals), dict(network.points)
    for cell in network.root:
        if network.root[cell] == root and (cell == name or not network.figures[cell].text):
            other.intervals[cell], other.points[cell] = (figure.low, figure.high), (figure.value, figure.value)
    touched = set(network.touching[root])
    untouched = [i for i in network.violated if i not in touched]
    other.violated = sorted(untouched + [i for i in touched if not other.relations[i].holds(other.intervals)])
    return other


def _is_number(text: str) -> bool:
    whole, point, part = text.removeprefix("-").partition(".")
    return whole.isdigit() and part.isdigit() == bool(point) and (whole == "0" or not whole.startswith("0"))


def singles(network: Network, seed: int = 0) -> Iterator[Trial]:
    """Corrupt every figure of a clean network that a relation touches, one at a time, in each way."""
    for number, name in enumerate(checkable(network)):
        low, high = left_by_others(network, name)
        for way in WAYS:
            random = np.random.default_rng([seed, number, WAYS.index(way)])
            text = corrupted(network.figures[name].text, way, random)
            if text is not None:
                figure = printed_as(network.figures[name], text)
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
    changed = network
    for name, text in texts.items():
        changed = with_text(changed, name, text)
    conflicts = localise(changed)
    named = {name for conflict in conflicts for name in conflict.figures}
    alone = named == set(texts) and all(conflict.certain for conflict in conflicts)
    return Trial(
        figures=tuple(texts),
        way=way,
        detectable=detectable,
        detected=bool(conflicts),
        among=named.issuperset(texts),
        alone=alone,
        restored=alone and all(_restored(network.figures[name], conflicts) for name in texts),
    )


def _restored(true: Figure, conflicts: list[Conflict]) -> bool:
    (suspect,) = [s for c in conflicts for s in c.alternatives[0] if s.figure == true.id]
    return suspect.reading is not None and math.isclose(suspect.reading.value, true.value, abs_tol=1e-9)


def with_errors(clean: Network, count: int, seed: int = 0) -> Network:
    """A network with some figures, drawn at random, each with one digit changed."""
    names = checkable(clean)
    random = np.random.default_rng([seed, 3])
    for place in random.choice(len(names), size=count, replace=False):
        text = corrupted(clean.figures[names[place]].text, "digit", random)
        if text is not None:
            clean = with_text(clean, names[place], text)
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
