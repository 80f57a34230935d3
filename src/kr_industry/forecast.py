"""Forecasts from a handful of years, with intervals wide enough, and the record they would have had.

The plain random walk in logarithms, that nothing changes, which no method beats at this length by the score of its
intervals (``scripts/forecast_scores.py``); beside it the walk with half the mean drift, which is the Theta method for
yearly series (Assimakopoulos and Nikolopoulos 2000; Hyndman and Billah 2003). Intervals use Student's t: normal
quantiles cover too little at this length.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.regression.linear_model import OLS

from kr_industry.growth import checked

NEEDED = 5
"""Consecutive years a forecast needs; the method has been tried on series of five to ten years and on none shorter."""
KNOWN = 3
"""Years that an earlier origin needs, of which only the middle of the forecast is looked at."""

Method = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray, float]]
"""What forecasts: from the logarithms of consecutive years, and how many years ahead are wanted, to the middle and the
standard error of each year ahead, in logarithms, and the degrees of freedom (``numpy.inf``: a normal distribution)."""


def random_walk(logs: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray, float]:
    """The last value again, with the mean square of all changes for its error: y, s·√h, n − 1."""
    changes, ahead = np.diff(logs), np.arange(1, horizon + 1)
    return np.full(horizon, logs[-1]), np.sqrt((changes**2).mean() * ahead), len(changes)


def half_drift(logs: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray, float]:
    """A random walk with half the mean drift.

    With d the changes, b half their mean and s² = Σ(d − b)²/(n − 2): y + h·b, s·√(h(1 + h/(4(n − 1)))), n − 2.
    """
    changes, number, ahead = np.diff(logs), len(logs), np.arange(1, horizon + 1)
    drift = changes.mean() / 2
    deviation = np.sqrt(((changes - drift) ** 2).sum() / (number - 2))
    return logs[-1] + ahead * drift, deviation * np.sqrt(ahead * (1 + ahead / (4 * (number - 1)))), number - 2


def log_line(logs: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray, float]:
    """A straight line drawn on, which is a warning only, with the prediction error of regression: n − 2."""
    number = len(logs)
    places = np.column_stack([np.ones(number + horizon), np.arange(number + horizon)])
    fit = OLS(logs, places[:number]).fit()
    ahead = fit.get_prediction(places[number:])
    return ahead.predicted_mean, ahead.se_obs, number - 2


METHODS: dict[str, Method] = {"random_walk": random_walk, "half_drift": half_drift, "log_line": log_line}
"""The methods whose earlier errors are set side by side."""


COVERAGE = pd.DataFrame(
    [
        [97.0, 95.8, 91.5, 89.3, 86.4],
        [97.0, 95.3, 90.8, 87.0, 84.4],
        [97.3, 94.3, 89.2, 86.0, 82.3],
        [97.2, 94.1, 89.0, 85.7, 83.1],
        [97.6, 94.6, 90.1, 87.7, 83.7],
        [97.9, 95.4, 91.8, 87.8, 85.9],
        [98.0, 95.2, 91.8, 88.0, 86.7],
        [97.8, 95.1, 92.0, 88.6, 86.6],
    ],
    index=pd.RangeIndex(5, 13, name="known"),
    columns=pd.RangeIndex(1, 6, name="ahead"),
)
"""Percent of published yearly series of which the 95 percent interval of :func:`random_walk` held the value, by years
known and years ahead: the 826 of the M1 and M3 competitions (815 with 12 years), cut to the last years that forecasters
were given (``scripts/benchmark.py scores``). It falls with the years ahead, as growth persists."""


def coverage(known: int, horizon: int, confidence: float = 95) -> pd.Series:
    """:data:`COVERAGE` by years ahead, up to the horizon; empty where it has not been tried.

    Examples
    --------
    >>> coverage(known=7, horizon=3).to_dict()
    {1: 97.3, 2: 94.3, 3: 89.2}
    >>> coverage(known=20, horizon=3).empty
    True
    """
    tried = confidence == 95 and known in COVERAGE.index and horizon in COVERAGE.columns
    return COVERAGE.loc[known, :horizon] if tried else pd.Series(dtype=float)


def interval(centre: float, error: float, confidence: float, degrees: float = np.inf) -> tuple[float, float]:
    """Bounds around a forecast: Student's t, or the normal distribution where degrees of freedom are infinite.

    Examples
    --------
    >>> [round(bound) for bound in interval(3830, 22.0, 95)]
    [3787, 3873]
    """
    if not 0 < confidence < 100:
        raise ValueError(f"confidence is {confidence}; expected percent between 0 and 100")
    low, high = student.interval(confidence / 100, degrees)
    return centre + error * low, centre + error * high


def forecast(values: pd.Series, horizon: int, confidence: float = 95, method: Method = random_walk) -> pd.DataFrame:
    """The years ahead of a short yearly series, with bounds.

    Parameters
    ----------
    values : pandas.Series
        Values above zero of consecutive years.
    horizon : int
        Years ahead.
    confidence : float
        Of the bounds, in percent.
    method : callable
        One of :data:`METHODS`, or any function of the form of :data:`Method`.

    Returns
    -------
    pandas.DataFrame
        Indexed by year: ``value``, ``low``, ``high``, in the unit of the values.

    Raises
    ------
    ValueError
        A year is missing or double, a value is not above zero, there are fewer than :data:`NEEDED` years, or the
        confidence is not between 0 and 100, or the horizon is no whole number of 1 or more.

    Examples
    --------
    A method of one's own is a function like any of :data:`METHODS`:

    >>> def full_drift(logs, horizon):
    ...     changes, ahead = np.diff(logs), np.arange(1, horizon + 1)
    ...     return logs[-1] + ahead * changes.mean(), changes.std(ddof=1) * np.sqrt(ahead), len(changes) - 1
    >>> doubling = pd.Series([1.0, 2, 4, 8, 16], index=range(2016, 2021))
    >>> forecast(doubling, 2, method=full_drift)["value"].round(9).to_dict()
    {2021: 32.0, 2022: 64.0}
    """
    if horizon < 1 or horizon != int(horizon):
        raise ValueError(f"horizon is {horizon}; expected a whole number of 1 or more")
    centres, errors, degrees = method(_logs(values, NEEDED), int(horizon))
    low, high = interval(centres, errors, confidence, degrees)
    years = int(values.index[-1]) + np.arange(1, horizon + 1)
    return np.exp(pd.DataFrame({"value": centres, "low": low, "high": high}, index=years))


def rolling_origin(values: pd.Series, horizon: int, methods: Mapping[str, Method] = METHODS) -> pd.DataFrame:
    """What each method would have said at each earlier year, against what came (Tashman 2000).

    Parameters
    ----------
    values : pandas.Series
        Values above zero of consecutive years.
    horizon : int
        Years ahead, at most.
    methods : mapping of str to callable
        Functions by the name of the column that their errors get; ``METHODS | {"mine": mine}`` adds one.

    Returns
    -------
    pandas.DataFrame
        ``origin``, ``year``, ``ahead``, ``actual``, and the error of each method in percent of the actual value (above
        zero: too high). An origin has :data:`KNOWN` years or more behind it; ValueError where none is left.
    """
    logs, years = _logs(values, KNOWN + 1), values.index
    rows = []
    for known in range(KNOWN, len(logs)):
        future = logs[known : known + horizon]
        errors = {
            name: 100 * np.expm1(method(logs[:known], len(future))[0] - future) for name, method in methods.items()
        }
        reached = years[known : known + horizon]
        origin = {"origin": years[known - 1], "year": reached, "ahead": reached - years[known - 1]}
        rows.append(pd.DataFrame(origin | {"actual": values[reached].to_numpy()} | errors))
    return pd.concat(rows, ignore_index=True)


def mean_errors(record: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute error of each method of a record in percent, by years ahead, with how many errors it is of."""
    groups = record.drop(columns=["origin", "year", "actual"]).abs().groupby("ahead")
    return groups.mean().assign(count=groups.size())


def _logs(values: pd.Series, needed: int) -> np.ndarray:
    values = checked(values, needed, "a forecast")
    years = values.index.to_numpy()
    if (gaps := np.flatnonzero(np.diff(years) != 1)).size:
        raise ValueError(
            f"a forecast: years must be consecutive, {years[gaps[0]]} is followed by {years[gaps[0] + 1]}; "
            f"growth.latest_run gives the last years without a gap"
        )
    return np.log(values.to_numpy())
