"""`quadrature` for more patterns than its rounding errors allow: the same integral, with compensated recurrences.

    L <- L (1 - p_j u),    N <- N (1 - p_j u) + g_j p_j L

L, N and 1 - p_j u are sums of two doubles (`compensated`).

Accuracy, for g >= 0 and given p (and q where that is the smaller one): the relative error is at most 25 * 2^-52 =
5.6e-15 for every n up to 1e9. In roundings of 2^-53: L and N at most 1 each, all steps together; a term g_j p_j L has
3; the sum of two doubles, weight, product with it, and the sum over 28 nodes 31; the nodes, each rounded and where the
layer ends once more, and p_j u 5, since a rounding of all u moves the integral by no more than int u |f'| du <= int f
du; the end, chance, a listed pattern and the last sum 5; g 1; what 28 nodes and the end of the layer leave out 2, and 1
is spare: 50.
"""

import numpy as np
from numpy.typing import NDArray

from .certain_patterns import mean_of_all
from .compensated import RENEWED, grown, missed, overruled, renewed, rest_of, scaled
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
    product, product_low = np.empty(m), np.empty(m)
    total, total_low = np.empty(m), np.empty(m)
    when_certain = mean_of_all(g, order, listed)
    for i in range(p.shape[0]):
        end = end_of_layer(p[i], order, listed, layered)
        for a in range(m):
            node[a] = end * u[a]
            product[a], product_low[a] = 1.0, 0.0
            total[a], total_low[a] = 0.0, 0.0
        none, none_low = 1.0, 0.0
        doubt = 0.0 if order.shape[0] > listed else 1.0
        for j in range(listed, order.shape[0]):
            k = order[j]
            right, miss = p[i, k], q[i, k]
            gain = g[k] * (right * LIFT)
            for a in range(m):
                rest, rest_low = rest_of(right * node[a])
                left, left_low = scaled(total[a], total_low[a], rest, rest_low)
                total[a], total_low[a] = grown(left, left_low, gain * (product[a] + product_low[a]))
                product[a], product_low[a] = scaled(product[a], product_low[a], rest, rest_low)
            none, none_low = missed(none, none_low, right, miss)
            doubt += miss
            if j % RENEWED == 0:
                for a in range(m):
                    total[a], total_low[a] = renewed(total[a], total_low[a])
                    product[a], product_low[a] = renewed(product[a], product_low[a])
                none, none_low = renewed(none, none_low)
        integral = 0.0
        for a in range(m):
            integral += w[a] * (total[a] + total_low[a])
        value = end * integral * LOWER + chance * (none + none_low) if doubt != 0.0 else when_certain
        test[i] = overruled(value, p[i], q[i], g, order, listed)


long_preference_accuracy_kernel = kernel(long_preference_accuracy_py)
