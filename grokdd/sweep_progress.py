"""How far a sweep is: steps made of all that may be made, members that have ended, and the time that is left."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from .output import Output
from .progress import SECONDS_BETWEEN_LINES, Listener

if TYPE_CHECKING:
    from .empirical import Evaluation


class Tally:
    """What is known of a sweep from the evaluations of its members.

    Parameters
    ----------
    budgets
        Most steps of each member, by name; a member that ends early makes the estimate too careful.
    clock
        Seconds, from any beginning.
    """

    def __init__(self, budgets: Mapping[str, int], clock: Callable[[], float] = time.monotonic) -> None:
        self._budgets, self._clock, self._started = dict(budgets), clock, clock()
        self._made: dict[str, int] = {}
        self._first: dict[str, int] = {}

    def hear(self, evaluation: "Evaluation") -> None:
        """Take in the evaluation of a member."""
        self._made[evaluation.name] = evaluation.step
        self._first.setdefault(evaluation.name, evaluation.step)  # a resumed sweep has not made what came before

    @property
    def share(self) -> float:
        """Steps made over all that may be made, in 0..1."""
        return sum(self._made.values()) / max(1, sum(self._budgets.values()))

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the steps made since the sweep began or went on; None before there are any."""
        made = sum(step - self._first[name] for name, step in self._made.items())
        if made <= 0:
            return None
        left = sum(self._budgets.values()) - sum(self._made.values())
        return left * (self._clock() - self._started) / made

    def told(self) -> str:
        """Return all this as one line."""
        at_end = sum(step >= self._budgets[name] for name, step in self._made.items())
        left = self.seconds_left
        time_left = "" if left is None else f"  at most about {duration(left)} left"
        return f"{self.share:6.1%}  {at_end} of {len(self._budgets)} members at their last step{time_left}"


def duration(seconds: float) -> str:
    """Return a time span as a reader says it.

    >>> duration(42), duration(310), duration(7400)
    ('42 s', '5 min', '2 h 3 min')
    """
    minutes = round(seconds / 60)
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def sweep_progress(output: Output, budgets: Mapping[str, int]) -> Iterator[Listener | None]:
    """Provide the function that hears of every evaluation of every member, or None where nobody wants to."""
    if output.quiet or (output.json and not sys.stderr.isatty()):
        yield None
        return
    stream = sys.stderr if sys.stderr.isatty() else sys.stdout
    with tally_lines(stream, Tally(budgets), over=stream.isatty()) as listener:
        yield listener


@contextmanager
def tally_lines(
    stream: TextIO, tally: Tally, *, over: bool, clock: Callable[[], float] = time.monotonic
) -> Iterator[Listener]:
    """Provide a listener that writes the tally now and then: one line `over` the other on a terminal."""
    due = clock()

    def listener(evaluation: "Evaluation") -> None:
        nonlocal due
        tally.hear(evaluation)
        if clock() >= due:
            line = f"\r{tally.told()}\x1b[K" if over else f"{tally.told()}\n"
            print(line, end="", file=stream, flush=True)
            due = clock() + (0.5 if over else SECONDS_BETWEEN_LINES)

    try:
        yield listener
    finally:
        if over:
            print(f"\r{tally.told()}\x1b[K", file=stream, flush=True)
