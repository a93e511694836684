"""The complete classification of two patterns, whatever their speeds and times."""

import random
from dataclasses import replace
from fractions import Fraction
from typing import cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Mean, Preferred, Rule, SoftPreference, Table
from ..symbols import gamma
from .drawing import share
from .record import Counterexample, Law, Lemma, PolynomialIdentity, Theorem

A, B = (sp.Symbol(f"a_{i}", real=True) for i in range(2))
"""gamma_i g_i."""
E = sp.Symbol("e", real=True)
"""gamma_0 gamma_1 (g_0 + g_1 - G_01): what is lost where both are learned."""
R = sp.Symbol("r", positive=True)
"""alpha_1 / alpha_0."""
G0, G1, G01 = (sp.Symbol(name, real=True) for name in ("G_0", "G_1", "G_01"))
X, Y, U, V = sp.symbols("x y u v", positive=True)
"""x = exp(alpha_0 t) and y = x^r; u = exp(alpha_0 b_0), v = exp(alpha_1 b_1)."""
MIDDLE = 2 * A - E + R * (2 * B - E)
SUM = (
    A * U * V**2 * X
    + R * B * U**2 * V * Y
    + U * V * MIDDLE * X * Y
    + R * V * (B - E) * X**2 * Y
    + U * (A - E) * X * Y**2
)
BETTER_FIRST = cast(
    Boolean,
    sp.And(G0 >= G01, G01 >= G1, G1 >= 0, G0 > 0, gamma(0) > 0, gamma(0) <= 1, gamma(1) >= 0, gamma(1) <= 1),
)


def classification() -> Theorem:
    """Return the theorem on all curves that two patterns can make."""
    lost = gamma(0) * gamma(1) * (G0 + G1 - G01)
    return Theorem(
        name="two patterns",
        title="Every curve that two patterns can make",
        statement=(
            "Let g_0 >= G_01 >= g_1 >= 0, c = 0, gamma_0 g_0 > 0; a_i = gamma_i g_i, "
            "e = gamma_0 gamma_1 (g_0 + g_1 - G_01), r = alpha_1 / alpha_0. If a_1 >= e: no extremum. If a_1 < e: "
            "for r < 1 "
            "exactly one maximum; for r = 1 one maximum or none; for r > 1 exactly one maximum if a_0 = e, and none "
            "or a "
            "maximum and then a minimum if a_0 > e."
        ),
        hypotheses=(
            "n = 2, positive speeds",
            "mean, soft preference, or either pattern preferred",
            "c = 0, g_0 >= g_1",
        ),
        derivation=(
            "F = a_0 s_0 + a_1 s_1 - e s_0 s_1. With x = exp(alpha_0 t), F' has the sign of an exponential sum of "
            "five terms "
            "x^1, x^r, x^(r + 1), x^(r + 2), x^(2 r + 1).",
            "Count the changes of sign of its coefficients in the order of exponents (Descartes for real exponents).",
            "a_0 >= e always; and for r <= 1 the coefficient of x^(r + 1) is not negative.",
        ),
        parts=(
            PolynomialIdentity(
                says="F' is alpha_0 times the exponential sum over a positive square",
                left=lambda _: _slope(),
                right=lambda _: SUM / ((X + U) ** 2 * (Y + V) ** 2),
                sizes=(2,),
                too_much=lambda _: SUM / ((X + U) ** 2 * (Y + V)),
            ),
            Lemma(
                says="a_0 is at least e",
                claim=sp.Ge(gamma(0) * G0, lost),
                where=BETTER_FIRST,
                witness={
                    G0: Fraction(1),
                    G01: Fraction(1, 2),
                    G1: Fraction(0),
                    gamma(0): Fraction(1),
                    gamma(1): Fraction(1),
                },
                too_much=sp.Gt(gamma(0) * G0, lost),
            ),
            Lemma(
                says="for r <= 1 the coefficient of x^(r + 1) is not negative",
                claim=sp.Ge(MIDDLE, 0),
                where=cast(Boolean, sp.And(A >= E, B < E, B >= 0, E >= 0, R <= 1)),
                witness={A: Fraction(1), B: Fraction(0), E: Fraction(1, 2), R: Fraction(1, 2)},
                too_much=sp.Ge(MIDDLE, A),
            ),
            Law(
                says="the number and order of extrema is the one of the case",
                means="certified shapes",
                draw=_better_first,
                holds=lambda model: _is_of_its_case(model, fast=True),
                too_much=lambda model: _is_of_its_case(model, fast=False),
                models=100,
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="G_01 between g_0 and g_1",
                says="the table G = (0, 1, 1/2, 0), gamma = 1, r = 2: now a_0 < e, and there is one maximum, no "
                "minimum",
                shown=_both_know_nothing,
            ),
        ),
        meaning="Two patterns double-descend only if the poor one is learned strictly faster, and never more than "
        "once.",
        source="docs/theory.md, section 3.8",
        gap="Descartes' rule for sums of real exponentials is a classical theorem, which no part checks.",
        extra={"exponential sum": SUM},
    )


def _slope() -> sp.Expr:
    """Return d F / d (alpha_0 t) with x' = x, y' = r y."""
    f = A * X / (X + U) + B * Y / (Y + V) - E * X * Y / ((X + U) * (Y + V))
    return f.diff(X) * X + f.diff(Y) * R * Y


def _better_first(rng: random.Random) -> PatternModel:
    good = share(rng, 1)
    bad = good * share(rng, 0, rng.choice((4, 20)))
    overlap = rng.choice((0, 5, 30, 60))
    speeds = rng.choice(((1, 1), (1, 3), (3, 1), (1, 20), (7, 1)))
    members = [
        Pattern(gamma=share(rng, 1), alpha=Fraction(speed, 10), b=rng.randrange(overlap, 2 * overlap + 1), g=value)
        for speed, value in zip(speeds, (good, bad), strict=True)
    ]
    rules: list[Rule] = [Mean(), Preferred(0), Preferred(1), SoftPreference((rng.choice((1, 3)), rng.choice((1, 5))))]
    if rng.random() < 0.2:  # the case a_0 = e
        members[1] = Pattern(gamma=1, alpha=members[1].alpha, b=members[1].b, g=bad)
        return PatternModel(members, Preferred(1))
    return PatternModel(members, rng.choice(rules))


def _is_of_its_case(model: PatternModel, *, fast: bool) -> bool | None:
    """Return whether the shape is one that its case allows; with `fast` False none may have two extrema."""
    found = shape(model, levels=())
    if found.verdict == "undecided":
        return None
    kinds = [x.kind for x in found.extrema]
    return kinds in allowed_shapes(model) and (fast or len(kinds) < 2)


def better_first(model: PatternModel) -> PatternModel | None:
    """Return a model of two patterns with the better one first, its g measured from chance; None if none fits.

    The theorem asks for g_0 >= G_01 >= g_1 >= c, gamma_0 g_0 > 0 and positive speeds; c = 0 by the shift rule.
    """
    if model.n != 2 or not all(x.alpha for x in model.patterns):
        return None
    for order in ((0, 1), (1, 0)):
        first, second = (model.patterns[i] for i in order)
        values = [first.g, model.generalization([0, 1]), second.g, model.chance]
        if isinstance(model.rule, Table):
            values = [model.generalization([i]) for i in order]
            values.insert(1, model.generalization([0, 1]))
            values.append(model.chance)
        shifted = [value - model.chance for value in values]
        if shifted == sorted(shifted, reverse=True) and first.gamma * shifted[0] > 0:
            table = Table([Fraction(0), shifted[0], shifted[2], shifted[1]])
            members = [replace(first, g=shifted[0]), replace(second, g=shifted[2])]
            return PatternModel(members, table)
    return None


def terms(model: PatternModel) -> tuple[Fraction, Fraction, Fraction]:
    """Return a_0, a_1 and e of a model with these hypotheses."""
    first, second = model.patterns
    lost = first.g + second.g - model.generalization([0, 1])
    return first.gamma * first.g, second.gamma * second.g, first.gamma * second.gamma * lost


def allowed_shapes(model: PatternModel) -> list[list[str]]:
    """Return the sequences of extrema that a model with these hypotheses, the better pattern first, may have."""
    first, second = model.patterns
    a, b, e = terms(model)
    none, peak, dip = list[str](), ["maximum"], ["maximum", "minimum"]
    if b >= e:
        return [none]
    if second.alpha < first.alpha or (second.alpha > first.alpha and a == e):
        return [peak]
    return [none, peak] if second.alpha == first.alpha else [none, dip]


def _both_know_nothing() -> bool:
    members = [Pattern(gamma=1, alpha=alpha, b=20, g=0) for alpha in (1, 2)]
    found = shape(PatternModel(members, Table([0, 1, 0.5, 0])), levels=())
    return [x.kind for x in found.extrema] == ["maximum"]
