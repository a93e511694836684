"""The trainer: a stack of networks, from their first step or their last checkpoint to their ends.

Each member is kept in a run folder of its own; the checkpoints hold all of them together.
"""

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..analytic.errors import InputError
from .checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from .configuration import Configuration
from .interrupt import Interrupt, heeding_interrupts
from .measuring import part_sizes
from .members import Member
from .recorder import Recorder
from .run_folder import RECORD, read_record
from .run_settings import device_named, settings_of, threads
from .runs import Run
from .stack import Stack


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
    name: str = ""
    """Which member of an ensemble; empty for a network trained alone."""


Listener = Callable[[Evaluation], None]


def run(
    configuration: Configuration,
    *,
    out: str | os.PathLike[str],
    device: str = "cpu",
    progress: Listener | None = None,
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
        If there is no such device, or the disk is full.
    KeyboardInterrupt
        After Ctrl-C, once a checkpoint is written.
    """
    place, folder = device_named(device), Path(out)
    if (folder / RECORD).exists() and holds(folder, configuration) and Run.load(folder).finished:
        return Run.load(folder)
    settings = settings_of(folder, configuration, place)
    with (
        threads(settings["threads"]),
        recorder_of(configuration, folder, settings) as recorder,
        heeding_interrupts() as interrupt,
    ):
        training = Training([Member(configuration, recorder)], folder, settings["number_format"], place, progress)
        training.go_on(interrupt, time.monotonic() + seconds)
    if interrupt.heard and not Run.load(out).finished:
        step = training.stack.step
        how = "with a checkpoint; the same call resumes from it" if step else "; the same call begins again"
        raise KeyboardInterrupt(f"stopped after step {step} {how}")
    return Run.load(out)


def recorder_of(configuration: Configuration, folder: Path, settings: dict[str, Any]) -> Recorder:
    """Return the recorder of a member's run, which stays unfinished until the member finishes it."""
    data = configuration.data
    recorder = Recorder(
        folder,
        configuration=configuration.to_json(),
        sizes=part_sizes(data),
        classes=data.shape.classes,
        extra=settings,
    )
    recorder.leave_unfinished()
    return recorder


def holds(folder: Path, configuration: Configuration) -> bool:
    """Return True if a run folder holds this configuration; InputError, saying what differs, if another."""
    held = Configuration.from_json(read_record(folder)["configuration"])
    if held != configuration:
        raise InputError(
            f"out must hold this configuration, got {folder}, which holds another "
            f"({held.differences(configuration)}): choose another out"
        )
    return True


class Training:
    """Unfinished members of one stack, where the last checkpoint left them.

    Parameters
    ----------
    members
        Configurations of one `stack_key`, each with its open recorder.
    folder
        Where their checkpoints are.
    """

    def __init__(
        self,
        members: Sequence[Member],
        folder: Path,
        number_format: str,
        device: torch.device,
        progress: Listener | None,
        names: Sequence[str] = ("",),
    ) -> None:
        self.folder, self.progress = folder, progress
        self._started = self._begun_at = 0.0
        found = load_checkpoint(folder, tuple(member.configuration.digest for member in members))
        by_digest = {m.configuration.digest: (m, name) for m, name in zip(members, names, strict=True)}
        # Checkpoints come after the records of members that have ended: those are not among the unfinished.
        held = list(by_digest) if found is None else [digest for digest in found.members if digest in by_digest]
        self.members = [by_digest[digest][0] for digest in held]
        self.names = [by_digest[digest][1] for digest in held]
        self.stack = Stack([member.configuration for member in self.members], device, number_format)
        if found is not None:
            rows = torch.tensor([found.members.index(digest) for digest in held])
            self.stack.load({name: values[rows] for name, values in found.state.items()}, found.step)
        for member in self.members:
            member.rewind(self.stack.step)

    def go_on(self, interrupt: Interrupt, deadline: float = math.inf) -> bool:
        """Train until every member has ended; return False if interrupted or out of time before."""
        for _ in self.steps():
            if interrupt.heard or time.monotonic() > deadline:
                self.save()
                return False
        return True

    def steps(self) -> Iterator[int]:
        """Make one update after the other, yielding before each the number of those made; ends with the last member."""
        self._started, self._begun_at = time.monotonic(), self.stack.step
        if self.stack.step == 0:
            self._evaluate()
        while self.members:
            yield self.stack.step
            self.stack.advance()
            ended = self._evaluate() if self._due() else False
            if self.members and (ended or self.stack.step % self.members[0].configuration.checkpoint_every == 0):
                self.save()

    def save(self) -> None:
        """Write a checkpoint of the members that have not ended; before the first update the seeds say it all."""
        for member in self.members:
            member.recorder.sync()
        if self.members and self.stack.step:
            digests = tuple(member.configuration.digest for member in self.members)
            save_checkpoint(self.folder, Checkpoint(self.stack.step, digests, self.stack.state()))

    def _due(self) -> bool:
        return any(self.stack.step in member.evaluations for member in self.members)

    def _evaluate(self) -> bool:
        """Record what is due; return whether a member has ended."""
        step = self.stack.step
        _, rows = self.stack.evaluate([step in member.evaluations for member in self.members])
        for place, (member, row) in enumerate(zip(self.members, rows, strict=True)):
            if step in member.evaluations:
                member.log(step, row)
                self._tell(place, row)
            if step in member.snapshots:
                member.keep_snapshot(step, self.stack.member_weights(place))
        ends = [member.end(step) for member in self.members]
        self._finish(ends)
        return any(ends)

    def _finish(self, ends: Sequence[str | None]) -> None:
        """Close the members that have ended, and go on with the others."""
        if not any(ends):
            return
        learned = self.stack.learned.first.cpu().numpy()
        for place, (member, why) in enumerate(zip(self.members, ends, strict=True)):
            if why is not None:
                member.finish(self.stack.step, why, self.stack.member_weights(place), learned[place])
        left = [place for place, why in enumerate(ends) if why is None]
        self.members, self.names = [self.members[i] for i in left], [self.names[i] for i in left]
        if left:
            self.stack = self.stack.only(left)

    def _tell(self, place: int, row: dict[str, float]) -> None:
        if self.progress is None:
            return
        made, data = self.stack.step - self._begun_at, self.members[place].configuration.data
        self.progress(
            Evaluation(
                step=self.stack.step,
                total_steps=self.members[place].configuration.steps,
                train_accuracy=row["train_correct"] / len(data.train),
                test_accuracy=row["test_correct"] / len(data.test),
                train_loss=row["train_loss"],
                test_loss=row["test_loss"],
                steps_per_second=made / (time.monotonic() - self._started) if made else 0.0,
                name=self.names[place],
            )
        )
