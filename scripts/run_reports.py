"""Run the plan of reports: every report that is stale, or those named.

Exit codes: 0 all well; 1 a report failed; 2 the request is wrong (plan, parameter, option, data), said
before anything runs; 130 interrupted.
"""

import argparse
import os
import signal
import sys
from functools import partial
from pathlib import Path

from kr_industry import DATA, at_home
from notebook_reports.batch import Batch
from notebook_reports.parameters import Declared, RequestError
from notebook_reports.plan import ReportSpec, checked, in_a_name, read_plan, select
from notebook_reports.store import held, write_whole
from notebook_reports.trace import digest

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
    words.add_argument("--workers", type=int, help="reports made at the same time (default: as many as processors)")
    words.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="changes",
        help="change a parameter, for a one-off report that leaves the plan and reports/ alone",
    )
    words.add_argument("--parameters", metavar="NOTEBOOK", help="list what a notebook takes, and make nothing")
    words.add_argument("--force", action="store_true", help="also make reports that are up to date")
    words.add_argument("--failed", action="store_true", help="make just the reports that failed last time")
    words.add_argument("--dry-run", action="store_true", help="list what would be made, and make nothing")
    words.add_argument("--why", action="store_true", help="like --dry-run, with the reason for each report")
    words.add_argument(
        "--ordinary", action="store_true", help="use an ordinary kernel for each report, as without fork"
    )
    words.add_argument(
        "--dask", metavar="ADDRESS", help="run on the workers of a Dask cluster, such as tcp://host:8786"
    )
    return words


def one_off(reports: list[ReportSpec], changes: list[str]) -> list[ReportSpec]:
    """The same reports with parameters changed, under names that say so; RequestError for what is not allowed."""
    values = {}
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign:
            raise RequestError(f"--set {change!r}: expected NAME=VALUE")
        values[name] = value
    changed = []
    for report in reports:
        declared = Declared(ROOT / "notebooks" / f"{report.notebook}.yml")
        whole = declared.resolve({**report.parameters, **values})
        new = {name: whole[name] for name in values}
        suffix = ".".join(in_a_name(f"{name}_{value}") for name, value in new.items())
        settings = " ".join(f"--set {name}={value}" for name, value in new.items())
        spec = ReportSpec(
            report.notebook,
            f"{report.name}.{suffix}",
            whole,
            reproduce=f"python scripts/run_reports.py {report.key} {settings}",
            timeout=report.timeout,
            memory=report.memory,
        )
        changed.append(checked(spec, "--set"))
    return changed


def check_data(build: Path) -> None:
    """Refuse data that are not as data/datapackage.json says; data that passed once are not checked again."""
    files = sorted(path for folder in (DATA, ROOT / "src" / "kr_industry") for path in folder.rglob("*.*"))
    lines = [f"{path} {digest(path.read_bytes())}" for path in files if path.suffix in {".csv", ".json", ".py"}]
    state, passed = digest("\n".join(lines).encode()), build / "checked"
    if passed.is_file() and passed.read_text() == state:
        return
    from kr_industry.checks import faults  # three seconds with its imports

    if found := faults():
        raise RequestError("\n".join(f"{DATA.name}/{fault}" for fault in found))
    write_whole(passed, state)


def pool(options: argparse.Namespace, batch: Batch, notebooks: list[Path]):
    """What makes the reports: processes of this machine, or workers of a cluster; RequestError without Dask."""
    if options.dask:
        try:
            from notebook_reports.cluster import Cluster
        except ModuleNotFoundError as error:
            raise RequestError(f"--dask: {error}; pip install 'kr-industry-notebooks[dask]' brings it") from error

        return Cluster(options.dask, batch.project, ["src"], options.workers)
    return processes(options.workers, options.ordinary, batch, notebooks)


def processes(workers: int | None, ordinary: bool, batch: Batch, notebooks: list[Path]):
    """Processes of this machine, as many as processors where it is not said how many."""
    from notebook_reports import warm
    from notebook_reports.pool import Pool

    log = batch.build / "logs" / "runs.txt"
    fork = warm.POSSIBLE and not ordinary
    return Pool(batch.root, batch.elsewhere, [batch.out], notebooks, workers or os.cpu_count() or 1, log, fork)


def main(arguments: list[str] | None = None) -> int:
    """Check everything, then run; the exit code."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if options.parameters:
            return list_parameters(options.parameters)
        if options.workers is not None and options.workers < 1:
            raise RequestError(f"--workers is {options.workers}; expected at least 1")
        plan = read_plan(options.plan, ROOT / "notebooks")
        chosen = select(plan, options.report)
        own = options.plan.resolve() == parser().get_default("plan").resolve()
        out = options.out or (ROOT / "reports" if own else ROOT / "build" / options.plan.stem)
        if options.changes:
            if not options.report:
                raise RequestError("--set needs the report to start from, for example photonics_trend/total.ko")
            plan = chosen = one_off(chosen, options.changes)
            out = options.out or ROOT / "build" / "one-off"
        elsewhere = {} if DATA == ROOT / "data" else {"data": DATA}
        batch = Batch(ROOT, out, elsewhere)
        if options.dry_run or options.why:
            return preview(batch, chosen, options)
        with held(out):
            start = partial(pool, options, batch)
            code = batch.run(plan, chosen, start, options.force, options.failed, partial(check_data, batch.build))
        if options.changes and code == 0:
            for report in chosen:
                print(batch.store().page(report))
        return code
    except RequestError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; finished reports are kept", file=sys.stderr)
        return 130


def list_parameters(notebook: str) -> int:
    """Print what a notebook takes, in Korean where the terminal is set to it."""
    path = ROOT / "notebooks" / f"{Path(notebook).name.removesuffix('.ipynb')}.yml"
    print(Declared(path).listing("ko" if os.environ.get("LANG", "").startswith("ko") else "en"))
    return 0


def preview(batch: Batch, chosen: list[ReportSpec], options: argparse.Namespace) -> int:
    """Print what would be made."""
    store = batch.store()
    for line in store.damage:
        print(line)
    todo = batch.todo(store, chosen, options.force, options.failed)
    for report in chosen:
        if options.why:
            print(f"{report.key}: {'; '.join(todo.get(report.key, ())) or 'up to date'}")
        elif report.key in todo:
            print(report.key)
    return 0


if __name__ == "__main__":
    at_home(__file__)
    sys.exit(main())
