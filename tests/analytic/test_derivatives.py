"""Derivatives in closed form, held against SymPy's of the polynomial and against difference quotients in time."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import pytest
import sympy as sp

from grokdd.analytic import (
    ClosedForm,
    InputError,
    Mean,
    Preferred,
    Priority,
    Rule,
    SoftPreference,
    Table,
    closed_forms,
    derivatives,
    mean_gradient,
)
from grokdd.analytic.forms.closed_form import point
from grokdd.analytic.forms.indexed import G, alpha, b, g, gamma, integrated, k, n, p, q, r, w, written_out
from grokdd.analytic.symbols import c, c_train, t

OPEN = {form.name: form for form in closed_forms()}
NAMES = list(OPEN)


@cache
def of(name: str) -> dict[str, ClosedForm]:
    """Return the derivatives of an open form, by what comes after its name in theirs."""
    return {one.name.removeprefix(f"{name}_"): one for one in derivatives(OPEN[name])}


# --- in p and g


def numbers(count: int, which: int) -> dict[Any, Any]:
    """Return what must be given to write a form out: p_i and g_i, G_m and c stay letters."""
    weights = tuple(sp.Integer(at + 1) for at in range(count))
    given = {n: count, k: count - 1, q: min(2, count), r: which}
    return {letter: sp.Integer(value) for letter, value in given.items()} | {w: weights}


@pytest.mark.parametrize("name", NAMES)
def test_slopes_are_the_derivatives_of_the_polynomial(name: str):
    for which in range(3):
        values = numbers(3, which)
        form = integrated(written_out(OPEN[name].expr, values))
        for base in (p, g) if g in OPEN[name].variables else (p,):
            got = integrated(written_out(of(name)[f"by_{base}"].expr, values))
            expected = form.diff(written_out(base[which], {}))
            assert sp.Poly(got - expected, *form.free_symbols).is_zero
            assert expected != 0


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_gradient_of_the_mean_is_its_slope(count: int):
    for one, base in zip(mean_gradient(), (p, g), strict=True):
        for which in range(count):
            got = integrated(one.instance(count, r=which))
            expected = integrated(OPEN["mean_integral"].instance(count)).diff(written_out(base[which], {}))
            assert sp.expand(got - expected) == 0


# --- in time, against the definition

DIGITS = 120
STEP = mpmath.mpf(10) ** -25
WITHIN = mpmath.mpf(10) ** -45
"""A central quotient is off by STEP**2 / 6 of a third derivative, which here is below 1e4; STEP**2 is 1e-50."""

RULES: dict[str, Rule] = {
    "mean": Mean(),
    "preferred": Preferred(1),
    "priority": Priority((0, 1)),
    "soft": SoftPreference(point(2)[w]),
    "table": Table([float(value) for value in point(2)[G]]),
}


def number(value: Any) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def value_at(name: str, values: dict[Any, Any]) -> Any:
    """Return train or test accuracy of two patterns from equations 1 and 2, to 120 digits."""
    shares = [
        number(top) / (1 + mpmath.exp(-number(speed) * (number(values[t]) - number(turn))))
        for top, speed, turn in zip(values[gamma], values[alpha], values[b], strict=True)
    ]
    rule = RULES.get(name.split("_")[0])
    total = mpmath.mpf(0)
    for members in ((), (0,), (1,), (0, 1)):
        if rule is None:
            worth = Fraction(1) if members else values[c_train]
        else:
            worth = rule.value(members, values[g]) if members or isinstance(rule, Table) else values[c]
        covered = mpmath.fprod(share if at in members else 1 - share for at, share in enumerate(shares))
        total += covered * number(worth)
    return total


def moved(values: dict[Any, Any], letter: Any, step: Any, which: int = 0) -> dict[Any, Any]:
    """Return the same point but for a step in one letter, or in its entry of one pattern."""
    if letter == t:
        return {**values, t: mpmath.mpf(values[t]) + step}
    entries = list(values[letter])
    entries[which] = number(entries[which]) + step
    return {**values, letter: entries}


def quotient(name: str, values: dict[Any, Any], letter: Any) -> Any:
    return (value_at(name, moved(values, letter, STEP)) - value_at(name, moved(values, letter, -STEP))) / (2 * STEP)


def second_quotient(name: str, values: dict[Any, Any]) -> Any:
    ends = value_at(name, moved(values, t, STEP)) + value_at(name, moved(values, t, -STEP))
    return (ends - 2 * value_at(name, moved(values, t, mpmath.mpf(0)))) / STEP**2


def digits(form: ClosedForm, values: dict[Any, Any]) -> Any:
    return mpmath.mpf(str(sp.N(form.at(values), 60)))


EDGES = {
    "gamma is 0": {gamma: [Fraction(0), Fraction(2, 3)]},
    "alpha is 0": {alpha: [Fraction(0), Fraction(1, 5)]},
}


def at_point(which: str) -> dict[Any, Any]:
    """Return two patterns as Fractions, so that the definition can have them, at t = 15."""
    values = point(2) | EDGES.get(which, {})
    return values | {b: [Fraction(turn) for turn in values[b]]}


CASES = [(name, "inside") for name in NAMES]
CASES += [(name, at) for name in ("train", "mean_integral", "preferred_integral", "soft_subsets") for at in EDGES]


@pytest.mark.parametrize(("name", "which"), CASES)
def test_derivatives_are_difference_quotients(name: str, which: str):
    values = at_point(which)
    with mpmath.workdps(DIGITS):
        for letter in (gamma, alpha, b):
            got, expected = digits(of(name)[f"by_{letter}"], values), quotient(name, values, letter)
            assert abs(got - expected) < WITHIN, letter
        got, expected = digits(of(name)["rate"], values), quotient(name, values, t)
        assert abs(got - expected) < WITHIN
        assert abs(got) > 1e-3
        got, expected = digits(of(name)["acceleration"], values), second_quotient(name, values)
        assert abs(got - expected) < WITHIN
        assert abs(got) > 1e-5


def test_that_comparison_sees_the_fortieth_digit():
    values = at_point("inside")
    wrong = replace(of("mean_integral")["rate"], expr=of("mean_integral")["rate"].expr * (1 + sp.Rational(1, 10**40)))
    with mpmath.workdps(DIGITS):
        assert abs(digits(wrong, values) - quotient("mean_integral", values, t)) > WITHIN


@pytest.mark.parametrize("name", ["mean_integral", "preferred_integral"])
def test_rates_of_three_patterns_are_those_of_sympy(name: str):
    values = {**point(3), r: 1}
    curve: Any = written_out(OPEN[name].expr, {letter: sympified(values[letter]) for letter in (n, k, g, w, c)})
    shares = {written_out(p[at], {}): sympy_curve(values, at) for at in range(3)}
    curve = integrated(curve).xreplace(shares)
    for order, one in ((1, "rate"), (2, "acceleration")):
        got, expected = of(name)[one].at(values), curve.diff(t, order).xreplace({t: sp.Integer(15)})
        assert abs(sp.N(got - expected, 50)) < sp.Float(10) ** -45


def sympified(value: Any) -> Any:
    return tuple(map(sympified, value)) if isinstance(value, list) else sp.Rational(str(value))


def sympy_curve(values: dict[Any, Any], at: int) -> Any:
    top, speed, turn = (sympified(values[base][at]) for base in (gamma, alpha, b))
    return top / (1 + sp.exp(-speed * (t - turn)))


def test_at_gamma_zero_a_pattern_is_felt_by_gamma_alone():
    values = at_point("gamma is 0")
    mean = of("mean_integral")
    assert mean["by_alpha"].at(values) == mean["by_b"].at(values) == 0
    assert mean["by_gamma"].at(values) != 0


# --- the records


@pytest.mark.parametrize("name", NAMES)
def test_names_and_letters(name: str):
    by_g = ["by_g"] if g in OPEN[name].variables else []
    assert list(of(name)) == ["by_p", *by_g, "by_gamma", "by_alpha", "by_b", "rate", "acceleration"]
    for one in of(name).values():
        assert set(one.variables) <= set(one.witness)
        assert (r in one.variables) == one.name.split("_")[-2].startswith("by")
        assert (t in one.variables) != (p in one.variables)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: derivatives("mean"), "form must be one of closed_forms(), got 'mean'"),  # pyright: ignore[reportArgumentType]
        (lambda: derivatives(closed_forms(2)[0]), "form must be one of closed_forms(), which leave n open, got train"),
        (
            lambda: derivatives(of("train")["by_p"]),
            "form must be one of closed_forms(), which leave n open, got train_by_p",
        ),
        (lambda: of("train")["by_p"].instance(2), "r of train_by_p must be an int from 0 to 1, got None"),
    ],
)
def test_what_has_no_derivative_here_is_refused(make: Callable[[], object], message: str):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(message)
