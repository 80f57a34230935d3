"""Charts of curves on a true time axis: a series, a kink, and a fan.

As in :mod:`kr_industry.charts`, texts are already written in the reader's language.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kr_industry import kept, style
from kr_industry.kinks import Kink
from kr_industry.style import written

Span = tuple[int, int, str]
"""First year, last year, and what stands there."""


@kept.chart
def trend(
    values: pd.Series,
    unit: str,
    spans: Sequence[Span] = (),
    marks: Mapping[int, str] | None = None,
    log: bool = True,
    money: Span | None = None,
) -> Figure:
    """A series on a true time axis; neighbouring years joined by a line, gaps between years dashed.

    Parameters
    ----------
    values : pandas.Series
        Values indexed by year.
    unit : str
        Unit of the values, written above the axis.
    spans : sequence of (first year, last year, name)
        Periods to shade.
    marks : mapping of year to text, optional
        Points to label.
    log : bool
        Logarithmic axis, on which equal growth has equal slope.
    money : (first year, last year, text), optional
        A bracket along the bottom, for what was spent over these years.
    """
    figure, axes = style.figure(3.6)
    years = values.index.to_numpy()
    points = values.to_numpy(float)
    _shade(axes, years, spans)
    _joined(axes, values, style.FOCUS, 2, 5.5)
    if log:
        _log_axis(axes, points, below=0.32 if money else 0.15)
    else:
        axes.set_ylim(0, points.max() * 1.18)
        axes.yaxis.set_major_formatter(style.thousands())
    _year_axis(axes, years)
    if money and money[0] < years[-1] and money[1] > years[0]:
        first, last, text = money
        left, right = max(first - 0.5, years[0] - 0.5), min(last + 0.5, years[-1] + 0.5)
        across = axes.get_xaxis_transform()
        axes.plot([left, left, right, right], [0.055, 0.03, 0.03, 0.055], color=style.SOFT, lw=1, transform=across)
        axes.text((left + right) / 2, 0.055, text, ha="center", va="bottom", fontsize=8.5, transform=across)
    style.unit_title(figure, unit)
    for year, text in (marks or {}).items():
        crowded = any(0 < year - other < 3 for other in marks)
        offset, side = ((9, -5), "left") if year == years[0] else ((0, -16 if crowded else 8), "center")
        axes.annotate(
            text,
            (year, values[year]),
            xytext=offset,
            textcoords="offset points",
            ha=side,
            fontsize=9,
            fontweight="bold",
            color=style.FOCUS,
        )
    return figure


@kept.chart
def turning(
    values: pd.Series, kink: Kink, others: pd.DataFrame, unit: str, texts: Mapping[str, str], label: str
) -> Figure:
    """Where growth turned: the points, the kinked line, the years that the data cannot reject.

    Parameters
    ----------
    values : pandas.Series
        Values by year.
    kink : Kink
        The kink found.
    others : pandas.DataFrame
        The kinks without one year each; ticks along the bottom.
    unit : str
        Unit of the values.
    texts : mapping
        ``before`` and ``after``: what stands at the two lines; ``others``: what the ticks are.
    label : str
        What stands at the kink.
    """
    figure, axes = style.figure(3.4)
    years = values.index.to_numpy()
    axes.axvspan(kink.low, kink.high, color="#F6DFCF", lw=0)
    axes.plot(kink.fitted.index, kink.fitted, color=style.SECOND, lw=2, zorder=2)
    axes.plot(years, values.to_numpy(float), "o", color=style.FOCUS, ms=6, zorder=3)
    _log_axis(axes, np.append(values.to_numpy(float), kink.fitted), below=0.3)
    _year_axis(axes, years)
    across = axes.get_xaxis_transform()
    axes.plot(others["year"], np.full(len(others), 0.03), "|", color=style.INK, ms=9, mew=1.1, transform=across)
    axes.text(
        others["year"].max() + 0.35, 0.03, texts["others"], va="center", fontsize=8, color=style.SOFT, transform=across
    )
    axes.annotate(
        label,
        (kink.year, 1.0),
        xycoords=across,
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        fontsize=9,
        fontweight="bold",
        color=style.SECOND_INK,
    )
    first, last = kink.fitted.index[0], kink.fitted.index[-1]
    for side, ends in (("before", (first, kink.year)), ("after", (kink.year, last))):
        middle = sum(ends) / 2
        level = np.exp(np.interp(middle, kink.fitted.index, np.log(kink.fitted)))
        offset = (-10, 6) if side == "before" else (0, -30)
        axes.annotate(
            texts[side],
            (middle, level),
            xytext=offset,
            textcoords="offset points",
            ha="right" if side == "before" else "center",
            fontsize=8.5,
            color=style.SECOND_INK,
        )
    style.unit_title(figure, unit)
    return figure


@kept.chart
def pace(values: pd.Series, path: pd.Series, unit: str, label: str) -> Figure:
    """Consecutive years with their values, and the path that an earlier pace would have taken, from zero.

    Parameters
    ----------
    values : pandas.Series
        Values by year.
    path : pandas.Series
        The path by year, to the last year of the values.
    unit : str
        Unit of the values.
    label : str
        What stands at the end of the path.
    """
    figure, axes = style.figure(3.3)
    axes.plot(path.index, path, color=style.SECOND, lw=1.6, ls=(0, (4, 2)), zorder=1)
    _joined(axes, values, style.FOCUS, 2, 5.5)
    last = values.index[-1]
    axes.plot([last, last], [path[last], values[last]], color=style.QUIET, lw=1, zorder=0)
    for year, value in values.items():
        under = year != last and path.get(year, 0) >= value * (1 - 1e-9)
        axes.annotate(
            written(value),
            (year, value),
            xytext=(0, -8 if under else 8),
            textcoords="offset points",
            ha="center",
            va="top" if under else "baseline",
            fontsize=9,
            fontweight="bold" if year == last else "normal",
            color=style.FOCUS,
        )
    axes.annotate(
        label,
        (last, path[last]),
        xytext=(0, -8),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=8.5,
        color=style.SECOND_INK,
        linespacing=1.3,
    )
    axes.set_ylim(0, max(values.max(), path.max()) * 1.14)
    axes.set_xlim(values.index[0] - 0.5, last + 0.7)
    axes.set_xticks(values.index, [str(year) for year in values.index])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    style.unit_title(figure, unit)
    return figure


@kept.chart
def fan(
    history: pd.Series,
    bands: Sequence[tuple[str, pd.DataFrame]],
    naive: tuple[str, pd.Series],
    unit: str,
    named: str,
    marks: Mapping[str, pd.Series],
) -> Figure:
    """A forecast with its bands beside the years it rests on, the naive forecast and what others expected.

    Parameters
    ----------
    history : pandas.Series
        Consecutive years.
    bands : sequence of (name, forecast)
        ``value``, ``low`` and ``high`` by year, the widest band first.
    naive : (name, pandas.Series)
        The naive forecast.
    unit, named : str
        Unit of the values; name of the forecast's middle.
    marks : mapping of name to values by year
        Outlooks of others, or what came later.
    """
    figure, axes = style.figure(3.4)
    last = history.index[-1]
    for shade, (name, band) in zip(("#D6E6F2", "#A9CDE4"), bands, strict=False):
        years = [last, *band.index]
        axes.fill_between(
            years, [history[last], *band["low"]], [history[last], *band["high"]], color=shade, lw=0, label=name
        )
    middle = bands[0][1]["value"]
    axes.plot([last, *middle.index], [history[last], *middle], color=style.FOCUS, lw=1.6, ls=(0, (4, 2)), label=named)
    axes.plot([last, *naive[1].index], [history[last], *naive[1]], color=style.SOFT, lw=1.4, ls=":", label=naive[0])
    _joined(axes, history, style.FOCUS, 2, 5)
    for (name, values), marker in zip(marks.items(), ("D", "s"), strict=False):
        size, line = (7, "") if len(values) == 1 else (4.5, "-")
        drawn = {"mfc": "white", "mec": style.SECOND, "mew": 1.8, "ms": size, "ls": line, "lw": 1}
        axes.plot(values.index, values, marker, color=style.SECOND, label=name, zorder=4, **drawn)
    widest = bands[0][1]
    ends, most = widest.index[-1], max(history.max(), *(band.max() for band in (widest["high"], *marks.values())))
    low, high = widest.iloc[-1][["low", "high"]]
    for value, side in ((high, "bottom"), (low, "top" if low > 0.1 * most else "bottom")):  # not onto the axis
        axes.annotate(
            written(value),
            (ends, value),
            xytext=(0, 3 if side == "bottom" else -3),
            textcoords="offset points",
            ha="right",
            va=side,
            fontsize=8.5,
            color=style.FOCUS,
        )
    axes.set_ylim(0, most * 1.14)
    axes.yaxis.set_major_formatter(style.thousands())
    years = np.arange(history.index[0], ends + 1)
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    axes.set_xticks(years, [str(year) for year in years])
    axes.grid(axis="y")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8.5, handlelength=1.6, columnspacing=1.2)
    style.unit_title(figure, unit)
    return figure


def _joined(axes: Axes, values: pd.Series, colour: str, width: float, size: float) -> None:
    """Points joined by lines, dashed where years between them are missing."""
    years, points = values.index.to_numpy(), values.to_numpy(float)
    for i in range(len(years) - 1):
        dashed = years[i + 1] - years[i] > 1
        axes.plot(years[i : i + 2], points[i : i + 2], color=colour, lw=width, ls=(0, (3, 2)) if dashed else "-")
    axes.plot(years, points, "o", color=colour, ms=size)


def _shade(axes: Axes, years: np.ndarray, spans: Sequence[Span]) -> None:
    """Periods as bands, their names above."""
    for number, (first, last, name) in enumerate(spans):
        if last < years[0] or first > years[-1]:
            continue
        left, right = max(first - 0.5, years[0] - 0.5), min(last + 0.5, years[-1] + 0.5)
        axes.axvspan(left, right, color="#F5F8FA" if number % 2 else "#ECF1F4", lw=0)
        axes.text(
            (left + right) / 2,
            1.01,
            name,
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=8.5,
            color=style.SOFT,
        )


def _log_axis(axes: Axes, points: np.ndarray, below: float) -> None:
    """A logarithmic axis that leaves a part of its span free below and a fifth above."""
    axes.set_yscale("log")
    span = np.log(points.max() / points.min()) or 1
    low, high = points.min() / np.exp(below * span), points.max() * np.exp(0.2 * span)
    axes.set_ylim(low, high)
    axes.minorticks_off()
    ticks = [tick for e in range(-1, 8) for tick in (10.0**e, 2 * 10.0**e, 5 * 10.0**e) if low <= tick <= high]
    if len(ticks) < 2:
        ticks = [tick for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
    axes.set_yticks(ticks)
    axes.yaxis.set_major_formatter(style.thousands())
    axes.grid(axis="y")


def _year_axis(axes: Axes, years: np.ndarray) -> None:
    """A tick for each year with a value; years are written from the last one back, so that they do not touch."""
    kept: list[int] = []
    for year in reversed(years):
        if not kept or kept[-1] - year >= 2:
            kept.append(int(year))
    axes.set_xlim(years[0] - 0.7, years[-1] + 0.9)
    axes.set_xticks(years, [str(year) if year in kept else "" for year in years])
