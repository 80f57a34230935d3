"""Says in words what moved between two files of the same report: which number of which sentence, table or chart.

A page is a list of blocks, and a block a list of lines; what belongs together is found by what it is and says.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from difflib import SequenceMatcher
from itertools import takewhile, zip_longest
from typing import NamedTuple

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag

from notebook_reports.trace import digest

_BLOCKS = "head, :is(main, .rest, .how) > :not(.rest, .how), .output, header figure, footer"
_LEAVES = "head, h1, h2, h3, p, li, dt, dd, div, summary, caption, pre, table, svg, img"
_ECHOES = "meta[name=description], nav.contents, .chart-title b, figure caption, a[download]"
"""What repeats other texts or counts charts; where nothing else moved, the line of the file is told."""
_TAGS = {"header": "front page", "h1": "title", "h2": "heading", "figure": "chart", "svg": "drawing", "footer": "foot"}
_TAGS |= {"dt": "label", "dd": "key figure", "li": "finding", "pre": "code’s output"}
_CLASSES = {"say": "text", "p": "text", "output": "code’s output", "scroll": "code’s output", "source": "its source"}
_CLASSES |= {"chart-title": "its words", "note": "its words", "caption": "its words", "results": "recorded results"}
_CLASSES |= {"pages": "links"}
_NUMBERED = ("chart", "table", "heading", "code", "code’s output", "label", "key figure", "finding")
_ORDER = {"front page": 0, "code": 2, "code’s output": 2}
_DIGITS = " 0123456789"
_NUMBER = re.compile(r"−?\d[\d.,]*")


class _Line(NamedTuple):
    """What a text is in its block, and the text; of a row, whose cells have tabs between them, what heads them."""

    what: str
    text: str
    heads: Sequence[str] = ()


class _Block(NamedTuple):
    """A part of a page: the heading that it is under, what it is, the place that is told, and its lines."""

    section: str
    kind: str
    place: str
    lines: list[_Line]

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(line.text for line in self.lines)


def file_differences(name: str, old: bytes, new: bytes) -> list[str]:
    """What moved between two files, a line each; empty where no byte differs.

    The front page comes first, then what stands open on a page, then code and what it shows; what only repeats other
    texts, or how the page is built, is told by the line of the file, and where nothing else moved.

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
    texts = [data.decode("utf-8", "backslashreplace") for data in (old, new)]
    with suppress(ParserRejectedMarkup, ValueError, csv.Error):  # it is no page of ours
        if name == "results.csv":
            found = list(_within(*map(_results, texts)))
        elif name.endswith((".html", ".svg")):
            pages = texts if name.endswith(".html") else [f"<main>{text}</main>" for text in texts]
            found = list(_between(*map(_page, pages)))
    found = ["".join(c if c.isprintable() else ascii(c)[1:-1] for c in line) for line in found]
    return found or [f"its bytes differ (line {old.count(10, 0, _same(old, new)) + 1})"]


def shortened(lines: Sequence[str], most: int = 8) -> list[str]:
    """The first lines, then how many more there are."""
    left = len(lines) - most
    return [*lines[:most], f"and {left} more difference{'s' * (left > 1)}"] if left > 0 else list(lines)


def _results(table: str) -> _Block:
    """The rows of ``results.csv``."""
    head, *rows = list(csv.reader(table.splitlines())) or [[]]
    named = ((f"{row[0]}: recorded result “{row[1]}”", "\t".join(row[2:])) for row in rows if len(row) > 2)
    return _Block("", "", "", [_Line(*row, head[2:]) for row in named])


def _page(page: str) -> list[_Block]:
    """The blocks of a page in order, those inside of others by themselves, and so the texts in them."""
    soup = BeautifulSoup(page, "html.parser")
    for each in soup.select(_ECHOES):
        each.extract()
    blocks, leaves, numbers = _blocks(soup), [], Counter()
    for leaf in soup.select(_LEAVES):
        number = next((id(tag) for tag in (leaf, *leaf.parents) if id(tag) in blocks), None)
        if number:
            what = _what(leaf, blocks[number].kind)
            numbers[number, what] += 1
            leaves.append((leaf, f", {_nth(what, numbers[number, what])}" * bool(what), blocks[number]))
    for leaf, what, block in reversed(leaves):
        block.lines.extend(reversed([_Line(*line) for line in _texts(leaf.extract(), what)]))
    for block in blocks.values():
        block.lines.reverse()
    return list(blocks.values())


def _blocks(soup: BeautifulSoup) -> dict[int, _Block]:
    """The blocks of a page without their lines, by the identity of their tags."""
    heading, numbers, blocks = "", Counter(), {}
    for tag in soup.select(_BLOCKS):
        kind, words = _called(tag), ""
        heading = _shown(tag) if kind == "heading" else heading
        section = "" if kind in ("heading", "foot") else heading
        numbers[kind] += 1
        if kind in ("chart", "table"):
            words = _cut(". ".join(map(_shown, tag.select(".chart-title, .note, caption"))), 30)
        place = f"under “{section}”, " * bool(section) + _nth(kind, numbers[kind]) + f" “{words}”" * bool(words)
        blocks[id(tag)] = _Block(section, kind, place, [])
    return blocks


def _called(tag: Tag) -> str:
    """What a block or a text is called: by its tag, else by its class."""
    name = (tag.get("class") or [tag.name])[0]
    return _TAGS.get(tag.name) or _CLASSES.get(name, name)


def _what(leaf: Tag, kind: str) -> str:
    """What a text is in a block of a kind; nothing where the block says it."""
    if leaf.name == "table":
        return "its numbers" if kind == "chart" else ""
    if kind == "foot" and leaf.name == "dd":
        return f"“{_shown(leaf.find_previous_sibling('dt'))}”"
    return _called(leaf) if kind in ("front page", "chart", "table") else ""


def _nth(kind: str, number: int) -> str:
    return f"{kind} {number}" if kind in _NUMBERED else kind


def _texts(leaf: Tag, what: str) -> Iterator[tuple]:
    """What a text, a table, a drawing or code is, and what it says; of a row, what heads it."""
    if leaf.name == "table":
        yield from _rows(what, leaf)
    elif leaf.name == "svg":
        yield from ((", text in it", _shown(text)) for text in leaf("text"))
        left_out = dict.fromkeys(("id", "href", "clip-path", "aria-label"), "")  # its number among charts, its words
        shapes = [(shape.name, shape.attrs | left_out) for shape in [leaf, *leaf(True)]]
        count = ", ".join(f"{number} {name}" for name, number in Counter(name for name, _ in shapes).items())
        yield ", its shapes", f"{count}, drawn as {digest(str(shapes).encode())[:8]}"
    elif leaf.name in ("head", "img", "pre"):
        text = leaf.text.strip("\n") if leaf.name == "pre" else str(leaf)
        yield from ((f", line {number}", line) for number, line in enumerate(text.split("\n"), 1))
    elif text := _shown(leaf):
        yield what, text


def _rows(what: str, table: Tag) -> Iterator[tuple]:
    """The rows of a table, its head the first; what heads it in several rows, or a row in several cells, as one."""
    rows: list[list[Tag]] = []
    for row in table("tr"):
        cells = [cell for cell in row(["th", "td"]) for _ in range(min(int(cell.get("colspan", 1)), 100))]
        above = rows[-1] if rows else []  # pandas does not repeat what heads several rows
        rows.append([*above[: max(0, len(above) - len(cells))], *cells])
    heads = len(table.select("thead tr")) or 1
    leading = max([1, *(len([*takewhile(lambda cell: cell.name == "th", row)]) for row in rows[heads:])])
    texts = [[_shown(cell) for cell in row] for row in rows]
    head = [" ".join(filter(None, column)) for column in zip_longest(*texts[:heads])]
    numbers: Counter[str] = Counter()
    for row in [head, *texts[heads:]]:
        name = ", ".join(filter(None, row[:leading]))
        numbers[name] += 1
        yield f"{what}, row “{name}”" + f" {numbers[name]}" * (numbers[name] > 1), "\t".join(row), head


def _between(old: list[_Block], new: list[_Block]) -> Iterator[str]:
    """What moved between two pages; of a section that came or went, no block by itself."""
    outline = lambda block: (block.kind, _NUMBER.sub("0", block.text))  # noqa: E731
    pairs = _pairs(old, new, lambda block: (block.section, outline(block)), outline, lambda block: block[:2])
    pairs.sort(key=lambda pair: _ORDER.get((pair[0] or pair[1]).kind, 1))
    alone = [(one or other, "gone" if one else "new") for one, other in pairs if not (one and other)]
    sections = {(block.text, fate) for block, fate in alone if block.kind == "heading"}
    for one, other in pairs:
        block, fate = one or other, "gone" if one else "new"
        if one and other:
            yield from _within(one, other)
        elif block.kind == "heading":
            yield f"section “{block.text}” is {fate}"
        elif (block.section, fate) not in sections:
            first = block.lines[0].text if block.lines else ""
            yield f"{block.place} is {fate}: “{_cut(' '.join(first.split()), 100)}”"


def _within(old: _Block, new: _Block) -> Iterator[str]:
    """What moved in a block: the first three lines of each kind, and how many more."""
    kind = lambda line: line.what.rstrip(_DIGITS)  # noqa: E731
    keys = lambda line: (kind(line), line.text), lambda line: (kind(line), _NUMBER.sub("0", line.text)), kind
    count: Counter[str] = Counter()
    for one, other in _pairs(old.lines, new.lines, *keys):
        like, told = kind(one or other).partition(" “")[0], list(_moved(one, other))
        yield from (f"{old.place}{each}" for each in told[: max(0, 3 - count[like])])
        count[like] += len(told)
    yield from (f"{old.place}{like}: and {number - 3} more" for like, number in count.items() if number > 3)


def _pairs(old: list, new: list, *keys: Callable) -> list[tuple]:
    """What belongs together: the nth of a key and the nth of it, by the first key, else the next; None beside others.

    It takes time in proportion to what there is.
    """
    partner, left = {}, old
    for key in keys:
        waiting = defaultdict(list)
        for other in reversed(new):
            waiting[key(other)].append(other)
        both = {id(one): waiting[key(one)].pop() for one in left if waiting[key(one)]}
        paired = {id(other) for other in both.values()}
        left, new = [one for one in left if id(one) not in both], [other for other in new if id(other) not in paired]
        partner |= both
    return [*((one, partner.get(id(one))) for one in old), *((None, other) for other in new)]


def _moved(old: _Line | None, new: _Line | None) -> Iterator[str]:
    """What moved in a line, of a row by columns."""
    if not (old and new):
        line, fate = old or new, "gone" if old else "new"
        yield f"{line.what} is {fate}: “{_cut(' '.join(line.text.split()), 100)}”"
        return
    for number, cells in enumerate(zip_longest(old.text.split("\t"), new.text.split("\t"), fillvalue="")):
        if cells[0] != cells[1]:
            column = f", column “{''.join(old.heads[number : number + 1]) or number + 1}”" if old.heads else ""
            yield f"{old.what}{column}: {_change(*cells)}"


def _change(old: str, new: str) -> str:
    """The words of a text that moved, and those around the first of them."""
    before, after = old.split(), new.split()
    codes = SequenceMatcher(None, before, after).get_opcodes() if len(before) + len(after) < 1000 else []
    runs = [(i, before[i:j], after[k:end]) for kind, i, j, k, end in codes if kind != "equal"]
    if len(runs) in (0, len(codes)):  # nothing is as it was, too much to look through, or but for its spaces the same
        return _both(old, new)
    around = before[max(0, runs[0][0] - 6) : runs[0][0] + len(runs[0][1]) + 6]
    moved = [_both(" ".join(one), " ".join(other)) for _, one, other in runs[:4]]
    return f"{'; '.join(moved)}, in “{_cut(' '.join(around), 120)}”"


def _both(old: str, new: str) -> str:
    """Two texts, long ones cut to where they begin to differ."""
    if old[-1:] == new[-1:] and old[-1:] in ",.;:":
        old, new = old[:-1], new[:-1]
    start = max(0, _same(old, new) - 40) if max(len(old), len(new)) > 100 else 0
    return " → ".join("…" * (start > 0) + _cut(text[start:], 100) or "nothing" for text in (old, new))


def _same(old: Sequence, new: Sequence) -> int:
    """How much two texts have in common at their beginnings."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(old, new, strict=False)))


def _shown(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
