"""Derivatives of test accuracy in each p_k and g_k, under the mean, a preferred pattern or a priority order.

With the nodes of `quadrature`, L = prod_j D_j, N = sum_i g_i p_i prod_{j != i} D_j (docs/theory.md, 2.7):

    d F / d g_k = p_k int L / D_k du,    d F / d p_k = g_k int L / D_k du - int u (N - g_k p_k L / D_k) / D_k du

The first part of the latter is what pattern k gains where no other is right, the second what the others lose to it:
for g >= 0 both are non-negative, and an error can be promised relative to their sum only, `parts`. Nodes lie strictly
inside [0, 1], so D_k >= 1 - u > 0 even at p_k = 1, and a division by it is safe. Above a pattern that is listed for
priority, F = g_k p_k + q_k (value of the rest): what the rest does is multiplied by q_k (`gradient_with_order`).

Loops run over nodes and patterns here, for few times, and over times in `gradient_over_times`, for many.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import Mean, Preferred, Priority
from .compile import fused_kernel
from .gradient_over_times import gradient_over_times_kernel
from .gradient_with_order import with_order
from .layer import end_of_layer
from .pairs_of_patterns import MANY_TIMES
from .quadrature_plan import Order, plan

Array = NDArray[Any]  # float64; complex128 for second derivatives


class Derivatives(NamedTuple):
    """Test accuracy and its derivatives, from p of shape (T, n)."""

    test: Array
    """(T,)."""
    by_p: Array
    """(T, n)."""
    by_g: Array
    """(T, n)."""
    parts: Array
    """(T, n): the sum of the two parts whose difference `by_p` is, for g >= 0: what its error is relative to."""


def preference_gradient_py(
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
    m = u.shape[0]
    n = order.shape[0]
    mean = n - listed
    miss = np.empty(mean, p.dtype)
    gain = np.empty(mean, p.dtype)
    alone = np.empty(mean, p.dtype)
    lost = np.empty(mean, p.dtype)
    node = np.empty(m)
    rest = np.empty(m)
    product = np.empty(m, p.dtype)
    total = np.empty(m, p.dtype)
    for i in range(p.shape[0]):
        end = end_of_layer(p[i], order, listed, layered)
        for a in range(m):
            node[a] = end * u[a]
            rest[a] = 1.0 - node[a]
            product[a] = 1.0
            total[a] = 0.0
        for j in range(mean):
            k = order[listed + j]
            miss[j] = q[i, k]
            gain[j] = g[k] * p[i, k]
            alone[j] = 0.0
            lost[j] = 0.0
            for a in range(m):
                factor = miss[j] * node[a] + rest[a]
                total[a] = total[a] * factor + gain[j] * product[a]
                product[a] = product[a] * factor
        value = 0.0
        for a in range(m):
            weight = end * w[a]
            value += weight * total[a]
            for j in range(mean):  # over the patterns, not the nodes: no sum, so that the loop vectorizes
                inverse = 1.0 / (miss[j] * node[a] + rest[a])
                without = product[a] * inverse
                alone[j] += weight * without
                lost[j] += weight * node[a] * ((total[a] - gain[j] * without) * inverse)
        test[i] = value
        for j in range(mean):
            k = order[listed + j]
            by_g[i, k] = alone[j]
            by_p[i, k] = lost[j]
    with_order(p, q, g, order, listed, chance, test, by_p, by_g, parts)


preference_gradient_kernel = fused_kernel(preference_gradient_py)


def preference_gradient(p: Array, q: Array, g: Array, rule: Mean | Preferred | Priority, chance: float) -> Derivatives:
    """Return test accuracy and its derivatives from p and q (T, n) and g (n,), all real or all complex."""
    found = Derivatives(np.empty(p.shape[0], p.dtype), *(np.empty(p.shape, p.dtype) for _ in range(3)))
    order, listed, u, w, layered = plan(rule, g.shape[0])
    real = p.dtype == np.float64  # complex numbers fill no vectors either way
    chosen = gradient_over_times_kernel if p.shape[0] >= MANY_TIMES and real else preference_gradient_kernel
    chosen(p, q, g, order, listed, u, w, layered, chance, *found)
    return found
