"""Which files of a project a process really reads, data and modules alike, seen by Python's audit hooks (PEP 578).

Files that C code opens by itself, and those that programs started by a notebook open, are not seen.
"""

import atexit
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path

REQUEST = "NOTEBOOK_REPORTS_TRACE"
"""Environment variable in which an ordinary kernel finds what to watch and where to write what it saw."""


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class Project:
    """The folders whose files count as inputs, and the names that those files go by on every machine.

    Parameters
    ----------
    root : Path
        The repository. Its hidden folders, ``build/`` and the Python environment below it do not count.
    elsewhere : mapping of str to Path, optional
        Folders that take the place of one below the repository, for example ``{"data": Path("/mnt/figures")}``.
    leave_out : list of Path, optional
        Further folders that do not count, such as that of the reports.
    """

    def __init__(self, root: Path, elsewhere: Mapping[str, Path] | None = None, leave_out: list[Path] | None = None):
        self.root = root.resolve()
        self._elsewhere = {name: folder.resolve() for name, folder in (elsewhere or {}).items()}
        self._left_out = [folder.resolve() for folder in leave_out or []]
        without = [Path(sys.prefix), Path(sys.base_prefix), self.root / "build", *self._left_out]
        self._without = [path for path in without if path != self.root]
        self._environment = tuple(f"{path}{os.sep}" for path in (sys.prefix, sys.base_prefix))

    def name(self, path: str) -> str | None:
        """The name of a file, relative and with slashes; none where it does not count. Compiled code is its source."""
        if path.startswith(self._environment):  # most are, and following links takes its time
            return None
        file = Path(_source(os.path.realpath(path)))
        for name, folder in [*self._elsewhere.items(), ("", self.root)]:
            if file.is_relative_to(folder):
                below = file.relative_to(folder)
                if any(part.startswith(".") for part in below.parts) or any(map(file.is_relative_to, self._without)):
                    return None
                return (Path(name) / below).as_posix()
        return None

    def names(self) -> list[str]:
        """Names of all files that count, sorted."""
        found = []
        for first, folder in [*self._elsewhere.items(), ("", self.root)]:
            for path, folders, files in os.walk(folder):
                here = Path(path)
                folders[:] = [
                    each for each in folders if not each.startswith((".", "__")) and here / each not in self._without
                ]
                below = (Path(first) / here.relative_to(folder)).as_posix()
                found += [file if below == "." else f"{below}/{file}" for file in files if not file.startswith(".")]
        return sorted(name for name in set(found) if self.path(name).is_file())

    def request(self, answer: Path) -> str:
        """What :data:`REQUEST` has to hold for a kernel to write to a file what it read of this project."""
        words = {"root": self.root, "elsewhere": self._elsewhere, "leave_out": self._left_out, "answer": answer}
        return json.dumps(words, default=str)

    def path(self, name: str) -> Path:
        """Where the file of a name stands."""
        first, _, rest = name.partition("/")
        return self._elsewhere[first] / rest if first in self._elsewhere else self.root / name

    def digest(self, name: str) -> str | None:
        """SHA-256 of what counts of a file, by name; none where it is not there."""
        try:
            data = self.path(name).read_bytes()
        except FileNotFoundError:
            return None
        return digest(what_runs(data) if name.endswith(".ipynb") else data)


def what_runs(notebook: bytes) -> bytes:
    """What counts of a notebook: source, kind, attachments and tags of its cells, whatever was saved with them."""
    try:
        cells = [
            [cell["cell_type"], "".join(cell["source"]), cell.get("attachments"), cell["metadata"].get("tags", [])]
            for cell in json.loads(notebook)["cells"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return notebook  # it is none that could be run
    return json.dumps(cells, ensure_ascii=False, sort_keys=True).encode()


def _source(path: str) -> str:
    """The source of compiled code, which Python writes where it looked for it in vain; any other path as it is."""
    if path.endswith(".pyc"):
        with suppress(ValueError):  # it is not where Python puts what it compiles
            return source_from_cache(path)
    return path


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class Trace:
    """Remembers every file that is opened for reading from the moment it is made, here and in forked children."""

    def __init__(self) -> None:
        self._opened: dict[str, tuple[int, int, int] | None] = {}
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes):
            return
        if not (arguments[2] or 0) & (os.O_WRONLY | os.O_TRUNC):
            path = _source(os.path.abspath(os.fsdecode(arguments[0])))  # noqa: PTH100 — links are followed later, once a file
            if path not in self._opened:
                self._opened[path] = _state(path)

    def files(self, project: Project) -> tuple[dict[str, str | None], list[str]]:
        """What was read: files of the project with their SHA-256, none for one looked for in vain.

        Returns
        -------
        dict, list of str
            The files by name, and the names of those that have been changed since they were read.
        """
        named = {path: name for path in list(self._opened) if (name := project.name(path))}
        changed = {name for path, name in named.items() if _state(path) != self._opened[path]}
        return {name: project.digest(name) for name in sorted(set(named.values()))}, sorted(changed)


def load_ipython_extension(_shell: object) -> None:
    """Watch an ordinary kernel, as :data:`REQUEST` asks for, and write down at its end what it read."""
    trace = Trace()
    request = json.loads(os.environ[REQUEST])
    answer = Path(request.pop("answer"))
    elsewhere = {name: Path(path) for name, path in request["elsewhere"].items()}
    project = Project(Path(request["root"]), elsewhere, [Path(path) for path in request["leave_out"]])
    atexit.register(lambda: answer.write_text(json.dumps(trace.files(project)), encoding="utf-8"))
