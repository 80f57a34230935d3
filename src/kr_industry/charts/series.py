"""Series on a true time axis: lines with gaps, periods, a kink, a fan."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from kr_industry import style
from kr_industry.charts.axes import (
    Wrapped,
    beside,
    follow,
    laid_out,
    legend,
    log_axis,
    move,
    named,
    value_axis,
    year_axis,
)
from kr_industry.kinks import Kink


def gapline(
    data: pd.Series | pd.DataFrame,
    x: str | None = None,
    y: str | None = None,
    *,
    ax: Axes,
    color: str = style.FOCUS,
    label: str | None = None,
    marker: str = "o",
    open: Collection = (),
) -> Axes:
    """A series over true years, its line dashed across years that are missing.

    ``data`` are values by year, or a frame with the columns ``x`` (without it, the index) and ``y``. ``label`` goes to
    the line's end, clear of those of other lines. Years in ``open``, such as outlooks, have an open dot.
    """
    series = data if isinstance(data, pd.Series) else (data.set_index(x) if x else data)[y]
    series = series.dropna().astype(float).sort_index()
    lines = series.index.to_numpy(float), series.to_numpy()
    gaps = np.flatnonzero(np.diff(lines[0]) > 1)
    ax.plot(*(np.insert(line, gaps + 1, np.nan) for line in lines), color=color, lw=2)
    if len(gaps):
        across = (np.column_stack([line[gaps], line[gaps + 1], line[gaps] * np.nan]).ravel() for line in lines)
        ax.plot(*across, color=color, lw=2, ls=(0, (3, 2)))
    hollow = series.index.isin(list(open))
    for dots, fill in ((series[~hollow], color), (series[hollow], "white")):
        if len(dots):
            ax.plot(dots.index, dots, marker, color=color, mfc=fill, mew=1.6, ms=5.5)
    ax.set(xlabel=series.index.name or "", ylabel=series.name or "")
    if label is not None:
        end = series.index[-1], series.iloc[-1]
        beside(ax, label, end, (8, 0), fontweight="bold", color=style.ink(color)).set_gid("end")
        follow(ax, "ylim_changed", lambda: _spread(ax))
    return ax


def _spread(ax: Axes) -> None:
    """Move the names at the ends of lines apart where they would touch."""
    labels = sorted((text for text in ax.texts if text.get_gid() == "end"), key=lambda text: text.xy[1])
    heights = ax.transData.transform([label.xy for label in labels])[:, 1] * 72 / ax.figure.dpi
    moved = heights.copy()
    for _ in moved:
        for i, gap in enumerate(np.diff(moved)):
            moved[i : i + 2] += np.array([-0.5, 0.5]) * max(14 - gap, 0)
    for label, height in zip(labels, moved - heights, strict=True):
        label.set_position((8, height))


def spans(
    data: pd.DataFrame, *, ax: Axes, start: str = "first_year", end: str = "last_year", label: str | None = None
) -> Axes:
    """Periods of whole years as bands with their names above, as far as the years drawn reach.

    A row is a period: its first and last year, and its name in the column ``label`` (without it, a named index or the
    first column).
    """
    data = data.reset_index() if data.index.name else data
    label = label or str(data.columns[0])
    flat, bands = ax.get_xaxis_transform(), _Bands(ax)
    for number, row in enumerate(data.to_dict("records")):
        first, last = row[start] - 0.5, row[end] + 0.5
        ax.add_artist(
            Rectangle((first, 0), last - first, 1, fc=style.STAGES[number % 2], ec="none", transform=flat, zorder=0)
        )
        looks = {"fontsize": style.SMALL, "color": style.SOFT, "ha": "center", "va": "bottom", "linespacing": 1.1}
        name = Wrapped(named(label, row[label]), (0, 1), (0, 3), xycoords=flat, across=1, **looks)
        bands.append((ax.add_artist(name), first, last))

    def place() -> None:
        low, high = ax.get_xlim()
        for name, first, last in bands:
            left, right = max(first, low), min(last, high)
            name.set_visible(right - left > 0.5)
            name.xy, name.across = ((left + right) / 2, 1), right - left

    follow(ax, "xlim_changed", place)
    above = ax.inset_axes((0, 1, 1, 0.1), xticks=[], yticks=[])  # empty: a title keeps clear of it
    above.axis("off")
    above.set_axes_locator(bands)
    return ax


class _Bands(list):
    """Names of periods, and the place that they take above their axes."""

    def __init__(self, of: Axes) -> None:
        self.of = of

    def __call__(self, above: Axes, renderer: object) -> Bbox:
        """Move names apart and tell their place, as a locator of axes does."""
        frame = self.of.bbox
        boxes, free = [Bbox.from_bounds(frame.x0, frame.y1, frame.width, 0)], frame.x1
        for name, *_ in reversed(self):  # a name too long for its band gives way to the left
            if name.get_visible():
                name.set_position((0, 3))
                excess = name.get_window_extent(renderer).x1 + 3 - free
                name.set_position((min(0, -excess * 72 / above.figure.dpi), 3))
                boxes.append(name.get_window_extent(renderer))
                free = boxes[-1].x0
        return Bbox.union(boxes).transformed(above.figure.transSubfigure.inverted())


def mark(ax: Axes, values: pd.Series, years: Iterable[int], digits: int = 0) -> Axes:
    """Write values at the points of a line, clear of lines and of other texts; to be called when limits are set."""
    frame = laid_out(ax)
    path = np.vstack([_dense(line) for line in ax.get_lines()])
    taken = [text.get_window_extent() for text in ax.texts if text.get_visible()]
    known = values.dropna().astype(float).sort_index()
    around = (known.shift(1).fillna(known) + known.shift(-1).fillna(known)) / 2
    for year in dict.fromkeys(years):
        label = beside(ax, style.written(values[year], digits), (year, values[year]), (0, 6), fontweight="bold")
        tried = []
        for across, up in ((0, 6), (7, 5), (-7, 5), (0, -6), (7, -5), (-7, -5), (9, 0), (-9, 0)):
            offset = across, up if known[year] >= around[year] else -up
            move(label, offset)
            box = label.get_window_extent()
            clash = sum(box.padded(2).overlaps(other) for other in taken)
            outside = box.y0 < frame.y0 or box.y1 > frame.y1 or box.x0 < frame.x0
            crossed = ((path > box.min - 1) & (path < box.max + 1)).all(axis=1).sum()
            tried.append((100 * (clash + outside) + crossed, len(tried), offset))
        move(label, min(tried)[-1])
        taken.append(label.get_window_extent())
    return ax


def _dense(line: Line2D) -> np.ndarray:
    """Points close along a line, in pixels."""
    corners = line.get_transform().transform(line.get_xydata())
    between = [corners[:-1] + part * np.diff(corners, axis=0) for part in np.linspace(0, 1, 25)]
    return np.vstack([corners, *between])


def kink(series: pd.Series, kink: Kink, *, ax: Axes) -> Axes:
    """The points of a series, its kinked line, and shaded the years at which the kink may lie."""
    ax.axvspan(kink.low, kink.high, fc="#F6DFCF", ec=style.SECOND, lw=0.8, ls=(0, (2, 2)), zorder=0)
    ax.plot(kink.fitted.index, kink.fitted, color=style.SECOND, lw=2, zorder=2)
    ax.plot(series.index, series.astype(float), "o", color=style.FOCUS, ms=6, zorder=3)
    ax.set(xlabel=series.index.name or "", ylabel=series.name or "")
    ax.dataLim.intervaly = min(series.min(), kink.fitted.min()), max(series.max(), kink.fitted.max())
    return year_axis(log_axis(ax), series.index)


def fan(
    history: pd.Series,
    path: pd.DataFrame,
    *,
    ax: Axes,
    inner: pd.DataFrame | None = None,
    outlooks: Mapping[str, pd.Series] | None = None,
) -> Axes:
    """A forecast with its bands after the years it rests on, beside what others expected or what came.

    ``path`` and ``inner`` (a narrower band) hold ``value``, ``low`` and ``high`` by year; the legend calls them
    ``band`` and ``middle``, and ``inner``. ``outlooks`` are values by year under their names.
    """
    start = history.dropna().iloc[[-1]].astype(float)

    def onward(forecast: pd.DataFrame, column: str) -> pd.Series:
        return pd.concat([start, forecast[column]])

    for name, band, shade in (("band", path, style.TINT), ("inner", inner, style.SHADES[3])):
        if band is not None:
            low, high = onward(band, "low"), onward(band, "high")
            ax.fill_between(low.index, low, high, fc=shade, ec=style.FOCUS, lw=0.6, label=name)
    ax.plot(onward(path, "value"), color=style.FOCUS, lw=1.8, ls=(0, (4, 2)), label="middle")
    gapline(history, ax=ax)
    outlooks = outlooks or {}
    for (name, values), marker in zip(outlooks.items(), "Dsv^"[: len(outlooks)], strict=True):
        looks = {"color": style.SECOND, "mfc": "white", "mew": 1.8, "ms": 7, "zorder": 4}
        ax.plot(values.index, values, marker, ls="-" if len(values) > 1 else "", lw=1, label=name, **looks)
    value_axis(ax)
    year_axis(ax, range(int(history.index.min()), int(path.index.max()) + 1))
    low, high = path[["low", "high"]].iloc[-1]
    for value, up in ((high, 4), (low, -4 if low > 0.1 * ax.get_ylim()[1] else 4)):  # not onto the axis
        beside(ax, style.written(value), (path.index[-1], value), (0, up), color=style.FOCUS)
    legend(ax, 3, handlelength=1.6)
    return ax
