"""Train and test accuracy of many models of one rule at the same times: for fits, phase diagrams and sliders.

A model's times are taken in blocks, so that every loop runs over times and vectorizes. On a uniform grid
exp(-alpha (t - b)) shrinks by one factor from time to time: it is computed a few times a block, and multiplied from
there, as many times at once as are known, so that the multiplications need not wait for each other. Test accuracy is
the quadrature of `quadrature`.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.rules import Mean, Preferred, Priority
from .arrays import normalised, number
from .compile import fused_kernel
from .legendre import LARGEST_RULE
from .memory import require_memory
from .quadrature_plan import Order, plan

Array = NDArray[np.float64]

BLOCK = 320
"""Times of a block: all that is known of them stays in the nearest cache."""
APART = 8
"""Times that are multiplied one by one; beyond, what is known is doubled."""
FAR = 500.0
"""|x| up to which exponentials are multiplied: nothing over- or underflows on the way through a block."""
MOST = 2 * LARGEST_RULE
"""Patterns for which the exact number of nodes is at hand."""
PART = 256
"""Models of one piece of work for a thread."""


@dataclass(frozen=True)
class ManyCurves:
    """Curves of M models at T times."""

    t: Array
    """Times (T,)."""
    train: Array
    """Train accuracy (M, T)."""
    test: Array
    """Test accuracy (M, T)."""


def decays_py(t: Array, first: int, size: int, uniform: bool, alpha: float, b: float, decay: Array) -> None:
    """Fill `decay` with exp(-alpha (t - b)) at `size` times from `first` on, at most exp(690).

    Along a uniform grid four exponentials do: of the start, and of 1, 8 and 64 steps. What is known is doubled by one
    factor, which is squared twice before it is made anew, so that its error is doubled no more than twice.
    """
    x = alpha * (t[first] - b)
    step = t[1] - t[0] if uniform else 0.0
    if uniform and abs(x) <= FAR and abs(alpha * step) * size <= FAR / 2:
        shrink = math.exp(-alpha * step)
        decay[0] = math.exp(-x)
        known = min(size, APART)
        for i in range(1, known):
            decay[i] = decay[i - 1] * shrink
        while known < size:
            if known == APART or known == APART**2:
                shrink = math.exp(-alpha * (known * step))
            for i in range(min(known, size - known)):
                decay[known + i] = decay[i] * shrink
            known += known
            shrink *= shrink
    else:
        for i in range(size):
            late = -alpha * (t[first + i] - b)
            decay[i] = math.exp(690.0 if late > 690.0 else late)  # not min, which would swallow NaN


decays = fused_kernel(decays_py)


def learned_py(decay: Array, size: int, gamma: float, rest: float, p: Array, q: Array, none: Array) -> None:
    """Fill p and q = 1 - p of one pattern from exp(-x), and multiply `none`, that nobody is right, by q."""
    for i in range(size):
        near = 1.0 / (1.0 + decay[i])
        p[i] = gamma * near
        q[i] = rest + gamma * (decay[i] * near)
        none[i] *= q[i]


learned = fused_kernel(learned_py)


def begin_py(p: Array, q: Array, size: int, g: float, u: float, total: Array, product: Array) -> None:
    """Begin the integrand at one node with its first pattern."""
    rest = 1.0 - u
    for i in range(size):
        total[i] = g * p[i]
        product[i] = q[i] * u + rest


begin = fused_kernel(begin_py)


def meet_py(p: Array, q: Array, size: int, g: float, u: float, total: Array, product: Array) -> None:
    """Take one more pattern into the integrand at one node."""
    rest = 1.0 - u
    for i in range(size):
        factor = q[i] * u + rest
        total[i] = total[i] * factor + (g * p[i]) * product[i]
        product[i] *= factor


meet = fused_kernel(meet_py)


def end_py(
    p: Array, q: Array, size: int, g: float, u: float, w: float, total: Array, product: Array, value: Array
) -> None:
    """Take the last pattern into the integrand at one node of weight w, and add that to the integral, `value`."""
    rest = 1.0 - u
    for i in range(size):
        value[i] += w * (total[i] * (q[i] * u + rest) + (g * p[i]) * product[i])


end = fused_kernel(end_py)


def integral_py(
    p: Array, q: Array, size: int, g: Array, order: Order, listed: int, u: Array, w: Array, work: Array, value: Array
) -> None:
    """Fill `value` with the mean rule's accuracy of the patterns that are not listed, chance left out."""
    n = order.shape[0]
    total, product = work[0], work[1]
    value[:size] = 0.0
    last = int(order[n - 1])
    if n == listed + 1:
        for i in range(size):
            value[i] = g[last] * p[last, i]
        return
    for a in range(u.shape[0]):
        first = int(order[listed])  # there are two: without them there are no nodes
        begin(p[first], q[first], size, g[first], u[a], total, product)
        for j in range(listed + 1, n - 1):
            k = int(order[j])
            meet(p[k], q[k], size, g[k], u[a], total, product)
        end(p[last], q[last], size, g[last], u[a], w[a], total, product, value)


integral = fused_kernel(integral_py)


def finish_py(
    p: Array,
    q: Array,
    none: Array,
    size: int,
    g: Array,
    order: Order,
    listed: int,
    chance: float,
    spare: float,
    value: Array,
    work: Array,
    train: Array,
    test: Array,
) -> None:
    """Fill a block of both curves from the integral; `spare` is 1 - chance_train."""
    if chance != 0.0:
        guessed = work[0]
        for i in range(size):
            guessed[i] = chance
        for j in range(listed, order.shape[0]):
            k = order[j]
            for i in range(size):
                guessed[i] *= q[k, i]
        for i in range(size):
            value[i] += guessed[i]
    for j in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
        k = order[j]
        for i in range(size):
            value[i] = g[k] * p[k, i] + q[k, i] * value[i]
    for i in range(size):
        train[i] = 1.0 - spare * none[i]
        test[i] = 1.0 if value[i] > 1.0 else value[i]  # a mean of numbers up to 1 passes 1 by a rounding at most


finish = fused_kernel(finish_py)


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
    p, q = np.empty((n, BLOCK)), np.empty((n, BLOCK))
    work, value, none = np.empty((2, BLOCK)), np.empty(BLOCK), np.empty(BLOCK)
    for model in range(models):
        for first in range(0, t.shape[0], BLOCK):
            size = min(BLOCK, t.shape[0] - first)
            none[:size] = 1.0
            for k in range(n):
                decays(t, first, size, uniform, alpha[model, k], b[model, k], value)
                learned(value, size, gamma[model, k], 1.0 - gamma[model, k], p[k], q[k], none)
            integral(p, q, size, g[model], order, listed, u, w, work, value)
            stop = first + size
            curves = train[model, first:stop], test[model, first:stop]
            finish(p, q, none, size, g[model], order, listed, chance, 1.0 - chance_train, value, work, *curves)


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
    As `curves`, but for what a uniform grid adds: exp(-x) is off by at most (7 X + 5 alpha |b| + 35) 2**-52 of itself
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
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise InputError(f"threads must be a number of at least 1, got {shown(threads)}")
    starts = number("chance", chance, "give 0 for none"), number("chance_train", chance_train, "give 0 for none")
    order, listed, u, w, _ = plan(chosen, n)
    train, test = _results((models, times.size), out)

    def work(part: slice) -> None:
        own = heights[part], others[0][part], others[1][part], others[2][part]
        many_curves(
            times, is_uniform(times), *own, order, listed, u, w, *starts,
            train[part], test[part],
        )  # fmt: skip

    parts = [slice(start, start + PART) for start in range(0, models, PART)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, parts))
    return ManyCurves(times, train, test)


def _results(shape: tuple[int, int], out: ManyCurves | None) -> tuple[Array, Array]:
    """Return arrays for both curves: new ones, or those of a former result."""
    if out is None:
        require_memory(16 * shape[0] * shape[1], f"curves of {shape[0]} models at {shape[1]} times", "ask for fewer")
        return np.empty(shape), np.empty(shape)
    if not isinstance(out, ManyCurves) or out.train.shape != shape or out.test.shape != shape:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"out must be a result of curves_of_many of shape {shape}, got {shown(out)}")
    return out.train, out.test


def is_uniform(t: Array) -> bool:
    """Return whether times are evenly spaced, to a unit in the last place of the largest."""
    if t.size < 2:
        return False
    off = np.abs(t - (t[0] + (t[1] - t[0]) * np.arange(t.size))).max()
    return bool(off <= np.spacing(np.abs(t).max()))
