"""What growth was made of: firms, people per firm, and sales per person."""

import math
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from kr_industry import growth, paths, spans
from kr_industry.korean import amount, listing
from kr_industry.photonics.industry import Industry
from kr_industry.photonics.stages import bounds
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names

FACTORS = ("firms", "size", "productivity")
"""Sales are firms, times employees per firm, times sales per employee."""


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


def decomposition_exhibit(parts: pd.DataFrame, annual: pd.DataFrame, say: Industry) -> Exhibit:
    """The factors by interval."""
    named = parts.rename(columns=names("photonics_factor", say.language))
    named.index = [f"{first}–{last}" for first, last in parts.index]
    return (
        spans.stacked(named, say("axis_decomposition"), say("total_growth")),
        decomposition_sentences(parts, annual, say)[0],
        say.cite("annual"),
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


def round_ratios(values: pd.Series) -> list[float]:
    """Two to four round numbers up to the highest value, evenly apart from nought, for lines of equal ratios.

    Examples
    --------
    >>> round_ratios(pd.Series([0.6, 3.47])), round_ratios(pd.Series([0.03, 0.11]))
    ([1.0, 2.0, 3.0], [0.05, 0.1])
    """
    highest = float(values.max())
    scale = 10.0 ** math.floor(math.log10(highest))
    step = next(step for step in (0.2, 0.5, 1.0, 2.0, 2.5) if highest / (step * scale) < 4.5)
    return [round(step * scale * times, 12) for times in range(1, int(highest / (step * scale)) + 1)]


def _ray(ratio: float, say: Wording) -> str:
    """Sales per employee (억 원) as a line of the chart is named."""
    return say("ray", value=amount(ratio, say.language).replace(" million", "m"))


def productivity_exhibit(annual: pd.DataFrame, say: Industry) -> Exhibit:
    """Employment and sales, joined in the order of years."""
    labels = names("photonics_measure", say.language)
    units = (say("axis_trail_employment"), say("axis_trail_sales"))
    rays = {_ray(ratio, say): ratio for ratio in round_ratios(sales_per_employee(annual))}
    table = annual[["employment", "sales"]].rename(index=str, columns=labels)
    table[say("col_per_employee")] = sales_per_employee(annual).round(2).to_numpy()
    return (
        paths.trail(annual[["employment", "sales"]].astype(float), units, rays),
        productivity_sentence(annual, say),
        say.cite("annual"),
        table.reset_index(names=say("col_year")),
    )


def results(parts: pd.DataFrame, annual: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """The factors of the last interval, and sales per employee of every year."""
    first, last = parts.index[-1]
    for name in FACTORS:
        yield f"decomposition_{first}_{last}_{name}", parts.iloc[-1][name], "log points a year"
    for year, value in sales_per_employee(annual).items():
        yield f"sales_per_employee_{year}", value, "100 million won"
