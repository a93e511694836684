"""Test accuracy under a soft preference, in polynomial time for any weights (docs/theory.md, 2.8).

The weighted mean over a set A divides by W_A, the sum of its weights. With 1/W_A as a sum of exponentials exp(-W_A s)
(`exponential_sum`), the sum over 2^n sets is a product over patterns at each of its m nodes:

    F = sum_a weight_a sum_i w_i g_i p_i e_i prod_{j != i} (q_j + p_j e_j)  +  chance prod_j q_j,   e_j = exp(-w_j s_a)

1/W_A is met to 1e-16 for every set at once, and for g >= 0 nothing cancels: so is F, whatever the weights. m grows
with the logarithm of the ratio of the heaviest set to the lightest pattern, 39 nodes for 64 equal weights, 102 for 64
weights in [1e-3, 1e3]. Where all weights are multiples of one number, and small ones, the exact way is shorter: with
v = exp(-s) the integral over v in [0, 1] is of a polynomial of degree W - 1, W the sum of all, for which ceil(W/2)
Gauss-Legendre nodes are exact.

Accuracy, for g >= 0 and given p and q: the relative error is at most (3 n + m + 20) * 2^-52.
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import SoftPreference
from .compile import fused_kernel
from .exponential_sum import exponential_sum
from .legendre import LARGEST_RULE, legendre
from .memory import require_memory
from .quadrature_plan import LIFT, LOWER
from .set_functions import scaled_weights, whole_weights

Array = NDArray[np.float64]


class SoftNodes(NamedTuple):
    """What a kernel needs to know of the weights, at m nodes. Patterns of equal weight share a row of the tables."""

    row: NDArray[np.int64]
    """Row of each pattern, (n,)."""
    decay: Array
    """e = exp(-w s), (rows, m)."""
    gap: Array
    """1 - e, to full relative accuracy, (rows, m)."""
    rate: Array
    """w e, (rows, m)."""
    weight: Array
    """Weights of the nodes, (m,)."""
    s: Array
    """Nodes (m,)."""


@lru_cache(maxsize=64)
def soft_nodes(rule: SoftPreference) -> SoftNodes:
    """Return the nodes of an exponential sum for the weights of `rule`, the lightest of which is taken for 1."""
    weights = scaled_weights(rule)
    if not weights.size:
        return soft_tables(weights, np.empty(0), np.empty(0))
    return soft_tables(weights, *exponential_sum(1.0, math.fsum(weights)))


@lru_cache(maxsize=64)
def shortest_nodes(rule: SoftPreference) -> SoftNodes:
    """Return the nodes of the shorter way to the value: exact ones, or those of the exponential sum.

    The exact ones are so for F and its derivatives in p and g, but not for those in the weights.
    """
    whole = whole_weights(rule)
    total = int(whole.sum())
    if not 0 < total <= 2 * LARGEST_RULE:
        return soft_nodes(rule)
    v, weight = legendre((total + 1) // 2)
    return soft_tables(whole.astype(float), -np.log(v), weight / v)  # integrals over v = exp(-s): dv is v ds


def soft_tables(weights: NDArray[Any], s: Array, weight: Array) -> SoftNodes:
    """Return what a kernel needs for weights (n,), real or complex, at nodes s (m,) of the weights `weight`."""
    different, row = np.unique(weights, return_inverse=True)
    require_memory(24 * different.size * s.size, f"tables of {different.size} weights", "let more weights be equal")
    x = different[:, None] * s
    decay = np.exp(-x)
    found = SoftNodes(row.astype(np.int64), decay, -np.expm1(-x), different[:, None] * decay, weight, s)
    for table in found:
        table.flags.writeable = False
    return found


def soft_accuracy_py(
    p: Array,
    q: Array,
    g: Array,
    row: NDArray[np.int64],
    decay: Array,
    share: Array,
    chance: float,
    test: Array,
) -> None:
    """Fill `test` (T,) from p and q = 1 - p (T, n), with tables of `SoftNodes`: the loop of `quadrature`.

    `share` (rows, m) is the rate times the weight of the node. Nodes are near 1/w where the rate is near w, so shares
    are below 1, where rates go up to 2^1000 and would overflow under the factor that lifts a denormal p.
    """
    m = decay.shape[1]
    n = g.shape[0]
    product = np.empty(m)
    total = np.empty(m)
    for i in range(p.shape[0]):
        for a in range(m):
            product[a] = 1.0
            total[a] = 0.0
        none = chance
        for j in range(0, n, 2):
            right, miss, gain = p[i, j], q[i, j], g[j] * (p[i, j] * LIFT)
            one, other = row[j], row[j]
            next_right, next_miss, next_gain = 0.0, 1.0, 0.0  # of nobody, if they are odd in number
            if j + 1 < n:
                next_right, next_miss, next_gain = p[i, j + 1], q[i, j + 1], g[j + 1] * (p[i, j + 1] * LIFT)
                other = row[j + 1]
            for a in range(m):
                factor = right * decay[one, a] + miss
                next_factor = next_right * decay[other, a] + next_miss
                both = factor * next_factor
                met = (gain * share[one, a]) * next_factor + (next_gain * share[other, a]) * factor
                total[a] = total[a] * both + met * product[a]
                product[a] *= both
            none *= miss * next_miss
        value = 0.0
        for a in range(m):
            value += total[a]
        test[i] = value * LOWER + none


soft_accuracy_kernel = fused_kernel(soft_accuracy_py)


def soft_accuracy(p: Array, q: Array, g: Array, rule: SoftPreference, chance: float) -> Array:
    """Return test accuracy (T,) from p and q (T, n) and g (n,)."""
    rule.check(g.shape[0])
    nodes = shortest_nodes(rule)
    test = np.empty(p.shape[0])
    soft_accuracy_kernel(p, q, g, nodes.row, nodes.decay, nodes.rate * nodes.weight, chance, test)
    return test
