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

from flint import arb, ctx, fmpq

from .balls import BallCurves

Clock = tuple[fmpq, fmpq]
"""alpha > 0 and b."""
PRECISIONS = (128, 512, 2048)
FARTHEST = 300
"""Doublings of the distance after which no tail is looked for any more."""


class Tail:
    """acc_test as a polynomial of logistics, towards t = -infinity.

    Parameters
    ----------
    coefficients
        By the exponents of the clocks; without the constant.
    clocks
        alpha and b of each.
    """

    def __init__(self, coefficients: Mapping[tuple[int, ...], fmpq], clocks: Sequence[Clock]) -> None:
        self._terms = {powers: c for powers, c in coefficients.items() if c != 0 and any(powers)}
        self.clocks = list(clocks)
        self._rates = {powers: _total(powers, [alpha for alpha, _ in clocks]) for powers in self._terms}
        self._delays = {powers: _total(powers, [alpha * b for alpha, b in clocks]) for powers in self._terms}
        self._least = min(self._rates.values(), default=fmpq(0))

    @property
    def constant(self) -> bool:
        """Whether acc_test is the same at all times, as a polynomial."""
        return not self._terms

    @property
    def leads(self) -> bool:
        """Whether the terms of least rate do not cancel."""
        sums: dict[fmpq, fmpq] = defaultdict(lambda: fmpq(0))
        for powers in self._leading():
            sums[self._delays[powers]] += self._terms[powers]
        return any(total != 0 for total in sums.values())

    def polynomial(self) -> list[fmpq]:
        """Return the coefficients of the polynomial of one clock, but for its constant, which is left at 0."""
        top = max(power for (power,) in self._terms)
        return [self._terms.get((power,), fmpq(0)) for power in range(top + 1)]

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

    def _leading(self) -> list[tuple[int, ...]]:
        return [powers for powers in self._terms if self._rates[powers] == self._least]

    def _sign_before(self, t: fmpq) -> int:
        """Return the sign of acc_test' at all times up to `t`; 0 if the bounds do not tell."""
        # 1 - s_k falls from 1 to this; so it encloses the factor of s^m too, up to t.
        rest = [(1 / (1 + (alpha * arb(t - b)).exp())).union(arb(1)) for alpha, b in self.clocks]
        earliest = min(self._delays[powers] for powers in self._leading())
        total = arb(0)
        for powers, c in self._terms.items():
            size = arb(earliest - self._delays[powers] + (self._rates[powers] - self._least) * t).exp()
            if self._rates[powers] > self._least:
                size = size.union(arb(0))
            rate = arb(0)
            for power, (alpha, _), share in zip(powers, self.clocks, rest, strict=True):
                size *= share**power
                rate += power * alpha * share
            total += c * size * rate
        return 1 if total > 0 else -1 if total < 0 else 0


def tails(curves: BallCurves) -> tuple[Tail, Tail]:
    """Return acc_test towards t = -infinity, and, as a function of -t, towards t = +infinity."""
    clocks = sorted({curves.parameters[i][1:] for i in curves.moving})
    which = [clocks.index(curves.parameters[i][1:]) for i in curves.moving]
    values = vertex_values(curves)
    left = _by_powers(moebius(values), which, len(clocks))
    right = _by_powers(moebius(values[::-1]), which, len(clocks))  # 1 - s: the sets change places with the rest
    return Tail(left, clocks), Tail(right, [(alpha, -b) for alpha, b in clocks])


def vertex_values(curves: BallCurves) -> list[fmpq]:
    """Return acc_test, exactly, where the patterns of each set stand at gamma and the other moving ones at 0."""
    values = list(curves.table)
    for bit, i in enumerate(curves.moving):
        share = curves.parameters[i][0]
        for mask in range(len(values)):
            if mask >> bit & 1:
                without = values[mask ^ 1 << bit]
                values[mask] = without + share * (values[mask] - without)
    return values


def moebius(values: Sequence[fmpq]) -> list[fmpq]:
    """Return the coefficients of the multilinear polynomial with these values at the vertices of the unit cube."""
    found = list(values)
    for bit in range(len(found).bit_length() - 1):
        for mask in range(len(found)):
            if mask >> bit & 1:
                found[mask] -= found[mask ^ 1 << bit]
    return found


def _by_powers(coefficients: Sequence[fmpq], which: Sequence[int], clocks: int) -> dict[tuple[int, ...], fmpq]:
    """Return the coefficients by the powers of the clocks, those of patterns that share a clock together."""
    found: dict[tuple[int, ...], fmpq] = defaultdict(lambda: fmpq(0))
    for mask, c in enumerate(coefficients):
        powers = [0] * clocks
        for bit, clock in enumerate(which):
            powers[clock] += mask >> bit & 1
        found[tuple(powers)] += c
    return found


def _total(powers: Sequence[int], values: Sequence[fmpq]) -> fmpq:
    return sum((k * value for k, value in zip(powers, values, strict=True)), fmpq(0))
