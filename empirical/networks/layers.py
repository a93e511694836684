"""The layers of an ensemble: every weight has a leading dimension E, and no member sees another.

Shapes: E members, D width, I inputs and O outputs of a linear map; "..." stands for examples and symbols.
"""

import torch
from torch import Tensor
from torch.nn import functional

ACTIVATIONS = ("relu", "gelu", "tanh")
NORMS = ("layer", "rms")
EPSILON = 1e-5
"""Added to a variance before its root, as PyTorch does by default."""


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x (E, ..., I) through each member's map `weight` (E, O, I), plus `bias` (E, O): (E, ..., O)."""
    y = torch.bmm(x.flatten(1, -2), weight.transpose(1, 2))
    if x.ndim != 3:  # no view where none is needed: what is changed in place should not be one (`activate`)
        y = y.unflatten(1, x.shape[1:-1])
    return y if bias is None else y + by_member(bias, y)


def normalize(x: Tensor, kind: str, gain: Tensor, bias: Tensor | None) -> Tensor:
    """Return x (E, ..., D) with mean 0 and variance 1 ("layer") or mean square 1 ("rms"), times gain (E, D)."""
    width = (x.shape[-1],)
    if kind == "rms":
        return functional.rms_norm(x, width, eps=EPSILON) * by_member(gain, x)
    scaled = functional.layer_norm(x, width, eps=EPSILON)
    if bias is None:
        return scaled * by_member(gain, x)
    return torch.addcmul(by_member(bias, x), scaled, by_member(gain, x))


def activate(x: Tensor, kind: str) -> Tensor:
    """Return the activation of x, element by element; x itself is used up.

    If x is a view, going back through a change in place copies the gradient twice.
    """
    if kind == "relu":
        return functional.relu(x, inplace=True)  # what a linear map returns is needed by nobody else
    return {"gelu": functional.gelu, "tanh": torch.tanh}[kind](x)


def by_member(vector: Tensor, like: Tensor) -> Tensor:
    """Return `vector` (E, D) with as many dimensions as `like` (E, ..., D)."""
    return vector.view(vector.shape[0], *[1] * (like.ndim - 2), vector.shape[1])


def rows_of(table: Tensor, which: Tensor) -> Tensor:
    """Return the rows `which` (E, B) of each member's table (E, R, ...): (E, B, ...)."""
    flat = table.flatten(2)
    rows = _rows_by_product(flat, which) if table.is_cuda else _rows_by_look_up(flat, which)
    return rows.view(*which.shape, *table.shape[2:])


def _rows_by_look_up(table: Tensor, which: Tensor) -> Tensor:
    """Look the rows up in one long table; the backward pass of an embedding is faster than that of indexing."""
    members, rows = table.shape[:2]
    shifts = torch.arange(members, device=which.device).unsqueeze(1) * rows
    return functional.embedding((which + shifts).flatten(), table.reshape(members * rows, -1))


def _rows_by_product(table: Tensor, which: Tensor) -> Tensor:
    """Multiply by one-hot rows: the card's matrix units do it in passing, and the backward pass adds in a fixed order.

    A sum of one number and zeros is that number, in the format of matrix products.
    """
    one_hot = which.unsqueeze(-1) == torch.arange(table.shape[1], device=which.device)
    return torch.bmm(one_hot.to(table.dtype), table)
