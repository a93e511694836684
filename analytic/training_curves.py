"""Curves: train and test accuracy along an axis, whoever made them, a model or a training run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError, shown
from .exact import frozen_floats

Array = NDArray[np.float64]


def _column(name: str, values: ArrayLike, rows: int | None) -> Array:
    array = frozen_floats(name, values)
    if array.ndim != 1 or (rows is not None and array.shape[0] != rows):
        demand = "one-dimensional" if rows is None else f"of shape ({rows},), one value per t"
        raise InputError(f"{name} must be {demand}, got shape {array.shape}")
    if np.isnan(array).any():
        raise InputError(f"{name} must not hold NaN, got one at index {int(np.flatnonzero(np.isnan(array))[0])}")
    return array


def _demand_size(name: str, size: object) -> None:
    if type(size) is bool or not isinstance(size, Integral) or size < 1:
        raise InputError(f"{name} must be a whole number, at least 1, got {shown(size)}")


@dataclass(frozen=True, init=False, eq=False, slots=True)
class Curves:
    """Train and test accuracy along an axis, as read-only float64 arrays.

    Parameters
    ----------
    t
        Where the curves are known, shape (T,), in units of `axis`, in any order; infinities allowed, NaN not.
    train, test
        Accuracies, shape (T,).
    axis
        What `t` counts: "t" (the model's own time), "steps", "epochs", "width", ...
    train_size, test_size
        How many examples stand behind each accuracy; None where nothing was counted.
    patterns
        Predictiveness p_i(t) of each pattern of a model, shape (T, n); None for a training run.
    parts
        Accuracies on named parts of the data, each of shape (T,).
    part_sizes
        How many examples stand behind the accuracies of a part, for those parts whose examples were counted.
    train_error
        1 - train, where it is known better than the subtraction would give it.

    Raises
    ------
    InputError
        If shapes disagree, a value is NaN, or a size is no whole number of at least 1 or is that of no part.
    """

    t: Array
    train: Array
    test: Array
    axis: str
    train_size: int | None
    test_size: int | None
    patterns: Array | None
    train_error: Array
    parts: Mapping[str, Array] = field(repr=False)
    part_sizes: Mapping[str, int] = field(repr=False)

    def __init__(
        self,
        t: ArrayLike,
        train: ArrayLike,
        test: ArrayLike,
        *,
        axis: str = "t",
        train_size: int | None = None,
        test_size: int | None = None,
        patterns: ArrayLike | None = None,
        train_error: ArrayLike | None = None,
        parts: Mapping[str, ArrayLike] | None = None,
        part_sizes: Mapping[str, int] | None = None,
    ) -> None:
        times = _column("t", t, None)
        rows = times.shape[0]
        train_accuracy = _column("train", train, rows)
        predictiveness = None
        if patterns is not None:
            predictiveness = frozen_floats("patterns", patterns)
            if predictiveness.ndim != 2 or predictiveness.shape[0] != rows:
                raise InputError(f"patterns must be of shape ({rows}, n), got {predictiveness.shape}")
            if np.isnan(predictiveness).any():
                raise InputError("patterns must not hold NaN, got at least one")
        for argument, given in (("parts", parts), ("part_sizes", part_sizes)):
            if given is not None and not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InputError(f"{argument} must be a mapping from the names of parts, got {shown(given)}")
        for name, size in (("train_size", train_size), ("test_size", test_size)):
            if size is not None:
                _demand_size(name, size)
        sizes = dict(part_sizes or {})
        for name, size in sizes.items():
            _demand_size(f"part_sizes[{name!r}]", size)
            if name not in (parts or {}):
                raise InputError(f"part_sizes must be those of parts, got one of {name!r}, which is no part")
        named = {name: _column(f"parts[{name!r}]", values, rows) for name, values in (parts or {}).items()}
        error = 1.0 - train_accuracy if train_error is None else train_error
        values = {
            "t": times,
            "train": train_accuracy,
            "test": _column("test", test, rows),
            "axis": axis,
            "train_size": train_size,
            "test_size": test_size,
            "patterns": predictiveness,
            "train_error": _column("train_error", error, rows),
            "parts": MappingProxyType(named),
            "part_sizes": MappingProxyType(sizes),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
