"""What more than one notebook shows: exhibits, and tables with columns named in the reader's language."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from kr_industry.wording import Wording, names

Exhibit = tuple[Figure, str, str, pd.DataFrame]
"""A chart, what it shows in words, where its figures come from, and the figures."""

KeyFigure = tuple[str, str, str]
"""A number that a report turns on: its value with its unit, its label, and a note on its bounds or its doubt, or ""."""


def sources(documents: pd.DataFrame, identifiers: list[str], say: Wording) -> pd.DataFrame:
    """The documents a report rests on: title, who published them, and the date of their content."""
    rows = documents.set_index("id").loc[identifiers]
    suffix = "" if say.language == "ko" else "_en"
    by = rows[f"publisher{suffix}"] + rows[f"author{suffix}"].map(lambda author: f" ({author})" if author else "")
    return pd.DataFrame(
        {say("col_source"): rows[f"title{suffix}"], say("col_by"): by, say("col_content_date"): rows["content_date"]}
    ).reset_index(drop=True)


def source_names(documents: pd.DataFrame, identifiers: list[str], language: str) -> dict[str, str]:
    """Documents as a line under a chart names them: title and year of their content."""
    rows = documents.set_index("id").loc[identifiers]
    gap, title = ("", "title") if language == "ko" else (" ", "title_en")
    return {name: f"{row[title]}{gap}({row['content_date'][:4]})" for name, row in rows.iterrows()}


_SPREAD = ("herfindahl", "normalised", "effective", "largest_two", "gini")


def concentrations_for_readers(table: pd.DataFrame, labels: Mapping[str, str], say: Wording) -> pd.DataFrame:
    """The measures of concentration, a row for each measure and year, as ``concentration_by_year`` gives them."""
    return pd.DataFrame(
        {
            say("col_basis"): [labels[measure] for measure, _ in table.index],
            say("col_year"): [str(year) for _, year in table.index],
        }
        | {say(f"col_{name}"): table[name].to_numpy() for name in _SPREAD}
    )


_MONEY = {"usd_100m": "US$", "eur_100m": "€"}


def quantity(value: float, unit: str, language: str) -> str:
    """A value with its unit, as a reader of the language writes it.

    Examples
    --------
    >>> quantity(4380, "eur_100m", "ko"), quantity(4380, "eur_100m", "en")
    ('4,380억 유로', '€438 billion')
    >>> quantity(4.8, "percent", "ko"), quantity(120, "count", "ko"), quantity(120, "count", "en")
    ('4.8%', '120개', '120')
    """
    number, name = f"{value:,.10g}", names("unit", language)[unit]
    if language == "ko":
        return f"{number}{name}"
    if unit in _MONEY:
        return f"{_MONEY[unit]}{value / 10:,.10g} billion"
    if unit in {"count", "year", "rank"}:
        return number
    return f"{number}{name}" if unit == "percent" else f"{number} {name}"


def figures(frame: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Rows of a table of figures: whom, what, when and how much, with the unit and the source's own qualification."""
    entities = names("entity", say.language) | names("region", say.language)
    qualifiers = names("qualifier", say.language)
    return pd.DataFrame(
        {
            say("col_entity"): frame["entity"].map(entities),
            say("col_indicator"): frame[f"indicator_{say.language}"],
            say("col_value"): [quantity(row.value, row.unit, say.language) for row in frame.itertuples()],
            say("col_qualifier"): frame["qualifier"].map(qualifiers),
            say("col_period"): frame["period"].replace("", "–"),
        }
    ).reset_index(drop=True)
