"""A web font for charts, cut down to the characters that a page's charts use.

So every reader sees the letters for which the chart was laid out.
"""

import base64
import re
from functools import cache, lru_cache, partial
from html import unescape
from io import BytesIO
from types import SimpleNamespace

import brotli
from fontTools.ttLib import TTFont, woff2
from uharfbuzz import Blob, Face, SubsetFlags, SubsetInput, SubsetInputSets, subset

# fontTools asks for brotli's highest quality and for transformed outlines: a fifth smaller, and forty times slower.
woff2.brotli = SimpleNamespace(**vars(brotli) | {"compress": partial(brotli.compress, quality=7)})

_NEEDLESS = ("GSUB", "GPOS", "GDEF", "DSIG", "FFTM", "TSI0", "TSI1", "TSI2", "TSI3", "TSI5")
"""Tables that lay out running text, sign the file, or are sources of its hinting."""


def chart_texts(html: str) -> dict[tuple[str, int], set[str]]:
    """Characters of the text inside the SVG of a page that names its font, by font family and weight."""
    used: dict[tuple[str, int], set[str]] = {}
    for opening, drawing in re.findall(r"<svg\b([^>]*)>(.*?)</svg>", html, flags=re.DOTALL):
        for style, text in re.findall(r"<text\b([^>]*)>(.*?)</text>", drawing, flags=re.DOTALL):
            if family := re.search(r"font-family: ?'([^']+)'", style + opening):
                weight = 700 if re.search(r"font-weight: ?(700|bold)", style) else 400
                used.setdefault((family[1], weight), set()).update(unescape(re.sub(r"<[^>]+>", "", text)))
    return used


def font_faces(html: str, files: dict[str, str]) -> str:
    """CSS that holds the fonts of a page's charts, each with just the characters needed; empty without charts.

    Parameters
    ----------
    html : str
        The page.
    files : dict
        Font files by "family/weight"; text in other fonts is left to the reader's machine.

    Raises
    ------
    ValueError
        A font lacks a character that a chart uses.
    """
    return "\n".join(
        _face(family, weight, "".join(sorted(characters - {"\n"})), files[f"{family}/{weight}"])
        for (family, weight), characters in sorted(chart_texts(html).items())
        if f"{family}/{weight}" in files
    )


def with_fonts(drawing: str, files: dict[str, str]) -> str:
    """An SVG as a file of its own that holds the fonts of its text, wherever it is shown.

    Parameters
    ----------
    drawing : str
        One SVG element.
    files : dict
        Font files by "family/weight".
    """
    opening, content = drawing.split(">", 1)
    faces = font_faces(drawing, files)
    return f"{opening}><style>{faces}</style>{content}" if faces else drawing


@lru_cache(maxsize=128)
def _face(family: str, weight: int, characters: str, path: str) -> str:
    font, held = _opened(path)
    if missing := sorted(set(characters) - held):
        raise ValueError(f"the font {family} has no glyph for {missing}, which a chart uses")
    wanted = SubsetInput()
    wanted.sets(SubsetInputSets.UNICODE).set({ord(character) for character in characters})
    wanted.sets(SubsetInputSets.LAYOUT_FEATURE_TAG).clear()
    wanted.sets(SubsetInputSets.DROP_TABLE_TAG).update({int.from_bytes(tag.encode()) for tag in _NEEDLESS})
    wanted.flags = SubsetFlags.NO_HINTING
    cut = TTFont(BytesIO(subset(font, wanted).blob.data), recalcTimestamp=False, recalcBBoxes=False)
    cut.flavor = "woff2"
    buffer = BytesIO()
    cut.save(buffer, reorderTables=False)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f"@font-face{{font-family:'{family}';font-weight:{weight};"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )


@cache
def _opened(path: str) -> tuple[Face, set[str]]:
    """A font with the characters that it holds."""
    font = Face(Blob.from_file_path(path))
    return font, {chr(code) for code in font.unicodes}
