"""When the theorem on complete preferences speaks of a model, and what it then says."""

from dataclasses import replace
from fractions import Fraction

import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Rule
from grokdd.analytic.exact import Exact
from grokdd.analytic.theory.complete_preference import case_of

OTHERS = tuple(Pattern(gamma=Fraction(3, 10), alpha=1, b=b, g=1) for b in (10, 20))  # 3/10 alone, 51/100 together


def model_of(
    g_k: Exact, *, gamma_k: Exact = 1, chance: Exact = 0, others: tuple[Pattern, ...] = OTHERS, rule: Rule | None = None
) -> PatternModel:
    preferred = Pattern(gamma=gamma_k, alpha=1, b=30, g=g_k)
    return PatternModel([preferred, *others], rule or Preferred(0), chance)


@pytest.mark.parametrize(
    ("g_k", "case"),
    [
        (Fraction(3, 4), "rises"),
        (Fraction(51, 100), "rises"),  # nothing exceeds it
        (Fraction(2, 5), "one maximum"),
        (Fraction(3, 10), "one maximum"),  # one alone is as good, not better
        (Fraction(29, 100), "recovers"),
        (Fraction(0), "recovers"),
    ],
)
def test_the_case_is_decided_by_who_exceeds_the_preferred_pattern(g_k, case):
    assert case_of(model_of(g_k)) == case


def test_values_are_those_above_the_chance_level():
    """With c = 1/5 the plateaus are 1/5 + 4/5 of 3/10 and of 51/100: 44/100 and 608/1000."""
    chance = Fraction(1, 5)
    assert case_of(model_of(Fraction(43, 100), chance=chance)) == "recovers"
    assert case_of(model_of(Fraction(45, 100), chance=chance)) == "one maximum"
    assert case_of(model_of(Fraction(61, 100), chance=chance)) == "rises"


def test_a_pattern_that_does_not_matter_is_left_out():
    idle = Pattern(gamma=0, alpha=1, b=5, g=1)
    assert case_of(model_of(Fraction(2, 5), others=(*OTHERS, idle))) == "one maximum"


@pytest.mark.parametrize(
    "model",
    [
        model_of(Fraction(2, 5), gamma_k=Fraction(99, 100)),
        model_of(Fraction(1, 10), chance=Fraction(1, 5)),
        model_of(Fraction(2, 5), others=(OTHERS[0], replace(OTHERS[1], alpha=Fraction(0)))),
        model_of(Fraction(2, 5), others=(OTHERS[0], replace(OTHERS[1], g=Fraction(0)))),  # it lowers V
        model_of(Fraction(2, 5), rule=Mean()),
    ],
    ids=["not complete", "below chance", "one that never moves", "one that lowers the others", "no preference"],
)
def test_it_does_not_speak_where_a_hypothesis_fails(model):
    assert case_of(model) is None
