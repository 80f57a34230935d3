from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_reports.korean import Word, amount, day, listing
from notebook_reports.words import Words


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
        ("연평균(2016~2020년)", "은", "이", "으로"),
        ("증가율(연 1.3%)", "은", "이", "로"),
        ("30% (추정)", "는", "가", "로"),
        ("6.8%p", "는", "가", "로"),
        ("「발전방향」(2019)", "은", "이", "으로"),
        ("(가)", "는", "가", "로"),
        ("12 km", "는", "가", "로"),
        ("3kg", "은", "이", "으로"),
        ("10", "은", "이", "으로"),
        ("2,000", "은", "이", "으로"),
        ("UAM", "은", "이", "으로"),
        ("R&D", "는", "가", "로"),
        ("URL", "은", "이", "로"),
        ("Amsterdam", "은", "이", "으로"),
        ("Google", "은", "이", "로"),
        ("Samsung", "은", "이", "으로"),
        ("Kyoto", "는", "가", "로"),
        ("HHI", "는", "가", "로"),
        ("", "는", "가", "로"),
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


def read(number):
    """The Sino-Korean reading of a whole number."""
    digits, places = "영일이삼사오육칠팔구", ("", "십", "백", "천")
    groups = [number // 10_000**place % 10_000 for place in range(4)]
    text = ""
    for group, large in zip(reversed(groups), ("조", "억", "만", ""), strict=True):
        parts = [(group // 10**place % 10, places[place]) for place in (3, 2, 1, 0)]
        text += "".join(digits[digit] + place for digit, place in parts if digit) + (large if group else "")
    return text or digits[0]


@given(st.integers(0, 10**16 - 1), st.sampled_from(["은/는", "이/가", "을/를", "과/와", "으로/로", "이라/라"]))
def test_a_number_takes_the_particle_of_its_reading(number, particle):
    expected = f"{Word(read(number)):{particle}}".removeprefix(read(number))
    assert f"{Word(number):{particle}}" == f"{number}{expected}"
    assert f"{Word(f'{number:,}'):{particle}}" == f"{number:,}{expected}"


REMARKS = st.text(st.characters(exclude_characters="()[]（）", exclude_categories=("Cs", "Cc")), max_size=8)


@given(st.text(st.sampled_from("가강달서울AL37%"), min_size=1, max_size=5), st.lists(REMARKS, min_size=1, max_size=2))
def test_a_remark_in_brackets_does_not_change_the_particle(word, remarks):
    remarked = word + "".join(f"({remark})" for remark in remarks)
    for particle in ("은/는", "으로/로"):
        expected = f"{Word(word):{particle}}".removeprefix(word)
        assert f"{Word(remarked):{particle}}" == remarked + expected


@given(st.text(max_size=12), st.sampled_from(["은/는", "이/가", "으로/로"]))
def test_any_text_takes_one_of_the_two_particles(text, particle):
    assert f"{Word(text):{particle}}" in {text + each for each in particle.split("/")}


def test_a_sentence_has_the_particle_of_what_stands_before_it():
    words = Words((), "ko")
    assert words.fill("연평균({a}~{b}년){:은/는} {c}%", {"a": 2016, "b": 2020, "c": 17}) == "연평균(2016~2020년)은 17%"
    assert words.fill("{a}({b}){:으로/로}", {"a": "서울", "b": "전국"}) == "서울(전국)로"


def test_listing():
    assert listing([]) == ""
    assert listing(["a"], "en") == "a"
    assert f"{listing(['광주', '전남']):이/가}" == "광주, 전남이"
    assert f"{listing([2010, 2012, 2013])}년" == "2010·2012·2013년"
    assert listing(["2010", "2012", "2013"], "en") == "2010, 2012 and 2013"
    assert listing([2010, "2012년"]) == "2010, 2012년"
    assert listing([3, 12, 480]) == "3, 12, 480"


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_is_written_out_and_can_be_read_back(when):
    assert [int(part[:-1]) for part in day(when).split()] == [when.year, when.month, when.day]
    assert day(when) == day(when.isoformat())
    assert day(when.isoformat()[:7]) == day(when).rpartition(" ")[0]
    assert day(when.isoformat(), "en").endswith(day(when.isoformat()[:7], "en"))
    assert f"{day(when):은/는}".endswith("일은")


@pytest.mark.parametrize("text", ["latest", "undated", "2022-13", "2022-12-31-1", ""])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"does not match|unconverted"):
        day(text)
