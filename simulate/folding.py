"""The multilinear extension at one point, pattern by pattern: a table over n patterns becomes one over n - 1.

    T'[A] = (1 - p_k) T[A] + p_k T[A + k]

From the top bit on the two halves lie side by side. The first fold goes into a table of half the size, so that the
whole table is read once and never copied; all others stay in it. For a table >= 0 nothing cancels: each fold adds at
most 3 roundings, 3 n in all, which is the smallest bound of the forms here.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .memory import require_memory

Array = NDArray[Any]  # float64 or float32


def fold_py(table: Array, p: Array, q: Array, scratch: Array) -> float:
    """Return the extension of `table` (2**n,) at p and q = 1 - p (n,); `scratch` is (2**(n - 1),), n > 0."""
    half = table.shape[0] // 2
    high_p, high_q = p[p.shape[0] - 1], q[p.shape[0] - 1]
    for a in range(half):
        scratch[a] = high_q * table[a] + high_p * table[half + a]
    for k in range(p.shape[0] - 2, -1, -1):
        half //= 2
        for a in range(half):
            scratch[a] = q[k] * scratch[a] + p[k] * scratch[half + a]
    return scratch[0]


fold = kernel(fold_py)


def folded(table: Array, p: Array, q: Array) -> Array:
    """Return the extension (T,) at each row of p and q (T, n), for normalised arrays.

    Raises
    ------
    MachineError
        If there is no memory for half of the table.
    """
    if not p.shape[1]:
        return np.full(p.shape[0], table[0])
    require_memory(table.nbytes // 2, "half a table to fold in", 'use the form "enumeration" or "matrix"')
    scratch = np.empty(table.shape[0] // 2, table.dtype)
    return np.array([fold(table, right, wrong, scratch) for right, wrong in zip(p, q, strict=True)], table.dtype)
