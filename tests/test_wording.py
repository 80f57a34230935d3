import string

import pytest

from kr_industry.wording import LANGUAGES, Wording, names, templates

TOPICS = ("common", "photonics", "bio", "regions", "trust", "prospects")


@pytest.mark.parametrize("topic", TOPICS)
def test_every_sentence_stands_in_both_languages_with_the_same_fields(topic):
    for key, texts in templates(topic).items():
        assert set(texts) == set(LANGUAGES), key
        fields = {
            language: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for language, text in texts.items()
        }
        assert all(texts.values()), key
        # Korean writes "열일곱 시도" out where English counts, so one may leave a field out, but not invent one.
        assert fields["ko"] <= fields["en"] or fields["en"] <= fields["ko"], key


def test_no_korean_is_left_in_english_sentences():
    for topic in TOPICS:
        for key, texts in templates(topic).items():
            assert not any("가" <= letter <= "힣" for letter in texts["en"]), key


def test_negative_numbers_get_a_minus_sign_and_ranges_keep_their_dash():
    say = Wording("photonics", "ko")
    assert say("rate", first_year=2013, last_year=2018, rate=-3.226) == "2013–2018년 −3.2%"


def test_zero_has_no_sign():
    say = Wording("photonics", "en")
    assert say("rate", first_year=2012, last_year=2013, rate=0.0) == "0.0% in 2012–2013"
    assert say("rate", first_year=2012, last_year=2013, rate=-0.04) == "0.0% in 2012–2013"
    assert say("rate", first_year=2012, last_year=2013, rate=0.06) == "+0.1% in 2012–2013"


def test_names_are_in_the_order_of_their_file_and_small_inside_a_sentence():
    assert list(names("photonics_segment", "ko"))[:2] == ["total", "optical_communication"]
    assert names("bio_segment", "en", inline=True)["bio_food"] == "bio food"
    assert names("region", "ko")["gwangju"] == "광주"


def test_unknown_language_and_group_are_told():
    with pytest.raises(ValueError, match="expected one of ko, en"):
        Wording("bio", "fr")
    with pytest.raises(KeyError, match="nonsense"):
        names("nonsense", "ko")


def test_names_handed_out_may_be_changed_without_harm():
    names("values", "ko").clear()
    assert list(names("values", "ko")) == ["printed", "corrected"]
