"""How often turns are called where there are none, and how often intervals hold the truth, on series of known truth.

Series deviate in three ways: each year by itself; as a random walk; and as a walk whose steps persist, each half of the
one before and something new, which neither the kinks nor the forecasts allow for.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pandas as pd

from kr_industry.forecast import half_drift, interval, random_walk
from kr_industry.kinks import Lines, find_kink

DEVIATIONS = ("independent", "walk", "persisting")
"""How series deviate from what is true of them."""


def deviations(random: np.random.Generator, years: Sequence[int], kind: str, noise: float) -> np.ndarray:
    """Deviations of the logarithm in the years given.

    Parameters
    ----------
    random : numpy.random.Generator
        Where the random numbers come from.
    years : sequence of int
        Ascending; those between are made too, and left out.
    kind : str
        One of :data:`DEVIATIONS`.
    noise : float
        Standard deviation of a year's deviation, or of a year's step of a walk.
    """
    places = np.asarray(years) - years[0]
    steps = random.normal(0, noise, places[-1] + 1)
    if kind == "independent":
        return steps[places]
    if kind == "persisting":
        for year in range(1, len(steps)):
            steps[year] = 0.5 * steps[year - 1] + 0.75**0.5 * steps[year]
    return np.cumsum(steps)[places]


@dataclass(frozen=True)
class Truth:
    """What is true of made-up series: the years observed, the kink, slopes in log points a year, and the noise."""

    years: tuple[int, ...]
    kind: str
    noise: float
    kink: float
    before: float
    after: float

    @classmethod
    def like(cls, values: pd.Series, kind: str, bent: bool) -> "Truth":
        """The truth most like a series: its kinked or its straight line, and what it deviates from that."""
        years, logs = values.index.to_numpy(float), np.log(values.to_numpy(float))
        lines = Lines(years, walk=kind != "independent")
        rest = lines.residuals(logs)
        place, gain = lines.best(rest)
        ((before, after),), *_ = lines.slopes(logs, place[None])
        noise = np.sqrt((rest @ rest - gain) / (len(years) - 4))
        if not bent:
            before = after = np.polyfit(years, logs, 1)[0]
            noise = np.sqrt(rest @ rest / (len(years) - 2))
        years = tuple(int(year) for year in values.index)
        return cls(years, kind, float(noise), float(place), 100 * float(before), 100 * float(after))

    def series(self, random: np.random.Generator) -> pd.Series:
        """A series of which this is true."""
        since = np.asarray(self.years) - self.kink
        line = (self.before * np.minimum(since, 0) + self.after * np.maximum(since, 0)) / 100
        return pd.Series(np.exp(line + deviations(random, self.years, self.kind, self.noise)), index=list(self.years))


def turns(truth: Truth, confidence: float, draws: int, seed: int, permutations: int = 199) -> pd.DataFrame:
    """What :func:`~kr_industry.kinks.find_kink` says of series of a known truth, a row each.

    Columns, all true or false: ``supported``; ``independent``, ``walk``, ``above`` and ``leaning``, each condition by
    itself met; and whether the interval holds the truth, ``year``, ``before`` and ``after``.
    """
    rows, random = [], np.random.default_rng(seed)
    for draw in range(draws):
        kink = find_kink(truth.series(random), confidence, permutations, draw)
        met = {name: name not in kink.refusals for name in ("independent", "walk", "above", "leaning")}
        slopes = {side: getattr(kink, side) for side in ("before", "after")}
        held = {side: slope.low <= getattr(truth, side) <= slope.high for side, slope in slopes.items()}
        rows.append({"supported": kink.supported} | met | {"year": kink.low <= truth.kink <= kink.high} | held)
    return pd.DataFrame(rows)


def all_turns(series: dict[str, pd.Series], draws: int, seed: int, confidence: float = 95) -> pd.DataFrame:
    """Percent of the draws, for truths like each series: with a kink and straight, by every way to deviate.

    Indexed by (series, kind of deviation). ``false``: turns called on a straight line; ``p`` and ``p_walk``: lines that
    each test by itself rejects; of kinked lines ``called``, and ``year``, ``before``, ``after``: intervals that hold.
    """
    each = [(values, kind, bent) for values in series.values() for kind in DEVIATIONS for bent in (False, True)]
    truths = [Truth.like(*one) for one in each]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        tables = list(pool.map(turns, truths, repeat(confidence), repeat(draws), repeat(seed)))
    shares = [100 * table.mean() for table in tables]
    rows = [
        {"false": line["supported"], "p": line["independent"], "p_walk": line["walk"], "called": bent["supported"]}
        | bent[["year", "before", "after"]].to_dict()
        for line, bent in zip(shares[::2], shares[1::2], strict=True)
    ]
    return pd.DataFrame(rows, pd.MultiIndex.from_product([series, DEVIATIONS], names=["series", "deviations"]))


def forecast_coverage(
    length: int, horizon: int, drift: float, persistence: float, draws: int, seed: int, confidence: float = 95
) -> pd.DataFrame:
    """How often intervals hold each year ahead, on walks in logarithms.

    Parameters
    ----------
    length, horizon : int
        Years known, and years ahead.
    drift : float
        Mean of a year's step, in standard deviations of the steps.
    persistence : float
        Correlation of a step with the one before; 0: a random walk.
    draws, seed : int
        How many series, and where their random numbers start.
    confidence : float
        Of the intervals, in percent.

    Returns
    -------
    pandas.DataFrame
        Percent of the draws by years ahead (rows), of ``random_walk`` and ``half_drift`` (columns).
    """
    random = np.random.default_rng(seed)
    steps = random.normal(0, 1, (draws, length + horizon))
    for year in range(1, length + horizon):
        steps[:, year] = persistence * steps[:, year - 1] + (1 - persistence**2) ** 0.5 * steps[:, year]
    walks, held = np.cumsum(steps + drift, axis=1), {}
    for method in (random_walk, half_drift):
        paths = [method(walk[:length], horizon) for walk in walks]
        bounds = np.array([interval(centre, error, confidence, degrees) for centre, error, degrees in paths])
        inside = (bounds[:, 0] <= walks[:, length:]) & (walks[:, length:] <= bounds[:, 1])
        held[method.__name__] = 100 * inside.mean(axis=0)
    return pd.DataFrame(held, index=pd.RangeIndex(1, horizon + 1, name="ahead"))
