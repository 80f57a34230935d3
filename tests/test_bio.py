import itertools
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kr_industry.bio import diagnostics, exporting, front, outlook, people, plans, production, segments, spread
from kr_industry.bio.diagnostics import Diagnostics
from kr_industry.data import load, value
from kr_industry.forecast import forecast
from kr_industry.korean import amount
from kr_industry.prospects import Prospects
from kr_industry.wording import Wording, names

SEGMENTS = [name for name in names("bio_segment", "ko") if name != "total"]
languages = pytest.mark.parametrize("language", ["ko", "en"])


@pytest.fixture
def made():
    return load("bio/production").set_index("year")["production"].astype(float).loc[:2020]


@pytest.fixture
def by_segment():
    rows = load("bio/segments")
    return rows[rows["year"] <= 2020]


@pytest.fixture
def tests(by_segment):
    return diagnostics.known(by_segment, value("bio/figures", "diagnostics_increase_2020"))


@pytest.fixture
def ko():
    return Wording("bio", "ko")


def _prospects(made, **settings):
    settings = {"horizon": 3, "confidence": 95, "language": "ko"} | settings
    return Prospects(
        made,
        settings["horizon"],
        settings["confidence"],
        "생산",
        partial(amount, language=settings["language"]),
        settings["language"],
    )


def test_growth_of_production_by_year_and_over_intervals(made):
    assert production.yearly_growth(made).round(1).to_dict() == {2017: 9.6, 2018: 4.5, 2019: 19.3, 2020: 38.2}
    found = {name: round(rate, 2) for name, rate, _ in production.results(made, 2016)}
    assert found == {"production_growth_2020": 38.19, "production_cagr_2016_2019": 10.98,
                     "production_cagr_2016_2020": 17.23}  # fmt: skip
    assert production.rate_before(made, 2018) == pytest.approx(100 * (126586 / 106067 - 1))


def test_the_earlier_pace_meets_its_two_years_and_runs_on(made):
    path = production.pace(made, 2017)
    assert list(path.index) == [2017, 2018, 2019, 2020]
    assert path[[2017, 2019]].tolist() == pytest.approx([101457, 126586])
    assert path[2020] == pytest.approx(126586 * (126586 / 101457) ** 0.5)


def test_five_years_are_four_intervals(made, ko):
    told = production.speed_sentence(made, 2016, ko)
    assert "2020년까지 17.2%(4개 구간), 2019년까지만 보면 11.0%이다" in told
    pace, five, bases = production.more_sentences(made, 2016, 17.2, ko)
    assert "생산은 14조 484억 원이었을 것이다. 실제 생산은 이보다 3조 4,439억 원 많다" in pace
    assert "네 구간으로 계산하면 17.2%, 다섯 구간으로 계산하면 13.6%" in five
    assert "2016년부터 17.2%, 2017년부터 19.9%, 2018년부터 28.4%이다" in bases
    slow = made.copy()
    slow[2020] = 130_000
    assert "적다" in production.more_sentences(slow, 2016, 17.2, ko)[0]


@pytest.mark.parametrize(("measure", "rise", "residual"), [("production", 38.2, -3), ("exports", 53.1, 0)])
def test_segments_close_to_the_printed_total(by_segment, measure, rise, residual):
    table = segments.segment_table(by_segment, measure)
    assert table.loc["total", "growth"] == pytest.approx(rise, abs=0.05)
    assert table["contribution"].drop("total").sum() == pytest.approx(table.loc["total", "growth"])
    assert table.loc["residual", "after"] == residual
    assert table.loc["residual", "contribution"] != 0  # three too many in 2020, one too many in 2019


def test_who_drove_production_and_exports(by_segment, ko):
    made, sold = (segments.segment_table(by_segment, measure) for measure in segments.MEASURES)
    assert made.at["bio_medical_devices", "contribution"] == pytest.approx(22.40, abs=0.005)
    assert sold.at["bio_medical_devices", "contribution"] == pytest.approx(34.51, abs=0.005)
    assert "바이오의료기기가 22.4%p로 59%를" in segments.driver_sentence(by_segment, "production", "total", ko)
    assert "바이오의료기기가 34.5%p로 65%를" in segments.driver_sentence(by_segment, "exports", "total", ko)
    assert "6조 5,414억 원에서 53.1% 늘어" in segments.level_sentence(by_segment, "exports", "total", ko)
    told = segments.size_sentence(by_segment, "production", ko)
    assert "바이오의료기기로 +271.7%이다. 2019년에는 전체의 8.2%였지만 +22.4%p를" in told
    assert "바이오의약(33.4%)의 증가율은 +19.8%, 기여는 +6.6%p" in told


def test_contributions_are_recorded_for_both_measures(by_segment):
    found = {name: round(number, 2) for name, number, *_ in segments.results(by_segment, "bio_environment")}
    assert found["exports_growth_2020"] == 53.11
    for measure in segments.MEASURES:
        named = [f"contribution_{name}_{measure}_2020" for name in [*SEGMENTS, "residual"]]
        assert set(named) < set(found)
    assert found["contribution_bio_resources_exports_2020"] == -0.15


def test_what_the_index_compares_is_recorded_for_the_segment_of_the_report(by_segment):
    own = {name: rest for name, *rest in segments.results(by_segment, "bio_environment") if name.startswith("segment_")}
    assert own["segment_production_2020"] == [986, "100 million won"]
    assert own["segment_exports_2020"] == [1, "100 million won"]
    assert own["segment_export_intensity_2020"] == [pytest.approx(100 / 986), "percent"]
    growth, unit, low, high = own["segment_exports_growth_2020"]
    assert (growth, unit) == (pytest.approx(-83.33, abs=0.01), "percent")
    assert (low, high) == (pytest.approx(100 * (0.5 / 6.5 - 1)), pytest.approx(100 * (1.5 / 5.5 - 1)))
    total = {name: rest for name, *rest in segments.results(by_segment, "total") if name.startswith("segment_")}
    assert total["segment_production_growth_2020"] == [pytest.approx(38.185, abs=0.001), "percent"]
    assert total["segment_export_intensity_2020"] == [pytest.approx(57.258, abs=0.001), "percent"]


def test_only_growth_that_rounding_moves_is_called_coarse(by_segment, ko):
    sold = segments.segment_table(by_segment, "exports")
    assert segments.rounding_sentences(by_segment, "production", ko) == []
    (told,) = segments.rounding_sentences(by_segment, "exports", ko)
    assert told.startswith("바이오환경 수출은 6억 원에서 1억 원이")
    assert "−92%와 −73% 사이" in told
    assert segments.growth_bounds(sold).loc["bio_environment"].tolist() == pytest.approx(
        [100 * (0.5 / 6.5 - 1), 100 * (1.5 / 5.5 - 1)]
    )


def test_what_segments_miss_of_the_totals_is_told(by_segment, ko):
    for measure in segments.MEASURES:
        (told,) = segments.discrepancy_sentences(by_segment, measure, ko)
        assert "빼면 2020년 생산 −3억 원, 2019년 수출 −1억 원)" in told


def test_diagnostics_on_the_real_figures(tests, ko):
    assert tests.base == (0, 10438)
    assert tests.growth() == pytest.approx(38.185, abs=0.001)
    assert tests.growth_held_flat() == pytest.approx(16.238, abs=0.001)
    assert tests.growth_bounds() == pytest.approx((16.238, 17.697), abs=0.001)
    assert tests.own_growth_least() == pytest.approx(100 * 27782 / 10438)
    assert tests.export_increase_bounds() == (18907, 29920)
    assert tests.export_growth_bounds() == pytest.approx((7.375, 27.272), abs=0.001)
    assert tests.export_growth_held_flat_bounds() == pytest.approx(
        (100 * ((100158 - 29920) / 65414 - 1), 100 * ((100158 - 18907) / 65414 - 1))
    )
    assert tests.export_growth_bounds_without_assumption() == pytest.approx((7.375, 72.475), abs=0.001)
    told = diagnostics.finding(tests, ko)
    assert "전체 증가액 4조 8,337억 원의 57.5%를" in told
    assert "16.2%이고, 2019년과 2020년 값에서 체외진단을 모두 빼면 16.2~17.7%이다" in told
    assert "54~86%가 체외진단의 몫이고" in diagnostics.export_finding(tests, 2020, ko)
    found = {name: rest for name, *rest in diagnostics.results(tests)}
    assert found["ivd_share_of_increase"][0] == pytest.approx(57.476, abs=0.001)
    flat, _, low, high = found["growth_without_ivd"]
    assert (flat, low, high) == pytest.approx((16.238, 16.238, 17.697), abs=0.001)
    assert found["exports_growth_without_ivd_least"][0] == pytest.approx(7.375, abs=0.001)
    assert found["exports_growth_without_ivd_most"][0] == pytest.approx(27.272, abs=0.001)


@pytest.mark.parametrize(("earlier", "words"), [(11.0, "보다 높다"), (19.3, "보다 낮다"), (17.0, "가릴 수 없다")])
def test_growth_without_diagnostics_against_the_years_before(tests, ko, earlier, words):
    made = pd.Series({2016: 100.0, 2019: 100 * (1 + earlier / 100) ** 3, 2020: 200.0})
    segment, compared, exports, weak, note = diagnostics.more_sentences(tests, made, 2016, ko)
    assert "98.0%" in segment
    assert "266%" in segment
    assert words in compared
    assert "7.4~27.3%" in exports
    assert "72.5%" in weak
    assert "인과관계가 아니다" in note


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
    growths = [case.growth_excluding(base) for base in range(int(case.base[1]) + 1)]
    low, high = case.growth_bounds()
    assert (min(growths), max(growths)) == pytest.approx((low, high))


@given(cases())
def test_bounds_of_exports_hold_every_admissible_level_and_are_reached(case):
    rises, growths = [], []
    for base in range(int(case.base[1]) + 1):
        olds, news = _admissible(case, base)
        assume(olds and news)
        # Both ends of the exports suffice: the rise is linear in them, growth monotone.
        for old, new in itertools.product((olds[0], olds[-1]), (news[0], news[-1])):
            rises.append(new - old)
            growths.append(100 * ((case.exports[1] - new) / (case.exports[0] - old) - 1))
    assert (min(rises), max(rises)) == pytest.approx(case.export_increase_bounds())
    assert (min(growths), max(growths)) == pytest.approx(case.export_growth_bounds())
    weak = case.export_growth_bounds_without_assumption()
    assert weak[0] <= min(growths) + 1e-9
    assert max(growths) <= weak[1] + 1e-9


@pytest.mark.parametrize(
    ("increase", "exports", "message"),
    [(40, (1, 1), "an increase of 40 does not fit into 30"), (-1, (1, 1), "does not fit"),
     (5, (11, 1), "a segment that makes 10 cannot export 11"), (5, (1, 31), "makes 30 cannot export 31")],
)  # fmt: skip
def test_diagnostics_that_cannot_be_are_refused(increase, exports, message):
    with pytest.raises(ValueError, match=message):
        Diagnostics(increase, (100, 130), (50, 60), (10, 30), exports)


def test_export_intensity_and_what_changed_it(by_segment, ko):
    intensity = exporting.export_intensity(by_segment)
    assert intensity.loc["total"].round(1).tolist() == [51.7, 57.3]
    told = exporting.intensity_sentence(by_segment, "total", ko)
    assert "바이오의료기기가 77.1%로" in told
    assert "4개 분야(바이오식품, 바이오장비 및 기기, 바이오환경, 바이오자원)" in told
    found = {name: number for name, number, _ in exporting.results(by_segment)}
    parts = ("export_intensity_within", "export_intensity_between", "export_intensity_discrepancy")
    assert [round(found[part], 3) for part in parts] == [2.484, 3.097, 0.002]
    assert sum(found[part] for part in parts) == pytest.approx(
        found["export_intensity_2020"] - found["export_intensity_2019"], abs=1e-12
    )
    assert "+2.5%p(45%)는 분야 안에서" in exporting.change_sentence(by_segment, "total", ko)
    own = exporting.change_sentence(by_segment, "bio_food", ko)
    assert own.endswith("자체 비율의 변화에서 −0.82%p, 생산 비중의 변화에서 −0.33%p이다.")
    assert exporting.change_sentence(by_segment, "bio_equipment", ko).endswith("커지면 전체 비율이 내려간다.")
    assert exporting.change_sentence(by_segment, "bio_resources", ko).endswith("줄면 전체 비율이 올라간다.")
    against = by_segment.copy()
    against.loc[(against["year"] == 2020) & (against["segment"] == "biopharmaceuticals"), "exports"] = 20_000
    assert "엇갈린 것이다" in exporting.change_sentence(against, "total", ko)


def test_concentration_fell_because_a_middling_segment_grew(by_segment, ko):
    table = spread.concentrations(by_segment)
    found = {name: round(number, 4) for name, number, _ in spread.results(table)}
    assert found == {"hhi_production_2019": 0.249, "hhi_production_2020": 0.2165,
                     "hhi_exports_2019": 0.316, "hhi_exports_2020": 0.2635}  # fmt: skip
    told, why = spread.concentration_sentences(table, by_segment, ko)
    assert "8개 분야가 똑같으면 0.125이다" in told
    assert "2019년 5위이던 바이오의료기기가 3위가 되어" in why
    assert "64.9%에서 53.0%가" in why
    assert "생산은 0.288에서 0.276, 수출은 0.385에서 0.354" in why
    grown = by_segment.copy()
    grown.loc[(grown["year"] == 2020) & (grown["segment"] == "biopharmaceuticals"), ["production", "exports"]] = 500_000
    assert len(spread.concentration_sentences(spread.concentrations(grown), grown, ko)) == 1


def test_production_a_head_and_what_is_known_of_the_year_before(made, tests, ko):
    heads = people.per_head(made, 53546, 10)
    assert heads.at[2020, "value"] == pytest.approx(174923 / 53546)
    # The growth of people may be anything from 9.5 to 10.5 %.
    assert heads.loc[2019, ["low", "high"]].tolist() == pytest.approx([126586 * 1.095 / 53546, 126586 * 1.105 / 53546])
    assert people.people_part(heads, made).round(1).tolist() == [28.1, 30.9]
    told, parts = people.people_sentences(heads, made, tests.increase, 10, ko)
    assert "2.60억 원에서 3.27억 원으로 25.1–26.2% 늘었다" in told
    assert "28–31%가 인력의 몫" in parts
    assert "2.75억 원, 증가율은 5.2–6.2%이다" in parts
    found = {name: rest for name, *rest in people.results(heads)}
    assert found["production_per_employee_2020"][0] == pytest.approx(3.267, abs=0.0005)
    value_2019, _, low, high = found["production_per_employee_2019"]
    assert low < value_2019 < high


@languages
def test_degrees_money_and_targets(language):
    say = Wording("bio", language)
    _, degrees, _, _ = people.degrees_exhibit(load("bio/education"), 23.8, say)
    assert "23.7%" in degrees
    assert "23.8%" in degrees
    _, money, _, numbers = people.money_exhibit(load("bio/budgets"), say)
    assert "31%" in money
    assert len(numbers) == 4
    target, apart = people.target_sentences(load("bio/budgets"), say)
    assert "5.5%" in target
    assert ("하나의 시계열로 이을 수 없고" if language == "ko" else "cannot be joined into one series") in apart


def test_planning_on_the_average_is_set_against_the_fan(made, ko):
    ahead = _prospects(made)
    plan, line = outlook.planned(made, 3), outlook.line(made, 3)
    assert plan[2021] == pytest.approx(174923 * (174923 / 92611) ** 0.25)
    assert line.round().to_dict() == {2021: 183355, 2022: 212883, 2023: 247165}
    assert outlook.weights(made)[2020] == pytest.approx(84.58, abs=0.01)
    first, last, leans, warning = outlook.planning_sentences(ahead, ko)
    assert "17.2%가 이어진다고 계산하면 2021년은 20조 5,066억 원이다(정부나 업계의 계획이 아님)" in first
    assert "실적이 그 이상일 확률은 32%이다" in first
    assert "28조 1,829억 원이고, 실적이 그 이상일 확률은 23%이다" in last
    assert "85%가 이 한 해에서" in leans
    assert "−34%에서 +79%까지" in leans
    assert "24조 7,165억 원이 된다(전망의 중앙값은 22조 2,032억 원)" in warning
    assert len(outlook.planning_sentences(_prospects(made, horizon=1), ko)) == 3
    narrow = outlook.planning_sentences(_prospects(made, confidence=50, horizon=5), ko)[0]
    assert "구간을 벗어나는 해가 있으며" in narrow


def test_the_chance_of_a_target_agrees_with_the_bounds(made):
    """A target at the upper bound of a 95 % interval is passed with a chance of 2.5 %."""
    from kr_industry.forecast import probability_above

    path = forecast(made, 3, 95)
    assert probability_above(made, path["high"]).tolist() == pytest.approx([2.5] * 3)
    assert probability_above(made, path["low"]).tolist() == pytest.approx([97.5] * 3)
    assert probability_above(made, path["value"]).tolist() == pytest.approx([50] * 3)


def test_five_provinces_and_who_else_names_biotechnology(ko):
    five = load("bio/province_plans")
    regions = list(load("regions/regions")["id"])
    naming = plans.named(load("regions/terms"), load("regions/codebook"), regions)
    assert set(naming.index[naming["project"]]) == set(five["region"])
    told, others, _ = plans.sentences(five, naming, ko)
    assert "5곳(광주, 대전, 충북, 전북, 전남)" in told
    assert "2곳(광주, 전남)으로, 키워드에서는 0곳, 시책에서는 2곳이다" in told
    assert "5곳(대구, 경기, 강원, 경북, 제주)" in others
    explicit = plans.named(load("regions/terms"), load("regions/codebook"), regions, "explicit")
    assert (explicit <= naming).all().all()


@languages
@pytest.mark.parametrize("segment", ["total", *SEGMENTS])
@pytest.mark.parametrize("measure", segments.MEASURES)
def test_every_choice_has_its_sentences_and_tables(by_segment, language, segment, measure):
    say = Wording("bio", language)
    assert "2020" in segments.driver_sentence(by_segment, measure, segment, say)
    assert "2020" in exporting.intensity_sentence(by_segment, segment, say)
    assert f"{exporting.change(by_segment).to_numpy().sum():+.1f}" in exporting.change_sentence(
        by_segment, segment, say
    )
    assert list(segments.series(by_segment, measure, segment).index) == [2019, 2020]
    shown, caption, _ = segments.for_readers(by_segment, measure, say)
    assert "2020" in caption
    assert len(shown) == 10
    assert not np.isinf(shown.select_dtypes("number").to_numpy()).any()
    assert shown.iloc[-1, 1:3].tolist() == segments.series(by_segment, measure, "total").tolist()


def _figures(made, by_segment, tests, measure, segment, language):
    say = Wording("bio", language)
    values = made if (measure, segment) == ("production", "total") else segments.series(by_segment, measure, segment)
    ahead = _prospects(values, language=language)
    return front.figures(made, 2016, by_segment, tests, ahead, measure, segment, say)


def test_key_figures_of_production(made, by_segment, tests):
    assert _figures(made, by_segment, tests, "production", "total", "ko") == [
        ("17조 4,923억 원", "2020년 생산", ""),
        ("+38.2%", "전년에 견준 변화", "2016–2019년에는 연평균 11.0%"),
        ("16.2~17.7%", "체외진단을 뺀 생산 증가율", "체외진단의 2019년 수준이 원문에 없어 범위로 적음"),
        ("18조 9,396억 원", "2021년 생산 전망", "95% 구간 11조 4,607억 원~31조 2,990억 원"),
    ]
    english = [value for value, _, _ in _figures(made, by_segment, tests, "production", "total", "en")]
    assert english == ["₩17.49 trillion", "+38.2%", "16.2 to 17.7%", "₩18.94 trillion"]


def test_key_figures_of_exports(made, by_segment, tests):
    assert _figures(made, by_segment, tests, "exports", "total", "ko") == [
        ("10조 158억 원", "2020년 수출", ""),
        ("+53.1%", "전년에 견준 변화", "두 해의 값뿐이어서 추세는 알 수 없음"),
        ("7.4~27.3%", "체외진단을 뺀 수출 증가율", "체외진단의 수출액이 원문에 없어 범위로 적음"),
        ("57.3%", "생산 대비 수출 비율", "2019년 51.7%"),
    ]


@pytest.mark.parametrize(
    ("measure", "segment", "values"),
    [
        ("production", "bio_medical_devices", ["3조 8,795억 원", "+271.7%", "+22.4%p", "2조 7,782억 원"]),
        ("exports", "bio_medical_devices", ["2조 9,920억 원", "+307.5%", "+34.5%p", "77.1%"]),  # 7,343 to 29,920
        ("production", "bio_resources", ["1,211억 원", "−3.7%", "−0.04%p", "9.7%"]),  # 1,257 to 1,211 of 126,586
    ],
)
def test_key_figures_of_a_segment(made, by_segment, tests, measure, segment, values):
    assert [value for value, _, _ in _figures(made, by_segment, tests, measure, segment, "ko")] == values


def test_the_growth_of_a_tiny_segment_carries_what_rounding_leaves_open(made, by_segment, tests):
    """Exports of bio environment went from 6 to 1 (₩100m), which leaves anything from 0.5/6.5 to 1.5/5.5."""
    change = _figures(made, by_segment, tests, "exports", "bio_environment", "ko")[1]
    assert change == ("−83.3%", "전년에 견준 변화", "반올림을 감안하면 −92~−73%")


@languages
@pytest.mark.parametrize("segment", ["total", *SEGMENTS])
@pytest.mark.parametrize("measure", segments.MEASURES)
def test_every_choice_has_four_key_figures(made, by_segment, tests, language, segment, measure):
    figures = _figures(made, by_segment, tests, measure, segment, language)
    assert len(figures) == 4
    assert all(value and label for value, label, _ in figures)
