"""Which provinces could work with each other: what sources say of it, and what neighbours have in common."""

from itertools import combinations

import pandas as pd

from kr_industry.regions import Record, pairs

TIERS = ("stated", "same", "complementary")
"""A source ties two provinces; they are neighbours and share a technology; neighbours with two that go together."""


def ties(
    record: Record, matrix: pd.DataFrame, neighbours: pd.DataFrame, links: pd.DataFrame, complements: pd.DataFrame
) -> pd.DataFrame:
    """Every pair of provinces that a source or a hypothesis ties (after Balland and Boschma 2021).

    Parameters
    ----------
    record : Record
        The record that the matrix was read from.
    matrix : pandas.DataFrame
        Provinces by technologies.
    neighbours, links, complements : pandas.DataFrame
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        ``tier`` (:data:`TIERS`, the best supported first), ``first`` and ``second`` (provinces in official order),
        ``tied_technologies`` (a list), ``cooperation_ko`` and ``cooperation_en`` (what a source calls it), ``theme`` of
        the term that names it, and ``disputed``.
    """
    place = {region: number for number, region in enumerate(matrix.index)}
    themes = record.classified.drop_duplicates("id").set_index("id")["theme"]
    rows = []
    for _, link in links.groupby("id", sort=False):
        first = link.iloc[0]
        about = [first["technology"]] if first["technology"] else []
        disputed = first["stance"] == "disputed"
        for pair in combinations(sorted(link["region"], key=place.get), 2):
            rows.append(("stated", *pair, about, first["ko"], first["en"], themes[first["term"]], disputed))
    adjacent = {tuple(sorted(pair, key=place.get)) for pair in neighbours.itertuples(index=False, name=None)}
    for pair, shared in pairs(matrix).items():
        if pair in adjacent:
            rows.append(("same", *pair, shared, "", "", "", False))
    usable = complements[complements[["first", "second"]].isin(list(matrix)).all(axis=1)]
    for one, other in sorted(adjacent, key=lambda pair: [place[region] for region in pair]):
        own, theirs = matrix.loc[one], matrix.loc[other]
        for first, second in zip(usable["first"], usable["second"], strict=True):
            for left, right in ((first, second), (second, first)):
                if own[left] and theirs[right] and not own[right] and not theirs[left]:
                    rows.append(("complementary", one, other, [left, right], "", "", "", False))
    columns = ["tier", "first", "second", "tied_technologies", "cooperation_ko", "cooperation_en", "theme", "disputed"]
    return pd.DataFrame(rows, columns=columns).astype({"disputed": bool})


def ties_of(tied: pd.DataFrame, region: str) -> pd.DataFrame:
    """The ties of one province with the other one as ``partner``, or all of the country (``national``) as they are."""
    if region == "national":
        return tied
    own = tied[(tied["first"] == region) | (tied["second"] == region)].reset_index(drop=True)
    return own.assign(partner=own["first"].where(own["first"] != region, own["second"]))
