"""What a data check should tell without refusing: figures that may be right, and often are not.

:func:`doubts` finds, each with file, row, column, what was found and what to do:

- an outlook of a year that has come: a reminder that both stay, and that the outlook is now a test of itself;
- a rate whose two years are of different releases or scopes, and one on a year of zero, which nothing can test;
- a name that says 최근 or "last year" of a period that the tables have passed;
- a value that its own printed words contradict;
- a figure ten times its neighbours, or a tenth of them;
- a correction that is a revision: another release prints its value, or its evidence speaks of a release.

What it cannot see: digits exchanged within a number (13079 for 13097), or any slip that leaves a figure near its
neighbours; a slip at the end of a series whose neighbour is more than two years away; time words in ``printed``, which
quotes a source, and words such as "now" that need no year; a contradiction with numbers written in words (세 가지).
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kr_industry import DATA
from kr_industry.amounts import readings
from kr_industry.audit import Figures, relations
from kr_industry.audit.cells import Figure, decimals
from kr_industry.audit.network import on_zero
from kr_industry.audit.relations import Relation
from kr_industry.data import key_parts, tables, texts
from kr_industry.facts import Fact, facts

KINDS = ("outlook", "across", "zero", "passed", "printed", "tenfold", "revision")
"""Kinds of doubt; an outlook is a reminder and no doubt about its figure."""

_RECENT = re.compile(
    r"최근|지난해|작년|올해|금년|\b(?:latest|last year|this year|recent(?:ly)?|past (?:\w+ )?(?:years|decade))\b", re.I
)
_REVISED = re.compile(r"\brevis(?:ed|ion)|개정치|수정치|확정치|잠정치|수정 발표")
_RELEASE = ["id", "ko", "en", "published"]
_FAR, _NEAR, _END = 0.7, 0.45, 0.3
"""In powers of ten: how far a misplaced point takes a figure from both neighbours at least, and how near to them the
figure without it must be, with two neighbours and with one."""


@dataclass(frozen=True, order=True)
class Doubt:
    """Something to look at in a data file; row 1 is the header, as in a spreadsheet."""

    file: str
    row: int
    column: str
    kind: str
    found: str
    advice: str

    def __str__(self) -> str:
        """File, row, column, what was found and what to do."""
        return f"{self.file}, row {self.row}, column {self.column}: {self.found}; {self.advice}"


def doubts(folder: Path = DATA) -> list[Doubt]:
    """All doubts about the tables of a folder that has no faults, sorted by file and row.

    Raises
    ------
    DataError
        A table or a rule of data/audit/ is not as it should be: see :func:`kr_industry.checks.faults`.
    """
    folder = Path(folder)
    figures = Figures(folder)
    known = facts(figures)
    every = (
        *_outlooks(known),
        *_rates(figures),
        *_stated_rates(figures, known),
        *_passed(folder, known),
        *_printed(figures),
        *_tenfold(known),
        *_revisions(folder, known),
    )
    return sorted(set(every))


def _outlooks(known: list[Fact]) -> Iterator[Doubt]:
    """Outlooks and targets of a year for which another row has the actual figure, on the same coverage and scope.

    Of several that measure alike, the nearest; one three times as large or small is of something else.
    """
    actual: dict[tuple, list[Fact]] = {}
    for fact in known:
        if not fact.outlook and fact.figure.unit != "percent" and fact.figure.value > 0:
            actual.setdefault(fact.about, []).append(fact)
    for fact in (fact for fact in known if fact.outlook and fact.figure.value > 0):
        value, advice = fact.figure.value, "keep both: the outlook is a test of itself, not the figure of that year"
        came = [other for other in actual.get(fact.about, []) if 1 / 3 < other.figure.value / value < 3]
        scopes = {fact.scope} if fact.scope else {other.scope for other in came}
        if len(scopes) > 1:
            scopes = _scopes(fact.figure.table, known)
        same = [other for other in came if other.scope in scopes or not other.scope]
        if same:
            near = min(same, key=lambda other: abs(other.figure.value - value))
            found = f"an outlook of {fact.year}, {fact.figure.text}; the actual figure, {near.figure.text}, is in "
            yield _doubt(fact.figure, "outlook", f"{found}{near.figure.table}.csv, row {near.figure.row + 2}", advice)


def _scopes(table: str, known: list[Fact]) -> set[str]:
    """Scopes of which a table without scopes prints figures: those with whose figures its own agree."""
    own = {(f.about, f.figure.value) for f in known if f.figure.table == table and not f.outlook}
    return {f.scope for f in known if f.scope and (f.about, f.figure.value) in own}


def _rates(figures: Figures) -> Iterator[Doubt]:
    """Rates of growth whose relation joins releases or scopes, and rates on figures that are zero."""
    for relation, cells in _all_relations(figures):
        rate = cells.get(relation.rate or "")
        if rate is None:
            continue
        if on_zero(relation, cells):
            advice = "leave the rate out, or name it in data/audit/unchecked.csv"
            yield _doubt(rate, "zero", f"{rate.text} is a rate on zero, which nothing can test", advice)
        for column in ("release", "scope") if relation.kind in ("growth", "compound") else ():
            values = dict.fromkeys(value for cell in cells.values() if (value := _part(figures, cell, column)))
            if len(values) > 1:
                advice = f"bind {column}={{{column}}} in data/{relation.file}.csv, row {relation.row}"
                yield _doubt(rate, "across", f"{rate.text} joins {' and '.join(values)}", advice)


def _all_relations(figures: Figures) -> Iterator[tuple[Relation, dict[str, Figure]]]:
    """Every relation of a rate, from the rules and from the claims, with its figures by id."""
    for file in ("audit/relations", "audit/claims"):
        for number, rule in figures.rules(file) if file in tables(figures.folder) else ():
            if rule.kind in relations.RATES:
                with relations.naming(figures, file, number, rule.id):
                    for relation, cells in relations.expand(rule, figures, file, number):
                        yield relation, {cell.id: cell for cell in cells}


def _part(figures: Figures, cell: Figure, column: str) -> str:
    """What stands in a column of a figure's row, or in the key of one that no row prints."""
    if cell.row >= 0:
        return figures.cell(cell.table, cell.row, column)
    return key_parts(cell.key).get(column, "")


def _stated_rates(figures: Figures, known: list[Fact]) -> Iterator[Doubt]:
    """Growth that is printed in a row whose own release or scope has no year before, and is that on another's."""
    series: dict[tuple, list[Fact]] = {}
    for fact in known:
        series.setdefault((fact.figure.table, fact.figure.column, *fact.about), []).append(fact)
    advice = "empty the cell, unless the source prints this very rate"
    for fact in (fact for fact in known if (fact.release or fact.scope) and fact.figure.unit != "percent"):
        table, row, column = fact.figure.table, fact.figure.row, fact.figure.column
        topic, measure, year, keys = fact.about
        before = series.get((table, column, topic, measure, year - 1, keys), [])
        if any((other.release, other.scope) == (fact.release, fact.scope) for other in before):
            continue
        for name in ("growth", f"{column}_growth"):
            printed = figures.cell(table, row, name)
            # A whole per cent comes out of either year before by chance.
            for other in before if "." in printed else ():
                half = 0.5 * 10.0 ** -decimals(printed)
                if other.figure.value and abs(_growth(other, fact) - float(printed)) <= half:
                    found = f"{printed} is growth on row {other.figure.row + 2}, of {other.scope or other.release}"
                    yield Doubt(f"{table}.csv", row + 2, name, "across", found, advice)


def _growth(before: Fact, fact: Fact) -> float:
    return 100 * (fact.figure.value / before.figure.value - 1)


def _passed(folder: Path, known: list[Fact]) -> Iterator[Doubt]:
    """Names that speak of the latest years, in rows whose year or period ends before the newest of the topic."""
    newest: dict[str, int] = {}
    for fact in (fact for fact in known if not fact.outlook):
        newest[fact.topic] = max(fact.year, newest.get(fact.topic, fact.year))
    for table in (table for table in tables(folder) if table.partition("/")[0] in newest):
        frame, reached = texts(table, folder), newest[table.partition("/")[0]]
        time = next((column for column in ("period", "year") if column in frame), None)
        for column in (c for c in frame.columns if time and (c in ("ko", "en") or c.startswith("indicator_"))):
            for row, (text, when) in enumerate(zip(frame[column], frame[time], strict=True), start=2):
                word, years = _RECENT.search(text), re.findall(r"\d{4}", when)
                if word and years and int(years[-1]) < reached:
                    found = f"{word[0]!r} of a period that ends in {years[-1]}, while the tables reach {reached}"
                    yield Doubt(f"{table}.csv", row, column, "passed", found, "name the years, or leave the word out")


def _printed(figures: Figures) -> Iterator[Doubt]:
    """Values that none of the numbers of their kind in ``printed`` says."""
    advice = "look into the source, and mend the value or the words"
    for figure in figures.all().values():
        text = figures.cell(figure.table, figure.row, "printed")
        said = readings(text, figure.unit) if figure.column in _told(figures.columns(figure.table)) else []
        if said and not any(math.isclose(abs(figure.value), float(value), rel_tol=1e-9) for value in said):
            listed = " or ".join(f"{value.normalize():f}" for value in dict.fromkeys(said))
            yield _doubt(figure, "printed", f"{figure.text}, where its own words say {listed} ({text})", advice)


def _told(columns: list[str]) -> list[str]:
    """The column of figures that the words of a row are about, where one can tell."""
    return ["value"] if "value" in columns else columns if len(columns) == 1 else []


def _tenfold(known: list[Fact]) -> Iterator[Doubt]:
    """Figures that are ten times their neighbours in time, or a tenth, and near them with the point elsewhere."""
    series: dict[tuple, list[Fact]] = {}
    for fact in (fact for fact in known if fact.figure.unit != "percent" and not fact.outlook):
        series.setdefault((fact.figure.table, fact.measure, fact.keys, fact.scope), []).append(fact)
    for group in series.values():
        rows = sorted(group, key=lambda fact: (fact.year, fact.figure.row))
        inner = [fact for fact in rows if _slipped(fact, _beside(fact, rows), 2)]
        slipped = inner or [fact for fact in rows if _slipped(fact, _beside(fact, rows), 1)]
        for fact in slipped:
            near = [f"{o.figure.text} ({o.year}, row {o.figure.row + 2})" for o in _beside(fact, rows)]
            found = f"{fact.figure.text}, ten times or a tenth of what stands beside it: {', '.join(near)}"
            yield _doubt(fact.figure, "tenfold", found, "count the digits in the source")


def _beside(fact: Fact, rows: list[Fact]) -> list[Fact]:
    """The figures of the nearest year before, of the same year in other releases, and of the nearest year after."""
    before = [other for other in rows if other.year < fact.year][-1:]
    same = [other for other in rows if other.year == fact.year and other is not fact][:1]
    return [*before, *same, *[other for other in rows if other.year > fact.year][:1]]


def _slipped(fact: Fact, near: list[Fact], least: int) -> bool:
    if len(near) < least or min([fact.figure.value, *(other.figure.value for other in near)]) < 10:
        return False
    distances = [math.log10(fact.figure.value / other.figure.value) for other in near]
    power = round(sum(distances) / len(distances))
    if len(near) == 1 and (abs(near[0].year - fact.year) > 2 or abs(distances[0] - power) > _END):
        return False
    apart = all(distance * power > 0 and abs(distance) >= _FAR for distance in distances)
    return apart and all(abs(distance - power) <= _NEAR for distance in distances)


def _revisions(folder: Path, known: list[Fact]) -> Iterator[Doubt]:
    """Corrections whose value another release prints, or whose evidence speaks of one."""
    there, advice = tables(folder), "enter a revision as a release of its own; a correction mends a misprint"
    releases = texts("releases", folder) if "releases" in there else pd.DataFrame(columns=_RELEASE)
    names = [name for column in _RELEASE for name in releases[column] if name]
    for row, each in enumerate(texts("corrections", folder).itertuples() if "corrections" in there else (), start=2):
        if not each.corrected:
            continue
        place = (each.file.removesuffix(".csv"), each.column, key_parts(each.key))
        own = [f for f in known if (f.figure.table, f.figure.column, key_parts(f.figure.key)) == place]
        others = [other for fact in own for other in known if other.about == fact.about and other.release]
        same = [o for o in others if o.release != own[0].release and o.figure.value == float(each.corrected)]
        for other in same[:1]:
            where = f"{other.figure.table}.csv, row {other.figure.row + 2}"
            found = f"{each.corrected} is what {other.release} prints ({where})"
            yield Doubt("corrections.csv", row, "corrected", "revision", found, advice)
        evidence = f"{each.evidence_ko} {each.evidence_en}"
        told = [name for name in names if name in evidence] or _REVISED.findall(evidence)
        if told:
            yield Doubt(
                "corrections.csv", row, "evidence_en", "revision", f"the evidence speaks of {told[0]!r}", advice
            )


def _doubt(figure: Figure, kind: str, found: str, advice: str) -> Doubt:
    return Doubt(f"{figure.table}.csv", figure.row + 2, figure.column, kind, found, advice)
