"""A line on the terminal for what takes longer than a reader waits without asking."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AFTER = 2.0
"""Seconds."""


@contextmanager
def announced(says: str) -> Iterator[None]:
    """Tell the terminal what is going on, "asking two solvers", if it is not done after two seconds.

    Nothing is said where standard error is no terminal.
    """
    timer = threading.Timer(AFTER, _tell, [says])
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _tell(says: str) -> None:
    print(f"{says}: this takes some seconds", file=sys.stderr, flush=True)
