"""Errors that go together widen intervals by what the algebra of autoregressions says, and independent ones do not."""

import numpy as np
import pytest

from grokdd.empirical.fits.dependence import inflation, lag

T = 4000


def autoregression(r, seed=0):
    """Errors of variance 1 of which neighbours have the correlation r, for train and test, (2, T)."""
    rng = np.random.default_rng(seed)
    z = np.empty((2, T))
    z[:, 0] = rng.normal(size=2)
    for t in range(1, T):
        z[:, t] = r * z[:, t - 1] + np.sqrt(1 - r * r) * rng.normal(size=2)
    return z


def slopes_of_levels():
    """Two parameters: the level of train and that of test."""
    slopes = np.zeros((2, 2, T))
    slopes[0, 0] = slopes[1, 1] = 1.0
    return slopes


@pytest.mark.parametrize("r", [0.5, 0.7, 0.9])
def test_a_level_has_the_long_run_variance(r):
    """(1 + r) / (1 - r) for the mean of an autoregression of first order.

    Bartlett weights with L lags are short of it by about 2 r / (1 - r^2) / L of itself, and scatter by sqrt(4 L / 3 T).
    """
    z = autoregression(r)
    short, scatter = 2 * r / (1 - r * r) / lag(z), np.sqrt(4 * lag(z) / 3 / T)
    got = inflation(z, slopes_of_levels(), np.array([True, True]))
    assert got == pytest.approx((1 + r) / (1 - r) * (1 - short), rel=4 * scatter)


def test_independent_errors_widen_by_little():
    got = inflation(autoregression(0.0), slopes_of_levels(), np.array([True, True]))
    assert (got >= 1).all()
    assert (got < 1.15).all()


def test_errors_smaller_than_their_scatter_do_not_narrow():
    got = inflation(0.1 * autoregression(0.7), slopes_of_levels(), np.array([True, True]))
    assert got.tolist() == [1.0, 1.0]


def test_what_is_held_keeps_1():
    got = inflation(autoregression(0.9), slopes_of_levels(), np.array([True, False]))
    assert got[0] > 5
    assert got[1] == 1


def test_train_and_test_that_err_together_are_seen():
    """One level of both curves, which err alike: the variance is twice that of two independent ones."""
    z = np.repeat(autoregression(0.0)[:1], 2, axis=0)
    got = inflation(z, np.ones((1, 2, T)), np.array([True]))
    assert got == pytest.approx(2, rel=0.15)


def test_lags_grow_with_dependence():
    assert lag(autoregression(0.0)) <= 3
    assert lag(autoregression(0.5)) < lag(autoregression(0.9)) <= T / 3
