"""Notebooks as git holds them: without what running them has left, whatever JupyterLab has saved."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from strip_outputs import stripped

NOTEBOOKS = sorted(path.name for path in (Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


def notebook(*, ran):
    """A notebook, as it is written by hand or as JupyterLab saves it after it was run."""
    code = new_code_cell("x = '값'\nx", id="a", metadata={"tags": ["parameters"]})
    text = new_markdown_cell("## 물음\n문단", id="b")
    held = new_notebook(cells=[code, text], metadata={"kernelspec": {"name": "python3", "display_name": "Mine"}})
    if ran:
        code.outputs, code.execution_count = [new_output("execute_result", {"text/plain": "'값'"})], 3
        code.metadata |= {"trusted": True, "execution": {"iopub.execute_input": "2024-01-01"}}
        held.metadata |= {"language_info": {"name": "python", "version": "3.12.1"}, "widgets": {"state": {}}}
    return nbformat.writes(held).encode()


def test_sources_and_tags_are_all_that_is_left():
    clean = stripped(notebook(ran=True))
    assert clean == stripped(notebook(ran=False)) == stripped(clean)
    held = json.loads(clean)
    nbformat.validate(nbformat.from_dict(held))
    assert held["cells"] == [
        {
            "cell_type": "code", "execution_count": None, "id": "a", "metadata": {"tags": ["parameters"]},
            "outputs": [], "source": ["x = '값'\n", "x"],
        },
        {"cell_type": "markdown", "id": "b", "metadata": {}, "source": ["## 물음\n", "문단"]},
    ]  # fmt: skip
    assert held["metadata"]["language_info"] == {"name": "python"}


@pytest.mark.parametrize("data", [b"", b"<<<<<<< HEAD\n", b"[]", b'{"cells": [{"source": 1}]}', b"\xff"])
def test_what_is_no_notebook_comes_out_as_it_is(data):
    assert stripped(data) == data


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_git_holds_no_outputs(root, name):
    shown = subprocess.run(["git", "show", f":notebooks/{name}"], cwd=root, capture_output=True, check=False)
    if shown.returncode:
        pytest.skip("this copy is not under git, or does not hold the notebook yet")
    assert shown.stdout == stripped(shown.stdout)


@pytest.fixture
def repository(root, tmp_path):
    """A repository with a notebook, and the filter that ``make lab`` sets up on it."""
    for folder in ("notebooks", "scripts", ".venv/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("Makefile", ".gitattributes", "scripts/strip_outputs.py"):
        shutil.copy(root / name, tmp_path / name)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / "bin/jupyter").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "bin/jupyter").chmod(0o755)
    (tmp_path / ".gitignore").write_text(".venv\n")
    (tmp_path / "notebooks/x.ipynb").write_bytes(stripped(notebook(ran=False)))

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    make = ["make", "BIN=bin", "--assume-old=.venv/installed", "lab"]
    assert "--LabApp.default_url=/lab/tree/notebooks/explore.ipynb" in run(*make)  # outside of git without the filter
    run("git", "init", "--quiet")
    for name, value in (("user.name", "a"), ("user.email", "a@b")):
        run("git", "config", name, value)
    run(*make)
    run("git", "add", "--all")
    run("git", "commit", "--quiet", "-m", "a")
    return tmp_path, run


def test_jupyterlab_asks_for_no_news(repository):
    folder, _ = repository
    settings = json.loads((folder / ".venv/share/jupyter/lab/settings/overrides.json").read_text())
    assert settings == {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def test_a_saved_notebook_is_no_change_for_git(repository):
    folder, git = repository
    path = folder / "notebooks/x.ipynb"
    path.write_bytes(notebook(ran=True))
    assert git("git", "diff") == ""
    git("git", "add", "--all")
    assert git("git", "status", "--short") == ""
    path.write_bytes(notebook(ran=True).replace(b"## ", b"### "))
    git("git", "commit", "--quiet", "--all", "-m", "b")
    assert "### 물음" in git("git", "show", "HEAD:notebooks/x.ipynb")
    assert "2024" not in git("git", "show", "HEAD:notebooks/x.ipynb")


@pytest.mark.parametrize("missing", [".venv", "scripts/strip_outputs.py"])
def test_without_the_filters_program_git_works_and_loses_nothing(repository, missing):
    folder, git = repository
    shutil.rmtree(folder / missing) if (folder / missing).is_dir() else (folder / missing).unlink()
    saved = notebook(ran=True)
    (folder / "notebooks/x.ipynb").write_bytes(saved)
    git("git", "commit", "--quiet", "--all", "-m", "b")
    assert git("git", "show", "HEAD:notebooks/x.ipynb").encode() == saved
