"""Run: what a run folder holds, read back."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow

from ..analytic.errors import InputError
from ..analytic.training_curves import Curves
from .run_folder import LOG, read_log, read_record
from .tables import to_table

if TYPE_CHECKING:  # a configuration names its network, and networks need torch
    from .configuration import Configuration


@dataclass(frozen=True)
class Run:
    """A run, finished or not; an unfinished one is not an error."""

    path: Path
    record: dict[str, Any] = field(repr=False)
    rows: list[dict[str, Any]] = field(repr=False)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> "Run":
        """Return the run in folder `path`; InputError if it is not a run or is damaged."""
        if not isinstance(path, str | os.PathLike):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"path must name the folder of a run, got {path!r}")
        folder = Path(path)
        record = read_record(folder)
        rows = read_log(folder)[0]
        expected = record.get("evaluations")
        if record["finished"] and len(rows) != expected:
            raise InputError(f"{folder / LOG} must hold the {expected} evaluations of a finished run, got {len(rows)}")
        _check_counts(folder, record["sizes"], rows)
        return Run(path=folder, record=record, rows=rows)

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.record.get("finished"))

    @property
    def sizes(self) -> dict[str, int]:
        """Number of examples of each part: "train", "test", "test_zero_dividend", ..."""
        return dict(self.record.get("sizes", {}))

    @property
    def environment(self) -> dict[str, Any]:
        """Versions, machine, device and number format."""
        return dict(self.record.get("environment", {}))

    @property
    def classes(self) -> int | None:
        """Number of possible answers; None where the recorder was not told."""
        return self.record.get("classes")

    @property
    def end(self) -> str | None:
        """Why the run ended: "steps", "stop rule" or "diverged"; None if it has not, or another trainer made it."""
        return self.record.get("end")

    @property
    def config(self) -> "Configuration":
        """The configuration, if the run was made by `grokdd.empirical.run`; InputError otherwise. Needs torch."""
        from .configuration import Configuration

        return Configuration.from_json(self.record["configuration"])

    def table(self) -> pyarrow.Table:
        """Return one row an evaluation: `step`, `<part>_loss`, `<part>_correct`, `seconds`, ..."""
        return to_table(self.rows)

    def curves(self) -> Curves:
        """Return accuracies over steps, with the accuracy on each part of the sets as `parts`.

        Raises
        ------
        InputError
            If nothing was recorded yet, or the run holds no counts or sizes for its train and test sets.
        """
        if not self.rows:
            raise InputError(f"a run must hold at least one evaluation, got {self.path} with none yet")
        for side in ("train", "test"):
            if f"{side}_correct" not in self.rows[0] or side not in self.sizes:
                raise InputError(
                    f"a run must hold {side}_correct and the size of its {side} set, got {self.path} without"
                )
        accuracy = {
            part: [row[f"{part}_correct"] / size for row in self.rows]
            for part, size in self.sizes.items()
            if size and f"{part}_correct" in self.rows[0]
        }
        return Curves(
            t=[row["step"] for row in self.rows],
            train=accuracy.pop("train"),
            test=accuracy.pop("test"),
            axis="steps",
            train_size=self.sizes["train"],
            test_size=self.sizes["test"],
            parts=accuracy,
            part_sizes={part: self.sizes[part] for part in accuracy},
        )


def _check_counts(folder: Path, sizes: dict[str, int], rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for part, size in sizes.items():
            count = row.get(f"{part}_correct", 0)
            if not 0 <= count <= size:
                raise InputError(
                    f"{folder / LOG} must hold counts of right answers, got {part}_correct = {count} of {size} "
                    f"at step {row['step']}"
                )
