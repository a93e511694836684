"""How far p may be from that of the exact model, and how many roundings the sum over sets adds (docs/theory.md, 4.8).

In units of u = 2^-53, to first order, for parameters that are exact in a model and doubles in a kernel:

    x = alpha (t - b)     off by  dx = (3 |x| + alpha |b|) u, or by (8 X + 3 alpha |b| + 70) u, X the largest |x|, where
                          exponentials are multiplied along a uniform grid (`many_models`)
    p = gamma s(x)        off by  drift + 5 u p,   drift = bell (dx + 2 u),   bell = gamma s (1 - s)
    q = 1 - p             off by  drift + 7 u q

The drift of p and that of q are one: what moves p up moves q down. Their other errors are independent.
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import Rule, SoftPreference, Table
from .compensated import LONG
from .legendre import LARGEST_RULE
from .model_arrays import ModelArrays
from .soft_quadrature import shortest_nodes

Array = NDArray[np.float64]

U = 2.0**-53
"""Half the distance from 1 to the next double: the largest relative error of a rounding."""
OF_P = 7
"""Roundings of p and of q that do not come from x."""
GRID = 70
"""Roundings of multiplying along a uniform grid: 22 for 7 single steps, 20 for each two squarings and the exponential
that begins them, 6 for doubling, 2 for the start."""
HIGHER = 1.0 + 1e-6
"""For products of errors, which are left out: sums of fewer than 1e8 roundings are below 1e-8."""
SMALLEST = 5e-324
"""What is left of a rounding in the subnormal range."""


def drift_of_x(times: Array, parameters: ModelArrays, *, uniform: bool = False) -> Array:
    """Return how far x = alpha (t - b) may be off, (T, n); 0 where it is infinite, and p at its limit."""
    _, _, alpha, b, _ = parameters
    with np.errstate(over="ignore", invalid="ignore"):
        x = np.abs(alpha * (times[:, None] - b))
        if uniform:  # a start, a way from there of at most 2 X, and times that are even to a rounding of the largest
            off = (8 * x.max(axis=0, initial=0.0) + 3 * alpha * np.abs(b) + GRID) * U + 0 * x
        else:
            off = (3 * x + alpha * np.abs(b)) * U
    return np.where(np.isfinite(x), off, 0.0)


def drift(times: Array, parameters: ModelArrays, *, uniform: bool = False) -> Array:
    """Return how far p may be off because x is, (T, n)."""
    gamma, _, alpha, b, _ = parameters
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(-np.abs(alpha * (times[:, None] - b)))
        bell = gamma * e / (1 + e) ** 2
    # NaN: alpha = 0 at an infinite time, where p is gamma / 2
    return np.nan_to_num(bell) * (drift_of_x(times, parameters, uniform=uniform) + 2 * U)


def roundings(rule: Rule, n: int) -> int:
    """Return how many roundings the value of a rule over n patterns has, given p, q and g: all relative to its terms.

    The bounds of `quadrature`, `long_quadrature`, `soft_quadrature` and `table_forms`, and one rounding of g.
    """
    match rule:
        case Table():
            return 2 * n + (1 << n // 2) + (1 << (n - n // 2)) + 2
        case SoftPreference():
            return 2 * (3 * n + shortest_nodes(rule).s.size + 20) + 1
        case _:
            return 1200 if n > LONG else 2 * (2 * n + min((n + 1) // 2, LARGEST_RULE) + 10) + 1
