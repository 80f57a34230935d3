"""Turns an executed notebook into one HTML file that needs nothing from a network."""

import base64
import mimetypes
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from html import unescape
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from jinja2 import pass_context
from markupsafe import escape
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets import List, Unicode, default

from notebook_reports import FRONT, RESULT, SOURCES
from notebook_reports.execute import coalesced, collected, from_report, language_of
from notebook_reports.fonts import font_faces
from notebook_reports.glossary import PLACE, explained
from notebook_reports.lab import undressed
from notebook_reports.page import TEMPLATES, brief, stylesheet
from notebook_reports.sections import Sections, in_two_languages, split, text_of
from notebook_reports.words import Words, own_words

ROWS = 4
"""Rows that a frame of a cell has on a page, inside the cell's folded code."""

_highlight = Highlight2HTML(pygments_lexer="ipython3")
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
        html = MarkdownWithMath(_WithFormulas(self._tell)).render(source)
        html = html.replace("<pre>", f"<pre {self._box('code')}>")
        boxed = rf'<div class="scroll" {self._box("table")}>\g<0></div>'
        return self._with_pictures(re.sub(r"<table>.*?</table>", boxed, html, flags=re.DOTALL))

    def from_notebook_node(self, nb, resources=None, **options):
        """The page of an executed notebook; RunError where it shows no front page or records a result twice."""
        run, language = collected(nb), language_of(nb)
        path = (resources or {}).get("metadata", {}).get("path")
        self._begin(language, None if path is None else Path(path))
        cells, ended = _until_it_ends(nb.cells)
        if ended:
            self._tell(ended)
        notebook = NotebookNode({**nb, "cells": _on_page(cells, language, self._shown)})
        contents: list[dict[str, str]] = []
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell["html"] = _anchored(self.markdown2html({}, cell.source), contents)
        if notebook.cells and "</h1>" in notebook.cells[0].get("html", ""):
            notebook.cells[0]["titled"] = True
        own = "".join(output.data.get("text/html", "") for cell in notebook.cells for output in _reported(cell))
        opens = any(FRONT in output.data for cell in notebook.cells for output in _reported(cell))
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
                data[kind] = _steady(data[kind], self._names)
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
            data[best] = self._with_pictures(frame if foreign or not folded else _first_rows(frame, self._words))
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


class _WithFormulas(IPythonRenderer):
    """nbconvert's Markdown, but formulas in LaTeX become MathML in place of something for MathJax."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._tell = tell

    def _embed_image_or_attachment(self, src):
        return src  # attachments are in the text already

    def inline_math(self, body):
        return self._laid_out(body, "inline", f"${body}$")

    def block_math(self, body):
        return self._laid_out(body, "block", f"$${body}$$")

    def latex_environment(self, name, body):
        whole = rf"\begin{{{name}}}{body}\end{{{name}}}"
        return self._laid_out(whole, "block", whole)

    def _laid_out(self, formula: str, display: str, source: str) -> str:
        try:
            return _mathml(formula, display)
        except Exception:  # noqa: BLE001 — latex2mathml has no class of its own for what it cannot read
            shown = " ".join(source.split())
            self._tell(f"a formula cannot be laid out, its source stands in its place: {shown[:80]}")
            return f"<code>{escape(source)}</code>"


_SPELLINGS = (
    (r"\\(begin|end)\{(?:aligned|alignat\*?|alignedat)\}(\{\d+\})?", r"\\\1{split}"),
    (r"\\begin\{(?:gather(?:ed|\*)?|multline\*?)\}", r"\\begin{array}{c}"),
    (r"\\begin\{eqnarray\*?\}", r"\\begin{array}{rcl}"),
    (r"\\end\{(?:gather(?:ed|\*)?|multline\*?|eqnarray\*?)\}", r"\\end{array}"),
    (r"\\(begin|end)\{(?:equation|displaymath|math)\*?\}|\\label\{[^}]*\}|\\(?:nonumber|notag)\b", ""),
)
"""Environments that the converter does not know, by others that look alike, and what only numbers an equation."""


def _mathml(formula: str, display: str) -> str:
    """A formula as MathML; an exception of some kind where the converter does not know all of it."""
    from latex2mathml.converter import convert  # a seventh of a second that pages without formulas need not spend

    for pattern, known in _SPELLINGS:
        formula = re.sub(pattern, known, formula)
    math = convert(formula.strip(), display=display)
    for element in ElementTree.fromstring(math).iter():  # noqa: S314 — the converter has written it
        if (element.text or "").startswith("\\") or (element.tag.endswith("mfrac") and len(element) != 2):
            raise ValueError(element.text)
    return math.replace("<math", '<math tabindex="0"', 1) if display == "block" else math


def _reported(cell: NotebookNode) -> list[NotebookNode]:
    """What a cell showed through Report."""
    return [output for output in cell.get("outputs", ()) if from_report(output)]


def _until_it_ends(cells: list[NotebookNode]) -> tuple[list[NotebookNode], str]:
    """The cells up to the one in which a notebook ended itself before others ran, and a note that says so."""
    for place, cell in enumerate(cells):
        later = [each for each in cells[place + 1 :] if each.cell_type == "code" and each.source.strip()]
        if later and not any(each.execution_count for each in later):
            errors = {output["ename"] for output in cell.get("outputs", ()) if output["output_type"] == "error"}
            if errors == {"SystemExit"} or (not errors and cell.metadata.get("papermill", {}).get("exception")):
                outputs = [output for output in cell.outputs if output["output_type"] != "error"]
                last = NotebookNode({**cell, "outputs": outputs})
                return [*cells[:place], last], f"ended early in cell {cell.execution_count}: SystemExit"
    return cells, ""


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
_RANDOM = re.compile(
    r"\bT_[0-9a-f]{5}(?![0-9A-Za-z])|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|\b[mp][0-9a-f]{10}\b"
)
"""Ids, or parts of them, that pandas, matplotlib and others draw at random."""


def _steady(text: str, names: dict[str, str]) -> str:
    """HTML or SVG the same in every run: ids drawn at random by their number on the page, and no date."""
    for identifier in re.findall(r"\bid=(?:[\"']|&quot;|&#34;)?([^\s\"'>&]+)", text):
        if found := _RANDOM.search(identifier):
            names.setdefault(found[0], f"out_{len(names) + 1}")
    text = re.sub(r"\s*<dc:date>[^<]*</dc:date>", "", text)
    return _RANDOM.sub(lambda old: names.get(old[0], old[0]), text)


_LEFT_OUT = {"parameters", "injected-parameters", "panel", "remove-cell"}
"""Tags of cells that no page shows."""


EVIDENCE = "evidence"
"""Tag of a cell that backs what its section says: all that it shows through Report stands in the section's fold."""


def _on_page(cells: list[NotebookNode], language: str, shown: Callable) -> list[NotebookNode]:
    """The cells as a page shows them: texts in its language, and code cells with what stands open of their outputs.

    A section of a notebook that uses Report, from one heading of the second level to the next, ends in a fold with the
    paragraph under its heading, what its cells of evidence show, and the code of all its cells. Otherwise code is
    folded under what its cell shows. Code under a heading that is left off is joined to that of the next. Left to the
    notebook is code that sets up and opens the page, that leads to recorded results alone, or that had no output.
    """
    cells = [cell for cell in cells if not _LEFT_OUT & set(cell.metadata.get("tags", ()))]
    folds = any(map(_reported, cells))
    sections = Sections(language, hold=any(in_two_languages(c.source) for c in cells if c.cell_type == "markdown"))
    page, section, waiting, opening = [], _Section(), [], True
    for number, cell in enumerate(cells, start=1):
        tags = cell.metadata.get("tags", ())
        own = []
        if cell.cell_type == "markdown":
            text = text_of(cell)
            if folds and _opens_a_section(text):
                section.pieces += waiting
                waiting = []
            elif waiting and not (folds or sections.hold):
                page += [*map(_markdown_cell, sections.ran(True)), _code_cell([], waiting)]
                waiting = []
            sections.add(text)
            continue
        if cell.cell_type == "code":
            outputs = [] if "remove-output" in tags else coalesced(cell.outputs)
            called = cell.execution_count or number
            seen = [shown(output, called, folds and not from_report(output)) for output in outputs]
            seen = [output for output in seen if from_report(output) or _appears(output)]
            own = [output for output in seen if not output.folded]
            if cell.outputs or not folds:
                code = "" if "remove-input" in tags else cell.source
                waiting.append({"code": code, "outputs": [output for output in seen if output.folded]})
            if own and all(RESULT in output.get("data", {}) for output in own):
                waiting = []
        elif cell.metadata.get("raw_mimetype", "").lower() not in ("", "text/html"):
            continue
        for text in sections.ran(cell.cell_type == "raw" or any(map(_appears, own))):
            heading, _, lead = text.partition("\n")
            if not (folds and sections.hold and _opens_a_section(heading)):
                page.append(_markdown_cell(text))
                continue
            page += [] if opening else section.end()
            section, opening = _Section(lead.strip()), False
            page.append(_markdown_cell(heading))
        if cell.cell_type == "raw":
            page.append(cell)
        elif not folds and own:
            page.append(_code_cell(own, waiting))
            waiting = []
        elif own and EVIDENCE in tags:
            section.evidence += own
        elif own:
            page.append(_code_cell(own, []))
        if own:
            section.pieces += waiting
            waiting = []
    if any(piece["outputs"] for piece in waiting):
        section.pieces += waiting
    ending = section.end() if folds else [_code_cell([], waiting)] if waiting else []
    texts = list(map(_markdown_cell, sections.end()))
    return [*page, *ending, *texts] if folds or sections.hold else [*page, *texts, *ending]


def _opens_a_section(text: str) -> bool:
    return any(level == 2 for level, _ in split(text))


def _markdown_cell(text: str) -> NotebookNode:
    return NotebookNode(cell_type="markdown", source=text, metadata=NotebookNode())


@dataclass
class _Section:
    """What stands folded at the end of a section."""

    lead: str = ""
    evidence: list[NotebookNode] = field(default_factory=list)
    pieces: list[dict] = field(default_factory=list)

    def end(self) -> list[NotebookNode]:
        cell = _code_cell(self.evidence, self.pieces)
        if self.lead or self.evidence:
            cell.metadata["lead"] = self.lead
        return [cell] if self.lead or self.evidence or cell.metadata["pieces"] else []


def _code_cell(outputs: list[NotebookNode], pieces: list[dict]) -> NotebookNode:
    """Outputs, with pieces of code below them, those without outputs joined to the next."""
    joined = [{"code": [], "outputs": []}]
    for piece in pieces:
        if joined[-1]["outputs"]:
            joined.append({"code": [], "outputs": []})
        joined[-1]["code"] += [piece["code"]] if piece["code"].strip() else []
        joined[-1]["outputs"] = piece["outputs"]
    metadata = NotebookNode(pieces=joined if any(piece["code"] or piece["outputs"] for piece in joined) else [])
    return NotebookNode(cell_type="code", source="", execution_count=None, outputs=outputs, metadata=metadata)


def _appears(output: NotebookNode) -> bool:
    """Whether an output is seen where it stands."""
    if output.output_type == "stream":
        return output.name == "stdout" and bool(output.text.strip())
    return output.output_type == "error" or (bool(output.data) and RESULT not in output.data)


def compact(html: str, name: str) -> str:
    """A data frame as pandas shows it without what the page's own style says, and with a name; other HTML as it is."""
    if 'class="dataframe"' not in html:
        return html
    html = re.sub(r"<style scoped>.*?</style>| style=\"text-align: \w+;\"", "", html, flags=re.DOTALL)
    html = re.sub(r'<table border="\d" class="dataframe">', f'<table aria-label="{name}">', html)
    html = re.sub(r">\s+<", "><", html.replace("<th></th>", "<td></td>")).strip()
    return html.removeprefix("<div>").removesuffix("</div>")


def _first_rows(table: str, words: Words) -> str:
    """A data frame's HTML with its first rows only, and how many there are; the notebook shows them all."""
    rows = re.findall(r"<tr>.*?</tr>", table.partition("<tbody>")[2], flags=re.DOTALL)
    if len(rows) <= ROWS:
        return table
    head, note = table.partition("<tbody>")[0], words.text("more_rows", rows=ROWS, count=len(rows))
    return f"{head}<tbody>{''.join(rows[:ROWS])}</tbody></table><p>{note}</p>"


def _anchored(html: str, contents: list[dict[str, str]]) -> str:
    """The HTML of a text with short anchors on its second-level headings, which are added to the list of contents."""

    def anchored(heading: re.Match) -> str:
        given = re.search(r"\bid=[\"']([^\"']+)", heading[1])
        name = given[1] if given else f"section-{len(contents) + 1}"
        contents.append({"id": name, "text": re.sub(r"</?(?:a|img|span)\b[^>]*>", "", heading[2])})
        return heading[0] if given else f'<h2 id="{name}"{heading[1]}>{heading[2]}</h2>'

    return re.sub(r"<h2\b([^>]*)>(.*?)</h2>", anchored, html, flags=re.DOTALL)


_ESCAPE = re.compile(r"(\x1b\[[^@-~\n]*[@-~])")
_CONTROL = re.compile(r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Z]|[\x00-\x08\x0b-\x1f\x7f]")
"""What else a terminal obeys: titles and links, character sets, and single characters."""


def coloured(text: str) -> str:
    """``ansi2html`` of nbconvert, a text by pieces, as its time grows with the square of their length."""
    pieces, html, said = _ESCAPE.split(text), [], {}
    for start in range(0, len(pieces), 128):
        group = pieces[start : start + 128]
        html.append(_CONTROL.sub("", ansi2html("".join([*said.values(), *group]))))
        for code in group[1::2]:
            if re.fullmatch(r"\x1b\[[0;]*m", code):
                said.clear()
            elif code.endswith("m"):  # the last of each kind is what counts
                kind = re.fullmatch(r"\x1b\[([34]8);(?:5;\d+|2;\d+;\d+;\d+)m", code)
                said.pop(kind[1] if kind else code, None)
                said[kind[1] if kind else code] = code
    return "".join(html)


def highlighted(pieces: list[str]) -> str:
    """Code as HTML without a box, with short marks for the tokens to which the style sheet gives a colour."""
    return "\n\n".join(highlight(piece) for piece in pieces)


@lru_cache(maxsize=1024)
def highlight(code: str) -> str:
    """A piece of code as HTML; kept, as the reports of a notebook have nearly all their code in common."""
    inside = re.search(r"<pre>(?:<span></span>)?(.*?)\s*</pre>", _highlight(code), flags=re.DOTALL)[1]
    inside = re.sub(
        r'<span class="c1">([^<]*)</span>', r"<em>\1</em>", inside
    )  # comments; the style sheet has a colour
    return re.sub(r'<span class="\w+">([^<]*)</span>', r"\1", inside).replace("</em><em>", "")
