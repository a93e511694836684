"""Descents come to the minima that SciPy's come to, keep their bounds, and say whether they arrived."""

import numpy as np
import pytest
from scipy.optimize import least_squares

from grokdd.empirical.fits.descents import descend

TIMES = np.linspace(0.0, 4.0, 30)
TRUTH = np.array([2.0, 0.7])


class Decay:
    """Least squares of a exp(-k t) to data of its own for each start."""

    def __init__(self, data):
        self.data = data

    def residuals(self, x, rows):
        return x[:, :1] * np.exp(-x[:, 1:] * TIMES) - self.data[rows]

    def cost(self, x, rows):
        return 0.5 * (self.residuals(x, rows) ** 2).sum(axis=1)

    def system(self, x, rows):
        curve = np.exp(-x[:, 1:] * TIMES)
        slopes = np.stack([curve, -x[:, :1] * TIMES * curve], axis=1)
        return (slopes @ self.residuals(x, rows)[..., None])[..., 0], slopes @ slopes.swapaxes(1, 2)


def noisy(count, seed=0):
    rng = np.random.default_rng(seed)
    return TRUTH[0] * np.exp(-TRUTH[1] * TIMES) + 0.1 * rng.normal(size=(count, TIMES.size))


LOW, HIGH = np.array([0.0, 0.0]), np.array([5.0, 3.0])


@pytest.mark.parametrize("high", [HIGH, np.array([1.6, 3.0])], ids=["inside", "on a bound"])
def test_minima_are_those_of_scipy(high):
    """Each descent stops where its cost changes by 1e-10 of itself: by the square of 1e-5 in the point."""
    data = noisy(6)
    begin = np.random.default_rng(1).uniform(LOW, high, (6, 2))
    got = descend(Decay(data), begin, LOW, high, steps=100)
    for x, cost, own, start in zip(got.x, got.cost, data, begin, strict=True):
        expected = least_squares(
            lambda p, own=own: p[0] * np.exp(-p[1] * TIMES) - own, start, bounds=(LOW, high), xtol=1e-12, ftol=1e-12
        )
        assert cost == pytest.approx(expected.cost, rel=1e-8)
        assert x == pytest.approx(expected.x, abs=1e-4)
    assert got.converged.all()


def test_bounds_of_each_start_are_kept_and_what_is_fixed_stays():
    data = noisy(3)
    low, high = np.tile(LOW, (3, 1)), np.tile(HIGH, (3, 1))
    low[1, 0] = high[1, 0] = 1.25
    got = descend(Decay(data), np.ones((3, 2)), low, high, steps=100)
    assert got.x[1, 0] == 1.25
    assert got.x[0, 0] > 1.6
    free = descend(Decay(data[[1]]), np.ones((1, 2)), LOW, HIGH, steps=100)
    assert got.cost[1] > free.cost[0]


def test_a_start_is_not_disturbed_by_the_others():
    data, begin = noisy(4), np.random.default_rng(2).uniform(LOW, HIGH, (4, 2))
    together = descend(Decay(data), begin, LOW, HIGH, steps=100)
    alone = descend(Decay(data[[2]]), begin[[2]], LOW, HIGH, steps=100)
    assert together.x[2] == pytest.approx(alone.x[0], abs=1e-12)


def test_a_descent_that_is_cut_short_says_so():
    got = descend(Decay(noisy(2)), np.full((2, 2), 0.01), LOW, HIGH, steps=1)
    assert not got.converged.any()
    assert descend(Decay(noisy(2)), np.full((2, 2), 0.01), LOW, HIGH, steps=100).converged.all()


def test_starts_outside_are_brought_in():
    got = descend(Decay(noisy(1)), np.array([[99.0, -4.0]]), LOW, HIGH, steps=100)
    assert got.x[0] == pytest.approx(TRUTH, abs=0.2)
