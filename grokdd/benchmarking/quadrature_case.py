"""Quadrature alone, without logistics and wrappers, beside the rate at which linear algebra multiplies and adds."""

from typing import Any

import numpy as np

from ..analytic import Mean
from ..simulate.quadrature import preference_accuracy
from ..simulate.quadrature_plan import plan
from .case import Case, Prepared, agrees
from .machine_limits import matrix_product
from .witnesses import in_balls

POINTS = 2000
IN_PAIRS, OF_A_PAIR = 10, 15
"""A pair and node: four for the factor, two for the gain, three for total <- total factor + gain product, one for
product <- product factor. A pair: one for each of two coefficients of the factor, three for the other, four for two
gains and three for each of their two coefficients."""
ONE_BY_ONE = 12
"""A pair and node where nodes are not the same at all times: two for each D = q u + (1 - u), and as above."""


def operations(n: int) -> float:
    """Return the floating-point operations of one time point that are executed, but for nodes and the sum over them."""
    *_, u, _, layered = plan(Mean(), n)
    pairs = (n + 1) // 2
    return float(ONE_BY_ONE * pairs * u.size if layered else (IN_PAIRS * u.size + OF_A_PAIR) * pairs)


def case(n: int) -> Case:
    """Return the case of n patterns."""

    def inputs() -> Any:
        p, g = np.random.default_rng(n).random((POINTS, n)), np.random.default_rng(0).random(n)
        return p, 1.0 - p, g, float(in_balls(p[0], g))

    def quadrature(shared: Any) -> Prepared:
        p, q, g, expected = shared
        return Prepared(lambda: preference_accuracy(p, q, g, Mean(), 0.0), POINTS, agrees([expected], 1e-12))

    return Case(
        "quadrature",
        n,
        "time point",
        inputs,
        {"quadrature": quadrature},
        {"limit: matrix product": matrix_product(operations(n))},
        size=f"T={POINTS}",
        work=operations(n),
        work_unit="operations",
    )
