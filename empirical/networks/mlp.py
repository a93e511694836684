"""A multilayer perceptron on all operands at once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from ...analytic.errors import InputError
from ..demands import demand_flags, demand_number, demand_one_of, demand_whole
from ..kinds import kind
from ..tasks.task import Shape
from .layers import ACTIVATIONS, activate, linear, rows_of
from .network import Normal, Uniform, Weight

INPUTS = ("one_hot", "embedded", "signs")


@kind("network", "mlp")
@dataclass(frozen=True, kw_only=True)
class MLP:
    """Linear maps with an activation between them.

    With `inputs` "one_hot" each operand is a one-hot vector, all of them side by side; "embedded" gives each
    operand the same learned table and adds the vectors; "signs" gives bits as +1 and -1 (bit 0 is +1).
    """

    hidden: tuple[int, ...] = (200,)
    """Widths of the hidden layers."""
    activation: str = "relu"
    inputs: str = "one_hot"
    embedding_width: int = 128
    """Width of the learned table, where inputs are embedded."""
    biases: bool = True
    output_bias: bool = True
    init_scale: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, tuple) or not self.hidden:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"hidden must be a list of the widths of at least one layer, got {self.hidden!r}")
        for width in self.hidden:
            demand_whole("hidden", width, 1)
        demand_one_of("activation", self.activation, ACTIVATIONS)
        demand_one_of("inputs", self.inputs, INPUTS)
        demand_whole("embedding_width", self.embedding_width, 1)
        demand_flags(self, ("biases", "output_bias"))
        demand_number("init_scale", self.init_scale, "a number above 0", 5e-324)

    def weights(self, shape: Shape) -> dict[str, Weight]:
        """Return the weights by name: uniform in +-1 / sqrt(fan-in), PyTorch's default, biases included."""
        if self.inputs == "signs" and shape.symbols != 2:
            raise InputError(f"inputs of an mlp must be one_hot or embedded for {shape.symbols} symbols, got signs")
        widths = {
            "one_hot": shape.operands * shape.symbols,
            "embedded": self.embedding_width,
            "signs": shape.operands,
        }
        sizes = [widths[self.inputs], *self.hidden, shape.classes]
        found: dict[str, Weight] = {}
        if self.inputs == "embedded":
            found["embedding.weight"] = Weight((shape.symbols, self.embedding_width), Normal(1.0), "embedding")
        last = len(sizes) - 2
        for depth, (fan_in, fan_out) in enumerate(pairwise(sizes)):
            begin = Uniform(1 / math.sqrt(fan_in))
            group = "unembedding" if depth == last else "mlp"
            found[f"layers.{depth}.weight"] = Weight((fan_out, fan_in), begin, group)
            if self.output_bias if depth == last else self.biases:
                found[f"layers.{depth}.bias"] = Weight((fan_out,), begin, "bias")
        return found

    def logits(
        self, weights: Mapping[str, Tensor], inputs: Tensor, shape: Shape, dropout: Tensor | None = None
    ) -> Tensor:
        """Return logits, shape (E, B, C), for operands (E, B, K)."""
        x, first = self._first_layer(weights, inputs)
        for depth in range(first, len(self.hidden) + 1):
            if depth:
                x = activate(x, self.activation)
            x = linear(x, weights[f"layers.{depth}.weight"], weights.get(f"layers.{depth}.bias"))
        return x

    def _first_layer(self, weights: Mapping[str, Tensor], inputs: Tensor) -> tuple[Tensor, int]:
        """Return what enters a layer, and which layer that is."""
        if self.inputs == "embedded":
            table = weights["embedding.weight"]
            return rows_of(table, inputs.flatten(1)).unflatten(1, inputs.shape[1:]).sum(2), 0
        if self.inputs == "signs":
            return (1 - 2 * inputs).to(weights["layers.0.weight"].dtype), 0
        # A one-hot vector times a matrix is a column of it: looked up, not multiplied.
        weight, bias = weights["layers.0.weight"], weights.get("layers.0.bias")
        symbols = weight.shape[2] // inputs.shape[2]
        places = inputs + symbols * torch.arange(inputs.shape[2], device=inputs.device)
        x = rows_of(weight.transpose(1, 2), places.flatten(1)).unflatten(1, places.shape[1:]).sum(2)
        return x if bias is None else x + bias.unsqueeze(1), 1
