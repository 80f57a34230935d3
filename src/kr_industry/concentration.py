"""How concentrated a whole is in its parts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def concentration(parts: pd.Series) -> pd.Series:
    """Measures of how a whole is spread over its parts.

    Parameters
    ----------
    parts : pandas.Series
        Two parts or more, none below zero, not all zero.

    Returns
    -------
    pandas.Series
        ``herfindahl``: the Herfindahl–Hirschman index, the sum of squared shares (Hirschman 1945), from 1/k to 1;
        ``least``: 1/k, its value for k equal parts; ``normalised``: 0 for equal parts, 1 for a single one;
        ``effective``: its inverse, the number of equal parts as concentrated (Hannah and Kay 1977);
        ``largest_two``: their share in percent; ``gini`` and ``gini_normalised``: the Gini coefficient, and
        the same over its largest value (k − 1)/k. ValueError for other parts than those.

    Examples
    --------
    >>> concentration(pd.Series([20, 50, 20, 10]))[["herfindahl", "normalised", "gini"]].round(2).tolist()
    [0.34, 0.12, 0.3]
    """
    if len(parts) < 2:
        raise ValueError(f"concentration needs two parts or more, got {len(parts)}")
    values = parts.to_numpy(float)
    if wrong := [name for name, value in zip(parts.index, values, strict=True) if not value >= 0]:
        raise ValueError(f"concentration: a part must not be below zero or missing, {wrong[0]} is {parts[wrong[0]]}")
    total = values.sum()
    if not (np.isfinite(total) and total > 0):
        raise ValueError(f"concentration needs a whole above zero, got {total}")
    number = len(values)
    shares = np.sort(values / total)
    herfindahl, least = float((shares**2).sum()), 1 / number
    gini = float(((2 * np.arange(1, number + 1) - number - 1) * shares).sum()) / number
    return pd.Series(
        {
            "herfindahl": herfindahl,
            "least": least,
            "normalised": (herfindahl - least) / (1 - least),
            "effective": 1 / herfindahl,
            "largest_two": 100 * shares[-2:].sum(),
            "gini": gini,
            "gini_normalised": gini * number / (number - 1),
        }
    )


def concentration_by_year(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """:func:`concentration` by (measure, year), of tables of parts (rows, without a total) by year (columns)."""
    return pd.concat(
        {measure: table.apply(concentration).T for measure, table in parts.items()}, names=["measure", "year"]
    )
