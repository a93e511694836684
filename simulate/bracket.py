"""Test accuracy between two quadratures of few nodes: Gauss below it, Gauss-Radau above (docs/theory.md, 2.6).

All derivatives of the integrand in z = 1 - u are non-negative for g >= 0, so the remainders have known signs. Two sums
of m nodes each enclose the value with no other knowledge of it: a bound after the fact, for any m.
"""

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError, shown
from ..analytic.rules import Mean, Preferred, Priority
from .legendre import LARGEST_RULE, legendre, radau
from .quadrature import preference_accuracy_kernel
from .quadrature_plan import plan

Array = NDArray[np.float64]


def bracket(
    p: Array, q: Array, g: Array, rule: Mean | Preferred | Priority, chance: float, nodes: int
) -> tuple[Array, Array]:
    """Return a lower and an upper value of test accuracy, (T,) each, but for rounding, from p, q (T, n) and g (n,).

    What a layer cuts off, a relative exp(-38), counts as a rounding here too.
    """
    if isinstance(nodes, bool) or not isinstance(nodes, int) or not 1 <= nodes <= LARGEST_RULE:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"nodes must be a whole number from 1 to {LARGEST_RULE}, got {shown(nodes)}")
    order, listed, *_, layered = plan(rule, g.shape[0])
    sides = []
    for u, w in (legendre(nodes), radau(nodes)):
        side = np.empty(p.shape[0])
        preference_accuracy_kernel(p, q, g, order, listed, u, w, layered, chance, side)
        sides.append(side)
    return sides[0], sides[1]
