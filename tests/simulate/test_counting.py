"""Counting is a witness: as exact at any number of patterns, whatever is rounded on the way."""

from fractions import Fraction

import numpy as np
import pytest

from grokdd.analytic import Mean, Priority
from grokdd.simulate.counting import (
    ROUNDINGS,
    counted,
    gaining,
    gaining_py,
    hitting,
    hitting_py,
    missing,
    missing_py,
)
from grokdd.simulate.quadrature import preference_accuracy
from grokdd.simulate.rounding import OF_LONG, U

from . import attack_long

TINY = 2.0**-60


def exactly(high, low):
    return Fraction(float(high)) + Fraction(float(low))


@pytest.mark.parametrize("functions", [(missing, hitting, gaining), (missing_py, hitting_py, gaining_py)])
def test_a_step_loses_nothing_but_of_the_second_order(functions):
    """A row of one sum, of two doubles each: what is wrong and what is right of it, and what is gained."""
    miss, hit, gain = functions
    rng = np.random.default_rng(0)
    for high, p in rng.random((200, 2)).tolist():
        rest, low = 1.0 - p, high * TINY
        old, old_low, new, new_low = np.array([high]), np.array([low]), np.zeros(1), np.zeros(1)
        miss(old, old_low, rest, p * TINY, new, new_low)
        expected = exactly(high, low) * exactly(rest, p * TINY)
        assert abs(exactly(new[0], new_low[0]) - expected) <= 8 * Fraction(U) ** 2
        hit(old, old_low, p, new, new_low)
        expected += exactly(high, low) * Fraction(p)
        assert abs(exactly(new[0], new_low[0]) - expected) <= 16 * Fraction(U) ** 2
        gain(old, old_low, p, new, new_low)
        expected += exactly(high, low) * Fraction(p)
        assert abs(exactly(new[0], new_low[0]) - expected) <= 4 * Fraction(U) * Fraction(p * high)


@pytest.mark.parametrize("n", [300, 3000])
def test_equal_patterns_whose_complement_is_rounded_all_alike(n):
    """1 - p is no double, and off by as much for each: a form that multiplies by it errs by hundreds of roundings."""
    p, g = np.full((1, n), 10 / (3 * n)), np.full(n, 0.7)
    above, below = attack_long.mean(p[0], g)
    expected = Fraction(above, below)
    for got, allowed in (
        (counted(p, 1 - p, g, Mean(), 0.0)[0], ROUNDINGS),
        (preference_accuracy(p, 1 - p, g, Mean(), 0.0)[0], OF_LONG),
    ):
        assert abs(Fraction(float(got)) / expected - 1) <= allowed * Fraction(U)


def test_a_long_order_of_priority_is_as_exact():
    n = 300
    rng = np.random.default_rng(1)
    p, g = 0.5 - rng.random((1, n)) / 16, rng.random(n)
    expected = Fraction(0)
    for right, own in zip(p[0, ::-1], g[::-1], strict=True):
        expected = Fraction(float(right)) * Fraction(float(own)) + (1 - Fraction(float(right))) * expected
    got = counted(p, 1 - p, g, Priority(range(n)), 0.0)[0]
    assert abs(Fraction(float(got)) / expected - 1) <= ROUNDINGS * Fraction(U)
