"""How much wider neighbouring evaluations that err together make a parameter's interval.

Evaluations of one run share its test set and, a few steps apart, nearly its network, so that their errors go together
for a while. They are taken for an autoregression of first order, neighbours of a curve having one correlation r. The
variance of a parameter is then that of a sandwich about the errors' own covariance ([Kent1982]). To sum products of the
residuals instead falls far short: at a minimum the scores of each parameter add up to zero, and the dozen evaluations
that most of them rest on tell little of their own dependence.
"""

import numpy as np
from numpy.typing import NDArray

from .losses import mean_bend, mean_bounded_square, weight

Array = NDArray[np.float64]

STRONGEST = 0.97
"""Largest correlation of neighbours that is believed: more looks like a model that is off."""


def inflation(z: Array, slopes: Array, free: NDArray[np.bool_], outlying: float) -> Array:
    """Return by how much the rise of twice the cost is stretched for each parameter (k,).

    `z` (2, T) are standardized residuals, in order of time, and `slopes` (k, 2, T) their derivatives; parameters that
    are not `free` are taken for independent of their errors. The loss bends from `outlying` on, for which 1 becomes the
    mean of its squared slope over that of its curvature.
    """
    found = np.ones(free.size)
    if free.any():
        own = slopes[free]
        own = own / np.sqrt(np.maximum((own**2).sum(axis=(1, 2)), 1e-300))[:, None, None]
        flat = own.reshape(own.shape[0], -1)
        bread = np.linalg.pinv(flat @ flat.T, rcond=1e-10, hermitian=True)
        apart = np.abs(np.subtract.outer(np.arange(z.shape[1]), np.arange(z.shape[1])))
        covariance = correlation(z * weight(z, outlying), int(free.sum())) ** apart
        meat = sum(own[:, curve] @ covariance @ own[:, curve].T for curve in (0, 1))
        variance = np.diag(bread @ meat @ bread)
        found[free] = np.maximum(1.0, variance / np.maximum(np.diag(bread), 1e-300))
    return found * mean_bounded_square(outlying) / mean_bend(outlying)


def correlation(errors: Array, spent: int) -> float:
    """Return that of neighbouring errors (2, T), in 0..`STRONGEST`.

    Fitted parameters take up what the errors have in common: half of `spent` of each curve, by which the estimate falls
    short as that of an autoregression about as many fitted means does, (1 + 3 r) / T for each ([Marriott1954]).
    """
    neighbours = float((errors[:, 1:] * errors[:, :-1]).sum())
    r = neighbours / max(float((errors**2).sum()), 1e-300)
    r += 0.5 * spent * (1.0 + 3.0 * r) / (2 * errors.shape[1])
    return float(np.clip(r, 0.0, STRONGEST))
