"""Retrieve a table of official figures from KOSIS (kosis.kr), checked before it replaces anything in data/.

data/kosis.yml declares the tables. The key that KOSIS gives to everyone who registers is taken from the environment
variable KOSIS_API_KEY; it is neither written nor printed. Three files are replaced: the table, its record in
data/kosis/retrievals.csv and its source in data/sources.csv; what was added, changed and is gone is printed.

Exit codes: 0 retrieved, even if nothing changed; 1 KOSIS did not give the table, or what it gave has faults, each
printed, and data/ is as it was; 2 the request is wrong (table, declaration, key); 130 interrupted.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from kr_industry import DATA, at_home
from kr_industry.checks import faults
from kr_industry.data import DataError
from kr_industry.kosis import ADDRESS, Declaration, KosisError, KosisRefusal, Table, fetch, rows
from kr_industry.retrieval import files, moved
from notebook_reports.parameters import RequestError, nearest, read_yaml
from notebook_reports.store import write_whole

NO_KEY = """KOSIS_API_KEY is not set in the environment.
KOSIS gives a key to everyone who registers at https://kosis.kr/openapi/ (활용신청): export KOSIS_API_KEY=..."""
SHOWN = 20
"""Changed rows that are printed."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("table", metavar="TABLE", help="a table of data/kosis.yml, such as manufacturing")
    words.add_argument(
        "--data", type=Path, default=DATA, help="folder with kosis.yml and datapackage.json (default: data/)"
    )
    words.add_argument(
        "--address", default=ADDRESS, help="where to ask instead of KOSIS, for tests (default: %(default)s)"
    )
    return words


def main(arguments: list[str] | None = None) -> int:
    """Retrieve, check and replace; the exit code."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        table = declared(options.data, options.table)
        key = os.environ.get("KOSIS_API_KEY", "").strip()
        if not key:
            raise RequestError(NO_KEY)
        return retrieve(table, key, options.data, options.address)
    except (RequestError, KosisRefusal) as error:
        print(error, file=sys.stderr)
        return 2
    except (KosisError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def declared(folder: Path, name: str) -> Table:
    """A table of the declaration; RequestError where there is none, or the declaration is wrong."""
    tables = read_yaml(folder / "kosis.yml", Declaration).tables
    if name not in tables:
        raise RequestError(f"kosis.yml has no table {name!r}{nearest(name, tables)}; it has {', '.join(tables)}")
    return tables[name]


def retrieve(table: Table, key: str, folder: Path, address: str) -> int:
    """Retrieve a table, check it in a copy of the folder, and replace what changes; the exit code."""
    cells = fetch(table, key, address)
    found = rows(table, cells)
    texts = files(table, found, cells[0]["TBL_NM"], folder)
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copytree(folder, Path(place) / "data")
        for name, text in texts.items():
            write_whole(copy / name, text)
        wrong = faults(copy)  # the audit beside it in check_data.py does not look at what was retrieved
    if wrong:
        print(*wrong, f"{len(wrong)} fault{'s' * (len(wrong) > 1)}; nothing has been replaced", sep="\n")
        return 1
    counts, lines = moved(table, found, folder)
    for name, text in texts.items():
        write_whole(folder / name, text)
    print(f"{table.file}: {len(found)} rows; {', '.join(f'{number} {what}' for what, number in counts.items())}")
    print(*(f"  {line}" for line in lines[:SHOWN]), sep="\n", end="\n" * bool(lines))
    if len(lines) > SHOWN:
        print(f"  and {len(lines) - SHOWN} more")
    return 0


if __name__ == "__main__":
    at_home(__file__)
    sys.exit(main())
