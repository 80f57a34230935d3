"""What a forecast says to readers: its bounds, the naive forecast beside it, and its record; or why there is none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from kr_industry import curves
from kr_industry.forecast import METHODS, NEEDED, forecast, mean_errors, rolling_origin
from kr_industry.growth import latest_run
from kr_industry.tables import Exhibit, KeyFigure
from kr_industry.wording import Wording

INNER = 50
"""Confidence of the inner band of the fan, in percent."""


@dataclass(frozen=True)
class Prospects:
    """The forecast of one series.

    Parameters
    ----------
    values : pandas.Series
        Values by year; the last years without a gap are what the forecast rests on.
    horizon : int
        Years ahead.
    confidence : float
        Of the bounds, in percent.
    noun : str
        What is forecast, as it stands inside a sentence.
    write : callable
        Writes a value with its unit.
    language : str
        ``ko`` or ``en``.
    """

    values: pd.Series
    horizon: int
    confidence: float
    noun: str
    write: Callable[[float], str]
    language: str

    @property
    def say(self) -> Wording:
        """The words of this section."""
        return Wording("prospects", self.language)

    @property
    def run(self) -> pd.Series:
        """The last years without a gap."""
        return latest_run(self.values.astype(float))

    @property
    def possible(self) -> bool:
        """Whether the years suffice."""
        return len(self.run) >= NEEDED

    def path(self, method: str = "half_drift", confidence: float | None = None) -> pd.DataFrame:
        """The forecast of one method."""
        return forecast(self.run, self.horizon, confidence or self.confidence, method)

    def refusal(self) -> str:
        """What would be needed, where the years do not suffice."""
        return self.say("refused", noun=self.noun, have=len(self.run), need=NEEDED)

    def finding(self) -> str:
        """The forecast of the next year in a sentence, or the refusal."""
        return self.sentences()[0] if self.possible else self.refusal()

    def figures(self) -> list[KeyFigure]:
        """The forecast of the next year, with its bounds, as a key figure; none where the years do not suffice."""
        if not self.possible:
            return []
        path = self.path()
        year, written = path.index[0], self._written(path.iloc[0])
        note = self.say("figure_bounds", confidence=self.confidence, **written)
        return [(written["value"], self.say("figure", year=year, noun=self.noun), note)]

    def sentences(self) -> list[str]:
        """The forecast of the next year and of the last, and what they rest on."""
        path, naive = self.path(), self.path("naive")
        first, last = path.index[0], path.index[-1]
        told = [
            self.say(
                "forecast",
                noun=self.noun,
                year=first,
                **self._written(path.loc[first]),
                naive=self.write(naive.at[first, "value"]),
                confidence=self.confidence,
            )
        ]
        if last > first:
            told.append(self.say("forecast_last", year=last, **self._written(path.loc[last])))
        run = self.run
        told.append(self.say("rests", first_year=run.index[0], last_year=run.index[-1], years=len(run)))
        return told

    def record_sentence(self) -> str:
        """How far off each method would have been one year ahead, and which came closest."""
        means = mean_errors(rolling_origin(self.run, self.horizon)).loc[1]
        errors = {name: means[name] for name in METHODS}
        best = min(errors, key=errors.get)
        return self.say("record", count=int(means["count"]), best=self.say(f"best_{best}"), **errors)

    def compared(self, others: pd.Series, who: str = "") -> list[str]:
        """Whether what somebody else expected, or without a name what came later, lies within the bounds."""
        path, told = self.path(), []
        for year, value in others.items():
            if year in path.index:
                inside = path.at[year, "low"] <= value <= path.at[year, "high"]
                told.append(
                    self.say(
                        f"{'expected' if who else 'came'}_{'inside' if inside else 'outside'}",
                        who=who,
                        year=year,
                        value=self.write(value),
                        side=self.say("above" if value > path.at[year, "value"] else "below"),
                        confidence=self.confidence,
                        growth=100 * (value / self.run.iloc[-1] - 1),
                        last_year=self.run.index[-1],
                    )
                )
        return told

    def exhibit(self, unit: str, source: str, marks: Mapping[str, pd.Series]) -> Exhibit:
        """The fan, the naive forecast, and marks by name for what others expected or what came."""
        bands = [(self.say("band", confidence=level), self.path(confidence=level)) for level in self._levels()]
        naive = (self.say("naive"), self.path("naive")["value"])
        years = bands[0][1].index
        shown = {name: values[values.index.isin(years)] for name, values in marks.items()}
        shown = {name: values for name, values in shown.items() if len(values)}
        drawing = curves.fan(self.run, bands, naive, unit, self.say("middle"), shown)
        return drawing, self.finding(), source, self.numbers()

    def numbers(self) -> pd.DataFrame:
        """The forecasts of both methods with their bounds, for readers."""
        path, naive = self.path(), self.path("naive")
        return pd.DataFrame(
            {self.say("col_year"): path.index.map(str)}
            | {self.say(f"col_{column}"): path[column].to_numpy() for column in path}
            | {self.say(f"col_naive_{column}"): naive[column].to_numpy() for column in naive}
        ).round(0)

    def record(self) -> pd.DataFrame:
        """Every error of the rolling origin, for readers."""
        rows = rolling_origin(self.run, self.horizon)
        return pd.DataFrame(
            {
                self.say("col_origin"): rows["origin"].map(str),
                self.say("col_target"): rows["year"].map(str),
                self.say("col_actual"): rows["actual"],
            }
            | {self.say(f"col_error_{name}"): rows[name] for name in METHODS}
        )

    def results(self, name: str, unit: str) -> Iterator[tuple[str, float, str, float, float]]:
        """Forecasts of both methods by year: name, value, unit, low, high."""
        for prefix, method in (("forecast", "half_drift"), ("naive", "naive")):
            for year, row in self.path(method).iterrows():
                yield f"{prefix}_{name}_{year}", row["value"], unit, row["low"], row["high"]

    def _levels(self) -> list[float]:
        return [self.confidence, INNER] if self.confidence > INNER else [self.confidence]

    def _written(self, row: pd.Series) -> dict[str, str]:
        return {column: self.write(row[column]) for column in ("value", "low", "high")}
