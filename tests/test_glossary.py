"""Terms that a page explains: what is linked, to what, and that nothing else of the page changes."""

import re

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from notebook_reports import FRONT
from notebook_reports.glossary import MOST, PLACE, Term, explained, read_terms
from notebook_reports.report import Report
from notebook_reports.words import WordsError, own_words

OWN = ROOT / "notebooks" / "glossary.yml"
TERMS = [
    Term("growth", "연평균 증가율", ("연평균 증가율", "연평균"), "해마다 <같은> 비율."),
    Term("point", "%p", ("%p",), "차이의 단위."),
    Term("added", "부가가치", ("부가가치",), "새로 만든 것."),
    Term("rnd", "R&D", ("R&D",), "연구와 개발."),
    Term("change", "개정", ("개정",), "고친 것."),
    Term("led", "LED", ("LED",), "빛을 내는 것."),
]


def page(body, terms=TERMS, language="ko"):
    head, foot = "<html><head><title>연평균</title></head><body>", "<footer>연평균</footer></body></html>"
    return explained(f"{head}<main>{body}\n{PLACE}</main>{foot}", terms, own_words(language))


def linked(body, terms=TERMS):
    """What is linked, with the identifiers of the terms."""
    found = BeautifulSoup(page(body, terms), "html.parser").select("main a.term")
    return [(link.get_text(), link["href"].removeprefix("#term-")) for link in found]


def without(html):
    """A page as it was before terms were linked."""
    html = re.sub(r'<section class="terms">.*?</section>', PLACE, html, flags=re.DOTALL)
    return re.sub(r'<a class="term" [^>]*>(.*?)</a>', r"\1", html)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("연평균 증가율은 3%이다.", [("연평균 증가율", "growth")]),
        ("(연평균\n증가율)", [("연평균\n증가율", "growth")]),
        ("연평균으로는 3% 늘었다.", [("연평균", "growth")]),
        ("3.2%p로 높아졌다. %p이다.", [("%p", "point")]),
        ("%points", []),
        ("부가가치세는 부가가치와 다르다.", [("부가가치", "added")]),
        ("총부가가치", []),
        ("개정된 값", [("개정", "change")]),
        ("재개정", []),
        ("R&amp;D를", [("R&amp;D", "rnd")]),
        ("led 조명", [("led", "led")]),
        ("LEDs, OLED, rolled", []),
        ("LED와 LED", [("LED", "led")]),
    ],
)
def test_a_term_is_found_with_particles_but_not_inside_other_words(text, found):
    assert linked(f"<p>{text}</p>") == [(name.replace("&amp;", "&"), term) for name, term in found]


def test_only_the_first_use_in_open_text_is_linked():
    closed = (
        "<h2>연평균</h2><h3 class='x'>연평균</h3><figure><svg><text>연평균</text></svg></figure>"
        "<table><caption>연평균</caption><thead><tr><th>연평균</th></tr></thead></table><pre>연평균</pre><code>연평균</code>"
        '<a href="#">연평균</a><p class="source">연평균</p><dd class="value">연평균</dd>'
        '<div class="table" id="sources"><div><table><tr><td>연평균</td></tr></table></div></div>'
        '<img alt="연평균 > 1"><!-- 연평균 -->'
        "<details><summary>연평균</summary><p>연평균 1</p></details>"
    )
    html = BeautifulSoup(page(closed + "<p>연평균 2</p><p>연평균 3</p>"), "html.parser")
    (link,) = html.select("a.term")
    assert link.parent.get_text() == "연평균 2"
    (folded,) = BeautifulSoup(page(closed), "html.parser").select("a.term")
    assert folded.parent.get_text() == "연평균 1"


def test_the_list_has_the_terms_of_the_page_each_with_a_way_back():
    html = page("<p>%p와 연평균</p>")
    listed = BeautifulSoup(html, "html.parser").select_one("section.terms")
    assert [name.get_text() for name in listed.select("dt")] == ["%p", "연평균 증가율"]
    for back in listed.select("dd a"):
        assert f'id="{back["href"][1:]}"' in html
        assert back["aria-label"]
    assert "&lt;같은&gt;" in html
    assert "terms" not in page("<p>다른 것</p>")
    assert PLACE not in html + page("") + page("<p>연평균</p>", [])


def test_of_too_many_terms_those_are_listed_that_are_used_first():
    many = [Term(f"t{number}", f"말{number}", (f"말{number}",), "뜻") for number in range(MOST + 5)]
    body = "".join(f"<p>말{number}</p>" for number in reversed(range(MOST + 5)))
    assert [term for _, term in linked(body, many)] == [f"t{number}" for number in reversed(range(5, MOST + 5))]


WORDS = ["연평균", "연평균 증가율은", "%p", "부가가치", "R&amp;D", "R&D", "&lt;연평균&gt;", "<", ">", " ", "\n"]
TAGS = ["<b>", "</b>", "<p title='\">'>", "</p>", "<details>", "</details>", "<summary>연평균</summary>"]
TAGS += ['<a href="연평균">', "</a>", "<svg viewBox='0 0 1 1'>", "</svg>"]
PIECES = st.sampled_from(WORDS + TAGS)


@given(st.lists(PIECES, max_size=30))
def test_nothing_else_of_a_page_changes(pieces):
    body = "".join(pieces)
    html = page(body)
    assert without(html).replace(PLACE, "") == page(body, [])
    assert len(re.findall(r' id="use-', html)) == len(re.findall(r'<dt id="term-', html)) <= len(TERMS)


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_a_glossary_says_is_text(name, text):
    term = Term("a", name + "연평균", ("연평균",), text)
    html = page("<p>연평균</p>", [term])
    dt, dd = BeautifulSoup(html, "html.parser").select("section.terms dt, section.terms dd")
    assert dt.find() is None
    assert [child.name for child in dd.find_all()] == ["a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1", "term 'a': expected ko and en"),
        ("a: {ko: {term: 가, text: 나}}", "term 'a': expected ko and en"),
        ("a: {ko: {term: 가, text: 나, als: [다]}, en: {term: a, text: b}}", "term 'a': expected ko and en"),
        ("a: {ko: {term: 가, text: 나, also: ['']}, en: {term: a, text: b}}", "term 'a': a spelling is empty"),
        ("A: {ko: {term: 가, text: 나}, en: {term: a, text: b}}", "term 'A': expected ko and en"),
        (
            "a: {ko: {term: 가, text: 나}, en: {term: a, text: b}}\n"
            "b: {ko: {term: 다, text: 라}, en: {term: b, also: [A], text: b}}",
            "term 'b': 'a' has one of its spellings too",
        ),
    ],
)
def test_a_glossary_of_another_form_is_refused(tmp_path, text, message):
    path = tmp_path / "glossary.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WordsError, match=message):
        read_terms(path, "ko")


def test_a_report_hands_its_glossary_to_the_page(monkeypatch):
    shown = []
    monkeypatch.setattr("notebook_reports.report._show", shown.append)
    for options in ({}, {"glossary": OWN}):
        Report("en", **options).front("title", "subject", "vintage", ["finding"])
    bare, explaining = shown
    assert FRONT in bare
    assert bare.keys() ^ explaining.keys() == {"application/vnd.notebook-reports.glossary+json"}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_glossary_of_the_notebooks(language):
    terms = read_terms(OWN, language)
    assert len({term.id for term in terms}) == len(terms)
    for term in terms:
        assert term.text.endswith(".")
        assert len(re.findall(r"[.?!](?: |$)", term.text)) <= 3, term
        assert bool(re.search("[가-힣]", term.text)) == (language == "ko"), term
    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.words.yml"))
    texts += "".join(path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb"))
    texts = texts.replace("{confidence}", "95").replace("{band}", "90") + (ROOT / "data" / "labels.csv").read_text(
        "utf-8"
    )
    used = {term.id for term in terms if any(text.casefold() in texts.casefold() for text in term.spellings)}
    assert language == "en" or used == {term.id for term in terms}


def test_no_term_of_the_notebooks_is_linked_in_its_own_list():
    terms = read_terms(OWN, "ko")[:MOST]
    body = "".join(f"<p>{term.name}</p>" for term in terms)
    assert len(BeautifulSoup(page(body, terms), "html.parser").select("a.term")) == len(terms)
