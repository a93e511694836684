"""A model is converted to float64 once in its life, and what is kept of it goes with it."""

import copy
import gc
import pickle
from fractions import Fraction

import numpy as np

from grokdd.analytic import Pattern, PatternModel
from grokdd.simulate import model_arrays as module
from grokdd.simulate.model_arrays import model_arrays


def of(gamma):
    return PatternModel([Pattern(gamma=gamma, alpha=1, b=0, g=1)])


def test_the_same_model_is_not_converted_again():
    model = of(0.5)
    assert model_arrays(model) is model_arrays(model)
    assert model_arrays(of(0.5)) is not model_arrays(model)
    assert not model_arrays(model).gamma.flags.writeable


def test_what_is_kept_of_a_model_goes_with_it():
    gc.collect()
    before = len(module._known)
    found = [model_arrays(of(i / 100)).gamma[0] for i in range(100)]  # many of them at the place of a dead one
    np.testing.assert_array_equal(found, np.arange(100) / 100)
    gc.collect()
    assert len(module._known) == before


def test_copies_of_a_model_are_models_of_their_own():
    model = of(0.5)
    known = model_arrays(model)
    for other in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other == model
        assert model_arrays(other) is not known
        assert model_arrays(other).gamma == known.gamma


def test_a_small_speed_stays_positive():
    model = PatternModel([Pattern(gamma=1, alpha=Fraction(1, 10**400), b=0, g=1)])
    assert model_arrays(model).alpha[0] > 0
