"""How a case of `grokdd.benchmarking` is handed to pytest-benchmark: its value is checked, then it is timed.

Ways of one case may do more or less of it a call, a batch of 2000 points beside a package's one: divide by "units a
call" in the extra info, as `grokdd bench` and `make bench-results` do.
"""

import pytest

from grokdd.benchmarking.timing import threads


def each_way(*cases):
    """Every way and limit of the cases as a parameter; other people's only where they are installed."""
    return [pytest.param(case, way, id=f"{case.name}, {way}") for case in cases for way in case.all_ways]


@pytest.fixture
def timed(benchmark):
    """Time a way of a case, in the group of the case."""

    def time(case, way):
        prepared = case.all_ways[way](case.inputs())
        benchmark.group = case.name
        benchmark.extra_info |= {"way": way, "unit": case.unit, "units a call": prepared.units}
        with threads(case.threads):
            prepared.check(prepared.call())  # which warms the kernel too
            benchmark(prepared.call)

    return time
