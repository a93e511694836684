"""Exact arithmetic from the definition of the model, which kernels are held against."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest

from grokdd.analytic import PatternModel

EPS = 2.0**-52


def members(index: int) -> tuple[int, ...]:
    return tuple(i for i in range(index.bit_length()) if index >> i & 1)


def exact_acc_test(model: PatternModel, p: Sequence[Fraction]) -> Fraction:
    """Sum over all sets A of P(A) G(A), as it is written (docs/theory.md, section 1, equation 2)."""
    # Over a common denominator the products are of integers, which is what makes n = 12 quick.
    unit = max((value.denominator for value in p), default=1)
    right = [int(value * unit) for value in p]
    assert [Fraction(k, unit) for k in right] == list(p)
    total = Fraction(0)
    for index in range(2**model.n):
        inside = members(index)
        weight = 1
        for i in range(model.n):
            weight *= right[i] if i in inside else unit - right[i]
        total += weight * model.generalization(inside)
    return total / unit**model.n


@pytest.fixture(scope="session")
def exact() -> Callable[[PatternModel, Sequence[Fraction]], Fraction]:
    return exact_acc_test
