"""Modular operations as addition of exponents, checked by integer arithmetic with `pow`."""

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.measures import group_task
from grokdd.empirical.measures.groups import discrete_logarithms, primitive_root

ANSWER = {
    "x+y": lambda a, b, p: (a + b) % p,
    "x-y": lambda a, b, p: (a - b) % p,
    "x*y": lambda a, b, p: a * b % p,
    "x/y": lambda a, b, p: a * pow(b, -1, p) % p,
}
MULTIPLICATIVE = ("x*y", "x/y")
SMALLEST_ROOTS = [(3, 2), (5, 2), (7, 3), (11, 2), (13, 2), (17, 3), (23, 5), (41, 6), (97, 5), (113, 3), (191, 19)]
"""OEIS A001918, the least positive primitive root of each prime; 2 of 3 and 19 of 191 included."""


def all_pairs(p):
    return np.array([(a, b) for a in range(p) for b in range(p)])


@pytest.mark.parametrize(("prime", "expected"), SMALLEST_ROOTS)
def test_the_smallest_primitive_root_is_the_listed_one(prime, expected):
    assert primitive_root(prime) == expected


@pytest.mark.parametrize("prime", [3, 5, 7, 11, 13, 17, 41, 97])
def test_the_primitive_root_reaches_every_residue_and_no_smaller_number_does(prime):
    reached = [len({pow(g, i, prime) for i in range(prime - 1)}) for g in range(2, primitive_root(prime) + 1)]
    assert reached[-1] == prime - 1
    assert all(number < prime - 1 for number in reached[:-1])


@pytest.mark.parametrize("prime", [3, 5, 7, 23, 97])
def test_powers_undo_discrete_logarithms(prime):
    logs = discrete_logarithms(prime)
    assert logs[0] == -1
    assert [pow(primitive_root(prime), int(i), prime) for i in logs[1:]] == list(range(1, prime))
    assert sorted(logs[1:]) == list(range(prime - 1))


@pytest.mark.parametrize("p", [5, 11, 13])
@pytest.mark.parametrize("operation", ANSWER)
def test_the_right_answer_has_the_sum_of_the_exponents(operation, p):
    group = group_task(operation, p)
    n = group.order
    assert n == (p - 1 if operation in MULTIPLICATIVE else p)
    for i in range(n):
        for j in range(n):
            a, b = int(group.rows[i]), int(group.cols[j])
            assert group.classes[(i + j) % n] == ANSWER[operation](a, b, p)


def test_an_additive_group_needs_no_prime():
    group = group_task("x-y", 6)
    assert all(group.classes[(i + j) % 6] == (group.rows[i] - group.cols[j]) % 6 for i in range(6) for j in range(6))


@pytest.mark.parametrize("operation", ANSWER)
def test_pairs_with_a_zero_stand_outside_a_multiplicative_group_alone(operation):
    inputs = all_pairs(7)
    got = group_task(operation, 7).on_group(inputs)
    expected = (inputs != 0).all(axis=1) if operation in MULTIPLICATIVE else np.ones(49, dtype=bool)
    np.testing.assert_array_equal(got, expected)


def test_classes_outside_the_group_come_last():
    assert group_task("x*y", 5, classes=7).classes.tolist() == [1, 2, 4, 3, 0, 5, 6]
    assert group_task("x+y", 3, classes=4).classes.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("operation", ANSWER)
def test_a_table_holds_each_logit_where_its_exponents_say(operation):
    p, classes = 7, 8
    draws = np.random.default_rng(1)
    inputs = draws.permutation(all_pairs(p))
    if operation == "x/y":
        inputs = inputs[inputs[:, 1] != 0]
    logits = draws.standard_normal((len(inputs), classes)).astype(np.float32)
    group = group_task(operation, p, classes)
    got = group.table(inputs, logits)
    assert got.dtype == np.float64
    assert got.shape == (group.order, group.order, classes)
    row_of = {(a, b): row for row, (a, b) in enumerate(inputs.tolist())}
    for i, a in enumerate(group.rows.tolist()):
        for j, b in enumerate(group.cols.tolist()):
            np.testing.assert_array_equal(got[i, j], logits[row_of[a, b], group.classes])


def test_chosen_pairs_are_marked_where_their_exponents_say():
    group = group_task("x/y", 7)
    train = [(0, 3), (6, 5), (2, 2)]
    expected = [[(a, b) in train for b in group.cols.tolist()] for a in group.rows.tolist()]
    got = group.pairs(train)
    np.testing.assert_array_equal(got, expected)
    assert got.sum() == 2


def test_a_table_demands_every_pair_once():
    group, inputs = group_task("x+y", 3), all_pairs(3)
    with pytest.raises(InputError, match=r"each pair of the group once, got \(2, 2\) 0 times: a restriction needs"):
        group.table(inputs[:-1], np.zeros((8, 3)))
    with pytest.raises(InputError, match=r"got \(0, 0\) 2 times"):
        group.table(np.concatenate([inputs, inputs[:1]]), np.zeros((10, 3)))
    with pytest.raises(InputError, match=r"logits must have shape \(9, 3\), got \(9, 4\)"):
        group.table(inputs, np.zeros((9, 4)))
    with pytest.raises(InputError, match=r"inputs must have shape \(N, 2\), got \(9,\)"):
        group.on_group(inputs[:, 0])
    with pytest.raises(InputError, match="inputs must be at least 0, got -1"):
        group.on_group(inputs - 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x^2+y", 7), r"operation must be one of x\+y, x-y, x\*y, x/y, got 'x\^2\+y'"),
        (("x+y", 1), "modulus must be at least 2, got 1"),
        (("x*y", 2), "a prime of at least 3 for a multiplicative group, got 2"),
        (("x/y", 91), "a prime of at least 3 for a multiplicative group, got 91"),
        (("x/y", 49), "a prime of at least 3 for a multiplicative group, got 49"),
        (("x+y", 7, 6), "classes must be at least the modulus 7, got 6"),
    ],
)
def test_what_is_no_group_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        group_task(*arguments)
