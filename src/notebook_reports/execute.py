"""Runs one notebook through papermill and collects what it recorded."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType

from notebook_reports import FONTS, FRONT, GLOSSARY, recorded
from notebook_reports.glossary import Term
from notebook_reports.korean import HANGUL
from notebook_reports.sections import headings, in_language
from notebook_reports.trace import REQUEST, Project
from notebook_reports.words import LANGUAGES, own_words

_GRAMMARS = "rfc3987_syntax"


@contextmanager
def _grammars_later() -> Iterator[None]:
    """Have jsonschema, which notebooks are read with, build its grammars of web addresses only when one is checked.

    That takes a second, most of all imports together, and no schema of a notebook asks for it.
    """
    stand_in = ModuleType(_GRAMMARS)
    stand_in.is_valid_syntax = lambda *arguments: import_module(_GRAMMARS).is_valid_syntax(*arguments)
    before = sys.modules.setdefault(_GRAMMARS, stand_in)
    try:
        yield
    finally:
        if before is stand_in:
            del sys.modules[_GRAMMARS]


with _grammars_later():
    from nbformat import NotebookNode

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
        papermill's engine; None for an ordinary kernel, which a notebook of another language than Python has anyway.
    watch : Project, optional
        Has an ordinary kernel tell which files of a project it read.

    Returns
    -------
    NotebookNode, tuple
        The executed notebook, and what an ordinary kernel read, as :meth:`notebook_reports.trace.Trace.files` gives it.

    Raises
    ------
    RunError
        A cell failed that is not tagged ``raises-exception``, or the kernel died.
    """
    import zmq
    from nbclient.exceptions import CellExecutionError
    from papermill.engines import papermill_engines
    from papermill.execute import prepare_notebook_metadata, remove_error_markers
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook
    from papermill.utils import chdir
    from traitlets.config import Config

    numbers, left = count(1), []

    def started(cell, cell_index):
        runs = cell.cell_type == "code" and cell.source.strip()
        tell(("cell", json.dumps(cell), next(numbers) if runs else None))

    def ended(cell, cell_index, execute_reply):
        cell.outputs = coalesced(cell.outputs)
        tell(("outputs", json.dumps(cell.outputs)))
        asked = [each for each in execute_reply["content"].get("payload", ()) if each.get("source") == "ask_exit"]
        if asked and not asked[-1].get("keepkernel"):
            left.append(cell)
            raise CellExecutionError("", "SystemExit", "")

    def run(options: dict) -> None:
        with chdir(str(source.parent)):
            papermill_engines.execute_notebook_with_engine(
                engine if python else None,
                notebook,
                kernel_name=kernel,
                progress_bar=False,
                execution_timeout=timeout,
                on_cell_start=started,
                on_cell_executed=ended,
                **options,
            )

    try:
        notebook = load_notebook_node(str(source))
        spoken = language(notebook.metadata)
        python = spoken == "python"
        kernel = "python3" if python else notebook.metadata.kernelspec.name
        if parameters:
            notebook = parameterize_notebook(
                notebook, parameters, kernel_name=kernel, language=spoken, engine_name=engine
            )
        notebook = remove_error_markers(prepare_notebook_metadata(notebook, str(source), None))
        read = {}, []
        if engine and python:
            run({})
        else:
            with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
                # Sockets in a folder of their own: kernels that start at once do not race for the same TCP port.
                own = {"transport": "ipc", "ip": f"{folder}/s"} if zmq.has("ipc") else {}
                arguments, answer = [*_KERNEL] if python else [], Path(folder) / "read.json"
                if watch and python:
                    os.environ[REQUEST] = watch.request(answer)
                    arguments.append("--IPKernelApp.extensions=['notebook_reports.trace']")
                try:
                    run({"config": Config({"KernelManager": own, "NotebookClient": {"extra_arguments": arguments}})})
                finally:
                    os.environ.pop(REQUEST, None)
                    if answer.exists():
                        read = tuple(json.loads(answer.read_text(encoding="utf-8")))
    except OSError:
        raise
    except Exception as error:
        if not left:
            raise RunError(f"failed: {type(error).__name__}: {error}") from error
    for cell in notebook.cells:
        if cell.metadata.get("papermill", {}).get("exception") and cell not in left and not _left_by_itself(cell):
            errors = [output for output in cell.outputs if output.output_type == "error"]
            error = errors[-1] if errors else NotebookNode(ename="error", evalue="without a word", traceback=[])
            text = f"failed in cell {cell.execution_count}: {error.ename}: {error.evalue}"
            raise RunError(text, "\n".join(error.traceback))
    return notebook, read


def _left_by_itself(cell: NotebookNode) -> bool:
    """Whether a cell ended the notebook, and not by a fault: ``sys.exit()``."""
    errors = [(output.ename, output.evalue) for output in cell.outputs if output.output_type == "error"]
    return bool(errors) and errors[-1][0] == "SystemExit" and errors[-1][1] in {"", "0", "None"}


def coalesced(outputs: list[NotebookNode]) -> list[NotebookNode]:
    r"""Outputs with each stream in one piece, stdout before stderr, as a terminal would show ``\r``.

    Else what is one output depends on how fast it came. As nbclient does it, in a time that grows only with the text.
    """
    kept: list[NotebookNode] = []
    streams: dict[str, list[str]] = {}
    for output in outputs:
        if output["output_type"] == "stream":
            streams.setdefault(output["name"], []).append(output["text"])
            if len(streams[output["name"]]) > 1:
                continue
        kept.append(output)
    for place, output in enumerate(kept):
        if output["output_type"] == "stream":
            kept[place] = NotebookNode({**output, "text": _as_on_a_terminal("".join(streams[output["name"]]))})
    for place in range(len(kept) - 1):
        if [each.get("name") for each in kept[place : place + 2]] == ["stderr", "stdout"]:
            kept[place : place + 2] = kept[place + 1], kept[place]
    return kept


def _as_on_a_terminal(text: str) -> str:
    r"""A text without what a carriage return takes back; one before a new line, or at the end, takes nothing.

    Examples
    --------
    >>> _as_on_a_terminal("10 %\r20 %\na\r\nb\r")
    '20 %\na\r\nb\r'
    """
    if "\r" not in text:
        return text
    return "\n".join(line[line.rfind("\r", 0, len(line) - line.endswith("\r")) + 1 :] for line in text.split("\n"))


def language(metadata: Mapping) -> str:
    """The programming language of a notebook, from its metadata; ``python`` where they do not say."""
    kernel = metadata.get("kernelspec", {})
    named = kernel.get("language") or metadata.get("language_info", {}).get("name")
    if not named and kernel.get("name", "python3") not in {"", "python", "python3"}:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        try:
            named = KernelSpecManager().get_kernel_spec(kernel["name"]).language
        except NoSuchKernel:
            named = "python" if kernel["name"].startswith(("python", "conda", "venv")) else kernel["name"]
    return named if named and named.lower() != "python" else "python"


def kernel_fault(path: Path) -> str:
    """Why a notebook cannot be run here: its language has no kernel; empty where it has one.

    A notebook in Python needs no kernel of its own name: all run on the Python that runs this.
    """
    try:
        metadata = json.loads(path.read_text(encoding="utf-8")).get("metadata", {})
        spoken = language(metadata)
    except (OSError, ValueError, AttributeError):
        return ""  # it is no notebook, which is told elsewhere
    if spoken == "python":
        return ""
    from jupyter_client.kernelspec import KernelSpecManager

    name, known = metadata.get("kernelspec", {}).get("name", ""), sorted(KernelSpecManager().find_kernel_specs())
    if name in known:
        return ""
    return f"it is written in {spoken} for the kernel {name!r}, which is not installed; installed: {', '.join(known)}"


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
    """The language that a notebook was run in: its parameter's; without one and without Report, that of its cells."""
    given = notebook.metadata.get("papermill", {}).get("parameters", {}).get("language")
    if given in LANGUAGES:
        return given
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    korean = any(map(from_report, outputs)) or any(HANGUL.search(cell.source) for cell in notebook.cells)
    return "ko" if korean else "en"


def _title(notebook: NotebookNode) -> str:
    """The first heading of a notebook that has no front page."""
    language = language_of(notebook)
    texts = [in_language(cell.source, language) for cell in notebook.cells if cell.cell_type == "markdown"]
    titles = [title for text in texts for title in headings(text, 1)]
    return titles[0] if titles else str(own_words(language).text("report"))
