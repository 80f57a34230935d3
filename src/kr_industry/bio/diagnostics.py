"""How much of 2020 was in-vitro diagnostics: an increase that is printed, levels that are not, and what they leave.

Only the digest of 2022 prints the increase, so all of this stays about 2020 whatever years follow.

The source prints by how much the production of diagnostics grew, but not from which level. What cannot be known is
kept as bounds over every level that it could have been (Manski 2003), never as a point.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from kr_industry import spans
from kr_industry.bio.segments import rows
from kr_industry.bio.survey import BEFORE, REFERENCE, then
from kr_industry.growth import compound_annual_growth_rate
from kr_industry.korean import amount
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording

SEGMENT = "bio_medical_devices"
"""The segment that the source counts diagnostics in."""

Pair = tuple[float, float]


@dataclass(frozen=True)
class Diagnostics:
    """What is known of diagnostics, in 억 원; pairs are the years before and after, or low and high.

    Parameters
    ----------
    increase : float
        Growth of the production of diagnostics.
    production, exports : (float, float)
        Of the whole industry.
    segment_production, segment_exports : (float, float)
        Of the segment that diagnostics is a part of.

    Raises
    ------
    ValueError
        The increase does not fit into the segment, or a segment exports more than it produces.
    """

    increase: float
    production: Pair
    exports: Pair
    segment_production: Pair
    segment_exports: Pair

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 <= self.increase <= self.segment_production[1]:
            raise ValueError(f"an increase of {self.increase:g} does not fit into {self.segment_production[1]:g}")
        for sold, made in zip(self.segment_exports, self.segment_production, strict=True):
            if not 0 <= sold <= made:
                raise ValueError(f"a segment that makes {made:g} cannot export {sold:g}")

    @property
    def base(self) -> Pair:
        """The levels of production that diagnostics can have had before: a part of its segment in both years."""
        return 0.0, min(self.segment_production[0], self.segment_production[1] - self.increase)

    def growth(self) -> float:
        """Growth of all production, in percent."""
        return 100 * (self.production[1] / self.production[0] - 1)

    def growth_held_flat(self) -> float:
        """Growth in percent had diagnostics stayed at its level of the year before, whatever that was."""
        return 100 * ((self.production[1] - self.increase) / self.production[0] - 1)

    def growth_excluding(self, base: float) -> float:
        """Growth in percent of everything but diagnostics, for one level of the year before."""
        before = self.production[0] - base
        return 100 * ((self.production[1] - self.increase - base) / before - 1)

    def growth_bounds(self) -> Pair:
        """Growth in percent of everything but diagnostics, over all levels that it can have had."""
        return _ends(self.growth_excluding(base) for base in self.base)  # monotone in the level

    def own_growth_least(self) -> float:
        """By how much diagnostics itself grew at least, in percent."""
        return 100 * self.increase / self.base[1]

    def export_levels(self, base: float) -> tuple[Pair, Pair]:
        """Bounds of the exports of diagnostics in both years, for one level of production before.

        Nothing exports more than it makes in the year, neither diagnostics nor the rest of its segment.
        """
        made = (base, base + self.increase)
        return tuple(
            (max(0.0, sold - (whole - own)), min(own, sold))
            for own, sold, whole in zip(made, self.segment_exports, self.segment_production, strict=True)
        )

    def export_increase_bounds(self) -> Pair:
        """By how much the exports of diagnostics can have grown, if nothing exports more than it makes."""
        cases = [self.export_levels(base) for base in self._turns()]
        return min(new[0] - old[1] for old, new in cases), max(new[1] - old[0] for old, new in cases)

    def export_growth(self) -> float:
        """Growth of all exports, in percent."""
        return 100 * (self.exports[1] / self.exports[0] - 1)

    def export_growth_held_flat_bounds(self) -> Pair:
        """Growth of exports in percent had those of diagnostics stayed at their level of the year before."""
        return _ends(100 * ((self.exports[1] - rise) / self.exports[0] - 1) for rise in self.export_increase_bounds())

    def export_growth_bounds(self) -> Pair:
        """Growth of all exports but diagnostics in percent, if nothing exports more than it makes.

        For one level of production the bounds of exports in the two years do not depend on each other, and growth
        falls with the one and rises with the other. Between the levels where a bound changes its formula, growth
        is a ratio of two linear functions, so that its extremes lie at those levels.
        """
        cases = [self.export_levels(base) for base in self._turns()]
        return (
            min(self._without(old[0], new[1]) for old, new in cases),
            max(self._without(old[1], new[0]) for old, new in cases),
        )

    def export_growth_bounds_without_assumption(self) -> Pair:
        """The same knowing only that diagnostics is a part of its segment's exports."""
        old, new = self.segment_exports
        return self._without(0.0, new), self._without(old, 0.0)

    def _without(self, old: float, new: float) -> float:
        return 100 * ((self.exports[1] - new) / (self.exports[0] - old) - 1)

    def _turns(self) -> list[float]:
        """Levels of production at which a bound of exports changes its formula, and the ends."""
        (old, new), (before, after) = self.segment_exports, self.segment_production
        turns = [old, before - old, new - self.increase, after - new - self.increase]
        low, high = self.base
        return sorted({low, high, *(turn for turn in turns if low < turn < high)})


def _ends(values: Iterator[float]) -> Pair:
    found = list(values)
    return min(found), max(found)


def known(segments: pd.DataFrame, increase: float) -> Diagnostics:
    """What the table of segments and the printed increase (억 원) leave known."""
    before, after = rows(segments, BEFORE), rows(segments, REFERENCE)

    def pair(segment: str, measure: str) -> Pair:
        return float(before.at[segment, measure]), float(after.at[segment, measure])

    return Diagnostics(
        increase,
        *(pair("total", measure) for measure in ("production", "exports")),
        *(pair(SEGMENT, measure) for measure in ("production", "exports")),
    )


def earlier_growth(production: pd.Series, base_year: int) -> float:
    """Compound growth of production from the base year to 2019, in percent a year."""
    return compound_annual_growth_rate(production[base_year], production[BEFORE], BEFORE - base_year)


def finding(tests: Diagnostics, say: Wording) -> str:
    """How much of the growth was diagnostics, and what growth was without it."""
    low, high = tests.growth_bounds()
    rise = tests.production[1] - tests.production[0]
    return say(
        "diagnostics",
        increase=amount(tests.increase, say.language),
        rise=amount(rise, say.language),
        share=100 * tests.increase / rise,
        growth=tests.growth(),
        flat=tests.growth_held_flat(),
        low=low,
        high=high,
    )


def export_finding(tests: Diagnostics, last_year: int, say: Wording) -> str:
    """What can be said of exports without diagnostics, in a report that goes on to the last year."""
    low, high = tests.export_growth_bounds()
    least, most = tests.export_increase_bounds()
    rise = tests.exports[1] - tests.exports[0]
    return say(
        "diagnostics_exports",
        then=then(last_year, say),
        growth=tests.export_growth(),
        low=low,
        high=high,
        least=100 * least / rise,
        most=100 * most / rise,
    )


def headline(tests: Diagnostics, production: pd.Series, measure: str, say: Wording) -> str:
    """What can be said of one measure, ``production`` or ``exports``, without diagnostics."""
    return finding(tests, say) if measure == "production" else export_finding(tests, production.index[-1], say)


def more_sentences(tests: Diagnostics, production: pd.Series, first_year: int, say: Wording) -> list[str]:
    """Diagnostics within its segment, growth without it against earlier years, exports, and what all this is not.

    Parameters
    ----------
    tests : Diagnostics
        What is known.
    production : pandas.Series
        All production by year.
    first_year : int
        The base year.
    say : Wording
        The words.
    """
    low, high = tests.growth_bounds()
    earlier, last_year = earlier_growth(production, first_year), production.index[-1]
    weak, about = tests.export_growth_bounds_without_assumption(), then(last_year, say)
    return [
        say(
            "diagnostics_segment",
            then=about,
            share=100 * tests.increase / (tests.segment_production[1] - tests.segment_production[0]),
            base=amount(tests.base[1], say.language),
            own=tests.own_growth_least(),
        ),
        say(
            "diagnostics_above" if low > earlier else "diagnostics_below" if high < earlier else "diagnostics_about",
            then=about,
            low=low,
            high=high,
            earlier=earlier,
            first_year=first_year,
        ),
        export_finding(tests, last_year, say),
        say("diagnostics_exports_weak", low=weak[0], high=weak[1]),
        say("diagnostics_note"),
    ]


def bounds(tests: Diagnostics, earlier: float, first_year: int, say: Wording) -> pd.DataFrame:
    """Growth with and without diagnostics: ``low`` and ``high`` in percent, indexed by (measure, case)."""
    production, exports = say("group_production"), say("group_exports")
    cases = {
        (production, say("case_printed")): (tests.growth(),) * 2,
        (production, say("case_flat")): (tests.growth_held_flat(),) * 2,
        (production, say("case_without")): tests.growth_bounds(),
        (production, say("case_earlier", first_year=first_year)): (earlier,) * 2,
        (exports, say("case_printed")): (tests.export_growth(),) * 2,
        (exports, say("case_flat")): tests.export_growth_held_flat_bounds(),
        (exports, say("case_without")): tests.export_growth_bounds(),
        (exports, say("case_weak")): tests.export_growth_bounds_without_assumption(),
    }
    return pd.DataFrame.from_dict(cases, orient="index", columns=["low", "high"]).set_axis(
        pd.MultiIndex.from_tuples(cases), axis=0
    )


def exhibit(tests: Diagnostics, production: pd.Series, first_year: int, say: Wording) -> Exhibit:
    """Growth with and without diagnostics, as bounds."""
    drawn = bounds(tests, earlier_growth(production, first_year), first_year, say)
    reported = [say("case_printed"), say("case_earlier", first_year=first_year)]
    numbers = drawn.set_axis([say("col_low"), say("col_high")], axis=1)
    return (
        spans.ranges(drawn, say("axis_bounds"), say("between"), reported),
        finding(tests, say),
        say("source_diagnostics"),
        numbers.rename_axis([say("col_measure"), say("col_case")]).reset_index(),
    )


def results(tests: Diagnostics) -> Iterator[tuple]:
    """Name, value, unit, and where there are any, bounds."""
    rise = tests.production[1] - tests.production[0]
    yield "ivd_share_of_increase", 100 * tests.increase / rise, "percent"
    yield "growth_without_ivd", tests.growth_held_flat(), "percent", *tests.growth_bounds()
    low, high = tests.export_growth_bounds()
    yield "exports_growth_without_ivd_least", low, "percent"
    yield "exports_growth_without_ivd_most", high, "percent"
