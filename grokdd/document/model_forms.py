"""The closed forms of one model: open, in the letters of its rule, and with its numbers put in."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, cast

import sympy as sp

from ..analytic import (
    Mean,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    Table,
    acc_test,
    acc_train,
    closed_forms,
)
from ..analytic.exact_statements import with_values
from ..analytic.forms.closed_form import ClosedForm
from ..analytic.forms.indexed import integrated
from ..analytic.symbols import g, numbers, p
from ..output import exact_text
from .formulas import TEST, TRAIN, equal, equals, in_lines, latex, number_latex
from .record import Statement
from .ways import ALGEBRA, AT_CORNERS, DEFINED, EXACT, agreeing

SECTION = "Closed forms"
WRITTEN_OUT = 4
"""Patterns up to which acc_test is written out."""
OPEN_FORMS = {
    Mean: "mean_integral",
    Preferred: "preferred_integral",
    Priority: "priority_integral",
    SoftPreference: "soft_integral",
    Table: "table_subsets",
}
"""For each rule, the shortest of its closed forms for any number of patterns."""
Value = Callable[[Sequence[int]], Fraction]
"""What an accuracy is on the examples that exactly the patterns of a set are right on."""
LETTERS_OF_SETS = "Here [j in m] is 1 if pattern j is in the set m, and else 0."


def form_statements(model: PatternModel) -> Iterator[Statement]:
    """Yield the curve of each pattern, both accuracies for open n, and up to four patterns with the numbers put in."""
    yield from _curves(model)
    yield from _open(model)
    if model.n > WRITTEN_OUT:
        says = f"Not written out: {model.n} patterns make {2**model.n} terms."
        yield Statement(SECTION, says, (), None, (EXACT,))
        return
    train, test = polynomials(model)
    yield _polynomial(model, "Train accuracy as a polynomial.", TRAIN, train, _train_at(model))
    yield _subsets(model)
    says = "Test accuracy as a polynomial, the multilinear form."
    yield _polynomial(model, says, TEST, test, model.generalization)
    yield from _integral(model, test)


def polynomials(model: PatternModel) -> tuple[sp.Expr, sp.Expr]:
    """Return train and test accuracy as polynomials in p_0 .. p_(n-1), expanded, with the model's numbers."""
    forms = (
        acc_train(model.n, chance=True),
        acc_test(model.n, rule=model.rule, chance=not isinstance(model.rule, Table)),
    )
    train, test = (sp.expand(with_values(form, numbers(model))) for form in forms)
    return train, test


def _curves(model: PatternModel) -> Iterator[Statement]:
    for i, x in enumerate(model.patterns):
        alpha, b = number_latex(x.alpha), number_latex(x.b)
        above = "" if x.gamma == 1 else rf"{number_latex(x.gamma)} \, "
        reach = f"p_{{{i}}} {equals(x.gamma)} {above}s_{{{i}}}"
        share = rf"s_{{{i}}} {equals(x.alpha, x.b)} \frac{{1}}{{1 + \exp(-{alpha} \, (t - {b}))}}"
        yield Statement(SECTION, f"The curve of pattern {i}.", (rf"{reach}, \qquad {share}",), None, (DEFINED,))


def _open(model: PatternModel) -> Iterator[Statement]:
    forms = {form.name: form for form in closed_forms()}
    for name, left in (("train", TRAIN), (OPEN_FORMS[type(model.rule)], TEST)):
        form = forms[name]
        says = f"{_sentence(form.title)} for any number of patterns."
        if isinstance(model.rule, Table) and left == TEST:
            says += f" {LETTERS_OF_SETS}"
        formula = f"{left} = {latex(form.value)}"
        yield Statement(SECTION, says, (formula,), [form.name, str(_choices(model))], (form.source,))


def _choices(model: PatternModel) -> dict[str, int]:
    """Return the letters of the open form that the rule decides, beside n."""
    match model.rule:
        case Preferred(pattern=k):
            return {"k": k}
        case Priority(order=order):
            return {"q": len(order)}
    return {}


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


def _train_at(model: PatternModel) -> Value:
    return lambda members: Fraction(1) if members else model.chance_train


def _polynomial(model: PatternModel, says: str, left: str, polynomial: sp.Expr, value: Value) -> Statement:
    ways = agreeing(agrees_at_corners(polynomial, model.n, value), ALGEBRA, AT_CORNERS)
    return Statement(SECTION, says, equal(left, polynomial), str(polynomial), ways)


def agrees_at_corners(polynomial: sp.Expr, n: int, value: Value) -> bool:
    """Return whether a polynomial has these values where some of p_0 .. p_(n-1) are 1 and the others 0.

    That decides it, because it is of degree 1 in each letter.
    """
    for mask in range(2**n):
        corner = {p(i): mask >> i & 1 for i in range(n)}
        expected = value([i for i in range(n) if mask >> i & 1])
        if with_values(polynomial, corner) != sp.Rational(expected.numerator, expected.denominator):
            return False
    return True


def _subsets(model: PatternModel) -> Statement:
    """Return the definition: the sum over all sets, those of G = 0 left out."""
    shares = [model.generalization([i for i in range(model.n) if mask >> i & 1]) for mask in range(2**model.n)]
    terms: list[str] = []
    for mask, share in enumerate(shares):
        if share:
            factors = [f"p_{{{i}}}" if mask >> i & 1 else rf"(1 - p_{{{i}}})" for i in range(model.n)]
            number = [] if share == 1 and factors else [number_latex(share)]
            terms.append(("+ " if terms else "") + r" \, ".join([*number, *factors]))
    values = {mask: exact_text(share) for mask, share in enumerate(shares)}
    says = "Test accuracy as a sum over sets, those of G = 0 left out."
    return Statement(SECTION, says, tuple(in_lines(f"{TEST} {equals(*shares)} ", terms or ["0"])), values, (DEFINED,))


def _integral(model: PatternModel, polynomial: sp.Expr) -> Iterator[Statement]:
    """Yield the integral form with the numbers put in, and whether carrying it out gives the polynomial."""
    if isinstance(model.rule, Table) or not model.n:
        return
    form = {form.name: form for form in closed_forms()}[OPEN_FORMS[type(model.rule)]]
    integral = _instance(form, model)
    agrees = sp.expand(integrated(integral) - polynomial) == 0
    says = "Test accuracy as an integral."
    yield Statement(
        SECTION, says, equal(TEST, integral), str(integral), agreeing(agrees, ALGEBRA, "the polynomial above")
    )


def _instance(form: ClosedForm, model: PatternModel) -> sp.Expr:
    """Return an open form for the number of patterns, the rule and the numbers of a model."""
    written: Any = form.instance(model.n, **_choices(model))
    if isinstance(model.rule, Priority):
        written = _listed_first(written, model.rule.order, model.n)
    values = numbers(model)
    if isinstance(model.rule, SoftPreference):
        weights = (sp.Rational(w.numerator, w.denominator) for w in model.rule.weights)
        values |= {sp.Symbol(f"w_{i}", positive=True): w for i, w in enumerate(weights)}
    found = with_values(written, values)
    return found.replace(lambda part: isinstance(part, sp.Integral) and part.function == 0, lambda _: sp.Integer(0))


def _listed_first(expr: sp.Expr, order: Sequence[int], n: int) -> sp.Expr:
    """Return a form that lists patterns 0, 1, .. by priority for patterns that are listed in any order."""
    place = [*order, *(i for i in range(n) if i not in order)]
    moved = {letter(i): letter(place[i]) for letter in (p, g) for i in range(n)}
    return cast(sp.Expr, expr.xreplace(moved))
