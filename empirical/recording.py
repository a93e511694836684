"""Recorded runs: seeds of an experiment trained one after the other and kept under results/.

    python -m grokdd.empirical.recording zero_dividend_bump --seeds 0 1 2
    python -m grokdd.empirical.recording --all

Each seed leaves results/EXPERIMENT/seed-K.parquet (its curves) and seed-K.json (configuration, set sizes,
machine, versions, commit). Runs are resumable: they are the ensemble runs/recorded/EXPERIMENT.
results/README.md is then written anew from these files alone.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pyarrow import parquet

from ..analytic.errors import InputError
from . import experiments
from .configuration import Configuration
from .ensembles import run_ensemble
from .fourier_progress import final_keys, fourier_progress
from .observation import held_from
from .plain_training import train_plainly
from .run_folder import TABLE, write_json
from .runs import Run
from .tables import to_parquet

RESULTS = Path("results")
RUNS = Path("runs/recorded")
PLAINLY = ("decay_1_plainly", "constrained_norm_plainly")
"""Experiments that are trained by the plain loop, not by the engine."""


@dataclass(frozen=True)
class Recorded:
    """A recorded run: its record, and its curves as one array a column."""

    seed: int
    record: dict[str, Any]
    columns: dict[str, np.ndarray]
    fourier: dict[str, np.ndarray]
    """Fourier progress measures by name, one value a snapshot; empty where none were made."""

    def accuracy(self, part: str) -> np.ndarray:
        """Return the accuracy on a part, one value an evaluation."""
        return self.columns[f"{part}_correct"] / self.record["sizes"][part]

    def first_step(self, part: str, level: float, sustained: int = 3) -> int | None:
        """Return the first step from which accuracy is at `level` for `sustained` evaluations, or to the end."""
        step = held_from(self.columns["step"], self.accuracy(part), level, sustained)
        return None if step is None else int(step)


def recorded(experiment: str, results: Path = RESULTS) -> list[Recorded]:
    """Return the recorded runs of an experiment, by seed."""
    found = [
        Recorded(
            seed=json.loads(path.with_suffix(".json").read_text())["configuration"]["seed"],
            record=json.loads(path.with_suffix(".json").read_text()),
            columns=_columns(path),
            fourier=_columns(path.with_suffix(".fourier.parquet")),
        )
        for path in (results / experiment).glob("seed-*.parquet")
        if not path.stem.endswith(".fourier")
    ]
    return sorted(found, key=lambda one: one.seed)


def _columns(path: Path) -> dict[str, np.ndarray]:
    if not path.exists():
        return {}
    table = parquet.read_table(path)
    return {name: column.to_numpy() for name, column in zip(table.column_names, table.columns, strict=True)}


def record(experiment: str, seeds: Sequence[int], results: Path = RESULTS, runs: Path = RUNS) -> None:
    """Train the seeds of an experiment and keep their curves and records."""
    configure = getattr(experiments, experiment)
    members = {f"seed-{seed}": configure(seed) for seed in seeds}
    train = _train_plainly if experiment in PLAINLY else _train_together
    for name, run in train(members, runs / experiment).items():
        target = results / experiment / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(run.path / TABLE, target)
        write_json(target.with_suffix(".json"), run.record)
        if run.config.snapshot_ratio is not None:
            to_parquet(fourier_progress(run), target.with_suffix(".fourier.parquet"))
            write_json(target.with_suffix(".keys.json"), final_keys(run))
        print(f"{experiment}, {name}: {len(run.rows)} evaluations to step {run.rows[-1]['step']}", flush=True)


def _train_together(members: Mapping[str, Configuration], out: Path) -> Mapping[str, Run]:
    done = run_ensemble(members, out=out)
    if done.failures:
        raise InputError(f"every seed must be trained, but {'; '.join(f'{k}: {v}' for k, v in done.failures.items())}")
    return done.runs


def _train_plainly(members: Mapping[str, Configuration], out: Path) -> Mapping[str, Run]:
    """Train one after the other, one thread each, as many side by side as there are cores."""
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        runs = pool.map(train_plainly, members.values(), [out / name for name in members])
        return dict(zip(members, runs, strict=True))


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    from .recorded_claims import EXPERIMENTS, write_readme

    parser = argparse.ArgumentParser(prog="python -m grokdd.empirical.recording", description="Train and keep runs.")
    parser.add_argument("experiment", nargs="?", choices=sorted(EXPERIMENTS), help="which experiment")
    parser.add_argument("--seeds", type=int, nargs="+", help="which seeds (default: those on record)")
    parser.add_argument("--all", action="store_true", help="every recorded experiment")
    parser.add_argument("--table", action="store_true", help="only write results/README.md anew")
    chosen = parser.parse_args(arguments)
    if not (chosen.experiment or chosen.all or chosen.table):
        parser.error("name an experiment, or give --all or --table")
    try:
        for experiment in EXPERIMENTS if chosen.all else [chosen.experiment] if chosen.experiment else []:
            record(experiment, chosen.seeds or EXPERIMENTS[experiment])
        write_readme(RESULTS)
    except InputError as error:
        print(f"recording: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"recording: {stop}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
