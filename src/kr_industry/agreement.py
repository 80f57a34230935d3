"""How far coders agree on decisions that have no order, such as yes and no, also where few units get a yes."""

from collections.abc import Callable
from itertools import zip_longest

import numpy as np
import pandas as pd


class Undefined(ValueError):
    """The data are sound, but a measure has no value for them, mostly because nothing varies."""


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
        1 for full agreement, 0 for what chance would give, below zero for less than that.

    Raises
    ------
    ValueError
        There are fewer than two coders.
    Undefined
        No unit has two ratings, or all values that can be paired are of one category: no disagreement is expected
        then, and without variation nothing tells whether the coders distinguish anything.

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
    if not len(counts):
        raise Undefined(f"alpha needs a unit with two ratings or more, none of {len(ratings)} has them")
    totals, sizes = counts.sum(axis=0), counts.sum(axis=1)
    if (totals > 0).sum() < 2:
        only = categories[int(totals.argmax())]
        raise Undefined(f"alpha is undefined: it needs two categories or more, all {totals.sum()} values are {only!r}")
    # Counting unlike pairs as whole numbers, rather than taking like ones from all, gives full agreement exactly.
    observed = ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)).sum()
    expected = (totals.sum() ** 2 - (totals**2).sum()) / (totals.sum() - 1)
    return float(1 - observed / expected)


def cohen_kappa(first: pd.Series, second: pd.Series) -> float:
    """Cohen's kappa: agreement beyond what two raters with their own shares would reach by chance (Cohen 1960).

    Where nearly all units are of one category, expected agreement is high, and kappa can be low though the raters
    differ on few units (Feinstein and Cicchetti 1990).

    Parameters
    ----------
    first, second : pandas.Series
        The categories two raters give to the same units, none missing.

    Returns
    -------
    float
        1 for full agreement, 0 for what chance would give, below zero for less than that.

    Raises
    ------
    ValueError
        The units differ, there are none, or a value is missing.
    Undefined
        Both raters give one and the same category to all units: expected agreement is 1.
    """
    table = _table(first, second)
    squared = table.sum() ** 2
    expected = table.sum(axis=1) @ table.sum(axis=0)
    if expected == squared:
        raise Undefined(f"kappa is undefined: expected agreement is 1, both give all units {first.iloc[0]!r}")
    return float((table.sum() * table.trace() - expected) / (squared - expected))


def gwet_ac1(first: pd.Series, second: pd.Series) -> float:
    """Gwet's AC1 of two raters: agreement beyond chance, with a chance that falls where one category prevails.

    Chance agreement is Σ s (1 − s) / (k − 1), with s the mean share of a category over both raters and k the number
    of categories (Gwet 2008). Categories are those that a rater uses: others that were on offer do not count, so that
    raters who both say no to all units have no AC1.

    Parameters
    ----------
    first, second : pandas.Series
        The categories two raters give to the same units, none missing.

    Returns
    -------
    float
        1 for full agreement, 0 for what chance would give, below zero for less than that.

    Raises
    ------
    ValueError
        The units differ, there are none, or a value is missing.
    Undefined
        Only one category is used: k − 1 is zero.
    """
    table = _table(first, second)
    if len(table) < 2:
        raise Undefined(f"AC1 is undefined: it needs two categories or more, both give all units {first.iloc[0]!r}")
    shares = (table.sum(axis=1) + table.sum(axis=0)) / (2 * table.sum())
    chance = (shares * (1 - shares)).sum() / (len(table) - 1)
    return float((table.trace() / table.sum() - chance) / (1 - chance))


def positive_agreement(first: pd.Series, second: pd.Series) -> float:
    """Agreement on the positives, 2a / (2a + b + c), which units that both leave out cannot raise.

    Here a is the number of units that both name, b and c those that only one names (Cicchetti and Feinstein 1990).
    It is the index of Dice (1945), and the F-score of either rater measured by the other. It is not corrected for
    chance.

    Parameters
    ----------
    first, second : pandas.Series
        True or False for the same units, none missing.

    Returns
    -------
    float
        From 0, no unit is named by both, to 1, the same units are named.

    Raises
    ------
    ValueError
        The units differ, there are none, or a value is missing or neither True nor False.
    Undefined
        Neither names any unit.

    Examples
    --------
    >>> positive_agreement(pd.Series([True, True, True, False]), pd.Series([True, False, False, False]))
    0.5
    """
    both, first_only, second_only, neither = _cells(first, second)
    if neither == len(first):
        raise Undefined(f"positive agreement is undefined: it needs a unit that is True, all {neither} are False")
    return 2 * both / (2 * both + first_only + second_only)


def negative_agreement(first: pd.Series, second: pd.Series) -> float:
    """Agreement on the negatives, 2d / (2d + b + c): :func:`positive_agreement` with True and False swapped.

    Here d is the number of units that neither names, b and c those that only one names (Cicchetti and Feinstein
    1990).

    Parameters
    ----------
    first, second : pandas.Series
        True or False for the same units, none missing.

    Returns
    -------
    float
        From 0, no unit is left out by both, to 1, the same units are left out.

    Raises
    ------
    ValueError
        The units differ, there are none, or a value is missing or neither True nor False.
    Undefined
        Both name every unit.
    """
    both, first_only, second_only, neither = _cells(first, second)
    if both == len(first):
        raise Undefined(f"negative agreement is undefined: it needs a unit that is False, all {both} are True")
    return 2 * neither / (2 * neither + first_only + second_only)


def agreement(first: pd.Series, second: pd.Series) -> pd.Series:
    """All measures of how far two raters agree on yes or no.

    With few positives no single measure tells enough: percent agreement and AC1 are high because both leave out most
    units, alpha and kappa are low after few differences. Cicchetti and Feinstein (1990) therefore give positive and
    negative agreement side by side.

    A measure without a value for the data is NaN. Elsewhere in this module that is an error, as a caller who asks for
    one measure must not go on without it. Here many pairs are put in one table, in which raters who both name nothing
    are a finding, and a pair that lacks some measures still has counts to show.

    Parameters
    ----------
    first, second : pandas.Series
        True or False for the same units, none missing.

    Returns
    -------
    pandas.Series
        Numbers of ``units``, and of those named by ``both``, ``first_only``, ``second_only`` and ``neither``;
        ``percent``: units on which both agree, in percent; ``alpha``: :func:`krippendorff_alpha`; ``kappa``:
        :func:`cohen_kappa`; ``ac1``: :func:`gwet_ac1`; ``positive``: :func:`positive_agreement`; ``negative``:
        :func:`negative_agreement`.

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
    both, first_only, second_only, neither = _cells(first, second)
    ratings = pd.DataFrame({"first": first.to_numpy(), "second": second.to_numpy()})
    found = {
        "units": len(first),
        "both": both,
        "first_only": first_only,
        "second_only": second_only,
        "neither": neither,
        "percent": 100 * (both + neither) / len(first),
        "alpha": _or_nan(krippendorff_alpha, ratings),
        "kappa": _or_nan(cohen_kappa, first, second),
        "ac1": _or_nan(gwet_ac1, first, second),
        "positive": _or_nan(positive_agreement, first, second),
        "negative": _or_nan(negative_agreement, first, second),
    }
    return pd.Series(found, dtype=float)


def _or_nan(measure: Callable[..., float], *ratings: pd.DataFrame | pd.Series) -> float:
    try:
        return measure(*ratings)
    except Undefined:
        return np.nan


def _check(first: pd.Series, second: pd.Series) -> None:
    for one, other in zip_longest(first.index, second.index, fillvalue="nothing"):
        if one != other:
            raise ValueError(f"two raters need the same units in the same order, got {one} beside {other}")
    if first.empty:
        raise ValueError("two raters need one unit or more, got none")
    for place, series in (("first", first), ("second", second)):
        if series.isna().any():
            unit = series.index[series.isna()][0]
            raise ValueError(f"two raters need a value for each unit, {unit} is missing in the {place}")


def _table(first: pd.Series, second: pd.Series) -> np.ndarray:
    """Numbers of units by category of the first (rows) and of the second, over the categories that either uses."""
    _check(first, second)
    codes, categories = pd.factorize(np.concatenate([first.to_numpy(object), second.to_numpy(object)]))
    table = np.zeros((len(categories), len(categories)), dtype=int)
    np.add.at(table, (codes[: len(first)], codes[len(first) :]), 1)
    return table


def _cells(first: pd.Series, second: pd.Series) -> tuple[int, int, int, int]:
    """Numbers of units named by both, by the first only, by the second only, and by neither."""
    _check(first, second)
    for place, series in (("first", first), ("second", second)):
        for unit, value in series.items():
            if not isinstance(value, bool | np.bool_):
                raise ValueError(f"True or False is needed for each unit, {unit} is {value!r} in the {place}")
    one, other = first.to_numpy(bool), second.to_numpy(bool)
    return tuple(int(cell.sum()) for cell in (one & other, one & ~other, ~one & other, ~one & ~other))
