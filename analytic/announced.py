"""A line for whoever waits, where something takes longer than a reader waits without asking."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

AFTER = 2.0
"""Seconds."""
_everywhere = False


def everywhere(told: bool = True) -> None:
    """Let everything be announced, terminal or not: for a command, whose standard error somebody may read later."""
    global _everywhere
    _everywhere = told


class _Announcement:
    """What takes long, and when a line was last written about it."""

    def __init__(self, says: str) -> None:
        self.says = says
        self.told = time.monotonic()
        self.timer = threading.Timer(AFTER, self.tell, ["this takes some seconds"])
        self.timer.daemon = True

    def tell(self, what: str) -> None:
        self.told = time.monotonic()
        print(f"{self.says}: {what}", file=sys.stderr, flush=True)


_OUTERMOST: ContextVar[_Announcement | None] = ContextVar("outermost", default=None)
"""What is announced already: what is a part of it says nothing of its own."""


@contextmanager
def announced(says: str) -> Iterator[None]:
    """Tell the reader what is going on, "asking two solvers", if it is not done after two seconds.

    Nothing is said where standard error is no terminal, unless `everywhere` was called, nor inside something that is
    announced itself.
    """
    if _OUTERMOST.get() is not None:
        yield
        return
    one = _Announcement(says)
    if _heard():
        one.timer.start()
    before = _OUTERMOST.set(one)
    try:
        yield
    finally:
        _OUTERMOST.reset(before)
        one.timer.cancel()


def progress(part: str) -> None:
    """Say how far what is announced has come, such as "3 of 10", if nothing was said of it for two seconds."""
    one = _OUTERMOST.get()
    if one is not None and _heard() and time.monotonic() - one.told >= AFTER:
        one.tell(part)


def _heard() -> bool:
    return _everywhere or sys.stderr.isatty()
