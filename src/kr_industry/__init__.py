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


def expected(folder: Path) -> str:
    """What to do where a folder holds no data, to end a message with; empty where the repository is at hand.

    Parameters
    ----------
    folder : Path
        Where the data were looked for.
    """
    if folder != DATA or (ROOT / "data").is_dir():
        return ""
    if "KR_INDUSTRY_DATA" in os.environ:
        return "; the environment variable KR_INDUSTRY_DATA names that folder"
    where = f"kr_industry is installed apart from its repository, in {Path(__file__).parent}, without data"
    what = "name the folder data/ of a clone in the environment variable KR_INDUSTRY_DATA"
    return f"; {where}: {what}, or install it from the clone with pip install -e ."


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
        why = f"a copied .venv leads back there. Remove {own / '.venv'} and run make."
        if not (ROOT / "data").is_dir():
            what = f"{script} needs kr_industry of {own}, but it is installed apart from it, in {Path(__file__).parent}"
            why = f"install it with pip install -e {own}"
        sys.stderr.write(f"{what}: {why}\n")
        raise SystemExit(2)
