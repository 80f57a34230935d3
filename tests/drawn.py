"""What is wrong with a chart: words cut off, small or over each other; marks too pale or alike in grey print."""

import re
from itertools import combinations

from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from kr_industry import style

APART = 1.35
"""How much parts of a chart that have one shape differ in brightness, so that grey print tells them apart."""


def boxes(figure):
    """All texts that show, each with its place in pixels."""
    figure.draw_without_rendering()
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            hidden |= {tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
            hidden |= set() if axes.axison else {axis.label, *axis.get_ticklabels()}
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    placed = [(text, text.get_window_extent()) for text in shown if text not in hidden]
    return [(text, box) for text, box in placed if box.width and box.height]


def unread(figure):
    """Texts that leave the figure, are small, or lie over another upright one by more than a hair."""
    frame, placed, found = figure.bbox.padded(1), boxes(figure), []
    for text, box in placed:
        inside = all(map(frame.containsx, (box.x0, box.x1))) and all(map(frame.containsy, (box.y0, box.y1)))
        found += [] if inside else [f"cut off: {text.get_text()}"]
        found += [f"small: {text.get_text()}"] * (text.get_fontsize() < style.SMALL)
    for (one, a), (other, b) in combinations([pair for pair in placed if not pair[0].get_rotation()], 2):
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3:
            found.append(f"over each other: {one.get_text()} | {other.get_text()}")
    return found


def faint(figure):
    """Marks of which neither fill nor edge can be told from white (3 to 1); lines of a grid and shades are exempt."""
    pairs = [colours for artist in figure.findobj(include_self=False) for colours in _colours(artist)]
    return sorted({" and ".join(pair) for pair in pairs if pale(pair)})


def pale(colours):
    """Whether a mark in these colours says something and is hard to see; what a chart is decorated with says nothing.

    WCAG 1.4.11 asks 3 to 1 of graphical objects that are needed to understand the content.
    """
    decoration = {colour.lower() for colour in style.DECORATION}
    told = any(style.contrast(colour, "white") >= 3 for colour in colours)
    return not told and not decoration.issuperset(colours)


def _colours(artist):
    """The fill and the edge of each mark of an artist, as far as they are drawn."""
    if not artist.get_visible():
        return
    if isinstance(artist, Line2D):
        if artist.get_linestyle() not in ("None", "", " "):
            yield _opaque(artist.get_color())
        if artist.get_marker() not in ("None", "", None):
            yield _opaque(artist.get_markerfacecolor(), artist.get_markeredgecolor())
    elif isinstance(artist, Patch):
        yield _opaque(artist.get_facecolor(), artist.get_edgecolor() if artist.get_linewidth() else "none")
    elif isinstance(artist, Collection):
        fills, edges = artist.get_facecolor().tolist(), artist.get_edgecolor().tolist()
        for place in range(max(len(fills), len(edges))):
            yield _opaque(*(each[place % len(each)] for each in (fills, edges) if each))


def _opaque(*colours):
    return [to_hex(colour) for colour in colours if to_rgba(colour)[3]]


def alike(figure):
    """Pairs of names in a legend whose marks only their hue tells apart."""
    own = [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    found = []
    for legend in [*figure.legends, *own]:
        if tuple in (legend._custom_handler_map or {}):
            continue  # halves, which are told apart by their place
        names = [text.get_text() for text in legend.get_texts()]
        looks = [_look(handle) for handle in legend.legend_handles]
        for (one, (shape, colour)), (other, (second, beside)) in combinations(zip(names, looks, strict=True), 2):
            if shape == second and style.contrast(colour, beside) < APART:
                found.append(f"{one} | {other}")
    return found


def _look(handle):
    """The shape of a mark in a legend, and the colour that fills it."""
    if isinstance(handle, Line2D):
        marker, fill = handle.get_marker(), to_hex(handle.get_markerfacecolor())
        line = handle._dash_pattern if handle.get_linestyle() not in ("None", "", " ") else None
        return ("line", str(line), str(marker), fill == "#ffffff"), to_hex(handle.get_color())
    if isinstance(handle, Collection):
        return ("dots", handle.get_paths()[0].vertices.tolist()), to_hex(handle.get_facecolor()[0])
    fill = handle.get_facecolor()
    return ("fill", handle.get_hatch()), to_hex(fill) if fill[3] else "white"


def in_svg(drawing):
    """Marks of a drawing as it stands in a page that are too pale, and its words that are too small."""
    styles = re.findall(r'<(?:path|use|rect|circle)\b[^>]*style="([^"]*)"', drawing)
    pairs = {tuple(re.findall(r"(?:fill|stroke):(#\w{6})", each)) for each in styles}
    found = [" and ".join(pair) for pair in sorted(pairs) if pair and pale(pair)]
    sizes = {float(size) for size in re.findall(r"font-size:([\d.]+)px", drawing)}
    return found + [f"{size} pt" for size in sorted(sizes) if size < style.SMALL]
