"""Check that the committed reports are fresh: made from these very inputs, and not edited since.

This compares hashes, in less than a second. With --execute, reports are also made again, in a temporary folder, and
compared byte for byte with the committed pages, covers and results; of what differs it is said in words what moved.

Exit codes: 0 every report of the plan is up to date, and what was made again is the same; 1 some are not, each
printed with the reason, or failed; 2 the request is wrong (plan, manifest, option, data); 130 interrupted.
"""

import argparse
import shutil
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from kr_industry import DATA, at_home
from notebook_reports.index import compared_faults, render_index
from notebook_reports.parameters import RequestError
from notebook_reports.plan import ReportSpec, read_plan, sample
from notebook_reports.store import Store
from notebook_reports.trace import Project, digest

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = {} if DATA == ROOT / "data" else {"data": DATA}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--plan", type=Path, default=ROOT / "reports" / "reports.yml", help="the plan")
    words.add_argument("--out", type=Path, default=ROOT / "reports", help="folder of the reports")
    words.add_argument("--execute", action="store_true", help="also make every report again and compare it")
    words.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="make only N of them again (this implies --execute), spread over notebooks, languages and other "
        "parameters; the same ones until the manifest changes, then others",
    )
    words.add_argument("--workers", type=int, metavar="N", help="reports made at once (default: as many as processors)")
    return words


def main(arguments: list[str] | None = None) -> int:
    """Compare fingerprints and hashes, and reports made again where that is asked for; the exit code."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        plan = read_plan(options.plan, ROOT / "notebooks")
        for name, number in (("--sample", options.sample), ("--workers", options.workers)):
            if number is not None and number < 1:
                raise RequestError(f"{name} is {number}; expected at least 1")
        store = Store(options.out, Project(ROOT, ELSEWHERE))
        if store.damage:
            raise RequestError("\n".join(store.damage))
        chosen = chosen_reports(plan, options)
        moved = made_again(chosen, store, options.workers) if chosen else {}
    except RequestError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return told(plan, store, moved)


def chosen_reports(plan: list[ReportSpec], options: argparse.Namespace) -> list[ReportSpec]:
    """The reports to be made again; which ones a sample takes depends on the manifest alone."""
    if options.sample is None:
        return plan if options.execute else []
    manifest = options.out / "manifest.json"
    return sample(plan, options.sample, digest(manifest.read_bytes()) if manifest.is_file() else "")


def made_again(chosen: list[ReportSpec], store: Store, workers: int | None) -> dict[str, list[str]]:
    """Make reports in a temporary folder, as the batch would; by report, what moved or why it failed, in words."""
    from run_reports import Batch, check_data, processes  # a tenth of a second that hashes need not spend

    with tempfile.TemporaryDirectory() as folder:
        batch = Batch(ROOT, Path(folder) / "reports", ELSEWHERE, Path(folder) / "build")
        start = partial(processes, workers, False, batch)
        batch.run(chosen, chosen, start, check=partial(check_data, ROOT / "build"), say=lambda _: None)
        made = batch.store()
        if made.failed:
            shutil.copytree(batch.build / "failed", ROOT / "build" / "failed", dirs_exist_ok=True)
        return {report.key: what_moved(report, store, made) for report in chosen}


def what_moved(report: ReportSpec, kept: Store, made: Store) -> list[str]:
    """What is not as it is kept, in words: the page, the cover, the results, what was read."""
    from notebook_reports.compare import file_differences, moved_results, read_results

    if report.key not in made.entries:
        return [f"could not be made again: {made.failed.get(report.key, 'it was not finished')}"]
    lines = []
    for name, path, again in (
        ("", kept.page(report), made.page(report)),
        *([("cover, ", kept.cover(report), made.cover(report))] if report.cover else []),
    ):
        if not path.is_file():
            lines.append(f"there is no {path.name} to compare with")
        elif found := file_differences(path.name, path.read_bytes(), again.read_bytes()):
            lines += [f"{name}{line}" for line in found]
    tables = [store.folder / "results.csv" for store in (kept, made)]
    results = [read_results(table.read_bytes()) if table.is_file() else {} for table in tables]
    told = {line.split(":")[0] for line in lines}
    lines += [f"results.csv, {line}" for line in moved_results(*results, report.key) if line.split(":")[0] not in told]
    return lines + of_manifest(report, kept, made, bool(lines))


def of_manifest(report: ReportSpec, kept: Store, made: Store, known: bool) -> list[str]:
    """What the manifest does not have as it came out: the front page, if all else is the same, and what was read."""
    old, new = kept.entries.get(report.key), made.entries[report.key]
    if old is None:
        return []
    before, after = set(kept.inputs[old["inputs"]]), set(made.inputs[new["inputs"]])
    lines = [] if known or old["front"] == new["front"] else ["manifest.json has another front page"]
    lines += [f"it read {name}, which the manifest does not list" for name in sorted(after - before)]
    return lines + [f"it did not read {name}, which the manifest lists" for name in sorted(before - after)]


def told(plan: list[ReportSpec], store: Store, moved: dict[str, list[str]]) -> int:
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
    wrong = other_files(plan, store)
    for line in wrong:
        print(line)
    print(f"{len(plan) - len(stale)} of {len(plan)} reports are up to date")
    if moved:
        same = sum(not lines for lines in moved.values())
        print(f"{same} of {len(moved)} made again are the same, byte for byte")
    return 1 if stale or wrong or any(moved.values()) else 0


def other_files(plan: list[ReportSpec], store: Store) -> list[str]:
    """What is wrong with results.csv, index.html and pages that no report of the plan accounts for."""
    notebooks = ROOT / "notebooks"
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
    strays = sorted({*store.folder.glob("*/*.html"), *store.folder.glob("*/*.svg")} - known)
    return wrong + [f"{path.relative_to(store.folder)} belongs to no report of the plan" for path in strays]


if __name__ == "__main__":
    at_home(__file__)
    sys.exit(main())
