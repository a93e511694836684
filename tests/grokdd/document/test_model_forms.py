"""The closed forms and derivatives in a document: the right ones for every rule, and a wrong one is noticed."""

from fractions import Fraction

import pytest
import sympy as sp

from grokdd.analytic import (
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    Table,
    acc_test,
    presets,
    rate,
)
from grokdd.analytic.exact_statements import with_values
from grokdd.analytic.symbols import numbers, p, t
from grokdd.document import model_derivatives, model_forms
from grokdd.document.model_derivatives import derivative_statements
from grokdd.document.model_forms import form_statements

RULES = [
    Mean(),
    Preferred(2),
    Preferred(0),
    Priority((2, 0)),
    Priority((1,)),
    SoftPreference((1, 2, Fraction(3, 2))),
    Table([Fraction(k * k % 7, 7) for k in range(8)]),
]


def model_of(rule):
    chance = None if isinstance(rule, Table) else Fraction(1, 97)
    return PatternModel(presets.double_descent().patterns, rule, chance)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_all_forms_of_every_rule_agree(rule):
    found = [*form_statements(model_of(rule)), *derivative_statements(model_of(rule))]
    assert not [one.says for one in found if "contradiction" in one.verified]
    names = [one.says for one in found]
    assert ("Test accuracy as an integral." in names) == (not isinstance(rule, Table))
    assert "The second derivative in time, D_ij being the derivative by p_i and p_j." in names
    assert all(line.count("{") == line.count("}") for one in found for line in one.formulas)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_the_sum_over_sets_holds_each_set_once(rule):
    model = model_of(rule)
    (one,) = (one for one in form_statements(model) if "sum over sets" in one.says)
    shares = [model.generalization([i for i in range(3) if mask >> i & 1]) for mask in range(8)]
    assert [Fraction(one.value[mask]) for mask in range(8)] == shares
    written = " ".join(one.formulas)
    assert written.count(r"\, (1 - p_{2})") == sum(share != 0 for share in shares[:4])


def test_a_wrong_integral_is_a_contradiction(monkeypatch):
    monkeypatch.setitem(model_forms.OPEN_FORMS, Mean, "preferred_integral")
    monkeypatch.setattr(model_forms, "_choices", lambda _: {"k": 2})
    (one,) = (one for one in form_statements(model_of(Mean())) if "as an integral" in one.says)
    assert one.verified == ("contradiction",)


def test_a_wrong_polynomial_is_a_contradiction(monkeypatch):
    monkeypatch.setattr(model_forms, "acc_test", lambda n, **_: acc_test(n))
    found = [one.verified for one in form_statements(model_of(Preferred(2))) if "multilinear" in one.says]
    assert found == [("contradiction",)]


@pytest.mark.parametrize("order", [1, 2])
def test_a_wrong_time_derivative_is_a_contradiction(monkeypatch, order):
    right = model_derivatives._series

    def wrong(model, t):
        found = right(model, t)
        found[order] += 1e-30
        return found

    monkeypatch.setattr(model_derivatives, "_series", wrong)
    found = {
        one.says.split()[1]: one.verified for one in derivative_statements(model_of(Mean())) if "in time" in one.says
    }
    assert (found["first"] == ("contradiction",), found["second"] == ("contradiction",)) == (order == 1, order == 2)


def test_printed_slopes_are_those_of_the_time_derivative():
    # acc_test' by `rate` against the printed D_i times p_i', at t = 40, to 30 digits
    model = presets.double_descent()
    slopes = [one.value for one in derivative_statements(model) if one.says.startswith("D_")][:3]
    letters = {str(p(i)): p(i) for i in range(3)}
    at = {}
    rates = []
    for i, x in enumerate(model.patterns):
        share = 1 / (1 + sp.exp(-sp.Rational(x.alpha) * (40 - sp.Rational(x.b))))
        at[p(i)] = sp.N(sp.Rational(x.gamma) * share, 40)
        rates.append(sp.Rational(x.alpha) * at[p(i)] * (1 - sp.N(share, 40)))
    total = sum(sp.parse_expr(slope, letters).subs(at) * v for slope, v in zip(slopes, rates, strict=True))
    exact = with_values(rate(acc_test(3, rule=Preferred(2))), {**numbers(model), t: 40})
    assert abs(sp.N(exact, 40) - total) < sp.Float("1e-30")


def test_models_without_patterns_or_with_many_have_what_there_is():
    assert [one.says for one in derivative_statements(PatternModel([]))] == [
        "Before all times test accuracy tends to 0.",
        "After all times test accuracy tends to 0.",
    ]
    many = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=1)] * 5)
    assert [one.says for one in form_statements(many)][-1] == "Not written out: 5 patterns make 32 terms."


def test_numbers_that_are_rounded_in_print_are_not_said_to_be_equal():
    model = PatternModel([Pattern(gamma=0.1, alpha=0.15, b=0.7, g=0.3)])
    lines = {one.says: one.formulas[0] for one in form_statements(model)}
    assert lines["The curve of pattern 0."].count(r"\approx") == 2
    assert r"\approx" in lines["Test accuracy as a sum over sets, those of G = 0 left out."]
    exact = {one.says: one.formulas[0] for one in form_statements(presets.double_descent())}
    assert r"\approx" not in "".join(exact.values())


def test_the_chain_rule_is_printed_with_its_signs():
    (one,) = (one for one in derivative_statements(presets.double_descent()) if "chain rule" in one.says)
    by_gamma, by_alpha, by_b = (line.partition(" = ")[2] for line in one.formulas)
    assert by_gamma == "D_{i} s_{i}"
    assert by_alpha == r"D_{i} \gamma_{i} s_{i} \left(1 - s_{i}\right) \left(t - b_{i}\right)"
    assert by_b == r"- D_{i} \alpha_{i} \gamma_{i} s_{i} \left(1 - s_{i}\right)"
    assert one.verified == ("computer algebra",)


@pytest.mark.parametrize("alpha", [Fraction(10) ** 300, Fraction(1, 10**200), Fraction(10) ** 150])
def test_speeds_far_beyond_a_power_series_have_derivatives(alpha):
    members = [Pattern(gamma=1, alpha=alpha, b=alpha, g=1), Pattern(gamma=1, alpha=1 / alpha, b=1, g=0)]
    found = list(derivative_statements(PatternModel(members)))
    assert not [one for one in found if "contradiction" in one.verified]
