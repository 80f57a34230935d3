"""When growth turned: what the kink in the log series says, and what it does not."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from kr_industry import curves
from kr_industry.kinks import NEEDED, Kink, find_kink, without_each_year
from kr_industry.photonics.industry import Industry
from kr_industry.style import chart_text
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording


def possible(values: pd.Series) -> bool:
    """Whether the years suffice for a kink."""
    return len(values) >= NEEDED


def turn(values: pd.Series, confidence: float) -> tuple[Kink, pd.DataFrame] | tuple[None, None]:
    """Where growth turned, and where without one year each; nothing where the years do not suffice."""
    return (find_kink(values, confidence), without_each_year(values)) if possible(values) else (None, None)


def refusal(values: pd.Series, noun: str, say: Wording) -> str:
    """What would be needed, where the years do not suffice."""
    return say("kink_refused", noun=noun, have=len(values), need=NEEDED)


def percent(log_points: float | pd.Series) -> float | pd.Series:
    """Growth in log points a year as percent a year."""
    return 100 * np.expm1(log_points / 100)


def moving(kink: Kink, others: pd.DataFrame) -> pd.DataFrame:
    """Of the kinks without one year each, those outside the interval."""
    return others[(others["year"] < kink.low - 1e-9) | (others["year"] > kink.high + 1e-9)]


def kink_sentence(kink: Kink, others: pd.DataFrame, noun: str, say: Wording) -> str:
    """Where growth turned, with its bounds, how fast it was before and after, and whether that leans on few years."""
    told = say(
        "kink" if kink.supported else "kink_unsupported",
        noun=noun,
        year=kink.year,
        low=kink.low,
        high=kink.high,
        confidence=kink.confidence,
        before=percent(kink.before.value),
        before_low=percent(kink.before.low),
        before_high=percent(kink.before.high),
        after=percent(kink.after.value),
        after_low=percent(kink.after.low),
        after_high=percent(kink.after.high),
    )
    if kink.supported and kink.after.low < 0 < kink.after.high:
        told += " " + say("kink_flat")
    if kink.supported and len(moving(kink, others)):
        told += " " + say("kink_leans", lowest=others["year"].min(), highest=others["year"].max())
    return told


def more_sentences(values: pd.Series, kink: Kink, others: pd.DataFrame, noun: str, say: Wording) -> list[str]:
    """Whether the kink is between observed years, where the level was highest, the test, and what one year does."""
    told = []
    years = list(values.index)
    around = [(a, b) for a, b in pairwise(years) if a <= kink.low and kink.high <= b and b - a > 1]
    if around:
        told.append(say("kink_gap", first_year=around[0][0], last_year=around[0][1]))
    peak = int(values.astype(float).idxmax())
    place = "later" if peak > kink.high else "earlier" if peak < kink.low else "within"
    told.append(say(f"peak_{place}", noun=noun, peak_year=peak))
    told.append(
        say(
            "kink_test",
            difference=kink.aicc_line - kink.aicc,
            permutations=kink.permutations,
            hits=round(kink.p * (kink.permutations + 1)) - 1,
            p=kink.p,
        )
    )
    outside = moving(kink, others)
    lowest, highest = others["year"].min(), others["year"].max()
    if outside.empty:
        told.append(say("without_stable", lowest=lowest, highest=highest))
    else:
        moves = [say("without_move", left_out=year, year=row["year"]) for year, row in outside.iterrows()]
        told.append(say("without_moves", moves=", ".join(moves), lowest=lowest, highest=highest))
    return told


def exhibit(values: pd.Series, kink: Kink, others: pd.DataFrame, measure: str, noun: str, say: Industry) -> Exhibit:
    """The kinked line with its bounds; the kink without one year each as numbers."""
    slopes = {"before": percent(kink.before.value), "after": percent(kink.after.value)}
    texts = {side: chart_text(say("turn_slope", slope=slope)) for side, slope in slopes.items()}
    texts |= {"others": say("turn_others")}
    numbers = pd.DataFrame(
        {
            say("col_left_out"): others.index.map(str),
            say("col_kink"): others["year"].map("{:.1f}".format).to_numpy(),
            say("col_before"): percent(others["before"]).to_numpy(),
            say("col_after"): percent(others["after"]).to_numpy(),
        }
    )
    return (
        curves.turning(values, kink, others, say(f"axis_kink_{measure}"), texts, say("turn_label", year=kink.year)),
        kink_sentence(kink, others, noun, say),
        say.cite("annual"),
        numbers,
    )


def results(measure: str, kink: Kink) -> Iterator[tuple[str, float, str, float, float]]:
    """The year of the kink and growth on both sides, with bounds; nothing where the kink is not supported."""
    if kink.supported:
        yield f"{measure}_kink_year", kink.year, "year", kink.low, kink.high
        for side, slope in (("before", kink.before), ("after", kink.after)):
            yield f"{measure}_slope_{side}", slope.value, "log points a year", slope.low, slope.high
