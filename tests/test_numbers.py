"""Numbers as text: no digit is lost in results, tables and downloads."""

import base64
import csv
import io
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_reports import RESULT, report
from notebook_reports.numbers import exact
from notebook_reports.page import brief
from notebook_reports.report import Report
from notebook_reports.table_html import csv_link, html_table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (27123456789012, "27123456789012"),
        (27123456789012.0, "27123456789012"),
        (27123456789012.5, "27123456789012.5"),
        (2**63 + 1, str(2**63 + 1)),
        (1e21, "1" + "0" * 21),
        (123456789.123, "123456789.123"),
        (1234567890123456.8, "1234567890123456.8"),
        (2 / 3, "0.6666666667"),
        (123456789.987654321, "123456789.987654"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (0.00001, "1e-05"),
        (1e300, "1e+300"),
        (np.float32(0.1), "0.1"),
        (np.int64(-5), "-5"),
        (None, ""),
        (float("nan"), ""),
        (float("-inf"), "-inf"),
    ],
)
def test_a_number_has_all_its_digits(value, text):
    assert exact(value) == text


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False).filter(float.is_integer))
def test_a_whole_number_is_read_back_as_it_was(value):
    assert float(exact(value)) == float(value)
    assert isinstance(value, float) or int(exact(value)) == value


@given(st.decimals(-(10**12), 10**12, places=3).filter(lambda number: len(number.as_tuple().digits) <= 12))
def test_a_number_with_decimals_is_read_back_as_it_was_typed(typed):
    assert float(exact(float(typed))) == float(typed)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_of_any_number_ten_digits_are_kept(value):
    assert math.isclose(float(exact(value)), value, rel_tol=1e-9)


@pytest.fixture
def shown(monkeypatch):
    """What a report displays, instead of showing it."""
    bundles = []
    monkeypatch.setattr(report, "display", lambda data, metadata, raw: bundles.append(data))
    return bundles


def test_a_recorded_number_keeps_its_digits(shown):
    Report("en").results([("won", 27123456789012, "won"), ("rate", 1 / 3, "percent"), ("odd", 2**53 + 1, "won")])
    assert [result["value"] for result in shown[0][RESULT]] == [27123456789012, 1 / 3, 2**53 + 1]
    assert "<td>27123456789012</td>" in shown[0]["text/html"]
    assert "<td>0.3333333333</td>" in shown[0]["text/html"]
    assert "27123456789012" in shown[0]["text/plain"]


def test_a_large_number_is_written_in_full_where_digits_are_few():
    assert brief(-27123456789012.4) == "−27,123,456,789,012"
    assert brief(999999.4) == "999,999"


def _downloaded(frame):
    text = base64.b64decode(csv_link(frame).partition(",")[2]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def test_a_download_has_all_digits_also_where_a_column_has_a_gap():
    frame = pd.DataFrame({"a": [123456789012, None, 2 / 3], "b": pd.array([1.25, None, 3], dtype="Float64")})
    assert _downloaded(frame) == [["123456789012", "1.25"], ["", ""], ["0.6666666667", "3"]]


def _cells(frame):
    """The cells of a table, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html_table(frame))[1:]
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


@pytest.mark.parametrize("head", ["year", "base_year", "Year", "Fiscal year", "연도", "기준연도"])
def test_a_year_has_no_thousands(head):
    assert _cells(pd.DataFrame({head: [2018, 2019]})) == [["2018"], ["2019"]]
    assert _cells(pd.DataFrame({head: [2018.0, None]})) == [["2018"], ["–"]]


@pytest.mark.parametrize("frame", [{"years": [3, 12000]}, {"yearly sales": [2018, 2019]}, {"sales": [2018, 2019]}])
def test_what_is_no_year_has_them(frame):
    assert "," in str(_cells(pd.DataFrame(frame))[-1])


def test_a_small_number_keeps_two_digits_and_others_their_decimals():
    assert _cells(pd.DataFrame({"p": [0.0004, -0.00061, 0.25, 0.0, None, 2e-12]})) == [
        [text] for text in ("0.00040", "−0.00061", "0.250", "0.000", "–", "2.0e−12")
    ]
    assert _cells(pd.DataFrame({"p": [12.34, 0.04, 0.5]})) == [["12.3"], ["0.040"], ["0.5"]]


def test_truths_and_days_are_written_as_they_are():
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2020-01-01", "2020-06-30"]),
            "time": pd.to_datetime(["2020-01-01 00:00", "2020-01-01 09:30"]),
            "gap": pd.to_datetime(["2020-01-01", None]),
            "true": [True, False],
            "known": pd.array([True, None], dtype="boolean"),
            "list": [[1, 2], None],
        }
    )
    assert _cells(frame) == [
        ["2020-01-01", "2020-01-01 00:00:00", "2020-01-01", "True", "True", "[1, 2]"],
        ["2020-06-30", "2020-01-01 09:30:00", "", "False", "", ""],
    ]
