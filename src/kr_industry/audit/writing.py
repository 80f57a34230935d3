"""What a misprinted figure should have read: the value nearest in writing inside the interval it must lie in."""

import math
import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from kr_industry.audit.cells import Figure, decimals

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
MANY = 20_000
"""How many values of an interval are compared one by one; in a wider one only single slips are tried."""


@dataclass(frozen=True)
class Reading:
    """A value as it would be printed."""

    text: str
    value: float


def nearest(figure: Figure, low: float, high: float) -> Reading | None:
    """The value inside an interval whose writing is nearest to a figure's; None where the interval has no end.

    Writings are compared by the restricted Damerau-Levenshtein distance (one digit other, two neighbours
    swapped, one dropped, one added each count one); a shift of the decimal point also counts one. Of values
    equally near, the one closest to the middle of the interval is taken.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    texts = [text for text in _inside(figure, low, high) if text != figure.text]
    if not texts:
        return None
    distances = {text: 1 if _shifted(figure.text, text) else OSA.distance(figure.text, text) for text in texts}
    middle = (low + high) / 2
    best = min(texts, key=lambda text: (distances[text], abs(float(text) - middle)))
    return Reading(best, float(best))


def _inside(figure: Figure, low: float, high: float) -> list[str]:
    """Writings of values whose rounding meets an interval; those on its very edge only where there are no others."""
    unit = figure.step or 1.0
    places = max(0, -math.floor(math.log10(unit) + 1e-9))
    half = 0.5 if figure.step else 0.0
    for slack in (half - 1e-6, half + 1e-6) if half else (1e-6,):
        first, last = math.ceil(low / unit - slack), math.floor(high / unit + slack)
        if last - first < MANY:
            texts = [_written(number * unit, places, figure.text) for number in range(first, last + 1)]
        else:
            texts = [text for text in _single_slips(figure.text) if first <= float(text) / unit <= last]
        if texts:
            return list(dict.fromkeys(texts))
    return []


def _written(value: float, places: int, like: str) -> str:
    """A value with its decimals, but without a closing .0 where the print has no decimals either."""
    text = f"{value + 0.0:.{places}f}"
    return text.partition(".")[0] if "." not in like and value == round(value) else text


def _single_slips(text: str) -> list[str]:
    """Every number from which one slip makes the printed text: the same edits, the other way round."""
    digits, places = "0123456789", [i for i, c in enumerate(text) if c.isdigit()]
    edits = {text[:i] + d + text[i + 1 :] for i in places for d in ("", *digits)}
    edits |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
    edits |= {text[:i] + d + text[i:] for i in range(len(text) + 1) for d in digits}
    edits |= {f"{float(text) * 10.0**power:.{decimals(text)}f}" for power in (-3, -2, -1, 1, 2, 3)}
    return sorted(edit for edit in edits if _NUMBER.fullmatch(edit))


def _shifted(printed: str, text: str) -> bool:
    a, b = float(printed), float(text)
    if a == 0 or b == 0 or (a < 0) != (b < 0):
        return False
    power = math.log10(a / b)
    return round(power) != 0 and math.isclose(a, b * 10.0 ** round(power), rel_tol=1e-12)
