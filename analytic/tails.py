"""Which way acc_test moves before a certain time, and after a certain time: its two tails, decided exactly.

Patterns of equal alpha and b share a clock, and with s = 1 / (1 + exp(-alpha (t - b))) of each clock acc_test is a
polynomial, sum_m c_m s^m, with exact coefficients. As t -> -infinity, s^m is exp(lambda_m t - e_m) with
lambda_m = sum m_k alpha_k and e_m = sum m_k alpha_k b_k, times factors between 1 and 1 + exp(alpha (t - b)). So

    acc_test' exp(-lambda t) = sum_m c_m (s^m exp(-lambda t)) sum_k m_k alpha_k (1 - s_k)

is led by the terms of least lambda, and each other term has a bound that falls as t does. Their sum is 0 only if
c_m cancel among equal e_m: exponentials of different rationals are linearly independent over the rationals
(Lindemann and Weierstrass). At the other end 1 - s takes the place of s, and -t that of t.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq, fmpz

from .balls import BallCurves
from .vertices import Number, moebius, scaled_vertices

Clock = tuple[fmpq, fmpq]
"""alpha > 0 and b."""
PRECISIONS = (128, 512, 2048)
FARTHEST = 300
"""Doublings of the distance after which no tail is looked for any more."""


class _Term(NamedTuple):
    """c_m s^m."""

    powers: tuple[int, ...]
    c: Number
    rate: fmpq
    """lambda_m."""
    delay: fmpq
    """e_m."""


class Tail:
    """acc_test as a polynomial of logistics, towards t = -infinity.

    Parameters
    ----------
    coefficients
        By the exponents of the clocks, with or without the constant; all may be multiplied by one positive number.
    clocks
        alpha and b of each.
    """

    def __init__(self, coefficients: Mapping[tuple[int, ...], Number], clocks: Sequence[Clock]) -> None:
        self.clocks = list(clocks)
        rates, delays = [alpha for alpha, _ in clocks], [alpha * b for alpha, b in clocks]
        self._terms = [
            _Term(powers, c, _total(powers, rates), _total(powers, delays))
            for powers, c in coefficients.items()
            if c != 0 and any(powers)
        ]
        least = min((term.rate for term in self._terms), default=fmpq(0))
        self._leading = [term for term in self._terms if term.rate == least]

    @property
    def constant(self) -> bool:
        """Whether acc_test is the same at all times, as a polynomial."""
        return not self._terms

    @property
    def leads(self) -> bool:
        """Whether the terms of least rate do not cancel."""
        sums: dict[fmpq, Any] = defaultdict(lambda: fmpz(0))
        for term in self._leading:
            sums[term.delay] += term.c
        return any(total != 0 for total in sums.values())

    def begins(self) -> tuple[fmpq, int] | None:
        """Return a time before which acc_test' has one sign, and the sign; None if none was found."""
        if not self.leads:
            return None
        slowest, first = min(alpha for alpha, _ in self.clocks), min(b for _, b in self.clocks)
        for bits in PRECISIONS:
            with ctx.workprec(bits):
                for doublings in range(FARTHEST):
                    t = first - 2**doublings / slowest
                    if sign := self._sign_before(t):
                        return t, sign
        return None

    def _sign_before(self, t: fmpq) -> int:
        """Return the sign of acc_test' at all times up to `t`; 0 if the bounds do not tell."""
        # 1 - s_k falls from 1 to this; so it encloses the factor of s^m too, up to t.
        rest = [(1 / (1 + (alpha * arb(t - b)).exp())).union(arb(1)) for alpha, b in self.clocks]
        rates = [alpha * share for (alpha, _), share in zip(self.clocks, rest, strict=True)]
        least, earliest = self._leading[0].rate, min(term.delay for term in self._leading)
        total = arb(0)
        for term in self._terms:
            size = arb((earliest - term.delay) + (term.rate - least) * t).exp()
            if term.rate != least:
                size = size.union(arb(0))
            rate = arb(0)
            for power, share, rate_of_one in zip(term.powers, rest, rates, strict=True):
                if power:
                    size *= share**power
                    rate += power * rate_of_one
            total += term.c * size * rate
        return 1 if total > 0 else -1 if total < 0 else 0


def tails(curves: BallCurves) -> tuple[Tail, Tail]:
    """Return acc_test towards t = -infinity, and, as a function of -t, towards t = +infinity."""
    clocks = sorted({one[1:] for one in curves.moving_parameters})
    which = [clocks.index(one[1:]) for one in curves.moving_parameters]
    values, _ = scaled_vertices(curves)
    left = _by_powers(moebius(values), which, len(clocks))
    right = _by_powers(moebius(values[::-1]), which, len(clocks))  # 1 - s: the sets change places with the rest
    return Tail(left, clocks), Tail(right, [(alpha, -b) for alpha, b in clocks])


def _by_powers(coefficients: Sequence[Number], which: Sequence[int], clocks: int) -> dict[tuple[int, ...], Number]:
    """Return the coefficients by the powers of the clocks, those of patterns that share a clock together."""
    found: dict[tuple[int, ...], Any] = defaultdict(lambda: fmpz(0))
    for mask, c in enumerate(coefficients):
        powers = [0] * clocks
        for bit, clock in enumerate(which):
            powers[clock] += mask >> bit & 1
        found[tuple(powers)] += c
    return found


def _total(powers: Sequence[int], values: Sequence[fmpq]) -> fmpq:
    return sum((k * value for k, value in zip(powers, values, strict=True) if k), fmpq(0))
