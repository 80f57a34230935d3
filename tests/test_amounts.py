"""Amounts as Korean documents write them: known prints, and whatever is written can be read again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry.amounts import amounts, in_unit, readings


@pytest.mark.parametrize(
    ("text", "unit", "values"),
    [
        ("10조1,457억원", "eok_won", [101457]),
        ("2조7,782억 원 증가", "eok_won", [27782]),
        ("4조1천255억원", "eok_won", [41255]),
        ("1천 5백억 원", "eok_won", [1500]),
        ("1,136억원", "eok_won", [1136]),
        ("2018년 79.2조 원", "trillion_won", [79.2]),
        ("(’17) 2.6조원", "trillion_won", [2.6]),
        ("402 billion", "eok_won", [4020]),
        ("12,208", "eok_won", [12208]),
        ("53,546명", "persons", [53546]),
        ("100만 명 규모", "persons", [1000000]),
        ("1,000여명", "persons", [1000]),
        ("38.2%", "percent", [38.2]),
        ("8.2→22%", "percent", [8.2, 22]),
        ("각각 전년대비 307.5%, 164.1%", "percent", [307.5, 164.1]),
        ("135개사(48.2%)", "firms", [135]),
        ("135개사(48.2%)", "percent", [48.2]),
        ("306만9,000개", "firms", [3069000]),
        ("22만6000달러", "usd", [226000]),
        ("1조6,000억~1조7,000억 달러", "usd_100m", [16000, 17000]),
        ("80채널", "channels", [80]),
        ("1,040만 9,000㎡", "square_metres", [10409000]),
        ("27.1만", "square_metres", [271000]),
        ("비율은 약 각각 1/3", "percent", []),
        ("세 가지", "count", []),
        ("매출 1,136억원", "persons", []),
    ],
)
def test_what_documents_print(text, unit, values):
    assert [float(value) for value in readings(text, unit)] == values


def _written(eok, spaced, commas):
    """So many 억 won as a document writes them."""
    parts = [(eok // 10_000, "조"), (eok % 10_000, "억")]
    texts = [f"{number:,}{word}" if commas else f"{number}{word}" for number, word in parts if number]
    return (" " if spaced else "").join(texts) + ("" if spaced else "원")


@given(st.integers(1, 99_999_999), st.booleans(), st.booleans())
def test_an_amount_of_won_is_read_as_it_was_written(eok, spaced, commas):
    assert readings(f"생산은 {_written(eok, spaced, commas)}으로 늘었다", "eok_won") == [eok]
    assert readings(_written(eok, spaced, commas), "trillion_won") == [Decimal(eok) / 10_000]


@given(st.integers(0, 9_999_999), st.integers(0, 99), st.sampled_from(["%", "명", "개사"]))
def test_a_number_with_a_unit_is_read_as_it_was_written(number, cents, word):
    value = Decimal(number) + Decimal(cents) / 100
    (amount,) = amounts(f"{value:,}{word}")
    assert amount.value == value
    assert in_unit(amount, {"%": "percent", "명": "persons", "개사": "firms"}[word]) == value
    assert in_unit(amount, "eok_won") is None


@given(st.text(alphabet="0123456789,. 조억만천백십원명%→~개사여가", max_size=30))
def test_any_text_is_read_without_an_error(text):
    for amount in amounts(text):
        assert amount.value >= 0
