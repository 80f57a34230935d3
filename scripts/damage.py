"""Damage every table of a copy of data/ as spreadsheets and editors do, and see whether it is told.

A damage is refused at its place (file, row and column, as far as it has them), or harmless: all values are read as they
were. It must be neither wrong (read with other values), nor misplaced (told of another place), nor a traceback. Every
damage is loaded; one of each kind, and whatever loading lets pass with other values, goes through all checks as well,
which may tell of no other file.

Exit codes: 0 every damage is refused or harmless; 1 one is not, each printed.
"""

import argparse
import csv
import io
import re
import shutil
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kr_industry import DATA, at_home
from kr_industry.checks import faults
from kr_industry.data import INDUSTRY, DataError, fields, load, tables
from kr_industry.reading import Fault
from notebook_reports.parameters import Declared, RequestError

OUTCOMES = ("refused", "harmless", "misplaced", "wrong", "traceback")
Rows = list[list[str]]

NUMBERS = ("inf", "-inf", "1e999", "nan", "NaN", "1_000", "1,000", "1e3", "+1", "0x1f", "1.", ".5", "01", "--1", "1 2")
NUMBERS += ("\u22121", "\uff11\uff12", "\u0661\u0662", "\u00bd", "12\u00a0", " 12", "12\t")
NUMBERS += ("9" * 20, f"0.{'12345' * 4}")
TRUTHS = ("yes", "1", "0", "참", "T", "", "tru\u0435")
TEXTS = ("a\0b", "a\u00a0b", "a\u200bb", "a\ufffdb", "a\nb", "a\x07b", " a", "a ", "\ufeffa")
DAYS = ("2020-13", "0000", "2020-02-30", "2019-2010", "0000-0001", "\uff12\uff10\uff12\uff10", "2020-1")


@dataclass(frozen=True)
class Damage:
    """What a table's file holds after a damage of some kind, and where it is, as far as it is somewhere."""

    table: str
    kind: str
    held: bytes
    row: int | None = None
    column: str | None = None


def written(rows: Rows, **style: object) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, **{"lineterminator": "\n"} | style).writerows(rows)
    return text.getvalue()


def whole(table: str, rows: Rows) -> Iterator[Damage]:
    """Damage to a file as a whole."""
    text, head = written(rows), rows[0]
    ends = {"\r\n": "CRLF", "\r": "CR alone"}
    yield from (Damage(table, name, text.replace("\n", end).encode()) for end, name in ends.items())
    for name, encoding in (("mark", "utf-8-sig"), ("UTF-16", "utf-16"), ("UTF-16 without mark", "utf-16-le")):
        yield Damage(table, name, text.encode(encoding))
    yield Damage(table, "CP949", text.encode("cp949", "replace"))
    yield Damage(table, "Hangul decomposed", unicodedata.normalize("NFD", text).encode())
    yield Damage(table, "all quoted", written(rows, quoting=csv.QUOTE_ALL).encode())
    yield Damage(table, "last line without end", text.removesuffix("\n").encode())
    yield Damage(table, "semicolons", written(rows, delimiter=";").encode(), 1, head[0])
    yield Damage(table, "tabs", written(rows, delimiter="\t").encode(), 1, head[0])
    yield Damage(table, "sep= above", ("sep=,\n" + text).encode(), 1, head[0])
    yield Damage(table, "title above", (f"표 1{',' * (len(head) - 1)}\n" + text).encode(), 1, head[0])
    yield Damage(table, "blank line above", ("\n" + text).encode(), 1, head[0])
    yield Damage(table, "space in the header", written([[f"{head[0]} ", *head[1:]], *rows[1:]]).encode(), 1, head[0])
    yield Damage(table, "header lost", written(rows[1:]).encode(), 1)
    yield Damage(table, "columns swapped", written([[*row[1::-1], *row[2:]] for row in rows]).encode(), 1, head[0])
    yield Damage(table, "row of commas", (text + "," * (len(head) - 1) + "\n").encode(), len(rows) + 1)
    yield Damage(table, "blank line below", (text + "\n").encode(), len(rows) + 1)
    yield Damage(table, "a cell more", written([*rows[:-1], [*rows[-1], "x"]]).encode(), len(rows))
    yield Damage(table, "a cell less", written([*rows[:-1], rows[-1][:-1]]).encode(), len(rows), head[-1])
    yield Damage(table, "quote lost", (text + '"').encode(), len(rows) + 1)
    yield Damage(table, "bytes lost", text.encode()[: -len(rows[-1][-1].encode()) - 4], len(rows))
    yield Damage(table, "rows lost", written(rows[:1]).encode())


def cells(table: str, rows: Rows, described: dict[str, dict], tried: set) -> Iterator[Damage]:
    """Damage to the last cell of each column that holds something.

    All kinds are tried in every column of numbers and truth values, in one column of texts of each table, and in one of
    days or periods of each pattern; in the others one kind is.
    """
    for place, (column, field) in enumerate(described.items()):
        row = max((number for number, each in enumerate(rows) if each[place]), default=0)
        pattern = field.get("constraints", {}).get("pattern", "")
        match field["type"]:
            case "integer" | "number":
                kind, options, alike = "number", NUMBERS, (table, column)
            case "boolean":
                kind, options, alike = "truth value", TRUTHS, (table, column)
                upper = [[*each[:place], each[place].upper(), *each[place + 1 :]] for each in rows[1:]]
                yield Damage(table, "TRUE and FALSE", written([rows[0], *upper]).encode())
            case _ if r"\d{4}" in pattern:
                kind, options, alike = "day", DAYS, pattern
            case _:
                kind, options, alike = "text", TEXTS, table
        if alike in tried:
            options = options[place % len(options) :][:1]
        tried.add(alike)
        for text in options if row else ():
            yield Damage(table, f"{kind} {text[:10]!a}", _with(rows, row, place, text), row + 1, column)
        first = column.replace("last", "first", 1)
        if row and first != column and first in described and field["type"] == "integer":
            before = str(int(rows[row][list(described).index(first)]) - 1)
            yield Damage(table, "ends before it begins", _with(rows, row, place, before), row + 1, column)


def further(table: str, rows: Rows) -> Iterator[Damage]:
    """Damage that single tables alone can have."""
    if table == "industries":
        yield Damage(table, "industry without a folder", written([*rows, ["nowhere", *rows[-1][1:]]]).encode(),
                     len(rows) + 1, "id")  # fmt: skip
    if table in ("corrections", "disagreements"):
        stale = {"printed": "?", "used": "?", "file": "no/such.csv", "key": "no=1", "column": "no"}
        for column, text in stale.items():
            if column in rows[0]:
                yield Damage(table, "stale", _with(rows, 1, rows[0].index(column), text), 2)


def _with(rows: Rows, row: int, place: int, text: str) -> bytes:
    changed = [*rows[row][:place], text, *rows[row][place + 1 :]]
    return written([*rows[:row], changed, *rows[row + 1 :]]).encode()


class Bench:
    """A copy of a data folder, on which one damage after another is tried and undone.

    Parameters
    ----------
    data : Path
        The folder that is copied.
    place : Path
        An empty folder.
    """

    def __init__(self, data: Path, place: Path) -> None:
        self.folder = shutil.copytree(data, place / "data")
        self.notebooks = shutil.copytree(data.parent / "notebooks", place / "notebooks") if data == DATA else None
        self.names = tables(self.folder)
        self.before = {name: load(name, self.folder) for name in self.names}
        self.checked: set[str] = set()
        self.tried: set = set()
        paths = sorted(self.notebooks.glob("*.yml")) if self.notebooks else []
        self.declared = [Declared(path) for path in paths if path.with_suffix(".ipynb").is_file()]
        written = "".join(path.read_text(encoding="utf-8") for path in paths).replace("{industry}", INDUSTRY)
        self.offering = set(re.findall(r"data/([\w/]+)\.csv", written))  # tables in which parameters find their values

    def damages(self, table: str) -> Iterator[Damage]:
        """All damages of a table."""
        text = (self.folder / f"{table}.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        if len(rows) > 1:
            yield from whole(table, rows)
            yield from cells(table, rows, fields(table, self.folder), self.tried)
            yield from further(table, rows)

    def outcome(self, damage: Damage) -> str:
        """One of :data:`OUTCOMES`."""
        path = self.folder / f"{damage.table}.csv"
        held = path.read_bytes()
        path.write_bytes(damage.held)
        try:
            return self._outcome(damage)
        except Exception as error:  # noqa: BLE001 — this is what is looked for
            return f"traceback ({type(error).__name__}: {error})"
        finally:
            path.write_bytes(held)

    def _outcome(self, damage: Damage) -> str:
        group = damage.kind.split(" '")[0]
        file, first = f"{damage.table}.csv", group not in self.checked
        self.checked.add(group)
        for declared in self.declared if first or damage.table in self.offering else ():
            try:
                declared.listing()
            except RequestError:
                continue
        try:
            same, told = load(damage.table, self.folder).equals(self.before[damage.table]), []
        except DataError as error:
            same, told = False, [str(error).removeprefix(f"{self.folder}/")]
        if first or not (same or told):
            found = faults(self.folder)
            if any(fault.file != file for fault in found):
                return f"misplaced ({'; '.join(map(str, found[:3]))})"
            told = told or list(map(str, found))
        if not told:
            return "harmless" if same else "wrong"
        place = str(Fault(file, damage.row, damage.column, "")).removesuffix(": ")
        return "refused" if any(text.startswith(place) for text in told) else f"misplaced ({told[0]})"


def main(arguments: list[str] | None = None) -> int:
    """Try every damage and print what became of each kind; the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("table", nargs="*", help="tables to damage, such as photonics/annual (default: all)")
    chosen = words.parse_args(arguments).table
    counts: dict[str, Counter] = {}
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(DATA, Path(place))
        for damage in (damage for table in chosen or bench.names for damage in bench.damages(table)):
            outcome = bench.outcome(damage)
            word = outcome.split(" ")[0]
            counts.setdefault(damage.kind, Counter())[word] += 1
            if word not in ("refused", "harmless"):
                print(f"{damage.table}, {damage.kind}, {damage.column or ''}: {outcome}")
    total = sum(counts.values(), Counter())
    print(f"{'damage':28}{'made':>8}" + "".join(f"{word:>11}" for word in OUTCOMES))
    for kind, count in [*counts.items(), ("all", total)]:
        print(f"{kind:28}{count.total():8}" + "".join(f"{count[word]:11}" for word in OUTCOMES))
    return 1 if total["wrong"] + total["misplaced"] + total["traceback"] else 0


if __name__ == "__main__":
    at_home(__file__)
    sys.exit(main())
