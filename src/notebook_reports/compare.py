"""Says in words what moved between two files of the same report: which number of which sentence, table or chart.

Pages are taken apart, and their parts set side by side, whatever came between them.
"""

import base64
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from difflib import SequenceMatcher
from itertools import takewhile, zip_longest

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag

_NUMBERED = {"figure": "chart", "table": "table", "scroll": "code’s table", "pre": "code’s output", "h2": "heading"}
_KINDS = {**_NUMBERED, "say": "text", "p": "text", "code": "code"}
_ALIKE = 0.5
"""Share of words in common from which on a text is taken for a changed one, not for another one."""
_NUMBER = re.compile(r"−?\d[\d.,]*")
_FONT = re.compile(r"@font-face\{font-family:'([^']*)';font-weight:(\w+);[^}]*\}")
_SERIAL = re.compile(r'(?<=["#(])#?c\d+-|(?<="section-)\d+|(?<="chart-)\d+|(?:(?<=hart )|(?<=그림 ))\d+(?=["<의.])')
"""What a part of a page owes to its place among others."""

Results = dict[str, tuple[str, ...]]
"""By name of a result: its value with its bounds, and its unit, as they are written."""


def file_differences(name: str, old: bytes, new: bytes) -> list[str]:
    """What moved between two files, a line each; empty where no byte differs.

    Parameters
    ----------
    name : str
        Of the file: a page (``.html``), a chart (``.svg``), ``results.csv``, or any other.
    old, new : bytes
        What is kept, and what came of a new run.
    """
    if old == new:
        return []
    found = []
    if name.endswith(".html"):
        found = differences(old, new)
    elif name.endswith(".svg"):
        before, after = (BeautifulSoup(_text(data), "html.parser").svg for data in (old, new))
        found = list(_drawing(before, after)) if before and after else []
    elif name == "results.csv":
        before, after = read_results(old), read_results(new)
        found = [f"{key}: {line}" for key in sorted({*before, *after}) for line in moved_results(before, after, key)]
    return [_printable(line) for line in found] or [f"its bytes differ (line {_line(old, new)})"]


def differences(old: bytes, new: bytes) -> list[str]:
    """What moved between two pages of a report, a line each; empty where no byte differs.

    What stands open comes first, then code and what is folded away with it, each in the order of the page. Where only
    bytes differ that show nothing, the number of their line is told.
    """
    if old == new:
        return []
    found = []
    with suppress(ParserRejectedMarkup, ValueError):  # no page of ours
        before, after = (_Page(_text(data)) for data in (old, new))
        found = [_printable(line) for line in (*_body(before, after), *_head(before, after))]
    return found or [f"the page’s bytes differ outside what is shown (line {_line(old, new)})"]


def read_results(table: bytes) -> dict[str, Results]:
    """The rows of ``results.csv``, by report."""
    found: dict[str, Results] = {}
    for row in csv.reader(io.StringIO(_text(table))):
        report, name, value, unit, low, high = [*row, *[""] * 6][:6]
        if len(row) > 1 and (report, name) != ("report", "result"):
            found.setdefault(report, {})[name] = (f"{value} [{low}, {high}]" if low or high else value, unit)
    return found


def moved_results(old: dict[str, Results], new: dict[str, Results], key: str) -> list[str]:
    """What moved in the recorded results of a report, a line each."""
    return [f"recorded result {line}" for line in _entries(old.get(key, {}), new.get(key, {}))]


def shortened(lines: Sequence[str], most: int = 8) -> list[str]:
    """The first lines, then how many more there are."""
    left = len(lines) - most
    return [*lines[:most], f"and {left} more difference{'s' * (left > 1)}"] if left > 0 else list(lines)


class _Block:
    """A part of a page, and where it stands."""

    def __init__(self, tag: Tag, kind: str, number: int, section: str) -> None:
        self.tag, self.kind, self.number, self.section = tag, kind, number, section
        self.source = "\n".join(_code(tag)) if kind == "code" else str(tag)
        self.steady = _SERIAL.sub("", self.source)
        self.outline = kind, _NUMBER.sub("0", _shown(tag))

    @property
    def name(self) -> str:
        """What it is, with its number and its words."""
        if self.kind == "header":
            return "front page"
        words = _shown(self.tag) if self.kind == "h2" else _words(self.tag)
        number = f" {self.number}" if self.kind in _NUMBERED else ""
        return _KINDS.get(self.kind, f"<{self.kind}>") + number + (f" “{_cut(words, 30)}”" if words else "")

    @property
    def place(self) -> str:
        """Where to find it: the heading it stands under, and its name."""
        return self.name if self.kind == "h2" or not self.section else f"under “{self.section}”, {self.name}"


class _Page:
    """A page taken apart: what is not in any of its parts is its frame."""

    def __init__(self, html: str) -> None:
        soup = BeautifulSoup(html, "html.parser")
        style = _shown(_out(soup.head.style if soup.head else None))
        self.fonts = {f"“{font[1]}” {font[2]}": font[0] for font in _FONT.finditer(style)}
        self.rules = [rule for rule in re.split(r"(?<=\}) ?", _FONT.sub("", style)) if rule]
        self.title = _shown(_out(soup.title))
        about = _out(soup.find("meta", attrs={"name": "description"}))
        contents = _out(soup.find("nav", class_="contents"))
        self.about = about.get("content", "") if about else ""
        self.contents = [_shown(item) for item in contents.find_all("li")] if contents else []
        rows = _grid(_out(soup.find("details", class_="results")))
        self.results = {row[0]: tuple(row[1:]) for row in rows[1:] if row}
        self.foot = _foot(_out(soup.footer.dl if soup.footer else None))
        self.blocks = _blocks(soup.main) if soup.main else []
        self.headings = [_shown(block.tag) for block in self.blocks if block.kind == "h2"]
        fronts = [block.tag for block in self.blocks if block.kind == "header"]
        self.finding = _shown(fronts[0].select_one(".headline, li")) if fronts else ""
        for part in [*(block.tag for block in self.blocks), *soup.select(".how")]:
            part.extract()
        self.frame = [line for line in str(soup).splitlines() if line.strip()]


def _blocks(main: Tag) -> list[_Block]:
    blocks: list[_Block] = []
    numbers: Counter[str] = Counter()
    section = ""
    for tag in _parts(main):
        kind = next((name for name in tag.get("class", []) if name in _KINDS), tag.name)
        section = _shown(tag) if kind == "h2" else section
        inner = {"code": ".output", "header": "figure"}.get(kind)
        inside = [part.extract() for part in tag.select(inner)] if inner else []
        names = ["figure" if part.name == "figure" else "scroll" if part.table else "pre" for part in inside]
        for part, its in [(tag, kind), *zip(inside, names, strict=True)]:
            numbers[its] += 1
            blocks.append(_Block(part, its, numbers[its], section))
    return blocks


def _parts(tag: Tag) -> Iterator[Tag]:
    """The parts of a page in order, those in its folds of evidence too."""
    for part in tag.find_all(True, recursive=False):
        if {"rest", "how"} & set(part.get("class", [])):
            yield from _parts(part)
        elif part.name != "summary":
            yield part


def _body(old: _Page, new: _Page) -> Iterator[str]:
    """What moved in all that a reader sees, and in the code."""
    pairs = list(_aligned(old.blocks, new.blocks, lambda b: b.steady, lambda b: b.outline, lambda b: b.kind))
    pairs.sort(key=lambda pair: (pair[0] or pair[1]).kind in {"code", "scroll", "pre"})
    alone = [(one or other, "gone" if one else "new") for one, other in pairs if not one or not other]
    sections = {(block.section, fate) for block, fate in alone if block.kind == "h2"}
    for one, other in pairs:
        if one and other:
            yield from _moved(one, other)
        elif one or other:
            block, fate = one or other, "gone" if one else "new"
            its = block.section, fate
            if block.kind == "h2":
                held = Counter(_KINDS.get(b.kind, b.kind) for b, at in alone if (b.section, at) == its and b != block)
                counts = ", ".join(f"{count} × {name}" for name, count in held.items())
                yield f"section “{block.section}” is {fate}" + (f", with {counts}" if counts else "")
            elif its not in sections:
                yield f"{block.place} is {fate}"
    told = _changes(old.headings, new.headings)
    yield from (f"list of contents: {line}" for line in _changes(old.contents, new.contents) if line not in told)
    yield from (f"recorded result {line}" for line in _entries(old.results, new.results))
    yield from (f"foot, {line}" for line in _entries(old.foot, new.foot))


def _head(old: _Page, new: _Page) -> Iterator[str]:
    """What moved in what stands in no place of the page: title and description, style, fonts, and the frame."""
    if said := _said(old.title, new.title):
        yield f"title of the page: {said}"
    if (old.about, new.about) != (old.finding, new.finding) and (said := _said(old.about, new.about)):
        yield f"description of the page: {said}"
    if rules := _changes(old.rules, new.rules):
        yield f"style: {_some(rules)}"
    for name in sorted({*old.fonts, *new.fonts}):
        before, after = old.fonts.get(name), new.fonts.get(name)
        if not before or not after:
            yield f"font {name} is {'gone' if before else 'new'}"
        elif before != after:
            yield f"font {name}: other letters or shapes ({len(before):,} → {len(after):,} characters)"
    if frame := _changes(old.frame, new.frame):
        yield f"around what is shown: {_some(frame)}"


def _moved(old: _Block, new: _Block) -> Iterator[str]:
    """What moved in a part of a page that is there before and after."""
    if old.source == new.source or (old.number != new.number and old.steady == new.steady):
        return
    place, compare = old.place, {"header": _front, "code": _codes}.get(old.kind, _output)
    unseen = ": its picture" if new.tag.img else ": its markup, of which nothing is shown"
    yield from (f"{place}{line}" for line in list(compare(old.tag, new.tag)) or [unseen])


def _front(old: Tag, new: Tag) -> Iterator[str]:
    single = {"title": "h1", "subject": ".subject", "headline": ".headline", "what is not known": ".unknown"}
    for name, wanted in (single | {"data": ".vintage"}).items():
        if said := _said(*(_shown(tag.select_one(wanted)) for tag in (old, new))):
            yield f", {name}: {said}"
    for name, wanted in (("label", "dt"), ("key figure", "dd"), ("finding", "li")):
        yield from _texts(old, new, wanted, name)


def _texts(old: Tag, new: Tag, wanted: str = "p, li", name: str = "") -> Iterator[str]:
    """What moved in paragraphs, or in all the text where there are none; they are numbered where they have a name."""
    texts = (tag.select(wanted) or [tag] * (not name and not tag.figcaption) for tag in (old, new))
    before, after = (list(enumerate(map(_shown, each), 1)) for each in texts)
    pairs = _aligned(before, after, lambda p: p[1], lambda p: _NUMBER.sub("0", p[1]), lambda _: "")
    for one, other in pairs:
        number, text = one or other
        place = f", {name} {number}" if name else ""
        if not one or not other:
            yield f"{place or ', a sentence'} is {'gone' if one else 'new'}: “{_cut(text, 120)}”"
        elif said := _said(one[1], other[1]):
            yield f"{place}: {said}"


def _output(old: Tag, new: Tag) -> Iterator[str]:
    """What moved in a chart, a table, a text: its words and source, its drawing, its numbers, and what is then left."""
    words = _words(old), _words(new)
    for part in (*old.select(".chart-title, .note"), *new.select(".chart-title, .note")):
        part.extract()
    sources = [["", *(_shown(_out(each)) for each in tag.select(".source"))][-1] for tag in (old, new)]
    for name, pair in (("words", words), ("source", sources)):
        if said := _said(*pair):
            yield f", its {name}: {said}"
    before, after = (_out(tag.svg) for tag in (old, new))
    if before and after:
        read = before.get("aria-label", ""), after.get("aria-label", "")
        if read != words and (said := _said(*read)):
            yield f", what is read out of it: {said}"
        yield from (f", {line}" for line in _drawing(before, after))
    elif before or after:
        yield f", its drawing is {'gone' if before else 'new'}"
    numbers = _cells(*(_grid(_out(tag.table)) for tag in (old, new)))
    yield from _listed(", its numbers" if old.figcaption else "", numbers)
    file = _cells(*(_csv(tag.find("a", download=True)) for tag in (old, new)))
    yield from _listed(", its CSV file", {place: moved for place, moved in file.items() if place not in numbers})
    yield from _texts(old, new)


def _drawing(old: Tag, new: Tag) -> Iterator[str]:
    """What moved in a drawing: its size, the texts in it, its shapes, their looks."""
    sizes = [" × ".join(svg.get("viewbox", "").split()[2:]) for svg in (old, new)]
    if sizes[0] != sizes[1]:
        yield f"its size: {sizes[0]} → {sizes[1]} points"
    if texts := _changes(*([_shown(text) for text in svg.find_all("text")] for svg in (old, new))):
        yield f"text in it: {_some(texts)}"
    for name, looks in (("drawing", False), ("colours and strokes", True)):
        before, after = ([_kept(shape, looks) for shape in svg.find_all(True) if shape.attrs] for svg in (old, new))
        pairs = list(_aligned(before, after, lambda shape: shape, lambda shape: shape[0]))
        if moved := sum(one != other for one, other in pairs):
            yield f"its {name}: {moved} of {len(pairs)} shapes and labels moved"


def _kept(shape: Tag, looks: bool) -> tuple:
    """How a shape looks, or else where it is."""
    names = {"style", "class"} if looks else shape.attrs.keys() - {"style", "class", "id", "href", "clip-path"}
    return shape.name, *((name, str(shape.get(name))) for name in sorted(names))


def _listed(name: str, moved: dict[str, str], most: int = 3) -> Iterator[str]:
    """The first cells that moved, and how many more there are, so that room is left for what stands after them."""
    yield from (f"{name}, {place}{what}" for place, what in list(moved.items())[:most])
    if len(moved) > most:
        yield f"{name}: and {len(moved) - most} more of its rows, columns or cells"


def _cells(old: list[list[str]], new: list[list[str]]) -> dict[str, str]:
    """What moved in a table, by row and column as its headings name them."""
    found = {}
    before, after = (list(enumerate(table[0])) if table else [] for table in (old, new))
    columns = []
    for one, other in _aligned(before, after, lambda c: c[1], lambda _: ""):
        if one and other:
            columns.append((one[0], other[0], one[1]))
            if said := _said(one[1], other[1]):
                found[f"heading of column {one[0] + 1}"] = f": {said}"
        else:
            found[f"column “{(one or other)[1]}”"] = " is gone" if one else " is new"
    heads = Counter(row[0] for row in old[1:] if row)
    before, after = ([(number, row) for number, row in enumerate(table[1:], 1) if row] for table in (old, new))
    if [row[0] for _, row in before] == [row[0] for _, row in after]:
        pairs = zip(before, after, strict=True)
    else:
        keys = (
            lambda r: tuple(r[1]),
            lambda r: (r[1][0], _NUMBER.sub("0", " ".join(r[1][1:]))),
            lambda r: r[1][0],
            lambda r: tuple(r[1][1:]),
        )
        pairs = _aligned(before, after, *keys)
    for one, other in pairs:
        number, row = one or other
        name = f"row “{row[0]}”" if heads[row[0]] < 2 else f"row {number} “{row[0]}”"
        if not one or not other:
            found[name] = f" is {'gone' if one else 'new'}: {_cut(', '.join(row[1:]), 80)}"
            continue
        for i, j, column in columns:
            if said := _said(*(cells[k] if k < len(cells) else "" for cells, k in ((row, i), (other[1], j)))):
                found[f"{name}, column “{column}”"] = f": {said}"
    return found


def _codes(old: Tag, new: Tag) -> Iterator[str]:
    if lines := _changes(_code(old), _code(new), "line {} "):
        yield f": {_some(lines)}"


def _entries(old: Results, new: Results) -> Iterator[str]:
    """What moved in named values, each with its unit if it has one."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            yield f"{name} is {'new' if before is None else 'gone'}: {' '.join(before or after or ())}"
        elif before != after:
            unit = after[1:] if before[1:] == after[1:] else ()
            old_text, new_text = (" ".join(each[: len(each) - len(unit)]) for each in (before, after))
            yield " ".join([f"{name}: {_change(old_text, new_text)}", *unit])


def _said(old: str, new: str) -> str:
    """What moved in a text: the words that did, among those around them; empty where it is the same."""
    if old == new:
        return ""
    before, after = old.split(), new.split()
    runs = list(_runs(before, after))
    if not runs:
        return f"nothing but its spaces, in “{_cut(old, 80)}”"
    kept = len(before) - sum(len(one) for _, one, _ in runs)
    if 2 * kept < _ALIKE * (len(before) + len(after)):
        return _change(old, new)
    start, end = max(0, runs[0][0] - 6), runs[0][0] + len(runs[0][1]) + 6
    around = "…" * (start > 0) + " ".join(before[start:end]) + "…" * (end < len(before))
    changes = [_change(*_bare(" ".join(one), " ".join(other))) for _, one, other in runs]
    return f"{_some(changes)}, in “{around}”"


def _bare(old: str, new: str) -> tuple[str, str]:
    """Two runs of words without a comma or a stop at their end that they share."""
    return (old[:-1], new[:-1]) if old[-1:] == new[-1:] and old[-1:] in set(",.;:") else (old, new)


def _changes(old: Sequence[str], new: Sequence[str], place: str = "") -> list[str]:
    """What moved in a list of texts; ``place`` takes the number of the old one, or of one that is new."""
    found = []
    for start, before, after in _runs(old, new):
        for number, (one, other) in enumerate(zip_longest(before, after), start + 1):
            found.append(place.format(number) + _change(one, other))
    return found


def _change(old: str | None, new: str | None) -> str:
    """Two texts, long ones cut to where they begin to differ; None or nothing where there is only one."""
    if not old or not new:
        return f"“{_cut(old or new or '', 100)}” is {'gone' if old or new is None else 'new'}"
    start = max(0, _same(old, new) - 40) if max(len(old), len(new)) > 100 else 0
    one, other = ("…" * (start > 0) + _cut(text[start:], 100) for text in (old, new))
    return f"“{one}” → “{other}”" if " " in one + other else f"{one} → {other}"


def _some(changes: Sequence[str], most: int = 4) -> str:
    """The first of many changes, and how many more there are."""
    more = len(changes) - most
    return "; ".join(changes[:most]) + (f"; and {more} more" if more > 0 else "")


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, Sequence[str], Sequence[str]]]:
    """Stretches that differ: where the old one begins, what it held, what is there now."""
    for kind, i, j, k, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield i, old[i:j], new[k:end]


def _aligned(old: Sequence, new: Sequence, *keys: Callable) -> Iterator[tuple]:
    """Pairs of what belongs together by the first key, between these by the next; None beside what stands alone."""
    if not keys:
        yield from ((one, None) for one in old)
        yield from ((None, other) for other in new)
        return
    key, *rest = keys
    matcher = SequenceMatcher(None, [key(one) for one in old], [key(other) for other in new], autojunk=False)
    for kind, i, j, k, end in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(old[i:j], new[k:end], strict=True)
        else:
            yield from _aligned(old[i:j], new[k:end], *rest)


def _printable(line: str) -> str:
    """A line without anything that a terminal obeys or does not show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _same(old: Sequence, new: Sequence) -> int:
    """How much is the same at the beginning of both."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(old, new, strict=False)))


def _line(old: bytes, new: bytes) -> int:
    """Number of the first line that differs."""
    return old.count(b"\n", 0, _same(old, new)) + 1


def _out(tag: Tag | None) -> Tag | None:
    """A part of a page, taken out of it."""
    return tag.extract() if tag else None


def _shown(tag: Tag | None) -> str:
    return " ".join(tag.get_text().split()) if tag else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _words(part: Tag) -> str:
    """The words under a chart, or over a table."""
    texts = [_shown(text).removeprefix(_shown(text.b)).strip() for text in part.select(".chart-title, .note")]
    if part.figcaption and texts:
        return ". ".join([*(text.rstrip(".") for text in texts[:-1]), texts[-1]])
    caption = part.figcaption or part.caption
    return "".join(caption.find_all(string=True, recursive=False)) if caption else ""


def _code(cell: Tag) -> list[str]:
    """The lines of code, in one piece or several."""
    return "\n\n".join(pre.get_text().strip("\n") for pre in cell.find_all("pre")).split("\n")


def _grid(part: Tag | None) -> list[list[str]]:
    """The cells of a table: its head in one row, then its rows, each with all that heads it in one cell."""
    rows: list[list[Tag]] = []
    for row in part.find_all("tr") if part else ():
        cells = [cell for cell in row.find_all(["th", "td"]) for _ in range(min(int(cell.get("colspan", 1)), 100))]
        above = rows[-1] if rows else []  # pandas does not repeat what heads several rows
        rows.append([*above[: max(0, len(above) - len(cells))], *cells])
    if not rows:
        return []
    heads = len(part.select("thead tr")) or 1
    head = [" ".join(filter(None, map(_shown, column))) for column in zip_longest(*rows[:heads])]
    leading = max([1, *(len([*takewhile(lambda cell: cell.name == "th", row)]) for row in rows[heads:])])
    texts = [head, *([_shown(cell) for cell in row] for row in rows[heads:])]
    return [[", ".join(filter(None, row[:leading])), *row[leading:]] for row in texts]


def _csv(link: Tag | None) -> list[list[str]]:
    """The cells of a CSV file that a link holds."""
    data = link.get("href", "").partition("base64,")[2] if link else ""
    try:
        text = base64.b64decode(data).decode("utf-8-sig", "backslashreplace")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (ValueError, csv.Error):
        return [["CSV"], [data]]


def _foot(names: Tag | None) -> Results:
    """What stands in the foot of a page, parameters each by itself."""
    found: Results = {}
    for term in names.find_all("dt") if names else ():
        values = [_shown(code) for code in (term.find_next_sibling("dd") or term).find_all("code")]
        if all("=" in value for value in values):
            found |= {f"parameter {name}": (value,) for name, _, value in (each.partition("=") for each in values)}
        else:
            found[f"“{_shown(term)}”"] = (" ".join(values),)
    return found
