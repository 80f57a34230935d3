"""Growth of short series: levels, rates on true years, contributions of parts, and a product taken into factors."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd


def checked(values: pd.Series, needed: int, purpose: str) -> pd.Series:
    """A series by year as numbers; ValueError, which names the purpose, where it cannot serve what takes logarithms.

    Years must ascend without duplicates, values be above zero, and the years as many as are needed.
    """
    if not (values.index.is_monotonic_increasing and values.index.is_unique):
        raise ValueError(f"{purpose}: years must ascend without duplicates, got {list(values.index)}")
    values = values.astype(float)
    if len(wrong := values[~(np.isfinite(values) & (values > 0))]):
        raise ValueError(f"{purpose}: logarithms need values above zero, got {wrong.iloc[0]:g} in {wrong.index[0]}")
    if len(values) < needed:
        raise ValueError(f"{purpose}: needs {needed} years or more, got {len(values)}")
    return values


def latest_run(values: pd.Series) -> pd.Series:
    """The years up to the last one between which none is missing.

    Examples
    --------
    >>> list(latest_run(pd.Series(1.0, index=[2003, 2008, 2012, 2013, 2014])).index)
    [2012, 2013, 2014]
    """
    gaps = np.flatnonzero(np.diff(values.index.to_numpy()) != 1)
    return values.iloc[gaps[-1] + 1 :] if len(gaps) else values


def compound_annual_growth_rate(first: float, last: float, years: float) -> float:
    """Constant yearly growth that leads from one value to another, in percent a year.

    From 2016 to 2020 are four years. ValueError where a value is not above zero, or no time passes.

    Examples
    --------
    >>> round(compound_annual_growth_rate(92611, 174923, 4), 1)
    17.2
    """
    if not (first > 0 and last > 0):
        raise ValueError(f"a growth rate needs values above zero, got {first} and {last}")
    if not years > 0:
        raise ValueError(f"a growth rate needs time to pass, got {years} years")
    return 100 * ((last / first) ** (1 / years) - 1)


@dataclass(frozen=True)
class Level:
    """The first, the highest and the last value of a series, with their years.

    ``peak_years`` are all years that share the highest value; ``peak_year`` is the first of them.
    """

    first_year: int
    first: float
    peak_year: int
    peak: float
    last_year: int
    last: float
    peak_years: tuple[int, ...]

    @property
    def change(self) -> float:
        """From the first to the last value, in percent; NaN where the first is zero."""
        return 100 * (self.last / self.first - 1) if self.first else float("nan")

    @property
    def since_peak(self) -> float:
        """From the highest to the last value, in percent; NaN where the highest is zero."""
        return 100 * (self.last / self.peak - 1) if self.peak else float("nan")

    @property
    def rose(self) -> bool:
        """Whether the last value is above the first."""
        return self.last > self.first


def percent(log_points: float | pd.Series | pd.DataFrame) -> float | pd.Series | pd.DataFrame:
    """Growth in percent, from growth in log points (hundredths of a natural logarithm).

    Examples
    --------
    >>> round(float(percent(27.15)), 1)
    31.2
    """
    return 100 * np.expm1(log_points / 100)


def level(values: pd.Series) -> Level:
    """The first, the highest and the last value of a series; missing values do not count.

    Examples
    --------
    >>> sales = level(pd.Series({2012: 25904, 2013: 27105, 2018: 23005}))
    >>> sales.peak_year, round(sales.since_peak, 1), round(sales.change, 1), sales.rose
    (2013, -15.1, -11.2, False)
    """
    values = values.dropna().astype(float)
    if values.empty:
        raise ValueError("a level needs one value or more, got none")
    if not (values.index.is_monotonic_increasing and values.index.is_unique):
        raise ValueError(f"a level: years must ascend without duplicates, got {list(values.index)}")
    years, highest = [int(year) for year in values.index], values.max()
    peaks = tuple(int(year) for year in values.index[values == highest])
    first, last = float(values.iloc[0]), float(values.iloc[-1])
    return Level(years[0], first, peaks[0], float(highest), years[-1], last, peaks)


def yearly(values: pd.Series) -> pd.Series:
    """Growth on the year before in percent, of the years whose year before is there.

    Examples
    --------
    >>> yearly(pd.Series({2012: 25904, 2013: 27105, 2018: 23005})).round(1).to_dict()
    {2013: 4.6}
    """
    values = checked(values, 1, "growth")
    before = values.reindex(values.index - 1).set_axis(values.index)
    return (100 * (values / before - 1)).dropna().rename(values.name)


def by_interval(values: pd.Series, bounds: list[int] | None = None) -> pd.DataFrame:
    """Compound annual growth rate of each interval between years, in percent a year.

    Parameters
    ----------
    values : pandas.Series
        Values above zero, indexed by year, ascending, without duplicates; years may be missing.
    bounds : list of int, optional
        Years at which intervals begin and end; all years of the series where left out.

    Returns
    -------
    pandas.DataFrame
        ``first_year``, ``last_year``, ``years``, ``first``, ``last``, ``rate`` (percent a year). ValueError where
        years are unsorted or double, a bound is not in the series, or there are fewer than two.
    """
    values = checked(values, 2, "growth")
    years = list(values.index) if bounds is None else list(bounds)
    if missing := [year for year in years if year not in values.index]:
        raise ValueError(f"no value for {missing}; the series has {list(values.index)}")
    if len(years) < 2:
        raise ValueError(f"growth needs two years, got {years}")
    spans = [(start, end, end - start, values[start], values[end]) for start, end in pairwise(years)]
    table = pd.DataFrame(spans, columns=["first_year", "last_year", "years", "first", "last"])
    rates = [compound_annual_growth_rate(first, last, gap) for _, _, gap, first, last in spans]
    return table.assign(rate=rates)


RESIDUAL = "residual"
"""Row for what the parts leave over of a printed total."""


def contributions(before: pd.Series, after: pd.Series, total: tuple[float, float] | None = None) -> pd.Series:
    """Contribution of each part to the growth of a total, in percentage points.

    Parameters
    ----------
    before, after : pandas.Series
        Values of the parts at two times, with the same index.
    total : (float, float), optional
        The total at both times as a source prints it; the sums of the parts where left out.

    Returns
    -------
    pandas.Series
        100 × (after − before) of the part over the total before. Where parts do not add up to the printed
        totals, a row ``residual`` follows. All rows together are the growth of the total in percent. ValueError where
        parts differ, a part or a total has no value, or the total before is not above zero.

    Examples
    --------
    >>> contributions(pd.Series({"a": 60, "b": 40}), pd.Series({"a": 72, "b": 39})).to_dict()
    {'a': 12.0, 'b': -1.0}
    >>> contributions(pd.Series({"a": 60, "b": 40}), pd.Series({"a": 72, "b": 39}), (100, 112)).to_dict()
    {'a': 12.0, 'b': -1.0, 'residual': 1.0}
    """
    if set(before.index) != set(after.index):
        raise ValueError(f"parts differ: {sorted(before.index)} and {sorted(after.index)}")
    if missing := [name for parts in (before, after) for name, value in parts.items() if not np.isfinite(value)]:
        raise ValueError(f"contributions need all parts, {missing[0]} has no value")
    if total and not np.isfinite(total).all():
        raise ValueError(f"contributions: a printed total has no value, got {total[0]} and {total[1]}")
    before, after = with_residual(before, total and total[0]), with_residual(after, total and total[1])
    base = float(before.sum())
    if not base > 0:
        raise ValueError(f"the total before must be above zero, got {base}")
    shares = 100 * after.sub(before, fill_value=0.0) / base
    return shares.reindex(before.index.union(after.index, sort=False))


def with_residual(parts: pd.Series, total: float | None) -> pd.Series:
    """Parts as numbers, with a row for what they leave over of a total, if that is more than rounding of the sum."""
    parts = parts.astype(float)
    rest = 0.0 if total is None else float(total) - parts.sum()
    noise = 1e-12 * max(parts.abs().sum(), abs(total or 0.0))
    return pd.concat([parts, pd.Series({RESIDUAL: rest})]) if abs(rest) > noise else parts


def implied_base(value: float, growth: float, step: float = 0.1, value_step: float = 0.0) -> tuple[float, float, float]:
    """The value of the year before that a printed rate of growth implies, with its bounds.

    Parameters
    ----------
    value : float
        The value after the growth.
    growth : float
        Growth in percent as printed.
    step : float
        The step to which the rate is rounded, in percentage points.
    value_step : float
        The step to which the value is rounded; 0 for a count.

    Returns
    -------
    (float, float, float)
        The base, and the least and the largest that the rounding leaves; ValueError where no base is above zero.

    Examples
    --------
    >>> [round(base, 1) for base in implied_base(4430, -9.0)]
    [4868.1, 4865.5, 4870.8]
    >>> [round(base, 1) for base in implied_base(32, 170.3, value_step=1)]
    [11.8, 11.7, 12.0]
    """
    if growth - step / 2 <= -100 or not value > value_step / 2:
        raise ValueError(f"no base above zero leads to {value} with a growth of {growth}%")
    return tuple((value + side * value_step / 2) / (1 + (growth - side * step / 2) / 100) for side in (0, -1, 1))


def decomposition(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """The change of a product taken apart into its factors, exactly and without a base year.

    The additive logarithmic mean Divisia index (Ang 2005, 2015): a factor's part of the change is its change in
    logarithms times the logarithmic mean of the two products. It leaves no residual, and swapping the two times
    turns every sign.

    Parameters
    ----------
    before, after : pandas.Series
        The factors at two times, above zero, with the same index.

    Returns
    -------
    pandas.DataFrame
        Indexed by factor: ``log_change`` (natural logarithm of after over before) and ``change`` (in the unit of
        the product). Each column adds up to the change of the product. ValueError where factors differ, or one is
        not above zero.

    Examples
    --------
    >>> parts = decomposition(pd.Series({"firms": 10, "size": 5}), pd.Series({"firms": 20, "size": 4}))
    >>> parts["change"].round(2).to_dict(), float(parts["change"].sum().round(2))
    ({'firms': 44.24, 'size': -14.24}, 30.0)
    """
    if list(before.index) != list(after.index):
        raise ValueError(f"factors differ: {list(before.index)} and {list(after.index)}")
    before, after = before.astype(float), after.astype(float)
    for name, value in [*before.items(), *after.items()]:
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"a factor must be above zero to be taken in logarithms, {name} is {value}")
    first, last = float(before.prod()), float(after.prod())
    logs = np.log(after / before)
    total = np.log(last / first)
    # Near a ratio of one the quotient loses its digits; there the geometric mean is the logarithmic one.
    mean = (last - first) / total if abs(total) > 1e-6 else (first * last) ** 0.5
    return pd.DataFrame({"log_change": logs, "change": logs * mean})
