"""Tells which reports are not as they were made, and in words what moved where they are made again."""

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from notebook_reports.batch import Batch
from notebook_reports.index import compared_faults, render_index
from notebook_reports.plan import ReportSpec, sample
from notebook_reports.store import Store
from notebook_reports.trace import digest


def sampled(plan: list[ReportSpec], store: Store, count: int) -> list[ReportSpec]:
    """Some of the reports; which ones depends on the manifest alone."""
    manifest = store.folder / "manifest.json"
    return sample(plan, count, digest(manifest.read_bytes()) if manifest.is_file() else "")


def made_again(
    chosen: list[ReportSpec],
    store: Store,
    root: Path,
    elsewhere: dict[str, Path],
    pool: Callable,
    check: Callable[[], None],
) -> dict[str, list[str]]:
    """Make reports again in a temporary folder, as the batch would.

    Parameters
    ----------
    chosen : list of ReportSpec
        Those to be made.
    store : Store
        What they are compared with.
    root, elsewhere
        As for :class:`notebook_reports.batch.Batch`.
    pool : callable
        Takes the batch and notebooks; gives what makes the reports.
    check : callable
        As for :meth:`notebook_reports.batch.Batch.run`.

    Returns
    -------
    dict
        By report what moved, or why it failed, in words.
    """
    with tempfile.TemporaryDirectory() as folder:
        batch = Batch(root, Path(folder) / "reports", elsewhere, Path(folder) / "build")
        batch.run(chosen, chosen, partial(pool, batch), check=check, say=lambda _: None)
        made = batch.store()
        if made.failed:
            shutil.copytree(batch.build / "failed", root / "build" / "failed", dirs_exist_ok=True)
        return {report.key: what_moved(report, store, made) for report in chosen}


def what_moved(report: ReportSpec, kept: Store, made: Store) -> list[str]:
    """What is not as it is kept, in words: the page, the cover, the results, what was read."""
    from notebook_reports.compare import file_differences

    if report.key not in made.entries:
        return [f"could not be made again: {made.failed.get(report.key, 'it was not finished')}"]
    files = [("", kept.page(report), made.page(report))]
    if report.cover:
        files.append(("cover, ", kept.cover(report), made.cover(report)))
    lines = []
    for name, path, again in files:
        if path.is_file():
            lines += [f"{name}{line}" for line in file_differences(path.name, path.read_bytes(), again.read_bytes())]
        else:
            lines.append(f"there is no {path.name} to compare with")
    lines += [f"results.csv, {line}" for line in file_differences("results.csv", *results(report, kept, made))]
    return lines + of_manifest(report, kept, made, bool(lines))


def results(report: ReportSpec, *stores: Store) -> list[bytes]:
    """The rows of a report in each results.csv, below its head."""
    tables = [store.folder / "results.csv" for store in stores]
    rows = [table.read_bytes().splitlines(keepends=True) if table.is_file() else [] for table in tables]
    return [b"".join([*each[:1], *(row for row in each if row.startswith(f"{report.key},".encode()))]) for each in rows]


def of_manifest(report: ReportSpec, kept: Store, made: Store, known: bool) -> list[str]:
    """What the manifest does not have as it came out: the front page, if all else is the same, and what was read."""
    old, new = kept.entries.get(report.key), made.entries[report.key]
    if old is None:
        return []
    before, after = set(kept.inputs[old["inputs"]]), set(made.inputs[new["inputs"]])
    lines = [] if known or old["front"] == new["front"] else ["manifest.json has another front page"]
    lines += [f"it read {name}, which the manifest does not list" for name in sorted(after - before)]
    return lines + [f"it did not read {name}, which the manifest lists" for name in sorted(before - after)]


def told(plan: list[ReportSpec], store: Store, notebooks: Path, moved: dict[str, list[str]]) -> int:
    """Print what is stale, what moved and what belongs to no report; the exit code."""
    stale = {report.key: reasons for report in plan if (reasons := store.stale(report))}
    for key in (report.key for report in plan):
        lines = moved.get(key)
        if key in stale or lines:
            print(f"{key}: {'; '.join(stale.get(key, ['made again, it is not the same']))}")
        if lines:
            from notebook_reports.compare import shortened

            print(*(f"  {line}" for line in shortened(lines)), sep="\n")
        elif key in stale and key in moved:
            print("  made again, it is the same, byte for byte")
    wrong = other_files(plan, store, notebooks)
    for line in wrong:
        print(line)
    print(f"{len(plan) - len(stale)} of {len(plan)} reports are up to date")
    if moved:
        same = sum(not lines for lines in moved.values())
        print(f"{same} of {len(moved)} made again are the same, byte for byte")
    return 1 if stale or wrong or any(moved.values()) else 0


def other_files(plan: list[ReportSpec], store: Store, notebooks: Path) -> list[str]:
    """What is wrong with results.csv, index.html and pages that no report of the plan accounts for."""
    expected = {
        "results.csv": store.results(),
        "index.html": render_index(plan, store.entries, notebooks, store.marks(plan), store.folder),
    }
    wrong = [
        f"{name} is not what the manifest says; run the plan again"
        for name, text in expected.items()
        if not (store.folder / name).is_file() or (store.folder / name).read_bytes() != text.encode()
    ]
    wrong += compared_faults(plan, store.entries, notebooks)
    known = {store.page(report) for report in plan} | {store.cover(report) for report in plan if report.cover}
    strays = sorted({*store.folder.glob("*/**/*.html"), *store.folder.glob("*/**/*.svg")} - known)
    return wrong + [f"{path.relative_to(store.folder)} belongs to no report of the plan" for path in strays]
