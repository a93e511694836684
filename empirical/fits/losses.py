"""Losses of standardized residuals: squares, or squares that grow only linearly beyond some size."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def loss(z: Array, outlying: float) -> Array:
    """Return half the loss of each residual: z^2 / 2 for |z| well below `outlying`, growing like |z| beyond.

    It is the pseudo-Huber loss, SciPy's soft_l1; `outlying` may be infinite.
    """
    if np.isinf(outlying):
        return 0.5 * z * z
    ratio = z / outlying
    return outlying**2 * (np.sqrt(1.0 + ratio * ratio) - 1.0)


def weight(z: Array, outlying: float) -> Array:
    """Return the derivative of `loss` over z: the weight of a residual in reweighted least squares, in (0, 1]."""
    if np.isinf(outlying):
        return np.ones_like(z)
    ratio = z / outlying
    return 1.0 / np.sqrt(1.0 + ratio * ratio)


def bounded_square(z: Array, outlying: float) -> Array:
    """Return the square of z times its weight: z^2 for |z| well below `outlying`, and never above outlying^2."""
    return (z * weight(z, outlying)) ** 2


def bend(z: Array, outlying: float) -> Array:
    """Return the second derivative of `loss`."""
    return weight(z, outlying) ** 3


@cache
def mean_bounded_square(outlying: float) -> float:
    """Return the mean of `bounded_square` over the standard normal distribution."""
    return _normal_mean(lambda z: bounded_square(z, outlying))


@cache
def mean_bend(outlying: float) -> float:
    """Return the mean of `bend` over the standard normal distribution."""
    return _normal_mean(lambda z: bend(z, outlying))


def _normal_mean(function: Callable[[Array], Array]) -> float:
    """Return the mean over the standard normal distribution, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    return float((weights * function(nodes)).sum() / weights.sum())
