"""The GPU queue: work that is worth a CUDA machine, the most wanted first.

    python -m grokdd.empirical.gpu_queue --list
    python -m grokdd.empirical.gpu_queue --next --minutes 8 --out DIR
    python -m grokdd.empirical.gpu_queue --collect DIR

Needs torch, NumPy, pyarrow and safetensors, and nothing to download; runs from a plain copy of the repository. A piece
is a set of whole trainings, a measurement, or another command: it needs nothing of an earlier call. It leaves at most
four files, DIR/PIECE.json (record), .parquet (all curves), .safetensors (final weights in half precision, as many as
fit) and .log, each below 16 MB. `--collect` takes them into results/gpu; what is there is not done again.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import torch
from pyarrow import parquet
from safetensors.torch import load_file, save_file

from ..analytic.errors import InputError, MachineError, exit_code_of
from .configuration import Configuration
from .ensembles import Ensemble, run_ensemble
from .environment import environment
from .experiments import public_division
from .run_folder import WEIGHTS, write_json, write_whole
from .run_settings import device_named
from .studies.all_studies import STUDIES
from .studies.study import Study
from .throughput import cuda_cases, measure_cases
from .throughput import record as throughput_record
from .training import Evaluation

RESULTS = Path("results/gpu")
LARGEST = 16 * 10**6
"""Bytes of a file, at most."""
MINUTES = 8
"""Of a piece, at most."""
EXPECTED_RATE = 5000
"""Model-steps a second that a card is expected to make, all sizes together: a guess until it is measured."""
STUDIES_ON_A_CARD = (
    ("width", "full"),
    ("figure_1", "full"),
    ("weight_decay", "full"),
    ("accelerators", "full"),
    ("numerics", "full"),
    ("weight_norm", "smaller_init"),
    ("progress_measures", "full"),
    ("zero_dividend", "full"),
    ("operations", "full"),
)
"""The most wanted first, by name and size: all that has not been carried out on a processor."""
SUFFIXES = (".json", ".parquet", ".safetensors", ".log")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Piece(ABC):
    """A part of the queue, and the question that it answers."""

    name: str
    question: str
    minutes: float
    """What it is expected to take on an H200; not measured until results/gpu has it."""

    @abstractmethod
    def work(self, out: Path, device: torch.device, seconds: float, say: Say) -> bool:
        """Do it and leave its files in `out`; return False if the time was up before."""


@dataclass(frozen=True)
class Throughput(Piece):
    """Model-steps per second against ensemble size, width and number format."""

    def work(self, out: Path, device: torch.device, seconds: float, say: Say) -> bool:
        """Measure all cases, however long it takes: each is a matter of seconds."""
        rows = measure_cases(cuda_cases(), device, steps=300, rounds=3, say=say)
        write_json(out / f"{self.name}.json", throughput_record(device, rows) | {"finished": True})
        return True


@dataclass(frozen=True)
class Command(Piece):
    """A measurement of another part of the house, which the queue starts by name and does not import.

    What trains and measures must not know the pattern model (docs/design.md, Walls). The queue does not get to know it
    from a command that takes --out and --device and leaves a record.
    """

    module: str

    def work(self, out: Path, device: torch.device, seconds: float, say: Say) -> bool:
        """Run the command, and keep its record with the question and what it was made with."""
        with tempfile.TemporaryDirectory() as scratch:
            record = Path(scratch) / "record.json"
            arguments = ["--out", str(record), "--device", str(device)]
            if not _ended([sys.executable, "-m", self.module, *arguments], seconds, say):
                return False
            found = json.loads(record.read_text(encoding="utf-8"))
        header = {"question": self.question, "environment": environment()}
        write_json(out / f"{self.name}.json", header | found | {"finished": True})
        return True


def _ended(command: list[str], seconds: float, say: Say) -> bool:
    """Run a command, tell what it says, and return whether it ended well in time; MachineError if it ended badly."""
    home = str(Path(__file__).parents[2])  # where the package lies, in a plain copy as well
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"PYTHONPATH": path}
    ) as process:
        late = threading.Event()
        watch = threading.Timer(seconds, lambda: (late.set(), process.kill()))
        watch.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                say(line.rstrip())
            code = process.wait()
        except BaseException:
            process.kill()
            raise
        finally:
            watch.cancel()
    if code and not late.is_set():
        raise MachineError(f"{' '.join(command[1:3])} must end well, got exit code {code}; its last lines say why")
    return not code


@dataclass(frozen=True)
class Trainings(Piece):
    """Networks that are trained to their ends."""

    configurations: Mapping[str, Configuration]
    study: Study | None = None
    """Whose part it is, and which measures their weights."""

    def work(self, out: Path, device: torch.device, seconds: float, say: Say) -> bool:
        """Train all of them side by side."""
        with tempfile.TemporaryDirectory() as scratch:
            done = run_ensemble(
                self.configurations,
                out=Path(scratch) / "ensemble",
                device=str(device),
                progress=_teller(say),
                seconds=seconds,
                workers=len({one.network for one in self.configurations.values()}),
            )
            for name, reason in done.failures.items():
                say(f"{name} failed: {reason}")
            table = done.table()
            weights = _final_weights(done)
            record = self._record(done, weights)
            place = out / self.name
            write_whole(
                place.with_suffix(".parquet"), lambda beside: parquet.write_table(table, beside, compression="zstd")
            )
            write_whole(place.with_suffix(".safetensors"), lambda beside: save_file(weights, beside))
            write_json(place.with_suffix(".json"), record)
        return bool(record["finished"])

    def _record(self, done: Ensemble, weights: Mapping[str, torch.Tensor]) -> dict[str, Any]:
        members = {
            name: {
                "end": run.end,
                "sizes": run.sizes,
                "configuration": run.record["configuration"],
                "weights_kept": any(tensor.startswith(f"{name}/") for tensor in weights),
            }
            for name, run in done.runs.items()
        }
        measures = {} if self.study is None else {name: self.study.measured(run) for name, run in done.runs.items()}
        begun_with = next((run.environment for run in done.runs.values()), environment())
        return {
            "finished": done.finished,
            "question": self.question,
            "environment": begun_with,
            "failures": dict(done.failures),
            "members": members,
            "measures": measures,
        }


def _final_weights(done: Ensemble) -> dict[str, torch.Tensor]:
    """Return the final weights of as many members as a file can hold, in half precision, as "member/weight"."""
    kept: dict[str, torch.Tensor] = {}
    left = LARGEST - 10**6  # names and shapes take their share
    for name, run in done.runs.items():
        if not (run.path / WEIGHTS).exists():
            continue
        own = {f"{name}/{key}": weight.half() for key, weight in load_file(run.path / WEIGHTS).items()}
        size = sum(2 * weight.numel() for weight in own.values())
        if size <= left:
            kept, left = kept | own, left - size
    return kept


def pieces() -> list[Piece]:
    """Return the queue."""
    return [
        Throughput("throughput", "how many model-steps a second, and what share of the card's own matrix rate?", 5),
        Command(
            "tensor-forms",
            "how many pattern models a second, and are their numbers those of the processor?",
            1,
            module="grokdd.simulate.tensors.rates",
        ),
        public_setting((0, 1, 2)),
        *(piece for name, size in STUDIES_ON_A_CARD for piece in of_study(STUDIES[name][size], size)),
    ]


def public_setting(seeds: Sequence[int]) -> Trainings:
    """Return the public setting at full length, with its weight decay and without."""
    return Trainings(
        name="public-division",
        question="when does the published setting reach 99 % test accuracy, which is stated nowhere?",
        minutes=8,
        configurations={
            f"decay-{decay:g}-seed-{seed}": public_division(
                seed,
                **{"optimizer.weight_decay": decay},
                steps=400_000,
                number_format="float32",
                evaluation_ratio=1.02,
                checkpoint_every=50_000,
            )
            for decay in (1e-5, 0.0)
            for seed in seeds
        },
    )


def of_study(study: Study, size: str) -> list[Piece]:
    """Return a study in pieces that take about as long as each other."""
    items = list(study.configurations().items())
    steps = sum(one.steps for _, one in items)
    parts = math.ceil(steps / (EXPECTED_RATE * 60 * MINUTES))
    name = study.name if size == "full" else f"{study.name}-{size}"
    return [
        Trainings(
            name=name if parts == 1 else f"{name}-{part + 1}-of-{parts}",
            question=study.question,
            minutes=math.ceil(steps / parts / EXPECTED_RATE / 60),
            configurations=dict(items[part::parts]),  # each has small networks and large ones
            study=study,
        )
        for part in range(parts)
    ]


def _teller(say: Say) -> Callable[[Evaluation], None]:
    """Return a listener that tells of one evaluation in about ten seconds."""
    due = 0.0

    def listener(one: Evaluation) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + 10
        say(
            f"{one.name} step {one.step} of {one.total_steps}  train {one.train_accuracy:.4f}  "
            f"test {one.test_accuracy:.4f}  {one.steps_per_second:.0f} steps/s"
        )

    return listener


def finished(piece: Piece, folder: Path) -> bool:
    """Return whether a folder holds the record of this piece, finished, and of these very configurations."""
    path = folder / f"{piece.name}.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(record, dict) or record.get("finished") is not True:
        return False
    if not isinstance(piece, Trainings):
        return True
    held = {name: member.get("configuration") for name, member in record.get("members", {}).items()}
    return held == {name: one.to_json() for name, one in piece.configurations.items()}


def do_next(out: Path, minutes: float, device: torch.device, results: Path | None = None) -> int:
    """Do pieces that are in neither folder, in order, until the time is up; return how many were finished."""
    deadline, done = time.monotonic() + 60 * minutes, 0
    kept = RESULTS if results is None else results
    out.mkdir(parents=True, exist_ok=True)
    for piece in pieces():
        if finished(piece, out) or finished(piece, kept):
            continue
        if time.monotonic() >= deadline:
            break
        with open(out / f"{piece.name}.log", "a", encoding="utf-8") as log:
            say = _both(log)
            say(f"{piece.name}: {piece.question}")
            ended = piece.work(out, device, deadline - time.monotonic(), say)
            say("finished" if ended else "the time was up: this piece begins anew at the next call")
        done += ended
    return done


def _both(log: TextIO) -> Say:
    def say(line: str) -> None:
        print(line, flush=True)
        print(line, file=log, flush=True)

    return say


def collect(folder: Path, results: Path | None = None) -> list[str]:
    """Copy the files of finished pieces from a folder into results/gpu; return the pieces' names.

    Raises
    ------
    InputError
        If there is no such folder, or a file is too large.
    """
    if not folder.is_dir():
        raise InputError(f"--collect must name a folder, got {folder}")
    taken, kept = [], RESULTS if results is None else results
    for piece in pieces():
        if not finished(piece, folder):
            continue
        for path in (folder / f"{piece.name}{suffix}" for suffix in SUFFIXES):
            if path.exists() and path.stat().st_size > LARGEST:
                raise InputError(f"{path} must be of at most {LARGEST} bytes, got {path.stat().st_size}")
            if path.exists() and path.suffix != ".safetensors":  # weights are too large for a repository
                kept.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, kept / path.name)
        taken.append(piece.name)
    return taken


def listed(folder: Path, results: Path | None = None) -> list[str]:
    """Return one line a piece: its name, whether it is done, and its question."""
    lines, kept = [], RESULTS if results is None else results
    for piece in pieces():
        state = f"~{piece.minutes:g} min"
        if finished(piece, kept):
            state = "done"
        elif finished(piece, folder):
            state = "to be collected"
        lines.append(f"{piece.name}: {state}: {piece.question}")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m grokdd.empirical.gpu_queue", description="Work worth a CUDA machine."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="print the queue")
    what.add_argument("--next", action="store_true", help="do the next pieces until the time is up")
    what.add_argument("--collect", type=Path, metavar="DIR", help="take finished pieces from DIR into results/gpu")
    parser.add_argument("--minutes", type=float, default=8.0, help="time to use (default: 8)")
    parser.add_argument("--out", type=Path, default=Path("runs/gpu"), help="where files go (default: runs/gpu)")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N or cpu (default: cuda)")
    chosen = parser.parse_args(arguments)

    def work() -> None:
        if chosen.list:
            print(*listed(chosen.out), sep="\n")
        elif chosen.collect is not None:
            taken = [f"collected {name}" for name in collect(chosen.collect)]
            print(*taken or [f"no finished piece in {chosen.collect}"], sep="\n")
        else:
            if not chosen.minutes > 0:
                raise InputError(f"--minutes must be above 0, got {chosen.minutes}")
            print(f"finished: {do_next(chosen.out, chosen.minutes, device_named(chosen.device))}")

    try:
        return exit_code_of("gpu_queue", work)
    except KeyboardInterrupt as stop:
        print(f"gpu_queue: {stop}", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
