"""Test accuracy, its slope and the train error as Arb balls: enclosures of the exact values at an exact time.

acc_test = sum_A w_A G(A) with w the product weights of the 2**n sets, and d acc_test / d p_i is the same sum over
the other patterns with G(A + i) - G(A) in place of G. These differences are taken exactly: where they vanish, as
under a preferred pattern that has been learned, so does the sum, and the sign of the slope is not drowned in
roundings of the larger numbers that it is the difference of.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from flint import arb, arb_mat, ctx, fmpq

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


class _Factor(NamedTuple):
    p: arb
    q: arb
    """1 - p."""
    slope: arb
    """p'."""


class _Expectation:
    """sum_A w_A T(A) over the sets A of some patterns; T is a table of 2**n numbers.

    The weights of two halves of the patterns make w as an outer product, so that the sum is high' T low with T as a
    matrix: 2**n multiplications, which FLINT does in one go.
    """

    def __init__(self, patterns: Sequence[int], table: Sequence[Fraction]) -> None:
        self._low, self._high = patterns[: len(patterns) // 2], patterns[len(patterns) // 2 :]
        self._table = [rational(value) for value in table]
        self._matrices: dict[int, arb_mat] = {}

    def at(self, factors: Sequence[_Factor]) -> arb:
        """Return the sum where pattern i has `factors[i]`."""
        columns, rows = 2 ** len(self._low), 2 ** len(self._high)
        if ctx.prec not in self._matrices:
            self._matrices[ctx.prec] = arb_mat(rows, columns, self._table)
        low = arb_mat(columns, 1, _weights([factors[i] for i in self._low]))
        high = arb_mat(1, rows, _weights([factors[i] for i in self._high]))
        return (high * (self._matrices[ctx.prec] * low))[0, 0]


class BallCurves:
    """The curves of one model, enclosed in balls at whatever precision `flint.ctx` has when asked.

    Parameters
    ----------
    model
        Any model, under any rule; the table of G takes 2**n numbers.
    """

    def __init__(self, model: PatternModel) -> None:
        self._parameters = [(rational(x.gamma), rational(x.alpha), rational(x.b)) for x in model.patterns]
        self._start = rational(1 - model.chance_train)
        table, moving = _without_what_stands(model)
        self.constant = not moving
        """Whether acc_test is one number at all times because nothing that moves it moves."""
        self.fastest = max((rational(x.alpha) for x in model.patterns if moves(x)), default=fmpq(0))
        """Largest alpha of a pattern that moves."""
        self._test = _Expectation(moving, table)
        self._gradient: dict[int, _Expectation] = {}
        for bit, i in enumerate(moving):
            without, with_it = _halves(table, bit)
            steps = [high - low for low, high in zip(without, with_it, strict=True)]
            self._gradient[i] = _Expectation(moving[:bit] + moving[bit + 1 :], steps)

    def at(self, t: fmpq) -> Balls:
        """Return enclosures of the curves at time `t`."""
        factors = [_factor(gamma, alpha, alpha * (t - b)) for gamma, alpha, b in self._parameters]
        slope, error = arb(0), arb(self._start)
        for i, partial in self._gradient.items():
            slope += factors[i].slope * partial.at(factors)
        for factor in factors:
            error *= factor.q
        return Balls(self._test.at(factors), slope, error)


def rational(number: Fraction) -> fmpq:
    """Return `number` as a FLINT rational."""
    return fmpq(number.numerator, number.denominator)


def moves(pattern: Pattern) -> bool:
    """Return whether p(t) changes with time at all."""
    return pattern.gamma > 0 and pattern.alpha > 0


def _without_what_stands(model: PatternModel) -> tuple[list[Fraction], list[int]]:
    """Return the table of G over the patterns that move acc_test, and the indices of these patterns. Exact."""
    sets = ([i for i in range(model.n) if mask >> i & 1] for mask in range(2**model.n))
    table = [model.generalization(members) for members in sets]
    moving: list[int] = []
    for i in reversed(range(model.n)):  # from the highest bit down, so that the lower ones keep their place
        pattern = model.patterns[i]
        without, with_it = _halves(table, i)
        if moves(pattern) and without != with_it:
            moving.insert(0, i)
        else:
            stands_at = pattern.gamma / 2 if pattern.alpha == 0 else Fraction(0)  # where G ignores i, any place will do
            table = [low + stands_at * (high - low) for low, high in zip(without, with_it, strict=True)]
    return table, moving


def _halves(table: Sequence[Fraction], bit: int) -> tuple[list[Fraction], list[Fraction]]:
    """Return the values of the sets without the pattern of this bit, and of the same sets with it."""
    return (
        [value for mask, value in enumerate(table) if not mask >> bit & 1],
        [value for mask, value in enumerate(table) if mask >> bit & 1],
    )


def _factor(gamma: fmpq, alpha: fmpq, x: fmpq) -> _Factor:
    """Return p, 1 - p and p' where the logistic's argument is x: exact, so that no digit of t - b is lost."""
    decay = (-abs(arb(x))).exp()  # at most 1; exp(x) itself would be infinite where alpha is huge
    small, big = decay / (1 + decay), 1 / (1 + decay)
    s, rest = (big, small) if x >= 0 else (small, big)
    # 1 - p as (1 - gamma) + gamma (1 - s): nothing cancels, however close p comes to 1.
    return _Factor(p=gamma * s, q=(1 - gamma) + gamma * rest, slope=alpha * gamma * s * rest)


def _weights(factors: Sequence[_Factor]) -> list[arb]:
    """Return the probability of each set of these patterns, bit i of the index for pattern i of `factors`."""
    weights = [arb(1)]
    for factor in factors:
        weights = [factor.q * weight for weight in weights] + [factor.p * weight for weight in weights]
    return weights
