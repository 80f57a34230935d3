"""Industry of the provinces: the tables' sums, location quotients, shift-share, and the chart of both."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from typed import change

from kr_industry import DATA, charts, location, style
from kr_industry.audit import Figures, audit
from kr_industry.data import Tables, load, locate, texts
from kr_industry.labels import labels

slow = settings(max_examples=30, deadline=None, derandomize=True)
read = Tables("regions")
CENSUS, NEAREST = read("census"), read("nearest")
PROVINCES = list(read("regions")["id"])
INDUSTRIES = list(CENSUS["industry"].unique())


def provinces_and_nation(table, value, keys):
    """Sums over the provinces, and what is printed for the nation."""
    wide = table.dropna(subset=[value]).pivot(index=keys, columns="region", values=value).astype(float)
    assert sorted(wide.columns) == sorted([*PROVINCES, "national"])
    assert wide.notna().all(axis=None)
    return wide[PROVINCES].sum(axis=1), wide["national"]


@pytest.mark.parametrize(("measure", "sums"), [("employees", 52), ("establishments", 22)])
def test_provinces_add_up_to_the_printed_nation_in_every_year_and_industry(measure, sums):
    ours, nation = provinces_and_nation(CENSUS, measure, ["year", "industry"])
    assert len(ours) == sums
    assert (ours == nation).all()


def test_every_year_has_every_industry_and_one_of_them_has_all_establishments():
    assert CENSUS.groupby("year").size().tolist() == [18 * 13] * 4
    assert CENSUS["employees"].notna().all()
    held = CENSUS.dropna(subset="establishments").groupby("year")["industry"].unique().map(sorted)
    assert held[2022] == sorted(INDUSTRIES)
    assert all(held[year] == ["c21", "c26", "c28"] for year in (2020, 2021, 2023))


def test_products_add_up_to_the_nation_and_shares_of_research_to_the_whole():
    ours, nation = provinces_and_nation(read("product"), "product", ["year"])
    assert ours.index.tolist() == [2020, 2021, 2022, 2023, 2024]
    assert (ours == nation).all()
    rnd = read("rnd")
    assert sorted(rnd["region"]) == sorted(PROVINCES)
    assert rnd["share"].sum() == pytest.approx(100)


def test_printed_totals_of_the_census():
    """As the statistics office announced the final figures of 2022 and as the copy holds the others."""
    nation = CENSUS.set_index(["year", "region", "industry"]).xs("national", level="region")
    assert nation.loc[(2022, "all")][["employees", "establishments"]].tolist() == [25217123, 6139899]
    assert nation.loc[(2022, "manufacturing")][["employees", "establishments"]].tolist() == [4253904, 586532]
    assert nation.loc[(2020, "all"), "employees"] == 24813449
    assert nation.loc[(2023, "c26"), "employees"] == 397693


def test_the_audit_verifies_every_figure_of_these_tables_and_raises_no_alarm():
    checked = audit(Figures(topic="regions/"))
    tables = ["regions/census", "regions/product", "regions/rnd"]
    verdicts = checked.figures[checked.figures["table"].isin(tables)]["verdict"]
    assert len(verdicts) == 936 + 396 + 90 + 17
    assert set(verdicts) == {"verified"}
    assert not [name for conflict in checked.conflicts for name in conflict.figures if name.startswith(tuple(tables))]


@pytest.mark.parametrize(
    ("column", "key"),
    [("employees", "year=2021 region=busan industry=c30"), ("establishments", "year=2022 region=jeju industry=c31")],
)
def test_the_audit_sees_a_figure_that_is_wrong(data_copy, column, key):
    rows = texts("regions/census", data_copy)
    printed = rows.at[locate(rows, key, "census"), column]
    change(data_copy, "regions/census", key, **{column: str(int(printed) + 90)})
    found = audit(Figures(data_copy, topic="regions/"))
    assert f"regions/census[{key}].{column}" in {name for each in found.conflicts for name in each.figures}


def test_every_industry_and_nearness_has_a_name_and_every_technology_a_row():
    named = labels().groupby("group")["id"].agg(set)
    assert {*INDUSTRIES, "other", "other_manufacturing", "other_information"} <= named["industry_class"]
    assert named["industry_class"] == named["industry_class_short"]
    assert set(NEAREST["nearness"]) <= named["nearness"]
    assert set(read("technologies")["id"]) == set(NEAREST["technology"])
    assert ((NEAREST["industry"] == "") == (NEAREST["nearness"] == "none")).all()


def test_values_that_were_revised_are_told_beside_those_used():
    told = load("disagreements").query("file in ['regions/census.csv', 'regions/product.csv']")
    used = dict(zip(told["other"], told["used"], strict=True))
    assert used["25211397"] == "25217123"
    assert used["25321526"] == "25445897"


# Location quotients


def test_a_quotient_by_hand_from_printed_figures():
    """Ulsan, other transport equipment: 33,476 of 137,323 over 551,628 of 25,445,897."""
    found = location.location_quotients(CENSUS).loc[(2023, "ulsan", "c31")]
    assert found["quotient"] == pytest.approx((33476 / 137323) / (551628 / 25445897))
    assert found["nation_share"] == pytest.approx(24.378, abs=5e-4)
    assert found["region_share"] == pytest.approx(100 * 33476 / 551628)
    assert found["quotient"] == pytest.approx(found["region_share"] / (100 * 137323 / 25445897))


def test_quotients_of_the_tables():
    found = location.location_quotients(CENSUS)
    assert found.index.names == ["year", "region", "industry"]
    assert len(found) == 4 * 17 * 13
    assert found.xs("all", level="industry")["quotient"].tolist() == pytest.approx([1] * 68)
    assert not found["few"].any()
    assert found["quotient"].notna().all()
    assert found["nation_share"].groupby(level=["year", "industry"]).sum().tolist() == pytest.approx([100] * 52)


def test_the_mean_quotient_weighted_by_size_is_that_of_the_nation():
    found = location.location_quotients(CENSUS)
    size = found.xs("all", level="industry")["nation_share"] / 100
    weighted = found["quotient"].unstack("industry").mul(size, axis=0).groupby(level="year").sum()
    assert weighted.to_numpy().ravel().tolist() == pytest.approx([1] * 52)


def test_quotients_by_establishments_are_missing_where_they_were_not_found():
    found = location.location_quotients(CENSUS, by="establishments")
    assert found.loc[2022]["quotient"].notna().all()
    assert found.loc[2023]["quotient"].isna().all()  # all establishments of that year are not held


def table(**cells):
    """A census of one year, of a nation and two provinces."""
    rows = {
        ("national", "all"): (1000, 100), ("a", "all"): (400, 60), ("b", "all"): (600, 40),
        ("national", "c31"): (100, 20), ("a", "c31"): (80, 15), ("b", "c31"): (20, 5),
    }  # fmt: skip
    rows |= {tuple(name.split("_")): cell for name, cell in cells.items()}
    listed = [(2020, *key, *cell) for key, cell in rows.items()]
    return pd.DataFrame(listed, columns=["year", "region", "industry", "employees", "establishments"])


def test_an_industry_that_is_absent_has_a_quotient_of_zero():
    found = location.location_quotients(table(b_c31=(0, 0))).loc[(2020, "b", "c31")]
    assert found[["nation_share", "region_share", "quotient"]].tolist() == [0, 0, 0]


@pytest.mark.parametrize(("cells", "place"), [
    ({"national_c31": (0, 0), "a_c31": (0, 0), "b_c31": (0, 0)}, ("a", "c31")),
    ({"a_all": (0, 0), "a_c31": (0, 0)}, ("a", "c31")),
    ({"a_c31": (np.nan, 5)}, ("a", "c31")),
])  # fmt: skip
def test_a_quotient_over_nothing_or_of_nothing_known_is_missing_never_infinite(cells, place):
    found = location.location_quotients(table(**cells))
    assert np.isnan(found.loc[(2020, *place), "quotient"])
    assert not np.isinf(found[["nation_share", "region_share", "quotient"]].to_numpy(float)).any()


@pytest.mark.parametrize(("establishments", "few"), [(0, False), (1, True), (2, True), (3, False), (np.nan, False)])
def test_nothing_is_derived_from_one_or_two_establishments(establishments, few):
    census = table(b_c31=(20, establishments))
    found = location.location_quotients(census).loc[(2020, "b", "c31")]
    assert found["few"] == few
    assert found[["nation_share", "region_share", "quotient"]].isna().tolist() == [few] * 3
    later = pd.concat([table(), census.assign(year=2023)])
    changed = location.changes(later).loc[("b", "c31")]
    assert np.isnan(changed["employees_change"]) == np.isnan(changed["employees_growth"]) == few


@pytest.mark.parametrize(("change", "message"), [
    (lambda rows: rows[rows["region"] != "national"], "all has no row national in 2020"),
    (lambda rows: rows.drop(index=4), None),
    (lambda rows: rows[~rows["region"].eq("a") | rows["industry"].ne("all")], "a has no row all in 2020"),
    (lambda rows: pd.concat([rows, rows.iloc[[2]]]), "stands twice"),
    (lambda rows: rows.assign(employees=-rows["employees"]), "below zero"),
])  # fmt: skip
def test_a_census_that_cannot_be_used_is_refused(change, message):
    rows = change(table())
    if message is None:  # a province that lacks an industry is no fault
        assert ("a", "c31") not in location.location_quotients(rows).loc[2020].index
        return
    with pytest.raises(ValueError, match=message):
        location.location_quotients(rows)


@st.composite
def censuses(draw):
    """A census whose provinces add up to the nation and whose industries do not exceed all."""
    regions, industries = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    counts = st.lists(st.integers(0, 10**6), min_size=industries + 1, max_size=industries + 1)
    parts = np.array([draw(counts) for _ in range(regions)])
    whole = np.column_stack([parts.sum(axis=1), parts[:, :-1]])
    names = ["all", *(f"c{number}" for number in range(10, 10 + industries))]
    rows = pd.DataFrame(whole, index=[f"r{i}" for i in range(regions)], columns=names)
    rows.loc["national"] = rows.sum()
    listed = rows.rename_axis(index="region", columns="industry").stack().rename("employees").reset_index()
    return listed.assign(year=2020, establishments=np.nan)


@slow
@given(censuses(), st.integers(2, 50))
def test_quotients_do_not_depend_on_the_scale_and_average_to_one(census, scale):
    found = location.location_quotients(census)
    again = location.location_quotients(census.assign(employees=census["employees"] * scale))
    pd.testing.assert_series_equal(found["quotient"], again["quotient"])
    quotient = found["quotient"].dropna()
    assert np.isfinite(quotient).all()
    assert (quotient >= 0).all()
    size = found.xs("all", level="industry")["nation_share"] / 100
    nation = census.query("region == 'national'").set_index("industry")["employees"]
    averages = found["quotient"].unstack("industry").mul(size.droplevel("year"), axis=0, level="region").sum()
    assert averages[nation.index[nation > 0]].tolist() == pytest.approx([1] * int((nation > 0).sum()))


# Changes, and technologies beside them


def test_changes_run_from_the_first_year_of_the_table_to_the_last():
    found = location.changes(CENSUS)
    chungbuk = found.loc[("chungbuk", "c21")]
    figures = CENSUS.set_index(["region", "industry", "year"])["employees"]
    assert chungbuk["employees_before"] == figures["chungbuk", "c21", 2020]
    assert chungbuk["employees"] == 10374
    assert chungbuk["employees_change"] == 10374 - chungbuk["employees_before"]
    assert chungbuk["employees_growth"] == pytest.approx(100 * (10374 / chungbuk["employees_before"] - 1))
    assert chungbuk[["establishments", "counted_in"]].tolist() == [141, 2023]
    assert found.loc[("chungbuk", "c30"), "counted_in"] == 2022  # the newest year with a count
    cut = location.changes(CENSUS[CENSUS["year"] < 2023])
    assert cut.loc[("chungbuk", "c21"), "employees"] == figures["chungbuk", "c21", 2022]


def test_growth_from_nothing_is_missing():
    census = pd.concat([table(b_c31=(0, 0)), table().assign(year=2023)])
    found = location.changes(census).loc[("b", "c31")]
    assert found["employees_change"] == 20
    assert np.isnan(found["employees_growth"])


def test_beside_follows_the_list_and_says_where_nothing_is_near():
    wanted = ["quantum", "aerospace", "something_new"]
    found = location.beside(CENSUS, NEAREST, wanted, "gyeongnam")
    assert found["technology"].tolist() == wanted
    assert found["industry"].tolist() == ["", "c31", ""]
    assert found["nearness"].tolist() == ["none", "part", "none"]
    assert found["quotient"].isna().tolist() == [True, False, True]
    assert found.loc[1, "quotient"] == location.changes(CENSUS).loc[("gyeongnam", "c31"), "quotient"]
    everywhere = location.beside(CENSUS, NEAREST, wanted)
    assert len(everywhere) == 3 * 17
    assert everywhere["region"].unique().tolist() == PROVINCES


def test_beside_refuses_a_province_that_is_not_there():
    with pytest.raises(ValueError, match="region is 'atlantis'; expected one of national, seoul"):
        location.beside(CENSUS, NEAREST, ["quantum"], "atlantis")


# Shift-share


def test_shift_share_published_case():
    """Farhauer and Kröll (2013): A gains 25 = 27 + 1 − 3, B gains 55 = 24 − 1 + 32."""
    before = pd.DataFrame({"all": [400, 150, 150, 400], "A": [90, 20, 10, 60], "B": [60, 30, 30, 40]})
    after = pd.DataFrame({"all": [440, 210, 135, 480], "A": [100, 40, 10, 55], "B": [85, 55, 40, 35]})
    found = location.shift_share(before, after, nation="all").groupby(level="region").sum()
    assert found.loc["A"].tolist() == pytest.approx([25, 27, 1, -3])
    assert found.loc["B"].tolist() == pytest.approx([55, 24, -1, 32])


def years():
    return CENSUS["year"].min(), CENSUS["year"].max()


def test_sectors_count_everybody_once():
    for year in CENSUS["year"].unique():
        found = location.sectors(CENSUS, year)
        whole = CENSUS.query("year == @year and industry == 'all'").set_index("region")["employees"]
        assert (found.sum() == whole.reindex(found.columns).astype(float)).all()
        assert found.index.tolist() == ["c20", "c21", "c26", "c27", "c28", "c29", "c30", "c31", "j62", "m70",
                                        "other_manufacturing", "other_information", "other"]  # fmt: skip


def test_sectors_that_exceed_their_whole_are_refused():
    wrong = CENSUS.copy()
    at = wrong.query("year == 2020 and region == 'jeju' and industry == 'c30'").index[0]
    wrong.loc[at, "employees"] = 10**6
    with pytest.raises(ValueError, match="industries of jeju exceed their whole in 2020"):
        location.sectors(wrong, 2020)


def test_shift_share_of_the_provinces_adds_up_to_the_change_and_over_the_nation_to_nothing():
    first, last = years()
    found = location.shift_share(location.sectors(CENSUS, first), location.sectors(CENSUS, last))
    by_region = found.groupby(level="region").sum()
    whole = CENSUS.query("industry == 'all'").pivot(index="region", columns="year", values="employees").astype(float)
    assert by_region["change"].tolist() == (whole[last] - whole[first]).loc[by_region.index].tolist()
    assert by_region[["industry_mix", "regional"]].sum().tolist() == pytest.approx([0, 0], abs=1e-3)
    assert by_region["national"].sum() == pytest.approx(whole.at["national", last] - whole.at["national", first])


@st.composite
def two_tables(draw):
    """Sectors by regions at two times; the nation is drawn by itself and need not be their sum."""
    size, regions = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    counts = st.lists(st.integers(0, 10**7), min_size=size, max_size=size)
    positive = st.lists(st.integers(1, 10**8), min_size=size, max_size=size)
    names = [f"r{i}" for i in range(regions)]
    return tuple(pd.DataFrame({"national": draw(positive), **{name: draw(counts) for name in names}}) for _ in range(2))


@slow
@given(two_tables())
def test_the_three_parts_are_the_change_exactly(pair):
    found = location.shift_share(*pair)
    scale = max(float(part.to_numpy().max()) for part in pair)
    growth = max(1.0, float((pair[1]["national"] / pair[0]["national"]).max()))
    left = found["change"] - found[["national", "industry_mix", "regional"]].sum(axis=1)
    assert left.abs().max() <= 1e-9 * scale * growth
    changed = (pair[1] - pair[0]).drop(columns="national").unstack()
    assert found["change"].tolist() == changed.astype(float).tolist()


@slow
@given(two_tables())
def test_a_region_that_grows_as_its_sectors_do_in_the_nation_has_no_part_of_its_own(pair):
    before, after = (part.astype(float) for part in pair)
    for name in before.columns.drop("national"):
        after[name] = before[name] * after["national"] / before["national"]
    found = location.shift_share(before, after)
    assert found["regional"].abs().max() <= 1e-9 * max(1.0, float(after.to_numpy().max()))


@pytest.mark.parametrize(("change", "message"), [
    (lambda table: table.drop(columns="national"), "national among them"),
    (lambda table: table.iloc[1:], "the same sectors"),
    (lambda table: table.assign(A=[1, np.nan]), "A is missing"),
    (lambda table: table.assign(A=[1, np.inf]), "A is missing"),
    (lambda table: table.assign(A=[1, -1]), "A is missing or below zero"),
])  # fmt: skip
def test_shift_share_refuses_what_it_cannot_take_apart(change, message):
    good = pd.DataFrame({"national": [4, 5], "A": [1, 2]}, index=["c", "d"])
    with pytest.raises(ValueError, match=message):
        location.shift_share(good, change(good))


def test_a_sector_that_the_nation_did_not_have_is_refused():
    before = pd.DataFrame({"national": [0, 5], "A": [0, 2]}, index=["c", "d"])
    with pytest.raises(ValueError, match="national has no c before"):
        location.shift_share(before, before + 1)


# The chart


def drawn(highlight=None, before="quotient_before", **values):
    found = location.changes(CENSUS).reset_index()
    found = found[found["industry"].isin(["c21", "c31"])].assign(**values)
    fig, ax = charts.figure(2)
    assert (
        charts.dots(found, x="quotient", y="industry", name="region", before=before, highlight=highlight, ax=ax) is ax
    )
    fig.draw_without_rendering()
    return found, ax


def points(ax, colour):
    """Where the dots of a colour are: (value, row)."""
    lines = [line for line in ax.lines if line.get_marker() in ("o", "D") and len(line.get_xdata())]
    return [
        (float(x), float(y))
        for line in lines
        if to_hex(line.get_markerfacecolor()) == to_hex(colour)
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def test_dots_stand_at_their_values_with_the_highest_in_colour_and_named():
    found, ax = drawn()
    highest = found.loc[found.groupby("industry")["quotient"].idxmax()].set_index("industry")
    assert sorted(points(ax, style.FOCUS)) == sorted(
        [(highest.at["c21", "quotient"], 1), (highest.at["c31", "quotient"], 0)]
    )
    assert sorted(points(ax, "white")) == sorted(
        [(highest.at["c21", "quotient_before"], 1), (highest.at["c31", "quotient_before"], 0)]
    )
    assert len(points(ax, style.QUIET)) == 2 * 16
    texts = [text.get_text() for text in ax.texts]
    assert {"region:chungbuk", "region:ulsan", "4.95", "11.25"} == set(texts)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["c21", "c31"]
    assert ax.get_xscale() == "log"


def test_dots_of_one_province_are_in_colour_between_the_named_ends_of_each_row():
    found, ax = drawn(highlight="gwangju")
    own = found[found["region"] == "gwangju"].set_index("industry")["quotient"]
    by_industry = found.set_index("region").groupby("industry")["quotient"]
    ends = {f"region:{name}" for name in [*by_industry.idxmin(), *by_industry.idxmax()]}
    assert sorted(points(ax, style.FOCUS)) == sorted([(own["c21"], 1), (own["c31"], 0)])
    assert {text.get_text() for text in ax.texts} == {"0.10", "0.02"} | ends
    low, high = ax.get_xlim()
    assert low < min(own.min(), 1) < found["quotient"].max() < high


def test_dots_leave_out_what_is_missing_or_zero_and_write_it():
    found = location.changes(CENSUS).reset_index().query("industry in ['c21', 'c31']").copy()
    found.loc[(found["region"] == "jeju") & (found["industry"] == "c21"), "quotient"] = 0.0
    found.loc[(found["region"] == "jeju") & (found["industry"] == "c31"), "quotient"] = np.nan
    fig, ax = charts.figure(2)
    charts.dots(found, x="quotient", y="industry", name="region", highlight="jeju", ax=ax)
    fig.draw_without_rendering()
    assert points(ax, style.FOCUS) == []
    assert {text.get_text() for text in ax.texts if ":" not in text.get_text()} == {"0.00", "–"}
    assert not fig.legends  # one time only


def test_a_row_of_which_nothing_is_known_still_stands():
    found = location.changes(CENSUS).reset_index().query("industry in ['c21', 'c31']").copy()
    found.loc[found["industry"] == "c31", ["quotient", "quotient_before"]] = np.nan
    fig, ax = charts.figure(2)
    charts.dots(found, x="quotient", y="industry", name="region", before="quotient_before", ax=ax)
    fig.draw_without_rendering()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["c21", "c31"]
    assert len(points(ax, style.FOCUS)) == 1


def test_the_tables_are_described_with_their_units():
    resources = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    described = {each["name"]: {field["name"]: field for field in each["schema"]["fields"]} for each in resources}
    assert described["regions.product"]["product"]["unit"].startswith("백만 원")
    assert described["regions.census"]["employees"]["unit"].startswith("명")
    assert set(described["regions.census"]["industry"]["constraints"]["enum"]) == set(INDUSTRIES)
