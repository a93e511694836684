"""The derivatives of `quadrature_gradient` at many times at once: loops run over a block of them.

Patterns come in `pairs_of_patterns`. Over all patterns but j and k, L_jk is the product of D and N_jk the sum of what
each gains times the D of the others, both of `quadrature_gradient`. With z = 1 - u and D_k = q_k + p_k z,

    int L_j = int L_jk D_k,    int u N_j = int u N_jk D_k + g_k p_k int u L_jk,

so the integrals of u L_jk, z L_jk, u N_jk and u z N_jk serve j and k; that of L_jk is the sum of the first two.
"""

import numpy as np
from numpy.typing import NDArray

from .compile import fused_kernel, inlined
from .gradient_with_order import with_order
from .layer import end_of_layer
from .pairs_of_patterns import BLOCK, coefficients_of_pairs
from .quadrature_plan import LOWER, Order

Array = NDArray[np.float64]


def integrals_without_pairs_py(
    pairs: Array, count: int, size: int, ends: Array, u: Array, w: Array, work: Array, value: Array, without: Array
) -> None:
    """Fill `value` (BLOCK,) with the integral and `without` (pairs, 4, BLOCK) with those of u L, z L, u N, u z N.

    L and N are those of all patterns but the pair; N and `value` are LIFTed. Nodes are met two at once, as in
    `quadrature_over_times`, but each time has its own z, since above 56 patterns integrals end where their layers do.
    For the value alone that costs more than it saves, so there z is one number.
    """
    for b in range(size):
        value[b] = 0.0
    for h in range(count):
        for i in range(4):
            for b in range(size):
                without[h, i, b] = 0.0
    m = u.shape[0]
    for a in range(0, m, 2):
        other = min(a + 1, m - 1)
        u_a, u_other = u[a], u[other]
        weight, next_weight = w[a], w[other] if other > a else 0.0
        of_u, next_of_u = weight * u_a, next_weight * u_other
        for b in range(size):
            work[0, b] = work[1, b] = 0.0  # total and product of the one node and of the other, and both z
            work[2, b] = work[3, b] = 1.0
            work[4, b] = 1.0 - ends[b] * u_a
            work[5, b] = 1.0 - ends[b] * u_other
        for h in range(count):
            for b in range(size):
                z = work[4, b]
                factor = (pairs[h, 2, b] * z + pairs[h, 1, b]) * z + pairs[h, 0, b]
                work[0, b] = work[0, b] * factor + (pairs[h, 4, b] * z + pairs[h, 3, b]) * work[2, b]
                work[2, b] *= factor
                z = work[5, b]
                factor = (pairs[h, 2, b] * z + pairs[h, 1, b]) * z + pairs[h, 0, b]
                work[1, b] = work[1, b] * factor + (pairs[h, 4, b] * z + pairs[h, 3, b]) * work[3, b]
                work[3, b] *= factor
        for b in range(size):
            value[b] += weight * work[0, b] + next_weight * work[1, b]
        for h in range(count):
            for b in range(size):
                z = work[4, b]
                inverse = 1.0 / ((pairs[h, 2, b] * z + pairs[h, 1, b]) * z + pairs[h, 0, b])  # at most 1 / z^2
                product = work[2, b] * inverse
                total = (work[0, b] - (pairs[h, 4, b] * z + pairs[h, 3, b]) * product) * inverse
                z_product, z_total = z * product, z * total
                z = work[5, b]
                inverse = 1.0 / ((pairs[h, 2, b] * z + pairs[h, 1, b]) * z + pairs[h, 0, b])
                next_product = work[3, b] * inverse
                next_total = (work[1, b] - (pairs[h, 4, b] * z + pairs[h, 3, b]) * next_product) * inverse
                without[h, 0, b] += of_u * product + next_of_u * next_product
                without[h, 1, b] += weight * z_product + next_weight * (z * next_product)
                without[h, 2, b] += of_u * total + next_of_u * next_total
                without[h, 3, b] += of_u * z_total + next_of_u * (z * next_total)


integrals_without_pairs = inlined(integrals_without_pairs_py)


def parts_of_pairs_py(
    p: Array,
    q: Array,
    g: Array,
    order: Order,
    listed: int,
    start: int,
    size: int,
    ends: Array,
    without: Array,
    by_p: Array,
    by_g: Array,
) -> None:
    """Fill `by_p` with int u N_j and `by_g` with int L_j of each pattern j under the mean, from those of its pair."""
    mean = order.shape[0] - listed
    for b in range(size):
        i = start + b
        end, both_ends = ends[b], ends[b] * ends[b]
        lower = both_ends * LOWER
        for h in range((mean + 1) // 2):
            u_product, z_product = both_ends * without[h, 0, b], end * without[h, 1, b]
            product = u_product + z_product
            total, z_total = lower * without[h, 2, b], lower * without[h, 3, b]
            j = order[listed + 2 * h]
            if 2 * h + 1 == mean:  # the odd one is a pair with nobody, who is never right
                by_g[i, j] = product
                by_p[i, j] = total
            else:
                k = order[listed + 2 * h + 1]
                p_j, q_j, p_k, q_k = p[i, j], q[i, j], p[i, k], q[i, k]
                by_g[i, j] = q_k * product + p_k * z_product
                by_g[i, k] = q_j * product + p_j * z_product
                by_p[i, j] = q_k * total + p_k * z_total + g[k] * p_k * u_product
                by_p[i, k] = q_j * total + p_j * z_total + g[j] * p_j * u_product


parts_of_pairs = inlined(parts_of_pairs_py)


def gradient_over_times_py(
    p: Array,
    q: Array,
    g: Array,
    order: Order,
    listed: int,
    u: Array,
    w: Array,
    layered: bool,
    chance: float,
    test: Array,
    by_p: Array,
    by_g: Array,
    parts: Array,
) -> None:
    """Fill the four results from p and q = 1 - p (T, n); arguments as in `quadrature`."""
    count = (order.shape[0] - listed + 1) // 2
    pairs, without = np.empty((count, 5, BLOCK)), np.empty((count, 4, BLOCK))
    work, value, ends = np.empty((6, BLOCK)), np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, p.shape[0], BLOCK):
        size = min(BLOCK, p.shape[0] - start)
        coefficients_of_pairs(p, q, g, order, listed, start, size, pairs)
        for b in range(size):
            ends[b] = end_of_layer(p[start + b], order, listed, layered)
        integrals_without_pairs(pairs, count, size, ends, u, w, work, value, without)
        parts_of_pairs(p, q, g, order, listed, start, size, ends, without, by_p, by_g)
        for b in range(size):
            test[start + b] = ends[b] * value[b] * LOWER
    with_order(p, q, g, order, listed, chance, test, by_p, by_g, parts)


gradient_over_times_kernel = fused_kernel(gradient_over_times_py)
