"""The multilinear extension of any set function, by enumeration of all 2^n sets (docs/theory.md, 1, equation 2).

    F(p) = sum_A G(A) prod_{i in A} p_i prod_{j not in A} (1 - p_j)

The probability of a set is the product of its parts in two halves of the patterns, whose 2^(n/2) products each are
made once per time: with the table read as rows (high patterns) by columns (low ones), F = v' G w. Any method must
read all 2^n entries; this one reads each once, in order.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError
from .arrays import normalised
from .compile import kernel
from .memory import require_memory
from .set_functions import MOST_PATTERNS

Array = NDArray[np.float64]


def enumerate_sets_py(table: Array, p: Array, q: Array, values: Array) -> None:
    """Fill `values` (T,) with F at each row of p and q = 1 - p (T, n); `table` is (2**n,).

    For a table >= 0 nothing cancels, and the relative error is at most (n + rows + columns) roundings.
    Probabilities are products, never updated from set to set by a factor p/q: p and q may be 0.
    """
    n = p.shape[1]
    low = n // 2
    columns, rows = 1 << low, 1 << (n - low)
    row_weight = np.empty(rows)
    column_weight = np.empty(columns)
    column_sum = np.empty(columns)
    for i in range(p.shape[0]):
        column_weight[0] = 1.0
        for k in range(low):  # the sets of k patterns are known: add pattern k to each, or leave it out
            for a in range(1 << k):
                column_weight[a + (1 << k)] = column_weight[a] * p[i, k]
                column_weight[a] *= q[i, k]
        row_weight[0] = 1.0
        for k in range(n - low):
            for a in range(1 << k):
                row_weight[a + (1 << k)] = row_weight[a] * p[i, low + k]
                row_weight[a] *= q[i, low + k]
        for a in range(columns):
            column_sum[a] = 0.0
        for r in range(rows):
            weight = row_weight[r]
            start = r * columns
            for a in range(columns):  # independent sums, so the loop vectorizes as it stands
                column_sum[a] += weight * table[start + a]
        value = 0.0
        for a in range(columns):
            value += column_weight[a] * column_sum[a]
        values[i] = value


enumerate_sets_kernel = kernel(enumerate_sets_py)


def enumerate_sets(table: Array, p: Array, q: Array) -> Array:
    """Return F (T,) for normalised arrays; for callers who know q better than 1 - p."""
    values = np.empty(p.shape[0])
    enumerate_sets_kernel(normalised("table", table, 1), p, q, values)
    return values


def extension(table: ArrayLike, p: ArrayLike) -> Array:
    """Return the multilinear extension of the set function `table` at each row of `p`, shape (T,).

    Parameters
    ----------
    table
        G(A) for all sets A, shape (2**n,); bit i of the index stands for pattern i. At most n = 30.
    p
        Probabilities, shape (T, n): row by row, pattern i is in A with probability p[:, i], independently.

    Raises
    ------
    InputError
        If the shapes do not fit, or n > 30; the message states the bytes that would be needed.
    MachineError
        If `table` has to be copied (it is not float64 in C order) and there is no memory for the copy.

    Notes
    -----
    For `table` >= 0 and p in [0, 1] the relative error is at most (2 n + 2**(n/2) + 2**(n - n/2)) roundings of
    2**-53, n/2 rounded down. Time 2**n per row of p, memory 2**(n/2 + 1) numbers besides the table. NaN in, NaN out.

    Examples
    --------
    >>> extension([0, 1, 0, 0.5], [[0.5, 0.5], [1, 0]])  # the mean rule with g = (1, 0)
    array([0.375, 1.   ])
    """
    rows = normalised("p", p, 2)
    n = rows.shape[1]
    if n > MOST_PATTERNS:
        raise InputError(f"p must have at most {MOST_PATTERNS} columns, got {n}: 2**n table entries are {8 << n} bytes")
    if not (isinstance(table, np.ndarray) and table.dtype == np.float64 and table.flags.c_contiguous):
        require_memory(8 << n, f"a copy of a table over 2**{n} sets", "give it as a float64 array in C order")
    values = normalised("table", table, 1)
    if values.shape[0] != 1 << n:
        raise InputError(f"table must hold 2**n = {1 << n} numbers for p with n = {n} columns, got {values.shape[0]}")
    return enumerate_sets(values, rows, 1.0 - rows)
