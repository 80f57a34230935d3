"""How fast Gwangju's photonics industry grew in each policy stage: rates and sentences."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import curves, growth
from kr_industry.korean import Word, amount, listing
from kr_industry.style import written
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, moved, names

BOUNDS = (1999, 2003, 2008, 2012, 2013, 2018)
"""Ends of the policy stages, the year of the peak, and the last year of table 3."""


UNITS = {"sales": "100 million won", "employment": "persons", "firms": "firms"}
"""Units of the measures, as recorded results name them."""


def bounds(annual: pd.DataFrame) -> list[int]:
    """The years of :data:`BOUNDS` that a table holds, and its first and last year."""
    years = list(annual.index)
    return sorted({years[0], years[-1], *(bound for bound in BOUNDS if bound in annual.index)})


def interval_growth(annual: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Compound annual growth of a measure between the ends of the policy stages that ``annual`` covers.

    Parameters
    ----------
    annual : pandas.DataFrame
        Table 3, indexed by year.
    measure : str
        ``sales``, ``employment`` or ``firms``.
    """
    return growth.growth_by_interval(annual[measure].astype(float), bounds(annual))


def quantity(value: float, measure: str, language: str) -> str:
    """A value of a measure with its unit."""
    if measure == "sales":
        return amount(value, language)
    gap = " " if language == "en" else ""
    return Word(f"{value:,.0f}{gap}{names('unit', language)[UNITS[measure]]}")


def scale_sentence(annual: pd.DataFrame, measure: str, say: Wording) -> str:
    """How large the measure was at the start, at its peak and at the end."""
    values = annual[measure].astype(float)
    peak = int(values.idxmax())
    first, last = annual.index[0], annual.index[-1]
    written = {year: quantity(values[year], measure, say.language) for year in (first, peak, last)}
    key = "scale" if first < peak < last else "scale_monotone"
    return say(
        key,
        measure=names("photonics_measure", say.language, inline=True)[measure],
        first_year=first,
        first=written[first],
        peak_year=peak,
        peak=written[peak],
        last_year=last,
        last=written[last],
        drop=100 * (1 - values[last] / values[peak]),
        moved=moved(100 * (values[last] / values[first] - 1), say),
    )


def rates_sentence(rates: pd.DataFrame, measure: str, say: Wording) -> str:
    """The compound annual growth rates of all intervals, in one sentence."""
    parts = [
        say("rate", first_year=row.first_year, last_year=row.last_year, rate=row.rate) for row in rates.itertuples()
    ]
    return say(
        "rates",
        measure=names("photonics_measure", say.language, inline=True)[measure],
        rates=listing(parts, say.language),
    )


def rates_for_readers(rates: pd.DataFrame, measure: str, say: Wording) -> pd.DataFrame:
    """Growth by interval, with columns named in the reader's language."""
    unit = say(f"unit_{measure}")
    return pd.DataFrame(
        {
            say("col_interval"): [f"{row.first_year}–{row.last_year}" for row in rates.itertuples()],
            say("col_years"): rates["years"],
            say("col_first", unit=unit): rates["first"],
            say("col_last", unit=unit): rates["last"],
            say("col_rate"): rates["rate"],
        }
    )


def trend_exhibit(annual: pd.DataFrame, measure: str, stages: pd.DataFrame, money: float, say: Wording) -> Exhibit:
    """A measure by year, with the stages of the programme and its money (억 원) under the years it was spent in."""
    values = annual[measure].astype(float)
    rows = stages[stages["stage"] != "before"]
    spans = [
        (row["first_year"], row["last_year"], row[say.language].replace(": ", "\n").replace("단계 ", "단계\n"))
        for _, row in rows.iterrows()
    ]
    spent = (rows["first_year"].min(), rows["last_year"].max(), say("money_bracket", money=amount(money, say.language)))
    marks = {year: written(values[year]) for year in (values.index[0], values.idxmax(), values.index[-1])}
    labels = names("photonics_measure", say.language)
    return (
        curves.trend(values, say(f"axis_{measure}"), spans, marks, money=spent),
        scale_sentence(annual, measure, say),
        say("table_3"),
        annual[list(labels)].rename(index=str, columns=labels).reset_index(names=say("col_year")),
    )


def money_sentence(money: float, say: Wording) -> str:
    """What the programme cost (억 원), and why sales over money are no return."""
    return say("money", money=amount(money, say.language))


def results(annual: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """Compound annual growth of every measure in every interval."""
    for measure in ("sales", "employment", "firms"):
        for row in interval_growth(annual, measure).itertuples():
            yield f"{measure}_cagr_{row.first_year}_{row.last_year}", row.rate, "percent a year"
