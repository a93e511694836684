"""Slopes that touch 0, tails that cancel and levels that are touched, where all speeds are multiples of one.

The models are made so: with q = 2 s - 1 of a clock s, which is 0 at its b, acc_test = q^k r has a zero of order k
there, and its slope one of order k - 1. SymPy counts the roots of the slope, as it differentiates it, in rationals.
"""

import math
import random
import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import reduce
from operator import mul

import pytest
import sympy as sp
from flint import arb, ctx, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from grokdd.analytic import (
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    Rule,
    Shape,
    SoftPreference,
    Table,
    common_clock,
    shape,
)
from grokdd.analytic import all_turns as module
from grokdd.analytic.all_turns import TOO_LARGE, finest
from grokdd.analytic.balls import BallCurves, fraction, rational
from grokdd.analytic.common_clock import CommonClock
from grokdd.analytic.odd_roots import OddRoots, sign_before
from grokdd.analytic.tails import tails
from grokdd.analytic.turns import Stretch, Turn

from .definition import contradictions

HALF, TINY = Fraction(1, 2), Fraction(1, 10**30)
Clock = tuple[Fraction | int, Fraction | int]
"""alpha and b."""


def model_of(value: Callable[..., Fraction | int], *clocks: Clock) -> PatternModel:
    """Return the model whose acc_test is 1/2 + a multilinear function of logistics, over 64, by its values at 0 and 1.

    A clock may come several times, for a power of its logistic.
    """
    n = len(clocks)
    table = [HALF + Fraction(value(*(mask >> i & 1 for i in range(n))), 64) for mask in range(2**n)]
    return PatternModel([Pattern(gamma=1, alpha=alpha, b=b, g=0) for alpha, b in clocks], Table(table))


def power(order: int, q: Sequence[int]) -> Fraction:
    """Return (2 s - 1)^order as a multilinear function of `order` copies of s, by their values: the mean over signs."""
    return Fraction(reduce(mul, (2 * s - 1 for s in q[:order]), 1))


def times_r(order: int, more: Fraction = Fraction(0)) -> Callable[..., Fraction]:
    """Return (2 s - 1)^order r + more s, of as many copies of s and one of r."""
    return lambda *values: power(order, values) * values[-1] + more * values[0]


def kinds(found: Shape) -> list[str]:
    return [x.kind for x in found.extrema]


def passes(found: Shape, level: Fraction) -> list[tuple[float, str]]:
    return [(x.t, x.direction) for x in found.crossings if x.curve == "test" and x.level == float(level)]


PAIRS: list[tuple[Clock, Clock]] = [
    ((1, 0), (2, 0)),
    ((2, 0), (1, 0)),
    ((1, 7), (3, 7)),
    ((Fraction(3, 10), 5), (Fraction(1, 10), 5)),
    ((1, 3), (2, 0)),
    ((Fraction(2, 3), 1), (1, Fraction(5, 2))),
    ((3, 40), (1, 0)),
    ((1, 0), (2, 400)),
]


# --- zeros of the slope of every order


@pytest.mark.parametrize(
    ("order", "s", "r"),
    [(order, *pair) for order in (2, 3) for pair in PAIRS] + [(4, *PAIRS[1]), (4, *PAIRS[4])],
    ids=str,
)
def test_a_zero_of_the_slope_is_an_extremum_iff_its_order_is_odd(order: int, s: Clock, r: Clock):
    # (q^k r)' = q^(k-1) (2 k s' r + q r'): at b_s its zero is of order k - 1.
    found = shape(model_of(times_r(order), *[s] * order, r), levels=(HALF,))
    assert (found.verdict, found.certified) == ("proved", True)
    there = [x.kind for x in found.extrema if x.between[0] <= s[1] <= x.between[1]]
    assert there == (["minimum"] if order % 2 == 0 else [])
    at_b = pytest.approx(float(s[1]), rel=1e-14, abs=1e-18 / float(min(s[0], r[0])))  # what the docstring promises
    assert passes(found, HALF) == ([] if order % 2 == 0 else [(at_b, "up")])
    assert all(high - low <= Fraction(1, 2**80) / max(s[0], r[0]) for low, high in (x.between for x in found.extrema))


def near(times: Iterable[Fraction], s: Clock) -> int:
    """Return how many times are within 1e-9 of b: a part in 1e30 moves a double zero by about 1e-15 / alpha."""
    return sum(abs(t - Fraction(s[1])) < Fraction(1, 10**9) for t in times)


@pytest.mark.parametrize(("s", "r"), [pair for pair in PAIRS if pair[1][1] < 400], ids=str)
def test_beside_a_double_zero_there_are_two_extrema_or_none(s: Clock, r: Clock):
    counts: list[int] = []
    for more in (-TINY, Fraction(0), TINY):  # adds more s' to a slope that is 6 s' q^2 r, but for higher orders
        model = model_of(times_r(3, more), s, s, s, r)
        curves = BallCurves(model)
        exact = CommonClock(curves).turns(finest(curves))
        assert exact is not None
        found = shape(model, levels=())
        assert found.verdict == "proved"
        assert [x.kind for x in found.extrema] == ["maximum" if turn.before > 0 else "minimum" for turn in exact]
        counts.append(near((x.between[0] for x in found.extrema), s))
    assert counts == [2, 0, 0]


@pytest.mark.parametrize(("order", "s", "r"), [(2, *PAIRS[0]), (2, *PAIRS[4]), (2, *PAIRS[5]), (4, *PAIRS[0])], ids=str)
def test_beside_a_level_that_is_touched_there_are_two_passings_or_none(order: int, s: Clock, r: Clock):
    model = model_of(times_r(order), *[s] * order, r)
    curves, counts = BallCurves(model), list[int]()
    for level in (HALF - TINY**order, HALF, HALF + TINY**order):
        exact = CommonClock(curves).passes(rational(level), finest(curves))
        assert exact is not None
        found = shape(model, levels=(level,))
        assert found.certified
        counts.append(near((x.between[0] for x in found.crossings if x.curve == "test"), s))
        assert near((fraction(x.low) for x in exact), s) == counts[-1]
    assert counts == [0, 0, 2]


def test_a_level_just_missed_where_the_extremum_is_threefold_is_told():
    # 1/2 + q^4 r / 64 is 1/2 - 1e-40 nowhere; balls cannot narrow a threefold zero of the slope far enough to see it.
    model = model_of(times_r(4), *[(1, 0)] * 4, (2, 0))
    missed = HALF - Fraction(1, 10**40)
    found = shape(model, levels=(missed,))
    assert (found.certified, passes(found, missed)) == (True, [])


# --- tails whose leading terms cancel


S_S_R = [0, 0, 0, 1, -1, -1, -1, 1]
"""s^2 - r + ... with s twice and r, by masks: as t -> -infinity, s^2 and r are both exp(2t) if r is twice as fast."""


def by_mask(values: Sequence[int]) -> Callable[..., int]:
    return lambda *bits: values[sum(bit << i for i, bit in enumerate(bits))]


@pytest.mark.parametrize("b", [(0, 0, 0), (0, 2, 1), (Fraction(1, 3), Fraction(8, 3), Fraction(3, 2))], ids=str)
def test_a_tail_in_which_leading_terms_cancel_is_decided(b: tuple[Fraction, Fraction, Fraction]):
    model = model_of(by_mask(S_S_R), (1, b[0]), (1, b[1]), (2, b[2]))
    assert not all(tail.leads for tail in tails(BallCurves(model)))
    found = shape(model)
    assert (found.verdict, found.certified, kinds(found)) == ("proved", True, ["minimum"])
    assert contradictions(model, found.extrema) == []


def test_logistics_that_cancel_as_functions_of_time_are_constant():
    # r = s^2 / (s^2 + (1 - s)^2) if r is twice as fast as s and of the same b: s^2 (2 r - 1) - 2 s r + r = 0.
    model = model_of(lambda s, also_s, r: s * also_s * (2 * r - 1) - (s + also_s) * r + r, (1, 3), (1, 3), (2, 3))
    found = shape(model, levels=(HALF, 0.4))
    assert (found.extrema, found.verdict, found.certified) == ((), "proved", True)
    assert found.reason == "the patterns that move cancel in acc_test, so it is constant, exactly"
    assert [x for x in found.crossings if x.curve == "test"] == []


# --- against SymPy, by its own way to the polynomial


def sympy_extrema(model: PatternModel) -> int:
    """Return how many extrema acc_test has if all b are equal and all alpha whole: its definition, differentiated."""
    x = sp.Symbol("x", positive=True)
    value = sp.Integer(0)
    for mask in range(2**model.n):
        weight = sp.Integer(1)
        for i, pattern in enumerate(model.patterns):
            p = sp.Rational(str(pattern.gamma)) * x ** int(pattern.alpha) / (x ** int(pattern.alpha) + 1)
            weight *= p if mask >> i & 1 else 1 - p
        members = [i for i in range(model.n) if mask >> i & 1]
        value += weight * sp.Rational(str(model.generalization(members)))
    above, _ = sp.fraction(sp.cancel(sp.diff(sp.cancel(value), x)))
    odd = [factor for factor, multiplicity in sp.Poly(above, x).sqf_list()[1] if multiplicity % 2]
    return sum(int(factor.count_roots(0, None)) - (factor.eval(0) == 0) for factor in odd)


EQUAL_B = {
    "1:2, squared": model_of(times_r(3), *[(1, 0)] * 3, (2, 0)),
    "3:1, cubed": model_of(times_r(4), *[(3, 0)] * 4, (1, 0)),
    "1:2, a tail": model_of(by_mask(S_S_R), (1, 0), (1, 0), (2, 0)),
    "1:2, a table": PatternModel(
        [Pattern(gamma=1, alpha=alpha, b=0, g=0) for alpha in (1, 2)], Table([0.5, 1, 0.25, 0.75])
    ),
    "3:3:1, gammas": PatternModel(
        [Pattern(gamma=Fraction(k, 4), alpha=alpha, b=0, g=k % 2) for k, alpha in ((4, 3), (3, 3), (2, 1))]
    ),
    "1:5, two extrema": PatternModel(
        [Pattern(gamma=1, alpha=alpha, b=0, g=g) for alpha, g in ((1, 1), (5, 0), (5, 0))]
    ),
}


@pytest.mark.parametrize("name", EQUAL_B)
def test_sympy_counts_the_same_extrema(name: str):
    model = EQUAL_B[name]
    found = shape(model, levels=())
    assert (found.verdict, len(found.extrema)) == ("proved", sympy_extrema(model))
    curves = BallCurves(model)
    exact = CommonClock(curves).turns(finest(curves))
    assert exact is not None
    assert len(exact) == len(found.extrema)


# --- against the balls, where nothing is exactly 0


def commensurable_model(seed: int) -> PatternModel:
    rng = random.Random(seed)
    n, unit, grain = rng.randint(2, 4), Fraction(rng.randint(1, 9), rng.randint(1, 9)), rng.choice([1, 2, 5])
    patterns = [
        Pattern(
            gamma=rng.choice([Fraction(1), Fraction(rng.randint(1, 99), 100)]),
            alpha=unit * rng.randint(1, 4),
            b=Fraction(rng.randint(0, 40), grain),
            g=Fraction(rng.randint(0, 4), 4),
        )
        for _ in range(n)
    ]
    rules: list[Rule] = [
        Mean(),
        Preferred(rng.randrange(n)),
        Priority(rng.sample(range(n), 2)),
        SoftPreference([rng.randint(1, 5) for _ in range(n)]),
        Table([Fraction(rng.randint(0, 8), 8) for _ in range(2**n)]),
    ]
    return PatternModel(patterns, rules[seed % 5])


@pytest.mark.parametrize("seed", range(40))
def test_polynomials_and_balls_find_the_same_extrema_and_crossings(seed: int):
    model = commensurable_model(seed)
    curves, found = BallCurves(model), shape(model, levels=(HALF,))
    if not curves.moving:
        assert found.extrema == ()
        return
    clock = CommonClock(curves)
    exact = clock.turns(finest(curves))
    assert (found.verdict, found.certified, clock.small) == ("proved", True, True)
    assert exact is not None
    assert kinds(found) == ["maximum" if turn.before > 0 else "minimum" for turn in exact]
    for x, turn in zip(found.extrema, exact, strict=True):
        assert x.between[0] <= fraction(turn.high)
        assert fraction(turn.low) <= x.between[1]
    passed = clock.passes(rational(HALF), finest(curves))
    assert passed is not None
    crossings = [x for x in found.crossings if x.curve == "test"]
    assert [x.direction for x in crossings] == ["up" if one.before < 0 else "down" for one in passed]
    for x, one in zip(crossings, passed, strict=True):
        assert x.between[0] <= fraction(one.high)
        assert fraction(one.low) <= x.between[1]


def test_those_models_have_shapes_of_many_kinds():
    assert {len(shape(commensurable_model(seed), levels=()).extrema) for seed in range(40)} >= {0, 1, 2}


# --- what is too large


@pytest.mark.parametrize(
    "clocks",
    [[(Fraction(1000003, 1000), 0)], [(1, 0), (1, Fraction(1000004, 1000003))], [(Fraction(2**0.5), 0)]],
    ids=["speeds", "times", "a float"],
)
def test_where_no_measure_is_large_enough_it_stays_undecided(clocks: list[Clock]):
    found = shape(model_of(lambda *x: power(3, x) * math.prod(x[3:]), *[(1, 1)] * 3, *clocks), levels=())
    assert (found.verdict, found.certified) == ("undecided", False)
    assert found.reason.startswith("near t = 1 the slope touches 0, or comes closer to it than can be told, and the ")
    assert found.reason.endswith(TOO_LARGE)


def test_without_bits_exact_algebra_says_nothing(monkeypatch: pytest.MonkeyPatch):
    curves = BallCurves(model_of(times_r(3), *[(1, 0)] * 3, (2, 400)))
    truth = CommonClock(curves).turns(finest(curves))
    answers = list[object]()
    for bits in (8, 32, 64, 256):
        monkeypatch.setattr(common_clock, "PRECISIONS", (bits,))
        found = CommonClock(curves).turns(finest(curves))
        answers.append(None if found is None else [turn.before for turn in found])
    assert truth is not None
    assert answers[0] is None
    assert answers[-1] == [turn.before for turn in truth]
    assert all(answer is None or answer == answers[-1] for answer in answers)


def test_a_sign_that_needs_more_bits_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    curves = BallCurves(model_of(times_r(2), *[(1, 0)] * 2, (2, 0)))
    truth = CommonClock(curves).turns(finest(curves))
    assert truth
    known_from = 1024
    monkeypatch.setattr(common_clock, "sign_before", lambda *x: sign_before(*x) if ctx.prec >= known_from else 0)
    found = CommonClock(curves).turns(finest(curves))
    assert found is not None
    assert [turn.before for turn in found] == [turn.before for turn in truth]
    known_from = 10**6
    assert CommonClock(curves).turns(finest(curves)) is None


def test_an_undecided_tail_is_decided_even_if_the_balls_leave_nothing_open(monkeypatch: pytest.MonkeyPatch):
    model = model_of(by_mask(S_S_R), (1, 0), (1, 0), (2, 0))
    truth = shape(model, levels=())
    monkeypatch.setattr(module, "turns", lambda *_: iter([(list[Turn](), list[Stretch]())]))
    assert shape(model, levels=()) == truth


def test_what_is_too_large_is_seen_before_it_is_multiplied_out():
    rng = random.Random(1)
    curves = BallCurves(PatternModel([Pattern(gamma=1, alpha=rng.random(), b=i, g=i % 2) for i in range(12)]))
    begin = time.monotonic()
    assert not CommonClock(curves).small
    assert time.monotonic() - begin < 0.5  # 4096 sets and 3**12 products would take longer


# --- roots


X, V = fmpq_mpoly_ctx.get(("x", "v"), "lex").gens()
WIDTH = fmpq(1, 2**80)


def roots(polynomial: fmpq_mpoly, width: fmpq = WIDTH) -> list[float]:
    """Return the logarithms of the roots of odd multiplicity, with v = e."""
    with ctx.workprec(1024):
        found = OddRoots(polynomial).isolated(arb(1).exp(), width)
    assert found is not None
    assert all(0 <= high - low <= width for low, high in found)
    return [float(fraction((low + high) / 2)) for low, high in found]


@pytest.mark.parametrize(
    ("polynomial", "expected"),
    [
        ((X - V) ** 2 * (X - 1), [0]),
        ((X - V) ** 3 * (X - 1) ** 2 * X**5 * V**3, [1]),
        ((X - V) * (X + V) * (X**2 + V), [1]),
        ((X - V**2000) * (V**3000 * X - 1), [-3000, 2000]),
        (X**2 - 2 * V * X + V**2 + 1, []),
        (-3 * X**4 * V, []),
        ((X - V) * (X - V**2) * (X - V**3) ** 3 * (X**3 - V**12), [1, 2, 3, 4]),
    ],
    ids=str,
)
def test_roots_of_odd_multiplicity(polynomial: fmpq_mpoly, expected: list[int]):
    assert roots(polynomial) == pytest.approx(expected, rel=1e-14, abs=1e-20)


@pytest.mark.parametrize(("by", "count"), [(fmpq(-1, 10**30), 2), (fmpq(0), 0), (fmpq(1, 10**30), 0)])
def test_a_double_root_splits_or_leaves_the_line(by: fmpq, count: int):
    assert len(roots((X - V) ** 2 + by)) == count


def test_a_degree_that_is_not_known_yet_is_waited_for():
    nearly = (V - fmpq(2718281828459045, 10**15)) * X - 1  # e is 2.35e-16 more than that
    with ctx.workprec(32):
        assert OddRoots(nearly).isolated(arb(1).exp(), WIDTH) is None
    assert roots(nearly) == [pytest.approx(-math.log(2.35360287e-16), rel=1e-9)]


def test_roots_of_two_factors_are_told_apart_however_near_they_are():
    close = (X - V) * (X - V - fmpq(1, 2**200))
    assert len(roots(close, width=WIDTH**3)) == 2
    with ctx.workprec(1024):
        assert OddRoots(close).isolated(arb(1).exp(), WIDTH) is None  # their intervals might be the other way round
