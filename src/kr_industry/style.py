"""One style for every chart: a Korean font that comes with the packages, and a colour-blind-safe palette."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.colors import to_hex, to_rgb
from matplotlib.ticker import FuncFormatter

FOCUS = "#0072B2"
"""What the chart is about (Okabe and Ito 2008, as the second and third)."""
SECOND = "#D55E00"
"""What is set against it, and losses."""
SECOND_INK = "#B24D00"
"""The same for words, which need to be darker to be read (4.5 to 1 on white and on what stands behind them)."""
THIRD = "#009E73"
QUIET = "#8A939B"
"""What stands around it; marks can still be told from white (3 to 1, as WCAG 1.4.11 asks)."""
TINT = "#D6E6F2"
"""The colour of :data:`FOCUS` behind other marks."""
GRID = "#E4E7EA"
EMPTY = "#F1F3F5"
"""Where nothing is."""
STAGES = ("#E9EFF3", "#F5F8FA")
"""Behind periods, in turn."""
DECORATION = (GRID, EMPTY, *STAGES, "#FFFFFF")
"""Carries no meaning alone, so that it need not be told from white."""
INK = "#22272B"
SOFT = "#5A6570"
SHADES = ("#0B3C5D", "#0072B2", "#56A5D3", "#A0C8E2", "#DCEAF4")
"""An ordered scale of five, dark to light, that greyscale keeps in order."""

PARTS = (FOCUS, SECOND, THIRD, QUIET)
"""Lines and parts without an order."""

VERDICTS = (SHADES[0], FOCUS, SECOND, QUIET)
"""Verified, verified within rounding, contradicted, unchecked."""

FONT = "Report Gothic"
"""Our name for NanumGothic as the package ships it, so that no other copy on the machine takes its place."""
WIDTH = 5.0
"""Of every chart, in inches (360 pt): a page shows it at most 560 px wide, and 333 px on a phone."""
SMALL = 9.8
"""Of the smallest text of any chart, in points: 9 px where 360 pt are shrunk to 333 px."""


@cache
def use() -> None:
    """Make the font known and set the style, once a process."""
    # Importing koreanize_matplotlib fails from Python 3.12 on (distutils); its font files are all that is needed.
    package = find_spec("koreanize_matplotlib")
    folder = Path(package.submodule_search_locations[0]) / "fonts"
    for file, weight in (("NanumGothic.ttf", 400), ("NanumGothicBold.ttf", 700)):
        entry = font_manager.FontEntry(fname=str(folder / file), name=FONT, weight=weight, size="scalable")
        font_manager.fontManager.ttflist.append(entry)
    mpl.rcdefaults()  # no setting of the reader's own changes a chart
    mpl.rcParams.update(
        {
            "font.family": FONT,
            "font.size": SMALL,
            "svg.fonttype": "none",
            "svg.hashsalt": "kr-industry",
            "axes.unicode_minus": False,  # the font has no U+2212
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": QUIET,
            "axes.labelcolor": SOFT,
            "axes.titlelocation": "left",
            "axes.titlesize": 10.5,
            "axes.titleweight": "bold",
            "axes.titlecolor": INK,
            "axes.axisbelow": True,
            "hatch.linewidth": 0.6,
            "text.color": INK,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "xtick.major.size": 3,
            "ytick.major.size": 0,
            "grid.color": GRID,
            "grid.linewidth": 0.8,
            "legend.frameon": False,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "figure.constrained_layout.use": True,
        }
    )


def written(value: float, digits: int = 0, signed: bool = False) -> str:
    """A number with a dash for its minus sign, as the font has no U+2212, and no sign on a zero."""
    text = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text.replace("-", "–")


def thousands() -> FuncFormatter:
    """A formatter for an axis: thousands set off, no more decimals than a tick has."""
    return FuncFormatter(_thousands)


def _thousands(value: float, _position: int | None = None) -> str:
    return f"{value:,.10g}".replace("-", "–")


def contrast(one: str, other: str) -> float:
    """How much two colours differ in brightness, from 1 to 21, as WCAG 2 defines it.

    Examples
    --------
    >>> contrast("white", "black")
    21.0
    """
    low, high = sorted(_brightness(colour) for colour in (one, other))
    return round((high + 0.05) / (low + 0.05), 2)


def _brightness(colour: str) -> float:
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def edge(colour: str) -> str:
    """An edge around a fill: of its own colour where that can be told from white (3 to 1), else a darker one.

    Examples
    --------
    >>> edge(EMPTY) == QUIET, edge(FOCUS) == FOCUS, edge(SHADES[3]) == FOCUS
    (True, True, True)
    """
    if contrast(colour, "white") >= 3:
        return colour
    return QUIET if colour in DECORATION else FOCUS


def ink_on(colour: str) -> str:
    """Ink, white or black: the first that can be read on a colour (4.5 to 1)."""
    return next(words for words in (INK, "white", "black") if contrast(words, colour) >= 4.5)


CARD = "#F7F8F9"
"""What charts stand on where the screen is dark."""


def ink(colour: str) -> str:
    """A colour made dark enough to be read as a text on white and on :data:`CARD` (4.5 to 1)."""
    while contrast(colour, CARD) < 4.5:
        colour = to_hex([0.95 * part for part in to_rgb(colour)])
    return colour
