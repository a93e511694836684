"""A line on the terminal for what takes longer than a reader waits without asking."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

AFTER = 2.0
"""Seconds."""
_INSIDE = ContextVar("inside", default=False)
"""Whether something that takes long is announced already: what is a part of it says nothing of its own."""


@contextmanager
def announced(says: str) -> Iterator[None]:
    """Tell the terminal what is going on, "asking two solvers", if it is not done after two seconds.

    Nothing is said where standard error is no terminal, nor inside something that is announced itself.
    """
    timer = threading.Timer(AFTER, _tell, [says])
    timer.daemon = True
    if sys.stderr.isatty() and not _INSIDE.get():
        timer.start()
    before = _INSIDE.set(True)
    try:
        yield
    finally:
        _INSIDE.reset(before)
        timer.cancel()


def _tell(says: str) -> None:
    print(f"{says}: this takes some seconds", file=sys.stderr, flush=True)
