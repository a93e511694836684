"""p and q = 1 - p of one pattern along a block of times, with few exponentials where the times are evenly spaced.

Along a uniform grid exp(-alpha (t - b)) shrinks by one factor from time to time. Four exponentials do for a block: of
its start, and of 1, 8 and 32 steps. The first 32 times are made from those of 1 and of 8 steps, relative to the start,
and serve all later 32 with one multiplication each, which need not wait for each other.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .compile import inlined
from .instructions import prefetch

Array = NDArray[np.float64]

CHUNK = 32
"""Times that are made from each other; so many are always computed at once, wanted or not."""
APART = 8
"""Times of them that are multiplied one by one."""
BLOCK = 10 * CHUNK
"""Times of a block: all that is known of them stays in the nearest cache."""
LINE = 8
"""Numbers that memory hands over at once."""
FAR = 690.0
"""|x| up to which exponentials are multiplied, and where exp(-x) is cut off elsewhere: nothing over- or underflows."""


def is_near_py(t: Array, first: int, size: int, alpha: float, b: float) -> bool:
    """Return whether exp(-x) is a normal number at all times of a block that are computed; not so for NaN."""
    step = alpha * (t[1] - t[0])
    start = alpha * (t[first] - b)
    chunks = (size + CHUNK - 1) // CHUNK
    last = start + step * (chunks * CHUNK - 1)
    return abs(start) <= FAR and abs(last) <= FAR and abs(step) * CHUNK <= FAR


is_near = inlined(is_near_py)


def learned_on_grid_py(
    t: Array,
    first: int,
    size: int,
    alpha: float,
    b: float,
    gamma: float,
    relative: Array,
    p: Array,
    q: Array,
    none: Array,
    soon: Array,
) -> None:
    """Fill p and q at `size` times from `first` on, and multiply `none`, that nobody is right, by q.

    These arrays have room for whole chunks, `relative` for one. What will be written next, `soon` (size,), is fetched
    meanwhile. An exponential is off by at most 60 * 2^-53 besides what is lost in alpha (t - b): 3 for each of at most
    7 single steps, 3 of 8 and 9 of 32, and 3 for the start (docs/theory.md, 4.8).
    """
    step = t[1] - t[0]
    leading = math.exp(-alpha * (t[first] - b))
    one, eight, chunk = math.exp(-alpha * step), math.exp(-alpha * (APART * step)), math.exp(-alpha * (CHUNK * step))
    relative[0] = 1.0
    for i in range(1, APART):
        relative[i] = relative[i - 1] * one
    for i in range(APART, CHUNK):
        relative[i] = relative[i - APART] * eight
    rest = 1.0 - gamma
    for start in range(0, size, CHUNK):
        p_here, q_here, none_here = p[start : start + CHUNK], q[start : start + CHUNK], none[start : start + CHUNK]
        for i in range(CHUNK):
            decay = relative[i] * leading
            right = gamma / (1.0 + decay)
            miss = rest + decay * right
            p_here[i] = right
            q_here[i] = miss
            none_here[i] *= miss
        leading *= chunk
        for i in range(start, start + CHUNK, LINE):
            prefetch(soon, i)


learned_on_grid = inlined(learned_on_grid_py)


def learned_py(
    t: Array, first: int, size: int, alpha: float, b: float, gamma: float, p: Array, q: Array, none: Array
) -> None:
    """Do the same at any times, with an exponential for each."""
    rest = 1.0 - gamma
    for i in range(size):
        late = -alpha * (t[first + i] - b)
        decay = math.exp(FAR if late > FAR else late)  # not min, which would swallow NaN
        p[i] = gamma / (1.0 + decay)
        q[i] = rest + decay * p[i]
        none[i] *= q[i]


learned = inlined(learned_py)
