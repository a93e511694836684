"""Curves with bounds on their errors: how far each number may be from that of the exact model."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.model import PatternModel, demand_model
from ..analytic.rules import Rule, SoftPreference, Table
from ..analytic.training_curves import Curves
from .arrays import normalised, number, without_nan
from .bracket import bracket
from .derivatives import derivatives_in_p
from .evaluate import curves
from .logistic import predictiveness
from .memory import require_memory
from .model_arrays import model_arrays
from .rounding import HIGHER, OF_P, SMALLEST, U, drift, range_of, roundings
from .table_forms import of_table

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoundedCurves:
    """Curves, and for each number how far it may be from the exact one, as absolute errors of shape (T,)."""

    curves: Curves
    train: Array
    """Bound on the error of `curves.train`."""
    train_error: Array
    """Bound on the error of `curves.train_error`."""
    test: Array
    """Bound on the error of `curves.test`."""
    method: str
    """"a priori", from the formulas alone, or "bracket", from two quadratures of few nodes, for `test`."""


def bounded_curves(
    model: PatternModel, t: ArrayLike, *, nodes: int | None = None, tolerance: float | None = None
) -> BoundedCurves:
    """Return the curves of `model` at times `t`, with a bound on the error of each number.

    The bound holds against the exact model: it covers the conversion of its parameters to doubles, the logistic, the
    nodes of the quadrature and all roundings. Values are those of `curves` to roundings, unless `nodes` is given.

    Parameters
    ----------
    model
        Any pattern model.
    t
        Times, shape (T,), in any order, infinite ones included.
    nodes
        Evaluate test accuracy with so few nodes, 1 to 28, and bound it by a bracket: half the distance of a Gauss and
        a Gauss-Radau quadrature, between which the truth lies. For the mean, preferred and priority rules.
    tolerance
        The largest relative error of test accuracy that is acceptable, anywhere.

    Raises
    ------
    InputError
        If a time is NaN, `nodes` is out of range or not for this rule, or the tolerance is not met, naming what is.
    MachineError
        If there is not enough memory.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> found = bounded_curves(presets.double_descent(), [44, 98, 299])
    >>> (found.test / found.curves.test).max() < 1e-14
    np.True_
    >>> [bounded_curves(presets.double_descent(), [98], nodes=m).test.round(3)[0] for m in (1, 2)]  # 2 are exact
    [np.float64(0.175), np.float64(0.0)]
    """
    demand_model(model)
    times = without_nan("t", normalised("t", t, 1))
    require_memory(80 * times.size * model.n, f"bounds for {model.n} patterns at {times.size} times", "ask for fewer")
    parameters = model_arrays(model)
    *moving, g = parameters
    p, q = predictiveness(times, *moving)
    found, apart = curves(model, times), np.zeros(times.size)
    if nodes is not None:
        low, high = _bracket(p, q, g, model, nodes)
        found, apart = replace(found, test=(low + high) / 2), np.abs(high - low) / 2
    assert found.train_error is not None
    moved = drift(times, parameters)
    size = _size(found.test, p, q, model.rule)
    train_moved = float(1 - model.chance_train) * _product_moved(q, moved)  # its error by as much
    test_moved = (np.abs(derivatives_in_p(p, q, g, model.rule, float(model.chance)).by_p) * moved).sum(axis=1)
    test_moved += _second_order(p, q, moved, size, range_of(model))
    of_train = ((OF_P + 2) * model.n + 2) * U
    of_test = (OF_P * model.n + roundings(model.rule, model.n)) * U
    bounded = BoundedCurves(
        found,
        train=_total(train_moved, of_train * found.train),
        train_error=_total(train_moved, of_train * found.train_error),
        test=_total(apart, test_moved, of_test * size),
        method="a priori" if nodes is None else "bracket",
    )
    if tolerance is not None:
        asked = number("tolerance", tolerance, "give a relative error")
        if not asked > 0:
            raise InputError(f"tolerance must be a positive relative error, got {shown(tolerance)}")
        _demand(bounded, asked)
    return bounded


def _bracket(p: Array, q: Array, g: Array, model: PatternModel, nodes: int) -> tuple[Array, Array]:
    if isinstance(model.rule, Table | SoftPreference):
        raise InputError(
            f"nodes must be left out under {type(model.rule).__name__}, which has no bracket, got {shown(nodes)}"
        )
    return bracket(p, q, g, model.rule, float(model.chance), nodes)


def _product_moved(q: Array, moved: Array) -> Array:
    """Return prod (q + moved) - prod q, (T,): the most that the product changes by, either way."""
    change, product = np.zeros(q.shape[0]), np.ones(q.shape[0])
    for own, by in zip(q.T, moved.T, strict=True):
        change = change * (own + by) + product * by
        product = product * own
    return change


def _second_order(p: Array, q: Array, moved: Array, size: Array, spread: float) -> Array:
    """Return how far test accuracy may be from linear in what p is off by, (T,).

    F is affine in each p, and p moves from the one to the other pattern by pattern. On the way a derivative changes by
    at most twice the range of G times what others have moved by, so that all pairs add up to range (sum moved)^2. Or:
    each term of F changes by factors 1 + r, r = moved / p or moved / q, which leaves (sum r)^2 / 2 exp(sum r) of it.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        r = np.where(moved > 0, moved / np.minimum(p, q), 0.0).sum(axis=1)
        of_terms = size * (r**2 / 2 * np.exp(r))
    return np.fmin(spread * moved.sum(axis=1) ** 2, of_terms)


def _size(test: Array, p: Array, q: Array, rule: Rule) -> Array:
    """Return what test accuracy is if all terms of its sum add up: itself, but for a table with negative values."""
    if isinstance(rule, Table) and rule.values.min() < 0:
        return of_table(np.abs(rule.values), p, q)
    return test


def _total(*terms: Array) -> Array:
    return HIGHER * np.sum(terms, axis=0) + 100 * SMALLEST


def _demand(found: BoundedCurves, tolerance: float) -> None:
    """Raise unless every test accuracy is known to a relative error of `tolerance`."""
    test = found.curves.test
    unmet = np.flatnonzero(~(found.test <= tolerance * np.abs(test)))
    if unmet.size:
        worst = unmet[np.argmax(found.test[unmet] / np.maximum(np.abs(test[unmet]), SMALLEST))]
        raise InputError(
            f"tolerance must be at least {found.test[worst] / max(abs(test[worst]), SMALLEST):.1e} at "
            f"t = {found.curves.t[worst]:g}, where more digits cannot be promised, got {tolerance:g}; "
            + (
                "more nodes narrow the bracket"
                if found.method == "bracket"
                else "grokdd.analytic.shape encloses values to any precision"
            )
        )
