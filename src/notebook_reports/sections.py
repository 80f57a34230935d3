"""Markdown cells that hold a question in two languages: what a report shows of them, and when.

The Korean text stands first, then a line ``<!-- en -->``, then the English one, whose heading is a bold first line, so
that JupyterLab's table of contents lists every question once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

_MARKER = re.compile(r"^<!-- ([a-z]{2}) -->[ \t]*$\n?", flags=re.MULTILINE)
_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")
_BOLD = re.compile(r"\A\s*\*\*(.+?)\*\*[ \t]*$", flags=re.MULTILINE)
_FENCE = re.compile(r" {0,3}(```+|~~~+)")


def text_of(cell: Mapping) -> str:
    """The text of a Markdown cell, with pictures that are attached to it in the text itself."""
    text = "".join(cell["source"])
    for name, pictures in cell.get("attachments", {}).items():
        kind, data = next(iter(pictures.items()))
        text = text.replace(f"attachment:{name}", f"data:{kind};base64,{''.join(data.split())}")
    return text


def in_two_languages(source: str) -> bool:
    """Whether a Markdown cell holds its text in several languages."""
    return bool(_MARKER.search(source))


def in_language(source: str, language: str) -> str:
    r"""The text of a Markdown cell in one language, with its heading on the level of the first text's.

    A cell without the marker is in all languages, and stays as it is.

    Examples
    --------
    >>> in_language("## 물음\n문단\n<!-- en -->\n**Question**\nParagraph", "en")
    '## Question\n\nParagraph'
    """
    first, *others = _MARKER.split(source)
    if not others:
        return source
    texts = dict(zip(others[::2], others[1::2], strict=True))
    if language not in texts:
        return first.strip()
    if heading := _HEADING.match(first.lstrip().partition("\n")[0]):
        return _BOLD.sub(rf"{heading[1]} \1\n", texts[language], count=1).strip()
    return texts[language].strip()


def split(source: str) -> list[tuple[int, str]]:
    """A Markdown text by its headings: the level of each, 0 before the first, and the text with its heading."""
    found, fence = [(0, [])], ""
    for line in source.splitlines():
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence and (heading := _HEADING.match(line)):
            found.append((len(heading[1]), []))
        found[-1][1].append(line)
    return [(level, text) for level, lines in found if (text := "\n".join(lines).strip())]


def headings(source: str, level: int) -> list[str]:
    """The headings of one level in a Markdown text, as they read once it is rendered."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath  # takes a while to import

    text = source.replace("attachment:", "")  # a picture that was not attached is no reason to fail
    html = MarkdownWithMath(IPythonRenderer(False, exclude_anchor_links=True)).render(text)
    found = re.findall(rf"<h{level}\b[^>]*>(.*?)</h{level}>", html, flags=re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", text)).split()) for text in found]


_MARK = re.compile(
    r"[\\`*_\[\]~$<>&]|(?<=http):(?=//)|(?<=https):(?=//)|^(?!- )[-+=#:]|^\d+[.)]|^(-)(?= )", flags=re.MULTILINE
)
"""What Markdown would take for a mark; its last character makes it one."""


def as_written(text: str) -> str:
    r"""Markdown that shows a text as it stands, but for lists: lines that begin with a hyphen and a space.

    One line alone that goes on with a digit is no list: there the hyphen is a minus sign.

    Examples
    --------
    >>> as_written("2018. 12. 31.: -3 * 2")
    '2018&#46; 12. 31.: -3 &#42; 2'
    """
    lines = "\n".join(line.strip() for line in text.splitlines())
    items = re.findall(r"^- +(\d?)", lines, flags=re.MULTILINE)
    listed = len(items) > 1 or items == [""]
    return _MARK.sub(lambda mark: mark[0] if listed and mark[1] else f"{mark[0][:-1]}&#{ord(mark[0][-1])};", lines)


@dataclass
class _Waiting:
    text: str
    level: int
    """Of its heading; 0 for what stands on the page in any case."""
    code: bool = False
    """Whether a code cell has come under it."""


class Sections:
    """Holds back texts with a heading until something appears under it; where nothing does, they are left off.

    What has no code under it, up to the next heading of its level or of a higher one, is prose and stays.

    Parameters
    ----------
    language : str
        Of the texts to be shown.
    hold : bool, optional
        Whether anything is held back at all.
    """

    def __init__(self, language: str, hold: bool = True) -> None:
        self.language, self.hold = language, hold
        self._waiting: list[_Waiting] = []

    def add(self, source: str) -> None:
        """Take a Markdown cell."""
        whole = in_language(source, self.language)
        for level, text in split(whole) if self.hold else [(0, whole.strip())]:
            if level:
                self._close(level)
            if not level and self._waiting and self._waiting[-1].level:
                self._waiting[-1].text += f"\n\n{text}"
            else:
                self._waiting.append(_Waiting(text, level if self.hold else 0))

    def ran(self, shows: bool) -> list[str]:
        """Take a code cell; gives the texts that stand before what it shows."""
        if not shows:
            for each in self._waiting:
                each.code = True
            return []
        texts, self._waiting = [each.text for each in self._waiting], []
        return texts

    def end(self) -> list[str]:
        """The texts that stand after all code cells."""
        self._close(1)
        return [each.text for each in self._waiting]

    def _close(self, level: int) -> None:
        """End the sections of a level and below: those with silent code go, one of prose stays with all above it."""
        ended = [each for each in self._waiting if each.level >= level]
        if all(each.code for each in ended):
            self._waiting = [each for each in self._waiting if each.level < level]
        else:
            for each in self._waiting:
                each.level = 0
