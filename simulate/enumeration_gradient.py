"""The multilinear extension with each pattern known to be right, and known to be wrong: its derivatives, and more.

F is affine in each p_k (docs/theory.md, 2.7): with F_k the extension at p_k = 1 and F_k^0 that at p_k = 0,

    F = p_k F_k + (1 - p_k) F_k^0,    d F / d p_k = F_k - F_k^0,    E[G(A); k in A] = p_k F_k.

Both come for all k from two sums over the table, read once: by columns and by rows (`enumeration`). Each is a small
set function, of one half of the patterns, which is folded for every k of that half.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .enumeration import product_weights

Array = NDArray[Any]  # float64; complex128 for second derivatives

LANES = 8
"""Partial sums of a row, kept apart so that the loop vectorizes in the order that is written."""


def known_py(table: Array, p: Array, q: Array, scratch: Array, right: Array, wrong: Array) -> None:
    """Fill `right` and `wrong` (n,) with the extension of a small `table` at p_k = 1 and p_k = 0, for each k."""
    n = p.shape[0]
    for k in range(n):
        for a in range(1 << n):
            scratch[a] = table[a]
        for j in range(n - 1, k, -1):  # from the top: the halves of what is left lie side by side
            half = 1 << j
            for a in range(half):
                scratch[a] = q[j] * scratch[a] + p[j] * scratch[a + half]
        half = 1 << k
        for j in range(k - 1, -1, -1):  # the same in both halves, without and with k
            step = 1 << j
            for a in range(step):
                scratch[a] = q[j] * scratch[a] + p[j] * scratch[a + step]
                scratch[half + a] = q[j] * scratch[half + a] + p[j] * scratch[half + a + step]
        wrong[k] = scratch[0]
        right[k] = scratch[half]


known = kernel(known_py)


def enumerate_known_py(table: Array, p: Array, q: Array, values: Array, right: Array, wrong: Array) -> None:
    """Fill `values` (T,) with F, `right` and `wrong` (T, n) with F at p_k = 1 and at p_k = 0, as in `enumeration`."""
    n = p.shape[1]
    low = n // 2
    columns, rows = 1 << low, 1 << (n - low)
    row_weight = np.empty(rows, p.dtype)
    column_weight = np.empty(columns, p.dtype)
    row_sum = np.empty(rows, p.dtype)
    column_sum = np.empty(columns, p.dtype)
    scratch = np.empty(rows, p.dtype)
    lanes = np.empty(LANES, p.dtype)
    for i in range(p.shape[0]):
        product_weights(p[i, :low], q[i, :low], column_weight)
        product_weights(p[i, low:], q[i, low:], row_weight)
        for a in range(columns):
            column_sum[a] = 0.0
        whole = columns - columns % LANES
        for r in range(rows):
            weight = row_weight[r]
            start = r * columns
            for lane in range(LANES):
                lanes[lane] = 0.0
            for a in range(0, whole, LANES):
                for lane in range(LANES):
                    entry = table[start + a + lane]
                    column_sum[a + lane] += weight * entry
                    lanes[lane] += column_weight[a + lane] * entry
            for a in range(whole, columns):
                entry = table[start + a]
                column_sum[a] += weight * entry
                lanes[0] += column_weight[a] * entry
            total = 0.0
            for lane in range(LANES):
                total += lanes[lane]
            row_sum[r] = total
        value = 0.0
        for a in range(columns):
            value += column_weight[a] * column_sum[a]
        values[i] = value
        known(column_sum, p[i, :low], q[i, :low], scratch, right[i, :low], wrong[i, :low])
        known(row_sum, p[i, low:], q[i, low:], scratch, right[i, low:], wrong[i, low:])


enumerate_known_kernel = kernel(enumerate_known_py)


def enumerate_known(table: Array, p: Array, q: Array) -> tuple[Array, Array, Array]:
    """Return F (T,), and F with each pattern right and with it wrong, (T, n), for arrays all real or all complex."""
    values, right, wrong = (np.empty(shape, p.dtype) for shape in (p.shape[0], p.shape, p.shape))
    enumerate_known_kernel(table, p, q, values, right, wrong)
    return values, right, wrong
