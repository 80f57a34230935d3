from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.datasets import longley, nile
from statsmodels.regression.linear_model import OLS

from kr_industry import kinks
from kr_industry.data import load


@pytest.fixture
def annual():
    return load("photonics/annual").set_index("year").astype({"sales": float, "employment": float, "firms": float})


def test_the_nile_breaks_where_it_is_known_to():
    """Breaks in the mean, segments of 15 or more: residual sums as in the CRAN package strucchange."""

    def stepped(x, places):
        return np.column_stack([np.ones_like(x), *((x > place).astype(float) for place in places)])

    flow = nile.load_pandas().data
    x, y = flow["year"].to_numpy(float), flow["volume"].to_numpy(float)
    ends = x[14:-15]
    assert kinks.residual_sums(x, y, [()], stepped) == pytest.approx([2835157], abs=1)
    one = kinks.residual_sums(x, y, [(end,) for end in ends], stepped)
    assert one.min() == pytest.approx(1597457, abs=1)
    assert ends[one.argmin()] == 1898
    pairs = [(a, b) for a, b in combinations(ends, 2) if b - a >= 15]
    assert kinks.residual_sums(x, y, pairs, stepped).min() == pytest.approx(1552924, abs=1)


def test_the_kink_of_the_stagnant_layer():
    """Height of a stagnant layer against flow (Bacon and Watts 1971; Carlin, Gelfand and Smith 1992: kink at 0.03,
    slopes -0.42 and -1.01, height 0.54 there)."""
    flow = np.array([
        -1.39, -1.39, -1.08, -1.08, -0.94, -0.80, -0.63, -0.63, -0.25, -0.25, -0.12, -0.12, 0.01, 0.11, 0.11, 0.11,
        0.25, 0.25, 0.34, 0.34, 0.44, 0.59, 0.70, 0.70, 0.85, 0.85, 0.99, 0.99, 1.19,
    ])  # fmt: skip
    height = np.array([
        1.12, 1.12, 0.99, 1.03, 0.92, 0.90, 0.81, 0.83, 0.65, 0.67, 0.60, 0.59, 0.51, 0.44, 0.43, 0.43,
        0.33, 0.30, 0.25, 0.24, 0.13, -0.01, -0.13, -0.14, -0.30, -0.33, -0.46, -0.43, -0.65,
    ])  # fmt: skip
    places = kinks.candidates(flow, step=0.01)
    sums = kinks.residual_sums(flow, height, [(place,) for place in places])
    place = places[sums.argmin()]
    assert place == pytest.approx(0.03, abs=0.02)
    level, slope, change = OLS(height, kinks.kinked(flow, (place,))).fit().params
    assert slope == pytest.approx(-0.42, abs=0.005)
    assert slope + change == pytest.approx(-1.01, abs=0.01)
    assert level + slope * (0.03 - flow.mean()) == pytest.approx(0.54, abs=0.01)


def test_least_squares_is_exact_to_nine_digits():
    """Longley's regression, NIST StRD."""
    data = longley.load_pandas()
    x, y = data.exog.to_numpy(float), data.endog.to_numpy(float)
    sums = kinks.residual_sums(x, y, [()], lambda x, places: np.column_stack([np.ones(len(x)), x]))
    assert sums[0] == pytest.approx(836424.055505915, rel=1e-9)
    assert 1 - sums[0] / ((y - y.mean()) ** 2).sum() == pytest.approx(0.995479004577296, rel=1e-9)


@pytest.mark.parametrize(
    ("measure", "year", "low", "high", "before", "after"),
    [("sales", 2010.7, 2010.0, 2011.4, 27.15, -2.91), ("employment", 2010.5, 2008.2, 2012.7, 12.92, -1.56),
     ("firms", 2005.0, 2004.1, 2006.3, 35.16, -2.54)],
)  # fmt: skip
def test_gwangju_turned_before_its_peak(annual, measure, year, low, high, before, after):
    kink = kinks.find_kink(annual[measure])
    assert [kink.year, kink.low, kink.high] == pytest.approx([year, low, high])
    assert [kink.before.value, kink.after.value] == pytest.approx([before, after], abs=0.01)
    assert kink.high < annual[measure].idxmax()
    assert kink.supported
    assert kink.p < 0.001


def test_a_kink_says_what_a_sentence_needs(annual):
    sales, firms = kinks.find_kink(annual["sales"]), kinks.find_kink(annual["firms"])
    assert sales.before.percent.value == pytest.approx(31.2, abs=0.05)  # exp(0.2715) − 1
    assert sales.before.percent.low < sales.before.percent.value < sales.before.percent.high
    assert sales.gap == (2008, 2012)
    assert firms.gap == (2003, 2008)
    assert kinks.find_kink(pd.Series([1.0, 2, 4, 8, 8, 8.1, 8], index=range(2000, 2007)), permutations=9).gap is None
    assert sales.gain == sales.aicc_line - sales.aicc


def test_bounds_agree_with_a_search_over_all_kinked_lines(annual):
    """The least and the largest slope of any kinked line within the limit, by brute force."""
    values = annual["sales"]
    x, y = values.index.to_numpy(float), np.log(values.to_numpy())
    kink = kinks.find_kink(values, 80)
    sums = kinks.residual_sums(x, y, [(place,) for place in kinks.candidates(x)])
    limit = sums.min() * (1 + 1.439756**2 / 6)  # Student's t with 6 degrees of freedom at 90 percent, squared: F
    slopes = []
    for place in kinks.candidates(x):
        for slope in np.arange(-8, 4, 0.02):
            rest = y - slope / 100 * np.maximum(x - place, 0)
            design = np.column_stack([np.ones_like(x), np.minimum(x, place)])
            fit, *_ = np.linalg.lstsq(design, rest, rcond=None)
            if ((rest - design @ fit) ** 2).sum() <= limit:
                slopes.append(slope)
    assert [min(slopes), max(slopes)] == pytest.approx([kink.after.low, kink.after.high], abs=0.03)


def test_leaving_out_one_year_shows_what_leans_on_it(annual):
    sales, firms = (kinks.without_each_year(annual[measure]) for measure in ("sales", "firms"))
    assert sales["year"].between(2010.5, 2011.0 + 1e-9).all()
    assert list(kinks.find_kink(annual["sales"], permutations=9).outside(sales).index) == []
    assert list(kinks.find_kink(annual["firms"], permutations=9).outside(firms).index) == [1999, 2003]
    assert firms.loc[1999, "year"] == pytest.approx(9.8 + 2000)
    assert firms.drop([1999, 2003])["year"].between(2004.9 - 1e-9, 2005.7 + 1e-9).all()


@settings(max_examples=25)
@given(st.floats(min_value=0.01, max_value=1e4), st.integers(-500, 500))
def test_neither_the_unit_nor_the_calendar_matters(scale, shift):
    values = load("photonics/annual").set_index("year")["sales"].astype(float)
    first = kinks.find_kink(values, permutations=9)
    moved = pd.Series(values.to_numpy() * scale, index=values.index + shift)
    second = kinks.find_kink(moved, permutations=9)
    assert [second.year - shift, second.low - shift, second.high - shift] == pytest.approx(
        [first.year, first.low, first.high], abs=1e-6
    )
    assert second.after.low == pytest.approx(first.after.low, abs=1e-6)
    assert second.p == first.p


def test_a_straight_line_is_not_bent():
    noise = np.random.default_rng(3).normal(0, 0.05, 10)
    years = [1999, 2003, 2008, *range(2012, 2019)]
    values = pd.Series(np.exp(5 + 0.1 * (np.array(years) - 1999) + noise), index=years)
    kink = kinks.find_kink(values, permutations=999)
    assert not kink.supported
    assert kink.p > 0.05


def test_permuting_says_of_chance_what_chance_is():
    """On series without a kink, p is below one half about half of the time."""
    random, years = np.random.default_rng(0), list(range(2000, 2010))
    found = [
        kinks.find_kink(pd.Series(np.exp(random.normal(0, 0.1, 10)), index=years), permutations=199, seed=draw).p
        for draw in range(150)
    ]
    assert 0.4 < np.mean(np.array(found) < 0.5) < 0.6
    assert np.mean(np.array(found) < 0.1) < 0.17


def test_intervals_hold_what_they_should(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "scripts"))
    from interval_coverage import kink_coverage

    years = [1999, 2003, 2008, *range(2012, 2019)]
    held = kink_coverage(years, kink=2010.5, before=27, after=-3, noise=0.06, draws=150, seed=1)
    assert (held.loc[95] > 89).all()
    assert (held.loc[50] < 65).all()


def test_the_same_seed_gives_the_same_result(annual):
    assert kinks.find_kink(annual["firms"], seed=1).p == kinks.find_kink(annual["firms"], seed=1).p


@pytest.mark.parametrize(
    ("years", "values", "message"),
    [
        (range(2000, 2006), [1, 2, 3, 4, 5, 6], "a kink: needs 7 years or more, got 6"),
        ([2000, 2002, 2001, 2003, 2004, 2005, 2006], [1, 2, 3, 4, 5, 6, 7], "ascend"),
        ([2000, 2000, 2001, 2003, 2004, 2005, 2006], [1, 2, 3, 4, 5, 6, 7], "duplicates"),
        (range(2000, 2007), [1, 2, 0, 4, 5, 6, 7], "above zero, got 0 in 2002"),
        (range(2000, 2007), [1, 2, -3, 4, 5, 6, 7], "above zero, got -3 in 2002"),
    ],
)
@pytest.mark.parametrize("function", [kinks.find_kink, kinks.without_each_year])
def test_what_cannot_have_a_kink_is_told(years, values, message, function):
    with pytest.raises(ValueError, match=message):
        function(pd.Series(values, index=years, dtype=float))
