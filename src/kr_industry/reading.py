"""Reading a CSV file of data/: one dialect, one encoding, one rule for numbers; all else is a fault with its place.

Commas, double quotes, LF or CRLF, UTF-8 with or without the mark that spreadsheets set, and the header in the first
row, exactly as datapackage.json has it. Whatever a spreadsheet makes of a file is either read as it was or refused.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

DIGITS = 15
"""The most digits of a number that a float keeps; with more it would be read as another."""
TRUTH = {"true": True, "false": False}
"""What a truth value may be written as, in whatever case."""

_SAVE = 'in a spreadsheet, save it as "CSV UTF-8 (comma delimited)"'
_NUMBER = {
    "integer": (re.compile(r"-?(0|[1-9][0-9]*)"), "a whole number"),
    "number": (re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"), "a number"),
}
_HIDDEN = re.compile(
    "[\0-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ue000-\uf8ff\ufeff\ufff9-\uffff]"
)
"""Control and format characters, spaces other than the ordinary one, private use, and the sign for what was lost."""
_KOREAN = re.compile(r"[가-힣一-鿿豈-\ufaff]")
"""Hangul and Hanja."""
_ALONE = re.compile(r"(?<![^\W\d_])[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u036f\u0400-\u07ff]+(?![^\W\d_])")
"""Letters of two bytes in UTF-8, without Greek, which has symbols too, and with no other letter beside them."""


class DataError(Exception):
    """A file, row or column of the data is not as data/datapackage.json says."""


@dataclass(frozen=True)
class Fault:
    """Something wrong in a data file; row 1 is the header, as in a spreadsheet."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        """File, row, column and what is wrong."""
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.file}{row}{column}: {self.message}"


class _Unreadable(Exception):
    """A file that cannot be split into cells: the row, the column, and what is wrong."""


def read(held: bytes, file: str, kinds: Mapping[str, str]) -> tuple[list[list[str]], list[Fault]]:
    """The rows below the header as texts, Hangul composed, and all faults; without faults every row is whole.

    Parameters
    ----------
    held : bytes
        What the file holds.
    file : str
        Its name, for the faults.
    kinds : mapping
        The columns in their order, each with its type in datapackage.json.
    """
    try:
        text = _decoded(held)
        rows = _split(text)
        _check_header(rows, list(kinds))
    except _Unreadable as error:
        row, column, message = error.args
        return [], [Fault(file, row, column, message)]
    found = [fault for number, row in enumerate(rows[1:], start=2) for fault in _of_row(file, number, row, kinds)]
    if not found and not text.isascii() and not _KOREAN.search(text) and _is_cp949(held):
        found = list(_by_accident(file, rows[1:], list(kinds)))[:1]
    return rows[1:], found


def wrong(text: str, kind: str) -> str | None:
    """What is wrong with a cell that is to be of a type of datapackage.json; None where nothing is."""
    if kind == "boolean":
        return None if text.lower() in TRUTH else f"{text!r} is not true or false"
    if text and kind in _NUMBER:
        pattern, expected = _NUMBER[kind]
        if not pattern.fullmatch(text):
            return f"{text!r} is not {expected}"
        if len(re.sub(r"[-.]", "", text).lstrip("0")) > DIGITS:
            return f"{text!r} has more than {DIGITS} digits"
    if hidden := _HIDDEN.search(text):
        name = unicodedata.name(hidden[0], "a control character").lower()
        return f"{text!r} holds U+{ord(hidden[0]):04X} ({name}); remove it or type it anew"
    if text != text.strip(" "):
        return f"{text!r} begins or ends with a space"
    return None


def _by_accident(file: str, rows: list[list[str]], columns: list[str]) -> Iterator[Fault]:
    """Cells of a file saved as CP949 that is valid UTF-8 by accident.

    Two bytes of CP949 may be a letter in UTF-8, but a Latin, Cyrillic or other one of another country. In a word of
    Europe such a letter has ASCII letters beside it; here it stands alone or among its like, and its bytes are all
    Hangul or Hanja of KS X 1001, the part of CP949 in which common words are written.
    """
    for number, row in enumerate(rows, start=2):
        for text, column in zip(row, columns, strict=True):
            if any(_is_korean(match[0].encode()) for match in _ALONE.finditer(text)):
                korean = text.encode().decode("cp949")
                yield Fault(file, number, column, f"{text!r} is {korean!r} saved as CP949 (ANSI), not UTF-8; {_SAVE}")


def _is_cp949(held: bytes) -> bool:
    try:
        return bool(held.decode("cp949"))
    except UnicodeDecodeError:
        return False


def _is_korean(held: bytes) -> bool:
    try:
        return all(map(_KOREAN.match, held.decode("euc_kr")))
    except UnicodeDecodeError:
        return False


def _decoded(held: bytes) -> str:
    if held[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in held[:4]:
        raise _Unreadable(None, None, f"it is UTF-16, not UTF-8; {_SAVE}")
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = held.count(b"\n", 0, error.start) + 1
        raise _Unreadable(row, None, f"it is not UTF-8 but perhaps CP949 (ANSI); {_SAVE}") from None
    if alone := re.search(r"\r(?!\n)", text):
        row = text.count("\n", 0, alone.start()) + 1
        raise _Unreadable(row, None, "a line ends in CR alone; lines end in LF or CRLF")
    return unicodedata.normalize("NFC", text)


def _split(text: str) -> list[list[str]]:
    """All rows of a file, which has a header at least."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(text, newline="\n"), strict=True):
            rows.append(row)
    except csv.Error as error:
        raise _Unreadable(len(rows) + 1, None, f"it cannot be split into cells ({error}); look at the quotes") from None
    if not rows:
        raise _Unreadable(None, None, "the file is empty")
    return rows


def _check_header(rows: list[list[str]], columns: Sequence[str]) -> None:
    header = rows[0]
    if header == columns:
        return
    pairs = zip(header, columns, strict=False)
    column = next((column for name, column in pairs if name != column), [*columns, *header[len(columns) :]][-1])
    if len(header) < len(columns) and header == columns[: len(header)]:
        column = columns[len(header)]
    raise _Unreadable(1, column, f"wrong header; expected the columns {', '.join(columns)}{_hint(rows, columns)}")


def _hint(rows: list[list[str]], columns: Sequence[str]) -> str:
    header, sign = rows[0], next((sign for sign in ";\t|" if sign in "".join(rows[0])), "")
    if header and header[0].startswith("sep="):
        return "; remove the line above it that begins with sep="
    if columns in rows[1:10]:
        return f", which stand in row {rows.index(columns) + 1}; remove what is above them"
    if sign and len(header) < len(columns):
        return f"; cells are separated by {'tabs' if sign == chr(9) else sign}, not by commas; {_SAVE}"
    if [name.strip() for name in header] == columns:
        return "; remove the spaces"
    return ""


def _of_row(file: str, number: int, row: list[str], kinds: Mapping[str, str]) -> Iterator[Fault]:
    columns = list(kinds)
    if not any(row):
        yield Fault(file, number, None, "the row is blank; remove it")
    elif len(row) > len(columns):
        message = f"the row has more cells than the {len(columns)} columns; is a comma unquoted?"
        yield Fault(file, number, None, message)
    elif len(row) < len(columns):
        yield Fault(file, number, columns[len(row)], "the row ends before this column")
    else:
        for text, (column, kind) in zip(row, kinds.items(), strict=True):
            if message := wrong(text, kind):
                yield Fault(file, number, column, message)
