"""The CSV file of a chart: a spreadsheet that opens it computes nothing."""

import base64
import csv
import io

import pandas as pd
import pytest

from notebook_reports.table_html import csv_link


def held(frame):
    text = base64.b64decode(csv_link(frame).partition(",")[2]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-", "+82 62 600", "=1"],
)
def test_a_text_that_might_be_a_formula_has_an_apostrophe_before_it(text):
    assert held(pd.DataFrame({text: [text], "n": [1]})) == [[f"'{text}", "n"], [f"'{text}", "1"]]


def test_numbers_and_other_texts_stay_as_they_are():
    frame = pd.DataFrame(
        {
            "growth": [-1.5, 2, None],
            "change": pd.array([-3, None, 2**60 + 1], dtype="Int64"),
            "text": ["광주 = 1", "-3.2", "+1,234.5%"],
            "kind": pd.Categorical(["a-b", "a-b", "−"]),
            "true": [True, False, True],
        }
    )
    assert held(frame)[1:] == [
        ["-1.5", "-3", "광주 = 1", "a-b", "True"],
        ["2", "", "-3.2", "a-b", "False"],
        ["", str(2**60 + 1), "+1,234.5%", "−", "True"],
    ]
