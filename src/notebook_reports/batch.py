"""Runs a plan: what is stale, several reports at a time, each failing alone."""

import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

from tqdm import tqdm

from notebook_reports.execute import RunError, execute
from notebook_reports.index import render_index
from notebook_reports.plan import ReportSpec
from notebook_reports.render import Foot, render
from notebook_reports.store import Inputs, Store, write_whole

FAILED = Path("build") / "failed.json"


@dataclass(frozen=True)
class Job:
    """One report to be made, with all that a process of its own needs to make it."""

    report: ReportSpec
    root: Path
    inputs: dict[str, str]


@dataclass(frozen=True)
class Made:
    """What came of a job: a page with its results, or an error."""

    front: dict | None = None
    results: list[dict] | None = None
    html: str = ""
    cover: str | None = None
    error: str = ""


def make(job: Job) -> Made:
    """Run and render one report. A failure of the notebook is returned, not raised."""
    report = job.report
    executed = job.root / "build" / "executed" / report.notebook / f"{report.name}.ipynb"
    source = job.root / "notebooks" / f"{report.notebook}.ipynb"
    trace = executed.with_suffix(".traceback.txt")
    trace.unlink(missing_ok=True)
    try:
        run = execute(source, executed, report.parameters)
        foot = Foot(report.key, report.parameters, job.inputs["data"], report.command)
        html = render(run, str(report.parameters.get("language", "ko")), foot)
    except RunError as error:
        write_whole(trace, f"{error}\n{error.traceback}\n")
        return Made(error=str(error).replace(f"{job.root}{os.sep}", ""))
    except Exception as error:  # noqa: BLE001 — a page that cannot be rendered is this report's failure
        write_whole(trace, traceback.format_exc())
        return Made(error=f"failed in rendering: {type(error).__name__}: {error}")
    cover = None
    if report.cover and (drawing := re.search(r"<svg\b.*?</svg>", html, flags=re.DOTALL)):
        cover = f"{drawing[0]}\n"
    return Made(run.front, run.results, html, cover)


def failed_last_time(root: Path) -> set[str]:
    """Reports that failed and have not been made since; none where that is not known."""
    try:
        return set(json.loads((root / FAILED).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return set()


def run(
    root: Path,
    plan: list[ReportSpec],
    chosen: list[ReportSpec],
    out: Path,
    workers: int = 2,
    force: bool = False,
    only_failed: bool = False,
    data: Path | None = None,
    say: Callable[[str], None] = print,
) -> int:
    """Make the chosen reports that are stale.

    Parameters
    ----------
    root : Path
        The repository: ``notebooks/``, ``data/``, ``src/`` and ``build/`` stand below it.
    plan, chosen : list of ReportSpec
        All reports, and those to look at.
    out : Path
        Folder of the HTML files, the manifest, the results and the index.
    workers : int
        Reports made at the same time.
    force : bool
        Also make what is not stale.
    only_failed : bool
        Make just those that failed in the run before.
    data : Path, optional
        The folder of data, where it is not ``data/`` below the repository.
    say : callable
        Takes one line of text for the reader.

    Returns
    -------
    int
        0 where all reports are up to date, 1 where one failed.
    """
    store = Store(out)
    inputs = Inputs(root, data)
    failed_before = failed_last_time(root)
    if only_failed:
        chosen = [report for report in chosen if report.key in failed_before]
        if not chosen:
            say("nothing failed last time")
            return 0
    jobs = [
        Job(report, root, hashes)
        for report in chosen
        if store.stale(report, hashes := inputs.of(report)) or force or only_failed
    ]
    failures: dict[str, str] = {}
    try:
        _make_all(jobs, workers, store, failures, say)
    finally:  # what is finished counts, also after Ctrl-C
        store.save(plan)
        write_whole(out / "index.html", render_index(plan, store.entries, root / "notebooks"))
        still_failed = failed_before - {job.report.key for job in jobs} | set(failures)
        write_whole(root / FAILED, json.dumps(sorted(still_failed)))
    for key, error in sorted(failures.items()):
        say(f"{key}: {error}")
    made = len(jobs) - len(failures)
    say(f"{made} made, {len(chosen) - len(jobs)} up to date, {len(failures)} failed")
    return 1 if failures else 0


def _make_all(
    jobs: list[Job], workers: int, store: Store, failures: dict[str, str], say: Callable[[str], None]
) -> None:
    """Make every job, keeping finished reports in the store and adding failures by report."""
    if not jobs:
        return
    bar = tqdm(total=len(jobs), unit="report", file=sys.stderr, disable=None)
    # Fresh interpreters: papermill's event loops and forked threads do not go together.
    pool = ProcessPoolExecutor(min(workers, len(jobs)), get_context("spawn"))
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # workers inherit it from their first moment on
    try:
        pending = {pool.submit(make, job): job for job in jobs}
        signal.signal(signal.SIGINT, handler)
        for future in as_completed(pending):
            report = pending[future].report
            try:
                made = future.result()
            except Exception as error:  # noqa: BLE001 — whatever a worker could not tell is told as a failure
                made = Made(error=f"{type(error).__name__}: {error}")
            if made.error:
                failures[report.key] = made.error
            else:
                store.put(report, pending[future].inputs, made.front, made.results, made.html, made.cover)
            bar.set_postfix(failed=len(failures))
            bar.update()
            if bar.disable:
                say(f"{'FAILED' if made.error else 'made'} {report.key}")
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in active_children():  # their kernels end with them
            worker.terminate()
        raise
    finally:
        signal.signal(signal.SIGINT, handler)
        bar.close()
    pool.shutdown()
