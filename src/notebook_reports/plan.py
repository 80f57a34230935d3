"""The plan: which reports there are, each a notebook with one set of parameters."""

import re
import shlex
import textwrap
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import chain, count
from pathlib import Path
from string import Template
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, PositiveInt

from notebook_reports.links import Link, Neighbours
from notebook_reports.parameters import Declared, RequestError, nearest, read_yaml
from notebook_reports.trace import digest

_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


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

    @property
    def key(self) -> str:
        """``<notebook>/<report>``, unique in a plan."""
        return f"{self.notebook}/{self.name}"

    @property
    def command(self) -> str:
        """The command that makes this very report."""
        return self.reproduce or f"python scripts/run_reports.py {self.key} --force"


_Value = str | int | float | bool


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Settings(_Strict):
    """How reports are made, other than by their parameters."""

    cover: bool | None = None
    timeout: PositiveInt | None = None
    memory: PositiveInt | None = None

    def given(self) -> dict[str, object]:
        """Those that are set."""
        return {name: value for name in _Settings.model_fields if (value := getattr(self, name)) is not None}


class _Exception(_Settings):
    """Settings of the reports that have certain parameters."""

    where: dict[str, _Value]


class _Entry(_Settings):
    """A notebook with one or many sets of parameters."""

    notebook: str
    name: str
    parameters: dict[str, _Value] = {}
    matrix: dict[str, list[_Value] | Literal["all"]] = {}
    exclude: list[dict[str, _Value]] = []
    include: list[dict[str, _Value]] = []
    settings: list[_Exception] = []


class _Plan(_Strict):
    reports: list[_Entry]


def read_plan(path: Path, notebooks: Path) -> list[ReportSpec]:
    """Read and check a plan.

    Parameters
    ----------
    path : Path
        YAML file with a list ``reports``. An entry has ``notebook``; ``name``, in which ``$parameter`` is replaced;
        ``parameters``; ``matrix``, lists of values, or ``all`` that a parameter accepts, of which every combination
        becomes a report; ``exclude``,
        parameters whose combinations are left out; ``include``, parameters of reports beside the matrix; ``cover``,
        ``timeout`` (seconds) and ``memory`` (megabytes); and ``settings``, the same three ``where`` parameters have
        certain values.
    notebooks : Path
        Folder of the notebooks and their declarations.

    Raises
    ------
    RequestError
        The file, a notebook, a name or a parameter is wrong, or two reports have the same name.
    """
    reports: dict[str, ReportSpec] = {}
    declared: dict[str, Declared] = {}
    for number, entry in enumerate(read_yaml(path, _Plan).reports, start=1):
        place = f"{path}, report {number}"
        if not _NAME.fullmatch(entry.notebook) or not (notebooks / f"{entry.notebook}.ipynb").is_file():
            raise RequestError(f"{place}: no notebook {entry.notebook!r} in {notebooks}")
        if entry.notebook not in declared:
            declared[entry.notebook] = Declared(notebooks / f"{entry.notebook}.yml")
        try:
            found = _reports(entry, declared[entry.notebook])
        except RequestError as error:
            raise RequestError(f"{place}: {error}") from error
        for report in found:
            checked(report, place)
            if report.key in reports:
                raise RequestError(f"{place}: the name {report.key!r} is taken already")
            reports[report.key] = report
    if not reports:
        raise RequestError(f"{path}: the plan has no reports")
    near = {}
    for notebook, about in declared.items():
        own = [report for report in reports.values() if report.notebook == notebook]
        near[notebook] = Neighbours([(report.name, report.parameters, report.cover) for report in own], about)
    return [replace(report, links=near[report.notebook].links(report.name)) for report in reports.values()]


def _reports(entry: _Entry, declared: Declared) -> list[ReportSpec]:
    """The reports of one entry."""
    matrix = [entry.parameters] if entry.matrix or not entry.include else []
    for name, values in entry.matrix.items():
        matrix = [
            {**given, name: value}
            for given in matrix
            for value in (declared.offered(name, given) if values == "all" else values)
        ]
    sets = [declared.resolve(values) for values in matrix]
    for rule in entry.exclude:
        fits = _fitting(sets, rule, declared)
        if not any(fits):
            raise RequestError(f"exclude {rule}: no combination of the matrix fits")
        sets = [values for values, left_out in zip(sets, fits, strict=True) if not left_out]
    sets += [declared.resolve(entry.parameters | values) for values in entry.include]
    exceptions = [(exception, _fitting(sets, exception.where, declared)) for exception in entry.settings]
    if idle := [exception.where for exception, fits in exceptions if not any(fits)]:
        raise RequestError(f"settings where {idle[0]}: no report of this entry fits")
    template = Template(entry.name)
    reports = []
    for number, values in enumerate(sets):
        settings = entry.given()
        for exception, fits in exceptions:
            settings |= exception.given() if fits[number] else {}
        try:
            name = template.substitute({key: str(value) for key, value in values.items()})
        except KeyError as error:
            given = ", ".join(f"${parameter}" for parameter in values)
            raise RequestError(f"the name uses ${error.args[0]}; given here are {given}") from error
        except ValueError as error:
            raise RequestError(f"the name {entry.name!r}: {error}") from error
        reports.append(ReportSpec(entry.notebook, name, values, **settings))
    return reports


def _fitting(sets: list[dict[str, object]], rule: dict[str, object], declared: Declared) -> list[bool]:
    """Which sets of parameters have the values of a rule; RequestError where these are allowed in none of them."""
    fits, refused = [], []
    for values in sets:
        try:
            fits.append(not declared.part(rule, values).items() - values.items())
        except RequestError as error:  # with other values of the matrix it may be allowed
            refused.append(error)
            fits.append(False)
    if refused and len(refused) == len(sets):
        raise refused[0]
    return fits


def command_for(
    reports: list[ReportSpec], notebook: str, chosen: dict[str, object], defaults: dict[str, object]
) -> str:
    """The command that makes a report with these parameters, from the report of the plan that differs in fewest.

    Raises
    ------
    RequestError
        The plan has no report of the notebook.
    """
    own = [report for report in reports if report.notebook == notebook]
    if not own:
        raise RequestError(f"the plan has no report of {notebook}")
    changes = [_changes(chosen, defaults | report.parameters) for report in own]
    changed, start = min(zip(changes, own, strict=True), key=lambda pair: len(pair[0]))
    if not changed:
        return start.command
    settings = " ".join(f"--set {shlex.quote(f'{name}={value}')}" for name, value in changed.items())
    return f"python scripts/run_reports.py {start.key} {settings}"


def entry_for(
    notebook: str, chosen: dict[str, object], defaults: dict[str, object], taken: Collection[str] = ()
) -> str:
    """An entry of the plan for a report with these parameters, as YAML to stand under ``reports:``.

    Its name tells what is not as the notebook has it, and the language, which the parameters then say as well; it is
    none of the names that are taken.
    """
    changed = _changes(chosen, defaults)
    parts = [str(v) if isinstance(v, str) else f"{name}_{v}" for name, v in changed.items() if name != "language"]
    stem = in_a_name("_".join(parts)) or "default"
    language = {"language": chosen["language"]} if "language" in chosen else {}
    names = (".".join([stem + number, *language.values()]) for number in chain([""], (f"_{n}" for n in count(2))))
    entry = {
        "notebook": notebook,
        "name": next(name for name in names if name not in taken),
        "parameters": {**changed, **language},
    }
    text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000)
    return textwrap.indent(text, "  ")


def _changes(chosen: dict[str, object], start: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in chosen.items() if value != start.get(name)}


def checked(report: ReportSpec, place: str) -> ReportSpec:
    """The same report, if its name is one that stays inside the folder of reports; RequestError if not."""
    if not _NAME.fullmatch(report.name):
        raise RequestError(f"{place}: the name {report.name!r} must be lower-case letters, digits, _ and single dots")
    return report


def in_a_name(text: str) -> str:
    """A text as it may stand in the name of a report: lower-case letters and digits, with _ between them.

    Examples
    --------
    >>> in_a_name("release_2022-12-31")
    'release_2022_12_31'
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def select(reports: list[ReportSpec], patterns: list[str]) -> list[ReportSpec]:
    """The reports that any pattern names, in the order of the plan; all of them without a pattern.

    RequestError for a pattern that names none.
    """
    if not patterns:
        return reports
    for pattern in patterns:
        if not any(fnmatchcase(report.key, pattern) for report in reports):
            notebooks = dict.fromkeys(f"{report.notebook}/*" for report in reports)
            hint = nearest(pattern, [report.key for report in reports])
            raise RequestError(
                f"no report matches {pattern!r}{hint}; --dry-run --force lists all, globs are {', '.join(notebooks)}"
            )
    return [report for report in reports if any(fnmatchcase(report.key, pattern) for pattern in patterns)]


def sample(reports: list[ReportSpec], count: int, seed: str) -> list[ReportSpec]:
    """Some of the reports, in the order of the plan: each brings the most that those before it have not.

    Of all reports, the one is taken whose notebook and parameters have the largest share of values that are not in
    the sample yet, so that three reports of three notebooks in two languages hold all five. Among equals the SHA-256
    of the seed and of their keys decides: the same seed takes the same reports, another seed others.

    Parameters
    ----------
    reports : list of ReportSpec
        The plan.
    count : int
        How many to take; all where there are no more.
    seed : str
        Any text.
    """
    values = {report: {("", report.notebook), *report.parameters.items()} for report in reports}
    order = sorted(reports, key=lambda report: digest(f"{seed} {report.key}".encode()))
    seen: set[tuple[str, object]] = set()
    taken: list[ReportSpec] = []
    while order and len(taken) < count:
        best = max(order, key=lambda report: len(values[report] - seen) / len(values[report]))
        order.remove(best)
        taken.append(best)
        seen |= values[best]
    return [report for report in reports if report in taken]
