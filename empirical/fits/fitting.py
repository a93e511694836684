"""Pattern models fitted to training curves: one for each generalization rule and time axis, from many seeded starts.

A fit describes a run after the fact. Evaluations are weighed by their own scatter (`variance`), so that counting noise
and what the model leaves unexplained are both told; the intervals of one run's parameters are profiles, widened for
errors of neighbouring evaluations that go together (`profiles`, `dependence`). Patterns bear no names: a role such as
"heuristic" or "overfitting" would be read into the numbers, and they need not bear it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from ...analytic.errors import InputError, shown
from ...analytic.exact import Exact, as_fraction
from ...analytic.model import PatternModel
from ...analytic.pattern import Pattern
from ...analytic.rules import Mean, Preferred, Priority, Rule, Table
from ...analytic.training_curves import Array, Curves
from ...simulate import curves as simulated
from ..observation import calm, ordered
from .arrangements import in_order
from .axes import TimeAxis, in_model_time, thinned, unit_of
from .candidates import Candidates
from .identification import at_bound, warnings
from .intervals import Interval, Intervals, intervals, named_intervals
from .search import Found, search
from .starts import Scales, scales, starts

RETRIES = 3
"""How often a better minimum may be come across."""
LARGEST = 12
"""Patterns of the largest model that is fitted: what is derived from a model with more would need 2**n sets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """One fitted model, in its own time: the logarithm of the step, or the step itself.

    The root mean square errors are over all evaluations; those called calm, over the evaluations where train accuracy
    has not collapsed. `scatter` is s of train and of test accuracy: evaluations scatter about the model with variance
    mu (1 - mu) s, of which 1 / size is counting noise and the rest what the model leaves unexplained. `deviance` is
    the sum of bounded squared residuals and of the logarithms of the variances: less is better, on one run.
    `starts_at_best` of the `starts` reached the least cost of the first descents, in plain accuracy: a simple sign of
    whether the best has been found.
    `at_bound` names parameters that ended on a bound of the search, and `warnings` what in this answer should not be
    interpreted.
    """

    model: PatternModel
    time: TimeAxis
    unit: float
    """The step at the model's time 0, in logarithmic time; else 1."""
    axis: str
    rmse_train: float
    rmse_test: float
    calm_rmse_train: float
    calm_rmse_test: float
    scatter: tuple[float, float]
    deviance: float
    converged: bool
    starts: int
    starts_at_best: int
    at_bound: tuple[str, ...]
    warnings: tuple[str, ...]
    intervals: tuple[Interval, ...] | None
    """One for each parameter, pattern by pattern; None where they were not asked for."""

    @property
    def rule(self) -> Rule:
        """The generalization rule of the model."""
        return self.model.rule

    def model_time(self, steps: ArrayLike) -> Array:
        """Return the model's time at `steps`; step 0 is minus infinity in logarithmic time."""
        return in_model_time(self.time, np.asarray(steps, dtype=np.float64), self.unit)

    def steps(self, model_time: ArrayLike) -> Array:
        """Return the steps at the model's times, the inverse of `model_time`."""
        times = np.asarray(model_time, dtype=np.float64)
        with np.errstate(over="ignore"):  # a step beyond 1e308 is infinity
            return self.unit * np.exp(times) if self.time == "log" else times.copy()

    def curves(self, steps: ArrayLike) -> Curves:
        """Return the curves of the fitted model at `steps`, on the axis of the run."""
        at = np.asarray(steps, dtype=np.float64)
        c = simulated(self.model, self.model_time(at))
        return Curves(at, c.train, c.test, axis=self.axis, patterns=c.patterns, train_error=c.train_error)


@dataclass(frozen=True, slots=True)
class Fits:
    """The best fit for each time axis and rule, in the order asked for, and the best of all."""

    best: Fit
    all: tuple[Fit, ...]


def fit(
    curves: Curves,
    *,
    n: int = 3,
    rules: Sequence[Rule] | None = None,
    times: Sequence[TimeAxis] = ("log", "linear"),
    chance: Exact = 0,
    chance_train: Exact | None = None,
    robust: bool = True,
    starts: int = 12,
    seed: int = 0,
) -> Fits:
    """Return the pattern models of n patterns that come closest to both curves of a run, one per time axis and rule.

    Parameters
    ----------
    curves
        A run: accuracies in [0, 1] at no fewer than 8 different steps >= 0, in any order. Where set sizes are known,
        no evaluation is taken to be more precise than counting makes it.
    n
        Number of patterns, 1 to 12.
    rules
        Generalization rules to try; by default the mean, pattern n - 1 preferred, and n - 1 before 0 before the rest.
    times
        Time axes to try: "log" (t is the natural logarithm of the step, in units of 1 or of an
        earlier first step) and "linear" (t is the step).
    chance, chance_train
        Accuracy of guessing on the test and the train set, in [0, 1]; `chance_train` is `chance` unless given.
    robust
        Whether the loss grows like the square of a residual only up to three standard deviations (0.05 in the first
        descents), and like its magnitude beyond; False is plain least squares.
    starts
        Descents for each time axis and rule, at least 1.
    seed
        Seed of the NumPy Generator that draws the starts, the same for each time axis and rule.

    Returns
    -------
    Fits
        `best` has the least deviance, and intervals; where deviances agree to 1e-6 an evaluation, the first in the
        order of `times`, then of `rules`. Patterns that the rule treats alike are in order of inflection.

    Raises
    ------
    InputError
        If the curves cannot be a run's or do not vary, or another argument is out of range.

    Notes
    -----
    Unknowns are gamma and g in [0, 1], b from 0 to ten lengths of the run, and log alpha, bounded by what the
    evaluations can resolve. Residuals are weighed by the inverse of their scatter, which is fitted with the model
    (`variance`). More than 512 evaluations are averaged in groups for the search; errors are over all.

    Examples
    --------
    >>> step = np.arange(0, 100, 5)
    >>> learned = 0.75 / (1 + np.exp(-0.25 * (step - 40.0)))
    >>> best = fit(Curves(step, learned, 0.5 * learned), n=1, times=["linear"]).best
    >>> [round(float(x), 4) for p in best.model.patterns for x in (p.gamma, p.alpha, p.b, p.g)]
    [0.75, 0.25, 40.0, 0.5]
    """
    run = _run_that_varies(curves)
    rules = _checked_rules(rules, n)
    _check_search(times, starts, seed)
    test_chance = as_fraction("chance", chance, low=0, high=1)
    train_chance = test_chance if chance_train is None else as_fraction("chance_train", chance_train, low=0, high=1)
    searched = [
        _Search(run, n, rule, time, (float(test_chance), float(train_chance)), robust, starts, seed)
        for time in times
        for rule in rules
    ]
    least = min(one.found.deviance for one in searched)
    best = next(one for one in searched if one.found.deviance <= least + 1e-6 * run.t.size)
    fitted = tuple(one.fit(test_chance, train_chance, with_intervals=one is best) for one in searched)
    return Fits(fitted[searched.index(best)], fitted)


class _Search:
    """One time axis and one rule: the descents of a run, and what they came to."""

    def __init__(
        self,
        run: Curves,
        n: int,
        rule: Rule,
        time: TimeAxis,
        chances: tuple[float, float],
        robust: bool,
        count: int,
        seed: int,
    ) -> None:
        self.run, self.rule, self.count = run, rule, count
        self.time: TimeAxis = time
        steps, self.target = thinned(run.t, np.stack([run.train, run.test]))
        self.unit = unit_of(time, steps)
        self.candidates = Candidates(in_model_time(time, steps, self.unit), n, rule, *chances)
        self.scales: Scales = scales(time, steps)
        self.robust = robust
        begin = starts(count, self.candidates, self.target, self.scales, np.random.default_rng(seed))
        self.found = self._found(begin)

    def _found(self, begin: Array) -> Found:
        sizes = self.run.train_size, self.run.test_size
        return search(self.candidates, self.target, sizes, self.scales, begin, robust=self.robust)

    def _intervals(self) -> Intervals:
        """Return the intervals; where a profile comes across a better minimum, the search goes on from there."""
        bounds = self.scales.bounds(self.candidates.n)
        own = intervals(self.found, self.rule, *bounds)
        for _ in range(RETRIES):
            if own.better is None:
                break
            again = self._found(np.vstack([own.better, self.found.minima]))
            self.found = replace(again, at_best=0)  # none of the starts had come there
            own = intervals(self.found, self.rule, *bounds)
        return own

    def fit(self, chance: Fraction, chance_train: Fraction, *, with_intervals: bool) -> Fit:
        """Return the best candidate as a model, with what is doubtful about it."""
        own = self._intervals() if with_intervals else None
        found, low, high = self.found, *self.scales.bounds(self.candidates.n)
        x = in_order(self.rule, found.minima[0])
        model = _model(self.candidates, x, chance, chance_train)
        expected = simulated(model, in_model_time(self.time, self.run.t, self.unit))
        residuals = np.stack([expected.train - self.run.train, expected.test - self.run.test])
        stable = calm(self.run)
        error_train, error_test = np.sqrt((residuals**2).mean(axis=1))
        calm_train, calm_test = np.sqrt((residuals[:, stable] ** 2).mean(axis=1))
        return Fit(
            model=model,
            time=self.time,
            unit=self.unit,
            axis=self.run.axis,
            rmse_train=float(error_train),
            rmse_test=float(error_test),
            calm_rmse_train=float(calm_train),
            calm_rmse_test=float(calm_test),
            scatter=found.scatter,
            deviance=found.deviance,
            converged=found.converged,
            starts=self.count,
            starts_at_best=found.at_best,
            at_bound=at_bound(x, low, high),
            warnings=warnings(self.candidates, self.scales, found, x, own, starts=self.count),
            intervals=None if own is None else named_intervals(self.candidates, x, own, self.scales.length),
        )


def _model(candidates: Candidates, x: Array, chance: Fraction, chance_train: Fraction) -> PatternModel:
    return PatternModel(
        [
            Pattern(gamma=float(gamma), alpha=float(alpha), b=float(b), g=float(g))
            for gamma, alpha, b, g in zip(*candidates.parameters(x), strict=True)
        ],
        candidates.rule,
        chance=chance,
        chance_train=chance_train,
    )


def _run_that_varies(curves: Curves) -> Curves:
    run = ordered(curves)
    if np.ptp(run.train) == 0 and np.ptp(run.test) == 0:
        raise InputError(
            f"curves must vary, got train = {run.train[0]:g} and test = {run.test[0]:g} throughout: nothing to fit"
        )
    return run


def _check_search(times: Sequence[TimeAxis], starts: int, seed: int) -> None:
    if isinstance(times, str) or not times or not set(times) <= {"log", "linear"}:
        raise InputError(f'times must be a sequence of "log", "linear" or both, got {times!r}')
    for name, value, least in (("starts", starts, 1), ("seed", seed, 0)):
        if not _is_whole(value) or value < least:
            raise InputError(f"{name} must be a whole number, at least {least}, got {shown(value)}")


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _checked_rules(rules: Sequence[Rule] | None, n: int) -> tuple[Rule, ...]:
    if not _is_whole(n) or not 1 <= n <= LARGEST:
        raise InputError(f"n must be a whole number of patterns in 1..{LARGEST}, got {shown(n)}")
    if isinstance(rules, Rule):  # one rule is a likely slip
        raise InputError(f"rules must be a sequence of rules, got {rules}; use [{rules}]")
    chosen = _usual_rules(n) if rules is None else tuple(rules)
    if not chosen:
        raise InputError("rules must name at least one rule, got none; leave it out for the usual ones")
    for rule in chosen:
        if isinstance(rule, Table):
            raise InputError("rules must leave g free, got a Table, which fixes every value; use Priority, for one")
        rule.check(n)
    return chosen


def _usual_rules(n: int) -> tuple[Rule, ...]:
    """Return the mean and the two preferences of the last pattern, as far as n patterns tell them apart."""
    if n == 1:
        return (Mean(),)
    return (Mean(), Preferred(n - 1)) if n == 2 else (Mean(), Preferred(n - 1), Priority((n - 1, 0)))
