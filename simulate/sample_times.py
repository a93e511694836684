"""The times at which a curve is sampled: from the patterns themselves, at t = 0, and at infinity.

Around each inflection they are evenly spaced in the angle arctan(sinh(x / 2)) of x = alpha (t - b), so that the steps
grow as the logistic flattens: with a step dx the curve leaves its chord by at most dx^2 s (1 - s) / 8, and
s (1 - s) = 1 / (4 cosh(x / 2)^2). They reach as far as a double can tell a logistic from its limit.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .logistic import argument

Array = NDArray[np.float64]

FIRST_STEP = 0.3
"""In x, at the inflection."""
LONGEST_STEP = 12.0
FARTHEST = 37.0
"""exp(-37) is less than 2^-53."""


def _around_an_inflection() -> Array:
    """Return values of x, increasing and symmetric."""
    x, found = 0.0, [0.0]
    while x < FARTHEST:
        x += min(FIRST_STEP * math.cosh(x / 2), LONGEST_STEP)
        found.append(x)
    return np.array([*(-x for x in reversed(found[1:])), *found])


AROUND = _around_an_inflection()
AROUND.flags.writeable = False


def most_times(patterns: int) -> int:
    """Return how many times `sample_times` yields at most."""
    return patterns * AROUND.size + 2


def sample_times_py(alpha: Array, b: Array, around: Array, next_one: NDArray[np.int64], t: Array) -> int:
    """Fill `t` with the times of patterns of these speeds and inflections, in order, and return their number.

    `around` holds values of x, and `next_one` (n,) is room to work in. A pattern that stands (alpha = 0) has no times.
    """
    t[0] = 0.0
    size = 1
    for k in range(alpha.shape[0]):
        next_one[k] = 0
    while True:
        soonest = math.inf
        for k in range(alpha.shape[0]):
            if alpha[k] == 0.0:
                continue
            while next_one[k] < around.shape[0] and b[k] + around[next_one[k]] / alpha[k] <= t[size - 1]:
                next_one[k] += 1
            if next_one[k] < around.shape[0]:
                soonest = min(soonest, b[k] + around[next_one[k]] / alpha[k])
        t[size] = soonest
        size += 1
        if soonest == math.inf:
            return size


sample_times = kernel(sample_times_py)


def logistics_py(t: float, alpha: Array, b: Array, place: int, near: Array, far: Array) -> None:
    """Fill column `place` of `near` and `far` (n, times) with s and 1 - s of each pattern at a time."""
    for k in range(alpha.shape[0]):
        x = argument(t, alpha[k], b[k])
        e = math.exp(-abs(x))
        large = 1.0 / (1.0 + e)
        small = e * large
        near[k, place] = large if x >= 0.0 else small
        far[k, place] = small if x >= 0.0 else large


logistics = kernel(logistics_py)
