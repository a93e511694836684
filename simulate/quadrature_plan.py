"""What a quadrature needs to know of a rule: who comes by priority, which nodes are enough, where the integral ends."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..analytic.errors import InputError
from ..analytic.rules import Mean, Preferred, Priority
from .legendre import LARGEST_RULE, legendre

Array = NDArray[np.float64]
Order = NDArray[np.int64]

MOST_PATTERNS = 10**9
"""Up to here 28 nodes are proved enough, since mu <= n."""
LAYER = 38.0
"""C in the width (C + log(1 + mu))/mu of the layer: exp(-38) is 3e-17."""
LIFT, LOWER = 2.0**512, 2.0**-512
"""Exact scale factors that keep products of a denormal p out of the range where digits get lost."""


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
