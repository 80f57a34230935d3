import itertools

import numpy as np
import pandas as pd
import pytest
from cells import run
from hypothesis import assume, given
from hypothesis import strategies as st

from kr_industry import bio
from kr_industry.bio import Diagnostics
from kr_industry.data import Tables, labels, load
from kr_industry.forecast import forecast, probability_above

SEGMENTS = [name for name in labels().query("group == 'bio_segment'")["id"] if name != "total"]
READ = Tables("bio")


@pytest.fixture
def rows():
    return READ("segments").query("year <= 2020")


@pytest.fixture
def production():
    return READ("production").query("year <= 2020").set_index("year")["production"].astype(float)


@pytest.fixture
def table(rows):
    return bio.by_segment(rows)


@pytest.fixture
def tests(table):
    return bio.diagnostics(table, READ.figure("diagnostics_increase_2020"))


@pytest.fixture(scope="module")
def total():
    with pytest.MonkeyPatch.context() as patch:
        yield run(patch, "bio_growth")


@pytest.fixture(scope="module")
def exports():
    with pytest.MonkeyPatch.context() as patch:
        yield run(patch, "bio_growth", measure="exports")


def test_growth_of_production_by_year_and_over_intervals(total):
    assert total.values["yearly"].round(1).to_dict() == {2017: 9.6, 2018: 4.5, 2019: 19.3, 2020: 38.2}
    starts = total.values["starts"].round(2)
    assert starts[2019].to_dict() == {2016: 10.98, 2017: 11.70, 2018: 19.35}
    assert starts[2020].to_dict() == {2016: 17.23, 2017: 19.91, 2018: 28.42}
    found = total.results["value"]
    assert found["production_growth_2020"] == pytest.approx(38.185, abs=0.001)
    assert found["production_cagr_2016_2019"] == pytest.approx(10.979, abs=0.001)
    assert found["production_cagr_2016_2020"] == pytest.approx(17.232, abs=0.001)


def test_growth_of_the_last_year_and_that_of_the_year_before_are_both_told(total):
    told = total.front["findings"][0]
    assert "17.2%" in told
    assert "11.0%(2019년 한 해는 19.3%)" in told
    assert "네 구간으로 계산한 값(17.2%)이며, 다섯 구간으로 계산하면 13.6%" in total.text


@pytest.mark.parametrize(("measure", "rise", "residual"), [("production", 38.2, -3), ("exports", 53.1, 0)])
def test_segments_close_to_the_printed_total(table, total, exports, measure, rise, residual):
    moved = {"production": total, "exports": exports}[measure].values["moved"]
    assert moved.at["total", "growth"] == pytest.approx(rise, abs=0.05)
    assert moved["contribution"].drop("total").sum() == pytest.approx(moved.at["total", "growth"])
    assert moved.at["residual", "after"] == residual
    assert moved.at["residual", "contribution"] != 0  # three too many in 2020, one too many in 2019
    assert np.isnan(moved.at["residual", "growth"])
    assert list(moved.index) == [*SEGMENTS, "residual", "total"]
    assert list(table.loc[measure].index) == list(moved.index)


def test_segments_that_miss_nothing_have_no_residual(rows):
    exact = rows[rows["segment"] != "total"]
    sums = exact.groupby("year", as_index=False)[["production", "exports"]].sum().assign(segment="total")
    table = bio.by_segment(pd.concat([exact, sums]))
    assert "residual" not in table.index.get_level_values("segment")
    assert len(bio.alone(table)) == 2 * len(SEGMENTS) == len(table) - 2


@pytest.mark.parametrize("years", [[2020], [2018, 2020]])
def test_years_with_a_gap_are_not_compared(rows, years):
    kept = rows.replace({"year": {2019: 2018}}).query("year in @years")
    with pytest.raises(ValueError, match=rf"follow one another, got \[{', '.join(map(str, years))}\]"):
        bio.by_segment(kept)


def test_who_drove_production_and_exports(total, exports):
    made, sold = total.values["ranked"], exports.values["ranked"]
    for ranked, points, part in ((made, 22.40, 58.7), (sold, 34.51, 65.0)):
        assert list(ranked["segment"].iloc[:2]) == ["bio_medical_devices", "biopharmaceuticals"]
        assert ranked.at[0, "contribution"] == pytest.approx(points, abs=0.005)
        assert ranked.at[0, "part"] == pytest.approx(part, abs=0.05)
    assert made.iloc[-1]["segment"] == "bio_resources"
    assert made.at[0, "share_before"] == pytest.approx(8.25, abs=0.005)
    assert made.at[0, "growth"] == pytest.approx(271.7, abs=0.05)
    assert total.values["compared"]["growth_printed"].dropna().tolist() == pytest.approx(
        total.values["compared"]["growth"].dropna().tolist(), abs=0.05
    )


def test_only_growth_that_rounding_moves_is_called_coarse(total, exports):
    assert total.values["coarse"].empty
    (row,) = exports.values["coarse"].reset_index().to_dict("records")
    assert row["segment"] == "bio_environment"
    assert (row["low"], row["high"]) == pytest.approx((100 * (0.5 / 6.5 - 1), 100 * (1.5 / 5.5 - 1)))


def test_what_segments_miss_of_the_totals_is_told(total, exports):
    gaps = total.values["gaps"]
    assert gaps[gaps != 0].to_dict() == {("production", "residual", 2020): -3, ("exports", "residual", 2019): -1}
    for report in (total, exports):
        assert "빼면 2020년 생산 −3억 원, 2019년 수출 −1억 원)" in report.text


def test_results_of_both_measures_are_recorded(total, monkeypatch):
    for measure in bio.MEASURES:
        assert {f"contribution_{name}_{measure}_2020" for name in [*SEGMENTS, "residual"]} < set(total.results.index)
    assert total.results.at["exports_growth_2020", "value"] == pytest.approx(53.114, abs=0.001)
    assert total.results.at["contribution_bio_resources_exports_2020", "value"] == pytest.approx(-0.15, abs=0.005)
    own = run(monkeypatch, "bio_growth", segment="bio_environment").results
    assert own.at["segment_production_2020", "value"] == 986
    assert own.at["segment_exports_2020", "value"] == 1
    assert own.at["segment_export_intensity_2020", "value"] == pytest.approx(100 / 986)
    growth = own.loc["segment_exports_growth_2020"]
    assert growth["value"] == pytest.approx(-83.33, abs=0.01)
    assert growth[["low", "high"]].tolist() == pytest.approx([100 * (0.5 / 6.5 - 1), 100 * (1.5 / 5.5 - 1)])
    assert not own.index.str.startswith("forecast_").any()
    whole = total.results.loc["segment_production_growth_2020"]
    assert whole["value"] == pytest.approx(38.185, abs=0.001)
    assert pd.isna(whole["low"])


def test_diagnostics_on_the_real_figures(tests, total):
    assert tests.base == (0, 10438)
    assert tests.growth == pytest.approx(38.185, abs=0.001)
    assert tests.share_of_rise == pytest.approx(57.476, abs=0.001)
    assert tests.share_of_segment_rise == pytest.approx(100 * 27782 / (38795 - 10438))
    assert tests.growth_held_flat == pytest.approx(16.238, abs=0.001)
    assert tests.growth_bounds == pytest.approx((16.238, 17.697), abs=0.001)
    assert tests.own_growth_least == pytest.approx(100 * 27782 / 10438)
    assert tests.export_increase_bounds == (18907, 29920)
    assert tests.export_share_bounds == pytest.approx((54.418, 86.116), abs=0.001)
    assert tests.export_growth_bounds == pytest.approx((7.375, 27.272), abs=0.001)
    assert tests.export_growth_held_flat_bounds == pytest.approx(
        (100 * ((100158 - 29920) / 65414 - 1), 100 * ((100158 - 18907) / 65414 - 1))
    )
    assert tests.export_growth_bounds_without_assumption == pytest.approx((7.375, 72.475), abs=0.001)
    bounds = total.values["bounds"]
    assert bounds.loc[("production", "case_without")].tolist() == list(tests.growth_bounds)
    assert bounds.loc[("exports", "case_printed")].tolist() == [tests.export_growth] * 2
    assert total.results.at["ivd_share_of_increase", "value"] == pytest.approx(57.476, abs=0.001)
    assert total.results.loc["growth_without_ivd", ["value", "low", "high"]].tolist() == pytest.approx(
        [16.238, 16.238, 17.697], abs=0.001
    )
    assert total.results.at["exports_growth_without_ivd_least", "value"] == pytest.approx(7.375, abs=0.001)
    assert total.results.at["exports_growth_without_ivd_most", "value"] == pytest.approx(27.272, abs=0.001)


@pytest.mark.parametrize(
    ("earlier", "base_year", "in_2019", "words"),
    [
        (11.0, 2016, 19.3, "11.0%보다 높지만, 2019년 한 해의 19.3%보다는 낮다"),
        (19.3, 2018, 19.3, "2019년의 19.3%보다 낮다"),
        (17.0, 2016, 16.0, "연평균 17.0%, 2019년 한 해 16.0%이다"),
    ],
)
def test_growth_without_diagnostics_against_the_years_before(total, earlier, base_year, in_2019, words):
    report = total.values["report"]
    facts = {"earlier_2019": earlier, "base_year": base_year, "in_2019": in_2019}
    assert words in report.text("diagnostics_earlier", **facts)


amounts = st.integers(0, 300)


@st.composite
def cases(draw):
    """An industry with one segment and a product in it, of which only the increase is known."""
    before, after = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    return Diagnostics(
        increase=draw(st.integers(1, after)),
        production=(before + draw(st.integers(1, 500)), after + draw(amounts)),
        exports=((old := draw(st.integers(0, before))) + draw(st.integers(1, 500)),
                 (new := draw(st.integers(0, after))) + draw(amounts)),
        segment_production=(before, after),
        segment_exports=(old, new),
    )  # fmt: skip


def _admissible(case, base):
    """Exports of the product that leave it, and the rest of its segment, exporting no more than they make."""
    pairs = zip((base, base + case.increase), case.segment_exports, case.segment_production, strict=True)
    return [[sold for sold in range(all_sold + 1) if sold <= own and all_sold - sold <= whole - own]
            for own, all_sold, whole in pairs]  # fmt: skip


@given(cases())
def test_bounds_hold_every_admissible_level_of_the_base_and_are_reached(case):
    growths = [case.growth_excluding(base) for base in range(int(case.base.high) + 1)]
    assert (min(growths), max(growths)) == pytest.approx(tuple(case.growth_bounds))


@given(cases())
def test_bounds_of_exports_hold_every_admissible_level_and_are_reached(case):
    rises, growths = [], []
    for base in range(int(case.base.high) + 1):
        olds, news = _admissible(case, base)
        assume(olds and news)
        # Both ends of the exports suffice: the rise is linear in them, growth monotone.
        for old, new in itertools.product((olds[0], olds[-1]), (news[0], news[-1])):
            rises.append(new - old)
            growths.append(100 * ((case.exports[1] - new) / (case.exports[0] - old) - 1))
    assert (min(rises), max(rises)) == pytest.approx(tuple(case.export_increase_bounds))
    assert (min(growths), max(growths)) == pytest.approx(tuple(case.export_growth_bounds))
    weak = case.export_growth_bounds_without_assumption
    assert weak.low <= min(growths) + 1e-9
    assert max(growths) <= weak.high + 1e-9


@pytest.mark.parametrize(
    ("increase", "exports", "message"),
    [(40, (1, 1), "an increase of 40 does not fit into 30"), (-1, (1, 1), "does not fit"),
     (5, (11, 1), "a segment that makes 10 cannot export 11"), (5, (1, 31), "makes 30 cannot export 31")],
)  # fmt: skip
def test_diagnostics_that_cannot_be_are_refused(increase, exports, message):
    with pytest.raises(ValueError, match=message):
        Diagnostics(increase, (100, 130), (50, 60), (10, 30), exports)


def test_export_intensity_and_what_changed_it(total):
    exported = total.values["exported"]
    assert exported.loc["total"].round(1).tolist() == [51.7, 57.3]
    assert exported[2020].idxmax() == "bio_medical_devices"
    assert exported.at["bio_medical_devices", 2020] == pytest.approx(77.1, abs=0.05)
    assert total.values["report"].facts["fallen"] == ["bio_food", "bio_equipment", "bio_environment", "bio_resources"]
    found = total.results["value"]
    parts = ("export_intensity_within", "export_intensity_between", "export_intensity_discrepancy")
    assert [round(found[part], 3) for part in parts] == [2.484, 3.097, 0.002]
    assert sum(found[part] for part in parts) == pytest.approx(
        found["export_intensity_2020"] - found["export_intensity_2019"], abs=1e-12
    )
    effects = total.values["effects"].loc[2020]
    assert effects.loc["bio_food"].round(2).tolist() == [-0.82, -0.33]
    assert effects.idxmax().to_dict() == {"within": "bio_chemicals_energy", "between": "bio_medical_devices"}


@pytest.mark.parametrize(
    ("segment", "ending"),
    [
        ("bio_food", "자체 비율의 변화로 −0.82%p, 생산 비중의 변화로 −0.33%p가 생겼다."),
        ("bio_equipment", "생산 비중이 커지면 전체 비율이 내려간다."),
        ("bio_resources", "생산 비중이 줄면 전체 비율이 올라간다."),
    ],
)
def test_what_a_segment_did_to_the_ratio_of_the_whole(monkeypatch, segment, ending):
    assert ending in run(monkeypatch, "bio_growth", segment=segment).text


def test_concentration_fell_because_a_middling_segment_grew(total):
    spread, others = total.values["spread"], total.values["others"]
    assert spread["herfindahl"].round(4).tolist() == [0.249, 0.2165, 0.316, 0.2635]
    assert spread.loc["production", "largest_two"].round(1).tolist() == [64.9, 53.0]
    assert total.values["grew"] == "bio_medical_devices"
    assert total.values["rank"].tolist() == [5, 3]
    assert others["herfindahl"].round(3).tolist() == [0.288, 0.276, 0.385, 0.354]
    assert total.results.at["hhi_exports_2020", "value"] == pytest.approx(0.2635, abs=0.0001)


def test_production_a_head_and_what_is_known_of_the_year_before(production, total):
    heads = bio.per_head(production, 53546, 10)
    assert heads.at[2020, "value"] == pytest.approx(174923 / 53546)
    # The growth of people may be anything from 9.5 to 10.5 %.
    assert heads.loc[2019, ["low", "high"]].tolist() == pytest.approx([126586 * 1.095 / 53546, 126586 * 1.105 / 53546])
    assert sorted(total.values["through_people"].round(1)) == [28.1, 30.9]
    assert "25.1~26.2% 늘었다" in total.text.replace("\\", "")
    assert total.values["flat"] == pytest.approx((174923 - 27782) / 53546)
    assert [round(total.values["flat_gain"][end], 1) for end in ("low", "high")] == [5.2, 6.2]
    row = total.results.loc["production_per_employee_2019"]
    assert row["low"] < row["value"] < row["high"]
    assert total.results.loc["production_per_employee_2020", ["low", "high"]].isna().all()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_degrees_money_and_targets(monkeypatch, language):
    report = run(monkeypatch, "bio_growth", language=language)
    assert report.values["graduates"].round(1).to_dict() == {"all_industries": 4.7, "bio_industry": 23.7}
    assert "23.8%" in report.text
    assert report.values["budget"]["rate"] == pytest.approx(31.5, abs=0.05)
    assert report.values["target"]["rate"] == pytest.approx(5.5, abs=0.05)
    assert ("한 시계열로 잇거나" if language == "ko" else "cannot be joined into one series") in report.text


def test_going_on_at_the_average_is_set_against_the_fan(production, total):
    plans = total.values["plans"].set_index("year")
    assert plans.at[2021, "value"] == pytest.approx(174923 * (174923 / 92611) ** 0.25)
    assert plans["chance"].round().to_dict() == {2021: 32, 2022: 27, 2023: 23}
    assert bio.deviations(production)[2020] == pytest.approx(84.58, abs=0.01)
    assert total.values["path"].at[2021, "value"] == pytest.approx(189_396, abs=1)
    assert "−34%에서 +79%까지" in total.text


def test_the_chance_of_a_target_agrees_with_the_bounds(production):
    """A target at the upper bound of a 95 % interval is passed with a chance of 2.5 %."""
    path = forecast(production, 3, 95)
    assert probability_above(production, path["high"]).tolist() == pytest.approx([2.5] * 3)
    assert probability_above(production, path["low"]).tolist() == pytest.approx([97.5] * 3)
    assert probability_above(production, path["value"]).tolist() == pytest.approx([50] * 3)


def test_five_provinces_and_who_else_names_biotechnology(total):
    naming = total.values["naming"]
    five = set(load("bio/province_plans")["region"])
    assert set(naming.index[naming["project"]]) == five
    elsewhere = naming[["keyword", "programme"]].any(axis=1)
    assert list(naming.index[elsewhere & naming["project"]]) == ["gwangju", "jeonnam"]
    assert list(naming.index[~naming["project"]]) == ["daegu", "gyeonggi", "gangwon", "gyeongbuk", "jeju"]


def _figures(report):
    return [(each["value"], each["label"], each["note"]) for each in report.front["figures"]]


def test_key_figures_are_no_forecasts(total, exports):
    assert _figures(total) == [
        ("17조 4,923억 원", "2020년 생산", ""),
        ("+38.2%", "전년 대비 증가율", "2016~2019년 연평균 11.0%, 2019년 19.3%"),
        ("16.2~17.7%", "체외진단을 뺀 2020년 생산 증가율", "체외진단의 2019년 수준이 정책 자료에 없어 범위로 적음"),
        ("57.3%", "생산 대비 수출 비율", "2019년 51.7%"),
    ]
    assert [value for value, *_ in _figures(exports)] == ["10조 158억 원", "+53.1%", "7.4~27.3%", "57.3%"]
    assert _figures(exports)[1][2] == "두 해의 값뿐이어서 추세는 알 수 없음"


@pytest.mark.parametrize(
    ("measure", "segment", "values"),
    [
        ("production", "bio_medical_devices", ["3조 8,795억 원", "+271.7%", "+22.4%p", "2조 7,782억 원"]),
        ("exports", "bio_medical_devices", ["2조 9,920억 원", "+307.5%", "+34.5%p", "77.1%"]),  # 7,343 to 29,920
        ("production", "bio_resources", ["1,211억 원", "−3.7%", "−0.04%p", "9.7%"]),  # 1,257 to 1,211 of 126,586
        ("exports", "bio_environment", ["1억 원", "−83.3%", "−0.01%p", "0.1%"]),  # 6 to 1
    ],
)
def test_key_figures_of_a_segment(monkeypatch, measure, segment, values):
    report = run(monkeypatch, "bio_growth", measure=measure, segment=segment)
    assert [value for value, *_ in _figures(report)] == values
    if segment == "bio_environment":
        assert _figures(report)[1][2] == "반올림을 감안하면 −92~−73%"


@pytest.mark.parametrize("segment", ["total", *SEGMENTS])
@pytest.mark.parametrize(("measure", "language"), [("production", "en"), ("exports", "ko")])
def test_every_choice_has_its_findings_and_figures(monkeypatch, measure, segment, language):
    report = run(monkeypatch, "bio_growth", measure=measure, segment=segment, language=language)
    assert 3 <= len(report.front["findings"]) <= 5
    assert len(report.front["figures"]) == 4
    asked = ("체외진단을", "diagnostics") if segment in ("total", bio.DIAGNOSTICS_IN) else ("2020",)
    assert any(word in " ".join(report.front["findings"]) for word in asked)
    assert not np.isinf(report.values["compared"].to_numpy(float)).any()


def test_results_are_named_by_their_labels_and_have_no_bounds_where_they_are_known():
    table = pd.DataFrame({2019: [np.nan, 1.0], 2020: [2.0, 3.0]}, index=pd.Index(["a", "b"], name="segment"))
    assert bio.named(table, "of_{}_in_{}", "percent")["result"].tolist() == [
        "of_a_in_2020",
        "of_b_in_2019",
        "of_b_in_2020",
    ]
    bounds = pd.DataFrame({"value": [1.0, 2.0], "low": [1.0, 1.5], "high": [1.0, 2.5]}, index=["x", "y"])
    found = bio.named(bounds, "{}", "percent")
    assert found["low"].isna().tolist() == [True, False]
    assert set(found["unit"]) == {"percent"}
