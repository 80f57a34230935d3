"""How concentrated the industry is in its segments, and how its firms differ in size."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts, paths
from kr_industry.concentration import concentration_by_year
from kr_industry.korean import amount
from kr_industry.photonics.industry import Industry
from kr_industry.photonics.segments import ByYear, firms_sentence
from kr_industry.tables import Exhibit, concentrations_for_readers
from kr_industry.wording import Wording, names

CLASSES = ["sales_100_up", "sales_50_100", "sales_10_50", "sales_1_10", "sales_under_1"]
"""Classes of firms by sales (억 원), the largest first."""


def concentrations(by: dict[str, ByYear]) -> pd.DataFrame:
    """The measures of concentration for each measure and year, indexed by (measure, year)."""
    return concentration_by_year({measure: by_year.values.drop(index="total") for measure, by_year in by.items()})


def concentration_sentences(table: pd.DataFrame, by: dict[str, ByYear], say: Industry) -> list[str]:
    """The index in the last two years, by sales and by firms where both have them, against equal segments."""
    index, count = table["herfindahl"], round(1 / table["least"].iloc[0])
    basis, last = next((measure, by_year.last) for measure, by_year in by.items())
    facts = {
        "before_year": last - 1,
        "last_year": last,
        "least": 1 / count,
        "count": count,
        "effective": table.at[(basis, last), "effective"],
        "largest_two": table.at[(basis, last), "largest_two"],
    }
    both = [measure for measure in by if {(measure, last - 1), (measure, last)} <= set(index.index)]
    ends = {measure: (index[measure, last - 1], index[measure, last]) for measure in both}
    if len(both) < 2:
        before, after = (f"{value:.3f}" for value in ends[basis])
        return [say("concentration_one", basis=say(f"basis_{basis}"), before=before, after=after, **facts)]
    facts |= {f"{measure}_before": f"{before:.3f}" for measure, (before, _) in ends.items()}
    facts |= {f"{measure}_after": f"{after:.3f}" for measure, (_, after) in ends.items()}
    rises = {after > before for before, after in ends.values()}
    return [say("concentration", **facts), say("concentration_together" if len(rises) == 1 else "concentration_apart")]


def further_sentences(table: pd.DataFrame, by: dict[str, ByYear], segment: str, say: Industry) -> list[str]:
    """Whether sales and firms moved together, and how the number of firms changed, where the data have both."""
    told = concentration_sentences(table, by, say)[1:]
    return told + ([firms_sentence(by["firms"], segment, say)] if "firms" in by else [])


def concentration_exhibit(table: pd.DataFrame, by: dict[str, ByYear], say: Industry) -> Exhibit:
    """The index by sales and by firms, year by year."""
    index, least = table["herfindahl"].unstack(level=0), table["least"].iloc[0]
    drawn = index[list(by)].rename(columns=lambda measure: say(f"basis_{measure}"))
    outlooks = [year for by_year in by.values() for year in by_year.outlooks]
    unit = say("axis_concentration", note=say("note_open") if outlooks else "")
    line = (say("least", count=round(1 / least), least=least), least)
    return (
        paths.levels(drawn, unit, line, outlooks),
        concentration_sentences(table, by, say)[0],
        say.cite(*(f"segment_{measure}" for measure in by)),
        concentrations_for_readers(table, names("photonics_measure", say.language), say),
    )


def sales_per_firm(by: dict[str, ByYear]) -> pd.DataFrame:
    """Sales per firm (억 원) by segment, the total last, in the last two years that both tables print.

    Empty where there are no such years, as where one of the tables is missing.
    """
    printed = [set(by[measure].printed_years) for measure in ("sales", "firms") if measure in by]
    years = sorted(set.intersection(*printed))[-2:] if len(printed) == 2 else []
    return by["sales"].values[years] / by["firms"].values[years] if len(years) == 2 else pd.DataFrame()


def per_firm_sentence(per_firm: pd.DataFrame, segment: str, say: Industry) -> str:
    """Which segment's firms sell most and least on average, or where one segment stands."""
    labels, (before, last) = say.segments(inline=True), per_firm.columns
    parts = per_firm.drop(index="total")[last].sort_values()
    if segment == "total":
        return say(
            "per_firm",
            year=last,
            total=amount(per_firm.at["total", last], say.language),
            top=labels[parts.index[-1]],
            most=amount(parts.iloc[-1], say.language),
            bottom=labels[parts.index[0]],
            fewest=amount(parts.iloc[0], say.language),
        )
    return say(
        "per_firm_segment",
        segment=labels[segment],
        before_year=before,
        year=last,
        before=amount(per_firm.at[segment, before], say.language),
        after=amount(per_firm.at[segment, last], say.language),
        total=amount(per_firm.at["total", last], say.language),
    )


def per_firm_exhibit(by: dict[str, ByYear], segment: str, say: Industry) -> Exhibit | None:
    """Sales per firm by segment in the last two years, the largest first; None where it cannot be told."""
    per_firm, labels = sales_per_firm(by), say.segments()
    if per_firm.empty:
        return None
    before, last = per_firm.columns
    drawn = per_firm.sort_values(last, ascending=False).rename(index=labels, columns=str)
    highlight = None if segment == "total" else labels[segment]
    return (
        charts.change(drawn[str(before)], drawn[str(last)], (str(before), str(last)), say("axis_per_firm"), highlight),
        per_firm_sentence(per_firm, segment, say),
        say.cite("segment_firms", "segment_sales"),
        drawn.rename_axis(index=None, columns=None).reset_index(names=say("col_segment")),
    )


def cumulative_sizes(sizes: pd.DataFrame) -> pd.DataFrame:
    """Firms with at least the sales of each class, by year and class from the largest down."""
    rows = sizes[sizes["size_class"] != "total"]
    wide = rows.pivot(index="year", columns="size_class", values="firms")
    return wide.reindex(columns=CLASSES).astype(float).fillna(0).cumsum(axis=1)


def size_years(sizes: pd.DataFrame | None) -> list[int]:
    """The last two actual years of the table of sizes; fewer where it has fewer, or where there is none."""
    return (
        [] if sizes is None else [int(y) for y in sorted(sizes.loc[sizes["status"] == "actual", "year"].unique())[-2:]]
    )


def size_sentence(sizes: pd.DataFrame, say: Wording) -> str:
    """How the firms selling five billion won or more, and those under one, changed; no figure in doubt is used."""
    up, (before, last) = cumulative_sizes(sizes), size_years(sizes)
    under = up["sales_under_1"] - up["sales_10_50"]
    total, large = up["sales_under_1"], up["sales_50_100"]
    large_way, small_way = (_way(values[last] - values[before]) for values in (large, under))
    return say(
        "sizes",
        large=say(f"many_{large_way}"),
        small=say(f"few_{small_way}"),
        before_year=before,
        last_year=last,
        large_before=large[before],
        large_after=large[last],
        share_before=100 * large[before] / total[before],
        share_after=100 * large[last] / total[last],
        small_before=under[before],
        small_after=under[last],
    )


def _way(change: float) -> str:
    return "more" if change > 0 else "fewer" if change < 0 else "same"


def sizes_exhibit(sizes: pd.DataFrame, say: Industry) -> Exhibit:
    """Shares of the classes by year; counts and cumulative shares as numbers."""
    outlooks = set(sizes.loc[sizes["status"] == "outlook", "year"])
    classes = names("size_class", say.language)
    up = cumulative_sizes(sizes)
    counts, cumulated = up - up.shift(axis=1, fill_value=0), 100 * up.div(up.iloc[:, -1], axis=0)
    label = {year: say("year_outlook", year=year) if year in outlooks else str(year) for year in up.index}
    columns = {say("col_class"): [classes[name] for name in up.columns]}
    for year, name in label.items():
        columns[say("col_firms_of", year=name)] = counts.loc[year].to_numpy()
        columns[say("col_cumulative_of", year=name)] = cumulated.loc[year].to_numpy()
    drawn = counts.rename(index=label, columns=classes)
    return (
        charts.shares(drawn, say("axis_sizes")),
        size_sentence(sizes, say),
        say.cite("size_classes"),
        pd.DataFrame(columns),
    )


def results(table: pd.DataFrame, by: dict[str, ByYear]) -> Iterator[tuple[str, float, str]]:
    """The index for the years that the tables print."""
    for measure, by_year in by.items():
        for year in by_year.printed_years:
            yield f"hhi_{measure}_{year}", table.at[(measure, year), "herfindahl"], "index"
