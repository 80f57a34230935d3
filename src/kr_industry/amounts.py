"""Amounts as Korean documents write them: 10조 1,457억원, 53,546명, 8.2→22%, 27.1만, 22만6000달러."""

import re
from dataclasses import dataclass
from decimal import Decimal

LARGE = {"조": 12, "trillion": 12, "billion": 9, "억": 8, "million": 6, "만": 4}
"""Powers of ten of the words that close a part of a number: 10조 1,457억 has two parts."""
SMALL = {"천": 3, "백": 2, "십": 1}
"""Powers of ten inside a part: 5천3백."""

UNITS = {
    "percent": "%|％|퍼센트",
    "persons": r"명|인(?!치)",
    "firms": r"개\s?사|업체|사(?!업)|곳|개(?!월|년|국)|기업",
    "won": "원",
    "usd": "달러|불",
    "eur": "유로",
}
"""What stands behind a number of each unit; money in ones. What is counted by 개 may be anything."""

COLUMNS = {
    "eok_won": ("won", 8),
    "trillion_won": ("won", 12),
    "million_won": ("won", 6),
    "thousand_won": ("won", 3),
    "usd_100m": ("usd", 8),
    "eur_100m": ("eur", 8),
    "eur_per_month": ("eur", 0),
}
"""Units of tables that are powers of ten of one of UNITS."""

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SMALL = rf"(?:(?:{_DIGITS})[{''.join(SMALL)}]\s?)*(?:(?:{_DIGITS})[{''.join(SMALL)}]?|(?<=[{''.join(SMALL)}\s]))"
_NUMBER = re.compile(
    rf"(?P<number>(?:{_SMALL}\s?(?:{'|'.join(LARGE)})\s?)*{_SMALL}(?:\s?(?:{'|'.join(LARGE)}))?)\s?여?\s?"
    rf"(?:{'|'.join(f'(?P<{name}>{pattern})' for name, pattern in UNITS.items())})?"
)
_PART = re.compile(rf"({_SMALL})\s?({'|'.join(LARGE)}|$|\s)")
_DIGIT = re.compile(rf"({_DIGITS})([{''.join(SMALL)}]?)")
_JOINED = re.compile(r"\s?(?:→|~|∼|-|–|에서)\s?")


@dataclass(frozen=True)
class Amount:
    """A number of a text: its value with its powers of ten, and the unit behind it (of UNITS; empty for others)."""

    value: Decimal
    unit: str


def amounts(text: str) -> list[Amount]:
    """Every number that a text prints, in its order.

    A number without a unit takes that of the next one where an arrow or a tilde joins them: 8.2→22%. An amount in
    조 or 억 without a word for its currency stands for won. Numbers in words (세 가지, 1/3) are not seen.

    Examples
    --------
    >>> [(str(amount.value), amount.unit) for amount in amounts("10조1,457억원, 8.2→22%")]
    [('10145700000000', 'won'), ('8.2', 'percent'), ('22', 'percent')]
    """
    found = [match for match in _NUMBER.finditer(text) if match["number"]]
    units = [next((name for name in UNITS if match[name]), "") for match in found]
    for place in range(len(found) - 2, -1, -1):
        if not units[place] and _JOINED.fullmatch(text[found[place].end() : found[place + 1].start()]):
            units[place] = units[place + 1]
    money = ["won" if re.search("[조억]", match["number"]) else "" for match in found]
    return [Amount(_value(m["number"]), unit or won) for m, unit, won in zip(found, units, money, strict=True)]


def in_unit(amount: Amount, unit: str) -> Decimal | None:
    """The value of an amount in a unit of a table; None where it is another kind of thing.

    What has no word of its own in UNITS, such as channels, may be any number without one, or one counted by 개 or 명.
    """
    kind, power = COLUMNS.get(unit, (unit, 0))
    fits = amount.unit == kind if kind in UNITS else amount.unit in ("", "firms", "persons")
    return amount.value.scaleb(-power) if fits else None


def readings(text: str, unit: str) -> list[Decimal]:
    """What a printed text may say in a unit of a table; a bare number may stand in that unit already."""
    found = amounts(text)
    if len(found) == 1 and not found[0].unit and re.fullmatch(r"[\d,.\s]+|[\d,.]+ \w+", text.strip()):
        return [found[0].value.scaleb(-COLUMNS.get(unit, ("", 0))[1]) if re.search("[a-z]", text) else found[0].value]
    return [value for amount in found if (value := in_unit(amount, unit)) is not None]


def _value(text: str) -> Decimal:
    """The value of a number by its parts: 4조 1천255억 is 4 of 조 and 1255 of 억."""
    parts = [(part, LARGE.get(word, 0)) for part, word in _PART.findall(text) if part]
    small = [
        sum((Decimal(digits.replace(",", "")).scaleb(SMALL.get(word, 0)) for digits, word in _DIGIT.findall(part)))
        for part, _ in parts
    ]
    return sum((value.scaleb(power) for value, (_, power) in zip(small, parts, strict=True)), Decimal(0))
