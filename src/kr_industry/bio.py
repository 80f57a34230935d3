"""What Korea's bio-industry makes and exports by segment, and what is left of the growth of 2020 without diagnostics.

The source prints by how much the production of in-vitro diagnostics grew in 2020, but not from which level, nor what
of it was exported. What cannot be known is kept as bounds over every level that it could have been (Manski 2003),
never as a point.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from kr_industry import growth

DIGEST = "bio_2022"
"""The policy digest of 2022 from which all figures up to 2020 are, in sources.csv."""
REFERENCE = 2020
"""The year of the survey that the digest cites. What only the digest prints is about this year and the one before,
whatever years the tables go on to: the increase of diagnostics, the workforce, the "average over five years"."""
MEASURES = ("production", "exports")
DIAGNOSTICS_IN = "bio_medical_devices"
"""The segment that the source counts diagnostics in."""


def annual(production: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Rows of production by year, and for years that have none the printed total of the table of segments."""
    totals = segments[(segments["segment"] == "total") & ~segments["year"].isin(production["year"])]
    rows = pd.concat([production, totals[["year", "production", "source", "place"]]])
    return rows.sort_values("year", ignore_index=True)


def by_segment(segments: pd.DataFrame) -> pd.DataFrame:
    """Production and exports in 억 원 by segment and year.

    Parameters
    ----------
    segments : pandas.DataFrame
        ``year``, ``segment`` and the measures, the printed total among the segments.

    Returns
    -------
    pandas.DataFrame
        Years as columns, rows by (measure, segment): the segments in their order, ``residual``, what they miss of the
        printed total, left out where they miss nothing, and ``total`` as printed.

    Raises
    ------
    ValueError
        There are fewer than two years, or one is missing in between: no year would be the year before.
    """
    years = sorted({int(year) for year in segments["year"]})
    if len(years) < 2 or years[-1] - years[0] != len(years) - 1:
        raise ValueError(f"segments are compared over years that follow one another, got {years}")
    order = [name for name in segments["segment"].unique() if name != "total"]
    tables = {}
    for measure in MEASURES:
        rows = segments.astype({"year": int}).pivot(index="segment", columns="year", values=measure).astype(float)
        missing = (rows.loc[["total"]] - rows.loc[order].sum()).rename({"total": "residual"})
        tables[measure] = pd.concat([rows.loc[order], missing[missing.any(axis=1)], rows.loc[["total"]]])
    return pd.concat(tables, names=["measure", "segment"])


def alone(table: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """The segments of a table without the rows ``residual`` and ``total``."""
    return table[~table.index.get_level_values("segment").isin(["residual", "total"])]


def rounding(table: pd.DataFrame) -> pd.DataFrame:
    """Growth in percent on the year before that values rounded to whole 억 원 leave possible.

    Parameters
    ----------
    table : pandas.DataFrame
        Values by segment (rows) and year (columns).

    Returns
    -------
    pandas.DataFrame
        ``low`` and ``high``, a row for each cell but those of the first year.
    """
    before = table.shift(axis=1)
    ends = {"low": (table - 0.5) / (before + 0.5), "high": (table + 0.5) / (before - 0.5)}
    return pd.DataFrame({name: 100 * (ratio.iloc[:, 1:].stack() - 1) for name, ratio in ends.items()})


class Bounds(NamedTuple):
    """The least and the most that a number can be."""

    low: float
    high: float


Pair = tuple[float, float]
"""Values of the year before and of the year."""


@dataclass(frozen=True)
class Diagnostics:
    """What is known of in-vitro diagnostics, and what growth was without it.

    Amounts are in 억 원, growth in percent. Neither diagnostics nor the rest of its segment exports more than it
    makes in the year.

    Parameters
    ----------
    increase : float
        Growth of the production of diagnostics.
    production, exports : (float, float)
        Of the whole industry, in the year before and in the year.
    segment_production, segment_exports : (float, float)
        Of the segment that diagnostics is a part of.

    Raises
    ------
    ValueError
        The increase does not fit into the segment, or a segment exports more than it produces.
    """

    increase: float
    production: Pair
    exports: Pair
    segment_production: Pair
    segment_exports: Pair

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 <= self.increase <= self.segment_production[1]:
            raise ValueError(f"an increase of {self.increase:g} does not fit into {self.segment_production[1]:g}")
        for exported, produced in zip(self.segment_exports, self.segment_production, strict=True):
            if not 0 <= exported <= produced:
                raise ValueError(f"a segment that makes {produced:g} cannot export {exported:g}")

    @property
    def rise(self) -> float:
        """The increase of all production."""
        return self.production[1] - self.production[0]

    @property
    def share_of_rise(self) -> float:
        """What part of the increase of all production was diagnostics, in percent."""
        return 100 * self.increase / self.rise

    @property
    def share_of_segment_rise(self) -> float:
        """The same of the increase of its segment; above 100 where the rest of the segment fell."""
        return 100 * self.increase / (self.segment_production[1] - self.segment_production[0])

    @property
    def base(self) -> Bounds:
        """Its possible levels of production in the year before: it is a part of its segment in both years."""
        return Bounds(0.0, min(self.segment_production[0], self.segment_production[1] - self.increase))

    @property
    def own_growth_least(self) -> float:
        """By how much diagnostics itself grew at least."""
        return 100 * self.increase / self.base.high

    @property
    def growth(self) -> float:
        """Growth of all production."""
        return _growth(*self.production)

    @property
    def growth_held_flat(self) -> float:
        """Growth had diagnostics stayed at its level of the year before, whatever that was."""
        return _growth(self.production[0], self.production[1] - self.increase)

    def growth_excluding(self, base: float) -> float:
        """Growth of everything but diagnostics, for one level of the year before."""
        return _growth(self.production[0] - base, self.production[1] - self.increase - base)

    @property
    def growth_bounds(self) -> Bounds:
        """Growth of everything but diagnostics, over all its possible levels."""
        return _bounds(map(self.growth_excluding, self.base))  # monotone in the level

    @property
    def export_growth(self) -> float:
        """Growth of all exports."""
        return _growth(*self.exports)

    def export_levels(self, base: float) -> tuple[Bounds, Bounds]:
        """Bounds of the exports of diagnostics in both years, for one level of production before."""
        known = zip((base, base + self.increase), self.segment_exports, self.segment_production, strict=True)
        return tuple(Bounds(max(0.0, sold - (whole - own)), min(own, sold)) for own, sold, whole in known)

    @property
    def export_increase_bounds(self) -> Bounds:
        """By how much the exports of diagnostics can have grown."""
        ends = [(new.low - old.high, new.high - old.low) for old, new in self._cases()]
        return _bounds(value for pair in ends for value in pair)

    @property
    def export_share_bounds(self) -> Bounds:
        """What part of the increase of all exports can have been diagnostics, in percent."""
        return _bounds(100 * rise / (self.exports[1] - self.exports[0]) for rise in self.export_increase_bounds)

    @property
    def export_growth_held_flat_bounds(self) -> Bounds:
        """Growth of exports had those of diagnostics stayed at their level of the year before."""
        return _bounds(_growth(self.exports[0], self.exports[1] - rise) for rise in self.export_increase_bounds)

    @property
    def export_growth_bounds(self) -> Bounds:
        """Growth of all exports but diagnostics.

        For one level of production the bounds of exports in the two years do not depend on each other, and growth
        falls with the one and rises with the other. Between the levels where a bound changes its formula, growth
        is a ratio of two linear functions, so that its extremes lie at those levels.
        """
        ends = [(self._exports_without(old.low, new.high), self._exports_without(old.high, new.low))
                for old, new in self._cases()]  # fmt: skip
        return _bounds(value for pair in ends for value in pair)

    @property
    def export_growth_bounds_without_assumption(self) -> Bounds:
        """The same knowing only that diagnostics is a part of its segment's exports."""
        old, new = self.segment_exports
        return Bounds(self._exports_without(0.0, new), self._exports_without(old, 0.0))

    def _exports_without(self, old: float, new: float) -> float:
        return _growth(self.exports[0] - old, self.exports[1] - new)

    def _cases(self) -> list[tuple[Bounds, Bounds]]:
        """The export levels at the ends and wherever a bound of exports changes its formula."""
        (old, new), (before, after) = self.segment_exports, self.segment_production
        turns = [old, before - old, new - self.increase, after - new - self.increase]
        return [self.export_levels(base) for base in (*self.base, *turns) if self.base.low <= base <= self.base.high]


def _growth(before: float, after: float) -> float:
    return 100 * (after / before - 1)


def _bounds(values: Iterable[float]) -> Bounds:
    ends = list(values)
    return Bounds(min(ends), max(ends))


def diagnostics(table: pd.DataFrame, increase: float) -> Diagnostics:
    """What the table of :func:`by_segment` and the printed increase of 2020 (억 원) leave known of diagnostics."""
    rows = [(measure, name) for name in ("total", DIAGNOSTICS_IN) for measure in MEASURES]
    return Diagnostics(increase, *(tuple(table.loc[row, [REFERENCE - 1, REFERENCE]]) for row in rows))


def per_head(production: pd.Series, workforce: float, workforce_growth: float) -> pd.DataFrame:
    """Production per head in 2019 and 2020, that of 2019 with the bounds that a rounded rate of growth leaves.

    Parameters
    ----------
    production : pandas.Series
        Production (억 원) by year.
    workforce, workforce_growth : float
        People in 2020, and their growth in percent as printed, which may be rounded to a whole number.

    Returns
    -------
    pandas.DataFrame
        By year: ``workforce`` (people), ``value``, ``low`` and ``high`` (억 원 a head).
    """
    people, fewest, most = growth.implied_base(workforce, workforce_growth, step=1)
    heads = pd.DataFrame({"value": [people, workforce], "low": [most, workforce], "high": [fewest, workforce]},
                         index=pd.Index([REFERENCE - 1, REFERENCE], name="year"))  # fmt: skip
    per_head = (production.loc[heads.index].to_numpy() / heads.T).T
    return pd.concat([heads["value"].rename("workforce"), per_head], axis=1)


def deviations(run: pd.Series) -> pd.Series:
    """Percent of the squared deviations behind the forecast's interval that come from each year, in which it ended."""
    changes = np.log(run).diff().dropna()
    squares = (changes - changes.mean() / 2) ** 2
    return 100 * squares / squares.sum()


def named(values: pd.Series | pd.DataFrame, pattern: str, unit: str) -> pd.DataFrame:
    """Numbers as results: ``result``, named by the labels of each, ``value``, ``unit``, and bounds if there are any.

    Parameters
    ----------
    values : pandas.Series or pandas.DataFrame
        Numbers by label; of a table with the columns ``value``, ``low`` and ``high`` a row each, of any other a cell.
    pattern : str
        The name of a result, with fields for the labels in their order.
    unit : str
        Their unit.

    Examples
    --------
    >>> named(pd.Series({2019: 0.25, 2020: 0.22}), "index_{}", "index")["result"].tolist()
    ['index_2019', 'index_2020']
    """
    if isinstance(values, pd.DataFrame) and "value" not in values:
        values = values.stack()
    rows = values.to_frame("value") if isinstance(values, pd.Series) else values
    rows = rows.reindex(columns=["value", "low", "high"]).dropna(subset="value")
    rows.loc[~(rows["low"] < rows["high"]), ["low", "high"]] = np.nan  # known exactly
    labels = [label if isinstance(label, tuple) else (label,) for label in rows.index]
    names = [pattern.format(*label) for label in labels]
    return rows.reset_index(drop=True).assign(result=names, unit=unit)
