"""Check that the committed reports are fresh: made from these very inputs, and not edited since.

Exit codes: 0 every report of the plan is up to date; 1 some are not, each printed with the reason; 2 the plan
or the manifest is wrong.
"""

import argparse
import sys
from pathlib import Path

from kr_industry import DATA
from notebook_reports.index import compared_faults, render_index
from notebook_reports.parameters import RequestError
from notebook_reports.plan import ReportSpec, read_plan
from notebook_reports.store import Store
from notebook_reports.trace import Project

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Compare fingerprints and hashes; the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--plan", type=Path, default=ROOT / "reports" / "reports.yml", help="the plan")
    words.add_argument("--out", type=Path, default=ROOT / "reports", help="folder of the reports")
    options = words.parse_args(arguments)
    try:
        plan = read_plan(options.plan, ROOT / "notebooks")
    except RequestError as error:
        print(error, file=sys.stderr)
        return 2
    store = Store(options.out, Project(ROOT, {} if DATA == ROOT / "data" else {"data": DATA}))
    if store.damage:
        print(*store.damage, sep="\n", file=sys.stderr)
        return 2
    stale = {report.key: reasons for report in plan if (reasons := store.stale(report))}
    for key, reasons in stale.items():
        print(f"{key}: {'; '.join(reasons)}")
    wrong = other_files(plan, store)
    for line in wrong:
        print(line)
    print(f"{len(plan) - len(stale)} of {len(plan)} reports are up to date")
    return 1 if stale or wrong else 0


def other_files(plan: list[ReportSpec], store: Store) -> list[str]:
    """What is wrong with results.csv, index.html and pages that no report of the plan accounts for."""
    notebooks = ROOT / "notebooks"
    expected = {
        "results.csv": store.results(),
        "index.html": render_index(plan, store.entries, notebooks, store.marks(plan)),
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
    sys.exit(main())
