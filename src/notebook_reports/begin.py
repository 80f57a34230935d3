"""Begins a project: a plan for the notebooks that a folder has, or for an example where it has none."""

from pathlib import Path

from notebook_reports.page import TEMPLATES
from notebook_reports.parameters import RequestError, notebooks_in, read_notebook
from notebook_reports.safe_yaml import entries
from notebook_reports.store import write_whole

_HEAD = """\
# The plan: an entry is a notebook with one set of parameters, or with every combination of a matrix.
# notebook-reports run makes what is not up to date; a page stands at reports/<notebook>/<name>.html.
"""
_HINT = """\
# Values for what stands in the cell tagged "parameters", here of two parameters, for four reports:
#  - notebook: {notebook}
#    name: ${{region}}_$year
#    matrix: {{region: [north, south], year: [2023, 2024]}}
"""
_EXAMPLE = {"notebook": "example", "name": "rate_$rate", "matrix": {"rate": [1, 3, 5]}}


def begin(root: Path, plan: Path) -> list[str]:
    """Write a plan for the notebooks in ``notebooks/``, those beside it included if there are any; what was done.

    RequestError where there is a plan, no notebook can be run, or nothing can be written.
    """
    if (root / plan).exists():
        raise RequestError(f"{root / plan} is there already; nothing was written")
    beside, below = sorted(path.stem for path in root.glob("[!.]*.ipynb")), notebooks_in(root / "notebooks")
    names = beside + [f"notebooks/{name}" for name in below] if beside else below
    folder, said, usable = root if beside else root / "notebooks", [], []
    for name in names:
        try:
            language = read_notebook(folder / f"{name}.ipynb").language
        except RequestError:
            said.append(f"left out {name}.ipynb: it is no notebook that can be read")
            continue
        if language == "python":
            usable.append(name)
        else:
            fault = f"it is written in {language}; where its kernel is there, add it to the plan"
            said.append(f"left out {name}.ipynb: {fault}")
    if names and not usable:
        raise RequestError("\n".join([*said, "no notebook can be run; nothing was written"]))
    listed = entries([{"notebook": name, "name": "report"} for name in usable] or [_EXAMPLE])
    hint = _HINT.format(notebook=usable[0]) if usable else ""
    where = "notebooks: .\n" if beside else ""
    texts = {root / plan: f"{_HEAD}{where}reports:\n{listed}{hint}"}
    if not names:
        texts[folder / "example.ipynb"] = (TEMPLATES / "example.ipynb").read_text(encoding="utf-8")
    for path, text in reversed(texts.items()):
        try:
            write_whole(path, text)
        except OSError as error:
            raise RequestError(f"{path}: cannot be written: {error.strerror}") from error
        said.append(f"wrote {path.relative_to(root).as_posix()}")
    return [*said, "notebook-reports run makes the pages"]
