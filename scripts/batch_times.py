"""What benchmark.py batch measures: the batch beside what people do today, all on the same reports."""

import ast
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, suppress
from multiprocessing import get_context
from pathlib import Path

import psutil

from notebook_reports.plan import ReportSpec, read_plan
from notebook_reports.worker import BLAS

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
      seed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]
"""
"""A plan of 1,000 reports."""


def measure(rounds: int, workers: int, sample: int, many: int, reports: int) -> None:
    """Print the table: seconds a report, what it is against, and whether the pages are the same."""
    plan = read_plan(ROOT / "reports" / "reports.yml", NOTEBOOKS)
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {workers} workers")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        _batch(out / "batch", workers)  # so that what is compiled once is compiled
        ours, bare = [], []
        for _ in range(rounds):  # by turns, so that both have the same machine
            ours.append(_batch(out / "batch", workers) / len(plan))
            bare.append(_in_pool(_bare, plan, workers, out / "bare"))
        pool = _in_pool(_libraries, plan, workers, out / "pool")
        shell = [_shell(spec, out / "shell") for spec in plan[:: max(1, len(plan) // sample)]]
        print(f"seconds a report{'':34}{'median':>8}{'least':>8}{'most':>8}{'times ours':>12}  same pages")
        own = statistics.median(ours)
        for name, taken, made in (
            (f"the batch, the plan of {len(plan)} reports, cold", ours, "batch"),
            ("bare code of the cells, warm, and rendering", bare, "bare"),
            ("a pool over papermill and nbconvert", [pool], "pool"),
            (f"papermill, jupyter nbconvert: {len(shell)} reports", shell, "shell"),
        ):
            middle = statistics.median(taken)
            numbers = f"{middle:8.2f}{min(taken):8.2f}{max(taken):8.2f}{middle / own:12.2f}"
            print(f"{name:50}{numbers}  {_same(out / made, out / 'batch')}")
        _idle(f"nothing stale, {len(plan)} reports", [], out / "batch", rounds)
        _interrupted(out / "interrupted", workers, rounds)
        if many:
            _many(out, many, reports, rounds)


def _command(out: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "run_reports.py"), "--out", str(out), *arguments]


def _batch(out: Path, workers: int) -> float:
    """Seconds that the whole command takes to make every report of the plan."""
    start = time.perf_counter()
    subprocess.run(_command(out, "--force", "--workers", str(workers)), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _idle(name: str, options: list[str], out: Path, rounds: int) -> None:
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(_command(out, *options), check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    print(f"{name}, whole command: {statistics.median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})")


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
    print(f"Ctrl-C to the end of the command: {statistics.median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})")


def _many(out: Path, at_once: int, reports: int, rounds: int) -> None:
    """1,000 reports or the first of them, many at once: failures, speed from first to last, memory of the command."""
    plan = out / "many.yml"
    plan.write_text(MANY, encoding="utf-8")
    specs = read_plan(plan, NOTEBOOKS)
    options = ["--plan", str(plan), *(spec.key for spec in specs[:reports] if reports < len(specs))]
    tenth = max(1, min(reports, len(specs)) // 10)
    start = time.perf_counter()
    with ExitStack() as stack:
        run = stack.enter_context(
            subprocess.Popen(
                _command(out / "many", *options, "--workers", str(at_once)), stdout=subprocess.PIPE, text=True
            )
        )
        process, made, memory, last = psutil.Process(run.pid), [], [], ""
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
    print(f"  memory of the command after each {tenth}, MB: {', '.join(f'{each:.0f}' for each in memory)}")
    _idle(f"nothing stale, {len(made)} reports", options, out / "many", rounds)


def _same(made: Path, ours: Path) -> str:
    """How many pages are byte for byte those of the batch, but for what comes from the plan: links and the foot."""
    pages = list(made.rglob("*.html"))
    pages = [page for page in pages if page.parent != made]
    same = sum(_body(page) == _body(ours / page.relative_to(made)) for page in pages)
    return f"{same} of {len(pages)}"


def _body(page: Path) -> str:
    return re.sub(r'<nav class="pages".*?</nav>\n|<footer.*', "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def _shell(spec: ReportSpec, out: Path) -> float:
    """Seconds of the two commands that people use, one after the other, for one report."""
    target = out / spec.notebook / f"{spec.name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    given = [word for name, value in spec.parameters.items() for word in ("-p", name, str(value))]
    source = str(NOTEBOOKS / f"{spec.notebook}.ipynb")
    papermill = ["papermill", source, str(target), *given, "--cwd", str(NOTEBOOKS), "--no-progress-bar"]
    nbconvert = ["jupyter", "nbconvert", "--to", "report", str(target)]
    start = time.perf_counter()
    for program, *rest in (papermill, nbconvert):
        subprocess.run([str(Path(sys.executable).parent / program), *rest], check=True, capture_output=True)
    return time.perf_counter() - start


def _in_pool(make, plan: list[ReportSpec], workers: int, out: Path) -> float:
    """Seconds a report in a pool of processes, which have been warmed up if there is something to warm."""
    os.environ.update(dict.fromkeys(BLAS, "1"))
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        list(pool.map(make, [None] * workers, [out] * workers))
        start = time.perf_counter()
        list(pool.map(make, plan, [out] * len(plan)))
        return (time.perf_counter() - start) / len(plan)


def _libraries(spec: ReportSpec | None, out: Path) -> None:
    """One report by papermill and nbconvert, called from Python."""
    if spec is None:
        return
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


def _bare(spec: ReportSpec | None, out: Path) -> None:
    """One report by nothing but the code of the cells, in a process that has imported everything, and rendering."""
    import nbformat
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from papermill.parameterize import parameterize_notebook

    if spec is None:
        for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
            _imports(notebook)
        return
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
    os.chdir(NOTEBOOKS)
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
