"""Charts: nothing is cut off or collides, in both languages, with the figures that the reports draw."""

import itertools

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from kr_industry import bio, charts, grids, photonics, regions, style
from kr_industry.data import load
from kr_industry.wording import Wording, names


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


@languages
@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
def test_trend(language, measure):
    say = Wording("photonics", language)
    values = load("photonics/annual").set_index("year")[measure].astype(float)
    spans = [
        (row.first_year, row.last_year, row[language].replace(": ", "\n").replace("단계 ", "단계\n"))
        for _, row in load("photonics/stages").iloc[1:].iterrows()
    ]
    marks = {year: f"{values[year]:,.0f}" for year in (1999, 2013, 2018)}
    figure = charts.trend(values, say(f"axis_{measure}"), spans, marks)
    check(figure)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() != "-" and line.get_linewidth() == 2]
    assert len(dashed) == 3  # 1999 to 2003, 2003 to 2008, 2008 to 2012


@languages
def test_panels(language):
    measures = names("photonics_measure", language)
    frame = load("photonics/annual").set_index("year")[list(measures)].astype(float).rename(columns=measures)
    check(charts.panels(frame, dict.fromkeys(frame.columns, "₩100m"), measures["sales"]))


@languages
@pytest.mark.parametrize("highlight", [None, "light_sources", "optical_instruments"])
def test_bars_of_contributions(language, highlight):
    labels = names("photonics_segment", language)
    values = photonics.segment_table(load("photonics/segment_sales"))["contribution"].drop("total")
    values = values.sort_values(ascending=False).rename(index=labels)
    unit = Wording("photonics", language)("axis_contribution")
    figure = charts.bars(values, unit, highlight and labels[highlight], digits=2, signed=True)
    check(figure)
    lengths = [bar.get_width() for bar in figure.axes[0].patches]
    assert lengths == pytest.approx(values.tolist())


@languages
def test_change_and_shares(language):
    labels = names("bio_segment", language)
    intensity = bio.export_intensity(load("bio/segments")).rename(index=labels)
    check(charts.change(intensity[2019], intensity[2020], ("2019", "2020"), "%"))
    degrees = load("bio/education").pivot(index="population", columns="degree", values="share")
    figure = charts.shares(degrees, "%", percent=True)
    check(figure)
    assert {"5.5", "18.2", "76.2"} <= {text.get_text() for text, _ in _texts(figure)}


@languages
@pytest.mark.parametrize("values", ["printed", "corrected"])
def test_outlooks_of_two_tables_stand_side_by_side(language, values):
    totals, sales = (load(f"photonics/{table}", values=values) for table in ("sales", "segment_sales"))
    path = photonics.outlooks(totals, sales, Wording("photonics", language))
    assert len(path) == {"printed": 7, "corrected": 6}[values]
    check(charts.columns(path, "unit", hatched=path.index[5:]))


@languages
def test_columns_hatch_what_is_an_outlook(language):
    series = photonics.own_sales(
        load("photonics/segment_sales"), "optical_communication", Wording("photonics", language)
    )
    figure = charts.columns(series, "unit", hatched=series.index[-1:])
    check(figure)
    assert [bar.get_hatch() for bar in figure.axes[0].patches] == [None, None, "///"]


@languages
@pytest.mark.parametrize("source", ["keywords", "programmes", "both"])
def test_map_and_matrix(language, source):
    say = Wording("regions", language)
    tiles = load("regions/regions").set_index("id")
    coded = regions.code(load("regions/terms"), load("regions/codebook"))
    matrix = regions.choices(coded, list(tiles.index), list(load("regions/technologies")["id"]), source)
    notes = regions.tile_notes(matrix, say)
    check(
        grids.tile_map(
            tiles.rename(columns={language: "name"}), matrix.sum(axis=1).to_dict(), notes, "jeonnam", "scale"
        )
    )
    codes = regions.matrix_codes(coded, regions.ordered(matrix), source)
    codes = codes.rename(index=names("region", language), columns=names("technology_short", language))
    kinds = {1: (say("rule_broad"), style.SHADES[2]), 2: (say("rule_explicit"), style.FOCUS)}
    check(grids.matrix(codes, kinds, names("region", language)["jeonnam"]))


def test_no_setting_of_the_reader_changes_a_chart(monkeypatch):
    import matplotlib as mpl

    style.use.cache_clear()
    monkeypatch.setitem(mpl.rcParams, "lines.linewidth", 9)
    style.use()
    assert mpl.rcParams["lines.linewidth"] == mpl.rcParamsDefault["lines.linewidth"]


def test_one_value_and_zeros_are_drawn():
    check(charts.bars(pd.Series({"a": 0.0}), "unit"))
    check(charts.trend(pd.Series({2018: 5.0}), "unit", log=False))
