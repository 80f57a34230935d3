"""The page that links and describes every report."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notebook_reports.page import TEMPLATES, stylesheet
from notebook_reports.parameters import Declared
from notebook_reports.plan import ReportSpec


def render_index(plan: list[ReportSpec], entries: dict[str, dict], notebooks: Path) -> str:
    """The index of all reports of a plan, by notebook, in the order of the plan.

    Parameters
    ----------
    plan : list of ReportSpec
        Reports in the order in which they are listed.
    entries : dict
        What the manifest holds of each report; one that is not in it is listed as not made.
    notebooks : Path
        Folder of the notebooks' declarations, which hold their titles.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    groups: dict[str, list[dict]] = {}
    for report in plan:
        entry = entries.get(report.key)
        groups.setdefault(report.notebook, []).append(
            {
                "href": f"{report.notebook}/{report.name}.html",
                "key": report.key,
                "language": report.parameters.get("language", "ko"),
                "front": entry["front"] if entry else None,
            }
        )
    about = {notebook: Declared(notebooks / f"{notebook}.yml").content for notebook in groups}
    page = environment.get_template("index_page.html.j2")
    return page.render(groups=groups, about=about, css=stylesheet(), count=len(plan)).strip() + "\n"
