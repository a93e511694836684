"""Training as plain PyTorch does it, one network alone: what the ensemble engine is measured against and checked by.

Networks are in `plain_division` and `plain_addition`, written from the description of the public code they stand for.
They share with the engine the equations, the split, the batches and the schedule.

Shapes: B examples, C classes.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from .configuration import Configuration
from .networks import Transformer
from .optimization import AdamW
from .schedule import batch


class PlainLoop(ABC):
    """A network trained alone on a configuration's equations and batches, by PyTorch's own AdamW.

    Weights are drawn by PyTorch from the configuration's seed; rate, betas and decay are its optimizer's.
    """

    weights: list[nn.Parameter]

    def __init__(self, configuration: Configuration) -> None:
        torch.manual_seed(configuration.seed)
        self.configuration, self.step, self.data = configuration, 0, configuration.data
        self.labels = torch.from_numpy(self.data.labels)
        self.draw()
        own = configuration.optimizer
        assert isinstance(own, AdamW)
        self.optimizer = torch.optim.AdamW(
            self.weights, lr=own.learning_rate, betas=own.betas, weight_decay=own.weight_decay
        )

    @property
    def network(self) -> Transformer:
        """The settings of the network."""
        network = self.configuration.network
        assert isinstance(network, Transformer)
        return network

    @abstractmethod
    def draw(self) -> None:
        """Make the network, and `weights`."""

    @abstractmethod
    def answers(self, examples: Tensor, *, training: bool = False) -> Tensor:
        """Return logits (B, C) for the numbers (B,) of examples."""

    def advance(self) -> None:
        """Make one update."""
        self.step += 1
        examples = torch.from_numpy(batch(self.configuration, self.step))
        logits = self.answers(examples, training=True)
        if self.configuration.loss_format == "float64":
            logits = logits.double()
        loss = functional.cross_entropy(logits, self.labels[examples])
        self.optimizer.zero_grad()
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = self.configuration.optimizer.rate(self.step)
        self.optimizer.step()

    @torch.no_grad()
    def correct(self) -> dict[str, float]:
        """Return how many train and test examples are right, and the norm of all weights, as columns of a run."""
        every = torch.arange(len(self.labels))
        right = torch.cat([self.answers(part).argmax(-1) == self.labels[part] for part in every.split(2048)])
        counts = {
            f"{side}_correct": int(right[torch.from_numpy(examples)].sum())
            for side, examples in (("train", self.data.train), ("test", self.data.test))
        }
        return counts | {"norm_all": norm_of(self.weights)}


@torch.no_grad()
def norm_of(weights: Iterable[Tensor]) -> float:
    """Return the 2-norm of all weights together, summed in float64."""
    return math.sqrt(sum(float(weight.double().square().sum()) for weight in weights))
