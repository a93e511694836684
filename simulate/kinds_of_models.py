"""The kinds of many models of one rule: one pass over common times, and more of them where a kind is still open."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analytic.rules import Rule, SoftPreference, Table
from .compile import kernel
from .curve_samples import (
    OneModel,
    RulePlan,
    Samples,
    bound_intervals,
    bound_strays,
    copy_times,
    room_for,
    sample_curves,
)
from .judged_curves import Judged, Limits, judged
from .kind_codes import ALL, MOVES
from .model_grid import ModelColumns
from .quadrature_plan import plan
from .refined_samples import halved, mark
from .sample_times import AROUND, logistics, most_times, sample_times

Array = NDArray[np.float64]
Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

ROUNDS = 60
"""How often intervals are halved, at most."""
MORE_TIMES = 4096
"""Room for samples besides the common ones."""
TOO_ROUGH = 1e-6
"""Rounding of a sample from which on nothing is judged: times and speeds so large that floats lose them."""


def rounding_py(alpha: Array, b: Array, largest: float) -> float:
    """Return how far a computed acc_test or train error can be from that of the exact model (docs/theory.md, 4.10).

    `largest` bounds G, which is at most 1 but for a table.
    """
    found = 32.0 + 16.0 * alpha.shape[0]
    for k in range(alpha.shape[0]):
        found += alpha[k] * b[k]
    return largest * found * 2.0**-52


rounding = kernel(rounding_py)


def fill_soft_table_py(weight: Array, g: Array, chance: float, table: Array, sums: Array) -> None:
    """Fill `table` (2**n,) with the weighted means of a soft preference; `sums` (2**n,) is room to work in."""
    table[0] = sums[0] = 0.0
    for k in range(g.shape[0]):
        for mask in range(1 << k):
            table[mask | 1 << k] = table[mask] + weight[k] * g[k]
            sums[mask | 1 << k] = sums[mask] + weight[k]
    for mask in range(1, table.shape[0]):
        table[mask] /= sums[mask]
    table[0] = chance


fill_soft_table = kernel(fill_soft_table_py)


def spread_py(gamma: Array, g: Array, chance: float) -> float:
    """Return the largest less the least value that an average of g or the chance level can have.

    Patterns that are never learned at all have no part in it.
    """
    low = high = chance
    for k in range(g.shape[0]):
        if gamma[k] > 0.0:
            low, high = min(low, g[k]), max(high, g[k])
    return high - low


spread = kernel(spread_py)


def judge_samples_py(model: OneModel, plan: RulePlan, limits: Limits, size: int, samples: Samples) -> Judged:
    """Return what the samples at the times that are laid say of a model."""
    sample_curves(model, plan, size, samples)
    largest = bound_strays(model, size, samples)
    return judged(samples, size, limits, model.chance + limits.tau, largest, model.off)


judge_samples = kernel(judge_samples_py)


def judge_closely_py(
    model: OneModel,
    plan: RulePlan,
    limits: Limits,
    found: Judged,
    size: int,
    common: Samples,
    own: Samples,
    halve: Flags,
) -> Judged:
    """Return what more samples say of a model, given what the common ones say."""
    near_chance = model.chance + limits.tau
    count = mark(common, size, found, limits, near_chance, model.off, halve)
    if count:
        copy_times(size, common, own)
    for _ in range(ROUNDS):
        if count == 0 or size + count > own.t.shape[0]:
            break
        size = halved(model.alpha, model.b, size, count, halve, own)
        bound_intervals(model.alpha, size, own)
        found = judge_samples(model, plan, limits, size, own)
        if found.doubts == 0:
            break
        count = mark(own, size, found, limits, near_chance, model.off, halve)
    return found


judge_closely = kernel(judge_closely_py)


def judge_models_py(
    models: ModelColumns,
    plan: RulePlan,
    table: Array,
    apart: float,
    most: float,
    limits: Limits,
    around: Array,
    common: Samples,
    own: Samples,
    kinds: Codes,
    doubts: Codes,
) -> None:
    """Fill the kinds of M models and their doubts, both (M,).

    `table` (2**n,) is that of the rule, or room for one under a soft preference; `apart` is the spread of a table that
    is given, else negative, and `most` bounds G. Times are laid anew where a model's speeds or inflections are not
    those of the model before it.
    """
    alpha, b, chance = models.alpha, models.b, models.chance
    n = alpha.shape[1]
    soft = models.weight.shape[0] > 0
    sums = np.empty(table.shape[0])
    halve = np.empty(own.t.shape[0], dtype=np.bool_)
    next_one = np.empty(n, dtype=np.int64)
    size, off = 0, 0.0
    for i in range(alpha.shape[0]):
        same = i > 0
        for k in range(n):
            same = same and alpha[i, k] == alpha[i - 1, k] and b[i, k] == b[i - 1, k]
        if not same:
            off = rounding(alpha[i], b[i], most)
            size = sample_times(alpha[i], b[i], around, next_one, common.t)
            for place in range(size):
                logistics(common.t[place], alpha[i], b[i], place, common.near, common.far)
            bound_intervals(alpha[i], size, common)
        if not off < TOO_ROUGH:
            kinds[i], doubts[i] = 0, ALL | MOVES
            continue
        if soft:
            fill_soft_table(models.weight[i], models.g[i], chance[i], table, sums)
        wide = apart if apart >= 0.0 else spread(models.gamma[i], models.g[i], chance[i])
        model = OneModel(
            models.gamma[i], alpha[i], b[i], models.g[i], chance[i], models.chance_train[i], table, wide, off
        )
        found = judge_samples(model, plan, limits, size, common)
        if found.doubts != 0:
            found = judge_closely(model, plan, limits, found, size, common, own, halve)
        kinds[i], doubts[i] = found.kind, found.doubts


judge_models = kernel(judge_models_py)


def plan_of(rule: Rule, n: int) -> RulePlan:
    """Return how test accuracy is computed under a rule, in arrays of its own.

    Threads that shared them would wait for one another: each call of a kernel counts who holds an array.
    """
    if isinstance(rule, SoftPreference | Table):
        return RulePlan(_own(np.empty(0, dtype=np.int64)), 0, _own(np.empty(0)), _own(np.empty(0)), True)
    order, listed, u, w, _ = plan(rule, n)
    return RulePlan(_own(order), listed, _own(u), _own(w), False)


def _own(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy, read-only: numba compiles once for all rules."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


class Judge:
    """Judges models of n patterns under one rule; it holds the room to work in, so each thread has its own.

    Parameters
    ----------
    rule
        Any rule that fits n patterns.
    n
        Number of patterns.
    limits
        What counts as what.
    """

    def __init__(self, rule: Rule, n: int, limits: Limits) -> None:
        self._plan, self._limits = plan_of(rule, n), limits
        self._table, self._apart, self._most = np.zeros(1), -1.0, 1.0
        if isinstance(rule, Table):
            self._table = rule.values.copy()
            self._apart = float(np.ptp(self._table))
            self._most = max(float(np.abs(self._table).max()), 1.0)
        elif isinstance(rule, SoftPreference):
            self._table = np.zeros(1 << n)
        common = most_times(n)
        self._common, self._own = room_for(n, common), room_for(n, common + MORE_TIMES)

    def judge(self, models: ModelColumns, kinds: Codes, doubts: Codes) -> None:
        """Fill in the kinds of M models and their doubts, both (M,)."""
        judge_models(
            models, self._plan, self._table, self._apart, self._most, self._limits, AROUND, self._common, self._own,
            kinds, doubts,
        )  # fmt: skip
