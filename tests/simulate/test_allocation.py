"""Accuracy of drawn examples is that of equation 2, for every rule, as far as chance allows; and it is a fair draw."""

from fractions import Fraction

import numpy as np
import pytest

from grokdd.analytic import InputError, Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference, Table, presets
from grokdd.simulate import allocation as module
from grokdd.simulate import curves, sample

TIMES = [-np.inf, 20.0, 45.0, 70.0, 200.0, np.inf]
ROWS = ((0.6, 0.15, 30, 0.9), (0.9, 0.1, 50, 0.2), (0.5, 0.05, 60, 0.7))
PATTERNS = [Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in ROWS]
MODELS = {
    "mean": PatternModel(PATTERNS, Mean(), chance=Fraction(1, 10)),
    "preferred": PatternModel(PATTERNS, Preferred(2), chance_train=Fraction(1, 10)),
    "priority": PatternModel(PATTERNS, Priority((1, 0))),
    "soft": PatternModel(PATTERNS, SoftPreference((1, 4, Fraction(1, 2)))),
    "table": PatternModel(PATTERNS, Table([0.1, 0.9, 0.3, 0.5, 0.0, 1.0, 0.2, 0.6])),
    "two alike": PatternModel([PATTERNS[0], PATTERNS[0]]),
    "none": PatternModel([], chance=Fraction(1, 4)),
}


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_accuracy_is_that_of_the_sum_over_sets(model):
    found = sample(model, TIMES, train_size=40_000, test_size=40_000, rng=rng())
    exact = curves(model, TIMES)
    for drawn, true in ((found.curves.train, exact.train), (found.curves.test, exact.test)):
        # Five standard errors, of the true accuracy: seven models, six times, two sets exceed it once in 20 000 runs.
        assert (np.abs(drawn - true) <= 5 * np.sqrt(true * (1 - true) / 40_000) + 1e-12).all()


def test_lots_are_as_likely_as_weights_say():
    """Certain patterns of g = 0 and 1: the share of right answers is that of the second weight, here 30 of 31."""
    for weights in ((1, 30), (Fraction(1, 10**320), Fraction(30, 10**320))):
        model = PatternModel([Pattern(gamma=1, alpha=1, b=0, g=k) for k in (0, 1)], SoftPreference(weights))
        found = sample(model, [np.inf], train_size=1, test_size=40_000, rng=rng()).curves.test[0]
        assert abs(found - 30 / 31) < 5 * np.sqrt(30 / 31 / 31 / 40_000)


def test_standard_errors_are_how_much_samples_scatter():
    model, size = MODELS["preferred"], 400
    found = [sample(model, [45.0, 70.0], train_size=size, test_size=size, rng=rng(seed)) for seed in range(300)]
    for curve, error in (("train", "train_standard_error"), ("test", "test_standard_error")):
        scatter = np.std([getattr(one.curves, curve) for one in found], axis=0)
        stated = np.mean([getattr(one, error) for one in found], axis=0)
        # A standard deviation of 300 numbers is known to 1 / sqrt(600) of itself: 4 %.
        assert (np.abs(scatter / stated - 1) < 5 * 0.041).all()


def test_once_covered_an_example_stays_so():
    """Training accuracy of one sample never falls, and the grokking preset's test accuracy neither."""
    found = sample(presets.grokking(), np.arange(0.0, 400.0), train_size=500, test_size=500, rng=rng()).curves
    assert (np.diff(found.train) >= 0).all()
    assert (np.diff(found.test) >= 0).all()


def test_the_same_generator_draws_the_same_sample_in_any_order_of_times():
    model, t = MODELS["mean"], np.array([70.0, 20.0, 45.0])
    first = sample(model, t, train_size=300, test_size=300, rng=rng(1)).curves
    again = sample(model, t[::-1], train_size=300, test_size=300, rng=rng(1)).curves
    other = sample(model, t, train_size=300, test_size=300, rng=rng(2)).curves
    assert np.array_equal(first.test, again.test[::-1])
    assert np.array_equal(first.train, again.train[::-1])
    assert not np.array_equal(first.test, other.test)


def test_many_examples_are_drawn_in_parts(monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 1000)
    found = sample(MODELS["mean"], [45.0], train_size=20_500, test_size=20_500, rng=rng()).curves
    true = curves(MODELS["mean"], [45.0]).test[0]
    assert (found.train_size, found.test_size) == (20_500, 20_500)
    assert abs(found.test[0] - true) < 5 * np.sqrt(true * (1 - true) / 20_500)


@pytest.mark.parametrize(
    ("argument", "value", "says"),
    [
        ("train_size", 0, r"train_size must be a whole number in 1\.\.1000000000, got 0"),
        ("test_size", 1.5, r"test_size must be a whole number in 1\.\.1000000000, got 1"),
        ("test_size", 10**12, r"test_size must be a whole number in 1\.\.1000000000, got 1000000000000"),
        ("rng", 7, "rng must be a NumPy Generator, got 7; write np"),
        ("model", PatternModel([PATTERNS[0]], Table([0, 1.5])), "rule must be a table of chances in"),
        ("t", [np.nan], "t must not hold NaN"),
        ("model", None, "model must be a PatternModel, got None"),
    ],
)
def test_bad_arguments_are_refused(argument, value, says):
    good = {"model": MODELS["mean"], "t": [1.0], "train_size": 10, "test_size": 10, "rng": rng()}
    with pytest.raises(InputError, match=says):
        sample(**good | {argument: value})
