"""Data frames as HTML tables."""

import base64
import re
from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup, escape

from notebook_reports.page import grouped


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
            decimals = digits.get(name, _decimals(values))
            columns.append([f'<td class="number">{number_text(value, decimals)}</td>' for value in values])
        else:
            head.append(f'<th scope="col">{_unbroken(name)}</th>')
            columns.append([_heading(value) if place == 0 else _cell(value, korean_is_foreign) for value in values])
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
    return f"<td{language}>{'' if pd.isna(value) else escape(value)}</td>"


def _decimals(column: pd.Series) -> int:
    """No decimals for a column of whole numbers, three where all are below one, one for any other."""
    numbers = column.dropna().to_numpy(float)
    if (numbers % 1 == 0).all():
        return 0
    return 3 if abs(numbers).max() < 1 else 1


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
    text = "\ufeff" + texts.to_csv(index=False, lineterminator="\r\n", float_format="%.10g")
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.encode()).decode()


def _unarmed(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
