"""What reports and the index have in common: their templates and their style."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


def stylesheet() -> str:
    """The style sheet of reports and of the index."""
    return (TEMPLATES / "style.css").read_text(encoding="utf-8").strip()
