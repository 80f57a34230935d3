"""Where photonics stands among what the region has named as its industries."""

import pandas as pd

from kr_industry import grids, style
from kr_industry.korean import listing
from kr_industry.photonics.industry import Industry
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

OWN, OTHER = 1, 2
"""Codes of the chart: photonics, and another field."""


def named_fields(strategy: pd.DataFrame, language: str) -> pd.DataFrame:
    """Fields (rows) by plan (columns), with :data:`OWN` or :data:`OTHER` where the plan names the field."""
    fields, plans = names("strategy_field", language), names("strategy_plan", language)
    industry = strategy[strategy["field"] != "other"]
    codes = pd.DataFrame(0, index=[f for f in fields if f != "other"], columns=list(plans))
    for row in industry.itertuples():
        codes.at[row.field, row.plan] = OWN if row.photonics else OTHER
    return codes.rename(index=fields, columns=plans)


def for_readers(strategy: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Every term with its plan, field and reason."""
    return pd.DataFrame(
        {
            say("col_plan"): strategy["plan"].map(names("strategy_plan", say.language)),
            say("col_term"): strategy[{"ko": "term", "en": "term_en"}[say.language]],
            say("col_field"): strategy["field"].map(names("strategy_field", say.language)),
            say("col_reason"): strategy[f"reason_{say.language}"],
        }
    )


def sentences(strategy: pd.DataFrame, say: Wording) -> list[str]:
    """What was named in 2013 and in 2022, whether photonics is among it, and what its absence does not mean."""
    column = {"ko": "term", "en": "term_en"}[say.language]
    inline = strategy.assign(**{column: strategy[column].str[:1].str.lower() + strategy[column].str[1:]})
    rows = dict(iter((strategy if say.language == "ko" else inline).groupby("plan", sort=False)))
    old, keyword, programmes = (rows[plan] for plan in ("clusters_2013", "keyword_2022", "programmes_2022"))
    return [
        say(
            "strategy_named" if programmes["photonics"].any() else "strategy",
            old=len(old),
            old_own=int(old["photonics"].sum()),
            old_names=listing(list(old.loc[old["photonics"], column]), say.language),
            keyword=listing(list(keyword[column]), say.language),
            programmes=len(programmes),
            named=listing(list(programmes.loc[programmes["field"] != "other", column]), say.language),
        ),
        say("strategy_absence"),
    ]


def sources(say: Industry) -> list[str]:
    """The documents that the plans are in."""
    strategy = say.table("strategy")
    return [] if strategy is None else list(strategy["source"].unique())


def exhibits(say: Industry) -> list[Exhibit]:
    """Which plan named which field; nothing where the industry has no such table."""
    strategy = say.table("strategy")
    return [] if strategy is None else [exhibit(strategy, say)]


def further_sentences(say: Industry) -> list[str]:
    """What the absence from a plan does not mean, or that plans are not in the data."""
    strategy = say.table("strategy")
    return [say("strategy_missing")] if strategy is None else sentences(strategy, say)[1:]


def exhibit(strategy: pd.DataFrame, say: Wording) -> Exhibit:
    """Which plan named which field."""
    kinds = {OWN: (say("strategy_kind_own"), style.FOCUS), OTHER: (say("strategy_kind_other"), style.SHADES[2])}
    drawn = named_fields(strategy, say.language)
    return grids.matrix(drawn, kinds), sentences(strategy, say)[0], say("source_strategy"), for_readers(strategy, say)
