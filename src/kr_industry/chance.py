"""What a table of regions and the technologies they chose would look like, had they chosen at random.

A region's row of such a table is kept as a bit mask: bit j is set where the region chose the technology of column j.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

WIDEST = 16
"""Most columns that a mask holds."""
ROUNDS = 80
"""Rounds of trades that :func:`keep_margins` makes; in each, every row but an odd one out trades once.

On the matrix of 17 provinces and 10 technologies, how often a cell is set after 20 rounds is within chance of what it
is after 300; up to there the distance shrinks by a quarter a round. Slowest are matrices that only one pair of rows can
change: no margins of up to 5 by 5 have a larger second eigenvalue. Two of 17 rows meet with a chance of 1/17 a round,
so 0.8 percent of the chains never see that pair meet; of the chains of 9 rows, 0.01 percent.
"""
STATISTICS = ("shared", "overlapping_pairs", "largest_crowd", "uncovered")
"""What :func:`statistics` counts."""
_FULL = (1 << WIDEST) - 1
_SIZES = range(WIDEST + 1)
_BY_COUNT = np.argsort(np.bitwise_count(np.arange(1 << WIDEST, dtype=np.uint32)), kind="stable").astype(np.uint16)
_WAYS = np.array([math.comb(size, count) for size in _SIZES for count in _SIZES], dtype=float)
_STARTS = np.tile(np.cumsum([0] + [math.comb(WIDEST, count) for count in range(WIDEST)]), len(_SIZES))


def keep_rows(matrix: pd.DataFrame, permutations: int, seed: int) -> np.ndarray:
    """Random matrices in which every region chooses as many technologies as it did, any of them alike.

    Parameters
    ----------
    matrix : pandas.DataFrame
        True where a region (row) chose a technology (column, 16 at most).
    permutations, seed : int
        How many matrices, and where their random numbers start.

    Returns
    -------
    numpy.ndarray
        Masks (uint16), a row per matrix and a column per region. ValueError where the matrix is not of true and false
        alone, is empty or too wide, or the permutations are fewer than one.
    """
    masks, random = _start(matrix, permutations, seed)
    return _subsets(random, np.uint8(matrix.shape[1]), np.bitwise_count(masks)[:, None], (len(masks), permutations)).T


def keep_margins(matrix: pd.DataFrame, permutations: int, seed: int) -> np.ndarray:
    """Random matrices in which, besides, every technology is chosen by as many regions as it was.

    The curveball algorithm (Strona et al. 2014) with global trades (Carstens, Berger and Strona 2018): all rows are
    paired at random, and the two of a pair shuffle what only one of them has. Every matrix is a chain of its own of
    :data:`ROUNDS` such rounds, which starts from the matrix given. In the long run all matrices are equally likely.

    Parameters, what is returned and what is raised are those of :func:`keep_rows`.
    """
    masks, random = _start(matrix, permutations, seed)
    counts, chains, columns = np.bitwise_count(masks), np.arange(permutations), range(matrix.shape[1])
    moving = np.flatnonzero((counts > 0) & (counts < len(columns)))  # an empty or full row has nothing to trade
    rows, odd = len(moving), len(moving) % 2
    columns = [column for column in columns if 0 < (masks[moving] >> column & 1).sum() < rows]
    result = np.repeat(masks[:, None], permutations, axis=1)
    if rows < 2:
        return result.T
    # Rows change places to be paired, so each carries its number above its mask. An odd row out is drawn into place 0;
    # then the first row without a partner gets one of those after it.
    state = result[moving] | np.arange(rows, dtype=np.uint32)[:, None] << WIDEST
    flat, places = state.reshape(-1), np.arange(1 - odd, rows - 1, 2)[:, None]
    one, other = state[odd::2], state[odd + 1 :: 2]
    for _ in range(ROUNDS):
        sources = (_below(random, rows - places, (len(places), permutations)) + places) * permutations + chains
        for place, source in zip(places[:, 0], sources, strict=True):
            state[place], flat[source] = flat.take(source), state[place].copy()
        differing = (one ^ other) & _FULL
        moved = one & differing
        given = _subsets(random, np.bitwise_count(differing), np.bitwise_count(moved), moved.shape)
        differing, moved = differing.astype(np.uint16), moved.astype(np.uint16)
        for column in columns:  # lay what is given, a choice among the lowest bits, over the differing columns
            here = differing >> column & 1
            moved ^= (given & here) << column
            given >>= here
        one ^= moved
        other ^= moved
    result[moving[state >> WIDEST], chains] = state & _FULL
    return result.T


MODELS: Mapping[str, Callable[..., np.ndarray]] = {"rows": keep_rows, "margins": keep_margins}
"""Null models by what they keep of the matrix."""
KINDS = (*MODELS, "named")
"""Kinds of chance: the :data:`MODELS`, and ``named``, which is ``rows`` among the technologies that somebody chose.

Where overlap exceeds ``rows`` and not ``named``, the overlap is that some technologies were chosen by nobody.
"""


def statistics(masks: np.ndarray, columns: int) -> pd.DataFrame:
    """How much the regions of each matrix overlap.

    Parameters
    ----------
    masks : numpy.ndarray
        A row per matrix and a column per region, as a null model gives them.
    columns : int
        How many technologies there are; ValueError where the masks do not fit them.

    Returns
    -------
    pandas.DataFrame
        A row per matrix. ``shared``: technologies that two regions or more chose; ``overlapping_pairs``: pairs of
        regions with a technology in common; ``largest_crowd``: most regions in one technology; ``uncovered``:
        technologies that nobody chose.

    Examples
    --------
    >>> statistics(np.array([[0b011, 0b001, 0b010, 0b000]]), columns=3).iloc[0].to_dict()
    {'shared': 2, 'overlapping_pairs': 2, 'largest_crowd': 2, 'uncovered': 1}
    """
    if masks.ndim != 2 or not 1 <= columns <= WIDEST or not ((masks >= 0) & (masks < 1 << columns)).all():
        raise ValueError(f"masks must be a table of numbers of {columns} bits, 1 to {WIDEST}; got {masks!r}")
    rows = np.ascontiguousarray(masks.T, dtype=np.uint16)
    crowds = np.stack([(rows >> column & 1).sum(axis=0, dtype=np.uint16) for column in range(columns)])
    pairs = [np.minimum(rows[row + 1 :] & rows[row], 1).sum(axis=0, dtype=np.uint16) for row in range(len(rows))]
    counts = (crowds >= 2).sum(axis=0), np.sum(pairs, axis=0, dtype=int), crowds.max(axis=0), (crowds == 0).sum(axis=0)
    return pd.DataFrame(np.stack(counts, axis=1).astype(np.int64), columns=list(STATISTICS))


def observed(matrix: pd.DataFrame) -> pd.Series:
    """The :func:`statistics` of the matrix itself."""
    return statistics(_start(matrix)[0][None, :], matrix.shape[1]).iloc[0].rename(None)


def null_statistics(matrix: pd.DataFrame, model: str, permutations: int, seed: int) -> pd.DataFrame:
    """The :func:`statistics` of the matrices that one of :data:`MODELS` draws; ValueError for another model."""
    if model not in MODELS:
        raise ValueError(f"model is {model!r}; expected one of {', '.join(MODELS)}")
    return statistics(MODELS[model](matrix, permutations, seed), matrix.shape[1])


def draws(matrix: pd.DataFrame, permutations: int, seed: int, kinds: Iterable[str] = KINDS) -> dict[str, pd.DataFrame]:
    """The :func:`statistics` of matrices drawn by chance, a row for each, by kind of chance.

    Who chose does not matter: equal cells, permutations and seeds are drawn once.

    Parameters
    ----------
    matrix, permutations, seed
        As for :func:`keep_rows`; every kind starts from the same seed.
    kinds : iterable of str
        Some of :data:`KINDS`.
    """
    _start(matrix, permutations)
    tables = {kind: (_chosen(matrix), "rows") if kind == "named" else (matrix, kind) for kind in kinds}
    return {
        kind: _drawn(table.to_numpy(bool).tobytes(), table.shape, model, permutations, seed).copy()
        for kind, (table, model) in tables.items()
    }


@lru_cache(maxsize=64)
def _drawn(cells: bytes, shape: tuple[int, int], model: str, permutations: int, seed: int) -> pd.DataFrame:
    return null_statistics(pd.DataFrame(np.frombuffer(cells, dtype=bool).reshape(shape)), model, permutations, seed)


def against(matrix: pd.DataFrame, drawn: Mapping[str, pd.DataFrame], band: float = 90) -> pd.DataFrame:
    """The matrix beside what chance draws.

    Parameters
    ----------
    matrix : pandas.DataFrame
        True where a region (row) chose a technology (column).
    drawn : mapping of str to pandas.DataFrame
        What :func:`draws` gives for it.
    band : float
        Percent of the matrices drawn, at least, that lie from ``low`` to ``high``.

    Returns
    -------
    pandas.DataFrame
        Indexed by (kind, statistic). ``observed``; ``mean``, ``low`` and ``high`` of the matrices drawn; ``p_more``
        and ``p_less``, how likely a value at least as high or as low as observed is, the matrix itself counted as one
        drawn (Phipson and Smyth 2010). ValueError for a band not between 0 and 100.
    """
    if not 0 < band < 100:
        raise ValueError(f"band is {band}; expected percent between 0 and 100")
    tables, tails = {}, [(100 - band) / 200, (100 + band) / 200]
    for kind, counts in drawn.items():
        own = observed(_chosen(matrix) if kind == "named" else matrix)
        low, high = np.quantile(counts, tails, axis=0, method="inverted_cdf")  # values that do occur
        columns = {"observed": own, "mean": counts.mean(), "low": low, "high": high}
        columns |= {"p_more": (1 + (counts >= own).sum()) / (1 + len(counts))}
        tables[kind] = pd.DataFrame(columns | {"p_less": (1 + (counts <= own).sum()) / (1 + len(counts))})
    return pd.concat(tables, names=["kind", "statistic"])


def _chosen(matrix: pd.DataFrame) -> pd.DataFrame:
    """The technologies that somebody chose; all where nobody chose any."""
    somebody = matrix.to_numpy(bool).any(axis=0)
    return matrix.loc[:, somebody] if somebody.any() else matrix


def _start(matrix: pd.DataFrame, permutations: int = 1, seed: int = 0) -> tuple[np.ndarray, np.random.Generator]:
    """The rows of a matrix as masks, and the source of random numbers; ValueError where something is wrong."""
    if not isinstance(matrix, pd.DataFrame) or matrix.empty or matrix.shape[1] > WIDEST:
        given = f"shape {matrix.shape}" if isinstance(matrix, pd.DataFrame) else type(matrix).__name__
        raise ValueError(f"a matrix must be a DataFrame of one row or more and 1 to {WIDEST} columns, got {given}")
    for name, values in matrix.items() if matrix.to_numpy().dtype != bool else ():
        if values.isna().any() or not pd.api.types.is_bool_dtype(values.dtype):
            given = "missing values" if values.isna().any() else f"the type {values.dtype}"
            raise ValueError(f"a matrix must hold true and false only, column {name} has {given}")
    if not isinstance(permutations, int | np.integer) or permutations < 1:
        raise ValueError(f"permutations is {permutations}; expected a whole number of 1 or more")
    masks = matrix.to_numpy(bool) @ (1 << np.arange(matrix.shape[1]))
    return masks.astype(np.uint16), np.random.default_rng(seed)


def _below(random: np.random.Generator, limits: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Whole numbers below the limits: ``random()``, whose stream NumPy has kept, times the limit, as IEEE rounds."""
    return (random.random(shape) * limits).astype(np.intp)


def _subsets(random: np.random.Generator, sizes: np.ndarray, counts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Masks of so many of the lowest bits, all equally likely (to one in 10¹¹), each from one random number.

    Of the numbers with that many bits set, in increasing order, the first C(size, count) are those that fit the size.
    """
    cells = (sizes * np.uint16(len(_SIZES)) + counts).astype(np.intp)
    return _BY_COUNT.take(_below(random, _WAYS.take(cells), shape) + _STARTS.take(cells))
