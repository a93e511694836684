"""Profiles end where the cost says, and cover what was drawn as often as they claim."""

import math

import numpy as np
import pytest
from scipy.stats import binom, chi2, norm

from grokdd.analytic import Curves, Mean, Preferred
from grokdd.empirical.fits.arrangements import in_order
from grokdd.empirical.fits.axes import MOST, thinned
from grokdd.empirical.fits.candidates import Candidates
from grokdd.empirical.fits.fitting import fit
from grokdd.empirical.fits.intervals import LEVEL, Intervals, intervals, named_intervals
from grokdd.empirical.fits.profiles import CLOSE, profiles
from grokdd.empirical.fits.search import _spread, search
from grokdd.empirical.fits.starts import scales, starts
from grokdd.empirical.fits.variance import fitted_scatter

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


def dependent_counts(rng, mean, size, r):
    """Counts of a binomial at each step whose errors are an autoregression: a Gaussian copula, mean (2, T)."""
    z = rng.normal(size=mean.shape)
    for t in range(1, mean.shape[1]):
        z[:, t] = r * z[:, t - 1] + math.sqrt(1 - r * r) * z[:, t]
    return binom.ppf(norm.cdf(z), size, mean) / size


@pytest.mark.parametrize("r", [0.0, 0.7])
def test_intervals_of_a_fit_cover_where_errors_go_together(r):
    """24 runs of the same model through `fit`, neighbours having the correlation r. Eight intervals of a run count as
    one: a share of 24 runs scatters by at most sqrt(0.95 * 0.05 / 24) = 0.044, and three of these are 0.13."""
    truth = np.array([0.6, 0.8, math.log(4), math.log(5), math.log(100), math.log(2000), 0.2, 0.85])
    candidates = Candidates(np.log(STEPS), 2, Preferred(1), CHANCE, CHANCE)
    mean = candidates.of(truth[None])[0]
    natural = np.concatenate([truth[:2], np.exp(truth[2:4]), truth[4:]])
    covered = []
    for seed in range(24):
        counted = dependent_counts(np.random.default_rng(seed), mean, SIZE, r)
        run = Curves(STEPS, *counted, axis="steps", train_size=SIZE, test_size=SIZE)
        best = fit(run, n=2, rules=[Preferred(1)], times=["log"], chance=CHANCE, starts=6).best
        covered += [one.low <= value <= one.high for one, value in zip(best.intervals or (), natural, strict=True)]
        assert all(one.identified for one in best.intervals or ())
    assert np.mean(covered) > LEVEL - 0.13
    assert LEVEL == 0.95


def test_sizes_keep_intervals_from_being_narrower_than_counting_noise():
    truth = np.array([0.6, 0.8, math.log(4), math.log(5), math.log(100), math.log(2000), 0.2, 0.85])
    exact = Candidates(np.log(STEPS), 2, Preferred(1), CHANCE, CHANCE).of(truth[None])[0]
    widths = {}
    for sizes in ((None, None), (10_000, 10_000), (10_000, 100)):
        run = Curves(STEPS, *exact, axis="steps", train_size=sizes[0], test_size=sizes[1])
        best = fit(run, n=2, rules=[Preferred(1)], times=["log"], chance=CHANCE, starts=6).best
        widths[sizes] = {one.name: one.high - one.low for one in best.intervals or ()}
    assert widths[None, None]["g_1"] < widths[10_000, 10_000]["g_1"] / 10
    assert widths[10_000, 100]["g_1"] > 5 * widths[10_000, 10_000]["g_1"]  # of test alone, 10 times by the size
    assert widths[10_000, 100]["gamma_0"] < 2 * widths[10_000, 10_000]["gamma_0"]  # of train, too


def test_intervals_are_told_in_the_units_of_the_parameters():
    _, found, own = drawn(0, 2, Preferred(1))
    got = intervals(found, Preferred(1), *own.bounds(2))
    told = {one.name: one for one in named_intervals(found.objective.candidates, got.arrangements[0], got, own.length)}
    assert told["alpha_1"].low == pytest.approx(math.exp(got.low[3]))
    assert told["alpha_1"].low < told["alpha_1"].value < told["alpha_1"].high
    assert told["b_0"].value == got.arrangements[0][4]
    assert not told["gamma_0"].open_above


@pytest.mark.parametrize("early", [True, False])
def test_another_arrangement_is_found_from_the_wrong_one(early):
    """The preferred pattern comes first or last, and the only start has the two in each other's place."""
    b = [math.log(2000), math.log(100)] if early else [math.log(100), math.log(2000)]
    truth = np.array([0.6, 0.8, math.log(4), math.log(5), *b, 0.2, 0.85])
    candidates = Candidates(np.log(STEPS), 2, Preferred(1), CHANCE, CHANCE)
    target = candidates.of(truth[None])[0]
    wrong = truth.reshape(4, 2)[:, ::-1].reshape(1, 8)
    found = search(candidates, target, (SIZE, SIZE), scales("log", STEPS), wrong, robust=True)
    assert found.minima[0] == pytest.approx(truth, abs=1e-3)


def by_hand(rule, b, **changed):
    """Intervals of two patterns that are narrow about their values, and what becomes of them."""
    values = np.array([0.5, 0.5, 1.0, 1.0, *b, 0.5, 0.5])
    own = {"low": values - 0.1, "high": values + 0.1, "open_below": NO, "open_above": NO}
    made = Intervals(**own | {"inflation": np.ones(8), "arrangements": values[None], "better": None} | changed)
    return named_intervals(Candidates(np.log(STEPS), 2, rule, CHANCE, CHANCE), values, made, 8.0)


NO = np.zeros(8, dtype=bool)


def test_only_speeds_and_inflections_can_be_open():
    told = by_hand(Preferred(1), (3.0, 6.0), open_below=~NO, open_above=~NO)
    assert [(one.open_below, one.open_above) for one in told] == [(False, False)] * 2 + [(True, True)] * 4 + [
        (False, False)
    ] * 2
    assert [one.identified for one in told] == [True] * 2 + [False] * 4 + [True] * 2


def test_what_is_wide_or_ambiguous_is_not_identified():
    assert all(one.identified for one in by_hand(Mean(), (3.0, 6.0)))
    assert not any(one.identified for one in by_hand(Mean(), (3.0, 3.1)))  # which of them is the first?
    assert all(one.identified for one in by_hand(Preferred(1), (3.0, 3.1)))  # the rule tells them apart
    values = np.array([0.5, 0.5, 1.0, 1.0, 3.0, 6.0, 0.5, 0.5])
    reach = np.array([0.26, 0.24, 1.2, 1.1, 2.1, 1.9, 0.26, 0.24])  # beyond half the range, a factor 10, half the run
    told = by_hand(Preferred(1), (3.0, 6.0), low=values - reach, high=values + reach)
    assert [one.identified for one in told] == [False, True] * 4
    both = by_hand(Preferred(1), (3.0, 6.0), arrangements=np.stack([values, values + 0.1]))
    assert not any(one.identified for one in both)


def test_each_curve_pays_for_half_of_the_parameters():
    _, found, _ = drawn(0, 2, Preferred(1))
    candidates, x, target = found.objective.candidates, found.minima[:1], found.objective.target
    mu = candidates.of(x)[0]
    scatter, _ = _spread(candidates, x, target, (None, None), 1.5)
    expected = [fitted_scatter(target[c] - mu[c], mu[c], None, 4, 1.5) for c in (0, 1)]
    assert scatter[0] == pytest.approx(expected)


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
    assert np.diff(at).max() <= 2 * steps.size / MOST + 1  # and the end, for linear time
