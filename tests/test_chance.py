import hashlib
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry.chance import (
    KINDS,
    MODELS,
    STATISTICS,
    WIDEST,
    against,
    draws,
    keep_margins,
    keep_rows,
    null_statistics,
    observed,
    statistics,
)


def frame(*rows):
    """A matrix from rows such as "0110"."""
    return pd.DataFrame([[sign == "1" for sign in row] for row in rows])


def compare(matrix, permutations, seed=1, band=90):
    """Every kind of chance."""
    return against(matrix, draws(matrix, permutations, seed), band)


def cells(masks, columns):
    """Matrix, region and technology."""
    return masks[:, :, None] >> np.arange(columns) & 1


@st.composite
def matrices(draw):
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, WIDEST))
    chosen = st.lists(st.booleans(), min_size=columns, max_size=columns)
    return pd.DataFrame(draw(st.lists(chosen, min_size=rows, max_size=rows)), dtype=bool)


SOME = frame("110010", "000100", "101101", "000000", "011000", "111111", "000001")
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize("model", MODELS)
@given(matrix=matrices(), seed=seeds)
def test_margins_that_a_model_keeps_are_kept(model, matrix, seed):
    masks = MODELS[model](matrix, 5, seed)
    assert (masks.dtype, masks.shape) == (np.uint16, (5, len(matrix)))
    drawn = cells(masks, matrix.shape[1])
    assert (drawn.sum(axis=2) == matrix.sum(axis=1).to_numpy()).all()
    if model == "margins":
        assert (drawn.sum(axis=1) == matrix.sum(axis=0).to_numpy()).all()
    assert (masks < 1 << matrix.shape[1]).all()


def _same_margins(matrix):
    """Masks of every matrix with the same margins."""
    columns, wanted = matrix.shape[1], tuple(matrix.sum())
    sets = [list(combinations(range(columns), count)) for count in matrix.sum(axis=1)]
    return {
        tuple(sum(1 << column for column in row) for row in rows)
        for rows in product(*sets)
        if tuple(sum(column in row for row in rows) for column in range(columns)) == wanted
    }


@pytest.mark.parametrize(
    "rows",
    [
        ("100", "010", "001"),
        ("110", "011", "010"),
        ("100", "010", "001", "110"),
        ("110", "000", "101", "100", "111"),  # an empty row and a full one
        ("1100", "0110", "0011", "1001"),
        ("1110", "0100", "0011", "0100"),
        ("1100", "0011"),
        ("11100", "00100", "00011"),
        ("10", "10", "10", "10", "01", "01", "11"),
    ],
    ids=" ".join,
)
def test_matrices_of_the_same_margins_are_equally_likely(rows):
    matrix, permutations = frame(*rows), 20_000
    possible = _same_margins(matrix)
    found, times = np.unique(keep_margins(matrix, permutations, seed=1), axis=0, return_counts=True)
    assert {tuple(map(int, masks)) for masks in found} == possible
    share = 1 / len(possible)
    error = np.sqrt(share * (1 - share) / permutations)
    assert np.abs(times / permutations - share).max() < 5 * error


def test_the_one_pair_of_rows_that_can_change_meets_often_enough():
    """The slowest case: of seven regions that all can trade, all others are nested."""
    matrix = frame("1000000", "1100000", "1110000", "1101000", "1111000", "1111100", "1111110")
    found, times = np.unique(keep_margins(matrix, 20_000, seed=3), axis=0, return_counts=True)
    assert len(found) == 2
    assert abs(times[0] / 20_000 - 0.5) < 5 * 0.5 / 20_000**0.5


def test_every_technology_is_equally_likely_where_only_rows_are_kept():
    permutations = 20_000
    share = cells(keep_rows(SOME, permutations, seed=5), 6).mean(axis=0)
    wanted = SOME.mean(axis=1).to_numpy()[:, None]
    assert (np.abs(share - wanted) <= 5 * np.sqrt(wanted * (1 - wanted) / permutations)).all()


@pytest.mark.parametrize("count", [1, 2, 8, 15])
def test_sets_of_technologies_are_equally_likely_in_the_widest_table(count):
    """Every technology as often as any other, and every two together as often as any other two."""
    masks = keep_rows(pd.DataFrame([[column < count for column in range(WIDEST)]]), 40_000, seed=2)
    together = np.einsum("pi,pj->ij", *2 * [cells(masks, WIDEST)[:, 0].astype(float)]) / len(masks)
    wanted = count * (count - 1) / (WIDEST * (WIDEST - 1))
    off = ~np.eye(WIDEST, dtype=bool)
    assert np.abs(together[off] - wanted).max() <= 5 * np.sqrt(wanted * (1 - wanted) / len(masks))
    assert np.abs(np.diag(together) - count / WIDEST).max() <= 5 * np.sqrt(0.25 / len(masks))


def test_pairs_expected_where_only_rows_are_kept():
    """Against every matrix with these row sums."""
    matrix, permutations = frame("1000", "1100", "0011", "0100"), 20_000
    sets = [[sum(1 << c for c in row) for row in combinations(range(4), count)] for count in matrix.sum(axis=1)]
    every = statistics(np.array(list(product(*sets))), 4)["overlapping_pairs"]
    drawn = null_statistics(matrix, "rows", permutations, seed=4)["overlapping_pairs"]
    assert drawn.mean() == pytest.approx(every.mean(), abs=5 * every.std(ddof=0) / permutations**0.5)


@given(matrices())
def test_statistics_are_what_they_say(matrix):
    crowds, rows = matrix.sum(), matrix.to_numpy()
    assert observed(matrix).to_dict() == {
        "shared": sum(crowds > 1),
        "overlapping_pairs": sum((one & other).any() for one, other in combinations(rows, 2)),
        "largest_crowd": max(crowds),
        "uncovered": sum(crowds == 0),
    }
    assert list(observed(matrix).index) == list(STATISTICS)


@given(matrices(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_does_not_matter_to_what_is_observed(matrix, random):
    rows, columns = (random.sample(range(size), size) for size in matrix.shape)
    assert observed(matrix.iloc[rows, columns]).equals(observed(matrix))


def test_names_of_rows_and_columns_do_not_matter():
    named = SOME.set_axis(list("gfedcba"), axis=0).set_axis(["x"] * 6, axis=1).astype("boolean")
    assert compare(named, 50).equals(compare(SOME, 50))


@given(matrices(), st.integers(1, 20), seeds, st.floats(1, 99))
def test_comparison_holds_together(matrix, permutations, seed, band):
    every = draws(matrix, permutations, seed)
    compared = against(matrix, every, band)
    assert list(compared.index) == list(product(KINDS, STATISTICS))
    for side in ("p_more", "p_less"):
        assert compared[side].between(1 / (permutations + 1), 1).all()
    assert (compared["p_more"] + compared["p_less"] > 1).all()
    assert (compared["low"] <= compared["high"]).all()
    for (kind, name), row in compared.iterrows():
        drawn = every[kind][name]
        assert {row["low"], row["high"]} <= set(drawn)
        assert drawn.between(row["low"], row["high"]).mean() >= band / 100 - 1e-9
        assert row["mean"] == pytest.approx(drawn.mean())
        assert row["p_more"] == (1 + sum(drawn >= row["observed"])) / (permutations + 1)
        assert row["p_less"] == (1 + sum(drawn <= row["observed"])) / (permutations + 1)
    fixed = compared.loc["margins"].drop("overlapping_pairs")  # these follow from the margins
    assert (fixed["low"] == fixed["observed"]).all()
    assert (fixed["p_more"] == 1).all()


@given(matrices(), seeds)
def test_kinds_of_chance_are_the_models_on_what_they_are_told(matrix, seed):
    drawn = draws(matrix, 5, seed)
    chosen = matrix.loc[:, matrix.any()] if matrix.to_numpy().any() else matrix
    for model in MODELS:
        assert drawn[model].equals(null_statistics(matrix, model, 5, seed))
    assert drawn["named"].equals(null_statistics(chosen, "rows", 5, seed))
    assert list(draws(matrix, 5, seed, ("named", "rows"))) == ["named", "rows"]


def test_what_has_been_drawn_cannot_be_spoilt():
    drawn = draws(SOME, 10, seed=0)["rows"]
    drawn.loc[:] = 99
    assert draws(SOME, 10, seed=0)["rows"].equals(null_statistics(SOME, "rows", 10, 0))


@pytest.mark.parametrize("model", MODELS)
def test_a_seed_decides_everything(model):
    first, again, another = (MODELS[model](SOME, 200, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != another).any()


@pytest.mark.parametrize(
    ("model", "first", "digest"),
    [
        ("rows", [19, 8, 29, 0, 5, 63, 2], "9a3fe64489bb79f2"),
        ("margins", [14, 2, 57, 0, 33, 63, 4], "650b26a866ac982f"),
    ],
)
def test_numbers_of_a_seed_stay(model, first, digest):
    """A change of the stream of random numbers, or of what is made of it, changes every report: it has to show."""
    masks = MODELS[model](SOME, 1000, seed=2022)
    assert masks[0].tolist() == first
    assert hashlib.sha256(np.ascontiguousarray(masks, "<u2").tobytes()).hexdigest()[:16] == digest


@pytest.mark.parametrize(
    "rows",
    [["0110"] * 5, ["0000"] * 3, ["1111", "0000", "1111"], ["0101"], ["1000", "1100", "1110"]],
    ids=["identical", "empty", "full", "single", "nested"],
)
def test_a_matrix_that_cannot_move_stays(rows):
    matrix = frame(*rows)
    masks = keep_margins(matrix, 50, seed=0)
    assert (cells(masks, 4) == matrix.to_numpy()).all()


def test_the_matrix_given_is_left_alone():
    before = SOME.copy()
    compare(SOME, 10)
    assert SOME.equals(before)


@pytest.mark.parametrize(
    ("matrix", "permutations", "message"),
    [
        ([[True]], 10, "DataFrame.* got list"),
        (pd.DataFrame(), 10, r"one row or more and 1 to 16 columns, got shape \(0, 0\)"),
        (pd.DataFrame(index=["x"]), 10, r"got shape \(1, 0\)"),
        (pd.DataFrame([[True] * 17]), 10, r"got shape \(1, 17\)"),
        (pd.DataFrame({"a": [1, 0]}), 10, "column a has the type int64"),
        (pd.DataFrame({"a": [True, False], "b": [True, None]}), 10, "column b has missing values"),
        (pd.DataFrame({"a": pd.array([True, None], "boolean")}), 10, "column a has missing values"),
        (pd.DataFrame({"a": ["yes", "no"]}), 10, "true and false only, column a"),
        (SOME, 0, "permutations is 0; expected a whole number of 1 or more"),
        (SOME, 2.5, "permutations is 2.5"),
    ],
)
def test_bad_input_is_refused(matrix, permutations, message):
    for model in MODELS.values():
        with pytest.raises(ValueError, match=message):
            model(matrix, permutations, 0)
    with pytest.raises(ValueError, match=message):
        compare(matrix, permutations)


def test_other_bad_input_is_refused():
    with pytest.raises(ValueError, match="model is 'columns'; expected one of rows, margins"):
        null_statistics(SOME, "columns", 10, 0)
    with pytest.raises(ValueError, match="model is 'columns'; expected one of rows, margins"):
        draws(SOME, 10, 0, ["columns"])
    for band in (0, 100, float("nan")):
        with pytest.raises(ValueError, match=r"band is .*; expected percent between 0 and 100"):
            compare(SOME, 10, band=band)
    for masks, columns in (([[4]], 2), ([[-1]], 2), ([1, 2], 2), ([[1]], 0), ([[1]], 17)):
        with pytest.raises(ValueError, match=f"table of numbers of {columns} bits"):
            statistics(np.array(masks), columns)
