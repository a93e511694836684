"""A record: all times and errors of one run on one machine, with what it was made with, as JSON values."""

import datetime
import time
from collections.abc import Callable, Iterable
from typing import Any

from ..analytic.errors import MachineError
from ..empirical.environment import environment
from .case import Case
from .errors_found import Error
from .others import OTHERS
from .record_file import FORMAT
from .timing import rows_of

PACKAGES = ("grokdd", "numpy", "numba", "scipy", "python-flint", "threadpoolctl")

Listener = Callable[[str], None]


def made(
    cases: Iterable[Case],
    errors: Iterable[Error],
    *,
    seconds: float,
    say: Listener = lambda line: None,
) -> dict[str, Any]:
    """Return the times of `cases` and the `errors`, with machine, versions, commit and date.

    Parameters
    ----------
    cases
        What is timed, one after the other; the ways of each take turns.
    errors
        Relative errors, which may be computed as they are asked for.
    seconds
        How long each case goes on.
    say
        Hears what is measured next.

    Raises
    ------
    WrongValue
        If a way of a case gives another value than it should.
    """
    started = time.time()
    times: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    for case in cases:
        say(case.name)
        try:
            times += [row.as_json() for row in rows_of(case, seconds)]
        except MachineError as lacking:  # a smaller machine still has the other cases
            left_out[case.name] = str(lacking)
    say("relative errors")
    found = [one.as_json() for one in errors]
    return {
        "format": FORMAT,
        "environment": environment(sorted({*PACKAGES, *(other.distribution for other in OTHERS)})),
        "date": datetime.datetime.fromtimestamp(started, datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 1),
        "seconds_a_case": seconds,
        "times": times,
        "errors": found,
        "left_out": left_out,
    }
