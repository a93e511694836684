"""Expressions come back from JSON as they were, and nothing else does."""

import json

import pytest
import sympy as sp

from grokdd.analytic import Preferred, SoftPreference, acc_test, closed_forms, in_time, limits, rate
from grokdd.analytic.expression_json import from_json, to_json

EXPRESSIONS = {
    "subsets": acc_test(4, chance=True),
    "multilinear": acc_test(4, form="multilinear"),
    "integral": acc_test(3, rule=Preferred(1), form="integral"),
    "weights": acc_test(3, rule=SoftPreference((1, 2, 3))),
    "logistics": in_time(acc_test(2)),
    "rate": rate(acc_test(2)),
    **{form.name: form.instance(2, r=0) for form in limits(closed_forms()[2])},
    "root": sp.sqrt(2) / 3 + sp.log(sp.Symbol("x", positive=True)),
}


@pytest.mark.parametrize("expr", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_an_expression_comes_back_as_it_stood(expr):
    back = from_json(json.loads(json.dumps(to_json(expr))))
    assert back == expr  # in the order of the parts, too
    assert {x.assumptions0["commutative"] for x in back.free_symbols} == {True}


def test_what_occurs_many_times_is_written_once():
    x = sp.Symbol("x")
    part = sp.exp(1 + x)
    assert len(to_json(part)) == 4  # 1, x, 1 + x, exp
    assert len(to_json(part + part * x)) == 6


@pytest.mark.parametrize("expr", [sp.Symbol("x") * 0.5, sp.Function("f")(1), sp.pi, sp.Dummy()], ids=str)
def test_other_expressions_have_no_form(expr):
    with pytest.raises(ValueError, match="has no form in JSON"):
        to_json(expr)


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        "x",
        [1.5],
        ["__import__('os')"],
        [["Lambda", 0]],
        [{"infinite": "zoo"}],
        [1, ["Equality", 0]],
        [{"letter": "x", "is": {}}, ["Limit", 0]],
        [1, ["Add", 0, 1]],
        [1, ["Add", 0, -1]],
        [{"letter": "x"}],
        [{"letter": 1, "is": {}}],
        [{"letter": "x", "is": {"cls": 1}}],
        [{"letter": "x", "is": {"positive": "a"}}],
        [{"above": 1, "below": 0}],
        [["exp"]],
        [["Tuple"]],
        [1, ["Add", 0.0]],
        [1, ["Tuple", 0], ["Add", 0, 1], ["Pow", 2, 2]],
    ],
    ids=str,
)
def test_other_values_are_refused(value):
    with pytest.raises(ValueError, match="JSON"):
        from_json(value)
