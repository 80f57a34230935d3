"""A copy of the package apart from its repository, as pip installs it, says where it expects the data."""

import os
import shutil
import subprocess
import sys

import pytest

LOAD = "from kr_industry.data import load; print(len(load('labels')))"
FAULTS = "from kr_industry.checks import faults; print(*faults())"


@pytest.fixture
def apart(root, tmp_path):
    """What a Python prints that finds a copy of the package, with data only where the environment names them."""
    place = tmp_path / "lib" / "python" / "site-packages"
    shutil.copytree(root / "src" / "kr_industry", place / "kr_industry", ignore=shutil.ignore_patterns("__pycache__"))

    def run(*arguments, **environment):
        known = {name: value for name, value in os.environ.items() if name != "KR_INDUSTRY_DATA"}
        known |= {"PYTHONPATH": str(place), **environment}
        options = {"capture_output": True, "encoding": "utf-8", "check": False}
        return subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=known, **options)

    return run


@pytest.mark.parametrize("code", [LOAD, FAULTS])
def test_it_says_where_it_expects_the_data(apart, tmp_path, code):
    done = apart("-c", code)
    said = (done.stderr or done.stdout).splitlines()[-1]
    assert "datapackage.json: file not found" in said
    assert str(tmp_path / "lib" / "python" / "data") in said
    assert f"installed apart from its repository, in {tmp_path / 'lib' / 'python' / 'site-packages'}" in said
    assert "KR_INDUSTRY_DATA" in said
    assert said.endswith("pip install -e .")


def test_it_reads_the_data_that_the_environment_names(apart, root, tmp_path):
    assert int(apart("-c", LOAD, KR_INDUSTRY_DATA=str(root / "data")).stdout) > 100
    said = apart("-c", LOAD, KR_INDUSTRY_DATA=str(tmp_path / "nowhere")).stderr.splitlines()[-1]
    assert str(tmp_path / "nowhere") in said
    assert said.endswith("the environment variable KR_INDUSTRY_DATA names that folder")


def test_a_folder_that_is_named_in_a_call_is_only_said_to_lack_its_description(apart, tmp_path):
    done = apart("-c", "import pathlib, kr_industry.data as data; data.tables(pathlib.Path('elsewhere'))")
    assert done.stderr.splitlines()[-1].endswith("it describes the tables of elsewhere")


def test_a_script_of_the_repository_asks_for_the_package_of_the_repository(apart, root):
    done = apart(str(root / "scripts" / "check_data.py"))
    assert done.returncode == 2
    assert "installed apart from it" in done.stderr
    assert done.stderr.rstrip().endswith(f"pip install -e {root}")
