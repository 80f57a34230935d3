"""The panel in a real JupyterLab, in a real browser."""

import os
import secrets
import shutil
import subprocess
import sys

import pytest
from copies import answer, free_port, jupyter_folders

from notebook_reports.parameters import Declared

TO_THE_END = "document.querySelector('.jp-WindowedPanel-outer').scrollTop = 1e6"
CHANGED = "([what, before]) => document.querySelector('.notebook-panel ' + what)?.innerHTML !== before"


@pytest.fixture(scope="module")
def lab(request, tmp_path_factory):
    """The address of a JupyterLab on a copy of the notebooks, which it saves by itself, with a token of its own."""
    root, home, token = request.config.rootpath, tmp_path_factory.mktemp("lab"), secrets.token_hex()
    shutil.copytree(root / "notebooks", home / "files" / "notebooks", ignore=shutil.ignore_patterns(".*"))
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={home / 'files'}",
    ]
    command += ["--LabApp.news_url=None"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | jupyter_folders(home), stdout=log, stderr=log)
        try:
            assert answer(f"http://127.0.0.1:{port}/api/status?token={token}", server), (home / "log").read_text()
            yield f"http://127.0.0.1:{port}/doc/tree/notebooks/{{}}.ipynb?token={token}"
        finally:
            server.terminate()
            server.wait()


@pytest.mark.parametrize(
    ("name", "parameter", "choice", "told"),
    [
        ("photonics_trend", "segment", "광원 및 광전소자", "광원 및 광전소자 매출액은 2017년"),
        ("bio_growth", "segment", "바이오식품", "바이오식품"),
        ("regional_strategic_tech", "region", "대구", "대구는 10대 전략기술 가운데"),
    ],
)
def test_chart_and_sentence_follow_a_change(root, browser, lab, name, parameter, choice, told):
    label = Declared(root / "notebooks" / f"{name}.yml").content.parameters[parameter].label.ko
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, faults = context.new_page(), []
    page.set_default_timeout(120_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(lab.format(name))
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    panel = page.locator(".notebook-panel")
    for _ in range(600):  # cells out of sight are not on the page
        if panel.locator(".copy").count():
            break
        page.evaluate(TO_THE_END)
        page.wait_for_timeout(200)
    before = {what: panel.locator(what).first.inner_html() for what in (".findings", "figure svg")}
    panel.get_by_label(label, exact=True).select_option(label=choice)
    for what, old in before.items():
        page.wait_for_function(CHANGED, arg=[what, old])
    assert told in panel.locator(".findings").inner_text()
    page.wait_for_selector(".notebook-panel .busy", state="detached")
    assert not panel.locator(".refused").count()
    panel.get_by_role("button", name="나란히 비교").click()
    page.wait_for_function("document.querySelectorAll('.notebook-panel .findings').length === 2")
    panel.locator("button.command").first.click()
    panel.locator("button.command", has_text="복사함").wait_for()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command == panel.locator("textarea").first.input_value()
    assert command.startswith(f"python scripts/run_reports.py {name}/")
    assert not page.locator('.jp-OutputArea [data-mime-type="application/vnd.jupyter.error"]').count()
    assert faults == []
    context.close()
