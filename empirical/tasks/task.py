"""Task: a set of examples with one right answer each; every kind of task is a frozen dataclass with `examples()`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...analytic.errors import InputError

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Shape:
    """What a network must know of a task: N examples of K operands among V symbols, with an answer in C classes."""

    operands: int
    symbols: int
    classes: int


@dataclass(frozen=True, eq=False)
class Examples:
    """All examples of a task.

    Parameters
    ----------
    inputs
        Operands, shape (N, K), whole numbers in 0..symbols - 1.
    answers
        Right answers, shape (N,), whole numbers in 0..classes - 1.
    symbols, classes
        Number of different operands and answers.
    parts
        Masks of shape (N,) over the examples that are measured apart, by name.
    mirror
        For each example the example with its operands swapped, shape (N,), if the operation is symmetric;
        a symmetric split keeps the two on one side.
    fixed_test
        Mask of shape (N,) of the test set, if the task itself decides it; no split then applies.
    """

    inputs: Integers
    answers: Integers
    symbols: int
    classes: int
    parts: Mapping[str, Mask] = field(default_factory=dict)
    mirror: Integers | None = None
    fixed_test: Mask | None = None

    def __post_init__(self) -> None:
        if self.inputs.ndim != 2 or len(self.inputs) != len(self.answers):
            raise InputError(
                f"inputs must have shape (N, K) and answers (N,), got {self.inputs.shape} and {self.answers.shape}"
            )
        for name, values, top in (("inputs", self.inputs, self.symbols), ("answers", self.answers, self.classes)):
            if values.size and not (values.min() >= 0 and values.max() < top):
                raise InputError(f"{name} must lie in 0..{top - 1}, got {values.min()}..{values.max()}")

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def shape(self) -> Shape:
        """What a network must know of the task."""
        return Shape(self.inputs.shape[1], self.symbols, self.classes)


@runtime_checkable
class Task(Protocol):
    """A frozen dataclass of settings, made known by `@kind("task", name)`."""

    def examples(self) -> Examples:
        """Return all examples, the same ones in the same order at every call."""
        ...
