"""Progress measures: each claim holds of a run made for it, and fails on another."""

import dataclasses

import numpy as np
import pytest

from grokdd.empirical.studies.finding import FAILS, HOLDS
from grokdd.empirical.studies.progress_measures import ProgressMeasures

from .made_up import STEPS, made_up, verdicts


def of_progress(*, restricted_at=300, excluded_at=900, test: int | None = 1000, keys=4):
    """A run whose restricted loss falls at one snapshot and whose loss without the keys is large from another on."""
    step = STEPS[::4]
    measures = {
        "step": step,
        "keys": np.full(len(step), keys),
        "excluded_loss": np.where(step >= excluded_at, 6.0, np.where(step < 50, 4.9, 0.1)),
        "restricted_loss": np.where(step >= restricted_at, 0.01, 4.7),
        "test_loss": np.full(len(step), 0.1),
    }
    return dataclasses.replace(made_up({"seed": 0}, train=100, test=test), measures=measures)


def test_progress_is_seen_where_it_is():
    assert verdicts(ProgressMeasures(seeds=(0,)), [of_progress()]) == [HOLDS] * 6


@pytest.mark.parametrize(
    ("run", "place"),
    [
        (of_progress(test=None), 0),
        (of_progress(keys=30), 1),
        (of_progress(excluded_at=10**6), 2),
        (of_progress(restricted_at=10**6), 3),
        (of_progress(restricted_at=2000), 4),
        (of_progress(excluded_at=2000), 5),
    ],
)
def test_each_claim_of_progress_can_fail(run, place):
    assert verdicts(ProgressMeasures(seeds=(0,)), [run])[place] == FAILS
