"""The command notebook-reports: run a plan, verify what it made, list parameters, begin a plan.

Exit codes: 0 all well; 1 a report failed, or is not as it should be; 2 the request is wrong (plan, parameter, option,
data), said before anything runs; 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from notebook_reports import ending
from notebook_reports.ending import RequestError

# What else is needed is imported in functions: Ctrl-C has to be answered from the first moment, and seconds of imports
# are not needed where an option is wrong.

PLAN = Path("reports", "reports.yml")
"""The plan, by which the folder of a project is known."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    raw = argparse.RawDescriptionHelpFormatter
    words = argparse.ArgumentParser("notebook-reports", description=__doc__, formatter_class=raw)
    verbs = words.add_subparsers(metavar="COMMAND", required=True)

    def verb(action: Callable, text: str) -> Callable:
        own = verbs.add_parser(action.__name__, help=text, description=action.__doc__, formatter_class=raw)
        own.set_defaults(action=action, ordinary=False)
        root = "the project (default: the nearest folder upwards with reports/reports.yml)"
        own.add_argument("--root", type=_folder, help=root)
        return own.add_argument

    def where(add: Callable, out: str) -> None:
        add("--plan", type=_path, help="the plan (default: reports/reports.yml)")
        add("--out", type=_path, help=out)
        workers = "reports made at the same time (default: as many as processors)"
        add("--workers", type=_positive, metavar="N", help=workers)

    add = verb(run, "make the reports that are not up to date")
    add("report", nargs="*", help="<notebook>/<report>, or a glob of it; all reports where left out")
    other = "build/<plan>/ for another plan, build/one-off/ with --set"
    where(add, f"folder to write to (default: reports/; {other})")
    change = "change a parameter, for a one-off report that leaves the plan and reports/ alone"
    add("--set", action="append", default=[], metavar="NAME=VALUE", dest="changes", help=change)
    add("--parameters", type=_text, metavar="NOTEBOOK", dest="notebook", help="as the command parameters")
    add("--force", action="store_true", help="also make reports that are up to date")
    add("--failed", action="store_true", help="make just the reports that failed last time")
    add("--dry-run", action="store_true", help="list what would be made, and make nothing")
    add("--why", action="store_true", help="like --dry-run, with the reason for each report")
    add("--ordinary", action="store_true", help="use an ordinary kernel for each report, as without fork")
    add("--dask", type=_text, metavar="ADDRESS", help="run on the workers of a Dask cluster, such as tcp://host:8786")

    add = verb(verify, "tell which reports are not up to date, or not as they were made")
    where(add, "folder of the reports (default: reports/)")
    add("--execute", action="store_true", help="also make every report again and compare it")
    sample = (
        "make only N of them again (this implies --execute), spread over notebooks, languages and other parameters; "
        "the same ones until the manifest changes, then others"
    )
    add("--sample", type=_positive, metavar="N", help=sample)

    verb(parameters, "list what a notebook takes")("notebook", type=_text, help="its name, or its file")
    verb(init, "begin a plan, with an entry for each notebook, or with an example where there is none")
    return words


def _text(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a text, got an empty one")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


def _folder(text: str) -> Path:
    if not _path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text}: no such folder")
    return Path(text).resolve()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, got {text!r}")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Carry out a command line, that of the process where none is given; the exit code."""
    ending.at_once()
    options = parser().parse_args(arguments)
    try:
        return options.action(options)
    except RequestError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal may be gone
            print(ending.INTERRUPTED, file=sys.stderr)
        return 130
    except BrokenPipeError:  # nobody reads on, as after "| head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def run(options: argparse.Namespace) -> int:
    """Run the plan of reports: every report that is not up to date, or those named.

    Exit codes: 0 all well; 1 a report failed; 2 the request is wrong (plan, parameter, option, data), said before
    anything runs; 130 interrupted.
    """
    if options.notebook:
        return parameters(options)
    from notebook_reports.batch import Batch
    from notebook_reports.plan import one_off, select
    from notebook_reports.store import held

    root, plan = _project(options)
    reports, chosen = plan, select(plan, options.report)
    out = root / "reports"
    if options.plan and options.plan.resolve() != (root / PLAN).resolve():
        out = root / "build" / options.plan.stem
    if options.changes:
        if not options.report:
            raise RequestError(f"--set needs the report to start from, for example {plan[0].key}")
        reports = chosen = one_off(chosen, options.changes, root)
        out = root / "build" / "one-off"
    batch = Batch(root, options.out or out, elsewhere(root, plan.elsewhere))
    if options.dry_run or options.why:
        return _preview(batch, chosen, options)
    ending.by_exception()
    with held(batch.out):
        start = partial(_cluster if options.dask else _pool, options, plan, batch)
        check = partial(_checked, root, plan.check)
        code = batch.run(reports, chosen, start, options.force, options.failed, check)
    if options.changes and code == 0:
        for report in chosen:
            print(batch.store().page(report))
    return code


def _root(options: argparse.Namespace) -> Path:
    """The folder of the project: the nearest upwards that has a plan, where none is named."""
    here = Path.cwd()
    return options.root or next((folder for folder in (here, *here.parents) if (folder / PLAN).is_file()), here)


def _project(options: argparse.Namespace):
    """The folder of the project and its plan."""
    from notebook_reports.plan import read_plan

    root = _root(options)
    path = options.plan or root / PLAN
    if not (options.plan or options.root or path.is_file()):
        hint = "notebook-reports init begins one, --root names a project"
        raise RequestError(f"no {PLAN.as_posix()} in {root} or a folder above it; {hint}")
    return root, read_plan(path, root / "notebooks")


def elsewhere(root: Path, variables: Mapping[str, str]) -> dict[str, Path]:
    """Folders that stand elsewhere than below a project, by name.

    By name of a folder, ``variables`` has the environment variable that may give it another place.
    """
    given = {name: os.environ.get(variable) for name, variable in variables.items()}
    folders = {name: Path(folder).resolve() for name, folder in given.items() if folder}
    return {name: folder for name, folder in folders.items() if folder != (root / name).resolve()}


def _checked(root: Path, name: str) -> None:
    """Call the function that a plan names as its check; RequestError for what it refuses, or where there is none."""
    if not name:
        return
    from importlib import import_module

    module, _, function = name.rpartition(".")
    sys.path += [str(root / "src"), str(root)]  # behind all others, so that nothing else is hidden
    try:
        check = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise RequestError(f"the plan's check {name!r} cannot be called: {error}") from error
    try:
        check()
    except ValueError as error:
        raise RequestError(str(error)) from error


def _pool(options: argparse.Namespace, plan, batch):
    """Processes of this machine, as many as processors where it is not said how many."""
    from notebook_reports import warm
    from notebook_reports.pool import Pool

    log, workers = batch.build / "logs" / "runs.txt", options.workers or os.cpu_count() or 1
    fork = warm.POSSIBLE and not options.ordinary
    return Pool(batch.root, batch.elsewhere, [batch.out], workers, log, fork, preload=plan.preload)


def _cluster(options: argparse.Namespace, plan, batch):
    """Workers of a Dask cluster; RequestError without Dask."""
    try:
        from notebook_reports.cluster import Cluster
    except ModuleNotFoundError as error:
        raise RequestError(f"--dask: {error}; pip install 'kr-industry-notebooks[dask]' brings it") from error
    return Cluster(options.dask, batch.root, batch.out, plan.elsewhere, plan.preload, options.workers)


def _preview(batch, chosen: list, options: argparse.Namespace) -> int:
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


def verify(options: argparse.Namespace) -> int:
    """Check that reports are fresh: made from these very inputs, and not edited since.

    This compares hashes, in less than a second. With --execute, reports are also made again, in a temporary folder,
    and compared byte for byte with the pages, covers and results that are kept; of what differs it is said in words
    what moved.

    Exit codes: 0 every report of the plan is up to date, and what was made again is the same; 1 some are not, each
    printed with the reason, or failed; 2 the request is wrong (plan, manifest, option, data); 130 interrupted.
    """
    from notebook_reports.store import Store
    from notebook_reports.trace import Project
    from notebook_reports.verify import made_again, sampled, told

    root, plan = _project(options)
    folders = elsewhere(root, plan.elsewhere)
    store = Store(options.out or root / "reports", Project(root, folders))
    if store.damage:
        raise RequestError("\n".join(store.damage))
    chosen = plan if options.execute else []
    chosen = sampled(plan, store, options.sample) if options.sample else chosen
    moved = {}
    if chosen:
        ending.by_exception()
        start, check = partial(_pool, options, plan), partial(_checked, root, plan.check)
        moved = made_again(chosen, store, root, folders, start, check)
    return told(plan, store, root / plan.notebooks, moved)


def parameters(options: argparse.Namespace) -> int:
    """Print what a notebook takes, in Korean where the terminal is set to it."""
    from notebook_reports.plan import declared_in, read_plan

    root = _root(options)
    try:
        folder = root / read_plan(root / PLAN, root / "notebooks").notebooks
    except RequestError:  # what a plan has wrong may be what is looked for here
        folder = root / "notebooks"
    name = options.notebook.removesuffix(".ipynb")
    name = name if (folder / f"{name}.ipynb").is_file() else Path(name).name
    print(declared_in(folder, name).listing("ko" if os.environ.get("LANG", "").startswith("ko") else "en"))
    return 0


def init(options: argparse.Namespace) -> int:
    """Begin a plan, reports/reports.yml: an entry for each notebook in notebooks/ or beside it.

    Where there is no notebook, a small example is written too. Nothing is moved or overwritten.
    """
    from notebook_reports.begin import begin

    print("\n".join(begin(options.root or Path.cwd(), PLAN)))
    return 0
