"""Notebooks executed in their own process give the outputs of an ordinary kernel, cell by cell."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

CELLS = {
    "streams": "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\n1 + 1",
    "streams that take their time": "import time\nprint('a', end='')\ntime.sleep(.3)\n"
    "print('b', file=sys.stderr)\ntime.sleep(.3)\nprint('c')",
    "carriage return": "print('10 %\\r20 %')",
    "a semicolon": "2 + 2;",
    "no last value": "x = 5",
    "several values": "x\nx + 1",
    "display, update, rich output": "from IPython.display import HTML, Markdown, display\n"
    "handle = display('one', display_id='d')\nprint('between')\nHTML('<b>x</b>')",
    "an update from a later cell": "handle.update('two')",
    "raw data": "display({'text/plain': 'p', 'application/x.own+json': {'a': [1]}}, raw=True)",
    "a table": "import pandas as pd\npd.DataFrame({'년': [2018, 2019], 'b': [1.5, None]})",
    "a chart": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "a chart after pyplot was told": "%matplotlib inline\nplt.figure(figsize=(1, 1)).add_subplot().set_title('t');",
    "output of another program": "import subprocess\nsubprocess.run(['echo', 'from below'])\ntime.sleep(.5)",
    "a shell command": "!echo shell",
    "await": "import asyncio\nasync def later():\n    await asyncio.sleep(.01)\n    return 5\nawait later()",
    "a task that goes on": "task = asyncio.create_task(later())",
    "its result": "await task",
    "captured": "%%capture kept\nprint('hidden')",
    "what was captured": "kept.stdout",
    "cleared at once": "from IPython.display import clear_output\nprint('x')\nclear_output()\nprint('y')",
    "cleared with the next output": "print('x')\nclear_output(wait=True)\nprint('y')",
    "a widget's comm": "import ipywidgets\nipywidgets.IntSlider(value=3).value",
    "what libraries look at": "str(type(get_ipython())), __name__, sys.path, sys.stdout.isatty(), len(sys.argv) > 0",
    "another module's view of main": "import pickle\nclass Own: pass\ntype(pickle.loads(pickle.dumps(Own()))) is Own",
    "input": "try:\n    input('?')\nexcept Exception as error:\n    print(type(error).__name__, error)",
    "logging": "import logging\nlogging.getLogger('한국').warning('경고')",
    "where it runs": "import os\nos.getcwd()",
    "history": "In[2], Out[3]",
    "an error": "def inner():\n    raise ValueError('잘못')\ninner()",
    "a cell after an error": "print('never')",
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook as papermill's two engines execute it, each in a process of its own."""
    folder = tmp_path_factory.mktemp("kernel")
    cells = [nbformat.v4.new_code_cell("number = 1", id="parameters", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(code, id=f"case-{number}") for number, code in enumerate(CELLS.values())]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "source.ipynb")
    program = (
        "import papermill, sys\ntry:\n    papermill.execute_notebook('source.ipynb', f'{sys.argv[1]}.ipynb',"
        " {'number': 2}, engine_name=sys.argv[1], progress_bar=False, coalesce_streams=True)\n"
        "except papermill.exceptions.PapermillExecutionError as error:\n    print(error.ename)"
    )
    found = {}
    for engine in ("nbclient", "inprocess"):
        done = subprocess.run(
            [sys.executable, "-c", program, engine], cwd=folder, capture_output=True, text=True, check=True
        )
        assert "ValueError" in done.stdout
        found[engine] = nbformat.read(folder / f"{engine}.ipynb", 4)
    return found


def _comparable(outputs):
    """Outputs without what differs from process to process: addresses, and the folder that cells are filed under."""
    text = json.dumps(outputs, ensure_ascii=False, sort_keys=True)
    return re.sub(r"0x[0-9a-f]+|ipykernel_\d+", "", text)


def test_there_is_a_cell_for_every_case(executed):
    for notebook in executed.values():
        assert len([cell for cell in notebook.cells if cell.id.startswith("case-")]) == len(CELLS)


@pytest.mark.parametrize("number", range(len(CELLS)), ids=list(CELLS))
def test_outputs_are_those_of_an_ordinary_kernel(executed, number):
    ordinary, own = (
        next(cell for cell in executed[engine].cells if cell.id == f"case-{number}")
        for engine in ("nbclient", "inprocess")
    )
    assert _comparable(own.outputs) == _comparable(ordinary.outputs)
    assert own.execution_count == ordinary.execution_count


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
    """papermill and nbconvert from the shell give the page of the batch, but for what its foot says of the making."""
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
    folder = Path(sys.executable).parent
    papermill = [folder / "papermill", "a.ipynb", "b.ipynb", "-p", "language", "en", "-k", "python3", "-l", "python"]
    nbconvert = [folder / "jupyter", "nbconvert", "--to", "report", "--ReportExporter.key=a/b", "b.ipynb"]
    for command in (papermill, nbconvert):
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    page = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "<title>Title</title>" in page
    assert "Question" in page
    assert "물음" not in page
    assert "a/b" in page
