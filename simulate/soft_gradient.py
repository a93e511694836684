"""Derivatives of test accuracy in each p_k, g_k and weight, under a soft preference (docs/theory.md, 2.7 and 2.8).

With the nodes of `soft_quadrature`, D_j = q_j + p_j e_j, and without pattern k

    L_k = prod_{j != k} D_j,    N_k = sum_{i != k} w_i e_i g_i p_i prod_{j != i, k} D_j,

sums over the nodes, weighted, give

    d F / d g_k = p_k sum w_k e_k L_k,      d F / d p_k = g_k sum w_k e_k L_k  -  sum (1 - e_k) N_k
    d F / d w_k = g_k E[1/W_A; k in A] - E[G(A)/W_A; k in A],    the latter p_k sum s e_k (N_k + g_k w_k L_k).

D_k may be 0 in floating point, where weights are far apart. L_k and N_k are therefore put together from the patterns
before k and those after it: nothing is divided out, and nothing cancels but in the differences that are written here.
Loops run over nodes here, for few times, and over times in `soft_gradient_over_times`, for many.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import SoftPreference
from .compile import reordered_kernel
from .pairs_of_patterns import MANY_TIMES
from .set_functions import scaled_weights
from .soft_gradient_over_times import soft_gradient_over_times_kernel, table_of_pairs
from .soft_quadrature import SoftNodes, soft_nodes

Array = NDArray[Any]  # float64; complex128 for second derivatives


class SoftDerivatives(NamedTuple):
    """Test accuracy and its derivatives, from p of shape (T, n)."""

    test: Array
    """(T,)."""
    by_p: Array
    """(T, n)."""
    by_g: Array
    """(T, n)."""
    by_weights: Array
    """(T, n), in the weights over the lightest of them."""
    parts: Array
    """(T, n): the sum of the two parts whose difference `by_p` is, for g >= 0: what its error is relative to."""
    weight_parts: Array
    """(T, n): the same for `by_weights`."""


def soft_gradient_py(
    p: Array,
    q: Array,
    g: Array,
    row: NDArray[np.int64],
    decay: Array,
    gap: Array,
    rate: Array,
    weight: Array,
    s: Array,
    scale: Array,
    chance: float,
    test: Array,
    by_p: Array,
    by_g: Array,
    by_weights: Array,
    parts: Array,
    weight_parts: Array,
) -> None:
    """Fill the six results from p and q = 1 - p (T, n), with the tables of `SoftNodes` and scale = g / w (n,)."""
    n = g.shape[0]
    m = weight.shape[0]
    none_before = np.ones(n + 1, p.dtype)  # none of the patterns before is right
    product_before = np.empty((n + 1, m), p.dtype)
    total_before = np.empty((n + 1, m), p.dtype)
    product_after = np.empty(m, p.dtype)
    total_after = np.empty(m, p.dtype)
    product_before[0] = 1.0
    total_before[0] = 0.0
    for i in range(p.shape[0]):
        for j in range(n):
            right, wrong, gain, r = p[i, j], q[i, j], g[j] * p[i, j], row[j]
            none_before[j + 1] = none_before[j] * wrong
            for a in range(m):
                factor = right * decay[r, a] + wrong
                met = rate[r, a] * gain
                total_before[j + 1, a] = total_before[j, a] * factor + met * product_before[j, a]
                product_before[j + 1, a] = product_before[j, a] * factor
        value = 0.0
        for a in range(m):
            value += weight[a] * total_before[n, a]
            product_after[a] = weight[a]
            total_after[a] = 0.0
        test[i] = value + chance * none_before[n]
        none_after = 1.0
        for j in range(n - 1, -1, -1):
            right, wrong, gain, r = p[i, j], q[i, j], g[j] * p[i, j], row[j]
            share, later = 0.0, 0.0
            lost = chance * (none_before[j] * none_after)
            for a in range(m):
                alone = rate[r, a] * (product_before[j, a] * product_after[a])
                others = total_before[j, a] * product_after[a] + product_before[j, a] * total_after[a]
                share += alone
                lost += gap[r, a] * others
                later += s[a] * (decay[r, a] * others + g[j] * alone)
            for a in range(m):
                factor = right * decay[r, a] + wrong
                total_after[a] = total_after[a] * factor + (rate[r, a] * gain) * product_after[a]
                product_after[a] *= factor
            none_after *= wrong
            by_p[i, j] = g[j] * share - lost
            parts[i, j] = g[j] * share + lost
            by_g[i, j] = right * share
            by_weights[i, j] = right * (scale[j] * share - later)
            weight_parts[i, j] = right * (scale[j] * share + later)


soft_gradient_kernel = reordered_kernel(soft_gradient_py)


def soft_gradient(p: Array, q: Array, g: Array, rule: SoftPreference, chance: float) -> SoftDerivatives:
    """Return test accuracy and its derivatives from p and q (T, n) and g (n,)."""
    rule.check(g.shape[0])
    return soft_gradient_at(p, q, g, scaled_weights(rule), soft_nodes(rule), chance)


def soft_gradient_at(p: Array, q: Array, g: Array, weights: Array, nodes: SoftNodes, chance: float) -> SoftDerivatives:
    """Return the same for weights (n,) over the lightest, and their nodes: all real or all complex."""
    found = SoftDerivatives(np.empty(p.shape[0], p.dtype), *(np.empty(p.shape, p.dtype) for _ in range(5)))
    many = p.shape[0] >= MANY_TIMES and p.dtype == np.float64  # complex numbers fill no vectors either way
    if many:
        soft_gradient_over_times_kernel(p, q, g, *table_of_pairs(g, *nodes), g / weights, chance, *found)
    else:
        soft_gradient_kernel(p, q, g, *nodes, g / weights, chance, *found)
    return found
