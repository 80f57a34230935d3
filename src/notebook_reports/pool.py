"""Runs jobs on this machine, each in a process of its own, and survives whatever happens to them."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import ModuleType

from notebook_reports import warm, worker
from notebook_reports.parameters import Declared, RequestError
from notebook_reports.worker import Job, Made

_GRACE = 2
"""Seconds that a process has to tell that its time is over before it is ended."""
_START = 120
"""Seconds that a host may take to compute what its reports share."""
_BEGINNINGS = 3
"""How often the server is started before that is taken for hopeless."""
_LOOK = 0.5
"""Seconds between two looks at how much memory is used."""
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT} if os.name == "posix" else set()
"""Signals that a notebook does not raise by a fault of its own."""


@dataclass
class Host:
    """A process that makes reports by forking for each, or just one of them; and where it can be heard."""

    process: object
    control: Connection
    forks: bool


@dataclass
class Run:
    """A job under way, and what is known of it."""

    job: Job
    host: Host
    deadline: float
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
    notebooks : list of Path
        Those that will be run.
    workers : int
        Reports made at the same time.
    log : Path
        File for what processes write to standard error.
    fork : bool, optional
        Whether to fork from a warm process; by default where the system can.
    paths : list of str, optional
        Folders of the repository from which modules are imported before all others.
    preload : list of str, optional
        Modules to import before all reports, and whose ``warm()``, where they have one, to call.
    """

    def __init__(self, root, elsewhere, left_out, notebooks, workers, log, fork=warm.POSSIBLE, paths=(), preload=()):
        self.workers = workers
        self._runs: dict[int, Run] = {}
        self._hosts: dict[object, Host] = {}
        self._retired: list[Host] = []
        self._declared: dict[Path, Declared] = {}
        self._count, self._next_look, self._fork = 0, 0.0, fork
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        self._log = log
        folders = [str(root / path) for path in paths]
        settings = {"log": log.resolve(), "root": root, "elsewhere": elsewhere, "left_out": list(left_out)}
        settings["preload"] = list(preload)
        self._environment = {
            **dict.fromkeys(worker.BLAS, "1"),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "MPLBACKEND": os.environ.get("MPLBACKEND", "module://matplotlib_inline.backend_inline"),
            **({warm.SETTINGS: json.dumps(settings, default=str)} if fork else {}),
            **({"PYTHONPATH": os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")])} if folders else {}),
        }
        if fork:
            from multiprocessing import forkserver

            _end_server()  # that of another pool imported other things
            forkserver.set_forkserver_preload([warm.__name__])
            self._ready()

    def start(self, job: Job) -> None:
        """Begin a job."""
        self._count += 1
        deadline = time.monotonic() + job.report.timeout + (_START if self._fork else _GRACE)
        self._begin(self._count, job, deadline)

    def wait(self, seconds: float) -> list[tuple[Job, Made, str]]:
        """Wait until something happens, at most for so long.

        Returns
        -------
        list of (Job, Made, str)
            The jobs that have ended, what came of each, and, of those that failed, the notebook as far as it went.

        Raises
        ------
        RequestError
            Something of the plan's ``preload`` cannot be imported.
        """
        hosts = {host.control: host for host in [*self._hosts.values(), *self._retired]}
        nearest = min((run.deadline for run in self._runs.values()), default=float("inf")) - time.monotonic()
        ready = wait(list(hosts), max(0, min(seconds, nearest, _LOOK)))
        ended = [each for control in ready for each in self._hear(hosts[control])]
        now = time.monotonic()
        for run in self._runs.values():
            if now > run.deadline:
                run.ending = run.ending or f"took longer than {run.job.report.timeout} s"
                run.deadline = now + 1  # until it is known what to end
                _kill(run.pid or run.host.process.pid)
        if now > self._next_look:
            self._look()
            self._next_look = time.monotonic() + max(_LOOK, 50 * (time.monotonic() - now))
        return ended

    def stop(self) -> None:
        """End all that is under way, at once."""
        for run in self._runs.values():
            if run.pid:
                _kill(run.pid)
        self._runs.clear()
        for host in [*self._hosts.values(), *self._retired]:
            _kill(host.process.pid)
            host.control.close()
        self._hosts.clear()
        self._retired.clear()
        if self._fork:
            _end_server()

    def _begin(self, number: int, job: Job, deadline: float) -> None:
        host = self._host(number, job)
        self._runs[number] = Run(job, host, deadline)
        with suppress(OSError):  # it is gone, which will be heard
            host.control.send((number, job))

    def _host(self, number: int, job: Job) -> Host:
        """The process that makes a job, or forks another that does."""
        calls, wanted = [], number
        if self._fork:
            calls, places = self._shared(job)
            wanted = job.source, places
        if wanted not in self._hosts:
            ours, theirs = Pipe()
            target, arguments = (
                (warm.host, (theirs, job.source, calls)) if self._fork else (worker.alone, (theirs, self._log))
            )
            process = self._started("forkserver" if self._fork else "spawn", target, arguments)
            theirs.close()
            self._hosts[wanted] = Host(process, ours, self._fork)
        return self._hosts[wanted]

    def _ready(self) -> None:
        """Start the server that forks, which goes on by itself."""
        from multiprocessing import forkserver

        with self._as_children_see_it():
            forkserver.ensure_running()

    def _started(self, method: str, target: object, arguments: tuple) -> object:
        for _ in range(_BEGINNINGS):
            process = get_context(method).Process(target=target, args=arguments)
            if self._fork:
                self._ready()
            try:
                with self._as_children_see_it(held=not self._fork):  # a server is waited for: let Ctrl-C come through
                    process.start()
                return process
            except (EOFError, ConnectionError):  # the server died while it got ready
                _end_server()
        raise RuntimeError(f"the process that notebooks fork from ended {_BEGINNINGS} times; {self._log} says why")

    @contextmanager
    def _as_children_see_it(self, held: bool = True) -> Iterator[None]:
        """What a process inherits: environment, no Ctrl-C while it begins, and no program of ours to import again."""
        held = held and hasattr(signal, "pthread_sigmask")
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

    def _hear(self, host: Host) -> list:
        """Take what a host says."""
        ended = []
        try:
            while host.control.poll():
                number, message = host.control.recv()
                if number is None:
                    raise RequestError(f"the plan's {message}")
                if number in self._runs:
                    ended += self._take(number, *message)
        except (EOFError, OSError):
            ended += self._gone(host)
        return ended

    def _take(self, number: int, kind: str, *content) -> list:
        """Take what is said of a run; the job with what came of it if it is over."""
        run = self._runs[number]
        if kind == "started":
            run.pid, run.before = content
            run.deadline = time.monotonic() + run.job.report.timeout + _GRACE
        elif kind == "cell":
            run.cells.append(content[0])
            run.number = content[1] or run.number
        elif kind == "outputs":
            run.outputs[len(run.cells) - 1] = content[0]
        elif kind == "outdated":
            self._retire(run.host, *content)
            self._begin(number, run.job, run.deadline)
        elif kind == "made":
            return self._end(number, content[0])
        elif kind == "ended":
            return self._end(number, run.died(content[0]))
        return []

    def _retire(self, host: Host, with_server: bool) -> None:
        """Begin no more jobs from a host, or from any, since what it has read has changed."""
        for wanted, other in list(self._hosts.items()):
            if other is host or with_server:
                self._retired.append(self._hosts.pop(wanted))
        if with_server:
            _end_server()

    def _gone(self, host: Host) -> list:
        """A host is gone, and with it, if it forked them, what its runs would have said."""
        host.control.close()
        self._hosts = {wanted: other for wanted, other in self._hosts.items() if other is not host}
        self._retired = [other for other in self._retired if other is not host]
        if not host.forks:
            host.process.join()
        code = None if host.forks else host.process.exitcode
        numbers = [number for number, run in self._runs.items() if run.host is host]
        return [ended for number in numbers for ended in self._end(number, self._runs[number].died(code))]

    def _end(self, number: int, made: Made) -> list:
        run = self._runs.pop(number)
        if run.pid:
            _kill(run.pid)  # with what the notebook may have started and left behind
        if run.host in self._retired and all(other.host is not run.host for other in self._runs.values()):
            run.host.control.close()
            self._retired.remove(run.host)
        return [(run.job, made, run.executed() if made.error else "")]

    def _look(self) -> None:
        """End what uses more memory than it may."""
        used = _memory({run.pid for run in self._runs.values() if run.pid})
        for run in self._runs.values():
            if run.pid and used.get(run.pid, 0) - run.before > run.job.report.memory and not run.ending:
                run.ending = f"used more than {run.job.report.memory} MB of memory, its limit,"
                _kill(run.pid)


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
    """End a process with all that it started."""
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
