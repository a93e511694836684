"""Sparse parity: the delay, and how many neurons answer as all do."""

import dataclasses

import numpy as np
import pytest

from grokdd.empirical.studies.finding import FAILS, HOLDS, REPORTED
from grokdd.empirical.studies.sparse_parity import Parity, fewest_neurons

from .made_up import STEPS, made_up, verdicts


def of_parity(*, test: int | None = 1000, neurons=7):
    step = STEPS[::4]
    measures = {"step": step, "neurons": np.where(step < 2000, 600, neurons)}
    norm = np.linspace(30, 6, len(STEPS))
    return dataclasses.replace(made_up({"seed": 0}, train=100, test=test, norm_all=norm), measures=measures)


def test_parity_is_late_and_known_by_few_neurons_where_it_is_so():
    found = list(Parity(seeds=(0,)).findings([of_parity()]))
    assert [one.verdict for one in found] == [HOLDS, HOLDS, REPORTED, REPORTED]
    assert [one.values for one in found[1:]] == [(7.0,), (600.0,), (0.2,)]


@pytest.mark.parametrize(
    ("run", "place"), [(of_parity(test=150), 0), (of_parity(test=None), 0), (of_parity(neurons=50), 1)]
)
def test_each_claim_of_parity_can_fail(run, place):
    assert verdicts(Parity(seeds=(0,)), [run])[place] == FAILS


def test_as_many_neurons_are_counted_as_answer_for_all():
    """Three large neurons decide; the others are small, and of either sign."""
    rng = np.random.default_rng(0)
    inward, outward = 1e-3 * rng.normal(size=(50, 8)), np.zeros((2, 50))
    inward[10:13], outward[1] = np.eye(8)[:3], 1e-3 * rng.normal(size=50)
    outward[1, 10:13] = (1.0, 1.0, -1.7)
    weights = {"layers.0.weight": inward, "layers.0.bias": np.eye(50)[10] * 1.5, "layers.1.weight": outward}
    signs = 1.0 - 2.0 * rng.integers(0, 2, (200, 8))
    assert fewest_neurons(weights, signs) == 3


@pytest.mark.parametrize(("wrong", "expected"), [(2, 1), (3, 2)])
def test_neurons_answer_for_all_on_98_of_100_inputs(wrong, expected):
    """The first neuron is right but for so many of 100 inputs, which the second one puts right."""
    signs = np.ones((100, 2))
    signs[:wrong, 0] = -1.0
    weights = {
        "layers.0.weight": np.array([[3.0, 0.0], [-2.0, 0.0]]),
        "layers.0.bias": np.array([1.0, 0.0]),
        "layers.1.weight": np.array([[0.0, -1.0], [1.0, 0.0]]),
    }
    assert fewest_neurons(weights, signs) == expected


def test_the_margin_is_that_of_both_outputs():
    """Each neuron speaks for one of the two answers."""
    signs = np.array([[1.0, -1.0], [-1.0, 1.0]] * 50)
    weights = {
        "layers.0.weight": np.array([[2.0, 0.0], [0.0, 1.0]]),
        "layers.0.bias": np.zeros(2),
        "layers.1.weight": np.array([[1.0, 0.0], [0.0, 1.0]]),
    }
    assert fewest_neurons(weights, signs) == 2
