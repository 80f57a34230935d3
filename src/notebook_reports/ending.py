"""How a command ends early: refused or interrupted. Next to nothing is imported, to count from the first moment."""

import _signal as signal  # without the enumerations of signal, whose import takes longer than all else here
import os

INTERRUPTED = "interrupted; finished reports are kept"


class RequestError(Exception):
    """What was asked for is wrong: a plan, a parameter, an option or the data. Nothing has been run."""


def at_once() -> None:
    """Have this process end without a word of Python's, while nothing has begun.

    An exception might come out of the middle of an import as another one.
    """
    _heed(_leave)


def by_exception() -> None:
    """Have this process end by KeyboardInterrupt, so that what is finished is kept and nothing left running."""
    _heed(signal.default_int_handler)


def _heed(handler) -> None:
    """Take Ctrl-C, a plea to end and the end of the terminal alike, unless whoever started this forbade it."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        try:
            if number is not None and signal.signal(number, handler) == signal.SIG_IGN:
                signal.signal(number, signal.SIG_IGN)
        except ValueError:  # only the main thread may
            return


def _leave(*_: object) -> None:
    try:
        os.write(2, f"{INTERRUPTED}\n".encode())
    finally:
        os._exit(130)
