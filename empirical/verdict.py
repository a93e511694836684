"""A fitted model held against the run that it was fitted to, statement by statement.

A fit after the fact can describe a run or fail to; it predicts nothing. Each statement says what the run did, what
the model says, and whether they agree; what the data or the assumptions leave open is undecided.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..analytic import PlateauConditions, Shape, plateau_conditions, shape
from ..analytic.errors import InputError
from ..analytic.training_curves import Array, Curves
from .fits.fitting import Fit
from .observation import Fall, Observation, Thresholds, calm, observe, ordered

KIND = "kind of curve"
LIMITS_OF_A_FIT = (
    "This is a description of one run, after the fact, by a model that has seen all of it: it predicts nothing. No "
    "baseline was fitted, so curves that know nothing of patterns may do as well; and intervals are of this run's "
    "parameters alone, and say nothing of other seeds."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What a fitted model says of the run.

    `observation` reads the model's own curves, at the run's own steps, by the same thresholds. `train_step` and
    `test_step` are the exact steps of the completions that it finds; where it finds none, of one for good after the
    end of the run; or else None. `formula_delay` is how many times later test is complete by the formula for separated
    patterns (docs/theory.md, section 3.3); if it does not apply, it is None and `no_formula` says why. `conditions` and
    `shape` are in the model's own time.
    """

    observation: Observation
    conditions: PlateauConditions
    shape: Shape
    train_step: float | None
    test_step: float | None
    formula_delay: float | None
    no_formula: str

    @property
    def delay(self) -> float | None:
        """How many times later the model's own test curve is complete than its train curve; None if either never is."""
        if not self.train_step or self.test_step is None:
            return None
        return self.test_step / self.train_step


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim: what the run did, what the model says, and whether they agree (None: undecided)."""

    claim: str
    observed: str
    predicted: str
    agrees: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a run did, what the model fitted to it says, and what may be concluded.

    `describes` is True if both curves are followed closely and no statement disagrees, False if a curve is missed by
    far or the kinds of curve differ, None otherwise. Root mean square errors are over all evaluations of the run; those
    called calm, over the evaluations at which train accuracy has not collapsed.
    """

    observed: Observation
    predicted: Prediction
    statements: tuple[Statement, ...]
    rmse_train: float
    rmse_test: float
    calm_rmse_train: float
    calm_rmse_test: float
    describes: bool | None
    conclusion: str


def validate(curves: Curves, fit: Fit, *, thresholds: Thresholds | None = None) -> Verdict:
    """Return how the fitted model `fit` stands against the run behind `curves`.

    Parameters
    ----------
    curves
        The run: accuracies in [0, 1] at no fewer than 8 different steps >= 0, in any order.
    fit
        One fit, such as `grokdd.empirical.fit(curves).best`.
    thresholds
        What counts as what; to be fixed before the run is read.

    Raises
    ------
    InputError
        If the curves cannot be a run's, or `fit` is not one fit, or has more than 12 patterns.
    """
    if not isinstance(fit, Fit):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(f"fit must be one Fit, got {type(fit).__name__}: use .best or an element of .all")
    limits = thresholds or Thresholds()
    run = ordered(curves)
    own = fit.curves(run.t)
    observed = observe(run, chance=float(fit.model.chance), thresholds=limits)
    predicted = _predict(fit, own, limits)
    statements = tuple(_statements(observed, predicted))
    everywhere, stable = np.ones(run.t.size, dtype=bool), calm(run, limits)
    train, test = run.train - own.train, run.test - own.test
    errors = tuple(_rms(residuals[where]) for where in (everywhere, stable) for residuals in (train, test))
    describes = _describes(max(errors[:2]), statements, limits)
    return Verdict(
        observed=observed,
        predicted=predicted,
        statements=statements,
        rmse_train=errors[0],
        rmse_test=errors[1],
        calm_rmse_train=errors[2],
        calm_rmse_test=errors[3],
        describes=describes,
        conclusion=" ".join(_sentences(fit, observed, statements, errors, describes)),
    )


def _rms(residuals: Array) -> float:
    return float(np.sqrt(np.mean(residuals**2)))


def _predict(fit: Fit, own: Curves, limits: Thresholds) -> Prediction:
    """Return what the model of `fit` says; `own` are its curves at the steps of the run."""
    seen = observe(own, chance=float(fit.model.chance), thresholds=limits)
    found = shape(fit.model, levels=(1 - limits.eps, 1 - limits.delta))
    conditions = plateau_conditions(fit.model)
    formula_delay, no_formula = _delay_of_separated_patterns(fit, conditions, limits)
    return Prediction(
        observation=seen,
        conditions=conditions,
        shape=found,
        train_step=_completion(fit, found, "train", 1 - limits.eps, seen.train_step),
        test_step=_completion(fit, found, "test", 1 - limits.delta, seen.test_step),
        formula_delay=formula_delay,
        no_formula=no_formula,
    )


def _completion(fit: Fit, found: Shape, curve: str, level: float, seen: float | None) -> float | None:
    """Return the step at which the model's curve passes `level` to hold it, by the demand that a run has to meet.

    `seen` is the evaluation from which `observe` finds the level held: the crossing before it is the step. A curve
    that passes the level for good only after it was last evaluated is complete there.
    """
    crossings = [crossing for crossing in found.crossings if crossing.curve == curve and crossing.level == level]
    if seen is None:
        if not crossings or crossings[-1].direction == "down":
            return None
        return float(fit.steps(crossings[-1].t))
    before = [step for one in crossings if one.direction == "up" and (step := float(fit.steps(one.t))) <= seen]
    return max([0.0, *before])


def _delay_of_separated_patterns(
    fit: Fit, conditions: PlateauConditions, limits: Thresholds
) -> tuple[float | None, str]:
    """Return how many times later test is complete than train if the second pattern completes train and the third test.

    Train is complete where (1 - chance_train)(1 - gamma_1)(1 - gamma_2 s) = eps, test where
    H2 + s (H3 - H2) = 1 - delta, each s a logistic; with chance and under any rule (docs/theory.md, section 3.3).
    """
    if fit.model.n != 3 or len(conditions.order) != 3:
        return None, f"the formula is for three patterns that are learned, not {len(conditions.order)}"
    first, second, third = (fit.model.patterns[i] for i in conditions.order)
    _, _, before, after = map(float, conditions.heights)
    rest = float((1 - fit.model.chance_train) * (1 - first.gamma))
    times = []
    for pattern, change, wanted in (
        (second, rest * float(second.gamma), rest - limits.eps),
        (third, after - before, 1 - limits.delta - before),
    ):
        share = wanted / change if change else math.inf
        if not (0 < share < 1 and pattern.alpha > 0):
            which = "train" if pattern is second else "test"
            return None, f"no pattern of its own completes {which}, as the formula assumes"
        times.append(float(pattern.b) + math.log(share / (1 - share)) / float(pattern.alpha))
    train, test = (float(fit.steps(time)) for time in times)
    return (test / train, "") if train > 0 else (None, "train is complete at the first step")


def _statements(observed: Observation, predicted: Prediction) -> Iterator[Statement]:
    limits = observed.thresholds
    for which, level, step, held, own in (
        ("train", 1 - limits.eps, observed.train_step, observed.train_held, predicted.train_step),
        ("test", 1 - limits.delta, observed.test_step, observed.test_held, predicted.test_step),
    ):
        words = "" if step is None else f"at {observed.unit} {step:g}{observed.only(held)}"
        yield _step_of_completion(f"{which} accuracy reaches {level:g}", step, words, own, observed)
    yield _delay(observed, predicted)
    yield _kind(observed, predicted)
    yield _depth_of_fall(observed, predicted)
    if len(predicted.conditions.steps) >= 3:
        yield _descent(observed, predicted)
        yield _second_ascent(observed, predicted)
    yield _double_descent(observed, predicted)
    yield _below_chance(observed, predicted)
    yield _train_never_falls(observed)


def _step_of_completion(
    claim: str, observed: float | None, words: str, predicted: float | None, seen: Observation
) -> Statement:
    """Say when a curve is complete; a step after the end of the run cannot have been seen."""
    margin, end = seen.thresholds.same_step, seen.last_step
    if observed is not None:
        agrees = predicted is not None and observed / margin <= predicted <= observed * margin
    elif predicted is None or predicted > end:
        agrees = True
    else:
        agrees = None if predicted > end / margin else False
    own = "never" if predicted is None else f"at {seen.unit} {predicted:.4g}"
    if predicted is not None and predicted > end:
        own += ", after the end of the run"
    return Statement(claim, words or f"not by {seen.unit} {end:g}", own, agrees)


def _delay(observed: Observation, predicted: Prediction) -> Statement:
    """Say how late test is by the formula; undecided where the formula misses the very model it is for."""
    margin = observed.thresholds.same_step
    formula, own, seen = predicted.formula_delay, predicted.delay, observed.delay
    agrees = None
    if formula is not None and own is not None and seen is not None and own / margin <= formula <= own * margin:
        agrees = seen / margin <= formula <= seen * margin
    its_own = "its own curves never are" if own is None else f"its own curves {own:.3g} times"
    return Statement(
        "delay of test, by the formula for separated patterns",
        "none: a curve is not complete" if seen is None else f"{seen:.3g} times as late as train",
        f"none: {predicted.no_formula}" if formula is None else f"{formula:.3g} times as late; {its_own}",
        agrees,
    )


def _kind(observed: Observation, predicted: Prediction) -> Statement:
    """Compare the kinds of curve; "unfinished" and "undecided" are no kinds to disagree about."""
    open_kinds = {"unfinished", "undecided"}
    own = predicted.observation.kind
    agrees = None if {observed.kind, own} & open_kinds else observed.kind == own
    return Statement(KIND, observed.kind, own, agrees)


def _fall_in_words(fall: Fall | None, unit: str) -> str:
    if fall is None:
        return "never falls"
    words = (
        f"falls from {fall.peak.accuracy:.4f} at {unit} {fall.peak.step:g} "
        f"to {fall.dip.accuracy:.4f} at {fall.dip.step:g}"
    )
    return words if fall.real else f"{words}, within the counting noise of {fall.noise:.4f}"


def _depth_of_fall(observed: Observation, predicted: Prediction) -> Statement:
    """Compare depths: half of a real fall must be there; where there is none, the model must have none that shows."""
    limits, own = observed.thresholds, predicted.observation
    noise = limits.resolution if observed.fall is None else observed.fall.noise
    if observed.falls:
        agrees = abs(own.depth - observed.depth) <= max(noise, observed.depth / 2)
    elif own.depth > max(noise, limits.prominence):
        agrees = False
    else:
        agrees = None if observed.depth > limits.resolution else True
    return Statement(
        "depth of the fall of test accuracy",
        _fall_in_words(observed.fall, observed.unit),
        _fall_in_words(own.fall, own.unit),
        agrees,
    )


def _shows(change: float, resolution: float) -> bool | None:
    """Return whether a change of accuracy is there, None if it is too small to be seen."""
    return True if change > resolution else None if change > 0 else False


def _concord(by_plateaus: bool | None, by_curve: bool | None, by_run: bool | None) -> bool | None:
    """Return whether plateaus and run agree; undecided where the model's own curve does not follow its plateaus."""
    if by_plateaus is None or by_run is None or by_plateaus != by_curve:
        return None
    return by_plateaus == by_run


def _descent(observed: Observation, predicted: Prediction) -> Statement:
    resolution = observed.thresholds.resolution
    _, first, second, *_ = map(float, predicted.conditions.heights)
    by_plateaus = _shows(first - second, resolution)
    by_curve = _shows(predicted.observation.depth, resolution)
    by_run = observed.falls or (None if observed.depth > resolution else False)
    seen = {True: "falls", False: "does not fall", None: "may fall, within counting noise"}[by_run]
    return Statement(
        "descent, by the plateaus (H2 < H1)",
        seen,
        f"H1 = {first:.4f}, H2 = {second:.4f}" + _unfollowed(by_plateaus, by_curve),
        _concord(by_plateaus, by_curve, by_run),
    )


def _second_ascent(observed: Observation, predicted: Prediction) -> Statement:
    resolution = observed.thresholds.resolution
    _, _, second, third, *_ = map(float, predicted.conditions.heights)
    by_plateaus = _shows(third - second, resolution)
    by_curve = _shows(_late_rise(predicted.observation), resolution)
    rise = _late_rise(observed)
    noise = resolution if observed.fall is None else observed.fall.noise
    by_run = True if rise > noise else None if rise > resolution else False
    return Statement(
        "second ascent, by the plateaus (H3 > H2)",
        f"ends {abs(rise):.4f} {'above' if rise >= 0 else 'below'} {_low_in_words(observed)}",
        f"H2 = {second:.4f}, H3 = {third:.4f}" + _unfollowed(by_plateaus, by_curve),
        _concord(by_plateaus, by_curve, by_run),
    )


def _unfollowed(by_plateaus: bool | None, by_curve: bool | None) -> str:
    return "" if by_plateaus in (None, by_curve) else ", but at its finite speeds its own curve does not follow"


def _late_rise(seen: Observation) -> float:
    """Return how far test accuracy ends above its dip, or else above where it stood when train was complete."""
    if seen.falls and seen.fall is not None:
        return seen.final_test - seen.fall.dip.accuracy
    return seen.final_test - (seen.chance if seen.test_at_train_step is None else seen.test_at_train_step)


def _low_in_words(seen: Observation) -> str:
    if seen.falls:
        return "its dip"
    return "chance" if seen.test_at_train_step is None else "where it stood when train was complete"


def _double_descent(observed: Observation, predicted: Prediction) -> Statement:
    """Compare by thresholds, and report the strict sense beside it: extrema of any height."""
    own = predicted.observation
    turns = ", ".join(f"{extremum.kind} {extremum.value:.4f}" for extremum in predicted.shape.extrema) or "none"
    demand = f"falls and rises by {observed.thresholds.prominence:g}"
    return Statement(
        "double descent",
        demand if observed.double_descends else f"does not: no {demand.replace('falls and rises', 'fall and rise')}",
        (demand if own.double_descends else "does not") + f"; strictly, extrema at any time: {turns}",
        observed.double_descends == own.double_descends,
    )


def _below_chance(observed: Observation, predicted: Prediction) -> Statement:
    """Say whether test accuracy falls below chance; parts of the data are seen in the run only."""
    parts = ", ".join(f"{name} falls to {observed.parts[name].accuracy:.4f}" for name in observed.parts_below_chance)
    own = predicted.observation.below_chance
    seen = "yes" if observed.below_chance else "not on the whole"
    return Statement(
        f"test accuracy falls below chance ({observed.chance:.4f})",
        f"{seen}, but {parts}" if parts and not observed.below_chance else seen,
        ("yes" if own else "not on the whole") + (", and it knows no parts" if parts else ""),
        None if parts and not observed.below_chance and not own else own == observed.below_chance,
    )


def _train_never_falls(observed: Observation) -> Statement:
    """Say whether train accuracy collapses: in the model every pattern only grows, and with it train accuracy."""
    fallen = observed.collapses
    worst = min((point.accuracy for point in fallen), default=1.0)
    happened = f"collapses at {len(fallen)} of {observed.evaluations} evaluations, at worst to {worst:.3f}"
    return Statement(
        "train accuracy never falls back",
        happened if fallen else "true",
        "always true of growing patterns",
        not fallen,
    )


def _describes(error: float, statements: tuple[Statement, ...], limits: Thresholds) -> bool | None:
    """Return the answer; a run of no kind yet, such as an unfinished one, cannot be described."""
    kinds_agree = next(statement.agrees for statement in statements if statement.claim == KIND)
    if error > limits.far or kinds_agree is False:
        return False
    if error > limits.close or not kinds_agree or any(statement.agrees is False for statement in statements):
        return None
    return True


def _sentences(
    fit: Fit,
    observed: Observation,
    statements: tuple[Statement, ...],
    errors: tuple[float, ...],
    describes: bool | None,
) -> Iterator[str]:
    """Yield the sentences of the conclusion; none claims more than a fit after the fact can show."""
    train, test, calm_train, calm_test = errors
    yield (
        f"With {fit.model.n} pattern{'s' * (fit.model.n > 1)} in {'logarithmic' if fit.time == 'log' else 'linear'} "
        f"time, the root mean square error is {train:.4f} on train and {test:.4f} on "
        "test accuracy."
    )
    if observed.collapses:
        yield (
            f"Train accuracy collapses at {len(observed.collapses)} of {observed.evaluations} evaluations, which no "
            f"model of growing patterns does; on the others the errors are {calm_train:.4f} and {calm_test:.4f}."
        )
    failures = [statement.claim for statement in statements if statement.agrees is False]
    left_open = [statement.claim for statement in statements if statement.agrees is None]
    yield _answer(max(train, test), observed.thresholds, failures, describes)
    if left_open:
        yield f"Undecided: {'; '.join(left_open)}."
    if fit.warnings:
        yield f"Not to be interpreted in the fit: {'; '.join(fit.warnings)}."
    yield LIMITS_OF_A_FIT


def _answer(error: float, limits: Thresholds, failures: list[str], describes: bool | None) -> str:
    if describes:
        return "The model describes both curves, and no statement disagrees."
    reasons = []
    if error > limits.close:
        reasons.append(f"an error is above {limits.far if error > limits.far else limits.close:g}")
    if failures:
        reasons.append(f"run and model disagree on: {'; '.join(failures)}")
    answer = "The model does not describe this run" if describes is False else "Whether it describes it is undecided"
    return f"{answer}: {', and '.join(reasons) or 'run and model do not both have a definite kind'}."
