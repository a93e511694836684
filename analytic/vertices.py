"""acc_test, exactly, where each pattern stands at 0 or at gamma: at the vertices of a box, between which it is affine.

Differences of these values are its coefficients as a polynomial. Sums of rationals are slow, for the common divisors
that they look for; so all are brought to one denominator first, of which no sign depends.
"""

from collections.abc import Sequence
from typing import Any

from flint import fmpq, fmpz

from .balls import BallCurves

LONG = 2**15
"""Bits of a common denominator above which rationals are left as they are. Those of a soft preference have one factor
for each set: with 12 patterns each integer would be of 200 thousand bits."""
Number = fmpz | fmpq


def vertex_values(curves: BallCurves) -> list[fmpq]:
    """Return acc_test, exactly, where the patterns of each set stand at gamma and the other moving ones at 0."""
    values, scale = scaled_vertices(curves)
    return [fmpq(value) / scale for value in values]


def scaled_vertices(curves: BallCurves) -> tuple[list[Number], fmpz]:
    """Return the same times a positive number, as integers if they are not too long, and that number."""
    values, scale = _cleared(curves.table)
    for bit, (gamma, _, _) in enumerate(curves.moving_parameters):
        learned, all_of_it = gamma.p, gamma.q
        for mask in range(len(values)):
            if mask >> bit & 1:
                without = values[mask ^ 1 << bit]
                values[mask] = (all_of_it - learned) * without + learned * values[mask]
                values[mask ^ 1 << bit] = all_of_it * without
        scale *= all_of_it
    return values, scale


def moebius(values: Sequence[Number]) -> list[Number]:
    """Return the coefficients of the multilinear polynomial with these values at the vertices of the unit cube."""
    found: list[Any] = list(values)  # python-flint's stubs know no sum of one of them with either
    for bit in range(len(found).bit_length() - 1):
        for mask in range(len(found)):
            if mask >> bit & 1:
                found[mask] -= found[mask ^ 1 << bit]
    return found


def _cleared(values: Sequence[fmpq]) -> tuple[list[Any], fmpz]:
    """Return rationals times one positive number, as integers if they are not too long, and that number."""
    common = fmpz(1)
    for value in values:
        common = common.lcm(value.q)
        if common.bit_length() > LONG:
            return list(values), fmpz(1)
    return [value.p * (common // value.q) for value in values], common
