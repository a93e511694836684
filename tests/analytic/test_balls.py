"""Balls enclose the curves; the oracle is the definition, summed by mpmath with 120 digits."""

import random
from fractions import Fraction
from itertools import combinations
from typing import Any

import mpmath
import pytest
from flint import arb, ctx, fmpq

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Priority, Rule, SoftPreference, Table
from grokdd.analytic.balls import BallCurves, rational

DIGITS = 120
"""1 - p loses up to 44 of them: at most 10 (21/2 - 0) inflections away, 1 - p > e**-105."""


def exact(x: Fraction) -> Any:
    return mpmath.mpf(x.numerator) / x.denominator


def reference(model: PatternModel, time: Any) -> tuple[Any, Any]:
    """Return acc_test and 1 - acc_train at `time`, from the definition."""
    p = [exact(x.gamma) / (1 + mpmath.exp(-exact(x.alpha) * (time - exact(x.b)))) for x in model.patterns]
    test = mpmath.mpf(0)
    for size in range(model.n + 1):
        for members in combinations(range(model.n), size):
            test += exact(model.generalization(members)) * mpmath.fprod(
                p[i] if i in members else 1 - p[i] for i in range(model.n)
            )
    return test, exact(1 - model.chance_train) * mpmath.fprod(1 - x for x in p)


def as_arb(x: Any) -> arb:
    """Return a ball around a number of which 50 digits are taken as right."""
    return arb(mpmath.nstr(x, DIGITS), float(abs(x)) * 1e-50)


def random_model(rng: random.Random, n: int, rule: Rule) -> PatternModel:
    patterns = [
        Pattern(
            gamma=rng.choice([0, 1, rng.random()]),
            alpha=rng.choice([0, 10 ** rng.uniform(-2, 1)]),
            b=rng.uniform(0, 9),
            g=rng.random(),
        )
        for _ in range(n)
    ]
    return PatternModel(
        patterns, rule, chance=None if isinstance(rule, Table) else rng.random(), chance_train=rng.random()
    )


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4])
def test_balls_meet_the_definition(n: int):
    rng = random.Random(n)
    rules: list[Rule] = [
        Mean(),
        SoftPreference([rng.uniform(0.1, 9) for _ in range(n)]),
        Table([rng.uniform(-2, 2) for _ in range(2**n)]),
    ]
    if n:
        rules += [Preferred(n - 1), Priority(range(n))]
    with mpmath.workdps(DIGITS), ctx.workprec(160):
        for model in [random_model(rng, n, rule) for rule in rules for _ in range(4)]:
            for time in (Fraction(-5), Fraction(1, 3), Fraction(4), Fraction(21, 2)):
                got = BallCurves(model).at(rational(time))
                test, error = reference(model, exact(time))
                assert got.test.overlaps(as_arb(test))
                assert got.train_error.overlaps(as_arb(error))
                # A central difference: step 1e-15, so its error is about 1e-30 times third derivatives below 1e4.
                step = mpmath.mpf(10) ** -15
                sides = [reference(model, exact(time) + sign * step)[0] for sign in (1, -1)]
                slope = (sides[0] - sides[1]) / (2 * step)
                assert abs(got.slope - arb(mpmath.nstr(slope, 40))) < 1e-24


def test_balls_are_narrow():
    with ctx.workprec(128):
        got = BallCurves(random_model(random.Random(1), 4, Mean())).at(fmpq(4))
    # Fewer than 2**8 roundings of numbers at most 1, each of 2**-128.
    assert max(float(ball.rad()) for ball in (got.test, got.train_error)) < 2**-120


def test_train_error_keeps_its_digits_where_accuracy_is_1():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=1)])
    with ctx.workprec(128):
        got = BallCurves(model).at(fmpq(1000)).train_error
        assert abs(got / (-arb(1000)).exp() - 1) < 1e-36


def test_what_stands_still_is_left_out():
    still = [Pattern(gamma=0, alpha=1, b=0, g=1), Pattern(gamma=1, alpha=0, b=0, g=1)]
    model = PatternModel(still, Mean())
    curves = BallCurves(model)
    assert curves.moving == []
    got = curves.at(fmpq(3))
    assert (got.test, got.slope) == (arb(0.5), arb(0))
    assert got.train_error == arb(0.5)


def test_no_overflow_at_the_ends_of_the_floats():
    model = PatternModel([Pattern(gamma=1, alpha=1e308, b=30, g=1), Pattern(gamma=0.5, alpha=5e-324, b=1e308, g=0)])
    curves = BallCurves(model)
    with ctx.workprec(128):
        for time in (fmpq(-(10**308)), fmpq(0), fmpq(30), fmpq(10**308)):
            got = curves.at(time)
            assert all(ball.is_finite() for ball in got)
        assert abs(curves.at(fmpq(30)).train_error - 0.375) < 1e-15  # (1 - 1/2) (1 - 1/4), and alpha b = 5e-16
