"""Curves of candidates are those of their models, and their slopes are the derivatives of these."""

import math
from fractions import Fraction

import numpy as np
import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Priority, SoftPreference
from grokdd.empirical.fits.candidates import Candidates, letters
from grokdd.simulate import curves

RULES = [Mean(), Preferred(2), Priority((2, 0)), SoftPreference([1, 1, 5])]
STEPS = np.unique(np.concatenate([[0], np.geomspace(4, 10_000, 40).round()]))
X = np.array([0.3, 0.9, 0.8, 1.1, 1.3, 1.5, 3.0, 5.0, 7.0, 0.6, 0.1, 0.9])
IN_STEPS = np.concatenate([X[:3], np.log([0.1, 0.02, 0.01]), [30, 200, 2000], X[9:]])
CHANCE = Fraction(1, 97)


def candidates(rule, log):
    with np.errstate(divide="ignore"):
        t = np.log(STEPS) if log else STEPS
    return Candidates(t, 3, rule, float(CHANCE), float(CHANCE)), X if log else IN_STEPS


@pytest.mark.parametrize("log", [True, False], ids=["log", "linear"])
@pytest.mark.parametrize("rule", RULES)
def test_curves_are_those_of_the_model(rule, log):
    """Both kernels err by some tens of roundings at most (docs/theory.md, 4)."""
    own, x = candidates(rule, log)
    gamma, alpha, b, g = own.parameters(x)
    patterns = [Pattern(gamma=gamma[k], alpha=alpha[k], b=b[k], g=g[k]) for k in range(3)]
    expected = curves(PatternModel(patterns, rule, chance=CHANCE, chance_train=CHANCE), own.t)
    got = own.of(np.stack([x, x]))
    assert got[1] == pytest.approx(np.stack([expected.train, expected.test]), abs=1e-13)
    assert np.array_equal(got[0], got[1])


@pytest.mark.parametrize("log", [True, False], ids=["log", "linear"])
@pytest.mark.parametrize("rule", RULES)
def test_slopes_are_derivatives(rule, log):
    """Central differences of step h = 1e-5 err by h^2/6 times a third derivative, which is at most that of a logistic
    in the units of the search (for a unit of b times alpha, here below 10: 10^3/8 h^2 = 1e-8), and by eps/h = 2e-11."""
    own, x = candidates(rule, log)
    h = 1e-5
    ends = own.of(np.concatenate([x + h * np.eye(12), x - h * np.eye(12)]))
    expected = (ends[:12] - ends[12:]) / (2 * h)
    assert own.slopes(np.stack([x, x]))[1] == pytest.approx(expected, abs=2e-8)


def test_a_pattern_of_no_height_has_slopes_in_its_height_alone():
    own, x = candidates(Mean(), True)
    x = np.concatenate([[0.0], x[1:]])
    slopes = dict(zip(letters(3), own.slopes(x[None])[0], strict=True))
    assert np.abs(slopes["gamma_0"]).max() > 0.1
    assert all(np.abs(slopes[name]).max() == 0 for name in ("alpha_0", "b_0", "g_0"))


def test_step_0_is_before_everything_in_logarithmic_time():
    own, x = candidates(Preferred(2), True)
    assert own.t[0] == -math.inf
    assert own.of(x[None])[0, :, 0].tolist() == [float(CHANCE)] * 2
    assert np.abs(own.slopes(x[None])[0, :, :, 0]).max() == 0
