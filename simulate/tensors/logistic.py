"""Predictiveness p of each pattern in time, and q = 1 - p, on tensors: the formulas of `simulate/logistic.py`.

What autograd would make of those formulas is wrong in places: abs has no derivative at x = 0, where s has 1/4; 1 - s
loses its digits where s is close to 1; at infinite times it multiplies 0 by infinity. So two derivatives are given by
hand, s' = s (1 - s) and q' = -p', each in numbers that are known to full relative accuracy; they are differentiable in
turn, to any order.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from .arguments import shape_of_models, tensors


def predictiveness_on_tensors(t: Any, gamma: Any, alpha: Any, b: Any) -> tuple[Tensor, Tensor]:
    """Return p and q = 1 - p of each pattern, each (..., T, n), differentiable in all arguments.

    Parameters
    ----------
    t
        Times, shape (T,) or (..., T); infinite ones give the limits.
    gamma, alpha, b
        Parameters, shape (..., n) each: see `grokdd.analytic.Pattern`. NaN in, NaN out.

    Raises
    ------
    InputError
        If shapes do not broadcast, or formats or devices are mixed.

    Notes
    -----
    Format and device as in `curves_on_tensors`. Both numbers are right to their last digits, however close to 0 or 1
    they are, and so are their derivatives (docs/theory.md, 4.1).

    Examples
    --------
    >>> p, q = predictiveness_on_tensors([40.0], [1.0], [1.0], [0.0])
    >>> p.item(), q.item()  # 1 - p would be 0
    (1.0, 4.248354255291589e-18)
    """
    times, *columns = tensors(t=t, gamma=gamma, alpha=alpha, b=b)
    shape_of_models(times, dict(zip(("gamma", "alpha", "b"), columns, strict=True)))
    return predictiveness(times[..., None], *(x[..., None, :] for x in columns))


def predictiveness(t: Tensor, gamma: Tensor, alpha: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return p and q = 1 - p, in the shape to which all arguments broadcast."""
    s, rest = _Shares.apply(_argument(t, alpha, b))
    p = gamma * s
    with torch.no_grad():
        known = (1 - gamma) + gamma * rest
    return p, _Complement.apply(p, known)  # pyright: ignore[reportReturnType]  # torch says Any


def _argument(t: Tensor, alpha: Tensor, b: Tensor) -> Tensor:
    """Return x = alpha (t - b); constant at infinite times, where nothing moves p any more.

    Halves, because t - b may overflow where alpha brings it back. They change no bit of x unless it is subnormal.
    """
    ended = torch.isinf(t)
    x = 2 * (alpha * (t.masked_fill(ended, 0) / 2 - b / 2))
    with torch.no_grad():
        limit = torch.where(alpha == 0, 0, alpha * t)  # a constant gamma / 2 is one at infinite times too
    return torch.where(ended, limit, x)


class _Shares(Function):
    """s = 1 / (1 + exp(-x)) and 1 - s."""

    @staticmethod
    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        e = torch.exp(-x.abs())  # never above 1, so it can underflow but not overflow
        near = 1 / (1 + e)
        far = e * near
        late = x >= 0
        return torch.where(late, near, far), torch.where(late, far, near)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, Tensor]) -> None:
        ctx.save_for_backward(*output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        by_s, by_rest = gradients
        s, rest = ctx.saved_tensors
        return (by_s - by_rest) * (s * rest)


class _Complement(Function):
    """1 - p, where it is already known to more digits than the subtraction would leave."""

    @staticmethod
    def forward(p: Tensor, known: Tensor) -> Tensor:
        return known.view_as(known)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -gradients[0], None
