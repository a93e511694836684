"""Soft preferences by quadrature: against exact sums, against certified integrals, and at their limits."""

import math
from fractions import Fraction
from itertools import pairwise

import flint
import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, SoftPreference
from grokdd.simulate.counting import ROUNDINGS, counted, counted_kernel, counted_py
from grokdd.simulate.quadrature import preference_accuracy
from grokdd.simulate.quadrature_plan import plan
from grokdd.simulate.rounding import U, roundings
from grokdd.simulate.soft_gradient import soft_gradient
from grokdd.simulate.soft_quadrature import (
    shortest_nodes,
    soft_accuracy,
    soft_accuracy_kernel,
    soft_accuracy_py,
    soft_nodes,
)


def rules(n):
    rng = np.random.default_rng(n)
    yield SoftPreference([1] * n)
    yield SoftPreference(range(1, n + 1))
    yield SoftPreference([Fraction(7, 3) ** k for k in range(n)])
    yield SoftPreference((10 ** rng.uniform(-3, 3, n)).tolist())
    yield SoftPreference([Fraction(2) ** (60 * k) for k in range(n)])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8])
def test_agrees_with_exact_enumeration(n, exact):
    rng = np.random.default_rng(n)
    p = rng.integers(0, 256, (3, n), endpoint=True) / 256
    p[0, : n // 2], p[1, n // 2 :] = 1.0, 0.0
    g = rng.integers(0, 256, n, endpoint=True) / 256
    patterns = [Pattern(gamma=1, alpha=1, b=0, g=x) for x in g.tolist()]
    for rule in rules(n):
        model = PatternModel(patterns, rule, chance=Fraction(1, 128))
        got = soft_accuracy(p, 1 - p, g, rule, 1 / 128)
        for value, row in zip(got.tolist(), p.tolist(), strict=True):
            expected = exact(model, [Fraction(x) for x in row])
            assert abs(Fraction(value) - expected) <= roundings(rule, n) * U * expected


def certified(p, g, weights):
    """Return the integral over s of theory 2.8 (v = e^-s), enclosed by Arb, with the tail beyond S bounded by e^-S."""
    right, gain, w = ([flint.arb(x) for x in values] for values in (p, g, weights))
    wrong = [1 - x for x in right]
    end = flint.arb(60) / min(weights)

    def integrand(s, _):
        decays = [(-s * x).exp() for x in w]
        product, total = flint.acb(1), flint.acb(0)
        for a, b, c, d, e in zip(right, wrong, gain, w, decays, strict=True):
            factor = a * e + b
            total = total * factor + c * a * d * e * product
            product *= factor
        return total

    # The scale of s goes over six decades: one certified integral for each.
    ends = [flint.arb(0), *(end * flint.arb(10) ** -k for k in range(8, -1, -1))]
    parts = (flint.acb.integral(integrand, a, b).real for a, b in pairwise(ends))
    return sum(parts, flint.arb(0))


@pytest.mark.parametrize("n", [2, 20, 64])
def test_agrees_with_certified_integrals_for_weights_over_six_decades(n):
    rng = np.random.default_rng(n)
    weights = 10 ** rng.uniform(-3, 3, n)
    weights[:2] = 1e-3, 1e3
    p, g = rng.random(n), rng.random(n)
    p[-1] = 1.0
    got = soft_accuracy(p[None], 1 - p[None], g, SoftPreference(weights.tolist()), 0.0)[0]
    before, flint.ctx.prec = flint.ctx.prec, 100
    expected = certified(p.tolist(), g.tolist(), weights.tolist())
    off = float(abs(expected / float(got) - 1))
    flint.ctx.prec = before
    # q = 1 - p is rounded in the kernel: n/2 roundings more. The integral leaves out e^-60.
    assert off <= (roundings(SoftPreference(weights.tolist()), n) + n) * U


@pytest.mark.parametrize("n", [10, 60, 200])
def test_agrees_with_counting_for_whole_weights(n):
    rng = np.random.default_rng(n)
    p, g = rng.integers(0, 256, (5, n)) / 256, rng.random(n)
    p[0] = 1.0
    for most in (2, 10, 1000):
        rule = SoftPreference(rng.integers(1, most, n).tolist())
        expected = counted(p, 1 - p, g, rule, 0.25)
        got = soft_accuracy(p, 1 - p, g, rule, 0.25)
        assert np.abs(got / expected - 1).max() <= (roundings(rule, n) + ROUNDINGS) * U


@pytest.mark.parametrize("n", [1, 3, 56, 300])
def test_equal_weights_are_the_mean(n):
    rng = np.random.default_rng(n)
    p, g = rng.random((5, n)), rng.random(n)
    rule = SoftPreference([Fraction(1, 3)] * n)
    expected = preference_accuracy(p, 1 - p, g, Mean(), 0.1)
    assert np.abs(soft_accuracy(p, 1 - p, g, rule, 0.1) / expected - 1).max() <= 2 * roundings(rule, n) * U


def test_whole_weights_take_as_few_nodes_as_are_exact():
    assert shortest_nodes(SoftPreference((2, 2, 18))).s.size == 6  # (1, 1, 9) add up to 11
    assert shortest_nodes(SoftPreference((Fraction(1, 2), Fraction(3, 2)))).s.size == 2
    assert shortest_nodes(SoftPreference([1] * 56)).s.size == 28
    assert shortest_nodes(SoftPreference([1] * 57)).s.size == soft_nodes(SoftPreference([1] * 57)).s.size > 28


@pytest.mark.parametrize("tiny", [1e-300, 5e-324])
@pytest.mark.parametrize("weights", [(1, 1, 9), (1, Fraction(10, 3), 2**900)])
def test_tiny_predictiveness_adds_up(tiny, weights):
    rule = SoftPreference(weights)
    g = np.array([0.25, 0.5, 1.0])
    got = soft_accuracy(np.full((1, 3), tiny), np.ones((1, 3)), g, rule, 0.0)[0]
    assert abs(got - tiny * 1.75) <= max(roundings(rule, 3) * U * got, 5e-324)


@pytest.mark.parametrize("apart", [500, 520, 999])
def test_weights_hundreds_of_binary_digits_apart_overflow_nowhere(apart):
    rule, p, g = SoftPreference((1, Fraction(2) ** apart)), np.array([[0.5, 0.25]]), np.array([0.5, 0.25])
    expected = Fraction(3, 16) + Fraction(1, 32) + Fraction(1, 8) * (1 + 2 ** (apart - 1)) / (1 + 2**apart) / 2
    got = soft_accuracy(p, 1 - p, g, rule, 0.0)[0]
    assert abs(Fraction(got) - expected) <= roundings(rule, 2) * U * expected


def test_weights_too_far_apart_are_refused():
    with pytest.raises(InputError, match=r"within a factor of 2\*\*1000"):
        soft_accuracy(np.ones((1, 2)), np.zeros((1, 2)), np.ones(2), SoftPreference((1, 2**1001)), 0.0)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_kernels_agree_with_their_python_twins(n):
    rng = np.random.default_rng(n)
    p, g = rng.random((4, n)), rng.random(n)
    for rule in rules(n):
        nodes = shortest_nodes(rule)
        given = (p, 1 - p, g, nodes.row, nodes.decay, nodes.rate * nodes.weight, 0.1)
        got, expected = np.empty(4), np.empty(4)
        soft_accuracy_kernel(*given, got)
        soft_accuracy_py(*given, expected)
        assert np.abs(got / expected - 1).max() <= 2 * roundings(rule, n) * U  # fused, not ==
    given = (p, 1 - p, g, plan(Mean(), n)[0], 0, np.arange(1, n + 1), 0.1)
    results = [np.empty(4), np.empty(4)]
    counted_kernel(*given, results[0])
    counted_py(*given, results[1])
    assert np.array_equal(results[0], results[1])


@pytest.mark.parametrize("weights", [(1, 2**40, 3), (1e-3, 1e3, 1.0), (1, 2, 3)])
def test_derivatives_where_a_factor_vanishes(weights):
    """At p = 1 a heavy pattern's factor is e^(-w s), which is 0 in doubles; F is affine in p all the same."""
    rule, g = SoftPreference(weights), np.array([0.9, 0.1, 0.4])
    p = np.array([[1.0, 1.0, 0.5], [0.5, 1.0, 1.0]])
    found = soft_gradient(p, 1 - p, g, rule, 0.05)
    for k in range(3):
        known = []
        for value in (1.0, 0.0):
            other = p.copy()
            other[:, k] = value
            known.append(soft_accuracy(other, 1 - other, g, rule, 0.05))
        bound = 2 * roundings(rule, 3) * U * (known[0] + known[1])
        assert (np.abs(found.by_p[:, k] - (known[0] - known[1])) <= bound).all()
        assert (found.parts[:, k] >= np.abs(found.by_p[:, k])).all()
    assert np.isfinite(found.by_weights).all()
    scaled = found.by_weights @ (np.array(weights, dtype=float) / min(weights))
    assert np.abs(scaled).max() <= 1e-13 * found.weight_parts.max() * max(weights) / min(weights)  # only ratios matter


def test_counting_is_refused_where_weights_are_no_small_multiples():
    with pytest.raises(InputError, match="add up to at most 1000000 as multiples of one number"):
        counted(np.ones((1, 2)), np.zeros((1, 2)), np.ones(2), SoftPreference((math.pi, 1)), 0.0)
