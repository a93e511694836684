"""Hessian products against mixed differences of the definition in 80 digits, and against each other."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from grokdd.analytic import InputError, Pattern, PatternModel, SoftPreference, presets
from grokdd.simulate import gradient, hessian_product

from .definition import RULES, by_definition, model_of, parameters_of

EPS = 2.0**-52
TIMES = [0.0, 27.3, 51.7]


def direction_for(model, rule):
    rng = np.random.default_rng(model.n)
    names = ["gamma", "alpha", "b", *(() if rule == "table" else ("g",)), *(("weights",) if rule == "soft" else ())]
    return {name: rng.integers(-8, 9, model.n) / 16 for name in names} | {"t": 0.5}


def expected(model, t, direction, name, k):
    """Return the derivatives along the direction of both derivatives in one parameter, by a mixed difference."""
    with mpmath.workdps(80):
        at, accuracies = parameters_of(model, t), by_definition(model, t)
        h, corners = mpmath.mpf(10) ** -20, []
        for along in (h, -h):
            for step in (h, -h):
                x = {key: list(values) for key, values in at.items()}
                for key, way in direction.items():
                    for i, value in enumerate(np.atleast_1d(way).tolist()):
                        x[key][i] += along * value
                x[name][k] += step
                corners.append(accuracies(x))
        return [(a - b - c + d) / (4 * h * h) for a, b, c, d in zip(*corners, strict=True)]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("rule", RULES)
def test_products_are_those_of_the_definition(rule, n):
    model = model_of(n, RULES[rule](n))
    direction = direction_for(model, rule)
    found = hessian_product(model, TIMES, direction)
    for place, t in enumerate(TIMES):
        for parameter, values in found.of_test.items():
            for k in range(values[place].size):
                train, test = expected(model, t, direction, parameter, k)
                # Second derivatives of p are below (times up to 100)^2 here, and each of n^2 of them meets a difference
                # of accuracies, in roundings of about n plus those of p, |x| + 5 <= 30.
                bound = 100**2 * n * (4 * n + 40) * EPS
                assert abs(np.ravel(values[place])[k] - test) <= bound
                if parameter in found.of_train:
                    assert abs(np.ravel(found.of_train[parameter][place])[k] - train) <= bound


@pytest.mark.parametrize("rule", RULES)
def test_the_hessian_is_symmetric(rule):
    model = model_of(5, RULES[rule](5))
    one = direction_for(model, rule)
    other = {name: np.flip(np.atleast_1d(values)) + 0.25 for name, values in one.items() if name != "t"} | {"t": -1.0}
    products = [hessian_product(model, TIMES, way).of_test for way in (one, other)]

    def times(way, product):
        return sum(product[name] @ way[name] if name != "t" else product[name] * way[name] for name in way)

    left, right = times(other, products[0]), times(one, products[1])
    assert np.abs(left - right).max() <= 100**2 * 25 * 100 * EPS
    assert np.abs(left).max() > 1e-6


@pytest.mark.parametrize("n", [58, 100])
def test_on_the_layer_it_is_the_change_of_the_gradient(n):
    """Half a degree of freedom of F is quadratic in p_0 along gamma_0 alone: the gradient is affine in it."""
    rng = np.random.default_rng(n)
    rows = rng.random((n, 4)) * (0.5, 0.1, 100, 1)

    def at(gamma):
        own = [(gamma, *rows[0, 1:]), *rows[1:].tolist()]
        return PatternModel([Pattern(gamma=a, alpha=b, b=c, g=d) for a, b, c, d in own])

    found = hessian_product(at(0.25), TIMES, {"gamma": [1.0] + [0.0] * (n - 1)})
    high, low = gradient(at(0.5), TIMES), gradient(at(0.0), TIMES)
    for name in ("gamma", "g"):
        change = (high.of_test[name] - low.of_test[name]) / 0.5
        assert np.abs(found.of_test[name] - change).max() <= 50 * n * EPS


def test_a_pattern_that_is_never_right_and_one_that_is_constant():
    model = PatternModel(
        [Pattern(gamma=0, alpha=1, b=3, g=1), Pattern(gamma=1, alpha=0, b=3, g=0), *presets.grokking().patterns]
    )
    found = hessian_product(model, [3.0, 50.0], {"gamma": [1, 0, 0, 0, 0], "alpha": [0, 1, 0, 0, 0]})
    for values in (*found.of_train.values(), *found.of_test.values()):
        assert np.isfinite(values).all()
    # Along gamma_0 a rise of pattern 0 appears: d/dt is p_0' dF/dp_0, p_0' = gamma_0 / 4 at t = b.
    assert found.of_test["t"][0] != 0


def test_what_cannot_move_is_refused():
    model = presets.double_descent()
    with pytest.raises(InputError, match=r"direction must name only t, gamma, alpha, b, g for .*, got 'weights'"):
        hessian_product(model, [1.0], {"weights": [1, 1, 1]})
    with pytest.raises(InputError, match=r'direction\["gamma"\] must hold one value per pattern, shape \(3,\)'):
        hessian_product(model, [1.0], {"gamma": [1.0]})
    with pytest.raises(InputError, match="t must hold finite times"):
        hessian_product(model, [np.inf], {})
    with pytest.raises(InputError, match=r'direction\["t"\] must be a number'):
        hessian_product(model, [1.0], {"t": [1.0]})
    for direction in ({"t": np.inf}, {"g": [np.nan, 0, 0]}):
        with pytest.raises(InputError, match=r"direction\[.*\] must be finite, got (inf|nan)"):
            hessian_product(model, [1.0], direction)
    with pytest.raises(InputError, match=r"direction must name what moves, .* got None"):
        hessian_product(model, [1.0], None)  # pyright: ignore[reportArgumentType]


def test_no_direction_no_change():
    found = hessian_product(PatternModel(presets.grokking().patterns, SoftPreference((1, 2, 3))), TIMES, {})
    assert not any(values.any() for values in (*found.of_train.values(), *found.of_test.values()))


def test_light_weights_are_no_other_rule():
    """Only ratios matter: a direction of 1e-70 at weights of 1e-70 is one of 1 at weights of 1."""
    patterns = [Pattern(gamma=1, alpha=Fraction(1, 2), b=10, g=1), Pattern(gamma=1, alpha=Fraction(1, 2), b=12, g=0)]
    light = Fraction(1, 2**230)
    expected = hessian_product(PatternModel(patterns, SoftPreference((1, 2))), [11.0], {"weights": [1, 0]})
    model = PatternModel(patterns, SoftPreference((light, 2 * light)))
    got = hessian_product(model, [11.0], {"weights": [float(light), 0]})
    for name in ("t", "gamma", "alpha", "b", "g"):
        assert np.array_equal(got.of_test[name], expected.of_test[name])
    assert np.array_equal(got.of_test["weights"] * float(light), expected.of_test["weights"])


@pytest.mark.parametrize("length", [1e-250, 1.0, 1e62, 1e250])
def test_products_are_linear_in_the_direction(length):
    """Five patterns: the gradient is of fourth degree in p, so that a step that is not small shows."""
    model = PatternModel([Pattern(gamma=1, alpha=1, b=10 + k, g=k % 2) for k in range(5)])
    way = np.array([1.0, -2.0, 0.5, 3.0, -1.0])
    expected = hessian_product(model, [8.0, 12.0], {"gamma": way})
    got = hessian_product(model, [8.0, 12.0], {"gamma": way * length})
    for name in ("t", "gamma", "alpha", "b", "g"):
        np.testing.assert_allclose(got.of_test[name] / length, expected.of_test[name], rtol=1e-12, atol=1e-15)


def test_steps_at_the_largest_speeds_have_their_second_derivatives():
    """With alpha and 1 / (t - b) scaled by c, derivatives in time scale by c each: p is the same at t = b."""
    fast, slow = ([Pattern(gamma=1, alpha=alpha, b=10, g=k % 2) for k in range(5)] for alpha in (2**230, 1))
    got = hessian_product(PatternModel(fast), [10.0], {"t": 1.0})
    expected = hessian_product(PatternModel(slow), [10.0], {"t": 1.0})
    for accuracy in ("of_train", "of_test"):
        one, other = getattr(got, accuracy)["t"], getattr(expected, accuracy)["t"]
        np.testing.assert_allclose(one * 2.0**-460, other, rtol=1e-13)


def test_digits_of_tiny_second_derivatives_are_kept():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=10, g=1), Pattern(gamma=1, alpha=1, b=700, g=0)])
    got = hessian_product(model, [60.0], {"alpha": [0, 1]}).of_test["gamma"][0, 0]
    assert abs(got / 3.6e-276) == pytest.approx(1, abs=0.02)  # to the two digits known; it was 0


def test_distances_that_overflow_move_nothing():
    model = PatternModel(
        [Pattern(gamma=1, alpha=Fraction(1, 2), b=10**308, g=1), Pattern(gamma=1, alpha=0, b=10**308, g=1)]
    )
    found = hessian_product(model, [-1e308], {"t": 1})
    for named in (found.of_train, found.of_test):
        assert all(np.isfinite(values).all() for values in named.values())
        assert not any(named[name].any() for name in ("t", "gamma", "b"))
