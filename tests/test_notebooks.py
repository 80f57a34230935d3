"""The notebooks as committed: their form, what they show, and each run by plain papermill from another folder."""

import ast
import re
from pathlib import Path

import cells
import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError
from test_words import facts_lacking, keys_of

from notebook_reports import report, words
from notebook_reports.parameters import Declared

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
NAMES = sorted({path.name.partition(".")[0] for path in NOTEBOOKS.glob("*_*.words.yml")})
MARKER = "<!-- en -->"


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4)


@pytest.fixture
def size(root, monkeypatch):
    """The script that measures the code."""
    monkeypatch.syspath_prepend(root / "scripts")
    import code_size

    return code_size


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_a_title_and_a_paragraph_come_first(notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "remove-cell" in first.metadata.tags
    assert "parameters" in notebook.cells[1].metadata.tags
    panels = [place for place, cell in enumerate(notebook.cells) if "panel" in cell.metadata.get("tags", ())]
    assert panels in ([2], [])  # where there is one, it is on the first screen


def test_cells_are_short_and_define_nothing(notebook):
    for cell in code(notebook):
        assert len(cell.source.splitlines()) <= 26
        assert max(map(len, cell.source.splitlines())) <= 100
        tree = ast.parse(cell.source)
        defined = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.While)
        assert not [node for node in ast.walk(tree) if isinstance(node, defined)], cell.source
        assert not re.search(r"iterrows|itertuples|\.apply\(", cell.source)


def test_every_text_stands_in_both_languages_and_its_heading_once(notebook):
    headings = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            korean, marker, english = cell.source.partition(f"\n{MARKER}\n")
            assert marker, cell.source
            assert re.match(r"#{1,3} .*[가-힣]", korean)
            assert re.match(r"\*\*[^*가-힣]+\*\*", english.strip())
            headings += [line for line in cell.source.splitlines() if line.startswith("#")]
    assert len(headings) == len(set(headings)) == len([c for c in notebook.cells if c.cell_type == "markdown"])


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_question_shows_a_frame_or_a_chart_drawn_in_sight(size, path):
    assert size.questions(path)
    assert size.silent_questions(path) == []


def test_no_function_of_the_analysis_takes_a_language_or_words(root, size, tmp_path):
    assert size.that_take_words(root / "src" / "kr_industry") == []
    (tmp_path / "a.py").write_text("def f(x, *, language): ...", encoding="utf-8")
    assert size.that_take_words(tmp_path) == ["a.py:f"]


def test_the_first_code_cell_holds_the_declared_parameters(name, notebook):
    first = code(notebook)[0]
    assert first.metadata.tags == ["parameters"]
    values = {}
    exec(first.source, values)
    values.pop("__builtins__")
    declared = Declared(NOTEBOOKS / f"{name}.yml")
    assert list(values) == list(declared.content.parameters)
    resolved = declared.resolve(values)
    assert {name: values[name] for name in values if values[name] not in ("first", "last")}.items() <= resolved.items()
    assert all("#" in line for line in first.source.splitlines())


CHOICES = [
    ("photonics_trend", {}),
    ("photonics_trend", {"measure": "employment", "last_year": 2014, "language": "en"}),
    ("photonics_trend", {"measure": "firms", "last_year": 2016, "horizon": 5, "confidence": 80}),
    ("photonics_trend", {"segment": "optical_materials", "measure": "firms", "values": "printed"}),
    ("bio_growth", {}),
    ("bio_growth", {"measure": "exports", "language": "en"}),
    ("bio_growth", {"measure": "exports", "segment": "bio_environment"}),
    ("bio_growth", {"base_year": 2018, "horizon": 1, "values": "printed"}),
    ("regional_strategic_tech", {}),
    ("regional_strategic_tech", {"region": "gwangju", "source": "programmes", "coding": "explicit", "language": "en"}),
    ("regional_strategic_tech", {"region": "sejong", "technologies": "twelve", "permutations": 1000}),
]


@pytest.mark.parametrize(("name", "parameters"), CHOICES)
def test_no_sentence_lacks_a_fact_whatever_alternative_it_takes(monkeypatch, name, parameters):
    asked = {}

    def write(self, key, /, **facts):
        asked[key] = asked.get(key, set(facts)) & set(facts)
        return original(self, key, **facts)

    original = words.Words.text
    monkeypatch.setattr(words.Words, "text", write)
    cells.run(monkeypatch, name, **parameters)
    entries = keys_of(NOTEBOOKS / f"{name}.words.yml")
    own = {key: given for key, given in asked.items() if key in entries}
    lacking = {key: facts_lacking(entries[key], entries, given) for key, given in own.items()}
    assert {key: names for key, names in lacking.items() if names} == {}


@pytest.mark.parametrize(
    ("name", "parameters", "results"),
    [
        ("photonics_trend", {"segment": "광소재", "language": "en"}, {"segment_sales_2018": 1355}),
        ("bio_growth", {"measure": "수출", "language": "en"}, {"production_growth_2020": 38.185}),
        ("regional_strategic_tech", {"region": "광주", "permutations": 1000}, {"region_technologies": 1}),
    ],
)
def test_plain_papermill_runs_it_and_it_answers(root, tmp_path, name, parameters, results):
    executed = _papermill(root, tmp_path, name, **parameters)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    shown = [output["data"] for output in outputs if output.output_type == "display_data"]
    recorded = {each["name"]: each["value"] for data in shown for each in data.get(report.RESULT, ())}
    for result, value in results.items():
        assert recorded[result] == pytest.approx(value, abs=1e-3)
    assert any("<svg" in data.get("text/html", "") for data in shown)
    assert sum('<div class="table">' in data.get("text/html", "") for data in shown) >= 2
    assert not [output for output in outputs if output.output_type in ("stream", "error")]


def _papermill(root, tmp_path, name, **parameters):
    """What ``papermill`` makes, here without the start of another program."""
    return papermill.execute_notebook(
        root / "notebooks" / f"{name}.ipynb", tmp_path / "out.ipynb", parameters, cwd=tmp_path, progress_bar=False
    )


def test_a_wrong_parameter_is_told_by_the_notebook_itself(root, tmp_path):
    with pytest.raises(PapermillExecutionError, match=re.escape("did you mean '광통신'?")):
        _papermill(root, tmp_path, "photonics_trend", segment="광통")


def test_exploring_takes_three_lines_a_step_and_answers(monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr(report, "display", lambda data, **_: shown.append(data))
    steps = code(nbformat.read(NOTEBOOKS / "explore.ipynb", 4))
    assert max(len(cell.source.splitlines()) for cell in steps[1:]) <= 3
    space, values = {}, []
    for cell in steps:
        *first, last = ast.parse(cell.source).body
        exec(compile(ast.Module(first, []), cell.id, "exec"), space)
        if isinstance(last, ast.Expr):
            values.append(eval(compile(ast.Expression(last.value), cell.id, "eval"), space))
        else:
            exec(compile(ast.Module([last], []), cell.id, "exec"), space)
        if "report" in space:
            space["report"]._folder = tmp_path
    assert len([data for data in shown if "<svg" in data.get("text/html", "")]) == 2
    turns = next(value for value in values if isinstance(value, dict))
    fewer, more = turns
    assert more == fewer + 1
    assert all(low <= place <= high for place, low, high in turns.values())
    assert turns[fewer] != turns[more]  # the turn, or what bounds it, follows the year
    record = next(value for value in values if hasattr(value, "columns") and "mean_drift" in value.columns)
    assert {"half_drift", "random_walk", "log_line"} <= set(record.columns)
    assert record["mean_drift"].notna().all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["annual.xlsx", "forecast.png"]


def test_exploring_names_every_notebook(notebook, name):
    first = nbformat.read(NOTEBOOKS / "explore.ipynb", 4).cells[0].source
    assert first.count(f"({name}.ipynb)") == 2
