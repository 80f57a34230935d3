"""What is left of the bio-industry's growth without in-vitro diagnostics, and what diagnostics itself sold.

Of diagnostics a release of the survey prints increases and rates, not levels: what cannot be known is kept as bounds
over every level that it could have been (Manski 2003), never as a point.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from kr_industry import growth
from kr_industry.bio import MEASURES, PRODUCTS

DIAGNOSTICS = "diagnostics"
SEGMENT = PRODUCTS[DIAGNOSTICS]
"""The segment that the survey counts diagnostics in."""


class Bounds(NamedTuple):
    """The least and the most that a number can be."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there are such numbers."""
        return not (np.isnan(self.low) or np.isnan(self.high))


Pair = tuple[float, float]
"""Values of the year before and of the year."""


@dataclass(frozen=True)
class Diagnostics:
    """What is known of in-vitro diagnostics in a year, and what growth was without it.

    Amounts are in 억 원, growth in percent. Neither diagnostics nor the rest of its segment exports more than it
    makes in the year. What divides by nothing (the segment is the whole industry, nothing is left of it, nothing
    grew) is NaN.

    Parameters
    ----------
    increase : float
        Growth of the production of diagnostics.
    production, exports : (float, float)
        Of the whole industry, in the year before and in the year.
    segment_production, segment_exports : (float, float)
        Of the segment that diagnostics is a part of.
    export_increase, export_rate : float
        Growth of its exports as printed: in whole 억 원, and in percent to one decimal.
    year, release : int, str
        The year that grew, and the release that prints all of this.

    Raises
    ------
    ValueError
        The increase does not fit into the segment, a segment exports more than it produces, or no exports and no
        level of diagnostics fit all of these.
    """

    increase: float
    production: Pair
    exports: Pair
    segment_production: Pair
    segment_exports: Pair
    export_increase: float
    export_rate: float
    year: int = 0
    release: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 <= self.increase <= self.segment_production[1]:
            raise ValueError(f"an increase of {self.increase:g} does not fit into {self.segment_production[1]:g}")
        for exported, produced in zip(self.segment_exports, self.segment_production, strict=True):
            if not 0 <= exported <= produced:
                raise ValueError(f"a segment that makes {produced:g} cannot export {exported:g}")
        if not (self.export_increase > 0.5 and self.export_rate > 0.05):
            raise ValueError(f"exports that grew by {self.export_increase:g}, {self.export_rate:g}%, give no level")
        for sold, whole in zip(self.exported, self.segment_exports, strict=True):
            if sold.low > whole:
                raise ValueError(f"diagnostics cannot export {sold.low:g} of the {whole:g} of its segment")
        if self.base.low > self.base.high:
            raise ValueError(f"no level of production fits: at least {self.base.low:g}, at most {self.base.high:g}")

    @property
    def before(self) -> int:
        """The year before."""
        return self.year - 1

    @property
    def rise(self) -> float:
        """The increase of all production."""
        return self.production[1] - self.production[0]

    @property
    def share_of_rise(self) -> float:
        """What part of the increase of all production was diagnostics, in percent."""
        return _part(self.increase, self.rise)

    @property
    def exported(self) -> tuple[Bounds, Bounds]:
        """Its exports in both years, with what rounding of their growth leaves open."""
        olds, news = zip(*_levels(self.export_increase, self.export_rate), strict=True)
        return _bounds(olds), _bounds(news)

    @property
    def base(self) -> Bounds:
        """Its possible levels of production in the year before.

        It makes what it exports, and is a part of its segment, whose rest makes what that exports.
        """
        (old, new), (before, after), (sold, selling) = self.exported, self.segment_production, self.segment_exports
        room = before - max(sold - old.high, 0.0), after - max(selling - new.high, 0.0) - self.increase
        return Bounds(max(old.low, new.low - self.increase, 0.0), min(room))

    @property
    def own_growth(self) -> Bounds:
        """By how much diagnostics itself grew."""
        return Bounds(*(_part(self.increase, level) for level in (self.base.high, self.base.low)))

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

    @property
    def export_share(self) -> float:
        """What part of the increase of all exports was diagnostics, in percent."""
        return _part(self.export_increase, self.exports[1] - self.exports[0])

    @property
    def export_growth_held_flat(self) -> float:
        """Growth of exports had those of diagnostics stayed at their level of the year before."""
        return _growth(self.exports[0], self.exports[1] - self.export_increase)

    @property
    def export_growth_bounds(self) -> Bounds:
        """Growth of all exports but diagnostics, with what rounding of its own growth leaves open."""
        ends = _levels(self.export_increase, self.export_rate)  # growth without it is monotone in each
        return _bounds(_growth(self.exports[0] - old, self.exports[1] - new) for old, new in ends)


def _levels(increase: float, rate: float) -> list[Pair]:
    """Both years at the ends of what a whole increase and its rate in percent, to one decimal, leave possible."""
    rises, shares = (increase - 0.5, increase + 0.5), [(rate + step) / 100 for step in (-0.05, 0.05)]
    return [(rise / share, rise / share + rise) for rise in rises for share in shares]


def _growth(before: float, after: float) -> float:
    return 100 * (after / before - 1) if before > 0 else float("nan")


def _part(part: float, whole: float) -> float:
    return 100 * part / whole if whole else float("nan")


def _bounds(values: Iterable[float]) -> Bounds:
    ends = list(values)
    return Bounds(float(np.min(ends)), float(np.max(ends)))  # NaN where one of them is


def known(items: pd.DataFrame, moved: pd.DataFrame) -> Diagnostics | None:
    """What is known of diagnostics in the newest year that has all it takes; None where there is none.

    Parameters
    ----------
    items : pandas.DataFrame
        The table ``items`` with all releases that a view may use.
    moved : pandas.DataFrame
        What :func:`kr_industry.bio.moves` gives of the table ``segments``.
    """
    own = items[items["item"] == DIAGNOSTICS].set_index(["measure", "year", "release"])
    made = own.loc[own["increase"].notna() & (own.index.get_level_values("measure") == "production"), "increase"]
    for _, year, release in sorted(made.index, key=lambda key: key[1], reverse=True):
        keys = [(year, measure, segment) for segment in ("total", SEGMENT) for measure in MEASURES]
        sold = own.reindex([("exports", year, release)])[["increase", "growth"]].iloc[0]
        if sold.notna().all() and all(key in moved.index and moved.at[key, "release"] == release for key in keys):
            pairs = (tuple(moved.loc[key, ["before", "after"]].astype(float)) for key in keys)
            increase = float(made["production", year, release])
            return Diagnostics(increase, *pairs, *map(float, sold), int(year), release)
    return None


def increases(items: pd.DataFrame, grown: pd.DataFrame) -> pd.DataFrame:
    """What diagnostics added to production in each year of which a release prints it.

    Parameters
    ----------
    items : pandas.DataFrame
        The table ``items`` with all releases that a view may use.
    grown : pandas.DataFrame
        What :func:`kr_industry.bio.growths` gives of all production.

    Returns
    -------
    pandas.DataFrame
        By year: ``increase`` and ``rise``, that of diagnostics and of all production (억 원); ``share_of_rise``,
        ``growth``, and ``growth_held_flat``, what growth would have been without the increase (percent).
    """
    rows = items[(items["item"] == DIAGNOSTICS) & (items["measure"] == "production") & items["increase"].notna()]
    table = rows.set_index("year")[["increase", "release"]].rename(columns={"release": "printed_in"})
    table = table.join(grown.dropna(subset="rate")).sort_index().astype({"increase": float})
    table = table[table["printed_in"] == table["release"]]
    rise = table["value"] - table["before"]
    return pd.DataFrame({
        "increase": table["increase"], "rise": rise, "share_of_rise": 100 * table["increase"] / rise.where(rise != 0),
        "growth": table["rate"],
        "growth_held_flat": 100 * ((table["value"] - table["increase"]) / table["before"] - 1),
    })  # fmt: skip


def item_levels(rows: pd.DataFrame) -> pd.DataFrame:
    """Levels of one product that its printed values, increases and rates leave, a later release going before.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``year``, ``value``, ``increase`` (whole 억 원), ``growth`` (percent, to one decimal), in the order of release.

    Returns
    -------
    pandas.DataFrame
        By year: ``value``, with ``low`` and ``high`` in 억 원, which are alike where the value is printed.
    """
    found: dict[int, tuple[float, float, float]] = {}
    numbers = rows[["value", "increase", "growth"]].astype(float)
    for year, value, rise, rate in zip(rows["year"].astype(int), *numbers.to_numpy().T, strict=True):
        if np.isnan(value) and rise > 0.5 and rate > 0.05:
            olds, news = zip(*_levels(rise, rate), strict=True)
            found[year - 1] = 100 * rise / rate, *_bounds(olds)
            found[year] = 100 * rise / rate + rise, *_bounds(news)
        elif not np.isnan(value):
            found[year] = (value,) * 3
            if not np.isnan(rate) and rate > -99.9 and value > 0.5:
                found[year - 1] = growth.implied_base(value, rate, value_step=1)
    return pd.DataFrame.from_dict(found, orient="index", columns=["value", "low", "high"]).sort_index()
