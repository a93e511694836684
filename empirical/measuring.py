"""Evaluation on all examples of a task: losses and counts of correct answers, for every part apart.

Shapes: E members, N examples, P parts, C classes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .configuration import Configuration
from .optimization.losses import losses_by_example, margins
from .tasks import Data

CHUNK = 2048
"""Examples per forward pass; small enough to stay in cache on a CPU."""


def part_masks(data: Data) -> dict[str, np.ndarray]:
    """Return the parts that are measured, as masks over the examples: name -> (N,).

    "train" and "test", each part of the task on either side ("test_zero_dividend"), and, where labels are wrong,
    the train examples with wrong labels ("train_mislabelled"). On the train set an answer is correct if it is the
    label that was trained on.
    """
    found = {}
    for side, indices in (("train", data.train), ("test", data.test)):
        whole = np.zeros(len(data.inputs), dtype=bool)
        whole[indices] = True
        found[side] = whole
        found |= {f"{side}_{name}": whole & mask for name, mask in data.parts.items()}
    wrong = found["train"] & (data.labels != data.answers)
    return found | ({"train_mislabelled": wrong} if wrong.any() else {})


def part_sizes(data: Data) -> dict[str, int]:
    """Return the number of examples of each part."""
    return {name: int(mask.sum()) for name, mask in part_masks(data).items()}


@dataclass(frozen=True)
class Measured:
    """What one evaluation found.

    Parameters
    ----------
    correct
        Which examples are right, shape (E, N), bool; never where the loss is no number.
    counts
        Right answers by part, shape (E, P).
    losses, margins
        Mean loss and mean margin by part, shape (E, P), float64; NaN for a part without examples.
    """

    correct: Tensor
    counts: Tensor
    losses: Tensor
    margins: Tensor


class Evaluator:
    """Measures a stack on all examples: one forward pass, whatever the parts.

    Parameters
    ----------
    members
        Their tasks must have equal shapes; their parts may differ.
    device
        Where inputs and masks are kept.
    """

    def __init__(self, members: Sequence[Configuration], device: torch.device) -> None:
        masks = [part_masks(member.data) for member in members]
        self.names = [list(one) for one in masks]
        widest = max(len(one) for one in masks)
        stacked = np.zeros((len(masks), widest, len(members[0].data.inputs)), dtype=bool)
        for member, one in zip(stacked, masks, strict=True):
            member[: len(one)] = list(one.values())
        self.masks = torch.from_numpy(stacked).to(device)
        self.sizes = self.masks.sum(-1, dtype=torch.float64)
        self.loss, self.loss_format = members[0].loss, members[0].loss_format

    @torch.no_grad()
    def measure(
        self,
        logits_of: Callable[[Tensor], Tensor],
        inputs: Tensor,
        labels: Tensor,
        weighed: Callable[[Tensor], Tensor] = lambda logits: logits,
    ) -> tuple[Tensor, ...]:
        """Return the fields of a `Measured`, on the device; nothing here waits for it.

        `logits_of` takes inputs (E, n, K) to logits (E, n, C); `inputs` is (E, N, K), `labels` (E, N). `weighed` takes
        logits to those that the loss is computed from.
        """
        losses, margin, correct = [], [], []
        for some, right in zip(inputs.split(CHUNK, dim=1), labels.split(CHUNK, dim=1), strict=True):
            logits = logits_of(some)
            losses.append(losses_by_example(weighed(logits), right, self.loss, self.loss_format).double())
            margin.append(margins(logits, right).double())
            correct.append((logits.argmax(-1) == right) & losses[-1].isfinite())
        found = torch.cat(correct, dim=1)
        counts = (self.masks & found.unsqueeze(1)).sum(-1)
        return found, counts, self._means(torch.cat(losses, dim=1)), self._means(torch.cat(margin, dim=1))

    def _means(self, values: Tensor) -> Tensor:
        """Return the mean of `values` (E, N) over each part, (E, P)."""
        return torch.where(self.masks, values.unsqueeze(1), 0.0).sum(-1) / self.sizes

    def row(self, measured: Measured, member: int) -> dict[str, float]:
        """Return a member's columns: `<part>_loss`, `<part>_correct`, and for either side `<side>_margin`.

        A loss that is no finite number is recorded as NaN.
        """
        columns: dict[str, float] = {}
        for place, name in enumerate(self.names[member]):
            columns[f"{name}_loss"] = _finite(measured.losses[member, place].item())
            columns[f"{name}_correct"] = int(measured.counts[member, place].item())
        for side in ("train", "test"):
            place = self.names[member].index(side)
            columns[f"{side}_margin"] = _finite(measured.margins[member, place].item())
        return columns


def _finite(value: float) -> float:
    return value if np.isfinite(value) else float("nan")
