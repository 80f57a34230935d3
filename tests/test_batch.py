"""The batch on a small project of its own: what is made, what is kept, and what fails alone."""

import csv
import functools
import json
import os
import re
import resource
import shutil
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from notebook_reports import FONTS, pool
from notebook_reports.batch import Batch
from notebook_reports.execute import kernel_fault
from notebook_reports.parameters import RequestError
from notebook_reports.plan import read_plan
from notebook_reports.pool import Pool

DECLARATION = """
title: {ko: 시험, en: Trial}
description: {ko: 시험, en: Trial}
parameters:
  number: {type: integer, help: {ko: 수, en: Number}, minimum: 0, maximum: 99}
"""
SOURCE = """
from notebook_reports.report import Report
from helper import tenth
report = Report("ko")
report.front("제목", "대상", "자료", [f"수는 {number}이다."])
report.record("ratio", tenth(number), "times")
"""


class Project:
    """A repository with one notebook, a module, two tables and a plan, written unless it is there."""

    def __init__(self, root, there=False):
        self.root = root
        self.out = root / "reports"
        if not there:
            self.write()

    def write(self):
        root = self.root
        for folder in ("notebooks", "data"):
            (root / folder).mkdir()
        (root / "data" / "used.csv").write_text("a\n10\n")
        (root / "data" / "other.csv").write_text("a\n1\n")
        (root / "requirements.txt").write_text("pandas==1\n")
        (root / "notebooks" / "helper.py").write_text(
            "def tenth(x):\n    return float(open('../data/used.csv').read().split()[1]) / x\n"
        )
        (root / "notebooks" / "trial.yml").write_text(DECLARATION, encoding="utf-8")
        self.cells("")
        self.plan("matrix: {number: [1, 2]}")

    def cells(self, before, after="", name="trial"):
        """Write the notebook, with code before and after its only cell of substance."""
        tags = {"tags": ["parameters"]}
        cells = [
            nbformat.v4.new_code_cell("number = 1  # 수", metadata=tags, id="p"),
            nbformat.v4.new_code_cell(before, id="b"),
            nbformat.v4.new_code_cell(SOURCE.strip(), id="c"),
            nbformat.v4.new_markdown_cell("## 한국어 물음\n<!-- en -->\n**English question**", id="k"),
            nbformat.v4.new_code_cell("report.say('대답이다.')", id="e"),
            nbformat.v4.new_code_cell(after, id="a"),
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), self.root / "notebooks" / f"{name}.ipynb")

    def plan(self, settings, notebook="trial"):
        text = f"reports: [{{notebook: {notebook}, name: n$number, {settings}}}]"
        (self.root / "plan.yml").write_text(text)

    @property
    def specs(self):
        return read_plan(self.root / "plan.yml", self.root / "notebooks")

    def batch(self):
        return Batch(self.root, self.out)

    def run(self, workers=2, chosen=slice(None), fork=True, **options):
        """Exit code and what was said."""
        said = []
        start = functools.partial(self.pool, workers, fork)
        specs = self.specs
        return self.batch().run(specs, specs[chosen], start, say=said.append, **options), said

    def pool(self, workers, fork):
        log, preload = self.root / "build" / "logs" / "runs.txt", ["notebook_reports.report"]
        return Pool(self.root, {}, [self.out], workers, log, fork, preload=preload)

    def results(self):
        with (self.out / "results.csv").open(encoding="utf-8", newline="") as file:
            return {row["report"]: row["value"] for row in csv.DictReader(file)}

    def files(self):
        return {path.relative_to(self.out): path.read_bytes() for path in self.out.rglob("*") if path.is_file()}

    def why(self, index=0):
        return self.batch().store().stale(self.specs[index])


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("made"))
    assert project.run()[0] == 0
    return project.root


@pytest.fixture
def made(once, tmp_path):
    """The project with its reports made."""
    return Project(shutil.copytree(once, tmp_path / "project"), there=True)


def _told(said, key):
    return next(line for line in said if line.startswith(f"{key}: "))


def test_a_plan_is_run_then_only_what_is_stale(project):
    code, said = project.run()
    assert code == 0
    assert sorted(said[:2]) == ["made trial/n1", "made trial/n2"]
    assert said[-1] == "2 made, 0 up to date, 0 failed"
    assert project.results() == {"trial/n1": "10", "trial/n2": "5"}
    page = (project.out / "trial" / "n2.html").read_text(encoding="utf-8")
    assert "수는 2이다." in page
    assert "한국어 물음" in page
    assert "English question" not in page
    assert 'href="trial/n1.html"' in (project.out / "index.html").read_text(encoding="utf-8")
    before = project.files()

    assert project.run() == (0, ["0 made, 2 up to date, 0 failed"])
    assert project.files() == before

    (project.out / "trial" / "n1.html").write_text("edited")
    assert project.run()[1][-1] == "1 made, 1 up to date, 0 failed"
    assert project.files() == before
    assert project.run(force=True)[1][-1] == "2 made, 0 up to date, 0 failed"
    assert project.files() == before


def test_only_files_that_were_read_make_a_report_stale_and_why_names_them(made):
    (made.root / "data" / "other.csv").write_text("a\n2\n")
    (made.root / "data" / "new.csv").write_text("a\n1\n")
    (made.root / "notebooks" / "unused.py").write_text("x = 1\n")
    assert made.why() == []
    for name in ("data/used.csv", "notebooks/helper.py", "requirements.txt"):
        path = made.root / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text + " ", encoding="utf-8")
        assert made.why() == [f"{name} changed"]
        path.write_text(text, encoding="utf-8")
    shutil.move(made.root / "data" / "used.csv", made.root / "data" / "gone.csv")
    assert made.why() == ["data/used.csv is gone"]
    shutil.rmtree(made.out / "trial")
    assert made.why() == ["data/used.csv is gone", "n1.html is missing"]


def test_saving_a_notebook_that_was_run_leaves_reports_fresh_but_not_editing_it(made):
    path = made.root / "notebooks" / "trial.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.metadata |= {"kernelspec": {"name": "python3", "display_name": "Mine"}, "widgets": {}}
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata["trusted"] = f"new-{number}", True
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="seen\n")]
    nbformat.write(notebook, path)
    assert made.run() == (0, ["0 made, 2 up to date, 0 failed"])
    for edit in ({"source": "# more"}, {"metadata": {"tags": ["remove-cell"]}}):
        changed = nbformat.from_dict({**notebook, "cells": [*notebook.cells[:-1], {**notebook.cells[-1], **edit}]})
        nbformat.write(changed, path)
        assert made.why() == ["notebooks/trial.ipynb changed"]
    path.write_text("{")
    assert made.why() == ["notebooks/trial.ipynb changed"]


def test_a_file_looked_for_in_vain_makes_a_report_stale_when_it_appears(project):
    project.cells("try:\n    open('../data/wanted.csv')\nexcept FileNotFoundError:\n    pass")
    project.run()
    assert project.why() == []
    (project.root / "data" / "wanted.csv").write_text("")
    assert project.why() == ["data/wanted.csv is there now"]


def test_a_changed_parameter_is_named_with_both_values(made):
    made.plan("matrix: {number: [1, 2]}")
    path = made.root / "plan.yml"
    path.write_text("reports: [{notebook: trial, name: n1, parameters: {number: 3}}]")
    assert made.why() == ["parameter number: 1 → 3", "links to other reports of the plan changed"]


def test_a_report_is_stale_where_its_links_to_others_changed(made):
    page = made.out / "trial" / "n1.html"
    assert re.findall(r'<a href="(n\d)\.html">2<', page.read_text(encoding="utf-8")) == ["n2"]
    before = made.files()
    made.plan("matrix: {number: [1, 2, 3]}")
    assert made.why() == ["links to other reports of the plan changed"]
    assert made.run()[1][-1] == "3 made, 0 up to date, 0 failed"
    assert re.findall(r'href="(n\d)\.html"', page.read_text(encoding="utf-8")) == ["n2", "n3"]
    made.plan("matrix: {number: [1, 2]}")
    made.run()
    (made.out / "trial" / "n3.html").unlink()
    assert made.files() == before


def test_changing_one_notebooks_inputs_leaves_the_other_alone(project):
    project.cells("open('../data/other.csv').read()", name="second")
    shutil.copy(project.root / "notebooks" / "trial.yml", project.root / "notebooks" / "second.yml")
    (project.root / "plan.yml").write_text(
        "reports: [{notebook: trial, name: a, parameters: {number: 1}},"
        " {notebook: second, name: b, parameters: {number: 1}}]"
    )
    assert project.run()[0] == 0
    (project.root / "data" / "other.csv").write_text("a\n5\n")
    assert project.run()[1] == ["made second/b", "1 made, 1 up to date, 0 failed"]


def test_a_failing_report_fails_alone_and_keeps_the_last_good_page(made):
    good = made.files()
    made.plan("matrix: {number: [1, 2, 3]}")
    made.cells("1 / (number - 1)")
    code, said = made.run()
    assert code == 1
    assert said[-1] == "2 made, 0 up to date, 1 failed"
    failure = _told(said, "trial/n1")
    assert failure == (
        "trial/n1: failed in cell 3: ZeroDivisionError: division by zero; "
        "executed notebook kept at build/failed/trial/n1.ipynb"
    )
    assert made.files()[Path("trial/n1.html")] == good[Path("trial/n1.html")]
    kept = nbformat.read(made.root / "build" / "failed" / "trial" / "n1.ipynb", 4)
    nbformat.validate(kept)
    assert [cell.get("source") for cell in kept.cells][-1] == ""
    assert "number = 1" in kept.cells[1].source
    errors = [output for cell in kept.cells for output in cell.get("outputs", ()) if output.output_type == "error"]
    assert errors[0].ename == "ZeroDivisionError"
    assert "division by zero" in (made.root / "build" / "failed" / "trial" / "n1.txt").read_text()

    made.cells("")
    made.run(chosen=slice(1, 2))  # another report in between changes nothing
    assert made.run(only_failed=True) == (0, ["made trial/n1", "1 made, 0 up to date, 0 failed"])
    assert not list((made.root / "build" / "failed").rglob("*.*"))
    assert made.run(only_failed=True)[1][0] == "nothing failed last time"


ENDS = [
    ("import os; os._exit(3)", "its process ended with exit code 3 in cell 3"),
    ("import ctypes; ctypes.string_at(0)", "its process was ended by SIGSEGV in cell 3"),
    ("import os; os.abort()", "its process was ended by SIGABRT in cell 3"),
    ("import time; time.sleep(60)", "failed in cell 3: TimeLimit: took longer than 1 s"),
    (
        "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]); time.sleep(60)",
        "took longer than 1 s in cell 3",
    ),
    ("report = 1; raise SystemExit(2)", "failed in cell 3: SystemExit: 2"),
]


def test_reports_that_die_hang_or_take_too_much_fail_alone(project):
    limits = ", ".join(
        f"{{where: {{number: {number}}}, timeout: 1}}" for number, (_, error) in enumerate(ENDS) if "longer" in error
    )
    project.plan(f"matrix: {{number: {[*range(len(ENDS)), 10]}}}, settings: [{limits}]")
    project.cells("\n".join(f"if number == {number}: {code}" for number, (code, _) in enumerate(ENDS)))
    code, said = project.run()
    assert code == 1
    assert said[-1] == f"1 made, 0 up to date, {len(ENDS)} failed"
    for number, (_, error) in enumerate(ENDS):
        assert _told(said, f"trial/n{number}").startswith(f"trial/n{number}: {error}")
        kept = nbformat.read(project.root / "build" / "failed" / "trial" / f"n{number}.ipynb", 4)
        assert [cell.id for cell in kept.cells if cell.id in "pbckea"] == list("pbckea")
    assert not [line for line in said if line.startswith("again")]
    assert project.results() == {"trial/n10": "1"}


def test_the_index_marks_what_failed_and_what_is_out_of_date_until_it_is_made(made):
    def marks():
        index = (made.out / "index.html").read_text("utf-8")
        return re.findall(r'<span class="tag mark"[^>]*>([^<]+)</span>', index)

    fresh = made.files()
    made.cells("assert number != 1")
    assert made.run(chosen=slice(0, 1))[0] == 1
    assert set(marks()) == {"지난 실행에서 실패하여 이전 판을 그대로 둠", "최신이 아님, 다시 만들어야 함"}
    made.cells("")
    assert made.run(only_failed=True)[0] == 0
    assert marks() == []
    assert made.files() == fresh


def test_a_compared_result_that_no_report_records_is_told(project):
    column = "{result: rato, label: {ko: 비, en: Ratio}, unit: {ko: 배, en: times}}"
    text = f"{DECLARATION}compared: [{column}]\n"
    (project.root / "notebooks" / "trial.yml").write_text(text, encoding="utf-8")
    place = "notebooks/trial.yml, compared: result 'rato' is recorded by no report (did you mean 'ratio'?)"
    assert place not in project.run(chosen=slice(0, 1))[1]
    code, said = project.run()
    assert code == 0
    assert place in said


def test_a_missing_front_page_and_a_result_recorded_twice_are_failures_of_their_report(project):
    project.cells("", "if number == 1: report.record('ratio', 1, 'times')\nelse: report.front('a', 'b', 'c', ['d'])")
    code, said = project.run()
    assert code == 1
    assert _told(said, "trial/n1").startswith("trial/n1: failed: recorded twice: ratio")
    assert _told(said, "trial/n2").startswith("trial/n2: failed: Report.front was called 2 times, expected once")


def test_what_is_not_the_notebooks_fault_is_tried_once_more(project):
    mark = "import os, pathlib, signal\nonce = pathlib.Path(f'../build/once{number}')\nif not once.exists():\n"
    project.cells(mark + "    once.touch()\n    os.kill(os.getpid(), signal.SIGKILL)")
    code, said = project.run()
    assert code == 0
    reason = "its process was ended by SIGKILL in cell 3; perhaps the machine ran out of memory"
    assert {f"again trial/n1: {reason}", f"again trial/n2: {reason}"} <= set(said)

    project.cells("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    code, said = project.run(chosen=slice(0, 1))
    assert code == 1
    assert said[0] == f"again trial/n1: {reason}"
    assert _told(said, "trial/n1").startswith(f"trial/n1: {reason}")


def test_reports_whose_server_is_killed_are_made_by_another(project):
    project.cells(
        "import os, pathlib, signal, time\nonce = pathlib.Path('../build/once')\n"
        "if number == 1 and not once.exists():\n"
        "    once.touch()\n    os.kill(os.getppid(), signal.SIGKILL)\n    os._exit(9)\n"
        "time.sleep(5 if number == 2 else 0)  # it goes on without its server, beside another"
    )
    project.plan("matrix: {number: [1, 2, 3, 4]}")
    code, said = project.run()
    assert code == 0, said
    assert "again trial/n1: the server it ran under ended in cell 3" in said
    assert project.results() == {"trial/n1": "10", "trial/n2": "5", "trial/n3": "3.333333333", "trial/n4": "2.5"}


def test_memory_that_is_used_counts_not_what_is_asked_for(project):
    project.plan("matrix: {number: [1, 2]}, memory: 200")
    project.cells(
        "import mmap, time\nwide = mmap.mmap(-1, 6 * 2**30)\nif number == 1:\n"
        "    held = [b'x' * 10**8 for _ in range(4)]\n    time.sleep(60)"
    )
    code, said = project.run()
    assert code == 1
    assert said[-1] == "1 made, 0 up to date, 1 failed"
    assert _told(said, "trial/n1").startswith("trial/n1: used more than 200 MB of memory, its limit, in cell 3;")


def test_a_notebook_whose_shared_calls_hang_fails_alone(project, monkeypatch):
    monkeypatch.setattr(pool, "_START", 1)
    (project.root / "notebooks" / "slow.py").write_text("import time\ndef wait():\n    time.sleep(600)\n")
    project.cells("", name="second")
    declaration = f"{DECLARATION}shared: [{{call: slow.wait}}]\n"
    (project.root / "notebooks" / "second.yml").write_text(declaration, encoding="utf-8")
    (project.root / "plan.yml").write_text(
        "reports: [{notebook: trial, name: a, parameters: {number: 1}},"
        " {notebook: second, name: b, parameters: {number: 1}, timeout: 3}]"
    )
    code, said = project.run()
    assert code == 1
    assert _told(said, "second/b").startswith("second/b: took longer than 3 s; executed notebook kept at build/failed/")
    assert said[-1] == "1 made, 0 up to date, 1 failed"


def test_what_cannot_be_imported_for_all_is_told_before_anything_is_made(project):
    def start():
        log = project.root / "build" / "log.txt"
        return Pool(project.root, {}, [project.out], 2, log, preload=["os", "not.there"])

    with pytest.raises(RequestError, match=r"preload not\.there: ModuleNotFoundError: No module named 'not'"):
        project.batch().run(project.specs, project.specs, start)
    assert not project.out.exists()


SHARED = """
held = open("../data/used.csv").read()
def nothing():
    pass
"""
SAVE = "import subprocess\nsubprocess.run('printf \"{}\" > ../data/used.csv', shell=True)"


def test_what_others_save_during_a_run_is_read_anew_and_the_same_bytes_are_no_change(project):
    (project.root / "notebooks" / "shared.py").write_text(SHARED)
    declaration = f"{DECLARATION}shared: [{{call: shared.nothing}}]\n"
    (project.root / "notebooks" / "trial.yml").write_text(declaration, encoding="utf-8")
    project.plan("matrix: {number: [1, 2, 4]}")
    project.cells(SAVE.format("a\\\\n20\\\\n"), "import shared\nassert '20' in shared.held")
    said = project.run(workers=1)[1]
    assert said[0] == "again trial/n1: failed in cell 6: AssertionError: "
    assert said[1:] == ["made trial/n2", "made trial/n4", "made trial/n1", "3 made, 0 up to date, 0 failed"]
    assert project.results() == {"trial/n1": "20", "trial/n2": "10", "trial/n4": "5"}
    assert project.run(workers=1, force=True)[1][-1] == "3 made, 0 up to date, 0 failed"
    assert project.why() == []


def test_a_module_that_was_imported_for_all_is_imported_anew_when_it_changes(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(project.root / "src"))
    (project.root / "src").mkdir()
    (project.root / "src" / "own.py").write_text("value = 1\n")
    project.plan("matrix: {number: [1, 2, 4]}")
    project.cells(
        "import own, subprocess\nreport_of = own.value\n"
        "if number == 1: subprocess.run('echo value = 20 > ../src/own.py', shell=True)",
        "report.record('value', report_of, 'times')",
    )

    def start():
        log = project.root / "build" / "log.txt"
        return Pool(project.root, {}, [project.out], 1, log, preload=["own"])

    said = []
    assert project.batch().run(project.specs, project.specs, start, say=said.append) == 0
    assert said[0] == "again trial/n1: changed while the report was made: src/own.py"
    rows = (project.out / "results.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[2] for row in rows if row.split(",")[1] == "value"] == ["20", "20", "20"]


def test_a_file_that_a_notebook_writes_itself_is_no_input(project):
    project.cells(
        "log = open('log.txt', 'a+')\nlog.seek(0)\nbefore = log.read()\nlog.write('run\\n')\nlog.close()\n"
        "open('own.txt', 'w').write('x')\nopen('own.txt').read()"
    )
    for _ in range(2):
        assert project.run(force=True)[1][-1] == "2 made, 0 up to date, 0 failed"
    assert [project.why(0), project.why(1)] == [[], []]
    assert (project.root / "notebooks" / "log.txt").read_text() == "run\n" * 4


def test_a_folder_that_is_listed_counts_with_its_names(project):
    project.cells("from pathlib import Path\nnames = [path.name for path in Path('../data').glob('*.csv')]")
    project.run()
    (project.root / "data" / "used.csv").touch()
    (project.root / "notebooks" / "new.csv").write_text("")
    assert project.why() == []
    (project.root / "data" / "new.csv").write_text("")
    assert project.why() == ["data/ changed"]


def test_a_notebook_in_another_language_needs_a_kernel_for_it(project, monkeypatch):
    path = project.root / "notebooks" / "trial.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    notebook.cells = [notebook.cells[0], nbformat.v4.new_code_cell("print(number)")]
    nbformat.write(notebook, path)
    fault = kernel_fault(path)
    assert fault.startswith("it is written in R for the kernel 'ir', which is not installed; installed: python3")
    assert kernel_fault(project.root / "notebooks" / "trial.yml") == ""
    folder = project.root / "build" / "kernels" / "ir"
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]  # enough to stand for R
    (folder / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "R", "language": "R"}))
    monkeypatch.setenv("JUPYTER_PATH", str(project.root / "build"))
    assert kernel_fault(path) == ""
    for fork in (True, False):
        assert project.run(fork=fork, force=True)[1][-1] == "2 made, 0 up to date, 0 failed"
    assert re.search(r"<pre[^>]*>\s*2\s*</pre>", (project.out / "trial" / "n2.html").read_text(encoding="utf-8"))


def test_what_a_notebook_started_and_left_behind_ends_with_it(project):
    project.cells(
        "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open(f'../build/child{number}', 'w').write(str(child.pid))"
    )
    assert project.run()[0] == 0
    pids = [int(path.read_text()) for path in (project.root / "build").glob("child*")]
    gone = [not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE for pid in pids]
    assert gone == [True, True]


def test_a_file_changed_while_a_report_is_made_is_told(project):
    project.cells("", "import subprocess\nsubprocess.run('date +%s%N >> ../data/used.csv', shell=True)")
    code, said = project.run(chosen=slice(0, 1))
    assert code == 1
    assert _told(said, "trial/n1").startswith("trial/n1: changed while the report was made: data/used.csv")
    assert not (project.out / "trial" / "n1.html").exists()


def test_a_disk_that_is_full_fails_the_report_and_leaves_the_rest_whole(made):
    good = made.files()
    made.cells("", "report.say('x' * 200_000 * (number == 1))")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limits[1]))  # writing more fails, as it does on a full disk
    try:
        code, said = made.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 1
    assert said[-1] == "1 made, 0 up to date, 1 failed"
    assert _told(said, "trial/n1").startswith("trial/n1: could not be written: [Errno 27] File too large")
    assert made.files()[Path("trial/n1.html")] == good[Path("trial/n1.html")]
    assert {path.name for path in made.files()} == {
        "n1.html",
        "n2.html",
        "index.html",
        "manifest.json",
        "results.csv",
    }
    assert made.run(only_failed=True)[1][-1] == "1 made, 0 up to date, 0 failed"


def test_ordinary_kernels_give_the_same_bytes_and_the_same_inputs_and_have_one_thread_for_linear_algebra(project):
    code = "import os, sys\nassert os.environ['OPENBLAS_NUM_THREADS'] == os.environ['OMP_NUM_THREADS'] == '1'\n"
    code += "print('out')\nprint('error', file=sys.stderr)\nprint('out')\n1 + 1"
    project.cells(code)
    assert project.run()[0] == 0
    warm = project.files()
    assert project.run(force=True, fork=False)[0] == 0
    assert project.files() == warm
    project.cells("import os; os._exit(3) if number == 1 else 1 / 0")
    code, said = project.run(fork=False)
    assert _told(said, "trial/n1").startswith("trial/n1: failed: DeadKernelError: Kernel died")
    assert _told(said, "trial/n2").startswith("trial/n2: failed in cell 3: ZeroDivisionError: division by zero;")


def test_a_hanging_ordinary_kernel_is_ended(project):
    project.cells("import time; time.sleep(60 if number == 1 else 0)")
    project.plan("matrix: {number: [1, 2]}, settings: [{where: {number: 1}, timeout: 2}]")
    code, said = project.run(fork=False)
    assert code == 1
    assert said[-1] == "1 made, 0 up to date, 1 failed"
    assert "2 s" in _told(said, "trial/n1") or "CellTimeoutError" in _told(said, "trial/n1")


def test_another_folder_takes_what_a_run_leaves_beside_its_reports(project):
    project.cells("assert number == 2, 'one'")
    build = project.root / "elsewhere" / "build"
    batch = Batch(project.root, project.out, build=build)
    said = []
    code = batch.run(project.specs, project.specs, functools.partial(project.pool, 2, True), say=said.append)
    assert code == 1
    assert _told(said, "trial/n1").endswith("executed notebook kept at build/failed/trial/n1.ipynb")
    assert (build / "failed" / "trial" / "n1.ipynb").is_file()
    assert set(batch.store().failed) == {"trial/n1"}
    assert not (project.root / "build" / "failed").exists()
    assert not (project.root / "build" / "state").exists()


def test_many_at_once_lose_none(project):
    project.plan(f"matrix: {{number: {list(range(1, 61))}}}")
    code, said = project.run(workers=12)
    assert code == 0
    assert said[-1] == "60 made, 0 up to date, 0 failed"
    assert len(project.results()) == 60


def test_what_reports_share_is_computed_once_before_any_is_made(project):
    path = project.root / "notebooks" / "trial.yml"
    path.write_text(DECLARATION + "shared: [{call: helper.count, given: {times: 3}}]\n", encoding="utf-8")
    helper = project.root / "notebooks" / "helper.py"
    helper.write_text(
        helper.read_text()
        + "calls = []\ndef count(times):\n    calls.extend([open('../data/other.csv').read()] * times)\n"
    )
    project.cells("import helper\nassert len(helper.calls) == 3, helper.calls")
    assert project.run()[1][-1] == "2 made, 0 up to date, 0 failed"
    (project.root / "data" / "other.csv").write_text("a\n2\n")
    assert project.why() == ["data/other.csv changed"]
    assert project.run(force=True, fork=False)[0] == 1  # nothing is shared there: the notebook must not rely on it

    path.write_text(DECLARATION + "shared: [{call: helper.nothing}]\n", encoding="utf-8")
    project.cells("")
    assert project.run()[0] == 0
    assert "has no attribute 'nothing'" in (project.root / "build" / "logs" / "runs.txt").read_text()


def test_reports_that_left_the_plan_are_forgotten(made):
    (made.root / "plan.yml").write_text("reports: [{notebook: trial, name: n2, parameters: {number: 2}}]")
    made.run()
    assert list(json.loads((made.out / "manifest.json").read_text())["reports"]) == ["trial/n2"]
    assert made.results() == {"trial/n2": "5"}


def test_nothing_written_tells_of_time_place_or_machine(project):
    project.run()
    for content in project.files().values():
        assert str(project.root).encode() not in content
        assert os.uname().nodename.encode() not in content
        assert time.strftime("%Y-%m-%d").encode() not in content


def test_an_older_manifest_is_replaced(made):
    (made.out / "manifest.json").write_text('{"format": 1, "reports": {"trial/n1": {}}}')
    assert made.run()[1][-1] == "2 made, 0 up to date, 0 failed"


def test_a_failing_check_stops_everything_before_anything_is_written(project):
    def refuse():
        raise RequestError("the data are wrong")

    with pytest.raises(RequestError, match="the data are wrong"):
        project.run(check=refuse)
    assert not project.out.exists()


def test_a_page_that_cannot_be_rendered_fails_alone_with_its_traceback(project):
    drawing = "<svg><text style=\"font-family: 'X'\">a</text></svg>"
    bundle = {"text/html": drawing, FONTS: {"X/400": "no/such.ttf"}}
    shown = f"display({bundle!r}, raw=True, metadata={{'notebook_reports': True}})"
    project.cells("", f"from IPython.display import display\nif number == 1:\n    {shown}")
    code, said = project.run()
    assert code == 1
    assert said[-1] == "1 made, 0 up to date, 1 failed"
    assert _told(said, "trial/n1").startswith("trial/n1: failed in rendering: ")
    assert "Traceback" in (project.root / "build" / "failed" / "trial" / "n1.txt").read_text()
