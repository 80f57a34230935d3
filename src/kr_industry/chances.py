"""A chart of what chance would give, beside what is."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from kr_industry import kept, style


@kept.chart
def chances(
    panels: Mapping[str, pd.Series], bands: Mapping[str, tuple[float, float]], observed: int, unit: str, label: str
) -> Figure:
    """How often chance gives each count, a panel for each kind of chance, and what was counted in fact.

    Parameters
    ----------
    panels : mapping of name to pandas.Series
        Counts drawn by chance.
    bands : mapping of name to (low, high)
        Counts within are drawn darker.
    observed : int
        The count in fact.
    unit : str
        What is counted.
    label : str
        What stands at the count in fact.
    """
    figure, axes = style.figure(0.75 + 1.25 * len(panels), nrows=len(panels), sharex=True, squeeze=False)
    least = min(observed, *(counts.min() for counts in panels.values()))
    most = max(observed, *(counts.max() for counts in panels.values()))
    for panel, (name, counts) in zip(axes[:, 0], panels.items(), strict=True):
        shares = counts.value_counts(normalize=True).sort_index()
        low, high = bands[name]
        inside = (shares.index >= low) & (shares.index <= high)
        for some, colour in ((shares[inside], style.SHADES[1]), (shares[~inside], style.QUIET)):
            if len(some):  # one path for all bars of a colour keeps the drawing small
                panel.add_artist(PathPatch(Path.make_compound_path(*map(_bar, some.index, some)), fc=colour, ec="none"))
        panel.axvline(observed, color=style.SECOND, lw=2)
        panel.set_title(name, fontsize=9, color=style.SOFT)
        panel.set_ylim(0, shares.max() * 1.18)
        panel.set_yticks([])
        panel.spines["left"].set_visible(False)
        right = observed < (least + most) / 2
        panel.annotate(
            label,
            (observed, 1),
            xycoords=("data", "axes fraction"),
            xytext=(5 if right else -5, -2),
            textcoords="offset points",
            ha="left" if right else "right",
            va="top",
            fontsize=9,
            fontweight="bold",
            color=style.SECOND_INK,
        )
    axes[-1, 0].set_xlim(least - 1.5, most + 1.5)
    step = max(1, int(np.ceil((most - least) / 12)))
    axes[-1, 0].set_xticks(range(least, most + 1, step))
    style.unit_title(figure, unit)
    return figure


def _bar(count: float, share: float) -> Path:
    return Path.unit_rectangle().transformed(Affine2D().scale(0.86, share).translate(count - 0.43, 0))
