"""Errors that go together widen intervals by what the algebra of autoregressions says, and independent ones do not."""

import numpy as np
import pytest

from grokdd.empirical.fits.dependence import STRONGEST, correlation, inflation
from grokdd.empirical.fits.losses import mean_bend, mean_bounded_square

T = 4000
LEVELS = np.zeros((2, 2, T))
LEVELS[0, 0] = LEVELS[1, 1] = 1.0
"""Slopes of two parameters: the level of train and that of test."""
FREE = np.array([True, True])


def autoregression(r, length=T, seed=0):
    """Errors of variance 1 of which neighbours have the correlation r, for train and test, (2, length)."""
    rng = np.random.default_rng(seed)
    z = np.empty((2, length))
    z[:, 0] = rng.normal(size=2)
    for t in range(1, length):
        z[:, t] = r * z[:, t - 1] + np.sqrt(1 - r * r) * rng.normal(size=2)
    return z


@pytest.mark.parametrize("r", [0.5, 0.7, 0.9])
def test_a_level_has_the_long_run_variance(r):
    """(1 + r) / (1 - r) for the mean of an autoregression, whose slope in r is 2 / (1 - r)^2; the estimate of r from
    2 T errors has the standard deviation sqrt((1 - r^2) / 2 T)."""
    off = 4 * np.sqrt((1 - r * r) / (2 * T)) * 2 / (1 - r) ** 2
    assert inflation(autoregression(r), LEVELS, FREE, np.inf) == pytest.approx((1 + r) / (1 - r), abs=off)


def test_independent_errors_widen_by_little():
    """r is within 4 / sqrt(2 T) = 0.045 of 0: at most a tenth more."""
    got = inflation(autoregression(0.0), LEVELS, FREE, np.inf)
    assert ((got >= 1) & (got < 1.1)).all()


def test_the_loss_that_bends_has_a_factor_of_its_own():
    """2 cost of independent errors is chi-square times E psi^2 / E psi' ([Kent1982]): 0.884 for a bend at 3."""
    z = autoregression(0.0)
    assert mean_bounded_square(3.0) / mean_bend(3.0) == pytest.approx(0.884, abs=1e-3)
    assert (mean_bounded_square(np.inf), mean_bend(np.inf)) == pytest.approx((1, 1))
    ratio = inflation(z, LEVELS, FREE, 3.0) / inflation(z, LEVELS, FREE, np.inf)
    assert ratio == pytest.approx(0.884, abs=0.05)


def test_wild_errors_do_not_decide():
    z = autoregression(0.0)
    z[:, ::20] = 100.0
    assert (inflation(z, LEVELS, FREE, 3.0) < 1.2).all()


def test_what_is_held_is_taken_for_independent():
    got = inflation(autoregression(0.9), LEVELS, np.array([True, False]), np.inf)
    assert got[0] > 5
    assert got[1] == pytest.approx(1, abs=1e-12)


def test_what_fitting_takes_up_is_given_back():
    """A mean of 30 errors taken off: the correlation falls short by (1 + 3 r) / 30, which is added again."""
    r, length = 0.5, 30
    found = []
    for seed in range(400):
        z = autoregression(r, length, seed)
        found.append(correlation(z - z.mean(axis=1, keepdims=True), spent=2))
    assert np.mean(found) == pytest.approx(r, abs=0.06)
    assert correlation(np.ones((2, 50)), 4) == STRONGEST
