"""Charts: what is drawn is what the data hold, and no text is cut off or touches another, in both languages."""

import io
import itertools
import pickle
import re

import cells
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from conftest import ROOT
from drawn import alike, boxes, faint, in_svg, unread
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter

from kr_industry import charts, definitions, forecast, style
from kr_industry.charts.axes import Wrapped
from kr_industry.data import Tables, load
from kr_industry.kinks import find_kink
from kr_industry.labels import labels
from notebook_reports import report
from notebook_reports.drawing import svg

NAMES = labels(segment="photonics_segment", bio="bio_segment").set_index(["group", "id"])
TILES = load("regions/regions").set_index("id")
TECHNOLOGIES = load("regions/technologies").query("list == 'ten'")["id"].tolist()

PAGES = sorted((ROOT / "reports").glob("*/*.html"))

languages = pytest.mark.parametrize("language", ["ko", "en"])
slow = settings(max_examples=15, deadline=None, derandomize=True)


def name(figure, language):
    """Put names where identifiers stand: in texts ``group:identifier``, and along axes whose label is their group."""

    def of(group, identifier):
        known = (group, identifier) in NAMES.index
        return NAMES.at[(group, identifier), language] if known else identifier

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FixedFormatter):
                formatter.seq = [of(axis.get_label_text(), tick) for tick in formatter.seq]
                axis.set_label_text("")
    for text in figure.findobj(Text):
        group, colon, identifier = text.get_text().partition(":")
        if colon:
            text.set_text(of(group, identifier))
    for legend in figure.legends:
        for text in legend.get_texts():
            text.set_text(of(legend.get_title().get_text(), text.get_text()))


def check(figure):
    """Every text is whole, apart and large enough; every mark can be seen, and in a legend told apart in grey."""
    assert unread(figure) == []
    assert faint(figure) == []
    assert alike(figure) == []


def written(figure):
    return [text.get_text() for text, _ in boxes(figure)]


@pytest.fixture(scope="module")
def annual():
    return definitions.by_year(Tables("photonics")).table


@pytest.fixture(scope="module")
def points():
    """Contributions of segments in percentage points."""
    sales = load("photonics/segment_sales").query("coverage == 'whole'")
    sales = sales.pivot(index="segment", columns="year", values="sales").astype(float)
    return 100 * sales.drop("total").diff(axis=1).div(sales.loc["total"].shift(), axis=1)


@languages
@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
@pytest.mark.parametrize(("first", "last"), [(1999, 2018), (2008, 2018), (2013, 2018), (1999, 2014), (2013, 2014)])
def test_a_series_over_its_periods(annual, language, measure, first, last):
    series = annual.loc[first:last, measure].dropna()
    figure, ax = charts.figure(3.6)
    charts.spans(load("photonics/stages"), ax=ax)
    charts.gapline(series, ax=ax)
    charts.log_axis(ax, below=0.32)
    charts.year_axis(ax, series.index)
    charts.mark(ax, series, [first, series.idxmax(), series.idxmin(), last])
    ax.set_title("title", loc="left")
    name(figure, language)
    check(figure)
    assert {style.written(series[first]), style.written(series.max())} <= set(written(figure))
    above = [box.y1 for text, box in boxes(figure) if isinstance(text, Wrapped)]
    title = next(box for text, box in boxes(figure) if text.get_text() == "title")
    assert all(title.y0 >= top - 1 for top in above)
    low, high = ax.get_xlim()
    names = [text for text in ax.texts if isinstance(text, Wrapped) and text.get_visible()]
    assert all(low <= text.xy[0] <= high for text in names)
    assert len(names) == (load("photonics/stages")["last_year"] > low).sum()


@slow
@given(st.sets(st.integers(1995, 2024), min_size=1, max_size=15))
def test_a_line_is_dashed_across_missing_years_and_solid_elsewhere(years):
    series = pd.Series(range(1, len(years) + 1), index=sorted(years))
    _, ax = charts.figure(3)
    charts.gapline(series, ax=ax, open=[max(years)])
    drawn = {"-": set(), "--": set()}
    for line in ax.lines:
        if line.get_marker() == "None":
            for pair in itertools.pairwise(line.get_xdata()):
                if not np.isnan(pair).any():
                    drawn[line.get_linestyle()].add(tuple(pair))
    steps = set(itertools.pairwise(series.index))
    assert drawn["--"] == {(a, b) for a, b in steps if b - a > 1}
    assert drawn["-"] == {(a, b) for a, b in steps if b - a == 1}
    hollow = [line for line in ax.lines if line.get_marker() == "o" and line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[max(years)]]


def test_a_line_leaves_out_missing_values_and_takes_columns_like_seaborn():
    frame = pd.DataFrame({"at": [2012, 2010, 2011], "value": [3, 1, None]})
    _, ax = charts.figure(3)
    charts.gapline(frame, x="at", y="value", ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("at", "value")
    assert list(ax.lines[-1].get_xdata()) == [2010, 2012]


@languages
def test_names_at_the_ends_of_lines_stay_apart(language):
    frame = pd.DataFrame({"sales": [1.0, 2.0], "employment": [1.5, 2.0], "firms": [3.0, 2.01]}, index=[2017, 2018])
    figure, ax = charts.figure(3)
    for measure, colour in zip(frame, (style.FOCUS, style.SECOND, style.THIRD), strict=True):
        charts.gapline(frame, y=measure, ax=ax, color=colour, label=f"photonics_measure:{measure}")
    charts.value_axis(ax)
    charts.year_axis(ax, frame.index)
    name(figure, language)
    check(figure)
    assert all(style.contrast(to_hex(text.get_color()), "white") >= 4.5 for text in ax.texts)


@slow
@given(st.lists(st.integers(100, 40_000), min_size=2, max_size=12), st.booleans(), st.integers(1, 2))
def test_values_at_a_line_touch_nothing(values, logarithmic, panels):
    series = pd.Series(values, index=range(2010, 2010 + len(values)), dtype=float)
    figure, axes = charts.figure(3, ncols=panels, squeeze=False)
    for ax in axes.flat:
        charts.gapline(series, ax=ax)
        (charts.log_axis if logarithmic else charts.value_axis)(ax)
        charts.year_axis(ax, series.index)
        charts.mark(ax, series, [series.idxmax(), series.index[-1]])
    check(figure)


@slow
@given(st.sets(st.integers(1980, 2024), min_size=1), st.integers(1, 3))
def test_years_are_ticks_in_their_true_places_and_do_not_touch(years, panels):
    figure, axes = charts.figure(2, ncols=panels, squeeze=False)
    for ax in axes.flat:
        charts.year_axis(ax, years)
    check(figure)
    assert list(ax.get_xticks()) == sorted(years)
    shown = [text.get_text() for text in ax.get_xticklabels() if text.get_text()]
    assert any(len(text) == 4 for text in shown)
    assert {int(text) % 100 for text in shown} <= {year % 100 for year in years}


@pytest.mark.parametrize(
    ("years", "names"),
    [
        (
            [1999, 2003, *range(2005, 2011), *range(2012, 2022)],
            "1999 2003 05 06 07 08 09 10 12 13 14 15 16 17 18 19 20 21",
        ),
        (range(2008, 2022), "2008 09 2010 11 12 13 14 15 16 17 18 19 2020 21"),
        ([2010, 2016, 2017], "2010 2016 2017"),
    ],
)
def test_each_year_of_a_long_series_is_written(years, names):
    figure, ax = charts.figure(2)
    charts.year_axis(ax, years)
    check(figure)
    assert " ".join(text.get_text() for text in ax.get_xticklabels()) == names


@pytest.mark.parametrize(("low", "high"), [(300, 433), (1136, 27105), (81, 99), (5, 5), (0.02, 3)])
def test_a_log_axis_has_marks_for_narrow_and_wide_ranges(low, high):
    figure, ax = charts.figure(3)
    charts.gapline(pd.Series([low, high, low], index=[2010, 2011, 2012]), ax=ax)
    charts.year_axis(charts.log_axis(ax), [2010, 2011, 2012])
    bottom, top = ax.get_ylim()
    assert sum(bottom <= tick <= top for tick in ax.get_yticks()) >= (2 if low < high else 1)
    check(figure)


@pytest.mark.parametrize("values", [[0, 5], [-3, 5], [-3, -1], [0, 0.3]])
def test_a_value_axis_holds_zero_and_all_values(values):
    figure, ax = charts.figure(3)
    charts.gapline(pd.Series(values, index=[2010, 2011]), ax=ax)
    charts.value_axis(ax)
    low, high = ax.get_ylim()
    assert low <= min(0, *values)
    assert high >= max(0, *values)
    assert not any("-" in text or "0000" in text for text in written(figure))


@languages
@pytest.mark.parametrize("highlight", [None, "light_sources"])
def test_signs_of_bars(points, language, highlight):
    names = [NAMES.at[("segment", segment), language] for segment in points.index]
    bold = None if highlight is None else NAMES.at[("segment", highlight), language]
    figure, panels = charts.figure(2.9, ncols=2, sharex=True, sharey=True)
    for ax, year in zip(panels, (2018, 2019), strict=True):
        sns.barplot(x=points[year].to_numpy(), y=names, errorbar=None, ax=ax)
        charts.signs(ax, highlight=bold, hatched=year == 2019)
    check(figure)
    for ax, year in zip(panels, (2018, 2019), strict=True):
        bars, texts = ax.containers[0], [text for text in ax.texts if text.get_text()]
        assert [text.get_text() for text in texts] == [style.written(value, 1, signed=True) for value in points[year]]
        for bar, segment, value, text in zip(bars, points.index, points[year], texts, strict=True):
            colour = style.SECOND if value < 0 else style.FOCUS
            colour = colour if highlight in (None, segment) else style.QUIET
            assert to_hex(bar.get_edgecolor()) == colour.lower()
            assert bool(bar.get_hatch()) == (year == 2019)
            assert (text.get_fontweight() == "bold") == (segment == highlight)
    assert [label.get_fontweight() == "bold" for label in panels[0].get_yticklabels()] == [
        segment == highlight for segment in points.index
    ]


def test_signs_know_the_bars_of_several_containers(points):
    _, ax = charts.figure(2.9)
    rows = points[2018].rename("contribution").reset_index()
    sns.barplot(rows, x="contribution", y="segment", hue="segment", errorbar=None, ax=ax)
    charts.signs(ax)
    assert len(ax.containers) == len(rows)
    assert [to_hex(bars[0].get_facecolor()) == style.SECOND.lower() for bars in ax.containers] == list(
        rows["contribution"] < 0
    )


@slow
@given(st.lists(st.floats(-99_999, 99_999), min_size=1, max_size=8), st.booleans())
def test_values_of_bars_have_room(values, upright):
    figure, ax = charts.figure(3.5)
    places = {"x" if upright else "y": list("abcdefgh"[: len(values)]), "y" if upright else "x": values}
    sns.barplot(**places, errorbar=None, ax=ax)
    charts.values(ax)
    check(figure)
    assert [text.get_text() for text in ax.texts] == [style.written(value) for value in values]


@slow
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_a_waterfall_ends_at_its_total(values):
    parts = pd.Series(values, index=list("abcdefgh"[: len(values)]), name="contribution")
    figure, ax = charts.figure(3.5)
    charts.waterfall(parts, ax=ax)
    check(figure)
    *bars, total = ax.patches
    assert total.get_x() == 0
    assert total.get_width() == pytest.approx(sum(values))
    ends = np.cumsum([0, *values])
    assert [bar.get_x() for bar in bars] == pytest.approx(ends[:-1], abs=1e-9)
    assert ax.get_yticklabels()[-1].get_text() == "total"


def test_bounds_are_bars_and_what_is_known_a_dot():
    index = pd.MultiIndex.from_product([["production", "exports"], ["printed", "without"]], names=["bio_measure", None])
    data = pd.DataFrame({"low": [36.1, 16.2, 53.1, -5.0], "high": [36.1, 17.7, 53.1, 2.0]}, index=index)
    figure, ax = charts.figure(2.6)
    charts.ranges(data, ax=ax, known=["printed"])
    check(figure)
    heads = [text.get_text() for text in ax.get_yticklabels() if text.get_fontweight() == "bold"]
    assert heads == ["bio_measure:production", "bio_measure:exports"]
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"] == [36.1, 53.1]
    assert [text.get_text() for text in ax.texts] == ["+36.1", "+17.7", "+16.2", "+53.1", "+2.0", "–5.0"]
    figure, ax = charts.figure(1.6)
    charts.ranges(data.loc["exports"], ax=ax)
    check(figure)
    assert len(ax.get_yticks()) == 2


@pytest.mark.parametrize("observed", [0, 5, 13, 40])
def test_what_chance_gives_stands_beside_what_is(observed):
    figure, ax = charts.figure(2)
    charts.strip(observed, 6, 10.3, 16, ax=ax, label="one")
    charts.strip(observed, 8, 8.6, 9, ax=ax, label="other")
    check(figure)
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D"] == [observed, observed]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "other"]
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(6, 10), (8, 1)]


@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("confidence", [80, 99])
def test_a_fan(annual, measure, horizon, confidence):
    history = annual.loc[2012:, measure]
    path, inner = (forecast.forecast(history, horizon, percent) for percent in (confidence, 50))
    figure, ax = charts.figure(3.4)
    outlooks = {
        "association": pd.Series({2019: history.max()}),
        "plan": pd.Series({2019: 0.9, 2020: 0.8}) * history.max(),
    }
    charts.fan(history, path, ax=ax, inner=inner, outlooks=outlooks)
    check(figure)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["band", "inner", "middle", "association", "plan"]
    low, high = ax.get_ylim()
    assert low == 0
    assert high > path["high"].max()
    diamonds = next(line for line in ax.lines if line.get_label() == "association")
    assert (diamonds.get_marker(), diamonds.get_markerfacecolor()) == ("D", "white")


@pytest.mark.parametrize("measure", ["sales", "employment", "firms"])
def test_a_kink_is_drawn_without_any_words(annual, measure):
    series = annual[measure].dropna()
    bent = find_kink(series, 95, permutations=9)
    figure, ax = charts.figure(3.2)
    charts.kink(series, bent, ax=ax)
    check(figure)
    assert not ax.texts
    assert (ax.patches[0].get_x(), ax.patches[0].get_width()) == pytest.approx((bent.low, bent.high - bent.low))
    assert max(bent.fitted.max(), series.max()) < ax.get_ylim()[1]


@languages
def test_a_map_of_all_provinces(language):
    counts = itertools.cycle([0, 1, 2, 3])
    data = TILES.assign(technology_short=[TECHNOLOGIES[3 : 3 + next(counts)] for _ in TILES.index], remark="one\ntwo")
    data["shade"] = [style.SHADES[len(names)] if names else None for names in data["technology_short"]]
    figure, ax = charts.figure(5.6)
    charts.tiles(data, ax=ax, note="technology_short", color="shade", highlight="gwangju")
    assert {f"region:{region}" for region in TILES.index} <= {text.get_text() for text in ax.texts}
    name(figure, language)
    check(figure)
    assert set(TILES[language]) <= set(written(figure))
    for text in ax.texts:
        tile = next(tile for tile in ax.patches if tile.get_window_extent().contains(*text.get_window_extent().min + 2))
        assert tile.get_window_extent().padded(2).contains(*text.get_window_extent().max)
        assert style.contrast(to_hex(text.get_color()), to_hex(tile.get_facecolor())) >= 4.5
    framed = [tile for tile in ax.patches if to_hex(tile.get_edgecolor()) == style.SECOND.lower()]
    assert [tile.get_x() for tile in framed] == [pytest.approx(1.03)]
    _, ax = charts.figure(5.6)
    charts.tiles(data.reset_index(names="region"), ax=ax, note="remark")
    assert [text.get_text() for text in ax.texts[:3]] == ["region:seoul", "one", "two"]


@languages
def test_ties_are_solid_or_dashed_by_their_kind(language):
    rows = [("gwangju", "jeonnam", "actual"), ("busan", "ulsan", "outlook"), ("daegu", "gwangju", "actual")]
    data = pd.DataFrame(rows, columns=["first", "second", "status"])
    figure, ax = charts.figure(4.4)
    charts.ties(data, TILES, ax=ax, style="status")
    name(figure, language)
    check(figure)
    solid, dashed = ax.lines
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")
    assert [len(line.get_xdata()) for line in (solid, dashed)] == [6, 3]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [NAMES.at[("status", kind), language] for kind in ("actual", "outlook")]
    charts.ties(data.head(0), TILES, ax=charts.figure(4.4)[1], style="status")


@languages
def test_a_matrix_has_squares_and_halves(language):
    codes = pd.DataFrame("", pd.Index(TILES.index, name="region"), pd.Index(TECHNOLOGIES, name="technology"))
    codes.loc["gwangju", "hydrogen"], codes.loc["jeju", "quantum"], codes.loc["busan", "quantum"] = "both", "new", "new"
    figure, ax = charts.figure(5.4)
    charts.matrix(codes, {"both": style.FOCUS, "new": (None, style.SECOND)}, ax=ax, highlight="gwangju")
    areas = {to_hex(patch.get_facecolor()): area(patch) for patch in ax.patches}
    assert areas[style.EMPTY.lower()] == pytest.approx(codes.size * 0.88 * 0.8)
    assert areas[style.SECOND.lower()] == pytest.approx(2 * 0.44 * 0.8)
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {90}
    assert [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"] == ["gwangju"]
    name(figure, language)
    check(figure)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["both", "new"]


def area(patch):
    def one(shape):
        x, y = shape.T
        return abs(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2

    return sum(map(one, patch.get_path().to_polygons(closed_only=False)))


@slow
@given(st.lists(st.tuples(*[st.integers(0, 90)] * 4), min_size=1, max_size=4), st.integers(10, 50))
def test_every_thing_counted_is_a_square(rows, across):
    counts = pd.DataFrame(rows, columns=list("abcd"))
    _, ax = charts.figure(3)
    charts.squares(counts, style.VERDICTS, ax=ax, across=across)
    sizes = dict(zip(map(str.lower, style.VERDICTS), (0.8, 0.8, 0.32, 0.3), strict=True))  # triangles, low squares
    found = [(to_hex(patch.get_facecolor()), area(patch)) for patch in ax.patches]
    drawn = {colour: total / sizes[colour] for colour, total in found}
    totals = {colour.lower(): counts[column].sum() for column, colour in zip(counts, style.VERDICTS, strict=True)}
    assert drawn == pytest.approx({colour: total for colour, total in totals.items() if total})


def test_values_stand_upright_where_they_would_touch():
    figure, ax = charts.figure(3)
    sns.barplot(x=list(range(2016, 2025)), y=[9_192_611 + 200 * year for year in range(9)], errorbar=None, ax=ax)
    charts.values(ax)
    check(figure)
    assert {text.get_rotation() for text in ax.texts} == {90}
    top = max(box.y1 for text, box in boxes(figure) if text in ax.texts)
    assert top <= ax.bbox.y1 + 1


def test_values_keep_clear_of_names_that_become_longer():
    figure, ax = charts.figure(3)
    sns.barplot(x=[-1031, 605], y=["c26", "c30"], errorbar=None, ax=ax)
    charts.signs(ax, digits=0)
    ax.set_yticks(ax.get_yticks(), ["전자부품·컴퓨터·통신장비(C26)", "자동차(C30)"])
    check(figure)


@pytest.mark.parametrize(("name", "lines"), [("a", 1), ("one name of some length", 2), ("a longer name " * 4, 4)])
def test_a_legend_has_as_many_columns_as_fit(name, lines):
    figure, ax = charts.figure(2)
    handles = [charts.swatch(colour) for colour in style.SHADES[:4]]
    charts.legend(ax, 4, handles=handles, labels=["x"] * 4)
    for text in figure.legends[0].get_texts():
        text.set_text(name)
    check(figure)
    assert len({round(text.get_window_extent().y0) for text in figure.legends[0].get_texts()}) == lines
    assert written(figure)[-4:] == [name] * 4


def test_a_legend_takes_the_place_of_one_that_axes_have():
    figure, ax = charts.figure(2)
    rows = pd.DataFrame({"year": [2010, 2011] * 2, "value": [1, 2, 3, 4], "factor": list("aabb")})
    looks = {"hue": "factor", "style": "factor", "palette": style.PARTS[:2], "errorbar": None}
    sns.lineplot(rows, x="year", y="value", ax=ax, **looks)
    charts.legend(charts.year_axis(ax, [2010, 2011]), 2, "factor")
    check(figure)
    assert ax.get_legend() is None
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]


def test_charts_can_be_kept_and_drawn_again(annual):
    figure, ax = charts.figure(3)
    charts.gapline(annual, y="sales", ax=ax)
    charts.year_axis(ax, annual.index)
    charts.spans(load("photonics/stages"), ax=ax)
    check(pickle.loads(pickle.dumps(figure)))
    figure, ax = charts.figure(3)
    sns.barplot(x=[1, 2], y=["a", "b"], errorbar=None, ax=ax)
    charts.legend(charts.values(ax), 1, handles=[charts.swatch(style.FOCUS)], labels=["a"])
    check(pickle.loads(pickle.dumps(figure)))


def test_the_checks_find_what_is_wrong():
    figure, ax = charts.figure(2)
    pale, grey, *lines = [style.SHADES[3], style.QUIET, style.FOCUS, style.THIRD, style.SECOND]
    ax.bar([1, 2, 3], [1, 1, 1], color=[pale, pale, grey], ec=["none", style.FOCUS, "none"])
    handles = [ax.plot([0, 3], [0, 1], color=colour, label=colour)[0] for colour in lines]
    ax.legend(handles=[*handles, charts.swatch(style.EMPTY, label="none")])
    ax.text(0.5, 0.5, "small", fontsize=9)
    ax.text(99, 0.5, "gone", clip_on=False).set_in_layout(False)
    assert faint(figure) == [pale.lower()]
    assert f"{lines[1]} | {lines[2]}" in alike(figure)
    assert {"small: small", "cut off: gone"} <= set(unread(figure))
    drawing = (
        '<path style="fill:#a0c8e2"/><use style="fill:#a0c8e2;stroke:#0072b2"/><text style="font-size:9px">a</text>'
    )
    assert in_svg(drawing) == ["#a0c8e2", "9.0 pt"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_marks_of_every_page_can_be_told_from_white_and_its_words_read(page):
    drawings = re.findall(r"<svg\b.*?</svg>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert [fault for drawing in drawings for fault in in_svg(drawing)] == []


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("photonics_trend", {}),
        ("photonics_trend", {"measure": "employment", "language": "en"}),
        ("photonics_trend", {"segment": "light_sources"}),
        ("bio_growth", {"language": "en"}),
        ("bio_growth", {"segment": "bio_food"}),
        ("regional_strategic_tech", {"language": "en"}),
        ("regional_strategic_tech", {"region": "jeonnam", "source": "both"}),
    ],
)
def test_charts_of_notebooks_are_read_on_a_phone_and_in_grey(monkeypatch, name, parameters):
    drawn = []
    monkeypatch.setattr(report, "svg", lambda figure, *words: drawn.append(figure) or svg(figure, *words))
    cells.run(monkeypatch, name, drawn=True, **parameters)
    assert drawn
    for figure in drawn:
        check(figure)


def test_colours_can_be_told_from_white_and_by_their_brightness():
    marks = (*style.PARTS, *style.VERDICTS)
    assert min(style.contrast(colour, "white") for colour in marks) >= 3
    for ordered in (style.SHADES, style.VERDICTS):
        brightness = [style.contrast(colour, "white") for colour in ordered]
        assert brightness == sorted(brightness, reverse=True)
        assert min(style.contrast(style.ink_on(colour), colour) for colour in ordered) >= 4.5
    assert all(style.contrast(colour, "white") >= 4.5 for colour in (style.SECOND_INK, style.INK, style.SOFT))


@pytest.mark.parametrize(
    ("value", "digits", "signed", "text"),
    [(-0.04, 1, True, "0.0"), (-1234.5, 1, False, "–1,234.5"), (6.75, 1, True, "+6.8"), (0, 0, True, "0")],
)
def test_numbers_as_they_are_written(value, digits, signed, text):
    assert style.written(value, digits, signed) == text


def test_no_setting_of_the_reader_changes_a_chart(monkeypatch):
    import matplotlib as mpl

    style.use.cache_clear()
    monkeypatch.setitem(mpl.rcParams, "lines.linewidth", 9)
    style.use()
    assert mpl.rcParams["lines.linewidth"] == mpl.rcParamsDefault["lines.linewidth"]


def test_the_same_chart_is_the_same_bytes(annual):
    def drawing():
        figure, ax = charts.figure(3)
        charts.spans(load("photonics/stages"), ax=ax)
        charts.gapline(annual, y="sales", ax=ax)
        charts.year_axis(charts.log_axis(ax), annual.index)
        charts.mark(ax, annual["sales"], [1999, 2013, 2018])
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()

    assert drawing() == drawing()


def test_all_functions_draw_and_hold_no_words_of_any_language():
    from pathlib import Path

    code = "".join(path.read_text(encoding="utf-8") for path in Path(charts.__file__).parent.glob("*.py"))
    assert not re.search("[가-힣]", code)
