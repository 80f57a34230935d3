"""What a notebook shows: a front page, sentences, charts with their words and numbers, tables, results.

Everything is an ordinary display output, so that it looks the same in JupyterLab, under plain papermill
and in the batch. Results and the front page also carry their data, which the batch collects.
"""

import base64
import html
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from IPython import get_ipython
from IPython.display import display
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from notebook_reports import FONTS, FRONT, RESULT, SOURCES
from notebook_reports.drawing import font_files, svg
from notebook_reports.page import grouped

_WORDS = {
    "ko": {
        "numbers": "숫자 보기",
        "download": "CSV 내려받기",
        "source": "출처",
        "data": "자료",
        "chart": "그림 {}",
        "numbers_of": "그림 {}의 숫자",
    },
    "en": {
        "numbers": "Show the numbers",
        "download": "Download CSV",
        "source": "Source",
        "data": "Data",
        "chart": "Chart {}",
        "numbers_of": "Numbers of chart {}",
    },
}


class Report:
    """Shows the parts of a report in one language.

    Parameters
    ----------
    language : str
        ``ko`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        if language not in _WORDS:
            raise ValueError(f"language is {language!r}; expected one of {', '.join(_WORDS)}")
        self.language = language
        self._words = _WORDS[language]
        self._charts = 0

    def front(
        self,
        title: str,
        subject: str,
        vintage: str,
        findings: Sequence[str],
        figures: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        """The first screen of a report.

        Parameters
        ----------
        title, subject, vintage : str
            Its title, what and whom it is about, and which data it rests on.
        findings : sequence of str
            Its findings in sentences.
        figures : sequence of (str, str, str), optional
            The few numbers that the findings turn on, shown large: each a value with its unit, a label, and a note on
            its bounds or on what must be kept in mind, which may be empty.

        Raises
        ------
        ValueError
            There is no finding, or a figure has no value or no label.
        """
        if not findings:
            raise ValueError("a front page needs at least one finding")
        for value, label, _ in figures:
            if not (value and label):
                raise ValueError(f"a key figure needs a value and a label, got {value!r} and {label!r}")
        content = {"title": title, "subject": subject, "vintage": vintage, "findings": list(findings)}
        content["figures"] = [{"value": value, "label": label, "note": note} for value, label, note in figures]
        items = Markup().join(Markup("<li>{}</li>").format(finding) for finding in findings)
        page = Markup(
            '<header class="front"><h1>{}</h1><p class="subject">{}</p>{}<ul class="findings">{}</ul>'
            '<p class="vintage">{}: {}</p></header>'
        ).format(title, subject, _figures(figures), items, self._words["data"], vintage)
        display({FRONT: content, "text/html": page, "text/plain": title}, raw=True)

    def say(self, *sentences: str) -> None:
        """Sentences, each a paragraph of its own, as Markdown in which only list items keep their meaning; or none."""
        if not sentences:
            return
        text = "\n\n".join(re.sub(r"([\\`*_\[\]~$])", r"\\\1", html.escape(text, quote=False)) for text in sentences)
        display({"text/markdown": text, "text/plain": text}, raw=True)

    def chart(self, figure: Figure, words: str, source: str, numbers: pd.DataFrame | None = None) -> None:
        """A chart as inline SVG with its words, its source, and its numbers as a table and a CSV file.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            What to draw.
        words : str
            What the chart shows, in a sentence; read out by a screen reader and written under the chart.
        source : str
            Where the figures come from.
        numbers : pandas.DataFrame, optional
            The figures drawn, with columns named in the reader's language.
        """
        self._charts += 1
        drawing = svg(figure, f"c{self._charts}-", words)
        inline = Markup(drawing)  # noqa: S704 — matplotlib has escaped its text
        table = ""
        if numbers is not None:
            link = Markup('<a download="chart-{}.csv" href="{}">{}</a>').format(
                self._charts, _csv(numbers), self._words["download"]
            )
            name = self._words["numbers_of"].format(self._charts)
            table = Markup("<details><summary>{}</summary>{}<p>{}</p></details>").format(
                self._words["numbers"], _scroll(name, self._table(numbers, name)), link
            )
        page = Markup(
            '<figure class="chart">{}<figcaption>{}<br><span class="source">{}: {}</span>{}</figcaption></figure>'
        ).format(
            _scroll(self._words["chart"].format(self._charts), inline), words, self._words["source"], source, table
        )
        display({FONTS: font_files(drawing), "text/html": page, "text/plain": words}, raw=True)

    def table(
        self,
        frame: pd.DataFrame,
        caption: str,
        source: str = "",
        digits: Mapping[str, int] | None = None,
        anchor: str = "",
    ) -> None:
        """A table with a caption and its source; ``digits`` gives decimals by column, ``anchor`` a name to link to."""
        note = Markup('<p class="source">{}: {}</p>').format(self._words["source"], source) if source else ""
        page = Markup('<div class="table"{}>{}{}</div>').format(
            Markup(' id="{}"').format(anchor) if anchor else "",
            _scroll(caption, self._table(frame, caption, digits)),
            note,
        )
        display({"text/html": page, "text/plain": caption}, raw=True)

    def sources(self, frame: pd.DataFrame, caption: str) -> None:
        """The table of the documents that the report rests on, to which the foot of the page leads."""
        self.table(frame, caption, anchor=SOURCES)

    def _table(self, frame: pd.DataFrame, caption: str, digits: Mapping[str, int] | None = None) -> Markup:
        return html_table(frame, caption, digits or {}, korean_is_foreign=self.language != "ko")

    def record(self, name: str, value: float, unit: str, low: float | None = None, high: float | None = None) -> None:
        """Record a headline number by name, with its unit and, where it has them, its bounds.

        Raises
        ------
        ValueError
            The name is not lower-case letters, digits and _, or a number is not finite.
        """
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(f"result {name!r}: a name is lower-case letters, digits and _")
        numbers = {"value": value, "low": low, "high": high}
        for key, number in numbers.items():
            if number is not None and not math.isfinite(number):
                raise ValueError(f"result {name!r}: {key} is {number}, expected a finite number")
        content = {"name": name, "unit": unit} | {k: None if v is None else float(v) for k, v in numbers.items()}
        bounds = "" if low is None else f" [{low:g}, {high:g}]"
        display({RESULT: content, "text/plain": f"{name} = {float(value):.10g} {unit}{bounds}"}, raw=True)

    def results(self, *rows: Sequence) -> None:
        """Record headline numbers, each a row of what :meth:`record` takes."""
        for row in rows:
            self.record(*row)

    def explore(self, declaration: Path, values: SimpleNamespace) -> None:
        """A panel on which to try other parameters, where somebody sits before the notebook; in a batch, nothing.

        Parameters
        ----------
        declaration : Path
            The YAML file that declares the notebook's parameters.
        values : SimpleNamespace
            The parameters that the notebook has run with, as ``check_parameters`` gives them.
        """
        request = getattr(get_ipython(), "get_parent", dict)().get("content", {})
        if request.get("allow_stdin"):  # JupyterLab lets a cell ask its reader something; what runs a batch does not
            from notebook_reports.panel import Panel

            display(Panel(declaration, vars(values)).box)


def _scroll(name: str, content: Markup) -> Markup:
    """What may be wider than the screen, in a box of its own that scrolls, by keyboard too."""
    return Markup('<div class="scroll" tabindex="0" role="group" aria-label="{}">{}</div>').format(name, content)


def _figures(figures: Sequence[tuple[str, str, str]]) -> Markup:
    """Key figures as a list in which the label comes before the value, also for a screen reader."""
    shown = Markup().join(
        Markup('<div><dt>{}</dt><dd class="value">{}</dd>{}</div>').format(
            label, value, Markup('<dd class="note">{}</dd>').format(note) if note else ""
        )
        for value, label, note in figures
    )
    return Markup('<dl class="figures">{}</dl>').format(shown) if shown else shown


def html_table(
    frame: pd.DataFrame, caption: str = "", digits: Mapping[str, int] = {}, korean_is_foreign: bool = False
) -> Markup:
    """A data frame as an HTML table: first column as row headings, numbers to the right, all text escaped.

    Where Korean is foreign to the page, cells that hold it say so, for screen readers to pronounce it.
    """
    head, columns = [], []
    for place, (name, values) in enumerate(frame.items()):
        if pd.api.types.is_numeric_dtype(values):
            head.append(f'<th scope="col" class="number">{escape(name)}</th>')
            decimals = digits.get(name, _decimals(values))
            columns.append([f'<td class="number">{number_text(value, decimals)}</td>' for value in values])
        else:
            head.append(f'<th scope="col">{escape(name)}</th>')
            columns.append([_heading(value) if place == 0 else _cell(value, korean_is_foreign) for value in values])
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*columns, strict=True))
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = "".join(head)
    return Markup(f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")  # noqa: S704 — escaped


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


def _csv(frame: pd.DataFrame) -> str:
    """A data frame as a link that holds it; the mark at the start lets spreadsheets see that it is UTF-8."""
    text = "\ufeff" + frame.to_csv(index=False, lineterminator="\r\n", float_format="%.10g")
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.encode()).decode()
