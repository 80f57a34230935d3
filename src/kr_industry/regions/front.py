"""The key figures on the front page of a report on the country or on a province."""

import pandas as pd

from kr_industry.korean import listing
from kr_industry.regions import closeup, cooperation, fate, overlap
from kr_industry.regions.coding import Record
from kr_industry.tables import KeyFigure
from kr_industry.wording import Wording, names


def national_figures(
    matrix: pd.DataFrame, against: pd.DataFrame, codes: pd.DataFrame, record: Record, say: Wording
) -> list[KeyFigure]:
    """How many provinces named any technology, how many pairs share one, what nobody named, and what came back.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Provinces by technologies.
    against : pandas.DataFrame
        What :func:`kr_industry.regions.overlap.against_chance` returned.
    codes : pandas.DataFrame
        What :func:`kr_industry.regions.fate.fate` returned.
    record : Record
        The record that the matrix was read from.
    say : Wording
        The words.
    """
    labels = record.labels(say.language, inline=True)
    unnamed = [labels[technology] for technology in matrix if not matrix[technology].any()]
    kept, dropped = (int((codes == code).to_numpy().sum()) for code in (fate.KEPT, fate.DROPPED))
    counts = {
        "regions": int(matrix.any(axis=1).sum()),
        "of": len(matrix),
        "observed": int(against.at[("rows", "overlapping_pairs"), "observed"]),
        "pairs": len(matrix) * (len(matrix) - 1) // 2,
        "count": len(unnamed),
        "kept": kept,
        "keywords": kept + dropped,
    }
    notes = {"pairs": overlap.chance_note(against, say), "unnamed": listing(unnamed, say.language)}
    return [
        (
            say(f"figure_{name}", **counts),
            say(f"figure_{name}_label", listed=say(f"list_{record.listed}"), **counts),
            notes.get(name, ""),
        )
        for name in ("named", "pairs", "unnamed", "kept")
    ]


def province_figures(
    matrix: pd.DataFrame, joined: pd.DataFrame, region: str, record: Record, say: Wording
) -> list[KeyFigure]:
    """What a province named, how many others and how many neighbours named it too, and whom it cooperates with.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Provinces by technologies.
    joined : pandas.DataFrame
        What :func:`kr_industry.regions.cooperation.ties` returned.
    region : str
        The province.
    record : Record
        The record that the matrix was read from.
    say : Wording
        The words.
    """
    labels, regions = record.labels(say.language, inline=True), names("region", say.language)
    mine, others = closeup.own(matrix, region), closeup.sharing(matrix, region)
    near, partners = (
        cooperation.partners(joined, region, tier, say.language) for tier in (cooperation.SAME, cooperation.STATED)
    )
    own = listing([labels[technology] for technology in mine], say.language) or say("figure_own_none")
    listed = say(f"list_{record.listed}")
    found = [(say("figure_own", count=len(mine)), say("figure_own_label", region=regions[region], listed=listed), own)]
    if mine:
        shared = listing([regions[other] for other in others], say.language)
        found.append((say("figure_provinces", count=len(others)), say("figure_sharing_label"), shared))
        beside = listing(near.index, say.language)
        found.append((say("figure_provinces", count=len(near)), say("figure_near_label"), beside))
    stated = listing(partners.index, say.language)
    if partners.any():
        key = "figure_disputed_all" if partners.all() else "figure_disputed"
        stated = say(key, stated=stated, disputed=listing(partners.index[partners], say.language))
    return [*found, (say("figure_provinces", count=len(partners)), say("figure_partners_label"), stated)]
