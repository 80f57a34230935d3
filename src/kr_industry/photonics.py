"""What happened to the photonics industry of Gwangju: tables and sentences for the notebook."""

import pandas as pd

from kr_industry import growth
from kr_industry.korean import amount, listing
from kr_industry.wording import Wording, moved, names

BOUNDS = (1999, 2003, 2008, 2012, 2013, 2018)
"""Ends of the policy stages, the year of the peak, and the last year of table 3."""


def interval_growth(annual: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Compound annual growth of a measure between the ends of the policy stages that ``annual`` covers.

    Parameters
    ----------
    annual : pandas.DataFrame
        Table 3, indexed by year.
    measure : str
        ``sales``, ``employment`` or ``firms``.
    """
    years = list(annual.index)
    bounds = sorted({years[0], years[-1], *(bound for bound in BOUNDS if bound in annual.index)})
    return growth.growth_by_interval(annual[measure].astype(float), bounds)


def segment_values(table: pd.DataFrame, column: str, year: int) -> pd.Series:
    """Values of the six segments in one year, without the printed total, in the order of the source."""
    rows = table[(table["year"] == year) & (table["segment"] != "total")]
    if "scope" in rows:
        rows = rows[rows["scope"] == "whole"]
    return rows.set_index("segment")[column].astype(float)


def segment_table(sales: pd.DataFrame) -> pd.DataFrame:
    """Sales of each segment in 2017 and 2018, growth recomputed, and contribution to the growth of the total.

    Returns
    -------
    pandas.DataFrame
        Indexed by segment, ``total`` last: ``before`` and ``after`` (억 원), ``growth`` (percent),
        ``contribution`` (percentage points), ``share`` (percent of sales in 2018).
    """
    before, after = (segment_values(sales, "sales", year) for year in (2017, 2018))
    frame = pd.DataFrame(
        {
            "before": before,
            "after": after,
            "growth": 100 * (after / before - 1),
            "contribution": growth.contributions(before, after),
            "share": 100 * after / after.sum(),
        }
    )
    frame.loc["total"] = [
        before.sum(),
        after.sum(),
        100 * (after.sum() / before.sum() - 1),
        frame["contribution"].sum(),
        100.0,
    ]
    return frame


def scale_sentence(annual: pd.DataFrame, measure: str, say: Wording) -> str:
    """How large the measure was at the start, at its peak and at the end."""
    values = annual[measure].astype(float)
    peak = int(values.idxmax())
    first, last = annual.index[0], annual.index[-1]
    written = {year: quantity(values[year], measure, say.language) for year in (first, peak, last)}
    key = "scale" if first < peak < last else "scale_monotone"
    return say(
        key,
        measure=names("photonics_measure", say.language, inline=True)[measure],
        first_year=first,
        first=written[first],
        peak_year=peak,
        peak=written[peak],
        last_year=last,
        last=written[last],
        drop=100 * (1 - values[last] / values[peak]),
        moved=moved(100 * (values[last] / values[first] - 1), say),
    )


def rates_sentence(rates: pd.DataFrame, measure: str, say: Wording) -> str:
    """The compound annual growth rates of all intervals, in one sentence."""
    parts = [
        say("rate", first_year=row.first_year, last_year=row.last_year, rate=row.rate) for row in rates.itertuples()
    ]
    return say(
        "rates",
        measure=names("photonics_measure", say.language, inline=True)[measure],
        rates=listing(parts, say.language),
    )


def quantity(value: float, measure: str, language: str) -> str:
    """A value of a measure with its unit."""
    if measure == "sales":
        return amount(value, language)
    unit = {"employment": "persons", "firms": "firms"}[measure]
    gap = " " if language == "en" else ""
    return f"{value:,.0f}{gap}{names('unit', language)[unit]}"


def together_sentence(annual: pd.DataFrame, say: Wording) -> str:
    """How the three measures changed from the peak of sales to the last year, and what a firm sells on average."""
    peak, last = int(annual["sales"].astype(float).idxmax()), int(annual.index[-1])
    if peak == last:
        return say("together_at_peak", peak_year=peak)
    change = {
        column: moved(100 * (annual.at[last, column] / annual.at[peak, column] - 1), say)
        for column in ("sales", "employment", "firms")
    }
    per_firm = {
        year: amount(annual.at[year, "sales"] / annual.at[year, "firms"], say.language) for year in (peak, last)
    }
    return say("together", peak_year=peak, last_year=last, **change, before=per_firm[peak], after=per_firm[last])


def driver_sentence(table: pd.DataFrame, segment: str, say: Wording) -> str:
    """Which segment drove the growth of sales in 2018, or what one segment added to it."""
    labels = names("photonics_segment", say.language, inline=True)
    parts = table.drop(index="total").sort_values("contribution")
    total = table.loc["total", "growth"]
    if segment == "total":
        top, bottom = parts.index[-1], parts.index[0]
        return say(
            "driver",
            growth=total,
            top=labels[top],
            gain=parts.at[top, "contribution"],
            bottom=labels[bottom],
            loss=-parts.at[bottom, "contribution"],
        )
    row = table.loc[segment]
    key = (
        "driver_flat"
        if row["before"] == row["after"]
        else "driver_gain"
        if row["after"] > row["before"]
        else "driver_loss"
    )
    return say(
        key,
        segment=labels[segment],
        sales=amount(row["after"], say.language),
        share=row["share"],
        growth=abs(row["growth"]),
        contribution=abs(row["contribution"]),
        total=total,
    )


def firms_sentence(firms: pd.DataFrame, segment: str, say: Wording) -> str:
    """How the number of firms changed from 2016 to 2018."""
    labels = names("photonics_segment", say.language, inline=True)
    before, after = (segment_values(firms, "firms", year) for year in (2016, 2018))
    if segment == "total":
        net = after - before
        top, bottom = (
            listing([labels[name] for name in net.index[net == end]], say.language) for end in (net.max(), net.min())
        )
        return say(
            "firms", before=before.sum(), after=after.sum(), top=top, gain=net.max(), bottom=bottom, loss=-net.min()
        )
    share = 100 * after[segment] / after.sum()
    return say("firms_segment", segment=labels[segment], before=before[segment], after=after[segment], share=share)


def size_sentence(sizes: pd.DataFrame, say: Wording) -> str:
    """How the classes at the two ends changed from 2017 to 2018."""
    count = sizes.set_index(["year", "size_class"])["firms"]
    return say(
        "sizes",
        large_before=count[2017, "sales_100_up"],
        large_after=count[2018, "sales_100_up"],
        small_before=count[2017, "sales_under_1"] + count[2017, "sales_1_10"],
        small_after=count[2018, "sales_under_1"] + count[2018, "sales_1_10"],
    )


def outlook_sentences(totals: pd.DataFrame, sales: pd.DataFrame, say: Wording) -> list[str]:
    """The association's outlook for 2019; where two tables give two totals, both, and where the gap seems to lie."""
    whole = totals[totals["scope"] == "whole"].set_index("year")
    rows = sales[(sales["year"] == 2019) & (sales["scope"] == "whole")].set_index("segment")
    table7, table5, before = whole.at[2019, "sales"], rows.at["total", "sales"], whole.at[2018, "sales"]
    if table7 == table5:
        growth7 = 100 * (table7 / before - 1)
        return [say("outlook_agreed", outlook=amount(table7, say.language), growth=growth7)]
    doubtful = rows.loc["light_sources"]
    return [
        say(
            "outlook",
            table7=amount(table7, say.language),
            table5=amount(table5, say.language),
            printed=whole.at[2019, "growth"],
            growth7=100 * (table7 / before - 1),
            growth5=100 * (table5 / before - 1),
        ),
        say(
            "outlook_cause",
            gap=amount(table7 - table5, say.language),
            segment=names("photonics_segment", say.language, inline=True)["light_sources"],
            value=amount(doubtful["sales"], say.language),
            growth=doubtful["growth"],
            share=doubtful["share"],
            implied=amount(doubtful["sales"] + table7 - table5, say.language),
        ),
    ]


def outlooks(totals: pd.DataFrame, sales: pd.DataFrame, say: Wording) -> pd.Series:
    """Total sales by year, with the outlook for 2019 at the end, or both where two tables give two."""
    whole = totals[totals["scope"] == "whole"].set_index("year")["sales"].astype(float)
    rows = sales[(sales["year"] == 2019) & (sales["scope"] == "whole")].set_index("segment")["sales"]
    path = whole.drop(2019).rename(index=str)
    if rows["total"] == whole[2019]:
        path[say("year_outlook", year=2019)] = whole[2019]
        return path
    path[say("year_outlook_table", year=2019, table=5)] = float(rows["total"])
    path[say("year_outlook_table", year=2019, table=7)] = whole[2019]
    return path


def own_sales(sales: pd.DataFrame, segment: str, say: Wording) -> pd.Series:
    """Sales of one segment by year, the outlook named as such."""
    rows = sales[(sales["segment"] == segment) & (sales["scope"] == "whole")]
    labels = [
        str(row.year) if row.status == "actual" else say("year_outlook", year=row.year) for row in rows.itertuples()
    ]
    return pd.Series(rows["sales"].to_numpy(float), index=labels)


def own_sentence(sales: pd.DataFrame, segment: str, say: Wording) -> str:
    """Sales of one segment in two years and the outlook."""
    first, last, outlook = (amount(value, say.language) for value in own_sales(sales, segment, say))
    return say(
        "own",
        segment=names("photonics_segment", say.language, inline=True)[segment],
        first=first,
        last=last,
        outlook=outlook,
    )


def rates_for_readers(rates: pd.DataFrame, measure: str, say: Wording) -> pd.DataFrame:
    """Growth by interval, with columns named in the reader's language."""
    unit = say(f"unit_{measure}")
    return pd.DataFrame(
        {
            say("col_interval"): [f"{row.first_year}–{row.last_year}" for row in rates.itertuples()],
            say("col_years"): rates["years"],
            say("col_first", unit=unit): rates["first"],
            say("col_last", unit=unit): rates["last"],
            say("col_rate"): rates["rate"],
        }
    )


def segments_for_readers(parts: pd.DataFrame, sales: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """The segment table with the growth that the source prints beside the recomputed one."""
    printed = sales[(sales["year"] == 2018) & (sales["scope"] == "whole")].set_index("segment")["growth"]
    return pd.DataFrame(
        {
            say("col_segment"): [names("photonics_segment", say.language)[segment] for segment in parts.index],
            say("col_2017"): parts["before"].to_numpy(),
            say("col_2018"): parts["after"].to_numpy(),
            say("col_growth"): parts["growth"].to_numpy(),
            say("col_printed"): printed.reindex(parts.index).to_numpy(),
            say("col_contribution"): parts["contribution"].to_numpy(),
            say("col_share"): parts["share"].to_numpy(),
        }
    )


def firms_for_readers(firms: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """Firms by segment, one column a year."""
    wide = firms.pivot(index="segment", columns="year", values="firms")
    labels = names("photonics_segment", say.language)
    wide = wide.loc[[segment for segment in labels if segment in wide.index]]
    wide = wide.rename(index=labels, columns=str).rename_axis(columns=None)
    return wide.reset_index(names=say("col_segment"))
