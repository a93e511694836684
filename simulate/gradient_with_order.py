"""From the derivatives of the mean rule's integral to those of accuracy: chance, preferred pattern and priority order.

Above a pattern that is listed for priority, F = g_k p_k + q_k (value of the rest): the rest is multiplied by q_k.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .quadrature_plan import Order

Array = NDArray[Any]  # float64; complex128 for second derivatives


def lose_chance_py(q: Array, order: Order, listed: int, chance: float, test: Array, by_p: Array) -> None:
    """Add what is guessed rightly, where none of the patterns under the mean is right, and what each takes from it."""
    n = order.shape[0]
    none = np.empty(n - listed + 1, q.dtype)
    for i in range(q.shape[0]):
        none[0] = chance
        for j in range(listed, n):
            none[j - listed + 1] = none[j - listed] * q[i, order[j]]
        after = 1.0
        for j in range(n - 1, listed - 1, -1):
            k = order[j]
            by_p[i, k] += none[j - listed] * after
            after *= q[i, k]
        test[i] += none[n - listed]


lose_chance = kernel(lose_chance_py)


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
    """Turn three integrals, which the results hold at first, into the results: chance and listed patterns come in.

    At first `test` holds the value of the mean rule, `by_p` the integral of u N_k and `by_g` that of L_k.
    """
    n = order.shape[0]
    if chance != 0.0:
        lose_chance(q, order, listed, chance, test, by_p)
    for i in range(p.shape[0]):
        above = 1.0  # none of the listed patterns is right
        for j in range(listed):
            k = order[j]
            above *= q[i, k]
            by_p[i, k] = by_g[i, k] = 0.0
        for k in range(n):  # of all, so that the loop vectorizes; those of listed ones come below
            gained = g[k] * by_g[i, k]
            loses = by_p[i, k]
            by_g[i, k] *= above * p[i, k]
            by_p[i, k] = above * (gained - loses)
            parts[i, k] = above * (gained + loses)
        value = test[i]
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
