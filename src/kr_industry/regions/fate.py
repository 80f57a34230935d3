"""Whether the new administrations of July 2022 kept the keyword of January."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import grids, style
from kr_industry.kept import kept
from kr_industry.korean import listing
from kr_industry.regions.chosen import codes_for_readers
from kr_industry.regions.coding import Record
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

DROPPED, ADDED, KEPT = 1, 2, 3
"""Codes: named by keyword only, by programme only, by both."""


def fate(keywords: pd.DataFrame, programmes: pd.DataFrame) -> pd.DataFrame:
    """:data:`DROPPED`, :data:`ADDED` or :data:`KEPT` for each province and technology; 0 where neither names it."""
    return keywords.astype(int) + 2 * programmes.astype(int)


def finding(codes: pd.DataFrame, say: Wording) -> str:
    """In how many provinces a technology of the keyword came back in July."""
    regions = names("region", say.language)
    back = [regions[region] for region in codes.index if (codes.loc[region] == KEPT).any()]
    counts = {code: int((codes == code).to_numpy().sum()) for code in (DROPPED, ADDED, KEPT)}
    return say(
        "kept" if back else "kept_none",
        kept=counts[KEPT],
        keywords=counts[KEPT] + counts[DROPPED],
        regions=listing(back, say.language),
        added=counts[ADDED],
        dropped=counts[DROPPED],
    )


def more_sentences(record: Record, coding: str, say: Wording) -> list[str]:
    """Why absence is weak evidence, in numbers, and which keywords outside the list have a theme that came back."""
    coded = record.coded(coding)
    told = {}
    for kind in ("keyword", "programme"):
        terms = record.terms[record.terms["kind"] == kind]
        named = coded.loc[coded["kind"] == kind, "id"].nunique()
        told |= {f"{kind}s": len(terms), f"{kind}s_named": named, f"{kind}s_share": 100 * named / len(terms)}
    counts = record.terms[record.terms["kind"] == "programme"].groupby("region").size()
    return [
        say("kept_note", fewest=int(counts.min()), most=int(counts.max()), **told),
        *outside_sentences(record, say),
    ]


@kept
def outside(record: Record) -> pd.DataFrame:
    """Keywords outside the list: ``region``, ``term``, ``theme``, and ``again``, programmes of the same theme."""
    book = record.codebook[record.codebook["list"].isin(["both", str(record.listed)])]
    rows = record.terms.merge(book[["term", "technology", "theme"]], on="term")
    rows = rows[rows["technology"] == "other"]
    keywords, programmes = (rows[rows["kind"] == kind] for kind in ("keyword", "programme"))
    again = [
        ", ".join(programmes.loc[(programmes["region"] == row.region) & (programmes["theme"] == row.theme), "term"])
        for row in keywords.itertuples()
    ]
    return keywords[["region", "term", "theme"]].assign(again=again).reset_index(drop=True)


def outside_sentences(record: Record, say: Wording) -> list[str]:
    """Keywords outside the list, and those whose theme came back under another word; nothing where there are none."""
    rows = outside(record)
    if rows.empty:
        return []
    regions, themes = names("region", say.language), names("theme", say.language, inline=True)
    # Terms stand as printed, in Korean; readers of English are told the theme.
    terms = rows["term"] if say.language == "ko" else rows["theme"].map(themes)
    told = [f"{regions[region]} {term}" for region, term in zip(rows["region"], terms, strict=True)]
    arrows = [f" → {row.again}" if say.language == "ko" else "" for row in rows.itertuples()]
    back = [name + arrow for name, arrow, again in zip(told, arrows, rows["again"], strict=True) if again]
    return [
        say(
            "outside_back" if back else "outside",
            count=len(rows),
            terms=listing(told, say.language),
            back=listing(back, say.language),
        )
    ]


def exhibit(codes: pd.DataFrame, order: pd.DataFrame, region: str, record: Record, say: Wording) -> Exhibit:
    """The matrix of fates, in the order of another matrix."""
    labels = names("region", say.language)
    kinds = {
        DROPPED: (say("only_keyword"), style.THIRD),
        ADDED: (say("only_programme"), style.SHADES[3]),
        KEPT: (say("in_both"), style.FOCUS),
    }
    named = codes.loc[order.index, order.columns].rename(index=labels, columns=record.short(say.language))
    highlight = None if region == "national" else labels[region]
    return (
        grids.matrix(named, kinds, highlight),
        finding(codes, say),
        say("source_all"),
        codes_for_readers(named, kinds, say("col_region")),
    )


def for_readers(codes: pd.DataFrame, record: Record, say: Wording) -> pd.DataFrame:
    """Each province: its keywords as printed, and the technologies kept, not seen again, and new."""
    short, regions = record.short(say.language), names("region", say.language)
    keywords = record.terms[record.terms["kind"] == "keyword"].groupby("region", sort=False)["term"].agg(", ".join)

    rows = dict(zip(codes.index, codes.to_numpy().tolist(), strict=True))

    def told(region: str, code: int) -> str:
        own = zip(codes, rows[region], strict=True)
        return listing([short[name] for name, found in own if found == code], say.language) or "–"

    return pd.DataFrame(
        {
            say("col_region"): [regions[region] for region in codes.index],
            say("col_keywords"): [keywords.get(region, "–") for region in codes.index],
            say("col_kept"): [told(region, KEPT) for region in codes.index],
            say("col_dropped"): [told(region, DROPPED) for region in codes.index],
            say("col_added"): [told(region, ADDED) for region in codes.index],
        }
    )


def results(codes: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """How many choices by keyword came back, did not, and are new."""
    for name, code in (("keywords_kept", KEPT), ("keywords_dropped", DROPPED), ("programmes_added", ADDED)):
        yield name, (codes == code).to_numpy().sum(), "choices"
