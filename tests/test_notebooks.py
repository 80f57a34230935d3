"""The notebooks as committed, and each run by plain papermill from another folder, as a reader would."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NAMES = sorted(path.stem for path in (Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def notebook(root, name):
    return nbformat.read(root / "notebooks" / f"{name}.ipynb", 4)


def test_no_notebook_is_committed_with_outputs(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_code_is_short_and_defines_nothing(notebook):
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(len([line for line in source.splitlines() if line.strip()]) for source in code) <= 100
    assert max(len(source.splitlines()) for source in code) <= 20
    assert not any(line.lstrip().startswith(("def ", "class ", "lambda")) for s in code for line in s.splitlines())


def test_the_first_code_cell_holds_the_declared_parameters(root, name, notebook):
    from notebook_reports.parameters import Declared

    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.metadata.tags == ["parameters"]
    values = {}
    exec(first.source, values)
    values.pop("__builtins__")
    path = root / "notebooks" / f"{name}.yml"
    assert list(values) == list(Declared(path).content.parameters)
    assert Declared(path).resolve(values) == values
    assert all("#" in line for line in first.source.splitlines())


def test_every_text_stands_in_both_languages(notebook):
    texts = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    assert [cell.metadata.tags for cell in texts] == [["ko"], ["en"]] * (len(texts) // 2)


def _papermill(root, tmp_path, name, **parameters):
    target = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(root / "notebooks" / f"{name}.ipynb"), str(target)]
    for key, value in parameters.items():
        command += ["-p", key, str(value)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    return done, nbformat.read(target, 4)


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("photonics_trend", {}, "2013년 2조 7,105억 원으로 늘었다"),
        ("photonics_trend", {"segment": "광소재", "measure": "firms", "first_year": 2008, "language": "en"},
         "so no turn in growth is estimated and no forecast made"),
        ("photonics_trend", {"measure": "firms", "last_year": 2016, "horizon": 5, "confidence": 80},
         "2017년 업체 수 전망은"),
        ("photonics_trend", {"measure": "employment", "last_year": 2014}, "고용인원은 1999년 1,896명에서"),
        ("bio_growth", {}, "바이오의료기기가 22.4%p로 59%를"),
        ("bio_growth", {"measure": "exports", "segment": "bio_environment"}, "바이오환경 수출은 2019년 6억"),
        ("bio_growth", {"measure": "수출", "language": "en"}, "54 to 86% of the increase of exports"),
        ("bio_growth", {"base_year": 2018, "horizon": 1, "confidence": 80, "values": "printed"},
         "2020년까지 28.4%(2개 구간), 2019년까지만 보면 19.3%이다"),
        ("regional_strategic_tech", {}, "13곳이 10대 전략기술을 하나 이상 들었고"),
        ("regional_strategic_tech", {"region": "광주", "source": "programmes", "coding": "explicit", "language": "en"},
         "Gwangju named 2 of the ten strategic technologies"),
        ("regional_strategic_tech", {"technologies": 2022, "source": "both", "permutations": 1000, "seed": 7},
         "12대 전략기술을 하나 이상 들었고"),
    ],
)  # fmt: skip
def test_plain_papermill_runs_it_and_it_answers(root, tmp_path, name, parameters, sentence):
    done, executed = _papermill(root, tmp_path, name, **parameters)
    assert done.returncode == 0, done.stderr
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    html = [output["data"].get("text/html", "") for output in outputs if output.output_type == "display_data"]
    assert sum("<svg" in text for text in html) >= 4
    assert sum('<div class="table">' in text for text in html) >= 2
    assert sentence in "".join(html)
    assert not [output for output in outputs if output.output_type == "stream"]


def test_a_wrong_parameter_is_told_by_the_notebook_itself(root, tmp_path):
    done, _ = _papermill(root, tmp_path, "photonics_trend", segment="광통")
    assert done.returncode != 0
    assert "did you mean '광통신'?" in done.stderr
