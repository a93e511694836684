"""Eight inputs that break numerical code, and two traps: what exact algebra and balls must say of each.

What the kernels make of them stands in tests/simulate.
"""

import math
import time
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

from grokdd.analytic import (
    InputError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Table,
    acc_test,
    acc_train,
    classify,
    closed_forms,
    derivatives,
    plateau_conditions,
    plateau_heights,
    presets,
    shape,
    shape_boundaries,
)
from grokdd.analytic.balls import BallCurves, rational
from grokdd.analytic.forms import indexed
from grokdd.analytic.symbols import c, c_train, g, p
from grokdd.analytic.vertices import vertex_values

OPEN = {form.name: form for form in closed_forms()}
ONE = Pattern(gamma=1, alpha=1, b=10, g=1)
HALF = Fraction(1, 2)


def kinds(model: PatternModel) -> tuple[str, ...]:
    """Return the kinds of all extrema, which must be proved to be all."""
    found = shape(model, levels=())
    assert (found.verdict, found.certified) == ("proved", True)
    return tuple(x.kind for x in found.extrema)


def crossing(model: PatternModel, curve: str, level: float) -> list[tuple[float, str]]:
    return [(x.t, x.direction) for x in shape(model, levels=(level,)).crossings if x.curve == curve]


def rationals(values: dict[sp.Symbol, str]) -> dict[sp.Symbol, sp.Expr]:
    return {letter: sp.Rational(value) for letter, value in values.items()}


# --- 1: predictiveness of exactly 0 or 1

CERTAIN = rationals({p(0): "0", p(1): "1", p(2): "1/2", g(0): "1/5", g(1): "2/5", g(2): "9/10"})


@pytest.mark.parametrize("form", ["subsets", "multilinear", "integral"])
def test_1_certain_and_absent_patterns_have_exact_values_and_slopes(form: Any):
    value = acc_test(3, form=form)
    assert value.xreplace(CERTAIN).doit() == sp.Rational(525, 1000)  # 1/2 * 0.4 + 1/2 * 0.65
    assert value.xreplace(CERTAIN | dict.fromkeys([p(0), p(1), p(2)], sp.Integer(0))).doit() == 0
    slopes = [sp.diff(value.doit(), p(i)).xreplace(CERTAIN) for i in range(3)]
    # by hand, F(p_i = 1) - F(p_i = 0): (0.3 + 0.5) / 2 - 0.525; 0.525 - 0.9 / 2; 0.65 - 0.4
    assert slopes == [sp.Rational(-1, 8), sp.Rational(3, 40), sp.Rational(1, 4)]


@pytest.mark.parametrize(("rule", "expected"), [(Mean(), Fraction(61, 120)), (Preferred(7), Fraction(8, 60))])
def test_1_sixty_certain_patterns_give_the_mean_or_the_preferred_g(rule: Mean | Preferred, expected: Fraction):
    values = {letter: sp.Integer(1) for letter in map(p, range(60))} | {g(i): sp.Rational(i + 1, 60) for i in range(60)}
    got = acc_test(60, rule=rule, form="integral").xreplace(values).doit()
    assert got == sp.Rational(expected.numerator, expected.denominator)


# --- 2: many patterns


@pytest.mark.parametrize("share", [Fraction(1), Fraction(1, 70)], ids=["p = 1", "p = 1/n"])
def test_2_seventy_equal_patterns_are_a_binomial(share: Fraction):
    values = {p(i): sp.Rational(share.numerator, share.denominator) for i in range(70)}
    values |= {g(i): sp.Rational(1, 2) for i in range(70)}
    expected = HALF * (1 - (1 - share) ** 70)
    got = acc_test(70, form="integral").xreplace(values).doit()
    assert got == sp.Rational(expected.numerator, expected.denominator)


@pytest.mark.parametrize("n", [13, 70])
@pytest.mark.parametrize(
    "ask",
    [shape, classify, plateau_heights, plateau_conditions, lambda model: shape_boundaries(model, "gamma_0", "g_0")],
    ids=["shape", "classify", "heights", "conditions", "boundaries"],
)
def test_2_what_would_take_2_to_the_n_steps_is_refused_at_once(n: int, ask: Any):
    model = PatternModel([ONE] * n)
    begin = time.monotonic()
    with pytest.raises(InputError, match=rf"^the model must have at most 12 patterns .*2\*\*n.* got {n}$"):
        ask(model)
    assert time.monotonic() - begin < 1


# --- 3: gamma = 0

ABSENT = Pattern(gamma=0, alpha=Fraction(3, 10), b=60, g=Fraction(3, 10))
WITH_IT = PatternModel([*presets.double_descent().patterns, ABSENT], Preferred(2))


def test_3_a_pattern_of_gamma_0_changes_no_curve():
    got, expected = shape(WITH_IT), shape(presets.double_descent())
    assert got.extrema == expected.extrema
    assert got.crossings == expected.crossings
    assert classify(WITH_IT).reason == classify(presets.double_descent()).reason
    # its inflection, at 60, begins a plateau of the height of the one before
    assert plateau_heights(WITH_IT) == (0, Fraction(7, 10), Fraction(7, 20), Fraction(7, 20), Fraction(12, 25))


def test_3_a_curve_is_felt_by_gamma_alone_where_gamma_is_0():
    pattern = {indexed.gamma: (Fraction(0),), indexed.alpha: (Fraction(2),), indexed.b: (Fraction(3),)}
    values = {indexed.n: 1, indexed.r: 0, indexed.t: 3, indexed.g: (HALF,), c: Fraction(0), **pattern}
    by = {form.name.removeprefix("mean_integral_"): form for form in derivatives(OPEN["mean_integral"])}
    assert by["by_gamma"].at(values) == sp.Rational(1, 4)  # g s at t = b
    assert [by[name].at(values) for name in ("by_alpha", "by_b", "rate")] == [0, 0, 0]


# --- 4: speeds without measure


@pytest.mark.parametrize("alpha", [1e4, 1e308])
def test_4_steps_of_huge_speed(alpha: float):
    rows = [(30, 1), (50, 0), (70, 1)]
    model = PatternModel([Pattern(gamma=1, alpha=alpha, b=b, g=value) for b, value in rows])
    # On each plateau the tails of its two steps balance half way, but for log 2 / alpha; F there is 1, 1/2 to within
    # exp(-1e5).
    expected = [(pytest.approx(at, abs=1 / alpha), *rest) for at, *rest in ((40, 1, "maximum"), (60, 0.5, "minimum"))]
    assert [(x.t, x.value, x.kind) for x in shape(model).extrema] == expected
    (up, down), (train,) = crossing(model, "test", 0.9), crossing(model, "train", 0.9)
    for (at, direction), expected in zip((up, down, train), [(30, "up"), (50, "down"), (30, "up")], strict=True):
        assert (pytest.approx(at, abs=10 / alpha), direction) == expected


def test_4_a_step_is_half_way_at_its_inflection():
    for alpha in (0, 1e4, 1e308):
        curves = BallCurves(PatternModel([Pattern(gamma=Fraction(1, 3), alpha=alpha, b=7, g=1)]))
        assert arb(1) / 6 in curves.at(rational(Fraction(7))).test


def test_4_a_speed_of_0_stands_at_half_of_gamma():
    model = PatternModel([Pattern(gamma=HALF, alpha=0, b=7, g=1)])
    assert plateau_heights(model) == (Fraction(1, 4),)
    found = shape(model)
    assert (found.extrema, found.crossings, found.verdict) == ((), (), "proved")


# --- 5: times without measure


@pytest.mark.parametrize("rule", [Mean(), Preferred(2)])
def test_5_at_the_ends_of_the_floats_the_curves_are_at_their_limits(rule: Mean | Preferred):
    model = PatternModel(presets.double_descent().patterns, rule, chance=Fraction(1, 97))
    curves = BallCurves(model)
    for t, expected in ((-1e308, model.chance), (1e308, plateau_heights(model)[-1])):
        got = curves.at(rational(Fraction(t)))
        assert abs(got.test - rational(expected)) < arb(2) ** -40
        assert abs(got.slope) < arb(2) ** -(10**6)


def test_5_the_train_error_keeps_its_relative_accuracy():
    # 1 - p = 1 / (1 + exp(t - 10)) each: exp(-1400) for two, far below all floats.
    error = BallCurves(PatternModel([ONE, ONE])).at(rational(Fraction(710))).train_error
    assert abs(error * arb(1400).exp() - 1) < arb(2) ** -40


# --- 6: tiny predictiveness


@pytest.mark.parametrize("tiny", [1e-300, 5e-324])
def test_6_what_is_tiny_adds_up_exactly(tiny: float):
    members = [replace(ONE, gamma=Fraction(tiny), g=Fraction(k, 4)) for k in range(1, 4)]
    got, reach = plateau_heights(PatternModel(members))[-1], Fraction(tiny)
    # the mean of the sets of two is that of their g, so F = (1 + 2 + 3) / 4 reach (1 - reach + reach^2 / 3)
    assert got == Fraction(3, 2) * reach * (1 - reach + reach**2 / 3)


@pytest.mark.parametrize("tiny", [1e-300, 5e-324])
def test_6_extrema_of_tiny_height_are_seen(tiny: float):
    good, bad = (replace(ONE, gamma=Fraction(tiny), b=Fraction(b), g=Fraction(g)) for b, g in ((10, 1), (90, 0)))
    assert kinds(PatternModel([good, bad], chance=HALF)) == ("maximum",)
    assert kinds(PatternModel([good, bad])) == ()  # what it loses, tiny^2 / 2, the first still gains (3.4)


# --- 7: duplicates


def test_7_copies_of_one_pattern_are_a_binomial():
    # 3/4 (1 - (1 - p)^12) passes 1/2 where (1 - p)^12 = 1/3
    twelve = PatternModel([replace(ONE, g=Fraction(3, 4))] * 12)
    share = -math.expm1(-math.log(3) / 12)
    assert kinds(twelve) == ()
    assert crossing(twelve, "test", 0.5) == [(pytest.approx(10 + math.log(share / (1 - share)), rel=1e-14), "up")]
    assert plateau_heights(twelve)[-1] == Fraction(3, 4)


def test_7_a_pattern_twice_makes_no_other_extrema():
    first, second, third = presets.double_descent().patterns
    half = replace(first, gamma=1 - Fraction(3, 10) ** 2)
    twice = PatternModel([first, second, third, first], Preferred(2))
    assert kinds(twice) == kinds(PatternModel([half, second, third], Preferred(2))) == ("maximum", "minimum")


def touching(more: Fraction = Fraction(0)) -> PatternModel:
    """Return F = 1/2 + (r - 2 s) / 8 with clocks s of speed 1 and r of speed 2, both at b = 0, and more / 8 of r.

    With x = exp(t) and nothing more, F' has the sign of -(x - 1)^2 (x^2 + x + 1): it touches 0 at t = 0.
    """
    slow, quick = Pattern(gamma=1, alpha=1, b=0, g=0), Pattern(gamma=1, alpha=2, b=0, g=0)
    of_quick, of_slow = (1 + more) / 8, -Fraction(2, 8)
    return PatternModel([slow, quick], Table([HALF, HALF + of_slow, HALF + of_quick, HALF + of_slow + of_quick]))


def test_7_a_double_root_of_the_slope_is_proved_to_be_no_extremum():
    found = shape(touching(), levels=())
    assert (found.extrema, found.verdict) == ((), "proved")


def test_7_beside_a_double_root_the_count_is_proved():
    assert kinds(touching(Fraction(1, 10**12))) == ("minimum", "maximum")
    assert kinds(touching(-Fraction(1, 10**12))) == ()


# --- 8: hardly any patterns


def test_8_no_pattern_and_one():
    assert acc_train(0) == acc_test(0) == 0
    assert acc_test(0, chance=True) == c
    assert acc_train(0, chance=True) == c_train
    assert acc_test(1) == acc_test(1, rule=Preferred(0)) == g(0) * p(0)


def test_8_curves_of_no_pattern_and_of_one():
    nothing, one = PatternModel([], chance=HALF), PatternModel([ONE])
    assert plateau_heights(nothing) == (HALF,)
    assert (kinds(nothing), shape(nothing).crossings) == ((), ())
    assert (classify(nothing).kind, classify(nothing).verdict) == ("constant", "proved")
    assert shape(one) == shape(PatternModel([ONE], Preferred(0)))
    assert plateau_heights(one) == (0, 1)


# --- two traps


def test_a_plateau_has_no_turning_points_however_it_looks_in_floats():
    model, times = presets.double_descent(), np.linspace(0, 2000, 20_001)
    curves = [float(x.gamma) / (1 + np.exp(-float(x.alpha) * (times - float(x.b)))) for x in model.patterns]
    values = np.zeros_like(times)
    for mask in range(8):  # equation 2, term by term
        members = [i for i in range(3) if mask >> i & 1]
        weights = [curve if i in members else 1 - curve for i, curve in enumerate(curves)]
        values += np.prod(weights, axis=0) * float(model.generalization(members))
    steps = np.diff(values)
    signs = np.sign(steps[steps != 0])
    assert np.count_nonzero(signs[1:] != signs[:-1]) > 2  # 48 where this was written; rounding decides
    assert kinds(model) == ("maximum", "minimum")


def test_a_zero_that_is_one_by_structure_is_no_ball_around_it():
    # g = 1/3 throughout: at the late end each pattern adds 1/3 - 1/3 = 0, which no precision tells from 1e-1000.
    third = Fraction(1, 3)
    equal = PatternModel([replace(ONE, g=third), replace(ONE, alpha=Fraction(2), g=third)])
    assert len(set(vertex_values(BallCurves(equal))[1:])) == 1
    with ctx.workprec(10_000):
        lost = arb(1) / 3 - (arb(1) / 3 + arb(1) / 3) / 2
        assert (lost > 0, lost < 0, lost == 0) == (False, False, False)
    assert kinds(equal) == ()
    assert kinds(replace(equal, chance=third)) == ()
    assert shape(replace(equal, chance=third)).reason.endswith("so it is constant, exactly")
