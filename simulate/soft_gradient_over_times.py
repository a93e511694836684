"""The derivatives of `soft_gradient` at many times at once: loops run over a block of them.

At a node the tables are then numbers and not rows, and each sum over nodes is kept for each time apart, so that
nothing has to be added up across a vector. What is known of the patterns before and after is kept for pairs of them,
and two nodes are met at once: that halves what is loaded and stored, by which these loops are bound.
"""

import numpy as np
from numpy.typing import NDArray

from .compile import fused_kernel, inlined

Array = NDArray[np.float64]
Numbers = tuple[float, float, float, float, float, float]
Pair = tuple[float, float, float, float]

BLOCK = 64
"""Times of a block: loops are then long, and most of what is kept of 20 patterns stays in the nearest cache."""
NEVER_NEGATIVE = 2**31 - 1
"""What an index counted backwards is masked with: numba would otherwise ask at each step whether it is negative, and
no loop with such an index vectorizes."""
DECAY, GAINS, RATE, GAP, LATER, LATER_GAINS = range(6)
"""What is known of a pattern at a node: e, w e g, w e, 1 - e, s e and s w e g."""


def table_of_pairs(
    g: Array, row: NDArray[np.int64], decay: Array, gap: Array, rate: Array, weight: Array, s: Array
) -> tuple[Array, Array]:
    """Return the table (n, m, 6) and the weights (m,) of the nodes, n and m rounded up to even numbers.

    All is 0 of a pattern too many, which has p = 0, and of a node too many.
    """
    n, m = row.size, s.size
    table, weights = np.zeros((n + n % 2, m + m % 2, 6)), np.zeros(m + m % 2)
    own = table[:n, :m]
    own[..., DECAY], own[..., RATE], own[..., GAP] = decay[row], rate[row], gap[row]
    own[..., GAINS] = own[..., RATE] * g[:, None]
    own[..., LATER], own[..., LATER_GAINS] = s * own[..., DECAY], s * own[..., GAINS]
    weights[:m] = weight
    return table, weights


def numbers_py(table: Array, j: int, node: int) -> Numbers:
    """Return what is known of a pattern at a node."""
    own = table[j, node]
    return own[DECAY], own[GAINS], own[RATE], own[GAP], own[LATER], own[LATER_GAINS]


numbers = inlined(numbers_py)


def factors_py(p_j: float, q_j: float, p_k: float, q_k: float, own_j: Numbers, own_k: Numbers) -> Pair:
    """Return D of both patterns of a pair, and what they gain, w e g p."""
    return p_j * own_j[DECAY] + q_j, p_k * own_k[DECAY] + q_k, own_j[GAINS] * p_j, own_k[GAINS] * p_k


factors = fused_kernel(factors_py)


def joined_py(pair: Pair, product: float, total: float) -> tuple[float, float]:
    """Return product and total of some patterns and a pair."""
    d_j, d_k, gain_j, gain_k = pair
    both, met = d_j * d_k, gain_j * d_k + gain_k * d_j
    return product * both, total * both + met * product


joined = fused_kernel(joined_py)


def without_py(
    pair: Pair, product: float, total: float, after: float, total_after: float
) -> tuple[float, float, float, float]:
    """Return L and N without j and L and N without k, from the patterns before and after this pair."""
    d_j, d_k, gain_j, gain_k = pair
    alone, others = product * after, total * after + product * total_after
    return alone * d_k, others * d_k + alone * gain_k, alone * d_j, others * d_j + alone * gain_j


without = fused_kernel(without_py)


def pairs_before_py(odds: Array, table: Array, node: int, size: int, before: Array) -> None:
    """Fill `before` (pairs + 1, 4, BLOCK) with product and total of the pairs before each, at a node and the next.

    `odds` (n, 2, BLOCK) holds p and q.
    """
    for b in range(size):
        before[0, 0, b], before[0, 1, b], before[0, 2, b], before[0, 3, b] = 1.0, 0.0, 1.0, 0.0
    for h in range(table.shape[0] // 2):
        j, k = 2 * h, 2 * h + 1
        own_j, own_k = numbers(table, j, node), numbers(table, k, node)
        next_j, next_k = numbers(table, j, node + 1), numbers(table, k, node + 1)
        for b in range(size):
            p_j, q_j, p_k, q_k = odds[j, 0, b], odds[j, 1, b], odds[k, 0, b], odds[k, 1, b]
            pair = factors(p_j, q_j, p_k, q_k, own_j, own_k)
            before[h + 1, 0, b], before[h + 1, 1, b] = joined(pair, before[h, 0, b], before[h, 1, b])
            pair = factors(p_j, q_j, p_k, q_k, next_j, next_k)
            before[h + 1, 2, b], before[h + 1, 3, b] = joined(pair, before[h, 2, b], before[h, 3, b])


pairs_before = inlined(pairs_before_py)


def add_nodes_py(
    odds: Array, table: Array, node: int, weights: Array, size: int, before: Array, after: Array, sums: Array
) -> None:
    """Add a node and the next to `sums` (n, 3, BLOCK): of w e L_k, of (1 - e) N_k, and of s e (N_k + g_k w_k L_k).

    L_k and N_k are put together from the pairs before and those after, `after` (4, BLOCK).
    """
    for b in range(size):
        after[0, b], after[1, b], after[2, b], after[3, b] = weights[node], 0.0, weights[node + 1], 0.0
    pairs = table.shape[0] // 2
    for step in range(pairs):
        h = (pairs - 1 - step) & NEVER_NEGATIVE
        j, k = 2 * h, 2 * h + 1
        own_j, own_k = numbers(table, j, node), numbers(table, k, node)
        next_j, next_k = numbers(table, j, node + 1), numbers(table, k, node + 1)
        for b in range(size):
            p_j, q_j, p_k, q_k = odds[j, 0, b], odds[j, 1, b], odds[k, 0, b], odds[k, 1, b]
            pair = factors(p_j, q_j, p_k, q_k, own_j, own_k)
            without_j, others_j, without_k, others_k = without(
                pair, before[h, 0, b], before[h, 1, b], after[0, b], after[1, b]
            )
            after[0, b], after[1, b] = joined(pair, after[0, b], after[1, b])
            pair = factors(p_j, q_j, p_k, q_k, next_j, next_k)
            next_without_j, next_others_j, next_without_k, next_others_k = without(
                pair, before[h, 2, b], before[h, 3, b], after[2, b], after[3, b]
            )
            after[2, b], after[3, b] = joined(pair, after[2, b], after[3, b])
            sums[j, 0, b] += own_j[RATE] * without_j + next_j[RATE] * next_without_j
            sums[j, 1, b] += own_j[GAP] * others_j + next_j[GAP] * next_others_j
            sums[j, 2, b] += own_j[LATER] * others_j + own_j[LATER_GAINS] * without_j
            sums[j, 2, b] += next_j[LATER] * next_others_j + next_j[LATER_GAINS] * next_without_j
            sums[k, 0, b] += own_k[RATE] * without_k + next_k[RATE] * next_without_k
            sums[k, 1, b] += own_k[GAP] * others_k + next_k[GAP] * next_others_k
            sums[k, 2, b] += own_k[LATER] * others_k + own_k[LATER_GAINS] * without_k
            sums[k, 2, b] += next_k[LATER] * next_others_k + next_k[LATER_GAINS] * next_without_k


add_nodes = inlined(add_nodes_py)


def soft_gradient_over_times_py(
    p: Array,
    q: Array,
    g: Array,
    table: Array,
    weights: Array,
    scale: Array,
    chance: float,
    test: Array,
    by_p: Array,
    by_g: Array,
    by_weights: Array,
    parts: Array,
    weight_parts: Array,
) -> None:
    """Fill the six results as `soft_gradient` does, from the table and weights of `table_of_pairs`; scale = g / w."""
    n, even = g.shape[0], table.shape[0]
    odds, sums = np.empty((even, 2, BLOCK)), np.empty((even, 3, BLOCK))
    before, after = np.empty((even // 2 + 1, 4, BLOCK)), np.empty((4, BLOCK))
    none = np.empty(n + 1)
    if n < even:
        odds[n, 0] = 0.0
        odds[n, 1] = 1.0
    for start in range(0, p.shape[0], BLOCK):
        size = min(BLOCK, p.shape[0] - start)
        for j in range(n):
            for b in range(size):
                odds[j, 0, b] = p[start + b, j]
                odds[j, 1, b] = q[start + b, j]
        sums[:] = 0.0
        test[start : start + size] = 0.0
        for node in range(0, weights.shape[0], 2):
            pairs_before(odds, table, node, size, before)
            for b in range(size):
                test[start + b] += weights[node] * before[even // 2, 1, b] + weights[node + 1] * before[even // 2, 3, b]
            add_nodes(odds, table, node, weights, size, before, after, sums)
        for b in range(size):
            i = start + b
            none[0] = chance  # guessed rightly: none of the patterns up to here is right
            for j in range(n):
                none[j + 1] = none[j] * q[i, j]
            test[i] += none[n]
            none_after = 1.0
            for j in range(n - 1, -1, -1):
                gained, lost = g[j] * sums[j, 0, b], sums[j, 1, b] + none[j] * none_after
                none_after *= q[i, j]
                by_p[i, j] = gained - lost
                parts[i, j] = gained + lost
                by_g[i, j] = p[i, j] * sums[j, 0, b]
                by_weights[i, j] = p[i, j] * (scale[j] * sums[j, 0, b] - sums[j, 2, b])
                weight_parts[i, j] = p[i, j] * (scale[j] * sums[j, 0, b] + sums[j, 2, b])


soft_gradient_over_times_kernel = fused_kernel(soft_gradient_over_times_py)
