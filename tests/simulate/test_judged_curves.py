"""What an atlas says of one curve: bounds between samples, moves and evidence, and what may not be told."""

import math
import random
from functools import cache
from itertools import count, islice, product

import numpy as np
import pytest

from grokdd.analytic import (
    KindEvidence,
    KindThresholds,
    Mean,
    Pattern,
    PatternModel,
    Preferred,
    Priority,
    SoftPreference,
    Table,
    classify,
    kind_of,
)
from grokdd.analytic.prominence import prominent_moves
from grokdd.simulate import atlas, curves
from grokdd.simulate.curve_samples import OneModel, bound_intervals, bound_strays, room_for, sample_curves
from grokdd.simulate.judged_curves import Limits
from grokdd.simulate.kind_codes import ALL, DOUBTS, MOVES, NAMES, UNKNOWN, kind_code, only_kind
from grokdd.simulate.kinds_of_models import Judge, judge_models, judge_models_py, plan_of, rounding
from grokdd.simulate.model_grid import ModelGrid
from grokdd.simulate.sample_times import AROUND, FARTHEST, logistics, most_times, sample_times
from grokdd.simulate.sampled_moves import sampled_moves
from tests.analytic.random_models import random_model

from .atlas_models import random_case

PLAIN = 24
"""Models without a soft preference that are looked at closely."""

READING = Limits(eps=0.01, level=0.99, tau=0.1, prominence=0.02, ratio=3.0)


# --- codes

STRINGS = ["", "+", "-", "+-", "-+", "+-+", "-+-", "+-+-", "-+-+", "+-+-+", "-+-+-", "-+-+-+", "+-+-+-+"]


def evidence(bits: int, moves: str) -> KindEvidence:
    return KindEvidence(moves=moves, **{name: bool(bits & bit) for name, bit in DOUBTS.items() if bit != MOVES})


def first(moves: str) -> int:
    return {"": 0, "+": 1, "-": -1}[moves[:1]]


@pytest.mark.parametrize("moves", STRINGS)
def test_the_code_of_any_evidence_is_that_of_its_kind(moves):
    for bits in range(ALL + 1):
        assert NAMES[kind_code(bits, first(moves), len(moves))] == kind_of(evidence(bits, moves))


def test_unknown_evidence_leaves_the_one_kind_that_all_of_it_allows():
    for moves, known, bits in product(STRINGS, range(ALL + 1), (0, 21, 42, ALL)):
        possible = {kind_of(evidence(b, moves)) for b in range(ALL + 1) if (b ^ bits) & known == 0}
        got = only_kind(bits, known, first(moves), len(moves))
        assert ({NAMES[got]} if got != UNKNOWN else None) == (possible if len(possible) == 1 else None)


# --- moves


def test_moves_of_samples_are_the_prominent_ones():
    rng = random.Random(0)
    for _ in range(300):
        heights = [rng.randint(0, 12) for _ in range(rng.randint(1, 14))]
        by = rng.randint(1, 6)
        sign = lambda i, j, h=heights, d=by: (h[j] - h[i] >= d) - (h[i] - h[j] >= d)  # noqa: E731
        expected, turns = prominent_moves(len(heights), sign)
        got = sampled_moves(np.array(heights, dtype=float), len(heights), float(by))
        assert (got.first, got.moves) == (first(expected), len(expected))
        if turns:  # each begins where a move is complete and ends where the next one is
            assert (got.second_last, got.last) == (turns[-1].start, turns[-1].stop)


# --- samples and what is between them


def sampled(model: PatternModel, times=None):
    """Return samples of a model at its own times or others, with bounds between them."""
    row = ModelGrid(model, {"chance_train": [float(model.chance_train)]}).columns(np.array([0]))
    alpha, b, gamma, g = row.alpha[0], row.b[0], row.gamma[0], row.g[0]
    samples = room_for(model.n, most_times(model.n) if times is None else len(times))
    if times is None:
        size = sample_times(alpha, b, AROUND, np.empty(model.n, dtype=np.int64), samples.t)
    else:
        size = len(times)
        samples.t[:] = times
    for i in range(size):
        logistics(samples.t[i], alpha, b, i, samples.near, samples.far)
    table = model.rule.values.copy() if isinstance(model.rule, Table) else np.zeros(1)
    values = [float(model.generalization([i for i in range(model.n) if m >> i & 1])) for m in range(2**model.n)]
    one = OneModel(
        gamma, alpha, b, g, row.chance[0], row.chance_train[0], table, max(values) - min(values),
        rounding(alpha, b, max(1.0, *map(abs, values))),
    )  # fmt: skip
    bound_intervals(alpha, size, samples)
    sample_curves(one, plan_of(model.rule, model.n), size, samples)
    bound_strays(one, size, samples)
    return samples, size, one


@cache
def plain_models() -> list[PatternModel]:
    """Return models without a soft preference; made when they are asked for, since not every process does."""
    models = (random_model(seed) for seed in count())
    return list(islice((model for model in models if not isinstance(model.rule, SoftPreference)), PLAIN))


@pytest.mark.parametrize("place", range(PLAIN))
def test_samples_are_the_curves_to_the_bound_of_their_rounding(place):
    model = plain_models()[place]
    samples, size, one = sampled(model)
    expected = curves(model, samples.t[:size])
    # both computations are within the bound of the exact values
    assert np.abs(samples.test[:size] - expected.test).max() <= 2 * one.off
    assert np.abs(samples.error[:size] - expected.train_error).max() <= 2 * one.off


@pytest.mark.parametrize("place", range(PLAIN))
def test_between_samples_a_curve_strays_no_farther_than_its_bound(place):
    model = plain_models()[place]
    samples, size, one = sampled(model)
    for i in range(size - 2):
        inside = np.linspace(samples.t[i], samples.t[i + 1], 9)
        test = curves(model, inside).test
        way = 1 if samples.test[i + 1] >= samples.test[i] else -1
        back = np.maximum.accumulate(way * test) - way * test  # against the way of a monotone curve near by
        room = 2 * samples.stray[i] + 4 * one.off
        assert back.max() <= room
        low, high = sorted((samples.test[i], samples.test[i + 1]))
        assert test.min() >= low - room / 2
        assert test.max() <= high + room / 2


def test_the_chord_of_one_pattern_is_bounded_closely():
    """The bound is that of the largest second derivative, so at most some times what the curve does; never less."""
    model = PatternModel([Pattern(gamma=1, alpha=1, b=10, g=1)])
    t = np.append(10 + np.arange(-8, 8.25, 0.25), np.inf)
    samples, size, _ = sampled(model, t)
    for i in range(size - 2):
        inside = np.linspace(t[i], t[i + 1], 33)
        chord = np.interp(inside, t[i : i + 2], samples.near[0, i : i + 2])
        off = np.abs(1 / (1 + np.exp(10 - inside)) - chord).max()
        assert off <= samples.bend[0, i]
        if abs(inside.mean() - 10) > 0.5:  # beyond the inflection, where the second derivative is 0 inside
            assert samples.bend[0, i] <= 1.6 * off


def test_two_patterns_that_are_worst_together_need_the_whole_bound():
    """F = s1 (1 - s2) + s2 (1 - s1), of spread 1, bends by 4 s'^2 at its maximum, where s'' is 0."""
    model = PatternModel([Pattern(gamma=1, alpha=1, b=10, g=0)] * 2, Table([0.0, 1.0, 1.0, 0.0]))
    samples, _, one = sampled(model, np.array([9.75, 10.25, np.inf]))
    off = 0.5 - samples.test[0]  # the maximum is 1/2
    assert off <= samples.stray[0] + 2 * one.off
    assert samples.stray[0] <= 1.3 * off


def test_what_moves_less_than_the_chord_bound_is_bounded_by_that():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=10, g=1)])
    samples, size, _ = sampled(model, np.array([0.0, 60.0, np.inf]))
    assert samples.move[0, 0] == pytest.approx(0.5, rel=1e-4)
    assert samples.move[0, 1] <= math.exp(-50)
    assert size == 3


def test_times_reach_from_0_to_where_nothing_is_left_to_learn():
    model = random_model(3)
    samples, size, _ = sampled(model)
    t = samples.t[:size]
    assert t[0] == 0.0
    assert t[-1] == np.inf
    assert np.all(np.diff(t) > 0)
    for pattern in model.patterns:
        reach = float(pattern.b) + FARTHEST / float(pattern.alpha)
        assert np.any((t >= reach) & np.isfinite(t))


def test_a_pattern_that_stands_has_no_times_of_its_own():
    model = PatternModel([Pattern(gamma=1, alpha=0, b=10, g=1)])
    samples, size, _ = sampled(model)
    assert samples.t[:size].tolist() == [0.0, np.inf]
    assert samples.test[:size].tolist() == [0.5, 0.5]


# --- verdicts


@pytest.mark.parametrize("seed", range(0, 40, 5))
def test_the_kernel_equals_its_python_twin(seed):
    model, _ = random_case(seed + 1)
    grid = ModelGrid(model, {"gamma_0": np.linspace(0, 1, 3)})
    columns, plan = grid.columns(np.arange(3)), plan_of(model.rule, model.n)
    found = []
    for judge in (judge_models, judge_models_py):
        own = Judge(model.rule, model.n, READING)
        kinds, doubts = np.empty(3, dtype=np.uint8), np.empty(3, dtype=np.uint8)
        judge(columns, plan, own._table, own._apart, own._most, READING, AROUND, own._common, own._own, kinds, doubts)
        found.append((kinds.tolist(), doubts.tolist()))
    assert found[0] == found[1]


def only(model: PatternModel, limits: KindThresholds | None = None):
    return atlas(model, {"chance_train": [float(model.chance_train)]}, limits, threads=1)


@pytest.mark.parametrize(
    ("model", "limits", "doubt"),
    [
        # acc_test rises from 0 to 1/2 exactly: as the prominence
        (PatternModel([Pattern(gamma=1, alpha=1, b=99, g=0.5)]), KindThresholds(prominence=0.5), "moves"),
        # acc_train comes up to 1/2 for ever
        (PatternModel([Pattern(gamma=0.5, alpha=1, b=9, g=0.1)]), KindThresholds(eps=0.5), "completes"),
        # acc_test stands at chance, and near chance is chance
        (PatternModel([Pattern(gamma=1, alpha=1, b=9, g=0.5)], None, 0.5), KindThresholds(tau=0), "near_chance"),
    ],
)
def test_a_tie_is_left_undecided_and_named(model, limits, doubt):
    got = only(model, limits)
    assert got.kind(0) is None
    assert doubt in got.doubt(0)
    assert classify(model, limits).verdict == "proved"  # exact fractions can tell


def test_times_that_floats_lose_are_left_undecided():
    model = PatternModel([Pattern(gamma=1, alpha=10**6, b=10**6, g=1)])
    assert only(model).doubt(0) == tuple(DOUBTS)


@pytest.mark.parametrize("rule", [Mean(), Preferred(0), Table([0, 1, 0.5, 1])], ids=["mean", "preferred", "table"])
def test_a_rise_is_told_from_the_prominence_to_twelve_digits(rule):
    model = PatternModel([Pattern(gamma=0.75, alpha=1, b=60, g=1), Pattern(gamma=0, alpha=1, b=60, g=0.5)], rule)
    height = float(curves(model, [np.inf]).test[0] - curves(model, [0]).test[0])
    below, above = (KindThresholds(prominence=height * (1 + by)) for by in (-1e-12, 1e-12))
    assert (only(model, below).kind(0), only(model, above).kind(0)) == ("monotone learning", "constant")


@pytest.mark.parametrize(("bump", "kind"), [(5, "grokking with a dip"), (60, "double descent")])
def test_a_bump_before_the_end_of_training_leaves_it_grokking_and_one_after_it_does_not(bump, kind):
    model = PatternModel(
        [
            Pattern(gamma=1, alpha=1, b=20, g=0),
            Pattern(gamma=0.05, alpha=2, b=bump, g=1),
            Pattern(gamma=1, alpha=1, b=bump + 10, g=0),
            Pattern(gamma=1, alpha=1, b=300, g=1),
        ],
        Priority((3, 2, 1, 0)),
    )
    certified = classify(model)
    assert (certified.evidence.moves, certified.kind) == ("+-+", kind)
    assert only(model).kind(0) == kind
