"""What others expected of the years ahead: the outlooks that the tables hold, and whether they agree."""

import pandas as pd

from kr_industry.korean import amount
from kr_industry.photonics.industry import Industry
from kr_industry.photonics.segments import ByYear
from kr_industry.prospects import Prospects

TABLES = ("employment", "sales", "size_classes")
"""Tables of the total that may hold outlooks."""


def association(by: dict[str, ByYear], measure: str, segment: str, say: Industry) -> pd.Series:
    """The outlook of a measure by year that the industry's tables hold; empty where they hold none."""
    if segment != "total":
        return by[measure].values.loc[segment, by[measure].outlooks]
    table = say.table({"firms": "size_classes"}.get(measure, measure))
    if table is None:
        return pd.Series(dtype=float)
    whole = table["size_class"] == "total" if measure == "firms" else table["scope"] == "whole"
    return table[whole & (table["status"] == "outlook")].set_index("year")[measure].astype(float)


def outcomes(annual: pd.DataFrame, measure: str, last_year: int) -> pd.Series:
    """What the table by year gives for the years after the last one looked at."""
    return annual.set_index("year").loc[last_year + 1 :, measure].astype(float)


def sentences(ahead: Prospects, expected: pd.Series, later: pd.Series, measure: str, say: Industry) -> list[str]:
    """Outlook and outcome beside the forecast, what is in doubt about the outlook, and the forecast's own record."""
    record = [say("association_record")] if len(expected) else []
    outlook = [*ahead.compared(expected, say.known["by"]), *record, *doubt_sentences(measure, say)]
    return [*outlook, *ahead.compared(later), ahead.record_sentence()]


def doubt_sentences(measure: str, say: Industry) -> list[str]:
    """Where two tables give two totals for a year ahead: both, and where the gap seems to lie; else nothing."""
    totals, sales = say.table("sales"), say.table("segment_sales")
    if measure != "sales" or totals is None or sales is None:
        return []
    whole = totals[totals["scope"] == "whole"].set_index("year")
    rows = sales[sales["scope"] == "whole"].set_index(["year", "segment"])
    told = []
    for year in whole.index[whole["status"] == "outlook"]:
        if (year, "total") in rows.index and rows.at[(year, "total"), "sales"] != whole.at[year, "sales"]:
            told += _two_totals(int(year), whole, rows, say)
    return told


def _two_totals(year: int, whole: pd.DataFrame, rows: pd.DataFrame, say: Industry) -> list[str]:
    """The two totals of one year, with the growth that they mean, and the segment that would explain the gap."""
    table7, table5 = float(whole.at[year, "sales"]), float(rows.at[(year, "total"), "sales"])
    before = float(whole["sales"].get(year - 1, float("nan")))
    told = [
        say(
            "outlook",
            year=year,
            place7=say.place("sales"),
            place5=say.place("segment_sales"),
            table7=amount(table7, say.language),
            table5=amount(table5, say.language),
            printed=whole.at[year, "growth"],
            growth7=100 * (table7 / before - 1),
            growth5=100 * (table5 / before - 1),
        )
    ]
    fitting = [segment for segment in rows.loc[year].index if _explains(segment, year, table7, table5, rows)]
    if len(fitting) == 1:
        doubtful = rows.loc[(year, fitting[0])]
        told.append(
            say(
                "outlook_cause",
                gap=amount(table7 - table5, say.language),
                segment=say.segments(inline=True)[fitting[0]],
                value=amount(doubtful["sales"], say.language),
                growth=doubtful["growth"],
                share=doubtful["share"],
                implied=amount(doubtful["sales"] + table7 - table5, say.language),
            )
        )
    return told


def _explains(segment: str, year: int, table7: float, table5: float, rows: pd.DataFrame) -> bool:
    """Whether a segment fits the growth and the share printed beside it with the gap added, and not without."""
    if segment == "total" or (year - 1, segment) not in rows.index:
        return False
    row, before = rows.loc[(year, segment)], rows.at[(year - 1, segment), "sales"]

    def fits(value: float) -> bool:
        growth, share = 100 * (value / before - 1), 100 * value / table7
        return abs(growth - row["growth"]) <= 0.05 and abs(share - row["share"]) <= 0.05

    return fits(row["sales"] + table7 - table5) and not fits(row["sales"])
