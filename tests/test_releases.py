"""Which release a view takes, and rates inside one: small tables whose answers can be seen, and properties."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry.data import DataError
from kr_industry.releases import known, rates, revisions, seen

RELEASES = pd.DataFrame(
    {
        "id": ["on_2020", "on_2021", "on_2022", "on_2023"],
        "year": [2020, 2021, 2022, 2023],
        "published": ["2021-12-20", "2022-12-15", "2023-12", "2024-12-07"],
    }
)
ROWS = pd.DataFrame(
    [
        (2019, "on_2020", 126586),
        (2020, "on_2020", 174923),
        (2020, "on_2021", 171983),
        (2021, "on_2021", 209983),
        (2021, "on_2022", 213971),
        (2022, "on_2022", 234657),
        (2022, "on_2023", 238160),
    ],
    columns=["year", "release", "value"],
)
KEYS = ["year", "release"]


def _values(view: str) -> dict[int, int]:
    return seen(ROWS, RELEASES, KEYS, view).set_index("year")["value"].to_dict()


def test_latest_takes_the_newest_release_of_each_year() -> None:
    assert _values("latest") == {2019: 126586, 2020: 171983, 2021: 213971, 2022: 238160}


def test_first_shows_a_gap_where_the_first_release_is_not_held() -> None:
    assert _values("first") == {2020: 174923, 2021: 209983, 2022: 234657}


def test_a_day_takes_what_was_published_by_it() -> None:
    assert _values("2022-12-14") == {2019: 126586, 2020: 174923}
    assert _values("2022-12-15") == {2019: 126586, 2020: 171983, 2021: 209983}


def test_a_release_of_a_month_counts_when_the_month_is_over() -> None:
    assert len(known(RELEASES, "2023-12-30")) == 2
    assert len(known(RELEASES, "2023-12-31")) == 3


@pytest.mark.parametrize("view", ["newest", "2022-02-31", "2022", "20221231", ""])
def test_another_view_is_refused_with_what_is_expected(view: str) -> None:
    with pytest.raises(DataError, match="expected latest, first or a day such as 2024-12-07"):
        known(RELEASES, view)


def test_a_day_before_all_releases_is_refused() -> None:
    with pytest.raises(DataError, match="the first release, on_2020, is of 2021-12-20"):
        known(RELEASES, "2021-12-19")


def test_rates_stay_inside_the_release_that_first_prints_both_years() -> None:
    found = rates(ROWS, RELEASES)
    assert found["rate"].round(1).to_dict() == {2020: 38.2, 2021: 22.1, 2022: 9.7}
    assert found["release"].to_dict() == {2020: "on_2020", 2021: "on_2021", 2022: "on_2022"}


def test_a_year_without_the_year_before_in_any_release_has_no_rate() -> None:
    apart = pd.DataFrame({"year": [2019, 2020], "release": ["on_2020", "on_2021"], "value": [1, 2]})
    assert rates(apart, RELEASES).empty


def test_revisions_say_how_far_first_figures_were_off() -> None:
    found = revisions(ROWS, RELEASES)
    assert found["change"].round(1).to_dict() == {2020: -1.7, 2021: 1.9, 2022: 1.5}
    assert found["latest_release"].to_dict() == {2020: "on_2021", 2021: "on_2022", 2022: "on_2023"}


@given(
    st.dictionaries(st.tuples(st.integers(2016, 2023), st.sampled_from(list(RELEASES["id"]))), st.integers(1, 10**6))
)
def test_a_view_gives_each_year_once_and_only_what_a_release_printed(printed: dict[tuple[int, str], int]) -> None:
    rows = pd.DataFrame([(*key, value) for key, value in printed.items()], columns=["year", "release", "value"])
    for view in ("latest", "first", "2022-12-31"):
        chosen = seen(rows, RELEASES, KEYS, view)
        assert chosen["year"].is_unique
        assert all(printed[row.year, row.release] == row.value for row in chosen.itertuples())
    for year, row in rates(rows, RELEASES).iterrows():
        assert (row["before"], row["value"]) == (printed[year - 1, row["release"]], printed[year, row["release"]])
