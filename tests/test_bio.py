import numpy as np
import pandas as pd
import pytest
from cells import run
from hypothesis import given
from hypothesis import strategies as st

from kr_industry import bio, forecast
from kr_industry.data import Tables, load
from kr_industry.labels import labels
from kr_industry.releases import known

SEGMENTS = [name for name in labels().query("group == 'bio_segment'")["id"] if name != "total"]
READ = Tables("bio")
RELEASES = known(load("releases"))
SURVEY = READ.every("survey")
GROWTH = {2017: 9.6, 2018: 4.5, 2019: 16.2, 2020: 38.2, 2021: 22.1, 2022: 9.7, 2023: -12.4, 2024: 9.8}


@pytest.fixture
def moved():
    return bio.moves(READ.every("segments"), RELEASES)


@pytest.fixture(scope="module")
def total():
    with pytest.MonkeyPatch.context() as patch:
        yield run(patch, "bio_growth")


@pytest.fixture(scope="module")
def exports():
    with pytest.MonkeyPatch.context() as patch:
        yield run(patch, "bio_growth", measure="exports")


def _names(report, beginning):
    return {name: value for name, value in report.results["value"].items() if name.startswith(beginning)}


def test_growth_of_each_year_is_that_of_the_release_that_first_prints_it(total):
    grown = bio.growths(SURVEY, RELEASES, "production")
    assert grown["rate"].round(1).to_dict() == GROWTH
    assert grown["release"].to_dict() == dict.fromkeys((2017, 2018), "bio_survey_2020") | {
        year: f"bio_survey_{max(year, 2019) if year != 2023 else 2024}" for year in range(2019, 2025)
    }
    assert grown.loc[2020, ["before", "value"]].tolist() == [126586, 174923]
    assert grown.loc[2021, ["before", "value"]].tolist() == [171983, 209983]  # of a 2020 revised meanwhile
    recorded = {int(name[-4:]): round(value, 1) for name, value in _names(total, "production_growth_").items()}
    assert recorded == GROWTH
    stated = grown["growth_printed"].dropna()
    assert stated.to_dict() == {year: value for year, value in GROWTH.items() if year >= 2019}
    assert (stated - grown["rate"]).abs().max() < 0.05


def test_where_a_release_prints_one_of_the_years_its_own_rate_is_told(exports):
    grown = bio.growths(SURVEY, RELEASES, "exports")
    assert grown["rate"].dropna().round(1).to_dict() == {2020: 53.1}
    assert grown["told"].round(1).to_dict() == {2019: 28.1, 2020: 53.1, 2021: 18.0, 2022: 12.5, 2024: 17.1}
    assert {name[-4:] for name in _names(exports, "exports_growth_2")} == {"2020"}  # only what is computed
    assert "2023년" in exports.front["unknown"]
    assert exports.values["changes"].round(1).to_dict() == {2019: 28.1, 2020: 53.1, 2021: 18.0, 2022: 12.5, 2024: 17.1}


def test_the_first_view_has_growth_of_releases_that_print_the_year_first():
    assert list(bio.growths(SURVEY, RELEASES, "production", "first").index) == [2019, 2020, 2021, 2022, 2024]


def test_levels_are_the_newest_and_averages_run_between_them(total):
    assert total.values["series"].to_dict() == {
        2016: 92611, 2017: 101457, 2018: 106067, 2019: 126586, 2020: 171983, 2021: 213971, 2022: 238160,
        2023: 208713, 2024: 229216,
    }  # fmt: skip
    found = total.results["value"]
    assert found["production_cagr_2016_2019"] == pytest.approx(10.979, abs=0.001)
    assert found["production_cagr_2016_2020"] == pytest.approx(100 * ((171983 / 92611) ** 0.25 - 1))
    assert found["production_cagr_2016_2024"] == pytest.approx(100 * ((229216 / 92611) ** 0.125 - 1))


def test_printed_averages_over_five_years_come_of_four_intervals(total):
    averages = bio.averages(READ("figures"), SURVEY, RELEASES)
    assert averages["printed"].tolist() == [17.2, 19.9, 22, 7.4]
    assert averages["over_intervals"].round(1).tolist() == [17.2, 19.9, 22.0, 7.4]
    assert averages["over_years"].round(1).tolist() == [13.6, 15.7, 17.2, 5.9]
    assert total.results.at["production_average_2016_2020", "value"] == pytest.approx(17.232, abs=0.001)
    assert total.results.at["production_average_2020_2024", "value"] == pytest.approx(7.446, abs=0.001)
    assert bio.averages(READ("figures"), SURVEY.query("year > 2016"), RELEASES)["last_year"].tolist() == [
        2021, 2022, 2024]  # fmt: skip


def test_revisions_are_a_finding(total):
    assert total.values["revised"]["change"].round(1).to_dict() == {2019: 2.7, 2020: -1.7, 2021: 1.9, 2022: 1.5}
    assert "2019년 2.7% 상향, 2020년 1.7% 하향, 2021년 1.9% 상향, 2022년 1.5% 상향" in total.text
    assert total.results.at["production_revision_2020", "value"] == pytest.approx(100 * (171983 / 174923 - 1))


def test_the_page_says_where_bars_and_rates_disagree(total):
    assert "17조 4,923억 원" in total.text
    assert "17조 1,983억 원" in total.text


def test_segments_are_compared_inside_one_release(moved):
    assert {(year, measure) for year, measure, _ in moved.index} == {
        (2020, "production"), (2020, "exports"), (2022, "production")}  # fmt: skip
    assert moved.loc[2020]["release"].unique().tolist() == ["bio_survey_2020"]
    assert moved.loc[2022]["release"].unique().tolist() == ["bio_survey_2022"]
    assert 2021 not in moved.index.unique("year")
    for year, measure in ((2020, "production"), (2020, "exports"), (2022, "production")):
        rows = moved.loc[year].loc[measure]
        printed = READ.every("segments").query("year == @year").set_index("segment")[f"{measure}_growth"]
        clear = rows["high"] - rows["low"] < 1
        assert (rows["growth"] - printed)[clear].abs().max() < 0.1
        assert rows["contribution"].drop("total").sum() == pytest.approx(rows.at["total", "growth"])
        assert ((rows["low"] <= rows["growth"]) & (rows["growth"] <= rows["high"])).drop(
            "residual", errors="ignore").all()  # fmt: skip


def test_what_segments_miss_of_the_totals_has_a_row_of_its_own(total, exports):
    table = bio.by_segment(READ("segments"))
    assert list(table.loc["production"].index) == [*SEGMENTS, "residual", "total"]
    assert table.loc[("production", "residual")].to_dict() == {2019: 0, 2020: -3, 2021: -1, 2022: 0}
    assert table.loc[("exports", "residual"), 2019] == -1
    assert table.loc["exports", [2021, 2022]].isna().all(axis=None)
    assert "빼면 2021년 −1억 원)" in total.text
    assert "빼면 2019년 −1억 원)" in exports.text


@pytest.mark.parametrize("keep", ["total", "bio_food"])
def test_a_table_without_rows_or_years_has_no_moves(keep):
    rows = READ.every("segments")
    assert bio.moves(rows.head(0), RELEASES).empty
    assert bio.moves(rows.query("year in (2019, 2022)"), RELEASES).empty
    assert bio.by_segment(rows.head(0)).empty or bio.by_segment(rows.head(0)).shape[1] == 0
    nothing = rows.assign(production=rows["production"].where(rows["year"] != 2019, 0))
    assert (2020, "production") not in bio.moves(nothing, RELEASES).index.droplevel("segment")
    zero = rows.assign(production=rows["production"].where((rows["year"] != 2019) | (rows["segment"] != keep), 0))
    found = bio.moves(zero, RELEASES)
    if keep != "total":
        assert np.isnan(found.loc[(2020, "production", keep), "growth"])
        assert np.isfinite(found.loc[(2020, "production", keep), "contribution"])


def test_who_drove_production_and_exports(total, exports):
    made, sold = total.values["ranked"], exports.values["ranked"]
    assert total.values["year"] == 2022
    assert list(made["segment"].iloc[:2]) == ["bio_services", "bio_chemicals_energy"]
    assert made["contribution"].iloc[:2].round(2).tolist() == [4.02, 3.32]
    assert made.iloc[-1]["segment"] == "biopharmaceuticals"
    assert exports.values["year"] == 2020
    assert list(sold["segment"].iloc[:2]) == ["bio_medical_devices", "biopharmaceuticals"]
    assert sold.at[0, "contribution"] == pytest.approx(34.51, abs=0.005)
    found = total.results["value"]
    assert found["contribution_bio_medical_devices_production_2020"] == pytest.approx(22.40, abs=0.005)
    assert found["contribution_bio_resources_exports_2020"] == pytest.approx(-0.15, abs=0.005)
    assert found["segment_production_2022"] == 234657
    assert "바이오의약이 33.2%, 바이오식품이 6.1%, 바이오서비스가 5.0%" in total.front["findings"][1]


def test_only_growth_that_rounding_moves_is_called_coarse(total, exports):
    assert total.values["coarse"].empty
    (row,) = exports.values["coarse"].reset_index().to_dict("records")
    assert row["segment"] == "bio_environment"
    assert (row["low"], row["high"]) == pytest.approx((100 * (0.5 / 6.5 - 1), 100 * (1.5 / 5.5 - 1)))


def test_the_two_largest_segments_hold_less_than_before(total):
    spread = total.values["spread"]
    assert spread.loc["production", "largest_two"].round(1).to_dict() == {
        2019: 64.9,
        2020: 53.0,
        2021: 52.9,
        2022: 48.2,
    }
    assert spread.loc["exports", "herfindahl"].round(4).to_dict() == {2019: 0.316, 2020: 0.2635}
    assert total.results.at["hhi_production_2020", "value"] == pytest.approx(0.2165, abs=0.0001)


def test_diagnostics_given_and_taken(total, exports):
    found = total.results["value"]
    assert found["ivd_share_of_increase"] == pytest.approx(57.476, abs=0.001)
    assert found["growth_ivd_held_flat"] == pytest.approx(16.238, abs=0.001)
    assert [found[f"growth_without_ivd_{end}"] for end in ("least", "most")] == pytest.approx(
        [16.914, 17.356], abs=0.001
    )
    bounds = [found[f"exports_growth_without_ivd_{end}"] for end in ("least", "most")]
    assert bounds == pytest.approx([20.744, 20.746], abs=0.001)
    assert found["diagnostics_exports_2024"] == 6748
    row = total.results.loc["diagnostics_exports_2019"]
    assert row["low"] < 22224 / 4.391 < row["high"]
    assert "2020년 57.5%, 2021년 36.4%" in total.front["findings"][0]
    assert "2조 7,285억 원" in exports.front["findings"][0]
    assert "6,748억 원" in exports.front["findings"][0]
    assert "19.3%" in total.text  # growth of the whole in 2019, by the same release
    assert exports.values["part"].round().to_dict() == {2019: 5061, 2020: 27285, 2024: 6748}


def test_export_ratio_inside_releases(total):
    ratio = total.values["ratio"]
    assert ratio.round(1).to_dict() == {2019: 51.7, 2020: 57.3, 2021: 56.5, 2022: 57.6, 2024: 59.8}
    assert ratio[2021] == pytest.approx(100 * 118598 / 209983)  # and not over the production revised since
    found = total.results["value"]
    parts = found["export_intensity_within_2020"], found["export_intensity_between_2020"]
    assert [round(part, 3) for part in parts] == [2.484, 3.097]
    assert sum(parts) == pytest.approx(found["export_intensity_2020"] - found["export_intensity_2019"], abs=0.01)
    fallen = total.values["exported"].query("after < before").index
    assert list(fallen) == ["bio_food", "bio_equipment", "bio_environment", "bio_resources"]


def test_production_per_head_inside_releases(total):
    heads = bio.per_head(SURVEY, RELEASES).set_index(["release", "year"])
    assert heads.loc[("bio_survey_2020", 2020), ["value", "low", "high"]].tolist() == [174923 / 53546] * 3
    # The growth of people of 2020, printed as 10 %, may be anything from 9.5 to 10.5 %.
    assert heads.loc[("bio_survey_2020", 2019), ["low", "high"]].tolist() == pytest.approx(
        [126586 * 1.095 / 53546, 126586 * 1.105 / 53546]
    )
    assert heads.loc[("bio_survey_2024", 2023), "workforce"] == pytest.approx(65818 / 1.015)
    newest = total.values["per_head"]
    assert newest["value"].round(2).to_dict() == {
        2018: 2.28, 2019: 2.60, 2020: 3.29, 2021: 3.77, 2022: 3.84, 2023: 3.22, 2024: 3.48}  # fmt: skip
    assert total.results.loc["production_per_employee_2024", ["low", "high"]].isna().all()
    row = total.results.loc["production_per_employee_2023"]
    assert row["low"] < row["value"] < row["high"]
    assert bio.per_head(SURVEY.query("series != 'workforce'"), RELEASES).empty


def test_people_and_money_go_to_the_last_year(total):
    others = total.values["others"]
    assert others.loc[2024, ["workforce", "investment", "imports", "firms"]].tolist() == [65818, 54821, 36917, 1463]
    assert others.loc[2023, ["workforce", "investment", "imports"]].isna().all()
    assert total.values["degrees"].to_dict() == {2020: 23.8, 2021: 24.4, 2022: 25.1, 2024: 21.2}
    assert total.values["budget"]["rate"] == pytest.approx(31.5, abs=0.05)
    assert total.values["target"]["rate"] == pytest.approx(5.5, abs=0.05)


def test_the_forecast_and_the_test_of_its_method(total, exports):
    run_, path = total.values["run"], total.values["path"]
    assert list(run_.index) == list(range(2016, 2025))
    assert path["value"].tolist() == pytest.approx([229216] * 3)
    expected = forecast.forecast(run_, 3, 95, forecast.random_walk)
    assert path["low"].tolist() == pytest.approx(expected["low"].tolist())
    tried = total.values["beside"]
    assert tried["origin"].tolist() == [2020, 2021, 2022, 2023]
    assert tried["value"].tolist() == pytest.approx([171983, 213971, 238160, 208713])
    assert tried["actual"].tolist() == [213971, 238160, 208713, 229216]
    assert total.values["inside"].all()
    assert "시험" in total.text
    assert {name[-4:] for name in _names(total, "forecast_")} == {"2025", "2026", "2027"}
    assert {name[-4:] for name in _names(total, "half_drift_")} == {"2025", "2026", "2027"}
    assert not _names(exports, "forecast_")
    assert "2024년 하나뿐" in exports.text


def test_the_year_that_made_the_interval_wide():
    run_ = pd.Series({2016: 100.0, 2017: 110.0, 2018: 100.0, 2019: 150.0})
    weights = bio.deviations(run_)
    assert weights.sum() == pytest.approx(100)
    assert weights.idxmax() == 2019


def test_five_provinces_and_who_else_names_biotechnology(total):
    naming = total.values["naming"]
    assert set(naming.index[naming["project"]]) == set(load("bio/province_plans")["region"])
    elsewhere = naming[["keyword", "programme"]].any(axis=1)
    assert {"gwangju", "jeonnam"} <= set(naming.index[elsewhere & naming["project"]])


def _figures(report):
    return [(each["value"], each["label"], each["note"]) for each in report.front["figures"]]


def test_key_figures_have_their_year_and_are_no_forecasts(total, exports):
    assert [(value, label) for value, label, _ in _figures(total)] == [
        ("22조 9,216억 원", "2024년 생산"),
        ("9.8% 증가", "2024년 생산 증감"),
        ("13조 7,109억 원", "2024년 수출"),
        ("65,818명", "2024년 인력"),
    ]
    assert [value for value, *_ in _figures(exports)] == ["13조 7,109억 원", "17.1% 증가", "59.8%", "4조 6,085억 원"]


def _words(*texts):
    return sum(len(text.split()) for text in texts)


@pytest.mark.parametrize("page", ["total", "exports"])
def test_the_first_screen_is_read_in_two_minutes(request, page):
    front = request.getfixturevalue(page).front
    assert front["headline"].endswith(".")
    assert len(front["findings"]) == 3
    assert _words(front["headline"], *front["findings"]) <= 80
    assert _words(*(text for figure in front["figures"] for text in figure.values()), front["unknown"]) <= 40


@pytest.mark.parametrize(
    ("measure", "segment", "values"),
    [
        ("production", "bio_medical_devices", ["5조 6,767억 원", "2.3% 증가", "24.2%", "77.1%"]),
        ("exports", "bio_medical_devices", ["2조 9,920억 원", "307.5% 증가", "28.6%", "77.1%"]),  # 7,343 to 29,920
        ("production", "bio_resources", ["945억 원", "1.8% 증가", "0.4%", "9.7%"]),
        ("exports", "bio_environment", ["1억 원", "−92~−73%", "0.001%", "0.1%"]),  # 6 to 1
    ],
)
def test_key_figures_of_a_segment(monkeypatch, measure, segment, values):
    report = run(monkeypatch, "bio_growth", measure=measure, segment=segment)
    assert [value for value, *_ in _figures(report)] == values
    assert not _names(report, "forecast_")
    if segment == "bio_environment":
        growth = report.results.loc["segment_exports_growth_2020", ["low", "high"]]
        assert growth.tolist() == pytest.approx([100 * (0.5 / 6.5 - 1), 100 * (1.5 / 5.5 - 1)])


@pytest.mark.parametrize("segment", ["total", *SEGMENTS])
@pytest.mark.parametrize(("measure", "language"), [("production", "en"), ("exports", "ko")])
def test_every_choice_has_its_findings_and_figures(monkeypatch, measure, segment, language):
    report = run(monkeypatch, "bio_growth", measure=measure, segment=segment, language=language)
    assert report.front["headline"]
    assert 1 <= len(report.front["findings"]) <= 3
    assert 3 <= len(report.front["figures"]) <= 4
    if segment != "total":
        assert "2024" in report.front["unknown"]  # the totals are newer
        assert ("만 한 발표에" if language == "ko" else "in one release") in report.text or measure == "exports"


def test_first_figures_have_gaps_and_no_forecast(monkeypatch):
    report = run(monkeypatch, "bio_growth", release="first")
    assert report.values["series"].to_dict() == {2019: 123235, 2020: 174923, 2021: 209983, 2022: 234657, 2024: 229216}
    assert "2023년" in report.front["unknown"]
    assert "production_growth_2023" not in report.results.index
    assert report.results.at["production_growth_2020", "value"] == pytest.approx(38.185, abs=0.001)
    assert report.values["path"].empty
    assert "2024년 하나뿐" in report.text


DAYS = ["first", "2020-12-31", "2021-12-31", "2022-12-31", "2024-12-31"]


@pytest.mark.parametrize(
    ("day", "measure", "segment"),
    [(day, measure, "total") for day in DAYS for measure in bio.MEASURES]
    + [
        (day, bio.MEASURES[(number + place) % 2], segment)
        for number, day in enumerate(DAYS)
        for place, segment in enumerate(("bio_medical_devices", "bio_environment"))
    ],
)
def test_every_view_works_or_says_what_it_lacks(monkeypatch, day, measure, segment):
    language = "ko" if segment == "total" else "en"
    report = run(monkeypatch, "bio_growth", release=day, measure=measure, segment=segment, language=language)
    assert report.front["headline"]
    if day == "2020-12-31" and segment != "total":
        assert "print nothing of" in report.front["headline"]
        assert report.front["figures"] == []
        assert report.results.index.str.startswith(("audit_", "production_", "exports_", "export_")).all()


def test_a_day_sees_nothing_published_later(monkeypatch):
    report = run(monkeypatch, "bio_growth", release="2021-12-31")
    assert report.values["series"].iloc[-1] == 174923
    assert report.values["path"].at[2021, "value"] == pytest.approx(174923)
    assert list(report.values["added"].index) == [2020]
    assert max(report.values["sold"].index) == 2020
    assert "2020년 17조 4,923억 원" not in report.text  # the revision is not known yet
    assert report.values["averages"]["last_year"].tolist() == [2020]
    assert report.values["revised"].index.tolist() == [2019]
    early = run(monkeypatch, "bio_growth", release="2020-12-31")
    assert early.values["series"].to_dict() == {2018: 106067, 2019: 123235}
    assert not _names(early, "growth_without_ivd")


@pytest.mark.parametrize("base_year", [2016, 2020, 2024])
def test_any_year_of_the_survey_may_be_the_base(monkeypatch, base_year):
    report = run(monkeypatch, "bio_growth", base_year=base_year)
    found = _names(report, "production_cagr_")
    assert len(found) == 2024 - base_year
    assert all(name.startswith(f"production_cagr_{base_year}_") for name in found)


def _zeroed(table, where):
    rows = load(f"bio/{table}")
    chosen = rows.eval(where)
    columns = ["value"] if table == "survey" else ["production", "exports"]
    return {f"bio/{table}": rows.assign(**{each: rows[each].mask(chosen & rows[each].notna(), 0) for each in columns})}


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("survey", "series == 'production' and year == 2024"),
        ("survey", "series == 'production' and year == 2016"),
        ("survey", "series == 'production' and year == 2020"),
        ("survey", "series == 'exports' and year == 2019"),
        ("survey", "series == 'workforce'"),
        ("survey", "series == 'production'"),
        ("segments", "year == 2019"),
        ("segments", "year == 2022 and segment == 'bio_food'"),
        ("segments", "year == 2021 and segment == 'bio_services'"),
        ("segments", "segment == 'bio_environment'"),
    ],
)
@pytest.mark.parametrize("segment", ["total", "bio_food"])
def test_a_year_with_zeros_gets_a_sentence(monkeypatch, table, where, segment):
    produced = "production" in where
    measure = "production" if produced == (segment == "total") else "exports"  # each of the two with each of the two
    drawn = segment == "total"
    report = run(monkeypatch, "bio_growth", _zeroed(table, where), drawn, measure=measure, segment=segment)
    assert report.front["headline"]
    assert np.isfinite(report.results["value"]).all()
    if produced and segment == "total":
        assert "0에서" in report.text
        assert report.values["path"].empty


@given(st.lists(st.integers(1, 10**6), min_size=4, max_size=9))
def test_contributions_add_up_whatever_the_segments(values):
    parts = values[: len(values) // 2 * 2]
    names = [f"part_{number}" for number in range(len(parts) // 2)] + ["total"]
    before, after = parts[::2], parts[1::2]
    rows = pd.DataFrame({
        "year": [2020] * len(names) + [2021] * len(names), "segment": names * 2, "release": "a",
        "production": [*before, sum(before), *after, sum(after)], "exports": np.nan,
    })  # fmt: skip
    releases = pd.DataFrame({"id": ["a"], "year": [2021], "published": ["2022-12-01"]})
    found = bio.moves(rows, releases).loc[(2021, "production")]
    assert found["contribution"].drop("total").sum() == pytest.approx(found.at["total", "growth"])
    assert found["share_after"].drop("total").sum() == pytest.approx(100)
    assert "residual" not in found.index


def test_results_are_named_by_their_labels_and_have_no_bounds_where_they_are_known():
    table = pd.DataFrame({2019: [np.nan, 1.0], 2020: [2.0, np.inf]}, index=pd.Index(["a", "b"], name="segment"))
    assert bio.named(table, "of_{}_in_{}", "percent")["result"].tolist() == ["of_a_in_2020", "of_b_in_2019"]
    bounds = pd.DataFrame({"value": [1.0, 2.0], "low": [1.0, 1.5], "high": [1.0, 2.5]}, index=["x", "y"])
    found = bio.named(bounds, "{}", "percent")
    assert found["low"].isna().tolist() == [True, False]
    assert set(found["unit"]) == {"percent"}


def test_a_printed_share_of_a_printed_total_is_a_level():
    rates = bio.in_order(READ.every("segment_rates"), RELEASES)
    found = bio.from_shares(rates, SURVEY)
    row = found.loc[("production", "biopharmaceuticals", 2024)]
    assert row["value"] == pytest.approx(0.368 * 229216)
    assert (row["low"], row["high"]) == pytest.approx((0.3675 * 229216, 0.3685 * 229216))
    # Of 2020 as the release of 2021 counts it.
    assert found.loc[("production", "bio_medical_devices", 2020), "value"] == pytest.approx(0.227 * 171983)
    assert np.isnan(found.loc[("exports", "bio_food", 2024), "value"])  # a rate and no share
    assert bio.from_shares(rates.head(0), SURVEY).empty


def test_a_segment_has_its_place_beside_the_whole(moved):
    devices = bio.standing(moved, "production", "bio_medical_devices")
    assert devices[["rank_before", "rank_after", "rank"]].values.tolist() == [[5, 3, 1], [2, 1, 4]]
    assert devices["whole_growth"].round(1).to_dict() == {2020: 38.2, 2022: 9.7}
    assert bio.standing(moved, "exports", "bio_environment").at[2020, "rank_after"] == len(SEGMENTS)
    assert bio.standing(moved, "production", "total").empty
    assert bio.standing(moved.head(0), "production", "bio_food").empty


def test_products_belong_to_segments_and_fit_into_them():
    found = bio.from_shares(bio.in_order(READ.every("segment_rates"), RELEASES), SURVEY)
    newest = READ.every("items").query("year == 2024 and measure == 'production'").set_index("item")["value"]
    for item, value in newest.items():
        assert value < found.loc[("production", bio.PRODUCTS[item], 2024), "low"]
    assert set(READ.every("items")["item"]) == set(bio.PRODUCTS)


def test_each_segment_tells_what_is_its_own(monkeypatch):
    report = run(monkeypatch, "bio_growth", segment="biopharmaceuticals")
    assert "33.2%" in report.front["headline"]
    assert "약 8.4조 원" in report.text
    assert "공동 플랫폼" in report.text  # what its firms ask for
    assert "전남(퓨리오젠" in report.text
    report = run(monkeypatch, "bio_growth", segment="bio_food")
    assert "건강기능식품" in report.front["subject"]
    assert "사료첨가제" in report.front["findings"][2]
