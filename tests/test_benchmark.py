"""What the benchmark sets beside the batch makes the same pages, else it would compare unlike things."""

import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
import batch_times
from notebook_reports.plan import read_plan
plan = read_plan(batch_times.ROOT / "reports" / "reports.yml", batch_times.NOTEBOOKS)
spec = next(spec for spec in plan if spec.key == "bio_growth/bio_resources.ko")
out = Path({folder!r})
batch_times.{make}(None, out) if {warmed} else None
batch_times.{make}(spec, out)
print(batch_times._same(out, batch_times.ROOT / "reports"))
"""


@pytest.mark.parametrize(("make", "warmed"), [("_bare", True), ("_libraries", False), ("_shell", False)])
def test_each_way_to_make_a_report_gives_the_page_of_the_batch(root, tmp_path, make, warmed):
    program = PROGRAM.format(folder=str(tmp_path), make=make, warmed=warmed)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root / "scripts", capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["1 of 1"], done.stdout + done.stderr
