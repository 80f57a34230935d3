"""When the growth of a short series turned: one continuous kink in its logarithm, on the true years.

Yearly figures deviate from a line in two ways that ten of them cannot tell apart: each by itself, or for good, as a
random walk does. A kink is called one only where both allow it, since a walk alone bends most lines (Nelson and Kang
1981). The first is least squares on the logarithms, the second least squares on their changes, each weighted by the
years it took, with the line and its kink differenced likewise.

Between two observed years the residual sum of squares is a ratio of two polynomials of the kink's place (Hudson 1966),
so that the best place and the set of places that the F statistic does not reject are exact. Whether there is a kink at
all is judged by permuting the residuals of the straight line (Freedman and Lane 1983) and by the corrected Akaike
criterion (Hurvich and Tsai 1989). Bai and Perron (1998, 2003), Andrews (1993) and Zeileis et al. (2002) give the
setting; their asymptotic p-values do not hold for ten observations and are not used.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import fdtri
from scipy.stats import permutation_test
from statsmodels.tools.eval_measures import aicc

from kr_industry.growth import checked, percent
from kr_industry.memory import remembered

NEEDED = 7
"""Years a kink needs: with its five parameters the corrected Akaike criterion is not defined for fewer."""
PERMUTATIONS = 9_999


@dataclass(frozen=True)
class Slope:
    """Growth in log points a year (hundredths of a natural logarithm), with its bounds."""

    value: float
    low: float
    high: float

    @property
    def percent(self) -> "Slope":
        """The same in percent a year."""
        return Slope(*(float(percent(points)) for points in (self.value, self.low, self.high)))


@dataclass(frozen=True)
class Kink:
    """One continuous kink in the logarithm of a series.

    Attributes
    ----------
    year : float
        Where the two lines meet, for independent deviations.
    low, high : float
        The least and the largest place that the F profile does not reject for independent deviations, or for those of
        a random walk. Places between them that both reject count as not rejected: a set in pieces is told by its hull.
    before, after : Slope
        Growth before and after the kink, for independent deviations; the bounds let the kink move, and hold both ways.
    aicc, aicc_line : float
        Corrected Akaike criterion of the kinked and of the straight line; the smaller is the better.
    p, p_walk : float
        How often a permutation of the straight line's residuals gains as much from a kink, in ``permutations`` (fewer
        where the series has fewer orders), for independent deviations and for those of a random walk.
    confidence : float
        Of all bounds, in percent.
    fitted : pandas.Series
        The kinked line at the observed years and at the kink, in the unit of the series.
    years : tuple of int
        The observed years.
    refusals : tuple of str
        Why no turn may be read from it: ``independent``, ``walk``, a straight line does where deviations are of that
        kind; ``above``, the line lies higher at its kink than any year was; ``leaning``, without some one year the kink
        leaves the interval.
    """

    year: float
    low: float
    high: float
    before: Slope
    after: Slope
    aicc: float
    aicc_line: float
    p: float
    p_walk: float
    permutations: int
    confidence: float
    fitted: pd.Series
    years: tuple[int, ...]
    refusals: tuple[str, ...]

    @property
    def supported(self) -> bool:
        """Whether growth turned: nothing speaks against it."""
        return not self.refusals

    @property
    def gain(self) -> float:
        """By how much the corrected Akaike criterion prefers the kink to a straight line."""
        return self.aicc_line - self.aicc

    @property
    def gap(self) -> tuple[int, int] | None:
        """The observed years around the missing ones in which all of the interval lies; None where it does not."""
        pairs = ((a, b) for a, b in pairwise(self.years) if a <= self.low and self.high <= b and b - a > 1)
        return next(pairs, None)

    def outside(self, others: pd.DataFrame) -> pd.DataFrame:
        """Of the kinks without one year each (:func:`without_each_year`), those outside the interval."""
        return others[(others["year"] < self.low - 1e-9) | (others["year"] > self.high + 1e-9)]


class Lines:
    """Straight and kinked lines through given years, for deviations of one kind.

    A kink leaves two observations or more on each side, those at the kink counted on both.

    Parameters
    ----------
    years : numpy.ndarray
        Ascending.
    walk : bool
        Whether deviations are those of a random walk; else they are independent.
    """

    def __init__(self, years: np.ndarray, walk: bool = False):
        self.middle, self.walk, self.knots = years.mean(), walk, years[1:-1]
        self.x, steps = years - self.middle, np.diff(years)[:, None]
        self.whiten = np.diff(np.eye(len(years)), axis=0) / np.sqrt(steps) if walk else np.eye(len(years))
        line = self.whiten @ np.column_stack([np.ones_like(self.x), self.x])[:, walk:]  # changes know of no level
        self.off = np.eye(len(line)) - line @ np.linalg.pinv(line)
        # A kink at k between two knots adds the column u − k·v to the line, with the u and v of these two.
        later = years[:, None] >= self.knots[1:]
        u, v = (self.off @ self.whiten @ part for part in (later * self.x[:, None], later))
        self.u, self.v, self.uu, self.uv, self.vv = u, v, (u * u).sum(0), (u * v).sum(0), (v * v).sum(0)

    def residuals(self, logs: np.ndarray) -> np.ndarray:
        """What the straight line leaves; nothing where that is no more than the last digits of the logarithms."""
        rest = self.off @ self.whiten @ logs
        return rest * (np.abs(rest).max() > 1e-12 * (1 + np.abs(logs).max()))

    def gains(self, rest: np.ndarray, places: np.ndarray) -> np.ndarray:
        """By how much a kink, at a place between each two neighbouring knots, lessens the residual sum of squares."""
        k = places - self.middle
        return (rest @ self.u - k * (rest @ self.v)) ** 2 / (self.uu - 2 * k * self.uv + k**2 * self.vv)

    def best(self, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The place that gains most and what it gains, of residuals of the straight line (last axis)."""
        p, q, (left, right) = rest @ self.u, rest @ self.v, (self.knots[:-1], self.knots[1:])
        with np.errstate(divide="ignore", invalid="ignore"):
            turning = (q * self.uu - p * self.uv) / (q * self.uv - p * self.vv) + self.middle
        places = np.stack(np.broadcast_arrays(left, np.fmax(left, np.fmin(turning, right)), right), axis=-2)
        gains = self.gains(rest[..., None, :], places)
        places, gains = (table.reshape(*p.shape[:-1], -1) for table in (places, gains))
        most = gains.argmax(axis=-1)[..., None]
        return tuple(np.take_along_axis(table, most, axis=-1)[..., 0] for table in (places, gains))

    def accepted(self, rest: np.ndarray, least: float) -> np.ndarray:
        """Places that gain the least asked for or more: the ends of all stretches of them, and steps in between."""
        p, q = rest @ self.u, rest @ self.v
        a, b, c = q**2 - least * self.vv, p * q - least * self.uv, p**2 - least * self.uu
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = (b + np.array([[-1], [1]]) * np.sqrt(b**2 - a * c)) / a + self.middle
        ends = ends[(ends >= self.knots[:-1]) & (ends <= self.knots[1:])]
        steps = np.linspace(self.knots[:-1], self.knots[1:], 21)
        steps = steps[self.gains(rest, steps) >= least]
        return np.unique(np.concatenate([ends, steps, [self.best(rest)[0]]]))

    def slopes(self, logs: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For a kink at each place: the slopes on both sides, their variances at a noise of one, the residual sums."""
        k = places[:, None] - self.middle
        sides = [np.minimum(self.x, k), np.maximum(self.x - k, 0)]
        design = self.whiten @ np.stack([np.ones_like(sides[0]), *sides], axis=-1)[..., self.walk :]
        inverse = np.linalg.inv(design.swapaxes(1, 2) @ design)
        found = inverse @ design.swapaxes(1, 2) @ (self.whiten @ logs)[:, None]
        sums = ((self.whiten @ logs - (design @ found)[..., 0]) ** 2).sum(axis=1)
        return found[:, -2:, 0], np.diagonal(inverse, axis1=1, axis2=2)[:, -2:], sums

    def bounds(self, logs: np.ndarray, confidence: float) -> np.ndarray:
        """The least and the largest of place and slopes before and after that the F statistic does not reject.

        Of a walk, the set of places allows for two parameters at once, the place and the size of the turn (Scheffé
        1953): where a turn is small, the best place follows the noise, and sets for one hold 85 to 91 percent.
        """
        rest, degrees = self.residuals(logs), len(logs) - 4
        total = rest @ rest
        limits = [
            (total - self.best(rest)[1]) * (1 + count * fdtri(count, degrees, confidence / 100) / degrees)
            for count in (1, 1 + self.walk)
        ]
        places = self.accepted(rest, total - limits[0])
        slopes, variances, sums = self.slopes(logs, places)
        reach = np.sqrt(variances * np.maximum(limits[0] - sums, 0)[:, None])
        places = self.accepted(rest, total - limits[1])
        return np.array([[places[0], *(slopes - reach).min(0)], [places[-1], *(slopes + reach).max(0)]])

    def p(self, logs: np.ndarray, permutations: int, seed: int) -> float:
        """How often an order of the straight line's residuals gains as large a part from a kink as the observed one."""

        def part(rest: np.ndarray, axis: int = -1) -> np.ndarray:
            total = ((rest @ self.off) ** 2).sum(axis)
            return np.divide(self.best(rest)[1], total, out=np.zeros_like(total), where=total > 0)

        random = np.random.default_rng(seed)
        how = {"permutation_type": "pairings", "alternative": "greater", "vectorized": True}
        return float(
            permutation_test((self.residuals(logs),), part, n_resamples=permutations, rng=random, **how).pvalue
        )


@remembered
def find_kink(values: pd.Series, confidence: float = 95, permutations: int = PERMUTATIONS, seed: int = 0) -> Kink:
    """The kink in the logarithm of a series, with what bounds it, and whether growth turned at all.

    Parameters
    ----------
    values : pandas.Series
        Values above zero, indexed by year, ascending, without duplicates; years may be missing.
    confidence : float
        Of the bounds and of both tests, in percent.
    permutations, seed : int
        Permutations of the straight line's residuals, and where their random order starts.

    Raises
    ------
    ValueError
        Years are unsorted or double, a value is not above zero, there are fewer than :data:`NEEDED` years, or the
        confidence is not between 0 and 100.
    """
    if not 0 < confidence < 100:
        raise ValueError(f"confidence is {confidence}; expected percent between 0 and 100")
    values = checked(values, NEEDED, "a kink")
    years, logs = values.index.to_numpy(float), np.log(values.to_numpy())
    lines, walk = _lines(tuple(years), False), _lines(tuple(years), True)
    rest = lines.residuals(logs)
    year, gain = (float(found) for found in lines.best(rest))
    (before, after), *_ = lines.slopes(logs, np.array([year]))[0]
    bounds = np.stack([kind.bounds(logs, confidence) for kind in (lines, walk)])
    low, high = bounds[:, 0].min(axis=0), bounds[:, 1].max(axis=0)
    p, p_walk = (kind.p(logs, permutations, seed) for kind in (lines, walk))
    bent, straight = (_criterion(rest @ rest - gained, len(years), 3 + extra) for gained, extra in ((gain, 2), (0, 0)))

    def bend(at: np.ndarray) -> np.ndarray:
        return before * np.minimum(at - year, 0) + after * np.maximum(at - year, 0)

    shown = np.sort(np.append(years, year))
    fitted = np.exp(bend(shown) + (logs - bend(years)).mean())
    others = np.array([_without(years, logs, left_out)[0] for left_out in range(len(years))])
    failed = {
        "independent": p > 1 - confidence / 100 or bent >= straight,
        "walk": p_walk > 1 - confidence / 100,
        "above": fitted.max() > values.max(),
        "leaning": others.min() < low[0] - 1e-9 or others.max() > high[0] + 1e-9,
    }
    return Kink(
        year=year,
        low=float(low[0]),
        high=float(high[0]),
        before=Slope(*(100 * float(slope) for slope in (before, low[1], high[1]))),
        after=Slope(*(100 * float(slope) for slope in (after, low[2], high[2]))),
        aicc=bent,
        aicc_line=straight,
        p=p,
        p_walk=p_walk,
        permutations=permutations,
        confidence=confidence,
        fitted=pd.Series(fitted, index=shown),
        years=tuple(int(year) for year in values.index),
        refusals=tuple(name for name, fails in failed.items() if fails),
    )


@remembered
def without_each_year(values: pd.Series) -> pd.DataFrame:
    """The kink and the slopes that remain where any one year is left out.

    Indexed by the year left out: ``year`` of the kink, ``before`` and ``after`` (log points a year; see
    :func:`kr_industry.growth.percent`), for independent deviations. ValueError as for :func:`find_kink`.
    """
    values = checked(values, NEEDED, "a kink")
    years, logs = values.index.to_numpy(float), np.log(values.to_numpy())
    rows = []
    for left_out in range(len(years)):
        place, lines, rest = _without(years, logs, left_out)
        rows.append([float(place), *(100 * lines.slopes(rest, place[None])[0][0])])
    return pd.DataFrame(rows, index=values.index, columns=["year", "before", "after"])


def _without(years: np.ndarray, logs: np.ndarray, left_out: int) -> tuple[np.ndarray, Lines, np.ndarray]:
    """The kink without one place of the series; the lines through the other years, and their logarithms."""
    lines, rest = _lines(tuple(np.delete(years, left_out)), False), np.delete(logs, left_out)
    return lines.best(lines.residuals(rest))[0], lines, rest


@lru_cache(maxsize=256)
def _lines(years: tuple[float, ...], walk: bool) -> Lines:
    return Lines(np.array(years), walk)


def _criterion(total: float, number: int, parameters: int) -> float:
    """AICc of a residual sum of squares; a kink's place and the variance count among the parameters."""
    with np.errstate(divide="ignore"):  # a line through all years is infinitely good
        return float(aicc(-number / 2 * (np.log(2 * np.pi * total / number) + 1), number, parameters))
