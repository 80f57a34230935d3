"""Which province chose which strategic technology: tables and sentences for the notebook."""

from itertools import combinations

import pandas as pd

from kr_industry.korean import listing
from kr_industry.wording import Wording, names

KINDS = {"keywords": ("keyword",), "programmes": ("programme",), "both": ("keyword", "programme")}
"""Kinds of terms that each source of a report takes."""

RULES = {"explicit": ("explicit",), "broad": ("explicit", "broad")}
"""Rules of the codebook that each coding accepts."""


def code(terms: pd.DataFrame, codebook: pd.DataFrame, coding: str = "broad") -> pd.DataFrame:
    """Terms with the technology that the codebook gives them; terms outside the list left out.

    Parameters
    ----------
    terms : pandas.DataFrame
        ``region``, ``kind``, ``term``.
    codebook : pandas.DataFrame
        ``term``, ``technology``, ``rule``, ``weak``.
    coding : str
        ``explicit`` takes only the technology's own word, ``broad`` also its clear sub-fields.

    Returns
    -------
    pandas.DataFrame
        The terms with ``technology``, ``rule`` and ``weak``; a term of two technologies stands twice.

    Raises
    ------
    ValueError
        The coding is not known.
    """
    if coding not in RULES:
        raise ValueError(f"coding is {coding!r}; expected one of {', '.join(RULES)}")
    coded = terms.merge(codebook[["term", "technology", "rule", "weak"]], on="term", how="left")
    return coded[coded["rule"].isin(RULES[coding])].reset_index(drop=True)


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
    rows = coded[coded["kind"].isin(KINDS[source])]
    named = set(zip(rows["region"], rows["technology"], strict=True))
    return pd.DataFrame(
        [[(region, technology) in named for technology in technologies] for region in regions],
        index=regions,
        columns=technologies,
        dtype=bool,
    )


def overlapping_pairs(matrix: pd.DataFrame) -> int:
    """How many pairs of provinces share at least one technology.

    Examples
    --------
    >>> overlapping_pairs(pd.DataFrame({"a": [True, True, False], "b": [False, False, True]}))
    1
    """
    rows = matrix.to_numpy()
    return sum(bool((rows[i] & rows[j]).any()) for i, j in combinations(range(len(rows)), 2))


def ordered(matrix: pd.DataFrame) -> pd.DataFrame:
    """The matrix with crowded technologies first, and provinces that share them next to each other."""
    columns = matrix.sum().sort_values(ascending=False, kind="stable").index
    weights = [2 ** (len(columns) - i) for i in range(len(columns))]
    rank = (matrix[columns] * weights).sum(axis=1).sort_values(ascending=False, kind="stable")
    return matrix.loc[rank.index, columns]


def kept(keywords: pd.DataFrame, programmes: pd.DataFrame) -> pd.DataFrame:
    """Technologies named by keyword only (1), by programme only (2) and by both (3); 0 by neither."""
    return keywords.astype(int) + 2 * programmes.astype(int)


def coverage_sentence(matrix: pd.DataFrame, say: Wording) -> str:
    """How many provinces named how many technologies, and which technology nobody named."""
    labels = names("technology", say.language, inline=True)
    unnamed = [labels[technology] for technology in matrix.columns if not matrix[technology].any()]
    without = [names("region", say.language)[region] for region in matrix.index if not matrix.loc[region].any()]
    return say(
        "coverage" if unnamed else "coverage_all",
        regions=int(matrix.any(axis=1).sum()),
        of=len(matrix),
        technologies=int(matrix.any().sum()),
        all=matrix.shape[1],
        unnamed=listing(unnamed, say.language, "or"),
        without=listing(without, say.language),
        without_count=len(without),
    )


def crowd_sentence(matrix: pd.DataFrame, say: Wording) -> str:
    """Which technology most provinces chose, and how many pairs of provinces overlap."""
    counts = matrix.sum()
    crowd = [technology for technology in matrix.columns if counts[technology] == counts.max()]
    regions = names("region", say.language)
    who = listing([regions[region] for region in matrix.index if matrix.at[region, crowd[0]]], say.language)
    labels = names("technology", say.language, inline=True)
    pairs = len(matrix) * (len(matrix) - 1) // 2
    return say(
        "crowd" if len(crowd) == 1 else "crowd_tied",
        shared=int((counts >= 2).sum()),
        crowd=int(counts.max()),
        who=who,
        top=listing([labels[technology] for technology in crowd], say.language),
        overlapping=overlapping_pairs(matrix),
        pairs=pairs,
    )


def matrix_sentence(codes: pd.DataFrame, say: Wording) -> str:
    """How many choices there are, and how many of them rest on a sub-field only."""
    cells = codes.to_numpy()
    regions = names("region", say.language)
    weak = listing([regions[region] for region in codes.index if (codes.loc[region] == 1).any()], say.language)
    key = "matrix" if weak else "matrix_explicit"
    return say(
        key, cells=int((cells > 0).sum()), explicit=int((cells == 2).sum()), broad=int((cells == 1).sum()), regions=weak
    )


def kept_sentence(keywords: pd.DataFrame, programmes: pd.DataFrame, say: Wording) -> str:
    """In how many provinces a technology of the keyword came back in the programmes of July 2022."""
    both = keywords & programmes
    regions = names("region", say.language)
    named = listing([regions[region] for region in both.index if both.loc[region].any()], say.language)
    return say(
        "kept",
        kept=int(both.to_numpy().sum()),
        keywords=int(keywords.to_numpy().sum()),
        regions=named,
        added=int((programmes & ~keywords).to_numpy().sum()),
        dropped=int((keywords & ~programmes).to_numpy().sum()),
    )


def region_sentence(matrix: pd.DataFrame, region: str, source: str, say: Wording) -> str:
    """What one province chose, and which others chose the same."""
    labels, regions = names("technology", say.language, inline=True), names("region", say.language)
    own = [technology for technology in matrix.columns if matrix.at[region, technology]]
    if not own:
        read_from = names("strategy_source", say.language, inline=True)[source]
        return say("region_none", region=regions[region], source=read_from)
    others = matrix.index[matrix[own].any(axis=1) & (matrix.index != region)]
    key = "region" if len(others) else "region_alone"
    return say(
        key,
        region=regions[region],
        technologies=listing([labels[technology] for technology in own], say.language),
        count=len(own),
        others=listing([regions[other] for other in others], say.language),
        number=len(others),
    )


def overlap_for_readers(matrix: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Technologies with the provinces that chose them, most crowded first."""
    labels, regions = names("technology", say.language), names("region", say.language)
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


def terms_for_readers(
    terms: pd.DataFrame, codebook: pd.DataFrame, region: str, source: str, coding: str, say: Wording
) -> pd.DataFrame:
    """Every term of one province, or all keywords for the country: its technology, the reason, whether it counts.

    Parameters
    ----------
    terms, codebook : pandas.DataFrame
        The tables of these names.
    region : str
        A province, or ``national``.
    source, coding : str
        What the report counts: terms of these kinds (:data:`KINDS`), coded by these rules (:data:`RULES`).
    say : Wording
        The words.
    """
    chosen = terms[terms["kind"] == "keyword"] if region == "national" else terms[terms["region"] == region]
    rows = chosen.merge(codebook, on="term", how="left")
    labels = names("technology", say.language) | names("theme", say.language)
    meaning = [
        labels[row.technology] if row.technology != "other" else f"{say('outside')}: {labels[row.theme]}"
        for row in rows.itertuples()
    ]
    counted = rows["kind"].isin(KINDS[source]) & rows["rule"].isin(RULES[coding])
    frame = {
        say("col_region"): rows["region"].map(names("region", say.language)),
        say("col_term"): rows["term"],
        say("col_kind"): rows["kind"].map(names("term_kind", say.language)),
        say("col_meaning"): meaning,
        say("col_counted"): counted.map({True: say("counted"), False: "–"}),
        say("col_reason"): rows[f"reason_{say.language}"],
    }
    if region != "national":
        del frame[say("col_region")]
    return pd.DataFrame(frame)


def codes_for_readers(codes: pd.DataFrame, kinds: dict[int, tuple[str, str]], say: Wording) -> pd.DataFrame:
    """A matrix of codes with the name of each code in its place."""
    texts = {code: name for code, (name, _) in kinds.items()} | {0: ""}
    return codes.map(lambda code: texts[code]).reset_index(names=say("col_region"))


def matrix_codes(coded: pd.DataFrame, matrix: pd.DataFrame, source: str) -> pd.DataFrame:
    """The matrix with 2 where a term names the technology by its own word, 1 where only by a sub-field."""
    explicit = choices(coded[coded["rule"] == "explicit"], list(matrix.index), list(matrix.columns), source)
    return matrix.astype(int) + explicit.astype(int)


def tile_notes(matrix: pd.DataFrame, say: Wording) -> dict[str, str]:
    """Up to two technologies of each province, one a line, and how many more."""
    short = names("technology_short", say.language)
    notes = {}
    for region in matrix.index:
        own = [short[technology] for technology in matrix.columns if matrix.at[region, technology]]
        rest = [say("more", count=len(own) - 2)] if len(own) > 2 else []
        notes[region] = "\n".join([*own[:2], *rest])
    return notes


def city_plans_for_readers(plans: pd.DataFrame, region: str, say: Wording) -> pd.DataFrame:
    """What cities of a province planned earlier: strategies, goals, industries, clusters and fields."""
    rows = plans[(plans["region"] == region) & plans["kind"].isin(["strategy", "goal", "industry", "cluster", "field"])]
    return pd.DataFrame(
        {
            say("col_city"): rows["city"].map(names("city", say.language)),
            say("col_kind"): rows["kind"].map(names("plan_kind", say.language)),
            say("col_name"): rows["name"] if say.language == "ko" else rows["name_en"],
            say("col_period"): rows["period"].replace("", "–"),
        }
    ).reset_index(drop=True)
