"""The page that links and describes every report, and compares those of a notebook by what they record."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from notebook_reports.page import TEMPLATES, grouped, stylesheet
from notebook_reports.parameters import Compared, Declaration, Declared, nearest
from notebook_reports.plan import ReportSpec
from notebook_reports.words import LANGUAGES, Words, own_words


def render_index(
    plan: list[ReportSpec], entries: dict[str, dict], notebooks: Path, marks: Mapping[str, str] | None = None
) -> str:
    """The index of all reports of a plan, by notebook, in the order of the plan.

    Parameters
    ----------
    plan : list of ReportSpec
        Reports in the order in which they are listed.
    entries : dict
        What the manifest holds of each report; one that is not in it is listed as not made.
    notebooks : Path
        Folder of the notebooks' declarations, which hold their titles and what is compared.
    marks : mapping of str to str, optional
        What is to be told of reports that are not fresh, as :meth:`notebook_reports.store.Store.marks` gives it.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    words = {language: own_words(language) for language in LANGUAGES}
    topics = []
    for notebook, about, reports in _topics(plan, notebooks):
        listed = [_listed(report, entries.get(report.key), (marks or {}).get(report.key), words) for report in reports]
        topics.append({"id": notebook, "about": about, "reports": listed, **_table(about.compared, listed, entries)})
    page = environment.get_template("index_page.html.j2").render(
        words=words,
        said={key: _both(words, key, count=len(plan), shown="{shown}") for key in _SAID},
        topics=topics,
        count=len(plan),
        marked=sum(report["mark"] is not None for topic in topics for report in topic["reports"]),
        css="\n".join([stylesheet(), (TEMPLATES / "index.css").read_text(encoding="utf-8").strip()]),
        script=(TEMPLATES / "index.js").read_text(encoding="utf-8").strip(),
    )
    return page.strip() + "\n"


_SAID = ("filtered", "no_match", "largest_first")
"""Keys of what the page's script says."""


def _both(words: Mapping[str, Words], key: str, **facts: object) -> list[str]:
    """A sentence of the page in every language."""
    return [str(each.text(key, **facts)) for each in words.values()]


def compared_faults(plan: list[ReportSpec], entries: dict[str, dict], notebooks: Path) -> list[str]:
    """What is wrong with the results that notebooks name as compared, where all reports of a notebook are made.

    A result that no report records, and one that reports record in several units.
    """
    faults = []
    for notebook, about, reports in _topics(plan, notebooks):
        if all(report.key in entries for report in reports):
            recorded = [result for report in reports for result in entries[report.key]["results"]]
            names = {result["name"] for result in recorded}
            for declared in about.compared:
                column = declared.newest(names)
                units = sorted({result["unit"] for result in recorded if result["name"] == column.result})
                place = f"{notebooks.name}/{notebook}.yml, compared: result {column.result!r}"
                if not units:
                    hint = nearest(column.result, names)
                    faults.append(f"{place} is recorded by no report{hint}")
                elif len(units) > 1:
                    faults.append(f"{place} is recorded in several units: {', '.join(units)}")
    return faults


def _topics(plan: list[ReportSpec], notebooks: Path) -> Iterator[tuple[str, Declaration, list[ReportSpec]]]:
    for notebook in dict.fromkeys(report.notebook for report in plan):
        reports = [report for report in plan if report.notebook == notebook]
        yield notebook, Declared(notebooks / f"{notebook}.yml").content, reports


def _listed(report: ReportSpec, entry: dict | None, mark: str | None, words: Mapping[str, Words]) -> dict:
    """What the index shows of one report."""
    mark = mark or ("missing" if entry is None else None)
    language = "en" if report.parameters.get("language") == "en" else "ko"
    made = entry is not None and (mark is None or "missing" not in mark)
    return {
        "key": report.key,
        "href": f"{report.notebook}/{report.name}.html",
        "language": language,
        "mark": words[language].text(f"mark_{mark.replace(' ', '_')}") if mark else None,
        "front": entry["front"] if made else None,
        "figures": entry["front"].get("figures", []) if made else [],
        "thumbnail": _image(entry.get("thumbnail", "")) if made else "",
    }


_CODED = {code: quote(chr(code), safe=" ':/;,=()-.") for code in range(128)}
"""What an address writes in another way, looked up at once for all of a drawing."""


def _image(drawing: str) -> Markup:
    """An SVG as the address of an image, in which no script of its own would run."""
    if not drawing:
        return Markup("")
    coded = drawing.replace('"', "'").translate(_CODED)
    return Markup(f"data:image/svg+xml,{coded}")  # noqa: S704 — no sign is left that could end an attribute


def _table(compared: list[Compared], listed: list[dict], entries: dict[str, dict]) -> dict[str, list]:
    """Columns and rows of the table that compares reports, of which all columns and all rows hold a value."""
    made = [report for report in listed if report["front"]]
    found = {report["key"]: {result["name"]: result for result in entries[report["key"]]["results"]} for report in made}
    names = set().union(*found.values())
    columns = [column for each in compared if (column := each.newest(names)).result in names]
    titles = Counter(report["front"]["title"] for report in made)
    rows = [
        {
            "report": report,
            "subject": report["front"]["subject"] if titles[report["front"]["title"]] > 1 else "",
            "cells": [_cell(found[report["key"]].get(column.result), column.digits) for column in columns],
        }
        for report in made
        if any(column.result in found[report["key"]] for column in columns)
    ]
    return {"columns": columns, "rows": rows}


def _cell(result: dict | None, digits: int) -> dict | None:
    """A value, with its bounds where they are seen to differ from it; nothing where the report does not record it."""
    if result is None:
        return None
    text = grouped(result["value"], digits)
    ends = [grouped(result[end], digits) for end in ("low", "high") if result[end] is not None]
    bounds = f"[{', '.join(ends)}]" if set(ends) - {text} else ""
    return {"value": result["value"], "text": text, "bounds": bounds}
