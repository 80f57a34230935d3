"""The command notebook-reports, as ``python -m notebook_reports``."""

import sys

from notebook_reports import ending


def main() -> int:
    """Carry out the command line; the exit code."""
    ending.at_once()
    from notebook_reports.command import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
