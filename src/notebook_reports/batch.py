"""Runs a plan: what is stale, several reports at a time, each failing alone, and nothing finished lost."""

import json
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from notebook_reports.parameters import RequestError
from notebook_reports.plan import Plan, ReportSpec
from notebook_reports.store import Store, unwritable
from notebook_reports.trace import Project, digest
from notebook_reports.worker import LOOK, Job, Made

if TYPE_CHECKING:
    from tqdm import tqdm

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
        Folder of notes, logs, warnings and what is left of failures, in place of the repository's ``build/``.
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
        return Store(self.out, self.project, self.build)

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
        pool: Callable[[], object],
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
            Gives what makes reports, such as :class:`notebook_reports.pool.Pool`.
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
            0 where all reports are up to date, 1 where one failed or something could not be written.
        """
        store = self.store()
        store.clean(plan)
        todo = self.todo(store, chosen, force, only_failed)
        specs = [spec for spec in chosen if spec.key in todo]
        idle = 0 if only_failed else len(chosen) - len(specs)
        done = _Done(say)
        while store.damage:
            say(store.damage.pop(0))
        try:
            self._make(specs, pool, check, store, done)
        except RequestError:
            raise
        except BaseException:  # what is finished counts, also after Ctrl-C
            self._save(store, plan, say)
            raise
        if specs:
            store.look_again()  # files may have changed since the run began
        saved = self._save(store, plan, say)
        if only_failed and not specs:
            say("nothing failed last time")
        for key, error in sorted(done.failures.items()):
            say(f"{key}: {error}")
        for line in store.damage:
            say(line)
        if count := done.warned:
            say(f"{count} report{'s' * (count > 1)} gave warnings: {self.build.name}/warnings/")
        say(f"{done.made} made, {idle} up to date, {len(done.failures)} failed")
        return 1 if done.failures or not saved else 0

    def _make(self, specs: list[ReportSpec], start: Callable, check: Callable, store: Store, done: "_Done") -> None:
        if not specs:
            return
        from tqdm import tqdm  # a tenth of a second that a run with nothing to do need not spend

        jobs = [Job(spec, self.root, self.elsewhere, (self.out,)) for spec in specs]
        try:
            pool = start()
        except OSError as error:
            raise RequestError(unwritable(self.build, error)) from error
        words = "{n_fmt} of {total_fmt} reports |{bar}| {elapsed} gone, about {remaining} left{postfix}"
        try:
            check()
            done.bar = tqdm(total=len(jobs), bar_format=words, smoothing=0, dynamic_ncols=True, disable=None)
            waiting, tries = deque(_by_turns(jobs)), dict.fromkeys((spec.key for spec in specs), 1)
            running: dict[Future, Job] = {}
            while waiting or running:
                while waiting and len(running) < pool.workers:
                    job = waiting.popleft()
                    running[pool.submit(job)] = job
                ended = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED).done
                pool.look()
                for future in ended:
                    job, (made, executed) = running.pop(future), future.result()
                    key = job.report.key
                    if made.error and made.again and tries[key] < TRIES:
                        tries[key] += 1
                        done.tell(f"again {key}: {made.error}")
                        waiting.append(job)
                    else:
                        done.step(key, self._keep(job, made, executed, store), made)
        finally:
            pool.stop()
            if done.bar:
                done.bar.close()

    def _keep(self, job: Job, made: Made, executed: str, store: Store) -> str:
        """Put a finished report into the folder, or what is left of a failed one below ``build/``; the error."""
        report, error = job.report, made.error
        try:
            if not error:
                store.put(report, made.files, made.front, made.results, made.html, made.cover)
        except OSError as failure:
            error = f"could not be written: {failure}"
        except ValueError as failure:
            error = f"cannot be kept: {failure}"
        error = error.replace(f"{self.root}/", "")
        texts = {
            f"failed/{report.key}.txt": error and f"{error}\n{made.traceback}\n",
            f"failed/{report.key}.ipynb": error and executed,
            f"warnings/{report.key}.txt": not error and made.warnings.replace(f"{self.root}/", ""),
        }
        try:
            for name, text in texts.items():
                path = self.build / name
                store.write(path, text) if text else path.unlink(missing_ok=True)
            if error and executed:
                error += f"; executed notebook kept at {self.build.name}/failed/{report.key}.ipynb"
            if error:
                store.fail(report, error)
        except OSError as failure:
            error += f"; what is left of it could not be kept: {failure}" if error else ""
        return error

    def _save(self, store: Store, plan: list[ReportSpec], say: Callable[[str], None]) -> bool:
        """Write manifest, results and index where anything in them may be another; whether they could be written."""
        try:
            if store.is_settled(self._state(store, plan, store.marks(plan))):
                return True
            from notebook_reports.index import compared_faults, render_index  # slow to import

            store.save(plan)
            marks, notebooks = store.marks(plan), self.root / (plan[0].folder if plan else "notebooks")
            store.write(self.out / "index.html", render_index(plan, store.entries, notebooks, marks, self.out))
            store.settle(self._state(store, plan, marks))
            for fault in compared_faults(plan, store.entries, notebooks):
                say(fault)
        except OSError as error:
            say(f"{error.filename or self.out}: could not be written: {error.strerror}; the next run does it")
            return False
        return True

    def _state(self, store: Store, plan: list[ReportSpec], marks: dict[str, str]) -> str:
        """A hash of all that manifest, results and index are made of, and of what they are."""
        reports = [(s.key, s.cover, *((s.parameters, s.links) if s.key in marks else ())) for s in plan]
        paths = [self.out / name for name in ("manifest.json", "results.csv", "index.html")]
        for notebook in dict.fromkeys(self.root / spec.source for spec in plan):
            paths += [notebook, notebook.with_suffix(".yml")]
        paths += sorted(path for path in Path(__file__).parent.rglob("*.*") if path.suffix != ".pyc")
        title = repr(plan.title) if isinstance(plan, Plan) else ""
        return digest(json.dumps([title, reports, marks, [store.digest(path) for path in paths]], default=str).encode())


@dataclass
class _Done:
    """What is done of a run, said line by line, or on a terminal by a bar."""

    say: Callable[[str], None]
    bar: "tqdm | None" = None
    made: int = 0
    warned: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    def step(self, key: str, error: str, made: Made) -> None:
        """One report is done, well or badly."""
        if error:
            self.failures[key] = error
        else:
            self.made += 1
            self.warned += bool(made.warnings)
        lines = [f"{'FAILED' if error else 'made'} {key}"] if self.bar.disable or made.notes else []
        self.tell(*lines, *(f"  {note}" for note in made.notes))
        self.bar.set_postfix_str(f"{len(self.failures)} failed", refresh=False)
        self.bar.update()

    def tell(self, *lines: str) -> None:
        """Say lines that do not disturb the bar."""
        with self.bar.external_write_mode(sys.stderr):
            for line in lines:
                self.say(line)


def _by_turns(jobs: list[Job]) -> list[Job]:
    """The jobs, one of each notebook by turns, so that while one notebook gets ready others are at work."""
    notebooks: dict[Path, list[Job]] = {}
    for job in jobs:
        notebooks.setdefault(job.source, []).append(job)
    return [job for turn in zip_longest(*notebooks.values()) for job in turn if job]
