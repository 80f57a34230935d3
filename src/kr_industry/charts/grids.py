"""Squares: a table of codes, and one square for each thing counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from kr_industry import style
from kr_industry.charts.axes import legend, name_ticks, swatch

Halves = tuple[str | None, str | None]
MARKERS = (("s", 7), ("s", 7), ("^", 7), ("_", 7))


def matrix(codes: pd.DataFrame, colours: Mapping[object, str | Halves], *, ax: Axes, highlight: object = None) -> Axes:
    """A table of codes as coloured squares, which the legend names; what is none of the codes is empty.

    A pair of colours, of which one may be None, fills the left and the right half of a square. What is pale has an
    edge. Names of many columns stand upright.
    """
    height, width = codes.shape
    halves = {code: colour if isinstance(colour, tuple) else (colour,) * 2 for code, colour in colours.items()}
    _fill(ax, ((i + 0.1, j + 0.06, 0.88) for i in range(height) for j in range(width)), style.EMPTY)
    for code, pair in halves.items():
        for side, colour in enumerate(pair):
            if colour:
                cells = np.argwhere((codes == code).to_numpy(bool))
                _fill(ax, ((i + 0.1, j + 0.06 + 0.44 * side, 0.44) for i, j in cells), colour)
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    name_ticks(ax.yaxis, np.arange(height) + 0.5, codes.index, codes.index.name, highlight)
    ax.xaxis.tick_top()
    name_ticks(ax.xaxis, np.arange(width) + 0.5, codes.columns, codes.columns.name)
    for label in ax.get_xticklabels() if width > 5 else ():
        label.set(rotation=90)
    ax.tick_params(length=0, labelsize=style.SMALL)
    ax.spines[:].set_visible(False)
    handles = [tuple(swatch(colour or style.EMPTY) for colour in pair) for pair in halves.values()]
    joined = {tuple: HandlerTuple(ndivide=None, pad=0)}
    legend(ax, len(halves), handles=handles, labels=[str(code) for code in halves], handler_map=joined)
    return ax


def squares(counts: pd.DataFrame, colours: Sequence[str], *, ax: Axes, across: int = 25) -> Axes:
    """One square for each thing counted, ``across`` of them in a line, in the order and colours of the columns.

    So that they are told apart without colours too, those of the third column are triangles and those of the fourth
    low. The figure becomes as high as they ask for.
    """
    lines = [-(-int(total) // across) for total in counts.sum(axis=1)]
    tops = np.cumsum([0, *(number + 0.7 for number in lines)])
    for number, colour in enumerate(colours):
        runs = (
            (top + line + 0.1, first, length)
            for top, row in zip(tops, counts.to_numpy(int), strict=False)
            for line, first, length in _runs(row[:number].sum(), row[: number + 1].sum(), across)
        )
        if number == 2:
            _draw(ax, [_triangle(y, x + i) for y, x, length in runs for i in range(length)], colour)
        else:
            _fill(
                ax, ((y + 0.5 * (number == 3), x, length) for y, x, length in runs), colour, 0.8 - 0.5 * (number == 3)
            )
    # White lines cut the runs into squares: a tenth of the drawing that as many squares would be.
    ax.vlines(np.arange(across + 1), 0, tops[-1], color="white", lw=1.8)
    ax.figure.set_figheight(0.12 * tops[-1] + 0.7)
    ax.set_xlim(0, across)
    ax.set_ylim(tops[-1], 0)
    middles = [top + number / 2 for top, number in zip(tops, lines, strict=False)]
    name_ticks(ax.yaxis, middles, counts.index, counts.index.name)
    ax.set_xticks([])
    ax.spines[:].set_visible(False)
    handles = [Line2D([], [], ls="", color=colour, marker=marker, ms=size, mew=3 * (marker == "_"), label=str(name))
               for name, colour, (marker, size) in zip(counts, colours, MARKERS, strict=False)]  # fmt: skip
    legend(ax, len(handles), counts.columns.name, handles=handles, handlelength=0.8)
    return ax


def _runs(start: int, end: int, across: int) -> Iterator[tuple[int, int, int]]:
    """The lines that places from ``start`` to before ``end`` take: which, where it begins in it, and how many."""
    while start < end:
        line, first = divmod(start, across)
        length = min(across - first, end - start)
        yield line, first, length
        start += length


def _fill(ax: Axes, boxes: Iterable[tuple[float, float, float]], colour: str, high: float = 0.8) -> None:
    """Boxes (top, left, width)."""
    _draw(ax, [[(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)] for y, x, wide in boxes], colour)


def _triangle(top: float, left: float) -> list[tuple[float, float]]:
    corner = left + 0.1, top + 0.8
    return [corner, (left + 0.5, top), (left + 0.9, top + 0.8), corner]


def _draw(ax: Axes, corners: list[list[tuple[float, float]]], colour: str) -> None:
    """Shapes in one path, which keeps the drawing small; with an edge where they are pale and mean something."""
    if corners:
        path = Path.make_compound_path(*(Path(corner, closed=True) for corner in corners))
        edge = style.edge(colour)
        ax.add_artist(PathPatch(path, fc=colour, ec="none" if edge in (colour, style.QUIET) else edge, lw=0.8))
