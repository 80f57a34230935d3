"""The words of the reports: names of identifiers and sentence templates, in Korean and in English."""

import re
from functools import cache, lru_cache
from importlib import resources

import yaml

from kr_industry.data import content, load
from kr_industry.korean import Word

LANGUAGES = ("ko", "en")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader written in C, ten times as fast, where PyYAML was built with it."""

_NAMED_ELSEWHERE = {
    "region": ("regions/regions", "id", {}),
    "technology": ("regions/technologies", "id", {"list": 2021}),
    "technology_2022": ("regions/technologies", "id", {"list": 2022}),
    "theme": ("regions/themes", "id", {}),
    "stage": ("photonics/stages", "stage", {}),
}


def names(group: str, language: str, inline: bool = False) -> dict[str, Word]:
    """Names of the identifiers of a group, in the order of the file that holds them.

    With ``inline`` English names begin with a small letter, as they do inside a sentence.

    Examples
    --------
    >>> f"{names('photonics_segment', 'ko')['optical_communication']:이/가}"
    '광통신이'
    """
    tables = ["labels", *_NAMED_ELSEWHERE.get(group, ())[:1]]
    return dict(_names(group, language, inline, tuple(content(table) for table in tables)))


@lru_cache(maxsize=256)
def _names(group: str, language: str, inline: bool, _held: tuple[bytes, ...]) -> dict[str, Word]:
    """As :func:`names`, kept for as long as the files hold the same."""
    labels = load("labels")
    rows = zip(labels["group"], labels["id"], labels[language], strict=True)
    named = {identifier: name for own, identifier, name in rows if own == group}
    if group in _NAMED_ELSEWHERE:
        table, column, where = _NAMED_ELSEWHERE[group]
        frame = load(table)
        for name, wanted in where.items():
            frame = frame[frame[name] == wanted]
        named |= dict(zip(frame[column], frame[language], strict=True))
    if not named:
        raise KeyError(f"no identifiers are named in the group {group!r}")
    if inline:
        named = {identifier: name[:1].lower() + name[1:] for identifier, name in named.items()}
    return {identifier: Word(name) for identifier, name in named.items()}


@cache
def templates(topic: str) -> dict[str, dict[str, str]]:
    """Sentence templates of a topic: key, then language."""
    text = resources.files(__package__).joinpath(f"{topic}.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 — either loader is a safe one


def moved(percent: float, say: "Wording") -> str:
    """A change as a verb without its ending: 15.1% 줄(고, 어, 었다); in English "fell by 15.1%"."""
    return say("rose" if percent >= 0 else "fell", size=abs(percent))


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


class Wording:
    """Writes the sentences of one topic in one language; what is ``known`` can be named by any of them.

    Examples
    --------
    >>> Wording("common", "ko")("source", names="표 3")
    '출처: 표 3'
    """

    def __init__(self, topic: str, language: str, **known: object) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language is {language!r}; expected one of {', '.join(LANGUAGES)}")
        self.topic, self.language, self.known = topic, language, known
        self._templates = templates("common") | templates(topic)

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence of a key with values put in; negative numbers get a minus sign, zero no sign."""
        values = self.known | values
        words = {name: Word(value) if type(value) is str else value for name, value in values.items()}
        text = self._templates[key][self.language].format(**words)
        text = re.sub(r"(?<![\w.–-])[+-](0(?:\.0+)?)(?![\d.])", r"\1", text)
        return re.sub(r"(?<![\w.–-])-(?=[\d.₩])", "−", text)
