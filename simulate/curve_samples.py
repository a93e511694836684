"""Samples of the curves of one model, and how far acc_test can stray between them (docs/theory.md, 4.10).

Between two samples acc_test is monotone, or within `stray` of a monotone curve that joins them: with |F''| <= M on an
interval of length h it leaves its chord by at most h^2 M / 8, and it also leaves a step from one end to the other by at
most half of what the patterns can move it. Where the ends differ by more than h^2 M the slope has one sign.

F is affine in each p and its values lie within the spread S of G. So each dF/dp_i is at most S, each d2F/dp_i dp_j at
most 2 S, and

    M = S (sum_i |p_i''| + 2 ((sum_i p_i')^2 - sum_i p_i'^2)),

with the largest p_i' and |p_i''| on the interval: s (1 - s) is largest at its ends or at s = 1/2, |1 - 2 s| at its
ends.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .many_models import finish, integral

Array = NDArray[np.float64]
Order = NDArray[np.int64]

WIDE = 1e3
"""x of an interval from which on its chord says nothing; the squares beyond could overflow."""
NO_CHORD = 1e300
SAFE = 1.001
"""Covers the roundings of a bound that is itself computed: these are below 1e-6 where a curve is judged at all."""


class RulePlan(NamedTuple):
    """How test accuracy is computed: by quadrature, or from a table over all sets."""

    order: Order
    listed: int
    u: Array
    w: Array
    by_table: bool


class OneModel(NamedTuple):
    """Parameters of one model, (n,) each, and what bounds its curves."""

    gamma: Array
    alpha: Array
    b: Array
    g: Array
    chance: float
    chance_train: float
    table: Array
    """G over all sets, (2**n,), of a rule without a quadrature."""
    spread: float
    """The largest less the least value of G."""
    off: float
    """How far a computed acc_test or train error can be from the exact model's."""


class Samples(NamedTuple):
    """Room for the samples of one model at a number of times; the last one is at infinity.

    What belongs to an interval stands at the place of its earlier end.
    """

    t: Array
    near: Array
    """s of each pattern, (n, times)."""
    far: Array
    """1 - s."""
    move: Array
    """Half of what s moves on each interval."""
    slope: Array
    """Largest h s' / sqrt(8) on each interval."""
    bend: Array
    """Largest h^2 |s''| / 8."""
    p: Array
    q: Array
    test: Array
    error: Array
    """Train error."""
    stray: Array
    """How far acc_test can be from a monotone curve on each interval."""
    work: Array
    """(5, times)."""
    layers: Array
    """(n + 1, times)."""


def room_for(patterns: int, times: int) -> Samples:
    """Return empty samples."""

    def each() -> Array:
        return np.zeros((patterns, times))

    def one() -> Array:
        return np.zeros(times)

    return Samples(
        t=one(),
        near=each(),
        far=each(),
        move=each(),
        slope=each(),
        bend=each(),
        p=each(),
        q=each(),
        test=one(),
        error=one(),
        stray=one(),
        work=np.zeros((5, times)),
        layers=np.zeros((patterns + 1, times)),
    )


def copy_times_py(size: int, one: Samples, other: Samples) -> None:
    """Let other samples have the times of these, and the logistics there."""
    for i in range(size):
        other.t[i] = one.t[i]
    for k in range(one.near.shape[0]):
        for i in range(size):
            other.near[k, i] = one.near[k, i]
            other.far[k, i] = one.far[k, i]


copy_times = kernel(copy_times_py)


def bound_intervals_py(alpha: Array, size: int, samples: Samples) -> None:
    """Fill move, slope and bend of each interval from the times of its ends and the logistics there."""
    t, near, far = samples.t, samples.near, samples.far
    for k in range(alpha.shape[0]):
        for i in range(size - 1):
            samples.move[k, i] = 0.5 * max(near[k, i + 1] - near[k, i], far[k, i] - far[k, i + 1])
            x = alpha[k] * (t[i + 1] - t[i]) if alpha[k] > 0.0 else 0.0
            if x > WIDE:
                samples.slope[k, i] = 0.0
                samples.bend[k, i] = NO_CHORD
                continue
            bell = max(near[k, i] * far[k, i], near[k, i + 1] * far[k, i + 1])
            if near[k, i] <= 0.5 <= near[k, i + 1]:
                bell = 0.25
            tilt = max(abs(far[k, i] - near[k, i]), abs(far[k, i + 1] - near[k, i + 1]))
            samples.slope[k, i] = x * bell * math.sqrt(0.125)
            samples.bend[k, i] = 0.125 * (x * x) * bell * tilt


bound_intervals = kernel(bound_intervals_py)


def of_table_py(table: Array, size: int, samples: Samples, value: Array) -> None:
    """Fill `value` with the multilinear extension of a table over all sets, pattern 0 folded first."""
    p, q, layers = samples.p, samples.q, samples.layers
    depth = 0
    for mask in range(table.shape[0]):
        for i in range(size):
            layers[depth, i] = table[mask]
        depth += 1
        k, rest = 0, mask
        while rest & 1:  # a set and the same set with pattern k are both known
            for i in range(size):
                layers[depth - 2, i] = q[k, i] * layers[depth - 2, i] + p[k, i] * layers[depth - 1, i]
            depth -= 1
            k += 1
            rest >>= 1
    for i in range(size):
        value[i] = layers[0, i]


of_table = kernel(of_table_py)


def sample_curves_py(model: OneModel, plan: RulePlan, size: int, samples: Samples) -> None:
    """Fill test and error at all times, from the logistics."""
    p, q, test, error = samples.p, samples.q, samples.test, samples.error
    n = model.gamma.shape[0]
    for k in range(n):
        gamma = model.gamma[k]
        rest = 1.0 - gamma
        for i in range(size):
            p[k, i] = gamma * samples.near[k, i]
            q[k, i] = rest + gamma * samples.far[k, i]
    for i in range(size):
        error[i] = 1.0 - model.chance_train
    for k in range(n):
        for i in range(size):
            error[i] *= q[k, i]
    if plan.by_table:
        of_table(model.table, size, samples, test)
    else:
        order, listed = plan.order, plan.listed
        value = samples.work[2]
        integral(p, q, size, model.g, order, listed, plan.u, plan.w, samples.work, value)
        finish(p, q, size, model.g, order, listed, model.chance, samples.work, value, test)


sample_curves = kernel(sample_curves_py)


def bound_strays_py(model: OneModel, size: int, samples: Samples) -> float:
    """Fill `stray`, 0 where acc_test is certainly monotone, and return the largest."""
    moved, slopes, squares, bends = samples.work[0], samples.work[1], samples.work[2], samples.work[3]
    last = size - 1
    for i in range(last):
        moved[i] = slopes[i] = squares[i] = bends[i] = 0.0
    for k in range(model.gamma.shape[0]):
        gamma = model.gamma[k]
        for i in range(last):
            slope = gamma * samples.slope[k, i]
            moved[i] += gamma * samples.move[k, i]
            slopes[i] += slope
            squares[i] += slope * slope
            bends[i] += gamma * samples.bend[k, i]
    scale = SAFE * model.spread
    test, stray = samples.test, samples.stray
    for i in range(last):
        crossed = max(slopes[i] * slopes[i] - squares[i], 0.0)
        chord = scale * (bends[i] + 2.0 * crossed)
        step = abs(test[i + 1] - test[i])
        stray[i] = 0.0 if step - 2.0 * model.off > 8.0 * chord else min(chord, scale * moved[i])
    largest = 0.0
    for i in range(last):
        largest = max(largest, stray[i])
    return largest


bound_strays = kernel(bound_strays_py)
