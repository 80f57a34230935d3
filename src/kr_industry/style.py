"""One style for every chart: a Korean font that comes with the packages, and a colour-blind-safe palette."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

FOCUS = "#0072B2"
"""What the chart is about (Okabe and Ito 2008, as all colours here)."""
SECOND = "#D55E00"
"""What is set against it, and losses."""
SECOND_INK = "#B24D00"
"""The same for words, which need to be darker to be read (4.5 to 1 on white and on what stands behind them)."""
THIRD = "#009E73"
QUIET = "#B4BAC0"
"""What stands around it."""
INK = "#22272B"
SOFT = "#5A6570"
SHADES = ("#0072B2", "#56B4E9", "#A9C9DC", "#E6B072", "#D55E00")
"""An ordered scale of five."""

PARTS = (FOCUS, "#56B4E9", "#E69F00", QUIET)
"""Parts without an order, each light enough or dark enough for a value written in it."""

VERDICTS = (FOCUS, "#56B4E9", SECOND, "#D5DADF")
"""Verified, verified within rounding, contradicted, unchecked."""

FONT = "Report Gothic"
"""Our name for NanumGothic as the package ships it, so that no other copy on the machine takes its place."""
WIDTH = 5.8  # inches


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
            "font.size": 10,
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
            "text.color": INK,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "xtick.major.size": 3,
            "ytick.major.size": 0,
            "grid.color": "#E4E7EA",
            "grid.linewidth": 0.8,
            "legend.frameon": False,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "figure.constrained_layout.use": True,
        }
    )


def figure(height: float, **subplots) -> tuple[Figure, Axes]:
    """A figure of the house's width and the given height in inches, with its axes."""
    use()
    drawing = Figure(figsize=(WIDTH, height))
    return drawing, drawing.subplots(**subplots)


def unit_title(drawing: Figure, text: str) -> None:
    """Write what is drawn and in which unit at the upper left of a figure."""
    drawing.suptitle(text, x=0.01, ha="left", fontsize=9, color=SOFT)


def emphasise(axes: Axes, highlight: str | None) -> None:
    """Write the names of rows in ink, and the highlighted one bold."""
    for label in axes.get_yticklabels():
        label.set_color(INK)
        if label.get_text() == highlight:
            label.set_fontweight("bold")


def written(value: float, digits: int = 0, signed: bool = False) -> str:
    """A number with a dash for its minus sign, as the font has no U+2212, and no sign on a zero."""
    text = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text.replace("-", "–")


def thousands() -> FuncFormatter:
    """A formatter of whole numbers for an axis."""
    return FuncFormatter(lambda value, _position: written(value))


def chart_text(text: str) -> str:
    """A text as a chart can write it: a dash for the minus sign, as :func:`written` does."""
    return text.replace("−", "–")
