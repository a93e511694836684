"""Any set function on tensors, and the table of a soft preference: exact values, the kernels' numbers, derivatives."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from grokdd.analytic import InputError, MachineError, Pattern, PatternModel, SoftPreference, Table
from grokdd.simulate import (
    curves,
    extension,
    extension_on_tensors,
    gradient,
    memory,
    predictiveness_on_tensors,
    soft_preference_table,
)
from grokdd.simulate.enumeration_gradient import enumerate_known
from grokdd.simulate.set_functions import rule_table

EPS = {torch.float64: 2.0**-52, torch.float32: 2.0**-23}


def bound(n, dtype=torch.float64):
    """Return the relative error for a table >= 0: 1 - p, n products, and the sums of a row and of a column."""
    return (2 * n + 2 ** (n // 2) + 2 ** (n - n // 2)) / 2 * EPS[dtype]


def tensors(device, *arrays, dtype=torch.float64):
    return [torch.tensor(np.array(x), dtype=dtype, device=device, requires_grad=True) for x in arrays]


def drawn(n, points, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.random((points, n))
    p[rng.random(p.shape) < 0.2] = 0.0
    p[rng.random(p.shape) < 0.2] = 1.0
    return rng.random(2**n), p


def numpy_of(x):
    return x.detach().cpu().numpy()


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 6, 9])
def test_values_are_the_exact_sums(device, n, dtype):
    rng = np.random.default_rng(n)
    table, p = rng.integers(0, 2**8, 2**n) / 2**8, rng.integers(0, 2**6, (3, n), endpoint=True) / 2**6
    got = extension_on_tensors(*tensors(device, table, p, dtype=dtype))
    assert got.dtype == dtype
    for value, row in zip(got.tolist(), p.tolist(), strict=True):
        expected = Fraction(0)
        for mask, entry in enumerate(table.tolist()):
            weight = Fraction(entry)
            for i, x in enumerate(row):
                weight *= Fraction(x) if mask >> i & 1 else 1 - Fraction(x)
            expected += weight
        assert abs(Fraction(value) - expected) <= bound(n, dtype) * expected


@pytest.mark.parametrize("n", [4, 7, 14])
def test_values_are_those_of_the_other_forms_in_any_blocks(device, n):
    table, p = drawn(n, 12, n)
    for form in ("enumeration", "fold", "matrix"):
        expected = extension(table, p, form=form)
        for at_once in (1, 5 << (n - n // 2), None):
            got = extension_on_tensors(*tensors(device, table, p.reshape(3, 4, n)), at_once=at_once)
            np.testing.assert_allclose(numpy_of(got).reshape(12), expected, rtol=2 * bound(n))


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_derivatives_are_those_of_the_kernel_where_p_is_0_or_1_too(device, n):
    table, p = drawn(n, 9, n)
    given = tensors(device, table, p)
    by_table, by_p = torch.autograd.grad(extension_on_tensors(*given, at_once=3 << (n - n // 2)).sum(), given)
    _, right, wrong = enumerate_known(table, p, 1 - p)
    np.testing.assert_allclose(numpy_of(by_p), right - wrong, atol=4 * bound(n))
    unit = np.eye(2**n)  # the derivative in an entry is the probability of its set: the extension of its indicator
    probabilities = np.array([extension(row, p).sum() for row in unit])
    np.testing.assert_allclose(numpy_of(by_table), probabilities, rtol=9 * bound(n), atol=0)


def test_second_derivatives_where_p_is_0_or_1_are_exact_differences(device):
    """F is affine in each p, so that the mixed second derivative is the difference of four values."""
    n, (table, _) = 4, drawn(4, 0)
    p = np.array([0.0, 1.0, 1.0, 0.5])
    table_t, p_t = tensors(device, table, p[None])
    (first,) = torch.autograd.grad(extension_on_tensors(table_t, p_t).sum(), p_t, create_graph=True)
    for i in range(n):
        second = torch.autograd.grad(first[0, i], p_t, retain_graph=True)[0][0].tolist()
        for k in range(n):
            corners = []
            for r, s in ((1, 1), (0, 0), (1, 0), (0, 1)):
                moved = p.copy()
                moved[[i, k]] = r, s
                corners.append(extension(table, moved[None])[0])
            expected = 0 if i == k else corners[0] + corners[1] - corners[2] - corners[3]
            assert abs(second[k] - expected) <= 8 * bound(n)


def test_derivatives_are_those_of_differences(device):
    rng = np.random.default_rng(2)
    given = tensors(device, rng.random(8), rng.random((2, 2, 3)))

    def values(table, p):
        return extension_on_tensors(table, p, at_once=4)

    assert gradcheck(values, given)
    assert gradgradcheck(values, given)


def test_a_complement_is_used_as_given(device):
    p, q = np.ones((1, 2)), np.full((1, 2), 1e-30)
    got = extension_on_tensors([1.0, 0, 0, 0], *tensors(device, p), q=tensors(device, q)[0]).item()
    assert got == pytest.approx(1e-60, rel=bound(2), abs=0)


def test_many_tables_and_points_of_one_dimension_more(device):
    table, p = drawn(3, 0, 1)[0], np.random.default_rng(0).random((2, 5, 4, 3))
    got = extension_on_tensors(*tensors(device, table, p))
    assert got.shape == (2, 5, 4)
    np.testing.assert_allclose(numpy_of(got[1, 2]), extension(table, p[1, 2]), rtol=2 * bound(3))
    assert extension_on_tensors(table, np.empty((0, 3))).shape == (0,)


def test_nan_in_nan_out(device):
    got = extension_on_tensors([0.0, 1.0], torch.tensor([[math.nan], [0.5]], dtype=torch.float64, device=device))
    assert torch.isnan(got).tolist() == [True, False]


# A soft preference.


@pytest.mark.parametrize("n", [0, 1, 2, 5, 9])
def test_the_table_of_a_soft_preference_is_that_of_the_rule(device, n):
    rng = np.random.default_rng(n)
    weights, g = rng.integers(1, 9, n), rng.random(n)
    got = soft_preference_table(*tensors(device, weights, g), chance=0.25)
    expected = rule_table(SoftPreference(weights.tolist()), g, 0.25)
    np.testing.assert_allclose(numpy_of(got), expected, rtol=2 * (n + 1) * EPS[torch.float64])


def test_curves_of_a_soft_preference_and_their_derivatives_are_those_of_the_kernel(device):
    n, t = 4, np.array([-math.inf, 0.0, 30.0, 55.0, math.inf])
    rng = np.random.default_rng(3)
    columns = [np.array([0.0, 1.0, 0.5, 0.75]), np.array([0.25, 0.0, 0.125, 0.5]), rng.uniform(0, 60, n), rng.random(n)]
    weights = np.array([3.0, 1.0, 2.0, 8.0])
    rows = [Pattern(gamma=x, alpha=y, b=z, g=w) for x, y, z, w in zip(*columns, strict=True)]
    model = PatternModel(rows, SoftPreference(weights.tolist()), 0.125)
    given = tensors(device, t, *columns, weights)
    p, q = predictiveness_on_tensors(*given[:4])
    found = extension_on_tensors(soft_preference_table(given[5], given[4], chance=0.125), p, q=q)
    np.testing.assert_allclose(numpy_of(found), curves(model, t).test, rtol=60 * EPS[torch.float64])
    expected = gradient(model, t).of_test
    for i in range(t.size):
        got = torch.autograd.grad(found[i], given, retain_graph=True)
        assert abs(got[0][i].item() - expected["t"][i]) <= 2 * 100 * 60 * 2.0**-52
        for place, name in enumerate(("gamma", "alpha", "b", "g", "weights"), 1):
            # as in `test_derivatives`: p moves by up to 100, in about 4 n + 40 roundings
            np.testing.assert_allclose(numpy_of(got[place]), expected[name][i], rtol=0, atol=2 * 100 * 60 * 2.0**-52)


def test_a_soft_preference_is_differentiable_twice(device):
    rng = np.random.default_rng(4)
    given = tensors(device, rng.uniform(1, 3, 3), rng.random(3), 0.1)

    def table(weights, g, chance):
        return soft_preference_table(weights, g, chance=chance)

    assert gradcheck(table, given)
    assert gradgradcheck(table, given)


def test_a_table_is_a_rule_of_curves(device):
    table = np.random.default_rng(5).random(8)
    rows = [Pattern(gamma=1, alpha=0.25, b=b, g=1) for b in (3, 10, 20)]
    p, q = predictiveness_on_tensors(*tensors(device, np.arange(30.0), np.ones(3), np.full(3, 0.25), [3.0, 10, 20]))
    expected = curves(PatternModel(rows, Table(table)), np.arange(30.0)).test
    np.testing.assert_allclose(
        numpy_of(extension_on_tensors(table, p, q=q)), expected, rtol=2 * bound(3) + 12 * 2.0**-52
    )


# What is refused.


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (([0.0, 1.0], [0.5]), r"p must have at least 2 axes, got shape \(1,\)"),
        (([0.0, 1.0], [[0.5, 0.5]]), r"table must hold 2\*\*n = 4 numbers for p with n = 2 columns, got \(2,\)"),
        (
            ([0.0], np.zeros((1, 31))),
            r"p must have at most 30 columns, got 31: its table takes 8 \* 2\*\*31 bytes",
        ),
        ((["0"], [[0.5]]), "table must be an array of numbers"),
    ],
)
def test_bad_input_is_refused_in_one_line(given, says):
    with pytest.raises(InputError, match=says):
        extension_on_tensors(*given)


def test_a_complement_of_another_shape_and_weights_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match=r"q must have the shape of p, \(1, 1\), got shape \(1,\)"):
        extension_on_tensors([0.0, 1.0], [[0.5]], q=[0.5])
    with pytest.raises(
        InputError, match=r"weights and g must have the same shape .* got shapes \(2,\), \(1,\) and \(\)"
    ):
        soft_preference_table([1.0, 2.0], [1.0])
    with pytest.raises(InputError, match=r"weights must number at most 30, got 31: a table takes \d+ bytes"):
        soft_preference_table(np.ones(31), np.ones(31))


def test_what_does_not_fit_into_memory_is_refused_with_its_bytes(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 2**28)
    with pytest.raises(
        MachineError, match=rf"^a table over 2\*\*28 sets takes {64 << 28} bytes of memory, .* patterns$"
    ):
        soft_preference_table(np.ones(28), np.ones(28))
    table = torch.zeros(1, dtype=torch.float64).expand(1 << 26)
    with pytest.raises(MachineError, match=r"2\*\*26 sets at 1 points, 1 of them at once, takes 16\d{8} bytes"):
        extension_on_tensors(table.detach().requires_grad_(), np.zeros((1, 26)))
    with pytest.raises(MachineError, match=r": give a smaller at_once, or take fewer patterns$"):
        extension_on_tensors(table, np.zeros((1 << 13, 26)), at_once=1 << 26)
