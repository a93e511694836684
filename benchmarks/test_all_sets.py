"""The sum over all sets, computed as they go by, and the transforms of a table beside a copy of it."""

import numpy as np
import pytest

from grokdd.benchmarking import all_sets_case
from grokdd.simulate import extension, multilinear_coefficients, table_of_coefficients

from .conftest import each_way

N = 22
"""Patterns: 4 million sets a call; a second's worth is 2**28 or more."""


@pytest.mark.parametrize(("case", "way"), each_way(*(all_sets_case.case(N, threads) for threads in (1, 2))))
def test_all_sets(timed, case, way):
    timed(case, way)


@pytest.mark.parametrize("what", ["coefficients", "table", "limit: copy"])
@pytest.mark.parametrize("n", [12, 20])
def test_transforms(benchmark, what, n):
    benchmark.group = f"transforms, n={n}"
    table = np.random.default_rng(n).random(2**n)
    if what == "limit: copy":
        benchmark(table.copy)
        return
    coefficients = multilinear_coefficients(table)
    assert np.isclose(coefficients[:8].sum(), extension(table, [[1.0] * 3 + [0.0] * (n - 3)])[0], rtol=1e-9)
    if what == "coefficients":
        benchmark(multilinear_coefficients, table)
    else:
        benchmark(table_of_coefficients, coefficients)
