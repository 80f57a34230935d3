"""Bars: signs and values on what seaborn drew, contributions end to end."""

from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from kr_industry import style
from kr_industry.charts.axes import bare, beside, emphasise, laid_out, rows

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
        for label in ax.bar_label(bars, texts, padding=3, fontsize=style.SMALL, color=style.INK):
            label.set(gid="value", bbox={"fc": "white", "ec": "none", "pad": 0.5})  # a line behind it stays behind
    bare(ax, ax.xaxis if across else ax.yaxis)
    emphasise(ax.yaxis if across else ax.xaxis)
    (ax.axvline if across else ax.axhline)(0, color=style.SOFT, lw=0.8)
    laid_out(ax)
    ax.set_axes_locator(partial(_place, across))
    _make_room(ax, across)
    return ax


def _across(ax: Axes) -> bool:
    return ax.containers[0].orientation == "horizontal"


def _place(across: bool, ax: Axes, _renderer: object) -> Bbox:
    """Where axes stand; and as it is only then that names along them are known, the room for values, once more."""
    _make_room(ax, across)
    return ax.get_position(original=True)


def _make_room(ax: Axes, across: bool) -> None:
    """Limits with room for the values at the bars of all axes that share a scale; upright where they would touch."""
    shared = (ax.get_shared_x_axes() if across else ax.get_shared_y_axes()).get_siblings(ax)
    numbers = np.concatenate([bars.datavalues for one in shared for bars in one.containers]).astype(float)
    texts = [text for one in shared for text in one.texts if text.get_gid() == "value"]
    if not across and _touch([text for text in texts if text.axes is ax]):
        for text in texts:
            text.set_rotation(90)
    index = 0 if across else 1
    sizes = [text.get_window_extent().size[index] for text in texts]
    part = (max(sizes) + 7) / ax.bbox.size[index]
    low, high = min(np.nanmin(numbers), 0), max(np.nanmax(numbers), 0)
    both = (low < 0) + (high > 0 or low == 0)
    room = part * ((high - low) or 1) / max(1 - part * both, 0.25)
    (ax.set_xlim if across else ax.set_ylim)(low - room * (low < 0), high + room * (high > 0 or low == 0))


def _touch(texts: list[Text]) -> bool:
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    return any(one.padded(1).overlaps(other) for one, other in combinations(boxes, 2))


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
