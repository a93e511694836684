"""Curves of many models in one call: those of `curves`, on any grid, at any size, the same bits on any threads."""

import numpy as np
import pytest
from flint import arb, ctx

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference
from grokdd.simulate import ManyCurves, bounded_curves, bounds_of_many, curves, curves_of_many
from grokdd.simulate.grid_logistic import BLOCK, CHUNK, is_near, learned_on_grid, learned_on_grid_py
from grokdd.simulate.many_models import MOST, PART, many_curves, many_curves_py
from grokdd.simulate.quadrature_plan import plan
from grokdd.simulate.rounding import GRID, OF_P, U

RULES = {
    2: [Mean(), Preferred(1)],
    3: [Mean(), Preferred(0), Priority((2, 0))],
    5: [Priority((1, 0, 3, 2, 4))],
}


def drawn(models, n, seed=0):
    rng = np.random.default_rng(seed)
    gamma = np.where(rng.random((models, n)) < 0.2, rng.integers(0, 2, (models, n)), rng.random((models, n)))
    return gamma, 10 ** rng.uniform(-2, 1, (models, n)), rng.uniform(0, 100, (models, n)), rng.random((models, n))


def model_of(parameters, i, rule, chance, chance_train):
    rows = zip(*(one[i] for one in parameters), strict=True)
    return PatternModel([Pattern(gamma=x, alpha=y, b=z, g=w) for x, y, z, w in rows], rule, chance, chance_train)


@pytest.mark.parametrize(("n", "rule"), [(n, rule) for n, rules in RULES.items() for rule in rules], ids=str)
@pytest.mark.parametrize("chance", [0.0, 0.125])
@pytest.mark.parametrize(
    "t", [np.arange(700.0) / 2, np.array([7.0, 3.0, 250.0]), np.array([5.0])], ids=["grid", "any", "one"]
)
def test_they_are_the_curves_of_each_model(n, rule, chance, t):
    parameters = drawn(12, n)
    got = curves_of_many(t, *parameters, rule=rule, chance=chance, chance_train=chance)
    assert (got.train.shape, got.test.shape) == ((12, t.size), (12, t.size))
    bounds = bounds_of_many(got, *parameters, rule=rule, chance=chance)
    for i in range(12):
        own = bounded_curves(model_of(parameters, i, rule, chance, chance), t)
        assert (np.abs(got.test[i] - own.curves.test) <= bounds.test[i] + own.test).all()
        assert (np.abs(got.train[i] - own.curves.train) <= bounds.train[i] + own.train).all()
    assert bounds.test.max() < 1e-10


def test_the_largest_error_on_a_grid_is_no_hundredth_of_its_bound():
    parameters, t = drawn(200, 3), np.arange(300) / 8
    got = curves_of_many(t, *parameters)
    bounds = bounds_of_many(got, *parameters)
    seen = 0.0
    for i in range(200):
        own = bounded_curves(model_of(parameters, i, Mean(), 0, 0), t)  # ten times as good, or the shares mean little
        seen = max(seen, (np.abs(got.test[i] - own.curves.test) / bounds.test[i]).max())
    assert 0.01 < seen < 1


def test_times_that_are_even_but_for_a_rounding_are_within_the_bound():
    t = 2.0**20 + np.arange(640) / 16
    rounding = np.spacing(t.max())
    t[320] -= rounding  # where a block begins
    t[321:] += rounding
    model = [[1.0]], [[1.0]], [[t[400]]], [[1.0]]
    got = curves_of_many(t, *model)
    off = np.abs(got.test[0] - bounded_curves(model_of(model, 0, Mean(), 0, 0), t).curves.test)
    assert 0.1 < (off / bounds_of_many(got, *model).test[0]).max() < 1


def test_exponentials_on_a_grid_keep_their_digits():
    t = np.arange(0.0, BLOCK)
    p, q, none = np.ones((3, BLOCK))
    for alpha, b in ((0.15, 50.0), (0.0, 3.0), (0.7, 319.0), (1e-6, 0.0), (2.1, 0.0), (4.2, 160.0)):
        assert is_near(t, 0, BLOCK, alpha, b)
        none[:] = 1.0
        learned_on_grid(t, 0, BLOCK, alpha, b, 1.0, np.empty(CHUNK), p, q, none, p)
        with ctx.workprec(2000):
            exact = [(-arb(alpha) * (arb(x) - arb(b))).exp() for x in t]
            shares = [float(1 / (1 + x)) for x in exact], [float(x / (1 + x)) for x in exact]
        x = np.abs(alpha * (t - b)).max()
        np.testing.assert_allclose(p, shares[0], rtol=(14 * x + GRID + OF_P) * U)
        np.testing.assert_allclose(q, shares[1], rtol=(14 * x + GRID + OF_P) * U)
        np.testing.assert_array_equal(none, q)


@pytest.mark.parametrize("direction", [1.0, -1.0])
@pytest.mark.parametrize("size", [1, 31, 33, 321, 700])
def test_exponentials_at_the_edge_of_the_range_are_those_of_other_times(direction, size):
    """Where products of exponentials would over- or underflow, each has to be computed by itself."""
    t = np.arange(float(size))[:: int(direction)].copy()
    speeds = np.geomspace(1e-3, 1e3, 40)
    middles = np.repeat([0.0, 15.5, 689.0], 40)[:, None]
    parameters = [np.ones((120, 1)), np.tile(speeds, 3)[:, None], middles, np.ones((120, 1))]
    grid = curves_of_many(t, *parameters)
    anywhere = curves_of_many(np.append(t, t[-1] + 0.3), *parameters)
    bounds = bounds_of_many(grid, *parameters), bounds_of_many(anywhere, *parameters)
    for name in ("train", "test"):
        one, other, off, other_off = (getattr(found, name) for found in (grid, anywhere, *bounds))
        assert (np.abs(one - other[:, :-1]) <= off + other_off[:, :-1]).all()


def test_speeds_without_end_make_steps_and_no_warning():
    t = np.arange(0.0, 500.0)
    got = curves_of_many(t, [[1.0, 1.0]], [[1e308, 0.0]], [[250.0, 3.0]], [[1.0, 0.0]])
    times = [0, 249, 250, 251, 499]
    np.testing.assert_array_equal(got.train[0, times], [0.5, 0.5, 0.75, 1.0, 1.0])
    np.testing.assert_allclose(got.test[0, times], [0.0, 0.0, 0.375, 0.75, 0.75], atol=1e-290)


def test_finite_times_that_no_grid_can_hold_make_no_warning():
    got = curves_of_many([1e308, -1e308, 0.0], [[1.0]], [[1.0]], [[1.0]], [[0.5]])
    np.testing.assert_allclose(got.test[0], [0.5, 0.0, 0.5 / (1 + np.e)], atol=1e-290)


def test_nan_stays_with_its_own_model():
    parameters = drawn(3, 2)
    parameters[1][1, 0] = np.nan
    got = curves_of_many(np.arange(5.0), *parameters)
    assert np.isnan(got.test[1]).all()
    assert not np.isnan(got.test[[0, 2]]).any()


def test_the_bits_do_not_depend_on_threads_neighbours_or_where_they_are_put():
    parameters, t = drawn(2 * PART + 5, 3), np.arange(20.0)
    one = curves_of_many(t, *parameters, rule=Preferred(2))
    many = curves_of_many(t, *parameters, rule=Preferred(2), threads=3)
    np.testing.assert_array_equal(many.test, one.test)
    np.testing.assert_array_equal(many.train, one.train)
    alone = curves_of_many(t, *(x[7:8] for x in parameters), rule=Preferred(2))
    np.testing.assert_array_equal(alone.test[0], one.test[7])
    again = curves_of_many(t, *(x[::-1] for x in parameters), rule=Preferred(2), out=many)
    assert again.test is many.test
    np.testing.assert_array_equal(again.test, one.test[::-1])


def test_no_models_no_patterns_no_times():
    none = np.empty((0, 3))
    assert curves_of_many([1.0, 2.0], none, none, none, none).test.shape == (0, 2)
    empty = np.empty((2, 0))
    got = curves_of_many([1.0], empty, empty, empty, empty, chance=0.25)
    np.testing.assert_array_equal(got.test, [[0.25], [0.25]])
    assert curves_of_many([], *drawn(2, 2)).train.shape == (2, 0)


def test_as_many_patterns_as_there_are_nodes_for():
    parameters = drawn(2, MOST)
    got = curves_of_many([40.0], *parameters).test
    for i in range(2):  # 56 patterns: 2 (9/4 n + m + 10) roundings of the quadrature, and p and q as above
        expected = curves(model_of(parameters, i, Mean(), 0, 0), [40.0]).test
        np.testing.assert_allclose(got[i], expected, rtol=2 * (9 / 4 * MOST + 28 + 10 + 2 * MOST * 700) * 2.0**-52)


def test_kernels_equal_their_python_twins():
    t, found = np.arange(0.0, 20.0), []
    for function in (learned_on_grid, learned_on_grid_py):
        arrays = np.ones((4, CHUNK))
        relative, p, q, none = arrays
        function(t, 2, 18, 0.3, 5.0, 0.75, relative, p, q, none, np.empty(18))
        found.append(arrays)
    np.testing.assert_allclose(found[0], found[1], rtol=2.0**-49)  # fused, and exp may be another library's
    parameters, results = drawn(2, 3), []
    for function in (many_curves, many_curves_py):
        train, test = np.empty((2, 4)), np.empty((2, 4))
        function(t[:4], True, *parameters, *plan(Preferred(1), 3)[:4], 0.1, 0.1, train, test)
        results.append((train, test))
    np.testing.assert_allclose(results[0], results[1], rtol=2.0**-48)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"alpha": np.ones((2, 3))}, r"alpha must have the shape of gamma, \(2, 2\), got \(2, 3\)"),
        ({"gamma": np.ones(2)}, "gamma must have 2 axes"),
        ({"t": [np.inf]}, "t must hold finite times"),
        ({"rule": SoftPreference((1, 2))}, "rule must be Mean, Preferred or Priority"),
        ({"rule": Preferred(5)}, "the preferred pattern must lie in 0..1"),
        ({"threads": 0}, r"threads must be a whole number in 1\.\.1024"),
        ({"out": 1}, r"out must be a result of curves_of_many of shape \(2, 1\)"),
    ],
)
def test_bad_input_is_refused_in_one_line(change, says):
    given = {"t": [1.0], **{name: np.ones((2, 2)) for name in ("gamma", "alpha", "b", "g")}, **change}
    with pytest.raises(InputError, match=says):
        curves_of_many(**given)


def test_parameters_outside_their_ranges_give_what_the_formulas_give():
    t = np.linspace(0, 400, 5)
    got = curves_of_many(t, [[1.0]], [[0.1]], [[50.0]], [[3.0]])
    np.testing.assert_allclose(got.test[0], 3 / (1 + np.exp(-0.1 * (t - 50))), rtol=1e-14)


@pytest.mark.parametrize(
    ("train", "test", "says"),
    [
        (np.zeros((2, 1), np.float32), np.zeros((2, 1), np.float32), "of float64 in C order"),
        (np.zeros((1, 2)).T, np.zeros((4, 1))[::2], "of float64 in C order"),
        (np.broadcast_to(0.0, (2, 1)), np.zeros((2, 1)), "of float64 in C order"),
        (one := np.zeros((2, 1)), one, "one memory for train and test"),
    ],
    ids=["float32", "strided", "read-only", "twice the same"],
)
def test_an_out_that_cannot_hold_the_results_is_refused(train, test, says):
    with pytest.raises(InputError, match=says):
        curves_of_many([1.0], *(np.ones((2, 2)),) * 4, out=ManyCurves(np.ones(1), train, test))


@pytest.mark.parametrize(("place", "name"), [(0, "gamma"), (3, "g"), (4, "chance")])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_no_bound_is_claimed_outside_the_ranges(place, name, value):
    columns = [np.full((1, 1), value if own == place else 0.5) for own in range(4)]
    chance = value if place == 4 else 0.5
    found = curves_of_many([1.0], *columns, chance=chance)
    with pytest.raises(InputError, match=rf"{name} must lie in \[0, 1\] for a bound, got {value}"):
        bounds_of_many(found, *columns, chance=chance)


def test_bounds_are_those_of_a_result():
    with pytest.raises(InputError, match="found must be the result of curves_of_many, got 3"):
        bounds_of_many(3, *(np.ones((2, 2)),) * 4)  # pyright: ignore[reportArgumentType]


def test_more_patterns_than_nodes_are_refused():
    with pytest.raises(InputError, match="gamma must have at most 56 columns, got 57; use curves"):
        curves_of_many([1.0], *(np.ones((1, 57)),) * 4)


def test_results_are_not_written_over_what_they_are_made_from():
    g = np.ones((1, 1))
    found = curves_of_many([1.0], g, g, g, g)
    with pytest.raises(InputError, match="out must hold arrays of its own, got one that is the memory of gamma too"):
        curves_of_many([1.0], g, 2 * g, g, 3 * g, out=ManyCurves(found.t, g, found.test))
