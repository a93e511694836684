"""What is known of one pattern as Arb balls, at an exact time or over an interval of times, and the weights of sets."""

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, fmpq

Parameters = tuple[fmpq, fmpq, fmpq]
"""gamma, alpha and b of a pattern that moves or stands."""


class Factor(NamedTuple):
    """What is known of one pattern at a time, or over an interval of times."""

    side: int
    """-1 before the inflection, 1 after it; 0 at it, and where the times lie on both sides of it."""
    s: arb
    """The logistic."""
    rest: arb
    """1 - s."""
    p: arb
    q: arb
    """1 - p."""
    slope: arb
    """p'."""


class Bend(NamedTuple):
    """p'' / p' = alpha (1 - 2 s) of one pattern, as the sum of two numbers."""

    steady: fmpq
    """alpha or -alpha, in the tail that the times lie in; 0 if they lie on both sides of the inflection."""
    unsteady: arb
    """What is left, which falls exponentially in a tail."""


def factor_at(parameters: Parameters, x: fmpq) -> Factor:
    """Return what is known where the logistic's argument alpha (t - b) is `x`: exact, so that no digit is lost."""
    gamma, alpha, _ = parameters
    side = (x.p > 0) - (x.p < 0)
    decay = (-abs(arb(x))).exp()  # at most 1; exp(x) itself would be infinite where alpha is huge
    big = 1 / (1 + decay)
    s, rest = (big, decay * big) if side > 0 else (decay * big, big)
    p = gamma * s
    # 1 - p as (1 - gamma) + gamma (1 - s): nothing cancels, however close p comes to 1.
    return Factor(side, s, rest, p, (1 - gamma) + gamma * rest, alpha * p * rest)


def factor_between(parameters: Parameters, low: Factor, high: Factor) -> Factor:
    """Return what is known between two times: the logistic grows, and p' up to the inflection, so ends enclose them."""
    gamma, alpha, _ = parameters
    side = -1 if high.side <= 0 else 1 if low.side >= 0 else 0
    slope = low.slope.union(high.slope)
    return Factor(
        side,
        low.s.union(high.s),
        low.rest.union(high.rest),
        low.p.union(high.p),
        low.q.union(high.q),
        slope if side else slope.union(arb(alpha * gamma / 4)),
    )


def bend(alpha: fmpq, factor: Factor) -> Bend:
    """Return p'' / p' at the times of a factor."""
    if factor.side < 0:
        return Bend(alpha, -2 * alpha * factor.s)
    if factor.side > 0:
        return Bend(-alpha, 2 * alpha * factor.rest)
    return Bend(fmpq(0), alpha * (factor.rest - factor.s))


def weights(factors: Sequence[Factor]) -> list[arb]:
    """Return the probability of each set of these patterns, bit i of the index for pattern i of `factors`."""
    found = [arb(1)]
    for factor in factors:
        p, q = factor.p, factor.q
        found = [q * weight for weight in found] + [p * weight for weight in found]
    return found


def weights_with_change(factors: Sequence[Factor]) -> tuple[list[arb], list[arb]]:
    """Return the probability of each set, and its time derivative."""
    found, changes = [arb(1)], [arb(0)]
    for factor in factors:
        p, q = factor.p, factor.q
        moved = [factor.slope * weight for weight in found]
        changes = [q * change - move for change, move in zip(changes, moved, strict=True)] + [
            p * change + move for change, move in zip(changes, moved, strict=True)
        ]
        found = [q * weight for weight in found] + [p * weight for weight in found]
    return found, changes
