"""Models on a grid: one model, some of whose parameters run through values, as arrays for kernels."""

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analytic.errors import InputError, shown
from ..analytic.model import PatternModel
from ..analytic.parameters import Parameter, parameter
from ..analytic.rules import SoftPreference
from .arrays import normalised

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

WIDEST = 2.0**1000
"""With weights further apart than this factor, a sum of them might overflow."""
CLOCKS = ("alpha", "b")
"""The parameters on which the times depend at which a curve is sampled."""


class ModelColumns(NamedTuple):
    """Parameters of M models: (M, n), and (M,) for the chance levels; weights are (0, n) where the rule has none."""

    gamma: Array
    alpha: Array
    b: Array
    g: Array
    weight: Array
    chance: Array
    chance_train: Array


class ModelGrid:
    """A model with parameters that run through values, in C order: the last one varies fastest.

    Parameters
    ----------
    model
        What the other parameters are taken from.
    axes
        Values of each parameter by its name, such as "gamma_0"; taken as doubles.

    Raises
    ------
    InputError
        If there is no such parameter, or its values are not a list of finite numbers within its range.
    """

    def __init__(self, model: PatternModel, axes: Mapping[str, ArrayLike]) -> None:
        if not isinstance(axes, Mapping) or not axes:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"axes must map names of parameters to values, at least one, got {shown(axes)}")
        self.model = model
        self._parameters = [parameter(model, name, "axes") for name in axes]
        self.axes: dict[str, Array] = {
            str(one): _values(model, one, values) for one, values in zip(self._parameters, axes.values(), strict=True)
        }
        self.shape = tuple(values.size for values in self.axes.values())
        self.size = prod(self.shape)
        self._columns = self._of_model()

    def _of_model(self) -> ModelColumns:
        """Return the parameters of the model itself, one row."""
        model = self.model
        rows = {name: [getattr(pattern, name) for pattern in model.patterns] for name in ("gamma", "alpha", "b", "g")}
        rule = model.rule
        weights = list(rule.weights) if isinstance(rule, SoftPreference) else []
        scale = max(weights, default=Fraction(1))
        for one, values in zip(self._parameters, self.axes.values(), strict=True):
            if one.kind == "weight":
                scale = max(scale, Fraction(float(values.max())))
        self._scale = float(scale)
        found = ModelColumns(
            **{name: np.array([[float(value) for value in row]]) for name, row in rows.items()},
            weight=np.array([[float(value / scale) for value in weights]]) if weights else np.empty((0, model.n)),
            chance=np.array([float(model.chance)]),
            chance_train=np.array([float(model.chance_train)]),
        )
        if weights and found.weight.min() * WIDEST < 1.0:
            raise InputError("weights must lie within a factor of 2**1000 of one another; Priority is their limit")
        return found

    def in_order(self, start: int, stop: int) -> Indices:
        """Return the indices from `start` up to `stop`, models of equal speeds and inflections beside one another."""
        indices = np.arange(start, stop)
        places = np.unravel_index(indices, self.shape)
        keys = [place for place, one in zip(places, self._parameters, strict=True) if one.kind in CLOCKS]
        return indices[np.lexsort(keys)] if keys else indices

    def columns(self, indices: Indices) -> ModelColumns:
        """Return the parameters of the models of these indices."""
        found = ModelColumns(*(np.repeat(column, indices.size, axis=0) for column in self._columns))
        places = np.unravel_index(indices, self.shape)
        for one, place, values in zip(self._parameters, places, self.axes.values(), strict=True):
            chosen = values[place]
            column = getattr(found, one.kind)
            if one.pattern is None:
                column[:] = chosen
            else:
                column[:, one.pattern] = chosen / self._scale if one.kind == "weight" else chosen
        return found

    def at(self, place: tuple[int, ...]) -> PatternModel:
        """Return the model at a place of the grid."""
        model = self.model
        for one, i, values in zip(self._parameters, place, self.axes.values(), strict=True):
            model = one.put(model, Fraction(float(values[i])))
        return model


def _values(model: PatternModel, one: Parameter, given: ArrayLike) -> Array:
    """Return the values of a parameter, refused if one of them is not in its range."""
    name = f"axes[{str(one)!r}]"
    values = normalised(name, given, 1)
    if not values.size:
        raise InputError(f"{name} must hold at least one value, got none")
    if not np.isfinite(values).all():
        raise InputError(f"{name} must hold finite numbers, got {values[~np.isfinite(values)][0]}")
    for end in (values.min(), values.max()):
        try:
            one.put(model, Fraction(float(end)))
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
    return values
