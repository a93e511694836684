"""What a reader sees while much of one kind is done: how many of how many, and the time that is left."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from .output import Output
from .progress import SECONDS_BETWEEN_LINES
from .sweep_progress import duration

Count = Callable[[int, int], None]
"""Hears how many are done, and of how many."""


@contextmanager
def counting_progress(output: Output, what: str) -> Iterator[Count | None]:
    """Provide the function that hears how far it is, or None where nobody wants to: "1200 of 3000 models"."""
    if output.quiet or (output.json and not sys.stderr.isatty()):
        yield None
        return
    stream = sys.stderr if sys.stderr.isatty() else sys.stdout
    with counted_lines(stream, what, over=stream.isatty()) as count:
        yield count


@contextmanager
def counted_lines(
    stream: TextIO, what: str, *, over: bool, clock: Callable[[], float] = time.monotonic
) -> Iterator[Count]:
    """Provide a function that writes a line now and then, one `over` the other on a terminal; none within seconds."""
    begun = clock()
    due, first, written = begun + (0.5 if over else SECONDS_BETWEEN_LINES), 0, False

    def count(done: int, total: int) -> None:
        nonlocal due, first, written
        first = first or done  # what was there before is not of this speed
        if clock() < due:
            return
        left = "" if done <= first else f"  about {duration((total - done) * (clock() - begun) / (done - first))} left"
        line = f"{done} of {total} {what}{left}"
        print(f"\r{line}\x1b[K" if over else line, end="" if over else "\n", file=stream, flush=True)
        due, written = clock() + (0.5 if over else SECONDS_BETWEEN_LINES), True

    try:
        yield count
    finally:
        if over and written:
            print("\r\x1b[K", end="", file=stream, flush=True)
