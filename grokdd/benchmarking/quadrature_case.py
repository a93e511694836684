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
OPERATIONS = 6
"""A pattern and node: D = q u + (1 - u) takes two, total <- total D + gain product three, product <- product D one."""


def operations(n: int) -> float:
    """Return the floating-point operations of one time point: what makes nodes, gains and sums of them left out."""
    nodes = plan(Mean(), n)[2].size
    return float(OPERATIONS * n * nodes)


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
