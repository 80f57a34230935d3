"""What stands in the folder of reports: pages, the manifest of what went into them, the table of results.

What is finished and what has failed is noted below ``build/`` as it comes, a file for each report, so that nothing is
lost wherever a run ends; at its end the manifest takes over what is finished.
"""

import csv
import errno
import io
import json
import os
import re
import secrets
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat, JsonValue, TypeAdapter, ValidationError, create_model
from pydantic_core import from_json

from notebook_reports import trace
from notebook_reports.numbers import exact
from notebook_reports.parameters import RequestError
from notebook_reports.plan import ReportSpec
from notebook_reports.trace import Project, digest

FORMAT = 3
_LEFT = re.compile(r"\.(settled|seen-.+|.+\.(html|svg|json|csv))\.[a-z0-9_]{8}")
"""Files that a run that was killed has left half written."""
_NO_LOCKS = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK}
_RECENT = 2 * 10**9
"""Nanoseconds in which a file may change twice without its times telling."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_Result = create_model(
    "_Result", __base__=_Strict, name=str, value=FiniteFloat, unit=str, low=FiniteFloat | None, high=FiniteFloat | None
)
_Figure = create_model("_Figure", __base__=_Strict, value=str, label=str, note=str)


class _Front(_Strict):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]
    title: str
    subject: str
    vintage: str
    findings: list[str]
    figures: list[_Figure] = []
    tile: list[int] | None = None
    size: FiniteFloat | None = None


class _Entry(_Strict):
    """What the manifest holds of a report."""

    parameters: dict[str, JsonValue]
    inputs: str
    outputs: dict[Literal["html", "cover"], str]
    front: _Front
    results: list[_Result]
    recorded: str
    links: str


class _Note(_Strict):
    """What is noted of a report as it comes: what it was made of, or why it failed."""

    report: str
    entry: _Entry | None = None
    files: dict[str, str | None] = {}
    error: str = ""


_INPUTS = TypeAdapter(dict[str, dict[str, str | None]], config=ConfigDict(strict=True))
_SEEN = TypeAdapter(dict[str, tuple[int, int, int, int, str]])


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all; nothing is touched where the text is the same."""
    data = text.encode()
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with half.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder of reports for one run, by a lock file in it that says who holds it.

    The system lets go of the lock when the process ends, however it ends. Where a file system has no locks, that is
    said, and a file stands in that counts for as long as the process does.

    Raises
    ------
    RequestError
        Another run holds the folder, or nothing can be written to it.
    """
    from filelock import FileLock, SoftFileLock, Timeout

    path, created = folder / ".lock", not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(path, timeout=0, on_acquired=_sign)
            lock.acquire()
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            path.unlink(missing_ok=True)
            sys.stderr.write(f"{folder}: its file system has no locks; the file .holder stands in for one\n")
            lock = SoftFileLock(folder / ".holder", timeout=0)
            lock.acquire()
    except Timeout as error:
        who = ""
        with suppress(OSError):
            who = " ".join(Path(error.lock_file).read_text(encoding="utf-8", errors="replace").split())
        raise RequestError(
            f"{folder}: another run is writing to it: {who or 'it has just begun'}; wait for it to end, or stop it"
        ) from error
    except OSError as error:
        raise RequestError(unwritable(folder, error)) from error
    try:
        yield
    finally:
        with suppress(OSError):  # whoever waits for it sees that the file is gone, and begins anew
            path.unlink(missing_ok=True)
        lock.release()
        if created:
            with suppress(OSError):  # it holds something now
                folder.rmdir()


def _sign(lock: int) -> None:
    """Write into a lock who holds it."""
    begun = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    with suppress(OSError):  # on a full disk it is held all the same
        os.truncate(lock, 0)
        os.write(lock, f"process {os.getpid()}, {shlex.join(sys.argv)}, since {begun}\n".encode())


def unwritable(folder: Path, error: OSError) -> str:
    """Why nothing can be written to a folder, in words."""
    whose = ""
    with suppress(OSError, KeyError, NotImplementedError, AttributeError):  # not every system tells owners
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        if there.stat().st_uid != os.geteuid():
            whose = f"; {there} belongs to {there.owner()}"
    link = " (it is a symbolic link; remove it)" if error.errno == errno.ELOOP else ""
    return f"{folder}: cannot be written to: {error}{link}{whose}"


_json = json.JSONEncoder(sort_keys=True, default=str).encode


def _hash(content: object, length: int | None = None) -> str:
    """A hash of what is plain, or as much of it as makes a name."""
    return digest(_json(content).encode())[:length]


def _part(name: str, content: dict[str, dict]) -> str:
    """A part of the manifest, written entry by entry: at once it takes ten times its size in memory."""
    encode = json.JSONEncoder(ensure_ascii=False, indent=1, sort_keys=True).encode
    entries = (f"  {encode(key)}: {encode(content[key])}".replace("\n", "\n  ") for key in sorted(content))
    return f' "{name}": {{\n' + ",\n".join(entries) + "\n }"


def _faults(error: ValidationError) -> str:
    """The first of what is wrong in a file, in words."""
    first, *more = error.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg'].lower()}" + (f", and {len(more)} more" if more else "")


class _Digests:
    """Hashes of files, kept from run to run for those of which size, times and inode are as they were."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._kept, self._new = path, {}, False
        if path:
            with suppress(OSError, ValueError):
                self._kept = _SEEN.validate_json(path.read_bytes())

    def of(self, path: Path, look: Callable[[], str | None], kind: str = "") -> str | None:
        """The hash of a file that is kept, else what looking at it gives; none where there is no file."""
        name = f"{kind}{path}"
        try:
            found = os.stat(path)  # noqa: PTH116 — a path object takes as long as the question
        except FileNotFoundError:
            return look()
        state = found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
        kept = self._kept.get(name)
        if kept and kept[:4] == state:
            return kept[4]
        hashed = look()
        if self._path and hashed and time.time_ns() - found.st_ctime_ns > _RECENT:
            self._kept[name], self._new = (*state, hashed), True
        return hashed

    def keep(self) -> None:
        """Write down what has been found."""
        if self._new:
            with suppress(OSError):  # then it is found again
                write_whole(self._path, json.dumps(self._kept))


class Store:
    """The folder of reports with its manifest and results.

    Parameters
    ----------
    folder : Path
        For example ``reports/``.
    project : Project
        Whose files are the reports' inputs.
    build : Path, optional
        Below which is noted what has been made and has failed since the manifest was written, and the hashes of files
        are kept; without it only the manifest counts, and every file is hashed.

    Attributes
    ----------
    entries : dict
        By report: ``parameters``, ``inputs`` (name of a set of files), ``outputs``, ``front``, ``results``,
        ``recorded`` (a hash of the last two), ``links`` (a name for the links of its page; empty without links).
    inputs : dict
        By name of a set: the files that a report read, each with its SHA-256, None for one looked for in vain.
    failed : dict
        By report that failed last time and has not been made since: the error.
    damage : list of str
        What could not be read or noted, in words; what is damaged of reports is lost, and they count as never made.
    """

    def __init__(self, folder: Path, project: Project, build: Path | None = None) -> None:
        self.folder = folder
        self._project = project
        self._manifest = folder / "manifest.json"
        self._notes = build / "state" / digest(str(folder).encode())[:16] if build else None
        code = digest(Path(trace.__file__).read_bytes())[:8]
        self._digests = _Digests(self._notes / f"seen-{code}" if self._notes else None)
        self._now: dict[str, str | None] = {}
        self._stale: dict[ReportSpec, list[str]] = {}
        self._reasons: dict[str, list[str]] = {}
        self.entries: dict[str, dict] = {}
        self.inputs: dict[str, dict[str, str | None]] = {}
        self.failed: dict[str, str] = {}
        self.damage: list[str] = []
        self._saved = True
        self._known = self._settled().partition(" ")[2]
        self._read_manifest()
        self._read_notes()

    def _read_manifest(self) -> None:
        try:
            content = from_json(self._manifest.read_bytes())
            if self._known != self.digest(self._manifest):
                self._known = ""  # it is none that a run here has written
            if content["format"] != FORMAT:
                return
            self.inputs = _INPUTS.validate_python(content["inputs"])
            entries = content["reports"].items()
        except FileNotFoundError:
            return
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            why = _faults(error) if isinstance(error, ValidationError) else repr(error)
            self.damage.append(f"{self._manifest} is damaged ({why:.200}); all reports are made anew")
            self._saved, self.inputs = False, {}
            return
        for key, entry in entries:
            try:
                if not self._known:
                    _Entry.model_validate(entry)
                self._take(key, entry, self.inputs[entry["inputs"]])
            except (ValidationError, KeyError) as error:
                why = _faults(error) if isinstance(error, ValidationError) else f"no inputs {error}"
                self.damage.append(f"{self._manifest} is damaged: {key}: {why:.200}; it counts as never made")
                self._saved = False

    def _take(self, key: str, entry: dict, files: dict[str, str | None]) -> None:
        self.inputs[entry["inputs"]] = files
        self.entries[key] = entry

    def _read_notes(self) -> None:
        for path in sorted(self._notes.glob("*.json")) if self._notes else ():
            try:
                note = from_json(path.read_bytes())
                _Note.model_validate(note)
            except (OSError, ValueError) as error:
                why = _faults(error) if isinstance(error, ValidationError) else repr(error)
                self.damage.append(f"{path} is damaged ({why:.200}); it is passed over")
                continue
            if entry := note.get("entry"):
                self._take(note["report"], entry, note["files"])
                self._saved = False
            else:
                self.failed[note["report"]] = note["error"]

    def page(self, report: ReportSpec) -> Path:
        """Where the HTML of a report stands."""
        return Path(f"{self.folder}/{report.key}.html")

    def cover(self, report: ReportSpec) -> Path:
        """Where the first chart of a report stands, if it is kept as a file of its own."""
        return Path(f"{self.folder}/{report.key}.svg")

    def digest(self, path: Path) -> str | None:
        """SHA-256 of a file; none where there is no such file."""
        return self._digests.of(path, lambda: digest(path.read_bytes()) if path.is_file() else None)

    def stale(self, report: ReportSpec) -> list[str]:
        """Why a report must be made anew, in words; empty where it is up to date."""
        if report not in self._stale:
            entry = self.entries.get(report.key)
            self._stale[report] = ["never made"] if entry is None else self._compared(report, entry)
        return self._stale[report]

    def _compared(self, report: ReportSpec, entry: dict) -> list[str]:
        old, new = entry["parameters"], report.parameters
        reasons = [
            f"parameter {name}: {old.get(name, 'not set')} → {new.get(name, 'not set')}"
            for name in (sorted({*old, *new}) if _json(old) != _json(new) else ())  # 1 is not true
            if _json(old.get(name)) != _json(new.get(name))
        ]
        if entry["links"] != (_hash(report.links, 16) if report.links else ""):
            reasons.append("links to other reports of the plan changed")
        if not self._known and entry["recorded"] != _hash([entry["front"], entry["results"]]):
            reasons.append("its front page or its results were edited in manifest.json")
        reasons += self._changed(entry["inputs"])
        outputs = {"html": self.page(report)} | ({"cover": self.cover(report)} if report.cover else {})
        for kind, path in outputs.items():
            kept = entry["outputs"].get(kind)
            if kept != "" and (now := self.digest(path)) != kept:  # it had no chart to be kept
                reasons.append(f"{path.name} is missing" if now is None else f"{path.name} was edited")
        return reasons

    def _changed(self, inputs: str) -> list[str]:
        """Which files of a set are not as they were."""
        if inputs not in self._reasons:
            found = self._reasons[inputs] = []
            if inputs != _hash(self.inputs[inputs], 16):
                found.append("what it read was edited in manifest.json")
            for name, before in self.inputs[inputs].items():
                if name not in self._now:
                    self._now[name] = self._digests.of(
                        self._project.path(name), lambda n=name: self._project.digest(n), "what counts of "
                    )
                now = self._now[name]
                if now != before:
                    verb = "is gone" if now is None else "is there now" if before is None else "changed"
                    found.append(f"{name} {verb}")
        return self._reasons[inputs]

    def look_again(self) -> None:
        """Forget what files held when they were looked at."""
        self._stale.clear()
        self._now.clear()
        self._reasons.clear()

    def marks(self, plan: list[ReportSpec]) -> dict[str, str]:
        """What a reader is to be told of reports that are not up to date.

        By report: ``failed`` last time, ``stale``, ``missing`` (there is no page), or ``failed missing``.
        """
        marks = {}
        for report in plan:
            if self.stale(report):
                missing = report.key not in self.entries or not self.page(report).is_file()
                words = ["failed"] * (report.key in self.failed) + ["missing"] * missing
                marks[report.key] = " ".join(words) or "stale"
        return marks

    def clean(self, plan: list[ReportSpec]) -> None:
        """Remove what a run that was killed has left half written; nobody else may be writing."""
        for folder in {self._notes, self.folder, *(self.page(report).parent for report in plan)} - {None}:
            with suppress(OSError):
                for path in folder.iterdir():
                    if _LEFT.fullmatch(path.name):
                        path.unlink()

    def write(self, path: Path, text: str) -> None:
        """Write a file, whole or not at all."""
        write_whole(path, text)

    def put(
        self,
        report: ReportSpec,
        files: dict[str, str | None],
        front: dict,
        results: list[dict],
        html: str,
        cover: str | None,
    ) -> None:
        """Keep a finished report: its page, then a note of it; ValueError for what the manifest cannot hold."""
        outputs = {"html": digest(html.encode())}
        if report.cover:
            outputs["cover"] = digest(cover.encode()) if cover else ""
        entry = {"parameters": report.parameters, "inputs": _hash(files, 16), "outputs": outputs}
        entry |= {
            "front": front,
            "results": results,
            "recorded": _hash([front, results]),
            "links": _hash(report.links, 16) if report.links else "",
        }
        try:
            _Entry.model_validate(entry)
        except ValidationError as error:
            raise ValueError(_faults(error)) from error
        self.write(self.page(report), html)
        if cover:
            self.write(self.cover(report), cover)
        self._take(report.key, entry, files)
        self._stale.pop(report, None)
        self._saved = False
        self.failed.pop(report.key, None)
        try:
            if self._notes:
                self._note(report.key, "failed").unlink(missing_ok=True)
                self._write_note("made", {"report": report.key, "entry": entry, "files": files})
        except OSError as error:  # it is made all the same, and goes into the manifest
            self.damage.append(f"{report.key} could not be noted: {error}")

    def fail(self, report: ReportSpec, error: str) -> None:
        """Remember that a report failed; its last good page stays."""
        self.failed[report.key] = error
        if self._notes:
            self._write_note("failed", {"report": report.key, "error": error})

    def _note(self, key: str, kind: str) -> Path:
        return self._notes / f"{digest(key.encode())[:16]}.{kind}.json"

    def _write_note(self, kind: str, note: dict) -> None:
        self.write(self._note(note["report"], kind), json.dumps(note, ensure_ascii=False) + "\n")

    def save(self, plan: list[ReportSpec]) -> None:
        """Write manifest.json and results.csv for the reports of the plan; reports that left it are forgotten."""
        keys = {report.key for report in plan}
        if not self._saved or not self.entries.keys() <= keys or not self._manifest.is_file():
            self.entries = {key: entry for key, entry in self.entries.items() if key in keys}
            used = {entry["inputs"] for entry in self.entries.values()}
            self.inputs = {name: files for name, files in self.inputs.items() if name in used}
            parts = [f' "format": {FORMAT}', _part("inputs", self.inputs), _part("reports", self.entries)]
            self.write(self._manifest, "{\n" + ",\n".join(parts) + "\n}\n")
            self._saved = True
        self.write(self.folder / "results.csv", self.results())
        for path in list(self._notes.glob("*.made.json")) if self._notes else ():
            path.unlink(missing_ok=True)
        for key in self.failed.keys() - keys:
            del self.failed[key]
            if self._notes:
                self._note(key, "failed").unlink(missing_ok=True)

    def _settled(self) -> str:
        with suppress(OSError, ValueError):
            return (self._notes / "settled").read_text(encoding="ascii") if self._notes else ""
        return ""

    def is_settled(self, state: str) -> bool:
        """Whether all that is written is what a run before left in this state."""
        self._digests.keep()
        return self._saved and self._settled() == f"{state} {self.digest(self._manifest)}"

    def settle(self, state: str) -> None:
        """Remember the state that all is written in."""
        if self._notes:
            self.write(self._notes / "settled", f"{state} {self.digest(self._manifest)}")
        self._digests.keep()

    def results(self) -> str:
        """The text of results.csv, as the manifest has it."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["report", "result", "value", "unit", "low", "high"])
        for key in sorted(self.entries):
            for row in sorted(self.entries[key]["results"], key=lambda row: row["name"]):
                numbers = [exact(row[name]) for name in ("value", "low", "high")]
                writer.writerow([key, row["name"], numbers[0], row["unit"], *numbers[1:]])
        return buffer.getvalue()
