"""A web font for charts, cut down to the characters that a page's charts use, so that every reader sees the
letters for which the chart was laid out."""

import base64
import re
from html import unescape
from io import BytesIO


def chart_texts(html: str) -> dict[tuple[str, int], set[str]]:
    """Characters of all text inside the SVG of a page, by font family and weight."""
    used: dict[tuple[str, int], set[str]] = {}
    for drawing in re.findall(r"<svg\b.*?</svg>", html, flags=re.DOTALL):
        for style, text in re.findall(r'<text style="([^"]*)"[^>]*>(.*?)</text>', drawing, flags=re.DOTALL):
            family = re.search(r"font-family: ?'([^']+)'", style)[1]
            weight = 700 if re.search(r"font-weight: ?(700|bold)", style) else 400
            used.setdefault((family, weight), set()).update(unescape(re.sub(r"<[^>]+>", "", text)))
    return used


def font_faces(html: str, files: dict[str, str]) -> str:
    """CSS that holds the fonts of a page's charts, each with just the characters needed; empty without charts.

    Parameters
    ----------
    html : str
        The page.
    files : dict
        Font files by "family/weight".

    Raises
    ------
    ValueError
        A font lacks a character that a chart uses.
    """
    return "\n".join(
        _face(family, weight, "".join(sorted(characters - {"\n"})), files[f"{family}/{weight}"])
        for (family, weight), characters in sorted(chart_texts(html).items())
    )


def _face(family: str, weight: int, characters: str, path: str) -> str:
    # fontTools takes a quarter of a second to import, which a run with nothing to do need not spend.
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(path, recalcTimestamp=False)
    if missing := sorted(set(characters) - {chr(code) for code in font.getBestCmap()}):
        raise ValueError(f"the font {family} has no glyph for {missing}, which a chart uses")
    options = Options(layout_features=[], hinting=False)
    options.drop_tables += [f"TSI{i}" for i in range(6)]  # sources of the hinting
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = BytesIO()
    font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f"@font-face{{font-family:'{family}';font-weight:{weight};"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )
