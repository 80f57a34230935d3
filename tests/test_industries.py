"""The photonics notebook on other industries, made up for these tests: all tables, some of them, the first alone."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from kr_industry import trust
from kr_industry.audit import Figures, audit
from kr_industry.checks import faults
from kr_industry.data import Tables, alike, industries, load, tables
from kr_industry.definitions import definitions
from kr_industry.labels import labels
from notebook_reports.words import Words

TABLES = (
    "annual", "segment_firms", "segment_sales", "employment", "sales", "size_classes", "large_firms", "outlooks",
    "national",
)  # fmt: skip
HEADS = {table: list(load(f"photonics/{table}").columns) for table in TABLES}
NAMES = {
    "alone": ("예시 섬유산업", "The example textile industry", "섬유산업", "textile industry"),
    "half": ("예시 부품산업", "The example parts industry", "부품산업", "parts industry"),
    "whole": ("예시 조선산업", "The example ship industry", "조선산업", "ship industry"),
    "twice": ("예시 가구산업", "The example furniture industry", "가구산업", "furniture industry"),
}
YEARS = range(2010, 2020)


def _text(columns, rows):
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({**row, "source": "photonics_2019", "place": "예시 표"} for row in rows)
    return file.getvalue()


def _annual(stage=""):
    return [
        {"year": year, "scope": "one", "stage": stage if year == 2014 else "", "sales": 300 + 40 * i - 3 * i * i,
         "employment": 900 + 50 * i, "firms": 60 + 2 * i}
        for i, year in enumerate(YEARS)
    ]  # fmt: skip


def _redefined():
    """The years up to 2017 as they were counted, and from 2017 on with a fifth more."""
    rows = _annual()
    narrow = [row | {"scope": "narrow"} for row in rows if row["year"] <= 2017]
    wide = [row | {"scope": "wide"} | {name: round(1.2 * row[name]) for name in ("sales", "employment", "firms")}
            for row in rows if row["year"] >= 2017]  # fmt: skip
    return narrow + wide


def _parts(total, names):
    first = round(0.7 * total)
    return dict(zip([*names, "total"], [first, total - first, total], strict=True))


def _by_segment(measure, years, names, growth=False):
    rows, whole = [], {row["year"]: row[measure] for row in _annual()}
    for year in years:
        parts = _parts(whole[year], names)
        before = _parts(whole[year - 1], names)
        for name, value in parts.items():
            row = {"year": year, "segment": name, measure: value, "share": round(100 * value / parts["total"], 1)}
            row |= {"growth": round(100 * (value / before[name] - 1), 1)} if growth else {}
            rows.append(row | ({"coverage": "whole", "status": "actual"} if measure == "sales" else {}))
    return rows


def _sizes():
    rows = []
    for year in (2018, 2019):
        counts = {"sales_100_up": 6, "sales_10_50": 20, "sales_1_10": 30}
        total = next(row["firms"] for row in _annual() if row["year"] == year)
        counts |= {"sales_under_1": total - 56, "total": total}
        rows += [
            {"year": year, "size_class": name, "status": "actual", "firms": n, "share": round(100 * n / total, 1)}
            for name, n in counts.items()
        ]
    return rows


def _outlook(measure):
    rows = [{"year": row["year"], "coverage": "whole", "status": "actual", measure: row[measure]} for row in _annual()]
    return [*rows, {"year": 2020, "coverage": "whole", "status": "outlook", measure: rows[-1][measure] + 10}]


MADE = {
    "alone": {"annual": _annual()},
    "half": {"annual": _annual(), "segment_sales": _by_segment("sales", (2018, 2019), ["castings", "forgings"])},
    "whole": {
        "annual": _annual("stage_1"),
        "segment_sales": _by_segment("sales", (2018, 2019), ["hulls", "engines"], growth=True),
        "segment_firms": _by_segment("firms", (2017, 2018, 2019), ["hulls", "engines"], growth=True),
        "sales": _outlook("sales"),
        "employment": _outlook("employment"),
        "size_classes": _sizes(),
        "large_firms": [{"year": year, "scope": "one", "firms": 6} for year in (2018, 2019)],
        "outlooks": [{"year": 2012, "measure": "sales", "value": 400, "unit": "eok_won", "qualifier": "target"}],
        "national": [{"year": 2019, "sales": 41700, "employment": 27000}],
    },
    "twice": {"annual": _redefined()},
}


def add(data):
    """Write the three industries into a copy of data/."""
    with (data / "industries.csv").open("a", encoding="utf-8") as file:
        for identifier, names in MADE.items():
            by = "예시 협회,the example association" if "sales" in names else ","
            file.write(f"{identifier},{','.join(NAMES[identifier])},예시(2010–2019년),An example (2010–2019),{by}\n")
    with (data / "labels.csv").open("a", encoding="utf-8") as file:
        for group, segment, ko, en in (
            ("half", "castings", "주조", "Castings"), ("half", "forgings", "단조", "Forgings"),
            ("whole", "hulls", "선체", "Hulls"), ("whole", "engines", "엔진", "Engines"),
        ):  # fmt: skip
            file.write(f"{group}_segment,{segment},{ko},{en}\n")
        file.write("twice_scope,narrow,좁은 집계,The narrow count\ntwice_scope,wide,넓은 집계,The wide count\n")
    for identifier, made in MADE.items():
        (data / identifier).mkdir()
        for table, rows in made.items():
            (data / identifier / f"{table}.csv").write_text(_text(HEADS[table], rows), encoding="utf-8")
    return data


@pytest.fixture
def more(data_copy):
    return add(data_copy)


def test_their_tables_are_known_described_and_without_faults(more):
    assert industries(more) == ["photonics", *MADE]
    own = {f"{identifier}/{table}" for identifier, made in MADE.items() for table in made}
    assert own == set(tables(more)) - set(tables())
    assert set(alike(more)) > own
    assert "alone/strategy" not in alike(more)
    assert load("half/segment_sales", more)["sales"].dtype == "Int64"
    assert faults(more) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("alone/annual.csv", "2012,one,,368", "2012,one,,many",
         "alone/annual.csv, row 4, column sales: 'many' is not a whole number"),
        ("half/segment_sales.csv", "castings", "castngs",
         "half/segment_sales.csv, row 2, column segment: 'castngs' has no name in labels.csv (group half_segment)"),
        ("whole/annual.csv", "photonics_2019", "nobody",
         "whole/annual.csv, row 2, column source: 'nobody' is not in sources.csv; add it there or mend the spelling"),
    ],
)  # fmt: skip
def test_faults_in_them_are_told_by_place(more, file, old, new, message):
    path = more / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert message in [str(fault) for fault in faults(more)]


def test_a_table_that_no_industry_has_is_refused(more):
    (more / "alone" / "patents.csv").write_text("year\n2019\n", encoding="utf-8")
    assert [str(fault) for fault in faults(more)] == [
        "alone/patents.csv: file is not described in datapackage.json; add it there or remove it"
    ]


def test_the_rules_of_the_audit_hold_for_them(more):
    found = audit(Figures(more))
    assert found.counts("photonics/") == audit().counts("photonics/")
    assert found.counts("whole/")["contradicted"] == 0
    rules = set(found.relations["rule"])
    assert {"whole_segment_sales_total", "whole_size_classes_share", "half_segment_sales_share"} <= rules
    assert not any(rule.startswith("alone_") for rule in rules)  # its table says nothing twice
    assert all(why for why in found.figures.loc[found.figures["table"] == "alone/annual", "why_ko"])
    own = audit(Figures(more, topic="whole/"))
    assert set(own.figures["table"]) == {f"whole/{table}" for table in MADE["whole"]}
    path = more / "whole" / "segment_firms.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2019,total,78,", "2019,total,87,"), encoding="utf-8")
    (conflict,) = audit(Figures(more, topic="whole/")).conflicts
    assert conflict.figures == ("whole/segment_firms[year=2019 segment=total].firms",)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_contradiction_in_them_is_told_in_words(more, root, language):
    path = more / "whole" / "segment_firms.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2019,total,78,", "2019,total,87,"), encoding="utf-8")
    checked = audit(Figures(more, topic="whole/"))
    row = trust.conflicts(checked, load("corrections", more), "whole/").iloc[0]
    assert row[["table", "printed"]].tolist() == ["segment_firms", "87"]
    assert "size_classes" in trust.by_table(checked, "whole/").index
    words = Words([root / "notebooks" / "common.words.yml"], language, labels(more, segment="whole_segment"))
    told = {"ko": "분야별 업체 수 표 · 2019년 전체 업체 수", "en": "The table of firms by segment · total, firms, 2019"}
    assert words.text("audit_figure", **row.to_dict(), it=row) == told[language]


def test_rows_may_stand_in_any_order(data_copy, monkeypatch):
    annual, by_year = load("photonics/annual"), load("photonics/segment_sales")
    turned = {"photonics/annual": annual.iloc[::-1], "photonics/segment_sales": by_year.iloc[::-1]}
    monkeypatch.setattr("kr_industry.data.load", lambda name, **_: turned[name])
    read = Tables("photonics")
    both = [table.sort_values(["year", "scope"], ignore_index=True) for table in (read("annual"), annual)]
    assert both[0].equals(both[1])
    assert read("annual")["year"].is_monotonic_increasing
    assert list(definitions(read)) == ["six_segments", "eight_segments"]
    assert list(read("segment_sales")["year"]) == sorted(by_year["year"])


def test_an_actual_is_not_set_against_the_outlook_of_its_year():
    verdicts = audit(topic="photonics/").figures["verdict"]
    for cell in ("annual[year=2019 scope=six_segments].sales", "sales[year=2019 coverage=whole].sales"):
        assert verdicts[f"photonics/{cell}"] == "verified"


def test_two_definitions_of_a_year_are_not_set_against_each_other(more):
    path = more / "twice" / "annual.csv"
    text = path.read_text(encoding="utf-8")
    rates = text.replace("2018,wide,,514,1560,91,,,,", "2018,wide,,514,1560,91,-1.2,,,")
    assert rates != text
    path.write_text(rates, encoding="utf-8")
    found = audit(Figures(more, topic="twice/"))
    assert found.counts("twice/")["contradicted"] == 0
    assert found.figures.at["twice/annual[year=2018 scope=wide].sales_growth", "verdict"] == "verified"


@pytest.fixture(scope="module")
def planned(request, tmp_path_factory):
    """A copy of the project with a plan for all of them, and what runs its script."""
    root, copy = request.config.rootpath, tmp_path_factory.mktemp("industries")
    for folder in ("src", "data", "notebooks", "scripts"):
        shutil.copytree(root / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "requirements.txt", copy)
    add(copy / "data")
    (copy / "reports").mkdir()
    (copy / "reports" / "reports.yml").write_text(
        """
        reports:
          - notebook: photonics_trend
            name: ${industry}_$segment.$language
            parameters: {first_year: first, last_year: last}
            matrix: {industry: all, segment: all, language: all}
            exclude: [{industry: photonics}]
          - notebook: photonics_trend
            name: alone_firms
            parameters: {industry: alone, measure: firms, first_year: 2015, last_year: 2017}
          - notebook: photonics_trend
            name: twice_linked
            parameters: {industry: twice, scope: linked}
          - notebook: photonics_trend
            name: twice_wide
            parameters: {industry: twice, scope: 넓은 집계, language: en}
        """,
        encoding="utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if name != "KR_INDUSTRY_DATA"}
    environment |= {"PYTHONPATH": str(copy / "src")}

    def run(*arguments):
        command = [sys.executable, "scripts/run_reports.py", *arguments]
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return copy, run


@pytest.fixture(scope="module")
def made(planned):
    """The copy with reports made: of every kind of industry and segment one in each language."""
    copy, run = planned
    others = ("forgings", "hulls")  # segments like castings and engines
    chosen = [line for line in run("--dry-run").splitlines() if not any(f"_{name}." in line for name in others)]
    run("--workers", "2", *chosen)
    return copy


def _page(made, name):
    return (made / "reports" / "photonics_trend" / f"{name}.html").read_text(encoding="utf-8")


def test_every_industry_and_segment_becomes_a_report_in_both_languages(planned, made):
    pages = {path.stem for path in (made / "reports" / "photonics_trend").glob("*.html")}
    left = {key.removeprefix("photonics_trend/") for key in planned[1]("--dry-run").splitlines()}
    assert len(left) == 4
    segments_of = {
        "alone": ["total"],
        "half": ["total", "castings", "forgings"],
        "whole": ["total", "hulls", "engines"],
        "twice": ["total"],
    }
    wanted = {f"{name}_{segment}.{language}" for name, own in segments_of.items() for segment in own
              for language in ("ko", "en")}  # fmt: skip
    assert pages | left == wanted | {"alone_firms", "twice_linked", "twice_wide"}


@pytest.mark.parametrize(
    "name", ["alone_total", "half_total", "half_castings", "whole_total", "whole_engines", "twice_total"]
)
def test_none_of_them_speaks_of_photonics_or_of_gwangju(made, name):
    for language, words in {"ko": ["광산업", "광주"], "en": ["photonics industry", "Gwangju"]}.items():
        title = {"ko": "광주에서의 광융합산업 발전방향", "en": "Gwangju’s photonics-convergence industry"}[language]
        text = _page(made, f"{name}.{language}").replace(title, "the document that the made-up figures name")
        assert [word for word in words if word in text] == []


ALL = {"alone_total", "half_total", "whole_total", "half_castings", "whole_engines", "twice_total"}
WHOLE = {"alone_total", "half_total", "whole_total", "twice_total"}
HEADINGS = {
    "단계별로 얼마나 성장했나": WHOLE,
    "증가세는 언제 멈췄나": WHOLE,
    "연도별로 얼마나 되나": ALL - WHOLE,
    "무엇이 성장과 감소를 이끌었나": ALL,
    "업체는 어떻게 달라졌나": {"whole_total", "whole_engines"},
    "전국에서 차지하는 비율": {"whole_total"},
    "전망과 실적": WHOLE,
    "지역 전략에서 이 산업은 어디에 있나": set(),
    "수치는 믿을 만한가": ALL,
}


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_question_without_its_tables_is_left_off(made, name):
    page = _page(made, f"{name}.ko")
    shown = {heading for heading in HEADINGS if re.search(f"<h2[^>]*>{heading}", page)}
    assert shown == {heading for heading, pages in HEADINGS.items() if name in pages}


def test_what_the_tables_do_not_hold_is_not_told(made):
    alone = _page(made, "alone_total.ko")
    assert "예시(2010–2019년)." in alone
    assert alone.count("<svg") >= 5
    half = _page(made, "half_total.ko")
    assert "상위 두 분야가 차지하는 비율은 매출액 기준 100.0%(전년 100.0%)이다" in half
    for words in ("자료에 없는 해가 있어", "점선은 자료에 없는 해", "육성사업의 단계이다", "기고문", "여섯 분야",
                  "100억 원 이상 업체", "건 가운데 실적이"):  # fmt: skip
        assert words not in half
    few = _page(made, "alone_firms")
    assert "값이 3개 연도뿐이어서" in few
    assert "이어지는 해의 값이 3개뿐이어서" in few


def test_what_they_hold_is_shown_with_its_own_years(made):
    whole = _page(made, "whole_total.ko")
    assert "예시 조선산업의 성장과 전환" in whole
    assert "예시 협회는 2020년" in whole
    assert "2019년 업체당 매출액은 평균" in whole
    assert "50억 원 이상 업체는 2018년 6개사(7.9%)에서 2019년 6개사(7.7%)로 그대로이고" in whole
    assert "10억 원 미만 업체는 50개사에서 52개사로 늘었다" in whole
    rows = (made / "reports" / "results.csv").read_text(encoding="utf-8").splitlines()
    found = {tuple(row.split(",")[:2]): row.split(",")[2] for row in rows}
    assert found["photonics_trend/whole_engines.ko", "segment_sales_2019"] == str(_parts(417, "ab")["b"])
    assert found["photonics_trend/whole_engines.ko", "segment_firms_2019"] == str(_parts(78, "ab")["b"])
    assert ("photonics_trend/half_castings.en", "segment_firms_2019") not in found
    assert "매출액 100억 원 이상 업체는 2018년 6개사, 2019년 6개사이다" in whole
    assert "2019년 매출액은 전국 4조 1,700억 원 가운데 1.0%를 차지한다" in whole
    assert float(found["photonics_trend/whole_total.ko", "national_share_sales_2019"]) == pytest.approx(1)
    assert ("photonics_trend/whole_total.ko", "forecast_sales_2020") in found
    assert ("photonics_trend/whole_total.ko", "half_drift_sales_2020") in found
    assert ("photonics_trend/alone_total.ko", "sales_cagr_2010_2017") in found  # sales were highest in 2017


def test_a_definition_that_changed_is_told_in_its_own_words(made):
    twice, linked, wide = (_page(made, f"twice_{name}") for name in ("total.ko", "linked", "wide"))
    assert "2017년부터 집계 기준이 바뀌어" in re.sub("<[^>]*>", "", twice)
    assert "좁은 집계 기준의 집계는 2017년에 끝났으므로 그 뒤를 전망하지 않는다" in twice
    assert "넓은 집계 기준은 3개 연도뿐이어서 전망하지 않는다" in twice
    assert "매출액 1.201" in linked
    assert "집계는 2017년에 끝났으므로" not in linked
    assert "counting the wide count" in wide
    rows = (made / "reports" / "results.csv").read_text(encoding="utf-8").splitlines()
    names = {tuple(row.split(",")[:2]) for row in rows}
    assert ("photonics_trend/twice_linked", "forecast_sales_2020") in names
    assert ("photonics_trend/twice_total.ko", "test_sales_2017") in names
    assert not [name for report, name in names if report.startswith("photonics_trend/twice_t") and "forecast" in name]


def test_a_report_depends_on_the_tables_of_its_own_industry_only(made):
    manifest = json.loads((made / "reports" / "manifest.json").read_text(encoding="utf-8"))
    files = set(manifest["inputs"][manifest["reports"]["photonics_trend/half_total.ko"]["inputs"]])
    assert {"data/half/annual.csv", "data/half/segment_sales.csv", "data/industries.csv"} <= files
    tables = {file for file in files if file.endswith(".csv")}  # that others are there counts, what they hold does not
    assert not {file for file in tables if file.startswith(("data/photonics/", "data/whole/", "data/alone/"))}
