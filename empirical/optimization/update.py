"""Update: one step of the optimizer for all members of a stack at once.

Every operation is elementwise or sums within one member, so a member gets what it would get alone, bit for bit, and
a NaN stays where it arose. On a CPU this holds with one thread; several may cut a row elsewhere, and its last bits
differ. On CUDA it holds but for the sums behind held norms and orthogonal gradients, whose order may depend on E.

Shapes: E members, P weights of one member, W weight tensors of a network.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...analytic.errors import InputError
from ..demands import demand_whole
from ..layout import Layout
from ..networks.network import GROUPS
from .optimizers import SGD, AdamW, Adaptive, Optimizer

ROUNDINGS = 8
"""A rest below so many roundings of what it is the rest of is no direction."""
BLOCK = 2**17
"""On a CPU so many numbers of each buffer are updated at a time, so that they stay in the cache between passes."""


Runs = list[tuple[slice, str]]
"""Stretches of a row, each with the name of the number that belongs to it."""


def structure(optimizer: Optimizer) -> tuple[object, ...]:
    """Return what must agree within a stack; all other settings are numbers, and each member has its own.

    It decides which operations are made and which buffers are kept, hence momentum or none is part of it.
    """
    return (
        type(optimizer),
        isinstance(optimizer, SGD) and optimizer.momentum > 0,
        _factors(optimizer),
        optimizer.decay_toward,
        optimizer.hold_norm,
        optimizer.grokfast,
        optimizer.grokfast_window if optimizer.grokfast == "mean" else None,
        optimizer.orthogonal_gradient,
    )


class Update:
    """The optimizers of a stack, and what they remember.

    Parameters
    ----------
    optimizers
        One for each member, all of one `structure`.
    layout
        Where each weight stands in a row.
    start
        The weights before the first update, shape (E, P): they give device and type, and what decay and norms
        refer to. A checkpoint's `state` is copied over the state made here.

    Attributes
    ----------
    state
        The buffers that a checkpoint must hold, by name; each has leading dimension E. Grokfast's "mean" keeps its
        whole window, (E, window, P), and a float64 sum: (window + 2) times the memory of float32 weights.

    Raises
    ------
    InputError
        If the optimizers differ in structure, or `start` has another shape.
    """

    def __init__(self, optimizers: Sequence[Optimizer], layout: Layout, start: Tensor) -> None:
        if len({structure(optimizer) for optimizer in optimizers}) != 1:
            raise InputError(f"optimizers must be of one structure within a stack, got {list(optimizers)!r}")
        if start.shape != (len(optimizers), layout.size):
            raise InputError(f"start must have shape {(len(optimizers), layout.size)}, got {tuple(start.shape)}")
        self.optimizer = optimizers[0]
        distinct = list(dict.fromkeys(optimizers))
        self._distinct, self._which = distinct, [distinct.index(optimizer) for optimizer in optimizers]
        self._names = list(step_numbers(self.optimizer, 1))
        self._blocks = _blocks(decay_runs(self.optimizer, layout), start)
        self._decays = any(optimizer.weight_decay for optimizer in optimizers)
        self._weights = list(layout.slices().values())
        self._held = [slice(0, layout.size)] if self.optimizer.hold_norm == "whole" else self._weights
        self._tiny = _tiny(optimizers, start.dtype)
        self._wide = torch.empty_like(start, dtype=torch.float64) if _needs_wide(self.optimizer) else None
        self.state = self._first_state(start)

    def numbers(self, step: int) -> np.ndarray:
        """Return what `apply` needs at update `step`, counted from 1: shape (E, n), float64.

        Python's own floats, member by member: NumPy's powers may depend on the length of the array.
        """
        demand_whole("step", step, 1)
        rows = np.array([list(step_numbers(optimizer, step).values()) for optimizer in self._distinct])
        return rows[self._which]

    @torch.no_grad()
    def apply(self, flat: Tensor, gradients: Tensor, numbers: Tensor) -> None:
        """Update `flat` (E, P) in place from `gradients` (E, P), which are overwritten.

        `numbers` is `self.numbers(step)` on the device, in the type of `flat`. Nothing here depends on the step
        otherwise, so a captured graph can be replayed.
        """
        number = dict(zip(self._names, numbers.split(1, dim=1), strict=True))
        if self.optimizer.grokfast == "ema":
            self._add_moving_average(gradients, number)
        elif self.optimizer.grokfast == "mean":
            self._add_window_mean(gradients, number)
        if self.optimizer.orthogonal_gradient:
            self._turn(flat, gradients)
        for block, runs in self._blocks:
            if isinstance(self.optimizer, AdamW):
                self._decay_weights(flat, runs, number)
            else:
                self._decay_gradients(flat, gradients, runs, number)
            if isinstance(self.optimizer, Adaptive):
                self._step_along_moments(flat, gradients, block, number)
            else:
                self._step_along_gradients(flat, gradients, block, number)
        if self.optimizer.hold_norm is not None:
            self._hold_norms(flat)

    def _first_state(self, start: Tensor) -> dict[str, Tensor]:
        first, state = self.optimizer, {}
        if isinstance(first, Adaptive):
            state |= {"first_moment": torch.zeros_like(start), "second_moment": torch.zeros_like(start)}
        if isinstance(first, SGD) and first.momentum:
            state["velocity"] = torch.zeros_like(start)
        if first.decay_toward == "start":
            state["start"] = start.detach().clone()
        if first.hold_norm is not None:
            state["norms"] = self._sums(start, start, self._held).sqrt_()
        if first.grokfast == "ema":
            state["slow_gradient"] = torch.zeros_like(start)
        if first.grokfast == "mean":
            members, size = start.shape
            state["recent"] = start.new_zeros((members, first.grokfast_window, size))
            state["recent_sum"] = torch.zeros_like(start, dtype=torch.float64)
            state["oldest"] = torch.zeros(members, dtype=torch.int64, device=start.device)
        return state

    def _add_moving_average(self, gradients: Tensor, number: dict[str, Tensor]) -> None:
        slow = self.state["slow_gradient"]
        slow.lerp_(gradients, number["new in slow"])
        gradients.addcmul_(slow, number["gain"])

    def _add_window_mean(self, gradients: Tensor, number: dict[str, Tensor]) -> None:
        """Add the mean of the window from a running sum, whose cost does not grow with the window.

        In float64 the sum of float32 gradients stays right when they later shrink by many orders of magnitude, as
        they do once a network has memorized; a float32 sum would keep the rounding errors of the early ones.
        """
        assert self._wide is not None
        recent, total, oldest = self.state["recent"], self.state["recent_sum"], self.state["oldest"]
        place = oldest[:1].clone()
        total.sub_(recent.index_select(1, place).squeeze(1)).add_(gradients)
        recent.index_copy_(1, place, gradients.unsqueeze(1))
        oldest.add_(1).remainder_(recent.shape[1])
        gradients.add_(torch.mul(total, number["gain"], out=self._wide))

    def _turn(self, flat: Tensor, gradients: Tensor) -> None:
        """Make each weight's gradient orthogonal to the weight, at its own norm.

        What is left of the gradient of a weight of one number is rounding, and becomes 0.
        """
        squares, before = self._sums(flat, flat, self._weights), self._sums(gradients, gradients, self._weights)
        along = self._sums(flat, gradients, self._weights).div_(squares).masked_fill_(squares == 0, 0.0)
        for place, one in zip(self._weights, along.neg_().to(flat.dtype).split(1, dim=1), strict=True):
            gradients[:, place].addcmul_(flat[:, place], one)
        after = self._sums(gradients, gradients, self._weights)
        noise = before * (ROUNDINGS * torch.finfo(flat.dtype).eps) ** 2
        scale = (before / after).sqrt_().masked_fill_(after <= noise, 0.0).to(flat.dtype)
        for place, one in zip(self._weights, scale.split(1, dim=1), strict=True):
            gradients[:, place].mul_(one)

    def _decay_weights(self, flat: Tensor, runs: Runs, number: dict[str, Tensor]) -> None:
        """Decouple: move the weights toward their origin. Without any decay all factors are 1, and nothing moves."""
        toward_start = self.optimizer.decay_toward == "start"
        for place, name in runs if self._decays or toward_start else []:
            if toward_start:
                flat[:, place].lerp_(self.state["start"][:, place], number[name])
            else:
                flat[:, place].mul_(number[name])

    def _decay_gradients(self, flat: Tensor, gradients: Tensor, runs: Runs, number: dict[str, Tensor]) -> None:
        """Couple: add decay times the way from the origin to the gradients."""
        for place, name in runs:
            way = flat[:, place]
            if self.optimizer.decay_toward == "start":
                way = way - self.state["start"][:, place]
            gradients[:, place].addcmul_(way, number[name])

    def _step_along_moments(self, flat: Tensor, gradients: Tensor, block: slice, number: dict[str, Tensor]) -> None:
        """Adam's step, with both corrections of the bias in `floor` and `move`.

        rate * (m / c1) / (sqrt(v / c2) + eps) = (rate * sqrt(c2) / c1) * m / (sqrt(v) + eps * sqrt(c2)): two passes
        less. The gradients are the scratch memory.
        """
        new = gradients[:, block]
        first, second = self.state["first_moment"][:, block], self.state["second_moment"][:, block]
        first.lerp_(new, number["new in first"])
        second.lerp_(new.square_(), number["new in second"])
        # The root of 0, or of what is left of it long ago, takes 7 to 40 times as long.
        torch.add(second, self._tiny, out=new).sqrt_().add_(number["floor"])
        flat[:, block].addcmul_(torch.div(first, new, out=new), number["move"])

    def _step_along_gradients(self, flat: Tensor, gradients: Tensor, block: slice, number: dict[str, Tensor]) -> None:
        new = gradients[:, block]
        if "velocity" in self.state:
            velocity = self.state["velocity"][:, block]
            new = torch.addcmul(new, velocity, number["momentum"], out=velocity)
        flat[:, block].addcmul_(new, number["move"])

    def _hold_norms(self, flat: Tensor) -> None:
        """Scale back to the first norms; a weight that is zero has no direction, and stays."""
        now = self._sums(flat, flat, self._held).sqrt_()
        scale = (self.state["norms"] / now).masked_fill_(now == 0, 1.0).to(flat.dtype)
        for place, one in zip(self._held, scale.split(1, dim=1), strict=True):
            flat[:, place].mul_(one)

    def _sums(self, a: Tensor, b: Tensor, places: Sequence[slice]) -> Tensor:
        """Return the sums of a * b over each of `places`, shape (E, len(places)), float64: no square underflows."""
        assert self._wide is not None
        self._wide.copy_(a).mul_(b)
        return torch.stack([self._wide[:, place].sum(dim=1) for place in places], dim=1)


def step_numbers(optimizer: Optimizer, step: int) -> dict[str, float]:
    """Return what update `step` of one member needs, by name; the names depend on the `structure` alone."""
    rate = optimizer.rate(step)
    found = {name: _decay_number(optimizer, rate, factor) for factor, name in _decay_names(optimizer).items()}
    if optimizer.grokfast == "ema":
        found["new in slow"] = 1 - optimizer.grokfast_decay if step > 1 else 1.0
        found["gain"] = optimizer.grokfast_gain
    if optimizer.grokfast == "mean":
        full = step >= optimizer.grokfast_window
        found["gain"] = optimizer.grokfast_gain / optimizer.grokfast_window if full else 0.0
    if isinstance(optimizer, SGD):
        return found | {"momentum": optimizer.momentum, "move": -rate}
    assert isinstance(optimizer, Adaptive)
    first, second = optimizer.betas
    root = math.sqrt(1 - second**step)
    return found | {
        "new in first": 1 - first,
        "new in second": 1 - second,
        "floor": optimizer.eps * root,
        "move": -rate * root / (1 - first**step),
    }


def decay_runs(optimizer: Optimizer, layout: Layout) -> Runs:
    """Return the stretches of a row that decay, as long as can be, each with the name of its number."""
    factors: dict[str, float] = dict(zip(GROUPS, _factors(optimizer), strict=True))
    names = _decay_names(optimizer)
    runs: Runs = []
    for weight, place in layout.slices().items():
        name = names.get(factors[layout.weights[weight].group])
        if name is None:
            continue
        if runs and runs[-1][1] == name and runs[-1][0].stop == place.start:
            place = slice(runs.pop()[0].start, place.stop)
        runs.append((place, name))
    return runs


def _blocks(runs: Runs, start: Tensor) -> list[tuple[slice, Runs]]:
    """Return the stretches of a row that are updated at a time, each with the runs inside it.

    They are cut at multiples of 64, where vector instructions end as well: no bit depends on it.
    """
    members, size = start.shape
    width = size if start.device.type == "cuda" else max(1, BLOCK // members // 64) * 64
    found: list[tuple[slice, Runs]] = []
    for low in range(0, size, width):
        high = min(low + width, size)
        cut = [(slice(max(low, run.start), min(high, run.stop)), name) for run, name in runs]
        found.append((slice(low, high), [(run, name) for run, name in cut if run.start < run.stop]))
    return found


def _factors(optimizer: Optimizer) -> tuple[float, ...]:
    """Return the factor of the decay of each of GROUPS."""
    given = dict(optimizer.group_decay)
    return tuple(float(given.get(group, 1.0)) for group in GROUPS)


def _decay_names(optimizer: Optimizer) -> dict[float, str]:
    return {factor: f"decay x {factor}" for factor in dict.fromkeys(_factors(optimizer)) if factor}


def _decay_number(optimizer: Optimizer, rate: float, factor: float) -> float:
    decay = optimizer.weight_decay * factor
    if not isinstance(optimizer, AdamW):
        return decay
    return rate * decay if optimizer.decay_toward == "start" else 1 - rate * decay


def _tiny(optimizers: Sequence[Optimizer], dtype: torch.dtype) -> float:
    """Return the smallest normal number, if its root is lost in rounding beside every eps; else 0.

    The correction of the bias makes eps smaller, by 30 times at the first step of a beta of 0.999.
    """
    eps = min((one.eps for one in optimizers if isinstance(one, Adaptive)), default=math.inf)
    least = torch.finfo(dtype)
    return least.tiny if math.sqrt(least.tiny) < eps * least.eps / 64 else 0.0


def _needs_wide(optimizer: Optimizer) -> bool:
    """Return whether a float64 scratch of shape (E, P) is needed."""
    return optimizer.orthogonal_gradient or optimizer.hold_norm is not None or optimizer.grokfast == "mean"
