"""Curves of many models on tensors: values of kernels and of exact arithmetic, and derivatives of both orders."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from grokdd.analytic import (
    InputError,
    MachineError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    presets,
)
from grokdd.simulate import curves, curves_of_many, curves_on_tensors, gradient, memory
from grokdd.simulate.legendre import LARGEST_RULE
from grokdd.simulate.model_arrays import model_arrays
from grokdd.simulate.tensors.arguments import require_memory_on

EPS = {torch.float64: 2.0**-52, torch.float32: 2.0**-23}
INF = math.inf
NAMES = ("t", "gamma", "alpha", "b", "g", "chance", "chance_train")


def rules(n):
    yield Mean()
    if n:
        yield Preferred(n - 1)
        yield Priority((n - 1, *range(n - 1)))
    if n > 2:
        yield Priority((n // 2, 0))


def tolerance(n, dtype=torch.float64):
    """Return the relative error for g >= 0 and given p, q: as in `test_quadrature`, since halving adds nothing."""
    return (2 * n + min((n + 1) // 2, LARGEST_RULE) + 10) * EPS[dtype]


def beside_kernels(n, dtype=torch.float64):
    """Return how far from a kernel: both err by `tolerance`, and each of n factors p or q is off by 4 units.

    x is the same, bit for bit; the exponentials are within two units of each other, and the three roundings that make p
    and q of them fall alike but for two.
    """
    return 2 * tolerance(n, dtype) + 4 * n * EPS[dtype]


def drawn(shape, seed=0):
    rng = np.random.default_rng(seed)
    gamma = np.where(rng.random(shape) < 0.3, rng.integers(0, 2, shape), rng.random(shape))
    return gamma, 10 ** rng.uniform(-2, 1, shape), rng.uniform(0, 100, shape), rng.random(shape)


def tensors(device, *arrays, dtype=torch.float64):
    return [torch.tensor(np.array(x), dtype=dtype, device=device, requires_grad=True) for x in arrays]


def numpy_of(x):
    return x.detach().cpu().numpy()


def at_the_end(device, p, g, dtype=torch.float64, **settings):
    """Return curves at t = inf, where p is gamma."""
    n = len(p)
    gamma, share = tensors(device, p, g, dtype=dtype)
    ones = torch.ones(n, dtype=dtype, device=device)
    return (
        gamma,
        share,
        curves_on_tensors(torch.full((1,), INF, dtype=dtype, device=device), gamma, ones, 0 * ones, share, **settings),
    )


# Values.


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 31, 56])
@pytest.mark.parametrize("chance", [0.0, 0.125])
def test_they_are_the_curves_of_the_kernel(device, n, chance):
    parameters, t = drawn((6, n), n), np.array([7.0, 3.0, 250.0, -INF, INF, 50.0])
    for rule in rules(n):
        found = curves_on_tensors(t, *tensors(device, *parameters), rule=rule, chance=chance, chance_train=chance)
        for i in range(6):
            rows = zip(*(one[i] for one in parameters), strict=True)
            own = [Pattern(gamma=x, alpha=y, b=z, g=w) for x, y, z, w in rows]
            expected = curves(PatternModel(own, rule, chance, chance), t)
            for name in ("train", "test", "train_error"):
                got = numpy_of(getattr(found, name)[i])
                np.testing.assert_allclose(got, getattr(expected, name), rtol=beside_kernels(n), atol=5e-324)


@pytest.mark.parametrize("n", [57, 70, 130])
def test_they_are_the_curves_of_the_kernel_on_the_layer(device, n):
    parameters, t = drawn((2, n), n), np.linspace(0, 300, 7)
    for rule in (Mean(), Preferred(3), Priority((5, 0))):
        found = curves_on_tensors(t, *tensors(device, *parameters), rule=rule, chance=0.01)
        for i in range(2):
            rows = zip(*(one[i] for one in parameters), strict=True)
            own = [Pattern(gamma=x, alpha=y, b=z, g=w) for x, y, z, w in rows]
            np.testing.assert_allclose(
                numpy_of(found.test[i]), curves(PatternModel(own, rule, 0.01), t).test, rtol=beside_kernels(n)
            )


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 12])
def test_they_agree_with_exact_enumeration(device, n, dtype, exact):
    rng = np.random.default_rng(n)
    p, g = (rng.integers(0, 2**8, n, endpoint=True) / 2.0**8 for _ in range(2))
    p[rng.random(n) < 0.2], p[rng.random(n) < 0.2] = 0.0, 1.0
    for rule in rules(n):
        _, _, found = at_the_end(device, p, g, dtype, rule=rule, chance=1 / 128)
        model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=x) for x in g], rule, Fraction(1, 128))
        expected = exact(model, [Fraction(x) for x in p])
        assert found.test.dtype == dtype
        assert abs(Fraction(found.test.item()) - expected) <= tolerance(n, dtype) * expected


@pytest.mark.parametrize("n", [3, 8, 20, 60])
def test_float32_is_float64_to_its_own_roundings(device, n):
    """All parameters have few bits, and so has x: nothing but what is computed is rounded."""
    rng = np.random.default_rng(n)
    exact = [rng.integers(1, 17, (4, n)) / (16, 32, 1, 16)[place] for place in range(4)]
    t = np.arange(0.0, 40.0, 3)
    got, expected = (
        curves_on_tensors(torch.tensor(t, dtype=dtype, device=device), *tensors(device, *exact, dtype=dtype))
        for dtype in (torch.float32, torch.float64)
    )
    for name in ("train", "test", "train_error"):
        one, other = numpy_of(getattr(got, name)), numpy_of(getattr(expected, name))
        assert one.dtype == np.float32
        # p and q err by the exponential and three roundings, 5 units at most, in each of n factors; below 2**-126 each
        # of n products is rounded to a multiple of 2**-149
        off = tolerance(n, torch.float32) + 5 * n * 2.0**-23
        np.testing.assert_allclose(one.astype(float), other, rtol=off, atol=n * 2.0**-149)


@pytest.mark.parametrize("at_once", [1, 50, 1000, 10**6])
def test_blocks_of_models_and_times_change_roundings_only(device, at_once):
    given = [*tensors(device, *drawn((3, 4, 5))), *tensors(device, np.linspace(0, 0.2, 4), 0.05)]
    t = torch.linspace(0, 120, 23, dtype=torch.float64, device=device).requires_grad_()
    results = []
    for size in (at_once, None):
        *parameters, chance, chance_train = given
        found = curves_on_tensors(
            t, *parameters, rule=Preferred(1), chance=chance, chance_train=chance_train, at_once=size
        )
        assert found.test.shape == (3, 4, 23)
        total = (found.test**2).sum() + found.train.sum() + found.train_error.sum()
        results.append([found.test, found.train, found.train_error, *torch.autograd.grad(total, [t, *given])])
    for got, expected in zip(*results, strict=True):  # sums of up to 23 * 12 derivatives of up to 100 or so
        np.testing.assert_allclose(numpy_of(got), numpy_of(expected), rtol=1e-11, atol=1e-11)


def test_leading_axes_broadcast(device):
    gamma, alpha, b, g = tensors(device, *drawn((4, 3)))
    chance = torch.tensor([[0.0], [0.1]], dtype=torch.float64, device=device)
    t = torch.arange(24.0, dtype=torch.float64, device=device).reshape(2, 1, 12)
    found = curves_on_tensors(t, gamma, alpha[0], b, g[:1], rule=Priority((2, 1)), chance=chance)
    assert found.train.shape == found.test.shape == found.train_error.shape == (2, 4, 12)
    alone = curves_on_tensors(t[1, 0], gamma[3], alpha[0], b[3], g[0], rule=Priority((2, 1)), chance=0.1)
    np.testing.assert_allclose(numpy_of(found.test[1, 3]), numpy_of(alone.test), rtol=1e-15)


def test_no_models_no_patterns_no_times(device):
    empty = torch.zeros(0, 3, dtype=torch.float64, device=device)
    assert curves_on_tensors([1.0, 2.0], empty, empty, empty, empty).test.shape == (0, 2)
    assert curves_on_tensors(torch.zeros(0, device=device), *tensors(device, *drawn((2, 2)))).test.shape == (2, 0)
    none = torch.zeros(2, 0, dtype=torch.float64, device=device)
    found = curves_on_tensors([1.0, INF], none, none, none, none, chance=0.25, chance_train=0.125)
    assert found.test.tolist() == [[0.25, 0.25]] * 2
    assert found.train.tolist() == [[0.125, 0.125]] * 2
    assert found.train_error.tolist() == [[0.875, 0.875]] * 2


def test_many_models_are_those_of_the_numba_form(device):
    parameters, t = drawn((300, 3), 5), np.arange(50.0)
    expected = curves_of_many(t, *parameters, rule=Preferred(2), chance=0.01)
    got = curves_on_tensors(t, *tensors(device, *parameters), rule=Preferred(2), chance=0.01)
    # exponentials by multiplication along the grid: off by (|x| + 24) units, |x| up to 1000 where they are not 0
    np.testing.assert_allclose(numpy_of(got.test), expected.test, rtol=3 * 1030 * EPS[torch.float64], atol=1e-290)


# The eight hard inputs.


def test_zero_and_one_among_the_predictiveness(device):
    assert at_the_end(device, [0, 1, 0.5], [0.2, 0.4, 0.9])[2].test.item() == pytest.approx(0.525, rel=tolerance(3))


@pytest.mark.parametrize("n", [1, 2, 8, 60])
def test_certain_patterns_give_the_mean_and_none_chance(device, n):
    g = np.linspace(0.25, 0.75, n)
    for rule, expected in ((Mean(), math.fsum(g) / n), (Preferred(n - 1), g[-1])):
        got = at_the_end(device, np.ones(n), g, rule=rule, chance=0.3)[2]
        assert got.test.item() == pytest.approx(expected, rel=tolerance(n), abs=0)
        assert got.train_error.item() == 0
        assert at_the_end(device, np.zeros(n), g, rule=rule, chance=0.3)[2].test.item() == 0.3


@pytest.mark.parametrize("n", [70, 1000, 20_000])
@pytest.mark.parametrize("kind", ["one", "1/n", "uniform"])
def test_many_patterns_of_equal_generalization(device, n, kind):
    p = {"one": np.ones(n), "1/n": np.full(n, 1 / n), "uniform": np.random.default_rng(0).random(n)}[kind]
    got = at_the_end(device, p, np.full(n, 0.7))[2]
    with np.errstate(divide="ignore"):
        expected = -0.7 * math.expm1(math.fsum(np.log1p(-p)))
    # as in `test_quadrature`: 1 - p is rounded here, and the expected value has a rounding for each logarithm
    assert got.test.item() == pytest.approx(expected, rel=tolerance(n) + n * EPS[torch.float64], abs=0)


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("n", [2, 3, 8, 70])
def test_tiny_predictiveness_adds_up(device, n, dtype):
    tiny = {torch.float64: 1e-300, torch.float32: 2.0**-120}[dtype]
    g = np.linspace(0.25, 1, n)
    got = at_the_end(device, np.full(n, tiny), g, dtype)[2].test.item()
    # 1e-300 and g are rounded to the format as well
    assert got / tiny == pytest.approx(math.fsum(g), rel=tolerance(n, dtype) + 2 * EPS[dtype])
    smallest = {torch.float64: 5e-324, torch.float32: 2.0**-149}[dtype]
    assert at_the_end(device, np.full(n, smallest), np.ones(n), dtype)[2].test.item() == n * smallest


def test_speeds_and_times_without_end_make_steps(device):
    given = tensors(device, [1.0, 1.0], [1e308, 0.0], [250.0, 3.0], [1.0, 0.0])
    found = curves_on_tensors([-INF, -1e308, 249, 250, 251, 1e308, INF], *given)
    assert found.train.tolist() == [0.5, 0.5, 0.5, 0.75, 1, 1, 1]
    np.testing.assert_allclose(numpy_of(found.test), [0, 0, 0, 0.375, 0.75, 0.75, 0.75], rtol=tolerance(2))


@pytest.mark.parametrize("n", [40, 70])
def test_copies_of_one_pattern_are_the_binomial_closed_form(device, n):
    found = at_the_end(device, np.full(n, 0.125), np.full(n, 0.75))[2]
    expected = -0.75 * math.expm1(n * math.log1p(-0.125))
    assert found.test.item() == pytest.approx(expected, rel=tolerance(n) + n * EPS[torch.float64])


def test_nan_stays_with_its_own_model(device):
    parameters = drawn((3, 2))
    parameters[1][1, 0] = math.nan
    found = curves_on_tensors([1.0, 5.0], *tensors(device, *parameters))
    assert torch.isnan(found.test).tolist() == [[False] * 2, [True] * 2, [False] * 2]


def test_train_error_keeps_digits_that_the_subtraction_loses(device):
    found = curves_on_tensors([100.0], *tensors(device, [1.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]))
    assert found.train.item() == 1
    assert found.train_error.item() == pytest.approx(math.exp(-200), rel=1e-14, abs=0)


# Derivatives.


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_first_derivatives_are_those_of_the_kernel(device, n):
    columns, t = [np.where(x == 0.5, 0.0, x) for x in drawn((n,), n)], np.array([-INF, 0.0, 27.3, 51.7, 88.9, INF])
    for rule in rules(n):
        rows = [Pattern(gamma=x, alpha=y, b=z, g=w) for x, y, z, w in zip(*columns, strict=True)]
        expected = gradient(PatternModel(rows, rule, 0.0625, 0.125), t)
        given = tensors(device, t, *columns)
        found = curves_on_tensors(*given, rule=rule, chance=0.0625, chance_train=0.125)
        for name, of in (("test", expected.of_test), ("train", expected.of_train)):
            for i in range(t.size):
                got = torch.autograd.grad(getattr(found, name)[i], given, retain_graph=True)
                for place, x in enumerate(got):
                    own = of.get(NAMES[place], np.zeros((t.size, n)))[i]
                    mine = numpy_of(x[i] if place == 0 else x)
                    # what a pattern gains less what others lose, each below 100, in about 4 n + 40 roundings
                    np.testing.assert_allclose(mine, own, rtol=0, atol=2 * 100 * (4 * n + 40) * 2.0**-52)


def by_definition(n, rule):
    """Return test accuracy as a function of (t, gamma..., alpha..., b..., g..., chance), from the sum over all sets."""

    def accuracy(x):
        t, gamma, alpha, b, g, chance = x[0], *(x[1 + k * n : 1 + (k + 1) * n] for k in range(4)), x[-1]
        p = [w / (1 + mpmath.exp(-s * (t - y))) for w, s, y in zip(gamma, alpha, b, strict=True)]
        total = mpmath.mpf(0)
        for mask in range(2**n):
            inside = [i for i in range(n) if mask >> i & 1]
            weight = mpmath.fprod(p[i] if i in inside else 1 - p[i] for i in range(n))
            first = [k for k in rule if k in inside]
            mean = mpmath.fsum(g[i] for i in inside) / max(1, len(inside))
            total += weight * (g[first[0]] if first else mean if inside else chance)
        return total

    return accuracy


@pytest.mark.parametrize("listed", [(), (2,), (1, 0)])
def test_second_derivatives_are_those_of_the_definition_where_something_is_0_or_1(device, listed):
    """Pattern 0 has gamma = 0, pattern 1 alpha = 0, pattern 2 gamma = 1 and x = 0, where abs has no derivative."""
    n = 3
    x = [10.0, 0.0, 0.5, 1.0, 0.25, 0.0, 0.5, 4.0, 6.0, 10.0, 0.75, 0.25, 1.0, 0.125]
    rule = Priority(listed) if listed else Mean()
    given = tensors(device, [x[0]], *(x[1 + k * n : 1 + (k + 1) * n] for k in range(4)), x[-1])
    found = curves_on_tensors(*given[:5], rule=rule, chance=given[5]).test.sum()
    first = torch.autograd.grad(found, given, create_graph=True)
    flat = torch.cat([part.reshape(-1) for part in first])
    second = [
        torch.cat([part.reshape(-1) for part in torch.autograd.grad(one, given, retain_graph=True)]).tolist()
        for one in flat
    ]
    with mpmath.workdps(60):
        accuracy, h = by_definition(n, listed), mpmath.mpf(10) ** -20
        at = [mpmath.mpf(value) for value in x]

        def moved(*steps):
            return accuracy([value + h * sum(s for k, s in steps if k == place) for place, value in enumerate(at)])

        for i in range(len(x)):
            slope = (moved((i, 1)) - moved((i, -1))) / (2 * h)
            assert abs(flat[i].item() - slope) <= 6 * (4 * n + 40) * EPS[torch.float64]
            for k in range(len(x)):
                corners = [(moved((i, r), (k, s)), r * s) for r, s in itertools.product((1, -1), repeat=2)]
                expected = sum(value * sign for value, sign in corners) / (4 * h * h)
                # times move p by at most 6 for each alpha: 36, in about 4 n + 40 roundings for each of a few parts
                assert abs(second[i][k] - expected) <= 4 * 36 * (4 * n + 40) * EPS[torch.float64], (i, k)


def changed(p, known):
    return [Fraction(known.get(i, x)) for i, x in enumerate(p)]


@pytest.mark.parametrize("n", [2, 3, 5])
def test_derivatives_in_p_at_vertices_are_exact_differences(device, n, exact):
    """F is affine in each p: at p in {0, 1/2, 1} its first and mixed second derivatives are differences of values."""
    g = [Fraction(k + 1, 8) for k in range(n)]
    for rule, p in itertools.product(rules(n), ([0, 1] * n, [1] * n, [0] * n, [Fraction(1, 2), 0, 1] * n)):
        here = [Fraction(x) for x in p[:n]]
        model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=x) for x in g], rule, Fraction(1, 16))
        gamma, _, found = at_the_end(device, [float(x) for x in here], [float(x) for x in g], rule=rule, chance=1 / 16)
        (first,) = torch.autograd.grad(found.test.sum(), gamma, create_graph=True)

        for i in range(n):
            known = [exact(model, changed(here, {i: r})) for r in (1, 0)]
            assert abs(first[i].item() - (known[0] - known[1])) <= 8 * (n + 4) * 2.0**-52
            second = torch.autograd.grad(first[i], gamma, retain_graph=True)[0].tolist()
            for k in range(n):
                corners = [exact(model, changed(here, {i: r, k: s})) for r, s in itertools.product((0, 1), repeat=2)]
                expected = 0 if i == k else corners[0] - corners[1] - corners[2] + corners[3]
                assert abs(second[k] - expected) <= 16 * (n + 4) * 2.0**-52


@pytest.mark.parametrize("t", [INF, -INF, 1e308, -1e308])
@pytest.mark.parametrize("n", [3, 60])
def test_at_the_ends_nothing_moves_and_no_second_derivative_is_nan(device, t, n):
    columns = [np.resize(x, n) for x in ([0.0, 1.0, 0.5], [1.0, 1e308, 0.125], [3.0, 5.0, 1.0], [1.0, 0.0, 0.5])]
    given = [*tensors(device, [t], *columns), *tensors(device, 0.1, 0.1)]
    for rule in (Mean(), Preferred(1)):
        found = curves_on_tensors(*given[:5], rule=rule, chance=given[5], chance_train=given[6])
        total = found.test.sum() + found.train.sum() + found.train_error.sum()
        first = torch.autograd.grad(total, given, create_graph=True)
        for name, x in zip(NAMES, first, strict=True):
            assert torch.isfinite(x).all()
            assert name not in ("t", "alpha", "b") or not x.abs().max().item()
        second = torch.autograd.grad(torch.stack([(x**2).sum() for x in first]).sum(), given)
        assert all(torch.isfinite(x).all() for x in second)


def test_the_grokking_preset_moves_with_a_pattern_that_is_never_right(device):
    model = presets.grokking()
    arrays, rule = model_arrays(model), model.rule
    assert isinstance(rule, Preferred)
    given = tensors(device, [50.0], arrays.gamma, arrays.alpha, arrays.b, arrays.g)
    found = curves_on_tensors(*given, rule=rule)
    expected = gradient(model, [50.0])
    got = torch.autograd.grad(found.test.sum(), given)
    np.testing.assert_allclose(numpy_of(got[1]), expected.of_test["gamma"][0], rtol=1e-14)
    assert got[2][0].item() == got[3][0].item() == 0


@pytest.mark.parametrize("rule", [Mean(), Preferred(0), Priority((2, 0))], ids=str)
def test_derivatives_are_those_of_differences(device, rule):
    rng = np.random.default_rng(1)
    t, columns = rng.uniform(0, 9, 2), [rng.uniform(0.1, 0.9, (2, 3)) for _ in range(4)]
    columns[2] *= 9
    given = [*tensors(device, t, *columns), *tensors(device, rng.uniform(0.1, 0.3, 2), 0.2)]

    def accuracy(*x):
        found = curves_on_tensors(*x[:5], rule=rule, chance=x[5], chance_train=x[6], at_once=9)  # blocks of one model
        return found.train, found.test, found.train_error

    assert gradcheck(accuracy, given)
    assert gradgradcheck(accuracy, given)


def test_derivatives_on_the_layer_are_those_of_the_kernel(device):
    n = 70
    columns, t = drawn((n,), 3), np.array([30.0, 80.0])
    rows = [Pattern(gamma=x, alpha=y, b=z, g=w) for x, y, z, w in zip(*columns, strict=True)]
    expected = gradient(PatternModel(rows, Preferred(4)), t).of_test
    given = tensors(device, t, *columns)
    found = curves_on_tensors(*given, rule=Preferred(4)).test
    for i in range(2):
        got = torch.autograd.grad(found[i], given, retain_graph=True)
        for place, name in enumerate(NAMES[1:5], 1):
            np.testing.assert_allclose(numpy_of(got[place]), expected[name][i], atol=2 * 100 * (4 * n + 40) * 2.0**-52)


# Formats, devices, and what is refused.


def test_formats_follow_the_tensors_that_are_given(device):
    half = torch.full((1, 2), 0.5, device=device)
    assert curves_on_tensors([1.0], half, [1, 1], [0, 0], half).test.dtype == torch.float32
    assert curves_on_tensors([1.0], half, [1, 1], [0, 0], half.double()).test.dtype == torch.float64
    assert curves_on_tensors([1], (half > 0).long(), [1, 1], [0, 0], [Fraction(1, 2), 1]).test.dtype == torch.float64
    assert curves_on_tensors([1.0], half, [1, 1], [0, 0], half).test.device == half.device


ONES = np.ones((2, 3))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"alpha": np.ones((2, 4))}, "alpha must hold one value per pattern, 3 in its last axis, got 4"),
        ({"b": np.ones((5, 3))}, r"b must have leading axes that broadcast with \(2,\), those before it, got \(5,\)"),
        ({"chance": np.ones(4)}, r"chance must have leading axes that broadcast with \(2,\)"),
        ({"gamma": 1.0}, "gamma must have at least one axis, got a single number"),
        ({"t": 1.0}, "t must have at least one axis"),
        ({"t": ["1"]}, "t must be an array of numbers"),
        ({"g": torch.ones(2, 3, dtype=torch.bfloat16)}, "g must be a tensor of float32 or float64, got torch.bfloat16"),
        ({"g": torch.ones(2, 3, device="meta"), "b": torch.ones(2, 3)}, "g must be on the device of b, cpu, got meta"),
        ({"rule": SoftPreference((1, 2, 3))}, "rule must be Mean, Preferred or Priority, .*; else use extension_on_"),
        ({"rule": Preferred(5)}, "the preferred pattern must lie in 0..2"),
        ({"at_once": 0}, "at_once must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_refused_in_one_line(change, says):
    given = {"t": [1.0], **dict.fromkeys(("gamma", "alpha", "b", "g"), ONES), **change}
    with pytest.raises(InputError, match=says) as refused:
        curves_on_tensors(**given)
    assert "\n" not in str(refused.value)


def test_too_many_curves_are_refused_with_the_bytes_they_take(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 2**28)
    gamma = torch.zeros(1, 2, dtype=torch.float64).expand(40_000, 2)
    with pytest.raises(
        MachineError, match=r"^curves of 40000 models .* at 300 times, .* takes 3\d{8} bytes .* smaller at_once$"
    ):  # 3 * 8 * 40000 * 300 = 288 * 10**6 and a block
        curves_on_tensors(np.arange(300.0), gamma, [1, 1], [0, 0], [1, 1])
    many = torch.zeros(10**6, dtype=torch.float64)
    with pytest.raises(MachineError, match=r"1 x 1 of them at once, takes .* fewer models, times or patterns"):
        curves_on_tensors([1.0], many, many, many, many)


def test_memory_of_a_card_is_what_is_free_and_what_torch_holds_unused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (100, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 70)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 50)
    card = torch.device("cuda")
    require_memory_on(card, 120, "a block", "none")
    with pytest.raises(MachineError, match=r"^a block takes 121 bytes of memory on cuda, and 120 are free: none$"):
        require_memory_on(card, 121, "a block", "none")
