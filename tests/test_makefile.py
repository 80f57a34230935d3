"""make sets up what is missing, and makes an environment anew that cannot serve; no recipe is carried out."""

import os
import shutil
import subprocess
import sys

import pytest

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
MADE_ANEW = "-m venv --clear .venv"


@pytest.fixture
def project(root, tmp_path):
    """A copy with an environment that looks complete."""
    for name in ("requirements.txt", "pyproject.toml", "Makefile"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / "lib" / f"python{HERE}").mkdir(parents=True)
    (tmp_path / ".venv" / "installed").touch()
    return tmp_path


def planned(project, *arguments):
    done = subprocess.run(
        ["make", "-n", "reports", *arguments], cwd=project, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_an_environment_that_serves_is_kept(project):
    assert MADE_ANEW not in planned(project)
    assert MADE_ANEW not in planned(project, f"PYTHON={sys.executable}")


def test_a_first_run_makes_one(project):
    shutil.rmtree(project / ".venv")
    assert MADE_ANEW in planned(project)


def test_other_requirements_make_it_anew(project):
    later = (project / ".venv" / "installed").stat().st_mtime + 10
    for name in ("requirements.txt", "pyproject.toml"):
        os.utime(project / name, (later, later))
    assert MADE_ANEW in planned(project)


def test_one_whose_python_is_gone_is_made_anew(project):
    (project / ".venv" / "bin" / "python").unlink()
    (project / ".venv" / "bin" / "python").symlink_to(project / "gone")
    assert MADE_ANEW in planned(project)


def test_another_python_makes_it_anew(project):
    (project / ".venv" / "lib" / f"python{HERE}").rename(project / ".venv" / "lib" / "python3.1")
    assert MADE_ANEW in planned(project, f"PYTHON={sys.executable}")
    assert MADE_ANEW not in planned(project)  # none was asked for
