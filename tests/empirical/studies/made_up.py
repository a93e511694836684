"""Runs that nobody trained: curves with given steps of learning, for tests of what studies say of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grokdd.empirical.recorded_run import RecordedRun
from grokdd.empirical.studies.study import Study

STEPS = np.unique(np.round(np.geomspace(1, 10_001, 400)).astype(int)) - 1


def rise(step, at, width=0.05):
    """A curve from 0 to 1 around a step, on the logarithm of steps; all 0 if it never comes."""
    if at is None:
        return np.zeros(len(step))
    return 1 / (1 + np.exp(-(np.log1p(step) - np.log1p(at)) / width))


def made_up(
    settings: dict[str, Any],
    train: int | float | None = 100,
    test: int | float | None = 1000,
    *,
    size: int = 1000,
    **columns: Any,
):
    """A run whose train and test accuracy pass one half at these steps; None is never."""
    accuracy = {"train": rise(STEPS, train), "test": rise(STEPS, test)}
    own: dict[str, Any] = {"step": STEPS}
    for side, values in accuracy.items():
        own[f"{side}_correct"] = np.round(size * values).astype(int)
        own[f"{side}_loss"] = 4.0 * (1 - values) + 1e-3
    return RecordedRun(
        name="-".join(f"{key}-{value}" for key, value in settings.items()),
        settings=settings,
        sizes={"train": size, "test": size},
        columns=own | columns,
    )


def verdicts(study: Study, runs: Sequence[RecordedRun]) -> list[str]:
    """What a study says of runs, a verdict a finding."""
    return [one.verdict for one in study.findings(runs)]
