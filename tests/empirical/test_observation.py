"""A run is read by thresholds: its kind, its falls, and what is only noise or an unstable optimizer."""

from pathlib import Path

import numpy as np
import pytest

from grokdd.analytic import Curves, InputError
from grokdd.empirical import Recorder, Run
from grokdd.empirical.observation import Thresholds, calm, observe, ordered
from grokdd.empirical.recording import recorded

RESULTS = Path(__file__).resolve().parents[2] / "results"
STEPS = np.geomspace(1, 10_000, 161)


def rise(at, steps=STEPS, *, low=0.0, high=1.0):
    """Return an S-shaped accuracy that stands halfway at step `at` and reaches its end to 1e-3 within a factor 4."""
    return low + (high - low) / (1 + (at / steps) ** 5)


def run(train, test, **options):
    return Curves(STEPS, train, test, axis="steps", **options)


TRAIN = rise(100)
KINDS = {
    "grokking": rise(2000),
    "ordinary learning": rise(150),
    "memorization": np.full_like(STEPS, 0.01),
    "partial generalization": rise(100, high=0.6),
    "double descent": rise(30, high=0.7) - rise(150, high=0.4) + rise(1500, high=0.3),
    "grokking and double descent": rise(10, high=0.3) - rise(60, high=0.3) + rise(2000),
    "undecided": rise(300),
}


@pytest.mark.parametrize(("kind", "test"), KINDS.items(), ids=KINDS)
def test_hand_made_curves_are_called_what_they_are(kind, test):
    seen = observe(run(TRAIN, test))
    assert seen.kind == kind
    assert seen.reason


def test_training_that_never_completes_is_unfinished():
    seen = observe(run(rise(100, high=0.9), rise(2000)))
    assert (seen.kind, seen.train_step) == ("unfinished", None)


def test_a_level_is_reached_where_it_is_held():
    """Two evaluations at 1 are not three; the last two are, since nothing contradicts them."""
    steps = np.arange(12.0)
    train = np.array([0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1])
    test = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    seen = observe(Curves(steps, train, test))
    assert (seen.train_step, seen.test_step) == (6, 10)
    assert observe(Curves(steps, train, test), thresholds=Thresholds(hold=2)).train_step == 2


@pytest.mark.parametrize(
    ("last", "kind", "words"),
    [
        (1, "undecided", "holds 0.99 from step 19, at the last evaluation only, 4.75 times"),
        (2, "undecided", "holds 0.99 from step 18, at the last 2 evaluations only, 4.5 times"),
        (3, "grokking", "holds 0.99 from step 17, 4.25 times"),
    ],
)
def test_no_kind_rests_on_fewer_evaluations_than_a_level_must_hold(last, kind, words):
    """Training is complete at step 4; test accuracy is 1 at the last evaluations of twenty."""
    train, test = np.repeat([0.0, 1.0], [4, 16]), np.repeat([0.0, 1.0], [20 - last, last])
    seen = observe(Curves(np.arange(20), train, test, axis="steps"))
    assert (seen.train_held, seen.test_held) == (16, last)
    assert (seen.kind, seen.groks) == (kind, kind == "grokking")
    assert words in seen.reason
    assert ("a kind needs 3 evaluations in a row" in seen.reason) is (last < 3)


def test_memorization_is_undecided_too_while_training_has_only_just_completed():
    seen = observe(Curves(np.arange(20), np.repeat([0.0, 1.0], [18, 2]), np.zeros(20), axis="steps"))
    assert (seen.kind, seen.train_step, seen.train_held, seen.test_held) == ("undecided", 18, 2, 0)


def test_peak_dip_and_recovery_are_read_off():
    """A polygon with corners between flat stretches, so that a median of three does not cut them."""
    test = np.repeat([0.1, 0.5, 0.2, 0.9], 5)
    seen = observe(Curves(np.arange(20), np.linspace(0, 0.9, 20), test))
    assert seen.fall is not None
    assert (seen.fall.peak.step, seen.fall.peak.accuracy) == (5, 0.5)
    assert (seen.fall.dip.step, seen.fall.dip.accuracy) == (10, 0.2)
    assert seen.depth == pytest.approx(0.3, abs=1e-15)
    assert seen.fall.recovery == pytest.approx(0.7, abs=1e-15)


def test_a_fall_without_recovery_is_reported_but_is_no_double_descent():
    seen = observe(run(TRAIN, rise(20, high=0.5) - rise(500, high=0.45)))
    assert seen.falls
    assert not seen.double_descends
    assert seen.kind == "memorization"


def test_a_single_evaluation_is_no_fall():
    test = rise(2000)
    test[120] = 0.0
    assert observe(run(TRAIN, test)).fall is None


def test_counting_noise_on_a_plateau_is_no_fall():
    """4 standard errors of a difference: over 100 draws of a flat curve of 161 medians, none falls by more."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        noisy = rng.binomial(1000, 0.3, STEPS.size) / 1000
        assert not observe(run(TRAIN, noisy, train_size=1000, test_size=1000)).falls


def test_the_same_fall_is_real_on_a_larger_test_set():
    """From 0.30 to 0.25, the noise limit is 4 sqrt((0.21 + 0.1875)/N): 0.08 at N = 1000, 0.025 at N = 10 000."""
    test = rise(10, high=0.30) - rise(300, high=0.05)
    assert not observe(run(TRAIN, test, test_size=1000)).falls
    assert observe(run(TRAIN, test, test_size=10_000)).falls


def test_a_collapse_of_training_is_no_descent():
    train, test = TRAIN.copy(), rise(1000)
    jolted = slice(125, 131)
    train[jolted], test[jolted] = 0.3, 0.1
    seen = observe(run(train, test))
    assert seen.kind == "grokking"
    assert [point.step for point in seen.collapses] == list(STEPS[jolted])
    assert not seen.double_descends
    kept = observe(run(train, test), thresholds=Thresholds(collapse=1.0))
    assert kept.double_descends


def test_a_fall_after_generalization_is_no_descent():
    """Test accuracy holds 0.99, falls to 0.8 while train stays complete, and returns."""
    test = rise(150)
    test[140:150] = 0.8
    seen = observe(run(TRAIN, test))
    assert (seen.kind, seen.fall) == ("ordinary learning", None)


def test_training_that_is_complete_at_once_makes_any_delay_infinite():
    seen = observe(Curves(np.arange(12.0), np.ones(12), np.repeat([0.0, 1.0], 6)))
    assert (seen.train_step, seen.delay, seen.kind) == (0, np.inf, "grokking")


def test_calm_is_everything_where_training_never_collapses():
    assert calm(run(TRAIN, TRAIN)).all()


def test_below_chance_is_seen_on_the_whole_and_on_parts():
    chance = 0.1
    dip = chance - rise(50, high=0.09) + rise(2000, high=0.99)
    whole = observe(run(TRAIN, dip, test_size=4656), chance=chance)
    assert whole.below_chance
    level = np.clip(rise(2000, low=chance), 0, 1)
    parts = {"rest": dip, "few": np.repeat([0, 1], [10, 151])}
    parted = observe(run(TRAIN, level, parts=parts, part_sizes={"rest": 4605, "few": 1}), chance=chance)
    assert not parted.below_chance
    assert parted.parts_below_chance == ("rest",)


def test_a_part_of_few_examples_is_never_below_chance():
    """0 of 10 right says nothing about a chance of 0.1; 0 of 10 000 does."""
    part = {"few": np.repeat([0.2, 0.0, 0.1, 1.0], [40, 40, 40, 41])}
    for size, expected in ((10, ()), (10_000, ("few",))):
        curves = run(TRAIN, rise(2000), parts=part, part_sizes={"few": size})
        assert observe(curves, chance=0.1).parts_below_chance == expected


def test_a_run_knows_the_sizes_of_its_parts(tmp_path):
    sizes = {"train": 9, "test": 8, "test_rest": 6, "test_uncounted": 2, "test_empty": 0}
    with Recorder(tmp_path, sizes=sizes) as recorder:
        recorder.log(0, train_correct=1, test_correct=1, test_rest_correct=3, test_empty_correct=0)
    curves = Run.load(tmp_path).curves()
    assert (curves.parts.keys(), curves.part_sizes) == ({"test_rest"}, {"test_rest": 6})


def test_the_size_of_a_part_is_not_guessed_from_the_spacing_of_its_accuracies():
    """0.3 and 0.1 + 0.2 differ by 6e-17, and no part has 1e16 examples: without a size, `resolution` decides."""
    part = np.repeat([0.3, 0.1 + 0.2, 0.297, 1.0], [40, 40, 40, 41])
    for chance, expected in ((0.3, ()), (0.31, ("rest",))):
        assert observe(run(TRAIN, rise(2000), parts={"rest": part}), chance=chance).parts_below_chance == expected


def test_rows_come_in_any_order_and_none_is_dropped():
    rng = np.random.default_rng(1)
    rows = rng.permutation(STEPS.size)
    test, part = KINDS["double descent"], rise(700)
    got = observe(Curves(STEPS[rows], TRAIN[rows], test[rows], axis="steps", parts={"rest": part[rows]}))
    expected = observe(run(TRAIN, test, parts={"rest": part}))
    sized = Curves(STEPS[rows], TRAIN[rows], test[rows], parts={"rest": part[rows]}, part_sizes={"rest": 7})
    assert ordered(sized).part_sizes == {"rest": 7}
    assert got == expected
    twice = Curves(np.repeat(STEPS, 2), np.repeat(TRAIN, 2), np.repeat(test, 2))
    assert ordered(twice).t.size == 2 * STEPS.size


@pytest.mark.parametrize("seed", range(5))
def test_the_recorded_tours_grok(seed):
    """And the part without 0/b falls below chance, as Davies et al. (2022), section 3.2, report."""
    run = recorded("tour", RESULTS)[seed]
    tour = Curves(
        run.columns["step"],
        run.accuracy("train"),
        run.accuracy("test"),
        axis="steps",
        parts={"test_rest": run.accuracy("test_rest")},
        part_sizes={"test_rest": run.record["sizes"]["test_rest"]},
    )
    seen = observe(tour, chance=1 / 97)
    assert seen.kind == "grokking"
    assert seen.parts_below_chance == ("test_rest",)
    assert seen.collapses


EIGHT = np.arange(8.0)
HALF = np.linspace(0, 0.5, 8)


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        (lambda: Curves(EIGHT[:5], HALF[:5], HALF[:5]), r"at least 8 different steps, got 5: evaluate more often"),
        (lambda: Curves(EIGHT // 2, HALF, HALF), r"at least 8 different steps, got 4"),
        (lambda: Curves(EIGHT, 100 * HALF, HALF), r"train must lie in \[0, 1\].*at step 1; divide by 100"),
        (lambda: Curves(EIGHT, HALF, HALF - 0.1), r"test must lie in \[0, 1\], got -0\.1 at step 0$"),
        (lambda: Curves(EIGHT, HALF, [np.nan, *HALF[1:]]), r"test must not hold NaN, got one at index 0"),
        (lambda: Curves(EIGHT - 1, HALF, HALF), r"curves\.t must hold finite steps of at least 0, got -1"),
        (lambda: Curves([*EIGHT[:7], np.inf], HALF, HALF), r"curves\.t must hold finite steps of at least 0, got inf"),
        (lambda: (EIGHT, HALF, HALF), r"curves must be Curves, got tuple: build them with Curves\("),
    ],
)
def test_what_is_no_run_is_refused_in_one_line(curves, message):
    with pytest.raises(InputError, match=message) as refused:
        observe(curves())
    assert "\n" not in str(refused.value)


def test_a_window_longer_than_the_shortest_run_is_refused():
    with pytest.raises(InputError, match=r"hold must lie in 1\.\.7, got 8"):
        Thresholds(hold=8)
