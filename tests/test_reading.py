"""What a spreadsheet or an editor makes of a file is read as it was, or refused with row and column."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry.reading import read, wrong

KINDS = {"year": "integer", "name": "string", "share": "number", "weak": "boolean"}
GOOD = 'year,name,share,weak\n2019,"표 3, 강원",-0.5,true\n2020,R&D · ‘光’ – 5㎡,,false\n'


def _read(text, kinds=KINDS):
    return read(text if isinstance(text, bytes) else text.encode(), "t.csv", kinds)


@pytest.mark.parametrize(
    "other",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n"),
        GOOD.removesuffix("\n"),
        unicodedata.normalize("NFD", GOOD),
        GOOD.replace("2020,R", '"2020","R').replace("5㎡", '5㎡"'),
    ],
)
def test_what_says_the_same_is_read_as_the_same(other):
    assert _read(other) == _read(GOOD)
    assert _read(GOOD)[1] == []


def test_truth_values_may_be_in_capitals_and_nothing_else():
    assert _read(GOOD.replace("true", "TRUE").replace("false", "False"))[1] == []
    for word in ("yes", "1", "0", "참", "", "T", "ＴＲＵＥ"):
        (fault,) = _read(GOOD.replace("true", word))[1]
        assert str(fault) == f"t.csv, row 2, column weak: {word!r} is not true or false"


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (GOOD.encode("cp949", "replace"), "row 2: it is not UTF-8 but perhaps CP949"),
        (GOOD.encode("utf-16"), ": it is UTF-16, not UTF-8"),
        (GOOD.encode("utf-16-le"), ": it is UTF-16, not UTF-8"),
        (GOOD.replace("\n", "\r"), "row 1: a line ends in CR alone"),
        (
            GOOD.replace(",", ";"),
            "row 1, column year: wrong header; expected the columns year, name, share, weak; cells ",
        ),
        (GOOD.replace(",", "\t"), "cells are separated by tabs, not by commas"),
        ("sep=,\n" + GOOD, "remove the line above it that begins with sep="),
        ("표 3\n" + GOOD, "which stand in row 2; remove what is above them"),
        (
            GOOD.replace("name,", "name ,"),
            "row 1, column name: wrong header; expected the columns year, name, share, weak; ",
        ),
        (GOOD.replace(",weak", ""), "row 1, column weak: wrong header"),
        (GOOD.replace(",weak", ",weak,more"), "row 1, column more: wrong header"),
        (GOOD.replace(",-0.5", ""), "row 2, column weak: the row ends before this column"),
        (GOOD.replace("2020,", "2020,,"), "row 3: the row has more cells than the 4 columns"),
        (GOOD + ",,,\n", "row 4: the row is blank"),
        (GOOD + "\n", "row 4: the row is blank"),
        (GOOD.replace(' 강원"', " 강원"), "row 2: it cannot be split into cells"),
        (GOOD.replace("R&D", "R\0D"), "row 3, column name: 'R\\x00D"),
        (GOOD.replace("R&D ·", "R&D\u00a0·"), "U+00A0 (no-break space)"),
        (GOOD.replace("R&D", " R&D"), "begins or ends with a space"),
        (b"", ": the file is empty"),
    ],
)
def test_all_else_is_refused_at_its_place(changed, place):
    faults = _read(changed)[1]
    assert place in str(faults[0])


@pytest.mark.parametrize(
    "text",
    ["inf", "-inf", "1e999", "nan", "1e3", "1_000", "1,000", "+1", ".5", "1.", "01", "１２", "١٢", "12\u00a0", " 1",
     "−1", "0x1f", "½", "9" * 20, "1" + "0" * 400, "0.1234567890123456789"],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused(text):
    assert wrong(text, "number")
    assert wrong(text, "integer")


@given(st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", fullmatch=True, alphabet="-.0123456789"))
def test_a_number_that_is_taken_is_kept_to_its_last_digit(text):
    if wrong(text, "number") is None:
        assert Decimal(repr(float(text))) == Decimal(text)
    if wrong(text, "integer") is None:
        assert -(2**53) < int(text) < 2**53


ACCIDENTS = [bytes([lead, trail]).decode("euc_kr") for lead in range(0xC4, 0xC9) for trail in range(0xA1, 0xC0)]
"""Syllables whose two bytes in CP949 are a letter in UTF-8."""


@given(st.lists(st.text(ACCIDENTS, min_size=1, max_size=4), min_size=1, max_size=3), st.integers(0, 99))
def test_cp949_that_is_utf_8_by_accident_is_refused(words, number):
    text = f"{' '.join(words)} {number}"
    rows, faults = read(f"a,b\nx,{text}\n".encode("cp949"), "t.csv", {"a": "string", "b": "string"})
    assert rows[0][1] != text
    assert [(fault.row, fault.column) for fault in faults] == [(2, "b")]
    assert repr(text) in faults[0].message


@pytest.mark.parametrize(
    "text",
    ["Café 3", "Jülich", "Škoda; Łódź", "20 °C · 5 µm", "α = 0.05", "5²", "4 × 3 ÷ 2", "Ø 3", "«non»", "Москва",
     "’s – …", "ǥ 3은 표 3이 깨진 것"],
)  # fmt: skip
def test_letters_of_other_countries_are_no_alarm(text):
    assert read(f"a\n{text}\n".encode(), "t.csv", {"a": "string"})[1] == []
