"""Every page in a real browser without a network: by axe, in a narrow and a wide window, light and dark, on paper."""

import base64
import re
from io import BytesIO
from itertools import pairwise

import pandas as pd
import pypdfium2
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from conftest import ROOT
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from notebook_reports.plan import read_plan
from notebook_reports.render import render

REPORTS = ROOT / "reports"
PLAN = read_plan(REPORTS / "reports.yml", ROOT / "notebooks")
PAGES = [f"{spec.key}.html" for spec in PLAN] + ["index.html"]
COVERS = [f"{spec.key}.html" for spec in PLAN if spec.cover]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, NARROW = ({"width": width, "height": 900} for width in (1280, 360))
FIRST_SCREEN = {"width": 1280, "height": 800}
LETTERS = 9
"""Least height of letters in a chart on a phone, px."""
WRONG = """<!DOCTYPE html><meta charset="utf-8"><title>x</title><style>pre{width:2000px}</style><pre>wide</pre>
<img src="data:,"><p style="color:#999;background:#fff">pale</p>
<figure class="chart"><svg viewBox="0 0 100 50" width="100" height="50" aria-label="x">
<path d="M0 0H60V50H0z" style="fill:#333"/>
<text x="5" y="20" style="font-size:10px;fill:#fff">white</text>
<text x="80" y="20" style="font-size:10px">beyond</text><text x="66" y="44" style="font-size:10px">over</text>
<text x="70" y="46" style="font-size:10px">each</text><text x="5" y="44" style="font-size:10px">dark</text>
</svg></figure>"""


@pytest.fixture(scope="module")
def window(browser):
    """A tab of a browser that has no network."""
    context = browser.new_context(offline=True)
    context.add_init_script(AXE_SCRIPT)
    context.add_init_script(path=ROOT / "tests" / "browser.js")
    return context.new_page()


@pytest.fixture(scope="module")
def noise(window):
    """What pages ask for and complain of."""
    heard = []
    window.on("request", lambda request: heard.append(request.url.split(",")[0]))
    window.on("console", lambda message: heard.append(message.text))
    window.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.fixture(scope="module", params=PAGES)
def page(window, noise, request):
    """Each page in turn, opened."""
    noise.clear()
    window.goto((REPORTS / request.param).as_uri())
    return window


@pytest.fixture
def unfolded(page):
    """The page with all that it folds away open."""
    page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
    yield page
    page.eval_on_selector_all("details", "all => all.forEach(each => each.open = false)")


def test_it_opens_without_a_network_and_without_complaint(page, noise):
    assert set(noise) == {page.url} | {part for part in noise if part.startswith("data:")}


def test_its_landmarks_headings_figures_and_tables_are_in_order(page):
    levels = page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "all => all.map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.locator("main").count() == 1
    for wrong in (
        "table:not(:has(caption)):not([aria-label])",
        "svg:not([role=img][aria-label])",
        "figure:not(:has(figcaption))",
        ".scroll:not([tabindex='0'][role=group][aria-label])",
        "pre:not([tabindex='0'][aria-label])",
    ):
        assert page.locator(wrong).count() == 0, wrong


@pytest.mark.parametrize(("scheme", "tags"), [("light", STANDARD), ("dark", [])])
def test_it_is_accessible(unfolded, scheme, tags):
    unfolded.set_viewport_size(WIDE)
    unfolded.emulate_media(color_scheme=scheme)
    assert unfolded.evaluate("violations", tags) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_nothing_leaves_the_window(unfolded, size):
    unfolded.set_viewport_size(size)
    assert unfolded.evaluate("outside") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_charts_are_whole_apart_and_dark_enough(page, scheme):
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("illegible") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_chart_whole_without_scrolling(unfolded, scheme):
    unfolded.set_viewport_size(NARROW)
    unfolded.emulate_media(color_scheme=scheme)
    found = unfolded.evaluate("onPhone")
    assert not found["scrolls"]
    assert [each for each in found["charts"] if each["outside"] or each["scrolls"] or each["smallest"] < LETTERS] == []


@pytest.mark.parametrize("cover", COVERS)
def test_the_first_screen_of_a_topic_tells_it_whole(window, cover):
    window.set_viewport_size(FIRST_SCREEN)
    window.emulate_media(color_scheme="light")
    window.goto((REPORTS / cover).as_uri())
    assert window.evaluate("notOnFirstScreen") == []


def test_charts_are_written_in_the_fonts_that_the_page_holds(page):
    pattern = r"@font-face\{font-family:'([^']+)';font-weight:(\d+);src:url\(data:font/woff2;base64,([^)]+)\)"
    faces = {weight: (family, data) for family, weight, data in re.findall(pattern, page.content())}
    for weight, characters in page.evaluate("written").items():
        if characters:
            family, data = faces.pop(weight)
            assert {ord(each) for each in characters} <= set(TTFont(BytesIO(base64.b64decode(data))).getBestCmap())
            loaded = "[...document.fonts].filter(each => each.status == 'loaded').map(each => each.weight)"
            assert weight in page.evaluate(loaded)
            styles = page.eval_on_selector_all("svg text", "all => all.map(each => getComputedStyle(each).fontFamily)")
            assert {style.split(",")[0].strip("'\"") for style in styles} == {family}
    assert faces == {}


def test_it_prints_without_a_cut_with_numbers_and_evidence_and_without_code(page):
    page.emulate_media(color_scheme="dark")
    texts = page.evaluate("printed")
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as document:
        sheets = [_squeezed(sheet.get_textpage().get_text_bounded()) for sheet in document]
    cut = [part for part in texts["together"] if not any(all(_squeezed(t) in sheet for t in part) for sheet in sheets)]
    assert cut == []
    whole = "".join(sheets)
    assert [text for text in texts["shown"] if _squeezed(text) not in whole] == []
    assert [text for text in texts["hidden"] if len(text) > 20 and _squeezed(text) in whole] == []


def _squeezed(text):
    """The text without what line ends may change, and dots that share a glyph."""
    return re.sub(r"[\s\ufffe\x02·⸱-]+", "", text)


def test_the_index_opens_its_lists_for_a_search_and_sorts_what_it_compares(window):
    window.set_viewport_size(WIDE)
    window.goto((REPORTS / "index.html").as_uri())
    listed = "[...document.querySelectorAll('li[data-report]')].filter(each => each.checkVisibility()).length"
    word = max(window.get_attribute("li[data-report][data-words]", "data-words").split(), key=len)
    assert window.evaluate(listed) == 0
    window.fill("input[name=words]", word)
    assert 0 < window.evaluate(listed) <= len(PLAN)
    window.fill("input[name=words]", f"{word} qqqq")
    assert window.evaluate(listed) == window.locator(".group:visible").count() == 0
    window.click("button[type=reset]")
    window.wait_for_function(f"{listed} == 0 && document.querySelector('.group').checkVisibility()")
    window.select_option("select[name=language]", "en")
    assert window.evaluate(listed) == sum(spec.parameters["language"] == "en" for spec in PLAN)
    window.click("button[type=reset]")
    window.locator(".compare summary").first.click()
    window.locator(".pick select").first.select_option("1")
    values = window.locator(".compare").first.locator("td[data-value]:visible")
    shown = [float(each.get_attribute("data-value")) for each in values.all()]
    assert len(shown) > 2
    assert shown == sorted(shown, reverse=True)


def picture(**options):
    buffer = BytesIO()
    Figure(**options).savefig(buffer)
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_any_notebook_shows_stays_in_the_window_and_is_accessible(window, tmp_path, size, scheme):
    frame, wide = pd.DataFrame([range(1000, 1060)] * 3), picture(figsize=(20, 4))
    colours = "\x1b[31mred\x1b[0m \x1b[42mgreen\x1b[0m \x1b[1;93mbold\x1b[0m \x1b[7minverse\x1b[0m"
    shown = [
        {"image/png": wide},
        {"text/html": f'<img src="data:image/png;base64,{wide}"><svg viewBox="0 0 9 9" width="3000"></svg>'},
        {"text/html": frame._repr_html_()},
        {"text/html": frame.to_html(border=1)},
        {"text/latex": f"$${' + '.join(f'x_{{{number}}}' for number in range(60))}$$"},
        {"text/plain": f"{colours} {'word ' * 200}"},
    ]
    outputs = [new_output("display_data", data) for data in shown]
    declared = {"image/png": {"width": 200, "height": 100}}
    outputs.append(new_output("display_data", {"image/png": picture(figsize=(4, 2), dpi=200)}, metadata=declared))
    table = "\n".join(f"{cell * 40}|" for cell in ("| a ", "|---", "| 1000 "))
    text = f"# Title\n\n{table}\n\n```\n{'x = 1; ' * 60}\n```\n\n## Part"
    cells = [new_markdown_cell(text), new_code_cell("x", outputs=outputs, execution_count=1)]
    file = tmp_path / "page.html"
    foot = dict.fromkeys(("key", "data", "code", "command"), "a")
    file.write_text(render(new_notebook(cells=cells), foot, tmp_path), encoding="utf-8")
    window.set_viewport_size(size)
    window.emulate_media(color_scheme=scheme)
    window.goto(file.as_uri())
    assert window.evaluate("outside") == []
    assert window.evaluate("violations", STANDARD) == []
    sizes = window.eval_on_selector_all("main img", "all => all.map(each => [each.clientWidth, each.clientHeight])")
    assert sizes[-1] == [200, 100]
    assert all(abs(width / height - 5) < 0.1 for width, height in sizes[:2])


def test_a_page_with_faults_does_not_pass(window):
    window.set_viewport_size(WIDE)
    window.goto("about:blank")
    window.set_content(WRONG)
    assert window.evaluate("notOnFirstScreen") == [".headline", ".drawing", ".findings", ".figures", ".unknown"]
    found = window.evaluate("violations", STANDARD)
    assert {each.split(":")[0] for each in found} >= {"color-contrast", "image-alt", "html-has-lang"}
    assert window.evaluate("outside")[0] == "the page scrolls sideways"
    assert window.evaluate("illegible") == [
        "x: cut off: beyond",
        "x: pale: dark (1.7 to 1)",
        "x: over each other: over | each",
    ]
    phone = window.evaluate("onPhone")
    assert phone["scrolls"]
    assert [(each["outside"], each["smallest"]) for each in phone["charts"]] == [(["beyond"], 10)]
