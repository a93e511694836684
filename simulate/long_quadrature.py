"""`quadrature` for more patterns than its rounding errors allow: the same integral, with compensated recurrences.

    L <- L (1 - p_j u),    N <- N (1 - p_j u) + g_j p_j L

Where p_j u is at most 1/2 on the whole layer, both are kept as sums of two doubles (`compensated`). Where it may be
more, 1 - p_j u is formed as q_j u + (1 - u); there are at most 2 (38 + log(1 + mu)) such patterns, mu = sum p.

Accuracy, for g >= 0 and given p and q: the relative error is at most 600 * 2^-52 = 1.3e-13 for every n up to 1e9. In
roundings of 2^-53: p_j u has 2 and its product with L or N one more, each times p_j u, and the sum of all p_j u is at
most 38 + log(1 + mu) <= 59, so 3 * 59, once for L and once for N; the other patterns, at most 118, take 4 each, for
both; the terms, the weights and the sum over nodes take 50, the tail 1: together 877.
"""

import numpy as np
from numpy.typing import NDArray

from .certain_patterns import mean_of_all
from .compensated import grown, missed, shrunk
from .compile import kernel
from .layer import end_of_layer
from .quadrature_plan import LIFT, LOWER, Order

Array = NDArray[np.float64]


def long_preference_accuracy_py(
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
) -> None:
    """Fill `test` (T,) from p and q = 1 - p (T, n): arguments as in `quadrature`."""
    m = u.shape[0]
    node = np.empty(m)
    rest = np.empty(m)
    product = np.empty(m)
    product_low = np.empty(m)
    total = np.empty(m)
    total_low = np.empty(m)
    when_certain = mean_of_all(g, order, listed)
    for i in range(p.shape[0]):
        end = end_of_layer(p[i], order, listed, layered)
        for a in range(m):
            node[a] = end * u[a]
            rest[a] = 1.0 - node[a]
            product[a] = 1.0
            product_low[a] = 0.0
            total[a] = 0.0
            total_low[a] = 0.0
        none, none_low = 1.0, 0.0
        doubt = 0.0 if order.shape[0] > listed else 1.0
        for j in range(listed, order.shape[0]):
            k = order[j]
            right = p[i, k]
            miss = q[i, k]
            gain = g[k] * (right * LIFT)
            if right * end <= 0.5:
                for a in range(m):
                    x = right * node[a]
                    left, left_low = shrunk(total[a], total_low[a], x)
                    total[a], total_low[a] = grown(left, left_low, gain * (product[a] + product_low[a]))
                    product[a], product_low[a] = shrunk(product[a], product_low[a], x)
            else:
                for a in range(m):
                    factor = miss * node[a] + rest[a]
                    total[a] = total[a] * factor + gain * (product[a] + product_low[a])
                    total_low[a] *= factor
                    product[a] *= factor
                    product_low[a] *= factor
            none, none_low = missed(none, none_low, right, miss)
            doubt += miss
        integral = 0.0
        for a in range(m):
            integral += w[a] * (total[a] + total_low[a])
        value = end * integral * LOWER + chance * (none + none_low) if doubt != 0.0 else when_certain
        value_low = 0.0
        for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
            k = order[j]
            value, value_low = missed(value, value_low, p[i, k], q[i, k])
            value, value_low = grown(value, value_low, g[k] * p[i, k])
        test[i] = value + value_low


long_preference_accuracy_kernel = kernel(long_preference_accuracy_py)
