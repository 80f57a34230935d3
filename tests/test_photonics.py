import pytest

from kr_industry import photonics
from kr_industry.data import load
from kr_industry.wording import Wording


@pytest.fixture
def annual():
    return load("photonics/annual").set_index("year")


def test_segments_of_2018(say_ko):
    parts = photonics.segment_table(load("photonics/segment_sales"))
    assert parts.loc["total", ["before", "after"]].tolist() == [22705, 23005]
    assert parts["contribution"].round(2).to_dict() == {
        "optical_communication": -0.09, "light_sources": 6.83, "precision_optics": -1.18, "optical_materials": 0.96,
        "optical_information": 0.0, "optical_instruments": -5.2, "total": 1.32,
    }  # fmt: skip
    sentence = photonics.driver_sentence(parts, "total", say_ko)
    assert "광원 및 광전소자가 +6.8%p로 가장 크고, 광학기기가 −5.2%p로 가장 작다" in sentence


@pytest.fixture
def say_ko():
    return Wording("photonics", "ko")


def test_scale_names_start_peak_and_end(annual, say_ko):
    sentence = photonics.scale_sentence(annual, "sales", say_ko)
    assert sentence.startswith("매출액은 1999년 1,136억 원에서 2013년 2조 7,105억 원으로 늘었다.")
    assert sentence.endswith("2018년은 2조 3,005억 원으로 이보다 15.1% 적다.")
    falling = photonics.scale_sentence(annual.loc[2013:2016], "sales", say_ko)
    assert falling == "매출액은 2013년 2조 7,105억 원에서 20.8% 줄어 2016년 2조 1,471억 원이 되었다."


@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_measure_has_its_sentences(annual, measure, language):
    say = Wording("photonics", language)
    rates = photonics.interval_growth(annual, measure)
    assert "2018" in photonics.scale_sentence(annual, measure, say)
    assert photonics.rates_sentence(rates, measure, say).count("%") == len(rates)


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        ("light_sources", "20.0% 늘었고, 전체 증가율 1.3%에 대한 기여도는 +6.83%p이다"),
        ("optical_instruments", "16.7% 줄었고, 전체 증가율 1.3%에 대한 기여도는 −5.20%p이다"),
        ("optical_information", "전년과 같아"),
    ],
)
def test_one_segment_rises_falls_or_stays(segment, words, say_ko):
    parts = photonics.segment_table(load("photonics/segment_sales"))
    assert words in photonics.driver_sentence(parts, segment, say_ko)


def test_firms_name_every_segment_that_ties(say_ko):
    sentence = photonics.firms_sentence(load("photonics/segment_firms"), "total", say_ko)
    assert "광학기기가 9개사 늘어" in sentence
    assert "광통신, 광원 및 광전소자가 각각 4개사 줄어" in sentence


def test_the_two_totals_of_the_outlook_and_the_cell_between_them_are_told(say_ko):
    totals, sales = load("photonics/sales"), load("photonics/segment_sales")
    told, cause = photonics.outlook_sentences(totals, sales, say_ko)
    assert "표 7에서 2조 5,278억 원, 표 5의 합계에서 2조 4,688억 원으로" in told
    assert "9.9%라고 적었으나 다시 계산하면 각각 9.9%와 7.3%" in told
    assert "9,205억 원은 함께 적힌 증가율(5.3%)·비중(38.7%)과 맞지 않고, 9,795억 원이 되면" in cause
    assert photonics.outlooks(totals, sales, say_ko).iloc[-2:].tolist() == [24688, 25278]


def test_a_peak_in_the_last_year_is_said(annual, say_ko):
    assert "2013년의 매출액이 가장 크다" in photonics.together_sentence(annual.loc[:2013], say_ko)
