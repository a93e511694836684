"""Curves of many candidate models of one run, with their derivatives in the unknowns of the search."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ...analytic.rules import Mean, Preferred, Priority, Rule
from ...simulate import accuracies, curves_of_many

Array = NDArray[np.float64]


class Candidates:
    """Both curves of models of n patterns under one rule, at the model times (T,) of a run.

    A candidate is an array of shape (4 n,): gamma, log alpha, b, g of each pattern.
    """

    def __init__(self, t: Array, n: int, rule: Rule, chance: float, chance_train: float) -> None:
        self.t, self.n, self.rule = t, n, rule
        self.chance, self.chance_train = chance, chance_train
        finite = np.isfinite(t)
        self.before = int(np.argmax(finite)) if finite.any() else t.size  # times of minus infinity come first
        self.lag = np.where(finite, t, 0.0)

    def parameters(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """Return gamma, alpha, b and g of candidates (..., 4 n), each (..., n)."""
        gamma, log_alpha, b, g = np.moveaxis(x.reshape(*x.shape[:-1], 4, self.n), -2, 0)
        return gamma, np.exp(log_alpha), b, g

    def curves(self, gamma: Array, alpha: Array, b: Array, g: Array) -> Array:
        """Return train followed by test accuracy, (M, 2, T), of models with parameters (M, n)."""
        both = np.empty((gamma.shape[0], 2, self.t.size))
        both[:, 0, : self.before], both[:, 1, : self.before] = self.chance_train, self.chance
        later = self.t[self.before :]
        starts = {"rule": self.rule, "chance": self.chance, "chance_train": self.chance_train}
        if isinstance(self.rule, Mean | Preferred | Priority):
            found = curves_of_many(later, gamma, alpha, b, g, **starts)
            both[:, 0, self.before :], both[:, 1, self.before :] = found.train, found.test
        else:
            for one, parameters in zip(both, zip(gamma, alpha, b, g, strict=True), strict=True):
                one[:, self.before :] = accuracies(later, *parameters, **starts)
        return both

    def of(self, x: Array) -> Array:
        """Return the curves (S, 2, T) of candidates (S, 4 n)."""
        return self.curves(*self.parameters(x))

    def slopes(self, x: Array) -> Array:
        """Return the derivatives of the curves, (S, 4 n, 2, T).

        Both curves are affine in each gamma_k and in each g_k, so the slope is the value at 1 minus the value at 0.
        With p = gamma s, the slope d in gamma_k gives the others: d/d log alpha = d gamma (1 - s) alpha (t - b), and
        d/db = -d gamma (1 - s) alpha. Where t is infinite, d or 1 - s is zero.
        """
        gamma, alpha, b, g = self.parameters(x)
        count, n = gamma.shape
        ends = np.empty((4, 2 * n, count, n))  # gamma, alpha, b, g; gamma_k at 0, then at 1
        for i, values in enumerate((gamma, alpha, b, g)):
            ends[i] = values
        high = ends.copy()
        for k in range(n):
            ends[0, k, :, k], high[0, k, :, k] = 0.0, 1.0
            ends[3, n + k, :, k], high[3, n + k, :, k] = 0.0, 1.0
        flat = np.stack([high, ends], axis=1).reshape(4, -1, n)
        top, bottom = self.curves(*flat).reshape(2, 2, n, count, 2, self.t.size)
        by_gamma, by_g = top - bottom
        lag = self.lag - b.T[:, :, None]  # (n, S, T)
        bend = (gamma * alpha).T[:, :, None] * expit(-alpha.T[:, :, None] * lag)
        found = np.empty((count, 4, n, 2, self.t.size))
        found[:, 0] = by_gamma.swapaxes(0, 1)
        by_b = by_gamma * bend[:, :, None]
        found[:, 1] = (by_b * lag[:, :, None]).swapaxes(0, 1)
        found[:, 2] = -by_b.swapaxes(0, 1)
        found[:, 3] = by_g.swapaxes(0, 1)
        return found.reshape(count, 4 * n, 2, self.t.size)


def letters(n: int) -> list[str]:
    """Return the names of the unknowns of a candidate: gamma_0, ..., alpha_0, ..., b_0, ..., g_0, ..."""
    return [f"{letter}_{k}" for letter in ("gamma", "alpha", "b", "g") for k in range(n)]
