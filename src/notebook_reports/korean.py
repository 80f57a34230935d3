"""Korean particles and amounts, so that sentences written from results read as a person writes them."""

import re
from datetime import date, datetime

_UNITS = {
    **dict.fromkeys(("m", "cm", "mm", "km", "nm", "μm", "㎞", "㎡", "㎥", "L", "l", "mL", "W", "kW", "MW", "GW"), "터"),
    **dict.fromkeys(("kWh", "MWh", "GWh", "℃", "°C", "Hz", "GHz", "bps", "Gbps"), "시"),
    **dict.fromkeys(("g", "kg", "mg", "㎏", "t"), "톤"),
}
"""Units after a number, each with a syllable that ends as its Korean reading does: 미터, 와트, 도; 그램, 톤."""

_LETTERS = {"L": "엘", "M": "엠", "N": "엔", "R": "알"}
"""Letters whose Korean name ends in a consonant; those of all others end in a vowel."""
_DIGITS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_REMARK = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）)$")
_CLOSING = " \t\n\u00a0\"'’”」』》〉.,…*"


def _said(text: str) -> str:
    """A text up to the word that a particle follows: without remarks in brackets and marks at its end."""
    while (shorter := _REMARK.sub("", text.rstrip(_CLOSING)).rstrip(_CLOSING)) != text:
        text = shorter
    return text


def _final_syllable(text: str) -> str:
    """A Hangul syllable that ends as the reading of the text does."""
    said = _said(text) or re.sub(r"\W+$", "", text)
    if said.endswith(("%", "%p", "‰", "pp")):  # 퍼센트, 퍼센트포인트, 퍼밀
        return "밀" if said.endswith("‰") else "트"
    if (unit := re.search(r"\d ?([^\d\s.,)]+)$", said)) and unit[1] in _UNITS:
        return _UNITS[unit[1]]
    last = said[-1:]
    word = re.search(r"[A-Za-z]*$", said)[0]
    if len(word) > 1 and re.search(r"[a-z]{2}$|^[A-Z][a-z]$", word):  # a word, not read letter by letter
        endings = {"ng": "강", "le": "엘", "l": "엘", "m": "엠", "n": "엔"}
        return next((syllable for ending, syllable in endings.items() if word.endswith(ending)), "아")
    return _DIGITS.get(last) or _LETTERS.get(last.upper()) or (last if "가" <= last <= "힣" else "아")


def _final_consonant(text: str) -> tuple[bool, bool]:
    """Whether the reading of the text ends in a consonant, and whether that consonant is ㄹ."""
    consonant = (ord(_final_syllable(text)) - ord("가")) % 28
    return consonant != 0, consonant == 8


HANGUL = re.compile("[가-힣]")
_PARTICLES = (
    "은|는|이|가|을|를|과|와|의|도|만|에|에서|에게|으로|로|까지|부터|보다|마다|처럼|이나|나|이란|란|이라|라|이라고|라고|이고|고|이며|며|이다|이었다"
    "|였다|인|일|이지만|지만|이므로|므로|조차|밖에|별|등|들|뿐"
)
AFTER_NOUN = rf"(?=(?:(?:{_PARTICLES}){{0,3}}|(?:하|되|한|된|할|될|했|됐|함|됨)[가-힣]*)(?![가-힣]))"
"""What may follow a noun up to the end of the word, as a regular expression: particles, or what makes it a verb."""


class Word(str):
    """A text that takes the Korean particle that fits it when it is formatted.

    The format specification names the particle after a consonant and after a vowel; ``first`` puts a
    capital at the start, for English.

    Examples
    --------
    >>> f"{Word('광통신'):은/는} {Word('광소재'):을/를} {Word('서울'):으로/로}"
    '광통신은 광소재를 서울로'
    >>> f"{Word('광통신')}"
    '광통신'
    """

    __slots__ = ()

    def __format__(self, specification: str) -> str:
        """The text with the particle, or the capital, that the specification asks for."""
        if specification == "first":
            return self[:1].upper() + self[1:]
        if "/" not in specification:
            return super().__format__(specification)
        after_consonant, after_vowel = specification.split("/")
        closed, rieul = _final_consonant(self)
        if rieul and after_vowel.startswith("로"):  # 서울로, 광주로, 부산으로
            closed = False
        return f"{self!s}{after_consonant if closed else after_vowel}"


def amount(eok_won: float, language: str = "ko", signed: bool = False) -> Word:
    """An amount given in 억 원 (100 million won) as Koreans, or English readers, write it.

    With ``signed`` a plus stands before what is not below zero, for changes.

    Examples
    --------
    >>> amount(174923), amount(557), amount(20000), amount(3.27), amount(6)
    ('17조 4,923억 원', '557억 원', '2조 원', '3.27억 원', '6억 원')
    >>> amount(174923, "en"), amount(557, "en"), amount(3.27, "en")
    ('₩17.49 trillion', '₩55.7 billion', '₩327 million')
    """
    sign = "-" if eok_won < 0 else "+" if signed else ""
    size = abs(eok_won)
    if language == "en":
        if size >= 10_000:
            return Word(f"{sign}₩{size / 10_000:,.2f} trillion")
        if size >= 10:
            return Word(f"{sign}₩{size / 10:,.1f} billion")
        return Word(f"{sign}₩{size * 100:,.0f} million")
    if size < 100 and size % 1:  # averages a firm or a head
        return Word(f"{sign}{size:.{2 if size < 10 else 1}f}억 원")
    trillions, rest = divmod(round(size), 10_000)
    parts = [f"{trillions:,}조"] * bool(trillions) + [f"{rest:,}억"] * bool(rest or not trillions)
    return Word(f"{sign}{' '.join(parts)} 원")


_YEAR = re.compile(r"(?:1[89]|20)\d\d")


def listing(items: list[str], language: str = "ko", conjunction: str = "and") -> Word:
    """Items as an enumeration, in English with a conjunction before the last.

    In Korean years that share what follows them, as in 2010·2012년, are joined by middle dots, all else by commas.

    Examples
    --------
    >>> listing(["광주", "전남", "경남"]), listing(["Gwangju", "Jeonnam", "Gyeongnam"], "en")
    ('광주, 전남, 경남', 'Gwangju, Jeonnam and Gyeongnam')
    >>> listing([2010, 2012, 2013]), listing([2010, 2012, 2013], "en")
    ('2010·2012·2013', '2010, 2012 and 2013')
    """
    items = [str(item) for item in items]
    if language == "ko" or len(items) < 2:
        return Word(("·" if all(map(_YEAR.fullmatch, items)) else ", ").join(items))
    return Word(f"{', '.join(items[:-1])} {conjunction} {items[-1]}")


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def day(value: str | date, language: str = "ko") -> Word:
    """A day, a month or a year as a reader writes it.

    Parameters
    ----------
    value : str or datetime.date
        ``2022-12-31``, ``2022-12`` or ``2022``.
    language : str
        ``ko`` or ``en``.

    Raises
    ------
    ValueError
        The text is none of these.

    Examples
    --------
    >>> f"{day('2022-12-31')}까지", day("2022-12-31", "en")
    ('2022년 12월 31일까지', '31 December 2022')
    >>> day("2022-06"), day("2022-06", "en"), day("2022"), day("2022", "en")
    ('2022년 6월', 'June 2022', '2022년', '2022')
    """
    text = value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)
    parts = text.split("-")
    given = datetime.strptime(text, "-".join(["%Y", "%m", "%d"][: len(parts)]))
    if language == "ko":
        numbers = given.year, given.month, given.day
        return Word(" ".join(f"{number}{unit}" for number, unit, _ in zip(numbers, "년월일", parts, strict=False)))
    return Word(" ".join([str(given.day), _MONTHS[given.month - 1], str(given.year)][3 - len(parts) :]))


_COUNTS = {
    "ko": ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"],
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
}


def count(number: int, language: str = "ko") -> Word:
    """How many, as it stands before what is counted: a word up to twelve, above it digits.

    Examples
    --------
    >>> f"{count(6)} 해", f"{count(13)} 해", f"{count(6, 'en')} years", f"{count(13, 'en')} years"
    ('여섯 해', '13개 해', 'six years', '13 years')
    """
    words = _COUNTS[language]
    return Word(words[number - 1] if number <= len(words) else f"{number}개" if language == "ko" else f"{number}")


def probability(value: float, language: str = "ko") -> str:
    """A probability with as many digits as tell it from its neighbours, and never as nought.

    Examples
    --------
    >>> probability(0.198), probability(0.0642), probability(0.0001), probability(0.0001, "en")
    ('0.20', '0.064', '0.001 미만', 'below 0.001')
    """
    if value < 0.001:
        return "0.001 미만" if language == "ko" else "below 0.001"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
