"""Charts: nothing is cut off or collides, in both languages, with the figures that the reports draw."""

import itertools

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from kr_industry import chances, charts, curves, paths, spans, style
from kr_industry.bio import diagnostics, exporting, outlook, plans, production
from kr_industry.bio import segments as bio_segments
from kr_industry.bio import spread as bio_spread
from kr_industry.kinks import find_kink, without_each_year
from kr_industry.data import load
from kr_industry.photonics import factors, segments, spread, stages, strategy, turning
from kr_industry.photonics.industry import Industry
from kr_industry.prospects import Prospects
from kr_industry.regions import abroad, chosen, closeup, cooperation, fate, gaps, overlap
from kr_industry.regions.coding import Record, ordered
from kr_industry.wording import Wording


def _texts(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    hidden = {
        tick.label1
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    found = []
    for text in figure.findobj(Text):
        if text not in hidden and text.get_visible() and text.get_text().strip():
            box = text.get_window_extent(renderer)
            if box.width and box.height:
                found.append((text, box))
    return found


def check(figure):
    """Every text lies inside the figure, and no two upright texts overlap by more than a hair."""
    frame = figure.bbox
    shown = _texts(figure)
    for text, box in shown:
        inside = box.x0 >= frame.x0 - 1 and box.x1 <= frame.x1 + 1 and box.y0 >= frame.y0 - 1 and box.y1 <= frame.y1 + 1
        assert inside, f"{text.get_text()!r} is cut off"
    upright = [(text, box) for text, box in shown if not text.get_rotation()]
    for (one, a), (two, b) in itertools.combinations(upright, 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert width <= 2 or height <= 3, f"{one.get_text()!r} and {two.get_text()!r} collide"


languages = pytest.mark.parametrize("language", ["ko", "en"])


@pytest.fixture
def annual():
    return load("photonics/annual").set_index("year")


@pytest.fixture(params=["printed", "corrected"])
def by_sales(request):
    tables = (load(f"photonics/{table}", values=request.param) for table in ("segment_sales", "sales"))
    return segments.sales_by_year(*tables)


@pytest.fixture
def by_firms():
    return segments.firms_by_year(load("photonics/segment_firms"), load("photonics/annual"))


measures = pytest.mark.parametrize("measure", ["sales", "employment", "firms"])


@languages
@measures
@pytest.mark.parametrize(("first", "last"), [(1999, 2018), (2008, 2018), (2013, 2018), (1999, 2014), (2013, 2014)])
def test_trend(annual, language, measure, first, last):
    say = Industry("photonics", language)
    figure, *_ = stages.trend_exhibit(annual.loc[first:last], measure, say)
    check(figure)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() != "-" and line.get_linewidth() == 2]
    assert len(dashed) == sum(gap in (4, 5) for gap in annual.loc[first:last].index.diff()[1:])


@languages
@measures
@pytest.mark.parametrize("first", [1999, 2003, 2012])
@pytest.mark.parametrize("confidence", [50, 95, 99])
def test_turning(annual, language, measure, first, confidence):
    values = annual.loc[first:, measure].astype(float)
    kink, others = find_kink(values, confidence, permutations=9), without_each_year(values)
    figure, _, _, numbers = turning.exhibit(values, kink, others, measure, "noun", Industry("photonics", language))
    check(figure)
    assert len(numbers) == len(values)


@languages
@pytest.mark.parametrize(("first", "last"), [(1999, 2018), (2013, 2014), (2003, 2015)])
def test_stacked_factors(annual, language, first, last):
    chosen = annual.loc[first:last]
    parts = factors.decompositions(chosen)
    figure, _, _, numbers = factors.decomposition_exhibit(parts, chosen, Industry("photonics", language))
    check(figure)
    written_totals = {text.get_text() for text, _ in _texts(figure)}
    assert {style.written(total, 1, signed=True) for total in parts.sum(axis=1)} <= written_totals
    assert len(numbers) == len(parts)


@languages
@pytest.mark.parametrize("segment", ["total", "light_sources", "optical_instruments"])
def test_panels_of_contributions(by_sales, by_firms, language, segment):
    say = Industry("photonics", language)
    for by_year in (by_sales, by_firms):
        figure, *_ = segments.contribution_exhibit(by_year, segment, "words", say)
        check(figure)
        last = [bar for bar in figure.axes[-1].patches if bar.get_hatch()]
        assert len(last) == (6 if by_year.outlooks else 0)


@languages
def test_concentration_per_firm_and_path(annual, by_sales, by_firms, language):
    say = Industry("photonics", language)
    by = {"sales": by_sales, "firms": by_firms}
    check(spread.concentration_exhibit(spread.concentrations(by), by, say)[0])
    check(spread.per_firm_exhibit(by, "optical_materials", say)[0])
    check(spread.sizes_exhibit(load("photonics/size_classes"), say)[0])
    check(strategy.exhibit(load("photonics/strategy"), say)[0])
    for first, last in ((1999, 2018), (1999, 2014), (2013, 2014), (2012, 2018)):
        check(factors.productivity_exhibit(annual.loc[first:last], say)[0])


@languages
@measures
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("last", [2016, 2018])
def test_fan(annual, language, measure, horizon, last):
    values = annual[measure].astype(float)
    ahead = Prospects(values.loc[:last], horizon, 95, "noun", str, language)
    marks = {"outlook of somebody": pd.Series({2019: values.max()}), "outcome": values.loc[last + 1 :]}
    figure, words, source, numbers = ahead.exhibit("unit", "source", marks)
    check(figure)
    assert len(figure.axes[0].collections) == 2
    named = {text.get_text() for text, _ in _texts(figure)}
    assert ("outcome" in named) == (last < 2018)
    assert (words, source, len(numbers)) == (ahead.finding(), "source", horizon)


@languages
def test_change_and_shares(language):
    check(exporting.intensity_exhibit(load("bio/segments"), "bio_food", Wording("bio", language))[0])
    degrees = load("bio/education").pivot(index="population", columns="degree", values="share")
    figure = charts.shares(degrees, "%", percent=True)
    check(figure)
    assert {"5.5", "18.2", "76.2"} <= {text.get_text() for text, _ in _texts(figure)}


bio_measures = pytest.mark.parametrize("measure", ["production", "exports"])


@languages
@bio_measures
@pytest.mark.parametrize("segment", ["total", "bio_medical_devices", "bio_environment"])
def test_bio_segments(language, measure, segment):
    say, rows = Wording("bio", language), load("bio/segments")
    for exhibit in (bio_segments.waterfall_exhibit, bio_segments.size_exhibit, bio_segments.levels_exhibit):
        check(exhibit(rows, measure, segment, say)[0])
    check(exporting.change_exhibit(rows, segment, say)[0])
    check(bio_spread.exhibit(bio_spread.concentrations(rows), rows, say)[0])


@languages
@pytest.mark.parametrize("base", [2016, 2017, 2018])
def test_pace_and_bounds(language, base):
    say, made = Wording("bio", language), load("bio/production").set_index("year")["production"].astype(float)
    check(production.exhibit(made, base, "source", say)[0])
    tests = diagnostics.known(load("bio/segments"), 27782)
    figure, _, _, numbers = diagnostics.exhibit(tests, made, base, say)
    check(figure)
    assert len(numbers) == 8
    for horizon, confidence in ((1, 50), (3, 95), (5, 99)):
        ahead = Prospects(made, horizon, confidence, "noun", str, language)
        check(ahead.exhibit("unit", "source", outlook.marks(ahead, say))[0])


@languages
def test_map_of_bio_plans(language):
    tiles = load("regions/regions").set_index("id")
    naming = plans.named(load("regions/terms"), load("regions/codebook"), list(tiles.index))
    figure, _, _, numbers = plans.exhibit(load("bio/province_plans"), naming, tiles, Wording("bio", language))
    check(figure)
    assert len(numbers) == 10


@pytest.mark.parametrize("numbers", [[5.0, -9.0, 2.0], [-1.0, -2.0, -3.0], [0.0, 0.0, 0.0]])
def test_waterfall_steps_end_at_the_total(numbers):
    figure = spans.waterfall(pd.Series(numbers, index=["a", "b", "c"]), "unit", "total")
    check(figure)
    total = figure.axes[0].patches[-1]
    assert total.get_x() == 0
    assert total.get_width() == pytest.approx(sum(numbers))


@pytest.mark.parametrize("names", [["the same place", "another name", "a third one"], ["a", "b", "c"]])
def test_bubbles_on_one_spot_keep_their_labels_apart(names):
    frame = pd.DataFrame({"size": [100.0, 100.0, 5000.0], "growth": [10.0, 10.0, -20.0]}, index=names)
    check(paths.bubbles(frame.assign(contribution=[1.0, 1.0, -2.0]), ("across", "up")))
    check(paths.bubbles(frame.assign(contribution=0.0), ("across", "up"), names[0]))


@languages
@pytest.mark.parametrize("segment", ["optical_communication", "optical_information"])
def test_columns_hatch_what_is_an_outlook(by_sales, language, segment):
    figure, *_ = segments.own_exhibit(by_sales, segment, Industry("photonics", language))
    check(figure)
    assert [bar.get_hatch() for bar in figure.axes[0].patches] == [None, None, None, "///"]


@languages
@pytest.mark.parametrize("listed", [2021, 2022])
@pytest.mark.parametrize("region", ["national", "jeonnam"])
@pytest.mark.parametrize("source", ["keywords", "programmes", "both"])
def test_charts_of_provinces(language, source, region, listed):
    say, tiles = Wording("regions", language), load("regions/regions").set_index("id")
    tables = (load(f"regions/{name}") for name in ("terms", "codebook"))
    record = Record(*tables, list(tiles.index), load("regions/technologies"), listed)
    matrix, coded = record.matrix(source), record.coded()
    codes = fate.fate(record.matrix("keywords"), record.matrix("programmes"))
    by_chance = overlap.draws(matrix, 200, 1)
    against = overlap.against_chance(matrix, by_chance)
    ties = cooperation.ties(
        matrix, *(load(f"regions/{name}") for name in ("neighbours", "links", "complements")), record, say
    )
    drawn = [
        chosen.map_exhibit(matrix, tiles, region, source, record, say),
        chosen.matrix_exhibit(matrix, coded, source, region, record, say),
        overlap.exhibit(against, by_chance, 200, 1, record, say),
        gaps.exhibit(matrix, against, gaps.multiverse(record), record, say),
        fate.exhibit(codes, ordered(matrix), region, record, say),
        *cooperation.exhibits(ties, tiles, region, say),
        *closeup.exhibits(matrix, "jeonnam", source, record, say),
    ]
    for figure, words, origin, numbers in drawn:
        check(figure)
        assert words
        assert origin
        assert len(numbers)


@languages
def test_places_abroad(language):
    rows = abroad.joined(load("regions/comparisons"), load("regions/benchmarks"))
    for figure, *_ in abroad.exhibits(rows, Wording("regions", language)):
        check(figure)


@pytest.mark.parametrize("observed", [0, 5, 40])
def test_chance_is_drawn_wherever_the_count_lies(observed):
    counts = pd.Series([3, 4, 4, 5, 5, 5, 6, 6, 7, 20])
    figure = chances.chances({"one": counts, "two": counts * 0 + 4}, {"one": (3, 7), "two": (4, 4)}, observed, "u", "x")
    check(figure)
    lines = [line.get_xdata()[0] for axes in figure.axes for line in axes.lines]
    assert lines == [observed, observed]


def test_no_setting_of_the_reader_changes_a_chart(monkeypatch):
    import matplotlib as mpl

    style.use.cache_clear()
    monkeypatch.setitem(mpl.rcParams, "lines.linewidth", 9)
    style.use()
    assert mpl.rcParams["lines.linewidth"] == mpl.rcParamsDefault["lines.linewidth"]


def test_one_value_and_zeros_are_drawn():
    check(charts.bars(pd.Series({"a": 0.0}), "unit"))
    check(curves.trend(pd.Series({2018: 5.0}), "unit", log=False))


def test_series_that_end_at_one_level_have_names_that_do_not_touch():
    frame = pd.DataFrame({"one": [0.576, 0.580], "other": [0.582, 0.581]}, index=[2018, 2019])
    figure = paths.levels(frame, "unit", ("least", 0.5))
    check(figure)
    figure.canvas.draw()
    one, other = (
        text.get_window_extent() for name in frame for text in figure.axes[0].texts if text.get_text() == name
    )
    assert not one.overlaps(other)


@pytest.mark.parametrize(("low", "high"), [(300, 433), (1136, 27105), (81, 99), (5, 5)])
def test_a_log_axis_has_marks_for_narrow_and_wide_ranges(low, high):
    values = pd.Series([low, high, low], index=[2010, 2011, 2012], dtype=float)
    figure = curves.trend(values, "unit")
    bottom, top = figure.axes[0].get_ylim()
    assert sum(bottom <= tick <= top for tick in figure.axes[0].get_yticks()) >= (2 if low < high else 1)
