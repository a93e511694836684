"""Derivatives of train and test accuracy in time and in every parameter of a model (docs/theory.md, 2.7 and 4.3).

Accuracy depends on time, gamma, alpha and b through p alone, so one gradient in p serves all of them. Everything is
computed forward, along the formulas: no differences of neighbouring values, no tape.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.model import PatternModel, demand_model
from ..analytic.rules import Rule, SoftPreference, Table
from .arrays import normalised, without_nan
from .compile import kernel
from .coverage import coverage, coverage_change
from .enumeration_gradient import enumerate_known
from .logistic import predictiveness_changes
from .memory import require_memory
from .model_arrays import ModelArrays, model_arrays
from .quadrature_gradient import preference_gradient
from .set_functions import rule_table
from .soft_gradient import soft_gradient

Array = NDArray[np.float64]

BLOCK = 2**13
"""Times and patterns of so many are computed at once: new arrays of this size are in the cache when they are filled."""


@dataclass(frozen=True, eq=False)
class Gradient:
    """Train and test accuracy with their derivatives, as float64 arrays.

    Attributes
    ----------
    t, train, test
        Times and accuracies, shape (T,).
    of_train, of_test
        Derivatives by the name of what is changed: "t", shape (T,); "gamma", "alpha", "b", shape (T, n), pattern by
        pattern. `of_test` has "g" too, unless the rule is a `Table`, whose values stand for g; and "weights" for a
        soft preference.
    """

    t: Array
    train: Array
    test: Array
    of_train: Mapping[str, Array]
    of_test: Mapping[str, Array]


def gradient(model: PatternModel, t: ArrayLike) -> Gradient:
    """Return the derivatives of train and test accuracy in time and in each parameter, at times `t`.

    Parameters
    ----------
    model
        Any pattern model.
    t
        Times, shape (T,), in any order. At infinite times everything that moves p is over, and its derivatives are 0.

    Raises
    ------
    InputError
        If a time is NaN.
    MachineError
        If there is not enough memory.

    Notes
    -----
    A derivative in p_k is what pattern k gains less what others lose to it. For g >= 0 its error is a few n roundings
    of their sum; where they are equal no digit of it may be right. One thread computes, but for tables of 13 patterns
    and more, whose last bits may depend on the machine and the number of threads, as those of `curves` do.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = gradient(presets.double_descent(), [43.55604157545113, 97.73714393562846])  # its two extrema
    >>> bool(abs(found.of_test["t"]).max() < 1e-15)
    True
    >>> gradient(presets.grokking(), [100]).of_test["gamma"].round(4)  # all of acc_test is pattern 2, of gamma = 1
    array([[0.4969, 0.    , 0.0067]])
    """
    demand_model(model)
    times = without_nan("t", normalised("t", t, 1))
    needed = 16 * 8 * times.size * model.n
    require_memory(needed, f"derivatives for {model.n} patterns at {times.size} times", "ask for fewer times")
    found = _room_for(model, times)
    parameters = model_arrays(model)
    at_once = max(1, BLOCK // max(1, model.n))
    for start in range(0, times.size, at_once):
        _fill(found, model, parameters, slice(start, start + at_once))
    return found


def _room_for(model: PatternModel, times: Array) -> Gradient:
    """Return a gradient whose arrays are still empty.

    They are parts of one block: a large piece of memory that is freed at once is kept for the next call, where many
    small ones are given back, and new memory costs as much as all the computing.
    """
    own = (
        () if isinstance(model.rule, Table) else ("g", "weights") if isinstance(model.rule, SoftPreference) else ("g",)
    )
    narrow, wide = np.split(np.empty(times.size * (4 + (6 + len(own)) * model.n)), [4 * times.size])
    train, test, train_in_time, test_in_time = narrow.reshape(4, times.size)
    columns = iter(wide.reshape(6 + len(own), times.size, model.n))
    of_train = {"t": train_in_time} | {name: next(columns) for name in ("gamma", "alpha", "b")}
    of_test = {"t": test_in_time} | {name: next(columns) for name in ("gamma", "alpha", "b", *own)}
    return Gradient(times, train, test, MappingProxyType(of_train), MappingProxyType(of_test))


def _fill(found: Gradient, model: PatternModel, parameters: ModelArrays, part: slice) -> None:
    """Compute some of the times."""
    *moving, g = parameters
    p, q, *moves = predictiveness_changes(found.t[part], *moving)
    start, rest = float(model.chance_train), float(1 - model.chance_train)
    found.train[part], _ = coverage(p, q, start, rest)
    found.test[part], by_p, _, own = derivatives_in_p(p, q, g, model.rule, float(model.chance))
    if not isinstance(model.rule, Table):  # a mean of numbers up to 1 passes 1 by a rounding at most
        np.minimum(found.test[part], 1.0, out=found.test[part])
    for slopes, named in ((coverage_change(q, rest), found.of_train), (by_p, found.of_test)):
        through_p_kernel(slopes, *moves, *(named[name][part] for name in ("t", "gamma", "alpha", "b")))
    for name, values in own.items():
        found.of_test[name][part] = values


def through_p_py(
    by_p: Array,
    p_by_gamma: Array,
    p_by_alpha: Array,
    p_by_t: Array,
    by_t: Array,
    by_gamma: Array,
    by_alpha: Array,
    by_b: Array,
) -> None:
    """Fill the last four with the derivatives of what has the derivatives `by_p` in p, from those of p, (T, n) each."""
    for i in range(by_p.shape[0]):
        in_time = 0.0
        for k in range(by_p.shape[1]):
            by_gamma[i, k] = by_p[i, k] * p_by_gamma[i, k]
            by_alpha[i, k] = by_p[i, k] * p_by_alpha[i, k]
            move = by_p[i, k] * p_by_t[i, k]
            by_b[i, k] = -move
            in_time += move
        by_t[i] = in_time


through_p_kernel = kernel(through_p_py)


class InP(NamedTuple):
    """Test accuracy and its derivatives at given p, under any rule."""

    test: Array
    """(T,)."""
    by_p: Array
    """(T, n)."""
    parts: Array
    """(T, n): the sum of the two parts whose difference `by_p` is; its error is relative to that, for G >= 0."""
    own: dict[str, Array]
    """Derivatives in g and in the weights, where the rule has them, (T, n) each."""


def derivatives_in_p(p: Array, q: Array, g: Array, rule: Rule, chance: float) -> InP:
    """Return test accuracy and its derivatives from p and q = 1 - p (T, n) and g (n,)."""
    match rule:
        case Table():
            test, right, wrong = enumerate_known(rule_table(rule, g, chance), p, q)
            return InP(test, right - wrong, np.abs(right) + np.abs(wrong), {})
        case SoftPreference():
            soft = soft_gradient(p, q, g, rule, chance)
            np.divide(soft.by_weights, float(min(rule.weights, default=1)), out=soft.by_weights)
            return InP(soft.test, soft.by_p, soft.parts, {"g": soft.by_g, "weights": soft.by_weights})
        case _:
            found = preference_gradient(p, q, g, rule, chance)
            return InP(found.test, found.by_p, found.parts, {"g": found.by_g})
