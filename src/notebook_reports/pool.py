"""Runs jobs on this machine, each in a process of its own, and survives whatever happens to them."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, Pipe
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import send_handle
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import NamedTuple

from notebook_reports import warm, worker
from notebook_reports.parameters import Declared, RequestError
from notebook_reports.worker import Job, Made

_GRACE = 2
"""Seconds that a process has to tell that its time is over before it is ended."""
_START = 120
"""Seconds that a host may take to compute what its reports share."""
_BEGINNINGS = 3
"""How often the server is started before that is taken for hopeless."""
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT} if os.name == "posix" else set()
"""Signals that a notebook does not raise by a fault of its own."""


class Host(NamedTuple):
    """A process from which reports are forked, and what takes jobs for it; or one that makes a single report."""

    process: BaseProcess
    control: Connection | None = None


@dataclass(eq=False)
class Run:
    """A job under way, and what is known of it."""

    job: Job
    deadline: float
    host: Host | None = None
    pid: int | None = None
    before: float = 0
    """Megabytes in use when it began."""
    ending: str = ""
    """Why it is being ended from here."""
    number: int | None = None
    cells: list[str] = field(default_factory=list)
    outputs: dict[int, str] = field(default_factory=dict)

    def executed(self) -> str:
        """The notebook as far as it was executed, as the text of an ipynb file."""
        notebook = json.loads(self.job.source.read_text(encoding="utf-8"))
        cells = [json.loads(cell) for cell in self.cells]
        for index, outputs in self.outputs.items():
            cells[index]["outputs"] = json.loads(outputs)
        begun = {cell.get("id") for cell in cells}
        last = max((i for i, cell in enumerate(notebook["cells"]) if cell.get("id") in begun), default=-1)
        notebook["cells"] = cells + notebook["cells"][last + 1 :]
        return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"

    def died(self, code: int | None) -> Made:
        """What came of a job whose process ended without a word."""
        place = "" if self.number is None else f" in cell {self.number}"
        if self.ending:
            return Made(error=f"{self.ending}{place}")
        if code is None:
            return Made(error=f"the server it ran under ended{place}", again=True)
        if code >= 0:
            return Made(error=f"its process ended with exit code {code}{place}")
        name = signal.Signals(-code).name
        hint = "; perhaps the machine ran out of memory" if name == "SIGKILL" else ""
        return Made(error=f"its process was ended by {name}{place}{hint}", again=-code in _FROM_OUTSIDE)


class Pool:
    """Makes reports on this machine.

    Parameters
    ----------
    root : Path
        The repository.
    elsewhere, left_out
        As in :class:`notebook_reports.trace.Project`.
    workers : int
        Reports made at the same time.
    log : Path
        File for what processes write to standard error.
    fork : bool, optional
        Whether to fork from a warm process; by default where the system can.
    preload : list of str, optional
        Modules to import before all reports, and whose ``warm()``, where they have one, to call.
    """

    def __init__(self, root, elsewhere, left_out, workers, log, fork=warm.POSSIBLE, preload=()):
        self.workers = workers
        self._threads = ThreadPoolExecutor(workers, initializer=_hold_interrupts)
        self._runs: list[Run] = []
        self._hosts: dict[object, Host] = {}
        self._retired: list[Host] = []
        self._declared: dict[Path, Declared] = {}
        self._next_look, self._fork, self._over, self._lock = 0.0, fork, False, Lock()
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        self._log = log
        settings = {"log": log.resolve(), "root": root, "elsewhere": elsewhere, "left_out": list(left_out)}
        settings["preload"] = list(preload)
        self._environment = {
            **dict.fromkeys(worker.BLAS, "1"),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "MPLBACKEND": os.environ.get("MPLBACKEND", "module://matplotlib_inline.backend_inline"),
            **({warm.SETTINGS: json.dumps(settings, default=str)} if fork else {}),
        }
        if fork:
            from multiprocessing import forkserver

            _end_server()  # that of another pool imported other things
            forkserver.set_forkserver_preload([warm.__name__])
            self._ready()

    def submit(self, job: Job) -> Future[tuple[Made, str]]:
        """Begin a job: a future of what came of it, and, where it failed, of the notebook as far as it went.

        It raises RequestError where something of the plan's ``preload`` cannot be imported.
        """
        return self._threads.submit(self._make, job)

    def look(self) -> None:
        """End what uses more memory than it may; to be called every now and then."""
        now = time.monotonic()
        if now > self._next_look:
            runs = [run for run in self._runs if run.pid]
            used = _memory({run.pid for run in runs})
            for run in runs:
                if used.get(run.pid, 0) - run.before > run.job.report.memory and not run.ending:
                    run.ending = f"used more than {run.job.report.memory} MB of memory, its limit,"
                    _kill(run.pid)
            self._next_look = time.monotonic() + max(worker.LOOK, 50 * (time.monotonic() - now))

    def stop(self) -> None:
        """End all that is under way, at once."""
        self._over = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for pid in [run.pid for run in self._runs] + [host.process.pid for host in self._all_hosts()]:
            _kill(pid)
        if self._fork:
            _end_server()

    def _all_hosts(self) -> list[Host]:
        return [*self._hosts.values(), *self._retired]

    def _make(self, job: Job) -> tuple[Made, str]:
        """The life of a report, in a thread that waits for it."""
        run = Run(job, time.monotonic() + job.report.timeout + (_START if self._fork else _GRACE))
        self._runs.append(run)
        try:
            made = None
            while made is None:
                made = self._heard(run, self._begun(run))
            return made, run.executed() if made.error else ""
        finally:
            self._runs.remove(run)
            _kill(run.pid)  # with what the notebook may have started and left behind

    def _begun(self, run: Run) -> Connection:
        """Begin a run in a process of its own, which says through the connection how far it is."""
        ours, theirs = Pipe(duplex=False)
        with theirs, self._lock:
            if not self._fork:
                run.host = Host(self._started("spawn", worker.alone, (theirs, run.job, self._log)))
                return ours
            while True:
                wanted, run.host = self._host(run.job)
                try:
                    run.host.control.send(run.job)
                    send_handle(run.host.control, theirs.fileno(), run.host.process.pid)
                    return ours
                except OSError:  # it is gone
                    del self._hosts[wanted]

    def _heard(self, run: Run, pipe: Connection) -> Made | None:
        """What came of a run; none where it has not begun, as what its host has read has changed since."""
        with pipe, suppress(EOFError, OSError):
            while True:
                if not pipe.poll(max(0, run.deadline - time.monotonic())):
                    run.ending = run.ending or f"took longer than {run.job.report.timeout} s"
                    run.deadline = time.monotonic() + 1  # until it is known what to end
                    _kill(run.pid or run.host.process.pid)
                    continue
                match pipe.recv():
                    case "started", pid, before:
                        run.pid, run.before = pid, before
                        run.deadline = time.monotonic() + run.job.report.timeout + _GRACE
                    case "cell", cell, number:
                        run.cells.append(cell)
                        run.number = number or run.number
                    case "outputs", outputs:
                        run.outputs[len(run.cells) - 1] = outputs
                    case "made", made:
                        return made
                    case "ended", code:
                        return run.died(code)
                    case "outdated", with_server:
                        self._retire(run.host, with_server)
                        return None
                    case "refused", why:
                        raise RequestError(f"the plan's {why}")
        if self._fork:
            return run.died(None)
        run.host.process.join()
        return run.died(run.host.process.exitcode)

    def _host(self, job: Job) -> tuple[tuple, Host]:
        """The process from which a job's report can be forked, and what it is known by."""
        calls, places = self._shared(job)
        wanted = job.source, places
        if wanted not in self._hosts:
            ours, theirs = Pipe()
            with theirs:
                process = self._started("forkserver", warm.host, (theirs, job.source, calls))
            self._hosts[wanted] = Host(process, ours)
        return wanted, self._hosts[wanted]

    def _retire(self, host: Host, with_server: bool) -> None:
        """Begin no more jobs from a host, or from any, since what it has read has changed."""
        with self._lock:
            if host not in self._hosts.values():
                return  # another run has said so
            for wanted, other in list(self._hosts.items()):
                if other is host or with_server:
                    self._retired.append(self._hosts.pop(wanted))
                    with suppress(OSError):
                        other.control.send(None)
            if with_server:
                _end_server()

    def _ready(self) -> None:
        """Start the server that forks, which goes on by itself."""
        from multiprocessing import forkserver

        with self._as_children_see_it():
            forkserver.ensure_running()

    def _started(self, method: str, target: Callable, arguments: tuple) -> BaseProcess:
        for _ in range(_BEGINNINGS):
            if self._over:
                break
            process = get_context(method).Process(target=target, args=arguments)
            if self._fork:
                self._ready()
            try:
                with self._as_children_see_it():
                    process.start()
                return process
            except (EOFError, ConnectionError):  # the server died while it got ready
                _end_server()
        raise RuntimeError(f"the process that notebooks fork from ended {_BEGINNINGS} times; {self._log} says why")

    @contextmanager
    def _as_children_see_it(self) -> Iterator[None]:
        """What a process inherits: environment, no Ctrl-C while it begins, and no program of ours to import again."""
        held = hasattr(signal, "pthread_sigmask")
        before, main = {name: os.environ.get(name) for name in self._environment}, sys.modules["__main__"]
        ours = current_process()._config
        kept = ours.copy()
        ours.pop("daemon", None)  # a worker of Dask is one, and may have children all the same
        os.environ.update(self._environment)
        sys.modules["__main__"] = ModuleType("__main__")
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if held else set()
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            ours.update(kept)
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
            if held:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _shared(self, job: Job) -> tuple[list[tuple[str, dict]], tuple[int, ...]]:
        """What of its notebook's shared calls a job needs, and their places: it must not depend on the rest."""
        try:
            if job.source not in self._declared:
                self._declared[job.source] = Declared(job.source.with_suffix(".yml"))
            declared = self._declared[job.source]
            places = declared.shared_by(job.report.parameters)
            calls = [declared.content.shared[place] for place in places]
            return [(call.call, call.given) for call in calls], places
        except RequestError:  # the run will tell
            return [], ()


def _hold_interrupts() -> None:
    """Leave Ctrl-C to the main thread."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _memory(pids: set[int]) -> dict[int, float]:
    """Megabytes that processes use with all that they have started, where the system tells."""
    first = {pid: pid for pid in pids}
    used: dict[int, float] = {}
    with suppress(OSError):
        for name in sorted((path.name for path in Path("/proc").iterdir() if path.name.isdigit()), key=int):
            with suppress(OSError, ValueError, IndexError):
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
                pid, parent, session = int(name), int(fields[1]), int(fields[3])
                if owner := first.get(pid) or first.get(session) or first.get(parent):
                    first[pid] = owner
                    used[owner] = used.get(owner, 0) + worker.megabytes(pid)
    return used


def _kill(pid: int | None) -> None:
    """End a process, if there is one, with all that it started."""
    if pid is None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL) if hasattr(os, "killpg") else os.kill(pid, signal.SIGTERM)


def _end_server() -> None:
    """End the server that forks, if there is one; what it has forked lives on."""
    from multiprocessing import forkserver

    server = forkserver._forkserver
    if server._forkserver_pid is not None:
        with suppress(ProcessLookupError):
            os.kill(server._forkserver_pid, signal.SIGKILL)
        server._stop()
