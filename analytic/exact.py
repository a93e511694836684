"""Exact parameters: an int, a float (its exact binary value) or a Fraction becomes a Fraction."""

import math
from fractions import Fraction
from numbers import Rational, Real

from .errors import InputError

Exact = int | float | Fraction
"""What a parameter may be given as. A float stands for its exact binary value, so 0.15 is not 3/20."""


def as_fraction(name: str, value: object, *, low: int | None = None, high: int | None = None) -> Fraction:
    """Return `value` as a Fraction in [low, high], or raise an InputError that calls it `name`."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{name} must be a number (int, float or Fraction), got {value!r}")
    if not isinstance(value, Rational):
        value = float(value)
        if not math.isfinite(value):
            raise InputError(f"{name} must be finite, got {value}")
    number = Fraction(value)
    if (low is not None and number < low) or (high is not None and number > high):
        demand = f"lie in [{low}, {high}]" if high is not None else f"be at least {low}"
        raise InputError(f"{name} must {demand}, got {readable(number)}")
    return number


def readable(number: Fraction) -> str:
    """Return `number` as people write it: the shortest float that equals it, or p/q."""
    if abs(number) >= 10**16:
        return str(number)
    shortest = repr(float(number))
    return shortest if number in (Fraction(shortest), Fraction(float(number))) else str(number)
