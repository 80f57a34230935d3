"""Check that the committed reports are fresh: made from these very inputs, and not edited since.

Exit codes: 0 every report of the plan is up to date; 1 some are not, each printed with the reason; 2 the plan
or the manifest is wrong.
"""

import argparse
import sys
from pathlib import Path

from kr_industry import DATA
from notebook_reports.parameters import RequestError
from notebook_reports.plan import read_plan
from notebook_reports.store import Inputs, Store

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Compare fingerprints and hashes; the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--plan", type=Path, default=ROOT / "reports" / "reports.yml", help="the plan")
    words.add_argument("--out", type=Path, default=ROOT / "reports", help="folder of the reports")
    options = words.parse_args(arguments)
    try:
        plan = read_plan(options.plan, ROOT / "notebooks")
        store, inputs = Store(options.out), Inputs(ROOT, DATA)
    except RequestError as error:
        print(error, file=sys.stderr)
        return 2
    stale = {report.key: reasons for report in plan if (reasons := store.stale(report, inputs.of(report)))}
    for key, reasons in stale.items():
        print(f"{key}: {'; '.join(reasons)}")
    print(f"{len(plan) - len(stale)} of {len(plan)} reports are up to date")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
