"""Network: a frozen dataclass of settings that names its weights and computes logits for a whole ensemble at once.

Shapes: E members, B examples, K operands, C classes. A network trained alone is an ensemble of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from ..demands import demand_one_of
from ..tasks.task import Shape


@dataclass(frozen=True)
class Normal:
    """Initial weights from a normal distribution of mean 0."""

    deviation: float

    def draw(self, shape: tuple[int, ...], draws: np.random.Generator) -> np.ndarray:
        """Return float64 weights of `shape`."""
        return self.deviation * draws.standard_normal(shape)


@dataclass(frozen=True)
class Uniform:
    """Initial weights from a uniform distribution on [-bound, bound]."""

    bound: float

    def draw(self, shape: tuple[int, ...], draws: np.random.Generator) -> np.ndarray:
        """Return float64 weights of `shape`."""
        return draws.uniform(-self.bound, self.bound, shape)


@dataclass(frozen=True)
class Constant:
    """Initial weights that are all equal; never scaled."""

    value: float

    def draw(self, shape: tuple[int, ...], draws: np.random.Generator) -> np.ndarray:
        """Return float64 weights of `shape`."""
        return np.full(shape, self.value)


Initial = Normal | Uniform | Constant

GROUPS = ("embedding", "attention", "mlp", "norm", "bias", "unembedding")
"""What a weight is: decay and norms are told apart by these."""


@dataclass(frozen=True)
class Weight:
    """A tensor of weights of one member: its shape, how it begins, and its group."""

    shape: tuple[int, ...]
    initial: Initial
    group: str

    def __post_init__(self) -> None:
        demand_one_of("group", self.group, GROUPS)


@runtime_checkable
class Network(Protocol):
    """A frozen dataclass of settings, made known by `@kind("network", name)`."""

    @property
    def init_scale(self) -> float:
        """Factor on all initial weights that are not constant; the ratio w / w0 of Omnigrok."""
        ...

    def weights(self, shape: Shape) -> dict[str, Weight]:
        """Return the weights of one member for a task of this shape, by name, in a fixed order."""
        ...

    def logits(
        self, weights: Mapping[str, Tensor], inputs: Tensor, shape: Shape, dropout: Tensor | None = None
    ) -> Tensor:
        """Return logits, shape (E, B, C).

        `weights` holds each weight with a leading dimension E; `inputs` are operands of shape (E, B, K).
        `dropout` is None or the key of this update's random masks, shape (E,), int64: networks without dropout
        ignore it. A network may also have a method `log_weights(shape)`, see `Transformer`: the loss adds those numbers
        to the logits.
        """
        ...
