"""Which technologies documents attach to which province, read by the rules of a codebook, and what follows from it.

A document names, a province does not choose: a cell of the matrix says that a digest gave a province a term, and that
the codebook ties that term to a technology of the government's list.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import combinations, product

import numpy as np
import pandas as pd

from kr_industry import chance, location
from kr_industry.agreement import agreement
from kr_industry.data import Tables
from kr_industry.memory import remembered

RULES = {"explicit": ("explicit",), "broad": ("explicit", "broad")}
"""Rules of the codebook that each coding accepts."""

PLANS = ("strategy", "goal", "industry", "cluster", "field")
"""Kinds of a city's earlier plans that tell what it was heading for."""


@dataclass(frozen=True)
class Record:
    """What documents file the provinces under, read with one list of technologies.

    Parameters
    ----------
    terms, codebook : pandas.DataFrame
        The tables of these names.
    regions : list of str
        All provinces in the order wanted.
    technologies, kinds : pandas.DataFrame
        The tables of these names: the technologies of all lists, and by which sources each kind of term is counted.
    listed : str
        Identifier of the list.
    """

    terms: pd.DataFrame
    codebook: pd.DataFrame
    regions: list[str]
    technologies: pd.DataFrame
    kinds: pd.DataFrame
    listed: str

    def __getstate__(self) -> dict[str, object]:
        """The fields alone: equal records are pickled alike, whatever has been read from them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def columns(self) -> list[str]:
        """Identifiers of the listed technologies."""
        return list(self.technologies.loc[self.technologies["list"] == self.listed, "id"])

    @property
    def lists(self) -> list[str]:
        """Identifiers of all lists, in the order of the table."""
        return list(self.technologies["list"].unique())

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        """The kinds of terms that each source counts."""
        counted = self.kinds.assign(source=self.kinds["counted_as"].str.split()).explode("source")
        return counted.groupby("source", sort=False)["id"].agg(list).to_dict()

    def read_with(self, listed: str) -> "Record":
        """The same record with another list."""
        return replace(self, listed=listed)

    @cached_property
    def classified(self) -> pd.DataFrame:
        """Every term with what the codebook makes of it, those outside the list (technology ``other``) included.

        A technology of another list is outside this one, and its term's theme.
        """
        _known("list", [self.listed], self.lists)
        _known("list of codebook.csv", self.codebook["list"], ["all", *self.lists])
        _known("technology of codebook.csv", self.codebook["technology"], [*self.technologies["id"].unique(), "other"])
        rows = self.codebook[self.codebook["list"].isin(["all", self.listed])].drop(columns="list")
        if lacking := sorted(set(self.terms["term"]) - set(rows["term"])):
            raise ValueError(f"codebook.csv has no row of the list {self.listed!r} for the term {lacking[0]!r}")
        elsewhere = ~rows["technology"].isin([*self.columns, "other"])
        rows = rows.assign(
            theme=rows["theme"].mask(elsewhere, rows["technology"]),
            technology=rows["technology"].mask(elsewhere, "other"),
            rule=rows["rule"].mask(elsewhere, "none"),
        )
        return self.terms.merge(rows, on="term", how="left")

    def coded(self, coding: str = "broad", weak: bool = True) -> pd.DataFrame:
        """The terms that name a listed technology; a term of two technologies stands twice.

        Parameters
        ----------
        coding : str
            ``explicit`` takes only the technology's own word, ``broad`` also its clear sub-fields and synonyms.
        weak : bool
            Whether terms count that are weak evidence, such as a school or an agency.

        Returns
        -------
        pandas.DataFrame
            The terms with ``technology``, ``rule``, ``weak``, ``theme``, ``reason_ko`` and ``reason_en``.

        Raises
        ------
        ValueError
            The coding or the list is not known, or the codebook speaks of a list or a technology that is not.
        """
        _known("coding", [coding], RULES)
        rows = self.classified
        return rows[rows["rule"].isin(RULES[coding]) & (weak | ~rows["weak"])].reset_index(drop=True)

    def matrix(self, source: str, coding: str = "broad", weak: bool = True) -> pd.DataFrame:
        """Provinces by technologies: True where a document of the source attaches the technology to the province.

        Parameters
        ----------
        source : str
            One of :attr:`sources`; ValueError for another.
        coding, weak
            As for :meth:`coded`.
        """
        _known("source", [source], self.sources)
        coded = self.coded(coding, weak)
        own = coded[coded["kind"].isin(self.sources[source])]
        regions, columns = pd.Index(self.regions, name="region"), pd.Index(self.columns, name="technology")
        cells = np.zeros((len(regions), len(columns)), dtype=bool)
        cells[regions.get_indexer(own["region"]), columns.get_indexer(own["technology"])] = True
        return pd.DataFrame(cells, regions, columns)


def record(read: Callable[[str], pd.DataFrame], listed: str) -> Record:
    """The :class:`Record` of the tables that ``read`` gives by their names, read with the list of this identifier."""
    terms, codebook, regions, technologies, kinds = map(read, ("terms", "codebook", "regions", "technologies", "kinds"))
    return Record(terms, codebook, list(regions["id"]), technologies, kinds, listed)


def _known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """ValueError for something given that is not known."""
    if unknown := sorted(set(given) - set(known)):
        raise ValueError(f"{what} is {unknown[0]!r}; expected one of {', '.join(known)}")


def named(matrix: pd.DataFrame) -> pd.Series:
    """The columns in which each row is True, as lists; of the transposed matrix the rows of each column.

    Examples
    --------
    >>> named(pd.DataFrame({"a": [True, False], "b": [True, True]}, index=["x", "y"])).to_dict()
    {'x': ['a', 'b'], 'y': ['b']}
    """
    cells = [[name for name, here in zip(matrix, row, strict=True) if here] for row in matrix.to_numpy().tolist()]
    return pd.Series(cells, matrix.index, dtype=object)


def pairs(matrix: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """The technologies that each pair of provinces shares, for pairs that share any.

    Examples
    --------
    >>> pairs(pd.DataFrame({"a": [True, True, False], "b": [False, True, True]}, index=["x", "y", "z"]))
    {('x', 'y'): ['a'], ('y', 'z'): ['b']}
    """
    shared = {}
    for (one, own), (other, others) in combinations(named(matrix).items(), 2):
        if both := [technology for technology in own if technology in others]:
            shared[one, other] = both
    return shared


@dataclass(frozen=True)
class Province:
    """One province beside the others: technologies attached to it, who shares them, and its neighbours by land.

    ``sharing`` are the provinces with one of its technologies, ``near`` those of them that are its neighbours;
    ``alone`` are technologies that no other province has.
    """

    technologies: pd.Index
    sharing: pd.Index
    alone: pd.Index
    neighbours: pd.Index
    near: pd.Index


def province(matrix: pd.DataFrame, neighbours: pd.DataFrame, region: str) -> Province:
    """One province of the matrix; ``neighbours`` is the table of this name."""
    own = matrix.columns[matrix.loc[region]]
    sharing = matrix.index[matrix[own].any(axis=1) & (matrix.index != region)]
    adjacent = pd.Index(neighbours.loc[neighbours["region"] == region, "neighbour"])
    alone = own[matrix[own].sum() == 1]
    return Province(own, sharing, alone, adjacent, sharing[sharing.isin(adjacent)])


def outside(record: Record) -> pd.DataFrame:
    """Keywords outside the list: ``region``, ``term``, ``theme``, and ``again``, a list of programmes of that theme."""
    rows = record.classified[record.classified["technology"] == "other"]
    programmes = rows[rows["kind"] == "programme"].groupby(["region", "theme"])["term"].agg(list).to_dict()
    keywords = rows.loc[rows["kind"] == "keyword", ["region", "term", "theme"]].reset_index(drop=True)
    again = [programmes.get(key, []) for key in zip(keywords["region"], keywords["theme"], strict=True)]
    return keywords.assign(again=pd.Series(again, dtype=object))


@remembered
def ways(record: Record, permutations: int, seed: int) -> pd.DataFrame:
    """Overlap and gaps in every way of counting: a multiverse of lists, sources and rules (Steegen et al. 2016).

    Parameters
    ----------
    record : Record
        The record; all lists are read.
    permutations, seed : int
        As for :func:`kr_industry.chance.draws`.

    Returns
    -------
    pandas.DataFrame
        Indexed by (listed, strategy_source, coding, weak). ``cells``; ``uncovered``, technologies that nobody has, and
        ``overlaps``, pairs of provinces with a technology in common; what chance that keeps how many technologies each
        province has gives of these on average, ``uncovered_mean`` and ``overlaps_mean``; the probability of as many
        overlaps or more, ``p_rows``, and among technologies that somebody has, ``p_named``; and ``table``, a number
        for each different matrix.
    """
    records = {listed: record.read_with(listed) for listed in record.lists}
    rows, tables = {}, {}
    for listed, *way in product(record.lists, record.sources, RULES, (True, False)):
        matrix = records[listed].matrix(*way)
        key = listed, matrix.to_numpy().tobytes()
        if key not in tables:
            drawn = chance.draws(matrix, permutations, seed, ("rows", "named"))
            tables[key] = len(tables), chance.against(matrix, drawn)
        number, against = tables[key]
        shared, empty = (against.loc[("rows", name)] for name in ("overlapping_pairs", "uncovered"))
        rows[listed, *way] = {
            "cells": int(matrix.to_numpy().sum()),
            "uncovered": int(empty["observed"]),
            "uncovered_mean": empty["mean"],
            "overlaps": int(shared["observed"]),
            "overlaps_mean": shared["mean"],
            "p_rows": shared["p_more"],
            "p_named": against.at[("named", "overlapping_pairs"), "p_more"],
            "table": number,
        }
    counted = pd.DataFrame.from_dict(rows, orient="index")
    return counted.set_axis(
        pd.MultiIndex.from_tuples(rows, names=["listed", "strategy_source", "coding", "weak"]), axis=0
    )


def prepare(source: str, coding: str, technologies: str, permutations: int, seed: int) -> None:
    """Compute what reports share, so that it is remembered: tables by chance, ways of counting, where industries are.

    Parameters are those of the notebook, with the values that most reports have.
    """
    read = Tables("regions")
    location.changes(read("census"))
    shared = record(read, technologies)
    ways(shared, permutations, seed)
    chance.draws(shared.matrix(source, coding), permutations, seed)


def agreements(matrices: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How far two readings of the matrix agree, and the cells on which they do not.

    Parameters
    ----------
    matrices : mapping of str to two pandas.DataFrame
        Two matrices each, by the name of the comparison.

    Returns
    -------
    pandas.DataFrame
        What :func:`kr_industry.agreement.agreement` gives, a row for each comparison.
    pandas.DataFrame
        ``compared``, ``region``, ``technology``, and ``only``: whether the ``first`` or the ``second`` has it.
    """
    measures = {name: agreement(one.stack(), other.stack()) for name, (one, other) in matrices.items()}
    rows = [
        (name, one.index[row], one.columns[column], "first" if one.iat[row, column] else "second")
        for name, (one, other) in matrices.items()
        for row, column in np.argwhere(one.to_numpy() != other.to_numpy())
    ]
    table = pd.DataFrame(measures).T.rename_axis("compared")
    return table, pd.DataFrame(rows, columns=["compared", "region", "technology", "only"])
