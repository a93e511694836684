"""What a machine reaches at most, as ways of a case: a matrix product for operations, a plain sum for bytes read."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .case import Prepared, Way, agrees

Array = NDArray[np.float64]

SIDE = 1024
"""Rows of the square matrices: three of them are 24 MiB, and their product has 2e9 operations."""
STRETCH = 2**10
"""Numbers that are summed as one by linear algebra: the ones beside them stay in the nearest cache."""
TOLERANCE = 1e-9
"""Relative; sums of positive numbers in two orders differ by far less."""


def matrix_product(operations: float) -> Way:
    """Return a matrix product as the limit of work with so many floating-point operations a unit.

    Linear algebra multiplies and adds at the rate that the processor is built for; each counts as one operation.
    """

    def make(_: Any) -> Prepared:
        a, b = np.random.default_rng(0).random((2, SIDE, SIDE))
        out = np.empty_like(a)
        return Prepared(
            lambda: np.matmul(a, b, out=out)[0], 2 * SIDE**3 / operations, agrees([a[0] @ b[:, 0]], SIDE * 2.0**-52)
        )

    return make


def plain_sums() -> dict[str, Callable[[Array], Prepared]]:
    """Return two plain sums of a table of 2^n numbers, as limits of work that reads the table once a unit.

    NumPy's own sum does not always reach the memory's rate with one thread; a product with ones, which is the same sum
    by linear algebra, sometimes does.
    """

    def by_numpy(table: Array) -> Prepared:
        return Prepared(table.sum, 1, agrees(_halved(table), TOLERANCE))

    def by_products(table: Array) -> Prepared:
        stretch = min(STRETCH, table.size)
        rows, ones = table.reshape(-1, stretch), np.ones(stretch)
        return Prepared(lambda: (rows @ ones).sum(), 1, agrees(_halved(table), TOLERANCE))

    return {"limit: sum": by_numpy, "limit: sum by linear algebra": by_products}


def _halved(table: Array) -> float:
    """Return the sum another way: one half is added to the other, again and again."""
    while table.size > 1:
        table = table[: table.size // 2] + table[table.size // 2 :]
    return float(table[0])
