"""Pages: texts in one language, headings under which something appears, and what stands open or is folded away."""

import re
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebook_reports
from notebook_reports import FRONT, GLOSSARY, RESULT, lab
from notebook_reports.execute import RunError
from notebook_reports.links import Link
from notebook_reports.render import render
from notebook_reports.sections import Sections, headings, in_language, split
from notebook_reports.words import LANGUAGES, own_words

FOOT = {"key": "a/b", "data": "1", "code": "2", "command": "make"}
FRAME = pd.DataFrame({"sales": [1.5, None]}, index=pd.Index([2018, 2019], name="year"))


def question(number, level="##"):
    return new_markdown_cell(
        f"{level} 물음 {number}\n문단 {number}\n\n<!-- en -->\n**Question {number}**\nText {number}"
    )


def shown(html="", **data):
    """An output that went through Report."""
    return new_output("display_data", {"text/html": html, **data}, metadata={"notebook_reports": True})


FRONT_PAGE = new_code_cell(
    "report.front()",
    outputs=[
        shown(
            "<header><h1>제목</h1></header>",
            **{FRONT: {"title": "제목", "subject": "", "vintage": "", "findings": ["결과."], "figures": []}},
        )
    ],
)


def ran(code, *outputs, **metadata):
    return new_code_cell(code, outputs=list(outputs), metadata=metadata)


def value(data):
    return new_output("execute_result", {name.replace("_", "/"): text for name, text in data.items()})


def page(*cells, language="ko"):
    metadata = {"papermill": {"parameters": {"language": language}}}
    return BeautifulSoup(render(new_notebook(cells=list(cells), metadata=metadata), FOOT), "html.parser")


def texts(tags):
    return [" ".join(tag.get_text().split()) for tag in tags]


@pytest.mark.parametrize(("language", "heading", "text"), [("ko", "물음 1", "문단 1"), ("en", "Question 1", "Text 1")])
def test_a_page_has_the_heading_and_the_paragraph_of_its_language(language, heading, text):
    soup = page(FRONT_PAGE, question(1), ran("say()", shown("<b>문장</b>")), language=language)
    assert texts(soup.main.find_all("h2")) == [heading]
    assert texts(soup.nav.find_all("li")) == [heading]
    assert soup.nav.a["href"] == f"#{soup.h2['id']}"
    assert soup.h2.find_next("p").text == text
    other = {"ko": ["Question", "Text"], "en": ["물음", "문단"]}[language]
    assert not [word for word in other if word in soup.text]
    assert "<!--" not in str(soup)


def test_a_bold_line_becomes_a_heading_of_the_level_that_the_korean_one_has():
    source = "### 물음\n\n문단\n<!-- en -->\n\n**What of *it*?**\n\nA **bold** word.\n\n**No heading**"
    assert split(in_language(source, "en")) == [(3, "### What of *it*?\n\n\nA **bold** word.\n\n**No heading**")]
    assert in_language("문단\n<!-- en -->\n**Bold**", "en") == "**Bold**"
    assert in_language("## Both\n**a**", "en") == "## Both\n**a**"


def test_what_looks_like_a_heading_in_code_is_none():
    assert headings("## 가\n```\n## not\n~~~\n```\n## 나 ##\n#다", 2) == ["가", "나"]


def test_a_heading_under_which_nothing_appears_is_left_off_with_its_paragraph():
    cells = [
        question(1),
        ran("x = 1"),
        ran("record()", shown(**{RESULT: []})),
        question(2),
        ran("say()", shown("<b>둘</b>")),
    ]
    soup = page(FRONT_PAGE, *cells, question(3), ran("x = 2", value({"text_plain": "2"})))
    assert texts(soup.main.find_all("h2")) == texts(soup.nav.find_all("li")) == ["물음 2"]
    assert "문단 1" not in soup.text
    assert "문단 3" not in soup.text
    codes = texts(soup.select("details.code pre:not(.output)"))
    assert codes == ["say() x = 2"]


def test_evidence_and_the_paragraph_of_a_question_are_folded_and_printed_at_its_end():
    cells = [
        question(1),
        ran("a()", shown("<b>열림</b>")),
        ran("b()", shown("<i>근거</i>"), tags=["evidence"]),
        ran("c()", shown("<b>또 열림</b>")),
        question(2),
        ran("d()", shown("<i>근거만</i>"), tags=["evidence"]),
    ]
    soup = page(FRONT_PAGE, *cells)
    assert texts(soup.main.find_all("h2")) == ["물음 1", "물음 2"]
    first, second = soup.select("details.how")
    assert texts(first.select(":scope > p, :scope i")) == ["문단 1", "근거"]
    assert texts(first.select("details.code pre")) == ["a() b() c()"]
    assert [tag.name for tag in first.find_all_previous("b")] == ["b", "b"]
    assert texts(second.select(":scope > p, :scope i")) == ["문단 2", "근거만"]
    assert first.find_parent("details") is None
    assert texts(soup.select(".rest > details.how > summary")) == ["어떻게 알았나"] * 2


def test_without_report_evidence_and_paragraphs_stay_open():
    soup = page(question(1), ran("1 + 1", value({"text_plain": "2"}), tags=["evidence"]))
    assert not soup.select("details.how")
    assert soup.h2.find_next("p").text == "문단 1"
    assert texts(soup.select("details.code pre")) == ["1 + 1"]


def test_a_heading_stands_where_something_appears_below_one_of_a_lower_level():
    sections = Sections("ko")
    for level, number in ((2, 1), (3, 2)):
        sections.add(question(number, "#" * level).source)
        assert sections.ran(False) == []
    sections.add(question(3, "###").source)
    assert sections.ran(True) == ["## 물음 1\n문단 1", "### 물음 3\n문단 3"]
    sections.add("덧붙임")
    assert sections.end() == ["덧붙임"]


def test_prose_without_code_stays_with_the_headings_above_it():
    sections = Sections("ko")
    for level, number in ((2, 1), (3, 2), (3, 3)):
        sections.add(question(number, "#" * level).source)
    sections.ran(False)
    sections.add(question(4).source)
    assert sections.end() == ["## 물음 1\n문단 1", "### 물음 2\n문단 2", "## 물음 4\n문단 4"]


def test_a_notebook_without_the_marker_is_shown_as_it_is():
    soup = page(FRONT_PAGE, new_markdown_cell("## 가"), ran("x = 1"), new_markdown_cell("## 나"))
    assert texts(soup.main.find_all("h2")) == ["가", "나"]


def test_cells_that_are_for_jupyterlab_alone_are_left_out():
    hidden = [new_markdown_cell("# 제목\n안내", metadata={"tags": ["remove-cell"]})]
    hidden += [ran(f"code_{tag}", shown("<b>x</b>"), tags=[tag]) for tag in ("parameters", "panel", "remove-cell")]
    soup = page(FRONT_PAGE, *hidden)
    assert "안내" not in soup.text
    assert "code_" not in soup.text


def test_what_did_not_go_through_report_stands_small_inside_the_code():
    frame = value({"text_html": FRAME._repr_html_(), "text_plain": str(FRAME)})
    streams = [new_output("stream", name=name, text=f"{name}\n") for name in ("stdout", "stderr")]
    cells = [ran("frame", *streams, frame), ran("say()", shown("<b>열린</b>"))]
    soup = page(FRONT_PAGE, question(1), *cells, ran("last", value({"text_plain": "<7>"})))
    details = soup.select("details.code")
    pieces = [tag.text.strip() for tag in details[0].find_all("pre")]
    assert pieces == ["frame", "stdout", "say()\n\nlast", "<7>"]
    assert details[0].table.attrs == {"aria-label": "코드의 출력"}
    assert texts(details[0].table.find_all("tr")) == ["sales", "year", "20181.5", "2019NaN"]
    assert all(tag["tabindex"] == "0" and tag["aria-label"] for tag in soup.select(".output"))
    assert len(details) == 1
    for tag in details:
        tag.extract()
    assert texts(soup.find_all("b")) == ["열린"]
    assert not soup.table
    assert "stderr" not in str(soup)
    assert "style=" not in str(soup)


def test_a_page_leads_to_others_by_what_differs_and_from_its_foot_to_the_cover_and_the_other_language():
    links = [
        Link("분야", "전체 <모두>", "total.ko", "산업"),
        Link("분야", "가", "a.ko"),
        Link("언어", "English", "x.en", "", "en"),
    ]
    html = render(new_notebook(cells=[FRONT_PAGE]), FOOT | {"links": links})
    found = BeautifulSoup(html, "html.parser")
    nav, foot = found.select_one("main nav.pages"), found.select("footer p:last-child a")
    assert texts(nav.select("p")) == ["분야 전체 <모두> 가", "언어 English"]
    assert [(a["href"], a.get("hreflang")) for a in nav.select("a")] == [
        ("total.ko.html", None), ("a.ko.html", None), ("x.en.html", "en"),
    ]  # fmt: skip
    assert [a["href"] for a in foot] == ["../index.html", "total.ko.html", "x.en.html"]
    assert texts(foot)[1] == "산업"
    assert not page(FRONT_PAGE).select("nav.pages")


def test_terms_are_explained_before_the_results():
    term = ["growth", "연평균", ["연평균"], "해마다."]
    record = {RESULT: [{"name": "a", "value": 1, "unit": "%", "low": None, "high": None}]}
    front = new_code_cell(
        outputs=[shown("<h1>연평균</h1>", **{FRONT: FRONT_PAGE.outputs[0].data[FRONT], GLOSSARY: [term]})]
    )
    html = str(page(front, ran("a", shown("<p>연평균 3%</p>")), ran("b", shown("", **record))))
    order = ["<h1>연평균</h1>", 'id="use-growth"', 'id="term-growth"', "<dd>해마다.", 'class="results"']
    assert sorted(order, key=html.index) == order


def test_without_report_all_outputs_stand_open_and_the_first_heading_is_the_title():
    frame = value({"text_html": FRAME._repr_html_()})
    cells = [
        new_markdown_cell("# 제목\n## 절"),
        ran("print()", new_output("stream", name="stdout", text="말\n")),
        ran("frame", frame),
    ]
    soup = page(*cells)
    assert soup.title.text == "제목"
    assert texts(soup.nav.find_all("li")) == ["절"]
    assert soup.find("pre", string="말").parent.name == "main"
    assert soup.table.find_parent("div")["class"] == ["scroll"]
    assert not soup.select(".output")


def test_what_a_front_page_has_for_jupyterlab_is_left_out(monkeypatch):
    assert lab.dressed("<h1>제목</h1>") == "<h1>제목</h1>"
    monkeypatch.setattr(lab, "attended", lambda: True)
    dressed = lab.dressed(Markup("<h1>제목</h1>"))
    assert "<style" in dressed
    assert "jp-toc-ignore" in dressed
    assert lab.undressed(dressed) == "<h1>제목</h1>"
    soup = page(FRONT_PAGE, ran("say()", shown(dressed)))
    assert len(soup.find_all("style")) == 1
    assert "jp-toc-ignore" not in str(soup)


def test_a_picture_in_a_text_is_in_the_page():
    cell = new_markdown_cell("![그림](attachment:a.png)", attachments={"a.png": {"image/png": "iVBORw0=\n"}})
    assert page(FRONT_PAGE, cell).img["src"] == "data:image/png;base64,iVBORw0="


def test_report_without_a_front_page_is_refused():
    with pytest.raises(RunError, match="called 0 times"):
        page(ran("say()", shown("<b>문장</b>")))


def test_no_sentence_of_a_page_stands_in_templates_or_code():
    folder = Path(notebook_reports.__file__).parent
    # These take Korean texts apart.
    reading = {
        "compare.py",
        "korean.py",
        "words.py",
        "sections.py",
        "table_html.py",
        "citing.py",
    }
    for path in [*folder.glob("*.py"), *(path for path in folder.glob("templates/**/*") if path.is_file())]:
        if path.name not in reading:
            assert not re.search("[가-힣]", path.read_text(encoding="utf-8")), path


def test_every_one_of_the_own_words_is_used():
    folder = Path(notebook_reports.__file__).parent
    files = [*folder.glob("*.py"), *(path for path in folder.glob("templates/**/*") if path.is_file())]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for language in LANGUAGES:
        words = own_words(language).entries
        unused = [key for key in words if not re.search(rf"['\"_]{key}['\"]", code)]
        assert [key for key in unused if not key.startswith("mark_")] == []


def test_of_a_long_frame_the_page_has_the_first_rows_and_says_how_many_there_are():
    def folded(html):
        cells = [ran("frame", value({"text_html": html})), ran("say()", shown("<b>열린</b>"))]
        return page(FRONT_PAGE, *cells).select_one(".output")

    long = folded(pd.DataFrame({"a": range(30)})._repr_html_())
    assert len(long.select("tr")) == 5
    assert long.p.text == "처음 4행, 모두 30행"
    assert "모두" not in folded(pd.DataFrame({"a": range(4)})._repr_html_()).text
    other = "<table><tbody>" + "<tr><td>1</td></tr>" * 30 + "</tbody></table><p>after</p>"
    assert len(folded(other).select("tr")) == 30
