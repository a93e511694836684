"""Gauss-Legendre and Gauss-Radau rules on [0, 1], read from the tables that `make_nodes.py` computes."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LARGEST_RULE = 28
"""Nodes of the largest rule in the table: enough for any number of patterns (`quadrature.py`)."""
TABLE = Path(__file__).parent / "nodes" / "legendre.npz"
RADAU = TABLE.with_name("radau.npz")


@lru_cache(maxsize=2)
def _tables(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with np.load(path, allow_pickle=False) as tables:
        u, w = tables["u"], tables["w"]
    u.flags.writeable = w.flags.writeable = False
    return u, w


@lru_cache(maxsize=LARGEST_RULE + 1)
def legendre(m: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes u, increasing, and weights of the m-point rule on [0, 1], each (m,), read-only; m in 0..28.

    Each number is the double nearest to the exact one. The sum of w f(u) is the integral of f for every polynomial
    of degree up to 2 m - 1.
    """
    return _rule(TABLE, m)


@lru_cache(maxsize=LARGEST_RULE + 1)
def radau(m: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the same for the m-point Gauss-Radau rule, whose first node is u = 0: exact up to degree 2 m - 2."""
    return _rule(RADAU, m)


def _rule(path: Path, m: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    u, w = _tables(path)
    start = m * (m - 1) // 2  # the rules of 1, ..., m - 1 nodes come before
    return u[start : start + m], w[start : start + m]
