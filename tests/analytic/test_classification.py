"""The kinds of models: by hand, by moved thresholds, at ties, and against a dense scan of the definition."""

import math
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import Any

import pytest
from flint import ctx

from grokdd.analytic import (
    Classification,
    InputError,
    KindEvidence,
    KindThresholds,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    Rule,
    SoftPreference,
    Table,
    classification,
    classify,
    presets,
)
from grokdd.analytic.kinds import KINDS

from .kinds_by_hand import kinds_that_hold, scan


def step(b: Any, g: Any = 1, gamma: Any = 1, alpha: Any = 1) -> Pattern:
    return Pattern(gamma=gamma, alpha=alpha, b=b, g=g)


def in_turn(*gs: Any, gap: int = 60) -> list[Pattern]:
    """Return patterns of equal speed, learned one after the other."""
    return [step(gap * (i + 1), g) for i, g in enumerate(gs)]


NUMBERS = ("train_time", "test_at_train_time", "test_time")


def are_close(got: float | None, expected: float | None, rel: float) -> bool:
    if got is None or expected is None:
        return got is expected
    return math.isclose(got, expected, rel_tol=rel, abs_tol=1e-15)


LOW_CHANCE = PatternModel(presets.grokking().patterns, Preferred(2), chance=Fraction(1, 10))

MODELS: list[tuple[str, str, PatternModel]] = [
    ("memorization", "nothing generalizes", PatternModel([step(20, g=0)])),
    ("memorization", "below chance", PatternModel([step(20, g=0)], chance=0.5)),
    ("memorization", "a bump near chance", PatternModel([step(20, gamma=0.08), step(60, g=0)], Priority((1, 0)))),
    ("constant", "no patterns", PatternModel([])),
    ("constant", "nothing moves", PatternModel([step(1, alpha=0)])),
    ("constant", "a rise too small", PatternModel([step(20, gamma=0.019)])),
    ("decline", "training incomplete", PatternModel([step(20, g=0, gamma=0.5)], chance=0.5)),
    ("monotone learning", "one pattern", PatternModel([step(20)])),
    ("monotone learning", "training incomplete", PatternModel([step(20, gamma=0.8)])),
    ("monotone learning", "late, but not late enough", PatternModel([step(20, g=0), step(50)], Preferred(1))),
    ("partial generalization", "one pattern", PatternModel([step(20, g=0.5)])),
    ("overfitting", "two patterns", PatternModel(in_turn(1, 0))),
    ("overfitting", "after a dip", PatternModel(in_turn(0, 1, 0), Priority((2, 1, 0)), chance=0.5)),
    ("overfitting", "of one that generalized late", PatternModel(in_turn(0, 0, 0, 1, 0), Priority((4, 3)))),
    ("dip and recovery", "trained late", PatternModel([step(20, g=0, gamma=0.5), step(60)], Preferred(1), chance=0.5)),
    ("double descent", "preset", presets.double_descent()),
    ("double descent", "and a last fall", PatternModel(in_turn(1, 0, 1, 0))),
    ("double descent", "after a dip", PatternModel(in_turn(0, 1, 0, 1), Priority((3, 2, 1, 0)), chance=0.5)),
    ("multiple descent", "three rises", PatternModel(in_turn(1, 0, 1, 0, 1))),
    ("multiple descent", "four rises", PatternModel(in_turn(1, 0, 1, 0, 1, 0, 1))),
    ("grokking", "preset", presets.grokking()),
    ("grokking", "two patterns", PatternModel([step(20, g=0), step(80)], Preferred(1))),
    ("grokking with a dip", "below chance", LOW_CHANCE),
    ("grokking with a dip", "table", PatternModel([step(20, g=0), step(80)], Table([0.25, 0, 1, 1]))),
    (
        "grokking with a dip",
        "after a heuristic that is lost",
        PatternModel([step(20, gamma=0.5), step(40, g=0), step(200)], Priority((2, 1, 0))),
    ),
]


@pytest.mark.parametrize(("kind", "what", "model"), MODELS, ids=[f"{kind}: {what}" for kind, what, _ in MODELS])
def test_models_made_by_hand(kind: str, what: str, model: PatternModel):
    got = classify(model)
    assert (got.kind, got.verdict) == (kind, "proved"), got.reason


def test_there_is_a_model_of_every_kind():
    assert {kind for kind, _, _ in MODELS} == set(KINDS)


# --- the evidence of the presets, by the numbers of docs/theory.md, 1.4 and 3.3


def test_the_evidence_of_double_descent():
    got = classify(presets.double_descent())
    assert (got.evidence.moves, got.extrema_on_the_line, got.extrema_from_0) == ("+-+", 2, 2)
    assert [(x.kind, round(x.value, 12)) for x in got.prominent] == [
        ("maximum", 0.533736117455),
        ("minimum", 0.351035301164),
    ]
    assert got.prominent == got.shape.extrema
    assert (got.test_time, got.delay) == (None, None)
    assert got.reason == (
        "acc_test starts at 0.0077, rises to 0.534 at t = 43.56, falls to 0.351 at t = 97.74, ends at 0.48; "
        "acc_train reaches 0.99 at t = 72.47, when acc_test is 0.361; acc_test does not stay at 0.99 or above"
    )


def test_the_evidence_of_grokking():
    got = classify(presets.grokking())
    assert math.isclose(got.train_time or 0, 80.616939225929095106, rel_tol=1e-14)
    assert math.isclose(got.test_time or 0, 291.90239700269179854, rel_tol=1e-14)
    assert math.isclose(got.delay or 0, 211.28545777676, rel_tol=1e-13)
    assert math.isclose(
        got.test_at_train_time or 0, 1 / (1 + math.exp(0.05 * (200 - 80.616939225929095))), rel_tol=1e-13
    )
    assert got.evidence == KindEvidence(
        moves="+", completes=True, near_chance=False, waits=True, rises_once=True, generalizes=True, late=True
    )
    assert got.reason == (
        "acc_test starts at 4.54e-05, ends at 1; acc_train reaches 0.99 at t = 80.62, when acc_test is 0.00255; "
        "acc_test stays at 0.99 or above from t = 291.9 on"
    )


def test_times_of_a_single_pattern():
    # p = 1 / (1 + exp(-(t - 20))) is 0.99 at 20 + log 99, and so is acc_test.
    got = classify(PatternModel([step(20)]))
    assert got.train_time == pytest.approx(20 + math.log(99), rel=1e-14)
    assert got.test_time == pytest.approx(20 + math.log(99), rel=1e-14)
    assert got.test_at_train_time == pytest.approx(0.99, rel=1e-14)


def test_what_is_reached_before_0_is_reached_at_0():
    got = classify(PatternModel([step(0, alpha=5), step(1, g=1, gamma=0.5)], chance_train=Fraction(995, 1000)))
    assert (got.train_time, got.test_at_train_time) == (0.0, pytest.approx(0.5 + 0.25 / (1 + math.e), rel=1e-14))
    already = classify(PatternModel([step(1)], chance=1))
    assert (already.kind, already.test_time, already.evidence.late) == ("constant", 0.0, False)


def test_what_stands_at_its_level_is_at_it_from_0_on():
    stands = PatternModel([step(1, alpha=0)], chance=0.25)  # acc_train 1/2, acc_test 5/8
    at, below = (classify(stands, KindThresholds(eps=0.5 - by, delta=0.375 - by)) for by in (0, 2**-40))
    assert (at.train_time, at.test_at_train_time, at.test_time, at.verdict) == (0.0, 0.625, 0.0, "proved")
    assert (below.train_time, below.test_time, below.verdict) == (None, None, "proved")


def test_of_several_times_at_a_level_the_last_counts():
    model, limits = PatternModel(in_turn(1, 0, 1)), KindThresholds(delta=0.45)
    got, expected = classify(model, limits), scan(model, limits)
    assert got.kind == "double descent"
    assert 170 < (got.test_time or 0) < 190  # it also passes 0.55 upwards at t = 60
    assert are_close(got.test_time, expected.test_time, 1e-13)


def test_of_several_extrema_between_two_moves_the_outermost_is_prominent():
    # Plateaus of 0.8, 0.79, 0.9, 0.3, 0.31, 0.2: the dip to 0.79 and the bump to 0.31 are less than 0.02.
    model = PatternModel(in_turn(0.8, 0.79, 0.9, 0.3, 0.31, 0.2, 0.6), Priority(range(7)[::-1]))
    got = classify(model)
    assert (got.evidence.moves, got.extrema_from_0) == ("+-+", 6)
    assert [round(x.value, 6) for x in got.prominent] == [0.9, 0.2]


# --- thresholds decide


FALL, RISE = 0.53373611745528388 - 0.35103530116407378, 0.48 - 0.35103530116407378
"""Of the double-descent preset: docs/theory.md, 1.4."""
RATIO = 291.90239700269179854 / 80.616939225929095106
"""Of the grokking preset: the same page."""
WAITS = 1 / (1 + math.exp(0.05 * (200 - 80.616939225929095)))
"""acc_test of the grokking preset when acc_train is 0.99."""
DIP = 0.09644407516207227
"""Of the same with chance 1/10, from t = 0 to t = 81.408: definition (2) in 40 digits, by mpmath.findroot."""


@pytest.mark.parametrize(
    ("model", "name", "value", "below", "above"),
    [
        (presets.double_descent(), "prominence", RISE, "double descent", "overfitting"),
        (presets.double_descent(), "prominence", FALL, "overfitting", "partial generalization"),
        (presets.double_descent(), "tau", 0.53373611745528388, "double descent", "memorization"),
        (presets.grokking(), "tau", WAITS, "monotone learning", "grokking"),
        (presets.grokking(), "ratio", RATIO, "grokking", "monotone learning"),
        (LOW_CHANCE, "prominence", DIP, "grokking with a dip", "grokking"),
        (PatternModel([step(20, g=0.5)]), "delta", 0.5, "partial generalization", "monotone learning"),
        (PatternModel([step(20, gamma=0.75, g=0.5)]), "eps", 0.25, "monotone learning", "partial generalization"),
    ],
)
def test_a_threshold_that_passes_a_number_changes_the_kind(
    model: PatternModel, name: str, value: float, below: str, above: str
):
    for threshold, kind in zip((value - 1e-13, value + 1e-13), (below, above), strict=True):
        arguments: dict[str, Any] = {name: threshold}
        got = classify(model, KindThresholds(**arguments))
        assert (got.kind, got.verdict) == (kind, "proved"), got.reason


# --- before t = 0, and at it


def test_an_extremum_of_height_1e_5_before_0_is_counted_but_makes_no_move():
    # Near -infinity the slow general pattern rules, so acc_test rises from 0.1 by 1.35e-5 before it falls.
    got = classify(LOW_CHANCE)
    first, second = got.shape.extrema
    assert (round(first.t, 9), round(first.value - 0.1, 10)) == (-14.012675355, 1.35177e-05)
    assert (got.extrema_on_the_line, got.extrema_from_0, got.evidence.moves) == (2, 1, "-+")
    assert got.prominent == (second,)


def of_one_logistic(values: Sequence[float], b: float, gamma: Any = 1) -> PatternModel:
    """Return the model of which acc_test is a polynomial of one p, by its Bernstein coefficients."""
    n = len(values) - 1
    return PatternModel([step(b, gamma=gamma)] * n, Table([values[mask.bit_count()] for mask in range(2**n)]))


def test_a_dip_before_0_is_no_move():
    # (p - 1/4)^2, b = 0: the minimum is at p = 1/4, t = -log 3, and acc_test(0) = 1/16.
    got = classify(of_one_logistic([1 / 16, -3 / 16, 9 / 16], b=0))
    assert (got.extrema_on_the_line, got.extrema_from_0, got.evidence.moves) == (1, 0, "+")
    # With b = 2 the same dip comes at t = 2 - log 3, but acc_test(0) = 0.017 is a fall of less than 0.02.
    later = classify(of_one_logistic([1 / 16, -3 / 16, 9 / 16], b=2))
    assert (later.extrema_from_0, later.evidence.moves) == (1, "+")
    enough = classify(of_one_logistic([1 / 16, -3 / 16, 9 / 16], b=3))
    assert (enough.extrema_from_0, enough.evidence.moves) == (1, "-+")


def test_an_extremum_at_0_itself_does_not_come_after_it():
    # (p - 1/2)^2 with p(0) = 1/2: all of these are numbers that binary fractions hold, so it is seen to be at 0.
    got = classify(of_one_logistic([1 / 4, -1 / 4, 1 / 4], b=0))
    assert (got.verdict, got.extrema_on_the_line, got.extrema_from_0, got.evidence.moves) == ("proved", 1, 0, "+")


def test_an_extremum_1e_28_after_0_is_told_from_one_at_0():
    # G = (0, 1, 1/4, 1/4), alpha = (1, 2), b = 0: the slope at 0 has the sign of 1 - gamma_0.
    table, late = Table([0, 1, 0.25, 0.25]), 1 - Fraction(1, 10**28)
    got = classify(PatternModel([step(0, gamma=late), step(0, alpha=2)], table))
    low, high = got.shape.extrema[0].between
    assert low <= 0 < high
    assert (got.verdict, got.shape.extrema[0].kind, got.extrema_from_0) == ("proved", "maximum", 1)


def test_an_extremum_at_0_that_cannot_be_told_from_0_is_a_doubt():
    got = classify(hill(0))  # its slope is 0 at s = 1/2
    assert got.verdict == "undecided"
    assert got.reason == "the time of an extremum is 0, or nearer to it than can be told"
    assert (got.extrema_on_the_line, got.extrema_from_0) == (1, 0)


# --- ties


def test_a_limit_that_is_only_approached_is_not_reached():
    up = classify(
        PatternModel([step(20, g=0.75, gamma=0.75)]), KindThresholds(eps=Fraction(1, 4), delta=Fraction(7, 16))
    )
    assert (up.evidence.completes, up.train_time) == (False, None)  # acc_train nears 3/4, acc_test 9/16
    assert (up.evidence.generalizes, up.test_time, up.verdict) == (False, None, "proved")


def test_a_limit_that_is_approached_from_above_holds_for_good():
    # After 1 it falls to 1/2, for ever above it. With s_1 = 1 but for e^-30, F = 1 - s_2 / 2; F = 1/2 at b_1.
    got = classify(PatternModel(in_turn(1, 0)), KindThresholds(delta=0.5))
    assert (got.kind, got.evidence.generalizes, got.verdict) == ("overfitting", True, "proved")
    assert got.test_time == pytest.approx(60, abs=1e-12)


def test_heights_that_are_rational_are_compared_exactly():
    stands = PatternModel([step(1, alpha=0, gamma=Fraction(1, 5))], chance_train=1)  # acc_test is 1/10 at all times
    for less, kind in ((0, "memorization"), (Fraction(1, 10**300), "constant")):
        got = classify(stands, KindThresholds(tau=Fraction(1, 10) - less))
        assert (got.kind, got.verdict) == (kind, "proved")
    rises = PatternModel([step(0)])  # from exactly 1/2 towards 1
    for prominence, kind in (
        (Fraction(1, 2), "monotone learning"),
        (Fraction(1, 2) + Fraction(1, 10**300), "constant"),
    ):
        got = classify(rises, KindThresholds(prominence=prominence))
        assert (got.kind, got.verdict) == (kind, "proved")


def hill(b: int) -> PatternModel:
    """Return the model of acc_test = 1/2 + s (1 - s) / 15: g - c = (1/2, -1/10), gamma = (1/3, 1), the mean rule."""
    c = Fraction(1, 2)
    return PatternModel([step(b, g=1, gamma=Fraction(1, 3)), step(b, g=c - Fraction(1, 10))], chance=c)


TIES = [
    ("prominence", "decline", "a rise or fall of acc_test is the prominence"),
    ("tau", "memorization", "a height of acc_test is chance + tau"),
]


@pytest.mark.parametrize(("name", "kind", "doubt"), TIES)
def test_what_no_precision_can_tell_is_undecided_and_counts_as_equal(name: str, kind: str, doubt: str):
    # The top is 1/60 above chance, where acc_test ends; binary fractions hold no 1/60.
    arguments: dict[str, Any] = {"tau": 0} | {name: Fraction(1, 60)}
    got = classify(hill(20), KindThresholds(**arguments))
    assert (got.kind, got.verdict, got.reason) == (kind, "undecided", f"{doubt}, or nearer to it than can be told")


@pytest.mark.parametrize(("name", "kind", "doubt"), TIES)
def test_what_differs_by_1e_300_is_told(name: str, kind: str, doubt: str):
    kinds = {}
    for way in (-1, 1):
        arguments: dict[str, Any] = {"tau": 0} | {name: Fraction(1, 60) + Fraction(way, 10**300)}
        got = classify(hill(20), KindThresholds(**arguments))
        assert got.verdict == "proved"
        kinds[way] = got.kind
    # At most chance + tau, and at least the prominence: what is larger is near chance, and no fall.
    assert kinds == ({-1: kind, 1: "constant"} if name == "prominence" else {-1: "constant", 1: kind})


def test_acc_test_may_be_at_chance_plus_tau_just_when_training_is_completed():
    # acc_test = acc_train / 2, which is 99/200 when acc_train is 99/100.
    half, small = PatternModel([step(20, g=0.5)]), Fraction(1, 10**40)
    at, below, above = (classify(half, KindThresholds(tau=Fraction(99, 200) + by)) for by in (0, -small, small))
    assert (at.evidence.waits, at.verdict) == (True, "undecided")
    assert at.reason == "acc_test when acc_train reaches 1 - eps is chance + tau, or nearer to it than can be told"
    assert [(got.evidence.waits, got.verdict) for got in (below, above)] == [(False, "proved"), (True, "proved")]


def test_where_both_curves_are_one_no_delay_need_be_told():
    got = classify(PatternModel([step(20)]), KindThresholds(ratio=1))
    assert (got.kind, got.verdict, got.delay, got.evidence.late) == ("monotone learning", "proved", 0.0, False)


def test_a_prominence_1e_29_from_a_fall_is_told():
    # The fall of the double-descent preset, from the 32 digits of docs/theory.md, 1.4.
    fall = Fraction("0.53373611745528388982959371257407") - Fraction("0.35103530116407378840849677279582")
    for by, kind in ((-1, "overfitting"), (1, "partial generalization")):
        got = classify(presets.double_descent(), KindThresholds(prominence=fall + Fraction(by, 10**29)))
        assert (got.kind, got.verdict) == (kind, "proved")


@pytest.mark.parametrize(("name", "kind"), [("prominence", "decline"), ("tau", "memorization")])
def test_a_tie_between_binary_fractions_is_told_and_equal(name: str, kind: str):
    # acc_test = p (1 - p) / 2 has its top of 1/8 at t = 20, exactly, and ends at 0.
    arguments: dict[str, Any] = {"tau": 0} | {name: Fraction(1, 8)}
    got = classify(of_one_logistic([0, 1 / 4, 0], b=20), KindThresholds(**arguments))
    assert (got.kind, got.verdict) == (kind, "proved")


def test_an_undecided_shape_makes_an_undecided_kind():
    # In s of alpha 1 (twice) and r of alpha 2, all b = 0, s^2 and r cancel in the leading order as t -> -infinity. The
    # speed of a fourth pattern has no common measure with theirs that would let polynomials decide.
    once, half, eighth = step(0, alpha=2), Fraction(1, 2), Fraction(1, 8)
    values = [half, half, half, half + eighth, half - eighth, half - eighth, half - eighth, half + eighth]
    model = PatternModel(
        [step(0), step(0), once, step(0, alpha=Fraction("10.000019"))],
        Table([*values, *(value - eighth for value in values)]),
    )
    got = classify(model)
    assert got.verdict == "undecided"
    assert got.reason.startswith("in a tail of acc_test its leading terms cancel exactly, and the speeds")
    with pytest.raises(InputError, match=r"^the kind of the model must be proved for its margins, got undecided: in a"):
        classify(model, margins=True)
    with pytest.raises(InputError, match=r"^the kind of the model must be proved for its margins, got undecided: in a"):
        _ = got.margins


@pytest.mark.parametrize("at_once", [False, True])
def test_margins_are_looked_for_once_when_they_are_wanted(monkeypatch: pytest.MonkeyPatch, at_once: bool):
    looked: list[PatternModel] = []

    def look(model: PatternModel, *_: Any) -> tuple[()]:
        looked.append(model)
        return ()

    monkeypatch.setattr(classification, "find_margins", look)
    found = classify(presets.grokking(), margins=at_once)
    assert looked == [presets.grokking()] * at_once
    assert found.margins == found.margins == ()
    assert looked == [presets.grokking()]


def test_times_beyond_all_floats_are_infinite_as_floats_but_known():
    # Complete at 1e308 (1.7 + log 99) and generalizing at the same time.
    got = classify(PatternModel([step(Fraction(17, 10) * 10**308, alpha=Fraction(1, 10**308))]))
    assert (got.kind, got.verdict) == ("monotone learning", "proved")
    assert (got.train_time, got.test_time, got.delay) == (math.inf, math.inf, None)


# --- what does not matter


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_order_of_the_patterns_does_not_matter(order: tuple[int, ...]):
    for model in (presets.double_descent(), LOW_CHANCE):
        shuffled = PatternModel([model.patterns[i] for i in order], Preferred(order.index(2)), chance=model.chance)
        got, expected = classify(shuffled), classify(model)
        assert (got.evidence, got.extrema_on_the_line, got.extrema_from_0) == (
            expected.evidence,
            expected.extrema_on_the_line,
            expected.extrema_from_0,
        )
        for name in NUMBERS:
            assert are_close(getattr(got, name), getattr(expected, name), 1e-14)


def test_the_unit_of_time_does_not_matter():
    for unit in (Fraction(1, 10**9), Fraction(10**9)):
        faster = [step(x.b / unit, x.g, x.gamma, x.alpha * unit) for x in LOW_CHANCE.patterns]
        got, expected = classify(PatternModel(faster, Preferred(2), chance=Fraction(1, 10))), classify(LOW_CHANCE)
        assert got.evidence == expected.evidence
        assert (got.delay or 0) * float(unit) == pytest.approx(expected.delay, rel=1e-14)


def test_the_precision_of_flint_is_left_as_it_was():
    before = ctx.prec
    classify(hill(20), KindThresholds(tau=Fraction(1, 60)))
    assert ctx.prec == before


def test_speeds_600_decades_apart():
    # Complete at 30 + log(99) / 1e300, generalizing at (10 + log 99) 1e300.
    quick, slow = step(30, g=0, alpha=1e300), step(10**301, alpha=Fraction(1, 10**300))
    got = classify(PatternModel([quick, slow], Preferred(1)))
    assert (got.kind, got.verdict, got.train_time) == ("grokking", "proved", 30.0)
    assert are_close(got.test_time, (10 + math.log(99)) * 1e300, 1e-14)


# --- what is refused


def test_what_is_no_thresholds_is_refused():
    with pytest.raises(InputError, match=r"^thresholds must be KindThresholds, got 0\.1$"):
        classify(hill(20), 0.1)  # pyright: ignore[reportArgumentType]  # that it is wrong is the point


def test_what_is_no_model_is_refused():
    with pytest.raises(InputError, match=r"^model must be a PatternModel, got 'grokking'$"):
        classify("grokking")  # pyright: ignore[reportArgumentType]  # that it is wrong is the point


def test_more_than_12_patterns_are_refused():
    with pytest.raises(InputError, match=r"^the model must have at most 12 patterns for its shape .*, got 13$"):
        classify(PatternModel([step(1)] * 13))


# --- against a dense scan of the definition


def random_model(seed: int) -> PatternModel:
    """Return the model of a seed: patterns learned over three decades, poor ones first, every rule in turn."""
    rng = random.Random(seed)
    n = rng.randint(1, 4)
    patterns: list[Pattern] = []
    for i, b in enumerate(sorted(10 ** rng.uniform(0.5, 3) for _ in range(n))):
        good = rng.random() < (0.9 if i == n - 1 else 0.3)
        g = rng.choice([int(good), int(good), int(good), rng.random()])
        gamma = rng.choice([1, 1, 1, 1, rng.random(), 0])
        patterns.append(step(b, g, gamma, alpha=10 ** rng.uniform(0.3, 1.5) / b))
    rules: list[Callable[[], Rule]] = [
        Mean,
        lambda: Preferred(n - 1),
        lambda: Priority(range(n)[::-1]),
        lambda: SoftPreference([20**i * rng.uniform(0.2, 5) for i in range(n)]),
        lambda: Table([rng.choice([0, 0, 1, rng.random()]) for _ in range(2**n)]),
    ]
    rule = rules[seed % 5]()
    return PatternModel(patterns, rule, chance=None if isinstance(rule, Table) else rng.choice([0, 1 / 97, 0.3]))


SEEDS = range(40)


@cache
def classified(seed: int) -> Classification:
    return classify(random_model(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_kinds_are_those_of_a_scan(seed: int):
    got, expected = classified(seed), scan(random_model(seed), KindThresholds())
    assert got.verdict == "proved"
    assert got.evidence == expected.evidence
    assert kinds_that_hold(expected.evidence) == [got.kind]
    assert got.extrema_from_0 >= expected.extrema  # a grid sees no pair of extrema between two of its points
    for name in NUMBERS:
        assert are_close(getattr(got, name), getattr(expected, name), 1e-13)


def test_those_models_are_of_many_kinds():
    kinds = [classified(seed).kind for seed in SEEDS]
    assert set(kinds) >= set(KINDS) - {"multiple descent"}
