"""The scatter that is fitted is the one that was drawn, wild evaluations or not, and never below counting noise."""

import numpy as np
import pytest

from grokdd.empirical.fits.variance import LEAST, deviation, fitted_scatter

MU = np.linspace(0.02, 0.98, 4000)
OUTLYING = 1.5


def drawn(scatter, seed=0):
    """Residuals of a beta-binomial kind: normal with the variance mu (1 - mu) s."""
    return np.random.default_rng(seed).normal(size=MU.size) * np.sqrt(MU * (1 - MU) * scatter)


@pytest.mark.parametrize("outlying", [OUTLYING, np.inf])
@pytest.mark.parametrize("scatter", [1e-4, 1e-2])
def test_the_scatter_is_that_of_the_residuals(scatter, outlying):
    """A variance from 4000 values has the relative standard deviation sqrt(2 / 4000) = 0.022, and up to 1.3 times that
    where squares are bounded at 1.5; four of these are 0.12. Half an example more adds some per cent for s = 0.01 and
    mu = 0.02 or 0.98."""
    got = fitted_scatter(drawn(scatter), MU, None, 0, outlying)
    assert got == pytest.approx(scatter, rel=0.15)


def test_a_tenth_of_wild_evaluations_moves_it_little():
    """Their squares count as at most 2.25, where others have a mean of 0.6: 10 % of them add 0.1 * 2.25 / 0.6 = 0.38 to
    what is balanced, which halves what is left to the others and about doubles s; plain squares give 200 times s."""
    residuals = drawn(1e-3)
    residuals[::10] = 0.7
    assert fitted_scatter(residuals, MU, None, 0, OUTLYING) < 3e-3
    assert fitted_scatter(residuals, MU, None, 0, np.inf) > 0.1


def test_it_is_never_below_counting_noise_nor_0():
    still = np.zeros(MU.size)
    assert fitted_scatter(still, MU, 500, 6, OUTLYING) == 1 / 500
    assert fitted_scatter(still, MU, None, 6, OUTLYING) == LEAST


def test_parameters_that_were_paid_for_count():
    residuals = drawn(1e-3)
    got = [fitted_scatter(residuals, MU, None, spent, np.inf) for spent in (0, 2000)]
    assert got[1] == pytest.approx(2 * got[0], rel=0.02)


def test_what_does_not_vary_says_nothing():
    """All evaluations at exactly 0 or 1: no residual is expected, and none found."""
    assert fitted_scatter(np.zeros(100), np.repeat([0.0, 1.0], 50), 1000, 3, OUTLYING) == 1 / 1000


def test_no_evaluation_is_infinitely_precise():
    """At mu = 0 with s = 1 / N half an example of N + 1 is known: the deviation is near 0.7 / N."""
    got = deviation(np.array([0.0, 1.0]), 1 / 1000)
    assert got == pytest.approx(np.sqrt(0.5) / 1000, rel=1e-2)
    assert deviation(np.array([0.5]), 1 / 1000) == pytest.approx(0.5 / np.sqrt(1000), rel=1e-3)
