"""Limits in closed form: what SymPy finds on instances, and values close to the end."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import sympy as sp

from grokdd.analytic import ClosedForm, InputError, closed_forms, derivatives, limits, preference_limits
from grokdd.analytic.forms.closed_form import point
from grokdd.analytic.forms.indexed import G, alpha, b, g, gamma, integrated, k, n, p, q, r, w, written_out
from grokdd.analytic.symbols import c, c_train, t

OPEN = {form.name: form for form in closed_forms()}
NAMES = list(OPEN)
ENDS = ("early", "late", "sudden", "vanishing")


@cache
def of(name: str) -> dict[str, ClosedForm]:
    return dict(zip(ENDS, limits(OPEN[name]), strict=True))


def exact(values: dict[Any, Any]) -> dict[Any, Any]:
    """Return the same point in SymPy's rationals."""

    def rational(value: Any) -> Any:
        return tuple(map(rational, value)) if isinstance(value, list | tuple) else sp.Rational(str(value))

    return {letter: rational(value) for letter, value in values.items()}


def short_of(form: ClosedForm, values: dict[Any, Any], close: Any) -> Any:
    """Return how far the form is from its limit where its letter has the value `close`, to 60 digits."""
    expr, letter, *_ = form.expr.lhs.args  # pyright: ignore[reportAttributeAccessIssue]  # it is an equation
    near = integrated(written_out(expr, {**exact(values), letter: close}))
    return sp.Abs(sp.N(near - form.at(values), 60))


# --- in time, speed and reach

CLOSE = {
    "early": (-10, -3000),  # the slowest alpha of the point is 1/10: e**-300 is far below 1e-50
    "late": (40, 3000),
    "sudden": (1, 10**6),
    "vanishing": (sp.Rational(1, 2), sp.Rational(1, 10**51)),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ENDS)
def test_values_close_to_the_end_are_close_to_the_limit(name: str, end: str):
    form, (far, close) = of(name)[end], CLOSE[end]
    values = {**point(2), t: 15, r: 1}
    assert short_of(form, values, close) < sp.Float(10) ** -50
    assert short_of(form, values, far) > sp.Float(10) ** -4


def test_sympy_finds_the_limits_of_one_curve():
    top, turn = sp.symbols("gamma b", nonnegative=True)
    speed, time, ahead = sp.Symbol("alpha", positive=True), sp.Symbol("t", real=True), sp.Symbol("d", positive=True)
    curve = top / (1 + sp.exp(-speed * (time - turn)))
    assert sp.limit(curve, time, -sp.oo) == 0
    assert sp.limit(curve, time, sp.oo) == top
    assert sp.limit(curve.subs(time, turn + ahead), speed, sp.oo) == top
    assert sp.limit(curve.subs(time, turn - ahead), speed, sp.oo) == 0
    assert curve.subs(time, turn) == top / 2
    assert sp.limit(curve, top, 0) == 0


BY_SYMPY = [("train", end) for end in ("early", "sudden", "vanishing")]
BY_SYMPY += [("preferred_subsets", end) for end in ("sudden", "vanishing")]
SLOW = [
    ("train", "late"),
    *(("mean_subsets", end) for end in ENDS),
    ("preferred_subsets", "early"),
    ("preferred_subsets", "late"),
]


@pytest.mark.parametrize(("name", "end"), [*BY_SYMPY, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)])
def test_sympy_finds_the_limits_of_accuracy(name: str, end: str):
    # Every letter a number but the one that moves; with letters SymPy cannot order the exponentials.
    form = of(name)[end]
    values = {**point(2), t: 15, r: 1}
    expr, letter, goal, _ = form.expr.lhs.args  # pyright: ignore[reportAttributeAccessIssue]
    given = {one: value for one, value in exact(values).items() if one != letter}
    got = sp.limit(written_out(expr, given), letter, goal)
    assert sp.simplify(got - form.at(values)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_early_and_late_are_the_forms_at_their_ends(name: str):
    values = point(2)
    assert of(name)["early"].at(values) == OPEN[name].at({**values, p: [0, 0]})
    assert of(name)["late"].at(values) == OPEN[name].at({**values, p: values[gamma]})


def test_a_sudden_pattern_is_a_step_and_half_of_it_at_its_inflection():
    mean = OPEN["mean_integral"]
    steady = {**point(2), alpha: [0, 0], r: 1}  # pattern 0 stands at gamma / 2
    for time, share in ((9, 0), (10, Fraction(1, 2)), (11, 1)):
        got = of("mean_integral")["sudden"].at({**steady, t: time})
        assert got == mean.at({**steady, p: [Fraction(1, 6), Fraction(2, 3) * share]})


def test_early_and_late_ask_for_patterns_that_move():
    for end in ("early", "late"):
        with pytest.raises(InputError, match=r"^values must meet alpha\[i\] > 0, where train_.* and do not for i = 1$"):
            of("train")[end].at({**point(2), alpha: [1, 0]})


def test_a_rate_tends_to_that_of_the_others_as_a_pattern_vanishes():
    rate = next(form for form in derivatives(OPEN["mean_integral"]) if form.name == "mean_integral_rate")
    values = point(2)
    others = rate.at({**values, n: 1, **{base: values[base][:1] for base in (gamma, alpha, b, g)}})
    tiny = Fraction(1, 10**60)
    assert sp.N(rate.at({**values, gamma: [values[gamma][0], Fraction(0)]}) - others, 60) == 0
    assert 0 < sp.Abs(sp.N(rate.at({**values, gamma: [values[gamma][0], tiny]}) - others, 60)) < sp.Float(10) ** -59


# --- in the weights

PREFERENCES = {form.name: form for form in preference_limits()}


@pytest.mark.parametrize("name", PREFERENCES)
def test_great_weights_are_close_to_the_limit(name: str):
    # docs/theory.md, section 2.8: for g in [0, 1], G is off by at most the sum of the other weights over the great one.
    form = PREFERENCES[name]
    for count in (1, 2, 3, 4):
        values = point(count)
        others = sum(values[w]) + count
        assert short_of(form, values, sp.Integer(10**40)) <= others / sp.Integer(10**40)
        assert count == 1 or short_of(form, values, sp.Integer(7)) > sp.Rational(1, 1000)


@pytest.mark.parametrize("name", PREFERENCES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_sympy_finds_the_limits_in_the_weights(name: str, count: int):
    equation = PREFERENCES[name].instance(count, k=0)
    weights = {written_out(w[at], {}): sp.Integer(at + 1) for at in range(count)}
    expr, letter, goal, _ = equation.lhs.args
    got = sp.limit(expr.xreplace(weights), letter, goal)
    assert sp.expand(got - integrated(equation.rhs.xreplace(weights))) == 0


def test_what_the_limits_in_the_weights_are():
    values = {**point(3), k: 1}
    preferred, in_turn = OPEN["preferred_subsets"], OPEN["priority_subsets"]
    assert PREFERENCES["soft_strong_over_equals"].at(values) == preferred.at(values)
    assert PREFERENCES["soft_far_apart"].at(values) == in_turn.at({**values, q: 3})
    # The others keep their own weights: not the preferred pattern of the paper.
    assert PREFERENCES["soft_strong"].at(values) != preferred.at(values)
    assert PREFERENCES["soft_strong"].at({**values, w: [5, 9, 5]}) == preferred.at(values)


# --- the records


@pytest.mark.parametrize("name", NAMES)
def test_names_and_letters(name: str):
    for end, form in of(name).items():
        assert form.name == f"{name}_{end}"
        assert set(form.variables) <= set(form.witness)
        assert isinstance(form.expr.lhs, sp.Limit)  # pyright: ignore[reportAttributeAccessIssue]
        assert (t in form.variables) == (end in ("sudden", "vanishing"))
    assert of("train")["early"].value == c_train
    assert of("mean_integral")["early"].value == c
    assert of("table_subsets")["early"].value == G[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: limits(None), "form must be one of closed_forms(), got None"),  # pyright: ignore[reportArgumentType]
        (lambda: limits(of("train")["late"]), "form must be one of closed_forms(), which leave n open, got train_late"),
    ],
)
def test_what_has_no_limit_here_is_refused(make: Callable[[], object], message: str):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(message)
