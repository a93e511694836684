"""Expectations over sets and their derivatives, against exact sums over all sets."""

import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq

from grokdd.analytic.expectations import Expectation, Gradient
from grokdd.analytic.factors import Factor

Point = Sequence[Fraction]


def mean(table: Sequence[Fraction], p: Point) -> Fraction:
    """Return sum_A w_A G(A), where p may have entries below 0 and above 1."""
    for share in p:
        table = [out + share * (within - out) for out, within in zip(table[::2], table[1::2], strict=True)]
    return table[0]


def partial(table: Sequence[Fraction], p: Point, i: int) -> Fraction:
    """Return the derivative in p_i of a polynomial that is affine in it."""
    full, none = ([*p[:i], Fraction(end), *p[i + 1 :]] for end in (1, 0))
    return mean(table, full) - mean(table, none)


def ball(number: Fraction) -> arb:
    return arb(fmpq(number.numerator, number.denominator))


def factor(p: Fraction, slope: Fraction) -> Factor:
    return Factor(0, ball(p), ball(1 - p), ball(p), ball(1 - p), ball(slope))


@pytest.mark.parametrize("count", range(6))
def test_balls_enclose_the_exact_sums(count: int):
    rng = random.Random(count)
    table = [Fraction(rng.randint(-9, 9), rng.randint(1, 9)) for _ in range(2**count)]
    rounded = [fmpq(x.numerator, x.denominator) for x in table]
    p, slopes = ([Fraction(rng.randint(0, 9), 9) for _ in range(count)] for _ in range(2))
    factors = list(map(factor, p, slopes))
    values = Gradient(rounded).at(factors)
    with_change = Gradient(rounded).with_change(factors)
    assert abs(Expectation(rounded).at(factors) - ball(mean(table, p))) < 1e-13
    assert len(values) == len(with_change) == count
    for i, (value, (again, change)) in enumerate(zip(values, with_change, strict=True)):
        # A derivative is affine in each other p_j, so a step along p_j gives what it changes by.
        steps = [[*p[:j], p[j] + slopes[j], *p[j + 1 :]] for j in range(count) if j != i]
        expected = partial(table, p, i)
        by_time = sum((partial(table, step, i) - expected for step in steps), Fraction(0))
        for got, exact in ((value, expected), (again, expected), (change, by_time)):
            assert got.overlaps(ball(exact))
            assert got.rad() < 1e-12


def test_differences_that_vanish_leave_no_rounding():
    thirds = [fmpq(k, 3) for k in (1, 2, 1, 2)]  # the second pattern changes nothing
    with ctx.workprec(64):
        first, second = Gradient(thirds).at([factor(Fraction(1, 7), Fraction(1))] * 2)
    assert second == arb(0)
    assert first.overlaps(arb(fmpq(1, 3)))
