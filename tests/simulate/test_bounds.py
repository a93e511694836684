"""Returned bounds hold against the definition in balls of 300 bits, and are not far above what is seen."""

import math
from fractions import Fraction

import flint
import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table, presets
from grokdd.simulate import bounded_curves, bounded_gradient, curves, gradient
from grokdd.simulate.gradient_bounds import DIVIDED, divided
from grokdd.simulate.legendre import LARGEST_RULE, legendre

from .ball_definition import ball, by_definition

BITS = 300
RULES = {
    "mean": lambda n, rng: Mean(),
    "preferred": lambda n, rng: Preferred(0),
    "priority": lambda n, rng: Priority(range(n)),
    "soft, whole": lambda n, rng: SoftPreference(rng.integers(1, 9, n).tolist()),
    "soft": lambda n, rng: SoftPreference((10 ** rng.uniform(-3, 3, n)).tolist()),
    "table": lambda n, rng: Table(rng.random(2**n)),
    "table of both signs": lambda n, rng: Table(rng.normal(size=2**n)),
}


def random_model(rng, rule):
    n = int(rng.integers(1, 6))
    patterns = [
        Pattern(
            gamma=Fraction(int(rng.choice([rng.integers(0, 1001), 1000])), 1000),
            alpha=Fraction(int(rng.integers(0, 300)), 1000),
            b=Fraction(int(rng.integers(0, 2000)), 10),
            g=Fraction(int(rng.integers(0, 101)), 100),
        )
        for _ in range(n)
    ]
    chosen = RULES[rule](n, rng)
    chance = None if isinstance(chosen, Table) else Fraction(1, 97)
    return PatternModel(patterns, chosen, chance, chance_train=Fraction(1, 97))


@pytest.fixture(autouse=True)
def precision():
    before, flint.ctx.prec = flint.ctx.prec, BITS
    yield
    flint.ctx.prec = before


def shares(got, bounds, expected):
    """Return each error over its bound."""
    for value, bound, truth in zip(np.ravel(got).tolist(), np.ravel(bounds).tolist(), expected, strict=True):
        yield float(abs(ball(value) - truth)) / bound


@pytest.mark.parametrize("rule", RULES)
def test_no_error_is_above_its_bound_and_none_is_100_times_too_large(rule):
    rng = np.random.default_rng(0)
    worst = {}
    for _ in range(25):
        model, times = random_model(rng, rule), rng.uniform(-50, 400, 3)
        found, moved = bounded_curves(model, times), bounded_gradient(model, times)
        for i, t in enumerate(times.tolist()):
            truth = by_definition(model, t)
            for name, expected in truth.values.items():
                seen = shares(getattr(found.curves, name)[i], getattr(found, name)[i], [expected])
                worst[name] = max(worst.get(name, 0), *seen)
            for accuracy, slopes in truth.slopes.items():
                for name, expected in slopes.items():
                    got, bounds = getattr(moved.gradient, accuracy)[name][i], getattr(moved, accuracy)[name][i]
                    place = f"{accuracy} {name}"
                    worst[place] = max(worst.get(place, 0), *shares(got, bounds, expected))
    assert max(worst.values()) <= 1
    assert min(worst.values()) >= 0.01, worst


def patterns(n, **parameters):
    return PatternModel([Pattern(**{"gamma": 1, "g": 1, **parameters})] * n)


BARELY = 1 + Fraction(1, 2**53) - Fraction(1, 2**73)
"""Rounds to 1, and is off by almost as much as a rounding may be."""


@pytest.mark.parametrize(
    ("model", "t"),
    [
        pytest.param(patterns(1, alpha=10**17, b=Fraction(1, 3)), math.nextafter(1 / 3, 1), id="x off by a half"),
        pytest.param(patterns(1, alpha=2 * 10**18, b=Fraction(1, 3)), math.nextafter(1 / 3, 1), id="p from saturation"),
        pytest.param(patterns(2, alpha=36 * 10**11, b=BARELY), 1.0, id="two that move together"),
        pytest.param(patterns(1, alpha=1, b=Fraction(422, 10)), 42.2, id="t = b, which is no double"),
        pytest.param(patterns(1, alpha=1, b=1), 1e308, id="3 x overflows"),
    ],
)
def test_bounds_hold_where_first_order_or_the_range_of_doubles_ends(model, t):
    found, moved, truth = bounded_curves(model, [t]), bounded_gradient(model, [t]), by_definition(model, t)
    for name, expected in truth.values.items():
        assert max(shares(getattr(found.curves, name), getattr(found, name), [expected])) <= 1, name
    for accuracy, slopes in truth.slopes.items():
        for name, expected in slopes.items():
            got, bounds = getattr(moved.gradient, accuracy)[name][0], getattr(moved, accuracy)[name][0]
            assert max(shares(got, bounds, expected)) <= 1, (accuracy, name)


@pytest.mark.parametrize("times", [1, 16])
def test_bounds_of_derivatives_hold_where_p_is_denormal(times):
    """F = p_1 (1 - s / 2): its derivative in alpha is -p_1 s (1 - s) t / 2, of which little is left in doubles."""
    tiny = Fraction(3, 10**310)
    slow = Pattern(gamma=1, alpha=Fraction(1, 10**10), b=0, g=0)
    model = PatternModel([slow, Pattern(gamma=tiny, alpha=0, b=0, g=1)])
    found = bounded_gradient(model, np.full(times, 1e10))
    s = 1 / (1 + math.exp(-1))
    expected = -tiny / 4 * Fraction(s * (1 - s)) * 10**10
    off = abs(Fraction(float(found.gradient.of_test["alpha"][0, 0])) - expected)
    assert off <= Fraction(float(found.of_test["alpha"][0, 0])) * Fraction(101, 100)


def test_dividing_by_nearly_1_costs_nothing_and_by_nearly_0_what_the_nodes_allow():
    p = np.array([[0.0, 5e-324, 1e-20, 2.0**-54, 0.5, 1.0, 1.0]])
    q = np.array([[1.0, 1.0, 1.0, 1.0, 0.5, 1e-30, 0.0]])
    expected = [1, 1, 1, 1, 2 * math.log(2), 1 + DIVIDED, 1 + DIVIDED]
    assert np.ravel(divided(p, q, Mean())).tolist() == pytest.approx(expected, rel=1e-15)
    u, w = legendre(LARGEST_RULE)
    assert (w * u / (1 - u)).sum() <= DIVIDED


@pytest.mark.parametrize("rule", ["mean", "preferred", "priority"])
@pytest.mark.parametrize("nodes", [1, 2, 3])
def test_a_bracket_holds_the_truth(rule, nodes):
    rng = np.random.default_rng(1)
    for _ in range(20):
        model, times = random_model(rng, rule), rng.uniform(0, 300, 2)
        found = bounded_curves(model, times, nodes=nodes)
        assert found.method == "bracket"
        for i, t in enumerate(times.tolist()):
            assert max(shares(found.curves.test[i], found.test[i], [by_definition(model, t).values["test"]])) <= 1


def test_a_bracket_is_no_wider_than_it_must_be():
    model = PatternModel([Pattern(gamma=1, alpha=Fraction(1, 10), b=10 * k, g=Fraction(k % 2)) for k in range(100)])
    times = np.linspace(0, 1000, 50)
    exact, widths = bounded_curves(model, times), []
    for nodes in (4, 12, 20, 28):
        found = bounded_curves(model, times, nodes=nodes)
        assert (np.abs(found.curves.test - exact.curves.test) <= found.test + exact.test).all()
        widths.append((found.test / exact.curves.test)[5:].max())
    assert widths == sorted(widths, reverse=True)
    assert (found.test <= 2 * exact.test).all()  # with 28 nodes the two quadratures differ by roundings


def test_the_bounds_of_values_without_a_rule_of_quadrature_have_no_bracket():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=1)], Table([0, 1]))
    with pytest.raises(InputError, match="nodes must be left out under Table"):
        bounded_curves(model, [0.0], nodes=3)
    with pytest.raises(InputError, match="nodes must be a whole number from 1 to 28, got 29"):
        bounded_curves(presets.grokking(), [0.0], nodes=29)


def test_a_demand_that_cannot_be_met_is_refused():
    assert bounded_curves(presets.double_descent(), [50.0], tolerance=1e-13).curves.test[0] > 0.5
    with pytest.raises(InputError, match=r"tolerance must be at least \d\.\de-1[456] at t = 50, .* got 1e-16"):
        bounded_curves(presets.double_descent(), [50.0], tolerance=1e-16)
    with pytest.raises(InputError, match=r"tolerance must be at least 3\.3e-01 at t = 98.*; more nodes narrow"):
        bounded_curves(presets.double_descent(), [98.0], nodes=1, tolerance=1e-3)


@pytest.mark.parametrize("t", [-np.inf, np.inf, -1e308, 1e308, 0.0])
def test_bounds_are_finite_at_the_ends(t):
    constant = Pattern(gamma=1, alpha=0, b=5, g=Fraction(1, 2))
    step = Pattern(gamma=Fraction(1, 2), alpha=Fraction(10) ** 300, b=3, g=1)
    model = PatternModel([constant, step, *presets.double_descent().patterns])
    found, moved = bounded_curves(model, [t]), bounded_gradient(model, [t])
    for bound in (found.train, found.train_error, found.test, *moved.of_train.values(), *moved.of_test.values()):
        assert np.isfinite(bound).all()
    assert found.test[0] < 1e-13


def test_bounds_come_with_the_same_numbers():
    model, times = presets.double_descent(), np.linspace(0, 300, 7)
    assert np.array_equal(bounded_curves(model, times).curves.test, curves(model, times).test)
    got, expected = bounded_gradient(model, times).gradient, gradient(model, times)
    assert all(np.array_equal(got.of_test[name], values) for name, values in expected.of_test.items())


def test_no_patterns_no_errors():
    found = bounded_curves(PatternModel([], chance=Fraction(1, 3)), [0.0])
    assert 0 < found.test[0] < 1e-14
    assert bounded_gradient(PatternModel([]), [0.0]).of_test["gamma"].shape == (1, 0)
