"""The committed pages as scripts/read_pages.py measures them; and that it sees what is wrong with others."""

import csv
import re
import sys
from urllib.parse import unquote

import pytest
from conftest import ROOT

from notebook_reports.plan import ReportSpec, read_plan

sys.path.append(str(ROOT / "scripts"))
import page_measures
import read_pages

REPORTS = ROOT / "reports"
KEYS = [spec.key for spec in read_plan(REPORTS / "reports.yml", ROOT / "notebooks")]


@pytest.fixture(scope="module")
def pages():
    return page_measures.read(REPORTS)[0]


@pytest.fixture(scope="module")
def links():
    """By file, the places that can be linked to, and the links that the page has."""
    found = {}
    for path in REPORTS.rglob("*.html"):
        tags = re.findall(r"<(?!/)[^>]+>", path.read_text(encoding="utf-8"))
        places = {match[1] for tag in tags if (match := re.search(r'\sid="([^"]+)"', tag))}
        found[path] = places, [match[1] for tag in tags if (match := re.match(r'<a\b[^>]*?\shref="([^"]+)"', tag))]
    return found


@pytest.fixture(params=KEYS)
def page(pages, request):
    return next(page for page in pages if page.key == request.param)


def test_first_screens_of_topics_are_short_and_have_all_their_parts(pages):
    assert read_pages.covers(pages) == []


def test_no_sentence_stands_twice_on_a_page(page):
    assert page.doubled == []


def test_pages_on_segments_or_provinces_share_at_most_half_of_their_open_sentences(pages):
    assert len(page_measures.groups(pages)) == 3
    assert read_pages.shared(pages, show=False) == []


def test_a_page_explains_terms_that_it_uses(page, links):
    places, leads = links[REPORTS / f"{page.key}.html"]
    terms = {place for place in places if place.startswith("term-")}
    assert terms
    assert {f"#{term}" for term in terms} <= set(leads)


def test_few_charts_stand_open(pages):
    assert read_pages.charts(pages) == []


def test_charts_are_numbered_once_and_in_order(page):
    assert page.chart_numbers == list(range(1, len(page.chart_numbers) + 1))
    assert page.chart_numbers


def test_titles_tell_pages_apart(pages):
    assert read_pages.titles(pages) == []


def test_pages_the_index_and_their_folder_are_small():
    assert read_pages.sizes(REPORTS) == []


def test_sources_have_one_name_everywhere(page):
    assert page.unknown_sources == []


def test_links_between_and_within_pages_lead_somewhere(links):
    assert len(links) == len(KEYS) + 1
    broken = []
    for path, (_, hrefs) in links.items():
        for href in hrefs:
            file, _, place = href.partition("#")
            if re.match(r"[a-z]+:", href):
                continue
            target = (path.parent / unquote(file)).resolve() if file else path
            there = links[target][0] if target in links else set()
            if not target.is_file() or (place and unquote(place) not in there):
                broken.append(f"{path.relative_to(REPORTS)}: {href}")
    assert broken == []


def test_every_page_leads_to_its_topic_and_to_the_index(links, pages):
    for page in pages:
        path = REPORTS / f"{page.key}.html"
        whole = next(each for each in pages if each.spec.cover and each.spec.notebook == page.spec.notebook)
        assert "../index.html" in links[path][1], page.key
        if not page.spec.cover:
            assert any(href.startswith(f"{whole.spec.name}.html") for href in links[path][1]), page.key


# That the measures see what they are to see

FRONT = """<header class="front"><h1>시험</h1><p class="headline">{}</p>
<ul class="findings"><li>둘째 문장은 여기 있다.</li></ul>
<dl class="figures"><div><dt>광주의 수소</dt><dd class="value">3곳</dd></div></dl>
<p class="unknown"><b>알 수 없는 것</b> 나머지는 모른다.</p><figure class="chart"></figure></header>"""
BODY = """<h2>물음은 여기에 한 번 더</h2><p>{} 서울에는 기술 3가지가 소개되었다.</p>
<table><caption>표의 이름은 네 낱말</caption><tr><td>값 하나 둘 셋</td></tr></table>
<details class="how"><p>접힌 곳의 문장도 세어야 한다.</p>
<figure class="chart"><p class="chart-title"><b>그림 2.</b> 접힌 그림</p></figure>
<p class="source">출처: 아무도 모르는 자료(2020), 표 1; 이 보고서의 추정</p></details>
<h2>방법과 한계</h2><p>방법은 열린 문장이 아닌 것으로 센다.</p>
<details class="code"><pre>코드 안의 문장은 세지 않는다.</pre></details>
<footer><p>끝에 선 문장은 세지 않는다.</p></footer>"""


def _made(front, body, region="seoul"):
    spec = ReportSpec("regional_strategic_tech", f"{region}.ko", {"region": region, "language": "ko"}, cover=True)
    return page_measures.Page(spec, f"<title>시험</title><main>{FRONT.format(front)}{BODY.format(body)}</main>")


def test_words_sentences_charts_and_sources_are_found():
    page = _made("첫째 문장은 여기 있다.", "첫째   문장은\n여기 있다!")
    assert page.words_of_front == (8, 9)
    assert page.lacks == []
    assert page.doubled == ["첫째 문장은 여기 있다"]
    assert page.charts == (1, 1)
    assert page.chart_numbers == [None, 2]
    assert page.unknown_sources == ["아무도 모르는 자료(2020), 표 1"]
    assert page.open_sentences == [
        "첫째 문장은 여기 있다.",
        "둘째 문장은 여기 있다.",
        "알 수 없는 것 나머지는 모른다.",
        "첫째 문장은 여기 있다!",
        "서울에는 기술 3가지가 소개되었다.",
        "표의 이름은 네 낱말",
    ]
    assert "접힌 곳의 문장도 세어야 한다." in page.sentences
    assert not any("세지 않는다" in sentence for sentence in page.sentences)


def test_what_two_pages_share_is_told_whatever_their_numbers_and_names():
    one = _made("이것은 한 쪽에만 있다.", "2022년에는 수소와 양자가 나왔다.")
    other = _made("저것은 다른 쪽에만 있다.", "2023년에는 첨단 바이오가 나왔다.", "jeju")
    third = _made("그것은 이 쪽에만 있다.", "2023년에는 첨단 바이오가 사라졌다.", "busan")
    assert [round(share * 6) for share in page_measures.shares([one, other, third]).values()] == [5, 4, 4]
    assert page_measures.masked("광주·전남은 1,204억 원이다.") == page_measures.masked("제주는 1조 3억 원이다.")
    assert page_measures.masked("광주는 늘었다.") != page_measures.masked("광주는 줄었다.")


def test_every_name_of_a_part_is_masked():
    with (ROOT / "data" / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = [row for row in csv.DictReader(file) if row["group"] in {"photonics_segment", "bio_segment"}]
    with (ROOT / "data" / "regions" / "regions.csv").open(encoding="utf-8", newline="") as file:
        labels += list(csv.DictReader(file))
    assert {page_measures.masked(row[name]) for row in labels for name in ("ko", "en")} == {"◇"}


def test_limits_that_are_missed_are_listed(tmp_path, capsys):
    folder = tmp_path / "regional_strategic_tech"
    folder.mkdir()
    text = f"<title>t</title><main>{FRONT.format('말 ' * 90)}{BODY.format('접힌 곳의 문장도 세어야 한다.')}</main>"
    for name in ("national.ko", "seoul.ko", "busan.ko"):
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    assert read_pages.main(["--folder", str(tmp_path), "--show"]) == 1
    printed = capsys.readouterr().out
    for line in (
        "regional_strategic_tech/daegu.ko: there is no such page",
        "regional_strategic_tech/national.ko: 94 and 9 words on the first screen, at most 80 and 40",
        "regional_strategic_tech/seoul.ko: twice: 접힌 곳의 문장도 세어야 한다",
        "regional_strategic_tech/seoul.ko and regional_strategic_tech/busan.ko: 100% shared",
        "title of 3 pages: t",
    ):
        assert line in printed.splitlines() or f"  {line}" in printed.splitlines(), line
