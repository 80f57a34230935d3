"""Reading the CSV files of data/, with the types that data/datapackage.json gives them."""

import json
from functools import cache
from pathlib import Path

import pandas as pd

from kr_industry import DATA

_DTYPES = {"integer": "Int64", "number": "float64", "string": "str", "boolean": "bool"}


class DataError(Exception):
    """A file, row or column of the data is not as data/datapackage.json says."""


@cache
def _resources(folder: Path) -> dict[str, dict]:
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        raise DataError(f"{descriptor}: file not found; it describes the tables of {folder}")
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    return {resource["path"].removesuffix(".csv"): resource for resource in package["resources"]}


def tables(folder: Path = DATA) -> list[str]:
    """Names of all tables, for example ``photonics/annual``."""
    return list(_resources(folder))


def load(table: str, folder: Path = DATA) -> pd.DataFrame:
    """Read one table as printed in its source.

    Parameters
    ----------
    table : str
        Path below data/ without ``.csv``, for example ``"photonics/annual"``.
    folder : Path, optional
        Another folder with the same layout.

    Returns
    -------
    pandas.DataFrame
        One row per observation; integers as ``Int64``, numbers as ``float64``, an empty cell as missing.

    Raises
    ------
    DataError
        The table is not in datapackage.json, its file is missing, or a cell has the wrong type.

    Examples
    --------
    >>> load("photonics/annual").set_index("year").at[2018, "sales"]
    np.int64(23005)
    """
    resources = _resources(folder)
    if table not in resources:
        raise DataError(f"{table}: no such table; {folder / 'datapackage.json'} lists {', '.join(resources)}")
    fields = {field["name"]: field for field in resources[table]["schema"]["fields"]}
    path = folder / f"{table}.csv"
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DataError(f"{path}: file not found, though datapackage.json lists it") from error
    if list(frame.columns) != list(fields):
        raise DataError(f"{path}: columns are {list(frame.columns)}, expected {list(fields)}")
    return frame.apply(lambda column: _typed(column, fields[column.name]["type"], path))


def _typed(column: pd.Series, kind: str, path: Path) -> pd.Series:
    if kind == "string":
        return column.astype("str")
    if kind == "boolean":
        return column.map({"true": True, "false": False}).astype("bool")
    numbers = pd.to_numeric(column.where(column != "", None), errors="coerce")
    wrong = column[(column != "") & numbers.isna()]
    if len(wrong):
        row = wrong.index[0]
        raise DataError(f"{path}, row {row + 2}, column {column.name}: {wrong[row]!r} is not of type {kind}")
    return numbers.astype(_DTYPES[kind])


def value(table: str, identifier: str, folder: Path = DATA) -> float:
    """The value of one figure of a table of figures, in the unit printed beside it.

    Examples
    --------
    >>> value("bio/figures", "diagnostics_increase_2020")
    27782.0
    """
    figures = load(table, folder).set_index("id")
    if identifier not in figures.index:
        raise DataError(f"{folder / table}.csv: no figure {identifier!r}")
    return float(figures.at[identifier, "value"])
