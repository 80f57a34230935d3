"""Runs jobs on the workers of a Dask cluster, with the bytes that this machine would give.

The project's files go to every worker as one archive, so that all read the same; each worker forks its reports from
a warm process of its own. Dask gives the jobs of a worker that is lost to another.
"""

import io
import os
import re
import tempfile
import threading
import zipfile
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from distributed import CancelledError, Client, wait

from notebook_reports.parameters import RequestError
from notebook_reports.pool import Pool
from notebook_reports.trace import Project, digest
from notebook_reports.worker import PINNED, Job, Made

_here = threading.local()


def versions(pinned: list[str]) -> dict[str, str]:
    """Versions of packages as installed here, and a hash of this package's own code."""
    found = {}
    for name in pinned:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # it is needed for something else, or its lack will be told by the first run
    sources = sorted(path for kind in ("*.py", "*.yml") for path in Path(__file__).parent.glob(kind))
    return found | {__package__: digest(b"".join(path.read_bytes() for path in sources))[:12]}


def archive(project: Project) -> bytes:
    """All files of a project as a zip file, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name in project.names():
            file.writestr(zipfile.ZipInfo(name), project.path(name).read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def make(job: Job, packed: bytes, paths: list[str]) -> tuple[Made, str]:
    """Make a report here, on a worker; what came of it, and the notebook as far as it went if it failed."""
    root = Path(tempfile.gettempdir()).resolve() / f"{__package__}-{os.getuid()}-{digest(packed)[:16]}"
    if not root.is_dir():
        with tempfile.TemporaryDirectory(dir=root.parent) as folder:
            zipfile.ZipFile(io.BytesIO(packed)).extractall(Path(folder) / "project")
            try:
                (Path(folder) / "project").rename(root)
            except OSError:  # another thread or worker was faster
                if not root.is_dir():
                    raise
    job = replace(job, root=root, elsewhere={}, left_out=())
    pools = _here.__dict__.setdefault("pools", {})  # one for each thread: a pool is not to be shared
    if root not in pools:
        log = root / "build" / f"runs-{os.getpid()}-{threading.get_ident()}.txt"
        pools[root] = Pool(root, {}, [], [job.source], 1, log, paths=paths)
    pools[root].start(job)
    while not (ended := pools[root].wait(60)):
        pass
    _, made, executed = ended[0]
    return replace(made, error=made.error.replace(f"{root}/", "")), executed.replace(f"{root}/", "")


class Cluster:
    """Makes reports on a Dask cluster; used as :class:`notebook_reports.pool.Pool` is.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://host:8786``.
    project : Project
        What is sent to the workers.
    paths : list of str
        Folders of the project from which its modules are imported, such as ``src``.
    workers : int, optional
        Reports made at the same time; by default as many as the workers have threads.

    Raises
    ------
    RequestError
        No scheduler answers, or none of its workers has the same versions.
    """

    def __init__(self, address, project, paths, workers=None, say=print):
        try:
            self._client = Client(address, timeout="10s")
        except (OSError, ValueError, TimeoutError) as error:
            raise RequestError(f"--dask {address}: no scheduler answers there ({error})") from error
        self._jobs: dict[object, Job] = {}
        self._paths = paths
        try:
            threads = self._accept(project, say)
            self._packed = self._client.scatter(archive(project), broadcast=True, hash=True)
        except BaseException:
            self._client.close()
            raise
        self.workers = workers or sum(threads.values())

    def _accept(self, project: Project, say) -> dict[str, int]:
        """Threads of the workers that have our versions; the others are named with what is different."""
        text = project.path(PINNED).read_text(encoding="utf-8") if project.path(PINNED).is_file() else ""
        pinned = re.findall(r"^([A-Za-z0-9._-]+)==", text, flags=re.MULTILINE)
        ours = versions(pinned)
        threads = self._client.nthreads()
        for worker, theirs in sorted(self._client.run(versions, pinned, on_error="return").items()):
            if isinstance(theirs, BaseException):
                other = [f"{type(theirs).__name__}: {theirs}"]
            else:
                names = sorted(name for name in {*ours} & {*theirs} if ours[name] != theirs[name])
                other = [f"{name} {theirs[name]} there, {ours[name]} here" for name in names]
            if other:
                say(f"{worker} is not used: {'; '.join(other)}")
                threads.pop(worker, None)
        if not threads:
            raise RequestError("no worker of the cluster has the versions that are installed here")
        self._accepted = list(threads)
        return threads

    def start(self, job: Job) -> None:
        """Begin a job on one of the accepted workers."""
        job = replace(job, root=Path(), elsewhere={}, left_out=())
        key = f"{job.report.key}-{os.getpid()}-{len(self._jobs)}-{id(job)}"
        future = self._client.submit(make, job, self._packed, self._paths, key=key, workers=self._accepted, pure=False)
        self._jobs[future] = job

    def wait(self, seconds: float) -> list[tuple[Job, Made, str]]:
        """Wait until a job has ended, at most for so long; the jobs that have, as :meth:`Pool.wait` gives them."""
        try:
            wait(list(self._jobs), timeout=seconds, return_when="FIRST_COMPLETED")
        except TimeoutError:
            alive = self._client.status == "running" and self._client.nthreads()
            if not alive or not {*alive} & {*self._accepted}:
                lost, self._jobs = self._jobs, {}
                error = Made(error="the cluster has lost its scheduler, or its last worker with the same versions")
                return [(job, error, "") for job in lost.values()]
        except CancelledError:  # the scheduler is gone: the futures say so below
            pass
        return [self._ended(future, self._jobs.pop(future)) for future in list(self._jobs) if future.done()]

    @staticmethod
    def _ended(future, job: Job) -> tuple[Job, Made, str]:
        if future.status == "finished":
            return job, *future.result()
        error = future.exception() if future.status == "error" else CancelledError("the scheduler is gone")
        return job, Made(error=f"{type(error).__name__}: {error}", again=True), ""

    def stop(self) -> None:
        """Give up all that is under way; what a worker has begun it ends by itself."""
        self._client.cancel(list(self._jobs), force=True)
        self._jobs.clear()
        self._client.close()
