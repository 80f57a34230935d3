from functools import partial

import numpy as np
import pandas as pd
import pytest

from kr_industry import subjects
from kr_industry.kinks import find_kink, without_each_year
from kr_industry.data import load
from kr_industry.photonics import factors, front, outlook, segments, spread, stages, strategy, turning
from kr_industry.photonics.industry import Industry
from kr_industry.prospects import Prospects

SEGMENTS = ["optical_communication", "light_sources", "precision_optics", "optical_materials", "optical_information",
            "optical_instruments"]  # fmt: skip


@pytest.fixture
def table3():
    return load("photonics/annual")


@pytest.fixture
def annual(table3):
    return table3.set_index("year")


@pytest.fixture
def say_ko():
    return Industry("photonics", "ko")


@pytest.fixture
def by_sales():
    return _sales("corrected")


@pytest.fixture
def by_firms(table3):
    return segments.firms_by_year(load("photonics/segment_firms"), table3)


def _sales(values):
    return segments.sales_by_year(load("photonics/segment_sales", values=values), load("photonics/sales"))


def test_scale_names_start_peak_and_end(annual, say_ko):
    sentence = stages.scale_sentence(annual, "sales", say_ko)
    assert sentence.startswith("매출액은 1999년 1,136억 원에서 2013년 2조 7,105억 원으로 늘었다.")
    assert sentence.endswith("2018년은 2조 3,005억 원으로 이보다 15.1% 적다.")
    falling = stages.scale_sentence(annual.loc[2013:2016], "sales", say_ko)
    assert falling == "매출액은 2013년 2조 7,105억 원에서 20.8% 줄어 2016년 2조 1,471억 원이 되었다."


@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_measure_has_its_sentences(annual, measure, language):
    say = Industry("photonics", language)
    rates = stages.interval_growth(annual, measure)
    assert "2018" in stages.scale_sentence(annual, measure, say)
    assert stages.rates_sentence(annual, measure, say).count("%") == len(rates)
    series = annual[measure].astype(float)
    kink, others = find_kink(series), without_each_year(series)
    noun = subjects.noun("photonics", measure, "total", say)
    assert f"{kink.year:.1f}" in turning.kink_sentence(kink, others, noun, say)
    assert len(turning.more_sentences(series, kink, others, noun, say)) in (3, 4)


def test_growth_turned_before_the_peak_and_inside_a_gap(annual, say_ko):
    sales = annual["sales"].astype(float)
    kink, others = find_kink(sales), without_each_year(sales)
    told = turning.kink_sentence(kink, others, "매출액", say_ko)
    assert "2010.7년 무렵(소수는 연도 사이의 위치이며 달이 아님)으로 추정되며, 95% 구간은 2010.0–2011.4년" in told
    assert "그 전에 연 +31.2%(구간 +28.5~+34.1%), 그 뒤에 연 −2.9%(−5.3~−0.3%)" in told
    gap, peak, test, stable = turning.more_sentences(sales, kink, others, "매출액", say_ko)
    assert "2008년과 2012년 사이에 들어 있으며, 원문에는 그 사이 해의 값이 없다" in gap
    assert "2013년이지만 이는 수준의 정점" in peak
    assert "9,999번" in test
    assert "2010.5–2011.0년으로 구간 안에" in stable


def test_a_turn_that_leans_on_one_year_says_so(annual, say_ko):
    firms = annual["firms"].astype(float)
    kink, others = find_kink(firms), without_each_year(firms)
    assert "2004.9–2009.8년으로 움직여" in turning.kink_sentence(kink, others, "업체 수", say_ko)
    assert "1999년을 빼면 2009.8년" in turning.more_sentences(firms, kink, others, "업체 수", say_ko)[-1]


def test_a_turn_whose_later_growth_may_be_nil_says_so(annual, say_ko):
    employment = annual["employment"].astype(float)
    kink, others = find_kink(employment), without_each_year(employment)
    assert "0에 걸쳐 있어" in turning.kink_sentence(kink, others, "고용인원", say_ko)


def test_without_a_turn_none_is_claimed(say_ko):
    line = pd.Series([100 * 1.05**i * (1 + 0.02 * (-1) ** i) for i in range(10)], index=range(2009, 2019))
    kink, others = find_kink(line), without_each_year(line)
    assert "꺾였다고 말할 근거는 모자란다" in turning.kink_sentence(kink, others, "매출액", say_ko)
    assert list(turning.results("sales", kink)) == []


def test_what_is_too_short_is_refused_with_what_it_needs(by_sales, say_ko):
    series = segments.actuals(by_sales, "light_sources")
    assert list(series.index) == [2016, 2017, 2018]
    assert not turning.possible(series)
    assert "값이 3개 연도뿐이어서" in turning.refusal(series, "매출액", say_ko)
    assert "적어도 7개 연도" in turning.refusal(series, "매출액", say_ko)


def test_derived_firms_add_up_to_the_printed_total(by_firms):
    """Only one whole number fits each rate of 2016, and together they are the 288 of table 3."""
    values = by_firms.values[2015]
    assert values.to_dict() == {
        "optical_communication": 57, "light_sources": 151, "precision_optics": 42, "optical_materials": 30,
        "optical_information": 4, "optical_instruments": 4, "total": 288,
    }  # fmt: skip
    assert (by_firms.low == by_firms.high).all().all()


def test_derived_sales_leave_room_for_the_printed_total(by_sales):
    parts = slice(None, -1)
    assert by_sales.low[2016].iloc[parts].sum() <= 21471 <= by_sales.high[2016].iloc[parts].sum()
    assert by_sales.values.index[-1] == "total"
    assert by_sales.outlooks == [2019]


@pytest.mark.parametrize("values", ["printed", "corrected"])
def test_contributions_are_those_of_the_tables(values, by_firms):
    by_year = _sales(values)
    found = segments.contributions_by_year(by_year)
    assert found[2018].round(2).to_dict() == {
        "optical_communication": -0.09, "light_sources": 6.83, "precision_optics": -1.18, "optical_materials": 0.96,
        "optical_information": 0.0, "optical_instruments": -5.2,
    }  # fmt: skip
    for year, growth in ((2018, 1.32), (2019, {"printed": 7.32, "corrected": 9.88}[values])):
        assert found[year].sum() == pytest.approx(growth, abs=0.005)
    assert found[2017].sum() == pytest.approx(100 * (22705 / 21471 - 1), abs=0.02)  # derived bases round
    by = {"sales": by_year, "firms": by_firms}
    results = {name: value for name, value, _ in segments.results(by, "precision_optics")}
    assert results["sales_growth_2018"] == pytest.approx(100 * (23005 / 22705 - 1))
    assert results["segment_sales_2018"] == 2003
    assert results["segment_sales_growth_2018"] == pytest.approx(100 * (2003 / 2271 - 1))
    assert results["segment_sales_share_2018"] == pytest.approx(100 * 2003 / 23005)
    assert results["segment_contribution_2018"] == results["contribution_precision_optics_2018"]
    assert results["segment_firms_2018"] == by_firms.values.at["precision_optics", 2018]
    total = {name: value for name, value, _ in segments.results(by, "total")}
    assert total["segment_contribution_2018"] == pytest.approx(total["segment_sales_growth_2018"])


def test_who_hid_whom(by_sales, by_firms, say_ko):
    told = segments.hidden_sentence(segments.contributions_by_year(by_sales), 2018, say_ko)
    assert "증가 +7.8%p와 감소 −6.5%p가 맞물려 전체가 +1.3%에 그쳤다" in told
    assert "광학기기의 감소가 광원 및 광전소자의 증가를 상쇄한" in told
    falling = segments.hidden_sentence(segments.contributions_by_year(by_firms), 2016, say_ko)
    assert "감소 −11.1%p가 커서 전체가 −5.2%였다" in falling
    one_way = pd.DataFrame({2018: {"light_sources": 1.0, "optical_materials": 2.0}})
    assert "한 방향으로" in segments.hidden_sentence(one_way, 2018, say_ko)


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        ("total", "기여도는 광원 및 광전소자가 +6.8%p로 가장 크고, 광학기기가 −5.2%p로"),
        ("light_sources", "20.0% 늘었고, 전체 증가율 1.3%에 대한 기여도는 +6.8%p이다"),
        ("optical_instruments", "16.7% 줄었고, 전체 증가율 1.3%에 대한 기여도는 −5.2%p이다"),
        ("optical_information", "전년과 같아"),
    ],
)
def test_one_segment_rises_falls_or_stays(segment, words, by_sales, say_ko):
    assert words in segments.driver_sentence(by_sales, segment, say_ko)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("segment", SEGMENTS)
def test_every_segment_has_its_sentences(by_sales, by_firms, segment, language):
    say = Industry("photonics", language)
    for by_year in (by_sales, by_firms):
        assert str(by_year.derived) in segments.own_sentence(by_year, segment, say)
        assert "2018" in segments.driver_sentence(by_year, segment, say)
        assert str(by_year.derived) in segments.derived_sentences(by_year, say)[0]
    assert "2018" in segments.firms_sentence(by_firms, segment, say)
    per_firm = spread.sales_per_firm({"sales": by_sales, "firms": by_firms})
    assert "2018" in spread.per_firm_sentence(per_firm, segment, say)


def test_bounds_of_a_derived_year_are_never_one_number(by_sales, say_ko):
    assert "11.6억–12.0억 원)" in segments.own_sentence(by_sales, "optical_information", say_ko)
    assert "4,865억–4,871억 원)" in segments.own_sentence(by_sales, "optical_communication", say_ko)


def test_firms_name_every_segment_that_ties(by_firms, say_ko):
    sentence = segments.firms_sentence(by_firms, "total", say_ko)
    assert "광학기기가 9개사 늘어" in sentence
    assert "광통신, 광원 및 광전소자가 각각 4개사 줄어" in sentence


def test_sales_are_taken_apart_into_firms_size_and_productivity(annual, say_ko):
    parts = factors.decompositions(annual)
    rates = stages.interval_growth(annual, "sales").set_index(["first_year", "last_year"])
    for interval, row in parts.iterrows():
        assert row.sum() == pytest.approx(100 * _log(rates.loc[interval, "last"] / rates.loc[interval, "first"])
                                          / rates.loc[interval, "years"])  # fmt: skip
    assert parts.loc[(2013, 2018)].round(2).to_dict() == {"firms": -5.03, "size": 2.88, "productivity": -1.13}
    told, each = factors.decomposition_sentences(parts, annual, say_ko)
    assert "매출액은 4,100억 원 줄었다. 업체 수의 몫이 −6,283억 원, 업체당 고용인원의 몫이 +3,594억 원" in told
    assert "2003–2008년 1인당 매출액(+12.9)" in each


def _log(ratio):
    from math import log

    return log(ratio)


def test_firms_spread_out_while_sales_concentrate(by_sales, by_firms, say_ko):
    by = {"sales": by_sales, "firms": by_firms}
    table = spread.concentrations(by)
    found = {name: round(value, 4) for name, value, _ in spread.results(table, by)}
    assert found == {"hhi_sales_2017": 0.2645, "hhi_sales_2018": 0.2771, "hhi_firms_2016": 0.3338,
                     "hhi_firms_2017": 0.3149, "hhi_firms_2018": 0.3037}  # fmt: skip
    told, apart = spread.concentration_sentences(table, by, say_ko)
    assert "업체 수로는 0.315에서 0.304가 되었다" in told
    assert "서로 다른 방향" in apart


def test_sizes_tell_only_what_is_not_in_doubt(say_ko):
    """Either 27 and 49 firms or 43 and 33 are right: both make 76 of 50 or more."""
    sizes = load("photonics/size_classes")
    told = spread.size_sentence(sizes, say_ko)
    assert "2017년 67개사(24.3%)에서 2018년 76개사(27.1%)로" in told
    assert "110개사에서 98개사로" in told
    other = sizes.copy()
    other.loc[(other["year"] == 2018) & (other["size_class"] == "sales_100_up"), "firms"] = 43
    other.loc[(other["year"] == 2018) & (other["size_class"] == "sales_50_100"), "firms"] = 33
    assert spread.size_sentence(other, say_ko) == told


def test_productivity_tells_its_own_peak(annual, say_ko):
    told = factors.productivity_sentence(annual, say_ko)
    assert "1999년 0.60억 원에서 2014년 3.47억 원으로 늘었다가 2018년 3.03억 원으로" in told
    assert "부가가치 생산성이 아니다" in told
    rising = factors.productivity_sentence(annual.loc[2013:2014], say_ko)
    assert "2013년 3.21억 원에서 2014년 3.47억 원이 되었다" in rising


def test_the_outlook_is_taken_for_measure_or_segment(by_sales, by_firms, say_ko):
    by = {"sales": by_sales, "firms": by_firms}
    for measure, expected in (("sales", 25278), ("employment", 8177), ("firms", 280)):
        assert outlook.association(by, measure, "total", say_ko).to_dict() == {2019: expected}
    assert outlook.association(by, "sales", "optical_instruments", say_ko).to_dict() == {2019: 7293}
    assert outlook.association(by, "firms", "optical_instruments", say_ko).empty


def test_the_two_totals_of_the_outlook_and_the_cell_between_them_are_told(say_ko):
    printed = Industry("photonics", "ko", "printed")
    told, cause = outlook.doubt_sentences("sales", printed)
    assert "표 7에서 2조 5,278억 원, 표 5의 합계에서 2조 4,688억 원으로" in told
    assert "9.9%라고 적었으나 다시 계산하면 각각 9.9%와 7.3%" in told
    assert "9,205억 원은 함께 적힌 증가율(5.3%)·비중(38.7%)과 맞지 않고, 9,795억 원이 되면" in cause
    assert outlook.doubt_sentences("sales", say_ko) == []
    assert outlook.doubt_sentences("firms", printed) == []


def test_plans_are_rows_of_the_tables_they_come_from():
    plans = load("photonics/strategy").set_index("id")
    cities = load("regions/city_plans").set_index("id")[["name", "name_en", "source", "place"]]
    terms = load("regions/terms").set_index("id")[["term", "source", "place"]]
    for identifier, row in plans.iterrows():
        if row["plan"] == "clusters_2013":
            assert row[["term", "term_en", "source", "place"]].tolist() == cities.loc[identifier].tolist()
        else:
            assert row[["term", "source", "place"]].tolist() == terms.loc[identifier].tolist()
    named = load("regions/terms").query("region == 'gwangju' and kind in ['keyword', 'programme']")
    assert set(named["id"]) == set(plans.index[plans["plan"] != "clusters_2013"])
    assert set(plans["source"]) == set(strategy.sources(Industry("photonics", "ko")))


def test_plans_agree_with_the_codebook_of_the_regional_notebook():
    plans = load("photonics/strategy")
    fields = {"artificial_intelligence": "artificial_intelligence", "semiconductors_displays": "semiconductors",
              "secondary_batteries": "batteries", "advanced_biotechnology": "medicine"}  # fmt: skip
    coded = load("regions/codebook").query("list != '2022'").set_index("term")["technology"]
    for row in plans[plans["plan"] != "clusters_2013"].itertuples():
        technology = coded[row.term]
        assert row.field == fields.get(technology, row.field)
        assert technology == "other" or technology in fields


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "이 가운데 광산업은 없다"), ("en", "Photonics is not among them")]
)
def test_photonics_in_the_plans(language, words):
    plans, say = load("photonics/strategy"), Industry("photonics", language)
    told, absence = strategy.sentences(plans, say)
    assert words in told
    assert absence
    plans.loc[plans["plan"] == "programmes_2022", "photonics"] = True
    assert words not in strategy.sentences(plans, say)[0]
    codes = strategy.named_fields(load("photonics/strategy"), language)
    assert codes.iloc[0].tolist() == [strategy.OWN, 0, 0]
    assert (codes > 0).sum().tolist() == [3, 1, 5]


def _figures(annual, measure, language):
    say, values = Industry("photonics", language), annual[measure].astype(float)
    kink = find_kink(values) if turning.possible(values) else None
    others = without_each_year(values) if kink else None
    noun, write = subjects.noun("photonics", measure, "total", say), partial(stages.quantity, measure=measure)
    ahead = Prospects(values, 3, 95, noun, partial(write, language=language), language)
    return front.figures(values, measure, kink, others, ahead, say)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("sales", [("2조 3,005억 원", "2018년 매출액"), ("−15.1%", "가장 많았던 2013년에 견준 변화"),
                   ("연 −2.9%", "2010.7년 무렵 꺾인 뒤의 증가율"), ("2조 2,779억 원", "2019년 매출액 전망")]),
        ("employment", [("7,584명", "2018년 고용인원"), ("−10.2%", "가장 많았던 2013년에 견준 변화"),
                        ("연 −1.5%", "2010.5년 무렵 꺾인 뒤의 증가율"), ("7,532명", "2019년 고용인원 전망")]),
        ("firms", [("280개사", "2018년 업체 수"), ("−22.2%", "가장 많았던 2012년에 견준 변화"),
                   ("연 −2.5%", "2005.0년 무렵 꺾인 뒤의 증가율"), ("274개사", "2019년 업체 수 전망")]),
    ],
)  # fmt: skip
def test_key_figures_of_the_whole_industry(annual, measure, expected):
    assert [(value, label) for value, label, _ in _figures(annual, measure, "ko")] == expected


def test_key_figures_carry_their_bounds_and_what_is_open(annual):
    notes = {measure: [note for _, _, note in _figures(annual, measure, "ko")] for measure in stages.UNITS}
    assert notes["sales"] == ["", "", "95% 구간 −5.3~−0.3%", "95% 구간 1조 8,782억 원~2조 7,625억 원"]
    assert notes["employment"][2] == "95% 구간 −5.3~+2.4%, 줄었는지 제자리인지 가릴 수 없음"
    assert notes["firms"][2] == "95% 구간 −5.0~−0.1%, 몇몇 해의 값에 기댄 추정"


def test_key_figures_in_english(annual):
    level, change, turn, ahead = _figures(annual, "sales", "en")
    assert level == ("₩2.30 trillion", "Sales in 2018", "")
    assert change[:2] == ("−15.1%", "Change since the peak of 2013")
    assert turn == ("−2.9% a year", "Growth since it turned around 2010.7", "95% interval −5.3 to −0.3%")
    assert ahead[0] == "₩2.28 trillion"


def test_few_years_leave_level_and_change(annual):
    """From 2013 to 2016, sales fell from 27,105 to 21,471: no turn and no forecast, and the peak is the first year."""
    assert _figures(annual.loc[2013:2016], "sales", "ko") == [
        ("2조 1,471억 원", "2016년 매출액", ""),
        ("−20.8%", "2013년에 견준 변화", ""),
    ]


def test_a_turn_that_the_data_do_not_show_is_no_key_figure(annual, say_ko):
    values = pd.Series(np.exp(0.1 * np.arange(8)), index=range(2000, 2008)) * [1, 1.1, 1, 1.1, 1, 1.1, 1, 1.1]
    kink = find_kink(values)
    assert not kink.supported
    ahead = Prospects(values, 1, 95, "매출액", str, "ko")
    labels = [label for _, label, _ in front.figures(values, "sales", kink, without_each_year(values), ahead, say_ko)]
    assert labels == ["2007년 매출액", "2000년에 견준 변화", "2008년 매출액 전망"]


@pytest.mark.parametrize(
    ("segment", "values"),
    [
        ("light_sources", ["9,301억 원", "+20.0%", "40.4%", "+6.8%p"]),  # 7,750 to 9,301 of 22,705 to 23,005
        ("optical_communication", ["4,410억 원", "−0.5%", "19.2%", "−0.09%p"]),  # 4,430 to 4,410
        ("optical_information", ["32억 원", "0.0%", "0.1%", "0%p"]),  # 32 in both years
    ],
)
def test_key_figures_of_a_segment(by_sales, segment, values, say_ko):
    assert [value for value, _, _ in front.segment_figures(by_sales, segment, say_ko)] == values


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("segment", SEGMENTS)
def test_every_segment_has_key_figures_by_sales_and_by_firms(by_sales, by_firms, segment, language):
    say = Industry("photonics", language)
    for by_year in (by_sales, by_firms):
        figures = front.segment_figures(by_year, segment, say)
        assert len(figures) == 4
        assert figures[0][0] == stages.quantity(by_year.values.at[segment, 2018], by_year.measure, language)


def test_too_few_years_are_told_once(by_sales, say_ko):
    told = front.too_short(segments.actuals(by_sales, "light_sources"), "광원 및 광전소자 매출액", say_ko)
    assert told.startswith("광원 및 광전소자 매출액은 값이 3개 연도뿐이어서")
    assert "적어도 7개 연도" in told
    assert "적어도 5개 연도" in told
