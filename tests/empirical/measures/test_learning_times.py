"""Learning times against a slow reading of whole histories."""

import math

import numpy as np
import pytest
import torch

from grokdd.analytic import InputError
from grokdd.empirical.measures import FirstLearned, first_steps
from grokdd.empirical.observation import held_from

STEPS = [0, 1, 2, 5, 9, 20, 50, 90, 91, 400]


def histories(seed, *, members=3, examples=40):
    """Right and wrong at each evaluation, shape (T, E, N), with streaks of every length."""
    draws = np.random.default_rng(seed)
    changes = draws.random((len(STEPS), members, examples)) < draws.choice([0.1, 0.4, 0.8], (members, examples))
    return changes.cumsum(axis=0) % 2 == 1


def slow_first(history, steps, sustained, *, to_the_end=False):
    """The first step from which a history is right `sustained` times, by looking at every start."""
    for start in range(len(steps)):
        window = history[start : start + sustained]
        if window.all() and (len(window) == sustained or to_the_end):
            return steps[start]
    return -1


def watched(right, sustained, steps=STEPS):
    times = FirstLearned(*right.shape[1:], sustained=sustained)
    for step, correct in zip(steps, right, strict=True):
        times.update(torch.from_numpy(correct), step)
    return times


def each(function, right):
    return np.apply_along_axis(function, 0, right)


@pytest.mark.parametrize("sustained", [1, 2, 3, 10, 11])
def test_first_steps_equal_a_slow_reading(sustained):
    for seed in range(5):
        right = histories(seed)
        times = watched(right, sustained)
        got, at_the_end = times.first.numpy(), times.first_to_the_end().numpy()
        np.testing.assert_array_equal(got, each(lambda h: slow_first(h, STEPS, sustained), right))
        np.testing.assert_array_equal(
            at_the_end, each(lambda h: slow_first(h, STEPS, sustained, to_the_end=True), right)
        )
        assert times.first.dtype == torch.int64


@pytest.mark.parametrize("sustained", [1, 3])
def test_read_to_the_end_an_example_is_a_curve_of_accuracy(sustained):
    right = histories(7)
    got = watched(right, sustained).first_to_the_end().numpy()
    for e, i in np.ndindex(got.shape):
        held = held_from(np.array(STEPS, dtype=float), right[:, e, i].astype(float), 1.0, sustained)
        assert got[e, i] == (-1 if held is None else held)


def test_forgetting_does_not_revise_the_first_time():
    right = np.array([0, 1, 1, 0, 0, 1, 1, 1, 1, 1], dtype=bool).reshape(-1, 1, 1)
    assert watched(right, 2).first.item() == 1
    assert watched(right, 3).first.item() == 20
    assert watched(right, 6).first.item() == -1
    assert watched(right, 6).first_to_the_end().item() == 20


@pytest.mark.parametrize("stop", [0, 1, 4, 9])
def test_a_resumed_watch_goes_on_as_if_never_stopped(stop):
    """Also where the last evaluation before the stop is repeated, and with steps as tensors."""
    right = histories(11)
    before = watched(right[:stop], 3, STEPS[:stop])
    saved = {name: values.clone() for name, values in before.state().items()}
    assert all(len(values) == right.shape[1] for values in saved.values())
    after = FirstLearned(*right.shape[1:], sustained=3)
    after.load(saved)
    for step, correct in list(zip(STEPS, right, strict=True))[max(stop - 1, 0) :]:
        after.update(torch.from_numpy(correct), torch.tensor(step))
    expected = watched(right, 3).state()
    for name, values in after.state().items():
        assert torch.equal(values, expected[name]), name


def test_a_member_taken_out_goes_on_alone():
    right = histories(12)
    half = watched(right[:5], 2, STEPS[:5])
    alone = FirstLearned(1, right.shape[2], sustained=2)
    alone.load({name: values[1:2] for name, values in half.state().items()})
    for step, correct in zip(STEPS[5:], right[5:, 1:2], strict=True):
        alone.update(torch.from_numpy(correct), step)
    assert torch.equal(alone.first, watched(right, 2).first[1:2])


def test_an_evaluation_at_a_step_already_seen_changes_nothing():
    right = histories(13)
    times = watched(right, 2)
    expected = {name: values.clone() for name, values in times.state().items()}
    for step in (0, 91, 400):
        times.update(torch.ones(right.shape[1:], dtype=torch.bool), step)
        times.update(torch.zeros(right.shape[1:], dtype=torch.bool), step)
    assert all(torch.equal(values, expected[name]) for name, values in times.state().items())


def test_levels_are_reached_where_they_are_held_or_never():
    for seed in range(5):
        accuracy = np.random.default_rng(seed).integers(0, 5, len(STEPS)) / 4
        for sustained in (1, 2, 4):
            got = first_steps(STEPS, accuracy, [0.25, 0.5, 1.0, 1.5], sustained=sustained)
            for level, step in got.items():
                slow = slow_first(accuracy >= level, STEPS, sustained, to_the_end=True)
                assert (-1 if step is None else step) == slow
            assert got[1.5] is None


def test_nan_reaches_no_level_and_no_evaluation_is_never():
    assert first_steps([1, 2, 3], [math.nan, 0.9, math.nan], [0.5], sustained=2) == {0.5: None}
    assert first_steps([], [], [0.5], sustained=2) == {0.5: None}


def test_what_cannot_be_read_is_refused():
    times = FirstLearned(2, 3, sustained=1)
    with pytest.raises(InputError, match=r"correct must be bool of shape \(2, 3\), got torch.bool of shape \(3,\)"):
        times.update(torch.ones(3, dtype=torch.bool), 0)
    with pytest.raises(InputError, match=r"correct must be bool of shape \(2, 3\), got torch.float32"):
        times.update(torch.ones(2, 3), 0)
    with pytest.raises(InputError, match=r"state must hold first as torch.int64 of shape \(2, 3\), .* \(2, 4\)"):
        times.load(FirstLearned(2, 4, sustained=1).state())
    for make in (lambda: FirstLearned(1, 1, sustained=0), lambda: first_steps([1], [1], [1], sustained=0)):
        with pytest.raises(InputError, match="sustained must be at least 1, got 0"):
            make()
    with pytest.raises(InputError, match="steps must rise"):
        first_steps([1, 1], [0, 1], [1], sustained=1)
    with pytest.raises(InputError, match=r"the same shape \(T,\), got \(2,\) and \(3,\)"):
        first_steps([1, 2], [0, 1, 1], [1], sustained=1)
