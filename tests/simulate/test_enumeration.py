"""The multilinear extension by enumeration of all sets."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from grokdd.analytic import (
    InputError,
    MachineError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    Table,
)
from grokdd.simulate import extension, memory
from grokdd.simulate.enumeration import enumerate_sets, enumerate_sets_kernel, enumerate_sets_py
from grokdd.simulate.set_functions import rule_table

ROUNDING = 2.0**-53


def tolerance(n):
    """Return the relative error of the enumeration for a table >= 0 and exact p, q.

    In roundings: n for the two products of weights, one for weight * entry and one for weight * sum, fewer than
    `rows` and `columns` for the sums.
    """
    return (n + 2 ** (n // 2) + 2 ** (n - n // 2)) * ROUNDING


def dyadic(rng, shape, bits=8):
    p = rng.integers(0, 2**bits, shape, endpoint=True) / 2.0**bits
    p[rng.random(shape) < 0.1] = 0.0
    p[rng.random(shape) < 0.1] = 1.0
    return p


def rules(rng, n):
    yield Mean()
    yield SoftPreference(rng.integers(1, 9, n).tolist())
    yield Table(rng.integers(0, 64, 2**n) / 64)
    if n:
        yield Preferred(n - 1)
    if n > 2:
        yield Priority((n // 2, 0))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1, 128)])
def test_enumeration_agrees_with_exact_enumeration(n, chance, exact):
    rng = np.random.default_rng(n)
    p, g = dyadic(rng, (2, n)), dyadic(rng, n)
    for rule in rules(rng, n):
        own = None if isinstance(rule, Table) else chance
        model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=float(x)) for x in g], rule, chance=own)
        got = extension(rule_table(rule, g, float(chance)), p)
        assert got.shape == (2,)
        for value, row in zip(got.tolist(), p.tolist(), strict=True):
            expected = exact(model, [Fraction(x) for x in row])
            # 2 n + 2 roundings for the entries of the table (`test_set_functions`); 1 - p is exact here.
            assert abs(Fraction(value) - expected) <= (tolerance(n) + (2 * n + 2) * ROUNDING) * expected


@pytest.mark.parametrize("n", [0, 1, 2, 5, 9])
def test_kernel_equals_its_python_twin(n):
    rng = np.random.default_rng(n)
    table, p = rng.standard_normal(2**n), rng.random((4, n))
    got, expected = np.empty(4), np.empty(4)
    enumerate_sets_kernel(table, p, 1 - p, got)
    enumerate_sets_py(table, p, 1 - p, expected)
    assert np.array_equal(got, expected)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6])
def test_extension_is_the_table_at_the_corners(n):
    table = np.random.default_rng(n).standard_normal(2**n)
    corners = np.array([[index >> i & 1 for i in range(n)] for index in range(2**n)], dtype=float).reshape(2**n, n)
    assert np.array_equal(extension(table, corners), table)


def test_extension_is_affine_in_each_probability():
    rng = np.random.default_rng(4)
    table, p = rng.random(32), rng.random(5)
    for k in range(5):
        rows = np.tile(p, (3, 1))
        rows[:, k] = (0.0, 1.0, 0.25)
        at_0, at_1, between = extension(table, rows)
        assert between == pytest.approx(0.75 * at_0 + 0.25 * at_1, rel=2 * tolerance(5) + 4 * ROUNDING, abs=0)


def test_tiny_probabilities_are_not_lost():
    table = rule_table(Mean(), np.ones(4), 0.0)
    assert extension(table, np.full((1, 4), 1e-300))[0] == pytest.approx(4e-300, rel=tolerance(4), abs=0)
    assert extension(table, np.full((1, 4), 5e-324))[0] == 4 * 5e-324


def test_complement_is_used_as_given():
    # p = 1 to double precision, and q = 1e-30 known from elsewhere: the empty set has probability 1e-60.
    got = enumerate_sets(np.array([1.0, 0, 0, 0]), np.ones((1, 2)), np.full((1, 2), 1e-30))[0]
    assert got == pytest.approx(1e-60, rel=tolerance(2), abs=0)


def test_any_dtype_and_layout_gives_the_same_numbers():
    rng = np.random.default_rng(6)
    table, p = rng.integers(0, 9, 8), rng.random((4, 3)).astype(np.float32)
    expected = extension(table.astype(float), p.astype(float))
    kernel: Any = enumerate_sets_kernel
    compiled = len(kernel.signatures)
    for variant in (np.asfortranarray(p), p.astype(float)[::-1][::-1], p.tolist(), p.astype(">f8")):
        assert np.array_equal(extension(table, variant), expected)
    frozen = p.astype(float)
    frozen.flags.writeable = False
    assert np.array_equal(extension(table.tolist(), frozen), expected)
    assert len(kernel.signatures) == compiled


def test_inputs_are_left_as_they_were():
    table, p = np.ones(4), np.full((1, 2), 0.5)
    extension(table, p)
    assert table.flags.writeable
    assert p.flags.writeable


def test_no_rows_give_no_values():
    assert extension([0.5, 1], np.empty((0, 1))).shape == (0,)


def test_nan_in_nan_out():
    assert np.isnan(extension([0, 1, 0, 1], [[math.nan, 0.5], [0.5, 0.5]])).tolist() == [True, False]


@pytest.mark.parametrize(
    ("table", "p", "message"),
    [
        ([0, 1, 2], [[0.5, 0.5]], r"table must hold 2\*\*n = 4 numbers for p with n = 2 columns, got 3"),
        ([0, 1], [0.5], r"p must have 2 axes, got shape \(1,\)"),
        ([[0, 1]], [[0.5]], r"table must have 1 axis, got shape \(1, 2\)"),
        (["a", "b"], [[0.5]], "table must be an array of numbers, got .'a', 'b'."),
        (["0", "1"], [[0.5]], "table must be an array of numbers"),
        ([0, 1], [[0.5j]], "p must be an array of numbers, .* complex128"),
        ([0, 1], [[0.5], [0.5, 0.5]], "p must be an array of numbers"),
        (
            [0, 1],
            [[0.5] * 31],
            r"p must have at most 30 columns, got 31: its table takes 8 \* 2\*\*31 bytes",
        ),
    ],
)
def test_what_does_not_fit_is_refused(table, p, message):
    with pytest.raises(InputError, match=message):
        extension(table, p)


def test_copy_beyond_free_memory_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**9)
    huge = np.broadcast_to(np.float64(1.0), 2**28)  # 2 GiB as an array, none as a view
    with pytest.raises(MachineError, match="takes 2147483648 bytes of memory, and 1000000000 are free"):
        extension(huge, np.full((1, 28), 0.5))
