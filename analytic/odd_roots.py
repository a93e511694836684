"""The positive numbers x at which a polynomial in x and v changes its sign, where v is exp of a rational.

exp(d) for a rational d other than 0 is transcendental (Lindemann): no polynomial over the rationals is 0 there but the
one whose coefficients all are. So what is true of polynomials in x and a letter v is true with exp(d) in its place, and
the factors of FLINT's square-free factorization have simple roots, no two of them a common one. The sign changes at
those of odd multiplicity and at no others. Where d = 0 the polynomial must not hold v.

The roots of one factor are isolated by Descartes' rule of signs, which is made to count those in an interval by a
Moebius transformation. It says 0 or 1, exactly, if the interval is narrow and the root simple (Vincent); else the
interval is cut. All of it is in log x, in which neighbouring roots may be thousands apart.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from flint import arb, arb_poly, ctx, fmpq, fmpq_mpoly

from .slope import exact, sign_of
from .turns import SHARES

Interval = tuple[fmpq, fmpq]
"""Of log x."""
MANY = 2
"""Changes of sign that say nothing about the number of roots."""
MOST_LOOKS = 2000
"""Intervals that are looked at before more bits are tried: some 100 are usual."""


class OddRoots:
    """The positive roots of odd multiplicity of a polynomial that is not 0."""

    def __init__(self, polynomial: fmpq_mpoly) -> None:
        factors: Any = polynomial.factor_squarefree()[1]
        self._factors = [_by_power(factor) for factor, multiplicity in factors if multiplicity % 2]

    def isolated(self, v: arb, width: fmpq) -> list[Interval] | None:
        """Return the logarithm of each in an interval of at most `width`; None if the bits of now do not suffice."""
        found: list[Interval] = []
        for factor in self._factors:
            roots = _Factor([_value(coefficient, v) for coefficient in factor]).roots(width)
            if roots is None:
                return None
            found += roots
        found.sort()
        return found if all(one[1] < other[0] for one, other in pairwise(found)) else None


def sign_before(polynomial: fmpq_mpoly, v: arb) -> int:
    """Return the sign of a polynomial for small x > 0: that of its lowest coefficient; 0 if it needs more bits."""
    return sign_of(_value(_by_power(polynomial)[0], v))


class _Factor:
    """A polynomial in x with simple roots, none of them 0, at the precision of now."""

    def __init__(self, coefficients: Sequence[arb]) -> None:
        self._coefficients, self._polynomial = coefficients, arb_poly(coefficients)

    def roots(self, width: fmpq) -> list[Interval] | None:
        """Return the logarithms of the positive roots; None if the bits do not suffice."""
        if not (sign_of(self._coefficients[0]) and sign_of(self._coefficients[-1])):
            return None
        waiting, found = [self._whole()], list[Interval]()
        for _ in range(MOST_LOOKS):
            if not waiting:
                return found
            low, high = waiting.pop()
            changes = self._changes(low, high)
            if changes == 0:
                continue
            part = self._narrowed(low, high, width) if changes == 1 else self._cut(low, high)
            if part is None:
                return None
            if isinstance(part, tuple):
                found.append(part)
            else:
                waiting += [(low, part), (part, high)]
        return None

    def _whole(self) -> Interval:
        """Return an interval outside of which there is no root (Cauchy); not symmetric, as the polynomial may be."""
        largest = max(abs(c).upper() for c in self._coefficients)
        low, high = ((1 + largest / abs(self._coefficients[end])).log() for end in (0, -1))
        return -exact(low.upper()) - fmpq(1, 3), exact(high.upper()) + fmpq(1, 5)

    def _changes(self, low: fmpq, high: fmpq) -> int:
        """Return the changes of sign of (1 + y)^n h((x_0 + x_1 y) / (1 + y)), which is h on an interval for y > 0."""
        start, end = arb(low).exp(), arb(high).exp()
        inside = self._polynomial(arb_poly([start, end - start])).coeffs()
        inside += [arb(0)] * (len(self._coefficients) - len(inside))
        signs = [sign_of(c) for c in arb_poly(inside[::-1])(arb_poly([1, 1])).coeffs()]
        return sum(one != other for one, other in pairwise(signs)) if all(signs) else MANY

    def _sign_at(self, log_x: fmpq) -> int:
        return sign_of(self._polynomial(arb(log_x).exp()))

    def _cut(self, low: fmpq, high: fmpq) -> fmpq | None:
        """Return a place about the middle where the sign is known; None where the interval is too narrow for that."""
        if high - low < fmpq(1, 2**ctx.prec):
            return None
        cuts = (low + (high - low) * fmpq(share, 64) for share in SHARES)
        return next((cut for cut in cuts if self._sign_at(cut)), None)

    def _narrowed(self, low: fmpq, high: fmpq, width: fmpq) -> Interval | None:
        """Return the only root of an interval in a narrower one."""
        before = self._sign_at(low)
        if low < 0 < high and self._polynomial(arb(1)).is_zero():
            return fmpq(0), fmpq(0)
        while high - low > width:
            cut = self._cut(low, high)
            if cut is None:
                return None
            low, high = (cut, high) if self._sign_at(cut) == before else (low, cut)
        return low, high


def _by_power(polynomial: fmpq_mpoly) -> list[Mapping[int, fmpq]]:
    """Return the coefficients from the lowest power of x that has one on, each by powers of v."""
    found: dict[int, dict[int, fmpq]] = {}
    for (of_x, of_v), coefficient in polynomial.to_dict().items():
        found.setdefault(of_x, {})[of_v] = coefficient
    return [found.get(power, {}) for power in range(min(found), max(found) + 1)]


def _value(coefficient: Mapping[int, fmpq], v: arb) -> arb:
    return sum((arb(number) * v**power for power, number in coefficient.items()), arb(0))
