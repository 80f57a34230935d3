"""What of a notebook's cells stands on a page, what open, and what in folds."""

from collections.abc import Callable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from notebook_reports import RESULT
from notebook_reports.execute import coalesced, from_report
from notebook_reports.sections import Sections, in_two_languages, split, text_of


def reported(cell: NotebookNode) -> list[NotebookNode]:
    """What a cell showed through Report."""
    return [output for output in cell.get("outputs", ()) if from_report(output)]


def until_it_ends(cells: list[NotebookNode]) -> tuple[list[NotebookNode], str]:
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


_LEFT_OUT = {"parameters", "injected-parameters", "panel", "remove-cell"}
"""Tags of cells that no page shows."""


EVIDENCE = "evidence"
"""Tag of a cell that backs what its section says: all that it shows through Report stands in the section's fold."""


def on_page(cells: list[NotebookNode], language: str, shown: Callable) -> list[NotebookNode]:
    """The cells as a page shows them: texts in its language, and code cells with what stands open of their outputs.

    A section of a notebook that uses Report, from one heading of the second level to the next, ends in a fold with the
    paragraph under its heading, what its cells of evidence show, and the code of all its cells. Otherwise code is
    folded under what its cell shows. Code under a heading that is left off is joined to that of the next. Left to the
    notebook is code that sets up and opens the page, that leads to recorded results alone, or that had no output.
    """
    cells = [cell for cell in cells if not _LEFT_OUT & set(cell.metadata.get("tags", ()))]
    folds = any(map(reported, cells))
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
