"""The parameters of a notebook: declared once, in a YAML file with the notebook's name beside it.

The file names each parameter's type and what it accepts; defaults stand in the notebook's cell tagged
``parameters``. A choice may be given by its identifier or by its name in either language. What is accepted may depend
on another choice, whose name stands in braces: the years of ``data/{industry}/annual.csv``.
"""

import ast
import csv
import difflib
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
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
        return _read(folder / self.file, {"id", "ko", "en"}).where(self.where)

    def bound(self, values: Mapping[str, object]) -> "Listing":
        """The same with the values of other parameters put in."""
        where = {column: wanted.format(**values) for column, wanted in self.where.items()}
        return Listing(file=self.file.format(**values), where=where)


class Column(_Strict):
    """A column of a CSV file."""

    file: str
    name: str

    def bound(self, values: Mapping[str, object]) -> "Column":
        """The same with the values of other parameters put in."""
        return Column(file=self.file.format(**values), name=self.name)


_PLACE = re.compile(r"\{(\w+)\}")


class _Parameter(_Strict):
    help: Text
    label: Text | None = None
    """A word or two to stand beside a control."""

    def needs(self) -> list[str]:
        """The parameters on whose values it depends what is accepted."""
        return list(dict.fromkeys(_PLACE.findall(" ".join(self._places()))))

    def bound(self, values: Mapping[str, object]) -> "_Parameter":
        """The same parameter with what is accepted where the ones that it needs have these values."""
        return self

    def _places(self) -> list[str]:
        return []


class Choice(_Parameter):
    """One of a list of identifiers."""

    type: Literal["choice"]
    choices: list[str] = []
    listed: list[Listing] = []

    def bound(self, values: Mapping[str, object]) -> "Choice":
        """The same parameter with what is accepted where the ones that it needs have these values."""
        return self.model_copy(update={"listed": [listing.bound(values) for listing in self.listed]})

    def _places(self) -> list[str]:
        return [text for listing in self.listed for text in (listing.file, *listing.where.values())]

    def offered(self, folder: Path) -> list[str]:
        """All identifiers, in the order of the lists."""
        return list(self.names(folder, "ko"))

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
        return ", ".join(self.offered(folder))

    def nearest(self, value: object, folder: Path) -> str:
        """What stands in for a value that is not accepted any more: the first of the lists."""
        del value
        return self.offered(folder)[0]

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
    after: str | None = None
    """Another whole number that this one must exceed, such as the first year where this is the last."""

    def bound(self, values: Mapping[str, object]) -> "Integer":
        """The same parameter with what is accepted where the ones that it needs have these values."""
        return self.model_copy(update={"column": self.column.bound(values)}) if self.column else self

    def _places(self) -> list[str]:
        return [self.column.file] if self.column else []

    def offered(self, folder: Path) -> list[int]:
        """All numbers of its column that are within the bounds; none where it has no column."""
        return self.held(folder) if self.column else []

    def nearest(self, value: object, folder: Path) -> int:
        """What stands in for a number that its column does not hold."""
        return min(self.held(folder), key=lambda other: abs(other - value))

    def held(self, folder: Path) -> list[int]:
        """The numbers of its column that are within the bounds."""
        path = folder / self.column.file
        cells = {row[self.column.name] for row in _read(path, {self.column.name}).rows}
        if wrong := [cell for cell in cells if not re.fullmatch(r"-?[0-9]{1,15}", cell or "")]:
            raise RequestError(f"{path}, column {self.column.name}: {wrong[0]!r} is not a whole number")
        numbers = set(map(int, cells))
        if not numbers:
            raise RequestError(f"{folder / self.column.file}: no rows, and so no {self.column.name} to choose from")
        low = min(numbers) if self.minimum is None else self.minimum
        high = max(numbers) if self.maximum is None else self.maximum
        return sorted(number for number in numbers if low <= number <= high)

    def allowed(self, folder: Path) -> str:
        """What is accepted, in words."""
        return ", ".join(map(str, self.held(folder))) if self.column else super().allowed(folder)

    def resolve(self, value: object, folder: Path) -> int:
        """The number; text that writes one is taken, and of a column's numbers ``first`` and ``last``."""
        if self.column and value in ("first", "last"):
            return self.held(folder)[0 if value == "first" else -1]
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if type(number) is not int:
            raise ValueError(f"{value!r} is not a whole number; allowed are {self.allowed(folder)}")
        if self.column and number not in self.held(folder):
            close, allowed = self.nearest(number, folder), self.allowed(folder)
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
    where: dict[str, str | int | float | bool] = {}
    """Values that the parameters of a report must have; for others it is not called."""


class Compared(_Strict):
    """A recorded result by which the index sets the reports of a notebook side by side.

    ``{year}`` in its name stands for the newest year of which any of them records it, and may stand in its label too.
    """

    result: str = Field(pattern=r"^[a-z][a-z0-9_]*(\{year\}[a-z0-9_]*)?$")
    label: Text
    unit: Text
    digits: int = Field(default=1, ge=0, le=6)
    """Decimals shown."""

    def newest(self, names: Iterable[str]) -> "Compared":
        """The same for the newest year among the names of recorded results; as it is where it names no year."""
        form = re.escape(self.result).replace(re.escape("{year}"), r"(\d{4})")
        years = [match[1] for name in names if (match := re.fullmatch(form, name)) and match.groups()]
        if not years:
            return self
        label = Text(ko=self.label.ko.replace("{year}", max(years)), en=self.label.en.replace("{year}", max(years)))
        return self.model_copy(update={"result": self.result.replace("{year}", max(years)), "label": label})


class Declaration(_Strict):
    """What the YAML file beside a notebook says."""

    title: Text
    description: Text
    shared: list[Call] = []
    """What reports of the notebook compute alike and keep for the process: done once, before any of them is made."""
    parameters: dict[str, Parameter]
    """By name; what one accepts may depend on those that stand before it."""
    compared: list[Compared] = []
    """Results by which the index compares the notebook's reports, in the order of its columns."""

    @field_validator("parameters")
    @classmethod
    def _known(cls, parameters: dict[str, Parameter]) -> dict[str, Parameter]:
        before: list[str] = []
        for name, parameter in parameters.items():
            named = [*parameter.needs(), *filter(None, [getattr(parameter, "after", None)])]
            if strange := [other for other in named if other not in before]:
                raise ValueError(f"parameter {name!r} names {strange[0]!r}, which must be declared before it")
            before.append(name)
        return parameters

    @field_validator("compared")
    @classmethod
    def _once(cls, compared: list[Compared]) -> list[Compared]:
        names = [column.result for column in compared]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"result {twice[0]!r} is named twice")
        return compared


class _Table:
    """Columns and rows of a file of choices."""

    def __init__(self, text: str) -> None:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        self.rows = list(reader)
        self.columns = set(reader.fieldnames or ())
        self._groups: dict[str, dict[str, list[dict[str, str]]]] = {}

    def where(self, wanted: Mapping[str, str]) -> list[dict[str, str]]:
        """The rows that hold certain values, in the order of the file."""
        found = self.rows
        for number, (column, value) in enumerate(wanted.items()):
            if number == 0:  # long files are asked again and again
                found = self._group(column).get(value, [])
            else:
                found = [row for row in found if row.get(column) == value]
        return found

    def _group(self, column: str) -> dict[str, list[dict[str, str]]]:
        if column not in self._groups:
            groups: dict[str, list[dict[str, str]]] = {}
            for row in self.rows:
                groups.setdefault(row.get(column), []).append(row)
            self._groups[column] = groups
        return self._groups[column]


def _read(path: Path, needed: set[str]) -> _Table:
    """A file of choices; a mark at its start, as spreadsheets write it, is passed over."""
    try:
        table = _parsed(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read as UTF-8: {error}") from error
    except csv.Error as error:
        raise RequestError(f"{path}: cannot be split into cells: {error}") from error
    if missing := needed - table.columns:
        wanted = f"a file of choices has {', '.join(sorted(needed))}"
        raise RequestError(f"{path}: no column {', '.join(sorted(missing))}; {wanted}")
    return table


@lru_cache(maxsize=32)
def _parsed(held: bytes) -> _Table:
    """What a file of choices holds, parsed once."""
    return _Table(composed(held.decode("utf-8-sig")))


def composed(value: object) -> object:
    """A text with its Hangul in whole syllables, as macOS does not write file names and what is copied from them."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def nearest(value: object, known) -> str:
    """A hint at what was probably meant, or nothing."""
    match = difflib.get_close_matches(str(value), list(known), n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""


def read_yaml(path: Path, model: type[BaseModel]):
    """Read a YAML file safely into a pydantic model; a fault is told by file, place and what was expected."""
    try:
        content = yaml.load(composed(path.read_text(encoding="utf-8-sig")), Loader=_LOADER)  # noqa: S506 — either is safe
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

    @cached_property
    def defaults(self) -> dict[str, object]:
        """The values that the notebook has where none are given."""
        return read_defaults(self.path.with_suffix(".ipynb"))

    def resolve(self, values: Mapping[str, object]) -> dict[str, object]:
        """Check values, of which not all need be given, and turn names into identifiers.

        What is accepted may depend on others of the values, or where these are not given, on the notebook's defaults.

        Raises
        ------
        RequestError
            A name is unknown or a value is not allowed; the message says what is, and what was probably meant.
        """
        found = {name: self._resolved(name, value, values) for name, value in values.items()}
        for name, parameter in self.content.parameters.items():
            before = getattr(parameter, "after", None)
            if before and (name in found or before in found):
                low, high = (found[key] if key in found else self._needed(key, values) for key in (before, name))
                if high <= low:
                    raise RequestError(f"{self.path.stem}: parameter {name!r}: {high} is not after {before!r}, {low}")
        return found

    def shared_by(self, values: Mapping[str, object]) -> tuple[int, ...]:
        """Places in ``shared`` of what is called for reports with these parameters, and the defaults of the others."""
        calls = enumerate(self.content.shared)
        return tuple(number for number, call in calls if not call.where.items() - {**self.defaults, **values}.items())

    def part(self, rule: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
        """Check some values, as :meth:`resolve`, where the others are given."""
        return {name: self._resolved(name, value, {**values, **rule}) for name, value in rule.items()}

    def bound(self, name: str, values: Mapping[str, object]) -> object:
        """A parameter with what it accepts where the others have these values, or else the notebook's defaults."""
        parameter = self.content.parameters[name]
        needed = {other: self._needed(other, values) for other in parameter.needs()}
        return parameter.bound(needed) if needed else parameter

    def needing(self, name: str) -> list[str]:
        """The parameters for which it depends on this one what they accept."""
        return [other for other, parameter in self.content.parameters.items() if name in parameter.needs()]

    def adapted(self, values: Mapping[str, object], changed: str) -> dict[str, object]:
        """Values after one has changed: of those that depend on it, the ones not allowed any more are replaced."""
        found, folder = dict(values), self.path.parent.parent
        for name in self.needing(changed):
            parameter = self.bound(name, found)
            if found[name] not in parameter.offered(folder):
                found[name] = parameter.nearest(found[name], folder)
        return found

    def offered(self, name: str, values: Mapping[str, object]) -> list:
        """All values of a parameter that has a list of them; RequestError where it has none."""
        if name in self.content.parameters:
            found = getattr(self.bound(name, values), "offered", lambda _: [])(self.path.parent.parent)
            if found:
                return found
        raise RequestError(f'{self.path.stem}: parameter {name!r} has no list of values that "all" could stand for')

    def _needed(self, name: str, values: Mapping[str, object]) -> object:
        return self._resolved(name, values[name] if name in values else self.defaults[name], values)

    def _resolved(self, name: str, value: object, values: Mapping[str, object]) -> object:
        declared = self.content.parameters
        if name not in declared:
            raise RequestError(
                f"{self.path.stem}: parameter {name!r} is not known{nearest(name, declared)}; "
                f"allowed are {', '.join(declared)}"
            )
        value = composed(value)
        needed = tuple(self._needed(other, values) for other in declared[name].needs())
        key = name, type(value), value, *needed
        if key not in self._known:
            try:
                self._known[key] = self.bound(name, values).resolve(value, self.path.parent.parent)
            except ValueError as error:
                raise RequestError(f"{self.path.stem}: parameter {name!r}: {error}") from error
        return self._known[key]

    def listing(self, language: str = "en") -> str:
        """All parameters with type, default, what is accepted and what they mean, as text for a terminal."""
        lines = [f"{self.path.stem}: {getattr(self.content.title, language)}"]
        for name in self.content.parameters:
            parameter = self.bound(name, self.defaults)
            lines += [
                f"  {name} ({parameter.type}, default {self.defaults.get(name, 'none')})",
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
