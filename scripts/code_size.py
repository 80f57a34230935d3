"""Prints how large the rooms of the code are, and whether language stays out of the analysis and cells show theirs."""

import argparse
import ast
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
TOPICS = ("photonics", "bio", "regions", "trust", "prospects", "subjects", "tables")
WORDS = {"language", "words", "say", "wording", "caption"}


def lines(path: Path) -> int:
    """Lines of a module, or of all modules of a folder."""
    files = path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files if file.is_file())


def that_take_words(folder: Path) -> list[str]:
    """Functions of a package that take a language or words, as file:function."""
    return [
        f"{path.relative_to(folder)}:{node.name}"
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and WORDS & {each.arg for each in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]}
    ]


def shows_a_frame(source: str) -> bool:
    """Whether a cell ends with what it computed, such as a frame."""
    last = ast.parse(source).body[-1]
    return isinstance(last, ast.Expr) and not ast.unparse(last).startswith("report.")


def draws(source: str) -> bool:
    """Whether a cell shows a chart that it draws by calls of seaborn, of the charts or of an axes."""
    return bool(re.search(r"\b(sns|charts|ax\w*)\.\w+\(", source)) and "report.chart(" in source


def questions(notebook: Path) -> dict[str, list[str]]:
    """The code cells under each second-level heading of a notebook."""
    under: dict[str, list[str]] = {}
    for cell in nbformat.read(notebook, 4).cells:
        if cell.cell_type == "markdown":
            cells = under.setdefault(cell.source.splitlines()[0], [])
        elif under and "panel" not in cell.metadata.get("tags", ()):
            cells.append(cell.source)
    return {heading: cells for heading, cells in under.items() if heading.startswith("## ")}


def silent_questions(notebook: Path) -> list[str]:
    """Questions of a notebook whose cells show neither a frame nor a chart drawn in sight."""
    return [
        heading
        for heading, cells in questions(notebook).items()
        if not any(shows_a_frame(cell) or draws(cell) for cell in cells)
    ]


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    analysis, notebooks = ROOT / "src" / "kr_industry", sorted((ROOT / "notebooks").glob("*.ipynb"))
    rows = {
        "lines of src/kr_industry": lines(analysis),
        f"lines of {', '.join(TOPICS)}": sum(lines(analysis / name) for name in TOPICS),
        "functions in src/kr_industry that take a language or words": len(that_take_words(analysis)),
        "questions that show neither a frame nor a chart drawn in sight": sum(
            len(silent_questions(path)) for path in notebooks
        ),
        "lines of src/notebook_reports": lines(ROOT / "src" / "notebook_reports"),
        "lines of scripts": lines(ROOT / "scripts"),
        "lines of tests": lines(ROOT / "tests"),
    }
    for name, number in rows.items():
        print(f"{number:>7,}  {name}")


if __name__ == "__main__":
    main()
