"""The multilinear extension of any set function, by enumeration of all 2^n sets (docs/theory.md, 1, equation 2).

    F(p) = sum_A G(A) prod_{i in A} p_i prod_{j not in A} (1 - p_j)

The probability of a set is the product of its parts in two halves of the patterns, whose 2^(n/2) products each are
made once per time: with the table read as rows (high patterns) by columns (low ones), F = v' G w. Any method must
read all 2^n entries; this one reads each once, in order.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compile import kernel

Array = NDArray[Any]  # float64 or float32


def product_weights_py(p: Array, q: Array, weight: Array) -> None:
    """Fill `weight` (2**n,) with the probability of each set of patterns with p and q (n,)."""
    weight[0] = 1.0
    for k in range(p.shape[0]):  # the sets of k patterns are known: add pattern k to each, or leave it out
        for a in range(1 << k):
            weight[a + (1 << k)] = weight[a] * p[k]
            weight[a] *= q[k]


product_weights = kernel(product_weights_py)


def enumerate_sets_py(table: Array, p: Array, q: Array, values: Array) -> None:
    """Fill `values` (T,) with F at each row of p and q = 1 - p (T, n); `table` is (2**n,).

    For a table >= 0 nothing cancels, and the relative error is at most (n + rows + columns) roundings.
    Probabilities are products, never updated from set to set by a factor p/q: p and q may be 0.
    """
    n = p.shape[1]
    low = n // 2
    columns, rows = 1 << low, 1 << (n - low)
    row_weight = np.empty(rows, table.dtype)
    column_weight = np.empty(columns, table.dtype)
    column_sum = np.empty(columns, table.dtype)
    for i in range(p.shape[0]):
        product_weights(p[i, :low], q[i, :low], column_weight)
        product_weights(p[i, low:], q[i, low:], row_weight)
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
    """Return F (T,) for normalised arrays of one type, float64 or float32."""
    values = np.empty(p.shape[0], table.dtype)
    enumerate_sets_kernel(table, p, q, values)
    return values
