"""Bounded least squares from many starts at once: Levenberg-Marquardt steps that are cut at the bounds.

All starts take their steps together, so that the models of a step are evaluated by one call of a kernel and its linear
systems solved by one call of LAPACK. A start that has arrived drops out. Starts may differ in their data and in their
bounds, too: the values that a profile tries are starts.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

FIRST_DAMPING = 1e-2
LEAST_DAMPING, MOST_DAMPING = 1e-12, 1e12
SAME = 1e-10
"""Relative change of the cost, or change of the point in units of its range, at which a descent has arrived."""


class Objective(Protocol):
    """What is minimized: half a sum of losses of residuals, for each of S starts."""

    def cost(self, x: Array, rows: Rows) -> Array:
        """Return the cost (R,) at points (R, k), those of the starts `rows` (R,)."""
        ...

    def system(self, x: Array, rows: Rows) -> tuple[Array, Array]:
        """Return its gradient (R, k) and a positive semidefinite stand-in for its second derivatives (R, k, k)."""
        ...


@dataclass(frozen=True)
class Ends:
    """Where S descents ended."""

    x: Array
    """Points (S, k)."""
    cost: Array
    """Their costs (S,)."""
    converged: NDArray[np.bool_]
    """Whether they arrived before their steps were spent (S,)."""


def descend(objective: Objective, x: Array, low: Array, high: Array, *, steps: int) -> Ends:
    """Return where at most so many steps of each descent lead from points (S, k) within bounds (k,) or (S, k)."""
    low, high = (np.broadcast_to(bound, x.shape) for bound in (low, high))
    x = np.clip(x, low, high)
    moving = np.arange(x.shape[0])
    cost = objective.cost(x, moving)
    gradient, curvature = objective.system(x, moving)
    damping = np.full(x.shape[0], FIRST_DAMPING)
    converged = np.zeros(x.shape[0], dtype=bool)
    span = np.maximum(high - low, np.finfo(np.float64).tiny)
    for _ in range(steps):
        here, below, above = x[moving], low[moving], high[moving]
        there = np.clip(here + _step(here, gradient, curvature, damping[moving], below, above), below, above)
        cost_there = objective.cost(there, moving)
        better = cost_there < cost[moving]
        still = (np.abs(there - here) / span[moving]).max(axis=1) <= SAME
        gained = cost[moving] - cost_there
        damping[moving] = np.clip(damping[moving] * np.where(better, 0.2, 5.0), LEAST_DAMPING, MOST_DAMPING)
        arrived = still | (better & (gained <= SAME * cost_there)) | (damping[moving] >= MOST_DAMPING)
        x[moving[better]], cost[moving[better]] = there[better], cost_there[better]
        converged[moving[arrived]] = True
        staying = ~arrived
        anew = better & staying
        if anew.any():
            gradient[anew], curvature[anew] = objective.system(there[anew], moving[anew])
        moving, gradient, curvature = moving[staying], gradient[staying], curvature[staying]
        if moving.size == 0:
            break
    return Ends(x, cost, converged)


def _step(x: Array, gradient: Array, curvature: Array, damping: Array, low: Array, high: Array) -> Array:
    """Return the damped steps (S, k) of what is free: not on a bound that it would leave."""
    k = x.shape[1]
    held = ((x <= low) & (gradient >= 0)) | ((x >= high) & (gradient <= 0))
    diagonal = np.einsum("skk->sk", curvature)
    scale = np.maximum(diagonal, 1e-12 * np.maximum(diagonal.max(axis=1, keepdims=True), 1e-300))
    matrix = curvature * (~held[:, :, None] & ~held[:, None, :])
    matrix[:, np.arange(k), np.arange(k)] = np.where(held, 1.0, diagonal + damping[:, None] * scale)
    return np.linalg.solve(matrix, np.where(held, 0.0, -gradient)[..., None])[..., 0].astype(np.float64, copy=False)
