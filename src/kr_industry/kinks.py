"""When the growth of a short series turned: one continuous kink in its logarithm, on the true years.

Every candidate year is tried, so that nothing is asked of spacing or of large numbers: the set of kinks that the
data cannot reject is the profile of the F statistic, and whether there is a kink at all is judged by the corrected
Akaike criterion (Hurvich and Tsai 1989) and by permuting the residuals of the straight line (Freedman and Lane
1983). Bai and Perron (1998, 2003), Andrews (1993) and Zeileis et al. (2002) give the setting; their asymptotic
p-values do not hold for ten observations and are not used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution
from statsmodels.regression.linear_model import OLS
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
    year, low, high : float
        Where the two lines meet; the first and the last candidate that the F profile does not reject.
    before, after : Slope
        Growth before and after the kink; the bounds let the kink move too.
    aicc, aicc_line : float
        Corrected Akaike criterion of the kinked and of the straight line; the smaller is the better.
    p : float
        How often a permutation of the straight line's residuals gains as much from a kink, in ``permutations``.
    confidence : float
        Of all bounds, in percent.
    fitted : pandas.Series
        The kinked line at the observed years and at the kink, in the unit of the series.
    years : tuple of int
        The observed years.
    """

    year: float
    low: float
    high: float
    before: Slope
    after: Slope
    aicc: float
    aicc_line: float
    p: float
    permutations: int
    confidence: float
    fitted: pd.Series
    years: tuple[int, ...]

    @property
    def supported(self) -> bool:
        """Whether both criteria prefer the kink to a straight line."""
        return self.aicc < self.aicc_line and self.p <= 1 - self.confidence / 100

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


def kinked(x: np.ndarray, places: Sequence[float]) -> np.ndarray:
    """The design of a line whose slope changes at each of the places."""
    return np.column_stack([np.ones_like(x), x - x.mean(), *(np.maximum(x - place, 0) for place in places)])


def residual_sums(
    x: np.ndarray,
    y: np.ndarray,
    candidates: Sequence[Sequence[float]],
    design: Callable[[np.ndarray, Sequence[float]], np.ndarray] = kinked,
) -> np.ndarray:
    """Residual sum of squares for each candidate's places; for each column of ``y`` where it has several."""
    bases, _ = np.linalg.qr(np.stack([design(x, places) for places in candidates]))
    return np.array([((y - basis @ (basis.T @ y)) ** 2).sum(axis=0) for basis in bases])


def candidates(x: np.ndarray, step: float = 0.1) -> np.ndarray:
    """Places that leave two observations or more on each side, those at the place counted on both."""
    count = round((x[-2] - x[1]) / step)
    return np.linspace(x[1], x[-2], count + 1)


@remembered
def find_kink(values: pd.Series, confidence: float = 95, permutations: int = PERMUTATIONS, seed: int = 0) -> Kink:
    """The kink in the logarithm of a series, with what bounds it, and whether there is one at all.

    Parameters
    ----------
    values : pandas.Series
        Values above zero, indexed by year, ascending, without duplicates; years may be missing.
    confidence : float
        Of the bounds, in percent.
    permutations, seed : int
        Permutations of the straight line's residuals, and where their random order starts.

    Raises
    ------
    ValueError
        Years are unsorted or double, a value is not above zero, or there are fewer than :data:`NEEDED` years.
    """
    values = checked(values, NEEDED, "a kink")
    x, y = values.index.to_numpy(float), np.log(values.to_numpy())
    places = candidates(x)
    sums = residual_sums(x, y, [(place,) for place in places])
    best = int(sums.argmin())
    degrees = len(x) - 4
    limit = sums[best] * (1 + f_distribution.ppf(confidence / 100, 1, degrees) / degrees)
    accepted = places[sums <= limit]
    fits = [OLS(y, kinked(x, (place,))).fit() for place in accepted]
    best_fit = OLS(y, kinked(x, (places[best],))).fit()
    line = OLS(y, kinked(x, ())).fit()
    shown = np.sort(np.append(x, places[best]))
    design = kinked(shown, (places[best],))
    design[:, 1] = shown - x.mean()
    return Kink(
        year=float(places[best]),
        low=float(accepted[0]),
        high=float(accepted[-1]),
        before=_slope(best_fit, fits, limit, np.array([0.0, 1.0, 0.0])),
        after=_slope(best_fit, fits, limit, np.array([0.0, 1.0, 1.0])),
        aicc=_criterion(best_fit, kinks=1),
        aicc_line=_criterion(line, kinks=0),
        p=_permuted(x, y, line, sums[best], places, permutations, seed),
        permutations=permutations,
        confidence=confidence,
        fitted=pd.Series(np.exp(design @ best_fit.params), index=shown),
        years=tuple(int(year) for year in values.index),
    )


@remembered
def without_each_year(values: pd.Series) -> pd.DataFrame:
    """The kink and the slopes that remain where any one year is left out.

    Indexed by the year left out: ``year`` of the kink, ``before`` and ``after`` (log points a year; see
    :func:`kr_industry.growth.percent`). ValueError as for :func:`find_kink`.
    """
    values = checked(values, NEEDED, "a kink")
    rows = {}
    for left_out in values.index:
        rest = values.drop(left_out)
        x, y = rest.index.to_numpy(float), np.log(rest.to_numpy())
        places = candidates(x)
        place = places[residual_sums(x, y, [(place,) for place in places]).argmin()]
        slope, change = OLS(y, kinked(x, (place,))).fit().params[1:]
        rows[left_out] = {"year": place, "before": 100 * slope, "after": 100 * (slope + change)}
    return pd.DataFrame.from_dict(rows, orient="index")


def _slope(best, fits, limit: float, direction: np.ndarray) -> Slope:
    """A combination of coefficients, with the values that some accepted place leaves within the limit."""
    ends = []
    for fit in fits:
        centre = float(direction @ fit.params)
        variance = float(direction @ fit.normalized_cov_params @ direction)
        reach = np.sqrt(variance * max(limit - fit.ssr, 0))
        ends += [centre - reach, centre + reach]
    return Slope(100 * float(direction @ best.params), 100 * float(min(ends)), 100 * float(max(ends)))


def _criterion(fit, kinks: int) -> float:
    """AICc; places and the variance count among the parameters."""
    return float(aicc(fit.llf, fit.nobs, len(fit.params) + kinks + 1))


def _permuted(x, y, line, least: float, places, permutations: int, seed: int) -> float:
    """How often a permutation of the line's residuals gains as much from a kink; the order observed is one of them."""
    shuffled = np.random.default_rng(seed).permuted(np.tile(line.resid, (permutations, 1)), axis=1).T
    trials = line.fittedvalues[:, None] + shuffled
    straight = residual_sums(x, trials, [()])[0]
    bent = residual_sums(x, trials, [(place,) for place in places]).min(axis=0)
    # An order that happens to be the observed one must count, whatever its last digits.
    return float((1 + (bent / straight <= least / line.ssr * (1 + 1e-9)).sum()) / (1 + permutations))
