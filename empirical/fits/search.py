"""The search for the candidates closest to a run: many descents in accuracy, then a few weighed by their scatter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrangements import distinct, in_order
from .candidates import Candidates
from .descents import descend
from .losses import bounded_square, mean_bounded_square
from .one_run import OneRun
from .starts import Scales, rearranged
from .variance import deviation, fitted_scatter

Array = NDArray[np.float64]
Sizes = tuple[int | None, int | None]

ROUGH, FINE = 60, 40
"""Steps of the first descents, and of each one after the scatter is known anew."""
EXCHANGED = 2
"""Best ends of the first descents whose patterns change places, to begin from there once more."""
KEPT = 6
"""Different ends of the first descents that go on."""
ROUNDS = 3
"""How often scatter and candidate are fitted in turn."""
OUTLYING_ACCURACY = 0.05
"""Residual of accuracy from which the first loss grows like |residual| and no longer like its square."""
OUTLYING = 3.0
"""The same in standard deviations, once these are known."""
OUTLYING_SCATTER = 1.5
"""The same where the scatter itself is fitted: up to a quarter of the evaluations may be wild, as in real runs."""
SAME_COST = 1e-3
"""Relative difference up to which two descents have reached the same cost."""


@dataclass(frozen=True)
class Found:
    """What a search came to: one objective, weighed by the scatter of the best candidate, and its minima."""

    objective: OneRun
    scatter: tuple[float, float]
    """Of train and of test accuracy."""
    minima: Array
    """Candidates (M, 4 n), the best first."""
    costs: Array
    """Their costs (M,), in the objective."""
    deviance: float
    """Of the best: the sum of bounded squares over their mean, and of the logarithms of the variances."""
    converged: bool
    at_best: int
    """How many of the first descents came to the least cost."""


def search(candidates: Candidates, target: Array, sizes: Sizes, own: Scales, begin: Array, *, robust: bool) -> Found:
    """Return where descents lead from candidates `begin` (S, 4 n) towards the curves `target` (2, T).

    `sizes` are the numbers of examples behind train and test accuracy, where they are known.
    """
    low, high = own.bounds(candidates.n)
    near, far, tolerance = (OUTLYING_ACCURACY, OUTLYING, OUTLYING_SCATTER) if robust else (np.inf, np.inf, np.inf)
    plain = OneRun(candidates, target, np.ones_like(target), near)
    rough = descend(plain, begin, low, high, steps=ROUGH)
    first = rough.x[np.argsort(rough.cost, kind="stable")[:EXCHANGED]]
    again = descend(plain, rearranged(first, candidates, target), low, high, steps=ROUGH)
    reached, costs = np.concatenate([rough.x, again.x]), np.concatenate([rough.cost, again.cost])
    x = reached[np.argsort(costs, kind="stable")]
    x = x[distinct(np.array([in_order(candidates.rule, one) for one in x]), high - low)[:KEPT]]
    scatter, spread = _spread(candidates, x, target, sizes, tolerance)
    for _ in range(ROUNDS):
        each = np.broadcast_to(target, spread.shape)
        x = descend(OneRun(candidates, each, 1.0 / spread, far), x, low, high, steps=FINE).x
        scatter, spread = _spread(candidates, x, target, sizes, tolerance)
    deviance = _deviance(candidates.of(x) - target, spread, tolerance)
    best = int(np.argmin(deviance))
    objective = OneRun(candidates, target, 1.0 / spread[best], far)
    ends = descend(objective, x, low, high, steps=FINE)
    order = np.argsort(ends.cost, kind="stable")
    same = rough.cost <= costs.min() * (1 + SAME_COST) + 1e-12 * target.size
    return Found(
        objective,
        (float(scatter[best, 0]), float(scatter[best, 1])),
        ends.x[order],
        ends.cost[order],
        float(_deviance(candidates.of(ends.x[order[:1]]) - target, spread[[best]], tolerance)[0]),
        bool(ends.converged[order[0]]),
        int(same.sum()),
    )


def _spread(candidates: Candidates, x: Array, target: Array, sizes: Sizes, tolerance: float) -> tuple[Array, Array]:
    """Return the scatter (S, 2) of the curves about each candidate, and its standard deviations (S, 2, T)."""
    mu = candidates.of(x)
    spent = 0.5 * x.shape[1]
    scatter = np.array(
        [[fitted_scatter(target[c] - one[c], one[c], sizes[c], spent, tolerance) for c in (0, 1)] for one in mu]
    )
    return scatter, deviation(mu, scatter[:, :, None])


def _deviance(residuals: Array, spread: Array, tolerance: float) -> Array:
    """Return the sum of bounded squares over their mean and of the logarithms of the variances, (S,)."""
    squares = bounded_square(residuals / spread, tolerance).sum(axis=(1, 2)) / mean_bounded_square(tolerance)
    return squares + 2.0 * np.log(spread).sum(axis=(1, 2))
