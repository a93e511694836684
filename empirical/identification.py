"""What in a fit should not be interpreted: parameters on a bound, and what the curves of the run cannot tell."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ..analytic.training_curves import Array
from .pattern_search import LONG, Problem, with_one

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


def at_bound(problem: Problem, x: Array) -> tuple[str, ...]:
    """Return the parameters within a ten-thousandth of the searched range from one of its ends."""
    below, above = _near_bounds(problem, x)
    ends = [(f"{letter} at its lower bound", f"{letter} at its upper bound") for letter in _letters(problem.n)]
    return tuple(end[int(up)] for end, down, up in zip(ends, below, above, strict=True) if down or up)


def warnings(problem: Problem, x: Array, *, converged: bool, starts: int, at_best: int) -> tuple[str, ...]:
    """Return what in the answer `x` should not be interpreted, one line each."""
    found = []
    if not converged:
        found.append(f"the search stopped after {LONG} evaluations before it converged")
    if at_best == 1 < starts:
        found.append(f"only one of {starts} starts reached the least cost: a better fit may exist")
    needed = _needed(problem, x)
    found += [
        f"pattern {k} is not needed: without it no accuracy changes by more than {UNSEEN}"
        for k in range(problem.n)
        if k not in needed
    ]
    return (*found, *_alike(problem, x, needed), *_unfinished(problem, x, needed), *_unidentified(problem, x, needed))


def _near_bounds(problem: Problem, x: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    near = 1e-4 * (problem.high - problem.low)
    return x - problem.low < near, problem.high - x < near


def _letters(n: int) -> list[str]:
    return [f"{letter}_{k}" for letter in ("gamma", "alpha", "b", "g") for k in range(n)]


def _needed(problem: Problem, x: Array) -> list[int]:
    """Return the patterns without which some accuracy would change visibly."""
    gamma, alpha, b, g = problem.parameters(x)
    whole = problem.both(gamma, alpha, b, g)
    moved = [np.abs(problem.both(with_one(gamma, k, 0), alpha, b, g) - whole).max() for k in range(problem.n)]
    return [k for k in range(problem.n) if moved[k] > UNSEEN]


def _alike(problem: Problem, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each two patterns that cannot be told apart in time."""
    _, alpha, b, _ = problem.parameters(x)
    share = expit(alpha[:, None] * (problem.seen - b[:, None]))
    return [
        f"patterns {i} and {j} rise together: the curves cannot tell them apart"
        for i, j in combinations(needed, 2)
        if np.abs(share[i] - share[j]).max() <= ALIKE
    ]


def _unfinished(problem: Problem, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each pattern whose height is extrapolated."""
    _, alpha, b, _ = problem.parameters(x)
    reached = expit(alpha * (problem.seen[-1] - b))
    return [
        f"pattern {k} stands at {reached[k]:.0%} of its height when the run ends: its gamma is extrapolated"
        for k in needed
        if reached[k] < FINISHED
    ]


def _unidentified(problem: Problem, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each direction in which the parameters can move and the curves, to first order, stay.

    Parameters of needed patterns that are off their bounds are scaled so that 1 is their range: that of accuracy for
    gamma and g, a factor e for alpha, the length of the run for b.
    """
    below, above = _near_bounds(problem, x)
    free = np.tile(np.isin(np.arange(problem.n), needed), 4) & ~below & ~above
    if not free.any():
        return []
    unit = np.repeat([1.0, 1.0, problem.length, 1.0], problem.n)
    _, strength, directions = np.linalg.svd(problem.jacobian(x)[:, free] * unit[free], full_matrices=False)
    letters = np.array(_letters(problem.n))[free]
    flat = [
        (letters[np.abs(direction) > SHARE], 0.1 * size)
        for size, direction in zip(strength / np.sqrt(problem.target.size), directions, strict=True)
        if size < FLAT
    ]
    return [
        f"{', '.join(names)} not identified: a move by a tenth of {'its' if len(names) == 1 else 'their common'} range "
        f"changes the curves by {change:.1g}"
        for names, change in flat
    ]
