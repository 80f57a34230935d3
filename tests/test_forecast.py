import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS

from kr_industry.data import load
from kr_industry.forecast import (
    COVERAGE,
    KNOWN,
    METHODS,
    NEEDED,
    coverage,
    forecast,
    half_drift,
    interval,
    log_line,
    mean_errors,
    rolling_origin,
)
from kr_industry.growth import latest_run

series = st.lists(st.floats(min_value=1, max_value=1e6), min_size=NEEDED, max_size=10).map(
    lambda values: pd.Series(values, index=range(2000, 2000 + len(values)))
)
methods = st.sampled_from(list(METHODS.values()))


@pytest.fixture
def sales():
    """Those of table 3 of the article."""
    annual = load("photonics/annual").query("source == 'photonics_2019'")
    return latest_run(annual.set_index("year")["sales"].astype(float))


@pytest.mark.parametrize(("confidence", "bounds"), [(95, [3787, 3873]), (80, [3802, 3858])])
def test_the_published_naive_forecast(confidence, bounds):
    """Hyndman and Athanasopoulos, Forecasting: Principles and Practice; normal quantiles."""
    assert [round(bound) for bound in interval(3830, 22.0, confidence)] == bounds


def test_the_formula_by_hand(sales):
    """b is half the mean change; s·√(1 + 1/(4·6)) and Student's t with five degrees of freedom, 2.571."""
    assert list(sales.index) == list(range(2012, 2019))
    changes = np.log([27105 / 25904, 23626 / 27105, 22507 / 23626, 21471 / 22507, 22705 / 21471, 23005 / 22705])
    drift = np.log(23005 / 25904) / 6 / 2
    error = np.sqrt(((changes - drift) ** 2).sum() / 5) * np.sqrt(1 + 1 / 24)
    row = forecast(sales, 1, 95, half_drift).loc[2019]
    assert row["value"] == pytest.approx(23005 * np.exp(drift))
    assert row["high"] == pytest.approx(23005 * np.exp(drift + 2.5706 * error), rel=1e-5)
    assert row["low"] == pytest.approx(23005 * np.exp(drift - 2.5706 * error), rel=1e-5)
    assert row.round().tolist() == [22779, 18782, 27625]


def test_what_is_forecast_is_the_last_value(sales):
    """The random walk, unless another method is asked for; it held the sales of 24,787 that were published later."""
    path = forecast(sales, 3)
    assert path.loc[2019].round().tolist() == [23005, 19418, 27255]
    assert path["low"][2019] < 24787 < path["high"][2019]
    assert path["value"].tolist() == pytest.approx([23005] * 3)
    assert np.log(path["high"] / 23005).tolist() == pytest.approx(
        list(np.log(27254.6 / 23005) * np.sqrt([1, 2, 3])), rel=1e-3
    )


def test_the_line_is_that_of_regression(sales):
    design = np.column_stack([np.ones(7), sales.index])
    fit = OLS(np.log(sales.to_numpy()), design).fit()
    expected = fit.get_prediction(np.array([[1, 2019], [1, 2020]])).summary_frame(alpha=0.2)
    found = np.log(forecast(sales, 2, 80, log_line))
    assert found["value"].tolist() == pytest.approx(expected["mean"].tolist())
    assert found["low"].tolist() == pytest.approx(expected["obs_ci_lower"].tolist())


@given(series, methods, st.floats(min_value=1e-3, max_value=1e3), st.integers(1, 5))
def test_a_forecast_keeps_its_unit(values, method, scale, horizon):
    once, scaled = forecast(values, horizon, 80, method), forecast(values * scale, horizon, 80, method)
    assert (scaled / scale).to_numpy() == pytest.approx(once.to_numpy(), rel=1e-6)


@given(series, methods, st.integers(2, 5))
def test_bounds_hold_the_middle_and_widen(values, method, horizon):
    path = forecast(values, horizon, 80, method)
    assert list(path.index) == list(range(values.index[-1] + 1, values.index[-1] + 1 + horizon))
    assert (path["low"] <= path["value"] * (1 + 1e-9)).all()
    assert (path["value"] <= path["high"] * (1 + 1e-9)).all()
    width = np.log(path["high"] / path["low"])
    assert (width.diff().dropna() >= -1e-9).all()
    wider = forecast(values, horizon, 95, method)
    assert (wider["high"] >= path["high"] * (1 - 1e-9)).all()


def test_the_record_of_earlier_origins_tells_every_error(sales):
    record = rolling_origin(sales, 3)
    assert record.groupby("ahead").size().to_dict() == {1: 4, 2: 3, 3: 2}
    assert record["origin"].min() == sales.index[KNOWN - 1] == 2014
    row = record.set_index(["origin", "year"]).loc[2016, 2018]
    assert row["random_walk"] == pytest.approx(100 * (21471 / 23005 - 1))
    past = sales.loc[:2016]
    assert row["half_drift"] == pytest.approx(100 * (forecast(past, 2, 95, half_drift)["value"][2018] / 23005 - 1))
    means = mean_errors(record)
    assert means.loc[1].round(2).to_dict() == {"random_walk": 4.13, "half_drift": 3.80, "log_line": 6.03, "count": 4}


def test_a_method_of_ones_own_stands_in_the_record(sales):
    def double(logs, horizon):
        """Twice the last value, which is known for certain."""
        return np.full(horizon, logs[-1] + np.log(2)), np.zeros(horizon), np.inf

    record = rolling_origin(sales, 2, METHODS | {"double": double})
    pd.testing.assert_frame_equal(record.drop(columns="double"), rolling_origin(sales, 2))
    assert record.loc[0, "double"] == pytest.approx(100 * (2 * sales[2014] / sales[2015] - 1))
    assert list(mean_errors(record)) == [*METHODS, "double", "count"]
    assert forecast(sales, 1, method=double).loc[2019].tolist() == pytest.approx([2 * 23005] * 3)


@pytest.mark.parametrize("confidence", [0, 100, 120, float("nan")])
def test_a_confidence_that_cannot_be_is_told(sales, confidence):
    with pytest.raises(ValueError, match="expected percent between 0 and 100"):
        forecast(sales, 1, confidence)


@pytest.mark.parametrize("horizon", [0, -1, 2.5])
def test_a_horizon_that_cannot_be_is_told(sales, horizon):
    with pytest.raises(ValueError, match="expected a whole number of 1 or more"):
        forecast(sales, horizon)


@pytest.fixture
def scripts(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "scripts"))


def test_intervals_hold_what_they_should_of_a_random_walk(scripts):
    """Three standard errors of 2,000 draws are 1.5 points at 95 percent."""
    from interval_coverage import forecast_coverage

    held = forecast_coverage(7, 3, drift=0, persistence=0, draws=2000, seed=1)["random_walk"]
    assert ((held - 95).abs() < 1.5).all()
    half = forecast_coverage(7, 3, drift=0, persistence=0, draws=2000, seed=1, confidence=50)["random_walk"]
    assert ((half - 50).abs() < 3.4).all()


def test_intervals_hold_less_of_growth_that_persists_the_farther_ahead(scripts):
    from interval_coverage import forecast_coverage

    held = forecast_coverage(7, 3, drift=0, persistence=0.8, draws=1000, seed=1)
    assert (held.diff().dropna() < 0).all(axis=None)
    assert (held.loc[3] < 90).all()


def test_scores_are_interval_scores_of_the_years_that_were_held_back(scripts, monkeypatch):
    import forecast_scores

    given, wanted = np.log([80.0, 110, 90, 120, 100]), np.log([100.0, 1000.0])
    monkeypatch.setattr(forecast_scores, "series", lambda: [(given, wanted)])
    found = forecast_scores.scores([5], 2, methods=["random_walk"]).xs("random_walk", level="method")
    path = np.log(forecast(pd.Series(np.exp(given), index=range(5)), 2))
    width, missed = path["high"] - path["low"], np.log(1000) - path["high"].iloc[1]
    assert missed > 0
    assert found["width"].tolist() == pytest.approx(width.tolist())
    assert found["score"].tolist() == pytest.approx([width.iloc[0], width.iloc[1] + 40 * missed])
    assert found["coverage"].tolist() == [100, 0]
    assert found["count"].tolist() == [1, 1]


def test_coverage_is_told_for_every_year_ahead_or_none():
    assert coverage(5, 3).tolist() == COVERAGE.loc[5, 1:3].tolist()
    assert len(coverage(8, 5)) == 5
    assert all(coverage(*asked).empty for asked in [(4, 1), (13, 1), (5, 6), (5, 3, 80)])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({2015: 1, 2016: 2, 2017: 3, 2018: 4}, "needs 5 years or more, got 4"),
        ({2012: 1, 2014: 2, 2015: 3, 2016: 4, 2017: 5}, "consecutive, 2012 is followed by 2014"),
        ({2016: 1, 2015: 2, 2017: 3, 2018: 4, 2019: 5}, "ascend"),
        ({2015: 1, 2016: 0, 2017: 3, 2018: 4, 2019: 5}, "above zero, got 0 in 2016"),
        ({2015: 1, 2016: -2, 2017: 3, 2018: 4, 2019: 5}, "above zero, got -2 in 2016"),
        ({2015: 1, 2016: float("nan"), 2017: 3, 2018: 4, 2019: 5}, "above zero, got nan in 2016"),
    ],
)
def test_what_cannot_be_forecast_is_told(values, message):
    with pytest.raises(ValueError, match=message):
        forecast(pd.Series(values, dtype=float), 1)


def test_double_years_are_told():
    with pytest.raises(ValueError, match="ascend without duplicates"):
        forecast(pd.Series([1.0, 2, 3, 4, 5], index=[2015, 2015, 2016, 2017, 2018]), 1)
