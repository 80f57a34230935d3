"""Links between the pages of a notebook's reports, from the plan and the notebook's declaration alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote

from notebook_reports.parameters import Declared
from notebook_reports.words import LANGUAGES, own_words

MANY = 40
"""Links to neighbours that a page may have; where there are more, it has none of them."""


class Link(NamedTuple):
    """A link from the page of one report to that of another of the same notebook."""

    group: str
    """What the parameter is called in which they differ; of several, the one declared first."""
    label: str
    """What the other's value of it is called."""
    name: str
    """Of the other report."""
    title: str = ""
    """Of the notebook, where the other is its cover."""
    language: str = ""
    """Of the other, where they differ in it."""

    @property
    def address(self) -> str:
        """Of the other's page, from this one's."""
        return quote(f"{self.name}.html")


class Neighbours:
    """The reports of one notebook, by what they have in common.

    Parameters
    ----------
    reports : iterable of (str, mapping, bool)
        Name, parameters, and whether it is a cover.
    declared : Declared
        The declaration of their notebook.
    """

    def __init__(self, reports: Iterable[tuple[str, Mapping[str, object], bool]], declared: Declared) -> None:
        reports = list(reports)
        self._declared, self._parameters = declared, declared.parameters
        self._needs = {name: parameter.needs() for name, parameter in self._parameters.items()}
        given = {name for _, parameters, _ in reports for name in parameters}
        lacking = any(given - parameters.keys() for _, parameters, _ in reports)
        self._values = {name: {**(declared.defaults if lacking else {}), **given} for name, given, _ in reports}
        self._varying = self._apart(self._parameters, self._values.values())
        self._languages = {each: str(own_words(each).text("own_language")) for each in LANGUAGES}
        self._near: dict[tuple, list[str]] = defaultdict(list)
        self._choices: dict[tuple, dict[str, str]] = {}
        self._in_language: dict[str, list[str]] = defaultdict(list)
        for name, values in self._values.items():
            self._in_language[str(values.get("language"))].append(name)
            for parameter in self._varying:
                self._near[self._but(parameter, values)].append(name)
        self._covers = {str(self._values[name].get("language")): name for name, _, cover in reversed(reports) if cover}

    def links(self, name: str) -> tuple[Link, ...]:
        """The links of a report, by parameter in the order of the declaration, and by value in that of its choices.

        It leads to the cover of the notebook in its language and to those that differ from it in one parameter, the
        language included; a cover leads to all in its language.
        """
        own = self._values[name]
        code = str(own.get("language"))
        language = "en" if code == "en" else "ko"
        cover = self._covers.get(code)
        near = {parameter: self._near[self._but(parameter, own)] for parameter in self._varying}
        abroad = near.pop("language", [])
        here = self._in_language[code] if name == cover else chain.from_iterable(near.values())
        here = [other for other in dict.fromkeys(here) if other != name]
        others = [*filter(None, [cover]), *(here if len(here) <= MANY else ()), *abroad]
        alike: dict[tuple, list[str]] = defaultdict(list)
        for other in dict.fromkeys(others):
            values = self._values[other]
            parameter = next((each for each in self._varying if own.get(each) != values.get(each)), None)
            if parameter:
                alike[parameter, *self._called(parameter, other, language)].append(other)
        found = []
        for (parameter, place, called), other in ((key, other) for key, several in alike.items() for other in several):
            values, several, label = self._values[other], alike[parameter, place, called], called
            if len(several) > 1:
                apart = self._apart(self._varying, [self._values[each] for each in several])
                more = ", ".join(self._called(each, other, language)[1] for each in apart)
                label += f"({more})" if language == "ko" else f" ({more})"
            foreign = str(values.get("language")) if parameter == "language" else ""
            label = self._languages.get(foreign, label)
            title = getattr(self._declared.title, language) if other == cover else ""
            head = self._parameters[parameter].label
            link = Link(getattr(head, language) if head else parameter, label, other, title, foreign)
            found.append((self._varying.index(parameter), place, len(found), link))
        return tuple(link for *_, link in sorted(found))

    def _apart(self, parameters: Iterable[str], several: Iterable[Mapping[str, object]]) -> list[str]:
        """Those of the parameters in which sets of values differ."""
        return [name for name in parameters if len({str(values.get(name)) for values in several}) > 1]

    def _but(self, parameter: str, values: Mapping[str, object]) -> tuple:
        """What the reports have in common that differ from one with these values in one parameter at most."""
        return parameter, *(str(values.get(name)) for name in self._varying if name != parameter)

    def _called(self, parameter: str, report: str, language: str) -> tuple[float, str]:
        """The place of a report's value among the choices of a parameter, and what it is called."""
        values = self._values[report]
        key = parameter, language, *(str(values.get(name)) for name in self._needs[parameter])
        if key not in self._choices:
            self._choices[key] = self._declared.bound(parameter, values).names(language)
        choices, value = self._choices[key], values.get(parameter)
        if isinstance(value, str) and value in choices:
            return list(choices).index(value), choices[value]
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return value if isinstance(value, int | float) else len(choices), text
