"""Profiles end where the cost says, and cover what was drawn as often as they claim."""

import math

import numpy as np
import pytest
from scipy.stats import binom, chi2

from grokdd.analytic import Mean, Preferred
from grokdd.empirical.fits.arrangements import in_order
from grokdd.empirical.fits.axes import MOST, thinned
from grokdd.empirical.fits.candidates import Candidates
from grokdd.empirical.fits.intervals import LEVEL, intervals, named_intervals
from grokdd.empirical.fits.profiles import CLOSE, profiles
from grokdd.empirical.fits.search import search
from grokdd.empirical.fits.starts import scales, starts

STEPS = np.geomspace(4, 10_000, 150).round()
SIZE = 4656
CHANCE = 1 / 97


class Bowl:
    """Half of (x - m)' A (x - m): all intervals are known."""

    matrix = np.array([[4.0, 1.5], [1.5, 1.0]])
    middle = np.array([0.3, 0.4])

    def cost(self, x, rows):
        off = x - self.middle
        return 0.5 * np.einsum("si,ij,sj->s", off, self.matrix, off)

    def system(self, x, rows):
        return (x - self.middle) @ self.matrix, np.broadcast_to(self.matrix, (len(x), 2, 2)).copy()


def test_profiles_of_a_parabola_are_those_of_its_inverse():
    """Twice the profiled cost is off^2 / (A^-1)_ii. An end is met to CLOSE of the root of the rise, which is linear."""
    wide = np.array([-50.0, -50.0]), np.array([50.0, 50.0])
    inflation = np.array([1.0, 4.0])
    got = profiles(Bowl(), Bowl.middle, *wide, base=0.0, inflation=inflation, level=LEVEL)
    reach = np.sqrt(chi2.ppf(LEVEL, 1) * inflation * np.diag(np.linalg.inv(Bowl.matrix)))
    assert (got.high - Bowl.middle) / reach == pytest.approx([1, 1], abs=CLOSE)
    assert (Bowl.middle - got.low) / reach == pytest.approx([1, 1], abs=CLOSE)
    assert not got.open_below.any()
    assert not got.open_above.any()


def test_an_interval_that_meets_a_bound_is_open_there():
    got = profiles(
        Bowl(), Bowl.middle, np.array([0.0, -50.0]), np.array([50.0, 50.0]), base=0.0, inflation=np.ones(2), level=LEVEL
    )
    assert got.low[0] == 0
    assert got.open_below.tolist() == [True, False]


def test_a_profile_that_finds_a_lower_cost_says_so():
    start = Bowl.middle + np.array([5.0, 0.0])
    wide = np.array([-50.0, -50.0]), np.array([50.0, 50.0])
    base = float(Bowl().cost(start[None], None)[0])
    got = profiles(Bowl(), start, *wide, base=base, inflation=np.ones(2), level=LEVEL)
    assert got.least < base


def drawn(seed, n, rule):
    """A model in logarithmic time whose patterns are seen from start to end, and a run of it."""
    rng = np.random.default_rng(seed)
    own = scales("log", STEPS)
    b = np.linspace(math.log(40), math.log(3000), n) + rng.uniform(-0.3, 0.3, n)
    truth = np.concatenate([rng.uniform(0.3, 0.9, n), np.log(rng.uniform(3, 6, n)), b, rng.uniform(0.1, 0.9, n)])
    candidates = Candidates(np.log(STEPS), n, rule, CHANCE, CHANCE)
    target = rng.binomial(SIZE, np.clip(candidates.of(truth[None])[0], 0, 1)) / SIZE
    found = search(candidates, target, (SIZE, SIZE), own, starts(8, candidates, target, own, rng), robust=True)
    return in_order(rule, truth), found, own


@pytest.mark.parametrize(("n", "rule"), [(2, Preferred(1)), (2, Mean())])
def test_nominal_intervals_cover_what_was_drawn(n, rule):
    """40 runs and 8 parameters each: as if they were independent, fewer are covered with probability 1e-4."""
    covered = []
    for seed in range(40):
        truth, found, own = drawn(seed, n, rule)
        got = intervals(found, rule, *own.bounds(n))
        covered += list((got.low <= truth) & (truth <= got.high))
    share = float(np.mean(covered))
    assert binom.ppf(1e-4, 320, LEVEL) / 320 <= share <= 0.995


def test_intervals_are_told_in_the_units_of_the_parameters():
    _, found, own = drawn(0, 2, Preferred(1))
    got = intervals(found, Preferred(1), *own.bounds(2))
    told = {one.name: one for one in named_intervals(found.objective.candidates, got.arrangements[0], got)}
    assert told["alpha_1"].low == pytest.approx(math.exp(got.low[3]))
    assert told["alpha_1"].low < told["alpha_1"].value < told["alpha_1"].high
    assert told["b_0"].value == got.arrangements[0][4]
    assert not told["gamma_0"].open_above


def test_few_evaluations_are_left_as_they_are_and_many_are_averaged():
    steps = np.arange(1.0, 100_001.0)
    curves = np.stack([steps / steps.size, 1 - steps / steps.size])
    few, same = thinned(steps[:100], curves[:, :100])
    assert few.size == 100
    assert np.array_equal(same, curves[:, :100])
    at, mean = thinned(steps, curves)
    assert 200 < at.size <= MOST
    assert mean[0] == pytest.approx(at / steps.size, rel=1e-12)
    assert (np.diff(at) > 0).all()
    assert at[0] == 1  # the beginning is kept, for logarithmic time
