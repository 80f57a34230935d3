"""How fast production grew, over how many intervals, with and without its last year."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import curves, growth
from kr_industry.bio.survey import BEFORE, REFERENCE
from kr_industry.korean import amount, listing
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording

UNIT = "100 million won"
"""The unit of production and exports, as recorded results name it."""


def completed(yearly: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Rows of production by year, and for years that have none the printed total of the table of segments."""
    totals = segments[(segments["segment"] == "total") & ~segments["year"].isin(yearly["year"])]
    return pd.concat([yearly, totals[["year", "production", "source", "place"]]]).sort_values("year")


def yearly_growth(production: pd.Series) -> pd.Series:
    """Growth on the year before, in percent, indexed by year; the first year has none."""
    return growth.growth_by_interval(production).set_index("last_year")["rate"]


def rate_before(production: pd.Series, base_year: int) -> float:
    """Compound growth from the base year to the last year but one, in percent a year."""
    before = production.index[-2]
    return growth.compound_annual_growth_rate(production[base_year], production[before], before - base_year)


def pace(production: pd.Series, base_year: int) -> pd.Series:
    """Production by year had it kept the compound growth of the base year to the last year but one."""
    rate = rate_before(production, base_year)
    years = range(base_year, production.index[-1] + 1)
    return pd.Series({year: production[base_year] * (1 + rate / 100) ** (year - base_year) for year in years})


def speed_sentence(production: pd.Series, base_year: int, say: Wording) -> str:
    """How fast production grew to the last year, with and without it, over how many intervals."""
    before, last = production.index[-2], production.index[-1]
    rate = growth.compound_annual_growth_rate
    return say(
        "speed",
        first_year=base_year,
        before_year=before,
        last_year=last,
        years=last - base_year,
        side=say("grew" if production[last] >= production[base_year] else "shrank"),
        first=amount(production[base_year], say.language),
        last=amount(production[last], say.language),
        growth=100 * (production[last] / production[before] - 1),
        rate=rate(production[base_year], production[last], last - base_year),
        rate_before=rate_before(production, base_year),
    )


def more_sentences(production: pd.Series, base_year: int, printed: float, say: Wording) -> list[str]:
    """How far the last year lies from the earlier pace, what "five years" meant, and what another base year gives.

    Parameters
    ----------
    production : pandas.Series
        Production by year.
    base_year : int
        The year from which growth is taken.
    printed : float
        The "average over five years" that the digest of 2022 prints, in percent.
    say : Wording
        The words.
    """
    before, last, five_before = production.index[-2], production.index[-1], REFERENCE - 4
    rate = growth.compound_annual_growth_rate
    path = pace(production, base_year)
    rates = [
        say("rate_from", year=year, rate=rate(production[year], production[last], last - year))
        for year in production.index[:-2]
    ]
    return [
        say(
            "pace",
            first_year=base_year,
            before_year=before,
            last_year=last,
            path=amount(path[last], say.language),
            gap=amount(abs(production[last] - path[last]), say.language),
            side=say("more" if production[last] >= path[last] else "less"),
        ),
        say(
            "five_years" if last == REFERENCE else "five_years_then",
            printed=printed,
            first_year=five_before,
            last_year=REFERENCE,
            four=rate(production[five_before], production[REFERENCE], 4),
            five=rate(production[five_before], production[REFERENCE], 5),
        ),
        say("base_years", rates=listing(rates, say.language)),
    ]


def exhibit(production: pd.Series, base_year: int, source: str, say: Wording) -> Exhibit:
    """Production by year beside the earlier pace drawn on."""
    path, last = pace(production, base_year), production.index[-1]
    before = production.index[-2]
    label = say("pace_label", first_year=base_year, before_year=before, value=f"{path[last]:,.0f}")
    numbers = pd.DataFrame(
        {
            say("col_year"): production.index.map(str),
            say("col_production"): production.to_numpy(),
            say("col_growth"): yearly_growth(production).reindex(production.index).to_numpy(),
            say("col_pace"): path.reindex(production.index).round(0).to_numpy(),
        }
    )
    return (
        curves.pace(production, path, say("axis_production"), label),
        speed_sentence(production, base_year, say),
        source,
        numbers,
    )


def intervals_for_readers(production: pd.Series, say: Wording) -> pd.DataFrame:
    """Compound growth from each year to the last two, in percent a year."""
    before, last = production.index[-2:]
    rate = growth.compound_annual_growth_rate
    starts = list(production.index[:-2])
    return pd.DataFrame(
        {
            say("col_from"): [str(year) for year in starts],
            say("col_to", year=before): [rate(production[y], production[before], before - y) for y in starts],
            say("col_to", year=last): [rate(production[y], production[last], last - y) for y in starts],
        }
    )


def results(production: pd.Series, base_year: int) -> Iterator[tuple[str, float, str]]:
    """Growth of 2020 and each later year, and compound growth from the base year up to each and up to 2019."""
    for year, rate in yearly_growth(production).loc[REFERENCE:].items():
        yield f"production_growth_{year}", rate, "percent"
    for year in production.loc[BEFORE:].index:
        rate = growth.compound_annual_growth_rate(production[base_year], production[year], year - base_year)
        yield f"production_cagr_{base_year}_{year}", rate, "percent a year"
