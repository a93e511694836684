"""Curves of many models on tensors: the values of kernels and of exact arithmetic, and what is refused."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from grokdd.analytic import (
    InputError,
    MachineError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
)
from grokdd.simulate import curves, curves_of_many, curves_on_tensors, memory
from grokdd.simulate.tensors.arguments import require_memory_on

from .drawn_curves import EPS, INF, at_the_end, beside_kernels, drawn, numpy_of, rules, tensors, tolerance

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
