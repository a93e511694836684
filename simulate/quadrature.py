"""Test accuracy under the mean, a preferred pattern or a priority order, in polynomial time (docs/theory.md, 2).

Since 1/|A| is the integral of z^(|A|-1) over [0, 1], the sum over 2^n subsets is one integral (u = 1 - z):

    mean rule:   integral_0^1 sum_i g_i p_i prod_{j != i} (1 - p_j u) du  +  chance prod_j (1 - p_j)              (3)

The integrand is a polynomial of degree n - 1, on which Gauss-Legendre with m >= n/2 nodes is exact. Above 2 * 28
patterns it is steep: all but exp(-38) of it lies in a layer of width ~1/mu at u = 0, mu = sum p. There 28 nodes are
enough for any n (docs/theory.md, 2: proved to 1e-16 for mu <= 1e9). A preferred pattern k needs nothing new: it
wins wherever it is right, so the value is g_k p_k + (1 - p_k) (value of the others); a priority order repeats that.

Accuracy, for g >= 0 and given p and q: every term is non-negative, so nothing cancels, and the relative error is at
most (2 n + m + 10) * 2^-52. Above 1000 patterns a compensated recurrence takes over (`long_quadrature`), whose error
does not grow with n. The chance level enters as it stands, not by the shift g - chance, whose terms would have both
signs.
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import Mean, Preferred, Priority
from .compensated import LONG
from .compile import kernel
from .layer import end_of_layer
from .long_quadrature import long_preference_accuracy_kernel
from .quadrature_plan import LIFT, LOWER, Order, plan

Array = NDArray[np.float64]


def preference_accuracy_py(
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
    """Fill `test` (T,) from p and q = 1 - p (T, n).

    The first `listed` patterns of `order` come by priority, the others under the mean. `u`, `w` (m,) is a
    Gauss-Legendre rule on [0, 1]; `layered` cuts the integral at the end of its layer.

    Invariant, at each node u and after each pattern under the mean, over the patterns so far:
    product[a] = prod_j D_j and total[a] = sum_i g_i p_i prod_{j != i} D_j, with D_j = 1 - p_j u.
    No division: D_j may be as small as it likes. D_j is formed as q_j u + (1 - u), a sum of two non-negative
    terms, which loses nothing where p_j u is close to 1. Inner loops run over nodes, so that they vectorize.
    """
    m = u.shape[0]
    node = np.empty(m)
    rest = np.empty(m)
    product = np.empty(m)
    total = np.empty(m)
    for i in range(p.shape[0]):
        end = end_of_layer(p[i], order, listed, layered)
        for a in range(m):
            node[a] = end * u[a]
            rest[a] = 1.0 - node[a]
            product[a] = 1.0
            total[a] = 0.0
        none = 1.0
        for j in range(listed, order.shape[0]):
            k = order[j]
            gain = g[k] * (p[i, k] * LIFT)
            miss = q[i, k]
            for a in range(m):
                factor = miss * node[a] + rest[a]
                total[a] = total[a] * factor + gain * product[a]
                product[a] = product[a] * factor
            none *= miss
        integral = 0.0
        for a in range(m):
            integral += w[a] * total[a]
        value = end * integral * LOWER + chance * none
        for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
            k = order[j]
            value = g[k] * p[i, k] + q[i, k] * value
        test[i] = value


preference_accuracy_kernel = kernel(preference_accuracy_py)


def preference_accuracy(p: Array, q: Array, g: Array, rule: Mean | Preferred | Priority, chance: float) -> Array:
    """Return test accuracy (T,) from p and q (T, n) and g (n,)."""
    test = np.empty(p.shape[0])
    chosen = long_preference_accuracy_kernel if g.shape[0] > LONG else preference_accuracy_kernel
    chosen(p, q, g, *plan(rule, g.shape[0]), chance, test)
    return test
