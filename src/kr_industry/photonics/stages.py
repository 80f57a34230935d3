"""How fast Gwangju's photonics industry grew in each policy stage: rates and sentences."""

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from kr_industry import curves, growth
from kr_industry.korean import Word, amount, listing
from kr_industry.photonics.industry import Industry
from kr_industry.style import written
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, moved, names

UNITS = {"sales": "100 million won", "employment": "persons", "firms": "firms"}
"""Units of the measures, as recorded results name them."""


def bounds(annual: pd.DataFrame) -> list[int]:
    """The first and last year, those in which a policy stage ends, and that of the highest sales."""
    years = list(annual.index)
    return sorted({years[0], years[-1], *annual.index[annual["stage"] != ""], int(annual["sales"].idxmax())})


def interval_growth(annual: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Compound annual growth of a measure between the ends of the policy stages that ``annual`` covers.

    Parameters
    ----------
    annual : pandas.DataFrame
        The table by year, indexed by year.
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


def writer(measure: str, say: Wording) -> Callable[[float], Word]:
    """What writes values of a measure with their unit."""
    return partial(quantity, measure=measure, language=say.language)


def _gaps(annual: pd.DataFrame) -> bool:
    """Whether years are missing between the first and the last."""
    return len(annual) <= annual.index[-1] - annual.index[0]


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


def rates_sentence(annual: pd.DataFrame, measure: str, say: Wording) -> str:
    """The compound annual growth rates of all intervals, and over how many years they are where some are missing."""
    rates = interval_growth(annual, measure).itertuples()
    parts = [say("rate", first_year=row.first_year, last_year=row.last_year, rate=row.rate) for row in rates]
    noun = names("photonics_measure", say.language, inline=True)[measure]
    told = say("rates", measure=noun, rates=listing(parts, say.language))
    return f"{told} {say('rates_gaps')}" if _gaps(annual) else told


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


def _programme(say: Industry) -> tuple[pd.DataFrame, float | None]:
    """The stages of the programme for the industry and its money (억 원), as far as its tables have them."""
    stages = say.table("stages")
    rows = pd.DataFrame() if stages is None else stages[stages["stage"] != "before"]
    return rows, say.value("programme_money_total") if len(rows) else None


def trend_exhibit(annual: pd.DataFrame, measure: str, say: Industry) -> Exhibit:
    """A measure by year, with the stages of the programme and its money (억 원) under the years it was spent in."""
    values = annual[measure].astype(float)
    rows, money = _programme(say)
    spans = [
        (row["first_year"], row["last_year"], row[say.language].replace(": ", "\n").replace("단계 ", "단계\n"))
        for _, row in rows.iterrows()
    ]
    spent = None
    if money is not None:
        told = say("money_bracket", money=amount(money, say.language))
        spent = (rows["first_year"].min(), rows["last_year"].max(), told)
    marks = {year: written(values[year]) for year in (values.index[0], values.idxmax(), values.index[-1])}
    labels = names("photonics_measure", say.language)
    note = say("note_gaps") if _gaps(annual) else ""
    return (
        curves.trend(values, say(f"axis_{measure}", note=note), spans, marks, money=spent),
        scale_sentence(annual, measure, say),
        say.cite("annual"),
        annual[list(labels)].rename(index=str, columns=labels).reset_index(names=say("col_year")),
    )


def money_sentences(say: Industry) -> list[str]:
    """What the programme cost (억 원), and why sales over money are no return; nothing where that is not known."""
    rows, money = _programme(say)
    if money is None:
        return []
    years = {"first_year": rows["first_year"].min(), "last_year": rows["last_year"].max()}
    return [say("money", money=amount(money, say.language), **years)]


def results(annual: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """Compound annual growth of every measure in every interval."""
    for measure in ("sales", "employment", "firms"):
        for row in interval_growth(annual, measure).itertuples():
            yield f"{measure}_cagr_{row.first_year}_{row.last_year}", row.rate, "percent a year"
