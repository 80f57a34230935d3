"""What read_pages.py measures: words of covers, sentences that return or are shared, charts, titles, sizes, phones."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from pathlib import Path
from shutil import which
from statistics import mean

import pandas as pd
from bs4 import BeautifulSoup, Tag

from kr_industry import DATA
from notebook_reports.parameters import Declared
from notebook_reports.plan import ReportSpec, read_plan

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
SUBJECTS = ("segment", "region")
"""Parameters that say which part of a topic a page is about; each has one value, its default, for the whole."""

_LEFT_OUT = "head, math, footer, nav, summary, .code, .output, .results, .source, .vintage, .skip"
"""What holds no sentences of the page's own; lines that name sources and data among them."""
_HEADINGS = "h1, h2, h3, h4, h5, h6"
_BESIDE = "details, .contents, .glossary"
"""What is no open text of a page."""
_METHODS = {"방법과 한계", "Methods and limits"}
_BLOCKS = ["p", "li", "dt", "dd", "figcaption", "caption", "td", "th"]
_CELLS = {"td", "th", "dt", "dd"}
_BREAK = "\u2029"
_END = re.compile(r"(?<=[.?!])[”’\"')\]]*(?=\s|$)")
_OWN = re.compile("이 보고서|this report|그림 1의 출처와 같음|sources of chart 1")
"""Of what the report itself is the source, and what refers to sources that are named."""
_LEAST = 4
"""Words of the shortest sentence that counts."""


@dataclass(frozen=True)
class Page:
    """A page of the plan, as it is found in a folder."""

    spec: ReportSpec
    text: str

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page taken apart."""
        return BeautifulSoup(self.text, "html.parser")

    @property
    def key(self) -> str:
        """``<notebook>/<report>``."""
        return self.spec.key

    @property
    def language(self) -> str:
        """``ko`` or ``en``."""
        return self.spec.parameters["language"]

    @property
    def whole(self) -> bool:
        """Whether it is about a topic as a whole, not a segment or a province."""
        return subject(self.spec)[1] is None

    def _prose(self) -> BeautifulSoup:
        text = re.sub(r"<(style|script|svg|pre)\b.*?</\1>", "", self.text, flags=re.DOTALL)
        return BeautifulSoup(text, "html.parser")

    @cached_property
    def sentences(self) -> list[str]:
        """All its sentences, in folds too; not code, drawings, headings, sources and the foot."""
        return list(_sentences(self._prose()))

    @cached_property
    def open_sentences(self) -> list[str]:
        """Its sentences outside folds, methods, contents, links and glossary."""
        soup = self._prose()
        for heading in soup("h2"):
            if heading.get_text().strip() in _METHODS:
                for each in heading.find_next_siblings():
                    if each.name == "h2":
                        break
                    each.clear()
        for each in soup.select(_BESIDE):
            each.clear()
        return list(_sentences(soup))

    @cached_property
    def doubled(self) -> list[str]:
        """Sentences that stand twice on it."""
        return [text for text, count in Counter(each.rstrip(".?!") for each in self.sentences).items() if count > 1]

    @cached_property
    def charts(self) -> tuple[int, int]:
        """How many stand open, and how many in folds."""
        folded = len(self.soup.select("details figure.chart"))
        return len(self.soup.select("figure.chart")) - folded, folded

    @cached_property
    def titles(self) -> tuple[str, str]:
        """In the browser's tab, and at its head."""
        return tuple(_plain(self.soup.find(name)) for name in ("title", "h1"))

    @cached_property
    def words_of_front(self) -> tuple[int, int]:
        """Words of headline and findings, and of key figures and what is not known."""
        front = self.soup.select_one("header.front")
        story, rest = (
            front.select(which) for which in (".headline, .findings li", ".figures dt, .figures dd, .unknown")
        )
        return tuple(sum(len(_plain(each).split()) for each in part) for part in (story, rest))

    @cached_property
    def lacks(self) -> list[str]:
        """What a first screen has and it has not."""
        wanted = (".headline", ".findings li", ".figures dd", ".unknown", ".chart")
        return [each for each in wanted if not self.soup.select(f"header.front {each}")]

    @cached_property
    def chart_numbers(self) -> list[int | None]:
        """The number in the title of each chart, in their order on the page; none where it has none."""
        titles = [_plain(chart.select_one(".chart-title > b")) for chart in self.soup.select("figure.chart")]
        return [int(found[0]) if (found := re.search(r"\d+", title)) else None for title in titles]

    @cached_property
    def unknown_sources(self) -> list[str]:
        """What is named as a source and is no title in data/sources.csv."""
        titles, rest = _titles()
        lines = [_plain(line).partition(": ")[2] for line in self.soup.select("main p.source, main span.source")]
        parts = [part for line in lines for part in line.split("; ") if part not in rest and not _OWN.search(part)]
        named = [part for part in parts if not titles.match(part)]
        table = [_plain(cell) for cell in self.soup.select("#sources tbody tr > :first-child")]
        return named + [title for title in table if not titles.match(f"{title} (")]


def read(folder: Path, plan: Path = ROOT / "reports" / "reports.yml") -> tuple[list[Page], list[str]]:
    """The pages of the plan that a folder has, and those that it lacks."""
    paths = {spec: folder / f"{spec.key}.html" for spec in read_plan(plan, NOTEBOOKS)}
    there = [Page(spec, path.read_text(encoding="utf-8")) for spec, path in paths.items() if path.is_file()]
    return there, [spec.key for spec, path in paths.items() if not path.is_file()]


@cache
def _defaults(notebook: str) -> dict[str, object]:
    return Declared(NOTEBOOKS / f"{notebook}.yml").defaults


def subject(spec: ReportSpec) -> tuple[str, str | None]:
    """The parameter that names what a report is about, and its value; none where that is the whole."""
    name = next(name for name in SUBJECTS if name in spec.parameters)
    value = spec.parameters[name]
    return name, None if value == _defaults(spec.notebook)[name] else value


def groups(pages: list[Page]) -> dict[str, list[Page]]:
    """Pages of one notebook and language that differ only in which segment or province they are about."""
    found: dict[str, list[Page]] = {}
    for page in pages:
        if not page.whole:
            name = subject(page.spec)[0]
            others = {other: value for other, value in page.spec.parameters.items() if other != name}
            found.setdefault(f"{page.spec.notebook}, {name}, {' '.join(map(str, others.values()))}", []).append(page)
    return {name: group for name, group in found.items() if len(group) > 1}


@cache
def _titles() -> tuple[re.Pattern, set[str]]:
    """What the name of a document begins with, and what else may stand between semicolons of a line of sources."""
    sources = pd.read_csv(DATA / "sources.csv", keep_default_na=False)
    every = "|".join(re.escape(title.removesuffix(")")) for title in {*sources["title"], *sources["title_en"]})
    places = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in sorted(DATA.rglob("*.csv")))
    later = {part for table in places if "place" in table for place in table["place"] for part in place.split("; ")[1:]}
    return re.compile(rf"(?:{every})(?: ?\(|, |\))"), later


def _plain(element: Tag | None) -> str:
    return " ".join(element.get_text().split()) if element else ""


def _sentences(soup: BeautifulSoup) -> Iterator[str]:
    for each in soup.select(f"{_LEFT_OUT}, {_HEADINGS}"):
        each.clear()
    for each in soup("br"):
        each.replace_with(_BREAK)
    for block in soup(_BLOCKS):
        own = "".join(text for text in block.find_all(string=True) if text.find_parent(_BLOCKS) is block)
        for part in own.split(_BREAK):
            pieces = [" ".join(piece.split()) for piece in _END.split(part)]
            if block.name in _CELLS:  # what is no sentence there is a name or a number
                pieces = [piece for piece in pieces if piece.endswith((".", "?", "!"))]
            yield from (piece for piece in pieces if len(piece.split()) >= _LEAST)


# What two pages share

_NAME, _NUMBER = "◇", "#"
_FIGURES = re.compile(r"[+−-]?\d[\d,.]*(?<![,.])")
_JOINED = re.compile(r"#(?:(?:[조억만] ?|~|, |·)#)+")
_PARTICLES = {"은": "는", "이": "가", "을": "를", "과": "와"}
_PARTICLE = re.compile(r"(?<=[◇#)’”%])(?:(은|이|을|과)(?![가-힣])|(?:이|으)(?=[가-힣]))")
_BRACKETS = re.compile(r"◇ ?\([◇#, ·~%배곳건개명년가지억조만원]*\)")
_LIST = re.compile(r"◇(?:(?:, | ?· ?|와 | 및 |,? and )◇)+")


@cache
def names() -> re.Pattern:
    """Every name, in both languages, of provinces, technologies, segments and industries, the longest first."""
    labels = pd.read_csv(DATA / "labels.csv", keep_default_na=False)
    chosen = labels[labels["group"].str.contains("region|city|segment|industry")]
    tables = [chosen, *(pd.read_csv(DATA / "regions" / f"{name}.csv") for name in ("regions", "technologies"))]
    found = {text for table in tables for column in ("ko", "en", "short_ko", "short_en") if column in table
             for text in table[column]}  # fmt: skip
    longest = sorted(found, key=lambda text: (-len(text), text))
    return re.compile("|".join(rf"(?<![A-Za-z]){re.escape(text)}(?![A-Za-z])" for text in longest), re.IGNORECASE)


def masked(sentence: str) -> str:
    """A sentence without its numbers and names: enumerations of names are one, and so are the forms of particles.

    Examples
    --------
    >>> masked("서울은 3곳, 전남은 1조 204억 원이다.") == masked("부산은 12곳, 경기는 90억 원이다.")
    True
    >>> masked("광주, 전남과 제주의 수소") == masked("세종의 인공지능")
    True
    """
    text = _JOINED.sub(_NUMBER, _FIGURES.sub(_NUMBER, names().sub(_NAME, sentence)))
    text = _PARTICLE.sub(lambda match: _PARTICLES.get(match[1], ""), text)
    return _LIST.sub(_NAME, _BRACKETS.sub(_NAME, text)).rstrip(".?!")


def shares(group: list[Page]) -> dict[tuple[str, str], float]:
    """For each two pages the share of the open sentences, of the page that has fewer, that the other has as well."""
    counts = {page.key: Counter(map(masked, page.open_sentences)) for page in group}
    return {
        (one, other): (counts[one] & counts[other]).total() / max(1, min(counts[one].total(), counts[other].total()))
        for one, other in combinations(counts, 2)
    }


def most_shared(group: list[Page], count: int) -> list[tuple[int, str]]:
    """The sentences that stand on most pages, as one page has each, with the number of pages."""
    where: dict[str, dict[str, str]] = {}
    for page in group:
        for sentence in page.open_sentences:
            where.setdefault(masked(sentence), {}).setdefault(page.key, sentence)
    ordered = sorted(where.values(), key=len, reverse=True)[:count]
    return [(len(each), next(iter(each.values()))) for each in ordered]


def summary(found: dict[tuple[str, str], float]) -> tuple[float, float, tuple[str, str]]:
    """The mean share, the largest, and between which pages."""
    pair = max(found, key=found.get)
    return mean(found.values()), found[pair], pair


# In a browser

PHONE = {"width": 360, "height": 780}
SCREEN = {"width": 1280, "height": 800}


def in_browser(pages: list[Path]) -> Iterator[tuple[Path, str, dict]]:
    """For each page, light and dark, what tests/browser.js finds of its charts on a phone; needs the extra `test`."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        context = browser.new_context(offline=True, viewport=PHONE)
        context.add_init_script(path=ROOT / "tests" / "browser.js")
        tab = context.new_page()
        for path in pages:
            tab.goto(path.as_uri())
            tab.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
            for scheme in ("light", "dark"):
                tab.emulate_media(color_scheme=scheme)
                yield path, scheme, tab.evaluate("onPhone")
        browser.close()
