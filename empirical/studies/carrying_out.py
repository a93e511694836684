"""Carry out a study: train its members as an ensemble, and keep what they did in small files.

    curves.parquet     all curves, one row a member and evaluation
    measures.parquet   what a study measures on the weights that were kept, if it does
    record.json        study, size, settings of each member, sizes of its parts, machine, versions, commit

All can be read without torch. Findings and figures are made from them alone, and they are made anew from the ensemble
whenever it is carried on; `seconds.txt`, how long training took over all calls, is kept.
"""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow
from pyarrow import parquet
from safetensors import SafetensorError

from ...analytic.errors import InputError
from ..recorded_run import RecordedRun
from ..run_folder import write_json, write_whole
from ..tables import to_table
from .study import Study

if TYPE_CHECKING:
    from ..ensembles import Ensemble
    from ..runs import Run
    from ..training import Evaluation

CURVES, MEASURES, RECORD, ENSEMBLE = "curves.parquet", "measures.parquet", "record.json", "ensemble"
SECONDS = "seconds.txt"


@dataclass(frozen=True)
class Recorded:
    """What is known of a study that was carried out."""

    record: dict[str, Any]
    runs: Sequence[RecordedRun]


def carry_out(
    study: Study,
    size: str,
    out: Path,
    *,
    device: str = "cpu",
    progress: "Callable[[Evaluation], None] | None" = None,
) -> Recorded:
    """Train, or go on training, the members of a study, and write both files into the folder `out`.

    Raises
    ------
    InputError
        If the folder holds something else, or a member cannot be trained.
    MachineError
        If there is no such device, or the disk is full.
    KeyboardInterrupt
        After Ctrl-C, once checkpoints are written: the same call goes on.
    """
    from ..ensembles import run_ensemble

    if out.exists() and not (out / ENSEMBLE).exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"the folder of a study must be new, empty, or its own, got {out}: give another one")
    with _timed(out):
        done = run_ensemble(study.configurations(), out=out / ENSEMBLE, device=device, progress=progress)
    if done.failures:
        raise InputError(
            f"every member must be trained, but {'; '.join(f'{k}: {v}' for k, v in done.failures.items())}"
        )
    keep(study, size, done, out, seconds=_seconds(out))
    return load(out)


@contextmanager
def _timed(out: Path) -> Iterator[None]:
    """Add the time of a call to that of the calls before, unless the study had ended with them."""
    ended, begun = (out / RECORD).exists(), time.monotonic()
    before = _seconds(out) if (out / ENSEMBLE).exists() else 0.0
    try:
        yield
    finally:
        if not ended and before is not None and (out / ENSEMBLE).exists():
            taken = before + time.monotonic() - begun
            write_whole(out / SECONDS, lambda beside: _write_seconds(beside, taken))


def _write_seconds(path: Path, seconds: float) -> None:
    path.write_text(f"{seconds:.1f}\n", encoding="utf-8")


def _seconds(out: Path) -> float | None:
    """Return the time of all calls so far; None where it is not known."""
    try:
        return float((out / SECONDS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def keep(study: Study, size: str, done: "Ensemble", out: Path, *, seconds: float | None) -> None:
    """Write both files of an ensemble that has ended; `seconds` is how long that took, if it is known."""
    told = study.settings()
    members = {
        name: {"settings": dict(told[name]), "sizes": run.sizes, "end": run.end, "digest": run.config.digest}
        for name, run in done.runs.items()
    }
    environment = next(iter(done.runs.values())).environment
    record = {
        "study": study.name,
        "size": size,
        "settings": json.loads(json.dumps(dataclasses.asdict(study))),
        "seconds": None if seconds is None else round(seconds, 1),
        "environment": environment,
        "members": members,
    }
    _write(out / CURVES, {name: run.table() for name, run in done.runs.items()})
    measured = {name: rows for name, run in done.runs.items() if (rows := _measured(study, run))}
    if measured:
        _write(out / MEASURES, {name: to_table(rows) for name, rows in measured.items()})
    write_json(out / RECORD, record)


def _measured(study: Study, run: "Run") -> list[dict[str, float]]:
    try:
        return study.measured(run)
    except SafetensorError as error:
        raise InputError(f"{run.path} must hold whole snapshots of its weights, got: {error}") from None


def _write(path: Path, tables: dict[str, pyarrow.Table]) -> None:
    """Write tables under each other, each row with the name of its member."""
    named = [table.add_column(0, "member", pyarrow.array([name] * table.num_rows)) for name, table in tables.items()]
    whole = pyarrow.concat_tables(named, promote_options="permissive")
    write_whole(path, lambda beside: parquet.write_table(whole, beside, compression="zstd"))


def load(folder: Path) -> Recorded:
    """Return what a folder holds; InputError if it holds no study that was carried out."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        curves = by_member(folder / CURVES)
        measures = by_member(folder / MEASURES) if (folder / MEASURES).exists() else {}
        runs = [
            RecordedRun(name, own["settings"], own["sizes"], curves[name], measures.get(name, {}))
            for name, own in record["members"].items()
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, pyarrow.ArrowException) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(f"{folder} must hold a study that was carried out, {CURVES} and {RECORD}: {reason}") from None
    return Recorded(record, runs)


def by_member(path: Path) -> dict[str, dict[str, np.ndarray]]:
    """Return the columns of each member."""
    table = parquet.read_table(path)
    member = np.array(table["member"].to_pylist())
    columns = {name: table[name].to_numpy() for name in table.column_names if name != "member"}
    return {str(name): {key: values[member == name] for key, values in columns.items()} for name in np.unique(member)}
