"""The sign of acc_test' over a long interval, from exact coefficients around the vertex that the curve is near.

Over an interval each pattern is nearer to 0 or to gamma in its middle. With u = s, the logistic, for the first kind and
u = 1 - s for the second, acc_test is a polynomial sum_m c_m u^m with exact coefficients, and

    acc_test' = sum_m c_m u^m sum_{k in m} d_k,   d_k = u_k' / u_k = alpha_k (1 - s_k) or -alpha_k s_k.

Divided by the u^m that leads, its terms are ratios whose logarithms are almost linear in time: their ends enclose them,
however long the interval is. What cancels exactly is not there at all, as under a preferred pattern that is complete,
where the slope of `slope` is a difference of numbers that both fall by hundreds of decades.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flint import arb, fmpq

from .balls import BallCurves
from .factors import Factor
from .slope import Instant, sign_of
from .vertices import Number, moebius, scaled_vertices


class _Variable(NamedTuple):
    """u of one pattern at the ends of an interval and in its middle, and u' / u on the interval."""

    low: arb
    middle: arb
    high: arb
    rate: arb


class Monomials:
    """acc_test as a polynomial around any vertex of the box."""

    def __init__(self, curves: BallCurves) -> None:
        self._alphas = [alpha for _, alpha, _ in curves.moving_parameters]
        self._values, _ = scaled_vertices(curves)
        self._terms: dict[int, list[tuple[int, Number]]] = {}

    def sign_over(self, low: Instant, middle: Instant, high: Instant) -> int:
        """Return the sign of acc_test' on the whole of an interval; 0 if the bounds do not tell."""
        learned = [factor.side > 0 for factor in middle.factors]
        terms = self._around(sum(1 << bit for bit, up in enumerate(learned) if up))
        factors = zip(low.factors, middle.factors, high.factors, strict=True)
        variables = [_variable(*one) for one in zip(self._alphas, learned, factors, strict=True)]
        sizes = _products((arb(1), one.middle) for one in variables)
        leader = max(terms, key=lambda term: abs(sizes[term[0]] * term[1]).upper())[0]
        return sign_of(_over_leader(terms, variables, leader, arb(0, (high.t - low.t) / 2)))

    def _around(self, near: int) -> list[tuple[int, Number]]:
        """Return the coefficients around a vertex that are not 0, by the sets of their factors; not the constant.

        All of them may be multiplied by one positive number.
        """
        if near not in self._terms:
            turned = [self._values[mask ^ near] for mask in range(len(self._values))]
            self._terms[near] = [(mask, c) for mask, c in enumerate(moebius(turned)) if mask and c != 0]
        return self._terms[near]


def _variable(alpha: fmpq, learned: bool, factors: Sequence[Factor]) -> _Variable:
    low, middle, high = factors
    if learned:
        return _Variable(low.rest, middle.rest, high.rest, -alpha * low.s.union(high.s))
    return _Variable(low.s, middle.s, high.s, alpha * low.rest.union(high.rest))


def _over_leader(
    terms: Sequence[tuple[int, Number]], variables: Sequence[_Variable], leader: int, off_middle: arb
) -> arb:
    """Return acc_test' over the u^m that leads, on the interval."""
    leads = [leader >> bit & 1 for bit in range(len(variables))]
    rates = _sums((arb(0), one.rate) for one in variables)
    # What a monomial shares with the leading one cancels exactly.
    drifts = _sums((-one.rate, arb(0)) if up else (arb(0), one.rate) for one, up in zip(variables, leads, strict=True))
    low, middle, high = (
        _products((1 / u, arb(1)) if up else (arb(1), u) for u, up in zip(us, leads, strict=True))
        for us in list(zip(*variables, strict=True))[:3]
    )
    total = arb(0)
    for m, c in terms:
        drift = drifts[m]
        monotone = drift > 0 or drift < 0
        ratio = low[m].union(high[m]) if monotone else middle[m] * (drift * off_middle).exp()
        total += c * rates[m] * ratio
    return total


def _products(pairs: Iterable[tuple[arb, arb]]) -> list[arb]:
    """Return the products of one of each pair, for each set the second of those in it and the first of the rest."""
    found = [arb(1)]
    for out, within in pairs:
        found = [out * x for x in found] + [within * x for x in found]
    return found


def _sums(pairs: Iterable[tuple[arb, arb]]) -> list[arb]:
    """Return the sums of one of each pair, likewise."""
    found = [arb(0)]
    for out, within in pairs:
        found = [out + x for x in found] + [within + x for x in found]
    return found
