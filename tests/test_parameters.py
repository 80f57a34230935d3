import json
import unicodedata
from datetime import date

import nbformat
import pytest

from notebook_reports.parameters import Declared, RequestError, check_parameters


@pytest.fixture
def photonics(root):
    return root / "notebooks" / "photonics_trend.yml"


@pytest.mark.parametrize("spelling", ["optical_communication", "광통신", "Optical communication"])
def test_a_choice_takes_the_identifier_or_either_name(photonics, spelling):
    assert Declared(photonics).resolve({"segment": spelling}) == {"segment": "optical_communication"}


def test_a_choice_may_be_listed_in_two_files(root):
    path = root / "notebooks" / "regional_strategic_tech.yml"
    assert Declared(path).resolve({"region": "전국"}) == {"region": "national"}
    assert Declared(path).resolve({"region": "광주"}) == {"region": "gwangju"}


def test_decomposed_hangul_is_what_it_looks_like(photonics, tmp_path):
    asked = {"segment": unicodedata.normalize("NFD", "광통신")}
    assert asked["segment"] != "광통신"
    assert Declared(photonics).resolve(asked) == {"segment": "optical_communication"}
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data").mkdir()
    declaration = tmp_path / "notebooks" / "x.yml"
    declaration.write_text(
        "title: {ko: a, en: b}\ndescription: {ko: a, en: b}\n"
        "parameters: {city: {type: choice, help: {ko: a, en: b}, choices: [나주], listed: [{file: data/cities.csv}]}}",
        encoding="utf-8",
    )
    (tmp_path / "data" / "cities.csv").write_text("id,ko,en\ngwangju,광주,Gwangju\n", encoding="utf-8")
    for path in (declaration, tmp_path / "data" / "cities.csv"):
        path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert Declared(declaration).resolve({"city": "광주"}) == {"city": "gwangju"}
    assert Declared(declaration).resolve({"city": "나주"}) == {"city": "나주"}


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ("year\n2019\n\uff12\uff10\n", "column year: '\uff12\uff10' is not a whole number"),
        ("year\n2_019\n", "column year: '2_019' is not a whole number"),
        ("year,a\n,1\n", "column year: '' is not a whole number"),
        ("year;a\n2019;1\n", "no column year"),
        ("광주\n".encode("cp949"), "cannot be read as UTF-8"),
    ],
)
def test_a_file_of_choices_with_faults_is_told(tmp_path, held, message):
    (tmp_path / "notebooks").mkdir()
    declaration = tmp_path / "notebooks" / "x.yml"
    declaration.write_text(
        "title: {ko: a, en: b}\ndescription: {ko: a, en: b}\n"
        "parameters: {year: {type: integer, help: {ko: a, en: b}, column: {file: years.csv, name: year}}}",
        encoding="utf-8",
    )
    (tmp_path / "years.csv").write_bytes(held if isinstance(held, bytes) else held.encode())
    with pytest.raises(RequestError, match=message) as caught:
        Declared(declaration).resolve({"year": "last"})
    assert "years.csv" in str(caught.value)


def test_a_default_may_be_the_last_year_of_the_table(root):
    declared = Declared(root / "notebooks" / "photonics_trend.yml")
    declared.__dict__["defaults"] = {**declared.defaults, "last_year": "last"}
    assert declared.resolve({"first_year": 2003}) == {"first_year": 2003}


def test_a_number_may_come_as_text(photonics):
    assert Declared(photonics).resolve({"first_year": "2003"}) == {"first_year": 2003}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"segment": "광통"}, r"photonics_trend: parameter 'segment': '광통' is not known \(did you mean '광통신'\?\)"),
        ({"segment": "lasers"}, "allowed are total, optical_communication, light_sources"),
        (
            {"segmnt": "total"},
            r"parameter 'segmnt' is not known \(did you mean 'segment'\?\); allowed are industry, measure, segment",
        ),
        (
            {"first_year": 1066},
            r"1066 is not in data/photonics/annual\.csv \(nearest is 1999\); allowed are 1999, 2003, .*, 20\d\d$",
        ),
        ({"first_year": 2002}, r"2002 is not in .* \(nearest is 2003\)"),
        ({"horizon": 6}, "6 is not allowed; allowed are 1 to 5"),
        ({"first_year": "soon"}, "'soon' is not allowed; allowed are 1999"),
        ({"first_year": 2015, "last_year": 2013}, r"parameter 'last_year': 2013 is not after 'first_year', 2015"),
        ({"first_year": "last"}, r"parameter 'last_year': (20\d\d) is not after 'first_year', \1"),
        ({"first_year": 2003.5}, "2003.5 is not allowed; allowed are 1999"),
        ({"first_year": True}, "True is not allowed; allowed are 1999"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(photonics, values, message):
    with pytest.raises(RequestError, match=message):
        Declared(photonics).resolve(values)


def test_a_notebook_gets_its_parameters_as_attributes(photonics):
    p = check_parameters(photonics, segment="광소재", language="en")
    assert (p.segment, p.language) == ("optical_materials", "en")


@pytest.mark.parametrize("notebook", ["photonics_trend", "bio_growth", "regional_strategic_tech"])
def test_every_parameter_has_help_in_both_languages(root, notebook):
    for parameter in Declared(root / "notebooks" / f"{notebook}.yml").content.parameters.values():
        assert parameter.help.ko
        assert parameter.help.en


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: [", "not valid YAML"),
        (
            "title: {ko: a, en: b}\ndescription: {ko: a, en: b}\nparameters: {x: {type: colour}}",
            "parameters > x > type: .*'choice'",
        ),
        ("parameters: {x: {type: integer, pattern: a}}", "parameters > x: 'pattern' is not for type integer"),
        ("parameters: {x: {type: text, pattern: '('}}", "parameters > x > pattern: .* regular expression .found '\\('"),
        ("parameters: {x: {type: choice, listed: [{}]}}", "parameters > x > listed 1 > file: is missing"),
        ("parameters: {x: {type: choice, listed: [a.csv]}}", "listed 1: expected keys of file, where; found 'a.csv'"),
        ("title: x\ndescription: [y]", "description: expected keys of ko, en; found"),
        ("titel: x", r"yml: 'titel' is not known \(did you mean 'title'\?\)"),
        ("title: a\ntitle: b", "line 2, column 1: not valid YAML: the key 'title' stands twice"),
        ("title: {ko: a}\n", "title > en: is missing"),
        (
            "title: {ko: a, en: b}\ndescription: {ko: a, en: b}\nparameters: {}\nshared: [{call: print(1)}]",
            "shared 1 > call",
        ),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_bad_declaration_is_told_by_place(tmp_path, text, message):
    path = tmp_path / "x.yml"
    path.write_text(text)
    with pytest.raises(RequestError, match=message):
        Declared(path)


def test_a_file_of_choices_may_come_from_a_spreadsheet_or_be_told_as_wrong(tmp_path):
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "x.yml"
    path.write_text(
        "title: {ko: a, en: b}\ndescription: {ko: a, en: b}\n"
        "parameters: {x: {type: choice, help: {ko: a, en: b}, listed: [{file: choices.csv}]}}"
    )
    choices = tmp_path / "choices.csv"
    choices.write_bytes("\ufeffid,ko,en\r\none,하나,One\r\n".encode())
    assert Declared(path).resolve({"x": "하나"}) == {"x": "one"}
    choices.write_bytes("id,ko,en\none,하나,One\n".encode("cp949"))
    with pytest.raises(RequestError, match=r"choices.csv: cannot be read as UTF-8"):
        Declared(path).resolve({"x": "one"})
    choices.write_text("id,name\none,One\n")
    with pytest.raises(RequestError, match=r"choices.csv: no column en, ko"):
        Declared(path).resolve({"x": "one"})
    choices.unlink()
    with pytest.raises(RequestError, match=r"choices.csv: cannot be read"):
        Declared(path).resolve({"x": "one"})


def test_a_missing_declaration_is_told(tmp_path):
    with pytest.raises(RequestError, match=r"x.yml: file not found, and no x.ipynb beside it"):
        Declared(tmp_path / "x.yml")


KINDS = """
title: {ko: 가, en: a}
description: {ko: 가, en: a}
parameters:
  share: {type: number, help: {ko: 몫, en: Share}, minimum: 0, maximum: 1}
  least: {type: number, help: {ko: 최소, en: Least}, minimum: 0}
  most: {type: integer, help: {ko: 최대, en: Most}, maximum: 9}
  any: {type: integer, help: {ko: 아무, en: Any}}
  bold: {type: boolean, help: {ko: 굵게, en: Bold}}
  title: {type: text, help: {ko: 제목, en: Title}}
  code: {type: text, help: {ko: 부호, en: Code}, pattern: "[a-z]{3}"}
  day: {type: date}
  tags: {type: list, help: Tags}
  range: {type: mapping}
"""


@pytest.fixture
def kinds(tmp_path):
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "x.yml"
    path.write_text(KINDS, encoding="utf-8")
    return Declared(path)


@pytest.mark.parametrize(
    ("values", "resolved"),
    [
        ({"share": "0.25"}, 0.25),
        ({"share": 1}, 1.0),
        ({"least": 1e9}, 1e9),
        ({"any": "-5"}, -5),
        ({"bold": "True"}, True),
        ({"bold": False}, False),
        ({"title": "<b>제목</b>"}, "<b>제목</b>"),
        ({"code": "abc"}, "abc"),
        ({"title": "first\nsecond"}, "first\nsecond"),
        ({"day": "2020-02-29"}, "2020-02-29"),
        ({"day": date(2020, 2, 29)}, "2020-02-29"),
        ({"tags": ["a", 1]}, ["a", 1]),
        ({"tags": "[a, 1]"}, ["a", 1]),
        ({"range": "{low: 1}"}, {"low": 1}),
    ],
)
def test_every_kind_of_parameter_takes_what_it_declares(kinds, values, resolved):
    found = kinds.resolve(values)[next(iter(values))]
    assert found == resolved
    assert type(found) is type(resolved)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"share": 1.5}, "1.5 is not allowed; allowed are 0 to 1"),
        ({"share": "nan"}, "'nan' is not allowed; allowed are 0 to 1"),
        ({"share": True}, "True is not allowed; allowed are 0 to 1"),
        ({"least": -1}, "-1 is not allowed; allowed are 0 or more"),
        ({"most": 10}, "10 is not allowed; allowed are 9 or less"),
        ({"any": "x"}, "'x' is not allowed; allowed are any whole number"),
        ({"day": "2020-02-30"}, "'2020-02-30' is not allowed; allowed are days as 2020-12-31"),
        ({"day": 20200101}, "20200101 is not allowed; allowed are days"),
        ({"tags": "a"}, r"'a' is not allowed; allowed are lists such as \[1, 2\]"),
        ({"tags": {"a": 1}}, "{'a': 1} is not allowed; allowed are lists"),
        ({"range": [1]}, r"\[1\] is not allowed; allowed are mappings such as {a: 1}"),
        ({"range": {1: 2}}, "{1: 2} cannot be given"),
        ({"tags": [float("inf")]}, "inf cannot be given"),
        ({"any": 5.0}, "5.0 is not allowed; allowed are any whole number"),
        ({"share": "[1]"}, "is not allowed; allowed are 0 to 1"),
        ({"any": None}, "None is not allowed; allowed are any whole number"),
        ({"bold": 1}, "1 is not allowed; allowed are true, false"),
        ({"bold": "maybe"}, "'maybe' is not allowed; allowed are true, false"),
        ({"title": 5}, "5 is not allowed; allowed are any text"),
        ({"code": "abcd"}, r"'abcd' is not allowed; allowed are texts of the form \[a-z\]\{3\}"),
    ],
)
def test_every_kind_of_parameter_refuses_what_it_does_not(kinds, values, message):
    with pytest.raises(RequestError, match=message):
        kinds.resolve(values)


@pytest.mark.parametrize("notebook", ["photonics_trend", "bio_growth", "regional_strategic_tech"])
def test_a_listing_has_every_parameter_with_its_default_in_either_language(root, notebook):
    declared = Declared(root / "notebooks" / f"{notebook}.yml")
    defaults = declared.defaults
    assert list(defaults) == list(declared.content.parameters)
    for language in ("ko", "en"):
        listing = declared.listing(language)
        for name, parameter in declared.content.parameters.items():
            assert f"  {name} ({parameter.type}, default {defaults[name]})" in listing
            assert getattr(parameter.help, language) in listing


@pytest.fixture
def dependent(tmp_path):
    """Two countries, each with towns and years of its own."""
    for name, text in {
        "towns.csv": "id,ko,en,land\na,가,A,north\nb,나,B,north\nc,다,C,south\n",
        "north.csv": "year\n2001\n2004\n2005\n",
        "south.csv": "year\n2010\n2012\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    help_ = "help: {ko: 가, en: A}"
    (tmp_path / "notebooks" / "x.yml").write_text(
        f"""
        title: {{ko: 가, en: A}}
        description: {{ko: 가, en: A}}
        parameters:
          land: {{type: choice, {help_}, choices: [north, south]}}
          town: {{type: choice, {help_}, listed: [{{file: towns.csv, where: {{land: "{{land}}"}}}}]}}
          start: {{type: integer, {help_}, column: {{file: "{{land}}.csv", name: year}}}}
          end: {{type: integer, {help_}, column: {{file: "{{land}}.csv", name: year}}, after: start}}
        """,
        encoding="utf-8",
    )
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}}
    cell["source"] = 'land = "north"\ntown = "a"\nstart = 2001\nend = 2005'
    (tmp_path / "notebooks" / "x.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    return Declared(tmp_path / "notebooks" / "x.yml")


def test_what_is_accepted_can_depend_on_another_choice(dependent):
    assert dependent.resolve({"town": "나"}) == {"town": "b"}
    assert dependent.resolve({"town": "C", "land": "south"}) == {"town": "c", "land": "south"}
    with pytest.raises(RequestError, match="'c' is not known; allowed are a, b"):
        dependent.resolve({"town": "c"})
    with pytest.raises(RequestError, match="'a' is not known; allowed are c"):
        dependent.resolve({"land": "south", "town": "a"})
    with pytest.raises(RequestError, match=r"2001 is not in south\.csv \(nearest is 2010\); allowed are 2010, 2012"):
        dependent.resolve({"land": "south", "start": 2001, "end": 2012})


def test_first_and_last_stand_for_the_ends_of_a_column(dependent):
    years = {"start": "first", "end": "last"}
    assert dependent.resolve(years) == {"start": 2001, "end": 2005}
    assert dependent.resolve({"land": "south", **years}) == {"land": "south", "start": 2010, "end": 2012}


def test_what_another_choice_does_not_allow_is_replaced_by_what_is_nearest(dependent):
    values = {"land": "south", "town": "b", "start": 2004, "end": 2005}
    assert dependent.adapted(values, "land") == {"land": "south", "town": "c", "start": 2010, "end": 2010}
    assert dependent.adapted(values, "town") == values
    assert dependent.needing("land") == ["town", "start", "end"]


def test_all_offered_values_depend_on_the_others_too(dependent):
    assert dependent.offered("town", {}) == ["a", "b"]
    assert dependent.offered("start", {"land": "south"}) == [2010, 2012]
    assert "        c" not in dependent.listing()


def test_a_parameter_cannot_depend_on_one_that_is_declared_later(dependent):
    text = dependent.path.read_text(encoding="utf-8")
    dependent.path.write_text(text.replace("after: start", "after: later"), encoding="utf-8")
    with pytest.raises(RequestError, match="'end' names 'later', which must be declared before it"):
        Declared(dependent.path)


def test_a_table_without_rows_is_told_and_no_traceback(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "years.csv").write_text("year,value\n", encoding="utf-8")
    path = tmp_path / "notebooks" / "a.yml"
    path.write_text(
        "title: {ko: 가, en: A}\ndescription: {ko: 나, en: B}\nparameters:\n  last_year:\n    type: integer\n"
        "    help: {ko: 해, en: Year}\n    column: {file: years.csv, name: year}\n",
        encoding="utf-8",
    )
    with pytest.raises(RequestError, match=r"years\.csv: no year to choose from"):
        Declared(path).resolve({"last_year": "last"})


@pytest.fixture
def stock(tmp_path):
    """Makes a notebook without a declaration whose cell tagged parameters holds some source."""

    def make(*sources, text="# *보고서*의 [제목](x) `a` #", **metadata):
        cells = [nbformat.v4.new_markdown_cell(text)]
        cells += [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources]
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), tmp_path / "notebooks" / "x.ipynb")
        return Declared(tmp_path / "notebooks" / "x.yml")

    return make


CELL = """
# what to look at
from pathlib import Path
%matplotlib inline
year: int = 2020  # the year
region = "서울"  # '#' and all
a = b = 3
rate = 0.5; bold = False
low = -1
tags = ["a", ("b", 1)]
range = {"low": 1}
limit = None
most: int | None = None
share: Optional[float] = 1
either: int | str = 2
names: list[str] = []
folder = Path("data")
twice = a * 2
later: str
if bold:
    print(1)
"""


def test_without_a_declaration_types_come_from_what_the_notebook_assigns(stock):
    declared = stock(CELL, "other = 1")
    assert {name: about.type for name, about in declared.parameters.items()} == {
        "year": "integer", "region": "text", "a": "integer", "b": "integer", "rate": "number", "bold": "boolean",
        "low": "integer", "tags": "list", "range": "mapping", "limit": "any", "most": "integer", "share": "number",
        "either": "any", "names": "list", "folder": "any", "twice": "any", "later": "text",
    }  # fmt: skip
    assert declared.defaults["tags"] == ["a", ["b", 1]]
    assert "folder" not in declared.defaults
    assert (declared.title.ko, declared.title.en) == ("보고서의 제목 a", "보고서의 제목 a")
    listing = declared.listing()
    assert "  year (integer, default 2020)\n      the year\n      any whole number" in listing
    assert "  twice (any, default not told)\n      any value" in listing


@pytest.mark.parametrize(
    "values",
    [
        {"year": -5}, {"rate": 2.0}, {"bold": True}, {"tags": []}, {"range": {"x": [1]}}, {"limit": [1]},
        {"limit": None},        {"most": None}, {"most": 5}, {"share": None}, {"folder": "x"},
        {"twice": 7}, {"later": "z"}, {"low": 0},
        {"either": "x"},
    ],
)  # fmt: skip
def test_values_of_the_type_of_the_notebooks_own_are_taken(stock, values):
    assert stock(CELL).resolve(values) == values


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"year": "soon"}, "x: parameter 'year': 'soon' is not allowed; allowed are any whole number"),
        ({"year": 2020.5}, "2020.5 is not allowed; allowed are any whole number"),
        ({"year": None}, "None is not allowed; allowed are any whole number"),
        ({"region": 5}, "5 is not allowed; allowed are any text"),
        ({"rate": "much"}, "'much' is not allowed; allowed are any number"),
        ({"bold": "ja"}, "'ja' is not allowed; allowed are true, false"),
        ({"tags": 1}, "1 is not allowed; allowed are lists such as"),
        ({"yaer": 1}, r"parameter 'yaer' is not known \(did you mean 'year'\?\); allowed are year, region"),
        ({"other": 1}, "parameter 'other' is not known"),
        ({"x" * 500: 1}, "parameter 'x{78}… is not known"),
    ],
)
def test_values_of_another_type_and_unknown_names_are_refused(stock, values, message):
    with pytest.raises(RequestError, match=message):
        stock(CELL, "other = 1").resolve(values)


def test_a_declaration_need_not_name_every_parameter(stock):
    declared = stock("year = 2020\nregion = 'a'")
    declared.path.write_text("title: Sales\nparameters: {region: {type: choice, choices: [a, b]}}", encoding="utf-8")
    declared = Declared(declared.path)
    assert (declared.title.ko, declared.title.en) == ("Sales", "Sales")
    assert declared.resolve({"year": "2021", "region": "b"}) == {"year": 2021, "region": "b"}
    assert list(declared.parameters) == ["region", "year"]
    with pytest.raises(RequestError, match="'c' is not known; allowed are a, b"):
        declared.resolve({"region": "c"})


def test_a_declared_parameter_may_be_none_where_the_notebook_has_none(stock):
    declared = stock("region = None")
    declared.path.write_text("parameters: {region: {type: choice, choices: [a, b]}}", encoding="utf-8")
    assert Declared(declared.path).resolve({"region": None}) == {"region": None}


def test_what_a_choice_depends_on_must_be_given_somewhere(stock):
    declared = stock("town = 'a'")
    text = "parameters: {land: {type: text}, town: {type: choice, listed: [{file: '{land}.csv'}]}}"
    declared.path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match="parameter 'land' is not given, and the notebook has no value of it"):
        Declared(declared.path).resolve({"town": "a"})


def test_a_notebook_without_a_cell_of_parameters_takes_none(stock):
    declared = stock(text="no heading")
    assert (declared.parameters, declared.title.ko) == ({}, "x")
    with pytest.raises(RequestError, match="parameter 'a' is not known; allowed are none"):
        declared.resolve({"a": 1})


@pytest.mark.parametrize("source", ["a = (", "a = 1\n  b = 2", "[" * 1000 + "]" * 1000])
def test_a_cell_of_parameters_that_is_not_python_is_told(stock, source):
    with pytest.raises(RequestError, match=r"x.ipynb: the cell tagged 'parameters' is not Python"):
        stock(source).resolve({"a": 1})


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"cells": 7}', '{"cells": [{"cell_type": "code"}]}'])
def test_what_is_no_notebook_is_told(tmp_path, text):
    (tmp_path / "x.ipynb").write_text(text)
    with pytest.raises(RequestError, match=r"x.ipynb: expected a notebook of format 4"):
        Declared(tmp_path / "x.yml").resolve({"a": 1})
    (tmp_path / "x.yml").write_text("parameters: {a: {type: integer}}")
    assert Declared(tmp_path / "x.yml").resolve({"a": 1}) == {"a": 1}


def test_long_lists_of_choices_are_shortened_and_end_with_how_many_there_are(stock):
    declared = stock("town = 't0'")
    declared.path.write_text(
        f"parameters: {{town: {{type: choice, choices: [{','.join(f't{n}' for n in range(500))}]}}}}"
    )
    with pytest.raises(RequestError, match=r"allowed are t0, t1, .* … \(500 in all\)$") as caught:
        Declared(declared.path).resolve({"town": "x"})
    assert len(str(caught.value)) < 700


def test_files_of_choices_are_found_from_the_repository_wherever_the_notebook_stands(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "reports.yml").write_text("")
    (tmp_path / "towns.csv").write_text("id,ko,en\na,가,A\n", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "notebooks" / "deep" / "er"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "x.yml").write_text("parameters: {town: {type: choice, listed: [{file: towns.csv}]}}")
        assert check_parameters(folder / "x.yml", town="가").town == "a"
