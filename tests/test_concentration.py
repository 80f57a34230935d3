import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry.concentration import concentration, concentration_by_year

parts = st.lists(st.floats(min_value=0, max_value=1e9), min_size=2, max_size=30).filter(
    lambda values: sum(values) > 1e-3
)


def test_the_published_case_of_reat():
    """Doersam 2004, as the CRAN package REAT gives it."""
    found = concentration(pd.Series([20, 50, 20, 10]))
    assert found["herfindahl"] == pytest.approx(0.34)
    assert found["normalised"] == pytest.approx(0.12)
    assert found["effective"] == pytest.approx(2.941176, abs=1e-6)
    assert found["gini"] == pytest.approx(0.3)
    assert found["gini_normalised"] == pytest.approx(0.4)
    assert found["largest_two"] == pytest.approx(70)


@given(parts)
def test_the_index_lies_between_one_over_the_number_of_parts_and_one(values):
    found = concentration(pd.Series(values))
    assert found["least"] == 1 / len(values)
    assert found["least"] - 1e-12 <= found["herfindahl"] <= 1 + 1e-12
    assert 1 - 1e-9 <= found["effective"] <= len(values) + 1e-9
    assert -1e-9 <= found["normalised"] <= 1 + 1e-9
    assert -1e-9 <= found["gini_normalised"] <= 1 + 1e-9


@given(parts, st.floats(min_value=1e-3, max_value=1e3), st.randoms(use_true_random=False))
def test_neither_unit_nor_order_matters(values, scale, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    first, second = concentration(pd.Series(values)), concentration(pd.Series(shuffled) * scale)
    assert first.tolist() == pytest.approx(second.tolist(), rel=1e-6, abs=1e-9)


def test_the_ends():
    assert concentration(pd.Series([5, 5, 5, 5]))[["herfindahl", "gini"]].tolist() == pytest.approx([0.25, 0])
    assert concentration(pd.Series([0, 0, 7]))[["herfindahl", "normalised", "gini_normalised"]].tolist() == [1, 1, 1]


def test_each_measure_and_year_has_its_row():
    tables = {"sales": pd.DataFrame({2017: [1, 1], 2018: [3, 1]}), "firms": pd.DataFrame({2018: [1, 0]})}
    found = concentration_by_year(tables)
    assert list(found.index) == [("sales", 2017), ("sales", 2018), ("firms", 2018)]
    assert found["herfindahl"].tolist() == [0.5, 0.625, 1.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [([3], "two parts or more"), ([3, -1], "below zero or missing, 1 is -1"), ([3, None], "missing"),
     ([0, 0], "whole above zero"), ([float("inf"), 1], "whole above zero")],
)  # fmt: skip
def test_parts_that_cannot_be_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        concentration(pd.Series(values, dtype=float))
