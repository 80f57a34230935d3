"""The code cells of a notebook run in this process: what they compute, say and record."""

from types import SimpleNamespace

import nbformat
import pandas as pd
from conftest import ROOT
from matplotlib.layout_engine import ConstrainedLayoutEngine

from notebook_reports import FRONT, recorded


def run(monkeypatch, name, tables=None, drawn=False, **parameters):
    """Run a notebook's cells with parameters, and with some tables of data/ replaced.

    ``values`` are the names that the cells leave, ``text`` what the report says, ``front`` its first screen,
    ``results`` the recorded numbers by name. Charts are made, but only laid out and written where that is asked for,
    which takes longer than all else.
    """
    from kr_industry import data

    shown, load = [], data.load
    monkeypatch.setattr("notebook_reports.report._show", shown.append)
    monkeypatch.setattr(
        data, "load", lambda table, *more, **kw: (tables or {}).get(table, load(table, *more, **kw)).copy()
    )
    if not drawn:
        monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda *_: None)
        monkeypatch.setattr("notebook_reports.report.svg", lambda *_: "<svg></svg>")
    values = {}
    for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}.ipynb, {cell.id}", "exec"), values)
        if "parameters" in cell.metadata.get("tags", []):
            values.update(parameters)
    rows = [row for bundle in shown for row in recorded(bundle)]
    return SimpleNamespace(
        values=values,
        text="\n".join(str(bundle["text/plain"]) for bundle in shown if not recorded(bundle)),
        front=next(bundle[FRONT] for bundle in shown if FRONT in bundle),
        results=pd.DataFrame(rows).set_index("name"),
    )
