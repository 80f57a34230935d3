"""A notebook gives the same outputs, cell by cell, on an ordinary kernel, in its own process, and forked in a batch."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import wait
from pathlib import Path

import nbformat
import pytest

from notebook_reports.plan import ReportSpec
from notebook_reports.pool import Pool
from notebook_reports.worker import Job

CELLS = {
    "streams": "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\n1 + 1",
    "streams that take their time": "import time\nprint('a', end='')\ntime.sleep(.3)\n"
    "print('b', file=sys.stderr)\ntime.sleep(.3)\nprint('c')",
    "streams flushed by hand": "print('a', flush=True)\nsys.stdout.writelines(['b', 'c\\n'])\nsys.stdout.encoding",
    "carriage return": "print('10 %\\r20 %')\nprint('ab\\bc')\nprint('d\\r\\ne')",
    "a semicolon": "2 + 2;",
    "no last value": "x = 5",
    "several values": "x\nx + 1",
    "display, update, rich output": "from IPython.display import HTML, Markdown, display\n"
    "handle = display('one', display_id='d')\nprint('between')\nHTML('<b>x</b>')",
    "an update from a later cell": "handle.update('two')",
    "raw data": "display({'text/plain': 'p', 'application/x.own+json': {'a': (1, 2), 3: None}}, raw=True)",
    "a table": "import pandas as pd\npd.DataFrame({'년': [2018, 2019], 'b': [1.5, None]})",
    "settings of charts": "import matplotlib\n"
    "[matplotlib.rcParams[name] for name in ('figure.figsize', 'font.size', 'figure.dpi')]",
    "a chart": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "a chart and a value": "figure, axes = plt.subplots(figsize=(1, 1))\nprint('before')\naxes.plot([2, 1])",
    "two charts": "for _ in range(2):\n    plt.figure(figsize=(1, 1))\n    plt.show()\n    print('shown')",
    "a chart after pyplot was told": "%matplotlib inline\nplt.figure(figsize=(1, 1)).add_subplot().set_title('t');",
    "a chart that is set up": "%config InlineBackend.figure_formats = ['svg']\n"
    "fig = plt.figure(figsize=(1, 1))\nplt.close()\nfig.get_size_inches().tolist()",
    "output of another program": "import subprocess\nprint('first')\nsys.stdout.flush()\n"
    "subprocess.run(['echo', 'from below'])\ntime.sleep(.5)\nprint('then')",
    "output of C code": "import ctypes, os\n"
    "ctypes.CDLL(None).write(1, b'from C\\n', 7)\nos.write(2, b'below\\n')\ntime.sleep(.5)",
    "a shell command": "!echo shell",
    "a shell command that fails": "!false\n_exit_code",
    "a cell in another language": "%%bash\necho bash\necho error >&2",
    "a command for the system": "os.system('echo system')\ntime.sleep(.5)",
    "a magic that measures": "%%time\nprint('measured')",
    "a magic that writes": "%%writefile /dev/null\nsome text",
    "help": "len?",
    "await": "import asyncio\nasync def later():\n    await asyncio.sleep(.01)\n    return 5\nawait later()",
    "a task that goes on": "task = asyncio.create_task(later())",
    "its result": "await task",
    "a loop in a loop": "coroutine = later()\ntry:\n    asyncio.run(coroutine)\nexcept RuntimeError as error:\n"
    "    print(error)\ncoroutine.close()",
    "a thread": "import threading\ngate = threading.Event()\ndef late():\n    print('early')\n    gate.wait()\n"
    "    print('late')\nthread = threading.Thread(target=late)\nthread.start()\ntime.sleep(.1)",
    "that prints in a later cell": "gate.set()\nthread.join()\nprint('then')",
    "processes": "import multiprocessing\ncontext = multiprocessing.get_context('fork')\n"
    "child = context.Process(target=print, args=('in a child',))\nchild.start()\nchild.join()\ntime.sleep(.5)\n"
    "multiprocessing.current_process().name, multiprocessing.parent_process()",
    "captured": "%%capture kept\nprint('hidden')\ndisplay(1)",
    "what was captured": "kept.stdout, kept.outputs",
    "cleared at once": "from IPython.display import clear_output\nprint('x')\nclear_output()\nprint('y')",
    "cleared with the next output": "print('x')\nclear_output(wait=True)\nprint('y')",
    "cleared with no next output": "print('x')\nclear_output(wait=True)",
    "a widget": "import ipywidgets\nslider = ipywidgets.IntSlider(value=3)\nslider",
    "its value": "slider.value",
    "a widget that takes output": "out = ipywidgets.Output()\nwith out:\n    print('inside')\nprint('outside')\nout",
    "a bar of progress": "from tqdm.auto import tqdm\nsum(tqdm(range(3)))",
    "what libraries look at": "str(type(get_ipython())), __name__, sys.path, sys.stdout.isatty(), sys.argv[1], "
    "'IPKernelApp' in get_ipython().config, hasattr(get_ipython(), 'kernel'), sys.stdout.fileno() > 2",
    "another module's view of main": "import __main__, pickle\nclass Own: pass\n"
    "type(pickle.loads(pickle.dumps(Own()))) is Own, __main__.x",
    "input": "try:\n    input('?')\nexcept Exception as error:\n    print(type(error).__name__, error)",
    "logging": "import logging\nlogging.getLogger('한국').warning('경고')",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "a warning of a library": "def old():\n    warnings.warn('old', DeprecationWarning, stacklevel=2)\nold()",
    "where it runs": "os.getcwd(), os.environ['PAGER']",
    "collected garbage": "import gc\ngc.isenabled()",
    "history": "In[2], Out[3], _",
    "an error that is expected": "1 / 0",
    "what comes after it": "print('goes on')",
    "a mistake in the language": "print('never'",
    "a magic that is none": "%nothing",
    "an interruption": "raise KeyboardInterrupt",
    "errors within errors": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('a') from error",
    "an error in what is shown": "class Bad:\n    def __repr__(self): raise ValueError('no')\nBad()",
    "an error": "def inner():\n    raise ValueError('잘못')\ninner()",
    "a cell after an error": "print('never')",
}
EXPECTED = {
    "an error that is expected",
    "a mistake in the language",
    "a magic that is none",
    "an interruption",
    "errors within errors",
    "an error in what is shown",
}
OTHERS = {
    "left": ["print('a')\nimport sys\nsys.exit()", "print('never')"],
    "left with a number": ["import sys\nsys.exit(3)", "print('never')"],
    "left by a word": ["print('a')\nexit(0)\nprint('still')", "print('never')"],
    "set before an import": [
        "import os\nos.environ['SETTING'] = 'mine'",
        "import reads_setting",
        "reads_setting.value",
    ],
    "settings left behind": ["import matplotlib\nmatplotlib.rcParams['font.size'] = 99", "import leaves_settings"],
    "settings of its own": ["import matplotlib\nmatplotlib.rcParams['font.size']"],
    "long lines": ["print('x' * 300_000)\nprint('y' * 2_000_000 + '\\r' + 'z')", "print('\\r'.join('ab' * 100_000))"],
}
PROGRAM = """
import json, pathlib, sys
from notebook_reports.execute import RunError, execute
told = []
try:
    execute(pathlib.Path(sys.argv[1]), {"number": 2}, tell=told.append, engine="inprocess")
except RunError as error:
    assert error.traceback
pathlib.Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")
"""
WAYS = ("ordinary", "inprocess", "forked")


class _Told(Pool):
    """A pool that keeps what processes told of the cells, and what came of them."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.told = {}

    def _heard(self, run, pipe):
        made = super()._heard(run, pipe)
        self.told[run.job.report.notebook] = nbformat.reads(run.executed(), 4), made
        return made


def _batch(root, names, fork):
    jobs = [Job(ReportSpec(name, "a", {"number": 2}), root) for name in names]
    log, preload = root / "build" / "log.txt", ["notebook_reports.report", "matplotlib.pyplot"]
    pool = _Told(root, {}, [], 2, log, fork=fork, preload=preload)
    try:
        wait([pool.submit(job) for job in jobs])
    finally:
        pool.stop()
    return pool.told


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """By way and notebook: the executed notebook, and what came of it in a batch."""
    root = tmp_path_factory.mktemp("project")
    folder = root / "notebooks"
    folder.mkdir()
    (folder / "reads_setting.py").write_text("import os\nvalue = os.environ.get('SETTING')\nprint('imported', value)\n")
    (folder / "leaves_settings.py").write_text("import matplotlib\nmatplotlib.rcParams['font.size'] = 98\n")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, cells in {"all": CELLS.values(), **OTHERS}.items():
        new = [nbformat.v4.new_code_cell("number = 1", id="parameters", metadata={"tags": ["parameters"]})]
        for place, code in enumerate(cells):
            tags = ["raises-exception"] if name == "all" and [*CELLS][place] in EXPECTED else []
            new.append(nbformat.v4.new_code_cell(code, id=f"case-{place}", metadata={"tags": tags}))
        nbformat.write(nbformat.v4.new_notebook(cells=new, metadata={"kernelspec": kernel}), folder / f"{name}.ipynb")
    names, within = ["all", *OTHERS], dict(os.environ)
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # with which a kernel would not hear what programs write
    try:
        found = {"ordinary": _batch(root, names, False), "forked": _batch(root, names, True)}
        subprocess.run([sys.executable, "-c", PROGRAM, folder / "all.ipynb", root / "told"], check=True)
    finally:
        os.environ.clear()
        os.environ.update(within)
    cells = []
    for kind, content, *_ in json.loads((root / "told").read_text(encoding="utf-8")):
        if kind == "cell":
            cells.append(json.loads(content))
        else:
            cells[-1]["outputs"] = json.loads(content)
    return found | {"inprocess": {"all": (nbformat.from_dict({"cells": cells}), None)}}


def _comparable(cell):
    """Outputs without what differs from process to process."""
    text = json.dumps(cell["outputs"] if cell else [], ensure_ascii=False, sort_keys=True)
    text = re.sub(r"CPU times.*?Wall time[^\\\"]*", "measured", text)
    return re.sub(r"0x[0-9a-f]+|ipykernel_\d+|\b[0-9a-f]{32}\b|\d\d:\d\d<.*?it/s", "", text)


def _cell(executed, way, name, place):
    found = [cell for cell in executed[way][name][0].cells if cell.get("id") == f"case-{place}"]
    return found[0] if found else None


@pytest.mark.parametrize("way", ["inprocess", "forked"])
@pytest.mark.parametrize("place", range(len(CELLS)), ids=list(CELLS))
def test_outputs_are_those_of_an_ordinary_kernel(executed, place, way):
    own, ordinary = (_cell(executed, each, "all", place) for each in (way, "ordinary"))
    assert _comparable(own) == _comparable(ordinary)


def test_every_case_was_run_up_to_the_error(executed):
    for way in WAYS:
        outputs = [_cell(executed, way, "all", place) for place in range(len(CELLS))]
        assert outputs[-2]["outputs"][-1]["ename"] == "ValueError"
        assert _comparable(outputs[-1]) == "[]"


@pytest.mark.parametrize("name", OTHERS)
def test_so_are_those_of_notebooks_that_end_early_set_something_or_print_much(executed, name):
    for place in range(len(OTHERS[name])):
        own, ordinary = (_cell(executed, each, name, place) for each in ("forked", "ordinary"))
        assert _comparable(own) == _comparable(ordinary)


@pytest.mark.parametrize("way", ["ordinary", "forked"])
def test_a_batch_makes_what_was_left_on_purpose_and_says_so(executed, way):
    made = {name: executed[way][name][1] for name in ("left", "left by a word", "left with a number", "all")}
    for name in ("left", "left by a word"):
        assert made[name].error == ""
        assert made[name].notes == ("ended early in cell 3: SystemExit",)
    assert made["left with a number"].error == "failed in cell 3: SystemExit: 3"
    assert re.fullmatch(r"failed in cell \d+: ValueError: 잘못", made["all"].error)


def test_both_ways_of_a_batch_make_the_same_page_from_the_same_files_and_keep_its_warnings(executed):
    for name in ("left", "set before an import", "settings of its own"):
        ordinary, forked = (executed[way][name][1] for way in ("ordinary", "forked"))
        assert forked.error == ""
        assert forked.html == ordinary.html
        assert forked.files == ordinary.files
    assert "notebooks/reads_setting.py" in executed["forked"]["set before an import"][1].files
    assert "cell 3:" in executed["forked"]["left"][1].warnings
    assert Path(__file__).name not in executed["forked"]["left"][1].html


def test_what_an_import_reads_and_prints_is_that_of_its_moment(executed):
    for way in ("ordinary", "forked"):
        cells = [_cell(executed, way, "set before an import", place) for place in range(3)]
        assert cells[1]["outputs"][0]["text"] == "imported mine\n"
        assert cells[2]["outputs"][0]["data"]["text/plain"] == "'mine'"
        assert _cell(executed, way, "settings of its own", 0)["outputs"][0]["data"]["text/plain"] == "10.0"
