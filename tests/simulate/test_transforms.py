"""Moebius and zeta transform: exact on integers, inverse to each other, and the coefficients of the extension."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from grokdd.analytic import InputError, MachineError
from grokdd.simulate import extension, multilinear_coefficients, table_of_coefficients, transforms
from grokdd.simulate.transforms import add_below, add_below_py


@pytest.mark.parametrize("n", [0, 1, 3, 6])
def test_coefficients_are_the_alternating_sums_of_the_definition(n):
    table = np.random.default_rng(n).integers(-9, 10, 2**n)
    got = multilinear_coefficients(table)
    for s in range(2**n):
        below = [a for a in range(2**n) if a & s == a]
        assert got[s] == sum((-1) ** (s ^ a).bit_count() * table[a] for a in below)


@pytest.mark.parametrize("n", [0, 5, transforms.TILE - 1, transforms.TILE, transforms.TILE + 2])
def test_each_undoes_the_other_exactly_on_integers(n):
    table = np.random.default_rng(n).integers(-9, 10, 2**n).astype(np.float64)
    coefficients = multilinear_coefficients(table)
    np.testing.assert_array_equal(table_of_coefficients(coefficients), table)  # integers below 2**53: no rounding


def test_the_extension_is_the_polynomial_of_the_coefficients():
    rng = np.random.default_rng(1)
    table, p = rng.integers(0, 9, 2**5), rng.integers(0, 9, 5) / 8
    coefficients = multilinear_coefficients(table)
    value = sum(
        Fraction(coefficients[s]) * math.prod((Fraction(p[i]) for i in range(5) if s >> i & 1), start=Fraction(1))
        for s in range(32)
    )
    # 2**5 sets, each a product of 5 factors and 2 halves of 4 and 8 sums: at most 22 roundings, table_forms
    assert abs(Fraction(float(extension(table, [p])[0])) - value) <= 22 * Fraction(1, 2**53) * value


def test_the_mean_is_its_own_transform_up_to_sign():
    g = np.array([1.0, 0.0, 4.0])
    table = np.array([0.0] + [np.mean([g[i] for i in range(3) if m >> i & 1]) for m in range(1, 8)])
    signs = np.array([(-1) ** (m.bit_count() + 1) for m in range(8)])
    # docs/theory.md, 2.1; each coefficient adds 8 numbers below 4 in at most 3 steps
    np.testing.assert_allclose(multilinear_coefficients(table), signs * table, atol=3 * 2**-53 * 32)


def test_float32_stays_float32_and_the_given_table_stays_as_it_is():
    table = np.arange(8, dtype=np.float32)
    assert multilinear_coefficients(table).dtype == np.float32
    assert multilinear_coefficients([1, 2]).dtype == np.float64
    np.testing.assert_array_equal(table, np.arange(8))


def test_kernel_equals_its_python_twin():
    table = np.random.default_rng(3).random(64)
    one, other = table.copy(), table.copy()
    add_below(one, 0, 6, -1)
    add_below_py(other, 0, 6, -1)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([], "table must hold 2\\*\\*n numbers"),
        ([1, 2, 3], "table must hold 2\\*\\*n numbers"),
        ("ab", "table must be an array of numbers, got 'ab'"),
        ([[1, 2]], "table must be a list of 2\\*\\*n numbers"),
    ],
)
def test_what_is_no_table_is_refused(values, says):
    with pytest.raises(InputError, match=says):
        multilinear_coefficients(values)


def test_memory_is_asked_for_before_a_copy_is_made(monkeypatch):
    monkeypatch.setattr(transforms, "MOST_PATTERNS", 40)
    monkeypatch.setattr("grokdd.simulate.memory.free_memory", lambda: 2**20)
    huge = np.broadcast_to(np.float64(0), (1 << 28,))
    with pytest.raises(MachineError, match=r"table of 2\*\*28 sets takes 2147483648 bytes of memory"):
        multilinear_coefficients(huge)


def test_tables_come_in_by_the_same_door_as_all_arrays():
    quarters: Any = [Fraction(0), Fraction(1, 4)]
    assert multilinear_coefficients(quarters).tolist() == [0, 0.25]
    for bad in ([[1], [1, 2]], [None, 1.0], ["a", "b"]):
        with pytest.raises(InputError, match="table must be an array of numbers"):
            multilinear_coefficients(bad)
    for kind in (np.float64, np.float32, np.int64):
        with pytest.raises(InputError, match=r"coefficients must .*mask"):
            table_of_coefficients(np.ma.masked_greater(np.array([1, 2], dtype=kind), 1))
