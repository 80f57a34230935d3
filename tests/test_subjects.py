from functools import partial

import pandas as pd
import pytest

from kr_industry import subjects
from kr_industry.photonics.industry import Industry
from kr_industry.wording import Wording

WORDS = {"photonics": partial(Industry, "photonics"), "bio": partial(Wording, "bio")}


@pytest.mark.parametrize(
    ("industry", "measure", "segment", "language", "noun"),
    [
        ("photonics", "sales", "total", "ko", "매출액"),
        ("photonics", "firms", "optical_materials", "en", "firms of optical materials"),
        ("bio", "exports", "bio_food", "ko", "바이오식품 수출"),
        ("bio", "production", "total", "en", "production"),
    ],
)
def test_nouns_as_they_stand_in_a_sentence(industry, measure, segment, language, noun):
    assert subjects.noun(industry, measure, segment, WORDS[industry](language)) == noun


def test_a_front_page_says_its_title_its_subject_and_its_data():
    say, values = Industry("photonics", "en"), pd.Series({1999: 1.0, 2018: 2.0})
    front = subjects.front("photonics", values, "sales", "total", say)
    assert front["title"] == say("title")
    assert front["subject"].endswith("1999–2018, measured by sales")
    assert front["vintage"] == say("vintage")


def test_titles_and_subjects_name_the_segment_and_its_years():
    say = Wording("bio", "ko")
    values = pd.Series({2019: 1.0, 2020: 2.0})
    assert subjects.title("bio", "total", say) == "국내 바이오산업의 성장"
    assert subjects.title("bio", "bio_food", say) == "국내 바이오산업: 바이오식품"
    assert subjects.subject("bio", values, "exports", "bio_food", say).endswith("바이오식품, 2019–2020년, 수출 기준")
    assert subjects.subject("bio", values, "exports", "total", say).startswith("국내 바이오산업 전체, 2019–2020년")
