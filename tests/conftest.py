import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Else each of the many processes that tests start would compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How fast this machine is says nothing of the mathematics; every run draws other examples.
settings.register_profile("project", deadline=None, max_examples=40)
settings.load_profile("project")

ROOT = Path(__file__).resolve().parents[1]
LONG = ("guides", "readme_commands", "reports", "browser", "batch", "lab", "bio", "charts", "industries", "notebooks")
"""Files that take longest, in this order."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def pytest_collection_modifyitems(items):
    """Files that take longest begin first, else one processor would wait at the end for the other."""
    place = {f"test_{name}.py": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


def pytest_collection_finish():
    """What imports and the collection left is never garbage, and looking through it again takes as long as a test."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def data_copy(tmp_path) -> Path:
    """A copy of data/ that a test may damage."""
    return shutil.copytree(ROOT / "data", tmp_path / "data")


@pytest.fixture
def asked(monkeypatch, capsys):
    """The command in this process, for what is told before anything runs: its exit code, output and errors."""
    from notebook_reports import command, ending

    monkeypatch.setattr(ending, "at_once", lambda: None)

    def call(folder, *arguments):
        monkeypatch.chdir(folder)
        try:
            code = command.main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = left.code
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return call


@pytest.fixture(scope="module")
def browser():
    """The browser of the system; where there is none the test is skipped, but fails in CI."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("no Chromium or Chrome is installed, so no page was looked at in a browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program)
        yield opened
        opened.close()
