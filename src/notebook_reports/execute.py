"""Runs one notebook through papermill and collects what it recorded."""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from nbformat import NotebookNode
from traitlets.config import Config

from notebook_reports import FONTS, FRONT, GLOSSARY, recorded
from notebook_reports.glossary import Term
from notebook_reports.sections import headings, in_language
from notebook_reports.trace import REQUEST, Project
from notebook_reports.words import own_words

_KERNEL = [
    "--IPKernelApp.log_level=CRITICAL",  # no noise of its own on the terminal
    "--HistoryManager.enabled=False",  # no history in the reader's home
]


class RunError(Exception):
    """A notebook failed."""

    def __init__(self, error: str, traceback: str = "") -> None:
        super().__init__(error)
        self.traceback = traceback


@dataclass(frozen=True)
class Collected:
    """What a notebook shows of itself: its front page, its results, the font files of its charts, terms to explain."""

    front: dict
    results: list[dict]
    fonts: dict[str, str]
    terms: list[Term]


def execute(
    source: Path,
    parameters: dict[str, object],
    timeout: int = 600,
    tell: Callable[[tuple], None] = lambda _: None,
    engine: str | None = None,
    watch: Project | None = None,
) -> tuple[NotebookNode, tuple[dict[str, str | None], list[str]]]:
    """Run a notebook with parameters, in the folder that it stands in.

    Parameters
    ----------
    source : Path
        The notebook.
    parameters : dict
        Values for the cell tagged ``parameters``.
    timeout : int
        Seconds that one cell may take on an ordinary kernel.
    tell : callable
        Takes ``("cell", JSON, number)`` as each cell begins, code cells being numbered, and ``("outputs", JSON)``
        when one has ended.
    engine : str, optional
        papermill's engine; None for an ordinary kernel.
    watch : Project, optional
        Has an ordinary kernel tell which files of a project it read.

    Returns
    -------
    NotebookNode, tuple
        The executed notebook, and what an ordinary kernel read, as :meth:`notebook_reports.trace.Trace.files` gives it.

    Raises
    ------
    RunError
        A cell failed, or the kernel died.
    """
    import papermill
    import zmq
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
        # Sockets in a folder of their own: kernels that start at once do not race for the same TCP port.
        own = {"transport": "ipc", "ip": f"{folder}/s"} if zmq.has("ipc") else {}
        arguments, answer = [*_KERNEL], Path(folder) / "read.json"
        if watch and not engine:
            os.environ[REQUEST] = watch.request(answer)
            arguments.append("--IPKernelApp.extensions=['notebook_reports.trace']")
        ordinary = {"config": Config({"KernelManager": own, "NotebookClient": {"extra_arguments": arguments}})}
        try:
            notebook = papermill.execute_notebook(
                source,
                None,  # whoever is told of the cells can put the notebook together, however this process ends
                parameters=parameters,
                engine_name=engine,
                cwd=source.parent,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                execution_timeout=timeout,
                coalesce_streams=True,  # else what is one output depends on how fast it came
                **_progress(tell),
                **({} if engine else ordinary),
            )
        except PapermillExecutionError as error:
            text = f"failed in cell {error.exec_count}: {error.ename}: {error.evalue}"
            raise RunError(text, "\n".join(error.traceback)) from error
        except OSError:
            raise
        except Exception as error:
            raise RunError(f"failed: {type(error).__name__}: {error}") from error
        read = tuple(json.loads(answer.read_text(encoding="utf-8"))) if answer.exists() else ({}, [])
    return notebook, read


def _progress(tell: Callable[[tuple], None]) -> dict[str, Callable]:
    """Hooks of nbclient that tell how far a run has come."""
    numbers = count(1)

    def started(cell, cell_index):
        runs = cell.cell_type == "code" and cell.source.strip()
        tell(("cell", json.dumps(cell), next(numbers) if runs else None))

    def ended(cell, cell_index, execute_reply):
        tell(("outputs", json.dumps(cell.outputs)))

    return {"on_cell_start": started, "on_cell_executed": ended}


def from_report(output: dict) -> bool:
    """Whether an output of a cell was shown by :class:`notebook_reports.report.Report`."""
    return bool(output.get("metadata", {}).get("notebook_reports"))


def collected(notebook: NotebookNode) -> Collected:
    """What an executed notebook shows of itself; a title alone where it does not use Report.

    Raises
    ------
    RunError
        It uses Report and shows no front page or several, or records a result twice.
    """
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    shown = [output["data"] for output in outputs if output["output_type"] == "display_data"]
    fronts = [data[FRONT] for data in shown if FRONT in data]
    results = [result for data in shown for result in recorded(data)]
    names = [result["name"] for result in results]
    if not any(map(from_report, outputs)):
        fronts = [{"title": _title(notebook), "subject": "", "vintage": "", "findings": [], "figures": []}]
    if len(fronts) != 1:
        raise RunError(f"failed: Report.front was called {len(fronts)} times, expected once")
    if double := {name for name in names if names.count(name) > 1}:
        raise RunError(f"failed: recorded twice: {', '.join(sorted(double))}")
    fonts = {name: path for data in shown for name, path in data.get(FONTS, {}).items()}
    terms = [Term(*term[:2], tuple(term[2]), term[3]) for data in shown for term in data.get(GLOSSARY, ())]
    return Collected(fronts[0], results, fonts, terms)


def language_of(notebook: NotebookNode) -> str:
    """The language that a notebook was run in."""
    return str(notebook.metadata.get("papermill", {}).get("parameters", {}).get("language", "ko"))


def _title(notebook: NotebookNode) -> str:
    """The first heading of a notebook that has no front page."""
    language = language_of(notebook)
    texts = [in_language(cell.source, language) for cell in notebook.cells if cell.cell_type == "markdown"]
    titles = [title for text in texts for title in headings(text, 1)]
    return titles[0] if titles else str(own_words(language).text("report"))
