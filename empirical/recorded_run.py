"""A recorded run: its curves as arrays, read off a file or an ensemble."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .observation import held_from

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class RecordedRun:
    """One member of a study, as far as its curves and its settings tell."""

    name: str
    settings: dict[str, Any]
    """What tells it from the other members, by name: "seed", "width", ..."""
    sizes: dict[str, int]
    """Number of examples of each part."""
    columns: dict[str, Array] = field(repr=False)
    """One value an evaluation: "step", "train_loss", "test_correct", ..."""
    measures: dict[str, Array] = field(repr=False, default_factory=dict)
    """What was measured on the weights kept along the way, one value a step; empty if nothing was."""

    @property
    def step(self) -> Array:
        """Steps of the evaluations, (T,)."""
        return self.columns["step"]

    def accuracy(self, part: str) -> Array:
        """Return the accuracy on a part, one value an evaluation, in 0..1."""
        return self.columns[f"{part}_correct"] / self.sizes[part]

    def loss(self, part: str) -> Array:
        """Return the mean loss on a part, one value an evaluation."""
        return self.columns[f"{part}_loss"]

    def first_step(self, part: str, level: float, sustained: int = 3) -> int | None:
        """Return the first step from which accuracy is at `level` for `sustained` evaluations, or to the end."""
        step = held_from(self.step, self.accuracy(part), level, sustained)
        return None if step is None else int(step)

    def at(self, values: Array, step: float) -> float:
        """Return a curve's value at its last evaluation up to `step`."""
        return float(values[max(0, int(np.searchsorted(self.step, step, side="right")) - 1)])

    def highest(self, values: Array, first: float, last: float) -> float:
        """Return the largest value of a curve from step `first` to step `last`; NaN if none was measured there."""
        inside = values[(self.step >= first) & (self.step <= last)]
        return float(inside.max()) if inside.size else float("nan")
