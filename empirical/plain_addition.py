"""Addition by one layer without norms, as Omnigrok's notebook holds its weight norm ([Liu2022], [nanda-code]).

Every position of three symbols a b =, logits over all of them, weights as plain tensors. It stands beside the engine to
tell whether a number that is not the published one is a matter of the engine.

Shapes: B examples, T = 3 symbols, D width, H heads.
"""

import torch
from torch import Tensor, nn

from .plain_loop import PlainLoop, norm_of


class PlainAddition(PlainLoop):
    """Addition by the network of [nanda-code]; width, heads, initial scale and the held norm are settings."""

    def draw(self) -> None:
        """Make the network, and `weights`."""
        p, width = self.data.shape.symbols, self.network.width
        equals = torch.full((len(self.labels), 1), p)
        self.symbols = torch.cat([torch.from_numpy(self.data.inputs), equals], dim=1)
        self.embedding, self.positions = self._normal(p + 1, width, width), self._normal(3, width, width)
        self.query, self.key, self.value, self.out = (self._normal(width, width, width) for _ in range(4))
        self.inward, self.outward = self._normal(4 * width, width, width), self._normal(width, 4 * width, width)
        self.inward_bias, self.outward_bias = (nn.Parameter(torch.zeros(size)) for size in (4 * width, width))
        self.unembedding = self._normal(p + 1, width, p + 1)
        maps = (self.query, self.key, self.value, self.out, self.inward, self.outward, self.unembedding)
        self.weights = [self.embedding, self.positions, *maps, self.inward_bias, self.outward_bias]
        self.initial_norm = norm_of(self.weights)

    def _normal(self, rows: int, columns: int, inverse_variance: int) -> nn.Parameter:
        return nn.Parameter(self.network.init_scale * torch.randn(rows, columns) / inverse_variance**0.5)

    def answers(self, examples: Tensor, *, training: bool = False) -> Tensor:
        """Return the logits at "="."""
        x = self.embedding[self.symbols[examples]] + self.positions
        q, k, v = (
            (x @ weight.T).unflatten(-1, (self.network.heads, -1)).transpose(1, 2)
            for weight in (self.query, self.key, self.value)
        )
        scores = q[:, :, -1:] @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        gathered = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)[:, 0]
        x = x[:, -1] + gathered @ self.out.T
        x = x + (x @ self.inward.T + self.inward_bias).relu() @ self.outward.T + self.outward_bias
        return x @ self.unembedding.T

    def advance(self) -> None:
        """Make one update, and bring all weights together back to their initial norm if the configuration holds it."""
        super().advance()
        if self.configuration.optimizer.hold_norm == "whole":
            factor = self.initial_norm / norm_of(self.weights)
            with torch.no_grad():
                for weight in self.weights:
                    weight.mul_(factor)
