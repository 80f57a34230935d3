"""Analysis of Korean strategic industries: what the notebooks import.

Functions take and return pandas objects and small dataclasses of identifiers and numbers, and know no language.
:mod:`kr_industry.data` reads tables for them, and :mod:`kr_industry.charts` draws.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

DATA = Path(os.environ.get("KR_INDUSTRY_DATA", ROOT / "data")).resolve()
"""The folder of CSV files; the environment variable KR_INDUSTRY_DATA names another one."""
