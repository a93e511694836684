"""What became of a run, finished or not, in lines and in JSON; the trainer itself (torch) is not needed for it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from .empirical import Run
from .empirical.observation import FEWEST_POINTS, Observation, observe


def chance_of(run: Run) -> Fraction | None:
    """Return the accuracy of guessing, one over the number of answers; None where the run does not tell it."""
    return None if run.classes is None else Fraction(1, run.classes)


def observed(run: Run) -> Observation | None:
    """Return what the run did; None if it was evaluated too seldom to say."""
    found = run.curves()
    return observe(found, chance=float(chance_of(run) or 0)) if len(set(found.t)) >= FEWEST_POINTS else None


def lines(run: Run) -> Iterator[str]:
    """Yield what became of a run."""
    found = run.curves()
    yield f"train {found.train[-1]:.2%}, test {found.test[-1]:.2%} at step {found.t[-1]:g}"
    if (seen := observed(run)) is not None:
        yield f"{seen.kind}: {seen.reason}"
    yield f"run in {run.path}"


def as_json(run: Run) -> dict[str, Any]:
    """Return what became of a run as JSON values."""
    found, seen = run.curves(), observed(run)
    return {
        "run": str(run.path),
        "finished": run.finished,
        "step": found.t[-1],
        "train_accuracy": found.train[-1],
        "test_accuracy": found.test[-1],
        "train_99_step": seen and seen.train_step,
        "test_99_step": seen and seen.test_step,
        "kind": seen and seen.kind,
        "reason": seen and seen.reason,
    }
