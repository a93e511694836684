"""Derivatives of curves on tensors, of both orders: those of kernels, of the definition, and of differences."""

import itertools
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from grokdd.analytic import (
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    presets,
)
from grokdd.simulate import curves_on_tensors, gradient
from grokdd.simulate.model_arrays import model_arrays

from .drawn_curves import EPS, INF, NAMES, at_the_end, drawn, numpy_of, rules, tensors


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
