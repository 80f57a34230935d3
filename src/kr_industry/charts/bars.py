"""Bars: signs and values on what seaborn drew, contributions end to end, shares of a whole."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kr_industry import style
from kr_industry.charts.axes import bare, beside, emphasise, laid_out, legend, rows

HATCH = "////"


def signs(ax: Axes, digits: int = 1, highlight: object = None, hatched: bool = False) -> Axes:
    """Colour the bars of a barplot by their sign and write their signed values; outlooks are hatched outlines."""
    values(ax, digits, signed=True)
    across = _across(ax)
    axis = ax.yaxis if across else ax.xaxis
    emphasise(axis, highlight)
    places = np.asarray(axis.get_ticklocs())
    names = axis.get_major_formatter().format_ticks(places)  # labels of an axis that is shared may be hidden
    labels = iter([text for text in ax.texts if text.get_gid() == "value"])
    for bar, value in [pair for bars in ax.containers for pair in zip(bars, bars.datavalues, strict=True)]:
        middle = bar.get_y() + bar.get_height() / 2 if across else bar.get_x() + bar.get_width() / 2
        name = names[int(np.abs(places - middle).argmin())]
        colour = _colour(value, highlight is not None and name != str(highlight))
        bar.set(fc="none" if hatched else colour, ec=colour, hatch=HATCH if hatched else None, lw=1)
        next(labels).set_fontweight("bold" if name == str(highlight) else "normal")
    return ax


def _colour(value: float, quiet: bool) -> str:
    return style.QUIET if quiet else style.SECOND if value < 0 else style.FOCUS


def values(ax: Axes, digits: int = 0, signed: bool = False) -> Axes:
    """Write the values of a barplot at its bars, make room for them, and leave away the axis that they make idle."""
    across = _across(ax)
    for bars in ax.containers:
        texts = ["" if np.isnan(value) else style.written(value, digits, signed) for value in bars.datavalues]
        for label in ax.bar_label(bars, texts, padding=3, fontsize=9, color=style.INK):
            label.set_gid("value")
    bare(ax, ax.xaxis if across else ax.yaxis)
    emphasise(ax.yaxis if across else ax.xaxis)
    (ax.axvline if across else ax.axhline)(0, color=style.SOFT, lw=0.8)
    _make_room(ax, across)
    return ax


def _across(ax: Axes) -> bool:
    return ax.containers[0].orientation == "horizontal"


def _make_room(ax: Axes, across: bool) -> None:
    """Limits with room for the values at the bars of all axes that share a scale."""
    shared = (ax.get_shared_x_axes() if across else ax.get_shared_y_axes()).get_siblings(ax)
    numbers = np.concatenate([bars.datavalues for one in shared for bars in one.containers]).astype(float)
    boxes = [text.get_window_extent() for one in shared for text in one.texts if text.get_gid() == "value"]
    frame, index = laid_out(ax), 0 if across else 1
    # Names of categories may become longer than their identifiers, so that a part of the width is not counted on.
    part = (max(box.size[index] for box in boxes) + 7) / (frame.size[index] * (0.75 if across else 1))
    low, high = min(np.nanmin(numbers), 0), max(np.nanmax(numbers), 0)
    both = (low < 0) + (high > 0 or low == 0)
    room = part * ((high - low) or 1) / max(1 - part * both, 0.25)
    (ax.set_xlim if across else ax.set_ylim)(low - room * (low < 0), high + room * (high > 0 or low == 0))


def waterfall(parts: pd.Series, *, ax: Axes, total: str = "total", highlight: object = None, digits: int = 1) -> Axes:
    """Contributions by identifier as bars that each begin where the one above ends, and under them their ``total``."""
    numbers = parts.to_numpy(float)
    ends = np.cumsum(numbers)
    starts, lengths, names = [*(ends - numbers), 0.0], [*numbers, ends[-1]], [*map(str, parts.index), total]
    chosen = total if highlight is None else str(highlight)
    places = rows(ax, names, parts.index.name, parts.name, chosen)
    colours = [_colour(number, highlight not in (None, name)) for name, number in parts.items()]
    ax.barh(places, lengths, left=starts, height=0.66, color=[*colours, style.INK])
    for name, start, length, place in zip(names, starts, lengths, places, strict=True):
        weight = "bold" if name in (chosen, total) else "normal"
        text = style.written(length, digits, signed=True)
        beside(ax, text, (max(start, start + length), place), (4, 0), fontweight=weight)
    ax.vlines(ends, places[:-1] - 1.33, places[:-1] + 0.33, color=style.SOFT, lw=0.7)  # down to where the next begins
    ax.axvline(0, color=style.SOFT, lw=0.8)
    least, most = min(*starts, *ends), max(*starts, *ends)
    ax.set_xlim(1.05 * least, most + 0.18 * ((most - least) or 1))
    return ax


def shares(
    data: pd.DataFrame, *, ax: Axes, colours: Sequence[str] = style.SHADES, hatched: Collection = (), digits: int = 1
) -> Axes:
    """Parts of a whole in percent: a stacked bar a row, a part a column, with its share where there is room.

    ``hatched`` are rows, or pairs of a row and a column, that are outlooks or in doubt.
    """
    places = rows(ax, data.index, data.index.name)
    left, doubted = np.zeros(len(data)), set(hatched)
    for column, colour in zip(data.columns, colours[: len(data.columns)], strict=True):
        widths, ink = data[column].fillna(0).to_numpy(float), style.ink_on(colour)
        bars = ax.barh(places, widths, left=left, color=colour, height=0.66, ec=ink, lw=0.6, label=str(column))
        for bar, row, start, width, place in zip(bars, data.index, left, widths, places, strict=True):
            text, ground = style.written(width, digits), None
            if not doubted.isdisjoint({row, (row, column)}):
                bar.set_hatch(HATCH)
                ground = {"boxstyle": "square,pad=0.3", "fc": colour, "ec": "none"}
            if width >= 2 + len(text):
                beside(ax, text, (start + width / 2, place), (0, 0), fontsize=8.5, color=ink, bbox=ground)
            elif width and column == data.columns[-1]:
                beside(ax, text, (start + width, place), (4, 0), fontsize=8.5)
        left += widths
    ax.set_xlim(0, max(left.max(), 100))
    legend(ax, 3 if len(data.columns) > 4 else len(data.columns), data.columns.name, handlelength=0.9)
    return ax
