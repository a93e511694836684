"""The derivatives of `soft_gradient` at many times at once: loops run over a block of them.

At a node the tables are then numbers and not rows, and each sum over nodes is kept for each time apart, so that
nothing has to be added up across a vector.
"""

import numpy as np
from numpy.typing import NDArray

from .compile import fused_kernel, inlined

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

BLOCK = 32
"""Times of a block: what is kept of 20 patterns then stays in the nearest cache."""
NEVER_NEGATIVE = 2**31 - 1
"""What an index counted backwards is masked with: numba would otherwise ask at each step whether it is negative, and
no loop with such an index vectorizes."""


def patterns_before_py(
    odds: Array, g: Array, row: Rows, decay: Array, rate: Array, node: int, size: int, before: Array
) -> None:
    """Fill `before` (n + 1, 2, BLOCK) with product and total of the patterns before each, at one node.

    `odds` (n, 2, BLOCK) holds p and q; row, decay and rate are those of `SoftNodes`.
    """
    for b in range(size):
        before[0, 0, b] = 1.0
        before[0, 1, b] = 0.0
    for j in range(g.shape[0]):
        falls, gains = decay[row[j], node], rate[row[j], node] * g[j]
        for b in range(size):
            factor = odds[j, 0, b] * falls + odds[j, 1, b]
            before[j + 1, 1, b] = before[j, 1, b] * factor + (gains * odds[j, 0, b]) * before[j, 0, b]
            before[j + 1, 0, b] = before[j, 0, b] * factor


patterns_before = inlined(patterns_before_py)


def add_node_py(
    odds: Array,
    g: Array,
    row: Rows,
    decay: Array,
    gap: Array,
    rate: Array,
    node: int,
    weight: float,
    s: float,
    size: int,
    before: Array,
    after: Array,
    sums: Array,
) -> None:
    """Add one node to `sums` (n, 3, BLOCK): of w e L_k, of (1 - e) N_k, and of s e (N_k + g_k w_k L_k).

    L_k and N_k are put together from the patterns before k and those after it, `after` (2, BLOCK).
    """
    n = g.shape[0]
    for b in range(size):
        after[0, b] = weight
        after[1, b] = 0.0
    for step in range(n):
        j = (n - 1 - step) & NEVER_NEGATIVE
        falls, gaps, rates = decay[row[j], node], gap[row[j], node], rate[row[j], node]
        gains = rates * g[j]
        later, later_gains = s * falls, s * gains
        for b in range(size):
            alone = before[j, 0, b] * after[0, b]
            others = before[j, 1, b] * after[0, b] + before[j, 0, b] * after[1, b]
            sums[j, 0, b] += rates * alone
            sums[j, 1, b] += gaps * others
            sums[j, 2, b] += later * others + later_gains * alone
            factor = odds[j, 0, b] * falls + odds[j, 1, b]
            after[1, b] = after[1, b] * factor + (gains * odds[j, 0, b]) * after[0, b]
            after[0, b] *= factor


add_node = inlined(add_node_py)


def soft_gradient_over_times_py(
    p: Array,
    q: Array,
    g: Array,
    row: Rows,
    decay: Array,
    gap: Array,
    rate: Array,
    weight: Array,
    s: Array,
    chance: float,
    test: Array,
    by_p: Array,
    by_g: Array,
    by_weights: Array,
    parts: Array,
    weight_parts: Array,
) -> None:
    """Fill the six results as `soft_gradient` does, from the same."""
    n = g.shape[0]
    odds, sums = np.empty((n, 2, BLOCK)), np.empty((n, 3, BLOCK))
    before, after = np.empty((n + 1, 2, BLOCK)), np.empty((2, BLOCK))
    none = np.empty(n + 1)
    for start in range(0, p.shape[0], BLOCK):
        size = min(BLOCK, p.shape[0] - start)
        for j in range(n):
            for b in range(size):
                odds[j, 0, b] = p[start + b, j]
                odds[j, 1, b] = q[start + b, j]
        sums[:] = 0.0
        test[start : start + size] = 0.0
        for node in range(weight.shape[0]):
            patterns_before(odds, g, row, decay, rate, node, size, before)
            for b in range(size):
                test[start + b] += weight[node] * before[n, 1, b]
            add_node(odds, g, row, decay, gap, rate, node, weight[node], s[node], size, before, after, sums)
        for b in range(size):
            i = start + b
            none[0] = chance  # guessed rightly: none of the patterns up to here is right
            for j in range(n):
                none[j + 1] = none[j] * q[i, j]
            test[i] += none[n]
            none_after = 1.0
            for j in range(n - 1, -1, -1):
                gained, lost = g[j] * sums[j, 0, b], sums[j, 1, b] + none[j] * none_after
                none_after *= q[i, j]
                by_p[i, j] = gained - lost
                parts[i, j] = gained + lost
                by_g[i, j] = p[i, j] * sums[j, 0, b]
                by_weights[i, j] = weight_parts[i, j] = p[i, j] * sums[j, 2, b]


soft_gradient_over_times_kernel = fused_kernel(soft_gradient_over_times_py)
