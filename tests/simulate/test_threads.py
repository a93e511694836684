"""Which results have the same bits on any number of threads, and where it is said that some have not."""

import numpy as np
import pytest

from grokdd.analytic import Mean, Preferred, Priority
from grokdd.simulate import curves, curves_of_many, extension, sum_over_sets
from grokdd.simulate.many_models import PART
from grokdd.simulate.on_the_fly import COLUMNS

THREADS = (2, 3)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("rule", [Mean(), Preferred(1), Priority((2, 0))], ids=str)
@pytest.mark.parametrize("t", [np.arange(400.0), np.array([70.0, 3.0, 11.5])], ids=["grid", "any"])
def test_curves_of_many_have_the_same_bits(threads, rule, t):
    rng = np.random.default_rng(0)
    shape = 3 * PART + 7, 4
    parameters = rng.random(shape), 10 ** rng.uniform(-3, 3, shape), rng.uniform(0, 100, shape), rng.random(shape)
    one = curves_of_many(t, *parameters, rule=rule, chance=0.1)
    many = curves_of_many(t, *parameters, rule=rule, chance=0.1, threads=threads)
    assert np.array_equal(many.test, one.test)
    assert np.array_equal(many.train, one.train)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("n", [3, COLUMNS, COLUMNS + 3, COLUMNS + 7])
def test_sums_over_sets_have_the_same_bits(threads, n):
    rng = np.random.default_rng(n)
    p, g = rng.random((3, n)), rng.random(n)
    one = sum_over_sets(p, g, chance=0.1)
    assert np.array_equal(sum_over_sets(p, g, chance=0.1, threads=threads), one)


@pytest.mark.parametrize("function", [curves_of_many, sum_over_sets])
def test_what_has_the_same_bits_promises_it(function):
    assert "The bits of the result do not depend on it." in function.__doc__


@pytest.mark.parametrize("function", [extension, curves])
def test_what_takes_the_matrix_form_says_that_its_last_bits_may_depend_on_threads(function):
    """The order of its additions is that of NumPy's linear algebra: nothing is promised, so nothing can be tested."""
    assert "last bits may depend on the machine and the number of threads" in " ".join(function.__doc__.split())
