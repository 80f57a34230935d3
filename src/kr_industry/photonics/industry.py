"""The industry that a report is about: its tables, its names, and where its figures stand.

Photonics is one row of data/industries.csv; any other industry whose tables have the same columns is another.
"""

import re

import pandas as pd

from kr_industry.data import DataError, has, load
from kr_industry.korean import Word, listing
from kr_industry.tables import source_names
from kr_industry.wording import Wording, names

TABLES = ("annual", "segment_firms", "segment_sales", "employment", "sales", "size_classes")
"""Tables of figures; an industry has the first, and may have any of the others."""

_NUMBERED = re.compile(r"표 (\d+)")


class Industry(Wording):
    """The words of a report on one industry, and its tables.

    Parameters
    ----------
    identifier : str
        A row of data/industries.csv.
    language : str
        ``ko`` or ``en``.
    values : str
        Which values its tables have, ``printed`` or ``corrected``.

    Raises
    ------
    DataError
        data/industries.csv has no such row.
    """

    def __init__(self, identifier: str, language: str, values: str = "corrected") -> None:
        rows = load("industries").set_index("id")
        if identifier not in rows.index:
            raise DataError(f"data/industries.csv: no industry {identifier!r}; it has {', '.join(rows.index)}")
        row = rows.loc[identifier]
        by = row[f"outlook_by_{language}"] or Wording("photonics", language)("outlook_by")
        known = {"name": row[language], "industry": row[f"noun_{language}"], "told": row[f"vintage_{language}"]}
        super().__init__("photonics", language, by=by, **known)
        self.identifier, self.values = identifier, values

    @property
    def folder(self) -> str:
        """Where the names of its tables begin."""
        return f"{self.identifier}/"

    def has(self, table: str) -> bool:
        """Whether the industry has a table, such as ``segment_sales``."""
        return has(f"{self.identifier}/{table}")

    def table(self, table: str) -> pd.DataFrame | None:
        """One of its tables with the values of the report, years ascending; None where it has none of that name."""
        if not self.has(table):
            return None
        found = load(f"{self.identifier}/{table}", values=self.values)
        return found.sort_values("year", kind="stable", ignore_index=True) if "year" in found else found

    def segments(self, inline: bool = False) -> dict[str, Word]:
        """Names of its segments, the total first."""
        total = names("segment", self.language, inline)
        own = names(f"{self.identifier}_segment", self.language, inline) if self.has_segments else {}
        return total | own

    @property
    def has_segments(self) -> bool:
        """Whether data/labels.csv names segments of the industry."""
        return f"{self.identifier}_segment" in set(load("labels")["group"])

    def sources(self) -> list[str]:
        """The documents that its figures are from, in the order of its tables."""
        found = [load(f"{self.identifier}/{table}")["source"] for table in TABLES if self.has(table)]
        return list(dict.fromkeys(pd.concat(found)))

    def cite(self, *tables: str) -> str:
        """Where the figures of tables stand: documents, each with the tables in it, as far as the language can say."""
        rows = [load(f"{self.identifier}/{table}")[["source", "place"]] for table in tables if self.has(table)]
        places = pd.concat(rows).drop_duplicates().groupby("source", sort=False)["place"].agg(list)
        documents = source_names(load("sources"), list(places.index), self.language)
        return "; ".join(f"{documents[source]}{self._places(found)}" for source, found in places.items())

    def place(self, table: str) -> str:
        """Where one of its tables stands in its document, inside a sentence."""
        places = load(f"{self.identifier}/{table}")["place"].unique()
        numbers = [match[1] for place in places if (match := _NUMBERED.fullmatch(place))]
        if numbers:
            return Word(self("places", numbers=self._numbers(numbers)))
        return Word(names("table", self.language, inline=True)[table])

    def _places(self, places: list[str]) -> str:
        """Numbered tables together; other places as the data have them, in Korean only."""
        numbers = [match[1] for place in places if (match := _NUMBERED.fullmatch(place))]
        others = [place for place in places if not _NUMBERED.fullmatch(place)] if self.language == "ko" else []
        told = [self("places", numbers=self._numbers(numbers))] if numbers else []
        return "".join(f", {place}" for place in told + others)

    def _numbers(self, numbers: list[str]) -> str:
        ordered = sorted(numbers, key=int)
        if self.language == "ko":
            return "·".join(ordered)
        return f"table{'s' * (len(ordered) > 1)} {listing(ordered, 'en')}"

    def notes(self) -> list[str]:
        """What the source says about how it counts, and how its figures are treated here."""
        table = self.table("notes")
        return [] if table is None else list(table[self.language])

    def value(self, identifier: str) -> float | None:
        """A figure of its table ``figures``; None where it has none of that name."""
        table = self.table("figures")
        found = [] if table is None else table.loc[table["id"] == identifier, "value"]
        return float(found.iloc[0]) if len(found) else None

    def limits(self) -> str:
        """What the report cannot say, as a list: of these years, of all such series, and of this source."""
        years = self.table("annual")["year"]
        first, last, count = int(years.min()), int(years.max()), len(years)
        kept = "limits_years" if count == last - first + 1 else "limits_gaps"
        told = [self(kept, table=self.cite("annual"), first_year=first, last_year=last, count=count)]
        told += [self("limits_money"), self("limits_turns", count=count), *self.notes(), self("limits_recomputed")]
        return "\n".join(f"- {sentence}" for sentence in told)
