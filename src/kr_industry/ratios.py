"""The change of a ratio of totals, taken apart into what happened within its parts and between them."""

import numpy as np
import pandas as pd


def within_between(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The change of a ratio of two totals, within parts and through their weights, exactly.

    The ratio R = Σ a / Σ b is the mean of the parts' ratios r = a/b with weights w = b/Σ b. With bars for means of
    both times, its change is Σ w̄ Δr, within, plus Σ r̄ Δw, between: the Shapley value of the two (Fabricant 1942;
    Albrecht et al. 2002), which leaves no residual. As the weights' changes add up to nothing, r̄ is taken as a
    distance from R̄; a part then adds to *between* where it is above the mean and grows, or below it and shrinks.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Parts as rows with the same index; the first column is a, the second b, which is above zero.

    Returns
    -------
    pandas.DataFrame
        ``within`` and ``between`` by part. All cells together are the change of R. ValueError where parts differ, a
        value is missing or below zero, or a part has b of zero.

    Examples
    --------
    >>> old = pd.DataFrame({"exports": [1, 6], "production": [10, 10]}, index=["food", "medicine"])
    >>> new = pd.DataFrame({"exports": [1, 18], "production": [10, 30]}, index=["food", "medicine"])
    >>> (100 * within_between(old, new)).round(2).to_dict("list")  # from 35 to 47.5 percent
    {'within': [0.0, 0.0], 'between': [7.81, 4.69]}
    """
    if list(before.index) != list(after.index):
        raise ValueError(f"parts differ: {list(before.index)} and {list(after.index)}")
    for table in (before, after):
        for name, (above, below) in zip(table.index, table.to_numpy(float), strict=True):
            if not (np.isfinite([above, below]).all() and above >= 0 and below > 0):
                raise ValueError(f"a ratio needs a number over one above zero, {name} has {above:g} over {below:g}")
    ratios = [table.iloc[:, 0] / table.iloc[:, 1] for table in (before, after)]
    weights = [table.iloc[:, 1] / table.iloc[:, 1].sum() for table in (before, after)]
    whole = sum(float((ratio * weight).sum()) for ratio, weight in zip(ratios, weights, strict=True)) / 2
    return pd.DataFrame(
        {
            "within": (weights[0] + weights[1]) / 2 * (ratios[1] - ratios[0]),
            "between": ((ratios[0] + ratios[1]) / 2 - whole) * (weights[1] - weights[0]),
        }
    )
