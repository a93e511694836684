"""The table of a rule over all 2^n sets."""

from fractions import Fraction

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
from grokdd.simulate import memory
from grokdd.simulate.set_functions import rule_table


def rules(n):
    yield Mean()
    yield SoftPreference([Fraction(i + 1, 3) for i in range(n)])
    yield Table(np.arange(2**n) / 2**n)
    if n:
        yield Preferred(n - 1)
        yield Priority((n // 2,))
    if n > 2:
        yield Priority((2, 0))


def tolerance(n, expected):
    """Return the error of an entry. All terms are non-negative.

    In roundings of 2^-53, relative: w, which stands above and below the fraction line: 2; w g: 1; the two sums:
    n - 1 each; the quotient: 1. In the subnormal range, absolute: each of up to n products w g is off by 2^-1075 at
    most, and their sum is divided by a sum of as many w >= 1; the quotient adds as much.
    """
    return (2 * n + 2) * Fraction(1, 2**53) * expected + Fraction(1, 2**1074)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8])
def test_every_entry_is_the_rule_s_own_value(n):
    rng = np.random.default_rng(n)
    g = rng.integers(0, 64, n, endpoint=True) / 64
    for rule in rules(n):
        chance = None if isinstance(rule, Table) else Fraction(1, 128)
        model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=float(x)) for x in g], rule, chance=chance)
        got = rule_table(rule, g, 1 / 128).tolist()
        sets = [tuple(i for i in range(n) if index >> i & 1) for index in range(2**n)]
        for value, members in zip(got, sets, strict=True):
            expected = model.generalization(members)
            assert abs(Fraction(value) - expected) <= tolerance(n, expected)


def test_only_ratios_of_weights_matter():
    g = np.array([0.25, 0.5, 1.0])
    expected = rule_table(SoftPreference((1, 2, 4)), g, 0.0)
    for scale in (Fraction(10) ** 307, Fraction(1, 10**400)):
        assert np.array_equal(rule_table(SoftPreference([scale, 2 * scale, 4 * scale]), g, 0.0), expected)


@pytest.mark.parametrize("seed", range(3))
def test_weights_and_g_far_apart_keep_every_digit(seed):
    rng, n = np.random.default_rng(seed), 6
    weights = [Fraction(1), Fraction(2**1000), *(Fraction(float(x)) for x in 10.0 ** rng.uniform(0, 300, n - 2))]
    g = np.array([1e-20, 0.0, *10.0 ** -rng.uniform(0, 323, n - 2)])
    rule = SoftPreference(weights)
    model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=float(x)) for x in g], rule)
    got = rule_table(rule, g, 0.0).tolist()
    assert got[1] == 1e-20  # a pattern alone, and the lightest
    for index, value in enumerate(got):
        expected = model.generalization([i for i in range(n) if index >> i & 1])
        assert abs(Fraction(value) - expected) <= tolerance(n, expected)


def test_weights_may_lie_as_far_apart_as_is_said_and_no_farther():
    g, widest = np.array([0.25, 0.5]), 2**1000
    assert rule_table(SoftPreference((1, widest)), g, 0.0).tolist() == [0.0, 0.25, 0.5, 0.5]
    for weights in ((1, widest + 1), (widest * 2, 1)):
        with pytest.raises(InputError, match=r"^weights must lie within a factor of 2\*\*1000 .* about 1e301"):
            rule_table(SoftPreference(weights), g, 0.0)


def test_weights_too_far_apart_for_doubles_are_refused():
    with pytest.raises(InputError, match=r"weights must lie within a factor of 2\*\*1000 .* about 1e400"):
        rule_table(SoftPreference((1, Fraction(1, 10**400))), np.ones(2), 0.0)


def test_far_apart_weights_are_a_priority_order():
    g = np.array([0.25, 0.5, 1.0])
    got = rule_table(SoftPreference((1, 1e100, 1e200)), g, 0.5)
    assert np.array_equal(got, rule_table(Priority((2, 1, 0)), g, 0.5))


def test_more_than_30_patterns_are_refused_with_the_bytes():
    with pytest.raises(InputError, match=r"at most 30 .* got 31, which takes 34359738368 bytes"):
        rule_table(SoftPreference([1] * 31), np.ones(31), 0.0)


def test_table_beyond_free_memory_is_refused_with_the_bytes(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**9)
    with pytest.raises(MachineError, match="takes 1073741824 bytes of memory, and 1000000000 are free"):
        rule_table(SoftPreference([1] * 26), np.ones(26), 0.0)


def test_rule_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"one weight per pattern, got 2 with n = 3"):
        rule_table(SoftPreference((1, 1)), np.ones(3), 0.0)
