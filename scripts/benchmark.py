"""Measure what the reports rest on: the batch, the audit, the intervals of kinks and forecasts, and the null models.

scripts/benchmark.py batch        time the batch beside papermill, nbconvert and the bare code (a quarter of an hour)

scripts/benchmark.py injection    corrupt 200 figures in five ways, then two at once (some minutes)
scripts/benchmark.py speed        time the audit of data/ and of tables with up to 10,000 figures
scripts/benchmark.py coverage     how often turns are called where none is, and intervals hold (about four minutes)
scripts/benchmark.py scores       how well forecasts did on published yearly series (needs the extra `benchmark`)
scripts/benchmark.py nulls        time the null models of which region chose which technology
scripts/benchmark.py panel        time how the panels of the notebooks follow a change
scripts/benchmark.py municipalities
                                  time the reports of 229 made-up municipalities on a Dask cluster (half an hour)
"""

import argparse
import gc
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import batch_times
import forecast_scores
import injection
import interval_coverage
import municipalities
import numpy as np
import pandas as pd

from kr_industry import ROOT, chance, kinks, regions
from kr_industry.audit import Figures, audit, localise, network, relations
from kr_industry.data import Tables, load
from kr_industry.forecast import COVERAGE
from notebook_reports import FRONT
from notebook_reports.parameters import Declared

_CHANGES = {
    "photonics_trend": [{"segment": "light_sources"}, {"measure": "firms"}, {"values": "printed"}],
    "bio_growth": [{"segment": "bio_food"}, {"measure": "exports"}, {"values": "printed"}],
    "regional_strategic_tech": [{"region": "gwangju"}, {"source": "both"}, {"coding": "explicit"}],
}
"""Changes that a reader of each notebook makes."""


def main(arguments: list[str] | None = None) -> int:
    """Run one measurement and print its table; the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = ["batch", "injection", "speed", "coverage", "scores", "nulls", "panel", "municipalities"]
    words.add_argument("measurement", choices=kinds)
    words.add_argument("--draws", type=int, default=4000, metavar="N", help="series made a line (default: 4000)")
    words.add_argument("--pairs", type=int, default=100, metavar="N", help="corruptions of two figures (default: 100)")
    words.add_argument(
        "--figures", type=int, metavar="N", help="figures corrupted (default: 200), or most in a table (default: 10000)"
    )
    words.add_argument(
        "--permutations", type=int, default=10_000, metavar="N", help="matrices drawn by a null model (default: 10000)"
    )
    words.add_argument("--rounds", type=int, default=5, metavar="N", help="runs of the batch (default: 5)")
    words.add_argument("--workers", type=int, default=2, metavar="N", help="reports made at once (default: 2)")
    words.add_argument(
        "--sample",
        type=int,
        default=14,
        metavar="N",
        help="reports made from the shell, changes in a panel (default: 14)",
    )
    words.add_argument("--many", type=int, default=12, metavar="N", help="how many of 1,600 at once; 0 for none")
    words.add_argument(
        "--reports", type=int, default=1000, metavar="N", help="of those, only the first (default: 1000; 1600 for all)"
    )
    words.add_argument("--municipalities", type=int, default=229, metavar="N", help="how many (default: 229)")
    words.add_argument("--branches", type=int, default=6, metavar="N", help="of each municipality, 2 to 6 (default: 6)")
    words.add_argument("--seed", type=int, default=0, metavar="N", help="seed of what is drawn at random (default: 0)")
    chosen = words.parse_args(arguments)
    if chosen.measurement == "batch":
        batch_times.measure(chosen.rounds, chosen.workers, chosen.sample, chosen.many, chosen.reports)
    elif chosen.measurement == "injection":
        _injection(chosen.figures or 200, chosen.pairs, chosen.seed)
    elif chosen.measurement == "speed":
        _speed(chosen.figures or 10_000, chosen.seed)
    elif chosen.measurement == "coverage":
        _coverage(chosen.draws, chosen.seed)
    elif chosen.measurement == "scores":
        _scores()
    elif chosen.measurement == "municipalities":
        municipalities.measure(chosen.municipalities, chosen.workers, chosen.seed, chosen.branches)
    elif chosen.measurement == "panel":
        _panel(chosen.rounds, chosen.sample)
    else:
        _nulls(chosen.permutations, chosen.seed)
    return 0


def _injection(figures: int, pairs: int, seed: int) -> None:
    clean = network.Network(relations.read(Figures(values="corrected")))
    print(
        f"clean tables (corrected): {len(injection.checkable(clean))} figures, {len(clean.relations)} relations, ",
        end="",
    )
    print(f"{len(localise.localise(clean))} false alarms")
    singles = list(injection.singles(clean, figures, seed))
    print(f"{'':14}{'made':>7}{'detectable':>12}{'detected':>10}{'among':>8}{'alone':>8}{'restored':>10}")
    for way in injection.WAYS:
        _line(way, [trial for trial in singles if trial.way == way])
    for topic in dict.fromkeys(trial.figures[0].split("/")[0] for trial in singles):
        _line(topic, [trial for trial in singles if trial.figures[0].startswith(f"{topic}/")])
    _line("all", singles)
    if pairs:
        _line("two at once", list(injection.pairs(clean, pairs, seed)))
    print("percent of the detectable: detected; true figures among the least sets; located alone; value restored")


def _line(name: str, trials: Iterable[injection.Trial]) -> None:
    trials = list(trials)
    possible = [trial for trial in trials if trial.detectable]
    counts = [sum(getattr(trial, what) for trial in possible) for what in ("detected", "among", "alone", "restored")]
    shares = "".join(f"{100 * n / max(len(possible), 1):{w}.1f}" for n, w in zip(counts, (10, 8, 8, 10), strict=True))
    print(f"{name:14}{len(trials):7}{len(possible):12}{shares}")


def _speed(figures: int, seed: int) -> None:
    start = time.perf_counter()
    found = audit()
    print(f"data/: {len(found.figures)} figures, {len(found.relations)} relations: {time.perf_counter() - start:.2f} s")
    print(f"{'figures':>8}{'relations':>11}{'read (s)':>10}{'locate one (s)':>16}{'locate three (s)':>18}")
    for segments in filter(lambda number: 10 * number <= figures, (8, 30, 100, 330, 1000)):
        with tempfile.TemporaryDirectory() as folder:
            injection.write_tables(Path(folder), segments, seed)
            start = time.perf_counter()
            clean = network.Network(relations.read(Figures(Path(folder))))
            taken = [time.perf_counter() - start]
        for errors in (1, 3):
            wrong = injection.with_errors(clean, errors, seed)
            start = time.perf_counter()
            localise.localise(wrong)
            taken.append(time.perf_counter() - start)
        numbers = len(clean.figures), len(clean.relations)
        print("{:8,}{:11,}".format(*numbers) + "{:10.2f}{:16.2f}{:18.2f}".format(*taken))


def _coverage(draws: int, seed: int) -> None:
    print(f"turns on series made like those of Gwangju, {draws} draws each, percent. Of straight lines: turns called")
    print(
        "(standard error), lines that each test rejects. Of kinked lines: turns called, intervals that hold the truth"
    )
    print(f"{'':35}{'called':>12}{'p':>7}{'p walk':>8}  {'called':>8}{'year':>7}{'before':>8}{'after':>7}")
    for (name, kind), row in interval_coverage.all_turns(_gwangju(), draws, seed).iterrows():
        error = np.sqrt(row["false"] * (100 - row["false"]) / draws)
        line = f"{row['false']:6.1f} ({error:3.1f}){row['p']:7.1f}{row['p_walk']:8.1f}"
        held = f"{row['called']:8.1f}{row['year']:7.1f}{row['before']:8.1f}{row['after']:7.1f}"
        print(f"{name:22}{kind:13}{line}  {held}")
    print(f"forecasts of walks, {draws} draws each: percent of 95 percent intervals that hold, 1, 2 and 3 years ahead")
    print(f"{'years drift persistence':24}{'random walk':>24}{'half drift':>24}")
    for length, drift, persistence in product((5, 8, 10), (0, 1, 2), (0.0, 0.5, 0.8)):
        held = interval_coverage.forecast_coverage(length, 3, drift, persistence, draws, seed)
        shares = (f"{'':6}" + "".join(f"{share:6.1f}" for share in column) for _, column in held.items())
        print(f"{length:5}{drift:6}{persistence:12.1f} {''.join(shares)}")


def _scores() -> None:
    try:
        table = forecast_scores.scores((5, 7), 3)
    except ImportError as error:
        raise SystemExit(f'{error}: .venv/bin/python -m pip install -e ".[benchmark]"') from error
    print("95 percent intervals on the yearly series of the M1 and M3 competitions, cut to the years known:")
    print("percent that hold the value, mean width and mean interval score in logarithms (less is better)")
    print(table.to_string(float_format="{:.3f}".format, formatters={"coverage": "{:.1f}".format}))
    print("percent that hold the value, random walk, by years known and years ahead (kr_industry.forecast.COVERAGE)")
    held = forecast_scores.scores(COVERAGE.index, len(COVERAGE.columns), methods=["random_walk"])
    print(held["coverage"].unstack("ahead").round(1).to_string())


def _gwangju() -> dict[str, pd.Series]:
    """The measures of Gwangju's photonics industry by year: of all sources, and of the one that gives most years."""
    scopes = [rows for _, rows in load("photonics/annual").groupby("scope")]
    tables = scopes + [rows[rows["source"] == rows["source"].mode()[0]] for rows in scopes]
    series = [rows.set_index("year")[name].dropna() for name in ("sales", "employment", "firms") for rows in tables]
    return {f"{one.name}, {len(one)} years": one.astype(float) for one in series if len(one) >= kinks.NEEDED}


def _nulls(permutations: int, seed: int) -> None:
    read = Tables("regions")
    matrix = regions.record(read, str(read("lists")["id"].iloc[0])).matrix("both")
    print(f"{'kept':10}{'regions':>8}{'technologies':>14}{'permutations':>14}{'median (s)':>12}{'from':>8}{'to':>8}")
    for model in chance.MODELS:
        taken = []
        for _ in range(5):
            start = time.perf_counter()
            chance.null_statistics(matrix, model, permutations, seed)
            taken.append(time.perf_counter() - start)
        numbers = "{:8}{:14}".format(*matrix.shape) + f"{permutations:14,}"
        print(f"{model:10}{numbers}{np.median(taken):12.3f}{min(taken):8.3f}{max(taken):8.3f}")
    print("seconds for the matrices and their statistics: median, least and most of five runs")


def _panel(rounds: int, sample: int) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    from notebook_reports.panel import run, steps

    InteractiveShell.instance()
    print(f"{'change':42}{'findings':>10}{'one chart':>11}{'two':>7}{'all':>7}")
    for notebook, changes in _CHANGES.items():
        path = ROOT / "notebooks" / f"{notebook}.ipynb"
        cells, defaults = steps(path), Declared(path.with_suffix(".yml")).defaults
        list(run(cells, defaults))  # what a reader's own run of the notebook has imported, read and drawn
        gc.freeze()
        for change in changes[:sample]:
            taken = [_for_the_first_time(run(cells, defaults | change)) for _ in range(rounds)]
            told = " ".join(f"{name}={value}" for name, value in change.items())
            times = "".join(
                f"{seconds:{width}.2f}" for seconds, width in zip(np.median(taken, 0), (10, 11, 7, 7), strict=True)
            )
            print(f"{notebook[:23]:24}{told:18}{times}")
    print("seconds from a change made for the first time until the findings, one chart, two charts and all are there:")
    print(f"medians of {rounds} runs; aimed at: all within 0.5 s")


def _for_the_first_time(cells: Iterable[list[dict]]) -> list[float]:
    """As :func:`_follows`, in a process of its own: what has been shown once comes faster the second time."""
    forking = multiprocessing.get_context("fork")
    here, there = forking.Pipe(duplex=False)
    child = forking.Process(target=lambda: there.send(_follows(cells)))
    child.start()
    found = here.recv()
    child.join()
    return found


def _follows(cells: Iterable[list[dict]]) -> list[float]:
    """Seconds until a run of a notebook's cells has shown its findings, one chart, two charts and all."""
    start, front, charts, found = time.perf_counter(), False, 0, []
    for shown in cells:
        front = front or any(FRONT in data for data in shown)
        charts += sum("<svg" in data.get("text/html", "") for data in shown)
        reached = 1 + min(charts, 2) if front else 0
        found += [time.perf_counter() - start] * (reached - len(found))
    return [*found, time.perf_counter() - start]


if __name__ == "__main__":
    sys.exit(main())
