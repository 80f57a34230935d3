"""Run the plan of reports: every report that is stale, or those named.

Exit codes: 0 all well; 1 a report failed; 2 the request is wrong (plan, parameter, option, data), said
before anything runs; 130 interrupted.
"""

import argparse
import os
import sys
from pathlib import Path

from kr_industry import DATA
from kr_industry.checks import faults
from notebook_reports.batch import failed_last_time, run
from notebook_reports.parameters import RequestError, resolve
from notebook_reports.plan import ReportSpec, checked, read_plan, select
from notebook_reports.store import Inputs, Store, held

ROOT = Path(__file__).resolve().parents[1]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("report", nargs="*", help="<notebook>/<report>, or a glob of it; all reports where left out")
    words.add_argument(
        "--plan", type=Path, default=ROOT / "reports" / "reports.yml", help="the plan (default: reports/reports.yml)"
    )
    words.add_argument(
        "--out",
        type=Path,
        help="folder to write to (default: reports/; build/<plan>/ for another plan, build/one-off/ with --set)",
    )
    words.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="reports made at the same time")
    words.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="changes",
        help="change a parameter, for a one-off report that leaves the plan and reports/ alone",
    )
    words.add_argument("--force", action="store_true", help="also make reports that are up to date")
    words.add_argument("--failed", action="store_true", help="make just the reports that failed last time")
    words.add_argument("--dry-run", action="store_true", help="list what would be made, and make nothing")
    words.add_argument("--why", action="store_true", help="like --dry-run, with the reason for each report")
    return words


def one_off(reports: list[ReportSpec], changes: list[str]) -> list[ReportSpec]:
    """The same reports with parameters changed, under names that say so."""
    values = {}
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign:
            raise RequestError(f"--set {change!r}: expected NAME=VALUE")
        values[name] = value
    changed = []
    for report in reports:
        new = resolve(ROOT / "notebooks" / f"{report.notebook}.yml", values)
        suffix = ".".join(f"{name}_{value}" for name, value in new.items())
        settings = " ".join(f"--set {name}={value}" for name, value in new.items())
        spec = ReportSpec(
            report.notebook,
            f"{report.name}.{suffix}",
            {**report.parameters, **new},
            reproduce=f"python scripts/run_reports.py {report.key} {settings}",
        )
        changed.append(checked(spec, "--set"))
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Check everything, then run; the exit code."""
    options = parser().parse_args(arguments)
    try:
        if options.workers < 1:
            raise RequestError(f"--workers is {options.workers}; expected at least 1")
        if found := faults():
            raise RequestError("\n".join(f"{DATA.name}/{fault}" for fault in found))
        plan = read_plan(options.plan, ROOT / "notebooks")
        chosen = select(plan, options.report)
        own = options.plan.resolve() == parser().get_default("plan").resolve()
        out = options.out or (ROOT / "reports" if own else ROOT / "build" / options.plan.stem)
        if options.changes:
            if not options.report:
                raise RequestError("--set needs the report to start from, for example photonics_trend/total.ko")
            plan = chosen = one_off(chosen, options.changes)
            out = options.out or ROOT / "build" / "one-off"
        if options.dry_run or options.why:
            if options.failed:
                chosen = [report for report in chosen if report.key in failed_last_time(ROOT)]
            return preview(chosen, Store(out), options.why, options.force)
        os.environ["KR_INDUSTRY_DATA"] = str(DATA)  # kernels run in another folder
        with held(out, ROOT / "build" / "locks"):
            code = run(ROOT, plan, chosen, out.resolve(), options.workers, options.force, options.failed, DATA)
        if options.changes and code == 0:
            for report in chosen:
                print(Store(out).page(report))
        return code
    except RequestError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; finished reports are kept", file=sys.stderr)
        return 130


def preview(chosen: list[ReportSpec], store: Store, why: bool, force: bool) -> int:
    """Print what would be made."""
    inputs = Inputs(ROOT, DATA)
    for report in chosen:
        reasons = store.stale(report, inputs.of(report)) or (["--force"] if force else [])
        if why:
            print(f"{report.key}: {'; '.join(reasons) or 'up to date'}")
        elif reasons:
            print(report.key)
    return 0


if __name__ == "__main__":
    sys.exit(main())
