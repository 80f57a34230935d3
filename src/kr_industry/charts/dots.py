"""Where one dot of a row stands among the others."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from kr_industry import style
from kr_industry.charts.axes import beside, legend, named, rows


def dots(
    data: pd.DataFrame,
    x: str,
    y: str,
    *,
    ax: Axes,
    name: str,
    before: str | None = None,
    highlight: object = None,
    mark: float = 1,
    digits: int = 2,
) -> Axes:
    """Ratios as dots on a logarithmic axis, a row for each ``y`` in the order of the data, with a line at ``mark``.

    ``name`` is the column that tells the dots of a row apart. In colour is ``highlight`` as a diamond, between the
    lowest and the highest dot, whose names stand above them; without it the highest dot of each row, named at its
    right. Its value stands at the right, and an open mark shows where it stood in the column ``before``. What is
    missing or zero has no dot on such an axis, and its value alone is written.
    """
    names = list(dict.fromkeys(data[y]))
    places = dict(zip(names, rows(ax, names, y), strict=True))
    if highlight is not None:
        ax.set_ylim(-0.6, len(names))  # for the names above the first row
    columns = [x] if before is None else [before, x]
    seen = data[columns].to_numpy(float)
    seen = np.append(seen[seen > 0], mark)
    room = (seen.max() / seen.min()) ** (0.36 if highlight is None else 0.05)  # the highest is named at its right
    low, high = seen.min() / 1.4, 1.1 * seen.max() * room  # no dot is cut by the edge
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ticks = [tick for e in range(-4, 5) for tick in (10.0**e, 2 * 10.0**e, 5 * 10.0**e) if low <= tick <= high]
    wide = high / low > 300  # then 2 and 5 would touch the powers of ten
    ax.xaxis.set_major_locator(
        FixedLocator([t for t in ticks if not wide or np.isclose(np.log10(t) % 1, [0, 1]).any()])
    )
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(style.thousands())
    ax.axvline(mark, color=style.SOFT, lw=1, zorder=0)
    ax.spines["bottom"].set_visible(True)
    ax.set_xlabel(x)
    for row, own in data.groupby(y, sort=False):
        place, values = places[row], own[x].astype(float)
        highest = own.loc[[values.idxmax()]] if values.notna().any() else own.iloc[:0]
        chosen = highest if highlight is None else own[own[name] == highlight]
        quiet = values.drop(chosen.index)
        ax.hlines(place, low, high, color=style.GRID, lw=0.8, zorder=0)
        ax.plot(quiet[quiet > 0], [place] * int((quiet > 0).sum()), "o", color=style.QUIET, mec="white", mew=0.6, ms=6)
        shown = values[values > 0]
        for one in dict.fromkeys((shown.idxmin(), shown.idxmax())) if highlight is not None and len(shown) else ():
            _above(ax, named(name, own.at[one, name]), (values[one], place), own.at[one, name] == highlight)
        for one in chosen.index:
            here = own.loc[one, columns].astype(float)
            _coloured(ax, place, here.tolist(), digits, "o" if highlight is None else "D")
            if highlight is None and values[one] > 0:
                beside(ax, named(name, own.at[one, name]), (here.max(), place), (7, 0), fontweight="bold")
    if before is not None:
        for label, fill in ((before, "white"), (x, style.FOCUS)):
            looks = {"color": style.FOCUS, "mfc": fill, "mew": 1.6, "ms": 7, "ls": ""}
            ax.plot([], [], marker="o" if highlight is None else "D", label=label, **looks)
        legend(ax, 2, handlelength=0.8)
    return ax


def _above(ax: Axes, text: str, at: tuple[float, float], bold: bool) -> None:
    """A name above a dot."""
    looks = {"color": style.INK, "fontweight": "bold"} if bold else {"color": style.SOFT}
    beside(ax, text, at, (0, 5), **looks)  # clear of a diamond


def _coloured(ax: Axes, place: float, values: list[float], digits: int, marker: str) -> None:
    """A mark in colour, open where it stood before, and its value at the right edge."""
    drawn = [value for value in values if value > 0]
    if len(drawn) == 2:
        ax.plot(drawn, [place] * 2, color=style.FOCUS, lw=2, zorder=2)
    if len(values) == 2 and values[0] > 0:
        ax.plot(values[0], place, marker, mfc="white", mec=style.FOCUS, mew=1.6, ms=7, zorder=3)
    if values[-1] > 0:
        ax.plot(values[-1], place, marker, color=style.FOCUS, ms=7.5, zorder=3)
    text = "–" if np.isnan(values[-1]) else style.written(values[-1], digits)
    looks = {"ha": "left", "va": "center", "color": style.INK, "transform": ax.get_yaxis_transform()}
    ax.text(1.015, place, text, **looks)
