"""Runs jobs on the workers of a Dask cluster, each from a checkout of its own; nothing but the jobs is sent.

A worker's checkout is the folder in which it was started, or that which NOTEBOOK_REPORTS_ROOT names. It is used where
files and versions are the same as here. Dask gives the jobs of a worker that is lost to another.
"""

import concurrent.futures
import os
import re
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.util import Finalize
from pathlib import Path

from distributed import Client, get_worker

from notebook_reports.command import elsewhere
from notebook_reports.parameters import RequestError
from notebook_reports.pool import Pool
from notebook_reports.trace import Project, digest
from notebook_reports.worker import LOOK, PINNED, Job, Made

_lock = threading.Lock()
_pools: dict[tuple, Pool] = {}


def state(root: Path | None, variables: dict[str, str], left_out: list[str]) -> dict[str, str]:
    """What must be alike everywhere: files of the project (a worker's where left out), pinned versions, this code."""
    root = root or Path(os.environ.get("NOTEBOOK_REPORTS_ROOT", "")).resolve()
    project = Project(root, elsewhere(root, variables), [root / name for name in left_out])
    found = {name: project.digest(name)[:12] for name in project.names()}
    pins = (root / PINNED).read_text(encoding="utf-8") if PINNED in found else ""
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", pins, flags=re.MULTILINE):
        with suppress(PackageNotFoundError):  # needed for something else, or the first run tells that it is not there
            found[name] = version(name)
    code = sorted(path for kind in ("*.py", "*.yml") for path in Path(__file__).parent.glob(kind))
    return found | {__package__: digest(b"".join(path.read_bytes() for path in code))[:12]}


def make(job: Job, variables: dict[str, str], left_out: list[str], preload: tuple[str, ...]) -> tuple[Made, str]:
    """Make a report here, on a worker; what came of it, and the notebook as far as it went if it failed."""
    root = Path(os.environ.get("NOTEBOOK_REPORTS_ROOT", "")).resolve()
    without = tuple(root / name for name in left_out)
    job = replace(job, root=root, elsewhere=elsewhere(root, variables), left_out=without)
    with _lock:  # threads of a worker share its processes
        if (pool := _pools.get((without, preload))) is None:
            log, threads = root / "build" / "logs" / f"worker-{os.getpid()}.txt", get_worker().state.nthreads
            pool = _pools[without, preload] = Pool(root, job.elsewhere, without, threads, log, preload=preload)
            Finalize(None, pool.stop, exitpriority=1)
    future = pool.submit(job)
    while not concurrent.futures.wait([future], timeout=LOOK).done:
        pool.look()
    made, executed = future.result()
    return replace(made, error=made.error.replace(f"{root}/", "")), executed.replace(f"{root}/", "")


class Cluster:
    """Makes reports on a Dask cluster; used as :class:`notebook_reports.pool.Pool` is.

    RequestError where no scheduler answers at the address, or no worker has the files and versions of the project.
    """

    def __init__(self, address, root, out, variables, preload=(), workers=None, say=print):
        try:
            self._client = Client(address, timeout="10s")
        except (OSError, ValueError, TimeoutError) as error:
            raise RequestError(f"--dask {address}: no scheduler answers there ({error})") from error
        self._begun: dict[Future, object] = {}
        left_out = ["reports", *([out.relative_to(root).as_posix()] if out.is_relative_to(root) else [])]
        self._given = variables, left_out, preload
        ours, threads = state(root, variables, left_out), self._client.nthreads()
        for worker, theirs in sorted(self._client.run(state, None, variables, left_out, on_error="return").items()):
            if theirs != ours:
                say(f"{worker} is not used: {_different(theirs, ours)}")
                threads.pop(worker, None)
        if not threads:
            self._client.close()
            raise RequestError("no worker of the cluster has the files and versions that are here")
        self._accepted, self.workers = list(threads), workers or sum(threads.values())

    def submit(self, job: Job) -> Future[tuple[Made, str]]:
        """Begin a job on one of the accepted workers: a future as that of :meth:`Pool.submit`."""
        future = Future()
        begun = self._client.submit(make, job, *self._given, workers=self._accepted, pure=False)
        self._begun[future] = begun  # else the cluster would forget it
        begun.add_done_callback(lambda ended: self._end(future, _came_of(ended)))
        return future

    def look(self) -> None:
        """Give up what is under way where no accepted worker is left; to be called every now and then."""
        alive = self._client.nthreads() if self._client.status == "running" else {}
        if self._begun and not {*alive} & {*self._accepted}:
            for future in list(self._begun):
                self._end(future, _LOST)

    def _end(self, future: Future, came: tuple[Made, str]) -> None:
        if self._begun.pop(future, None):
            future.set_result(came)

    def stop(self) -> None:
        """Give up all that is under way; what a worker has begun it ends by itself."""
        self._client.cancel(list(self._begun.values()), force=True)
        self._begun.clear()
        self._client.close()


def _different(theirs: dict[str, str] | BaseException, ours: dict[str, str]) -> str:
    if isinstance(theirs, BaseException):
        return repr(theirs)
    names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    told = [f"{name} {theirs.get(name, 'none')} there, {ours.get(name, 'none')} here" for name in names[:5]]
    return "; ".join([*told, f"and {len(names) - 5} more"] if len(names) > 5 else told)


_LOST = Made(error="the cluster has lost its scheduler, or its last worker that is alike"), ""


def _came_of(ended) -> tuple[Made, str]:
    """What came of a job of the cluster."""
    if ended.status == "finished":
        return ended.result()
    return (Made(error=repr(ended.exception()), again=True), "") if ended.status == "error" else _LOST
