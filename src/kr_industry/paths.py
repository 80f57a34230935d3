"""Charts of a few points: levels with the least that is possible, growth against size, a path of two measures.

As in :mod:`kr_industry.charts`, texts are already written in the reader's language.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from kr_industry import kept, style
from kr_industry.style import written


@kept.chart
def levels(frame: pd.DataFrame, unit: str, least: tuple[str, float], outlooks: Sequence[int] = (), digits=3) -> Figure:
    """A few series over a few years, named where they end, with the least value that is possible.

    Parameters
    ----------
    frame : pandas.DataFrame
        Series as columns, named as they shall be written, indexed by year; missing values are left out.
    unit : str
        What is drawn.
    least : (text, value)
        A dashed line.
    outlooks : sequence of int
        Years that are outlooks, drawn as open dots.
    digits : int
        Decimals of the values written.
    """
    figure, axes = style.figure(3.1)
    order = frame.apply(lambda series: series.dropna().iloc[0]).sort_values().index
    top = frame.max().max() * 1.25
    ends = frame.apply(lambda series: series.dropna().iloc[-1]).sort_values()
    away = dict(zip(ends.index, _apart(ends.to_numpy() / top * _HEIGHT, 12), strict=True))
    for name, colour in zip(frame.columns, (style.FOCUS, style.SECOND, style.THIRD), strict=False):
        series = frame[name].dropna()
        axes.plot(series.index, series, color=colour, lw=1.8)
        below = name == order[0]
        for year, value in series.items():
            axes.plot(year, value, "o", color=colour, mfc="white" if year in outlooks else colour, ms=6)
            axes.annotate(
                written(value, digits),
                (year, value),
                xytext=(0, -8 if below else 7),
                textcoords="offset points",
                ha="center",
                va="top" if below else "bottom",
                fontsize=8.5,
            )
        axes.annotate(
            name,
            (series.index[-1], series.iloc[-1]),
            xytext=(12, away[name]),
            textcoords="offset points",
            va="center",
            fontsize=9,
            fontweight="bold",
            color=style.SECOND_INK if colour == style.SECOND else colour,
        )
    text, value = least
    axes.axhline(value, color=style.SOFT, lw=1, ls=(0, (4, 3)))
    axes.annotate(
        text,
        (frame.index[0] - 0.35, value),
        xytext=(0, -3),
        textcoords="offset points",
        va="top",
        fontsize=8.5,
        color=style.SOFT,
    )
    axes.set_ylim(0, top)
    axes.set_xlim(frame.index[0] - 0.4, frame.index[-1] + 1.1)
    axes.set_xticks(frame.index, [str(year) for year in frame.index])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    style.unit_title(figure, unit)
    return figure


_HEIGHT = 165
"""Points that the axes of :func:`levels` are high, roughly."""


def _apart(heights: np.ndarray, needed: float) -> np.ndarray:
    """How far to move labels, in rising order of their heights, so that neighbours do not touch; all in points."""
    moved = heights.astype(float).copy()
    for _ in range(len(moved)):
        for i, gap in enumerate(np.diff(moved)):
            if gap < needed:
                moved[i] -= (needed - gap) / 2
                moved[i + 1] += (needed - gap) / 2
    return moved - heights


GROWTHS = (-90, -75, -50, -25, 0, 25, 50, 100, 200, 300, 500)
"""Percentages that an axis of growth may name."""


@kept.chart
def bubbles(frame: pd.DataFrame, units: tuple[str, str], highlight: str | None = None) -> Figure:
    """Growth against size, both on logarithmic scales; the area of a dot is what it contributes to the total.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``size`` (above zero), ``growth`` (percent, above −100) and ``contribution``, indexed by name.
    units : (str, str)
        What is drawn across and up.
    highlight : str, optional
        Name in colour; all where left out.
    """
    figure, axes = style.figure(4.1)
    ratios = 1 + frame["growth"] / 100
    areas = 16 + 900 * frame["contribution"].abs() / (frame["contribution"].abs().max() or 1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(frame["size"].min() / 1.6, frame["size"].max() * (frame["size"].max() / frame["size"].min()) ** 0.5)
    low, high = min(ratios.min(), 1) / 1.25, max(ratios.max(), 1) * 1.3
    axes.set_ylim(low, high)
    axes.axhline(1, color=style.SOFT, lw=0.8, zorder=0)
    labels = []
    for name, row in frame.iterrows():
        quiet = highlight not in (None, name)
        colour = style.SECOND if row["growth"] < 0 else style.FOCUS
        place = (row["size"], ratios[name])
        axes.scatter(*place, s=areas[name], color=style.QUIET if quiet else colour, lw=0)
        text = f"{name} {written(row['growth'], 1, signed=True)}"
        bold = "bold" if name == highlight else "normal"
        label = axes.annotate(text, place, (0, 0), textcoords="offset points", fontsize=8.5, fontweight=bold)
        label.set_in_layout(False)  # the axes shall not shrink for labels that are moved afterwards
        labels.append(label)
    axes.minorticks_off()
    shown = [growth for growth in GROWTHS if low <= 1 + growth / 100 <= high]
    axes.set_yticks([1 + growth / 100 for growth in shown], [written(growth, signed=True) for growth in shown])
    axes.xaxis.set_major_formatter(style.thousands())
    axes.set_xlabel(units[0], fontsize=9)
    style.unit_title(figure, units[1])
    _beside(figure, labels, np.sqrt(areas.to_numpy()) / 2)
    return figure


def _beside(figure: Figure, labels: Sequence[Annotation], radii: np.ndarray) -> None:
    """Put each label on the first side of its dot where it touches no dot, no other label and not the line at 0."""
    figure.get_layout_engine().execute(figure)  # so that places are known
    axes = figure.axes[0]
    nought = axes.transData.transform((axes.get_xlim()[0], 1))[1]
    taken = [Bbox.from_extents(axes.bbox.x0, nought - 1, axes.bbox.x1, nought + 1)]
    for label, radius in zip(labels, radii, strict=True):
        x, y = axes.transData.transform(label.xy)
        taken.append(Bbox.from_extents(x, y, x, y).padded(radius * figure.dpi / 72))
    for label, radius in zip(labels, radii, strict=True):
        for (x, y), across, up in _SIDES:
            label.set(position=((radius + 4) * x, (radius + 3) * y), ha=across, va=up)
            box = label.get_window_extent()
            inside = axes.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
            if inside and not any(box.overlaps(other) for other in taken):
                break
        else:
            label.set(position=(radius + 4, 0), ha="left", va="center")
        taken.append(label.get_window_extent())


_SIDES = (
    ((1, 0), "left", "center"),
    ((0.6, 1), "left", "bottom"),
    ((0.6, -1), "left", "top"),
    ((-1, 0), "right", "center"),
    ((0, 1), "center", "bottom"),
    ((0, -1), "center", "top"),
)


@kept.chart
def trail(frame: pd.DataFrame, units: tuple[str, str], rays: Mapping[str, float]) -> Figure:
    """Two measures against each other, joined in the order of years, with rays of equal ratio.

    Parameters
    ----------
    frame : pandas.DataFrame
        Across and up, indexed by year.
    units : (str, str)
        What is drawn across and up.
    rays : mapping of text to ratio
        Up over across.
    """
    figure, axes = style.figure(3.9)
    across, up = (frame[column].to_numpy(float) for column in frame.columns)
    width, height = across.max() * 1.14, up.max() * 1.12
    for text, ratio in rays.items():
        end = min(width, height / ratio)
        axes.plot([0, end], [0, end * ratio], color="#DDE2E6", lw=1, zorder=1)
        axes.annotate(
            text,
            (end, end * ratio),
            xytext=(-3, 3) if end == width else (0, 3),
            textcoords="offset points",
            ha="right" if end == width else "center",
            fontsize=8,
            color=style.SOFT,
        )
    dashed = np.diff(frame.index) > 1
    for i, gap in enumerate(dashed):
        axes.plot(across[i : i + 2], up[i : i + 2], color=style.FOCUS, lw=1.8, ls=(0, (3, 2)) if gap else "-", zorder=2)
    axes.plot(across, up, "o", color=style.FOCUS, ms=5.5, zorder=3)
    for years, point, offset in _labels(list(frame.index), np.column_stack([across / width, up / height])):
        axes.annotate(
            "·".join(map(str, years)),
            (point[0] * width, point[1] * height),
            xytext=offset,
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8.5,
        )
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.xaxis.set_major_formatter(style.thousands())
    axes.yaxis.set_major_formatter(style.thousands())
    axes.set_xlabel(units[0], fontsize=9)
    style.unit_title(figure, units[1])
    return figure


def _labels(years: list[int], points: np.ndarray) -> Iterator[tuple[list[int], np.ndarray, tuple[float, float]]]:
    """Which years to write at which point of a path, and how far from it: on the side with most room.

    ``points`` are parts of an axis some 350 points wide and 230 high. Room is the distance to other points, to the
    path and to what has been written; text is wider than high, so distances across count half. Points too close
    for two labels share one.
    """
    places = points * (350, 230)
    steps = np.linspace(0, 1, 12)[1:-1, None]
    taken = np.vstack([places, *(a + steps * (b - a) for a, b in pairwise(places))])
    waiting: list[int] = []
    for number, (year, place) in enumerate(zip(years, places, strict=True)):
        waiting.append(year)
        if number + 1 < len(places) and np.hypot(*(places[number + 1] - place)) < 10:
            continue
        reach = 19 if len(waiting) == 1 else 32
        angles = np.arange(16) * np.pi / 8
        sides = np.column_stack([reach * np.cos(angles), 11 * np.sin(angles)])
        others = taken[np.hypot(*(taken - place).T) > 1]
        rooms = np.array([np.hypot(*((place + side - others) * (0.5, 1)).T).min() for side in sides])
        rooms[((place + sides) < (18, 12)).any(axis=1)] = 0
        side = sides[int(np.argmax(np.round(rooms, 6)))]
        yield waiting, points[number], tuple(side)
        taken = np.vstack([taken, place + side])
        waiting = []
