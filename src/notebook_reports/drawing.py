"""A matplotlib figure as SVG that stands inside a page, as small as it can be without a change to the eye."""

import io
import re
from collections import Counter
from functools import lru_cache
from itertools import groupby
from weakref import WeakKeyDictionary
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import escape
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from notebook_reports.fonts import chart_texts

_SVG = "http://www.w3.org/2000/svg"
_DRAWN: WeakKeyDictionary[Figure, str] = WeakKeyDictionary()


def svg(figure: Figure, prefix: str, words: str) -> str:
    """A figure as SVG to stand inside HTML: it scales, its text is text, it has a name, its ids begin with a prefix.

    Coordinates are cut to hundredths of a point, which no eye can see and every machine agrees on.
    """
    opening, content = _slimmed(_drawn(figure), prefix)
    return f'{opening} role="img" aria-label="{escape(words)}">{content}'


@lru_cache(maxsize=64)
def _slimmed(text: str, prefix: str) -> tuple[str, str]:
    """The opening of an SVG element without its end, and what stands inside, of what matplotlib wrote."""
    opening, rest = text[text.index("<svg") :].strip().split(">", 1)
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening).groups()
    rest = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", rest, flags=re.DOTALL).replace("xlink:href=", "href=")
    identifiers = re.findall(r' id="([^"]+)"', rest)
    used = set(re.findall(r'(?:url\(|href=")#([\w.-]+)', rest)).intersection(identifiers)
    short = {old: f"{prefix}{number}" for number, old in enumerate(filter(used.__contains__, identifiers), start=1)}
    rest = re.sub(r' id="([^"]+)"', lambda m: f' id="{short[m[1]]}"' if m[1] in short else "", rest)
    rest = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", rest)
    rest = re.sub(r"url\(#([\w.-]+)", lambda m: f"url(#{short[m[1]]}", rest)
    rest = re.sub(r'href="#([\w.-]+)', lambda m: f'href="#{short[m[1]]}', rest)
    rest = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), rest)
    rest, family = _said_once("font-family", _slim(rest))
    rest, size = _said_once("font-size", rest)
    style = f"{family and f'{family},sans-serif;'}{size and f'{size};'}max-width:35rem"
    return f'<svg xmlns="{_SVG}" viewBox="0 0 {width} {height}" style="{style}"', rest


def _drawn(figure: Figure) -> str:
    """A figure as matplotlib writes it. To draw it a second time would move it, so its SVG is kept until it changes."""
    if figure in _DRAWN:
        return _DRAWN[figure]
    told, figure.stale_callback = figure.stale_callback, None  # to be drawn is no change
    for axis in [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]:
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)  # else a place for no label is sought among all the tick labels, four times
    buffer = io.StringIO()
    # Figure.savefig would draw twice, first only to lay the figure out, which drawing does too.
    _Canvas(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})

    def changed(figure: Figure, stale: bool) -> None:
        del _DRAWN[figure]
        figure.stale_callback = told
        if told:
            told(figure, stale)

    for part in figure.findobj(lambda part: part.stale_callback is None, include_self=False):
        part.stale_callback = lambda *_: setattr(figure, "stale", True)  # legends keep changes to themselves
    _DRAWN[figure], figure.stale_callback = buffer.getvalue(), changed
    return _DRAWN[figure]


class _Canvas(FigureCanvasSVG):
    """A canvas for which all charts are laid out by one renderer, which remembers how much room each text takes."""

    def get_renderer(self) -> RendererSVG:
        """What measures texts."""
        return _measuring(str([mpl.rcParams[f"font.{family}"] for family in ("family", *_GENERIC)]))


@lru_cache(maxsize=1)
def _measuring(_fonts: str) -> RendererSVG:
    return RendererSVG(1, 1, io.StringIO())


_GENERIC = ("serif", "sans-serif", "cursive", "fantasy", "monospace")


def _said_once(name: str, content: str) -> tuple[str, str]:
    """What stands inside an SVG element without the commonest declaration of a property, and that declaration."""
    found = Counter(re.findall(rf"{name}:[^;\"]+", content)).most_common(1)
    return (content.replace(f"{found[0][0]};", ""), found[0][0]) if found else (content, "")


def font_files(drawing: str) -> dict[str, str]:
    """Files of the fonts that the text of an SVG uses, as matplotlib finds them here: "family/weight" to path."""
    return {
        f"{family}/{weight}": findfont(FontProperties(family=[family], weight=weight), fallback_to_default=False)
        for family, weight in chart_texts(drawing)
    }


def _slim(content: str) -> str:
    """What stands inside an SVG element, without groups that say nothing, shapes that show nothing, and idle space."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(f'<svg xmlns="{_SVG}">{content}')  # noqa: S314 — matplotlib wrote it
    _unwrap(root)
    text = ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")
    return text.split(">", 1)[1]


def _unwrap(element: ElementTree.Element) -> None:
    """Put the children of groups without attributes, and of links, in their place; leave out what does not show."""
    kept = []
    for child in element:
        kind = child.tag.removeprefix(f"{{{_SVG}}}")
        if kind != "text":
            _unwrap(child)
            child.text = child.text.strip() if child.text and kind == "style" else None
        child.tail = None
        if kind == "path":
            if "d" in child.attrib:
                child.set("d", shorter(child.get("d")))
            if child.get("style") == "fill: none" and "id" not in child.attrib:
                continue
        if "style" in child.attrib:
            child.set("style", re.sub(r"(?<=[:;]) ", "", child.get("style")))
        if kind == "a" or (kind == "g" and not child.attrib):
            kept += list(child)
        elif kind not in ("g", "defs") or len(child):
            kept.append(child)
    element[:] = _together(kept)


def _together(children: list[ElementTree.Element]) -> list[ElementTree.Element]:
    """Shapes one after the other that look alike in a group that says so once; text keeps what it says of its font."""
    found = []
    for (style, clip), run in groupby(children, lambda child: (child.get("style"), child.get("clip-path"))):
        alike = list(run)
        shapes = {f"{{{_SVG}}}path", f"{{{_SVG}}}use"}.issuperset(child.tag for child in alike)
        if len(alike) < 2 or not style or not shapes:
            found += alike
            continue
        group = ElementTree.Element(f"{{{_SVG}}}g", {"clip-path": clip, "style": style} if clip else {"style": style})
        for child in alike:
            child.attrib.pop("style"), child.attrib.pop("clip-path", None)
            group.append(child)
        found.append(group)
    return found


def shorter(path: str) -> str:
    """The same path in fewer characters: lines along an axis name the one coordinate that changes.

    Examples
    --------
    >>> shorter("M 1 2 L 5 2 L 5.5 4 L 5.5 2 z")
    'M1 2H5L5.5 4V2z'
    """
    found, here = [], ("", "")
    for command, numbers in re.findall(r"([MLCQz])([^MLCQz]*)", path):
        points = numbers.split()
        if command == "L" and points[1] == here[1]:
            found.append(f"H{points[0]}")
        elif command == "L" and points[0] == here[0]:
            found.append(f"V{points[1]}")
        else:
            found.append(command + " ".join(points))
        here = tuple(points[-2:]) if points else ("", "")
    return "".join(found)
