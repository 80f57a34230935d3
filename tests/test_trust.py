"""The section on whether a report's figures can be trusted, on the real audit, in both languages."""

import numpy as np
import pytest

from kr_industry import grids, style
from kr_industry.audit import audit
from kr_industry.data import load
from kr_industry.trust import Trust


@pytest.fixture(scope="module")
def checked():
    return audit()


@pytest.fixture
def trust(checked):
    def make(topic="photonics/", source="photonics_2019", values="corrected", language="ko"):
        return Trust(checked, load("corrections"), topic, [source], values, language)

    return make


def test_counts_add_up_to_the_figures_of_the_topic(trust, checked):
    ours = trust()
    results = {name: value for name, value, _ in ours.results()}
    assert results["audit_figures"] == ours.squares().to_numpy().sum()
    assert results["audit_contradicted"] == 12
    unchecked = checked.counts("photonics/")["unchecked"]
    assert results["audit_verified"] + results["audit_contradicted"] + unchecked == results["audit_figures"]
    assert results["audit_within_rounding"] < results["audit_verified"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_topic_without_contradictions_says_so(trust, language):
    bio = trust("bio/", "bio_2022", language=language)
    assert ("모순되는 수치는 없고" if language == "ko" else "None contradicts another") in bio.counts_sentence()
    assert bio.values_sentences() == []
    assert len(bio.conflicts()) == 0
    assert [caption for _, caption in bio.tables()] == [bio.say("caption_claims")]


def test_the_values_in_use_are_named(trust):
    corrected, left = trust().values_sentences()
    assert "8개" in corrected
    assert "정정한 값으로 계산했다" in corrected
    assert left.startswith("4개는 고치지 않고")
    assert "원문 값 그대로 계산했다" in trust(values="printed").values_sentences()[0]


def test_each_contradiction_has_printed_recomputed_and_corrected_value(trust):
    rows = trust().conflicts().set_index("수치")
    light = rows.loc["표 5 분야별 매출 · 2019년 전망 광원 및 광전소자 매출액"]
    assert list(light[["원문", "검산", "정정"]]) == ["9,205", "9,792~9,795", "9,795"]
    open_ended = rows.loc["표 8 매출 규모별 · 2018년 100억 원 이상 업체 수"]
    assert list(open_ended[["원문", "검산", "정정"]]) == ["27", "43(다른 쪽이 맞다면)", "–"]
    assert list(rows["근거"]).count("위와 같음") == 3


def test_doubt_is_told_only_where_it_is(trust):
    assert "4개" in trust().doubts("photonics/size_classes")[0]
    assert trust().doubts("photonics/annual") == []


def test_claims_that_compare_unlike_things_get_that_said(trust):
    rows = trust(language="en").claims().set_index("Statement")
    gdp = rows.loc["At ₩79.2 trillion, photonics was about 5% of GDP in 2018."]
    assert gdp["Verdict"] == "Compares unlike things"
    assert "GDP is value added" in gdp["Remark"]
    trend = rows.filter(like="Optical materials are", axis="index").iloc[0]
    assert list(trend) == ["Contradicted", "set against 28."]


def test_claims_are_counted_without_empty_classes(trust):
    told = trust("bio/", "bio_2022").claims_sentences()
    assert "모순" not in told[0]
    assert "일치" in told[0]
    assert told[1].startswith("이 가운데 1건은")


@pytest.mark.parametrize("topic", ["photonics/", "bio/", "regions/"])
def test_squares_show_every_figure_once(trust, topic):
    counts = trust(topic).squares()
    figure = grids.squares(counts, style.VERDICTS, "x")
    assert len(figure.axes[0].patches) == (counts.sum() > 0).sum()
    areas = sum(_area(patch.get_path()) for patch in figure.axes[0].patches)
    assert areas == pytest.approx(0.8 * counts.to_numpy().sum())


def _area(path):
    """Area of a path of rectangles."""
    return sum(np.ptp(corners, axis=0).prod() for corners in (path.vertices[i : i + 4] for i in range(0, len(path), 5)))
