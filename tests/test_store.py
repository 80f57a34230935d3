"""What a run leaves in the folder of reports and below build/, whatever happens to it, on reports made by hand."""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import Future
from pathlib import Path

import pytest

from notebook_reports import store as store_module
from notebook_reports.batch import Batch
from notebook_reports.parameters import RequestError
from notebook_reports.plan import ReportSpec
from notebook_reports.store import Store, held, write_whole
from notebook_reports.trace import Project
from notebook_reports.worker import Made

DECLARATION = "title: {ko: 시험, en: Trial}\ndescription: {ko: 시험, en: Trial}\nparameters: {}\n"
FRONT = {"title": "제목", "subject": "대상", "vintage": "자료", "findings": ["하나"], "figures": []}


def spec(number, **parameters):
    return ReportSpec("trial", f"n{number}", {"number": number, **parameters})


def result(value, **more):
    return {"name": "ratio", "value": value, "unit": "times", "low": None, "high": None, **more}


class Pool:
    """Gives at once what is said of each report."""

    workers = 1

    def __init__(self, outcomes):
        self.outcomes = outcomes

    def submit(self, job):
        future = Future()
        made = self.outcomes(job)
        future.set_result((made, "{}" if made.error else ""))
        return future

    def look(self):
        pass

    def stop(self):
        pass


class Trial:
    """A repository with one table, and reports that hold what it says."""

    def __init__(self, root):
        self.root, self.out, self.build = root, root / "reports", root / "build"
        (root / "notebooks").mkdir()
        (root / "notebooks" / "trial.yml").write_text(DECLARATION, encoding="utf-8")
        (root / "used.csv").write_text("10\n")
        self.project = Project(root, None, [self.out])
        self.plan = [spec(1), spec(2)]
        self.more = {}

    def store(self, build=True):
        return Store(self.out, self.project, self.build if build else None)

    def made(self, job):
        number = job.report.parameters["number"]
        files = {"used.csv": self.project.digest("used.csv")}
        more = {"results": [result(10 / number)], "html": f"<p>{number}</p>\n", "files": files, **self.more}
        return Made(front=FRONT, **more)

    def run(self, outcomes=None, **options):
        said = []
        batch = Batch(self.root, self.out)
        code = batch.run(self.plan, self.plan, lambda: Pool(outcomes or self.made), say=said.append, **options)
        return code, said

    def files(self):
        return {path.relative_to(self.out): path.read_bytes() for path in self.out.rglob("*") if path.is_file()}


@pytest.fixture
def trial(tmp_path):
    return Trial(tmp_path)


def edit(trial, change):
    path = trial.out / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def entry(content):
    return content["reports"]["trial/n1"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: entry(c).pop("front"), "front: field required"),
        (lambda c: entry(c).update(strange=1), "strange: extra inputs are not permitted"),
        (lambda c: entry(c)["results"][0].update(value="many"), "results.0.value: input should be a valid number"),
        (
            lambda c: entry(c)["results"][0].update(value=float("nan")),
            "results.0.value: input should be a finite number",
        ),
        (lambda c: entry(c)["front"].update(findings=[3]), "front.findings.0: input should be a valid string"),
        (lambda c: entry(c)["front"].update(title=None), "front.title: input should be a valid string"),
        (lambda c: entry(c).update(parameters=[]), "parameters: input should be a valid dictionary"),
        (lambda c: entry(c).update(inputs="other"), "no inputs 'other'"),
        (lambda c: c["reports"].update({"trial/n1": 7}), ": input should be a valid dictionary"),
    ],
)
def test_an_entry_that_is_not_as_it_must_be_is_told_and_its_report_alone_made_anew(trial, change, words):
    trial.run()
    before = trial.files()
    path = trial.out / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content))
    code, said = trial.run()
    assert code == 0
    assert said[0].startswith(f"{path} is damaged: trial/n1: {words}")
    assert said[0].endswith("; it counts as never made")
    assert said[1:] == ["made trial/n1", "1 made, 1 up to date, 0 failed"]
    assert trial.files() == before


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", "3", '{"format": 3}', '{"format": 3, "inputs": {}, "reports": 7}', "[" * 100_000),
        '{"format": 3, "inputs": {"a": 1}, "reports": {}}',
        '{"format": 3, "inputs": {}, "reports": {"trial/n1": "\\ud800"}}',
    ],
)
def test_a_manifest_that_is_none_is_told_and_rebuilt(trial, text):
    trial.run()
    before = trial.files()
    (trial.out / "manifest.json").write_text(text)
    code, said = trial.run()
    assert code == 0
    assert said[0].startswith(f"{trial.out / 'manifest.json'} is damaged (")
    assert said[0].endswith("all reports are made anew")
    assert said[-1] == "2 made, 0 up to date, 0 failed"
    assert trial.files() == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: entry(c)["results"][0].update(value=11.0), "its front page or its results were edited"),
        (lambda c: entry(c)["front"].update(title="다른 제목"), "its front page or its results were edited"),
        (lambda c: next(iter(c["inputs"].values())).clear(), "what it read was edited"),
    ],
)
def test_what_was_edited_in_the_manifest_makes_its_report_stale(trial, change, reason):
    trial.run()
    before = trial.files()
    edit(trial, change)
    assert trial.store(build=False).stale(spec(1)) == [f"{reason} in manifest.json"]
    assert trial.run()[1][0] == "made trial/n1"
    assert trial.files() == before


def test_parameters_that_are_written_in_another_way_make_a_report_stale(trial):
    trial.run()
    trial.plan[0] = ReportSpec("trial", "n1", {"number": True})
    assert trial.store().stale(trial.plan[0]) == ["parameter number: 1 → True"]


def test_a_cover_is_not_waited_for_where_a_report_has_no_chart(trial):
    trial.plan[0] = ReportSpec("trial", "n1", {"number": 1}, cover=True)
    trial.run()
    assert trial.store().stale(trial.plan[0]) == []
    trial.more = {"cover": "<svg/>\n"}
    trial.run(force=True)
    assert (trial.out / "trial" / "n1.svg").read_text() == "<svg/>\n"
    (trial.out / "trial" / "n1.svg").unlink()
    assert trial.store().stale(trial.plan[0]) == ["n1.svg is missing"]


def test_a_result_that_the_manifest_cannot_hold_is_a_failure_of_its_report(trial):
    trial.more = {"results": [result(float("nan"))]}
    code, said = trial.run()
    assert code == 1
    assert "trial/n1: cannot be kept: results.0.value: input should be a finite number" in said[2]
    assert not (trial.out / "trial").exists()


def life(trial, finished=lambda key: None):
    """A run of three reports, one of which fails."""
    store = trial.store()
    store.clean(trial.plan)
    for each in (spec(1), spec(2)):
        files = {"used.csv": trial.project.digest("used.csv")}
        text = f"<p>{each.parameters['number']}</p>\n"
        store.put(each, files, FRONT, [result(10.0)], text, None)
        finished(each.key)
    store.fail(spec(3), "failed in cell 1")
    finished("trial/n3")
    store.save([spec(1), spec(2), spec(3)])


def test_nothing_finished_is_lost_wherever_a_run_is_killed(trial):
    life(trial)
    expected = trial.files()
    points = 0
    while True:
        shutil.rmtree(trial.out)
        shutil.rmtree(trial.build)
        ours, theirs = os.pipe()
        if (child := os.fork()) == 0:
            left = points

            def die(event, arguments):
                nonlocal left
                if event in ("os.rename", "os.remove", "os.mkdir") or (
                    event == "open" and str(arguments[0]).startswith(str(trial.root))
                ):
                    left -= 1
                    if left < 0:
                        os._exit(9)

            sys.addaudithook(die)
            life(trial, lambda key, to=theirs: os.write(to, f"{key}\n".encode()))
            os._exit(0)
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            finished = pipe.read().split()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for store in (trial.store(), trial.store()):
            assert store.damage == []
            for key in finished:
                if key == "trial/n3":
                    assert store.failed == {key: "failed in cell 1"}
                else:
                    assert store.stale(spec(int(key[-1]))) == [], points
        life(trial)
        assert trial.files() == expected
        assert not [path for path in trial.build.rglob(".*") if path.is_file()]
        if code == 0:
            break
        points += 1
    assert points >= 36


def test_what_was_noted_of_a_report_and_damaged_since_is_told(trial, monkeypatch):
    monkeypatch.setattr(Batch, "_save", lambda *_: True)  # the power goes
    trial.run()
    monkeypatch.undo()
    assert not (trial.out / "manifest.json").exists()
    first, _ = sorted((trial.build / "state").rglob("*.made.json"))
    first.write_text(first.read_text(encoding="utf-8")[:100], encoding="utf-8")
    code, said = trial.run()
    assert code == 0
    assert said[0].startswith(f"{first} is damaged (")
    assert said[-1] == "1 made, 1 up to date, 0 failed"
    assert not list((trial.build / "state").rglob("*.made.json"))


def test_what_killed_runs_left_half_written_is_removed(trial):
    trial.run()
    left = [".manifest.json.abcd1234", "trial/.n1.html.0123_xyz"]
    kept = [".keep", "trial/.n1.html", ".gitignore"]
    for name in left + kept:
        (trial.out / name).write_text("half")
    (state,) = (trial.build / "state").iterdir()
    halves = [state / f".{name}.abcd1234" for name in ("settled", "seen-0123", "0123.made.json")]
    for half in halves:
        half.write_text("half")
    trial.run()
    assert not any(half.exists() for half in halves)
    assert not any((trial.out / name).exists() for name in left)
    assert all((trial.out / name).exists() for name in kept)


def test_a_file_is_written_whole_or_not_at_all_and_as_the_umask_says(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    before = os.umask(0o027)
    try:
        write_whole(path, "first")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640

    def fail(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, "second")
    assert path.read_text() == "first"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["page.html"]


def test_a_disk_that_is_full_when_the_manifest_is_written_hides_no_failure_and_loses_nothing(trial, monkeypatch):
    def full(self, path, text):
        if path.name in names:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write_whole(path, text)

    def outcome(job):
        return Made(error="failed in cell 3") if job.report.name == "n2" else trial.made(job)

    monkeypatch.setattr(Store, "write", full)
    for names in (["manifest.json"], ["index.html"]):
        code, said = trial.run(outcome, force=True)
        assert code == 1
        assert f"{trial.out / names[0]}: could not be written: No space left on device; the next run does it" in said
        assert any(line.startswith("trial/n2: failed in cell 3") for line in said)
        assert said[-1] == "1 made, 0 up to date, 1 failed"
    monkeypatch.undo()
    assert trial.run()[1] == ["made trial/n2", "1 made, 1 up to date, 0 failed"]


def test_a_page_that_was_replaced_is_made_though_nothing_could_be_noted_below_build(trial, monkeypatch):
    write = Store.write

    def full(self, path, text):
        if path.is_relative_to(trial.build):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(self, path, text)

    monkeypatch.setattr(Store, "write", full)
    _, said = trial.run()
    assert said[-1] == "2 made, 0 up to date, 0 failed"
    assert any(line.startswith("trial/n1 could not be noted: [Errno 28]") for line in said)
    monkeypatch.undo()
    assert trial.run()[1] == ["0 made, 2 up to date, 0 failed"]


def test_warnings_of_a_report_that_succeeded_are_kept_and_counted_and_its_notes_said(trial):
    kept = trial.build / "warnings" / "trial" / "n1.txt"
    trial.plan = [spec(1)]
    trial.more = {"warnings": f"{trial.root}/helper.py:3: UserWarning: old\n", "notes": ("ended early in cell 3",)}
    assert trial.run()[1] == [
        "made trial/n1",
        "  ended early in cell 3",
        "1 report gave warnings: build/warnings/",
        "1 made, 0 up to date, 0 failed",
    ]
    assert kept.read_text() == "helper.py:3: UserWarning: old\n"
    trial.more = {}
    assert trial.run(force=True)[1] == ["made trial/n1", "1 made, 0 up to date, 0 failed"]
    assert not kept.exists()


def test_a_mark_that_a_report_failed_vanishes_where_it_is_up_to_date(trial):
    trial.run()
    (trial.root / "used.csv").write_text("20\n")
    trial.run(lambda job: Made(error="failed in cell 1"))
    assert trial.store().marks(trial.plan) == {"trial/n1": "failed", "trial/n2": "failed"}
    (trial.root / "used.csv").write_text("10\n")
    assert trial.store().marks(trial.plan) == {}
    assert trial.run()[1][-1] == "0 made, 2 up to date, 0 failed"
    assert set(trial.store().failed) == {"trial/n1", "trial/n2"}  # --failed still knows them


def test_with_nothing_to_do_nothing_is_rendered_unless_something_changed(trial, monkeypatch):
    trial.run()
    before = trial.files()
    monkeypatch.setitem(sys.modules, "notebook_reports.index", None)  # to import it would fail
    assert trial.run() == (0, ["0 made, 2 up to date, 0 failed"])
    monkeypatch.undo()
    (trial.out / "index.html").write_text("edited")
    (trial.out / "results.csv").unlink()
    assert trial.run()[0] == 0
    assert trial.files() == before
    (trial.root / "notebooks" / "trial.yml").write_text(DECLARATION.replace("Trial", "Attempt"), encoding="utf-8")
    trial.run()
    assert "Attempt" in (trial.out / "index.html").read_text(encoding="utf-8")


def test_hashes_are_kept_only_of_files_that_cannot_have_changed_unseen(trial, monkeypatch):
    trial.run()
    read = []
    monkeypatch.setattr(
        Project, "digest", lambda self, name, digest=Project.digest: read.append(name) or digest(self, name)
    )
    trial.run()
    assert read == ["used.csv"]  # it was written just now
    monkeypatch.setattr(store_module, "_RECENT", 0)
    trial.run()
    read.clear()
    trial.run()
    assert read == []
    inode = (trial.root / "used.csv").stat()
    (trial.root / "used.csv").write_text("11\n")
    os.utime(trial.root / "used.csv", ns=(inode.st_atime_ns, inode.st_mtime_ns))  # size and time as before
    assert trial.store().stale(spec(1)) == ["used.csv changed"]
    (kept,) = (trial.build / "state").rglob("seen-*")
    kept.write_text('{"a": 1}')
    assert trial.store().stale(spec(1)) == ["used.csv changed"]


def test_what_counts_of_a_notebook_and_all_of_it_are_kept_apart(trial, monkeypatch):
    monkeypatch.setattr(store_module, "_RECENT", 0)
    cell = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [{"text": "1"}]}
    notebook = trial.root / "notebooks" / "trial.ipynb"
    notebook.write_text(json.dumps({"cells": [cell]}))
    trial.more = {"files": {"notebooks/trial.ipynb": trial.project.digest("notebooks/trial.ipynb")}}
    trial.run()
    for _ in range(3):
        assert trial.run() == (0, ["0 made, 2 up to date, 0 failed"])
    notebook.write_text(json.dumps({"cells": [cell | {"outputs": []}]}))
    assert trial.run() == (0, ["0 made, 2 up to date, 0 failed"])


def test_a_build_folder_that_cannot_be_written_to_is_told(trial):
    def refuse():
        raise PermissionError(errno.EACCES, "Permission denied", "build/logs")

    with pytest.raises(RequestError, match=r"build: cannot be written to: .*Permission denied"):
        Batch(trial.root, trial.out).run(trial.plan, trial.plan, refuse, say=lambda _: None)
    assert not trial.out.exists()


def test_a_folder_is_held_by_one_run_at_a_time_and_the_second_is_told_by_whom(tmp_path):
    with held(tmp_path / "reports"):
        with (
            pytest.raises(
                RequestError, match=rf"reports: another run is writing to it: process {os.getpid()}, .*since"
            ),
            held(tmp_path / "reports"),
        ):
            pass
        with held(tmp_path / "other"):
            pass
    assert list(tmp_path.iterdir()) == []  # nothing was there before, and nothing was made
    (tmp_path / "reports").mkdir()
    with held(tmp_path / "reports"):
        pass
    assert list((tmp_path / "reports").iterdir()) == []


def test_a_lock_that_a_killed_run_left_is_taken_over(tmp_path):
    code = "import os\nfrom pathlib import Path\nfrom notebook_reports.store import held\n"
    code += f"with held(Path({str(tmp_path)!r})):\n    os._exit(0)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / ".lock").exists()
    with held(tmp_path):
        assert f"process {os.getpid()}, " in (tmp_path / ".lock").read_text()


def test_a_lock_that_is_a_link_is_refused_and_what_it_leads_to_left_alone(tmp_path):
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / ".lock").symlink_to(tmp_path / "precious")
    with pytest.raises(RequestError, match="it is a symbolic link; remove it"), held(tmp_path / "reports"):
        pass
    assert (tmp_path / "precious").read_text() == "kept"


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_said_and_another_file_stands_in(tmp_path, monkeypatch, capsys, number):
    import fcntl

    def none(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", none)
    with held(tmp_path / "reports"):
        assert "its file system has no locks" in capsys.readouterr().err
        with (
            pytest.raises(RequestError, match=f"another run is writing to it: .*{os.getpid()}"),
            held(tmp_path / "reports"),
        ):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="file: cannot be written to"), held(tmp_path / "file"):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_of_another_user_is_told_with_its_owner():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reports"
        path.mkdir()
        Path(folder).chmod(0o755)
        os.seteuid(65534)
        try:
            words = r"cannot be written to: .*Permission denied.*reports belongs to root"
            with pytest.raises(RequestError, match=words), held(path):
                pass
        finally:
            os.seteuid(0)


def test_ctrl_c_on_a_full_disk_stays_ctrl_c(trial, monkeypatch):
    def stop(job):
        raise KeyboardInterrupt

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "manifest.json")

    monkeypatch.setattr(Store, "save", full)
    with pytest.raises(KeyboardInterrupt):
        trial.run(stop)


def test_of_many_reports_only_hashes_are_kept_in_memory(trial):
    trial.plan = [spec(number) for number in range(1, 301)]
    large = "x" * 1_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    trial.more = {"html": large}
    assert trial.run()[0] == 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
