"""Turns an executed notebook into one HTML file that needs nothing from a network."""

import re
from copy import deepcopy
from functools import cache, lru_cache
from itertools import count

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from traitlets import Unicode, default

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
        """nbconvert's filters, with code highlighted in fewer marks."""
        yield from super().default_filters()
        yield "highlight_code", highlighted

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
            "foot": {"key": self.key, "parameters": parameters, "data": self.data, "command": self.command},
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
        ``key``, ``data`` and ``command`` of :class:`ReportExporter`.
    """
    exporter = _exporter()  # templates once read are kept
    exporter.key, exporter.data, exporter.command = foot["key"], foot["data"], foot["command"]
    return exporter.from_notebook_node(notebook)[0]


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
    """The page with short anchors on its second-level headings, in place of nbconvert's percent-encoded ones."""
    numbers = count(1)
    pattern = r'<h2 id="[^"]*">(.*?)<a class="anchor-link"[^>]*>.*?</a></h2>'
    return re.sub(pattern, lambda heading: f'<h2 id="section-{next(numbers)}">{heading[1]}</h2>', html)


def highlighted(pieces: list[str]) -> str:
    """Code as HTML, with marks only for the tokens to which the style sheet gives a colour."""
    code = "\n\n".join(highlight(piece) for piece in pieces)
    return f'<div class="highlight"><pre>{code}</pre></div>'


@lru_cache(maxsize=1024)
def highlight(code: str) -> str:
    """A piece of code as HTML; kept, as the reports of a notebook have nearly all their code in common."""
    inside = re.search(r"<pre>(.*)</pre>", _highlight(code), flags=re.DOTALL)[1].rstrip("\n")
    return re.sub(rf'<span class="(?!(?:{_COLOURED})")\w+">([^<]*)</span>', r"\1", inside.removeprefix("<span></span>"))
