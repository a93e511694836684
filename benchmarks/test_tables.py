"""Tables over 2^n sets: the three forms beside each other and beside the machine's own limits.

The limits are measured in the same group and run: one point cannot be faster than a plain sum of the table, which
reads it once; many points cannot be faster than a matrix product of as many operations.
"""

import numpy as np
import pytest

from grokdd.benchmarking import table_case
from grokdd.simulate import extension
from grokdd.simulate.enumeration_gradient import enumerate_known

from .conftest import each_way


def table_and_points(n, points):
    rng = np.random.default_rng(n)
    return rng.random(2**n), rng.random((points, n))


@pytest.mark.parametrize(
    ("case", "way"), each_way(*(table_case.one_point(n, every_form=True) for n in (6, 12, 16, 20, 24)))
)
def test_one_point(timed, case, way):
    timed(case, way)


@pytest.mark.parametrize(
    ("case", "way"), each_way(*(table_case.many_points(n, every_form=True) for n in (6, 12, 16, 20)))
)
def test_many_points(timed, case, way):
    timed(case, way)


@pytest.mark.parametrize("n", [3, 8, 16])
@pytest.mark.parametrize("what", ["value", "value and derivatives"])
def test_derivatives(benchmark, what, n):
    benchmark.group = f"table, value and derivatives in p: n={n}, T=16"
    table, p = table_and_points(n, 16)
    values, right, wrong = enumerate_known(table, p, 1 - p)
    assert np.allclose(values, extension(table, p), rtol=1e-12, atol=0)
    assert np.allclose(values, p[:, 0] * right[:, 0] + (1 - p[:, 0]) * wrong[:, 0], rtol=1e-12, atol=0)
    if what == "value":
        benchmark(extension, table, p)
    else:
        benchmark(enumerate_known, table, p, 1 - p)
