"""The theorem on test accuracy without a first pattern: in the grokking preset it is the general pattern itself."""

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..accuracy import acc_test
from ..conditions import plateau_heights
from ..exact_statements import with_values
from ..model import PatternModel
from ..parameters import Parameter
from ..presets import grokking as preset
from ..rules import Mean, Preferred
from ..symbols import c, g, numbers, p
from .drawing import patterns, share
from .record import Counterexample, Law, Lemma, PolynomialIdentity, Theorem
from .shapes import has_at_most, proved_kinds

HALF = Fraction(1, 2)
ACC_TEST = cast(sp.Expr, acc_test(3, rule=Preferred(2), chance=True))
TWO_LEFT = c + (g(2) - c) * p(2) + (g(1) - c) * p(1) * (1 - p(2))
"""acc_test where pattern 0 is absent."""
ONE_LEFT = c + (g(2) - c) * p(2)
"""The same where pattern 1 knows no more than chance."""

ABSENT: Any = sp.Eq(p(0), 0)
AT_CHANCE: Any = sp.Eq(g(1), c)


def without_the_first() -> Theorem:
    """Return the theorem on the test accuracy of a preferred pattern and one other."""
    return Theorem(
        name="grokking curve",
        title="The test accuracy of grokking is its general pattern",
        statement=(
            "If gamma_0 = 0 and pattern 2 is preferred, acc_test = c + (g_2 - c) p_2 + (g_1 - c) p_1 (1 - p_2) at all "
            "times. So with g_1 = c it is c + (g_2 - c) p_2, monotone without an extremum, for all speeds, times and "
            "gamma: p_2 itself if c = 0 and g_2 = 1, as in the grokking preset."
        ),
        hypotheses=("three patterns, pattern 2 preferred", "gamma_0 = 0", "for what follows after 'so' g_1 = c"),
        derivation=(
            "acc_test = g_2 p_2 + (1 - p_2) F, where F = c + (g_1 - c) p_1 is that of pattern 1 alone.",
            "With g_1 = c it is affine in p_2, which only rises.",
        ),
        parts=(
            PolynomialIdentity(
                says="acc_test without pattern 0 is the printed form",
                left=lambda _: with_values(ACC_TEST, {p(0): 0}),
                right=lambda _: TWO_LEFT,
                sizes=(3,),
                too_much=lambda _: c + (g(2) - c) * p(2) + (g(1) - c) * p(1),
            ),
            Law(
                says="G of every set that such a model can learn is that of the printed form",
                means="exact fractions",
                draw=drawn_without_the_first,
                holds=lambda model: equal_at_corners(model, TWO_LEFT),
                too_much=lambda model: equal_at_corners(model, ONE_LEFT),
            ),
            Lemma(
                says="with g_1 = c nothing but pattern 2 is left of it",
                claim=cast(Boolean, sp.Eq(ACC_TEST, ONE_LEFT, evaluate=False)),
                where=cast(Boolean, sp.And(ABSENT, AT_CHANCE)),
                witness={p(0): Fraction(0), g(1): Fraction(0), c: Fraction(0)},
                too_much=cast(Boolean, sp.Eq(ACC_TEST, p(2), evaluate=False)),
            ),
            Law(
                says="with g_1 = c there is no extremum",
                means="certified shapes",
                draw=lambda rng: with_g_1_at_chance(drawn_without_the_first(rng)),
                holds=lambda model: has_at_most(model, 0),
                too_much=lambda model: has_at_most(Parameter("gamma", 0).put(model, Fraction(1)), 0),
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="gamma_0 = 0",
                says="the grokking preset with gamma_0 = 1/100 has a maximum and then a minimum",
                shown=lambda: (
                    proved_kinds(Parameter("gamma", 0).put(preset(), Fraction(1, 100))) == ["maximum", "minimum"]
                ),
            ),
            Counterexample(
                drops="g_1 = c",
                says="the grokking preset with g_1 = 1/2 rises with what is learned by heart: plateaus 0, 0, 1/2, 1",
                shown=lambda: plateau_heights(Parameter("g", 1).put(preset(), HALF)) == (0, 0, HALF, 1),
            ),
            Counterexample(
                drops="pattern 2 preferred",
                says="under the mean rule the grokking preset ends at 1/2, not at p_2 = 1",
                shown=lambda: plateau_heights(replace(preset(), rule=Mean()))[-1] == HALF,
            ),
        ),
        meaning="Grokking in its pure form shows one pattern alone: whatever was learned by heart before leaves no "
        "trace.",
        source="docs/theory.md, section 3.10; Davies et al. (2022), section 2.2",
        extra={"acc_test": TWO_LEFT},
    )


def drawn_without_the_first(rng: random.Random) -> PatternModel:
    """Return a model in which pattern 0 is absent and pattern 2 preferred, at any times."""
    first, *others = patterns(rng, 3, gap=20)
    return PatternModel([replace(first, gamma=Fraction(0)), *others], Preferred(2), share(rng, 0, 10))


def with_g_1_at_chance(model: PatternModel) -> PatternModel:
    """Return a model with g_1 = c."""
    return Parameter("g", 1).put(model, model.chance)


def equal_at_corners(model: PatternModel, form: sp.Expr) -> bool:
    """Return whether a form of degree 1 in p_1 and in p_2 is acc_test of a model without pattern 0.

    Both have degree 1 in each letter, so their values where each p is 0 or 1 decide it.
    """
    sets: list[list[int]] = [[], [1], [2], [1, 2]]
    got = [with_values(form, numbers(model) | {p(i): int(i in members) for i in (1, 2)}) for members in sets]
    values = [model.generalization(members) for members in sets]
    return got == [sp.Rational(value.numerator, value.denominator) for value in values]


def is_without_the_first(model: PatternModel) -> bool:
    """Return whether the theorem speaks of a model."""
    return model.n == 3 and model.rule == Preferred(2) and not model.patterns[0].gamma
