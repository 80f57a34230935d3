"""Verification by making reports again: the same bytes, or in words what moved; no committed report is touched."""

import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from notebook_reports.trace import digest

ONE = """
command: python scripts/run_reports.py
check: kr_industry.checks.refuse_faults
elsewhere: {{data: KR_INDUSTRY_DATA}}
reports:
  - notebook: photonics_trend
    name: {name}.$language
    parameters: {{measure: sales, segment: light_sources, language: ko}}
"""


CHART = re.compile(r"  chart 1 “[^”]+”, ")


@pytest.fixture
def verify(root):
    def call(*arguments, **environment):
        return subprocess.run(
            [sys.executable, str(root / "scripts" / "verify_reports.py"), *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, **environment},
        )

    return call


@pytest.fixture
def one(tmp_path):
    """A plan of one report."""

    def write(name):
        path = tmp_path / "one.yml"
        path.write_text(ONE.format(name=name))
        return path

    return write


def test_a_sample_made_again_is_the_same_byte_for_byte_and_touches_nothing(root, verify):
    before = {path: path.stat().st_mtime_ns for path in (root / "reports").rglob("*")}
    done = verify("--execute", "--sample", 1, TZ="Asia/Seoul", LC_ALL="C")
    assert done.stdout.splitlines() == [
        "41 of 41 reports are up to date",
        "1 of 1 made again are the same, byte for byte",
    ]
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in (root / "reports").rglob("*")} == before


def test_a_figure_that_moved_is_named_with_all_that_it_moves(verify, one, data_copy):
    path = data_copy / "photonics" / "segment_sales.csv"
    figure = "2018,light_sources,whole,actual,9301"
    assert figure in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(figure, figure.replace("9301", "9401")), encoding="utf-8")
    done = verify("--plan", one("light_sources"), "--execute", KR_INDUSTRY_DATA=str(data_copy))
    assert done.returncode == 1, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first.startswith("photonics_trend/light_sources.ko: ")
    assert "data/photonics/segment_sales.csv changed" in first
    told = [line for line in lines if line.startswith("  ")]
    assert told[0] == "  front page, key figure 2: 11.4% → 10.3%, in “11.4% 증가”"
    words, text, drawing, numbers = (CHART.sub("", line) for line in told if CHART.match(line))
    assert words.startswith("its words: 11.4% → 10.3%, in “")
    assert text == "text in it: 9,301 → 9,401"
    assert re.match("its shapes: [0-9a-f]{8} → [0-9a-f]{8}, in “", drawing)
    assert numbers == "its numbers, row “2018”, column “매출액(억 원)”: 9,301 → 9,401"
    assert len(told) == 9
    assert re.fullmatch(r"  and \d+ more differences", told[-1])
    assert lines[-1] == "0 of 1 made again are the same, byte for byte"


def test_a_report_that_fails_is_said_and_what_is_left_of_it_kept(root, verify, tmp_path):
    folder = root / "build" / "failing"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), folder / "divides.ipynb")
    plan = tmp_path / "one.yml"
    plan.write_text("notebooks: build/failing\nreports: [{notebook: divides, name: a}]")
    done = verify("--plan", plan, "--sample", 5)
    shutil.rmtree(folder)
    assert done.returncode == 1, done.stderr
    first, second, *_, last = done.stdout.splitlines()
    assert first == "divides/a: never made"
    kept = "build/failed/divides/a.ipynb"
    assert second.startswith("  could not be made again: ")
    assert second.endswith(f"; executed notebook kept at {kept}")
    assert last == "0 of 1 made again are the same, byte for byte"
    (root / kept).unlink()
    (root / kept).with_suffix(".txt").unlink()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sample", 0], "--sample: expected at least 1, got '0'"),
        (["--execute", "--sample", -3], "--sample: expected at least 1, got '-3'"),
        (["--sample", "many"], "--sample: expected at least 1, got 'many'"),
        (["--execute", "--workers", 0], "--workers: expected at least 1, got '0'"),
        (["--plan", "nowhere.yml", "--execute"], "nowhere.yml: file not found"),
    ],
)
def test_a_wrong_request_exits_2(root, asked, arguments, message):
    done = asked(root, "verify", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_what_was_edited_is_told_in_words(root, verify, one, tmp_path):
    out = shutil.copytree(root / "reports", tmp_path / "out")
    page = out / "photonics_trend" / "light_sources.ko.html"
    text, number = page.read_text(encoding="utf-8"), '<td class="number">9,301</td>'
    text = text.replace(">9,301</text>", ">9,310</text>").replace(number, number.replace("9,301", "9,310"), 1)
    page.write_text(text, encoding="utf-8")
    results = out / "results.csv"
    row = "photonics_trend/light_sources.ko,audit_contradicted,10,"
    results.write_text(results.read_text(encoding="utf-8").replace(row, row.replace("10", "13")), encoding="utf-8")
    done = verify("--plan", one("light_sources"), "--execute", "--out", out)
    assert done.returncode == 1, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first.startswith("photonics_trend/light_sources.ko: ")
    assert first.endswith("light_sources.ko.html was edited")
    chart, numbers = lines[:2]
    assert CHART.sub("", chart) == "text in it: 9,310 → 9,301"
    assert CHART.sub("", numbers) == "its numbers, row “2018”, column “매출액(억 원)”: 9,310 → 9,301"
    result = "photonics_trend/light_sources.ko: recorded result “audit_contradicted”, column “value”: 13 → 10"
    assert f"  results.csv, {result}" in lines
    assert "results.csv is not what the manifest says; run the plan again" in lines
    assert any(line.startswith("  links is gone: “") for line in lines)  # a plan of one report leads nowhere


def test_what_only_the_manifest_has_otherwise_is_told(root, verify, one, tmp_path):
    out, plan = tmp_path / "out", one("light_sources")
    run = [sys.executable, str(root / "scripts" / "run_reports.py"), "--plan", str(plan), "--out", str(out)]
    subprocess.run(run, check=True, capture_output=True)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    entry = manifest["reports"]["photonics_trend/light_sources.ko"]
    entry["front"]["title"] = "광산업"
    files = manifest["inputs"][entry["inputs"]]
    files.pop("data/photonics/segment_sales.csv")
    files["data/bio/segments.csv"] = digest((root / "data" / "bio" / "segments.csv").read_bytes())
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = verify("--plan", plan, "--execute", "--out", out)
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[:4] == [
        "photonics_trend/light_sources.ko: its front page or its results were edited in manifest.json; "
        "what it read was edited in manifest.json",
        "  manifest.json has another front page",
        "  it read data/photonics/segment_sales.csv, which the manifest does not list",
        "  it did not read data/bio/segments.csv, which the manifest lists",
    ]
