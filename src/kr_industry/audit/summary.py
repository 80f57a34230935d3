"""The audit as lines of text, for the command line."""

import math

from kr_industry.audit.localise import Conflict, Suspect
from kr_industry.audit.verdicts import ROUNDED, UNCHECKED, Audit


def counts(audit: Audit) -> list[str]:
    """Two lines: how many figures, relations and claims there are, and how they fared."""
    claims = audit.claims["verdict"].value_counts()
    return [
        f"{len(audit.figures)} figures, {len(audit.relations)} relations: {_listing(audit.counts())}",
        f"{len(audit.claims)} claims: {_listing({verdict: claims.get(verdict, 0) for verdict in audit.counts()})}; "
        f"{(audit.claims['unlike_ko'] != '').sum()} compare unlike things",
    ]


def _listing(numbers: dict[str, int]) -> str:
    names = {ROUNDED: "verified within rounding", UNCHECKED: "cannot be checked"}
    return ", ".join(f"{number} {names.get(verdict, verdict)}" for verdict, number in numbers.items())


def contradictions(audit: Audit) -> list[str]:
    """Lines on each conflict: the figures that must be wrong, or the choices of which are, with where they stand."""
    return [line for conflict in audit.conflicts for line in _conflict(audit, conflict)]


def _conflict(audit: Audit, conflict: Conflict) -> list[str]:
    if conflict.certain:
        return [_suspect(audit, suspect) for suspect in conflict.alternatives[0]]
    more = "" if conflict.complete else " (and more than are listed)"
    lines = [f"one of these {len(conflict.alternatives)}{more}; the source alone cannot tell which:"]
    for number, least in enumerate(conflict.alternatives, start=1):
        lines += [f"  {number}. {_suspect(audit, suspect)}" for suspect in least]
    return lines


def _suspect(audit: Audit, suspect: Suspect) -> str:
    if suspect.figure not in audit.figures.index:  # a number that stands in claims.csv itself
        place, printed = suspect.figure, ""
    else:
        figure = audit.figures.loc[suspect.figure]
        place = f"{figure['table']}.csv, row {figure['row'] + 2} ({figure['key']}), column {figure['column']}"
        printed = f"prints {figure['printed']}, "
    if suspect.place_of:
        return f"{place}: {printed}exchanged; {suspect.reading.text} belongs here"
    reading = f"; nearest in writing {suspect.reading.text}" if suspect.reading else ""
    return f"{place}: {printed}others leave {_range(suspect.low, suspect.high)}{reading}"


def _range(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "anything"
    return f"{low:.6g}" if math.isclose(low, high, rel_tol=1e-9) else f"{low:.7g} to {high:.7g}"
