"""The key figures on the front page of a report on the bio-industry."""

import pandas as pd

from kr_industry.bio import diagnostics, exporting, production, segments
from kr_industry.bio.diagnostics import Diagnostics
from kr_industry.bio.survey import then
from kr_industry.forecast import NEEDED
from kr_industry.korean import amount, count
from kr_industry.prospects import Prospects
from kr_industry.tables import KeyFigure
from kr_industry.wording import Wording, names, points


def figures(
    made: pd.Series,
    base_year: int,
    by_segment: pd.DataFrame,
    tests: Diagnostics,
    ahead: Prospects,
    measure: str,
    segment: str,
    say: Wording,
) -> list[KeyFigure]:
    """The level, the change, what drove it or what it added, and for production the next year, else what is exported.

    Parameters
    ----------
    made : pandas.Series
        All production (억 원) by year.
    base_year : int
        The year from which its earlier growth is taken.
    by_segment : pandas.DataFrame
        The table of production and exports by segment.
    tests : Diagnostics
        What is known of diagnostics.
    ahead : Prospects
        The forecast.
    measure : str
        ``production`` or ``exports``.
    segment : str
        ``total`` or a segment.
    say : Wording
        The words.
    """
    if segment != "total":
        return _segment(made, by_segment, tests, measure, segment, say)
    if measure == "exports":
        return [
            *_moved(by_segment, measure, segment, say),
            _without(measure, tests.export_growth_bounds(), made.index[-1], say),
            _exported(by_segment, segment, say),
        ]
    before, last = made.index[-2:]
    earlier = say(
        "figure_earlier", first_year=base_year, before_year=before, rate=production.rate_before(made, base_year)
    )
    return [
        _level(measure, made[last], last, say),
        (say("figure_percent", value=production.yearly_growth(made)[last]), say("figure_growth"), earlier),
        _without(measure, tests.growth_bounds(), last, say),
        *ahead.figures(),
    ]


def _segment(
    made: pd.Series, by_segment: pd.DataFrame, tests: Diagnostics, measure: str, segment: str, say: Wording
) -> list[KeyFigure]:
    table = segments.segment_table(by_segment, measure)
    measured = names("bio_measure", say.language, inline=True)[measure]
    added = say("figure_contribution", measure=measured, total=table.at["total", "growth"])
    found = [
        *_moved(by_segment, measure, segment, say),
        (say("figure_points", value=points(table.at[segment, "contribution"])), added, ""),
    ]
    if (segment, measure) == (diagnostics.SEGMENT, "production"):
        label = say("figure_increase", then=then(made.index[-1], say))
        return [*found, (amount(tests.increase, say.language), label, say("figure_increase_note"))]
    return [*found, _exported(by_segment, segment, say)]


def _moved(by_segment: pd.DataFrame, measure: str, segment: str, say: Wording) -> list[KeyFigure]:
    row = segments.segment_table(by_segment, measure).loc[segment]
    growth = say("figure_percent", value=row["growth"])
    return [
        _level(measure, row["after"], segments.last_two(by_segment)[1], say),
        (growth, say("figure_growth"), _reservation(by_segment, measure, segment, say)),
    ]


def _level(measure: str, value: float, year: int, say: Wording) -> KeyFigure:
    name = names("bio_measure", say.language, inline=True)[measure]
    return amount(value, say.language), say("figure_level", year=year, measure=name), ""


def _reservation(by_segment: pd.DataFrame, measure: str, segment: str, say: Wording) -> str:
    """That few years make no trend or, for a very small segment, how much growth rounding alone leaves open."""
    reach, years = segments.coarse(segments.segment_table(by_segment, measure)), segments.years(by_segment)
    if segment in reach.index:
        return say("figure_rounding", **reach.loc[segment])
    return say("figure_few_years", count=count(len(years), say.language)) if len(years) < NEEDED else ""


def _without(measure: str, bounds: diagnostics.Pair, last_year: int, say: Wording) -> KeyFigure:
    """Growth without diagnostics, with the year that it is about where the report goes on to a later one."""
    low, high = bounds
    label = say(f"figure_without_{measure}", then=then(last_year, say))
    return say("figure_bounds", low=low, high=high), label, say(f"figure_unknown_{measure}")


def _exported(by_segment: pd.DataFrame, segment: str, say: Wording) -> KeyFigure:
    intensity, (before, after) = exporting.export_intensity(by_segment), segments.last_two(by_segment)
    key = "figure_exported_before" if segment == "total" else "figure_exported_beside"
    note = say(key, year=before, before=intensity.at[segment, before], total=intensity.at["total", after])
    return say("figure_exported", value=intensity.at[segment, after]), say("figure_exported_label"), note
