"""A copy of the repository in which commands of the READMEs are run as a reader runs them, and servers to wait for."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from distributed import Client

BIN = Path(sys.executable).parent
PORT = "8786"
LEFT_OUT = (".git", ".venv", "build", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def jupyter_folders(home):
    """The environment of a JupyterLab that neither reads nor writes anything of the user's."""
    names = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"]
    names += ["JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"]
    return {name: str(home / name) for name in names}


def answer(address, server):
    """What a server that has just been started answers as soon as it does; nothing where its process has ended."""
    while server.poll() is None:
        with suppress(urllib.error.URLError), urllib.request.urlopen(address) as response:
            return response.read().decode()
        time.sleep(0.2)
    return ""


class Copy:
    """A copy of the repository under git, with a plan of a few reports, which are up to date.

    Commands run with this Python instead of that of .venv, so that nothing has to be installed, and on a free port.
    """

    def __init__(self, root, folder, reports):
        self.root = shutil.copytree(root, folder / "copy", ignore=shutil.ignore_patterns(*LEFT_OUT))
        others = {"KR_INDUSTRY_DATA", "PYTHONDONTWRITEBYTECODE", "MAKELEVEL", "MAKEFLAGS", "MFLAGS"}
        self.environment = {name: value for name, value in os.environ.items() if name not in others}
        self.environment |= {"PYTHONPATH": str(self.root / "src"), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
        self.port = str(free_port())
        plan = self.root / "reports" / "reports.yml"
        head, *entries = re.split(r"(?m)^(?=  - notebook: )", plan.read_text(encoding="utf-8"))
        first = {re.search(r"notebook: (\w+)", entry)[1]: entry for entry in reversed(entries)}
        kept = [first[key.split("/")[0]].replace("[ko, en]", "[ko]") for key in reports]
        plan.write_text(head + "".join(kept), encoding="utf-8")
        for page in plan.parent.glob("*/*"):
            if page.relative_to(plan.parent).with_suffix("").as_posix() not in reports:
                page.unlink()
        self("make", "reports")
        self("git", "init", "--quiet")
        self.commit()

    def __call__(self, *command, code=0, **environment):
        """What a command prints, which has to end with this code."""
        done = self.run(list(command), **environment)
        assert done.returncode == code, done.stdout
        return done.stdout

    def words(self, command):
        """A command as it is run here."""
        words = [word.replace(PORT, self.port) for word in command]
        if words[0] == "make":
            return ["make", f"BIN={BIN}", "--assume-old=.venv/installed", *words[1:]]
        return [words[0].replace(".venv/bin", str(BIN)), *words[1:]]

    def run(self, command, **environment):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "check": False}
        environment = self.environment | environment
        return subprocess.run(self.words(command), cwd=self.root, env=environment, **options)

    def start(self, command, log, **environment):
        """A command that goes on until it is ended, in a process group of its own."""
        options = {"cwd": self.root, "env": self.environment | environment, "start_new_session": True}
        with log.open("w") as file:
            return subprocess.Popen(self.words(command), stdout=file, stderr=file, **options)

    @contextmanager
    def cluster(self, servers, workers):
        """A Dask cluster, by the commands that start its scheduler and its workers."""
        started = []
        try:
            for number, command in enumerate(servers):
                started.append(self.start(command, self.root.parent / f"server-{number}.txt"))
            with Client(f"tcp://127.0.0.1:{self.port}") as client:
                while len(client.scheduler_info()["workers"]) < workers:
                    assert [server.poll() for server in started] == [None, None]
                    time.sleep(0.2)
            yield
        finally:
            for server in reversed(started):
                server.terminate()
                server.wait()

    def page(self, key):
        return (self.root / "reports" / f"{key}.html").read_text(encoding="utf-8")

    def commit(self):
        self("git", "add", "--all")
        self("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "a")
