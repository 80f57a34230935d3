"""No year is wired into code, words, declarations or defaults: reference years come from the tables.

Years in the names of documents and tables, in citations of literature, and in comments and docstrings are no data.
"""

import ast
import csv
import json
import re

import pytest
import yaml

from kr_industry import ROOT

YEAR = re.compile(r"(?<![\d.])(?:19|20)\d{2}(?!\d)")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
CITED = re.compile(
    rf"(?!{MONTHS})\b[A-Z][\w’–-]+(?: (?:외|et al\.|and others))?,? \d{{4}}|\(\d{{4}}\)|(?<=\d{{4}}), \d{{4}}"
)
"""Authors with the year of what they wrote, as the methods name them."""


def _documents():
    with (ROOT / "data" / "sources.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}


def _wired(text):
    """Years in a text that are no citation and no part of the name of a document."""
    for name in sorted(_documents(), key=len, reverse=True):
        text = text.replace(name, "")
    return YEAR.findall(CITED.sub("", text))


def _is_data(node):
    """Whether years in what a line says or assigns count: not in docstrings, nor in the seed of random numbers."""
    return isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] != ["seed"]


def _in_code(source):
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr | ast.Assign) and not _is_data(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said and _is_wired(node.value):
            yield node.lineno, node.value


def _is_wired(value):
    if isinstance(value, str):
        return bool(_wired(value))
    return type(value) is int and 1950 < value < 2100  # 1950 and 2100 are what datapackage.json allows


def _texts(content):
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _texts(value) if name != "seed" else ()
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)
    else:
        yield str(content)


@pytest.mark.parametrize("path", sorted((ROOT / "src" / "kr_industry").rglob("*.py")), ids=lambda path: path.name)
def test_no_year_in_the_analysis(path):
    assert list(_in_code(path.read_text(encoding="utf-8"))) == []


NOTEBOOKS = ["bio_growth", "photonics_trend", "regional_strategic_tech"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_year_in_a_notebook(name):
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    found = [year for source in sources for year in _in_code(source)]
    said = [year for cell in cells if cell["cell_type"] == "markdown" for year in _wired("".join(cell["source"]))]
    assert (found, said) == ([], [])


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.yml")), ids=lambda path: path.name)
def test_no_year_in_words_columns_and_declarations(path):
    texts = _texts(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert [text for text in texts if _wired(text)] == []


def test_a_year_that_is_wired_is_seen():
    assert list(_in_code('"""Of 2020."""\nlast = 2024\nrows.query("year == 2020")')) == [(2, 2024), (3, "year == 2020")]
    assert _wired("2024년 생산") == ["2024"]
    assert _wired("세타 방법(Assimakopoulos·Nikolopoulos 2000; Hyndman·Billah 2003), Ang (2005)") == []
