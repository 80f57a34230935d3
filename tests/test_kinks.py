import functools
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from statsmodels.regression.linear_model import OLS

from kr_industry import kinks
from kr_industry.data import load

YEARS = [1999, 2003, 2008, *range(2012, 2019)]
"""Years of table 3 of the article on photonics."""


@pytest.fixture
def gwangju():
    """Measures of Gwangju's photonics industry, of one definition."""
    annual = load("photonics/annual").query("scope == 'six_segments'").set_index("year")
    return {measure: annual[measure].dropna().astype(float) for measure in ("sales", "employment", "firms")}


@pytest.fixture
def article(gwangju):
    """The same in the years of table 3."""
    return {measure: values[YEARS] for measure, values in gwangju.items()}


def by_regression(years, logs, place, walk):
    """The kinked line of statsmodels: of logarithms, or of their changes, each weighted by the years it took."""
    x = np.asarray(years, float)
    design = np.column_stack([np.ones_like(x), np.minimum(x, place), np.maximum(x - place, 0)])
    if not walk:
        return OLS(logs, design).fit()
    weights = 1 / np.sqrt(np.diff(x))
    return OLS(np.diff(logs) * weights, np.diff(design, axis=0)[:, 1:] * weights[:, None]).fit()


def test_the_kink_of_the_stagnant_layer():
    """Height of a stagnant layer against flow (Bacon and Watts 1971; Carlin, Gelfand and Smith 1992: kink at 0.03,
    slopes -0.42 and -1.01, height 0.54 there), without one of the two at the least flow, as years do not come twice."""
    flow = np.array([
        -1.39, -1.08, -1.08, -0.94, -0.80, -0.63, -0.63, -0.25, -0.25, -0.12, -0.12, 0.01, 0.11, 0.11, 0.11,
        0.25, 0.25, 0.34, 0.34, 0.44, 0.59, 0.70, 0.70, 0.85, 0.85, 0.99, 0.99, 1.19,
    ])  # fmt: skip
    height = np.array([
        1.12, 0.99, 1.03, 0.92, 0.90, 0.81, 0.83, 0.65, 0.67, 0.60, 0.59, 0.51, 0.44, 0.43, 0.43,
        0.33, 0.30, 0.25, 0.24, 0.13, -0.01, -0.13, -0.14, -0.30, -0.33, -0.46, -0.43, -0.65,
    ])  # fmt: skip
    lines = kinks.Lines(flow)
    place, gain = lines.best(lines.residuals(height))
    assert place == pytest.approx(0.03, abs=0.02)
    ((before, after),), _, (total,) = lines.slopes(height, place[None])
    assert [before, after] == pytest.approx([-0.42, -1.01], abs=0.01)
    fit = by_regression(flow, height, place, walk=False)
    assert fit.predict([1, place, 0]) == pytest.approx(0.54, abs=0.02)
    assert [total, lines.residuals(height) @ lines.residuals(height) - gain] == pytest.approx([fit.ssr] * 2)


years = st.lists(st.integers(1, 5), min_size=kinks.NEEDED - 1, max_size=15).map(
    lambda gaps: np.array(list(itertools.accumulate(gaps, initial=1999)), float)
)


@settings(max_examples=30, deadline=None)
@given(years, st.booleans(), st.integers(0, 2**32 - 1))
def test_the_best_place_is_that_of_a_search(x, walk, seed):
    logs = np.random.default_rng(seed).normal(0, 0.1, len(x)).cumsum()
    lines = kinks.Lines(x, walk)
    rest = lines.residuals(logs)
    place, gain = lines.best(rest)
    found = by_regression(x, logs, place, walk)
    assert rest @ rest - gain == pytest.approx(found.ssr, abs=1e-9)
    slopes, variances, sums = lines.slopes(logs, place[None])
    assert slopes[0] == pytest.approx(found.params[-2:], abs=1e-7)
    assert np.sqrt(variances[0] * found.mse_resid) == pytest.approx(found.bse[-2:], rel=1e-6)
    assert sums[0] == pytest.approx(found.ssr, abs=1e-9)
    for bounds in itertools.pairwise(x[1:-1]):
        other = minimize_scalar(lambda k: by_regression(x, logs, k, walk).ssr, bounds=bounds, method="bounded")
        assert found.ssr <= other.fun + 1e-9


@pytest.mark.parametrize("walk", [False, True])
@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
def test_the_ends_of_a_set_are_where_the_statistic_reaches_its_limit(gwangju, measure, walk):
    """Between the two ends and beyond them the residual sum of squares is on the side that it should be."""
    values = gwangju[measure]
    x, logs = values.index.to_numpy(float), np.log(values.to_numpy())
    lines = kinks.Lines(x, walk)
    rest = lines.residuals(logs)
    limit = 1.5 * (rest @ rest - lines.best(rest)[1])
    places = lines.accepted(rest, rest @ rest - limit)
    sums = [by_regression(x, logs, place, walk).ssr for place in places]
    assert max(sums) <= limit * (1 + 1e-9)
    for end, beyond in ((places[0], -1e-4), (places[-1], 1e-4)):
        if x[1] < end < x[-2]:
            assert by_regression(x, logs, end, walk).ssr == pytest.approx(limit, rel=1e-9)
            assert by_regression(x, logs, end + beyond, walk).ssr > limit


def test_sales_of_gwangju_turned_and_have_not_fallen_since_for_certain(gwangju, article):
    """Later-found years between those of the article move the turn by a tenth of a year."""
    for values, year in ((article["sales"], 2010.685), (gwangju["sales"], 2010.605)):
        kink = kinks.find_kink(values)
        assert kink.supported
        assert kink.refusals == ()
        assert kink.year == pytest.approx(year, abs=1e-3)
        assert kink.p < 0.001
        assert kink.p_walk < 0.01
        assert kink.before.low > 15
        assert kink.after.low < 0 < kink.after.high
        assert kink.low < 2010.3 < 2011 < kink.high < values.idxmax()


def test_what_deviations_of_a_random_walk_explain_is_no_turn(article, gwangju):
    """Employment in ten years: a walk alone bends as much, once in four; in the fifteen it seldom does."""
    kink = kinks.find_kink(article["employment"])
    assert kink.p < 0.001
    assert kink.gain > 0
    assert kink.p_walk == pytest.approx(0.25, abs=0.02)
    assert kink.refusals == ("walk",)
    assert not kink.supported
    assert kinks.find_kink(gwangju["employment"]).supported


def test_a_line_above_every_year_or_leaning_on_one_is_no_turn(article, gwangju):
    """Firms in ten years: the line would have been at 389 in 2005, and there were 248."""
    kink = kinks.find_kink(article["firms"])
    assert kink.refusals == ("above", "leaning")
    assert kink.fitted.max() == pytest.approx(389, abs=1)
    assert kink.fitted.max() > article["firms"].max() > gwangju["firms"][2005]
    assert list(kink.outside(kinks.without_each_year(article["firms"])).index) == [1999, 2003]
    assert "leaning" in kinks.find_kink(gwangju["firms"]).refusals


def test_a_kink_says_what_a_sentence_needs(article):
    sales = kinks.find_kink(article["sales"])
    assert sales.before.percent.value == pytest.approx(31.2, abs=0.05)  # exp(0.2719) − 1
    assert sales.before.percent.low < sales.before.percent.value < sales.before.percent.high
    assert sales.high > 2012
    assert sales.gap is None
    assert kinks.find_kink(article["sales"], 80).gap == (2008, 2012)
    assert kinks.find_kink(pd.Series([1.0, 2, 4, 8, 8, 8.1, 8], index=range(2000, 2007)), permutations=9).gap is None
    assert sales.gain == sales.aicc_line - sales.aicc
    line = OLS(np.log(article["sales"]), np.column_stack([np.ones(10), YEARS])).fit()
    assert sales.aicc_line == pytest.approx(-2 * line.llf + 2 * 3 * 10 / (10 - 3 - 1))
    bent = by_regression(YEARS, np.log(article["sales"]), sales.year, walk=False)
    assert sales.aicc == pytest.approx(-2 * bent.llf + 2 * 5 * 10 / (10 - 5 - 1))
    assert np.log(sales.fitted[YEARS]).tolist() == pytest.approx(bent.fittedvalues.tolist())


@pytest.mark.parametrize("walk", [False, True])
def test_bounds_agree_with_a_search_over_all_kinked_lines(article, walk):
    """The least and the largest slope of any kinked line within the limit, by brute force."""
    x, logs = np.array(YEARS, float), np.log(article["sales"].to_numpy())
    places = np.linspace(x[1], x[-2], 151)
    best = min(by_regression(x, logs, place, walk).ssr for place in places)
    limit = best * (1 + 1.439756**2 / 6)  # Student's t with 6 degrees of freedom at 90 percent, squared: F
    weights = 1 / np.sqrt(np.diff(x))[:, None]
    slopes, held = np.arange(-8, 6, 0.02), set()
    for place in places:
        rest = logs[:, None] - np.outer(np.maximum(x - place, 0), slopes) / 100
        design = np.column_stack([np.ones_like(x), np.minimum(x, place)])
        if walk:
            rest, design = np.diff(rest, axis=0) * weights, np.diff(design, axis=0)[:, 1:] * weights
        off = rest - design @ np.linalg.lstsq(design, rest, rcond=None)[0]
        held |= set(slopes[(off**2).sum(axis=0) <= limit])
    low, high = kinks.Lines(x, walk).bounds(logs, 80)[:, 2]
    assert [min(held), max(held)] == pytest.approx([100 * low, 100 * high], abs=0.06)


def test_bounds_hold_both_ways(article):
    kink, x = kinks.find_kink(article["employment"], 80), np.array(YEARS, float)
    logs = np.log(article["employment"].to_numpy())
    both = np.stack([kinks.Lines(x, walk).bounds(logs, 80) for walk in (False, True)])
    (low, *lows), (high, *highs) = both[:, 0].min(axis=0), both[:, 1].max(axis=0)
    assert (kink.low, kink.high) == (low, high)
    assert [kink.before.low, kink.after.low] == pytest.approx([100 * bound for bound in lows])
    assert [kink.before.high, kink.after.high] == pytest.approx([100 * bound for bound in highs])


def test_leaving_out_one_year_shows_what_leans_on_it(article):
    sales, firms = (kinks.without_each_year(article[measure]) for measure in ("sales", "firms"))
    assert sales["year"].between(2010.5, 2011.1).all()
    assert list(kinks.find_kink(article["sales"], permutations=9).outside(sales).index) == []
    assert firms.loc[1999, "year"] == pytest.approx(2009.75, abs=0.01)
    assert firms.drop([1999, 2003])["year"].between(2004.9, 2005.7).all()
    rest = article["firms"].drop(2014)
    alone = kinks.find_kink(rest, permutations=9)
    assert firms.loc[2014].tolist() == pytest.approx([alone.year, alone.before.value, alone.after.value])


@settings(max_examples=12, deadline=None)
@given(st.floats(min_value=0.01, max_value=1e4), st.integers(-500, 500))
def test_neither_the_unit_nor_the_calendar_matters(scale, shift):
    values = load("photonics/annual").query("scope == 'six_segments'").set_index("year")["sales"].astype(float).dropna()
    first = kinks.find_kink(values, permutations=9)
    moved = pd.Series(values.to_numpy() * scale, index=values.index + shift)
    second = kinks.find_kink(moved, permutations=9)
    assert [second.year - shift, second.low - shift, second.high - shift] == pytest.approx(
        [first.year, first.low, first.high], abs=1e-6
    )
    assert second.after.low == pytest.approx(first.after.low, abs=1e-6)
    assert (second.p, second.p_walk, second.refusals) == (first.p, first.p_walk, first.refusals)


def test_a_straight_line_is_not_bent():
    noise = np.random.default_rng(3).normal(0, 0.05, 10)
    kink = kinks.find_kink(pd.Series(np.exp(5 + 0.1 * (np.array(YEARS) - 1999) + noise), index=YEARS), permutations=999)
    assert {"independent", "walk"} <= set(kink.refusals)
    assert kink.p > 0.05


@pytest.mark.parametrize("growth", [0.0, 0.1])
def test_a_series_without_any_deviation_is_not_bent(growth):
    kink = kinks.find_kink(pd.Series(np.exp(growth * np.arange(8)) * 5.3, index=range(2000, 2008)), permutations=99)
    assert {"independent", "walk"} <= set(kink.refusals)
    assert (kink.p, kink.p_walk) == (1, 1)
    assert [kink.before.value, kink.after.value] == pytest.approx([100 * growth] * 2)


def test_permuting_says_of_chance_what_chance_is():
    """On series without a kink each p is below one half about half of the time."""
    random, years = np.random.default_rng(0), list(range(2000, 2010))
    for walk in (False, True):
        found = []
        for draw in range(300):
            noise = random.normal(0, 0.1, 10)
            logs = noise.cumsum() if walk else noise
            found.append(kinks.Lines(np.array(years, float), walk).p(logs, 199, draw))
        assert 0.4 < np.mean(np.array(found) < 0.5) < 0.6
        assert np.mean(np.array(found) < 0.1) < 0.15


@pytest.fixture
def coverage(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "scripts"))
    import interval_coverage

    return interval_coverage


@pytest.fixture(scope="module")
def straight():
    """What is said of 300 straight lines like a series, with a kind of deviation."""

    @functools.cache
    def turns(coverage, values, kind):
        return coverage.turns(coverage.Truth.like(pd.Series(dict(values)), kind, bent=False), 95, 300, 1, 99)

    return lambda coverage, values, kind: turns(coverage, tuple(values.items()), kind)


@pytest.mark.parametrize("measure", ["sales", "employment"])
@pytest.mark.parametrize("kind", ["independent", "walk"])
def test_turns_are_seldom_called_on_lines_and_intervals_hold(article, coverage, straight, measure, kind):
    """Four standard errors of 300 draws: 5 percent are at most 10, and 92 at least 86."""
    line = straight(coverage, article[measure], kind)
    assert 100 * line["supported"].mean() < 10
    bent = coverage.turns(coverage.Truth.like(article[measure], kind, bent=True), 95, 300, 1, permutations=19)
    assert (100 * bent[["year", "before", "after"]].mean() > 86).all()


def test_a_walk_alone_bends_lines_that_the_first_test_would_take_for_turns(article, coverage, straight):
    line = straight(coverage, article["sales"], "walk")
    assert 100 * line["independent"].mean() > 12


def test_deviations_are_what_they_are_called(coverage):
    random, years = np.random.default_rng(0), [2000, 2001, 2005]
    made = {
        kind: np.array([coverage.deviations(random, years, kind, 2.0) for _ in range(4000)])
        for kind in coverage.DEVIATIONS
    }
    assert made["independent"].std(axis=0) == pytest.approx([2, 2, 2], rel=0.05)
    assert np.diff(made["walk"]).std(axis=0) == pytest.approx([2, 4], rel=0.05)
    lasting = np.sqrt(4 + 2 * (3 * 0.5 + 2 * 0.25 + 0.125))  # of four steps, each with those after it
    assert np.diff(made["persisting"]).std(axis=0) == pytest.approx([2, 2 * lasting], rel=0.05)


def test_the_truth_like_a_series_has_its_slopes(article, coverage):
    kink = kinks.find_kink(article["sales"], permutations=9)
    truth = coverage.Truth.like(article["sales"], "independent", bent=True)
    assert [truth.kink, truth.before, truth.after] == pytest.approx([kink.year, kink.before.value, kink.after.value])
    quiet = coverage.Truth(truth.years, "independent", 0.0, truth.kink, truth.before, truth.after)
    fitted = quiet.series(np.random.default_rng(0))
    assert (fitted / kink.fitted[YEARS]).std() == pytest.approx(0, abs=1e-9)


def test_the_same_seed_gives_the_same_result(article):
    assert kinks.find_kink(article["firms"], seed=1).p == kinks.find_kink(article["firms"], seed=1).p


@pytest.mark.parametrize("confidence", [0, 100, 120, float("nan")])
def test_a_confidence_that_cannot_be_is_told(article, confidence):
    with pytest.raises(ValueError, match="expected percent between 0 and 100"):
        kinks.find_kink(article["sales"], confidence)


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
