"""Check that the committed reports are fresh; with --execute, that they are the same when they are made again.

This is the command ``notebook-reports verify`` for this repository; --help says what it takes.
"""

import sys

from notebook_reports import ending


def main() -> int:
    """Carry out the command line; the exit code."""
    ending.at_once()
    from kr_industry import ROOT, at_home
    from notebook_reports import command

    at_home(__file__)
    return command.main(["verify", "--root", str(ROOT), *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
