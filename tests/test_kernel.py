"""The engine that runs cells in its own process, as papermill and nbconvert call it."""

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

CELLS = ["print(number)", "import ipywidgets\nipywidgets.IntSlider(value=3).value", "1 / 0", "print('never')"]


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook as papermill's two engines execute it, each in a process of its own."""
    folder = tmp_path_factory.mktemp("kernel")
    cells = [nbformat.v4.new_code_cell("number = 1", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(code) for code in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "source.ipynb")
    program = (
        "import papermill, sys\ntry:\n    papermill.execute_notebook('source.ipynb', f'{sys.argv[1]}.ipynb',"
        " {'number': 2}, engine_name=sys.argv[1], progress_bar=False, coalesce_streams=True)\n"
        "except papermill.exceptions.PapermillExecutionError as error:\n    print(error.ename)"
    )
    found = {}
    for engine in ("nbclient", "inprocess"):
        command = [sys.executable, "-c", program, engine]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        assert "ZeroDivisionError" in done.stdout
        found[engine] = nbformat.read(folder / f"{engine}.ipynb", 4)
    return found


def test_a_notebook_that_fails_is_kept_with_the_same_cells_counts_and_marks(executed):
    ordinary, own = (
        [(cell.source, cell.get("execution_count"), cell.metadata.get("papermill", {}).get("status")) for cell in cells]
        for cells in (executed["nbclient"].cells, executed["inprocess"].cells)
    )
    assert own == ordinary
    assert own[-1][1:] == (None, "pending")


def test_metadata_are_the_same(executed):
    ordinary, own = (executed[engine].metadata for engine in ("nbclient", "inprocess"))
    assert own.language_info == ordinary.language_info
    assert own.papermill.parameters == ordinary.papermill.parameters
    assert set(own) == set(ordinary)
    states = [found.widgets["application/vnd.jupyter.widget-state+json"].state for found in (own, ordinary)]
    assert [sorted(model["model_name"] for model in state.values()) for state in states] == [
        ["IntSliderModel", "LayoutModel", "SliderStyleModel"]
    ] * 2


def test_the_engine_is_there_for_papermills_command(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("number = 1", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import os\nprint(number, os.getpid())"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    command = [sys.executable, "-m", "papermill", "a.ipynb", "b.ipynb", "--engine", "inprocess", "-p", "number", "7"]
    process = subprocess.Popen(
        [*command, "--kernel", "python3", "--language", "python"], cwd=tmp_path, stderr=subprocess.PIPE
    )
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    number, pid = nbformat.read(tmp_path / "b.ipynb", 4).cells[-1].outputs[0].text.split()
    assert (number, pid) == ("7", str(process.pid))


def test_a_second_notebook_in_the_same_process_gets_a_kernel_of_its_own(tmp_path):
    nbformat.write(
        nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell("import os, sys\nold = 'x' in dir()\nx = 1\nprint(old, os.getpid())")]
        ),
        tmp_path / "a.ipynb",
    )
    program = (
        "import os, papermill\nfor name in 'bc':\n    papermill.execute_notebook('a.ipynb', f'{name}.ipynb', "
        "engine_name='inprocess', progress_bar=False, kernel_name='python3', language='python')\nprint(os.getpid())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    shown = [nbformat.read(tmp_path / f"{name}.ipynb", 4).cells[0].outputs[0].text.split() for name in "bc"]
    assert shown[0] == ["False", done.stdout.strip()]
    assert shown[1][0] == "False"
    assert shown[1][1] != done.stdout.strip()


def test_the_page_is_there_for_nbconverts_command(tmp_path):
    """papermill, and nbconvert from the shell, give the page of the batch, but for what its foot says of the making."""
    cells = [
        nbformat.v4.new_code_cell("language = 'ko'", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(
            "from notebook_reports.report import Report\nreport = Report(language)\n"
            "report.front('Title', 'a', 'b', ['c'])"
        ),
        nbformat.v4.new_markdown_cell("## 물음\n<!-- en -->\n**Question**"),
        nbformat.v4.new_code_cell("report.say('d')"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    kernel = {"kernel_name": "python3", "language": "python", "progress_bar": False}
    papermill.execute_notebook(tmp_path / "a.ipynb", tmp_path / "b.ipynb", {"language": "en"}, **kernel)
    nbconvert = [Path(sys.executable).parent / "jupyter", "nbconvert", "--to", "report", "--ReportExporter.key=a/b"]
    subprocess.run([*nbconvert, "b.ipynb"], cwd=tmp_path, capture_output=True, check=True)
    page = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "<title>Title</title>" in page
    assert "Question" in page
    assert "물음" not in page
    assert "a/b" in page
