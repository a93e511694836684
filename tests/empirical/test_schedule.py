"""Batches, learning rate, evaluations and dropout as functions of the step."""

import itertools

import numpy as np
import pytest

from grokdd.empirical import Configuration, Quirks, experiments
from grokdd.empirical.schedule import batches_per_epoch, drops_out, epoch_order, evaluation_steps, learning_rate


def test_an_epoch_has_nine_whole_batches_and_with_the_quirk_a_tenth_of_48():
    assert batches_per_epoch(Configuration()) == 9
    assert batches_per_epoch(Configuration(quirks=Quirks(ragged_last_batch=True))) == 10
    assert 4656 - 9 * 512 == 48


def test_every_example_stands_once_in_an_epoch_and_epochs_differ():
    configuration = Configuration()
    first, second = epoch_order(configuration, 0), epoch_order(configuration, 1)
    assert np.array_equal(np.sort(first), np.arange(4656))
    assert not np.array_equal(first, second)


def test_warm_up_is_linear_and_its_first_update_is_not_lost():
    configuration = Configuration(warmup_steps=10, learning_rate=1.0)
    assert [learning_rate(configuration, step) for step in (1, 5, 10, 11)] == [0.1, 0.5, 1.0, 1.0]
    assert learning_rate(experiments.public_division(), 1) == 1e-3


@pytest.mark.parametrize("steps", [1, 2, 119, 120, 121, 5000])
def test_evaluations_rise_from_0_to_the_last_step(steps):
    got = evaluation_steps(Configuration(steps=steps))
    assert got[0] == 0
    assert got[-1] == steps
    assert all(a < b for a, b in itertools.pairwise(got))


def test_evaluations_are_dense_early_and_geometric_later():
    got = evaluation_steps(Configuration(steps=100_000))
    assert got[:61] == list(range(0, 121, 2))
    ratios = [b / a for a, b in itertools.pairwise(got[61:-1])]
    # Rounding moves each step by at most a half: (1.05 a + 1) / (a - 1/2) at the first, a = 126.
    assert min(ratios) > 1.03
    assert max(ratios) < (1.05 * 126 + 1) / 125.5


def test_dropout_is_lost_in_nine_of_ten_updates_until_step_1000():
    public = experiments.public_division()
    assert [step for step in range(1, 31) if drops_out(public, step)] == [1, 11, 21]
    assert all(drops_out(public, step) for step in range(1001, 1031))
    assert not any(drops_out(Configuration(), step) for step in range(1, 31))
