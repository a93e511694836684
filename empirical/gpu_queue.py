"""The GPU queue: runs that are worth a CUDA machine, longest-wanted first.

    python -m grokdd.empirical.gpu_queue --list
    python -m grokdd.empirical.gpu_queue --next --minutes 8 --out DIR

Needs torch, NumPy, pyarrow and safetensors, and nothing to download; runs from a plain copy of the
repository. Each piece is a run folder DIR/NAME. A piece that does not end in time is left with a
checkpoint, and the next call with the same DIR goes on with it.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ..analytic.errors import InputError, MachineError
from .configuration import Configuration
from .experiments import public_division
from .run_folder import RECORD, read_record
from .training import Evaluation, run


@dataclass(frozen=True)
class Piece:
    """One run of the queue and the question that it answers."""

    name: str
    question: str
    configuration: Configuration

    def finished(self, out: Path) -> bool:
        """Return whether DIR holds this piece, finished."""
        folder = out / self.name
        return (folder / RECORD).exists() and bool(read_record(folder)["finished"])


def pieces() -> list[Piece]:
    """Return the queue: the public setting at full length, with its weight decay and without, three seeds each."""
    question = "when does the published setting reach 99 % test accuracy, which is stated nowhere?"
    return [
        Piece(
            name=f"public-division-wd-{weight_decay:g}-seed-{seed}",
            question=question,
            configuration=public_division(
                seed, weight_decay=weight_decay, steps=400_000, evaluation_ratio=1.02, checkpoint_every=20_000
            ),
        )
        for seed in range(3)
        for weight_decay in (1e-5, 0.0)
    ]


def do_next(out: Path, minutes: float, device: str) -> int:
    """Run unfinished pieces in order until the time is up; return how many were finished."""
    deadline = time.monotonic() + 60 * minutes
    done = 0
    for piece in pieces():
        left = deadline - time.monotonic()
        if piece.finished(out):
            continue
        if left <= 0:
            break
        print(f"{piece.name}: {piece.question}", flush=True)
        done += run(piece.configuration, out=out / piece.name, device=device, progress=_say, seconds=left).finished
    return done


def _say(evaluation: Evaluation) -> None:
    print(
        f"step {evaluation.step:7d} of {evaluation.total_steps}  train {evaluation.train_accuracy:.4f}  "
        f"test {evaluation.test_accuracy:.4f}  {evaluation.steps_per_second:.0f} steps/s",
        flush=True,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m grokdd.empirical.gpu_queue", description="Runs worth a CUDA machine."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="print the queue")
    what.add_argument("--next", action="store_true", help="run unfinished pieces until the time is up")
    parser.add_argument("--minutes", type=float, default=8.0, help="time to use (default: 8)")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/gpu"), help="where the run folders are (default: runs/gpu)"
    )
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N or cpu (default: cuda)")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.list:
            for piece in pieces():
                state = "finished" if piece.finished(chosen.out) else f"{piece.configuration.steps} steps"
                print(f"{piece.name}: {state}")
        else:
            if not chosen.minutes > 0:
                raise InputError(f"--minutes must be above 0, got {chosen.minutes}")
            print(f"finished: {do_next(chosen.out, chosen.minutes, chosen.device)}")
    except InputError as error:
        print(f"gpu_queue: {error}", file=sys.stderr)
        return 2
    except MachineError as error:
        print(f"gpu_queue: {error}", file=sys.stderr)
        return 4
    except KeyboardInterrupt as stop:
        print(f"gpu_queue: {stop}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
