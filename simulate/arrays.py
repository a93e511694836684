"""The one door through which arrays reach a kernel: float64, contiguous in C order, read-only.

numba compiles a kernel anew for each dtype, layout and writability; behind this door there is one of each.
"""

from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown

Array = NDArray[np.float64]

MOST_THREADS = 1024
"""Beyond, a mistake is likelier than a machine."""


def numbers(name: str, values: ArrayLike) -> Array:
    """Return `values` as a C-ordered float64 array of any shape, copied only if it is not one."""
    if np.ma.is_masked(values):  # NumPy would read what is under the mask
        raise InputError(f"{name} must hold no masked values, got {shown(values)}: fill or drop them first")
    try:
        given = np.asarray(values)
        if given.dtype.kind == "O" and any(one is None for one in given.flat):  # NumPy would read NaN
            raise TypeError("None")
        if given.dtype.kind not in "biufO":  # O: Fractions. NumPy would read strings as numbers too
            raise TypeError(f"an array of {given.dtype.name}")
        return np.asarray(given, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} must be an array of numbers, got {shown(values)}: {shown(error)}") from None


def normalised(name: str, values: ArrayLike, ndim: int) -> Array:
    """Return `values` as a read-only C-ordered float64 array of `ndim` axes, copied only if it is not one."""
    array = numbers(name, values)
    if array.ndim != ndim:
        raise InputError(f"{name} must have {ndim} {'axis' if ndim == 1 else 'axes'}, got shape {array.shape}")
    if array.flags.writeable:
        array = array.view()  # the caller's own array stays writable
        array.flags.writeable = False
    return array


def column(name: str, values: ArrayLike, n: int) -> Array:
    """Return `values` normalised, one per pattern: shape (n,)."""
    array = normalised(name, values, 1)
    if array.shape[0] != n:
        raise InputError(f"{name} must hold one value per pattern, shape ({n},), got {array.shape}")
    return array


def without_nan(name: str, array: Array) -> Array:
    """Return the array as it is, if it holds no NaN."""
    if np.isnan(array).any():
        raise InputError(f"{name} must not hold NaN, got one at index {int(np.flatnonzero(np.isnan(array))[0])}")
    return array


def thread_count(threads: object) -> int:
    """Return a number of threads."""
    if isinstance(threads, bool) or not isinstance(threads, Integral) or not 1 <= int(threads) <= MOST_THREADS:
        raise InputError(f"threads must be a whole number in 1..{MOST_THREADS}, got {shown(threads)}")
    return int(threads)


def number(name: str, value: object, way_out: str) -> float:
    """Return `value` as a float, NaN included."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{name} must be a number, got {shown(value)}; {way_out}")
    try:
        return float(value)
    except OverflowError:
        raise InputError(f"{name} must be a number that a float can hold, got {shown(value)}; {way_out}") from None
