"""The integral of `quadrature` at many times at once: where the nodes are the same for all times, loops run over times.

A handful of nodes leaves a processor's vectors half empty and its loops too short to pay. A block of times fills them
at any number of patterns.
"""

import numpy as np
from numpy.typing import NDArray

from .certain_patterns import mean_of_all
from .compile import fused_kernel
from .quadrature_plan import LIFT, LOWER, Order

Array = NDArray[np.float64]

MANY_TIMES = 64
"""Times from which on loops over times are the faster ones, if there are few nodes (`benchmarks/`)."""
FEW_NODES = 16
"""Nodes up to which they are: more fill a loop of their own."""
BLOCK = 128
"""Times of a block."""


def preference_accuracy_over_times_py(
    p: Array, q: Array, g: Array, order: Order, listed: int, u: Array, w: Array, chance: float, test: Array
) -> None:
    """Fill `test` (T,) from p and q = 1 - p (T, n): arguments, invariant and bound as in `quadrature`, not layered."""
    mean = order.shape[0] - listed
    gain = np.zeros((mean + 1, BLOCK))  # one row of nobody, who is never right, to make pairs of all
    miss = np.ones((mean + 1, BLOCK))
    total = np.empty(BLOCK)
    product = np.empty(BLOCK)
    value = np.empty(BLOCK)
    doubt = np.empty(BLOCK)
    when_certain = mean_of_all(g, order, listed)
    for start in range(0, p.shape[0], BLOCK):
        size = min(BLOCK, p.shape[0] - start)
        for j in range(mean):
            k = order[listed + j]
            for b in range(size):
                gain[j, b] = g[k] * (p[start + b, k] * LIFT)
                miss[j, b] = q[start + b, k]
        for b in range(size):
            value[b] = 0.0
        for a in range(u.shape[0]):
            node = u[a]
            rest = 1.0 - node
            for b in range(size):
                total[b] = 0.0
                product[b] = 1.0
            for j in range(0, mean, 2):
                for b in range(size):
                    factor = miss[j, b] * node + rest
                    next_factor = miss[j + 1, b] * node + rest
                    both = factor * next_factor
                    total[b] = total[b] * both + (gain[j, b] * next_factor + gain[j + 1, b] * factor) * product[b]
                    product[b] *= both
            for b in range(size):
                value[b] += w[a] * total[b]
        for b in range(size):
            value[b] *= LOWER
        if chance != 0.0:
            for b in range(size):
                product[b] = chance
            for j in range(mean):
                for b in range(size):
                    product[b] *= miss[j, b]
            for b in range(size):
                value[b] += product[b]
        for b in range(size):
            doubt[b] = 0.0 if mean else 1.0
        for j in range(mean):
            for b in range(size):
                doubt[b] += miss[j, b]
        for b in range(size):
            i = start + b
            rated = value[b] if doubt[b] != 0.0 else when_certain
            for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
                k = order[j]
                rated = g[k] * p[i, k] + q[i, k] * rated
            test[i] = rated


preference_accuracy_over_times_kernel = fused_kernel(preference_accuracy_over_times_py)
