"""Extrema and level crossings, against printed numbers, theorems, exact models and a 50-digit scan."""

import math
import random
import time
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations
from typing import Any

import mpmath
import pytest
from flint import acb_poly, arb, arb_poly, ctx, fmpq

from grokdd.analytic import (
    InputError,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    Rule,
    Shape,
    SoftPreference,
    Table,
    presets,
    shape,
    turns,
)
from grokdd.analytic.all_turns import TOO_LARGE
from grokdd.analytic.balls import BallCurves, rational
from grokdd.analytic.slope import sign_of
from grokdd.analytic.tails import tails

ALTERNATING = ("maximum", "minimum")


def kinds(found: Shape) -> tuple[str, ...]:
    return tuple(extremum.kind for extremum in found.extrema)


def crossing(found: Shape, curve: str, level: float) -> list[tuple[float, str]]:
    return [(x.t, x.direction) for x in found.crossings if (x.curve, x.level) == (curve, level)]


# --- printed numbers


def test_double_descent_preset():
    # docs/theory.md, section 1; 30 digits by interval Newton
    got = shape(presets.double_descent())
    expected = [(43.556041575451128656, 0.53373611745528388983), (97.737143935628468249, 0.35103530116407378841)]
    assert kinds(got) == ALTERNATING
    for extremum, (at, value) in zip(got.extrema, expected, strict=True):
        assert math.isclose(extremum.t, at, rel_tol=1e-14)  # what the docstring promises
        assert math.isclose(extremum.value, value, rel_tol=2**-52)  # an ulp
    assert [direction for _, direction in crossing(got, "test", 0.5)] == ["up", "down"]
    assert crossing(got, "test", 0.9) == []


def test_grokking_preset():
    got = shape(presets.grokking(), levels=(Fraction("0.99"),))
    assert got.extrema == ()
    (train, up), (test, also_up) = crossing(got, "train", 0.99)[0], crossing(got, "test", 0.99)[0]
    assert math.isclose(train, 80.616939225929095106, rel_tol=1e-14)
    assert math.isclose(test, 291.90239700269179854, rel_tol=1e-14)
    assert (up, also_up) == ("up", "up")
    assert math.isclose(test - train, 211.285457777, rel_tol=1e-11)  # the delay, section 3


def test_two_patterns_of_unequal_speed():
    # A slow good pattern overtaken by a quick poor one: section 3, "two patterns".
    slow, quick = Pattern(gamma=1, alpha=Fraction("0.05"), b=100, g=1), Pattern(gamma=1, alpha=1, b=100, g=0)
    got = shape(PatternModel([slow, quick]))
    expected = [(97.158218814576942, 0.45173758184155), (103.71437491110804, 0.27964678340206)]
    assert kinds(got) == ALTERNATING
    for extremum, (at, value) in zip(got.extrema, expected, strict=True):
        assert math.isclose(extremum.t, at, rel_tol=2e-15)
        assert math.isclose(extremum.value, value, abs_tol=1e-14)


def on_the_path(where: Fraction) -> PatternModel:
    """Return the model on the straight path from the double-descent to the grokking preset."""
    heuristic, overfitting, slow = presets.double_descent().patterns
    return PatternModel(
        [
            Pattern(gamma=heuristic.gamma * (1 - where), alpha=heuristic.alpha, b=heuristic.b, g=1),
            overfitting,
            Pattern(gamma=slow.gamma + where * (1 - slow.gamma), alpha=slow.alpha, b=slow.b, g=1),
        ],
        Preferred(2),
    )


def test_the_grokking_path_changes_its_strict_shape_once():
    # Section 3: on the straight path between the presets, at lambda = 0.996951521220565.
    boundary = Fraction("0.996951521220565")
    # The two extrema meet like the square root of the distance: 1e-6 away they are far more than a step apart.
    assert kinds(shape(on_the_path(boundary - Fraction(1, 10**6)))) == ALTERNATING
    assert kinds(shape(on_the_path(boundary + Fraction(1, 10**6)))) == ()


# --- theorems


def equal_speeds(gammas: Iterable[Any], gs: Iterable[Any], gap: int = 60) -> list[Pattern]:
    rows = enumerate(zip(gammas, gs, strict=True))
    return [Pattern(gamma=reach, alpha=1, b=gap * (i + 1), g=value) for i, (reach, value) in rows]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_equal_speeds_give_at_most_n_minus_1_extrema_and_the_bound_is_sharp(n: int):
    # gamma = 1, g = 1, 0, 1, 0, ... with wide gaps: one extremum between each two steps.
    got = shape(PatternModel(equal_speeds([1] * n, [1 - i % 2 for i in range(n)])))
    assert kinds(got) == (ALTERNATING * n)[: n - 1]
    for i, extremum in enumerate(got.extrema):
        assert abs(extremum.t - 60 * (i + 1.5)) < 1  # half way between two steps, but for a logarithm of their heights
        plateau = math.ceil((i + 1) / 2) / (i + 1)  # the mean of the first i + 1 of g
        assert abs(extremum.value - plateau) < 10 * math.exp(-30)


def test_equal_speeds_peak_in_closed_form():
    # rho = 0, gamma_2 = 1: x = (R^2 + 1) / (R - 1) with R = sqrt(2 delta - 1), height gamma_1 (R^2 + 1) / (R + 1)^2.
    alpha, gap, reach = 0.15, 20, 0.7
    r = math.sqrt(2 * math.exp(alpha * gap) - 1)
    at, height = 30 + math.log((r * r + 1) / (r - 1)) / alpha, reach * (r * r + 1) / (r + 1) ** 2
    first, second = Pattern(gamma=reach, alpha=alpha, b=30, g=1), Pattern(gamma=1, alpha=alpha, b=50, g=0)
    (got,) = shape(PatternModel([first, second])).extrema
    assert got.kind == "maximum"
    assert math.isclose(got.t, at, rel_tol=1e-14)
    assert math.isclose(got.value, height, rel_tol=1e-14)


@pytest.mark.parametrize(("shift", "expected"), [(Fraction(1, 1000), ("maximum",)), (-Fraction(1, 1000), ())])
def test_equal_speeds_fall_iff_the_finite_speed_condition_holds(shift: Fraction, expected: tuple[str, ...]):
    # gamma_2 [(1 + delta)(1 + rho) gamma_1 - 2 delta rho] > 2 gamma_1, solved for rho;
    # at gamma_1 = 1/2, gamma_2 = 1, delta = e: rho < (e - 1) / (3 e - 1).
    boundary = Fraction((math.e - 1) / (3 * math.e - 1))
    first, second = (
        Pattern(gamma=Fraction(1, 2), alpha=1, b=5, g=1),
        Pattern(gamma=1, alpha=1, b=6, g=boundary - shift),
    )
    assert kinds(shape(PatternModel([first, second]))) == expected


def test_complete_preference_for_a_worse_pattern_forbids_recovery():
    good, poor = Pattern(gamma=1, alpha=1, b=10, g=1), Pattern(gamma=1, alpha=Fraction(1, 3), b=60, g=Fraction(1, 5))
    assert kinds(shape(PatternModel([good, poor], Preferred(1)))) == ("maximum",)


# --- models whose curve is known exactly: identical patterns make acc_test a polynomial in one logistic

ONE = Pattern(gamma=1, alpha=1, b=10, g=1)


def of_one_logistic(values: list[float]) -> PatternModel:
    """Return the model whose G depends on the number of patterns alone: a Bernstein polynomial in p."""
    n = len(values) - 1
    return PatternModel([ONE] * n, Table([values[mask.bit_count()] for mask in range(2**n)]))


def test_a_touched_level_is_not_crossed():
    # Bernstein coefficients of (p - 1/2)^2: a minimum of exactly 0 at t = b, which is a time of the grid.
    got = shape(of_one_logistic([0.25, -0.25, 0.25]), levels=(0,))
    # t is good to half an ulp of 10, so the value to (p'(b) 10 2^-53)^2 with p'(b) = 1/4.
    nothing = pytest.approx(0, abs=(0.25 * 10 * 2**-53) ** 2)
    assert [(x.t, x.value, x.kind) for x in got.extrema] == [(pytest.approx(10, rel=1e-14, abs=0), nothing, "minimum")]
    assert crossing(got, "test", 0) == []


def test_a_level_just_inside_an_extremum_is_crossed_twice():
    # (p - 1/2)^2 = 2^-40 where the logistic is 1/2 +- 2^-20: closer to t = b than any step of the grid.
    got = crossing(shape(of_one_logistic([0.25, -0.25, 0.25]), levels=(2**-40,)), "test", 2**-40)
    offset = math.log1p(2**-19 / (0.5 - 2**-20))  # logit(1/2 + 2^-20)
    assert [direction for _, direction in got] == ["down", "up"]
    assert math.isclose(got[0][0], 10 - offset, rel_tol=1e-14)
    assert math.isclose(got[1][0], 10 + offset, rel_tol=1e-14)


def test_a_level_just_below_a_maximum_off_the_grid_is_crossed_twice():
    (maximum, _) = shape(presets.double_descent()).extrema
    level = maximum.value - 1e-12
    first, second, *_ = crossing(shape(presets.double_descent(), levels=(level,)), "test", level)
    assert (first[1], second[1]) == ("up", "down")
    # A parabola of curvature about 1e-3 is 1e-12 below its top some 5e-5 to both sides; the grid's step is 0.8.
    assert maximum.t - 1e-4 < first[0] < maximum.t < second[0] < maximum.t + 1e-4


def test_a_slope_that_touches_0_is_no_extremum():
    # (p - 1/2)^3: its slope is 3 (p - 1/2)^2 p', which touches 0 at t = b, where the curve crosses 0.
    got = shape(of_one_logistic([-0.125, 0.125, -0.125, 0.125]), levels=(0,))
    assert got.extrema == ()
    assert crossing(got, "test", 0) == [(pytest.approx(10, rel=1e-14, abs=0), "up")]


def test_an_approached_level_is_not_crossed():
    got = shape(PatternModel([ONE]), levels=(0, 1))
    assert got.crossings == ()


@pytest.mark.parametrize(
    "model",
    [
        PatternModel([]),
        PatternModel([], chance=0.5),
        PatternModel([Pattern(gamma=0, alpha=1, b=1, g=1)]),
        PatternModel([Pattern(gamma=1, alpha=0, b=1, g=1)]),
        PatternModel([Pattern(gamma=1, alpha=1, b=1, g=0.5), Pattern(gamma=1, alpha=2, b=5, g=0.5)], chance=0.5),
        PatternModel([ONE, ONE], Table([0, 1, -1, 0])),  # p_1 - p_2, which only the numbers show to be 0
    ],
    ids=["no patterns", "chance", "gamma 0", "alpha 0", "g is chance", "cancels"],
)
def test_a_constant_curve_has_no_extremum(model: PatternModel):
    got = shape(model)
    assert got.extrema == ()
    assert [x for x in got.crossings if x.curve == "test"] == []


@pytest.mark.parametrize(
    "model", [PatternModel([]), PatternModel([Pattern(gamma=1, alpha=0, b=1, g=1)], chance=0.5)], ids=str
)
def test_where_nothing_moves_that_is_proved(model: PatternModel):
    got = shape(model)
    assert (got.extrema, got.crossings) == ((), ())
    assert (got.verdict, got.certified) == ("proved", True)
    assert got.reason == "no pattern that acc_test depends on ever moves, so it is constant, exactly"


def test_a_constant_test_curve_leaves_the_train_curve_to_cross():
    got = shape(PatternModel([Pattern(gamma=1, alpha=1, b=10, g=0.5)], chance=0.5), levels=(0.5,))
    assert (got.verdict, got.certified) == ("proved", True)
    assert crossing(got, "train", 0.5) == [(pytest.approx(10, rel=1e-14, abs=0), "up")]


# --- scales far apart (more in test_hard_inputs)


def test_times_too_close_for_floats():
    # All of it happens between two neighbouring floats near 1e10: the grid must not collapse.
    at = 10**10
    close = [Pattern(gamma=1, alpha=10**9, b=at + Fraction(k, 10**8), g=1 - k % 2) for k in range(3)]
    assert kinds(shape(PatternModel(close))) == ALTERNATING


def test_speeds_far_apart():
    slow = Pattern(gamma=Fraction(1, 2), alpha=1e-300, b=1e301, g=1)
    got = shape(PatternModel([Pattern(gamma=1, alpha=1e300, b=30, g=0.5), slow], Preferred(1)), levels=(0.6,))
    assert got.extrema == ()
    # p_2 + (1 - p_2) / 2 = 0.6 where p_2 = 1/5, that is s = 2/5
    (at, _), *_ = crossing(got, "test", 0.6)
    assert math.isclose(at, 1e301 + math.log(2 / 3) * 1e300, rel_tol=1e-14)


def test_a_maximum_of_height_1_over_e_to_the_5000():
    # Long after the preferred pattern, F - 1/2 = (1 - p_0) (p_1 - 1/2), and its slope has the sign of 1/2 - p_1^2:
    # a maximum at b_1 + logit(1/sqrt 2) = b_1 + log(1 + sqrt 2), 2200 decimal digits below F itself.
    first, second = Pattern(gamma=1, alpha=1, b=0, g=0.5), Pattern(gamma=1, alpha=1, b=5000, g=1)
    got = shape(PatternModel([first, second], Priority((0, 1))))
    assert [(x.t, x.value, x.kind) for x in got.extrema] == [(5000 + math.log(1 + math.sqrt(2)), 0.5, "maximum")]


def test_a_crossing_that_needs_more_bits():
    # The same curve with b_1 = 300 passes 1/2 where p_1 does, 130 decimal digits below 1: 128 bits see 38 of them.
    first, second = Pattern(gamma=1, alpha=1, b=0, g=0.5), Pattern(gamma=1, alpha=1, b=300, g=1)
    got = shape(PatternModel([first, second], Priority((0, 1))), levels=(0.5,))
    assert crossing(got, "test", 0.5) == [(pytest.approx(300, rel=1e-14, abs=0), "up")]


# --- commensurate speeds: acc_test is a quotient of polynomials in exp(unit t), whose roots can be isolated


def polynomial_extrema(model: PatternModel, unit: Fraction) -> list[tuple[float, float, str]]:
    """Return (t, value, kind) of all extrema, where every alpha is a multiple of `unit` and no root is double.

    x^m / (x^m + D) is the logistic for x = exp(unit t), m = alpha / unit, D = exp(alpha b). FLINT isolates all
    complex roots of the numerator of d acc_test / dx. The one whose ball meets the real axis is real: its conjugate
    is a root too, and lies in no other ball.
    """

    def ball(number: Fraction) -> arb:
        return arb(fmpq(number.numerator, number.denominator))

    sets = [[i for i in range(model.n) if mask >> i & 1] for mask in range(2**model.n)]
    with ctx.workprec(2000):
        values = [arb_poly([ball(model.generalization(members))]) for members in sets]
        below = arb_poly([1])
        for pattern in reversed(model.patterns):
            power, reach = arb_poly([0] * int(pattern.alpha / unit) + [1]), ball(pattern.gamma)
            d = ball(pattern.alpha * pattern.b).exp()
            right, wrong, half = reach * power, (1 - reach) * power + d, len(values) // 2
            pairs = zip(values[:half], values[half:], strict=True)
            values = [wrong * without + right * with_it for without, with_it in pairs]
            below *= power + d
        (above,) = values
        degree = below.degree()
        slope = (above.derivative() * below - above * below.derivative()).coeffs()
        slope = slope[: 2 * degree - 1]  # the next, degree (a d - a d), is 0, but a ball around it
        while slope[0] == 0:
            slope = slope[1:]  # roots at x = 0, which is no time
        roots = acb_poly(slope).roots(tol=arb(2) ** -300)
        real = sorted((root.real for root in roots if root.imag.contains(0) and root.real > 0), key=float)
        kinds = ALTERNATING if arb_poly(slope)(arb(0)) > 0 else ALTERNATING[::-1]
        return [(float(x.log() / ball(unit)), float(above(x) / below(x)), kinds[i % 2]) for i, x in enumerate(real)]


def assert_are(found: Shape, expected: list[tuple[float, float, str]]):
    assert list(kinds(found)) == [kind for *_, kind in expected]
    for extremum, (at, value, _) in zip(found.extrema, expected, strict=True):
        assert math.isclose(extremum.t, at, rel_tol=1e-14, abs_tol=1e-14)
        assert math.isclose(extremum.value, value, rel_tol=2**-52)


def test_twelve_patterns_have_the_extrema_of_their_polynomial():
    rng = random.Random(12)
    model = PatternModel([Pattern(gamma=rng.random(), alpha=1, b=8 * i, g=i % 2) for i in range(12)])
    expected = polynomial_extrema(model, Fraction(1))
    assert len(expected) == 10
    assert_are(shape(model, levels=()), expected)


@pytest.mark.parametrize("seed", range(8))
def test_commensurate_speeds_have_the_extrema_of_their_polynomial(seed: int):
    rng, unit, n = random.Random(seed), Fraction(1, 20), 4
    patterns = [Pattern(gamma=rng.random(), alpha=unit * rng.choice((1, 3)), b=40 * i, g=i % 2) for i in range(n)]
    rules: list[Rule] = [Mean(), Preferred(3), SoftPreference((1, 2, 3, 4)), Table([rng.random() for _ in range(16)])]
    model = PatternModel(patterns, rules[seed % 4])
    assert_are(shape(model, levels=()), polynomial_extrema(model, unit))


def test_two_extrema_close_together_are_two():
    # docs/theory.md, 3.10: 0.011 apart in time, 8e-14 in height
    model = on_the_path(Fraction("0.99695152"))
    there = [(round(t, 10), kind) for t, _, kind in polynomial_extrema(model, Fraction(1, 20))]
    assert there == [(50.8167048975, "maximum"), (50.8276901656, "minimum")]
    got = shape(model, levels=())
    assert [(round(x.t, 10), x.kind) for x in got.extrema] == there
    assert (got.verdict, got.certified) == ("proved", True)


@pytest.mark.parametrize("places", [12, 13, 14, 15])
def test_beside_the_share_at_which_the_path_changes_its_shape_the_count_is_right(places: int):
    # docs/theory.md, 3.10: two extrema up to a share 0.996951521220565 of the way, none after it.
    share, off = Fraction("0.996951521220565"), Fraction(2, 10**places)
    assert kinds(shape(on_the_path(share - off), levels=())) == ALTERNATING
    assert kinds(shape(on_the_path(share + off), levels=())) == ()


# --- what touches, what cancels, and what cannot be told


def polynomial_of_one_clock(*values: Fraction | int) -> PatternModel:
    """Return a model whose acc_test is the polynomial of one logistic with these Bernstein coefficients."""
    n = len(values) - 1
    by_size = [values[bin(mask).count("1")] for mask in range(2**n)]
    return PatternModel([ONE] * n, Table(by_size))


def test_a_slope_that_touches_0_is_none_and_one_that_passes_three_times_at_once_is_one():
    # The slope is a multiple of (2s - 1)^2, then of (2s - 1)^3: a double and a triple zero at s = 1/2, t = b.
    touches = polynomial_of_one_clock(0, Fraction(1, 4), 0, Fraction(1, 4))
    passes = polynomial_of_one_clock(*(Fraction(k, 8) for k in (1, 0, 1, 0, 1)))
    got = shape(touches, levels=())
    assert (got.extrema, got.verdict) == ((), "proved")
    got = shape(passes, levels=())
    assert [(x.t, x.kind) for x in got.extrema] == [(float(ONE.b), "minimum")]
    assert got.verdict == "proved"


def test_a_tail_in_which_leading_terms_cancel_is_undecided_if_the_speeds_have_no_common_measure():
    # In s of alpha 1 (twice) and r of alpha 2, all b = 0: F = 1/2 + (s^2 - r) / 8 + ..., and s^2 and r are both
    # exp(2t) as t -> -infinity. A fourth pattern, of a speed with many digits, only multiplies 1/2.
    twice, once = Pattern(gamma=1, alpha=1, b=0, g=1), Pattern(gamma=1, alpha=2, b=0, g=1)
    odd = Pattern(gamma=1, alpha=Fraction("10.000019"), b=0, g=1)
    half, eighth = Fraction(1, 2), Fraction(1, 8)
    values = [half, half, half, half + eighth, half - eighth, half - eighth, half - eighth, half + eighth]
    got = shape(PatternModel([twice, twice, once, odd], Table([*values, *(value - eighth for value in values)])), ())
    assert (got.verdict, got.certified) == ("undecided", False)
    assert got.reason == f"in a tail of acc_test its leading terms cancel exactly, {TOO_LARGE}"


def test_without_bits_nothing_false_is_said(monkeypatch: pytest.MonkeyPatch):
    """A starved search must say that it does not know; what it does prove must be true."""
    truths = [kinds(shape_of(seed)) for seed in range(8)]
    answers = set()
    for bits in (4, 8, 12, 16, 24):
        monkeypatch.setattr(turns, "PRECISIONS", (bits,))
        for seed, truth in enumerate(truths):
            got = shape(random_model(seed), levels=())
            answers.add(got.verdict)
            assert kinds(got) == truth if got.verdict == "proved" else len(got.extrema) <= len(truth)
    assert answers == {"proved", "undecided"}


# --- against a scan of the definition


def scan(model: PatternModel) -> list[tuple[Any, Any, str]]:
    """Return (time before, time after, kind) of the extrema seen in 50-digit values of the definition on a grid.

    An extremum counts if the curve falls (rises) by more than 1e-30 on both sides.
    """

    def exact(x: Fraction) -> Any:
        return mpmath.mpf(x.numerator) / x.denominator

    values = {
        members: exact(model.generalization(members))
        for size in range(model.n + 1)
        for members in combinations(range(model.n), size)
    }

    def accuracy(at: Any) -> Any:
        p = [exact(x.gamma) / (1 + mpmath.exp(-exact(x.alpha) * (at - exact(x.b)))) for x in model.patterns]
        return mpmath.fsum(
            value * mpmath.fprod(p[i] if i in members else 1 - p[i] for i in range(model.n))
            for members, value in values.items()
        )

    times = sorted({exact(x.b + Fraction(k, 4) / x.alpha) for x in model.patterns if x.alpha for k in range(-200, 201)})
    curve = [accuracy(at) for at in times]
    found: list[tuple[Any, Any, str]] = []
    direction, best = 0, 0
    for i, value in enumerate(curve):
        step = value - curve[best]
        if direction * step >= 0 and step != 0:
            if abs(step) > 1e-30 or direction:
                direction, best = direction or (1 if step > 0 else -1), i
        elif direction and abs(step) > 1e-30:
            found.append((times[best - 1], times[best + 1], "maximum" if direction > 0 else "minimum"))
            direction, best = -direction, i
    return found


def random_model(seed: int) -> PatternModel:
    rng = random.Random(seed)
    n = rng.randint(2, 4)
    fast = rng.choice([lambda: rng.uniform(1, 10), lambda: 10 ** rng.uniform(-3, 1), lambda: 2.0])
    patterns = [
        Pattern(
            gamma=rng.choice([1, rng.random()]), alpha=fast(), b=rng.uniform(3, 10), g=rng.choice([0, 1, rng.random()])
        )
        for _ in range(n)
    ]
    if seed % 4 == 0:
        patterns.append(patterns[0])
    n = len(patterns)
    rules: list[Rule] = [
        Mean(),
        Preferred(rng.randrange(n)),
        Priority(rng.sample(range(n), 2)),
        SoftPreference([rng.uniform(0.2, 5) for _ in range(n)]),
        Table([rng.uniform(-1, 1) for _ in range(2**n)]),
    ]
    rule = rules[seed % 5]
    return PatternModel(patterns, rule, chance=None if isinstance(rule, Table) else rng.choice([0, 1 / 97]))


SEEDS = range(20)


@cache
def shape_of(seed: int) -> Shape:
    return shape(random_model(seed), levels=())


@pytest.mark.parametrize("seed", SEEDS)
def test_extrema_are_those_of_a_scan(seed: int):
    model = random_model(seed)
    with mpmath.workdps(50):
        expected = scan(model)
        got = shape_of(seed).extrema
        assert [x.kind for x in got] == [kind for _, _, kind in expected]
        for extremum, (before, after, _) in zip(got, expected, strict=True):
            assert before <= extremum.t <= after


def test_those_models_have_shapes_of_many_kinds():
    assert {len(shape_of(seed).extrema) for seed in SEEDS} >= {0, 1, 2, 4}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_order_of_the_patterns_does_not_matter(order: tuple[int, ...]):
    model = presets.double_descent()
    shuffled = PatternModel([model.patterns[i] for i in order], Preferred(order.index(2)))
    got, expected = shape(shuffled), shape(model)
    assert kinds(got) == kinds(expected)
    for x, y in zip(got.extrema + got.crossings, expected.extrema + expected.crossings, strict=True):
        assert math.isclose(x.t, y.t, rel_tol=2e-15)


# --- what is promised and what is refused


def test_the_presets_are_certified_between_narrow_bounds():
    got = shape(presets.double_descent())
    assert (got.verdict, got.certified) == ("proved", True)
    assert got.reason == "two tail arguments, and between them balls that leave no interval open"
    for extremum, printed in zip(got.extrema, ("43.55604157545112865648", "97.73714393562846824905"), strict=True):
        low, high = extremum.between
        assert 0 < high - low < Fraction(1, 10**23)
        assert abs((low + high) / 2 - Fraction(printed)) < Fraction(1, 10**19)
    grokking = shape(presets.grokking())
    assert (grokking.extrema, grokking.verdict, grokking.certified) == ((), "proved", True)
    passed = {x.curve: x.between for x in grokking.crossings if x.level == 0.99}
    for curve, printed in (("train", "80.616939225929095106"), ("test", "291.90239700269179854")):
        low, high = passed[curve]
        assert 0 <= high - low < Fraction(1, 10**12)
        assert abs((low + high) / 2 - Fraction(printed)) < Fraction(1, 10**12)


@pytest.mark.parametrize("name", presets.PRESETS)
def test_crossings_lie_in_their_enclosures_with_another_sign_at_each_end(name: str):
    model = presets.named(name)
    curves = BallCurves(model)
    for one in shape(model, levels=(0.3, 0.4, 0.9)).crossings:
        signs: list[int] = []
        with ctx.workprec(400):
            for end in one.between:
                here = curves.at(rational(end))
                height = here.test if one.curve == "test" else 1 - here.train_error
                signs.append(sign_of(height - rational(Fraction(one.level))))
        assert signs == ([-1, 1] if one.direction == "up" else [1, -1])
        assert abs(Fraction(one.t) - sum(one.between) / 2) < Fraction(1, 10**13)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_extrema_of_random_models_are_proved_and_obey_their_tails(seed: int):
    """docs/theory.md, 3.9: their number is odd iff the slope has different signs at both ends."""
    got, model = shape_of(seed), random_model(seed)
    assert got.verdict == "proved"
    left, right = tails(BallCurves(model))
    if left.constant:
        return
    begun = left.begins(), right.begins()
    assert None not in begun
    (_, first), (_, minus_last) = begun  # pyright: ignore[reportGeneralTypeIssues]
    assert (len(got.extrema) % 2 == 1) == (first != -minus_last)
    assert [x.kind for x in got.extrema] == [
        ("maximum", "minimum")[(place + (first < 0)) % 2] for place in range(len(got.extrema))
    ]


def test_the_precision_of_flint_is_left_as_it_was():
    before = ctx.prec
    shape(presets.double_descent())
    assert ctx.prec == before


def test_a_level_may_be_given_twice_and_in_any_order():
    got = shape(presets.double_descent(), levels=(0.9, 0.5, 0.9))
    assert got.crossings == shape(presets.double_descent(), levels=(0.5, 0.9)).crossings
    assert [x.t for x in got.crossings] == sorted(x.t for x in got.crossings)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"levels": 0.5}, "levels must be a sequence of numbers, got 0.5"),
        ({"levels": "0.5"}, "levels must be a sequence of numbers, got '0.5'"),
        ({"levels": (0.5, math.nan)}, "levels[1] must be finite, got nan"),
        ({"levels": ("high",)}, "levels[0] must be a number (int, float or Fraction), got 'high'"),
    ],
)
def test_levels_must_be_numbers(arguments: dict[str, Any], message: str):
    with pytest.raises(InputError) as error:
        shape(presets.double_descent(), **arguments)
    assert str(error.value) == message


def test_what_is_no_model_is_refused():
    with pytest.raises(InputError, match=r"^model must be a PatternModel, got 'double_descent'$"):
        shape("double_descent")  # pyright: ignore[reportArgumentType]  # that it is wrong is the point


def test_more_than_12_patterns_are_refused_at_once():
    begin = time.monotonic()
    with pytest.raises(
        InputError, match=r"^the model must have at most 12 patterns for its shape \(2\*\*n sets a time\), got 40$"
    ):
        shape(PatternModel([ONE] * 40))
    assert time.monotonic() - begin < 1
