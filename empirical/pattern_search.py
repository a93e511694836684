"""The search behind a fit: bounded least squares on both curves of a run at once, with exact derivatives.

The loss is robust by default: in real runs train accuracy collapses for single evaluations (the optimizer is
unstable), which no model of growing patterns can follow, and plain squares let a handful of these evaluations decide
the parameters.
"""

from fractions import Fraction
from typing import Literal

import numpy as np
from scipy.optimize import OptimizeResult, least_squares
from scipy.special import expit

from ..analytic.errors import InputError
from ..analytic.rules import Rule
from ..analytic.training_curves import Array, Curves
from ..simulate import accuracies

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


def in_model_time(time: TimeAxis, steps: Array) -> Array:
    """Return the model's time at `steps`: the step or its logarithm; InputError if a step is below 0."""
    if (steps < 0).any():
        raise InputError(f"steps must be at least 0, got {steps[steps < 0][0]:g}")
    if time == "linear":
        return steps.copy()
    with np.errstate(divide="ignore"):  # step 0 is minus infinity, where every pattern is still at 0
        return np.log(steps)


class Problem:
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
        self.t = in_model_time(time, run.t)
        self.target = np.concatenate([run.train, run.test])
        self.seen = np.unique(self.t[np.isfinite(self.t)])
        self.finest = float(np.diff(self.seen).min())
        self.length = float(self.seen[-1] - self.seen[0])
        latest = float(in_model_time(time, BEYOND * run.t[-1:])[0])
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
            d = self.both(with_one(gamma, k, 1), alpha, b, g) - self.both(with_one(gamma, k, 0), alpha, b, g)
            lag = np.where(np.isfinite(self.t), self.t - b[k], 0.0)
            bend = d * np.tile(gamma[k] * alpha[k] * expit(-alpha[k] * lag), 2)
            columns[0, k] = d
            columns[1, k] = bend * np.tile(lag, 2)
            columns[2, k] = -bend
            columns[3, k] = self.both(gamma, alpha, b, with_one(g, k, 1)) - self.both(
                gamma, alpha, b, with_one(g, k, 0)
            )
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


def with_one(values: Array, k: int, value: float) -> Array:
    """Return a copy of `values` with `value` at index k."""
    changed = values.copy()
    changed[k] = value
    return changed
