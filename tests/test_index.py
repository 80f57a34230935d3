"""The index: what it lists, compares and marks, and that it is whole without its script."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from notebook_reports.fonts import with_fonts
from notebook_reports.index import compared_faults, render_index
from notebook_reports.links import Link
from notebook_reports.parameters import Declared, RequestError, Text
from notebook_reports.plan import Plan, ReportSpec, read_plan
from notebook_reports.store import Store
from notebook_reports.trace import Project

DECLARATION = """
title: {ko: 시험, en: Trial}
description: {ko: 무엇을 보는지, en: What is looked at}
parameters:
  language: {type: choice, help: {ko: 언어, en: Language}, choices: [ko, en]}
compared:
  - {result: size, digits: 0, label: {ko: 크기, en: Size}, unit: {ko: 억 원, en: ₩100 million}}
  - {result: growth, label: {ko: 증가율, en: Growth}, unit: {ko: "%", en: "%"}}
"""
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50.5" role="img" aria-label="값">\n'
    '<defs><style type="text/css">*{stroke-linejoin: round}</style></defs><defs>'
    '<path id="c1-tick" d="M0 0V3" style="stroke:#5a6570" /><path id="c1-dot" d="M0 2.75C0.72 2.75 1 1 0 2.75z" />'
    '</defs><use href="#c1-tick" x="52.56" y="239.69" /><use href="#c1-dot" x="10.4" y="20.6" />'
    '<text x="52.56" y="254.19">1999</text>'
    '<path d="M1.26 2L3 4.5" clip-path="url(#c1-p)" style="fill:none;stroke-width:0.8;stroke-linecap:square" />'
    '<path d="M5.51 6V7" clip-path="url(#c1-p)" style="fill:none;stroke-width:0.8;stroke-linecap:square" />'
    '<path d="M8 8H9V9z" style="fill:url(#c1-h)" /><defs><pattern id="c1-h"><path d="M0.5 0V9" /></pattern></defs>'
    '<defs><clipPath id="c1-p"><path d="M0 0H1V1z" /></clipPath></defs></svg>'
)


def _entry(title, results=(), findings=("첫 결과이다.",), **front):
    rows = [{"name": name, "value": value, "unit": unit, "low": low, "high": high}
            for name, value, unit, low, high in results]  # fmt: skip
    told = {"title": title, "subject": f"{title}의 대상", "vintage": "자료", "findings": list(findings), **front}
    return {"front": told, "results": rows}


class _Parsed(HTMLParser):
    """Text by the element it stands in, and all tags with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self._open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br", "input"}:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip():
            language = next((attrs["lang"] for _, attrs in reversed(self._open) if "lang" in attrs), None)
            self.texts.append((self._open[-1][0] if self._open else "", language, data.strip()))


@pytest.fixture
def notebooks(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "trial.yml").write_text(DECLARATION, encoding="utf-8")
    return folder


@pytest.fixture
def plan():
    return [ReportSpec("trial", name, {"language": name[-2:]}) for name in ("b.ko", "a.ko", "a.en")]


@pytest.fixture
def covered(plan):
    """The plan with a cover in each language."""
    return [replace(report, cover=report.name != "a.ko") for report in plan]


@pytest.fixture
def entries():
    return {
        "trial/b.ko": _entry("나", [("size", 23005.4, "u", None, None), ("growth", -15.127, "percent", -16, -14.249)]),
        "trial/a.ko": _entry("가", [("size", 0.2, "u", None, None), ("growth", 5.64, "percent", 5.62, 5.63)]),
        "trial/a.en": _entry("A", [("other", 1.0, "u", None, None)], figures=[{"value": "₩1.0", "label": "Price"}]),
    }


def test_the_index_is_headed_as_the_plan_says(plan, entries, notebooks):
    assert "<h1>보고서</h1>" in render_index(plan, entries, notebooks)
    titled = Plan(plan)
    titled.title = Text(ko="빵 & 떡", en="Bread and cake")
    page = render_index(titled, entries, notebooks)
    assert "<h1>빵 &amp; 떡</h1>" in page
    assert "<title>빵 &amp; 떡</title>" in page


def test_reports_are_listed_in_the_order_of_the_plan_whatever_that_of_the_entries(plan, entries, notebooks):
    page = render_index(plan, entries, notebooks)
    linked = re.findall(r'<p class="title"><a href="([^"]+)"', page)
    assert linked == ["trial/b.ko.html", "trial/a.ko.html", "trial/a.en.html"]
    assert render_index(plan, dict(reversed(entries.items())), notebooks) == page
    assert page.count("보고서 3편 <span") == 2
    assert "최신이 아니거나" not in page


def test_text_from_data_is_escaped(plan, entries, notebooks, tmp_path):
    evil = '<script>alert("x")</script>'
    results, figures = [("size", 1.0, "u", None, None)], [{"value": evil, "label": evil}]
    entries["trial/b.ko"] = _entry(evil, results, [evil, evil], figures=figures, headline=evil)
    entries["trial/a.ko"] = _entry("가", results, short=evil, tile=[0, 0])
    entries["trial/a.en"] = _entry("A", results, short=evil, size=1)
    (tmp_path / "trial").mkdir()
    drawing = f"<svg aria-label=\"'>{evil}\">{evil}</svg>\" onload='x'"
    (tmp_path / "trial" / "b.ko.svg").write_text(drawing)
    (notebooks / "trial.yml").write_text(DECLARATION.replace("시험", "'<script>'").replace("억 원", "<i>"))
    plan[0] = replace(plan[0], cover=True)
    parsed = _Parsed(render_index(plan, entries, notebooks, {}, tmp_path))
    assert [unquote(attrs["src"]) for tag, attrs in parsed.tags if tag == "img"] == [f"data:image/svg+xml,{drawing}"]
    assert [attrs for tag, attrs in parsed.tags if tag == "script"] == [{}]
    assert not [tag for tag, _ in parsed.tags if tag == "i"]
    assert not [attrs for tag, attrs in parsed.tags if "onload" in attrs]
    assert ("a", "ko", evil) in parsed.texts


def test_without_its_script_the_page_shows_all_and_no_filter(covered, entries, notebooks):
    entries["trial/b.ko"]["front"]["figures"] = [{"value": "1.0원", "label": "값"}]
    page = render_index(covered, entries, notebooks)
    without = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    parsed = _Parsed(without)
    hidden = [(tag, attrs.get("class")) for tag, attrs in parsed.tags if "hidden" in attrs]
    assert hidden == [("form", "filter"), ("p", "pick")]
    shown = {text for _, _, text in parsed.texts}
    assert {"나", "가", "A", "첫 결과이다.", "1.0원", "값"} <= shown
    assert page.count("<script") == 1
    script = re.search(r"<script>(.*?)</script>", page, flags=re.DOTALL)[1]
    assert not re.search(r"fetch|XMLHttpRequest|import\b|innerHTML|https?:", script)


def test_every_control_has_a_label_and_counts_are_announced(plan, entries, notebooks):
    tags = _Parsed(render_index(plan, entries, notebooks)).tags
    labelled = {attrs["for"] for tag, attrs in tags if tag == "label"}
    assert {attrs["id"] for tag, attrs in tags if tag in {"input", "select"}} == labelled
    assert [attrs["class"] for _, attrs in tags if attrs.get("role") == "status"] == ["found", "order source"]


@pytest.mark.parametrize("new", [{}, {"short": "A", "size": 1}, {"short": "A", "tile": [0, 0]}])
@pytest.mark.parametrize("covers", [[True, False, True], [False, False, True], [True, False, False]])
def test_every_english_piece_is_said_to_be_english(plan, entries, notebooks, covers, new):
    plan = [replace(report, cover=cover) for report, cover in zip(plan, covers, strict=True)]
    entries["trial/a.en"]["front"] |= {"subject": "All of A", "findings": ["First.", "Second."], **new}
    for mark in ({}, {"trial/a.en": "failed", "trial/b.ko": "stale"}):
        texts = _Parsed(render_index(plan, entries, notebooks, mark)).texts
        for tag, language, text in texts:
            if language == "en":
                assert not re.search("[가-힣]", text), text
            elif tag not in {"style", "script", "option"} and text != "results.csv":  # options have no parts
                assert not re.search("[A-Za-z]{2}", text), text


def test_reports_are_compared_by_the_results_that_are_declared(plan, entries, notebooks):
    page = render_index(plan, entries, notebooks)
    table = re.search(r"<tbody>(.*?)</tbody>", page, flags=re.DOTALL)[1]
    rows = [re.sub(r"<[^>]+>", "|", row) for row in re.findall(r"<tr.*?</tr>", table, flags=re.DOTALL)]
    rows = [[cell for cell in re.split(r"[|\n]+", row) if cell] for row in rows]
    assert rows == [["나", "23,005", "−15.1", "[−16.0, −14.2]"], ["가", "0", "5.6"]]
    assert 'data-value="-15.127"' in table
    head = re.sub(r"<[^>]+>", "", re.search(r"<thead>(.*?)</thead>", page, flags=re.DOTALL)[1])
    assert "크기 (억 원)Size (₩100 million)" in head
    assert "증가율 (%)Growth (%)" in head


def test_columns_and_tables_without_a_value_are_left_out_and_one_missing_value_is_a_dash(plan, entries, notebooks):
    entries["trial/a.ko"]["results"].pop()
    table = re.search(r"<tbody>.*?</tbody>", render_index(plan, entries, notebooks), flags=re.DOTALL)[0]
    assert table.count('<td class="number">–</td>') == 1
    entries["trial/b.ko"]["results"].pop()
    assert "증가율" not in render_index(plan, entries, notebooks)
    for entry in entries.values():
        entry["results"] = []
    assert "<table" not in render_index(plan, entries, notebooks)


def test_reports_of_the_same_title_are_told_apart_by_their_subject(plan, entries, notebooks):
    entries["trial/a.ko"]["front"]["title"] = "나"
    table = re.search(r"<tbody>.*?</tbody>", render_index(plan, entries, notebooks), flags=re.DOTALL)[0]
    assert re.findall(r'<span class="source">([^<\[]+)</span>', table) == ["나의 대상", "가의 대상"]


def test_reports_that_are_not_fresh_are_marked_in_words(plan, entries, notebooks):
    marks = {"trial/b.ko": "failed", "trial/a.ko": "failed missing", "trial/a.en": "stale"}
    page = render_index(plan, entries, notebooks, marks)
    assert "최신이 아니거나 없는 보고서가 3편 있다." in page
    items = re.findall(r"<li lang[^>]*data-report.*?</li>", page, flags=re.DOTALL)
    assert "지난 실행에서 실패하여 이전 판을 그대로 둠" in items[0]
    assert "지난 실행에서 실패, 아직 없음" in items[1]
    assert "href" not in items[1]
    assert "out of date, to be made again" in items[2]
    del entries["trial/a.en"]
    assert "not made yet" in render_index(plan, entries, notebooks)


def test_a_topic_opens_with_its_cover_and_its_picture_and_names_it_in_the_other_language(
    covered, entries, notebooks, tmp_path
):
    entries["trial/b.ko"]["front"] |= {"headline": "한 문장.", "figures": [{"value": "3조", "label": "2024년"}]}
    without = render_index(covered, entries, notebooks, {}, tmp_path)
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "b.ko.svg").write_text(DRAWING, encoding="utf-8")
    page = render_index(covered, entries, notebooks, {}, tmp_path)
    topic = re.search(r'<section class="topic".*?</section>', page, flags=re.DOTALL)[0]
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', topic)
    assert links == [
        ("trial/b.ko.html", "한 문장."), ("trial/a.en.html", "첫 결과이다."), ("trial/a.ko.html", "가"),
    ]  # fmt: skip
    (image,) = [attrs for tag, attrs in _Parsed(topic).tags if tag == "img"]
    assert unquote(image["src"]) == f"data:image/svg+xml,{DRAWING}"
    assert (image["alt"], image["width"], image["height"]) == ("", "100", "50")
    assert re.search(r"<figcaption[^>]*>값</figcaption>", topic)
    assert "<dt>2024년</dt><dd>3조</dd>" in topic
    assert "<img" not in without
    assert '<div class="lead">' in without


def test_a_topic_whose_cover_is_not_made_has_links_only(covered, entries, notebooks):
    del entries["trial/b.ko"], entries["trial/a.en"]
    page = render_index(covered, entries, notebooks)
    assert 'class="headline"' not in page
    assert re.findall(r'<ul class="plain">.*?</ul>', page, flags=re.DOTALL)[0].count("<li") == 3


def test_reports_with_a_tile_stand_on_a_map_with_what_is_compared_first(plan, entries, notebooks):
    places = {"trial/b.ko": [4, 7], "trial/a.ko": [3, 6], "trial/a.en": [3, 6]}
    for key, place in places.items():
        entries[key]["front"] |= {"tile": place, "short": f"{key[6]}짧게"}
    page = render_index(plan, entries, notebooks, {"trial/b.ko": "stale"})
    tiles = re.findall(r'<li lang="ko" style="grid-area:(\S+);--shade-of:(\d+)%"><a href="(\S+)">(.*?)</a>', page)
    assert [tile[:3] for tile in tiles] == [("1/1", "0", "trial/a.ko.html"), ("2/2", "30", "trial/b.ko.html")]
    texts = [re.sub(r"<[^>]+>", "", tile[3]) for tile in tiles]
    assert texts == ["a짧게 0", "b짧게 ※ 최신이 아님, 다시 만들어야 함 23,005"]
    plain = re.search(r'<ul class="plain">.*?</ul>', page, flags=re.DOTALL)[0]  # two reports, one place
    assert re.findall(r'href="([^"]+)"', plain) == ["trial/a.en.html"]
    for entry in entries.values():
        entry["results"] = []
    assert "<b>" not in render_index(plan, entries, notebooks)


@pytest.mark.parametrize("labels", [("2018년", "2018년"), ("2018년", "2019년")])
@pytest.mark.parametrize("sizes", [(0.5, 200.0), (200.0, 0.5), (-4.0, 200.0)])
def test_reports_with_a_size_stand_in_its_order_with_their_first_key_figures(plan, entries, notebooks, sizes, labels):
    for key, size, label in zip(("trial/a.ko", "trial/b.ko"), sizes, labels, strict=True):
        figures = [{"value": f"{size}원", "label": label}, {"value": "다음", "label": ""}]
        entries[key]["front"] |= {"size": size, "figures": figures}
    page = render_index(plan, entries, notebooks)
    bars = re.search(r'<ol class="sized">.*?</ol>', page, flags=re.DOTALL)[0]
    assert re.findall(r'href="trial/(.)', bars) == (["b", "a"] if sizes[0] < sizes[1] else ["a", "b"])
    assert [float(width) for width in re.findall(r"width:([\d.]+)%", bars)] in ([100, 0.2], [100, 0])
    assert re.findall(r"<b>(.*?)</b>", bars) == [f"{size}원" for size in sorted(sizes, reverse=True)]
    assert bars.count("2018년") == (labels[0] != labels[1])  # told once before them where it is one
    assert "2018년" in page


def test_sizes_are_set_beside_each_other_only_where_reports_differ_in_one_parameter(entries, notebooks):
    declared = DECLARATION.replace("compared:", """
  part: {type: choice, label: {ko: 분야, en: Segment}, help: {ko: 분야, en: Segment}, choices: [all, one, two]}
  measure: {type: choice, label: {ko: 지표, en: Measure}, help: {ko: 지표, en: Measure}, choices: [sales, staff]}
compared:""")  # fmt: skip
    (notebooks / "trial.yml").write_text(declared, encoding="utf-8")
    names = {"one": "분야", "two": "분야", "staff": "지표"}
    links = tuple(Link(group, name, name) for name, group in names.items())
    plan = [ReportSpec("trial", "all", {}, cover=True, links=links), *(ReportSpec("trial", name, {}) for name in names)]
    entries = {report.key: _entry(report.name, size=number) for number, report in enumerate(plan)}
    page = render_index(plan, entries, notebooks)
    heads = [re.sub(r"<[^>]+>", "", head) for head in re.findall(r"<h3>(.*?)</h3>", page)]
    assert heads == ["분야별 보고서 By segment", "다른 보고서 Other reports", "시험"]
    assert re.findall(r'href="trial/(\w+)', page.split('<ol class="sized">')[1].split("</ol>")[0]) == ["two", "one"]
    del entries["trial/one"]
    assert 'class="sized"' not in render_index(plan, entries, notebooks)


def test_a_row_that_repeats_the_cover_is_left_out_of_the_comparison(covered, entries, notebooks):
    entries["trial/a.en"]["results"] = entries["trial/b.ko"]["results"]
    rows = re.findall(r'<tr data-report="([^"]+)"', render_index(covered, entries, notebooks))
    assert rows == ["trial/b.ko", "trial/a.ko"]


def test_notebooks_without_a_declaration_are_topics_by_their_heading_and_reports_told_apart_by_name(tmp_path):
    folder = tmp_path / "notebooks" / "sub"
    folder.mkdir(parents=True)
    cells = [nbformat.v4.new_markdown_cell("# Sales & <b>*more*</b>")]
    cells += [nbformat.v4.new_code_cell("region = '서울'", metadata={"tags": ["parameters"]})]
    for name in ("01 Analysis", "filter-words"):
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    (tmp_path / "plan.yml").write_text(
        'reports: [{notebook: sub/01 Analysis, name: "#$region", matrix: {region: [광주, 50%]}}, '
        "{notebook: sub/filter-words, name: x}]"
    )
    plan = read_plan(tmp_path / "plan.yml", tmp_path / "notebooks")
    front = {"title": "Sales", "subject": "", "vintage": "", "findings": []}
    entries = {report.key: {"front": front, "results": []} for report in plan}
    page = render_index(plan, entries, tmp_path / "notebooks", {}, tmp_path)
    parsed = _Parsed(page)
    linked = {(attrs["href"], unquote(attrs["href"])) for tag, attrs in parsed.tags if tag == "a"}
    files = {"sub/01 Analysis/#광주.html", "sub/01 Analysis/#50%.html", "sub/filter-words/x.html"}
    assert {name for _, name in linked if name.endswith(".html")} == files
    assert not [address for address, _ in linked if re.search(r"[^!-~]|.#", address)]
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if re.search(r"\s", name)]
    assert {name[1:] for _, name in linked if name.startswith("#")} < set(ids)
    texts = [text for _, _, text in parsed.texts]
    assert {"Sales: #광주", "Sales: #50%", "Sales", "Sales & <b>more</b>"} <= set(texts)
    assert page.count("<h2 id=") == 3
    assert not [tag for tag, _ in parsed.tags if tag == "b"]
    assert compared_faults(plan, entries, tmp_path / "notebooks") == []


def test_a_cover_holds_the_fonts_of_its_text():
    folder = Path(find_spec("koreanize_matplotlib").submodule_search_locations[0]) / "fonts"
    drawing = '<svg style="font-family:\'Own\',sans-serif" aria-label="a"><text>2019년</text></svg>'
    whole = with_fonts(drawing, {"Own/400": str(folder / "NanumGothic.ttf")})
    assert re.fullmatch(r"<svg [^>]*><style>@font-face\{font-family:'Own'.*\}</style><text>2019년</text></svg>", whole)
    assert with_fonts("<svg><path/></svg>", {}) == "<svg><path/></svg>"


def test_a_compared_result_that_no_report_records_is_told_once_all_are_made(plan, entries, notebooks):
    assert compared_faults(plan, entries, notebooks) == []
    (notebooks / "trial.yml").write_text(DECLARATION.replace("growth", "grwth"), encoding="utf-8")
    place = "notebooks/trial.yml, compared: result 'grwth'"
    assert compared_faults(plan, entries, notebooks) == [f"{place} is recorded by no report (did you mean 'growth'?)"]
    del entries["trial/a.en"]
    assert compared_faults(plan, entries, notebooks) == []


def test_a_compared_result_stands_for_the_newest_year_recorded(plan, entries, notebooks):
    declared = DECLARATION.replace("result: size", 'result: "size_{year}"').replace("크기", '"{year}년 크기"')
    (notebooks / "trial.yml").write_text(declared, encoding="utf-8")
    by_year = {key: entry | {"results": [dict(entry["results"][0], name=f"size_{year}") for year in (2019, last)]}
               for (key, entry), last in zip(entries.items(), (2020, 2021, 2018), strict=True)}  # fmt: skip
    page = render_index(plan, by_year, notebooks)
    assert "2021년 크기" in page
    assert "2020년 크기" not in page
    assert "compared: result 'growth' is recorded by no report" in compared_faults(plan, by_year, notebooks)[0]
    assert render_index(plan, entries, notebooks).count("년 크기") == 0
    assert "result 'size_{year}' is recorded by no report" in compared_faults(plan, entries, notebooks)[0]


def test_a_compared_result_in_several_units_is_told(plan, entries, notebooks):
    entries["trial/a.ko"]["results"][0]["unit"] = "persons"
    place = "notebooks/trial.yml, compared: result 'size'"
    assert compared_faults(plan, entries, notebooks) == [f"{place} is recorded in several units: persons, u"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("result: growth", "result: size", "compared: .*result 'size' is named twice"),
        ("result: growth", "result: Growth 1", "compared 2 > result: "),
        ("digits: 0", "digits: 9", "compared 1 > digits: "),
        ("digits: 0", "decimals: 0", "compared 1: 'decimals' is not known"),
        (", en: Growth}", "}", "compared 2 > label > en: is missing"),
    ],
)
def test_a_bad_comparison_is_refused_by_place(notebooks, old, new, message):
    (notebooks / "trial.yml").write_text(DECLARATION.replace(old, new), encoding="utf-8")
    with pytest.raises(RequestError, match=message):
        Declared(notebooks / "trial.yml")


def test_the_store_tells_what_is_not_fresh(tmp_path, plan):
    store = Store(tmp_path / "out", Project(tmp_path), tmp_path / "build")
    for report in plan[:2]:
        store.put(report, {}, _entry("가")["front"], [], "<p>", None)
    assert store.marks(plan) == {"trial/a.en": "missing"}
    store.fail(plan[0], "broken")
    store.fail(plan[2], "broken")
    store.page(plan[1]).write_text("edited")
    store.look_again()
    assert store.marks(plan) == {"trial/a.ko": "stale", "trial/a.en": "failed missing"}
    store.page(plan[0]).unlink()
    store.look_again()
    assert store.marks(plan)["trial/b.ko"] == "failed missing"


def test_the_index_links_and_describes_every_report(root):
    plan = read_plan(root / "reports" / "reports.yml", root / "notebooks")
    index = (root / "reports" / "index.html").read_text(encoding="utf-8")
    for report in plan:
        assert f'href="{report.notebook}/{report.name}.html"' in index
    assert len(re.findall(r"<li [^>]*data-report=", index)) == len(plan)
    assert index.count("<img ") == len({report.notebook for report in plan})
    assert "tag mark" not in index
    assert len(index.encode()) < 200_000


def test_what_the_topics_compare_is_recorded_by_most_reports_and_differs(root):
    entries = json.loads((root / "reports" / "manifest.json").read_text(encoding="utf-8"))["reports"]
    plan = read_plan(root / "reports" / "reports.yml", root / "notebooks")
    for path in {root / "notebooks" / f"{report.notebook}.yml" for report in plan}:
        made = [entry for key, entry in entries.items() if key.startswith(f"{path.stem}/")]
        columns = Declared(path).content.compared
        assert 3 <= len(columns) <= 6
        names = {row["name"] for entry in made for row in entry["results"]}
        for column in (declared.newest(names) for declared in columns):
            values = [row["value"] for entry in made for row in entry["results"] if row["name"] == column.result]
            assert len(values) > len(made) / 2, column.result
            assert len(set(values)) > 2, column.result
