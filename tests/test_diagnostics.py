import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kr_industry import bio, diagnostics
from kr_industry.data import Tables, load
from kr_industry.diagnostics import Diagnostics
from kr_industry.releases import known

RELEASES = known(load("releases"))
READ = Tables("bio")
ITEMS = READ.every("items")


@pytest.fixture
def tests():
    return diagnostics.known(ITEMS, bio.moves(READ.every("segments"), RELEASES))


def test_diagnostics_on_the_real_figures(tests):
    assert (tests.year, tests.before, tests.release) == (2020, 2019, "bio_survey_2020")
    assert (tests.production, tests.exports) == ((126586, 174923), (65414, 100158))
    assert tests.growth == pytest.approx(38.185, abs=0.001)
    assert tests.share_of_rise == pytest.approx(57.476, abs=0.001)
    assert tests.growth_held_flat == pytest.approx(16.238, abs=0.001)


def test_exports_without_diagnostics_follow_from_its_printed_increase_and_rate(tests):
    before = 22224 / 4.391
    assert tests.exported[0].low < before < tests.exported[0].high
    assert tests.exported[1].low < before + 22224 < tests.exported[1].high
    assert tests.exported[0].high - tests.exported[0].low < 2
    assert tests.export_share == pytest.approx(63.965, abs=0.001)
    assert tests.export_growth_held_flat == pytest.approx(100 * ((100158 - 22224) / 65414 - 1))
    assert tests.export_growth_bounds.low < 100 * ((100158 - before - 22224) / (65414 - before) - 1)
    assert tests.export_growth_bounds == pytest.approx((20.7437, 20.7457), abs=0.0001)


def test_production_of_diagnostics_covers_its_exports_and_leaves_the_rest_enough_for_theirs(tests):
    rest = 10438 - tests.base.high
    assert rest == pytest.approx(7343 - tests.exported[0].high)  # what the rest exported, it made
    assert tests.base.low == tests.exported[0].low
    assert tests.growth_bounds == pytest.approx((16.914, 17.356), abs=0.001)
    assert tests.own_growth == pytest.approx((100 * 27782 / tests.base.high, 100 * 27782 / tests.base.low))


@st.composite
def cases(draw):
    """An industry with a segment and a product in it, of which the increase, and growth of exports, are printed."""
    before = draw(st.integers(2, 5000))
    old_made, old_sold = draw(st.integers(1, before)), 0
    old_sold = draw(st.integers(1, old_made))
    rise, sold_rise = draw(st.integers(1, 5000)), draw(st.integers(1, 5000))
    assume(old_sold + sold_rise <= old_made + rise)
    after = draw(st.integers(old_made + rise, 20000))
    rest = draw(st.integers(0, before - old_made)), draw(st.integers(0, after - old_made - rise))
    rate = round(100 * sold_rise / old_sold, 1)
    assume(rate > 0.1)
    exports = old_sold + rest[0], old_sold + sold_rise + rest[1]
    other = (
        draw(st.integers(1, 20000)),
        draw(st.integers(0, 20000)),
        draw(st.integers(1, 9000)),
        draw(st.integers(0, 9000)),
    )
    case = Diagnostics(rise, (before + other[0], after + other[1]), (exports[0] + other[2], exports[1] + other[3]),
                       (before, after), exports, sold_rise, rate)  # fmt: skip
    return case, old_made, old_sold


@given(cases())
def test_bounds_hold_what_was_so(found):
    case, made, sold = found
    assert case.exported[0].low <= sold <= case.exported[0].high
    assert case.base.low <= made <= case.base.high + 1e-9
    least, most = case.growth_bounds
    assert least - 1e-9 <= case.growth_excluding(made) <= most + 1e-9
    assume(case.export_growth_bounds.known)  # where it may have been all exports, no rate can be given
    without = 100 * ((case.exports[1] - sold - case.export_increase) / (case.exports[0] - sold) - 1)
    assert case.export_growth_bounds.low - 1e-9 <= without <= case.export_growth_bounds.high + 1e-9


@given(cases())
def test_bounds_are_reached_at_the_ends_of_the_base(found):
    case, *_ = found
    ends = sorted(map(case.growth_excluding, case.base))
    assert tuple(case.growth_bounds) == pytest.approx(tuple(ends))


GOOD = {
    "increase": 20,
    "production": (100, 130),
    "exports": (50, 70),
    "segment_production": (20, 45),
    "segment_exports": (10, 30),
    "export_increase": 15,
    "export_rate": 300.0,
}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"increase": 50}, "an increase of 50 does not fit into 45"),
        ({"increase": -1}, "does not fit"),
        ({"segment_exports": (21, 30)}, "a segment that makes 20 cannot export 21"),
        ({"segment_exports": (10, 46)}, "makes 45 cannot export 46"),
        ({"export_increase": 0}, "give no level"),
        ({"export_rate": 0.0}, "give no level"),
        ({"export_rate": 100.0}, "cannot export 14.* of the 10 of its segment"),
        ({"segment_production": (10, 25), "segment_exports": (9, 25)}, "no level of production fits"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    Diagnostics(**GOOD)
    with pytest.raises(ValueError, match=message):
        Diagnostics(**GOOD | given)


def test_a_segment_that_is_the_whole_industry_leaves_nothing_to_grow():
    whole = Diagnostics(
        increase=25, production=(10, 40), exports=(5, 30), segment_production=(10, 40), segment_exports=(5, 30),
        export_increase=25, export_rate=500.0)  # fmt: skip
    assert whole.base.high == pytest.approx(10, abs=0.1)
    odd = Diagnostics(**GOOD | {"production": (20, 20), "segment_production": (20, 45)})
    assert np.isnan(odd.share_of_rise)


def test_an_increase_that_is_the_whole_later_segment_is_refused_or_has_no_rate():
    with pytest.raises(ValueError, match="no level of production fits"):
        Diagnostics(**GOOD | {"increase": 45})


def test_nothing_without_diagnostics_gives_no_rate():
    case = Diagnostics(10, (10, 20), (10, 20), (10, 20), (10, 20), 10, 100.0)
    assert case.growth_held_flat == 0
    assert np.isnan(case.export_growth_bounds.high)
    assert not case.export_growth_bounds.known
    assert not case.growth_bounds.known


def test_what_diagnostics_added_by_year():
    grown = bio.growths(READ.every("survey"), RELEASES, "production")
    added = diagnostics.increases(ITEMS, grown)
    assert added["increase"].to_dict() == {2020: 27782, 2021: 13817}
    assert added["rise"].to_dict() == {2020: 174923 - 126586, 2021: 209983 - 171983}
    assert added["share_of_rise"].round(1).to_dict() == {2020: 57.5, 2021: 36.4}
    assert added["growth_held_flat"].round(1).to_dict() == {2020: 16.2, 2021: 14.1}
    assert diagnostics.increases(ITEMS.head(0), grown).empty
    others = grown.assign(release="bio_survey_2022")  # an increase is never set against another release's growth
    assert diagnostics.increases(ITEMS, others).empty


def test_exports_of_diagnostics_by_year():
    sold = diagnostics.item_levels(ITEMS.query("item == 'diagnostics' and measure == 'exports'"))
    assert list(sold.index) == [2019, 2020, 2023, 2024]
    assert sold.loc[2024].tolist() == [6748] * 3
    assert sold.at[2023, "value"] == pytest.approx(6748 / 0.66)
    assert sold.at[2020, "value"] == pytest.approx(22224 / 4.391 + 22224)
    assert (sold["low"] <= sold["value"]).all()
    assert (sold["value"] <= sold["high"]).all()
    antibodies = diagnostics.item_levels(ITEMS.query("item == 'antibodies' and measure == 'exports'"))
    assert antibodies.at[2023, "low"] < 46085 - 15939 < antibodies.at[2023, "high"]  # the printed increase
    assert list(antibodies.index) == [2023, 2024]


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_levels_hold_what_was_rounded(before, rise):
    rate = round(100 * rise / before, 1)
    assume(rate > 0.1)
    row = pd.DataFrame({"year": [2020], "value": [np.nan], "increase": [rise], "growth": [rate]})
    levels = diagnostics.item_levels(row)
    for year, value in ((2019, before), (2020, before + rise)):
        assert levels.at[year, "low"] <= value * (1 + 1e-9)
        assert value <= levels.at[year, "high"] * (1 + 1e-9)


def test_a_year_that_lacks_a_piece_leaves_nothing_known():
    moved = bio.moves(READ.every("segments"), RELEASES)
    assert diagnostics.known(ITEMS.query("measure == 'production'"), moved) is None
    assert diagnostics.known(ITEMS, moved.drop(index=2020)) is None
    assert diagnostics.known(ITEMS.head(0), moved) is None
    assert diagnostics.known(ITEMS, bio.moves(READ.every("segments").head(0), RELEASES)) is None
