"""Shapes of random models agree with the definition; so do the checks that say so, which can fail."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from grokdd.analytic import (
    Mean,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    Table,
    presets,
    shape,
)

from .definition import contradictions
from .random_models import KINDS, kind_of, random_model
from .shape_campaign import summary, trial

RECORD = Path(__file__).resolve().parents[2] / "results" / "shapes" / "campaign.json"


@pytest.mark.parametrize("seed", range(30))
def test_the_shape_of_a_random_model_is_proved_and_true(seed: int):
    got = trial(seed)
    assert (got.verdict, got.contradictions) == ("proved", ())


@pytest.mark.slow
def test_the_shapes_of_2000_random_models_are_true_and_hardly_one_is_undecided():
    got = summary(trial(seed) for seed in range(2000))
    assert got["contradicted"] == {}
    assert len(got["undecided"]) < 20


def test_the_campaign_on_record_found_nothing_wrong():
    got = json.loads(RECORD.read_text())
    assert got["models"] == 2000
    assert got["contradicted"] == {}
    assert len(got["undecided"]) < 20
    assert got["kinds"] == {kind: 20 * share for kind, share in KINDS.items()}
    assert got["median_ms"]["3"] < 20  # of the recorded run, not of this one
    assert got["median_ms"]["8"] < 200


def test_the_models_are_of_the_kinds_they_say():
    quick = [kind for kind in KINDS if kind != "near a double root"]
    models = {kind: [random_model(seed) for seed in range(60) if kind_of(seed) == kind] for kind in quick}
    assert {model.n for some in models.values() for model in some} == set(range(2, 9))
    rules = {type(model.rule) for some in models.values() for model in some}
    assert rules == {Mean, Preferred, Priority, SoftPreference, Table}
    assert all(len({x.alpha for x in model.patterns}) == 1 for model in models["equal speeds"])
    assert all(len(set(model.patterns)) < model.n for model in models["duplicates"])
    assert all(model.patterns[0].gamma == 0 for model in models["gamma of 0"])


def test_models_near_a_double_root_change_their_shape_there():
    """Most of them have two extrema close together, or had them a part in 1e6 ago."""
    close = 0
    for seed in (seed for seed in range(90) if kind_of(seed) == "near a double root"):
        times = [x.t for x in shape(random_model(seed), levels=()).extrema]
        close += any(later - t < 0.01 for t, later in pairwise(times))
    assert close >= 3


DOUBLE_DESCENT = presets.double_descent()
FOUND = shape(DOUBLE_DESCENT, levels=()).extrema


def moved(by: Fraction) -> tuple:
    low, high = FOUND[0].between
    return (replace(FOUND[0], between=(low + by, high + by)), FOUND[1])


@pytest.mark.parametrize(
    ("model", "claimed"),
    [
        (DOUBLE_DESCENT, ()),
        (DOUBLE_DESCENT, FOUND[:1]),
        (DOUBLE_DESCENT, FOUND[1:]),
        (DOUBLE_DESCENT, FOUND[::-1]),
        (DOUBLE_DESCENT, moved(Fraction(-20))),
        (DOUBLE_DESCENT, moved(Fraction(20))),
        (presets.grokking(), FOUND),
    ],
)
def test_wrong_extrema_are_contradicted(model: PatternModel, claimed: tuple):
    assert contradictions(model, claimed)


def test_right_extrema_are_not():
    assert not contradictions(DOUBLE_DESCENT, FOUND)
    assert not contradictions(presets.grokking(), ())
