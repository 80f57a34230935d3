"""What the photonics notebook computes, and which of its sentences the figures choose."""

from dataclasses import replace
from math import log

import cells
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry import forecast, growth, photonics
from kr_industry.data import DataError, Tables, load
from kr_industry.definitions import UNITS, by_year
from kr_industry.kinks import find_kink, without_each_year
from kr_industry.labels import labels
from notebook_reports.words import Words

SEGMENTS = ["optical_communication", "light_sources", "precision_optics", "optical_materials", "optical_information",
            "optical_instruments"]  # fmt: skip


@pytest.fixture
def read():
    return Tables("photonics")


@pytest.fixture
def annual(read):
    return by_year(read).table


@pytest.fixture
def by(read):
    return photonics.by_segment(read)


@pytest.fixture(params=["ko", "en"])
def language(request):
    return request.param


@pytest.fixture
def words(root):
    def in_language(language):
        files = [root / "notebooks" / f"{stem}.words.yml" for stem in ("photonics_trend", "common")]
        return Words(files, language, labels(segment="photonics_segment", measure="photonics_measure"))

    return in_language


def test_stages_end_where_the_table_says(annual):
    assert photonics.stage_ends(annual) == [1999, 2003, 2008, 2012, 2013, 2019]
    assert photonics.stage_ends(annual.loc[2014:]) == [2014, 2019]
    assert photonics.stage_ends(annual.loc[2004:2004]) == []  # of this year the number of firms alone is printed


def test_phases_are_where_a_series_changes_its_course(annual):
    assert photonics.phases(annual["sales"]) == [1999, 2010, 2013, 2016, 2019]
    assert photonics.phases(annual["employment"]) == [1999, 2010, 2013, 2014, 2019]
    assert photonics.phases(annual["firms"]) == [1999, 2008, 2013, 2016, 2019]
    rates = growth.by_interval(annual["sales"].dropna(), photonics.phases(annual["sales"]))["rate"]
    assert rates.round(1).tolist() == [32.6, 2.2, -7.5, 4.9]


@given(st.dictionaries(st.integers(1990, 2030), st.floats(1, 1e6), min_size=1, max_size=20))
def test_phases_are_years_of_the_series_in_order(values):
    series = pd.Series(values).sort_index()
    years = photonics.phases(series)
    assert years == sorted(set(years) & set(series.index))
    assert {years[0], years[-1]} == {series.index[0], series.index[-1]}
    assert series[years].max() == series.max()


def test_money_of_the_stages_is_that_of_the_programme(read, annual):
    stages = read("stages").query("stage != 'before'")
    paid = photonics.programme(read, stages, annual["sales"])
    assert paid["money"].tolist() == [4020, 3863, 564]
    assert paid["money"].sum() == read.figure("programme_money_total")
    assert paid["sales"].tolist() == [3234, 13079, 25904]
    assert paid["years"].sum() == 13
    other = photonics.programme(read, stages.assign(stage=["a", "b", "c"]), annual["sales"])
    assert other["money"].isna().all()


def test_sales_are_firms_times_size_times_productivity(annual):
    factors = photonics.factors(annual)
    sales = annual["sales"].reindex(factors.index)
    pd.testing.assert_series_equal(factors.prod(axis=1), sales, check_names=False)
    assert factors["productivity"].idxmax() == 2014
    assert factors.at[2014, "productivity"] == pytest.approx(3.47, abs=0.005)
    assert {2004, 2006}.isdisjoint(factors.index)  # not all measures of these years are printed


def test_growth_of_sales_is_the_sum_of_its_factors(annual):
    ends = photonics.stage_ends(annual)
    parts = photonics.decompositions(photonics.factors(annual), ends)
    rates = growth.by_interval(annual["sales"].dropna(), ends).set_index(["first_year", "last_year"])
    assert list(parts.index) == list(rates.index)
    for interval, row in parts.iterrows():
        rate = rates.loc[interval]
        assert row.sum() == pytest.approx(100 * log(rate["last"] / rate["first"]) / rate["years"])
    assert parts.loc[(2013, 2019)].round(2).to_dict() == {"firms": -3.95, "size": 2.63, "productivity": -0.17}
    assert photonics.decompositions(photonics.factors(annual), [2019]).empty


def test_what_was_expected_stands_beside_what_came(read):
    sales = photonics.outlooks(read, "sales")
    assert sales["expected"].to_dict() == {2006: 6347, 2008: 12100, 2009: 16100, 2010: 22000, 2011: 30000, 2019: 25278}
    assert sales["difference"].round(1).dropna().to_dict() == {2006: 0.7, 2008: 8.1, 2009: 0.4, 2010: 15.5, 2019: -1.9}
    assert sales.loc[[2010, 2011, 2019], "qualifier"].tolist() == ["target", "about", "outlook"]
    assert sales.at[2019, "outcome"] == 24787  # of the definition in use when the outlook was made
    assert photonics.outlooks(read, "employment")["outcome"].to_dict() == {2019: 7802}
    assert photonics.outlooks(read, "firms")["difference"].round(1).to_dict() == {2019: 1.4}


def test_the_share_of_the_nation_is_that_of_the_source(read):
    shares = photonics.national_share(read)["share"]
    assert round(shares[2019, "sales"], 1) == read.figure("national_share_2019") == 3.1
    assert shares.round(1).to_dict() == {(2008, "sales"): 5.4, (2018, "sales"): 2.9, (2019, "sales"): 3.1,
                                         (2019, "employment"): 6.0}  # fmt: skip


def test_single_figures_are_gathered_by_year(read):
    assert photonics.yearly_figures(read, "led_sales").to_dict() == {2011: 13072, 2013: 11479, 2014: 9914}
    assert photonics.yearly_figures(read, "nothing").empty


def test_derived_firms_add_up_to_the_printed_total(by):
    """Only one whole number fits each rate of 2016, and together they are the 288 of table 3."""
    firms = by["firms"]
    assert firms.derived == 2015
    assert firms.levels[2015].to_dict() == {
        "optical_communication": 57, "light_sources": 151, "precision_optics": 42, "optical_materials": 30,
        "optical_information": 4, "optical_instruments": 4, "total": 288,
    }  # fmt: skip
    pd.testing.assert_frame_equal(firms.low, firms.high)


def test_derived_sales_leave_room_for_the_printed_total(by):
    sales = by["sales"]
    known = sales.levels[2016].drop("total").dropna()
    assert list(known.index) == [name for name in SEGMENTS if name != "optical_information"]  # of one firm
    left = [21471 - bound.loc[known.index, 2016].sum() for bound in (sales.high, sales.low)]
    assert left[0] <= 32 / 2.708 <= left[1]  # what the growth of the year after, 170.8 %, would give
    assert list(sales.levels.index) == [*SEGMENTS, "total"]
    assert (sales.derived, sales.printed_years, sales.outlooks) == (2016, [2017, 2018], [2019])
    assert list(sales.actual("light_sources").index) == [2016, 2017, 2018]


def test_nothing_is_derived_of_one_firm_or_two(by):
    assert by["firms"].levels.at["optical_information", 2016] == 1
    for table in (by["sales"].levels, by["sales"].low, by["sales"].high):
        assert pd.isna(table.at["optical_information", 2016])
        assert table.at["optical_information", 2017] == 32  # as the source prints it
    assert list(by["sales"].actual("optical_information").index) == [2017, 2018]
    assert photonics.sales_per_firm(by).loc["optical_information"].isna().all()
    assert pd.isna(photonics.contributions(by["sales"].levels).at["optical_information", 2017])


@pytest.mark.parametrize("values", ["printed", "corrected"])
def test_contributions_add_up_to_the_growth_of_the_total(values):
    points = photonics.contributions(photonics.by_segment(Tables("photonics", values))["sales"].levels)
    assert points[2018].round(2).to_dict() == {
        "optical_communication": -0.09, "light_sources": 6.83, "precision_optics": -1.18, "optical_materials": 0.96,
        "optical_information": 0.0, "optical_instruments": -5.2,
    }  # fmt: skip
    for year, rate in ((2018, 1.32), (2019, {"printed": 7.32, "corrected": 9.88}[values])):
        assert points[year].sum() == pytest.approx(rate, abs=0.005)
    own = 100 * 32 / 21471 * (1 - 1 / 2.708)  # of the segment whose sales of one firm are not derived
    assert points[2017].sum() + own == pytest.approx(100 * (22705 / 21471 - 1), abs=0.02)  # derived bases round


def test_sales_per_firm_are_of_years_that_both_tables_print(by):
    per_firm = photonics.sales_per_firm(by)
    assert list(per_firm) == [2017, 2018]
    assert per_firm[2018].dropna().round(1).to_dict() == {
        "optical_communication": 93.8, "light_sources": 68.9, "precision_optics": 43.5, "optical_materials": 50.2,
        "optical_instruments": 256.7, "total": 82.2,
    }  # fmt: skip
    assert photonics.sales_per_firm({"sales": by["sales"]}).empty


def test_a_segment_is_shown_by_what_there_is_of_it(by):
    assert photonics.measure_shown(by, "employment", "total") == "employment"
    assert photonics.measure_shown(by, "employment", "light_sources") == "sales"
    assert photonics.measure_shown(by, "firms", "light_sources") == "firms"
    with pytest.raises(DataError, match=r"segment 'lasers': the industry has no segment_sales\.csv"):
        photonics.measure_shown({}, "sales", "lasers")


def test_years_that_do_not_follow_each_other_give_no_contributions(read):
    rows = read("segment_firms").query("year != 2017")
    gapped = photonics._by_segment("firms", rows, by_year(read).table["firms"], [])
    assert gapped.printed_years == [2016, 2018]
    assert list(photonics.contributions(gapped.levels)) == [2016]
    without = by_year(read).table["firms"].drop(2015)
    plain = photonics._by_segment("firms", read("segment_firms"), without, [])
    assert plain.derived is None
    assert list(plain.levels) == [2016, 2017, 2018]
    pd.testing.assert_frame_equal(plain.low, plain.high)


def _results(read, by, annual, segment="total"):
    ends, factors = photonics.stage_ends(annual), photonics.factors(annual)
    rates = pd.concat({m: growth.by_interval(annual[m].dropna(), ends) for m in UNITS}, names=["measure"])
    rows = photonics.results(
        rates.reset_index("measure"),
        photonics.decompositions(factors, ends),
        factors["productivity"],
        by,
        segment,
    )
    return {name: value for name, value, _ in rows}


def test_results_are_those_of_the_tables(read, by, annual):
    found = _results(read, by, annual, "precision_optics")
    assert found["segment_sales_2018"] == 2003
    assert found["segment_sales_growth_2018"] == pytest.approx(100 * (2003 / 2271 - 1))
    assert found["segment_sales_share_2018"] == pytest.approx(100 * 2003 / 23005)
    assert found["segment_contribution_2018"] == found["contribution_precision_optics_2018"]
    assert found["segment_firms_2018"] == 46
    assert found["hhi_sales_2018"] == pytest.approx(0.27713, abs=1e-5)
    assert found["sales_per_employee_2015"] == pytest.approx(22507 / 6925)
    assert found["sales_growth_2018"] == pytest.approx(100 * (23005 / 22705 - 1))
    total = _results(read, by, annual)
    assert total["segment_contribution_2018"] == pytest.approx(total["segment_sales_growth_2018"])
    assert total["sales_cagr_1999_2003"] == pytest.approx(29.894, abs=0.001)
    assert total["firms_cagr_2012_2013"] == 0


def test_estimates_carry_bounds_and_a_kink_that_is_not_there_is_none(annual):
    values = annual["sales"].dropna()
    paths = {"test": forecast.forecast(growth.latest_run(values).loc[:2018], 1)}
    found = {name: rest for name, *rest in photonics.estimates("sales", find_kink(values), paths)}
    assert list(found) == ["sales_kink_year", "sales_slope_before", "sales_slope_after", "test_sales_2019"]
    value, unit, low, high = found["test_sales_2019"]
    assert unit == "100 million won"
    assert low < 24787 < high
    assert value == pytest.approx(23005)
    line = pd.Series([100 * 1.05**i * (1 + 0.02 * (-1) ** i) for i in range(10)], index=range(2009, 2019))
    assert list(photonics.estimates("sales", find_kink(line), {})) == []
    assert list(photonics.estimates("sales", None, {})) == []


def test_other_definitions_and_the_nation_are_recorded(read):
    found = {name: value for name, value, _ in photonics.beside(by_year(read), photonics.national_share(read))}
    assert found["eight_segments_sales_growth_2020"] == pytest.approx(100 * (31454 / 27182 - 1))
    assert found["eight_segments_sales_growth_2021"] == pytest.approx(-13.03, abs=0.005)
    assert found["national_share_sales_2019"] == pytest.approx(3.08, abs=0.005)
    assert not any(name.startswith("link") for name in found)
    linked = photonics.beside(by_year(read, "linked"), photonics.national_share(read).iloc[:0])
    assert {name: round(value, 3) for name, value, _ in linked} == {
        "link_sales_2019": 1.097, "link_employment_2019": 1.031, "link_firms_2019": 1.046,
    }  # fmt: skip


def test_plans_are_rows_of_the_tables_they_come_from(read):
    plans = read("strategy").set_index("id")
    cities = load("regions/city_plans").set_index("id")[["name", "name_en", "source", "place"]]
    terms = load("regions/terms").set_index("id")[["term", "source", "place"]]
    for identifier, row in plans.iterrows():
        if row["plan"] == "clusters_2013":
            assert row[["term", "term_en", "source", "place"]].tolist() == cities.loc[identifier].tolist()
        else:
            assert row[["term", "source", "place"]].tolist() == terms.loc[identifier].tolist()
    named = load("regions/terms").query("region == 'gwangju' and kind in ['keyword', 'programme']")
    assert set(named["id"]) == set(plans.index[plans["plan"] != "clusters_2013"])


def test_plans_agree_with_the_codebook_of_the_regional_notebook(read):
    fields = {"artificial_intelligence": "artificial_intelligence", "semiconductors_displays": "semiconductors",
              "secondary_batteries": "batteries", "advanced_biotechnology": "medicine"}  # fmt: skip
    book, first = load("regions/codebook"), load("regions/lists")["id"].iloc[0]
    coded = book[book["list"].isin(["all", "", first])].set_index("term")["technology"]
    for row in read("strategy").query("plan != 'clusters_2013'").itertuples():
        technology = coded[row.term]
        assert row.field == fields.get(technology, row.field)
        assert technology == "other" or technology in fields


def test_the_article_has_three_mini_clusters_and_a_programme_beside_them(words):
    """The Honam theme cluster is a research programme, not a fourth cluster of the complex."""
    plans = load("regions/city_plans").query("city == 'gwangju' and kind == 'cluster'")
    assert (plans["parent"] == "gwangju_cluster_4_0").sum() == 3
    own = pd.DataFrame({"term_ko": ["광융합클러스터"], "term_en": ["Photonics cluster"]})
    assert "6개가 광융합을 비롯한 3개로" in words("ko").text("strategy_clusters", own=own, dated={"clusters": "2013"})


def _turn(annual, measure):
    values = annual[measure].dropna()
    kink, others = find_kink(values), without_each_year(values).rename_axis("left_out")
    level = growth.level(values)
    return {
        "measure": measure, "segment": "total", "confidence": 95, "kink": kink, "leaning": kink.outside(others),
        "level": level, "after": {"peak_year": level.peak_years[-1]}, "have": len(values), "need": 7,
        "turn_between": [int(kink.year), int(kink.year) + 1], "have_years": len(values),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "plain", "told"),
    [
        ("sales", "앞선 2010~2011년 무렵 멈춘", "0을 포함"),
        ("employment", "증가세는 2010~2011년 무렵 멈춘", "0을 포함"),
        (
            "firms",
            "어느 한 해로 정할 수 없다. 몇몇 해의 값을 빼면",
            "1999년을 빼면 2009.5로 구간을 벗어나는 점 때문에 꺾였다고 보지 않는다",
        ),
    ],
)
def test_the_rule_decides_where_growth_turned(annual, words, measure, plain, told):
    facts = _turn(annual, measure)
    assert facts["kink"].supported == (measure != "firms")
    assert plain in words("ko").text("stopped", **facts)
    assert told in words("ko").text("turn", **facts)


@pytest.mark.parametrize("refusal", ["independent", "walk", "above", "leaning"])
def test_every_refusal_is_told(annual, words, language, refusal):
    facts = _turn(annual, "firms")
    facts["kink"] = replace(facts["kink"], refusals=(refusal,))
    assert {"ko": "정할 수 없다", "en": "No single year"}[language] in words(language).text("stopped", **facts)
    texts = {other: words(language).text("turn", **facts | {"kink": replace(facts["kink"], refusals=(other,))})
             for other in ("independent", "walk", "above", "leaning")}  # fmt: skip
    assert words(language).text("turn", **facts) == texts[refusal]
    assert len(set(texts.values())) == 4


def test_years_that_share_the_highest_value_are_all_named(annual, words):
    level = growth.level(annual["firms"].dropna())
    assert level.peak_years == (2010, 2012, 2013)
    sentence = words("ko").text("found_course", measure="firms", level=level)
    wanted = ("47개사", "2010·2012·2013년", "360개사")
    assert [fact for fact in wanted if fact not in sentence] == []


def _driver(levels, measure):
    moved = photonics.contributions(levels).iloc[:, -1].sort_values(ascending=False)
    ends = {"top": moved.index[0], "gain": moved.iloc[0], "bottom": moved.index[-1], "loss": -moved.iloc[-1]}
    rate = 100 * (levels.iloc[-1, -1] / levels.iloc[-1, -2] - 1)
    parts = {"measure": measure, "last": levels.columns[-1]}
    level = {"last_year": parts["last"]}
    return {"driver": ends, "measure": measure, "total": {"growth": rate}, "parts": parts, "level": level}


def test_segments_add_and_subtract_in_words(by, words, language):
    levels = by["sales"].levels[[2017, 2018]]
    told = words(language).text("driver", **_driver(levels, "sales"))
    assert {"ko": "광학기기가 5.2%p 낮추었다", "en": "optical instruments subtracted 5.2"}[language] in told
    rising = pd.DataFrame({2017: levels[2017], 2018: 1.1 * levels[2017]})
    one_way = words(language).text("driver", **_driver(rising, "sales"))
    assert {"ko": "줄어든 분야는 없으며", "en": "No segment shrank"}[language] in one_way


def _run(monkeypatch, tables=None, **parameters):
    return cells.run(monkeypatch, "photonics_trend", tables, **parameters)


def test_a_definition_that_has_ended_is_tested_and_not_forecast(monkeypatch):
    done = _run(monkeypatch)
    names = list(done.results.index)
    assert "test_sales_2019" in names
    assert "test_half_drift_sales_2019" in names
    assert not [name for name in names if name.startswith("forecast_")]
    assert "2019년에 끝났으므로 그 뒤를 전망하지 않는다" in done.text
    assert "여덟 분야 기준은 3개 연도뿐이어서 전망하지 않는다" in done.text
    assert {"sales_kink_year", "eight_segments_sales_growth_2021"} <= set(names)
    assert any("2020년 15.7% 증가, 2021년 13.0% 감소" in finding for finding in done.front["findings"])
    shown = done.values["others"]["eight_segments"]
    assert list(shown.index) == [2019, 2020, 2021]
    assert done.values["series"].index.max() == 2019  # nothing is joined to it


@pytest.mark.parametrize("last", [2012, 2016, 2018])
def test_no_forecast_reaches_beyond_the_end_of_a_definition(monkeypatch, last):
    done = _run(monkeypatch, last_year=last, horizon=5)
    years = [int(name[-4:]) for name in done.results.index if name.startswith(("test_", "forecast_"))]
    assert not years or max(years) <= 2019
    assert all(name.startswith("test_") for name in done.results.index if name[-9:-4] == "sales" and "cagr" not in name
               and name.startswith(("test", "forecast")))  # fmt: skip


def test_three_years_alone_have_neither_a_turn_nor_a_forecast(monkeypatch):
    done = _run(monkeypatch, scope="eight_segments")
    assert done.values["kink"] is None
    assert not [name for name in done.results.index if name.startswith(("forecast", "test", "sales_kink", "contrib"))]
    assert "3개 연도뿐이어서 증가세가 멈춘 때를 추정하지 않는다" in done.text
    assert "3개뿐이어서 전망하지 않는다" in done.text
    assert "육성사업" not in done.text.split("표")[0]


def test_linked_figures_are_told_as_such_and_forecast(monkeypatch, language):
    done = _run(monkeypatch, scope="linked", language=language)
    assert {"forecast_sales_2022", "half_drift_sales_2022", "link_sales_2019"} <= set(done.results.index)
    assert "1.097" in done.front["findings"][0]
    assert done.values["series"].index.max() == 2021
    assert not done.values["others"]


@pytest.mark.parametrize(
    ("table", "where", "column", "parameters"),
    [
        ("annual", "year == 2003", "firms", {"measure": "firms"}),
        ("annual", "year == 2016", "sales", {"scope": "linked"}),
        ("segment_sales", "year == 2017 and segment == 'optical_materials'", "sales", {"segment": "optical_materials"}),
    ],
)
def test_a_year_with_a_zero_gets_a_sentence(monkeypatch, language, table, where, column, parameters):
    rows = load(f"photonics/{table}")
    rows.loc[rows.query(where).index, column] = 0
    done = _run(monkeypatch, {f"photonics/{table}": rows}, language=language, **parameters)
    assert {"ko": "0으로 적힌 값", "en": "A zero is printed"}[language] in done.text


def test_a_year_of_which_one_measure_is_printed_is_told(monkeypatch):
    assert "2006년은 다른 지표만 실려 있어 업체 수" in _run(monkeypatch, measure="firms").text
    assert "2004년은 다른 지표만 실려 있어 매출액" in _run(monkeypatch).text


def test_the_source_is_quoted_for_what_it_tells_of_causes(monkeypatch):
    causes = load("photonics/causes")
    assert set(causes["source"]) == {"photonics_2019"}
    told = _run(monkeypatch)
    assert "이 보고서가 확인한 내용은 아니다" in told.text
    assert any("중국발 공급과잉, LED 가격 하락, 태양광의 에너지산업 이동" in text for text in told.front["findings"])


def test_causes_are_told_of_the_segment_that_they_are_about(read):
    segments = set(read("segment_sales")["segment"])
    about = {name for cell in read("causes")["segments"] for name in cell.split("|") if name}
    assert about == segments - {"total", "optical_information"}


PLANNED = ["light_sources", "optical_communication", "precision_optics", "optical_materials", "optical_instruments"]


def test_a_page_on_a_segment_says_what_is_its_own(monkeypatch):
    fronts = {segment: _run(monkeypatch, segment=segment).front for segment in PLANNED}
    for place in ("headline", "findings"):
        said = [str(front[place]) for front in fronts.values()]
        assert len(set(said)) == len(said)
    for front in fronts.values():
        assert "2021년" in front["unknown"]  # the total is newer
        assert len(" ".join([front["headline"], *front["findings"]]).split()) <= 80
    told = fronts["optical_instruments"]
    assert "2017년 수준을 회복하지 못했다" in told["headline"]
    assert [figure["value"] for figure in told["figures"]] == ["6,140억 원", "4.0% 증가", "24.8%", "−5.2%p"]


@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
def test_the_first_screen_is_read_in_two_minutes_and_about_its_measure(monkeypatch, measure, language):
    front = _run(monkeypatch, measure=measure, language=language).front
    assert len(front["findings"]) <= 3
    assert len(front["figures"]) <= 4
    if language == "ko":
        assert len(" ".join([front["headline"], *front["findings"]]).split()) <= 80
        figures = [text for figure in front["figures"] for text in figure.values()]
        assert len(" ".join([*figures, front["unknown"]]).split()) <= 40
        other = {"sales": "고용인원", "employment": "매출액", "firms": "고용인원"}[measure]
        assert other not in str([front["headline"], front["findings"]])
    assert "p =" not in str(front)


def test_the_story_of_sales_is_growth_a_plateau_a_step_and_a_rise(monkeypatch):
    headline = _run(monkeypatch).front["headline"]
    assert [
        fact for fact in ("2010년", "2013년", "2014년 12.8%", "2016년", "2021년 13.0%") if fact not in headline
    ] == []


@pytest.mark.parametrize(
    ("rates", "way"),
    [([8.5, 20.0, 11.4], "rising"), ([-1.0, -2.0], "falling"), ([11.1, -16.7, 4.0], "again"), ([6.3, -11.8], "back"),
     ([1.0, 0.0], "level"), ([], "none")],
)  # fmt: skip
def test_how_a_series_went(rates, way):
    rates = pd.Series(rates, index=range(2017, 2017 + len(rates)), dtype=float)
    assert photonics.way(rates) == way
    assert photonics.swing(rates).get("last") == (rates.iloc[-1] if len(rates) else None)
