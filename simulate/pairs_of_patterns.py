"""Patterns in pairs, at a block of times: the integrand of `quadrature` as a product of polynomials in z = 1 - u.

Two patterns j, k are one factor, without negative coefficients,

    (q_j + p_j z) (q_k + p_k z) = q_j q_k + (q_j p_k + p_j q_k) z + p_j p_k z^2,

and so is what they gain, g_j p_j (q_k + p_k z) + g_k p_k (q_j + p_j z). Coefficients are made once and evaluated at
each node, in six instructions for two patterns instead of eight for one after the other (docs/theory.md, 4.4).

A handful of nodes leaves a processor's vectors half empty; a block of times fills them at any number of patterns.
"""

import numpy as np
from numpy.typing import NDArray

from .compile import inlined
from .quadrature_plan import LIFT, Order

Array = NDArray[np.float64]

MANY_TIMES = 16
"""Times from which on loops over times are the faster ones, at 8 patterns and more; at fewer no slower."""
BLOCK = 32
"""Times of a block: the coefficients of 50 patterns stay in the nearest cache."""


def coefficients_of_pairs_py(
    p: Array, q: Array, g: Array, order: Order, listed: int, start: int, size: int, pairs: Array
) -> None:
    """Fill `pairs` (pairs, 5, BLOCK): of the factor 1, z, z^2, of the gain 1, z; the odd one at the end has no partner.

    In two loops, since one that both gathers and computes does not vectorize.
    """
    mean = order.shape[0] - listed
    for h in range(mean // 2):
        j, k = order[listed + 2 * h], order[listed + 2 * h + 1]
        for b in range(size):
            pairs[h, 0, b] = p[start + b, j]
            pairs[h, 1, b] = q[start + b, j]
            pairs[h, 2, b] = p[start + b, k]
            pairs[h, 3, b] = q[start + b, k]
        g_j, g_k = g[j], g[k]
        for b in range(size):
            p_j, q_j, p_k, q_k = pairs[h, 0, b], pairs[h, 1, b], pairs[h, 2, b], pairs[h, 3, b]
            gain_j, gain_k = g_j * (p_j * LIFT), g_k * (p_k * LIFT)
            pairs[h, 0, b] = q_j * q_k
            pairs[h, 1, b] = q_j * p_k + p_j * q_k
            pairs[h, 2, b] = p_j * p_k
            pairs[h, 3, b] = gain_j * q_k + gain_k * q_j
            pairs[h, 4, b] = gain_j * p_k + gain_k * p_j
    if mean % 2:
        h, j = mean // 2, order[listed + mean - 1]
        for b in range(size):
            pairs[h, 0, b] = q[start + b, j]
            pairs[h, 1, b] = p[start + b, j]
            pairs[h, 2, b] = 0.0
            pairs[h, 3, b] = g[j] * (p[start + b, j] * LIFT)
            pairs[h, 4, b] = 0.0


coefficients_of_pairs = inlined(coefficients_of_pairs_py)
