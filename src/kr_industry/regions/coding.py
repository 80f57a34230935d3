"""From the terms of the sources to a province by technology matrix, by rules that stand in the codebook."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache, cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from kr_industry.korean import Word
from kr_industry.wording import names

KINDS = {"keywords": ("keyword",), "programmes": ("programme",), "both": ("keyword", "programme")}
"""Kinds of terms that each source of a report takes."""

RULES = {"explicit": ("explicit",), "broad": ("explicit", "broad")}
"""Rules of the codebook that each coding accepts."""

LISTS = (2021, 2022)
"""Years of the government's lists: ten technologies of December 2021, twelve of October 2022."""


def code(
    terms: pd.DataFrame, codebook: pd.DataFrame, coding: str = "broad", listed: int = 2021, weak: bool = True
) -> pd.DataFrame:
    """Terms with the technology that the codebook gives them; terms outside the list left out.

    Parameters
    ----------
    terms : pandas.DataFrame
        ``region``, ``kind``, ``term``.
    codebook : pandas.DataFrame
        ``term``, ``list``, ``technology``, ``rule``, ``weak``.
    coding : str
        ``explicit`` takes only the technology's own word, ``broad`` also its clear sub-fields.
    listed : int
        Year of the list of technologies.
    weak : bool
        Whether terms count that are weak evidence, such as a school or an agency.

    Returns
    -------
    pandas.DataFrame
        The terms with ``technology``, ``rule`` and ``weak``; a term of two technologies stands twice.

    Raises
    ------
    ValueError
        The coding or the list is not known.
    """
    return _accepted(_matched(terms, codebook, listed), coding, weak)


def _matched(terms: pd.DataFrame, codebook: pd.DataFrame, listed: int) -> pd.DataFrame:
    if listed not in LISTS:
        raise ValueError(f"the list is that of {listed!r}; expected one of {', '.join(map(str, LISTS))}")
    chosen = codebook[codebook["list"].isin(["both", str(listed)])]
    return terms.merge(chosen[["term", "technology", "rule", "weak"]], on="term", how="left")


def _accepted(matched: pd.DataFrame, coding: str, weak: bool) -> pd.DataFrame:
    if coding not in RULES:
        raise ValueError(f"coding is {coding!r}; expected one of {', '.join(RULES)}")
    return matched[matched["rule"].isin(RULES[coding]) & (weak | ~matched["weak"])].reset_index(drop=True)


def choices(coded: pd.DataFrame, regions: list[str], technologies: list[str], source: str) -> pd.DataFrame:
    """The province by technology matrix: True where a province names a technology.

    Parameters
    ----------
    coded : pandas.DataFrame
        What :func:`code` returned.
    regions, technologies : list of str
        Rows and columns in the order wanted.
    source : str
        ``keywords``, ``programmes`` or ``both``.
    """
    rows = zip(coded["kind"], coded["region"], coded["technology"], strict=True)
    named = {(region, technology) for kind, region, technology in rows if kind in KINDS[source]}
    cells = [(region, technology) in named for region in regions for technology in technologies]
    return pd.DataFrame(np.reshape(cells, (len(regions), len(technologies))), regions, technologies, dtype=bool)


@dataclass(frozen=True)
class Record:
    """What the sources file the provinces under, read with one list of technologies.

    Parameters
    ----------
    terms, codebook : pandas.DataFrame
        The tables of these names.
    regions : list of str
        All provinces in the order wanted.
    technologies : pandas.DataFrame
        The table of this name, with all lists.
    listed : int
        Year of the list.
    """

    terms: pd.DataFrame
    codebook: pd.DataFrame
    regions: list[str]
    technologies: pd.DataFrame
    listed: int = 2021

    def __getstate__(self) -> dict[str, object]:
        """The fields alone: records that were told the same are pickled the same, whatever has been read from them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def columns(self) -> list[str]:
        """Identifiers of the listed technologies."""
        rows = zip(self.technologies["list"], self.technologies["id"], strict=True)
        return [technology for listed, technology in rows if listed == self.listed]

    def read_with(self, listed: int) -> "Record":
        """The same record with another list."""
        return Record(self.terms, self.codebook, self.regions, self.technologies, listed)

    def coded(self, coding: str = "broad", weak: bool = True) -> pd.DataFrame:
        """The terms that name a technology; see :func:`code`."""
        return self._coded(coding, weak).copy()

    @cached_property
    def _coded(self) -> Callable[[str, bool], pd.DataFrame]:
        matched = _matched(self.terms, self.codebook, self.listed)
        return cache(lambda coding, weak: _accepted(matched, coding, weak))

    def matrix(self, source: str, coding: str = "broad", weak: bool = True) -> pd.DataFrame:
        """The province by technology matrix; see :func:`choices`."""
        return choices(self._coded(coding, weak), self.regions, self.columns, source)

    def labels(self, language: str, inline: bool = False) -> dict[str, Word]:
        """Names of the listed technologies."""
        return names("technology" if self.listed == 2021 else "technology_2022", language, inline)

    def short(self, language: str) -> dict[str, Word]:
        """Names of the listed technologies, short enough for a chart."""
        return names("technology_short" if self.listed == 2021 else "technology_short_2022", language)


def ordered(matrix: pd.DataFrame) -> pd.DataFrame:
    """The matrix with crowded technologies first, and provinces that share them next to each other."""
    columns = matrix.sum().sort_values(ascending=False, kind="stable").index
    weights = [2 ** (len(columns) - i) for i in range(len(columns))]
    rank = (matrix[columns] * weights).sum(axis=1).sort_values(ascending=False, kind="stable")
    return matrix.loc[rank.index, columns]


def pairs(matrix: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """The technologies that each pair of provinces shares, for pairs that share any.

    Examples
    --------
    >>> pairs(pd.DataFrame({"a": [True, True, False], "b": [False, True, True]}, index=["x", "y", "z"]))
    {('x', 'y'): ['a'], ('y', 'z'): ['b']}
    """
    named = [[name for name, chosen in zip(matrix, row, strict=True) if chosen] for row in matrix.to_numpy().tolist()]
    found = {}
    for (one, own), (other, others) in combinations(zip(matrix.index, named, strict=True), 2):
        if shared := [technology for technology in own if technology in others]:
            found[one, other] = shared
    return found
