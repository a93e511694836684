"""Train and test accuracy of many models of one rule at the same times: for fits, phase diagrams and sliders.

A model's times are taken in blocks, so that every loop runs over times and vectorizes. p and q are those of
`grid_logistic`, test accuracy is the quadrature of `quadrature` or, for three patterns, the sum over their eight sets,
which is shorter there. All parts are written into one kernel (`inlined`): there the arrays of a block have known
strides, and the loops need not ask whether they overlap.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.rules import Mean, Preferred, Priority
from .arrays import normalised, number, thread_count
from .compile import fused_kernel, inlined
from .grid_logistic import BLOCK, CHUNK, is_near, learned, learned_on_grid
from .legendre import LARGEST_RULE
from .memory import require_memory
from .quadrature_plan import Order, plan

Array = NDArray[np.float64]

MOST = 2 * LARGEST_RULE
"""Patterns for which the exact number of nodes is at hand."""
ABOVE_1 = 1.0 + 2.0**-40
"""Below this, what is above 1 is a mean of numbers up to 1 and their roundings."""
THIRD = 1.0 / 3.0
PART = 512
"""Models of one piece of work for a thread: half a millisecond, which handing it over hardly adds to."""


@dataclass(frozen=True)
class ManyCurves:
    """Curves of M models at T times."""

    t: Array
    """Times (T,)."""
    train: Array
    """Train accuracy (M, T)."""
    test: Array
    """Test accuracy (M, T)."""


def integral_of_three_py(p: Array, q: Array, size: int, g: Array, order: Order, listed: int, value: Array) -> None:
    """Fill `value` as `integral` does, for three patterns, from the sum over their sets: of two with 1/2, three 1/3.

    Ten roundings at most; for two nodes 39 are allowed.
    """
    i, j, k = order[listed], order[listed + 1], order[listed + 2]
    g_i, g_j, g_k = g[i], g[j], g[k]
    p_i, p_j, p_k, q_i, q_j, q_k = p[i], p[j], p[k], q[i], q[j], q[k]
    for t in range(size):
        gain_i, gain_j = g_i * p_i[t], g_j * p_j[t]
        alone = gain_i * q_j[t] + gain_j * q_i[t]
        together = gain_i * p_j[t] + gain_j * p_i[t]
        share = q_i[t] * q_j[t] + 0.5 * (q_i[t] * p_j[t] + p_i[t] * q_j[t]) + THIRD * (p_i[t] * p_j[t])
        without_k, with_k = alone + 0.5 * together, 0.5 * alone + THIRD * together
        value[t] = q_k[t] * without_k + p_k[t] * (with_k + g_k * share)


integral_of_three = inlined(integral_of_three_py)


def integral_py(
    p: Array, q: Array, size: int, g: Array, order: Order, listed: int, u: Array, w: Array, work: Array, value: Array
) -> None:
    """Fill `value` with the mean rule's accuracy of the patterns that are not listed, chance left out."""
    n = order.shape[0]
    if n == listed:
        for i in range(size):
            value[i] = 0.0
        return
    if n - listed == 3:
        integral_of_three(p, q, size, g, order, listed, value)
        return
    total, product = work[0], work[1]
    first, last = order[listed], order[n - 1]
    g_first, p_first, q_first = g[first], p[first], q[first]
    g_last, p_last, q_last = g[last], p[last], q[last]
    if first == last:
        for i in range(size):
            value[i] = g_last * p_last[i]
        return
    for a in range(u.shape[0]):
        node, rest, weight = u[a], 1.0 - u[a], w[a]
        for i in range(size):
            total[i] = g_first * p_first[i]
            product[i] = q_first[i] * node + rest
        for j in range(listed + 1, n - 1):
            k = order[j]
            g_k, p_k, q_k = g[k], p[k], q[k]
            for i in range(size):
                factor = q_k[i] * node + rest
                total[i] = total[i] * factor + (g_k * p_k[i]) * product[i]
                product[i] *= factor
        for i in range(size):
            here = weight * (total[i] * (q_last[i] * node + rest) + (g_last * p_last[i]) * product[i])
            value[i] = value[i] + here if a > 0 else here


integral = inlined(integral_py)


def finish_py(
    p: Array,
    q: Array,
    size: int,
    g: Array,
    order: Order,
    listed: int,
    chance: float,
    work: Array,
    value: Array,
    test: Array,
) -> None:
    """Fill a block of test accuracy from the integral, with chance and the listed patterns."""
    if chance != 0.0:
        guessed = work[0]
        for i in range(size):
            guessed[i] = chance
        for j in range(listed, order.shape[0]):
            q_k = q[order[j]]
            for i in range(size):
                guessed[i] *= q_k[i]
        for i in range(size):
            value[i] += guessed[i]
    for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
        k = order[j]
        g_k, p_k, q_k = g[k], p[k], q[k]
        for i in range(size):
            value[i] = g_k * p_k[i] + q_k[i] * value[i]
    for i in range(size):
        test[i] = 1.0 if 1.0 < value[i] < ABOVE_1 else value[i]


finish = inlined(finish_py)


def many_curves_py(
    t: Array,
    uniform: bool,
    gamma: Array,
    alpha: Array,
    b: Array,
    g: Array,
    order: Order,
    listed: int,
    u: Array,
    w: Array,
    chance: float,
    chance_train: float,
    train: Array,
    test: Array,
) -> None:
    """Fill `train` and `test` (M, T) for parameters (M, n); the plan of the rule is that of `quadrature`."""
    models, n = gamma.shape
    spare = 1.0 - chance_train
    p, q = np.empty((n, BLOCK)), np.empty((n, BLOCK))
    work, value, none, relative = np.empty((2, BLOCK)), np.empty(BLOCK), np.empty(BLOCK), np.empty(CHUNK)
    for model in range(models):
        for first in range(0, t.shape[0], BLOCK):
            size = min(BLOCK, t.shape[0] - first)
            none[:] = 1.0
            own_train, own_test = train[model, first : first + size], test[model, first : first + size]
            for k in range(n):
                speed, middle, height = alpha[model, k], b[model, k], gamma[model, k]
                if uniform and is_near(t, first, size, speed, middle):
                    soon = own_train if k == 0 else own_test
                    learned_on_grid(t, first, size, speed, middle, height, relative, p[k], q[k], none, soon)
                else:
                    learned(t, first, size, speed, middle, height, p[k], q[k], none)
            for i in range(size):  # now, so that memory takes it in while the integral is computed
                own_train[i] = 1.0 - spare * none[i]
            integral(p, q, size, g[model], order, listed, u, w, work, value)
            finish(p, q, size, g[model], order, listed, chance, work, value, own_test)


many_curves = fused_kernel(many_curves_py)


def curves_of_many(
    t: ArrayLike,
    gamma: ArrayLike,
    alpha: ArrayLike,
    b: ArrayLike,
    g: ArrayLike,
    *,
    rule: Mean | Preferred | Priority | None = None,
    chance: float = 0.0,
    chance_train: float = 0.0,
    threads: int = 1,
    out: ManyCurves | None = None,
) -> ManyCurves:
    """Return train and test accuracy of M models of n patterns at T times.

    Parameters
    ----------
    t
        Finite times, shape (T,), in any order. Times that are evenly spaced need few exponentials.
    gamma, alpha, b, g
        Parameters, shape (M, n) each, n at most 56: see `grokdd.analytic.Pattern`. Only shapes are checked; parameters
        outside their ranges give whatever the formulas give. NaN in, NaN out.
    rule
        The mean, a preferred pattern or a priority order, the same for all models; by default the mean.
    chance, chance_train
        Accuracy before anything is learned, on the test and on the training set.
    threads
        How many to compute on. The bits of the result do not depend on it.
    out
        A former result of the same shape, whose arrays are filled anew: new memory costs as much as the computing.

    Raises
    ------
    InputError
        If shapes disagree, there are more than 56 patterns, or the rule is another one or does not fit.
    MachineError
        If there is no memory for the two results.

    Notes
    -----
    As `curves`, but for what a uniform grid adds: exp(-x) is off by at most (7 X + 5 alpha |b| + 30) 2**-52 of itself
    instead of |x| 2**-52, X the largest |x| of the grid, and p and 1 - p by as much. `bounds_of_many` bounds the
    results. Where p is below 1e-290 its digits are not kept.

    Examples
    --------
    >>> found = curves_of_many([0, 50], [[1, 1]], [[0.1, 0.1]], [[50, 50]], [[1, 0]])
    >>> float(found.train[0, 1]), float(found.test[0, 1])
    (0.75, 0.375)
    """
    times = normalised("t", t, 1)
    if not np.isfinite(times).all():
        raise InputError("t must hold finite times; use curves for infinite ones")
    heights = normalised("gamma", gamma, 2)
    others = [normalised(name, one, 2) for name, one in (("alpha", alpha), ("b", b), ("g", g))]
    for name, one in zip(("alpha", "b", "g"), others, strict=True):
        if one.shape != heights.shape:
            raise InputError(f"{name} must have the shape of gamma, {heights.shape}, got {one.shape}")
    models, n = heights.shape
    chosen = Mean() if rule is None else rule
    if not isinstance(chosen, Mean | Preferred | Priority):
        raise InputError(f"rule must be Mean, Preferred or Priority, got {shown(rule)}; use curves for each model")
    if n > MOST:
        raise InputError(f"gamma must have at most {MOST} columns, got {n}; use curves for each model")
    workers = thread_count(threads)
    starts = number("chance", chance, "give 0 for none"), number("chance_train", chance_train, "give 0 for none")
    order, listed, u, w, _ = plan(chosen, n)
    train, test = _results((models, times.size), out)
    for name, one in (("t", times), ("gamma", heights), *zip(("alpha", "b", "g"), others, strict=True)):
        if out is not None and (np.shares_memory(one, train) or np.shares_memory(one, test)):
            raise InputError(f"out must hold arrays of its own, got one that is the memory of {name} too")

    uniform = is_uniform(times)

    def work(part: slice) -> None:
        own = heights[part], others[0][part], others[1][part], others[2][part]
        many_curves(times, uniform, *own, order, listed, u, w, *starts, train[part], test[part])

    parts = [slice(start, start + PART) for start in range(0, models, PART)]
    if workers == 1 or len(parts) == 1:
        for part in parts:
            work(part)
    else:
        pool = ThreadPoolExecutor(workers)
        try:
            list(pool.map(work, parts))
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C nothing more is begun
    return ManyCurves(times, train, test)


def _results(shape: tuple[int, int], out: ManyCurves | None) -> tuple[Array, Array]:
    """Return arrays for both curves: new ones, or those of a former result."""
    if out is None:
        require_memory(16 * shape[0] * shape[1], f"curves of {shape[0]} models at {shape[1]} times", "ask for fewer")
        return np.empty(shape), np.empty(shape)
    if not isinstance(out, ManyCurves) or not all(_takes(one, shape) for one in (out.train, out.test)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(
            f"out must be a result of curves_of_many of shape {shape}, of float64 in C order, got {shown(out)}"
        )
    if np.shares_memory(out.train, out.test):
        raise InputError("out must hold two arrays, got one memory for train and test")
    return out.train, out.test


def _takes(array: object, shape: tuple[int, int]) -> bool:
    return (
        isinstance(array, np.ndarray)
        and array.shape == shape
        and array.dtype == np.float64
        and array.flags.c_contiguous
        and array.flags.writeable
    )


def is_uniform(t: Array) -> bool:
    """Return whether times are evenly spaced, to a unit in the last place of the largest."""
    if t.size < 2:
        return False
    with np.errstate(over="ignore", invalid="ignore"):  # then it is not, and off is infinite or NaN
        off = np.abs(t - (t[0] + (t[1] - t[0]) * np.arange(t.size))).max()
    return bool(off <= np.spacing(np.abs(t).max()))
