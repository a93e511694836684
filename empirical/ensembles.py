"""Ensembles: many configurations trained together, those of one structure as one batch, each kept as a run of its own.

An ensemble is a folder:

ensemble.json     format number, the digest of each member, how many members at most are trained as one batch
members/NAME/     the run folder of each member, as `run` would have left it
stacks/NAME/      checkpoints of members that train as one batch
failures.json     members that could not be trained, and why
table.parquet     all curves, one row a member and evaluation; written when all have ended
"""

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow
import torch
from pyarrow import parquet

from ..analytic.errors import InputError, MachineError
from .configuration import Configuration
from .demands import demand_whole
from .interrupt import Interrupt, heeding_interrupts
from .kinds import flattened
from .members import Member
from .run_folder import ENSEMBLE, FORMAT, MEMBERS, RECORD, locked, write_json, write_whole
from .run_settings import device_named, settings_of, threads
from .runs import Run
from .stack import stack_key
from .training import Evaluation, Training, holds, recorder_of

FAILURES, WHOLE_TABLE, STACKS = "failures.json", "table.parquet", "stacks"
MOST = {"cpu": 8, "cuda": 64}
"""Members trained as one batch, at most: more of them no longer fit the caches of a processor."""


@dataclass(frozen=True)
class Ensemble:
    """The runs of an ensemble, by name, and why others failed."""

    path: Path
    runs: Mapping[str, Run] = field(repr=False)
    failures: Mapping[str, str]

    @staticmethod
    def load(path: str | os.PathLike[str]) -> "Ensemble":
        """Return the ensemble in folder `path`; InputError if it is none or is damaged."""
        folder = Path(path)
        record = _read_json(folder / ENSEMBLE)
        found = {name: folder / MEMBERS / name for name in record["members"]}
        failures = _read_json(folder / FAILURES) if (folder / FAILURES).exists() else {}
        runs = {name: Run.load(place) for name, place in found.items() if (place / RECORD).exists()}
        return Ensemble(folder, runs, failures)

    @property
    def finished(self) -> bool:
        """Whether every member has ended or failed."""
        ended = {name for name, run in self.runs.items() if run.finished} | self.failures.keys()
        return _read_json(self.path / ENSEMBLE)["members"].keys() <= ended

    def varying(self) -> dict[str, dict[str, Any]]:
        """Return the settings in which the members differ, by member and dotted name."""
        settings = {name: flattened(run.record["configuration"]) for name, run in self.runs.items()}
        names = list(dict.fromkeys(name for one in settings.values() for name in one))
        values = {name: [one.get(name) for one in settings.values()] for name in names}
        differ = [name for name in names if any(value != values[name][0] for value in values[name])]
        return {member: {name: one.get(name) for name in differ} for member, one in settings.items()}

    def table(self) -> pyarrow.Table:
        """Return all curves, one row a member and evaluation.

        Columns: `member`, the settings in which the members differ by their dotted names, `end` (why the run ended;
        null if it has not), `step`, what was measured, null where a member was not measured on a part, and
        `train_accuracy` and `test_accuracy`.
        """
        varying, tables = self.varying(), []
        for name, run in self.runs.items():
            curves = run.table()
            tags = {"member": name} | {key: _cell(value) for key, value in varying[name].items()} | {"end": run.end}
            columns = {key: pyarrow.array([value] * curves.num_rows) for key, value in tags.items()}
            measured = dict(zip(curves.column_names, curves.columns, strict=True))
            accuracies = {
                f"{side}_accuracy": pyarrow.array([row[f"{side}_correct"] / run.sizes[side] for row in run.rows])
                for side in ("train", "test")
            }
            tables.append(pyarrow.table(columns | measured | accuracies))
        return pyarrow.concat_tables(tables, promote_options="permissive") if tables else pyarrow.table({"member": []})


def run_ensemble(
    configurations: Mapping[str, Configuration],
    *,
    out: str | os.PathLike[str],
    device: str = "cpu",
    progress: Callable[[Evaluation], None] | None = None,
    seconds: float = math.inf,
    most: int | None = None,
    workers: int | None = None,
    failures: Mapping[str, str] | None = None,
) -> Ensemble:
    """Train, or go on training, all members and return the ensemble.

    Members of one structure (`stack.stack_key`) train as one batch, with the curves that each would have alone: to
    the last bit on a CPU, if all widths and the batch are multiples of 16. A member that diverges ends, and is marked
    so; one that cannot be trained is reported in `failures`; the others go on.

    Parameters
    ----------
    configurations
        What to train, by names that can be names of folders.
    out
        The folder of the ensemble: new, empty, or holding these members.
    device
        "cpu", "cuda" or "cuda:1".
    progress
        Called after every evaluation of every member, which it names.
    seconds
        Stop cleanly at the first step after this time, with checkpoints.
    most
        Members in one batch, at most; by default 8 on a CPU and 64 on CUDA. An ensemble keeps the `most` and the
        `workers` that it was begun with.
    workers
        Batches that train side by side; by default one a core, or one on CUDA, where each has a stream of its own.
    failures
        Members that are known to fail, and why; they are reported with the others.

    Raises
    ------
    InputError
        If the folder holds something else, two configurations are the same, or "tf32", which is switched on for the
        whole process, is mixed with another number format.
    MachineError
        If there is no such device, or the disk is full.
    KeyboardInterrupt
        After Ctrl-C, once checkpoints are written.
    """
    place, folder = device_named(device), Path(out)
    cores = torch.get_num_threads() if place.type == "cpu" else 1
    shape = {"most": MOST[place.type] if most is None else most, "workers": cores if workers is None else workers}
    for name, value in shape.items():
        demand_whole(name, value, 1)
    formats = {one.number_format for one in configurations.values()}
    if "tf32" in formats and len(formats) > 1:
        raise InputError(f"number_format must be tf32 for all members or for none, got {', '.join(sorted(formats))}")
    with _ensemble_folder(folder, configurations, failures or {}, shape) as record:
        job = _Job(folder, configurations, place, progress, dict(failures or {}))
        with heeding_interrupts() as interrupt, threads(1 if place.type == "cpu" else torch.get_num_threads()):
            ended = job.train(record["most"], record["workers"], interrupt, time.monotonic() + seconds)
    if ended:
        whole = Ensemble.load(folder)
        write_whole(folder / WHOLE_TABLE, lambda beside: parquet.write_table(whole.table(), beside, compression="zstd"))
    if interrupt.heard and not ended:
        raise KeyboardInterrupt("stopped with checkpoints; the same call resumes from them")
    return Ensemble.load(folder)


def stacks_of(configurations: Mapping[str, Configuration], most: int, workers: int) -> list[list[str]]:
    """Return the names of members that train as one batch, at most `most` together, in order.

    Members of one structure are shared evenly among so many batches that every worker can have one.
    """
    groups: dict[tuple[object, ...], list[str]] = {}
    for name, configuration in configurations.items():
        groups.setdefault(stack_key(configuration), []).append(name)
    found = []
    for names in groups.values():
        batches = max(math.ceil(len(names) / most), min(workers, len(names)))
        edges = [len(names) * k // batches for k in range(batches + 1)]
        found += [names[a:b] for a, b in pairwise(edges)]
    return found


class _Job:
    """The members of an ensemble that are still to be trained."""

    def __init__(
        self,
        folder: Path,
        configurations: Mapping[str, Configuration],
        device: torch.device,
        progress: Callable[[Evaluation], None] | None,
        failures: dict[str, str],
    ) -> None:
        self.folder, self.configurations, self.device = folder, configurations, device
        self.failures, self.progress = failures, None if progress is None else _one_at_a_time(progress)
        self._lock = Lock()

    def train(self, most: int, workers: int, interrupt: Interrupt, deadline: float) -> bool:
        """Train all batches, `workers` of them side by side; return whether all members have ended or failed.

        Workers are threads: PyTorch lets go of Python's lock while it computes. Each computes with one thread of its
        own, so that a member's sums do not depend on how many there are.
        """
        with ThreadPoolExecutor(workers) as pool:
            tasks = [
                pool.submit(self._train_stack, names, interrupt, deadline)
                for names in stacks_of(self.configurations, most, workers)
            ]
            try:
                ended = [task.result() for task in tasks]
            except BaseException:
                interrupt.heard = True  # the others stop at their next step, each with a checkpoint
                raise
        return all(ended)

    def _train_stack(self, names: Sequence[str], interrupt: Interrupt, deadline: float) -> bool:
        """Train one batch to its end; False if interrupted or out of time before.

        If it fails, its members are reported and the others go on. A full disk or memory is no fault of theirs.
        """
        if interrupt.heard or time.monotonic() > deadline:
            return False
        training: Training | None = None
        try:
            with ExitStack() as open_files, self._aside():
                training = self._begin(names, open_files)
                return training is None or training.go_on(interrupt, deadline)
        except (MachineError, OSError, MemoryError):
            raise
        except Exception as error:
            reason = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
            with self._lock:
                self.failures |= dict.fromkeys(names if training is None else training.names, reason)
                write_json(self.folder / FAILURES, self.failures)
            return True

    def _aside(self) -> AbstractContextManager[object]:
        """Return a stream of the card of this worker's own, so that batches run side by side."""
        if self.device.type != "cuda":
            return nullcontext()
        return torch.cuda.stream(torch.cuda.Stream(self.device))

    def _begin(self, names: Sequence[str], open_files: ExitStack) -> Training | None:
        """Return the training of those members that have not ended; None if all have."""
        folders = {name: self.folder / MEMBERS / name for name in names}
        unfinished = [name for name in names if not self._ended(folders[name], self.configurations[name])]
        if not unfinished:
            return None
        settings = settings_of(folders[unfinished[0]], self.configurations[unfinished[0]], self.device)
        members = []
        for name in unfinished:
            recorder = recorder_of(self.configurations[name], folders[name], settings)
            members.append(Member(self.configurations[name], open_files.enter_context(recorder)))
        digests = " ".join(self.configurations[name].digest for name in names)
        checkpoints = self.folder / STACKS / sha256(digests.encode()).hexdigest()[:16]
        checkpoints.mkdir(parents=True, exist_ok=True)
        return Training(members, checkpoints, settings["number_format"], self.device, self.progress, unfinished)

    def _ended(self, folder: Path, configuration: Configuration) -> bool:
        return (folder / RECORD).exists() and holds(folder, configuration) and Run.load(folder).finished


def _one_at_a_time(listener: Callable[[Evaluation], None]) -> Callable[[Evaluation], None]:
    """Return a listener that several threads may call."""
    lock = Lock()

    def told(evaluation: Evaluation) -> None:
        with lock:
            listener(evaluation)

    return told


@contextmanager
def _ensemble_folder(
    folder: Path, configurations: Mapping[str, Configuration], failures: Mapping[str, str], shape: dict[str, int]
) -> Iterator[dict[str, Any]]:
    """Hold the folder's lock and provide its record, made anew or found equal to what is asked for."""
    digests = {name: configuration.digest for name, configuration in configurations.items()}
    if len(set(digests.values())) < len(digests):
        raise InputError("configurations must differ from each other, got the same one twice: give each its seed")
    for name in digests:
        if not name or name != Path(name).name or name.startswith("."):
            raise InputError(f"the name of a member must be the name of a folder, got {name!r}")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"out must be a folder, got {folder}, which is a file")
    if folder.is_dir() and not (folder / ENSEMBLE).exists() and (held := sorted(set(os.listdir(folder)) - {"lock"})):
        raise InputError(f"out must be new, empty or an ensemble, got {folder}, which holds {held[0]}")
    folder.mkdir(parents=True, exist_ok=True)
    members = digests | dict.fromkeys(failures)
    with locked(folder):
        if (folder / ENSEMBLE).exists():
            record = _read_json(folder / ENSEMBLE)
            if record["members"] != members:
                raise InputError(f"out must hold these members, got {folder}, which holds others: choose another out")
        else:
            record = {"format": FORMAT, **shape, "members": members}
            write_json(folder / ENSEMBLE, record)
        write_json(folder / FAILURES, dict(failures))  # what failed before is tried again
        yield record


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"an ensemble must hold {path.name}, got {path.parent} without one")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or (path.name == ENSEMBLE and found.get("format") != FORMAT):
        raise InputError(f"{path} must be a record of this version of grokdd, got a damaged or foreign file")
    return found


def _cell(value: object) -> object:
    """Return a setting as a cell of a table: lists as text."""
    return json.dumps(value) if isinstance(value, list | dict) else value
