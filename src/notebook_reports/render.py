"""Turns an executed notebook into one HTML file that needs nothing from a network."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from importlib import resources
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from notebook_reports.fonts import font_faces

if TYPE_CHECKING:
    import nbformat

    from notebook_reports.execute import Execution

_COLOURED = "k|kn|kc|s1|s2|sa|si|c1|mi|mf"
"""Kinds of tokens to which templates/style.css gives a colour."""

TEMPLATES = Path(str(resources.files(__package__).joinpath("templates")))


@dataclass(frozen=True)
class Foot:
    """What the foot of a page says of its making; hashes of code are in the manifest, as they change more often."""

    key: str
    parameters: dict[str, object]
    data: str
    command: str


def stylesheet() -> str:
    """The style sheet of reports and of the index."""
    return (TEMPLATES / "style.css").read_text(encoding="utf-8").strip()


def render(run: Execution, language: str, foot: Foot) -> str:
    """Render an executed notebook as one HTML file.

    Cells tagged with the other language and the parameters are left out; code is folded away under what it
    shows; results stand in a table at the end. What a cell wrote to standard error stays in the executed
    notebook only: warnings hold paths of the machine.

    Parameters
    ----------
    run : Execution
        The executed notebook with what it recorded.
    language : str
        ``ko`` or ``en``.
    foot : Foot
        What made the page.
    """
    # nbconvert takes a second to import, which a run with nothing to do need not spend.
    from nbconvert.exporters import HTMLExporter, TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from traitlets.config import Config

    left_out = {"parameters", "injected-parameters", *({"ko", "en"} - {language})}
    notebook = deepcopy(run.notebook)
    notebook.cells = _joined([cell for cell in notebook.cells if not left_out & set(cell.metadata.get("tags", ()))])
    config = Config(HTMLExporter={"template_name": "report", "extra_template_basedirs": [str(TEMPLATES)]})
    page = {
        "language": language,
        "front": run.front,
        "results": run.results,
        "foot": foot,
        "number": _number,
        "headings": _headings(notebook),
        "css": stylesheet(),
    }
    exporter = HTMLExporter(config=config)
    highlight = Highlight2HTML(pygments_lexer="ipython3", parent=exporter)
    exporter.register_filter("highlight_code", lambda *args, **options: _coloured(highlight(*args, **options)))
    # HTMLExporter's own method passes the page through an HTML parser that writes SVG attributes in lower case.
    html, _ = TemplateExporter.from_notebook_node(exporter, notebook, resources={"report": page})
    html = _anchored(html)
    html = html.replace("/*fonts*/", font_faces(html, run.fonts))
    pieces = re.split(r"(<pre\b.*?</pre>)", html, flags=re.DOTALL)
    pieces[::2] = [re.sub(r"\n\s*\n+", "\n", piece) for piece in pieces[::2]]
    return "".join(pieces).strip() + "\n"


def _joined(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The cells, with code that shows nothing joined to the code cell after it."""
    joined, waiting = [], ""
    for cell in cells:
        if cell.cell_type == "code":
            cell.source = waiting + cell.source
            waiting = "" if cell.outputs else f"{cell.source}\n\n"
        if cell.cell_type != "code" or cell.outputs:
            joined.append(cell)
    return joined


def _headings(notebook: nbformat.NotebookNode) -> list[dict[str, str]]:
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


def _coloured(code: str) -> str:
    """Highlighted code without the marks of tokens that the style sheet leaves in the colour of the text."""
    return re.sub(rf'<span class="(?!(?:{_COLOURED})")\w+">([^<]*)</span>', r"\1", code)


def _number(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−")
