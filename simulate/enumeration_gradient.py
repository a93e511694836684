"""The multilinear extension with each pattern known to be right, and known to be wrong: its derivatives, and more.

F is affine in each p_k (docs/theory.md, 2.7): with F_k the extension at p_k = 1 and F_k^0 that at p_k = 0,

    F = p_k F_k + (1 - p_k) F_k^0,    d F / d p_k = F_k - F_k^0,    E[G(A); k in A] = p_k F_k.

Both come for all k from two sums over the table: by columns and by rows (`enumeration`), in a loop that reads it once,
or, where that is the form of the value too, by two matrix products. Each is a small set function, of one half of the
patterns, from which what belongs to each k of that half is made.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .enumeration import product_weights
from .matrix_form import AT_ONCE, weights
from .table_forms import form_for

Array = NDArray[Any]  # float64; complex128 for second derivatives

LANES = 8
"""Partial sums of a row, kept apart so that the loop vectorizes in the order that is written."""


def known_py(table: Array, p: Array, q: Array, scratch: Array, right: Array, wrong: Array) -> None:
    """Fill `right` and `wrong` (n,) with the extension of a small `table` at p_k = 1 and p_k = 0, for each k.

    The patterns above k are folded away, from the top, which serves all that are lower; the sets of those below k have
    their probabilities, made from the bottom, which serve all that are higher. `scratch` is (2, 2**n) or larger.
    """
    n = p.shape[0]
    left, weight = scratch[0], scratch[1]
    for a in range(1 << n):
        left[a] = table[a]
    weight[1] = 1.0  # of the sets of k patterns from place 2^k on
    for k in range(n - 1):
        half = 1 << k
        for a in range(half):
            weight[2 * half + a] = weight[half + a] * q[k]
            weight[3 * half + a] = weight[half + a] * p[k]
    for k in range(n - 1, -1, -1):
        half = 1 << k
        without, with_it = 0.0 * left[0], 0.0 * left[0]
        for a in range(half):
            without += weight[half + a] * left[a]
            with_it += weight[half + a] * left[half + a]
        wrong[k], right[k] = without, with_it
        for a in range(half):
            left[a] = q[k] * left[a] + p[k] * left[half + a]


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
    scratch = np.empty((2, max(2, rows)), p.dtype)
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


def known_of_all_py(tables: Array, p: Array, q: Array, right: Array, wrong: Array) -> None:
    """Do the same as `known` for small tables (T, 2**n), one at each row of p and q (T, n)."""
    scratch = np.empty((2, max(2, tables.shape[1])), p.dtype)
    for i in range(p.shape[0]):
        known(tables[i], p[i], q[i], scratch, right[i], wrong[i])


known_of_all = kernel(known_of_all_py)


def products_known(table: Array, p: Array, q: Array) -> tuple[Array, Array, Array]:
    """Return what `enumerate_known` returns, from two matrix products for all points (`matrix_form`)."""
    n, low = p.shape[1], p.shape[1] // 2
    matrix = table.reshape(1 << (n - low), 1 << low)
    values, right, wrong = np.empty(p.shape[0]), np.empty(p.shape), np.empty(p.shape)
    points = max(1, AT_ONCE >> (n - low))
    for start in range(0, p.shape[0], points):
        part = slice(start, start + points)
        by_low, by_high = weights(p[part, :low], q[part, :low]), weights(p[part, low:], q[part, low:])
        by_columns, by_rows = by_high @ matrix, by_low @ matrix.T
        np.einsum("tl,tl->t", by_low, by_columns, out=values[part])
        known_of_all(by_columns, p[part, :low], q[part, :low], right[part, :low], wrong[part, :low])
        known_of_all(by_rows, p[part, low:], q[part, low:], right[part, low:], wrong[part, low:])
    return values, right, wrong


def enumerate_known(table: Array, p: Array, q: Array) -> tuple[Array, Array, Array]:
    """Return F (T,), and F with each pattern right and with it wrong, (T, n), for arrays all real or all complex."""
    if form_for(p.shape[1]) == "matrix" and p.dtype == np.float64:
        return products_known(table, p, q)
    values, right, wrong = (np.empty(shape, p.dtype) for shape in (p.shape[0], p.shape, p.shape))
    enumerate_known_kernel(table, p, q, values, right, wrong)
    return values, right, wrong
