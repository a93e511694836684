"""Pattern models fitted to training curves: bounded least squares on both curves at once, from many seeded starts.

The loss is robust by default: in real runs train accuracy collapses for single evaluations (the optimizer is
unstable), which no model of growing patterns can follow; plain squares let a handful of these evaluations decide the
parameters. On the five recorded runs of `results/tour`, the preferred rule in logarithmic time comes to a root mean
square of 0.011 to 0.015 on the other evaluations of test accuracy with the robust loss, and of 0.020 to 0.061 without.

A fit describes a run after the fact. It comes without intervals, because the evaluations of one run are not
independent, and without baselines; what it leaves unexplained stands in its errors and warnings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import OptimizeResult, least_squares
from scipy.special import expit

from ..analytic.errors import InputError
from ..analytic.exact import Exact, as_fraction
from ..analytic.model import PatternModel
from ..analytic.pattern import Pattern
from ..analytic.rules import Mean, Preferred, Priority, Rule, SoftPreference, Table
from ..analytic.training_curves import Array, Curves
from ..simulate import accuracies
from ..simulate import curves as simulated
from .observation import calm, ordered

TimeAxis = Literal["log", "linear"]

DRAWS = 32
"""Random parameter sets of which the best one becomes a start."""
SHORT, LONG = 100, 1000
"""Residual evaluations of each descent, and of the one that then goes on from the best end. Nearly all stop by
themselves within 60; along a flat valley the last digits take hundreds."""
STEEPEST = 20.0
"""Largest alpha times the finest spacing of the evaluations: a rise from 1 % to 99 % within half of it."""
FLATTEST = 0.1
"""Smallest alpha times the length of the run: a pattern that slow looks constant."""
BEYOND = 10.0
"""Latest inflection, in lengths of the run."""
OUTLYING = 0.05
"""Residual from which the robust loss grows like |residual| and no longer like its square."""
SAME_COST = 1e-3
"""Relative difference up to which two starts have reached the same cost."""
UNSEEN = 0.005
"""A pattern that moves neither curve by more than this is not needed."""
ALIKE = 0.02
"""Two patterns whose p / gamma never differ by more than this cannot be told apart."""
FINISHED = 0.9
"""Share of its height that a pattern must have reached when the run ends for that height to be measured."""
FLAT = 0.001
"""Root mean square change of the curves per unit of movement below which parameters are not identified."""
SHARE = 0.3
"""Component of a unit direction from which a parameter is named as taking part in it."""

_ROLES = ("heuristic", "overfitting", "slow")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """One fitted model, in its own time: the logarithm of the step, or the step itself.

    The root mean square errors are over all evaluations; those called calm, over the evaluations where train accuracy
    has not collapsed. `cost` is half the summed loss of both curves. `starts_at_best` of the `starts` reached it, a
    simple sign of whether it is the global minimum. `at_bound` names parameters that ended on a bound of the search,
    and `warnings` what in this answer should not be interpreted.
    """

    model: PatternModel
    time: TimeAxis
    axis: str
    rmse_train: float
    rmse_test: float
    calm_rmse_train: float
    calm_rmse_test: float
    cost: float
    converged: bool
    starts: int
    starts_at_best: int
    at_bound: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        """The generalization rule of the model."""
        return self.model.rule

    def model_time(self, steps: ArrayLike) -> Array:
        """Return the model's time at `steps`; step 0 is minus infinity in logarithmic time."""
        return _model_time(self.time, np.asarray(steps, dtype=np.float64))

    def steps(self, model_time: ArrayLike) -> Array:
        """Return the steps at the model's times, the inverse of `model_time`."""
        times = np.asarray(model_time, dtype=np.float64)
        with np.errstate(over="ignore"):  # a step beyond 1e308 is infinity
            return np.exp(times) if self.time == "log" else times.copy()

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
        A run: accuracies in [0, 1] at no fewer than 8 different steps >= 0, in any order.
    n
        Number of patterns, at least 1.
    rules
        Generalization rules to try; by default the mean, pattern n - 1 preferred, and n - 1 before 0 before the rest.
    times
        Time axes to try: "log" (t is the natural logarithm of the step) and "linear" (t is the step).
    chance, chance_train
        Accuracy of guessing on the test and the train set, in [0, 1]; `chance_train` is `chance` unless given.
    robust
        Whether the loss grows like the square of a residual only up to 0.05, and like its magnitude beyond
        (SciPy's "soft_l1"); False is plain least squares.
    starts
        Descents for each time axis and rule, at least 1.
    seed
        Seed of the NumPy Generator that draws the starts, the same for each time axis and rule.

    Returns
    -------
    Fits
        `best` has the least cost; where costs agree to a relative 1e-6 or a root mean square of 1e-6, the first in
        the order of `times`, then of `rules`. Patterns that the rule treats alike are in order of inflection.

    Raises
    ------
    InputError
        If the curves cannot be a run's or do not vary, or another argument is out of range.

    Notes
    -----
    Unknowns are gamma and g in [0, 1], b from 0 to ten lengths of the run, and log alpha, bounded by what the
    evaluations can resolve. Residuals are differences of accuracy on every evaluation, so that a dip of one percentage
    point weighs little against the shape of a rise.

    Examples
    --------
    >>> step = np.arange(0, 100, 5)
    >>> learned = 0.75 / (1 + np.exp(-0.25 * (step - 40.0)))
    >>> best = fit(Curves(step, learned, 0.5 * learned), n=1, times=["linear"]).best
    >>> [round(float(x), 6) for p in best.model.patterns for x in (p.gamma, p.alpha, p.b, p.g)]
    [0.75, 0.25, 40.0, 0.5]
    """
    run = _run_that_varies(curves)
    rules = _checked_rules(rules, n)
    _check_search(times, starts, seed)
    test_chance = as_fraction("chance", chance, low=0, high=1)
    train_chance = test_chance if chance_train is None else as_fraction("chance_train", chance_train, low=0, high=1)
    fitted = tuple(
        _fit_one(_Problem(run, n, rule, time, test_chance, train_chance, robust), starts, seed)
        for time in times
        for rule in rules
    )
    least = min(one.cost for one in fitted)
    negligible = 1e-6 * least + 1e-12 * run.t.size
    return Fits(next(one for one in fitted if one.cost <= least + negligible), fitted)


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
    if starts < 1:
        raise InputError(f"starts must be at least 1, got {starts}")
    if seed < 0:
        raise InputError(f"seed must be at least 0, got {seed}")


def _checked_rules(rules: Sequence[Rule] | None, n: int) -> tuple[Rule, ...]:
    if n < 1:
        raise InputError(f"n must be at least 1, got {n}")
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


def _model_time(time: TimeAxis, steps: Array) -> Array:
    if (steps < 0).any():
        raise InputError(f"steps must be at least 0, got {steps[steps < 0][0]:g}")
    if time == "linear":
        return steps.copy()
    with np.errstate(divide="ignore"):  # step 0 is minus infinity, where every pattern is still at 0
        return np.log(steps)


class _Problem:
    """Least squares for one run, rule and time axis.

    A point of the search is an array of shape (4, n), flattened: gamma, log alpha, b, g. The logarithm because
    speeds differ by decades.
    """

    def __init__(
        self, run: Curves, n: int, rule: Rule, time: TimeAxis, chance: Fraction, chance_train: Fraction, robust: bool
    ) -> None:
        self.run, self.n, self.rule = run, n, rule
        self.time: TimeAxis = time
        self.chance, self.chance_train, self.robust = chance, chance_train, robust
        self.t = _model_time(time, run.t)
        self.target = np.concatenate([run.train, run.test])
        self.seen = np.unique(self.t[np.isfinite(self.t)])
        self.finest = float(np.diff(self.seen).min())
        self.length = float(self.seen[-1] - self.seen[0])
        latest = float(_model_time(time, BEYOND * run.t[-1:])[0])
        speeds = np.log([FLATTEST / self.length, STEEPEST / self.finest])
        self.low = np.repeat([0.0, speeds[0], 0.0, 0.0], n)
        self.high = np.repeat([1.0, speeds[1], max(latest, 1.0), 1.0], n)

    def parameters(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """Return gamma, alpha, b and g, each (n,)."""
        gamma, log_alpha, b, g = x.reshape(4, self.n)
        return gamma, np.exp(log_alpha), b, g

    def both(self, gamma: Array, alpha: Array, b: Array, g: Array) -> Array:
        """Return the train curve followed by the test curve, (2 T,)."""
        return np.concatenate(
            accuracies(
                self.t,
                gamma,
                alpha,
                b,
                g,
                rule=self.rule,
                chance=float(self.chance),
                chance_train=float(self.chance_train),
            )
        )

    def residuals(self, x: Array) -> Array:
        """Return model minus run, (2 T,)."""
        return self.both(*self.parameters(x)) - self.target

    def jacobian(self, x: Array) -> Array:
        """Return the exact derivatives of the residuals, (2 T, 4 n).

        Both curves are affine in each gamma_k and in each g_k, so the slope is the value at 1 minus the value at 0.
        With p = gamma s, the slope d in gamma_k gives the others: d/d log alpha = d gamma (1 - s) alpha (t - b), and
        d/db = -d gamma (1 - s) alpha. Where t is infinite, d or 1 - s is zero.
        """
        gamma, alpha, b, g = self.parameters(x)
        columns = np.empty((4, self.n, self.target.size))
        for k in range(self.n):
            d = self.both(_with(gamma, k, 1), alpha, b, g) - self.both(_with(gamma, k, 0), alpha, b, g)
            lag = np.where(np.isfinite(self.t), self.t - b[k], 0.0)
            bend = d * np.tile(gamma[k] * alpha[k] * expit(-alpha[k] * lag), 2)
            columns[0, k] = d
            columns[1, k] = bend * np.tile(lag, 2)
            columns[2, k] = -bend
            columns[3, k] = self.both(gamma, alpha, b, _with(g, k, 1)) - self.both(gamma, alpha, b, _with(g, k, 0))
        return columns.reshape(4 * self.n, -1).T

    def draw(self, rng: np.random.Generator) -> Array:
        """Return a random point on the scales of the run, with the g that suit it best."""
        gamma = np.minimum(1.0, rng.uniform(0, 1.5, self.n))  # complete patterns are common: one in three
        b = np.sort([self._moment(rng) for _ in range(self.n)])
        steepness = np.exp(rng.uniform(0.0, np.log(30.0), self.n))  # alpha in logarithmic time, alpha b in linear time
        alpha = steepness if self.time == "log" else steepness / np.maximum(b, self.finest)
        x = np.concatenate([gamma, np.log(alpha), b, self._best_g(gamma, alpha, b)])
        return np.clip(x, self.low, self.high)

    def _moment(self, rng: np.random.Generator) -> float:
        """Return a time at which something may happen: two in three where a curve passes a random level of its own."""
        if rng.random() < 1 / 3:
            return max(0.0, float(rng.uniform(self.seen[0], self.seen[-1])))
        values = self.run.train if rng.random() < 1 / 2 else self.run.test
        return max(0.0, float(self.t[np.argmax(values >= rng.uniform(values.min(), values.max()))]))

    def _best_g(self, gamma: Array, alpha: Array, b: Array) -> Array:
        """Return the least-squares g for given p, cut to [0, 1]: test accuracy is affine in g."""
        half = self.target.size // 2
        base = self.both(gamma, alpha, b, np.zeros(self.n))[half:]
        slopes = [self.both(gamma, alpha, b, unit)[half:] - base for unit in np.eye(self.n)]
        g = np.linalg.lstsq(np.stack(slopes, axis=1), self.run.test - base, rcond=None)[0]
        return np.clip(g, 0.0, 1.0).astype(np.float64)

    def start(self, rng: np.random.Generator) -> Array:
        """Return the best of a handful of random points."""
        return min((self.draw(rng) for _ in range(DRAWS)), key=lambda x: float(np.sum(self.residuals(x) ** 2)))

    def descend(self, x: Array, evaluations: int) -> OptimizeResult:
        """Return where bounded least squares ends from `x`, after so many evaluations of the residuals at most."""
        return least_squares(
            self.residuals,
            x,
            jac=self.jacobian,  # pyright: ignore[reportArgumentType]  # SciPy has no annotations; a function is allowed
            bounds=(self.low, self.high),
            x_scale="jac",
            loss="soft_l1" if self.robust else "linear",
            f_scale=OUTLYING,
            ftol=1e-10,
            xtol=1e-10,
            gtol=1e-12,
            max_nfev=evaluations,
        )


def _with(values: Array, k: int, value: float) -> Array:
    changed = values.copy()
    changed[k] = value
    return changed


def _fit_one(problem: _Problem, starts: int, seed: int) -> Fit:
    """Return the best of `starts` descents as a model, with what is doubtful about it."""
    rng = np.random.default_rng(seed)
    ends = [problem.descend(problem.start(rng), SHORT) for _ in range(starts)]
    least = min(ends, key=lambda end: float(end.cost))
    same = least.cost * (1 + SAME_COST) + 1e-12 * problem.target.size
    at_best = sum(bool(end.cost <= same) for end in ends)
    best = problem.descend(least.x, LONG)
    x = best.x.reshape(4, problem.n)[:, _in_order(problem.rule, best.x.reshape(4, problem.n)[2])].ravel()
    squares = problem.residuals(x).reshape(2, -1) ** 2
    error_train, error_test = np.sqrt(squares.mean(axis=1))
    calm_train, calm_test = np.sqrt(squares[:, calm(problem.run)].mean(axis=1))
    return Fit(
        model=_model(problem, x),
        time=problem.time,
        axis=problem.run.axis,
        rmse_train=float(error_train),
        rmse_test=float(error_test),
        calm_rmse_train=float(calm_train),
        calm_rmse_test=float(calm_test),
        cost=float(best.cost),
        converged=bool(best.status > 0),
        starts=starts,
        starts_at_best=at_best,
        at_bound=_at_bound(problem, x),
        warnings=_warnings(problem, x, converged=bool(best.status > 0), starts=starts, at_best=at_best),
    )


def _model(problem: _Problem, x: Array) -> PatternModel:
    names = _ROLES if problem.n == len(_ROLES) else ("",) * problem.n
    return PatternModel(
        [
            Pattern(gamma=float(gamma), alpha=float(alpha), b=float(b), g=float(g), name=name)
            for gamma, alpha, b, g, name in zip(*problem.parameters(x), names, strict=True)
        ],
        problem.rule,
        chance=problem.chance,
        chance_train=problem.chance_train,
    )


def _in_order(rule: Rule, b: Array) -> list[int]:
    """Return the order of the patterns in which those that the rule treats alike follow each other in time."""
    place = list(range(b.size))
    for alike in _treated_alike(rule, b.size):
        for at, pattern in zip(alike, sorted(alike, key=lambda i: b[i]), strict=True):
            place[at] = pattern
    return place


def _treated_alike(rule: Rule, n: int) -> list[list[int]]:
    """Return the groups of patterns that may change places without changing a curve."""
    match rule:
        case Preferred(pattern=k):
            return [[i for i in range(n) if i != k]]
        case Priority(order=order):
            return [[i for i in range(n) if i not in order]]
        case SoftPreference(weights=weights):
            return [[i for i in range(n) if weights[i] == weight] for weight in set(weights)]
        case _:
            return [list(range(n))]


def _at_bound(problem: _Problem, x: Array) -> tuple[str, ...]:
    """Return the parameters within a ten-thousandth of the searched range from one of its ends."""
    below, above = _near_bounds(problem, x)
    ends = [(f"{letter} at its lower bound", f"{letter} at its upper bound") for letter in _letters(problem.n)]
    return tuple(end[int(up)] for end, down, up in zip(ends, below, above, strict=True) if down or up)


def _near_bounds(problem: _Problem, x: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    near = 1e-4 * (problem.high - problem.low)
    return x - problem.low < near, problem.high - x < near


def _letters(n: int) -> list[str]:
    return [f"{letter}_{k}" for letter in ("gamma", "alpha", "b", "g") for k in range(n)]


def _warnings(problem: _Problem, x: Array, *, converged: bool, starts: int, at_best: int) -> tuple[str, ...]:
    """Return what in the answer `x` should not be interpreted, one line each."""
    found = []
    if not converged:
        found.append(f"the search stopped after {LONG} evaluations before it converged")
    if at_best == 1 < starts:
        found.append(f"only one of {starts} starts reached the least cost: a better fit may exist")
    needed = _needed(problem, x)
    found += [
        f"pattern {k} is not needed: without it no accuracy changes by more than {UNSEEN}"
        for k in range(problem.n)
        if k not in needed
    ]
    return (*found, *_alike(problem, x, needed), *_unfinished(problem, x, needed), *_unidentified(problem, x, needed))


def _needed(problem: _Problem, x: Array) -> list[int]:
    """Return the patterns without which some accuracy would change visibly."""
    gamma, alpha, b, g = problem.parameters(x)
    whole = problem.both(gamma, alpha, b, g)
    moved = [np.abs(problem.both(_with(gamma, k, 0), alpha, b, g) - whole).max() for k in range(problem.n)]
    return [k for k in range(problem.n) if moved[k] > UNSEEN]


def _alike(problem: _Problem, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each two patterns that cannot be told apart in time."""
    _, alpha, b, _ = problem.parameters(x)
    share = expit(alpha[:, None] * (problem.seen - b[:, None]))
    return [
        f"patterns {i} and {j} rise together: the curves cannot tell them apart"
        for i, j in combinations(needed, 2)
        if np.abs(share[i] - share[j]).max() <= ALIKE
    ]


def _unfinished(problem: _Problem, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each pattern whose height is extrapolated."""
    _, alpha, b, _ = problem.parameters(x)
    reached = expit(alpha * (problem.seen[-1] - b))
    return [
        f"pattern {k} stands at {reached[k]:.0%} of its height when the run ends: its gamma is extrapolated"
        for k in needed
        if reached[k] < FINISHED
    ]


def _unidentified(problem: _Problem, x: Array, needed: list[int]) -> list[str]:
    """Return a line for each direction in which the parameters can move and the curves, to first order, stay.

    Parameters of needed patterns that are off their bounds are scaled so that 1 is their range: that of accuracy for
    gamma and g, a factor e for alpha, the length of the run for b.
    """
    below, above = _near_bounds(problem, x)
    free = np.tile(np.isin(np.arange(problem.n), needed), 4) & ~below & ~above
    if not free.any():
        return []
    unit = np.repeat([1.0, 1.0, problem.length, 1.0], problem.n)
    _, strength, directions = np.linalg.svd(problem.jacobian(x)[:, free] * unit[free], full_matrices=False)
    letters = np.array(_letters(problem.n))[free]
    flat = [
        (letters[np.abs(direction) > SHARE], 0.1 * size)
        for size, direction in zip(strength / np.sqrt(problem.target.size), directions, strict=True)
        if size < FLAT
    ]
    return [
        f"{', '.join(names)} not identified: a move by a tenth of {'its' if len(names) == 1 else 'their common'} range "
        f"changes the curves by {change:.1g}"
        for names, change in flat
    ]
