"""What reports share is there before they are made, and none of them has to compute it again."""

import pandas as pd
import pytest

from kr_industry import location
from kr_industry.data import Tables
from kr_industry.labels import labels
from kr_industry.memory import remembered
from notebook_reports import glossary, report, words
from notebook_reports.glossary import read_terms
from notebook_reports.parameters import Declared

NOTEBOOKS = ("bio_growth", "photonics_trend", "regional_strategic_tech")


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_sentences_and_terms_need_no_compiling_after_what_a_declaration_shares(root, monkeypatch, notebook):
    monkeypatch.chdir(root / "notebooks")
    shared = Declared(root / "notebooks" / f"{notebook}.yml").content.shared
    (given,) = (call.given for call in shared if call.call == "notebook_reports.report.prepare")
    words._condition.cache_clear()
    glossary._pattern.cache_clear()
    report.prepare(**given)
    compiled = words._condition.cache_info().currsize, glossary._pattern.cache_info().currsize
    assert compiled[0] > 50
    for file in given["words"]:
        words.prepare_words(root / "notebooks" / file)
    for language in words.LANGUAGES:
        glossary.explained(glossary.PLACE, read_terms(root / "notebooks" / "glossary.yml", language), None)
    assert (words._condition.cache_info().currsize, glossary._pattern.cache_info().currsize) == compiled


def test_a_report_names_in_its_declaration_the_files_that_its_notebook_is_written_with(root):
    for notebook in NOTEBOOKS:
        source = (root / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8")
        shared = Declared(root / "notebooks" / f"{notebook}.yml").content.shared
        (given,) = (call.given for call in shared if call.call == "notebook_reports.report.prepare")
        assert [file for file in given["words"] if file.removesuffix(".words.yml") not in source] == []
        assert all(file in source for file in (*given["columns"], given["glossary"]))


def test_a_table_is_known_again_after_the_types_of_its_columns_were_used():
    asked = []

    @remembered
    def count(frame):
        asked.append(len(frame))
        return len(frame)

    def table():
        return pd.DataFrame({"year": pd.array([2019, 2020, None], dtype="Int64"), "share": [1.5, 2.5, None]})

    used = table()
    used["year"].max(), used.set_index("year"), used["year"].dtype.itemsize, used.query("year > 2019")
    assert [count(table()), count(used), count(table().convert_dtypes())] == [3, 3, 3]
    assert asked == [3, 3]  # a table of other types is another


def test_nobody_changes_what_others_are_given():
    census = Tables("regions")("census")
    spoilt, named = location.changes(census), labels(segment="bio_segment")
    spoilt["quotient"], named["ko"] = 0.0, ""
    assert location.changes(census)["quotient"].max() > 1
    assert labels(segment="bio_segment")["ko"].ne("").any()


def test_names_follow_a_file_that_changes(tmp_path, root):
    for name in ("datapackage.json", "industries.csv", "labels.csv"):
        (tmp_path / name).write_bytes((root / "data" / name).read_bytes())
    held = labels(tmp_path)
    path = tmp_path / "labels.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(held["en"].iloc[0], "Another name"), encoding="utf-8")
    assert labels(tmp_path)["en"].iloc[0] == "Another name"
