"""The front page of a report on photonics: its key figures, and what too few years leave unsaid."""

import pandas as pd

from kr_industry import kinks, forecast
from kr_industry.photonics import turning
from kr_industry.photonics.segments import ByYear, contributions_by_year
from kr_industry.photonics.stages import quantity
from kr_industry.prospects import Prospects
from kr_industry.tables import KeyFigure
from kr_industry.wording import Wording, names, points


def figures(
    values: pd.Series,
    measure: str,
    kink: kinks.Kink | None,
    others: pd.DataFrame | None,
    ahead: Prospects,
    say: Wording,
) -> list[KeyFigure]:
    """The whole industry: its last year, against its peak, since growth turned, and the next year.

    Parameters
    ----------
    values : pandas.Series
        The measure by year.
    measure : str
        ``sales``, ``employment`` or ``firms``.
    kink : Kink, optional
        Where growth turned.
    others : pandas.DataFrame, optional
        The kink without one year each.
    ahead : Prospects
        The forecast.
    say : Wording
        The words.
    """
    first, peak, last = values.index[0], int(values.idxmax()), values.index[-1]
    since, label = (peak, "figure_since_peak") if first < peak < last else (first, "figure_since")
    change = say("figure_percent", value=100 * (values[last] / values[since] - 1))
    return [
        _level(last, measure, values[last], say),
        (change, say(label, year=since), ""),
        *_turn(kink, others, say),
        *ahead.figures(),
    ]


def segment_figures(by_year: ByYear, segment: str, say: Wording) -> list[KeyFigure]:
    """One segment in the last year: its level, its change, its share, and what it added to the whole."""
    values, last = by_year.values, by_year.last
    before, after = values.loc[segment, [by_year.before, last]]
    total = 100 * (values.at["total", last] / values.at["total", by_year.before] - 1)
    contribution = points(contributions_by_year(by_year).at[segment, last])
    return [
        _level(last, by_year.measure, after, say),
        (say("figure_percent", value=100 * (after / before - 1)), say("figure_growth"), ""),
        (say("figure_share", share=100 * after / values.at["total", last]), say("figure_share_label"), ""),
        (say("figure_points", value=contribution), say("figure_contribution", total=total), ""),
    ]


def too_short(values: pd.Series, noun: str, say: Wording) -> str:
    """That neither a turn nor a forecast is estimated, and how many years either would need."""
    return say("too_short", noun=noun, have=len(values), turn=kinks.NEEDED, ahead=forecast.NEEDED)


def _level(year: int, measure: str, value: float, say: Wording) -> KeyFigure:
    name = names("photonics_measure", say.language, inline=True)[measure]
    return quantity(value, measure, say.language), say("figure_level", year=year, measure=name), ""


def _turn(kink: kinks.Kink | None, others: pd.DataFrame | None, say: Wording) -> list[KeyFigure]:
    """Growth since the turn, with its bounds and what they leave open; nothing where the data show no turn."""
    if kink is None or not kink.supported:
        return []
    low, high = turning.percent(kink.after.low), turning.percent(kink.after.high)
    note = say("figure_turn_bounds", confidence=kink.confidence, low=low, high=high)
    if low < 0 < high:
        note += say("figure_turn_flat")
    if len(turning.moving(kink, others)):
        note += say("figure_turn_leans")
    value = say("figure_turn", rate=turning.percent(kink.after.value))
    return [(value, say("figure_turn_label", year=kink.year), note)]
