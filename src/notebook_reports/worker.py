"""Makes one report in a process of its own, and tells the batch how far it has come."""

import json
import os
import re
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from notebook_reports import FONTS, FRONT
from notebook_reports.plan import ReportSpec
from notebook_reports.trace import Project, Trace, digest

BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Environment variables that give every process one thread for its linear algebra."""

_MAKERS = (
    *("__init__", "citing", "columns", "drawing", "execute", "fonts", "glossary", "kernel", "korean", "lab"),
    *("lettering", "page", "parameters", "render", "report", "sections", "table_html", "trace", "words", "worker"),
)
"""Modules of this package of which a page is made."""
PINNED = "requirements.txt"
"""The file that pins the version of every package."""


@dataclass(frozen=True)
class Job:
    """One report to be made, with all that a process of its own needs to make it."""

    report: ReportSpec
    root: Path
    elsewhere: dict[str, Path] = field(default_factory=dict)
    left_out: tuple[Path, ...] = ()

    @property
    def source(self) -> Path:
        """The notebook."""
        return self.root / "notebooks" / f"{self.report.notebook}.ipynb"

    def project(self) -> Project:
        """Whose files count as inputs."""
        return Project(self.root, self.elsewhere, list(self.left_out))


@dataclass(frozen=True)
class Made:
    """What came of a job: a page with its results and the files it rests on, or an error."""

    front: dict | None = None
    results: list[dict] | None = None
    html: str = ""
    cover: str | None = None
    files: dict[str, str | None] = field(default_factory=dict)
    error: str = ""
    traceback: str = ""
    again: bool = False
    """Whether the failure was not the notebook's fault."""


class TimeLimit(BaseException):
    """A report took longer than it may."""


def prepare() -> None:
    """Import what making a report needs, and make a small one, so that fonts, templates and lexers are there too."""
    import fontTools.ttLib.tables._n_a_m_e  # noqa: F401 — every font has it
    import ipykernel.debugger  # noqa: F401 — every kernel has it
    import matplotlib.style  # noqa: F401 — every change of style has it
    import nbformat
    import pandas as pd
    import papermill  # noqa: F401 — loads the engine
    from matplotlib.figure import Figure

    from notebook_reports import kernel  # noqa: F401
    from notebook_reports.drawing import font_files, svg
    from notebook_reports.render import render
    from notebook_reports.table_html import html_table

    figure = Figure(layout="constrained")
    figure.add_subplot(title="a").bar(["b"], [1], label="c")
    drawing = svg(figure, "a-", "b")
    front = {"title": "", "subject": "", "vintage": "", "findings": [""]}
    table = html_table(pd.DataFrame({"a": ["b"], "c": [1.5]}))
    cells = [nbformat.v4.new_markdown_cell("## a\nb"), nbformat.v4.new_code_cell("import this  # 1")]
    shown = {FRONT: front, FONTS: font_files(drawing), "text/html": drawing + table, "text/plain": "c"}
    cells[1].outputs = [nbformat.v4.new_output("display_data", shown, metadata={"notebook_reports": True})]
    render(nbformat.v4.new_notebook(cells=cells), dict.fromkeys(("key", "data", "code", "command"), ""))


def report(job: Job, connection: Connection, trace: Trace | None = None, engine: str | None = "inprocess") -> None:
    """Make a report and send what came of it, as the last message after those that tell the cells.

    Parameters
    ----------
    job : Job
        The report.
    connection : Connection
        Takes what :func:`notebook_reports.execute.execute` tells, and ``("made", Made)``.
    trace : Trace, optional
        What this process has read so far; without it, an ordinary kernel is watched.
    engine : str, optional
        papermill's engine; None for ordinary kernels.
    """
    try:
        with _limits(job.report.timeout, job.report.memory, engine is not None):
            made = _make(job, connection, trace, engine)
    except TimeLimit as error:
        made = Made(error=str(error))
    except OSError as error:  # the disk, the memory, the number of open files
        made = Made(error=f"{type(error).__name__}: {error}", traceback=traceback.format_exc(), again=True)
    connection.send(("made", made))


def _make(job: Job, connection: Connection, trace: Trace | None, engine: str | None) -> Made:
    from notebook_reports.execute import RunError, collected, execute
    from notebook_reports.fonts import with_fonts
    from notebook_reports.render import render

    spec, project = job.report, job.project()
    try:
        watch = None if trace else project
        notebook, read = execute(job.source, spec.parameters, spec.timeout, connection.send, engine, watch)
        files, changed = trace.files(project) if trace else read
        if changed:
            return Made(error=f"changed while the report was made: {', '.join(changed)}", again=True)
        makers = [*_makers(project), *(f"notebooks/{spec.notebook}{suffix}" for suffix in (".ipynb", ".yml"))]
        files |= {name: project.digest(name) for name in makers}
        data, code = _hashes(files, makers)
        foot = {"key": spec.key, "data": data, "code": code, "command": spec.command, "links": spec.links}
        run, html = collected(notebook), render(notebook, foot)
    except RunError as error:
        return Made(error=str(error), traceback=error.traceback)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 — a page that cannot be rendered is this report's failure
        return Made(error=f"failed in rendering: {type(error).__name__}: {error}", traceback=traceback.format_exc())
    drawing = re.search(r"<svg\b.*?</svg>", html, flags=re.DOTALL)
    cover = f"{with_fonts(drawing[0], run.fonts)}\n" if spec.cover and drawing else None
    front, results = json.loads(json.dumps([run.front, run.results]))  # plain, so that nobody needs nbformat to read it
    return Made(front, results, html, cover, dict(sorted(files.items())))


def _makers(project: Project) -> list[str]:
    """What every page is made with, where it is part of the project: this package, its templates, pinned versions."""
    folder = Path(__file__).parent
    paths = [folder / f"{module}.py" for module in _MAKERS]
    paths += [*folder.glob("*words.yml"), folder / "templates" / "style.css"]
    paths += (folder / "templates" / "report").iterdir()
    names = [name for path in paths if (name := project.name(str(path)))]
    return [*names, PINNED] if (project.root / PINNED).is_file() else names


def _hashes(files: dict[str, str | None], makers: list[str]) -> tuple[str, str]:
    """One hash of all data, and one of all else: code, notebook, templates and pinned versions."""
    code = {name for name in files if name in makers or name.endswith((".py", ".ipynb", ".yml", ".yaml"))}
    chosen = [{name: files[name] for name in names} for names in (files.keys() - code, code)]
    data, other = (digest(json.dumps(each, sort_keys=True).encode()) for each in chosen)
    return data, other


@contextmanager
def _limits(seconds: int, megabytes: int, here: bool) -> Iterator[None]:
    """Hold this process, and the kernel it may start, to limits of time and memory, where the system has them."""
    if here and hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, lambda *_: _late(seconds))
        signal.alarm(seconds)
    statm = Path("/proc/self/statm")
    if not statm.exists():  # only Linux tells how much is taken already
        yield
        return
    import resource

    taken = int(statm.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = taken + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))
    try:
        yield
    finally:  # what is left to do is to tell
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        if here:
            signal.alarm(0)


def _late(seconds: int) -> None:
    raise TimeLimit(f"took longer than {seconds} s")


def alone(job: Job, connection: Connection) -> None:
    """Make a report on an ordinary kernel, where there is no fork."""
    report(job, connection, engine=None)
    connection.close()
