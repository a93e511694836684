"""Train accuracy and its complement."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from grokdd.simulate.coverage import coverage, coverage_kernel, coverage_py
from grokdd.simulate.logistic import predictiveness

EPS = 2.0**-52


def dyadic(rng, shape, bits=20):
    """Return random p whose 1 - p is a double too, 0 and 1 among them."""
    p = rng.integers(0, 2**bits, shape, endpoint=True) / 2.0**bits
    p[rng.random(shape) < 0.1] = 0.0
    p[rng.random(shape) < 0.1] = 1.0
    return p


def test_kernel_equals_its_python_twin():
    p = dyadic(np.random.default_rng(0), (50, 7))
    got, expected = ([np.empty(50), np.empty(50)] for _ in "ge")
    coverage_kernel(p, 1 - p, 0.25, 0.75, *got)
    coverage_py(p, 1 - p, 0.25, 0.75, *expected)
    assert np.array_equal(got, expected)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1, 128), Fraction(1)])
def test_train_accuracy_and_error_agree_with_exact_rationals(n, chance):
    p = dyadic(np.random.default_rng(n), (20, n))
    train, error = coverage(p, 1 - p, float(chance), float(1 - chance))
    for row, got, got_error in zip(p, train, error, strict=True):
        expected = (1 - chance) * math.prod((1 - Fraction(float(x)) for x in row), start=Fraction(1))
        # Two roundings a pattern, all terms non-negative.
        assert abs(Fraction(got_error) - expected) <= n * EPS * expected
        assert abs(Fraction(got) - (1 - expected)) <= n * EPS * (1 - expected)


def test_tiny_predictiveness_is_not_lost():
    p = np.full((1, 3), 1e-300)
    train, error = coverage(p, np.ones((1, 3)), 0.0, 1.0)
    assert abs(train[0] / 3e-300 - 1) <= 3 * EPS
    assert error[0] == 1.0
    assert coverage(np.full((1, 3), 5e-324), np.ones((1, 3)), 0.0, 1.0)[0][0] == 3 * 5e-324


def test_train_accuracy_never_exceeds_one():
    rng = np.random.default_rng(3)
    t = rng.uniform(-5, 5, 20_000)
    gamma = rng.random(3)
    p, q = predictiveness(t, gamma, 1 - gamma, rng.random(3), rng.random(3))
    assert (p + q > 1).any()  # each is rounded on its own: the case is a real one
    train, _ = coverage(p, q, 1.0, 0.0)
    assert train.max() == 1.0


def test_nan_in_nan_out():
    train, error = coverage(np.array([[0.5, math.nan]]), np.array([[0.5, math.nan]]), 0.0, 1.0)
    assert np.isnan(train).all()
    assert np.isnan(error).all()


@pytest.mark.parametrize("p", [10 / 9000, 1 / 3, 0.7])
def test_many_patterns_take_no_more_than_four_roundings(p):
    n = 300 if p > 0.1 else 3000
    train, error = coverage(np.full((1, n), p), np.full((1, n), 1 - p), 0.125, 0.875)
    with mpmath.workdps(60):
        wrong = (1 - mpmath.mpf(p) if p <= 0.5 else mpmath.mpf(1 - p)) ** n * mpmath.mpf(0.875)
        assert abs(error[0] / wrong - 1) <= 4 * EPS / 2
        assert abs(train[0] / (1 - wrong) - 1) <= 4 * EPS / 2
