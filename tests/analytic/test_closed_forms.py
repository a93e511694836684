"""Closed forms of accuracy: their conditions can be met, and written out they are the definition."""

import random
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from sympy.polys.rings import ring

from grokdd.analytic import (
    ClosedForm,
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
    closed_forms,
)
from grokdd.analytic.forms.closed_form import point
from grokdd.analytic.forms.indexed import G, Letter, bit, g, i, integrated, k, letters, n, p, put, q, w, written_out
from grokdd.analytic.symbols import c, c_train, z

OPEN = {form.name: form for form in closed_forms()}
CHOICES = {"preferred": [{"k": at} for at in range(8)], "priority": [{"q": at} for at in range(9)]}


def polynomial(expr: Any) -> dict[Any, Any]:
    """Return an expression without integrals as coefficients of monomials in its letters."""
    symbols = sorted(expr.free_symbols | {z}, key=str)  # z: a ring needs a letter
    base: Any = ring(symbols, sp.QQ)[0]
    return {
        frozenset((letter, power) for letter, power in zip(symbols, exponents, strict=True) if power): coefficient
        for exponents, coefficient in base.from_expr(expr).terms()
    }


# --- the records


@pytest.mark.parametrize("count", [None, 0, 1, 2, 3, 4])
def test_conditions_can_be_met_and_the_witness_names_every_letter(count: int | None):
    forms = closed_forms(count)
    assert len({form.name for form in forms}) == len(forms) == (13 if count != 0 else 10)
    for form in forms:
        assert set(form.variables) <= set(form.witness)
        got = form.at(form.witness)
        assert got.is_Rational
        assert 0 < got < 1 or count == 0


def test_forms_of_one_quantity_agree_at_the_witness():
    for rule in ("mean", "preferred", "priority", "soft", "train"):
        values = {form.at(form.witness) for name, form in OPEN.items() if name.startswith(rule)}
        assert len(values) == 1


def test_open_forms_hold_sums_and_name_their_letters():
    for form in OPEN.values():
        assert form.expr.has(sp.Sum) or form.expr.has(sp.Product)
        assert n in form.variables
        assert i not in form.variables
        assert list(form.variables) == sorted(form.variables, key=str)
        assert form.says.endswith(".")
        assert "docs/theory.md, section" in form.source
    assert OPEN["soft_integral"].variables == (c, g, n, p, w)
    assert OPEN["preferred_subsets"].variables == (c, g, k, n, p)
    assert OPEN["table_subsets"].variables == (G, n, p)


def test_the_conditions_reach_to_the_edge_and_no_further():
    form = OPEN["mean_integral"]
    inside = {n: 2, p: (0, 1), g: (1, 0), c: 0}
    assert form.at(inside) == 0
    with pytest.raises(
        InputError, match=r"^values must meet p\[i\] <= 1, where mean_integral holds, and do not for i = 1"
    ):
        form.at({**inside, p: (0, Fraction(1000001, 1000000))})


def test_a_record_cannot_be_changed():
    form = OPEN["train"]
    with pytest.raises(FrozenInstanceError):
        form.name = "other"  # pyright: ignore[reportAttributeAccessIssue]  # that it is refused is the point
    with pytest.raises(TypeError):
        form.witness[c] = 0  # pyright: ignore[reportIndexIssue]
    assert hash(form) == hash(replace(form))


# --- written out


@pytest.mark.parametrize("count", range(6))
@pytest.mark.parametrize("name", [name for name in OPEN if name.split("_")[0] in ("mean", "preferred")])
def test_instances_are_the_forms_of_accuracy(name: str, count: int):
    rule, kind = name.split("_")
    form: Any = kind
    for choice in CHOICES[rule][:count] if rule in CHOICES else [{}]:
        got = OPEN[name].instance(count, **choice)
        expected = acc_test(count, rule=Preferred(choice["k"]) if choice else None, form=form, chance=True)
        assert got == expected if kind == "integral" else polynomial(got) == polynomial(expected)


@pytest.mark.parametrize("count", range(5))
def test_priority_instances_are_the_subset_form_of_accuracy(count: int):
    for listed in range(count + 1):
        expected = polynomial(acc_test(count, rule=Priority(range(listed)) if listed else Mean(), chance=True))
        assert polynomial(OPEN["priority_subsets"].instance(count, q=listed)) == expected
        assert polynomial(integrated(OPEN["priority_integral"].instance(count, q=listed))) == expected


@pytest.mark.parametrize("count", range(9))
def test_train_instances_are_acc_train(count: int):
    assert OPEN["train"].instance(count) == acc_train(count, chance=True)
    if count <= 5:
        assert polynomial(OPEN["train_subsets"].instance(count)) == polynomial(acc_train(count, chance=True))


@pytest.mark.parametrize("count", [6, 7, 8])
def test_larger_instances_are_the_forms_of_accuracy(count: int):
    assert OPEN["mean_integral"].instance(count) == acc_test(count, form="integral", chance=True)
    got = OPEN["preferred_integral"].instance(count, k=2)
    assert got == acc_test(count, rule=Preferred(2), form="integral", chance=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mean_subsets", "mean_multilinear"])
def test_largest_instances_are_the_forms_of_accuracy(name: str):
    form: Any = name.split("_")[1]
    assert polynomial(OPEN[name].instance(8)) == polynomial(acc_test(8, form=form, chance=True))


def test_that_comparison_sees_a_wrong_coefficient():
    form = OPEN["mean_subsets"].instance(3)
    assert polynomial(form) != polynomial(form + sp.Symbol("p_0", nonnegative=True) / 10**9)


QUICK = [name for name in OPEN if not name.endswith("_integral")] + ["mean_integral"]
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("preferred_integral", "priority_integral")]  # 10 s


@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_sympy_alone_writes_out_the_same(name: str):
    # Its own doit, without a line of ours; soft_integral's powers of z it leaves as they are.
    numbers = {n: 2, k: 1, q: 1}
    got: Any = OPEN[name].expr.subs(numbers).doit()
    expected = integrated(OPEN[name].instance(2, k=1, q=1))
    entries = {entry: written_out(entry, {}) for entry in got.atoms(sp.Indexed)}
    point_2 = {written_out(w[at], {}): sp.Integer(at + 1) for at in range(2)}
    assert polynomial(got.xreplace(entries).xreplace(point_2)) == polynomial(expected.xreplace(point_2))


def test_bits_are_those_of_the_mask():
    for mask in range(16):
        assert [bit(sp.Integer(mask), sp.Integer(at)) for at in range(5)] == [mask >> at & 1 for at in range(5)]


def test_a_letter_is_put_in_for_one_index_alone():
    expr = put(sp.Sum(g[i] * p[i], (i, 0, n - 1)) + p[k], p, sp.Integer(1), c)
    got = written_out(expr, {n: sp.Integer(3), k: sp.Integer(1)})
    p_0, p_2, *g_i = (sp.Symbol(name, nonnegative=True) for name in ("p_0", "p_2", "g_0", "g_1", "g_2"))
    assert got == g_i[0] * p_0 + g_i[1] * c + g_i[2] * p_2 + c


@pytest.mark.parametrize("count", range(5))
def test_given_forms_are_the_open_ones_with_the_number_put_in(count: int):
    values = point(count)
    for form in closed_forms(count):
        assert n not in form.variables
        assert not form.expr.has(sp.Sum, sp.Product, sp.Indexed)
        assert form.at(form.witness) == OPEN[form.name].at(values)


# --- the values of the definition


def unit(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(0, 60), 60)


def definition(model: PatternModel, shares: list[Fraction]) -> Fraction:
    """Return acc_test from equation 2 where pattern i covers an example with probability shares[i]."""
    total = Fraction(0)
    for mask in range(2**model.n):
        members = [at for at in range(model.n) if mask >> at & 1]
        term = model.generalization(members)
        for at, share in enumerate(shares):
            term *= share if at in members else 1 - share
        total += term
    return total


def rules(count: int, rng: random.Random) -> list[tuple[str, Rule, dict[Letter, Any]]]:
    """Return rules for so many patterns: the names of their forms begin so, and these are their letters' values."""
    weights = [Fraction(rng.randint(1, 9), rng.randint(1, 9)) for _ in range(count)]
    table = [rng.randint(0, 64) / 64 for _ in range(2**count)]
    found: list[tuple[str, Rule, dict[Letter, Any]]] = [
        ("mean", Mean(), {}),
        ("soft", SoftPreference(weights), {w: weights}),
        ("table", Table(table), {G: table}),
        *(("preferred", Preferred(at), {k: at}) for at in range(count)),
        *(("priority", Priority(range(at)) if at else Mean(), {q: at}) for at in range(count + 1)),
    ]
    return found


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_values_are_those_of_the_definition(count: int):
    rng = random.Random(count)
    for start, rule, more in rules(count, rng):
        shares, chance = [unit(rng) for _ in range(count)], unit(rng)
        patterns = [Pattern(gamma=1, alpha=1, b=0, g=unit(rng)) for _ in range(count)]
        model = PatternModel(patterns, rule, chance=None if isinstance(rule, Table) else chance)
        values = {n: count, p: shares, g: [pattern.g for pattern in patterns], c: chance, **more}
        expected = sp.Rational(str(definition(model, shares)))
        for form in (form for name, form in OPEN.items() if name.startswith(start)):
            assert form.at(values) == expected, (form.name, rule)


def test_certain_and_absent_patterns():
    values = {n: 3, p: (0, 1, Fraction(1, 2)), g: (Fraction(1, 5), Fraction(2, 5), Fraction(9, 10)), c: 0, c_train: 0}
    for name in ("mean_subsets", "mean_multilinear", "mean_integral"):
        assert OPEN[name].at(values) == sp.Rational(525, 1000)  # 1/2 * 0.4 + 1/2 * 0.65
    assert OPEN["train"].at(values) == OPEN["train_subsets"].at(values) == 1
    assert OPEN["mean_integral"].at({n: 0, p: (), g: (), c: Fraction(1, 97)}) == sp.Rational(1, 97)


def test_floats_stand_for_their_exact_values():
    assert OPEN["train"].at({n: 1, p: [0.1], c_train: 0}) == sp.Rational(*(0.1).as_integer_ratio())


# --- refusals

TRAIN = OPEN["train"]
AT = {n: 2, p: (0, 1), c_train: 0}


def form_with(**changes: Any) -> ClosedForm:
    return replace(TRAIN, **changes)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: closed_forms(9), "count must be a number of patterns, 0 to 8, got 9"),
        (lambda: closed_forms(True), "count must be a number of patterns, 0 to 8, got True"),
        (lambda: closed_forms("3"), "count must be a number of patterns, 0 to 8, got '3'"),  # pyright: ignore[reportArgumentType]
        (lambda: TRAIN.instance(-1), "count must be a number of patterns, 0 to 8, got -1"),
        (lambda: closed_forms(2)[0].instance(2), "train must leave n open to have instances, but its number of"),
        (
            lambda: OPEN["preferred_integral"].instance(2),
            "k of preferred_integral must be an int from 0 to 1, got None",
        ),
        (
            lambda: OPEN["preferred_integral"].instance(2, k=2),
            "k of preferred_integral must be an int from 0 to 1, got 2",
        ),
        (
            lambda: OPEN["preferred_integral"].instance(0, k=0),
            "k of preferred_integral must be absent where there are no",
        ),
        (
            lambda: OPEN["priority_integral"].instance(2, q=3),
            "q of priority_integral must be an int from 0 to 2, got 3",
        ),
        (lambda: TRAIN.at({n: 2, p: (0, 1)}), "values must hold c_train, got none"),
        (lambda: TRAIN.at({**AT, n: 9}), "n must be at most 8, got 9; for more use grokdd.simulate"),
        (lambda: TRAIN.at({**AT, n: Fraction(3, 2)}), "n must be integer, got 1.5"),
        (lambda: TRAIN.at({**AT, p: (0,)}), "p must be a sequence of 2 numbers, got (0,)"),
        (lambda: TRAIN.at({**AT, p: 1}), "p must be a sequence of 2 numbers, got 1"),
        (lambda: TRAIN.at({**AT, p: (0, -1)}), "p[1] must be nonnegative, got -1"),
        (lambda: TRAIN.at({**AT, c_train: "1"}), "c_train must be a number (int, float or Fraction), got '1'"),  # pyright: ignore[reportArgumentType]
        (lambda: TRAIN.at({**AT, p: (0, 2)}), "values must meet p[i] <= 1, where train holds, and do not for i = 1"),
        (
            lambda: OPEN["preferred_subsets"].at({**point(2), k: 2}),
            "values must meet k < n, where preferred_subsets holds, and do not",
        ),
        (lambda: OPEN["soft_subsets"].at({**point(2), w: (1, 0)}), "w[1] must be positive, got 0"),
        (lambda: OPEN["table_subsets"].at({**point(2), G: (1, 0)}), "G must be a sequence of 4 numbers, got (1, 0)"),
        (lambda: form_with(witness={n: 1, c_train: 0}), "witness of train must be a point of it: values must hold p"),
        (
            lambda: form_with(where=sp.Lt(c_train, 0) | sp.Gt(c_train, sp.Rational(1, 2))),
            "witness of train must be a point of it: values must meet c_train > 1/2, where train holds, and do not",
        ),
        (
            lambda: form_with(expr=1 / c_train, witness={n: 0, p: (), c_train: 0}),
            "witness of train must be a point of it: values must be a point where train is defined, got zoo",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(make: Callable[[], object], message: str):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_letters_are_counted_once_and_without_those_that_are_bound():
    assert letters(sp.Sum(p[i] * g[i], (i, 0, n - 1)) * p[k] + sp.Integral(z * c, (z, 0, 1))) == (c, g, k, n, p)
