"""Where figures come from, as a line under a chart or a table names it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from notebook_reports.words import Words

_NUMBERED = re.compile(r"표 (\d+)")
NAMED = 2
"""Documents that a line names; where there are more, all of them stand in a fold under it."""


class Document(NamedTuple):
    """A document that figures are from."""

    name: str
    """Its title with its year."""
    places: str = ""
    """Where in it."""
    rows: int = 0
    """How many of the rows are from it."""

    def __str__(self) -> str:
        """All that is known of it."""
        return ", ".join(filter(None, (self.name, self.places)))


class Line(NamedTuple):
    """A line that names where figures come from."""

    text: str = ""
    html: Markup = Markup()


def cite(rows: pd.DataFrame, documents: pd.DataFrame, words: Words) -> list[Document]:
    """The documents that rows are from, each under one name with its year and with the places in it.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``source``, the identifier of a document, and ``place``, where in it.
    documents : pandas.DataFrame
        ``id``, ``title``, ``title_en``, ``content_date``.
    words : Words
        The words of pages.
    """
    by_id = documents.set_index("id")
    names = {source: _name(by_id.loc[source], words) for source in rows["source"].drop_duplicates()}
    found = rows.assign(name=rows["source"].map(names)).groupby("name", sort=False)["place"]
    return [Document(name, _places(list(dict.fromkeys(places)), words), len(places)) for name, places in found]


def _name(document: pd.Series, words: Words) -> str:
    """A document's title with its year, in brackets of its own or in those that end the title."""
    title = document["title" if words.language == "ko" else "title_en"]
    year = _dated(document["content_date"], words, 4)
    if title.endswith(")"):
        return f"{title[:-1]}, {year})"
    return f"{title}{'' if words.language == 'ko' else ' '}({year})"


def _places(places: list[str], words: Words) -> str:
    """Numbered tables together, and other places as the data have them, in Korean."""
    numbers = sorted({int(match[1]) for place in places if (match := _NUMBERED.fullmatch(place))})
    texts = [str(number) for number in numbers]
    tables = words.text("tables", numbers=texts, joined="·".join(texts)) if numbers else ""
    others = [place for place in places if not _NUMBERED.fullmatch(place)] if words.language == "ko" else []
    return ", ".join(filter(None, [tables, *others]))


def line(documents: Sequence[Document], words: Words, *, estimate: bool = False) -> Line:
    """The line under a chart or a table, empty without documents.

    It names the two documents of most rows; where there are more, all stand complete in a fold of which it is the
    summary.

    Parameters
    ----------
    documents : sequence of Document
        What is named.
    words : Words
        The words of pages.
    estimate : bool
        The documents have the data only; what is shown is an estimate of the report.
    """
    if not documents:
        return Line()
    head = words.text("source_estimate" if estimate else "source")
    tail = f"; {words.text('estimate')}" if estimate else ""
    whole = f"{head}: {'; '.join(map(str, documents))}{tail}"
    if len(documents) <= NAMED:
        return Line(whole, Markup('<p class="source">{}</p>').format(whole))
    most = sorted(documents, key=lambda document: -document.rows)[:NAMED]
    named = "; ".join(document.name for document in documents if document in most)
    short = f"{head}: {words.text('cited_more', named=named, count=len(documents) - NAMED)}{tail}"
    fold = Markup('<details class="cited"><summary class="source">{}</summary><p class="source">{}</p></details>')
    return Line(short, fold.format(short, whole))


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
