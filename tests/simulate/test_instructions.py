"""Instructions that Python has no word for give the same numbers in a kernel and outside."""

from fractions import Fraction

import numpy as np
import pytest

from grokdd.simulate.compile import kernel
from grokdd.simulate.instructions import multiply_add, prefetch


@kernel
def fused(a, b, c):
    return multiply_add(a, b, c)


@kernel
def filled(values):
    for i in range(values.shape[0]):
        prefetch(values, i + 100)
        values[i] = i


@pytest.mark.parametrize("function", [fused, multiply_add], ids=["in a kernel", "outside"])
def test_a_product_and_what_it_has_lost_are_exact(function):
    rng = np.random.default_rng(0)
    lost = 0
    for a, b in (10.0 ** rng.uniform(-100, 100, (200, 2))).tolist():
        rest = function(a, b, -(a * b))
        assert Fraction(a * b) + Fraction(rest) == Fraction(a) * Fraction(b)
        lost += rest != 0
    assert lost > 100


NOT_FINITE = [
    (np.inf, 1.0, 1.0),
    (2.0, 3.0, -np.inf),
    (np.nan, 1.0, 1.0),
    (0.0, np.inf, 1.0),
    (1e200, 1e200, 0.0),
    (1e200, -1e200, 0.0),
    (1e200, 1e200, -np.inf),
    (-0.0, 1.0, -0.0),
    (1.0, 1.0, -1.0),
]


@pytest.mark.parametrize(("a", "b", "c"), NOT_FINITE)
def test_infinities_overflow_and_signs_of_zero_are_the_same_too(a, b, c):
    got, expected = multiply_add(a, b, c), fused(a, b, c)
    assert np.array_equal(got, expected, equal_nan=True)
    assert np.signbit(got) == np.signbit(expected) or np.isnan(got)


def test_fetching_changes_nothing_and_may_reach_beyond():
    values = np.zeros(10)
    filled(values)
    assert values.tolist() == list(range(10))
