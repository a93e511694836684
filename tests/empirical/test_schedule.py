"""Batches, evaluations, snapshots and dropout as functions of the step."""

import itertools

import numpy as np
import pytest

from grokdd.empirical import Configuration, experiments
from grokdd.empirical.schedule import (
    batch,
    batch_length,
    batches_per_epoch,
    drops_out,
    evaluation_steps,
    snapshot_steps,
)


def test_an_epoch_has_nine_whole_batches_and_with_the_habit_a_tenth_of_48():
    assert batches_per_epoch(Configuration()) == 9
    ragged = Configuration(ragged_last_batch=True)
    assert batches_per_epoch(ragged) == 10
    assert [batch_length(ragged, step) for step in range(1, 12)] == [512] * 9 + [4656 - 9 * 512, 512]
    assert [len(batch(ragged, step)) for step in (9, 10, 11)] == [512, 48, 512]


def test_every_training_example_is_seen_once_in_an_epoch_and_epochs_differ():
    ragged = Configuration(ragged_last_batch=True)
    first, second = (np.concatenate([batch(ragged, at + k) for k in range(1, 11)]) for at in (0, 10))
    assert np.array_equal(np.sort(first), np.sort(ragged.data.train))
    assert np.array_equal(np.sort(second), np.sort(ragged.data.train))
    assert not np.array_equal(first, second)


def test_a_full_batch_is_the_train_set_at_every_step():
    full = experiments.addition_mod_113()
    assert len(batch(full, 1)) == 3831  # 30 % of 12769 pairs, rounded
    assert np.array_equal(batch(full, 1), batch(full, 2))


def test_batches_are_decided_by_the_batch_seed_or_else_by_the_seed():
    ours, same, other = Configuration(seed=3), Configuration(seed=0, batch_seed=3), Configuration(seed=0)
    assert np.array_equal(batch(ours, 5), batch(same, 5))
    assert not np.array_equal(batch(ours, 5), batch(other, 5))


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


def test_snapshots_are_evaluations_whose_steps_grow_by_their_ratio():
    configuration = Configuration(steps=5000, snapshot_ratio=2.0)
    got = snapshot_steps(configuration)
    assert set(got) <= set(evaluation_steps(configuration))
    assert got[-1] == 5000
    assert all(b >= 2 * a for a, b in itertools.pairwise(got[:-1]))
    assert snapshot_steps(Configuration()) == []


def test_dropout_is_lost_in_nine_of_ten_updates_until_step_1000():
    public = experiments.public_division()
    assert [step for step in range(1, 31) if drops_out(public, step)] == [1, 11, 21]
    assert all(drops_out(public, step) for step in range(1001, 1031))
    assert all(drops_out(Configuration(), step) for step in range(1, 31))


@pytest.mark.parametrize("size", [512, 400, 256, 97, 4656])
def test_dropout_is_lost_as_a_replay_of_the_public_loop_loses_it(size):
    """Its mode: training from the start of an epoch, off after an evaluation, made at every step below 1000 and from
    then on after the last batch of an epoch."""
    public = experiments.public_division(batch_size=size)
    length, step, expected = batches_per_epoch(public), 0, []
    while step < 1100:
        on = True
        for place in range(length):
            step += 1
            expected.append(on)
            if step < 1000 or place == length - 1:
                on = False
    assert [drops_out(public, at) for at in range(1, step + 1)] == expected
