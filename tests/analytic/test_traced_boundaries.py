"""Boundaries of kinds: both sides proved, and where they are known, there."""

from fractions import Fraction
from typing import Any

import pytest

from grokdd.analytic import InputError, KindThresholds, Pattern, PatternModel, classify, kind_boundaries, presets
from grokdd.analytic.parameters import parameter

DOUBLE_DESCENT = presets.double_descent()
TENTHS = [Fraction(k, 10) for k in range(11)]


def kind_at(x: str, at: Fraction, y: str, value: Fraction) -> str:
    model = parameter(DOUBLE_DESCENT, x).put(DOUBLE_DESCENT, at)
    found = classify(parameter(model, y).put(model, value))
    assert found.verdict == "proved"
    return found.kind


def test_both_sides_of_every_point_are_what_it_says():
    xs = [Fraction(1, 5), Fraction(7, 10)]
    found = kind_boundaries(DOUBLE_DESCENT, "gamma_0", xs, "gamma_2", TENTHS)
    assert [at.kinds for at in found.points] == [("overfitting", "double descent")] * 2
    for at in found.points:
        low, high = at.y_between
        assert 0 < high - low <= high * Fraction(1, 10**6)
        assert (kind_at("gamma_0", Fraction(at.x).limit_denominator(100), "gamma_2", low)) == at.kinds[0]
        assert (kind_at("gamma_0", Fraction(at.x).limit_denominator(100), "gamma_2", high)) == at.kinds[1]
        assert at.kinds[0] != at.kinds[1]


def test_a_boundary_that_is_known_in_closed_form():
    # One pattern: p rises to gamma. It generalizes iff gamma >= 1 - delta, so the kind changes at 0.99; and it is
    # near chance at all times iff gamma <= tau = 0.1, which is memorization only once training is completed.
    one = PatternModel([Pattern(gamma=1, alpha=1, b=50, g=1), Pattern(gamma=1, alpha=1, b=5, g=0)])
    found = kind_boundaries(one, "alpha_1", [1], "g_0", TENTHS)
    # acc_test tends to g_0 / 2 under the mean of both: above tau iff g_0 > 0.2
    (row,) = found.rows()
    assert row["below"] == "memorization"
    assert row["above"] == "partial generalization"
    assert abs(float(row["g_0"]) - 0.2) < 1e-6  # pyright: ignore[reportArgumentType]


def test_thresholds_move_the_boundary():
    known = PatternModel([Pattern(gamma=1, alpha=1, b=50, g=1), Pattern(gamma=1, alpha=1, b=5, g=0)])
    (row,) = kind_boundaries(known, "alpha_1", [1], "g_0", TENTHS, KindThresholds(tau=Fraction(3, 10))).rows()
    assert abs(float(row["g_0"]) - 0.6) < 1e-6  # pyright: ignore[reportArgumentType]


def test_a_second_rise_counts_from_the_prominence_on():
    # gamma_2 (1 - H2) is the rise from the second plateau; H2 = gamma_0 / 2. The trough is not quite at H2.
    found = kind_boundaries(DOUBLE_DESCENT, "gamma_0", [Fraction(1, 2)], "gamma_2", [0, Fraction(1, 10)])
    (row,) = found.rows()
    assert (row["below"], row["above"]) == ("overfitting", "double descent")
    assert 0.02 / 0.75 < float(row["gamma_2"]) < 0.02 / 0.75 + 0.001  # pyright: ignore[reportArgumentType]


def test_speeds_and_times_may_be_varied_too():
    found = kind_boundaries(DOUBLE_DESCENT, "b_1", [50], "alpha_1", [Fraction(1, 500), Fraction(3, 20), 2])
    assert [row["b_1"] for row in found.rows()] == [50]
    assert found.rows()[0]["above"] == "double descent"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("g_0", [0], "g_0", [0, 1]), "x and y must be two parameters, got 'g_0' twice"),
        (("g_0", [], "g_1", [0, 1]), "xs must be 1 or more numbers, got []"),
        (("g_0", [0], "g_1", [1]), "ys must be 2 or more numbers, got [1]"),
        (("g_0", [0], "g_1", [1, 0]), "ys must increase, got [1, 0]"),
        (("g_0", [0], "g_1", [0, 2]), "g must lie in [0, 1], got 2"),
        (("g_0", ["a"], "g_1", [0, 1]), "xs[0] must be a number (int, float or Fraction), got 'a'"),
        (("h", [0], "g_1", [0, 1]), "x must be a parameter such as 'gamma_0', 'alpha_0', 'b_0', 'g_0', 'weight_0', "
         "'chance' or 'chance_train', got 'h'"),
    ],
)  # fmt: skip
def test_what_is_no_plane_is_refused(arguments: Any, message: str):
    with pytest.raises(InputError) as error:
        kind_boundaries(DOUBLE_DESCENT, *arguments)
    assert str(error.value) == message
