"""The quadrature form of the mean, preferred and priority rules."""

import math
from fractions import Fraction

import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority
from grokdd.simulate.legendre import LARGEST_RULE
from grokdd.simulate.pairs_of_patterns import MANY_TIMES
from grokdd.simulate.quadrature import preference_accuracy, preference_accuracy_kernel, preference_accuracy_py
from grokdd.simulate.quadrature_over_times import (
    preference_accuracy_over_times_kernel,
    preference_accuracy_over_times_py,
)
from grokdd.simulate.quadrature_plan import MOST_PATTERNS, plan

EPS = 2.0**-52


def tolerance(n):
    """Return the relative error that g >= 0 and exact p, q allow (m nodes).

    In roundings of 2^-53. A factor D = q u + (1 - u): 1 - u, the product and the sum, of non-negative terms: 2.
    A pattern: D twice where total and product meet, a product and a sum: at most 2 + 2 = 4. Or two patterns at once:
    p_j p_k z^2 + ... by Horner's rule: 1 for the coefficient, 2 for each z (itself rounded), 1 for each of two sums,
    then a product and a sum: 9, so 4.5 n at most, with half a rounding left over for an odd one. Then g p: 2;
    weights and their products: 2; the sum over nodes: m; the cut of the layer, the chance term and the sum: 6.
    A node off by a relative 2^-53 moves the integral by no more than that, as u |f'| integrates to at most the
    integral of f. The tail beyond the layer: 1. Together 4.5 n + m + 13 roundings < (2.25 n + m + 10) eps.
    """
    m = min((n + 1) // 2, LARGEST_RULE)
    return (2.25 * n + m + 10) * EPS


def dyadic(rng, shape, bits=8):
    """Return random p, 0 and 1 among them, whose products stay small integers over a power of 2."""
    p = rng.integers(0, 2**bits, shape, endpoint=True) / 2.0**bits
    p[rng.random(shape) < 0.1] = 0.0
    p[rng.random(shape) < 0.1] = 1.0
    return p


def model_of(g, rule, chance=0):
    return PatternModel([Pattern(gamma=1, alpha=1, b=0, g=Fraction(float(x))) for x in g], rule, chance=chance)


def rules(n):
    yield Mean()
    if n:
        yield Preferred(0)
        yield Preferred(n - 1)
        yield Priority((n - 1,))
    if n > 2:
        yield Priority((n // 2, 0, n - 1))
        yield Priority(range(n))


def mean_by_counting(p, g, unit=2**8):
    """Return the mean rule's value exactly: sum_i g_i p_i E[1/(1 + number of the others)], by convolution."""
    right = [int(x * unit) for x in p.tolist()]
    assert [k / unit for k in right] == p.tolist()
    total = Fraction(0)
    for i, gain in enumerate(g.tolist()):
        count = [1]  # times unit^(number of patterns so far): how many of them are right
        for k in right[:i] + right[i + 1 :]:
            count = [a * (unit - k) + b * k for a, b in zip([*count, 0], [0, *count], strict=True)]
        total += Fraction(gain) * right[i] * sum(Fraction(c, 1 + s) for s, c in enumerate(count) if c)
    return total / unit ** len(right)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1, 128)])
def test_quadrature_agrees_with_exact_enumeration(n, chance, exact):
    rng = np.random.default_rng(n)
    p, g = dyadic(rng, (3, n)), dyadic(rng, n)
    for rule in rules(n):
        got = preference_accuracy(p, 1 - p, g, rule, float(chance))
        assert got.shape == (3,)
        for value, row in zip(got.tolist(), p.tolist(), strict=True):
            expected = exact(model_of(g, rule, chance), [Fraction(x) for x in row])
            assert abs(Fraction(value) - expected) <= tolerance(n) * expected


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8, 56, 59, 100])
def test_kernel_agrees_with_its_python_twin(n):
    rng = np.random.default_rng(n)
    p, g = np.sqrt(rng.random((20, n))), rng.random(n)
    for rule in rules(n):
        order, listed, u, w, layered = plan(rule, n)
        assert layered == (n - listed > 2 * LARGEST_RULE)
        got, expected = np.empty(20), np.empty(20)
        for function, test in ((preference_accuracy_kernel, got), (preference_accuracy_py, expected)):
            function(p, 1 - p, g, order, listed, u, w, layered, 0.01, test)
        # Not ==: the kernel fuses multiplications and additions, and its log1p may differ by an ulp.
        assert np.abs(got - expected).max(initial=0) <= 2 * tolerance(n)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8, 31, 56])
@pytest.mark.parametrize("times", [1, 127, 128, 129, 300])
@pytest.mark.parametrize("chance", [0.0, 0.25])
def test_loops_over_times_agree_with_loops_over_nodes(n, times, chance):
    rng = np.random.default_rng(n)
    p, g = dyadic(rng, (times, n)), dyadic(rng, n)
    for rule in rules(n):
        order, listed, u, w, layered = plan(rule, n)
        twin, got, expected = np.empty(times), np.empty(times), np.empty(times)
        preference_accuracy_over_times_kernel(p, 1 - p, g, order, listed, u, w, chance, got)
        preference_accuracy_over_times_py(p[:3], 1 - p[:3], g, order, listed, u, w, chance, twin[:3])
        preference_accuracy_kernel(p, 1 - p, g, order, listed, u, w, layered, chance, expected)
        assert (np.abs(got - expected) <= 2 * tolerance(n) * expected).all()
        assert (np.abs(twin - expected)[:3] <= 2 * tolerance(n) * expected[:3]).all()


@pytest.mark.parametrize("times", [1, MANY_TIMES])
@pytest.mark.parametrize("n", [1, 2, 3, 31, 32, 33, 49, 55, 60, 999])
def test_certain_patterns_give_their_mean_to_two_roundings(n, times):
    g = np.random.default_rng(n).random(n)
    p = np.ones((times, n))
    got = preference_accuracy(p, 0 * p, g, Mean(), 0.3)
    expected = sum(map(Fraction, g.tolist())) / n
    assert all(abs(Fraction(value) - expected) <= 2 * expected / 2**53 for value in got.tolist())


@pytest.mark.parametrize("n", [57, 58, 70])
def test_layer_agrees_with_exact_counting(n):
    rng = np.random.default_rng(n)
    g = dyadic(rng, n)
    for p in (dyadic(rng, n), np.full(n, 0.75), np.full(n, 2.0**-8), np.where(np.arange(n) < n // 2, 1.0, 2.0**-8)):
        got = float(preference_accuracy(p[None], 1 - p[None], g, Mean(), 0.0)[0])
        expected = mean_by_counting(p, g)
        assert abs(Fraction(got) - expected) <= tolerance(n) * expected


def test_layer_and_exact_rule_agree_where_they_meet():
    rng = np.random.default_rng(5)
    p, g = 1 - dyadic(rng, (1, 56)) / 8, dyadic(rng, 56)
    assert p.sum() > 46  # below 42 the layer is all of [0, 1], and the two methods are one
    idle = np.zeros((1, 2))  # two patterns that are never right change nothing but the method
    exact_nodes = preference_accuracy(p, 1 - p, g, Mean(), 0.0)
    wider = np.hstack([p, idle])
    layered = preference_accuracy(wider, 1 - wider, np.append(g, [0.5, 0.5]), Mean(), 0.0)
    assert abs(layered[0] / exact_nodes[0] - 1) <= tolerance(56) + tolerance(58)


def test_28_nodes_on_the_layer_are_enough_for_every_n():
    """Evaluate the proved bound of docs/theory.md, section 2, for C = 38 and 28 nodes on a grid of mu.

    relative error <= [u0 < 1] e^(-C + u0)
                      + min over rho > 1 of (32/15)(1 + mu) u0 exp(mu u0 (rho - 1)^2/(4 rho)) rho^(-2m)/(1 - rho^(-2))
    """
    m, c = LARGEST_RULE, 38.0
    rho = np.exp(np.linspace(0.01, 8, 4000))
    worst = 0.0
    for mu in np.concatenate([np.geomspace(1e-3, MOST_PATTERNS, 300), np.linspace(40, 44, 200)]):
        u0 = min(1.0, (c + math.log1p(mu)) / mu)
        log_gauss = (
            math.log(32 / 15)
            + math.log1p(mu)
            + math.log(u0)
            + mu * u0 * (rho - 1) ** 2 / (4 * rho)
            - 2 * m * np.log(rho)
            - np.log1p(-(rho**-2.0))
        )
        worst = max(worst, (math.exp(u0 - c) if u0 < 1 else 0.0) + math.exp(log_gauss.min()))
    assert 1e-17 < worst <= 1e-16


@pytest.mark.parametrize(("n", "p"), [(60, 1.0), (100, 0.5), (1000, 2.0**-4), (1000, 2.0**-2)])
def test_what_the_layer_cuts_off_is_less_than_one_rounding(n, p):
    """`tolerance` counts the tail as one rounding of 2^-53; the proved bound is e^(-38 + u0), which is less.

    A rule of one node at u = 0 and weight 1 shows where the kernel ends the layer: its value is end * sum g p. For
    equal p the integrand is n p (1 - p u)^(n - 1), and both the tail and the whole are differences of powers.
    """
    right = np.full((1, n), p)
    order, end = np.arange(n, dtype=np.int64), np.empty(1)
    wrong = np.maximum(1 - right, 5e-324)  # none is certain, which would need no integral
    preference_accuracy_py(right, wrong, np.ones(n), order, 0, np.zeros(1), np.ones(1), True, 0.0, end)
    u0 = Fraction(float(end[0])) / Fraction(n * p)
    assert 0 < u0 < 1
    never = (1 - Fraction(p)) ** n
    tail = ((1 - Fraction(p) * u0) ** n - never) / (1 - never)
    assert 0 < tail <= Fraction(1, 2**53)


@pytest.mark.parametrize("n", [55, 70, 1000])
@pytest.mark.parametrize("kind", ["one", "1/n", "uniform"])
def test_many_patterns_keep_the_plain_recurrence_bound(n, kind):
    rng = np.random.default_rng(0)
    p = {"one": np.ones(n), "1/n": np.full(n, 1 / n), "uniform": rng.random(n)}[kind][None]
    got = float(preference_accuracy(p, 1 - p, np.full(n, 0.7), Mean(), 0.0)[0])
    with np.errstate(divide="ignore"):  # log(1 - 1) is -inf, as it should be
        expected = -0.7 * math.expm1(math.fsum(np.log1p(-p[0])))  # equal g: whoever is right, the mean is g
    # 1 - p is rounded (n/2 eps more); the expected value has one rounding per logarithm (n/2 eps), summed exactly.
    assert abs(got / expected - 1) <= tolerance(n) + n * EPS


@pytest.mark.parametrize("n", [1, 2, 3, 8, 60])
def test_certain_patterns_give_the_mean(n):
    g = np.linspace(0.25, 0.75, n)
    got = preference_accuracy(np.ones((1, n)), np.zeros((1, n)), g, Mean(), 0.3)[0]
    assert abs(got / (math.fsum(g) / n) - 1) <= tolerance(n)
    assert preference_accuracy(np.ones((1, n)), np.zeros((1, n)), g, Preferred(n - 1), 0.3)[0] == g[-1]


def test_sixty_equal_certain_patterns_give_their_g_to_one_ulp():
    got = preference_accuracy(np.ones((1, 60)), np.zeros((1, 60)), np.full(60, 0.7), Mean(), 0.0)[0]
    assert abs(got - 0.7) <= math.ulp(0.7)


def test_zero_and_one_among_the_predictiveness():
    p = np.array([[0.0, 1.0, 0.5]])
    got = preference_accuracy(p, 1 - p, np.array([0.2, 0.4, 0.9]), Mean(), 0.0)[0]
    assert abs(got - 0.525) <= tolerance(3) * 0.525  # 0.5 * 0.4 + 0.5 * 0.65


@pytest.mark.parametrize("n", [1, 2, 3, 8, 70])
def test_nothing_learned_is_chance(n):
    for rule in (Mean(), Preferred(0)):
        assert preference_accuracy(np.zeros((1, n)), np.ones((1, n)), np.ones(n), rule, 0.25)[0] == 0.25


@pytest.mark.parametrize("n", [2, 3, 8, 70])
@pytest.mark.parametrize("tiny", [1e-300, 2.0**-1022])
def test_tiny_predictiveness_adds_up(n, tiny):
    g = np.linspace(0.25, 1, n)
    got = preference_accuracy(np.full((1, n), tiny), np.ones((1, n)), g, Mean(), 0.0)[0]
    assert abs(got / tiny - math.fsum(g)) <= tolerance(n) * math.fsum(g)


@pytest.mark.parametrize("n", [2, 3, 8, 70])
def test_smallest_denormals_add_up_exactly(n):
    got = preference_accuracy(np.full((1, n), 5e-324), np.ones((1, n)), np.ones(n), Mean(), 0.0)[0]
    assert got == n * 5e-324


def test_complement_is_used_as_given():
    # p = 1 to double precision, and q = 1e-30 known from elsewhere: no pattern is right with probability 1e-60.
    for rule in (Mean(), Preferred(0), Priority((1, 0))):
        got = preference_accuracy(np.ones((1, 2)), np.full((1, 2), 1e-30), np.zeros(2), rule, 1.0)[0]
        assert abs(got / 1e-60 - 1) <= tolerance(2)


def test_order_of_patterns_changes_roundings_only():
    rng = np.random.default_rng(8)
    p, g = dyadic(rng, (10, 30)), dyadic(rng, 30)
    shuffled = rng.permutation(30)
    expected = preference_accuracy(p, 1 - p, g, Mean(), 0.1)
    got = preference_accuracy(p[:, shuffled], 1 - p[:, shuffled], g[shuffled], Mean(), 0.1)
    assert np.abs(got / expected - 1).max() <= 2 * tolerance(30)


def test_nan_in_nan_out():
    p = np.array([[0.5, math.nan, 0.5], [0.5, 0.5, 0.5]])
    for rule in (Mean(), Preferred(0), Preferred(1)):
        got = preference_accuracy(p, 1 - p, np.ones(3), rule, 0.0)
        assert np.isnan(got).tolist() == [True, False]


def test_pattern_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="patterns count from 0"):
        preference_accuracy(np.ones((1, 3)), np.zeros((1, 3)), np.ones(3), Preferred(3), 0.0)


def test_more_patterns_than_the_bound_is_proved_for_are_refused():
    with pytest.raises(InputError, match=f"patterns must number at most {MOST_PATTERNS}, .* got {MOST_PATTERNS + 1}"):
        plan(Mean(), MOST_PATTERNS + 1)


@pytest.mark.parametrize("times", [1, MANY_TIMES])
@pytest.mark.parametrize("n", [2, 3, 20])
def test_digits_of_the_smallest_p_are_kept(n, times):
    """g p is denormal times g, and a product of it and 20 D would lose what is left of it."""
    p = np.full((times, n), 2.0**-1060)
    p[:, 0] = 0.75
    g = np.append([0.0], np.full(n - 1, 1.0))
    # the others are never right together: F = sum_{i > 0} p_i (1/4 + 3/4 / 2)
    expected = (n - 1) * Fraction(5, 8) * Fraction(1, 2**1060)
    got = preference_accuracy(p, 1 - p, g, Mean(), 0.0)
    assert all(abs(Fraction(value) - expected) <= Fraction(1, 2**1074) for value in got.tolist())
