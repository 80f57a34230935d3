"""Where somebody sits before a notebook: a panel to try other choices, a style, and a memory of the cells that ran."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from IPython import get_ipython
from IPython.display import display

from notebook_reports.page import TEMPLATES
from notebook_reports.parameters import Declared

_last_run: dict[str, str] = {}
"""Code of cells as they last ran in this kernel, by the cell's id."""


def attended() -> bool:
    """Whether somebody sits before the notebook: JupyterLab lets a cell ask its reader something, a batch does not."""
    request = getattr(get_ipython(), "get_parent", dict)()
    return bool(request.get("content", {}).get("allow_stdin"))


def explore(declaration: Path, values: Mapping[str, object]) -> None:
    """A button that opens a panel on which to try other parameters; where nobody sits before it, nothing.

    Parameters
    ----------
    declaration : Path
        The YAML file that declares the notebook's parameters.
    values : mapping
        Their values by name, such as the notebook's ``globals()``.

    Raises
    ------
    RequestError
        A value is not what the declaration allows.
    """
    watch_cells()
    if attended():
        from notebook_reports.panel import offer  # widgets take a while to import

        declared = Declared(declaration)
        display(offer(declaration, declared.resolve({name: values[name] for name in declared.content.parameters})))


_HEADING, _UNLISTED = "<h1>", '<h1 class="jp-toc-ignore">'


@cache
def _style() -> str:
    return f'<style class="lab">{(TEMPLATES / "lab.css").read_text(encoding="utf-8").strip()}</style>'


def dressed(html: str) -> str:
    """HTML for JupyterLab, whose own style would tear key figures apart; in a batch as it is.

    A title in it is not listed among the notebook's headings, as the notebook has one of its own.
    """
    return _style() + str(html).replace(_HEADING, _UNLISTED) if attended() else str(html)


def undressed(html: str) -> str:
    """HTML that Report has shown, for a page with a style of its own."""
    return re.sub(r'<style class="lab">.*?</style>', "", html, flags=re.DOTALL).replace(_UNLISTED, _HEADING)


def watch_cells() -> None:
    """Remember from now on the code of each cell that runs, beginning with this one; in a batch, nothing."""
    if attended():
        request = get_ipython().get_parent()
        if cell := request.get("metadata", {}).get("cellId"):
            _last_run[cell] = request["content"]["code"]
        get_ipython().events.register("pre_run_cell", _remember)


def _remember(info: object) -> None:
    if info.cell_id:
        _last_run[info.cell_id] = info.raw_cell


def last_run(cell: str, saved: str) -> str:
    """The code of a cell as it last ran in this kernel, else as it is saved."""
    return _last_run.get(cell, saved)
