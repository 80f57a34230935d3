"""Tables that more than one notebook shows, with columns named in the reader's language."""

import pandas as pd

from kr_industry.wording import Wording, names


def sources(documents: pd.DataFrame, identifiers: list[str], say: Wording) -> pd.DataFrame:
    """The documents a report rests on: title, who published them, and the date of their content."""
    rows = documents.set_index("id").loc[identifiers]
    by = rows["publisher"] + rows["author"].map(lambda author: f" ({author})" if author else "")
    return pd.DataFrame(
        {say("col_source"): rows["title"], say("col_by"): by, say("col_content_date"): rows["content_date"]}
    ).reset_index(drop=True)


def figures(frame: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Rows of a table of figures: whom, what, when and how much, with the unit and the source's own qualification."""
    entities = names("entity", say.language) | names("region", say.language)
    units, qualifiers = names("unit", say.language), names("qualifier", say.language)
    value = frame["value"].map(lambda number: f"{number:,.10g}")
    return pd.DataFrame(
        {
            say("col_entity"): frame["entity"].map(entities),
            say("col_indicator"): frame[f"indicator_{say.language}"],
            say("col_value"): value + " " + frame["unit"].map(units),
            say("col_qualifier"): frame["qualifier"].map(qualifiers),
            say("col_period"): frame["period"].replace("", "–"),
        }
    ).reset_index(drop=True)
