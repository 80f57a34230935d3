"""Places abroad: what can be set side by side, and why the rest cannot."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts
from kr_industry.korean import listing
from kr_industry.tables import Exhibit, quantity
from kr_industry.wording import Wording, names


def joined(comparisons: pd.DataFrame, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """The figures named for comparison with what the sources print of them."""
    return comparisons.merge(benchmarks, left_on="figure", right_on="id", how="left", suffixes=("", "_printed"))


def alike(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Groups of figures that can be set side by side."""
    yield from rows[rows["comparable"]].groupby("group", sort=False)


def group_sentence(group: str, rows: pd.DataFrame, say: Wording) -> str:
    """One group that can be compared, in the order of the rows."""
    label = names("comparison", say.language)[group]
    told = [
        f"{name} {quantity(row.value, row.unit, say.language)}"
        for name, row in zip(_named(rows, label, say), rows.itertuples(), strict=True)
    ]
    return say("alike", measure=label, values=listing(told, say.language))


def _named(rows: pd.DataFrame, label: str, say: Wording) -> list[str]:
    """What each figure is about: the place, or where a place stands twice, the indicator without what all share."""
    entities = rows["entity"].map(names("entity", say.language))
    if entities.is_unique:
        return entities.tolist()
    return [text.removesuffix(f" {label}") for text in rows[f"indicator_{say.language}"]]


def exhibits(rows: pd.DataFrame, say: Wording) -> Iterator[Exhibit]:
    """A chart for each group that can be compared."""
    labels = names("comparison", say.language)
    for group, own in alike(rows):
        ranked = own.sort_values("value", ascending=False, kind="stable")
        values = pd.Series(ranked["value"].to_numpy(), index=_named(ranked, labels[group], say))
        yield (
            charts.bars(values, f"{labels[group]}, %"),
            group_sentence(group, ranked, say),
            say("source_benchmarks"),
            for_readers(ranked, say),
        )


def for_readers(rows: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Figures as printed, whether they can be compared, and why."""
    qualifiers = names("qualifier", say.language)
    return pd.DataFrame(
        {
            say("col_entity"): rows["entity"].map(names("entity", say.language)),
            say("col_indicator"): rows[f"indicator_{say.language}"],
            say("col_value"): [quantity(row.value, row.unit, say.language) for row in rows.itertuples()],
            say("col_qualifier"): rows["qualifier"].map(qualifiers),
            say("col_period"): rows["period"].replace("", "–"),
            say("col_comparable"): rows["comparable"].map({True: say("side_by_side"), False: say("not_side_by_side")}),
            say("col_why"): rows[f"reason_{say.language}"],
        }
    ).reset_index(drop=True)


def finding(rows: pd.DataFrame, say: Wording) -> str:
    """How many groups can be compared, and how many not."""
    groups = rows.groupby("group", sort=False)["comparable"].any()
    return say("abroad", kinds=len(groups), yes=int(groups.sum()), no=int((~groups).sum()))
