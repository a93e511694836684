"""p and q = 1 - p in time: accuracy, limits, overflow."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from grokdd.simulate.logistic import predictiveness, predictiveness_kernel, predictiveness_py

EPS = 2.0**-52
SMALLEST_NORMAL = 2.0**-1022
INF = math.inf


def at(t, *, gamma=1.0, alpha, b, gamma_rest=None):
    """Return p and q of one pattern at one time."""
    rest = 1 - gamma if gamma_rest is None else gamma_rest
    one = [np.array([value], dtype=np.float64) for value in (gamma, rest, alpha, b)]
    p, q = predictiveness(np.array([t], dtype=np.float64), *one)
    return float(p[0, 0]), float(q[0, 0])


def random_patterns(rng, n):
    gamma = rng.random(n)
    return gamma, 1.0 - gamma, rng.random(n), 100 * rng.random(n)


def test_kernel_equals_its_python_twin():
    rng = np.random.default_rng(0)
    t = np.concatenate([rng.uniform(-500, 1000, 300), [INF, -INF, math.nan, 1e308, -1e308]])
    parameters = random_patterns(rng, 4)
    got, expected = ([np.empty((t.size, 4)) for _ in "pq"] for _ in "ge")
    predictiveness_kernel(t, *parameters, *got)
    predictiveness_py(t, *parameters, *expected)
    for a, b in zip(got, expected, strict=True):
        # Not ==: the compiler's exp and Python's may each be off by one ulp, and p is off by as much as exp is.
        same = np.isnan(b) | (np.abs(a - b) <= 3 * EPS * b)
        assert same.all()
        assert np.array_equal(np.isnan(a), np.isnan(b))


def test_p_and_q_have_full_relative_accuracy():
    rng = np.random.default_rng(1)
    seen = 0
    with mpmath.workdps(60):
        for _ in range(400):
            gamma, alpha, b = 1 - 10.0 ** rng.uniform(-8, 0), 10.0 ** rng.uniform(-3, 3), rng.uniform(0, 1000)
            t = b + rng.uniform(-740, 740) / alpha
            p, q = at(t, gamma=gamma, alpha=alpha, b=b)
            x = Fraction(alpha) * (Fraction(t) - Fraction(b))
            s = 1 / (1 + mpmath.exp(-mpmath.mpf(x.numerator) / x.denominator))
            expected_p = mpmath.mpf(gamma) * s
            # 1 / (1 + e) in 60 digits loses the small branch only beyond |x| = 138.
            s_rest = 1 / (1 + mpmath.exp(mpmath.mpf(x.numerator) / x.denominator))
            expected_q = (1 - mpmath.mpf(gamma)) + mpmath.mpf(gamma) * s_rest
            # x: two roundings, |x| eps in all. exp: one ulp. Then 1 + e, the quotient, at most two products: 2 eps,
            # and half of e's error through the denominator. q: one sum and the rounding of 1 - gamma more.
            if expected_p >= SMALLEST_NORMAL:
                seen += 1
                assert abs(p / expected_p - 1) <= (abs(float(x)) + 4) * EPS
            assert abs(q / expected_q - 1) <= (abs(float(x)) + 5) * EPS
    assert seen > 300


@pytest.mark.parametrize("x", [30.0, 40.0, 100.0, 700.0])
def test_q_survives_where_one_minus_p_is_zero(x):
    p, q = at(x, alpha=1.0, b=0.0)
    with mpmath.workdps(60):
        expected = mpmath.exp(-x) / (1 + mpmath.exp(-x))
        assert abs(q / expected - 1) <= (x + 5) * EPS
    assert (1.0 - p == 0.0) == (x > 37)


def test_complement_of_gamma_is_used_as_given():
    _, q = at(INF, gamma=1.0, gamma_rest=1e-30, alpha=1.0, b=0.0)
    assert q == 1e-30


def test_gamma_zero_is_no_pattern_at_all():
    for t in (-INF, -1e308, 0.0, 5.0, 1e308, INF):
        assert at(t, gamma=0.0, alpha=2.0, b=5.0) == (0.0, 1.0)


@pytest.mark.parametrize("t", [-INF, -1e308, 0.0, 7.0, 1e308, INF])
def test_speed_zero_is_half_of_gamma_for_ever(t):
    assert at(t, gamma=0.5, alpha=0.0, b=7.0) == (0.25, 0.75)


@pytest.mark.parametrize("alpha", [1e4, 1e100, 1e308])
def test_huge_speed_is_a_step(alpha):
    assert at(6.0, gamma=0.5, alpha=alpha, b=7.0) == (0.0, 1.0)
    assert at(7.0, gamma=0.5, alpha=alpha, b=7.0) == (0.25, 0.75)
    assert at(8.0, gamma=0.5, alpha=alpha, b=7.0) == (0.5, 0.5)


@pytest.mark.parametrize("alpha", [1e-300, 0.1, 1e308])
def test_infinite_times_are_the_limits(alpha):
    assert at(-INF, gamma=0.5, alpha=alpha, b=7.0) == (0.0, 1.0)
    assert at(INF, gamma=0.5, alpha=alpha, b=7.0) == (0.5, 0.5)


def test_tiny_speed_brings_an_overflowing_difference_back():
    p, q = at(-1e308, alpha=1e-308, b=1.5e308)  # t - b = -2.5e308 is no double; x = -2.5 is
    assert p == pytest.approx(1 / (1 + math.exp(2.5)), rel=8 * EPS, abs=0)
    assert q == pytest.approx(1 / (1 + math.exp(-2.5)), rel=8 * EPS, abs=0)


def test_overflowing_difference_at_ordinary_speed_is_the_limit():
    assert at(-1.7e308, alpha=0.1, b=1.7e308) == (0.0, 1.0)


def test_nan_in_nan_out():
    for alpha in (0.0, 1.0):
        assert all(map(math.isnan, at(math.nan, alpha=alpha, b=1.0)))
