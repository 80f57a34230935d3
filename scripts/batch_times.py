"""What benchmark.py batch measures: the batch beside what people do today, all on the same reports.

Aims stand in brackets. Processor time is what all processes of a command took, user and system. That of a process
counts once its parent has waited for it, and so on up to here. The hosts of the batch outlive their server: on Linux
this process inherits them, and waits for them after the command; elsewhere they are missing.
"""

import ast
import ctypes
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

import psutil

from notebook_reports import worker
from notebook_reports.parameters import Declared
from notebook_reports.plan import ReportSpec, read_plan

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
MANY = """
reports:
  - notebook: photonics_trend
    name: $segment.$horizon.$confidence
    matrix:
      segment: [total, optical_communication, light_sources, precision_optics, optical_materials,
                optical_information, optical_instruments]
      horizon: [1, 2, 3, 4, 5]
      confidence: [50, 60, 70, 75, 80, 85, 90, 95, 98, 99]
  - notebook: bio_growth
    name: $segment.$horizon.$confidence
    matrix:
      segment: [total, biopharmaceuticals, bio_food, bio_medical_devices, bio_chemicals_energy, bio_services,
                bio_equipment, bio_environment, bio_resources]
      horizon: [1, 2, 3, 4, 5]
      confidence: [50, 60, 70, 80, 90, 95, 98, 99]
  - notebook: regional_strategic_tech
    name: $region.$seed
    matrix:
      region: [seoul, busan, daegu, incheon, gwangju, daejeon, ulsan, sejong, gyeonggi, gangwon]
      seed: SEEDS
""".replace("SEEDS", str([*range(1, 90)]))
"""A plan of 1,600 reports."""


class Cost(NamedTuple):
    """What something took: seconds that went by, and seconds that processors were at work for it."""

    seconds: float
    processor: float


def measure(rounds: int, workers: int, sample: int, many: int, reports: int) -> None:
    """Print the tables: what a report takes, what it is against, and whether the pages are the same."""
    inherit()
    plan = read_plan(ROOT / "reports" / "reports.yml", NOTEBOOKS)
    few = list({spec.notebook: spec for spec in reversed(plan)}.values())
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {workers} workers")
    with tempfile.TemporaryDirectory() as folder:
        out, again = Path(folder), ["--force", "--workers", str(workers)]
        _spent(*_command(out / "batch", *again))  # so that what is compiled once is compiled
        ours, bare, starts, more = [], [], [], []
        for _ in range(rounds):  # by turns, so that all have the same machine
            whole = _spent(*_command(out / "batch", *again))
            short = _spent(*_command(out / "few", *again, *(spec.key for spec in few)))
            seconds, each = _in_pool(_bare, plan, workers, out / "bare")
            ours.append(Cost(whole.seconds / len(plan), whole.processor / len(plan)))
            bare.append(Cost(seconds, mean(each.values())))
            over = whole.processor - sum(each.values())
            over_few = short.processor - sum(each[spec.key] for spec in few)
            more.append((over - over_few) / max(1, len(plan) - len(few)))
            starts.append(over_few - len(few) * more[-1])
        seconds, each = _in_pool(_libraries, plan, workers, out / "pool")
        shell = [_shell(spec, out / "shell") for spec in plan[:: max(1, len(plan) // sample)]]
        print(f"a report{'':41}{'seconds':>9}{'processor':>11}{'times the batch':>18}  same pages")
        own = _middle(ours)
        for name, cost, made in (
            (f"the batch, the plan of {len(plan)} reports, cold", own, "batch"),
            ("bare code and rendering, warm (processor: 0.30)", _middle(bare), "bare"),
            ("a pool over papermill and nbconvert (7 times)", Cost(seconds, mean(each.values())), "pool"),
            (f"papermill, jupyter nbconvert: {len(shell)} reports (25 times)", _middle(shell), "shell"),
        ):
            times = "".join(f"{a / b:9.2f}" for a, b in zip(cost, own, strict=True))
            print(f"{name:49}{cost.seconds:9.2f}{cost.processor:11.2f}{times}  {_same(out / made, out / 'batch')}")
        print(f"a report of the batch over the bare one: {median(more):.2f} s of processor (0.10)")
        print(f"start of a run: {median(starts):.2f} s of processor (3)")
        _idle([], len(plan), 0.3, out / "batch", rounds)
        _interrupted(out / "interrupted", workers, rounds)
        if many:
            _many(out, many, reports, rounds)


def inherit() -> None:
    """Have this process be the parent of those that it has started in the end and whose parents have ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def _command(out: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "run_reports.py"), "--out", str(out), *arguments]


def _spent(*command: str) -> Cost:
    """What a command takes with all that it starts."""
    others = {child.pid for child in psutil.Process().children()}
    start, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    while left := {child.pid for child in psutil.Process().children()} - others:
        os.waitpid(left.pop(), 0)
    after = os.times()
    return Cost(seconds, sum(after[2:4]) - sum(before[2:4]))


def _middle(costs: list[Cost]) -> Cost:
    return Cost(*map(median, zip(*costs, strict=True)))


def _idle(options: list[str], reports: int, aim: float, out: Path, rounds: int) -> None:
    costs = [_spent(*_command(out, *options)) for _ in range(rounds)]
    seconds, processor = _middle(costs)
    most = max(cost.seconds for cost in costs)
    print(
        f"nothing stale, {reports} reports: {seconds:.2f} s, at most {most:.2f} ({aim}); {processor:.2f} s of processor"
    )


def _interrupted(out: Path, workers: int, rounds: int) -> None:
    """Ctrl-C, from the moment it is pressed, while every worker is making a report, to the end of the command."""
    taken = []
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it runs in the background ignore it
    for number in range(rounds):
        command = _command(out, "--force", "--workers", str(workers))
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
            for _ in range(1 + number):
                run.stdout.readline()
            start = time.perf_counter()
            run.send_signal(signal.SIGINT)
            run.wait()
            taken.append(time.perf_counter() - start)
        if run.returncode != 130:
            raise RuntimeError(f"an interrupted run ended with {run.returncode}, expected 130")
    print(f"Ctrl-C to the end of the command: {median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})")


def _many(out: Path, at_once: int, reports: int, rounds: int) -> None:
    """The first of 1,600 reports, many at once: failures, speed from first to last, memory of the command."""
    plan = out / "many.yml"
    plan.write_text(MANY, encoding="utf-8")
    specs = read_plan(plan, NOTEBOOKS)
    options = ["--plan", str(plan), *(spec.key for spec in specs[:reports] if reports < len(specs))]
    tenth = max(1, min(reports, len(specs)) // 10)
    command = _command(out / "many", *options, "--workers", str(at_once))
    start, made, memory, last = time.perf_counter(), [], [], ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        process = psutil.Process(run.pid)
        for line in run.stdout:
            last = line.strip() or last
            if line.startswith("made "):
                made.append(time.perf_counter() - start)
                if len(made) % tenth == 0:
                    memory.append(process.memory_info().rss / 2**20)
    ends = made[tenth - 1 :: tenth]
    taken = [b - a for a, b in zip([made[max(1, tenth // 10) - 1], *ends], ends, strict=False)]
    print(f"{len(made)} reports, {at_once} at once: {last}; {made[-1]:.0f} s, {made[-1] / len(made):.2f} s a report")
    print(f"  seconds for each {tenth}: {', '.join(f'{each:.0f}' for each in taken)}")
    print(f"  memory of the command after each {tenth}, MB (100): {', '.join(f'{each:.0f}' for each in memory)}")
    _idle(options, len(made), 1.0, out / "many", rounds)


def _same(made: Path, ours: Path) -> str:
    """How many pages are byte for byte those of the batch, but for what comes from the plan: links and the foot."""
    pages = list(made.rglob("*.html"))
    pages = [page for page in pages if page.parent != made]
    same = sum(_body(page) == _body(ours / page.relative_to(made)) for page in pages)
    return f"{same} of {len(pages)}"


def _body(page: Path) -> str:
    return re.sub(r'<nav class="pages".*?</nav>\n|<footer.*', "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def _shell(spec: ReportSpec, out: Path) -> Cost:
    """What the two commands take that people use, one after the other, for one report."""
    target = out / spec.notebook / f"{spec.name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    given = [word for name, value in spec.parameters.items() for word in ("-p", name, str(value))]
    source = str(NOTEBOOKS / f"{spec.notebook}.ipynb")
    papermill = ["papermill", source, str(target), *given, "--cwd", str(NOTEBOOKS), "--no-progress-bar"]
    nbconvert = ["jupyter", "nbconvert", "--to", "report", str(target)]
    programs = Path(sys.executable).parent
    run, page = (_spent(str(programs / program), *rest) for program, *rest in (papermill, nbconvert))
    return Cost(run.seconds + page.seconds, run.processor + page.processor)


def _in_pool(make: Callable, plan: list[ReportSpec], workers: int, out: Path) -> tuple[float, dict[str, float]]:
    """Seconds a report in a pool of processes, all of them warm, and the processor time of each report by its key."""
    os.environ.update(dict.fromkeys(worker.BLAS, "1"))
    context = get_context("spawn")
    ready = context.Barrier(workers + 1, timeout=600)
    with ProcessPoolExecutor(workers, context, _warm_up, (ready,)) as pool:
        for _ in range(workers):  # has as many processes start
            pool.submit(os.getpid)
        ready.wait()
        start = time.perf_counter()
        taken = list(pool.map(_processor, [make] * len(plan), plan, [out] * len(plan)))
        seconds = (time.perf_counter() - start) / len(plan)
    return seconds, {spec.key: each for spec, each in zip(plan, taken, strict=True)}


def _processor(make: Callable, spec: ReportSpec, out: Path) -> float:
    """Processor time that this process and those that it has waited for take to make a report."""
    before = os.times()
    make(spec, out)
    return sum(os.times()[:4]) - sum(before[:4])


def _warm_up(ready=None) -> None:
    """Import what reports need, and compute what they share, in a process of the pool."""
    worker.prepare()
    os.chdir(NOTEBOOKS)
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        _imports(notebook)
        declaration = notebook.with_suffix(".yml")
        for shared in Declared(declaration).content.shared if declaration.exists() else ():
            module, _, name = shared.call.rpartition(".")
            getattr(import_module(module), name)(**shared.given)
    if ready:
        ready.wait()


def _libraries(spec: ReportSpec, out: Path) -> None:
    """One report by papermill and nbconvert, called from Python."""
    import papermill

    notebook = papermill.execute_notebook(
        NOTEBOOKS / f"{spec.notebook}.ipynb",
        None,
        spec.parameters,
        kernel_name="python3",
        language="python",
        cwd=NOTEBOOKS,
        progress_bar=False,
    )
    _write(notebook, spec, out)


def _bare(spec: ReportSpec, out: Path) -> None:
    """One report by nothing but the code of the cells, in a process that has imported everything, and rendering."""
    import nbformat
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from papermill.parameterize import parameterize_notebook

    os.chdir(NOTEBOOKS)
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher()
    notebook = nbformat.read(NOTEBOOKS / f"{spec.notebook}.ipynb", 4)
    notebook.metadata["papermill"] = {}
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
    notebook = parameterize_notebook(notebook, spec.parameters, kernel_name="python3", language="python")
    names = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shell.display_pub.outputs.clear()
            value = _carried_out(cell.source, names)
            shown = [("display_data", output["data"], output["metadata"]) for output in shell.display_pub.outputs]
            if value is not None:
                shown.append(("execute_result", *shell.display_formatter.format(value)))
            cell.outputs = [
                nbformat.v4.new_output(kind, json.loads(json.dumps(data)), metadata=metadata)
                for kind, data, metadata in shown
            ]
    _write(notebook, spec, out)


def _carried_out(code: str, names: dict[str, object]) -> object:
    """Run the code of a cell; the value of the expression that it ends with, else None."""
    tree = ast.parse(code)
    last = tree.body.pop().value if tree.body and isinstance(tree.body[-1], ast.Expr) else ast.Constant(None)
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102
    return eval(compile(ast.fix_missing_locations(ast.Expression(last)), "cell", "eval"), names)  # noqa: S307


def _imports(notebook: Path) -> None:
    """Carry out the import statements that stand by themselves in a notebook's cells."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        with suppress(Exception):  # cells of text, magics
            lines = ast.parse("".join(cell["source"])).body
            found = [line for line in lines if isinstance(line, ast.Import | ast.ImportFrom)]
            exec(compile(ast.Module(found, []), "imports", "exec"), {"__name__": "__main__"})  # noqa: S102


def _write(notebook, spec: ReportSpec, out: Path) -> None:
    from notebook_reports.render import render
    from notebook_reports.store import write_whole

    page = render(notebook, {"key": spec.key, "data": "", "code": "", "command": ""})
    write_whole(out / spec.notebook / f"{spec.name}.html", page)
