import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None)  # how fast this machine is says nothing of the mathematics
settings.load_profile("project")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def data_copy(tmp_path) -> Path:
    """A copy of data/ that a test may damage."""
    return shutil.copytree(ROOT / "data", tmp_path / "data")
