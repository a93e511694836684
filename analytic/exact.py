"""Exact parameters (an int, a float or a Fraction becomes a Fraction) and arrays that cannot be written to."""

import math
import sys
from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from numbers import Rational, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError, shown

Exact = int | float | Fraction
"""What a parameter may be given as. A float stands for its exact binary value, so 0.15 is not 3/20."""
MOST_DIGITS = 2000
"""Digits of the longest numerator or denominator; the smallest float needs 324. Python itself stops writing at 4300."""
_LONGEST = 40
"""Digits of the longest numerator or denominator that a reader is shown."""
_ROUNDED = Context(prec=15, Emin=MIN_EMIN, Emax=MAX_EMAX)


def as_fraction(name: str, value: object, *, low: int | None = None, high: int | None = None) -> Fraction:
    """Return `value` as a Fraction in [low, high], or raise an InputError that calls it `name`."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{name} must be a number (int, float or Fraction), got {shown(value)}")
    if not isinstance(value, Rational):
        value = float(value)
        if not math.isfinite(value):
            raise InputError(f"{name} must be finite, got {value}")
        value = Fraction(value)
    number = Fraction(int(value.numerator), int(value.denominator))  # int: a NumPy integer would stay one and overflow
    if max(abs(number.numerator), number.denominator) >= 10**MOST_DIGITS:
        raise InputError(f"{name} must have at most {MOST_DIGITS} digits above and below its fraction line, got more")
    if abs(number) > sys.float_info.max:
        raise InputError(
            f"{name} must be at most {sys.float_info.max:.2g} in size, as floats are, got {shown(int(number))}"
        )
    if (low is not None and number < low) or (high is not None and number > high):
        demand = f"lie in [{low}, {high}]" if high is not None else f"be at least {low}"
        raise InputError(f"{name} must {demand}, got {readable(number)}")
    return number


def readable(number: Fraction) -> str:
    """Return `number` as people write it: an integer, the shortest float that equals it, or p/q.

    A p/q of more than 40 digits above or below the line becomes "about" and a decimal of 15 digits.
    """
    if number.denominator == 1 and abs(number) < 10**16:
        return str(number)
    shortest = repr(float(number))
    if number in (Fraction(shortest), Fraction(float(number))):
        return shortest
    if max(abs(number.numerator), number.denominator) < 10**_LONGEST:
        return str(number)
    return f"about {_ROUNDED.divide(Decimal(number.numerator), Decimal(number.denominator))}"


def frozen_floats(name: str, values: ArrayLike | Sequence[Exact]) -> NDArray[np.float64]:
    """Return a float64 copy of `values` that no flag makes writeable, or raise an InputError that calls it `name`."""
    if np.ma.is_masked(values):  # NumPy would read what is under the mask
        raise InputError(f"{name} must hold no masked values, got {shown(values)}: fill or drop them first")
    try:
        given = np.asarray(values)
        if given.dtype.kind not in "biufO":  # O: Fractions. NumPy would read strings as numbers too
            raise TypeError(f"an array of {given.dtype.name}")
        array = np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        why = " ".join(str(error).split())
        raise InputError(f"{name} must be an array of numbers, got {shown(values)}: {why}") from None
    # An array over bytes stays read-only; on one that owns its memory, `flags.writeable = True` would undo the flag.
    return np.frombuffer(array.tobytes(), dtype=np.float64).reshape(array.shape)
