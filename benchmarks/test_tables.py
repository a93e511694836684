"""Tables over 2^n sets: the three forms beside each other and beside the machine's own limits.

The limits are measured in the same group and run: one point cannot be faster than a plain sum of the table, which
reads it once; many points cannot be faster than a matrix product of as many operations.
"""

import numpy as np
import pytest

from grokdd.simulate import extension
from grokdd.simulate.enumeration_gradient import enumerate_known

FORMS = ("enumeration", "fold", "matrix")


def case(n, points):
    rng = np.random.default_rng(n)
    return rng.random(2**n), rng.random((points, n))


@pytest.mark.parametrize("n", [6, 12, 16, 20, 24])
@pytest.mark.parametrize("form", [*FORMS, "limit: sum of the table"])
def test_one_point(benchmark, form, n):
    benchmark.group = f"table, one point: n={n}"
    table, p = case(n, 1)
    if form not in FORMS:
        assert 0.45 < table.mean() < 0.55
        benchmark(table.sum)
        return
    assert np.allclose(extension(table, p, form=form), extension(table, p, form="fold"), rtol=1e-12, atol=0)
    benchmark(extension, table, p, form=form)


@pytest.mark.parametrize(("n", "points"), [(6, 256), (12, 256), (16, 256), (20, 256)])
@pytest.mark.parametrize("form", [*FORMS, "limit: matrix product"])
def test_many_points(benchmark, form, n, points):
    benchmark.group = f"table: n={n}, T={points}"
    table, p = case(n, points)
    if form not in FORMS:  # as many multiplications, in a product of square matrices
        side = round((points * 2**n) ** (1 / 3))
        a, b = np.random.default_rng(0).random((2, side, side))
        assert np.allclose((a @ b)[0, 0], (a[0] * b[:, 0]).sum())
        benchmark(np.matmul, a, b)
        return
    few = slice(0, 4)
    assert np.allclose(extension(table, p[few], form=form), extension(table, p[few], form="fold"), rtol=1e-12, atol=0)
    benchmark(extension, table, p, form=form)


@pytest.mark.parametrize("n", [3, 8, 16])
@pytest.mark.parametrize("what", ["value", "value and derivatives"])
def test_derivatives(benchmark, what, n):
    benchmark.group = f"table, value and derivatives in p: n={n}, T=16"
    table, p = case(n, 16)
    values, right, wrong = enumerate_known(table, p, 1 - p)
    assert np.allclose(values, extension(table, p), rtol=1e-12, atol=0)
    assert np.allclose(values, p[:, 0] * right[:, 0] + (1 - p[:, 0]) * wrong[:, 0], rtol=1e-12, atol=0)
    if what == "value":
        benchmark(extension, table, p)
    else:
        benchmark(enumerate_known, table, p, 1 - p)
