"""Derivatives with bounds on their errors: how far each may be from that of the exact model (docs/theory.md, 4.8).

A derivative of test accuracy in p_k is A - B, what pattern k gains less what others lose to it, and either part is a
sum of terms >= 0. So its roundings are relative to A + B. What p is off by moves it by at most 2 (the range of G) for
each other pattern, as a second derivative of a function that is affine in each p.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.model import PatternModel, demand_model
from ..analytic.rules import Mean, Preferred, Priority, Rule
from .arrays import normalised, without_nan
from .coverage import coverage_change
from .derivatives import Gradient, derivatives_in_p, gradient
from .logistic import predictiveness_changes
from .memory import require_memory
from .model_arrays import ModelArrays, model_arrays
from .rounding import HIGHER, OF_P, SMALLEST, U, drift, drift_of_x, range_of, roundings_of_derivatives, steepest

Array = NDArray[np.float64]

DIVIDED = 7.5
"""Sum of weight u / (1 - u) over the 28 nodes of a quadrature, and so the most that dividing by D_k can cost."""


@dataclass(frozen=True, eq=False)
class BoundedGradient:
    """Derivatives, and for each how far it may be from the exact one."""

    gradient: Gradient
    of_train: Mapping[str, Array]
    """Bounds on the errors of `gradient.of_train`, by the same names, of the same shapes."""
    of_test: Mapping[str, Array]
    """The same for `gradient.of_test`, without "weights"."""


def bounded_gradient(model: PatternModel, t: ArrayLike) -> BoundedGradient:
    """Return the derivatives of `gradient`, with a bound on the error of each but those in preference weights.

    Parameters
    ----------
    model
        Any pattern model.
    t
        Times, shape (T,), in any order.

    Raises
    ------
    InputError
        If a time is NaN.
    MachineError
        If there is not enough memory.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = bounded_gradient(presets.double_descent(), [43.55604157545113])  # its maximum
    >>> bool(abs(found.gradient.of_test["t"][0]) < found.of_test["t"][0] < 1e-15)
    True
    """
    demand_model(model)
    times = without_nan("t", normalised("t", t, 1))
    require_memory(250 * times.size * model.n, f"bounds for {model.n} patterns at {times.size} times", "ask for fewer")
    parameters = model_arrays(model)
    *moving, g = parameters
    p, q, *moves = predictiveness_changes(times, *moving)
    moved = drift(times, parameters)
    others = _of_others(moved)
    in_p = derivatives_in_p(p, q, g, model.rule, float(model.chance))
    own = (OF_P * model.n + roundings_of_derivatives(model.rule, model.n)) * U
    off = own * in_p.parts * divided(p, q, model.rule) + 2 * range_of(model) * others + SMALLEST
    train = coverage_change(q, float(1 - model.chance_train))
    of_train = _through_p(train, (OF_P + 2) * model.n * U * train + others, times, parameters, moves)
    of_test = _through_p(in_p.by_p, off, times, parameters, moves)
    if "g" in in_p.own:
        of_test["g"] = in_p.own["g"] * own + moved + others
    return BoundedGradient(gradient(model, times), *(MappingProxyType(_closed(x)) for x in (of_train, of_test)))


def divided(p: Array, q: Array, rule: Rule) -> Array | float:
    """Return how much an error of A grows where L_k and N_k are found by dividing by D_k = 1 - p_k u, (T, n) or 1.

    It is multiplied by u p_k / D_k, which grows with u while L_k falls, so by no more than its mean over u.
    """
    if not isinstance(rule, Mean | Preferred | Priority):
        return 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(p < 0.5, -np.log1p(-p), -np.log(q))  # each where it has its digits
        mean = np.where(p > 0, lost / p - 1, 0.0)
    return 1.0 + np.fmin(mean, DIVIDED)


def _of_others(moved: Array) -> Array:
    """Return the sum over all other patterns, (T, n), added up rather than subtracted from that of all."""
    before, after = np.zeros_like(moved), np.zeros_like(moved)
    np.cumsum(moved[:, :-1], axis=1, out=before[:, 1:])
    after[:, :-1] = np.cumsum(moved[:, :0:-1], axis=1)[:, ::-1]
    return before + after


def _through_p(by_p: Array, off: Array, times: Array, parameters: ModelArrays, moves: list[Array]) -> dict[str, Array]:
    """Return bounds on derivatives in time and parameters, `off` the bound on `by_p`: by the rule of products.

    What p moves by, s, bell (t - b) and bell alpha, is off by 10 roundings of itself and because x is: the logarithms
    of s and of the bell change by no more than x does. t - b is off by the conversion of b too.
    """
    gamma, _, alpha, b, _ = parameters
    by_gamma, by_alpha, by_t = moves
    dx, slope = drift_of_x(times, parameters), steepest(times, parameters)
    with np.errstate(over="ignore", invalid="ignore"):
        grown = np.expm1(dx)
        bell = gamma * slope  # the largest
        late = np.abs(times[:, None] - b)
        late = np.where(np.isfinite(late), late, 0.0)  # at infinite times nothing moves
        off_by_gamma = np.fmin(by_gamma * grown, np.minimum(slope * dx, 1.0)) + 10 * U * by_gamma
        off_bell = bell * (np.minimum(grown, 1.0) + 10 * U) + SMALLEST
        found = {
            name: np.abs(move) * off + (np.abs(by_p) + off) * wrong
            for name, move, wrong in (
                ("gamma", by_gamma, off_by_gamma),
                ("alpha", by_alpha, late * off_bell + bell * np.abs(b) * U),
                ("b", by_t, alpha * off_bell),
            )
        }
    found["t"] = found["b"].sum(axis=1) + by_p.shape[1] * U * np.abs(by_p * by_t).sum(axis=1)
    return found


def _closed(bounds: dict[str, Array]) -> dict[str, Array]:
    return {name: HIGHER * bound + 100 * SMALLEST for name, bound in bounds.items()}
