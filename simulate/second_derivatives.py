"""Second derivatives of both accuracies along a direction: products of their Hessians with a vector, for fits.

A gradient is made of sums and products, so it has a value at complex numbers, and at x + i h v its imaginary part is h
times its derivative along v, with an error of h^2 (Squire and Trapp 1998). h makes the largest move 2^-200: the error
is far below a rounding, and nothing is subtracted. That is done for the gradient in p, g and weights, by the kernels
that compute it; how p moves with time and parameters is differentiated twice as it is written (docs/theory.md, 2.9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.model import PatternModel, demand_model
from ..analytic.rules import Rule, SoftPreference, Table
from .arrays import column, normalised, number, without_nan
from .coverage import coverage_change_kernel
from .enumeration_gradient import enumerate_known
from .logistic import predictiveness_changes
from .memory import require_memory
from .model_arrays import ModelArrays, model_arrays
from .quadrature_gradient import preference_gradient
from .set_functions import rule_table, scaled_weights
from .soft_gradient import soft_gradient_at
from .soft_quadrature import soft_nodes, soft_tables

Array = NDArray[np.float64]
Numbers = NDArray[Any]  # complex128

STEP = 2.0**-200
"""How far the largest of p, g and weights moves; h is a power of 2, so that it is divided out exactly."""
OF_PATTERNS = ("gamma", "alpha", "b", "g", "weights")
"""What a direction may name besides "t"."""


@dataclass(frozen=True, eq=False)
class HessianProduct:
    """Derivatives, along one direction, of the gradients of both accuracies."""

    t: Array
    """Times (T,)."""
    of_train: Mapping[str, Array]
    """By what the gradient is in: "t", shape (T,); "gamma", "alpha", "b", (T, n)."""
    of_test: Mapping[str, Array]
    """The same, with "g" and "weights" where the rule has them."""


def hessian_product(model: PatternModel, t: ArrayLike, direction: Mapping[str, ArrayLike]) -> HessianProduct:
    """Return the Hessians of train and test accuracy at each time, multiplied by a vector.

    Parameters
    ----------
    model
        Any pattern model.
    t
        Finite times, shape (T,), in any order.
    direction
        The vector: by how much each parameter moves, "gamma", "alpha", "b", "g" or "weights" with one number per
        pattern, "t" with one number. What is not named does not move.

    Returns
    -------
    HessianProduct
        The derivative of each entry of `gradient` along the direction.

    Raises
    ------
    InputError
        If a time is not finite, or the direction names what the model does not have, or in another shape.
    MachineError
        If there is not enough memory.

    Notes
    -----
    About five gradients' work. Errors are a few n roundings of the sum of the sizes of all terms, as for `gradient`.
    For a fit that minimizes sum_T r(T), the product of its Hessian needs these and `gradient` alone.

    Examples
    --------
    >>> from grokdd.analytic import presets
    >>> moved = hessian_product(presets.double_descent(), [43.55604157545113], {"t": 1})
    >>> bool(moved.of_test["t"][0] < 0)  # a maximum: acc_test'' is negative
    True
    """
    demand_model(model)
    times = without_nan("t", normalised("t", t, 1))
    if np.isinf(times).any():
        raise InputError("t must hold finite times; at infinite ones nothing moves, and all products are 0")
    way = _way(model, direction)
    needed = 600 * times.size * model.n
    require_memory(needed, f"second derivatives of {model.n} patterns at {times.size} times", "ask for fewer times")
    parameters = model_arrays(model)
    *moving, g = parameters
    p, q, *moves = predictiveness_changes(times, *moving)
    moves_along = _moves_along(times, parameters, way)
    p_along = moves[0] * way["gamma"] + moves[1] * way["alpha"] + moves[2] * (way["t"] - way["b"])
    lightest = float(min(model.rule.weights, default=1)) if isinstance(model.rule, SoftPreference) else 1.0
    h = _steps(p_along, max(np.abs(way["g"]).max(initial=0), np.abs(way["weights"]).max(initial=0) / lightest))
    right: Numbers = p + 1j * (h * p_along)
    wrong: Numbers = q - 1j * (h * p_along)
    one = float(h[0, 0]) if h.size else 1.0  # the same for all times wherever g or weights move
    by_p, own = _in_p(
        right, wrong, g + 1j * one * way["g"], one * way["weights"] / lightest, model.rule, float(model.chance)
    )
    train: Numbers = np.empty_like(wrong)
    coverage_change_kernel(wrong, float(1 - model.chance_train), train)
    of_train, of_test = (_through_p(np.real(some), np.imag(some) / h, moves, moves_along) for some in (train, by_p))
    return HessianProduct(
        times,
        MappingProxyType(of_train),
        MappingProxyType(of_test | {name: np.imag(values) / h for name, values in own.items()}),
    )


def _steps(p_along: Array, own: float) -> Array:
    """Return h at each time, (T, 1): a power of 2 that makes the largest move STEP or a half of it.

    So the step is small beside every parameter, however long the direction, and no digit of a short one is lost.
    `own` is the largest move of g and weights, which are the same at all times: where they move, h is too.
    """
    largest = np.abs(p_along).max(axis=1, initial=0.0, keepdims=True)
    if own:
        largest = np.full_like(largest, max(own, largest.max(initial=0.0)))
    _, exponent = np.frexp(np.where(largest > 0, largest, 1.0))
    return np.ldexp(STEP, np.minimum(-exponent, 1200))


def _way(model: PatternModel, direction: Mapping[str, ArrayLike]) -> dict[str, Array]:
    """Return the direction with all names, 0 where it does not say."""
    if not isinstance(direction, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(f'direction must name what moves, as in {{"t": 1}}, got {shown(direction)}')
    known = [*OF_PATTERNS[:3], *(() if isinstance(model.rule, Table) else ("g",))]
    known += ["weights"] if isinstance(model.rule, SoftPreference) else []
    for name in direction:
        if name != "t" and name not in known:
            raise InputError(f"direction must name only t, {', '.join(known)} for this model, got {shown(name)}")
    way = {
        name: column(f'direction["{name}"]', direction.get(name, np.zeros(model.n)), model.n) for name in OF_PATTERNS
    }
    way["t"] = np.array(number('direction["t"]', direction.get("t", 0.0), "time moves by one number"))
    for name, own in way.items():
        if not np.isfinite(own).all():
            raise InputError(f'direction["{name}"] must be finite, got {own[~np.isfinite(own)].flat[0]:g}')
    return way


def _moves_along(times: Array, parameters: ModelArrays, way: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """Return the derivatives along the direction of what p moves by in gamma, alpha and t: s, bell (t - b), bell alpha.

    bell = gamma s (1 - s) has the derivative gamma s (1 - s)(1 - 2 s) in x = alpha (t - b).
    """
    gamma, _, alpha, b, _ = parameters
    most = np.finfo(float).max
    late = 2 * np.clip(0.5 * times[:, None] - 0.5 * b, -most / 2, most / 2)  # finite, so that 0 times it is 0
    with np.errstate(over="ignore"):
        x = alpha * late
    e = np.exp(-np.abs(x))
    slope = e / (1 + e) ** 2  # s (1 - s)
    with np.errstate(over="ignore", invalid="ignore"):
        x_along = np.where(slope == 0, 0.0, way["alpha"] * late + alpha * (way["t"] - way["b"]))
    bell_along = way["gamma"] * slope - gamma * slope * np.sign(x) * (1 - e) / (1 + e) * x_along
    bell = gamma * slope
    return (
        slope * x_along,
        bell_along * late + bell * (way["t"] - way["b"]),
        bell_along * alpha + bell * way["alpha"],
    )


def _in_p(
    p: Numbers,
    q: Numbers,
    g: Numbers,
    weights_along: Array,
    rule: Rule,
    chance: float,
) -> tuple[Numbers, dict[str, Numbers]]:
    """Return the gradient in p, and those in g and weights, at complex numbers."""
    match rule:
        case Table():
            _, right, wrong = enumerate_known(rule_table(rule, np.real(g), chance), p, q)
            return right - wrong, {}
        case SoftPreference():
            weights: Numbers = scaled_weights(rule) + 1j * weights_along
            real = soft_nodes(rule)
            soft = soft_gradient_at(p, q, g, weights, soft_tables(weights, real.s, real.weight), chance)
            return soft.by_p, {"g": soft.by_g, "weights": soft.by_weights / float(min(rule.weights, default=1))}
        case _:
            found = preference_gradient(p, q, g, rule, chance)
            return found.by_p, {"g": found.by_g}


def _through_p(
    by_p: Array, by_p_along: Array, moves: list[Array], moves_along: tuple[Array, Array, Array]
) -> dict[str, Array]:
    """Return the derivatives along the direction of `by_p` times what p moves by, by the rule of products."""
    by_gamma, by_alpha, by_t = (
        by_p_along * move + by_p * along for move, along in zip(moves, moves_along, strict=True)
    )
    return {"t": by_t.sum(axis=1), "gamma": by_gamma, "alpha": by_alpha, "b": -by_t}
