import base64
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
import seaborn
from bs4 import BeautifulSoup
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from kr_industry import charts
from kr_industry.data import Tables, load
from kr_industry.labels import labels
from notebook_reports import FONTS, FRONT, RESULT, citing, fonts, report
from notebook_reports.drawing import shorter, svg
from notebook_reports.render import ReportExporter
from notebook_reports.report import Report
from notebook_reports.table_html import html_table, number_text
from notebook_reports.words import WordsError, own_words

NASTY = '<script>alert("1")</script>'


def bars(values, unit):
    """A figure of plain bars with an axis that says what is drawn."""
    figure, ax = charts.figure(2)
    ax.bar(list(values), list(values.values()))
    ax.set_ylabel(unit)
    return figure


@pytest.fixture
def shown(monkeypatch):
    """What a report displays, instead of showing it."""
    bundles = []
    monkeypatch.setattr(report, "display", lambda data, metadata, raw: bundles.append(data))
    return bundles


def test_a_chart_carries_its_words_its_source_and_its_numbers(shown):
    numbers = pd.DataFrame({"연도": ["2017", "2018"], "매출액": [22705, 23005]})
    figure = bars({"2017": 22705, "2018": 23005}, "억 원")
    Report("ko").chart(figure, words="매출이 늘었다.", source="표 3", numbers=numbers)
    html = shown[0]["text/html"]
    assert "매출이 늘었다." in html
    assert "출처: 표 3" in html
    data = re.search(r"base64,([\w+/=]+)", html)[1]
    assert base64.b64decode(data).decode("utf-8-sig") == "연도,매출액\r\n2017,22705\r\n2018,23005\r\n"


def test_text_from_data_shows_as_text(shown):
    writer = Report("en")
    figure = bars({NASTY: 1.0}, NASTY)
    writer.chart(figure, words=NASTY, source=NASTY, numbers=pd.DataFrame({NASTY: [NASTY]}))
    writer.table(pd.DataFrame({NASTY: [NASTY], "b": [1]}), NASTY, NASTY)
    writer.front(NASTY, NASTY, NASTY, [NASTY], [(NASTY, NASTY, NASTY)])
    writer.say(NASTY)
    for bundle in shown:
        for kind in ("text/html", "text/markdown"):
            assert "<script" not in bundle.get(kind, "")


def test_svg_is_well_formed_scales_and_keeps_its_text():
    figure = bars({"가": 1.0, "나": 2.0}, "단위")
    text = svg(figure, "c1-", "뜻")
    tree = ET.fromstring(text)
    assert "width" not in tree.attrib
    assert tree.attrib["viewBox"].startswith("0 0 ")
    assert {"가", "나", "단위"} <= {element.text for element in tree.iter() if element.tag.endswith("text")}
    identifiers = [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]
    assert all(identifier.startswith("c1-") for identifier in identifiers)
    used = set(re.findall(r"#([\w.-]+)\)?\"", text)) - {""}
    assert {name for name in used if name.startswith("c1-")} <= set(identifiers)


def test_the_same_figure_gives_the_same_bytes():
    def draw():
        return svg(bars({"가": 1.0, "나": 2.0}, "단위"), "c1-", "뜻")

    assert draw() == draw()


def test_tables_align_numbers_and_mark_what_is_missing():
    frame = pd.DataFrame({"name": ["a", "b"], "count": [1200, -3], "rate": [1.25, None]})
    html = html_table(frame, digits={"rate": 2})
    assert '<td class="number">1,200</td>' in html
    assert '<td class="number">−3</td>' in html
    assert '<td class="number">1.25</td>' in html
    assert '<td class="number">–</td>' in html
    assert '<th scope="row" class="short">a</th>' in html


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.0024, 2, "0.00"),
        (-0.0, 0, "0"),
        (-0.4, 0, "0"),
        (-0.6, 0, "−1"),
        (-1234.5, 1, "−1,234.5"),
        (0.004, 1, "0.0"),
    ],
)
def test_a_number_that_is_written_as_zero_has_no_sign(value, digits, text):
    assert number_text(value, digits) == text


def test_results_and_front_carry_their_data(shown):
    writer = Report("ko")
    writer.record("sales_growth", 1.3, "percent", low=1.0, high=1.6)
    assert shown[0][RESULT] == [{"name": "sales_growth", "value": 1.3, "unit": "percent", "low": 1.0, "high": 1.6}]
    writer.front("제목", "대상", "자료", ["첫째", "둘째"])
    assert shown[1][FRONT]["findings"] == ["첫째", "둘째"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("Sales", 1.0, "lower-case"), ("sales", float("nan"), "finite"), ("../x", 1.0, "lower-case")],
)
def test_a_result_that_cannot_be_recorded_is_refused(shown, name, value, message):
    with pytest.raises(ValueError, match=message):
        Report("ko").record(name, value, "percent")


def test_sentences_keep_their_characters_and_lists_their_items(shown):
    Report("ko").say("a*b*c ~~x~~ [a](javascript:1) `d`", "- 첫째\n- 둘째")
    from nbconvert.filters import markdown2html

    page = markdown2html(shown[0]["text/markdown"])
    assert "<p>a*b*c ~~x~~ [a](javascript:1) `d`</p>" in page
    assert page.count("<li>") == 2


@pytest.mark.parametrize(
    "sentence",
    ["- 3.2% 줄었다", "-3.2%", "+ 5", "2018. 12. 31. 끝", "123) 가", "#제목", "가\n---\n나", "a | b\n--- | ---\n1 | 2",
     "https://a_b.kr/c_d_e 와 a_b_c", r"\(x\) \begin{a}b\end{a} $x$", "말\n: 뜻", "<b>&amp;</b>"],
)  # fmt: skip
def test_a_sentence_shows_as_it_is_written(shown, sentence):
    Report("ko").say(sentence)
    page = BeautifulSoup(ReportExporter().markdown2html({}, shown[0]["text/markdown"]), "html.parser")
    assert [(tag.name, tag.text) for tag in page.find_all()] == [("p", sentence)]
    assert shown[0]["text/plain"] == sentence


def test_an_item_of_a_list_may_begin_with_a_number(shown):
    Report("ko").say("- 첫째\n- 2022년의 자료\n---", "- 3% 줄었다")
    page = BeautifulSoup(ReportExporter().markdown2html({}, shown[0]["text/markdown"]), "html.parser")
    assert [item.text for item in page.select("li")] == ["첫째", "2022년의 자료\n---"]
    assert page.select("p")[-1].text == "- 3% 줄었다"


def test_dollars_in_a_sentence_are_no_formula(shown):
    Report("en").say("From US$5 to US$6")
    assert "<p>From US$5 to US$6</p>" in ReportExporter().markdown2html({}, shown[0]["text/markdown"])


@pytest.mark.parametrize(
    ("source", "display"),
    [(r"$\left(\frac{x_b}{x_a}\right)^{1/(b-a)} - 1$", "inline"), ("$$\n\\sum_i s_i^2 < 1\n$$", "block")],
)
def test_formulas_become_mathml(source, display):
    page = ReportExporter().markdown2html({}, f"## A rate\n\nIt is {source}")
    math = ET.fromstring(re.search("<math.*?</math>", page)[0])
    assert math.attrib["display"] == display
    names = {element.tag.rpartition("}")[2] for element in math.iter()}
    assert names >= ({"mfrac", "msup", "msub", "mn"} if display == "inline" else {"munder", "msubsup"})
    assert "$" not in page
    assert "<h2>A rate</h2>" in page


def test_a_formula_is_converted_only_where_there_is_one():
    code = (
        "import sys; from notebook_reports.render import ReportExporter as E; e = E();"
        "e.markdown2html({}, '# a'); assert 'latex2mathml' not in sys.modules;"
        "e.markdown2html({}, '$a$'); assert 'latex2mathml' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_korean_in_an_english_table_says_so(shown):
    frame = pd.DataFrame({"Province": ["Seoul"], "As printed": ["인공지능"]})
    Report("en").table(frame, "Terms")
    Report("ko").table(frame, "용어")
    assert '<td lang="ko">인공지능</td>' in shown[0]["text/html"]
    assert "<td>인공지능</td>" in shown[1]["text/html"]


def test_a_front_page_needs_a_finding(shown):
    with pytest.raises(ValueError, match="needs a headline or a finding"):
        Report("ko").front("제목", "대상", "자료", [])


def test_key_figures_stand_after_the_findings_label_first(shown):
    figures = [("2조 3,005억 원", "2018년 매출액", ""), ("연 −2.9%", "꺾인 뒤의 증가율", "95% 구간 −5.3~−0.3%")]
    Report("ko").front("제목", "대상", "자료", ["발견"], figures)
    html = shown[0]["text/html"]
    order = ["대상", "발견", "2018년 매출액", "2조 3,005억 원", "꺾인 뒤의 증가율", "연 −2.9%", "95% 구간 −5.3~−0.3%"]
    assert sorted(order, key=html.index) == order
    assert html.count("<dt>") == html.count('<dd class="value">') == 2
    assert html.count('<dd class="note">') == 1
    assert shown[0][FRONT]["figures"] == [
        {"value": "2조 3,005억 원", "label": "2018년 매출액", "note": ""},
        {"value": "연 −2.9%", "label": "꺾인 뒤의 증가율", "note": "95% 구간 −5.3~−0.3%"},
    ]


def test_the_first_screen_tells_the_story_shows_its_picture_and_says_what_is_not_known(shown):
    report = Report("ko")
    picture = report.picture(bars({"2018": 1}, "억 원"), "그림의 말", "출처")
    report.front("제목", "대상", "자료", ["발견"], [("1", "이름", "")], headline="이야기.", unknown="모르는 것.",
                 picture=picture, short="짧게", tile=(1, 2), size=3)  # fmt: skip
    html = shown[0]["text/html"]
    order = ["제목", "대상", "이야기.", "<svg", "그림의 말</p>", "발견", "이름", "모르는 것.", "자료: 자료"]
    assert sorted(order, key=html.index) == order
    assert shown[0][FONTS] == picture.fonts
    front = shown[0][FRONT]
    assert (front["headline"], front["unknown"]) == ("이야기.", "모르는 것.")
    assert (front["short"], front["tile"], front["size"]) == ("짧게", [1, 2], 3.0)


def test_what_a_front_page_is_not_given_does_not_show(shown):
    Report("ko").front("제목", "대상", "자료", ["발견"])
    assert not [part for part in ("headline", "unknown", "<svg") if part in shown[0]["text/html"]]
    assert (shown[0][FRONT]["short"], shown[0][FRONT]["tile"], shown[0][FRONT]["size"]) == ("", None, None)


def test_a_front_page_may_do_without_key_figures(shown):
    Report("ko").front("제목", "대상", "자료", ["발견"])
    assert "<dl" not in shown[0]["text/html"]
    assert shown[0][FRONT]["figures"] == []


@pytest.mark.parametrize("figure", [("", "이름", ""), ("1", "", "")])
def test_a_key_figure_needs_its_value_and_its_label(shown, figure):
    with pytest.raises(ValueError, match="needs a value and a label"):
        Report("ko").front("제목", "대상", "자료", ["발견"], [figure])


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="expected one of ko, en"):
        Report("fr")


@pytest.mark.parametrize(
    ("path", "short"),
    [
        (
            "M 16.34 111.75 \nL 27.07 111.75 \nL 27.07 111.62 \nL 16.34 111.62 \nz\n",
            "M16.34 111.75H27.07V111.62H16.34z",
        ),
        ("M 1 2 C 1 2 3 4 5 6 L 5 9", "M1 2C1 2 3 4 5 6V9"),
        ("M 0 0 L 1 1 z M 1 1 L 1 3", "M0 0L1 1zM1 1V3"),
        ("M 0 0 L 0 0", "M0 0H0"),
    ],
)
def test_paths_are_written_short(path, short):
    assert shorter(path) == short


def test_an_index_below_one_is_written_with_three_decimals():
    html = html_table(pd.DataFrame({"name": ["a", "b"], "index": [0.24902, 0.2165], "count": [4.02, 0.5]}))
    assert '<td class="number">0.249</td>' in html
    assert '<td class="number">0.216</td>' in html
    assert '<td class="number">4.0</td>' in html


def test_a_font_is_cut_down_alike_whatever_was_cut_from_it_before(shown):
    Report("ko").chart(bars({"가": 1.0, "나": 2.0}, "값"), words="말", source="표")
    html, files = shown[0]["text/html"], shown[0][FONTS]
    first = fonts.font_faces(html, files)
    assert first.count("@font-face") == len(files)
    assert fonts.font_faces(html.replace(">가<", ">다<"), files) != first
    assert fonts.font_faces(html, files) == first


def test_a_font_holds_the_characters_and_outlines_that_its_charts_use(shown):
    Report("ko").chart(bars({"가": 1.0, "나": 2.0}, "값"), words="말", source="표")
    html, files = shown[0]["text/html"], shown[0][FONTS]
    packed = re.search(r"base64,([^)]+)\)", fonts.font_faces(html, files))[1]
    cut, whole = TTFont(BytesIO(base64.b64decode(packed))), TTFont(files["Report Gothic/400"])
    assert {chr(code) for code in cut.getBestCmap()} >= set("가나값12")
    for character in "가나값":
        drawn, own = RecordingPen(), RecordingPen()
        cut.getGlyphSet()[cut.getBestCmap()[ord(character)]].draw(drawn)
        whole.getGlyphSet()[whole.getBestCmap()[ord(character)]].draw(own)
        assert drawn.value == own.value


def test_fonts_of_a_drawing_are_told_where_they_are_said_once_and_where_they_are_not():
    drawing = (
        '<svg style="font-family:\'A\',sans-serif"><text>가</text><text style="font-weight:700">나</text>'
        "<text style=\"font-family:'B'\">다</text></svg>"
    )
    assert fonts.chart_texts(drawing) == {("A", 400): {"가"}, ("A", 700): {"나"}, ("B", 400): {"다"}}


WORDS = """
proper: [region]
title: {ko: "{region:region}의 {measure:measure}", en: "{measure:measure:first} of {region:region}"}
subject: {ko: 전체, en: All}
vintage: {ko: 2018년, en: "2018"}
level:
  - {when: rate >= 0, ko: "{rate:.1f}% 늘었다.", en: "It rose by {rate:.1f}%."}
  - {}
growth: {value: "{rate:+.1f}%", label: {ko: 증가율, en: Growth}}
gone: {value: "", label: {ko: 없음, en: None}}
caption: {ko: "{first_year}년 이후 매출액.", en: "Sales since {first_year}."}
titled: {title: {ko: "{first_year}년 뒤 늘었다", en: It rose}, note: {ko: "점은 값.", en: "Dots are values."}}
turn: {ko: "{first_year}년", en: "since {first_year}"}
"""
COLUMNS = """
year: {ko: 연도, en: Year, write: year}
segment: {ko: 분야, en: Segment, write: segment}
sales: {ko: 매출액, en: Sales, unit: {ko: 억 원, en: ₩100m}, digits: 0}
evidence: {ko: 근거, en: Evidence}
p: {ko: 확률, en: Probability, write: p}
"""


@pytest.fixture
def worded(tmp_path, shown):
    """Makes a report with words, columns, labels and sources."""
    (tmp_path / "notebooks").mkdir()
    words, columns = tmp_path / "notebooks" / "a.words.yml", tmp_path / "notebooks" / "columns.yml"
    words.write_text(WORDS, encoding="utf-8")
    columns.write_text(COLUMNS, encoding="utf-8")
    named = labels(segment="photonics_segment", measure="photonics_measure")

    def make(language="ko", **facts):
        return Report(language, [words], [columns], named, load("sources"), Tables("photonics"), facts)

    return make


def test_keys_are_written_and_what_says_nothing_is_left_out(worded, shown):
    writer = worded("en", region="gwangju", measure="sales")
    writer.front(findings=["subject", "level"], figures=["growth", "gone"], rate=-1.5)
    front = shown[0][FRONT]
    assert (front["title"], front["findings"]) == ("Sales of Gwangju", ["All"])
    assert front["figures"] == [{"value": "−1.5%", "label": "Growth", "note": ""}]
    writer.say("level", rate=-1)
    assert len(shown) == 1
    writer.say("level", rate=2, measure="firms")
    assert shown[1]["text/plain"] == "It rose by 2.0%."


def test_a_key_or_a_fact_that_is_not_there_is_named(worded):
    with pytest.raises(WordsError, match=r"no key 'levle' in .*a\.words\.yml"):
        worded().say("levle")
    with pytest.raises(WordsError, match=r"key 'caption'.*no fact 'first_year'; given are measure"):
        worded(measure="sales").say("caption")


def test_a_table_speaks_the_readers_language(worded, shown):
    frame = pd.DataFrame(
        {"sales": [1234.0, None], "p": [0.0001, 0.5], "evidence_ko": ["가", "나"], "evidence_en": ["a", "b"]},
        index=pd.MultiIndex.from_tuples([(2017, "optical_communication"), (2018, "total")], names=["year", "segment"]),
    )
    worded().table(frame, "caption", source="segment_sales", first_year=2017)
    html = shown[0]["text/html"]
    head = '<th scope="col" class="number">매출액(억\u00a0원)</th>'
    cited = "출처: 광주에서의 광융합산업 발전방향(2019), 표 5"
    for text in (head, cited, "2017", "광통신", "전체", "1,234", "0.001 미만", ">근거<"):
        assert text in html
    assert "2,017" not in html
    worded("en").table(frame, "caption", source="segment_sales", first_year=2017)
    assert not re.search("[가-힣]", shown[1]["text/html"])


def test_a_wide_table_has_its_columns_named_by_their_group(worded, shown):
    sales = Tables("photonics")("segment_sales").query("coverage == 'whole' and status == 'actual'")
    worded().table(sales.pivot(index="year", columns="segment", values="sales"), "subject")
    assert "광통신" in shown[0]["text/html"]
    worded("en").table(sales.pivot(index="segment", columns="year", values="sales"), "subject")
    assert ">2018<" in shown[1]["text/html"]
    assert "Optical communication" in shown[1]["text/html"]


def test_a_column_or_an_identifier_without_a_name_is_told(worded):
    with pytest.raises(WordsError, match="no column 'slaes'"):
        worded().table(pd.DataFrame({"slaes": [1]}), "subject")
    with pytest.raises(WordsError, match=r"column 'segment': .*'optic'"):
        worded().table(pd.DataFrame({"segment": ["optic"]}), "subject")


def drawn(bundle):
    """The texts of a chart."""
    svg_text = re.search("<svg.*?</svg>", bundle["text/html"], flags=re.DOTALL)[0]
    return [element.text for element in ET.fromstring(svg_text).iter() if element.tag.endswith("text")]


def test_a_chart_drawn_from_identifiers_speaks_the_readers_language(worded, shown):
    sales = Tables("photonics")("segment_sales").query("coverage == 'whole' and year == 2018 and segment != 'total'")
    for language in ("ko", "en"):
        _, ax = charts.figure(3)
        seaborn.barplot(sales, x="sales", y="segment", errorbar=None, ax=ax)
        ax.annotate("turn", (0, 0))
        ax.text(0, 1, "region:gwangju")
        worded(language).chart(ax, "caption", source="segment_sales", estimate=True, first_year=2017)
    korean, english = map(drawn, shown)
    assert {"매출액, 억 원", "광통신", "2017년", "광주"} <= set(korean)
    assert {"Sales, ₩100m", "Optical communication", "since 2017", "Gwangju"} <= set(english)
    assert not {"분야", "segment", "sales"} & set(korean)
    assert "자료: 광주에서의 광융합산업 발전방향(2019), 표 5; 이 보고서의 계산" in shown[0]["text/html"]


DOCUMENTS = pd.DataFrame(
    [
        ("a", "가 자료", "Paper A", "2019-05"),
        ("b", "나 자료(표)", "Paper B (table)", "2020"),
        ("c", "가 자료", "Paper A", "2019"),
        ("d", "다 자료", "Paper D", "undated"),
        ("e", "라 자료", "Paper E", "2021"),
    ],
    columns=["id", "title", "title_en", "content_date"],
)


def cited(*places, language="ko", estimate=False):
    rows = pd.DataFrame(places, columns=["source", "place"])
    own = own_words(language)
    return citing.line(citing.cite(rows, DOCUMENTS, own), own, estimate=estimate)


def test_a_line_names_up_to_two_documents_with_their_places_each_once():
    found = cited(("a", "표 3"), ("b", "첫 쪽"), ("c", "표 1"), ("a", "표 3"))
    assert found.text == "출처: 가 자료(2019), 표 1·3; 나 자료(표, 2020), 첫 쪽"
    assert found.html == f'<p class="source">{found.text}</p>'
    assert cited(("b", "표 3"), language="en").text == "Source: Paper B (table, 2020), table 3"


def test_of_more_documents_a_line_names_the_two_of_most_rows_and_a_fold_has_all():
    rows = [("a", "표 3"), ("d", "끝"), ("b", "표 1"), ("e", "본문"), ("b", "표 2"), ("e", "표 9")]
    short, html = cited(*rows)
    assert short == "출처: 나 자료(표, 2020); 라 자료(2021) 외 2건"
    whole = "출처: 가 자료(2019), 표 3; 다 자료(날짜 없음), 끝; 나 자료(표, 2020), 표 1·2; 라 자료(2021), 표 9, 본문"
    parts = BeautifulSoup(html, "html.parser").select("details.cited > *")
    assert [part.get_text() for part in parts] == [short, whole]
    assert cited(*rows, language="en", estimate=True).text == (
        "Data: Paper B (table, 2020); Paper E (2021) and 2 more; computed by this report"
    )


def test_a_saved_chart_has_the_short_line(worded, shown):
    writer = worded()
    writer.documents = DOCUMENTS
    rows = pd.DataFrame([("a", "표 3"), ("d", "끝"), ("b", "표 1")], columns=["source", "place"])
    writer.chart(bars({"2018": 1}, "sales"), "caption", rows, first_year=2017)
    assert writer._last[2] == "출처: 가 자료(2019); 다 자료(날짜 없음) 외 1건"
    assert 'details class="cited"' in shown[0]["text/html"]


def test_a_chart_has_a_number_and_a_title_above_it_and_a_note_below(worded, shown):
    report = worded()
    for words in ("titled", "caption"):
        report.chart(bars({"2018": 1}, "sales"), words, "segment_sales", first_year=2017)
    first, second = (bundle["text/html"] for bundle in shown)
    order = ["<b>그림 1.</b> 2017년 뒤 늘었다</p>", "<svg", '<p class="note">점은 값.</p>']
    assert sorted(order, key=first.index) == order
    assert 'aria-label="2017년 뒤 늘었다. 점은 값."' in first
    assert "chart-title" not in second
    assert "2017년 이후 매출액." in second


def test_legends_and_years_are_written_too(worded, shown):
    sales = Tables("photonics")("segment_sales").query("coverage == 'whole' and segment != 'total'")
    _, ax = charts.figure(3)
    seaborn.lineplot(sales, x="year", y="sales", hue="segment", errorbar=None, ax=ax)
    worded().chart(ax, "subject")
    assert {"광통신", "분야", "매출액, 억 원"} <= set(drawn(shown[0]))
    assert "year" not in drawn(shown[0])


def test_a_chart_and_a_table_are_saved_below_build(worded, shown, tmp_path):
    writer = worded()
    with pytest.raises(ValueError, match="no chart has been shown"):
        writer.save("a.png")
    writer.chart(bars({"가": 1.0}, "값"), "subject", source="annual")
    path = writer.save("slides/a.png")
    assert path == tmp_path / "build" / "slides" / "a.png"
    assert path.read_bytes() == writer.save("slides/b.png").read_bytes()
    book = writer.save("a.xlsx", pd.DataFrame({"segment": ["total"], "sales": [1.5]}), "subject")
    rows = list(openpyxl.load_workbook(book).active.iter_rows(values_only=True))
    assert rows == [("전체", None), ("분야", "매출액(억 원)"), ("전체", 1.5)]
    with pytest.raises(ValueError, match="leads out of"):
        writer.save("../a.png")


def test_results_are_one_table_with_all_digits(shown):
    Report("en").results([("a", 1 / 3, "percent", 0.1, 0.5), ("b", 174923.0, "100 million won")])
    assert [result["value"] for result in shown[0][RESULT]] == [1 / 3, 174923.0]
    assert shown[0]["text/html"].count("<tr>") == 3
    frame = pd.DataFrame({"result": ["a"], "value": [1.0], "unit": ["percent"]})
    Report("ko").results(frame)
    assert shown[1][RESULT] == [{"name": "a", "value": 1.0, "unit": "percent", "low": None, "high": None}]
