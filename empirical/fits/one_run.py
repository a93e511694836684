"""The distance of candidate models from the two curves of a run, as `descents` minimizes it."""

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidates
from .losses import loss, weight

Array = NDArray[np.float64]
Rows = NDArray[np.intp]


class OneRun:
    """Half the summed loss of standardized residuals of train and test accuracy.

    `target` and `precision` (one over the standard deviation) are of shape (2, T), or (S, 2, T) where every start has
    its own.
    """

    def __init__(self, candidates: Candidates, target: Array, precision: Array, outlying: float) -> None:
        self.candidates, self.outlying = candidates, outlying
        self.target, self.precision = target, precision

    def residuals(self, x: Array, rows: Rows) -> Array:
        """Return the standardized residuals (R, 2, T)."""
        return (self.candidates.of(x) - self._own(self.target, rows)) * self._own(self.precision, rows)

    def slopes(self, x: Array, rows: Rows) -> Array:
        """Return the derivatives of the residuals (R, k, 2, T)."""
        own = self._own(self.precision, rows)
        return self.candidates.slopes(x) * (own if own.ndim == 2 else own[:, None])

    def cost(self, x: Array, rows: Rows) -> Array:
        """Return the cost (R,)."""
        return loss(self.residuals(x, rows), self.outlying).sum(axis=(1, 2))

    def system(self, x: Array, rows: Rows) -> tuple[Array, Array]:
        """Return its gradient (R, k) and its Gauss-Newton matrix (R, k, k)."""
        z = self.residuals(x, rows).reshape(len(x), 1, -1)
        slopes = self.slopes(x, rows).reshape(len(x), x.shape[1], -1)
        weighted = slopes * weight(z, self.outlying)
        return (weighted @ z.swapaxes(1, 2))[..., 0], weighted @ slopes.swapaxes(1, 2)

    @staticmethod
    def _own(values: Array, rows: Rows) -> Array:
        return values if values.ndim == 2 else values[rows]
