"""What is seen of the files that a process reads: modules too, compiled or not."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
from pathlib import Path
from notebook_reports.trace import Project, Trace
trace, folder = Trace(), Path(sys.argv[1])
sys.path.insert(0, str(folder))
import module
if len(sys.argv) > 2:
    (folder / "module.py").write_text("number = 22")
print(json.dumps(trace.files(Project(folder))))
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
    assert imported("change") == (["module.py"], ["module.py"])
    imported()
    assert imported("change") == (["module.py"], ["module.py"])
