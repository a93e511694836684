"""A case is timed only if its values are right, and its ways take turns."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from grokdd.benchmarking.case import Case, Prepared, WrongValue, agrees
from grokdd.benchmarking.timing import FEWEST_TURNS, rows_of


class Clock:
    """Time that passes only when a call says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def case_of(calls, *, units=1.0, check=lambda value: None, **settings):
    """A case whose ways are the calls; they get no inputs."""
    ways = {name: lambda _, call=call: Prepared(call, units, check) for name, call in calls.items()}
    return Case("work", 3, "unit", lambda: None, ways, **settings)


def taking(clock, seconds, calls, name):
    """A call that takes the next of `seconds`, the last for good, and notes its name."""
    left = list(seconds)

    def call():
        calls.append(name)
        clock.now += left.pop(0) if len(left) > 1 else left[0]

    return call


def test_the_best_and_the_median_turn_a_unit():
    clock, calls = Clock(), []
    case = case_of({"a": taking(clock, [9, 9, 4, 8, 6, 6], calls, "a")}, units=2)
    (row,) = rows_of(case, 0.0, clock)
    assert (row.best, row.median, row.turns) == (2.0, 3.0, 3)  # of 4, 8 and 6 seconds a call


def test_ways_take_turns_and_each_has_three_at_least():
    clock, calls = Clock(), []
    rows_of(case_of({name: taking(clock, [1.0], calls, name) for name in "ab"}), 0.0, clock)
    assert calls[:4] == ["a", "a", "b", "b"]  # the value, and how long a call takes
    assert calls[4:] == ["a", "b"] * FEWEST_TURNS


def test_it_goes_on_as_long_as_it_is_told():
    clock, calls = Clock(), []
    (row,) = rows_of(case_of({"a": taking(clock, [1.0], calls, "a")}), 10.0, clock)
    assert row.turns == 10


def test_quick_calls_are_repeated_within_a_turn():
    clock, calls = Clock(), []
    (row,) = rows_of(case_of({"a": taking(clock, [0.001], calls, "a")}), 0.0, clock)
    assert row.best == pytest.approx(0.001)
    assert len(calls) == 2 + 3 * 20  # turns of 0.02 seconds


def test_a_wrong_value_is_not_timed():
    case = case_of({"good": lambda: [0.5], "bad": lambda: [0.5 + 1e-9]}, check=agrees([0.5], 1e-12))
    with pytest.raises(WrongValue, match=r"work: n=3, 1 thread: bad: got \[0.5\], expected \[0.5\] to 1e-12"):
        rows_of(case, 0.0)


@pytest.mark.parametrize("result", [[], [np.nan], [0.5]])
def test_too_few_numbers_and_nan_are_wrong(result):
    with pytest.raises(WrongValue):
        agrees([0.5, 0.25], 1e-12)(result)


def test_limits_are_marked():
    case = case_of({"a": lambda: None})
    case = Case("work", 3, "unit", lambda: None, case.ways, limits={"limit: b": case.ways["a"]})
    assert [(row.way, row.limit) for row in rows_of(case, 0.0)] == [("a", False), ("limit: b", True)]


@pytest.mark.parametrize("threads", [1, 2])
def test_linear_algebra_has_as_many_threads_as_the_case_says(threads):
    seen = []
    case = case_of({"a": lambda: seen.extend(one["num_threads"] for one in threadpool_info())}, threads=threads)
    assert threadpool_info()  # NumPy's linear algebra is loaded
    rows_of(case, 0.0)
    assert set(seen) == {threads}
