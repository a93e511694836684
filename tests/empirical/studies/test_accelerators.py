"""Accelerators are held against the same decay without them."""

from grokdd.empirical.studies.accelerators import ACCELERATORS, Accelerators
from grokdd.empirical.studies.finding import FAILS, HOLDS, UNDECIDED

from .made_up import made_up, verdicts


def test_an_accelerator_is_held_against_the_same_decay():
    study = Accelerators(seeds=(0,))

    def runs(plain, other):
        return [
            made_up({"seed": 0, "accelerator": name, "decay": decay}, test=plain if name == "none" else other)
            for name in ACCELERATORS
            for decay in study.decays
        ]

    assert set(verdicts(study, runs(4000, 1000))[:3]) == {HOLDS}
    assert set(verdicts(study, runs(4000, 3000))[:3]) == {FAILS}
    assert set(verdicts(study, runs(4000, None))[:3]) == {FAILS}
    assert set(verdicts(study, runs(None, 3000))[:3]) == {UNDECIDED}
