"""The public replication code's way to train, as plain PyTorch: the bar that the ensemble engine is measured against.

One network, modules one after the other, six symbols <eos> a / b = c, every position of every block, logits over all
2000 symbols at every position, of which one is used ([davies-code], [openai-grok]). Written from its description; it
shares with the engine the equations, the split, the batches, the schedule and the sines that mark positions.

Shapes: B examples, T = 6 symbols, D width, H heads.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from .configuration import Configuration
from .measuring import part_sizes
from .networks import Transformer
from .networks.positions import sinusoidal_positions
from .recorder import Recorder
from .run_settings import new_settings
from .runs import Run
from .schedule import batch, evaluation_steps

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


class PlainLoop:
    """A network trained alone on a configuration's equations and batches.

    Parameters
    ----------
    configuration
        Division by a transformer; width, heads, layers, dropout, rate and decay are taken from it, weights are drawn
        by PyTorch from its seed.
    """

    def __init__(self, configuration: Configuration) -> None:
        network = configuration.network
        assert isinstance(network, Transformer)
        torch.manual_seed(configuration.seed)
        data, self.configuration, self.step = configuration.data, configuration, 0
        p = data.shape.symbols
        a, b = torch.from_numpy(data.inputs).unbind(1)
        c = torch.from_numpy(data.labels)
        divide, equals, eos = (torch.full_like(a, symbol) for symbol in (p, p + 1, p + 2))
        self.symbols = torch.stack([eos, a, divide, b, equals, c], dim=1)
        self.embedding = nn.Embedding(VOCABULARY, network.width)
        self.positions = sinusoidal_positions(6, network.width, torch.device("cpu"), torch.float32)
        self.blocks = nn.Sequential(
            *(PlainBlock(network.width, network.heads, network.dropout) for _ in range(network.layers))
        )
        self.unembedding = nn.Linear(network.width, VOCABULARY, bias=False)
        self.parameters = [w for part in (self.embedding, self.blocks, self.unembedding) for w in part.parameters()]
        own = configuration.optimizer
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=own.learning_rate, betas=(0.9, 0.98), weight_decay=own.weight_decay
        )

    def logits(self, symbols: Tensor) -> Tensor:
        """Return logits over the vocabulary at every position, (B, T, 2000)."""
        return self.unembedding(self.blocks(self.embedding(symbols) + self.positions))

    def advance(self) -> None:
        """Make one update."""
        self.step += 1
        symbols = self.symbols[torch.from_numpy(batch(self.configuration, self.step))]
        loss = functional.cross_entropy(self.logits(symbols)[:, 4], symbols[:, 5])
        self.optimizer.zero_grad()
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = self.configuration.optimizer.rate(self.step)
        self.optimizer.step()

    @torch.no_grad()
    def correct(self) -> dict[str, int]:
        """Return how many train and test examples are right, as columns of a run."""
        self.blocks.eval()
        right = torch.cat([self.logits(part)[:, 4].argmax(-1) == part[:, 5] for part in self.symbols.split(2048)])
        self.blocks.train()
        data = self.configuration.data
        return {
            f"{side}_correct": int(right[torch.from_numpy(examples)].sum())
            for side, examples in (("train", data.train), ("test", data.test))
        }


def train_plainly(configuration: Configuration, out: Path) -> Run:
    """Train a network the plain way, with evaluations, budget and stop rule of the engine; return the run.

    A run that was interrupted begins anew: a plain loop keeps no checkpoints.
    """
    sizes = {side: part_sizes(configuration.data)[side] for side in ("train", "test")}
    level, last = configuration.stop_test_accuracy, configuration.steps
    with Recorder(
        out,
        configuration=configuration.to_json(),
        sizes=sizes,
        classes=configuration.data.shape.classes,
        extra=new_settings(configuration, torch.device("cpu")),
    ) as recorder:
        if recorder.record["finished"]:
            return Run.load(out)
        recorder.rewind(-1)
        loop, due = PlainLoop(configuration), frozenset(evaluation_steps(configuration))
        recorder.log(0, **loop.correct())
        while loop.step < last:
            loop.advance()
            if loop.step in due:
                found = loop.correct()
                recorder.log(loop.step, **found)
                if level is not None and found["test_correct"] >= level * sizes["test"]:
                    break
    return Run.load(out)
