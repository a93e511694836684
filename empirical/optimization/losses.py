"""Losses and margins for a whole ensemble: each example's, in the number format that the caller names.

Shapes: E members, B examples, C classes.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ...analytic.errors import InputError
from ..demands import demand_one_of

FORMATS = {"float32": torch.float32, "float64": torch.float64}


def losses_by_example(logits: Tensor, labels: Tensor, loss: str, in_format: str) -> Tensor:
    """Return the loss of each example, shape (E, B), computed in `in_format`.

    Parameters
    ----------
    logits
        Shape (E, B, C), of any floating type.
    labels
        Right classes, shape (E, B), int64.
    loss
        "cross_entropy": minus the log of the softmax. In float32 it is 0, and so is the gradient of the right
        class's logit, once the right logit leads the others by about 17 + log(C - 1); see Prieto et al. 2025
        (arXiv:2501.04697).
        "stablemax": minus the log of s(x_y) / sum of s(x_j), where s(x) is x + 1 for x >= 0 and 1 / (1 - x) below
        (the same paper), computed so that it stays exact to rounding however small it is.
        "mse": mean over classes of the squared distance from the one-hot label, as in Omnigrok ([Liu2022]).
        "hinge": max(0, 1 - margin), for two classes. A network of one output f and labels y = -1, 1 has loss
        max(0, 1 - y f): the same with f = x_1 - x_0. Under gradient descent that f moves twice as fast, because
        two rows of weights make it.
    in_format
        "float32" or "float64".

    Raises
    ------
    InputError
        If there is no such loss or format, or the hinge is asked for other than two classes.
    """
    demand_one_of("loss", loss, LOSSES)
    demand_one_of("in_format", in_format, FORMATS)
    return LOSSES[loss](logits.to(FORMATS[in_format]), labels)


def mean_losses(logits: Tensor, labels: Tensor, loss: str, in_format: str) -> Tensor:
    """Return the mean loss of each member, shape (E,); everything else as in `losses_by_example`."""
    return losses_by_example(logits, labels, loss, in_format).mean(dim=1)


def margins(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the logit of the label minus the largest other one, shape (E, B), in float32 at least.

    It is positive where the answer is right, and exactly 0 where the label ties with another class.
    """
    wide = logits.to(torch.promote_types(logits.dtype, torch.float32))
    others = wide.scatter(-1, labels.unsqueeze(-1), -torch.inf)
    return _of_label(wide, labels) - others.amax(dim=-1)


def _of_label(values: Tensor, labels: Tensor) -> Tensor:
    return values.gather(-1, labels.unsqueeze(-1)).squeeze(-1)


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    return -_of_label(torch.log_softmax(logits, dim=-1), labels)


def _stablemax(logits: Tensor, labels: Tensor) -> Tensor:
    """Return log(1 + sum over the others of s(x_j) / s(x_y)): no sum of almost equal numbers is taken apart.

    1 - x is formed from negative x alone: 1 / (1 - x) has no value at x = 1, and even where it is not chosen its
    gradient would be NaN.
    """
    positive = logits >= 0
    shares = torch.where(positive, 1 + logits, 1 / (1 - logits.masked_fill(positive, 0.0)))
    others = shares.scatter(-1, labels.unsqueeze(-1), 0.0).sum(dim=-1)
    return torch.log1p(others / _of_label(shares, labels))


def _mse(logits: Tensor, labels: Tensor) -> Tensor:
    return (logits - F.one_hot(labels, logits.shape[-1])).square().mean(dim=-1)


def _hinge(logits: Tensor, labels: Tensor) -> Tensor:
    if logits.shape[-1] != 2:
        raise InputError(f"loss must be another than hinge unless there are two classes, got {logits.shape[-1]}")
    return (1 - _of_label(logits, labels) + _of_label(logits, 1 - labels)).clamp(min=0)


LOSSES = {"cross_entropy": _cross_entropy, "stablemax": _stablemax, "mse": _mse, "hinge": _hinge}
"""What a configuration may name."""
