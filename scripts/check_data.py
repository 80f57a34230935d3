"""Check the tables of data/ and audit the figures in them.

First types, constraints, keys and sources, as data/datapackage.json describes them; then every figure that others
determine is recomputed after the rules of data/audit/, and what contradicts itself is located. What may be right, and
often is not, is told as a warning.

Exit codes: 0 no fault, whatever the warnings; 1 faults, each printed with file, row and column, or a contradiction that
data/corrections.csv neither corrects nor acknowledges; 2 there is no such folder, or the script is another project's.
"""

import argparse
import sys
from pathlib import Path

from kr_industry import DATA, at_home
from kr_industry.audit import Figures, audit, summary
from kr_industry.checks import faults
from kr_industry.data import DataError, load, tables
from kr_industry.doubts import doubts


def main(arguments: list[str] | None = None) -> int:
    """Check a folder, print its faults and the audit; the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument(
        "folder", type=Path, nargs="?", default=DATA, help="folder with a datapackage.json (default: data/)"
    )
    folder = words.parse_args(arguments).folder
    if not folder.is_dir():
        print(f"{folder}: no such folder", file=sys.stderr)
        return 2
    found = faults(folder)
    for fault in found:
        print(f"{folder.name}/{fault}")
    if found:
        print(f"{len(found)} fault{'s' * (len(found) > 1)}")
        return 1
    try:
        return audited(folder)
    except DataError as error:  # no values at all fulfil the relations together
        print(error)
        return 1


def audited(folder: Path) -> int:
    """Audit the figures of a folder without faults, and print what was found; the exit code."""
    rows = sum(len(load(table, folder)) for table in tables(folder))
    print(f"{len(tables(folder))} tables, {rows} rows: no faults")
    printed, left = (audit(Figures(folder, values)) for values in ("printed", "corrected"))
    print("\n".join(summary.counts(printed)))
    if printed.conflicts:
        print("Contradictions in what the sources print:")
        print("\n".join(f"  {line}" for line in summary.contradictions(printed)))
    if told := doubts(folder):
        print(f"{len(told)} warning{'s' * (len(told) > 1)}:")
        print("\n".join(f"  {folder.name}/{doubt}" for doubt in told))
    if left.conflicts:
        print("Contradictions that corrections.csv neither corrects nor acknowledges:")
        print("\n".join(f"  {line}" for line in summary.contradictions(left)))
        return 1
    return 0


if __name__ == "__main__":
    at_home(__file__)
    sys.exit(main())
