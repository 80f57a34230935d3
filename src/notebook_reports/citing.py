"""Where figures come from, as a line under a chart or a table names it."""

import re

import pandas as pd

from notebook_reports.words import Words

_NUMBERED = re.compile(r"표 (\d+)")


def cite(rows: pd.DataFrame, documents: pd.DataFrame, words: Words) -> str:
    """The documents that rows are from, each with its year and the numbered tables in it.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``source``, the identifier of a document, and ``place``, where in it.
    documents : pandas.DataFrame
        ``id``, ``title``, ``title_en``, ``content_date``.
    words : Words
        The words of pages.
    """
    places = rows[["source", "place"]].drop_duplicates().groupby("source", sort=False)["place"].agg(list)
    by_id = documents.set_index("id")
    return "; ".join(_document(by_id.loc[source], found, words) for source, found in places.items())


def _document(document: pd.Series, places: list[str], words: Words) -> str:
    """A document's title and year; numbered tables together, and other places as the data have them, in Korean."""
    title = document["title"] if words.language == "ko" else document["title_en"] + " "
    numbers = sorted({int(match[1]) for place in places if (match := _NUMBERED.fullmatch(place))})
    texts = [str(number) for number in numbers]
    tables = words.text("tables", numbers=texts, joined="·".join(texts)) if numbers else ""
    others = [place for place in places if not _NUMBERED.fullmatch(place)] if words.language == "ko" else []
    return ", ".join(filter(None, [f"{title}({_dated(document['content_date'], words, 4)})", tables, *others]))


def _dated(date: str, words: Words, length: int | None = None) -> str:
    """The date of a document's content, or its year where four characters are asked for; in words where it has none."""
    return words.text("undated") if date == "undated" else date[:length]


def documents_table(documents: pd.DataFrame, identifiers: list[str], words: Words) -> pd.DataFrame:
    """Documents by identifier: ``title``, ``published_by`` with the author, ``content_date``."""
    rows = documents.set_index("id").loc[identifiers]
    suffix = "" if words.language == "ko" else "_en"
    by = rows[f"publisher{suffix}"] + rows[f"author{suffix}"].map(lambda author: f" ({author})" if author else "")
    return pd.DataFrame(
        {
            "title": rows[f"title{suffix}"],
            "published_by": by,
            "content_date": [_dated(date, words) for date in rows["content_date"]],
        }
    ).reset_index(drop=True)
