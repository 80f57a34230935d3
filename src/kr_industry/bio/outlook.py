"""What the forecast says about planning on the average of the past, and how the one of the year before turned out."""

from dataclasses import replace

import numpy as np
import pandas as pd

from kr_industry.forecast import forecast, probability_above
from kr_industry.growth import compound_annual_growth_rate
from kr_industry.korean import count
from kr_industry.prospects import Prospects
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording

HEAVY = 50
"""Percent of the squared deviations above which a year alone is said to make the interval wide."""


def planned(production: pd.Series, horizon: int) -> pd.Series:
    """Production had it gone on at the compound growth of all its years."""
    first, last = production.index[0], production.index[-1]
    rate = compound_annual_growth_rate(production[first], production[last], last - first)
    return pd.Series({last + ahead: production[last] * (1 + rate / 100) ** ahead for ahead in range(1, horizon + 1)})


def line(production: pd.Series, horizon: int) -> pd.Series:
    """A straight line in logarithms drawn on: a warning, not a forecast."""
    return forecast(production, horizon, method="log_line")["value"]


def marks(ahead: Prospects, say: Wording) -> dict[str, pd.Series]:
    """Planning on the average and the line, by the name that a chart gives them."""
    return {say("mark_planned"): planned(ahead.run, ahead.horizon), say("mark_line"): line(ahead.run, ahead.horizon)}


def exhibit(ahead: Prospects, whole: bool, source: str, say: Wording) -> Exhibit:
    """The forecast of the whole industry or of a segment, with the marks set beside it."""
    return ahead.exhibit(_axis(ahead, whole, say), source, marks(ahead, say))


def _axis(ahead: Prospects, whole: bool, say: Wording) -> str:
    return say("axis_forecast" if whole else "axis_forecast_segment", noun=ahead.noun)


def before_last(ahead: Prospects) -> Prospects:
    """The forecast that all years but the last would have made."""
    return replace(ahead, values=ahead.run.iloc[:-1])


def outcomes(ahead: Prospects, whole: bool, source: str, say: Wording) -> list[Exhibit]:
    """What the year before would have forecast, and what came; nothing where its years did not suffice."""
    earlier, came = before_last(ahead), ahead.run.iloc[-1:]
    if not earlier.possible:
        return []
    drawing, _, source, numbers = earlier.exhibit(_axis(ahead, whole, say), source, {say("mark_outcome"): came})
    path = earlier.path()
    numbers[say("mark_outcome")] = came.reindex(path.index).to_numpy()
    told = say(
        "outcome",
        first_year=earlier.run.index[0],
        last_year=earlier.run.index[-1],
        year=came.index[0],
        noun=ahead.noun,
        confidence=ahead.confidence,
        **{column: ahead.write(path[column].iloc[0]) for column in ("value", "low", "high")},
    )
    return [(drawing, " ".join([told, *earlier.compared(came)]), source, numbers)]


def weights(production: pd.Series) -> pd.Series:
    """Percent of the squared deviations behind the forecast's interval that come from each year, in which it ended."""
    changes = np.diff(np.log(production.to_numpy(float)))
    squares = (changes - changes.mean() / 2) ** 2
    return pd.Series(100 * squares / squares.sum(), index=production.index[1:])


def planning_sentences(ahead: Prospects, say: Wording) -> list[str]:
    """How likely the forecast thinks it that a plan on the average is met, and how far the line is from both."""
    production = ahead.run
    plan, drawn = planned(production, ahead.horizon), line(production, ahead.horizon)
    chance, path = probability_above(production, plan), ahead.path()
    first, last = plan.index[0], plan.index[-1]
    rate = 100 * (plan[first] / production.iloc[-1] - 1)
    inside = (path["low"] <= plan) & (plan <= path["high"])
    weight, years = weights(production), count(len(production), say.language)
    told = [
        say(
            "planning" if inside.all() else "planning_outside",
            years=years,
            rate=rate,
            year=first,
            plan=ahead.write(plan[first]),
            middle=ahead.write(path.at[first, "value"]),
            chance=chance[first],
            confidence=ahead.confidence,
        )
    ]
    if last > first:
        told.append(say("planning_last", year=last, plan=ahead.write(plan[last]), chance=chance[last], rate=rate))
    return [
        *told,
        say(
            "leans" if weight.max() > HEAVY else "leans_less",
            year=weight.idxmax(),
            weight=weight.max(),
            low=100 * (path.at[first, "low"] / production.iloc[-1] - 1),
            high=100 * (path.at[first, "high"] / production.iloc[-1] - 1),
            next_year=first,
        ),
        say(
            "line_warning",
            years=years,
            year=last,
            line=ahead.write(drawn[last]),
            middle=ahead.write(path.at[last, "value"]),
        ),
    ]
