import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry import regions
from kr_industry.data import load
from kr_industry.wording import Wording


def _matrix(source, coding="broad"):
    coded = regions.code(load("regions/terms"), load("regions/codebook"), coding)
    return regions.choices(coded, list(load("regions/regions")["id"]), list(load("regions/technologies")["id"]), source)


def _who(matrix, technology):
    return set(matrix.index[matrix[technology]])


def test_choices_by_keyword():
    matrix = _matrix("keywords")
    assert matrix.to_numpy().sum() == 15
    assert _who(matrix, "aerospace") == {"incheon", "daejeon", "jeonnam", "gyeongnam"}
    assert _who(matrix, "advanced_biotechnology") == {"daegu", "gangwon", "jeju"}
    assert set(matrix.index[~matrix.any(axis=1)]) == {"busan", "sejong", "jeonbuk", "gyeongbuk"}
    assert set(matrix.columns[~matrix.any()]) == {
        "mobile_5g_6g", "advanced_robotics_manufacturing", "quantum", "cybersecurity",
    }  # fmt: skip


def test_the_explicit_rule_leaves_daegu_out():
    broad, explicit = _matrix("keywords"), _matrix("keywords", "explicit")
    difference = broad & ~explicit
    assert [(r, t) for r in difference.index for t in difference.columns if difference.at[r, t]] == [
        ("daegu", "advanced_biotechnology")
    ]


def test_choices_by_programme():
    matrix = _matrix("programmes")
    assert _who(matrix, "semiconductors_displays") == {"gwangju", "daejeon", "gyeonggi", "chungbuk", "jeonnam"}
    assert _who(matrix, "advanced_biotechnology") == {"gwangju", "gyeonggi", "gangwon", "jeonnam", "gyeongbuk"}
    assert (~matrix.any(axis=1)).sum() == 9


def test_overlaps_and_what_was_kept():
    keywords, programmes = _matrix("keywords"), _matrix("programmes")
    # four aerospace provinces make 6 pairs, three of biotechnology 3, and four technologies of two one each
    assert regions.overlapping_pairs(keywords) == 6 + 3 + 4
    both = keywords & programmes
    assert set(both.index[both.any(axis=1)]) == {
        "gwangju", "daejeon", "gyeonggi", "gangwon", "chungbuk", "jeonnam", "gyeongnam",
    }  # fmt: skip
    fate = regions.kept(keywords, programmes)
    assert [(fate.to_numpy() == code).sum() for code in (1, 2, 3)] == [8, 11, 7]


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=8), st.randoms())
def test_neither_order_nor_names_change_the_overlap(rows, random):
    matrix = pd.DataFrame(rows, index=[f"r{i}" for i in range(len(rows))], columns=list("abcd"))
    shuffled = matrix.sample(frac=1, random_state=random.randrange(1000)).sample(frac=1, axis=1, random_state=1)
    assert regions.overlapping_pairs(shuffled) == regions.overlapping_pairs(matrix)
    again = regions.ordered(matrix)
    assert again.loc[matrix.index, matrix.columns].equals(matrix)
    assert list(again.sum()) == sorted(matrix.sum(), reverse=True)


@pytest.mark.parametrize("source", ["keywords", "programmes", "both"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_province_has_its_sentence(source, language):
    matrix, say = _matrix(source), Wording("regions", language)
    for region in matrix.index:
        sentence = regions.region_sentence(matrix, region, source, say)
        assert sentence.strip().endswith(".")
    assert regions.coverage_sentence(matrix, say)
    assert regions.crowd_sentence(matrix, say)


def test_sentences_of_the_country():
    say = Wording("regions", "ko")
    assert "13곳이 10대 기술을 하나 이상 들었고, 이들이 든 기술은 모두 6가지" in regions.coverage_sentence(
        _matrix("keywords"), say
    )
    assert "우주·항공으로 4곳(인천, 대전, 전남, 경남)" in regions.crowd_sentence(_matrix("keywords"), say)
    assert "15개 가운데 7개가" in regions.kept_sentence(_matrix("keywords"), _matrix("programmes"), say)
    assert "10대 기술을 들지 않았다" in regions.region_sentence(_matrix("both"), "busan", "both", say)


def test_terms_of_a_province_carry_their_reason_and_whether_they_count():
    tables = load("regions/terms"), load("regions/codebook")
    say = Wording("regions", "ko")
    row = regions.terms_for_readers(*tables, "jeju", "both", "broad", say).set_index("용어(원문)").loc["청정바이오"]
    assert row["기술"] == "첨단 바이오"
    assert row["집계"] == "예"
    assert "건강·뷰티" in row["분류 근거"]
    # Jeonbuk's bio projects stand in the bio digest only, which is not counted
    jeonbuk = regions.terms_for_readers(*tables, "jeonbuk", "both", "broad", say)
    assert "첨단 바이오" in set(jeonbuk["기술"])
    assert set(jeonbuk["집계"]) == {"–"}


def test_an_unknown_coding_is_told():
    with pytest.raises(ValueError, match="expected one of explicit, broad"):
        regions.code(load("regions/terms"), load("regions/codebook"), "loose")
