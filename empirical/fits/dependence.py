"""How much wider neighbouring evaluations that err together make a parameter's interval.

Evaluations of one run share its test set and, a few steps apart, nearly its network, so that their errors go together
for a while. The variance of a parameter is then that of a sandwich: the curvature of the cost about the long-run
variance of its scores, by Bartlett weights ([Newey1987]), with as many lags as [Andrews1991] has for errors of first
order.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def inflation(z: Array, slopes: Array, free: NDArray[np.bool_]) -> Array:
    """Return the variance of each parameter (k,) over that of independent residuals of variance 1; never below 1.

    `z` (2, T) are standardized residuals, in order of time, and `slopes` (k, 2, T) their derivatives. Parameters that
    are not `free` keep 1.
    """
    found = np.ones(free.size)
    if not free.any():
        return found
    own = slopes[free]
    flat = own.reshape(own.shape[0], -1)
    scale = np.sqrt(np.maximum((flat**2).sum(axis=1), 1e-300))
    flat = flat / scale[:, None]
    bread = np.linalg.pinv(flat @ flat.T, rcond=1e-10, hermitian=True)
    scores = np.einsum("kct,ct->kt", own / scale[:, None, None], z)
    influence = bread @ scores  # of each time on each parameter
    meat = _long_run(influence, lag(z))
    found[free] = np.maximum(1.0, meat / np.maximum(np.diag(bread), 1e-300))
    return found


def lag(z: Array) -> int:
    """Return the number of lags that matter: 1.1447 (4 r^2 T / (1 - r^2)^2)^(1/3), r the correlation of neighbours."""
    neighbours = float((z[:, 1:] * z[:, :-1]).sum())
    r = np.clip(neighbours / max(float((z**2).sum()), 1e-300), -0.97, 0.97)
    length = z.shape[1]
    return int(min(length / 3, np.ceil(1.1447 * (4 * r * r * length / (1 - r * r) ** 2) ** (1 / 3))))


def _long_run(influence: Array, lags: int) -> Array:
    total = (influence**2).sum(axis=1)
    for h in range(1, lags + 1):
        total += 2 * (1 - h / (lags + 1)) * (influence[:, h:] * influence[:, :-h]).sum(axis=1)
    return total
