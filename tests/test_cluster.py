"""The batch on a Dask cluster: same bytes, other files and versions told by name, a lost worker's reports made anew."""

import functools
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from distributed import LocalCluster
from test_batch import Project

from notebook_reports import cluster as module
from notebook_reports.cluster import Cluster
from notebook_reports.parameters import RequestError

ROOT = "NOTEBOOK_REPORTS_ROOT"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project").mkdir()
    return Project(tmp_path / "project")


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """A project and two workers, whose checkout is the project itself."""
    project = Project(tmp_path_factory.mktemp("project"))
    options = {"dashboard_address": None, "silence_logs": 50, "env": {ROOT: str(project.root)}}
    with LocalCluster(n_workers=2, threads_per_worker=1, **options) as cluster:
        yield project, cluster


@pytest.fixture
def shared(local):
    """That project, of which nothing is made, and its cluster."""
    project, _ = local
    for folder in (project.out, project.root / "build"):
        shutil.rmtree(folder, ignore_errors=True)
    project.cells("")
    project.plan("matrix: {number: [1, 2]}")
    return local


@contextmanager
def worker(folder, **environment):
    """The address of a scheduler with one worker that was started in a folder, as a reader starts it."""
    with LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as local:
        code = "import sys; from distributed.cli.dask_worker import main; main()"
        command = [sys.executable, "-c", code, local.scheduler_address, "--no-dashboard", "--nthreads", "1"]
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **environment}
        started = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            while not local.scheduler_info["workers"]:
                assert started.poll() is None
                time.sleep(0.1)
            yield local.scheduler_address
        finally:
            started.terminate()
            started.wait()


def _run(project, address, **options):
    said = []
    batch, specs = project.batch(), project.specs
    start = functools.partial(_start, address, project, said.append)
    return batch.run(specs, specs, start, say=said.append, **options), said


def _start(address, project, say):
    return Cluster(address, project.root, project.out, {"data": "TRIAL_DATA"}, say=say)


def test_a_cluster_gives_the_same_bytes(shared):
    project, cluster = shared
    assert project.run()[0] == 0
    here = project.files()
    code, said = _run(project, cluster.scheduler_address, force=True)
    assert code == 0
    assert said[-1] == "2 made, 0 up to date, 0 failed"
    assert project.files() == here


def test_a_failure_on_a_worker_keeps_its_notebook_here_and_names_no_folder_there(shared):
    project, cluster = shared
    project.cells("open('../data/nowhere.csv') if number == 1 else None")
    code, said = _run(project, cluster.scheduler_address)
    assert code == 1
    assert said[-1] == "1 made, 0 up to date, 1 failed"
    failure = next(line for line in said if line.startswith("trial/n1: "))
    assert failure.startswith("trial/n1: failed in cell 3: FileNotFoundError")
    assert failure.endswith("executed notebook kept at build/failed/trial/n1.ipynb")
    assert "/tmp" not in (project.root / "build" / "failed" / "trial" / "n1.ipynb").read_text()


def test_a_lost_workers_reports_are_made_by_another(shared, tmp_path):
    project, cluster = shared
    project.cells(
        f"import pathlib, psutil, time\nonce = pathlib.Path({str(tmp_path / 'once')!r})\n"
        "if not once.exists():\n    once.touch()\n"
        "    server, first, worker = psutil.Process().parents()[:3]\n    worker.kill()\n    time.sleep(60)"
    )
    project.plan("matrix: {number: [1, 2, 3, 4]}")
    before = set(cluster.scheduler_info["workers"])
    code, said = _run(project, cluster.scheduler_address)
    assert code == 0, said
    assert said[-1] == "4 made, 0 up to date, 0 failed"
    assert before - set(cluster.scheduler_info["workers"])


def test_a_worker_makes_reports_from_the_folder_in_which_it_was_started(project, tmp_path):
    assert project.run()[0] == 0
    here = project.files()
    checkout = shutil.copytree(project.root, tmp_path / "checkout")
    shutil.rmtree(checkout / "reports")
    (checkout / "trial.egg-info").mkdir()
    (checkout / "trial.egg-info" / "top_level.txt").write_text("as installed there")
    with worker(checkout) as address:
        assert _run(project, address, force=True)[0] == 0
    assert project.files() == here
    assert (checkout / "build" / "logs").is_dir()
    assert not (checkout / "reports").exists()


def test_a_worker_with_other_files_is_refused_by_name(project, tmp_path):
    checkout = shutil.copytree(project.root, tmp_path / "checkout")
    (checkout / "data" / "used.csv").write_text("a\n11\n")
    (checkout / "data" / "other.csv").unlink()
    elsewhere = shutil.copytree(project.root / "data", tmp_path / "elsewhere")
    said = []
    with worker(checkout) as address, pytest.raises(RequestError, match="no worker of the cluster has the files"):
        _start(address, project, said.append)
    assert re.search(
        r" is not used: data/other.csv none there, \w{12} here; data/used.csv \w+ there, \w+ here$", said[0]
    )
    with worker(checkout, TRIAL_DATA=str(elsewhere)) as address:
        _start(address, project, said.append).stop()
    assert len(said) == 1


def test_a_worker_with_other_versions_is_refused_by_name(project, tmp_path):
    (project.root / "requirements.txt").write_text("pandas==3.1.1\nsix==1.17.0\n")
    other = tmp_path / "other" / "pandas-0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: pandas\nVersion: 0.1\n")
    said = []
    path = os.pathsep.join([str(other.parent), os.environ.get("PYTHONPATH", "")])
    with worker(tmp_path, PYTHONPATH=path, **{ROOT: str(project.root)}) as address, pytest.raises(RequestError):
        _start(address, project, said.append)
    assert said[0].startswith("tcp://")
    assert said[0].endswith(" is not used: pandas 0.1 there, 3.1.1 here")
    assert not project.out.exists()


def test_a_scheduler_that_does_not_answer_is_told(project, monkeypatch):
    client = module.Client
    monkeypatch.setattr(module, "Client", lambda address, **_: client(address, timeout="1s"))
    with pytest.raises(RequestError, match=r"--dask tcp://127\.0\.0\.1:9: no scheduler answers there"):
        _start("tcp://127.0.0.1:9", project, print)
