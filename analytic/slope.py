"""The slope of acc_test over intervals of time, scaled so that a plateau is no flatter than a rise.

acc_test' = sum_i p_i' E_i with E_i = d acc_test / d p_i. On a plateau every p_i' falls or grows exponentially, by
hundreds of decades, while their ratios and the E_i hardly move. So over an interval the slope is divided by the p_k'
that leads in its middle: signs and zeros stay, and a plateau of any length is settled in a few steps.

    R = acc_test' / p_k' = sum_i r_i E_i,   r_i = p_i' / p_k',   r_i' = r_i (v_i - v_k),   v_i = p_i'' / p_i'
"""

from functools import cached_property
from operator import mul

from flint import arb, fmpq

from .balls import BallCurves
from .factors import Bend, bend, factor_at, factor_between


class Instant:
    """What is known of the slope at one time, at the precision at which it was made.

    Attributes
    ----------
    t
        The time.
    factors
        What is known of each moving pattern.
    sizes
        The p_i', over one positive number: however small they all are, their ratios are those of these balls.
    """

    def __init__(self, curves: BallCurves, t: fmpq) -> None:
        self.t, self._gradient = t, curves.gradient
        arguments = [alpha * (t - b) for _, alpha, b in curves.moving_parameters]
        self.factors = list(map(factor_at, curves.moving_parameters, arguments))
        decays = [abs(x) for x in arguments]
        least = min(decays)  # taken off exactly, so that what is left is of moderate size for those that matter
        self.sizes = [
            # p' = alpha gamma exp(-|x|) / (1 + exp(-|x|))^2
            arb(least - decay).exp() * alpha * gamma * (factor.s if factor.side > 0 else factor.rest) ** 2
            for (gamma, alpha, _), decay, factor in zip(curves.moving_parameters, decays, self.factors, strict=True)
        ]

    @cached_property
    def _terms(self) -> list[arb]:
        """The p_i' E_i, scaled like `sizes`."""
        return list(map(mul, self.sizes, self._gradient.at(self.factors)))

    @cached_property
    def leader(self) -> int:
        """Which pattern has the largest |p_i' E_i|, but for roundings: of two near ones either will do."""
        return max(range(len(self._terms)), key=lambda i: abs(self._terms[i]).upper())

    @cached_property
    def _slope(self) -> arb:
        return sum(self._terms, arb(0))

    @property
    def sign(self) -> int:
        """The sign of acc_test'; 0 if it is 0, or cannot be told from it."""
        return sign_of(self._slope)

    @property
    def value(self) -> arb:
        """R, with the pattern that leads here."""
        return self._slope / self.sizes[self.leader]

    def ratios(self, leader: int) -> list[arb]:
        """Return the p_i' over that of a leader."""
        return [arb(1) if i == leader else size / self.sizes[leader] for i, size in enumerate(self.sizes)]


class ScaledSlope:
    """R on the interval between two instants, with the pattern that leads in its middle; enclosures may be infinite."""

    def __init__(self, curves: BallCurves, low: Instant, middle: Instant, high: Instant) -> None:
        self._gradient = curves.gradient
        self._factors = list(map(factor_between, curves.moving_parameters, low.factors, high.factors))
        leader, off_middle = middle.leader, arb(0, (high.t - low.t) / 2)
        bends = [bend(alpha, one) for (_, alpha, _), one in zip(curves.moving_parameters, self._factors, strict=True)]
        self._turns = [_difference(one, bends[leader]) for one in bends]
        self._turns[leader] = arb(0)
        self._ratios = [
            # Where v_i - v_k has one sign, the ratio is monotone.
            before.union(after) if sign_of(turn) else here * (turn * off_middle).exp()
            for before, here, after, turn in zip(
                *(instant.ratios(leader) for instant in (low, middle, high)), self._turns, strict=True
            )
        ]

    @cached_property
    def over(self) -> arb:
        """R on the interval."""
        partials = self._gradient.at(self._factors)
        return sum(map(mul, self._ratios, partials), arb(0))

    @cached_property
    def change(self) -> arb:
        """R' on the interval."""
        partials, total = self._gradient.with_change(self._factors), arb(0)
        for ratio, turn, (value, change) in zip(self._ratios, self._turns, partials, strict=True):
            total += ratio * (turn * value + change)
        return total


def _difference(one: Bend, other: Bend) -> arb:
    """Return v of one minus v of the other: in tails almost a number, which is exact however long the interval is."""
    return arb(one.steady - other.steady) + (one.unsteady - other.unsteady)


def sign_of(value: arb | fmpq) -> int:
    """Return the sign of a number; of a ball, 0 if it holds 0."""
    return 1 if value > 0 else -1 if value < 0 else 0


def exact(number: arb) -> fmpq:
    """Return a ball of radius 0 as a rational."""
    mantissa, exponent = (int(part) for part in number.man_exp())
    return fmpq(mantissa * 2**exponent) if exponent >= 0 else fmpq(mantissa, 2**-exponent)
