"""The page that links and describes every report, and compares those of a notebook by what they record."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from notebook_reports.page import TEMPLATES, grouped, stylesheet
from notebook_reports.parameters import Compared, Declared, Text, nearest
from notebook_reports.plan import Plan, ReportSpec
from notebook_reports.words import LANGUAGES, Words, own_words


def render_index(
    plan: list[ReportSpec],
    entries: dict[str, dict],
    notebooks: Path,
    marks: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """The index of all reports of a plan: each notebook a topic with its cover, its pages, and all in a list.

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
    folder : Path, optional
        Where the reports stand, with the pictures of covers; without it, topics have no picture.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a tenth of a second, which most runs save

    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    words = {language: own_words(language) for language in LANGUAGES}
    topics = []
    for notebook, about, reports in _topics(plan, notebooks):
        one = len(reports) == 1
        listed = [_listed(each, entries.get(each.key), (marks or {}).get(each.key), words, one) for each in reports]
        columns, rows = _table(about.content.compared, listed, entries)
        led = _led(listed, about, columns, rows, folder)
        repeated = [row["cells"] for row in rows if row["report"] is led["lead"]]  # by other languages, say
        rows = [row for row in rows if row["report"] is led["lead"] or row["cells"] not in repeated]
        topic = {"id": _id(notebook), "title": about.title, "reports": listed, "columns": columns, "rows": rows}
        topics.append(topic | led)
    page = environment.get_template("index_page.html.j2").render(
        words=words,
        title=plan.title.ko if isinstance(plan, Plan) and plan.title else words["ko"].text("index_title"),
        said={
            key: [str(each.text(key, count=len(plan), shown="{shown}")) for each in words.values()]
            for key in ("filtered", "no_match", "largest_first")
        },
        topics=topics,
        count=len(plan),
        marked=sum(report["mark"] is not None for topic in topics for report in topic["reports"]),
        css="\n".join([stylesheet(), (TEMPLATES / "index.css").read_text(encoding="utf-8").strip()]),
        script=(TEMPLATES / "index.js").read_text(encoding="utf-8").strip(),
    )
    return page.strip() + "\n"


def compared_faults(plan: list[ReportSpec], entries: dict[str, dict], notebooks: Path) -> list[str]:
    """What is wrong with the results that notebooks name as compared, where all reports of a notebook are made.

    A result that no report records, and one that reports record in several units.
    """
    faults = []
    for notebook, about, reports in _topics(plan, notebooks):
        if any(report.key not in entries for report in reports):
            continue
        recorded = [result for report in reports for result in entries[report.key]["results"]]
        names = {result["name"] for result in recorded}
        for name in (declared.newest(names).result for declared in about.content.compared):
            units = sorted({result["unit"] for result in recorded if result["name"] == name})
            place = f"{notebooks.name}/{notebook}.yml, compared: result {name!r}"
            if not units:
                faults.append(f"{place} is recorded by no report{nearest(name, names)}")
            elif len(units) > 1:
                faults.append(f"{place} is recorded in several units: {', '.join(units)}")
    return faults


def _topics(plan: list[ReportSpec], notebooks: Path) -> Iterator[tuple[str, Declared, list[ReportSpec]]]:
    for notebook in dict.fromkeys(report.notebook for report in plan):
        reports = [report for report in plan if report.notebook == notebook]
        yield notebook, Declared(notebooks / f"{notebook}.yml"), reports


def _id(notebook: str) -> str:
    """A notebook's name as the anchor of its topic, apart from those that the page has itself."""
    taken = ("search-and-compare", "filter-words", "filter-topic", "filter-language")
    return re.sub(r"\s", "_", notebook) + ("_" if notebook in taken else "")


def _listed(report: ReportSpec, entry: dict | None, mark: str | None, words: Mapping[str, Words], one: bool) -> dict:
    """What the index shows of one report; its name, too, where its page does not say what it is about."""
    mark = mark or ("missing" if entry is None else None)
    language = "en" if report.parameters.get("language") == "en" else "ko"
    made = entry is not None and (mark is None or "missing" not in mark)
    front = entry["front"] if made else {}
    own = "" if one or front.get("subject") or not made else f": {report.name}"
    return {
        "key": report.key,
        "href": quote(f"{report.key}.html"),
        "language": language,
        "cover": report.cover,
        "groups": {f"{report.notebook}/{link.name}": link.group for link in report.links},
        "mark": words[language].text(f"mark_{mark.replace(' ', '_')}") if mark else None,
        "front": front,
        "name": (front.get("short") or front.get("title") or report.key) + own,
        "title": front.get("title", "") + own,
        "headline": front.get("headline") or next(iter(front.get("findings", ())), ""),
        "figures": front.get("figures", ()),
    }


def _led(listed: list[dict], about: Declared, columns: list[Compared], rows: list[dict], folder: Path | None) -> dict:
    """How a topic leads to its reports, as the page's template takes it; what there is not is None or empty.

    That is ``lead``, the cover, the Korean one first; ``also``, covers in other languages; ``picture`` of the cover;
    ``map`` of reports with a place; ``sized``, those of the rest with a size that differ from the cover in the one
    parameter in which most do; and ``others``.
    """
    covers: dict[str, dict] = {}
    placed: dict[tuple[int, int], dict] = {}
    for each in listed:
        if each["cover"] and each["front"]:
            covers.setdefault(each["language"], each)
    lead, *also = [covers[language] for language in LANGUAGES if language in covers] or [None]
    for each in listed:
        if each["front"].get("tile") and each not in covers.values():
            placed.setdefault(tuple(reversed(each["front"]["tile"])), each)
    rest = [each for each in listed if each not in (*covers.values(), *placed.values())]
    groups = lead["groups"] if lead else {}
    with_size = [each for each in rest if each["front"].get("size") is not None]
    group = Counter(groups.get(each["key"]) for each in with_size).most_common(1)
    sized = [each for each in with_size if groups.get(each["key"]) == group[0][0] and group[0][1] > 1]
    return {
        "lead": lead,
        "also": also,
        "picture": _picture(folder / f"{lead['key']}.svg") if folder and lead else None,
        "map": _map(placed, columns, rows) | _heading(about, groups, placed.values()) if placed else None,
        "sized": _sized(sized) | _heading(about, groups, sized) if sized else None,
        "others": [each for each in rest if each not in sized],
    }


def _heading(about: Declared, groups: Mapping[str, str], reports: Iterable[dict]) -> dict[str, Text | None]:
    """What the parameter is called in which reports differ from their cover, where it is known."""
    called = groups.get(next(iter(reports))["key"])
    labels = [parameter.label for parameter in about.parameters.values() if parameter.label]
    return {"by": next((label for label in labels if called in (label.ko, label.en)), None)}


_CODED = {code: quote(chr(code), safe=" ':/;,=()-.") for code in range(128)}
"""What an address writes in another way, looked up at once for all of a drawing."""


def _picture(path: Path) -> dict[str, str] | None:
    """The picture of a cover as an address, with what it says and its size; none where it is not there."""
    if not path.is_file():
        return None
    drawing = path.read_text(encoding="utf-8").strip()
    label = re.search(r' aria-label="([^"]*)"', drawing)
    box = re.search(r' viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    width, height = (round(float(side)) for side in box.groups()) if box else (360, 240)
    coded = drawing.translate(_CODED)
    address = Markup(f"data:image/svg+xml,{coded}")  # noqa: S704 — no sign is left that could end an attribute
    return {"address": address, "says": unescape(label[1]) if label else "", "width": width, "height": height}


def _map(placed: Mapping[tuple[int, int], dict], columns: list[Compared], rows: list[dict]) -> dict[str, object]:
    """Tiles with their places, counted from 1, and what the first compared result is in each."""
    top, left = map(min, zip(*placed, strict=True))
    first = {row["report"]["key"]: row["cells"][0] for row in rows}
    most = max([1e-9, *(first[each["key"]]["value"] for each in placed.values() if first.get(each["key"]))])
    tiles = []
    for (row, column), each in sorted(placed.items()):
        cell = first.get(each["key"])
        shade = round(30 * (max(cell["value"], 0) / most)) if cell else 0
        tiles.append(each | {"row": row - top + 1, "column": column - left + 1, "cell": cell, "shade": shade})
    return {"tiles": tiles, "counted": columns[0] if any(tile["cell"] for tile in tiles) else None}


def _sized(reports: list[dict]) -> dict[str, object]:
    """Reports by size, with bars and their first key figures, whose label is told once where it is the same for all."""
    most = max([1e-9, *(each["front"]["size"] for each in reports)])
    bars = [
        each
        | {
            "bar": round(100 * max(each["front"]["size"], 0) / most, 1),
            "figure": next(iter(each["figures"]), {"value": "", "label": ""}),
        }
        for each in sorted(reports, key=lambda each: -each["front"]["size"])
    ]
    labels = {each["figure"]["label"] for each in bars}
    return {"bars": bars, "label": labels.pop() if len(labels) == 1 else ""}


def _table(compared: list[Compared], listed: list[dict], entries: dict[str, dict]) -> tuple[list[Compared], list[dict]]:
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
    return columns, rows


def _cell(result: dict | None, digits: int) -> dict | None:
    """A value, with its bounds where they are seen to differ from it; nothing where the report does not record it."""
    if result is None:
        return None
    text = grouped(result["value"], digits)
    ends = [grouped(result[end], digits) for end in ("low", "high") if result[end] is not None]
    bounds = f"[{', '.join(ends)}]" if set(ends) - {text} else ""
    return {"value": result["value"], "text": text, "bounds": bounds}
