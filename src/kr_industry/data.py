"""Reading the CSV files of data/, with the types that data/datapackage.json gives them."""

import json
import re
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd

from kr_industry import DATA, expected, reading
from kr_industry.reading import DataError
from kr_industry.releases import known, seen

_DTYPES = {"integer": "Int64", "number": "float64", "string": "str", "boolean": "bool"}
_PART = re.compile(r"(\w+)=(.*?)(?= \w+=|$)")


INDUSTRY = "photonics"
"""The industry whose tables describe those of all others in data/industries.csv."""


@cache
def _described(folder: Path) -> dict[str, dict]:
    """What datapackage.json says of each table that it lists."""
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        raise DataError(f"{descriptor}: file not found; it describes the tables of {folder}{expected(folder)}")
    try:
        resources = listed(json.loads(descriptor.read_text(encoding="utf-8")))
        described = {resource["path"].removesuffix(".csv"): resource for resource in resources}
        unknown = {field["type"] for each in resources for field in each["schema"]["fields"]} - set(_DTYPES)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{descriptor}: not a description of tables ({type(error).__name__}: {error})") from error
    if unknown:
        raise DataError(f"{descriptor}: type {', '.join(unknown)} is not known; expected one of {', '.join(_DTYPES)}")
    return described


def listed(package: dict) -> list[dict]:
    """What a datapackage.json says of each table: its resources, and those that a program retrieves."""
    return [*package["resources"], *package.get("retrieved", [])]


def tables(folder: Path = DATA) -> list[str]:
    """Names of all tables, for example ``photonics/annual``; of retrieved ones those that have been."""
    names = [name for name in _described(folder) if not retrieved(name, folder) or has(name, folder)]
    for industry in industries(folder)[1:]:
        with suppress(FileNotFoundError):
            files = {path.name for path in (folder / industry).iterdir()}
            names += [f"{industry}/{name}" for name in _lent(folder) if f"{name}.csv" in files]
    return names


def has(table: str, folder: Path = DATA) -> bool:
    """Whether the file of a table is there."""
    return (folder / f"{table}.csv").is_file()


def industries(folder: Path = DATA) -> list[str]:
    """Identifiers of the industries whose tables have the columns of those of :data:`INDUSTRY`, itself first."""
    if "industries" not in _described(folder):
        return []
    return list(_identifiers(folder, content("industries", folder)))


@lru_cache(maxsize=8)
def _identifiers(folder: Path, held: bytes) -> dict[str, None]:
    """Of a file of industries, :data:`INDUSTRY` first; a dictionary is searched faster."""
    return dict.fromkeys([INDUSTRY, *_texts("industries", folder, _kinds("industries", folder), held)["id"]])


def alike(folder: Path = DATA) -> dict[str, str]:
    """Tables that other industries than :data:`INDUSTRY` may have, each with the table that describes it."""
    others = industries(folder)[1:]
    return {f"{industry}/{name}": f"{INDUSTRY}/{name}" for industry in others for name in _lent(folder)}


@cache
def _lent(folder: Path) -> list[str]:
    """Names without a folder of the tables that every industry may have."""
    described = _described(folder).items()
    return [name.removeprefix(f"{INDUSTRY}/") for name, resource in described if resource.get("industries")]


def retrieved(table: str, folder: Path = DATA) -> bool:
    """Whether a table is retrieved by a program, as datapackage.json says: it may be absent, and is not audited."""
    return _resource(table, folder).get("retrieved", False)


def fields(table: str, folder: Path = DATA) -> dict[str, dict]:
    """The columns of a table as datapackage.json describes them, by name; DataError where there is no such table."""
    return {field["name"]: field for field in _resource(table, folder)["schema"]["fields"]}


def primary_key(table: str, folder: Path = DATA) -> list[str]:
    """The columns that tell the rows of a table apart."""
    return list(_resource(table, folder)["schema"]["primaryKey"])


def _resource(table: str, folder: Path) -> dict:
    resources = _described(folder)
    if table in resources:
        return resources[table]
    industry, _, name = table.partition("/")
    described = resources.get(f"{INDUSTRY}/{name}", {})
    if described.get("industries") and industry in _identifiers(folder, content("industries", folder)):
        return described
    raise DataError(f"{table}: no such table; {folder / 'datapackage.json'} lists {', '.join(resources)}")


def texts(table: str, folder: Path = DATA) -> pd.DataFrame:
    """One table with every cell as the text that stands in the file; DataError as for :func:`load`."""
    return _texts(table, folder, _kinds(table, folder), content(table, folder)).copy()


def _kinds(table: str, folder: Path) -> tuple[tuple[str, str], ...]:
    """The columns of a table with their types."""
    return tuple((name, field["type"]) for name, field in fields(table, folder).items())


def content(table: str, folder: Path = DATA) -> bytes:
    """What a table's file holds now; DataError where there is no such table or file."""
    _resource(table, folder)
    path = folder / f"{table}.csv"
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: file not found, though datapackage.json lists it") from error


# Files are read anew each time, as they may have changed, but what has been parsed once is not parsed again.
@lru_cache(maxsize=128)
def _texts(table: str, folder: Path, kinds: tuple[tuple[str, str], ...], held: bytes) -> pd.DataFrame:
    rows, faults = reading.read(held, f"{table}.csv", dict(kinds))
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(f"{folder}/{faults[0]}{more}")
    return pd.DataFrame(rows, columns=[name for name, _ in kinds], dtype="str")


def load(table: str, folder: Path = DATA, values: str = "printed") -> pd.DataFrame:
    """Read one table, with its values as printed in the source or as corrected.

    Parameters
    ----------
    table : str
        Path below data/ without ``.csv``, for example ``"photonics/annual"``.
    folder : Path, optional
        Another folder with the same layout.
    values : str, optional
        ``printed``, or ``corrected`` to apply the corrections of data/corrections.csv.

    Returns
    -------
    pandas.DataFrame
        One row per observation; integers as ``Int64``, numbers as ``float64``, an empty cell as missing.

    Raises
    ------
    DataError
        The table is not in datapackage.json, its file is missing or not as :mod:`kr_industry.reading` has it, a cell
        has the wrong type, or a correction does not fit the table any more.

    Examples
    --------
    >>> load("photonics/annual").set_index("year").at[2018, "sales"]
    np.int64(23005)
    """
    if values not in ("printed", "corrected"):
        raise DataError(f"values is {values!r}; expected printed or corrected")
    correcting = values == "corrected" and "corrections" in _described(folder)
    corrections = content("corrections", folder) if correcting else None
    return _loaded(table, folder, _kinds(table, folder), content(table, folder), corrections).copy()


def load_all(beginning: str = "", folder: Path = DATA, values: str = "printed") -> dict[str, pd.DataFrame]:
    """Every table whose name has this beginning, for example ``"photonics/"``; DataError as for :func:`load`."""
    return {table: load(table, folder, values) for table in tables(folder) if table.startswith(beginning)}


@lru_cache(maxsize=128)
def _loaded(
    table: str, folder: Path, kinds: tuple[tuple[str, str], ...], held: bytes, corrections: bytes | None
) -> pd.DataFrame:
    frame, types = _texts(table, folder, kinds, held), dict(kinds)
    if corrections is not None:
        frame = corrected(frame, table, folder)
    return frame.apply(lambda column: _typed(column, types[column.name]))


def corrected(frame: pd.DataFrame, table: str, folder: Path = DATA) -> pd.DataFrame:
    """Texts of a table with the corrections that data/corrections.csv holds for it.

    A row of that file without a corrected value acknowledges that something is wrong there and changes nothing.

    Raises
    ------
    DataError
        A correction names a row or column that is not there, its value is not of the column's type, or its printed
        value is no longer what the table holds: it is stale and has to be looked at again.
    """
    frame = frame.copy()
    if "corrections" not in _described(folder):
        return frame
    path, types = folder / "corrections.csv", dict(_kinds(table, folder))
    for number, row in enumerate(texts("corrections", folder).itertuples(), start=2):
        if row.file != f"{table}.csv":
            continue
        at = row_about(frame, row, row.printed, f"{path}, row {number}")
        if row.corrected:
            if message := reading.wrong(row.corrected, types[row.column]):
                raise DataError(f"{path}, row {number}, column corrected: {message}")
            frame.at[at, row.column] = row.corrected
    return frame


def row_about(frame: pd.DataFrame, entry, text: str, place: str) -> int:
    """Index of the row of a table of texts that a row of corrections or disagreements (``entry``) is about.

    Raises
    ------
    DataError
        There is no such row or column, or it holds another text than the entry says; the message begins with
        ``place``.
    """
    at = locate(frame, entry.key, place)
    if entry.column not in frame.columns:
        raise DataError(f"{place}: {entry.file} has no column {entry.column!r}; it has {', '.join(frame.columns)}")
    if frame.at[at, entry.column] != text:
        raise DataError(
            f"{place}: stale: {entry.file}, row {at + 2}, column {entry.column} holds "
            f"{frame.at[at, entry.column]!r}, not {text!r}; look at it again, then mend or remove this row"
        )
    return at


def key_parts(key: str) -> dict[str, str]:
    """The columns of a key such as ``year=2019 segment=total``, with what stands in each, which may hold spaces."""
    return dict(_PART.findall(key))


def locate(frame: pd.DataFrame, key: str, place: str) -> int:
    """Index of the one row of a table of texts that a key such as ``year=2019 segment=total`` selects.

    Raises
    ------
    DataError
        A column of the key is not there, or no row or more than one is selected; the message begins with ``place``.
    """
    parts = key_parts(key)
    if key != " ".join(map("=".join, parts.items())) or not parts.keys() <= set(frame.columns):
        raise DataError(f"{place}: key {key!r} is not column=value with columns of the table")
    chosen = pd.Series(True, index=frame.index)
    for column, wanted in parts.items():
        chosen &= frame[column] == wanted
    if chosen.sum() != 1:
        raise DataError(f"{place}: key {key!r} selects {chosen.sum()} rows, expected one")
    return int(chosen.idxmax())


def _typed(column: pd.Series, kind: str) -> pd.Series:
    """A column of texts that have been found to be of a type, in that type."""
    if kind == "string":
        return column
    if kind == "boolean":
        return column.str.lower().map(reading.TRUTH).astype("bool")
    return pd.to_numeric(column.where(column != "", None)).astype(_DTYPES[kind])


class Tables:
    """The tables of one folder of data/ and its single figures, as printed or as corrected, one figure for each year.

    Parameters
    ----------
    topic : str
        The folder, for example ``photonics``.
    values : str, optional
        ``corrected`` applies the corrections of data/corrections.csv, ``printed`` none.
    release : str, optional
        Of tables that keep several releases of a survey: ``latest`` gives each year in the newest one, ``first`` in
        the one that printed it first, a day such as ``2022-12-31`` in the newest of that day.

    Examples
    --------
    >>> Tables("bio").figure("diagnostics_increase_2020")
    27782.0
    """

    def __init__(self, topic: str, values: str = "corrected", release: str = "latest") -> None:
        self.topic, self.values, self.release = topic, values, release

    def __call__(self, table: str) -> pd.DataFrame:
        """One table, its rows by year ascending where it has years; DataError as for :func:`load`."""
        rows, key = load(f"{self.topic}/{table}", values=self.values), primary_key(f"{self.topic}/{table}")
        if "release" in key:
            rows = seen(rows, load("releases"), key, self.release)
        return rows.sort_values("year", kind="stable", ignore_index=True) if "year" in rows else rows

    def every(self, table: str) -> pd.DataFrame:
        """One table with the figures of all releases published by the day asked for, for rates inside one of them."""
        rows = load(f"{self.topic}/{table}", values=self.values)
        return rows[rows["release"].isin(known(load("releases"), self.release)["id"])].reset_index(drop=True)

    def has(self, table: str) -> bool:
        """Whether the file of a table is there."""
        return has(f"{self.topic}/{table}")

    def figure(self, identifier: str, default: float | None = None) -> float | None:
        """A value of the table ``figures``; the default, or without one DataError, where there is none of that name."""
        if default is not None and not self.has("figures"):
            return default
        rows = self("figures").set_index("id")
        if identifier in rows.index:
            return float(rows.at[identifier, "value"])
        if default is not None:
            return default
        raise DataError(f"{DATA / self.topic / 'figures.csv'}: no figure {identifier!r}")

    def documents(self, *tables: str) -> list[str]:
        """Identifiers of the documents that the rows of tables are from, in the order of the tables that there are."""
        rows = [load(f"{self.topic}/{name}", values=self.values)["source"] for name in tables if self.has(name)]
        return list(dict.fromkeys(pd.concat(rows))) if rows else []
