"""The Gini coefficient against its definition as a mean of differences."""

import math
from fractions import Fraction

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.measures.gini import gini


def by_differences(values):
    """Sum of |x_i - x_j| over all ordered pairs, over 2 n times the sum: exact."""
    exact = [Fraction(float(x)) for x in values]
    return float(sum(abs(x - y) for x in exact for y in exact) / (2 * len(exact) * sum(exact)))


@pytest.mark.parametrize("n", [1, 2, 3, 10, 57])
def test_it_is_the_mean_difference_over_twice_the_mean(n):
    values = np.random.default_rng(n).gamma(0.3, size=n)
    # Terms of both signs cancel to a result of size up to 1; 2 n roundings of sums that are at most n times the total.
    assert gini(values) == pytest.approx(by_differences(values), abs=2 * n * np.finfo(float).eps)


@pytest.mark.parametrize("n", [1, 2, 7, 56])
def test_equal_shares_have_none_and_a_single_owner_the_most(n):
    assert gini(np.full(n, 0.1)) == pytest.approx(0, abs=2 * n * np.finfo(float).eps)
    assert gini(np.arange(n) == 0) == (n - 1) / n
    assert gini(np.zeros(n)) == 0


def test_order_and_scale_do_not_matter():
    values = [3.0, 0.0, 1.0, 8.0]
    assert gini(values) == gini(values[::-1]) == gini([4 * x for x in values]) == 26 / 48


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], r"not empty, got shape \(0,\)"),
        ([[1.0]], r"one-dimensional and not empty, got shape \(1, 1\)"),
        ([1.0, -1e-9], "values must be finite and at least 0"),
        ([1.0, math.nan], "values must be finite and at least 0"),
        ([1.0, math.inf], "values must be finite and at least 0"),
    ],
)
def test_what_cannot_be_shared_is_refused(values, message):
    with pytest.raises(InputError, match=message):
        gini(values)
