"""Times of the ways of a case: turn by turn, so that what else the machine does falls on all of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from threadpoolctl import threadpool_limits

from .case import Case, Prepared, WrongValue

SHORTEST_TURN = 0.02
"""Seconds of a turn at least: quick calls are repeated within it, so that the clock does not count."""
FEWEST_TURNS = 3


@dataclass(frozen=True)
class Row:
    """How long a way of a case takes."""

    topic: str
    n: int
    size: str
    threads: int
    unit: str
    way: str
    limit: bool
    """Whether this is no way to the value, but what the machine reaches at most."""
    units_a_call: float
    best: float
    """Seconds a unit in the fastest turn."""
    median: float
    """Seconds a unit in the median turn."""
    turns: int
    work: float
    """Operations or bytes a unit."""
    work_unit: str

    @property
    def case(self) -> tuple[Any, ...]:
        """What rows must share to be compared."""
        return self.topic, self.n, self.size, self.threads

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON values."""
        return asdict(self)


def rows_of(case: Case, seconds: float, clock: Callable[[], float] = time.perf_counter) -> list[Row]:
    """Return the times of all ways of a case, each checked before it is timed.

    Parameters
    ----------
    case
        What to time.
    seconds
        How long to go on; every way has at least three turns, however long they take.
    clock
        Tells the time, in seconds.

    Raises
    ------
    WrongValue
        If a way gives another value than it should.
    """
    inputs = case.inputs()
    prepared = {name: make(inputs) for name, make in case.all_ways.items()}
    with threads(case.threads):
        repeats = {name: _checked(case, name, one, clock) for name, one in prepared.items()}
        turns: dict[str, list[float]] = {name: [] for name in prepared}
        ends = clock() + seconds
        done = 0
        while done < FEWEST_TURNS or clock() < ends:
            for name, one in prepared.items():
                turns[name].append(_turn(one, repeats[name], clock))
            done += 1
    return [_row(case, name, one.units, turns[name]) for name, one in prepared.items()]


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Let linear algebra and OpenMP compute on so many threads; libraries that are loaded later do not hear of it."""
    with threadpool_limits(number):
        yield


def _checked(case: Case, name: str, one: Prepared, clock: Callable[[], float]) -> int:
    """Check the value, which compiles and warms what there is, and return how many calls make a turn."""
    try:
        one.check(one.call())
    except WrongValue as wrong:
        raise WrongValue(f"{case.name}: {name}: {wrong}") from None
    return max(1, round(SHORTEST_TURN / max(_turn(one, 1, clock), 1e-9)))


def _turn(one: Prepared, repeats: int, clock: Callable[[], float]) -> float:
    """Return the seconds of one call, as the mean of `repeats`."""
    call = one.call
    started = clock()
    for _ in range(repeats):
        call()
    return (clock() - started) / repeats


def _row(case: Case, name: str, units: float, turns: list[float]) -> Row:
    return Row(
        topic=case.topic,
        n=case.n,
        size=case.size,
        threads=case.threads,
        unit=case.unit,
        way=name,
        limit=name in case.limits,
        units_a_call=units,
        best=min(turns) / units,
        median=median(turns) / units,
        turns=len(turns),
        work=case.work,
        work_unit=case.work_unit,
    )
