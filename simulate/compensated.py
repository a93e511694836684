"""Numbers as unevaluated sums of two doubles, so that a million small steps lose nothing.

A value is multiplied by a factor, or grows by a term. In one double each step is rounded by up to 2^-53 of the whole,
and where all steps are alike the roundings are too: a million of them are 1e-10. Here what is lost in a step is found
exactly, in products by an instruction that multiplies and adds with one rounding, in sums by those of Dekker and of
Knuth, and carried along. What remains is of the second order: a step loses 4 * 2^-53 of the low part, and that is at
most 2^-53 of the whole for each step since the last `renewed`.
"""

from .compile import kernel
from .instructions import multiply_add

LONG = 249
"""Patterns above which plain recurrences give way to compensated ones: the bound of the plain ones is 1.3e-13 here, and
they are the faster ones."""
RENEWED = 4096
"""Steps after which low parts are added to high ones, so that they stay small beside them."""


def scaled_py(high: float, low: float, factor: float, factor_low: float) -> tuple[float, float]:
    """Return (high + low) (factor + factor_low)."""
    product = high * factor
    lost = multiply_add(high, factor, -product)  # exact
    return product, low * factor + (high * factor_low + lost)


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


def missed_py(high: float, low: float, p: float, q: float) -> tuple[float, float]:
    """Return (high + low) q for q = 1 - p: by p where it is the smaller one."""
    if p <= 0.5:
        factor, factor_low = rest_of(p)
        return scaled(high, low, factor, factor_low)
    return scaled(high, low, q, 0.0)


missed = kernel(missed_py)
