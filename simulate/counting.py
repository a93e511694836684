"""Test accuracy by counting: a Poisson-binomial form of the averaging rules, and a second exact way to them.

How many patterns are right, or what their weights add up to, is a number s with a distribution that is built up
pattern by pattern; with it goes the sum of w g over those that are right:

    mass_s = P(W_A = s),  gain_s = E[sum_A w g; W_A = s],      F = sum_{s > 0} gain_s / s  +  chance mass_0

A pattern of weight w moves both by w where it is right: mass'_s = q mass_s + p mass_(s-w), and gain'_s = q gain_s +
p (gain_(s-w) + w g mass_(s-w)). All terms are >= 0, and all sums are kept as two doubles (`compensated`), so that what
was rounded is known whatever the number of patterns. The work is n W a time, W the sum of all weights: n^2 under the
mean, where the quadrature needs at most 28 n. Nothing is shared with the quadrature: no nodes, no integral.

Accuracy, for g >= 0 and given p (and q where that is the smaller one): the relative error is at most 12 roundings of
2^-53. A term w g p mass has 4, and what is divided by s two more; masses, gains and quotients are sums of one each, all
steps together; g, the sum that others are overruled in, and a listed pattern have 3. What steps lose in low parts, 8 (n
2^-53)^2 of the whole, is within these up to 10^7.
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError
from ..analytic.rules import Mean, Preferred, Priority, SoftPreference
from .compensated import factor, grown, overruled, scaled
from .compile import kernel
from .quadrature_plan import LIFT, LOWER, Order, plan
from .set_functions import whole_weights

Array = NDArray[np.float64]

ROUNDINGS = 12
"""Of 2^-53, that the value may be off by."""
HEAVIEST = 10**6
"""Sum of all weights up to which counting is tried."""
AT_ONCE = 10**8
"""Steps of one call of the kernel: a fraction of a second."""


def missing_py(row: Array, low: Array, rest: float, rest_low: float, new: Array, new_low: Array) -> None:
    """Fill a new row with the old one times 1 - p, `rest` + `rest_low`: the pattern is wrong."""
    for s in range(row.shape[0]):
        new[s], new_low[s] = scaled(row[s], low[s], rest, rest_low)


missing = kernel(missing_py)


def hitting_py(row: Array, low: Array, p: float, new: Array, new_low: Array) -> None:
    """Add the old row times p to a new one: the pattern is right."""
    for s in range(row.shape[0]):
        won, lost = scaled(row[s], low[s], p, 0.0)
        new[s], new_low[s] = grown(new[s], new_low[s] + lost, won)


hitting = kernel(hitting_py)


def gaining_py(row: Array, low: Array, rate: float, new: Array, new_low: Array) -> None:
    """Add the old row times `rate` to a new one: what the pattern gains, a term that is rounded once in its life."""
    for s in range(row.shape[0]):
        new[s], new_low[s] = grown(new[s], new_low[s], rate * (row[s] + low[s]))


gaining = kernel(gaining_py)


def counted_py(
    p: Array, q: Array, g: Array, order: Order, listed: int, weights: Order, chance: float, test: Array
) -> None:
    """Fill `test` (T,) from p and q (T, n); `weights` (n,) are whole, `order` and `listed` as in `quadrature`."""
    size = 1
    for j in range(listed, order.shape[0]):
        size += weights[order[j]]
    now, new = np.empty((4, size)), np.empty((4, size))  # mass and gain of each sum, high and low
    for i in range(p.shape[0]):
        now[:, 0] = 0.0
        now[0, 0] = 1.0
        known = 1
        for j in range(listed, order.shape[0]):
            k = order[j]
            w, right = weights[k], p[i, k]
            rest, rest_low = factor(right, q[i, k])
            mass, mass_low, gain, gain_low = now[0, :known], now[1, :known], now[2, :known], now[3, :known]
            new[:, known : known + w] = 0.0
            missing(mass, mass_low, rest, rest_low, new[0], new[1])
            missing(gain, gain_low, rest, rest_low, new[2], new[3])
            hitting(mass, mass_low, right, new[0, w:], new[1, w:])
            hitting(gain, gain_low, right, new[2, w:], new[3, w:])
            gaining(mass, mass_low, w * g[k] * (right * LIFT), new[2, w:], new[3, w:])
            now, new = new, now
            known += w
        value, value_low = 0.0, 0.0
        for s in range(1, known):
            value, value_low = grown(value, value_low, (now[2, s] + now[3, s]) / s)
        value, value_low = grown(value * LOWER, value_low * LOWER, chance * (now[0, 0] + now[1, 0]))
        test[i] = overruled(value + value_low, p[i], q[i], g, order, listed)


counted_kernel = kernel(counted_py)


def counted(p: Array, q: Array, g: Array, rule: Mean | Preferred | Priority | SoftPreference, chance: float) -> Array:
    """Return test accuracy (T,) from p and q (T, n) and g (n,)."""
    n = g.shape[0]
    rule.check(n)
    weights = whole_weights(rule) if isinstance(rule, SoftPreference) else np.ones(n, np.int64)
    if weights.sum(dtype=float) > HEAVIEST:
        raise InputError(
            f'weights must add up to at most {HEAVIEST} as multiples of one number for form="counting", '
            f'got {weights.sum(dtype=float):g}; the form "quadrature" takes any'
        )
    order, listed, *_ = plan(Mean() if isinstance(rule, SoftPreference) else rule, n)
    test = np.empty(p.shape[0])
    points = max(1, AT_ONCE // max(1, n * int(weights.sum())))
    for start in range(0, p.shape[0], points):  # a kernel does not hear Ctrl-C
        part = slice(start, start + points)
        counted_kernel(p[part], q[part], g, order, listed, weights.astype(np.int64), chance, test[part])
    return test
