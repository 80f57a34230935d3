"""Begins a project: a plan for the notebooks that a folder has, or for an example where it has none."""

import json
import textwrap
from pathlib import Path

import yaml

from notebook_reports.parameters import RequestError
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
_EXAMPLE = [
    ("markdown", "# What a hundred becomes\n\nA sum that grows by the same rate year after year."),
    ("parameters", "rate = 3  # percent a year\nyears = 20"),
    (
        "code",
        "import matplotlib.pyplot as plt\nimport pandas as pd\n\n"
        'year = pd.RangeIndex(years + 1, name="year")\n'
        'sums = pd.DataFrame({"sum": 100 * (1 + rate / 100) ** year}, index=year)',
    ),
    ("markdown", "## Its course"),
    ("code", 'fig, ax = plt.subplots()\nax.plot(sums)\nax.set(xlabel="year", ylabel="sum")\nplt.show()'),
    ("markdown", "## Every fifth year"),
    ("code", "sums[::5].round(1)"),
]


def notebooks_in(folder: Path) -> list[str]:
    """The names of the notebooks below a folder, without those of hidden folders."""
    below = (path.relative_to(folder) for path in folder.rglob("*.ipynb"))
    return sorted(path.with_suffix("").as_posix() for path in below if not any(p.startswith(".") for p in path.parts))


def begin(root: Path, plan: Path) -> list[str]:
    """Write a plan for the notebooks in ``notebooks/``, those beside it included if there are any.

    Parameters
    ----------
    root : Path
        The folder of the project.
    plan : Path
        Where its plan stands, from there.

    Returns
    -------
    list of str
        What was done, in words.

    Raises
    ------
    RequestError
        There is a plan, there is no notebook that can be run, or nothing can be written.
    """
    if (root / plan).exists():
        raise RequestError(f"{root / plan} is there already; nothing was written")
    beside, below = sorted(path.stem for path in root.glob("[!.]*.ipynb")), notebooks_in(root / "notebooks")
    names = beside + [f"notebooks/{name}" for name in below] if beside else below
    said, texts = [], {}
    folder, entries, hint = "." if beside else "notebooks", [], ""
    for name in names:
        if fault := _fault(root / folder / f"{name}.ipynb"):
            said.append(f"left out {name}.ipynb: {fault}")
        else:
            entries.append({"notebook": name, "name": "report"})
            hint = hint or _HINT.format(notebook=name)
    if names and not entries:
        raise RequestError("\n".join([*said, "no notebook can be run; nothing was written"]))
    if not names:
        texts[root / "notebooks" / "example.ipynb"] = _example()
        entries = [{"notebook": "example", "name": "rate_$rate", "matrix": {"rate": [1, 3, 5]}}]
    listed = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000)
    where = "notebooks: .\n" if beside else ""
    texts[root / plan] = f"{_HEAD}{where}reports:\n{textwrap.indent(listed, '  ')}{hint}"
    for path, text in texts.items():
        try:
            write_whole(path, text)
        except OSError as error:
            raise RequestError(f"{path}: cannot be written: {error.strerror}") from error
        said.append(f"wrote {path.relative_to(root).as_posix()}")
    return [*said, "notebook-reports run makes the pages"]


def _fault(path: Path) -> str:
    """Why a notebook cannot be run without further ado; empty where it can."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        language = about.get("language_info", {}).get("name") or about.get("kernelspec", {}).get("language", "python")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "it is no notebook that can be read"
    return "" if language == "python" else f"it is written in {language}; where its kernel is there, add it to the plan"


def _example() -> str:
    """The text of a small notebook."""
    cells = []
    for number, (kind, source) in enumerate(_EXAMPLE):
        tags = {"tags": ["parameters"]} if kind == "parameters" else {}
        code = {} if kind == "markdown" else {"execution_count": None, "outputs": []}
        cell = {"cell_type": "code" if code else "markdown", "id": f"cell-{number}", "metadata": tags, **code}
        cells.append({**cell, "source": source.splitlines(keepends=True)})
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"
