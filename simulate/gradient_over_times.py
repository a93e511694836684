"""The derivatives of `quadrature_gradient` where nodes are the same for all times: loops run over a block of times.

As `quadrature_over_times` does for the value: a handful of nodes leaves a processor's vectors half empty.
"""

import numpy as np
from numpy.typing import NDArray

from .compile import fused_kernel
from .gradient_with_order import with_order
from .quadrature_plan import Order

Array = NDArray[np.float64]

BLOCK = 64
"""Times of a block: what is kept of 20 patterns then stays in the nearest cache."""


def gradient_over_times_py(
    p: Array,
    q: Array,
    g: Array,
    order: Order,
    listed: int,
    u: Array,
    w: Array,
    chance: float,
    test: Array,
    by_p: Array,
    by_g: Array,
    parts: Array,
) -> None:
    """Fill the four results from p and q = 1 - p (T, n); arguments as in `quadrature`, not layered."""
    mean = order.shape[0] - listed
    miss = np.empty((mean, BLOCK))
    gain = np.empty((mean, BLOCK))
    alone = np.empty((mean, BLOCK))
    lost = np.empty((mean, BLOCK))
    total = np.empty(BLOCK)
    product = np.empty(BLOCK)
    value = np.empty(BLOCK)
    for start in range(0, p.shape[0], BLOCK):
        size = min(BLOCK, p.shape[0] - start)
        for j in range(mean):
            k = order[listed + j]
            for b in range(size):
                miss[j, b] = q[start + b, k]
                gain[j, b] = g[k] * p[start + b, k]
            for b in range(size):
                alone[j, b] = 0.0
                lost[j, b] = 0.0
        for b in range(size):
            value[b] = 0.0
        for a in range(u.shape[0]):
            node, weight = u[a], w[a]
            rest = 1.0 - node
            for b in range(size):
                total[b] = 0.0
                product[b] = 1.0
            for j in range(mean):
                for b in range(size):
                    factor = miss[j, b] * node + rest
                    total[b] = total[b] * factor + gain[j, b] * product[b]
                    product[b] *= factor
            for b in range(size):
                value[b] += weight * total[b]
            for j in range(mean):
                for b in range(size):
                    inverse = 1.0 / (miss[j, b] * node + rest)
                    without = product[b] * inverse
                    alone[j, b] += weight * without
                    lost[j, b] += weight * node * ((total[b] - gain[j, b] * without) * inverse)
        for b in range(size):
            test[start + b] = value[b]
        for j in range(mean):
            k = order[listed + j]
            for b in range(size):
                by_g[start + b, k] = alone[j, b]
                by_p[start + b, k] = lost[j, b]
    with_order(p, q, g, order, listed, chance, test, by_p, by_g, parts)


gradient_over_times_kernel = fused_kernel(gradient_over_times_py)
