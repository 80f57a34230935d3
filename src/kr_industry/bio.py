"""What drove the growth of the Korean bio-industry: tables and sentences for the notebook."""

import pandas as pd

from kr_industry import growth
from kr_industry.korean import amount, listing
from kr_industry.wording import Wording, moved, names


def yearly_growth(production: pd.Series) -> pd.Series:
    """Growth on the year before, in percent, indexed by year; the first year has none."""
    return growth.growth_by_interval(production.astype(float)).set_index("last_year")["rate"]


def segment_table(segments: pd.DataFrame, measure: str) -> pd.DataFrame:
    """2019 and 2020, growth, contribution and share of each segment, the recomputed total last.

    Parameters
    ----------
    segments : pandas.DataFrame
        The table of production and exports by segment.
    measure : str
        ``production`` or ``exports``.

    Returns
    -------
    pandas.DataFrame
        Indexed by segment: ``before`` and ``after`` (억 원), ``growth`` (percent), ``contribution``
        (percentage points), ``share_before`` and ``share`` (percent). A row ``residual`` where the segments
        do not add up to the printed total; the printed total last.
    """
    totals = tuple(float(_rows(segments, year).at["total", measure]) for year in (2019, 2020))
    before, after = (_values(segments, measure, year) for year in (2019, 2020))
    shares = growth.contributions(before, after, totals)
    before, after = (
        growth.with_residual(values, total).reindex(shares.index, fill_value=0.0)
        for values, total in zip((before, after), totals, strict=True)
    )
    before["total"], after["total"] = totals
    shares["total"] = shares.sum()
    rise = (100 * (after / before - 1)).where(before.index != growth.RESIDUAL)
    return pd.DataFrame(
        {
            "before": before,
            "after": after,
            "growth": rise,
            "contribution": shares,
            "share_before": 100 * before / totals[0],
            "share": 100 * after / totals[1],
        }
    )


def _rows(segments: pd.DataFrame, year: int) -> pd.DataFrame:
    return segments[segments["year"] == year].set_index("segment")


def _values(segments: pd.DataFrame, measure: str, year: int) -> pd.Series:
    return _rows(segments, year).drop(index="total")[measure].astype(float)


def export_intensity(segments: pd.DataFrame) -> pd.DataFrame:
    """Exports over production in percent, by segment and for the printed total, one column a year."""
    rows = {year: _rows(segments, year).astype({"exports": float, "production": float}) for year in (2019, 2020)}
    return pd.DataFrame({year: 100 * row["exports"] / row["production"] for year, row in rows.items()})


def growth_without(total_before: float, total_after: float, increase: float) -> float:
    """Growth of a total in percent, had one part stayed at its level of the year before.

    Parameters
    ----------
    total_before, total_after : float
        The total in both years.
    increase : float
        By how much the part grew, in the same unit.

    Examples
    --------
    >>> round(growth_without(126586, 174923, 27782), 1)
    16.2
    """
    return 100 * ((total_after - increase) / total_before - 1)


def speed_sentence(production: pd.Series, say: Wording) -> str:
    """How fast production grew to the last year, with and without it, over how many intervals."""
    first, before, last = production.index[0], production.index[-2], production.index[-1]
    rate = growth.compound_annual_growth_rate
    return say(
        "speed",
        first_year=first,
        before_year=before,
        last_year=last,
        years=last - first,
        first=amount(production[first], say.language),
        last=amount(production[last], say.language),
        growth=100 * (production[last] / production[before] - 1),
        rate=rate(production[first], production[last], last - first),
        rate_before=rate(production[first], production[before], before - first),
    )


def driver_sentence(table: pd.DataFrame, measure: str, segment: str, say: Wording) -> str:
    """Which segment drove the growth of 2020, or what one segment added to it."""
    labels = names("bio_segment", say.language, inline=True)
    noun = names("bio_measure", say.language, inline=True)[measure]
    total = table.loc["total", "growth"]
    if segment == "total":
        parts = (
            table["contribution"].drop(index=["total", growth.RESIDUAL], errors="ignore").sort_values(ascending=False)
        )
        return say(
            "driver",
            measure=noun,
            growth=total,
            top=labels[parts.index[0]],
            gain=parts.iloc[0],
            part=100 * parts.iloc[0] / total,
            second=labels[parts.index[1]],
            gain2=parts.iloc[1],
        )
    row = table.loc[segment]
    return say(
        "driver_segment",
        measure=noun,
        segment=labels[segment],
        before=amount(row["before"], say.language),
        after=amount(row["after"], say.language),
        moved=moved(row["growth"], say),
        contribution=row["contribution"],
        total=total,
        share_before=row["share_before"],
        share=row["share"],
    )


def diagnostics_sentence(production: pd.Series, increase: float, devices: float, say: Wording) -> str:
    """How much of the growth of 2020 was in-vitro diagnostics, and what growth would be had it stood still.

    Parameters
    ----------
    production : pandas.Series
        Production by year.
    increase : float
        Increase of in-vitro diagnostics in 2020, 억 원.
    devices : float
        Increase of biomedical devices, of which diagnostics is a part, 억 원.
    say : Wording
        The words.
    """
    rise = production[2020] - production[2019]
    return say(
        "diagnostics",
        increase=amount(increase, say.language),
        rise=amount(rise, say.language),
        share=100 * increase / rise,
        share_of_devices=100 * increase / devices,
        growth=100 * rise / production[2019],
        without=growth_without(production[2019], production[2020], increase),
    )


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
    change = parts[2020] - parts[2019]
    fallen = [labels[name] for name in parts.index if change[name] < 0]
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


def people_sentence(education: pd.DataFrame, workforce: float, production: float, printed: float, say: Wording) -> str:
    """Workforce, production a head, and degrees against all industries.

    Parameters
    ----------
    education : pandas.DataFrame
        Shares by workforce and degree.
    workforce, production : float
        People, and production in 억 원.
    printed : float
        The share with a master's degree or a doctorate as the text of the source prints it.
    say : Wording
        The words.
    """
    shares = education.set_index(["population", "degree"])["share"]
    graduates = {
        population: shares[population, "doctorate"] + shares[population, "masters"]
        for population in ("bio_industry", "all_industries")
    }
    return say(
        "people",
        workforce=workforce,
        per_head=amount(production / workforce, say.language),
        printed=printed,
        **graduates,
    )


def money_sentence(budgets: pd.DataFrame, say: Wording) -> str:
    """Growth of the budget, and the growth a year that the R&D target needs; the two are not of one scope."""
    investment = budgets[budgets["programme"] == "bio_investment"].set_index("year")["budget"]
    rnd = budgets[budgets["programme"] == "bio_health_rnd"].set_index("year")["budget"]
    rate = growth.compound_annual_growth_rate
    return say(
        "money",
        first=investment[2019],
        last=investment[2022],
        rate=rate(investment[2019], investment[2022], 3),
        rnd=rnd[2017],
        target=rnd[2025],
        rnd_rate=rate(rnd[2017], rnd[2025], 8),
    )


def segments_for_readers(table: pd.DataFrame, segments: pd.DataFrame, measure: str, say: Wording) -> pd.DataFrame:
    """The segment table, with the growth that the source prints beside the recomputed one."""
    printed = _rows(segments, 2020)[f"{measure}_growth"]
    labels = names("bio_segment", say.language) | {growth.RESIDUAL: say("residual")}
    return pd.DataFrame(
        {
            say("col_segment"): [labels[segment] for segment in table.index],
            say("col_2019"): table["before"].to_numpy(),
            say("col_2020"): table["after"].to_numpy(),
            say("col_growth"): table["growth"].to_numpy(),
            say("col_printed"): printed.reindex(table.index).to_numpy(),
            say("col_contribution"): table["contribution"].to_numpy(),
            say("col_share"): table["share"].to_numpy(),
        }
    )


def plans_for_readers(plans: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """What five provinces plan."""
    return pd.DataFrame(
        {
            say("col_region"): plans["region"].map(names("region", say.language)),
            say("col_plan"): plans[say.language],
        }
    )


def limits(segments: pd.DataFrame, say: Wording) -> str:
    """What the data do not reach, with what the segments miss of the printed totals."""
    missing = {
        measure: float(_rows(segments, year).at["total", measure]) - _values(segments, measure, year).sum()
        for measure, year in (("production", 2020), ("exports", 2019))
    }
    return say("limits", **{measure: amount(value, say.language) for measure, value in missing.items()})
