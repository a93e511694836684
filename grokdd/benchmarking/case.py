"""A piece of work and the ways to do it: only times within one case are compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


class WrongValue(Exception):
    """A way of a case does not give the value that it should: its time would say nothing."""


@dataclass(frozen=True)
class Prepared:
    """A way with its inputs at hand, ready to be timed."""

    call: Callable[[], Any]
    units: float
    """Units of the case's work that one call does."""
    check: Callable[[Any], None]
    """Raises WrongValue if what a call returned is wrong."""


Way = Callable[[Any], Prepared]
"""What makes a way ready from the inputs of its case."""


@dataclass(frozen=True)
class Case:
    """A piece of work, the ways to do it, and what the machine could reach at most."""

    topic: str
    n: int
    """Number of patterns."""
    unit: str
    """What is counted: a time point, a model, a set."""
    inputs: Callable[[], Any]
    """Makes what the ways share; from a fixed seed."""
    ways: Mapping[str, Way]
    limits: Mapping[str, Way] = field(default_factory=dict)
    """Ways to spend the work of a unit on nothing else: the fastest of them is the machine's limit."""
    size: str = ""
    """What else the work depends on, for the reader."""
    threads: int = 1
    """Threads of every way, the limits and the linear algebra behind them included."""
    work: float = 0.0
    """Operations or bytes of one unit, as one counts them by hand; 0 where nobody counted."""
    work_unit: str = ""

    @property
    def name(self) -> str:
        """The full case: what a group of times is called by."""
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"{self.topic}: {', '.join(filter(None, (f'n={self.n}', self.size, threads)))}"

    @property
    def all_ways(self) -> dict[str, Way]:
        """The ways and the limits, by name."""
        return {**self.ways, **self.limits}


def agrees(expected: ArrayLike, tolerance: float) -> Callable[[Any], None]:
    """Return a check that the first numbers of a result are `expected`, to a relative `tolerance`."""
    wanted = np.atleast_1d(np.asarray(expected, dtype=np.float64))

    def check(result: Any) -> None:
        got = np.atleast_1d(np.asarray(result, dtype=np.float64))[: wanted.size]
        if got.shape != wanted.shape or not np.allclose(got, wanted, rtol=tolerance, atol=0):
            raise WrongValue(f"got {got}, expected {wanted} to {tolerance:g}")

    return check


def of_test(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a check of the test accuracy of curves."""
    return lambda curves: check(curves.test)
