"""What an analyst gets who adds the next year: rows of 2021, made up, in a copy of data/."""

import csv
import os
import re
import shutil
import subprocess
import sys
from html import unescape

import pandas as pd
import pytest
import yaml
from cells import run
from conftest import ROOT

from kr_industry import bio
from kr_industry.audit import CONTRADICTED, Figures, audit
from kr_industry.checks import faults
from kr_industry.data import load

MADE_UP = {
    "biopharmaceuticals": (58_000, 36_000),
    "bio_food": (44_500, 25_000),
    "bio_medical_devices": (46_000, 33_500),
    "bio_chemicals_energy": (22_500, 3_300),
    "bio_services": (21_500, 12_000),
    "bio_equipment": (2_100, 600),
    "bio_environment": (900, 2),
    "bio_resources": (1_300, 100),
    "total": (196_800, 110_502),
}
"""Production and exports of 2021, in 억 원."""
REPORTS = ("total.ko", "total_exports.ko", "bio_food.ko")
SOURCE = ("made_up", "실태조사 통계표", "Survey tables", "산업부", "Ministry", "", "", "2023-01", "표지", "통계")
both = ("production", "segments")


def _append(path, *rows):
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _data(folder, added=()):
    """A copy of data/ as it was up to 2020, with rows of 2021 as an analyst types them."""
    shutil.copytree(ROOT / "data", folder)
    for table in both:
        path = folder / "bio" / f"{table}.csv"
        head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text(head + "".join(line for line in lines if int(line[:4]) <= 2020), encoding="utf-8")
    if added:
        _append(folder / "sources.csv", SOURCE)
    if "production" in added:
        _append(folder / "bio" / "production.csv", [2021, 196_800, "19조 6,800억원", SOURCE[0], "표 1"])
    if "segments" in added:
        rows = load("bio/segments", folder)
        before = rows[rows["year"] == 2020].set_index("segment")
        for name, values in MADE_UP.items():
            cells = []
            for measure, value, whole in zip(bio.MEASURES, values, MADE_UP["total"], strict=True):
                grown = 100 * (value / before.at[name, measure] - 1)
                cells += [value, f"{100 * value / whole:.1f}", f"{grown:.1f}"]
            _append(folder / "bio" / "segments.csv", [2021, name, *cells, SOURCE[0], "표 1"])
    return folder


def _audited(folder):
    found = audit(Figures(folder))
    return dict(zip(found.claims["id"], found.claims["verdict"], strict=True)), found.counts("bio/")


@pytest.mark.parametrize("added", [("production",), ("segments",), both])
def test_the_checks_accept_the_rows_and_no_statement_of_the_digest_becomes_false(root, tmp_path, added):
    folder = _data(tmp_path / "data", added)
    assert faults(folder) == []
    (claims, counts), (claims_before, counts_before) = _audited(folder), _audited(_data(tmp_path / "before"))
    assert claims == claims_before
    assert counts[CONTRADICTED] == 0
    assert sum(counts.values()) > sum(counts_before.values())
    command = [sys.executable, str(root / "scripts" / "check_data.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("added", [("production",), ("segments",), both])
def test_all_production_goes_up_to_the_last_year_that_either_table_prints(tmp_path, added):
    folder = _data(tmp_path / "data", added)
    yearly = bio.annual(load("bio/production", folder), load("bio/segments", folder))
    assert yearly["year"].tolist() == list(range(2016, 2022))
    assert yearly["production"].iloc[-1] == 196_800
    assert list(yearly["source"].unique()) == ["bio_2022", SOURCE[0]]


def _reports(folder, added):
    """Three reports from such data: the text of each page, and the recorded results."""
    _data(folder / "data", added)
    keys = [f"bio_growth/{name}" for name in REPORTS]
    command = [sys.executable, str(ROOT / "scripts" / "run_reports.py"), *keys, "--out", str(folder / "out")]
    environment = {**os.environ, "KR_INDUSTRY_DATA": str(folder / "data")}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == 0, done.stderr
    pages = {}
    for name in REPORTS:
        page = (folder / "out" / "bio_growth" / f"{name}.html").read_text(encoding="utf-8")
        pages[name] = unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(pre|style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)))
    return pages, pd.read_csv(folder / "out" / "results.csv").set_index(["report", "result"])["value"]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return _reports(tmp_path_factory.mktemp("both"), both)


def test_the_report_on_all_production_speaks_of_the_last_year_and_leaves_2020_what_is_about_2020(reports):
    text = reports[0]["total.ko"]
    for told in (
        "국내 바이오산업 전체, 2016~2021년, 생산 기준",
        "인용한 2022년 정책 자료, 그 뒤는 그림과 표 아래에 적은 자료",
        "본문: 연도별 생산규모; 실태조사 통계표(2023), 표 1",
        "2021년 19조 6,800억 원으로 늘었다. 연평균 증가율은 16.3%이며, 2021년을 빼면 17.2%(2020년 한 해는 38.2%)이다",
        "정책 자료는 2016~2020년을 두고 “최근 5년간 연평균 17.2%”라고 적었다",
        "2021년 생산 증가율 12.5% 가운데 바이오의약이 4.2%p로 34%를",
        "바이오서비스는 2020년 전체의 10.3%였으나 18.8% 늘어",
        "빼면 2020년 생산 −3억 원)",
        "분야별 생산, 2020년과 2021년",
        "체외진단 생산은 2020년에 2조 7,782억 원 늘었다",
        "체외진단을 뺀 2020년 생산 증가율",
        "2016~2019년의 연평균 11.0%보다 높지만, 2019년 한 해의 19.3%보다는 낮다",
        "생산 대비 수출 비율은 2020년 57.3%에서 2021년 56.1%가 되었다",
        "가장 큰 두 분야의 비중은 2020년 53.0%에서 2021년 52.8%가",
        "2020년 인력은 53,546명으로",
        "2022년 14조 3,800억 원~31조 3,158억 원에서",
        "2016~2021년의 값 6개로 추정했다",
        "지난 여섯 해 값의 연평균 16.3%가 그대로 이어지면 2022년은 22조 8,822억 원",
        "구간이 넓은 것은 2020년 때문이다",
        "1년 뒤 전망 3번의 평균 절대오차는",  # one more than up to 2020
        "전체 생산은 여섯 해, 수출과 분야별 값은 세 해뿐이다",
        "실태조사 통계표산업부",
    ):
        assert told in re.sub(r"\n\s*", "", text), told
    assert "2021년 이후의 실적은" not in text


def test_the_forecast_of_the_year_before_stands_beside_what_came(reports):
    text = reports[0]["total.ko"]
    assert (
        "2016~2020년의 값만으로 같은 방법을 썼을 때의 전망과 실적. 실제 값은 2021년 19조 6,800억 원(2020년 대비 "
        "+12.5%, 이 보고서의 추정 18조 9,396억 원보다 높지만 95% 구간 안)이다."
    ) in text
    assert "년의 값만으로 같은 방법을" not in reports[0]["bio_food.ko"]


def test_reports_on_exports_and_segments_name_their_three_years(reports):
    exports, food = reports[0]["total_exports.ko"], reports[0]["bio_food.ko"]
    assert "수출은 2020년 10조 158억 원에서 10.3% 늘어 2021년 11조 502억 원이 되었다" in exports
    assert "2020년 수출 증가액의 54~86%가 체외진단에서" in exports
    assert "체외진단을 뺀 2020년 수출 증가율" in exports
    assert "바이오환경(1억 원에서 2억 원으로 바뀌어" in exports
    assert "바이오서비스는 2020년 전체의 9.7%였으나 23.3% 늘어 증가율이 가장 높았다" in exports
    assert "바이오식품 생산은 2020년 4조 2,146억 원에서 5.6% 늘어 2021년 4조 4,500억 원이" in food
    for text in (exports, food):
        assert "값이 2019~2021년 세 해뿐이어서" in text
        assert "세 해의 값뿐이어서 추세는 알 수 없음" in text
        assert "두 해의 값뿐" not in text


def test_questions_that_are_not_about_a_segment_are_left_off_its_page(reports):
    food, whole = reports[0]["bio_food.ko"], reports[0]["total.ko"]
    for heading in ("더 몰리게 되었나", "사람, 돈, 목표", "앞으로는 어떻게 되나", "시·도는 무엇을 하려 했나"):
        assert heading in whole
        assert heading not in food


def test_results_carry_their_years_and_what_was_recorded_of_2020_stays(root, reports):
    _, results = reports
    declared = yaml.safe_load((root / "notebooks" / "bio_growth.yml").read_text(encoding="utf-8"))["compared"]
    committed = pd.read_csv(root / "reports" / "results.csv").set_index(["report", "result"])["value"]
    for name in REPORTS:
        own = results[f"bio_growth/{name}"]
        assert {each["result"] for each in declared} <= set(own.index)
        assert {each["result"].replace("2020", "2021") for each in declared} <= set(own.index)
        kept = committed[f"bio_growth/{name}"]
        kept = kept[~kept.index.str.match("audit_|forecast_|naive_") & ~kept.index.str.endswith("2021")]
        assert own[kept.index].tolist() == pytest.approx(kept.tolist(), rel=1e-6)
    total = results["bio_growth/total.ko"]
    assert total["production_growth_2021"] == pytest.approx(100 * (196_800 / 174_923 - 1))
    assert total["production_cagr_2016_2021"] == pytest.approx(100 * ((196_800 / 92_611) ** 0.2 - 1))
    assert total["segment_exports_2021"] == 110_502
    assert {name for name in total.index if name.startswith("forecast_")} == {
        f"forecast_production_{year}" for year in (2022, 2023, 2024)
    }
    parts = ("within", "between", "discrepancy")
    assert sum(total[f"export_intensity_{part}_2021"] for part in parts) == pytest.approx(
        total["export_intensity_2021"] - total["export_intensity_2020"]
    )


def test_with_production_alone_each_sentence_names_the_last_year_of_its_own_table(tmp_path):
    text = _reports(tmp_path, ("production",))[0]["total.ko"]
    assert "2021년 12.5%이다" in text
    assert "2020년 생산 증가율 38.2% 가운데 바이오의료기기가" in text
    assert "2019년 한 해의 19.3%보다는 낮다" in text
    assert "생산 대비 수출 비율은 2019년 51.7%에서 2020년 57.3%가" in text
    assert "전체 생산은 여섯 해, 수출과 분야별 값은 두 해뿐이다" in text


@pytest.fixture
def rows():
    return load("bio/segments").query("year <= 2020")


def _scaled(rows, production=1.0, exports=1.0):
    """The segments of the last year, all production and all exports multiplied."""
    last = rows[(rows["year"] == rows["year"].max()) & (rows["segment"] != "total")]
    return {row.segment: (row.production * production, row.exports * exports) for row in last.itertuples()}


def _with(rows, values):
    """The table of segments with a year more: production and exports by segment, the total their sum."""
    year, total = rows["year"].max() + 1, tuple(map(sum, zip(*values.values(), strict=True)))
    added = [
        {"year": year, "segment": name, "production": made, "exports": sold, "source": bio.DIGEST, "place": "표"}
        for name, (made, sold) in {**values, "total": total}.items()
    ]
    return pd.concat([rows.astype({"production": float, "exports": float}), pd.DataFrame(added)], ignore_index=True)


@pytest.fixture
def notebook(monkeypatch, rows):
    """Runs the notebook on the table of segments with years more."""

    def go(*more, **parameters):
        table = rows
        for values in more:
            table = _with(table, values if isinstance(values, dict) else values(table))
        return run(monkeypatch, "bio_growth", {"bio/segments": table}, **parameters)

    return go


def test_nothing_is_said_to_drive_growth_where_all_shrank(notebook, rows):
    values = _scaled(rows, 0.9, 0.8) | {"bio_food": (43_000, 25_000)}
    production, exports, english = (
        notebook(values, **given).front["findings"][1] for given in ({}, {"measure": "exports"}, {"language": "en"})
    )
    assert production == (
        "2021년 생산은 전년보다 7.1% 줄었다. 분야별 기여도는 바이오식품이 +0.49%p로 가장 높고 바이오의약이 "
        "−2.9%p로 가장 낮다."
    )
    assert "바이오식품이 +0.80%p로 가장 높고" in exports
    assert "바이오의약이 −6.5%p로 가장 낮다" in exports
    assert english.startswith("Production fell by 7.1% in 2021. By segment, bio food contributed most (+0.49 percent")


def test_the_segment_named_for_a_fall_of_the_ratio_is_the_one_that_took_most(notebook, rows):
    report = notebook(_scaled(rows) | {"bio_medical_devices": (20_000, 10_000)})
    assert report.values["most"].to_dict() == {"within": "bio_medical_devices", "between": "bio_medical_devices"}
    assert report.text.count("바이오의료기기(−") == 2


def test_where_the_ratio_fell_nowhere_no_segment_is_listed(notebook, rows):
    report = notebook(_scaled(rows, exports=1.1))
    assert report.values["report"].facts["fallen"] == []
    assert "바이오의료기기가 84.8%로 가장 높고, 낮아진 분야는 없다." in report.front["findings"][3]


def test_concentration_may_fall_without_a_segment_that_climbs(notebook, rows):
    report = notebook(_scaled(rows) | {"biopharmaceuticals": (47_000, 27_000)})
    assert report.values["rank"].iloc[-1] >= report.values["rank"].iloc[-2]
    assert "집중도가 낮아졌다. 분야들의 크기가 서로 가까워졌기 때문이다." in report.text


def test_the_largest_segment_may_be_the_fastest(notebook, rows):
    report = notebook(_scaled(rows) | {"biopharmaceuticals": (60_000, 40_000)})
    assert "2020년에 가장 컸던 바이오의약이 증가율도 18.5%로 가장 높았다(2020년 비중 28.9%)." in report.text


def test_without_a_discrepancy_none_is_told(notebook, rows):
    once = notebook(_scaled(rows))
    assert "빼면 2020년 생산 −3억 원)" in once.text
    twice = notebook(_scaled(rows), _scaled)
    assert "원문의 합계와 조금 다르다" not in twice.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_five_years_of_a_segment_are_forecast(notebook, language):
    grown = [lambda rows, growth=growth: _scaled(rows, growth, growth) for growth in (1.02, 1.1, 0.97)]
    four = notebook(*grown[:2], measure="exports", segment="bio_food", language=language)
    assert four.values["path"].empty
    report = notebook(*grown, measure="exports", segment="bio_food", language=language)
    assert list(report.values["run"].index) == [2019, 2020, 2021, 2022, 2023]
    assert list(report.values["path"].index) == [2024, 2025, 2026]
    assert "forecast_exports_2024" in report.results.index
    assert ("전망하지 않는다" if language == "ko" else "are not forecast") not in report.text
    assert report.front["figures"][1]["note"] == ""


def test_what_came_may_lie_outside_the_interval(monkeypatch):
    rows = load("bio/production").query("year <= 2020")
    added = rows.iloc[[-1]].assign(year=2021, production=90_000)
    report = run(monkeypatch, "bio_growth", {"bio/production": pd.concat([rows, added])})
    assert report.values["beside"].at[0, "expected"] == 90_000
    assert "2021년 9조 원(2020년 대비 −48.5%" in report.text
    assert "95% 구간 밖" in report.text
    assert "2021년 9조 원으로 줄었다" in report.front["findings"][0]
    steady = run(monkeypatch, "bio_growth", {"bio/production": rows})
    assert "실제 값은" not in steady.text


def test_the_year_that_made_the_interval_wide_is_the_one_named(monkeypatch):
    rows = load("bio/production").query("year <= 2020")
    rows = rows.assign(production=[100_000, 120_000, 100_000, 125_000, 174_923])
    report = run(monkeypatch, "bio_growth", {"bio/production": rows})
    weights = report.values["weights"]
    assert weights.sum() == pytest.approx(100)
    assert weights.max() < 50
    assert f"큰 비중을 차지하는 해는 {weights.idxmax()}년({weights.max():.0f}%)이다" in report.text
