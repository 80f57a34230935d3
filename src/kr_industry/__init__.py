"""Analysis of Korean strategic industries: what the notebooks import.

Functions take and return pandas objects and small dataclasses of identifiers and numbers, and know no language.
:mod:`kr_industry.data` reads tables for them, and :mod:`kr_industry.charts` draws.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

DATA = Path(os.environ.get("KR_INDUSTRY_DATA", ROOT / "data")).resolve()
"""The folder of CSV files; the environment variable KR_INDUSTRY_DATA names another one."""


def at_home(script: str) -> None:
    """End a script with code 2 where it is not of the folder that this package is of: a copied .venv leads back.

    Parameters
    ----------
    script : str
        Its ``__file__``.
    """
    own = Path(script).resolve().parents[1]
    if own != ROOT:
        what = f"{script} stands in {own}, but the environment that runs it is that of {ROOT}"
        sys.stderr.write(f"{what}: a copied .venv leads back there. Remove {own / '.venv'} and run make.\n")
        raise SystemExit(2)
