"""Whether choices overlap more than chance would have it."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from kr_industry import chances, chance
from kr_industry.korean import listing, probability
from kr_industry.regions.coding import Record, pairs
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

BAND = 90
"""Part of the chance tables that a band holds, in percent."""
DOUBT = 0.05
"""Below this probability overlap is called more, or less, than chance would have it."""
STATISTICS = ("shared", "overlapping_pairs", "largest_crowd")


KINDS = (*chance.MODELS, "named")
"""Kinds of chance: those of :data:`kr_industry.chance.MODELS`, and ``named``.

``named`` keeps how many technologies each province named, as ``rows`` does, but draws only from those that somebody
named: where overlap exceeds the one and not the other, what is told is that some were named by nobody.
"""


def draws(matrix: pd.DataFrame, permutations: int, seed: int, kinds: Iterable[str] = KINDS) -> dict[str, pd.DataFrame]:
    """The counts of tables made by chance, a row for each table, by kind of chance; all kinds have one seed."""
    tables = {kind: (_named(matrix), "rows") if kind == "named" else (matrix, kind) for kind in kinds}
    return {
        kind: _drawn(table.to_numpy(bool).tobytes(), table.shape, model, permutations, seed).copy()
        for kind, (table, model) in tables.items()
    }


@lru_cache(maxsize=64)
def _drawn(cells: bytes, shape: tuple[int, int], model: str, permutations: int, seed: int) -> pd.DataFrame:
    """:func:`kr_industry.chance.null_statistics`, kept: who chose does not matter, and many reports ask the same."""
    matrix = pd.DataFrame(np.frombuffer(cells, dtype=bool).reshape(shape))
    return chance.null_statistics(matrix, model, permutations, seed)


def against_chance(matrix: pd.DataFrame, drawn: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The matrix beside each kind of chance: :func:`kr_industry.chance.compare` of what :func:`draws` returned."""
    return pd.concat(
        [chance.beside(_named(matrix) if kind == "named" else matrix, {kind: drawn[kind]}, BAND) for kind in drawn]
    )


def _named(matrix: pd.DataFrame) -> pd.DataFrame:
    """The technologies that somebody named; all where nobody named any."""
    return matrix.loc[:, matrix.any()] if matrix.to_numpy().any() else matrix


def verdict(table: pd.DataFrame, model: str = "rows", statistic: str = "overlapping_pairs") -> str:
    """Whether there is ``more`` or ``less`` than by chance, or ``chance`` cannot be told apart."""
    row = table.loc[(model, statistic)]
    return "more" if row["p_more"] <= DOUBT else "less" if row["p_less"] <= DOUBT else "chance"


def finding(table: pd.DataFrame, record: Record, say: Wording) -> str:
    """How many pairs overlap, how many would by chance, and what follows for the warning of duplication."""
    row = table.loc[("rows", "overlapping_pairs")]
    found = verdict(table)
    told = say(
        f"overlap_{found}",
        pairs=len(record.regions) * (len(record.regions) - 1) // 2,
        observed=int(row["observed"]),
        mean=row["mean"],
        low=int(row["low"]),
        high=int(row["high"]),
        band=BAND,
        p=probability(row["p_less" if found == "less" else "p_more"], say.language),
    )
    # More than one kind of chance gives is only half of the answer.
    return f"{told} {named_sentence(table, say)}" if found == "more" else told


def country_sentence(table: pd.DataFrame, record: Record, say: Wording) -> str:
    """The finding in short, for a report on one province."""
    row, found = table.loc[("rows", "overlapping_pairs")], verdict(table)
    return say(
        f"country_{'explained' if found == 'more' and verdict(table, 'named') == 'chance' else found}",
        pairs=len(record.regions) * (len(record.regions) - 1) // 2,
        observed=int(row["observed"]),
        mean=row["mean"],
        named=table.at[("named", "overlapping_pairs"), "mean"],
    )


def chance_note(table: pd.DataFrame, say: Wording) -> str:
    """How many pairs chance gives, with its band, or where these are fewer, also among technologies named."""
    row = table.loc[("rows", "overlapping_pairs")]
    return say(
        "figure_chance_named" if verdict(table) == "more" else "figure_chance",
        mean=row["mean"],
        low=int(row["low"]),
        high=int(row["high"]),
        band=BAND,
        named=table.at[("named", "overlapping_pairs"), "mean"],
    )


def named_sentence(table: pd.DataFrame, say: Wording) -> str:
    """How many pairs chance gives among the technologies that somebody named, and what that explains."""
    row = table.loc[("named", "overlapping_pairs")]
    explains = verdict(table) == "more" and verdict(table, "named") == "chance"
    return say(
        "named",
        mean=row["mean"],
        low=int(row["low"]),
        high=int(row["high"]),
        band=BAND,
        observed=int(row["observed"]),
        p=probability(row["p_more"], say.language),
    ) + (say("named_explains", count=int(table.at[("rows", "uncovered"), "observed"])) if explains else "")


def more_sentences(table: pd.DataFrame, matrix: pd.DataFrame, record: Record, say: Wording) -> list[str]:
    """The crowd, the technologies shared, the second kind of chance, and what an overlap is not."""
    counts, labels = matrix.sum(), record.labels(say.language, inline=True)
    crowd = [technology for technology in matrix if counts[technology] == counts.max()]
    regions = names("region", say.language)
    shared, largest = (table.loc[("rows", name)] for name in ("shared", "largest_crowd"))
    return [
        say(
            "crowd" if len(crowd) == 1 else "crowd_tied",
            crowd=int(counts.max()),
            top=listing([labels[technology] for technology in crowd], say.language),
            who=listing([regions[region] for region in matrix.index[matrix[crowd[0]]]], say.language),
            low=int(largest["low"]),
            high=int(largest["high"]),
            band=BAND,
            p=probability(largest["p_more"], say.language),
        ),
        say(
            "shared", shared=int(shared["observed"]), mean=shared["mean"], p=probability(shared["p_more"], say.language)
        ),
        *([] if verdict(table) == "more" else [named_sentence(table, say)]),  # else the finding says it
        margins_sentence(table, say),
        say("overlap_note"),
    ]


def margins_sentence(table: pd.DataFrame, say: Wording) -> str:
    """How many pairs chance gives that also keeps how popular each technology is."""
    row = table.loc[("margins", "overlapping_pairs")]
    return say(
        "margins_fixed" if row["low"] == row["high"] else "margins",
        mean=row["mean"],
        low=int(row["low"]),
        high=int(row["high"]),
        band=BAND,
    )


def exhibit(
    table: pd.DataFrame,
    drawn: Mapping[str, pd.DataFrame],
    permutations: int,
    seed: int,
    record: Record,
    say: Wording,
) -> Exhibit:
    """How many pairs overlap in tables made by chance, for each kind of chance, and in fact.

    Parameters
    ----------
    table : pandas.DataFrame
        What :func:`against_chance` returned.
    drawn : mapping of str to pandas.DataFrame
        What :func:`draws` returned.
    permutations, seed : int
        How many tables were drawn, and where their random numbers start.
    record : Record
        The record that the matrix was read from.
    say : Wording
        The words.
    """
    kinds = ("rows", "named", "margins")
    panels = {say(f"null_{kind}"): drawn[kind]["overlapping_pairs"] for kind in kinds}
    bands = {say(f"null_{kind}"): tuple(table.loc[(kind, "overlapping_pairs"), ["low", "high"]]) for kind in kinds}
    observed = int(table["observed"].loc[("rows", "overlapping_pairs")])
    return (
        chances.chances(panels, bands, observed, say("axis_pairs"), say("observed", count=observed)),
        finding(table, record, say),
        say("source_chance", permutations=f"{permutations:,}", seed=seed),
        for_readers(table, say),
    )


def for_readers(table: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Each count against chance; those that a null fixes are left out."""
    rows = [("rows", name) for name in STATISTICS] + [(model, STATISTICS[1]) for model in ("named", "margins")]
    chosen = table.loc[rows]
    return pd.DataFrame(
        {
            say("col_count_of"): [say(f"statistic_{name}") for _, name in rows],
            say("col_null"): [say(f"null_{model}") for model, _ in rows],
            say("col_observed"): chosen["observed"].astype(int).to_numpy(),
            say("col_mean"): chosen["mean"].round(2).to_numpy(),
            say("col_low", band=BAND): chosen["low"].astype(int).to_numpy(),
            say("col_high", band=BAND): chosen["high"].astype(int).to_numpy(),
            say("col_p"): [probability(p, say.language) for p in chosen["p_more"]],
        }
    )


def crowds_for_readers(matrix: pd.DataFrame, record: Record, say: Wording) -> pd.DataFrame:
    """Technologies with the provinces that chose them, most crowded first."""
    labels, regions = record.labels(say.language), names("region", say.language)
    counts = matrix.sum().sort_values(ascending=False, kind="stable")
    return pd.DataFrame(
        {
            say("col_technology"): [labels[technology] for technology in counts.index],
            say("col_count"): counts.to_numpy(),
            say("col_regions"): [
                listing([regions[region] for region in matrix.index[matrix[technology]]], say.language) or "–"
                for technology in counts.index
            ],
        }
    )


def results(table: pd.DataFrame, matrix: pd.DataFrame) -> Iterator[tuple]:
    """Counts of overlap, and what chance would give of pairs, with the band of :data:`BAND` percent."""
    row, named = (table.loc[(model, "overlapping_pairs")] for model in ("rows", "named"))
    unit = "pairs of provinces"
    yield "technologies_shared", (matrix.sum() >= 2).sum(), "technologies"
    yield "largest_crowd", matrix.sum().max(), "provinces"
    yield "overlapping_pairs", len(pairs(matrix)), unit
    yield "overlapping_pairs_expected", row["mean"], unit, row["low"], row["high"]
    yield "overlap_p_value", row["p_more"], "probability"
    yield "overlapping_pairs_expected_named", named["mean"], unit, named["low"], named["high"]
    yield "overlap_p_value_named", named["p_more"], "probability"
    yield "overlap_p_value_margins", table.at[("margins", "overlapping_pairs"), "p_more"], "probability"
