"""What nobody does, by every way of counting: a multiverse of sources, rules and lists (Steegen et al. 2016)."""

from collections.abc import Iterator
from itertools import product

import pandas as pd

from kr_industry import grids, style
from kr_industry.kept import kept
from kr_industry.korean import listing, probability
from kr_industry.regions.chosen import codes_for_readers
from kr_industry.regions.coding import KINDS, LISTS, RULES, Record
from kr_industry.regions.overlap import BAND, DOUBT, against_chance, draws
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

DRAWS = 2000
"""Tables by chance for each way of counting: their mean is known to about two hundredths of a standard deviation."""
NAMED, SOME, EMPTY, UNLISTED = 0, 1, 2, 3
"""Codes: somebody names it by every rule, by some rules nobody does, by all rules nobody does, not in the list."""


def ways() -> list[tuple[int, str, str, bool]]:
    """Every way of counting: list, source, coding, and whether weak terms count."""
    return list(product(LISTS, KINDS, RULES, (True, False)))


def _matrices(record: Record) -> dict[tuple[int, str, str, bool], pd.DataFrame]:
    """The province by technology matrix of every way of counting."""
    records = {listed: record.read_with(listed) for listed in LISTS}
    return {(listed, *way): records[listed].matrix(*way) for listed, *way in ways()}


@kept
def multiverse(record: Record) -> pd.DataFrame:
    """Which technologies nobody names, in every way of counting.

    Returns
    -------
    pandas.DataFrame
        Boolean, indexed by (list, source, coding, weak); a column for each technology of any list. Missing where
        the list does not hold the technology.
    """
    return _by_way({way: ~matrix.any() for way, matrix in _matrices(record).items()})


@kept
def chance(record: Record, seed: int) -> pd.DataFrame:
    """Overlapping pairs and gaps of every way of counting, in fact and by chance.

    Returns
    -------
    pandas.DataFrame
        Indexed as :func:`multiverse`: ``cells``, ``uncovered``, ``pairs``; what chance that keeps how many technologies
        each province named gives of the last two on average, ``uncovered_mean`` and ``pairs_mean``; and the
        probability of as many pairs or more, ``p_rows``, and among technologies that somebody named, ``p_named``;
        ``table``, a number for each different table.
    """
    rows, tables = {}, {}
    for way, matrix in _matrices(record).items():
        key = (way[0], matrix.to_numpy().tobytes())
        if key not in tables:
            drawn = draws(matrix, DRAWS, seed, ("rows", "named"))
            tables[key] = len(tables), against_chance(matrix, drawn)
        number, table = tables[key]
        pairs, empty = (table.loc[("rows", name)] for name in ("overlapping_pairs", "uncovered"))
        rows[way] = {
            "cells": int(matrix.to_numpy().sum()),
            "uncovered": int(empty["observed"]),
            "uncovered_mean": empty["mean"],
            "pairs": int(pairs["observed"]),
            "pairs_mean": pairs["mean"],
            "p_rows": pairs["p_more"],
            "p_named": table.at[("named", "overlapping_pairs"), "p_more"],
            "table": number,
        }
    return _by_way(rows)


def _by_way(rows: dict[tuple, pd.Series | dict]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return frame.set_axis(pd.MultiIndex.from_tuples(rows, names=["list", "source", "coding", "weak"]), axis=0)


@kept
def surviving(empty: pd.DataFrame, listed: int) -> list[str]:
    """Technologies of a list that nobody names, however it is counted."""
    own = empty.loc[listed].dropna(axis=1).astype(bool)
    return list(own.columns[own.all()])


@kept
def by_rules(empty: pd.DataFrame) -> pd.DataFrame:
    """Each technology by list and source: :data:`NAMED`, :data:`SOME`, :data:`EMPTY` or :data:`UNLISTED`."""
    codes = {}
    for (listed, source), rows in empty.groupby(level=["list", "source"], sort=False):
        shares = rows.astype(float).mean()
        codes[listed, source] = shares.map(
            lambda share: UNLISTED if pd.isna(share) else EMPTY if share == 1 else SOME if share else NAMED
        )
    return pd.DataFrame(codes)


def finding(matrix: pd.DataFrame, table: pd.DataFrame, empty: pd.DataFrame, record: Record, say: Wording) -> str:
    """Which technologies nobody names, how many chance would leave, and which gaps survive every way of counting."""
    labels = record.labels(say.language, inline=True)
    unnamed = [labels[technology] for technology in matrix if not matrix[technology].any()]
    always = [labels[technology] for technology in surviving(empty, record.listed)]
    row = table.loc[("rows", "uncovered")]
    return say(
        "gaps_none_survives" if not always else "gaps_same" if always == unnamed else "gaps",
        unnamed=listing(unnamed, say.language) or say("nothing"),
        count=len(unnamed),
        mean=row["mean"],
        low=int(row["low"]),
        high=int(row["high"]),
        p=probability(row["p_more"], say.language),
        always=listing(always, say.language),
        always_count=len(always),
        band=BAND,
    )


def chance_sentence(counted: pd.DataFrame, say: Wording) -> str:
    """In how many ways of counting provinces overlap more than by chance, for each source."""
    sources = names("strategy_source", say.language, inline=True)
    counted = counted.drop_duplicates("table")
    more = counted["p_rows"] <= DOUBT
    told = [
        say("ways_of_source", source=sources[source], number=int(rows.sum()), ways=len(rows))
        for source, rows in more.groupby(level="source", sort=False)
    ]
    named = int((counted["p_named"] <= DOUBT).sum())
    return say(
        "multiverse",
        ways=len(counted),
        number=int(more.sum()),
        sources=listing(told, say.language),
        named=say("multiverse_named" if named else "multiverse_named_none", named=named),
        doubt=DOUBT,
    )


def more_sentences(empty: pd.DataFrame, record: Record, say: Wording) -> list[str]:
    """What survives both lists, how far the ways hang together, and what a gap is not."""
    both = [name for name in surviving(empty, LISTS[0]) if name in surviving(empty, LISTS[1])]
    labels = record.labels(say.language, inline=True)
    return [
        say("gaps_both_lists", always=listing([labels[name] for name in both], say.language), count=len(both)),
        say("multiverse_note"),
        say("gaps_note") + described_sentence(empty, record, say),
    ]


def described_sentence(empty: pd.DataFrame, record: Record, say: Wording) -> str:
    """Which of the gaps the descriptions name, which are not counted; nothing where they name none."""
    coded, labels, regions = record.coded(), record.labels(say.language, inline=True), names("region", say.language)
    rows = coded[(coded["kind"] == "description") & coded["technology"].isin(surviving(empty, record.listed))]
    told = [f"{regions[row.region]} {labels[row.technology]}" for row in rows.itertuples()]
    return " " + say("gaps_described", named=listing(told, say.language)) if told else ""


def exhibit(matrix: pd.DataFrame, table: pd.DataFrame, empty: pd.DataFrame, record: Record, say: Wording) -> Exhibit:
    """Whether anybody names each technology, by list and source, under all rules or some."""
    short = {name: label for listed in (*LISTS, record.listed) for name, label in _short(record, listed, say).items()}
    sources = names("strategy_source_short", say.language)
    codes = by_rules(empty).rename(index=short)
    codes.columns = [f"{listed} {sources[source]}" for listed, source in codes.columns]
    kinds = {
        EMPTY: (say("gap_all"), style.SECOND),
        SOME: (say("gap_some"), style.SHADES[3]),
        UNLISTED: (say("gap_unlisted"), style.QUIET),
    }
    return (
        grids.matrix(codes, kinds),
        finding(matrix, table, empty, record, say),
        say("source_all"),
        codes_for_readers(codes, kinds, say("col_technology")),
    )


def _short(record: Record, listed: int, say: Wording) -> dict[str, str]:
    return record.read_with(listed).short(say.language)


def for_readers(counted: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Every way of counting: cells, gaps and overlapping pairs, in fact and by chance."""
    sources, codings = names("strategy_source_short", say.language), names("coding", say.language)
    listed, source, coding, weak = (counted.index.get_level_values(name) for name in counted.index.names)
    return pd.DataFrame(
        {
            say("col_list"): listed.map(str),
            say("col_from"): source.map(sources),
            say("col_rule"): coding.map(codings),
            say("col_weak"): weak.map({True: say("weak_in"), False: say("weak_out")}),
            say("col_cells"): counted["cells"].to_numpy(),
            say("col_gaps"): counted["uncovered"].to_numpy(),
            say("col_gaps_mean"): counted["uncovered_mean"].round(1).to_numpy(),
            say("col_pairs"): counted["pairs"].to_numpy(),
            say("col_pairs_mean"): counted["pairs_mean"].round(1).to_numpy(),
            say("col_p"): [probability(p, say.language) for p in counted["p_rows"]],
            say("col_p_named"): [probability(p, say.language) for p in counted["p_named"]],
        }
    )


def results(empty: pd.DataFrame, record: Record) -> Iterator[tuple[str, float, str]]:
    """How many gaps survive every way of counting with the list."""
    yield "gaps_surviving", len(surviving(empty, record.listed)), "technologies"
