"""What in a fit should not be interpreted: parameters on a bound, and what the curves of the run cannot tell."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from .candidates import Candidates, letters
from .intervals import Intervals
from .search import FINE, Found
from .starts import Scales

Array = NDArray[np.float64]

UNSEEN = 0.005
"""A pattern that moves neither curve by more than this is not needed."""
ALIKE = 0.02
"""Two patterns whose p / gamma never differ by more than this cannot be told apart."""
FINISHED = 0.9
"""Share of its height that a pattern must have reached when the run ends for that height to be measured."""
FLAT = 0.001
"""Root mean square change of the curves per unit of movement below which parameters are not identified."""
SHARE = 0.3
"""Component of a unit direction from which a parameter is named as taking part in it."""


def at_bound(x: Array, low: Array, high: Array) -> tuple[str, ...]:
    """Return the parameters within a ten-thousandth of the searched range from one of its ends."""
    below, above = _near_bounds(x, low, high)
    names = letters(x.size // 4)
    return tuple(
        f"{name} at its {'upper' if up else 'lower'} bound"
        for name, down, up in zip(names, below, above, strict=True)
        if down or up
    )


def warnings(
    candidates: Candidates, scales: Scales, found: Found, x: Array, own: Intervals | None, *, starts: int
) -> tuple[str, ...]:
    """Return what in the answer `x` should not be interpreted, one line each."""
    told = []
    if not found.converged:
        told.append(f"the search stopped after {FINE} steps before it converged")
    if found.at_best <= 1 < starts:
        reached = "only one" if found.at_best else "none"
        told.append(f"{reached} of {starts} starts reached the least cost: a better fit may exist")
    if 4 * candidates.n >= candidates.t.size:
        told.append(f"{4 * candidates.n} parameters for {candidates.t.size} evaluations: too few to tell")
    told += [
        f"{name} accuracy is not followed: the model leaves all of it unexplained"
        for name, scatter in zip(("train", "test"), found.scatter, strict=True)
        if scatter >= 1.0
    ]
    if own is not None and len(own.arrangements) > 1:
        told.append(f"{len(own.arrangements)} arrangements of the patterns fit as well: intervals are over all of them")
    needed = _needed(candidates, x)
    told += [
        f"pattern {k} is not needed: without it no accuracy changes by more than {UNSEEN}"
        for k in range(candidates.n)
        if k not in needed
    ]
    return (
        *told,
        *_alike(candidates, scales, x, needed),
        *_unfinished(candidates, scales, x, needed),
        *_unidentified(candidates, scales, x, needed),
    )


def _near_bounds(x: Array, low: Array, high: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    near = 1e-4 * (high - low)
    return x - low < near, high - x < near


def _needed(candidates: Candidates, x: Array) -> list[int]:
    """Return the patterns without which some accuracy would change visibly."""
    gamma, alpha, b, g = (np.tile(values, (candidates.n + 1, 1)) for values in candidates.parameters(x))
    gamma[np.arange(candidates.n), np.arange(candidates.n)] = 0.0
    *without, whole = candidates.curves(gamma, alpha, b, g)
    return [k for k, one in enumerate(without) if np.abs(one - whole).max() > UNSEEN]


def _alike(candidates: Candidates, scales: Scales, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each two patterns that cannot be told apart in time."""
    _, alpha, b, _ = candidates.parameters(x)
    share = expit(alpha[:, None] * (scales.seen - b[:, None]))
    return [
        f"patterns {i} and {j} rise together: the curves cannot tell them apart"
        for i, j in combinations(needed, 2)
        if np.abs(share[i] - share[j]).max() <= ALIKE
    ]


def _unfinished(candidates: Candidates, scales: Scales, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each pattern whose height is extrapolated."""
    _, alpha, b, _ = candidates.parameters(x)
    reached = expit(alpha * (scales.seen[-1] - b))
    return [
        f"pattern {k} stands at {reached[k]:.0%} of its height when the run ends: its gamma is extrapolated"
        for k in needed
        if reached[k] < FINISHED
    ]


def _unidentified(candidates: Candidates, scales: Scales, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each direction in which the parameters can move and the curves, to first order, stay.

    Parameters of needed patterns that are off their bounds are scaled so that 1 is their range: that of accuracy for
    gamma and g, a factor e for alpha, the length of the run for b.
    """
    n = candidates.n
    below, above = _near_bounds(x, *scales.bounds(n))
    free = np.tile(np.isin(np.arange(n), needed), 4) & ~below & ~above
    if not free.any():
        return []
    unit = np.repeat([1.0, 1.0, scales.length, 1.0], n)
    slopes = candidates.slopes(x[None])[0].reshape(4 * n, -1).T
    _, strength, directions = np.linalg.svd(slopes[:, free] * unit[free], full_matrices=False)
    names = np.array(letters(n))[free]
    flat = [
        (names[np.abs(direction) > SHARE], 0.1 * size)
        for size, direction in zip(strength / np.sqrt(len(slopes)), directions, strict=True)
        if size < FLAT
    ]
    return [
        f"{', '.join(taking_part)} not identified: a move by a tenth of "
        f"{'its' if len(taking_part) == 1 else 'their common'} range changes the curves by {change:.1g}"
        for taking_part, change in flat
    ]
