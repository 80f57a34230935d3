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
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle
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

    After a job comes the handle of a pipe, in which that report says all it has to say: ``("started", pid, megabytes
    in use)``, what :func:`notebook_reports.worker.report` tells, and in the end ``("ended", exit code)``; or, in place
    of a start, ``("outdated", whether the server is)``, or ``("refused", text)`` where something of the plan's
    ``preload`` could not be imported. After None comes no other job.
    """
    with suppress(OSError):
        os.setsid()
    _forget_where_from()
    of_server = _trace.names()
    sys.path[:] = _search
    os.chdir(source.parent)
    _share(calls)
    _highlight(source)
    gc.freeze()  # else the first collection in each child would touch, and so copy, all that it shares with us
    children: dict[int, tuple[object, Connection]] = {}
    wanted = True
    with suppress(EOFError, OSError):  # nobody listens any more
        while wanted or children:
            # A process that a notebook left behind may keep a sentinel open: look every now and then.
            ready = wait([control, *children], timeout=1 if children else None)
            for sentinel, (child, pipe) in list(children.items()):
                if child.exitcode is not None:
                    del children[sentinel]
                    with pipe, suppress(OSError):
                        pipe.send(("ended", child.exitcode))
            if control not in ready:
                continue
            job = control.recv()
            if not (wanted := job is not None):
                continue
            with Connection(recv_handle(control), readable=False) as pipe:
                if _faults:
                    pipe.send(("refused", "; ".join(_faults)))
                elif changed := _trace.changed():
                    pipe.send(("outdated", bool(changed & of_server)))
                else:
                    others = [control.fileno(), *(other.fileno() for _, other in children.values())]
                    child = multiprocessing.get_context("fork").Process(target=_report, args=(job, pipe, others))
                    child.start()
                    children[child.sentinel] = child, Connection(os.dup(pipe.fileno()), readable=False)
    for child, _ in children.values():
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    os._exit(0)


def _report(job: object, connection: Connection, others: list[int]) -> None:
    """Make a report, in a session of its own, so that all it starts can be ended with it; no return from here."""
    os.setsid()
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
        connection.send(("started", os.getpid(), worker.megabytes(os.getpid())))
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
    from notebook_reports.markup import highlight

    with suppress(OSError, ValueError, KeyError):
        for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                highlight("".join(cell["source"]))


if SETTINGS in os.environ:
    _begin(**json.loads(os.environ.pop(SETTINGS)))
