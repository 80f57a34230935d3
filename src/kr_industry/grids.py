"""Charts made of squares: a province by technology matrix, and a tile-grid map of the provinces.

The axes span as many squares as there are, so patches are added without looking how far each reaches.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from kr_industry import kept, style


@kept.chart
def matrix(codes: pd.DataFrame, kinds: Mapping[int, tuple[str, str]], highlight: str | None = None) -> Figure:
    """A table of codes as coloured squares.

    Parameters
    ----------
    codes : pandas.DataFrame
        Rows and columns as they shall be written; 0 is an empty square.
    kinds : mapping of code to (name, colour)
        What the other codes mean.
    highlight : str, optional
        Row to emphasise.
    """
    figure, axes = style.figure(1.35 + 0.25 * len(codes))
    (rows, count), cells = codes.shape, codes.to_numpy().tolist()
    colours = {0: "#F1F3F5"} | {kind: colour for kind, (_, colour) in kinds.items()}
    for kind, colour in colours.items():
        squares = [_square(i, j) for i in range(rows) for j in range(count) if cells[i][j] == kind]
        if squares:  # one path for all squares of a kind keeps the drawing small
            axes.add_artist(PathPatch(Path.make_compound_path(*squares), fc=colour, ec="none"))
    axes.set_xlim(0, count)
    axes.set_ylim(rows, 0)
    axes.set_yticks(np.arange(rows) + 0.5, codes.index, fontsize=9)
    axes.xaxis.tick_top()
    slanted = {"rotation": 48, "ha": "left"} if count > 5 else {}
    axes.set_xticks(np.arange(count) + 0.5, codes.columns, fontsize=8.5, color=style.INK, **slanted)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    handles = [Rectangle((0, 0), 1, 1, fc=colour, ec="none", label=name) for name, colour in kinds.values()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(kinds), fontsize=8.5, handlelength=1)
    style.emphasise(axes, highlight)
    return figure


def _square(row: int, column: int) -> Path:
    return Path.unit_rectangle().transformed(Affine2D().scale(0.88, 0.8).translate(column + 0.06, row + 0.1))


@kept.chart
def tile_map(
    tiles: pd.DataFrame,
    shades: Mapping[str, int],
    notes: Mapping[str, str],
    highlight: str | None = None,
    scale: str = "",
) -> Figure:
    """A tile-grid map of provinces.

    Parameters
    ----------
    tiles : pandas.DataFrame
        ``name``, ``tile_row`` and ``tile_column``, indexed by province.
    shades : mapping of province to a number from 0
        How dark the tile is: 0 empty, 1 light, 2 or more full.
    notes : mapping of province to text
        A line under the name.
    highlight : str, optional
        Province drawn with a frame.
    scale : str
        What the shades mean.
    """
    rows, count = tiles["tile_row"].max() + 1, tiles["tile_column"].max() + 1
    figure, axes = style.figure(0.4 + 0.82 * rows)
    for region, tile in tiles.iterrows():
        level = min(shades.get(region, 0), 2)
        colour = ("#F1F3F5", "#9CC9E3", style.FOCUS)[level]
        frame = style.SECOND if region == highlight else "none"
        axes.add_artist(
            FancyBboxPatch(
                (tile["tile_column"] + 0.04, tile["tile_row"] + 0.05),
                0.92,
                0.9,
                fc=colour,
                ec=frame,
                lw=2.5,
                boxstyle="round,pad=0,rounding_size=0.06",
            )
        )
        ink = "white" if level == 2 else style.INK
        centre = tile["tile_column"] + 0.5
        axes.text(
            centre,
            tile["tile_row"] + 0.27,
            tile["name"],
            ha="center",
            va="center",
            fontweight="bold",
            fontsize=10,
            color=ink,
        )
        axes.text(
            centre,
            tile["tile_row"] + 0.64,
            notes.get(region, ""),
            ha="center",
            va="center",
            fontsize=7.5,
            color=ink,
            linespacing=1.25,
        )
    axes.set_xlim(0, count)
    axes.set_ylim(rows, 0)
    axes.axis("off")
    style.unit_title(figure, scale)
    return figure


@kept.chart
def tie_map(tiles: pd.DataFrame, ties: Mapping[str, Sequence[tuple[str, str]]], highlight: str | None = None) -> Figure:
    """Provinces as small tiles joined by lines, the best supported kind of tie first.

    Parameters
    ----------
    tiles : pandas.DataFrame
        ``name``, ``tile_row`` and ``tile_column``, indexed by province.
    ties : mapping of kind to pairs of provinces
        Up to three kinds, as they shall be written.
    highlight : str, optional
        Province drawn with a frame.
    """
    rows, count = tiles["tile_row"].max() + 1, tiles["tile_column"].max() + 1
    figure, axes = style.figure(0.8 + 0.78 * rows)
    places = {region: (tile["tile_column"] + 0.5, tile["tile_row"] + 0.5) for region, tile in tiles.iterrows()}
    looks = ((style.FOCUS, 3.2, "-"), (style.SECOND, 2.2, "-"), (style.SOFT, 1.4, (0, (2, 1.5))))
    for (kind, pairs), (colour, width, dash) in zip(ties.items(), looks, strict=False):
        axes.plot([], [], color=colour, lw=width, ls=dash, label=kind)
        for one, other in pairs:
            xs, ys = zip(places[one], places[other], strict=True)
            axes.plot(xs, ys, color=colour, lw=width, ls=dash, zorder=1, solid_capstyle="round")
    joined = {region for pairs in ties.values() for pair in pairs for region in pair}
    for region, (x, y) in places.items():
        frame = style.SECOND if region == highlight else "none"
        axes.add_artist(
            FancyBboxPatch(
                (x - 0.36, y - 0.26),
                0.72,
                0.52,
                fc="#D6E6F2" if region in joined else "#F1F3F5",
                ec=frame,
                lw=2.2,
                boxstyle="round,pad=0,rounding_size=0.06",
                zorder=2,
            )
        )
        axes.text(x, y, tiles.at[region, "name"], ha="center", va="center", fontsize=9, fontweight="bold", zorder=3)
    axes.set_xlim(0, count)
    axes.set_ylim(rows, 0)
    axes.axis("off")
    figure.legend(loc="outside lower center", ncols=len(ties), fontsize=8.5, handlelength=2.2)
    return figure


@kept.chart
def squares(counts: pd.DataFrame, colours: Sequence[str], unit: str, across: int = 40) -> Figure:
    """One square for each thing counted, row by row, in the order and colours of the columns.

    Parameters
    ----------
    counts : pandas.DataFrame
        How many there are; rows and columns as they shall be written.
    colours : sequence of str
        A colour for each column.
    unit : str
        What a square is.
    across : int
        Squares in a line; a row takes as many lines as it needs.
    """
    lines = [-(-int(total) // across) for total in counts.sum(axis=1)]
    tops = np.cumsum([0, *(number + 0.7 for number in lines)])
    figure, axes = style.figure(0.75 + 0.115 * tops[-1])
    for number, colour in enumerate(colours):
        runs = [
            _run(top + line, *ends)
            for top, row in zip(tops, counts.to_numpy(int), strict=False)
            for line, ends in _lines(row[:number].sum(), row[: number + 1].sum(), across)
        ]
        if runs:
            axes.add_artist(PathPatch(Path.make_compound_path(*runs), fc=colour, ec="none"))
    # White lines cut the runs into squares: a tenth of the drawing that as many squares would be.
    axes.vlines(np.arange(1, across), 0, tops[-1], color="white", lw=1.3)
    axes.set_xlim(0, across)
    axes.set_ylim(tops[-1], 0)
    axes.set_yticks([top + number / 2 for top, number in zip(tops, lines, strict=False)], counts.index, fontsize=9)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    totals = counts.sum()
    handles = [
        Rectangle((0, 0), 1, 1, fc=colour, ec="none", label=f"{name} {totals[name]:,}")
        for name, colour in zip(counts.columns, colours, strict=True)
    ]
    figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8.5, handlelength=1, columnspacing=1.3
    )
    style.unit_title(figure, unit)
    style.emphasise(axes, None)
    return figure


def _lines(start: int, end: int, across: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """The lines that places from ``start`` to before ``end`` take, each with where it begins and ends in the line."""
    while start < end:
        line, first = divmod(start, across)
        last = min(across, first + end - start)
        yield line, (first, last)
        start += last - first


def _run(row: float, first: int, last: int) -> Path:
    return Path.unit_rectangle().transformed(Affine2D().scale(last - first, 0.8).translate(first, row + 0.1))
