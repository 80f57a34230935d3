"""The key figures on the front page of a report on the bio-industry."""

import pandas as pd

from kr_industry.bio import diagnostics, production, segments
from kr_industry.bio.diagnostics import Diagnostics
from kr_industry.korean import amount
from kr_industry.prospects import Prospects
from kr_industry.tables import KeyFigure
from kr_industry.wording import Wording, names, points


def figures(
    made: pd.Series,
    base_year: int,
    table: pd.DataFrame,
    intensity: pd.DataFrame,
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
    table : pandas.DataFrame
        What :func:`kr_industry.bio.segments.segment_table` returned for the measure.
    intensity : pandas.DataFrame
        What :func:`kr_industry.bio.exporting.export_intensity` returned.
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
        return _segment(table, intensity, tests, measure, segment, say)
    if measure == "exports":
        return [
            *_moved(table, measure, segment, say),
            _without(measure, tests.export_growth_bounds(), say),
            _exported(intensity, segment, say),
        ]
    before, last = made.index[-2:]
    earlier = say(
        "figure_earlier", first_year=base_year, before_year=before, rate=production.rate_before(made, base_year)
    )
    return [
        _level(measure, made[last], last, say),
        (say("figure_percent", value=production.yearly_growth(made)[last]), say("figure_growth"), earlier),
        _without(measure, tests.growth_bounds(), say),
        *ahead.figures(),
    ]


def _segment(
    table: pd.DataFrame, intensity: pd.DataFrame, tests: Diagnostics, measure: str, segment: str, say: Wording
) -> list[KeyFigure]:
    measured = names("bio_measure", say.language, inline=True)[measure]
    added = say("figure_contribution", measure=measured, total=table.at["total", "growth"])
    found = [
        *_moved(table, measure, segment, say),
        (say("figure_points", value=points(table.at[segment, "contribution"])), added, ""),
    ]
    if (segment, measure) == (diagnostics.SEGMENT, "production"):
        return [*found, (amount(tests.increase, say.language), say("figure_increase"), say("figure_increase_note"))]
    return [*found, _exported(intensity, segment, say)]


def _moved(table: pd.DataFrame, measure: str, segment: str, say: Wording) -> list[KeyFigure]:
    row = table.loc[segment]
    growth = say("figure_percent", value=row["growth"])
    return [
        _level(measure, row["after"], segments.YEARS[1], say),
        (growth, say("figure_growth"), _reservation(table, segment, say)),
    ]


def _level(measure: str, value: float, year: int, say: Wording) -> KeyFigure:
    name = names("bio_measure", say.language, inline=True)[measure]
    return amount(value, say.language), say("figure_level", year=year, measure=name), ""


def _reservation(table: pd.DataFrame, segment: str, say: Wording) -> str:
    """That two years make no trend or, for a very small segment, how much growth rounding alone leaves open."""
    reach = segments.coarse(table)
    if segment in reach.index:
        return say("figure_rounding", **reach.loc[segment])
    return say("figure_two_years")


def _without(measure: str, bounds: diagnostics.Pair, say: Wording) -> KeyFigure:
    low, high = bounds
    return say("figure_bounds", low=low, high=high), say(f"figure_without_{measure}"), say(f"figure_unknown_{measure}")


def _exported(intensity: pd.DataFrame, segment: str, say: Wording) -> KeyFigure:
    before, after = intensity.loc[segment]
    key = "figure_exported_before" if segment == "total" else "figure_exported_beside"
    note = say(key, before=before, total=intensity.at["total", segments.YEARS[1]])
    return say("figure_exported", value=after), say("figure_exported_label"), note
