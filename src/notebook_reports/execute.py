"""Runs one notebook through papermill and collects what it recorded."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from traitlets.config import Config

from notebook_reports import FONTS, FRONT, RESULT

_KERNEL = ["--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False"]
"""Options of a kernel: no noise of its own on the terminal, no history in the reader's home."""


class RunError(Exception):
    """A notebook failed. ``cell`` is the number of the cell, ``notebook`` where the executed notebook is kept."""

    def __init__(self, cell: int | None, error: str, notebook: Path, traceback: str = "") -> None:
        place = "" if cell is None else f" in cell {cell}"
        super().__init__(f"failed{place}: {error}; executed notebook kept at {notebook}")
        self.cell = cell
        self.notebook = notebook
        self.traceback = traceback


@dataclass
class Execution:
    """An executed notebook, its front page, its results, and the font files of its charts."""

    notebook: nbformat.NotebookNode
    front: dict
    results: list[dict]
    fonts: dict[str, str]


def execute(source: Path, target: Path, parameters: dict[str, object], timeout: int = 600) -> Execution:
    """Run a notebook with parameters on an ordinary kernel, in the folder that it stands in.

    Parameters
    ----------
    source, target : Path
        The notebook, and where the executed one is written.
    parameters : dict
        Values for the cell tagged ``parameters``.
    timeout : int
        Seconds that one cell may take.

    Raises
    ------
    RunError
        A cell failed, the kernel died, or the notebook shows no front page.
    """
    # papermill takes half a second to import, which a run with nothing to do need not spend.
    import papermill
    import zmq
    from papermill.exceptions import PapermillExecutionError

    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
            # Sockets in a folder of their own: kernels that start at once do not race for the same TCP port.
            own = {"transport": "ipc", "ip": f"{sockets}/s"} if zmq.has("ipc") else {}
            notebook = papermill.execute_notebook(
                source,
                target,
                parameters=parameters,
                cwd=source.parent,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                execution_timeout=timeout,
                config=Config({"KernelManager": own, "NotebookClient": {"extra_arguments": _KERNEL}}),
            )
    except PapermillExecutionError as error:
        raise RunError(
            error.exec_count, f"{error.ename}: {error.evalue}", target, "\n".join(error.traceback)
        ) from error
    except Exception as error:
        raise RunError(None, f"{type(error).__name__}: {error}", target) from error
    fronts = [data[FRONT] for data in _shown(notebook) if FRONT in data]
    if len(fronts) != 1:
        raise RunError(None, f"Report.front was called {len(fronts)} times, expected once", target)
    results = [data[RESULT] for data in _shown(notebook) if RESULT in data]
    names = [result["name"] for result in results]
    if double := {name for name in names if names.count(name) > 1}:
        raise RunError(None, f"recorded twice: {', '.join(sorted(double))}", target)
    fonts = {name: path for data in _shown(notebook) for name, path in data.get(FONTS, {}).items()}
    return Execution(notebook, fronts[0], results, fonts)


def _shown(notebook: nbformat.NotebookNode) -> list[dict]:
    return [
        output["data"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "display_data"
    ]
