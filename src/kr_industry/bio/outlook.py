"""What the forecast says about planning on the average of the past."""

import numpy as np
import pandas as pd

from kr_industry.forecast import forecast, probability_above
from kr_industry.growth import compound_annual_growth_rate
from kr_industry.prospects import Prospects
from kr_industry.wording import Wording


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


def weight_of_last_year(production: pd.Series) -> float:
    """Percent of the squared deviations behind the forecast's interval that are the last year's."""
    changes = np.diff(np.log(production.to_numpy(float)))
    squares = (changes - changes.mean() / 2) ** 2
    return float(100 * squares[-1] / squares.sum())


def planning_sentences(ahead: Prospects, say: Wording) -> list[str]:
    """How likely the forecast thinks it that a plan on the average is met, and how far the line is from both."""
    production = ahead.run
    plan, drawn = planned(production, ahead.horizon), line(production, ahead.horizon)
    chance, path = probability_above(production, plan), ahead.path()
    first, last = plan.index[0], plan.index[-1]
    rate = 100 * (plan[first] / production.iloc[-1] - 1)
    inside = (path["low"] <= plan) & (plan <= path["high"])
    told = [
        say(
            "planning" if inside.all() else "planning_outside",
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
            "leans",
            year=production.index[-1],
            weight=weight_of_last_year(production),
            low=100 * (path.at[first, "low"] / production.iloc[-1] - 1),
            high=100 * (path.at[first, "high"] / production.iloc[-1] - 1),
            next_year=first,
        ),
        say("line_warning", year=last, line=ahead.write(drawn[last]), middle=ahead.write(path.at[last, "value"])),
    ]
