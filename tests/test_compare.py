"""What moved between two pages is said in words that name the very thing, and no byte moves unsaid."""

import re
import warnings
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notebook_reports.compare import file_differences, shortened

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "reports" / "photonics_trend" / "total.ko.html").read_bytes()
SMALL = (ROOT / "reports" / "photonics_trend" / "optical_communication.ko.html").read_bytes()
OTHER = (ROOT / "reports" / "regional_strategic_tech" / "national.en.html").read_bytes()
COVER = (ROOT / "reports" / "photonics_trend" / "total.ko.svg").read_bytes()
RESULTS = (ROOT / "reports" / "results.csv").read_bytes()
TEXT = PAGE.decode()


def differences(old, new):
    return file_differences("page.html", old, new)


NUMBER = r'(?<=<td class="number">)[−\d.,]+(?=</td>)'


def part(pattern, start="<body"):
    """The first match of a pattern in the page from a text on."""
    return re.compile(pattern, re.DOTALL).search(TEXT, TEXT.index(start))[0]


def shown(html):
    return " ".join(unescape(re.sub("<[^>]*>", "", html)).split())


def cut(text, most=30):
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def line_of(text):
    """The number of the line of the page where a text first stands."""
    return TEXT[: TEXT.index(text)].count("\n") + 1


def rows(table):
    """What the cells of a table show, its head first."""
    return [
        [shown(cell) for cell in re.findall("<t[hd].*?</t[hd]>", row)]
        for row in re.findall("<tr>.*?</tr>", table, re.DOTALL)
    ]


def under(place, text=TEXT):
    """The heading under which something stands, as it is told; nothing on the first screen."""
    headings = re.findall("<h2.*?</h2>", text[: text.index(place)])
    return f"under “{shown(headings[-1])}”, " if headings else ""


TITLES = part("(?<=<title>).*?(?=</title>)", "<title")
HEADINGS = [shown(each) for each in re.findall('<h2 id="section.*?</h2>', TEXT)]
FINDING = part("(?<=<li>).*?(?=</li>)", 'class="findings"')
KEY_FIGURE = part("(?<=>)[^<]*(?=</dd>)", 'class="figures"')
PERCENT = part(r"(?<= )[\d.]+%(?= )", FINDING)
SVG = part("<svg.*?</svg>")
WIDTH = re.search('viewBox="0 0 (.+?) ', SVG)[1]
TITLE = part("(?<=</b> ).*?(?=</p>)", 'class="chart-title"')
NOTE = part("(?<=>).*?(?=</p>)", '<p class="note"')
CHART = f"chart 1 “{cut(shown(f'{TITLE}. {NOTE}'))}”, "
NUMBERS = rows(part("<table>.*?</table>", "<figure"))
LABELLED = next(row[2] for row in NUMBERS[1:] if f">{row[2]}</text>" in SVG)
TABLE_HTML = part('<div class="table">.*?</table></div>.*?</div>')
CELL = under(TABLE_HTML)
TABLE = f"{CELL}table 1 “{cut(shown(part('<caption>.*?</caption>', TABLE_HTML)))}”, "
HEADS, _, ROW, *_ = rows(TABLE_HTML)
ROW_HTML = re.findall("<tr>.*?</tr>", TABLE_HTML)[2]
CODE = part('(?<=<pre tabindex="0" role="group" aria-label="코드">).*?(?=</pre>)', 'class="code"')
FIRST = under(CODE)
LINE = next(line for line in CODE.splitlines() if "=" in line and "<" not in line)
SAID = part('(?<=<div class="say">).*?(?=</div>)')
SHARE = re.search(r"(?<= )[\d.]+%(?= )", SAID)[0]
SHOWN = re.findall('<(?:div|pre) class="output".*?</(?:div|pre)>', TEXT, re.DOTALL)
PLAIN = [each for each in SHOWN if len(rows(each)) > 3 and not any(rows(each)[1][1:]) and rows(each)[1][0]]
FRAME_HTML, LATER_FRAME = PLAIN[0], PLAIN[-1]
FRAME = rows(FRAME_HTML)
FRAME_PLACE, LATER_PLACE = (f"{under(each)}code’s output {SHOWN.index(each) + 1}" for each in (FRAME_HTML, LATER_FRAME))
ROWS_HEADS = re.findall("<th>(.*?)</th>", LATER_FRAME.partition("<tbody>")[2].partition("</tr>")[0])
LATER, LATER_HEAD = re.search("<td>([^<]+)</td>", LATER_FRAME)[1], rows(LATER_FRAME)[0][len(ROWS_HEADS)]
OUTPUT = part('<pre class="output".*?</pre>')
OUTPUT_PLACE = f"{under(OUTPUT)}code’s output {SHOWN.index(OUTPUT) + 1}"
FIGURE = part(r"-?\d+\.\d+", OUTPUT)
RESULT = rows(part("<tbody>.*?</tbody>", 'class="results"'))[0]
RECORDED = f"under “{HEADINGS[-1]}”, recorded results, "
PARAMETER = re.search(r"<code>(\w+)=(\w+)</code>", TEXT)
RULE = part(r"(?<=\n)footer h2\{.*?\}", "<style")
PARAGRAPH = part(r"(?<=</summary>\n<p>)\S+ ", 'class="how"')


def edited(old, new, count=1, page=PAGE):
    """The page with the first occurrences of a text replaced."""
    assert old.encode() in page
    return page.replace(old.encode(), new.encode(), count)


def within(start, old, new, page=PAGE):
    """The page with a text replaced after another text has come."""
    place = page.index(start.encode())
    return page[:place] + edited(old, new, page=page[place:])


def section(number):
    """Where a section begins and ends."""
    return slice(TEXT.index(f'<h2 id="section-{number}"'), TEXT.index(f'<h2 id="section-{number + 1}"'))


def without(number):
    """The page without a section, numbered anew as a run without it would."""
    rest = TEXT[: section(number).start] + TEXT[section(number).stop :]
    rest = re.sub(rf'<li><a href="#section-{number}">.*?</li>\n', "", rest)
    rest = re.sub(r"(?<=section-)\d+", lambda n: str(int(n[0]) - (int(n[0]) > number)), rest)
    count = TEXT[section(number)].count("<figure")
    first = TEXT[: section(number).start].count("<figure") + 1
    renumber = lambda n: str(int(n[0]) - count * (int(n[0]) >= first))  # noqa: E731
    return re.sub(r'(?<=그림 )\d+(?="|의 숫자)|(?<=["#]c)\d+(?=-)|(?<=chart-)\d+(?=\.csv)', renumber, rest).encode()


def told(new, old=PAGE):
    """What is told, without the words around what moved."""
    return [re.sub(", in “[^“]*”$", "", line) for line in differences(old, new)]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (
            edited(FINDING, FINDING.replace(PERCENT, "99.9%"), 2),  # the description, the finding
            [f"front page, finding 1: {PERCENT} → 99.9%"],
        ),
        (
            within("<h1>", "</h1>", " 둘</h1>"),
            ["front page, title: nothing → 둘"],
        ),
        (
            within('class="figures"', f">{KEY_FIGURE}<", ">7조 원<"),
            [f"front page, key figure 1: {KEY_FIGURE.removesuffix(' 원')} → 7조"],
        ),
        (within('class="figures"', "<dt>", "<dt>옛 "), ["front page, label 1: nothing → 옛"]),
        (within('class="chart-title"', TITLE, f"다시 {TITLE}"), [f"{CHART}its words: nothing → 다시"]),
        (
            within(SAID, SHARE, "0.9%"),
            [f"{under(SAID)}text: {SHARE} → 0.9%"],
        ),
        (
            within(TABLE_HTML, ROW_HTML, ROW_HTML.replace(f">{ROW[-1]}<", ">0.9<")),
            [f"{TABLE}row “{ROW[0]}”, column “{HEADS[-1]}”: {ROW[-1]} → 0.9"],
        ),
        (
            within("<figure", f">{NUMBERS[2][2]}</td>", ">9,999</td>"),
            [f"{CHART}its numbers, row “{NUMBERS[2][0]}”, column “{NUMBERS[0][2]}”: {NUMBERS[2][2]} → 9,999"],
        ),
        (
            within("<figure", f">{LABELLED}</text>", ">9,999</text>"),
            [f"{CHART}text in it: {LABELLED} → 9,999"],
        ),
        (within('<p class="source"', "출처: ", "출처: 옛 "), [f"{CHART}its source: nothing → 옛"]),
        (
            within(CODE, LINE, f"{LINE} + 1"),
            [f"{FIRST}code 1, line {CODE.splitlines().index(LINE) + 1}: nothing → + 1"],
        ),
        (
            within(FRAME_HTML, f">{FRAME[3][2]}</td>", ">7</td>"),
            [f"{FRAME_PLACE}, row “{FRAME[3][0]}”, column “{FRAME[0][2]}”: {FRAME[3][2]} → 7"],
        ),
        (
            within(FRAME_HTML, f"<th>{FRAME[0][2]}</th>", "<th>heads</th>"),
            [f"{FRAME_PLACE}, row “{FRAME[1][0]}”, column “{FRAME[0][2]}”: {FRAME[0][2]} → heads"],
        ),
        (
            within(OUTPUT, FIGURE, "77"),
            [f"{OUTPUT_PLACE}, line 2: {FIGURE} → 77"],
        ),
        (
            within(LATER_FRAME, f"<td>{LATER}</td>", "<td>7</td>"),
            [f"{LATER_PLACE}, row “{', '.join(ROWS_HEADS)}”, column “{LATER_HEAD}”: {LATER} → 7"],
        ),
        (within(FRAME_HTML, FRAME_HTML, ""), [f"{FRAME_PLACE} is gone: “{' '.join([FRAME[1][0], *FRAME[0][1:]])}”"]),
        (
            edited("<h2 id=", "<h2 class='a' id="),
            [f"its bytes differ (line {line_of('<h2 id=')})"],
        ),
        (
            within('class="results"', f">{RESULT[1]}<", ">7.5<"),
            [f"{RECORDED}row “{RESULT[0]}”, column “값”: {RESULT[1]} → 7.5"],
        ),
        (
            edited(f'<th scope="row">{RESULT[0]}</th>', '<th scope="row">other</th>'),
            [
                f"{RECORDED}row “{RESULT[0]}” is gone: “{' '.join(RESULT)}”",
                f"{RECORDED}row “other” is new: “other {RESULT[1]} {RESULT[2]}”",
            ],
        ),
        (
            edited(PARAMETER[0], f"<code>{PARAMETER[1]}=other</code>"),
            [f"foot, “매개변수”: {PARAMETER[1]}={PARAMETER[2]} → {PARAMETER[1]}=other"],
        ),
        (
            edited("<title>", "<title>옛 "),
            [f"head, line 4: <title>{TITLES.split()[0]} → <title>옛 {TITLES.split()[0]}"],
        ),
        (edited('<html lang="ko">', '<html lang="en">'), ["its bytes differ (line 2)"]),
        (
            edited(RULE, RULE.replace("{", "{top:2em;")),
            [f"head, line {line_of(RULE) - 2}: {RULE.split()[1]} → {RULE.split()[1].replace('{', '{top:2em;')}"],
        ),
        (within("<nav", HEADINGS[1], f"{HEADINGS[1]} 둘"), [f"its bytes differ (line {line_of(HEADINGS[1])})"]),
        (edited(f"{HEADINGS[1]}</h2>", f"{HEADINGS[1]} 둘</h2>"), ["heading 2: nothing → 둘"]),
        (within('class="how"', PARAGRAPH, ""), [f"under “{HEADINGS[0]}”, text: {shown(PARAGRAPH)} → nothing"]),
        (
            within('<div class="say">', "</p>\n</div>", "</p>\n<p>새 문장이다.</p>\n</div>"),
            [f"{under(SAID)}text is new: “새 문장이다.”"],
        ),
        (within(TABLE_HTML, ROW_HTML, ""), [f"{TABLE}row “{ROW[0]}” is gone: “{' '.join(ROW)}”"]),
        (
            within(TABLE_HTML, ROW_HTML, ROW_HTML + ROW_HTML.replace(ROW[0], "2222")),
            [f"{TABLE}row “2222” is new: “{' '.join(['2222', *ROW[1:]])}”"],
        ),
        (
            within(TABLE_HTML, f">{HEADS[2]}<", ">기간<"),
            [f"{TABLE}row “{HEADS[0]}”, column “{HEADS[2]}”: {HEADS[2]} → 기간"],
        ),
        (
            within(TABLE_HTML, ROW_HTML, re.sub("(?<=>)[^<>]+(?=</td>)", "7", ROW_HTML)),
            [
                *(f"{TABLE}row “{ROW[0]}”, column “{HEADS[i]}”: {ROW[i]} → 7" for i in (1, 2, 3)),
                f"{TABLE}row: and {len(ROW) - 4} more",
            ],
        ),
        (
            within(TABLE_HTML, part("(?<=<pre ).*?\n", TABLE_HTML), part("(?<=<pre ).*?\n", TABLE_HTML) + "x = 1\n\n"),
            [f"{CELL}code 1, line 2 is new: “x = 1”", f"{CELL}code 1, line 10 is new: “”"],
        ),
        (
            PAGE.replace(b"</h2>", b"</h2 >", 1),
            [f"its bytes differ (line {line_of('<h2')})"],
        ),
        (within(TABLE_HTML, TABLE_HTML, ""), [f"{TABLE.removesuffix(', ')} is gone: “{' '.join(HEADS)}”"]),
    ],
)
def test_each_kind_of_change_is_named(new, words):
    assert told(new) == words


def test_a_font_with_other_letters_is_named():
    (line,) = differences(PAGE, within("@font-face", "base64,d09G", "base64,d09H"))
    assert "base64,d09G" in line
    assert "base64,d09H" in line
    assert "@font-face{font-family:'Report Gothic';font-weight:400" in line


@pytest.mark.parametrize(
    ("start", "old", "new"),
    [
        ("<svg", ' d="M', ' d="M7 7M'),
        ("</defs>", "stroke:#", "stroke:#7"),
        ("<svg", f'viewBox="0 0 {WIDTH} ', 'viewBox="0 0 500 '),
        ("<svg", "</defs>", '</defs><path d="M0 0"/>'),
    ],
)
def test_a_drawing_that_looks_otherwise_is_told_with_how_many_shapes_it_has(start, old, new):
    (line,) = differences(PAGE, within(start, old, new))
    assert line.startswith(f"{CHART}its shapes: ")
    paths = re.search(r"(\d+) path", line)
    count = SVG.count("<path")
    assert (f"{count} → {count + 1}" in line) if "<path" in new else not paths or int(paths[1]) == count


@pytest.mark.parametrize(("old", "new", "fate"), [(PAGE, without(4), "gone"), (without(4), PAGE, "new")])
def test_a_section_is_told_once_with_all_that_it_holds(old, new, fate):
    assert differences(old, new) == [f"section “{HEADINGS[3]}” is {fate}"]


def test_what_comes_after_a_part_that_is_gone_keeps_its_own_differences():
    table = part('<div class="table">.*?</div>', f"{HEADINGS[3]}</h2>")
    heads, row, *_ = rows(table)
    new = within(table, f">{row[2]}<", ">0.9<", page=without(2))
    number = TEXT[: TEXT.index(table)].count('<div class="table">') + 1
    caption = shown(part("<caption>.*?</caption>", table))
    first, second = told(new)
    assert first == f"section “{HEADINGS[1]}” is gone"
    assert second == (
        f"{under(table)}table {number} “{cut(caption)}”, row “{row[0]}”, column “{heads[2]}”: {row[2]} → 0.9"
    )


def test_words_around_what_moved_say_where_it_is():
    page = "<main><p>One two three four five six seven {}, nine ten eleven twelve thirteen fourteen.</p></main>"
    assert differences(*(page.format(number).encode() for number in (8, 9))) == [
        "text: 8 → 9, in “two three four five six seven 8, nine ten eleven twelve thirteen fourteen.”"
    ]


CELLS = """<main><div class="say"><p>Said.</p></div>
<details class="code"><summary>Code</summary>
<pre>a = 1
a</pre>
{}
<pre>b = 2</pre>
</details></main>"""
LEVELS = """<div class="output"><table><thead><tr><td></td><th>year</th><th>2017</th><th>2018</th></tr>
<tr><th>measure</th><th>segment</th><td></td><td></td></tr></thead><tbody>
<tr><th rowspan="2">sales</th><th>food</th><td>1</td><td>2</td></tr><tr><th>total</th><td>3</td><td>{}</td></tr>
<tr><th>firms</th><th>food</th><td>5</td><td>6</td></tr></tbody></table><p>{}</p></div>"""
WIDE = """<div class="output"><table><thead><tr><th></th><th colspan="2">sales</th><th>firms</th></tr>
<tr><th></th><th>low</th><th>{}</th><th>low</th></tr></thead><tbody><tr><th>2018</th><td>1</td><td>{}</td><td>3</td></tr>
</tbody></table></div>"""


@pytest.mark.parametrize(
    ("form", "old", "new", "line"),
    [
        (LEVELS, (4, ""), (9, ""), "code’s output 1, row “sales, total”, column “2018”: 4 → 9"),
        (LEVELS, (4, "the first 3 rows"), (4, "the first 2 rows"), "code’s output 1: 3 → 2, in “the first 3 rows”"),
        (WIDE, ("high", 2), ("high", 9), "code’s output 1, row “2018”, column “sales high”: 2 → 9"),
        (WIDE, ("high", 2), ("top", 2), "code’s output 1, row “”, column “sales high”: high → top, in “sales high”"),
        ('<pre class="output">food {}\ndrink {}</pre>', (1, 2), (1, 3), "code’s output 1, line 2: 2 → 3, in “drink 2”"),
        ('<pre class="output">{}{}</pre>', (1, ""), ("", ""), "code’s output 1, line 1: 1 → nothing"),
        (
            '<div class="output"><svg viewBox="0 0 1 1"><text x="1">{}</text><path d="{}"/></svg></div>',
            (1, "M0"),
            (2, "M0"),
            "code’s output 1, text in it: 1 → 2",
        ),
        (
            '<div class="output"><img alt="" src="{}{}"></div>',
            ("a", 1),
            ("a", 2),
            'code’s output 1, line 1: src="a1"/> → src="a2"/>, in “<img alt="" src="a1"/>”',
        ),
        ("{}{}", ("", ""), (WIDE, ""), "code’s output 1 is new: “sales low sales {} firms low”"),
    ],
)
def test_what_code_shows_is_told_as_what_it_is(form, old, new, line):
    before, after = (CELLS.format(form.format(*each)).encode() for each in (old, new))
    assert differences(before, after) == [line]


def test_what_stands_open_comes_before_what_code_shows():
    page = CELLS.format(LEVELS.format("{}", ""))
    page = page.replace("</details>", "</details><div class='say'><p>Then {}.</p></div>")
    assert differences(*(page.format(number, number).encode() for number in (4, 9))) == [
        "text: 4 → 9, in “Then 4.”",
        "code’s output 1, row “sales, total”, column “2018”: 4 → 9",
    ]


def test_a_frame_that_stands_open_is_told_as_a_table():
    rows = "<tr><td></td><th>sales</th></tr><tr><th>2018</th><td>{}</td></tr>"
    page = f"<main><div class='scroll'><table>{rows}</table></div></main>"
    assert differences(*(page.format(number).encode() for number in (5, 6))) == [
        "code’s output 1, row “2018”, column “sales”: 5 → 6"
    ]


def test_pages_of_two_reports_differ_in_all_parts():
    found = "\n".join(differences(PAGE, OTHER))
    for part in (
        "front page, title",
        "chart 1",
        "table 1",
        "code 1",
        "recorded results",
        "foot, ",
        "@font-face",
        "head, ",
    ):
        assert part in found


def test_a_page_is_the_same_as_itself_and_has_nothing_in_common_with_an_empty_one():
    assert differences(PAGE, PAGE) == []
    assert differences(PAGE, b"")[0] == f"front page is gone: “{TITLES}”"
    assert differences(b"", PAGE)[0] == f"front page is new: “{TITLES}”"


def test_bytes_that_are_no_text_are_told_without_what_a_terminal_would_obey():
    new = PAGE.replace(b"<h1>", b"<h1>\xff\x1b[2J ", 1)
    assert told(new)[0] == r"front page, title: nothing → \xff\x1b[2J"


@settings(max_examples=12)
@given(st.integers(0, len(SMALL) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_no_byte_of_a_page_moves_unsaid(place, put, dropped):
    new = SMALL[:place] + put + SMALL[place + dropped :]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = differences(SMALL, new)
    assert (found == []) == (new == SMALL)
    assert all(line.isprintable() and not line.endswith(" ") for line in found), found
    assert differences(new, new) == []


@settings(max_examples=12)
@given(st.data())
def test_a_number_that_moves_is_named(data):
    body = SMALL.decode().index("<header")
    numbers = [n for n in re.finditer(r"(?<=>)[\d,.]+(?=</td>)", SMALL.decode()) if n.start() > body]
    number = data.draw(st.sampled_from(numbers))
    wrong = str(data.draw(st.integers(0, 99_999)))
    text = SMALL.decode()
    found = differences(SMALL, (text[: number.start()] + wrong + text[number.end() :]).encode())
    if wrong == number[0]:
        assert found == []
    else:
        assert len(found) == 1
        assert f"{number[0]} → {wrong}" in found[0]
        assert re.search(r"row “[^”]+”( \d+)?, column “[^”]+”:", found[0])


def test_rows_of_the_same_name_are_numbered_and_keep_their_places():
    table = "<main><div class='table'><table><tr><th>Year</th><th>Error</th></tr>{}</table></div></main>"
    rows = [f"<tr><th>2014</th><td>{number}</td></tr>" for number in (5, 6)]
    old, new = (table.format("".join(each)).encode() for each in (rows, [rows[1], rows[1]]))
    assert differences(old, new) == ["table 1, row “2014”, column “Error”: 5 → 6"]


def test_what_moves_in_one_block_is_not_taken_for_what_stood_in_another_like_it():
    tables = "<main><h2>One</h2>{}</main>".format(
        "<div class='table'><table><tr><th>Year</th><th>Error</th></tr><tr><th>2014</th><td>{}</td></tr></table></div>"
        * 3
    )
    assert differences(*(tables.format(*numbers).encode() for numbers in ((3, 4, 5), (4, 5, 5)))) == [
        "under “One”, table 1, row “2014”, column “Error”: 3 → 4",
        "under “One”, table 2, row “2014”, column “Error”: 4 → 5",
    ]


def test_a_cover_is_told_as_a_chart_is():
    number = re.search(r"(?<=>)\d+,\d+(?=</text>)", COVER.decode())[0]
    assert file_differences("total.ko.svg", COVER, edited(f">{number}<", ">99,999<", page=COVER)) == [
        f"drawing, text in it: {number} → 99,999"
    ]
    assert file_differences("total.ko.svg", COVER, COVER + b"\n") == [f"its bytes differ (line {COVER.count(10) + 1})"]
    assert file_differences("total.ko.svg", COVER, COVER) == []


def test_results_are_told_with_all_their_digits():
    line = next(
        line for line in RESULTS.decode().splitlines() if line.startswith("photonics_trend/total.ko,sales_kink")
    )
    report, name, value, unit, low, high = line.split(",")
    new = edited(line, f"{report},{name},{value}1,{unit},{low},{high}", page=RESULTS)
    assert file_differences("results.csv", RESULTS, new) == [
        f"{report}: recorded result “{name}”, column “value”: {value} → {value}1"
    ]
    assert file_differences("results.csv", RESULTS, RESULTS + b"\n") == [
        f"its bytes differ (line {RESULTS.count(10) + 1})"
    ]


def test_of_other_files_the_line_is_told():
    assert file_differences("manifest.json", b"{\n}\n", b"{\n }\n") == ["its bytes differ (line 2)"]


def test_many_differences_are_shortened_to_the_first_and_a_count():
    assert shortened(["a", "b"], 2) == ["a", "b"]
    assert shortened(["a", "b", "c"], 2) == ["a", "b", "and 1 more difference"]
    assert shortened(["a", "b", "c", "d"], 2) == ["a", "b", "and 2 more differences"]
