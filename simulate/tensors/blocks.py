"""A function of many rows, computed a block of rows at a time, and its derivatives of every order likewise.

autograd keeps what it needs of a computation until the derivatives are asked for: for a quadrature that would be a
number for each model, time, node and pattern. Here a block is computed and forgotten. Its derivative is again a
function of rows, of what it was given and of the gradients of its results; it computes the block once more and is
itself evaluated in blocks. So memory is bounded whatever is differentiated, and however often.

Some arguments belong to all rows at once, a table for instance. What a block adds to *their* gradient is summed over
blocks; hence results too are of two kinds, one part a row, or one sum over all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

Rows = Callable[..., tuple[Tensor, ...]]


@dataclass(frozen=True)
class Work:
    """A function of tensors whose rows do not know of each other, and how it is to be computed."""

    function: Rows
    """What makes results for some of the rows."""
    rows: int
    """Rows of a block."""
    shared: tuple[bool, ...]
    """Of each argument: whether it is the same for all rows. Others have a row in each place of their first axis."""
    summed: tuple[bool, ...]
    """Of each result: whether those of all blocks are to be added up. Others are put one after the other."""


def in_blocks(work: Work, *tensors: Tensor) -> tuple[Tensor, ...]:
    """Return what `work.function` makes of all rows at once; at least one argument is not shared."""
    return _InBlocks.apply(work, *tensors)  # pyright: ignore[reportReturnType]  # torch says Any or one tensor


class _InBlocks(Function):
    @staticmethod
    def forward(work: Work, *tensors: Tensor) -> tuple[Tensor, ...]:
        number = next(x.shape[0] for x, shared in zip(tensors, work.shared, strict=True) if not shared)
        sums: dict[int, Tensor] = {}
        parts: dict[int, list[Tensor]] = {}
        for start in range(0, max(1, number), work.rows):
            stop = start + work.rows
            block = (x if shared else x[start:stop] for x, shared in zip(tensors, work.shared, strict=True))
            for place, (result, summed) in enumerate(zip(work.function(*block), work.summed, strict=True)):
                if summed:
                    sums[place] = sums[place] + result if start else result
                else:
                    parts.setdefault(place, []).append(result)
        return tuple(sums[place] if place in sums else torch.cat(parts[place]) for place in range(len(work.summed)))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.work, *tensors = inputs
        ctx.save_for_backward(*tensors)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        places = [place for place, needed in enumerate(ctx.needs_input_grad[1:]) if needed]
        found = iter(in_blocks(_derivative(ctx.work, places), *ctx.saved_tensors, *gradients))
        return None, *(next(found) if needed else None for needed in ctx.needs_input_grad[1:])


def _derivative(work: Work, places: list[int]) -> Work:
    """Return what takes the arguments and the gradients of the results to the gradients of the arguments in `places`.

    The gradient of a shared argument is a sum over rows, and the gradient of a sum is the same for all rows.
    """

    def pulled_back(*given: Tensor) -> tuple[Tensor, ...]:
        arguments, gradients = list(given[: len(work.shared)]), given[len(work.shared) :]
        nested = torch.is_grad_enabled()  # a derivative of this one is being computed
        with torch.enable_grad():
            for place in places:
                x = arguments[place]
                arguments[place] = x.view_as(x) if nested and x.requires_grad else x.detach().requires_grad_()
            moved = [arguments[place] for place in places]
            pairs = zip(work.function(*arguments), gradients, strict=True)
            # One number with these derivatives, because torch loads SymPy for gradients that it is given.
            parts = [(result * gradient).sum() for result, gradient in pairs if result.requires_grad]
            if not parts:
                return tuple(torch.zeros_like(x) for x in moved)
            return torch.autograd.grad(sum(parts[1:], parts[0]), moved, create_graph=nested, materialize_grads=True)

    shared = tuple(work.shared[place] for place in places)
    return Work(pulled_back, work.rows, (*work.shared, *work.summed), shared)
