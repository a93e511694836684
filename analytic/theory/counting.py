"""Theorems on how many patterns a curve of many descents takes, and the conjecture on how many extrema n can make."""

import random
from fractions import Fraction
from itertools import pairwise
from typing import cast

import sympy as sp
from sympy.logic.boolalg import Boolean

from ..conditions import plateau_heights
from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Mean
from ..symbols import g
from .drawing import patterns, with_chance
from .record import Law, Lemma, Theorem
from .shapes import has_at_most, proved_kinds

BOTH = (g(0) + g(1)) / 2
"""G of two patterns under the mean rule."""


def descents() -> Theorem:
    """Return the theorem on the number of patterns that k descents take."""
    return Theorem(
        name="descents",
        title="How many patterns k descents take",
        statement=(
            "A curve with k descents (k times a maximum and then a minimum) takes 2 k + 1 patterns of equal speed, "
            "and so "
            "many suffice. With free speeds k + 1 patterns suffice: one slow and good, k quick and poor ones in turn. "
            "Fewer do not for k = 1, nor for k = 2."
        ),
        hypotheses=("mean rule", "positive speeds"),
        derivation=(
            "2 k extrema need n - 1 >= 2 k at equal speeds; gamma = 1, g = 1, 0, 1, 0, ... with wide gaps attains it: "
            "the plateaus go up and down in turn.",
            "While the slow good pattern grows, each quick poor one cuts what it has by 1 / (1 + its number); "
            "between two "
            "of them accuracy grows.",
            "One pattern is monotone: its curve is affine in p_0. Two have at most one maximum and one minimum after "
            "it: by the theorem on two patterns, if both g are at chance or above (the better one comes first there, "
            "and if its gamma (g - c) is 0 the curve is monotone or constant); below chance, c - acc_test is such a "
            "curve; and by the theorem on two patterns across chance if one is above it and one below.",
        ),
        parts=(
            Law(
                says="2 k + 1 patterns of one speed make k descents, k = 1, 2, 3",
                means="certified shapes",
                draw=_alternating,
                holds=lambda model: len(shape(model, levels=()).extrema) == model.n - 1,
                too_much=lambda model: len(shape(model, levels=()).extrema) == model.n,
                models=6,
            ),
            Law(
                says="their plateaus go up and down in turn",
                means="exact fractions",
                draw=_alternating,
                holds=_plateaus_take_turns,
                too_much=lambda model: _plateaus_take_turns(PatternModel(model.patterns[::2])),
                models=6,
            ),
            Law(
                says="one slow good pattern and k quick poor ones make k descents, k = 1, 2, 3",
                means="certified shapes",
                draw=_slow_and_quick,
                holds=lambda model: _descents(model) == model.n - 1,
                too_much=lambda model: _descents(model) == model.n,
                models=9,
            ),
            Lemma(
                says="the mean of two patterns lies between them, as the theorem on two patterns asks",
                claim=cast(Boolean, sp.And(g(0) >= BOTH, g(1) <= BOTH)),
                where=sp.Ge(g(0), g(1)),
                witness={g(0): Fraction(1), g(1): Fraction(0)},
                too_much=cast(Boolean, sp.And(g(0) >= BOTH, g(1) >= BOTH)),
            ),
            Law(
                says="n patterns make fewer than n descents, n = 1, 2",
                means="certified shapes",
                draw=_one_or_two,
                holds=_has_fewer_descents_than_patterns,
                too_much=lambda model: _descents(model) == 0,
                models=60,
            ),
        ),
        meaning="Repeated descent needs no rich structure: one slow understanding, interrupted by things learned by "
        "heart.",
        source="docs/theory.md, sections 3.5 and 3.8",
        gap="That k + 1 patterns are needed at free speeds is proved for k = 1 and 2 alone. For more it would follow "
        "from the conjecture on 2 (n - 1) extrema.",
    )


def _alternating(rng: random.Random) -> PatternModel:
    n, gap = rng.choice((3, 5, 7)), rng.randrange(30, 50)
    return PatternModel([Pattern(gamma=1, alpha=1, b=gap * (i + 1), g=(i + 1) % 2) for i in range(n)], Mean())


def _plateaus_take_turns(model: PatternModel) -> bool:
    heights = plateau_heights(model)
    return all((later > one) == (k % 2 == 0) for k, (one, later) in enumerate(pairwise(heights)))


def _slow_and_quick(rng: random.Random) -> PatternModel:
    k = rng.randint(1, 3)
    slow = Pattern(gamma=1, alpha=Fraction(1, rng.randrange(30, 60)), b=150, g=1)
    quick = [Pattern(gamma=Fraction(9, 10), alpha=3, b=100 + 60 * i + rng.randrange(10), g=0) for i in range(k)]
    return PatternModel([slow, *quick], Mean())


def _one_or_two(rng: random.Random) -> PatternModel:
    """Return a model of one or two patterns, in some of which the poorer one is much quicker, or below chance."""
    if rng.random() < 0.2:
        return PatternModel(_slow_and_quick(rng).patterns[:2], Mean())
    members = patterns(rng, rng.randint(1, 2), gap=rng.choice((2, 5, 20, 60)))
    return PatternModel(members, Mean(), chance=rng.choice((0, 0, Fraction(1, 10), Fraction(1, 2))))


def _has_fewer_descents_than_patterns(model: PatternModel) -> bool | None:
    return _descents(model) < model.n if proved_kinds(model) is not None else None


def _descents(model: PatternModel) -> int:
    """Return how many times a maximum is followed by a minimum."""
    found = [x.kind for x in shape(model, levels=()).extrema]
    return sum(pair == ("maximum", "minimum") for pair in pairwise(found))


def extrema_of_the_mean() -> Theorem:
    """Return the conjecture on the number of extrema under the mean rule."""
    return Theorem(
        name="extrema under the mean",
        title="n patterns under the mean rule make at most 2 (n - 1) extrema (conjecture)",
        statement="Under the mean rule, with any speeds, n patterns make at most 2 (n - 1) extrema; the bound is "
        "attained.",
        hypotheses=("mean rule", "positive speeds"),
        derivation=(
            "n = 1 is monotone and n = 2 is classified, on one side of chance and across it: at most two.",
            "If all patterns but one are sudden, any rule: between two steps acc_test is affine in the one that moves, "
            "so monotone, and n pieces and n - 1 steps turn at most 2 (n - 1) times.",
            "One slow good pattern and n - 1 quick poor ones attain 2 (n - 1).",
            "No proof is known for n = 3 and more.",
        ),
        parts=(
            Law(
                says="random models of n = 2 to 4 have at most 2 (n - 1) extrema",
                means="certified shapes",
                draw=_mean_of_any,
                holds=lambda model: has_at_most(model, 2 * (model.n - 1)),
                too_much=lambda model: has_at_most(model, 2 * (model.n - 1) - 1),
                models=120,
            ),
        ),
        meaning="The number of times accuracy can turn is bounded by the number of things that there are to learn.",
        source="docs/theory.md, section 3.5",
        gap="No proof for n >= 3.",
        conjecture=True,
    )


def _mean_of_any(rng: random.Random) -> PatternModel:
    if rng.random() < 0.1:
        return _slow_and_quick(rng)
    return with_chance(rng, patterns(rng, rng.randint(2, 4), gap=rng.choice((5, 20, 60))), Mean())
