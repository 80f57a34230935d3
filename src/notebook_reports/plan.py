"""The plan: which reports there are, each a notebook with one set of parameters."""

import itertools
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from string import Template

from pydantic import BaseModel, ConfigDict

from notebook_reports.parameters import RequestError, nearest, read_yaml, resolve

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

    @property
    def key(self) -> str:
        """``<notebook>/<report>``, unique in a plan."""
        return f"{self.notebook}/{self.name}"

    @property
    def command(self) -> str:
        """The command that makes this very report."""
        return self.reproduce or f"python scripts/run_reports.py {self.key} --force"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    notebook: str
    name: str
    matrix: dict[str, list[str | int]] = {}
    parameters: dict[str, str | int] = {}
    cover: bool = False


class _Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reports: list[_Entry]


def read_plan(path: Path, notebooks: Path) -> list[ReportSpec]:
    """Read and check a plan.

    Parameters
    ----------
    path : Path
        YAML file with a list ``reports``; an entry has ``notebook``, ``name`` (in which ``$parameter`` is
        replaced), ``matrix`` (lists of values, every combination becomes a report) and ``parameters``.
    notebooks : Path
        Folder of the notebooks and their declarations.

    Raises
    ------
    RequestError
        The file, a notebook, a name or a parameter is wrong, or two reports have the same name.
    """
    reports: dict[str, ReportSpec] = {}
    for number, entry in enumerate(read_yaml(path, _Plan).reports, start=1):
        place = f"{path}, report {number}"
        if not _NAME.fullmatch(entry.notebook) or not (notebooks / f"{entry.notebook}.ipynb").is_file():
            raise RequestError(f"{place}: no notebook {entry.notebook!r} in {notebooks}")
        for values in itertools.product(*entry.matrix.values()):
            given = dict(entry.parameters) | dict(zip(entry.matrix, values, strict=True))
            try:
                parameters = resolve(notebooks / f"{entry.notebook}.yml", given)
                name = Template(entry.name).substitute({key: str(value) for key, value in parameters.items()})
            except KeyError as error:
                given_here = ", ".join(f"${parameter}" for parameter in given)
                raise RequestError(f"{place}: the name uses ${error.args[0]}; given here are {given_here}") from error
            except (RequestError, ValueError) as error:
                raise RequestError(f"{place}: {error}") from error
            report = checked(ReportSpec(entry.notebook, name, parameters, entry.cover), place)
            if report.key in reports:
                raise RequestError(f"{place}: the name {report.key!r} is taken already")
            reports[report.key] = report
    if not reports:
        raise RequestError(f"{path}: the plan has no reports")
    return list(reports.values())


def checked(report: ReportSpec, place: str) -> ReportSpec:
    """The same report, if its name is one that stays inside the folder of reports."""
    if not _NAME.fullmatch(report.name):
        raise RequestError(f"{place}: the name {report.name!r} must be lower-case letters, digits, _ and single dots")
    return report


def select(reports: list[ReportSpec], patterns: list[str]) -> list[ReportSpec]:
    """The reports that any pattern names, in the order of the plan; all of them without a pattern."""
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
