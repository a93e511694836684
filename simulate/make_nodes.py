"""Make the tables of nodes that the package ships: `python -m grokdd.simulate.make_nodes`.

Library nodes are good to 1e-13 or so, in absolute terms; a quadrature that is to be right to the last digits needs
each node near u = 0 to full *relative* accuracy. Arb isolates the roots in balls; a double is written only where
both ends of its ball round to it, so every number in the tables is the double nearest to the truth.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import exponential_sum, legendre
from .exponential_sum import BLOCK_END, BLOCK_NODES, STEP
from .legendre import LARGEST_RULE

_BITS = 640
"""Hankel matrices of the block's moments lose 200 of them."""

_NARROW = 1e-60
"""Radius of the balls in which roots are isolated."""

Table = dict[str, NDArray[np.float64]]


def make_legendre() -> Table:
    """Return nodes `u` and weights `w` on [0, 1], the rules of 1, 2, ..., 28 nodes one after another, u increasing."""
    import flint

    half = flint.fmpq(1, 2)
    nodes: list[float] = []
    weights: list[float] = []
    with _precision():
        for m in range(1, LARGEST_RULE + 1):
            for k in range(m):
                x, weight = flint.arb.legendre_p_root(m, k, True)  # k counts from the root nearest to 1
                nodes.append(_nearest_double((1 - x) * half))
                weights.append(_nearest_double(weight * half))
    return {"u": np.array(nodes), "w": np.array(weights)}


def make_radau() -> Table:
    """Return the Gauss-Radau rules on [0, 1] whose first node is u = 0, in the same order.

    On [-1, 1] the other nodes are the roots of (P_(m-1) + P_m)/(1 + x), and the weights 2/m^2 and
    (1 - x)/(m P_(m-1)(x))^2 (Abramowitz and Stegun, 25.4.31).
    """
    import flint

    nodes: list[float] = []
    weights: list[float] = []
    with _precision():
        for m in range(1, LARGEST_RULE + 1):
            nodes.append(0.0)
            weights.append(_nearest_double(flint.arb(1) / m**2))
            below = flint.fmpq_poly.legendre_p(m - 1)
            for x in _real_roots((below + flint.fmpq_poly.legendre_p(m)) // flint.fmpq_poly([1, 1])):
                value = flint.arb_poly(below)(x)
                nodes.append(_nearest_double((1 + x) / 2))
                weights.append(_nearest_double((1 - x) / (2 * (m * value) ** 2)))
    return {"u": np.array(nodes), "w": np.array(weights)}


def make_block() -> Table:
    """Return the Gauss rule for what a geometric series of nodes holds below `BLOCK_END` (`exponential_sum`).

    The series has mass h y_k at y_k = y e^(k h), k = -1, -2, ..., y = BLOCK_END, h = STEP. Its moments are geometric
    sums, mu_j = h y^(j+1) / (e^(h (j+1)) - 1); the polynomial that is orthogonal to all of lower degree has the nodes
    as its roots, and the weights solve the linear equations of the moments.
    """
    import flint

    m = BLOCK_NODES
    with _precision():
        end = flint.arb(BLOCK_END)
        h = flint.arb(flint.fmpq(STEP.numerator, STEP.denominator))
        moments = [h * end ** (j + 1) / ((h * (j + 1)).exp() - 1) for j in range(2 * m)]
        hankel = flint.arb_mat([[moments[i + j] for j in range(m)] for i in range(m)])
        lower = hankel.solve(flint.arb_mat([[-moments[m + i]] for i in range(m)]))
        orthogonal = flint.acb_poly([*(lower[i, 0] for i in range(m)), 1])
        nodes = _real_roots(orthogonal)
        vandermonde = flint.arb_mat([[node**i for node in nodes] for i in range(m)])
        weights = vandermonde.solve(flint.arb_mat([[moments[i]] for i in range(m)]))
        found = [_nearest_double(node) for node in nodes], [_nearest_double(weights[i, 0]) for i in range(m)]
    return {"y": np.array(found[0]), "weight": np.array(found[1])}


TABLES = {legendre.TABLE: make_legendre, legendre.RADAU: make_radau, exponential_sum.TABLE: make_block}
"""What makes each file."""


@contextmanager
def _precision() -> Iterator[None]:
    import flint

    before, flint.ctx.prec = flint.ctx.prec, _BITS
    try:
        yield
    finally:
        flint.ctx.prec = before


def _real_roots(polynomial: Any) -> list[Any]:
    """Return the roots of a polynomial all of whose roots are real and simple, in increasing order, as balls."""
    import flint

    return sorted((root.real for root in flint.acb_poly(polynomial).roots(tol=_NARROW)), key=float)


def _nearest_double(ball: Any) -> float:
    """Return the double that every number in the ball rounds to."""
    middle, radius = _exact(ball.mid()), _exact(ball.rad())
    low, high = float(middle - radius), float(middle + radius)
    if low != high:
        raise ArithmeticError(f"{_BITS} bits do not decide the double nearest to {ball}")
    return low


def _exact(number: Any) -> Fraction:
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


if __name__ == "__main__":
    for path, make in TABLES.items():
        path.parent.mkdir(exist_ok=True)
        np.savez(path, **make())  # pyright: ignore[reportArgumentType]  # its other keywords are no arrays
        print(path)
