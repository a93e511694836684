"""Enclosures over intervals hold what they enclose at times inside, and signs over intervals are the signs there."""

import random
from itertools import pairwise

import pytest
from flint import arb, ctx, fmpq

from grokdd.analytic.balls import BallCurves
from grokdd.analytic.monomials import Monomials, _over_leader, _Variable
from grokdd.analytic.slope import Instant, ScaledSlope

from .random_models import random_model

SEEDS = range(28)


def intervals(curves: BallCurves, rng: random.Random) -> list[tuple[fmpq, fmpq]]:
    """Return intervals near inflections, from a tenth of the fastest 1 / alpha to ten of the slowest long."""
    rates = [alpha for _, alpha, _ in curves.moving_parameters]
    found: list[tuple[fmpq, fmpq]] = []
    for _ in range(6):
        middle = rng.choice(curves.moving_parameters)[2] + fmpq(rng.randint(-300, 300), 100) / rng.choice(rates)
        half = fmpq(10) ** rng.choice((-1, 0, 1)) / rng.choice(rates)
        found.append((middle - half, middle + half))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_scaled_slope_is_enclosed(seed: int):
    curves, rng = BallCurves(random_model(seed)), random.Random(seed)
    with ctx.workprec(128):
        for low, high in intervals(curves, rng):
            ends, middle = (Instant(curves, low), Instant(curves, high)), Instant(curves, (low + high) / 2)
            slope = ScaledSlope(curves, ends[0], middle, ends[1])
            times = [low + (high - low) * fmpq(k, 12) for k in range(13)]
            found = [_scaled(curves, t, middle.leader) for t in times]
            assert all(slope.over.overlaps(value) for value in found if value.is_finite())
            for (one, value), (other, later) in pairwise(zip(times, found, strict=True)):
                # The mean value theorem: somewhere between them R' is the quotient.
                if value.is_finite() and later.is_finite():
                    assert (slope.change * arb(other - one)).overlaps(later - value)


def _scaled(curves: BallCurves, t: fmpq, leader: int) -> arb:
    """Return acc_test' over p' of one pattern, straight from the curves."""
    with ctx.workprec(2000):
        return curves.at(t).slope / curves.factors(t)[leader].slope


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sign_over_an_interval_is_the_sign_inside(seed: int):
    curves, rng = BallCurves(random_model(seed)), random.Random(seed)
    monomials = Monomials(curves)
    with ctx.workprec(128):
        for low, high in intervals(curves, rng):
            low_end, middle, high_end = (Instant(curves, t) for t in (low, (low + high) / 2, high))
            over = ScaledSlope(curves, low_end, middle, high_end).over
            signs = {(over > 0) - (over < 0), monomials.sign_over(low_end, middle, high_end)} - {0}
            if signs:
                inside = {Instant(curves, low + (high - low) * fmpq(k, 12)).sign for k in range(13)}
                assert inside - {0} <= signs
                assert len(signs) == 1


@pytest.mark.parametrize("way", [1, -1])
def test_a_ratio_that_is_not_monotone_is_enclosed(way: int):
    """With u_0 = exp(-t), u_1 = exp(-t - way t^2 / 2) on [-1, 1] the ratio exp(-way t^2 / 2) has its extremum inside,
    and u_1' / u_1 = -1 - way t lies in [-2, 0]."""
    with ctx.workprec(128):
        u_0 = [arb(-t).exp() for t in (-1, 0, 1)]
        u_1 = [(-t - way * arb(t) ** 2 / 2).exp() for t in (-1, 0, 1)]
        variables = [_Variable(u_0[0], u_0[1], u_0[2], arb(-1)), _Variable(u_1[0], u_1[1], u_1[2], arb(-1, 1))]
        found = _over_leader([(0b10, fmpq(1))], variables, 0b01, arb(0, 1))
        for t in (fmpq(k, 50) for k in range(-50, 51)):
            assert found.overlaps((-1 - way * t) * (-way * arb(t) ** 2 / 2).exp())
