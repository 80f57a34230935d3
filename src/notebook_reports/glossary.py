"""Terms that a page explains: the first use of each is a link to a list of them before the foot of the page.

The page is not parsed and written again, which would change its drawings; it is split at its tags, and words between
them are wrapped.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from notebook_reports import SOURCES
from notebook_reports.korean import AFTER_NOUN, HANGUL
from notebook_reports.words import LANGUAGES, Words, WordsError, read_yaml

MOST = 12
"""Terms that a page lists."""
PLACE = "<!--terms-->"
"""Where the list stands in the template of a page."""


class Term(NamedTuple):
    """A term in one language."""

    id: str
    name: str
    """As the list writes it."""
    spellings: tuple[str, ...]
    """All ways in which pages write it."""
    text: str
    """What it means, in a sentence or two."""


def read_terms(path: Path, language: str) -> list[Term]:
    """The terms of a glossary in one language.

    Parameters
    ----------
    path : Path
        YAML: by identifier ``ko`` and ``en``, each with ``term``, ``text`` and, where pages write the term in other
        ways too, ``also``, a list.
    language : str
        ``ko`` or ``en``.

    Raises
    ------
    WordsError
        The file is not of this form, or two terms have a spelling in common.
    """
    terms, taken = [], {}
    for key, entry in (read_yaml(path) or {}).items():
        for each in LANGUAGES:
            given = entry.get(each) if isinstance(entry, dict) else None
            known = isinstance(given, dict) and {"term", "text"} <= set(given) <= {"term", "text", "also"}
            if not (known and re.fullmatch(r"[a-z][a-z0-9_]*", str(key)) and set(entry) == set(LANGUAGES)):
                raise WordsError(
                    f"{path}, term {key!r}: expected ko and en, each with term and text, and also if need be"
                )
            spellings = tuple(map(str, (given["term"], *given.get("also", ()))))
            if not all(map(str.strip, spellings)):
                raise WordsError(f"{path}, term {key!r}: a spelling is empty")
            if other := next(
                (taken[each, text.casefold()] for text in spellings if (each, text.casefold()) in taken), ""
            ):
                raise WordsError(f"{path}, term {key!r}: {other!r} has one of its spellings too")
            taken |= {(each, text.casefold()): key for text in spellings}
            if each == language:
                terms.append(Term(key, str(given["term"]), spellings, str(given["text"])))
    return terms


_CLOSED = "svg style script pre code math a button summary h1 h2 h3 h4 h5 h6 caption thead nav title"
_TOKEN = re.compile(
    rf"<({'|'.join(_CLOSED.split())})\b.*?</\1>"  # passed over whole
    r"|<p class=\"source\">.*?</p>|<dd class=\"value\">.*?</dd>"
    rf"|<div class=\"table\" id=\"{SOURCES}\">.*?</table>"
    r"|<!--.*?-->|</?(details|main)\b[^>]*>|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>",
    flags=re.DOTALL,
)


@lru_cache(maxsize=16)
def _pattern(terms: tuple[Term, ...]) -> tuple[re.Pattern, dict[str, Term]]:
    """All spellings as they stand in HTML, the longest first, and the term of each."""
    spelled = {_spaced(escape(text, quote=False)): term for term in terms for text in term.spellings}
    ordered = sorted(spelled, key=lambda text: (-len(text), text))
    return re.compile("|".join(form for text in ordered for form in _forms(text)) or r"(?!)"), spelled


def prepare_terms(path: Path) -> None:
    """Compile the terms of a glossary, so that a process that reports are forked from has them."""
    for language in LANGUAGES:
        _pattern(tuple(read_terms(path, language)))


def _spaced(text: str) -> str:
    """A spelling by which it is looked up, however it is capitalised and broken into lines."""
    return re.sub(r"\s+", " ", text).casefold()


def _forms(spelling: str) -> Iterator[str]:
    """Expressions that find a spelling as a word; they begin with its first letter, by which they are tried fast."""
    first, rest = spelling[0], re.escape(spelling[1:]).replace(r"\ ", r"\s+")
    after = r"(?![A-Za-z0-9])" if re.search(r"\w$", spelling) else ""
    after = AFTER_NOUN if HANGUL.match(spelling[-1]) else after
    for letter in map(re.escape, sorted({first, first.upper()})):
        before = rf"(?<![\w&]{letter})" if re.match(r"\w", first) else ""
        yield f"{letter}{before}(?i:{rest}){after}"


def _texts(page: str) -> Iterator[tuple[int, int, bool]]:
    """Where words stand in the main part of a page, and whether in a fold; not what is passed over."""
    inside, folds, end = False, 0, 0
    for token in _TOKEN.finditer(page):
        if inside and token.start() > end:
            yield end, token.start(), folds > 0
        end, closing = token.end(), token[0].startswith("</")
        if token[2] == "main":
            inside = not closing
        elif token[2] == "details":
            folds += -1 if closing else 1


def explained(page: str, terms: Sequence[Term], words: Words) -> str:
    """A page with the first use of its terms linked to a list of them, which takes the place of :data:`PLACE`.

    A use in the open goes before one in a fold. Headings, drawings, code, links,
    heads of tables, sources and key figures are passed over.
    Where a page uses more terms than :data:`MOST`, those that it uses first are listed.

    Parameters
    ----------
    page : str
        HTML with :data:`PLACE` once.
    terms : sequence of Term
        Those that may be listed.
    words : Words
        The words of pages.
    """
    pattern, spelled = _pattern(tuple(terms))
    uses: dict[Term, tuple[bool, int, int]] = {}
    before, _, after = page.rpartition(PLACE)
    for start, end, folded in _texts(before) if terms else ():
        for found in pattern.finditer(before, start, end):
            term = spelled[_spaced(found[0])]
            uses[term] = min(uses.get(term, (True, len(page), 0)), (folded, *found.span()))
    listed = sorted(uses, key=lambda term: uses[term])[:MOST]
    for _, start, end, term in sorted(((*uses[term], term) for term in listed), key=lambda use: -use[1]):
        link = f'<a class="term" id="use-{term.id}" href="#term-{term.id}">{before[start:end]}</a>'
        before = before[:start] + link + before[end:]
    return before + (str(_list(listed, words)) if listed else "") + after


def _list(terms: Sequence[Term], words: Words) -> Markup:
    """The section of terms, in the order of their names."""
    back = Markup('<a class="back" href="#use-{}" aria-label="{}">↑</a>')
    items = Markup("\n").join(
        Markup('<div><dt id="term-{}">{}</dt><dd>{} {}</dd></div>').format(
            term.id, term.name, term.text, back.format(term.id, words.text("back_to_text", term=term.name))
        )
        for term in sorted(terms, key=lambda term: term.name.casefold())
    )
    return Markup('<section class="terms"><h2 id="terms">{}</h2>\n<dl>{}</dl></section>').format(
        words.text("terms"), items
    )
