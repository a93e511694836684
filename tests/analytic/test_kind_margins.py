"""Where the kind changes, parameter by parameter, against values that can be worked out by hand."""

import math
from fractions import Fraction
from functools import cache
from typing import Any

from grokdd.analytic import (
    Kind,
    KindChange,
    KindMargin,
    KindThresholds,
    Pattern,
    PatternModel,
    Preferred,
    SoftPreference,
    Table,
    classify,
    presets,
)
from grokdd.analytic.kind_margins import find_margins
from grokdd.analytic.parameters import parameter

ONE = PatternModel([Pattern(gamma=1, alpha=1, b=20, g=0.5)])
"""Partial generalization: acc_train nears 1, acc_test 1/2."""


def margins_of(model: PatternModel, **thresholds: Any) -> dict[str, KindMargin]:
    return {x.parameter: x for x in classify(model, KindThresholds(**thresholds)).margins}


def assert_changes(got: KindChange | None, at: float, kind: str) -> None:
    assert got is not None
    near, far = got.between
    assert math.isclose(near, at, rel_tol=1e-6)
    assert math.isclose(far, at, rel_tol=1e-6)
    assert got.kinds[1] == kind


def test_the_margins_of_one_pattern():
    got = margins_of(ONE)
    assert list(got) == ["gamma_0", "alpha_0", "b_0", "g_0", "chance", "chance_train"]
    # Memorization where g <= tau, generalization where g >= 1 - delta.
    assert_changes(got["g_0"].below, 0.1, "memorization")
    assert_changes(got["g_0"].above, 0.99, "monotone learning")
    # acc_train nears gamma: at most 0.99 is never completed.
    assert_changes(got["gamma_0"].below, 0.99, "monotone learning")
    assert got["gamma_0"].above is None
    # acc_test ends at 0.5, at most chance + tau where chance is 0.4.
    assert_changes(got["chance"].above, 0.4, "memorization")
    assert got["chance"].below is None
    # acc_test rises by 1/2 - p(0) / 2: by less than 0.02 where p(0) = 1 / (1 + exp(20 alpha)) is above 0.96, never.
    assert got["alpha_0"].nearest is got["b_0"].nearest is got["chance_train"].nearest is None


def test_distances_are_in_the_unit_of_the_parameter_and_relative_to_its_value():
    got = margins_of(ONE)["g_0"]
    assert (got.value, got.nearest) == (Fraction(1, 2), got.below)
    assert got.below is not None
    assert got.above is not None
    assert math.isclose(got.below.distance, 0.4, rel_tol=1e-6)
    assert math.isclose(got.below.relative or 0, 0.8, rel_tol=1e-6)
    assert math.isclose(got.above.distance, 0.49, rel_tol=1e-6)
    at_0 = margins_of(PatternModel([Pattern(gamma=1, alpha=1, b=20, g=0)]))["g_0"].above
    assert_changes(at_0, 0.1, "partial generalization")
    assert at_0 is not None
    assert at_0.relative is None


def test_a_change_in_b_by_the_ratio_of_times():
    # Two patterns so steep that each stands or does not: complete at 20 + log(99) / 10, generalizing at b + the same.
    steep = [Pattern(gamma=1, alpha=10, b=20, g=0), Pattern(gamma=1, alpha=10, b=100, g=1)]
    got = margins_of(PatternModel(steep, Preferred(1)))
    lag = math.log(99) / 10
    assert_changes(got["b_1"].below, 3 * (20 + lag) - lag, "monotone learning")
    assert_changes(got["b_0"].above, (100 + lag) / 3 - lag, "monotone learning")


def test_a_change_in_alpha_is_sought_by_doublings():
    # p(0) = 1 / (1 + exp(20 alpha)) is 0.4 at alpha = log(3/2) / 20: from there acc_test rises by less than 0.6.
    got = margins_of(PatternModel([Pattern(gamma=1, alpha=1, b=20, g=1)]), prominence=0.6)
    assert_changes(got["alpha_0"].below, math.log(1.5) / 20, "constant")
    assert_changes(got["b_0"].below, math.log(1.5), "constant")


def test_a_change_in_a_weight():
    # Both learned at 1, acc_test ends at w_1 / (1 + w_1): below 0.7 where w_1 < 7/3.
    patterns = [Pattern(gamma=1, alpha=1, b=20, g=0), Pattern(gamma=1, alpha=1, b=20, g=1)]
    got = margins_of(PatternModel(patterns, SoftPreference([1, 4])), delta=0.3)
    assert_changes(got["weight_1"].below, 7 / 3, "partial generalization")
    assert_changes(got["weight_0"].above, 12 / 7, "partial generalization")


@cache
def grokking() -> dict[str, KindMargin]:
    return margins_of(presets.grokking())


def test_both_sides_of_a_change_are_proved():
    others = set[Kind]()
    for margin in grokking().values():
        for side in (margin.below, margin.above):
            if side is None:
                continue
            near, far = side.between
            assert abs(near - margin.value) < abs(far - margin.value)
            assert abs(far - near) <= max(near, far) / 10**6
            for value, kind in zip(side.between, side.kinds, strict=True):
                there = classify(parameter(presets.grokking(), margin.parameter).put(presets.grokking(), value))
                assert (there.kind, there.verdict) == (kind, "proved")
            assert side.kinds[0] == "grokking" != side.kinds[1]
            others.add(side.kinds[1])
    assert others >= {"grokking with a dip", "partial generalization", "monotone learning"}


def test_the_grokking_preset_groks_as_long_as_its_slow_pattern_reaches_0_99():
    for name in ("gamma_2", "g_2"):  # g_1 = 0, so acc_test ends at gamma_2 g_2
        assert_changes(grokking()[name].below, 0.99, "partial generalization")


def test_a_table_has_no_margins_in_g_and_chance_and_what_stands_none_in_alpha_and_b():
    stands, absent = Pattern(gamma=0.5, alpha=0, b=1, g=1), Pattern(gamma=0, alpha=1, b=1, g=1)
    assert list(margins_of(PatternModel([stands], Table([0, 1])))) == ["gamma_0", "chance_train"]
    assert list(margins_of(PatternModel([stands, absent]))) == ["gamma_0", "g_0", "gamma_1", "chance", "chance_train"]


def test_a_kind_that_is_undecided_here_and_there_is_passed_over():
    """What is tried and not told is neither the same kind nor another: the bracket closes beside it."""
    untold = {Fraction(5, 8), Fraction(11, 16), Fraction(21, 32)}

    def kind_in(model: PatternModel) -> Kind | None:
        gamma = model.patterns[0].gamma
        return None if gamma in untold else "grokking" if gamma < Fraction(2, 3) else "double descent"

    half = PatternModel([Pattern(gamma=0.5, alpha=1, b=1, g=1)])
    got = next(iter(find_margins(half, "grokking", kind_in)))
    assert_changes(got.above, 2 / 3, "double descent")
    assert got.below is None


def test_where_the_kind_is_undecided_the_bracket_closes_around_it():
    # 1/2 + s (1 - s) / 15 at chance 1/2, a point of the grid: its top is chance + 1/60 there, and no bits tell.
    patterns = [
        Pattern(gamma=Fraction(1, 3), alpha=1, b=20, g=1),
        Pattern(gamma=1, alpha=1, b=20, g=Fraction(2, 5)),
    ]
    got = margins_of(PatternModel(patterns, chance=0.47), tau=Fraction(1, 60), prominence=0.001)["chance"].above
    assert_changes(got, 0.5, "memorization")
    assert got is not None
    assert got.between[0] < Fraction(1, 2) < got.between[1]


def test_a_change_at_0_is_left_after_60_halvings():
    def kind_in(model: PatternModel) -> Kind:
        return "grokking" if model.patterns[0].gamma else "constant"

    half = PatternModel([Pattern(gamma=0.5, alpha=1, b=1, g=1)])
    got = next(iter(find_margins(half, "grokking", kind_in))).below
    assert got is not None
    assert got.between == (Fraction(1, 16) / 2**60, 0)
    assert (got.kinds, got.distance) == (("grokking", "constant"), 0.5)
