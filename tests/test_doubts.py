"""What a data check tells without refusing: each kind in a damaged copy, and what it tells of the data as they are."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typed import add, change

from kr_industry.audit import Figures
from kr_industry.data import load, texts
from kr_industry.doubts import KINDS, doubts
from kr_industry.facts import facts

ANNUAL, SURVEY = "photonics/annual", "bio/survey"


def _new(folder):
    """Doubts about a copy that the data themselves do not raise."""
    before = {(doubt.kind, doubt.file, doubt.row, doubt.column) for doubt in doubts()}
    return [d for d in doubts(folder) if (d.kind, d.file, d.row, d.column) not in before]


def _of_production(year, release):
    return f"series=production year={year} release={release}"


def test_the_data_raise_no_doubt_but_reminders_and_words_that_time_has_passed():
    kinds = {doubt.kind for doubt in doubts()}
    assert kinds <= {"outlook", "passed"}


def test_an_outlook_stays_beside_what_came_of_it():
    found = {(d.file, d.row): d.found for d in doubts() if d.kind == "outlook"}
    rows = texts("photonics/sales")
    (row,) = rows.index[(rows["status"] == "outlook") & (rows["coverage"] == "whole")]
    assert "24787" in found["photonics/sales.csv", row + 2]  # six segments, as the table's other years; not eight
    parenthesised = rows.index[(rows["status"] == "outlook") & (rows["coverage"] == "parenthesised")]
    assert ("photonics/sales.csv", parenthesised[0] + 2) not in found
    open_years = texts("photonics/outlooks").set_index("year").index.difference(texts(ANNUAL)["year"])
    told = texts("photonics/outlooks").index[texts("photonics/outlooks")["year"].isin(open_years)] + 2
    assert not {("photonics/outlooks.csv", row) for row in told} & found.keys()


def test_a_year_entered_as_outlook_is_told_when_it_comes(data_copy):
    year = max(int(text) for text in texts(ANNUAL)["year"])
    add(data_copy, "photonics/outlooks", year=f"{year}", measure="sales", value="30000", unit="eok_won",
        qualifier="outlook", source="photonics_2019", place="표")  # fmt: skip
    (doubt,) = _new(data_copy)
    assert (doubt.kind, doubt.file) == ("outlook", "photonics/outlooks.csv")


@pytest.mark.parametrize(
    ("table", "key", "column", "text", "kinds"),
    [
        (ANNUAL, "year=2012 scope=six_segments", "sales", "259040", {"tenfold"}),
        (ANNUAL, "year=2012 scope=six_segments", "sales", "2590", {"tenfold"}),
        (ANNUAL, "year=2021 scope=eight_segments", "firms", "3100", {"tenfold"}),
        (SURVEY, _of_production(2017, "bio_survey_2020"), "value", "10145", {"tenfold", "printed"}),
        (SURVEY, _of_production(2017, "bio_survey_2020"), "value", "101475", {"printed"}),
        ("bio/figures", "id=diagnostics_increase_2020", "value", "27728", {"printed"}),
        ("photonics/figures", "id=stated_firms_2018", "value", "208", {"printed"}),
    ],
)
def test_a_figure_that_cannot_be_right_is_told(data_copy, table, key, column, text, kinds):
    change(data_copy, table, key, **{column: text})
    found = [doubt for doubt in _new(data_copy) if doubt.kind in ("tenfold", "printed")]
    assert {doubt.kind for doubt in found} == kinds
    rows = texts(table, data_copy)
    (row,) = rows.index[rows[column] == text] + 2
    assert {(doubt.file, doubt.row, doubt.column) for doubt in found} == {(f"{table}.csv", row, column)}


def test_digits_exchanged_within_a_number_cannot_be_told(data_copy):
    change(data_copy, ANNUAL, "year=2008 scope=six_segments", sales="13097")
    assert _new(data_copy) == []


@given(st.integers(0, 10**6), st.sampled_from([10, 100]))
def test_any_year_between_others_that_is_ten_times_too_large_is_told(place, factor):
    """On the real series: whatever year with both neighbours near is multiplied, that year is told and no other."""
    from dataclasses import replace

    from kr_industry.doubts import _tenfold

    known = [fact for fact in facts(Figures()) if (fact.figure.table, fact.figure.column) == (ANNUAL, "sales")]
    inner = [f for f in known if 2009 < f.year < 2018]
    chosen = inner[place % len(inner)]
    wrong = replace(chosen, figure=replace(chosen.figure, value=chosen.figure.value * factor))
    found = list(_tenfold([wrong if fact is chosen else fact for fact in known]))
    assert [doubt.row for doubt in found] == [chosen.figure.row + 2]
    assert list(_tenfold(known)) == []


def test_a_rate_across_scopes_is_told(data_copy):
    rows = load(ANNUAL, data_copy).set_index(["scope", "year"])["sales"]
    rate = 100 * (rows["eight_segments", 2019] / rows["six_segments", 2018] - 1)
    change(data_copy, ANNUAL, "year=2019 scope=eight_segments", sales_growth=f"{rate:.1f}")
    (doubt,) = [doubt for doubt in _new(data_copy) if doubt.kind == "across"]
    assert (doubt.file, doubt.column) == (f"{ANNUAL}.csv", "sales_growth")
    assert "six_segments" in doubt.found


def test_a_rule_that_joins_releases_is_told(data_copy):
    path = data_copy / "audit" / "relations.csv"
    first, second = (
        f"bio/survey[series=production year={y} release={r}].value"
        for y, r in ((2021, "bio_survey_2021"), (2019, "bio_survey_2019"))
    )
    assert texts(SURVEY, data_copy).query("series == 'production' and release == 'bio_survey_2021'").shape[0]
    with path.open("a", encoding="utf-8") as file:
        file.write(f"across,growth,bio/figures[id=production_growth_2020].value,{first},?{second},,이름,name\n")
    (doubt,) = [doubt for doubt in _new(data_copy) if doubt.kind == "across"]
    assert "bio_survey_2021 and bio_survey_2019" in doubt.found


def test_a_rate_on_zero_is_told(data_copy):
    change(data_copy, ANNUAL, "year=2017 scope=six_segments", sales="0", employment="0", firms="0")
    found = {(doubt.kind, doubt.column) for doubt in _new(data_copy)}
    assert ("zero", "sales_growth") in found


def test_words_that_time_has_passed_are_told(data_copy):
    known = {(doubt.row, doubt.column) for doubt in doubts() if doubt.file == "bio/figures.csv"}
    change(data_copy, "bio/figures", "id=workforce_growth_2020", indicator_en="Workforce growth of last year")
    (doubt,) = [doubt for doubt in _new(data_copy) if (doubt.row, doubt.column) not in known]
    assert (doubt.kind, doubt.file, doubt.column) == ("passed", "bio/figures.csv", "indicator_en")
    assert "'last year' of a period that ends in 2020" in doubt.found


def test_a_revision_entered_as_a_correction_is_told(data_copy):
    survey = texts(SURVEY, data_copy).query("series == 'production' and year == '2020'").set_index("release")["value"]
    assert survey["bio_survey_2020"] != survey["bio_survey_2021"]
    key = "series=production year=2020 release=bio_survey_2020"
    add(data_copy, "corrections", file=f"{SURVEY}.csv", key=key, column="value", printed=survey["bio_survey_2020"],
        corrected=survey["bio_survey_2021"], evidence_ko="다음 값", evidence_en="the next value")  # fmt: skip
    (doubt,) = _new(data_copy)
    assert (doubt.kind, doubt.column) == ("revision", "corrected")
    assert "bio_survey_2021 prints" in doubt.found


def test_a_correction_whose_evidence_speaks_of_a_release_is_told(data_copy):
    path = data_copy / "corrections.csv"
    text = path.read_text(encoding="utf-8").replace("from 273 to 276 firms", "as bio_survey_2021 has it: 273 to 276")
    path.write_text(text, encoding="utf-8")
    (doubt,) = _new(data_copy)
    assert (doubt.kind, doubt.column) == ("revision", "evidence_en")


def test_check_data_prints_warnings_and_ends_well(data_copy, root):
    change(data_copy, ANNUAL, "year=2012 scope=six_segments", sales="259040")
    command = [sys.executable, str(root / "scripts" / "check_data.py"), str(data_copy)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "259040, ten times or a tenth of what stands beside it" in done.stdout


def test_every_doubt_is_of_a_known_kind_and_says_what_to_do():
    for doubt in doubts():
        assert doubt.kind in KINDS
        assert doubt.advice
        assert f"{doubt.file}, row {doubt.row}, column {doubt.column}: " in str(doubt)
