"""Which survey the figures come from: the one of 2020, and what rows of later years add to it."""

import pandas as pd

from kr_industry.data import load
from kr_industry.forecast import NEEDED
from kr_industry.korean import count, listing
from kr_industry.wording import Wording

REFERENCE = 2020
"""The year of the survey that the digest of 2022 cites. What only that digest prints is about this year and the one
before, whatever rows follow: the increase of diagnostics, the workforce, the "average over five years"."""
BEFORE = REFERENCE - 1
DIGEST = "bio_2022"
"""The digest, in sources.csv."""


def documents(*tables: pd.DataFrame) -> list[str]:
    """The sources of the rows of some tables, the digest first, then in the order of the rows."""
    return list(dict.fromkeys([DIGEST, *pd.concat([table["source"] for table in tables])]))


def cited(key: str, rows: pd.DataFrame, say: Wording) -> str:
    """Where rows come from: the words of a key for the digest, and by year what comes from elsewhere."""
    return say(key) + later(rows, say)


def vintage(say: Wording, *tables: pd.DataFrame) -> dict[str, str]:
    """``vintage``, of what date the figures are, where rows of some tables come from elsewhere; else nothing."""
    added = later(pd.concat([table[["year", "source"]] for table in tables]), say)
    return {"vintage": say("vintage_later", later=added)} if added else {}


def later(rows: pd.DataFrame, say: Wording) -> str:
    """The sources other than the digest with the years that they are for, to go on with; empty where there are none."""
    titles = load("sources").set_index("id")
    title = "title" if say.language == "ko" else "title_en"
    added = rows[rows["source"] != DIGEST].groupby("source", sort=False)["year"]
    return "".join(
        say(
            "later",
            years=listing([str(year) for year in sorted(set(years))], say.language),
            title=titles.at[source, title],
            date=titles.at[source, "content_date"][:4],
        )
        for source, years in added
    )


def then(last_year: int, say: Wording) -> str:
    """That something is about 2020, to be put in where a report goes on to later years; empty where it does not."""
    return "" if last_year == REFERENCE else say("then")


def limits(yearly: pd.DataFrame, segments: pd.DataFrame, say: Wording) -> str:
    """What the figures allow and what they do not: how many years there are of what, and how they were read."""
    years, few = yearly["year"].nunique(), segments["year"].nunique()
    return say(
        "limits",
        years=count(years, say.language),
        few=count(few, say.language),
        unforecast=say("unforecast") if few < NEEDED else "",
        table=say("the_table" if documents(yearly, segments) == [DIGEST] else "the_table_then"),
    )
