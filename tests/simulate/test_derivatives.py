"""Derivatives against those of the definition in 50 digits, for every rule and every parameter; and their kernels."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, presets
from grokdd.simulate import bounded_gradient, curves, gradient
from grokdd.simulate import coverage as coverages
from grokdd.simulate import enumeration_gradient as enumerations
from grokdd.simulate import logistic as logistics
from grokdd.simulate.derivatives import through_p_kernel, through_p_py
from grokdd.simulate.enumeration import enumerate_sets, product_weights_py
from grokdd.simulate.enumeration_gradient import enumerate_known, products_known
from grokdd.simulate.gradient_over_times import gradient_over_times_kernel, gradient_over_times_py
from grokdd.simulate.pairs_of_patterns import MANY_TIMES
from grokdd.simulate.quadrature import preference_accuracy
from grokdd.simulate.quadrature_gradient import (
    Derivatives,
    preference_gradient,
    preference_gradient_kernel,
    preference_gradient_py,
)
from grokdd.simulate.quadrature_plan import plan
from grokdd.simulate.rounding import roundings_of_derivatives
from grokdd.simulate.soft_gradient import SoftDerivatives, soft_gradient_kernel, soft_gradient_py
from grokdd.simulate.soft_gradient_over_times import (
    soft_gradient_over_times_kernel,
    soft_gradient_over_times_py,
    table_of_pairs,
)
from grokdd.simulate.soft_quadrature import soft_nodes

from .definition import RULES, by_definition, model_of, parameters_of

EPS = 2.0**-52
TIMES = [0.0, 27.3, 51.7, 88.9]


def expected(model, t, name, k):
    """Return the derivatives of train and test accuracy in one parameter, by a central difference of 50 digits."""
    with mpmath.workdps(80):
        at, accuracies = parameters_of(model, t), by_definition(model, t)
        h, moved = mpmath.mpf(10) ** -25, []
        for step in (h, -h):
            x = {key: list(values) for key, values in at.items()}
            x[name][k] += step
            moved.append(accuracies(x))
        return [(high - low) / (2 * h) for high, low in zip(*moved, strict=True)]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("name", RULES)
def test_derivatives_are_those_of_the_definition(name, n):
    model = model_of(n, RULES[name](n))
    found = gradient(model, TIMES)
    assert np.array_equal(found.test, curves(model, TIMES).test) or np.allclose(
        found.test, curves(model, TIMES).test, rtol=50 * EPS, atol=0
    )
    for place, t in enumerate(TIMES):
        for parameter, values in found.of_test.items():
            for k in range(values[place].size):
                train, test = expected(model, t, parameter, k)
                got = np.ravel(values[place])[k]
                # Parts A and B are below the speed or time that p moves by (here up to 100) times 1, in roundings of
                # about n plus those of p, |x| + 5 <= 30.
                bound = 100 * (4 * n + 40) * EPS
                assert abs(got - test) <= bound
                if parameter in found.of_train:
                    assert abs(np.ravel(found.of_train[parameter][place])[k] - train) <= bound
                else:
                    assert train == 0


@pytest.mark.parametrize("name", ["mean", "preferred", "table"])
def test_names_of_what_is_changed(name):
    found = gradient(model_of(3, RULES[name](3)), [1.0])
    assert set(found.of_train) == {"t", "gamma", "alpha", "b"}
    assert set(found.of_test) == {"t", "gamma", "alpha", "b"} | (set() if name == "table" else {"g"})


def test_a_pattern_that_is_never_right_could_be():
    """At gamma = 0 accuracy does not move with alpha and b, but it does with gamma: s dF / dp, not 0 / 0."""
    found = gradient(presets.grokking(), [50.0])
    assert found.of_test["alpha"][0, 0] == found.of_test["b"][0, 0] == 0
    s = 1 / (1 + np.exp(-0.15 * 20))
    # It would share with pattern 1, half learned and always wrong: s (1 - p_1 / 2) but for the slow pattern.
    assert abs(found.of_test["gamma"][0, 0] - s * 0.75 * (1 - found.test[0])) < 1e-12


@pytest.mark.parametrize("t", [-np.inf, np.inf, -1e308, 1e308])
def test_at_the_ends_nothing_moves(t):
    for rule in (Mean(), SoftPreference((1, 2, 3))):
        found = gradient(model_of(3, rule), [t])
        for name in ("t", "alpha", "b"):
            assert not found.of_test[name].any()
            assert not found.of_train[name].any()
        assert np.isfinite(found.of_test["gamma"]).all()


def test_a_constant_pattern_has_a_derivative_in_its_speed():
    model = PatternModel([Pattern(gamma=1, alpha=0, b=10, g=1)])
    found = gradient(model, [30.0, np.inf])
    assert found.of_test["alpha"][0, 0] == 0.25 * 20
    assert found.of_test["t"].tolist() == [0, 0]
    assert found.of_test["alpha"][1, 0] == 0


def test_a_constant_pattern_beside_another_moves_nothing_at_the_ends():
    rows = [Pattern(gamma=1, alpha=alpha, b=10, g=1) for alpha in (0, 1)]
    found = gradient(PatternModel(rows), [-np.inf, np.inf])
    for name in ("t", "alpha", "b"):
        assert not found.of_test[name].any()
        assert not found.of_train[name].any()


def test_a_distance_that_overflows_is_no_infinite_derivative():
    model = PatternModel([Pattern(gamma=1, alpha=Fraction(1, 2**1074), b=10**308, g=1)])
    got = gradient(model, [-1.7e308]).of_test["alpha"][0, 0]
    assert abs(got / -6.75e307 - 1) < 1e-12


@pytest.mark.parametrize("n", [1, 3, 20, 56])
@pytest.mark.parametrize("times", [64, 65, 130])
def test_blocks_of_times_give_what_few_times_give(n, times):
    rng = np.random.default_rng(n)
    p, g = rng.random((times, n)), rng.random(n)
    for rule in (Mean(), Priority((n - 1, 0)[: min(n, 2)])):
        got = preference_gradient(p, 1 - p, g, rule, 0.1)
        few = [preference_gradient(p[i : i + 10], 1 - p[i : i + 10], g, rule, 0.1) for i in range(0, times, 10)]
        for place, values in enumerate(got):
            expected = np.concatenate([part[place] for part in few])
            assert np.abs(values - expected).max() <= 20 * (n + 4) * EPS


WEIGHTS_OFF = 2 * 2 * roundings_of_derivatives(SoftPreference((3, 1, 2)), 3) * EPS / 2
"""Two parts of at most 1, each off by so many roundings, in either way to derivatives in weights of at least 1."""


@pytest.mark.parametrize("rule", [Mean(), SoftPreference((3, 1, 2))], ids=["mean", "soft"])
def test_many_times_are_computed_in_parts(rule):
    model, times = model_of(3, rule), np.linspace(0, 90, 6001)  # more than two blocks of 2**13 / 3
    found = gradient(model, times)
    for place in (0, 2730, 2731, 5461, 6000):
        alone, known = gradient(model, times[place : place + 1]), bounded_gradient(model, times[place : place + 1])
        assert abs(found.test[place] - alone.test[0]) <= 20 * EPS  # by loops over times and over nodes
        for name, values in found.of_test.items():
            off = 2 * known.of_test[name][0] if name in known.of_test else WEIGHTS_OFF
            assert (np.abs(values[place] - alone.of_test[name][0]) <= off).all()
        for name, values in found.of_train.items():
            np.testing.assert_array_equal(values[place], alone.of_train[name][0])


def test_accuracy_is_that_of_curves_and_never_above_1():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=1) for _ in range(9)])
    times = np.linspace(-5, 60, 300)
    assert gradient(model, times).test.max() <= 1
    assert np.allclose(gradient(model, times).test, curves(model, times).test, rtol=1e-14, atol=0)


def test_no_patterns_no_derivatives():
    found = gradient(PatternModel([], chance=Fraction(1, 4)), [0.0, 1.0])
    assert found.test.tolist() == [0.25, 0.25]
    assert found.of_test["t"].tolist() == [0, 0]
    assert found.of_test["g"].shape == (2, 0)


def test_times_that_are_not_numbers_are_refused():
    with pytest.raises(InputError, match="t must not hold NaN"):
        gradient(presets.grokking(), [np.nan])


# The kernels: exact at vertices and dyadic points, equal to their twins.


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8, 12])
@pytest.mark.parametrize("rule", [Mean(), Preferred(0), Priority((1, 0))], ids=str)
def test_derivatives_in_p_are_differences_of_accuracy(n, rule):
    if n < 2 and rule != Mean():
        return
    rng = np.random.default_rng(n)
    p, g = rng.random((20, n)), rng.random(n)
    p[rng.random(p.shape) < 0.2] = 1.0
    p[rng.random(p.shape) < 0.2] = 0.0
    test, by_p, by_g, *_ = preference_gradient(p, 1 - p, g, rule, 0.125)
    assert np.abs(test - preference_accuracy(p, 1 - p, g, rule, 0.125)).max(initial=0) <= 8 * (n + 4) * EPS
    for k in range(n):
        right, wrong = p.copy(), p.copy()
        right[:, k], wrong[:, k] = 1.0, 0.0
        known = [preference_accuracy(x, 1 - x, g, rule, 0.125) for x in (right, wrong)]
        assert np.abs(by_p[:, k] - (known[0] - known[1])).max() <= 40 * (n + 4) * EPS
        more = g.copy()
        more[k] += 1.0
        gained = preference_accuracy(p, 1 - p, more, rule, 0.125) - test
        assert np.abs(by_g[:, k] - gained).max() <= 40 * (n + 4) * EPS


@pytest.mark.parametrize("times", [4, MANY_TIMES + 1])
@pytest.mark.parametrize("n", [57, 120, 300])
def test_derivatives_on_the_layer_are_differences_of_accuracy(n, times):
    rng = np.random.default_rng(n)
    p, g = rng.random((times, n)) ** np.linspace(0.5, 4, times)[:, None], rng.random(n)  # layers of different widths
    _, by_p, by_g, *_ = preference_gradient(p, 1 - p, g, Mean(), 0.0)
    shares = preference_accuracy(p, 1 - p, np.ones(n), Mean(), 0.0)
    assert np.abs(by_g.sum(axis=1) / shares - 1).max() <= 40 * n * EPS  # somebody answers wherever anybody is right
    for k in (0, n // 2):
        right, wrong = p.copy(), p.copy()
        right[:, k], wrong[:, k] = 1.0, 0.0
        known = [preference_accuracy(x, 1 - x, g, Mean(), 0.0) for x in (right, wrong)]
        assert np.abs(by_p[:, k] - (known[0] - known[1])).max() <= 40 * n * EPS


@pytest.mark.parametrize("n", range(10))
def test_known_patterns_are_those_set_to_0_and_1(n):
    rng = np.random.default_rng(n)
    table, p = rng.random(2**n), rng.random((7, n))
    values, right, wrong = enumerate_known(table, p, 1 - p)
    bound = (2 * n + 2 ** (n // 2) + 2 ** (n - n // 2) + 8) * EPS
    assert np.abs(values - enumerate_sets(table, p, 1 - p)).max() <= bound
    for k in range(n):
        for found, value in ((right, 1.0), (wrong, 0.0)):
            known = p.copy()
            known[:, k] = value
            assert np.abs(found[:, k] - enumerate_sets(table, known, 1 - known)).max() <= bound


@pytest.mark.parametrize("n", [1, 3, 8, 56])
def test_quadrature_kernels_agree_with_their_python_twins(n):
    """Not ==: multiplications and additions are fused, and sums of the soft rule reordered."""
    rng = np.random.default_rng(n)
    p, g = rng.random((5, n)), rng.random(n)
    bound = 2 * (6 * n + 140) * EPS
    for rule in (Mean(), Preferred(0)):
        got, expected = (Derivatives(np.empty(5), *(np.empty((5, n)) for _ in range(3))) for _ in range(2))
        preference_gradient_kernel(p, 1 - p, g, *plan(rule, n), 0.01, *got)
        preference_gradient_py(p, 1 - p, g, *plan(rule, n), 0.01, *expected)
        for x, y, scale in zip(got, expected, (1, expected.parts, 1, expected.parts), strict=True):
            assert (np.abs(x - y) <= bound * scale).all()
        for function in (gradient_over_times_kernel, gradient_over_times_py):
            function(p, 1 - p, g, *plan(rule, n), 0.01, *got)
            for x, y, scale in zip(got, expected, (1, expected.parts, 1, expected.parts), strict=True):
                assert (np.abs(x - y) <= bound * scale).all()
    nodes = soft_nodes(SoftPreference(range(1, n + 1)))
    got, expected = (SoftDerivatives(np.empty(5), *(np.empty((5, n)) for _ in range(5))) for _ in range(2))
    over_weights = g / np.arange(1, n + 1)
    soft_gradient_py(p, 1 - p, g, *nodes, over_weights, 0.01, *expected)
    table = table_of_pairs(g, *nodes)
    for compute in (
        lambda: soft_gradient_kernel(p, 1 - p, g, *nodes, over_weights, 0.01, *got),
        lambda: soft_gradient_over_times_kernel(p, 1 - p, g, *table, over_weights, 0.01, *got),
        lambda: soft_gradient_over_times_py(p, 1 - p, g, *table, over_weights, 0.01, *got),
    ):
        compute()
        for x, y, scale in zip(got, expected, (1, expected.parts, 1, 1, 1, 1), strict=True):
            assert (np.abs(x - y) <= bound * scale).all()


@pytest.mark.parametrize("points", [1, 3, 40])
def test_two_matrix_products_give_what_the_loop_gives(points, monkeypatch):
    n = 7
    monkeypatch.setattr(enumerations, "AT_ONCE", 4 << (n - n // 2))  # parts of four points
    rng = np.random.default_rng(points)
    table, p = rng.random(2**n), rng.random((points, n))
    bound = (2 * n + 2 ** (n // 2) + 2 ** (n - n // 2) + 8) * EPS
    for x, y in zip(products_known(table, p, 1 - p), enumerate_known(table, p, 1 - p), strict=True):
        assert np.abs(x - y).max() <= bound


@pytest.mark.parametrize("times", [1, MANY_TIMES])
def test_digits_of_derivatives_at_the_smallest_p_are_kept(times):
    p = np.full((times, 3), 2.0**-1060)
    p[:, 0] = 0.75
    g = np.array([0.0, 1.0, 1.0])
    found = preference_gradient(p, 1 - p, g, Mean(), 0.0)
    # F = (p_1 + p_2) (1 - p_0 / 2), to first order in the small ones
    assert np.array_equal(found.by_p[:, 0], np.full(times, -(2.0**-1060)))
    assert np.abs(found.by_p[:, 1:] - 0.625).max() <= 10 * EPS


@pytest.mark.parametrize("n", [1, 4, 7])
def test_enumeration_kernel_equals_its_python_twin(n, monkeypatch):
    rng = np.random.default_rng(n)
    table, p = rng.random(2**n), rng.random((3, n))
    expected = enumerate_known(table, p, 1 - p)
    monkeypatch.setattr(enumerations, "known", enumerations.known_py)
    monkeypatch.setattr(enumerations, "product_weights", product_weights_py)
    got = np.empty(3), np.empty((3, n)), np.empty((3, n))
    enumerations.enumerate_known_py(table, p, 1 - p, *got)
    assert all(np.array_equal(x, y) for x, y in zip(got, expected, strict=True))


def test_the_change_of_coverage_equals_its_python_twin():
    q = np.random.default_rng(0).random((6, 4))
    got, expected = np.empty((6, 4)), np.empty((6, 4))
    coverages.coverage_change_kernel(q, 0.9, got)
    coverages.coverage_change_py(q, 0.9, expected)
    assert np.array_equal(got, expected)


def test_the_change_of_p_equals_its_python_twin():
    rng = np.random.default_rng(0)
    t, gamma = np.array([-np.inf, -3.0, 0.0, 5.0, 1e308, np.inf]), rng.random(4)
    given = (t, gamma, 1 - gamma, np.array([0.0, 1.0, 1e-3, 50.0]), rng.random(4))
    got, expected = ([np.empty((6, 4)) for _ in range(5)] for _ in range(2))
    logistics.predictiveness_changes_kernel(*given, *got)
    logistics.predictiveness_changes_py(*given, *expected)
    for x, y in zip(got, expected, strict=True):
        np.testing.assert_allclose(x, y, rtol=4 * EPS, atol=0)  # exp may differ by an ulp


def test_p_and_q_are_the_same_bits_with_derivatives_and_without():
    rng = np.random.default_rng(1)
    gamma, alpha, b = rng.random(5), rng.random(5), 100 * rng.random(5)
    given = (np.linspace(-50, 300, 40), gamma, 1 - gamma, alpha, b)
    for x, y in zip(logistics.predictiveness(*given), logistics.predictiveness_changes(*given), strict=False):
        assert np.array_equal(x, y)


def test_the_chain_rule_equals_its_python_twin():
    rng = np.random.default_rng(2)
    given = rng.normal(size=(4, 5, 3))
    got, expected = ([np.empty(5), *np.empty((3, 5, 3))] for _ in range(2))
    through_p_kernel(*given, *got)
    through_p_py(*given, *expected)
    assert all(np.array_equal(x, y) for x, y in zip(got, expected, strict=True))
