"""The operations on permutations, against SymPy's permutation objects and the axioms of a group."""

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from sympy.combinatorics import Permutation

from grokdd.analytic import InputError
from grokdd.empirical.tasks import Permutations

# SymPy reads a product from the left, as the public code of [openai-grok] does, which uses it.
BY_OBJECTS = {
    "x.y": lambda x, y: x * y,
    "x.y.x^-1": lambda x, y: x * y * x**-1,
    "x.y.x": lambda x, y: x * y * x,
}
CLASSES = {3: 3, 4: 5, 5: 7}
"""letters -> number of conjugacy classes, that is of partitions (OEIS A000041)."""


def table(operation="x.y", letters=5):
    """The answers as a square, x down and y across."""
    size = factorial(letters)
    return Permutations(operation=operation, letters=letters).examples().answers.reshape(size, size)


@pytest.mark.parametrize("letters", [3, 4])
@pytest.mark.parametrize("operation", BY_OBJECTS)
def test_every_equation_is_that_of_the_objects(operation, letters):
    elements = [Permutation(list(one)) for one in permutations(range(letters))]
    expected = [[elements.index(BY_OBJECTS[operation](x, y)) for y in elements] for x in elements]
    assert table(operation, letters).tolist() == expected


@pytest.mark.parametrize("operation", BY_OBJECTS)
def test_equations_of_five_letters_are_those_of_the_objects(operation):
    elements = [Permutation(list(one)) for one in permutations(range(5))]
    got = table(operation)
    for i, j in np.random.default_rng(0).integers(120, size=(300, 2)).tolist():
        assert elements[got[i, j]] == BY_OBJECTS[operation](elements[i], elements[j])


def test_the_product_of_five_letters_is_that_of_a_group():
    product = table()
    assert product.shape == (120, 120)
    assert np.array_equal(product[0], np.arange(120))  # 0 is neutral
    assert np.array_equal(product[:, 0], np.arange(120))
    assert np.array_equal(product[product, :], product[:, product])  # (x y) z and x (y z), all 120**3
    for lines in (product, product.T):
        assert np.array_equal(np.sort(lines, axis=1), np.tile(np.arange(120), (120, 1)))  # division both ways


def test_conjugation_is_a_homomorphism_with_the_kernel_of_a_centreless_group():
    product, conjugate = table(), table("x.y.x^-1")
    x, y, z = np.random.default_rng(1).integers(120, size=(3, 1000))
    assert np.array_equal(conjugate[x, product[y, z]], product[conjugate[x, y], conjugate[x, z]])
    assert np.flatnonzero((conjugate == np.arange(120)).all(axis=1)).tolist() == [0]


def test_the_order_is_over_x_and_then_over_y():
    inputs = Permutations(letters=3).examples().inputs
    assert inputs.tolist() == [[x, y] for x in range(6) for y in range(6)]


@pytest.mark.parametrize("letters", CLASSES)
def test_commuting_pairs_are_as_many_as_burnside_counts(letters):
    parts = Permutations(letters=letters).examples().parts
    assert int(parts["commuting"].sum()) == factorial(letters) * CLASSES[letters]
    assert int(parts["equal"].sum()) == factorial(letters)


def test_conjugation_returns_y_just_where_the_two_commute():
    examples = Permutations(operation="x.y.x^-1").examples()
    assert np.array_equal(examples.parts["commuting"], examples.answers == examples.inputs[:, 1])


@pytest.mark.parametrize("operation", BY_OBJECTS)
def test_no_operation_is_symmetric(operation):
    answers = table(operation, 3)
    assert not np.array_equal(answers, answers.T)
    assert Permutations(operation=operation).examples().mirror is None


REFUSED = [
    ({"operation": "y.x"}, r"operation must be one of x\.y, x\.y\.x\^-1, x\.y\.x, got 'y\.x'"),
    ({"operation": 1}, "operation must be one of .*, got 1"),
    ({"letters": 2}, r"letters must be a whole number in 3\.\.5, got 2"),
    ({"letters": 6}, r"letters must be a whole number in 3\.\.5, got 6"),
    ({"letters": 4.0}, r"letters must be a whole number in 3\.\.5, got 4\.0"),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_setting_that_cannot_be_used_is_refused_in_one_line(settings, message):
    with pytest.raises(InputError, match=message) as refusal:
        Permutations(**settings)
    assert "\n" not in str(refusal.value)
