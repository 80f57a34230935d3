"""The plan: which reports there are, each a notebook with one set of parameters."""

import posixpath
import re
import shlex
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import accumulate, chain, count
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field

from notebook_reports.links import Link, Neighbours
from notebook_reports.parameters import Declared, RequestError, Strict, Text, Value, notebooks_in, read_yaml
from notebook_reports.safe_yaml import composed, entries, nearest, plain, shortened, terse
from notebook_reports.trace import digest


@dataclass(frozen=True)
class ReportSpec:
    """One report: a notebook, a name and parameters."""

    notebook: str
    name: str
    parameters: dict[str, object] = field(hash=False)
    cover: bool = False
    """Whether the first chart is also kept as a file of its own, for a README."""
    reproduce: str = ""
    """Command that makes a report outside the plan."""
    timeout: int = 600
    """Seconds that it may take."""
    memory: int = 4096
    """Megabytes that it may take."""
    links: tuple[Link, ...] = field(default=(), hash=False)
    """To other reports of the plan."""
    folder: str = "notebooks"
    """Where notebooks stand, from the repository."""
    runner: str = "notebook-reports run"
    """What makes a report when its key follows."""

    @property
    def key(self) -> str:
        """``<notebook>/<report>``, unique in a plan."""
        return f"{self.notebook}/{self.name}"

    @property
    def source(self) -> str:
        """The notebook's file, from the repository."""
        return posixpath.normpath(f"{self.folder}/{self.notebook}.ipynb")

    @property
    def command(self) -> str:
        """The command that makes this very report."""
        return self.reproduce or f"{self.runner} {shlex.quote(self.key)} --force"


class Plan(list[ReportSpec]):
    """The reports of a plan, in its order, and what it says of them all."""

    preload: tuple[str, ...] = ()
    """Modules that are imported once, before any notebook."""
    check: str = ""
    """A function, as ``module.function``, that is called before anything is made; empty for none."""
    elsewhere: Mapping[str, str] = MappingProxyType({})
    """By a folder's name, the environment variable that may give it another place."""
    notebooks: str = "notebooks"
    """Where notebooks stand, from the repository."""
    title: Text | None = None
    """What the index of all reports is headed."""


_MOST = 100_000
"""Combinations of a matrix, which else might fill the memory."""


def _axis(values: object) -> object:
    if values != "all" and not (isinstance(values, list) and values):
        raise ValueError(f"expected a list of values, or all; found {terse(values)}")
    return plain(values)


def _folder(name: str) -> str:
    if fault := name != "." and next(filter(None, map(_fault, name.split("/"))), ""):
        raise ValueError(f"{terse(name)} is no folder of the repository: it {fault}")
    return name


_MODULE = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_Folder = Annotated[str, AfterValidator(_folder)]


class _Settings(Strict):
    """How reports are made, other than by their parameters."""

    cover: bool | None = None
    timeout: int | None = Field(default=None, ge=1, le=86_400)
    memory: int | None = Field(default=None, ge=64, le=1_048_576)

    def given(self) -> dict[str, object]:
        """Those that are set."""
        return self.model_dump(include=set(_Settings.model_fields), exclude_none=True)


class _Exception(_Settings):
    """Settings of the reports that have certain parameters."""

    where: dict[str, Value]


class _Entry(_Settings):
    """A notebook with one or many sets of parameters."""

    notebook: str
    name: str
    """Of each report; a parameter stands behind $."""
    parameters: dict[str, Value] = Field(default={})
    matrix: dict[str, Annotated[object, AfterValidator(_axis)]] = Field(default={})
    """Lists of values, or ``all`` that a parameter accepts, of which every combination becomes a report."""
    exclude: list[dict[str, Value]] = Field(default=[])
    """Parameters whose combinations are left out."""
    include: list[dict[str, Value]] = Field(default=[])
    """Parameters of reports beside the matrix."""
    settings: list[_Exception] = Field(default=[])


class _Plan(Strict):
    """What a plan says: reports, and of them all what :class:`Plan` has and what makes one when its key follows."""

    reports: list[_Entry]
    preload: tuple[Annotated[str, Field(pattern=f"^{_MODULE}$")], ...] = ()
    check: str = Field(default="", pattern=rf"^({_MODULE}\.[^\W\d]\w*)?$")
    elsewhere: dict[_Folder, Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]] = Field(default={})
    notebooks: _Folder | None = None
    title: Text | None = None
    command: str = Field(default=ReportSpec.runner, pattern=r"^[^\x00-\x1f]{1,200}$")


def read_plan(path: Path, notebooks: Path) -> Plan:
    """The plan that a YAML file holds; notebooks stand in a folder, where it does not name another beside that.

    RequestError where the file, a notebook, a name or a parameter is wrong, or two reports have the same name.
    """
    given = read_yaml(path, _Plan)
    folder = notebooks.parent / given.notebooks if given.notebooks else notebooks
    about = {"folder": given.notebooks or notebooks.name, "runner": given.command}
    reports: dict[str, ReportSpec] = {}
    declared: dict[str, Declared] = {}
    names = {name: name for name in ("index.html", "results.csv", "manifest.json", "reports.yml")}
    for number, entry in enumerate(given.reports, start=1):
        try:
            if entry.notebook not in declared:
                declared[entry.notebook] = declared_in(folder, entry.notebook)
            for report in _reports(entry, declared[entry.notebook]):
                _take(report, names)
                reports[report.key] = replace(report, **about)
        except RequestError as error:
            raise RequestError(f"{path}, report {number}: {error}") from error
    if not reports:
        raise RequestError(f"{path}: the plan has no reports")
    near = {}
    for notebook, declaration in declared.items():
        own = [report for report in reports.values() if report.notebook == notebook]
        near[notebook] = Neighbours([(report.name, report.parameters, report.cover) for report in own], declaration)
    plan = Plan(replace(each, links=near[each.notebook].links(each.name)) for each in reports.values())
    plan.preload, plan.check, plan.elsewhere = given.preload, given.check, given.elsewhere
    plan.notebooks, plan.title = about["folder"], given.title
    return plan


def declared_in(folder: Path, notebook: str) -> Declared:
    """What a notebook takes; RequestError where it is not there, or cannot be run."""
    for part in notebook.split("/"):
        _check_name(part, f"the notebook's name {terse(notebook)}")
    path = folder / f"{notebook}.ipynb"
    if not path.is_file() or path not in path.parent.iterdir():  # some systems find it in other letters too
        known = notebooks_in(folder)
        forms = [name for name in known if composed(name).casefold() == notebook.casefold()]
        hint = f" (but {forms[0]!r}, in other letters)" if forms else nearest(notebook, known)
        raise RequestError(f"no notebook {terse(notebook)} in {folder}{hint}; there are {shortened(known)}")
    declared = Declared(path.with_suffix(".yml"))
    if declared.cells.language != "python":
        from notebook_reports.execute import kernel_fault  # half a second with its imports

        if fault := kernel_fault(path):
            raise RequestError(f"notebook {notebook!r}: {fault}")
    return declared


def _reports(entry: _Entry, declared: Declared) -> list[ReportSpec]:
    """The reports of one entry."""
    matrix = [entry.parameters] if entry.matrix or not entry.include else []
    for name, values in entry.matrix.items():
        pairs = ((given, declared.offered(name, given) if values == "all" else values) for given in matrix)
        matrix = [{**given, name: value} for given, several in pairs for value in several]
        if len(matrix) > _MOST:
            raise RequestError(f"the matrix has more than {_MOST} combinations")
    sets = [declared.resolve(values) for values in matrix]
    for rule in entry.exclude:
        fits = _fitting(sets, rule, declared, f"exclude {terse(rule)}: no combination of the matrix fits")
        sets = [values for values, left_out in zip(sets, fits, strict=True) if not left_out]
    sets += [declared.resolve(entry.parameters | values) for values in entry.include]
    settings = [entry.given() for _ in sets]
    for exception in entry.settings:
        told = f"settings where {terse(exception.where)}: no report of this entry fits"
        for own, fits in zip(settings, _fitting(sets, exception.where, declared, told), strict=True):
            if fits:
                own.update(exception.given())
    made = zip(sets, settings, strict=True)
    return [ReportSpec(entry.notebook, _name(entry.name, values), values, **own) for values, own in made]


def _fitting(sets: list[dict[str, object]], rule: dict[str, object], declared: Declared, told: str) -> list[bool]:
    """Which sets of parameters have the values of a rule; RequestError where none has, or is allowed to."""
    fits, refused = [], []
    for values in sets:
        try:
            fits.append(declared.resolve(values | rule) == values)
        except RequestError as error:  # with other values of the matrix it may be allowed
            refused.append(error)
            fits.append(False)
    if not any(fits):
        raise refused[0] if sets and len(refused) == len(sets) else RequestError(told)
    return fits


class _Name(Template):
    """A name in which parameters stand; letters of another script may follow one of Latin letters."""

    idpattern = r"(?a:[_a-z][_a-z0-9]*)|[^\W\d]\w*"


def _name(template: str, values: dict[str, object]) -> str:
    """The name of a report with these parameters; RequestError where it names others, or cannot be that of a file."""
    try:
        name = composed(_Name(template).substitute({key: _named(value) for key, value in values.items()}))
    except KeyError as error:
        given = shortened(f"${parameter}" for parameter in values)
        raise RequestError(f"the name uses ${error.args[0]}; given here are {given}") from error
    except ValueError as error:
        raise RequestError(f"the name {terse(template)}: {error}") from error
    _check_name(name, f"the name {terse(name)}")
    return name


def _named(value: object) -> str:
    """A value as it stands in a name."""
    if isinstance(value, list):
        return "_".join(map(_named, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def _fault(part: str) -> str:
    """What keeps a text from being the name of a file or a folder on every system; empty where nothing does."""
    kinds = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, ends of lines
    turns = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # show a name in another order
    if strange := [sign for sign in part if sign in '/\\:*?"<>|' + turns or unicodedata.category(sign) in kinds]:
        return f"must not hold {strange[0]!r}"
    if not part or part != part.strip().strip("."):
        return "must not be empty, begin with a dot or a space, or end with one"
    if part.partition(".")[0].casefold() in _DEVICES:
        return f"must not begin with {part.partition('.')[0]!r}, which is a device on Windows"
    too_long = len(part) > 100 or len(part.encode()) > 220
    return "must not be longer than 100 characters, or 220 bytes" if too_long else ""


def _check_name(part: str, what: str) -> None:
    if fault := _fault(part):
        raise RequestError(f"{what} {fault}")


def _take(report: ReportSpec, names: dict[str, str]) -> None:
    """Note the names of a report's folders and files; RequestError where some system takes one for another."""
    folders = [f"{name}/" for name in accumulate(report.notebook.split("/"), "{}/{}".format)]
    files = [f"{report.key}{suffix}" for suffix in (".html", ".svg", ".ipynb", ".txt")]
    if names.get(files[0].casefold()) == files[0]:
        raise RequestError(f"the name {report.key!r} is taken already")
    for name in [*folders, *files]:
        other = names.setdefault(name.rstrip("/").casefold(), name)
        if other != name:
            raise RequestError(f"{name!r} and {other!r} are one on some systems; give one another name")


def in_a_name(text: str) -> str:
    """A text as it may stand in the name of a report: small letters of any script and digits, with _ between them.

    Examples
    --------
    >>> in_a_name("release_2022-12-31"), in_a_name("at_-0.5"), in_a_name("Zürich A/B")
    ('release_2022_12_31', 'at_-0_5', 'zürich_a_b')
    """
    text = re.sub(r"(?<=[^\W_])-|-(?!\d)|[^\w-]+", "_", composed(text).lower()).strip("_")
    return text if len(text) <= 60 else f"{text[:50]}_{digest(text.encode())[:8]}"


def one_off(reports: list[ReportSpec], changes: list[str], root: Path) -> list[ReportSpec]:
    """The same reports with parameters changed, under names that say so; RequestError for what is not allowed.

    Changes are ``NAME=VALUE``, as on a command line; the root is the repository.
    """
    texts = {}
    for change in map(composed, changes):
        name, sign, texts[name] = change.partition("=")
        if not sign:
            raise RequestError(f"--set {terse(change)}: expected NAME=VALUE")
    changed = []
    for report in reports:
        declared = Declared((root / report.source).with_suffix(".yml"))
        try:
            read = {name: declared.read(name, text) for name, text in texts.items()}
            whole = declared.resolve({**report.parameters, **read})
        except RequestError as error:
            raise RequestError(f"--set: {error}") from error
        settings = [f"{name}={declared.written(name, whole[name])}" for name in texts]
        name = ".".join([report.name, *map(in_a_name, settings)])
        name = f"{name[:60]}_{digest(name.encode())[:8]}" if _fault(name) else name
        command = _command(report, settings)
        changed.append(replace(report, name=name, parameters=whole, cover=False, links=(), reproduce=command))
    return changed


def command_for(reports: list[ReportSpec], notebook: str, chosen: dict[str, object], declared: Declared) -> str:
    """The command that makes a report with these parameters, from the report of the plan that differs in fewest.

    RequestError where the plan has no report of the notebook.
    """
    defaults = declared.resolve(declared.defaults)
    changes = [(_changes(chosen, defaults | each.parameters), each) for each in reports if each.notebook == notebook]
    if not changes:
        raise RequestError(f"the plan has no report of {notebook}")
    changed, start = min(changes, key=lambda pair: len(pair[0]))
    settings = [f"{name}={declared.written(name, value)}" for name, value in changed.items()]
    return _command(start, settings) if settings else start.command


def _command(report: ReportSpec, settings: list[str]) -> str:
    """The command that makes a report with some parameters set."""
    return " ".join([report.runner, shlex.quote(report.key), *(f"--set {shlex.quote(each)}" for each in settings)])


def entry_for(
    notebook: str, chosen: dict[str, object], defaults: dict[str, object], taken: Collection[str] = ()
) -> str:
    """An entry of the plan for a report with these parameters, as YAML to stand under ``reports:``.

    Its name tells what is not as the notebook has it, and the language, which the parameters then say as well; it is
    none of the names that are taken.
    """
    language = {"language": chosen["language"]} if "language" in chosen else {}
    changed = {name: value for name, value in _changes(chosen, defaults).items() if name not in language}
    parts = [value if isinstance(value, str) else f"{name}_{_named(value)}" for name, value in changed.items()]
    stem = in_a_name("_".join(parts)) or "default"
    names = (".".join([stem + number, *language.values()]) for number in chain([""], (f"_{n}" for n in count(2))))
    name = next(name for name in names if name not in taken)
    return entries([{"notebook": notebook, "name": name, "parameters": changed | language}])


def _changes(chosen: dict[str, object], start: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in chosen.items() if name not in start or value != start[name]}


def select(reports: list[ReportSpec], patterns: list[str]) -> list[ReportSpec]:
    """The reports that any pattern names, in the order of the plan; all of them without a pattern.

    RequestError for a pattern that names none.
    """
    named: set[str] = set()
    for pattern in map(composed, patterns):
        found = {report.key for report in reports if report.key == pattern or fnmatchcase(report.key, pattern)}
        if not found:
            keys = [report.key for report in reports]
            hint = nearest(pattern, keys)
            raise RequestError(f"no report matches {terse(pattern)}{hint}; there are {shortened(keys)}")
        named |= found
    return [report for report in reports if report.key in named] if patterns else reports


def sample(reports: list[ReportSpec], count: int, seed: str) -> list[ReportSpec]:
    """Some of the reports, in the order of the plan: each brings the most that those before it have not.

    Of all reports, the one is taken whose notebook and parameters have the largest share of values that are not in
    the sample yet, so that three reports of three notebooks in two languages hold all five. Among equals the SHA-256
    of the seed and of their keys decides: the same seed takes the same reports, another seed others.
    """
    values = {
        report: {("", report.notebook), *((name, repr(value)) for name, value in report.parameters.items())}
        for report in reports
    }
    order = sorted(reports, key=lambda report: digest(f"{seed} {report.key}".encode()))
    seen: set[tuple[str, str]] = set()
    taken: list[ReportSpec] = []
    while order and len(taken) < count:
        best = max(order, key=lambda report: len(values[report] - seen) / len(values[report]))
        order.remove(best)
        taken.append(best)
        seen |= values[best]
    return [report for report in reports if report in taken]
