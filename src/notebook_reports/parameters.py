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
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from notebook_reports.ending import RequestError
from notebook_reports.safe_yaml import YamlError, composed, flow, load, nearest, parse, plain, shortened, terse

PLAN = "reports/reports.yml"
"""The plan of a repository, by which the folder is known from which files of choices are found."""

Value = Annotated[object, AfterValidator(plain)]


class Strict(BaseModel):
    """A part of a YAML file, of which every key is known."""

    model_config = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False, defer_build=True)

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


class _Kind(NamedTuple):
    """A type of parameters: what checks values, what these are in words, what a declaration may say of it alone."""

    adapter: TypeAdapter
    words: str = ""
    own: set[str] = frozenset()


_ENDS = {"minimum", "maximum"}
_KINDS = {
    "choice": _Kind(TypeAdapter(str), own={"choices", "listed"}),
    "integer": _Kind(TypeAdapter(int), "any whole number", {*_ENDS, "column", "after"}),
    "number": _Kind(TypeAdapter(Annotated[float, Field(allow_inf_nan=False)]), "any number", _ENDS),
    "boolean": _Kind(TypeAdapter(bool), "true, false"),
    "text": _Kind(TypeAdapter(str), "any text", {"pattern"}),
    "date": _Kind(TypeAdapter(date), "days as 2020-12-31"),
    "list": _Kind(TypeAdapter(list), "lists such as [1, 2]"),
    "mapping": _Kind(TypeAdapter(dict), "mappings such as {a: 1}"),
    "any": _Kind(TypeAdapter(object), "any value"),
}
_PLACE = re.compile(r"\{(\w+)\}")


class Parameter(Strict):
    """What is declared of a parameter."""

    type: Literal[*_KINDS]
    help: Text = Text(ko="", en="")
    label: Text | None = None
    """A word or two to stand beside a control."""
    optional: bool = False
    """Whether it may be null; it may too where the notebook's own value is None."""
    choices: list[str] = []
    """Identifiers of a choice."""
    listed: list[Listing] = []
    """Files that hold more of them, with their names."""
    minimum: int | float | None = Field(default=None, union_mode="left_to_right")
    maximum: int | float | None = Field(default=None, union_mode="left_to_right")
    column: Column | None = None
    """One that holds the whole numbers which are accepted, such as its years."""
    after: str | None = None
    """Another whole number that this one must exceed, such as the first year where this is the last."""
    pattern: re.Pattern[str] | None = None
    """A regular expression for the whole of a text."""

    @model_validator(mode="after")
    def _of_its_type(self) -> "Parameter":
        for name in self.model_fields_set - {"type", "help", "label", "optional"} - _KINDS[self.type].own:
            raise ValueError(f"{name!r} is not for type {self.type}")
        return self

    def needs(self) -> list[str]:
        """The parameters on whose values it depends what is accepted."""
        texts = [text for listing in self.listed for text in (listing.file, *listing.where.values())]
        return list(dict.fromkeys(_PLACE.findall(" ".join([*texts, self.column.file if self.column else ""]))))


class Accepted:
    """What a parameter accepts where those on which it depends have certain values; files stand below a root."""

    def __init__(self, about: Parameter, root: Path, values: Mapping[str, object]) -> None:
        def put(text: str) -> str:
            return _PLACE.sub(lambda place: str(values[place[1]]), text)

        self.about = about
        self._choices = [{"id": name, "ko": name, "en": name} for name in about.choices]
        for listing in about.listed:
            wanted = {column: put(value) for column, value in listing.where.items()}
            rows = _rows(root / put(listing.file), {"id", "ko", "en", *wanted})
            self._choices += [row for row in rows if wanted.items() <= row.items()]
        self.offered: list = list(self.names("ko"))
        """All identifiers of a choice, or numbers of a column within the bounds; none where there is no list."""
        self._spellings = {row[key]: row["id"] for row in self._choices for key in ("id", "ko", "en")}
        if column := about.column:
            self._file = put(column.file)
            self.offered = sorted(filter(self._within, _numbers(root / self._file, column.name)))
            if not self.offered:
                raise RequestError(f"{root / self._file}: no {column.name} to choose from")
            self._spellings = {"first": self.offered[0], "last": self.offered[-1]}

    def names(self, language: str) -> dict[str, str]:
        """What each identifier of a choice is called in a language, in the order of the lists."""
        return {row["id"]: row[language] for row in self._choices}

    def _within(self, number: float) -> bool:
        low, high = self.about.minimum, self.about.maximum
        return (low is None or number >= low) and (high is None or number <= high)

    def allowed(self) -> str:
        """What is accepted, in words."""
        low, high, pattern = self.about.minimum, self.about.maximum, self.about.pattern
        if self.about.type == "choice" or self.about.column:
            return shortened(self.offered)
        if low is not None or high is not None:
            return f"{low} or more" if high is None else f"{high} or less" if low is None else f"{low} to {high}"
        return f"texts of the form {pattern.pattern}" if pattern else _KINDS[self.about.type].words

    def nearest(self, value: object) -> object:
        """What stands in for a value that is not accepted any more: the nearest number, or the first of the lists."""
        close = self.about.column and isinstance(value, int)
        return min(self.offered, key=lambda other: abs(other - value)) if close else self.offered[0]

    def resolve(self, value: object) -> object:
        """The value that is meant; ValueError where it is not accepted."""
        if isinstance(value, str) and value in self._spellings:
            return self._spellings[value]
        fault = f"not known{nearest(value, self._spellings)}" if self._choices else "not allowed"
        with suppress(YamlError, ValueError):  # it is of another type
            found = self._read(value)
            if self._accepts(found):
                return found
            fault = f"not in {self._file} (nearest is {self.nearest(found)})" if self.about.column else fault
        raise ValueError(f"{terse(value)} is {fault}; allowed are {self.allowed()}")

    def _read(self, value: object) -> object:
        """A value of the right type, which a text may write; ValueError or YamlError for any other."""
        is_text = isinstance(value, str)
        if is_text and self.about.type in ("list", "mapping"):
            value = parse(value)
        return plain(_KINDS[self.about.type].adapter.validate_python(value, strict=not is_text))

    def _accepts(self, value: object) -> bool:
        """Whether a value of the right type is accepted."""
        if self.about.type == "choice" or self.about.column:
            return value in self.offered
        return self._within(value) and (self.about.pattern is None or bool(self.about.pattern.fullmatch(value)))


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
        matches = [re.fullmatch(form, name) for name in names if "{year}" in self.result]
        year = max((match[1] for match in matches if match), default="{year}")
        ko, en, result = (text.replace("{year}", year) for text in (self.label.ko, self.label.en, self.result))
        return self.model_copy(update={"result": result, "label": Text(ko=ko, en=en)})


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
        names, compared = list(self.parameters), [column.result for column in self.compared]
        for place, (name, parameter) in enumerate(self.parameters.items()):
            for other in filter(None, [*parameter.needs(), parameter.after]):
                if other not in names[:place]:
                    raise ValueError(f"parameter {name!r} names {other!r}, which must be declared before it")
        if twice := [name for name in compared if compared.count(name) > 1]:
            raise ValueError(f"compared: result {twice[0]!r} is named twice")
        return self


def _rows(path: Path, needed: set[str]) -> list[dict[str, str]]:
    """The rows of a file of choices; a mark at its start, as spreadsheets write it, is passed over."""
    try:
        rows = _parsed(path.read_bytes())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestError(f"{path}: cannot be read as UTF-8: {error}") from error
    if rows and (missing := ", ".join(sorted(needed - rows[0].keys()))):
        raise RequestError(f"{path}: no column {missing}; a file of choices has {', '.join(sorted(needed))}")
    return rows


@lru_cache(maxsize=32)
def _parsed(held: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(composed(held.decode("utf-8-sig")), newline="")))


def _numbers(path: Path, column: str) -> set[int]:
    """The whole numbers that a column of a file holds."""
    cells = {row[column] or "" for row in _rows(path, {column})}
    for cell in cells:
        if not re.fullmatch(r"-?[0-9]{1,15}", cell):
            raise RequestError(f"{path}, column {column}: {terse(cell)} is not a whole number")
    return set(map(int, cells))


def read_yaml(path: Path, model: type[BaseModel]):
    """Read a YAML file safely into a pydantic model; a fault is told by file, place and what was expected."""
    content = load(path)
    try:
        return model.model_validate({} if content is None else content)
    except ValidationError as error:
        fault = error.errors()[0]
    if fault["type"] == "value_error":
        told = fault["ctx"]["error"]
    elif fault["type"] == "missing":
        told = "is missing"
    else:
        told = f"{fault['msg']} (found {terse(fault['input'])})"
    raise RequestError(f"{path}{_place(fault['loc'])}: {told}")


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


def read_notebook(path: Path) -> Cells:
    """What is known of a notebook; RequestError where the file is none, or its cell tagged ``parameters`` no Python."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        about = content.get("metadata", {})
        spec, info = about.get("kernelspec", {}), about.get("language_info", {})
        language = spec.get("language") or info.get("name") or spec.get("name", "python")
        language = "python" if re.match("(?i)i?python|conda|venv", language) else language
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


def notebooks_in(folder: Path) -> list[str]:
    """The names of the notebooks below a folder, without those of hidden folders."""
    below = (path.relative_to(folder) for path in folder.rglob("*.ipynb"))
    return sorted(path.with_suffix("").as_posix() for path in below if not any(p.startswith(".") for p in path.parts))


_TYPES = {"bool": "boolean", "int": "integer", "float": "number", "str": "text", "list": "list", "dict": "mapping"}


def _assigned(source: str) -> tuple[dict[str, Parameter], dict[str, object]]:
    """What a cell assigns to names, whatever else it does; lines of IPython's own are passed over."""
    source = re.sub(r"^[%!].*$", "", source, flags=re.MULTILINE)
    lines, parameters, defaults = re.split(r"\r\n?|\n", source), {}, {}
    for line in ast.parse(source).body:
        if not isinstance(line, ast.Assign | ast.AnnAssign):
            continue
        named = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else ""
        value = ()
        with suppress(ValueError, TypeError):
            value = (plain(ast.literal_eval(line.value)),) if line.value else ()
        outer = re.sub(r"^Optional\[(.*)\]$", r"\1", named).partition("[")[0]
        kinds = [_TYPES[name] for name in re.findall(r"\w+", outer) if name in _TYPES]
        kinds = kinds or [_TYPES.get(type(each).__name__, "any") for each in value]
        comment = lines[line.end_lineno - 1].encode()[line.end_col_offset :].decode().partition("#")[2].strip()
        about = Parameter(
            type=kinds[0] if len(kinds) == 1 else "any",
            help=Text(ko=comment, en=comment),
            optional=value == (None,) or bool(re.search(r"\bNone\b|\bOptional\b", named)),
        )
        targets = line.targets if isinstance(line, ast.Assign) else [line.target]
        for name in (target.id for target in targets if isinstance(target, ast.Name)):
            parameters[name] = about
            defaults.pop(name, None)
            defaults.update((name, each) for each in value)
    return parameters, defaults


class Declared:
    """What a notebook takes, read once, with which any number of values can be checked.

    Of its declaration and the notebook of the same name beside that, one may be missing. Files of choices are found
    from the repository: the folder that has the plan, or else the one above.
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

    @property
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
        """Values checked, of which not all need be given, with names turned into identifiers.

        What is accepted may depend on others of the values, or where these are not given, on the notebook's defaults.
        RequestError for a name or a value that is not allowed says what is, and what was probably meant.
        """
        found = {name: self._value(name, values) for name in values}
        for name, parameter in self.content.parameters.items():
            if parameter.after in found or (parameter.after and name in found):
                low, high = self._value(parameter.after, values), self._value(name, values)
                if None not in (low, high) and high <= low:
                    raise self._refusal(f"{name!r}: {high} is not after {parameter.after!r}, {low}")
        return found

    def _value(self, name: str, values: Mapping[str, object]) -> object:
        """The value of a parameter that is given, or else the notebook's own."""
        if name not in values and name not in self.defaults:
            raise self._refusal(f"{name!r} is not given, and the notebook has no value of it")
        value = values[name] if name in values else self.defaults[name]
        if value is None and self._optional(name):
            return None
        try:
            return self.bound(name, values).resolve(plain(value))
        except ValueError as error:
            raise self._refusal(f"{name!r}: {error}") from error

    def _refusal(self, said: str) -> RequestError:
        return RequestError(f"{self.path.stem}: parameter {said}")

    def _about(self, name: str) -> Parameter:
        if name in self.content.parameters:
            return self.content.parameters[name]
        if name not in self.parameters and self.cells.language == "python":
            hint = f"{nearest(name, self.parameters)}; allowed are {shortened(self.parameters)}"
            raise self._refusal(f"{terse(name)} is not known{hint}")
        return self.parameters.get(name) or Parameter(type="any")

    def _optional(self, name: str) -> bool:
        return any(about.optional for about in (self._about(name), self.cells.parameters.get(name)) if about)

    def bound(self, name: str, values: Mapping[str, object]) -> Accepted:
        """What a parameter accepts where the others have these values, or else the notebook's defaults."""
        about = self._about(name)
        needed = {other: self._value(other, values) for other in about.needs()}
        key = name, *map(str, needed.values())
        if key not in self._accepted:
            self._accepted[key] = Accepted(about, self.root, needed)
        return self._accepted[key]

    def shared_by(self, values: Mapping[str, object]) -> tuple[int, ...]:
        """Places in ``shared`` of what is called for reports with these parameters, and the defaults of the others."""
        whole = {**self.defaults, **values}
        return tuple(place for place, call in enumerate(self.content.shared) if call.where.items() <= whole.items())

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
        raise self._refusal(f'{name!r} has no list of values that "all" could stand for')

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
            accepted = self.bound(name, self.defaults)
            every = accepted.offered or [accepted.allowed()]
            told = [getattr(about.help, language), ", ".join(map(str, every))]
            lines.append(f"  {name} ({about.type}, default {self.defaults.get(name, 'not told')})")
            lines += [f"      {line}" for line in told if line]
        return "\n".join(lines)


def check_parameters(path: Path, **values: object) -> SimpleNamespace:
    """The parameters of a notebook, checked, as attributes; called in the notebook's first lines.

    So a notebook run by hand or by plain papermill refuses the same values as the batch.
    """
    return SimpleNamespace(**Declared(Path(path)).resolve(values))
