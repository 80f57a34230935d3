from functools import partial

import pandas as pd
import pytest

from kr_industry.data import load
from kr_industry.photonics.stages import quantity
from kr_industry.prospects import Prospects


def _prospects(first=1999, last=2018, horizon=3, confidence=95, language="ko", measure="sales"):
    values = load("photonics/annual").set_index("year").loc[first:last, measure].astype(float)
    noun = {"ko": {"sales": "매출액", "firms": "업체 수"}, "en": {"sales": "sales", "firms": "firms"}}[language]
    write = partial(quantity, measure=measure, language=language)
    return Prospects(values, horizon, confidence, noun[measure], write, language)


def test_the_forecast_stands_beside_the_naive_one_with_its_bounds():
    told = _prospects().sentences()
    assert told[0].startswith("2019년 매출액 전망은 2조 2,779억 원이고")
    assert "95% 구간은 1조 8,782억 원에서 2조 7,625억 원까지이다" in told[0]
    assert told[0].endswith("단순 전망은 2조 3,005억 원이다.")
    assert "2021년에는" in told[1]
    assert "2012–2018년의 7개 값만" in told[2]
    assert len(_prospects(horizon=1).sentences()) == 2


def test_a_short_run_is_refused_with_what_it_needs():
    short = _prospects(last=2014)
    assert not short.possible
    assert short.finding() == short.refusal()
    assert "값이 3개뿐이어서" in short.refusal()
    assert "적어도 5년" in short.refusal()


@pytest.mark.parametrize(("value", "words"), [(25278, "높고 95% 구간 안에"), (19000, "낮고 95% 구간 안에"),
                                              (30000, "높고 95% 구간을 벗어난다")])  # fmt: skip
def test_what_others_expected_is_placed(value, words):
    (told,) = _prospects().compared(pd.Series({2019: value, 2031: 1.0}), "한국광산업진흥회")
    assert told.startswith("한국광산업진흥회는 2019년을")
    assert words in told


def test_what_came_later_is_placed():
    told = _prospects(last=2016).compared(pd.Series({2017: 22705.0, 2018: 23005.0}))
    assert told[0].startswith("2017년의 실적은 2조 2,705억 원이다(2016년보다 +5.7%).")
    assert len(told) == 2


@pytest.mark.parametrize(("measure", "language", "words"), [
    ("sales", "ko", "이 전망이 가장 작지만 4번으로는"), ("sales", "en", "The method missed by least, but 4 forecasts"),
    ("firms", "ko", "평균 절대오차는 이 전망 3.0%, 단순 전망 3.6%"),
])  # fmt: skip
def test_the_record_names_whichever_did_best(measure, language, words):
    assert words in _prospects(measure=measure, language=language).record_sentence()


def test_results_carry_bounds():
    found = {name: rest for name, *rest in _prospects(horizon=1).results("sales", "100 million won")}
    assert list(found) == ["forecast_sales_2019", "naive_sales_2019"]
    value, unit, low, high = found["forecast_sales_2019"]
    assert unit == "100 million won"
    assert low < value < high


def test_numbers_and_record_are_whole():
    prospects = _prospects(language="en")
    assert prospects.numbers()["Year"].tolist() == ["2019", "2020", "2021"]
    assert len(prospects.record()) == 9
