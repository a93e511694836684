"""The decoder-only transformer of the grokking papers, read out at the "=" symbol.

Shapes: B examples, T symbols, D width, H heads, C classes (the residues, or the whole vocabulary).

The blocks are those of the public code ([openai-grok]): layer norm after each residual sum, ReLU MLP of
width 4 D, no biases in linear maps, sinusoidal positions added to unscaled embeddings, untied unembedding.
The answer is read at the last symbol alone, so the last block computes nothing else: with causal
attention no other symbol of that block can reach the answer.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .configuration import Configuration
from .seeds import Stream, generator

DROPOUT = 0.1
PUBLIC_VOCABULARY = 2000


class DecoderBlock(nn.Module):
    """Causal attention and an MLP, each followed by the residual sum and a layer norm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.attention_norm = nn.LayerNorm(width)
        self.mlp_in = nn.Linear(width, 4 * width, bias=False)
        self.mlp_out = nn.Linear(4 * width, width, bias=False)
        self.mlp_norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, keep: Tensor | None, last_only: bool) -> Tensor:
        """Return the block's output, (B, T, D), or (B, 1, D) if only the last symbol is asked for.

        `keep` multiplies the MLP's output, for dropout; None is no dropout.
        """
        rows = x[:, -1:] if last_only else x
        attended = self.attention_norm(rows + self.attention(rows, x, causal=not last_only))
        update = self.mlp_out(functional.relu(self.mlp_in(attended)))
        return self.mlp_norm(attended + (update if keep is None else update * keep))

    def attention(self, rows: Tensor, x: Tensor, *, causal: bool) -> Tensor:
        """Return what the symbols in `rows` (B, R, D) gather from `x` (B, T, D)."""
        query, key, value = self.query(rows), self.key(x), self.value(x)
        query, key, value = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (query, key, value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])  # (B, H, R, T)
        if causal:
            length = x.shape[1]
            later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
            scores = scores.masked_fill(later, -math.inf)
        gathered = scores.softmax(-1) @ value
        return self.attention_out(gathered.transpose(1, 2).flatten(2))


class Transformer(nn.Module):
    """The network of `configuration`, with initial weights that its seed alone decides."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        quirks, p, width = configuration.quirks, configuration.modulus, configuration.width
        symbols = PUBLIC_VOCABULARY if quirks.vocabulary_2000 else p + (3 if quirks.leading_eos else 2)
        classes = PUBLIC_VOCABULARY if quirks.vocabulary_2000 else p
        self.divide, self.equals, self.eos = p, p + 1, p + 2 if quirks.leading_eos else None
        self.width = width
        self.embedding = nn.Embedding(symbols, width)
        self.blocks = nn.ModuleList(DecoderBlock(width, configuration.heads) for _ in range(configuration.layers))
        self.unembedding = nn.Linear(width, classes, bias=False)
        self.positions: Tensor
        self.register_buffer("positions", sinusoidal_positions(5 if quirks.leading_eos else 4, width))
        set_initial_weights(self, configuration.seed)

    def symbols(self, pairs: Tensor) -> Tensor:
        """Return the symbols of "a / b =" for pairs (B, 2) of a and b, shape (B, T)."""
        a, b = pairs[:, :1], pairs[:, 1:]
        divide, equals = torch.full_like(a, self.divide), torch.full_like(a, self.equals)
        eos = [] if self.eos is None else [torch.full_like(a, self.eos)]
        return torch.cat([*eos, a, divide, b, equals], dim=1)

    def forward(self, pairs: Tensor, keep: list[Tensor] | None = None) -> Tensor:
        """Return the logits of c in a / b = c, shape (B, C), for pairs (B, 2) of a and b."""
        x = self.embedding(self.symbols(pairs)) + self.positions
        last = len(self.blocks) - 1
        for depth, block in enumerate(self.blocks):
            x = block(x, None if keep is None else keep[depth], last_only=depth == last)
        return self.unembedding(x[:, -1])

    def dropout_masks(self, seed: int, step: int, examples: int) -> list[Tensor]:
        """Return the scaled dropout masks of one update, one for each block, decided by seed and step alone."""
        draws = generator(seed, Stream.DROPOUT, step)
        length, last = self.positions.shape[0], len(self.blocks) - 1
        shapes = [(examples, 1 if depth == last else length, self.width) for depth in range(last + 1)]
        kept = [draws.random(shape, dtype=np.float32) >= DROPOUT for shape in shapes]
        return [torch.from_numpy(mask).to(self.positions) / (1 - DROPOUT) for mask in kept]


def sinusoidal_positions(length: int, width: int) -> Tensor:
    """Return the position vectors of the public code, shape (length, width): sines at even, cosines at odd places."""
    position = np.arange(length)[:, None]
    place = np.arange(width)[None, :]
    angle = position / 10000 ** ((place - place % 2) / width)
    return torch.from_numpy(np.where(place % 2 == 0, np.sin(angle), np.cos(angle)).astype(np.float32))


@torch.no_grad()
def set_initial_weights(network: Transformer, seed: int) -> None:
    """Draw every weight from NumPy, as PyTorch's defaults would be distributed.

    Embeddings are standard normal, linear maps uniform in +-1 / sqrt(fan-in), norms 1 and 0. Each tensor
    has a stream of its own, named by its parameter, so that one more parameter changes no other.
    """
    for name, parameter in network.named_parameters():
        draws = generator(seed, Stream.WEIGHTS, name)
        if name.startswith("embedding."):
            values = draws.standard_normal(parameter.shape)
        elif parameter.ndim == 2:
            bound = 1 / math.sqrt(parameter.shape[1])
            values = draws.uniform(-bound, bound, parameter.shape)
        else:
            values = np.full(parameter.shape, float(name.endswith("weight")))
        parameter.copy_(torch.from_numpy(values))
