"""What is seen of the files that a process reads: modules too, compiled or not."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from notebook_reports.trace import Project

PROGRAM = """
import json, sys
from pathlib import Path
from notebook_reports.trace import Project, Trace
folder = Path(sys.argv[1])
trace = Trace(Project(folder))
sys.path.insert(0, str(folder))
import module
if len(sys.argv) > 2:
    import subprocess
    subprocess.run(sys.argv[2], shell=True, cwd=folder)
print(json.dumps(trace.files()))
"""


@pytest.fixture
def imported(tmp_path):
    """What a process sees that imports a module, which it changes after that where it is told to."""
    (tmp_path / "module.py").write_text("number = 1", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def call(*arguments, **more):
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment | more)
        files, changed = json.loads(done.stdout)
        return list(files), changed

    return call


def test_a_module_that_is_compiled_in_passing_has_not_changed(imported, tmp_path):
    assert imported() == (["module.py"], [])
    assert list((tmp_path / "__pycache__").glob("module.*.pyc"))


def test_a_module_that_was_compiled_before_is_seen_by_its_source(imported, tmp_path):
    for folder in ({}, {"PYTHONPYCACHEPREFIX": str(tmp_path.parent / "elsewhere")}):
        assert [imported(**folder), imported(**folder)] == [(["module.py"], [])] * 2


def test_a_module_whose_source_changes_after_it_was_read_has_changed(imported):
    assert imported("echo >> module.py") == (["module.py"], ["module.py"])
    imported()
    assert imported("echo >> module.py") == (["module.py"], ["module.py"])


def test_a_module_that_is_saved_with_the_same_bytes_has_not_changed(imported):
    assert imported("cp module.py copy && mv copy module.py") == (["module.py"], [])


@pytest.fixture
def seen(tmp_path):
    """What a process sees of a few lines of code that run in a folder of a project."""
    (tmp_path / "data").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "data" / name).write_text(name)

    def call(code, others=""):
        program = (
            "import glob, json, os, shutil, sqlite3, subprocess, sys\nfrom pathlib import Path\n"
            "from notebook_reports.trace import Project, Trace\ntrace = Trace(Project(Path.cwd().parent))\n"
            f"{code}\nsubprocess.run({others!r}, shell=True)\nprint(json.dumps(trace.files()))"
        )
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path / "data")
        return json.loads(done.stdout)

    return call


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_files_are_told_with_what_they_held_and_those_looked_for_in_vain_with_nothing(seen, tmp_path):
    files, changed = seen("open('a.csv').read()\ntry:\n    open('c.csv')\nexcept OSError:\n    pass")
    assert files == {"data/a.csv": _hash(tmp_path / "data" / "a.csv"), "data/c.csv": None}
    assert changed == []


@pytest.mark.parametrize(
    "code", ["os.listdir()", "list(os.scandir('.'))", "glob.glob('*.csv')", "list(Path('.').glob('*.csv'))"]
)
def test_a_folder_that_is_listed_is_told_with_its_names(seen, code, tmp_path):
    files, _ = seen(code)
    assert list(files) == ["data/"]
    assert files["data/"] == Project(tmp_path).digest("data/")
    assert seen(code, "touch .hidden; echo more >> a.csv") == [files, []]
    (tmp_path / "data" / "c.csv").touch()
    assert seen(code, "rm c.csv")[1] == ["data/"]
    assert Project(tmp_path).digest("nowhere/") is None


def test_looking_for_a_module_lists_no_folder(seen):
    code = "import importlib.metadata, importlib.util, pkgutil\nlist(pkgutil.iter_modules())\n"
    code += "importlib.util.find_spec('not_there')\nlist(importlib.metadata.distributions())"
    assert seen(code) == [{}, []]


@pytest.mark.parametrize(
    "code",
    [
        "open('a.csv').read()\nopen('a.csv', 'a').write('more')",
        "open('a.csv', 'r+').write('more')",
        "open('a.csv').read()\nopen('new', 'w').write('more')\nos.replace('new', 'a.csv')",
        "open('a.csv').read()\nos.remove('a.csv')",
        "open('new', 'w').write('more')\nopen('new').read()",
        "os.listdir()\nopen('new', 'w')",
        "base = sqlite3.connect('a.db')\nbase.execute('create table t(x)')\nbase.close()",
    ],
)
def test_what_is_written_here_is_no_input(seen, code):
    assert seen(code) == [{}, []]


def test_what_is_written_as_it_was_stays_an_input(seen):
    assert list(seen("open('a.csv').read()\nopen('a.csv', 'w').write('a.csv')")[0]) == ["data/a.csv"]


def test_a_database_that_is_read_is_an_input_and_one_in_memory_is_none(seen, tmp_path):
    seen("base = sqlite3.connect('a.db')\nbase.execute('create table t(x)')\nbase.close()")
    for name in ("'a.db'", "'file:a.db?mode=ro', uri=True"):
        files, _ = seen(f"sqlite3.connect({name}).execute('select * from t')\nsqlite3.connect(':memory:')")
        assert files == {"data/a.db": _hash(tmp_path / "data" / "a.db")}


def test_a_file_of_the_same_size_and_time_has_changed_where_its_bytes_have(seen):
    others = "touch -r a.csv time; echo x.csv | head -c 5 > a.csv; touch -r time a.csv; rm time"
    assert seen("open('a.csv').read()", others)[1] == ["data/a.csv"]


def test_what_is_neither_text_nor_a_path_disturbs_nobody(seen):
    code = "handle = os.open('a.csv', os.O_RDONLY)\nopen(handle).read()\nos.listdir(os.open('.', os.O_RDONLY))\n"
    assert list(seen(f"{code}try:\n    open('a\\0b')\nexcept ValueError:\n    pass")[0]) == ["data/a.csv"]


def test_a_file_that_is_too_large_to_be_hashed_at_once_is_hashed_at_the_end(seen, tmp_path):
    code = "import notebook_reports.trace\nnotebook_reports.trace._CHEAP = 3\nopen('a.csv').read()"
    assert seen(code) == [{"data/a.csv": _hash(tmp_path / "data" / "a.csv")}, []]
    assert seen(code, "cp a.csv c && mv c a.csv")[1] == ["data/a.csv"]
