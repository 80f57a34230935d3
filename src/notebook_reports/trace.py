"""Which files of a project a process really reads, data and modules alike, seen by Python's audit hooks (PEP 578).

Seen are files that are opened, also in vain, folders that are listed, and databases of SQLite. What the process writes
itself is no input. Not seen are files that C code opens by itself, as pyarrow and polars do, those that programs
started by a notebook open, all that a kernel of another language reads, and whether a file was asked for by its
existence alone.
"""

import atexit
import json
import os
import stat
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.util import source_from_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

REQUEST = "NOTEBOOK_REPORTS_TRACE"
"""Environment variable in which an ordinary kernel finds what to watch and where to write what it saw."""
_CHEAP = 64 * 2**20
"""Bytes up to which a file is hashed when it is read; a larger one at the end."""
_FINDERS = {"importlib", "_frozen_importlib_external", "importlib_metadata", "pkgutil", "pkg_resources"}
"""Packages that list folders only to find modules in them."""


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


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
        self._folders = {**self._elsewhere, "": self.root}
        self._left_out = [folder.resolve() for folder in leave_out or []]
        without = [Path(sys.prefix), Path(sys.base_prefix), self.root / "build", *self._left_out]
        self._without = [path for path in without if path != self.root]
        self._environment = tuple(f"{path}{os.sep}" for path in (sys.prefix, sys.base_prefix))

    def name(self, path: str) -> str | None:
        """The name of a file, relative and with slashes; none where it does not count. Compiled code is its source."""
        if path.startswith(self._environment):  # most are, and following links takes its time
            return None
        file = Path(_source(os.path.realpath(path)))
        for name, folder in self._folders.items():
            if file.is_relative_to(folder):
                below = file.relative_to(folder)
                if any(map(_hidden, below.parts)) or any(map(file.is_relative_to, self._without)):
                    return None
                return (Path(name) / below).as_posix()
        return None

    def names(self) -> list[str]:
        """Names of all files that count, sorted."""
        found = set()
        for first, top in self._folders.items():
            for folder, folders, files in os.walk(top):
                folders[:] = [
                    name
                    for name in folders
                    if not (_hidden(name) or name.startswith("__")) and Path(folder, name) not in self._without
                ]
                below = Path(first) / Path(folder).relative_to(top)
                found |= {(below / file).as_posix() for file in files if not file.startswith(".")}
        return sorted(name for name in found if self.path(name).is_file())

    def request(self, answer: Path) -> str:
        """What :data:`REQUEST` has to hold for a kernel to write to a file what it read of this project."""
        return json.dumps([answer, self.root, self._elsewhere, self._left_out], default=str)

    def path(self, name: str) -> Path:
        """Where the file of a name stands."""
        first, _, rest = name.partition("/")
        return self._elsewhere[first] / rest if first in self._elsewhere else self.root / name

    def digest(self, name: str) -> str | None:
        """SHA-256 of what counts of a file, by name; none where it is not there. Of a folder, ``data/``, its names."""
        path = self.path(name)
        try:
            if name.endswith("/"):
                found = sorted(p.name for p in path.iterdir() if p.name != "__pycache__" and self.name(str(p)))
                return digest("\n".join(found).encode(errors="surrogateescape"))
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
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


def _hidden(name: str) -> bool:
    """Whether a folder or file never counts, such as what an installation leaves beside its sources."""
    return name.startswith(".") or name.endswith(".egg-info")


def _source(path: str) -> str:
    """The source of compiled code, which Python writes where it looked for it in vain; any other path as it is."""
    if path.endswith(".pyc"):
        with suppress(ValueError):  # it is not where Python puts what it compiles
            return source_from_cache(path)
    return path


def _state(path: str) -> tuple[int, ...] | None:
    """What tells that a file has been written to; its size stands last."""
    try:
        found = os.stat(path)  # noqa: PTH116 — a Path for each would take longer than the question
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, stat.S_IFMT(found.st_mode), found.st_size


class _Seen(NamedTuple):
    """A file when it was read first: its name, its state, and what it held, if that was cheap to know."""

    name: str
    state: tuple[int, ...] | None
    digest: str | None


class Trace:
    """Remembers what of a project is read from the moment it is made, here and in forked children.

    Parameters
    ----------
    project : Project
        Whose files count.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._seen: dict[str, _Seen | None] = {}
        self._written: set[str] = set()
        self._busy: set[int] = set()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple) -> None:
        if event not in _EVENTS or threading.get_ident() in self._busy:
            return
        self._busy.add(threading.get_ident())
        try:
            _EVENTS[event](self, *arguments)
        except Exception:  # noqa: BLE001, S110 — what is wrong with a path, whoever uses it will be told
            pass
        finally:
            self._busy.discard(threading.get_ident())

    def _open(self, path, _mode, flags) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            flags = flags or 0
            if not flags & (os.O_WRONLY | os.O_TRUNC | os.O_EXCL):
                self._read(path)
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_TRUNC | os.O_CREAT):
                self._write(path)

    def _list(self, path=None) -> None:
        finder = sys._getframe(2).f_globals.get("__name__", "").partition(".")[0] in _FINDERS
        if not (finder or isinstance(path, int)):
            self._read(path or ".", os.sep)

    def _connect(self, database) -> None:
        text = os.fsdecode(database)
        path = unquote(text.partition("?")[0].removeprefix("file:")) if text.startswith("file:") else text
        if path and path != ":memory:":
            self._read(path)
            self._write(path)

    def _write(self, *paths) -> None:
        self._written |= {os.path.abspath(os.fsdecode(path)) for path in paths if not isinstance(path, int)}  # noqa: PTH100

    def _read(self, given, kind: str = "") -> None:
        path = _source(os.path.abspath(os.fsdecode(given))) + kind  # noqa: PTH100 — links are followed once a file
        if path in self._seen or path in self._written:
            return
        name, state = self._project.name(path), _state(path)
        if name and (state is None or kind or stat.S_ISREG(state[-2])):
            name += kind and "/"
            cheap = state and (kind or state[-1] <= _CHEAP)
            self._seen[path] = _Seen(name, state, self._project.digest(name) if cheap else None)
        else:
            self._seen[path] = None

    def _now(self, complete: bool) -> tuple[dict[str, str | None], set[str]]:
        """What files hold by name, without those written here, and names of those that are not as they were read."""
        held, changed = {}, set()
        for path, seen in list(self._seen.items()):
            if not seen:
                continue
            same, known = _state(path) == seen.state, seen.state is None or seen.digest is not None
            now = seen.digest if same and (known or not complete) else self._project.digest(seen.name)
            if same or (known and now == seen.digest):
                held[seen.name] = now
            elif not any(path in (each, f"{each.rpartition(os.sep)[0]}{os.sep}") for each in self._written):
                held[seen.name] = now
                changed.add(seen.name)
        return held, changed

    def names(self) -> set[str]:
        """Names of all that was read so far."""
        return {seen.name for seen in self._seen.values() if seen}

    def changed(self) -> set[str]:
        """Names of what others have changed since it was read; what holds the same bytes as before has not changed."""
        return self._now(complete=False)[1]

    def files(self) -> tuple[dict[str, str | None], list[str]]:
        """What was read: files of the project with their SHA-256, none for one looked for in vain.

        Returns
        -------
        dict, list of str
            The files by name, folders that were listed with a slash at the end of theirs; and the names of those that
            others have changed since they were read.
        """
        held, changed = self._now(complete=True)
        return dict(sorted(held.items())), sorted(changed)


_EVENTS = {
    "open": Trace._open,
    "os.listdir": Trace._list,
    "os.scandir": Trace._list,
    "sqlite3.connect": Trace._connect,
    "os.rename": lambda trace, before, after, *_: trace._write(before, after),
    **dict.fromkeys(("os.remove", "os.truncate", "os.mkdir", "os.rmdir"), lambda trace, path, *_: trace._write(path)),
}


def load_ipython_extension(_shell: object) -> None:
    """Watch an ordinary kernel, as :data:`REQUEST` asks for, and write down at its end what it read."""
    answer, root, elsewhere, left_out = json.loads(os.environ.pop(REQUEST))
    elsewhere = {name: Path(folder) for name, folder in elsewhere.items()}
    trace = Trace(Project(Path(root), elsewhere, [Path(folder) for folder in left_out]))
    atexit.register(lambda: Path(answer).write_text(json.dumps(trace.files()), encoding="utf-8"))
