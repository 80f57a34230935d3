"""Who chose what: the map, the ordered matrix, and their sentences."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import grids, style
from kr_industry.korean import listing
from kr_industry.regions.coding import Record, choices, ordered
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

BROAD, EXPLICIT = 1, 2
"""Codes of a matrix: named by a sub-field only, or by the technology's own word."""


def front(region: str, record: Record, source: str, say: Wording) -> dict[str, str]:
    """What the front page of a report says of itself: ``title``, ``subject`` and ``vintage``."""
    return {
        "title": title(region, record, say),
        "subject": subject(region, record, source, say),
        "vintage": say("vintage"),
    }


def subject(region: str, record: Record, source: str, say: Wording) -> str:
    """What a report is about: the country or a province, the list, and the source."""
    return say(
        "subject" if region == "national" else "subject_region",
        region="" if region == "national" else names("region", say.language)[region],
        listed=say(f"list_{record.listed}_full"),
        source=names("strategy_source", say.language, inline=True)[source],
    )


def title(region: str, record: Record, say: Wording) -> str:
    """The title of a report."""
    listed = say(f"list_{record.listed}")
    if region == "national":
        return say("title", listed=listed)
    return say("title_region", region=names("region", say.language)[region], listed=listed)


def coverage_sentence(matrix: pd.DataFrame, record: Record, source: str, say: Wording) -> str:
    """How many provinces named how many technologies, and which provinces named none."""
    regions = names("region", say.language)
    without = [regions[region] for region in matrix.index if not matrix.loc[region].any()]
    return say(
        "coverage" if without else "coverage_all",
        source=names("strategy_source", say.language, inline=True)[source],
        regions=int(matrix.any(axis=1).sum()),
        of=len(matrix),
        technologies=int(matrix.any().sum()),
        listed=say(f"list_{record.listed}"),
        without=listing(without, say.language),
        without_count=len(without),
    )


def matrix_sentence(codes: pd.DataFrame, say: Wording) -> str:
    """How many choices there are, and how many of them rest on a sub-field only."""
    cells, regions = codes.to_numpy(), names("region", say.language)
    broad = [regions[region] for region in codes.index if (codes.loc[region] == BROAD).any()]
    return say(
        "matrix" if broad else "matrix_explicit",
        cells=int((cells > 0).sum()),
        explicit=int((cells == EXPLICIT).sum()),
        broad=int((cells == BROAD).sum()),
        regions=listing(broad, say.language),
    )


def matrix_codes(coded: pd.DataFrame, matrix: pd.DataFrame, source: str) -> pd.DataFrame:
    """The matrix as codes: :data:`EXPLICIT` for the technology's own word, :data:`BROAD` for a sub-field only."""
    explicit = choices(coded[coded["rule"] == "explicit"], list(matrix.index), list(matrix.columns), source)
    return matrix.astype(int) + explicit.astype(int)


def tile_notes(matrix: pd.DataFrame, short: dict[str, str], say: Wording) -> dict[str, str]:
    """Up to two technologies of each province, one a line, and how many more."""
    notes = {}
    for region in matrix.index:
        own = [short[technology] for technology in matrix.columns if matrix.at[region, technology]]
        rest = [say("more", count=len(own) - 2)] if len(own) > 2 else []
        notes[region] = "\n".join([*own[:2], *rest])
    return notes


def map_exhibit(
    matrix: pd.DataFrame, tiles: pd.DataFrame, region: str, source: str, record: Record, say: Wording
) -> Exhibit:
    """The provinces on the tile map, darker the more technologies they named."""
    highlight = None if region == "national" else region
    short = record.short(say.language)
    drawing = grids.tile_map(
        tiles.rename(columns={say.language: "name"}),
        matrix.sum(axis=1).to_dict(),
        tile_notes(matrix, short, say),
        highlight,
        say("map_scale"),
    )
    numbers = pd.DataFrame(
        {
            say("col_region"): names("region", say.language)[name],
            say("col_number"): int(row.sum()),
            say("col_technologies"): listing([short[t] for t in matrix if row[t]], say.language) or "–",
        }
        for name, row in matrix.iterrows()
    )
    return drawing, coverage_sentence(matrix, record, source, say), say(f"source_{source}"), numbers


def codes_for_readers(codes: pd.DataFrame, kinds: dict[int, tuple[str, str]], rows: str) -> pd.DataFrame:
    """A matrix of codes with the name of each code in its place; ``rows`` is what the rows are."""
    texts = {code: name for code, (name, _) in kinds.items()} | {0: ""}
    return codes.map(lambda code: texts[code]).reset_index(names=rows)


def matrix_exhibit(
    matrix: pd.DataFrame, coded: pd.DataFrame, source: str, region: str, record: Record, say: Wording
) -> Exhibit:
    """The ordered matrix, with what rests on a sub-field only in a lighter colour."""
    labels = names("region", say.language)
    codes = matrix_codes(coded, ordered(matrix), source)
    kinds = {BROAD: (say("rule_broad"), style.SHADES[2]), EXPLICIT: (say("rule_explicit"), style.FOCUS)}
    named = codes.rename(index=labels, columns=record.short(say.language))
    highlight = None if region == "national" else labels[region]
    return (
        grids.matrix(named, kinds, highlight),
        matrix_sentence(codes, say),
        say(f"source_{source}"),
        codes_for_readers(named, kinds, say("col_region")),
    )


def results(matrix: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """How many choices there are, and how many technologies and provinces they reach."""
    yield "cells", matrix.to_numpy().sum(), "choices"
    yield "technologies_covered", matrix.any().sum(), "technologies"
    yield "technologies_uncovered", (~matrix.any()).sum(), "technologies"
    yield "regions_without", (~matrix.any(axis=1)).sum(), "provinces"
