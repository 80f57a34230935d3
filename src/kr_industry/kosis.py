"""Official figures from KOSIS, Korea's statistics portal: what a declaration asks for, as rows with our columns.

KOSIS answers with HTTP status 200 whatever is wrong: a list of cells, or an object with a code and a message. Its key
stands in the address, so no exception of the network, which quote addresses, leaves this module, nor does an answer
that repeats the key in whatever way it is written.
"""

import json
import re
import time
from collections.abc import Iterator
from decimal import Decimal
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Annotated
from urllib.parse import quote, urlencode

import pandas as pd
import requests
from pydantic import BaseModel, ConfigDict, Field, model_validator

ADDRESS = "https://kosis.kr/openapi/Param/statisticsParameterData.do"
"""Where KOSIS answers requests for figures."""
PAUSES = (2, 10)
"""Seconds before a second and a third try where the line or the server fails."""
TIMEOUT = (10, 120)
"""Seconds to wait for a connection, and for more of an answer."""
LONGEST = 600
"""Seconds that an answer may take in all, with all tries."""
LARGEST = 64 * 2**20
"""Bytes that an answer may have; 40,000 cells have about a quarter of it."""
SIGNS = frozenset({"", "-", "X", "x", "…", "...", "*"})
"""What KOSIS writes where it has no number: none, confidential, unknown. The cell is then empty."""
HINTS = {
    "10": "KOSIS_API_KEY was not understood",
    "11": "the key has expired or is not valid; renew it at https://kosis.kr/openapi/ (활용신청)",
    "20": "the table has other classes than data/kosis.yml says",
    "21": "the table, an item or a code in data/kosis.yml is wrong, or has been changed",
    "30": "it has no such figures; look at the years and codes in data/kosis.yml, and whether the table is yearly",
    "31": "even one year has more than the 40,000 cells of a request; declare fewer codes",
    "40": "too many requests; try again in a few minutes",
    "41": "too many cells were asked for; try again tomorrow or declare fewer codes",
    "42": "the key's use is restricted; ask KOSIS",
    "50": "KOSIS itself failed; try again later",
}
"""Codes of errors, as the manual of KOSIS lists them (1.4.2), with what to do."""

_REFUSED = {"10", "11", "20", "21"}
_ERROR = re.compile(r'\s*\{\s*"?err"?\s*:\s*"?(\w+)"?\s*,\s*"?errMsg"?\s*:\s*"([^"]*)"')
_DOCUMENTED = re.compile(
    r"(C[1-8](_OBJ)?|ITM|UNIT|TBL)_NM(_ENG)?|C[1-8]|(ITM|UNIT|ORG|TBL)_ID|PRD_(SE|DE)|DT|LST_CHN_DE"
)


class KosisError(Exception):
    """KOSIS did not give what was asked for, or not as it used to; nothing has been written."""


class KosisRefusal(KosisError):
    """The key or the declaration is wrong."""


class _Passing(Exception):
    """Something that may be well a little later."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Code = Annotated[str, Field(pattern=r"^[\w.]+$")]
_Year = Annotated[int, Field(ge=1900, le=2100)]


class Unit(_Strict):
    """The unit given by KOSIS, ours, and the factor from one to the other."""

    given: str
    unit: _Name
    factor: Annotated[Decimal, Field(gt=0)]


class Item(Unit):
    """What is counted: our identifier, its unit, and the units of those identifiers of one class that have another."""

    id: _Name
    units: Annotated[dict[_Name, dict[_Name, Unit]], Field(max_length=1)] = {}

    def unit_of(self, identifiers: dict[str, str]) -> Unit:
        """The unit of a cell, of which the identifier in each class is given."""
        found = [units.get(identifiers[column]) for column, units in self.units.items()]
        return next(filter(None, found), self)


class Class(_Strict):
    """A classification: the column it becomes, and codes of KOSIS with our identifiers."""

    column: _Name
    codes: Annotated[dict[_Code, _Name], Field(min_length=1)]


class Source(_Strict):
    """What stands in sources.csv."""

    id: _Name
    title: str
    title_en: str
    publisher: str
    publisher_en: str


class Table(_Strict):
    """A yearly table of KOSIS and what becomes of it."""

    file: Annotated[str, Field(pattern=r"^kosis/[a-z][a-z0-9_]*\.csv$")]
    org: Annotated[str, Field(pattern=r"^\d+$")]
    table: _Code
    page: str
    documented: str
    source: Source
    period: str = "Y"
    first: _Year
    last: _Year
    items: Annotated[dict[_Code, Item], Field(min_length=1)]
    classes: Annotated[list[Class], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _in_order(self) -> "Table":
        if self.last < self.first:
            raise ValueError(f"last ({self.last}) is before first ({self.first})")
        if self.period != "Y":
            raise ValueError(f"period is {self.period!r}; only yearly tables (Y) can be retrieved, as a row has a year")
        identifiers = {each.column: set(each.codes.values()) for each in self.classes}
        for item in self.items.values():
            for column, units in item.units.items():
                if column not in identifiers:
                    raise ValueError(f"item {item.id}: units name {column!r}; classes are {', '.join(identifiers)}")
                if unknown := units.keys() - identifiers[column]:
                    raise ValueError(f"item {item.id}: units name {', '.join(unknown)}, which {column} does not have")
        return self

    @property
    def key(self) -> list[str]:
        """The columns that tell rows apart."""
        return ["year", *(each.column for each in self.classes), "item"]

    def request(self, first: int, last: int) -> str:
        """The request for some years, without the key; codes are joined by a bare ``+``, as KOSIS writes it."""
        codes = {f"objL{number}": "+".join(each.codes) for number, each in enumerate(self.classes, start=1)}
        words = {"method": "getList", "format": "json", "jsonVD": "Y", "orgId": self.org, "tblId": self.table}
        words |= {"itmId": "+".join(self.items), **codes, "prdSe": self.period, "startPrdDe": first, "endPrdDe": last}
        return urlencode(words, safe="+")


class Declaration(_Strict):
    """The file data/kosis.yml; ``regions`` is a list that its tables share."""

    regions: Class | None = None
    tables: dict[_Name, Table]


def fetch(table: Table, key: str, address: str = ADDRESS) -> list[dict[str, str]]:
    """The cells of a table as KOSIS gives them; where it says that they are too many, by halves of the years.

    KosisError where the line fails three times, or what comes is an error, a page, or nothing; KosisRefusal where
    KOSIS does not accept the key or the declaration.
    """
    if cells := list(_cells(table, table.first, table.last, key, address)):
        return cells
    raise KosisError(f"KOSIS, {table.table}: {HINTS['30']}")


def _cells(table: Table, first: int, last: int, key: str, address: str) -> Iterator[dict[str, str]]:
    text = _without(key, _answer(f"{address}?{table.request(first, last)}&apiKey={quote(key, safe='')}"))
    if error := _ERROR.match(text):
        code, message = error[1], error[2]
        if code == "31" and first < last:
            half = (first + last) // 2
            yield from _cells(table, first, half, key, address)
            yield from _cells(table, half + 1, last, key, address)
        elif code != "30":
            kind = KosisRefusal if code in _REFUSED else KosisError
            raise kind(f"KOSIS, {table.table}: error {code}: {message} ({HINTS.get(code, 'not a documented error')})")
        return
    try:
        cells = json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError:
        what = "a page" if text.lstrip().startswith("<") else "text that is not JSON"
        raise KosisError(f"KOSIS, {table.table}: it answers with {what}; is {address} its address?") from None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise KosisError(f"KOSIS, {table.table}: the answer is not a list of cells")
    yield from ({field: "" if text is None else text for field, text in cell.items()} for cell in cells)


def _without(key: str, text: str) -> str:
    """A text without the key, whose signs may be written as they are or encoded for an address, JSON or HTML."""
    signs = []
    for sign in key:
        code, plain = ord(sign), re.escape(sign)
        signs.append(rf"(?:\\*{plain}|%(?:25)*{code:02x}|\\+u{code:04x}|\\+x{code:02x}|&#0*{code};|&#x0*{code:x};)")
    return re.sub("".join(signs), "***", text, flags=re.IGNORECASE)


def _answer(address: str) -> str:
    """The text that stands at an address, which stays secret; KosisError where it is too large or takes too long."""
    answers: SimpleQueue[str | KosisError] = SimpleQueue()
    # The time-out of a connection is that of each of its steps: a byte a second would never end.
    Thread(target=lambda: answers.put(_tried(address)), daemon=True).start()
    try:
        answer = answers.get(timeout=LONGEST)
    except Empty:
        raise KosisError(f"KOSIS has not answered in full within {LONGEST} seconds") from None
    if isinstance(answer, KosisError):
        raise answer
    return answer


def _tried(address: str) -> str | KosisError:
    """The text at an address or what is wrong, by up to three tries."""
    what = ""
    for pause in (*PAUSES, None):
        try:
            return _read(address).decode("utf-8-sig")
        except UnicodeDecodeError:
            return KosisError("KOSIS answers with something that is not UTF-8")
        except KosisError as error:
            return error
        except _Passing as error:
            what = str(error)
        except Exception as error:  # noqa: BLE001 — of whatever kind, it may quote the address
            what = type(error).__name__
        if pause is not None:
            time.sleep(pause)
    return KosisError(f"KOSIS cannot be reached: {what}, {len(PAUSES) + 1} times")


def _read(address: str) -> bytes:
    # A redirection would take the key elsewhere. Nothing compressed is asked for, as few bytes could become many.
    options = {"headers": {"Accept-Encoding": "identity"}, "allow_redirects": False, "stream": True}
    # urllib3's Retry logs addresses, and ends where a body begins.
    with requests.get(address, timeout=TIMEOUT, **options) as answer:
        if answer.status_code >= 500:
            raise _Passing(f"HTTP status {answer.status_code}")
        if answer.status_code != 200:
            raise KosisError(f"KOSIS answers with HTTP status {answer.status_code}")
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise KosisError("KOSIS answers with something compressed, which was not asked for")
        held = bytearray()
        for part in answer.iter_content(2**16):
            held += part
            if len(held) > LARGEST:
                raise KosisError(f"KOSIS answers with more than {LARGEST:,} bytes; declare fewer codes or years")
    return bytes(held)


def rows(table: Table, cells: list[dict[str, str]]) -> pd.DataFrame:
    """Rows of a table's file, as texts, from what :func:`fetch` gives, in the order of years and of the declaration.

    Columns are ``year``, one for each class, ``item``, ``value`` in our unit (empty where KOSIS gives a sign),
    ``unit``, ``printed`` as KOSIS gives it, ``changed`` (date), ``source`` and ``place``.

    Raises
    ------
    KosisError
        A field is missing, or a cell is of another table, unit or year, has a code that was not asked for, or is
        neither a number nor a sign; or no cell has a code that was. All faults are named, a line each.
    """
    _check_header(table, cells)
    read, faults = [], []
    for number, cell in enumerate(cells, start=1):
        names = [cell["ITM_NM"], *(cell[f"C{level}_NM"] for level, _ in enumerate(table.classes, start=1))]
        try:
            read.append(_row(table, cell, names))
        except ValueError as error:
            faults.append(f"cell {number} ({cell['PRD_DE']}, {', '.join(names)}), {error}")
    for field, codes in _codes(table):
        faults += [f"no cell has {field} {code}; is it still the code?"
                   for code in codes if all(cell[field] != code for cell in cells)]  # fmt: skip
    if faults:
        raise KosisError("\n".join(f"KOSIS, {table.table}: {fault}" for fault in faults))
    order = {each.column: list(each.codes.values()) for each in table.classes}
    order["item"] = [item.id for item in table.items.values()]
    frame = pd.DataFrame(read, columns=[*table.key, "value", "unit", "printed", "changed", "source", "place"])
    ranks = {column: frame[column].map(values.index) for column, values in order.items()}
    return frame.loc[frame[table.key].assign(**ranks).sort_values(table.key).index].reset_index(drop=True)


def _codes(table: Table) -> list[tuple[str, dict]]:
    classes = [(f"C{level}", each.codes) for level, each in enumerate(table.classes, start=1)]
    return [*classes, ("ITM_ID", table.items)]


def _check_header(table: Table, cells: list[dict[str, str]]) -> None:
    wanted = ["ORG_ID", "TBL_ID", "TBL_NM", "ITM_ID", "ITM_NM", "UNIT_NM", "PRD_DE", "DT", "LST_CHN_DE"]
    wanted += [name for level, _ in enumerate(table.classes, start=1) for name in (f"C{level}", f"C{level}_NM")]
    for number, cell in enumerate(cells, start=1):
        if missing := [name for name in wanted if name not in cell]:
            unknown = [name for name in cell if not _DOCUMENTED.fullmatch(name)]
            raise KosisError(
                f"KOSIS, {table.table}: its header has changed: cell {number} lacks {', '.join(missing)}"
                + (f" and has {', '.join(unknown)}, which its manual does not know" if unknown else "")
            )


def _row(table: Table, cell: dict[str, str], names: list[str]) -> list[str]:
    for field, expected in (("ORG_ID", table.org), ("TBL_ID", table.table)):
        if cell[field] != expected:
            raise ValueError(f"{field}: {cell[field]!r}; expected {expected}")
    for field, codes in _codes(table):
        if cell[field] not in codes:
            raise ValueError(f"{field}: {cell[field]!r} was not asked for")
    item, year, printed = table.items[cell["ITM_ID"]], cell["PRD_DE"], cell["DT"].strip()
    identifiers = {each.column: each.codes[cell[f"C{level}"]] for level, each in enumerate(table.classes, start=1)}
    unit = item.unit_of(identifiers)
    if cell["UNIT_NM"].strip() != unit.given:
        raise ValueError(f"UNIT_NM: {cell['UNIT_NM']!r}; expected {unit.given}")
    if not re.fullmatch(r"\d{4}", year, re.ASCII) or not table.first <= int(year) <= table.last:
        raise ValueError(f"PRD_DE: {year!r}; expected a year from {table.first} to {table.last}")
    changed = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", cell["LST_CHN_DE"])
    if not changed:
        raise ValueError(f"LST_CHN_DE: {cell['LST_CHN_DE']!r} is not a date")
    place, date = f"{table.table}: {' / '.join(names)}", "-".join(changed.groups())
    value = "" if printed in SIGNS else _number(printed, unit.factor)
    return [year, *identifiers.values(), item.id, value, unit.unit, printed, date, table.source.id, place]


def _number(printed: str, factor: Decimal) -> str:
    """A number in our unit, with all its digits and no others."""
    if not re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", printed, re.ASCII):
        raise ValueError(f"DT: {printed!r} is neither a number nor one of the signs - X … *")
    return f"{Decimal(printed.replace(',', '')) * factor:f}"
