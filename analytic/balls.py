"""Test accuracy, its slope and the train error as Arb balls: enclosures of the exact values at an exact time.

With w(t) the product weights of the 2**n sets, acc_test = w . G. Split the patterns into two halves: w is
an outer product, and acc_test = high' M low with M the table of G as a matrix. Give `high` and `low` a second
column, their time derivatives, and one 2 x 2 product holds acc_test (its corner) and the slope (the sum of
its off-diagonal: the product rule). It works for every rule and costs 2**n multiplications.
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
        self._low, self._high = moving[: len(moving) // 2], moving[len(moving) // 2 :]
        self._table = [rational(value) for value in table]
        self._matrices: dict[int, arb_mat] = {}

    def at(self, t: fmpq) -> Balls:
        """Return enclosures of the curves at time `t`."""
        factors = [_factor(gamma, alpha, alpha * (t - b)) for gamma, alpha, b in self._parameters]
        low = _weights([factors[i] for i in self._low])
        high = _weights([factors[i] for i in self._high])
        product = high.transpose() * (self._matrix() * low)
        error = arb(self._start)
        for factor in factors:
            error *= factor.q
        return Balls(product[0, 0], product[0, 1] + product[1, 0], error)

    def _matrix(self) -> arb_mat:
        if ctx.prec not in self._matrices:
            self._matrices[ctx.prec] = arb_mat(2 ** len(self._high), 2 ** len(self._low), self._table)
        return self._matrices[ctx.prec]


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
        without = [value for mask, value in enumerate(table) if not mask >> i & 1]
        with_it = [value for mask, value in enumerate(table) if mask >> i & 1]
        if moves(pattern) and without != with_it:
            moving.insert(0, i)
        else:
            stands_at = pattern.gamma / 2 if pattern.alpha == 0 else Fraction(0)  # where G ignores i, any place will do
            table = [low + stands_at * (high - low) for low, high in zip(without, with_it, strict=True)]
    return table, moving


def _factor(gamma: fmpq, alpha: fmpq, x: fmpq) -> _Factor:
    """Return p, 1 - p and p' where the logistic's argument is x: exact, so that no digit of t - b is lost."""
    decay = (-abs(arb(x))).exp()  # at most 1; exp(x) itself would be infinite where alpha is huge
    small, big = decay / (1 + decay), 1 / (1 + decay)
    s, rest = (big, small) if x >= 0 else (small, big)
    # 1 - p as (1 - gamma) + gamma (1 - s): nothing cancels, however close p comes to 1.
    return _Factor(p=gamma * s, q=(1 - gamma) + gamma * rest, slope=alpha * gamma * s * rest)


def _weights(factors: Sequence[_Factor]) -> arb_mat:
    """Return the product weights of the sets of these patterns, and their time derivatives, as two columns."""
    values, slopes = [arb(1)], [arb(0)]
    for p, q, rise in factors:
        without = [q * slope - rise * value for value, slope in zip(values, slopes, strict=True)]
        with_it = [p * slope + rise * value for value, slope in zip(values, slopes, strict=True)]
        values, slopes = [q * value for value in values] + [p * value for value in values], without + with_it
    return arb_mat(len(values), 2, [entry for row in zip(values, slopes, strict=True) for entry in row])
