"""Bounds on the errors of many curves at once: those of `bounds`, with the range of G in place of each derivative."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.rules import Mean, Preferred, Priority
from .arrays import normalised, number
from .many_models import ManyCurves, is_uniform
from .memory import require_memory
from .model_arrays import ModelArrays
from .rounding import HIGHER, OF_P, U, drift, roundings

Array = NDArray[np.float64]

ABSOLUTE = 1e-290
"""What is left of p where its digits are not kept."""


def bounds_of_many(
    found: ManyCurves,
    gamma: ArrayLike,
    alpha: ArrayLike,
    b: ArrayLike,
    g: ArrayLike,
    *,
    rule: Mean | Preferred | Priority | None = None,
    chance: float = 0.0,
) -> ManyCurves:
    """Return how far each accuracy of `curves_of_many` may be from that of the same parameters without any rounding.

    Parameters
    ----------
    found
        The result of `curves_of_many`.
    gamma, alpha, b, g, rule, chance
        What it was made from, with gamma, g and chance in [0, 1].

    Returns
    -------
    ManyCurves
        The times, and absolute bounds on the errors of `train` and `test`, (M, T) each.

    Raises
    ------
    InputError
        If `found` is no such result, the shapes are not those of it, the rule does not fit, gamma, g or chance lie
        outside [0, 1], or alpha or b are not finite.
    MachineError
        If there is no memory for the two arrays.

    Notes
    -----
    A drift of p moves accuracy by no more than the range of G, which is what is assumed here: the bound is cheap, and
    larger than that of `bounded_curves`, which knows the derivatives. docs/theory.md, 4.8.

    Examples
    --------
    >>> from grokdd.simulate import curves_of_many
    >>> model = [[1, 1]], [[0.1, 0.1]], [[50, 50]], [[1, 0]]
    >>> bool(bounds_of_many(curves_of_many([0, 50], *model), *model).test.max() < 2e-14)
    True
    """
    if not isinstance(found, ManyCurves) or not isinstance(found.train, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(f"found must be the result of curves_of_many, got {shown(found)}")
    parameters = [normalised(name, one, 2) for name, one in (("gamma", gamma), ("alpha", alpha), ("b", b), ("g", g))]
    models, n = parameters[0].shape
    for name, one in zip(("gamma", "alpha", "b", "g"), parameters, strict=True):
        if one.shape != (found.train.shape[0], n):
            raise InputError(f"{name} must hold the {found.train.shape[0]} models of the result, got shape {one.shape}")
    start = number("chance", chance, "give 0 for none")
    for name, one in (("gamma", parameters[0]), ("g", parameters[3]), ("chance", np.array(start))):
        if not ((one >= 0) & (one <= 1)).all():
            raise InputError(f"{name} must lie in [0, 1] for a bound, got {one[~((one >= 0) & (one <= 1))].flat[0]:g}")
    for name, one in (("alpha", parameters[1]), ("b", parameters[2])):
        if not np.isfinite(one).all():
            raise InputError(f"{name} must be finite for a bound, got {one[~np.isfinite(one)].flat[0]:g}")
    chosen = Mean() if rule is None else rule
    if not isinstance(chosen, Mean | Preferred | Priority):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"rule must be Mean, Preferred or Priority, got {shown(rule)}")
    chosen.check(n)
    require_memory(2 * found.test.nbytes, f"bounds of {models} models", "ask for fewer")
    uniform = is_uniform(found.t)
    train, test = np.empty_like(found.train), np.empty_like(found.test)
    for i in range(models):
        own = ModelArrays(parameters[0][i], 1 - parameters[0][i], *(one[i] for one in parameters[1:]))
        moved = drift(found.t, own, uniform=uniform).sum(axis=1)
        heights = np.append(own.g, start)
        train[i] = moved + U * (1 + ((OF_P + 2) * n + 2) * (1 - found.train[i]))
        test[i] = np.ptp(heights) * moved + (OF_P * n + roundings(chosen, n)) * U * found.test[i]
    return ManyCurves(found.t, HIGHER * train + ABSOLUTE, HIGHER * test + ABSOLUTE)
