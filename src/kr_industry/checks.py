"""Checks of a data folder: types, constraints, keys and sources, after the Frictionless standard."""

import re
from dataclasses import dataclass
from pathlib import Path

from kr_industry import DATA


@dataclass(frozen=True)
class Fault:
    """Something wrong in a data file; row 1 is the header, as in a spreadsheet."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        """File, row, column and what is wrong."""
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.file}{row}{column}: {self.message}"


def faults(folder: Path = DATA) -> list[Fault]:
    """All faults of the CSV files below a folder, sorted; an empty list where all is well.

    Checked are: the files that datapackage.json lists and no others, their headers, the type and the
    constraints of every cell, primary keys, foreign keys (every source, province and term is known), that
    every identifier of a figure's entity has a name, that no correction is stale, that the rules of the audit
    name figures that are there, and that retrieved tables are as they were retrieved. Those may also be absent.
    """
    # frictionless takes half a second to import, and reading tables does not need it.
    from frictionless import FrictionlessException, Package

    from kr_industry.retrieval import unlike_records

    folder = Path(folder)
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        return [Fault(descriptor.name, None, None, f"file not found in {folder}; it describes every table")]
    try:
        package = Package(str(descriptor))
    except FrictionlessException as error:
        reasons = [reason.note for reason in error.reasons or [error.error]]
        return [Fault(descriptor.name, None, None, reason) for reason in dict.fromkeys(reasons)]
    for resource in [each for each in package.resources if each.custom.get("retrieved")]:
        if not (folder / resource.path).is_file():
            package.remove_resource(resource.name)
    _add_industries(package, folder)
    listed = {resource.path: resource for resource in package.resources}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.csv")}
    absent = "file not found, though datapackage.json lists it"
    unlisted = "file is not described in datapackage.json; add it there or remove it"
    files = [(path, absent) for path in listed.keys() - there] + [(path, unlisted) for path in there - listed.keys()]
    # Foreign keys can be followed only where every table is there, and rules applied only to tables that can be read.
    wrong = (
        [Fault(path, None, None, message) for path, message in files]
        or [fault for task in package.validate().tasks for fault in _of_table(task, listed[task.place].schema.fields)]
        or _unnamed(folder) + _rules(folder) + [Fault(file, None, None, text) for file, text in unlike_records(folder)]
    )
    return sorted(set(wrong), key=lambda fault: (fault.file, fault.row or 0, fault.column or "", fault.message))


def _of_table(task, fields: list) -> list[Fault]:
    """The faults of one table; a row that breaks a rule is not said to be double as well."""
    errors = [_fault(task.place, error, {field.name: field for field in fields}) for error in task.errors]
    broken = {fault.row for fault in errors if not fault.message.startswith("duplicate key")}
    if not errors and not task.stats.get("rows"):
        return [Fault(task.place, None, None, "the table has a header and no rows")]
    return [fault for fault in errors if fault.row not in broken or not fault.message.startswith("duplicate key")]


def _add_industries(package, folder: Path) -> None:
    """Describe the tables of further industries as those of the one that datapackage.json describes."""
    from kr_industry.data import alike, has

    if not has("industries", folder):
        return
    resources = {resource.path: resource for resource in package.resources}
    for table, model in alike(folder).items():
        if has(table, folder):
            path = f"{table}.csv"
            package.add_resource(resources[f"{model}.csv"].to_copy(name=table.replace("/", "."), path=path))


def _fault(file: str, error, fields: dict) -> Fault:
    row = getattr(error, "row_number", None)
    column = getattr(error, "field_name", None) or None
    cell = getattr(error, "cell", None)
    match error.type:
        case "type-error":
            expected = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
            kind = fields[column].type
            message = f"{cell!r} is not {expected.get(kind, kind)}"
        case "constraint-error":
            message = _constraint(cell, error.note, fields[column])
        case "primary-key":
            message = f"duplicate key: {error.note}"
        case "foreign-key":
            column = ", ".join(error.field_names)
            listing = f"{error.reference_name.replace('.', '/')}.csv"
            message = f"{', '.join(error.field_cells)!r} is not in {listing}; add it there or mend the spelling"
        case "incorrect-label" | "missing-label" | "extra-label" | "blank-label" | "duplicate-label":
            row = 1
            message = f"wrong header; expected the columns {', '.join(fields)}"
        case "missing-cell":
            message = "the row ends before this column"
        case "extra-cell":
            message = f"the row has more cells than the {len(fields)} columns; is a comma unquoted?"
        case "blank-row":
            message = "the row is blank; remove it"
        case "encoding-error":
            message = "not UTF-8, perhaps saved by a spreadsheet as cp949; save it as CSV UTF-8"
        case _:
            message = error.message
    return Fault(file, row, column, message)


def _constraint(cell: str, note: str, field) -> str:
    rules = field.constraints
    if '"required"' in note:
        return "the cell is empty, a value is required"
    if '"enum"' in note:
        return f"{cell!r} is not known; allowed are {', '.join(map(str, rules['enum']))}"
    bounds = [f"{word} {rules[key]}" for key, word in (("minimum", "at least"), ("maximum", "at most")) if key in rules]
    if bounds and ('"minimum"' in note or '"maximum"' in note):
        return f"{cell} is out of range; expected {' and '.join(bounds)}"
    return f"{cell!r} breaks the rule {note}"


def _unnamed(folder: Path) -> list[Fault]:
    """Entities and segments that labels.csv does not name; regions.csv names entities as well."""
    from kr_industry.data import load, tables

    groups = {group: set(rows["id"]) for group, rows in load("labels", folder).groupby("group")}
    groups["entity"] = groups.get("entity", set()) | set(load("regions/regions", folder)["id"])
    unnamed = []
    for table in tables(folder):
        frame = load(table, folder)
        for column, group in (("entity", "entity"), ("segment", f"{table.split('/')[0]}_segment")):
            known = groups.get(group, set()) | ({"total"} if column == "segment" else set())
            unnamed += [
                Fault(f"{table}.csv", row + 2, column, f"{cell!r} has no name in labels.csv (group {group})")
                for row, cell in enumerate(frame[column] if column in frame.columns else ())
                if cell not in known
            ]
    return unnamed


def _rules(folder: Path) -> list[Fault]:
    """Corrections that are stale, and rules of data/audit/ that do not fit the tables."""
    from kr_industry.audit import Figures
    from kr_industry.audit.relations import read
    from kr_industry.data import DataError, tables

    try:
        for values in ("printed", "corrected"):
            figures = Figures(folder, values)
            figures.all()
            if "audit/relations" in tables(folder):
                read(figures)
    except DataError as error:
        text = str(error).removeprefix(f"{folder}/")
        match = re.fullmatch(r"(\S+\.csv), row (\d+)(?: \([^)]*\))?: (.*)", text, re.DOTALL)
        return [Fault(match[1], int(match[2]), None, match[3]) if match else Fault("audit", None, None, text)]
    return []
