"""How far coders agree on decisions that have no order, such as yes and no, also where few units get a yes.

Where nothing varies, a measure has no value and is NaN, as statsmodels has it.
"""

import numpy as np
import pandas as pd
from scipy.spatial.distance import dice
from statsmodels.stats.inter_rater import cohens_kappa


def agreement(first: pd.Series, second: pd.Series) -> pd.Series:
    """All measures of how far two raters agree on yes or no.

    With few positives no single measure tells enough: percent agreement and AC1 are high because both leave out most
    units, alpha and kappa are low after few differences (Feinstein and Cicchetti 1990). Cicchetti and Feinstein (1990)
    therefore give positive and negative agreement side by side.

    Parameters
    ----------
    first, second : pandas.Series
        True or False for the same units, none missing.

    Returns
    -------
    pandas.Series
        Numbers of ``units``, and of those named by ``both``, ``first_only``, ``second_only`` and ``neither``;
        ``percent``: units on which both agree, in percent; ``alpha``: :func:`krippendorff_alpha`; ``kappa``: Cohen's
        kappa (1960), from statsmodels; ``ac1``: :func:`gwet_ac1`; ``positive``: 2a / (2a + b + c), with a the number
        of units that both name, b and c those that only one names, which is the index of Dice (1945) and which units
        that both leave out cannot raise; ``negative``: the same with yes and no swapped.

    Raises
    ------
    ValueError
        The units differ, there are none, or a value is missing or neither True nor False.

    Examples
    --------
    >>> first = pd.Series([True] * 90 + [False] * 10)
    >>> second = pd.Series([True] * 80 + [False] * 10 + [True] * 5 + [False] * 5)
    >>> agreement(first, second)[["percent", "kappa", "ac1", "positive", "negative"]].round(2).tolist()
    [85.0, 0.32, 0.81, 0.91, 0.4]
    """
    if list(first.index) != list(second.index):
        raise ValueError("two raters need the same units in the same order")
    if first.empty:
        raise ValueError("two raters need one unit or more, got none")
    ratings = pd.DataFrame({"first": first.to_numpy(object), "second": second.to_numpy(object)}, first.index)
    for rater, values in ratings.items():
        if wrong := [(unit, value) for unit, value in values.items() if not isinstance(value, bool | np.bool_)]:
            raise ValueError(f"True or False is needed for each unit, {wrong[0][0]} is {wrong[0][1]!r} in the {rater}")
    one, other = ratings.to_numpy(bool).T
    both, first_only, second_only, neither = (
        int(cell.sum()) for cell in (one & other, one & ~other, ~one & other, ~one & ~other)
    )
    table = np.array([[both, first_only], [second_only, neither]])
    with np.errstate(invalid="ignore"):  # nothing over nothing: nobody names any unit, or both name every one
        measures = {
            "percent": 100 * (both + neither) / len(first),
            "alpha": krippendorff_alpha(ratings),
            "kappa": cohens_kappa(table, return_results=False),
            "ac1": gwet_ac1(table),
            "positive": 1 - dice(one, other),
            "negative": 1 - dice(~one, ~other),
        }
    counts = {"both": both, "first_only": first_only, "second_only": second_only, "neither": neither}
    return pd.Series({"units": len(first)} | counts | measures, dtype=float)


def krippendorff_alpha(ratings: pd.DataFrame) -> float:
    """Krippendorff's alpha for nominal data: 1 less observed over expected disagreement.

    Observed disagreement is what lies off the diagonal of the coincidence matrix, in which a unit with m ratings
    adds 1/(m − 1) for each ordered pair of them; expected is the same for all n pairable values put in one heap and
    drawn in pairs (Krippendorff 2011). A unit with fewer than two ratings has no pair and drops out.

    Parameters
    ----------
    ratings : pandas.DataFrame
        Units as rows, two coders or more as columns; values of any kind, missing where a coder did not rate a unit.

    Returns
    -------
    float
        1 for full agreement, 0 for what chance would give, below zero for less than that. NaN where no unit has two
        ratings, or where all values that can be paired are of one category: without variation nothing tells whether
        the coders distinguish anything.

    Raises
    ------
    ValueError
        There are fewer than two coders.

    Examples
    --------
    >>> ratings = pd.DataFrame({"one": list("aabbdcccedda"), "other": list("babbbccceddd")})
    >>> round(krippendorff_alpha(ratings), 3)
    0.692
    """
    if ratings.shape[1] < 2:
        raise ValueError(f"alpha needs two coders or more, got {ratings.shape[1]}")
    codes, categories = pd.factorize(ratings.to_numpy(object).ravel())
    counts = (codes.reshape(*ratings.shape, 1) == np.arange(len(categories))).sum(axis=1)
    counts = counts[counts.sum(axis=1) >= 2]
    totals, sizes = counts.sum(axis=0), counts.sum(axis=1)
    if (totals > 0).sum() < 2:
        return float("nan")
    # Counting unlike pairs as whole numbers, rather than taking like ones from all, gives full agreement exactly.
    observed = ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)).sum()
    expected = (totals.sum() ** 2 - (totals**2).sum()) / (totals.sum() - 1)
    return float(1 - observed / expected)


def gwet_ac1(table: np.ndarray) -> float:
    """Gwet's AC1 of two raters: agreement beyond chance, with a chance that falls where one category prevails.

    Chance agreement is Σ s (1 − s) / (k − 1), with s the mean share of a category over both raters and k the number
    of categories (Gwet 2008). Categories are those that a rater uses: others that were on offer do not count, so that
    raters who both say no to all units have no AC1.

    Parameters
    ----------
    table : numpy.ndarray
        Numbers of units by category of the first rater (rows) and of the second (columns), as
        :func:`statsmodels.stats.inter_rater.cohens_kappa` takes them.

    Returns
    -------
    float
        1 for full agreement, 0 for what chance would give, below zero for less than that; NaN where one category
        only is used.
    """
    shares = (table.sum(axis=1) + table.sum(axis=0)) / (2 * table.sum())
    categories = (shares > 0).sum()
    if categories < 2:
        return float("nan")
    by_chance = (shares * (1 - shares)).sum() / (categories - 1)
    return float((table.trace() / table.sum() - by_chance) / (1 - by_chance))
