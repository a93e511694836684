"""Losses of standardized residuals: squares, or squares that grow only linearly beyond some size."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad

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


@cache
def mean_bounded_square(outlying: float) -> float:
    """Return its mean over the standard normal distribution."""
    if np.isinf(outlying):
        return 1.0

    def integrand(z: float) -> float:
        return float(bounded_square(np.asarray(z), outlying)) * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)

    return float(quad(integrand, -np.inf, np.inf)[0])
