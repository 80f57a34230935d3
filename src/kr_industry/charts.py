"""Charts: one function for each kind, from what the analysis returned to a matplotlib Figure.

Every function takes texts already written in the reader's language. Figures are made without pyplot, so
that nothing is shown twice in a notebook and nothing stays behind in memory.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from kr_industry import style


def _joined(axes: Axes, values: pd.Series, colour: str, width: float, size: float) -> None:
    """Points joined by lines, dashed where years between them are missing."""
    years, points = values.index.to_numpy(), values.to_numpy(float)
    for i in range(len(years) - 1):
        dashed = years[i + 1] - years[i] > 1
        axes.plot(years[i : i + 2], points[i : i + 2], color=colour, lw=width, ls=(0, (3, 2)) if dashed else "-")
    axes.plot(years, points, "o", color=colour, ms=size)


def _number(value: float, digits: int, signed: bool = False) -> str:
    """A number with a dash for its minus sign, as the font has no U+2212, and no sign on a zero."""
    text = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text.replace("-", "–")


def _thousands(value: float, _position: int | None = None) -> str:
    return f"{value:,.0f}"


def trend(
    values: pd.Series,
    unit: str,
    spans: Sequence[tuple[int, int, str]] = (),
    marks: Mapping[int, str] | None = None,
    log: bool = True,
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
    """
    figure, axes = style.figure(3.5)
    years = values.index.to_numpy()
    points = values.to_numpy(float)
    for number, (first, last, name) in enumerate(spans):
        if last < years[0] or first > years[-1]:
            continue
        left, right = max(first - 0.5, years[0] - 0.5), min(last + 0.5, years[-1] + 0.5)
        axes.axvspan(left, right, color="#EEF2F5" if number % 2 else "#E2E9EE", lw=0)
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
    _joined(axes, values, style.FOCUS, 2, 5.5)
    if log:
        axes.set_yscale("log")
        span = np.log(points.max() / points.min()) or 1
        axes.set_ylim(points.min() / np.exp(0.15 * span), points.max() * np.exp(0.2 * span))
        axes.minorticks_off()
        axes.set_yticks(_log_ticks(*axes.get_ylim()))
    else:
        axes.set_ylim(0, points.max() * 1.18)
    axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.set_xlim(years[0] - 0.7, years[-1] + 0.9)
    axes.set_xticks(years, [str(y) if y in _spaced(years) else "" for y in years])
    axes.grid(axis="y")
    style.unit_title(figure, unit)
    for year, text in (marks or {}).items():
        offset, side = ((9, -5), "left") if year == years[0] else ((0, 8), "center")
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


def _spaced(years: np.ndarray, least: int = 2) -> set[int]:
    """Years to write under an axis, counted from the last, so far apart that they do not touch."""
    kept: list[int] = []
    for year in reversed(years):
        if not kept or kept[-1] - year >= least:
            kept.append(int(year))
    return set(kept)


def _log_ticks(low: float, high: float) -> list[float]:
    candidates = [m * 10.0**e for e in range(-1, 8) for m in (1, 2, 5)]
    return [tick for tick in candidates if low <= tick <= high]


def panels(frame: pd.DataFrame, units: Mapping[str, str], highlight: str) -> Figure:
    """Small multiples, one series a panel, each on its own axis from zero; the highlighted one in colour."""
    figure, axes = style.figure(2.5, ncols=len(frame.columns))
    for panel, name in zip(np.atleast_1d(axes), frame.columns, strict=True):
        series = frame[name].dropna().astype(float)
        colour = style.FOCUS if name == highlight else style.SOFT
        _joined(panel, series, colour, 1.8, 3.5)
        panel.set_ylim(0, series.max() * 1.25)
        panel.yaxis.set_major_formatter(FuncFormatter(_thousands))
        panel.set_xticks([series.index[0], series.idxmax(), series.index[-1]] if len(series) > 3 else series.index)
        panel.tick_params(labelsize=8)
        panel.grid(axis="y")
        panel.set_title(f"{name} ({units[name]})", fontsize=9, color=colour)
        for year in {series.idxmax(), series.index[-1]}:
            panel.annotate(
                _thousands(series[year]),
                (year, series[year]),
                xytext=(0, 5),
                ha="center",
                textcoords="offset points",
                fontsize=8,
                color=colour,
            )
    return figure


def bars(values: pd.Series, unit: str, highlight: str | None = None, digits: int = 1, signed: bool = False) -> Figure:
    """Horizontal bars with their values, largest first as given; negative ones in the second colour."""
    figure, axes = style.figure(0.75 + 0.36 * len(values))
    places = np.arange(len(values))[::-1]
    numbers = values.to_numpy(float)
    quiet = highlight is not None
    colours = [
        (style.SECOND if number < 0 else style.FOCUS) if not quiet or name == highlight else style.QUIET
        for name, number in zip(values.index, numbers, strict=True)
    ]
    axes.barh(places, numbers, color=colours, height=0.68)
    axes.axvline(0, color=style.SOFT, lw=0.8)
    reach = np.abs(numbers).max() or 1
    for place, name, number in zip(places, values.index, numbers, strict=True):
        text = _number(number, digits, signed)
        axes.text(
            number + (0.015 if number >= 0 else -0.015) * reach,
            place,
            text,
            va="center",
            ha="left" if number >= 0 else "right",
            fontsize=9,
            fontweight="bold" if name == highlight else "normal",
        )
    axes.set_yticks(places, values.index)
    axes.set_xlim(numbers.min() - 0.3 * reach if numbers.min() < 0 else 0, max(numbers.max(), 0) + 0.2 * reach)
    axes.set_xticks([])
    axes.spines[["bottom", "left"]].set_visible(False)
    style.unit_title(figure, unit)
    style.emphasise(axes, highlight)
    return figure


def columns(values: pd.Series, unit: str, hatched: Sequence = (), digits: int = 0) -> Figure:
    """Vertical columns from zero with their values; hatched ones are outlooks, plans or targets."""
    figure, axes = style.figure(2.9)
    numbers = values.to_numpy(float)
    places = np.arange(len(values))
    for place, name, number in zip(places, values.index, numbers, strict=True):
        planned = name in hatched
        axes.bar(
            place,
            number,
            width=0.62,
            color="none" if planned else style.FOCUS,
            edgecolor=style.FOCUS,
            hatch="///" if planned else None,
            lw=1.2,
        )
        axes.text(
            place,
            number + numbers.max() * 0.02,
            _number(number, digits),
            ha="center",
            va="bottom",
            fontsize=9,
        )
    axes.set_xticks(places, [str(name) for name in values.index])
    axes.set_ylim(0, numbers.max() * 1.15)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    style.unit_title(figure, unit)
    return figure


def change(
    before: pd.Series,
    after: pd.Series,
    names: tuple[str, str],
    unit: str,
    highlight: str | None = None,
    digits: int = 1,
) -> Figure:
    """Two values for each row joined by a line: an open dot before, a full one after."""
    figure, axes = style.figure(0.95 + 0.36 * len(before))
    places = np.arange(len(before))[::-1]
    reach = max(before.max(), after.max()) or 1
    for place, name in zip(places, before.index, strict=True):
        old, new = float(before[name]), float(after[name])
        colour = style.FOCUS if highlight in (None, name) else style.QUIET
        ink = style.INK if highlight in (None, name) else style.SOFT
        axes.plot([old, new], [place, place], color=colour, lw=2, zorder=1)
        axes.plot(old, place, "o", mfc="white", mec=colour, ms=7)
        axes.plot(new, place, "o", color=colour, ms=7)
        left, right = sorted((old, new))
        for number, side, offset in ((left, "right", -8), (right, "left", 8)):
            axes.annotate(
                _number(number, digits),
                (number, place),
                xytext=(offset, 0),
                textcoords="offset points",
                va="center",
                ha=side,
                fontsize=8.5,
                color=ink,
                fontweight="bold" if number == new else "normal",
            )
    axes.set_yticks(places, before.index)
    axes.set_xlim(-0.13 * reach, 1.13 * reach)
    axes.set_ylim(-0.6, len(before) - 0.2)
    axes.set_xticks([])
    axes.spines[["bottom", "left"]].set_visible(False)
    style.unit_title(figure, f"{unit} (○ {names[0]}, ● {names[1]})")
    style.emphasise(axes, highlight)
    return figure


def shares(frame: pd.DataFrame, unit: str, percent: bool = False) -> Figure:
    """Parts of a whole, one stacked bar a row, each part labelled with its share in percent.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows become bars, columns become parts in the order given.
    unit : str
        What is drawn.
    percent : bool
        The values are shares as a source prints them, and are drawn and written as they are; otherwise they
        are counts, of which the shares are taken.
    """
    figure, axes = style.figure(1.15 + 0.48 * len(frame))
    drawn = frame.astype(float) if percent else frame.div(frame.sum(axis=1), axis=0).astype(float) * 100
    places = np.arange(len(frame))[::-1]
    left = np.zeros(len(frame))
    for column, colour in zip(drawn.columns, style.SHADES, strict=False):
        widths = drawn[column].to_numpy()
        axes.barh(places, widths, left=left, color=colour, height=0.66, label=column, edgecolor="white", lw=1)
        for place, start, width in zip(places, left, widths, strict=True):
            if width >= 4:
                axes.text(
                    start + width / 2,
                    place,
                    f"{width:.{1 if percent else 0}f}",
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color="white" if colour in (style.FOCUS, style.SECOND) else style.INK,
                )
        left += widths
    axes.set_yticks(places, [str(name) for name in frame.index])
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.spines[["bottom", "left"]].set_visible(False)
    figure.legend(
        loc="outside lower center",
        ncols=len(drawn.columns),
        fontsize=8,
        handlelength=0.8,
        columnspacing=0.9,
        handletextpad=0.4,
    )
    style.unit_title(figure, unit)
    style.emphasise(axes, None)
    return figure
