"""What a report is about, in words: a measure of a whole industry or of one of its segments."""

import pandas as pd

from kr_industry.wording import Wording, names


def noun(industry: str, measure: str, segment: str, say: Wording) -> str:
    """A measure of the total or of a segment, as it stands inside a sentence.

    Parameters
    ----------
    industry : str
        Whose segments they are, such as ``photonics`` or ``bio``; the measures are those of the words' topic.
    measure, segment : str
        Identifiers; the segment may be ``total``.
    say : Wording
        The words of the industry.
    """
    measured = names(f"{say.topic}_measure", say.language, inline=True)[measure]
    if segment == "total":
        return measured
    return say(
        "noun_segment", measure=measured, segment=names(f"{industry}_segment", say.language, inline=True)[segment]
    )


def front(industry: str, values: pd.Series, measure: str, segment: str, say: Wording) -> dict[str, str]:
    """What the front page of a report says of itself: ``title``, ``subject`` and ``vintage``."""
    return {
        "title": title(industry, segment, say),
        "subject": subject(industry, values, measure, segment, say),
        "vintage": say("vintage"),
    }


def title(industry: str, segment: str, say: Wording) -> str:
    """The title of a report on the total or on a segment."""
    if segment == "total":
        return say("title")
    return say("title_segment", segment=names(f"{industry}_segment", say.language)[segment])


def subject(industry: str, values: pd.Series, measure: str, segment: str, say: Wording) -> str:
    """What a report is about: the total or a segment, its years, and the measure."""
    segments = {} if segment == "total" else names(f"{industry}_segment", say.language)
    return say(
        "subject" if segment == "total" else "subject_segment",
        segment=segments.get(segment, ""),
        count=len(segments.keys() - {"total"}),
        first_year=values.index[0],
        last_year=values.index[-1],
        measure=names(f"{say.topic}_measure", say.language, inline=True)[measure],
    )
