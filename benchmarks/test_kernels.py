"""Kernels beside their Python twins, and beside other ways to the same numbers.

Each benchmark first checks the value, which also warms the kernel, and is then timed. Bars of one group do the same
work: only ratios within a group mean anything, and only on the machine that made them.

    pytest benchmarks --benchmark-only       timed
    pytest benchmarks --benchmark-disable    each once, for the values alone
"""

import numpy as np
import pytest

from grokdd.analytic import Mean, Preferred, Priority, SoftPreference, Table
from grokdd.simulate import accuracies, extension
from grokdd.simulate.coverage import coverage_kernel, coverage_py
from grokdd.simulate.enumeration import enumerate_sets_kernel, enumerate_sets_py
from grokdd.simulate.logistic import predictiveness, predictiveness_kernel, predictiveness_py
from grokdd.simulate.quadrature import preference_accuracy_kernel, preference_accuracy_py
from grokdd.simulate.quadrature_plan import plan
from grokdd.simulate.set_functions import rule_table

TIMES = 16
"""Times of the comparison of methods: the slowest takes 10 ms for each."""


def patterns(n):
    """Return gamma, 1 - gamma, alpha, b and g of n patterns, read-only as behind the front door."""
    rng = np.random.default_rng(n)
    gamma = rng.random(n)
    columns = (gamma, 1.0 - gamma, rng.random(n) / 10, 100 * rng.random(n), rng.random(n))
    for values in columns:
        values.flags.writeable = False
    return columns


def state(n, times):
    """Return p, q and g of n patterns at `times` times."""
    *parameters, g = patterns(n)
    p, q = predictiveness(np.linspace(0.0, 200.0, times), *parameters)
    return p, q, g


# The logistic and the train accuracy: kernel beside twin.


@pytest.mark.parametrize("times", [3, 300])
@pytest.mark.parametrize("function", [predictiveness_kernel, predictiveness_py], ids=["kernel", "twin"])
def test_logistic(benchmark, function, times):
    benchmark.group = f"logistic: n=3, T={times}"
    *parameters, _ = patterns(3)
    t = np.linspace(0.0, 200.0, times)
    p, q = np.empty((times, 3)), np.empty((times, 3))
    function(t, *parameters, p, q)
    expected = parameters[0] / (1 + np.exp(-parameters[2] * (t[:, None] - parameters[3])))
    assert np.allclose(p, expected, rtol=1e-13, atol=0)
    benchmark(function, t, *parameters, p, q)


@pytest.mark.parametrize("times", [3, 300])
@pytest.mark.parametrize("function", [coverage_kernel, coverage_py], ids=["kernel", "twin"])
def test_train_accuracy(benchmark, function, times):
    benchmark.group = f"train accuracy: n=3, T={times}"
    p, q, _ = state(3, times)
    train, error = np.empty(times), np.empty(times)
    function(p, q, 0.0, 1.0, train, error)
    assert np.allclose(error, q.prod(axis=1), rtol=1e-13, atol=0)
    benchmark(function, p, q, 0.0, 1.0, train, error)


# Test accuracy under the mean rule, four ways.


def by_quadrature(function):
    def prepare(p, q, g):
        arguments = (p, q, g, *plan(Mean(), g.size), 0.0)
        test = np.empty(p.shape[0])

        def call():
            function(*arguments, test)
            return test

        return call

    return prepare


def by_enumeration(function):
    def prepare(p, q, g):
        table, test = rule_table(Mean(), g, 0.0), np.empty(p.shape[0])

        def call():
            function(table, p, q, test)
            return test

        return call

    return prepare


WAYS = {
    "quadrature": by_quadrature(preference_accuracy_kernel),
    "quadrature, twin": by_quadrature(preference_accuracy_py),
    "enumeration": by_enumeration(enumerate_sets_kernel),
    "enumeration, twin": by_enumeration(enumerate_sets_py),
}
CASES = [(way, n) for n in (3, 10, 20) for way in WAYS if (way, n) != ("enumeration, twin", 20)]  # that takes a minute


@pytest.mark.parametrize(("way", "n"), CASES)
def test_mean_rule(benchmark, way, n):
    benchmark.group = f"test accuracy, mean rule: n={n}, T={TIMES}"
    p, q, g = state(n, TIMES)
    call = WAYS[way](p, q, g)
    assert np.allclose(call(), extension(rule_table(Mean(), g, 0.0), p), rtol=1e-12, atol=0)
    benchmark(call)


# The fast door, beside the kernels that it leads to.

RULES = (Mean(), Preferred(2), Priority((2, 0)), SoftPreference((1, 1, 9)), Table(np.arange(8) / 8))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("door", ["door", "kernels alone"])
def test_fast_door(benchmark, door, rule):
    benchmark.group = f"accuracies: n=3, T=200, {type(rule).__name__}"
    gamma, rest, alpha, b, g = patterns(3)
    t = np.linspace(0.0, 200.0, 200)
    chance = None if isinstance(rule, Table) else 0.01
    train, error, test = (np.empty(200) for _ in range(3))
    p, q = np.empty((200, 3)), np.empty((200, 3))
    table = rule_table(rule, g, 0.01)
    prepared = None if isinstance(rule, SoftPreference | Table) else plan(rule, 3)

    def kernels():
        predictiveness_kernel(t, gamma, rest, alpha, b, p, q)
        coverage_kernel(p, q, 0.01, 0.99, train, error)
        if prepared is None:
            enumerate_sets_kernel(table, p, q, test)
        else:
            preference_accuracy_kernel(p, q, g, *prepared, 0.01, test)
        return train, test

    def through_the_door():
        return accuracies(t, gamma, alpha, b, g, rule=rule, chance=chance, chance_train=0.01)

    for got, expected in zip(through_the_door(), kernels(), strict=True):
        assert np.allclose(got, expected, rtol=1e-14, atol=0)
    benchmark(through_the_door if door == "door" else kernels)
