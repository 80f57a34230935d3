"""The command notebook-reports: what it takes, where it looks, how it ends, and how a project begins."""

import json
import os
import signal
import subprocess
import sys

import nbformat
import pytest
import yaml
from test_batch import Project

from notebook_reports.command import elsewhere

COMMAND = [sys.executable, "-m", "notebook_reports"]


def command(folder, *arguments, **environment):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**os.environ, **environment},
    )


def stock(path, *sources):
    """A notebook as anybody has it, without a declaration and without a Report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [nbformat.v4.new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def project(tmp_path):
    """A project whose plan stands where the command looks for it."""
    made = Project(tmp_path)
    made.out.mkdir()
    (tmp_path / "plan.yml").rename(made.out / "reports.yml")
    return made


def _plan(project, top):
    path = project.out / "reports.yml"
    path.write_text(f"{top}\n{path.read_text()}")


def test_a_plan_is_run_from_anywhere_in_the_project_and_verified(project):
    done = command(project.root / "data", "run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "2 made, 0 up to date, 0 failed"
    page = project.out / "trial" / "n1.html"
    assert "<code>notebook-reports run trial/n1 --force</code>" in page.read_text(encoding="utf-8")
    assert command(project.root, "run", "--why").stdout.splitlines() == ["trial/n1: up to date", "trial/n2: up to date"]
    done = command(project.root.parent, "verify", "--root", project.root)
    assert (done.returncode, done.stdout) == (0, "2 of 2 reports are up to date\n")
    page.write_text("edited")
    done = command(project.root, "verify", "--sample", 2)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "trial/n1: n1.html was edited"
    assert done.stdout.splitlines()[-1] == "1 of 2 made again are the same, byte for byte"


def test_one_report_with_another_parameter_tells_how_it_was_made(project):
    done = command(project.root, "run", "trial/n1", "--set", "number=7")
    assert done.returncode == 0, done.stderr
    page = project.root / "build" / "one-off" / "trial" / "n1.number_7.html"
    assert done.stdout.splitlines()[-1] == str(page)
    assert "<code>notebook-reports run trial/n1 --set number=7</code>" in page.read_text(encoding="utf-8")
    assert not (project.out / "manifest.json").exists()


@pytest.mark.parametrize("asked", ["trial", "trial.ipynb", "notebooks/trial.ipynb"])
def test_what_a_notebook_takes_is_listed_whatever_is_wrong_with_the_plan(project, asked):
    _plan(project, "nonsense: true")
    done = command(project.root, "parameters", asked, LANG="C.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "  number (integer, default 1)" in done.stdout.splitlines()
    assert command(project.root, "run", "--parameters", asked, LANG="C.UTF-8").stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["walk"], "invalid choice: 'walk'"),
        (["run", "--parameters", ""], "argument --parameters: expected a text, got an empty one"),
        (["run", "--dask", " "], "argument --dask: expected a text, got an empty one"),
        (["run", "--out", ""], "argument --out: expected a text"),
        (["verify", "--plan", ""], "argument --plan: expected a text"),
        (["run", "--root", "nowhere"], "nowhere: no such folder"),
        (["run", "--workers", "0"], "argument --workers: expected at least 1, got '0'"),
        (["run", "--workers", "two"], "argument --workers: expected at least 1, got 'two'"),
        (["run", "--set", "number=2"], "--set needs the report to start from, for example trial/n1"),
        (["run", "trial/n1", "--set", "number"], "--set 'number': expected NAME=VALUE"),
        (["verify", "--sample", "0"], "argument --sample: expected at least 1, got '0'"),
        (["parameters", "trail"], "no notebook 'trail' in"),
        (["parameters"], "required: notebook"),
        (["init"], "reports.yml is there already; nothing was written"),
    ],
)
def test_a_wrong_request_exits_2_and_leaves_everything_as_it_was(project, asked, arguments, message):
    before = sorted(project.root.rglob("*"))
    done = asked(project.root, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(project.root.rglob("*")) == before


def test_a_folder_without_a_plan_is_told_what_to_do(tmp_path):
    done = command(tmp_path, "run")
    assert done.returncode == 2
    assert done.stderr.startswith(f"no reports/reports.yml in {tmp_path} or a folder above it; notebook-reports init ")


CHECK = """
import os
from pathlib import Path

def allowed():
    if Path("refused").exists():
        raise ValueError("data/used.csv, row 1: refused\\nand row 2")
"""


def test_the_check_of_a_plan_is_asked_before_anything_is_made(project):
    (project.root / "src").mkdir()
    (project.root / "src" / "own_check.py").write_text(CHECK)
    _plan(project, "check: own_check.allowed")
    (project.root / "refused").touch()
    done = command(project.root, "run")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["data/used.csv, row 1: refused", "and row 2"]
    assert not (project.out / "manifest.json").exists()
    (project.root / "refused").unlink()
    assert command(project.root, "run").returncode == 0
    (project.root / "refused").touch()
    assert command(project.root, "run").returncode == 0  # there is nothing to make
    assert command(project.root, "verify", "--sample", 1).returncode == 2


@pytest.mark.parametrize("check", ["own_check.nothing", "no_such_module.allowed"])
def test_a_check_that_is_not_there_is_told_by_name(project, check):
    (project.root / "own_check.py").write_text(CHECK)
    _plan(project, f"check: {check}")
    done = command(project.root, "run")
    assert done.returncode == 2
    assert f"the plan's check {check!r} cannot be called: " in done.stderr


def test_a_variable_gives_a_folder_another_place(project, tmp_path, monkeypatch):
    _plan(project, "elsewhere: {data: TRIAL_DATA}")
    assert command(project.root, "run").returncode == 0
    other = tmp_path / "other"
    other.mkdir()
    (other / "used.csv").write_text("a\n20\n")
    why = command(project.root, "run", "--why", TRIAL_DATA=str(other)).stdout
    assert why.splitlines()[0] == "trial/n1: data/used.csv changed"
    monkeypatch.setenv("TRIAL_DATA", "")
    assert elsewhere(project.root, {"data": "TRIAL_DATA"}) == {}
    monkeypatch.setenv("TRIAL_DATA", str(project.root / "data"))
    assert elsewhere(project.root, {"data": "TRIAL_DATA"}) == {}


def _heeding(number):
    """Have a signal do what it does by default, also where the tests run in the background of a shell."""
    return lambda: signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_run_that_is_ended_keeps_what_is_finished(project, name):
    number = getattr(signal, name)
    project.cells(
        "import pathlib, time\nwhile number == 2:\n    pathlib.Path('../waits').touch()\n    time.sleep(0.05)"
    )
    run = subprocess.Popen(
        [*COMMAND, "run", "--workers", "2"],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=_heeding(number),
    )
    assert run.stdout.readline() == "made trial/n1\n"
    while not (project.root / "waits").exists():
        assert run.poll() is None
    run.send_signal(number)
    _, errors = run.communicate()
    assert (run.returncode, errors) == (130, "interrupted; finished reports are kept\n")
    assert command(project.root, "run", "--dry-run").stdout == "trial/n2\n"


MOMENTS = """
import builtins, os, signal, sys
import notebook_reports.command as command
real = builtins.__import__
def interrupting(name, *rest):
    if name == "{module}":
        os.kill(os.getpid(), signal.SIGINT)
    return real(name, *rest)
builtins.__import__ = interrupting
sys.exit(command.main(["run", "--why"]))
"""


@pytest.mark.parametrize("module", ["notebook_reports.parameters", "pydantic", "yaml", "notebook_reports.batch"])
def test_an_interruption_in_the_middle_of_imports_ends_quietly(project, module):
    done = subprocess.run(
        [sys.executable, "-c", MOMENTS.format(module=module)],
        cwd=project.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=_heeding(signal.SIGINT),
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "interrupted; finished reports are kept\n"


def test_a_signal_that_whoever_starts_a_run_forbids_does_not_end_it(project):
    code = "from notebook_reports.command import main; import os, signal, sys\n"
    code += "code = main(['parameters', 'trial'])\nos.kill(os.getpid(), signal.SIGHUP)\nsys.exit(code)"
    ignoring = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)  # noqa: E731
    done = subprocess.run([sys.executable, "-c", code], cwd=project.root, check=False, preexec_fn=ignoring)
    assert done.returncode == 0


def test_whoever_reads_no_further_sees_no_traceback(project):
    read, write = os.pipe()
    os.close(read)
    run = subprocess.Popen([*COMMAND, "run", "--why"], cwd=project.root, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert run.communicate() == (None, b"")
    assert run.returncode == 1


def test_nothing_is_imported_that_an_option_does_not_need(tmp_path):
    code = "import sys, notebook_reports.command as c; c.parser().parse_args(['run']); "
    code += "print([name for name in ('yaml', 'pydantic', 'numpy', 'jinja2') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "[]\n"


def test_an_empty_folder_begins_with_an_example(tmp_path):
    done = command(tmp_path, "init")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["wrote notebooks/example.ipynb", "wrote reports/reports.yml"]
    nbformat.validate(nbformat.read(tmp_path / "notebooks" / "example.ipynb", 4))
    plan = (tmp_path / "reports" / "reports.yml").read_text()
    assert yaml.safe_load(plan) == {
        "reports": [{"notebook": "example", "name": "rate_$rate", "matrix": {"rate": [1, 3, 5]}}]
    }
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert command(tmp_path, "init").returncode == 2
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_the_example_becomes_pages(tmp_path):
    command(tmp_path, "init")
    done = command(tmp_path, "run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "3 made, 0 up to date, 0 failed"
    page = (tmp_path / "reports" / "example" / "rate_3.html").read_text(encoding="utf-8")
    assert "What a hundred becomes" in page
    assert "data:image/png;base64," in page
    assert "134.4" in page
    assert command(tmp_path, "verify", "--execute").stdout.splitlines() == [
        "3 of 3 reports are up to date",
        "3 of 3 made again are the same, byte for byte",
    ]


def test_notebooks_beside_the_plan_become_pages(tmp_path):
    stock(tmp_path / "sales.ipynb", "print('sold', 6 * 7)")
    done = command(tmp_path, "init")
    assert done.stdout.splitlines()[0] == "wrote reports/reports.yml"
    done = command(tmp_path, "run")
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "reports" / "sales" / "report.html").read_text(encoding="utf-8")
    assert "sold 42" in page
    assert "<code>notebook-reports run sales/report --force</code>" in page


def test_each_notebook_has_an_entry_and_what_cannot_be_run_is_named(tmp_path):
    stock(tmp_path / "notebooks" / "b.ipynb", "1")
    stock(tmp_path / "notebooks" / "지역" / "a.ipynb", "1")
    stock(tmp_path / "notebooks" / ".ipynb_checkpoints" / "b-checkpoint.ipynb", "1")
    (tmp_path / "notebooks" / "broken.ipynb").write_text("{")
    other = {"cells": [], "metadata": {"kernelspec": {"language": "R"}}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "notebooks" / "other.ipynb").write_text(json.dumps(other))
    done = command(tmp_path, "init")
    assert done.stdout.splitlines()[:3] == [
        "left out broken.ipynb: it is no notebook that can be read",
        "left out other.ipynb: it is written in R; where its kernel is there, add it to the plan",
        "wrote reports/reports.yml",
    ]
    plan = yaml.safe_load((tmp_path / "reports" / "reports.yml").read_text(encoding="utf-8"))
    assert plan == {"reports": [{"notebook": name, "name": "report"} for name in ("b", "지역/a")]}
    (tmp_path / "reports" / "reports.yml").unlink()
    stock(tmp_path / "c.ipynb", "1")
    command(tmp_path, "init")
    plan = yaml.safe_load((tmp_path / "reports" / "reports.yml").read_text(encoding="utf-8"))
    assert plan["notebooks"] == "."
    assert [entry["notebook"] for entry in plan["reports"]] == ["c", "notebooks/b", "notebooks/지역/a"]


def test_where_no_notebook_can_be_run_nothing_is_written(tmp_path):
    (tmp_path / "broken.ipynb").write_text("{")
    done = command(tmp_path, "init")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "no notebook can be run; nothing was written"
    assert [path.name for path in tmp_path.iterdir()] == ["broken.ipynb"]
