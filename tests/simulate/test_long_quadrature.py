"""More than a thousand patterns: errors that do not grow with their number, against 50 digits and other forms."""

import math

import mpmath
import numpy as np
import pytest

from grokdd.analytic import Mean, Preferred, Priority
from grokdd.simulate import compensated, long_quadrature, quadrature
from grokdd.simulate.compensated import LONG, RENEWED
from grokdd.simulate.coverage import coverage, long_coverage_kernel, long_coverage_py
from grokdd.simulate.long_quadrature import long_preference_accuracy_kernel, long_preference_accuracy_py
from grokdd.simulate.pairs_of_patterns import MANY_TIMES
from grokdd.simulate.quadrature import preference_accuracy
from grokdd.simulate.quadrature_plan import plan
from grokdd.simulate.rounding import OF_LONG

EPS = 2.0**-52
PROVED = OF_LONG / 2 * EPS


def spread(kind, n):
    rng = np.random.default_rng(0)
    return {
        "one": np.ones(n),
        "1/n": np.full(n, 1 / n),
        "uniform": rng.random(n),
        "50/n": rng.random(n) * (50 / n),
        "a hundred": np.where(np.arange(n) < 100, 0.6, 2.0**-20),
    }[kind]


def none_is_right(p):
    """Return the product of all 1 - p in 50 digits."""
    with mpmath.workdps(50):
        none = mpmath.mpf(1)
        for right, count in zip(*np.unique(p, return_counts=True), strict=True):
            none *= (1 - mpmath.mpf(float(right))) ** int(count)
        return none


def one_g(p, g):
    """Return the value of the mean rule if all g are equal: whoever is right, the mean is g. In 50 digits."""
    with mpmath.workdps(50):
        return mpmath.mpf(g) * (1 - none_is_right(p))


@pytest.mark.parametrize("n", [LONG + 1, 30_000])
@pytest.mark.parametrize("kind", ["one", "1/n", "uniform", "50/n", "a hundred"])
def test_equal_generalization_in_50_digits(kind, n):
    p = spread(kind, n)
    got = preference_accuracy(p[None], 1 - p[None], np.full(n, 0.7), Mean(), 0.0)[0]
    with np.errstate(invalid="ignore"):
        assert abs(got / one_g(p, 0.7) - 1) <= PROVED


@pytest.mark.parametrize("kind", ["one", "1/n", "50/n", "a hundred"])
def test_a_million_patterns_in_50_digits(kind):
    p = spread(kind, 10**6)
    if kind == "50/n":
        p = np.round(p * 2**40) / 2**40  # 1 - p is exact
    got = preference_accuracy(p[None], 1 - p[None], np.full(10**6, 0.7), Mean(), 0.0)[0]
    expected = -0.7 * math.expm1(math.fsum(np.log1p(-p))) if kind == "50/n" else one_g(p, 0.7)
    assert abs(got / float(expected) - 1) <= (1e-13 if kind == "50/n" else PROVED)


def test_any_generalization_against_the_convolution_of_counts():
    """sum_i g_i p_i E[1 / (1 + number of the others)] for two kinds of patterns, by binomial distributions."""
    n, few = 1200, 7
    p = np.where(np.arange(n) < few, 0.5, 2.0**-9)
    g = np.where(np.arange(n) < few, 0.9, 0.3)

    def counts(size, right):
        return [mpmath.binomial(size, k) * right**k * (1 - right) ** (size - k) for k in range(size + 1)]

    with mpmath.workdps(50):
        high, low = mpmath.mpf(0.5), mpmath.mpf(2) ** -9
        total = mpmath.mpf(0)
        for size, a, b, right, gain in ((few, few - 1, n - few, high, 0.9), (n - few, few, n - few - 1, low, 0.3)):
            ones, others = counts(a, high), counts(b, low)[:200]  # more than 200 of 2^-9 are below 1e-100
            mean = sum(x * y / (1 + i + j) for i, x in enumerate(ones) for j, y in enumerate(others))
            total += size * mpmath.mpf(gain) * right * mean
    got = preference_accuracy(p[None], 1 - p[None], g, Mean(), 0.0)[0]
    assert abs(got / total - 1) <= PROVED


@pytest.mark.parametrize(
    "rule", [Mean(), Preferred(3), Priority((5, 0)), Priority(range(1500))], ids=["mean", "preferred", "two", "all"]
)
def test_it_agrees_with_the_plain_recurrence_within_that_ones_bound(rule, monkeypatch):
    n = 1500
    rng = np.random.default_rng(1)
    p, g = rng.random((3, n)) ** 4, rng.random(n)
    long = preference_accuracy(p, 1 - p, g, rule, 0.1)
    monkeypatch.setattr(quadrature, "LONG", n)
    plain = preference_accuracy(p, 1 - p, g, rule, 0.1)
    assert rule != Mean() or not np.array_equal(long, plain)
    assert np.abs(long / plain - 1).max() <= (2 * n + 40) * EPS + PROVED


def test_chance_and_priority_do_not_lose_digits_either():
    n = 10**6
    p = np.full((1, n), 1 / n)
    none = float(none_is_right(p[0]))
    chance_alone = preference_accuracy(p, 1 - p, np.zeros(n), Mean(), 0.25)[0]
    assert abs(chance_alone / (0.25 * none) - 1) <= 1e-13
    listed = preference_accuracy(p, 1 - p, np.full(n, 0.7), Priority(range(n)), 0.0)[0]
    assert abs(listed / float(one_g(p[0], 0.7)) - 1) <= 1e-13


@pytest.mark.parametrize("kind", ["one", "1/n", "a hundred"])
def test_train_accuracy_of_a_million_patterns(kind):
    p = spread(kind, 10**6)[None]
    train, error = coverage(p, 1 - p, 0.125, 0.875)
    with mpmath.workdps(50):
        wrong = mpmath.mpf(0.875) * none_is_right(p[0])
        assert abs(train[0] / (1 - wrong) - 1) <= 1e-13
        assert abs(error[0] - wrong) <= 1e-13 * wrong


def test_kernel_equals_its_python_twin():
    rng = np.random.default_rng(2)
    n = LONG + 1
    p, g = rng.random((2, n)) * 0.1, rng.random(n)
    p[1, :30] = 1.0
    for rule in (Mean(), Priority((4, 9))):
        got, expected = np.empty(2), np.empty(2)
        for function, out in ((long_preference_accuracy_kernel, got), (long_preference_accuracy_py, expected)):
            function(p, 1 - p, g, *plan(rule, n), 0.01, out)
        assert np.abs(got / expected - 1).max() <= PROVED  # log1p may differ by an ulp, which moves the layer's end


def test_coverage_equals_its_python_twin():
    p = np.random.default_rng(3).random((2, 300))
    got, expected = np.empty((2, 2)), np.empty((2, 2))
    long_coverage_kernel(p, 1 - p, 0.1, 0.9, *got)
    long_coverage_py(p, 1 - p, 0.1, 0.9, *expected)
    assert np.array_equal(got, expected)


TINY = 2.0**-60


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("scaled", (1.0 + EPS, TINY, 1.0 - EPS, TINY), (1.0, -(EPS**2) + 2 * TINY)),
        ("rest_of", (TINY,), (1.0, -TINY)),
        ("grown", (TINY, 0.0, 1.0), (1.0, TINY)),
        ("grown", (1.0, TINY, TINY), (1.0, 2 * TINY)),
        ("renewed", (1.0, 3 * EPS + TINY), (1.0 + 3 * EPS, TINY)),
        ("missed", (1.0 + EPS, 0.0, EPS, 1.0 - EPS), (1.0, -(EPS**2))),
        ("missed", (1.0 + EPS, 0.0, 0.75, 0.25), (0.25 + EPS / 4, 0.0)),
    ],
)
def test_what_is_lost_in_a_step_is_carried(name, given, expected):
    for function in (getattr(compensated, name), getattr(compensated, f"{name}_py")):
        assert function(*given) == pytest.approx(expected, rel=2 * EPS, abs=0)


def test_low_parts_stay_small_beside_high_ones(monkeypatch):
    """Left alone they would grow with each step, too little to be seen in the result of any test that can be waited
    for."""
    n, seen = 3 * RENEWED, []

    def told(high, low):
        seen.append(abs(low) / high if high else 0.0)
        return compensated.renewed(high, low)

    monkeypatch.setattr(long_quadrature, "renewed", told)
    p = np.full((1, n), 0.7 / n)
    one_node = np.array([0.5]), np.array([1.0])
    long_preference_accuracy_py(p, 1 - p, np.ones(n), np.arange(n), 0, *one_node, True, 0.0, np.empty(1))
    assert len(seen) == 9  # of three numbers, three times
    assert 0 < max(seen) <= RENEWED * EPS / 2


def test_a_long_priority_list_is_compensated_at_many_times_too():
    n = 20_000
    p, q = np.full((MANY_TIMES, n), 2.0**-53), np.full((MANY_TIMES, n), 1 - 2.0**-53)
    p[:, -10:] = q[:, -10:] = 0.5
    g = np.where(np.arange(n) < n - 10, 0.0, 0.5015)
    rule = Priority(range(n - 10))
    many, one = preference_accuracy(p, q, g, rule, 0.0), preference_accuracy(p[:1], q[:1], g, rule, 0.0)
    assert np.abs(many / one - 1).max() <= 2 * PROVED
