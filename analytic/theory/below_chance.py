"""The theorem on the dip below chance that a preferred pattern leaves room for by coming late."""

import random
from dataclasses import replace
from fractions import Fraction
from typing import cast

import sympy as sp
from flint import arb, ctx
from sympy.logic.boolalg import Boolean

from ..balls import rational
from ..conditions import plateau_heights
from ..extrema import shape
from ..model import PatternModel
from ..pattern import Pattern
from ..rules import Preferred
from ..symbols import gamma
from .drawing import share
from .grokking_curve import drawn_without_the_first, is_without_the_first, with_g_1_at_chance
from .record import Counterexample, Law, Lemma, Theorem
from .shapes import proved_kinds

BELOW, ABOVE = (sp.Symbol(name, positive=True) for name in ("d_1", "d_2"))
"""c - g_1 and g_2 - c. By the shift rule nothing else of g and c matters."""
AHEAD = sp.Symbol("E", positive=True)
"""exp(alpha_2 (b_2 - b_1)): how far ahead of pattern 2 pattern 1 is."""
P_1, P_2 = gamma(1) / 2, gamma(2) / (1 + AHEAD)
"""p_1 and p_2 at t = b_1."""
ABOVE_CHANCE = ABOVE * P_2 - BELOW * P_1 * (1 - P_2)
"""acc_test - c at t = b_1."""
LATE = cast(Boolean, sp.Gt(1 + AHEAD, gamma(2) * (1 + 2 * ABOVE / (BELOW * gamma(1)))))


def dip() -> Theorem:
    """Return the theorem on when a pattern that is worse than guessing takes test accuracy below chance."""
    return Theorem(
        name="below chance",
        title="When something worse than guessing makes a dip below chance",
        statement=(
            "Let gamma_0 = 0, pattern 2 be preferred and g_1 < c < g_2. At t = b_1 acc_test is below chance if and "
            "only if pattern 2 is so late that 1 + exp(alpha_2 (b_2 - b_1)) > gamma_2 (1 + 2 (g_2 - c) / (gamma_1 (c "
            "- g_1))). If it then ends at chance or above, as with gamma_2 = 1, it has a minimum below chance."
        ),
        hypotheses=("three patterns, pattern 2 preferred", "gamma_0 = 0, gamma_1 > 0", "g_1 < c < g_2", "alpha_i > 0"),
        derivation=(
            "acc_test - c = (g_2 - c) p_2 - (c - g_1) p_1 (1 - p_2) by the theorem on the grokking curve; at t = b_1 "
            "p_1 = gamma_1 / 2 and p_2 = gamma_2 / (1 + exp(alpha_2 (b_2 - b_1))).",
            "A continuous curve that starts at c, is below c at some time and does not end below c takes its least "
            "value in between.",
        ),
        parts=(
            Lemma(
                says="at t = b_1 accuracy is below chance iff pattern 2 is late",
                claim=cast(Boolean, sp.Equivalent(ABOVE_CHANCE < 0, LATE)),
                where=sp.Gt(gamma(1), 0),
                witness={gamma(1): Fraction(1)},
                too_much=cast(
                    Boolean, sp.Equivalent(ABOVE_CHANCE < 0, sp.Gt(1 + AHEAD, gamma(2) * (1 + ABOVE / BELOW)))
                ),
            ),
            Law(
                says="where pattern 2 is late and gamma_2 = 1 there is a minimum below chance",
                means="certified shapes",
                draw=_late,
                holds=_dips_below_chance,
                too_much=lambda model: _dips_below_chance(with_g_1_at_chance(model)),
                models=20,
            ),
        ),
        counterexamples=(
            Counterexample(
                drops="late",
                says="c = 1/2, g_1 = 0, g_2 = 1, gamma = 1, equal speeds, pattern 2 first: accuracy only rises",
                shown=lambda: proved_kinds(_half(b_1=20, b_2=10)) == [],
            ),
            Counterexample(
                drops="ends at chance or above",
                says="the same with gamma_2 = 0: accuracy only falls, from 1/2 to 0",
                shown=_falls_for_good,
            ),
        ),
        meaning="Real runs that fall below guessing before they grok hold a pattern that is worse than guessing, and a "
        "general one that is late.",
        source="docs/theory.md, section 3.10",
        gap="That the least value lies in between is the proof above; the law tries it with gamma_2 = 1.",
        extra={"late": LATE},
    )


def is_late(model: PatternModel) -> bool | None:
    """Return whether pattern 2 of a model with these hypotheses is late; None if 200 bits do not tell."""
    _, first, last = model.patterns
    lead = 2 * (last.g - model.chance) / (first.gamma * (model.chance - first.g))
    with ctx.workprec(200):
        ahead, least = rational(last.alpha * (last.b - first.b)), rational(last.gamma * (1 + lead) - 1)
        beyond = arb(ahead).exp() - least
        return None if beyond.contains(0) else bool(beyond > 0)


def _late(rng: random.Random) -> PatternModel:
    """Return a model with g_1 < c < g_2 and gamma_2 = 1 in which pattern 2 is late."""
    while True:
        absent, bad, good = drawn_without_the_first(rng).patterns
        chance = share(rng, 2, 10)
        bad, good = replace(bad, g=chance * share(rng, 0, 15)), replace(good, gamma=Fraction(1), g=share(rng, 12))
        model = PatternModel([absent, bad, good], Preferred(2), chance)
        if is_late(model):
            return model


def _dips_below_chance(model: PatternModel) -> bool | None:
    found = shape(model, levels=())
    if any(x.kind == "minimum" and x.value < float(model.chance) for x in found.extrema):
        return True
    return False if found.verdict == "proved" else None


def _half(*, b_1: int, b_2: int, gamma_2: int = 1) -> PatternModel:
    rows = [(0, 1, 0), (1, b_1, 0), (gamma_2, b_2, 1)]
    members = [Pattern(gamma=reach, alpha=1, b=b, g=value) for reach, b, value in rows]
    return PatternModel(members, Preferred(2), Fraction(1, 2))


def _falls_for_good() -> bool:
    model = _half(b_1=10, b_2=20, gamma_2=0)
    return is_late(model) is True and proved_kinds(model) == [] and plateau_heights(model)[-1] == 0


def may_dip(model: PatternModel) -> bool:
    """Return whether the theorem speaks of a model."""
    if not is_without_the_first(model) or not all(x.alpha for x in model.patterns):
        return False
    _, first, last = model.patterns
    return first.gamma > 0 and first.g < model.chance < last.g
