"""The five generalization rules: their values, and what they refuse."""

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, Rule, SoftPreference, Table

G = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 7)]


@pytest.mark.parametrize(
    ("rule", "members", "expected"),
    [
        (Mean(), (0, 1), Fraction(5, 12)),  # (1/2 + 1/3) / 2
        (Mean(), (0, 1, 2), Fraction(41, 126)),  # (21 + 14 + 6) / 42 / 3
        (Preferred(1), (0, 1), Fraction(1, 3)),
        (Preferred(1), (0, 2), Fraction(9, 28)),  # (1/2 + 1/7) / 2
        (Priority((2, 0)), (0, 1, 2), Fraction(1, 7)),
        (Priority((2, 0)), (0, 1), Fraction(1, 2)),
        (Priority((2, 0)), (1,), Fraction(1, 3)),
        (SoftPreference((1, 2, 4)), (0, 1), Fraction(7, 18)),  # (1/2 + 2/3) / 3
        (SoftPreference((1, 2, 4)), (2,), Fraction(1, 7)),
        (Table([0, 1, 2, 3, 4, 5, 6, 7]), (0, 2), Fraction(5)),  # bits 0 and 2
        (Table([0.1, 1, 2, 3, 4, 5, 6, 7]), (), Fraction(0.1)),
    ],
)
def test_value_of_a_set(rule: Rule, members: tuple[int, ...], expected: Fraction):
    assert rule.value(members, G) == expected


@pytest.mark.parametrize("members", [s for size in (1, 2, 3) for s in combinations(range(3), size)])
def test_rules_that_must_coincide(members: tuple[int, ...]):
    mean, preferred = Mean().value(members, G), Preferred(1).value(members, G)
    assert SoftPreference((Fraction(2, 7),) * 3).value(members, G) == mean  # only ratios of weights matter
    assert Priority((1,)).value(members, G) == preferred
    # docs/theory.md, section 2: with other weights equal, the distance is at most (sum of others) / w
    assert abs(SoftPreference((1, 10**9, 1)).value(members, G) - preferred) <= Fraction(2, 10**9)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Preferred(True), "pattern must be the index of a pattern (an int, counting from 0), got True"),
        (lambda: Preferred(1.0), "pattern must be the index of a pattern (an int, counting from 0), got 1.0"),  # pyright: ignore[reportArgumentType]
        (lambda: Priority(()), "order must name at least one pattern, got none; use Mean() for no preference"),
        (lambda: Priority((0, 1, 0)), "order must name each pattern once, got (0, 1, 0)"),
        (lambda: Priority(2), "order must be a sequence of indices, got 2; for one pattern use Preferred"),  # pyright: ignore[reportArgumentType]
        (lambda: Priority("01"), "order must be the index of a pattern (an int, counting from 0), got '0'"),  # pyright: ignore[reportArgumentType]
        (lambda: SoftPreference((1, 0)), "weights[1] must be greater than 0, got 0"),
        (lambda: SoftPreference((1, -0.5)), "weights[1] must be greater than 0, got -0.5"),
        (lambda: SoftPreference((1, float("nan"))), "weights[1] must be finite, got nan"),
        (lambda: SoftPreference(None), "weights must be a sequence of numbers, got None"),  # pyright: ignore[reportArgumentType]
        (lambda: Table([1, 2, 3]), "values must be a list of 2**n numbers, got shape (3,)"),
        (lambda: Table([]), "values must be a list of 2**n numbers, got shape (0,)"),
        (lambda: Table([[1, 2], [3, 4]]), "values must be a list of 2**n numbers, got shape (2, 2)"),
        (lambda: Table([1, np.inf]), "values must be finite, got inf at index 1"),
        (lambda: Table([np.nan, 1]), "values must be finite, got nan at index 0"),
        (lambda: Table(["1", "2"]), "values must be an array of numbers, got ['1', '2']: an array of str"),
        (lambda: Table([1j, 2]), "values must be an array of numbers, got [1j, 2]: an array of complex128"),
        (lambda: Table([1, 10**400]), "values must be an array of numbers, got [1, 1000"),
        (lambda: Table([[1], [2, 3]]), "values must be an array of numbers, got [[1], [2, 3]]: "),
    ],
)
def test_a_rule_refuses_what_it_cannot_mean(make: Callable[[], Rule], message: str):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("rule", "n", "message"),
    [
        (Preferred(3), 3, "the preferred pattern must lie in 0..2 (patterns count from 0), got 3 with n = 3"),
        (Preferred(-1), 3, "the preferred pattern must lie in 0..2 (patterns count from 0), got -1 with n = 3"),
        (Preferred(0), 0, "the preferred pattern must be absent where there are no patterns (patterns count from 0)"),
        (Priority((0, 3)), 3, "order must lie in 0..2 (patterns count from 0), got 3 with n = 3"),
        (SoftPreference((1, 1)), 3, "weights must hold one weight per pattern, got 2 with n = 3"),
        (Table([1, 2]), 3, "values must hold 2**n numbers for n = 3, got 2"),
        (Table([1, 2]), 20000, "values must hold 2**n numbers for n = 20000, got 2"),
    ],
)
def test_a_rule_must_fit_the_number_of_patterns(rule: Rule, n: int, message: str):
    with pytest.raises(InputError) as error:
        PatternModel([Pattern(gamma=1, alpha=1, b=1, g=1)] * n, rule)
    assert str(error.value).startswith(message)


def test_rules_are_values():
    for make in (
        Mean,
        lambda: Preferred(1),
        lambda: Priority([1, 0]),
        lambda: SoftPreference([1, 2.0]),
        lambda: Table([0, 1]),
    ):
        assert make() == make()
        assert hash(make()) == hash(make())
    distinct = {Mean(), Preferred(1), Priority((1,)), SoftPreference((1, 2)), SoftPreference((2, 1)), Table([0, 1])}
    assert len(distinct) == 6
    assert Table([0.0, 1]) == Table([-0.0, 1])
    assert hash(Table([0.0, 1])) == hash(Table([-0.0, 1]))


def test_a_table_is_a_copy_that_nothing_can_write_to():
    given = np.array([0.0, 1.0])
    table = Table(given)
    given[0] = 5
    assert table.values[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        table.values[0] = 5
    with pytest.raises(ValueError, match="WRITEABLE"):
        table.values.flags.writeable = True
    with pytest.raises(ValueError, match="WRITEABLE"):
        table.values[:].flags.writeable = True


def test_a_table_takes_fractions():
    got = Table([Fraction(1, 3), Fraction(1, 2)]).values.tolist()
    assert got == [1 / 3, 0.5]


def test_a_table_of_fractions_is_exact():
    tenths = [Fraction(k, 10) for k in (0, 4, 1, 3)]
    table, floats = Table(tenths), Table([0, 0.4, 0.1, 0.3])
    assert [table.value([i for i in (0, 1) if mask >> i & 1], ()) for mask in range(4)] == tenths
    assert table.fractions() == tuple(tenths)
    assert np.array_equal(table.values, floats.values)
    assert table != floats
    assert floats.fractions()[2] == Fraction(0.1)
    assert table == Table(tenths)
    assert Table([Fraction(1, 2), 1]) == Table([0.5, 1.0])
    assert hash(Table([Fraction(1, 2), 1])) == hash(Table([0.5, 1.0]))
