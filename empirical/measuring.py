"""Evaluation on the full train and test sets: losses and counts of correct answers, for every part apart."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .modular_division import Split
from .number_format import computing
from .transformer import Transformer

CHUNK = 2048
"""Examples per forward pass; small enough to stay in cache on a CPU."""


@dataclass(frozen=True)
class Side:
    """One side of a split on the device: inputs (N, 2), answers (N,), and the masks of its parts."""

    pairs: Tensor
    answers: Tensor
    parts: dict[str, Tensor]


def sides(split: Split, device: torch.device) -> dict[str, Side]:
    """Return both sides of `split` as tensors on `device`, by name."""
    parts = split.parts()
    return {
        side: Side(
            pairs=torch.from_numpy(equations[:, :2].copy()).to(device),
            answers=torch.from_numpy(equations[:, 2].copy()).to(device),
            parts={name: torch.from_numpy(mask).to(device) for name, (of, mask) in parts.items() if of == side},
        )
        for side, equations in (("train", split.train), ("test", split.test))
    }


def sizes(both: dict[str, Side]) -> dict[str, int]:
    """Return the number of examples of each side and part."""
    whole = {name: len(side.answers) for name, side in both.items()}
    return whole | {part: int(mask.sum()) for side in both.values() for part, mask in side.parts.items()}


@torch.no_grad()
def measure(network: Transformer, both: dict[str, Side], number_format: str) -> dict[str, float]:
    """Return mean loss and number of correct answers of each side and part, named `<part>_loss`, `<part>_correct`.

    The loss of a part without examples is NaN.
    """
    measured: dict[str, float] = {}
    for name, side in both.items():
        losses, correct = _by_example(network, side, number_format)
        for part, mask in {name: torch.ones_like(correct), **side.parts}.items():
            measured[f"{part}_loss"] = losses[mask].mean(dtype=torch.float64).item()
            measured[f"{part}_correct"] = int(correct[mask].sum().item())
    return measured


def _by_example(network: Transformer, side: Side, number_format: str) -> tuple[Tensor, Tensor]:
    losses, correct = [], []
    for start in range(0, len(side.answers), CHUNK):
        pairs, answers = side.pairs[start : start + CHUNK], side.answers[start : start + CHUNK]
        with computing(number_format, pairs.device):
            logits = network(pairs)
        losses.append(loss_of(logits, answers, reduction="none"))
        correct.append(logits.argmax(-1) == answers)
    return torch.cat(losses), torch.cat(correct)


def loss_of(logits: Tensor, answers: Tensor, reduction: str = "mean") -> Tensor:
    """Return the cross-entropy of the answers; in float32 at least, whatever the network computes in."""
    precise = logits if logits.dtype == torch.float64 else logits.float()
    return functional.cross_entropy(precise, answers, reduction=reduction)
