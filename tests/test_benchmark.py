"""What the benchmark sets beside the batch makes the same pages, else it would compare unlike things."""

import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
import batch_times
from notebook_reports.plan import read_plan
plan = read_plan(batch_times.ROOT / "reports" / "reports.yml", batch_times.NOTEBOOKS)
out = Path({folder!r})
batch_times._warm_up() if {warm} else None
for spec in plan:
    if spec.key in {keys}:
        batch_times.{make}(spec, out)
print(batch_times._same(out, batch_times.ROOT / "reports"))
"""
COSTS = """
import batch_times
batch_times.inherit()
work = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'"
waited, left = (batch_times._spent("sh", "-c", command).processor for command in (f"{work}; :", f"({work} &); :"))
print("counted" if left > waited / 2 > 0 else (waited, left))
"""


def run(root, program):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root / "scripts", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("make", "warm", "keys"),
    [
        ("_bare", True, ["photonics_trend/total.en", "bio_growth/total.ko", "bio_growth/bio_resources.ko"]),
        ("_libraries", False, ["bio_growth/bio_resources.ko"]),
        ("_shell", False, ["bio_growth/bio_resources.ko"]),
    ],
)
def test_each_way_to_make_a_report_gives_the_page_of_the_batch(root, tmp_path, make, warm, keys):
    program = PROGRAM.format(folder=str(tmp_path), make=make, warm=warm, keys=keys)
    assert run(root, program) == f"{len(keys)} of {len(keys)}"


def test_what_a_command_leaves_behind_counts_on_linux(root):
    assert run(root, COSTS) == "counted" or sys.platform != "linux"
