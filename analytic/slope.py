"""The slope of acc_test over intervals of time, scaled so that a plateau is no flatter than a rise.

acc_test' = sum_i p_i' E_i with E_i = d acc_test / d p_i. On a plateau every p_i' falls or grows exponentially, by
hundreds of decades, while their ratios and the E_i hardly move. So over an interval the slope is divided by the p_k'
that leads in its middle: signs and zeros stay, and a plateau of any length is settled in a few steps.

    R = acc_test' / p_k' = sum_i r_i E_i,   r_i = p_i' / p_k',   r_i' = r_i (v_i - v_k),   v_i = p_i'' / p_i'
"""

from typing import NamedTuple

from flint import arb, fmpq

from .balls import BallCurves, Factor


class ScaledSlope(NamedTuple):
    """Enclosures of R, the slope over a positive function, for an interval of times. They may be infinite."""

    over: arb
    """R on the interval."""
    change: arb
    """R' on the interval."""
    middle: arb
    """R in the middle of the interval."""


def slope_sign(curves: BallCurves, t: fmpq) -> int:
    """Return the sign of acc_test' at time `t`; 0 if it is 0, or cannot be told from it at the precision of now."""
    return sign_of(_Middle(curves, t).value)


def scaled_slope(curves: BallCurves, low: fmpq, high: fmpq) -> ScaledSlope:
    """Return enclosures of the scaled slope on [low, high], for curves of which some pattern moves acc_test."""
    middle, around = _Middle(curves, (low + high) / 2), curves.factors_over(low, high)
    leader, off_middle = middle.leader, arb(0, (high - low) / 2)
    ends = [{i: _log_slope(curves, i, end) for i in curves.gradient} for end in (low, high)]
    over = change = arb(0)
    for i, partial in curves.gradient.items():
        ratio, turn = arb(1), arb(0)
        if i != leader:
            turn = _turn(around[i], around[leader])
            if turn > 0 or turn < 0:  # the ratio is monotone
                ratio = arb.union(*(_difference(logs[i], logs[leader]).exp() for logs in ends))
            else:
                ratio = (middle.log_ratios[i] + turn * off_middle).exp()
        value, value_change = partial.with_change(around)
        over += ratio * value
        change += ratio * (turn * value + value_change)
    return ScaledSlope(over, change, middle.value)


def _turn(one: Factor, other: Factor) -> arb:
    """Return v of one minus v of the other: in tails almost a number, which is exact however long the interval is."""
    return arb(one.steady - other.steady) + (one.unsteady - other.unsteady)


class _Middle:
    """The scaled slope at one time, with the pattern that leads there and the others' log ratios to it."""

    def __init__(self, curves: BallCurves, t: fmpq) -> None:
        factors = curves.factors(t)
        partials = {i: partial.at(factors) for i, partial in curves.gradient.items()}
        logs = {i: _log_slope(curves, i, t) for i in partials}
        self.leader = max(partials, key=lambda i: _log_size(logs[i], partials[i]))
        self.log_ratios = {i: _difference(one, logs[self.leader]) for i, one in logs.items()}
        others = (self.log_ratios[i].exp() * partials[i] for i in partials if i != self.leader)
        self.value = sum(others, partials[self.leader])


def sign_of(value: arb | fmpq) -> int:
    """Return the sign of a number; of a ball, 0 if it holds 0."""
    return 1 if value > 0 else -1 if value < 0 else 0


def _log_slope(curves: BallCurves, i: int, t: fmpq) -> tuple[fmpq, arb]:
    """Return log p_i' as the sum of an exact number, which may be huge, and a ball: log(alpha gamma s (1 - s))."""
    gamma, alpha, b = curves.parameters[i]
    decay = -abs(alpha * (t - b))
    return decay, arb(alpha * gamma).log() - 2 * arb(decay).exp().log1p()


def _difference(one: tuple[fmpq, arb], other: tuple[fmpq, arb]) -> arb:
    """Return the difference of two numbers that are sums of an exact one and a ball."""
    return arb(one[0] - other[0]) + (one[1] - other[1])


def _log_size(log_slope: tuple[fmpq, arb], partial: arb) -> tuple[bool, fmpq]:
    """Return what sorts the |p_i' E_i|, but for roundings: which of two near ones leads makes no difference."""
    size = abs(partial).upper()
    if not size > 0:
        return False, fmpq(0)
    # 1 more for all: beside it a ball around exp(-1e308) is rounded away, which no rational could hold
    return True, log_slope[0] + exact((1 + log_slope[1] + size.log()).mid())


def exact(number: arb) -> fmpq:
    """Return a ball of radius 0 as a rational."""
    mantissa, exponent = (int(part) for part in number.man_exp())
    return fmpq(mantissa * 2**exponent) if exponent >= 0 else fmpq(mantissa, 2**-exponent)
