"""Says in words what moved between two files of the same report: which number of which sentence, table or chart.

A page is taken for a list of texts, each with the place that it stands in, and two such lists are set side by side.
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
from typing import NamedTuple

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag

from notebook_reports.trace import digest

_KINDS = {"figure": "chart", "table": "table", "scroll": "code’s table", "pre": "code’s output", "h2": "heading"}
_KINDS |= {"say": "text", "p": "text", "code": "code", "header": "front page"}
_NUMBERED = ("figure", "table", "scroll", "pre", "h2")
_CODE = ("code", "scroll", "pre")
_TEXTS = {"title": "h1", "subject": ".subject", "headline": ".headline", "what is not known": ".unknown"}
_TEXTS |= {"data": ".vintage", "label": "dt", "key figure": "dd", "finding": ".findings li"}
_TEXTS |= {"its words": ".chart-title, .note, caption", "its source": ".source", "": "p, li, h2"}
_NUMBER = re.compile(r"−?\d[\d.,]*")
_NAMES = ("id", "href", "clip-path")
_NAMED = re.compile(r"#c\d+-|(?<=그림 )\d+(?=[의.])|(?<=hart )\d+(?=\.|$)")
"""What a shape or a text owes to the place of its chart among others."""
_FONT = re.compile(r"@font-face\{font-family:'([^']*)';font-weight:(\w+);[^}]*\}")

Results = dict[str, str]
"""By name of a result: its value, its bounds and its unit."""


def file_differences(name: str, old: bytes, new: bytes) -> list[str]:
    """What moved between two files, a line each; empty where no byte differs.

    What stands open on a page comes first, then code and what it shows, then what stands in no place of the page.

    Parameters
    ----------
    name : str
        Of the file: a page (``.html``), a chart (``.svg``), ``results.csv``, or any other.
    old, new : bytes
        What is kept, and what came of a new run.
    """
    if old == new:
        return []
    found: list[str] = []
    with suppress(ParserRejectedMarkup, ValueError):  # it is no page of ours
        if name == "results.csv":
            tables = read_results(old), read_results(new)
            keys = sorted({*tables[0], *tables[1]})
            found = [f"{key}: {line}" for key in keys for line in moved_results(*tables, key)]
        elif name.endswith((".html", ".svg")):
            pages = [BeautifulSoup(_text(data), "html.parser") for data in (old, new)]
            if name.endswith(".svg"):
                parts = ([_Part("svg", "", "", tuple(_drawing(each.svg)))] for each in pages)
                found = [line.removeprefix(", ") for line in _moved(*parts)]
            else:
                found = list(_moved(*(list(_page(each)) for each in pages)))
    found = ["".join(c if c.isprintable() else ascii(c)[1:-1] for c in each) for each in found]
    same = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return found or [f"its bytes differ (line {old.count(10, 0, same) + 1})"]


def read_results(table: bytes) -> dict[str, Results]:
    """The rows of ``results.csv``, by report."""
    found: dict[str, Results] = {}
    for row in csv.reader(io.StringIO(_text(table))):
        report, name, value, unit, low, high = [*row, *[""] * 6][:6]
        if len(row) > 1 and (report, name) != ("report", "result"):
            bounds = f" [{low}, {high}]" if low or high else ""
            found.setdefault(report, {})[name] = f"{value}{bounds} {unit}".strip()
    return found


def moved_results(old: dict[str, Results], new: dict[str, Results], key: str) -> list[str]:
    """What moved in the recorded results of a report, a line each."""
    before, after = (
        _Part("page", "", "", tuple(_Piece(("", name), f"recorded result {name}", text) for name, text in each.items()))
        for each in (old.get(key, {}), new.get(key, {}))
    )
    return list(_within(before, after, most=1_000_000))


def shortened(lines: Sequence[str], most: int = 8) -> list[str]:
    """The first lines, then how many more there are."""
    left = len(lines) - most
    return [*lines[:most], f"and {left} more difference{'s' * (left > 1)}"] if left > 0 else list(lines)


class _Piece(NamedTuple):
    """A text of a part of a page: what it is and which of its like, how that is told, and its words."""

    what: tuple[str, str]
    told: str
    text: str


class _Part(NamedTuple):
    """A part of a page, where it stands, and its texts."""

    kind: str
    place: str
    section: str
    pieces: tuple[_Piece, ...]


def _page(soup: BeautifulSoup) -> Iterator[_Part]:
    """The parts of a page in order, then as one what stands in no place of it; of a picture, what it shows."""
    numbers: Counter[str] = Counter()
    headings, finding = [""], ""
    for tag in list(_tags(soup.main)) if soup.main else ():
        kind = next((name for name in tag.get("class", []) if name in _KINDS), tag.name)
        if "output" in tag.get("class", []):
            kind = "scroll" if tag.table else "pre"
        numbers[kind] += 1
        if kind == "h2":
            headings.append(_shown(tag))
        if kind == "header":
            finding = _shown(tag.select_one(".headline, li"))
        words = headings[-1] if kind == "h2" else "" if kind == "header" else _caption(tag)
        place = f"under “{headings[-1]}”, " if headings[-1] and kind != "h2" else ""
        place += _KINDS.get(kind, f"<{kind}>") + (f" {numbers[kind]}" if kind in _NUMBERED else "")
        place += f" “{_cut(words, 30)}”" if words else ""
        yield _Part(kind, place, headings[-1], tuple(_pieces(kind, tag.extract())))
    style, about = _shown(soup.style), soup.select_one("meta[name=description]")
    named = {"title of the page": _shown(soup.title)}
    if about and about.get("content") != finding:
        named["description of the page"] = about.get("content", "")
    for font in _FONT.finditer(style):
        named[f"font “{font[1]}” {font[2]}"] = f"{len(font[0]):,} characters, {digest(font[0].encode())[:8]}"
    for row in _grid(soup.select_one("details.results"))[1:]:
        named[f"recorded result {row[0]}"] = " ".join(row[1:])
    for code in soup.select("footer dd code"):
        name, sign, value = _shown(code).partition("=")
        named[f"foot, parameter {name}" if sign else f"foot, “{_shown(code.find_previous('dt'))}”"] = value or name
    texts = {"list of contents": [t for t in map(_shown, soup.select("nav.contents li")) if t not in headings]}
    texts["style"] = [rule for rule in re.split(r"(?<=\}) ?", _FONT.sub("", style)) if rule]
    for each in soup.select(".how, nav.contents, style, title, meta[name=description], details.results, footer dl"):
        each.extract()
    texts["around what is shown"] = [line for line in str(soup).splitlines() if line.strip()]
    pieces = [_Piece((name, ""), name, text) for name, text in named.items()]
    pieces += [_Piece((name, ""), name, text) for name, lines in texts.items() for text in lines]
    yield _Part("page", "", "", tuple(pieces))


def _tags(main: Tag) -> Iterator[Tag]:
    """The tags of the parts, of those in folds too, and of what code shows each by itself."""
    for part in main.find_all(True, recursive=False):
        classes = set(part.get("class", []))
        if {"rest", "how"} & classes:
            yield from _tags(part)
        elif part.name != "summary" and not {"results", "contents"} & classes:
            inner = part.select(".output" if "code" in classes else "header > * figure, header > figure")
            yield from (part, *[each.extract() for each in inner])


def _pieces(kind: str, tag: Tag) -> Iterator[_Piece]:
    """The texts of a part: its words and its source, its drawing, its numbers, and what is then left."""
    if kind == "code":
        lines = "\n\n".join(pre.get_text().strip("\n") for pre in tag.find_all("pre")).split("\n")
        yield from (_Piece(("line", ""), f", line {number}", line) for number, line in enumerate(lines, 1))
        return
    name, (heads, *rows) = ", its numbers" if kind == "figure" else "", _grid(tag.table) or [[]]
    files = [link.get("href", "").partition("base64,")[2] for link in tag("a", download=True)]
    drawing = [_Piece(("picture", ""), ", its picture", str(each)) for each in tag("img")]
    drawing += _drawing(tag.svg)
    alone = not tag(["table", "svg", "img", "figcaption"]) and not tag.select("h1, p, li")
    for each in tag(["svg", "table"]):
        each.replace_with(each.caption.extract()) if each.caption else each.extract()
    for text, selector in _TEXTS.items():
        for number, each in enumerate([tag] if alone and not text else tag.select(selector), 1):
            nth = f" {number}" if text in ("label", "key figure", "finding") else ""
            yield _Piece((text, ""), f", {text}{nth}" if text else "", _own(each))
            each.extract()
    yield from drawing
    count = Counter(row[0] for row in rows)
    yield from (_Piece(("numbers", f"{n}"), f"{name}, heading of column {n}", head) for n, head in enumerate(heads, 1))
    for number, row in enumerate(rows, 1):
        told = f"{name}, row “{row[0]}”" if count[row[0]] == 1 else f"{name}, row {number} “{row[0]}”"
        for column, (cell, head) in enumerate(zip_longest(row, heads, fillvalue="")):
            what = "numbers", f"{row[0]} {column}"
            yield _Piece(what, f"{told}, column “{head}”" if column else told, cell)
    for file in files:
        yield _Piece(("file", ""), ", its CSV file", _text(base64.b64decode(file)))


def _drawing(svg: Tag | None) -> Iterator[_Piece]:
    """The texts of a drawing, what is read out of it, its size, and the look and place of each of its shapes."""
    if svg:
        yield from (_Piece(("text", ""), ", text in it", _shown(text)) for text in svg("text"))
        yield _Piece(("read", ""), ", what is read out of it", _NAMED.sub("#", svg.get("aria-label", "")))
        yield _Piece(("size", ""), ", its size", " × ".join(svg.get("viewbox", "").split()[2:]))
        for shape in svg(True):
            looks = sorted((name, str(value)) for name, value in shape.attrs.items() if name not in _NAMES)
            if looks:
                yield _Piece(("shape", shape.name), ", its drawing", _NAMED.sub("#", str(looks)))


def _moved(old: list[_Part], new: list[_Part]) -> Iterator[str]:
    """What moved between two pages, parts set side by side that are the same, or but for their numbers, or in kind."""
    outline = lambda part: (part.kind, _NUMBER.sub("0", " ".join(piece.text for piece in part.pieces)))  # noqa: E731
    same = lambda part: (part.kind, part.section, *((p.what, p.text) for p in part.pieces))  # noqa: E731
    pairs = list(_aligned(old, new, same, outline, lambda part: part.kind))
    pairs.sort(key=lambda pair: ((pair[0] or pair[1]).kind in _CODE) + 2 * ((pair[0] or pair[1]).kind == "page"))
    alone = [(one or other, "gone" if one else "new") for one, other in pairs if not (one and other)]
    sections = [(part.section, fate) for part, fate in alone if part.kind == "h2"]
    for one, other in pairs:
        part, fate = one or other, "gone" if one else "new"
        if one and other:
            yield from _within(one, other)
        elif part.kind == "h2":
            held = Counter(
                _KINDS.get(p.kind, p.kind) for p, f in alone if (p.section, f) == (part.section, fate) and p != part
            )
            counts = ", ".join(f"{count} × {name}" for name, count in held.items())
            yield f"section “{part.section}” is {fate}" + (f", with {counts}" if counts else "")
        elif (part.section, fate) not in sections:
            words = _cut(" ".join(piece.text for piece in part.pieces), 120) if part.kind in ("say", "p") else ""
            yield f"{part.place} is {fate}" + (f": “{words}”" if words else "")


def _within(old: _Part, new: _Part, most: int = 3) -> Iterator[str]:
    """What moved in a part that is there before and after: of each kind of text the first, and how many more."""
    found: dict[str, list[str]] = {}
    alone: dict[tuple[str, str, str], list[str]] = {}
    for one, other in _aligned(old.pieces, new.pieces, lambda p: (p.what, p.text), lambda p: p.what):
        piece, fate = one or other, "gone" if one else "new"
        if not (one and other):  # of a table, a whole row
            row = f"{old.place}{piece.told.partition(', column “')[0]} is {fate}"
            alone.setdefault((piece.what[0], row, piece.told * (", row" not in piece.told)), []).append(piece.text)
        elif one.text != other.text:
            found.setdefault(piece.what[0], []).append(f"{old.place}{piece.told}{_change(one.text, other.text)}")
    for (kind, told, _), texts in alone.items():
        found.setdefault(kind, []).append(f"{told}: “{_cut(', '.join(texts), 120)}”")
    change = lambda line: line.partition(", in “")[0].rpartition(": ")[2]  # noqa: E731
    told = {change(line) for kind, lines in found.items() if kind != "read" for line in lines}
    found["read"] = [line for line in found.get("read", ()) if change(line) not in told]
    for kind, lines in found.items():
        if kind == "shape":
            shapes = sum(piece.what[0] == "shape" for piece in old.pieces)
            yield f"{old.place}, its drawing: {len(lines)} of {shapes} shapes moved"
        elif kind != "file" or "numbers" not in found:
            yield from lines[:most]
            if len(lines) > most:
                yield f"{old.place}: and {len(lines) - most} more like it"


def _change(old: str, new: str) -> str:
    """What moved in a text: the words that did, among those around them."""
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    runs = [(i, before[i:j], after[k:end]) for kind, i, j, k, end in matcher.get_opcodes() if kind != "equal"]
    if not runs:
        return f": nothing but its spaces, in “{_cut(old, 80)}”"
    if 4 * (len(before) - sum(len(one) for _, one, _ in runs)) < len(before) + len(after):  # it is another text
        return f": {_both(old, new)}"
    start, end = max(0, runs[0][0] - 6), runs[0][0] + len(runs[0][1]) + 6
    around = "…" * (start > 0) + " ".join(before[start:end]) + "…" * (end < len(before))
    return f": {'; '.join(_both(' '.join(one), ' '.join(other)) for _, one, other in runs[:4])}, in “{around}”"


def _both(old: str, new: str) -> str:
    """Two texts, long ones cut to where they begin to differ; one alone is gone or new."""
    if not (old and new):
        return f"“{_cut(old or new, 100)}” is {'gone' if old else 'new'}"
    if old[-1] == new[-1] and old[-1] in ",.;:":
        old, new = old[:-1], new[:-1]
    same = sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(old, new, strict=False)))
    start = max(0, same - 40) if max(len(old), len(new)) > 100 else 0
    one, other = ("…" * (start > 0) + _cut(text[start:], 100) for text in (old, new))
    return f"“{one}” → “{other}”" if " " in one + other else f"{one} → {other}"


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


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _shown(tag: Tag | None) -> str:
    return " ".join(tag.get_text().split()) if tag else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _own(tag: Tag) -> str:
    """A text without its number, and a caption without what it links to."""
    text = "".join(tag.find_all(string=True, recursive=False)) if tag.name == "caption" else tag.get_text()
    text = _NAMED.sub("#", " ".join(text.split()))
    return text.removeprefix(_NAMED.sub("#", _shown(tag.b))).strip() if "chart-title" in tag.get("class", []) else text


def _caption(part: Tag) -> str:
    """The words under a chart, or over a table."""
    texts = [_own(each) for each in part.select(".chart-title, .note") or part.select("caption")]
    return ". ".join([*(text.rstrip(".") for text in texts[:-1]), *texts[-1:]])


def _grid(part: Tag | None) -> list[list[str]]:
    """The cells of a table: its head in one row, then its rows, each with all that heads it in one cell."""
    rows: list[list[Tag]] = []
    for row in part("tr") if part else ():
        cells = [cell for cell in row(["th", "td"]) for _ in range(min(int(cell.get("colspan", 1)), 100))]
        above = rows[-1] if rows else []  # pandas does not repeat what heads several rows
        rows.append([*above[: max(0, len(above) - len(cells))], *cells])
    if not rows:
        return []
    heads = len(part.select("thead tr")) or 1
    head = [" ".join(filter(None, map(_shown, column))) for column in zip_longest(*rows[:heads])]
    leading = max([1, *(len([*takewhile(lambda cell: cell.name == "th", row)]) for row in rows[heads:])])
    texts = [head, *([_shown(cell) for cell in row] for row in rows[heads:])]
    return [[", ".join(filter(None, row[:leading])), *row[leading:]] for row in texts]
