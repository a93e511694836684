"""Sparse parity: right answers, a fixed test set, and a new train set beside it for every seed."""

from math import prod

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.seeds import Stream
from grokdd.empirical.tasks import SparseParity, Split, divide
from grokdd.empirical.tasks.parity import draw


def strings(examples, of_test):
    """The strings of one side as tuples, in order."""
    assert examples.fixed_test is not None
    return [tuple(row) for row in examples.inputs[examples.fixed_test == of_test].tolist()]


@pytest.mark.parametrize("relevant", [1, 2, 3, 40])
def test_the_answer_is_the_sign_of_a_product(relevant):
    examples = SparseParity(relevant=relevant).examples()
    for bits, answer in zip(examples.inputs.tolist(), examples.answers.tolist(), strict=True):
        assert (-1) ** answer == prod(1 - 2 * bit for bit in bits[:relevant])


def test_the_sizes_are_those_of_merrill():
    examples = SparseParity().examples()
    assert (len(strings(examples, False)), len(strings(examples, True))) == (1000, 100)
    assert (examples.shape.operands, examples.shape.symbols, examples.shape.classes) == (40, 2, 2)


def test_the_test_set_does_not_depend_on_the_seed_and_the_train_set_does():
    first, second = (SparseParity(data_seed=seed).examples() for seed in (0, 1))
    assert strings(first, True) == strings(second, True)
    assert not set(strings(first, False)) & set(strings(second, False))  # 1e6 pairs among 2**40: 1e-6 by chance


def test_the_test_set_does_not_depend_on_the_size_of_the_train_set():
    small, large = (SparseParity(bits=12, train=size).examples() for size in (10, 3000))
    assert strings(small, True) == strings(large, True)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("bits", "train", "test"), [(2, 3, 1), (2, 1, 3), (5, 20, 12), (8, 100, 100), (62, 100, 100)])
def test_all_strings_differ(bits, train, test, seed):
    examples = SparseParity(bits=bits, relevant=2, train=train, test=test, data_seed=seed).examples()
    assert len(set(strings(examples, True) + strings(examples, False))) == train + test


def test_every_train_string_beside_the_test_set_is_equally_likely():
    draws, rest = 1200, 12  # strings of 4 bits, 4 of them tested
    count = np.zeros(16, dtype=int)
    for seed in range(draws):
        count[draw(4, train=1, test=4, data_seed=seed)[0]] += 1
    mean = draws / rest
    assert (count > 0).sum() == rest
    assert np.abs(count[count > 0] - mean).max() < 4 * np.sqrt(mean * (1 - 1 / rest))  # 4 standard deviations


def test_bits_are_fair():
    mean = SparseParity().examples().inputs.mean(axis=0)
    assert np.abs(mean - 0.5).max() < 4.5 * 0.5 / np.sqrt(1100)  # 40 bits beyond 4.5 deviations: 3e-4


def test_it_divides_into_the_sets_of_the_task():
    examples = SparseParity(train=30, test=10).examples()
    data = divide(examples, Split())
    assert data.train.tolist() == list(range(30))
    assert data.test.tolist() == list(range(30, 40))


def test_streams_keep_their_numbers_which_are_part_of_what_a_seed_means():
    got = {stream.name: int(stream) for stream in Stream}
    assert got == {"WEIGHTS": 0, "BATCHES": 1, "DROPOUT": 2, "DATA": 3, "LABELS": 4, "SPLIT": 5}


REFUSED = [
    ({"bits": 1}, r"bits must be a whole number in 2\.\.62, got 1"),
    ({"bits": 63}, r"bits must be a whole number in 2\.\.62, got 63"),
    ({"bits": 40.0}, "bits must be a whole number"),
    ({"relevant": 0}, r"relevant must be a whole number in 1\.\.40, got 0"),
    ({"relevant": 41}, r"relevant must be a whole number in 1\.\.40, got 41"),
    ({"train": 0}, r"train must be a whole number in 1\.\.1000000, got 0"),
    ({"train": 10**7}, "train must be a whole number in"),
    ({"test": 0}, r"test must be a whole number in 1\.\.1000000, got 0"),
    ({"test": 1e2}, "test must be a whole number in"),
    ({"data_seed": -1}, "data_seed must be a whole number of at least 0, got -1"),
    ({"data_seed": None}, "data_seed must be a whole number of at least 0, got None"),
    (
        {"bits": 10, "train": 925},
        r"train and test must together be at most 2\*\*bits = 1024, .*; got 925 \+ 100: take more",
    ),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_setting_that_cannot_be_used_is_refused_in_one_line(settings, message):
    with pytest.raises(InputError, match=message) as refusal:
        SparseParity(**settings)
    assert "\n" not in str(refusal.value)
