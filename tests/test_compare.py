"""What moved between two pages is said in words that name the very thing, and no byte moves unsaid."""

import base64
import re
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notebook_reports.compare import differences, file_differences, read_results, shortened

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "reports" / "photonics_trend" / "total.ko.html").read_bytes()
OTHER = (ROOT / "reports" / "regional_strategic_tech" / "national.en.html").read_bytes()
COVER = (ROOT / "reports" / "photonics_trend" / "total.ko.svg").read_bytes()
RESULTS = (ROOT / "reports" / "results.csv").read_bytes()
CELL = "cell 2 under “단계마다 얼마나 빠르게 자랐나”, "
CHART = CELL + "chart 1 “매출액은 1999년 1,136억 원에서 2013년 2…”, "
TABLE = CELL + "table 1 “구간별 매출액 연평균 증가율”, "
ROW_2003 = re.search(r'<tr><th scope="row" class="short">2003–2008.*?</tr>', PAGE.decode())[0]
RULE = re.search(r"(?<=\n)footer h2\{.*?\}", PAGE.decode())[0]
FONT = len(re.search(r"@font-face\{[^}]*font-weight:400[^}]*\}", PAGE.decode())[0])
HEADING = PAGE[: PAGE.index(b"<h2")].count(b"\n") + 1


def edited(old, new, count=1, page=PAGE):
    """The page with the first occurrences of a text replaced."""
    assert old.encode() in page
    return page.replace(old.encode(), new.encode(), count)


def within(start, old, new):
    """The page with a text replaced after another text has come."""
    place = PAGE.index(start.encode())
    return PAGE[:place] + edited(old, new, page=PAGE[place:])


def section(number):
    """Where a section begins and ends."""
    text = PAGE.decode()
    return slice(text.index(f'<h2 id="section-{number}"'), text.index(f'<h2 id="section-{number + 1}"'))


def without(number):
    """The page without a section, numbered anew as a run without it would."""
    text = PAGE.decode()
    rest = text[: section(number).start] + text[section(number).stop :]
    rest = re.sub(rf'<li><a href="#section-{number}">.*?</li>\n', "", rest)
    rest = re.sub(r"(?<=section-)\d+", lambda n: str(int(n[0]) - (int(n[0]) > number)), rest)
    count = text[section(number)].count("<figure")
    first = text[: section(number).start].count("<figure") + 1
    renumber = lambda n: str(int(n[0]) - count * (int(n[0]) >= first))  # noqa: E731
    return re.sub(r'(?<=그림 )\d+(?=")|(?<=["#]c)\d+(?=-)|(?<=chart-)\d+(?=\.csv)', renumber, rest).encode()


def csv_with(old, new):
    """The page with the CSV file of its first chart changed."""
    data = re.search(rb"data:text/csv;charset=utf-8;base64,([^\"]+)", PAGE)[1]
    text = base64.b64decode(data).decode()
    assert old in text
    return PAGE.replace(data, base64.b64encode(text.replace(old, new, 1).encode()), 1)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (
            edited("이보다 15.1% 적다", "이보다 15.3% 적다", 4),  # the description, the finding, the chart twice
            [
                "front page, finding 1: 15.1% → 15.3%, in “…많으며, 2018년은 2조 3,005억 원으로 이보다 15.1% 적다.”",
                f"{CHART}its words: 15.1% → 15.3%, in “…많으며, 2018년은 2조 3,005억 원으로 이보다 15.1% 적다.”",
            ],
        ),
        (
            edited("<h1>광주 광산업의 성장과 전환</h1>", "<h1>광주 광산업의 성장</h1>"),
            ["front page, title: “성장과 전환” → “성장”, in “광주 광산업의 성장과 전환”"],
        ),
        (
            within('<div class="say">', "1999–2003년 +29.9%,", "1999–2003년 +28.9%,"),
            [
                f"{CELL}text: +29.9% → +28.9%, in “매출액의 연평균 증가율은 1999–2003년 +29.9%, 2003–2008년 +32.2%, "
                "2008–2012년 +18.6%, 2012–2013년 +4.6%,…”"
            ],
        ),
        (
            within('<div class="table">', '<td class="number">32.2</td>', '<td class="number">31.2</td>'),
            [f"{TABLE}row “2003–2008”, column “연평균 증가율(%)”: 32.2 → 31.2"],
        ),
        (
            edited('<td class="number">27,105</td>', '<td class="number">27,205</td>'),
            [f"{CHART}its numbers, row “2013”, column “매출액”: 27,105 → 27,205"],
        ),
        (
            csv_with("2013,27105", "2013,27105.5"),
            [f"{CHART}its CSV file, row “2013”, column “매출액”: 27105 → 27105.5"],
        ),
        (edited(">27,105</text>", ">27,205</text>"), [f"{CHART}text in it: 27,105 → 27,205"]),
        (edited('d="M0 0V3"', 'd="M0 0V4"'), [f"{CHART}its drawing: 1 of 73 shapes and labels moved"]),
        (
            edited("stroke:#0072b2", "stroke:#0072b3"),
            [f"{CHART}its colours and strokes: 1 of 73 shapes and labels moved"],
        ),
        (
            edited('viewBox="0 0 417.6 259.2"', 'viewBox="0 0 417.6 270"'),
            [f"{CHART}its size: 417.6 × 259.2 → 417.6 × 270 points"],
        ),
        (
            within("<figcaption>", "표 3</span>", "표 4</span>"),
            [f"{CHART}its source: 3 → 4, in “출처: 광주에서의 광융합산업 발전방향(2019), 표 3”"],
        ),
        (
            edited(' role="img" aria-label="매출액은', ' role="img" aria-label="매출은'),
            [
                f"{CHART}what is read out of it: 매출액은 → 매출은, "
                "in “매출액은 1999년 1,136억 원에서 2013년 2조 7,105억…”"
            ],
        ),
        (
            edited("kr_industry.trust", "kr_industry.doubt"),
            [
                "cell 1 (“from kr_industry import ROOT, subjects, tables”), code: line 7 "
                "“from kr_industry.trust import Trust” → “from kr_industry.doubt import Trust”"
            ],
        ),
        (
            edited("<h2 id=", "<h2 class='a' id="),
            ["heading 1 “단계마다 얼마나 빠르게 자랐나”: its markup, of which nothing is shown"],
        ),
        (
            edited('<td class="number">29.8944</td>', '<td class="number">29.8954</td>'),
            ["recorded result sales_cagr_1999_2003: 29.8944 → 29.8954 percent a year"],
        ),
        (
            edited("<code>sales_cagr_1999_2003</code>", "<code>sales_cagr_1999</code>"),
            [
                "recorded result sales_cagr_1999_2003 is gone: 29.8944 percent a year",
                "recorded result sales_cagr_1999 is new: 29.8944 percent a year",
            ],
        ),
        (
            edited("<code>measure=sales</code>", "<code>measure=firms</code>"),
            ["foot, parameter measure: sales → firms"],
        ),
        (
            edited("total.ko --force</code>", "total.ko</code>"),
            [
                "foot, “다시 만들기”: “python scripts/run_reports.py photonics_trend/total.ko --force” → "
                "“python scripts/run_reports.py photonics_trend/total.ko”"
            ],
        ),
        (edited("<title>광주", "<title>대구"), ["title of the page: 광주 → 대구, in “광주 광산업의 성장과 전환”"]),
        (
            edited('<html lang="ko">', '<html lang="en">'),
            ['around what is shown: “<html lang="ko">” → “<html lang="en">”'],
        ),
        (
            edited("footer h2{font-size:1em;", "footer h2{font-size:2em;"),
            [f"style: “{RULE}” → “{RULE.replace('1em', '2em')}”"],
        ),
        (
            within("@font-face", "base64,d09G", "base64,d09H"),
            [f"font “Report Gothic” 400: other letters or shapes ({FONT:,} → {FONT:,} characters)"],
        ),
        (
            within("<nav", "언제 꺾였나", "언제 꺾였을까"),
            ["list of contents: “증가세는 언제 꺾였나” → “증가세는 언제 꺾였을까”"],
        ),
        (
            edited("꺾였나</h2>", "꺾였을까</h2>"),
            ["heading 2 “증가세는 언제 꺾였나”: 꺾였나 → 꺾였을까, in “증가세는 언제 꺾였나”"],
        ),
        (
            edited("원문에 값이 있는 해만 쓴다.", "값이 있는 해만 쓴다."),
            [
                "under “단계마다 얼마나 빠르게 자랐나”, text: “원문에” is gone, "
                "in “원문에 값이 있는 해만 쓴다. 빠진 해를…”"
            ],
        ),
        (
            within('<div class="say">', "</p>\n</div>", "</p>\n<p>새 문장이다.</p>\n</div>"),
            [f"{CELL}text, a sentence is new: “새 문장이다.”"],
        ),
        (within('<div class="table">', ROW_2003, ""), [f"{TABLE}row “2003–2008” is gone: 5, 3,234, 13,079, 32.2"]),
        (
            within('<div class="table">', ROW_2003, ROW_2003 + ROW_2003.replace("2003–2008", "2005–2008")),
            [f"{TABLE}row “2005–2008” is new: 5, 3,234, 13,079, 32.2"],
        ),
        (
            within('<div class="table">', 'class="number">연수<', 'class="number">햇수<'),
            [f"{TABLE}heading of column 2: 연수 → 햇수"],
        ),
        (
            within(
                '<div class="table">',
                ROW_2003,
                ROW_2003.replace("3,234", "3,235")
                .replace("13,079", "13,078")
                .replace("32.2", "32.1")
                .replace(">5<", ">6<"),
            ),
            [
                f"{TABLE}row “2003–2008”, column “연수”: 5 → 6",
                f"{TABLE}row “2003–2008”, column “기초(억 원)”: 3,234 → 3,235",
                f"{TABLE}row “2003–2008”, column “기말(억 원)”: 13,079 → 13,078",
                f"{TABLE.removesuffix(', ')}: and 1 more of its rows, columns or cells",
            ],
        ),
        (
            within('class="code"', "report.chart(", "x = 1\n\n    report.chart("),
            [f"{CELL}code: line 2 “    x = 1” is new; line 3 “” is new"],
        ),
        (
            PAGE.replace(b"</h2>", b"</h2 >", 1),
            [f"the page’s bytes differ outside what is shown (line {HEADING})"],
        ),
        (without(4), ["section “얼마나 몰려 있나” is gone, with 2 × text, 3 × chart, 1 × code"]),
        (
            within('<div class="say">', re.search('<div class="table">.*?</p></div>', PAGE.decode(), re.DOTALL)[0], ""),
            [f"{TABLE.removesuffix(', ')} is gone"],
        ),
    ],
)
def test_each_kind_of_change_is_named(new, words):
    assert differences(PAGE, new) == words


def test_what_is_gone_is_new_the_other_way_round():
    assert differences(without(4), PAGE) == [
        "section “얼마나 몰려 있나” is new, with 2 × text, 3 × chart, 1 × code",
    ]


def test_what_comes_after_a_part_that_is_gone_keeps_its_own_differences():
    new = without(2).replace(b">5,904<", b">5,905<", 1)
    assert new != without(2)
    assert differences(PAGE, new) == [
        "section “증가세는 언제 꺾였나” is gone, with 2 × text, 1 × chart, 1 × code",
        "cell 4 under “무엇이 움직였나”, table 2 “분야별 수준, 증가율과 기여도”, row “광학기기”, "
        "column “2018년(억 원)”: 5,904 → 5,905",
    ]


def test_pages_of_two_reports_differ_in_all_parts():
    found = "\n".join(differences(PAGE, OTHER))
    for part in (
        "front page, title",
        "chart 1",
        "table 1",
        "code: ",
        "recorded result",
        "foot, ",
        "font ",
        "around what",
    ):
        assert part in found


def test_a_page_is_the_same_as_itself_and_has_nothing_in_common_with_an_empty_one():
    assert differences(PAGE, PAGE) == []
    assert differences(PAGE, b"")[0] == "front page is gone"
    assert differences(b"", PAGE)[0] == "front page is new"


def test_bytes_that_are_no_text_are_told_without_what_a_terminal_would_obey():
    new = PAGE.replace("<h1>광".encode(), b"<h1>\xff\x1b[2J", 1)
    assert differences(PAGE, new)[0] == (r"front page, title: 광주 → \xff\x1b[2J주, in “광주 광산업의 성장과 전환”")


@settings(max_examples=30)
@given(st.integers(0, len(PAGE) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_no_byte_of_a_page_moves_unsaid(place, put, dropped):
    new = PAGE[:place] + put + PAGE[place + dropped :]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = differences(PAGE, new)
    assert (found == []) == (new == PAGE)
    assert all(line.isprintable() and not line.endswith(" ") for line in found), found
    assert differences(new, new) == []


@settings(max_examples=30)
@given(st.data())
def test_a_number_that_moves_is_named(data):
    body = PAGE.decode().index("<header")
    numbers = [n for n in re.finditer(r"(?<=>)[\d,.]+(?=</td>)", PAGE.decode()) if n.start() > body]
    number = data.draw(st.sampled_from(numbers))
    wrong = str(data.draw(st.integers(0, 99_999)))
    text = PAGE.decode()
    found = differences(PAGE, (text[: number.start()] + wrong + text[number.end() :]).encode())
    if wrong == number[0]:
        assert found == []
    else:
        assert len(found) == 1
        assert f"{number[0]} → {wrong}" in found[0]
        assert re.search(r"row (\d+ )?“[^”]+”, column “[^”]+”|recorded result \w+:", found[0])


def test_rows_of_the_same_name_are_numbered_and_keep_their_places():
    table = "<main><div class='table'><table><tr><th>Year</th><th>Error</th></tr>{}</table></div></main>"
    rows = [f"<tr><th>2014</th><td>{number}</td></tr>" for number in (5, 6)]
    old, new = (table.format("".join(each)).encode() for each in (rows, [rows[1], rows[1]]))
    assert differences(old, new) == ["table 1, row 1 “2014”, column “Error”: 5 → 6"]


def test_a_cover_is_told_as_a_chart_is():
    assert file_differences("total.ko.svg", COVER, edited(">27,105<", ">27,205<", page=COVER)) == [
        "text in it: 27,105 → 27,205"
    ]
    assert file_differences("total.ko.svg", COVER, COVER + b"\n") == ["its bytes differ (line 3)"]
    assert file_differences("total.ko.svg", COVER, COVER) == []


def test_results_are_told_with_all_their_digits():
    line = next(
        line for line in RESULTS.decode().splitlines() if line.startswith("photonics_trend/total.ko,sales_kink")
    )
    report, name, value, unit, low, high = line.split(",")
    new = edited(line, f"{report},{name},{value}1,{unit},{low},{high}", page=RESULTS)
    assert file_differences("results.csv", RESULTS, new) == [
        f"{report}: recorded result {name}: “{value} [{low}, {high}]” → “{value}1 [{low}, {high}]” {unit}"
    ]
    assert file_differences("results.csv", RESULTS, RESULTS + b"\n") == [
        f"its bytes differ (line {RESULTS.count(10) + 1})"
    ]
    assert read_results(b"") == {}


def test_of_other_files_the_line_is_told():
    assert file_differences("manifest.json", b"{\n}\n", b"{\n }\n") == ["its bytes differ (line 2)"]


def test_many_differences_are_shortened_to_the_first_and_a_count():
    assert shortened(["a", "b"], 2) == ["a", "b"]
    assert shortened(["a", "b", "c"], 2) == ["a", "b", "and 1 more difference"]
    assert shortened(["a", "b", "c", "d"], 2) == ["a", "b", "and 2 more differences"]
