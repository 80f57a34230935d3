"""What reports and the index have in common: their templates, their style and how they write a number."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


def stylesheet() -> str:
    """The style sheet of reports and of the index."""
    return (TEMPLATES / "style.css").read_text(encoding="utf-8").strip()


def grouped(value: float, digits: int) -> str:
    """A number as a reader sees it: thousands set apart, a true minus sign but not on zero."""
    text = f"{value:,.{digits}f}"
    return (text if text.strip("-0.,") else text.lstrip("-")).replace("-", "−")


def brief(value: float) -> str:
    """A number in six significant digits, or all of those before its point, with a true minus sign."""
    return f"{value:,.{'0f' if abs(value) >= 1e6 else '6g'}}".replace("-", "−")
