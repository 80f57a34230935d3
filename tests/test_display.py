import base64
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from io import BytesIO

import pandas as pd
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from kr_industry import charts
from notebook_reports import FONTS, FRONT, RESULT, display, fonts
from notebook_reports.display import Report, html_table, number_text
from notebook_reports.drawing import shorter, svg
from notebook_reports.render import ReportExporter

NASTY = '<script>alert("1")</script>'


@pytest.fixture
def shown(monkeypatch):
    """What a report displays, instead of showing it."""
    bundles = []
    monkeypatch.setattr(display, "display", lambda data, raw: bundles.append(data))
    return bundles


def test_a_chart_carries_its_words_its_source_and_its_numbers(shown):
    numbers = pd.DataFrame({"연도": ["2017", "2018"], "매출액": [22705, 23005]})
    figure = charts.columns(pd.Series([22705, 23005], index=["2017", "2018"]), "억 원")
    Report("ko").chart(figure, words="매출이 늘었다.", source="표 3", numbers=numbers)
    html = shown[0]["text/html"]
    assert "매출이 늘었다." in html
    assert "출처: 표 3" in html
    data = re.search(r"base64,([\w+/=]+)", html)[1]
    assert base64.b64decode(data).decode("utf-8-sig") == "연도,매출액\r\n2017,22705\r\n2018,23005\r\n"


def test_text_from_data_shows_as_text(shown):
    report = Report("en")
    figure = charts.bars(pd.Series([1.0], index=[NASTY]), NASTY)
    report.chart(figure, words=NASTY, source=NASTY, numbers=pd.DataFrame({NASTY: [NASTY]}))
    report.table(pd.DataFrame({NASTY: [NASTY], "b": [1]}), NASTY, NASTY)
    report.front(NASTY, NASTY, NASTY, [NASTY], [(NASTY, NASTY, NASTY)])
    report.say(NASTY)
    for bundle in shown:
        for kind in ("text/html", "text/markdown"):
            assert "<script" not in bundle.get(kind, "")


def test_svg_is_well_formed_scales_and_keeps_its_text():
    figure = charts.columns(pd.Series([1.0, 2.0], index=["가", "나"]), "단위")
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
        return svg(charts.columns(pd.Series([1.0, 2.0], index=["가", "나"]), "단위", hatched=["나"]), "c1-", "뜻")

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
    report = Report("ko")
    report.record("sales_growth", 1.3, "percent", low=1.0, high=1.6)
    assert shown[0][RESULT] == {"name": "sales_growth", "value": 1.3, "unit": "percent", "low": 1.0, "high": 1.6}
    report.front("제목", "대상", "자료", ["첫째", "둘째"])
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
    with pytest.raises(ValueError, match="at least one finding"):
        Report("ko").front("제목", "대상", "자료", [])


def test_key_figures_stand_between_subject_and_findings_label_first(shown):
    figures = [("2조 3,005억 원", "2018년 매출액", ""), ("연 −2.9%", "꺾인 뒤의 증가율", "95% 구간 −5.3~−0.3%")]
    Report("ko").front("제목", "대상", "자료", ["발견"], figures)
    html = shown[0]["text/html"]
    order = ["대상", "2018년 매출액", "2조 3,005억 원", "꺾인 뒤의 증가율", "연 −2.9%", "95% 구간 −5.3~−0.3%", "발견"]
    assert sorted(order, key=html.index) == order
    assert html.count("<dt>") == html.count('<dd class="value">') == 2
    assert html.count('<dd class="note">') == 1
    assert shown[0][FRONT]["figures"] == [
        {"value": "2조 3,005억 원", "label": "2018년 매출액", "note": ""},
        {"value": "연 −2.9%", "label": "꺾인 뒤의 증가율", "note": "95% 구간 −5.3~−0.3%"},
    ]


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
    Report("ko").chart(charts.columns(pd.Series([1.0, 2.0], index=["가", "나"]), "값"), words="말", source="표")
    html, files = shown[0]["text/html"], shown[0][FONTS]
    first = fonts.font_faces(html, files)
    assert first.count("@font-face") == len(files)
    assert fonts.font_faces(html.replace(">가<", ">다<"), files) != first
    assert fonts.font_faces(html, files) == first


def test_a_font_holds_the_characters_and_outlines_that_its_charts_use(shown):
    Report("ko").chart(charts.columns(pd.Series([1.0, 2.0], index=["가", "나"]), "값"), words="말", source="표")
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
