"""What growth was made of: firms, people per firm, and sales per person."""

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from kr_industry import growth, paths, spans
from kr_industry.korean import amount, listing
from kr_industry.photonics.stages import bounds
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

FACTORS = ("firms", "size", "productivity")
"""Sales are firms, times employees per firm, times sales per employee."""
RAYS = (1, 2, 3)
"""Sales per employee (억 원) of the rays in the chart of productivity."""


def factors(annual: pd.DataFrame) -> pd.DataFrame:
    """Firms, employees per firm and sales per employee (억 원), by year."""
    table = annual[["sales", "employment", "firms"]].astype(float)
    return pd.DataFrame(
        {
            "firms": table["firms"],
            "size": table["employment"] / table["firms"],
            "productivity": table["sales"] / table["employment"],
        }
    )


def decompositions(annual: pd.DataFrame) -> pd.DataFrame:
    """The growth of sales taken apart into its factors, in log points a year, for each policy stage.

    Returns
    -------
    pandas.DataFrame
        A column for each of :data:`FACTORS`, indexed by (first year, last year); a row adds up to the growth of
        sales.
    """
    table = factors(annual)
    rows = {
        (first, last): 100 * growth.decomposition(table.loc[first], table.loc[last])["log_change"] / (last - first)
        for first, last in pairwise(bounds(annual))
    }
    return pd.DataFrame.from_dict(rows, orient="index")[list(FACTORS)]


def decomposition_sentences(parts: pd.DataFrame, annual: pd.DataFrame, say: Wording) -> list[str]:
    """The last interval taken apart in money, and the largest factor of each interval in log points."""
    labels = names("photonics_factor", say.language, inline=True)
    first, last = parts.index[-1]
    table = factors(annual)
    money = growth.decomposition(table.loc[first], table.loc[last])["change"]
    largest = [
        say(
            "decomposition_largest",
            first_year=start,
            last_year=end,
            factor=labels[values.abs().idxmax()],
            value=values[values.abs().idxmax()],
        )
        for (start, end), values in parts.iterrows()
    ]
    return [
        say(
            "decomposition",
            first_year=first,
            last_year=last,
            change=amount(abs(money.sum()), say.language),
            direction=say("decomposition_up" if money.sum() >= 0 else "decomposition_down"),
            **{name: amount(money[name], say.language, signed=True) for name in FACTORS},
        ),
        say("decomposition_each", largest=listing(largest, say.language)),
    ]


def decomposition_exhibit(parts: pd.DataFrame, annual: pd.DataFrame, say: Wording) -> Exhibit:
    """The factors by interval."""
    named = parts.rename(columns=names("photonics_factor", say.language))
    named.index = [f"{first}–{last}" for first, last in parts.index]
    return (
        spans.stacked(named, say("axis_decomposition"), say("total_growth")),
        decomposition_sentences(parts, annual, say)[0],
        say("table_3"),
        named.reset_index(names=say("col_interval")),
    )


def sales_per_employee(annual: pd.DataFrame) -> pd.Series:
    """Sales per employee (억 원) by year."""
    return factors(annual)["productivity"]


def productivity_sentence(annual: pd.DataFrame, say: Wording) -> str:
    """Sales per employee at the start, at their highest and at the end, and what moved them last."""
    table = annual[["sales", "employment"]].astype(float)
    per_head = sales_per_employee(annual)
    first, peak, last = annual.index[0], int(per_head.idxmax()), annual.index[-1]
    if peak in (first, last):
        return say(
            "productivity_monotone",
            first_year=first,
            first=amount(per_head[first], say.language),
            last_year=last,
            last=amount(per_head[last], say.language),
        )
    change = 100 * (table.loc[last] / table.loc[peak] - 1)
    return say(
        "productivity",
        first_year=first,
        first=amount(per_head[first], say.language),
        peak_year=peak,
        peak=amount(per_head[peak], say.language),
        last_year=last,
        last=amount(per_head[last], say.language),
        sales=change["sales"],
        employment=change["employment"],
    )


def productivity_exhibit(annual: pd.DataFrame, say: Wording) -> Exhibit:
    """Employment and sales, joined in the order of years."""
    labels = names("photonics_measure", say.language)
    units = (say("axis_trail_employment"), say("axis_trail_sales"))
    rays = {say("ray", ratio=ratio): float(ratio) for ratio in RAYS}
    table = annual[["employment", "sales"]].rename(index=str, columns=labels)
    table[say("col_per_employee")] = sales_per_employee(annual).round(2).to_numpy()
    return (
        paths.trail(annual[["employment", "sales"]].astype(float), units, rays),
        productivity_sentence(annual, say),
        say("table_3"),
        table.reset_index(names=say("col_year")),
    )


def results(parts: pd.DataFrame, annual: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """The factors of the last interval, and sales per employee of every year."""
    first, last = parts.index[-1]
    for name in FACTORS:
        yield f"decomposition_{first}_{last}_{name}", parts.iloc[-1][name], "log points a year"
    for year, value in sales_per_employee(annual).items():
        yield f"sales_per_employee_{year}", value, "100 million won"
