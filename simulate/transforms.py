"""From a table over 2^n sets to its multilinear coefficients and back, in place: Moebius and zeta transform.

    m(S) = sum_{A subset of S} (-1)^|S - A| G(A),      G(A) = sum_{S subset of A} m(S)

so that F(p) = sum_S m(S) prod_{i in S} p_i: the transform side of the extension (docs/theory.md, 2.1). n 2^(n - 1)
additions, pattern by pattern; a float32 table stays one.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from .arrays import numbers
from .compile import kernel
from .memory import require_memory
from .set_functions import MOST_PATTERNS

Floats = NDArray[np.float64] | NDArray[np.float32]
FLOATS = (np.float32, np.float64)
TILE = 14
"""Patterns whose butterflies stay within 2**14 numbers, which the nearest cache holds; these are done tile by tile."""


def add_below_py(table: Any, low: int, high: int, sign: int) -> None:
    """Add to each entry with pattern k, k = low..high-1, `sign` times that of the same set without it, in place."""
    for k in range(low, high):
        step = 1 << k
        for start in range(0, table.shape[0], 2 * step):
            for a in range(start, start + step):
                table[a + step] += sign * table[a]


add_below = kernel(add_below_py)


def multilinear_coefficients(table: ArrayLike) -> Floats:
    """Return the coefficients of the multilinear extension of a table: its Moebius transform.

    Parameters
    ----------
    table
        G(A) for all sets A, shape (2**n,); bit i of the index stands for pattern i. At most n = 30. float32 stays
        float32, everything else becomes float64.

    Returns
    -------
    coefficients
        m(S), shape (2**n,): F(p) is the sum of m(S) prod p_i over i in S.

    Raises
    ------
    InputError
        If it is no table over 2**n sets.
    MachineError
        If there is no memory for the result; the message states the bytes.

    Notes
    -----
    m(S) adds 2**|S| entries with alternating signs, each with at most |S| roundings: the error is at most |S| 2**-53
    (2**-24 in float32) times the sum of the sizes of these entries, and m(S) itself may be far smaller than that sum.

    Examples
    --------
    >>> multilinear_coefficients([0, 1, 0, 0.5])  # the mean of g = (1, 0): p_0 - p_0 p_1 / 2
    array([ 0. ,  1. ,  0. , -0.5])
    """
    return _transformed("table", table, -1)


def table_of_coefficients(coefficients: ArrayLike) -> Floats:
    """Return the table over 2**n sets that has these multilinear coefficients: their zeta transform.

    The inverse of `multilinear_coefficients`, with the same types, limits and errors.

    Examples
    --------
    >>> table_of_coefficients([0, 1, 0, -0.5])
    array([0. , 1. , 0. , 0.5])
    """
    return _transformed("coefficients", coefficients, 1)


def _transformed(name: str, values: ArrayLike, sign: int) -> Floats:
    table = _copied(name, values)
    n = table.shape[0].bit_length() - 1
    for start in range(0, table.shape[0], 1 << TILE):
        add_below(table[start : start + (1 << TILE)], 0, min(n, TILE), sign)
    add_below(table, min(n, TILE), n, sign)
    return table


def _copied(name: str, values: ArrayLike) -> Floats:
    """Return a copy of a table, float32 or float64."""
    given = values if isinstance(values, np.ndarray) and values.dtype in FLOATS else numbers(name, values)
    if given.ndim != 1 or np.ma.is_masked(given):
        raise InputError(f"{name} must be a list of 2**n numbers, none masked, got {shown(values)}")
    size = given.shape[0]
    if not size or size & (size - 1) or size > 1 << MOST_PATTERNS:
        raise InputError(f"{name} must hold 2**n numbers, n at most {MOST_PATTERNS}, got {size}")
    dtype = given.dtype if given.dtype in FLOATS else np.dtype(np.float64)
    require_memory(
        size * dtype.itemsize, f"{name} of 2**{size.bit_length() - 1} sets", "use fewer patterns, or float32"
    )
    return np.array(given, dtype=dtype, order="C")
