"""What stands in the folder of reports: fingerprints, the manifest, the table of results."""

import csv
import hashlib
import io
import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from notebook_reports.parameters import RequestError
from notebook_reports.plan import ReportSpec

try:
    import fcntl
except ImportError:  # Windows has none; two runs at once are then the reader's care
    fcntl = None

FORMAT = 1


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all; nothing is touched where the text is the same."""
    data = text.encode()
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def tree_digest(root: Path, patterns: list[str]) -> str:
    """SHA-256 over all files below a folder that match any pattern, by relative path and content."""
    files = sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()})
    lines = [f"{path.relative_to(root).as_posix()} {digest(path.read_bytes())}" for path in files]
    return digest("\n".join(lines).encode())


class Inputs:
    """Hashes of everything that can change a report, taken once a run.

    Parameters
    ----------
    root : Path
        The repository.
    data : Path, optional
        The folder of data, where it is not ``data/`` below the repository.
    """

    def __init__(self, root: Path, data: Path | None = None) -> None:
        self._root = root
        self._shared = {
            "data": tree_digest(data or root / "data", ["**/*.csv", "datapackage.json"]),
            "code": tree_digest(root, ["src/**/*.py", "src/**/*.yml", "src/**/*.j2", "src/**/*.css", "src/**/*.json"]),
            "requirements": tree_digest(root, ["requirements.txt"]),
        }
        self._notebooks: dict[str, str] = {}

    def of(self, report: ReportSpec) -> dict[str, str]:
        """Hashes by kind of input: parameters, notebook, data, code and pinned versions."""
        if report.notebook not in self._notebooks:
            names = [f"notebooks/{report.notebook}.ipynb", f"notebooks/{report.notebook}.yml"]
            self._notebooks[report.notebook] = tree_digest(self._root, names)
        parameters = json.dumps([report.key, report.parameters, report.cover], sort_keys=True)
        return {
            "parameters": digest(parameters.encode()),
            "notebook": self._notebooks[report.notebook],
            **self._shared,
        }


@contextmanager
def held(folder: Path, locks: Path):
    """Hold a folder of reports for one run.

    The lock is a file below ``locks``, which the system lets go of when the process ends, however it ends.

    Raises
    ------
    RequestError
        Another run holds the folder, or nothing can be written to it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        locks.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"{folder}: cannot be written to: {error}") from error
    with (locks / f"{digest(str(folder.resolve()).encode())[:16]}.lock").open("w") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RequestError(f"{folder}: another run is writing to it; wait for it to end") from error
        yield


class Store:
    """The folder of reports with its manifest and results.

    Parameters
    ----------
    folder : Path
        For example ``reports/``.

    Raises
    ------
    RequestError
        The manifest is there but cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest.json"
        self.entries: dict[str, dict] = {}
        if self._manifest.is_file():
            try:
                content = json.loads(self._manifest.read_text(encoding="utf-8"))
                if content["format"] == FORMAT:
                    self.entries = content["reports"]
            except (ValueError, KeyError, TypeError) as error:
                raise RequestError(
                    f"{self._manifest}: cannot be read ({error}); restore it from git, or remove it to build anew"
                ) from error

    def page(self, report: ReportSpec) -> Path:
        """Where the HTML of a report stands."""
        return self.folder / report.notebook / f"{report.name}.html"

    def cover(self, report: ReportSpec) -> Path:
        """Where the first chart of a report stands, if it is kept as a file of its own."""
        return self.page(report).with_suffix(".svg")

    def stale(self, report: ReportSpec, inputs: dict[str, str]) -> list[str]:
        """Why a report must be made anew, in words; empty where it is up to date."""
        entry = self.entries.get(report.key)
        if entry is None:
            return ["never made"]
        reasons = [f"{kind} changed" for kind, value in inputs.items() if entry["inputs"].get(kind) != value]
        outputs = {"html": self.page(report)} | ({"cover": self.cover(report)} if report.cover else {})
        for kind, path in outputs.items():
            if not path.is_file():
                reasons.append(f"{path.name} is missing")
            elif digest(path.read_bytes()) != entry["outputs"].get(kind):
                reasons.append(f"{path.name} was edited")
        return reasons

    def put(
        self, report: ReportSpec, inputs: dict[str, str], front: dict, results: list[dict], html: str, cover: str | None
    ) -> None:
        """Keep a finished report."""
        outputs = {"html": digest(html.encode())}
        write_whole(self.page(report), html)
        if cover is not None:
            outputs["cover"] = digest(cover.encode())
            write_whole(self.cover(report), cover)
        self.entries[report.key] = {
            "parameters": report.parameters,
            "inputs": inputs,
            "outputs": outputs,
            "front": front,
            "results": results,
        }

    def save(self, plan: list[ReportSpec]) -> None:
        """Write manifest.json and results.csv for the reports of the plan; reports that left it are forgotten."""
        self.entries = {report.key: self.entries[report.key] for report in plan if report.key in self.entries}
        content = {"format": FORMAT, "reports": dict(sorted(self.entries.items()))}
        write_whole(self._manifest, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        write_whole(self.folder / "results.csv", self.results())

    def results(self) -> str:
        """The text of results.csv, as the manifest has it."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["report", "result", "value", "unit", "low", "high"])
        for key in sorted(self.entries):
            for result in sorted(self.entries[key]["results"], key=lambda row: row["name"]):
                numbers = {k: "" if result[k] is None else f"{result[k]:.10g}" for k in ("value", "low", "high")}
                writer.writerow(
                    [key, result["name"], numbers["value"], result["unit"], numbers["low"], numbers["high"]]
                )
        return buffer.getvalue()
