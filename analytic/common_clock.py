"""acc_test as a quotient of polynomials, where all speeds are multiples of one: its extrema and crossings, exactly.

With the common measure a of the speeds, alpha_i = m_i a, and x = exp(a (t - b)) for the earliest b, pattern i has
p_i = gamma_i x^m_i / (x^m_i + u_i). Here u_i = exp(alpha_i (b_i - b)) is a power of v = exp(d), with the common measure
d of these rationals. So acc_test = P / Q with polynomials P and Q > 0 in x and v, and acc_test' has the sign of
P' Q - P Q'. Where such a polynomial changes its sign is exact algebra (`odd_roots`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from math import prod
from typing import Any

from flint import arb, ctx, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from .balls import BallCurves
from .odd_roots import OddRoots, sign_before
from .turns import Turn
from .vertices import scaled_vertices

PRECISIONS = (256, 512, 1024, 2048, 4096)
LARGEST_DEGREE = 200
"""Degree in x up to which roots are isolated."""
LARGEST_AREA = 100_000
"""Degree in x times degree in v up to which polynomials are multiplied out."""
LARGEST_SIZE = 10**7
"""The same times the bits of a coefficient, up to which they are factored: squares of this size take up to a second."""
RING = fmpq_mpoly_ctx.get(("x", "v"), "lex")


class CommonClock:
    """acc_test of a model as P / Q, times one positive number.

    Parameters
    ----------
    curves
        Of a model with at least one moving pattern.
    """

    def __init__(self, curves: BallCurves) -> None:
        self._curves = curves
        alphas, times = zip(*((alpha, b) for _, alpha, b in curves.moving_parameters), strict=True)
        self._first = min(times)
        delays = [alpha * (b - self._first) for alpha, b in zip(alphas, times, strict=True)]
        self._rate, self._delay = _measure(alphas), _measure(delays)
        self._powers = [
            (int((alpha / self._rate).p), int((delay / self._delay).p) if delay else 0)
            for alpha, delay in zip(alphas, delays, strict=True)
        ]

    @property
    def small(self) -> bool:
        """Whether the polynomial whose sign is that of acc_test' can be factored in a few seconds."""
        of_x, of_v = map(sum, zip(*self._powers, *set(self._powers), strict=True))
        return of_x <= LARGEST_DEGREE and of_x * (of_v + 1) <= LARGEST_AREA and _size(self._slope) <= LARGEST_SIZE

    @property
    def constant(self) -> bool:
        """Whether acc_test is the same at all times."""
        return self._slope.is_zero()

    def turns(self, width: fmpq) -> list[Turn] | None:
        """Return all turns of acc_test, each in an interval of at most `width`; None if the bits do not suffice."""
        return self._sign_changes(self._slope, width)

    def passes(self, level: fmpq, width: fmpq) -> list[Turn] | None:
        """Return all changes of sign of acc_test - `level` in the same way."""
        return self._sign_changes(self._above(level), width)

    @cached_property
    def _powers_of_sets(self) -> list[tuple[int, int]]:
        """Powers of x and v in the product of x^m_i over each set and of u_i over the others, by masks."""
        found = [(0, sum(k for _, k in self._powers))]
        for m, k in self._powers:
            found += [(of_x + m, of_v - k) for of_x, of_v in found]
        return found

    @cached_property
    def _vertices(self) -> tuple[list[Any], Any]:
        return scaled_vertices(self._curves)

    def _above(self, level: fmpq) -> fmpq_mpoly:
        """Return P - level Q."""
        values, scale = self._vertices
        found: dict[tuple[int, int], fmpq] = defaultdict(lambda: fmpq(0))
        for powers, value in zip(self._powers_of_sets, values, strict=True):
            found[powers] += value - level * scale
        return RING.from_dict(found)

    @cached_property
    def _slope(self) -> fmpq_mpoly:
        """Of the sign of acc_test': (P' Q - P Q') x R / Q, where each factor of Q is once in R."""
        x, v = RING.gens()
        above, factors = self._above(fmpq(0)), {(m, k): x**m + v**k for m, k in self._powers}
        whole = prod(factors.values(), start=RING.constant(1))
        inner = RING.constant(0)
        for (m, k), times in Counter(self._powers).items():
            rest = prod((factor for one, factor in factors.items() if one != (m, k)), start=RING.constant(1))
            inner += times * m * x**m * rest
        return x * above.derivative(0) * whole - above * inner

    def _sign_changes(self, polynomial: fmpq_mpoly, width: fmpq) -> list[Turn] | None:
        if polynomial.is_zero():
            return []
        if _size(polynomial) > LARGEST_SIZE:
            return None
        roots = OddRoots(polynomial)
        for bits in PRECISIONS:
            with ctx.workprec(bits):
                v = arb(self._delay).exp()
                found = roots.isolated(v, min(width * self._rate, fmpq(1, 2 ** (bits // 2))))
                before = sign_before(polynomial, v)
            if found is not None and before:
                times = [(self._first + low / self._rate, self._first + high / self._rate) for low, high in found]
                return [Turn(low, high, before * (-1) ** passed) for passed, (low, high) in enumerate(times)]
        return None


def _size(polynomial: fmpq_mpoly) -> int:
    """Return about how many bits a polynomial would have if none of its coefficients were 0."""
    of_x, of_v = polynomial.degrees()
    bits = max((c.p.bit_length() + c.q.bit_length() for c in polynomial.coeffs()), default=0)
    return (of_x + 1) * (of_v + 1) * bits


def _measure(numbers: Iterable[fmpq]) -> fmpq:
    """Return the largest rational of which all `numbers`, which are not negative, are multiples; 0 if they are 0."""
    found = fmpq(0)
    for number in numbers:
        found = fmpq((found.p * number.q).gcd(number.p * found.q), found.q * number.q)
    return found
