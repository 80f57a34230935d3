"""The committed reports: fresh, complete, byte for byte what a new run gives, and safe to open anywhere."""

import contextlib
import csv
import functools
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from html.parser import HTMLParser

import psutil
import pytest

from notebook_reports.compare import file_differences, shortened
from notebook_reports.plan import read_plan
from notebook_reports.trace import digest


@pytest.fixture
def plan(root):
    return read_plan(root / "reports" / "reports.yml", root / "notebooks")


def _script(root, name, *arguments, **environment):
    command = [sys.executable, str(root / "scripts" / name), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False, env={**os.environ, **environment}
    )


def test_every_report_is_fresh(root):
    done = _script(root, "verify_reports.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_verification_sees_results_index_and_strays(root, tmp_path):
    out = shutil.copytree(root / "reports", tmp_path / "out")
    (out / "results.csv").write_text("edited")
    (out / "index.html").unlink()
    shutil.copy(out / "bio_growth" / "total.ko.html", out / "bio_growth" / "old.ko.html")
    done = _script(root, "verify_reports.py", "--out", out)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "results.csv is not what the manifest says; run the plan again",
        "index.html is not what the manifest says; run the plan again",
        "bio_growth/old.ko.html belongs to no report of the plan",
        "41 of 41 reports are up to date",
    ]


def test_a_new_run_gives_the_same_bytes(root, tmp_path):
    done = _script(root, "run_reports.py", "--out", tmp_path, "--force", "--workers", 2, TZ="Asia/Seoul", LC_ALL="C")
    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(root / "reports") for path in (root / "reports").rglob("*") if path.is_file()}
    assert made == {path for path in kept if path.name != "reports.yml"}
    moved = {
        str(path): shortened(found)
        for path in sorted(made)
        if (
            found := file_differences(path.name, (root / "reports" / path).read_bytes(), (tmp_path / path).read_bytes())
        )
    }
    assert not moved, "\n".join(f"{path}: {line}" for path, lines in moved.items() for line in lines)


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.ids, self.scripts = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "script":
            self.scripts.append(dict(attrs))
        for name, value in attrs:
            if name in {"src", "href", "action", "data", "poster", "srcset"} and value:
                self.links.append(value)
            if name == "id":
                self.ids.append(value)


def _pages(root, plan):
    return [root / "reports" / report.notebook / f"{report.name}.html" for report in plan] + [
        root / "reports" / "index.html"
    ]


def test_every_page_opens_without_a_network(root, plan):
    for path in _pages(root, plan):
        text = path.read_text(encoding="utf-8")
        page = _Page()
        page.feed(text)
        assert not {"iframe", "link", "object", "embed"} & set(page.tags), path
        assert page.scripts == ([{}] if path.name == "index.html" else []), path
        outside = [
            link
            for link in page.links
            if not re.match(r"#|data:|\.\./index\.html$|([a-z_]+/)?[a-z_.0-9]+\.html$|results\.csv$", link)
        ]
        assert outside == [], path
        assert "@import" not in text
        assert not re.search(r"url\((?!data:|#|%23)", text), path
        assert len(page.ids) == len(set(page.ids)), path
        local = [link[1:] for link in page.links if link.startswith("#")]
        assert set(local) <= set(page.ids), path


def test_every_page_has_its_charts_tables_language_and_no_path_of_a_machine(root, plan):
    for report in plan:
        text = (root / "reports" / report.notebook / f"{report.name}.html").read_text(encoding="utf-8")
        assert f'<html lang="{report.parameters["language"]}">' in text
        whole = report.name.startswith(("total", "national"))
        assert len(re.findall(r"<svg\b", text)) >= (3 if whole else 1)
        assert len(re.findall(r'<div class="table">', text)) >= 2
        assert len(text.encode()) < 200_000
        assert str(root) not in text
        text = re.sub(r'<details class="code">.*?</details>', "", text, flags=re.DOTALL)  # frames as pandas has them
        shown = re.findall(r"<t[dh]\b[^>]*>([^<]+)<", text)
        assert not [piece for piece in shown if piece.strip().lower() in {"nan", "none", "<na>", "nat"}]


def _numbers(text):
    text = re.sub(r"(\d+)조 ([\d,]+)(?=억)", lambda won: str(int(won[1]) * 10_000 + int(won[2].replace(",", ""))), text)
    return {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def test_every_report_opens_with_key_figures_that_its_findings_its_results_or_its_page_hold(root, plan):
    entries = json.loads((root / "reports" / "manifest.json").read_text(encoding="utf-8"))["reports"]
    for report in plan:
        entry = entries[report.key]
        figures, findings = entry["front"]["figures"], _numbers(" ".join(entry["front"]["findings"]))
        assert 2 <= len(figures) <= 4, report.key
        page = (root / "reports" / report.notebook / f"{report.name}.html").read_text(encoding="utf-8")
        others = re.sub(r'<dl class="figures">.*?</dl>', "", page.partition("<main>")[2], flags=re.DOTALL)
        body = re.sub(r"<[^>]+>", " ", others)
        for figure in figures:
            for number in _numbers(figure["value"]) - findings:
                digits = len(number.partition(".")[2])
                values = [abs(result["value"]) for result in entry["results"]]
                # an English amount is in trillions of won, a result in 100 million
                results = {f"{value / scale:.{digits}f}" for value in values for scale in (1, 10_000)}
                assert number in results | _numbers(body), (report.key, figure)


def test_english_pages_hold_no_korean_but_names_as_printed(root, plan):
    for report in plan:
        if report.parameters["language"] == "en":
            text = (root / "reports" / report.notebook / f"{report.name}.html").read_text(encoding="utf-8")
            charts = "".join(re.findall(r"<text\b[^>]*>(.*?)</text>", text, flags=re.DOTALL))
            assert not re.search("[가-힣]", charts), report.key
            prose = "".join(
                re.findall(r"<(?:p|li|figcaption|h1|h2|summary|caption)\b[^>]*>(.*?)<", text, flags=re.DOTALL)
            )
            assert not re.search("[가-힣]", prose), report.key


@pytest.mark.parametrize(
    ("report", "result", "value", "unit"),
    [
        ("photonics_trend/total.ko", "sales_cagr_1999_2003", 29.894, "percent a year"),
        ("photonics_trend/total.ko", "sales_cagr_2013_2019", -1.479, "percent a year"),
        ("photonics_trend/total.ko", "contribution_light_sources_2018", 6.831, "percentage points"),
        ("bio_growth/total.ko", "production_growth_2020", 38.185, "percent"),
        ("bio_growth/total.ko", "production_growth_2021", 22.095, "percent"),
        ("bio_growth/total.ko", "production_growth_2022", 9.668, "percent"),
        ("bio_growth/total.ko", "production_growth_2023", -12.364, "percent"),
        ("bio_growth/total.ko", "production_growth_2024", 9.824, "percent"),
        ("bio_growth/total.ko", "production_average_2020_2024", 7.446, "percent a year"),
        ("bio_growth/total.ko", "ivd_share_of_increase", 57.476, "percent"),
        ("bio_growth/total.ko", "growth_ivd_held_flat", 16.238, "percent"),
        ("regional_strategic_tech/national.ko", "cells", 15, "choices"),
        ("regional_strategic_tech/national.ko", "overlapping_pairs", 13, "pairs of provinces"),
        ("regional_strategic_tech/gwangju.ko", "region_technologies", 4, "technologies"),
    ],
)
def test_headline_results(root, report, result, value, unit):
    with (root / "reports" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["report"], row["result"]): row for row in csv.DictReader(file)}
    row = rows[report, result]
    assert float(row["value"]) == pytest.approx(value, abs=0.0006)
    assert row["unit"] == unit


def test_results_are_sorted_and_cover_the_plan(root, plan):
    with (root / "reports" / "results.csv").open(encoding="utf-8", newline="") as file:
        keys = [(row["report"], row["result"]) for row in csv.DictReader(file)]
    assert keys == sorted(set(keys))
    assert {key for key, _ in keys} == {report.key for report in plan}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photonics_trend/totl.ko"], "no report matches 'photonics_trend/totl.ko'"),
        (["photonics_trend/total.ko", "--set", "segment=lasers"], "'lasers' is not known"),
        (["photonics_trend/total.ko", "--set", "segmnt=total"], "did you mean 'segment'?"),
        (["photonics_trend/total.ko", "--set", "first_year=1066"], "allowed are 1999, 2003, 2004, 2005"),
        (["photonics_trend/total.ko", "--set", "segment"], "expected NAME=VALUE"),
        (["--set", "segment=total"], "--set needs the report to start from"),
        (["--plan", "nowhere.yml"], "nowhere.yml: file not found"),
        (["--workers", "0"], "expected at least 1"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_a_wrong_request_exits_2_before_anything_runs(root, asked, tmp_path, arguments, message):
    done = asked(root, "run", *arguments, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_bad_data_exit_2_before_anything_runs(root, tmp_path, data_copy):
    path = data_copy / "photonics" / "segment_sales.csv"
    path.write_text(
        path.read_text().replace("2018,light_sources,whole,actual,9301", "2018,light_sources,whole,actual,many")
    )
    done = _script(root, "run_reports.py", "--out", tmp_path / "out", KR_INDUSTRY_DATA=str(data_copy))
    assert done.returncode == 2
    assert "data/photonics/segment_sales.csv, row 17, column sales: 'many' is not a whole number" in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_interrupted_run_exits_130_keeps_what_is_finished_and_goes_on_from_there(root, tmp_path):
    command = [sys.executable, str(root / "scripts" / "run_reports.py"), "photonics_trend/*", "--out", str(tmp_path)]
    run = subprocess.Popen(
        [*command, "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A test run in the background of a shell ignores Ctrl-C, and what it starts would too.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert run.stdout.readline().startswith("made photonics_trend/")
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate()
    assert run.returncode == 130
    assert errors == "interrupted; finished reports are kept\n"
    finished = set(json.loads((tmp_path / "manifest.json").read_text())["reports"])
    assert 1 <= len(finished) < 10
    assert {f"photonics_trend/{path.stem}" for path in tmp_path.glob("*/*.html")} == finished
    todo = subprocess.run([*command, "--dry-run"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert not finished & set(todo)
    assert len(todo) == 9 - len(finished)


def test_a_terminal_shows_a_bar_and_a_second_run_into_the_same_folder_is_told_who_holds_it(root, tmp_path):
    shown, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 120))
    command = [sys.executable, str(root / "scripts" / "run_reports.py"), "bio_growth/total.ko", "--out", str(tmp_path)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=end, text=True)
    os.close(end)
    while not (tmp_path / ".lock").exists() or not (tmp_path / ".lock").read_text().endswith("\n"):
        assert first.poll() is None
        time.sleep(0.05)
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"another run is writing to it: process {first.pid}, " in second.stderr
    text = b""
    with contextlib.suppress(OSError):  # so a terminal tells that nobody writes to it any more
        while piece := os.read(shown, 4096):
            text += piece
    assert first.wait() == 0
    assert first.stdout.read() == "1 made, 0 up to date, 0 failed\n"
    assert "0 of 1 reports |" in text.decode()
    assert "1 of 1 reports |" in text.decode()
    assert re.search(r"00:\d\d gone, about 00:00 left, 0 failed", text.decode())
    assert sorted(path.name for path in tmp_path.glob("*")) == [
        "bio_growth",
        "index.html",
        "manifest.json",
        "results.csv",
    ]


def test_a_killed_run_loses_nothing_that_was_finished_and_leaves_no_process_behind(root, tmp_path):
    command = [sys.executable, str(root / "scripts" / "run_reports.py"), "photonics_trend/*", "--out", str(tmp_path)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    finished = {run.stdout.readline().split()[1] for _ in range(2)}
    others = psutil.Process(run.pid).children(recursive=True)
    assert others
    run.kill()
    run.wait()
    assert not (tmp_path / "manifest.json").exists()
    _, alive = psutil.wait_procs(others, timeout=60)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    todo = subprocess.run([*command, "--dry-run"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert not finished & set(todo)
    assert 0 < len(todo) <= 8


def test_a_one_off_report_leaves_the_plan_alone_and_tells_how_to_make_it(root, tmp_path):
    before = (root / "reports" / "manifest.json").read_bytes()
    done = _script(root, "run_reports.py", "photonics_trend/total.ko", "--set", "segment=광소재", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    page = tmp_path / "photonics_trend" / "total.ko.segment_optical_materials.html"
    assert done.stdout.splitlines()[-1] == str(page)
    text = page.read_text(encoding="utf-8")
    assert "<title>광주 광산업: 광소재</title>" in text
    assert "python scripts/run_reports.py photonics_trend/total.ko --set segment=optical_materials" in text
    assert (root / "reports" / "manifest.json").read_bytes() == before


def test_the_figures_of_a_day_can_be_asked_for(root, tmp_path):
    out = ["bio_growth/total.ko", "--out", tmp_path, "--set"]
    done = _script(root, "run_reports.py", *out, "release=2022-12-31")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        values = {row["result"]: float(row["value"]) for row in csv.DictReader(file)}
    assert values["production_2020"] == 171983  # revised in that month
    assert values["production_2021"] == 209983  # as first printed
    assert "production_2022" not in values
    assert (tmp_path / "bio_growth" / "total.ko.release_2022_12_31.html").is_file()
    refused = _script(root, "run_reports.py", *out, "release=2022-13-01")
    assert (refused.returncode, "parameter 'release'" in refused.stderr) == (2, True)


def test_a_label_that_looks_like_a_script_shows_as_text(root, tmp_path, data_copy):
    labels = data_copy / "labels.csv"
    text = labels.read_text(encoding="utf-8")
    assert ",광통신," in text
    labels.write_text(text.replace(",광통신,", ",<script>alert(1)</script>,"), encoding="utf-8")
    out = ["--set", "horizon=2", "--out", tmp_path]
    done = _script(root, "run_reports.py", "photonics_trend/total.ko", *out, KR_INDUSTRY_DATA=str(data_copy))
    assert done.returncode == 0, done.stdout + done.stderr
    page = next((tmp_path / "photonics_trend").glob("*.html")).read_text(encoding="utf-8")
    assert "<script" not in page
    for place in ("text", "th", "p"):
        assert re.search(rf"<{place}\b[^>]*>[^<]*&lt;script&gt;alert\(1\)&lt;/script&gt;", page), place


def test_the_foot_of_a_page_says_what_made_it(root, plan):
    entries = json.loads((root / "reports" / "manifest.json").read_text(encoding="utf-8"))
    for report in plan:
        text = (root / "reports" / report.notebook / f"{report.name}.html").read_text(encoding="utf-8")
        foot = text[text.index("<footer>") :]
        files = entries["inputs"][entries["reports"][report.key]["inputs"]]
        ends = (".py", ".ipynb", ".yml", ".css", ".j2", "conf.json", "requirements.txt")
        for chosen in (True, False):
            some = {name: hashed for name, hashed in files.items() if name.endswith(ends) == chosen}
            assert f"<code>{digest(json.dumps(some, sort_keys=True).encode())}</code>" in foot
        assert f"<code>{report.command}</code>" in foot
        assert all(f"<code>{name}={value}</code>" in foot for name, value in report.parameters.items())
        assert 'href="#sources"' in foot
        assert text.count('id="sources"') == 1


def test_a_figure_of_one_topic_leaves_the_reports_of_others_alone(root, data_copy):
    path = data_copy / "bio" / "segments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2020", "2020 "), encoding="utf-8")
    done = _script(root, "run_reports.py", "--why", KR_INDUSTRY_DATA=str(data_copy))
    stale = dict(line.split(": ", 1) for line in done.stdout.splitlines() if not line.endswith(": up to date"))
    assert set(stale.values()) == {"data/bio/segments.csv changed"}
    assert {key.split("/")[0] for key in stale} == {"bio_growth"}
    assert len(stale) == 11


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "ko_KR.UTF-8",
            [
                "  segment (choice, default total)",
                "      전체 또는 산업의 분야 가운데 하나",
                "      total, optical_communication",
            ],
        ),
        (
            "C.UTF-8",
            ["  first_year (integer, default first)", "      First year of the yearly trend", "      1999, 2003"],
        ),
    ],
)
def test_what_a_notebook_takes_is_listed(root, language, expected):
    done = _script(root, "run_reports.py", "--parameters", "photonics_trend", LANG=language)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    place = lines.index(expected[0])
    assert lines[place + 1] == expected[1]
    assert lines[place + 2].startswith(expected[2])
    assert _script(root, "run_reports.py", "--parameters", "photonic").returncode == 2


def test_why_and_dry_run_make_nothing(root, tmp_path):
    out = shutil.copytree(root / "reports", tmp_path / "out")
    (out / "bio_growth" / "total.ko.html").unlink()
    why = _script(root, "run_reports.py", "bio_growth/total.*", "--why", "--out", out)
    assert why.stdout.splitlines() == [
        "bio_growth/total.ko: total.ko.html is missing",
        "bio_growth/total.en: up to date",
    ]
    dry = _script(root, "run_reports.py", "--dry-run", "--out", out)
    assert dry.stdout.splitlines() == ["bio_growth/total.ko"]
    assert not (out / "bio_growth" / "total.ko.html").exists()
