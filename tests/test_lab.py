"""The notebooks in the JupyterLab that ``make lab`` opens, in a real browser."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from copies import answer, free_port, jupyter_folders
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from notebook_reports.parameters import Declared

OUTER = "document.querySelector('.jp-WindowedPanel-outer')"
CHANGED = "([what, before]) => document.querySelector('.notebook-panel ' + what)?.innerHTML !== before"
SMALL = [
    new_markdown_cell("# 시험\n안내", metadata={"tags": ["remove-cell"]}),
    new_code_cell("language = 'ko'\nlevel = 1", metadata={"tags": ["parameters"]}),
    new_code_cell(
        "from pathlib import Path\nfrom notebook_reports.lab import explore\n"
        "explore(Path('small.yml').resolve(), globals())",
        metadata={"tags": ["panel"]},
    ),
    new_code_cell("from notebook_reports.report import Report\nreport = Report(language)"),
    new_code_cell(
        "report.front('제목', '대상', '자료', ['결과이다.'], [('1조 원', '큰 값', '참고'), ('2%', '작은 값', '')])"
    ),
    new_markdown_cell("## 물음\n문단\n<!-- en -->\n**Question**\nText"),
    new_code_cell("report.say(f'처음 {level}')"),
    new_code_cell("report.results([(f'r{number}', number, 'u') for number in range(60)])"),
]
DECLARATION = """
title: {ko: 시험, en: Trial}
description: {ko: 시험, en: Trial}
parameters:
  language: {type: choice, help: {ko: 언어, en: Language}, choices: [ko, en]}
  level: {type: integer, label: {ko: 수준, en: Level}, help: {ko: 수준, en: Level}, minimum: 1, maximum: 3}
"""


@pytest.fixture(scope="module")
def lab(request, tmp_path_factory):
    """The address of what ``make lab`` starts, on a copy of the notebooks, and with a token of its own."""
    root, home, token = request.config.rootpath, tmp_path_factory.mktemp("lab"), secrets.token_hex()
    files = home / "files"
    shutil.copytree(root / "notebooks", files / "notebooks", ignore=shutil.ignore_patterns(".*"))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    write(new_notebook(cells=SMALL, metadata={"kernelspec": kernel}), files / "notebooks" / "small.ipynb")
    (files / "notebooks" / "small.yml").write_text(DECLARATION, encoding="utf-8")
    (files / "reports").mkdir()
    (files / "reports" / "reports.yml").write_text("reports: [{notebook: small, name: plain}]")
    port = free_port()
    options = f"--no-browser --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0"
    options += f" --IdentityProvider.token={token} --LabApp.app_settings_dir={home / 'settings'}"
    (home / "bin").mkdir()
    (home / "bin" / "jupyter").write_text(f'#!/bin/sh\nexec {Path(sys.executable).parent}/jupyter "$@" {options}\n')
    (home / "bin" / "jupyter").chmod(0o755)
    command = ["make", "-f", str(root / "Makefile"), f"BIN={home / 'bin'}", f"SETTINGS={home / 'settings'}"]
    command += ["--assume-old=.venv/installed", "lab"]
    with (home / "log").open("w") as log:
        environment = os.environ | jupyter_folders(home)
        server = subprocess.Popen(command, env=environment, cwd=files, stdout=log, stderr=log, start_new_session=True)
        try:
            assert answer(f"http://127.0.0.1:{port}/api/status?token={token}", server), (home / "log").read_text()
            yield f"http://127.0.0.1:{port}/lab/tree/notebooks/{{}}.ipynb?token={token}&reset"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


@pytest.fixture
def opened(browser, lab):
    """Opens a notebook and runs it, or its first cells; the page, on which no error may have come up at the end."""
    contexts, faults = [], []

    def run(name, cells=None):
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(lab.format(name))
        page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
        if cells is None:
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_text("Run All Cells", exact=True).click()
        else:
            page.locator(".jp-Cell").first.click(position={"x": 3, "y": 3})
            for _ in range(cells):
                page.keyboard.press("Shift+Enter")
        return page

    yield run
    pages = [page for context in contexts for page in context.pages]
    assert not any(page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() for page in pages)
    for context in contexts:
        context.close()
    assert faults == []


def _shown(page, locator):
    """The first of what a locator finds, brought on the screen: cells out of sight are not on the page."""
    page.evaluate(f"{OUTER}.scrollTop = 0")
    for _ in range(600):
        if locator.count():
            locator.first.scroll_into_view_if_needed()
            return locator.first
        page.evaluate(f"{OUTER}.scrollTop += 500")
        page.wait_for_timeout(100)
    raise AssertionError(f"{locator} did not come")


def test_a_notebook_shows_as_its_report_does(opened):
    page = opened("small")
    front = _shown(page, page.locator(".front"))
    for part in front.locator(".figures > div").all():
        label, value = (part.locator(name).first.bounding_box() for name in ("dt", "dd.value"))
        assert label["x"] == value["x"]
        assert label["y"] + label["height"] <= value["y"]
        assert value["height"] > 1.5 * label["height"] > 0
    results = _shown(page, page.locator("table").filter(has_text="r59"))
    assert results.locator("tr").count() == 61
    assert not page.get_by_text("Show more outputs").count()
    page.get_by_role("tab", name="Table of Contents").click()
    page.locator(".jp-tocItem-content").nth(1).wait_for()
    assert page.locator(".jp-tocItem-content").all_inner_texts() == ["시험", "물음"]
    assert not page.locator(".jp-toast, .Toastify__toast").count()


def test_the_panel_shows_cells_as_they_last_ran(opened):
    page = opened("small")
    cell = _shown(page, page.locator(".jp-CodeCell").filter(has_text="처음").locator(".cm-content"))
    cell.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nreport.say('고침')")
    page.keyboard.press("Shift+Enter")
    _shown(page, page.get_by_role("button", name="다른 선택으로 보기")).click()
    panel = page.locator(".notebook-panel")
    panel.get_by_text("고침").wait_for()
    panel.get_by_label("수준", exact=True).select_option(label="3")
    panel.get_by_text("처음 3").wait_for()
    assert panel.get_by_text("고침").count() == 1
    page.get_by_role("button", name="닫기").click()
    panel.wait_for(state="detached")


@pytest.mark.parametrize(
    ("name", "cells", "parameter", "choice", "sentence"),
    [
        ("photonics_trend", None, "segment", "광원 및 광전소자", "9,795억 원"),
        # title, parameters and panel, which runs the others
        ("bio_growth", 3, "segment", "바이오식품", "3조 1,133억 원"),
        ("regional_strategic_tech", 3, "region", "대구", "대구"),
    ],
)
def test_chart_and_sentence_follow_a_change(root, opened, name, cells, parameter, choice, sentence):
    label = Declared(root / "notebooks" / f"{name}.yml").content.parameters[parameter].label.ko
    page = opened(name, cells)
    button = _shown(page, page.get_by_role("button", name="다른 선택으로 보기"))
    assert page.evaluate(f"{OUTER}.scrollTop") + button.bounding_box()["y"] < 800  # on the first screen
    button.click()
    panel = page.locator(".notebook-panel")
    panel.locator(".copy").first.wait_for()
    before = {what: panel.locator(what).first.inner_html() for what in (".findings", "figure svg")}
    panel.get_by_label(label, exact=True).select_option(label=choice)
    for what, old in before.items():
        page.wait_for_function(CHANGED, arg=[what, old])
    assert sentence in panel.locator(".findings").inner_text()
    page.wait_for_selector(".notebook-panel .busy", state="detached")
    assert not panel.locator(".refused").count()
    panel.get_by_role("button", name="나란히 비교").click()
    page.wait_for_function("document.querySelectorAll('.notebook-panel .findings').length === 2")
    panel.locator("button.command").first.click()
    panel.locator("button.command", has_text="복사함").wait_for()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command == panel.locator("textarea").first.input_value()
    assert command.startswith(f"python scripts/run_reports.py {name}/")
