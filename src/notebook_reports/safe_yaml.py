"""Reads YAML files, plans, declarations, words, columns and glossaries alike, and shows values of them in messages."""

import difflib
import math
import textwrap
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import yaml

from notebook_reports.ending import RequestError

DEEPEST = 50
"""Levels of lists and mappings that a file may have; the parser's own stack ends at some thousands."""


class YamlError(RequestError):
    """A file is no YAML, or not of the kind that is read; the message says where."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """The safe loader, in C where PyYAML was built with it: no key stands twice, and dates stay the text they are."""

    yaml_implicit_resolvers: ClassVar = {
        sign: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
        for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """A mapping; ConstructorError where a key stands twice."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                name = self.construct_object(key)
                if name in seen:
                    problem = f"the key {str(key.value)[:80]!r} stands twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(name)
        return super().construct_mapping(node, deep)


def load(path: Path) -> object:
    """What a YAML file holds, its texts composed (NFC); not to be changed, as it is kept.

    YamlError where it is not UTF-8, no YAML, nested too deeply, or a key stands twice in it.
    """
    try:
        return parse(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise YamlError(f"{path}: file not found") from error
    except (OSError, UnicodeDecodeError) as error:
        raise YamlError(f"{path}: cannot be read as UTF-8: {error}") from error
    except YamlError as error:
        raise YamlError(f"{path}{error}") from error


@lru_cache(maxsize=64)
def parse(text: str) -> object:
    """What a YAML text holds; YamlError, whose message begins with the line, as for :func:`load`."""
    text = unicodedata.normalize("NFC", text)
    try:
        _check_depth(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 — a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise YamlError(f"{place}: not valid YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: such as a number of 5,000 digits
        raise YamlError(f": not valid YAML: {' '.join(str(error).split())}") from error


def _check_depth(text: str) -> None:
    """MarkedYAMLError where parts are nested too deeply, or repeat parts that repeat others and so grow endlessly."""
    anchors = []
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            anchors.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchors.pop()
        problem = f"more than {DEEPEST} levels" if len(anchors) > DEEPEST else ""
        if isinstance(event, yaml.AliasEvent) and any(anchors):
            problem = f"*{event.anchor} stands in a part that is named &{next(filter(None, reversed(anchors)))} itself"
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def flow(value: object) -> str:
    """A value as YAML without lines of its own, as it may stand on a command line."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=2**30)
    return text.removesuffix("\n").removesuffix("\n...")


def entries(value: list[dict]) -> str:
    """Entries of a plan as YAML, indented to stand under its ``reports:``."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=None, sort_keys=False, width=1000)
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def composed(text: str) -> str:
    """A text with its Hangul in whole syllables, as macOS does not write file names and what is copied from them."""
    return unicodedata.normalize("NFC", text)


def plain(value: object) -> object:
    """A value as JSON has it: dates as text, tuples as lists; ValueError for what JSON cannot hold."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {composed(name): plain(item) for name, item in value.items()}
    if value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    known = "texts, finite numbers, true, false, null, lists, and mappings whose keys are texts"
    raise ValueError(f"{terse(value)} cannot be given; what can are {known}")


def nearest(value: object, known: Iterable) -> str:
    """A hint at what was probably meant, or nothing."""
    match = difflib.get_close_matches(str(value), list(map(str, known)), n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""


def terse(value: object) -> str:
    """A value as a message shows it, cut after 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def shortened(names: Iterable) -> str:
    """What there is to choose from as a message lists it, with their number where not all fit."""
    names = list(map(str, names))
    return textwrap.shorten(", ".join(names), 400, placeholder=f" … ({len(names)} in all)") or "none"
