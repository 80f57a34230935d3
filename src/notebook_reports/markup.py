"""Pieces of HTML that pages are made of: code, formulas, frames, what a terminal would show."""

import re
from collections.abc import Callable
from functools import lru_cache
from xml.etree import ElementTree

from markupsafe import escape
from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer

from notebook_reports.words import Words

ROWS = 4
"""Rows that a frame of a cell has on a page, inside the cell's folded code."""

_highlight = Highlight2HTML(pygments_lexer="ipython3")


class WithFormulas(IPythonRenderer):
    """nbconvert's Markdown, but formulas in LaTeX become MathML in place of something for MathJax."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._tell = tell

    def _embed_image_or_attachment(self, src):
        return src  # attachments are in the text already

    def inline_math(self, body):
        """A formula in a line of text."""
        return self._laid_out(body, "inline", f"${body}$")

    def block_math(self, body):
        """A formula by itself."""
        return self._laid_out(body, "block", f"$${body}$$")

    def latex_environment(self, name, body):
        """An environment of LaTeX, as a formula by itself."""
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


_RANDOM = re.compile(
    r"\bT_[0-9a-f]{5}(?![0-9A-Za-z])|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|\b[mp][0-9a-f]{10}\b"
)
"""Ids, or parts of them, that pandas, matplotlib and others draw at random."""


def steady(text: str, names: dict[str, str]) -> str:
    """HTML or SVG the same in every run: ids drawn at random by their number on the page, and no date."""
    for identifier in re.findall(r"\bid=(?:[\"']|&quot;|&#34;)?([^\s\"'>&]+)", text):
        if found := _RANDOM.search(identifier):
            names.setdefault(found[0], f"out_{len(names) + 1}")
    text = re.sub(r"\s*<dc:date>[^<]*</dc:date>", "", text)
    return _RANDOM.sub(lambda old: names.get(old[0], old[0]), text)


def compact(html: str, name: str) -> str:
    """A data frame as pandas shows it without what the page's own style says, and with a name; other HTML as it is."""
    if 'class="dataframe"' not in html:
        return html
    html = re.sub(r"<style scoped>.*?</style>| style=\"text-align: \w+;\"", "", html, flags=re.DOTALL)
    html = re.sub(r'<table border="\d" class="dataframe">', f'<table aria-label="{name}">', html)
    html = re.sub(r">\s+<", "><", html.replace("<th></th>", "<td></td>")).strip()
    return html.removeprefix("<div>").removesuffix("</div>")


def first_rows(table: str, words: Words) -> str:
    """A data frame's HTML with its first rows only, and how many there are; the notebook shows them all."""
    rows = re.findall(r"<tr>.*?</tr>", table.partition("<tbody>")[2], flags=re.DOTALL)
    if len(rows) <= ROWS:
        return table
    head, note = table.partition("<tbody>")[0], words.text("more_rows", rows=ROWS, count=len(rows))
    return f"{head}<tbody>{''.join(rows[:ROWS])}</tbody></table><p>{note}</p>"


def anchored(html: str, contents: list[dict[str, str]]) -> str:
    """The HTML of a text with short anchors on its second-level headings, which are added to the list of contents."""

    def marked(heading: re.Match) -> str:
        given = re.search(r"\bid=[\"']([^\"']+)", heading[1])
        name = given[1] if given else f"section-{len(contents) + 1}"
        contents.append({"id": name, "text": re.sub(r"</?(?:a|img|span)\b[^>]*>", "", heading[2])})
        return heading[0] if given else f'<h2 id="{name}"{heading[1]}>{heading[2]}</h2>'

    return re.sub(r"<h2\b([^>]*)>(.*?)</h2>", marked, html, flags=re.DOTALL)


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
