"""The multilinear extension as a matrix product: F = v' G w for each point, for all points at once.

With the table read as rows (sets of the high patterns) by columns (sets of the low ones), the weights of the low sets
of all points are one matrix, and NumPy's linear algebra multiplies it by the table: 2^n multiplications a point, as
any method, at the rate that the machine is built for.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .enumeration import product_weights

Array = NDArray[Any]  # float64 or float32

AT_ONCE = 2**21
"""Numbers of the largest of the three matrices beside the table: 16 MiB."""


def all_weights_py(p: Array, q: Array, weights: Array) -> None:
    """Fill `weights` (T, 2**n) with the probabilities of all sets at each row of p and q (T, n)."""
    for i in range(p.shape[0]):
        product_weights(p[i], q[i], weights[i])


all_weights = kernel(all_weights_py)


def matrix_products(table: Array, p: Array, q: Array) -> Array:
    """Return the extension of `table` (2**n,) at each row of p and q (T, n), for normalised arrays."""
    n, low = p.shape[1], p.shape[1] // 2
    matrix = table.reshape(1 << (n - low), 1 << low)
    values = np.empty(p.shape[0], table.dtype)
    points = max(1, AT_ONCE >> (n - low))
    for start in range(0, p.shape[0], points):
        part = slice(start, start + points)
        by_low = weights(p[part, :low], q[part, :low])
        by_high = weights(p[part, low:], q[part, low:])
        np.einsum("th,th->t", by_low @ matrix.T, by_high, out=values[part])
    return values


def weights(p: Array, q: Array) -> Array:
    """Return the probabilities of all sets at each row of p and q (T, n), (T, 2**n)."""
    found = np.empty((p.shape[0], 1 << p.shape[1]), p.dtype)
    all_weights(p, q, found)
    return found
