"""Which rules of data/audit/ there are, and which tables an audit looks at: all, or a topic's and what ties to them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kr_industry.data import INDUSTRY, industries, tables, texts

_PATTERNS = ("cells", "result", "of", "by")
"""Columns of the files in data/audit/ that select cells."""
_ANY = "{industry}"
"""What stands for each industry in a rule that holds for all of data/industries.csv."""


class Rule(NamedTuple):
    """A row of a file of data/audit/: its number in the file, its cells, and whether it is another industry's rule."""

    number: int
    cells: tuple
    lent: bool
    """Whether it was written for any industry and stands here for another than the first: it may find nothing."""


def rules(file: str, folder: Path, topic: str = "") -> Iterator[Rule]:
    """The rules of a file; one that names ``{industry}`` once for each industry that has all of its tables.

    Parameters
    ----------
    file : str
        Such as ``audit/relations``.
    folder : Path
        A folder with the layout of data/.
    topic : str, optional
        Where the names of the tables looked at begin: such rules are left out for other industries, as they tie the
        tables of one to each other only.
    """
    known = set(tables(folder))
    own = [name for name in industries(folder) or [INDUSTRY] if name == INDUSTRY or f"{name}/".startswith(topic)]
    for number, row in enumerate(texts(file, folder).itertuples(), start=2):
        if not any(_ANY in cell for cell in row[1:]):
            yield Rule(number, row, lent=False)
            continue
        for industry in own:
            filled = row._make([row[0], *(cell.replace(_ANY, industry) for cell in row[1:])])
            if industry == INDUSTRY or named(filled) <= known:
                yield Rule(number, filled, lent=industry != INDUSTRY)


def named(rule) -> set[str]:
    """The tables whose cells a rule of data/audit/ selects."""
    written = " ".join(getattr(rule, column, "") for column in _PATTERNS)
    return set(re.findall(r"([\w/]+)\[", written))


def tied(topic: str, folder: Path) -> set[str]:
    """Tables whose names begin with a topic, and those that relations or claims tie to them, directly or not."""
    known = set(tables(folder))
    files = [file for file in ("audit/relations", "audit/claims") if file in known]
    joined = [named(rule.cells) for file in files for rule in rules(file, folder, topic)]
    reached = {table for table in known if table.startswith(topic)}
    while more := [group for group in joined if group & reached and not group <= reached]:
        reached.update(*more)
    return reached & known
