"""Forecasts from a handful of years, with intervals wide enough, and the record they would have had.

A random walk in logarithms with half the mean drift, which is the Theta method for yearly series (Assimakopoulos
and Nikolopoulos 2000; Hyndman and Billah 2003), beside the naive forecast that nothing changes. Intervals use
Student's t: normal quantiles cover too little at this length.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import t as student

from kr_industry.growth import checked

NEEDED = 5
"""Consecutive years a forecast needs; the method has been tried on series of five to ten years and on none shorter."""
KNOWN = 3
"""Years that an earlier origin needs, of which only the middle of the forecast is looked at."""


def interval(centre: float, error: float, confidence: float, degrees: float = np.inf) -> tuple[float, float]:
    """Bounds around a forecast: Student's t, or the normal distribution where degrees of freedom are infinite.

    Examples
    --------
    >>> [round(bound) for bound in interval(3830, 22.0, 95)]
    [3787, 3873]
    """
    reach = error * float(student.ppf(0.5 + confidence / 200, degrees))
    return centre - reach, centre + reach


Steps = tuple[np.ndarray, np.ndarray, int]
"""Centres and standard errors in logarithms for each year ahead, and degrees of freedom."""


def _half_drift(logs: np.ndarray, horizon: int) -> Steps:
    """With d the changes, b half their mean and s² = Σ(d − b)²/(n − 2): y + h·b, s·√(h(1 + h/(4(n − 1)))), n − 2."""
    changes, number, ahead = np.diff(logs), len(logs), np.arange(1, horizon + 1)
    drift = changes.mean() / 2
    deviation = np.sqrt(((changes - drift) ** 2).sum() / (number - 2))
    return logs[-1] + ahead * drift, deviation * np.sqrt(ahead * (1 + ahead / (4 * (number - 1)))), number - 2


def _naive(logs: np.ndarray, horizon: int) -> Steps:
    """The last value, with the mean square of all changes for its error: y, s·√h, n − 1."""
    changes, ahead = np.diff(logs), np.arange(1, horizon + 1)
    return np.full(horizon, logs[-1]), np.sqrt((changes**2).mean() * ahead), len(changes)


def _log_line(logs: np.ndarray, horizon: int) -> Steps:
    """A straight line drawn on, with the prediction error of regression: n − 2 degrees of freedom."""
    number = len(logs)
    x = np.arange(number) - (number - 1) / 2
    slope, level = np.polyfit(x, logs, 1)
    deviation = np.sqrt(((logs - level - slope * x) ** 2).sum() / (number - 2))
    target = x[-1] + np.arange(1, horizon + 1)
    return level + slope * target, deviation * np.sqrt(1 + 1 / number + target**2 / (x**2).sum()), number - 2


METHODS: dict[str, Callable[[np.ndarray, int], Steps]] = {
    "half_drift": _half_drift,
    "naive": _naive,
    "log_line": _log_line,
}
"""A random walk with half the mean drift; the last value again; and a line drawn on, which is a warning only."""


def forecast(values: pd.Series, horizon: int, confidence: float = 95, method: str = "half_drift") -> pd.DataFrame:
    """The years ahead of a short yearly series, with bounds.

    Parameters
    ----------
    values : pandas.Series
        Values above zero of consecutive years.
    horizon : int
        Years ahead.
    confidence : float
        Of the bounds, in percent.
    method : str
        One of :data:`METHODS`.

    Returns
    -------
    pandas.DataFrame
        Indexed by year: ``value``, ``low``, ``high``, in the unit of the values.

    Raises
    ------
    ValueError
        A year is missing or double, a value is not above zero, or there are fewer than :data:`NEEDED` years.
    """
    logs = _logs(values, NEEDED)
    centres, errors, degrees = METHODS[method](logs, horizon)
    rows = [
        (centre, *interval(centre, error, confidence, degrees)) for centre, error in zip(centres, errors, strict=True)
    ]
    years = [int(values.index[-1]) + ahead for ahead in range(1, horizon + 1)]
    return np.exp(pd.DataFrame(rows, index=years, columns=["value", "low", "high"]))


def probability_above(values: pd.Series, targets: pd.Series, method: str = "half_drift") -> pd.Series:
    """The probability, in percent, that a forecast gives to outcomes above a target.

    Parameters
    ----------
    values : pandas.Series
        Values above zero of consecutive years.
    targets : pandas.Series
        Targets above zero, indexed by years after the last one.
    method : str
        One of :data:`METHODS`.

    Raises
    ------
    ValueError
        As :func:`forecast`, or a target is not above zero or not for a later year.
    """
    logs = _logs(values, NEEDED)
    ahead = targets.index.to_numpy() - int(values.index[-1])
    if (ahead < 1).any() or not (targets > 0).all():
        raise ValueError(f"targets must be above zero and for years after {values.index[-1]}, got {targets.to_dict()}")
    centres, errors, degrees = METHODS[method](logs, int(ahead.max()))
    distance = (np.log(targets.to_numpy(float)) - centres[ahead - 1]) / errors[ahead - 1]
    return pd.Series(100 * student.sf(distance, degrees), index=targets.index)


def rolling_origin(values: pd.Series, horizon: int) -> pd.DataFrame:
    """What each method would have said at each earlier year, against what came (Tashman 2000).

    Parameters
    ----------
    values : pandas.Series
        Values above zero of consecutive years.
    horizon : int
        Years ahead, at most.

    Returns
    -------
    pandas.DataFrame
        ``origin``, ``year``, ``ahead``, ``actual``, and the error of each of :data:`METHODS` in percent of the
        actual value (above zero: too high). An origin has :data:`KNOWN` years or more behind it.

    Raises
    ------
    ValueError
        A year is missing or double, a value is not above zero, or no origin is left.
    """
    logs = _logs(values, KNOWN + 1)
    rows = []
    for known in range(KNOWN, len(logs)):
        future = logs[known : known + horizon]
        said = {name: method(logs[:known], len(future))[0] for name, method in METHODS.items()}
        for ahead, actual in enumerate(future, start=1):
            errors = {name: 100 * np.expm1(path[ahead - 1] - actual) for name, path in said.items()}
            origin, year = values.index[known - 1], values.index[known + ahead - 1]
            rows.append({"origin": origin, "year": year, "ahead": ahead, "actual": values[year]} | errors)
    return pd.DataFrame(rows)


def mean_errors(record: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute error of each method in percent, by years ahead, with how many errors it is the mean of."""
    groups = record.assign(**{name: record[name].abs() for name in METHODS}).groupby("ahead")
    return groups[list(METHODS)].mean().assign(count=groups.size())


def _logs(values: pd.Series, needed: int) -> np.ndarray:
    values = checked(values, needed, "a forecast")
    years = values.index.to_numpy()
    if (gaps := np.flatnonzero(np.diff(years) != 1)).size:
        raise ValueError(
            f"a forecast: years must be consecutive, {years[gaps[0]]} is followed by {years[gaps[0] + 1]}; "
            f"growth.latest_run gives the last years without a gap"
        )
    return np.log(values.to_numpy())
