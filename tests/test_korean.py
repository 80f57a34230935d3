import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_reports.korean import Word, amount, listing


@pytest.mark.parametrize(
    ("text", "topic", "subject", "means"),
    [
        ("광통신", "은", "이", "으로"),
        ("광소재", "는", "가", "로"),
        ("서울", "은", "이", "로"),
        ("광원 및 광전소자", "는", "가", "로"),
        ("2013", "은", "이", "으로"),
        ("2018", "은", "이", "로"),
        ("2012", "는", "가", "로"),
        ("5G", "는", "가", "로"),
        ("AI", "는", "가", "로"),
        ("LED", "는", "가", "로"),
        ("ICT·PCR", "은", "이", "로"),
        ("1.3%", "는", "가", "로"),
        ("2조 3,005억 원", "은", "이", "으로"),
        ("첨단 바이오(의료)", "는", "가", "로"),
        ("발전방향(2019), 표", "는", "가", "로"),
        ("발전방향(2019), 표 3", "은", "이", "으로"),
        ("‘전남’", "은", "이", "으로"),
    ],
)
def test_particles_fit(text, topic, subject, means):
    word = Word(text)
    assert f"{word:은/는}" == text + topic
    assert f"{word:이/가}" == text + subject
    assert f"{word:으로/로}" == text + means


@given(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3))
def test_every_syllable_takes_one_of_two_particles_by_its_final_consonant(syllable):
    closed = (ord(syllable) - 0xAC00) % 28 != 0
    assert f"{Word(syllable):을/를}" == syllable + ("을" if closed else "를")


@given(st.integers(100, 10_000_000))
def test_an_amount_can_be_read_back(eok):
    text = amount(eok).removesuffix(" 원").replace(",", "")
    trillions, _, rest = text.rpartition("조")
    assert int(trillions or 0) * 10_000 + int(rest.strip().removesuffix("억") or 0) == eok


def test_amounts_in_both_languages():
    assert amount(23005) == "2조 3,005억 원"
    assert amount(-1200) == "-1,200억 원"
    assert amount(82.16) == "82.2억 원"
    assert amount(23005, "en") == "₩2.30 trillion"
    assert amount(82.16, "en") == "₩8.2 billion"


def test_listing():
    assert listing([]) == ""
    assert listing(["a"], "en") == "a"
    assert f"{listing(['광주', '전남']):이/가}" == "광주, 전남이"
