"""Turns of acc_test where all patterns that move it share alpha and b: zeros of a polynomial, decided exactly.

Then acc_test = P(s) with the one logistic s, and acc_test' = P'(s) s'. FLINT isolates the roots of P' with their
multiplicities: at one of even multiplicity the slope touches 0 and goes on as before.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from flint import arb, ctx, fmpq, fmpq_poly

from .slope import exact, sign_of
from .turns import PRECISIONS, Turn
from .vertices import Number


def one_clock_turns(coefficients: Sequence[Number], alpha: fmpq, b: fmpq, width: fmpq) -> list[Turn] | None:
    """Return all turns on the whole line, each in an interval of at most `width`; None if the bits do not suffice.

    Parameters
    ----------
    coefficients
        Of P, or of P times a positive number, from the constant on; P is not constant.
    """
    slope = fmpq_poly(list(coefficients)).derivative()
    inner = slope
    for end in (fmpq_poly([0, 1]), fmpq_poly([-1, 1])):  # roots at s = 0 and s = 1 are never reached
        while inner % end == 0:
            inner //= end
    for bits in PRECISIONS[1:]:
        with ctx.workprec(bits):
            found = _turns(slope, inner, alpha, b)
            if found is not None and all(turn.high - turn.low <= width for turn in found):
                return found
    return None


def _turns(slope: fmpq_poly, inner: fmpq_poly, alpha: fmpq, b: fmpq) -> list[Turn] | None:
    """Return the turns at the precision of now; None if a root cannot be told from 0, from 1 or from another."""
    found: list[Turn] = []
    for root, multiplicity in sorted(_real_roots(inner), key=lambda pair: pair[0].mid()):
        if root < 0 or root > 1 or multiplicity % 2 == 0:
            continue
        if not (root > 0 and root < 1):
            return None
        t = arb(b) + (root / (1 - root)).log() / arb(alpha)
        before = -found[-1].before if found else _sign_at_0(slope)
        found.append(Turn(exact(t.lower()), exact(t.upper()), before))
    apart = all(one.high < other.low for one, other in pairwise(found))
    return found if apart else None


def _real_roots(polynomial: fmpq_poly) -> list[tuple[arb, int]]:
    """Return the real roots with their multiplicities; a real one has an imaginary part of exactly 0."""
    # python-flint's stubs forget the multiplicities.
    roots: Any = polynomial.numer().complex_roots() if polynomial.degree() > 0 else []
    return [(root.real, multiplicity) for root, multiplicity in roots if root.imag == 0]


def _sign_at_0(slope: fmpq_poly) -> int:
    """Return the sign of P' just above s = 0: that of its lowest coefficient."""
    return next(sign_of(arb(c)) for c in slope.coeffs() if c != 0)
