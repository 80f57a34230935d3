"""Servers that fork: a process imports everything once, and a child of it answers each request.

Two of them stand behind each other. The first imports what all notebooks import, and forgets again what is the
project's own. From it forks one for each notebook and what its reports share, which imports the rest under watch, so
that the modules that a notebook read are known; from that forks a process for each report.
"""

import ast
import faulthandler
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle
from pathlib import Path
from types import ModuleType

from notebook_reports.parameters import Declared
from notebook_reports.trace import Project, Trace

POSSIBLE = hasattr(os, "fork")
"""Whether this system can fork."""
_GRAMMARS = "rfc3987_syntax"
_PATIENCE = 20
"""Seconds after which the first server leaves an import to the server of the notebook that asks for it."""


def serve(control: Connection, answer: Callable[[object, Connection], None]) -> None:
    """Fork a process for each request, until the other side is gone.

    A request is a number and an object, followed by the writing end of a connection, on which the child answers.
    It is told back as ``("started", number, pid)`` and ``("ended", number, exit code)``, negative for a signal.
    """
    children: dict[int, int] = {}
    gc.freeze()  # else the first collection in each child would touch, and so copy, all that it shares with us
    gc.enable()
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    while True:
        ready = wait([control, woken])
        if woken in ready:
            os.read(woken, 4096)
            for number, code in _ended(children):
                control.send(("ended", number, code))
        if control in ready:
            try:
                number, request = control.recv()
                handle = recv_handle(control)
            except (EOFError, OSError):
                break
            if (child := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for number in (control.fileno(), woken, wake):
                    os.close(number)
                _answer(answer, request, Connection(handle))
            os.close(handle)
            children[child] = number
            control.send(("started", number, child))
    for child in children:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


def _ended(children: dict[int, int]) -> list[tuple[int, int]]:
    """Numbers and exit codes of the requests whose child has ended."""
    found = []
    while children:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            break
        if child in children:
            found.append((children.pop(child), os.waitstatus_to_exitcode(status)))
    return found


def _answer(answer: Callable[[object, Connection], None], request: object, connection: Connection) -> None:
    """Be the child: a session of its own, so that all it starts can be ended with it, and no return from here."""
    os.setsid()
    code = 1
    try:
        answer(request, connection)
        code = 0
    except BaseException:  # noqa: BLE001 — the end of this process, told in the log
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def code(notebook: Path) -> list[str]:
    """The code cells of a notebook."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def imports(notebook: Path) -> list[ast.stmt]:
    """The import statements that stand by themselves in a notebook's code cells."""
    found = []
    for cell in code(notebook):
        with suppress(SyntaxError):  # magics and errors are the run's own matter
            found += [line for line in ast.parse(cell).body if isinstance(line, ast.Import | ast.ImportFrom)]
    return found


def carry_out(statements: list[ast.stmt], folder: Path) -> None:
    """Import what the statements name; what cannot be imported is left for the run to tell."""
    os.chdir(folder)
    for statement in statements:
        with suppress(Exception):
            exec(compile(ast.Module([statement], []), "<imports>", "exec"), {"__name__": "__main__"})  # noqa: S102


def share(declaration: Path, places: Iterable[int]) -> None:
    """Call what a notebook's declaration says that reports share; what goes wrong is the run's to tell.

    Parameters
    ----------
    declaration : Path
        The YAML file beside the notebook.
    places : iterable of int
        Which of its ``shared`` these reports share.
    """
    try:
        calls = Declared(declaration).content.shared
        for shared in [calls[place] for place in places]:
            module, _, name = shared.call.rpartition(".")
            getattr(import_module(module), name)(**shared.given)
    except Exception:  # noqa: BLE001 — told in the log
        traceback.print_exc()


def _enough(*_: object) -> None:
    raise TimeoutError(f"not imported within {_PATIENCE} s")


@contextmanager
def _grammars_later() -> Iterator[None]:
    """Have jsonschema, which notebooks are read with, build its grammars of web addresses only when one is checked.

    That takes a second, most of all imports together, and no schema of a notebook asks for it.
    """
    stand_in = ModuleType(_GRAMMARS)
    stand_in.is_valid_syntax = lambda *arguments: import_module(_GRAMMARS).is_valid_syntax(*arguments)
    sys.modules[_GRAMMARS] = stand_in
    try:
        yield
    finally:
        del sys.modules[_GRAMMARS]


def main(handle: int) -> None:
    """Be the first server; what to import and for which project is the first thing said on the connection."""
    faulthandler.enable()
    gc.disable()  # imports make much and leave nothing to collect, which took a fifth of their time
    control = Connection(handle)
    root, elsewhere, left_out, notebooks = control.recv()
    project = Project(root, elsewhere, left_out)
    from notebook_reports import worker

    with _grammars_later():
        worker.prepare()
        from notebook_reports.render import highlight

        signal.signal(signal.SIGALRM, _enough)
        for notebook in notebooks:
            signal.alarm(_PATIENCE)
            with suppress(OSError, ValueError, KeyError):
                carry_out(imports(notebook), notebook.parent)
        signal.alarm(0)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != __package__ and project.name(getattr(module, "__file__", None) or "/"):
            del sys.modules[name]

    def for_notebook(wanted: tuple[Path, tuple[int, ...]], own: Connection) -> None:
        notebook, shared = wanted
        gc.disable()
        trace = Trace()
        with suppress(OSError, ValueError, KeyError):
            carry_out(imports(notebook), notebook.parent)
            for cell in code(notebook):
                highlight(cell)
        share(notebook.with_suffix(".yml"), shared)
        serve(own, lambda job, connection: worker.report(job, connection, trace))

    serve(control, for_notebook)
