"""Where the integral of many patterns ends: at 1, or where all but exp(-38) of it lies before (docs/theory.md, 2.6)."""

import math

import numpy as np
from numpy.typing import NDArray

from .compile import kernel
from .quadrature_plan import LAYER, Order

Array = NDArray[np.float64]


def end_of_layer_py(p: Array, order: Order, listed: int, layered: bool) -> float:
    """Return where the integral over u ends at p (n,): at 1, or where all but exp(-38) of it lies before."""
    if not layered:
        return 1.0
    mu = 0.0
    for j in range(listed, order.shape[0]):
        mu += float(p[order[j]].real)  # complex for a derivative along a direction (`second_derivatives`)
    layer = LAYER + math.log1p(mu)
    return layer / mu if mu > layer else 1.0


end_of_layer = kernel(end_of_layer_py)
