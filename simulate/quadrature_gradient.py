"""Derivatives of test accuracy in each p_k and g_k, under the mean, a preferred pattern or a priority order.

With the nodes of `quadrature`, L = prod_j D_j, N = sum_i g_i p_i prod_{j != i} D_j (docs/theory.md, 2.7):

    d F / d g_k = p_k int L / D_k du,    d F / d p_k = g_k int L / D_k du - int u (N - g_k p_k L / D_k) / D_k du

The first part of the latter is what pattern k gains where no other is right, the second what the others lose to it:
for g >= 0 both are non-negative, and an error can be promised relative to their sum only, `parts`. Nodes lie strictly
inside [0, 1], so D_k >= 1 - u > 0 even at p_k = 1, and a division by it is safe. Above a pattern that is listed for
priority, F = g_k p_k + q_k (value of the rest): what the rest does is multiplied by q_k.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import Mean, Preferred, Priority
from .compile import fused_kernel, kernel
from .layer import end_of_layer
from .quadrature_over_times import MANY_TIMES
from .quadrature_plan import Order, plan

Array = NDArray[Any]  # float64; complex128 for second derivatives


BLOCK = 64
"""Times of a block."""


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


def with_order_py(
    p: Array,
    q: Array,
    g: Array,
    order: Order,
    listed: int,
    chance: float,
    test: Array,
    by_p: Array,
    by_g: Array,
    parts: Array,
) -> None:
    """Make the results of the mean rule's value, in `test`, int u N_k, in `by_p`, and int L_k, in `by_g`.

    Chance and the listed patterns are put in here.
    """
    n = order.shape[0]
    none = np.empty(n - listed + 1, p.dtype)
    for i in range(p.shape[0]):
        none[0] = chance  # guessed rightly: none of the patterns under the mean up to here is right
        for j in range(listed, n):
            none[j - listed + 1] = none[j - listed] * q[i, order[j]]
        value = test[i] + none[n - listed]
        above = 1.0  # none of the listed patterns is right
        for j in range(listed):
            above *= q[i, order[j]]
        after = 1.0
        for j in range(n - 1, listed - 1, -1):
            k = order[j]
            gained = g[k] * by_g[i, k]
            loses = by_p[i, k] + none[j - listed] * after
            by_g[i, k] *= above * p[i, k]
            by_p[i, k] = above * (gained - loses)
            parts[i, k] = above * (gained + loses)
            after *= q[i, k]
        for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
            k = order[j]
            by_p[i, k] = g[k] - value
            parts[i, k] = g[k] + value
            by_g[i, k] = p[i, k]
            value = g[k] * p[i, k] + q[i, k] * value
        above = 1.0
        for j in range(listed):
            k = order[j]
            by_p[i, k] *= above
            parts[i, k] *= above
            by_g[i, k] *= above
            above *= q[i, k]
        test[i] = value


with_order = kernel(with_order_py)


def over_times_py(
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
    """Fill the four results where nodes are the same for all times: loops run over times (`quadrature_over_times`)."""
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


over_times = fused_kernel(over_times_py)


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
    if p.shape[0] >= MANY_TIMES and not layered and p.dtype == np.float64:
        over_times(p, q, g, order, listed, u, w, chance, *found)
    else:
        preference_gradient_kernel(p, q, g, order, listed, u, w, layered, chance, *found)
    return found
