"""The three forms of the multilinear extension of a table: exact values, errors within each bound, the choice."""

from fractions import Fraction

import numpy as np
import pytest

from grokdd.analytic import InputError, MachineError, PatternModel, SoftPreference, Table
from grokdd.analytic.pattern import Pattern
from grokdd.simulate import curves, extension, form_for, matrix_form, memory, table_forms
from grokdd.simulate.folding import fold, fold_py
from grokdd.simulate.matrix_form import all_weights, all_weights_py

ROUNDING = 2.0**-53
FORMS = ("enumeration", "fold", "matrix")


def bound(form, n):
    return 3 * n if form == "fold" else 2 * n + 2 ** (n // 2) + 2 ** (n - n // 2)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 12])
def test_each_form_has_the_exact_value_within_its_bound(form, n):
    rng = np.random.default_rng(n)
    table, p = rng.random(2**n), rng.integers(0, 257, (4, n)) / 256  # 0 and 1 among them
    for value, row in zip(extension(table, p, form=form), p, strict=True):
        exact = [Fraction(x) for x in table.tolist()]
        for right in map(Fraction, row.tolist()[::-1]):
            half = len(exact) // 2
            exact = [(1 - right) * x + right * y for x, y in zip(exact[:half], exact[half:], strict=True)]
        assert abs(Fraction(float(value)) - exact[0]) <= Fraction(bound(form, n) * ROUNDING) * exact[0]


@pytest.mark.parametrize("n", [5, 14])
def test_forms_agree_at_many_points(n):
    rng = np.random.default_rng(n)
    table, p = rng.random(2**n), rng.random((50, n))
    first, *others = (extension(table, p, form=form) for form in FORMS)
    for other in others:
        assert np.abs(other / first - 1).max() <= 2 * bound("matrix", n) * ROUNDING


def test_points_are_multiplied_in_parts(monkeypatch):
    rng = np.random.default_rng(0)
    table, p = rng.random(2**9), rng.random((20, 9))
    whole = extension(table, p, form="matrix")
    monkeypatch.setattr(matrix_form, "AT_ONCE", 3 * 2**5)  # three points at a time
    np.testing.assert_allclose(extension(table, p, form="matrix"), whole, rtol=bound("matrix", 9) * ROUNDING, atol=0)


@pytest.mark.parametrize("n", [table_forms.MANY - 1, table_forms.MANY])
def test_the_number_of_patterns_chooses(n, monkeypatch):
    asked = []
    monkeypatch.setattr(table_forms, "_FORMS", {form: lambda *_, form=form: asked.append(form) for form in FORMS})
    extension(np.zeros(2**n), np.zeros((1, n)))
    assert asked == [form_for(n)] == ["matrix" if n >= table_forms.MANY else "enumeration"]


def test_curves_of_tables_take_the_chosen_form(monkeypatch):
    pattern = Pattern(gamma=1, alpha=1, b=0, g=1)
    asked = []
    monkeypatch.setattr(table_forms, "form_for", lambda n: asked.append(n) or "fold")
    curves(PatternModel([pattern], Table([0, 1])), [0.0])
    curves(PatternModel([pattern] * 2, SoftPreference((1, 2))), [0.0])  # by quadrature, without a table
    assert asked == [1]


@pytest.mark.parametrize("n", [0, 1, 2, 7, 14])
@pytest.mark.parametrize("form", ["enumeration", "fold", "matrix"])
def test_a_float32_table_is_computed_with_as_it_is(n, form):
    rng = np.random.default_rng(n)
    table, p = rng.random(2**n).astype(np.float32), rng.random((4, n))
    got = extension(table, p, form=form)
    assert got.dtype == np.float32
    expected = extension(table.astype(float), p, form=form)
    bound = 4 * n if form == "fold" else 3 * n + 2 ** (n // 2) + 2 ** (n - n // 2)
    assert (np.abs(got - expected) <= bound * 2.0**-24 * expected).all()
    if n:
        assert np.abs(got / expected - 1).max() > 2.0**-40  # nothing was computed in float64
    assert np.array_equal(extension(table[::-1][::-1], p, form=form), got)


def test_a_fold_beyond_free_memory_is_refused_with_the_bytes(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**8)
    with pytest.raises(MachineError, match="half a table to fold in takes 268435456 bytes of memory, and"):
        extension(np.broadcast_to(0.0, 2**26).copy(), np.zeros((1, 26)), form="fold")


def test_another_form_is_refused():
    with pytest.raises(InputError, match="form must be one of enumeration, fold, matrix, got 'gray'"):
        extension([0, 1], [[0.5]], form="gray")  # type: ignore[arg-type]


def test_kernels_equal_their_python_twins():
    rng = np.random.default_rng(1)
    table, p = rng.random(2**6), rng.random((3, 6))
    assert fold(table, p[0], 1 - p[0], np.empty(32)) == fold_py(table, p[0], 1 - p[0], np.empty(32))
    got, expected = np.empty((3, 64)), np.empty((3, 64))
    all_weights(p, 1 - p, got)
    all_weights_py(p, 1 - p, expected)
    assert np.array_equal(got, expected)


def test_not_a_number_stays_one():
    for form in FORMS:
        assert np.isnan(extension([0, 1, 1, 1], [[np.nan, 0.5]], form=form)).all()  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["enumeration", "fold"])
def test_points_are_computed_in_parts_that_ctrl_c_can_come_between(form, monkeypatch):
    rng = np.random.default_rng(0)
    table, p = rng.random(16), rng.random((11, 4))
    expected = extension(table, p, form=form)
    monkeypatch.setattr(table_forms, "AT_ONCE", 3 * 16)
    np.testing.assert_array_equal(extension(table, p, form=form), expected)


@pytest.mark.parametrize("n", [-1, 31, 3.5, True, "3"])
def test_there_is_a_form_for_numbers_of_patterns_alone(n):
    with pytest.raises(InputError, match=r"n must be a whole number in 0\.\.30"):
        form_for(n)


def test_a_form_is_named_by_a_string():
    with pytest.raises(InputError, match="form must be one of enumeration, fold, matrix"):
        extension([0.0, 1.0], [[0.5]], form=["fold"])  # pyright: ignore[reportArgumentType]


def test_the_size_of_what_is_too_large_is_a_short_number():
    with pytest.raises(InputError, match=r"got 20000: its table takes 8 \* 2\*\*20000 bytes"):
        extension([0.0, 1.0], np.full((1, 20000), 0.5))


def test_a_table_of_float32_is_one_in_any_order_of_bytes():
    p = [[0.25, 0.5]]
    expected = extension(np.array([0, 0.1, 0.2, 0.3], np.float32), p)
    got = extension(np.array([0, 0.1, 0.2, 0.3], ">f4"), p)
    assert got.dtype == expected.dtype == np.float32
    assert np.array_equal(got, expected)
