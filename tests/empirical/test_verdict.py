"""A verdict compares what a run did with what a model says, statement by statement, and never says more."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Literal

import numpy as np
import pytest

from grokdd.analytic import Curves, InputError, Mean, Pattern, PatternModel, Preferred, presets
from grokdd.empirical.fits.fitting import Fit, fit
from grokdd.empirical.observation import Thresholds
from grokdd.empirical.verdict import KIND, LIMITS_OF_A_FIT, validate

CHANCE = Fraction(1, 97)
STEPS = np.geomspace(1, 10_000, 121)
LINEAR = np.arange(0.0, 400, 3)


def as_fit(model, time: Literal["log", "linear"] = "log"):
    """Return `model` as if it had been fitted; its errors are never read by a verdict, which computes its own."""
    return Fit(
        model=model,
        time=time,
        unit=1.0,
        axis="steps",
        rmse_train=9,
        rmse_test=9,
        calm_rmse_train=9,
        calm_rmse_test=9,
        scatter=(9, 9),
        deviance=9,
        converged=True,
        starts=1,
        starts_at_best=1,
        at_bound=(),
        warnings=(),
        intervals=None,
    )


def in_log_time(*patterns, rule=None, chance=CHANCE):
    """Return a model in the time log(step), its inflections given as steps: (gamma, alpha, step, g)."""
    members = [Pattern(gamma=gamma, alpha=alpha, b=math.log(step), g=g) for gamma, alpha, step, g in patterns]
    return PatternModel(members, rule or Preferred(len(members) - 1), chance=chance, chance_train=chance)


EARLY = (0.01, 8, 10, 1)
MODELS = {
    "grokking": in_log_time(EARLY, (1, 8, 60, 0.005), (1, 10, 2000, 1)),
    "memorization": in_log_time(EARLY, (1, 8, 60, 0.005), (0.05, 10, 2000, 1)),
    "ordinary learning": in_log_time(EARLY, (0.4, 8, 60, 0.3), (1, 8, 60, 1)),
    "double descent": in_log_time((0.7, 8, 10, 1), (1, 8, 60, 0), (0.4, 10, 2000, 1)),
    "grokking and double descent": in_log_time((0.3, 8, 5, 0.5), (1, 8, 60, 0), (1, 10, 2000, 1)),
}


def run_of(fit_, steps=STEPS):
    c = fit_.curves(steps)
    return Curves(c.t, c.train, c.test, axis="steps", train_size=4656, test_size=4656)


def statement(verdict, claim):
    (found,) = [one for one in verdict.statements if one.claim.startswith(claim)]
    return found


@pytest.mark.parametrize(("kind", "model"), MODELS.items(), ids=MODELS)
def test_a_model_agrees_with_its_own_curves(kind, model):
    own = as_fit(model)
    verdict = validate(run_of(own), own)
    assert verdict.observed.kind == kind
    assert [one for one in verdict.statements if one.agrees is False] == []
    assert statement(verdict, KIND).agrees is True
    assert verdict.describes is True
    assert verdict.conclusion.endswith(LIMITS_OF_A_FIT)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("other", MODELS)
def test_a_model_of_another_kind_is_not_said_to_describe(kind, other):
    verdict = validate(run_of(as_fit(MODELS[kind])), as_fit(MODELS[other]))
    assert statement(verdict, KIND).agrees is (kind == other)
    assert verdict.describes is (kind == other)
    assert ("does not describe this run" in verdict.conclusion) is (kind != other)


def test_steps_of_completion_are_the_models_own_crossings():
    """The paper's grokking passes 0.99 at t = 80.6169 and 291.9024 (docs/theory.md, section 1.4)."""
    own = as_fit(presets.grokking(), "linear")
    predicted = validate(run_of(own, LINEAR), own).predicted
    assert predicted.train_step == pytest.approx(80.616939225929095, abs=1e-12)
    assert predicted.test_step == pytest.approx(291.90239700269179, abs=1e-12)
    assert predicted.delay == pytest.approx(291.90239700269179 / 80.616939225929095, rel=1e-14)


LOST = as_fit(in_log_time((1, 8, 20, 1), (1, 10, 2000, 0.5)))
"""A first pattern takes test accuracy past 0.99; the second, preferred, takes it down to 1/2 for good."""
REGAINED = as_fit(in_log_time((1, 8, 20, 1), (1, 10, 500, 0.5), (1, 10, 3000, 1)))
"""And a third one takes it up again."""


@pytest.mark.parametrize(("own", "turns"), [(LOST, ["up", "down"]), (REGAINED, ["up", "down", "up"])])
def test_a_completion_of_the_model_is_read_as_that_of_a_run(own, turns):
    """Both are the first that holds, even if it is lost later; the model's is exact, the run's an evaluation."""
    verdict = validate(run_of(own), own)
    assert [one.direction for one in verdict.predicted.shape.crossings if one.curve == "test"] == turns
    seen, exact = verdict.observed.test_step, verdict.predicted.test_step
    assert seen is not None
    assert exact is not None
    assert STEPS[np.searchsorted(STEPS, seen) - 1] < exact <= seen
    assert statement(verdict, "test accuracy reaches").agrees is True


def test_a_level_that_holds_for_fewer_evaluations_than_demanded_is_not_completion():
    """The first rise holds for one evaluation; the last one is then the completion."""
    rare = np.array([1, 10, 20, 60, 1000, 1500, 2000, 3000, 5000, 6000, 8000, 10_000])
    verdict = validate(run_of(REGAINED, rare), REGAINED)
    assert verdict.observed.test_step == 5000
    assert verdict.predicted.test_step is not None
    assert 3000 < verdict.predicted.test_step <= 5000


def test_a_model_that_is_complete_before_the_first_evaluation_is_complete_at_step_0():
    own = as_fit(
        PatternModel([Pattern(gamma=1, alpha=8, b=0, g=1)], Mean(), chance=0.995, chance_train=0.995), "linear"
    )
    predicted = validate(run_of(own, LINEAR), own).predicted
    assert (predicted.train_step, predicted.test_step) == (0.0, 0.0)


def test_a_level_seen_at_the_last_evaluation_only_is_said_to_be():
    own = as_fit(MODELS["grokking"])
    run = run_of(own)
    verdict = validate(run_of(own, run.t[: np.argmax(run.test >= 0.99) + 1]), own)
    assert statement(verdict, "test accuracy reaches").observed.endswith(", at the last evaluation only")
    assert statement(verdict, KIND).agrees is None


def test_the_delay_formula_is_that_of_separated_patterns():
    """Section 3.3: test is complete at b_3 + logit(0.99)/alpha_3, train at b_2 + logit(0.99)/alpha_2, 211.268 apart."""
    own = as_fit(presets.grokking(), "linear")
    verdict = validate(run_of(own, LINEAR), own)
    logit = math.log(99)
    test, train = 200 + logit / 0.05, 50 + logit / 0.15
    assert test - train == pytest.approx(211.268, abs=5e-4)
    assert verdict.predicted.formula_delay == pytest.approx(test / train, rel=1e-13)
    assert statement(verdict, "delay of test").agrees is True


def test_the_delay_formula_knows_chance_and_the_heuristic():
    """In log time a delay is a factor. With chance c on both sets and gamma_1 = 1/2, train is complete where
    (1 - c) (1/2) (1 - s_2) = eps. Pattern 3 is preferred and complete, so test = H2 + s_3 (1 - H2)."""
    model = in_log_time((0.5, 8, 5, 0.5), (1, 8, 60, 0), (1, 10, 2000, 1))
    predicted = validate(run_of(as_fit(model)), as_fit(model)).predicted
    c = 1 / 97
    second = 1 - 2 * 0.01 / (1 - c)
    height = 0.5 * 0.25  # gamma_1 of the time the mean of 1/2 and 0, otherwise 0
    third = (0.99 - height) / (1 - height)
    expected = 2000 / 60 * (third / (1 - third)) ** (1 / 10) / (second / (1 - second)) ** (1 / 8)
    assert predicted.formula_delay == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (in_log_time((1, 8, 60, 0), (1, 10, 2000, 1)), "three patterns that are learned, not 2"),
        (in_log_time((1, 0, 20, 0), (1, 8, 60, 0), (1, 10, 2000, 1)), "three patterns that are learned, not 2"),
        (MODELS["double descent"], "no pattern of its own completes test"),
        (in_log_time((1, 8, 20, 0), (0, 8, 60, 0), (1, 10, 2000, 1)), "no pattern of its own completes train"),
    ],
)
def test_where_the_formula_does_not_apply_it_says_why(model, reason):
    verdict = validate(run_of(as_fit(model)), as_fit(model))
    assert verdict.predicted.formula_delay is None
    assert reason in statement(verdict, "delay of test").predicted
    assert statement(verdict, "delay of test").agrees is None


def test_the_formula_is_undecided_where_the_model_itself_does_not_follow_it():
    """Patterns that overlap: the middle one is early but so slow that the third one completes train as well."""
    model = in_log_time((0.01, 8, 10, 1), (1, 1, 50, 0), (1, 10, 300, 1))
    verdict = validate(run_of(as_fit(model)), as_fit(model))
    own, formula = verdict.predicted.delay, verdict.predicted.formula_delay
    assert formula is not None
    assert own is not None
    assert not 1 / 1.5 < formula / own < 1.5
    assert statement(verdict, "delay of test").agrees is None


def test_plateaus_and_extrema_say_double_descent():
    own = as_fit(presets.double_descent(), "linear")
    verdict = validate(run_of(own, LINEAR), own)
    assert verdict.predicted.conditions.double_descent is True
    assert statement(verdict, "descent").agrees is True
    assert "H1 = 0.7000, H2 = 0.3500" in statement(verdict, "descent").predicted
    assert statement(verdict, "second ascent").agrees is True
    assert "maximum 0.5337, minimum 0.3510" in statement(verdict, "double descent").predicted


def test_more_than_three_patterns_are_judged_by_the_same_two_steps():
    model = in_log_time((0.7, 8, 10, 1), (1, 8, 60, 0), (0.4, 10, 2000, 1), (0.1, 10, 9000, 1))
    verdict = validate(run_of(as_fit(model)), as_fit(model))
    assert len(verdict.predicted.conditions.steps) == 4
    assert "H2 = " in statement(verdict, "second ascent").predicted


def test_plateaus_that_the_curve_never_reaches_are_undecided():
    """Patterns 1 and 2 rise as one: H1 = 0.7 and H2 = 0.35 are heights, but test accuracy is never near H1."""
    model = in_log_time((0.7, 8, 60, 1), (1, 8, 60.001, 0), (0.4, 10, 2000, 1))
    verdict = validate(run_of(as_fit(model)), as_fit(model))
    assert verdict.predicted.conditions.descent is True
    assert statement(verdict, "descent").agrees is None
    assert "its own curve does not follow" in statement(verdict, "descent").predicted


def test_a_dip_that_the_model_lacks_is_a_disagreement():
    """A fall of 0.1 in a run that is otherwise the model's: errors stay far below 0.05, and still it is named."""
    own = as_fit(MODELS["grokking"])
    run = run_of(own)
    bump = 0.1 * np.exp(-(np.log(run.t / 30) ** 2) / 0.1)
    dipped = Curves(run.t, run.train, run.test + bump, axis="steps", test_size=4656)
    verdict = validate(dipped, own)
    assert verdict.rmse_test < 0.05
    assert statement(verdict, "depth of the fall").agrees is False
    assert statement(verdict, "double descent").agrees is False
    assert verdict.describes is False
    assert "depth of the fall of test accuracy" in verdict.conclusion


def test_a_dip_that_only_the_model_has_is_a_disagreement():
    verdict = validate(run_of(as_fit(MODELS["grokking"])), as_fit(MODELS["grokking and double descent"]))
    assert statement(verdict, "depth of the fall").agrees is False


def test_below_chance_is_compared_and_parts_are_left_open():
    """A memorizing pattern with g = 0 takes test accuracy below a chance of 1/4."""
    own = as_fit(in_log_time((0, 1, 1, 0), (1, 8, 60, 0), (1, 10, 2000, 1), chance=Fraction(1, 4)))
    run = run_of(own)
    assert statement(validate(run, own), "test accuracy falls below chance").agrees is True
    level = np.maximum(run.test, 0.25)
    flat = as_fit(in_log_time((0, 1, 1, 0), (1, 8, 60, 0.25), (1, 10, 2000, 1), chance=Fraction(1, 4)))
    assert statement(validate(run, flat), "test accuracy falls below chance").agrees is False
    parted = Curves(run.t, run.train, level, axis="steps", parts={"test_rest": run.test})
    found = statement(validate(parted, flat), "test accuracy falls below chance")
    assert found.agrees is None
    assert "test_rest falls to 0.0" in found.observed


def test_a_collapse_of_training_counts_against_the_model():
    own = as_fit(MODELS["grokking"])
    run = run_of(own)
    train, test = run.train.copy(), run.test.copy()
    train[90:93] = test[90:93] = 0.02
    verdict = validate(Curves(run.t, train, test, axis="steps"), own)
    assert statement(verdict, "train accuracy never falls back").agrees is False
    assert verdict.describes is False
    assert verdict.rmse_train > 0.1
    assert verdict.calm_rmse_train < 1e-15
    assert "Train accuracy collapses at 3 of 121 evaluations" in verdict.conclusion


@pytest.mark.parametrize(("shift", "describes"), [(0.0, True), (0.07, None), (0.2, False)])
def test_errors_decide_by_fixed_thresholds(shift, describes):
    """Train accuracy multiplied by 1 - shift while it rises: root mean square 0.07 is between 0.05 and 0.1."""
    own = as_fit(MODELS["grokking"])
    run = run_of(own)
    train = np.where(run.train < 0.98, np.clip(run.train + shift * 1.6, 0, 0.98), run.train)
    verdict = validate(Curves(run.t, train, run.test, axis="steps"), own)
    assert verdict.describes is describes


def test_thresholds_are_the_readers_to_choose():
    own = as_fit(MODELS["grokking"])
    run = run_of(own)
    strict = validate(run, own, thresholds=Thresholds(ratio=1e9))
    assert strict.observed.kind == "undecided"
    assert statement(strict, KIND).agrees is None
    assert strict.describes is None


def test_an_unfinished_run_is_not_said_to_be_described():
    own = as_fit(MODELS["grokking"])
    verdict = validate(run_of(own, STEPS[STEPS < 50]), own)
    assert verdict.observed.kind == "unfinished"
    assert verdict.describes is None
    late = statement(verdict, "test accuracy reaches")
    assert late.agrees is True
    assert late.predicted.endswith("after the end of the run")


def test_a_level_that_the_run_missed_is_a_disagreement_unless_its_end_was_near():
    own, run = as_fit(MODELS["grokking"]), run_of(as_fit(MODELS["memorization"]))
    assert statement(validate(run, own), "test accuracy reaches").agrees is False
    short = run_of(as_fit(MODELS["memorization"]), STEPS[STEPS < 4500])  # the model completes test near step 3170
    assert statement(validate(short, own), "test accuracy reaches").agrees is None


def test_shuffled_curves_are_not_described():
    """A run whose evaluations are in random order is no model's: whatever is fitted to it, the answer is no."""
    run = run_of(as_fit(MODELS["grokking"]))
    rows = np.random.default_rng(0).permutation(run.t.size)
    shuffled = Curves(run.t, run.train[rows], run.test[rows], axis="steps")
    best = fit(shuffled, rules=[Preferred(2)], chance=CHANCE, starts=2, times=["log"]).best
    assert validate(shuffled, best).describes is False


def test_the_warnings_of_a_fit_reach_its_conclusion():
    own = replace(as_fit(MODELS["grokking"]), warnings=("pattern 0 is not needed",))
    assert "Not to be interpreted in the fit: pattern 0 is not needed." in validate(run_of(own), own).conclusion


def test_the_conclusion_is_one_paragraph_that_promises_nothing():
    own = as_fit(MODELS["grokking"])
    conclusion = validate(run_of(own), own).conclusion
    assert "\n" not in conclusion
    assert "it predicts nothing" in conclusion
    assert "No baseline was fitted" in conclusion


def test_a_fit_of_two_patterns_says_nothing_of_three_plateaus():
    own = as_fit(in_log_time((1, 8, 60, 0), (1, 10, 2000, 1)))
    claims = [one.claim for one in validate(run_of(own), own).statements]
    assert not any("plateaus" in claim for claim in claims)


def test_a_fitted_run_is_judged_from_end_to_end():
    """Data to fit to verdict, with counting noise: the model that made the run is found to describe it."""
    truth = run_of(as_fit(MODELS["grokking and double descent"]))
    rng = np.random.default_rng(11)
    train, test = (rng.binomial(4656, np.clip(p, 0, 1)) / 4656 for p in (truth.train, truth.test))
    run = Curves(truth.t, train, test, axis="steps", train_size=4656, test_size=4656)
    best = fit(run, rules=[Mean(), Preferred(2)], times=["log"], chance=CHANCE, starts=4).best
    verdict = validate(run, best)
    assert best.rule == Preferred(2)
    assert verdict.observed.kind == "grokking and double descent"
    assert verdict.describes is True


def test_what_cannot_be_judged_is_refused():
    own = as_fit(MODELS["grokking"])
    run = run_of(own)
    with pytest.raises(InputError, match=r"fit must be one Fit, got tuple: use \.best or an element of \.all"):
        validate(run, (own,))  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match=r"test must lie in \[0, 1\].*divide by 100"):
        validate(Curves(run.t, run.train, 100 * run.test), own)
