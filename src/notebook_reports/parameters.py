"""The parameters of a notebook: declared once, in a YAML file with the notebook's name beside it.

The file names each parameter's type and what it accepts; defaults stand in the notebook's cell tagged
``parameters``. A choice may be given by its identifier or by its name in either language.
"""

import ast
import csv
import difflib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's safe loader, the one written in C where it was built with it."""


class RequestError(Exception):
    """What was asked for is wrong: a plan, a parameter, an option or the data. Nothing has been run."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Text(_Strict):
    """A text in both languages."""

    ko: str
    en: str


class Listing(_Strict):
    """Choices that are rows of a CSV file with the columns ``id``, ``ko`` and ``en``."""

    file: str
    where: dict[str, str] = {}

    def rows(self, folder: Path) -> list[dict[str, str]]:
        """Those rows, in the order of the file."""
        found = _rows(folder / self.file, {"id", "ko", "en"})
        return [row for row in found if all(row.get(column) == wanted for column, wanted in self.where.items())]


class Column(_Strict):
    """A column of a CSV file."""

    file: str
    name: str


class _Parameter(_Strict):
    help: Text
    label: Text | None = None
    """A word or two to stand beside a control."""


class Choice(_Parameter):
    """One of a list of identifiers."""

    type: Literal["choice"]
    choices: list[str] = []
    listed: list[Listing] = []

    def spellings(self, folder: Path) -> dict[str, str]:
        """What may be written, with the identifier it stands for: itself, or its Korean or English name."""
        found = {name: name for name in self.choices}
        for listing in self.listed:
            for row in listing.rows(folder):
                found |= {row["id"]: row["id"], row["ko"]: row["id"], row["en"]: row["id"]}
        return found

    def names(self, folder: Path, language: str) -> dict[str, str]:
        """What each identifier is called in a language, in the order of the lists."""
        found = {name: name for name in self.choices}
        for listing in self.listed:
            found |= {row["id"]: row[language] for row in listing.rows(folder)}
        return found

    def allowed(self, folder: Path) -> str:
        """What is accepted, in words."""
        return ", ".join(dict.fromkeys(self.spellings(folder).values()))

    def resolve(self, value: object, folder: Path) -> str:
        """The identifier that a value stands for."""
        spellings = self.spellings(folder)
        if value in spellings:
            return spellings[value]
        raise ValueError(f"{value!r} is not known{nearest(value, spellings)}; allowed are {self.allowed(folder)}")


class _Ranged(_Parameter):
    def allowed(self, folder: Path) -> str:
        """What is accepted, in words."""
        del folder
        ends = [end for end in (self.minimum, self.maximum) if end is not None]
        return f"{ends[0]} to {ends[1]}" if len(ends) == 2 else self._half()

    def _half(self) -> str:
        if self.minimum is not None:
            return f"{self.minimum} or more"
        return f"{self.maximum} or less" if self.maximum is not None else "any"

    def _within(self, number: float, folder: Path) -> float:
        low, high = self.minimum, self.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(f"{number} is out of range; allowed are {self.allowed(folder)}")
        return number


class Integer(_Ranged):
    """A whole number within bounds, or one of those that a column of a CSV file holds, such as its years."""

    type: Literal["integer"]
    minimum: int | None = None
    maximum: int | None = None
    column: Column | None = None

    def held(self, folder: Path) -> list[int]:
        """The numbers of its column that are within the bounds."""
        numbers = {int(row[self.column.name]) for row in _rows(folder / self.column.file, {self.column.name})}
        low = min(numbers) if self.minimum is None else self.minimum
        high = max(numbers) if self.maximum is None else self.maximum
        return sorted(number for number in numbers if low <= number <= high)

    def allowed(self, folder: Path) -> str:
        """What is accepted, in words."""
        return ", ".join(map(str, self.held(folder))) if self.column else super().allowed(folder)

    def resolve(self, value: object, folder: Path) -> int:
        """The number; text that writes a whole number is taken, as the command line has nothing else."""
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if type(number) is not int:
            raise ValueError(f"{value!r} is not a whole number; allowed are {self.allowed(folder)}")
        if self.column and number not in (held := self.held(folder)):
            close = min(held, key=lambda other: abs(other - number))
            allowed = self.allowed(folder)
            raise ValueError(f"{number} is not in {self.column.file} (nearest is {close}); allowed are {allowed}")
        return self._within(number, folder)


class Number(_Ranged):
    """A number within bounds."""

    type: Literal["number"]
    minimum: float | None = None
    maximum: float | None = None

    def resolve(self, value: object, folder: Path) -> float:
        """The number; text that writes one is taken."""
        try:
            number = float(value) if isinstance(value, str | int | float) and type(value) is not bool else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"{value!r} is not a number; allowed are {self.allowed(folder)}")
        return self._within(number, folder)


class Switch(_Parameter):
    """True or false."""

    type: Literal["boolean"]

    def allowed(self, folder: Path) -> str:
        """What is accepted, in words."""
        del folder
        return "true, false"

    def resolve(self, value: object, folder: Path) -> bool:
        """The truth value; text that writes one is taken."""
        known = {True: True, False: False, "true": True, "false": False}
        if type(value) is int or (value.lower() if isinstance(value, str) else value) not in known:
            raise ValueError(f"{value!r} is neither true nor false; allowed are {self.allowed(folder)}")
        return known[value.lower() if isinstance(value, str) else value]


class Words(_Parameter):
    """A text, of a form that a regular expression gives."""

    type: Literal["text"]
    pattern: str = ".*"

    def allowed(self, folder: Path) -> str:
        """What is accepted, in words."""
        del folder
        return "any text" if self.pattern == ".*" else f"text of the form {self.pattern}"

    def resolve(self, value: object, folder: Path) -> str:
        """The text."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise ValueError(f"{value!r} does not fit; allowed is {self.allowed(folder)}")
        return value


Parameter = Annotated[Choice | Integer | Number | Switch | Words, Field(discriminator="type")]


class Call(_Strict):
    """A function and what it is given."""

    call: str = Field(pattern=r"[A-Za-z_][\w.]*\.\w+")
    given: dict[str, str | int | float | bool] = {}


class Compared(_Strict):
    """A recorded result by which the index sets the reports of a notebook side by side."""

    result: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Text
    unit: Text
    digits: int = Field(default=1, ge=0, le=6)
    """Decimals shown."""


class Declaration(_Strict):
    """What the YAML file beside a notebook says."""

    title: Text
    description: Text
    shared: list[Call] = []
    """What every report of the notebook computes alike and keeps for the process: done once, before any is made."""
    parameters: dict[str, Parameter]
    compared: list[Compared] = []
    """Results by which the index compares the notebook's reports, in the order of its columns."""

    @field_validator("compared")
    @classmethod
    def _once(cls, compared: list[Compared]) -> list[Compared]:
        names = [column.result for column in compared]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"result {twice[0]!r} is named twice")
        return compared


def _rows(path: Path, needed: set[str]) -> list[dict[str, str]]:
    """Rows of a file of choices; a mark at its start, as spreadsheets write it, is passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read as UTF-8: {error}") from error
    if missing := needed - set(reader.fieldnames or ()):
        wanted = f"a file of choices has {', '.join(sorted(needed))}"
        raise RequestError(f"{path}: no column {', '.join(sorted(missing))}; {wanted}")
    return rows


def nearest(value: object, known) -> str:
    """A hint at what was probably meant, or nothing."""
    match = difflib.get_close_matches(str(value), list(known), n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""


def read_yaml(path: Path, model: type[BaseModel]):
    """Read a YAML file safely into a pydantic model; a fault is told by file, place and what was expected."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_LOADER)  # noqa: S506 — either one is safe
        if content is None:
            raise RequestError(f"{path}: the file is empty; expected {', '.join(model.model_fields)}")
        return model.model_validate(content)
    except FileNotFoundError as error:
        raise RequestError(f"{path}: file not found") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read as UTF-8: {error}") from error
    except yaml.YAMLError as error:
        raise RequestError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = " > ".join(str(part) for part in first["loc"])
        raise RequestError(f"{path}, {place or 'top'}: {first['msg']} (found {str(first['input'])[:80]!r})") from error


class Declared:
    """The declaration of a notebook, read once, with which any number of values can be checked.

    Parameters
    ----------
    path : Path
        The YAML file. Files of choices are found from the folder above it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content: Declaration = read_yaml(path, Declaration)
        self._known: dict[tuple, object] = {}

    def resolve(self, values: Mapping[str, object]) -> dict[str, object]:
        """Check values, of which not all need be given, and turn names into identifiers.

        Raises
        ------
        RequestError
            A name is unknown or a value is not allowed; the message says what is, and what was probably meant.
        """
        return {name: self._resolved(name, value) for name, value in values.items()}

    def _resolved(self, name: str, value: object) -> object:
        declared = self.content.parameters
        if name not in declared:
            raise RequestError(
                f"{self.path.stem}: parameter {name!r} is not known{nearest(name, declared)}; "
                f"allowed are {', '.join(declared)}"
            )
        key = name, type(value), value
        if key not in self._known:
            try:
                self._known[key] = declared[name].resolve(value, self.path.parent.parent)
            except ValueError as error:
                raise RequestError(f"{self.path.stem}: parameter {name!r}: {error}") from error
        return self._known[key]

    def listing(self, language: str = "en") -> str:
        """All parameters with type, default, what is accepted and what they mean, as text for a terminal."""
        defaults = read_defaults(self.path.with_suffix(".ipynb"))
        lines = [f"{self.path.stem}: {getattr(self.content.title, language)}"]
        for name, parameter in self.content.parameters.items():
            lines += [
                f"  {name} ({parameter.type}, default {defaults.get(name, 'none')})",
                f"      {getattr(parameter.help, language)}",
                f"      {parameter.allowed(self.path.parent.parent)}",
            ]
        return "\n".join(lines)


def read_defaults(notebook: Path) -> dict[str, object]:
    """The defaults that a notebook assigns in its cell tagged ``parameters``.

    Raises
    ------
    RequestError
        The file is not a notebook, or that cell holds something else than names and literal values.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", ())]
        lines = ast.parse("\n".join(sources)).body
        return {line.targets[0].id: ast.literal_eval(line.value) for line in lines}
    except (OSError, ValueError, KeyError, SyntaxError, AttributeError) as error:
        expected = "a notebook whose cell tagged 'parameters' assigns a plain value to each name"
        raise RequestError(f"{notebook}: expected {expected} ({type(error).__name__}: {error})") from error


def check_parameters(path: Path, **values: object) -> SimpleNamespace:
    """The parameters of a notebook, checked, as attributes; called in the notebook's first lines.

    So a notebook run by hand or by plain papermill refuses the same values as the batch.
    """
    return SimpleNamespace(**Declared(Path(path)).resolve(values))
