"""Charts of bars: one function for each kind, from what the analysis returned to a matplotlib Figure.

Every function takes texts already written in the reader's language. Figures are made without pyplot, so
that nothing is shown twice in a notebook and nothing stays behind in memory.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kr_industry import kept, style
from kr_industry.style import written


@kept.chart
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
        text = written(number, digits, signed)
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


@kept.chart
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
            written(number, digits),
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


@kept.chart
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
                written(number, digits),
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


@kept.chart
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


@kept.chart
def bar_panels(
    frame: pd.DataFrame, unit: str, highlight: str | None = None, hatched: Sequence = (), digits: int = 1
) -> Figure:
    """Horizontal bars in panels side by side on one scale: a row each, a panel for each column, outlooks hatched.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows and columns as they shall be written.
    unit : str
        What is drawn.
    highlight : str, optional
        Row in colour; all rows where left out.
    hatched : sequence of str
        Columns that are outlooks.
    digits : int
        Decimals of the values written.
    """
    figure, panels = style.figure(0.95 + 0.32 * len(frame), ncols=len(frame.columns), sharex=True, sharey=True)
    places = np.arange(len(frame))[::-1]
    reach = np.abs(frame.to_numpy(float)).max() or 1
    for panel, column in zip(np.atleast_1d(panels), frame.columns, strict=True):
        for place, name, number in zip(places, frame.index, frame[column].to_numpy(float), strict=True):
            colour = style.SECOND if number < 0 else style.FOCUS
            colour = colour if highlight in (None, name) else style.QUIET
            planned = column in hatched
            panel.barh(
                place,
                number,
                height=0.66,
                color="none" if planned else colour,
                edgecolor=colour if planned else "none",
                hatch="////" if planned else None,
            )
            panel.text(
                number + (0.04 if number >= 0 else -0.04) * reach,
                place,
                written(number, digits, signed=True),
                va="center",
                ha="left" if number >= 0 else "right",
                fontsize=8.5,
                fontweight="bold" if name == highlight else "normal",
            )
        panel.axvline(0, color=style.SOFT, lw=0.8)
        panel.set_title(column, fontsize=9.5, loc="center")
        panel.set_xticks([])
        panel.spines[["bottom", "left"]].set_visible(False)
        panel.set_yticks(places, frame.index)
        style.emphasise(panel, highlight)
    low, high = frame.to_numpy(float).min(), frame.to_numpy(float).max()
    panel.set_xlim(min(low, 0) - 0.62 * reach * (low < 0), max(high, 0) + 0.62 * reach)
    style.unit_title(figure, unit)
    return figure
