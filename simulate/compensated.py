"""Numbers as unevaluated sums of two doubles, so that a million small steps lose nothing.

A value is multiplied by a factor, or grows by a term. In one double each step is rounded by up to 2^-53 of the whole,
and where all steps are alike the roundings are too: a million of them are 1e-10. Here what is lost in a step is found
exactly, in products by an instruction that multiplies and adds with one rounding, in sums by those of Dekker and of
Knuth, and carried along. What remains is of the second order: a step loses 4 * 2^-53 of the low part, and that is at
most 3 * 2^-53 of the whole for each step since the last `renewed`.
"""

from typing import Any

from .compile import kernel
from .instructions import multiply_add
from .quadrature_plan import Order

LONG = 249
"""Patterns above which plain recurrences give way to compensated ones, which take four times as long. Up to here the
bound of the plain ones is at most 1.3e-13."""
RENEWED = 4096
"""Steps after which low parts are added to high ones, so that they stay small beside them."""


def scaled_py(high: float, low: float, by: float, by_low: float) -> tuple[float, float]:
    """Return (high + low) (by + by_low)."""
    product = high * by
    lost = multiply_add(high, by, -product)  # exact
    return product, low * by + (high * by_low + lost)


scaled = kernel(scaled_py)


def rest_of_py(x: float) -> tuple[float, float]:
    """Return 1 - x for 0 <= x <= 1."""
    rest = 1.0 - x
    return rest, (1.0 - rest) - x  # exact, since 1 >= x (Dekker)


rest_of = kernel(rest_of_py)


def grown_py(high: float, low: float, term: float) -> tuple[float, float]:
    """Return (high + low) + term."""
    total = high + term
    back = total - high
    lost = (high - (total - back)) + (term - back)  # exact, whichever is larger (Knuth)
    return total, low + lost


grown = kernel(grown_py)


def renewed_py(high: float, low: float) -> tuple[float, float]:
    """Return the same number, its low part at most a rounding of it."""
    total = high + low
    return total, low - (total - high)


renewed = kernel(renewed_py)


def factor_py(p: float, q: float) -> tuple[float, float]:
    """Return q = 1 - p: from p where that is the smaller one, since q has lost its digits there."""
    if p <= 0.5:
        return rest_of(p)
    return q, 0.0


factor = kernel(factor_py)


def missed_py(high: float, low: float, p: float, q: float) -> tuple[float, float]:
    """Return (high + low) (1 - p)."""
    rest, rest_low = factor(p, q)
    return scaled(high, low, rest, rest_low)


missed = kernel(missed_py)


def overruled_py(value: float, p: Any, q: Any, g: Any, order: Order, listed: int) -> float:
    """Return the value of a priority order: that of the others, `value`, overruled wherever a listed pattern is right.

    Parameters
    ----------
    p, q, g
        Of all patterns, (n,).
    order, listed
        As in `quadrature`: the first `listed` of `order` are the listed ones, the most preferred first.
    """
    low = 0.0
    for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
        k = order[j]
        value, low = missed(value, low, p[k], q[k])
        value, low = grown(value, low, g[k] * p[k])
        if j % RENEWED == 0:
            value, low = renewed(value, low)
    return value + low


overruled = kernel(overruled_py)
