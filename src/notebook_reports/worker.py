"""Makes one report in a process of its own, and tells the batch how far it has come."""

import json
import os
import re
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from notebook_reports import FRONT
from notebook_reports.plan import ReportSpec
from notebook_reports.trace import Project, Trace, digest

BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Environment variables that give every process one thread for its linear algebra."""

_RUNNERS = {
    *("__main__", "batch", "begin", "cluster", "command", "compare", "engine", "index", "links", "panel", "plan"),
    *("pool", "ending", "store", "verify", "warm"),
}
"""Modules of this package that have no part in what a page looks like."""
LOOK = 0.5
"""Seconds between two looks at what is under way."""
PINNED = "requirements.txt"
"""The file that pins the version of every package."""


@dataclass(frozen=True)
class Job:
    """One report to be made, with all that a process of its own needs to make it."""

    report: ReportSpec
    root: Path
    elsewhere: dict[str, Path] = field(default_factory=dict)
    left_out: tuple[Path, ...] = ()
    notebooks: str = "notebooks"

    @property
    def source(self) -> Path:
        """The notebook."""
        return self.root / self.report.source

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
    warnings: str = ""
    """What the cells of a report that succeeded wrote to standard error."""
    notes: tuple[str, ...] = ()
    """What whoever runs the batch should know of a report that succeeded, in sentences."""


class TimeLimit(BaseException):
    """A report took longer than it may."""


def prepare() -> None:
    """Import what making a page needs, and make a small one, so that templates and lexers are there too."""
    for name in ("completerlib", "debugger", "logger", "oinspect"):
        import_module(f"IPython.core.{name}")
    for name in ("ipykernel.debugger", "IPython.extensions.storemagic"):  # every kernel has them all
        import_module(name)

    from notebook_reports import execute, kernel  # noqa: F401 — execute first: it spares nbformat a second
    from notebook_reports.render import render
    import nbformat  # isort: skip

    cells = [nbformat.v4.new_markdown_cell("## a\nb"), nbformat.v4.new_code_cell("import this  # 1")]
    shown = {FRONT: {"title": "", "subject": "", "vintage": "", "findings": [""]}, "text/html": "", "text/plain": "c"}
    cells[1].outputs = [nbformat.v4.new_output("display_data", shown, metadata={"notebook_reports": True})]
    render(nbformat.v4.new_notebook(cells=cells), dict.fromkeys(("key", "data", "code", "command"), ""))


def report(job: Job, tell: Callable[[tuple], None], trace: Trace | None = None) -> None:
    """Make a report and tell what came of it, as the last message after those of the cells.

    Parameters
    ----------
    job : Job
        The report.
    tell : callable
        Takes what :func:`notebook_reports.execute.execute` tells, and ``("made", Made)``.
    trace : Trace, optional
        What this process has read so far, which runs the cells; without it, an ordinary kernel does and is watched.
    """
    try:
        with _limit(job.report.timeout, trace is not None):
            made = _make(job, tell, trace)
    except TimeLimit as error:
        made = Made(error=str(error))
    except OSError as error:  # the disk, the memory, the number of open files
        made = Made(error=f"{type(error).__name__}: {error}", traceback=traceback.format_exc(), again=True)
    tell(("made", made))


def _make(job: Job, tell: Callable[[tuple], None], trace: Trace | None) -> Made:
    from notebook_reports.execute import RunError, collected, execute
    from notebook_reports.fonts import with_fonts
    from notebook_reports.render import pictures, render

    spec, project = job.report, job.project()
    try:
        engine, watch = ("inprocess", None) if trace else (None, project)
        notebook, (files, changed) = execute(job.source, spec.parameters, spec.timeout, tell, engine, watch)
        if trace:
            files, changed = trace.files()
        if changed:
            return Made(error=f"changed while the report was made: {', '.join(changed)}", again=True)
        makers = [*_makers(project), spec.source, f"{spec.source.removesuffix('.ipynb')}.yml"]
        held = (project.name(str(path)) for path in pictures(notebook, job.source.parent))
        files |= {name: project.digest(name) for name in [*makers, *filter(None, held)]}
        data, code = _hashes(files, makers)
        foot = {"key": spec.key, "data": data, "code": code, "command": spec.command, "links": spec.links}
        notes: list[str] = []
        run, html = collected(notebook), render(notebook, foot, job.source.parent, notes)
    except RunError as error:
        again = trace is not None and bool(trace.changed())  # which may be why
        return Made(error=str(error), traceback=error.traceback, again=again)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 — a page that cannot be rendered is this report's failure
        return Made(error=f"failed in rendering: {type(error).__name__}: {error}", traceback=traceback.format_exc())
    drawing = re.search(r"<svg\b.*?</svg>", html, flags=re.DOTALL) if spec.cover else None
    cover = f"{with_fonts(drawing[0], run.fonts)}\n" if drawing else None
    front, results = json.loads(json.dumps([run.front, run.results]))  # plain, so that nobody needs nbformat to read it
    return Made(front, results, html, cover, dict(sorted(files.items())), warnings=_warnings(notebook), notes=(*notes,))


def _warnings(notebook) -> str:
    """What the cells of an executed notebook wrote to standard error, each under its number."""
    told = [
        f"cell {cell.execution_count}:\n{output.text.rstrip()}\n"
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr" and output.text.strip()
    ]
    return "\n".join(told)


def _makers(project: Project) -> list[str]:
    """What every page is made with, where it is part of the project: this package, its templates, pinned versions."""
    folder = Path(__file__).parent
    paths = [path for path in folder.glob("*.py") if path.stem not in _RUNNERS]
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
def _limit(seconds: int, here: bool) -> Iterator[None]:
    """Hold the cells that run in this process to a limit of time."""
    if here:
        signal.signal(signal.SIGALRM, lambda *_: _late(seconds))
        signal.alarm(seconds)
    try:
        yield
    finally:  # what is left to do is to tell
        if here:
            signal.alarm(0)


def _late(seconds: int) -> None:
    raise TimeLimit(f"took longer than {seconds} s")


def megabytes(pid: int) -> float:
    """How much memory a process uses that is its own, other than for files; 0 where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/statm").read_text()
    except OSError:
        return 0
    _, resident, shared, *_ = map(int, text.split())
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE") / 2**20


def to_log(path: Path) -> None:
    """Have this process, and all that it starts, say to a file what has no other place."""
    log, nothing = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), os.open(os.devnull, os.O_RDWR)
    for ours, number in ((nothing, 0), (nothing, 1), (log, 2)):
        os.dup2(ours, number)
    os.close(log)
    os.close(nothing)


def alone(connection: Connection, job: Job, log: Path) -> None:
    """Make a report on an ordinary kernel, where there is no fork; says what a forked one does."""
    to_log(log)
    if hasattr(os, "setsid"):
        os.setsid()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    with connection:
        connection.send(("started", os.getpid(), 0))
        report(job, connection.send)
