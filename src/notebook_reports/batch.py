"""Runs a plan: what is stale, several reports at a time, each failing alone, and nothing finished lost."""

import sys
from collections import deque
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

from notebook_reports.index import compared_faults, render_index
from notebook_reports.parameters import RequestError
from notebook_reports.plan import ReportSpec
from notebook_reports.store import Store, write_whole
from notebook_reports.trace import Project, digest
from notebook_reports.worker import Job, Made

TRIES = 2
"""How often a report is tried whose failure is not its notebook's fault."""


class Batch:
    """A repository of notebooks and one folder of reports made from them.

    Parameters
    ----------
    root : Path
        The repository: ``notebooks/`` and ``build/`` stand below it, and usually all else that notebooks read.
    out : Path
        Folder of the HTML files, the manifest, the results and the index.
    elsewhere : dict of str to Path, optional
        Folders that take the place of one below the repository, for example ``{"data": Path("/mnt/figures")}``.
    build : Path, optional
        Folder of the journal, the log and what is left of failures, in place of the repository's ``build/``.
    """

    def __init__(
        self, root: Path, out: Path, elsewhere: dict[str, Path] | None = None, build: Path | None = None
    ) -> None:
        self.root = root.resolve()
        self.out = out.resolve()
        self.build = build.resolve() if build else self.root / "build"
        self.elsewhere = elsewhere or {}
        self.project = Project(self.root, self.elsewhere, [self.out])

    def store(self) -> Store:
        """What stands in the folder now."""
        name = digest(str(self.out).encode())[:16]
        return Store(self.out, self.project, self.build / "journal" / f"{name}.jsonl")

    def todo(self, store: Store, chosen: list[ReportSpec], force: bool, only_failed: bool) -> dict[str, list[str]]:
        """Which of the chosen reports have to be made, and why."""
        if only_failed:
            return {spec.key: ["failed last time"] for spec in chosen if spec.key in store.failed}
        reasons = {spec.key: store.stale(spec) or (["--force"] if force else []) for spec in chosen}
        return {key: why for key, why in reasons.items() if why}

    def run(
        self,
        plan: list[ReportSpec],
        chosen: list[ReportSpec],
        pool: Callable[[list[Path]], object],
        force: bool = False,
        only_failed: bool = False,
        check: Callable[[], None] = lambda: None,
        say: Callable[[str], None] = print,
    ) -> int:
        """Make the chosen reports that are stale.

        Parameters
        ----------
        plan, chosen : list of ReportSpec
            All reports, and those to look at.
        pool : callable
            Takes the notebooks to be run; gives what makes reports, such as :class:`notebook_reports.pool.Pool`.
        force : bool
            Also make what is not stale.
        only_failed : bool
            Make just those that failed in the run before.
        check : callable
            Raises RequestError where nothing must be made; called while the pool gets ready, if there is any to do.
        say : callable
            Takes one line of text for the reader.

        Returns
        -------
        int
            0 where all reports are up to date, 1 where one failed.
        """
        store = self.store()
        for line in store.damage:
            say(line)
        todo = self.todo(store, chosen, force, only_failed)
        specs = [spec for spec in chosen if spec.key in todo]
        progress = _Progress(len(specs), 0 if only_failed else len(chosen) - len(specs), say)
        try:
            self._make(specs, pool, check, store, progress)
        except RequestError:
            raise
        except BaseException:  # what is finished counts, also after Ctrl-C
            self._save(store, plan, say)
            raise
        self._save(store, plan, say)
        progress.close()
        if only_failed and not specs:
            say("nothing failed last time")
        for key, error in sorted(progress.failures.items()):
            say(f"{key}: {error}")
        say(f"{progress.made} made, {progress.idle} up to date, {len(progress.failures)} failed")
        return 1 if progress.failures else 0

    def _make(self, specs: list[ReportSpec], start: Callable, check: Callable, store: Store, progress) -> None:
        if not specs:
            return
        jobs = [Job(spec, self.root, self.elsewhere, (self.out,)) for spec in specs]
        pool = start(list(dict.fromkeys(job.source for job in jobs)))
        try:
            check()
            waiting, running, tries = deque(_by_turns(jobs)), 0, dict.fromkeys((spec.key for spec in specs), 1)
            while waiting or running:
                while waiting and running < pool.workers:
                    pool.start(waiting.popleft())
                    running += 1
                for job, made, executed in pool.wait(1):
                    running -= 1
                    key = job.report.key
                    if made.error and made.again and tries[key] < TRIES:
                        tries[key] += 1
                        progress.say(f"again {key}: {made.error}")
                        waiting.append(job)
                    else:
                        progress.step(key, self._keep(job, made, executed, store))
        finally:
            pool.stop()
            progress.close()

    def _keep(self, job: Job, made: Made, executed: str, store: Store) -> str:
        """Put a finished report into the folder, or what is left of a failed one below ``build/``; the error."""
        report, error = job.report, made.error
        kept = self.build / "failed" / report.notebook / f"{report.name}.ipynb"
        trace = kept.with_suffix(".txt")
        try:
            if not error:
                store.put(report, made.files, made.front, made.results, made.html, made.cover)
                kept.unlink(missing_ok=True)
                trace.unlink(missing_ok=True)
                return ""
        except OSError as failure:
            error = f"could not be written: {failure}"
        error = error.replace(f"{self.root}/", "")
        try:
            write_whole(trace, f"{error}\n{made.traceback}\n")
            if executed:
                write_whole(kept, executed)
                error += f"; executed notebook kept at {kept.relative_to(self.build.parent).as_posix()}"
            store.fail(report, error)
        except OSError as failure:
            error += f"; what is left of it could not be kept: {failure}"
        return error

    def _save(self, store: Store, plan: list[ReportSpec], say: Callable[[str], None]) -> None:
        store.save(plan)
        notebooks = self.root / "notebooks"
        store.look_again()  # files may have changed since the run began
        marks = store.marks(plan)
        write_whole(self.out / "index.html", render_index(plan, store.entries, notebooks, marks, self.out))
        for fault in compared_faults(plan, store.entries, notebooks):
            say(fault)


def _by_turns(jobs: list[Job]) -> list[Job]:
    """The jobs, one of each notebook by turns, so that while one notebook gets ready others are at work."""
    notebooks: dict[Path, list[Job]] = {}
    for job in jobs:
        notebooks.setdefault(job.source, []).append(job)
    return [job for turn in zip_longest(*notebooks.values()) for job in turn if job]


class _Progress:
    """A bar on a terminal, else a line for each report."""

    def __init__(self, total: int, idle: int, say: Callable[[str], None]) -> None:
        self.idle, self.made = idle, 0
        self.failures: dict[str, str] = {}
        self._say = say
        self._bar = None
        if total and sys.stderr.isatty():
            from tqdm import tqdm  # a tenth of a second that a run with nothing to do need not spend

            words = "{n_fmt} of {total_fmt} reports |{bar}| {elapsed} gone, about {remaining} left{postfix}"
            self._bar = tqdm(total=total, bar_format=words, smoothing=0, dynamic_ncols=True)
            self._show()

    def _show(self) -> None:
        self._bar.set_postfix_str(f"{len(self.failures)} failed, {self.idle} were up to date")

    def say(self, line: str) -> None:
        """A line that does not disturb the bar."""
        if self._bar is None:
            self._say(line)
        else:
            with self._bar.external_write_mode():
                self._say(line)

    def step(self, key: str, error: str) -> None:
        """One report is done, well or badly."""
        if error:
            self.failures[key] = error
        else:
            self.made += 1
        if self._bar is None:
            self._say(f"{'FAILED' if error else 'made'} {key}")
        else:
            self._show()
            self._bar.update()

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
