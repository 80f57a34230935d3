"""The table by year under definitions that change: apart, alone, and linked."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry.data import DataError, Tables, load
from kr_industry.definitions import UNITS, by_year, definitions, oldest


class Made(Tables):
    """The tables of photonics with another table by year."""

    def __init__(self, rows):
        super().__init__("photonics")
        self.rows = rows

    def __call__(self, table):
        return self.rows.sort_values("year", kind="stable") if table == "annual" else super().__call__(table)


def made(**series):
    """A table by year from sales by year of each definition; persons and firms follow from them."""
    rows = [
        {"year": year, "scope": scope, "stage": "", "sales": value, "employment": 2 * value, "firms": 3 * value}
        for scope, values in series.items()
        for year, value in values.items()
    ]
    return Made(pd.DataFrame(rows).astype(dict.fromkeys(UNITS, float)))


@pytest.fixture
def read():
    return Tables("photonics")


def test_apart_has_the_longer_in_front_and_joins_nothing(read):
    shown = by_year(read)
    assert (shown.scope, shown.scopes, list(shown.beside)) == (
        "six_segments",
        ["six_segments", "eight_segments"],
        ["eight_segments"],
    )
    assert shown.ended == 2019
    assert shown.table.at[2019, "sales"] == 24787
    assert shown.beside["eight_segments"]["sales"].to_dict() == {2019: 27182, 2020: 31454, 2021: 27356}
    assert shown.reaches_back
    assert not len(shown.links)


@pytest.mark.parametrize(("view", "ended"), [("six_segments", 2019), ("eight_segments", None)])
def test_one_definition_stands_by_itself(read, view, ended):
    shown = by_year(read, view)
    assert (shown.scope, shown.beside, shown.ended) == (view, {}, ended)
    assert shown.reaches_back == (view == "six_segments")
    rows = load("photonics/annual").query("scope == @view").set_index("year")
    pd.testing.assert_series_equal(shown.table["sales"], rows["sales"].astype(float))


def test_linked_definitions_meet_at_the_year_in_both(read):
    shown, six = by_year(read, "linked"), by_year(read, "six_segments").table
    ratios = shown.links.set_index("measure")["ratio"]
    assert ratios.to_dict() == {"sales": 27182 / 24787, "employment": 8044 / 7802, "firms": 297 / 284}
    assert shown.ended is None
    for measure, ratio in ratios.items():
        before = shown.table[measure].loc[:2018]
        pd.testing.assert_series_equal(before, six[measure].loc[:2018] * ratio)
    assert shown.table["sales"].loc[2019:].tolist() == [27182, 31454, 27356]


@given(st.lists(st.floats(1, 1e5), min_size=3, max_size=8), st.floats(0.1, 10), st.integers(1, 2))
def test_linking_keeps_the_growth_of_both(values, ratio, overlap):
    older = dict(enumerate(values, start=2000))
    start = 2000 + len(values) - overlap
    newer = {year: ratio * older.get(year, values[-1]) for year in range(start, start + 4)}
    sales = by_year(made(old=older, new=newer), "linked").table["sales"]
    assert sales.index.is_unique
    growth = sales.pct_change()
    for year in range(2001, start + 1):
        assert growth[year] == pytest.approx(older[year] / older[year - 1] - 1, rel=1e-9, abs=1e-9)
    assert sales.loc[start:].to_dict() == newer


def test_three_definitions_are_linked_one_after_the_other():
    read = made(a={2000: 1, 2001: 2, 2002: 4}, b={2002: 8, 2003: 16}, c={2003: 4, 2004: 5})
    linked = by_year(read, "linked")
    assert linked.table["sales"].to_dict() == {2000: 0.5, 2001: 1, 2002: 2, 2003: 4, 2004: 5}
    assert set(zip(linked.links["older"], linked.links["newer"], strict=True)) == {("a", "b"), ("b", "c")}


def test_years_asked_for_choose_what_is_in_front(read):
    assert by_year(read, first_year=2020).scope == "eight_segments"
    early = by_year(read, last_year=2012)
    assert (list(early.beside), early.ended) == ([], 2019)
    assert list(early.table.index)[-1] == 2012
    assert by_year(read, "linked", 2018, 2020).table.index.tolist() == [2018, 2019, 2020]


@pytest.mark.parametrize(
    ("read", "view", "years", "message"),
    [
        (None, "nine_segments", (), r"no scope 'nine_segments'; it has six_segments, eight_segments"),
        (None, "eight_segments", (1999, 2018), r"no year of eight_segments from 1999 to 2018"),
        ({"a": {2000: 1}, "b": {2002: 1}}, "linked", (), r"a and b cannot be linked: they have no year in common"),
    ],
)
def test_what_cannot_be_shown_is_told(read, view, years, message):
    with pytest.raises(DataError, match=message):
        by_year(made(**read) if read else Tables("photonics"), view, *years)


def test_a_zero_is_kept_out_and_told():
    shown = by_year(made(a={2000: 5, 2001: 0, 2002: 7}))
    assert shown.zeros == [2001]
    assert shown.table["sales"].isna().tolist() == [False, True, False]
    assert shown.missing("sales") == []


def test_a_measure_that_is_not_printed_is_missing(read):
    shown = by_year(read)
    assert {name: shown.missing(name) for name in UNITS} == {
        "sales": [2004], "employment": [2004, 2006], "firms": [2006],
    }  # fmt: skip


def test_one_definition_is_apart_and_linked_alike():
    read = made(a={2000: 5, 2001: 6})
    apart, linked = by_year(read), by_year(read, "linked")
    pd.testing.assert_frame_equal(apart.table, linked.table)
    assert linked.reaches_back
    assert apart.ended is None


def test_the_oldest_definition_of_each_year(read):
    table = oldest(read)
    assert table.loc[[2018, 2019, 2020], "sales"].tolist() == [23005, 24787, 31454]
    assert table.index.is_unique
    assert list(definitions(read)) == ["six_segments", "eight_segments"]
