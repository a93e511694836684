"""The symbolic forms are one polynomial, and its values are those of the definition.

Polynomials are compared in a ring over the rationals, where two are equal iff they are equal: `simplify` never has to
find that out.
"""

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

import mpmath
import pytest
import sympy as sp
from sympy.polys.rings import PolyElement, ring

from grokdd.analytic import (
    InputError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    Rule,
    SoftPreference,
    Table,
    acc_test,
    acc_train,
    in_time,
    presets,
    rate,
)
from grokdd.analytic.symbols import alpha, b, c, g, gamma, numbers, p, t, z

SIZES = [0, 1, 2, 3, 5, 8]


def polynomial(expr: sp.Expr, n: int) -> dict[tuple[int, ...], Any]:
    """Return `expr` as exponents of (p, g, c) -> coefficient, with integrals over z carried out term by term."""
    letters = [*(p(i) for i in range(n)), *(g(i) for i in range(n)), c]
    base: Any = ring([*letters, z], sp.QQ)[0]

    def in_ring(part: sp.Basic) -> Any:
        if isinstance(part, sp.Integral):
            total = base.zero
            for exponents, coefficient in in_ring(part.function).terms():
                total += base.from_dict({(*exponents[:-1], 0): coefficient / (exponents[-1] + 1)})
            return total
        if isinstance(part, sp.Add | sp.Mul) and part.has(sp.Integral):
            result = base.zero if isinstance(part, sp.Add) else base.one
            for argument in part.args:
                result = result + in_ring(argument) if isinstance(part, sp.Add) else result * in_ring(argument)
            return result
        return base.from_expr(part)

    got: PolyElement = in_ring(expr)
    return dict(got)


def cases() -> Iterator[tuple[int, Rule]]:
    for n in SIZES:
        yield n, Mean()
        yield from ((n, Preferred(k)) for k in sorted({0, n - 1}) if 0 <= k < n)


@pytest.mark.parametrize(("n", "rule"), list(cases()), ids=str)
@pytest.mark.parametrize("chance", [False, True])
def test_the_three_forms_are_one_polynomial(n: int, rule: Rule, chance: bool):
    subsets, multilinear, integral = (
        polynomial(acc_test(n, rule=rule, form=form, chance=chance), n)
        for form in ("subsets", "multilinear", "integral")
    )
    assert multilinear == subsets
    assert integral == subsets
    assert bool(subsets) == (n > 0 or chance)


def test_that_comparison_sees_a_wrong_coefficient():
    form = acc_test(3, form="integral")
    assert polynomial(form, 3) != polynomial(form + p(0) * p(1) * g(2) / 10**9, 3)


@pytest.mark.parametrize("n", SIZES)
def test_one_rule_in_the_guise_of_another(n: int):
    mean = polynomial(acc_test(n, chance=True), n)
    assert polynomial(acc_test(n, rule=SoftPreference([Fraction(1, 3)] * n), chance=True), n) == mean
    if n:
        preferred = polynomial(acc_test(n, rule=Preferred(n - 1), chance=True), n)
        assert polynomial(acc_test(n, rule=Priority((n - 1,)), chance=True), n) == preferred
        assert (preferred == mean) == (n == 1)


def shift_rules(n: int) -> list[Rule]:
    return [Mean(), Preferred(1), Priority((1, 0)), SoftPreference(range(1, n + 1))]


@pytest.mark.parametrize("rule", shift_rules(3), ids=str)
def test_shift_rule(rule: Rule):
    # docs/theory.md, section 2: F_c(g) = c + F_0(g - c) for every averaging rule.
    shifted = acc_test(3, rule=rule).xreplace({g(i): g(i) - c for i in range(3)}) + c
    assert polynomial(shifted, 3) == polynomial(acc_test(3, rule=rule, chance=True), 3)


# --- against the definition, in exact arithmetic


def rules(n: int, rng: random.Random) -> list[Rule]:
    every: list[Rule] = [
        Mean(),
        SoftPreference([Fraction(rng.randint(1, 99), rng.randint(1, 99)) for _ in range(n)]),
        Table([rng.uniform(-1, 2) for _ in range(2**n)]),
    ]
    if n:
        order = rng.sample(range(n), rng.randint(1, n))
        every += [Preferred(rng.randrange(n)), Priority(order)]
    return every


def unit(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(0, 60), 60)


def enumerated(model: PatternModel, chances: list[Fraction]) -> Fraction:
    """Return acc_test by its definition, where pattern i is right with probability chances[i]."""
    total = Fraction(0)
    for size in range(model.n + 1):
        for members in combinations(range(model.n), size):
            term = model.generalization(members)
            for i, chance in enumerate(chances):
                term *= chance if i in members else 1 - chance
            total += term
    return total


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
def test_forms_have_the_values_of_the_definition(n: int):
    rng = random.Random(n)
    for rule in rules(n, rng):
        is_table = isinstance(rule, Table)
        members = [Pattern(gamma=1, alpha=1, b=0, g=unit(rng)) for _ in range(n)]
        model = PatternModel(members, rule, chance=None if is_table else unit(rng), chance_train=unit(rng))
        chances = [unit(rng) for _ in range(n)]
        values = numbers(model) | {p(i): sp.Rational(x.numerator, x.denominator) for i, x in enumerate(chances)}
        has_forms = isinstance(rule, Mean | Preferred)
        for form in ("subsets", "multilinear", "integral") if has_forms else ("subsets",):
            got = acc_test(n, rule=rule, form=form, chance=not is_table).xreplace(values).doit()
            assert got == sp.sympify(enumerated(model, chances)), (rule, form)
        error = 1 - model.chance_train
        for x in chances:
            error *= 1 - x
        assert acc_train(n, chance=True).xreplace(values) == sp.sympify(1 - error)


def test_twelve_patterns_have_the_values_of_the_definition():
    rng = random.Random(12)
    model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=unit(rng)) for _ in range(12)], Preferred(5))
    chances = [unit(rng) for _ in range(12)]
    values = numbers(model) | {p(i): sp.Rational(x.numerator, x.denominator) for i, x in enumerate(chances)}
    expected = sp.sympify(enumerated(model, chances))
    assert acc_test(12, rule=Preferred(5), form="multilinear").xreplace(values) == expected
    assert acc_test(12, rule=Preferred(5), form="integral").xreplace(values).doit() == expected


# --- in time


def at_time(expr: sp.Expr, model: PatternModel, time: Fraction) -> Any:
    """Return the value of `expr`, in the model's letters and t, to 50 digits."""
    with_numbers = expr.xreplace(numbers(model)).xreplace({t: sp.Rational(time.numerator, time.denominator)})
    return mpmath.mpf(str(sp.N(with_numbers, 50)))


def test_in_time_is_the_logistic():
    # Exactly gamma / 2 at the inflection point, and ln 3 / alpha later 3/4 of gamma.
    assert in_time(p(0)).subs(t, b(0)) == gamma(0) / 2
    later = in_time(p(0)).subs(t, b(0) + sp.log(3) / alpha(0))
    assert sp.simplify(later - gamma(0) * sp.Rational(3, 4)) == 0


@pytest.mark.parametrize(
    "rule", [Mean(), Preferred(2), Priority((1, 2)), SoftPreference((1, 2, 3)), Table(list(range(8)))], ids=str
)
def test_rate_is_the_time_derivative(rule: Rule):
    model = PatternModel(presets.double_descent().patterns, rule)
    form = acc_test(3, rule=rule)
    derivative = sp.diff(in_time(form), t)
    with mpmath.workdps(50):
        for time in (Fraction(-7, 3), Fraction(30), Fraction(435, 10), Fraction(97), Fraction(400)):
            got, expected = at_time(rate(form), model, time), at_time(derivative, model, time)
            assert abs(got - expected) <= abs(expected) * mpmath.mpf(10) ** -40  # 50 digits, fewer than 100 roundings
            assert expected != 0


def test_rate_of_the_integral_form_and_of_train_accuracy():
    model = presets.double_descent()
    with mpmath.workdps(50):
        by_integral = at_time(rate(acc_test(3, rule=Preferred(2), form="integral")).doit(), model, Fraction(60))
        by_subsets = at_time(rate(acc_test(3, rule=Preferred(2))), model, Fraction(60))
        assert abs(by_integral - by_subsets) < abs(by_subsets) * mpmath.mpf(10) ** -40
        got = at_time(rate(acc_train(3)), model, Fraction(60))
        expected = at_time(sp.diff(in_time(acc_train(3)), t), model, Fraction(60))
        assert abs(got - expected) < abs(expected) * mpmath.mpf(10) ** -40


def test_rate_at_gamma_zero_is_zero_and_not_0_over_0():
    assert rate(p(0)).xreplace({gamma(0): sp.Integer(0)}) == 0
    assert rate(p(0) * p(1)).subs(gamma(1), 0) == 0


def test_rate_counts_time_that_is_written_out():
    assert rate(t**2 + g(0)) == 2 * t
    assert rate(sp.Integer(3)) == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: acc_test(-1), "n must be a number of patterns, 0 or more, got -1"),
        (lambda: acc_test(True), "n must be a number of patterns, 0 or more, got True"),
        (lambda: acc_train(2.0), "n must be a number of patterns, 0 or more, got 2.0"),  # pyright: ignore[reportArgumentType]
        (lambda: acc_test(13), "n must be at most 12 for the form 'subsets', got 13; for values use grokdd.simulate"),
        (lambda: acc_test(13, form="multilinear"), "n must be at most 12 for the form 'multilinear', got 13"),
        (lambda: acc_test(101, form="integral"), "n must be at most 100 for the form 'integral', got 101"),
        (lambda: acc_train(10**9), "n must be at most 100 for acc_train, got 1000000000"),
        (lambda: acc_test(2, form="product"), "form must be one of subsets, multilinear, integral, got 'product'"),  # pyright: ignore[reportArgumentType]
        (
            lambda: acc_test(2, rule="mean"),  # pyright: ignore[reportArgumentType]
            "rule must be Mean, Preferred, Priority, SoftPreference or Table, got 'mean'",
        ),
        (lambda: acc_test(2, rule=Preferred(2)), "the preferred pattern must lie in 0..1 (patterns count from 0)"),
        (lambda: acc_test(1, rule=Table([0, 1]), chance=True), "chance must be False with a Table, whose values[0]"),
        (
            lambda: acc_test(2, rule=Priority((0,)), form="integral"),
            "form 'integral' exists for Mean and Preferred, not for Priority: its closed form is Preferred applied",
        ),
        (
            lambda: acc_test(2, rule=SoftPreference((1, 2)), form="multilinear"),
            "form 'multilinear' exists for Mean and Preferred, not for SoftPreference: its integrand holds the powers",
        ),
        (
            lambda: acc_test(1, rule=Table([0, 1]), form="integral"),
            "form 'integral' exists for Mean and Preferred, not for Table: an arbitrary set function has no form",
        ),
    ],
)
def test_a_form_that_does_not_exist_is_refused_with_the_reason(make: Callable[[], sp.Expr], message: str):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
