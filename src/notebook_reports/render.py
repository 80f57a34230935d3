"""Turns an executed notebook into one HTML file that needs nothing from a network."""

import re
from copy import deepcopy
from functools import cache, lru_cache
from itertools import count

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets import Unicode, default

from notebook_reports import SOURCES
from notebook_reports.execute import collected
from notebook_reports.fonts import font_faces
from notebook_reports.page import TEMPLATES, brief, stylesheet

_highlight = Highlight2HTML(pygments_lexer="ipython3")
_COLOURED = "k|kn|kc|s1|s2|sa|si|c1|mi|mf"
"""Kinds of tokens to which templates/style.css gives a colour."""


class ReportExporter(HTMLExporter):
    """Turns an executed notebook into a report; ``jupyter nbconvert --to report`` has it too.

    Cells tagged with the other language, the parameters and the panel are left out; code is folded away under what it
    shows; results stand in a table at the end. What a cell wrote to standard error stays in the executed
    notebook only: warnings hold paths of the machine.
    """

    export_from_notebook = "Report"
    key = Unicode(help="<notebook>/<report>, for the foot of the page").tag(config=True)
    data = Unicode(help="Hash of the data, for the foot of the page").tag(config=True)
    code = Unicode(help="Hash of the code, for the foot of the page").tag(config=True)
    command = Unicode(help="Command that makes the report, for the foot of the page").tag(config=True)

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
        """The filters of nbconvert, with code highlighted in fewer marks."""
        yield from super().default_filters()
        yield "highlight_code", highlighted

    @pass_context
    def markdown2html(self, context, source):
        """The filter of nbconvert, with formulas as MathML, which needs no script, and no links on headings."""
        attachments = context.get("cell", {}).get("attachments", {})
        return MarkdownWithMath(_WithFormulas(False, exclude_anchor_links=True, attachments=attachments)).render(source)

    def from_notebook_node(self, nb, resources=None, **options):
        """The page of an executed notebook; RunError where it shows no front page or records a result twice."""
        run = collected(nb)
        parameters = dict(sorted(nb.metadata.get("papermill", {}).get("parameters", {}).items()))
        language = str(parameters.get("language", "ko"))
        left_out = {"parameters", "injected-parameters", "panel", *({"ko", "en"} - {language})}
        notebook = deepcopy(nb)
        notebook.cells = _joined([cell for cell in notebook.cells if not left_out & set(cell.metadata.get("tags", ()))])
        page = {
            "language": language,
            "front": run.front,
            "results": run.results,
            "foot": {
                "key": self.key,
                "parameters": parameters,
                "data": self.data,
                "code": self.code,
                "command": self.command,
                "sources": SOURCES if _shows_sources(notebook) else "",
            },
            "number": brief,
            "headings": _headings(notebook),
            "css": stylesheet(),
        }
        # HTMLExporter's own method passes the page through an HTML parser that writes SVG attributes in lower case.
        resources = {**(resources or {}), "report": page}
        html, resources = TemplateExporter.from_notebook_node(self, notebook, resources=resources, **options)
        html = _anchored(html)
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
        ``key``, ``data``, ``code`` and ``command`` of :class:`ReportExporter`.
    """
    exporter = _exporter()  # templates once read are kept
    for name in ("key", "data", "code", "command"):
        setattr(exporter, name, foot[name])
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
    """Whether the page has a table of its sources, as :meth:`notebook_reports.display.Report.sources` writes it."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return any(f'id="{SOURCES}"' in output.get("data", {}).get("text/html", "") for output in outputs)


def _joined(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells, with code that shows nothing joined to the code cell after it, each with the pieces of its code."""
    joined, waiting = [], []
    for cell in cells:
        if cell.cell_type == "code":
            cell.metadata["pieces"] = [*waiting, cell.source]
            waiting = [] if cell.outputs else cell.metadata["pieces"]
        if cell.cell_type != "code" or cell.outputs:
            joined.append(cell)
    return joined


def _headings(notebook: NotebookNode) -> list[dict[str, str]]:
    """Second-level headings for the list of contents, numbered as :func:`_anchored` numbers them."""
    texts = [
        line[3:].strip()
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    return [{"text": text, "id": f"section-{number}"} for number, text in enumerate(texts, start=1)]


def _anchored(html: str) -> str:
    """The page with short anchors on its second-level headings, to which the list of contents leads."""
    numbers = count(1)
    return re.sub("<h2>", lambda _: f'<h2 id="section-{next(numbers)}">', html)


def highlighted(pieces: list[str]) -> str:
    """Code as HTML without a box, with marks only for the tokens to which the style sheet gives a colour."""
    return "\n\n".join(highlight(piece) for piece in pieces)


@lru_cache(maxsize=1024)
def highlight(code: str) -> str:
    """A piece of code as HTML; kept, as the reports of a notebook have nearly all their code in common."""
    inside = re.search(r"<pre>(?:<span></span>)?(.*?)\s*</pre>", _highlight(code), flags=re.DOTALL)[1]
    return re.sub(rf'<span class="(?!(?:{_COLOURED})")\w+">([^<]*)</span>', r"\1", inside)
