"""1/W as a sum of exponentials: each proved bound evaluated in balls, and the sum itself as it stands in doubles."""

from fractions import Fraction
from itertools import pairwise

import flint
import numpy as np
import pytest

from grokdd.simulate.exponential_sum import BLOCK_END, BLOCK_NODES, FAR, STEP, TABLE, exponential_sum
from grokdd.simulate.make_nodes import make_block

BITS = 200


@pytest.fixture(autouse=True)
def precision():
    before, flint.ctx.prec = flint.ctx.prec, BITS
    yield
    flint.ctx.prec = before


def exact(number):
    if isinstance(number, Fraction):
        return flint.arb(flint.fmpq(number.numerator, number.denominator))
    return flint.arb(float(number))


def test_shipped_block_is_what_the_script_makes():
    expected = make_block()
    with np.load(TABLE) as got:
        assert set(got.files) == set(expected)
        for name, values in expected.items():
            assert got[name].tolist() == values.tolist()


@pytest.mark.parametrize(("power", "limit"), [(0, 9e-19), (1, 3e-17)])
def test_trapezoidal_rule_is_off_by_less_than_a_rounding(power, limit):
    """For s^power: relative error at most 2 sum |Gamma(1 + power + 2 pi i j/h)| / power!, by Poisson's formula.

    |Gamma(1 + iy)|^2 = pi y/sinh(pi y), and Gamma(2 + iy) = (1 + iy) Gamma(1 + iy). The terms fall by e^-44 each.
    """
    total = flint.arb(0)
    for j in range(1, 4):
        y = 2 * flint.arb.pi() * j / exact(STEP)
        size = (flint.arb.pi() * y / (flint.arb.pi() * y).sinh()).sqrt()
        total += 2 * size * ((1 + y * y).sqrt() if power else 1)
    assert limit / 100 < total < limit


@pytest.mark.parametrize(("power", "limit"), [(0, 1e-18), (1, 1e-17)])
def test_nodes_left_out_hold_little(power, limit):
    """Left out are nodes x = W s > FAR, of mass h x each: h sum x^(1 + power) e^-x, most where the first is at FAR."""
    h = exact(STEP)
    tail = h * sum(
        ((x := FAR * (h * k).exp()) ** (1 + power) * (-x).exp() for k in range(20)), flint.arb(0)
    )  # beyond 20 of them e^-x is below e^-3000
    assert limit / 1000 < tail < limit


@pytest.mark.parametrize(("power", "limit"), [(0, 1e-19), (1, 1e-17)])
def test_gauss_rule_of_the_block_is_off_by_less_than_a_rounding(power, limit):
    """The remainder of m nodes is f^(2m)/(2m)! times the integral of pi_m^2, pi_m the polynomial of the nodes.

    f = y^power e^(-x y), x = W/heaviest <= 1, and what it adds up to is 1/x^(1 + power): relative errors are x^(1 +
    power) times the remainder. |f^(2m)| is at most 1 for power 0, and at most 2 m + y for power 1.
    """
    with np.load(TABLE) as table:
        nodes = [exact(node) for node in table["y"]]
    h = exact(STEP)
    mass = flint.arb(0)
    for k in range(1, 1500):
        y = BLOCK_END * (-h * k).exp()
        square = flint.arb(1)
        for node in nodes:
            square *= (y - node) ** 2
        mass += h * y * square
    remainder = mass / flint.arb.fac_ui(2 * BLOCK_NODES)
    assert limit / 1e6 < remainder * (2 * BLOCK_NODES + BLOCK_END if power else 1) < limit


@pytest.mark.parametrize("ratio", [1.0, 2.0, 64.0, 1e3, 6.4e7, 2.0**1000])
@pytest.mark.parametrize("scale", [1.0, 1e-3, 7.3])
def test_the_doubles_sum_to_one_over_W(ratio, scale):
    lightest, heaviest = scale, scale * ratio
    s, weights = exponential_sum(lightest, heaviest)
    balls = [(exact(a), exact(b)) for a, b in zip(s, weights, strict=True)]
    for x in np.linspace(0, 1, 40).tolist():
        W = min(max(lightest * ratio**x, lightest), heaviest)
        value = sum((b * (-exact(W) * a).exp() for a, b in balls), flint.arb(0)) * exact(W)
        slope = sum((a * b * (-exact(W) * a).exp() for a, b in balls), flint.arb(0)) * exact(W) ** 2
        # Each node and weight has at most 6 roundings, which x e^-x and e^-x spread over the sum: 12 of the whole.
        assert abs(float(value - 1)) <= 13 * 2.0**-53
        assert abs(float(slope - 1)) <= 26 * 2.0**-53  # x e^-x and x^2 e^-x


def test_as_many_nodes_as_the_range_needs():
    sizes = [exponential_sum(1.0, 10.0**k)[0].size for k in range(7)]
    assert sizes[0] == 20
    assert all(10 <= b - a <= 11 for a, b in pairwise(sizes))
