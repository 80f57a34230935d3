"""What the industry's own association expected for 2019."""

import pandas as pd

from kr_industry.korean import amount
from kr_industry.photonics.segments import ByYear
from kr_industry.wording import Wording, names


def association(
    totals: pd.DataFrame, employment: pd.DataFrame, sizes: pd.DataFrame, by_year: ByYear, measure: str, segment: str
) -> pd.Series:
    """The association's outlook of a measure by year; empty where it gives none for a segment."""
    if segment != "total":
        return by_year.values.loc[segment, by_year.outlooks]
    if measure == "firms":
        rows = sizes[(sizes["size_class"] == "total") & (sizes["status"] == "outlook")]
    else:
        table = {"sales": totals, "employment": employment}[measure]
        rows = table[(table["scope"] == "whole") & (table["status"] == "outlook")]
    return rows.set_index("year")[measure].astype(float)


def outcomes(annual: pd.DataFrame, measure: str, last_year: int) -> pd.Series:
    """What table 3 gives for the years after the last one looked at."""
    return annual.set_index("year").loc[last_year + 1 :, measure].astype(float)


def doubt_sentences(totals: pd.DataFrame, sales: pd.DataFrame, measure: str, say: Wording) -> list[str]:
    """Where two tables give two totals for 2019: both, and where the gap seems to lie; nothing where they agree."""
    if measure != "sales":
        return []
    whole = totals[totals["scope"] == "whole"].set_index("year")
    rows = sales[(sales["year"] == 2019) & (sales["scope"] == "whole")].set_index("segment")
    table7, table5, before = whole.at[2019, "sales"], rows.at["total", "sales"], whole.at[2018, "sales"]
    if table7 == table5:
        return []
    doubtful = rows.loc["light_sources"]
    return [
        say(
            "outlook",
            table7=amount(table7, say.language),
            table5=amount(table5, say.language),
            printed=whole.at[2019, "growth"],
            growth7=100 * (table7 / before - 1),
            growth5=100 * (table5 / before - 1),
        ),
        say(
            "outlook_cause",
            gap=amount(table7 - table5, say.language),
            segment=names("photonics_segment", say.language, inline=True)["light_sources"],
            value=amount(doubtful["sales"], say.language),
            growth=doubtful["growth"],
            share=doubtful["share"],
            implied=amount(doubtful["sales"] + table7 - table5, say.language),
        ),
    ]
