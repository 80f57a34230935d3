"""What stands in the folder of reports: pages, the manifest of what went into them, the table of results.

A journal, kept elsewhere, says after each report what has been made and what has failed, so that nothing finished
is lost if a run ends in the middle. At the end of a run the manifest takes over what it says of finished reports.
"""

import csv
import io
import json
import os
import shlex
import sys
import tempfile
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from notebook_reports.parameters import RequestError
from notebook_reports.plan import ReportSpec
from notebook_reports.trace import Project, digest

try:
    import fcntl
except ImportError:  # Windows has none; two runs at once are then the reader's care
    fcntl = None

FORMAT = 2


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


@contextmanager
def held(folder: Path):
    """Hold a folder of reports for one run, by a lock file in it that says who holds it.

    The system lets go of the lock when the process ends, however it ends.

    Raises
    ------
    RequestError
        Another run holds the folder, or nothing can be written to it.
    """
    path, created = folder / ".lock", not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{folder}: cannot be written to: {error}") from error
    with file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise RequestError(
                    f"{folder}: another run is writing to it: {file.read().strip() or 'it has just begun'}; "
                    "wait for it to end, or stop it"
                ) from error
        file.truncate(0)
        begun = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        file.write(f"process {os.getpid()}, {shlex.join(sys.argv)}, since {begun}\n")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            if created:
                with suppress(OSError):  # it holds something now
                    folder.rmdir()


def _set_id(files: dict[str, str | None]) -> str:
    """A name for a set of inputs, from what is in it."""
    return digest(json.dumps(files, sort_keys=True).encode())[:16]


def _links_id(report: ReportSpec) -> str:
    """A name for the links of a report's page; empty without links."""
    return digest(json.dumps(report.links).encode())[:16] if report.links else ""


class Store:
    """The folder of reports with its manifest and results.

    Parameters
    ----------
    folder : Path
        For example ``reports/``.
    project : Project
        Whose files are the reports' inputs.
    journal : Path, optional
        What has been made and has failed since the manifest was written.

    Attributes
    ----------
    entries : dict
        By report: ``parameters``, ``inputs`` (name of a set of files), ``outputs``, ``front``, ``results``,
        ``links`` (a name for the links of its page to others; empty without links).
    inputs : dict
        By name of a set: the files that a report read, each with its SHA-256, None for one looked for in vain.
    failed : dict
        By report that failed last time and has not been made since: the error.
    damage : list of str
        What could not be read, in words; what it said of reports is lost, and they count as never made.
    """

    def __init__(self, folder: Path, project: Project, journal: Path | None = None) -> None:
        self.folder = folder
        self._project = project
        self._manifest = folder / "manifest.json"
        self._journal = journal
        self._digests: dict[str, str | None] = {}
        self._reasons: dict[str, list[str]] = {}
        self.entries: dict[str, dict] = {}
        self.inputs: dict[str, dict[str, str | None]] = {}
        self.failed: dict[str, str] = {}
        self.damage: list[str] = []
        self._kept: tuple[dict, dict] | None = None
        self._read_manifest()
        self._read_journal()

    def _read_manifest(self) -> None:
        if not self._manifest.is_file():
            return
        try:
            content = json.loads(self._manifest.read_text(encoding="utf-8"))
            if content["format"] == FORMAT:
                self.inputs = content["inputs"]
                self.entries = {key: _entry(entry, self.inputs) for key, entry in content["reports"].items()}
                self._kept = dict(self.inputs), dict(self.entries)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.inputs, self.entries = {}, {}
            self.damage.append(f"{self._manifest} is damaged ({error!r}); all reports are made anew")

    def _read_journal(self) -> None:
        if self._journal is None or not self._journal.is_file():
            return
        lines = self._journal.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                self._replay(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self.damage.append(f"{self._journal}, line {number} is damaged ({error!r}); it is passed over")

    def _replay(self, line: dict) -> None:
        if "files" in line:
            self.inputs[line["inputs"]] = line["files"]
        elif "error" in line:
            self.failed[line["report"]] = line["error"]
        else:
            self.entries[line["report"]] = _entry(line["entry"], self.inputs)
            self.failed.pop(line["report"], None)

    def page(self, report: ReportSpec) -> Path:
        """Where the HTML of a report stands."""
        return self.folder / report.notebook / f"{report.name}.html"

    def cover(self, report: ReportSpec) -> Path:
        """Where the first chart of a report stands, if it is kept as a file of its own."""
        return self.page(report).with_suffix(".svg")

    def stale(self, report: ReportSpec) -> list[str]:
        """Why a report must be made anew, in words; empty where it is up to date."""
        entry = self.entries.get(report.key)
        if entry is None:
            return ["never made"]
        reasons = []
        old, new = entry["parameters"], report.parameters
        if different := [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]:
            reasons += [
                f"parameter {name}: {old.get(name, 'not set')} → {new.get(name, 'not set')}" for name in different
            ]
        if entry.get("links", "") != _links_id(report):
            reasons.append("links to other reports of the plan changed")
        reasons += self._changed(entry["inputs"])
        outputs = {"html": self.page(report)} | ({"cover": self.cover(report)} if report.cover else {})
        for kind, path in outputs.items():
            if not path.is_file():
                reasons.append(f"{path.name} is missing")
            elif digest(path.read_bytes()) != entry["outputs"].get(kind):
                reasons.append(f"{path.name} was edited")
        return reasons

    def look_again(self) -> None:
        """Forget what the inputs held when they were looked at."""
        self._digests.clear()
        self._reasons.clear()

    def marks(self, plan: list[ReportSpec]) -> dict[str, str]:
        """What a reader is to be told of reports that are not fresh.

        Returns
        -------
        dict
            By report: ``failed`` last time, ``stale``, ``missing`` (there is no page), or ``failed missing``.
        """
        marks = {}
        for report in plan:
            failed = ["failed"] if report.key in self.failed else []
            if report.key not in self.entries or not self.page(report).is_file():
                marks[report.key] = " ".join([*failed, "missing"])
            elif failed or self.stale(report):
                marks[report.key] = "failed" if failed else "stale"
        return marks

    def _changed(self, inputs: str) -> list[str]:
        """Which files of a set are not as they were."""
        if inputs not in self._reasons:
            self._reasons[inputs] = []
            for name, before in self.inputs[inputs].items():
                if name not in self._digests:
                    self._digests[name] = self._project.digest(name)
                now = self._digests[name]
                if now != before:
                    verb = "is gone" if now is None else "is there now" if before is None else "changed"
                    self._reasons[inputs].append(f"{name} {verb}")
        return self._reasons[inputs]

    def put(
        self,
        report: ReportSpec,
        files: dict[str, str | None],
        front: dict,
        results: list[dict],
        html: str,
        cover: str | None,
    ) -> None:
        """Keep a finished report: its page, then a line in the journal."""
        outputs = {"html": digest(html.encode())}
        write_whole(self.page(report), html)
        if cover is not None:
            outputs["cover"] = digest(cover.encode())
            write_whole(self.cover(report), cover)
        inputs = _set_id(files)
        entry = {"parameters": report.parameters, "inputs": inputs, "outputs": outputs}
        entry |= {"front": front, "results": results, "links": _links_id(report)}
        if self.inputs.setdefault(inputs, files) is files:
            self._note({"inputs": inputs, "files": files})
        self._note({"report": report.key, "entry": entry})
        self.entries[report.key] = entry
        self.failed.pop(report.key, None)

    def fail(self, report: ReportSpec, error: str) -> None:
        """Remember that a report failed; its last good page stays."""
        self._note({"report": report.key, "error": error})
        self.failed[report.key] = error

    def _note(self, line: dict) -> None:
        if self._journal is not None:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def save(self, plan: list[ReportSpec]) -> None:
        """Write manifest.json and results.csv for the reports of the plan; reports that left it are forgotten."""
        self.entries = {report.key: self.entries[report.key] for report in plan if report.key in self.entries}
        used = {entry["inputs"] for entry in self.entries.values()}
        self.inputs = {name: files for name, files in self.inputs.items() if name in used}
        if self._kept != (self.inputs, self.entries):  # of a thousand reports, most of a second
            content = {"format": FORMAT, "inputs": self.inputs, "reports": self.entries}
            write_whole(self._manifest, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        write_whole(self.folder / "results.csv", self.results())
        if self._journal is not None:
            keys = {report.key for report in plan}
            self.failed = {key: error for key, error in self.failed.items() if key in keys}
            lines = [json.dumps({"report": key, "error": error}) + "\n" for key, error in sorted(self.failed.items())]
            write_whole(self._journal, "".join(lines))

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


def _entry(entry: dict, inputs: dict) -> dict:
    """An entry as it stands in a file, if it has all that is needed of it."""
    if entry["inputs"] not in inputs:
        raise KeyError(entry["inputs"])
    for name in ("title", "subject", "vintage", "findings"):
        entry["front"][name]
    for result in entry["results"]:
        result["name"], result["value"], result["unit"], result["low"], result["high"]
    entry["parameters"].items(), entry["outputs"].items()
    return entry
