"""BinaryOperation: every equation x ∘ y = z (mod p) of one of the operations on which grokking was found."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ...analytic.errors import InputError
from ..demands import demand_one_of, demand_whole
from ..kinds import kind
from .task import Examples, Integers, Mask

LARGEST_MODULUS = 1000
"""A million examples; and x^3 + x y^2 + y stays below 2.1e9, far from the end of 64 bits."""


def is_prime(number: int) -> bool:
    """Return whether `number` is prime, by trial division."""
    return number >= 2 and all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


def inverses(modulus: int) -> Integers:
    """Return z with y z = 1 (mod p) for each y, shape (p,); 0 has none and stands as 0."""
    return np.array([0] + [pow(y, -1, modulus) for y in range(1, modulus)], dtype=np.int64)


# Domains: which x and y, in which order.


def all_pairs(modulus: int) -> tuple[Integers, Integers]:
    """Return all x and y, over x and then over y, the order of the public code ([openai-grok])."""
    x, y = np.divmod(np.arange(modulus**2, dtype=np.int64), modulus)
    return x, y


def nonzero_second(modulus: int) -> tuple[Integers, Integers]:
    """Return all x and all y but 0, over x and then over y."""
    x, y = np.divmod(np.arange(modulus * (modulus - 1), dtype=np.int64), modulus - 1)
    return x, y + 1


def quotient_first(modulus: int) -> tuple[Integers, Integers]:
    """Return all x and all y but 0, over the quotient z = x / y and then over y.

    The public code builds division from its answer ([openai-grok]), and the split of the published runs is a shuffle
    of just this order.
    """
    z, y = nonzero_second(modulus)
    return z * y % modulus, y


# Parts: which examples are measured apart.


def diagonal(x: Integers, y: Integers) -> dict[str, Mask]:
    """Return the part that every operation has: both operands equal."""
    return {"equal": x == y}


def parts_of_quotient(x: Integers, y: Integers) -> dict[str, Mask]:
    """Return 0 / y, x / 1, x / x, and "rest": all but 0 / y, which is learned first ([Davies2022], section 3.2)."""
    return {"zero_dividend": x == 0, "unit_divisor": y == 1, **diagonal(x, y), "rest": x != 0}


def parts_of_product(x: Integers, y: Integers) -> dict[str, Mask]:
    """Return products with 0, with 1, x x, and "rest": those without 0, on which the operation is a group's."""
    zero = (x == 0) | (y == 0)
    return {"zero_factor": zero, "unit_factor": (x == 1) | (y == 1), **diagonal(x, y), "rest": ~zero}


def parts_of_sum(x: Integers, y: Integers) -> dict[str, Mask]:
    """Return sums and differences with 0, and those of equal terms."""
    return {"zero_term": (x == 0) | (y == 0), **diagonal(x, y)}


def branches_of_first(x: Integers, y: Integers) -> dict[str, Mask]:
    """Return the two branches of an operation that asks whether x is even."""
    return {"x_even": x % 2 == 0, "x_odd": x % 2 == 1, **diagonal(x, y)}


def branches_of_second(x: Integers, y: Integers) -> dict[str, Mask]:
    """Return the two branches of an operation that asks whether y is odd."""
    return {"y_even": y % 2 == 0, "y_odd": y % 2 == 1, **diagonal(x, y)}


@dataclass(frozen=True)
class Operation:
    """What is computed, on which operands, and what is worth knowing about it."""

    answer: Callable[[Integers, Integers, int], Integers]
    """z from x, y and p, before its reduction modulo p."""
    parts: Callable[[Integers, Integers], Mapping[str, Mask]] = diagonal
    domain: Callable[[int], tuple[Integers, Integers]] = all_pairs
    symmetric: bool = False
    """Whether x and y may be swapped."""
    divides: bool = False
    """Whether something is divided by y, so that p must be prime."""


OPERATIONS: dict[str, Operation] = {
    # Those of the paper ([Power2022], appendix A.1.1), and multiplication, which only its code has.
    "x+y": Operation(lambda x, y, p: x + y, parts_of_sum, symmetric=True),
    "x-y": Operation(lambda x, y, p: x - y, parts_of_sum),
    "x*y": Operation(lambda x, y, p: x * y, parts_of_product, symmetric=True),
    "x/y": Operation(lambda x, y, p: x * inverses(p)[y], parts_of_quotient, quotient_first, divides=True),
    "x/y if y odd else x-y": Operation(
        lambda x, y, p: np.where(y % 2 == 1, x * inverses(p)[y], x - y), branches_of_second, divides=True
    ),
    "x^2+y^2": Operation(lambda x, y, p: x**2 + y**2, symmetric=True),
    "x^2+xy+y^2": Operation(lambda x, y, p: x**2 + x * y + y**2, symmetric=True),
    "x^2+xy+y^2+x": Operation(lambda x, y, p: x**2 + x * y + y**2 + x),
    "x^3+xy": Operation(lambda x, y, p: x**3 + x * y),
    "x^3+xy^2+y": Operation(lambda x, y, p: x**3 + x * y**2 + y),
    # Those of its public code alone ([openai-grok]).
    "x^2+y": Operation(lambda x, y, p: x**2 + y),
    "x^3+y": Operation(lambda x, y, p: x**3 + y),
    "x+y if x even else x*y": Operation(lambda x, y, p: np.where(x % 2 == 0, x + y, x * y), branches_of_first),
    "x+y if x even else x-y": Operation(lambda x, y, p: np.where(x % 2 == 0, x + y, x - y), branches_of_first),
    # What several public repositories train on under the name of division (docs/sources.md).
    "x*y where y != 0": Operation(lambda x, y, p: x * y, parts_of_product, nonzero_second, symmetric=True),
}
"""By name; * is multiplication, / is division and ^ a power, all modulo p. Even and odd are those of 0..p - 1."""


@kind("task", "binary_operation")
@dataclass(frozen=True, kw_only=True)
class BinaryOperation:
    """All equations x ∘ y = z (mod p) of one operation.

    Operands, and answers, are the residues 0..p - 1. Every x and every y take part, except that y is not 0 in "x/y" and
    "x*y where y != 0". The order is over x and then over y; that of "x/y" is over z and then over y, as in the public
    code.

    Parts: "equal" (x = y) in every operation; "zero_dividend", "unit_divisor" and "rest" (not zero_dividend) in "x/y";
    "zero_factor", "unit_factor" and "rest" (not zero_factor) in products; "zero_term" in "x+y" and "x-y"; the branches,
    such as "y_odd", in operations that have two.

    >>> division = BinaryOperation(modulus=3).examples()
    >>> division.inputs.tolist(), division.answers.tolist()
    ([[0, 1], [0, 2], [1, 1], [2, 2], [2, 1], [1, 2]], [0, 0, 1, 1, 2, 2])

    Raises
    ------
    InputError
        If there is no such operation, or the modulus is not a whole number in 2..1000 or, where the operation divides,
        not a prime.
    """

    operation: str = "x/y"
    """One of the names in `OPERATIONS`."""
    modulus: int = 97

    def __post_init__(self) -> None:
        demand_one_of("operation", self.operation, tuple(OPERATIONS))
        demand_whole("modulus", self.modulus, 2, LARGEST_MODULUS)
        if OPERATIONS[self.operation].divides and not is_prime(self.modulus):
            below = max(filter(is_prime, range(self.modulus)))
            raise InputError(
                f"modulus must be prime, or {self.operation} has no answer; got {self.modulus}: take {below}, "
                "or an operation that does not divide"
            )

    def examples(self) -> Examples:
        """Return all equations: inputs x and y of shape (N, 2), answers z of shape (N,)."""
        operation = OPERATIONS[self.operation]
        x, y = operation.domain(self.modulus)
        return Examples(
            inputs=np.stack([x, y], axis=1),
            answers=operation.answer(x, y, self.modulus) % self.modulus,
            symbols=self.modulus,
            classes=self.modulus,
            parts=operation.parts(x, y),
            mirror=swapped(x, y, self.modulus) if operation.symmetric else None,
        )


def swapped(x: Integers, y: Integers, modulus: int) -> Integers:
    """Return for each example (x, y) the index of (y, x), shape (N,), or its own where (y, x) is no example."""
    own = np.arange(len(x), dtype=np.int64)
    index = np.full((modulus, modulus), -1, dtype=np.int64)
    index[x, y] = own
    mirror = index[y, x]
    return np.where(mirror < 0, own, mirror)
