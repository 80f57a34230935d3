"""Maps of tiles, one a province, with notes in them or ties between them."""

from collections.abc import Iterable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from kr_industry.charts.axes import Wrapped, legend, named
from kr_industry.style import EMPTY, FOCUS, INK, SECOND, SMALL, SOFT, TINT, edge, ink_on

LINE = 0.175
"""Inches that a line of text takes in a tile."""
LOOKS = ((FOCUS, 3.2, "-"), (SECOND, 2.2, (0, (4, 1.5))), (SOFT, 1.8, (0, (1, 1.2))))
"""Colour, width and dashes of the kinds of ties."""


def tiles(
    data: pd.DataFrame,
    *,
    ax: Axes,
    x: str = "tile_column",
    y: str = "tile_row",
    name: str = "region",
    note: str | None = None,
    color: str | None = None,
    highlight: object = None,
) -> Axes:
    """A map of tiles with their names, notes under them, and a frame around the highlighted one.

    A row of tiles is as high as its longest note asks for, and the figure as high as all of them and a legend.

    ``x`` and ``y`` are columns of places from the upper left. Identifiers stand in the column ``name``, or else in the
    index, and are of the group of that name. The column ``note`` holds texts or lists of identifiers, whose group has
    the name of the column; the column ``color`` holds colours, and where there is none the tile is pale.
    """
    lines = data[note].map(lambda text: _lines(text, note)) if note else pd.Series([[]] * len(data), data.index)
    # Beside the name and the notes a line for one that is broken in two, and room around them.
    needed = (lines.str.len().groupby(data[y]).max().reindex(range(data[y].max() + 1), fill_value=0) + 2) * LINE + 0.15
    tops = [0, *needed.cumsum()]
    for (identifier, row), texts in zip(_identified(data, name).iterrows(), lines, strict=True):
        colour = row[color] if color and isinstance(row[color], str) else EMPTY
        _tile(ax, row[x] + 0.03, tops[row[y]] + 0.03, 0.94, needed[row[y]] - 0.06, colour, identifier == highlight)
        looks = {"ha": "center", "va": "top", "color": ink_on(colour), "across": 0.9, "linespacing": 1.1}
        at = row[x] + 0.5, tops[row[y]] + 0.11
        text = ax.add_artist(Wrapped(named(name, identifier), at, (0, 0), fontweight="bold", **looks))
        for line in texts:  # each hangs under the one before, however long that is
            text = ax.add_artist(Wrapped(line, (0.5, 0), (0, -2.5), xycoords=text, fontsize=SMALL, **looks))
    ax.figure.set_figheight(tops[-1] + 0.45)
    return _sized(ax, data[x], tops[-1])


def ties(
    data: pd.DataFrame,
    tiles: pd.DataFrame,
    *,
    ax: Axes,
    first: str = "first",
    second: str = "second",
    style: str | None = None,
    name: str = "region",
    highlight: object = None,
) -> Axes:
    """Provinces as small tiles joined by lines: solid, dashed or dotted by their kind.

    A row of ``data`` is a tie between its ``first`` and its ``second`` province; the column ``style`` holds up to three
    kinds, the best supported first, which the legend names. ``tiles`` and ``name`` are as for :func:`tiles`.
    """
    rows = _identified(tiles, name)
    places = dict(zip(rows.index, zip(rows["tile_column"] + 0.5, rows["tile_row"] + 0.5, strict=True), strict=True))
    kinds = data[style] if style else pd.Series("", index=data.index)
    for kind, (colour, width, dashes) in zip(kinds.unique(), LOOKS[: kinds.nunique()], strict=True):
        pairs = data.loc[kinds == kind, [first, second]].to_numpy()
        points = [point for one, other in pairs for point in (places[one], places[other], (None, None))]
        ax.plot(*zip(*points, strict=True), color=colour, lw=width, ls=dashes, zorder=1, label=str(kind))
    for identifier, (across, down) in places.items():
        colour = TINT if identifier in {*data[first], *data[second]} else EMPTY
        _tile(ax, across - 0.36, down - 0.26, 0.72, 0.52, colour, identifier == highlight)
        looks = {"ha": "center", "va": "center", "fontsize": SMALL, "fontweight": "bold", "zorder": 3, "color": INK}
        ax.text(across, down, named(name, identifier), **looks)
    if style and len(data):
        legend(ax, 3, style, handlelength=2.6)
    return _sized(ax, tiles["tile_column"], tiles["tile_row"].max() + 1)


def _identified(data: pd.DataFrame, name: str) -> pd.DataFrame:
    return data.set_index(name) if name in data else data


def _lines(note: object, group: str) -> list[str]:
    if isinstance(note, str):
        return note.split("\n") if note else []
    return [named(group, identifier) for identifier in note] if isinstance(note, Iterable) else []


def _tile(ax: Axes, left: float, top: float, width: float, height: float, colour: str, framed: bool) -> None:
    looks = {"fc": colour, "ec": SECOND if framed else edge(colour), "lw": 3 if framed else 0.8, "zorder": 2}
    ax.add_artist(FancyBboxPatch((left, top), width, height, boxstyle="round,pad=0,rounding_size=0.06", **looks))


def _sized(ax: Axes, columns: pd.Series, height: float) -> Axes:
    ax.set_xlim(0, columns.max() + 1)
    ax.set_ylim(height, 0)
    ax.axis("off")
    return ax
