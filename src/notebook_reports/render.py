"""Turns an executed notebook into one HTML file that needs nothing from a network."""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import count, groupby
from operator import attrgetter

from jinja2 import pass_context
from markupsafe import escape
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from traitlets import List, Unicode, default

from notebook_reports import FRONT, RESULT, SOURCES
from notebook_reports.execute import collected, from_report, language_of
from notebook_reports.fonts import font_faces
from notebook_reports.glossary import PLACE, explained
from notebook_reports.lab import undressed
from notebook_reports.page import TEMPLATES, brief, stylesheet
from notebook_reports.sections import Sections, headings, in_two_languages, text_of
from notebook_reports.words import own_words

ROWS = 4
"""Rows that a frame of a cell has on a page, inside the cell's folded code."""

_highlight = Highlight2HTML(pygments_lexer="ipython3")
_MARKS = {"c1": "em"}
"""Short elements, to which templates/style.css gives a colour, for kinds of tokens: comments."""


class ReportExporter(HTMLExporter):
    """Turns an executed notebook into a report; ``jupyter nbconvert --to report`` has it too.

    Texts stand in the language of the report. A heading under which nothing appears is left off with its paragraph, and
    so are the parameters, the panel and cells tagged ``remove-cell``. What went through Report stands open, unless its
    cell is tagged ``evidence``; evidence and code are folded away, code with all else that it shows. Results stand in a
    table at the end. What a cell wrote to standard error stays in the executed notebook only: warnings hold paths of
    the machine.
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

    @default("default_preprocessors")
    def _default_preprocessors_default(self):
        return ["nbconvert.preprocessors.CoalesceStreamsPreprocessor"]  # the others would change nothing

    @default("optimistic_validation")
    def _optimistic_validation_default(self):
        return True  # once, not after each of them

    def default_filters(self):
        """The filters of nbconvert, with code highlighted in fewer marks, and HTML without style for JupyterLab."""
        yield from super().default_filters()
        yield "highlight_code", highlighted
        yield "on_page", _html

    @pass_context
    def markdown2html(self, context, source):
        """The filter of nbconvert, with formulas as MathML, which needs no script, and no links on headings."""
        attachments = context.get("cell", {}).get("attachments", {})
        return MarkdownWithMath(_WithFormulas(False, exclude_anchor_links=True, attachments=attachments)).render(source)

    def from_notebook_node(self, nb, resources=None, **options):
        """The page of an executed notebook; RunError where it shows no front page or records a result twice."""
        run, language = collected(nb), language_of(nb)
        parameters = dict(sorted(nb.metadata.get("papermill", {}).get("parameters", {}).items()))
        notebook = NotebookNode({**nb, "cells": _on_page(nb, language)})
        page = {
            "language": language,
            "text": own_words(language).text,
            "front": run.front,
            "opens": any(FRONT in output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", ())),
            "results": run.results,
            "foot": {
                "key": self.key,
                "parameters": parameters,
                "data": self.data,
                "code": self.code,
                "command": self.command,
                "sources": SOURCES if _shows_sources(notebook) else "",
            },
            "links": self.links,
            "groups": [(group, list(links)) for group, links in groupby(self.links, attrgetter("group"))],
            "terms": PLACE,
            "number": brief,
            "headings": _headings(notebook),
            "css": stylesheet(),
        }
        # HTMLExporter's own method passes the page through an HTML parser that writes SVG attributes in lower case.
        resources = {**(resources or {}), "report": page}
        html, resources = TemplateExporter.from_notebook_node(self, notebook, resources=resources, **options)
        html = explained(_anchored(html), run.terms, own_words(language))
        html = html.replace("/*fonts*/", font_faces(html, run.fonts))
        pieces = re.split(r"(<pre\b.*?</pre>)", html, flags=re.DOTALL)
        pieces[::2] = [re.sub(r"\n\s*\n+", "\n", piece) for piece in pieces[::2]]
        return "".join(pieces).strip() + "\n", resources


@cache
def _exporter() -> ReportExporter:
    return ReportExporter()


def render(notebook: NotebookNode, foot: dict[str, str]) -> str:
    """Render an executed notebook as one HTML file.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill executed it.
    foot : dict
        ``key``, ``data``, ``code`` and ``command`` of :class:`ReportExporter`, and ``links`` where there are any.
    """
    exporter = _exporter()  # templates once read are kept
    for name in ("key", "data", "code", "command"):
        setattr(exporter, name, foot[name])
    exporter.links = list(foot.get("links", ()))
    return exporter.from_notebook_node(notebook)[0]


class _WithFormulas(IPythonRenderer):
    """nbconvert's Markdown, but formulas in LaTeX become MathML in place of something for MathJax."""

    def inline_math(self, body):
        return _mathml(body, "inline")

    def block_math(self, body):
        return _mathml(body, "block")

    def latex_environment(self, name, body):
        return _mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


def _mathml(formula: str, display: str) -> str:
    from latex2mathml.converter import convert  # a seventh of a second that pages without formulas need not spend

    return convert(formula.strip(), display=display)


def _shows_sources(notebook: NotebookNode) -> bool:
    """Whether the page has a table of its sources, as :meth:`notebook_reports.report.Report.sources` writes it."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return any(f'id="{SOURCES}"' in output.get("data", {}).get("text/html", "") for output in outputs)


_LEFT_OUT = {"parameters", "injected-parameters", "panel", "remove-cell"}
"""Tags of cells that no page shows."""


EVIDENCE = "evidence"
"""Tag of a cell that backs what its section says: all that it shows through Report stands in the section's fold."""


def _on_page(notebook: NotebookNode, language: str) -> list[NotebookNode]:
    """The cells as a page shows them: texts in its language, and code cells with what stands open of their outputs.

    A section of a notebook that uses Report, from one heading of the second level to the next, ends in a fold with the
    paragraph under its heading, what its cells of evidence show, and the code of all its cells. Otherwise code is
    folded under what its cell shows. Code under a heading that is left off is joined to that of the next. Left to the
    notebook is code that sets up and opens the page, that leads to recorded results alone, or that had no output.
    """
    cells = [cell for cell in notebook.cells if not _LEFT_OUT & set(cell.metadata.get("tags", ()))]
    folds = any(from_report(output) for cell in cells for output in cell.get("outputs", ()))
    sections = Sections(language, hold=any(in_two_languages(c.source) for c in cells if c.cell_type == "markdown"))
    page, section, waiting, opening = [], _Section(), [], True
    for cell in cells:
        if cell.cell_type == "markdown":
            if headings(text := text_of(cell), 2):
                section.pieces += waiting
                waiting = []
            sections.add(text)
        elif cell.cell_type == "code":
            own = [output for output in cell.outputs if from_report(output) or not folds]
            others = [output for output in cell.outputs if folds and not from_report(output)]
            small = [html for output in others if (html := _small(output, language))]
            if cell.outputs or not folds:
                waiting.append({"code": cell.source, "outputs": small})
            if own and all(RESULT in output.get("data", {}) for output in own):
                waiting = []
            for text in sections.ran(any(map(_appears, own))):
                heading, _, lead = text.partition("\n")
                if not (folds and sections.hold and headings(heading, 2)):
                    page.append(new_markdown_cell(text))
                    continue
                page += [] if opening else section.end()
                section, opening = _Section(lead.strip()), False
                page.append(new_markdown_cell(heading))
            if not folds and own:
                page.append(_code_cell(own, waiting))
                waiting = []
            elif own and EVIDENCE in cell.metadata.get("tags", ()):
                section.evidence += own
            elif own:
                page.append(_code_cell(own, []))
            if own:
                section.pieces += waiting
                waiting = []
    if any(piece["outputs"] for piece in waiting):
        section.pieces += waiting
    ending = section.end() if folds else [_code_cell([], waiting)] if waiting else []
    return [*page, *ending, *map(new_markdown_cell, sections.end())]


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
    return new_code_cell(outputs=outputs, metadata={"pieces": joined if joined[0]["code"] else []})


def _appears(output: NotebookNode) -> bool:
    """Whether an output that stands open is seen where it stands."""
    if output.output_type == "stream":
        return output.name == "stdout"
    return output.output_type != "error" and RESULT not in output.data


def _html(shown: str, name: str) -> str:
    """HTML that stands open; a data frame as pandas shows it in a box that scrolls."""
    if 'class="dataframe"' in shown:
        return f'<div class="scroll" tabindex="0" role="group" aria-label="{name}">{compact(shown, name)}</div>'
    return undressed(shown)


def _small(output: NotebookNode, language: str) -> str:
    """An output that is folded away with its code, as HTML in a box that scrolls; empty where nothing is to be seen."""
    data = output.get("data", {})
    name = own_words(language).text("code_output")
    box = f'class="output" tabindex="0" role="group" aria-label="{name}"'
    if "text/html" in data:
        table = compact(data["text/html"], name)
        return f"<div {box}>{table if table == data['text/html'] else _first_rows(table, language)}</div>"
    if "image/svg+xml" in data:
        return f"<div {box}>{data['image/svg+xml']}</div>"
    if "image/png" in data:
        return f'<div {box}><img alt="" src="data:image/png;base64,{data["image/png"].strip()}"></div>'
    text = output.text if output.get("name") == "stdout" else data.get("text/plain", "")
    return f"<pre {box}>{escape(text.rstrip())}</pre>" if text.strip() else ""


def compact(html: str, name: str) -> str:
    """A data frame as pandas shows it without what the page's own style says, and with a name; other HTML as it is."""
    if 'class="dataframe"' not in html:
        return html
    html = re.sub(r"<style scoped>.*?</style>| style=\"text-align: \w+;\"", "", html, flags=re.DOTALL)
    html = re.sub(r'<table border="\d" class="dataframe">', f'<table aria-label="{name}">', html)
    html = re.sub(r">\s+<", "><", html.replace("<th></th>", "<td></td>")).strip()
    return html.removeprefix("<div>").removesuffix("</div>")


def _first_rows(table: str, language: str) -> str:
    """A data frame's HTML with its first rows only, and how many there are; the notebook shows them all."""
    rows = re.findall(r"<tr>.*?</tr>", table.partition("<tbody>")[2], flags=re.DOTALL)
    if len(rows) <= ROWS:
        return table
    head, note = table.partition("<tbody>")[0], own_words(language).text("more_rows", rows=ROWS, count=len(rows))
    return f"{head}<tbody>{''.join(rows[:ROWS])}</tbody></table><p>{note}</p>"


def _headings(notebook: NotebookNode) -> list[dict[str, str]]:
    """Second-level headings for the list of contents, numbered as :func:`_anchored` numbers them."""
    texts = [text for cell in notebook.cells if cell.cell_type == "markdown" for text in headings(cell.source, 2)]
    return [{"text": text, "id": f"section-{number}"} for number, text in enumerate(texts, start=1)]


def _anchored(html: str) -> str:
    """The page with short anchors on its second-level headings, to which the list of contents leads."""
    numbers = count(1)
    return re.sub("<h2>", lambda _: f'<h2 id="section-{next(numbers)}">', html)


def highlighted(pieces: list[str]) -> str:
    """Code as HTML without a box, with short marks for the tokens to which the style sheet gives a colour."""
    return "\n\n".join(highlight(piece) for piece in pieces)


@lru_cache(maxsize=1024)
def highlight(code: str) -> str:
    """A piece of code as HTML; kept, as the reports of a notebook have nearly all their code in common."""
    inside = re.search(r"<pre>(?:<span></span>)?(.*?)\s*</pre>", _highlight(code), flags=re.DOTALL)[1]
    marked = re.sub(r'<span class="(\w+)">([^<]*)</span>', _marked, inside)
    return re.sub(r"</(b|i|em)><\1>", "", marked)


def _marked(token: re.Match) -> str:
    mark = _MARKS.get(token[1])
    return f"<{mark}>{token[2]}</{mark}>" if mark else token[2]
