"""Intervals for the parameters of one fit, by profiles of its cost.

For each parameter the others are fitted anew at values to both sides, until twice the cost has risen by the quantile of
chi-square with one degree of freedom, times how much the dependence of neighbouring evaluations widens that parameter
(`dependence`). Where it never rises so far the interval ends on the bound of the search, and says so. ([McCullagh1989],
quasi-likelihood; [Kent1982], the factor.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from .descents import Objective, descend

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDS = 12
"""Values that are tried on either side of a parameter."""
STEPS = 25
"""Steps of each descent of the others."""
CLOSE = 0.02
"""Relative error, of the root of the rise, at which an end is found."""


@dataclass(frozen=True)
class Profiles:
    """Intervals of k parameters, (k,) each."""

    low: Array
    high: Array
    open_below: Flags
    """Whether the lower end is the bound of the search: smaller values could not be tried."""
    open_above: Flags
    lowest: Array
    """The point of the least cost that a profile came across: where that is below the minimum, it was none."""
    least: float
    """Its cost."""


class _Ends:
    """The search for both ends of every parameter at once: 2 k rows, the lower ends first."""

    def __init__(self, x: Array, low: Array, high: Array, goal: Array) -> None:
        k = x.size
        self.parameter, self.side = np.tile(np.arange(k), 2), np.repeat([-1.0, 1.0], k)
        self.goal = np.tile(goal, 2)
        self.limit = np.concatenate([low, high])
        self.room = np.abs(self.limit - np.tile(x, 2))
        self.near, self.rise_near = np.zeros(2 * k), np.zeros(2 * k)
        self.far, self.rise_far = np.full(2 * k, np.nan), np.full(2 * k, np.nan)
        self.found = np.full(2 * k, np.nan)
        self.found[self.room <= 0] = 0.0

    @property
    def sought(self) -> NDArray[np.intp]:
        """Rows of the ends that are not found yet."""
        return np.flatnonzero(np.isnan(self.found))

    def tell(self, rows: NDArray[np.intp], at: Array, rise: Array) -> None:
        """Take in how far the root of the rise came at distances `at` from the minimum."""
        goal = self.goal[rows]
        inside = rise < goal
        ended = (np.abs(rise - goal) <= CLOSE * goal) | (inside & (at >= self.room[rows]))
        self.found[rows[ended]] = at[ended]
        self.near[rows[inside]], self.rise_near[rows[inside]] = at[inside], rise[inside]
        self.far[rows[~inside]], self.rise_far[rows[~inside]] = at[~inside], rise[~inside]

    def next(self, rows: NDArray[np.intp]) -> Array:
        """Return where to look next: between what is inside and what is outside, or further out."""
        near, rise_near, far, goal = self.near[rows], self.rise_near[rows], self.far[rows], self.goal[rows]
        bracketed = ~np.isnan(far)
        share = (goal - rise_near) / np.maximum(self.rise_far[rows] - rise_near, 1e-300)
        between = near + np.clip(np.where(bracketed, share, 0.5), 0.05, 0.95) * (np.where(bracketed, far, near) - near)
        growth = np.clip(goal / np.maximum(rise_near, 1e-3 * goal), 1.2, 4.0)
        return np.where(bracketed, between, np.minimum(self.room[rows], growth * near))

    def give_up(self) -> None:
        """Take the outer end of what is known where an end was not found: too wide, never too narrow."""
        rows = self.sought
        self.found[rows] = np.where(np.isnan(self.far[rows]), self.room[rows], self.far[rows])


def profiles(
    objective: Objective, x: Array, low: Array, high: Array, *, base: float, inflation: Array, level: float
) -> Profiles:
    """Return the intervals about `x` (k,), where the cost rises to `base` and the quantile times `inflation` (k,).

    `base` is the least cost, which is that of `x` or of a better minimum.
    """
    goal = np.sqrt(chi2.ppf(level, 1) * inflation)
    ends = _Ends(x, low, high, goal)
    at = np.minimum(ends.room, np.tile(_spread(objective, x, low, high) * goal, 2))
    points, costs = np.tile(x, (2 * x.size, 1)), np.full(2 * x.size, np.inf)
    for _ in range(ROUNDS):
        rows = ends.sought
        if rows.size == 0:
            break
        of_row = np.arange(rows.size), ends.parameter[rows]
        below, above = np.tile(low, (rows.size, 1)), np.tile(high, (rows.size, 1))
        below[of_row] = above[of_row] = x[ends.parameter[rows]] + ends.side[rows] * at[rows]
        reached = descend(objective, points[rows], below, above, steps=STEPS)
        points[rows], costs[rows] = reached.x, np.minimum(costs[rows], reached.cost)
        ends.tell(rows, at[rows], np.sqrt(np.maximum(0.0, 2.0 * (reached.cost - base))))
        rows = ends.sought
        at[rows] = ends.next(rows)
    ends.give_up()
    lower, upper = (np.tile(x, 2) + ends.side * ends.found).reshape(2, -1)
    open_below, open_above = (ends.found >= ends.room).reshape(2, -1)
    best = int(np.argmin(costs))
    return Profiles(lower, upper, open_below, open_above, points[best], float(costs[best]))


def _spread(objective: Objective, x: Array, low: Array, high: Array) -> Array:
    """Return what one standard deviation of each parameter would be were the cost a parabola, within its range."""
    _, curvature = objective.system(x[None], np.zeros(1, dtype=np.intp))
    free, span = (x > low) & (x < high), high - low
    scaled = curvature[0] * np.outer(span, span)
    ridge = 1e-10 * max(float(np.diag(scaled).max()), 1e-300)
    matrix = np.where(np.outer(free, free), scaled, 0.0) + np.diag(np.where(free, ridge, 1.0))
    variance = np.where(free, np.diag(np.linalg.inv(matrix)), 1.0 / np.maximum(np.diag(scaled), ridge))
    return span * np.clip(np.sqrt(np.maximum(variance, 0.0)), 1e-8, 1.0)
