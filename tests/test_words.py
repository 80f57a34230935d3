"""What words files say: the language of templates, and every sentence of every notebook in both languages."""

import re
import string
from _string import formatter_field_name_split
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from kr_industry.labels import labels
from notebook_reports import words as module
from notebook_reports.columns import Columns
from notebook_reports.words import LANGUAGES, Words, WordsError, checked_words, part

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
OWN = ROOT / "src" / "notebook_reports" / "words.yml"
FILES = [*sorted(NOTEBOOKS.glob("*.words.yml")), OWN]
STEMS = sorted({path.name.partition(".")[0] for path in NOTEBOOKS.glob("*_*.words.yml")})
"""Notebooks with words of their own: the words of <name>.ipynb are <name>.words.yml and <name>.<part>.words.yml."""


@pytest.fixture
def written(tmp_path):
    """Writes a sentence of a words file made for the test."""
    path = tmp_path / "a.words.yml"

    def write(text, language="ko", key="a", **facts):
        path.write_text(text, encoding="utf-8")
        return str(Words([path], language, labels(measure="photonics_measure")).text(key, **facts))

    return write


@pytest.mark.parametrize(
    ("field", "facts", "korean", "english"),
    [
        ("{x:.1f}%", {"x": -3.226}, "−3.2%", "−3.2%"),
        ("{x:+.1f}%", {"x": -0.04}, "0.0%", "0.0%"),
        ("{x:,.0f}", {"x": 23005}, "23,005", "23,005"),
        ("{x:won}", {"x": 23005}, "2조 3,005억 원", "₩2.30 trillion"),
        ("{x:won+}", {"x": -1200}, "−1,200억 원", "−₩120.0 billion"),
        ("{x:count}", {"x": 3}, "세", "three"),
        ("{x:p}", {"x": 0.0001}, "0.001 미만", "below 0.001"),
        ("{x:points}", {"x": -0.036}, "−0.04", "−0.04"),
        ("{x:list}", {"x": ["a", "b", "c"]}, "a, b, c", "a, b and c"),
        ("{x:or}", {"x": ["a", "b"]}, "a, b", "a or b"),
        ("{x:list}", {"x": [2010, 2012]}, "2010·2012", "2010 and 2012"),
        ("{x:date}", {"x": "2022-12-31"}, "2022년 12월 31일", "31 December 2022"),
        ("{x:measure}", {"x": "sales"}, "매출액", "sales"),
        ("{x:measure:first}", {"x": "sales"}, "매출액", "Sales"),
        ("{x:measure}", {"x": ["sales", "firms"]}, "매출액, 업체 수", "sales and firms"),
        ("{x.y[z]}", {"x": SimpleNamespace(y={"z": 5})}, "5", "5"),
        ("{x[0].y}", {"x": [{"y": 1}]}, "1", "1"),
        ("{x[2018]:.0f}", {"x": pd.Series({2018: 7.0})}, "7", "7"),
        ("{x.total}", {"x": pd.Series({"total": 7})}, "7", "7"),
        ("{x.evidence}", {"x": {"evidence_ko": "가", "evidence_en": "b"}}, "가", "b"),
        ("{x.name}", {"x": {"ko": "가", "en": "b"}}, "가", "b"),
        ("{first_year}–{last_year}", {"first_year": 2013, "last_year": 2018}, "2013–2018", "2013–2018"),
    ],
)
def test_facts_are_written_in_their_ways(written, field, facts, korean, english):
    text = f'a: "{field}"'
    assert written(text, "ko", **facts) == korean
    assert written(text, "en", **facts) == english


def test_particles_follow_whatever_was_written(written):
    text = 'a: "{x:won:으로/로} {m:measure:은/는} {y:을/를} {l:measure:이/가}"'
    assert (
        written(text, x=10000, m="sales", y=2013, l=["sales", "firms"])
        == "1조 원으로 매출액은 2013을 매출액, 업체 수가"
    )


def test_another_key_writes_rows_and_tails(written):
    text = """
a: {ko: "{rows:row}.{tail}{silent} 끝", en: "{rows:row}.{tail}{silent} End"}
row: {ko: "{year}년 {rate:+.1f}%", en: "{rate:+.1f}% in {year}"}
tail: [{when: rows|length > 1, ko: "둘이다.", en: "Two."}, {}]
silent: [{when: rows|length > 5, ko: "많다.", en: "Many."}, {}]
"""
    rows = pd.DataFrame({"rate": [1.0, -2.0]}, index=pd.Index([2017, 2018], name="year"))
    assert written(text, rows=rows) == "2017년 +1.0%, 2018년 −2.0%. 둘이다. 끝"
    assert written(text, "en", rows=rows) == "+1.0% in 2017 and −2.0% in 2018. Two. End"
    assert written(text, rows=rows.head(1)) == "2017년 +1.0%. 끝"


def test_the_first_alternative_whose_condition_holds_is_written(written):
    text = """
a:
  - {when: level.first < level.peak and "sales" in names, ko: 위, en: up}
  - {when: level.gone is defined, ko: 없음, en: gone}
  - {ko: 아래, en: down}
"""
    assert written(text, level=pd.Series({"first": 1, "peak": 2}), names=["sales"]) == "위"
    assert written(text, level=SimpleNamespace(first=3, peak=2), names=[]) == "아래"


@given(st.floats(-1e9, 1e9))
def test_no_hyphen_stands_for_a_minus_and_no_zero_has_a_sign(value):
    text = str(Words([], "ko").fill("{x:+.1f}%", {"x": value}))
    assert "-" not in text
    assert text != "+0.0%"


@pytest.mark.parametrize(
    ("text", "facts", "message"),
    [
        ('a: "{x}"', {"y": 1}, r"a.words.yml, key 'a', field \{x\}: no fact 'x'; given are y"),
        ('a: "{x.y}"', {"x": {"z": 1}}, "'x' has no part 'y'"),
        ('a: "{x.__class__}"', {"x": 1}, "'x' has no part '__class__'"),
        ('a: "{x.mean}"', {"x": pd.Series([1])}, "'x' has no part 'mean'"),
        ('a: "{x:measure}"', {"x": "slaes"}, "'slaes' is no identifier of the group 'measure'"),
        ('a: "{x:.1f}"', {"x": "text"}, "Unknown format code"),
        ('a: "{x:.1f}"', {"x": float("nan")}, "has no value"),
        ('a: "{x}"', {"x": None}, "has no value"),
        ("a: [{when: x > 1, ko: a, en: b}, {}]", {}, "when 'x > 1': 'x' is undefined; no facts are given"),
        ("a: [{when: x.__class__, ko: a, en: b}, {}]", {"x": 1}, "no attribute '__class__'"),
        ("a: [{when: x.y, ko: a, en: b}, {}]", {"x": {}}, "no attribute 'y'"),
    ],
)
def test_what_cannot_be_written_is_told_by_its_place(written, text, facts, message):
    with pytest.raises(WordsError, match=message):
        written(text, **facts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {ko: x}", "expected a text, ko and en"),
        ("a: {ko: x, en: 1}", "expected a text, ko and en"),
        ("a: [{when: x, ko: a, en: b}]", "alternative 1: the last alternative has no condition"),
        ("a: [{ko: a, en: b}, {ko: c, en: d}]", "alternative 1: all but the last have a condition"),
        ("a: {value: x}", "expected a text"),
        ("a: 1\na: 2", "the key 'a' stands twice"),
        ("- a", "expected keys with their sentences, got list"),
        ("a: [", "a.words.yml"),
        ("a: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused(written, text, message):
    with pytest.raises(WordsError, match=message):
        written(text)


def test_a_key_in_two_files_is_refused(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.yml").write_text("x: y", encoding="utf-8")
    with pytest.raises(WordsError, match=r"b\.yml: the key 'x' stands in .*a\.yml too"):
        Words([tmp_path / "a.yml", tmp_path / "b.yml"], "ko")


def test_an_unknown_language_is_refused():
    with pytest.raises(WordsError, match="expected one of ko, en"):
        Words([], "fr")


def texts(entry):
    """All texts of an entry: by language, or one for both."""
    if isinstance(entry, str):
        yield dict.fromkeys(LANGUAGES, entry)
    elif isinstance(entry, list):
        for branch in entry:
            yield from texts({name: text for name, text in branch.items() if name != "when"})
    elif "value" in entry or "title" in entry:
        for inner in entry.values():
            yield from texts(inner)
    elif entry:
        yield entry


def conditions(entry):
    """All conditions of an entry."""
    if isinstance(entry, list):
        yield from (branch["when"] for branch in entry if "when" in branch)
    elif isinstance(entry, dict):
        for inner in entry.values():
            yield from conditions(inner)


def names(text):
    """First names of the fields of a text."""
    fields = [field for _, field, _, _ in string.Formatter().parse(text) if field]
    return {formatter_field_name_split(field)[0] for field in fields}


def aliases():
    """Further names that the notebooks give to groups of labels."""
    sources = "".join(path.read_text(encoding="utf-8") for path in NOTEBOOKS.glob("*.ipynb"))
    return set(re.findall(r"(\w+)=f?\\?\"", "".join(re.findall(r"labels\(.*?\)", sources, flags=re.DOTALL))))


def keys_of(path):
    """Entries that a notebook of this words file can write: those of all its own files and the common ones."""
    common = NOTEBOOKS / "common.words.yml"
    own = NOTEBOOKS.glob(f"{path.name.partition('.')[0]}*.words.yml")
    files = [path] if path in (OWN, common) else [*sorted(own), common]
    return {key: entry for file in files for key, entry in checked_words(file).items()}


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def path(request):
    return request.param


def test_every_sentence_stands_in_both_languages_and_english_has_no_korean(path):
    for key, entry in checked_words(path).items():
        for both in texts(entry):
            assert not re.search("[가-힣]", re.sub("{[^}]*}", "", both["en"])), key
            assert (both["ko"].strip() and both["en"].strip()) or not (both["ko"] + both["en"]).strip(), key


def test_korean_is_that_of_official_reports(path):
    quaint = re.compile(r"견주|되짚|몫|치면|낱말|\d–\d|까닭")
    for key, entry in checked_words(path).items():
        for both in texts(entry):
            assert not quaint.search(both["ko"]), (key, quaint.search(both["ko"])[0])


def test_every_condition_can_be_read_and_every_way_is_one(path):
    entries, environment, groups = keys_of(path), SandboxedEnvironment(), set(labels()["group"]) | aliases()
    for key, entry in checked_words(path).items():
        for condition in conditions(entry):
            environment.parse("{{ " + condition + " }}")
        for both in texts(entry):
            for text in both.values():
                for _, field, ways, _ in string.Formatter().parse(text):
                    for way in filter(None, (ways or "").split(":")):
                        known = way in groups or way in entries or way in module.WAYS or way == "first" or "/" in way
                        assert known or re.fullmatch(r"[+]?,?(\.\d+)?[dfgs]?", way), (key, field, way)


def facts_lacking(entry, entries, given, seen=frozenset()):
    """The facts that an entry may ask for and that are not given, those of keys that it writes along included."""
    asked = set()
    for condition in conditions(entry):
        tree = SandboxedEnvironment().parse("{{ " + condition + " }}")
        optional = {node.node.name for node in tree.find_all(nodes.Test) if isinstance(node.node, nodes.Name)}
        asked |= meta.find_undeclared_variables(tree) - optional
    for both in texts(entry):
        asked |= set().union(*map(names, both.values()))
    keys = {name for name in asked - given if name in entries and name not in seen}
    along = (facts_lacking(entries[key], entries, given, seen | {key}) for key in keys)
    return (asked - given - entries.keys()).union(*along)


def test_every_key_is_written_somewhere(path):
    """By a notebook, by another key, or as the name of something at a chart or in a column."""
    if path == OWN:
        sources = "".join(
            file.read_text(encoding="utf-8")
            for file in (ROOT / "src" / "notebook_reports").rglob("*")
            if file.suffix in (".py", ".j2", ".js")
        )
    else:
        stems = [path.name.partition(".")[0]]
        stems = STEMS if stems == ["common"] else stems
        sources = "".join((NOTEBOOKS / f"{stem}.ipynb").read_text(encoding="utf-8") for stem in stems)
        sources += "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src" / "kr_industry").rglob("*.py"))
        sources += (NOTEBOOKS / "columns.yml").read_text(encoding="utf-8")
        sources += (ROOT / "src" / "notebook_reports" / "report.py").read_text(encoding="utf-8")  # its defaults
    other = path.read_text(encoding="utf-8") + "".join(file.read_text(encoding="utf-8") for file in FILES)
    unused = [
        key
        for key in checked_words(path)
        if not re.search(rf"\b{key}\b|\b{key.partition('_')[0]}_{{", sources)
        and not re.search(rf"{{{key}[}}.:]|{{[^{{}}]*:{key}[}}:]|write: {key}\b", other)
    ]
    assert unused == []


def test_columns_have_names_units_and_ways_that_are_known():
    files = [NOTEBOOKS / "common.words.yml"]
    named = Columns([NOTEBOOKS / "columns.yml"], Words(files, "en", labels()))
    ways = (
        set(labels()["group"]) | aliases() | set(module.WAYS) | {key for file in FILES for key in checked_words(file)}
    )
    for name, column in named.known.items():
        assert not re.search("[가-힣]", str(column["en"])), name
        way = column.get("write", "year")
        assert way in ways or re.fullmatch(r"[+]?,?(\.\d+)?[dfgs]?", way), name


def test_parts_are_found_by_name_never_by_method():
    assert part(pd.Series({"size": 3}), "size") == 3
    assert part({"a_ko": 1}, "a", "ko") == 1
    with pytest.raises(LookupError):
        part({"a_ko": 1}, "a")
    with pytest.raises(LookupError):
        part("text", "upper")
