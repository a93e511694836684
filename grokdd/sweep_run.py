"""What `grokdd sweep` does: the members of a file, trained as an ensemble, and what became of each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .analytic.wording import counted
from .empirical import Ensemble, read_sweep, run_ensemble
from .empirical.observation import held_from
from .empirical.run_folder import ENSEMBLE
from .output import Output
from .sweep_progress import sweep_progress

LEVEL, HOLD = 0.99, 3
"""A level is reached at the first of so many evaluations in a row that have it."""


@dataclass(frozen=True)
class Done:
    """What became of a sweep."""

    ensemble: Ensemble
    named: Mapping[str, Mapping[str, Any]]
    """What the grid says of each member."""


def run_sweep(file: Path, out: Path, *, device: str, workers: int | None, output: Output) -> Done:
    """Train, or go on training, the members of a sweep file."""
    sweep = read_sweep(file)
    begun = "going on with " if (out / ENSEMBLE).exists() else ""
    output.say(f"{begun}{counted(len(sweep.configurations), 'member')} in {out}")
    if sweep.failures:
        output.say(f"{len(sweep.failures)} more cannot be trained; the end says why")
    budgets = {name: one.steps for name, one in sweep.configurations.items()}
    with sweep_progress(output, budgets) as listener:
        ensemble = run_ensemble(
            sweep.configurations, out=out, device=device, progress=listener, workers=workers, failures=sweep.failures
        )
    return Done(ensemble, sweep.named)


def lines(sweep: Done) -> Iterator[str]:
    """Yield what became of the members: how they ended, where they reached 99 %, and which of them failed."""
    done = sweep.ensemble
    ends = Counter(run.end for run in done.runs.values() if run.end)
    yield ", ".join(f"{count} {'diverged' if end == 'diverged' else f'ended by {end}'}" for end, count in ends.items())
    for name, run in done.runs.items():
        told = ", ".join(f"{key} = {value}" for key, value in sweep.named[name].items()) or "the settings"
        train, test = (_step(done, name, side) for side in ("train", "test"))
        yield f"{name}: {told}: train 99 %: {train}, test 99 %: {test}{'; diverged' if run.end == 'diverged' else ''}"
    for name, reason in done.failures.items():
        yield f"{name} failed: {reason}"
    yield f"table in {done.path / 'table.parquet'}"


def as_json(sweep: Done) -> dict[str, Any]:
    """Return what became of the members as JSON values."""
    done = sweep.ensemble
    return {
        "sweep": str(done.path),
        "finished": done.finished,
        "failures": dict(done.failures),
        "members": {
            name: {
                "settings": sweep.named[name],
                "end": run.end,
                "train_99_step": _first(done, name, "train"),
                "test_99_step": _first(done, name, "test"),
            }
            for name, run in done.runs.items()
        },
    }


def _first(done: Ensemble, name: str, side: str) -> float | None:
    found = done.runs[name].curves()
    return held_from(found.t, getattr(found, side), LEVEL, HOLD)


def _step(done: Ensemble, name: str, side: str) -> str:
    step = _first(done, name, side)
    return "never" if step is None else f"step {step:g}"
