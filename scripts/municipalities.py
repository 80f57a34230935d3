"""What benchmark.py municipalities measures: the reports of all municipalities and their branches on a Dask cluster.

The figures are made up, in a copy of the project that is thrown away; their tables are as a reader would add them.
"""

import csv
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from distributed import Client

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
YEARS = range(2008, 2023)
BRANCHES = {
    "food": ("식품", "Food"),
    "textiles": ("섬유", "Textiles"),
    "chemicals": ("화학", "Chemicals"),
    "metals": ("금속", "Metals"),
    "electronics": ("전자", "Electronics"),
    "machinery": ("기계", "Machinery"),
}
PLAN = """
command: python scripts/run_reports.py
check: kr_industry.checks.refuse_faults
reports:
  - notebook: photonics_trend
    name: ${industry}_$segment.$language
    parameters: {first_year: first, last_year: last, language: ko}
    matrix: {industry: all, segment: all}
    exclude: [{industry: photonics}]
"""
"""Every municipality as a whole and every branch of it."""
_EVERY = 10
"""Of so many municipalities one is made without the cluster as well."""


def measure(count: int, workers: int, seed: int, branches: int = len(BRANCHES)) -> None:
    """Make the reports on a Dask cluster of this machine, some of them without it too, and print how long that takes.

    Parameters
    ----------
    count : int
        Municipalities; each gives one report more than it has branches.
    workers : int
        Workers of the cluster, and reports made at once without it.
    seed : int
        Of the made-up figures.
    branches : int, optional
        How many of the branches each has.

    Raises
    ------
    RuntimeError
        A report failed, or the two ways do not give the same bytes.
    """
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {workers} workers")
    with tempfile.TemporaryDirectory() as made_up:
        project = Path(made_up) / "project"
        for folder in ("src", "scripts", "notebooks", "data"):
            shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "requirements.txt", project)
        start = time.perf_counter()
        write(project / "data", count, seed, branches)
        (project / "plan.yml").write_text(PLAN, encoding="utf-8")
        print(f"{count} municipalities of {branches} branches written: {time.perf_counter() - start:.1f} s")
        _run(project, "check_data.py")
        every = ["photonics_trend/municipality_*", "--plan", "plan.yml", "--out", "cluster"]
        with cluster(project, workers) as address:
            _run(project, "run_reports.py", *every, "--dask", address)
        _run(project, "run_reports.py", *every)
        some = [f"photonics_trend/{name(number)}_*" for number in range(1, count + 1, _EVERY)]
        _run(project, "run_reports.py", *some, "--plan", "plan.yml", "--out", "pool", "--workers", str(workers))
        made, other = project / "cluster", project / "pool"
        pages = [page.relative_to(other) for page in other.glob("*/*.html")]
        if any((made / page).read_bytes() != (other / page).read_bytes() for page in pages):
            raise RuntimeError("the cluster and the pool do not give the same pages")
        size, index = (sum(page.stat().st_size for page in made.rglob(name)) / 2**20 for name in ("*", "index.html"))
        print(
            f"{len(pages)} pages are the same without the cluster; the folder has {size:.0f} MB, its index {index:.1f}"
        )


def name(number: int) -> str:
    """The identifier of a municipality."""
    return f"municipality_{number:03}"


def _run(project: Path, script: str, *arguments: str) -> None:
    start = time.perf_counter()
    command = [sys.executable, str(project / "scripts" / script), *arguments]
    done = subprocess.run(
        command, cwd=project, env=_environment(project), capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise RuntimeError(f"{script} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    said = "; ".join(re.findall(r"^\d+ (?:made|tables|figures),.*$", done.stdout, flags=re.MULTILINE))
    told = " ".join([script, *(word for word in arguments if word.startswith("--"))])
    print(f"{told}: {said}; {time.perf_counter() - start:.1f} s")


def _environment(project: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if name != "KR_INDUSTRY_DATA"}
    return others | {"PYTHONPATH": str(project / "src")}


@contextmanager
def cluster(project: Path, workers: int) -> Iterator[str]:
    """A scheduler and workers on this machine, started as a reader starts them; the scheduler's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, started = f"tcp://127.0.0.1:{port}", []
    commands = [
        [str(BIN / "dask"), "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        [str(BIN / "dask"), "worker", address, "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard"],
    ]
    with ExitStack() as stack, (project.parent / "cluster.txt").open("w") as log:
        options = {"cwd": project, "env": _environment(project), "stdout": log, "stderr": log}
        for command in commands:
            started.append(subprocess.Popen(command, **options))
            stack.callback(started[-1].wait)
            stack.callback(started[-1].terminate)
        with Client(address, timeout="60s") as client:
            client.wait_for_workers(workers, timeout=60)
        yield address


def write(data: Path, count: int, seed: int, branches: int = len(BRANCHES)) -> None:
    """Add made-up municipalities to a copy of data/: a row of industries.csv, names of branches and three tables each.

    Parameters
    ----------
    data : Path
        The copy.
    count : int
        How many.
    seed : int
        The same seed gives the same figures.
    branches : int, optional
        How many of the branches each has.
    """
    draws, named = np.random.default_rng(seed), dict(list(BRANCHES.items())[:branches])
    for number in range(1, count + 1):
        own = name(number)
        (data / own).mkdir()
        told = [f"예시 {number:03} 제조업", f"Manufacturing of example {number:03}", "제조업", "manufacturing"]
        vintage = ["지어낸 수치(2008–2022년)", "Made-up figures (2008–2022)"]
        _append(data / "industries.csv", [[own, *told, *vintage, "", ""]])
        _append(data / "labels.csv", [[f"{own}_segment", branch, *names] for branch, names in named.items()])
        _write(data, own, list(named), _figures(draws, branches))


def _figures(draws: np.random.Generator, branches: int) -> dict[str, np.ndarray]:
    """Sales (억 원), persons and firms of every branch (columns) and year (rows)."""
    size = draws.lognormal(6, 1, branches)
    drift = draws.normal(0.03, 0.03, branches)
    steps = draws.normal(drift, 0.08, (len(YEARS), branches)).cumsum(axis=0)
    sales = np.maximum(np.round(size * np.exp(steps)), 20)
    firms = np.maximum(np.round(sales / draws.uniform(20, 60, branches)), 1)
    return {"sales": sales, "employment": np.round(sales / draws.uniform(2, 5)), "firms": firms}


def _write(data: Path, own: str, branches: list[str], figures: dict[str, np.ndarray]) -> None:
    place = ["photonics_2019", "지어낸 표"]
    totals = {measure: values.sum(axis=1) for measure, values in figures.items()}
    annual = [
        [year, "manufacturing", "", *(int(totals[measure][i]) for measure in figures), "", "", "", *place]
        for i, year in enumerate(YEARS)
    ]
    head = "year,scope,stage,sales,employment,firms,sales_growth,employment_growth,firms_change,source,place"
    _append(data / own / "annual.csv", [head.split(","), *annual])
    for measure, between in (("sales", ["whole", "actual"]), ("firms", [])):
        columns = ["coverage", "status"] if between else []
        rows = [["year", "segment", *columns, measure, "share", "growth", "source", "place"]]
        for i, year in list(enumerate(YEARS))[-3:]:
            values = {**dict(zip(branches, figures[measure][i], strict=True)), "total": totals[measure][i]}
            before = {**dict(zip(branches, figures[measure][i - 1], strict=True)), "total": totals[measure][i - 1]}
            for branch, value in values.items():
                share, growth = 100 * value / values["total"], 100 * (value / before[branch] - 1)
                rows.append([year, branch, *between, int(value), f"{share:.1f}", f"{growth:.1f}", *place])
        _append(data / own / f"segment_{measure}.csv", rows)


def _append(path: Path, rows: list[list]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
