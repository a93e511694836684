"""How far p may be from that of the exact model, and how many roundings the sum over sets adds (docs/theory.md, 4.8).

In units of u = 2^-53, to first order, for parameters that are exact in a model and doubles in a kernel:

    x = alpha (t - b)     off by  dx = (3 |x| + alpha |b|) u, or by (14 X + 9 alpha |b| + 60) u, X the largest |x|,
                          where exponentials are multiplied along a uniform grid (`many_models`)
    p = gamma s(x)        off by  drift + 5 u p,   drift = bell (dx + 2 u),   bell the largest gamma s (1 - s) within dx
    q = 1 - p             off by  drift + 7 u q

The drift of p and that of q are one: what moves p up moves q down. Their other errors are independent.
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.model import PatternModel
from ..analytic.rules import Rule, SoftPreference, Table
from .compensated import LONG
from .legendre import LARGEST_RULE
from .model_arrays import ModelArrays
from .soft_quadrature import shortest_nodes, soft_nodes

Array = NDArray[np.float64]

U = 2.0**-53
"""Half the distance from 1 to the next double: the largest relative error of a rounding."""
OF_P = 7
"""Roundings of p and of q that do not come from x."""
GRID = 60
"""Roundings of multiplying along a uniform grid: 3 for each of 7 single steps, 3 of 8 and 9 of 32, and 3 for the start
(`grid_logistic`)."""
OF_LONG = 50
"""Roundings of test accuracy where recurrences are compensated (`long_quadrature`)."""
HIGHER = 1.0 + 1e-6
"""For products of roundings, which are left out: fewer than 1e8 of them add up to less than 1e-8. What p drifts by can
be much more, where alpha b is beyond 1e10 or so; its second order is counted by itself (`bounds`)."""
SMALLEST = 5e-324
"""What is left of a rounding in the subnormal range."""


def drift_of_x(times: Array, parameters: ModelArrays, *, uniform: bool = False) -> Array:
    """Return how far x = alpha (t - b) may be off, (T, n); 0 where it is infinite, and p at its limit."""
    _, _, alpha, b, _ = parameters
    x = _distance(times, parameters)
    with np.errstate(over="ignore", invalid="ignore"):
        if uniform:  # a start, a way from there of at most 2 X, and times that are even to 6 u of the largest
            off = 14 * U * x.max(axis=0, initial=0.0) + 9 * (U * alpha) * np.abs(b) + GRID * U + 0 * x
        else:
            off = 3 * U * x + (U * alpha) * np.abs(b)
        off += SMALLEST * (np.abs(times[:, None] - b) + alpha)  # conversions of what is below the normal range
    return np.where(np.isfinite(x), off, 0.0)


def _distance(times: Array, parameters: ModelArrays) -> Array:
    """Return |x|, (T, n), also where t - b overflows."""
    _, _, alpha, b, _ = parameters
    with np.errstate(over="ignore", invalid="ignore"):
        return 2 * (alpha * np.abs(0.5 * times[:, None] - 0.5 * b))


def steepest(times: Array, parameters: ModelArrays, *, uniform: bool = False) -> Array:
    """Return the largest s (1 - s) at any x as far off as `drift_of_x` allows, (T, n): at the one nearest to 0.

    x may be off by much where alpha b is beyond 1e10 or so, and s (1 - s) then changes on the way there.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        nearest = np.fmax(_distance(times, parameters) - drift_of_x(times, parameters, uniform=uniform), 0.0)
        e = np.exp(-nearest)
    return np.where(np.isinf(times)[:, None], 0.0, e / (1 + e) ** 2)


def drift(times: Array, parameters: ModelArrays, *, uniform: bool = False) -> Array:
    """Return how far p may be off because x is, (T, n): by the mean value theorem, and by no more than gamma."""
    dx = drift_of_x(times, parameters, uniform=uniform)
    with np.errstate(over="ignore"):
        return parameters.gamma * np.minimum(steepest(times, parameters, uniform=uniform) * (dx + 2 * U), 1.0)


def roundings(rule: Rule, n: int) -> int:
    """Return how many roundings the value of a rule over n patterns has, given p, q and g: all relative to its terms.

    The bounds of `quadrature`, `long_quadrature`, `soft_quadrature` and `table_forms`, and one rounding of g. Without
    patterns there is the chance level alone, rounded once.
    """
    if n == 0:
        return 1
    match rule:
        case Table():
            return 2 * n + (1 << n // 2) + (1 << (n - n // 2)) + 2
        case SoftPreference():
            return _of_soft(n, shortest_nodes(rule).s.size)
        case _:
            return OF_LONG if n > LONG else _of_quadrature(n)


def roundings_of_derivatives(rule: Rule, n: int) -> int:
    """Return how many roundings each part of a derivative has, given p, q and g: sums of the same lengths as a value.

    But no derivative takes the exact nodes of whole weights, and above 249 patterns none is compensated.
    """
    match rule:
        case Table():
            return roundings(rule, n)
        case SoftPreference():
            return _of_soft(n, soft_nodes(rule).s.size)
        case _:
            return _of_quadrature(n)


def _of_soft(n: int, nodes: int) -> int:
    return 2 * (3 * n + nodes + 20) + 1


def _of_quadrature(n: int) -> int:
    return (9 * n + 1) // 2 + 2 * (min((n + 1) // 2, LARGEST_RULE) + 10) + 1


def range_of(model: PatternModel) -> float:
    """Return how far apart two values of G may be."""
    if isinstance(model.rule, Table):
        return float(np.ptp(model.rule.values))
    values = [*(float(pattern.g) for pattern in model.patterns), float(model.chance)]
    return max(values) - min(values)
