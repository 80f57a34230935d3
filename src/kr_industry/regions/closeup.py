"""One province close up: its terms, its technologies, who shares them, its neighbours, and what only it has."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts
from kr_industry.korean import listing
from kr_industry.regions.coding import KINDS, RULES, Record
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

PLANS = ("strategy", "goal", "industry", "cluster", "field")
"""Kinds of a city's earlier plans that a reader is shown."""


def own(matrix: pd.DataFrame, region: str) -> list[str]:
    """The technologies of one province."""
    return [technology for technology in matrix if matrix.at[region, technology]]


def sharing(matrix: pd.DataFrame, region: str) -> list[str]:
    """Other provinces that named a technology of this one."""
    named = matrix.loc[:, own(matrix, region)].any(axis=1)
    return [other for other in matrix.index if named[other] and other != region]


def alone(matrix: pd.DataFrame, region: str) -> list[str]:
    """Technologies that only this province named."""
    return [technology for technology in own(matrix, region) if matrix[technology].sum() == 1]


def finding(matrix: pd.DataFrame, region: str, source: str, record: Record, say: Wording) -> str:
    """What one province chose, and which others chose the same."""
    labels, regions = record.labels(say.language, inline=True), names("region", say.language)
    mine, others = own(matrix, region), sharing(matrix, region)
    return say(
        "region" if others else "region_alone" if mine else "region_none",
        region=regions[region],
        listed=say(f"list_{record.listed}"),
        source=names("strategy_source", say.language, inline=True)[source],
        technologies=listing([labels[technology] for technology in mine], say.language),
        count=len(mine),
        others=listing([regions[other] for other in others], say.language),
        number=len(others),
    )


def neighbour_sentence(
    matrix: pd.DataFrame, neighbours: pd.DataFrame, region: str, source: str, record: Record, say: Wording
) -> str:
    """Which neighbours share a technology, and what no other province named."""
    labels, regions = record.labels(say.language, inline=True), names("region", say.language)
    adjacent = list(neighbours.loc[neighbours["region"] == region, "neighbour"])
    both = [regions[other] for other in sharing(matrix, region) if other in adjacent]
    only = [labels[technology] for technology in alone(matrix, region)]
    near = "none" if not adjacent else "shared" if both else "apart"
    return say(
        f"neighbours_{near}_{'alone' if only else 'none'}",
        region=regions[region],
        source=names("strategy_source", say.language, inline=True)[source],
        adjacent=listing([regions[other] for other in adjacent], say.language),
        both=listing(both, say.language),
        only=listing(only, say.language),
    )


def sentences(
    matrix: pd.DataFrame, neighbours: pd.DataFrame, region: str, source: str, record: Record, say: Wording
) -> list[str]:
    """What one province chose and who else did; where it chose any, what its neighbours and it alone chose."""
    told = [finding(matrix, region, source, record, say)]
    return told + [neighbour_sentence(matrix, neighbours, region, source, record, say)] * bool(own(matrix, region))


def exhibits(matrix: pd.DataFrame, region: str, source: str, record: Record, say: Wording) -> Iterator[Exhibit]:
    """How many other provinces named each technology of this one; nothing where it named fewer than two."""
    mine = own(matrix, region)
    if len(mine) < 2:
        return
    counts = (matrix[mine].sum() - 1).sort_values(ascending=False, kind="stable")
    regions = names("region", say.language)
    who = [
        listing([regions[o] for o in matrix.index if matrix.at[o, technology] and o != region], say.language) or "–"
        for technology in counts.index
    ]
    named = counts.rename(index=record.short(say.language))
    numbers = pd.DataFrame(
        {say("col_technology"): named.index, say("col_others"): named.to_numpy(), say("col_regions"): who}
    )
    yield (
        charts.bars(named, say("axis_others", region=regions[region]), digits=0),
        finding(matrix, region, source, record, say),
        say("source_all"),
        numbers,
    )


def terms_for_readers(record: Record, region: str, source: str, coding: str, say: Wording) -> pd.DataFrame:
    """Every term of one province, or all keywords for the country: its technology, the reason, whether it counts."""
    terms = record.terms
    chosen = terms[terms["kind"] == "keyword"] if region == "national" else terms[terms["region"] == region]
    book = record.codebook[record.codebook["list"].isin(["both", str(record.listed)])]
    rows = chosen.merge(book, on="term", how="left")
    labels = record.labels(say.language) | names("theme", say.language)
    meaning = [
        labels[row.technology] if row.technology != "other" else f"{say('off_list')}: {labels[row.theme]}"
        for row in rows.itertuples()
    ]
    counted = rows["kind"].isin(KINDS[source]) & rows["rule"].isin(RULES[coding])
    weak = rows["weak"].map({True: say("weak"), False: ""})
    frame = {
        say("col_region"): rows["region"].map(names("region", say.language)),
        say("col_term"): rows["term"],
        say("col_kind"): rows["kind"].map(names("term_kind", say.language)),
        say("col_meaning"): meaning,
        say("col_counted"): counted.map({True: say("counted"), False: "–"}) + weak.where(counted, ""),
        say("col_reason"): rows[f"reason_{say.language}"],
    }
    if region != "national":
        del frame[say("col_region")]
    return pd.DataFrame(frame)


def city_plans_for_readers(plans: pd.DataFrame, region: str, say: Wording) -> pd.DataFrame:
    """What cities of a province planned earlier: strategies, goals, industries, clusters and fields."""
    rows = plans[(plans["region"] == region) & plans["kind"].isin(PLANS)]
    return pd.DataFrame(
        {
            say("col_city"): rows["city"].map(names("city", say.language)),
            say("col_kind"): rows["kind"].map(names("plan_kind", say.language)),
            say("col_name"): rows["name"] if say.language == "ko" else rows["name_en"],
            say("col_period"): rows["period"].replace("", "–"),
        }
    ).reset_index(drop=True)


def results(matrix: pd.DataFrame, region: str) -> Iterator[tuple[str, float, str]]:
    """How many technologies a province named, with how many it shares one, and how many are its own."""
    yield "region_technologies", len(own(matrix, region)), "technologies"
    yield "region_shared_with", len(sharing(matrix, region)), "provinces"
    yield "region_alone", len(alone(matrix, region)), "technologies"
