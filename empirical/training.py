"""The trainer: one transformer, from its first step or its last checkpoint to its end, kept in a run folder."""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ..analytic.errors import InputError, MachineError
from .checkpoints import load_checkpoint, save_checkpoint
from .configuration import Configuration
from .interrupt import Interrupt, heeding_interrupts
from .measuring import Side, loss_of, measure, sides, sizes
from .modular_division import division_equations, split_equations
from .number_format import computing, faster_format, weight_type
from .recorder import Recorder
from .run_folder import RECORD, read_record
from .runs import Run
from .schedule import batches_per_epoch, drops_out, epoch_order, evaluation_steps, learning_rate
from .transformer import Transformer


@dataclass(frozen=True)
class Evaluation:
    """What is told while a run goes on."""

    step: int
    total_steps: int
    train_accuracy: float
    test_accuracy: float
    train_loss: float
    test_loss: float
    steps_per_second: float
    """Since this process began; 0 at its first evaluation."""


def run(
    configuration: Configuration,
    *,
    out: str | os.PathLike[str],
    device: str = "cpu",
    progress: Callable[[Evaluation], None] | None = None,
    seconds: float = math.inf,
) -> Run:
    """Train, or go on training, and return the finished run.

    A folder that holds an unfinished run of the same configuration is resumed from its last checkpoint, with
    the same curves, bit for bit on the same machine, as if it had never stopped; a finished one is returned
    as it is.

    Parameters
    ----------
    configuration
        What to train.
    out
        The run folder: new, empty, or holding a run of this configuration.
    device
        "cpu", "cuda" or "cuda:1". A run stays on the kind of device on which it was begun.
    progress
        Called after every evaluation.
    seconds
        Stop cleanly at the first step after this time, with a checkpoint; the run is then unfinished.

    Raises
    ------
    InputError
        If the folder holds something else, another configuration, or damaged files.
    MachineError
        If there is no such device.
    KeyboardInterrupt
        After Ctrl-C, once a checkpoint is written.
    """
    place = _device(device)
    folder = Path(out)
    if (folder / RECORD).exists() and _same(folder, configuration) and Run.load(folder).finished:
        return Run.load(folder)
    split = split_equations(
        division_equations(configuration.modulus), configuration.train_size, configuration.split_seed
    )
    both = sides(split, place)
    settings = _resumed_settings(folder, place) or _new_settings(configuration, both, place)
    with (
        _threads(settings["threads"]),
        Recorder(out, configuration=configuration.to_json(), sizes=sizes(both), extra=settings) as recorder,
        heeding_interrupts() as interrupt,
    ):
        trainer = Trainer(configuration, both, settings["number_format"], place)
        finished = trainer.train(recorder, progress, interrupt, time.monotonic() + seconds)
        if not finished:
            recorder.leave_unfinished()
    if interrupt.heard:
        raise KeyboardInterrupt(f"stopped after step {trainer.step} with a checkpoint; the same call resumes from it")
    return Run.load(out)


class Trainer:
    """A network, its optimizer, and the step they have reached."""

    def __init__(
        self, configuration: Configuration, both: dict[str, Side], number_format: str, device: torch.device
    ) -> None:
        self.configuration, self.both, self.number_format, self.device = configuration, both, number_format, device
        self.network = Transformer(configuration).to(device, weight_type(number_format))
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=configuration.learning_rate,
            betas=configuration.betas,
            weight_decay=configuration.weight_decay,
            fused=True,  # one pass over all weights; the default makes dozens of small calls a step
        )
        self.step = 0
        self._epoch = -1

    def train(
        self,
        recorder: Recorder,
        progress: Callable[[Evaluation], None] | None,
        interrupt: Interrupt,
        deadline: float,
    ) -> bool:
        """Train to the end, or until interrupted or out of time; return whether the end was reached."""
        self.step = load_checkpoint(recorder.folder, self.configuration.digest, self.network, self.optimizer)
        recorder.rewind(self.step)
        evaluations, first_step, started = set(evaluation_steps(self.configuration)), self.step, time.monotonic()
        if self.step == 0 and not recorder.rows:
            self._evaluate(recorder, progress, 0.0)
        while not self.ended(recorder.rows):
            if interrupt.heard or time.monotonic() > deadline:
                self._save(recorder)
                return False
            self.update()
            if self.step in evaluations:
                self._evaluate(recorder, progress, (self.step - first_step) / (time.monotonic() - started))
            if self.step % self.configuration.checkpoint_every == 0 or self.ended(recorder.rows):
                self._save(recorder)
        return True

    def ended(self, rows: list[dict[str, Any]]) -> bool:
        """Return whether the last step is made, or the stop rule holds at it."""
        if self.step >= self.configuration.steps:
            return True
        level, sustained = self.configuration.stop_test_accuracy, self.configuration.stop_sustained
        if level is None or len(rows) < sustained or rows[-1]["step"] != self.step:
            return False
        size = len(self.both["test"].answers)
        return all(row["test_correct"] >= level * size for row in rows[-sustained:])

    def update(self) -> None:
        """Make one step of the optimizer on the next batch."""
        self.step += 1
        train, indices = self.both["train"], self._batch()
        keep = None
        if drops_out(self.configuration, self.step):
            keep = self.network.dropout_masks(self.configuration.seed, self.step, len(indices))
        with computing(self.number_format, self.device):
            logits = self.network(train.pairs[indices], keep)
        loss_of(logits, train.answers[indices]).backward()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.configuration, self.step)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def _save(self, recorder: Recorder) -> None:
        recorder.sync()
        if self.step:  # before the first update the seed says it all, and the optimizer has no moments yet
            save_checkpoint(recorder.folder, self.step, self.configuration.digest, self.network, self.optimizer)

    def _batch(self) -> torch.Tensor:
        epoch, place = divmod(self.step - 1, batches_per_epoch(self.configuration))
        if epoch != self._epoch:
            self._epoch, self._order = epoch, torch.from_numpy(epoch_order(self.configuration, epoch)).to(self.device)
        size = self.configuration.batch_size
        return self._order[place * size : (place + 1) * size]

    def _evaluate(self, recorder: Recorder, progress: Callable[[Evaluation], None] | None, rate: float) -> None:
        measured = measure(self.network, self.both, self.number_format)
        recorder.log(self.step, **measured)
        if progress is not None:
            progress(
                Evaluation(
                    step=self.step,
                    total_steps=self.configuration.steps,
                    train_accuracy=measured["train_correct"] / len(self.both["train"].answers),
                    test_accuracy=measured["test_correct"] / len(self.both["test"].answers),
                    train_loss=measured["train_loss"],
                    test_loss=measured["test_loss"],
                    steps_per_second=rate,
                )
            )


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InputError(f"device must be cpu, cuda or cuda:N, got {name!r}") from None
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"device must be cpu, cuda or cuda:N, got {name!r}")
    if device.type == "cuda" and (not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count()):
        raise MachineError(
            f"device {name!r} must exist, but PyTorch finds {torch.cuda.device_count()} CUDA devices: use cpu"
        )
    return device


def _same(folder: Path, configuration: Configuration) -> bool:
    held = Configuration.from_json(read_record(folder).get("configuration", {}))
    if held != configuration:
        raise InputError(
            f"out must hold this configuration, got {folder}, which holds another "
            f"({held.differences(configuration)}): choose another out"
        )
    return True


def _resumed_settings(folder: Path, device: torch.device) -> dict[str, Any] | None:
    """Return what the run was begun with, so that it goes on in the same numbers; None for a new run."""
    if not (folder / RECORD).exists():
        return None
    held = read_record(folder)["environment"]
    if held["device"] != device.type:
        raise InputError(
            f"device must be {held['device']}, on which {folder} was begun, got {device.type}: choose another out"
        )
    return held


def _new_settings(configuration: Configuration, both: dict[str, Side], device: torch.device) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "device": device.type,
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        "threads": torch.get_num_threads(),
        "number_format": configuration.number_format,
    }
    if configuration.number_format == "auto":
        scratch = {name: _scratch(configuration, both, name, device) for name in ("float32", "bfloat16")}
        chosen, seconds = faster_format(lambda name: scratch[name].update(), device)
        settings |= {"number_format": chosen, "seconds_per_step_when_chosen": seconds}
    return settings


def _scratch(configuration: Configuration, both: dict[str, Side], number_format: str, device: torch.device) -> Trainer:
    """Return a trainer to time a few updates with; its network is thrown away."""
    return Trainer(
        replace(configuration, quirks=replace(configuration.quirks, mlp_dropout=False)), both, number_format, device
    )


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """Compute with as many threads as the run was begun with: sums depend on it in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
