"""Make the table of Gauss-Legendre nodes that the package ships: `python -m grokdd.simulate.make_nodes`.

Library nodes are good to 1e-13 or so, in absolute terms; a quadrature that is to be right to the last digits needs
each node near u = 0 to full *relative* accuracy. Arb isolates the roots in balls; a double is written only where
both ends of its ball round to it, so every number in the table is the double nearest to the truth.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .legendre import LARGEST_RULE, TABLE

_BITS = 256


def make_tables() -> dict[str, NDArray[np.float64]]:
    """Return nodes `u` and weights `w` on [0, 1], the rules of 1, 2, ..., 28 nodes one after another, u increasing."""
    import flint

    half = flint.fmpq(1, 2)
    nodes: list[float] = []
    weights: list[float] = []
    before = flint.ctx.prec
    flint.ctx.prec = _BITS
    try:
        for m in range(1, LARGEST_RULE + 1):
            for k in range(m):
                x, weight = flint.arb.legendre_p_root(m, k, True)  # k counts from the root nearest to 1
                nodes.append(_nearest_double((1 - x) * half))
                weights.append(_nearest_double(weight * half))
    finally:
        flint.ctx.prec = before
    return {"u": np.array(nodes), "w": np.array(weights)}


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
    TABLE.parent.mkdir(exist_ok=True)
    tables = make_tables()
    np.savez(TABLE, u=tables["u"], w=tables["w"])
    print(TABLE)
