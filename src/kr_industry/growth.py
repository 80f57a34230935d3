"""Growth of short series: rates on true years, and contributions of parts to the growth of a total."""

from itertools import pairwise

import pandas as pd


def compound_annual_growth_rate(first: float, last: float, years: float) -> float:
    """Constant yearly growth that leads from one value to another, in percent a year.

    Parameters
    ----------
    first, last : float
        Values at the start and at the end, in the same unit, above zero.
    years : float
        Years between them (2016 to 2020 are four).

    Raises
    ------
    ValueError
        A value is not above zero, or no time passes.

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


def growth_by_interval(values: pd.Series, bounds: list[int] | None = None) -> pd.DataFrame:
    """Compound annual growth rate of each interval between years.

    Parameters
    ----------
    values : pandas.Series
        Values above zero, indexed by year, ascending, without duplicates; years may be missing.
    bounds : list of int, optional
        Years at which intervals begin and end; all years of the series where left out.

    Returns
    -------
    pandas.DataFrame
        ``first_year``, ``last_year``, ``years``, ``first``, ``last``, ``rate`` (percent a year).

    Raises
    ------
    ValueError
        Years are unsorted or double, a bound is not in the series, or fewer than two bounds remain.
    """
    if not (values.index.is_monotonic_increasing and values.index.is_unique):
        raise ValueError("years must ascend without duplicates")
    years = list(values.index) if bounds is None else list(bounds)
    if missing := [year for year in years if year not in values.index]:
        raise ValueError(f"no value for {missing}; the series has {list(values.index)}")
    if len(years) < 2:
        raise ValueError(f"growth needs two years, got {years}")
    rows = [
        {
            "first_year": start,
            "last_year": end,
            "years": end - start,
            "first": values[start],
            "last": values[end],
            "rate": compound_annual_growth_rate(values[start], values[end], end - start),
        }
        for start, end in pairwise(years)
    ]
    return pd.DataFrame(rows)


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
        totals, a row ``residual`` follows. All rows together are the growth of the total in percent.

    Raises
    ------
    ValueError
        The two have different parts, or the total before is not above zero.

    Examples
    --------
    >>> contributions(pd.Series({"a": 60, "b": 40}), pd.Series({"a": 72, "b": 39})).to_dict()
    {'a': 12.0, 'b': -1.0}
    >>> contributions(pd.Series({"a": 60, "b": 40}), pd.Series({"a": 72, "b": 39}), (100, 112)).to_dict()
    {'a': 12.0, 'b': -1.0, 'residual': 1.0}
    """
    if set(before.index) != set(after.index):
        raise ValueError(f"parts differ: {sorted(before.index)} and {sorted(after.index)}")
    before, after = with_residual(before, total and total[0]), with_residual(after, total and total[1])
    base = float(before.sum())
    if not base > 0:
        raise ValueError(f"the total before must be above zero, got {base}")
    shares = 100 * after.sub(before, fill_value=0.0) / base
    return shares.reindex(list(dict.fromkeys([*before.index, *after.index])))


def with_residual(parts: pd.Series, total: float | None) -> pd.Series:
    """Parts as numbers, with a row for what they leave over of a total, if they leave anything over."""
    parts = parts.astype(float)
    rest = 0.0 if total is None else float(total) - parts.sum()
    return pd.concat([parts, pd.Series({RESIDUAL: rest})]) if rest else parts
