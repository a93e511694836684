"""What the search for turns may not do: claim one beside an end whose sign is unknown."""

from fractions import Fraction

import pytest
from flint import ctx, fmpq

from grokdd.analytic import Pattern, PatternModel, Table
from grokdd.analytic.balls import BallCurves
from grokdd.analytic.factors import factor_at, factor_between
from grokdd.analytic.turns import Stretch, turns

PEAK = PatternModel([Pattern(gamma=1, alpha=1, b=b, g=0) for b in (0, 10)], Table([0, 1, 0, 0]))
"""s_0 (1 - s_1): one maximum, at t = 5 exactly, where no ball tells the sign of the slope."""


@pytest.mark.parametrize(
    ("low", "high", "before", "after"), [(5, 6, 0, -1), (4, 5, 1, 0)], ids=["it begins there", "it ends there"]
)
def test_no_turn_is_claimed_next_to_an_end_of_unknown_sign(low, high, before, after):
    *_, (found, _) = turns(BallCurves(PEAK), Stretch(fmpq(low), fmpq(high), before, after))
    assert found == []


def test_a_turn_between_known_signs_is_found():
    *_, (found, left_open) = turns(BallCurves(PEAK), Stretch(fmpq(9, 2), fmpq(6), 1, -1))
    assert [(turn.before, turn.low <= 5 <= turn.high) for turn in found] == [(1, True)]
    assert left_open == []


@pytest.mark.parametrize(("low", "high"), [(-1, 3), (-3, -1), (2, 5), (0, 1), (-2, 0)])
def test_factors_over_an_interval_hold_those_of_all_its_times(low, high):
    """p' among them, which is largest at the inflection: there it may lie inside."""
    parameters = (fmpq(3, 4), fmpq(2), fmpq(1, 2))
    _, alpha, b = parameters
    with ctx.workprec(128):
        ends = [factor_at(parameters, alpha * (fmpq(t) - b)) for t in (low, high)]
        whole = factor_between(parameters, *ends)
        for step in range(41):
            t = Fraction(low) + Fraction(step, 40) * (high - low)
            here = factor_at(parameters, alpha * (fmpq(t.numerator, t.denominator) - b))
            for name in ("s", "rest", "p", "q", "slope"):
                assert getattr(whole, name).contains(getattr(here, name)), (name, t)
