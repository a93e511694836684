"""Numbers as unevaluated sums of two doubles, so that a million small steps lose nothing.

A value is multiplied by 1 - x, with x small, or grows by a term. In one double each step is rounded by up to 2^-53 of
the whole, and where all steps are alike the roundings are too: a million of them are 1e-10. Here what is lost in a
step is found exactly, by the sums of Dekker and of Knuth, and carried along; what remains is a rounding of x, hence of
the *change*: all steps together err by a few roundings of the sum of all x.
"""

from .compile import kernel

LONG = 249
"""Patterns above which plain recurrences give way to compensated ones, whose bound is then the smaller one."""


def shrunk_py(high: float, low: float, x: float) -> tuple[float, float]:
    """Return (high + low)(1 - x) for 0 <= x <= 1/2 and high >= 0."""
    change = high * x
    rest = high - change
    lost = (high - rest) - change  # exact, since high >= change (Dekker)
    return rest, (low - low * x) + lost


shrunk = kernel(shrunk_py)


def grown_py(high: float, low: float, term: float) -> tuple[float, float]:
    """Return (high + low) + term."""
    total = high + term
    back = total - high
    lost = (high - (total - back)) + (term - back)  # exact, whichever is larger (Knuth)
    return total, low + lost


grown = kernel(grown_py)


def missed_py(high: float, low: float, p: float, q: float) -> tuple[float, float]:
    """Return (high + low) q for q = 1 - p: by p where it is the smaller one."""
    if p <= 0.5:
        return shrunk(high, low, p)
    return high * q, low * q


missed = kernel(missed_py)
