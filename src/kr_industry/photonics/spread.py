"""How concentrated the industry is in its segments, and how its firms differ in size."""

from collections.abc import Iterator

import pandas as pd

from kr_industry import charts, paths
from kr_industry.concentration import concentration_by_year
from kr_industry.korean import amount
from kr_industry.photonics.segments import ByYear
from kr_industry.tables import Exhibit, concentrations_for_readers
from kr_industry.wording import Wording, names


def concentrations(by_years: list[ByYear]) -> pd.DataFrame:
    """The measures of concentration for each measure and year, indexed by (measure, year)."""
    return concentration_by_year({by_year.measure: by_year.values.drop(index="total") for by_year in by_years})


def concentration_sentences(table: pd.DataFrame, say: Wording) -> list[str]:
    """The index by sales and by firms in the last two years of both, against equal segments."""
    index, count = table["herfindahl"], round(1 / table["least"].iloc[0])
    change = {measure: index[measure, 2018] - index[measure, 2017] for measure in ("sales", "firms")}
    together = (change["sales"] > 0) == (change["firms"] > 0)
    told = say(
        "concentration",
        sales_before=f"{index['sales', 2017]:.3f}",
        sales_after=f"{index['sales', 2018]:.3f}",
        firms_before=f"{index['firms', 2017]:.3f}",
        firms_after=f"{index['firms', 2018]:.3f}",
        least=1 / count,
        count=count,
        effective=table.at[("sales", 2018), "effective"],
        largest_two=table.at[("sales", 2018), "largest_two"],
    )
    return [told, say("concentration_together" if together else "concentration_apart")]


def concentration_exhibit(table: pd.DataFrame, sales: ByYear, say: Wording) -> Exhibit:
    """The index by sales and by firms, year by year."""
    index, least = table["herfindahl"].unstack(level=0), table["least"].iloc[0]
    drawn = index[["sales", "firms"]].rename(columns=lambda measure: say(f"basis_{measure}"))
    line = (say("least", count=round(1 / least), least=least), least)
    return (
        paths.levels(drawn, say("axis_concentration"), line, sales.outlooks),
        concentration_sentences(table, say)[0],
        say("table_45"),
        concentrations_for_readers(table, names("photonics_measure", say.language), say),
    )


def sales_per_firm(sales: ByYear, firms: ByYear) -> pd.DataFrame:
    """Sales per firm (억 원) by segment, the total last, in the years that both tables print."""
    years = [2017, 2018]
    return sales.values[years] / firms.values[years]


def per_firm_sentence(per_firm: pd.DataFrame, segment: str, say: Wording) -> str:
    """Which segment's firms sell most and least on average, or where one segment stands."""
    labels = names("photonics_segment", say.language, inline=True)
    parts = per_firm.drop(index="total")[2018].sort_values()
    if segment == "total":
        return say(
            "per_firm",
            total=amount(per_firm.at["total", 2018], say.language),
            top=labels[parts.index[-1]],
            most=amount(parts.iloc[-1], say.language),
            bottom=labels[parts.index[0]],
            fewest=amount(parts.iloc[0], say.language),
        )
    return say(
        "per_firm_segment",
        segment=labels[segment],
        before=amount(per_firm.at[segment, 2017], say.language),
        after=amount(per_firm.at[segment, 2018], say.language),
        total=amount(per_firm.at["total", 2018], say.language),
    )


def per_firm_exhibit(sales: ByYear, firms: ByYear, segment: str, say: Wording) -> Exhibit:
    """Sales per firm by segment in the last two years, the largest first."""
    per_firm = sales_per_firm(sales, firms)
    labels = names("photonics_segment", say.language)
    drawn = per_firm.sort_values(2018, ascending=False).rename(index=labels, columns=str)
    highlight = None if segment == "total" else labels[segment]
    return (
        charts.change(drawn["2017"], drawn["2018"], ("2017", "2018"), say("axis_per_firm"), highlight),
        per_firm_sentence(per_firm, segment, say),
        say("table_45"),
        drawn.rename_axis(index=None, columns=None).reset_index(names=say("col_segment")),
    )


def cumulative_sizes(sizes: pd.DataFrame) -> pd.DataFrame:
    """Firms with at least the sales of each class, by year and class from the largest down."""
    rows = sizes[sizes["size_class"] != "total"]
    wide = rows.pivot(index="year", columns="size_class", values="firms")[list(rows["size_class"].unique())]
    return wide.astype(float).cumsum(axis=1)


def size_sentence(sizes: pd.DataFrame, say: Wording) -> str:
    """How the firms selling five billion won or more, and those under one, changed; no figure in doubt is used."""
    up = cumulative_sizes(sizes)
    under = up["sales_under_1"] - up["sales_10_50"]
    total = up["sales_under_1"]
    return say(
        "sizes",
        large_before=up.at[2017, "sales_50_100"],
        large_after=up.at[2018, "sales_50_100"],
        share_before=100 * up.at[2017, "sales_50_100"] / total[2017],
        share_after=100 * up.at[2018, "sales_50_100"] / total[2018],
        small_before=under[2017],
        small_after=under[2018],
    )


def sizes_exhibit(sizes: pd.DataFrame, say: Wording) -> Exhibit:
    """Shares of the classes by year; counts and cumulative shares as numbers."""
    classes = names("size_class", say.language)
    up = cumulative_sizes(sizes)
    counts, cumulated = up - up.shift(axis=1, fill_value=0), 100 * up.div(up.iloc[:, -1], axis=0)
    label = {year: str(year) if year < 2019 else say("year_outlook", year=year) for year in up.index}
    columns = {say("col_class"): [classes[name] for name in up.columns]}
    for year, name in label.items():
        columns[say("col_firms_of", year=name)] = counts.loc[year].to_numpy()
        columns[say("col_cumulative_of", year=name)] = cumulated.loc[year].to_numpy()
    drawn = counts.rename(index=label, columns=classes)
    return charts.shares(drawn, say("axis_sizes")), size_sentence(sizes, say), say("table_8"), pd.DataFrame(columns)


def results(table: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """The index for the years that the tables print."""
    for measure, year in (("sales", 2017), ("sales", 2018), ("firms", 2016), ("firms", 2017), ("firms", 2018)):
        yield f"hhi_{measure}_{year}", table.at[(measure, year), "herfindahl"], "index"
