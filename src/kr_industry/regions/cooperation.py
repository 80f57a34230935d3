"""Who could work with whom: what sources say, and two kinds of hypotheses (after Balland and Boschma 2021)."""

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from kr_industry import grids
from kr_industry.korean import listing
from kr_industry.regions.coding import Record, pairs
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

STATED, SAME, COMPLEMENTARY = "stated", "same", "complementary"
TIERS = (STATED, SAME, COMPLEMENTARY)
"""Named by a source; the same technology and neighbours; neighbours whose technologies a source puts together."""


def ties(
    matrix: pd.DataFrame,
    neighbours: pd.DataFrame,
    links: pd.DataFrame,
    complements: pd.DataFrame,
    record: Record,
    say: Wording,
) -> pd.DataFrame:
    """Every pair of provinces that a tier joins.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Provinces by technologies.
    neighbours, links, complements : pandas.DataFrame
        The tables of these names.
    record : Record
        The record that the matrix was read from.
    say : Wording
        The words.

    Returns
    -------
    pandas.DataFrame
        ``tier``, ``first`` and ``second`` (provinces in official order), ``what`` (in the reader's language), and
        ``disputed``.
    """
    place = {region: i for i, region in enumerate(matrix.index)}
    labels = record.labels(say.language)
    adjacent = {tuple(sorted(pair, key=place.get)) for pair in neighbours.itertuples(index=False, name=None)}
    rows = [
        (STATED, *sorted(pair, key=place.get), link[say.language].iloc[0], link["stance"].iloc[0] == "disputed")
        for _, link in links.groupby("id", sort=False)
        for pair in combinations(link["region"], 2)
    ]
    rows += [
        (SAME, *pair, listing([labels[name] for name in shared], say.language), False)
        for pair, shared in pairs(matrix).items()
        if pair in adjacent
    ]
    usable = complements[complements["list"].isin(["both", str(record.listed)])]
    for one, other in sorted(adjacent, key=lambda pair: [place[region] for region in pair]):
        own, theirs = matrix.loc[one], matrix.loc[other]
        for first, second in zip(usable["first"], usable["second"], strict=True):
            for left, right in ((first, second), (second, first)):
                if own[left] and theirs[right] and not own[right] and not theirs[left]:
                    what = say("complement", one=labels[left], other=labels[right])
                    rows.append((COMPLEMENTARY, one, other, what, False))
    return pd.DataFrame(rows, columns=["tier", "first", "second", "what", "disputed"])


def of_region(found: pd.DataFrame, region: str) -> pd.DataFrame:
    """The ties of one province, or all for the country."""
    if region == "national":
        return found
    return found[(found["first"] == region) | (found["second"] == region)].reset_index(drop=True)


def finding(found: pd.DataFrame, region: str, say: Wording) -> str:
    """How many pairs each tier joins, in the country or with one province."""
    own = of_region(found, region)
    if own.empty and region != "national":
        return say("ties_region_none", region=names("region", say.language)[region])
    counts = {tier: len(own.loc[own["tier"] == tier, ["first", "second"]].drop_duplicates()) for tier in TIERS}
    return say(
        "ties" if region == "national" else "ties_region",
        region="" if region == "national" else names("region", say.language)[region],
        technical=len(own[(own["tier"] == STATED)]["what"].unique()),
        **counts,
    )


def partners(found: pd.DataFrame, region: str, tier: str, language: str) -> pd.Series:
    """The provinces that a tier joins with one, by name: whether all of that cooperation is disputed."""
    own = of_region(found, region)
    own = own[own["tier"] == tier]
    other = own["first"].where(own["first"] != region, own["second"])
    return own["disputed"].groupby(other.map(names("region", language)), sort=False).all()


def partners_sentence(found: pd.DataFrame, region: str, say: Wording) -> str:
    """With whom the sources say that a province cooperates, and which neighbours could complement it."""
    if of_region(found, region).empty:
        return finding(found, region, say)
    stated, complementary = (partners(found, region, tier, say.language) for tier in (STATED, COMPLEMENTARY))
    told = [
        say(
            "partners" if len(stated) else "partners_none",
            region=names("region", say.language)[region],
            stated=listing(stated.index, say.language),
            number=len(stated),
        )
    ]
    if stated.any():
        told.append(say("partners_disputed", disputed=listing(stated.index[stated], say.language)))
    if len(complementary):
        told.append(say("complementary", neighbours=listing(complementary.index, say.language)))
    return " ".join(told)


def notes(found: pd.DataFrame, region: str, say: Wording) -> list[str]:
    """What ties are not, or that there are none."""
    return [finding(found, region, say) if of_region(found, region).empty else say("ties_note")]


def exhibits(found: pd.DataFrame, tiles: pd.DataFrame, region: str, say: Wording) -> Iterator[Exhibit]:
    """The pairs as lines on the tile map, the best supported tier of each; nothing where there are none."""
    own = of_region(found, region)
    if own.empty:
        return
    best = own.drop_duplicates(["first", "second"])
    lines = {tier: list(zip(*(best.loc[best["tier"] == tier, end] for end in ("first", "second")), strict=True))
             for tier in TIERS}  # fmt: skip
    highlight = None if region == "national" else region
    drawing = grids.tie_map(
        tiles.rename(columns={say.language: "name"}), {say(f"tier_{tier}"): lines[tier] for tier in TIERS}, highlight
    )
    yield drawing, finding(found, region, say), say("source_ties"), for_readers(own, say)


def for_readers(found: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Every tie: the pair, the tier, and what about."""
    regions = names("region", say.language)
    pair = [f"{regions[row.first]}–{regions[row.second]}" for row in found.itertuples()]
    return pd.DataFrame(
        {
            say("col_pair"): pair,
            say("col_tier"): [say(f"tier_{tier}") for tier in found["tier"]],
            say("col_what"): [
                row.what + (f" ({say('disputed')})" if row.disputed else "") for row in found.itertuples()
            ],
        }
    )


def evidence_for_readers(links: pd.DataFrame, complements: pd.DataFrame, record: Record, say: Wording) -> pd.DataFrame:
    """What the first and the last tier rest on: cooperation and pairs of technologies, each with its reason."""
    regions, labels = names("region", say.language), record.labels(say.language)
    rows = [
        (
            say("tier_stated"),
            link[say.language].iloc[0],
            listing([regions[region] for region in link["region"]], say.language),
            link[f"reason_{say.language}"].iloc[0],
        )
        for _, link in links.groupby("id", sort=False)
    ]
    usable = complements[complements["list"].isin(["both", str(record.listed)])]
    rows += [
        (
            say("tier_complementary"),
            say("complement", one=labels[row.first], other=labels[row.second]),
            regions[row.region],
            getattr(row, f"reason_{say.language}"),
        )
        for row in usable.itertuples()
    ]
    return pd.DataFrame(rows, columns=[say(name) for name in ("col_tier", "col_what", "col_regions", "col_evidence")])


def results(found: pd.DataFrame, region: str) -> Iterator[tuple[str, float, str]]:
    """How many pairs of provinces each tier joins, in the country or with one province."""
    own = of_region(found, region)
    for tier in TIERS:
        rows = own[own["tier"] == tier]
        yield f"ties_{tier}", len(rows[["first", "second"]].drop_duplicates()), "pairs of provinces"
