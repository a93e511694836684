"""The sum over all sets, computed as they go by, and the transforms of a table, beside the machine's own limits."""

import numba
import numpy as np
import pytest

from grokdd.simulate import curves_of_many, extension, multilinear_coefficients, sum_over_sets, table_of_coefficients

N = 22
"""Patterns: 4 million sets a call; a second's worth is 2**28 or more."""


@numba.njit
def preferred(mask, count, total):
    """Return 0.9 where pattern 2 is, and else the mean: a rule as a user writes it."""
    return 0.9 if mask & 4 else (total / count if count else 0.0)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rule", [None, preferred], ids=["mean", "rule of a user"])
def test_all_sets(benchmark, rule, threads):
    benchmark.group = f"all 2**{N} sets, on the fly"
    rng = np.random.default_rng(N)
    p, g = rng.random((1, N)), rng.random(N)
    got = sum_over_sets(p, g, rule, threads=threads)
    if rule is None:  # p as half of gamma at its inflection: the polynomial form has the same mean
        known = curves_of_many([0.0], p, np.zeros((1, N)), np.zeros((1, N)), [g]).test
        assert np.allclose(sum_over_sets(p / 2, g), known[:, 0], rtol=1e-12, atol=0)
    benchmark.extra_info["sets a call"] = 2**N
    assert 0 < got[0] < 1
    benchmark(sum_over_sets, p, g, rule, threads=threads)


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
