"""The witnesses of errors are right themselves: against the definition, and against each other."""

from fractions import Fraction
from itertools import combinations
from math import prod

import flint
import numpy as np
import pytest

from grokdd.analytic.errors import InputError
from grokdd.benchmarking.witnesses import BITS, by_moments, exactly, in_balls, relative_error


def by_definition(p, g):
    """Sum over all sets of their probability times the mean of g."""
    rights, gains = [Fraction(x) for x in p.tolist()], [Fraction(x) for x in g.tolist()]
    total = Fraction(0)
    for size in range(1, len(rights) + 1):
        for members in combinations(range(len(rights)), size):
            chance = prod(x if i in members else 1 - x for i, x in enumerate(rights))
            total += chance * sum(gains[i] for i in members) / size
    return total


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_counting_is_the_definition(n):
    p, g = np.random.default_rng(n).random((2, n))
    assert exactly(p, g) == by_definition(p, g)


def test_balls_hold_the_exact_value_to_50_digits():
    p, g = np.random.default_rng(0).random((2, 9))
    exact, ball = exactly(p, g), in_balls(p, g)
    with flint.ctx.workprec(BITS):
        assert ball.contains(flint.fmpq(exact.numerator, exact.denominator))
        assert not (ball * (1 + flint.arb(10) ** -50)).contains(flint.fmpq(exact.numerator, exact.denominator))


def test_moments_are_counting_to_50_digits():
    p, g = np.random.default_rng(0).random((2, 1000))
    counted, summed = in_balls(p, g), by_moments(p, g)
    with flint.ctx.workprec(BITS):
        assert abs(summed / counted - 1) < 1e-50


def test_moments_take_equal_patterns_together():
    n, g = 30_000, np.random.default_rng(0).random(30_000)
    p = np.full(n, 2.0**-10)
    # all p equal: each pattern has the same weight, so the mean of g times the chance that any is right
    mean = sum((Fraction(x) for x in g.tolist()), Fraction(0)) / n
    none = Fraction(2**10 - 1) ** n / Fraction(2**10) ** n
    expected = Fraction(mean * (1 - none))
    with flint.ctx.workprec(BITS):
        assert abs(by_moments(p, g) / flint.fmpq(expected.numerator, expected.denominator) - 1) < 1e-50


def test_moments_refuse_a_wide_layer():
    with pytest.raises(InputError, match="p must sum to at least 260 times its maximum, got a sum of 75"):
        by_moments(np.full(100, 0.75), np.ones(100))


def test_an_error_is_seen_and_none_is_0():
    p, g = np.full(3, 0.5), np.ones(3)
    assert relative_error(0.875, exactly(p, g)) == 0.0
    assert relative_error(0.875 * (1 + 2.0**-40), exactly(p, g)) == pytest.approx(2.0**-40)
    assert relative_error(0.875 * (1 + 2.0**-40), in_balls(p, g)) == pytest.approx(2.0**-40)
