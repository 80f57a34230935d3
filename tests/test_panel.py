"""The panel of a notebook: controls, what follows them, what is copied; and that a batch has none of it."""

import gc
import re
import shlex
import subprocess
import sys
from types import SimpleNamespace
from weakref import WeakKeyDictionary

import nbformat
import pytest
from bs4 import BeautifulSoup
from IPython.core.interactiveshell import InteractiveShell

from notebook_reports import drawing, lab, panel
from notebook_reports.panel import Panel, offer, run, steps
from notebook_reports.parameters import Declared
from notebook_reports.plan import command_for, entry_for, read_plan

DECLARATION = """
title: {ko: 제목, en: Title}
description: {ko: 설명, en: Description}
parameters:
  kind: {type: choice, label: {ko: 종류, en: Kind}, help: {ko: 어느 것, en: Which}, listed: [{file: kinds.csv}]}
  first: {type: integer, help: {ko: 첫해, en: First}, minimum: 1, maximum: 5}
  last: {type: integer, help: {ko: 끝해, en: Last}, minimum: 1, maximum: 50}
  seed: {type: integer, help: {ko: 시드, en: Seed}, minimum: 0}
  share: {type: number, help: {ko: 몫, en: Share}, maximum: 1}
  wide: {type: boolean, help: {ko: 넓게, en: Wide}}
  note: {type: text, help: {ko: 메모, en: Note}, pattern: "[a-z]*"}
  language: {type: choice, help: {ko: 언어, en: Language}, choices: [ko, en]}
"""
DEFAULTS = "kind = 'a'\nfirst = 1\nlast = 9\nseed = 1\nshare = 0.5\nwide = False\nnote = ''\nlanguage = 'ko'"
CELLS = [
    "from notebook_reports.report import Report\nfrom notebook_reports.parameters import RequestError\n"
    "report = Report(language)\nreport.front(f'{kind} {first}', '', '', [note or '-'])",
    "if first > last:\n    raise RequestError(f'{first} > {last} <b>')\nreport.say('*별*')\n"
    "report.record('width', last - first, 'years', 1, 2)",
]


@pytest.fixture(scope="module", autouse=True)
def shell():
    """A shell, in which cells display."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture
def small(tmp_path):
    """The panel of a notebook that takes parameters of every type."""
    for folder in ("notebooks", "reports"):
        (tmp_path / folder).mkdir()
    (tmp_path / "kinds.csv").write_text("id,ko,en\na,가,one\nb,나,two\n", encoding="utf-8")
    (tmp_path / "notebooks" / "x.yml").write_text(DECLARATION, encoding="utf-8")
    (tmp_path / "reports" / "reports.yml").write_text(
        "reports: [{notebook: x, name: plain}, {notebook: x, name: b, parameters: {kind: b}}]"
    )
    cells = [nbformat.v4.new_code_cell(DEFAULTS, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_markdown_cell("# 안내", metadata={"tags": ["remove-cell"]})]
    cells += [nbformat.v4.new_code_cell(CELLS[0], id="front")]
    cells += [nbformat.v4.new_code_cell("raise SystemExit", metadata={"tags": ["panel"]})]
    cells += [nbformat.v4.new_markdown_cell("## 빈 물음\n<!-- en -->\n**Idle**"), nbformat.v4.new_code_cell("wide")]
    cells += [nbformat.v4.new_markdown_cell("## 물음\n<!-- en -->\n**Question**"), nbformat.v4.new_code_cell("wide")]
    cells += [nbformat.v4.new_code_cell(CELLS[1], id="said")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebooks" / "x.ipynb")
    return Panel(tmp_path / "notebooks" / "x.yml", {})


def _copied(view):
    return [area.string for area in BeautifulSoup(view.copies.value, "html.parser").find_all("textarea")]


def _shown(view):
    return "".join(part.value for part in view.parts)


def test_every_type_has_a_control_that_offers_what_is_accepted(small):
    controls = small.views[0].controls
    kinds = {name: type(control).__name__ for name, control in controls.items()}
    assert kinds == {
        "kind": "Dropdown", "first": "Dropdown", "last": "IntSlider", "seed": "BoundedIntText",
        "share": "BoundedFloatText", "wide": "Checkbox", "note": "Text", "language": "Dropdown",
    }  # fmt: skip
    assert controls["kind"].options == (("가", "a"), ("나", "b"))
    assert (controls["last"].min, controls["last"].max, controls["seed"].min, controls["share"].max) == (1, 50, 0, 1)
    assert {name: control.value for name, control in controls.items()} == small.defaults


def test_what_is_shown_follows_a_control(small):
    view = small.views[0]
    assert "<h1>a 1</h1>" in _shown(view)
    view.controls["kind"].value, view.controls["last"].value = "b", 20
    assert "<h1>b 1</h1>" in _shown(view)
    assert BeautifulSoup(_shown(view), "html.parser").h2.text == "물음"
    assert "<p>*별*</p>" in _shown(view)
    assert "19 [1, 2]" in small.results.value
    assert view.note.value == ""


def test_what_a_control_offers_follows_the_choice_that_it_depends_on(small):
    root = small.root
    towns = "id,ko,en,kind\nx,엑스,X,a\ny,와이,Y,b\nz,제트,Z,b\n"
    (root / "towns.csv").write_text(towns, encoding="utf-8")
    (root / "a.csv").write_text("year\n2001\n2004\n", encoding="utf-8")
    (root / "b.csv").write_text("year\n2010\n2012\n", encoding="utf-8")
    path = root / "notebooks" / "x.yml"
    place = '{type: choice, help: {ko: 곳, en: Where}, listed: [{file: towns.csv, where: {kind: "{kind}"}}]}'
    year = '{type: integer, help: {ko: 해, en: Year}, column: {file: "{kind}.csv", name: year}}'
    path.write_text(f"{DECLARATION}  town: {place}\n  year: {year}\n", encoding="utf-8")
    notebook = nbformat.read(path.with_suffix(".ipynb"), 4)
    notebook.cells[0].source += "\ntown = 'x'\nyear = 2004"
    notebook.cells[2].source += "\nreport.say(f'{town} {year}')"
    nbformat.write(notebook, path.with_suffix(".ipynb"))
    view = Panel(path, {}).views[0]
    assert [option[1] for option in view.controls["town"].options] == ["x"]
    assert "x 2004" in _shown(view)
    view.controls["kind"].value = "b"
    assert [option[1] for option in view.controls["town"].options] == ["y", "z"]
    assert [option[1] for option in view.controls["year"].options] == [2010, 2012]
    assert "y 2010" in _shown(view)
    assert _copied(view)[0] == "notebook-reports run x/b --set town=y --set year=2010"
    view.controls["town"].value = "z"
    assert "z 2010" in _shown(view)
    view.controls["kind"].value = "a"
    assert "x 2004" in _shown(view)  # the year nearest to 2010


def test_the_language_names_the_controls(small):
    view = small.views[0]
    view.controls["language"].value = "en"
    assert (view.controls["kind"].description, view.controls["kind"].tooltip) == ("Kind", "Which")
    assert view.controls["kind"].options == (("One", "a"), ("Two", "b"))
    assert [heading.text for heading in BeautifulSoup(_shown(view), "html.parser").find_all("h2")] == ["Question"]
    assert "Try other choices" in small.title.value


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"last": 2, "first": 5}, "5 &gt; 2 &lt;b&gt;"), ({"note": "A1"}, "allowed are texts of the form [a-z]*")],
)
def test_a_refusal_is_told_and_the_last_good_view_stays(small, changes, words):
    view = small.views[0]
    *before, last = changes
    for name in before:
        view.controls[name].value = changes[name]
    good, copied, results = _shown(view), view.copies.value, small.results.value
    view.controls[last].value = changes[last]
    assert words in view.note.value
    assert "마지막으로 만든 것을 그대로 둔다" in view.note.value
    assert (_shown(view), view.copies.value, small.results.value) == (good, copied, results)
    view.controls[last].value = small.defaults[last]
    assert view.note.value == ""


def test_two_choices_stand_side_by_side_and_what_differs_is_marked(small):
    small.compare.value = True
    left, right = small.views
    right.controls["last"].value = 30
    assert [view.results["width"]["value"] for view in small.views] == [8, 29]
    assert [row.children for row in small.rows.children[:-1]] == list(zip(left.parts, right.parts, strict=True))
    assert re.search(r'<tr class="moved">.*?>8 .*?>29 ', small.results.value)
    small.compare.value = False
    assert small.views == [left]
    assert "moved" not in small.results.value


def test_the_command_starts_from_the_nearest_report(small):
    view = small.views[0]
    view.controls["kind"].value = "b"
    assert _copied(view) == ["notebook-reports run x/b --force", "# 이미 계획에 있다: x/b"]
    view.controls["last"].value = 7
    command, entry = _copied(view)
    assert command == "notebook-reports run x/b --set last=7"
    assert entry == "  - notebook: x\n    name: b_last_7.ko\n    parameters: {kind: b, last: 7, language: ko}"
    plan = small.root / "reports" / "reports.yml"
    for number, name in enumerate(("b_last_7.ko", "b_last_7_2.ko")):
        taken = f", {{notebook: x, name: {name}, parameters: {{seed: {number}}}}}]"
        plan.write_text(plan.read_text().replace("]", taken))
    other = Panel(small.root / "notebooks" / "x.yml", {"kind": "b", "last": 7})
    assert "    name: b_last_7_3.ko\n" in _copied(other.views[0])[1]


def test_it_runs_cells_as_they_last_ran_here_else_as_saved(small, monkeypatch):
    monkeypatch.setattr(lab, "_last_run", {"said": "report.say('고친 말')", "elsewhere": "raise SystemExit"})
    shown = _shown(Panel(small.root / "notebooks" / "x.yml", {}).views[0])
    assert "고친 말" in shown
    assert "*별*" not in shown
    assert "<h1>a 1</h1>" in shown


def test_cells_that_run_are_remembered_where_somebody_sits_before_them(shell, monkeypatch):
    ran = SimpleNamespace(cell_id="b", raw_cell="2")
    monkeypatch.setattr(lab, "_last_run", {})
    monkeypatch.setattr(lab, "get_ipython", lambda: shell)
    lab.watch_cells()  # nobody is there
    shell.events.trigger("pre_run_cell", ran)
    assert lab._last_run == {}
    request = {"content": {"allow_stdin": True, "code": "1"}, "metadata": {"cellId": "a"}}
    monkeypatch.setattr(shell, "get_parent", lambda: request, raising=False)
    lab.watch_cells()
    shell.events.trigger("pre_run_cell", ran)
    shell.events.unregister("pre_run_cell", lab._remember)
    assert lab._last_run == {"a": "1", "b": "2"}


def test_a_button_opens_the_panel_and_closes_it_and_before_nothing_runs(small, monkeypatch):
    opened = []
    monkeypatch.setattr(panel, "Panel", lambda *given: opened.append(given) or small)
    box = offer(small.root / "notebooks" / "x.yml", {"language": "en"})
    (button,) = box.children
    assert (button.description, opened) == ("Try other choices", [])
    button.click()
    assert box.children == (button, small.box)
    assert (button.description, len(opened)) == ("Close", 1)
    button.click()
    assert box.children == (button,)


def test_what_keeps_a_panel_from_opening_is_told(small):
    (small.root / "reports" / "reports.yml").write_text("reports: <none>")
    box = offer(small.root / "notebooks" / "x.yml", {})
    box.children[0].click()
    assert "RequestError: " in box.children[1].value
    assert "&lt;none&gt;" in box.children[1].value


def test_what_is_for_jupyterlab_alone_and_headings_under_which_nothing_appears_are_left_out(small):
    assert "안내" not in _shown(small.views[0])
    assert "빈 물음" not in _shown(small.views[0])


@pytest.mark.parametrize(
    ("notebook", "changes"),
    [
        ("photonics_trend", {"segment": "light_sources", "first_year": 2008, "language": "en"}),
        ("bio_growth", {"measure": "exports", "segment": "bio_food", "values": "printed"}),
        ("regional_strategic_tech", {"region": "busan", "technologies": "twelve", "coding": "explicit"}),
    ],
)
def test_command_and_entry_ask_for_the_very_parameters(root, tmp_path, notebook, changes):
    declared = Declared(root / "notebooks" / f"{notebook}.yml")
    defaults = declared.resolve(declared.defaults)
    chosen, plan = defaults | changes, read_plan(root / "reports" / "reports.yml", root / "notebooks")
    path = tmp_path / "plan.yml"
    path.write_text((root / "reports" / "reports.yml").read_text() + entry_for(notebook, chosen, defaults))
    assert defaults | read_plan(path, root / "notebooks")[-1].parameters == chosen
    _, _, start, *settings = shlex.split(command_for(plan, notebook, chosen, declared))
    began = next(report.parameters for report in plan if report.key == start)
    given = dict(setting.split("=") for setting in settings if setting != "--set")
    assert defaults | began | declared.resolve(given) == chosen


def test_the_command_makes_the_report(root, tmp_path):
    panel = Panel(root / "notebooks" / "photonics_trend.yml", {"segment": "optical_materials", "measure": "firms"})
    program, *arguments = shlex.split(_copied(panel.views[0])[0])
    assert program == "python"
    done = subprocess.run([sys.executable, *arguments, "--out", tmp_path], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (page,) = (tmp_path / "photonics_trend").glob("*.html")
    made = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select(".findings li")
    seen = BeautifulSoup(_shown(panel.views[0]), "html.parser").select(".findings li")
    assert [item.text for item in made] == [item.text for item in seen]
    assert "explore" not in page.read_text(encoding="utf-8")
    assert "widget" not in page.read_text(encoding="utf-8")


def test_ids_are_those_of_one_part_alone(root):
    panel = Panel(root / "notebooks" / "photonics_trend.yml", {})
    panel.compare.value = True
    found = [name for view in panel.views for name in re.findall(r'\bid="([^"]+)"', _shown(view))]
    used = set(re.findall(r'(?:url\(|href=")#([\w.-]+)', "".join(map(_shown, panel.views))))
    assert len(found) > 10
    assert len(found) == len(set(found))
    assert used <= set(found)


@pytest.mark.parametrize(
    ("notebook", "name", "value"),
    [
        ("photonics_trend", "measure", "firms"),
        ("bio_growth", "measure", "exports"),
        ("regional_strategic_tech", "source", "both"),
    ],
)
def test_a_change_shows_what_a_run_from_the_start_would(root, monkeypatch, notebook, name, value):
    path = root / "notebooks" / f"{notebook}.ipynb"
    cells, defaults = steps(path), Declared(path.with_suffix(".yml")).defaults
    for values in (defaults, defaults | {name: value}, defaults):
        list(run(cells, values))
    after = list(run(cells, defaults | {name: value}))
    monkeypatch.setattr(drawing, "_DRAWN", WeakKeyDictionary())
    assert after == list(run(cells, defaults | {name: value}))
    assert sum("<svg" in data.get("text/html", "") for shown in after for data in shown) >= 3


def test_a_changed_data_file_is_seen(tmp_path):
    (tmp_path / "a.csv").write_text("name,number\n가,1\n나,2\n", encoding="utf-8")
    code = (
        "import pandas as pd\nfrom kr_industry import charts\nfrom notebook_reports.report import Report\n"
        "fig, ax = charts.figure(2)\nax.bar_label(ax.bar('name', 'number', data=pd.read_csv(path)))\n"
        "Report('ko').chart(fig, 'a', 'b')"
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), tmp_path / "x.ipynb")
    cells, values = steps(tmp_path / "x.ipynb"), {"path": tmp_path / "a.csv"}
    first = list(run(cells, values))
    assert list(run(cells, values)) == first
    (tmp_path / "a.csv").write_text("name,number\n가,1\n나,3\n", encoding="utf-8")
    assert ">3</text>" in next(run(cells, values))[0]["text/html"]
    assert ">3</text>" not in first[0][0]["text/html"]


def test_a_cell_that_fails_leaves_the_collection_of_garbage_on(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), tmp_path / "x.ipynb")
    with pytest.raises(ZeroDivisionError):
        list(run(steps(tmp_path / "x.ipynb"), {}))
    assert gc.isenabled()


PROGRAM = """
import sys
from pathlib import Path
from notebook_reports.lab import explore
values = dict(industry="photonics", scope="apart", measure="sales", segment="total", first_year=1999, last_year=2018,
              horizon=3, confidence=95, values="corrected", language="ko")
explore(Path({path!r}), values)
print("ipywidgets" in sys.modules, "notebook_reports.panel" in sys.modules)
"""


@pytest.mark.parametrize("asks", [False, True])
def test_it_is_built_only_where_somebody_can_be_asked(root, asks):
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    shown = []
    try:
        path = str(root / "notebooks" / "photonics_trend.yml")
        client.execute_interactive(PROGRAM.format(path=path), allow_stdin=asks, output_hook=shown.append)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    printed = "".join(message["content"].get("text", "") for message in shown)
    assert printed == f"{asks} {asks}\n"
    views = [m for m in shown if "application/vnd.jupyter.widget-view+json" in m["content"].get("data", {})]
    assert len(views) == asks
