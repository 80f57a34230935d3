"""Which tables an audit looks at: all of them, or those of a topic with what rules tie to them."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from kr_industry.data import tables, texts

_PATTERNS = ("cells", "result", "of", "by")
"""Columns of the files in data/audit/ that select cells."""


def named(rule) -> set[str]:
    """The tables whose cells a rule of data/audit/ selects."""
    written = " ".join(getattr(rule, column, "") for column in _PATTERNS)
    return set(re.findall(r"([\w/]+)\[", written))


def tied(topic: str, folder: Path) -> set[str]:
    """Tables whose names begin with a topic, and those that relations or claims tie to them, directly or not."""
    known = set(tables(folder))
    joined = [
        named(rule)
        for file in ("audit/relations", "audit/claims")
        if file in known
        for rule in texts(file, folder).itertuples()
    ]
    found = {table for table in known if table.startswith(topic)}
    while more := [group for group in joined if group & found and not group <= found]:
        found.update(*more)
    return found & known


def about(rules, looked_at: Collection[str]) -> Iterator[tuple[int, tuple]]:
    """Rows of a file of data/audit/ that select cells of some tables, each with its number in the file."""
    for number, rule in enumerate(rules.itertuples(), start=2):
        if not named(rule).isdisjoint(looked_at):
            yield number, rule
