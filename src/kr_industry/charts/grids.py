"""Squares: a table of codes, and one square for each thing counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from kr_industry import style
from kr_industry.charts.axes import legend, name_ticks

Halves = tuple[str | None, str | None]


def matrix(codes: pd.DataFrame, colours: Mapping[object, str | Halves], *, ax: Axes, highlight: object = None) -> Axes:
    """A table of codes as coloured squares, which the legend names; what is none of the codes is empty.

    A pair of colours, of which one may be None, fills the left and the right half of a square.
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
        label.set(rotation=48, ha="left", rotation_mode="anchor")
    ax.tick_params(length=0, labelsize=9)
    ax.spines[:].set_visible(False)
    handles = [tuple(Patch(fc=colour or style.EMPTY) for colour in pair) for pair in halves.values()]
    joined = {tuple: HandlerTuple(ndivide=None, pad=0)}
    legend(ax, len(halves), handles=handles, labels=[str(code) for code in halves], handler_map=joined)
    return ax


def squares(counts: pd.DataFrame, colours: Sequence[str], *, ax: Axes, across: int = 40) -> Axes:
    """One square for each thing counted, ``across`` of them in a line, in the order and colours of the columns."""
    lines = [-(-int(total) // across) for total in counts.sum(axis=1)]
    tops = np.cumsum([0, *(number + 0.7 for number in lines)])
    for number, colour in enumerate(colours):
        runs = (
            (top + line + 0.1, first, length)
            for top, row in zip(tops, counts.to_numpy(int), strict=False)
            for line, first, length in _runs(row[:number].sum(), row[: number + 1].sum(), across)
        )
        _fill(ax, runs, colour)
    # White lines cut the runs into squares: a tenth of the drawing that as many squares would be.
    ax.vlines(np.arange(1, across), 0, tops[-1], color="white", lw=1.3)
    ax.set_xlim(0, across)
    ax.set_ylim(tops[-1], 0)
    middles = [top + number / 2 for top, number in zip(tops, lines, strict=False)]
    name_ticks(ax.yaxis, middles, counts.index, counts.index.name)
    ax.set_xticks([])
    ax.spines[:].set_visible(False)
    handles = [Patch(fc=colour, label=str(name)) for name, colour in zip(counts, colours, strict=True)]
    legend(ax, len(handles), counts.columns.name, handles=handles)
    return ax


def _runs(start: int, end: int, across: int) -> Iterator[tuple[int, int, int]]:
    """The lines that places from ``start`` to before ``end`` take: which, where it begins in it, and how many."""
    while start < end:
        line, first = divmod(start, across)
        length = min(across - first, end - start)
        yield line, first, length
        start += length


def _fill(ax: Axes, boxes: Iterable[tuple[float, float, float]], colour: str) -> None:
    """Boxes (top, left, width) in one path, which keeps the drawing small."""
    corners = [[(x, y), (x + wide, y), (x + wide, y + 0.8), (x, y + 0.8), (x, y)] for y, x, wide in boxes]
    if corners:
        path = Path.make_compound_path(*(Path(corner, closed=True) for corner in corners))
        ax.add_artist(PathPatch(path, fc=colour, ec="none"))
