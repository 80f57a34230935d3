"""What identifiers are called, in both languages."""

from functools import lru_cache
from pathlib import Path

import pandas as pd

from kr_industry import DATA, data

_NAMED_ELSEWHERE = {
    "region": "regions/regions",
    "technology": "regions/technologies",
    "technology_list": "regions/lists",
    "term_kind": "regions/kinds",
    "round": "regions/rounds",
    "theme": "regions/themes",
    "industry": "industries",
    "release": "releases",
}
"""Groups of identifiers whose names stand in a table of their own, which :func:`_named` reads."""


def labels(folder: Path = DATA, **aliases: str) -> pd.DataFrame:
    """Names of identifiers in both languages, by group.

    Parameters
    ----------
    folder : Path, optional
        Another folder with the same layout.
    **aliases : str
        Further names of groups: ``segment="bio_segment"`` adds those of the bio-industry to the group ``segment``.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``id``, ``ko``, ``en``: data/labels.csv, and the tables that name their own rows.
    """
    there = data.tables(folder)
    elsewhere = [table for table in _NAMED_ELSEWHERE.values() if table in there and data.has(table, folder)]
    named = _all(folder, tuple((table, data.content(table, folder)) for table in ("labels", *elsewhere)))
    added = [named[named["group"] == group].assign(group=alias) for alias, group in aliases.items()]
    return pd.concat([named, *added]).drop_duplicates(["group", "id"], ignore_index=True)


@lru_cache(maxsize=8)
def _all(folder: Path, held: tuple[tuple[str, bytes], ...]) -> pd.DataFrame:
    """The names in tables, which hold these bytes; not to be changed, as it is kept."""
    parts = [data.load("labels", folder)]
    for group, table in _NAMED_ELSEWHERE.items():
        if table in dict(held):
            parts += _named(data.load(table, folder), group)
    return pd.concat(parts, ignore_index=True)[["group", "id", "ko", "en"]]


def _named(rows: pd.DataFrame, group: str) -> list[pd.DataFrame]:
    """Names in a table of their own: ``technology`` from ko and en, ``technology_short`` from short_ko and short_en.

    In a table of several lists, every list has its names too: ``technology_ten``.
    """
    lists = [("", rows)]
    if "list" in rows:
        lists += [(f"_{name}", part) for name, part in rows.groupby("list", sort=False)]
    further = [column.removesuffix("_ko") for column in rows if column.endswith("_ko")]
    columns = {"": ["id", "ko", "en"]} | {f"_{name}": ["id", f"{name}_ko", f"{name}_en"] for name in further}
    return [
        part[own].set_axis(["id", "ko", "en"], axis="columns").assign(group=group + name + ending)
        for name, own in columns.items()
        for ending, part in lists
    ]
