"""The split, against the facts of the public code (docs/sources.md, [openai-grok]), and the labels that are trained."""

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.tasks import BinaryOperation, Examples, SparseParity, Split, divide


@pytest.fixture(scope="module")
def division():
    return BinaryOperation().examples()


@pytest.fixture(scope="module")
def addition():
    return BinaryOperation(operation="x+y", modulus=31).examples()


def without_mirror_or_parts(count, classes=2):
    """A task from outside: `count` examples of one operand."""
    inputs = np.arange(count)[:, None]
    return Examples(inputs=inputs, answers=inputs[:, 0] % classes, symbols=max(count, 1), classes=classes)


def test_seed_0_gives_the_split_of_the_public_code(division):
    data = divide(division, Split())
    got = [(*division.inputs[i].tolist(), int(division.answers[i])) for i in data.train[:3]]
    assert (len(division), len(data.train), len(data.test)) == (9312, 4656, 4656)
    assert got == [(77, 47, 78), (11, 23, 30), (18, 3, 6)]


def test_seed_0_has_45_zero_dividends_in_train_and_51_in_test(division):
    data = divide(division, Split())
    assert int(data.parts["zero_dividend"][data.train].sum()) == 45
    assert int(data.parts["zero_dividend"][data.test].sum()) == 51
    assert int(data.parts["rest"][data.test].sum()) == 4605


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
@pytest.mark.parametrize(("modulus", "fraction"), [(11, 0.5), (11, 0.33), (97, 0.05)])
def test_it_is_the_shuffle_of_a_list_as_the_public_code_makes_it(modulus, fraction, seed):
    equations = [(b * c % modulus, b, c) for c in range(modulus) for b in range(1, modulus)]
    np.random.RandomState(seed).shuffle(equations)  # of the list itself, not of indices
    size = round(len(equations) * fraction)
    examples = BinaryOperation(modulus=modulus).examples()
    data = divide(examples, Split(train_fraction=fraction, seed=seed))
    triples = np.column_stack([examples.inputs, examples.answers])
    assert [tuple(row) for row in triples[data.train].tolist()] == equations[:size]
    assert [tuple(row) for row in triples[data.test].tolist()] == equations[size:]


@pytest.mark.parametrize(("fraction", "expected"), [(0.5, 2), (0.7, 4), (0.69, 3)])
def test_sizes_are_rounded_half_to_even(fraction, expected):
    assert len(divide(without_mirror_or_parts(5), Split(train_fraction=fraction)).train) == expected


@pytest.mark.parametrize("operation", ["x+y", "x*y", "x^2+y^2", "x*y where y != 0"])
@pytest.mark.parametrize("fraction", [0.3, 0.5, 0.62])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_symmetric_split_separates_no_pair(operation, fraction, seed):
    examples = BinaryOperation(operation=operation, modulus=13).examples()
    data = divide(examples, Split(train_fraction=fraction, seed=seed, symmetric=True))
    pairs = {tuple(sorted(pair)) for pair in examples.inputs[data.train].tolist()}
    tested = {tuple(sorted(pair)) for pair in examples.inputs[data.test].tolist()}
    assert not pairs & tested
    assert sorted([*data.train.tolist(), *data.test.tolist()]) == list(range(len(examples)))
    assert round(len(examples) * fraction) - len(data.train) in (0, 1)


def test_an_ordinary_split_separates_many_pairs(addition):
    assert addition.mirror is not None
    data = divide(addition, Split())
    assert np.isin(addition.mirror[data.test], data.train).mean() > 0.4  # one half is expected


def test_symmetric_splits_differ_by_seed_and_use_most_of_the_diagonal_fairly(addition):
    diagonal = addition.parts["equal"]
    splits = [divide(addition, Split(seed=seed, symmetric=True)) for seed in range(100)]
    assert len({tuple(data.train.tolist()) for data in splits}) == 100
    share = np.mean([diagonal[data.train].mean() / diagonal.mean() for data in splits])
    # Of 31 diagonal examples one half is trained on, with a deviation of 1/sqrt(31) of that, and 100 splits.
    assert abs(share - 1) < 4 / np.sqrt(31 * 100)


def test_leaving_out_a_part_takes_it_from_the_train_set_alone(division):
    whole, left = divide(division, Split()), divide(division, Split(leave_out="zero_dividend"))
    assert len(left.train) == 4656 - 45
    assert left.train.tolist() == [i for i in whole.train.tolist() if division.inputs[i, 0] != 0]
    assert np.array_equal(left.test, whole.test)


@pytest.mark.parametrize(("share", "expected"), [(0, 0), (0.1, 466), (0.5, 2328), (1, 4656), (1e-9, 0)])
def test_label_noise_makes_exactly_its_share_wrong(division, share, expected):
    data = divide(division, Split(label_noise=share))
    assert int((data.labels != data.answers)[data.train].sum()) == expected
    assert np.array_equal(data.labels[data.test], data.answers[data.test])


def test_noise_is_a_share_of_what_is_trained_on(division):
    data = divide(division, Split(label_noise=0.1, leave_out="zero_dividend"))
    assert int((data.labels != data.answers).sum()) == 461  # of 4611
    assert (data.labels == data.answers)[division.parts["zero_dividend"]].all()


def test_wrong_labels_are_uniform_over_the_wrong_classes():
    examples = without_mirror_or_parts(12_000, classes=4)
    data = divide(examples, Split(train_fraction=0.75, label_noise=1))
    shift = (data.labels - data.answers)[data.train] % 4
    got = np.bincount(shift, minlength=4)
    assert got[0] == 0
    assert np.abs(got[1:] - 3000).max() < 4 * np.sqrt(9000 * 2 / 9)  # 4 standard deviations


def test_more_noise_contains_less_noise(division):
    less, more = (divide(division, Split(label_noise=share)) for share in (0.1, 0.3))
    wrong = less.labels != less.answers
    assert np.array_equal(less.labels[wrong], more.labels[wrong])


def test_random_labels_are_right_by_chance_alone_and_never_change_the_test_set(division):
    data = divide(division, Split(random_labels=True))
    right = int((data.labels == data.answers)[data.train].sum())
    assert abs(right - 48) < 4 * np.sqrt(48)  # 4656 / 97 = 48, a Poisson count
    assert len(np.unique(data.labels[data.train])) == 97
    assert np.array_equal(data.labels[data.test], data.answers[data.test])


@pytest.mark.parametrize("wrong", [{"label_noise": 0.5}, {"random_labels": True}])
def test_labels_have_a_seed_of_their_own(division, wrong):
    first, again, second = (divide(division, Split(label_seed=seed, **wrong)) for seed in (0, 0, 1))
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.labels, second.labels)
    assert np.array_equal(first.train, second.train)


def test_dividing_changes_neither_the_examples_nor_the_global_stream(division):
    answers, before = division.answers.copy(), repr(np.random.get_state())  # noqa: NPY002
    data = divide(division, Split(label_noise=1))
    assert np.array_equal(division.answers, answers)
    assert data.parts is division.parts
    assert data.shape == division.shape
    assert repr(np.random.get_state()) == before  # noqa: NPY002


def test_a_fixed_test_set_allows_labels_and_nothing_else():
    examples = SparseParity(train=40, test=20).examples()
    data = divide(examples, Split(label_noise=0.5))
    assert int((data.labels != data.answers).sum()) == 20
    for name, value in {"train_fraction": 0.4, "seed": 1, "symmetric": True}.items():
        with pytest.raises(InputError, match=f"{name} must be left at .* for a task that fixes its own test set, got"):
            divide(examples, Split(**{name: value}))


@pytest.mark.parametrize("fixed", [np.full(3, True), np.full(3, False)])
def test_a_fixed_test_set_with_an_empty_side_is_refused(fixed):
    examples = Examples(np.zeros((3, 1), int), np.zeros(3, int), symbols=1, classes=1, fixed_test=fixed)
    with pytest.raises(InputError, match=r"fixed_test must leave at least one example on each side, got [03] of 3"):
        divide(examples, Split())


@pytest.mark.parametrize(
    ("count", "fraction", "sides"), [(10, 0.01, "0 and 10"), (10, 0.99, "10 and 0"), (1, 0.5, "0 and 1")]
)
def test_a_fraction_that_leaves_a_side_empty_is_refused(count, fraction, sides):
    message = f"train_fraction must leave at least one example on each side, got {fraction} of {count}, that is {sides}"
    with pytest.raises(InputError, match=message):
        divide(without_mirror_or_parts(count), Split(train_fraction=fraction))


def test_a_part_that_the_task_does_not_have_is_refused_with_those_it_has(addition):
    with pytest.raises(InputError, match=r"leave_out must be .* \(zero_term, equal\), got 'zero_dividend'"):
        divide(addition, Split(leave_out="zero_dividend"))
    with pytest.raises(InputError, match=r"leave_out must be .* \(none\), got 'equal'"):
        divide(without_mirror_or_parts(4), Split(leave_out="equal"))


def test_leaving_out_all_that_is_trained_on_is_refused():
    whole = {"all": np.full(4, True)}
    examples = Examples(np.zeros((4, 1), int), np.zeros(4, int), symbols=1, classes=1, parts=whole)
    with pytest.raises(InputError, match="leave_out must leave at least one example to train on, got 'all'"):
        divide(examples, Split(leave_out="all"))


def test_a_symmetric_split_without_a_mirror_is_refused(division):
    with pytest.raises(InputError, match="symmetric must be false for a task whose operands cannot be swapped"):
        divide(division, Split(symmetric=True))


def test_a_mirror_that_does_not_lead_back_is_refused():
    examples = Examples(np.zeros((3, 1), int), np.zeros(3, int), symbols=1, classes=1, mirror=np.array([1, 2, 0]))
    with pytest.raises(InputError, match="mirror must lead back"):
        divide(examples, Split(symmetric=True))


def test_noise_without_a_wrong_answer_is_refused():
    with pytest.raises(InputError, match=r"label_noise must be 0 for a task of one class, got 0\.5"):
        divide(without_mirror_or_parts(4, classes=1), Split(label_noise=0.5))


REFUSED = [
    ({"train_fraction": 0}, "train_fraction must be between 0 and 1, both excluded, got 0"),
    ({"train_fraction": 1.0}, "train_fraction must be between 0 and 1, both excluded, got 1.0"),
    ({"train_fraction": float("nan")}, "train_fraction must be between 0 and 1, both excluded, got nan"),
    ({"train_fraction": "half"}, "train_fraction must be between 0 and 1, both excluded, got 'half'"),
    ({"train_fraction": True}, "train_fraction must be between 0 and 1, both excluded, got True"),
    ({"seed": -1}, r"seed must be a whole number in 0\.\.4294967295, got -1"),
    ({"seed": 2**32}, r"seed must be a whole number in 0\.\.4294967295, got 4294967296"),
    ({"symmetric": 1}, "symmetric must be true or false, got 1"),
    ({"leave_out": 0}, "leave_out must be the name of a part or None, got 0"),
    ({"label_noise": -0.1}, r"label_noise must be a share in 0\.\.1, got -0\.1"),
    ({"label_noise": 1.01}, r"label_noise must be a share in 0\.\.1, got 1\.01"),
    ({"label_noise": None}, r"label_noise must be a share in 0\.\.1, got None"),
    ({"random_labels": "yes"}, "random_labels must be true or false, got 'yes'"),
    ({"random_labels": True, "label_noise": 0.1}, "label_noise must be 0 where random_labels is true, got 0.1: choose"),
    ({"label_seed": -1}, "label_seed must be a whole number of at least 0, got -1"),
    ({"label_seed": 0.5}, "label_seed must be a whole number of at least 0, got 0.5"),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_setting_that_cannot_be_used_is_refused_in_one_line(settings, message):
    with pytest.raises(InputError, match=message) as refusal:
        Split(**settings)
    assert "\n" not in str(refusal.value)
