"""The batch on a small project of its own: what is made, what is kept, and what fails alone."""

import csv
import json
import os
import shutil

import nbformat
import pytest

from notebook_reports.batch import run
from notebook_reports.parameters import RequestError
from notebook_reports.plan import read_plan
from notebook_reports.store import Inputs, Store, held, write_whole

DECLARATION = """
title: {ko: 시험, en: Trial}
description: {ko: 시험, en: Trial}
parameters:
  number: {type: integer, help: {ko: 수, en: Number}, minimum: 0, maximum: 9}
"""
SOURCE = """
from notebook_reports.display import Report
report = Report("ko")
report.front("제목", "대상", "자료", [f"수는 {number}이다."])
report.record("ratio", 10 / number, "times")
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "notebooks" / "trial.yml").write_text(DECLARATION, encoding="utf-8")
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("number = 1  # 수", metadata={"tags": ["parameters"]}, id="p"),
            nbformat.v4.new_markdown_cell("## 한국어 물음", metadata={"tags": ["ko"]}, id="k"),
            nbformat.v4.new_markdown_cell("## English question", metadata={"tags": ["en"]}, id="e"),
            nbformat.v4.new_code_cell(SOURCE.strip(), id="c"),
        ]
    )
    nbformat.write(notebook, tmp_path / "notebooks" / "trial.ipynb")
    (tmp_path / "plan.yml").write_text("reports: [{notebook: trial, name: n$number, matrix: {number: [1, 2]}}]")
    return tmp_path


def _run(project, **options):
    said = []
    plan = read_plan(project / "plan.yml", project / "notebooks")
    code = run(project, plan, plan, project / "reports", say=said.append, **options)
    return code, said


def _results(project):
    with (project / "reports" / "results.csv").open(encoding="utf-8", newline="") as file:
        return {row["report"]: row["value"] for row in csv.DictReader(file)}


def _files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_plan_is_run_then_only_what_is_stale(project):
    code, said = _run(project)
    assert code == 0
    assert said[-1] == "2 made, 0 up to date, 0 failed"
    assert _results(project) == {"trial/n1": "10", "trial/n2": "5"}
    page = (project / "reports" / "trial" / "n2.html").read_text(encoding="utf-8")
    assert "수는 2이다." in page
    assert "한국어 물음" in page
    assert "English question" not in page
    index = (project / "reports" / "index.html").read_text(encoding="utf-8")
    assert 'href="trial/n1.html"' in index
    before = _files(project / "reports")

    code, said = _run(project)
    assert said[-1] == "0 made, 2 up to date, 0 failed"
    assert _files(project / "reports") == before

    (project / "reports" / "trial" / "n1.html").write_text("edited")
    code, said = _run(project)
    assert said[-1] == "1 made, 1 up to date, 0 failed"
    assert _files(project / "reports") == before


def test_a_failing_report_fails_alone_and_keeps_the_last_good_page(project):
    _run(project)
    good = _files(project / "reports" / "trial")
    (project / "plan.yml").write_text("reports: [{notebook: trial, name: n$number, matrix: {number: [1, 2, 0]}}]")
    path = project / "notebooks" / "trial.ipynb"
    path.write_text(path.read_text().replace("10 / number", "10 / (number - 1)"))
    code, said = _run(project)
    assert code == 1
    assert said[-1] == "2 made, 0 up to date, 1 failed"
    failure = next(line for line in said if line.startswith("trial/n1:"))
    assert "cell" in failure
    assert "ZeroDivisionError: division by zero" in failure
    assert str(project) not in failure
    assert (project / "reports" / "trial" / "n1.html").read_bytes() == next(
        content for name, content in good.items() if name.name == "n1.html"
    )
    assert _results(project) == {"trial/n0": "-10", "trial/n1": "10", "trial/n2": "10"}
    kept = nbformat.read(project / "build" / "executed" / "trial" / "n1.ipynb", 4)
    assert any(output.output_type == "error" for cell in kept.cells for output in cell.get("outputs", ()))
    assert "ZeroDivisionError" in (project / "build" / "executed" / "trial" / "n1.traceback.txt").read_text()

    path.write_text(path.read_text().replace("10 / (number - 1)", "10 / (number - 8)"))
    plan = read_plan(project / "plan.yml", project / "notebooks")
    run(project, plan, plan[1:2], project / "reports", say=[].append)  # another report in between changes nothing
    code, said = _run(project, only_failed=True)
    assert code == 0
    assert said[-1] == "1 made, 0 up to date, 0 failed"
    assert not (project / "build" / "executed" / "trial" / "n1.traceback.txt").exists()


def test_a_dying_kernel_and_a_missing_front_page_are_failures_of_their_report(project):
    path = project / "notebooks" / "trial.ipynb"
    text = path.read_text()
    path.write_text(
        text.replace("report = Report", "import os\\nos._exit(3) if number == 1 else None\\nreport = Report")
    )
    code, said = _run(project)
    assert code == 1
    assert said[-1] == "1 made, 0 up to date, 1 failed"
    path.write_text(text.replace("report.front(", "print("))
    code, said = _run(project)
    assert said[-1] == "0 made, 0 up to date, 2 failed"
    assert any("Report.front was called 0 times" in line for line in said)


def test_reports_that_left_the_plan_are_forgotten(project):
    _run(project)
    (project / "plan.yml").write_text("reports: [{notebook: trial, name: n2, parameters: {number: 2}}]")
    _run(project)
    assert list(json.loads((project / "reports" / "manifest.json").read_text())["reports"]) == ["trial/n2"]
    assert _results(project) == {"trial/n2": "5"}


def test_nothing_written_tells_of_time_place_or_machine(project):
    _run(project)
    for content in _files(project / "reports").values():
        assert str(project).encode() not in content
        assert os.uname().nodename.encode() not in content


def test_staleness_names_what_changed(project):
    _run(project)
    plan = read_plan(project / "plan.yml", project / "notebooks")
    store = Store(project / "reports")
    assert store.stale(plan[0], Inputs(project).of(plan[0])) == []
    (project / "data" / "new.csv").write_text("a\n1\n")
    assert store.stale(plan[0], Inputs(project).of(plan[0])) == ["data changed"]
    (project / "notebooks" / "trial.yml").write_text(DECLARATION.replace("시험", "다른 시험"), encoding="utf-8")
    assert store.stale(plan[0], Inputs(project).of(plan[0])) == ["notebook changed", "data changed"]
    shutil.rmtree(project / "reports" / "trial")
    assert "n1.html is missing" in store.stale(plan[0], Inputs(project).of(plan[0]))


def test_a_damaged_manifest_is_told(project):
    (project / "reports").mkdir()
    (project / "reports" / "manifest.json").write_text("{")
    with pytest.raises(RequestError, match=r"manifest.json: cannot be read"):
        Store(project / "reports")


def test_a_folder_is_held_by_one_run_at_a_time(tmp_path):
    with held(tmp_path / "reports", tmp_path / "locks"):
        with (
            pytest.raises(RequestError, match=r"reports: another run is writing to it"),
            held(tmp_path / "reports", tmp_path / "locks"),
        ):
            pass
        with held(tmp_path / "other", tmp_path / "locks"):
            pass
    with held(tmp_path / "reports", tmp_path / "locks"):
        assert list((tmp_path / "reports").iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="file: cannot be written to"), held(tmp_path / "file", tmp_path / "locks"):
        pass


def test_a_page_that_cannot_be_rendered_fails_alone_with_its_traceback(project):
    path = project / "notebooks" / "trial.ipynb"
    notebook = nbformat.read(path, 4)
    drawing = "<svg><text style=\"font-family: 'X'\">a</text></svg>"  # text in a font that nobody named a file for
    notebook.cells[-1].source += f"\nfrom IPython.display import HTML\nHTML({drawing!r}) if number == 1 else None"
    nbformat.write(notebook, path)
    code, said = _run(project)
    assert code == 1
    assert said[-1] == "1 made, 0 up to date, 1 failed"
    assert any(line.startswith("trial/n1: failed in rendering: KeyError") for line in said)
    assert "Traceback" in (project / "build" / "executed" / "trial" / "n1.traceback.txt").read_text()


def test_failed_with_nothing_failed_says_so(project):
    _run(project)
    assert _run(project, only_failed=True) == (0, ["nothing failed last time"])
    (project / "build" / "failed.json").write_text("{broken")
    assert _run(project, only_failed=True) == (0, ["nothing failed last time"])


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    write_whole(path, "first")
    assert path.stat().st_mode & 0o777 == 0o644

    def fail(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, "second")
    assert path.read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
