"""Figures, their axes, and what the charts share: names along an axis, texts beside points, legends."""

import re
from collections.abc import Callable, Collection, Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.offsetbox import VPacker
from matplotlib.patches import Patch
from matplotlib.text import Annotation
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator
from matplotlib.transforms import Bbox

from kr_industry import style


def figure(height: float, **subplots) -> tuple[Figure, Axes]:
    """A figure of the house's width and of a height in inches, with its axes; pyplot knows nothing of it."""
    style.use()
    drawing = Figure(figsize=(style.WIDTH, height))
    return drawing, drawing.subplots(**subplots)


def log_axis(ax: Axes, below: float = 0.15) -> Axes:
    """A logarithmic value axis with ticks at 1, 2, 5; a part of its span stays free below the data, a fifth above."""
    ax.set_yscale("log")
    least, most = ax.dataLim.intervaly
    span = np.log(most / least) or 1
    low, high = least / np.exp(below * span), most * np.exp(0.2 * span)
    ax.set_ylim(low, high)
    ax.minorticks_off()
    ticks = [tick for e in range(-2, 9) for tick in (10.0**e, 2 * 10.0**e, 5 * 10.0**e) if low <= tick <= high]
    if len(ticks) < 2:
        ticks = [tick for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
    ax.set_yticks(ticks)
    return _counted(ax)


def value_axis(ax: Axes) -> Axes:
    """A value axis from zero, or from as far below as there are values, with ticks at 1, 2, 5 and room above."""
    least, most = min(ax.dataLim.y0, 0), max(ax.dataLim.y1, 0)
    room = 0.14 * (most - least)
    ax.set_ylim(least - room * (least < 0), most + room)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    return _counted(ax)


def _counted(ax: Axes) -> Axes:
    ax.yaxis.set_major_formatter(style.thousands())
    ax.grid(axis="y")
    return ax


def year_axis(ax: Axes, years: Iterable[int]) -> Axes:
    """An axis of true years: a tick for each, written in two digits where there is no room for four."""
    ticks = sorted({int(year) for year in years})
    ax.set_xlim(ticks[0] - 0.7, ticks[-1] + 0.9)
    year = laid_out(ax).width * 72 / ax.figure.dpi / np.ptp(ax.get_xlim())
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_major_formatter(FixedFormatter(_years(ticks, np.diff(ticks) * year)))
    return ax


def _years(ticks: list[int], apart: np.ndarray) -> list[str]:
    """How years are written that stand so many points apart, the first in full.

    Of those in two digits the last, whole decades and what follows a gap have four where there is room. Where not even
    two digits fit, years are left out from the last one back.
    """
    long, short = 26.0, 12.2
    if (apart < short).any():
        kept = ticks[-1:]
        for place in range(len(ticks) - 2, -1, -1):
            if apart[place : ticks.index(kept[-1])].sum() >= long:
                kept.append(ticks[place])
        return [str(year) if year in kept else "" for year in ticks]
    widths = [short] * len(ticks)
    for place in range(len(ticks)):
        beside = [(apart[gap], widths[other]) for gap, other in ((place - 1, place - 1), (place, place + 1))
                  if 0 <= gap < len(apart)]  # fmt: skip
        chosen = place in (0, len(ticks) - 1) or ticks[place] % 10 == 0 or (apart[place - 1] > apart.min())
        if (apart >= long).all() or (chosen and all(room >= (width + long) / 2 for room, width in beside)):
            widths[place] = long
    texts = [str(year) if width == long else f"{year % 100:02}" for year, width in zip(ticks, widths, strict=True)]
    if widths[0] == short:  # the century must be told, for which the next year gives way
        texts[:2] = str(ticks[0]), ""
    return texts


def name_ticks(axis: Axis, places: Iterable[float], names: Iterable, group: object = None, highlight=None) -> None:
    """Name places along an axis, whose label is their group."""
    axis.set_major_locator(FixedLocator(list(places)))
    axis.set_major_formatter(FixedFormatter([str(name) for name in names]))
    axis.set_label_text("" if group is None else str(group))
    emphasise(axis, highlight)


def rows(ax: Axes, names: Collection, group: object = None, values: object = None, highlight=None) -> np.ndarray:
    """Name rows from the top down and return where they stand; the values across have a name and no ticks."""
    places = np.arange(len(names))[::-1]
    name_ticks(ax.yaxis, places, names, group, highlight)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.set_xlabel("" if values is None else str(values))
    bare(ax, ax.xaxis)
    return places


def bare(ax: Axes, axis: Axis) -> None:
    """Leave away an axis of which every value is written."""
    axis.set_ticks([])
    ax.spines[["bottom", "left"]].set_visible(False)


def emphasise(axis: Axis, highlight: object = None) -> None:
    """Write the names along an axis in ink, and the highlighted one bold."""
    for label in axis.get_ticklabels():
        label.set(color=style.INK, fontweight="bold" if label.get_text() == str(highlight) else "normal")


def named(group: object, identifier: object) -> str:
    """An identifier with its group, where it has one and does not name it itself."""
    return f"{group}:{identifier}" if group and ":" not in str(identifier) else str(identifier)


def beside(ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **looks) -> Annotation:
    """A text moved away from a point by an offset in points."""
    looks = {"fontsize": style.SMALL, "color": style.INK, **looks}
    label = ax.annotate(text, at, offset, textcoords="offset points", **looks)
    move(label, offset)
    return label


def move(label: Annotation, offset: tuple[float, float]) -> None:
    """Let a text stand on that side of its point to which an offset leads."""
    across, up = np.sign(offset)
    label.set(position=offset, ha=("center", "left", "right")[int(across)], va=("center", "bottom", "top")[int(up)])


class Wrapped(Annotation):
    """A text that breaks its lines between words and after dots, as wide as ``across`` is on the horizontal axis."""

    def __init__(self, *arguments, across: float, **looks) -> None:
        super().__init__(*arguments, wrap=True, clip_on=False, textcoords="offset points", **looks)
        self.across = across

    def _get_wrap_line_width(self) -> float:
        (left, _), (right, _) = self.axes.transData.transform([(0, 0), (self.across, 0)])
        return right - left

    def _get_wrapped_text(self) -> str:
        free, lines = self._get_wrap_line_width(), []
        for line in self.get_text().split("\n"):
            begun = ""
            for piece in re.findall(r"[^ ·]+[ ·]*", line):
                if begun and self._get_rendered_text_width((begun + piece).rstrip()) > free:
                    lines.append(begun.rstrip())
                    begun = ""
                begun += piece
            lines.append(begun)
        return "\n".join(lines)


class Flowing(Legend):
    """A legend in as many columns as fit into the width of the figure, whatever its names become."""

    def get_tightbbox(self, renderer: RendererBase | None = None) -> Bbox:
        """Where it stands, in its columns."""
        renderer = renderer or self.figure._get_renderer()
        names = self._legend_handle_box
        entries = [entry for column in names.get_children() for entry in column.get_children()]
        for columns in range(min(self._ncols, len(entries)), 0, -1):
            parts = [part.tolist() for part in np.array_split(np.array(entries, dtype=object), columns)]
            looks = {"pad": 0, "sep": self.labelspacing * self._fontsize, "align": "baseline"}
            names._children = [VPacker(children=part, **looks) for part in parts]
            for column in names._children:
                column.set_figure(self.figure)
            if self._legend_box.get_bbox(renderer).width <= self.figure.bbox.width:
                break
        return super().get_tightbbox(renderer)


def follow(ax: Axes, event: str, place: Callable[[], None]) -> None:
    """Place something now, and anew whenever limits change, which they may until the figure is drawn."""
    place()
    ax.callbacks.connect(event, lambda _: place())


def laid_out(ax: Axes) -> Bbox:
    """Where axes stand when the figure is laid out as far as it is drawn."""
    engine = ax.figure.get_layout_engine()
    if engine:
        engine.execute(ax.figure)
    return ax.bbox


def swatch(colour: str, **looks) -> Patch:
    """A fill for a legend, with an edge where it is pale."""
    return Patch(fc=colour, ec=style.edge(colour), lw=0.8, **looks)


def legend(ax: Axes, columns: int, title: object = None, **looks) -> None:
    """One legend under the figure, however many of its axes ask for it; its title is the group of its names.

    It has at most so many columns, and fewer where they are too wide. A legend that the axes have gives way to it.
    """
    if not ax.figure.legends:
        title = None if title is None else str(title)
        if own := ax.get_legend():
            names = [text.get_text() for text in own.get_texts()]
            looks = {"handles": own.legend_handles, "labels": names, **looks}
            own.remove()
        looks = {"title_fontsize": style.SMALL, "handlelength": 1.2, "columnspacing": 1.3, **looks}
        drawn = ax.figure.legend(loc="outside lower center", ncols=columns, title=title, **looks)
        drawn.__class__ = Flowing  # a figure makes no legend of another class
