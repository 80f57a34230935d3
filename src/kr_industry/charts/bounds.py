"""Bounds on one scale, and what chance gives."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kr_industry import style
from kr_industry.charts.axes import bare, beside, name_ticks, named, rows


def ranges(data: pd.DataFrame, *, ax: Axes, known: Collection = (), digits: int = 1) -> Axes:
    """Bars from ``low`` to ``high``, dots where both are alike, and their signed numbers.

    The index names the rows; of two levels (group, row) the first gives heads, as ``level:identifier`` where that level
    has a name. Rows in ``known`` are as a source reports them and stand in the first colour.
    """
    groups = data.index.get_level_values(0) if data.index.nlevels > 1 else [None] * len(data)
    lines: list[tuple[str, bool, object]] = []
    for group, name, bounds in zip(groups, data.index.get_level_values(-1), data.itertuples(), strict=True):
        head = None if group is None else named(data.index.names[0], group)
        if head and head not in (line for line, is_head, _ in lines if is_head):
            lines.append((head, True, None))
        lines.append((str(name), False, bounds))
    places = rows(ax, [name for name, *_ in lines], data.index.names[-1], data.columns.name)
    for place, (name, _, bounds) in zip(places, lines, strict=True):
        if bounds:
            colour = style.FOCUS if name in map(str, known) else style.SECOND
            ax.plot([bounds.low, bounds.high], [place, place], color=colour, lw=6, solid_capstyle="butt")
            beside(ax, style.written(bounds.high, digits, signed=True), (bounds.high, place), (7, 0))
            if bounds.low == bounds.high:
                ax.plot(bounds.low, place, "o", color=colour, ms=8)
            else:
                beside(ax, style.written(bounds.low, digits, signed=True), (bounds.low, place), (-5, 0))
    least, most = min(data["low"].min(), 0), max(data["high"].max(), 0)
    room = 0.16 * ((most - least) or 1)
    ax.axvline(0, color=style.SOFT, lw=0.8)
    ax.set_xlim(least - room * (least < 0), most + room)
    for label, (_, is_head, _) in zip(ax.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if is_head else "normal")
    return ax


def strip(observed: float, low: float, mean: float, high: float, *, ax: Axes, label: str | None = None) -> Axes:
    """A band of what chance gives with its mean, and what was observed; called again, a row below under its label."""
    names = [*getattr(ax.yaxis.get_major_formatter(), "seq", ()), label or ""]
    place = 1 - len(names)
    ax.barh(place, high - low, left=low, height=0.3, color=style.SHADES[3], ec=style.FOCUS, lw=0.8)
    ax.plot([mean, mean], [place - 0.15, place + 0.15], color=style.FOCUS, lw=2)
    ax.plot(observed, place, "D", color=style.SECOND, ms=8, zorder=3)
    apart = 12 if high - low < ax.dataLim.width / 6 else 0  # however narrow the band is
    for value, outward in ((low, -apart), (mean, 0), (high, apart)):
        beside(ax, _short(value), (value, place - 0.15), (outward, -3), color=style.SOFT)
    beside(ax, _short(observed), (observed, place + 0.15), (0, 3), fontweight="bold", color=style.SECOND_INK)
    name_ticks(ax.yaxis, -np.arange(len(names)), names)
    ax.set_ylim(place - 0.6, 0.6)
    bare(ax, ax.xaxis)
    room = 0.08 * (ax.dataLim.width or 1)
    ax.set_xlim(ax.dataLim.x0 - room, ax.dataLim.x1 + room)
    return ax


def _short(value: float) -> str:
    return style.written(value, 0 if float(value).is_integer() else 1)
