"""Optimizers: frozen records of settings; what they do to the weights stands in update.py."""

from dataclasses import dataclass

from ...analytic.errors import InputError
from ..demands import demand_betas, demand_flags, demand_number, demand_one_of, demand_whole
from ..kinds import kind
from ..networks.network import GROUPS

ORIGINS = ("zero", "start")
NORMS = (None, "whole", "each")
FILTERS = (None, "ema", "mean")


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """What all optimizers share.

    Parameters
    ----------
    learning_rate
        The rate after warm-up.
    weight_decay
        Pull toward the origin. AdamW moves a weight by learning rate times decay of the way, apart from the gradient;
        the others add decay times the way to the gradient ([Loshchilov2019]): the two numbers do not compare.
    warmup_steps
        The k-th update, counted from 1, is made at min(1, k / warmup_steps) of the rate: the first one is not lost.
    group_decay
        Pairs (group, factor): the decay of the weights of that group (networks.network.GROUPS) is multiplied.
    decay_toward
        The origin of the decay: "zero", or each weight's own "start".
    hold_norm
        After every update scale the "whole" row of a member, or "each" of its weights, back to the 2-norm with
        which it began: Omnigrok's constrained optimization ([Liu2022]). A weight that begins at zero has norm 0,
        and under "each" it stays there.
    grokfast
        Amplify the slow part of the gradient before anything else sees it (Lee et al., *Grokfast*, 2024,
        arXiv:2405.20233): g + gain * slow, where slow is an exponential moving average ("ema") that begins at the
        first gradient, or the "mean" of the last `grokfast_window` gradients, this one included, from the update
        on at which there are that many.
    grokfast_decay
        How much of its past the moving average keeps; the paper's alpha.
    grokfast_window
        Number of gradients in the mean. All of them are kept in memory.
    grokfast_gain
        The paper's lambda. It published 2 with "ema" and 5 with "mean".
    orthogonal_gradient
        Take from each weight's gradient its part along the weight, and scale the rest to the norm that the gradient
        had (Prieto et al., *Grokking at the Edge of Numerical Stability*, 2025, arXiv:2501.04697).

    Raises
    ------
    InputError
        If a setting is none of these.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    warmup_steps: int = 10
    group_decay: tuple[tuple[str, float], ...] = ()
    decay_toward: str = "zero"
    hold_norm: str | None = None
    grokfast: str | None = None
    grokfast_decay: float = 0.98
    grokfast_window: int = 100
    grokfast_gain: float = 2.0
    orthogonal_gradient: bool = False

    def __post_init__(self) -> None:
        for name in ("learning_rate", "weight_decay", "grokfast_gain"):
            demand_number(name, getattr(self, name), "a finite number of at least 0", 0)
        demand_whole("warmup_steps", self.warmup_steps, 0)
        _demand_factors(self.group_decay)
        demand_one_of("decay_toward", self.decay_toward, ORIGINS)
        demand_one_of("hold_norm", self.hold_norm, NORMS)
        demand_one_of("grokfast", self.grokfast, FILTERS)
        demand_number("grokfast_decay", self.grokfast_decay, "a number in [0, 1)", 0, 1)
        demand_whole("grokfast_window", self.grokfast_window, 1)
        demand_flags(self, ["orthogonal_gradient"])

    def rate(self, step: int) -> float:
        """Return the learning rate of update `step`, counted from 1.

        >>> [Optimizer(learning_rate=1.0).rate(step) for step in (1, 5, 10, 11)]
        [0.1, 0.5, 1.0, 1.0]
        """
        return self.learning_rate * (min(1.0, step / self.warmup_steps) if self.warmup_steps else 1.0)


@dataclass(frozen=True, kw_only=True)
class Adaptive(Optimizer):
    """What AdamW and Adam share: decay rates of the two moments, and what is added to the root of the second."""

    betas: tuple[float, float] = (0.9, 0.98)
    eps: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        demand_betas("betas", self.betas)
        # A float32 below 1e-38 loses its digits, and the correction of the bias makes eps smaller still.
        demand_number("eps", self.eps, "a finite number of at least 1e-30", 1e-30)


@kind("optimizer", "adamw")
@dataclass(frozen=True, kw_only=True)
class AdamW(Adaptive):
    """Adam with decoupled decay ([Loshchilov2019])."""


@kind("optimizer", "adam")
@dataclass(frozen=True, kw_only=True)
class Adam(Adaptive):
    """Adam ([Kingma2015]) with coupled decay: it is added to the gradient, and passes through the moments."""


@kind("optimizer", "sgd")
@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Gradient descent with coupled decay and heavy-ball momentum: v = momentum * v + g, and -rate * v is the step."""

    momentum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        demand_number("momentum", self.momentum, "a number in [0, 1)", 0, 1)


def _demand_factors(pairs: object) -> None:
    if not isinstance(pairs, tuple) or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise InputError(f"group_decay must be pairs (group, factor), got {pairs!r}")
    for name, factor in pairs:
        demand_one_of("group_decay", name, GROUPS)
        demand_number(f"group_decay of {name}", factor, "a finite number of at least 0", 0)
    if len({name for name, _ in pairs}) < len(pairs):
        raise InputError(f"group_decay must name each group once, got {pairs!r}")
