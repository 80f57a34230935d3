"""People, money and targets."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kr_industry import charts, growth
from kr_industry.bio.survey import BEFORE, REFERENCE
from kr_industry.korean import amount
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names


def per_head(production: pd.Series, workforce: float, workforce_growth: float) -> pd.DataFrame:
    """Production per head in 2019 and 2020, the year before with the bounds that a rounded rate of growth leaves.

    Parameters
    ----------
    production : pandas.Series
        Production (억 원) by year.
    workforce, workforce_growth : float
        People in 2020, and their growth in percent as printed.

    Returns
    -------
    pandas.DataFrame
        Indexed by year: ``workforce`` (people), ``value``, ``low`` and ``high`` (억 원 a head).
    """
    # The source writes "10 %" beside rates with a decimal: it may be rounded to a whole number or not.
    people, fewest, most = growth.implied_base(workforce, workforce_growth, step=1)
    before, after = production[BEFORE], production[REFERENCE] / workforce
    return pd.DataFrame(
        {
            "workforce": [people, workforce],
            "value": [before / people, after],
            "low": [before / most, after],
            "high": [before / fewest, after],
        },
        index=[BEFORE, REFERENCE],
    )


def people_part(heads: pd.DataFrame, production: pd.Series) -> pd.Series:
    """What part of the growth of production came through people, in percent of the log growth: low and high.

    The rest came through production per head.
    """
    ends = []
    for value in heads.loc[BEFORE, ["high", "low"]]:  # the more a head, the fewer heads, the more of them came
        factors = pd.DataFrame({"people": [production[BEFORE] / value, heads.at[REFERENCE, "workforce"]],
                                "each": [value, heads.at[REFERENCE, "value"]]}, index=[BEFORE, REFERENCE])  # fmt: skip
        logs = growth.decomposition(factors.loc[BEFORE], factors.loc[REFERENCE])["log_change"]
        ends.append(100 * logs["people"] / logs.sum())
    return pd.Series({"low": min(ends), "high": max(ends)})


def people_sentences(
    heads: pd.DataFrame, production: pd.Series, increase: float, workforce_growth: float, say: Wording
) -> list[str]:
    """Workforce and production a head, how much of growth was people, and production a head without diagnostics.

    Parameters
    ----------
    heads : pandas.DataFrame
        What :func:`per_head` returned.
    production : pandas.Series
        Production (억 원) by year.
    increase : float
        Increase of in-vitro diagnostics (억 원).
    workforce_growth : float
        Growth of the workforce in percent as printed.
    say : Wording
        The words.
    """
    part = people_part(heads, production)
    flat = (production[REFERENCE] - increase) / heads.at[REFERENCE, "workforce"]
    return [
        say(
            "people",
            workforce=heads.at[REFERENCE, "workforce"],
            growth=workforce_growth,
            before=amount(heads.at[BEFORE, "value"], say.language),
            after=amount(heads.at[REFERENCE, "value"], say.language),
            low=100 * (heads.at[REFERENCE, "low"] / heads.at[BEFORE, "high"] - 1),
            high=100 * (heads.at[REFERENCE, "high"] / heads.at[BEFORE, "low"] - 1),
        ),
        say(
            "people_parts",
            people_low=part["low"],
            people_high=part["high"],
            flat=amount(flat, say.language),
            low=100 * (flat / heads.at[BEFORE, "high"] - 1),
            high=100 * (flat / heads.at[BEFORE, "low"] - 1),
        ),
    ]


def degrees_exhibit(education: pd.DataFrame, printed: float, say: Wording) -> Exhibit:
    """Degrees of the bio-industry's people against those of all industries.

    Parameters
    ----------
    education : pandas.DataFrame
        Shares by workforce and degree.
    printed : float
        The share with a master's degree or a doctorate as the text of the source prints it.
    say : Wording
        The words.
    """
    shares = education.pivot(index="population", columns="degree", values="share").astype(float)
    shares = shares.loc[["bio_industry", "all_industries"], ["doctorate", "masters", "bachelors_or_less"]]
    named = shares.rename(index=names("population", say.language), columns=names("degree", say.language))
    graduates = shares["doctorate"] + shares["masters"]
    return (
        charts.shares(named, say("axis_education"), percent=True),
        say("degrees", printed=printed, ratio=np.divide(*graduates), **graduates),
        say("prose"),
        named.rename_axis(index=None, columns=None).reset_index(names=say("col_population")),
    )


def _budget(budgets: pd.DataFrame, programme: str) -> pd.Series:
    return budgets[budgets["programme"] == programme].set_index("year")["budget"].astype(float)


def money_exhibit(budgets: pd.DataFrame, say: Wording) -> Exhibit:
    """The budget by year, all of it plans."""
    plan = _budget(budgets, "bio_investment")
    years = plan.index
    rate = growth.compound_annual_growth_rate(plan.iloc[0], plan.iloc[-1], years[-1] - years[0])
    numbers = pd.DataFrame({say("col_year"): years.map(str), say("col_budget"): plan.to_numpy()})
    numbers[say("col_growth")] = (
        growth.growth_by_interval(plan).set_index("last_year")["rate"].reindex(years).to_numpy()
    )
    words = say("money", first_year=years[0], first=plan.iloc[0], last_year=years[-1], last=plan.iloc[-1], rate=rate)
    return charts.columns(plan, say("axis_budget"), hatched=years, digits=1), words, say("prose"), numbers


def target_sentences(budgets: pd.DataFrame, say: Wording) -> list[str]:
    """The growth a year that the R&D target needs, and why the two budgets are not one series."""
    spent = _budget(budgets, "bio_health_rnd").iloc[[0, -1]]
    (first_year, last_year), (first, last) = spent.index, spent
    rate = growth.compound_annual_growth_rate(first, last, last_year - first_year)
    return [
        say("target", first_year=first_year, first=first, last_year=last_year, last=last, rate=rate),
        say("two_budgets"),
    ]


def results(heads: pd.DataFrame) -> Iterator[tuple]:
    """Production per head of both years, that of 2019 with bounds."""
    unit = "100 million won"
    row = heads.loc[BEFORE]
    yield "production_per_employee_2019", row["value"], unit, row["low"], row["high"]
    yield "production_per_employee_2020", heads.at[REFERENCE, "value"], unit
