"""A panel in a notebook: change its parameters, and see what the notebook shows with them.

It runs the notebook's own code cells again in the same kernel, each time in a namespace of its own, so that there
is no second way to any chart: as they last ran in this kernel, else as they are saved. Parts take their place as
their cells end; when something is changed meanwhile, what is left of the run is dropped.
"""

import asyncio
import gc
import json
import re
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import ipywidgets
from IPython.utils.capture import capture_output
from ipywidgets import HTML, Box, Button, HBox, Layout, ToggleButton, VBox
from markupsafe import Markup, escape
from nbconvert.filters import markdown2html

from notebook_reports import FONTS, RESULT, recorded
from notebook_reports.execute import from_report
from notebook_reports.fonts import font_faces
from notebook_reports.lab import last_run, undressed
from notebook_reports.page import TEMPLATES, brief, stylesheet
from notebook_reports.parameters import PLAN, Accepted, Declared, RequestError
from notebook_reports.plan import command_for, entry_for, read_plan
from notebook_reports.safe_yaml import flow
from notebook_reports.sections import Sections, in_two_languages, text_of
from notebook_reports.words import own_words

_COPY = (TEMPLATES / "panel.js").read_text(encoding="utf-8").replace("\n", "")
"""Where a browser keeps the clipboard from a page, as at an address that is not secure, it copies what is selected."""


@dataclass(frozen=True)
class Step:
    """A code cell, with the texts of the Markdown cells before it."""

    code: object
    texts: tuple[str, ...]
    hidden: bool = False
    """Whether it runs, and what it shows does not stand on a page."""


def steps(notebook: Path) -> list[Step]:
    """What the panel runs of a notebook: all its code cells, but the one of the parameters and the panel's own."""
    found, texts = [], []
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        tags = set(cell["metadata"].get("tags", ()))
        if cell["cell_type"] == "markdown" and "remove-cell" not in tags:
            texts.append(text_of(cell))
        elif cell["cell_type"] == "code" and not tags & {"parameters", "injected-parameters", "panel"}:
            source = last_run(cell.get("id", ""), "".join(cell["source"]))
            code = compile(source, f"<{notebook.stem}, cell {number}>", "exec")
            found.append(Step(code, tuple(texts), "remove-cell" in tags))
            texts = []
    return found


def control(accepted: Accepted, value: object, language: str) -> ipywidgets.Widget:
    """A control that offers what a parameter accepts, set to a value; a text where nothing is offered."""
    about, kind = accepted.about, accepted.about.type
    low, high = about.minimum, about.maximum
    if kind == "choice":
        names = accepted.names(language).items()
        return ipywidgets.Dropdown(options=[(name[:1].upper() + name[1:], key) for key, name in names], value=value)
    if kind == "boolean":
        return ipywidgets.Checkbox(value=value, indent=False)
    few = kind == "integer" and None not in (low, high) and high - low <= 100
    numbers = accepted.offered or (range(low, high + 1) if few else ())
    if about.column or 0 < len(numbers) <= 6:
        return ipywidgets.Dropdown(options=[(str(number), number) for number in numbers], value=value)
    if few:
        return ipywidgets.IntSlider(value, low, high, continuous_update=False)
    if kind not in ("integer", "number") or value is None:
        return ipywidgets.Text(value=value if isinstance(value, str) else flow(value), continuous_update=False)
    most = 2**53 if kind == "integer" else sys.float_info.max  # what a browser counts exactly
    bounded = ipywidgets.BoundedIntText if kind == "integer" else ipywidgets.BoundedFloatText
    return bounded(value=value, min=-most if low is None else low, max=most if high is None else high)


def run(code: list[Step], values: Mapping[str, object]) -> Iterator[list[dict]]:
    """Run cells one after another in a namespace of their own; after each, the data of what it showed by Report."""
    space = {"__name__": "__main__", **values}
    for step in code:
        gc.disable()  # a look through all that a kernel holds takes up to half a second, and comes at any time
        try:
            with capture_output() as shown:
                exec(step.code, space)  # noqa: S102 — the notebook's own code
        finally:
            gc.enable()
        gc.collect(1)  # what the cell itself has left behind
        yield [output.data for output in shown.outputs if from_report({"metadata": output.metadata})]


class View:
    """One set of parameters with its controls, what the notebook shows with it, and how to make a report of it.

    Parameters
    ----------
    panel : Panel
        Whose notebook it is.
    values : mapping
        A value for every parameter.
    """

    def __init__(self, panel: "Panel", values: Mapping[str, object]) -> None:
        self.panel, self.values, self.results = panel, dict(values), {}
        wide = Layout(flex="1 1 0", min_width="0", margin="0 1rem 0 0", overflow="visible")
        self.parts = [HTML(layout=wide).add_class("part") for _ in panel.steps]
        self.note, self.copies = HTML(), HTML()
        self.controls: dict[str, ipywidgets.Widget] = {}
        self.box = VBox(layout=wide)
        self._good: tuple[list[str], dict] = ([""] * len(self.parts), {})
        self._task: asyncio.Task | None = None
        self._offer()
        self.start()

    @property
    def language(self) -> str:
        """The language of what it shows."""
        return str(self.values.get("language", "ko"))

    def start(self) -> None:
        """Run the notebook with the present values: by turns where the kernel has other things to do, else at once."""
        if self._task:
            self._task.cancel()
        try:
            self._task = asyncio.get_running_loop().create_task(_by_turns(self._shown()))
        except RuntimeError:  # there is no loop
            deque(self._shown(), maxlen=0)

    def _offer(self) -> None:
        """Make the controls, named in the present language."""
        for name, about in self.panel.declared.parameters.items():
            if name not in self.values:  # what the notebook computes
                continue
            offered = control(self.panel.declared.bound(name, self.values), self.values[name], self.language)
            offered.description = getattr(about.label, self.language) if about.label else name
            offered.tooltip = getattr(about.help, self.language)
            offered.style.description_width = "5.5rem"
            offered.layout = Layout(width="auto", margin="2px .5rem 2px 0")
            offered.observe(partial(self._take, name), "value")
            self.controls[name] = offered
        columns = Layout(display="grid", grid_template_columns="repeat(auto-fill, minmax(14.5rem, 1fr))")
        row = Box(list(self.controls.values()), layout=columns)
        self.box.children = [row, self.note, self.copies]

    def _take(self, name: str, change: dict) -> None:
        text = isinstance(change["new"], str) and isinstance(self.controls[name], ipywidgets.Text)
        self.values[name] = self.panel.declared.read(name, change["new"]) if text else change["new"]
        if name == "language" or self.panel.declared.needing(name):
            self.values = self.panel.declared.adapted(self.values, name)
            self._offer()
        self.start()

    def _shown(self) -> Iterator[None]:
        """Run the notebook and put each part in its place; where it refuses, put back what was there and say so."""
        text, results = own_words(self.language).text, {}
        sections = Sections(self.language, hold=self.panel.in_two_languages)
        self.note.value = f'<p class="busy" role="status">{text("busy")}</p>'
        try:
            chosen = self.panel.declared.resolve(self.values)
            cells = zip(self.panel.steps, self.parts, run(self.panel.steps, chosen), strict=True)
            for step, part, shown in cells:
                results |= {result["name"]: result for data in shown for result in recorded(data)}
                drawn = "" if step.hidden else _html(shown, f"p{part.model_id[:8]}-")
                for source in step.texts:
                    sections.add(source)
                part.value = "".join(map(_markdown, sections.ran(bool(drawn)))) + drawn
                yield
            self._good = [part.value for part in self.parts], results
            self.copies.value = self._to_copy(chosen)
            self.note.value = ""
        except Exception as error:  # noqa: BLE001 — the reader sees it
            for part, value in zip(self.parts, self._good[0], strict=True):
                part.value = value
            reason = str(error) if isinstance(error, RequestError) else f"{type(error).__name__}: {error}"
            self.note.value = f'<p class="refused" role="alert">{text("refused")}<br>{escape(reason)}</p>'
        self.results = self._good[1]
        self.panel.compare_results()

    def _to_copy(self, chosen: dict[str, object]) -> str:
        """The command and the entry of the plan that make a report of these values, each with a button to copy it."""
        panel, text = self.panel, own_words(self.language).text
        own = [report for report in panel.plan if report.notebook == panel.name]
        same = [report.key for report in own if panel.defaults | report.parameters == chosen]
        taken = {report.name for report in own}
        entry = f"# {text('planned')}: {same[0]}" if same else entry_for(panel.name, chosen, panel.defaults, taken)
        command = command_for(panel.plan, panel.name, chosen, panel.declared)
        offered = (("command", text("copy_command"), command), ("entry", text("copy_entry"), entry.rstrip()))
        return Markup().join(
            Markup(
                '<div class="copy"><button class="jupyter-button {}" data-done="{}" onclick="{}">{}</button>'
                '<textarea readonly rows="{}" aria-label="{}" data-lm-suppress-shortcuts="true">{}</textarea></div>'
            ).format(kind, text("copied"), _COPY, name, lines.count("\n") + 1, name, lines)
            for kind, name, lines in offered
        )


async def _by_turns(work: Iterator[None]) -> None:
    for _ in work:
        await asyncio.sleep(0.001)  # lets the kernel see what the reader has changed meanwhile


@lru_cache(maxsize=256)
def _markdown(text: str) -> str:
    """Markdown as HTML, with headings to which nothing links."""
    return re.sub(r' id="[^"]*"|<a class="anchor-link".*?</a>', "", markdown2html(text))


def _html(shown: list[dict], prefix: str) -> str:
    """What a cell displayed, as HTML; ids begin with a prefix, as all of JupyterLab is one page."""
    shown = [data for data in shown if RESULT not in data]
    html = "".join(
        undressed(data["text/html"]) if "text/html" in data else _markdown(data["text/markdown"]) for data in shown
    )
    fonts = {name: path for data in shown for name, path in data.get(FONTS, {}).items()}
    faces = f"<style>{font_faces(html, fonts)}</style>" if fonts else ""
    return faces + re.sub(r'(\bid="|url\(#|href="#)(?=c\d+-|sources")', rf"\g<1>{prefix}", html)


class Panel:
    """Controls for a notebook's parameters, and below them what the notebook shows with one choice of them, or two.

    Parameters
    ----------
    declaration : Path
        The YAML file that declares the parameters, with the notebook of the same name beside it.
    values : mapping
        The parameters to start with, those of all that the notebook takes which are not as it has them.

    Attributes
    ----------
    box : ipywidgets.VBox
        What is displayed.
    views : list of View
        One, or two side by side.
    """

    def __init__(self, declaration: Path, values: Mapping[str, object]) -> None:
        notebook = declaration.with_suffix(".ipynb")
        self.declared, self.steps = Declared(declaration), steps(notebook)
        self.root = self.declared.root
        self.in_two_languages = any(in_two_languages(text) for step in self.steps for text in step.texts)
        self.defaults = self.declared.resolve(self.declared.defaults)
        self.plan = read_plan(self.root / PLAN, self.root / "notebooks")
        self.name = declaration.absolute().relative_to(self.root / self.plan.notebooks).with_suffix("").as_posix()
        self.views: list[View] = []
        self.title, self.results = HTML(layout=Layout(flex="1")), HTML().add_class("part")
        self.compare = ToggleButton(icon="columns", layout=Layout(width="13rem"))
        self.compare.observe(self._compared, "value")
        self.choices = HBox()
        self.rows = VBox(layout=Layout(max_height="44rem", overflow="hidden auto", display="block"))
        page = stylesheet().replace(":root{", "&{").replace("\nbody{", "\n&{")  # for the panel alone in JupyterLab
        css = f"<style>.notebook-panel{{{page}\n{(TEMPLATES / 'panel.css').read_text(encoding='utf-8')}}}</style>"
        self.box = VBox([HTML(css), HBox([self.title, self.compare]), self.choices, self.rows])
        self.box.add_class("notebook-panel")
        self._show([View(self, self.defaults | dict(values))])

    def _compared(self, change: dict) -> None:
        self._show([self.views[0], View(self, self.views[0].values)] if change["new"] else self.views[:1])

    def _show(self, views: list[View]) -> None:
        self.views = views
        self.choices.children = [view.box for view in views]
        self.rows.children = [*map(HBox, zip(*(view.parts for view in views), strict=True)), self.results]
        self.compare_results()

    def compare_results(self) -> None:
        """Set the results of the views side by side by their names."""
        if not self.views:
            return
        text, views = own_words(self.views[0].language).text, self.views
        self.title.value = f'<h2 class="panel">{text("other_choices")}</h2>'
        self.compare.description = text("compare_sides")
        named = {name: result for view in reversed(views) for name, result in view.results.items()}
        heads = ["value"] if len(views) == 1 else ["left", "right"]
        head = "".join(f'<th scope="col" class="number">{text(key)}</th>' for key in heads)
        rows = [
            _row(name, result["unit"], [view.results.get(name) for view in views]) for name, result in named.items()
        ]
        self.results.value = (
            f'<h2>{text("recorded")}</h2><table><thead><tr><th scope="col">{text("name")}</th>{head}'
            f'<th scope="col">{text("unit")}</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
        )


def offer(declaration: Path, values: Mapping[str, object]) -> VBox:
    """A button that opens a panel, and closes it; before it is pressed, nothing is read or run.

    Parameters
    ----------
    declaration, values
        As for :class:`Panel`.
    """
    text = own_words(str(values.get("language", "ko"))).text
    layout = Layout(width="auto", align_self="flex-start")
    button = Button(description=text("other_choices"), icon="sliders", layout=layout)
    box = VBox([button])

    def press(_: Button) -> None:
        if box.children[1:]:
            box.children, button.description = [button], text("other_choices")
            return
        try:
            panel = Panel(declaration, values).box
        except Exception as error:  # noqa: BLE001 — the reader sees it
            panel = HTML(f'<p role="alert">{escape(type(error).__name__)}: {escape(error)}</p>')
        box.children, button.description = [button, panel], text("close_panel")

    button.on_click(press)
    return box


def _row(name: str, unit: str, results: list[dict | None]) -> str:
    """A result as a row of the table, marked where it is not the same on both sides."""
    moved = ' class="moved"' if any(result != results[0] for result in results) else ""
    cells = "".join(f'<td class="number">{_written(result)}</td>' for result in results)
    return f'<tr{moved}><th scope="row"><code>{escape(name)}</code></th>{cells}<td>{escape(unit)}</td></tr>'


def _written(result: dict | None) -> str:
    if result is None:
        return "–"
    bounds = "" if result["low"] is None else f" [{brief(result['low'])}, {brief(result['high'])}]"
    return f"{brief(result['value'])}{bounds}"
