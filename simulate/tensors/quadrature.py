"""Curves of many models on tensors, under the mean, a preferred pattern or a priority order, by quadrature.

The integral of `simulate/quadrature.py`, on the same nodes. What is a recurrence over patterns there is composed by
halves here (`halving`): with L = prod D and N = sum_i g_i p_i prod_{j != i} D_j of two sets of patterns, those of both
together are

    N = N_1 L_2 + N_2 L_1,    L = L_1 L_2.

Still no division and, for g >= 0, nothing that cancels. A term of N has n - 1 products of factors with 2 roundings
each and one sum for each halving: at most 4 n roundings, as many as in the recurrence, so that the same bound holds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...analytic.errors import InputError, shown
from ...analytic.rules import Mean, Preferred, Priority
from ..quadrature_plan import LAYER, plan
from .arguments import at_once_on, constant, require_memory_on, shape_of_models, tensors
from .blocks import Work, in_blocks
from .halving import Parts, composed
from .logistic import predictiveness

AT_ONCE = {"cpu": 2**18, "cuda": 2**25}
"""Numbers of the largest tensor of a block, one for each time, node and pattern: as many as are in the caches of a
processor when they are read again, and enough to keep a card busy for longer than it takes to ask it."""
COPIES, COPIES_DIFFERENTIATED = 8, 24
"""Tensors of that size that a block holds at a time, at most, as counted for n = 1 to 57; with second derivatives."""
LIFTS = {torch.float64: 2.0**512, torch.float32: 2.0**64}
"""Exact factors that keep products of a subnormal p out of the range where digits get lost."""


@dataclass(frozen=True, eq=False)
class TensorCurves:
    """Curves of models at T times: tensors (..., T), the leading axes those to which the arguments broadcast."""

    train: Tensor
    test: Tensor
    train_error: Tensor
    """1 - train, without cancellation."""


def curves_on_tensors(
    t: Any,
    gamma: Any,
    alpha: Any,
    b: Any,
    g: Any,
    *,
    rule: Mean | Preferred | Priority | None = None,
    chance: Any = 0.0,
    chance_train: Any = 0.0,
    at_once: int | None = None,
) -> TensorCurves:
    """Return train and test accuracy and train error of many models, differentiable in every argument.

    Parameters
    ----------
    t
        Times, shape (T,) for all models or (..., T), in any order; infinite ones give the limits.
    gamma, alpha, b, g
        Parameters, shape (..., n) each: see `grokdd.analytic.Pattern`. Only shapes are checked; parameters outside
        their ranges give whatever the formulas give. NaN in, NaN out.
    rule
        The mean, a preferred pattern or a priority order, the same for all models; by default the mean.
    chance, chance_train
        Accuracy before anything is learned, on the test and on the training set: one number, or shape (...).
    at_once
        Numbers of the largest tensor of a block, which has one for each time, node and pattern. Memory and speed
        depend on it, accuracies only in their last bits, if at all.

    Returns
    -------
    TensorCurves
        On the device of the given tensors. In float32 if all given tensors of floating-point numbers are, else, and
        where no tensor is given, in float64.

    Raises
    ------
    InputError
        If shapes do not broadcast, devices are mixed, or the rule is another one or does not fit.
    MachineError
        If there is no memory for the results and one block; the message states the bytes.

    Notes
    -----
    As `curves`; exponentials may differ in the last bit, and above 249 patterns nothing is compensated: for g >= 0
    the relative error, given p and 1 - p, is at most (2 n + m + 10) 2**-52 for every n, m <= 28 the nodes, in float32
    2**-23. Accuracy may pass 1 by its rounding: it is not cut off there, where a cut would have no derivative.

    Derivatives of every order are computed in blocks too (`blocks`), so that memory is bounded for them as well. They
    are right where p is 0 or 1, gamma or alpha 0, or a time infinite. Above 56 patterns the end of the integral counts
    as fixed, which leaves out exp(-38) of it.

    Examples
    --------
    >>> import torch
    >>> height = torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=torch.float64, requires_grad=True)  # two models
    >>> found = curves_on_tensors([50.0, 300.0], height, [0.1, 0.1], [50, 50], [1, 0])
    >>> found.test.detach()
    tensor([[0.5000, 1.0000],
            [0.3750, 0.5000]], dtype=torch.float64)
    >>> found.test[:, -1].sum().backward()
    >>> height.grad  # the second pattern would make the first model worse
    tensor([[ 1.0000, -0.5000],
            [ 0.5000, -0.5000]], dtype=torch.float64)
    """
    chosen = Mean() if rule is None else rule
    if not isinstance(chosen, Mean | Preferred | Priority):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(f"rule must be Mean, Preferred or Priority, got {shown(rule)}; else use extension_on_tensors")
    times, *given = tensors(t=t, gamma=gamma, alpha=alpha, b=b, g=g, chance=chance, chance_train=chance_train)
    columns, levels = given[:4], given[4:]
    names = ("gamma", "alpha", "b", "g")
    leading, n = shape_of_models(
        times, dict(zip(names, columns, strict=True)), chance=levels[0], chance_train=levels[1]
    )
    models, count = math.prod(leading), times.shape[-1]
    order, listed, u, w, layered = plan(chosen, n)
    rows, long = _block(times, given, (models, count, n, u.size), at_once)
    place = torch.tensor(order.tolist(), dtype=torch.long, device=times.device)  # the listed patterns first
    columns = [x.expand(*leading, n).reshape(models, n)[:, place] for x in columns]
    levels = [x.expand(leading).reshape(models) if x.dim() else x for x in levels]
    if times.dim() > 1:
        times = times.expand(*leading, count).reshape(models, count)
    work = Work(
        partial(_of_some, u=constant(u, times), w=constant(w, times), listed=listed, layered=layered),
        rows,
        shared=(times.dim() == 1, False, False, False, False, *(not x.dim() for x in levels)),
        summed=(False, False, False),
    )
    parts = [in_blocks(work, part, *columns, *levels) for part in times.split(long, dim=-1)]
    return TensorCurves(*(torch.cat(part, dim=-1).reshape(*leading, count) for part in zip(*parts, strict=True)))


def _block(t: Tensor, given: Sequence[Tensor], sizes: tuple[int, ...], at_once: int | None) -> tuple[int, int]:
    """Return the models and times of a block; `sizes` are those of models, times, patterns and nodes in all."""
    models, count, n, nodes = sizes
    each = max(1, n * nodes)
    numbers = at_once_on(t.device, at_once, AT_ONCE)
    long = max(1, min(count, numbers // each))
    rows = max(1, min(models, numbers // (each * long)))
    moved = torch.is_grad_enabled() and any(x.requires_grad for x in (t, *given))
    block = (COPIES_DIFFERENTIATED if moved else COPIES) * rows * long * each
    require_memory_on(
        t.device,
        t.element_size() * (3 * models * count + block),
        f"curves of {models} models of {n} patterns at {count} times, {rows} x {long} of them at once,",
        "ask for fewer models, times or patterns" if rows * long == 1 else "ask for fewer, or give a smaller at_once",
    )
    return rows, long


def _of_some(
    t: Tensor,
    gamma: Tensor,
    alpha: Tensor,
    b: Tensor,
    g: Tensor,
    chance: Tensor,
    chance_train: Tensor,
    *,
    u: Tensor,
    w: Tensor,
    listed: int,
    layered: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return train and test accuracy and train error, (B, T), for parameters (B, n) in the order of the plan."""
    height, speed, middle, share = (x.T[..., None] for x in (gamma, alpha, b, g))  # (n, B, 1): patterns come first
    p, q = predictiveness(t, height, speed, middle)
    train, none = _coverage(p[listed:], q[listed:])
    test = _integral(p[listed:], q[listed:], share[listed:], u, w, layered) + chance[..., None] * none
    for k in range(listed - 1, -1, -1):  # the most preferred last: it overrules all others
        test = share[k] * p[k] + q[k] * test
        train, none = p[k] + q[k] * train, q[k] * none
    spare = 1 - chance_train
    return train + chance_train[..., None] * none, test, spare[..., None] * none


def _coverage(p: Tensor, q: Tensor) -> Parts:
    """Return the chances that some pattern is right, and that none is, (B, T), from p and q (n, B, T)."""
    if not p.shape[0]:
        return p.new_zeros(p.shape[1:]), p.new_ones(p.shape[1:])

    def both(first: Parts, second: Parts) -> Parts:
        return torch.addcmul(first[0], first[1], second[0]), first[1] * second[1]

    return composed(both, (p, q))


def _integral(p: Tensor, q: Tensor, g: Tensor, u: Tensor, w: Tensor, layered: bool) -> Tensor:
    """Return the mean rule's accuracy without chance, (B, T), from p and q (n, B, T) and g (n, B, 1)."""
    if not p.shape[0]:
        return p.new_zeros(p.shape[1:])
    lift = LIFTS[p.dtype]
    end = _end(p) if layered else p.new_ones(())
    node = end * u[:, None, None]  # (m, B, T), or (m, 1, 1)
    factor = q[:, None] * node + (1 - node)  # (n, m, B, T): 1 - p u, as a sum of two non-negative terms
    gain = (g * (p * lift))[:, None]

    def both(first: Parts, second: Parts) -> Parts:
        (total_1, product_1), (total_2, product_2) = first, second
        return torch.addcmul(total_1 * product_2, total_2, product_1), product_1 * product_2

    total, _ = composed(both, (gain, factor))
    return end * (w[:, None, None] * total).sum(dim=0) * (1 / lift)


def _end(p: Tensor) -> Tensor:
    """Return where the integral ends, (B, T), as `layer.end_of_layer`; a constant, since nothing is left beyond."""
    mu = p.detach().sum(dim=0)
    layer = LAYER + torch.log1p(mu)
    return torch.where(mu > layer, layer / mu, 1)
