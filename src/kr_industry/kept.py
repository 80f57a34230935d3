"""What has been computed or drawn is kept for equal arguments, so that a change costs only what it touches.

It is for functions that their arguments decide: none may read a file, which may have changed. Arguments are compared
as pickled, so that a table counts by what it holds.
"""

import pickle
from collections.abc import Callable
from functools import lru_cache, wraps

import matplotlib as mpl
from matplotlib.figure import Figure

from kr_industry import style

CHARTS = 64
"""Charts that are kept, of about 0.7 MB each: those of two choices side by side, and what stood there before."""
_charts: dict[tuple[Callable, bytes], Figure] = {}


def kept(compute: Callable) -> Callable:
    """The function, which computes but once for equal arguments; every caller gets a copy of its own."""

    @lru_cache(maxsize=32)
    def computed(given: bytes) -> bytes:
        arguments, named = pickle.loads(given)  # noqa: S301 — written below
        return pickle.dumps(compute(*arguments, **named))

    @wraps(compute)
    def from_kept(*arguments, **named):
        return pickle.loads(computed(pickle.dumps((arguments, named))))  # noqa: S301 — written above

    return from_kept


def chart(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """The function, which gives the same figure for equal arguments, for as long as nobody changes that figure.

    It is made anew where matplotlib's settings are others.
    """

    @wraps(draw)
    def from_kept(*arguments, **named):
        style.use()
        key = draw, pickle.dumps((arguments, named, mpl.rcParams))
        figure = _charts.pop(key, None)
        if figure is None:
            figure = draw(*arguments, **named)
            for part in figure.findobj(lambda part: part.stale_callback is None, include_self=False):
                part.stale_callback = lambda *_: setattr(figure, "stale", True)  # legends keep changes to themselves
            figure.stale_callback = lambda *_: _charts.pop(key, None)
        _charts[key] = figure  # the latest stands last
        if len(_charts) > CHARTS:
            del _charts[next(iter(_charts))]
        return figure

    return from_kept
