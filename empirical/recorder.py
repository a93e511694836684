"""Recorder: keeps the curves of any training loop, ours or anybody's, in a run folder."""

import json
import math
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from ..analytic.errors import InputError
from .environment import environment
from .run_folder import (
    FORMAT,
    LOCK,
    LOG,
    RECORD,
    TABLE,
    locked,
    read_log,
    read_record,
    sync_folder,
    write_json,
    write_whole,
)
from .tables import to_parquet


class Recorder:
    """Append one record an evaluation to a run folder; killed at any moment, the folder holds all but the last.

    Opening a folder that already holds a run with the same configuration continues it: `rows` has what
    was recorded, and the next step must be a later one.

    Parameters
    ----------
    out
        The run folder; made if it does not exist. It must be empty or hold a run of the same configuration.
    configuration
        JSON values that identify the run.
    sizes
        Number of examples behind each `<part>_correct`, at least "train" and "test", if accuracies are wanted
        back: {"train": 4656, "test": 4656, ...}.
    classes
        Number of possible answers, if guessing is right once in so many; None where that is not known.
    extra
        JSON values to keep with the environment: the device, the number format, ...

    Raises
    ------
    InputError
        If the folder holds something else, another configuration, or is being written by another process.

    Examples
    --------
    >>> import tempfile
    >>> with Recorder(tempfile.mkdtemp(), sizes={"train": 10, "test": 10}) as rec:
    ...     rec.log(0, train_correct=1, test_correct=1)
    ...     rec.log(100, train_correct=10, test_correct=2)
    >>> len(rec.rows)
    2
    """

    def __init__(
        self,
        out: str | os.PathLike[str],
        *,
        configuration: Mapping[str, Any] | None = None,
        sizes: Mapping[str, int | np.integer] | None = None,
        classes: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder = Path(out)
        self.rows: list[dict[str, Any]] = []
        self._configuration = _as_json("configuration", configuration or {})
        self._extra = _as_json("extra", extra or {})
        self._sizes = {part: _size(part, size) for part, size in (sizes or {}).items()}
        self._classes = None if classes is None else _size("classes", classes)
        self._log: BinaryIO | None = None
        self._to_finish = True
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._refuse_foreign_folder()
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            undo.enter_context(locked(self.folder))
            if (self.folder / RECORD).exists():
                self._continue()
            else:
                self._begin()
            self._log = undo.enter_context(open(self.folder / LOG, "ab"))
            sync_folder(self.folder)
            self._open = undo.pop_all()
        return self

    def _refuse_foreign_folder(self) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(f"out must be a folder, got {self.folder}, which is a file")
        held = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        foreign = held - {LOCK, RECORD + ".partial"}  # what a process leaves that is killed before its record is whole
        if foreign and RECORD not in foreign:
            raise InputError(f"out must be new, empty or a run, got {self.folder}, which holds {sorted(foreign)[0]}")

    def _begin(self) -> None:
        self.record = {
            "format": FORMAT,
            "finished": False,
            "configuration": self._configuration,
            "sizes": self._sizes,
            "classes": self._classes,
            "environment": environment() | self._extra,
        }
        write_json(self.folder / RECORD, self.record)

    def _continue(self) -> None:
        self.record = read_record(self.folder)
        held = self.record.get("configuration")
        if held != self._configuration:
            raise InputError(
                f"out must hold this configuration, got {self.folder}, which holds another: choose another out"
            )
        if self._sizes and self.record["sizes"] != self._sizes:
            raise InputError(
                f"sizes must be those with which {self.folder} was begun, {self.record['sizes']}, got {self._sizes}"
            )
        self.rows, whole = read_log(self.folder)
        if (self.folder / LOG).exists():
            os.truncate(self.folder / LOG, whole)

    def rewind(self, step: int) -> None:
        """Forget every record after `step`, because training goes on from there."""
        self.rows = [row for row in self.rows if row["step"] <= step]
        kept = sum(len(_line(row)) for row in self.rows)
        self._file().flush()
        os.truncate(self.folder / LOG, kept)

    def log(self, step: int | np.integer, **columns: float | np.number) -> None:
        """Append one record and flush it.

        Parameters
        ----------
        step
            Steps made so far; each record must have a later one than the record before.
        columns
            Numbers, the same columns in every record. By convention `<part>_correct` counts correct answers
            on a part and `<part>_loss` is the mean loss there; "train" and "test" are the parts that curves need.
        """
        row = {"step": _number("step", step)} | {name: _number(name, value) for name, value in columns.items()}
        if not isinstance(row["step"], int) or row["step"] < 0:
            raise InputError(f"step must be a whole number of at least 0, got {step!r}")
        if self.rows and row["step"] <= self.rows[-1]["step"]:
            raise InputError(
                f"step must be later than the last one, {self.rows[-1]['step']}, got {step}: go on from there "
                "(`rows` has what was recorded), or choose another out"
            )
        for part, size in self._sizes.items():
            if not 0 <= row.get(f"{part}_correct", 0) <= size:
                raise InputError(f"{part}_correct must lie in 0..{size}, got {row[f'{part}_correct']} at step {step}")
        if self.rows and row.keys() != self.rows[0].keys():
            raise InputError(
                f"columns must be {', '.join(list(self.rows[0])[1:])}, as in the first record, got {', '.join(columns)}"
            )
        log = self._file()
        log.write(_line(row))
        log.flush()
        self.rows.append(row)

    def sync(self) -> None:
        """Have the log on the disk itself, so that a checkpoint is never newer than its curves."""
        log = self._file()
        log.flush()
        os.fsync(log.fileno())

    def finish(self) -> None:
        """Mark the run as finished and write the log out as Parquet."""
        self.sync()
        write_whole(self.folder / TABLE, lambda beside: to_parquet(self.rows, beside))
        self.record |= {"finished": True, "evaluations": len(self.rows)}
        write_json(self.folder / RECORD, self.record)

    def _file(self) -> BinaryIO:
        if self._log is None:
            raise InputError("a Recorder must be opened first: with Recorder(...) as rec: rec.log(...)")
        return self._log

    def leave_unfinished(self) -> None:
        """Let the end of the with-block leave the run unfinished, to be continued."""
        self._to_finish = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if kind is None and self._to_finish:
                self.finish()


def _as_json(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` as JSON gives them back: tuples as lists, NumPy's numbers as Python's."""
    try:
        return json.loads(json.dumps(values, default=lambda value: value.tolist()))
    except (TypeError, ValueError, AttributeError):
        raise InputError(f"{name} must hold JSON values (numbers, text, lists, tables), got {values!r}") from None


def _size(part: str, size: object) -> int:
    least = 1 if part in ("train", "test", "classes") else 0
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < least:
        raise InputError(f"the size of {part} must be a whole number of examples, got {size!r}")
    return int(size)


def _number(name: str, value: object) -> int | float:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} must be a number, got {value!r}")
    if isinstance(value, float) and math.isinf(value):
        raise InputError(f"{name} must be finite or NaN, got {value}")
    return value


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row).encode() + b"\n"
