"""The exact parameters of a model as float64 arrays, converted once in its life."""

import weakref
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analytic.model import PatternModel
from .arrays import normalised

Array = NDArray[np.float64]

_SMALLEST = 5e-324


class ModelArrays(NamedTuple):
    """Parameters of n patterns, each of shape (n,), read-only."""

    gamma: Array
    gamma_rest: Array
    """1 - gamma, rounded once."""
    alpha: Array
    b: Array
    g: Array


_known: dict[int, tuple[weakref.ref[PatternModel], ModelArrays]] = {}
"""The arrays of each model alive that was asked for: by who it is, since comparing Fractions costs as much as this."""


def model_arrays(model: PatternModel) -> ModelArrays:
    """Return the parameters of a model's patterns."""
    key = id(model)
    known = _known.get(key)
    if known is not None and known[0]() is model:
        return known[1]
    arrays = _converted(model)
    _known[key] = weakref.ref(model, lambda _: _known.pop(key, None)), arrays
    return arrays


def _converted(model: PatternModel) -> ModelArrays:
    rest = normalised("1 - gamma", [float(1 - pattern.gamma) for pattern in model.patterns], 1)
    return ModelArrays(_column(model, "gamma"), rest, *(_column(model, name) for name in ("alpha", "b", "g")))


def _column(model: PatternModel, name: str) -> Array:
    return normalised(name, [_double(getattr(pattern, name)) for pattern in model.patterns], 1)


def _double(number: Fraction) -> float:
    # A positive speed must stay positive: at infinite time it separates 0, gamma / 2 and gamma.
    return float(number) or (_SMALLEST if number else 0.0)
