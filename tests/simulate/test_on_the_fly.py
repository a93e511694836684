"""The sum over sets without a table: the exact value within its bound, any rule, the same bits on any threads."""

from fractions import Fraction

import numba
import numpy as np
import pytest

from grokdd.analytic import InputError, MachineError
from grokdd.simulate import extension, on_the_fly, sum_over_sets
from grokdd.simulate.on_the_fly import COLUMNS, mean_rows, mean_rows_py, roundings_on_the_fly, set_totals, set_totals_py

ROUNDING = Fraction(1, 2**53)


def of_a_user(n):
    return 3 * n + 100


@numba.njit
def first_wins(mask, count, total):
    """Return 0.9 where pattern 0 is, and else the mean."""
    if mask & 1:
        return 0.9
    return total / count if count else 0.0


@numba.njit
def its_own_index(mask, count, total):
    return float(mask)


def exact_mean(p, g, chance):
    """Return the mean rule's accuracy in fractions: sum over all sets."""
    n = len(g)
    total = Fraction(0)
    for mask in range(2**n):
        members = [i for i in range(n) if mask >> i & 1]
        weight = Fraction(1)
        for i in range(n):
            weight *= p[i] if i in members else 1 - p[i]
        total += weight * (sum((g[i] for i in members), Fraction(0)) / len(members) if members else chance)
    return total


@pytest.mark.parametrize("n", [0, 1, 2, 5, 8])
def test_the_mean_has_its_exact_value_within_the_bound(n):
    rng = np.random.default_rng(n)
    p, g = rng.integers(0, 257, (3, n)) / 256, rng.integers(0, 257, n) / 256  # p of 0 and 1 among them
    for value, row in zip(sum_over_sets(p, g, chance=0.125), p, strict=True):
        exact = exact_mean([Fraction(x) for x in row], [Fraction(x) for x in g], Fraction(1, 8))
        assert abs(Fraction(value) - exact) <= roundings_on_the_fly(n) * ROUNDING * exact


@pytest.mark.parametrize("n", [COLUMNS - 1, COLUMNS, COLUMNS + 3])
def test_rows_and_columns_meet_at_any_number_of_patterns(n):
    rng = np.random.default_rng(n)
    p, g = rng.random((2, n)), rng.random(n)
    masks = np.arange(2**n)
    bits = masks[:, None] >> np.arange(n) & 1
    mean = np.divide(bits @ g, bits.sum(1), out=np.zeros(2**n), where=masks > 0)
    for rule, table in (
        (None, mean),
        (first_wins, np.where(masks & 1, 0.9, mean)),
        (its_own_index, masks.astype(float)),
    ):
        # both sides: what the sum allows, and 2**(n/2 + 1) + 2 n roundings of the table's; sum of g: n
        bound = (max(roundings_on_the_fly(n), of_a_user(n)) + 3 * n + 2 ** (n // 2 + 1) + 8) * 2.0**-53
        np.testing.assert_allclose(sum_over_sets(p, g, rule), extension(table, p), rtol=bound)


def test_the_chance_level_belongs_to_the_empty_set_alone_however_many_patterns_there_are():
    n = COLUMNS + 2
    p = np.random.default_rng(8).random((2, n))
    nothing = np.prod(1 - p, axis=1)
    # g = 0: only the empty set is worth anything; n factors on both sides
    np.testing.assert_allclose(sum_over_sets(p, np.zeros(n), chance=0.25), 0.25 * nothing, rtol=4 * n * 2.0**-53)


@numba.njit
def small_but_for_the_first(mask, count, total):
    return 1.0 if mask == 0 else 0.95 * 2.0**-53


def test_a_rule_whose_terms_are_lost_one_by_one_stays_within_the_bound():
    got = sum_over_sets(np.full((1, COLUMNS), 0.5), np.zeros(COLUMNS), small_but_for_the_first)[0]
    sets = 2**COLUMNS
    exact = (1 + (sets - 1) * Fraction(0.95 * 2.0**-53)) / sets
    assert abs(Fraction(float(got)) - exact) <= of_a_user(COLUMNS) * ROUNDING * exact


def test_columns_whose_terms_are_lost_one_by_one_stay_within_the_bound_too():
    """The stretch of one pattern holds one large term and ten small ones, that of two a large one and 54."""
    n = COLUMNS
    g = np.full(n, 0.95 * 2.0**-53)
    g[0] = 1.0
    got = sum_over_sets(np.full((1, n), 0.5), g)[0]
    exact = exact_mean([Fraction(1, 2)] * n, [Fraction(x) for x in g], Fraction(0))
    assert abs(Fraction(float(got)) - exact) <= roundings_on_the_fly(n) * ROUNDING * exact


@numba.njit
def of_both_signs(mask, count, total):
    return np.inf if mask == 1 else -np.inf if mask == 1 << 12 else 0.0


def test_infinities_are_added_as_numpy_adds_them():
    p = np.full((1, 13), 0.5)
    assert np.isnan(sum_over_sets(p, np.zeros(13), of_both_signs)[0])
    assert sum_over_sets(p, np.zeros(13), numba.njit(lambda mask, count, total: np.inf))[0] == np.inf


def test_a_rule_may_say_yes_or_no():
    assert sum_over_sets([[0.5, 0.5]], [0, 0], numba.njit(lambda mask, count, total: count > 1))[0] == 0.25


def test_memory_is_asked_for(monkeypatch):
    monkeypatch.setattr("grokdd.simulate.memory.free_memory", lambda: 2**30)
    with pytest.raises(MachineError, match=r"what is known of 2\*\*29 sets takes 21474836480 bytes"):
        sum_over_sets(np.zeros((1, 40)), np.zeros(40))


@pytest.mark.parametrize("chance", ["x", None, True])
def test_chance_is_a_number(chance):
    with pytest.raises(InputError, match="chance must be a number"):
        sum_over_sets([[0.5]], [1], chance=chance)


def test_the_bits_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(5)
    p, g = rng.random((2, COLUMNS + 8)), rng.random(COLUMNS + 8)
    for rule in (None, first_wins):
        np.testing.assert_array_equal(sum_over_sets(p, g, rule, threads=1), sum_over_sets(p, g, rule, threads=3))


def test_kernels_equal_their_python_twins():
    rng = np.random.default_rng(6)
    g = rng.random(5)
    one, other = (np.empty(32), np.empty(32, dtype=np.int64)), (np.empty(32), np.empty(32, dtype=np.int64))
    set_totals(g, *one)
    set_totals_py(g, *other)
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])
    order = np.argsort(one[1], kind="stable")
    columns = (rng.random(32), one[0][order], np.cumsum(np.bincount(one[1])))
    rows = (rng.random(4), rng.random(4), np.array([0, 1, 1, 2]))
    got, expected = np.empty(4), np.empty(4)
    mean_rows(*columns, *rows, got)
    mean_rows_py(*columns, *rows, expected)
    np.testing.assert_array_equal(got, expected)


def test_a_rule_is_compiled_once():
    on_the_fly._rows_of.cache_clear()
    for _ in range(3):
        sum_over_sets([[0.5, 0.5]], [1, 0], first_wins)
    assert on_the_fly._rows_of.cache_info().misses == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([[0.5]], [1, 2]), r"g must hold one value per pattern, shape \(1,\)"),
        (([0.5], [1]), "p must have 2 axes"),
        ((np.zeros((1, 41)), np.zeros(41)), r"p must have at most 40 columns, got 41: that is 2\*\*41 sets a row"),
        (([[0.5]], [1], lambda mask, count, total: 0.0), "rule must be a function compiled by numba.njit"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments, says):
    with pytest.raises(InputError, match=says):
        sum_over_sets(*arguments)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (lambda mask: 0.0, r"for \(mask, count, total\), got for \(0, 0, 0.0\): TypeError"),
        (lambda mask, count, total: "x", ".*got for .*: 'x'"),
        (lambda mask, count, total: total / count, ".*got for .*: ZeroDivisionError: division by zero"),
        (lambda mask, count, total: unknown, ".*got for .*: NameError"),  # noqa: F821  # pyright: ignore
        (lambda mask, count, total: None if count else 2.0, "for every set, got TypeError: expected float64, got None"),
        (lambda mask, count, total: 1 / (count - 1), "for every set, got ZeroDivisionError: division by zero"),
    ],
)
def test_a_rule_that_gives_no_number_is_refused_in_one_line(rule, says):
    with pytest.raises(InputError, match=f"rule must return a number {says}") as error:
        sum_over_sets([[0.5]], [1], numba.njit(rule))  # pyright: ignore[reportArgumentType]  # that it is wrong is the point
    assert "\n" not in str(error.value)


def test_a_rule_of_ones_own_has_no_chance_besides():
    with pytest.raises(InputError, match="chance must be left out"):
        sum_over_sets([[0.5]], [1], numba.njit(lambda mask, count, total: total), chance=0.5)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_threads_are_a_positive_number(threads):
    with pytest.raises(InputError, match=r"threads must be a whole number in 1\.\.1024"):
        sum_over_sets([[0.5]], [1], threads=threads)
