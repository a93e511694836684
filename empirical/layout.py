"""Layout: where each weight of a network stands in one flat row, so that one operation updates all of them.

The weights of E members are one tensor of shape (E, P); a network sees each weight as a view, (E, *shape).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from torch import Tensor

from .networks.network import Constant, Weight
from .seeds import Stream, generator


@dataclass(frozen=True)
class Layout:
    """The weights of a network by name, in order."""

    weights: Mapping[str, Weight]

    @property
    def size(self) -> int:
        """Number of weights of one member, P."""
        return sum(prod(weight.shape) for weight in self.weights.values())

    def slices(self) -> dict[str, slice]:
        """Return where each weight stands in a row of P numbers."""
        found, at = {}, 0
        for name, weight in self.weights.items():
            found[name] = slice(at, at + prod(weight.shape))
            at = found[name].stop
        return found

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """Return each weight as a view of `flat` (E, P), shape (E, *shape)."""
        return {name: flat[:, place].unflatten(1, self.weights[name].shape) for name, place in self.slices().items()}

    def group_mask(self, groups: Sequence[str]) -> np.ndarray:
        """Return which of the P numbers belong to one of `groups`, shape (P,), bool."""
        mask = np.zeros(self.size, dtype=bool)
        for name, place in self.slices().items():
            mask[place] = self.weights[name].group in groups
        return mask

    def draw(self, seed: int, scale: float = 1.0) -> np.ndarray:
        """Return the initial weights of one member, shape (P,), float64, all but constants times `scale`.

        Every weight has a random stream of its own, named by the weight, so that one more weight changes no other.
        """
        row = np.empty(self.size)
        for name, place in self.slices().items():
            weight = self.weights[name]
            values = weight.initial.draw(weight.shape, generator(seed, Stream.WEIGHTS, name))
            row[place] = values.ravel() * (1.0 if isinstance(weight.initial, Constant) else scale)
        return row


def gradient(losses: Tensor, leaves: Mapping[str, Tensor], out: Tensor) -> None:
    """Fill `out` (E, P) with the gradient of each member's loss; `losses` has shape (E,).

    A member's loss depends on its own weights alone, so the gradient of the sum holds each member's own.
    """
    parts = torch.autograd.grad(losses.sum(), list(leaves.values()))
    torch.cat([part.flatten(1) for part in parts], dim=1, out=out)
