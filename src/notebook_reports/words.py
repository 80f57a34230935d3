"""What a report says: the sentences of words files, filled with facts in one language.

A key of a words file holds one sentence in both languages, or alternatives of which the first is written whose
condition holds. Conditions are Jinja2 expressions in its sandbox; fields are those of :class:`string.Formatter`,
followed by the ways in which a fact is written: ``{level.last:won:으로/로}``.
"""

import re
import string
import sys
from _string import formatter_field_name_split
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from notebook_reports.korean import Word, amount, count, day, listing, probability
from notebook_reports.safe_yaml import YamlError, load

if TYPE_CHECKING:
    import pandas as pd

LANGUAGES = ("ko", "en")


class WordsError(ValueError):
    """A words file, or a fact that one of its sentences asks for, is not as it must be; the message says which."""


def read_yaml(path: Path) -> object:
    """What a YAML file holds; WordsError for what :func:`notebook_reports.safe_yaml.load` refuses."""
    try:
        return load(path)
    except YamlError as error:
        raise WordsError(str(error)) from error


@lru_cache(maxsize=1)
def _sandbox():
    """Where conditions see facts as sentences do; Jinja2 takes its time to import, and few sentences have one."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    class Sandbox(SandboxedEnvironment):
        """Attributes, keys, labels and columns are all parts of a fact."""

        def getattr(self, obj: object, attribute: str) -> object:
            """A part of a fact."""
            try:
                return part(obj, attribute)
            except LookupError:
                return self.undefined(obj=obj, name=attribute)

    return Sandbox(undefined=StrictUndefined)


@lru_cache(maxsize=1024)
def _condition(expression: str):
    return _sandbox().compile_expression(expression, undefined_to_none=False)


def _is(value: object, *kinds: str) -> bool:
    """Whether a fact is of a kind of pandas, of which there is none as long as nobody has imported it."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, tuple(getattr(pandas, kind) for kind in kinds))


def part(fact: object, name: str | int, language: str | None = None) -> object:
    """A part of a fact by its name: an attribute, a key, a label or a column.

    With a language ``evidence`` finds ``evidence_ko`` too, and ``name`` the column ``ko``.

    Raises
    ------
    LookupError
        The fact has no such part that may be read.
    """
    names = [name]
    if language and isinstance(name, str):
        names += [f"{name}_{language}", *([language] if name == "name" else [])]
    for wanted in names:
        if isinstance(wanted, str) and wanted.startswith("_"):
            break
        if (isinstance(fact, Mapping) or _is(fact, "DataFrame")) and wanted in fact:
            return fact[wanted]
        if _is(fact, "Series", "DataFrame") and wanted in fact.index:
            return fact.loc[wanted]
        if isinstance(wanted, int) and (isinstance(fact, Sequence) or _is(fact, "Series", "DataFrame")):
            return (fact.iloc if hasattr(fact, "iloc") else fact)[wanted]
        if isinstance(wanted, str) and not callable(getattr(fact, wanted, callable)):
            return getattr(fact, wanted)
    raise LookupError(name)


def _several(value: object) -> bool:
    if isinstance(value, list | tuple):
        return not hasattr(value, "_fields")
    if _is(value, "Series", "Index", "DataFrame"):
        return True
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    return bool(
        (numpy and isinstance(value, numpy.ndarray))
        or (pandas and isinstance(value, pandas.api.extensions.ExtensionArray))
    )


def missing(value: object) -> bool:
    """Whether a fact or a cell has no value."""
    if pandas := sys.modules.get("pandas"):
        return value is None or (pandas.api.types.is_scalar(value) and bool(pandas.isna(value)))
    return value is None or (isinstance(value, float) and value != value)


def points(value: float) -> str:
    """A contribution with its sign, to one decimal, or to two where it is below one.

    Examples
    --------
    >>> points(22.401), points(-0.036), points(0)
    ('+22.4', '-0.04', '0')
    """
    if not value:
        return "0"
    return f"{value:+.1f}" if abs(value) >= 1 else f"{value:+.2f}"


WAYS = {
    "won": lambda value, language: amount(value, language),
    "won+": lambda value, language: amount(value, language, signed=True),
    "size": lambda value, language: f"{abs(value):.1f}",
    "count": lambda value, language: count(int(value), language),
    "p": lambda value, language: probability(value, language),
    "points": lambda value, language: points(value),
    "year": lambda value, language: f"{int(value)}",
    "date": lambda value, language: day(value, language),
    "list": lambda value, language: listing(list(value), language),
    "or": lambda value, language: listing(list(value), language, "or"),
}
"""Ways of writing a fact that neither a label, nor another key, nor Python's format specification is."""


class Words:
    """Writes the sentences of some words files in one language.

    Parameters
    ----------
    files : sequence of Path
        The words files; no key stands in two of them.
    language : str
        ``ko`` or ``en``.
    labels : pandas.DataFrame, optional
        ``group``, ``id``, ``ko``, ``en``: names of identifiers, by group.

    Raises
    ------
    WordsError
        The language is not known, or a file is not as it must be.
    """

    def __init__(self, files: Sequence[Path], language: str, labels: "pd.DataFrame | None" = None) -> None:
        if language not in LANGUAGES:
            raise WordsError(f"language is {language!r}; expected one of {', '.join(LANGUAGES)}")
        self.language = language
        self.proper: set[str] = set()
        self.entries: dict[str, object] = {}
        self._files: dict[str, Path] = {}
        for path in files:
            for key, entry in checked_words(path).items():
                if key in self.entries:
                    raise WordsError(f"{path}: the key {key!r} stands in {self._files[key]} too")
                self.entries[key], self._files[key] = entry, path
            self.proper |= set((read_yaml(path) or {}).get("proper", ()))
        self.groups: dict[str, dict[object, str]] = {}
        if labels is not None:
            for group, rows in labels.groupby("group", sort=False):
                self.groups[group] = dict(zip(rows["id"], rows[language], strict=True))

    def text(self, key: str, /, **facts: object) -> Word:
        """The sentence of a key with facts put in; empty where the alternative that holds says nothing.

        Raises
        ------
        WordsError
            There is no such key, or a fact that it asks for is missing.
        """
        return self.write(self._entry(key), facts, key)

    def figure(self, key: str, /, **facts: object) -> tuple[Word, Word, Word]:
        """Value, label and note of a key figure; WordsError as for :meth:`text`."""
        entry = self._entry(key)
        if not (isinstance(entry, dict) and "value" in entry):
            raise WordsError(f"{self._files[key]}: {key!r} is no key figure; it needs value and label")
        return tuple(self.write(entry.get(name, ""), facts, key) for name in ("value", "label", "note"))

    def chart(self, key: str, /, **facts: object) -> tuple[Word, Word]:
        """Title and note of a chart; WordsError as for :meth:`text`. A sentence alone is its note."""
        entry = self._entry(key)
        titled = isinstance(entry, dict) and "title" in entry
        parts = (entry["title"], entry.get("note", "")) if titled else ("", entry)
        return tuple(self.write(part, facts, key) for part in parts)

    def _entry(self, key: str) -> object:
        if key not in self.entries:
            files = ", ".join(dict.fromkeys(str(path) for path in self._files.values())) or "no words file"
            raise WordsError(f"no key {key!r} in {files}")
        return self.entries[key]

    def write(self, entry: object, facts: Mapping[str, object], key: str) -> Word:
        """An entry of a words file with facts put in."""
        if isinstance(entry, list):
            entry = next(branch for branch in entry if self._holds(branch.get("when"), facts, key))
        template = entry if isinstance(entry, str) else entry.get(self.language, "")
        return self.fill(template, facts, key)

    def _holds(self, condition: str | None, facts: Mapping[str, object], key: str) -> bool:
        if condition is None:
            return True
        from jinja2 import TemplateError

        try:
            return bool(_condition(condition)(**facts))
        except (TemplateError, TypeError, ValueError) as error:
            raise WordsError(f"{self._place(key)}, when {condition!r}: {error}; {_given(facts)}") from error

    def _place(self, key: str) -> str:
        return f"{self._files[key]}, key {key!r}" if key in self._files else f"key {key!r}"

    def fill(self, template: str, facts: Mapping[str, object], key: str = "") -> Word:
        """A text with its fields filled in."""
        pieces: list[str] = []
        for literal, field, ways, _ in string.Formatter().parse(template):
            pieces.append(literal)
            if field is None:
                continue
            if not field and "/" in ways:  # the particle that fits the text so far, a remark in brackets included
                pieces = [f"{Word(''.join(pieces)):{ways}}"]
                continue
            written = self._field(field, ways, facts, key)
            tail = written and pieces[-1][-1:] in tuple(".?!") and re.split(r"[.\[]", field)[0] not in facts
            pieces.append(f" {written}" if tail else written)
        text = re.sub(r" {2,}", " ", "".join(pieces)).strip(" ")
        text = re.sub(r"(?<![\w.~–-])[+-](0(?:\.0+)?)(?![\d.])", r"\1", text)
        return Word(re.sub(r"(?<![\w.–-])-(?=[\d.₩])", "−", text))

    def _field(self, field: str, ways: str, facts: Mapping[str, object], key: str) -> str:
        place = f"{self._place(key)}, field {{{field}{':' + ways if ways else ''}}}"
        first, rest = formatter_field_name_split(field)
        if first in facts:
            value = facts[first]
        elif first in self.entries:
            value = self.text(first, **facts)
        else:
            raise WordsError(f"{place}: no fact {first!r}; {_given(facts)}")
        try:
            for _, name in rest:
                value = part(value, name, self.language)
        except LookupError as error:
            raise WordsError(f"{place}: {first!r} has no part {error.args[0]!r}") from error
        try:
            for way in filter(None, ways.split(":")):
                value = self.put(value, way, facts)
        except (TypeError, ValueError, KeyError) as error:
            raise WordsError(f"{place}: {error!r} for {value!r}") from error
        if _several(value):
            value = listing([str(item) for item in value], self.language)
        if missing(value):
            raise WordsError(f"{place}: the fact has no value")
        return str(value)

    def put(self, value: object, way: str, facts: Mapping[str, object]) -> object:
        """A fact, or each of several, written in one way; several stay a list until they are joined."""
        if "/" in way:
            return Word(f"{_word(value, self.language):{way}}")
        if way == "first":
            return Word(f"{_word(value, self.language):first}")
        if way in ("list", "or"):
            return WAYS[way](value, self.language)
        if _several(value) and (way in self.entries or not _is(value, "DataFrame")):
            return [self.put(item, way, {**facts, **more}) for item, more in _items(value)]
        if missing(value):
            raise ValueError("the fact has no value")
        if way in self.groups:
            return self.label(value, way)
        if way in WAYS:
            return Word(WAYS[way](value, self.language))
        if way in self.entries:
            return self.text(way, **{**facts, **_parts(value), "it": value})
        return Word(format(value, way))

    def label(self, identifier: object, group: str) -> Word:
        """The name of an identifier inside a sentence: in English with a small letter, unless it is a proper name."""
        name = self.name(identifier, group)
        if self.language == "en" and group not in self.proper and not name[1:2].isupper():
            name = name[:1].lower() + name[1:]
        return Word(name)

    def name(self, identifier: object, group: str) -> str:
        """The name of an identifier as a table or a chart writes it; KeyError where there is none."""
        if identifier not in self.groups[group]:
            raise KeyError(f"{identifier!r} is no identifier of the group {group!r}")
        return self.groups[group][identifier]


def _word(value: object, language: str) -> Word:
    return listing(list(value), language) if _several(value) else Word(value)


def _items(values: object) -> Iterable[tuple[object, dict]]:
    """Each of several values, with what else its text may name: ``at``, its label."""
    if _is(values, "DataFrame"):
        named = values.reset_index() if values.index.names != [None] else values
        return [(row, {}) for row in named.to_dict("records")]
    if _is(values, "Series"):
        return [(value, {"at": label}) for label, value in values.items()]
    return [(value, {}) for value in values]


def _parts(value: object) -> dict[str, object]:
    """The parts of a row that its text may name without naming the row."""
    if isinstance(value, Mapping):
        return {name: item for name, item in value.items() if isinstance(name, str)}
    if _is(value, "Series"):
        return _parts(value.to_dict())
    if hasattr(value, "_asdict"):
        return value._asdict()
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return {}


def _given(facts: Mapping[str, object]) -> str:
    return f"given are {', '.join(sorted(map(str, facts)))}" if facts else "no facts are given"


def checked_words(path: Path) -> dict[str, object]:
    """The entries of a words file by key, each of a form that can be written.

    Raises
    ------
    WordsError
        An entry is neither a text, nor one in both languages, nor alternatives of which the last has no condition,
        nor a key figure, nor the words of a chart.
    """
    entries = read_yaml(path) or {}
    if not isinstance(entries, dict):
        raise WordsError(f"{path}: expected keys with their sentences, got {type(entries).__name__}")
    for key, entry in entries.items():
        if key != "proper":
            _check(entry, f"{path}, key {key!r}")
    return {key: entry for key, entry in entries.items() if key != "proper"}


def prepare_words(path: Path) -> None:
    """Compile the conditions of a words file, so that a process that reports are forked from has them."""
    left = [checked_words(path)]
    while left:
        entry = left.pop()
        if isinstance(entry, dict):
            left += entry.values()
        elif isinstance(entry, list):
            left += entry
            for branch in entry[:-1]:
                _condition(branch["when"])


def _check(entry: object, place: str) -> None:
    if isinstance(entry, str):
        return
    if isinstance(entry, list) and entry:
        for number, branch in enumerate(entry, start=1):
            last = number == len(entry)
            if not isinstance(branch, dict) or ("when" in branch) == last:
                what = "the last alternative has no condition" if last else "all but the last have a condition"
                raise WordsError(f"{place}, alternative {number}: {what}")
            _check({name: text for name, text in branch.items() if name != "when"}, f"{place}, alternative {number}")
        return
    if isinstance(entry, dict) and ("title" in entry or {"value", "label"} <= set(entry)):
        parts = {"title", "note"} if "title" in entry else {"value", "label", "note"}
        if set(entry) - parts:
            raise WordsError(f"{place}: expected {', '.join(sorted(parts))}; got {entry!r:.120}")
        for name, inner in entry.items():
            _check(inner, f"{place}, {name}")
        return
    languages = isinstance(entry, dict) and set(entry) in ({*LANGUAGES}, set())
    if languages and all(isinstance(text, str) for text in entry.values()):
        return
    raise WordsError(f"{place}: expected a text, ko and en, alternatives, or a key figure; got {entry!r:.120}")


_OWN = Path(__file__).with_name("words.yml")


def own_words(language: str) -> Words:
    """The words of the pages themselves: index, foot, panel, and what stands around charts and tables."""
    return Words([_OWN], language)
