"""The slope against weight decay is found, and is no other."""

import pytest

from grokdd.empirical.studies.finding import FAILS, HOLDS
from grokdd.empirical.studies.weight_decay import WeightDecay

from .made_up import made_up


def of_decay(power):
    study = WeightDecay(decays=(0.5, 1.0, 2.0, 4.0))
    runs = [
        made_up({"seed": seed, "decay": decay}, test=2000 * decay**power)
        for seed in study.seeds
        for decay in study.decays
    ]
    return study, runs


@pytest.mark.parametrize(("power", "verdict"), [(-1.0, HOLDS), (-0.5, FAILS), (-1.6, FAILS)])
def test_the_slope_against_decay_is_found(power, verdict):
    study, runs = of_decay(power)
    slope = next(iter(study.findings(runs)))
    assert slope.verdict == verdict
    assert slope.median == pytest.approx(power, abs=0.05)


def test_decays_at_which_a_seed_never_generalizes_are_left_out_and_named():
    study, runs = of_decay(-1.0)
    runs[-1] = made_up({"seed": 2, "decay": 4.0}, test=None)
    slope, largest, train, *_ = study.findings(runs)
    assert slope.median == pytest.approx(-1, abs=0.05)
    assert largest.values == (2.0,)
    assert train.values == (1.0, 1.0, 1.0)
