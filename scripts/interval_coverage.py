"""How often the intervals of kinks and forecasts hold what they should, on series made with a known truth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kr_industry.forecast import METHODS, forecast
from kr_industry.kinks import find_kink

LEVELS = (50, 80, 95)
"""Confidence levels looked at, in percent."""
FORECASTS = ("half_drift", "naive")
"""Methods whose intervals are looked at; the line is a warning only."""


def kink_coverage(
    years: Sequence[int], kink: float, before: float, after: float, noise: float, draws: int, seed: int
) -> pd.DataFrame:
    """How often the intervals of :func:`~kr_industry.kinks.find_kink` hold the truth.

    Parameters
    ----------
    years : sequence of int
        Years observed.
    kink : float
        The true place.
    before, after : float
        True growth in log points a year.
    noise : float
        Standard deviation of the logarithm around the kinked line.
    draws, seed : int
        How many series, and where their random numbers start.

    Returns
    -------
    pandas.DataFrame
        Percent of the draws, for each of :data:`LEVELS` (rows): ``year``, ``before``, ``after``.
    """
    x, random = np.asarray(years, float), np.random.default_rng(seed)
    truth = (before * np.minimum(x, kink) + after * np.maximum(x - kink, 0)) / 100
    held = pd.DataFrame(0, index=list(LEVELS), columns=["year", "before", "after"])
    for _ in range(draws):
        values = pd.Series(np.exp(truth - truth[0] + random.normal(0, noise, len(x))), index=years)
        for level in LEVELS:
            fit = find_kink(values, level, permutations=1)
            held.loc[level] += [
                fit.low - 0.05 <= kink <= fit.high + 0.05,  # candidates are tenths of a year
                fit.before.low <= before <= fit.before.high,
                fit.after.low <= after <= fit.after.high,
            ]
    return 100 * held / draws


def forecast_coverage(length: int, drift: float, noise: float, draws: int, seed: int) -> pd.DataFrame:
    """How often the interval of the next year holds it, on random walks in logarithms.

    Parameters
    ----------
    length : int
        Years known.
    drift, noise : float
        Mean and standard deviation of a year's change of the logarithm.
    draws, seed : int
        How many series, and where their random numbers start.

    Returns
    -------
    pandas.DataFrame
        Percent of the draws, for each of :data:`LEVELS` (rows) and :data:`FORECASTS` (columns).
    """
    random = np.random.default_rng(seed)
    held = pd.DataFrame(0, index=list(LEVELS), columns=list(FORECASTS))
    for _ in range(draws):
        walk = np.exp(np.cumsum(random.normal(drift, noise, length + 1)))
        values = pd.Series(walk[:-1], index=range(2000, 2000 + length))
        for level in LEVELS:
            for method in FORECASTS:
                row = forecast(values, 1, level, METHODS[method]).iloc[0]
                held.loc[level, method] += row["low"] <= walk[-1] <= row["high"]
    return 100 * held / draws
