"""Runs a notebook through papermill in this very process: its cells are run by the shell of an ordinary kernel.

No process, socket or connection file has to be waited for, and what has been imported already is there. Outputs are
those of an ordinary kernel: its own shell, display hook and publisher make them, and nbclient puts them into the cells.
"""

import asyncio
import codecs
import contextvars
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import lru_cache
from types import SimpleNamespace

import ipykernel_launcher
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.jsonutil import json_clean
from ipykernel.kernelapp import IPKernelApp
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError
from nbclient.util import run_hook
from nbformat import from_dict
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import remove_args
from traitlets.config import Application

from notebook_reports.execute import coalesced, language

_PARTS = {
    "stream": ("name", "text"),
    "error": ("ename", "evalue", "traceback"),
    "display_data": ("metadata", "data"),
    "execute_result": ("metadata", "data", "execution_count"),
}
"""What an output keeps of its message."""


def possible() -> bool:
    """Whether this process can be a notebook's kernel: no other notebook has run in it, and this is its main thread."""
    free = not (InteractiveShell.initialized() or Application.initialized()) and hasattr(os, "pread")
    return free and threading.current_thread() is threading.main_thread()


class Engine(NBClientEngine):
    """papermill's engine for it. Where this process cannot be the kernel, an ordinary kernel gives the same outputs."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, log_output=False, **options):
        """Run the cells of a notebook.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
            The notebook, and who is told of its progress.
        kernel_name : str
            Name of the kernel that an ordinary run would use.
        log_output : bool
            Whether outputs also go to papermill's log.
        options
            Settings of nbclient's NotebookClient. A limit of time is the caller's: no other thread watches the cells.
        """
        if not possible() or language(nb_man.nb.metadata) != "python":
            return super().execute_managed_notebook(nb_man, kernel_name, log_output=log_output, **options)
        options = remove_args(["input_path", "start_timeout", "execution_timeout", "timeout"], **options)
        client = _Client(nb_man, kernel_name=kernel_name, log=logger, log_output=log_output, **options)
        return client.execute()


class _Client(PapermillNotebookClient):
    """papermill's client, with a kernel in this process."""

    def execute(self):
        """Run all cells."""
        self.reset_execution_trackers()
        with _kernel(self._take) as self._kernel:
            self.kc = SimpleNamespace(session=self._kernel.session, shell_channel=self)
            self._place, self._sent = None, []
            self.papermill_execute_cells()
            self.nb.metadata["language_info"] = json_clean(self._kernel.language_info)
            self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell, cell_index):
        """Run a cell as nbclient does, with its hooks."""
        self._tell(self.on_cell_start, cell, cell_index)
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        if self._kernel.shell.exit_now:
            raise DeadKernelError("Kernel died")
        self._tell(self.on_cell_execute, cell, cell_index)
        self.code_cells_executed += 1
        cell.outputs, self.clear_before_next_output = [], False
        request = self._kernel.request("execute_request")
        self._kernel.transformed.cache_clear()
        cell.execution_count = self._kernel.execution_count
        self._place = request["header"]["msg_id"], cell, cell_index
        content = self._until(self._kernel.do_execute(cell.source, silent=False, store_history=True))
        for stream in self._kernel.streams:
            stream.flush()
        self._place = None
        reply = {"content": json_clean(content)}
        for message in self._sent:  # what widgets answer is heard between cells
            self._kernel.request("comm_msg")
            self._kernel.shell_handlers[message["header"]["msg_type"]](None, None, message)
        self._sent.clear()
        self._tell(self.on_cell_complete, cell, cell_index)
        self._tell(self.on_cell_executed, cell, cell_index, execute_reply=reply)
        if self.coalesce_streams:
            cell.outputs = coalesced(cell.outputs)
        self._until(self._check_raise_for_error(cell, cell_index, reply))
        return cell

    def send(self, message):
        """Take what a widget of nbclient has for the kernel."""
        self._sent.append(message)

    def _until(self, awaited):
        return self._kernel.loop.run_until_complete(awaited)

    def _tell(self, hook, cell, cell_index, **more):
        if hook is not None:
            self._until(run_hook(hook, cell=cell, cell_index=cell_index, **more))

    def _take(self, message):
        """Put an output where it belongs; what comes too late for its cell is lost, as it is to nbclient."""
        if self._place and message["parent_header"].get("msg_id") == self._place[0]:
            self.process_message(message, *self._place[1:])

    def output(self, outs, msg, display_id, cell_index):
        """Handle an output as nbclient does, without validating it against a schema."""
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            return super().output(outs, msg, display_id, cell_index)
        if self.clear_before_next_output:
            outs[:] = []
            self.clear_display_id_mapping(cell_index)
            self.clear_before_next_output = False
        kind = msg["msg_type"]
        if kind not in _PARTS:
            return None
        if display_id:
            self._display_id_map.setdefault(display_id, {}).setdefault(cell_index, []).append(len(outs))
        outs.append(from_dict({"output_type": kind, **{part: msg["content"][part] for part in _PARTS[kind]}}))
        return outs[-1]


@contextmanager
def _kernel(take) -> Iterator["_Kernel"]:
    """Be a kernel for a while: its streams, its search path, its way to draw. Messages go to a function."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # no word of the debugger that every kernel has
    ours = sys.argv, sys.path
    sys.argv = [ipykernel_launcher.__file__, "-f", "kernel.json"]
    sys.path = sys.path[0 if sys.flags.safe_path else 1 :]  # without the folder of the program that runs us
    app = IPKernelApp.instance()
    app.config.HistoryManager.enabled, app.log_level = False, "CRITICAL"
    app.init_pdb()
    app.init_path()
    session = _Session(parent=app)
    session.take = take
    app.kernel = kernel = _Kernel.instance(parent=app, session=session, log=app.log, shell_channel_thread=_NOBODY)
    app.init_shell()
    kernel.shell.transform_cell = kernel.transformed = lru_cache(maxsize=1)(kernel.shell.transform_cell)
    kernel.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(kernel.loop)
    kernel.streams = [_Stream(session, name) for name in ("stdout", "stderr")]
    try:
        with redirect_stdout(kernel.streams[0]), redirect_stderr(kernel.streams[1]):
            if "matplotlib_inline.backend_inline" in sys.modules:  # imported before there was a shell to be told
                sys.modules["matplotlib_inline.backend_inline"]._enable_matplotlib_integration()
            app.init_extensions()
            yield kernel
    finally:
        sys.argv, sys.path = ours
        for stream in kernel.streams:
            stream.close()
        asyncio.set_event_loop(None)
        kernel.loop.close()


_NOBODY = SimpleNamespace(parent_thread=None)
"""Cells that await ask which thread requests come from: none."""


class _Kernel(IPythonKernel):
    """ipykernel's kernel, whose requests are made by calling it."""

    transformed: Callable
    """What makes Python of a cell's magics, which kernel and shell both ask for."""
    loop: asyncio.AbstractEventLoop
    streams: list["_Stream"]

    def request(self, kind: str) -> dict:
        """Begin a request, to which all that is shown from now on belongs."""
        message = self.session.msg(kind, {})
        self.set_parent([], message)
        return message


class _Session(Session):
    """A session that hands messages over where others write to a socket, in the state in which they would arrive."""

    def send(self, stream, msg_or_type, content=None, parent=None, ident=None, buffers=None, **more):
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(msg_or_type, content, parent, more.get("header"), more.get("metadata"))
        self.take({**message, "content": self.unpack(self.pack(message["content"])), "buffers": buffers or []})
        return message


class _Stream(OutStream):
    """ipykernel's stream without its thread: what other programs write to its file descriptor goes by way of a file."""

    pub_thread = True  # it is open

    def __init__(self, session, name):
        self.session, self.name, self.echo = session, name, None
        self._isatty, self._local = False, threading.local()
        self._parent_header, self._parent_header_global = contextvars.ContextVar("parent_header"), {}
        self._lock, self._texts, self._of = threading.RLock(), [], {}
        self._original_stdstream_fd = 1 if name == "stdout" else 2
        self._original_stdstream_copy = os.dup(self._original_stdstream_fd)
        self._file, self._read = tempfile.TemporaryFile(), 0  # noqa: SIM115 — closed with the stream
        self._decode, self._master_pid = codecs.getincrementaldecoder("utf-8")("replace").decode, os.getpid()
        os.dup2(self._file.fileno(), self._original_stdstream_fd)

    def write(self, string):
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if self.pub_thread is None:
            raise ValueError("I/O operation on closed file")
        if not self._is_master_process():  # a process that the notebook has forked
            os.write(self._original_stdstream_fd, string.encode(errors="replace"))
            return len(string)
        with self._lock:
            self._from_below()
            self._keep(string)
        return len(string)

    def _keep(self, string):
        parent = self.parent_header
        if parent is not self._of:
            self._send()
            self._of = parent
        self._texts.append(string)

    def _from_below(self):
        """Take what has been written to the file descriptor."""
        if (size := os.fstat(self._file.fileno()).st_size) > self._read:
            self._keep(self._decode(os.pread(self._file.fileno(), size - self._read, self._read)))
            self._read = size

    def _send(self):
        if text := "".join(self._texts):
            self._texts.clear()
            message = self.session.msg("stream", {"name": self.name, "text": text}, parent=self._of)
            for hook in self._hooks:
                message = message and hook(message)
            if message:
                self.session.send(None, message)

    def flush(self):
        with self._lock:
            if self.pub_thread and self._is_master_process():
                self._from_below()
                self._send()

    def close(self):
        self.flush()
        if self.pub_thread:
            self.pub_thread = None
            os.dup2(self._original_stdstream_copy, self._original_stdstream_fd)
            os.close(self._original_stdstream_copy)
            self._file.close()
