"""Processes that reports are forked from, so that what all of them need is imported once.

The standard library's fork server imports this module, which imports what a page is made with and what the plan says
under ``preload``, and calls ``warm()`` of the modules that have one. From it forks a host for each notebook and what
its reports share, and from that a process for each report. No cell of a notebook runs before its own process. What
server and host read of the project counts for all that they fork; when it changes, new ones take their places.
"""

import faulthandler
import gc
import json
import multiprocessing
import os
import random
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path

from notebook_reports.trace import Project, Trace

POSSIBLE = hasattr(os, "fork")
"""Whether this system can fork."""
SETTINGS = "NOTEBOOK_REPORTS_WARM"
"""Environment variable in which the server finds the log, the project, what to import, and from where."""
PATIENCE = 120
"""Seconds that the server may take to import what it is told to."""

_MAIN = multiprocessing.current_process()
_trace: Trace | None = None
_faults: list[str] = []
_search = [*sys.path]
"""Where a fresh interpreter looks for modules: here, the current folder first."""


def _begin(log: str, root: str, elsewhere: dict[str, str], left_out: list[str], preload: list[str]):
    """Import everything, once, in the server."""
    global _trace
    with suppress(OSError):
        os.setsid()  # signals of a terminal are not meant for it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    from notebook_reports import worker

    worker.to_log(Path(log))
    faulthandler.enable()
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    gc.disable()  # imports make much and leave nothing to collect, which took a fifth of their time
    worker.prepare()
    project = Project(Path(root), {name: Path(path) for name, path in elsewhere.items()}, [Path(p) for p in left_out])
    _trace = Trace(project)
    for name in preload:
        try:
            getattr(import_module(name), "warm", lambda: None)()
        except Exception as error:  # noqa: BLE001 — told by whoever asks for a host
            traceback.print_exc()
            _faults.append(f"preload {name}: {type(error).__name__}: {error}")
    faulthandler.cancel_dump_traceback_later()
    gc.freeze()


def host(control: Connection, source: Path, calls: list[tuple[str, dict]]) -> None:
    """Be the process that reports of one notebook are forked from, until the other side is gone.

    It takes ``(number, job)``, and answers ``(number, message)``: ``("started", pid, megabytes in use)``, all that the
    report says of itself, ``("ended", exit code)``, or ``("outdated", whether the server is)`` in place of a start;
    ``(None, text)`` where something of the plan's ``preload`` could not be imported.
    """
    from notebook_reports.worker import megabytes

    with suppress(OSError):
        os.setsid()
    _forget_where_from()
    of_server = _trace.names()
    sys.path[:] = _search
    os.chdir(source.parent)
    if _faults:
        control.send((None, "; ".join(_faults)))
    _share(calls)
    _highlight(source)
    gc.freeze()  # else the first collection in each child would touch, and so copy, all that it shares with us
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    children: dict[Connection, tuple[int, object]] = {}
    with suppress(EOFError, OSError):  # nobody listens any more
        while True:
            ready = wait([control, woken, *children])
            if woken in ready:
                os.read(woken, 4096)
            for pipe, (number, child) in list(children.items()):
                code = child.exitcode  # before what it has said, of which then nothing is missing
                with suppress(EOFError, OSError):
                    while pipe.poll():
                        control.send((number, pipe.recv()))
                if code is not None:
                    control.send((number, ("ended", code)))
                    del children[pipe]
                    pipe.close()
            if control in ready:
                number, job = control.recv()
                if changed := _trace.changed():
                    control.send((number, ("outdated", bool(changed & of_server))))
                    continue
                ours, theirs = Pipe(duplex=False)
                others = [control.fileno(), woken, wake, ours.fileno(), *(pipe.fileno() for pipe in children)]
                child = multiprocessing.get_context("fork").Process(target=_report, args=(job, theirs, others))
                child.start()
                theirs.close()
                children[ours] = number, child
                control.send((number, ("started", child.pid, megabytes(os.getpid()))))
    for _, child in children.values():
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    os._exit(0)


def _report(job: object, connection: Connection, others: list[int]) -> None:
    """Make a report, in a session of its own, so that all it starts can be ended with it; no return from here."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in others:
        os.close(other)
    _forget_where_from()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)  # imports and small notebooks leave little to collect
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    from notebook_reports import worker

    code = 1
    try:
        worker.report(job, connection.send, _trace)
        code = 0
    except BaseException:  # noqa: BLE001 — the end of this process, told in the log
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.__stderr__.flush()
        os._exit(code)


def _forget_where_from() -> None:
    """Be nobody's child to multiprocessing, as a kernel is."""
    multiprocessing.process._parent_process = None
    multiprocessing.process._current_process, _MAIN.name = _MAIN, "MainProcess"
    multiprocessing.set_start_method(None, force=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _share(calls: list[tuple[str, dict]]) -> None:
    """Call what a notebook's declaration says that reports share; what goes wrong is told in the log."""
    try:
        for call, given in calls:
            module, _, name = call.rpartition(".")
            getattr(import_module(module), name)(**given)
    except Exception:  # noqa: BLE001
        traceback.print_exc()


def _highlight(source: Path) -> None:
    """Colour the cells of a notebook, which is remembered."""
    from notebook_reports.render import highlight

    with suppress(OSError, ValueError, KeyError):
        for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                highlight("".join(cell["source"]))


if SETTINGS in os.environ:
    _begin(**json.loads(os.environ.pop(SETTINGS)))
