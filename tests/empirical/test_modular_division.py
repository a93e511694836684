"""The task and its split, against the facts of the public code (docs/sources.md, [openai-grok])."""

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.modular_division import division_equations, split_equations


@pytest.fixture(scope="module")
def public_split():
    return split_equations(division_equations(97), train_size=4656, seed=0)


@pytest.mark.parametrize("modulus", [2, 3, 11, 97])
def test_every_equation_is_true_and_stands_once(modulus):
    equations = division_equations(modulus)
    a, b, c = equations.T
    assert len(equations) == modulus * (modulus - 1)
    assert (b != 0).all()
    assert (b * c % modulus == a).all()
    assert len({(int(x), int(y)) for x, y in zip(a, b, strict=True)}) == len(equations)


def test_seed_0_gives_the_split_of_the_public_code(public_split):
    assert len(public_split.train) == 4656
    assert len(public_split.test) == 4656
    assert public_split.train[:3].tolist() == [[77, 47, 78], [11, 23, 30], [18, 3, 6]]


def test_seed_0_has_45_zero_dividends_in_train_and_51_in_test(public_split):
    parts = public_split.parts()
    assert int(parts["train_zero_dividend"][1].sum()) == 45
    assert int(parts["test_zero_dividend"][1].sum()) == 51
    assert int(parts["test_rest"][1].sum()) == 4605


def test_the_two_sides_are_disjoint_and_complete(public_split):
    both = np.concatenate([public_split.train, public_split.test])
    assert len(np.unique(both, axis=0)) == 97 * 96


def test_another_seed_is_another_split():
    equations = division_equations(11)
    first, second = (split_equations(equations, 55, seed) for seed in (0, 1))
    assert not np.array_equal(first.train, second.train)


@pytest.mark.parametrize("modulus", [0, 1, 4, 91])
def test_a_modulus_that_is_not_prime_is_refused(modulus):
    with pytest.raises(InputError, match=f"modulus must be prime, or division has no answer; got {modulus}"):
        division_equations(modulus)
