"""What a notebook shows: a front page, sentences, charts with their words and numbers, tables, results.

Everything is an ordinary display output, so that it looks the same in JupyterLab, under plain papermill
and in the batch. Results and the front page also carry their data, which the batch collects.
"""

import math
import pickle
import re
import textwrap
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from numbers import Integral
from pathlib import Path

import pandas as pd
from IPython.display import display
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from notebook_reports import FONTS, FRONT, GLOSSARY, RESULT, SOURCES, lab
from notebook_reports.citing import Document, Line, cite, documents_table, line
from notebook_reports.columns import Columns, flat
from notebook_reports.drawing import font_files, svg
from notebook_reports.glossary import prepare_terms, read_terms
from notebook_reports.lettering import letter
from notebook_reports.numbers import exact
from notebook_reports.sections import as_written
from notebook_reports.table_html import csv_link, html_table
from notebook_reports.words import Words, WordsError, own_words, prepare_words, read_yaml

_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Picture:
    """A chart that can be shown: its page, the files of the fonts of its text, and what it says in words."""

    html: Markup
    fonts: dict[str, str]
    caption: str

    def _repr_html_(self) -> str:
        """The chart, for a notebook whose cell ends in it."""
        return lab.dressed(self.html)


class Report:
    """Labels, writes and shows the parts of a report in one language.

    With words every text is the key of a sentence; without, it is taken as it stands.

    Parameters
    ----------
    language : str
        ``ko`` or ``en``.
    words : sequence of Path, optional
        Words files, as :class:`notebook_reports.words.Words` reads them.
    columns : sequence of Path, optional
        Files that name the columns of tables.
    labels : pandas.DataFrame, optional
        ``group``, ``id``, ``ko``, ``en``: names of identifiers.
    sources : pandas.DataFrame, optional
        The documents that figures are from: ``id``, ``title``, ``title_en``, ``content_date`` and who published them.
    tables : callable, optional
        Gives a table by its name, with the columns ``source`` and ``place`` by which it is cited.
    facts : mapping, optional
        What every sentence may name.
    folder : Path, optional
        Where :meth:`save` writes; ``build/`` beside the folder of the words where left out.
    glossary : Path, optional
        Terms that a page explains where it uses them, as :func:`notebook_reports.glossary.read_terms` reads them.

    Attributes
    ----------
    facts : dict
        What every sentence may name.
    """

    def __init__(
        self,
        language: str,
        words: Sequence[Path] = (),
        columns: Sequence[Path] = (),
        labels: pd.DataFrame | None = None,
        sources: pd.DataFrame | None = None,
        tables: Callable[[str], pd.DataFrame] | None = None,
        facts: Mapping[str, object] | None = None,
        folder: Path | None = None,
        glossary: Path | None = None,
    ) -> None:
        self._own = own_words(language)
        self.language = language
        self.words = Words(words, language, labels)
        self.columns = Columns(columns, self.words)
        self.documents, self._tables = sources, tables
        self.facts: dict[str, object] = dict(facts or {})
        self._folder = folder or (Path(words[0]).resolve().parents[1] / "build" if words else Path("build"))
        self._terms = read_terms(glossary, language) if glossary else []
        self._charts = 0
        self._last: tuple[Figure, str, str] | None = None

    def text(self, key: str, /, **facts: object) -> str:
        """A sentence by its key with facts put in, for a chart's own texts; WordsError where a fact is missing."""
        if not self.words.entries:
            return key
        if key not in self.words.entries and not _KEY.fullmatch(key):
            return key
        return self.words.text(key, **{**self.facts, **facts})

    def names(self, identifiers: object, group: str) -> object:
        """Names of identifiers as tables and charts write them, as what was given: text, list, index or series."""
        name = self.words.groups[group].__getitem__
        if isinstance(identifiers, str):
            return name(identifiers)
        return identifiers.map(name) if hasattr(identifiers, "map") else [name(each) for each in identifiers]

    def front(
        self,
        title: str = "title",
        subject: str = "subject",
        vintage: str = "vintage",
        findings: Sequence[str] = (),
        figures: Sequence[str | tuple[str, str, str]] = (),
        *,
        headline: str = "",
        unknown: str = "",
        picture: Picture | None = None,
        short: str = "",
        tile: tuple[int, int] | None = None,
        size: float | None = None,
        **facts: object,
    ) -> None:
        """The first screen of a report.

        Parameters
        ----------
        title, subject, vintage : str
            Its title, what and whom it is about, and which data it rests on.
        findings : sequence of str
            Its findings; one that says nothing is left out.
        figures : sequence of str or (str, str, str), optional
            The few numbers that the findings turn on, shown large: keys of key figures, or each a value with its unit,
            a label, and a note on its bounds or on what must be kept in mind, which may be empty.
        headline : str, optional
            The whole story in one sentence.
        unknown : str, optional
            What is not known.
        picture : Picture, optional
            The chart that says most, as :meth:`picture` makes it.
        short : str, optional
            A short name, under which an index lists the report.
        tile : (int, int), optional
            Column and row of the report on an index that lays its topic out as a map.
        size : float, optional
            By which an index orders reports of a topic, each with its first key figure.
        **facts
            What the sentences may name beside :attr:`facts`.

        Raises
        ------
        ValueError
            There is neither a headline nor a finding, or a figure has no value or no label.
        """
        named = {"title": title, "subject": subject, "headline": headline, "unknown": unknown, "vintage": vintage}
        named = {name: self.text(text, **facts) for name, text in named.items()}
        findings = [text for text in (self.text(finding, **facts) for finding in findings) if text]
        figures = [each if isinstance(each, tuple) else self._figure(each, facts) for each in figures]
        figures = [tuple(map(str, each)) for each in figures if each]
        if not (findings or named["headline"]):
            raise ValueError("a front page needs a headline or a finding")
        for value, label, _ in figures:
            if not (value and label):
                raise ValueError(f"a key figure needs a value and a label, got {value!r} and {label!r}")
        content = {name: str(text) for name, text in named.items()}
        content["findings"] = [str(finding) for finding in findings]
        content["figures"] = [{"value": value, "label": label, "note": note} for value, label, note in figures]
        content |= {"short": str(self.text(short, **facts)), "tile": tile and [int(place) for place in tile]}
        content["size"] = None if size is None or pd.isna(size) else float(size)
        items = Markup().join(Markup("<li>{}</li>").format(finding) for finding in findings)
        parts = {
            "headline": Markup('<p class="headline">{}</p>').format(named["headline"]),
            "items": Markup('<ul class="findings">{}</ul>').format(items),
            "unknown": Markup('<p class="unknown"><b>{}</b> {}</p>').format(
                self._own.text("unknown"), named["unknown"]
            ),
        }
        filled = {"headline": named["headline"], "items": findings, "unknown": named["unknown"]}
        parts = {name: part if filled[name] else "" for name, part in parts.items()}
        page = Markup(
            '<header class="front"><h1>{title}</h1><p class="subject">{subject}</p>{headline}'
            '<div class="first">{picture}<div class="told">{items}{figures}{unknown}</div></div>'
            '<p class="vintage">{data}: {vintage}</p></header>'
        ).format(
            title=named["title"], subject=named["subject"], vintage=named["vintage"], data=self._own.text("data"),
            picture=picture.html if picture else "", figures=_figures(figures), **parts,
        )  # fmt: skip
        fonts = {FONTS: picture.fonts} if picture else {}
        fonts |= {GLOSSARY: self._terms} if self._terms else {}
        _show({FRONT: content, **fonts, "text/html": page, "text/plain": str(named["title"])})

    def _figure(self, key: str, facts: Mapping[str, object]) -> tuple[str, str, str] | None:
        """A key figure; none where it has no value."""
        written = self.words.figure(key, **{**self.facts, **facts})
        return written if written[0] else None

    def say(self, *sentences: str, **facts: object) -> None:
        """Sentences as they are written, each a paragraph of its own; lines that begin with a hyphen make lists."""
        texts = [text for text in (self.text(sentence, **facts) for sentence in sentences) if text]
        if texts:
            _show({"text/markdown": "\n\n".join(map(as_written, texts)), "text/plain": "\n\n".join(texts)})

    def chart(
        self,
        figure: Figure | Axes,
        words: str,
        source: object = "",
        numbers: pd.DataFrame | None = None,
        **options: object,
    ) -> None:
        """Show the chart that :meth:`picture` makes of the same arguments."""
        drawn = self.picture(figure, words, source, numbers, **options)
        _show({FONTS: drawn.fonts, "text/html": drawn.html, "text/plain": drawn.caption})

    def picture(
        self,
        figure: Figure | Axes,
        words: str,
        source: object = "",
        numbers: pd.DataFrame | None = None,
        *,
        estimate: bool = False,
        digits: Mapping[str, int] | int | None = None,
        **facts: object,
    ) -> Picture:
        """A chart as inline SVG with its title, note and source, and its numbers as a table and a CSV file.

        Parameters
        ----------
        figure : matplotlib.figure.Figure or Axes
            What was drawn; its identifiers are written in the report's language.
        words : str
            What the chart says and how it is read: a key with a title, which stands above it, and a note, which stands
            below; or a sentence, which stands below. Both are read out by a screen reader.
        source : str, sequence of str or pandas.DataFrame, optional
            Where the figures come from: a sentence, names of tables, or rows with ``source`` and ``place``.
        numbers : pandas.DataFrame, optional
            The figures drawn.
        estimate : bool
            The source has the data only; what is drawn is an estimate of the report.
        digits : mapping of str to int, or int, optional
            Decimals of the numbers by column, or of all.
        **facts
            What sentences, heads and texts of the chart may name beside :attr:`facts`.
        """
        figure = figure if isinstance(figure, Figure) else figure.figure
        given = {**self.facts, **facts}
        letter(figure, self.columns, given)
        self._charts += 1
        title, note = self._titled(words, given)
        cited = self._source(source, estimate, facts)
        caption = ". ".join(filter(None, (title.rstrip(".") if note else title, note)))
        drawing = svg(figure, f"c{self._charts}-", caption)
        inline = Markup(drawing)  # noqa: S704 — matplotlib has escaped its text
        table = ""
        if numbers is not None:
            shown, decimals = self.columns.for_readers(numbers, given, digits)
            link = Markup('<a download="chart-{}.csv" href="{}">{}</a>').format(
                self._charts, csv_link(shown), self._own.text("download")
            )
            name = self._own.text("numbers_of", number=self._charts)
            table = Markup('<details class="numbers"><summary>{}</summary>{}<p>{}</p></details>').format(
                self._own.text("show_numbers"), _scroll(name, self._table(shown, name, decimals)), link
            )
        number = self._own.text("chart", number=self._charts)
        head = Markup('<p class="chart-title"><b>{}</b> {}</p>').format(number, title) if title else ""
        below = Markup('<p class="note">{}</p>').format(note) if note else ""
        page = Markup(
            '<figure class="chart">{}<div class="drawing">{}</div><figcaption>{}{}{}</figcaption></figure>'
        ).format(head, inline, below, cited.html, table)
        self._last = (figure, str(title or caption), cited.text)
        return Picture(page, font_files(drawing), caption)

    def _titled(self, words: str, facts: Mapping[str, object]) -> tuple[str, str]:
        if words in self.words.entries:
            title, note = self.words.chart(words, **facts)
            return str(title), str(note)
        return "", str(self.text(words, **facts))

    def table(
        self,
        frame: pd.DataFrame,
        caption: str,
        source: object = "",
        digits: Mapping[str, int] | int | None = None,
        anchor: str = "",
        *,
        estimate: bool = False,
        **facts: object,
    ) -> None:
        """A table with a caption and its source, or nothing where it has no rows.

        Parameters
        ----------
        frame : pandas.DataFrame
            The rows, with identifiers.
        caption : str
            What it shows.
        source : str, sequence of str or pandas.DataFrame, optional
            As for :meth:`chart`.
        digits : mapping of str to int, or int, optional
            Decimals by column, or of all, where they are others than those that the columns have.
        anchor : str, optional
            A name to link to.
        estimate : bool
            As for :meth:`chart`.
        **facts
            What caption and heads may name beside :attr:`facts`.
        """
        if not len(frame):
            return
        shown, decimals = self.columns.for_readers(frame, {**self.facts, **facts}, digits)
        title, cited = self.text(caption, **facts), self._source(source, estimate, facts)
        page = Markup('<div class="table"{}>{}{}</div>').format(
            Markup(' id="{}"').format(anchor) if anchor else "",
            _scroll(title, self._table(shown, title, decimals)),
            cited.html,
        )
        _show({"text/html": page, "text/plain": str(title)})

    def sources(self, identifiers: Sequence[str], caption: str) -> None:
        """The table of the documents that the report rests on, to which the foot of the page leads."""
        rows = documents_table(self.documents, list(dict.fromkeys(identifiers)), self._own)
        self.table(rows, caption, anchor=SOURCES)

    def _table(self, frame: pd.DataFrame, caption: str, digits: Mapping[str, int]) -> Markup:
        return html_table(frame, caption, digits, korean_is_foreign=self.language != "ko")

    def _source(self, source: object, estimate: bool, facts: Mapping[str, object]) -> Line:
        """Where figures come from, as a line; empty where nothing is said."""
        if isinstance(source, str) and (not source or source in self.words.entries or self._tables is None):
            text = source and self.text(source, **facts)
            cited = [Document(str(text))] if text else []
        elif isinstance(source, pd.DataFrame):
            cited = cite(source, self.documents, self._own)
        else:
            names = [source] if isinstance(source, str) else source
            if self._tables is None:
                raise WordsError(f"source {source!r}: the report was given no tables to look it up in")
            cited = cite(pd.concat([self._tables(name) for name in names]), self.documents, self._own)
        return line(cited, self._own, estimate=estimate)

    def record(self, name: str, value: float, unit: str, low: float | None = None, high: float | None = None) -> None:
        """Record a headline number by name, with its unit and, where it has them, its bounds.

        Raises
        ------
        ValueError
            The name is not lower-case letters, digits and _, or a number is not finite.
        """
        self.results([(name, value, unit, low, high)])

    def results(self, rows: Collection | pd.DataFrame) -> None:
        """Record headline numbers and show them in one table.

        Parameters
        ----------
        rows : sequence of tuple, or pandas.DataFrame
            Each what :meth:`record` takes; a table has the columns ``result``, ``value``, ``unit`` and may have ``low``
            and ``high``.

        Raises
        ------
        ValueError
            As for :meth:`record`.
        """
        if isinstance(rows, pd.DataFrame):
            rows = flat(rows).reindex(columns=["result", "value", "unit", "low", "high"]).itertuples(index=False)
        results = [_result(*row) for row in rows]
        if not results:
            return
        shown = pd.DataFrame(results).rename(columns={"name": "result"}).dropna(axis=1, how="all")
        text = {name: [exact(cell) for cell in shown[name]] for name in shown.columns[1:]
                if name != "unit"}  # fmt: skip
        shown = shown.assign(**text)
        named = html_table(shown.rename(columns=lambda column: self._own.text(column)))
        _show({RESULT: results, "text/html": named, "text/plain": shown.to_string(index=False)})

    def save(self, name: str, frame: pd.DataFrame | None = None, caption: str = "", **facts: object) -> Path:
        """Save the last chart, or a table, below build/, with its title and its source.

        Parameters
        ----------
        name : str
            Name of a file, ``.png`` or ``.svg`` for a chart, ``.xlsx`` for a table.
        frame : pandas.DataFrame, optional
            The table; the last chart where left out.
        caption : str, optional
            Title of the table.
        **facts
            What caption and heads may name beside :attr:`facts`.

        Raises
        ------
        ValueError
            No chart has been shown, or the name leads out of build/.
        """
        path = self._folder / name
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise ValueError(f"{name!r} leads out of {self._folder}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if frame is not None:
            shown, _ = self.columns.for_readers(frame, {**self.facts, **facts})
            with pd.ExcelWriter(path, engine="openpyxl") as book:
                shown.to_excel(book, index=False, startrow=1 if caption else 0)
                if caption:
                    book.sheets["Sheet1"].cell(1, 1, str(self.text(caption, **facts)))
            return path
        if self._last is None:
            raise ValueError("no chart has been shown that could be saved")
        slide(*self._last).savefig(
            path, dpi=200, metadata={"Software": None} if path.suffix == ".png" else {"Date": None}
        )
        return path


def slide(figure: Figure, title: str, source: str) -> Figure:
    """A copy of a figure on white, with its title above and its source below."""
    with warnings.catch_warnings():  # matplotlib's figures hold iterators, of which Python 3.14 keeps no copies
        warnings.simplefilter("ignore", DeprecationWarning)
        copy = pickle.loads(pickle.dumps(figure))  # noqa: S301 — written here
    heads = [copy.get_suptitle(), *textwrap.wrap(title, 36)]
    width, height = figure.get_size_inches()
    copy.set_size_inches(width, height + 0.25 * len(heads) + 0.25)
    copy.suptitle("\n".join(filter(None, heads[1:] + heads[:1])), x=0.01, ha="left", fontsize=11)
    copy.supxlabel(source.replace("−", "–"), x=0.01, ha="left", fontsize=8)
    copy.set_facecolor("white")
    return copy


def _show(bundle: dict) -> None:
    """Display an output of the door, by which a page tells it from other outputs of a cell."""
    if "text/html" in bundle:
        bundle |= {"text/html": lab.dressed(bundle["text/html"])}
    display(bundle, metadata={"notebook_reports": True}, raw=True)


def _result(name: str, value: float, unit: str, low: float | None = None, high: float | None = None) -> dict:
    if not _KEY.fullmatch(name):
        raise ValueError(f"result {name!r}: a name is lower-case letters, digits and _")
    low, high = (None if bound is None or pd.isna(bound) else float(bound) for bound in (low, high))
    for key, number in {"value": value, "low": low, "high": high}.items():
        if number is not None and not math.isfinite(number):
            raise ValueError(f"result {name!r}: {key} is {number}, expected a finite number")
    value = int(value) if isinstance(value, Integral) and int(value) != float(value) else float(value)
    return {"name": name, "value": value, "unit": unit, "low": low, "high": high}


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


def warm() -> None:
    """Draw a small chart and make a small table, so that a process that reports are forked from has fonts and all."""
    import matplotlib.style  # noqa: F401 — every change of style has it

    figure = Figure(layout="constrained")
    figure.add_subplot(title="a").bar(["b"], [1], label="c")
    font_files(svg(figure, "a-", "b"))
    for name in ("O_S_2f_2", "_c_m_a_p", "_g_a_s_p", "_h_e_a_d", "_h_h_e_a", "_m_a_x_p", "_n_a_m_e", "_p_o_s_t"):
        import_module(f"fontTools.ttLib.tables.{name}")  # every font has them
    table = pd.DataFrame({"a": ["b"], "c": [1.5]})
    html_table(table)
    _ = table.to_html(), table.to_csv(), table.to_string(), table.to_dict("records"), table.stack()


def prepare(
    modules: Sequence[str] = (), words: Sequence[str] = (), columns: Sequence[str] = (), glossary: str = ""
) -> None:
    """Import modules and read what a notebook writes with, so that a process that reports are forked from has it.

    It is for the ``shared`` of a notebook's declaration; files are named from the notebook's folder.
    """
    for name in modules:
        import_module(name)
    here = Path.cwd()
    for file in words:
        prepare_words(here / file)
    for file in columns:
        read_yaml(here / file)
    if glossary:
        prepare_terms(here / glossary)
