"""Test accuracy, its slope and the train error as Arb balls: enclosures of the exact values at an exact time.

acc_test = sum_A w_A G(A) with w the product weights of the 2**n sets, and d acc_test / d p_i is the same sum over
the other patterns with G(A + i) - G(A) in place of G. These differences are taken exactly: where they vanish, as
under a preferred pattern that has been learned, so does the sum, and the sign of the slope is not drowned in
roundings of the larger numbers that it is the difference of.
"""

from collections.abc import Mapping, Sequence
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


class Factor(NamedTuple):
    """What is known of one pattern at a time, or over an interval of times."""

    p: arb
    q: arb
    """1 - p."""
    slope: arb
    """p'."""
    steady: fmpq
    """p'' / p' in the tail that the times lie in, alpha or -alpha; 0 if they lie on both sides of the inflection."""
    unsteady: arb
    """p'' / p' - steady; p'' / p' = alpha (1 - 2 s)."""


class Expectation:
    """sum_A w_A T(A) over the sets A of some patterns; T is a table of 2**n numbers.

    The weights of two halves of the patterns make w as an outer product, so that the sum is high' T low with T as a
    matrix: 2**n multiplications, which FLINT does in one go.
    """

    def __init__(self, patterns: Sequence[int], table: Sequence[fmpq]) -> None:
        self._low, self._high = patterns[: len(patterns) // 2], patterns[len(patterns) // 2 :]
        self._table = list(table)
        self._matrices: dict[int, arb_mat] = {}

    def at(self, factors: Mapping[int, Factor]) -> arb:
        """Return the sum where pattern i has `factors[i]`."""
        low = _weights([factors[i] for i in self._low])
        high = _weights([factors[i] for i in self._high])
        return (arb_mat(1, len(high), high) * (self._matrix() * arb_mat(len(low), 1, low)))[0, 0]

    def with_change(self, factors: Mapping[int, Factor]) -> tuple[arb, arb]:
        """Return the sum and its time derivative: sum_A w_A' T(A)."""
        low, low_change = _weights_with_change([factors[i] for i in self._low])
        high, high_change = _weights_with_change([factors[i] for i in self._high])
        columns = arb_mat(len(low), 2, [x for pair in zip(low, low_change, strict=True) for x in pair])
        found = arb_mat(2, len(high), high + high_change) * (self._matrix() * columns)
        return found[0, 0], found[0, 1] + found[1, 0]

    def _matrix(self) -> arb_mat:
        if ctx.prec not in self._matrices:
            self._matrices[ctx.prec] = arb_mat(2 ** len(self._high), 2 ** len(self._low), self._table)
        return self._matrices[ctx.prec]


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
    table
        G over the sets of these patterns, where the others stand.
    gradient
        d acc_test / d p_i for each of them.
    """

    def __init__(self, model: PatternModel) -> None:
        self.parameters = [(rational(x.gamma), rational(x.alpha), rational(x.b)) for x in model.patterns]
        self._start = rational(1 - model.chance_train)
        self.table, self.moving = _without_what_stands(model)
        self._test = Expectation(self.moving, self.table)
        self.gradient: dict[int, Expectation] = {}
        for bit, i in enumerate(self.moving):
            without, with_it = _halves(self.table, bit)
            steps = [high - low for low, high in zip(without, with_it, strict=True)]
            self.gradient[i] = Expectation(self.moving[:bit] + self.moving[bit + 1 :], steps)

    def at(self, t: fmpq) -> Balls:
        """Return enclosures of the curves at time `t`."""
        factors = {i: _factor(*self.parameters[i], t) for i in range(len(self.parameters))}
        slope, error = arb(0), arb(self._start)
        for i, partial in self.gradient.items():
            slope += factors[i].slope * partial.at(factors)
        for factor in factors.values():
            error *= factor.q
        return Balls(self._test.at(factors), slope, error)

    def factors(self, t: fmpq) -> dict[int, Factor]:
        """Return what is known of the moving patterns at time `t`."""
        return {i: _factor(*self.parameters[i], t) for i in self.moving}

    def factors_over(self, low: fmpq, high: fmpq) -> dict[int, Factor]:
        """Return what is known of the moving patterns on the interval [low, high]."""
        return {i: _factor_over(*self.parameters[i], low, high) for i in self.moving}

    def test_over(self, low: fmpq, high: fmpq) -> arb:
        """Return an enclosure of acc_test on the interval [low, high]."""
        return self._test.at(self.factors_over(low, high))


def rational(number: Fraction) -> fmpq:
    """Return `number` as a FLINT rational."""
    return fmpq(number.numerator, number.denominator)


def fraction(number: fmpq) -> Fraction:
    """Return a FLINT rational as a Fraction."""
    return Fraction(int(number.p), int(number.q))


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


def _factor(gamma: fmpq, alpha: fmpq, b: fmpq, t: fmpq) -> Factor:
    """Return what is known at time `t`; the logistic's argument is exact, so that no digit of t - b is lost."""
    s, rest = logistic(alpha * (t - b))
    return _of_shares(gamma, alpha, s, rest, 1 if t <= b else -1)


def _factor_over(gamma: fmpq, alpha: fmpq, b: fmpq, low: fmpq, high: fmpq) -> Factor:
    """Return what is known on an interval: the logistic grows, so its ends enclose it."""
    (s_low, rest_low), (s_high, rest_high) = logistic(alpha * (low - b)), logistic(alpha * (high - b))
    side = 1 if high <= b else -1 if low >= b else 0
    return _of_shares(gamma, alpha, s_low.union(s_high), rest_low.union(rest_high), side)


def logistic(x: fmpq) -> tuple[arb, arb]:
    """Return s(x) and 1 - s(x)."""
    decay = (-abs(arb(x))).exp()  # at most 1; exp(x) itself would be infinite where alpha is huge
    small, big = decay / (1 + decay), 1 / (1 + decay)
    return (big, small) if x >= 0 else (small, big)


def _of_shares(gamma: fmpq, alpha: fmpq, s: arb, rest: arb, side: int) -> Factor:
    """Return a factor; `side` is 1 before the inflection, -1 after it, 0 where both is possible."""
    # 1 - p as (1 - gamma) + gamma (1 - s): nothing cancels, however close p comes to 1.
    q = (1 - gamma) + gamma * rest
    unsteady = {1: -2 * s, -1: 2 * rest, 0: rest - s}[side] * alpha
    return Factor(gamma * s, q, alpha * gamma * s * rest, side * alpha, unsteady)


def _weights(factors: Sequence[Factor]) -> list[arb]:
    """Return the probability of each set of these patterns, bit i of the index for pattern i of `factors`."""
    weights = [arb(1)]
    for factor in factors:
        weights = [factor.q * weight for weight in weights] + [factor.p * weight for weight in weights]
    return weights


def _weights_with_change(factors: Sequence[Factor]) -> tuple[list[arb], list[arb]]:
    """Return the probability of each set, and its time derivative."""
    weights, changes = [arb(1)], [arb(0)]
    for p, q, slope, _, _ in factors:
        pairs = list(zip(weights, changes, strict=True))
        changes = [q * change - slope * weight for weight, change in pairs] + [
            p * change + slope * weight for weight, change in pairs
        ]
        weights = [q * weight for weight in weights] + [p * weight for weight in weights]
    return weights, changes
