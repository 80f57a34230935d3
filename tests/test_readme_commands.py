"""Every command of the READMEs, run in a copy of the repository; the guides have tests of their own.

What takes minutes has arguments added that make it small, and runs the same code.
"""

import json
import os
import re
import secrets
import shlex
import signal
import time
from pathlib import Path

import nbformat
import pytest
from copies import BIN, Copy, answer, free_port, jupyter_folders
from test_kosis import KEY, cells, narrowed, serving

REPORTS = ["bio_growth/total.ko", "photonics_trend/total.ko"]
SCRIPTS = ".venv/bin/python scripts/"
RUN, VERIFY, BENCHMARK = (f"{SCRIPTS}{name}.py" for name in ("run_reports", "verify_reports", "benchmark"))
FEW = {
    "batch": "--rounds 1 --workers 1 --sample 1 --many 2 --reports 2",
    "injection": "--figures 3 --pairs 1",
    "speed": "--figures 100",
    "coverage": "--draws 2",
    "nulls": "--permutations 20",
    "panel": "--rounds 1 --sample 1",
    f"{SCRIPTS}damage.py": "photonics/stages",
}
"""What makes measurements small; one worker, so that one report is left to be interrupted when the other is made."""

PRINTED = {
    "make help": (r"^make lab ",),
    "make reports": ("^0 made, 2 up to date, 0 failed$",),
    f"{RUN} --why": tuple(f"^{key}: up to date$" for key in REPORTS),
    f"{RUN} --parameters bio_growth": ("^  measure ", "^  segment "),
    f"{RUN} 'bio_growth/*' --workers 2": ("^0 made, 1 up to date, 0 failed$",),
    f"{RUN} photonics_trend/total.ko --set segment=광소재 --set language=en": (
        "^made photonics_trend/total.ko.segment_optical_materials.language_en$",
        r"build/one-off/photonics_trend/total.ko.segment_optical_materials.language_en.html$",
    ),
    VERIFY: ("^2 of 2 reports are up to date$",),
    f"{VERIFY} --sample 3": ("^2 of 2 made again are the same, byte for byte$",),
    f"{VERIFY} --execute": ("^2 of 2 made again are the same, byte for byte$",),
    f"{SCRIPTS}read_pages.py": ("^largest page: ", "^0 limits missed$"),
    f"{SCRIPTS}check_data.py": (r"^\d+ tables, \d+ rows: no faults$", r"^\d+ claims: ", "^Contradictions "),
    f"{SCRIPTS}damage.py": (r"^all +\d+ +\d+ +\d+ +0 +0 +0$",),
    f"{BENCHMARK} batch": (
        "^the batch, the plan of 2 reports, cold",
        "^papermill, .*1 of 1$",
        "^Ctrl-C to the end",
        "^2 reports, 2 at once: 2 made, 0 up",
    ),
    f"{BENCHMARK} injection": ("0 false alarms$", "^all ", "^two at once "),
    f"{BENCHMARK} speed": (r"^data/: \d+ figures", r"^ +90 "),
    f"{BENCHMARK} coverage": ("^sales, ", r"^   10     2 +0\.8 "),
    f"{BENCHMARK} nulls": ("^margins ",),
    f"{BENCHMARK} panel": tuple(f"^{name} " for name in ("photonics_trend", "bio_growth", "regional_strategic_tech")),
}
"""What each command has to print."""
OTHERS = {
    "make clean",
    "make lab",
    "make test",
    "make test PYTHON=python3.12",
    f"{RUN} --failed",
    f"{RUN} --dask tcp://192.0.2.1:8786",
    f"{SCRIPTS}fetch_kosis.py manufacturing",
    "papermill --engine inprocess",
    "jupyter nbconvert --to report",
}
"""Those that a test of their own runs; reports are made on a cluster in test_guides.py."""


def commands(root, readme):
    """The commands of a README: the lines of bash, and code in the text that is a command with its arguments."""
    text = (root / readme).read_text(encoding="utf-8")
    fence = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
    lines = [line for language, block in fence.findall(text) if language == "bash" for line in block.splitlines()]
    command = r"`((?:make|scripts/\w+\.py) [^`]+|(?:papermill|jupyter nbconvert) --[^`]+)`"
    said = re.findall(command, fence.sub("", text))
    lines += [line.replace("scripts/", SCRIPTS, line.startswith("scripts/")) for line in said]
    return {shlex.join(shlex.split(line, comments=True)) for line in lines}


@pytest.fixture(scope="module")
def copy(request, tmp_path_factory):
    return Copy(request.config.rootpath, tmp_path_factory.mktemp("commands"), REPORTS)


@pytest.fixture
def one_file():
    """The environment in which pytest runs one file of tests, not all of them, which would be this one again."""
    return {"PYTEST_ADDOPTS": "-n 0 -p no:cacheprovider tests/test_ratios.py"}


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_every_command_is_run_here(root, readme):
    ours = {shlex.join(shlex.split(line)) for line in [*PRINTED, *OTHERS]}
    assert commands(root, readme) == ours


@pytest.mark.parametrize("line", PRINTED)
def test_it_ends_well_and_prints_what_it_should(copy, line):
    printed = copy(*shlex.split(f"{line} {FEW.get(line.removeprefix(BENCHMARK).strip(), '')}"))
    assert [what for what in PRINTED[line] if not re.search(what, printed, flags=re.MULTILINE)] == [], printed
    assert copy("git", "status", "--short") == ""


def test_help_lists_every_target_and_every_script(copy):
    printed = copy("make", "help")
    (phony,) = re.findall(
        r"^\.PHONY: (\w.*)$", (copy.root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert sorted(re.findall(r"^make (\w+) ", printed, flags=re.MULTILINE)) == sorted(phony.split())
    programs = (
        path for path in (copy.root / "scripts").glob("*.py") if "def main(" in path.read_text(encoding="utf-8")
    )
    assert sorted(re.findall(r"scripts/(\w+\.py) ", printed)) == sorted(path.name for path in programs)
    assert copy("make") == printed


def test_the_checks_are_run_in_an_environment_that_another_python_makes(copy, one_file, tmp_path):
    python, log, environment = tmp_path / "python3.12", tmp_path / "log", tmp_path / "environment"
    python.write_text(f"""#!/bin/sh
# The Python of these tests, but for the two commands that would need the network.
echo "$*" >> {log}
case "$*" in
    "-m venv "*) mkdir -p "$4/bin" && ln -s {BIN}/ruff "$4/bin/ruff" && ln -s "$0" "$4/bin/python" ;;
    "-m pip install "*) ;;
    *) exec {BIN}/python "$@" ;;
esac
""")
    python.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = ["env", "make", f"VENV={environment}", "test", "PYTHON=python3.12"]
    printed = copy(*command, PATH=path, **one_file)
    told = ("^All checks passed!$", "files already formatted$", "rows: no faults$", r"^\d+ passed in")
    assert [what for what in told if not re.search(what, printed, flags=re.MULTILINE)] == [], printed
    ran = [line for line in log.read_text().splitlines() if not line.startswith("-c import sys")]
    install = "-m pip install --quiet --disable-pip-version-check -r requirements.txt"
    assert ran == [f"-m venv --clear {environment}", install, "scripts/check_data.py", "-m pytest --durations=10"]
    assert (environment / "installed").is_file()


def test_what_was_set_up_is_removed_but_no_report(copy):
    (copy.root / ".venv" / "bin").mkdir(parents=True)
    assert copy("make", "clean") == "rm -rf build .venv\n"
    assert not [name for name in ("build", ".venv") if (copy.root / name).exists()]
    assert copy("git", "status", "--short") == ""


def test_what_failed_is_made_again(copy):
    plan = copy.root / "reports" / "reports.yml"
    before = plan.read_text(encoding="utf-8")
    cell = nbformat.v4.new_code_cell("from pathlib import Path\nPath('awaited.txt').read_text()")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), copy.root / "notebooks" / "awaiting.ipynb")
    plan.write_text(before + "\n  - {notebook: awaiting, name: a}\n", encoding="utf-8")
    assert "0 made, 2 up to date, 1 failed" in copy("make", "reports", code=2)  # make says that a command failed
    (copy.root / "notebooks" / "awaited.txt").write_text("come", encoding="utf-8")
    printed = copy(*shlex.split(f"{RUN} --failed")).splitlines()
    assert "made awaiting/a" in printed
    assert printed[-1].startswith("1 made, ")
    copy("git", "checkout", "--quiet", "reports")
    copy("git", "clean", "--force", "--quiet", "reports", "notebooks")


def test_official_figures_are_retrieved(copy, data_copy):
    command = [*shlex.split(f"{SCRIPTS}fetch_kosis.py manufacturing"), "--data", str(narrowed(data_copy))]
    with serving() as server:
        server.answers = [cells()]
        printed = copy(*command, "--address", server.address, KOSIS_API_KEY=KEY)
    assert printed == "kosis/manufacturing.csv: 24 rows; 24 added, 0 changed, 0 gone\n"
    assert "https://kosis.kr/openapi/" in copy(*command, code=2, KOSIS_API_KEY="")


def test_papermill_and_nbconvert_make_a_page(copy, tmp_path):
    executed = tmp_path / "executed.ipynb"
    papermill = ["papermill", "--engine", "inprocess", "notebooks/bio_growth.ipynb", str(executed)]
    nbconvert = ["jupyter", "nbconvert", "--to", "report", str(executed)]
    for program, *arguments in (papermill, nbconvert):
        printed = copy(f".venv/bin/{program}", *arguments)
    assert "Writing" in printed
    finding = re.search(r'<ul class="findings">.*?</ul>', copy.page(REPORTS[0]), flags=re.DOTALL)[0]
    assert finding in executed.with_suffix(".html").read_text(encoding="utf-8")


def test_the_lab_opens_on_the_notebooks(copy, tmp_path):
    browser, opened, log = tmp_path / "browser", tmp_path / "opened", tmp_path / "log"
    browser.write_text(f'#!/bin/sh\ncat "${{1#file://}}" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    port, token = str(free_port()), secrets.token_hex()
    environment = {"JUPYTER_PORT": port, "JUPYTER_TOKEN": token, "BROWSER": str(browser)}
    lab = copy.start(["make", "lab"], log, **environment, **jupyter_folders(tmp_path))
    try:
        address = f"http://127.0.0.1:{port}/api/contents/notebooks?token={token}"
        found = {entry["name"] for entry in json.loads(answer(address, lab) or "{}").get("content", ())}
        while lab.poll() is None and not opened.exists():
            time.sleep(0.1)
    finally:
        os.killpg(lab.pid, signal.SIGTERM)
        lab.wait()
    notebooks = ("bio_growth", "explore", "photonics_trend", "regional_strategic_tech")
    assert {f"{name}.ipynb" for name in notebooks} <= found, log.read_text()
    assert f":{port}/lab/tree/notebooks/explore.ipynb?token={token}" in Path(opened).read_text()
    assert "strip_outputs.py" in copy("git", "config", "filter.notebook-outputs.clean")
