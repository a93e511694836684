"""Division as the public replication code trains it: the bar that the ensemble engine is measured against.

Modules one after the other, six symbols <eos> a / b = c, every position of every block, logits over all 2000 symbols at
every position, of which one is used ([davies-code], [openai-grok]). It shares with the engine the sines that mark
positions.

Shapes: B examples, T = 6 symbols, D width, H heads.
"""

import torch
from torch import Tensor, nn

from .networks.positions import sinusoidal_positions
from .plain_loop import PlainLoop

VOCABULARY = 2000


class PlainBlock(nn.Module):
    """Causal attention and an MLP, each followed by the residual sum and a layer norm."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.attention_norm, self.mlp_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width, bias=False), nn.ReLU(), nn.Linear(4 * width, width, bias=False)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, T, D) from (B, T, D)."""
        parts = (self.query(x), self.key(x), self.value(x))
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts)
        length = x.shape[1]
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(later, -torch.inf)
        gathered = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        x = self.attention_norm(x + self.out(gathered))
        return self.mlp_norm(x + self.dropout(self.mlp(x)))


class PlainDivision(PlainLoop):
    """Division by a transformer of the public code; width, heads, layers and dropout are the configuration's."""

    def draw(self) -> None:
        """Make the network, and `weights`."""
        network = self.network
        p = self.data.shape.symbols
        a, b = torch.from_numpy(self.data.inputs).unbind(1)
        divide, equals, eos = (torch.full_like(a, symbol) for symbol in (p, p + 1, p + 2))
        self.symbols = torch.stack([eos, a, divide, b, equals, self.labels], dim=1)
        self.embedding = nn.Embedding(VOCABULARY, network.width)
        self.positions = sinusoidal_positions(6, network.width, torch.device("cpu"), torch.float32)
        self.blocks = nn.Sequential(
            *(PlainBlock(network.width, network.heads, network.dropout) for _ in range(network.layers))
        )
        self.unembedding = nn.Linear(network.width, VOCABULARY, bias=False)
        self.weights = [w for part in (self.embedding, self.blocks, self.unembedding) for w in part.parameters()]

    def answers(self, examples: Tensor, *, training: bool = False) -> Tensor:
        """Return the logits at "=", of all that are computed at every position."""
        self.blocks.train(training)
        return self.unembedding(self.blocks(self.embedding(self.symbols[examples]) + self.positions))[:, 4]
