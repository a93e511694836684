"""Test accuracy, its slope and the train error as Arb balls: enclosures of the exact values at an exact time.

acc_test = sum_A w_A G(A) with w the product weights of the 2**n sets (`expectations`), and acc_test' is the sum of the
p_i' (`factors`) times its derivatives in the p_i.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from flint import arb, fmpq

from .expectations import Expectation, Gradient
from .factors import Factor, Parameters, factor_at, factor_between
from .model import PatternModel
from .pattern import Pattern


class Balls(NamedTuple):
    """Enclosures at one time."""

    test: arb
    """acc_test."""
    slope: arb
    """Its time derivative."""
    train_error: arb
    """1 - acc_train, which keeps its digits where acc_train is near 1."""


class BallCurves:
    """The curves of one model, enclosed in balls at whatever precision `flint.ctx` has when asked.

    Parameters
    ----------
    model
        Any model, under any rule; the table of G takes 2**n numbers.

    Attributes
    ----------
    parameters
        (gamma, alpha, b) of each pattern.
    moving
        Indices of the patterns that acc_test depends on and that move.
    moving_parameters
        Their (gamma, alpha, b).
    table
        G over the sets of these patterns, where the others stand.
    gradient
        d acc_test / d p_i for each of the moving patterns.
    """

    def __init__(self, model: PatternModel) -> None:
        self.parameters = [(rational(x.gamma), rational(x.alpha), rational(x.b)) for x in model.patterns]
        self._start = rational(1 - model.chance_train)
        self.table, self.moving = _without_what_stands(model)
        self.moving_parameters = [self.parameters[i] for i in self.moving]
        self._test, self.gradient = Expectation(self.table), Gradient(self.table)

    def at(self, t: fmpq) -> Balls:
        """Return enclosures of the curves at time `t`."""
        factors = _factors(self.parameters, t)
        moving = [factors[i] for i in self.moving]
        partials = self.gradient.at(moving)
        slope = sum((factor.slope * partial for factor, partial in zip(moving, partials, strict=True)), arb(0))
        error = math.prod((factor.q for factor in factors), start=arb(self._start))
        return Balls(self._test.at(moving), slope, error)

    def factors(self, t: fmpq) -> list[Factor]:
        """Return what is known of the moving patterns at time `t`."""
        return _factors(self.moving_parameters, t)

    def test_over(self, low: fmpq, high: fmpq) -> arb:
        """Return an enclosure of acc_test on the interval [low, high]."""
        ends = zip(self.moving_parameters, self.factors(low), self.factors(high), strict=True)
        return self._test.at([factor_between(*one) for one in ends])


def rational(number: Fraction) -> fmpq:
    """Return `number` as a FLINT rational."""
    return fmpq(number.numerator, number.denominator)


def fraction(number: fmpq) -> Fraction:
    """Return a FLINT rational as a Fraction."""
    return Fraction(int(number.p), int(number.q))


def as_float(number: fmpq) -> float:
    """Return the float nearest to `number`; infinite where that lies beyond all floats."""
    try:
        return int(number.numerator) / int(number.denominator)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def moves(pattern: Pattern) -> bool:
    """Return whether p(t) changes with time at all."""
    return pattern.gamma > 0 and pattern.alpha > 0


def _without_what_stands(model: PatternModel) -> tuple[list[fmpq], list[int]]:
    """Return the table of G over the patterns that move acc_test, and the indices of these patterns. Exact."""
    sets = ([i for i in range(model.n) if mask >> i & 1] for mask in range(2**model.n))
    table = [rational(model.generalization(members)) for members in sets]
    moving: list[int] = []
    for i in reversed(range(model.n)):  # from the highest bit down, so that the lower ones keep their place
        pattern = model.patterns[i]
        without, with_it = _halves(table, i)
        if moves(pattern) and without != with_it:
            moving.insert(0, i)
        else:
            stands_at = rational(pattern.gamma) / 2 if pattern.alpha == 0 else 0  # where G ignores i, any place will do
            table = [low + stands_at * (high - low) for low, high in zip(without, with_it, strict=True)]
    return table, moving


def _halves(table: Sequence[fmpq], bit: int) -> tuple[list[fmpq], list[fmpq]]:
    """Return the values of the sets without the pattern of this bit, and of the same sets with it."""
    return (
        [value for mask, value in enumerate(table) if not mask >> bit & 1],
        [value for mask, value in enumerate(table) if mask >> bit & 1],
    )


def _factors(parameters: Sequence[Parameters], t: fmpq) -> list[Factor]:
    return [factor_at((gamma, alpha, b), alpha * (t - b)) for gamma, alpha, b in parameters]
