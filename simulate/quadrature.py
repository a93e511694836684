"""Test accuracy under the mean, a preferred pattern or a priority order, in polynomial time (docs/theory.md, 2).

Since 1/|A| is the integral of z^(|A|-1) over [0, 1], the sum over 2^n subsets is one integral (u = 1 - z):

    mean rule:   integral_0^1 sum_i g_i p_i prod_{j != i} (1 - p_j u) du  +  chance prod_j (1 - p_j)              (3)

The integrand is a polynomial of degree n - 1, on which Gauss-Legendre with m >= n/2 nodes is exact. Above 2 * 28
patterns it is steep: all but exp(-38) of it lies in a layer of width ~1/mu at u = 0, mu = sum p. There 28 nodes are
enough for any n (docs/theory.md, 2: proved to 1e-16 for mu <= 1e9). A preferred pattern k needs nothing new: it
wins wherever it is right, so the value is g_k p_k + (1 - p_k) (value of the others); a priority order repeats that.

Accuracy, for g >= 0 and given p and q: every term is non-negative, so nothing cancels, and the relative error is at
most (9/4 n + m + 10) * 2^-52. The chance level enters as it stands, not by the shift g - chance, whose terms would have
both signs.

One integral, three ways through it, which differ in roundings only (and a fourth for `many_models`):

| times | patterns | loops run over |
| --- | --- | --- |
| few, or any above 56 patterns | to 249 | nodes: this file |
| many | to 56 | times: `quadrature_over_times` |
| any | above 249 | nodes, compensated, so that errors do not grow with n: `long_quadrature` |
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import Mean, Preferred, Priority
from .certain_patterns import mean_of_all
from .compensated import LONG
from .compile import fused_kernel
from .layer import end_of_layer
from .long_quadrature import long_preference_accuracy_kernel
from .pairs_of_patterns import MANY_TIMES
from .quadrature_over_times import preference_accuracy_over_times_kernel
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

    Invariant, at each node u and over the patterns so far: product[a] = prod_j D_j and total[a] = sum_i g_i p_i
    prod_{j != i} D_j, with D_j = 1 - p_j u. No division: D_j may be as small as it likes. D_j is formed as
    q_j u + (1 - u), a sum of two non-negative terms, which loses nothing where p_j u is close to 1. Patterns are met
    in pairs, since total and product have to be fetched and stored once for both; inner loops run over nodes.

    Where all of them are certain (q = 0, as at infinite times), the integral is their mean, and that is what is given.
    """
    m = u.shape[0]
    n = order.shape[0]
    node = np.empty(m)
    rest = np.empty(m)
    product = np.empty(m)
    total = np.empty(m)
    when_certain = mean_of_all(g, order, listed)
    for i in range(p.shape[0]):
        end = end_of_layer(p[i], order, listed, layered)
        for a in range(m):
            node[a] = end * u[a]
            rest[a] = 1.0 - node[a]
            product[a] = 1.0
            total[a] = 0.0
        none = 1.0
        doubt = 0.0 if n > listed else 1.0
        for j in range(listed, n, 2):
            k = order[j]
            gain, miss = g[k] * (p[i, k] * LIFT), q[i, k]
            next_gain, next_miss = 0.0, 1.0  # of nobody, if they are odd in number
            if j + 1 < n:
                k = order[j + 1]
                next_gain, next_miss = g[k] * (p[i, k] * LIFT), q[i, k]
            for a in range(m):
                factor = miss * node[a] + rest[a]
                next_factor = next_miss * node[a] + rest[a]
                both = factor * next_factor
                total[a] = total[a] * both + (gain * next_factor + next_gain * factor) * product[a]
                product[a] *= both
            none *= miss * next_miss
            doubt += miss
            if j + 1 < n:
                doubt += next_miss
        integral = 0.0
        for a in range(m):
            integral += w[a] * total[a]
        value = end * integral * LOWER + chance * none if doubt != 0.0 else when_certain
        for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
            k = order[j]
            value = g[k] * p[i, k] + q[i, k] * value
        test[i] = value


preference_accuracy_kernel = fused_kernel(preference_accuracy_py)


def preference_accuracy(p: Array, q: Array, g: Array, rule: Mean | Preferred | Priority, chance: float) -> Array:
    """Return test accuracy (T,) from p and q (T, n) and g (n,)."""
    test = np.empty(p.shape[0])
    order, listed, u, w, layered = plan(rule, g.shape[0])
    if p.shape[0] >= MANY_TIMES and not layered and g.shape[0] <= LONG:
        preference_accuracy_over_times_kernel(p, q, g, order, listed, u, w, chance, test)
    else:
        chosen = long_preference_accuracy_kernel if g.shape[0] > LONG else preference_accuracy_kernel
        chosen(p, q, g, order, listed, u, w, layered, chance, test)
    return test
