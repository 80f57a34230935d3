"""Runs a notebook through papermill in this very process, on ipykernel's in-process kernel.

No process, socket or connection file has to be waited for, and what has been imported already is there. Outputs are
those of an ordinary kernel: the same shell, streams and display hook write them, and nbclient reads them.
"""

import os
import sys
import threading
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import SimpleNamespace

import ipykernel_launcher
from ipykernel.inprocess.blocking import BlockingInProcessKernelClient
from ipykernel.inprocess.ipkernel import InProcessInteractiveShell, InProcessKernel
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.shellapp import InteractiveShellApp
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import remove_args
from traitlets import default
from traitlets.config import Config


def possible() -> bool:
    """Whether this process can be a notebook's kernel: no other notebook has run in it, and this is its main thread."""
    return not InteractiveShell.initialized() and threading.current_thread() is threading.main_thread()


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
        if not possible():
            return super().execute_managed_notebook(nb_man, kernel_name, log_output=log_output, **options)
        options = remove_args(["input_path", "start_timeout", "execution_timeout", "timeout"], **options)
        client = _Client(nb_man, kernel_name=kernel_name, log=logger, log_output=log_output, **options)
        return client.execute()


class _Client(PapermillNotebookClient):
    """papermill's client, with a kernel in this process."""

    @contextmanager
    def setup_kernel(self, **_options):
        """Be a kernel for a while: its streams, its search path, its way to draw."""
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        sys.argv = [ipykernel_launcher.__file__]
        sys.path = sys.path[1:]  # the folder of the program that runs us
        InteractiveShellApp().init_path()
        kernel = _Kernel.instance(shell_class=_Shell, config=Config({"HistoryManager": {"enabled": False}}))
        kernel.stdout = _Stream(kernel.session, kernel.iopub_thread, "stdout")
        kernel.stderr = _Stream(kernel.session, kernel.iopub_thread, "stderr")
        if "matplotlib.pyplot" in sys.modules:  # imported before there was a shell to be told
            from matplotlib_inline.backend_inline import _enable_matplotlib_integration

            _enable_matplotlib_integration()
        self.kc = _Channel(kernel=kernel, session=kernel.session)
        self.kc.start_channels()
        try:
            with redirect_stdout(kernel.stdout), redirect_stderr(kernel.stderr):
                yield
        finally:
            kernel.stdout.close()
            kernel.stderr.close()
            kernel.iopub_thread.stop()


# Libraries look for this very name to tell a notebook from a terminal.
_Shell = type(
    ZMQInteractiveShell.__name__, (InProcessInteractiveShell,), {"__module__": ZMQInteractiveShell.__module__}
)


class _Kernel(InProcessKernel):
    """ipykernel's kernel, which also runs cells that await: they ask which thread requests come from, here none."""

    shell_channel_thread = SimpleNamespace(parent_thread=None)
    _supports_kernel_subshells = False
    _execute_sleep = 0  # an ordinary kernel gives others half a millisecond after each cell

    @default("iopub_thread")
    def _default_iopub_thread(self):
        thread = _Sender(self._underlying_iopub_socket, session=self.session)
        thread.start()
        return thread


class _Sender(IOPubThread):
    """ipykernel's sender, which changes threads only for what streams hold back: here no socket asks for it."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._turn = threading.RLock()

    def send_multipart(self, *arguments, **options):
        with self._turn:
            self._really_send(*arguments, **options)


class _Stream(OutStream):
    """ipykernel's stream, which does not wait for its thread where there is nothing to send: that is nearly always."""

    _sending = False

    def flush(self):
        if self._buffers or self._sending:
            super().flush()

    def _flush(self):
        self._sending = True
        super()._flush()
        self._sending = False


class _Channel(BlockingInProcessKernelClient):
    """ipykernel's client of an in-process kernel, with requests that can be awaited, as nbclient awaits them."""

    async def execute(self, code, store_history=True, stop_on_error=True):
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        request = self.session.msg("execute_request", content)
        stream = self.kernel.shell_stream
        self.session.send(stream, request)
        await self.kernel.dispatch_shell(stream.recv_multipart())
        _, reply = self.session.recv(stream, copy=False)
        self.shell_channel.call_handlers(reply)
        return request["header"]["msg_id"]
