"""Pages of notebooks that know nothing of Report: what nbconvert shows stands there, and needs no network."""

import base64
import re
from io import StringIO

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from test_render import FRONT_PAGE, question, shown

from notebook_reports.drawing import svg
from notebook_reports.markup import coloured
from notebook_reports.render import ReportExporter, pictures, render

FOOT = {"key": "a/b", "data": "1", "code": "2", "command": "make"}
PNG = base64.b64encode(b"\x89PNG").decode()


def ran(code="x", *outputs, number=1, **metadata):
    return new_code_cell(code, outputs=list(outputs), metadata=metadata, execution_count=number)


def output(metadata=None, **data):
    """An output by media types, written with _ in place of /; ``plotly`` and ``widget`` are short for theirs."""
    kinds = {"plotly": "application/vnd.plotly.v1+json", "widget": "application/vnd.jupyter.widget-view+json"}
    data = {kinds.get(name, name.replace("_", "/").replace("svg", "svg+xml")): value for name, value in data.items()}
    return new_output("display_data", data, metadata=metadata or {})


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def html(*cells, folder=None, notes=None, language="en"):
    metadata = {"papermill": {"parameters": {"language": language}}}
    return render(new_notebook(cells=list(cells), metadata=metadata), FOOT, folder, notes)


def page(*cells, **options):
    return BeautifulSoup(html(*cells, **options), "html.parser")


def drawn(**settings):
    """A drawing as matplotlib's inline backend shows it."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": None, **settings}):
        figure = Figure()
        figure.add_subplot(title="title").plot([1, 2])
        buffer = StringIO()
        FigureCanvasSVG(figure).print_svg(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "selector", "text"),
    [
        ({"image_jpeg": PNG, "text_plain": "no"}, f"main img[src='data:image/jpeg;base64,{PNG}'][alt]", ""),
        ({"image_png": PNG, "text_plain": "no"}, f"main img[src='data:image/png;base64,{PNG}'][alt]", ""),
        ({"image_gif": PNG, "text_plain": "no"}, f"main img[src='data:image/gif;base64,{PNG}']", ""),
        ({"image_svg": "<svg/>", "text_plain": "no"}, "main img[src^='data:image/svg+xml;base64,'][alt]", ""),
        ({"text_latex": "$\\frac{a}{b}$", "image_png": PNG}, "main math mfrac", "ab"),
        ({"text_markdown": "a **b**", "text_plain": "no"}, "main strong", "b"),
        ({"text_html": "<u>a</u><script>b</script>", "text_plain": "no"}, "main u", "a"),
        ({"text_html": "<script>b()</script>", "text_plain": "no"}, "main script", "b()"),
        ({"text_plain": "<a>"}, "main pre:not(details pre)", "<a>"),
    ],
)
def test_the_best_kind_of_an_output_stands_open(data, selector, text):
    soup = page(ran("x", output(**data)))
    assert soup.select_one(selector).text == text
    assert "no" not in [pre.text for pre in soup.main.select("pre")]


@pytest.mark.parametrize(
    ("data", "name", "stands"),
    [
        ({"plotly": {}}, "plotly", "an output that this page cannot show (plotly)"),
        ({"plotly": {}, "text_html": "<p>a</p><script>require(['plotly'], f)</script>", "text_plain": "Figure"},
         "plotly", "Figure"),
        ({"widget": {"model_id": "a"}, "text_plain": "0% 0/10"}, "widget", "0% 0/10"),
        ({"application/vnd.vegalite.v5+json": {}, "text_plain": "Chart"}, "vegalite", "Chart"),
        ({"application_javascript": "alert(1)", "text_plain": "<Javascript>"}, "javascript", "<Javascript>"),
    ],
)  # fmt: skip
def test_of_what_needs_a_script_the_text_stands_there_and_a_note_says_so(data, name, stands):
    soup = page(ran("x", output(**data), number=7), notes=(notes := []))
    assert soup.main.pre.text == stands
    assert not soup.main.select("script")
    assert len(notes) == 1
    assert re.match(f"a {name} output of cell 7 cannot be shown here", notes[0])


def test_a_picture_stands_in_for_html_that_needs_a_script_and_html_alone_passes_with_a_note():
    fetched = "<b>a</b><script src='https://cdn.org/x.js'></script>"
    assert page(ran("x", output(text_html=fetched, image_png=PNG))).main.img
    soup = page(ran("x", output(text_html=fetched, text_plain="x")), notes=(notes := []))
    assert soup.main.script["src"] == "https://cdn.org/x.js"
    assert notes == ["HTML of cell 1 needs a script that a page does not hold: https://cdn.org/x.js"]
    assert page(ran("x", output(plotly={}, text_html="<script>Plotly.newPlot()</script>"))).main.script


def test_a_result_an_error_and_what_is_printed_stand_open_and_warnings_do_not():
    failed = new_output(
        "error",
        ename="E",
        evalue="v",
        traceback=["\x1b[31mE\x1b[39m", "File \x1b[32m/opt/lib/a.py:3\x1b[39m, in f"],
    )
    soup = page(
        ran("x", printed("a\n"), printed("b\n", "stderr"), failed, output(text_plain="c"), tags=["raises-exception"])
    )
    assert [pre.text for pre in soup.main.select("pre:not(details pre)")] == ["a", "E\nFile a.py:3, in f", "c"]
    assert soup.select_one(".ansi-red-fg").text == "E"
    assert all(pre["tabindex"] == "0" and pre["aria-label"] for pre in soup.select("pre"))


def test_streams_are_joined_and_what_was_overwritten_is_gone():
    soup = page(ran("x", printed("10%\r"), printed("20%\r\n"), printed("a\rb\nc")))
    assert soup.main.pre.text == "20%\nb\nc"


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("\x1b[31ma\x1b[0m<b", '<span class="ansi-red-fg">a</span>&lt;b'),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b[2Ka\x1b(Bb\x1bc\x00\x08d", "abcd"),
    ],
)
def test_colours_show_and_other_commands_to_a_terminal_do_not(text, shows):
    assert coloured(text) == shows


def test_colours_last_until_they_are_taken_back_however_long_the_text():
    from nbconvert.filters import ansi2html

    text = "".join(f"\x1b[{30 + i % 8}mx{i}\x1b[{i % 3}m\x1b[38;5;{i}my\x1b[4{i % 8}mz" for i in range(300))
    assert coloured(text) == ansi2html(text)


def test_a_long_text_is_coloured_in_short_pieces(monkeypatch):
    pieces = []
    monkeypatch.setattr("notebook_reports.markup.ansi2html", lambda text: pieces.append(text) or text)
    for count in (1_000, 20_000):
        coloured("".join(f"\x1b[38;2;{i % 256};{i // 256};0ma\x1b[1mb\x1b[44mc" for i in range(count)))
    assert max(map(len, pieces)) < 3_000


def test_tags_leave_out_cells_code_or_outputs():
    cells = [
        ran(f"code_{tag}", printed(f"shown_{tag}"), tags=[tag])
        for tag in ("remove-cell", "remove-input", "remove-output")
    ]
    soup = page(*cells)
    assert [pre.text for pre in soup.main.select("pre")] == ["shown_remove-input", "code_remove-output"]


def test_raw_cells_of_html_stand_where_they_are():
    cells = [
        new_raw_cell("<p>raw</p>", metadata={"raw_mimetype": "text/html"}),
        new_raw_cell("tex", metadata={"raw_mimetype": "text/latex"}),
    ]
    soup = page(new_markdown_cell("before"), *cells, new_markdown_cell("after"))
    assert [p.text for p in soup.main.select("p")] == ["before", "raw", "after"]
    assert "tex" not in soup.main.text.split()


def test_headings_of_the_contents_are_those_of_the_text_as_it_shows():
    text = "# T\n## One *em* `code`\n```\n## none\n```\nTwo\n---\n<h2>Three</h2>\n\n## [Four](x)"
    soup = page(
        ran("x", output(text_html="<h2>of an output</h2>")), new_markdown_cell(text), new_markdown_cell("## Five")
    )
    links = soup.select(".contents a")
    assert [link.decode_contents() for link in links] == [
        "One <em>em</em> <code>code</code>",
        "Two",
        "Three",
        "Four",
        "Five",
    ]
    assert [soup.find(id=link["href"][1:]).text for link in links] == ["One em code", "Two", "Three", "Four", "Five"]
    assert soup.select_one(".skip")["href"] == links[0]["href"]


def test_the_title_is_the_first_heading_however_it_is_written_and_the_contents_follow_it():
    soup = page(new_markdown_cell("A *b* `c`\n===\ntext\n## d"))
    assert soup.title.text == "A b c"
    assert soup.h1.find_next_sibling().name == "nav"


def test_code_without_output_stands_under_its_own_heading():
    soup = page(
        new_markdown_cell("## One"), ran("x = 1"), new_markdown_cell("## Two"), ran("x", output(text_plain="1"))
    )
    assert [code.text for code in soup.h2.find_next_sibling("details").select("pre")] == ["x = 1"]
    last = page(
        new_markdown_cell("## One"), ran("x", output(text_plain="1")), new_markdown_cell("## Two"), ran("y = 1")
    )
    assert [code.text for code in last.select("h2")[1].find_next_sibling("details").select("pre")] == ["y = 1"]


def test_references_of_a_text_lead_to_its_end():
    soup = page(new_markdown_cell("[a][1]\n## b\n[1]: https://c.org"))
    assert soup.main.select_one("p a")["href"] == "https://c.org"


@pytest.mark.parametrize(
    "formula",
    ["$$\\begin{aligned} a &= b \\\\ c &= d\\end{aligned}$$", "\\begin{align*} a &= b\\\\ c &= d\\end{align*}",
     "$$\\begin{gather} a \\\\ b\\end{gather}$$", "\\begin{eqnarray} a &=& b\\\\ c &=& d \\nonumber\\end{eqnarray}"],
)  # fmt: skip
def test_formulas_of_several_lines_are_laid_out(formula):
    soup = page(new_markdown_cell(formula), notes=(notes := []))
    assert len(soup.select("math mtable mtr")) == 2
    assert "&" not in soup.math.text
    assert notes == []


@pytest.mark.parametrize("formula", ["$\\unknown{x} + 1$", "$\\left( a$", "$x_{$", "$$\\frac{a}$$", "$a & b$"])
def test_of_a_formula_that_cannot_be_laid_out_the_source_shows_and_a_note_says_so(formula):
    soup = page(new_markdown_cell(f"before {formula} after"), notes=(notes := []))
    assert soup.main.code.text == formula
    assert notes == [f"a formula cannot be laid out, its source stands in its place: {formula}"]


@pytest.mark.parametrize(
    "cell", ["![a *b*](img/a%20b.png)", "<img src='img/a b.png' alt='a b' width=200>", "![x](../img/a%20b.png?v=1)"]
)
def test_a_picture_beside_the_notebook_or_in_its_project_is_in_the_page(tmp_path, cell):
    (tmp_path / "pyproject.toml").touch()
    for folder in (tmp_path / "notebooks" / "img", tmp_path / "img"):
        folder.mkdir(parents=True)
        (folder / "a b.png").write_bytes(b"png")
    kind = "text_html" if cell[0] == "<" else "text_markdown"
    cells = [new_markdown_cell(cell), ran("x", output(**{kind: cell}))]
    notes, folder = [], tmp_path / "notebooks"
    images = page(*cells, folder=folder, notes=notes).main.select("img")
    assert len(images) == 2
    assert {image["src"] for image in images} == {f"data:image/png;base64,{base64.b64encode(b'png').decode()}"}
    assert all(image["alt"] for image in images)
    assert notes == []
    beside = tmp_path if "../" in cell else folder
    assert pictures(new_notebook(cells=cells), folder) == [beside / "img" / "a b.png"]


@pytest.mark.parametrize(
    "address",
    [
        "img/none.png",
        "../beyond.png",
        "/etc/logo.png",
        "img/text.txt",
        "link.png",
        "img",
        "a%00.png",
        "attachment:a.png",
    ],
)
def test_a_picture_that_is_not_there_or_leads_away_is_named_and_its_words_show(tmp_path, address):
    folder = tmp_path / "here"
    (folder / "img").mkdir(parents=True)
    (folder / "img" / "text.txt").write_text("secret")
    (tmp_path / "beyond.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "beyond.png")
    soup = page(new_markdown_cell(f"![the logo]({address})"), folder=folder, notes=(notes := []))
    assert notes == [f"picture {address} is not there"]
    assert soup.select_one(".missing").text == "the logo"
    assert base64.b64encode(b"secret").decode() not in str(soup)


def test_a_picture_of_the_network_stays_as_it_is_with_a_note(tmp_path):
    soup = page(new_markdown_cell("![a](https://b.org/c.png)"), folder=tmp_path, notes=(notes := []))
    assert soup.main.img["src"] == "https://b.org/c.png"
    assert notes == ["picture https://b.org/c.png is on the network and shows only where there is one"]


def test_pictures_in_code_and_scripts_are_left_alone(tmp_path):
    script = "<script>a = '<img src=\"b.png\">'</script>"
    soup = page(
        new_markdown_cell("```\n<img src='b.png'>\n```"),
        ran("x", output(text_html=script)),
        folder=tmp_path,
        notes=(notes := []),
    )
    assert soup.main.script.text in script
    assert notes == []


def test_pictures_keep_the_width_that_they_declare():
    soup = page(
        ran(
            "x",
            output({"image/png": {"width": 300, "height": 150}}, image_png=PNG),
            output({"image/jpeg": {"width": 200}}, image_jpeg=PNG),
        )
    )
    assert [(image["width"], image.get("height")) for image in soup.main.select("img")] == [
        ("300", "150"),
        ("200", None),
    ]


def test_wide_tables_stand_in_a_box_that_scrolls():
    wide = pd.DataFrame([range(50)])
    cells = [
        new_markdown_cell("| a | b |\n|---|---|\n| 1 | 2 |"),
        ran("x", output(text_html=wide._repr_html_())),
        ran("x", output(text_html=wide.to_html())),
    ]
    tables = page(*cells).main.select("table")
    assert len(tables) == 3
    assert all(table.find_parent(class_="scroll")["tabindex"] == "0" for table in tables)


def test_drawings_of_any_maker_pass_and_are_the_same_in_every_run():
    odd = "<svg xmlns='http://www.w3.org/2000/svg'><text>no font</text></svg>"

    def made():
        return html(ran("x", output(image_svg=drawn())), ran("y", output(image_svg=drawn(), text_plain="")),
                    ran("z", output(image_svg=odd), output(text_html=odd)), FRONT_PAGE)  # fmt: skip

    assert made() == made()
    soup = BeautifulSoup(made(), "html.parser")
    drawings = [base64.b64decode(image["src"].split(",")[1]).decode() for image in soup.select("main img")]
    assert len(drawings) == 3
    assert "dc:date" not in "".join(drawings)
    for drawing in drawings[:2]:
        used = set(re.findall(r"(?:url\(|href=\")#([\w.-]+)", drawing))
        assert used <= set(re.findall(r'id="([^"]+)"', drawing))
        assert any(name.startswith("out_") for name in used)
    assert not {*re.findall(r"out_\d+", drawings[0])} & {*re.findall(r"out_\d+", drawings[1])}


def test_ids_drawn_at_random_have_names_of_their_page():
    styled = (
        "<style>#T_{0}_row0_col0{{color:red}}</style><table id='T_{0}'><td id='T_{0}_row0_col0'>T_abcde</td></table>"
    )
    plot = '<div id="{0}"></div><script>f("{0}")</script>'

    def made(a, b, c):
        return html(
            ran(
                "x",
                output(text_html=styled.format(a)),
                output(text_html=styled.format(b)),
                output(text_html=plot.format(c)),
            )
        )

    one = made("1a2b3", "00000", "0a1b2c3d-0000-4000-8000-0123456789ab")
    assert one == made("fffff", "12345", "11111111-2222-4333-8444-555555555555")
    names = [tag["id"] for tag in BeautifulSoup(one, "html.parser").main.select("[id]")]
    assert len(set(names)) == 5
    assert f"#{names[1]}{{" in one
    assert f'f("{names[4]}")' in one
    assert "T_abcde" in one


ENDED = new_output("error", ename="SystemExit", evalue="0", traceback=["SystemExit: 0"])


def test_a_notebook_that_ended_itself_says_so_and_headings_of_what_never_ran_are_left_off():
    cells = [new_markdown_cell("# T\n## One"), ran("1", printed("first")), ran("exit", ENDED, number=2),
             new_markdown_cell("## Two"), ran("2", number=None)]  # fmt: skip
    soup = page(*cells, notes=(notes := []))
    assert [h2.text for h2 in soup.main.select("h2")] == ["One"]
    assert "ended itself here" in soup.select_one(".ended").text
    assert "SystemExit" not in soup.main.text
    assert notes == ["ended early in cell 2: SystemExit"]
    assert not page(*cells[:3]).select(".ended")
    assert not page(*cells[:3], ran("3", number=3)).select(".ended")


@pytest.mark.parametrize(
    ("cells", "promised"),
    [
        ([FRONT_PAGE, ran("say()", shown("<b>a</b>")), ran("frame", output(text_plain="1"))], True),
        (
            [FRONT_PAGE, ran("say()", shown("<b>a</b>")), ran("axes", output(text_plain="<Axes at 0x7f0012345678>"))],
            False,
        ),
        ([FRONT_PAGE, ran("time", printed("Wall time: 2 ms"), shown("<b>a</b>"))], False),
        ([ran("x", output(text_plain="1"))], False),
    ],
)
def test_the_same_bytes_are_promised_only_where_they_come_again(cells, promised):
    assert ("byte for byte" in page(*cells).footer.text) is promised


def test_with_report_all_else_stands_in_the_fold_of_its_code():
    others = [
        output(image_jpeg=PNG),
        output(image_svg="<svg/>"),
        output(text_markdown="*a*"),
        output(text_latex="$x$"),
        output(plotly={}),
        ENDED,
    ]
    cells = [FRONT_PAGE, question(1), ran("say()", shown("<b>open</b>")), ran("x", *others, tags=["raises-exception"])]
    soup = page(*cells)
    fold = soup.select_one("details.code")
    assert [len(fold.select(kind)) for kind in ("img", "em", "math", "pre.output")] == [2, 1, 1, 2]
    assert len(fold.select(".output")) == 6
    fold.extract()
    assert not soup.main.select("img, pre, math")


@pytest.mark.parametrize(
    ("parameters", "text", "language"),
    [
        ({"language": "ko"}, "a", "ko"),
        ({"language": "fr"}, "a", "en"),
        ({}, "a", "en"),
        ({}, "가", "ko"),
        ({"language": ["x"]}, "가", "ko"),
    ],
)
def test_a_page_speaks_the_language_of_its_parameter_or_of_its_text(parameters, text, language):
    notebook = new_notebook(cells=[new_markdown_cell(text)], metadata={"papermill": {"parameters": parameters}})
    assert BeautifulSoup(render(notebook, FOOT), "html.parser").html["lang"] == language


def test_the_filters_of_the_exporter_need_no_page():
    assert ReportExporter().markdown2html({}, "| a |\n|---|\n| $b$ |").count("<math") == 1


def test_a_chart_of_a_picture_shows_and_links_of_a_chart_do_not():
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow([[1, 2], [3, 4]])
    axes.text(0, 0, "words", url="javascript:alert(1)")
    axes.scatter([0], [0], urls=["https://b.org"])
    with rc_context({"svg.fonttype": "none"}):
        drawing = BeautifulSoup(svg(figure, "c1-", "a chart"), "html.parser")
    assert drawing.image["href"].startswith("data:image/png;base64,")
    assert "words" in drawing.text
    assert not drawing.select("a, [href*=':']:not(image)")
