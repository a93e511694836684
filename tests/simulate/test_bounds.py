"""Returned bounds hold against the definition in balls of 300 bits, and are not far above what is seen."""

from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table, presets
from grokdd.simulate import bounded_curves, bounded_gradient, curves, gradient

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


def ball(number):
    exact = Fraction(number)
    return flint.arb(flint.fmpq(exact.numerator, exact.denominator))


def by_definition(model, t) -> dict[str, Any]:
    """Return the curves and all derivatives at t, as balls."""
    n, time = model.n, ball(t)
    x = [ball(one.alpha) * (time - ball(one.b)) for one in model.patterns]
    s = [1 / (1 + (-value).exp()) for value in x]
    bell = [ball(one.gamma) * a * (1 - a) for one, a in zip(model.patterns, s, strict=True)]
    p = [ball(one.gamma) * a for one, a in zip(model.patterns, s, strict=True)]
    sets = [ball(model.generalization([i for i in range(n) if mask >> i & 1])) for mask in range(2**n)]

    def extension(known):
        values = sets
        for k in range(n - 1, -1, -1):
            right = known.get(k, p[k])
            half = len(values) // 2
            values = [(1 - right) * low + right * high for low, high in zip(values[:half], values[half:], strict=True)]
        return values[0]

    def error(known):
        none = ball(1 - model.chance_train)
        for k in range(n):
            none *= 1 - known.get(k, p[k])
        return none

    found = {"train": 1 - error({}), "train_error": error({}), "test": extension({})}
    of_test = [extension({k: flint.arb(1)}) - extension({k: flint.arb(0)}) for k in range(n)]
    of_train = [error({k: flint.arb(0)}) for k in range(n)]
    for name, by_p in (("of_train", of_train), ("of_test", of_test)):
        in_time = [a * b * ball(one.alpha) for a, b, one in zip(by_p, bell, model.patterns, strict=True)]
        found[name] = {
            "t": [sum(in_time, flint.arb(0))],
            "gamma": [a * b for a, b in zip(by_p, s, strict=True)],
            "alpha": [a * b * (time - ball(one.b)) for a, b, one in zip(by_p, bell, model.patterns, strict=True)],
            "b": [-a for a in in_time],
        }
    return found


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
            for name in ("train", "train_error", "test"):
                seen = shares(getattr(found.curves, name)[i], getattr(found, name)[i], [truth[name]])
                worst[name] = max(worst.get(name, 0), *seen)
            for accuracy in ("of_train", "of_test"):
                for name, expected in truth[accuracy].items():
                    got, bounds = getattr(moved.gradient, accuracy)[name][i], getattr(moved, accuracy)[name][i]
                    place = f"{accuracy} {name}"
                    worst[place] = max(worst.get(place, 0), *shares(got, bounds, expected))
    assert max(worst.values()) <= 1
    assert min(worst.values()) >= 0.01, worst


@pytest.mark.parametrize("rule", ["mean", "preferred", "priority"])
@pytest.mark.parametrize("nodes", [1, 2, 3])
def test_a_bracket_holds_the_truth(rule, nodes):
    rng = np.random.default_rng(1)
    for _ in range(20):
        model, times = random_model(rng, rule), rng.uniform(0, 300, 2)
        found = bounded_curves(model, times, nodes=nodes)
        assert found.method == "bracket"
        for i, t in enumerate(times.tolist()):
            assert max(shares(found.curves.test[i], found.test[i], [by_definition(model, t)["test"]])) <= 1


def test_a_bracket_is_no_wider_than_it_must_be():
    model = PatternModel([Pattern(gamma=1, alpha=Fraction(1, 10), b=10 * k, g=Fraction(k % 2)) for k in range(100)])
    times = np.linspace(0, 1000, 50)
    for nodes, width in ((4, 2.0), (12, 1e-3), (28, 1e-12)):
        found = bounded_curves(model, times, nodes=nodes)
        exact = curves(model, times).test
        assert (np.abs(found.curves.test - exact) <= found.test).all()
        assert width / 1000 < (found.test / exact)[5:].max() < width


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
    with pytest.raises(InputError, match=r"tolerance must be at least 3\.3e-01 at t = 98"):
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
