"""Korean particles and amounts, so that sentences written from results read as a person writes them."""

import re

# Digits and Latin letters by the final consonant of their Korean reading: 일, 삼, 육, 칠, 팔, 영; 엘, 엠, 엔, 알.
_CLOSED_READINGS = set("013678LMNRlmnr")
_RIEUL_READINGS = set("178LRlr")
_REMARK = re.compile(r"\([^()]*\)\s*$")


def _final_consonant(text: str) -> tuple[bool, bool]:
    """Whether the reading of the text ends in a consonant, and whether that consonant is ㄹ."""
    letters = _REMARK.sub("", text).rstrip(" \"'’”」』)]%p") or text
    last = letters[-1:]
    if "가" <= last <= "힣":
        jongseong = (ord(last) - ord("가")) % 28
        return jongseong != 0, jongseong == 8
    if text.rstrip().endswith(("%", "%p")):  # 퍼센트, 퍼센트포인트
        return False, False
    return last in _CLOSED_READINGS, last in _RIEUL_READINGS


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


def listing(items: list[str], language: str = "ko", conjunction: str = "and") -> Word:
    """Items as an enumeration, in English with a conjunction before the last.

    Examples
    --------
    >>> listing(["광주", "전남", "경남"]), listing(["Gwangju", "Jeonnam", "Gyeongnam"], "en")
    ('광주, 전남, 경남', 'Gwangju, Jeonnam and Gyeongnam')
    """
    items = [str(item) for item in items]
    if language == "ko" or len(items) < 2:
        return Word(", ".join(items))
    return Word(f"{', '.join(items[:-1])} {conjunction} {items[-1]}")


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
