"""Whether the general pattern is late, on both sides of the border and on it."""

from fractions import Fraction

import pytest

from grokdd.analytic import Pattern, PatternModel, Preferred
from grokdd.analytic.theory.below_chance import is_late

E = Fraction("2.71828182845904523536028747135266249776")  # e to 38 decimals


def model(gamma_1: Fraction, g_2: Fraction, ahead: int, gamma_2: Fraction) -> PatternModel:
    """Return a model with g_1 = 0 and c = 1/2 in which pattern 1 is so much ahead, in 1 / alpha of pattern 2."""
    rows = [(0, 0, 0), (gamma_1, 10, 0), (gamma_2, 10 + ahead, g_2)]
    members = [Pattern(gamma=reach, alpha=1, b=b, g=value) for reach, b, value in rows]
    return PatternModel(members, Preferred(2), Fraction(1, 2))


@pytest.mark.parametrize("ahead", [0, 1])
@pytest.mark.parametrize("gamma_2", [Fraction(1), Fraction(9, 10)])
def test_it_is_late_just_below_the_border_and_not_just_above(ahead: int, gamma_2: Fraction):
    # The border is 1 + e^ahead = gamma_2 (1 + 2 (g_2 - c) / (gamma_1 (c - g_1))); here that is 1 + 8 (g_2 - 1/2).
    gamma_1 = Fraction(1, 2)
    border = Fraction(1, 2) + ((1 + E**ahead) / gamma_2 - 1) / 8
    assert border < 1
    for shift, late in ((Fraction(-1, 10**30), True), (Fraction(1, 10**30), False)):
        assert is_late(model(gamma_1, border + shift, ahead, gamma_2)) is late


def test_on_the_border_it_is_not_told():
    assert is_late(model(Fraction(1, 2), Fraction(5, 8), 0, Fraction(1))) is None
