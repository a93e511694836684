"""The mean rule's accuracy in exact rationals or with certified digits, by other formulas than the kernels'."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError

Array = NDArray[np.float64]

BITS = 208
"""Of Arb's balls: some 60 digits are left after a million sums."""
END = 130.0
"""The integral is cut at u = END / mu, beyond which at most (1 + mu) exp(-END) of it lies: 4e-51 at mu = 10^6."""
SMALLEST = 1e-52
"""Terms of a series below this are left out."""


def by_counting(p: Sequence[Any], g: Sequence[Any]) -> Any:
    """Return sum_s E[sum of g over A; |A| = s] / s, in the arithmetic of p and g, in n**2 steps.

    The definition, its sets grouped by their size. With c_s = P(|A| = s) and d_s = E[sum of g over A; |A| = s] a
    pattern more makes

        c_s <- q c_s + p c_(s-1),    d_s <- q d_s + p (d_(s-1) + g c_(s-1)).

    >>> by_counting([Fraction(1, 2)] * 2, [Fraction(1), Fraction(0)])
    Fraction(3, 8)
    """
    zero = 0 * p[0]
    chances, sums = [zero + 1], [zero]
    for right, gain in zip(p, g, strict=True):
        wrong = 1 - right
        more = [(right * c, right * (d + gain * c)) for c, d in zip(chances, sums, strict=True)]
        chances = [wrong * c + up for c, up in zip([*chances, zero], [zero, *(c for c, _ in more)], strict=True)]
        sums = [wrong * d + up for d, up in zip([*sums, zero], [zero, *(d for _, d in more)], strict=True)]
    return sum((d / s for s, d in enumerate(sums) if s), zero)


def exactly(p: Array, g: Array) -> Fraction:
    """Return the accuracy as a fraction, for p and g (n,) as doubles: exact, for some 20 patterns."""
    return by_counting([Fraction(x) for x in p.tolist()], [Fraction(x) for x in g.tolist()])


def in_balls(p: Array, g: Array) -> Any:
    """Return the accuracy as an Arb ball, for p and g (n,) as doubles, for some 1000 patterns."""
    with flint.ctx.workprec(BITS):
        return by_counting([flint.arb(x) for x in p.tolist()], [flint.arb(x) for x in g.tolist()])


def by_moments(p: Array, g: Array) -> Any:
    """Return the accuracy as an Arb ball to some 50 digits, for p and g (n,) as doubles, for millions of patterns.

    With S_k = sum p^k and W_k = sum g p^k the integrand of docs/theory.md, equation (3), is

        exp(-sum_k S_k u^k / k) sum_k W_(k+1) u^k,

    two series that need few terms where the largest p times u is small on what counts of [0, 1]; Arb integrates.

    Raises
    ------
    InputError
        If p times u is not small: with too few patterns the layer is too wide.
    """
    mean = float(p.sum())
    end = min(1.0, END / mean)
    largest = float(p.max()) * end
    if not largest <= 0.5:
        raise InputError(f"p must sum to at least {2 * END:g} times its maximum, got a sum of {mean:g}: use in_balls")
    terms = 2 + int(np.log(SMALLEST) / np.log(largest))
    with flint.ctx.workprec(BITS):
        moments, gains = _power_sums(p, g, terms)
        return flint.acb.integral(lambda u, _: _integrand(u, moments, gains), 0, flint.arb(end)).real


def _integrand(u: Any, moments: list[Any], gains: list[Any]) -> Any:
    exponent, total, power = 0 * u, 0 * u, 0 * u + 1
    for k, (moment, gain) in enumerate(zip(moments, gains, strict=True), start=1):
        total += gain * power
        power *= u
        exponent -= moment * power / k
    return exponent.exp() * total


def _power_sums(p: Array, g: Array, terms: int) -> tuple[list[Any], list[Any]]:
    """Return S_1 .. S_terms and W_1 .. W_terms; patterns of equal p are taken together."""
    values, places = np.unique(p, return_inverse=True)
    counts = np.bincount(places)
    ones = [flint.arb(0)] * values.size
    for place, gain in zip(places.tolist(), g.tolist(), strict=True):
        ones[place] = ones[place] + gain
    right = [flint.arb(x) for x in values.tolist()]
    moments = [flint.arb(int(count)) for count in counts]
    gains = ones
    found: tuple[list[Any], list[Any]] = ([], [])
    for _ in range(terms):
        moments = [x * y for x, y in zip(moments, right, strict=True)]
        gains = [x * y for x, y in zip(gains, right, strict=True)]
        found[0].append(sum(moments, flint.arb(0)))
        found[1].append(sum(gains, flint.arb(0)))
    return found


def relative_error(got: float, expected: Any) -> float:
    """Return |got / expected - 1| for an expected fraction or ball, as a float."""
    if isinstance(expected, Fraction):
        return float(abs(Fraction(got) / expected - 1))
    with flint.ctx.workprec(BITS):
        return float(abs(flint.arb(got) / expected - 1).mid())
