"""Member: one network of a stack with the run folder that keeps what it does."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from torch import Tensor

from ..analytic.errors import InputError
from .checkpoints import save_tensors
from .configuration import Configuration
from .recorder import Recorder
from .run_folder import EXAMPLES, LOG, SNAPSHOTS, WEIGHTS, write_whole
from .schedule import evaluation_steps, snapshot_steps
from .tables import to_parquet


@dataclass
class Member:
    """A configuration, its open recorder, and what its schedule says."""

    configuration: Configuration
    recorder: Recorder
    evaluations: frozenset[int] = field(init=False)
    snapshots: frozenset[int] = field(init=False)
    test_size: int = field(init=False)

    def __post_init__(self) -> None:
        self.evaluations = frozenset(evaluation_steps(self.configuration))
        self.snapshots = frozenset(snapshot_steps(self.configuration))
        self.test_size = len(self.configuration.data.test)

    def rewind(self, step: int) -> None:
        """Go back to what was recorded up to a checkpoint at `step`; InputError if some of it is missing."""
        self.recorder.rewind(step)
        recorded = [row["step"] for row in self.recorder.rows]
        if step and recorded != sorted(at for at in self.evaluations if at <= step):
            raise InputError(
                f"{self.recorder.folder / LOG} must hold every evaluation up to the checkpoint at step {step}, got a "
                "damaged file: delete the checkpoints to train from the first step"
            )

    def log(self, step: int, row: dict[str, float]) -> None:
        """Record an evaluation, unless it is recorded already."""
        if not self.recorder.rows or self.recorder.rows[-1]["step"] < step:
            self.recorder.log(step, **row)

    def end(self, step: int) -> str | None:
        """Return why the run ends after `step` updates: "steps", "stop rule" or "diverged"; None if it goes on."""
        rows, rule = self.recorder.rows, self.configuration
        evaluated = bool(rows) and rows[-1]["step"] == step
        if evaluated and np.isnan(rows[-1]["train_loss"]):
            return "diverged"
        level, sustained = rule.stop_test_accuracy, rule.stop_sustained
        latest = rows[-sustained:]
        if evaluated and level is not None and len(latest) == sustained:
            level_held = all(row["test_correct"] >= level * self.test_size for row in latest)
            if level_held:
                return "stop rule"
        return "steps" if step >= rule.steps else None

    def keep_snapshot(self, step: int, weights: dict[str, Tensor]) -> None:
        """Write the weights after `step` updates beside the curves."""
        folder = self.recorder.folder / SNAPSHOTS
        folder.mkdir(exist_ok=True)
        self._save(folder / f"step-{step:09d}.safetensors", step, weights)

    def finish(self, step: int, why: str, weights: dict[str, Tensor], learned: np.ndarray) -> None:
        """Write final weights and the first-learned step of each example (-1: never), and mark the run as finished."""
        folder = self.recorder.folder
        self._save(folder / WEIGHTS, step, weights)
        data, sides = self.configuration.data, np.full(len(learned), "left out", dtype=object)
        sides[data.train], sides[data.test] = "train", "test"
        rows = [
            {"example": place, "side": side, "learned": int(step)}
            for place, (side, step) in enumerate(zip(sides, learned, strict=True))
        ]
        write_whole(folder / EXAMPLES, lambda beside: to_parquet(rows, beside))
        self.recorder.record["end"] = why
        self.recorder.finish()

    def _save(self, path: Path, step: int, weights: dict[str, Tensor]) -> None:
        way_out = "make room, and the same call goes on from the last checkpoint"
        save_tensors(path, weights, {"step": str(step)}, way_out)
