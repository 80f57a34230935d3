import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from kr_industry.agreement import agreement, gwet_ac1, krippendorff_alpha

MEASURES = ["alpha", "kappa", "ac1", "positive", "negative"]


def _table(first, second):
    """Units by category of the first rater and of the second."""
    names = sorted({*first, *second})
    return pd.crosstab(first, second).reindex(index=names, columns=names, fill_value=0).to_numpy()


def _measures(first, second):
    """Measures of two raters that take any categories."""
    alpha = krippendorff_alpha(pd.DataFrame({"first": first, "second": second}))
    return [alpha, cohens_kappa(_table(first, second), return_results=False), gwet_ac1(_table(first, second))]


def _raters(table, names):
    """Two raters whose contingency table, the first's categories as rows, is the one given."""
    cells = [(names[i], names[j]) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return tuple(pd.Series(list(values)) for values in zip(*cells, strict=True))


def _pairs(values):
    """Two raters of the same units who use two categories or more together."""
    pairs = st.lists(st.tuples(values, values), min_size=1, max_size=30)
    varied = pairs.filter(lambda rows: len({value for row in rows for value in row}) > 1)
    return varied.map(lambda rows: tuple(pd.Series(list(column)) for column in zip(*rows, strict=True)))


nominal, binary = _pairs(st.sampled_from("abcd")), _pairs(st.booleans())


@st.composite
def ratings(draw):
    """Units by coders, with gaps, of which two categories or more can be paired."""
    coders = draw(st.integers(2, 5))
    row = st.lists(st.sampled_from(["a", "b", "c", None]), min_size=coders, max_size=coders)
    table = pd.DataFrame(draw(st.lists(row, min_size=1, max_size=15)), dtype=object)
    paired = table[table.notna().sum(axis=1) > 1].stack().dropna()
    assume(paired.nunique() > 1)
    return table


def test_the_published_cases_of_krippendorff():
    """Krippendorff 2011: binary and nominal data of two observers, and four observers with missing values."""
    two = {"Meg": [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], "Owen": [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]}
    assert krippendorff_alpha(pd.DataFrame(two)) == pytest.approx(1 - 19 * 4 / (14 * 6))  # 0.095
    letters = pd.DataFrame({"Ben": list("aabbdcccedda"), "Gerry": list("babbbccceddd")})
    assert krippendorff_alpha(letters) == pytest.approx(0.692, abs=5e-4)
    four = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    table = pd.DataFrame([list(coder) for coder in four]).T
    assert krippendorff_alpha(table.replace(".", None)) == pytest.approx(0.743421, abs=1e-6)
    assert krippendorff_alpha(table.replace(".", np.nan).astype(float)) == pytest.approx(0.743421, abs=1e-6)


def test_the_published_case_of_irrcac():
    """Two abstractors of pregnancies, as the CRAN package irrCAC of Gwet gives them."""
    first, second = _raters([[13, 0, 0], [0, 20, 7], [0, 4, 56]], ["ectopic", "abnormal", "normal"])
    assert _measures(first, second) == pytest.approx([0.7972585, 0.7964094, 0.8493305], abs=1e-7)


@pytest.mark.parametrize(
    ("table", "kappa", "positive", "negative"),
    [([[40, 9], [6, 45]], 0.70, 80 / 95, 90 / 105), ([[80, 10], [5, 5]], 0.32, 160 / 175, 10 / 25)],
)
def test_the_paradox_of_feinstein_and_cicchetti(table, kappa, positive, negative):
    """Feinstein and Cicchetti 1990: 85 percent agreement both times, and kappa falls from 0.70 to 0.32."""
    found = agreement(*_raters(table, [True, False]))
    assert found[["units", "both", "first_only", "second_only", "neither"]].tolist() == [100, *np.ravel(table)]
    assert found["percent"] == 85
    assert found["kappa"] == pytest.approx(kappa, abs=5e-3)
    assert found[["positive", "negative"]].tolist() == pytest.approx([positive, negative])


def test_measures_by_hand():
    """3 units named by both, 2 by the first only, 1 by the second only, 14 by neither: they agree on 17 of 20."""
    found = agreement(*_raters([[3, 2], [1, 14]], [True, False]))
    chance = 5 / 20 * 4 / 20 + 15 / 20 * 16 / 20  # shares of 5 and 4 in 20 multiplied, and of the rest
    assert found["kappa"] == pytest.approx((17 / 20 - chance) / (1 - chance)) == pytest.approx(4 / 7)
    chance = 2 * 9 / 40 * 31 / 40  # 9 of 40 values are True
    assert found["ac1"] == pytest.approx((17 / 20 - chance) / (1 - chance))
    unlike = 9 / 40 * 31 / 39 + 31 / 40 * 9 / 39  # two of 40 values drawn, not put back
    assert found["alpha"] == pytest.approx(1 - 3 / 20 / unlike)
    assert found[["positive", "negative"]].tolist() == pytest.approx([6 / 9, 28 / 31])


@given(nominal)
def test_alpha_is_the_pi_of_scott_corrected_for_few_units(pair):
    """Krippendorff's expected disagreement draws without putting back, Scott's (1955) with."""
    first, second = pair
    shares = pd.concat(pair).value_counts(normalize=True)
    pi = ((first == second).mean() - (shares**2).sum()) / (1 - (shares**2).sum())
    values = 2 * len(first)
    alpha = krippendorff_alpha(pd.DataFrame({"first": first, "second": second}))
    assert alpha == pytest.approx(1 - (1 - pi) * (values - 1) / values, abs=1e-9)


@given(nominal)
def test_full_agreement_is_one(pair):
    values = pd.concat(pair, ignore_index=True)
    assert _measures(values, values) == pytest.approx([1, 1, 1])
    assert krippendorff_alpha(pd.DataFrame({"first": values, "second": values})) == 1


@given(ratings())
def test_full_agreement_with_gaps_is_one(table):
    """Each gap stays a gap, and each rating becomes the one of its unit."""
    same = table.apply(lambda row: row.where(row.isna(), row.dropna().min() if row.notna().any() else None), axis=1)
    assume(same[same.notna().sum(axis=1) > 1].stack().dropna().nunique() > 1)
    assert krippendorff_alpha(same) == 1


@given(nominal, st.permutations("abcd"), st.randoms(use_true_random=False))
def test_neither_raters_nor_units_nor_names_matter(pair, names, random):
    first, second = pair
    order = random.sample(range(len(first)), len(first))
    renamed = [series.map(dict(zip("abcd", names, strict=True))) for series in pair]
    once = _measures(first, second)
    assert max(once) <= 1 + 1e-9
    assert _measures(second, first) == pytest.approx(once, abs=1e-9)
    assert _measures(first.iloc[order], second.iloc[order]) == pytest.approx(once, abs=1e-9)
    assert _measures(*renamed) == pytest.approx(once, abs=1e-9)


@given(ratings(), st.permutations("abc"), st.randoms(use_true_random=False))
def test_neither_coders_nor_units_nor_names_matter_to_alpha_with_gaps(table, names, random):
    once = krippendorff_alpha(table)
    columns, rows = (random.sample(range(size), size) for size in reversed(table.shape))
    assert once <= 1
    assert krippendorff_alpha(table.iloc[rows, columns]) == pytest.approx(once, abs=1e-9)
    renamed = table.map(dict(zip("abc", names, strict=True)).get)
    assert krippendorff_alpha(renamed) == pytest.approx(once, abs=1e-9)
    alone = pd.DataFrame([["d"] + [None] * (table.shape[1] - 1), [None] * table.shape[1]], dtype=object)
    assert krippendorff_alpha(pd.concat([table, alone])) == pytest.approx(once, abs=1e-9)


@given(binary)
def test_binary_measures_fit_together(pair):
    first, second = pair
    found, swapped, turned = agreement(first, second), agreement(second, first), agreement(~first, ~second)
    assert found[["both", "first_only", "second_only", "neither"]].sum() == found["units"] == len(first)
    assert found["percent"] == pytest.approx(100 * (first == second).mean())
    assert found[["positive", "negative"]].between(0, 1).all()
    assert found[["percent", *MEASURES]].tolist() == pytest.approx(swapped[["percent", *MEASURES]].tolist(), abs=1e-9)
    assert found[["first_only", "second_only"]].tolist() == swapped[["second_only", "first_only"]].tolist()
    other = ["alpha", "kappa", "ac1", "negative", "positive"]
    assert found[MEASURES].tolist() == pytest.approx(turned[other].tolist(), abs=1e-9)
    if (first | second).any():
        assert found["positive"] == pytest.approx(2 * (first & second).sum() / (first.sum() + second.sum()))
    assert found[["alpha", "kappa", "ac1"]].tolist() == pytest.approx(_measures(first, second), nan_ok=True)


@given(binary, st.integers(1, 50))
def test_units_that_both_leave_out_do_not_raise_positive_agreement(pair, more):
    longer = [pd.concat([series, pd.Series([False] * more)], ignore_index=True) for series in pair]
    assert agreement(*longer)["positive"] == agreement(*pair)["positive"]
    assert agreement(*longer)["negative"] >= agreement(*pair)["negative"]


@pytest.mark.parametrize(("value", "defined"), [(False, "negative"), (True, "positive")])
def test_where_nothing_varies_measures_are_missing(value, defined):
    same = pd.Series([value] * 5)
    found = agreement(same, same)
    assert found["percent"] == 100
    assert found[MEASURES].dropna().to_dict() == {defined: 1}


def test_a_rater_who_names_nothing_leaves_kappa_at_zero():
    found = agreement(pd.Series([True, False, False, False]), pd.Series([False] * 4))
    assert found[["kappa", "positive"]].tolist() == [0, 0]
    assert not found.isna().any()


@pytest.mark.parametrize("kind", [bool, "boolean", object])
def test_booleans_of_any_kind_are_taken(kind):
    first, second = pd.Series([True, False, True], dtype=kind), pd.Series([True, False, False], dtype=kind)
    assert agreement(first, second)["positive"] == pytest.approx(2 / 3)
    assert agreement(first, second)["units"] == 3


@pytest.mark.parametrize(
    "columns",
    [{"a": [1, None], "b": [None, 2]}, {"a": [], "b": []}, {"a": [None, None], "b": [None, None]},
     {"a": ["x", "x", "y"], "b": ["x", "x", None]}],
)  # fmt: skip
def test_ratings_without_pairs_or_variation_have_no_alpha(columns):
    assert np.isnan(krippendorff_alpha(pd.DataFrame(columns, dtype=object)))


def test_one_coder_is_refused():
    with pytest.raises(ValueError, match="two coders or more, got 1"):
        krippendorff_alpha(pd.DataFrame({"a": [1, 2]}))


@pytest.mark.parametrize(
    ("values", "message"),
    [({"x": True, "z": False}, "same units in the same order"), ({"y": True, "x": False}, "same units"),
     ({"x": True}, "same units"), ({"x": True, "y": None}, "y is None in the second"),
     ({"x": np.nan, "y": True}, "x is nan in the second"), ({"x": True, "y": 0}, "y is 0 in the second")],
)  # fmt: skip
def test_raters_that_cannot_be_compared_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        agreement(pd.Series({"x": True, "y": False}), pd.Series(values, dtype=object))
    with pytest.raises(ValueError, match="one unit or more, got none"):
        agreement(pd.Series([], dtype=bool), pd.Series([], dtype=bool))
