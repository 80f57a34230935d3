import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry import growth
from kr_industry.data import load

amounts = st.floats(min_value=1, max_value=1e6)


@pytest.fixture
def sales():
    """Those of table 3 of the article, which leaves years out."""
    annual = load("photonics/annual").query("source == 'photonics_2019'")
    return annual.set_index("year")["sales"].astype(float)


def test_stage_rates_of_gwangju_photonics(sales):
    rates = growth.by_interval(sales, [1999, 2003, 2008, 2012, 2013, 2018])
    assert rates["rate"].round(1).tolist() == [29.9, 32.2, 18.6, 4.6, -3.2]
    assert rates["years"].tolist() == [4, 5, 4, 1, 5]


def test_printed_growth_rates_of_table_7_come_out():
    whole = load("photonics/sales").query("coverage == 'whole'").set_index("year")
    rates = growth.by_interval(whole["sales"].astype(float))
    assert rates["rate"].round(1).tolist() == whole["growth"].iloc[1:].tolist()


def test_the_level_of_gwangju_photonics(sales):
    level = growth.level(sales)
    assert (level.first_year, level.peak_year, level.last_year) == (1999, 2013, 2018)
    assert (level.first, level.peak, level.last) == (1136, 27105, 23005)
    assert level.since_peak == pytest.approx(100 * (23005 / 27105 - 1))
    assert level.change == pytest.approx(100 * (23005 / 1136 - 1))
    assert level.rose


def test_a_level_tells_ties_and_leaves_out_missing_values():
    level = growth.level(pd.Series({2010: None, 2011: 0.0, 2012: 5.0, 2013: 4.0, 2014: 5.0}, dtype=float))
    assert (level.first_year, level.peak_year, level.peak_years) == (2011, 2012, (2012, 2014))
    assert level.since_peak == 0
    assert np.isnan(level.change)
    for values, message in (({2010: np.nan}, "one value or more"), ({2011: 1.0, 2010: 2.0}, "ascend")):
        with pytest.raises(ValueError, match=message):
            growth.level(pd.Series(values))


def test_yearly_growth_is_only_where_the_year_before_is_there(sales):
    rates = growth.by_interval(sales).query("years == 1").set_index("last_year")["rate"]
    assert growth.yearly(sales).to_dict() == pytest.approx(rates.to_dict())
    assert list(rates.index) == list(range(2013, 2019))


@given(amounts, st.floats(min_value=-50, max_value=200), st.integers(1, 30))
def test_a_rate_leads_from_the_first_value_to_the_last(first, rate, years):
    last = first * (1 + rate / 100) ** years
    assert growth.compound_annual_growth_rate(first, last, years) == pytest.approx(rate, abs=1e-6)


@pytest.mark.parametrize(("first", "last", "years"), [(0, 5, 1), (5, -1, 1), (float("nan"), 1, 1), (1, 2, 0)])
def test_a_rate_that_cannot_be_is_refused(first, last, years):
    with pytest.raises(ValueError, match="needs"):
        growth.compound_annual_growth_rate(first, last, years)


@pytest.mark.parametrize(
    ("years", "bounds", "message"),
    [
        ([2003, 1999], None, "ascend"),
        ([1999, 1999], None, "ascend"),
        ([1999, 2003], [1999, 2001], r"no value for \[2001\]"),
        ([1999], None, "needs 2 years or more, got 1"),
        ([1999, 2003], [1999], r"growth needs two years, got \[1999\]"),
    ],
)
def test_unordered_double_or_missing_years_are_refused(years, bounds, message):
    with pytest.raises(ValueError, match=message):
        growth.by_interval(pd.Series(range(1, len(years) + 1), index=years, dtype=float), bounds)


parts = st.dictionaries(st.sampled_from("abcdef"), st.tuples(amounts, amounts), min_size=1)


@given(parts)
def test_contributions_add_up_to_the_growth_of_the_total(values):
    before, after = (pd.Series({key: pair[i] for key, pair in values.items()}) for i in (0, 1))
    shares = growth.contributions(before, after)
    assert shares.sum() == pytest.approx(100 * (after.sum() / before.sum() - 1), abs=1e-6)


@given(parts, st.tuples(amounts, amounts))
def test_with_printed_totals_a_residual_closes_the_gap(values, totals):
    before, after = (pd.Series({key: pair[i] for key, pair in values.items()}) for i in (0, 1))
    shares = growth.contributions(before, after, totals)
    assert shares.sum() == pytest.approx(100 * (totals[1] / totals[0] - 1), rel=1e-6, abs=1e-4)


def test_contributions_of_different_parts_are_refused():
    with pytest.raises(ValueError, match="parts differ"):
        growth.contributions(pd.Series({"a": 1}), pd.Series({"b": 1}))
    with pytest.raises(ValueError, match="above zero"):
        growth.contributions(pd.Series({"a": 0}), pd.Series({"a": 1}))
    with pytest.raises(ValueError, match="b has no value"):
        growth.contributions(pd.Series({"a": 60, "b": np.nan}), pd.Series({"a": 72, "b": 39}), (100, 111))
    with pytest.raises(ValueError, match="b has no value"):
        growth.contributions(pd.Series({"a": 60, "b": 40}), pd.Series({"a": 72, "b": np.inf}))


@pytest.mark.parametrize("totals", [(np.nan, 111), (100, np.nan), (100, np.inf)])
def test_a_total_without_a_value_is_refused(totals):
    """Taken for no total at all, it would hide what the parts leave over."""
    with pytest.raises(ValueError, match="a printed total has no value"):
        growth.contributions(pd.Series({"a": 60, "b": 40}), pd.Series({"a": 72, "b": 39}), totals)


def test_rounding_of_a_sum_is_no_residual():
    before, after = pd.Series({"a": 0.1, "b": 0.2}), pd.Series({"a": 0.3, "b": 0.6})
    assert list(growth.contributions(before, after, (0.3, 0.9)).index) == ["a", "b"]


def test_the_latest_run_ends_at_the_last_gap(sales):
    assert list(growth.latest_run(sales).index) == list(range(2012, 2019))
    assert list(growth.latest_run(sales.loc[:2008]).index) == [2008]
    assert list(growth.latest_run(sales.loc[2014:]).index) == list(range(2014, 2019))


@given(st.floats(min_value=1, max_value=1e6), st.integers(-990, 3000))
def test_an_implied_base_is_within_its_bounds_and_they_are_all_that_rounds_to_the_rate(value, tenths):
    rate = tenths / 10
    base, low, high = growth.implied_base(value, rate)
    assert low <= base <= high
    for edge in (low, high):
        assert abs(100 * (value / edge - 1) - rate) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(("value", "rate"), [(5, -100.0), (5, -99.96), (0, 3.0), (float("nan"), 1.0)])
def test_a_rate_that_no_base_can_have_is_refused(value, rate):
    with pytest.raises(ValueError, match="no base above zero"):
        growth.implied_base(value, rate)


factors = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5)


@given(factors)
def test_a_decomposition_is_exact(pairs):
    before, after = (pd.Series([pair[i] for pair in pairs]) for i in (0, 1))
    found = growth.decomposition(before, after)
    assert found["log_change"].sum() == pytest.approx(np.log(after.prod() / before.prod()), abs=1e-9)
    scale = max(before.prod(), after.prod())
    assert found["change"].sum() / scale == pytest.approx((after.prod() - before.prod()) / scale, abs=1e-6)


@given(factors)
def test_a_decomposition_is_symmetric(pairs):
    before, after = (pd.Series([pair[i] for pair in pairs]) for i in (0, 1))
    there, back = growth.decomposition(before, after), growth.decomposition(after, before)
    scale = max(before.prod(), after.prod())
    assert (there["change"] / scale).tolist() == pytest.approx((-back["change"] / scale).tolist(), abs=1e-9)
    turned = growth.decomposition(before[::-1], after[::-1])["change"].sort_index()
    assert (turned / scale).tolist() == pytest.approx((there["change"] / scale).tolist(), abs=1e-9)


def test_large_whole_numbers_are_taken_apart_as_well():
    found = growth.decomposition(pd.Series({"a": 10**10, "b": 10**10}), pd.Series({"a": 2 * 10**10, "b": 10**10}))
    assert found["change"].to_dict() == pytest.approx({"a": 1e20, "b": 0})


def test_a_factor_that_does_not_change_has_no_part():
    found = growth.decomposition(pd.Series({"a": 3.0, "b": 7.0}), pd.Series({"a": 3.0, "b": 14.0}))
    assert found["change"].to_dict() == pytest.approx({"a": 0, "b": 21})


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_factors_without_a_logarithm_are_refused(value):
    with pytest.raises(ValueError, match="b is"):
        growth.decomposition(pd.Series({"a": 1.0, "b": 2.0}), pd.Series({"a": 1.0, "b": value}))
    with pytest.raises(ValueError, match="factors differ"):
        growth.decomposition(pd.Series({"a": 1.0}), pd.Series({"b": 1.0}))
