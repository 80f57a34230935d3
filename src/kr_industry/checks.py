"""Checks of a data folder: types, constraints, keys, dates and sources, after the Frictionless standard."""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from kr_industry import DATA, ROOT, expected
from kr_industry.data import (
    DataError,
    alike,
    corrected,
    fields,
    has,
    listed,
    load,
    primary_key,
    row_about,
    tables,
    texts,
)
from kr_industry.reading import Fault, read

_DATED = re.compile(r"\(*\\d\{4\}")
"""How the pattern of a column begins whose cells are days, months, years or periods."""
_YEARS = range(1500, 2101)
_COUNTED = {".csv", ".json", ".py"}
"""How the names of files end on which it depends whether data have faults."""
_Rows = tuple[tuple[str, ...], ...]
_TOLD = {"title", "description", "unit"}
"""Parts of a column's description that are for readers."""
_ENDS = {"first": "last", "begin": "end", "start": "end", "from": "to"}
"""How the names of columns begin that say when something begins and ends."""


def faults(folder: Path = DATA) -> list[Fault]:
    """All faults of the CSV files below a folder, sorted; an empty list where all is well.

    Checked are: the files that datapackage.json lists and no others, that :mod:`kr_industry.reading` can read them,
    the constraints of every cell, primary keys, foreign keys (every source, province and term is known); then, where
    all this is well, that dates and periods are possible, that every industry has tables and every identifier of a
    figure's entity a name, that no correction or disagreement is stale, that the rules of the audit name figures that
    are there, and that retrieved tables are as they were retrieved. Those may also be absent.
    """
    from kr_industry.retrieval import unlike_records

    folder = Path(folder)
    try:
        described = _described(folder)
    except DataError as error:
        return [_fault_of(error, folder, "datapackage.json")]
    held, wrong = {}, []
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.csv")}
    for file, resource in described.items():
        if file in there:
            kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
            rows, found = read((folder / file).read_bytes(), file, kinds)
            wrong += found or ([] if rows else [Fault(file, None, None, "the table has a header and no rows")])
            if rows and not found:
                held[file] = rows
        elif not resource.get("retrieved"):
            wrong.append(Fault(file, None, None, "file not found, though datapackage.json lists it"))
    unlisted = "file is not described in datapackage.json; add it there or remove it"
    if not any(fault.file == "industries.csv" for fault in wrong):  # it says which further files there may be
        wrong += [Fault(file, None, None, unlisted) for file in there - described.keys()]
    wrong += _of_rules({file: described[file] for file in held}, held)
    for check in (_impossible, _homeless, _unnamed, _corrections, _disagreements, _rules):
        try:
            wrong = wrong or list(check(folder))
        except DataError as error:
            wrong = [_fault_of(error, folder, "datapackage.json")]
    wrong = wrong or [Fault(file, None, None, text) for file, text in unlike_records(folder)]
    return sorted(set(wrong), key=lambda fault: (fault.file, fault.row or 0, fault.column or "", fault.message))


def refuse_faults(folder: Path = DATA, passed: Path = ROOT / "build" / "checked") -> None:
    """Refuse data that have faults; data that passed are not checked again until they, or this package, change.

    Parameters
    ----------
    folder : Path
        The data.
    passed : Path
        A file that tells which data passed.

    Raises
    ------
    ValueError
        There are faults, each of which is told in a line.
    """
    folder, package = Path(folder), Path(__file__).parent
    files = sorted(path for each in (folder, package) for path in each.rglob("*.*") if path.suffix in _COUNTED)
    lines = "\n".join(f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
    state = hashlib.sha256(lines.encode()).hexdigest()
    if passed.is_file() and passed.read_text(encoding="utf-8") == state:
        return
    if found := faults(folder):
        raise ValueError("\n".join(f"{folder.name}/{fault}" for fault in found))
    passed.parent.mkdir(parents=True, exist_ok=True)
    passed.write_text(state, encoding="utf-8")


def _described(folder: Path) -> dict[str, dict]:
    """What datapackage.json says of each file, those of further industries among them; DataError where it is wrong."""
    path = folder / "datapackage.json"
    if not path.is_file():
        raise DataError(f"datapackage.json: file not found in {folder}; it describes every table{expected(folder)}")
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        resources = listed(package)
        if reasons := _reasons(json.dumps({**package, "resources": resources})):
            raise DataError(f"datapackage.json: {'; '.join(reasons)}")
        described = {resource["path"]: resource for resource in resources}
        for resource in described.values():
            primary_key(resource["path"].removesuffix(".csv"), folder)
            for key in resource["schema"].get("foreignKeys", []):
                if key["reference"]["resource"] not in {"", *(each["name"] for each in described.values())}:
                    raise ValueError(f"a key of {resource['path']} leads to no table: {key['reference']['resource']!r}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"datapackage.json: {type(error).__name__}: {error}") from error
    try:
        others = {f"{table}.csv": f"{model}.csv" for table, model in alike(folder).items() if has(table, folder)}
    except DataError as error:
        if "industries.csv" not in str(error):
            raise
        return described  # the faults of that file are told as those of any other
    names = {file: file.removesuffix(".csv").replace("/", ".") for file in others}
    return described | {file: described[model] | {"name": names[file]} for file, model in others.items()}


def _of_rules(described: dict[str, dict], held: dict[str, list[list[str]]]) -> list[Fault]:
    """Faults by the constraints and keys of datapackage.json; keys are followed to tables that can be read."""
    files = {resource["name"]: file for file, resource in described.items()}
    tables = {file: (_bare(resource, files), _lowered(resource, held[file])) for file, resource in described.items()}
    wrong = []
    for file, (table, rows) in tables.items():
        listings = {}
        for key in table["schema"]["foreignKeys"]:
            other = key["reference"]["resource"] or table["name"]
            listing, cells = _listing(*tables[files[other]], key["reference"]["fields"])
            key["reference"]["resource"] = listing["name"]
            files[listing["name"]], listings[json.dumps(listing)] = files[other], cells
        errors = _errors(json.dumps(table), rows, tuple(listings.items()))
        found = [_fault(file, error, described[file], files) for error in errors]
        broken = {fault.row for fault in found if not fault.message.startswith("duplicate key")}
        # A row that breaks a rule is not said to be double as well.
        wrong += [fault for fault in found if fault.row not in broken or not fault.message.startswith("duplicate key")]
    return wrong


def _bare(resource: dict, files: dict[str, str]) -> dict:
    """A table described for cells that are handed over: they have been read and their types checked."""
    schema = resource["schema"]
    keys = [key for key in schema.get("foreignKeys", []) if key["reference"]["resource"] in {"", *files}]
    fields = [{part: told for part, told in field.items() if part not in _TOLD} for field in schema["fields"]]
    return _table(resource["name"], {**schema, "fields": fields, "foreignKeys": deepcopy(keys)})


def _table(name: str, schema: dict) -> dict:
    return {"name": name, "type": "table", "data": [], "schema": schema}


def _lowered(resource: dict, rows: list[list[str]]) -> _Rows:
    """Rows whose truths are written as frictionless reads them."""
    truths = [field["type"] == "boolean" for field in resource["schema"]["fields"]]
    return tuple(
        tuple(cell.lower() if truth else cell for cell, truth in zip(row, truths, strict=True)) for row in rows
    )


def _listing(table: dict, rows: _Rows, columns: str | list[str]) -> tuple[dict, _Rows]:
    """The table of just the columns that a key leads to."""
    columns = [columns] if isinstance(columns, str) else columns
    fields = table["schema"]["fields"]
    places = [place for place, field in enumerate(fields) if field["name"] in columns]
    schema = {**table["schema"], "fields": [fields[place] for place in places], "primaryKey": [], "foreignKeys": []}
    cells = dict.fromkeys(tuple(row[place] for place in places) for row in rows)
    return _table(".".join([table["name"], *columns]), schema), tuple(cells)


@lru_cache(maxsize=1024)
def _errors(table: str, rows: _Rows, listings: tuple[tuple[str, _Rows], ...]) -> list:
    """The errors of a table, given the listings that its keys lead to; of tables that stay the same known by heart."""
    from frictionless import Package

    described = [json.loads(text) for text in (table, *dict(listings))]
    package = Package.from_descriptor({"resources": described})
    for resource, cells in zip(package.resources, (rows, *dict(listings).values()), strict=True):
        # As a function, else each of the copies that frictionless makes of a table would copy its rows as well.
        resource.data = partial(list, [resource.schema.field_names, *cells])
    (task,) = package.resources[0].validate().tasks
    return task.errors


@lru_cache(maxsize=16)
def _reasons(package: str) -> list[str]:
    """Why the standard refuses a description; known by heart where it is the same again."""
    # frictionless takes half a second to import, and reading tables does not need it.
    from frictionless import FrictionlessException, Package

    with _grammars_later():
        try:
            Package.from_descriptor(json.loads(package))
        except FrictionlessException as error:
            return list(dict.fromkeys(reason.note for reason in error.reasons or [error.error]))
    return []


@contextmanager
def _grammars_later() -> Iterator[None]:
    """Have jsonschema, which frictionless uses, build its grammars of web addresses only if one is ever checked.

    That takes a second, more than all the rest of a check, and no description of a table asks for it.
    """
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    later = sys.modules[name] = ModuleType(name)
    later.is_valid_syntax = lambda *arguments: import_module(name).is_valid_syntax(*arguments)
    try:
        yield
    finally:
        del sys.modules[name]


def _fault(file: str, error, resource: dict, files: dict[str, str]) -> Fault:
    column = getattr(error, "field_name", None) or None
    message = error.message
    match error.type:
        case "constraint-error":
            fields = {field["name"]: field for field in resource["schema"]["fields"]}
            message = _constraint(error.cell, error.note, fields[column].get("constraints", {}))
        case "primary-key":
            message = f"duplicate key: {error.note}"
        case "foreign-key":
            column = ", ".join(error.field_names)
            listing = files.get(error.reference_name, file)
            message = f"{', '.join(error.field_cells)!r} is not in {listing}; add it there or mend the spelling"
    return Fault(file, getattr(error, "row_number", None), column, message)


def _constraint(cell: str, note: str, rules: dict) -> str:
    if '"required"' in note:
        return "the cell is empty, a value is required"
    if '"enum"' in note:
        return f"{cell!r} is not known; allowed are {', '.join(map(str, rules['enum']))}"
    bounds = [f"{word} {rules[key]}" for key, word in (("minimum", "at least"), ("maximum", "at most")) if key in rules]
    if bounds and ('"minimum"' in note or '"maximum"' in note):
        return f"{cell} is out of range; expected {' and '.join(bounds)}"
    return f"{cell!r} breaks the rule {note}"


def _impossible(folder: Path) -> Iterator[Fault]:
    """Days and months that no calendar has, and periods that end before they begin."""
    for table in tables(folder):
        file, columns = f"{table}.csv", fields(table, folder)
        dated = [
            name for name, field in columns.items() if _DATED.match(field.get("constraints", {}).get("pattern", ""))
        ]
        spans = [(name, _ENDS[word] + rest) for name in columns for word, rest in [_cut(name)] if word in _ENDS]
        cells = texts(table, folder)
        for name in dated:
            for row, cell in enumerate(cells[name], start=2):
                if cell[:1].isdigit() and not _possible(cell):
                    yield Fault(
                        file, row, name, f"{cell!r} is no day, month or year, nor a period from one year to a later one"
                    )
        for first, last in spans:
            if last in columns and columns[first]["type"] == columns[last]["type"] == "integer":
                ends = load(table, folder)[[first, last]].dropna()
                for row in ends.index[ends[last] < ends[first]]:
                    yield Fault(file, row + 2, last, f"{ends.at[row, last]} is before {first}, {ends.at[row, first]}")


def _cut(name: str) -> tuple[str, str]:
    """The first word of a column's name, and the rest."""
    word, sign, rest = name.partition("_")
    return word, sign + rest


def _possible(text: str) -> bool:
    if period := re.fullmatch(r"([0-9]{4})-([0-9]{4})", text):
        first, last = int(period[1]), int(period[2])
        return first <= last and first in _YEARS and last in _YEARS
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        return date.fromisoformat(text + "-01" * (2 - text.count("-"))).year in _YEARS
    except ValueError:
        return False


def _homeless(folder: Path) -> Iterator[Fault]:
    """Industries that have no table."""
    if has("industries", folder):
        homes = {table.split("/")[0] for table in tables(folder)}
        for row, name in enumerate(texts("industries", folder)["id"], start=2):
            if name not in homes:
                yield Fault(
                    "industries.csv",
                    row,
                    "id",
                    f"{name!r} has no tables in a folder {name}/; add one or remove the row",
                )


def _unnamed(folder: Path) -> Iterator[Fault]:
    """Entities and segments that labels.csv does not name; regions.csv names entities as well."""
    groups = {group: set(rows["id"]) for group, rows in load("labels", folder).groupby("group")}
    groups["entity"] = groups.get("entity", set()) | set(load("regions/regions", folder)["id"])
    for table in tables(folder):
        frame = load(table, folder)
        for column, group in (("entity", "entity"), ("segment", f"{table.split('/')[0]}_segment")):
            known = groups.get(group, set()) | ({"total"} if column == "segment" else set())
            for row, cell in enumerate(frame[column] if column in frame.columns else (), start=2):
                if cell not in known:
                    yield Fault(f"{table}.csv", row, column, f"{cell!r} has no name in labels.csv (group {group})")


def _corrections(folder: Path) -> Iterator[Fault]:
    """Corrections that are stale, or of a table, row or column that is not there, or to what its column cannot hold."""
    there = tables(folder)
    if "corrections" in there:
        for row, file in enumerate(texts("corrections", folder)["file"], start=2):
            if file.removesuffix(".csv") not in there:
                yield Fault("corrections.csv", row, "file", f"there is no table {file!r}")
        for table in there:
            try:
                corrected(texts(table, folder), table, folder)
            except DataError as error:
                yield _fault_of(error, folder, "corrections.csv")


def _disagreements(folder: Path) -> Iterator[Fault]:
    """Disagreements about figures that are not there, or are not the ones said to be used."""
    file = "disagreements.csv"
    if "disagreements" not in tables(folder):
        return
    for row, entry in enumerate(texts("disagreements", folder).itertuples(), start=2):
        try:
            row_about(texts(entry.file.removesuffix(".csv"), folder), entry, entry.used, f"{file}, row {row}")
        except DataError as error:
            yield Fault(file, row, None, str(error).removeprefix(f"{file}, row {row}: "))


def _rules(folder: Path) -> Iterator[Fault]:
    """Rules of data/audit/ that do not fit the tables."""
    from kr_industry.audit import Figures
    from kr_industry.audit.relations import read as relations

    try:
        for values in ("printed", "corrected"):
            figures = Figures(folder, values)
            figures.all()
            if "audit/relations" in tables(folder):
                relations(figures)
    except DataError as error:
        yield _fault_of(error, folder, "audit")


def _fault_of(error: DataError, folder: Path, file: str) -> Fault:
    """The fault that an error tells, by default of one file."""
    text = str(error).removeprefix(f"{folder}/")
    place = r"(\S+\.(?:csv|json))(?:, row (\d+))?(?: \([^)]*\))?(?:, column (\w+))?: (.*)"
    match = re.fullmatch(place, text, re.DOTALL)
    return Fault(match[1], match[2] and int(match[2]), match[3], match[4]) if match else Fault(file, None, None, text)
