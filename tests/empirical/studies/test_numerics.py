"""Numerics: a float64 loss must not generalize where others do, StableMax must."""

import dataclasses

import numpy as np

from grokdd.empirical.studies.finding import FAILS, HOLDS, UNDECIDED
from grokdd.empirical.studies.numerics import Numerics

from .made_up import STEPS, made_up, verdicts


def test_a_loss_in_float64_must_not_generalize_and_stablemax_must():
    study = Numerics(seeds=(0,))

    def runs(of_float64, of_stablemax):
        late = {"float32": None, "float64": of_float64, "stablemax": of_stablemax}
        return [
            made_up({"seed": 0, "loss": loss, "rate": rate}, test=late[loss]) for loss in late for rate in study.rates
        ]

    assert verdicts(study, runs(None, 500))[:2] == [HOLDS, HOLDS]
    assert verdicts(study, runs(500, None))[:2] == [FAILS, FAILS]
    assert verdicts(study, runs(None, None))[:2] == [UNDECIDED, FAILS]  # nothing generalizes: nothing was avoided


def test_each_claim_is_judged_at_its_own_rate():
    """Float64 at the low rate and StableMax at the usual one; the other rate of each is no matter."""
    study = Numerics(seeds=(0,))
    usual, _ = study.rates

    def late(loss, rate):
        return 500 if (loss, rate) in {("float64", usual), ("stablemax", usual)} else None

    losses = ("float32", "float64", "stablemax")
    runs = [
        made_up({"seed": 0, "loss": loss, "rate": rate}, test=late(loss, rate))
        for loss in losses
        for rate in study.rates
    ]
    assert verdicts(study, runs)[:2] == [HOLDS, HOLDS]


def test_a_last_accuracy_above_one_half_is_generalizing():
    study = Numerics(seeds=(0,))
    half = {"test_correct": np.full(len(STEPS), 600)}
    runs = []
    for loss in ("float32", "float64", "stablemax"):
        for rate in study.rates:
            run = made_up({"seed": 0, "loss": loss, "rate": rate}, test=500)
            runs.append(dataclasses.replace(run, columns=run.columns | half) if loss == "float64" else run)
    assert verdicts(study, runs)[0] == FAILS
