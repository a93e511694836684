"""Test accuracy by counting: a Poisson-binomial form of the averaging rules, and a second exact way to them.

How many patterns are right, or what their weights add up to, is a number s with a distribution that is built up
pattern by pattern; with it goes the sum of w g over those that are right:

    mass_s = P(W_A = s),  gain_s = E[sum_A w g; W_A = s],      F = sum_{s > 0} gain_s / s  +  chance mass_0

A pattern of weight w moves both by w where it is right: mass'_s = q mass_s + p mass_(s-w), and gain'_s = q gain_s +
p (gain_(s-w) + w g mass_(s-w)). All terms are >= 0, at most 4 roundings a pattern and one an entry of the final sum.
The work is n W a time, W the sum of all weights: n^2 under the mean, where the quadrature needs at most 28 n. Nothing
is shared with the quadrature: no nodes, no integral.
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError
from ..analytic.rules import Mean, Preferred, Priority, SoftPreference
from .compile import kernel
from .quadrature_plan import LIFT, LOWER, Order, plan
from .set_functions import whole_weights

Array = NDArray[np.float64]

HEAVIEST = 10**6
"""Sum of all weights up to which counting is tried."""
AT_ONCE = 10**8
"""Steps of one call of the kernel: a fraction of a second."""


def counted_py(
    p: Array, q: Array, g: Array, order: Order, listed: int, weights: Order, chance: float, test: Array
) -> None:
    """Fill `test` (T,) from p and q (T, n); `weights` (n,) are whole, `order` and `listed` as in `quadrature`."""
    size = 1
    for j in range(listed, order.shape[0]):
        size += weights[order[j]]
    mass, new_mass = np.empty(size), np.empty(size)
    gain, new_gain = np.empty(size), np.empty(size)
    for i in range(p.shape[0]):
        mass[0], gain[0] = 1.0, 0.0
        known = 1
        for j in range(listed, order.shape[0]):
            k = order[j]
            w = weights[k]
            own = w * g[k]
            for s in range(known):
                new_mass[s] = q[i, k] * mass[s]
                new_gain[s] = q[i, k] * gain[s]
            for s in range(known, known + w):
                new_mass[s] = 0.0
                new_gain[s] = 0.0
            for s in range(known):
                new_mass[s + w] += p[i, k] * mass[s]
                new_gain[s + w] += p[i, k] * gain[s] + own * (p[i, k] * LIFT) * mass[s]
            mass, new_mass = new_mass, mass
            gain, new_gain = new_gain, gain
            known += w
        value = 0.0
        for s in range(1, known):
            value += gain[s] / s
        value = value * LOWER + chance * mass[0]
        for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
            k = order[j]
            value = g[k] * p[i, k] + q[i, k] * value
        test[i] = value


counted_kernel = kernel(counted_py)


def counted(p: Array, q: Array, g: Array, rule: Mean | Preferred | Priority | SoftPreference, chance: float) -> Array:
    """Return test accuracy (T,) from p and q (T, n) and g (n,)."""
    n = g.shape[0]
    rule.check(n)
    weights = whole_weights(rule) if isinstance(rule, SoftPreference) else np.ones(n, np.int64)
    if weights.sum(dtype=float) > HEAVIEST:
        raise InputError(
            f'weights must add up to at most {HEAVIEST} as multiples of one number for form="counting", '
            f'got {sum(weights.tolist())}; the form "quadrature" takes any'
        )
    order, listed, *_ = plan(Mean() if isinstance(rule, SoftPreference) else rule, n)
    test = np.empty(p.shape[0])
    points = max(1, AT_ONCE // max(1, n * int(weights.sum())))
    for start in range(0, p.shape[0], points):  # a kernel does not hear Ctrl-C
        part = slice(start, start + points)
        counted_kernel(p[part], q[part], g, order, listed, weights.astype(np.int64), chance, test[part])
    return test
