"""What provinces plan for biotechnology, beside what the regional notebook's coding finds in their other plans."""

import pandas as pd

from kr_industry import grids
from kr_industry.korean import listing
from kr_industry.regions.coding import code
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

TECHNOLOGY = "advanced_biotechnology"
KINDS = ("project", "keyword", "programme")
"""Kinds of terms: what the bio article tells, the keyword of January 2022, the programmes of July 2022."""
SOURCES = ("strategic_tech_2022", "inauguration_2022")
"""Documents of the keywords and of the programmes."""


def named(terms: pd.DataFrame, codebook: pd.DataFrame, regions: list[str], coding: str = "broad") -> pd.DataFrame:
    """Where each province (row) names biotechnology: True by kind of term (columns :data:`KINDS`)."""
    coded = code(terms, codebook, coding)
    found = coded[coded["technology"] == TECHNOLOGY]
    pairs = set(zip(found["region"], found["kind"], strict=True))
    return pd.DataFrame([[(region, kind) in pairs for kind in KINDS] for region in regions], regions, KINDS)


def sentences(plans: pd.DataFrame, naming: pd.DataFrame, say: Wording) -> list[str]:
    """Whom the article tells of, how many of them name biotechnology elsewhere, and who else does."""
    labels = names("region", say.language)

    def told(regions: list[str]) -> str:
        return listing([labels[region] for region in regions], say.language)

    five = list(plans["region"])
    kept = {kind: [region for region in five if naming.at[region, kind]] for kind in ("keyword", "programme")}
    again = [region for region in five if naming.loc[region, ["keyword", "programme"]].any()]
    others = [region for region in naming.index if naming.loc[region].any() and region not in five]
    return [
        say(
            "plans",
            regions=told(five),
            count=len(five),
            again=told(again) or say("nobody"),
            again_count=len(again),
            keywords=len(kept["keyword"]),
            programmes=len(kept["programme"]),
        ),
        say("plans_others", others=told(others), count=len(others)),
        say("plans_note"),
    ]


def exhibit(plans: pd.DataFrame, naming: pd.DataFrame, tiles: pd.DataFrame, say: Wording) -> Exhibit:
    """The provinces on the tile map: told of in the article, or naming biotechnology elsewhere.

    Parameters
    ----------
    plans : pandas.DataFrame
        What the article tells, a row a province.
    naming : pandas.DataFrame
        What :func:`named` returned.
    tiles : pandas.DataFrame
        The table of provinces, indexed by their identifiers.
    say : Wording
        The words.
    """
    five = set(plans["region"])
    shades = {region: 2 if region in five else int(naming.loc[region].any()) for region in naming.index}
    notes = {
        region: "\n".join(say(f"kind_{kind}") for kind in KINDS if naming.at[region, kind] and kind != "project")
        for region in naming.index
    }
    marks = naming.apply(lambda column: column.map({True: "○", False: ""})).rename(
        index=names("region", say.language), columns={kind: say(f"col_{kind}") for kind in KINDS}
    )
    return (
        grids.tile_map(tiles.rename(columns={say.language: "name"}), shades, notes, scale=say("map_scale")),
        sentences(plans, naming, say)[0],
        say("source_plans"),
        marks[marks.ne("").any(axis=1)].reset_index(names=say("col_region")),
    )


def for_readers(plans: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """What five provinces plan."""
    return pd.DataFrame(
        {
            say("col_region"): plans["region"].map(names("region", say.language)),
            say("col_plan"): plans[say.language],
        }
    )
