"""The integral of `quadrature` at many times at once: loops run over times, patterns come in `pairs_of_patterns`."""

import numpy as np
from numpy.typing import NDArray

from .certain_patterns import mean_of_all
from .compile import fused_kernel, inlined
from .pairs_of_patterns import BLOCK, coefficients_of_pairs
from .quadrature_plan import LOWER, Order

Array = NDArray[np.float64]


def integral_of_pairs_py(pairs: Array, count: int, size: int, u: Array, w: Array, work: Array, value: Array) -> None:
    """Fill `value` with the integral over u, of which `count` pairs make the integrand, LIFTed.

    Nodes are met two at once, since coefficients have to be fetched once for both; the last alone is met twice, the
    second time without weight.
    """
    m = u.shape[0]
    for b in range(size):
        value[b] = 0.0
    for a in range(0, m, 2):
        other = min(a + 1, m - 1)
        z, next_z = 1.0 - u[a], 1.0 - u[other]
        weight, next_weight = w[a], w[other] if other > a else 0.0
        for b in range(size):
            work[0, b] = work[1, b] = 0.0  # total and product of the one node and of the other
            work[2, b] = work[3, b] = 1.0
        for h in range(count):
            for b in range(size):
                factor = (pairs[h, 2, b] * z + pairs[h, 1, b]) * z + pairs[h, 0, b]
                work[0, b] = work[0, b] * factor + (pairs[h, 4, b] * z + pairs[h, 3, b]) * work[2, b]
                work[2, b] *= factor
                factor = (pairs[h, 2, b] * next_z + pairs[h, 1, b]) * next_z + pairs[h, 0, b]
                work[1, b] = work[1, b] * factor + (pairs[h, 4, b] * next_z + pairs[h, 3, b]) * work[3, b]
                work[3, b] *= factor
        for b in range(size):
            value[b] += weight * work[0, b] + next_weight * work[1, b]


integral_of_pairs = inlined(integral_of_pairs_py)


def preference_accuracy_over_times_py(
    p: Array, q: Array, g: Array, order: Order, listed: int, u: Array, w: Array, chance: float, test: Array
) -> None:
    """Fill `test` (T,) from p and q = 1 - p (T, n): arguments as in `quadrature`, not layered."""
    count = (order.shape[0] - listed + 1) // 2
    pairs = np.empty((count, 5, BLOCK))
    work, value, none, doubt = np.empty((4, BLOCK)), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    when_certain = mean_of_all(g, order, listed)
    for start in range(0, p.shape[0], BLOCK):
        size = min(BLOCK, p.shape[0] - start)
        coefficients_of_pairs(p, q, g, order, listed, start, size, pairs)
        integral_of_pairs(pairs, count, size, u, w, work, value)
        for b in range(size):
            none[b] = 1.0
            doubt[b] = 0.0 if count else 1.0
        for h in range(count):
            has_partner = 2 * h + 1 < order.shape[0] - listed
            for b in range(size):
                none[b] *= pairs[h, 0, b]
                doubt[b] += pairs[h, 0, b]
                if has_partner:  # then q_j q_k and q_j p_k + p_j q_k are both 0 where both are certain, and there alone
                    doubt[b] += pairs[h, 1, b]
        for b in range(size):
            i = start + b
            rated = value[b] * LOWER + chance * none[b] if doubt[b] != 0.0 else when_certain
            for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
                k = order[j]
                rated = g[k] * p[i, k] + q[i, k] * rated
            test[i] = rated


preference_accuracy_over_times_kernel = fused_kernel(preference_accuracy_over_times_py)
