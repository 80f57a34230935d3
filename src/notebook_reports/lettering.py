"""Puts the reader's language on a chart that was drawn from identifiers.

Labels of axes that name a column get its name and unit, tick labels and legends the names of identifiers, and any other
text that is a key of the words, a column, or ``group:identifier`` is written out.
"""

import re
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryFormatter
from matplotlib.figure import Figure
from matplotlib.text import Text

from notebook_reports.columns import Columns

_SMALL = 9.8
"""Points: 9 px where a chart of 360 pt is shrunk to the 333 px of a phone."""
_NUMBER = re.compile(r"[\d.,+−–% -]+|\$.*\$")


def letter(figure: Figure, columns: Columns, facts: Mapping[str, object]) -> None:
    """Write all texts of a figure in the language of the columns' words; texts that are no identifiers stay.

    Raises
    ------
    WordsError
        A sentence at the chart asks for a fact that is not given.
    """
    numeric = {axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) if not _categorical(axis)}
    for axes in figure.axes:  # panels may share an axis, so which are numeric is known before any is written
        _letter_axes(axes, numeric, columns, facts)
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes if axes.get_legend())]
    for legend in legends:
        name = legend.get_title().get_text()
        way = columns.way(name)
        for text in legend.get_texts():
            _write(text, columns, facts, way)
        if name in columns:
            legend.set_title(columns.axis(name, facts))
    for text in (*figure.texts, figure._suptitle, *(t for axes in figure.axes for t in _free(axes))):
        if text is not None:
            _write(text, columns, facts)


def _letter_axes(axes: Axes, numeric: set[Axis], columns: Columns, facts: Mapping[str, object]) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        name = axis.get_label_text()
        if axis not in numeric:
            _letter_ticks(axis, columns, facts, columns.way(name))
        if name not in columns:
            _write(axis.label, columns, facts)
        elif axis not in numeric or columns.way(name) == "year":  # its ticks say what it is
            axis.set_label_text("")
        elif axis is axes.yaxis or axes.yaxis not in numeric:
            axis.set_label_text("")
            _upper_left(axes, columns.axis(name, facts))
        else:
            axis.set_label_text(columns.axis(name, facts))


def _upper_left(axes: Axes, text: str) -> None:
    """What a value axis counts stands above the axes at the left, where it is read first."""
    shown = axes.get_title(loc="left")
    axes.set_title(f"{shown}\n{text}" if shown else text, loc="left", fontsize=_SMALL, fontweight="normal")


def _categorical(axis: Axis) -> bool:
    """Whether an axis has names at its ticks instead of numbers."""
    if isinstance(axis.get_major_formatter(), StrCategoryFormatter):
        return True
    texts = [tick.get_text() for tick in axis.get_ticklabels()]
    return any(text and not _NUMBER.fullmatch(text) for text in texts)


def _letter_ticks(axis: Axis, columns: Columns, facts: Mapping[str, object], way: str) -> None:
    ticks = axis.get_ticklabels()
    before = [tick.get_text() for tick in ticks]
    after = [_written(text, columns, facts, way) for text in before]
    if after != before:
        looks = [(tick.get_color(), tick.get_fontweight(), tick.get_fontsize()) for tick in ticks]
        for tick, (colour, weight, size) in zip(axis.set_ticks(axis.get_ticklocs(), after), looks, strict=False):
            tick.label1.set(color=colour, fontweight=weight, fontsize=size)


def _free(axes: Axes) -> list[Text]:
    return [*axes.texts, axes.title, axes._left_title, axes._right_title]


def _write(text: Text, columns: Columns, facts: Mapping[str, object], way: str = "") -> None:
    old = text.get_text()
    new = _written(old, columns, facts, way)
    if new != old:
        text.set_text(new)


def _written(text: str, columns: Columns, facts: Mapping[str, object], way: str = "") -> str:
    """A text in the reader's language; itself where it is no identifier."""
    words = columns.words
    if way in words.groups and text in words.groups[way]:
        written = words.name(text, way)
    elif text in words.entries:
        written = words.text(text, **facts)
    elif text in columns:
        written = columns.axis(text, facts)
    else:
        group, _, identifier = text.partition(":")
        known = group in words.groups and identifier in words.groups[group]
        written = words.name(identifier, group) if known else text
    return written.replace("−", "–")  # fonts of charts have no minus sign
