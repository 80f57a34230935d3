"""Whether it is an export industry: exports over production, and what changed them."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts, spans
from kr_industry.bio.segments import rows
from kr_industry.korean import listing
from kr_industry.ratios import within_between
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names, points

PARTS = ("within", "between")
"""Change of intensity within segments, and through their weights."""


def export_intensity(segments: pd.DataFrame) -> pd.DataFrame:
    """Exports over production in percent, by segment and for the printed total, one column a year."""
    tables = {year: rows(segments, year) for year in (2019, 2020)}
    return pd.DataFrame({year: 100 * table["exports"] / table["production"] for year, table in tables.items()})


def change(segments: pd.DataFrame) -> pd.DataFrame:
    """The change of export intensity by segment, in percentage points: ``within`` and ``between``."""
    before, after = (rows(segments, year)[["exports", "production"]].drop(index="total") for year in (2019, 2020))
    return 100 * within_between(before, after)


def discrepancy(segments: pd.DataFrame) -> float:
    """What the segments miss of the change of the printed totals' ratio, in percentage points."""
    total = export_intensity(segments).loc["total"]
    return float(total[2020] - total[2019] - change(segments).to_numpy().sum())


def intensity_sentence(intensity: pd.DataFrame, segment: str, say: Wording) -> str:
    """What part of production is exported, and where that changed most."""
    labels = names("bio_segment", say.language, inline=True)
    before, after = intensity.loc["total", 2019], intensity.loc["total", 2020]
    if segment != "total":
        return say(
            "intensity_segment",
            segment=labels[segment],
            before=intensity.at[segment, 2019],
            after=intensity.at[segment, 2020],
            total=after,
        )
    parts = intensity.drop(index="total")
    moves = parts[2020] - parts[2019]
    fallen = [labels[name] for name in parts.index if moves[name] < 0]
    return say(
        "intensity",
        before=before,
        after=after,
        top=labels[parts[2020].idxmax()],
        top_value=parts[2020].max(),
        fallen=listing(fallen, say.language),
        count=len(fallen),
        of=len(parts),
    )


def change_sentence(segments: pd.DataFrame, segment: str, say: Wording) -> str:
    """How much of the change happened within segments and how much between them."""
    labels = names("bio_segment", say.language, inline=True)
    moved = change(segments)
    within, between = (moved[part].sum() for part in PARTS)
    if segment != "total":
        own = moved.loc[segment].map(points)
        told = say("change_segment", segment=labels[segment], total=within + between, **own)
        made = pd.DataFrame({year: rows(segments, year)["production"] for year in (2019, 2020)})
        before, after = (made / made.loc["total"]).loc[segment]
        against = (after - before) * moved.at[segment, "between"] < 0
        return f"{told} {say('change_shrank' if after < before else 'change_grew')}" if against else told
    key = "change" if within * between > 0 else "change_against"
    return say(
        key,
        total=within + between,
        within=within,
        between=between,
        part=100 * within / (within + between),
        top_within=labels[moved["within"].idxmax()],
        top_between=labels[moved["between"].idxmax()],
        most_within=moved["within"].max(),
        most_between=moved["between"].max(),
    )


def intensity_exhibit(intensity: pd.DataFrame, segment: str, say: Wording) -> Exhibit:
    """Export intensity of every segment and of the total in both years."""
    labels = names("bio_segment", say.language)
    named = intensity.rename(index=labels)
    highlight = None if segment == "total" else labels[segment]
    return (
        charts.change(named[2019], named[2020], ("2019", "2020"), say("axis_intensity"), highlight),
        intensity_sentence(intensity, segment, say),
        say("table_segments"),
        named.rename(columns=str).rename_axis(index=None, columns=None).reset_index(names=say("col_segment")),
    )


def change_exhibit(segments: pd.DataFrame, segment: str, say: Wording) -> Exhibit:
    """The change of export intensity by segment, within and between, the largest first."""
    labels = names("bio_segment", say.language)
    moved = change(segments)
    moved = moved.loc[moved.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    whole = pd.DataFrame({part: [moved[part].sum()] for part in PARTS}, index=[labels["total"]])
    drawn = pd.concat([whole, moved.rename(index=labels)])[list(PARTS)]
    drawn = drawn.rename(columns={part: say(f"part_{part}") for part in PARTS})
    return (
        spans.stacked(drawn, say("axis_change"), say("part_sum")),
        change_sentence(segments, segment, say),
        say("table_segments"),
        drawn.reset_index(names=say("col_segment")),
    )


def results(segments: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """Export intensity of the total, and its change within, between and unexplained: together the whole change."""
    for year, value in export_intensity(segments).loc["total"].items():
        yield f"export_intensity_{year}", value, "percent"
    for part in PARTS:
        yield f"export_intensity_{part}", change(segments)[part].sum(), "percentage points"
    yield "export_intensity_discrepancy", discrepancy(segments), "percentage points"
