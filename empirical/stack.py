"""Stack: networks of one structure that train as one batch, each as if it were alone.

Shapes: E members, P weights of one member, N examples, K operands, B examples of a batch, S steps prepared at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..analytic.errors import InputError
from .configuration import Configuration
from .layout import Layout, gradient
from .measures import FirstLearned, group_norms
from .measures.learning_times import NEVER
from .measuring import Evaluator, Measured
from .number_format import computing, matrix_products, weight_type
from .optimization import Update, mean_losses, structure
from .replay import Replay
from .schedule import batch, batch_length, batches_per_epoch, dropout_key, drops_out

PREPARED = 32
"""Steps whose batches are drawn and sent to the device together."""


def stack_key(configuration: Configuration) -> tuple[object, ...]:
    """Return what must agree for configurations to share a stack.

    Seeds, splits, labels, learning rates, decays, the scale of initial weights, budgets and stop rules may differ;
    so may tasks, if they have equal shapes.
    """
    data, network = configuration.data, replace(configuration.network, init_scale=1.0)  # pyright: ignore
    return (
        data.shape,
        len(data.inputs),
        network,
        structure(configuration.optimizer),
        configuration.batch,
        len(data.train) if configuration.ragged_last_batch else None,
        configuration.loss,
        configuration.loss_format,
        configuration.number_format,
        configuration.dense_evaluations_until,
        configuration.dense_evaluations_every,
        configuration.evaluation_ratio,
        configuration.checkpoint_every,
        configuration.stop_sustained,
        configuration.dropout_lost_in_evaluation,
        batches_per_epoch(configuration) if configuration.dropout_lost_in_evaluation else None,
    )


@dataclass(frozen=True)
class _Prepared:
    """What the updates `first`, `first` + 1, ... need, on the device."""

    first: int
    indices: Tensor
    """Examples of each batch, (S, E, B)."""
    numbers: Tensor
    """What the optimizers need, (S, E, n)."""
    keys: Tensor | None
    """Keys of the dropout masks, (S, E); None without dropout."""


class Stack:
    """The weights, optimizers and data of E members, and the step that they have reached.

    Parameters
    ----------
    members
        Configurations of one `stack_key`.
    device
        Where everything is kept.
    number_format
        "float32", "tf32", "bfloat16" or "float64".
    captured
        Whether steps are captured as CUDA graphs; by default on CUDA.

    Raises
    ------
    InputError
        If the members are not of one structure.
    """

    def __init__(
        self,
        members: Sequence[Configuration],
        device: torch.device,
        number_format: str,
        *,
        captured: bool | None = None,
    ) -> None:
        if len({stack_key(member) for member in members}) != 1:
            raise InputError("members must be of one structure (stack_key), got several: train them in several stacks")
        self.members, self.device, self.number_format, self.step = list(members), device, number_format, 0
        self.network, self.shape = members[0].network, members[0].data.shape
        self.layout = Layout(self.network.weights(self.shape))
        rows = np.stack([self.layout.draw(member.seed, member.network.init_scale) for member in members])
        self.flat = torch.from_numpy(rows).to(device, weight_type(number_format))
        self.rule = Update([member.optimizer for member in members], self.layout, self.flat)
        self.inputs = self._placed([member.data.inputs for member in members])
        self.labels = self._placed([member.data.labels for member in members])
        self.evaluator = Evaluator(members, device)
        self.learned = FirstLearned(
            len(members), self.labels.shape[1], sustained=members[0].stop_sustained, device=device
        )
        weights = getattr(self.network, "log_weights", lambda _: None)(self.shape)
        self._log_weights = None if weights is None else torch.tensor(weights, dtype=self.flat.dtype, device=device)
        self._gradients = torch.empty_like(self.flat)
        self._prepared: _Prepared | None = None
        captured = device.type == "cuda" if captured is None else captured
        self._advance = Replay([self.flat, *self.rule.state.values()], captured=captured)
        self._measure = Replay([], captured=captured)

    def _placed(self, arrays: Sequence[np.ndarray]) -> Tensor:
        """Return the arrays of all members as one tensor; one that all share is held once."""
        if all(array is arrays[0] for array in arrays):
            return torch.from_numpy(arrays[0]).to(self.device).expand(len(arrays), *arrays[0].shape)
        return torch.from_numpy(np.stack(arrays)).to(self.device)

    def advance(self) -> None:
        """Make one update of every member."""
        self.step += 1
        prepared = self._prepared_for(self.step)
        at = self.step - prepared.first
        keys = None if prepared.keys is None else prepared.keys[at]
        with matrix_products(self.number_format):
            self._advance(self._make_update, prepared.indices[at], prepared.numbers[at], keys)

    def evaluate(self, due: Sequence[bool] | None = None) -> tuple[Measured, list[dict[str, float]]]:
        """Return what the members do on all examples, and each one's columns; waits for the device.

        `due` says for whom it is an evaluation, by default for all: to the others' learned examples it is none.
        """
        with matrix_products(self.number_format):
            measured = Measured(*self._measure(self._make_measurement))
        steps = [self.step if one else NEVER for one in due or [True] * len(self.members)]
        self.learned.update(measured.correct, torch.tensor(steps, device=self.device))
        at_hand = replace(
            measured, counts=measured.counts.cpu(), losses=measured.losses.cpu(), margins=measured.margins.cpu()
        )
        norms = {f"norm_{group}": values.cpu() for group, values in group_norms(self.flat, self.layout).items()}
        rows = [
            self.evaluator.row(at_hand, member) | {name: float(values[member]) for name, values in norms.items()}
            for member in range(len(self.members))
        ]
        return measured, rows

    def member_weights(self, member: int) -> dict[str, Tensor]:
        """Return a copy of one member's weights by name."""
        views = self.layout.views(self.flat[member : member + 1])
        return {name: weight[0].detach().clone().contiguous() for name, weight in views.items()}

    def state(self) -> dict[str, Tensor]:
        """Return everything that a checkpoint must hold; every tensor has leading dimension E."""
        return {
            "weights": self.flat,
            **{f"optimizer/{name}": values for name, values in self.rule.state.items()},
            **{f"learned/{name}": values for name, values in self.learned.state().items()},
        }

    def load(self, state: Mapping[str, Tensor], step: int) -> None:
        """Continue from a state of these members after `step` updates; InputError if it is not such a state."""
        own = self.state()
        if {name: values.shape for name, values in own.items()} != {name: v.shape for name, v in state.items()}:
            raise InputError("a checkpoint must hold the state of these networks, got a damaged or foreign one")
        for name, mine in own.items():
            mine.copy_(state[name])
        self.step, self._prepared = step, None

    def only(self, which: Sequence[int]) -> "Stack":
        """Return a stack of some of the members, where they stand."""
        fewer = Stack(
            [self.members[i] for i in which], self.device, self.number_format, captured=self._advance.captured
        )
        rows = torch.tensor(list(which), device=self.device)
        fewer.load({name: values[rows] for name, values in self.state().items()}, self.step)
        return fewer

    # What is captured: nothing here depends on the step but through its arguments.

    def _make_update(self, indices: Tensor, numbers: Tensor, keys: Tensor | None) -> tuple[Tensor, ...]:
        inputs = self.inputs.gather(1, indices.unsqueeze(-1).expand(-1, -1, self.inputs.shape[2]))
        labels = self.labels.gather(1, indices)
        weights = {name: view.requires_grad_() for name, view in self.layout.views(self.flat.detach()).items()}
        logits = self._logits(weights, inputs, keys)
        first = self.members[0]
        gradient(mean_losses(self._weighed(logits), labels, first.loss, first.loss_format), weights, self._gradients)
        self.rule.apply(self.flat, self._gradients, numbers)
        return ()

    def _logits(self, weights: Mapping[str, Tensor], inputs: Tensor, keys: Tensor | None = None) -> Tensor:
        """Return the logits (E, B, C) of operands (E, B, K); InputError if a network from elsewhere returns others."""
        with computing(self.number_format, self.device):
            logits = self.network.logits(weights, inputs, self.shape, keys)
        shape, rows = tuple(logits.shape), tuple(inputs.shape[:2])
        if len(shape) != 3 or shape[:2] != rows or shape[2] < self.shape.classes:
            wanted = f"(E, B, C) = {(*rows, self.shape.classes)}"
            raise InputError(f"{type(self.network).__name__}.logits must return shape {wanted}, got {shape}")
        return logits

    def _weighed(self, logits: Tensor) -> Tensor:
        """Return logits as the loss takes them: of classes that stand for several, by the logarithm higher."""
        return logits if self._log_weights is None else logits + self._log_weights

    def _make_measurement(self) -> tuple[Tensor, ...]:
        weights = self.layout.views(self.flat)
        return self.evaluator.measure(
            lambda inputs: self._logits(weights, inputs), self.inputs, self.labels, self._weighed
        )

    # What is prepared on the host.

    def _prepared_for(self, step: int) -> _Prepared:
        held = self._prepared
        if held is None or not held.first <= step < held.first + len(held.indices):
            held = self._prepared = self._prepare(step)
        return held

    def _prepare(self, first: int) -> _Prepared:
        """Draw batches from step `first` on: as many steps as have batches of one length and one use of dropout."""
        model = self.members[0]

        def like(step: int) -> tuple[int, bool]:
            return batch_length(model, step), drops_out(model, step)

        steps = [first]
        while len(steps) < PREPARED and like(steps[-1] + 1) == like(first):
            steps.append(steps[-1] + 1)
        indices = np.stack([np.stack([batch(member, step) for member in self.members]) for step in steps])
        keys = None
        if getattr(self.network, "dropout", 0) and drops_out(model, first):
            keys = self._sent(np.array([[dropout_key(member, step) for member in self.members] for step in steps]))
        numbers = np.stack([self.rule.numbers(step) for step in steps])
        return _Prepared(first, self._sent(indices), self._sent(numbers).to(self.flat.dtype), keys)

    def _sent(self, values: np.ndarray) -> Tensor:
        """Return `values` on the device, from pinned memory where there is such, so that nothing waits."""
        tensor = torch.from_numpy(values)
        if self.device.type != "cuda":
            return tensor
        return tensor.pin_memory().to(self.device, non_blocking=True)
