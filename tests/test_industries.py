"""The photonics notebook on other industries, made up for these tests: all tables, some of them, the first alone."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import pytest

from kr_industry.audit import Figures, audit
from kr_industry.checks import faults
from kr_industry.data import DataError, alike, industries, load, tables
from kr_industry.photonics import factors, outlook, segments, spread, stages, strategy
from kr_industry.photonics.industry import TABLES, Industry
from kr_industry.trust import Trust

HEADS = {table: list(load(f"photonics/{table}").columns) for table in TABLES}
NAMES = {
    "alone": ("예시 섬유산업", "The example textile industry", "섬유산업", "textile industry"),
    "half": ("예시 부품산업", "The example parts industry", "부품산업", "parts industry"),
    "whole": ("예시 조선산업", "The example ship industry", "조선산업", "ship industry"),
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
        {"year": year, "stage": stage if year == 2014 else "", "sales": 300 + 40 * i - 3 * i * i,
         "employment": 900 + 50 * i, "firms": 60 + 2 * i}
        for i, year in enumerate(YEARS)
    ]  # fmt: skip


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
            rows.append(row | ({"scope": "whole", "status": "actual"} if measure == "sales" else {}))
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
    rows = [{"year": row["year"], "scope": "whole", "status": "actual", measure: row[measure]} for row in _annual()]
    return [*rows, {"year": 2020, "scope": "whole", "status": "outlook", measure: rows[-1][measure] + 10}]


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
    },
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
        ("alone/annual.csv", "2012,,368", "2012,,many",
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
def test_a_contradiction_in_them_is_told_in_words(more, language):
    path = more / "whole" / "segment_firms.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2019,total,78,", "2019,total,87,"), encoding="utf-8")
    checked = audit(Figures(more, topic="whole/"))
    trust = Trust(checked, load("corrections", more), "whole/", ["photonics_2019"], "printed", language)
    row = trust.conflicts().iloc[0]
    assert (
        row.iloc[0]
        == {
            "ko": "분야별 업체 수 표 · 2019년 전체 업체 수",
            "en": "The table of firms by segment · total, firms, 2019",
        }[language]
    )
    assert row.iloc[1] == "87"
    assert {"ko": "매출 규모별 표", "en": "The table by size of sales"}[language] in trust.squares().index


def test_rows_may_stand_in_any_order(monkeypatch):
    turned = {f"photonics/{name}": load(f"photonics/{name}").iloc[::-1] for name in ("annual", "segment_sales")}
    say = Industry("photonics", "ko")
    monkeypatch.setattr("kr_industry.photonics.industry.load", lambda name, **_: turned[name])
    assert say.table("annual").equals(load("photonics/annual"))
    assert list(say.table("segment_sales")["year"]) == sorted(load("photonics/segment_sales")["year"])


def test_an_actual_is_not_set_against_the_outlook_of_its_year(data_copy):
    path = data_copy / "photonics" / "annual.csv"
    row = "2019,,24000,7700,285,4.3,1.5,5,photonics_2019,예시 표\n"  # grown by 4.3 %; the outlook was 9.9 %
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert faults(data_copy) == []
    assert audit(Figures(data_copy, topic="photonics/")).counts("photonics/")["contradicted"] == 12


@pytest.fixture(scope="module")
def made(request, tmp_path_factory):
    """The reports of a plan for all of them, made in a copy of the project."""
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
        """,
        encoding="utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if name != "KR_INDUSTRY_DATA"}
    environment |= {"PYTHONPATH": str(copy / "src")}
    command = [sys.executable, "scripts/run_reports.py", "--workers", "2"]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return copy


def _page(made, name):
    return (made / "reports" / "photonics_trend" / f"{name}.html").read_text(encoding="utf-8")


def test_every_industry_and_segment_becomes_a_report_in_both_languages(made):
    pages = {path.stem for path in (made / "reports" / "photonics_trend").glob("*.html")}
    segments_of = {
        "alone": ["total"],
        "half": ["total", "castings", "forgings"],
        "whole": ["total", "hulls", "engines"],
    }
    wanted = {f"{name}_{segment}.{language}" for name, own in segments_of.items() for segment in own
              for language in ("ko", "en")}  # fmt: skip
    assert pages == wanted | {"alone_firms"}


@pytest.mark.parametrize("name", ["alone_total", "half_total", "half_castings", "whole_total", "whole_engines"])
def test_none_of_them_speaks_of_photonics_or_of_gwangju(made, name):
    for language, words in {"ko": ["광산업", "광주"], "en": ["photonics industry", "Gwangju"]}.items():
        title = {"ko": "광주에서의 광융합산업 발전방향", "en": "Gwangju’s photonics-convergence industry"}[language]
        text = _page(made, f"{name}.{language}").replace(title, "the document that the made-up figures name")
        assert [word for word in words if word in text] == []


def test_what_the_tables_do_not_hold_is_said(made):
    alone = _page(made, "alone_total.ko")
    assert "섬유산업의 분야별 매출액이나 업체 수가 이어지는 두 해 이상 자료에 없어" in alone
    assert "매출 규모별 업체 수가 두 해 이상 자료에 없다" in alone
    assert "지역 계획들이 섬유산업을 어떻게 다루는지는 자료에 없다" in alone
    assert "예시(2010–2019년). 금액은 경상가격" in alone
    assert alone.count("<svg") >= 5
    half = _page(made, "half_total.ko")
    assert "매출액 기준 허핀달–허시먼 지수는 2018년" in half
    assert "원문에 없는 해가 있어" not in half
    assert "점선은 빠진 해" not in half
    assert "빗금은 전망" not in half
    few = _page(made, "alone_firms")
    assert "값이 3개 연도뿐이어서" in few
    assert "이어지는 해의 값이 3개뿐이어서" in few


def test_what_they_hold_is_shown_with_its_own_years(made):
    whole = _page(made, "whole_total.ko")
    assert "예시 조선산업의 성장과 전환" in whole
    assert "예시 협회는 2020년을" in whole
    assert "2019년 업체당 매출액은 평균" in whole
    assert "50억 원 이상 업체는 2018년 6개사(7.9%)에서 2019년 6개사(7.7%)로 그대로 이어지고" in whole
    assert "10억 원 미만 업체는 50개사에서 52개사로 늘었다" in whole
    rows = (made / "reports" / "results.csv").read_text(encoding="utf-8").splitlines()
    found = {tuple(row.split(",")[:2]): row.split(",")[2] for row in rows}
    assert found["photonics_trend/whole_engines.ko", "segment_sales_2019"] == str(_parts(417, "ab")["b"])
    assert found["photonics_trend/whole_engines.ko", "segment_firms_2019"] == str(_parts(78, "ab")["b"])
    assert ("photonics_trend/half_castings.en", "hhi_firms_2019") not in found
    assert ("photonics_trend/alone_total.ko", "sales_cagr_2010_2017") in found  # sales were highest in 2017


def test_a_report_depends_on_the_tables_of_its_own_industry_only(made):
    manifest = json.loads((made / "reports" / "manifest.json").read_text(encoding="utf-8"))
    files = set(manifest["inputs"][manifest["reports"]["photonics_trend/half_total.ko"]["inputs"]])
    assert {"data/half/annual.csv", "data/half/segment_sales.csv", "data/industries.csv"} <= files
    assert not {file for file in files if file.startswith(("data/photonics/", "data/whole/", "data/alone/"))}


def test_words_of_an_unknown_industry_are_refused():
    with pytest.raises(DataError, match="no industry 'lasers'; it has photonics"):
        Industry("lasers", "ko")


def test_an_industry_without_tables_by_segment_has_no_segment_to_show():
    with pytest.raises(DataError, match=r"segment 'lasers': the industry has no segment_sales\.csv"):
        segments.shown({}, "sales", "lasers")
    assert segments.shown({}, "sales", "total") == "sales"


def test_years_that_do_not_follow_each_other_give_no_contributions():
    rows = load("photonics/segment_firms").query("year != 2017")
    by_year = segments.firms_by_year(rows, load("photonics/annual"))
    assert by_year.printed_years == [2016, 2018]
    assert list(segments.contributions_by_year(by_year)) == [2016]
    annual = load("photonics/annual").query("year != 2015")
    plain = segments.firms_by_year(load("photonics/segment_firms"), annual)
    assert plain.derived is None
    assert list(plain.values) == [2016, 2017, 2018]
    assert segments.derived_sentences(plain, Industry("photonics", "ko")) == []


def test_a_gap_between_tables_that_no_one_segment_explains_is_told_without_a_cause(monkeypatch):
    say = Industry("photonics", "ko", "printed")
    real = say.table

    def doubled(table):
        frame = real(table)
        if table == "segment_sales":
            frame = frame.copy()
            frame.loc[frame["segment"] != "total", "growth"] = 0.0
        return frame

    monkeypatch.setattr(say, "table", doubled)
    (told,) = outlook.doubt_sentences("sales", say)
    assert "표 7에서 2조 5,278억 원" in told


def test_where_the_sources_stand_is_taken_from_the_tables():
    ko, en = Industry("photonics", "ko"), Industry("photonics", "en")
    assert ko.cite("annual", "segment_firms") == "광주에서의 광융합산업 발전방향(2019), 표 3·4"
    assert en.cite("annual") == "Directions for Gwangju’s photonics-convergence industry (2019), table 3"
    assert en.cite("annual", "sales", "employment").endswith("tables 3, 6 and 7")
    assert en.cite("stages") == "Directions for Gwangju’s photonics-convergence industry (2019)"  # named in Korean only
    assert ko.sources() == ["photonics_2019"]
    assert strategy.sources(ko) == ["gwangju_cluster_2013", "strategic_tech_2022", "inauguration_2022"]


def test_stages_end_where_the_table_says():
    annual = load("photonics/annual").set_index("year")
    assert stages.bounds(annual) == [1999, 2003, 2008, 2012, 2013, 2018]
    assert stages.bounds(annual.loc[2014:]) == [2014, 2018]
    assert factors.round_ratios(factors.sales_per_employee(annual)) == [1.0, 2.0, 3.0]


def test_sizes_need_two_actual_years():
    sizes = load("photonics/size_classes")
    assert spread.size_years(sizes) == [2017, 2018]
    assert spread.size_years(sizes.query("year > 2017")) == [2018]
    assert spread.size_years(None) == []
