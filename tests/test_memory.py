"""What is kept for equal arguments: it is what would be made anew, and nobody can spoil it."""

import matplotlib as mpl
import pandas as pd
import pytest

from kr_industry import charts, kept
from notebook_reports.drawing import svg


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(kept, "_charts", {})


def _columns(*numbers):
    return charts.columns(pd.Series(numbers, index=[f"{place}월" for place in range(len(numbers))]), "단위")


def test_a_chart_is_drawn_once_for_equal_arguments():
    first = _columns(1.0, 2.0)
    drawn = svg(first, "c1-", "뜻")
    assert _columns(1.0, 2.0) is first
    assert svg(first, "c1-", "뜻") == drawn
    assert svg(first, "c2-", "뜻") == drawn.replace("c1-", "c2-")
    assert _columns(1.0, 3.0) is not first


def test_what_is_kept_is_what_would_be_made_anew():
    drawn = svg(_columns(1.0, 2.0), "c1-", "뜻")
    kept._charts.clear()
    assert svg(_columns(1.0, 2.0), "c1-", "뜻") == drawn


@pytest.mark.parametrize("drawn_before", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        lambda figure: figure.axes[0].texts[0].set_text("9"),
        lambda figure: figure.axes[0].patches[0].set_facecolor("red"),
        lambda figure: figure.axes[0].axhline(1),
        lambda figure: figure.axes[0].get_yticklabels()[0].set_color("red"),
        lambda figure: figure.axes[0].spines["left"].set_visible(True),
        lambda figure: figure.axes[0].set_title("9"),
        lambda figure: figure.legends[0].get_texts()[0].set_text("9"),
        lambda figure: figure.suptitle("9"),
        lambda figure: figure.set_size_inches(3, 3),
    ],
)
def test_a_figure_that_somebody_changed_is_not_given_to_others(change, drawn_before):
    frame = pd.DataFrame({"가": [1, 2], "나": [2, 1]}, index=["x", "y"])
    drawn = svg(charts.shares(frame, "단위"), "c1-", "뜻")
    kept._charts.clear()
    figure = charts.shares(frame, "단위")
    if drawn_before:
        assert svg(figure, "c1-", "뜻") == drawn
    change(figure)
    assert svg(figure, "c1-", "뜻") != drawn
    change(figure)
    assert charts.shares(frame, "단위") is not figure
    assert svg(charts.shares(frame, "단위"), "c1-", "뜻") == drawn


def test_other_settings_of_matplotlib_are_followed():
    drawn = svg(_columns(1.0, 2.0), "c1-", "뜻")
    with mpl.rc_context({"xtick.labelsize": 20}):
        assert svg(_columns(1.0, 2.0), "c1-", "뜻") != drawn
    assert svg(_columns(1.0, 2.0), "c1-", "뜻") == drawn


def test_only_the_latest_charts_are_kept(monkeypatch):
    monkeypatch.setattr(kept, "CHARTS", 2)
    figures = [_columns(number) for number in (1.0, 2.0)]
    for figure in figures:
        svg(figure, "c1-", "뜻")
    assert _columns(1.0) is figures[0]
    svg(_columns(3.0), "c1-", "뜻")
    assert len(kept._charts) == 2
    assert _columns(1.0) is figures[0]
    assert _columns(2.0) is not figures[1]


def test_a_result_is_computed_once_and_everybody_gets_a_copy():
    asked = []

    @kept.kept
    def double(frame: pd.DataFrame, times: int = 2) -> pd.DataFrame:
        """Twice as much."""
        asked.append(times)
        return frame * times

    frame = pd.DataFrame({"a": [1, 2]})
    first = double(frame)
    first.loc[0, "a"] = 99
    assert double(frame)["a"].tolist() == [2, 4]
    assert double(pd.DataFrame({"a": [1, 2]}), times=3)["a"].tolist() == [3, 6]
    frame.loc[0, "a"] = 5
    assert double(frame)["a"].tolist() == [10, 4]
    assert asked == [2, 3, 2]
    assert double.__doc__ == "Twice as much."
