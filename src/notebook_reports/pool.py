"""Runs jobs on this machine, each in a process of its own, and survives whatever happens to them."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.reduction import send_handle
from pathlib import Path

from notebook_reports import warm, worker
from notebook_reports.parameters import Declared, RequestError
from notebook_reports.worker import Job, Made

_GRACE = 2
"""Seconds that a process has to tell that its time is over before it is ended."""
_START = 120
"""Seconds that a server may take to import what its notebook imports."""
_BEGINNINGS = 3
"""How often the first server is started before that is taken for hopeless."""
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT} if os.name == "posix" else set()
"""Signals that a notebook does not raise by a fault of its own."""


@dataclass
class Run:
    """A job under way, and what is known of it."""

    job: Job
    connection: Connection
    server: object
    deadline: float
    pid: int | None = None
    late: bool = False
    number: int | None = None
    cells: list[str] = field(default_factory=list)
    outputs: dict[int, str] = field(default_factory=dict)

    def hear(self, message: tuple) -> Made | None:
        """Take a message of the process; what came of the job if it is the last."""
        kind, content, *more = message
        if kind == "cell":
            self.cells.append(content)
            self.number = more[0] or self.number
        elif kind == "outputs":
            self.outputs[len(self.cells) - 1] = content
        return content if kind == "made" else None

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
        if self.late:
            return Made(error=f"took longer than {self.job.report.timeout} s{place}")
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
    """

    def __init__(self, root, elsewhere, left_out, notebooks, workers, log, fork=warm.POSSIBLE, paths=()):
        self.workers = workers
        self._runs: dict[int, Run] = {}
        self._count = 0
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        folders = os.pathsep.join(str(root / path) for path in paths)
        self._starter = _Warm((root, elsewhere, left_out, notebooks), log, folders) if fork else _Cold()

    def start(self, job: Job) -> None:
        """Begin a job."""
        self._count += 1
        ours, theirs = Pipe(duplex=False)
        server, pid = self._starter.start(self._count, job, theirs)
        deadline = time.monotonic() + job.report.timeout + (_START if pid is None else _GRACE)
        self._runs[self._count] = Run(job, ours, server, deadline, pid)

    def wait(self, seconds: float) -> list[tuple[Job, Made, str]]:
        """Wait until something happens, at most for so long.

        Returns
        -------
        list of (Job, Made, str)
            The jobs that have ended, what came of each, and, of those that failed, the notebook as far as it went.
        """
        numbers = {run.connection: number for number, run in self._runs.items() if not run.connection.closed}
        servers = self._starter.connections()
        nearest = min((run.deadline for run in self._runs.values()), default=float("inf"))
        ready = wait([*numbers, *servers], max(0, min(seconds, nearest - time.monotonic())))
        ended = []
        for server in ready:
            if server in servers:
                for event in self._starter.events(server):
                    ended += self._event(server, *event)
        for connection in ready:
            if numbers.get(connection) in self._runs:
                ended += self._hear(numbers[connection])
        for run in self._runs.values():
            if time.monotonic() > run.deadline:
                run.late = True
                run.deadline += 1  # until it is known what to end
                self._kill(run)
        return ended

    def stop(self) -> None:
        """End all that is under way, at once."""
        for run in self._runs.values():
            self._kill(run)
        self._runs.clear()
        self._starter.stop()

    def _hear(self, number: int) -> list:
        """Take what a process has said."""
        run = self._runs[number]
        try:
            while run.connection.poll():
                if made := run.hear(run.connection.recv()):
                    return self._end(number, made)
        except (EOFError, OSError):
            run.connection.close()
        return []

    def _event(self, server: object, kind: str, number: int | None, value: int | None) -> list:
        """Take what a server has said of a process: started, ended, or that the server itself is gone."""
        if kind == "gone":
            numbers = [number for number, run in self._runs.items() if run.server is server]
            return [ended for number in numbers for ended in self._over(number, None)]
        if number not in self._runs:
            return []
        if kind == "started":
            run = self._runs[number]
            run.pid = value
            run.deadline = time.monotonic() + run.job.report.timeout + _GRACE
            return []
        return self._over(number, value)

    def _over(self, number: int, code: int | None) -> list:
        """A process has ended: what it said at last counts, else that it said nothing."""
        heard = [] if self._runs[number].connection.closed else self._hear(number)
        return heard or self._end(number, self._runs[number].died(code))

    def _end(self, number: int, made: Made) -> list:
        run = self._runs.pop(number)
        run.connection.close()
        self._kill(run)  # what the notebook may have started and left behind
        return [(run.job, made, run.executed() if made.error else "")]

    def _kill(self, run: Run) -> None:
        """End the process of a run, or its server, if that has not come to starting it."""
        pid = run.pid or self._starter.pid(run.server)
        if pid is not None:
            self._starter.kill(pid)


class _Warm:
    """Starts processes by fork, from a server for each notebook and what its reports share."""

    def __init__(self, settings: tuple, log: Path, folders: str) -> None:
        self._settings = settings
        self._log = log
        self._folders = {"PYTHONPATH": folders} if folders else {}
        self._servers: dict[tuple[Path, tuple[int, ...]], Connection] = {}
        self._declared: dict[Path, Declared] = {}
        self._pids: list[tuple[Connection, int]] = []
        self._begun = 0
        self._begin()

    def _begin(self) -> None:
        """Start the server from which all others fork."""
        self._begun += 1
        if self._begun > _BEGINNINGS:
            raise RuntimeError(f"the process that notebooks fork from ended {_BEGINNINGS} times; {self._log} says why")
        self._base, theirs = Pipe()
        environment = {
            **os.environ,
            **self._folders,
            **dict.fromkeys(worker.BLAS, "1"),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "MPLBACKEND": os.environ.get("MPLBACKEND", "module://matplotlib_inline.backend_inline"),
        }
        with self._log.open("a") as errors:
            self._process = subprocess.Popen(  # noqa: S603 — this very Python
                [sys.executable, "-c", f"from notebook_reports.warm import main; main({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        theirs.close()
        self._base.send(self._settings)

    def start(self, number: int, job: Job, theirs: Connection) -> tuple[Connection, None]:
        """Have a job run by a process that tells through a connection; its server, which will tell its pid."""
        wanted = job.source, self._shared(job)
        if wanted not in self._servers:
            ours, end = Pipe()
            _request(self._base, ours.fileno(), wanted, end)
            self._servers[wanted] = ours
        server = self._servers[wanted]
        _request(server, number, job, theirs)
        return server, None

    def _shared(self, job: Job) -> tuple[int, ...]:
        """Which of what its notebook's reports share a job needs: it must not depend on the rest."""
        try:
            if job.source not in self._declared:
                self._declared[job.source] = Declared(job.source.with_suffix(".yml"))
            return self._declared[job.source].shared_by(job.report.parameters)
        except RequestError:  # the run will tell
            return ()

    def connections(self) -> list[Connection]:
        """Where servers tell what became of processes."""
        return [self._base, *self._servers.values()]

    def events(self, server: Connection) -> list[tuple[str, int | None, int | None]]:
        """What a server tells."""
        try:
            event = server.recv()
        except (EOFError, OSError):
            return self._lost(server)
        if server is not self._base:
            return [event]
        kind, number, pid = event
        if kind == "started":
            self._pids += [(other, pid) for other in self._servers.values() if other.fileno() == number]
        return []

    def pid(self, server: Connection) -> int | None:
        """The process of a server, once that is known."""
        return next((pid for other, pid in self._pids if other is server), None)

    def _lost(self, server: Connection) -> list[tuple[str, None, None]]:
        """Forget a server that is gone; without the first one, a new one has to begin."""
        server.close()
        if server is self._base:
            self._process.wait()
            self._begin()
            return []
        self._servers = {wanted: other for wanted, other in self._servers.items() if other is not server}
        self._pids = [(other, pid) for other, pid in self._pids if other is not server]
        return [("gone", None, None)]

    def kill(self, pid: int) -> None:
        """End a process with all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End the servers; they end as soon as nobody listens."""
        for _, pid in self._pids:
            self.kill(pid)
        for server in self.connections():
            server.close()
        self._process.kill()
        self._process.wait()


def _request(server: Connection, number: int, content: object, end: Connection) -> None:
    """Ask a server to fork, and hand over an end of a connection; a server that is gone will be noticed elsewhere."""
    with suppress(OSError):
        server.send((number, content))
        send_handle(server, end.fileno(), None)
    end.close()


class _Cold:
    """Starts a fresh Python and an ordinary kernel for each job, where there is no fork."""

    def __init__(self) -> None:
        self._context = get_context("spawn")
        self._processes: dict[int, tuple[int, object]] = {}

    def start(self, number: int, job: Job, theirs: Connection) -> tuple[int, int]:
        """Have a job run by a process that tells through a connection; where its end can be heard, and its pid."""
        process = self._context.Process(target=worker.alone, args=(job, theirs))
        before = {name: os.environ.get(name) for name in worker.BLAS}
        os.environ.update(dict.fromkeys(worker.BLAS, "1"))
        process.start()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        theirs.close()
        self._processes[process.sentinel] = number, process
        return process.sentinel, process.pid

    def connections(self) -> list[int]:
        """Where the ends of processes can be heard."""
        return list(self._processes)

    def events(self, sentinel: int) -> list[tuple[str, int, int]]:
        """The end of a process."""
        number, process = self._processes.pop(sentinel)
        process.join()
        return [("ended", number, process.exitcode)]

    def pid(self, _sentinel: int) -> None:
        """There is no server."""

    def kill(self, pid: int) -> None:
        """End a process; its kernel ends by itself when it sees that."""
        for _, process in self._processes.values():
            if process.pid == pid:
                process.kill()

    def stop(self) -> None:
        """End all processes."""
        for _, process in self._processes.values():
            process.kill()
