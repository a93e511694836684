"""Learning times: the first step from which each example stays right, and at which accuracy reaches its levels."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ...analytic.errors import InputError
from ..observation import held_from

NEVER = -1


class FirstLearned:
    """The first step from which each example of each member stayed right for `sustained` evaluations in a row.

    An example is learned at the first of these evaluations, which is known only at the last of them; until then, and if
    it never happens, the step is -1. Forgetting later does not revise it: it is the *first* time. "From" and "stayed"
    refer to the steps that were evaluated; what lies between is not known.

    Updates are elementwise and never wait for the device. An evaluation at a step that a member has already seen
    changes nothing for it, so a resumed run may repeat one.

    Parameters
    ----------
    members, examples
        E and N.
    sustained
        Evaluations in a row, at least 1.
    device
        Where the state lives: where `correct` comes from.
    """

    def __init__(self, members: int, examples: int, *, sustained: int, device: torch.device | str = "cpu") -> None:
        _demand_sustained(sustained)
        self.sustained = sustained
        self.first = torch.full((members, examples), NEVER, dtype=torch.int64, device=device)
        """The answer, shape (E, N), int64; -1 is never."""
        self._since = torch.full_like(self.first, NEVER)
        self._streak = torch.zeros_like(self.first)
        self._seen = torch.full((members,), NEVER, dtype=torch.int64, device=device)

    def update(self, correct: Tensor, step: int | Tensor) -> None:
        """Take in an evaluation: which examples are right, shape (E, N), bool, after `step` updates, at least 0.

        `step` may be one a member, shape (E,): -1 for a member that is not evaluated.
        """
        if correct.shape != self.first.shape or correct.dtype != torch.bool:
            raise InputError(
                f"correct must be bool of shape {tuple(self.first.shape)}, "
                f"got {correct.dtype} of shape {tuple(correct.shape)}"
            )
        new = (step > self._seen)[:, None]
        at = step.reshape(-1, 1) if isinstance(step, Tensor) else step
        begins = new & correct & (self._streak == 0)
        self._since.copy_(torch.where(begins, at, self._since))
        self._streak.copy_(torch.where(new, (self._streak + 1) * correct, self._streak))
        learned = (self.first == NEVER) & (self._streak >= self.sustained)
        self.first.copy_(torch.where(learned, self._since, self.first))
        self._seen.copy_(torch.where(new[:, 0], step, self._seen))

    def first_to_the_end(self) -> Tensor:
        """Return `first`, where an example that is right since too few evaluations counts as learned; shape (E, N).

        That is how `observation.held_from` reads a curve that ends: nothing contradicts it. Later evaluations may.
        """
        return torch.where((self.first == NEVER) & (self._streak > 0), self._since, self.first)

    def state(self) -> dict[str, Tensor]:
        """Return the state, tensors with leading dimension E; the next update changes them in place."""
        return {"first": self.first, "since": self._since, "streak": self._streak, "seen": self._seen}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Continue from a `state` of equal shapes and of the same `sustained`."""
        for name, mine in self.state().items():
            if state[name].shape != mine.shape or state[name].dtype != mine.dtype:
                raise InputError(
                    f"state must hold {name} as {mine.dtype} of shape {tuple(mine.shape)}, "
                    f"got {state[name].dtype} of shape {tuple(state[name].shape)}"
                )
            mine.copy_(state[name])


def first_steps(
    steps: ArrayLike, accuracy: ArrayLike, levels: Iterable[float], *, sustained: int
) -> dict[float, float | None]:
    """Return for each level the first step from which `accuracy` stays at it, or None: never.

    It stays there if it is at least the level for `sustained` evaluations in a row, or to the end of the run.

    Parameters
    ----------
    steps
        Where accuracy was read, shape (T,), rising.
    accuracy
        Shape (T,); NaN is below every level.

    Examples
    --------
    >>> first_steps([10, 20, 30, 40], [0.2, 0.9, 0.5, 0.6], [0.5, 0.99], sustained=2)
    {0.5: 20.0, 0.99: None}
    """
    _demand_sustained(sustained)
    t, values = np.asarray(steps, dtype=np.float64), np.asarray(accuracy, dtype=np.float64)
    if t.ndim != 1 or t.shape != values.shape:
        raise InputError(f"steps and accuracy must have the same shape (T,), got {t.shape} and {values.shape}")
    if not (np.diff(t) > 0).all():
        raise InputError("steps must rise, got at least one that does not")
    return {level: held_from(t, values, level, sustained) if t.size else None for level in levels}


def _demand_sustained(sustained: int) -> None:
    if sustained < 1:
        raise InputError(f"sustained must be at least 1, got {sustained}")
