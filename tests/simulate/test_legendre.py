"""The shipped tables of Gauss-Legendre and Gauss-Radau nodes."""

from fractions import Fraction

import numpy as np
import pytest

from grokdd.simulate.legendre import LARGEST_RULE, RADAU, TABLE, legendre, radau
from grokdd.simulate.make_nodes import TABLES


@pytest.mark.parametrize("path", [TABLE, RADAU], ids=["Legendre", "Radau"])
def test_shipped_table_is_what_the_script_makes(path):
    expected = TABLES[path]()
    with np.load(path) as got:
        assert set(got.files) == set(expected)
        for name, values in expected.items():
            assert got[name].dtype == np.float64
            assert got[name].tolist() == values.tolist()


@pytest.mark.parametrize("m", range(1, LARGEST_RULE + 1))
def test_rule_of_m_nodes_is_exact_to_degree_2m_minus_1(m):
    u, w = (list(map(Fraction, column.tolist())) for column in legendre(m))
    assert len(u) == len(w) == m
    assert all(0 < a < 1 for a in u)
    assert u == sorted(u)
    # Each weight is off by a relative 2^-53, each power by degree * 2^-53; the sums here are exact, all terms positive.
    for degree in range(2 * m):
        got = sum(weight * node**degree for node, weight in zip(u, w, strict=True))
        assert abs(got * (degree + 1) - 1) <= Fraction(degree + 1, 2**53) * Fraction(101, 100)


@pytest.mark.parametrize("m", range(1, LARGEST_RULE + 1))
def test_rule_of_m_nodes_is_not_exact_beyond(m):
    u, w = (list(map(Fraction, column.tolist())) for column in legendre(m))
    got = sum(weight * node ** (2 * m) for node, weight in zip(u, w, strict=True))
    # The remainder for u^(2m) on [0, 1] is 1/((2m + 1) C(2m, m)^2): visible in doubles for the small rules.
    binomial = 1
    for k in range(1, m + 1):
        binomial = binomial * (m + k) // k
    remainder = Fraction(1, (2 * m + 1) * binomial**2)
    assert abs(got + remainder - Fraction(1, 2 * m + 1)) <= Fraction(2 * m + 1, 2**53)


def test_nodes_near_zero_have_full_relative_accuracy():
    import flint

    u, _ = legendre(LARGEST_RULE)
    flint.ctx.prec, before = 200, flint.ctx.prec
    x = flint.arb.legendre_p_root(LARGEST_RULE, 0)
    got = float(abs(flint.arb(float(u[0])) / ((1 - x) / 2) - 1))
    flint.ctx.prec = before
    assert got <= 2.0**-53


def test_rule_of_no_nodes_is_empty():
    u, w = legendre(0)
    assert u.shape == w.shape == (0,)


@pytest.mark.parametrize("m", range(1, LARGEST_RULE + 1))
def test_radau_rule_of_m_nodes_is_exact_to_degree_2m_minus_2_and_below_beyond(m):
    u, w = (list(map(Fraction, column.tolist())) for column in radau(m))
    assert u[0] == 0
    assert all(0 < a < 1 for a in u[1:])
    assert u == sorted(u)
    for degree in range(2 * m - 1):
        got = sum(weight * node**degree for node, weight in zip(u, w, strict=True))
        assert abs(got * (degree + 1) - 1) <= Fraction(degree + 1, 2**53) * Fraction(101, 100)
    if m < 12:  # u^(2m - 1) has a positive remainder; in z = 1 - u it is negative, so the rule lies above there
        beyond = sum(weight * node ** (2 * m - 1) for node, weight in zip(u, w, strict=True))
        assert beyond < Fraction(1, 2 * m)
