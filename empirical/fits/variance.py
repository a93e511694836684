"""How far evaluations scatter about a model: counting noise of the sets, and what the model leaves unexplained.

An accuracy mu that was counted on N independent examples has the variance mu (1 - mu) / N. A model that is off, by
more where the curve moves than where it is at 0 or 1, adds as if examples came in groups that are right together:
mu (1 - mu) rho, the variance of a beta-binomial proportion ([McCullagh1989]).
The sum of both is mu (1 - mu) s with s = 1 / N + rho, and `s` is called the scatter.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from .losses import bounded_square, mean_bounded_square

Array = NDArray[np.float64]

LEAST = 1e-10
"""Scatter below which nothing is told apart: a standard deviation of 5e-6."""


def deviation(mu: Array, scatter: Array | float) -> Array:
    """Return the standard deviation of accuracies about `mu`.

    It is that of (mu + s / 2) / (1 + s), which is what is left of mu = 0 or 1 when half an example more is known on
    either side: no evaluation is infinitely precise.
    """
    kept = (np.clip(mu, 0.0, 1.0) + 0.5 * scatter) / (1.0 + scatter)
    return np.sqrt(kept * (1.0 - kept) * scatter)


def fitted_scatter(residuals: Array, mu: Array, size: int | None, spent: float, outlying: float) -> float:
    """Return the scatter at which the residuals (T,) about `mu` are as large as they are expected to be.

    Never less than 1 / size. Squares are bounded, so that wild evaluations count little; `spent` is
    the number of parameters that these residuals have paid for.
    """
    least = LEAST if size is None else 1.0 / size
    inside = np.clip(mu, 0.0, 1.0)
    kept = max(0.0, 1.0 - spent / residuals.size) * mean_bounded_square(outlying)

    def excess(log_scatter: float) -> float:
        s = float(np.exp(log_scatter))
        spread = deviation(mu, s)
        expected = inside * (1.0 - inside) * s / spread**2
        return float(bounded_square(residuals / spread, outlying).sum() - kept * expected.sum())

    low, high = np.log(least), 0.0
    if excess(low) <= 0:
        return least
    return 1.0 if excess(high) > 0 else math.exp(float(brentq(excess, low, high, xtol=1e-4)))  # pyright: ignore[reportArgumentType]
