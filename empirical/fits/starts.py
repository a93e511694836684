"""Where descents begin, and the bounds that they keep: random candidates on the scales of a run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrangements import exchanges
from .axes import TimeAxis, in_model_time, unit_of
from .candidates import Candidates

Array = NDArray[np.float64]

DRAWS = 32
"""Random candidates of which the best one becomes a start."""
STEEPEST = 20.0
"""Largest alpha times the finest spacing of the evaluations: a rise from 1 % to 99 % within half of it."""
FLATTEST = 0.1
"""Smallest alpha times the length of the run: a pattern that slow looks constant."""
BEYOND = 10.0
"""Latest inflection, in lengths of the run."""
RIDGE = 1e-9
"""Share of the largest diagonal entry that keeps the equations for g solvable where a pattern has no effect."""


@dataclass(frozen=True)
class Scales:
    """The times of a run as a search sees them."""

    time: TimeAxis
    seen: Array
    """Finite model times, ascending, each once."""
    finest: float
    """The least distance of two of them."""
    low: Array
    """Least gamma, log alpha, b, g (4,)."""
    high: Array
    """Largest gamma, log alpha, b, g (4,)."""

    @property
    def length(self) -> float:
        """How long the run is."""
        return float(self.seen[-1] - self.seen[0])

    def bounds(self, n: int) -> tuple[Array, Array]:
        """Return the bounds of candidates of n patterns, (4 n,) each."""
        return np.repeat(self.low, n), np.repeat(self.high, n)


def scales(time: TimeAxis, steps: Array) -> Scales:
    """Return those of a run with evaluations at `steps`, ascending."""
    unit = unit_of(time, steps)
    t = in_model_time(time, steps, unit)
    seen = np.unique(t[np.isfinite(t)])
    finest = float(np.diff(seen).min())
    length = float(seen[-1] - seen[0])
    latest = float(in_model_time(time, BEYOND * steps[-1:], unit)[0])
    slowest, fastest = np.log([FLATTEST / length, STEEPEST / finest])
    return Scales(
        time,
        seen,
        finest,
        np.array([0.0, slowest, 0.0, 0.0]),
        np.array([1.0, fastest, max(latest, 1.0), 1.0]),
    )


def starts(count: int, candidates: Candidates, target: Array, own: Scales, rng: np.random.Generator) -> Array:
    """Return so many candidates (count, 4 n), each the best of a handful, for curves `target` (2, T)."""
    n, drawn = candidates.n, count * DRAWS
    gamma = np.minimum(1.0, rng.uniform(0.0, 1.5, (drawn, n)))  # complete patterns are common: one in three
    b = _moments((drawn, n), candidates.t, target, own, rng)  # in any order: a preferred pattern may come first
    steepness = np.exp(rng.uniform(0.0, np.log(30.0), (drawn, n)))  # alpha in logarithmic time, alpha b in linear time
    alpha = steepness if own.time == "log" else steepness / np.maximum(b, own.finest)
    low, high = own.bounds(n)
    x = np.clip(np.concatenate([gamma, np.log(alpha), b, np.zeros((drawn, n))], axis=1), low, high)
    x[:, 3 * n :] = _best_g(x, candidates, target)
    cost = ((candidates.of(x) - target) ** 2).sum(axis=(1, 2)).reshape(count, DRAWS)
    return x.reshape(count, DRAWS, -1)[np.arange(count), np.argmin(cost, axis=1)]


def rearranged(x: Array, candidates: Candidates, target: Array) -> Array:
    """Return candidates (S, 4 n) and those in which two patterns have changed places, with g that suit them best."""
    orders = exchanges(candidates.rule, candidates.n)
    if not orders:
        return x
    tables = x.reshape(-1, 4, candidates.n)
    others = np.concatenate([tables[:, :, order] for order in orders]).reshape(-1, x.shape[1])
    others[:, 3 * candidates.n :] = _best_g(others, candidates, target)
    return np.concatenate([x, others])


def _moments(shape: tuple[int, int], t: Array, target: Array, own: Scales, rng: np.random.Generator) -> Array:
    """Return times at which something may happen: two in three where a curve passes a random level of its own."""
    anywhere = rng.uniform(own.seen[0], own.seen[-1], shape)
    curve = rng.integers(0, 2, shape)
    lowest, highest = target.min(axis=1), target.max(axis=1)
    level = lowest[curve] + rng.random(shape) * (highest - lowest)[curve]
    of_level = np.empty(shape)
    for which, values in enumerate(target):
        reached = np.searchsorted(np.maximum.accumulate(values), level[curve == which])
        of_level[curve == which] = t[np.minimum(reached, t.size - 1)]
    chosen = np.where(rng.random(shape) < 1 / 3, anywhere, of_level)
    return np.maximum(0.0, chosen)


def _best_g(x: Array, candidates: Candidates, target: Array) -> Array:
    """Return the least-squares g for given p, cut to [0, 1], (M, n): test accuracy is affine in g."""
    n = candidates.n
    gamma, alpha, b, _ = candidates.parameters(x)
    count = gamma.shape[0]
    units = np.concatenate([np.zeros((1, n)), np.eye(n)]).repeat(count, axis=0)
    gamma, alpha, b = (np.tile(values, (n + 1, 1)) for values in (gamma, alpha, b))
    test = candidates.curves(gamma, alpha, b, units)[:, 1].reshape(n + 1, count, -1)
    base, slopes = test[0], (test[1:] - test[0]).swapaxes(0, 1)  # (M, T), (M, n, T)
    matrix = slopes @ slopes.swapaxes(1, 2)
    diagonal = np.einsum("mkk->mk", matrix)
    matrix[:, np.arange(n), np.arange(n)] += RIDGE * np.maximum(diagonal.max(axis=1, keepdims=True), 1e-12)
    right = np.einsum("mkt,mt->mk", slopes, target[1] - base)
    return np.clip(np.linalg.solve(matrix, right[..., None])[..., 0], 0.0, 1.0)
