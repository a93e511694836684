"""What a quadrature needs to know of a rule: who comes by priority, which nodes are enough, where the integral ends."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError
from ..analytic.rules import Mean, Preferred, Priority
from .compensated import grown
from .compile import kernel
from .legendre import LARGEST_RULE, legendre

Array = NDArray[np.float64]
Order = NDArray[np.int64]

MOST_PATTERNS = 10**9
"""Up to here 28 nodes are proved enough, since mu <= n."""
LAYER = 38.0
"""C in the width (C + log(1 + mu))/mu of the layer: exp(-38) is 3e-17."""
LIFT, LOWER = 2.0**512, 2.0**-512
"""Exact scale factors that keep products of a denormal p out of the range where digits get lost."""


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


def mean_of_all_py(g: Array, order: Order, listed: int) -> float:
    """Return the mean of g (n,) over the patterns that are not listed, to a rounding or two."""
    total, low = 0.0, 0.0
    for j in range(listed, order.shape[0]):
        total, low = grown(total, low, float(g[order[j]]))
    return (total + low) / max(1, order.shape[0] - listed)


mean_of_all = kernel(mean_of_all_py)


@lru_cache(maxsize=64)
def plan(rule: Mean | Preferred | Priority, n: int) -> tuple[Order, int, Array, Array, bool]:
    """Return what the kernel needs to know of `rule` for n patterns: order, listed, u, w, layered."""
    rule.check(n)
    if n > MOST_PATTERNS:
        raise InputError(f"patterns must number at most {MOST_PATTERNS}, for which 28 nodes are proved enough, got {n}")
    match rule:
        case Mean():
            first: tuple[int, ...] = ()
        case Preferred(pattern=pattern):
            first = (pattern,)
        case Priority(order=listed):
            first = listed
    order = np.concatenate([np.array(first, dtype=np.int64), np.delete(np.arange(n, dtype=np.int64), first)])
    order.flags.writeable = False
    exact = (n - len(first) + 1) // 2
    u, w = legendre(min(exact, LARGEST_RULE))
    return order, len(first), u, w, exact > LARGEST_RULE
