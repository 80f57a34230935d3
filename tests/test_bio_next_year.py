"""What an analyst gets who adds a release: the last one taken out and put back, and a made-up next one."""

import os
import re
import shutil
import subprocess
import sys
from html import unescape

import pandas as pd
import pytest
from cells import run
from conftest import ROOT
from typed import append, read, write

from kr_industry import bio, trust
from kr_industry.audit import CONTRADICTED, Figures, audit
from kr_industry.checks import faults
from kr_industry.data import load

TABLES = ("survey", "segments", "segment_rates", "items")
LAST, MISSING, DAY = "bio_survey_2024", "bio_survey_2023", "2023-12-31"
FIGURES = "production_growth_average|graduate_share|three_segments_share"
OF_LAST = re.compile(rf"{LAST}|{MISSING}|^({FIGURES})_2024\b|^bio/items\[\]\.value$")
"""Rows that came with the last two releases, one of which is not held; rules about their figures name them."""
NEXT = "bio_survey_2025"
SOURCE = ("made_up", "실태조사 통계표", "Survey tables", "산업부", "Ministry", "", "", "2026-11", "표지", "통계",
          "official_table", "", "")  # fmt: skip
PRODUCTION = {"biopharmaceuticals": (84_000, 90_000), "bio_food": (48_000, 47_000),
              "bio_medical_devices": (30_000, 29_000), "bio_chemicals_energy": (25_000, 27_500),
              "bio_services": (40_000, 43_000), "bio_equipment": (2_100, 2_200), "bio_environment": (800, 700),
              "bio_resources": (1_100, 1_100)}  # fmt: skip
BEFORE, AFTER = (sum(pair) for pair in zip(*PRODUCTION.values(), strict=True))
"""Production of 2024, revised, and of 2025, in 억 원."""
REPORTS = ("total.ko", "bio_food.ko")


def _without_the_last(folder):
    """A copy of data/ as it was before the last release, and what was taken out of each file."""
    shutil.copytree(ROOT / "data", folder)
    taken = {}
    for path in [folder / "releases.csv", folder / "disagreements.csv", *folder.glob("bio/*.csv"),
                 *folder.glob("audit/*.csv")]:  # fmt: skip
        rows = read(path)
        kept = [row for row in rows if not any(OF_LAST.search(cell) for cell in row)]
        if kept != rows:
            taken[path] = rows
            write(path, kept)
    return folder, taken


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    return _without_the_last(tmp_path_factory.mktemp("earlier") / "data")


def _figures(folder):
    found = audit(Figures(folder))
    return dict(zip(found.claims["id"], found.claims["verdict"], strict=True)), found.counts("bio/")


def test_a_release_taken_out_leaves_data_without_faults(root, earlier):
    folder, taken = earlier
    assert {path.name for path in taken} >= {"releases.csv", "survey.csv", "segment_rates.csv", "items.csv"}
    assert faults(folder) == []
    assert set(load("bio/survey", folder)["year"]) == set(range(2016, 2023))
    claims, counts = _figures(folder)
    assert counts[CONTRADICTED] == 0
    assert claims == _figures(root / "data")[0]  # what documents of 2022 say stays as true as it was


def _results(monkeypatch, tables=None, **parameters):
    report = run(monkeypatch, "bio_growth", tables, **parameters)
    return report, report.results[~report.results.index.str.startswith("audit_")]


@pytest.mark.parametrize("parameters", [{}, {"measure": "exports"}, {"segment": "bio_medical_devices"}])
def test_the_latest_view_without_it_is_that_of_the_day_before_it_in_all_data(monkeypatch, earlier, parameters):
    folder, _ = earlier
    tables = {f"bio/{name}": load(f"bio/{name}", folder) for name in (*TABLES, "figures")}
    tables["releases"] = load("releases", folder)
    with monkeypatch.context() as patch:
        patch.setattr(trust, "load", lambda table: load(table, folder))
        report, found = _results(patch, tables, **parameters)
    seen, expected = _results(monkeypatch, release=DAY, **parameters)
    pd.testing.assert_frame_equal(found.sort_index(), expected.sort_index())
    assert (report.front["headline"], report.front["findings"]) == (seen.front["headline"], seen.front["findings"])
    if not parameters:
        assert report.values["series"].iloc[-1] == 234657
        assert list(report.values["path"].index) == [2023, 2024, 2025]
        assert "9.7%" in report.front["headline"]
        assert "23조 4,657억 원" in report.front["headline"]


def test_put_back_it_is_as_committed(root, earlier, tmp_path):
    folder, taken = earlier
    copy = shutil.copytree(folder, tmp_path / "data")
    for path, rows in taken.items():
        write(copy / path.relative_to(folder), rows)
    for path in taken:
        name = path.relative_to(folder)
        assert (copy / name).read_bytes() == (root / "data" / name).read_bytes()


def _with_the_next(folder, segments=True):
    """A copy of data/ with a made-up release of 2025, as an analyst types it."""
    shutil.copytree(ROOT / "data", folder)
    append(folder / "sources.csv", SOURCE)
    append(folder / "releases.csv", [NEXT, "bio_survey", 2025, "2026-11-10", "true", "2025년 기준 실태조사",
                                     "Survey on 2025"])  # fmt: skip
    grown, cited = f"{100 * (AFTER / BEFORE - 1):.1f}", (SOURCE[0], "표 1")
    append(folder / "bio" / "survey.csv",
           ["production", 2024, NEXT, BEFORE, "eok_won", "", "", *cited],
           ["production", 2025, NEXT, AFTER, "eok_won", grown, "", *cited],
           ["exports", 2025, NEXT, 141_000, "eok_won", "2.8", "", *cited],
           ["workforce", 2025, NEXT, 67_000, "persons", "1.9", "", *cited])  # fmt: skip
    append(folder / "bio" / "items.csv", ["diagnostics", "exports", 2025, NEXT, 6_000, "", "-11.1", *cited])
    if segments:
        pairs = PRODUCTION | {"total": (BEFORE, AFTER)}
        for place, (year, whole) in enumerate(((2024, BEFORE), (2025, AFTER))):
            for name, values in pairs.items():
                growth = f"{100 * (values[1] / values[0] - 1):.1f}" if place else ""
                share = f"{100 * values[place] / whole:.1f}"
                append(folder / "bio" / "segments.csv",
                       [year, name, NEXT, values[place], share, growth, "", "", "", *cited])  # fmt: skip
    return folder


@pytest.mark.parametrize("segments", [True, False])
def test_the_checks_accept_a_next_release_and_no_statement_becomes_false(root, tmp_path, segments):
    folder = _with_the_next(tmp_path / "data", segments)
    assert faults(folder) == []
    (claims, counts), (claims_before, counts_before) = _figures(folder), _figures(root / "data")
    assert claims == claims_before
    assert counts[CONTRADICTED] == 0
    assert sum(counts.values()) > sum(counts_before.values())


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Reports from such data: the text of each page, and the recorded results."""
    folder = tmp_path_factory.mktemp("next")
    _with_the_next(folder / "data")
    keys = [f"bio_growth/{name}" for name in REPORTS]
    command = [sys.executable, str(ROOT / "scripts" / "run_reports.py"), *keys, "--out", str(folder / "out")]
    environment = {**os.environ, "KR_INDUSTRY_DATA": str(folder / "data")}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == 0, done.stderr
    pages = {}
    for name in REPORTS:
        page = (folder / "out" / "bio_growth" / f"{name}.html").read_text(encoding="utf-8")
        text = re.sub(r"<[^>]+>", "", re.sub(r"<(pre|style|svg)\b.*?</\1>", "", page, flags=re.DOTALL))
        pages[name] = re.sub(r"\n\s*", "", unescape(text))
    return pages, pd.read_csv(folder / "out" / "results.csv").set_index(["report", "result"])["value"]


def test_the_page_goes_on_to_the_new_year(reports):
    text = reports[0]["total.ko"]
    for told in (
        "2016~2025년, 생산 기준",
        "생산은 2025년 4.1% 늘어 24조 500억 원으로 가장 많았고",
        "2022년 1.5% 상향, 2024년 0.8% 상향",
        "2025년 6,000억 원으로 줄었다",
        "2025년 성장은 바이오의약과 바이오서비스가 이끌었다",
        "체외진단을 빼면 2020년 생산 증가율은",
        "2026년 생산 전망은 2025년과 같은 24조 500억 원",
        "이미 발표된 2021년, 2022년, 2023년, 2024년, 2025년에",
        "실태조사 통계표",
    ):
        assert told in text, told


def test_results_of_earlier_years_stay_and_those_of_the_new_one_come(root, reports, monkeypatch):
    found = reports[1]["bio_growth/total.ko"]
    _, before = _results(monkeypatch)
    growth = before.index[before.index.str.match(r"production_growth_|segment_production_(growth_)?20(19|2[0-2])")]
    assert len(growth) > 10
    assert found[growth].tolist() == pytest.approx(before["value"][growth].tolist())
    assert found["production_growth_2025"] == pytest.approx(100 * (AFTER / BEFORE - 1))
    assert found["production_growth_2024"] == pytest.approx(100 * (229216 / 208713 - 1))
    assert found["production_2024"] == BEFORE
    assert found["production_revision_2024"] == pytest.approx(100 * (BEFORE / 229216 - 1))
    assert found["contribution_bio_services_production_2025"] == pytest.approx(100 * 3000 / BEFORE)
    assert {name for name in found.index if name.startswith("forecast_")} == {
        f"forecast_production_{year}" for year in (2026, 2027, 2028)
    }


def test_a_segment_has_three_comparisons_and_still_no_forecast(reports):
    text = reports[0]["bio_food.ko"]
    assert "2.1%" in text
    assert "4조 7,000억 원" in text
    assert "2020년과 그 전년, 2022년과 그 전년, 2025년과 그 전년만 한 발표에 함께 적혀 있다" in text
    assert not reports[1]["bio_growth/bio_food.ko"].index.str.startswith("forecast_").any()


def test_questions_that_are_not_about_a_segment_are_left_off_its_page(reports):
    food, whole = reports[0]["bio_food.ko"], reports[0]["total.ko"]
    for heading in ("처음 발표된 값은 얼마나 고쳐졌나", "인력·투자·수입", "시·도는 무엇을 하려 했나"):
        assert heading in whole
        assert heading not in food


@pytest.fixture
def rows():
    return load("bio/segments")


def _changed(rows, year, values):
    """The segments with other production in a year, and the total their sum."""
    rows = rows.copy()
    for name, value in values.items():
        rows.loc[(rows["year"] == year) & (rows["segment"] == name), "production"] = value
    parts = rows[(rows["year"] == year) & (rows["segment"] != "total")]
    rows.loc[(rows["year"] == year) & (rows["segment"] == "total"), "production"] = parts["production"].sum()
    return {"bio/segments": rows}


def test_nothing_is_said_to_drive_growth_where_all_shrank(monkeypatch, rows):
    last = rows.query("year == 2021 and segment != 'total'").set_index("segment")["production"]
    values = (last * 0.9).round().astype(int).to_dict() | {"bio_food": 42_000}
    for language, told in (("ko", "전년보다 "), ("en", "fell by ")):
        day = {"release": DAY, "language": language}
        report = run(monkeypatch, "bio_growth", _changed(rows, 2022, values), **day)
        assert report.values["ranked"].iloc[0]["segment"] == "bio_food"
        driver = report.values["report"].text("driver_whole")
        assert told in driver
        assert ("바이오식품이 +0.22%p로 가장 높고" if language == "ko" else "bio food contributed most") in driver


def test_the_largest_segment_may_be_the_fastest(monkeypatch, rows):
    report = run(monkeypatch, "bio_growth", _changed(rows, 2022, {"biopharmaceuticals": 90_000}))
    assert "가장 큰 바이오의약이 증가율도 55.8%" in report.text


def test_without_a_discrepancy_none_is_told(monkeypatch, rows):
    told = "원문의 합계와 조금 다르다"
    assert told in run(monkeypatch, "bio_growth").text
    both = _changed(_changed(rows, 2021, {})["bio/segments"], 2022, {})
    assert told not in run(monkeypatch, "bio_growth", both).text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_five_years_of_a_segment_are_forecast(monkeypatch, rows, language):
    last = rows.query("year == 2022").assign(year=2023, release="bio_survey_2024")
    last["production"] = last["production"] + 1_000
    table = pd.concat([rows, last], ignore_index=True)
    report = run(monkeypatch, "bio_growth", {"bio/segments": table}, segment="bio_food", language=language)
    assert list(report.values["run"].index) == [2019, 2020, 2021, 2022, 2023]
    assert list(report.values["path"].index) == [2024, 2025, 2026]
    assert "forecast_production_2024" in report.results.index
    assert report.values["compared"] == [2020, 2022]  # 2023 stands alone in its release


def test_what_came_may_lie_outside_the_interval(monkeypatch):
    survey = load("bio/survey")
    chosen = (survey["series"] == "production") & (survey["year"] == 2024)
    report = run(monkeypatch, "bio_growth", {"bio/survey": survey.assign(value=survey["value"].mask(chosen, 90_000))})
    assert not report.values["inside"].iloc[-1]
    assert "4번 가운데 3번" in report.text
    assert "56.9%" in report.front["headline"]
    assert "9조 원" in report.front["headline"]


def test_every_table_of_releases_names_releases_that_are_there():
    known = set(load("releases").query("held")["id"])
    for name in TABLES:
        assert set(load(f"bio/{name}")["release"]) <= known
    assert set(bio.MEASURES) <= set(load("bio/survey")["series"])
