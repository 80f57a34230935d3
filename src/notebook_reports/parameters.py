"""The parameters of a notebook: what its cell tagged ``parameters`` assigns, and what a declaration says of them.

Without a declaration a value must be of the type of the notebook's own. A declaration is a YAML file with the
notebook's name beside it, which says what each parameter accepts and means. A choice may be given by its identifier or
by its name in either language. What is accepted may depend on another choice, whose name stands in braces: the years of
``data/{industry}/annual.csv``.
"""

import ast
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from notebook_reports.safe_yaml import YamlError, composed, flow, load, nearest, parse, plain, shortened, terse

PLAN = "reports/reports.yml"
"""The plan of a repository, by which the folder is known from which files of choices are found."""


class RequestError(Exception):
    """What was asked for is wrong: a plan, a parameter, an option or the data. Nothing has been run."""


Value = Annotated[object, AfterValidator(plain)]


class Strict(BaseModel):
    """A part of a YAML file, of which every key is known."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: object) -> object:
        known = list(cls.model_fields)
        if isinstance(given, cls):
            return given
        if not isinstance(given, dict):
            raise ValueError(f"expected keys of {shortened(known)}; found {terse(given)}")
        for name in given:
            if name not in known:
                raise ValueError(f"{terse(name)} is not known{nearest(name, known)}; known are {shortened(known)}")
        return given


class Text(Strict):
    """A text in both languages; one alone stands for both."""

    ko: str
    en: str

    @model_validator(mode="before")
    @classmethod
    def _both(cls, given: object) -> object:
        return {"ko": given, "en": given} if isinstance(given, str) else given


class Listing(Strict):
    """Choices that are rows of a CSV file with the columns ``id``, ``ko`` and ``en``."""

    file: str
    where: dict[str, str] = {}


class Column(Strict):
    """A column of a CSV file."""

    file: str
    name: str


_PLACE = re.compile(r"\{(\w+)\}")
_OWN = {
    "choice": {"choices", "listed"},
    "integer": {"minimum", "maximum", "column", "after"},
    "number": {"minimum", "maximum"},
    "text": {"pattern"},
}
"""What may be said of parameters of one type only."""


class Parameter(Strict):
    """What is declared of a parameter."""

    type: Literal["choice", "integer", "number", "boolean", "text", "date", "list", "mapping", "any"]
    help: Text = Text(ko="", en="")
    label: Text | None = None
    """A word or two to stand beside a control."""
    optional: bool = False
    """Whether it may be null; it may too where the notebook's own value is None."""
    choices: list[str] = []
    """Identifiers of a choice."""
    listed: list[Listing] = []
    """Files that hold more of them, with their names."""
    minimum: float | None = None
    maximum: float | None = None
    column: Column | None = None
    """One that holds the whole numbers which are accepted, such as its years."""
    after: str | None = None
    """Another whole number that this one must exceed, such as the first year where this is the last."""
    pattern: str = ".*"
    """A regular expression for the whole of a text."""

    @model_validator(mode="after")
    def _of_its_type(self) -> "Parameter":
        for name in self.model_fields_set - {"type", "help", "label", "optional"} - _OWN.get(self.type, set()):
            raise ValueError(f"{name!r} is not for type {self.type}")
        if self.type == "integer":
            self.minimum, self.maximum = (end if end is None else int(end) for end in (self.minimum, self.maximum))
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"pattern {terse(self.pattern)} is no regular expression: {error}") from error
        return self

    def needs(self) -> list[str]:
        """The parameters on whose values it depends what is accepted."""
        texts = [text for listing in self.listed for text in (listing.file, *listing.where.values())]
        return list(dict.fromkeys(_PLACE.findall(" ".join([*texts, self.column.file if self.column else ""]))))


@dataclass
class Accepted:
    """What a parameter accepts where those on which it depends have certain values."""

    about: Parameter
    root: Path
    """From where files of choices are found."""
    values: Mapping[str, object]
    """Of the parameters on which it depends."""

    def _put(self, text: str) -> str:
        return _PLACE.sub(lambda place: str(self.values[place[1]]), text)

    @cached_property
    def _rows(self) -> list[dict[str, str]]:
        rows = [{"id": name, "ko": name, "en": name} for name in self.about.choices]
        for listing in self.about.listed:
            wanted = {column: self._put(value) for column, value in listing.where.items()}
            found = _rows(self.root / self._put(listing.file), {"id", "ko", "en", *wanted})
            rows += [row for row in found if all(row[column] == value for column, value in wanted.items())]
        return rows

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {row[key]: row["id"] for row in self._rows for key in ("id", "ko", "en")}

    def names(self, language: str) -> dict[str, str]:
        """What each identifier of a choice is called in a language, in the order of the lists."""
        return {row["id"]: row[language] for row in self._rows}

    @cached_property
    def offered(self) -> list:
        """All identifiers of a choice, or numbers of a column within the bounds; none where there is no list."""
        column = self.about.column
        if column is None:
            return list(self.names("ko"))
        path = self.root / self._put(column.file)
        cells = {row[column.name] for row in _rows(path, {column.name})}
        if wrong := [cell for cell in cells if not re.fullmatch(r"-?[0-9]{1,15}", cell or "")]:
            raise RequestError(f"{path}, column {column.name}: {terse(wrong[0])} is not a whole number")
        if not cells:
            raise RequestError(f"{path}: no rows, and so no {column.name} to choose from")
        return sorted(number for number in map(int, cells) if self._within(number))

    def _within(self, number: float) -> bool:
        low, high = self.about.minimum, self.about.maximum
        return (low is None or number >= low) and (high is None or number <= high)

    def allowed(self) -> str:
        """What is accepted, in words."""
        if self.about.type == "choice" or self.about.column:
            return shortened(self.offered)
        low, high = self.about.minimum, self.about.maximum
        if low is not None or high is not None:
            return f"{low} or more" if high is None else f"{high} or less" if low is None else f"{low} to {high}"
        kinds = {"boolean": "true, false", "integer": "any whole number", "number": "any number", "any": "any value"}
        kinds |= {"list": "lists such as [1, 2]", "mapping": "mappings such as {a: 1}", "date": "days as 2020-12-31"}
        text = "any text" if self.about.pattern == ".*" else f"text of the form {self.about.pattern}"
        return kinds.get(self.about.type, text)

    def nearest(self, value: object) -> object:
        """What stands in for a value that is not accepted any more: the nearest number, or the first of the lists."""
        close = self.about.column and isinstance(value, int)
        return min(self.offered, key=lambda other: abs(other - value)) if close else self.offered[0]

    def resolve(self, value: object) -> object:
        """The value that is meant; ValueError where it is not accepted."""
        kind = self.about.type
        if kind == "choice":
            if not isinstance(value, str) or value not in self._spellings:
                hint = nearest(value, self._spellings)
                raise ValueError(f"{terse(value)} is not known{hint}; allowed are {self.allowed()}")
            return self._spellings[value]
        if self.about.column and value in ("first", "last"):
            return self.offered[0 if value == "first" else -1]
        found = _read(value, kind, self.allowed)
        if self.about.column and found not in self.offered:
            where = f"{self._put(self.about.column.file)} (nearest is {self.nearest(found)})"
            raise ValueError(f"{found} is not in {where}; allowed are {self.allowed()}")
        if kind in ("integer", "number") and not self._within(found):
            raise ValueError(f"{found} is out of range; allowed are {self.allowed()}")
        if kind == "text" and self.about.pattern != ".*" and not re.fullmatch(self.about.pattern, found):
            raise ValueError(f"{terse(value)} does not fit; allowed is {self.allowed()}")
        return found


_ADAPTERS = {
    "integer": (TypeAdapter(int), "not a whole number", str | int | float),
    "number": (TypeAdapter(Annotated[float, Field(allow_inf_nan=False)]), "not a number", str | int | float),
    "boolean": (TypeAdapter(bool), "neither true nor false", str | bool),
    "text": (TypeAdapter(str), "no text", str),
    "date": (TypeAdapter(date), "no day", str),
    "list": (TypeAdapter(list), "no list", list | tuple),
    "mapping": (TypeAdapter(dict), "no mapping", dict),
    "any": (TypeAdapter(object), "nothing", object),
}
"""By type: what reads a value or the text that writes one, what is said of others, and of which types they may be."""


def _read(value: object, kind: str, allowed: Callable[[], str]) -> object:
    adapter, no, types = _ADAPTERS[kind]
    with suppress(YamlError, ValidationError):
        found = parse(value) if kind in ("list", "mapping") and isinstance(value, str) else value
        if isinstance(found, types) and (kind in ("boolean", "any") or not isinstance(found, bool)):
            return plain(adapter.validate_python(found))
    raise ValueError(f"{terse(value)} is {no}; allowed are {allowed()}")


class Call(Strict):
    """A function and what it is given."""

    call: str = Field(pattern=r"^[A-Za-z_][\w.]*\.\w+$")
    given: dict[str, Value] = {}
    where: dict[str, Value] = {}
    """Values that the parameters of a report must have; for others it is not called."""


class Compared(Strict):
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


class Declaration(Strict):
    """What the YAML file beside a notebook says."""

    title: Text | None = None
    description: Text | None = None
    shared: list[Call] = []
    """What reports of the notebook compute alike and keep for the process: done once, before any of them is made."""
    parameters: dict[str, Parameter] = {}
    """By name; what one accepts may depend on those that stand before it."""
    compared: list[Compared] = []
    """Results by which the index compares the notebook's reports, in the order of its columns."""

    @model_validator(mode="after")
    def _consistent(self) -> "Declaration":
        before, compared = [], [column.result for column in self.compared]
        for name, parameter in self.parameters.items():
            if later := [other for other in (*parameter.needs(), parameter.after) if other and other not in before]:
                raise ValueError(f"parameter {name!r} names {later[0]!r}, which must be declared before it")
            before.append(name)
        if twice := [name for name in compared if compared.count(name) > 1]:
            raise ValueError(f"compared: result {twice[0]!r} is named twice")
        return self


def _rows(path: Path, needed: set[str]) -> list[dict[str, str]]:
    """The rows of a file of choices; a mark at its start, as spreadsheets write it, is passed over."""
    try:
        columns, rows = _parsed(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read as UTF-8: {error}") from error
    except csv.Error as error:
        raise RequestError(f"{path}: cannot be split into cells: {error}") from error
    if missing := ", ".join(sorted(needed.difference(columns))):
        raise RequestError(f"{path}: no column {missing}; a file of choices has {', '.join(sorted(needed))}")
    return rows


@lru_cache(maxsize=32)
def _parsed(held: bytes) -> tuple[list[str], list[dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(composed(held.decode("utf-8-sig")), newline=""))
    return list(reader.fieldnames or ()), list(reader)


def read_yaml(path: Path, model: type[BaseModel]):
    """Read a YAML file safely into a pydantic model; a fault is told by file, place and what was expected."""
    try:
        content = load(path)
        if content is None:
            raise RequestError(f"{path}: the file is empty; expected {', '.join(model.model_fields)}")
        return model.model_validate(content)
    except FileNotFoundError as error:
        raise RequestError(f"{path}: file not found") from error
    except OSError as error:
        raise RequestError(f"{path}: cannot be read as UTF-8: {error}") from error
    except YamlError as error:
        raise RequestError(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        told = first["type"] == "value_error"
        message = str(first["ctx"]["error"]) if told else {"missing": "is missing"}.get(first["type"], first["msg"])
        found = "" if told or first["type"] == "missing" else f" (found {terse(first['input'])})"
        raise RequestError(f"{path}{_place(first['loc'])}: {message}{found}") from error


def _place(parts: Iterable[str | int]) -> str:
    """Where something stands in a file, counted from 1: ``report 3 > parameters > year``."""
    place: list[str] = []
    for part in parts:
        if isinstance(part, int):
            place[-1:] = [f"{place[-1].removesuffix('s')} {part + 1}"]
        elif part != "[key]":
            place.append(part)
    return f", {' > '.join(place)}" if place else ""


class Cells(NamedTuple):
    """What is known of a notebook without running it."""

    language: str = "python"
    title: str = ""
    """Its first heading."""
    parameters: Mapping[str, Parameter] = {}
    """What its cell tagged ``parameters`` assigns, by the type of the annotation or of the value."""
    defaults: Mapping[str, object] = {}
    """The values there, as far as they are plain."""


_TYPES = {"bool": "boolean", "int": "integer", "float": "number", "str": "text", "list": "list", "dict": "mapping"}


def read_notebook(path: Path) -> Cells:
    """What is known of a notebook; RequestError where the file is none, or its cell tagged ``parameters`` no Python."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        about = content.get("metadata", {})
        spec, info = about.get("kernelspec", {}), about.get("language_info", {})
        language = (spec.get("language") or info.get("name") or spec.get("name", "python")).lower()
        language = "python" if re.match("i?python|conda|venv", language) else language
        cells = [(cell["cell_type"], "".join(cell["source"]), cell.get("metadata", {})) for cell in content["cells"]]
        codes = [source for kind, source, tags in cells if kind == "code" and "parameters" in tags.get("tags", ())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        expected = "expected a notebook of format 4, with a cell tagged 'parameters' if it takes any"
        raise RequestError(f"{path}: {expected} ({type(error).__name__}: {error})") from error
    texts = "\n".join(re.sub(r"(?ms)^(```|~~~).*?^\1", "", source) for kind, source, _ in cells if kind == "markdown")
    heading = re.search(r"^#[ \t]+(.+?)[ \t#]*$", texts, flags=re.MULTILINE)
    title = re.sub(r"[*`]|\[([^]]*)\]\([^)]*\)", r"\1", heading[1]) if heading else path.stem
    try:
        return Cells(language, title, *(_assigned(codes[0]) if codes and language == "python" else ()))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RequestError(f"{path}: the cell tagged 'parameters' is not Python: {error}") from error


def _assigned(source: str) -> tuple[dict[str, Parameter], dict[str, object]]:
    """What a cell assigns to names, whatever else it does; lines of IPython's own are passed over."""
    source = re.sub(r"^[%!].*$", "", source, flags=re.MULTILINE)
    lines, parameters, defaults = re.split(r"\r\n?|\n", source), {}, {}
    for line in ast.parse(source).body:
        if not isinstance(line, ast.Assign | ast.AnnAssign):
            continue
        named = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else ""
        outer = re.sub(r"^Optional\[(.*)\]$", r"\1", named).partition("[")[0]
        kinds = [_TYPES[name] for name in re.findall(r"\w+", outer) if name in _TYPES]
        value = ()
        with suppress(ValueError, TypeError):
            value = (plain(ast.literal_eval(line.value)),) if line.value else ()
        kinds = kinds or [_TYPES.get(type(each).__name__, "any") for each in value]
        rest = lines[line.end_lineno - 1].encode()[line.end_col_offset :].decode().partition("#")[2].strip()
        about = Parameter(
            type=kinds[0] if len(kinds) == 1 else "any",
            help=Text(ko=rest, en=rest),
            optional=value == (None,) or bool(re.search(r"\bNone\b|\bOptional\b", named)),
        )
        for target in line.targets if isinstance(line, ast.Assign) else [line.target]:
            if isinstance(target, ast.Name):
                parameters[target.id] = about
                defaults.pop(target.id, None)
                defaults.update((target.id, each) for each in value)
    return parameters, defaults


class Declared:
    """What a notebook takes, read once, with which any number of values can be checked.

    Parameters
    ----------
    path : Path
        The YAML file of its declaration, with the notebook of the same name beside it; one of the two may be missing.
        Files of choices are found from the repository: the folder that has the plan, or else the one above.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._notebook = path, path.with_suffix(".ipynb")
        self.root = next((up for up in path.absolute().parents if (up / PLAN).is_file()), path.parent.parent)
        if not path.is_file() and not self._notebook.is_file():
            raise RequestError(f"{path}: file not found, and no {self._notebook.name} beside it")
        self.content: Declaration = read_yaml(path, Declaration) if path.is_file() else Declaration()
        self._accepted: dict[tuple, Accepted] = {}

    @cached_property
    def cells(self) -> Cells:
        """What is known of the notebook; nothing where it cannot be read, and a declaration tells enough."""
        try:
            return read_notebook(self._notebook)
        except RequestError:
            if not self.path.is_file():
                raise
            return Cells(title=self.path.stem)

    @cached_property
    def defaults(self) -> Mapping[str, object]:
        """The values that the notebook has where none are given, as far as they are plain."""
        return self.cells.defaults

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Those that are declared, and after them what else the notebook assigns."""
        return {**self.content.parameters, **self.cells.parameters, **self.content.parameters}

    @property
    def title(self) -> Text:
        """As declared, else the notebook's first heading, else its name."""
        return self.content.title or Text(ko=self.cells.title, en=self.cells.title)

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
            before = parameter.after
            if before and (name in found or before in found):
                low, high = (found[key] if key in found else self._needed(key, values) for key in (before, name))
                if None not in (low, high) and high <= low:
                    raise RequestError(f"{self.path.stem}: parameter {name!r}: {high} is not after {before!r}, {low}")
        return found

    def shared_by(self, values: Mapping[str, object]) -> tuple[int, ...]:
        """Places in ``shared`` of what is called for reports with these parameters, and the defaults of the others."""
        calls = enumerate(self.content.shared)
        return tuple(number for number, call in calls if within(call.where, {**self.defaults, **values}))

    def part(self, rule: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
        """Check some values, as :meth:`resolve`, where the others are given."""
        return {name: self._resolved(name, value, {**values, **rule}) for name, value in rule.items()}

    def _about(self, name: str) -> Parameter:
        known = self.content.parameters if name in self.content.parameters else self.parameters
        if name not in known and self.cells.language == "python":
            hint = f"{nearest(name, known)}; allowed are {shortened(known)}"
            raise RequestError(f"{self.path.stem}: parameter {terse(name)} is not known{hint}")
        return known.get(name) or Parameter(type="any")

    def _optional(self, name: str) -> bool:
        return self._about(name).optional or (name in self.cells.parameters and self.cells.parameters[name].optional)

    def bound(self, name: str, values: Mapping[str, object]) -> Accepted:
        """What a parameter accepts where the others have these values, or else the notebook's defaults."""
        about = self._about(name)
        needed = {other: self._needed(other, values) for other in about.needs()}
        key = name, *map(str, needed.values())
        if key not in self._accepted:
            self._accepted[key] = Accepted(about, self.root, needed)
        return self._accepted[key]

    def needing(self, name: str) -> list[str]:
        """The parameters for which it depends on this one what they accept."""
        return [other for other, parameter in self.parameters.items() if name in parameter.needs()]

    def adapted(self, values: Mapping[str, object], changed: str) -> dict[str, object]:
        """Values after one has changed: of those that depend on it, the ones not allowed any more are replaced."""
        found = dict(values)
        for name in self.needing(changed):
            accepted = self.bound(name, found)
            if found[name] not in accepted.offered:
                found[name] = accepted.nearest(found[name])
        return found

    def offered(self, name: str, values: Mapping[str, object]) -> list:
        """All values of a parameter that has a list of them; RequestError where it has none."""
        if found := self.bound(name, values).offered:
            return found
        raise RequestError(f'{self.path.stem}: parameter {name!r} has no list of values that "all" could stand for')

    def _needed(self, name: str, values: Mapping[str, object]) -> object:
        if name not in values and name not in self.defaults:
            lacks = "is not given, and the notebook has no value of it"
            raise RequestError(f"{self.path.stem}: parameter {name!r} {lacks}")
        return self._resolved(name, values[name] if name in values else self.defaults[name], values)

    def _resolved(self, name: str, value: object, values: Mapping[str, object]) -> object:
        if value is None and self._optional(name):
            return None
        try:
            return self.bound(name, values).resolve(composed(value))
        except ValueError as error:
            raise RequestError(f"{self.path.stem}: parameter {name!r}: {error}") from error

    def read(self, name: str, text: str) -> object:
        """The value that a text on a command line writes: YAML where the notebook's own value does not tell a type."""
        if self._about(name).type == "any":
            with suppress(YamlError, ValueError):
                return plain(parse(text))
        return None if text.lower() in ("null", "none") and self._optional(name) else text

    def written(self, name: str, value: object) -> str:
        """A text that :meth:`read` and :meth:`resolve` take for a value."""
        return value if isinstance(value, str) and self.read(name, value) == value else flow(value)

    def listing(self, language: str = "en") -> str:
        """All parameters with type, default, what is accepted and what they mean, as text for a terminal."""
        lines = [f"{self.path.stem}: {getattr(self.title, language)}"]
        for name, about in self.parameters.items():
            default = self.defaults.get(name, "not told")
            accepted = self.bound(name, self.defaults)
            every = accepted.offered or [accepted.allowed()]
            told = [getattr(about.help, language), ", ".join(map(str, every))]
            lines += [f"  {name} ({about.type}, default {default})", *(f"      {line}" for line in told if line)]
        return "\n".join(lines)


def within(rule: Mapping[str, object], values: Mapping[str, object]) -> bool:
    """Whether values hold all that a rule says."""
    return all(name in values and values[name] == wanted for name, wanted in rule.items())


def check_parameters(path: Path, **values: object) -> SimpleNamespace:
    """The parameters of a notebook, checked, as attributes; called in the notebook's first lines.

    So a notebook run by hand or by plain papermill refuses the same values as the batch.
    """
    return SimpleNamespace(**Declared(Path(path)).resolve(values))
