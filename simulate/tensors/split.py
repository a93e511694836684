"""The multilinear extension of any set function on tensors, as a matrix product: F = v' G w for all points at once.

As `simulate/matrix_form.py`: the table is read as a matrix, sets of the high patterns by sets of the low ones, and the
weights of the low sets of all points are another. All derivatives are matrix products too. Weights are products of p
and q, never quotients, so p may be 0 or 1.
"""

import math
from typing import Any

import torch
from torch import Tensor

from ...analytic.errors import InputError
from ..set_functions import MOST_PATTERNS
from .arguments import at_once_on, require_memory_on, tensors
from .blocks import Work, in_blocks

AT_ONCE = {"cpu": 2**21, "cuda": 2**26}
"""Numbers of the largest of the three matrices beside the table."""
COPIES, COPIES_DIFFERENTIATED = 6, 18
"""Matrices of that size that a block holds at a time, at most, as counted for n = 4 to 16; with second derivatives."""


def extension_on_tensors(table: Any, p: Any, *, q: Any = None, at_once: int | None = None) -> Tensor:
    """Return the multilinear extension of `table` at each row of `p`, shape (..., T), differentiable in all of them.

    Parameters
    ----------
    table
        G(A) for all sets A, shape (2**n,); bit i of the index stands for pattern i. At most n = 30.
    p
        Probabilities, shape (..., T, n): row by row, pattern i is in A with probability p[..., i], independently.
    q
        1 - p, of the same shape, for callers who know it to more digits than the subtraction leaves
        (`predictiveness_on_tensors`).
    at_once
        Numbers of the largest matrix beside the table; memory and speed depend on it.

    Raises
    ------
    InputError
        If the shapes do not fit, formats or devices are mixed, or n > 30; the message states the bytes.
    MachineError
        If there is no memory for one block, and for the gradient of the table if it is wanted.

    Notes
    -----
    Number format and device as in `curves_on_tensors`. For `table` >= 0 and p in [0, 1] the relative error is that of
    `extension`, at most (2 n + 2**(n/2) + 2**(n - n/2)) roundings, n/2 rounded down, of 2**-53 or, in float32, 2**-24.
    That is so while `torch.get_float32_matmul_precision()` is "highest", as it is by default; else products of float32
    matrices keep fewer digits on a card.

    Examples
    --------
    >>> p = torch.tensor([[0.5, 0.5], [1, 0]], dtype=torch.float64, requires_grad=True)
    >>> found = extension_on_tensors([0, 1, 0, 0.5], p)  # the mean rule with g = (1, 0)
    >>> found.detach()
    tensor([0.3750, 1.0000], dtype=torch.float64)
    >>> torch.autograd.grad(found.sum(), p)[0]
    tensor([[ 0.7500, -0.2500],
            [ 1.0000, -0.5000]], dtype=torch.float64)
    """
    values, right, *known = tensors(table=table, p=p, **({} if q is None else {"q": q}))
    wrong = known[0] if known else 1 - right
    if right.dim() < 2 or wrong.shape != right.shape:
        demand = "p must have at least 2 axes" if right.dim() < 2 else f"q must have the shape of p, {_shown(right)}"
        raise InputError(f"{demand}, got shape {_shown(right if right.dim() < 2 else wrong)}")
    n, points = right.shape[-1], math.prod(right.shape[:-1])
    size = values.element_size()
    if n > MOST_PATTERNS:
        raise InputError(f"p must have at most {MOST_PATTERNS} columns, got {n}: its table takes {size} * 2**{n} bytes")
    if values.shape != (1 << n,):
        raise InputError(f"table must hold 2**n = {1 << n} numbers for p with n = {n} columns, got {_shown(values)}")
    rows = max(1, at_once_on(values.device, at_once, AT_ONCE) >> (n - n // 2))
    moved = torch.is_grad_enabled() and any(x.requires_grad for x in (values, right, wrong))
    block = (COPIES_DIFFERENTIATED if moved else COPIES) * min(rows, points) << (n - n // 2)
    needed = size * (points + block + (3 << n if values.requires_grad else 0))
    require_memory_on(
        values.device,
        needed,
        f"an extension over 2**{n} sets at {points} points, {min(rows, points)} of them at once,",
        "give a smaller at_once, or take fewer patterns",
    )
    work = Work(_of_some, rows, shared=(True, False, False), summed=(False,))
    (found,) = in_blocks(work, values, right.reshape(points, n), wrong.reshape(points, n))
    return found.reshape(right.shape[:-1])


def _shown(x: Tensor) -> tuple[int, ...]:
    return tuple(x.shape)


def _of_some(table: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor]:
    """Return the extension (B,) of a table (2**n,) at p and q (B, n)."""
    n, low = p.shape[1], p.shape[1] // 2
    matrix = table.reshape(1 << (n - low), 1 << low)
    by_low, by_high = _weights(p[:, :low], q[:, :low]), _weights(p[:, low:], q[:, low:])
    return (((by_low @ matrix.T) * by_high).sum(dim=1),)


def _weights(p: Tensor, q: Tensor) -> Tensor:
    """Return the probabilities of all sets, (B, 2**n), from p and q (B, n)."""
    weights = p.new_ones(p.shape[0], 1)
    for right, wrong in zip(p.unbind(1), q.unbind(1), strict=True):  # pattern k in none of the sets so far, or in all
        weights = torch.cat([weights * wrong[:, None], weights * right[:, None]], dim=1)
    return weights
