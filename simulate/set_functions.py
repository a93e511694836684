"""G(A) for all 2^n sets at once, as a table: bit i of the index stands for pattern i."""

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError
from ..analytic.rules import Mean, Preferred, Priority, Rule, SoftPreference, Table
from .memory import require_memory

Array = NDArray[np.float64]

MOST_PATTERNS = 30
"""Patterns of the largest table: 2**30 numbers are 8 GiB."""
_WIDEST = 2**1000
"""With weights further apart than this factor, the sum of 30 of them might overflow as doubles."""


def rule_table(rule: Rule, g: Array, chance: float) -> Array:
    """Return G as (2**n,) numbers, from the formula of each rule; `chance` is G(empty), g (n,).

    For g in [0, 1] each entry has a relative error of at most (2 n + 2) roundings of 2^-53: for each of the two sums
    n - 1 and the weights' own, w g and the quotient. In the subnormal range 2^-1074 comes on top, absolute.

    Raises
    ------
    InputError
        If there are more than 30 patterns; the message states the bytes.
    MachineError
        If the table does not fit the memory that is free.
    """
    n = g.shape[0]
    rule.check(n)
    if isinstance(rule, Table):
        return rule.values
    require_table(n)
    weights = scaled_weights(rule) if isinstance(rule, SoftPreference) else np.ones(n)
    table = _subset_sums(weights * g)
    table[1:] /= _subset_sums(weights)[1:]
    table[0] = chance
    match rule:
        case Preferred(pattern=pattern):
            preferred: tuple[int, ...] = (pattern,)
        case Priority(order=order):
            preferred = order
        case Mean() | SoftPreference():
            preferred = ()
    for k in reversed(preferred):  # the most preferred last: it overrules all others
        table.reshape(-1, 2, 1 << k)[:, 1, :] = g[k]
    return table


def require_table(n: int) -> None:
    """Raise unless a table over n patterns can be made."""
    needed = 2 * 8 << n  # the sums of w g and of w; their quotient takes the place of the first
    if n > MOST_PATTERNS:
        raise InputError(
            f"patterns must number at most {MOST_PATTERNS} for an enumeration of 2**n sets, got {n}, "
            f"which takes {needed} bytes; the mean, preferred and priority rules need none"
        )
    require_memory(needed, f"a table over 2**{n} sets", "take fewer patterns, or a mean, preferred or priority rule")


@lru_cache(maxsize=64)
def scaled_weights(rule: SoftPreference) -> Array:
    """Return the weights as doubles, the lightest 1: only ratios matter. Cached, as a fit asks again and again.

    With no weight below 1, w g underflows nowhere that g itself does not.
    """
    largest = max(rule.weights, default=Fraction(1))
    lightest = min(rule.weights, default=Fraction(1))
    if largest > _WIDEST * lightest:
        ratio = largest / lightest
        apart = math.log10(ratio.numerator) - math.log10(ratio.denominator)
        raise InputError(
            f"weights must lie within a factor of 2**1000 of one another, got a factor of about 1e{apart:.0f}; "
            "Priority is the limit of weights far apart"
        )
    weights = np.array([float(weight / lightest) for weight in rule.weights])
    weights.flags.writeable = False
    return weights


def whole_weights(rule: SoftPreference) -> NDArray[np.object_]:
    """Return the weights as the smallest whole numbers in the same ratios."""
    unit = math.lcm(*(weight.denominator for weight in rule.weights))
    whole = [int(weight * unit) for weight in rule.weights]
    return np.array(whole, dtype=object) // max(1, math.gcd(*whole))


def _subset_sums(values: Array) -> Array:
    """Return the sum over each subset of `values`, by doubling: sets without pattern i, then the same with it."""
    sums = np.zeros(1 << values.shape[0])
    half = 1
    for value in values.tolist():
        np.add(sums[:half], value, out=sums[half : 2 * half])
        half *= 2
    return sums
