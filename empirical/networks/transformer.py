"""The decoder-only transformers of the grokking papers, read out at the "=" symbol.

Shapes: E members, B examples, K operands, T symbols, D width, C classes.

The defaults are the blocks of the public code ([openai-grok]): layer norm after each residual sum, ReLU MLP of
width 4 D, no biases in linear maps, sinusoidal positions added to unscaled embeddings, untied unembedding. Only
what the answer depends on is computed: the last block at "=" alone, and symbols that many examples share once
(`streams`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from ...analytic.errors import InputError
from ..demands import demand_flags, demand_number, demand_one_of, demand_whole
from ..kinds import kind
from ..tasks.task import Shape
from .blocks import Block, Drop
from .dropout import dropout_mask
from .layers import NORMS, linear, normalize
from .network import Constant, Initial, Normal, Uniform, Weight
from .positions import POSITIONS, sinusoidal_positions
from .sequence import Spelling
from .streams import Stream

Weights = Mapping[str, Tensor]


@kind("network", "transformer")
@dataclass(frozen=True, kw_only=True)
class Transformer:
    """A causal transformer on "a op b =", or on all operands and "=" for any number of them."""

    layers: int = 2
    width: int = 128
    heads: int = 1
    mlp_width: int | None = None
    """Hidden width of the MLP; None is four times the width."""
    activation: str = "relu"
    """"relu", "gelu", or "gated_silu": a linear map times the SiLU of another."""
    norm: str = "post"
    """Where activations are normalized: "post", after each residual sum; "pre", before each map, and at the end;
    "none"."""
    norm_kind: str = "layer"
    """"layer" (mean and variance, gain and bias) or "rms" (mean square, gain)."""
    positions: str = "sinusoidal"
    """"sinusoidal" or "learned" vectors added to embeddings, or "rotary" queries and keys."""
    mlp_biases: bool = False
    tied: bool = False
    """Whether the embedding is the unembedding too; the softmax then runs over the whole vocabulary."""
    initial: str = "uniform"
    """"uniform": PyTorch's defaults, embeddings N(0, 1) and maps uniform in +-1 / sqrt(fan-in); "normal": N(0, 1 / D),
    the unembedding N(0, 1 / C), as in [nanda-code]."""
    init_scale: float = 1.0
    """Factor on all initial weights but norms and zero biases."""
    operator_symbol: bool = True
    """Whether a symbol of the operation stands after the first operand."""
    leading_eos: bool = False
    """Whether each sequence begins with an end-of-sequence symbol, as in the public code."""
    vocabulary: int | None = None
    """Rows of the embedding; None is as many as are used. The public code has 2000."""
    unembed_vocabulary: bool = False
    """Whether the softmax runs over all symbols of the vocabulary instead of the possible answers."""
    unused_weight: float = 1.0
    """How many symbols each one that no example uses stands for in the loss, where the log of it is added to its logit;
    which logit is the largest, hence accuracy, does not depend on it. The 1900 unused symbols of the public code are
    all alike, and 100 of weight 19 are to do what they do for less."""
    dropout: float = 0.0
    """Share of the MLP's output that is dropped in training; the public code drops 0.1."""

    def __post_init__(self) -> None:
        for name in ("layers", "width", "heads"):
            demand_whole(name, getattr(self, name), 1)
        if self.width % self.heads:
            raise InputError(f"width must be a multiple of heads = {self.heads}, got {self.width}")
        for name in ("mlp_width", "vocabulary"):
            if getattr(self, name) is not None:
                demand_whole(name, getattr(self, name), 1)
        demand_one_of("activation", self.activation, ("relu", "gelu", "gated_silu"))
        demand_one_of("norm", self.norm, ("post", "pre", "none"))
        demand_one_of("norm_kind", self.norm_kind, NORMS)
        demand_one_of("positions", self.positions, POSITIONS)
        demand_one_of("initial", self.initial, ("uniform", "normal"))
        demand_flags(self, ("mlp_biases", "tied", "operator_symbol", "leading_eos", "unembed_vocabulary"))
        demand_number("init_scale", self.init_scale, "a number above 0", 5e-324)
        demand_number("unused_weight", self.unused_weight, "a finite number of at least 1", 1)
        demand_number("dropout", self.dropout, "in [0, 1)", 0, 1)
        if self.unused_weight != 1 and not (self.unembed_vocabulary or self.tied):
            raise InputError(f"unused_weight must be 1 unless unembed_vocabulary is true, got {self.unused_weight}")
        if self.positions == "rotary" and (self.width // self.heads) % 2:
            raise InputError(f"width must give each head an even share for rotary positions, got {self.width}")

    # What it is made of.

    def weights(self, shape: Shape) -> dict[str, Weight]:
        """Return the weights by name; InputError if the vocabulary has no room for the task's symbols."""
        symbols = self._vocabulary(shape)
        classes = symbols if self.unembed_vocabulary else shape.classes
        vector = Normal(1.0) if self.initial == "uniform" else Normal(1 / math.sqrt(self.width))
        found = {"embedding.weight": Weight((symbols, self.width), vector, "embedding")}
        if self.positions == "learned":
            found["positions.weight"] = Weight((self._spelling(shape).length, self.width), vector, "embedding")
        for depth in range(self.layers):
            found |= {f"blocks.{depth}.{name}": weight for name, weight in self._block_weights().items()}
        if self.norm == "pre":
            found |= self._norm_weights("final_norm")
        if not self.tied:
            begin = self._map(self.width) if self.initial == "uniform" else Normal(1 / math.sqrt(classes))
            found["unembedding.weight"] = Weight((classes, self.width), begin, "unembedding")
        return found

    def _block_weights(self) -> dict[str, Weight]:
        width, hidden = self.width, self.mlp_width or 4 * self.width
        square, inward, outward = self._map(width), self._map(width), self._map(hidden)
        names = ("query", "key", "value", "attention_out")
        found = {f"{name}.weight": Weight((width, width), square, "attention") for name in names}
        found |= {
            "mlp_in.weight": Weight((hidden, width), inward, "mlp"),
            "mlp_out.weight": Weight((width, hidden), outward, "mlp"),
        }
        if self.activation == "gated_silu":
            found["mlp_gate.weight"] = Weight((hidden, width), inward, "mlp")
        if self.mlp_biases:
            zero = Constant(0.0) if self.initial == "normal" else None
            found["mlp_in.bias"] = Weight((hidden,), zero or Uniform(1 / math.sqrt(width)), "bias")
            found["mlp_out.bias"] = Weight((width,), zero or Uniform(1 / math.sqrt(hidden)), "bias")
        if self.norm != "none":
            found |= self._norm_weights("attention_norm") | self._norm_weights("mlp_norm")
        return found

    def _norm_weights(self, name: str) -> dict[str, Weight]:
        found = {f"{name}.weight": Weight((self.width,), Constant(1.0), "norm")}
        if self.norm_kind == "layer":
            found[f"{name}.bias"] = Weight((self.width,), Constant(0.0), "norm")
        return found

    def _map(self, fan_in: int) -> Initial:
        return Uniform(1 / math.sqrt(fan_in)) if self.initial == "uniform" else Normal(1 / math.sqrt(self.width))

    def _vocabulary(self, shape: Shape) -> int:
        used = max(self._spelling(shape).symbols, shape.classes)
        if self.vocabulary is not None and self.vocabulary < used:
            raise InputError(f"vocabulary must hold the {used} symbols of the task, got {self.vocabulary}")
        if self.unused_weight != 1 and (self.vocabulary or used) == used:
            raise InputError(f"unused_weight must be 1 unless vocabulary is more than the {used} symbols that are used")
        return self.vocabulary or used

    def _spelling(self, shape: Shape) -> Spelling:
        return Spelling(shape, self.operator_symbol, self.leading_eos)

    # What it computes.

    def logits(self, weights: Weights, inputs: Tensor, shape: Shape, dropout: Tensor | None = None) -> Tensor:
        """Return the logits at "=", shape (E, B, C), for operands (E, B, K)."""
        dropped = dropout if self.dropout else None
        # With a mask for each example no symbol is the same for two of them, and nothing can be shared.
        shared = dropped is None and shape.symbols <= inputs.shape[1]
        spelling = self._spelling(shape)
        streams = self._read(weights, inputs, spelling, shared)
        for depth in range(self.layers):
            streams = self._block(weights, spelling, depth).apply(
                streams, inputs.shape[1], depth == self.layers - 1, self._drop(dropped, depth)
            )
        x = streams[-1].rows[:, :, -1]
        if self.norm == "pre":
            x = normalize(x, self.norm_kind, weights["final_norm.weight"], weights.get("final_norm.bias"))
        return linear(x, weights["embedding.weight" if self.tied else "unembedding.weight"])

    def log_weights(self, shape: Shape) -> list[float] | None:
        """Return what the loss adds to the logit of each class, (C,); None where that is nothing."""
        if self.unused_weight == 1:
            return None
        used, all_of_them = self._spelling(shape).symbols, self._vocabulary(shape)
        return [0.0] * used + [math.log(self.unused_weight)] * (all_of_them - used)

    def _block(self, weights: Weights, spelling: Spelling, depth: int) -> Block:
        start = f"blocks.{depth}."
        return Block(
            weights={name.removeprefix(start): weight for name, weight in weights.items() if name.startswith(start)},
            heads=self.heads,
            activation=self.activation,
            norm=self.norm,
            norm_kind=self.norm_kind,
            rotary_length=spelling.length if self.positions == "rotary" else None,
        )

    def _drop(self, key: Tensor | None, depth: int) -> Drop | None:
        if key is None:
            return None
        return lambda x: x * dropout_mask(key, depth, tuple(x.shape[1:]), self.dropout, x)

    def _read(self, weights: Weights, inputs: Tensor, spelling: Spelling, shared: bool) -> list[Stream]:
        table, positions = weights["embedding.weight"], None
        if self.positions == "sinusoidal":
            positions = sinusoidal_positions(spelling.length, self.width, table.device, table.dtype)
        elif self.positions == "learned":
            positions = weights["positions.weight"].unsqueeze(1)
        read = spelling.shared_streams if shared else spelling.one_stream
        return read(table, positions, inputs)
