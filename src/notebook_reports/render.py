"""Turns an executed notebook into one HTML file that needs nothing from a network."""

import base64
import mimetypes
import re
from contextlib import suppress
from functools import cache
from html import unescape
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from urllib.parse import unquote

from jinja2 import pass_context
from markupsafe import escape
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat import NotebookNode
from traitlets import List, Unicode, default

from notebook_reports import FRONT, SOURCES
from notebook_reports.execute import collected, from_report, language_of
from notebook_reports.folding import on_page, reported, until_it_ends
from notebook_reports.fonts import font_faces
from notebook_reports.glossary import PLACE, explained
from notebook_reports.lab import undressed
from notebook_reports.markup import WithFormulas, anchored, coloured, compact, first_rows, highlighted, steady
from notebook_reports.page import TEMPLATES, brief, stylesheet
from notebook_reports.sections import text_of
from notebook_reports.words import own_words

_PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
_KINDS = ("text/html", "text/markdown", _PICTURES[0], "text/latex", *_PICTURES[1:], "text/plain")
"""What a page can show of an output, in the order of nbconvert; the rest of its list needs scripts of the network."""


class ReportExporter(HTMLExporter):
    """Turns an executed notebook into a report; ``jupyter nbconvert --to report`` has it too.

    Texts stand in the language of the report. A heading under which nothing appears is left off with its paragraph, and
    so are the parameters, the panel, cells tagged ``remove-cell``, and the code or the outputs of those tagged
    ``remove-input`` or ``remove-output``. What went through Report stands open, unless its cell is tagged ``evidence``;
    evidence and code are folded away, code with all else that it shows. Without Report all outputs stand open as
    nbconvert shows them. Results stand in a table at the end. What a cell wrote to standard error stays in the executed
    notebook only: warnings hold paths of the machine.

    Attributes
    ----------
    notes : list of str
        What whoever makes the page should know, such as a picture that is not there.
    """

    export_from_notebook = "Report"
    key = Unicode(help="<notebook>/<report>, for the foot of the page").tag(config=True)
    data = Unicode(help="Hash of the data, for the foot of the page").tag(config=True)
    code = Unicode(help="Hash of the code, for the foot of the page").tag(config=True)
    command = Unicode(help="Command that makes the report, for the foot of the page").tag(config=True)
    links = List(help="Links to other pages, as notebook_reports.links has them").tag(config=True)

    @default("template_name")
    def _template_name_default(self):
        return "report"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self):
        return [str(TEMPLATES)]

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self._begin("ko", None)

    def _begin(self, language: str, folder: Path | None) -> None:
        self._words, self._folder = own_words(language), folder
        self.notes: list[str] = []
        self._names: dict[str, str] = {}
        self._varies = False

    def _preprocess(self, nb, resources):
        return nb, resources  # what is to be left out is left out below, and what is made there need not be checked

    def default_filters(self):
        """The filters of nbconvert, with code highlighted in fewer marks, and HTML without style for JupyterLab."""
        yield from super().default_filters()
        yield from {"ansi2html": coloured, "highlight_code": highlighted, "undressed": undressed}.items()

    @pass_context
    def markdown2html(self, _context, source):
        """The filter of nbconvert, with formulas as MathML, which needs no script, and no links on headings."""
        html = MarkdownWithMath(WithFormulas(self._tell)).render(source)
        html = html.replace("<pre>", f"<pre {self._box('code')}>")
        boxed = rf'<div class="scroll" {self._box("table")}>\g<0></div>'
        return self._with_pictures(re.sub(r"<table>.*?</table>", boxed, html, flags=re.DOTALL))

    def from_notebook_node(self, nb, resources=None, **options):
        """The page of an executed notebook; RunError where it shows no front page or records a result twice."""
        run, language = collected(nb), language_of(nb)
        path = (resources or {}).get("metadata", {}).get("path")
        self._begin(language, None if path is None else Path(path))
        cells, ended = until_it_ends(nb.cells)
        if ended:
            self._tell(ended)
        notebook = NotebookNode({**nb, "cells": on_page(cells, language, self._shown)})
        contents: list[dict[str, str]] = []
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell["html"] = anchored(self.markdown2html({}, cell.source), contents)
        if notebook.cells and "</h1>" in notebook.cells[0].get("html", ""):
            notebook.cells[0]["titled"] = True
        own = "".join(output.data.get("text/html", "") for cell in notebook.cells for output in reported(cell))
        opens = any(FRONT in output.data for cell in notebook.cells for output in reported(cell))
        page = {
            "language": language,
            "text": self._words.text,
            "front": run.front,
            "opens": opens,
            "results": run.results,
            "ended": ended,
            "parameters": dict(sorted(nb.metadata.get("papermill", {}).get("parameters", {}).items())),
            "again": "same_bytes" if opens and not self._varies else "same_way",
            "sources": SOURCES if f'id="{SOURCES}"' in own else "",
            **{name: getattr(self, name) for name in ("key", "data", "code", "command", "links")},
            "groups": [(group, list(links)) for group, links in groupby(self.links, attrgetter("group"))],
            "terms": PLACE,
            "number": brief,
            "headings": contents,
            "css": stylesheet(),
        }
        # HTMLExporter's own method passes the page through an HTML parser that writes SVG attributes in lower case.
        resources = {**(resources or {}), "report": page}
        html, resources = TemplateExporter.from_notebook_node(self, notebook, resources=resources, **options)
        html = explained(html, run.terms, self._words)
        html = html.replace("/*fonts*/", font_faces(own, run.fonts), 1)
        needed = not opens or re.search(r'class="(?:ansi|output_|missing|ended)| foreign"', html)
        html = html.replace("<!--cells-->", resources["include_css"]("cells.css") if needed else "", 1)
        pieces = re.split(r"(<pre\b.*?</pre>)", html, flags=re.DOTALL)
        pieces[::2] = [re.sub(r"\n\s*\n+", "\n", piece) for piece in pieces[::2]]
        return "".join(pieces).strip() + "\n", resources

    def _box(self, word: str) -> str:
        """Attributes of an element that scrolls, by keyboard too."""
        return f'tabindex="0" role="group" aria-label="{self._words.text(word)}"'

    def _tell(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _shown(self, output: NotebookNode, number: object, folded: bool) -> NotebookNode:
        """An output of a cell as a page can show it: in the best of its kinds, the same in every run."""
        if output.output_type == "error":
            lines = [_FOLDERS.sub(r"\1", line) + "\n" for line in output.traceback]
            return NotebookNode({**output, "traceback": lines, "folded": folded})
        self._varies |= bool(_VARYING.search(output.get("text", "")))
        if output.output_type == "stream" or from_report(output):
            return NotebookNode({**output, "folded": folded})
        data = dict(output.data)
        for kind in ("image/gif", "image/webp"):
            if kind in data:
                data["text/html"] = f'<img alt="" src="data:{kind};base64,{data[kind].strip()}">'
        for kind in ("text/html", "image/svg+xml"):
            if kind in data:
                data[kind] = steady(data[kind], self._names)
        others = [kind for kind in output.data if kind.startswith("application/")]
        if needed := _SCRIPT.search(data.get("text/html", "")):
            if others or not data.keys().isdisjoint(_PICTURES):
                del data["text/html"]
            else:
                self._tell(f"HTML of cell {number} needs a script that a page does not hold: {needed[1]}")
        best = next((kind for kind in _KINDS if kind in data), "")
        if others and best in ("text/plain", ""):
            known = re.search("widget|plotly|javascript", " ".join(others))
            name = known[0] if known else re.split(r"[/.+]", others[0].replace("vnd.", ""))[1]
            instead = "its text stands in its place" if best else "it has no text to stand in its place"
            self._tell(f"a {name} output of cell {number} cannot be shown here; {instead}")
            if not best:
                best = "text/plain"
                data[best] = str(self._words.text("not_shown", kind=name))
        foreign = False
        if best == "text/html":
            frame = compact(data[best], self._words.text("code_output"))
            foreign = frame == data[best]
            data[best] = self._with_pictures(frame if foreign or not folded else first_rows(frame, self._words))
        self._varies |= bool(_VARYING.search(data.get(best, "")))
        metadata = NotebookNode({"alt": self._words.text("code_output"), **output.get("metadata", {})})
        kept = {best: data[best]} if data.get(best, "").strip() else {}
        ways = {"metadata": metadata, "folded": folded, "foreign": foreign}
        return NotebookNode({**output, "data": NotebookNode(kept), **ways})

    def _with_pictures(self, html: str) -> str:
        """HTML with the pictures beside the notebook inside it."""
        return _PICTURE.sub(self._picture, html) if "<img" in html else html

    def _picture(self, tag: re.Match) -> str:
        address = unescape(tag["address"] or "").strip()
        if not address:
            return tag[0]
        alt = re.search(r"\balt\s*=\s*(?:\"([^\"]*)|'([^']*)|(\w+))", tag[0])
        whole = tag[0] if alt else f'<img alt="{self._words.text("code_output")}"{tag[0][4:]}'
        if address.startswith("data:") or not self._folder:
            return whole
        if re.match(r"(https?:)?//", address, re.IGNORECASE):
            self._tell(f"picture {address} is on the network and shows only where there is one")
            return whole
        path = _beside(self._folder, address)
        kind = str(path and mimetypes.guess_type(path.name)[0])
        with suppress(OSError):
            if kind.startswith("image/"):
                held = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
                return whole.replace(tag["source"], f'src="{held}"')
        self._tell(f"picture {address} is not there")
        said = alt and next(filter(None, alt.groups()), "")
        return f'<span class="missing">{said or escape(address)}</span>'


@cache
def _exporter() -> ReportExporter:
    return ReportExporter()


def render(
    notebook: NotebookNode, foot: dict[str, str], folder: Path | None = None, notes: list[str] | None = None
) -> str:
    """Render an executed notebook as one HTML file.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill executed it.
    foot : dict
        ``key``, ``data``, ``code`` and ``command`` of :class:`ReportExporter`, and ``links`` where there are any.
    folder : Path, optional
        Where the notebook stands; pictures beside it become part of the page.
    notes : list of str, optional
        Takes what whoever makes the page should know.
    """
    exporter = _exporter()  # templates once read are kept
    for name in ("key", "data", "code", "command"):
        setattr(exporter, name, foot[name])
    exporter.links = list(foot.get("links", ()))
    html = exporter.from_notebook_node(notebook, {"metadata": {"path": str(folder)} if folder else {}})[0]
    if notes is not None:
        notes += [note for note in exporter.notes if note not in notes]
    return html


def pictures(notebook: NotebookNode, folder: Path) -> list[Path]:
    """Files beside a notebook that its page would hold as pictures, also those that are not there.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill executed it.
    folder : Path
        Where the notebook stands.
    """
    texts = [text_of(cell) for cell in notebook.cells if cell.cell_type == "markdown"]
    data = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ())]
    texts += [text for each in data for kind, text in each.items() if kind in ("text/html", "text/markdown")]
    render = ReportExporter().markdown2html
    html = "".join(render({}, text) for text in texts if "![" in text or "<img" in text)
    found = (unescape(tag["address"] or "") for tag in _PICTURE.finditer(html))
    paths = [_beside(folder, address) for address in dict.fromkeys(found) if address and ":" not in address]
    return [path for path in paths if path and not path.is_dir()]


_PICTURE = re.compile(
    r"<(?P<closed>script|style|textarea|pre)\b.*?(?:</(?P=closed)>|\Z)|<!--.*?(?:-->|\Z)"  # passed over whole
    r"|<img\b[^<>]*?(?P<source>\bsrc\s*=\s*(?P<quote>[\"']?)(?P<address>[^\"'<>]*?)(?P=quote))(?=[\s/>])[^<>]*>",
    flags=re.DOTALL | re.IGNORECASE,
)


def _beside(folder: Path, address: str) -> Path | None:
    """The file to which an address leads, where it is in the notebook's folder or in the project around it."""
    marks = (".git", "pyproject.toml", "reports/reports.yml")
    folder = folder.resolve()
    around = [each for each in (folder, *folder.parents) if any((each / mark).exists() for mark in marks)]
    with suppress(ValueError):  # the address holds what no path may
        path = (folder / unquote(re.split("[?#]", address)[0])).resolve()
        if path.is_relative_to(around[0] if around else folder) and not address.startswith("/"):
            return path
    return None


_SCRIPT = re.compile(
    r"<script\b[^<>]*?(?:\bsrc\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)|>[^<]*?\b((?:require(?:js)?)\s*\(\s*\[))", re.I
)
_FOLDERS = re.compile(
    r"(^|[\s\"'(]|\x1b\[[\d;]*m)(?:~|/|[A-Z]:\\)[^\s:\x1b]{0,500}[/\\](?=[^\s:/\\\x1b]{1,100}\.pyx?\b)"
)
"""What stands before the names of modules in an error: it differs from machine to machine."""
_VARYING = re.compile(r"\bat 0x[0-9a-f]{6,}|\bWall time: |\bper loop\b")
"""Outputs that differ from run to run, so that no page with them can be made again to the byte."""
