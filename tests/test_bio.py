import pytest

from kr_industry import bio, growth
from kr_industry.data import load, value
from kr_industry.wording import Wording


@pytest.fixture
def production():
    return load("bio/production").set_index("year")["production"].astype(float)


@pytest.fixture
def segments():
    return load("bio/segments")


def test_growth_of_production(production):
    assert bio.yearly_growth(production).round(1).to_dict() == {2017: 9.6, 2018: 4.5, 2019: 19.3, 2020: 38.2}
    rate = growth.compound_annual_growth_rate
    assert rate(production[2016], production[2020], 4) == pytest.approx(17.2, abs=0.05)
    assert rate(production[2016], production[2019], 3) == pytest.approx(11.0, abs=0.05)


@pytest.mark.parametrize(("measure", "rise", "residual"), [("production", 38.2, -3), ("exports", 53.1, 0)])
def test_segments_close_to_the_printed_total(segments, measure, rise, residual):
    table = bio.segment_table(segments, measure)
    assert table.loc["total", "growth"] == pytest.approx(rise, abs=0.05)
    assert table["contribution"].drop("total").sum() == pytest.approx(table.loc["total", "growth"])
    assert table.loc["residual", "after"] == residual


def test_medical_devices_drove_production(segments):
    table = bio.segment_table(segments, "production")
    assert table.loc["bio_medical_devices", "contribution"] == pytest.approx(22.40, abs=0.005)
    say = Wording("bio", "ko")
    assert "바이오의료기기가 22.4%p로 59%를" in bio.driver_sentence(table, "production", "total", say)


def test_growth_without_diagnostics(production):
    tests = value("bio/figures", "diagnostics_increase_2020")
    assert bio.growth_without(production[2019], production[2020], tests) == pytest.approx(16.24, abs=0.005)
    assert bio.growth_without(production[2019], production[2020], 0) == pytest.approx(38.185, abs=0.001)
    sentence = bio.diagnostics_sentence(production, tests, 38795 - 10438, Wording("bio", "ko"))
    assert "57.5%" in sentence
    assert "98.0%" in sentence


def test_export_intensity(segments):
    intensity = bio.export_intensity(segments)
    assert intensity.loc["total"].round(1).tolist() == [51.7, 57.3]
    sentence = bio.intensity_sentence(intensity, "total", Wording("bio", "ko"))
    assert "바이오의료기기가 77.1%로" in sentence
    assert "4개 분야(바이오식품, 바이오장비 및 기기, 바이오환경, 바이오자원)" in sentence


def test_people_and_money(production):
    say = Wording("bio", "ko")
    people = bio.people_sentence(
        load("bio/education"), value("bio/figures", "workforce_2020"), production[2020], 23.8, say
    )
    assert "1인당 생산은 3.3억 원" in people
    assert "23.7%" in people
    money = bio.money_sentence(load("bio/budgets"), say)
    assert "연평균 31.5%" in money
    assert "연평균 5.5% 이상" in money
