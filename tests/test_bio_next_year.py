"""What an analyst gets who adds the next year: rows of 2021, made up, in a copy of data/."""

import csv
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from html import unescape

import pandas as pd
import pytest
import yaml
from conftest import ROOT

from kr_industry.audit import CONTRADICTED, Figures, audit
from kr_industry.bio import diagnostics, exporting, front, outlook, production, segments, spread, survey
from kr_industry.checks import faults
from kr_industry.data import load
from kr_industry.korean import amount
from kr_industry.prospects import Prospects
from kr_industry.wording import Wording

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
languages = pytest.mark.parametrize("language", ["ko", "en"])
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
            for measure, value, whole in zip(segments.MEASURES, values, MADE_UP["total"], strict=True):
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
    yearly = production.completed(load("bio/production", folder), load("bio/segments", folder))
    assert yearly["year"].tolist() == list(range(2016, 2022))
    assert yearly["production"].iloc[-1] == 196_800
    assert survey.documents(yearly) == ["bio_2022", SOURCE[0]]


def _run(folder, added):
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
    return _run(tmp_path_factory.mktemp("both"), both)


def test_the_report_on_all_production_speaks_of_the_last_year_and_leaves_2020_what_is_about_2020(reports):
    text = reports[0]["total.ko"]
    for told in (
        "국내 바이오산업 전체, 2016–2021년, 생산 기준",
        "인용한 2022년 정책 자료; 2021년 값은 실태조사 통계표(2023). 금액은",
        "2021년 19조 6,800억 원으로 늘었다. 2021년 한 해의 증가율은 12.5%이다. 연평균은 2021년까지 16.3%(5개 구간)",
        "2016–2020년의 속도로 2021년까지 갔다면 생산은 20조 5,066억 원이었을 것이다",
        "2022년 정책 자료는 2016–2020년을 두고 “최근 5년간 연평균 17.2%”라고 적었다",
        "2021년 생산 증가율 12.5% 가운데 바이오의약이 4.2%p로 34%를",
        "분야별 생산, 2020년과 2021년",
        "체외진단 생산은 2020년에 2조 7,782억 원 늘어",
        "체외진단을 뺀 2020년 생산 증가율",
        "체외진단을 뺀 2020년 증가율(16.2–17.7%)은 2016–2019년의 연평균 11.0%보다 높다",
        "생산 대비 수출 비율은 2020년 57.3%에서 2021년 56.1%가 되었다",
        "허핀달–허시먼 지수는 생산에서 2020년 0.216, 2021년 0.218",
        "2020년 인력은 53,546명으로",
        "2022년 생산 전망은 21조 2,208억 원",
        "2016–2021년의 6개 값만 썼다",
        "여섯 해 값의 연평균 16.3%가 이어진다고",
        "구간을 이렇게 넓힌 것은 2020년이다",
        "여섯 점에 댄 직선은",
        "전체 생산은 여섯 해, 수출과 분야별 값은 세 해뿐이다",
        "2022년 정책 자료의 표는 열 구분이",
        "실태조사 통계표산업부",
    ):
        assert told in re.sub(r"\n\s*", "", text), told


def test_the_forecast_of_the_year_before_stands_beside_what_came(reports):
    text = reports[0]["total.ko"]
    assert (
        "2016–2020년의 값만으로 같은 방법을 썼다면 2021년 생산 전망은 18조 9,396억 원, 95% 구간은 11조 4,607억 원에서 "
        "31조 2,990억 원까지였다. 2021년의 실적은 19조 6,800억 원이다(2020년보다 +12.5%). 전망의 가운데보다 높고 "
        "95% 구간 안에 있다."
    ) in text
    assert "1년 뒤 전망 3번의 평균 절대오차는" in text  # one more than up to 2020
    assert "년의 값만으로 같은 방법을" not in reports[0]["bio_food.ko"]


def test_reports_on_exports_and_segments_name_their_three_years(reports):
    exports, food = reports[0]["total_exports.ko"], reports[0]["bio_food.ko"]
    assert "수출은 2020년 10조 158억 원에서 10.3% 늘어 2021년 11조 502억 원이 되었다" in exports
    assert "2020년 수출 증가액의 54~86%가 체외진단의 몫이고" in exports
    assert "체외진단을 뺀 2020년 수출 증가율" in exports
    assert (
        "값이 매우 작은 바이오환경을 빼면 수출 증가율이 가장 높은 분야는 바이오서비스로 +23.3%이다. 2020년에는"
        in exports
    )
    assert "바이오식품 생산은 2020년 4조 2,146억 원에서 5.6% 늘어 2021년 4조 4,500억 원이" in food
    assert "바이오식품 생산은 2019–2021년의 값뿐이다. 세 해로는" in food
    assert "산업 전체의 생산은 여섯 해의 값이 있으므로" in food
    for text in (exports, food):
        assert "두 해의 값뿐" not in text
        assert "세 해의 값뿐이어서 추세는 알 수 없음" in text


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
    text = _run(tmp_path, ("production",))[0]["total.ko"]
    assert "2021년 한 해의 증가율은 12.5%이다" in text
    assert "2020년 생산 증가율 38.2% 가운데 바이오의료기기가" in text
    assert "체외진단을 뺀 2020년 증가율(16.2–17.7%)은" in text
    assert "생산 대비 수출 비율은 2019년 51.7%에서 2020년 57.3%가" in text
    assert "전체 생산은 여섯 해, 수출과 분야별 값은 두 해뿐이다" in text


@pytest.fixture
def by_segment():
    rows = load("bio/segments")
    return rows[rows["year"] <= 2020]


@pytest.fixture
def ko():
    return Wording("bio", "ko")


def _scaled(rows, production=1.0, exports=1.0):
    """The segments of the last year, all production and all exports multiplied."""
    last = segments.rows(rows, segments.years(rows)[-1]).drop(index="total")
    return {name: (row["production"] * production, row["exports"] * exports) for name, row in last.iterrows()}


def _with(rows, values):
    """The table of segments with a year more: production and exports by segment, the total their sum."""
    year, total = segments.years(rows)[-1] + 1, tuple(map(sum, zip(*values.values(), strict=True)))
    added = [
        {"year": year, "segment": name, "production": made, "exports": sold, "source": survey.DIGEST, "place": ""}
        for name, (made, sold) in {**values, "total": total}.items()
    ]
    return pd.concat([rows, pd.DataFrame(added)], ignore_index=True)


def _ahead(values, language="ko", noun="생산"):
    return Prospects(values, 3, 95, noun, partial(amount, language=language), language)


@languages
@pytest.mark.parametrize("measure", segments.MEASURES)
@pytest.mark.parametrize("segment", ["total", "bio_medical_devices", "bio_environment"])
def test_every_sentence_about_the_last_year_moves_on(by_segment, language, measure, segment):
    say = Wording("bio", language)
    rows = _with(by_segment, {name: values for name, values in MADE_UP.items() if name != "total"})
    assert segments.years(rows) == [2019, 2020, 2021]
    told = [
        segments.driver_sentence(rows, measure, segment, say),
        segments.level_sentence(rows, measure, segment, say),
        exporting.intensity_sentence(rows, segment, say),
    ]
    assert all("2021" in sentence and "2019" not in sentence for sentence in told)
    assert "2020" in segments.size_sentence(rows, measure, say)
    concentrated = spread.concentration_sentences(spread.concentrations(rows), rows, say)[0]
    assert "2021" in concentrated
    assert "2019" not in concentrated
    shown, caption, _ = segments.for_readers(rows, measure, say)
    assert all("2019" not in column for column in shown)
    assert "2021" in caption


def test_nothing_is_said_to_drive_growth_where_all_shrank(by_segment, ko):
    values = _scaled(by_segment, 0.9, 0.8) | {"bio_food": (43_000, 25_000)}
    rows = _with(by_segment, values)
    assert segments.driver_sentence(rows, "production", "total", ko) == (
        "2021년 생산은 전년보다 7.1% 줄었다. 분야별 기여도는 바이오식품이 +0.49%p로 가장 높고 바이오의약이 "
        "−2.9%p로 가장 낮다."
    )
    assert "바이오식품이 +0.80%p로 가장 높고" in segments.driver_sentence(rows, "exports", "total", ko)
    assert "바이오의약이 −6.5%p로 가장 낮다" in segments.driver_sentence(rows, "exports", "total", ko)
    english = segments.driver_sentence(rows, "production", "total", Wording("bio", "en"))
    assert english.startswith("Production fell by 7.1% in 2021. By segment, bio food contributed most (+0.49 percent")


def test_the_part_of_a_segment_in_a_fall_of_intensity_is_the_one_that_took_most(by_segment, ko):
    less = _scaled(by_segment) | {"bio_medical_devices": (20_000, 10_000)}
    told = exporting.change_sentence(_with(by_segment, less), "total", ko)
    assert told.count("바이오의료기기(−") == 2
    english = exporting.change_sentence(_with(by_segment, less), "total", Wording("bio", "en"))
    assert "Within, biomedical devices took most (−" in english


def test_where_the_ratio_fell_nowhere_no_segment_is_listed(by_segment, ko):
    told = exporting.intensity_sentence(_with(by_segment, _scaled(by_segment, exports=1.1)), "total", ko)
    assert told.endswith("바이오의료기기가 84.8%로 가장 높고, 낮아진 분야는 없다.")


def test_concentration_may_fall_without_a_segment_that_climbs(by_segment, ko):
    values = _scaled(by_segment)
    values["biopharmaceuticals"] = (47_000, 27_000)
    rows = _with(by_segment, values)
    _, why = spread.concentration_sentences(spread.concentrations(rows), rows, ko)
    assert why.startswith("생산과 수출의 지수가 모두 낮아졌다. 분야들의 크기가 서로 가까워진 것으로")
    assert "위가 되어" not in why


def test_the_largest_segment_may_be_the_fastest(by_segment, ko):
    rows = _with(by_segment, _scaled(by_segment) | {"biopharmaceuticals": (60_000, 40_000)})
    assert segments.size_sentence(rows, "production", ko).startswith(
        "2020년에 가장 컸던 바이오의약(28.9%)의 생산 증가율이 +18.5%로 가장 높고"
    )


def test_without_a_discrepancy_none_is_told(by_segment, ko):
    rows = _with(_with(by_segment, _scaled(by_segment)), _scaled(by_segment))
    assert segments.discrepancy_sentences(rows, "production", ko) == []
    (told,) = segments.discrepancy_sentences(_with(by_segment, _scaled(by_segment)), "production", ko)
    assert "빼면 2020년 생산 −3억 원)" in told


def test_years_with_a_gap_are_not_compared(by_segment):
    rows = _with(by_segment, _scaled(by_segment)).replace({"year": {2021: 2022}})
    with pytest.raises(ValueError, match=r"follow one another, got \[2019, 2020, 2022\]"):
        segments.segment_table(rows, "exports")
    with pytest.raises(ValueError, match="got \\[2020\\]"):
        segments.years(by_segment[by_segment["year"] == 2020])


@languages
def test_five_years_of_segments_are_forecast(by_segment, language):
    say, rows = Wording("bio", language), by_segment
    for growth in (1.02, 1.1, 0.97):
        values = segments.series(rows, "exports", "bio_food")
        short = _ahead(values, language)
        assert len(segments.short_sentences(rows, short, say)) == 1
        rows = _with(rows, _scaled(rows, growth, growth))
    ahead = _ahead(segments.series(rows, "exports", "bio_food"), language, "exports of bio food")
    assert segments.short_sentences(rows, ahead, say) == []
    assert outlook.exhibit(ahead, False, "source", say)[2] == "source"
    limits = survey.limits(pd.DataFrame({"year": range(2016, 2024), "source": "bio_2022"}), rows, say)
    assert say("unforecast") not in limits
    made = pd.Series(1.0, range(2016, 2024))
    tests = diagnostics.known(rows, 27_782)
    assert front.figures(made, 2016, rows, tests, ahead, "exports", "bio_food", say)[1][2] == ""


def test_no_outcome_is_shown_where_the_year_before_could_not_forecast(ko):
    values = pd.Series([92_611.0, 101_457, 106_067, 126_586, 174_923, 90_000], index=range(2016, 2022))
    assert outlook.outcomes(_ahead(values.loc[:2020]), True, "source", ko) == []
    ((_, told, source, numbers),) = outlook.outcomes(_ahead(values), True, "source", ko)
    assert told.endswith("2021년의 실적은 9조 원이다(2020년보다 −48.5%). 전망의 가운데보다 낮고 95% 구간을 벗어난다.")
    assert source == "source"
    assert numbers[ko("mark_outcome")].tolist()[0] == 90_000
    assert numbers[ko("mark_outcome")].isna().tolist() == [False, True, True]
    assert "2021년 9조 원으로 줄었다" in production.speed_sentence(values, 2016, ko)


def test_the_year_that_made_the_interval_wide_is_the_one_named(ko):
    steady = pd.Series([100.0, 120, 100, 125, 104, 130], index=range(2016, 2022))
    told = outlook.planning_sentences(_ahead(steady), ko)
    weights = outlook.weights(steady)
    assert weights.sum() == pytest.approx(100)
    assert weights.max() < outlook.HEAVY
    assert f"몫이 가장 큰 해는 {weights.idxmax()}년({weights.max():.0f}%)이다" in told[2]


def test_what_comes_from_elsewhere_is_cited_by_year(monkeypatch):
    titles = load("sources")
    added = pd.DataFrame([dict(zip(titles, SOURCE, strict=True))])
    monkeypatch.setattr(survey, "load", lambda table: pd.concat([titles, added]))
    rows = pd.DataFrame({"year": [2020, 2021, 2022], "source": ["bio_2022", SOURCE[0], SOURCE[0]]})
    korean, english = Wording("bio", "ko"), Wording("bio", "en")
    assert survey.cited("prose", rows, korean).endswith("(2022), 본문; 2021, 2022년 값은 실태조사 통계표(2023)")
    assert survey.cited("prose", rows, english).endswith("prose; for 2021 and 2022: Survey tables (2023)")
    assert survey.cited("prose", rows.iloc[:1], korean) == korean("prose")
    assert survey.vintage(korean, rows.iloc[:1]) == {}
    assert survey.vintage(english, rows)["vintage"].endswith(
        "; for 2021 and 2022: Survey tables (2023). Amounts are nominal"
    )
