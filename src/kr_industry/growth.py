"""Growth of short series: rates on true years, and contributions of parts to the growth of a total."""

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
        for start, end in zip(years, years[1:], strict=False)
    ]
    return pd.DataFrame(rows)


def contributions(before: pd.Series, after: pd.Series) -> pd.Series:
    """Contribution of each part to the growth of the sum of parts, in percentage points.

    Parameters
    ----------
    before, after : pandas.Series
        Values of the parts at two times, with the same index.

    Returns
    -------
    pandas.Series
        100 × (after − before) of the part over the sum of all parts before; they add up to the growth
        of the sum in percent.

    Raises
    ------
    ValueError
        The two have different parts, or the sum before is not above zero.

    Examples
    --------
    >>> contributions(pd.Series({"a": 60, "b": 40}), pd.Series({"a": 72, "b": 39})).to_dict()
    {'a': 12.0, 'b': -1.0}
    """
    if set(before.index) != set(after.index):
        raise ValueError(f"parts differ: {sorted(before.index)} and {sorted(after.index)}")
    total = float(before.sum())
    if not total > 0:
        raise ValueError(f"the total before must be above zero, got {total}")
    return (100 * (after - before) / total).astype(float).reindex(before.index)
