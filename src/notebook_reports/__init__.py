"""Labels, writes and shows what notebooks find, runs them as a batch, and renders each run as one HTML file.

It knows notebooks and nothing of what they are about. A notebook imports :class:`notebook_reports.report.Report` and
:func:`notebook_reports.parameters.check_parameters`; :mod:`notebook_reports.command` runs them, page by page.
"""

FRONT = "application/vnd.notebook-reports.front+json"
"""Media type of a front page: title, subject, vintage, findings."""
RESULT = "application/vnd.notebook-reports.result+json"
"""Media type of recorded results: a list of them, each with name, value, unit, low, high."""
FONTS = "application/vnd.notebook-reports.fonts+json"
"""Media type of the font files that a chart was laid out with."""
GLOSSARY = "application/vnd.notebook-reports.glossary+json"
"""Media type of the terms that a page may explain: a list of :class:`notebook_reports.glossary.Term`."""
SOURCES = "sources"
"""Anchor of the table of the documents that a report rests on."""


def recorded(data: dict) -> list[dict]:
    """The results that an output records."""
    results = data.get(RESULT, [])
    return results if isinstance(results, list) else [results]
