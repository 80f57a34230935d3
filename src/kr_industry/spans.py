"""Charts of spans on one scale: parts of a change laid end to end, and bounds.

As in :mod:`kr_industry.charts`, texts are already written in the reader's language.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kr_industry import kept, style
from kr_industry.style import written


@kept.chart
def stacked(frame: pd.DataFrame, unit: str, total: str, digits: int = 1) -> Figure:
    """Parts of a change stacked to both sides of zero, a row each, over a thin bar for what they add up to.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows and parts as they shall be written.
    unit : str
        What is drawn.
    total : str
        Name of the thin bar.
    digits : int
        Decimals of the values written.
    """
    figure, axes = style.figure(1.2 + 0.46 * len(frame))
    values = frame.to_numpy(float)
    places = np.arange(len(frame))[::-1]
    ends = {1: np.zeros(len(frame)), -1: np.zeros(len(frame))}
    reach = max(np.clip(values, 0, None).sum(axis=1).max(), np.clip(values, None, 0).sum(axis=1).min() * -1)
    for column, colour in zip(frame.columns, style.PARTS, strict=False):
        axes.barh(0, 0, color=colour, label=column)
        for row, value in enumerate(frame[column].to_numpy(float)):
            side = 1 if value >= 0 else -1
            axes.barh(places[row], value, left=ends[side][row], color=colour, height=0.58, edgecolor="white", lw=0.8)
            if abs(value) > 0.09 * reach:
                axes.text(
                    ends[side][row] + value / 2,
                    places[row],
                    written(value, digits, signed=True),
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color="white" if colour == style.FOCUS else style.INK,
                )
            ends[side][row] += value
    sums = values.sum(axis=1)
    axes.barh(places - 0.36, sums, color=style.INK, height=0.09, label=total)
    for place, end, value in zip(places, ends[1], sums, strict=True):
        axes.annotate(
            written(value, digits, signed=True),
            (max(end, value, 0), place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            fontweight="bold",
        )
    axes.axvline(0, color=style.SOFT, lw=0.8)
    axes.set_yticks(places, frame.index)
    axes.set_xlim(min(ends[-1].min() * 1.08, 0), ends[1].max() + 0.16 * reach)
    axes.set_xticks([])
    axes.spines[["bottom", "left"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=len(frame.columns) + 1, fontsize=8.5, handlelength=0.9)
    style.unit_title(figure, unit)
    style.emphasise(axes, None)
    return figure


@kept.chart
def waterfall(parts: pd.Series, unit: str, total: str, highlight: str | None = None, digits: int = 1) -> Figure:
    """Contributions as bars that each begin where the one above ends, and what they add up to.

    Parameters
    ----------
    parts : pandas.Series
        Contributions, named as they shall be written, in the order drawn.
    unit : str
        What is drawn.
    total : str
        Name of the last bar.
    highlight : str, optional
        Part in colour; all parts where left out.
    digits : int
        Decimals of the values written.
    """
    figure, axes = style.figure(0.8 + 0.34 * (len(parts) + 1))
    numbers = parts.to_numpy(float)
    ends = np.cumsum(numbers)
    starts = ends - numbers
    places = np.arange(len(parts) + 1)[::-1]
    reach = np.abs([*starts, *ends]).max() or 1
    rows = zip([*parts.index, total], [*starts, 0.0], [*numbers, ends[-1]], places, strict=True)
    for name, start, number, place in rows:
        colour = style.SECOND if number < 0 else style.FOCUS
        if highlight not in (None, name):
            colour = style.QUIET
        if place == 0:
            colour = style.INK
        axes.barh(place, number, left=start, height=0.66, color=colour)
        axes.text(
            max(start, start + number) + 0.015 * reach,
            place,
            written(number, digits, signed=True),
            va="center",
            fontsize=9,
            fontweight="bold" if name in (highlight, total) else "normal",
        )
    for end, place in zip(ends, places, strict=False):
        axes.plot([end, end], [place - 0.67, place + 0.33], color=style.SOFT, lw=0.7)
    axes.axvline(0, color=style.SOFT, lw=0.8)
    axes.set_yticks(places, [*parts.index, total])
    axes.set_xlim(min(0, starts.min(), ends.min()) * 1.05, max(starts.max(), ends.max()) + 0.16 * reach)
    axes.set_xticks([])
    axes.spines[["bottom", "left"]].set_visible(False)
    style.unit_title(figure, unit)
    style.emphasise(axes, highlight or total)
    return figure


@kept.chart
def ranges(frame: pd.DataFrame, unit: str, between: str, known: Sequence[str] = (), digits: int = 1) -> Figure:
    """Bounds as lines between two ends, and single values as dots, in groups.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``low`` and ``high``, indexed by (group, name) as they shall be written; a value known exactly has both alike.
    unit : str
        What is drawn.
    between : str
        What is written between the two ends.
    known : sequence of str
        Names of rows that are as the source reports them, in full colour.
    digits : int
        Decimals of the values written.
    """
    groups = list(dict.fromkeys(group for group, _ in frame.index))
    figure, axes = style.figure(0.75 + 0.34 * (len(frame) + len(groups)))
    place, places, names = float(len(frame) + len(groups)), [], []
    for group in groups:
        place -= 1
        places.append(place)
        names.append(group)
        for name, row in frame.loc[group].iterrows():
            place -= 1
            places.append(place)
            names.append(name)
            colour = style.FOCUS if name in known else style.SECOND
            axes.plot([row["low"], row["high"]], [place, place], color=colour, lw=5, solid_capstyle="round")
            if row["low"] == row["high"]:
                axes.plot(row["low"], place, "o", color=colour, ms=8)
            ends = [written(row[end], digits, signed=True) for end in ("low", "high")]
            axes.annotate(
                between.join(dict.fromkeys(ends)),
                (row["high"], place),
                xytext=(9, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
    least, most = frame["low"].min(), frame["high"].max()
    span = most - min(least, 0)
    axes.axvline(0, color=style.SOFT, lw=0.8)
    axes.set_yticks(places, names)
    axes.set_xlim(min(least, 0) - 0.03 * span, most + 0.27 * span)
    axes.set_ylim(-0.6, len(frame) + len(groups) - 0.4)
    axes.set_xticks([])
    axes.spines[["bottom", "left"]].set_visible(False)
    style.unit_title(figure, unit)
    style.emphasise(axes, None)
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if name in groups else "normal")
    return figure
