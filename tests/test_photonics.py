"""What the photonics notebook computes, and which of its sentences the figures choose."""

from math import log

import pandas as pd
import pytest

from kr_industry import concentration, forecast, growth, photonics
from kr_industry.data import DataError, Tables, labels, load
from kr_industry.kinks import find_kink, without_each_year
from notebook_reports.words import Words

SEGMENTS = ["optical_communication", "light_sources", "precision_optics", "optical_materials", "optical_information",
            "optical_instruments"]  # fmt: skip


@pytest.fixture
def read():
    return Tables("photonics")


@pytest.fixture
def annual(read):
    return read("annual").set_index("year")


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
    assert photonics.stage_ends(annual) == [1999, 2003, 2008, 2012, 2013, 2018]
    assert photonics.stage_ends(annual.loc[2014:]) == [2014, 2018]


def test_sales_are_firms_times_size_times_productivity(annual):
    factors = photonics.factors(annual)
    pd.testing.assert_series_equal(factors.prod(axis=1), annual["sales"].astype(float), check_names=False)
    assert factors["productivity"].idxmax() == 2014
    assert factors.at[2014, "productivity"] == pytest.approx(3.47, abs=0.005)


def test_growth_of_sales_is_the_sum_of_its_factors(annual):
    ends = photonics.stage_ends(annual)
    parts = photonics.decompositions(photonics.factors(annual), ends)
    rates = growth.by_interval(annual["sales"].astype(float), ends).set_index(["first_year", "last_year"])
    assert list(parts.index) == list(rates.index)
    for interval, row in parts.iterrows():
        rate = rates.loc[interval]
        assert row.sum() == pytest.approx(100 * log(rate["last"] / rate["first"]) / rate["years"])
    assert parts.loc[(2013, 2018)].round(2).to_dict() == {"firms": -5.03, "size": 2.88, "productivity": -1.13}


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
    parts = slice(None, -1)
    assert sales.low[2016].iloc[parts].sum() <= 21471 <= sales.high[2016].iloc[parts].sum()
    assert sales.low.at["optical_information", 2016] == pytest.approx(11.63, abs=0.005)
    assert list(sales.levels.index) == [*SEGMENTS, "total"]
    assert (sales.derived, sales.printed_years, sales.outlooks) == (2016, [2017, 2018], [2019])
    assert list(sales.actual("light_sources").index) == [2016, 2017, 2018]


@pytest.mark.parametrize("values", ["printed", "corrected"])
def test_contributions_add_up_to_the_growth_of_the_total(values):
    points = photonics.contributions(photonics.by_segment(Tables("photonics", values))["sales"].levels)
    assert points[2018].round(2).to_dict() == {
        "optical_communication": -0.09, "light_sources": 6.83, "precision_optics": -1.18, "optical_materials": 0.96,
        "optical_information": 0.0, "optical_instruments": -5.2,
    }  # fmt: skip
    for year, rate in ((2018, 1.32), (2019, {"printed": 7.32, "corrected": 9.88}[values])):
        assert points[year].sum() == pytest.approx(rate, abs=0.005)
    assert points[2017].sum() == pytest.approx(100 * (22705 / 21471 - 1), abs=0.02)  # derived bases round


def test_sales_per_firm_are_of_years_that_both_tables_print(by):
    per_firm = photonics.sales_per_firm(by)
    assert list(per_firm) == [2017, 2018]
    assert per_firm[2018].round(1).to_dict() == {
        "optical_communication": 93.8, "light_sources": 68.9, "precision_optics": 43.5, "optical_materials": 50.2,
        "optical_information": 16.0, "optical_instruments": 256.7, "total": 82.2,
    }  # fmt: skip
    assert photonics.sales_per_firm({"sales": by["sales"]}).empty


def test_a_segment_is_shown_by_what_there_is_of_it(by):
    assert photonics.measure_shown(by, "employment", "total") == "employment"
    assert photonics.measure_shown(by, "employment", "light_sources") == "sales"
    assert photonics.measure_shown(by, "firms", "light_sources") == "firms"
    with pytest.raises(DataError, match=r"segment 'lasers': the industry has no segment_sales\.csv"):
        photonics.measure_shown({}, "sales", "lasers")


def test_the_outlook_is_taken_for_measure_or_segment(read, by):
    for measure, expected in (("sales", 25278), ("employment", 8177), ("firms", 280)):
        assert photonics.outlook(read, by, measure, "total").to_dict() == {2019: expected}
    assert photonics.outlook(read, by, "sales", "optical_instruments").to_dict() == {2019: 7293}
    assert photonics.outlook(read, by, "firms", "optical_instruments").empty


def test_two_totals_of_the_outlook_and_the_cell_between_them_are_found(read):
    (row,) = photonics.outlook_totals(Tables("photonics", "printed")).to_dict("records")
    assert (row["year"], row["total"], row["summed"], row["growth_printed"]) == (2019, 25278, 24688, 9.9)
    assert (round(row["growth_total"], 1), round(row["growth_summed"], 1)) == (9.9, 7.3)
    found = [row[name] for name in ("segment", "sales", "growth", "share", "implied")]
    assert found == ["light_sources", 9205, 5.3, 38.7, 9795]
    assert photonics.outlook_totals(read).empty


def test_a_gap_that_no_one_segment_explains_has_no_cause():
    class Doubled(Tables):
        def __call__(self, table):
            rows = super().__call__(table)
            return rows.assign(growth=0.0) if table == "segment_sales" else rows

    (row,) = photonics.outlook_totals(Doubled("photonics", "printed")).to_dict("records")
    assert row["segment"] == ""
    assert row["summed"] == 24688


def test_years_that_do_not_follow_each_other_give_no_contributions(read):
    rows = read("segment_firms").query("year != 2017")
    gapped = photonics._by_segment("firms", rows, read("annual").set_index("year")["firms"], [])
    assert gapped.printed_years == [2016, 2018]
    assert list(photonics.contributions(gapped.levels)) == [2016]
    annual = read("annual").query("year != 2015").set_index("year")
    plain = photonics._by_segment("firms", read("segment_firms"), annual["firms"], [])
    assert plain.derived is None
    assert list(plain.levels) == [2016, 2017, 2018]
    pd.testing.assert_frame_equal(plain.low, plain.high)


def _results(read, by, annual, segment="total"):
    ends, factors = photonics.stage_ends(annual), photonics.factors(annual)
    rates = pd.concat(
        {m: growth.by_interval(annual[m].astype(float), ends) for m in photonics.UNITS}, names=["measure"]
    )
    spread = concentration.concentration_by_year({m: table.levels.drop(index="total") for m, table in by.items()})
    rows = photonics.results(
        rates.reset_index("measure"),
        photonics.decompositions(factors, ends),
        factors["productivity"],
        spread,
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
    assert found["sales_growth_2018"] == pytest.approx(100 * (23005 / 22705 - 1))
    total = _results(read, by, annual)
    assert total["segment_contribution_2018"] == pytest.approx(total["segment_sales_growth_2018"])
    spread = {name: round(value, 4) for name, value in total.items() if name.startswith("hhi")}
    assert spread == {"hhi_sales_2017": 0.2645, "hhi_sales_2018": 0.2771, "hhi_firms_2016": 0.3338,
                      "hhi_firms_2017": 0.3149, "hhi_firms_2018": 0.3037}  # fmt: skip
    assert total["firms_cagr_2012_2013"] == 0


def test_estimates_carry_bounds_and_a_kink_that_is_not_there_is_none(annual):
    values = annual["sales"].astype(float)
    paths = {"forecast": forecast.forecast(growth.latest_run(values), 1)}
    found = {name: rest for name, *rest in photonics.estimates("sales", find_kink(values), paths)}
    assert list(found) == ["sales_kink_year", "sales_slope_before", "sales_slope_after", "forecast_sales_2019"]
    value, unit, low, high = found["forecast_sales_2019"]
    assert unit == "100 million won"
    assert low < value < high
    line = pd.Series([100 * 1.05**i * (1 + 0.02 * (-1) ** i) for i in range(10)], index=range(2009, 2019))
    assert list(photonics.estimates("sales", find_kink(line), {})) == []
    assert list(photonics.estimates("sales", None, {})) == []


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
    coded = load("regions/codebook").query("list != '2022'").set_index("term")["technology"]
    for row in read("strategy").query("plan != 'clusters_2013'").itertuples():
        technology = coded[row.term]
        assert row.field == fields.get(technology, row.field)
        assert technology == "other" or technology in fields


def test_the_article_has_three_mini_clusters_and_a_programme_beside_them(words):
    """The Honam theme cluster is a research programme, not a fourth cluster of the complex."""
    plans = load("regions/city_plans").query("city == 'gwangju' and kind == 'cluster'")
    assert (plans["parent"] == "gwangju_cluster_4_0").sum() == 3
    own = pd.DataFrame({"term_ko": ["광융합클러스터"], "term_en": ["Photonics cluster"]})
    assert "6개가 광융합을 비롯한 3개로" in words("ko").text("strategy_2013", own=own)


def _turn(annual, measure):
    values = annual[measure].astype(float)
    kink, others = find_kink(values), without_each_year(values).rename_axis("left_out")
    level = growth.level(values)
    return {
        "measure": measure, "segment": "total", "confidence": 95, "kink": kink, "leaning": kink.outside(others),
        "level": level, "after": {"peak_year": level.peak_years[-1]}, "have": 10, "need": 7,
        "fitted": kink.fitted.max(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "front", "told"),
    [
        ("sales", "2010~2011년 무렵에", "95% 구간은 2010.0~2011.4년이다"),
        ("employment", "2010년 무렵(95% 구간 2008~2013년)에", "늘었는지 줄었는지는 알 수 없다"),
        ("firms", "", "1999년을 빼면 2009.8년"),
    ],
)
def test_a_turn_is_found_only_where_no_single_year_decides(annual, words, measure, front, told):
    facts = _turn(annual, measure)
    found = words("ko").text("turn_found", **facts)
    assert front in found
    assert bool(found) == bool(front)
    assert told in words("ko").text("turn", **facts)


def test_a_line_above_all_values_is_told(annual, words):
    told = words("ko").text("turn", **_turn(annual, "firms"))
    assert "이 자료로는 증가세가 꺾인 때를 정할 수 없다" in told
    assert "어느 해의 실제 값(360개사 이하)보다도 높다" in told


def test_years_that_share_the_highest_value_are_all_named(annual, words):
    level = growth.level(annual["firms"].astype(float))
    assert level.peak_years == (2012, 2013)
    sentence = words("ko").text("scale", measure="firms", level=level, after={"peak_year": 2013})
    assert [fact for fact in ("47개사", "2012, 2013년", "360개사", "22.2%", "280개사") if fact not in sentence] == []


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
    assert {"ko": "광학기기가 5.2%p를 끌어내렸다", "en": "optical instruments subtracted 5.2"}[language] in told
    rising = pd.DataFrame({2017: levels[2017], 2018: 1.1 * levels[2017]})
    one_way = words(language).text("driver", **_driver(rising, "sales"))
    assert {"ko": "줄어든 분야는 없으며", "en": "No segment shrank"}[language] in one_way
    cut = _driver(levels, "sales") | {"level": {"last_year": 2016}}
    assert words(language).text("driver", **cut) == ""
