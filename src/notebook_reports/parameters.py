"""The parameters of a notebook: declared once, in a YAML file with the notebook's name beside it.

The file names each parameter's type and what it accepts; defaults stand in the notebook's cell tagged
``parameters``. A choice may be given by its identifier or by its name in either language.
"""

import csv
import difflib
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError


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


class Choice(_Strict):
    """One of a list of identifiers."""

    type: Literal["choice"]
    help: Text
    choices: list[str] = []
    listed: list[Listing] = []

    def resolve(self, value: object, folder: Path) -> str:
        """The identifier that a value stands for: itself, or the row with that Korean or English name."""
        spellings = {name: name for name in self.choices}
        for listing in self.listed:
            for row in _rows(folder / listing.file):
                if all(row.get(column) == wanted for column, wanted in listing.where.items()):
                    spellings |= {row["id"]: row["id"], row["ko"]: row["id"], row["en"]: row["id"]}
        if value in spellings:
            return spellings[value]
        allowed = list(dict.fromkeys(spellings.values()))
        raise ValueError(f"{value!r} is not known{nearest(value, spellings)}; allowed are {', '.join(allowed)}")


class Integer(_Strict):
    """A whole number within bounds."""

    type: Literal["integer"]
    help: Text
    minimum: int
    maximum: int

    def resolve(self, value: object, folder: Path) -> int:
        """The number; text that writes a whole number is taken, as the command line has nothing else."""
        del folder
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if type(number) is not int:
            raise ValueError(f"{value!r} is not a whole number")
        if not self.minimum <= number <= self.maximum:
            raise ValueError(f"{number} is out of range; allowed are {self.minimum} to {self.maximum}")
        return number


class Declaration(_Strict):
    """What the YAML file beside a notebook says."""

    title: Text
    description: Text
    parameters: dict[str, Annotated[Choice | Integer, Field(discriminator="type")]]


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a file of choices; a mark at its start, as spreadsheets write it, is passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read as UTF-8: {error}") from error
    if missing := {"id", "ko", "en"} - set(reader.fieldnames or ()):
        raise RequestError(f"{path}: no column {', '.join(sorted(missing))}; a file of choices has id, ko and en")
    return rows


def nearest(value: object, known) -> str:
    """A hint at what was probably meant, or nothing."""
    match = difflib.get_close_matches(str(value), list(known), n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""


def read_yaml(path: Path, model: type[BaseModel]):
    """Read a YAML file safely into a pydantic model; a fault is told by file, place and what was expected."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
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


def declaration(path: Path) -> Declaration:
    """Read the declaration of a notebook."""
    return read_yaml(path, Declaration)


def resolve(path: Path, values: dict[str, object]) -> dict[str, object]:
    """Check values against the declaration of a notebook, and turn names into identifiers.

    Parameters
    ----------
    path : Path
        The declaration. Files of choices are found from the folder above it.
    values : dict
        Parameters by name; not all need be given.

    Raises
    ------
    RequestError
        A name is unknown or a value is not allowed; the message says what is, and what was probably meant.
    """
    declared = declaration(path).parameters
    resolved = {}
    for name, value in values.items():
        if name not in declared:
            raise RequestError(
                f"{path.stem}: parameter {name!r} is not known{nearest(name, declared)}; "
                f"allowed are {', '.join(declared)}"
            )
        try:
            resolved[name] = declared[name].resolve(value, path.parent.parent)
        except ValueError as error:
            raise RequestError(f"{path.stem}: parameter {name!r}: {error}") from error
    return resolved


def check_parameters(path: Path, **values: object) -> SimpleNamespace:
    """The parameters of a notebook, checked, as attributes; called in the notebook's first lines.

    So a notebook run by hand or by plain papermill refuses the same values as the batch.
    """
    return SimpleNamespace(**resolve(Path(path), values))
