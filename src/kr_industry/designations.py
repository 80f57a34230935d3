"""What provinces applied for and what the government granted them, beside what documents attach to them.

A row of the table ``designations`` is one application, or what one province holds of a grant for one technology or
field. An application has the project of the grant it led to; that it was not granted follows and is stored nowhere.
"""

from collections.abc import Collection

import pandas as pd

COMPLEXES = ("complex", "materials_complex")
"""Kinds of rounds in which a province applies for an industrial complex, and the government grants it."""

STEPS = ("named", "named_applied", "named_granted", "applied", "granted")
"""How far a technology of a province came: named in documents, applied for, granted; the last two without a name."""


def announced(designations: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """How many applications and grants each round has in the tables, beside the numbers announced.

    Parameters
    ----------
    designations, rounds : pandas.DataFrame
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        By round, in the order of the table: ``kind``, ``decided``, ``applicants`` (``listed`` where every one is
        named), ``applied`` and ``granted`` as counted, ``applied_total`` and ``granted_total`` as announced. What
        several provinces share is one grant; being chosen as a candidate or for talks counts as granted here.
    """
    applied = designations["stage"] == "applied"
    counted = {
        "applied": designations[applied].groupby("round").size(),
        "granted": designations[~applied].groupby("round")["project"].nunique(),
    }
    rows = rounds.set_index("id")[["kind", "decided", "applicants", "applied_total", "granted_total"]]
    return rows.assign(**{name: found.reindex(rows.index, fill_value=0) for name, found in counted.items()})


def applications(designations: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """Every application and what came of it.

    Returns
    -------
    pandas.DataFrame
        The rows of applications with ``kind`` and ``decided`` of their round and ``outcome``: ``granted``,
        ``not_granted``, or ``open`` where the round is not decided.
    """
    rows = designations[designations["stage"] == "applied"].join(
        rounds.set_index("id")[["kind", "decided"]], on="round"
    )
    won = designations[designations["stage"] == "granted"]
    granted = pd.MultiIndex.from_frame(rows[["round", "project"]]).isin(
        pd.MultiIndex.from_frame(won[["round", "project"]])
    )
    outcome = pd.Series(granted, rows.index).map({True: "granted", False: "not_granted"})
    return rows.assign(outcome=outcome.mask(rows["decided"] == "", "open")).reset_index(drop=True)


def steps(
    named: pd.DataFrame,
    designations: pd.DataFrame,
    rounds: pd.DataFrame,
    since: str,
    kinds: Collection[str] = COMPLEXES,
) -> pd.DataFrame:
    """What came of each technology of each province: named in documents, applied for, granted.

    Parameters
    ----------
    named : pandas.DataFrame
        Provinces by technologies, True where a document attaches the technology to the province.
    designations, rounds : pandas.DataFrame
        The tables of these names.
    since : str
        Only rounds decided after this day or month count: what was granted before the documents came cannot follow
        from them.
    kinds : collection of str, optional
        Kinds of rounds that count.

    Returns
    -------
    pandas.DataFrame
        A row for each technology and province where either is: ``technology`` (those of the matrix that such a round
        was about, in its order), ``region``, ``named``, ``applications`` (how many), ``grants`` (how many), and
        ``step``, one of :data:`STEPS`. Who was granted had applied, also where the applicants are not published.
    """
    counted = rounds.loc[rounds["kind"].isin(kinds) & (rounds["decided"] > since), "id"]
    rows = designations[designations["round"].isin(counted) & designations["technology"].isin(named.columns)]
    technologies = [name for name in named.columns if name in set(rows["technology"])]
    keys = pd.MultiIndex.from_product([technologies, named.index], names=["technology", "region"])
    by = rows.groupby("stage")
    counts = {stage: part.groupby(["technology", "region"])["project"] for stage, part in by}
    applied = counts["applied"].size() if "applied" in counts else pd.Series(dtype=int)
    granted = counts["granted"].nunique() if "granted" in counts else pd.Series(dtype=int)
    found = pd.DataFrame(
        {
            "named": named[technologies].T.stack().reindex(keys) if technologies else pd.Series(dtype=bool),
            "applications": applied.reindex(keys, fill_value=0),
            "grants": granted.reindex(keys, fill_value=0),
        },
        index=keys,
    )
    last = pd.Series("", keys).mask(found["applications"] > 0, "applied").mask(found["grants"] > 0, "granted")
    first = found["named"].map({True: "named", False: ""}).astype(str)
    step = (first + "_" + last).str.strip("_")
    return found.assign(step=step)[step != ""].reset_index()


def tally(came: pd.DataFrame) -> pd.Series:
    """How many technologies of provinces were named, applied for and granted, and where the industry was at home.

    Parameters
    ----------
    came : pandas.DataFrame
        Rows of :func:`steps` with ``quotient``, the location quotient of the nearest industry.

    Returns
    -------
    pandas.Series
        ``named``, and of these ``named_applied`` and ``named_granted``; ``granted``, and of these ``granted_unnamed``
        and ``granted_above`` (a quotient above 1); ``refused``, applied for and not granted, and ``refused_above``.

    Examples
    --------
    >>> rows = [(True, 1, 1, 2.0), (True, 0, 0, 0.5), (False, 2, 0, 1.5), (False, 0, 1, 0.9)]
    >>> came = pd.DataFrame(rows, columns=["named", "applications", "grants", "quotient"])
    >>> tally(came)[["named", "named_granted", "granted", "granted_above", "refused_above"]].tolist()
    [2, 1, 2, 1, 1]
    """
    named, won, above = came["named"].astype(bool), came["grants"] > 0, came["quotient"] > 1
    tried = won | (came["applications"] > 0)
    flags = {
        "named": named,
        "named_applied": named & tried,
        "named_granted": named & won,
        "granted": won,
        "granted_unnamed": won & ~named,
        "granted_above": won & above,
        "refused": tried & ~won,
        "refused_above": tried & ~won & above,
    }
    return pd.DataFrame(flags).sum()
