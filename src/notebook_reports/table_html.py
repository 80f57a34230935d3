"""Data frames as HTML tables, and as CSV files to download."""

import base64
import math
import re
from collections.abc import Mapping
from datetime import datetime, time

import pandas as pd
from markupsafe import Markup, escape

from notebook_reports.numbers import exact
from notebook_reports.page import grouped
from notebook_reports.words import missing


def html_table(
    frame: pd.DataFrame, caption: str = "", digits: Mapping[str, int] = {}, korean_is_foreign: bool = False
) -> Markup:
    """A data frame as an HTML table: first column as row headings, numbers to the right, all text escaped.

    Where Korean is foreign to the page, cells that hold it say so, for screen readers to pronounce it.
    """
    head, columns = [], []
    for place, (name, values) in enumerate(frame.items()):
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            head.append(f'<th scope="col" class="number">{_unbroken(name)}</th>')
            texts = [number_text(value, digits[name]) for value in values] if name in digits else _numbers(name, values)
            columns.append([f'<td class="number">{text}</td>' for text in texts])
        else:
            head.append(f'<th scope="col">{_unbroken(name)}</th>')
            cells = _texts(values)
            columns.append([_heading(cell) if place == 0 else _cell(cell, korean_is_foreign) for cell in cells])
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*columns, strict=True))
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = "".join(head)
    return Markup(f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")  # noqa: S704 — escaped


def _unbroken(head: object) -> str:
    """The head of a column, whose unit in parentheses stays on one line."""
    return re.sub(r"\([^()]*\)$", lambda unit: unit[0].replace(" ", "\u00a0"), str(escape(head)))


def _heading(value: object) -> str:
    short = ' class="short"' if len(str(value)) <= 14 else ""
    return f'<th scope="row"{short}>{escape(value)}</th>'


def _cell(value: object, korean_is_foreign: bool) -> str:
    language = ' lang="ko"' if korean_is_foreign and re.search("[가-힣]", str(value)) else ""
    return f"<td{language}>{escape(value)}</td>"


def _texts(column: pd.Series) -> list[object]:
    """Cells that are no numbers: nothing for none, and the day alone where every time is midnight."""
    values = ["" if missing(value) else value for value in column]
    times = [value for value in values if isinstance(value, datetime)]
    if all(value.time() == time() and value.tzinfo is None for value in times):
        return [value.date() if isinstance(value, datetime) else value for value in values]
    return values


_YEAR = re.compile(r"(?<![^\W_])years?(?![^\W_])|연도|년도", flags=re.IGNORECASE)
"""What the head of a column has whose numbers are years."""


def _numbers(name: object, column: pd.Series) -> list[str]:
    """Numbers of whose decimals nobody has said anything.

    A column of whole numbers has none, and no thousands set apart where they are years; one of numbers below one has
    three, any other one. A number that would be lost in them keeps two digits.
    """
    known = column.dropna().to_numpy(float)
    if (known % 1 == 0).all():
        years = _YEAR.search(str(name)) and ((known > 999) & (known < 3000)).all()
        return ["–" if pd.isna(value) else f"{value:.0f}" if years else grouped(value, 0) for value in column]
    decimals = 3 if abs(known).max() < 1 else 1
    return [
        f"{value:.1e}".replace("-", "−") if 0 < abs(value) < 1e-9 else number_text(value, _kept(value, decimals))
        for value in column
    ]


def _kept(value: float, decimals: int) -> int:
    """The decimals given, but two digits of a number that they would round to zero, and of a small probability."""
    small = value and (round(value, decimals) == 0 or (decimals == 3 and abs(value) < 0.001))
    return 1 - math.floor(math.log10(abs(value))) if small else decimals


def number_text(value: object, digits: int) -> str:
    """A number as a reader sees it: thousands set apart, a true minus sign but not on zero, a dash for none."""
    return "–" if pd.isna(value) else grouped(value, digits)


_FORMULA = re.compile(r"[=@\t\r\n＝＠＋－]|[+-](?!\d+([.,]\d+)*%?$)")
"""How a text begins that a spreadsheet may compute; a signed number is what it says."""


def csv_link(frame: pd.DataFrame) -> str:
    """A data frame as a link that holds it as CSV; the mark at the start lets spreadsheets see that it is UTF-8.

    A text that a spreadsheet might take for a formula has an apostrophe before it; numbers stay as they are.
    """
    texts = frame.map(_unarmed).rename(columns=_unarmed)
    text = "\ufeff" + texts.to_csv(index=False, lineterminator="\r\n")
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.encode()).decode()


def _unarmed(value: object) -> object:
    if isinstance(value, float):
        return exact(value)
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
